"""Time as a channel of paths that are there: that of the whole path, uniform or as it is given.

Kernels append uniform time as they go. Where the times are given, or only pieces of a path are
wanted, the transform of the path is written instead, with a column of time, and taken as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import brief, is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.integers import from_first_point, origin_of
from treealg.numeric.arguments.kinds import read_array
from treealg.numeric.arguments.lists import list_array
from treealg.numeric.arguments.rows import MAX_AXES
from treealg.numeric.arguments.tables import is_of_moments, is_table, moments, table_array
from treealg.numeric.arguments.tensors import is_tensor, tensor_array
from treealg.numeric.arguments.transforms import Transform, copy_columns

__all__ = [
    "MOMENTS",
    "array_of_times",
    "check_times",
    "from_first_time",
    "in_pieces",
    "read_times",
    "read_times_of_list",
    "read_times_of_pieces",
    "read_times_of_rows",
    "without_time",
    "written",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_PER_SECOND = {
    unit: 1000**power for power, unit in enumerate(("s", "ms", "us", "ns", "ps", "fs", "as"))
}
MOMENTS = date, timedelta
"""What dates and durations are in Python."""

_SECONDS = {"m": 60, "h": 3600, "D": 86400, "W": 7 * 86400}


def check_times(call: Call, name: str) -> None:
    """Refuse options that times do not go with."""
    if not call.transform.time_aug:
        raise InvalidValueError(
            f"{name} must be None with time_aug=False, as they are the values of the time channel; "
            f"set time_aug=True"
        )
    if call.transform.end_time != 1.0:
        raise InvalidValueError(
            f"end_time must be left out where {name} are given, whose last is the end; got "
            f"{call.transform.end_time}"
        )


def read_times(value: Any, name: str, batch: tuple[int, ...], points: int) -> Floats:
    """Read times of paths of one length, from the first of each on, shape ``(paths, points)``.

    Parameters
    ----------
    value : object
        As the caller gave it.
    name : str
        Its name.
    batch : tuple of int
        The leading shape of the path.
    points : int
        How many points each path has.
    """
    rows = _rows(value, name, batch, points, points)
    return np.broadcast_to(_checked(rows, rows, None, name), (math.prod(batch), points))


def read_times_of_rows(
    value: Any, name: str, batch: tuple[int, ...], counts: Integers, most: int = 0
) -> Floats:
    """Read times of paths of different lengths, from the first of each on, in rows.

    What comes after the end of a path means nothing; times that all paths have are there once.

    Parameters
    ----------
    value : object
        As the caller gave it.
    name : str
        Its name.
    batch : tuple of int
        The leading shape of the path.
    counts : ndarray of int64
        How many points each path has; later times are not looked at.
    most : int, default 0
        The points of the array that these are the first of, where that are more.
    """
    points = int(counts.max()) if counts.size else most
    rows = _rows(value, name, batch, points, max(points, most))
    if len(rows) == 1:  # for all paths
        first = rows[:, :points]
        return np.broadcast_to(_checked(first, first, None, name), (counts.size, points))
    inside = np.arange(rows.shape[1]) < counts[:, None]
    # What is after the end, be it no time, is not looked at.
    return _checked(np.where(inside, rows, rows[:, :1]), rows, inside, name)[:, :points]


def read_times_of_pieces(
    value: Any, name: str, batch: tuple[int, ...], counts: Integers, most: int = 0
) -> Floats:
    """Read times of paths as `read_times_of_rows` does, and return them path after path."""
    return in_pieces(read_times_of_rows(value, name, batch, counts, most), counts)


def in_pieces(times: Floats, counts: Integers) -> Floats:
    """Return times in rows path after path; those that are so as they are."""
    if times.ndim == 1:
        return times
    if len(times) and not times.strides[0]:
        times = times[0]
        found: Floats = times[_places(counts)]
    else:
        found = times[np.arange(times.shape[1]) < counts[:, None]]
    return found


def read_times_of_list(value: Any, name: str, counts: Integers) -> Floats:
    """Read a list with the times of each path of a list, from its first on, path after path."""
    flat = _plain_times(value, counts)
    if flat is None:
        each = enumerate(zip(value, counts.tolist(), strict=True))
        own = [read_times(x, f"{name}[{i}]", (), count)[0] for i, (x, count) in each]
        flat = np.concatenate([np.zeros(0), *own])
    return flat


def _plain_times(value: Sequence[Any], counts: Integers) -> Floats | None:
    """Return the times of all paths at once, None where each has to be looked at.

    That is so unless they are arrays of floats, or of integers that float64 holds, and right.
    """
    if set(map(type, value)) != {np.ndarray} or len({x.dtype for x in value}) > 1:
        return None
    kind = value[0].dtype.kind
    if kind not in "fiu" or [x.shape for x in value] != [(n,) for n in counts.tolist()]:
        return None
    flat: npt.NDArray[Any] = np.concatenate(value)
    if kind != "f" and origin_of(flat[:, None]) is not None:
        return None
    starts = np.cumsum(counts) - counts
    flat = flat.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        flat -= np.repeat(flat[starts], counts)
    is_no_later = ~(flat[1:] >= flat[:-1])
    is_no_later[starts[1:] - 1] = False
    # As in paths of one length.
    is_right = not is_no_later.any() and _is_finite(flat[starts + counts - 1])
    return flat if is_right else None


def _places(counts: Integers) -> Integers:
    """Return the number of each point in its path, path after path."""
    ends = np.cumsum(counts)
    places: Integers = np.arange(int(counts.sum())) - np.repeat(ends - counts, counts)
    return places


def _rows(
    value: Any, name: str, batch: tuple[int, ...], points: int, most: int
) -> npt.NDArray[Any]:
    """Return times as they are, a row for each path, or one for all."""
    given = array_of_times(value, name)
    shapes = (given.shape[-1:], (*batch, *given.shape[-1:]))
    wanted = " or ".join(
        str(shape) for n in sorted({points, most}) for shape in dict.fromkeys(((n,), (*batch, n)))
    )
    if not given.ndim or given.shape not in shapes or not points <= given.shape[-1] <= most:
        raise InvalidValueError(
            f"{name} must have shape {wanted}, one for each point, a base point among them; got "
            f"shape {given.shape}"
        )
    if given.size and not any(given.strides[:-1]):  # a view, in which those of one are repeated
        given = given[(0,) * (given.ndim - 1)]
    return given.reshape(-1, given.shape[-1])


def _checked(
    known: npt.NDArray[Any],
    rows: npt.NDArray[Any],
    inside: npt.NDArray[np.bool_] | None,
    name: str,
) -> Floats:
    """Return times from the first of each row on, which have to be finite and not to decrease.

    Parameters
    ----------
    known : ndarray
        The rows, with a time that is one in the place of what is after the end.
    rows : ndarray
        The rows as they are given, for messages.
    inside : ndarray of bool or None
        What is not after the end, if that is not all.
    name : str
        What they are called.
    """
    times = _from_first(known, name)
    # NaN is not at least anything, and what lies between two finite numbers is finite.
    if inside is None and (times[:, 1:] >= times[:, :-1]).all() and _is_finite(times[:, -1]):
        return times
    inside = np.ones(times.shape, bool) if inside is None else inside
    wrong = ~np.isfinite(times) & inside
    if wrong.any():
        first, own = _two(rows, wrong, 0)
        path, place = (int(x) for x in np.argwhere(wrong)[0])
        got = f"{own} as number {place + 1}"
        if place:
            got = f"{first} as number 1 and {got}"
        if len(rows) > 1:
            got += f" of path {path + 1}"
        raise InvalidValueError(
            f"{name} must be finite, as every point has a time, and so must be what lies between "
            f"them; got {got}"
        )
    with np.errstate(invalid="ignore"):
        falls = (np.diff(times, axis=1) < 0) & inside[:, 1:]
    if falls.any():
        place = int(np.argwhere(falls)[0][1])
        first, own = _two(rows, falls, 1)
        raise InvalidValueError(
            f"{name} must not decrease along a path, got {first} and then {own} as numbers "
            f"{place + 1} and {place + 2}; sort the points first"
        )
    return times


def _is_finite(values: Floats) -> bool:
    return bool(np.isfinite(values).all())


def from_first_time(value: Any, name: str) -> Floats:
    """Return times as numbers from the first of each path on, which the caller has yet to check."""
    given = array_of_times(value, name)
    if not given.size or not given.ndim:
        return np.zeros(given.shape)
    return _from_first(given.reshape(-1, given.shape[-1]), name).reshape(given.shape)


def _two(rows: npt.NDArray[Any], wrong: npt.NDArray[np.bool_], step: int) -> tuple[Any, Any]:
    """Return the time of the first wrong place, after that before it or that of the first point."""
    path, place = (int(x) for x in np.argwhere(wrong)[0])
    own = rows[path]
    return own[place if step else 0], own[place + step]


def array_of_times(value: Any, name: str) -> npt.NDArray[Any]:
    """Return times as they are given, an array of numbers, dates or durations.

    Examples
    --------
    >>> array_of_times([0.0, 1.0], "times")
    array([0., 1.])
    """
    if isinstance(value, (list, tuple)):
        found = _of_list(value, name)
    elif is_tensor(value):
        found = tensor_array(value, name, constant=True)
    elif is_table(value):
        found = moments(value) if is_of_moments(value) else table_array(value, name)
    else:
        found = read_array(value, name, "times")
    if found.dtype.kind not in "fiumMO":
        raise InvalidTypeError(f"{name} must be numbers, dates or durations, got {found.dtype}")
    if found.dtype.kind == "O":
        _check_objects(found, name)
    return found


def _of_list(value: Any, name: str) -> npt.NDArray[Any]:
    first = value
    for _ in range(MAX_AXES):
        if not isinstance(first, (list, tuple)) or not first:
            break
        first = first[0]
    if isinstance(first, MOMENTS):
        return np.array(value, dtype=object)
    if getattr(getattr(first, "dtype", None), "kind", "") in ("M", "m"):
        return read_array(value, name, "times")
    return list_array(value, name, constant=True)


def _check_objects(found: npt.NDArray[Any], name: str) -> None:
    """Refuse objects that are neither all numbers nor all dates or durations of Python."""
    kinds = [Real, *MOMENTS]
    kind = next((kind for kind in kinds if found.size and isinstance(found.flat[0], kind)), Real)
    for x in found.flat:
        if not isinstance(x, kind) or is_flag(x) or isinstance(x, np.timedelta64):
            raise InvalidTypeError(
                f"{name} must be all numbers, all dates or all durations, got {brief(x)} of type "
                f"{type(x).__module__}.{type(x).__qualname__}"
            )


def _from_first(rows: npt.NDArray[Any], name: str) -> Floats:
    """Return times as float64 from the first of each row on; of dates, in seconds."""
    if rows.dtype.kind in "mM":
        return _from_first_tick(rows, name)
    if rows.dtype.kind == "O" and rows.size and isinstance(rows.flat[0], MOMENTS):
        try:  # exact, as Python subtracts
            elapsed = (_in_utc(rows) - _in_utc(rows[:, :1])) / timedelta(seconds=1)
            return np.asarray(elapsed, np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidTypeError(
                f"{name} must be dates of which one can be subtracted from another: {error}"
            ) from None
    if rows.dtype.kind == "f":
        found = rows.astype(np.float64)
    else:  # exact, also beyond 2**53
        found = from_first_point(rows[..., None], name)[..., 0].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(found - found[:, :1])


def _in_utc(dates: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return dates of Python that have a time zone in one where an hour is an hour."""

    def moved(x: Any) -> Any:
        return x if getattr(x, "tzinfo", None) is None else x.astimezone(UTC)

    found: npt.NDArray[Any] = np.frompyfunc(moved, 1, 1)(dates)
    return found


