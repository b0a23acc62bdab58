"""The checked options of a call along a path."""

from __future__ import annotations

from typing import Any, NamedTuple

from treealg.checks import check_flag, check_integer, check_method, check_real, thread_count
from treealg.errors import InvalidValueError

__all__ = [
    "PathOptions",
    "effective_dimension",
    "path_options",
]


class PathOptions(NamedTuple):
    """The checked options of a signature or log-signature along a path.

    Attributes
    ----------
    degree : int
        Largest number of nodes.
    time_aug, lead_lag : bool
        The transforms of the path.
    end_time : float
        Last value of the time channel.
    planar : bool
        Basis of ordered forests rather than trees.
    column : int
        1 to put a scalar in front, otherwise 0.
    method : int or None
        None for the signature, otherwise the form of the log-signature.
    n_threads : int
        Threads.
    """

    degree: int
    time_aug: bool
    lead_lag: bool
    end_time: float
    planar: bool
    column: int
    method: int | None
    n_threads: int


def path_options(
    degree: Any,
    time_aug: Any,
    lead_lag: Any,
    end_time: Any,
    planar: Any,
    scalar_term: Any,
    is_log: bool,
    method: Any,
    n_jobs: Any,
) -> PathOptions:
    """Check the options of a signature or log-signature along a path."""
    planar = check_flag("planar", planar)
    column = 1 if check_flag("scalar_term", scalar_term) else 0
    form = check_method(method, planar) if is_log else None
    if form and column:
        raise InvalidValueError(
            f"scalar_term must be False with method={form}, whose coordinates have no "
            f"scalar; use method=0 for the expanded form"
        )
    return PathOptions(
        check_integer("degree", degree, 0),
        check_flag("time_aug", time_aug),
        check_flag("lead_lag", lead_lag),
        check_real("end_time", end_time),
        planar,
        column,
        form,
        thread_count(n_jobs),
    )


def effective_dimension(dimension: int, time_aug: bool, lead_lag: bool) -> int:
    """Return the number of channels of the transformed path."""
    return dimension * (2 if lead_lag else 1) + (1 if time_aug else 0)
