"""Columns of tables: which there are, what they hold, and their numbers as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from treealg.checks import closest
from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = [
    "MISSING",
    "check_columns",
    "check_distinct",
    "check_numbers",
    "numbers_of_columns",
    "seconds_of",
    "without_missing",
]

Floats = npt.NDArray[np.floating[Any]]

MISSING = ("refuse", "drop", "keep")
"""What may be done with points that lack a value."""

# Beyond it float64 does not hold all integers.
_EXACT = 2**53


def check_columns(wanted: Iterable[str], schema: Mapping[str, Any]) -> None:
    """Refuse names that are no columns of a table."""
    for name in wanted:
        if name not in schema:
            columns = ", ".join(map(str, list(schema)[:20]))
            raise InvalidValueError(
                f"the table has no column {name!r}{closest(name, map(str, schema))}; its columns "
                f"are {columns}{', ...' if len(schema) > 20 else ''}"
            )


def check_numbers(wanted: Iterable[str], schema: Mapping[str, Any]) -> None:
    """Refuse columns of anything but numbers."""
    wrong = [f"{name!r} of {schema[name]}" for name in wanted if not schema[name].is_numeric()]
    if wrong:
        raise InvalidTypeError(
            f"values must be columns of numbers, got {', '.join(wrong[:5])}; convert them, or "
            f"give others"
        )


def check_distinct(names: Sequence[str]) -> None:
    """Refuse a result with two columns of one name."""
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InvalidValueError(
            f"the result would have two columns {twice!r}; rename a column of the table"
        )


def without_missing(table: Any, keys: list[str], values: list[str], missing: str) -> Any:
    """Refuse a table in which something is missing, or leave rows without a value out."""
    for name in keys:
        if table.get_column(name).null_count():
            raise InvalidValueError(
                f"column {name!r} must have a value in every row; leave out the rows without one"
            )
    if missing == "keep":
        return table
    lacks = np.zeros(len(table), bool)
    for name in values:
        column = table.get_column(name)
        own = column.is_null().to_numpy().astype(bool)
        if column.dtype.is_float():
            own = own | column.is_nan().fill_null(True).to_numpy().astype(bool)
        if missing == "refuse" and own.any():
            raise InvalidValueError(
                f"column {name!r} lacks a value in {int(own.sum())} rows, first in row "
                f"{int(own.argmax())}; give missing='drop' to leave these points out, or 'keep' "
                f"for NaN"
            )
        lacks |= own
    return table[np.flatnonzero(~lacks)] if lacks.any() else table


def numbers_of_columns(table: Any, names: Sequence[str], dtype: str) -> Floats:
    """Return columns as an array, row by row; what is missing is NaN."""
    found: Floats = np.empty((len(table), len(names)), dtype)
    for place, name in enumerate(names):
        column = table.get_column(name)
        if column.dtype.is_integer() and len(column):
            low, high = column.min(), column.max()
            if max(abs(low or 0), abs(high or 0)) > _EXACT:
                raise InvalidValueError(
                    f"column {name!r} has integers beyond 2**53, which floats do not hold; "
                    f"subtract the first of them"
                )
        numbers = column.cast(nw.Float64 if dtype == "float64" else nw.Float32)
        found[:, place] = numbers.to_numpy()
    return found


def seconds_of(column: Any, name: str) -> Floats:
    """Return times as numbers: dates and times in seconds from the first of them."""
    dtype = column.dtype
    if dtype.is_numeric():
        return numbers_of_columns(column.to_frame(), [name], "float64")[:, 0]
    if dtype == nw.Duration:
        microseconds = column.dt.total_microseconds().to_numpy()
    elif dtype in (nw.Datetime, nw.Date):
        microseconds = column.dt.timestamp("us").to_numpy()
    else:
        raise InvalidTypeError(
            f"time must be a column of numbers, dates or times where times=True, got {name!r} of "
            f"{dtype}"
        )
    first = microseconds[:1].astype(np.int64)
    seconds: Floats = (microseconds.astype(np.int64) - first) / 1e6
    return seconds
