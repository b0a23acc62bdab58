"""What a truncated series starts with: 1 on the empty key for a method, 0 for a vector field."""

from __future__ import annotations

from typing import Any, TypeVar

from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.truncated import TruncatedSeries
from treealg.symbolic.linear.magnitudes import is_beyond_rounding
from treealg.symbolic.linear.tolerances import holds_to_rounding, is_rounded

__all__ = ["is_starting_with", "starting_with"]

S = TypeVar("S", bound=TruncatedSeries[Any])

_KINDS = {0: "vector field", 1: "method"}


def is_starting_with(series: TruncatedSeries[Any], start: int, tol: float | None = None) -> bool:
    """Tell whether a series has a value on the empty key, floats to rounding or to a tolerance.

    Examples
    --------
    >>> from treealg.symbolic.bseries import BSeries
    >>> is_starting_with(BSeries({}, 2, empty=1 - 2**-53), 1)
    True
    """
    return holds_to_rounding(series._values[series._empty] - start, tol)


def starting_with(name: str, series: S, *starts: int, tol: float | None = None) -> S:
    """Return an argument that must be a method, or a vector field, with exactly the value of one.

    Parameters
    ----------
    name : str
        Of the argument.
    series : TruncatedSeries
        It.
    *starts : int
        What is allowed: 1 for a method, 0 for a vector field.
    tol : float, optional
        How far a float may be from it, otherwise as far as rounding explains.

    Raises
    ------
    InvalidValueError
        If its value on the empty key is none of these.

    Examples
    --------
    >>> from treealg.symbolic.bseries import BSeries
    >>> starting_with("series", BSeries({}, 0, empty=1 - 2**-53), 1)
    <BSeries to order 0: None: 1>
    """
    empty = series._empty
    value = series._values[empty]
    if value.__class__ is int and value in starts:
        return series
    bounds = [None] if tol is None else [0.0, tol]
    found = (each for bound in bounds for each in starts if is_starting_with(series, each, bound))
    start = next(found, None)
    if start is not None:
        values = series._values if value == start else {**series._values, empty: start}
        return series._wrap(values, series.order, series.colours)
    place = "tree" if empty is None else "forest"
    if len(starts) == 1:
        wanted = f"the series of a {_KINDS[starts[0]]}, with value {starts[0]} on the empty {place}"
    else:
        either = " or ".join(f"{each} ({_KINDS[each]})" for each in starts)
        wanted = f"{either} on the empty {place}"
    raise InvalidValueError(f"{name} must be {wanted}, got {value}{_advice(series, starts)}")


def _advice(series: TruncatedSeries[Any], starts: tuple[int, ...]) -> str:
    """Return what to do about floats that may be rounded more than those of double precision."""
    value = series._values[series._empty]
    for start in starts:
        difference = value - start
        if is_rounded(difference) and not is_beyond_rounding(difference, lambda size: (1.0,)):
            if start:
                return "; if that is 1 but for rounding, divide by it: series / series[None]"
            return (
                "; if that is 0 but for rounding, leave it out: BSeries({**field, None: 0}, "
                "field.order, field.colours)"
            )
    return ""
