"""The plans that are kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar, cast

from treealg import engines, tables

__all__ = ["PlanCache", "clear_cache", "find_plan", "keep_plan", "trim_plans"]

_CACHE_BYTES = 1 << 29


class _Kept(Protocol):
    @property
    def nbytes(self) -> int:
        """Size of the tables made so far."""


_Plan = TypeVar("_Plan", bound=_Kept)


class PlanCache:
    """A cache of plans, bounded by the bytes of their tables, oldest out first.

    There is no lock, which a forked process could inherit closed: each step is one atomic operation
    on a dictionary, and a plan that leaves the cache lives on with whoever holds it.

    Attributes
    ----------
    find : callable
        ``find(key)`` returns a plan or None.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._plans: dict[Hashable, Any] = {}
        self.find = self._plans.get

    def keep(self, key: Hashable, plan: _Plan) -> _Plan:
        """Keep a plan, and drop the oldest ones beyond the limit."""
        self._plans[key] = plan
        self.trim(plan)
        return plan

    def trim(self, newest: _Kept) -> None:
        """Drop the oldest plans beyond the limit, but for one that is in use."""
        entries = list(self._plans.items())
        total = sum(entry.nbytes for _, entry in entries)
        for oldest, entry in entries:
            if total <= self._limit:
                break
            if entry is not newest:
                self._plans.pop(oldest, None)
                total -= entry.nbytes

    def clear(self) -> None:
        """Drop every plan."""
        self._plans.clear()


_cache = PlanCache(_CACHE_BYTES)

find_plan = _cache.find
"""Returns the plan of a key, None if it is not there."""

trim_plans = _cache.trim
"""Makes room for the tables that a plan has made after it was kept."""


def keep_plan(key: Hashable, make: Callable[[], _Plan]) -> _Plan:
    """Return the plan of a key, made and kept if it is not there."""
    return cast(_Plan, _cache.find(key)) or _cache.keep(key, make())


def clear_cache() -> None:
    """Forget the tables that are held in memory.

    Files in the disk cache stay. Other threads may be computing: they keep the tables that they
    use, and results do not change.

    See Also
    --------
    warm_up : Build tables early.

    Examples
    --------
    >>> import treealg
    >>> treealg.clear_cache()
    """
    _cache.clear()
    tables.clear_cache()
    engines.clear_cache()
