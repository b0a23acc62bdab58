"""What the stream classes share: their options, and reading what is pushed."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.axes import exchanged
from treealg.numeric.arguments.calls import Call, coefficients
from treealg.numeric.arguments.corrections import as_row, pushed_rows
from treealg.numeric.arguments.integers import differences, exact_values, origin_of
from treealg.numeric.arguments.kinds import NUMPY
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.blocks.words import Words
from treealg.numeric.plans.words import plan_of
from treealg.typing import ArrayLike

__all__ = ["StreamBase"]

Floats = npt.NDArray[np.float64]

_MOST_AXES = 62  # of NumPy's 64, beside those of intervals and of coefficients


class _Points:
    """Points that are pushed, of which integers are taken from the first point of the stream on.

    Parameters
    ----------
    origin : numpy.ndarray or None
        The first point, if it has integers that float64 may not hold.
    is_first : bool
        Whether these are the first points.
    has_axis : bool
        Whether they have an axis of points.
    """

    def __init__(self, origin: npt.NDArray[Any] | None, *, is_first: bool, has_axis: bool) -> None:
        self.origin = origin
        self.are_floats = origin is not None
        self._is_first, self._has_axis = is_first, has_axis

    def as_floats(self, array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
        """Return points as they are kept; integers that float64 does not hold are refused."""
        self.are_floats = False
        path = array if self._has_axis else array[..., None, :]
        if self._is_first and path.shape[-2]:
            self.origin = origin_of(path)
        if self.origin is None:
            return exact_values(array, name)
        found = differences(path, self.origin, name)
        return found if self._has_axis else found[..., 0, :]


class StreamBase(ABC):
    """A batch of growing paths with the options of a signature or log-signature.

    Parameters
    ----------
    correction : ArrayLike or None, shape (columns,)
        As for `BranchedSigStream`.
    call : Call
        The options.

    Raises
    ------
    InvalidTypeError
        As `BranchedSigStream`.
    InvalidValueError
        As `BranchedSigStream`.
    """

    def __copy__(self) -> Self:
        # A stream is nothing but its state: a copy that shared some of it would change with it.
        return copy.deepcopy(self)

    def __init__(self, correction: Any, call: Call) -> None:
        self._call = call
        coefficients(
            call.dimension, call.degree, call.planar, 0, call.weights
        )  # refuses what is too large
        self._correction, longest = as_row(correction, call)
        # Degree 0 computes nothing, but counts points all the same.
        self._words = Words(call._replace(degree=max(call.degree, 1)), longest)
        self._pushed = 0
        self._origin: npt.NDArray[Any] | None = None
        self._batch: tuple[int, ...] | None = None
        self._kind = NUMPY
        self._dtype = np.dtype(np.float64)
        # Of points that need no look: such as have been pushed, with nothing to add or subtract.
        self._plain_shape: tuple[int, ...] | None = None

    def push(self, point: ArrayLike, *, correction: ArrayLike | None = None) -> None:
        """Append a point to each path.

        Parameters
        ----------
        point : ArrayLike, shape (..., dimension)
            The points, one per path.
        correction : ArrayLike or None, shape (columns,) or (..., columns), default None
            That of the segment that ends at the point, in place of the one that the stream was made
            with. The first point ends none.

        Raises
        ------
        InvalidTypeError
            If `point` is no real array, or of another kind or dtype than the first push; or if
            `correction` is not of its kind and dtype.
        InvalidValueError
            If `point` has another number of channels, or another leading shape than the first push,
            or one of more than 62 axes; if `correction` has another shape, or other columns than
            the stream was made with; or if the points do not fit in memory.
        """
        if (
            correction is None
            and type(point) is np.ndarray
            and point.dtype is self._dtype
            and point.shape == self._plain_shape
        ):
            self._pushed += 1
            self._append(point.reshape(-1, 1, point.shape[-1]).astype(np.float64, copy=False))
        else:
            with memory_for("what is pushed"):
                self._append(self._read(point, correction, "point", 1))

    def push_batch(self, points: ArrayLike, *, correction: ArrayLike | None = None) -> None:
        """Append several points to each path.

        Parameters
        ----------
        points : ArrayLike, shape (..., new, dimension)
            The points.
        correction : ArrayLike or None, default None
            In place of the one that the stream was made with: shape ``(columns,)`` for all segments
            that end at these points, or ``(segments, columns)`` or ``(..., segments, columns)``
            with one row for each. There are as many as points, one less for the first points.

        Raises
        ------
        InvalidTypeError
            If `points` are no real array, or of another kind or dtype than the first push; or if
            `correction` is not of their kind and dtype.
        InvalidValueError
            If `points` have fewer than two axes, another number of channels, another leading shape
            than the first push, or one of more than 62 axes; if `correction` has another shape, or
            other columns than the stream was made with; or if the points do not fit in memory.
        """
        with memory_for("what is pushed"):
            self._append(self._read(points, correction, "points", 2))

    def _read(self, points: Any, correction: Any, name: str, item_ndim: int) -> Floats:
        """Return new points as (count, new, columns); the first ones settle batch and kind."""
        given = _Points(self._origin, is_first=not self._pushed, has_axis=item_ndim == 2)
        rows = as_rows(points, name, item_ndim, convert=given.as_floats)
        read = given.as_floats(rows.array, name) if given.are_floats else rows.array
        channels = self._words.channels
        if rows.item[-1] != channels:
            is_exchanged = len(rows.item) == 2 and rows.item[0] == channels
            raise InvalidValueError(
                f"{name} must have {channels} channels on the last axis, got shape "
                f"{rows.array.shape}{exchanged(name, rows.item) if is_exchanged else ''}"
            )
        if len(rows.batch) > _MOST_AXES:
            raise InvalidValueError(
                f"{name} must have at most {_MOST_AXES} leading axes, got {len(rows.batch)}; "
                f"reshape them to fewer"
            )
        if self._batch is not None and rows.batch != self._batch:
            raise InvalidValueError(
                f"{name} must have the leading shape {self._batch} of the first push, got "
                f"{rows.batch}"
            )
        if self._batch is not None and (rows.kind is not self._kind or rows.dtype != self._dtype):
            raise InvalidTypeError(
                f"{name} must be a {self._kind} of {self._dtype} as in the first push, got a "
                f"{rows.kind} of {rows.dtype}"
            )
        new = rows.item[0] if item_ndim == 2 else 1
        segments = new if self._pushed else max(new - 1, 0)
        added: Any = self._correction
        if correction is not None:
            added = pushed_rows(correction, rows, len(self._correction), segments)
        read = np.ascontiguousarray(read, np.float64).reshape(rows.count, new, channels)
        if len(self._correction):
            joined = np.zeros((*rows.batch, new, self._words.columns))
            joined[..., new - segments :, channels:] = added
            joined = joined.reshape(rows.count, new, self._words.columns)
            joined[..., :channels] = read
            read = joined
        # What follows changes the stream; all that is refused has been.
        if self._batch is None:
            self._start_batch(rows.count)
            self._batch, self._kind, self._dtype = rows.batch, rows.kind, rows.dtype
        self._origin = given.origin
        self._pushed += new
        is_plain = rows.kind is NUMPY and given.origin is None and not len(self._correction)
        self._plain_shape = (*rows.batch, channels) if is_plain else None
        return read

    @abstractmethod
    def _start_batch(self, count: int) -> None:
        """Make room for a number of paths."""

    @abstractmethod
    def _append(self, points: Floats) -> None:
        """Take new points, shape (count, new, columns)."""

    def _results(self, words: Floats, segments: Any) -> npt.NDArray[Any]:
        """Turn word signatures, shape (..., words), into results."""
        call = self._call
        plan = plan_of(call, self._words.longest)
        timed = self._words.with_time(words, segments)
        return self._words.mapped(timed, plan, call, self._dtype)

    def _wrapped(self, results: npt.NDArray[Any], *front: int) -> Any:
        """Return results of shape (front, count, coefficients) with the batch's own shape."""
        batch = self._batch if self._batch is not None else ()
        shaped = results.reshape(*front, *batch, results.shape[-1])
        found = np.ascontiguousarray(shaped)
        return found if self._kind is NUMPY else self._kind.wrap(found)

    @property
    def batch_shape(self) -> tuple[int, ...] | None:
        """Leading shape of what is pushed, None before the first push."""
        return self._batch
