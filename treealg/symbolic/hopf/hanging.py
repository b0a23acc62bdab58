r"""Antipodes of the enveloping algebras of forests: trees hang on one another, and nothing cancels.

Of a forest of n trees, the antipode is :math:`(-1)^n` times the sum of all forests into which its
trees can be joined, each of them staying a root or hanging on a vertex of another. So it is as
the antipode of the dual cuts edges in all ways. Orders decide what is allowed:

- Commutative (dual to BCK), nothing is forbidden.
- Ordered, with left grafting (dual to MKW): roots, and trees that hang on one vertex, come in
  reverse order.
- Planar (dual to NCK): F is cut into blocks, which come in reverse order, and of each block the
  last tree is the root.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from treealg.symbolic.hopf.enveloping import EnvelopingProduct
from treealg.symbolic.hopf.samples import check_hangings
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.trees.enumeration import count_forests
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_TERMS,
    check_terms,
    count_choices,
    labels_differ,
)

__all__ = ["CommutativeHanging", "Hanging", "OrderedHanging", "PlanarHanging"]

# A forest, and whether all its trees are to be joined to one; more in one of the classes.
Key = tuple[Any, Any]

_MOST_LEAVES = 100  # whose forests are counted


class Hanging:
    """The sum of all forests into which trees can be joined, and the antipode that it is.

    Parameters
    ----------
    product : EnvelopingProduct
        The product that grafts trees on vertices.
    """

    def __init__(self, product: EnvelopingProduct) -> None:
        self._graft = product
        self._sums: Memo[Key, Terms] = Memo(
            self._needs, self._build, cost=self._cost, check=self._check
        )

    def antipode(self, forest: Any, progress: Callable[[int, int], Any] | None = None) -> Terms:
        """Return the antipode of a forest."""
        sign = -1 if len(forest) % 2 else 1
        return {
            key: sign * value for key, value in self._sums(self._whole(forest), progress).items()
        }

    def _whole(self, forest: Any) -> Key:
        return forest, False

    def _check(self, key: Key) -> None:
        forest, _ = key
        what = f"the antipode of a forest of {len(forest):,} trees"
        # The first stays a root, and each other one hangs on some vertex, or on none: in all, as
        # many ways as there are trees on these vertices and one more.
        ways = (1 + forest._order) ** min(len(forest) - 1, MAX_TERMS.bit_length())
        if ways > MAX_TERMS:
            if labels_differ(forest):
                check_terms(what, ways)
            self._check_leaves(what, forest)
            check_hangings(what, forest)

    def _check_leaves(self, what: str, forest: Any) -> None:
        """Refuse leaves that join to too many forests even if all labels are equal."""
        count = len(forest)
        if forest._order == count:
            check_terms(what, count_forests(min(count, _MOST_LEAVES), planar=forest.is_planar))

    def _cost(self, key: Key, known: Mapping[Key, Terms]) -> int:
        return sum(
            len(known[one]) * max(len(known[rest]) for rest in rests)
            for one, rests in self._grouped(key).items()
        )

    def _needs(self, key: Key) -> Iterable[Key]:
        groups = self._grouped(key)
        return [*groups, *{rest: None for rests in groups.values() for rest in rests}]

    def _grouped(self, key: Key) -> dict[Key, dict[Key, int]]:
        """Return for each first factor all second ones, and how often."""
        groups: dict[Key, dict[Key, int]] = {}
        for one, rest, count in self._products(key):
            rests = groups.setdefault(one, {})
            rests[rest] = rests.get(rest, 0) + count
        return groups

    def _products(self, key: Key) -> Iterable[tuple[Key, Key, int]]:
        """Return the pairs of keys whose sums are multiplied, and how often."""
        raise NotImplementedError

    def _build(self, key: Key, known: Mapping[Key, Terms]) -> Terms:
        raise NotImplementedError

    def _multiplied(self, key: Key, known: Mapping[Key, Terms]) -> Terms:
        total: Terms = {}
        for one, rests in self._grouped(key).items():
            others: Terms = {}
            for rest, count in rests.items():
                add_terms(others, known[rest], count)
            spend(len(known[one]) * len(others))
            for tree, value in known[one].items():
                for other, c in others.items():
                    whole = tree * other
                    total[whole] = total.get(whole, 0) + value * c
            check_terms("an antipode", len(total))
        return total

    def _hung(self, terms: Terms, root: Any) -> Terms:
        """Return the sum of forests of one tree where those of a sum hang on that tree."""
        total: Terms = {}
        spend(3 * len(terms))
        for hung, value in terms.items():
            make, grow = hung._make, root._make
            if not root._children:  # of a leaf they are the branches
                total[make((grow(hung._trees, root._label),))] = value
                continue
            grafted = self._graft(hung, make(root._children))
            spend(3 * len(grafted))
            for branches, ways in grafted.items():
                tree = make((grow(branches._trees, root._label),))
                total[tree] = total.get(tree, 0) + value * ways
        return total


class CommutativeHanging(Hanging):
    """Of commutative forests."""

    def _needs(self, key: Key) -> Iterable[Key]:
        forest, joined = key
        return [(rest, False) for _, rest, _ in _roots(forest)] if joined else super()._needs(key)

    def _build(self, key: Key, known: Mapping[Key, Terms]) -> Terms:
        forest, joined = key
        if not joined:
            return self._multiplied(key, known) if forest._trees else {forest: 1}
        total: Terms = {}
        for root, rest, count in _roots(forest):
            add_terms(total, self._hung(known[rest, False], root), count)
        return total

    def _products(self, key: Key) -> Iterable[tuple[Key, Key, int]]:
        # The last tree is joined with some of the others.
        forest, joined = key
        if joined or not forest._trees:
            return []
        last, rest = forest._make(forest._trees[-1:]), forest._make(forest._trees[:-1])
        return [
            ((some * last, True), (others, False), count)
            for some, others, _, count in self._graft.divisions(rest)
        ]


class OrderedHanging(Hanging):
    """Of ordered forests, by left grafting.

    Keys are a forest with how many of its first trees may be roots, or with the root of all.
    """

    def _whole(self, forest: Any) -> Key:
        return forest, len(forest)

    def _needs(self, key: Key) -> Iterable[Key]:
        forest, place = key
        return super()._needs(key) if place.__class__ is int else [(forest, len(forest))]

    def _build(self, key: Key, known: Mapping[Key, Terms]) -> Terms:
        forest, place = key
        if place.__class__ is not int:
            return self._hung(known[forest, len(forest)], place)
        return self._multiplied(key, known) if forest._trees else {forest: 1}

    def _products(self, key: Key) -> Iterable[tuple[Key, Key, int]]:
        # The first tree of the result, whose root comes last of all roots, and what follows.
        forest, place = key
        if place.__class__ is not int:
            return
        make, trees, divisions = forest._make, forest._trees, self._graft.divisions
        for i in range(place):
            later = divisions(make(trees[i + 1 :]))
            for hung, before, _, count in divisions(make(trees[:i])):
                for more, after, _, ways in later:
                    yield (hung * more, trees[i]), (before * after, len(before)), count * ways


class PlanarHanging(Hanging):
    """Of ordered forests, where trees go to any place among branches, in their order."""

    def _check(self, key: Key) -> None:
        forest, _ = key
        what = f"the antipode of a forest of {len(forest):,} trees"
        self._check_leaves(what, forest)
        # Blocks within blocks, and the places on all trees.
        ways = count_choices(2 * len(forest), len(forest))
        ways *= count_choices(2 * forest._order + len(forest), len(forest))
        if ways > MAX_TERMS:
            check_hangings(what, forest, inserts=True)

    def _needs(self, key: Key) -> Iterable[Key]:
        forest, joined = key
        return [(forest._make(forest._trees[:-1]), False)] if joined else super()._needs(key)

    def _build(self, key: Key, known: Mapping[Key, Terms]) -> Terms:
        forest, joined = key
        if joined:
            return self._hung(known[forest._make(forest._trees[:-1]), False], forest._trees[-1])
        return self._multiplied(key, known) if forest._trees else {forest: 1}

    def _products(self, key: Key) -> Iterable[tuple[Key, Key, int]]:
        # What follows the first block, and that.
        forest, joined = key
        if joined:
            return []
        make, trees = forest._make, forest._trees
        cuts = range(1, len(trees) + 1)
        return [((make(trees[i:]), False), (make(trees[:i]), True), 1) for i in cuts]


def _roots(forest: Any) -> list[tuple[Any, Any, int]]:
    """Return each tree of a forest, the others, and how many of it there are."""
    found, trees, start = [], forest._trees, 0
    for tree, run in itertools.groupby(trees):
        count = len(list(run))
        found.append((tree, forest._make(trees[:start] + trees[start + 1 :]), count))
        start += count
    return found
