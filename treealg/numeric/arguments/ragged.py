"""Whole-path variants of the signature: prefixes, a base point, and paths of different lengths.

Paths of different lengths are spans: pieces of the paths of an array, or of one long array in which
the paths of a list stand one after the other.

For prefixes, of which a shorter path repeats the last one, they become one array in which each
path rests at its last point, which adds nothing to a signature. Time must rest there too, so it is
then a channel of that array, and a correction is zero there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.corrections import Correction, as_correction, as_corrections
from treealg.numeric.arguments.lists import list_array
from treealg.numeric.arguments.rows import NUMPY, TORCH, Rows
from treealg.numeric.arguments.tables import is_table
from treealg.numeric.arguments.tensors import is_tensor
from treealg.numeric.arguments.transforms import PLAIN

__all__ = ["Prepared", "is_list_of_paths", "prepared", "read_lengths", "read_paths"]

Floats = npt.NDArray[np.floating]


class Prepared(NamedTuple):
    """Paths of one length with their corrections, and how to take their signatures.

    Attributes
    ----------
    path : Rows
        The points.
    correction : Correction or None
        One row per segment.
    call : Call
        With the transform that is still to be applied: `path` may have more channels than that of
        the caller.
    points_per_step : int, default 1
        Segments of `path` per segment of the path of the caller.
    spans : ndarray of int64, shape (paths, 2), or None
        First point of each path, and how many there are, where that is not the whole of its row.
    """

    path: Rows
    correction: Correction | None
    call: Call
    points_per_step: int = 1
    spans: npt.NDArray[np.int64] | None = None


def is_list_of_paths(value: Any) -> bool:
    """Tell whether a value is a list of tensors, or of lists or arrays of different lengths.

    A list of tensors is one of paths whatever their lengths, so that kind and dtype of the result
    do not depend on whether these happen to agree; lists of all else are float64 in any case.
    """
    if not isinstance(value, (list, tuple)) or not value:
        return False
    if all(_is_matrix(piece) for piece in value):
        return not isinstance(value[0], np.ndarray) or len({len(piece) for piece in value}) > 1
    nested = all(isinstance(piece, (list, tuple)) and piece for piece in value)
    if not nested or not all(isinstance(piece[0], (list, tuple)) for piece in value):
        return False
    return len({len(piece) for piece in value}) > 1


def _is_matrix(value: Any) -> bool:
    is_array = isinstance(value, np.ndarray) or is_tensor(value) or is_table(value)
    return is_array and len(value.shape) == 2


def read_paths(path: Any, lengths: Any, basepoint: Any) -> list[Rows]:
    """Read an array of paths, or the paths of a list."""
    has_point = not is_flag(basepoint) or bool(basepoint)  # from which differences are taken
    if not is_list_of_paths(path):
        return [as_path(path, values=has_point)]
    if lengths is not None:
        raise InvalidValueError(
            "lengths must be None for a list of paths, which have lengths of their own"
        )
    return _pieces(path, has_point)


def prepared(
    pieces: list[Rows],
    is_list: bool,
    correction: Any,
    basepoint: Any,
    lengths: Any,
    call: Call,
    every: bool,
) -> Prepared:
    """Give paths that were read a base point, or lengths of their own; `every` for prefixes."""
    has_no_point = is_flag(basepoint)
    in_front = int(not has_no_point or bool(basepoint))
    if is_list and not every:
        point = None if has_no_point else basepoint
        return _one_after_the_other(pieces, correction, in_front, point, call)
    counts: npt.NDArray[np.int64] | None
    if is_list:
        array, counts = _padded(pieces)
        kind = pieces[0].kind
        several = as_corrections(correction, pieces, call, in_front)
        added = None
        if several is not None:
            added = _joined(several, array.shape[-2] - 1 + in_front, array.dtype)
    else:
        (rows,) = pieces
        array, kind = np.asarray(rows.array, rows.dtype), rows.kind
        counts = None if lengths is None else read_lengths(lengths, rows)
        added = as_correction(correction, rows, call, in_front=in_front)
    if in_front:
        array = _with_basepoint(array, kind, None if has_no_point else basepoint)
        counts = None if counts is None else counts + 1
    if counts is None:
        return Prepared(Rows(array, kind, 2, "path"), added, call)
    if every:
        return _resting(array, kind, added, counts, call)
    spans = np.stack([np.zeros(counts.size, np.int64), counts.reshape(-1)], axis=1)
    return Prepared(Rows(array, kind, 2, "path"), added, call, spans=spans)


def _one_after_the_other(
    pieces: list[Rows], correction: Any, in_front: int, basepoint: Any, call: Call
) -> Prepared:
    """Put the paths of a list into one array, without anything between or beyond them."""
    first = pieces[0]
    several = as_corrections(correction, pieces, call, in_front)
    counts = np.array([rows.item[0] + in_front for rows in pieces])
    ends = np.cumsum(counts)
    total, channels = int(ends[-1]), first.item[1]
    dtype = first.dtype if first.kind is TORCH else np.dtype(np.float64)
    array = np.empty((total, channels), dtype)
    if in_front:
        batch = len(pieces), channels
        array[ends - counts] = _base_points(batch, dtype, first.kind, basepoint)
    for rows, end in zip(pieces, ends.tolist(), strict=True):
        array[end - rows.item[0] : end] = rows.array
    path = Rows(np.broadcast_to(array, (len(pieces), *array.shape)), first.kind, 2, "path")
    spans = np.stack([ends - counts, counts], axis=1)
    if several is None:
        return Prepared(path, None, call, spans=spans)
    columns = several[0].rows.item[1]
    added = np.zeros((total, columns), dtype)  # the last row of each path is that of no segment
    for own, begin, count in zip(several, (ends - counts).tolist(), counts.tolist(), strict=True):
        added[begin : begin + count - 1] = own.rows.array
    wide = np.broadcast_to(added[:-1], (len(pieces), total - 1, columns))
    joined = several[0]._replace(rows=Rows(wide, first.kind, 2, "correction"))
    return Prepared(path, joined, call, spans=spans)


def _resting(
    array: Floats,
    kind: str,
    added: Correction | None,
    counts: npt.NDArray[np.int64],
    call: Call,
) -> Prepared:
    """Let each path rest at its last point."""
    at = np.minimum(np.arange(array.shape[-2]), counts[..., None] - 1)
    flat = array.reshape(-1, *array.shape[-2:])  # NumPy does not index 64 axes
    taken: Any = np.take_along_axis(flat, at.reshape(*flat.shape[:2], 1), axis=1)
    array = taken.reshape(array.shape)
    if added is not None:
        inside = np.arange(array.shape[-2] - 1) < counts[..., None] - 1
        rows = np.where(inside[..., None], added.rows.array, 0).astype(array.dtype)
        added = added._replace(rows=Rows(rows, kind, 2, "correction"))
    transform = call.transform
    if not transform.time_aug:
        return Prepared(Rows(array, kind, 2, "path"), added, call)
    points, dimension = transform.points(array.shape[-2]), call.dimension
    moved = np.empty((*array.shape[:-2], points, dimension), array.dtype)
    transform.write(array, moved)
    step = 2 if transform.lead_lag else 1
    last = step * (counts[..., None] - 1)
    place = np.minimum(np.arange(points), last)
    # As numpy.linspace has it, which every other time comes from.
    time = place * (transform.end_time / np.maximum(last, 1))
    moved[..., -1] = np.where((place == last) & (last > 0), transform.end_time, time)
    rest = call._replace(transform=PLAIN)
    return Prepared(Rows(moved, kind, 2, "path"), added, rest, step)


def _joined(several: list[Correction], segments: int, dtype: np.dtype[Any]) -> Correction:
    """Return the corrections of a list of paths as one, with zeros at the end of shorter ones."""
    first = several[0]
    array = np.zeros((len(several), segments, first.rows.item[1]), dtype)
    for target, correction in zip(array, several, strict=True):
        target[: correction.rows.item[0]] = correction.rows.array
    return first._replace(rows=Rows(array, first.rows.kind, 2, "correction"))


def _pieces(paths: Any, has_point: bool) -> list[Rows]:
    """Read the paths of a list."""
    read = [as_path(piece, f"path[{i}]", values=has_point) for i, piece in enumerate(paths)]
    first = read[0]
    for rows in read:
        if rows.batch:
            raise InvalidValueError(
                f"{rows.name} must have shape (length, channels), got {rows.array.shape}"
            )
        is_alike = rows.kind is NUMPY or rows.dtype is first.dtype
        if rows.kind is not first.kind or not is_alike:
            raise InvalidTypeError(
                f"the paths of a list must be of one kind, and tensors of one dtype, got a "
                f"{first.kind} of {first.dtype} and, as {rows.name}, a {rows.kind} of {rows.dtype}"
            )
        if rows.item[1] != first.item[1]:
            raise InvalidValueError(
                f"{rows.name} must have as many channels as path[0], {first.item[1]}; got shape "
                f"{rows.array.shape}"
            )
    return read


def _padded(paths: list[Rows]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the paths as one array, filled up with zeros, and their lengths."""
    first = paths[0]
    counts = np.array([rows.item[0] for rows in paths])
    dtype = first.dtype if first.kind is TORCH else np.dtype(np.float64)
    array = np.zeros((len(paths), counts.max(), first.item[1]), dtype)
    for target, rows in zip(array, paths, strict=True):
        target[: rows.item[0]] = rows.array
    return array, counts