def _from_first_tick(rows: npt.NDArray[Any], name: str) -> Floats:
    """Return dates or durations of NumPy in seconds; what is none is NaN."""
    unit, count = np.datetime_data(rows.dtype)
    if unit not in _PER_SECOND and unit not in _SECONDS:
        raise InvalidTypeError(
            f"{name} must have a unit of fixed length, got {rows.dtype}; use "
            f"{name}.astype('{rows.dtype.kind}8[s]')"
        )
    ticks: npt.NDArray[Any] = rows.astype(rows.dtype.newbyteorder("=")).view(np.int64)
    known = ~np.isnat(rows)
    if ticks.size and int(ticks.max()) - int(ticks.min(where=known, initial=2**63 - 1)) >= 2**63:
        ticks = ticks.astype(object)
    since: Floats = (ticks - ticks[:, :1]).astype(np.float64)
    since[~known | ~known[:, :1]] = np.nan
    if unit in _PER_SECOND:
        return np.asarray(since * count / _PER_SECOND[unit])
    return np.asarray(since * (count * _SECONDS[unit]))


def _time_column(times: Floats | None, counts: Integers, transform: Transform) -> Floats:
    """Return the time of the points of transformed paths, path after path.

    Parameters
    ----------
    times : ndarray or None, shape (points of all paths,)
        Those of points; None where they are uniform.
    counts : ndarray of int64
        Points of each path, before the transform.
    transform : Transform
        The transform; points between others in a lead-lag path are in the middle of their times.
    """
    if times is not None and not transform.lead_lag:
        return times
    step = 2 if transform.lead_lag else 1
    last = step * (counts - 1)
    path, place = np.repeat(np.arange(len(counts)), last + 1), _places(last + 1)
    if times is not None:
        first = np.cumsum(counts) - counts
        at = first[path] + place // step
        own: Floats = (times[at] + times[at + place % step]) / 2
        return own
    # As numpy.linspace has it, which every other time comes from.
    time = place * (transform.end_time / np.maximum(last, 1))[path]
    return np.where((place == last[path]) & (place > 0), transform.end_time, time)


