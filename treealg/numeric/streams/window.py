"""Streams of sliding windows: the signature of each window of a growing path."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import SIGNATURE, Call, checked_call
from treealg.numeric.blocks.sliding import SlidingWords
from treealg.numeric.streams.base import StreamBase
from treealg.typing import Array, ArrayLike

__all__ = ["BranchedLogSigWindowStream", "BranchedSigWindowStream"]

Floats = npt.NDArray[np.float64]

_MOST_POINTS = sys.maxsize // 4


class BranchedSigWindowStream(StreamBase):
    """A batch of growing paths with the branched signatures of a sliding window.

    Once enough points have been pushed, the word signature of the next window is computed, with
    those of some others, at the latest when it is asked for; it is kept, and turned into the result
    whenever that is asked for.

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
    correction : ArrayLike or None, shape (columns,), default None
        As for `BranchedSigStream`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree`, `window_size`, `stride` or `n_jobs` is no integer, `end_time` no
        real number, a flag no boolean, `correction` no real array, or `weights` no integers.
    InvalidValueError
        If `dimension`, `window_size` or `stride` is below 1, `degree` negative, `n_jobs` 0 or
        `end_time` not finite; if `correction` has another shape, or is combined with `lead_lag`; if
        `weights` are not positive, one for each channel, or too fine; or if the basis, or the
        words, do not fit in memory.

    See Also
    --------
    BranchedSigStream : Any interval.

    Notes
    -----
    The first push settles leading shape, kind and dtype. What is pushed is copied, in float64, and
    kept while a window needs it; results are rounded to the dtype of the points. Push in blocks:
    windows of a block are computed side by side. Windows of at least 64 segments per point of
    stride share their work, whether points come in blocks or one by one: each costs a product or
    two of word signatures whatever its length, and of these as many are kept as windows begin in
    one. A stream can be pickled and copied. Calls from several threads must not overlap.

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
        correction: ArrayLike | None = None,
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        call = checked_call(
            dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, scalar_term,
            weights,
        )  # fmt: skip
        self._set_up(correction, window_size, stride, call)

    def _set_up(self, correction: Any, window_size: Any, stride: Any, call: Call) -> None:
        StreamBase.__init__(self, correction, call)
        # No stream has more points than that, and NumPy no integers much larger.
        self._segments = min(check_integer("window_size", window_size, 1), _MOST_POINTS) - 1
        self._stride = min(check_integer("stride", stride, 1), _MOST_POINTS)
        self._sliding: SlidingWords | None = None
        self._windows: list[Floats] = []  # word signatures

    def _start_batch(self, count: int) -> None:
        self._sliding = SlidingWords(self._words, count, self._segments, self._stride)
        self._windows = [np.empty((0, count, self._words.size))]

    def _append(self, points: Floats) -> None:
        if self._sliding is not None:
            self._windows += self._sliding.append(points)

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
        if self._sliding is None:
            raise InvalidValueError("the stream has no points yet; push some first")
        self._windows = [np.concatenate(self._windows + self._sliding.rest())]
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
        self._windows = [self._windows[0][:0].copy()]
        return result

    @property
    def num_windows(self) -> int:
        """Number of windows that `sig` returns."""
        waiting = 0 if self._sliding is None else self._sliding.waiting
        return sum(map(len, self._windows)) + waiting


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
    correction : ArrayLike or None, shape (columns,), default None
        As for `BranchedSigStream`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

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
        correction: ArrayLike | None = None,
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        call = checked_call(
            dimension, degree, planar, n_jobs, method, time_aug, lead_lag, end_time, scalar_term,
            weights,
        )  # fmt: skip
        self._set_up(correction, window_size, stride, call)
