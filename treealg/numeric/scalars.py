"""The scalar in front of a signature: whether it is there, and whether it is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric import arrays, devices, options

__all__ = ["check_scalar", "scalar_columns"]


def scalar_columns(rows: arrays.Rows, columns: int, scalar_term: Any, basis: str) -> int:
    """Return how many scalars are in front, 0 or 1, having checked the length.

    Parameters
    ----------
    rows : Rows
        Signatures, or derivatives in them.
    columns : int
        Coefficients without scalar.
    scalar_term : bool or None
        Whether there has to be one; None lets the length tell.
    basis : str
        What basis that is, for the message.

    Returns
    -------
    int
        0 or 1.

    Raises
    ------
    InvalidTypeError
        If `scalar_term` is neither None nor a boolean.
    InvalidValueError
        If the length is another one.
    """
    found: int = rows.item[0] - columns
    if scalar_term is None:
        if found in (0, 1):
            return found
        expected = f"{columns} columns, or {columns + 1} with its scalar,"
    else:
        wanted = 1 if options.flag(scalar_term, "scalar_term") else 0
        if found == wanted:
            return wanted
        expected = f"{columns + wanted} columns with scalar_term={bool(wanted)}"
    raise InvalidValueError(
        f"{rows.name} must have {expected} for {basis}; got shape {rows.array.shape}; check the "
        f"dimension, degree, planar, time_aug and lead_lag that belong to it"
    )


def check_scalar(rows: arrays.Rows, unit: int = 1) -> None:
    """Refuse vectors whose first column is neither the scalar of their kind nor NaN.

    Parameters
    ----------
    rows : Rows
        Vectors with scalars.
    unit : {0, 1}, default 1
        What the scalar must be: 1 for signatures, 0 for logarithms.

    Raises
    ------
    InvalidValueError
        If there is another number.
    """
    if rows.device is not None:
        found = devices.engine().other_scalar(rows, unit)
    else:
        found = _other_scalar(rows.array[..., 0], unit)
    if found is not None:
        raise InvalidValueError(
            f"{rows.name} must have the scalar {unit} in its first column, got {found}; a "
            f"signature has 1 there and a log-signature 0"
        )


def _other_scalar(column: npt.NDArray[Any], unit: int) -> Any:
    """Return a number that is neither `unit` nor NaN, None if there is none."""
    chunks: Any = np.nditer(column, flags=["external_loop", "buffered", "zerosize_ok"])
    for values in chunks:
        wrong = values[~((values == unit) | (values != values))]
        if wrong.size:
            return wrong[0]
    return None
