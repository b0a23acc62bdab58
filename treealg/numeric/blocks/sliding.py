"""Word signatures of sliding windows, as points come.

A long window is two parts, cut where a multiple of its length falls into it: an end of one block
and a beginning of the next. The ends of a block are computed in one sweep when it is complete, and
its beginnings grow with the path: each point enters one sweep of either kind, and a window costs a
product or two, whatever its length and however the points come. Short windows, or such as hardly
overlap, are cheaper computed from their points, several side by side: they wait for others, unless
they lie far apart.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.numeric.blocks.tree import Growing, overlapping
from treealg.numeric.blocks.words import Words

__all__ = ["LONG", "SlidingWords"]

Floats = npt.NDArray[np.float64]

LONG = 64  # segments per point of stride from which a window is better made of two parts
_NUMBERS_AT_ONCE = 1 << 16
_MOST_WAITING = 32  # windows


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
        self._has_parts = segments >= LONG * stride
        # No points between windows wait with them.
        self._at_once = 1 if self._has_parts or stride > segments + 1 else _MOST_WAITING
        self._points = Growing(count, words.columns)
        self._pushed = 0
        self._next = 0  # first point of the next window
        # Of the block that holds it: the signatures from there on, at the starts of its windows,
        # and that of the next block up to a point.
        self._ends: Floats | None = None
        self._beginning = np.zeros((count, words.size))
        self._reached = 0

    @property
    def waiting(self) -> int:
        """How many windows are complete and have not been returned."""
        return max((self._pushed - 1 - self._segments - self._next) // self._stride + 1, 0)

    def append(self, points: Floats) -> list[Floats]:
        """Take new points, and return windows that have waited long enough."""
        # Points between windows are not kept, though they may come long before the next window.
        skipped = min(max(self._next - self._pushed, 0), points.shape[1])
        self._pushed += points.shape[1]
        self._points.append(points[:, skipped:])
        return [] if self.waiting < self._at_once else self.rest()

    def rest(self) -> list[Floats]:
        """Return the windows that wait."""
        found = []
        while self._next + self._segments < self._pushed:
            found.append(self._in_two_parts() if self._has_parts else self._one_by_one())
        self._points.drop(self._next)
        return found

    def _one_by_one(self) -> Floats:
        """Return the next few windows, each from its points."""
        words, segments, stride = self._words, self._segments, self._stride
        at_once = _NUMBERS_AT_ONCE // (words.size * max(self._points.rows, 1))
        ready = min(self.waiting, max(at_once, 1))
        stop = self._next + (ready - 1) * stride + segments + 1
        points = self._points[self._next : stop]
        self._next += ready * stride
        if ready == 1:
            return words.of_paths(points)[None]
        paths = overlapping(points, ready, segments + 1, stride)
        # A view of them all need not have a batch of one stride, that of a row or column has.
        if ready >= len(points) > 0:
            return np.stack([words.of_paths(path) for path in paths], axis=1)
        return np.stack([words.of_paths(path) for path in paths.swapaxes(0, 1)])

    def _in_two_parts(self) -> Floats:
        """Return the next windows that start in one block."""
        words, segments, stride = self._words, self._segments, self._stride
        cut = (self._next // segments + 1) * segments
        if self._ends is None:
            ends = words.of_suffixes(self._points[self._next : cut + 1])
            self._ends = np.ascontiguousarray(ends[:, ::stride])
            self._reached = cut
        stop = min(self._pushed - 1, cut + segments - 1)
        ready = (stop - segments - self._next) // stride + 1
        beginnings = words.of_prefixes(self._points[self._reached : stop + 1])
        if self._reached > cut:
            before = self._beginning[:, None].repeat(stop - self._reached, axis=1)
            beginnings = words.product(before, beginnings)
        # Those of all points from the last one reached; of no segments where a block begins.
        parts = np.zeros((len(beginnings), stop - self._reached + 1, words.size))
        parts[:, 1:] = beginnings
        later = parts[:, self._next + segments - self._reached :: stride]
        ends, self._ends = self._ends[:, :ready], self._ends[:, ready:]
        self._beginning, self._reached = parts[:, -1].copy(), stop
        self._next += ready * stride
        if self._next >= cut:
            self._ends = None
        return words.product(ends, later).swapaxes(0, 1)
