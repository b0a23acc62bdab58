"""Tables of translations and of changes of lift, term by term, recomputed on tuples.

A term says which vertex, by its label, becomes which basis element.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

from treealg import tables
from treealg.verification.algebra import basis_tuples
from treealg.verification.independent import normal
from treealg.verification.report import Outcome

__all__ = ["check_change_of_lift", "check_translation"]

Tree = tuple[Any, ...]
Forest = tuple[Tree, ...]
Factors = tuple[tuple[int, Any], ...]


def check_translation(dimension: int, degree: int, planar: bool) -> Outcome:
    """Compare the table of translations by what has one or two nodes."""
    most = min(2, degree)
    table = tables.translation(dimension, degree, planar=planar, order=most)
    basis = basis_tuples(dimension, degree, planar)
    moved = basis_tuples(dimension, most, planar)
    stride, values = len(moved), dimension * len(moved)
    expected: dict[int, Counter[Any]] = {row: Counter() for row in range(len(basis))}
    if planar:
        for y in basis:
            for (x, factors), count in _images(y, lambda label: moved, degree).items():
                expected[basis.index(x)][y, factors] += count
    else:
        for row, x in enumerate(basis):
            for skeleton, factors in _completed(x, dimension, most):
                expected[row][skeleton, factors] += 1
    for row, element in enumerate(basis):
        found: Counter[Any] = Counter()
        for entry in range(int(table.ptr[row]), int(table.ptr[row + 1])):
            for term in range(int(table.term_ptr[entry]), int(table.term_ptr[entry + 1])):
                begin = term * table.width
                factors = table.factor[begin : begin + table.width].tolist()
                named = ((f // stride, moved[f % stride]) for f in factors if f < values)
                key = basis[int(table.col[entry])], _sorted(named)
                found[key] += int(table.count[term])
        if found != expected[row]:
            return Outcome(row, f"row {element}: {found}, not {expected[row]}")
    return Outcome(len(basis))


def check_change_of_lift(channels: int, degree: int, planar: bool) -> Outcome:
    """Compare the table of changes of lift by Itô's formula, or by ladders in place of brackets."""
    table = tables.change_of_lift(channels, degree, planar=planar)
    pairs = [(i, j) for i in range(channels) for j in range(i, channels)]
    names = {pair: channels + place for place, pair in enumerate(pairs)}
    basis = basis_tuples(channels + len(pairs), degree, planar)
    expected: dict[int, Counter[Any]] = {row: Counter() for row in range(len(basis))}
    if planar:
        ladders = {
            name: [(((i,), j),) for i, j in {pair, pair[::-1]}] for pair, name in names.items()
        }
        for y in basis:
            images = _images(y, lambda label: [((label,),), *ladders.get(label, [])], degree)
            for (x, _), count in images.items():
                expected[basis.index(x)][y] += count
    else:
        for row, x in enumerate(basis):
            expected[row] = Counter(
                {tree: count for (tree,), count in _contracted((x,), names).items()}
            )
    for row, element in enumerate(basis):
        entries = range(int(table.ptr[row]), int(table.ptr[row + 1]))
        found = {basis[int(table.col[e])]: int(table.coef[e]) for e in entries}
        if found != dict(expected[row]):
            return Outcome(row, f"row {element}: {found}, not {dict(expected[row])}")
    return Outcome(len(basis))


def _contracted(forest: Forest, names: dict[tuple[int, int], int]) -> Counter[Forest]:
    """Count forests with edges contracted: a root stays, or makes a bracket with one above it."""
    total: Counter[Forest] = Counter({(): 1})
    for *children, label in forest:
        own: Counter[Forest] = Counter()
        for place, above in enumerate(children):
            pair = tuple(sorted((above[-1], label)))
            if pair in names:
                rest = (*children[:place], *children[place + 1 :], *above[:-1])
                for branches, m in _contracted(rest, names).items():
                    own[(normal((*branches, names[pair])),)] += m
        for branches, m in _contracted(tuple(children), names).items():
            own[(normal((*branches, label)),)] += m
        total = _all_products(total, own)
    return total


def _all_products(left: Counter[Forest], right: Counter[Forest]) -> Counter[Forest]:
    found: Counter[Forest] = Counter()
    for one, m in left.items():
        for two, n in right.items():
            found[one + two] += m * n
    return found


def _sorted(factors: Any) -> Factors:
    return tuple(sorted(factors, key=repr))


def _completed(tree: Tree, dimension: int, most: int) -> list[tuple[Tree, Factors]]:
    """List the skeletons of a tree that is cut into pieces, with what their vertices become."""
    return [
        (normal((*kept, label)), _sorted((*factors, (label, piece))))
        for piece, kept, factors in _open(tree, dimension, most)
        for label in range(dimension)
        if _nodes(piece) <= most
    ]


def _open(tree: Tree, dimension: int, most: int) -> list[tuple[Tree, Forest, Factors]]:
    """List the pieces at the root of a tree, with the skeletons that hang off them."""
    *children, label = tree
    found: list[tuple[Forest, Forest, Factors]] = [((), (), ())]
    for child in children:
        cut = [((), (skeleton,), f) for skeleton, f in _completed(child, dimension, most)]
        joined = [((piece,), kept, f) for piece, kept, f in _open(child, dimension, most)]
        found = [
            (branches + more, kept + rest, f + g)
            for branches, kept, f in found
            for more, rest, g in cut + joined
        ]
    return [(normal((*branches, label)), kept, f) for branches, kept, f in found]


def _nodes(tree: Tree) -> int:
    return 1 + sum(map(_nodes, tree[:-1]))


def _images(forest: Forest, moved: Callable[[int], list[Any]], degree: int) -> Counter[Any]:
    """Count the ordered forests that a forest becomes, with what its vertices become, by label."""
    total: Counter[Any] = Counter({((), ()): 1})
    for *children, label in forest:
        own: Counter[Any] = Counter()
        for (branches, factors), m in _images(tuple(children), moved, degree).items():
            for root in moved(label):
                if sum(map(_nodes, branches + root)) <= degree:
                    for grown, n in _grafted(branches, root).items():
                        own[grown, _sorted((*factors, (label, root)))] += m * n
        total = Counter(
            {
                key: count
                for key, count in _products(total, own).items()
                if sum(map(_nodes, key[0])) <= degree
            }
        )
    return total


def _products(left: Counter[Any], right: Counter[Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (one, f), m in left.items():
        for (two, g), n in right.items():
            found[one + two, _sorted(f + g)] += m * n
    return found


def _grafted(branches: Forest, on: Forest) -> Counter[Forest]:
    """Graft the trees of a forest on vertices of another, in all ways, to the left."""
    if not on:
        return Counter({(): 1} if not branches else {})
    found: Counter[Forest] = Counter()
    *children, label = on[-1]
    for sides in product((0, 1, 2), repeat=len(branches)):
        # On what is before the last tree, on its root, on what is above its root.
        before, root, above = (
            tuple(b for b, side in zip(branches, sides, strict=True) if side == chosen)
            for chosen in range(3)
        )
        for first, m in _grafted(before, on[:-1]).items():
            for inner, n in _grafted(above, tuple(children)).items():
                found[(*first, (*root, *inner, label))] += m * n
    return found
