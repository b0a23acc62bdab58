"""Path transforms as arrays, for those who want to see what the flags of other functions mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, check_alike, check_kinds
from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.calls import SIGNATURE, checked_call
from treealg.numeric.arguments.duals import direction
from treealg.numeric.arguments.prepared import Prepared, prepared
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import into, refuse_for_lists
from treealg.typing import Array, ArrayLike, Gradients

__all__ = ["transform_path", "transform_path_backprop"]


def transform_path(
    path: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    out: Array | None = None,
) -> Array | list[Array]:
    """Return the lead-lag transform and time augmentation of a path.

    The lead-lag path of points ``x0, x1, ...`` visits ``(x0, x0), (x0, x1), (x1, x1), (x1, x2),
    ...``, lag in the first channels, lead in the last ones; the lead moves first. Time is appended
    after that, as the last channel.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points, at least one, in at least one channel; or a list of paths of any lengths.
    time_aug : bool, default False
        Append time, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        Point to put in front of the path; True is the origin.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path, which are the first ones of it; what follows is ignored. A
        list of paths needs none.
    times : ArrayLike, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel, as for `branched_sig`: from the first of
        each path on, so that the channel begins at 0.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the path, as for `branched_sig`.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`; not for a list of paths.

    Returns
    -------
    Array, shape (..., new_length, new_channels)
        ``new_length`` is ``2 * length - 1`` with `lead_lag`, ``new_channels`` twice as many, and
        one more with `time_aug`. NumPy array or tensor as `path` is, of the same dtype (float64 for
        integers and lists), never sharing memory with it. A base point counts as a point. For a
        list of paths it is a list, unless these are NumPy arrays of one length, which are a batch;
        with `lengths` a path rests at its end, time included. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU; if `end_time` is no
        real number, a flag no boolean, `missing` no text; or if `times` are no times, `lengths` no
        integers or `basepoint` no point; or if `out` is no array of the kind and dtype of the
        result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `basepoint`, `lengths` or
        `times` do not fit it, or `times` come without `time_aug`; if a value is missing that cannot
        be; if `end_time` is not finite; or if the result does not fit in memory; or if `out` has
        not its shape or layout, or shares memory with an argument.

    See Also
    --------
    transform_path_backprop : The gradient.

    Notes
    -----
    Functions with these flags give the same as on the transformed path, and never store it.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    >>> import treealg
    >>> treealg.transform_path([[0.0], [2.0]], lead_lag=True, time_aug=True)
    array([[0. , 0. , 0. ],
           [0. , 2. , 0.5],
           [2. , 2. , 1. ]])
    """
    found = _read(path, basepoint, lengths, times, missing, (time_aug, lead_lag, end_time))
    rows, transform = found.path, found.call.transform
    if _is_list(found):
        refuse_for_lists(out)
        transformed = []
        for piece in _pieces(found):
            shape = transform.points(len(piece)), transform.channels(piece.shape[1])
            own = rows.empty(shape)[1]
            transform.write(piece, own)
            transformed.append(rows.wrap(own))
        return transformed
    shape, to = _shape(found), into(out, path, basepoint, lengths, times)
    if found.spans is None:
        moved, _ = direction(rows)
        result, view = allocate(moved, *shape, walked=False, to=to)
        if moved is not rows:
            transform = transform._replace(end_time=0.0)  # time does not move
        transform.write(moved.array, view.reshape(*rows.batch, *shape))
        return moved.wrap(result)
    result, view = allocate(rows, *shape, walked=False, to=to)
    for piece, own in zip(_pieces(found), view, strict=True):
        count = transform.points(len(piece))
        transform.write(piece, own[:count])
        own[count:] = own[count - 1]
    return rows.wrap(result)


def transform_path_backprop(
    path: ArrayLike,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    """Compute the gradient in a path from that in its transform.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `transform_path`.
    derivs : ArrayLike, shape (..., new_length, new_channels)
        Derivatives of a scalar function in what `transform_path` returned, a list for a list.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        The point that was put in front of the path.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path. A list of paths needs none.
    times : ArrayLike, shape (length,) or (..., length), optional
        The times that were given; there is no gradient in them.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What was done to NaN in the path. The gradient in a missing value is 0.
    out : Array, tuple of (Array or None), or None, default None
        Where to write the gradient, as for `branched_sig`; C-contiguous. Where several are
        returned, a tuple with an array, or None, for each of them. Not for a list of paths.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in the points, of the shape, kind and dtype of `path` (float64 for integers and
        lists), never sharing memory with an argument; zero beyond the end of a shorter path. Of a
        list of paths it is a list, unless these are NumPy arrays of one length, which are a batch.
        With a base point that is an array the pair of this and the derivatives in the base point,
        of its own shape. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `transform_path`, or if two arrays are of different kinds or dtypes; or if `out` is no
        array of the kind and dtype of the result.
    InvalidValueError
        As `transform_path`, or if `derivs` has not the shape of the transform, or of a list of
        paths not as many entries; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    transform_path : The function differentiated.

    Examples
    --------
    The first point is twice in the lead-lag path, once in both halves and once as lag alone.

    >>> import treealg
    >>> treealg.transform_path_backprop([[0.0], [2.0]], [[1, 1], [1, 1], [1, 1]], lead_lag=True)
    array([[3.],
           [3.]])
    """
    found = _read(path, basepoint, lengths, times, missing, (time_aug, lead_lag, end_time))
    rows, transform = found.path, found.call.transform
    spans, shape = found.whole_spans, _shape(found)
    to = into(out, path, derivs, basepoint, lengths, times)
    rooms = found.rooms(to)
    points = rows.empty((int(spans[:, 1].sum()), rows.item[1]))[1]
    if _is_list(found):
        given = _of_list(derivs, found, shape[1])
    else:
        cotangent = as_rows(derivs, "derivs", 2)
        check_alike(rows, cotangent)
        if cotangent.item != shape:
            raise _wrong_shape("derivs", (*rows.batch, *shape), cotangent)
        if found.spans is None:
            moved, _ = direction(cotangent)
            if moved is not cotangent and found.is_given:
                result, view = allocate(moved, *rows.item, walked=False)
                transform.write_adjoint(moved.array, view.reshape(*rows.batch, *rows.item))
                return moved.wrap(result)
            if rooms.path is not None and found.is_given:
                transform.write_adjoint(cotangent.array, rooms.path.memory)
                return rooms.path.result
            whole = points.reshape(*rows.batch, *rows.item)
            transform.write_adjoint(cotangent.array, whole)
            return found.gradients(points, None, rooms)
        given = list(cotangent.whole())
    at = 0
    for own, count in zip(given, spans[:, 1].tolist(), strict=True):
        last = transform.points(count) - 1
        inside = own[: last + 1].copy()
        inside[last] = own[last:].sum(axis=0)  # where the path rests
        transform.write_adjoint(inside, points[at : at + count])
        at += count
    return found.gradients(points, None, rooms)


def _read(
    path: Any, basepoint: Any, lengths: Any, times: Any, missing: Any, options: tuple[Any, ...]
) -> Prepared:
    def call_of(channels: int) -> Any:
        return checked_call(channels, 1, False, 1, SIGNATURE, *options)

    return prepared(
        path, None, basepoint, lengths, call_of, times=times, missing=missing, exact=True
    )


def _is_list(found: Prepared) -> bool:
    origin = found.first.origin
    return origin is not None and origin.is_list


def _shape(found: Prepared) -> tuple[int, int]:
    """Return the points and channels of the transformed paths of an array."""
    first = found.first
    points, channels = first.path.item
    transform = first.call.transform
    return transform.points(points), transform.channels(channels)


def _pieces(found: Prepared) -> list[Any]:
    """Return the points of each path."""
    paths = found.path.whole()
    return [
        paths[i, first : first + count]
        for i, (first, count) in enumerate(found.whole_spans.tolist())
    ]


def _of_list(derivs: Any, found: Prepared, dimension: int) -> list[Any]:
    """Read the derivatives in the transforms of a list of paths."""
    counts = found.whole_spans[:, 1].tolist()
    pieces = derivs
    if not isinstance(derivs, (list, tuple)):
        rows = as_rows(derivs, "derivs", 2)
        check_kinds(found.path, rows)
        pieces = [Rows(piece, rows.kind, 2, "derivs") for piece in rows.array]
    if len(pieces) != len(counts):
        raise InvalidValueError(
            f"derivs must be a list with one array for each of the {len(counts)} paths, got "
            f"{len(pieces)} of them"
        )
    given = []
    for i, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
        own = piece if isinstance(piece, Rows) else as_rows(piece, f"derivs[{i}]", 2)
        check_kinds(found.path, own)
        shape = found.call.transform.points(count), dimension
        if own.array.shape != shape:
            raise _wrong_shape(own.name, shape, own)
        given.append(np.asarray(own.array, own.dtype))
    return given


def _wrong_shape(name: str, shape: tuple[int, ...], rows: Rows) -> InvalidValueError:
    return InvalidValueError(
        f"{name} must have the shape {shape} of the transformed path, got {rows.array.shape}"
    )
