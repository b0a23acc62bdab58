"""What scikit-learn and its users give as a batch of paths.

A table of numbers, as scikit-learn knows it, is a batch of paths of one channel; an array of three
axes has all its channels; a list holds paths of lengths of their own, and so does a pandas frame
with an index of two levels, sample and time, or any table with columns that tell paths apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from inspect import signature
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.numeric.arguments.foreign import has_memory, is_of, not_an_array
from treealg.numeric.arguments.integers import exact_values
from treealg.numeric.arguments.lists import list_array, refuse_packed
from treealg.numeric.arguments.rows import MAX_AXES, check_size, compute_dtype, memory_for
from treealg.numeric.arguments.tables import is_table, seconds_of
from treealg.numeric.arguments.tensors import check_tensor_dtype, dense_tensor, is_tensor
from treealg.optional import require
from treealg.sequences import refuse_masked, shape_of

__all__ = ["Samples", "checked", "its_errors", "nan_option", "read_samples", "read_table"]

Floats = npt.NDArray[np.floating[Any]]

_DTYPES = (np.float64, np.float32)


class Samples(NamedTuple):
    """A batch of paths.

    Attributes
    ----------
    paths : numpy.ndarray or list of numpy.ndarray
        Shape ``(samples, length, channels)``, or one array ``(length, channels)`` per sample.
    channels : tuple of str or None
        The names of the channels, where they have any.
    is_table : bool
        Whether a table of two axes was given, whose columns are points.
    index : object
        The pandas index of the samples, where they have one.
    times : list of numpy.ndarray or None
        The times of the points, where they were read with these.
    """

    paths: Floats | list[Floats]
    channels: tuple[str, ...] | None = None
    is_table: bool = False
    index: Any = None
    times: list[Floats] | None = None


def read_samples(X: Any, allow_nan: bool = False, name: str = "X") -> Samples:
    """Read a batch of paths; a table is left as it is, for scikit-learn's own checks."""
    _refuse_unread(X, name)
    frame = _frame_of_two_levels(X, allow_nan, name)
    if frame is not None:
        return frame
    if _is_series_of_objects(X):
        return read_samples(list(X), allow_nan, name)._replace(index=X.index)
    if _is_list_of_paths(X):
        return Samples(_read_list(X, allow_nan, name))
    if getattr(X, "ndim", None) == 3 or _depth(X) == 3:
        paths = checked(X, name, allow_nan)
        if paths.ndim != 3:
            raise InvalidValueError(
                f"{name} must have shape (samples, length, channels), got shape {paths.shape}"
            )
        if 0 in paths.shape:
            raise InvalidValueError(
                f"{name} must have shape (samples, length, channels) with at least one of each, "
                f"got shape {paths.shape}"
            )
        return Samples(paths)
    _refuse_inexact(X, name)
    return Samples(X, is_table=True)


def read_table(
    X: Any,
    id: str | Iterable[str],
    time: str | None,
    columns: Iterable[str] | None,
    times: bool,
    allow_nan: bool,
) -> Samples:
    """Read a table of one row per point, sorted by the columns `id` and `time`.

    Parameters
    ----------
    X : DataFrame or Table
        Of pandas, polars or PyArrow.
    id, time : str, or several
        The columns that tell paths apart, and the one by which points are sorted.
    columns : iterable of str or None
        The channels; None for all other columns.
    times : bool
        Whether the times are wanted.
    allow_nan : bool
        Whether values may be missing.
    """
    narwhals = require("narwhals", extra="frames")
    from treealg.frames.points import Points, paths_of
    from treealg.frames.tables import (
        check_columns_named,
        check_names,
        column_or_several,
        read_frame,
    )

    table = read_frame(X, "X")
    if not isinstance(table, narwhals.DataFrame):
        raise InvalidTypeError(
            f"X must be a table of pandas, polars or PyArrow where id is given, got "
            f"{type(X).__name__}"
        )
    ids = column_or_several("id", id)
    if not ids:
        raise InvalidValueError("id must name the columns that tell paths apart, got none")
    check_names([*ids, time])
    if columns is None:
        columns = [name for name in table.columns if name not in (*ids, time)]
    chosen = check_columns_named("channels", columns)
    check_names(chosen)
    schema = table.schema
    is_single = all(schema.get(name) == narwhals.Float32 for name in chosen)
    points = Points(ids, time, chosen, "propagate", "float32" if is_single else "float64")
    table, starts = points.read(table)
    if not chosen or not len(table):
        raise InvalidValueError(f"X must have a row and a channel, got shape {table.shape}")
    numbers = points.numbers(table)
    paths = paths_of(checked(numbers, "X", allow_nan), starts)
    kept = np.split(points.seconds(table, starts), starts[1:]) if times else None
    index = None
    if table.implementation.is_pandas():
        first = narwhals.maybe_reset_index(table.select(ids)[starts]).to_native()
        index = first.set_index(ids).index
    return Samples(paths, tuple(map(str, chosen)), False, index, kept)


