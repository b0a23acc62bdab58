r"""Antipodes of forests that are cut to few different pieces: equal terms are collected on the way.

The antipode of a tree is the sum over all ways to cut edges, with the sign of the number of pieces.
A ladder of 50 vertices has 2^49 of them and 204,226 different ones, partitions of 50. Here the sum
is found from branches to roots. Of a vertex and what it bears, it is kept by the piece at that
vertex: what is cut off all around a piece is one sum, which pieces of taller trees share. Of these
sums, a forest is an integer whose digits tell how often it has each piece, so that the product is
the sum; forests are made at the end, once each. The antipode of substitution goes the same way,
from smaller to larger skeletons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from treealg.symbolic.hopf.samples import check_powers
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.trees.contraction import partitions
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_STEPS,
    check_steps,
    check_terms,
    count_choices,
    count_collected_terms,
)
from treealg.symbolic.trees.tensor_powers import multinomial
from treealg.symbolic.trees.trees import Tree

__all__ = ["collected_antipode", "collected_contractions"]

# From integers that stand for forests to coefficients.
Sum = dict[int, int]
# Of each piece, where its digit is, and the greatest value of that.
Places = dict[Tree, tuple[int, int]]
# From skeletons to the forests of pieces that are contracted to these, each with a number of ways.
Contractions = dict[Tree, dict[Forest, int]]

#: The binary digits of the longest integers, beyond which forests themselves take no longer.
_MOST_DIGITS = 2500

#: Of more branches at a vertex, powers are better taken at once.
_MOST_BRANCHES = 40

#: Branches at a vertex that are contracted in few ways, one after another.
_FEW_BRANCHES = 9

#: Ways to choose the terms of a power, up to which they are gone through.
_FEW_WAYS = 500_000

#: Trees of forests that are made in a step.
_PER_STEP = 5

_ONE: Sum = {0: 1}


def collected_antipode(
    forest: Forest, progress: Callable[[int, int], Any] | None = None
) -> Terms | None:
    """Return the antipode in `bck`, or None if the forest can be cut to many different pieces.

    Examples
    --------
    >>> ladder = Tree([Tree([Tree()])])
    >>> {str(key): value for key, value in collected_antipode(Forest([ladder])).items()}
    {'0 0 0': -1, '0 0[0]': 2, '0[0[0]]': -1}
    """
    trees = _subtrees(forest)
    digits = _digits(forest, trees)
    if digits is None:
        return None
    around: dict[Tree, dict[Tree, Sum]] = {}
    antipodes: dict[Tree, Sum] = {}
    for done, tree in enumerate(trees, 1):
        around[tree] = _around(tree, around, antipodes)
        antipodes[tree] = _joined(around[tree], digits)
        if progress is not None:
            progress(done, len(trees) - done)
    return _as_forests(_product_over(forest, antipodes, digits), digits, len(forest))


def collected_contractions(
    forest: Forest, progress: Callable[[int, int], Any] | None = None
) -> Terms | None:
    """Return the antipode in `cem`, or None if the forest can be contracted in many ways.

    Examples
    --------
    >>> ladder = Tree([Tree([Tree()])])
    >>> {str(key): value for key, value in collected_contractions(Forest([ladder])).items()}
    {'0[0[0]]': -1, '0[0] 0[0]': 2}
    """
    contractions: dict[Tree, Contractions] = {}
    sizes: dict[Tree, int] = {}
    edges = forest._order - len(forest._trees)
    _check_branches(forest)
    pending = list(forest._trees)
    while pending:
        tree = pending.pop()
        if tree in contractions:
            continue
        found: Contractions = {}
        for (pieces, skeletons), count in partitions(tree, keep_leaves=False).items():
            skeleton = skeletons._trees[0]
            if pieces._trees and skeleton._order > 1:
                found.setdefault(skeleton, {})[pieces] = count
        contractions[tree] = found
        pending += found
        for piece in {tree, *(one for sums in found.values() for key in sums for one in key)}:
            sizes[piece] = (edges // (piece._order - 1)).bit_length()
        if sum(sizes.values()) > _MOST_DIGITS:
            return None
    digits = _places(sizes)
    antipodes: dict[Tree, Sum] = {}
    for done, tree in enumerate(sorted(contractions), 1):
        total = {1 << digits[tree][0]: -1}
        for skeleton, sums in contractions[tree].items():
            contracted = {
                sum(1 << digits[piece][0] for piece in pieces): -count
                for pieces, count in sums.items()
            }
            _add_product(total, contracted, antipodes[skeleton])
        antipodes[tree] = total
        if progress is not None:
            progress(done, len(contractions) - done)
    product = _product_over(forest, antipodes, digits)
    return _as_forests({key: value for key, value in product.items() if value}, digits, len(forest))


def _check_branches(forest: Forest) -> None:
    """Refuse to contract branches of a vertex in turn, in any way, if that takes far too long."""
    for tree in _subtrees(forest):
        if len(tree._children) > _FEW_BRANCHES:
            terms = count_collected_terms(*Counter(tree._children).values())
            check_steps(f"the antipode of a forest of {forest._order:,} vertices", 3 * terms // 2)


def _subtrees(forest: Forest) -> list[Tree]:
    """Return the different trees of which a forest is made, each after its branches."""
    found: dict[Tree, None] = {}
    for tree in forest._trees:
        if tree not in found:
            found.update(dict.fromkeys(tree._bottom_up()))
    return list(found)


def _digits(forest: Forest, trees: Iterable[Tree]) -> Places | None:
    """Return the digits of all pieces, None if these are many."""
    pieces: dict[Tree, list[Tree]] = {}
    length = 0
    sizes: dict[Tree, int] = {}
    for tree in trees:
        if len(tree._children) > _MOST_BRANCHES:
            return None
        above: set[tuple[Tree, ...]] = {()}
        for child in tree._children:
            if len(above) * len(pieces[child]) > 2 * _MOST_DIGITS:
                return None
            above |= {Tree._arrange((*taken, piece)) for taken in above for piece in pieces[child]}
        pieces[tree] = [Tree._make(taken, tree._label) for taken in above]
        for piece in pieces[tree]:
            if piece not in sizes:
                sizes[piece] = (forest._order // piece._order).bit_length()
                length += sizes[piece]
        if length > _MOST_DIGITS:
            return None
    return _places(sizes)


def _places(sizes: dict[Tree, int]) -> Places:
    """Return the digits of pieces, of so many binary ones each, in the order of forests."""
    places: Places = {}
    start = 0
    for piece in sorted(sizes):
        places[piece] = (start, (1 << sizes[piece]) - 1)
        start += sizes[piece]
    return places


def _around(
    tree: Tree, around: dict[Tree, dict[Tree, Sum]], antipodes: dict[Tree, Sum]
) -> dict[Tree, Sum]:
    """Return for each piece at the root the sum of what is cut off around it."""
    grown: dict[tuple[Tree, ...], Sum] = {(): _ONE}
    for child in tree._children:
        factors: dict[tuple[Tree, ...], list[tuple[Sum, Sum]]] = {}
        for taken, others in grown.items():
            factors.setdefault(taken, []).append((others, antipodes[child]))
            for piece, more in around[child].items():
                key = Tree._arrange((*taken, piece))
                factors.setdefault(key, []).append((others, more))
        grown = {taken: _product_sum(pairs) for taken, pairs in factors.items()}
    return {Tree._make(taken, tree._label): found for taken, found in grown.items()}


def _product_sum(pairs: list[tuple[Sum, Sum]]) -> Sum:
    """Return the sum of products; one of the factors itself, if the other is 1 and all there is."""
    if len(pairs) == 1 and _ONE in pairs[0]:
        first, second = pairs[0]
        return second if first is _ONE else first
    total: Sum = {}
    for left, right in pairs:
        _add_product(total, left, right)
    return total


def _product_over(forest: Forest, sums: dict[Tree, Sum], digits: Places) -> Sum:
    """Return the product of the antipodes that belong to the trees of a forest."""
    runs = [(tree, len(list(run))) for tree, run in groupby(forest._trees)]
    what = f"the antipode of a forest of {forest._order:,} vertices"
    check_powers(what, [(sums[tree], count) for tree, count in runs], sum)
    total = _ONE
    for tree, count in runs:
        total = _product_sum([(total, _power(sums[tree], count, tree, digits))])
    return total


def _power(terms: Sum, count: int, tree: Tree, digits: Places) -> Sum:
    """Return a power of the antipode of a tree.

    Where there are too many ways to choose its terms: with the number of trees of a forest as
    degree D, a derivation, the power Q of a sum P has P DQ = n DP Q. The tree itself is the one
    term of degree 1 in P, so that this gives each coefficient of Q from those of smaller degree.
    """
    if count == 1:
        return terms
    if count_choices(count + len(terms) - 1, count) <= _FEW_WAYS:
        keys = list(terms)
        power: Sum = {}
        for taken, value in multinomial(list(terms.values()), count):
            key = sum(keys[place] * often for place, often in taken)
            power[key] = power.get(key, 0) + value
        return power
    first = 1 << digits[tree][0]
    steps = [
        (key - first, _number(key, digits), value) for key, value in terms.items() if key != first
    ]
    lead = terms[first]
    total: Sum = {}
    layers: dict[int, Sum] = {count: {count * first: lead**count}}
    while layers:
        degree = min(layers)
        layer = layers.pop(degree)
        spend(len(layer) * (1 + len(steps)))
        for key, value in layer.items():
            if not value:
                continue  # as all have that are beyond the power
            if degree > count:
                value //= lead * (degree - count)
            total[key] = value
            for step, number, factor in steps:
                following = layers.setdefault(degree + number - 1, {})
                more = factor * (count * number - degree) * value
                following[key + step] = following.get(key + step, 0) + more
        check_terms("an antipode", len(total))
    return total


def _number(key: int, digits: Places) -> int:
    """Return how many trees the forest has for which an integer stands."""
    return sum(key >> start & most for start, most in digits.values())


def _add_product(total: Sum, left: Sum, right: Sum) -> None:
    few, many = sorted((left, right), key=len)
    for key, value in few.items():
        _add_shifted(total, many, key, value)


def _joined(around: dict[Tree, Sum], digits: Places) -> Sum:
    """Return minus the sum of all pieces, each times what is cut off around it."""
    total: Sum = {}
    for piece, others in sorted(around.items(), key=_length, reverse=True):
        _add_shifted(total, others, 1 << digits[piece][0], -1)
    return total


def _length(item: tuple[Tree, Sum]) -> int:
    return len(item[1])


def _add_shifted(total: Sum, terms: Sum, key: int, factor: int) -> None:
    """Add the product of a sum and one term."""
    if not total:
        total.update({key + other: factor * value for other, value in terms.items()})
    else:
        get = total.get
        for other, value in terms.items():
            whole = key + other
            total[whole] = get(whole, 0) + factor * value
    spend(1 + len(terms) // 2)
    check_terms("an antipode", len(total))


def _as_forests(terms: Sum, digits: Places, fewest: int) -> Terms:
    """Return a sum with the forests for which integers stand, of so many trees at least."""
    pieces: list[Any] = []
    for piece, (_, most) in digits.items():
        pieces += [piece] * most.bit_length()
    found: Terms = {}
    if len(terms) * fewest > MAX_STEPS:
        # All trees of all forests, of which as many are noted in a step.
        count = sum(_number(key, digits) for key in terms)
        check_steps("an antipode of so many trees in all", count // _PER_STEP)
    spend(len(terms) * fewest // 8)
    for key, value in terms.items():
        trees: list[Tree] = []
        while key:
            piece = pieces[(key & -key).bit_length() - 1]
            start, most = digits[piece]
            count = key >> start & most
            trees += [piece] * count
            key -= count << start
        found[Forest._make(tuple(trees))] = value
    return found
