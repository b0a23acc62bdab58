"""The order in which sums are written: that of the basis, however they were made."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nlargest, nsmallest
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.labels import label_place
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.rooted import RootedTree

__all__ = ["ends_in_order", "in_order"]

_Term = tuple[Any, Any]


def in_order(terms: Iterable[_Term], most: int | None = None) -> list[_Term]:
    """Return pairs of keys and coefficients in the order of the keys, the first ones of them.

    Forests are in the basis order, words by length and then letter by letter, keys of tensors slot
    by slot. With labels that have no order, terms stay as they come.

    Examples
    --------
    >>> in_order([(("b",), 1), (("a", "a"), 2), (("a",), 3)])
    [(('a',), 3), (('b',), 1), (('a', 'a'), 2)]
    """
    found = list(terms)
    if len(found) < 2:
        return found[:most]
    placed = zip(_places(found), found, strict=True)
    place = itemgetter(0)
    if most is None or most >= len(found):
        return [term for _, term in sorted(placed, key=place)]
    return [term for _, term in nsmallest(most, placed, key=place)]


def ends_in_order(terms: Iterable[_Term], count: int) -> list[_Term]:
    """Return so many of the first and of the last pairs, in order; all if these are no more.

    Examples
    --------
    >>> ends_in_order([((3,), 1), ((1,), 1), ((2,), 1)], 1)
    [((1,), 1), ((3,), 1)]
    """
    found = list(terms)
    if len(found) <= 2 * count:
        return in_order(found)
    placed = list(zip(_places(found), range(len(found)), strict=True))
    kept = nsmallest(count, placed) + nlargest(count, placed)[::-1]
    return [found[index] for _, index in kept]


def _places(terms: list[_Term]) -> Iterable[Any]:
    """Return by what terms are sorted; all the same if their labels have no order."""
    keys = [key for key, _ in terms]
    # Words of integers or of names, which most are, have the order that Python has for tuples.
    if set(map(type, keys)) == {tuple}:
        letters = set(map(type, chain.from_iterable(keys)))
        if letters in ({int}, {str}):
            return [(len(key), key) for key in keys]
    try:
        ranks = _ranks(keys)
        return [_place(key, ranks) for key in keys]
    except (TypeError, ValueError):
        return [0] * len(keys)


def _place(key: Any, ranks: dict[RootedTree, int]) -> tuple[Any, ...]:
    if isinstance(key, tuple):
        return (1, len(key), tuple([_place(part, ranks) for part in key]))
    if isinstance(key, RootedForest):
        trees = tuple([ranks[tree] for tree in key.trees])
        return (0, type(key).__name__, key.order, trees)
    if isinstance(key, RootedTree):
        return (0, type(key).__name__, ranks[key])
    return (2, label_place(key))


def _ranks(keys: list[Any]) -> dict[RootedTree, int]:
    """Return the places of all trees in some keys, of all that their vertices bear, in their order.

    Each is compared once with others of as many nodes: by the ranks of its children, and by labels.
    """
    found: dict[RootedTree, int] = {}
    stack = keys.copy()
    while stack:
        key = stack.pop()
        if isinstance(key, tuple):
            stack += key
            continue
        parts = key.trees if isinstance(key, RootedForest) else ()
        parts = key.children if isinstance(key, RootedTree) and key not in found else parts
        if isinstance(key, RootedTree):
            found[key] = 0
        stack += [part for part in parts if part not in found]
    spend(len(found))
    rank = 0
    for _, trees in groupby(sorted(found, key=lambda tree: tree.order), lambda tree: tree.order):
        placed = [
            ((tuple([found[child] for child in tree.children]), label_place(tree.label)), tree)
            for tree in trees
        ]
        placed.sort(key=itemgetter(0))
        for _, same in groupby(placed, itemgetter(0)):
            rank += 1
            for _, tree in same:
                found[tree] = rank
    return found