def checked(X: Any, name: str, allow_nan: bool = False) -> Floats:
    """Return an array of finite floats, or NaN, by scikit-learn's checks."""
    _refuse_unread(X, name)
    _refuse_inexact(X, name)
    with its_errors(name):
        array: Floats = check_array(
            X,
            dtype=_DTYPES,
            allow_nd=True,
            ensure_2d=False,
            input_name=name,
            **nan_option(allow_nan),
        )
    return array


@contextmanager
def its_errors(name: str) -> Iterator[None]:
    """Make errors of scikit-learn's checks, and of all that they call, those of treealg."""
    try:
        with memory_for(name):
            yield
    except TreeAlgError:
        raise
    except Exception as error:  # of any package whose value it is
        kind = InvalidTypeError if isinstance(error, TypeError) else InvalidValueError
        said = str(error)
        raise kind(said if name in said else f"{name}: {said}") from error


def _refuse_unread(X: Any, name: str) -> None:
    """Refuse what scikit-learn's checks would read and cannot, in words of what it is."""
    if is_of(X, "scipy"):
        raise InvalidTypeError(f"{name} must be dense, got a sparse array; use {name}.toarray()")
    is_unread = isinstance(X, (str, bytes, Iterator, Mapping, set, frozenset))
    is_lazy = hasattr(X, "collect")  # a frame that is not computed yet
    if X is None or is_unread or is_lazy or not _may_be_read(X):
        raise not_an_array(X, name, listed=True)
    if isinstance(X, np.ndarray):
        check_size(X.shape, name)
    refuse_masked(X, name)
    if getattr(X, "requires_grad", False):
        raise InvalidTypeError(
            f"{name} requires a gradient, which scikit-learn does not record; use {name}.detach()"
        )
    if is_tensor(X):
        dense_tensor(X, name, constant=True, listed="[" not in name)
        if not hasattr(np, str(X.dtype).removeprefix("torch.")):  # which NumPy does not read
            check_tensor_dtype(X, name)
    refuse_packed(X, name)
    if isinstance(X, (list, tuple)):
        for place, entry in enumerate(X):
            refuse_packed(entry, f"{name}[{place}]")
            if is_tensor(entry) or isinstance(entry, (Iterator, Mapping)):
                _refuse_unread(entry, f"{name}[{place}]")


def _may_be_read(X: Any) -> bool:
    """Tell whether a value is a number, a list, or something that NumPy asks for its array."""
    kinds = (Number, Decimal, Sequence, np.generic)
    ways = ("__array__", "__array_interface__", "__array_struct__", "__dataframe__")
    return isinstance(X, kinds) or (
        not callable(X) and (any(hasattr(X, way) for way in ways) or has_memory(X))
    )


_AS_FLOATS = "and as which scikit-learn reads them"


def _refuse_inexact(X: Any, name: str) -> None:
    """Refuse integers that would be rounded, such as time stamps in nanoseconds, and dates."""
    if is_table(X):
        for label, column in _columns(X):
            with its_errors(f"{name}, column {label!r},"):
                values = column.to_numpy()
            if values.dtype.kind in "mM":
                raise InvalidTypeError(
                    f"{name} must have columns of numbers, got {label!r} of {values.dtype}; drop "
                    f"it, or convert it, called t, to seconds with {seconds_of(X, 't')}"
                )
            if values.dtype.kind in "iu":
                exact_values(values, f"{name}, column {label!r},", _AS_FLOATS)
            elif values.dtype.kind in "OSTU" and not _is_of_numbers(values):
                raise InvalidTypeError(
                    f"{name} must have columns of numbers, got {label!r} of {column.dtype}; drop "
                    f"it, or convert it"
                )
        return
    if not isinstance(X, (np.ndarray, list, tuple)) and not hasattr(X, "__array__"):
        return
    with its_errors(name):
        try:
            values = np.asarray(X)
        except ValueError:
            if isinstance(X, (list, tuple)):  # not rectangular, which is said in our words
                list_array(X, name, of_paths=True, listed="[" not in name)
            return  # scikit-learn's checks are about to say it
    if values.dtype.kind in "mMV":
        compute_dtype(values.dtype, name)
    is_of_integers = values.dtype.kind == "O" and all(
        isinstance(value, (int, float)) for value in values.flat
    )
    if values.dtype.kind in "iu" or is_of_integers:
        exact_values(values, name, _AS_FLOATS)


