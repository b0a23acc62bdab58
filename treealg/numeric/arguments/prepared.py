"""Paths with their options as kernels take them, and the way back of derivatives to these.

Every function of a path, forwards or backwards, reads its path here. A path may be an array, an
array with `lengths`, or a list; it may have a base point in front and a correction on its segments.
Paths of different lengths are spans: pieces of the paths of an array, or of one long array in which
the paths of a list stand one after the other, or would: kernels read them where they lie. None is
padded. Derivatives in the points of spans come span after span; `Prepared.gradients` takes them
apart.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_choice, is_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows, refuse_on_device
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.corrections import (
    Correction,
    as_correction,
    as_corrections,
)
from treealg.numeric.arguments.missing import MISSING, fill
from treealg.numeric.arguments.ragged import (
    NAMES,
    Names,
    arrays_of,
    as_base_point,
    base_points,
    dtype_of,
    is_list_of_paths,
    lines_of,
    read_lengths,
    read_paths,
)
from treealg.numeric.arguments.rows import ListedRows, Rows, converted, memory_for
from treealg.numeric.arguments.targets import Target, into_each, refuse_for_lists
from treealg.numeric.arguments.times import (
    check_times,
    in_pieces,
    read_times,
    read_times_of_list,
    read_times_of_rows,
    without_time,
    written,
)
from treealg.numeric.arguments.transforms import PLAIN

__all__ = [
    "Line",
    "Origin",
    "Prepared",
    "Room",
    "Rooms",
    "in_line",
    "prepared",
    "prepared_list",
    "timed",
]

Floats = npt.NDArray[Any]
Spans = npt.NDArray[np.int64]


class Origin(NamedTuple):
    """What paths were before they were copied, to which derivatives go back.

    Attributes
    ----------
    pieces : sequence of Rows
        The path, or the paths of a list.
    is_list : bool
        Whether it was a list.
    in_front : int
        How many points are put in front: 1 with a base point.
    point : Rows or None
        The base point, if it is an array.
    """

    pieces: Sequence[Rows]
    is_list: bool
    in_front: int
    point: Rows | None


class Room(NamedTuple):
    """Where an array is wanted, as it is and as an array of NumPy."""

    result: Any
    memory: Floats


class Rooms(NamedTuple):
    """Where gradients are wanted; None for one that is to be made."""

    path: Room | None = None
    correction: Room | None = None
    basepoint: Room | None = None


_NO_ROOMS = Rooms()


class Prepared(NamedTuple):
    """Paths with their corrections, and how to take their signatures.

    Attributes
    ----------
    path : Rows
        The points, with a base point if there is one.
    correction : Correction or None
        One row per segment.
    call : Call
        What is computed.
    given_correction : object
        The correction as the caller gave it.
    spans : ndarray of int64, shape (paths, 2), or None
        First point of each path, and how many there are, where that is not the whole of its row.
    origin : Origin or None
        What the caller gave, if that is not `path` itself.
    before : Prepared or None
        The paths before values were filled or time was written, if that is not left to kernels.
    back : callable or None
        From derivatives in the points, span after span, to those in the points before.
    in_line : bool
        Whether all paths are spans of one array, in which they stand one after the other.
    """

    path: Rows
    correction: Correction | None
    call: Call
    given_correction: Any = None
    spans: Spans | None = None
    origin: Origin | None = None
    before: Prepared | None = None
    back: Callable[[Floats], Floats] | None = None
    in_line: bool = False

    @property
    def first(self) -> Prepared:
        """The paths before anything was filled or written."""
        return self if self.before is None else self.before.first

    @property
    def is_given(self) -> bool:
        """Whether the paths are those of the caller, as they are."""
        return self.origin is None and self.before is None

    @property
    def has_steps(self) -> bool:
        """Whether each segment of the caller is a segment of `path`, or is made two by kernels."""
        before = self.before
        return (
            before is None
            or (before.has_steps and self.call == before.call)
            or not (before.call.transform.lead_lag)
        )

    @property
    def longest(self) -> int:
        """The highest level of the correction."""
        return 1 if self.correction is None else self.correction.longest

    @property
    def most_points(self) -> int:
        """The points of the longest path."""
        if self.before is not None:
            return self.before.most_points
        if self.origin is None or not self.origin.is_list:
            return int(self.path.item[0])
        return int(self.whole_spans[:, 1].max())

    @property
    def whole_spans(self) -> Spans:
        """The spans, also where they are whole rows."""
        if self.spans is not None:
            return self.spans
        with memory_for(f"spans of {self.path.name}"):
            return np.tile(np.array([0, self.path.item[0]]), (self.path.count, 1))

    def rooms(self, to: Target | None, *, of_path_alone: bool = False) -> Rooms:
        """Return where gradients are wanted; that is refused where they are lists."""
        if to is None:
            return _NO_ROOMS
        first = self.first
        origin = first.origin
        if origin is not None and origin.is_list:
            refuse_for_lists(to, to.name)
        rows = first.path
        length, channels = rows.item
        in_front = 0 if origin is None else origin.in_front
        shapes: dict[str, tuple[int, ...]] = {"path": (*rows.batch, length - in_front, channels)}
        if self.given_correction is not None and not of_path_alone:
            shapes["correction"] = as_rows(self.given_correction, "correction", 1, gpu=True).shape
        if origin is not None and origin.point is not None and not of_path_alone:
            shapes["basepoint"] = origin.point.shape
        targets = (to,) if len(shapes) == 1 else into_each(to.value, len(shapes), *to.inputs)
        return Rooms(
            **{
                name: Room(target.value, target.memory(rows, shape, dense=True))
                for (name, shape), target in zip(shapes.items(), targets, strict=True)
                if target is not None
            }
        )

    def gradients(
        self, points: Floats, corrections: Floats | None, rooms: Rooms = _NO_ROOMS
    ) -> Any:
        """Return the derivatives in what was given, from those in the points, span after span.

        Parameters
        ----------
        points : ndarray, shape (points of all spans, channels)
            Derivatives in `path`; may become the result.
        corrections : ndarray or None, shape (points of all spans, columns)
            Those in `correction`, a row for the segment from each point on, and zeros for the last
            point of a span.
        rooms : Rooms
            Where they are wanted.

        Returns
        -------
        Array, list of Array, or tuple of these
            The derivatives in the path, then in the correction and in the base point, if these are
            arrays.
        """
        if self.before is not None and self.back is not None:
            return self.before.gradients(self.back(points), corrections, rooms)
        path, origin = self.path, self.origin
        found = [self._in_path(points, rooms.path)]
        if self.given_correction is not None:
            if corrections is None:
                found.append(self.empty_correction(rooms.correction))
            else:
                found.append(self._in_correction(corrections, rooms.correction))
        if origin is not None and origin.point is not None:
            starts = np.cumsum(self.whole_spans[:, 1]) - self.whole_spans[:, 1]
            own = points[starts]
            own = own.reshape(origin.point.shape) if origin.point.batch else own.sum(axis=0)
            found.append(_placed(path, own, rooms.basepoint))
        return found[0] if len(found) == 1 else tuple(found)

    def empty_correction(self, room: Room | None) -> Any:
        """Return the gradient in a correction without columns."""
        if room is not None:
            return room.result
        path = self.path
        with path.active():
            result, memory = path.empty(
                as_rows(self.given_correction, "correction", 1, gpu=True).shape
            )
            memory[...] = 0
        return path.wrap(result)

    def _in_path(self, points: Floats, room: Room | None) -> Any:
        path, origin = self.path, self.origin
        first = 0 if origin is None else origin.in_front
        if origin is not None and origin.is_list:
            return [path.wrap(piece[first:]) for piece in self._by_span(points)]
        if len(points) == path.count * path.item[0]:  # each path is the whole of its row
            whole = points.reshape(*path.batch, *path.item)[..., first:, :]
            return _placed(path, whole, room)
        length, channels = path.item
        shape = (*path.batch, length - first, channels)
        result, memory = path.empty(shape) if room is None else room
        rows = memory.reshape(path.count, length - first, channels)
        counts = self.whole_spans[:, 1:]
        is_inside = np.arange(first, length) < counts
        if first:
            points = np.delete(points, np.cumsum(counts) - counts[:, 0], axis=0)
        rows[is_inside] = points
        rows[~is_inside] = 0
        return path.wrap(result)

    def _in_correction(self, corrections: Floats, room: Room | None) -> Any:
        assert self.correction is not None
        path, shape = self.path, self.correction.shared
        own = self._by_span(corrections)
        if self.origin is not None and self.origin.is_list and _is_list(self.given_correction):
            shapes = [np.shape(piece) for piece in self.given_correction]
            return [path.wrap(_of_segments(x, to)) for x, to in zip(own, shapes, strict=True)]
        if len(shape) == 1:
            return _placed(path, corrections.sum(axis=0), room)
        segments, columns = self.correction.rows.item
        result, memory = path.empty(shape) if room is None else room
        memory[...] = 0
        rows = memory.reshape(math.prod(shape[:-2]), segments, columns)
        for i, piece in enumerate(own):
            rows[i if len(rows) > 1 else 0, : len(piece) - 1] += piece[:-1]
        return path.wrap(result)

    def _by_span(self, values: Floats) -> list[Floats]:
        """Return the rows of each span."""
        ends = np.cumsum(self.whole_spans[:, 1]).tolist()
        return [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _placed(rows: Rows, values: Floats, room: Room | None) -> Any:
    """Return values as an array of the kind of the paths, where that is wanted."""
    if room is None:
        return rows.wrap(np.ascontiguousarray(values))
    if not np.may_share_memory(values, room.memory):  # where kernels write to it, they are there
        room.memory[...] = values
    return room.result


def prepared(
    path: Any,
    correction: Any,
    basepoint: Any,
    lengths: Any,
    call_of: Callable[[int], Call],
    *,
    gpu: bool = False,
    times: Any = None,
    missing: Any = "propagate",
    exact: bool = False,
    names: Names = NAMES,
) -> Prepared:
    """Read a path with its options; `call_of` checks all that is no array, given the channels.

    If `exact`, points themselves are wanted, and not differences alone.
    """
    how = check_choice("missing", missing, MISSING)
    if times is None and how == "propagate":
        return _prepared(path, correction, basepoint, lengths, call_of, gpu, exact, names)
    refuse_on_device(path, "times and missing")
    found = _prepared(path, correction, basepoint, lengths, call_of, False, exact, names)
    if times is not None:
        check_times(found.call, names.times)
    with memory_for(f"{names.path}, copied for times or missing values,"):
        values = None if times is None else _times(times, found, names)
        found = found if how == "propagate" else _filled(found, how, values, names.path)
        return found if values is None else timed(found, values)


def _prepared(
    path: Any, correction: Any, basepoint: Any, lengths: Any, call_of: Callable[[int], Call],
    gpu: bool, exact: bool, names: Names,
) -> Prepared:  # fmt: skip
    is_list = is_list_of_paths(path)
    if basepoint is False and lengths is None and not is_list:
        rows = as_path(path, names.path, gpu=gpu, values=exact)
        call = call_of(rows.item[1])
        added = None if correction is None else as_correction(correction, rows, call)
        return Prepared(rows, added, call, correction)
    refuse_on_device(path, "stream, basepoint, lengths and lists of paths")
    pieces = read_paths(path, lengths, basepoint, exact, names)
    call = call_of(pieces[0].item[1])
    with memory_for(f"{names.path}, copied for basepoint, lengths or as a list,"):
        return _with_options(pieces, is_list, correction, basepoint, lengths, call, names)


def prepared_list(pieces: Sequence[Rows], name: str) -> Prepared:
    """Take paths that were read as if in one array, where there is nothing but paths."""
    nothing: Any = None
    found = _one_after_the_other(Origin(pieces, True, 0, None), None, nothing)
    found.path.name = name
    return found


def _with_options(
    pieces: Sequence[Rows], is_list: bool, correction: Any, basepoint: Any, lengths: Any,
    call: Call, names: Names,
) -> Prepared:  # fmt: skip
    has_no_point = is_flag(basepoint)
    in_front = int(not has_no_point or bool(basepoint))
    first = pieces[0]
    batch = (len(pieces),) if is_list else first.batch
    shape = (*batch, first.item[1])
    point = None if has_no_point else as_base_point(basepoint, shape, first.kind)
    origin = Origin(pieces, is_list, in_front, point)
    if is_list:
        return _one_after_the_other(origin, correction, call)
    counts = None if lengths is None else read_lengths(lengths, first, names.lengths)
    added = as_correction(correction, first, call, in_front=in_front)
    array = first.array
    if array.dtype != first.dtype:
        array = converted(array, first.dtype, names.path)
    if in_front:
        start = base_points(point, shape, array.dtype)
        array = np.concatenate([start[..., None, :], array], axis=-2)
    spans = None
    if counts is not None:
        spans = np.zeros((counts.size, 2), np.int64)
        spans[:, 1] = counts.reshape(-1) + in_front
    return Prepared(Rows(array, first.kind, 2, "path"), added, call, correction, spans, origin)


def _one_after_the_other(origin: Origin, correction: Any, call: Call) -> Prepared:
    """Take the paths of a list as if they were in one array, with nothing between or beyond them.

    Those that have no base point in front, and the dtype that is computed in, are not copied.
    """
    pieces, in_front = origin.pieces, origin.in_front
    first = pieces[0]
    several = as_corrections(correction, pieces, call, in_front)
    dtype = dtype_of(pieces)
    lines = None if in_front else lines_of(pieces)
    path: Rows
    if lines is not None and lines.dtype == dtype:
        path, spans = ListedRows(lines, first.kind, "path"), lines.spans
    else:
        path, spans = _in_one_array(origin, dtype)
    if several is None:
        return Prepared(path, None, call, correction, spans, origin, in_line=True)
    total, columns = path.item[0], several[0].rows.item[1]
    added = np.zeros((total, columns), dtype)  # the last row of each path is that of no segment
    for own, (begin, count) in zip(several, spans.tolist(), strict=True):
        added[begin : begin + count - 1] = own.rows.array
    wide = np.broadcast_to(added[:-1], (len(pieces), total - 1, columns))
    joined = several[0]._replace(rows=Rows(wide, first.kind, 2, "correction"))
    return Prepared(path, joined, call, correction, spans, origin, in_line=True)


def _in_one_array(origin: Origin, dtype: np.dtype[Any]) -> tuple[Rows, Spans]:
    """Put the paths of a list into one array, and return what they are of it."""
    pieces, in_front = origin.pieces, origin.in_front
    arrays, channels = arrays_of(pieces), pieces[0].item[1]
    counts = np.fromiter(map(len, arrays), np.int64, len(arrays)) + in_front
    if in_front:
        points = base_points(origin.point, (len(pieces), channels), dtype)[:, None]
        arrays = [part for pair in zip(points, arrays, strict=True) for part in pair]
    array = np.concatenate(arrays, out=np.empty((int(counts.sum()), channels), dtype))
    path = Rows(np.broadcast_to(array, (len(pieces), *array.shape)), pieces[0].kind, 2, "path")
    return path, np.stack([np.cumsum(counts) - counts, counts], axis=1)


def _is_list(correction: Any) -> bool:
    """Tell whether a correction is a list with one array for each path."""
    is_list = isinstance(correction, (list, tuple))
    return is_list and not all(isinstance(piece, numbers.Real) for piece in correction)


def _of_segments(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return derivatives in the correction of one path, of one row per segment or for all."""
    own = values[:-1]
    return own.sum(axis=0) if len(shape) == 1 else own


