"""Checks of the options that are not arrays: one small function per type of option.

Python and NumPy integers are both integers, Python and NumPy booleans both booleans, and neither
stands in for the other: ``True`` is not 1, so that a flag in the place of a degree is an error.
"""

from __future__ import annotations

import math
import numbers
import os
from typing import Any, NamedTuple

import numpy as np

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = [
    "PathOptions",
    "effective_dimension",
    "end_time_of",
    "finite_real",
    "flag",
    "integer",
    "log_method",
    "path_options",
    "threads",
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
    planar = flag(planar, "planar")
    column = 1 if flag(scalar_term, "scalar_term") else 0
    form = log_method(method, planar) if is_log else None
    if form and column:
        raise InvalidValueError(
            f"scalar_term must be False with method={form}, whose coordinates have no "
            f"scalar; use method=0 for the expanded form"
        )
    return PathOptions(
        integer(degree, "degree", 0),
        flag(time_aug, "time_aug"),
        flag(lead_lag, "lead_lag"),
        end_time_of(end_time),
        planar,
        column,
        form,
        threads(n_jobs),
    )


def flag(value: Any, name: str) -> bool:
    """Return `value` as a bool, accepting only booleans."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, np.bool_):
        return bool(value)
    raise InvalidTypeError(
        f"{name} must be True or False, got {_shown(value)}; write bool(...) around it if that "
        f"is what you mean"
    )


def integer(value: Any, name: str, minimum: int) -> int:
    """Return `value` as an int of at least `minimum`."""
    number: int = value if type(value) is int else _any_integer(value, name)
    if number < minimum:
        raise InvalidValueError(f"{name} must be at least {minimum}, got {number}")
    return number


def _any_integer(value: Any, name: str) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    raise InvalidTypeError(
        f"{name} must be an integer, got {_shown(value)}; write int(...) around it if that is "
        f"what you mean"
    )


def end_time_of(value: Any) -> float:
    """Return `end_time` as a finite float."""
    if type(value) is float and -math.inf < value < math.inf:
        return value
    return finite_real(value, "end_time")


def finite_real(value: Any, name: str) -> float:
    """Return `value` as a finite float."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidTypeError(f"{name} must be a real number, got {_shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidValueError(
            f"{name} must be finite, got {number}; give a number that float64 holds, for instance "
            f"1.0"
        )
    return number


def log_method(value: Any, planar: bool) -> int:
    """Return `method`: 0, or 1 or 2 when planar."""
    method = integer(value, "method", 0)
    if method == 0 or (planar and method <= 2):
        return method
    if method <= 2:
        raise InvalidValueError(
            f"method={method} gives coordinates at Lyndon forests, which exist only with "
            f"planar=True; use method=0 or planar=True"
        )
    raise InvalidValueError(
        f"method must be 0 (expanded), 1 (Lyndon coordinates) or 2 (bracket coefficients), "
        f"got {method}"
    )


def threads(n_jobs: Any) -> int:
    """Return the number of threads that `n_jobs` asks for."""
    count = n_jobs if type(n_jobs) is int else _any_integer(n_jobs, "n_jobs")
    if count == 1:
        return 1
    if count == 0:
        raise InvalidValueError(
            "n_jobs must not be 0; use 1 for serial work, -1 for all processors, -k for all but k-1"
        )
    available = _available_processors()
    return min(count, available) if count > 0 else max(available + 1 + count, 1)


def _available_processors() -> int:
    count: int | None
    if hasattr(os, "process_cpu_count"):
        count = os.process_cpu_count()
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count()
    return count or 1


def effective_dimension(dimension: int, time_aug: bool, lead_lag: bool) -> int:
    """Return the number of channels of the transformed path."""
    return dimension * (2 if lead_lag else 1) + (1 if time_aug else 0)


def _shown(value: Any) -> str:
    """Return a short text for a value of unknown type and size."""
    text = repr(value) if isinstance(value, (str, numbers.Number, np.generic)) else ""
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return f"{text[:40]} of type {kind}" if text else f"a value of type {kind}"
