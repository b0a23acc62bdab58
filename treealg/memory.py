"""The memory of what is made once per size and kept: tables, plans.

There is one, with one bound in bytes and one rule: what was used longest ago goes first. To look
something up must cost no more than that, so use is not noted at each look-up, but by generations.
Values are in the young generation when they are made, and when they are asked for and found in the
old one. When the young ones come to half the bound, the old ones are dropped, and the young ones
are the old ones from there on, all but the one that came last.

There is no lock, which a forked process could inherit closed: each step is one atomic operation on
a dictionary. What threads may do to each other is to drop a value that is then made again; and a
value that leaves the memory lives on with whoever holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

from treealg.optional import untraced

__all__ = ["BOUND", "Memory", "Sized", "memory"]

BOUND = 2**30
"""Bytes that are kept; one value that is larger than half of this is kept besides."""


class Sized(Protocol):
    """What can be kept."""

    @property
    def nbytes(self) -> int:
        """The bytes that are its own, and not counted with another value that is kept."""


_Value = TypeVar("_Value", bound=Sized)


class Memory:
    """Values by key, bounded by their bytes, those that were used longest ago out first.

    Attributes
    ----------
    find : callable
        ``find(key)`` returns a value or None, by one look-up in a dictionary; one of the old
        generation, too, is found by `get` and `keep`.
    when_dropped : list of callable
        Called whenever values are dropped, by others who hold them and are to let go of them.
    """

    def __init__(self, bound: int = BOUND) -> None:
        self.bound = bound
        self.when_dropped: list[Callable[[], None]] = []
        self._young: dict[Hashable, Any] = {}
        self._old: dict[Hashable, Any] = {}
        self.find: Callable[[Hashable], Any] = self._young.get

    def get(self, key: Hashable) -> Any:
        """Return the value of a key, or None."""
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Hashable, value: _Value) -> _Value:
        """Keep a value, and make room for it."""
        self._young[key] = value
        self._old.pop(key, None)
        self.trim(value)
        return value

    def keep(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return the value of a key, made and kept if it is not there."""
        value: _Value | None = self.get(key)
        return self.put(key, untraced(make)()) if value is None else value

    def trim(self, latest: Sized) -> None:
        """Make room for a value that has grown."""
        young = list(self._young.items())
        if sum(value.nbytes for _, value in young) <= self.bound // 2:
            return
        self._old = {key: value for key, value in young if value is not latest}
        for key in self._old:
            self._young.pop(key, None)
        self._tell()

    def values(self) -> list[Any]:
        """Return all that is kept."""
        return [*self._young.values(), *self._old.values()]

    def clear(self) -> None:
        """Forget everything."""
        self._young.clear()
        self._old = {}
        self._tell()

    def _tell(self) -> None:
        for let_go in self.when_dropped:
            let_go()


memory = Memory()
