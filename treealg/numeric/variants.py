"""Whole-path variants of the signature: prefixes, a base point, and paths of different lengths.

Paths of different lengths become one array in which each path rests at its last point, which adds
nothing to a signature. Time must rest there too, so it is then a channel of that array.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric import arrays, kernels, options, plans
from treealg.numeric.paths import transform_path

__all__ = ["Prepared", "is_list_of_paths", "prefixes", "prepared"]

Floats = npt.NDArray[np.floating]


class Prepared(NamedTuple):
    """Paths of one length, and the transforms that are still to be applied.

    Attributes
    ----------
    path : numpy.ndarray, shape (..., length, channels)
        The points.
    kind : str
        Kind of the result.
    time_aug, lead_lag : bool
        The transforms.
    points_per_step : int
        Segments of `path` per segment of the path of the caller.
    """

    path: Floats
    kind: str
    time_aug: bool
    lead_lag: bool
    points_per_step: int


def is_list_of_paths(value: Any) -> bool:
    """Tell whether a value is a list of tensors, or of lists or arrays of different lengths.

    A list of tensors is one of paths whatever their lengths, so that kind and dtype of the result
    do not depend on whether these happen to agree; lists of all else are float64 in any case.

    Parameters
    ----------
    value : object
        The argument `path`.

    Returns
    -------
    bool
        Whether it has to be read path by path.
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
    torch = sys.modules.get("torch")
    types = (np.ndarray,) if torch is None else (np.ndarray, torch.Tensor)
    return isinstance(value, types) and getattr(value, "ndim", 0) == 2


def prepared(
    path: Any, basepoint: Any, lengths: Any, time_aug: bool, lead_lag: bool, end_time: float
) -> Prepared:
    """Read paths with a base point or lengths of their own.

    Parameters
    ----------
    path : ArrayLike or list of ArrayLike
        Paths of shape ``(..., length, channels)``, or a list of ``(length, channels)``.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels)
        What to put in front of each path; False for nothing, True for the origin.
    lengths : ArrayLike of int, shape (...) or None
        Number of points of each path.
    time_aug, lead_lag : bool
        The transforms.
    end_time : float
        Last value of the time channel.

    Returns
    -------
    Prepared
        The paths.

    Raises
    ------
    InvalidTypeError
        If a path is none, the paths of a list are not of one kind or dtype, `lengths` are no
        integers, or `basepoint` is neither a boolean nor a point of the kind of `path`.
    InvalidValueError
        If shapes do not fit each other, a length is out of range, or `lengths` come with a list.
    """
    counts: npt.NDArray[np.int64] | None
    if is_list_of_paths(path):
        if lengths is not None:
            raise InvalidValueError(
                "lengths must be None for a list of paths, which have lengths of their own"
            )
        array, kind, counts = _padded(path)
    else:
        rows = arrays.as_path(path)
        array, kind = np.asarray(rows.array, rows.dtype), rows.kind
        counts = None if lengths is None else _lengths(lengths, rows)
    if basepoint is not False:
        array = _with_basepoint(array, kind, basepoint)
        counts = None if counts is None else counts + 1
    if counts is None:
        return Prepared(array, kind, time_aug, lead_lag, 1)
    at = np.minimum(np.arange(array.shape[-2]), counts[..., None] - 1)
    array = np.take_along_axis(array, at[..., None], axis=-2)
    if not time_aug:
        return Prepared(array, kind, False, lead_lag, 1)
    step = 2 if lead_lag else 1
    array = np.asarray(transform_path(array, lead_lag=lead_lag))
    last = step * (counts[..., None] - 1)
    place = np.minimum(np.arange(array.shape[-2]), last)
    time = end_time * place / np.maximum(last, 1)
    array = np.concatenate([array, time[..., None].astype(array.dtype)], axis=-1)
    return Prepared(array, kind, False, False, step)


