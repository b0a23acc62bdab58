"""Immutable values of which there is one object each, in a total order."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from typing import Any, Self, TypeVar

from treealg.symbolic.trees.meter import spend

__all__ = ["Interned", "Known", "WeakTable", "intern_value"]

V = TypeVar("V")


class Known(weakref.ref[Any]):
    """A weak reference that knows under which key it stands in a table; made by `WeakTable`."""

    __slots__ = ("key", "table")

    key: Any
    table: WeakTable


class WeakTable(dict[Any, Known]):
    """The living values of a class by key: a plain dictionary of weak references.

    A lookup costs a dictionary access and a call without Python code, several times less than
    ``weakref.WeakValueDictionary``. Values that have died disappear.
    """

    __slots__ = ("__weakref__",)


def _forget(reference: Known) -> None:
    lock: Any = _lock
    if lock is None or sys.is_finalizing():
        # The interpreter ends, and may have emptied this module, and those of labels.
        return
    # The key may already hold the reference of a younger value.
    with lock:
        if reference.table.get(reference.key) is reference:
            del reference.table[reference.key]


_lock = threading.RLock()


#: How many values were made since the meter was told of so many.
_made, _TOLD = 0, 50


def _renew_lock() -> None:
    # A child of fork may inherit the lock as held by a thread that it does not have.
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def intern_value(table: WeakTable, key: Any, new: V) -> V:
    """Return the value that `table` holds for a key, `new` if it holds none.

    Threads that call at the same time get the same one.
    """
    global _made
    _made += 1
    if _made == _TOLD:
        _made = 0
        spend(3 * _TOLD)
    reference = Known(new, _forget)
    reference.key = key
    reference.table = table
    with _lock:
        before = table.get(key)
        value: V | None = None if before is None else before()
        if value is not None:
            return value
        table[key] = reference
    return new


class Interned:
    """A value that is equal only to itself, with the order of its class."""

    __slots__ = ("__weakref__",)

    def _precedes(self, other: Self) -> bool:
        """Tell whether this value comes before another, different one of its class."""
        raise NotImplementedError

    def __lt__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is not other and self._precedes(other)

    def __gt__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is not other and bool(other._precedes(self))

    def __le__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or self._precedes(other)

    def __ge__(self, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or bool(other._precedes(self))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self
