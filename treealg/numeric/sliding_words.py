"""Word signatures of sliding windows, as points come.

A long window is two parts, cut where a multiple of its length falls into it: an end of one block
and a beginning of the next. The ends of a block are computed in one sweep when it is complete, and
its beginnings grow with the path: each point enters one sweep of either kind, and a window costs a
product or two, whatever its length and however the points come. Short windows, or such as hardly
overlap, are cheaper computed from their points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.numeric.word_rows import Words
from treealg.numeric.word_tree import Growing

__all__ = ["LONG", "SlidingWords"]

Floats = npt.NDArray[np.float64]

LONG = 128  # segments per point of stride from which a window is better made of two parts
_NUMBERS_AT_ONCE = 1 << 16


class SlidingWords:
    """The word signatures of the windows of a batch of growing paths.

    Parameters
    ----------
    words : Words
        The signatures.
    count : int
        Paths.
    segments : int
        Segments per window.
    stride : int
        From the start of a window to that of the next, in points.
    """

    def __init__(self, words: Words, count: int, segments: int, stride: int) -> None:
        self._words = words
        self._segments, self._stride = segments, stride
        self._points = Growing(count, words.columns)
        self._pushed = 0
        self._next = 0  # first point of the next window
        # Of the block that holds it: the signatures from there on, at the starts of its windows,
        # and that of the next block up to a point.
        self._ends: Floats | None = None
        self._beginning = np.zeros((count, words.size))
        self._reached = 0

    def append(self, points: Floats) -> Floats:
        """Take new points.

        Parameters
        ----------
        points : numpy.ndarray, shape (count, new, columns)
            The points; they are copied.

        Returns
        -------
        numpy.ndarray, shape (windows, count, size)
            The signatures of the windows that are complete now, with unit time steps.
        """
        # Points between windows are not kept, though they may come long before the next window.
        skipped = min(max(self._next - self._pushed, 0), points.shape[1])
        self._pushed += points.shape[1]
        self._points.append(points[:, skipped:])
        found = [np.empty((0, len(points), self._words.size))]
        while self._next + self._segments < self._pushed:
            if self._segments >= LONG * self._stride:
                found.append(self._in_two_parts())
            else:
                found.append(self._one_by_one())
        self._points.drop(self._next)
        return np.concatenate(found)

    def _one_by_one(self) -> Floats:
        """Return the next few windows, each from its points."""
        words, segments, stride = self._words, self._segments, self._stride
        ready = (self._pushed - 1 - segments - self._next) // stride + 1
        at_once = _NUMBERS_AT_ONCE // (words.size * max(self._points.rows, 1))
        ready = min(ready, max(at_once, 1))
        stop = self._next + (ready - 1) * stride + segments + 1
        points = self._points[self._next : stop]
        self._next += ready * stride
        windows = np.lib.stride_tricks.sliding_window_view(points, segments + 1, axis=1)
        paths = windows[:, ::stride].swapaxes(2, 3)
        out = np.empty((ready, len(points), words.size))
        if ready >= 16:
            for row, path in enumerate(paths):  # each a view, without a copy
                out[:, row] = words.of_paths(path)
        else:
            for row, path in enumerate(paths.swapaxes(0, 1)):
                out[row] = words.of_paths(path)
        return out

    def _in_two_parts(self) -> Floats:
        """Return the next windows that start in one block."""
        words, segments, stride = self._words, self._segments, self._stride
        cut = (self._next // segments + 1) * segments
        if self._ends is None:
            ends = words.of_suffixes(self._points[self._next : cut + 1])
            self._ends = ends[:, ::stride].copy()
            self._beginning[...] = 0
            self._reached = cut
        stop = min(self._pushed - 1, cut + segments - 1)
        ready = (stop - segments - self._next) // stride + 1
        parts = np.zeros((len(self._beginning), stop - self._reached + 1, words.size))
        parts[:, 1:] = words.of_prefixes(self._points[self._reached : stop + 1])
        chosen = np.append(self._next + segments + stride * np.arange(ready), stop)
        parts = parts[:, chosen - self._reached]
        if self._reached > cut:
            parts = words.product(np.broadcast_to(self._beginning[:, None], parts.shape), parts)
        ends, self._ends = self._ends[:, :ready], self._ends[:, ready:]
        self._beginning, self._reached = parts[:, -1].copy(), stop
        self._next += ready * stride
        if self._next >= cut:
            self._ends = None
        return words.product(ends, parts[:, :-1]).swapaxes(0, 1)