class Line(NamedTuple):
    """Paths one after the other, in one array.

    Attributes
    ----------
    points : ndarray, shape (points, channels)
        The points; there may be more than those of the paths.
    correction : ndarray, shape (points - 1, columns), or None
        That of each segment; what lies between two paths is not read.
    starts, counts : ndarray of int64, shape (paths,)
        The first point of each path, and how many it has.
    """

    points: Floats
    correction: Floats | None
    starts: Spans
    counts: Spans

    @property
    def places(self) -> Spans:
        """Where the points of all paths are, path after path."""
        total = int(self.counts.sum())
        shift = self.starts - np.cumsum(self.counts) + self.counts
        places: Spans = np.arange(total) + np.repeat(shift, self.counts)
        return places

    def taken(self, values: Floats) -> Floats:
        """Return what there is for the points of all paths, path after path."""
        ends = np.cumsum(self.counts)
        is_whole = len(ends) > 0 and len(values) == ends[-1]
        if is_whole and np.array_equal(self.starts, ends - self.counts):
            return values
        return values[self.places]


def in_line(found: Prepared, *, once: bool = False) -> Line:
    """Return prepared paths one after the other, not copied where they are so.

    If `once`, paths that a view repeats are there once, and there is no room for derivatives of
    each of them.
    """
    rows, spans = found.path, found.whole_spans
    length, channels = rows.item
    array, added = rows.array, None if found.correction is None else found.correction.rows.array
    if found.in_line and rows.count:
        first = (0,) * len(rows.batch)
        return Line(array[first], None if added is None else added[first], *spans.T)
    number: Spans = np.arange(rows.count, dtype=np.int64)
    if once:
        different = _different(len(rows.batch), *([array] if added is None else [array, added]))
        array, added = array[different], None if added is None else added[different]
        batch = array.shape[:-2]
        numbers = np.arange(math.prod(batch), dtype=np.int64).reshape(batch)
        number = np.broadcast_to(numbers, rows.batch).reshape(-1)
    with memory_for(f"{rows.name}, copied as one long path,"):
        points = np.require(array, rows.dtype, ("C", "A")).reshape(-1, channels)
        if added is not None:
            added = _corrections_in_line(added, math.prod(array.shape[:-2]), length)
            added = np.require(added, rows.dtype, "A")
    return Line(points, added, number * length, spans[:, 1])