def _is_of_numbers(column: npt.NDArray[Any]) -> bool:
    """Tell whether texts in a column are numbers, which scikit-learn reads."""
    try:
        column.astype(np.float64)
    except ValueError:
        return False
    except Exception:  # of any package whose values they are, of which scikit-learn knows more
        return True
    return True


def _columns(table: Any) -> Iterator[tuple[Any, Any]]:
    """Return the columns of a DataFrame, or of a Series its own, with their names."""
    if not hasattr(table, "columns"):
        return iter([(table.name, table)])
    if hasattr(table, "iloc"):
        return ((label, table.iloc[:, place]) for place, label in enumerate(table.columns))
    return zip(table.columns, table.iter_columns(), strict=True)


def nan_option(allow_nan: bool) -> dict[str, Any]:
    """Return the option by which scikit-learn's checks let NaN pass, which changed its name."""
    return {_NAN_OPTION: "allow-nan" if allow_nan else True}


_NAN_OPTION = (
    "ensure_all_finite"
    if "ensure_all_finite" in signature(check_array).parameters
    else "force_all_finite"
)


def _depth(X: Any) -> int:
    """Count the axes of a nested list by its first entries; not all tables know their own."""
    depth = 0
    while isinstance(X, (list, tuple)) and len(X) and depth < MAX_AXES:  # it may hold itself
        X, depth = X[0], depth + 1
    return depth + len(shape_of(X))


def _is_list_of_paths(X: Any) -> bool:
    """Tell whether a list, or an array of objects, holds arrays of two axes."""
    if isinstance(X, np.ndarray):
        if X.dtype != object or X.ndim != 1:
            return False
    elif not isinstance(X, (list, tuple)):
        return False
    return len(X) > 0 and all(_depth(path) == 2 for path in X)


def _is_series_of_objects(X: Any) -> bool:
    """Tell whether a value is a column of pandas whose entries are paths."""
    pandas = sys.modules.get("pandas")
    is_series = pandas is not None and isinstance(X, pandas.Series) and X.dtype == object
    return is_series and _is_list_of_paths(list(X))


def _read_list(X: Sequence[Any], allow_nan: bool, name: str) -> Floats | list[Floats]:
    """Return the paths of a list as one array, if they have one length."""
    paths = [checked(path, f"{name}[{place}]", allow_nan) for place, path in enumerate(X)]
    for place, path in enumerate(paths):
        if path.ndim != 2 or path.shape[1] != paths[0].shape[1]:
            raise InvalidValueError(
                f"all paths must have shape (length, channels) with as many channels as the first, "
                f"{paths[0].shape[-1]}, got {name}[{place}] of shape {path.shape}"
            )
    dtype = np.result_type(*paths)
    paths = [path.astype(dtype, copy=False) for path in paths]
    return np.stack(paths) if len({len(path) for path in paths}) == 1 else paths


def _frame_of_two_levels(X: Any, allow_nan: bool, name: str) -> Samples | None:
    """Read a pandas frame with one row per sample and time, and one column per channel."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(X, pandas.DataFrame):
        return None
    levels = X.index.nlevels
    if levels == 1:
        return None
    if levels != 2:
        raise InvalidTypeError(
            f"a frame of paths must have an index of two levels, sample and time, got {levels}; "
            f"or give the parameter id, and columns for it"
        )
    if not len(X):
        raise InvalidValueError(
            f"{name} has no samples: its shape is {X.shape}; a minimum of 1 is needed"
        )
    _refuse_inexact(X, name)
    sample, names = pandas.factorize(X.index.get_level_values(0), use_na_sentinel=False)
    time, _ = pandas.factorize(X.index.get_level_values(1), sort=True)
    order = np.lexsort((time, sample))
    points = checked(X.to_numpy()[order], name, allow_nan)
    starts = np.flatnonzero(np.diff(sample[order], prepend=-1))
    pieces = np.split(points, starts[1:])
    paths = np.stack(pieces) if len({len(piece) for piece in pieces}) == 1 else pieces
    return Samples(paths, tuple(map(str, X.columns)), False, names)
