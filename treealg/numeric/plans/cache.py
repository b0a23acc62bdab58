"""The plans that are kept, in one memory with the tables that they are made of."""

from __future__ import annotations

from treealg import engines
from treealg.memory import memory

__all__ = ["clear_cache", "find_plan", "keep_plan", "trim_plans"]

find_plan = memory.find
"""Returns the plan of a key, or None: then `keep_plan` may find it still, or makes it."""

keep_plan = memory.keep
"""Returns the plan of a key, made and kept if it is not there."""

trim_plans = memory.trim
"""Makes room for the tables that a plan has made after it was kept."""


memory.when_dropped.append(engines.forget_repeats)


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
    memory.clear()
    engines.clear_cache()