def _different(rank: int, *arrays: Floats) -> tuple[slice, ...]:
    """Return the index that takes what is repeated along leading axes of several arrays once."""
    return tuple(
        slice(None if any(array.strides[axis] for array in arrays) else 1) for axis in range(rank)
    )


def _corrections_in_line(correction: Floats, count: int, length: int) -> Floats:
    """Return the corrections of a batch as those of one long path."""
    columns = correction.shape[-1]
    total = max(count * length - 1, 0)
    if not any(correction.strides[:-1]):
        alike = correction.reshape(-1, columns)[:1] if correction.size else np.zeros((1, columns))
        return np.broadcast_to(alike, (total, columns))
    array = np.zeros((count, length, columns), correction.dtype)
    array[:, :-1] = correction.reshape(count, length - 1, columns)
    return array.reshape(-1, columns)[:total]


def timed(found: Prepared, times: Floats | None) -> Prepared:
    """Write the transform of paths with their time, uniform where no times are given."""
    if found.spans is None or (times is not None and not found.in_line):
        return _timed_array(found, times)
    line, transform = in_line(found), found.call.transform
    clock = None if times is None else in_pieces(times, line.counts)
    points = written(line.points, line.starts, line.counts, clock, transform)
    step = 2 if transform.lead_lag else 1
    moved = Line(points, line.correction, step * line.starts, step * (line.counts - 1) + 1)
    call = found.call._replace(transform=PLAIN)

    def back(derivs: Floats) -> Floats:
        return without_time(derivs, line.counts, transform)

    return _after(found._replace(call=call), moved, back)._replace(before=found)


