"""What is remembered: bounded, forgotten by `clear_cache`, safe in threads.

One rule for the whole layer: a recursion is a `Memo`, which does not recurse; any other function
is `remembered`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, ParamSpec, TypeVar

from treealg.checks import check_callable
from treealg.symbolic.trees.meter import before_refusal, spend
from treealg.symbolic.trees.sizes import MAX_STEPS, check_steps, check_terms

__all__ = ["Memo", "check_progress", "clear_cache", "remembered"]

#: So many steps are told to the meter together.
_WORK = 100

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = ParamSpec("P")

_clearers: list[Callable[[], Any]] = []
# By identity: a table of an algebra that was made on demand goes with it.
_memos: weakref.WeakValueDictionary[int, Memo[Any, Any]] = weakref.WeakValueDictionary()


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
    cost : callable, optional
        ``cost(key, known)`` gives how many steps `build` will take at least, where that is more
        than the terms of the value; asked before it, so that what takes too many is refused.
    check : callable, optional
        ``check(key)`` refuses what is too large; asked of keys of which the value is not known,
        once at each call, before the work, and not of those that they depend on.
    table : callable, default dict
        Makes what values are kept in; `ByKind` where keys are words.

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
        cost: Callable[[K, Mapping[K, V]], int] | None = None,
        check: Callable[[K], None] | None = None,
        table: Callable[[], dict[Any, Any]] = dict,
    ) -> None:
        self._needs = needs
        self._build = build
        self._bound = bound
        self._cost = cost
        self._check = check
        self._new_table = table
        self._table: dict[K, V] = table()
        self._terms = 0
        _memos[id(self)] = self

    def __call__(
        self,
        key: K,
        progress: Callable[[int, int], Any] | None = None,
        *,
        checks: bool = True,
    ) -> V:
        """Return the value of a key, without `checks` also of what may be too large.

        The value is not to be changed, and is refused if it is larger than any result may be,
        or all that are needed for it together are ten times as large. `progress` is called after
        each value found, with how many were found and how many are known to be still needed; it
        may raise to stop the work.
        """
        table = self._table
        value = table.get(key)
        if value is not None:
            spend(1 + len(value))  # type: ignore[arg-type]
            return value
        if checks and self._check is not None:
            self._check(key)
        stack = [key]
        added = found = steps = work = 0
        try:
            while stack:
                top = stack[-1]
                if top in table:
                    stack.pop()
                    continue
                missing = [need for need in self._needs(top) if need not in table]
                if missing:
                    work += len(missing)
                    stack.extend(missing)
                    continue
                if self._cost is not None:
                    steps += self._cost(top, table)
                    check_steps("all that is needed together", steps)
                built = self._build(top, table)
                check_terms("a sum that is needed", len(built))  # type: ignore[arg-type]
                table[top] = built
                added += len(built)  # type: ignore[arg-type]
                work += 1 + len(built)  # type: ignore[arg-type]
                if work > _WORK:
                    spend(work)
                    work = 0
                check_terms("all that is needed together", added, MAX_STEPS)
                stack.pop()
                if progress is not None:
                    found += 1
                    progress(found, len(stack))
        finally:
            # Also what is refused half-way has been kept.
            self._terms += added
            if self._terms > self._bound:
                self.clear()
        spend(work)
        return table[key]

    def keep(self, key: K, value: V) -> V:
        """Remember a value that was found in another way, and return it."""
        self._table[key] = value
        self._terms += len(value)  # type: ignore[arg-type]
        if self._terms > self._bound:
            self.clear()
        return value

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: Any) -> bool:
        return key in self._table

    def clear(self) -> None:
        """Forget all values."""
        self._table = self._new_table()
        self._terms = 0


def check_progress(progress: Any) -> None:
    """Refuse what is to be called with the progress of some work, and cannot be.

    Examples
    --------
    >>> check_progress(None)
    """
    if progress is not None:
        check_callable("progress", progress)


def clear_cache() -> None:
    """Forget every coproduct, antipode, shuffle and arborification computed so far.

    Examples
    --------
    >>> clear_cache()
    """
    # The list of references is made at once; another thread may add to the dictionary meanwhile.
    for reference in _memos.valuerefs():
        if (memo := reference()) is not None:
            memo.clear()
    for clear in tuple(_clearers):
        clear()


before_refusal(clear_cache)


def remembered(count: int) -> Callable[[Callable[P, V]], Callable[P, V]]:
    """Return a decorator that keeps the last `count` results of a function.

    Examples
    --------
    >>> @remembered(2)
    ... def double(n):
    ...     print("computed")
    ...     return 2 * n
    >>> double(3), double(3)
    computed
    (6, 6)
    """

    def decorate(function: Callable[P, V]) -> Callable[P, V]:
        kept = lru_cache(maxsize=count)(function)
        _clearers.append(kept.cache_clear)
        return kept  # type: ignore[return-value]

    return decorate
