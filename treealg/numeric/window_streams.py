"""Streams of sliding windows: the signature of each window of a growing path."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric import options
from treealg.numeric.stream_base import StreamBase
from treealg.numeric.word_rows import Words
from treealg.numeric.word_tree import Growing
from treealg.typing import Array, ArrayLike

__all__ = ["BranchedLogSigWindowStream", "BranchedSigWindowStream", "window_words"]

Floats = npt.NDArray[np.float64]

_LONG = 128  # segments per point of stride from which a window is better made of two parts
_NUMBERS_AT_ONCE = 1 << 16


def window_words(words: Words, points: Floats, segments: int, stride: int) -> Floats:
    """Compute the word signatures of all windows of paths.

    Parameters
    ----------
    words : Words
        The signatures.
    points : numpy.ndarray of float64, shape (count, length, channels)
        Paths of more than `segments` points.
    segments : int
        Segments per window.
    stride : int
        From the start of a window to that of the next, in points.

    Returns
    -------
    numpy.ndarray, shape (windows, count, size)
        The signatures, with unit time steps.

    Notes
    -----
    Long windows that overlap much are two parts each, cut where a multiple of the window's length
    falls into it: an end of one block and a beginning of the next. Ends and beginnings of a block
    are computed in one sweep each, so that a window costs one product whatever its length.
    """
    if segments >= _LONG * stride:
        return _in_two_parts(words, points, segments, stride)
    windows = np.lib.stride_tricks.sliding_window_view(points, segments + 1, axis=1)[:, ::stride]
    paths = windows.swapaxes(2, 3)
    out = np.empty((paths.shape[1], len(points), words.size))
    if paths.shape[1] >= 16:
        for row, path in enumerate(paths):  # each a view, without a copy
            out[:, row] = words.of_paths(path)
    else:
        for row, path in enumerate(paths.swapaxes(0, 1)):
            out[row] = words.of_paths(path)
    return out


def _in_two_parts(words: Words, points: Floats, segments: int, stride: int) -> Floats:
    count, length, channels = points.shape
    starts = np.arange(0, length - segments, stride)
    blocks = -(-(length - 1) // segments)
    rest = np.repeat(points[:, -1:], blocks * segments + 1 - length, axis=1)
    padded = np.concatenate([points, rest], axis=1)
    cut = np.lib.stride_tricks.sliding_window_view(padded, segments + 1, axis=1)[:, ::segments]
    paths = cut.swapaxes(2, 3).reshape(-1, segments + 1, channels)
    shape = count, blocks, segments, words.size
    ends = words.of_suffixes(paths).reshape(shape)
    block, place = np.divmod(starts, segments)
    out = ends[:, block, place]
    halves = np.flatnonzero(place)
    if len(halves):
        beginnings = words.of_prefixes(paths).reshape(shape)
        later = beginnings[:, block[halves] + 1, place[halves] - 1]
        out[:, halves] = words.product(out[:, halves], later)
    return np.ascontiguousarray(out.swapaxes(0, 1))


class BranchedSigWindowStream(StreamBase):
    """A batch of growing paths with the branched signatures of a sliding window.

    Whenever enough points have been pushed, the word signature of the next window is computed; it
    is kept, and turned into the result whenever that is asked for.

    Parameters
    ----------
    dimension : int
        Channels of the paths, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    window_size : int
        Points per window, at least 1.
    stride : int, default 1
        From the start of a window to that of the next, in points; at least 1.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over each window.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree`, `window_size`, `stride` or `n_jobs` is no integer, `end_time` no
        real number, or a flag no boolean.
    InvalidValueError
        If `dimension`, `window_size` or `stride` is below 1, `degree` negative, `n_jobs` 0 or
        `end_time` not finite; or if the basis does not fit in memory.

    See Also
    --------
    BranchedSigStream : Any interval.

    Notes
    -----
    The first push settles leading shape, kind and dtype. What is pushed is copied, in float64, and
    kept while a window needs it; results are rounded to the dtype of the points. Push in blocks:
    windows of a block are computed side by side, and long ones that overlap much share their work,
    so that each costs the same whatever its length. A stream can be pickled and copied. Calls from
    several threads must not overlap.

    Examples
    --------
    >>> import treealg
    >>> stream = treealg.BranchedSigWindowStream(1, 2, 2)
    >>> stream.push_batch([[0.0], [1.0], [3.0]])
    >>> stream.sig()
    array([[1. , 0.5],
           [2. , 2. ]])
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        window_size: int,
        *,
        stride: int = 1,
        planar: bool = False,
        scalar_term: bool = False,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        n_jobs: int = 1,
    ) -> None:
        self._set_up(
            window_size, stride,
            dimension, degree, planar, scalar_term, None, time_aug, lead_lag, end_time, n_jobs,
        )  # fmt: skip

    def _set_up(self, window_size: Any, stride: Any, *common: Any) -> None:
        StreamBase.__init__(self, *common)
        self._segments = options.integer(window_size, "window_size", 1) - 1
        self._stride = options.integer(stride, "stride", 1)
        self._points: Growing | None = None
        self._pushed = 0
        self._next = 0  # first point of the next window
        self._windows: list[Floats] = []  # word signatures

    def _start_batch(self, count: int) -> None:
        self._points = Growing(count, self._channels)

    def push(self, point: ArrayLike) -> None:
        """Append a point to each path.

        Parameters
        ----------
        point : ArrayLike, shape (..., dimension)
            The points, one per path.

        Raises
        ------
        InvalidTypeError
            If `point` is no real array, or of another kind or dtype than the first push.
        InvalidValueError
            If `point` has another number of channels, or another leading shape than the first push.
        """
        self._append(self._read(point, "point", 1))

    def push_batch(self, points: ArrayLike) -> None:
        """Append several points to each path.

        Parameters
        ----------
        points : ArrayLike, shape (..., new, dimension)
            The points.

        Raises
        ------
        InvalidTypeError
            If `points` are no real array, or of another kind or dtype than the first push.
        InvalidValueError
            If `points` have fewer than two axes, another number of channels, or another leading
            shape than the first push.
        """
        self._append(self._read(points, "points", 2))

    def _append(self, points: Floats) -> None:
        kept = self._points
        if kept is None:
            return
        # Points between windows are not kept, though they may come long before the next window.
        skipped = min(max(self._next - self._pushed, 0), points.shape[1])
        self._pushed += points.shape[1]
        kept.append(points[:, skipped:])
        ready = max((self._pushed - 1 - self._segments - self._next) // self._stride + 1, 0)
        at_once = max(
            _NUMBERS_AT_ONCE // (self._words.size * max(kept.rows, 1)),
            2 * self._segments // self._stride,
            1,
        )
        while ready > 0:
            count = min(ready, at_once)
            last = self._next + (count - 1) * self._stride + self._segments
            found = window_words(
                self._words, kept[self._next : last + 1], self._segments, self._stride
            )
            self._windows.append(found)
            self._next += count * self._stride
            ready -= count
        kept.drop(self._next)

    def sig(self) -> Array:
        """Return the signatures, or log-signatures, of all windows so far.

        Returns
        -------
        Array, shape (windows, ..., coefficients)
            Those of the complete windows, except for those that `take` has handed out.

        Raises
        ------
        InvalidValueError
            If nothing has been pushed.
        """
        if self._points is None:
            raise InvalidValueError("the stream has no points yet; push some first")
        if len(self._windows) != 1:
            empty = np.empty((0, self._points.rows, self._words.size))
            self._windows = [np.concatenate([empty, *self._windows])]
        words = self._windows[0]
        return self._wrapped(self._results(words, self._segments), len(words))

    def take(self) -> Array:
        """Return what `sig` returns, and forget it, so that memory stays bounded.

        Returns
        -------
        Array, shape (windows, ..., coefficients)
            The results that have come up since the last call.

        Raises
        ------
        InvalidValueError
            If nothing has been pushed.
        """
        result = self.sig()
        self._windows = []
        return result

    @property
    def num_windows(self) -> int:
        """Number of windows that `sig` returns."""
        return sum(map(len, self._windows))


class BranchedLogSigWindowStream(BranchedSigWindowStream):
    """A batch of growing paths with the branched log-signatures of a sliding window.

    All is as for `BranchedSigWindowStream`, except that `sig` and `take` give log-signatures.

    Parameters
    ----------
    dimension : int
        Channels of the paths, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    window_size : int
        Points per window, at least 1.
    stride : int, default 1
        From the start of a window to that of the next, in points; at least 1.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 0 of the empty tree in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `branched_log_sig`.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over each window.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Raises
    ------
    InvalidTypeError
        As `BranchedSigWindowStream`; or if `method` is no integer.
    InvalidValueError
        As `BranchedSigWindowStream`; or if `method` is not one of this basis, or has no scalar and
        `scalar_term` asks for one.

    Examples
    --------
    >>> import treealg
    >>> stream = treealg.BranchedLogSigWindowStream(1, 2, 2)
    >>> stream.push_batch([[0.0], [1.0], [3.0]])
    >>> stream.take()
    array([[1., 0.],
           [2., 0.]])
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        window_size: int,
        *,
        stride: int = 1,
        planar: bool = False,
        scalar_term: bool = False,
        method: int = 0,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        n_jobs: int = 1,
    ) -> None:
        if method is None:
            raise InvalidTypeError("method must be an integer, got None")
        self._set_up(
            window_size, stride,
            dimension, degree, planar, scalar_term, method, time_aug, lead_lag, end_time, n_jobs,
        )  # fmt: skip