def read_lengths(value: Any, rows: Rows) -> npt.NDArray[np.int64]:
    """Read how many points each path of an array has."""
    if isinstance(value, (list, tuple)):
        counts = list_array(value, "lengths")
        counts = counts.astype(np.int64) if not counts.size else counts
    else:
        try:
            counts = np.asarray(value)
        except (TypeError, ValueError, RuntimeError) as error:
            raise InvalidTypeError(f"lengths must be an array of integers: {error}") from None
    if counts.dtype.kind not in "iu":
        raise InvalidTypeError(f"lengths must be integers, got dtype {counts.dtype}")
    if counts.shape != rows.batch:
        raise InvalidValueError(
            f"lengths must have one number per path, shape {rows.batch}, got shape {counts.shape}"
        )
    if counts.size and (counts.min() < 1 or counts.max() > rows.item[0]):
        raise InvalidValueError(
            f"lengths must be from 1 to {rows.item[0]}, the points of the array; got "
            f"{counts.min()} to {counts.max()}"
        )
    return counts.astype(np.int64)


def _with_basepoint(array: Floats, kind: str, basepoint: Any) -> Floats:
    """Put a point in front of each path; None for the origin."""
    shape = array.shape[:-2] + array.shape[-1:]
    point = _base_points(shape, array.dtype, kind, basepoint)
    return np.concatenate([point[..., None, :], array], axis=-2)


def _base_points(shape: tuple[int, ...], dtype: np.dtype[Any], kind: str, basepoint: Any) -> Floats:
    """Return a point for each path; None for the origin."""
    if basepoint is None:
        return np.zeros(shape, dtype)
    rows = as_rows(basepoint, "basepoint", 1)
    if rows.kind is not kind and not isinstance(basepoint, (list, tuple)):
        raise InvalidTypeError(
            f"basepoint must be a boolean or of the kind of path, a {kind}, got a {rows.kind}"
        )
    if rows.item != shape[-1:] or (rows.batch and rows.batch != shape[:-1]):
        raise InvalidValueError(
            f"basepoint must have shape {shape[-1:]} or {shape}, got {rows.array.shape}"
        )
    point: Floats = np.broadcast_to(rows.array.astype(dtype), shape)
    return point
