"""Memory of recursive computations: without recursion, bounded, clearable, safe in threads."""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

__all__ = ["Memo", "clear_cache", "on_clear"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_clearers: list[Callable[[], Any]] = []


class Memo(Generic[K, V]):
    """A function that is defined by recursion on its argument, with the values it has found.

    Parameters
    ----------
    needs : callable
        ``needs(key)`` gives the keys on which the value of `key` depends.
    build : callable
        ``build(key, known)`` gives the value, where `known` maps those keys to their values.
    bound : int, default 500_000
        When the values together have more than this many terms, all are forgotten.

    Notes
    -----
    Dependencies are followed with an explicit list, so that depth is not limited. A thread
    computes in the table that it found when it started: another may clear at any moment, and two
    that compute the same value at once both get it right.

    Examples
    --------
    >>> rows = Memo(
    ...     lambda n: [n - 1] if n else [],
    ...     lambda n, known: [1, *map(sum, zip(known[n - 1], known[n - 1][1:])), 1] if n else [1],
    ... )
    >>> rows(4)
    [1, 4, 6, 4, 1]
    """

    def __init__(
        self,
        needs: Callable[[K], Iterable[K]],
        build: Callable[[K, Mapping[K, V]], V],
        bound: int = 500_000,
    ) -> None:
        self._needs = needs
        self._build = build
        self._bound = bound
        self._table: dict[K, V] = {}
        self._terms = 0

    def __call__(self, key: K, progress: Callable[[int, int], Any] | None = None) -> V:
        """Return the value of a key."""
        table = self._table
        value = table.get(key)
        if value is not None:
            return value
        stack = [key]
        added = found = 0
        while stack:
            top = stack[-1]
            if top in table:
                stack.pop()
                continue
            missing = [need for need in self._needs(top) if need not in table]
            if missing:
                stack.extend(missing)
                continue
            built = self._build(top, table)
            table[top] = built
            added += len(built)  # type: ignore[arg-type]
            stack.pop()
            if progress is not None:
                found += 1
                progress(found, len(stack))
        value = table[key]
        self._terms += added
        if self._terms > self._bound:
            self.clear()
        return value

    def __len__(self) -> int:
        return len(self._table)

    def clear(self) -> None:
        """Forget all values."""
        self._table = {}
        self._terms = 0


def clear_cache() -> None:
    """Forget every coproduct, antipode, shuffle and arborification computed so far.

    Examples
    --------
    >>> clear_cache()
    """
    for clear in tuple(_clearers):
        clear()


def on_clear(clear: Callable[[], Any]) -> None:
    """Have `clear_cache` call a function; for the modules that remember something."""
    if isinstance(clear, types.MethodType):
        # What an algebra made on demand remembers goes with it.
        method = weakref.WeakMethod(clear)
        _clearers.append(lambda: (found := method()) and found())
    else:
        _clearers.append(clear)