def _timed_array(found: Prepared, times: Floats | None) -> Prepared:
    """Write the transform of paths, the whole of it, with their times.

    Paths that a view repeats are there once, if they have one time, too.
    """
    rows, transform = found.path, found.call.transform
    length, channels = rows.item
    shape = transform.points(length), transform.channels(channels)
    clock = None
    if times is not None:  # of no point after the ends of all paths
        clock = times.reshape(*rows.batch, times.shape[1])
    once = _different(len(rows.batch), *(x for x in (rows.array, clock) if x is not None))
    given = rows.array[once]
    array = np.empty((*given.shape[:-2], *shape), rows.dtype)
    transform._replace(time_aug=times is None).write(given, array)
    if clock is not None:
        clock, end = clock[once], transform.points(clock.shape[-1])
        array[..., : end : 2 if transform.lead_lag else 1, -1] = clock
        if transform.lead_lag:  # in the middle of two points there is the middle of their times
            array[..., 1:end:2, -1] = (clock[..., :-1] + clock[..., 1:]) / 2
        array[..., end:, -1] = clock[..., -1:]
    array = np.broadcast_to(array, (*rows.batch, *shape))
    spans: Spans | None = None
    if found.spans is None:
        counts = np.full(rows.count, length)
    else:
        counts = found.spans[:, 1]
        spans = np.zeros((len(counts), 2), np.int64)
        spans[:, 1] = 2 * counts - 1 if transform.lead_lag else counts

    def back(derivs: Floats) -> Floats:
        return without_time(derivs, counts, transform)

    path, call = Rows(array, rows.kind, 2, "path"), found.call._replace(transform=PLAIN)
    return Prepared(path, found.correction, call, found.given_correction, spans, None, found, back)


