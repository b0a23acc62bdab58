"""Columns of tables: which there are, what they hold, and their numbers as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.exceptions import DuplicateError

from treealg.checks import brief, check_integer, closest, is_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.tables import is_series
from treealg.sequences import check_sequence

__all__ = [
    "INSTEAD",
    "check_columns",
    "check_columns_named",
    "check_distinct",
    "check_names",
    "check_numbers",
    "column_or_several",
    "lacks_value",
    "numbers_of_columns",
    "read_frame",
    "times_of",
    "without_missing",
]

Floats = npt.NDArray[np.floating[Any]]

INSTEAD = (
    "give missing='drop' to leave points out that lack a value, 'forward-fill' or 'linear' to fill "
    "it in, or 'propagate' for NaN"
)
"""What may be done where values are missing."""

# Beyond it float64 does not hold all integers.
_EXACT = 2**53


def read_frame(frame: Any, name: str) -> Any:
    """Return a table of any package as one of narwhals, and what is none as it is."""
    try:
        return nw.from_native(frame, pass_through=True)
    except DuplicateError as error:
        raise InvalidValueError(
            f"{name} must have columns of different names, as columns are chosen by name: "
            + " ".join(str(error).split())
        ) from None


def column_or_several(name: str, value: Any) -> list[Any]:
    """Return the names of an argument that is a column, several ones or None."""
    if value is None or isinstance(value, str):
        return [] if value is None else [value]
    return check_columns_named(name, value, "a column or a list of them")


def check_columns_named(name: str, value: Any, what: str = "a list of columns") -> list[Any]:
    """Return the names of columns in an argument, which is no column itself.

    Examples
    --------
    >>> check_columns_named("values", ("price", "size"))
    ['price', 'size']
    """
    if is_series(value):
        column = nw.from_native(value, series_only=True)
        if column.dtype.is_numeric() or column.dtype.is_temporal():
            raise InvalidTypeError(
                f"{name} must be {what}, by their names, got a column; give its name, "
                f"{brief(column.name)}"
            )
    return check_sequence(name, value, what)


def check_columns(wanted: Iterable[str], schema: Mapping[str, Any]) -> None:
    """Refuse names that are no columns of a table."""
    for name in wanted:
        if name not in schema:
            columns = ", ".join(map(str, list(schema)[:20]))
            raise InvalidValueError(
                f"the table has no column {brief(name)}{closest(name, map(str, schema))}; its "
                f"columns are {columns}{', ...' if len(schema) > 20 else ''}"
            )


def check_numbers(wanted: Iterable[str], schema: Mapping[str, Any], native: Any) -> None:
    """Refuse columns of anything but numbers; `native` is the table as its package has it."""
    wrong = [
        f"{name!r} of {schema[name] if schema[name] != nw.Unknown else _kind_of(native, name)}"
        for name in wanted
        if not schema[name].is_numeric()
    ]
    if wrong:
        raise InvalidTypeError(
            f"values must be columns of numbers, got {', '.join(wrong[:5])}; convert them, or "
            f"give others"
        )


def check_names(names: Iterable[Any]) -> None:
    """Refuse what cannot be the name of a column."""
    for name in names:
        try:
            hash(name)
        except TypeError:
            raise InvalidTypeError(
                f"columns must be given by their names, got {brief(name)} of type "
                f"{type(name).__name__}"
            ) from None
        if isinstance(name, str) and not _is_unicode(name):
            raise InvalidValueError(
                f"the name of a column must be text, got {brief(name)}, which no encoding has; "
                f"rename it"
            )
        if is_integer(name):  # Python writes no larger ones
            check_integer("the name of a column", name, None)


def _is_unicode(text: str) -> bool:
    """Tell whether a text has no half of a pair of surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind_of(native: Any, name: str) -> str:
    """Return what a package calls the dtype of a column, which narwhals has no name for."""
    if hasattr(native, "collect_schema"):  # of polars, also lazy
        return str(native.collect_schema()[name])
    if hasattr(native, "types"):  # of DuckDB
        return str(native.types[native.columns.index(name)])
    return _kind(native[name])


def _kind(column: Any) -> str:
    return str(getattr(column, "dtype", None) or column.type)  # as PyArrow has it


