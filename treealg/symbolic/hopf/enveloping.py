r"""The enveloping products of forests: F ∗ ω = F·ω + ..., by grafting on vertices or beside them.

For a derivation-like grafting, :math:`F * \omega = \sum F_{(1)} \cdot (F_{(2)} \rhd \omega)` and
:math:`F \rhd B^+_a(G) = B^+_a(F * G)`, so that the product of forests needs nothing but itself:
:math:`F * (\omega B^+_a(G)) = \sum (F_{(1)} * \omega) \cdot B^+_a(F_{(2)} * G)`. How F is divided
tells three products apart: in all ways as a multiset (non-planar), in all ways as a sequence with
left grafting (dual to MKW), or into consecutive pieces that keep their places among the old
branches (dual to NCK).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import comb, prod
from typing import Any

from treealg.symbolic.hopf.samples import check_grafts, check_insertions
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_STEPS,
    MAX_TERMS,
    check_steps,
    check_terms,
    count_choices,
    height,
    labels_differ,
    longest_paths,
)

__all__ = ["EnvelopingProduct", "consecutive_pieces", "sub_multisets", "sub_sequences"]

#: Steps that it takes, at least, to make a term of a product, its tree and its forest.
_STEPS_OF_TERM = 12

#: The same of a product with a forest of one tree.
_STEPS_ALONE = 16

# Pieces for the trees before the last one, for the branches of the last one, and for the place
# after it, with the number of ways.
Division = tuple[Any, Any, Any, int]


def sub_multisets(forest: Any) -> list[Division]:
    """Divide the trees of a commutative forest among two places, in all ways.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> [(str(a), str(b), count) for a, b, _, count in sub_multisets(Forest([Tree(), Tree()]))]
    [('0 0', '∅', 1), ('0', '0', 2), ('∅', '0 0', 1)]
    """
    make = forest._make
    found: dict[tuple[Any, Any], int] = {((), ()): 1}
    for tree, run in itertools.groupby(forest._trees):
        length = sum(1 for _ in run)
        shares = [(length - k, k, comb(length, k)) for k in range(length + 1)]
        grown: dict[tuple[Any, Any], int] = {}
        spend(2 * len(found) * len(shares))
        for (first, second), count in found.items():
            for here, there, ways in shares:
                key = (first + (tree,) * here, second + (tree,) * there)
                grown[key] = grown.get(key, 0) + count * ways
        found = grown
    return [(make(a), make(b), forest.empty, count) for (a, b), count in found.items()]


def sub_sequences(forest: Any) -> list[Division]:
    """Divide the trees of an ordered forest among two places, in all ways, each piece in order.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest
    >>> divided = sub_sequences(OrderedForest.from_text("1 2"))
    >>> [(str(a), str(b)) for a, b, _, _ in divided]
    [('1 2', '∅'), ('1', '2'), ('2', '1'), ('∅', '1 2')]
    """
    return sub_multisets(forest)


def consecutive_pieces(forest: Any) -> list[Division]:
    """Divide the trees of an ordered forest among three places from left to right.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest
    >>> len(consecutive_pieces(OrderedForest.from_text("1 2")))
    6
    """
    make, trees = forest._make, forest._trees
    cuts = range(len(trees) + 1)
    spend(len(cuts) ** 2 * (1 + len(cuts) // 20))
    return [
        (make(trees[:i]), make(trees[i:j]), make(trees[j:]), 1)
        for i, j in itertools.combinations_with_replacement(cuts, 2)
    ]


class EnvelopingProduct:
    """The product of forests that one of the divisions above gives.

    Parameters
    ----------
    divide : callable
        `sub_multisets`, `sub_sequences` or `consecutive_pieces`.

    References
    ----------
    D. Guin and J.-M. Oudom, "On the Lie enveloping algebra of a pre-Lie algebra", J. K-Theory 2
    (2008). K. Ebrahimi-Fard, A. Lundervold and H. Z. Munthe-Kaas, "On the Lie enveloping algebra
    of a post-Lie algebra", J. Lie Theory 25 (2015).
    """

    def __init__(self, divide: Callable[[Any], list[Division]]) -> None:
        self._divide = divide
        self._divisions: Memo[Any, list[Division]] = Memo(
            lambda forest: (),
            lambda forest, known: divide(forest),
            check=self._check_divisions,
        )
        self._products: Memo[tuple[Any, Any], Terms] = Memo(
            self._needs, self._build, cost=self._cost, check=self._check
        )

    def __call__(self, first: Any, second: Any) -> Terms:
        """Return the product of two forests.

        The dictionary from forest to number of ways is not to be changed.
        """
        return self._products((first, second))

    def divisions(self, forest: Any) -> list[Division]:
        """Return the divisions of a forest."""
        return self._divisions(forest)

    def _check_divisions(self, forest: Any) -> None:
        if self._divide is not consecutive_pieces:
            # So many of equal trees go to one place.
            ways = prod(count + 1 for count in Counter(forest._trees).values())
            check_terms("the list of divisions of this forest", ways)

    def _check(self, pair: tuple[Any, Any]) -> None:
        first, second = pair
        if not first._trees or not second._trees:
            return
        what = "this product of forests"
        self._check_terms(what, first, second)
        self._check_path(what, first, second)

    def _check_path(self, what: str, first: Any, second: Any) -> None:
        """Refuse what takes too many steps on a longest path of the second forest alone.

        Below each vertex of it, each part of the first forest is grafted on those vertices from
        which the path goes on for longer than a branch does, so that it is known from the result,
        up to which of several paths it is.
        """
        planar = self._divide is consecutive_pieces
        gaps = 2 if planar else 1
        counts = [len(first)] if planar else list(Counter(first._trees).values())
        most = _STEPS_ALONE * prod(count_choices(n + gaps * second._order, n) for n in counts)
        if most * second._order <= MAX_STEPS:
            return
        room = 2 + max(map(height, set(first._trees)))
        steps = 0
        # Of the whole forest, parts of the first one are not asked for.
        for length, paths, branches in longest_paths(second._trees)[:-1]:
            places = gaps * (length - room)
            if places > 0:
                ways = prod(count_choices(n + places, n) for n in counts)
                steps += (_STEPS_OF_TERM if branches > 1 else _STEPS_ALONE) * ways // paths
                check_steps(what, steps)

    def _check_terms(self, what: str, first: Any, second: Any) -> None:
        count, places = len(first), second._order + 1
        if self._divide is consecutive_pieces:
            if count_choices(count + 2 * second._order, count) > MAX_TERMS:
                check_insertions(what, first, second)
            return
        # Each tree stands beside the others or on one of the vertices.
        ways = prod(count_choices(n + places - 1, n) for n in Counter(first._trees).values())
        if ways <= MAX_TERMS:
            return
        # What is grafted to the left of branches is known from the result, but for the order of
        # equal trees that go to different places.
        if self._divide is sub_sequences or all(map(labels_differ, (first, second))):
            check_terms(what, ways)
        check_grafts(what, first, second)

    def _needs(self, pair: tuple[Any, Any]) -> Iterable[tuple[Any, Any]]:
        first, second = pair
        if not first._trees or not second._trees:
            return []
        make, trees = second._make, second._trees
        before, branches = make(trees[:-1]), make(trees[-1]._children)
        return [
            need
            for left, right, _, _ in self._divisions(first)
            for need in ((left, before), (right, branches))
        ]

    def _cost(self, pair: tuple[Any, Any], known: Mapping[tuple[Any, Any], Terms]) -> int:
        first, second = pair
        if not first._trees or not second._trees:
            return 1
        make, trees = second._make, second._trees
        before, branches = make(trees[:-1]), make(trees[-1]._children)
        products = sum(
            len(known[left, before]) * len(known[right, branches])
            for left, right, _, _ in self._divisions(first)
        )
        return products * (1 + (len(first) + len(second)) // 4)

    def _build(self, pair: tuple[Any, Any], known: Mapping[tuple[Any, Any], Terms]) -> Terms:
        first, second = pair
        if not first._trees:
            return {second: 1}
        if not second._trees:
            return {first: 1}
        make, trees = second._make, second._trees
        before, branches, root = make(trees[:-1]), make(trees[-1]._children), trees[-1]
        total: Terms = {}
        for left, right, after, count in self._divisions(first):
            grown = [
                (make((root._make(forest._trees, root._label),)) * after, value)
                for forest, value in known[right, branches].items()
            ]
            spend((5 * len(known[left, before]) + 4) * len(grown))
            for forest, value in known[left, before].items():
                add_terms(total, {forest * last: value * c for last, c in grown}, count)
        return total