def _filled(found: Prepared, how: str, times: Floats | None, name: str) -> Prepared:
    """Fill missing values."""
    if not np.isnan(in_line(found, once=True).points.real).any():
        return found
    line = in_line(found)
    places = line.places
    clock = None if times is None else in_pieces(times, line.counts)
    made = fill(line.points[places], line.counts, how, clock, name)
    if made is None:
        return found
    points = line.points.copy()
    points[places] = made.values(line.points[places])
    return _after(found, line._replace(points=points), made.backward)


def _after(found: Prepared, line: Line, back: Callable[[Floats], Floats]) -> Prepared:
    """Return prepared paths with other points."""
    batch, correction = found.path.batch, found.correction
    if not len(line.points):  # of no path; a kernel wants a point
        line = line._replace(points=np.zeros((1, line.points.shape[1]), found.path.dtype))
    wide = np.broadcast_to(line.points, (*batch, *line.points.shape))
    path = Rows(wide, found.path.kind, 2, "path")
    if correction is not None and line.correction is not None:
        wide = np.broadcast_to(line.correction, (*batch, *line.correction.shape))
        correction = correction._replace(rows=Rows(wide, found.path.kind, 2, "correction"))
    spans = np.stack([line.starts, line.counts], axis=1)
    given = found.given_correction
    return Prepared(path, correction, found.call, given, spans, None, found, back, True)