def check_distinct(names: Sequence[str]) -> None:
    """Refuse a result with two columns of one name."""
    check_names(names)
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InvalidValueError(
            f"the result would have two columns {twice!r}; rename a column of the table"
        )


def without_missing(table: Any, keys: list[str], values: list[str], missing: str) -> Any:
    """Refuse a table in which something is missing, or leave rows without a value out."""
    for name in keys:
        if lacks_value(table.get_column(name)).any():
            raise InvalidValueError(
                f"column {name!r} must have a value in every row; leave out the rows without one"
            )
    if missing not in ("refuse", "drop"):
        return table
    lacks = np.zeros(len(table), bool)
    for name in values:
        own = lacks_value(table.get_column(name))
        if missing == "refuse" and own.any():
            raise InvalidValueError(
                f"column {name!r} lacks a value in {int(own.sum())} rows, first in row "
                f"{int(own.argmax())}; {INSTEAD}"
            )
        lacks |= own
    return table[np.flatnonzero(~lacks)] if lacks.any() else table


def lacks_value(column: Any) -> npt.NDArray[np.bool_]:
    """Tell of each row whether its value is missing."""
    found: npt.NDArray[np.bool_] = column.is_null().to_numpy().astype(bool)
    if column.dtype.is_float():
        found = found | column.is_nan().fill_null(True).to_numpy().astype(bool)
    return found


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
        elif isinstance(column.dtype, nw.Decimal):
            _check_decimals(column, name)
        numbers = column.cast(nw.Float64 if dtype == "float64" else nw.Float32)
        found[:, place] = numbers.to_numpy()
    return found


def _check_decimals(column: Any, name: str) -> None:
    """Refuse decimals beyond 2**53 that floats do not hold; smaller ones are rounded."""
    wrong = next((x for x in _large_decimals(column) if x != float(x)), None)
    if wrong is not None:
        raise InvalidValueError(
            f"column {name!r} has decimals beyond 2**53, which floats do not hold, such as "
            f"{wrong}; subtract the first of them, or cast it to floats where digits may be lost"
        )


def _large_decimals(column: Any) -> list[Any]:
    """Return what is beyond 2**53 in a column of decimals."""
    low, high = column.min(), column.max()
    if low is None or max(abs(low), abs(high)) <= _EXACT:
        return []
    return [x for x in column.to_list() if x is not None and abs(x) > _EXACT]


def times_of(column: Any, name: str, starts: npt.NDArray[np.int64]) -> Floats:
    """Return times from the first of each path on: numbers as they are, dates in seconds."""
    dtype, per_second = column.dtype, 1
    if dtype in (nw.Int128, nw.UInt128):
        ticks = np.array(column.to_list(), object)  # NumPy has none
    elif dtype.is_integer() or dtype.is_float():
        ticks = column.to_numpy()
    elif dtype.is_numeric():
        if isinstance(dtype, nw.Decimal) and _large_decimals(column):
            ticks = np.array([Fraction(x) for x in column.to_list()], object)
        else:
            ticks = column.cast(nw.Float64).to_numpy()
    elif dtype in (nw.Duration, nw.Datetime, nw.Date):
        is_fine = getattr(dtype, "time_unit", "us") == "ns"
        per_second = 10**9 if is_fine else 10**6
        if dtype == nw.Duration:
            ticks = column.dt.total_nanoseconds() if is_fine else column.dt.total_microseconds()
        else:
            ticks = column.dt.timestamp("ns" if is_fine else "us")
        ticks = ticks.to_numpy()
    else:
        kind = _kind(column.to_native()) if dtype == nw.Unknown else str(dtype)
        fix = "; its dt.to_timestamp() has dates" if kind.startswith("period") else ""
        raise InvalidTypeError(
            f"time must be a column of numbers, dates or times where times=True, got {name!r} of "
            f"{kind}{fix}"
        )
    if dtype.is_unsigned_integer() and len(ticks) and ticks.max() <= np.iinfo(np.int64).max:
        ticks = ticks.astype(np.int64)
    # Differences of integers are exact, which the numbers themselves may not be as floats.
    since = ticks - np.repeat(ticks[starts], np.diff(starts, append=len(ticks)))
    seconds: Floats = since.astype(np.float64) / per_second
    return seconds
