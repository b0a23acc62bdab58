"""The order in which sums are written: that of the basis, however they were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.labels import label_place
from treealg.symbolic.trees.rooted import RootedTree

__all__ = ["in_order"]


def in_order(terms: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return pairs of keys and coefficients in the order of the keys.

    Forests are in the basis order, words by length and then letter by letter, keys of tensors slot
    by slot. With labels that have no order, terms stay as they come.

    Examples
    --------
    >>> in_order([(("b",), 1), (("a", "a"), 2), (("a",), 3)])
    [(('a',), 3), (('b',), 1), (('a', 'a'), 2)]
    """
    found = list(terms)
    try:
        return sorted(found, key=lambda term: _place(term[0]))
    except (TypeError, ValueError):
        return found


def _place(key: Any) -> tuple[Any, ...]:
    if isinstance(key, tuple):
        return (1, len(key), tuple(map(_place, key)))
    if isinstance(key, (RootedForest, RootedTree)):
        return (0, type(key).__name__, key)
    return (2, label_place(key))
