"""Streams: paths that grow, and signatures of any interval of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from treealg.checks import check_integer, shown
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.calls import SIGNATURE, Call, checked_call
from treealg.numeric.blocks.tree import WordTree
from treealg.numeric.streams.base import StreamBase
from treealg.sequences import is_sequence
from treealg.typing import Array, ArrayLike

__all__ = ["BranchedLogSigStream", "BranchedSigStream"]


class BranchedSigStream(StreamBase):
    r"""A batch of growing paths with the branched signature of any interval.

    Points are pushed one by one or in blocks; `sig` gives what `branched_sig` gives for a stretch
    of them. Word signatures of blocks of segments are kept in a balanced tree, and an interval is
    the product of a few of them by Chen's identity,
    :math:`X_{s,u} = X_{s,t} * X_{t,u}`.

    Parameters
    ----------
    dimension : int
        Channels of the paths, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points of the
        interval that is asked for.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    correction : ArrayLike or None, shape (columns,), default None
        What a segment has for which no other is pushed: the argument `correction` of
        `branched_sig`, for all segments, of any kind and dtype. Its columns are those of whatever
        is pushed later, so zeros make room for it. A channel from `time_aug` has none; not with
        `lead_lag`.
    keep : int or None, default None
        Number of points to keep: older ones are dropped as new ones come. At least 1; None keeps
        all.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree`, `keep` or `n_jobs` is no integer, `end_time` no real number, a
        flag no boolean, `correction` no real array, or `weights` no integers.
    InvalidValueError
        If `dimension` or `keep` is below 1, `degree` negative, `n_jobs` 0 or `end_time` not finite;
        if `correction` has another shape, or is combined with `lead_lag`; if `weights` are not
        positive, one for each channel, or too fine; or if the basis, or the words, do not fit in
        memory.

    See Also
    --------
    BranchedLogSigStream : Log-signatures.
    BranchedSigWindowStream : Windows of fixed size.

    Notes
    -----
    The first push settles leading shape, kind and dtype. What is pushed is copied, in float64; it
    is computed with in float64 and results are rounded to the dtype of the points. No inverse of a
    prefix is ever taken, so a late interval has all its digits. Each segment enters one block,
    at the price of the word signature of the segment; a query costs a number of products that grows
    with the logarithm of its length. Memory is that of the points, with a correction per segment if
    there is one, and, for ``words`` coefficients of the word signature, ``words / 32`` numbers per
    segment.

    A stream can be pickled and copied. Calls from several threads must not overlap if one pushes.

    Examples
    --------
    >>> import treealg
    >>> stream = treealg.BranchedSigStream(1, 2)
    >>> stream.push_batch([[0.0], [1.0], [3.0]])
    >>> stream.sig(1, 2)
    array([2., 2.])

    With a correction of -1/2 on each segment, but for the last one:

    >>> stream = treealg.BranchedSigStream(1, 2, correction=[-0.5])
    >>> stream.push_batch([[0.0], [1.0], [3.0]])
    >>> stream.push([3.0], correction=[0.25])
    >>> stream.sig(1, 2), stream.sig(1, 3)
    (array([2. , 1.5]), array([2.  , 1.75]))
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        *,
        planar: bool = False,
        scalar_term: bool = False,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        correction: ArrayLike | None = None,
        keep: int | None = None,
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        call = checked_call(
            dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, scalar_term,
            weights,
        )  # fmt: skip
        self._set_up(correction, keep, call)

    def _set_up(self, correction: Any, keep: Any, call: Call) -> None:
        StreamBase.__init__(self, correction, call)
        self._keep = None if keep is None else check_integer("keep", keep, 1)
        self._tree: WordTree | None = None
        self._start = 0

    def _start_batch(self, count: int) -> None:
        self._tree = WordTree(self._words, count)

    def _append(self, points: Any) -> None:
        if self._tree is None or points.shape[1] == 0:
            return
        self._tree.append(points)
        if self._keep is not None and self.size > self._keep:
            self.drop(self.end_index + 1 - self._keep)

    def pop_front(self) -> None:
        """Forget the oldest point.

        Raises
        ------
        InvalidValueError
            If there is at most one point.
        """
        self._tree_or_refuse()
        if self.size < 2:
            raise InvalidValueError(
                f"pop_front must leave a point, but the stream has only the point {self._start}; "
                f"push others first"
            )
        self.drop(self._start + 1)

    def drop(self, before: int) -> None:
        """Forget all points before one; indices stay what they are.

        Parameters
        ----------
        before : int
            Index of the first point to keep; nothing happens if that is the first one already.

        Raises
        ------
        InvalidTypeError
            If `before` is no integer.
        InvalidValueError
            If `before` is no point of the stream.
        """
        before = check_integer("before", before, 0)
        tree = self._tree_or_refuse()
        if before > self.end_index:
            raise InvalidValueError(
                f"before must be a point of the stream, which has {self.start_index} to "
                f"{self.end_index}; got {before}"
            )
        if before > self._start:
            self._start = before
            tree.drop(before)

    def sig(self, start: int, end: int) -> Array:
        """Compute the signature, or log-signature, between two points.

        Parameters
        ----------
        start, end : int
            Indices of the first and last point, counted from the first one ever pushed;
            ``start <= end``.

        Returns
        -------
        Array, shape (..., coefficients)
            What the batch function gives for the points `start` to `end`, both included.

        Raises
        ------
        InvalidTypeError
            If an index is no integer.
        InvalidValueError
            If an index is not in the stream, or `start` after `end`.
        """
        return self._wrapped(self._results(self._interval(start, end), end - start))

    def sig_batch(self, intervals: Iterable[tuple[int, int]]) -> Array:
        """Compute the signatures, or log-signatures, of several intervals.

        Parameters
        ----------
        intervals : iterable of (int, int)
            Pairs of `start` and `end`.

        Returns
        -------
        Array, shape (intervals, ..., coefficients)
            The results.

        Raises
        ------
        InvalidTypeError
            If `intervals` are no pairs of integers.
        InvalidValueError
            As `sig`.
        """
        try:
            pairs = [(start, end) for start, end in intervals] if is_sequence(intervals) else None
        except (TypeError, ValueError, NotImplementedError):
            pairs = None
        if pairs is None:
            raise InvalidTypeError(
                f"intervals must be pairs (start, end) of integers, got {shown(intervals)}; give a "
                f"list such as [(0, 2), (1, 3)]"
            )
        words = [self._interval(start, end) for start, end in pairs]
        count = self._tree_or_refuse().points.rows
        stacked = np.reshape(words, (len(pairs), count, self._words.size))
        lengths = np.array([end - start for start, end in pairs], np.int64)
        return self._wrapped(self._results(stacked, lengths[:, None, None]), len(pairs))

    def sig_all(self) -> Array:
        """Compute the expanding signatures, or log-signatures, from the first point kept.

        Returns
        -------
        Array, shape (points, ..., coefficients)
            Those up to the first point (a constant path), the second one, and so on.

        Raises
        ------
        InvalidValueError
            If nothing has been pushed.
        """
        tree = self._tree_or_refuse()
        points = tree.points[self._start : tree.points.end]
        words = np.zeros((points.shape[1], len(points), self._words.size))
        words[1:] = self._words.of_prefixes(points).swapaxes(0, 1)
        lengths = np.arange(len(words))[:, None, None]
        return self._wrapped(self._results(words, lengths), len(words))

    def _interval(self, start: Any, end: Any) -> Any:
        tree = self._tree_or_refuse()
        start, end = check_integer("start", start, 0), check_integer("end", end, 0)
        if not self._start <= start <= end <= self.end_index:
            raise InvalidValueError(
                f"start and end must be points of the stream, which has {self._start} to "
                f"{self.end_index}, with start <= end; got {start} and {end}"
            )
        return tree.interval(start, end)

    def _tree_or_refuse(self) -> WordTree:
        if self._tree is None or not self._pushed:
            raise InvalidValueError("the stream has no points yet; push some first")
        return self._tree

    @property
    def size(self) -> int:
        """Number of points kept."""
        return self.end_index + 1 - self._start

    @property
    def start_index(self) -> int:
        """Index of the first point kept."""
        return self._start

    @property
    def end_index(self) -> int:
        """Index of the last point, -1 before the first push."""
        return self._pushed - 1


class BranchedLogSigStream(BranchedSigStream):
    """A batch of growing paths with the branched log-signature of any interval.

    All is as for `BranchedSigStream`, except that `sig`, `sig_batch` and `sig_all` give what
    `branched_log_sig` gives.

    Parameters
    ----------
    dimension : int
        Channels of the paths, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 0 of the empty tree in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `branched_log_sig`.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points of the
        interval that is asked for.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    correction : ArrayLike or None, shape (columns,), default None
        What a segment has for which no other is pushed: the argument `correction` of
        `branched_sig`, for all segments, of any kind and dtype. Its columns are those of whatever
        is pushed later, so zeros make room for it. A channel from `time_aug` has none; not with
        `lead_lag`.
    keep : int or None, default None
        Number of points to keep: older ones are dropped as new ones come. At least 1; None keeps
        all.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Raises
    ------
    InvalidTypeError
        As `BranchedSigStream`; or if `method` is no integer.
    InvalidValueError
        As `BranchedSigStream`; or if `method` is not one of this basis, or has no scalar and
        `scalar_term` asks for one.

    Notes
    -----
    The error of a coefficient of n nodes is about ``eps * |x|**n``, with the rounding unit ``eps``
    of float64, in which streams compute, and the length ``|x|`` of the path over the interval:
    terms of that size cancel, as in `branched_log_sig`.

    Examples
    --------
    >>> import treealg
    >>> stream = treealg.BranchedLogSigStream(1, 2)
    >>> stream.push_batch([[0.0], [1.0], [3.0]])
    >>> stream.sig(0, 2)
    array([3., 0.])
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        *,
        planar: bool = False,
        scalar_term: bool = False,
        method: int = 0,
        time_aug: bool = False,
        lead_lag: bool = False,
        end_time: float = 1.0,
        correction: ArrayLike | None = None,
        keep: int | None = None,
        n_jobs: int = 1,
        weights: Sequence[int] | None = None,
    ) -> None:
        call = checked_call(
            dimension, degree, planar, n_jobs, method, time_aug, lead_lag, end_time, scalar_term,
            weights,
        )  # fmt: skip
        self._set_up(correction, keep, call)
