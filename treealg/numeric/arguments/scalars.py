"""The scalar in front of a signature: whether it is there, and whether it is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments import arrays, devices

__all__ = ["basis_text", "scalar_columns"]


def basis_text(dimension: int, degree: int, planar: bool) -> str:
    """Name a basis, for messages."""
    kind = "planar" if planar else "non-planar"
    return f"the {kind} basis of dimension {dimension} (after path transforms) and degree {degree}"


def scalar_columns(
    rows: arrays.Rows,
    columns: int,
    basis: str,
    *,
    scalar_term: Any = None,
    unit: int | None = None,
) -> int:
    """Return how many scalars are in front, 0 or 1, having checked the length."""
    found: int = rows.item[0] - columns
    allowed: tuple[int, ...]
    if scalar_term is None:
        allowed, expected = (0, 1), f"{columns} columns, or {columns + 1} with its scalar,"
    else:
        wanted = check_flag("scalar_term", scalar_term)
        allowed, expected = (int(wanted),), f"{columns + wanted} columns with scalar_term={wanted}"
    if found not in allowed:
        raise InvalidValueError(
            f"{rows.name} must have {expected} for {basis}; got shape {rows.array.shape}; check "
            f"the dimension, degree, planar, time_aug and lead_lag that belong to it"
        )
    if found and unit is not None:
        _check_scalar(rows, unit)
    return found


def _check_scalar(rows: arrays.Rows, unit: int) -> None:
    """Refuse vectors whose first column is neither the scalar of their kind nor NaN."""
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
