"""The plans that are kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from treealg import engines, tables
from treealg.numeric.plans.plan import Plan

__all__ = ["PlanCache", "clear_cache", "find_plan", "keep_plan"]

_CACHE_BYTES = 1 << 29


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
        self._plans: dict[Hashable, Plan] = {}
        self.find = self._plans.get

    def keep(self, key: Hashable, plan: Plan) -> Plan:
        """Keep a plan, and drop the oldest ones beyond the limit."""
        self._plans[key] = plan
        entries = list(self._plans.items())
        total = sum(entry.nbytes for _, entry in entries)
        for oldest, entry in entries:
            if total <= self._limit:
                break
            if entry is not plan:
                self._plans.pop(oldest, None)
                total -= entry.nbytes
        return plan

    def clear(self) -> None:
        """Drop every plan."""
        self._plans.clear()


_cache = PlanCache(_CACHE_BYTES)

find_plan = _cache.find
"""Returns the plan of a key, None if it is not there."""


def keep_plan(key: Hashable, make: Callable[[], Plan]) -> Plan:
    """Return the plan of a key, made and kept if it is not there.

    A plan counts with the tables that it has made by the time that the next one is kept.
    """
    return _cache.find(key) or _cache.keep(key, make())


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