def written(points: npt.NDArray[Any], starts: Integers, counts: Integers, times: Floats | None,
            transform: Transform) -> npt.NDArray[Any]:  # fmt: skip
    """Write the transform of paths that are pieces of one array; what is between them has no time.

    A path that starts at a point starts at twice its number after a lead-lag transform. Times, if
    they are not uniform, come path after path.
    """
    total = len(points)
    shape = max(transform.points(total), 0), transform.channels(points.shape[1])
    out = np.zeros(shape, points.dtype)
    if total:
        transform._replace(time_aug=False).write(points, out)
        step = 2 if transform.lead_lag else 1
        own = step * (counts - 1) + 1
        at = np.arange(int(own.sum())) + np.repeat(step * starts - np.cumsum(own) + own, own)
        out[at, -1] = _time_column(times, counts, transform)
    return out


def without_time(
    derivs: npt.NDArray[Any], counts: Integers, transform: Transform
) -> npt.NDArray[Any]:
    """Return derivatives in points from those in the transforms of paths, one after the other.

    There is none in times. `counts` are the points of paths before the transform.
    """
    if not transform.lead_lag:
        alone = np.empty((len(derivs), derivs.shape[1] - 1), derivs.dtype)
        copy_columns(derivs[:, :-1], alone)
        return alone
    channels = derivs.shape[1] // 2
    lag, lead = derivs[:, :channels], derivs[:, channels : 2 * channels]
    path = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    at = 2 * np.arange(len(path)) - path  # each path before has one point less than twice its own
    out: npt.NDArray[Any] = lag[at] + lead[at]
    is_last = np.zeros(len(path), bool)
    is_last[ends - 1] = True
    inner = np.flatnonzero(~is_last)
    out[inner] += lag[at[inner] + 1]
    out[inner + 1] += lead[at[inner] + 1]
    return out
