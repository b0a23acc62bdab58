"""The argument `windows`: pieces of the paths of a call, all of which lie in one long array.

Of a batch the paths stand one after the other there, as those of a list do, so that a window of any
of them is a span of it. Time is that of the whole path: it is written into the points.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.arguments.prepared import Prepared
from treealg.numeric.arguments.transforms import PLAIN, Transform

__all__ = ["Windows", "given_points", "read_windows", "windows_of"]

Integers = npt.NDArray[np.int64]


class Windows(NamedTuple):
    """Windows of paths.

    Attributes
    ----------
    points : ndarray, shape (points, channels)
        The points of all paths, one path after the other.
    correction : ndarray, shape (points - 1, columns), or None
        That of each segment; what lies between two paths is not read.
    longest : int
        The longest chain of the correction.
    starts : ndarray of int64, shape (paths,)
        The first point of each path.
    ends : ndarray of int64, shape (windows, 2)
        The first and the last point of each window, counted from the first point of its path.
    transform : Transform
        What is still to be done to the points: lead-lag, or nothing.
    call : Call
        What is computed.
    counts : ndarray of int64, shape (paths,)
        Points of each path, as it was before time was written.
    """

    points: npt.NDArray[Any]
    correction: npt.NDArray[Any] | None
    longest: int
    starts: Integers
    ends: Integers
    transform: Transform
    call: Call
    counts: Integers

    def spans(self, ends: Integers, paths: slice = slice(None)) -> Integers:
        """Return the first point of some pieces of some paths, and how many points they have."""
        first = self.starts[paths, None] + ends[:, 0]
        count = np.broadcast_to(ends[:, 1] - ends[:, 0] + 1, first.shape)
        return np.stack([first, count], axis=-1).reshape(-1, 2)


def given_points(
    windows: Windows, points: npt.NDArray[Any], corrections: npt.NDArray[Any] | None
) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
    """Return derivatives path after path, from those in the points and corrections of windows.

    Without time, and without what lies between the ends of paths and the beginnings of others.
    """
    starts, transform = windows.starts, windows.call.transform
    if transform.time_aug:
        own = np.empty((-(-len(points) // 2) if transform.lead_lag else len(points),
                        windows.call.channels))  # fmt: skip
        transform.write_adjoint(points, own)
        points, starts = own, starts // 2 if transform.lead_lag else starts
    total = int(windows.counts.sum())
    if total == len(points):
        return points, corrections
    at = np.arange(total)
    at += np.repeat(starts - np.cumsum(windows.counts) + windows.counts, windows.counts)
    return points[at], None if corrections is None else corrections[at]


def read_windows(found: Prepared, value: Any) -> Integers:
    """Return the first and last points of windows that fit prepared paths, all of them checked."""
    counts = found.whole_spans[:, 1]
    return _read(value, int(counts.min()) if counts.size else found.path.item[0])


def windows_of(found: Prepared, value: Any) -> Windows:
    """Read the argument `windows` for paths that were prepared for a call."""
    rows, call = found.path, found.call
    length = rows.item[0]
    spans = found.spans
    counts, ends = found.whole_spans[:, 1], read_windows(found, value)
    correction = None
    if spans is not None and found.origin is not None and found.origin.is_list:
        points, starts = rows.array[0], spans[:, 0]
        if found.correction is not None:
            correction = found.correction.rows.array[0]
    else:
        points = np.require(rows.array, rows.dtype, ("C", "ALIGNED")).reshape(-1, rows.item[1])
        starts = np.arange(rows.count, dtype=np.int64) * length
        if found.correction is not None:
            correction = _one_after_the_other(found.correction.rows.array, rows.count, length)
            correction = np.require(correction, rows.dtype, "A")
    transform, longest = call.transform, 1 if found.correction is None else found.correction.longest
    if transform.time_aug:
        points = _with_time(points, starts, counts, transform)
        if transform.lead_lag:
            starts, ends = 2 * starts, 2 * ends
        transform = PLAIN
    return Windows(points, correction, longest, starts, ends, transform, call, counts)


def _read(value: Any, points: int) -> Integers:
    """Return the first and last points of windows that fit paths of so many points."""
    found = integer_array(value, "windows")
    if found.shape == (0,):
        found = found.reshape(0, 2)
    if found.ndim != 2 or found.shape[1] != 2:
        raise InvalidValueError(
            f"windows must have shape (windows, 2), a start and a stop for each, got shape "
            f"{found.shape}"
        )
    wrong = (found[:, 0] < 0) | (found[:, 1] <= found[:, 0]) | (found[:, 1] > points)
    if wrong.any():
        place = int(wrong.argmax())
        start, stop = (int(x) for x in found[place])
        raise InvalidValueError(
            f"windows must have 0 <= start < stop <= {points}, the points of the (shortest) path, "
            f"a base point among them; got {start}, {stop} as windows[{place}]"
        )
    return found.astype(np.int64) - (0, 1)


def _one_after_the_other(correction: npt.NDArray[Any], count: int, length: int) -> npt.NDArray[Any]:
    """Return the corrections of a batch as those of one long path."""
    columns = correction.shape[-1]
    total = max(count * length - 1, 0)
    if not any(correction.strides[:-1]):
        alike = correction.reshape(-1, columns)[:1] if correction.size else np.zeros((1, columns))
        return np.broadcast_to(alike, (total, columns))
    array = np.zeros((count, length, columns), correction.dtype)
    array[:, :-1] = correction.reshape(count, length - 1, columns)
    return array.reshape(-1, columns)[:total]


def _with_time(
    points: npt.NDArray[Any], starts: Integers, counts: Integers, transform: Transform
) -> npt.NDArray[Any]:
    """Return the transform of paths, where it has time, with that of each path."""
    total = len(points)
    out = np.zeros((transform.points(total), transform.channels(points.shape[1])), points.dtype)
    if not total:
        return out
    transform._replace(time_aug=False).write(points, out)
    step = 2 if transform.lead_lag else 1
    last = step * (counts - 1)
    path = np.repeat(np.arange(len(starts)), last + 1)
    place = np.arange(len(path)) - np.repeat(np.cumsum(last + 1) - last - 1, last + 1)
    # As numpy.linspace has it, which every other time comes from.
    time = place * (transform.end_time / np.maximum(last, 1))[path]
    is_end = (place == last[path]) & (place > 0)
    out[step * starts[path] + place, -1] = np.where(is_end, transform.end_time, time)
    return out
