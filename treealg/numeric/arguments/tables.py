"""Tables of pandas and polars as arrays: rows are points, columns are channels.

Neither package is imported: a value can only be a table if its owner has imported one already.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from treealg.checks import brief
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.integers import numbers_of
from treealg.sequences import shape_of

__all__ = [
    "check_order",
    "is_of_moments",
    "is_series",
    "is_table",
    "moments",
    "refuse_series",
    "seconds_of",
    "table_array",
    "without_tables",
]


def is_table(value: Any) -> bool:
    """Tell whether a value is a DataFrame or a Series of pandas or polars."""
    return any(
        isinstance(value, (package.DataFrame, package.Series))
        for package in map(sys.modules.get, ("pandas", "polars"))
        if package is not None and hasattr(package, "Series")
    )


def is_series(value: Any) -> bool:
    """Tell whether a value is a Series of pandas or polars."""
    return is_table(value) and not hasattr(value, "columns")


def without_tables(value: Any, name: str, *, of_paths: bool = False) -> Any:
    """Return a list with arrays in the place of the tables in it; Series are none `of_paths`."""
    if not any(map(is_table, value)):
        return value
    if of_paths and any(map(is_series, value)):
        refuse_series(name)
    check_order(value, name)
    return [
        table_array(piece, f"{name}[{place}]") if is_table(piece) else piece
        for place, piece in enumerate(value)
    ]


def refuse_series(name: str) -> NoReturn:
    """Refuse a list of Series that is a path, or several."""
    raise InvalidTypeError(
        f"{name} must not be a list of Series, which might be channels, points or paths; "
        f"numpy.column_stack({name}) has them as channels, numpy.stack({name}) as points, and "
        f"[x.to_frame() for x in {name}] is a list of paths with one channel"
    )


def check_order(value: Any, name: str) -> None:
    """Refuse tables that have the columns of the first one in another order."""
    first: list[Any] = []
    for place, piece in enumerate(value):
        if is_table(piece) and hasattr(piece, "columns"):
            own = list(piece.columns)
            first = first or own
            if own != first and len(own) == len(first) and set(own) == set(first):
                raise InvalidValueError(
                    f"{name}[{place}] must have its columns in the order of {name}[0], "
                    f"{brief(first)}, got {brief(own)}; use "
                    f"{name}[{place}][list({name}[0].columns)]"
                )


def is_of_moments(value: Any) -> bool:
    """Tell whether a value is a Series of dates or durations."""
    return not hasattr(value, "columns") and _is_of_time(value.dtype)


def _is_of_time(dtype: Any) -> bool:
    return getattr(dtype, "kind", "") in ("M", "m") or str(dtype).startswith(("Date", "Duration"))


def seconds_of(table: Any, column: str) -> str:
    """Return what makes seconds of a column of dates or durations, which is called as is given.

    Examples
    --------
    >>> import pandas
    >>> seconds_of(pandas.DataFrame(), "t")
    '(t - t.iloc[0]).dt.total_seconds()'
    """
    if hasattr(table, "iloc"):
        return f"({column} - {column}.iloc[0]).dt.total_seconds()"
    return f"({column} - {column}[0]).dt.total_microseconds() / 1e6"


def moments(value: Any) -> npt.NDArray[Any]:
    """Return a Series of dates or durations as an array of NumPy, or of those of pandas."""
    array: npt.NDArray[Any] = value.to_numpy()
    return array


def table_array(value: Any, name: str) -> npt.NDArray[Any]:
    """Return the numbers of a table; what is missing is NaN."""
    is_pandas = type(value).__module__.partition(".")[0] != "polars"
    columns = _columns(value)
    wrong = [
        f"{label!r} of {dtype}"
        for label, dtype in columns
        if not (dtype.kind in "iuf" if is_pandas else dtype.is_numeric())
    ]
    if wrong and not hasattr(value, "columns"):
        raise _no_numbers(value, name)
    if wrong:
        fix = "drop those columns, or convert them to numbers"
        if any(_is_of_time(dtype) for _, dtype in columns):
            fix += f", a column t of times with {seconds_of(value, 't')}"
        raise InvalidTypeError(
            f"{name} must have columns of numbers only, but has {', '.join(wrong[:5])}"
            f"{', ...' if len(wrong) > 5 else ''}; {fix}"
        )
    given = known = value
    if not is_pandas:
        value = _as_floats(value, columns, "Decimal")
        known = _as_floats(value, columns, "Int128", "UInt128")
    array: npt.NDArray[Any] = known.to_numpy()
    if array.dtype == np.float16:
        fix = "astype(numpy.float64)" if is_pandas else "cast(polars.Float64)"
        raise InvalidTypeError(
            f"{name} must have columns of float32, float64 or integers, got float16; use "
            f"{name}.{fix}"
        )
    if array.dtype.kind == "O":  # columns of pandas that may have missing values
        array = value.to_numpy(dtype=np.float64, na_value=np.nan)
    if array.dtype == np.float64 and any(
        str(dtype).lower().startswith(("int", "uint", "decimal")) for _, dtype in columns
    ):
        return numbers_of(_objects(given, is_pandas), array)
    return array


def _no_numbers(value: Any, name: str) -> InvalidTypeError:
    """Return the error of a Series of anything else, such as arrays."""
    first = next((x for x in value if x is not None), None)
    if isinstance(first, (list, tuple)) or is_table(first) or len(shape_of(first)):
        fix = (
            f"list({name}) is a list of these, which is taken where paths of different lengths are"
        )
    else:
        fix = "convert it to numbers"
        if is_of_moments(value):
            fix = f"{seconds_of(value, name)} has seconds"
    kind = type(first).__name__
    return InvalidTypeError(
        f"{name} must be a Series of numbers, got one of dtype {value.dtype} that holds "
        f"{kind}; {fix}"
    )


def _as_floats(value: Any, columns: list[tuple[Any, Any]], *kinds: str) -> Any:
    """Return a table of polars whose columns of some kinds are float64, as NumPy has none."""
    wide = [name for name, dtype in columns if str(dtype).startswith(kinds)]
    if not wide:
        return value
    float64 = sys.modules["polars"].Float64
    return value.cast(dict.fromkeys(wide, float64) if hasattr(value, "columns") else float64)


def _columns(value: Any) -> list[tuple[Any, Any]]:
    """Return the names of columns with their dtypes."""
    if not hasattr(value, "columns"):
        return [(value.name, value.dtype)]
    return list(zip(value.columns, value.dtypes, strict=True))


def _objects(value: Any, is_pandas: bool) -> npt.NDArray[Any]:
    """Return the numbers of a table as they are, each of its own type."""
    if is_pandas:
        return value.to_numpy(dtype=object, na_value=np.nan)  # type: ignore[no-any-return]
    found = np.array(value.rows() if hasattr(value, "columns") else value.to_list(), object)
    missing: Any = None
    found = np.where(np.equal(found, missing), np.nan, found)
    if any(str(dtype).startswith("Decimal") for _, dtype in _columns(value)):
        found = np.frompyfunc(_of_decimal, 1, 1)(found)
    return found


def _of_decimal(number: Any) -> Any:
    """Return a decimal as an integer if it is one, else as a float; others as they are."""
    if not isinstance(number, Decimal):
        return number
    return int(number) if number == int(number) else float(number)
