"""Lists of paths, lengths of paths, and base points, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from treealg.checks import is_flag
from treealg.engines import current
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows
from treealg.numeric.arguments.axes import exchanged, other_channels
from treealg.numeric.arguments.duals import Dual, sum_dtype
from treealg.numeric.arguments.kinds import NUMPY, TORCH, Kind, is_array
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.arguments.rows import Rows, check_size, memory_for
from treealg.numeric.arguments.tables import check_order, is_table
from treealg.numeric.arguments.tensors import plain_arrays
from treealg.sequences import shape_of

__all__ = [
    "NAMES",
    "ListOfPaths",
    "Names",
    "PlainPaths",
    "arrays_of",
    "as_base_point",
    "base_points",
    "dtype_of",
    "is_list_of_paths",
    "lines_of",
    "read_lengths",
    "read_list",
    "read_paths",
    "refuse_lengths",
]

Floats = npt.NDArray[np.floating]


class ListOfPaths(tuple[Any, ...]):
    """Paths that are a list whatever their lengths, as those of frameworks are.

    What is computed is of the one dtype that arrays of NumPy have here.
    """

    __slots__ = ()


def is_list_of_paths(value: Any) -> bool:
    """Tell whether a value is a list of tensors, or of lists or arrays of different lengths.

    A list with tensors, or with arrays of another kind than NumPy's, is one of paths whatever their
    lengths, so that kind and dtype of the result do not depend on whether these happen to agree;
    lists of all else are float64 in any case.
    """
    if not isinstance(value, (list, tuple)) or not value:
        return False
    if isinstance(value, ListOfPaths) or isinstance(value[0], Dual):
        return True
    if set(map(type, value)) == {np.ndarray}:
        length = len(value[0]) if value[0].ndim == 2 else 0
        return {array.ndim for array in value} == {2} and any(len(x) != length for x in value)
    if all(_is_matrix(piece) for piece in value):
        is_other = any(not isinstance(piece, np.ndarray) for piece in value)
        return is_other or len({len(piece) for piece in value}) > 1
    nested = all(isinstance(piece, (list, tuple)) and piece for piece in value)
    if not nested or not all(isinstance(piece[0], (list, tuple)) for piece in value):
        return False
    return len({len(piece) for piece in value}) > 1


def _is_matrix(value: Any) -> bool:
    if not is_array(value):
        return is_table(value) and len(shape_of(value)) == 2
    ndim = getattr(value, "ndim", None)  # which nested tensors have, too
    return (len(shape_of(value)) if ndim is None else ndim) == 2


class Names(NamedTuple):
    """What arguments are called, for messages; those of pairs have numbers.

    Attributes
    ----------
    path, lengths, times : str
        The paths, and what is given beside them.
    """

    path: str = "path"
    lengths: str = "lengths"
    times: str = "times"


NAMES = Names()


def read_paths(
    path: Any, lengths: Any, basepoint: Any, values: bool = False, names: Names = NAMES
) -> Sequence[Rows]:
    """Read an array of paths, or the paths of a list; `values` are wanted of the points."""
    # From a base point differences are taken.
    has_point = values or not is_flag(basepoint) or bool(basepoint)
    if not is_list_of_paths(path):
        return [_array_of_paths(path, lengths, has_point, names)]
    refuse_lengths(lengths, names.lengths)
    return read_list(path, has_point, names.path)


def _array_of_paths(path: Any, lengths: Any, values: bool, names: Names) -> Rows:
    if lengths is None:
        return as_path(path, names.path, values=values)

    def counts(shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
        return _counts(lengths, shape[:-2], shape[-2:], names)

    return as_path(path, names.path, values=values, counts=counts)


def refuse_lengths(lengths: Any, name: str = "lengths") -> None:
    """Refuse lengths of paths that are a list."""
    if lengths is not None:
        raise InvalidValueError(
            f"{name} must be None for a list of paths, which have lengths of their own"
        )


class PlainPaths(Sequence[Rows]):
    """Paths of a list that are plain matrices of one dtype that is computed with.

    Parameters
    ----------
    lines : treealg._fast.Lines
        The paths.
    kind : Kind
        What results are returned as.
    name : str
        Name of the list, for messages.
    is_kept : bool
        Whether their dtype is that of the result.
    """

    def __init__(self, lines: Any, kind: Kind, name: str, is_kept: bool) -> None:
        self.lines = lines
        self.is_kept = is_kept
        self._kind = kind
        self._name = name

    def __len__(self) -> int:
        return len(self.lines.arrays)

    @overload
    def __getitem__(self, index: int) -> Rows: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Rows]: ...

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        return Rows(self.lines.arrays[index], self._kind, 2, f"{self._name}[{index}]")


def arrays_of(paths: Sequence[Rows]) -> Sequence[npt.NDArray[Any]]:
    """Return the arrays of paths that were read."""
    return paths.lines.arrays if isinstance(paths, PlainPaths) else [rows.array for rows in paths]


def lines_of(paths: Sequence[Rows]) -> Any:
    """Return paths that were read as kernels read them where they lie, or None."""
    return paths.lines if isinstance(paths, PlainPaths) else current().lines(arrays_of(paths))


def dtype_of(paths: Sequence[Rows]) -> np.dtype[Any]:
    """Return what paths that were read are computed in; of those of NumPy, float64 unless kept."""
    first = paths[0]
    is_kept = paths.is_kept if isinstance(paths, PlainPaths) else isinstance(paths, ListOfPaths)
    return first.dtype if is_kept or first.kind is not NUMPY else sum_dtype(first.dtype)


def read_list(paths: Any, values: bool, name: str = "path") -> Sequence[Rows]:
    """Read the paths of a list; `values` are wanted of the points, or differences alone."""
    is_kept = isinstance(paths, ListOfPaths)
    arrays, kind = plain_arrays(paths), TORCH
    if arrays is None:
        arrays, kind = paths, NUMPY
    lines = current().lines(arrays)
    if lines is not None:
        check_size(lines.shape[1:], name)  # of all paths, one after the other
        return PlainPaths(lines, kind, name, kind is TORCH or is_kept)
    check_order(paths, name)
    read = [
        as_path(piece, f"{name}[{i}]", values=values, listed=False) for i, piece in enumerate(paths)
    ]
    first = read[0]
    for rows in read:
        if rows.batch:
            raise InvalidValueError(
                f"{rows.name} must have shape (length, channels), got {rows.array.shape}"
            )
        is_alike = (rows.kind is NUMPY and not is_kept) or rows.dtype is first.dtype
        if rows.kind is not first.kind or not is_alike:
            raise InvalidTypeError(
                f"the paths of a list must be of one kind, and of one dtype if not of NumPy, got a "
                f"{first.kind} of {first.dtype} and, as {rows.name}, a {rows.kind} of {rows.dtype}"
            )
        if rows.item[1] != first.item[1]:
            raise other_channels(name, rows.name, first.array.shape, rows.array.shape)
    return ListOfPaths(read) if is_kept else read


def not_beside_list(value: Any, name: str, of: str, count: int) -> InvalidTypeError:
    """Return the error of what is no list of arrays beside a list of so many paths."""
    return InvalidTypeError(
        f"{name} must be a list of {count} arrays, as {of} is, got a value of type "
        f"{type(value).__module__}.{type(value).__qualname__}"
    )


def read_lengths(value: Any, rows: Rows, name: str = "lengths") -> npt.NDArray[np.int64]:
    """Read how many points each path of an array has."""
    return _counts(value, rows.batch, rows.item, Names(rows.name, name))


def _counts(
    value: Any, batch: tuple[int, ...], item: tuple[int, ...], names: Names
) -> npt.NDArray[np.int64]:
    (points, channels), name = item, names.lengths
    counts = integer_array(value, name)
    if counts.shape != batch:
        raise InvalidValueError(
            f"{name} must have one number per path, shape {batch}, got shape {counts.shape}"
        )
    with memory_for(f"{name}, a number for each path,"):
        found = counts.astype(np.int64)
    if counts.size and (counts.min() < 1 or counts.max() > points):
        are_exchanged = points < counts.max() <= channels and counts.min() >= 1
        raise InvalidValueError(
            f"{name} must be from 1 to {points}, the points of the array; got {counts.min()} to "
            f"{counts.max()}{exchanged(names.path, item) if are_exchanged else ''}"
        )
    return found


def as_base_point(value: Any, shape: tuple[int, ...], kind: Kind) -> Rows:
    """Read a base point, one for all paths or one for each; `shape` is that of one for each."""
    rows = as_rows(value, "basepoint", 1, axes=("channels",))
    given = value.value if isinstance(value, Dual) else value
    if rows.kind is not kind and not isinstance(given, (list, tuple)):
        raise InvalidTypeError(
            f"basepoint must be a boolean or of the kind of path, a {kind}, got a {rows.kind}"
        )
    if rows.item != shape[-1:] or (rows.batch and rows.batch != shape[:-1]):
        wanted = " or ".join(map(str, dict.fromkeys((shape[-1:], shape))))
        raise InvalidValueError(f"basepoint must have shape {wanted}, got {rows.array.shape}")
    return rows


def base_points(point: Rows | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Floats:
    """Return a point for each path; None for the origin."""
    if point is None:
        return np.zeros(shape, dtype)
    found: Floats = np.broadcast_to(point.array.astype(dtype), shape)
    return found
