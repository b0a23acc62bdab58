"""Vectors of coefficients as arguments: which basis they belong to, and the scalar in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treealg.checks import check_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.rows import Rows, out_of_memory

__all__ = [
    "body",
    "check_columns",
    "check_same_scalar",
    "of_scalars",
    "split_log",
    "split_scalar",
    "split_signature",
    "split_signature_or_log",
]


def split_signature(rows: Rows, call: Call) -> tuple[Rows, Any]:
    """Return signatures without their scalar, and that; length and scalar are checked."""
    return split_scalar(rows, call.columns, call, units=(1,))


def split_log(rows: Rows, call: Call) -> tuple[Rows, Any]:
    """Return logarithms without their scalar, and that; length and scalar are checked."""
    if not call.method:
        return split_scalar(rows, call.columns, call, units=(0,))
    what = f"the Lyndon coordinates of method={call.method}, without scalar"
    check_columns(rows, call.size, what)
    return rows, None


def split_signature_or_log(
    rows: Rows, columns: int, call: Call, *, what: str = ""
) -> tuple[Rows, Any]:
    """Return vectors for a linear map without their scalar, and that; both are checked.

    A linear map that respects products takes signatures to such and logarithms to such.
    """
    return split_scalar(rows, columns, call, units=(1, 0), what=what)


def split_scalar(
    rows: Rows,
    columns: int,
    call: Call,
    *,
    scalar_term: Any = None,
    units: tuple[int, ...] = (),
    what: str = "",
) -> tuple[Rows, Any]:
    """Return vectors without their scalar, and an array of scalars, None if there are none.

    Whether they are there is told by the length, which has to be what `scalar_term` says if that is
    a boolean; with units they have to be one of these, or NaN. Scalars have no tangent.
    """
    found: int = rows.item[0] - columns
    allowed: tuple[int, ...]
    if scalar_term is None:
        allowed, expected = (0, 1), f"{columns} columns, or {columns + 1} with its scalar,"
    else:
        wanted = check_flag("scalar_term", scalar_term)
        allowed, expected = (int(wanted),), f"{columns + wanted} columns with scalar_term={wanted}"
    if found not in allowed:
        raise InvalidValueError(
            f"{rows.name} must have {expected} for {what}{call.basis}; got shape "
            f"{rows.array.shape}; check the dimension, degree, planar, time_aug and lead_lag that "
            f"belong to it"
        )
    if not found:
        return rows, None
    if units:
        other = rows.other_scalar(units)
        if other is not None:
            raise InvalidValueError(
                f"{rows.name} must have the scalar {' or '.join(map(str, units))} in its first "
                f"column, got {other}; a signature has 1 there and a log-signature 0"
            )
    return rows.without_scalar(), rows.scalars()


def of_scalars(rows: Rows, function: Callable[..., Any], *scalars: Any) -> Any:
    """Return a function of the scalars of vectors, None if there are none."""
    if scalars[0] is None:
        return None
    try:
        return function(*scalars)
    except MemoryError:
        raise out_of_memory(rows, (*scalars[0].shape, *rows.item)) from None


def body(rows: Rows, scalar: Any) -> Rows:
    """Return vectors without the scalar that they have if another vector has one."""
    return rows if scalar is None else rows.without_scalar()


def check_same_scalar(first: Rows, second: Rows) -> None:
    """Refuse two vectors of which one has a scalar and the other none."""
    if first.item != second.item:
        raise InvalidValueError(
            f"{first.name} and {second.name} must both have their scalar or both not, got shapes "
            f"{first.array.shape} and {second.array.shape}; drop or add the first column of one"
        )


def check_columns(rows: Rows, expected: int, what: str) -> None:
    """Refuse vectors of a wrong length."""
    if rows.item[0] != expected:
        raise InvalidValueError(
            f"{rows.name} must have {expected} columns, {what}; got shape {rows.array.shape}"
        )