def _times(value: Any, found: Prepared, names: Names) -> Floats:
    """Read the times of prepared paths, which their dtype has to hold.

    Those of a list come path after path, others in rows.
    """
    counts, dtype = found.whole_spans[:, 1], np.empty(0, found.path.dtype).real.dtype
    times = _times_of(value, found, counts, names)
    if times.ndim == 2:
        ends = times[np.arange(counts.size), counts - 1]
    else:
        ends = times[np.cumsum(counts) - 1]
    if ends.max(initial=0) > np.finfo(dtype).max:
        raise InvalidValueError(
            f"{names.times} must be finite in the dtype of {names.path}, {dtype}, got {ends.max()} "
            f"from the first to the last; use {names.path}.astype(numpy.float64), or a larger unit "
            f"of time"
        )
    return times


def _times_of(value: Any, found: Prepared, counts: Spans, names: Names) -> Floats:
    origin, name = found.origin, names.times
    if origin is None or not origin.is_list:
        batch, length = found.path.batch, int(found.path.item[0])
        if found.spans is None:
            return read_times(value, name, batch, length)
        return read_times_of_rows(value, name, batch, counts, length)
    if not isinstance(value, (list, tuple)) or len(value) != len(counts):
        raise InvalidValueError(
            f"{name} must be a list with those of each of the {len(counts)} paths, as {names.path} "
            f"is a list"
        )
    return read_times_of_list(value, name, counts)