def _padded(paths: Any) -> tuple[Floats, str, npt.NDArray[np.int64]]:
    read = [arrays.as_rows(piece, f"path[{i}]", 2) for i, piece in enumerate(paths)]
    first = read[0]
    for rows in read:
        if rows.batch:
            raise InvalidValueError(
                f"{rows.name} must have shape (length, channels), got {rows.array.shape}"
            )
        is_alike = rows.kind is arrays.NUMPY or rows.dtype is first.dtype
        if rows.kind is not first.kind or not is_alike:
            raise InvalidTypeError(
                f"the paths of a list must be of one kind, and tensors of one dtype, got a "
                f"{first.kind} of {first.dtype} and, as {rows.name}, a {rows.kind} of {rows.dtype}"
            )
        if rows.item[0] < 1 or rows.item[1] < 1 or rows.item[1] != first.item[1]:
            raise InvalidValueError(
                f"{rows.name} must have at least one point and as many channels as path[0], "
                f"{first.item[1]}; got shape {rows.array.shape}"
            )
    counts = np.array([rows.item[0] for rows in read])
    dtype = first.dtype if first.kind is arrays.TORCH else np.dtype(np.float64)
    array = np.zeros((len(read), counts.max(), first.item[1]), dtype)
    for target, rows in zip(array, read, strict=True):
        target[: rows.item[0]] = rows.array
    return array, first.kind, counts


def _lengths(value: Any, rows: arrays.Rows) -> npt.NDArray[np.int64]:
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
    shape = array.shape[:-2] + array.shape[-1:]
    if isinstance(basepoint, (bool, np.bool_)):
        point = np.zeros(shape, array.dtype)
        if not basepoint:
            return array
    else:
        rows = arrays.as_rows(basepoint, "basepoint", 1)
        if rows.kind is not kind and not isinstance(basepoint, (list, tuple)):
            raise InvalidTypeError(
                f"basepoint must be a boolean or of the kind of path, a {kind}, got a {rows.kind}"
            )
        if rows.item != array.shape[-1:] or (rows.batch and rows.batch != array.shape[:-2]):
            raise InvalidValueError(
                f"basepoint must have shape {array.shape[-1:]} or {shape}, got {rows.array.shape}"
            )
        point = np.broadcast_to(rows.array.astype(array.dtype), shape)
    return np.concatenate([point[..., None, :], array], axis=-2)


def prefixes(
    given: Prepared,
    degree: int,
    end_time: float,
    planar: bool,
    column: int,
    method: int | None,
    n_threads: int,
) -> Any:
    """Compute signatures or log-signatures of all beginnings of paths.

    Parameters
    ----------
    given : Prepared
        The paths.
    degree : int
        Truncation.
    end_time : float
        Last value of the time channel.
    planar : bool
        Basis of ordered forests rather than trees.
    column : int
        1 to put a scalar in front, otherwise 0.
    method : int or None
        None for signatures, otherwise the form of the log-signature.
    n_threads : int
        Threads.

    Returns
    -------
    Array, shape (..., length - 1, coefficients)
        The results, where ``length`` counts the points of the path of the caller.

    Raises
    ------
    InvalidValueError
        If the basis or the result does not fit in memory.
    """
    rows = arrays.Rows(given.path, given.kind, 2, "path")
    dimension = options.effective_dimension(rows.item[1], given.time_aug, given.lead_lag)
    plan = plans.path_plan(dimension, degree, planar, method)
    segments = rows.item[0] - 1
    result, view = arrays.allocate(rows, segments, plan.size + column)
    if column:
        view[:, :, 0] = 1.0 if method is None else 0.0
    if plan.output_map is not None and segments:
        for points, out in arrays.slabs(n_threads, view, rows):
            kernels.path_prefixes(
                points,
                out,
                column,
                degree,
                plan.output_map,
                plan.program,
                given.time_aug,
                given.lead_lag,
                end_time,
                n_threads,
            )
    if given.points_per_step > 1:
        result = np.ascontiguousarray(result[..., given.points_per_step - 1 :: 2, :])
    return arrays.wrap(result, rows.kind)
