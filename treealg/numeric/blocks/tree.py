"""A balanced tree of word signatures over the segments of a growing path.

Segments come in leaves of equal size, leaves in nodes of two, and so on. The signature of an
interval is the product of a piece of a leaf at either end and at most two nodes per level between
them: no inverse is ever taken, so that no digits are lost, however long the path is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.numeric.blocks.words import Words

__all__ = ["LEAF", "Growing", "WordTree", "overlapping"]

Floats = npt.NDArray[np.float64]

LEAF = 64  # segments


def overlapping(points: Floats, pieces: int, length: int, stride: int) -> Floats:
    """View pieces of paths."""
    path, point, column = points.strides
    return np.lib.stride_tricks.as_strided(
        points,
        (len(points), pieces, length, points.shape[2]),
        (path, stride * point, point, column),
        writeable=False,
    )


class Growing:
    """An array that grows along its second axis and forgets from the front.

    Attributes
    ----------
    first : int
        Number of entries that have been dropped: the absolute index of the first one kept.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.first = 0
        self._begin = self._end = 0
        self._data = np.empty((rows, 0, columns))

    @property
    def rows(self) -> int:
        """Length of the first axis."""
        return len(self._data)

    @property
    def end(self) -> int:
        """Absolute index after the last entry."""
        return self.first + self._end - self._begin

    def append(self, entries: Floats) -> None:
        """Copy entries to the end."""
        count = entries.shape[1]
        if self._end + count > self._data.shape[1]:
            kept = self._end - self._begin
            data = np.empty((len(self._data), max(2 * kept + count, 16), self._data.shape[2]))
            data[:, :kept] = self._data[:, self._begin : self._end]
            self._data, self._begin, self._end = data, 0, kept
        self._data[:, self._end : self._end + count] = entries
        self._end += count

    def drop(self, before: int) -> None:
        """Forget entries before an absolute index; those not yet appended are never stored."""
        if before >= self.end:
            self._begin = self._end = 0
            self.first = max(before, self.first)
        elif before > self.first:
            self._begin += before - self.first
            self.first = before

    def __getitem__(self, span: slice) -> Floats:
        """Return a view of a range of absolute indices."""
        shift = self._begin - self.first
        return self._data[:, span.start + shift : span.stop + shift]

    def __getstate__(self) -> tuple[int, Floats]:
        return self.first, self._data[:, self._begin : self._end].copy()

    def __setstate__(self, state: tuple[int, Floats]) -> None:
        self.first, self._data = state
        self._begin, self._end = 0, self._data.shape[1]


class WordTree:
    """Points of growing paths with their corrections, and word signatures of dyadic intervals.

    Parameters
    ----------
    words : Words
        The signatures.
    count : int
        Paths.
    """

    def __init__(self, words: Words, count: int) -> None:
        self.words = words
        self.points = Growing(count, words.columns)
        self._levels: list[Growing] = []

    def append(self, points: Floats) -> None:
        """Copy points to the end of the paths."""
        self.points.append(points)
        done = self._level(0).end
        ready = max(self.points.end - 1, 0) // LEAF
        if ready > done:
            self._add_leaves(done, ready)

    def _add_leaves(self, start: int, stop: int) -> None:
        points = self.points[start * LEAF : stop * LEAF + 1]
        paths = overlapping(points, stop - start, LEAF + 1, LEAF)  # neighbours share a point
        count = len(paths)
        found = self.words.of_paths(paths.reshape(-1, LEAF + 1, self.words.columns))
        self._level(0).append(found.reshape(count, stop - start, self.words.size))
        level = 0
        while self._level(level).end // 2 > self._level(level + 1).end:
            lower, upper = self._level(level), self._level(level + 1)
            nodes = lower[2 * upper.end : lower.end // 2 * 2]
            upper.append(self.words.product(nodes[:, 0::2], nodes[:, 1::2]))
            level += 1

    def _level(self, level: int) -> Growing:
        while level >= len(self._levels):
            new = Growing(self.points.rows, self.words.size)
            if self._levels:
                # Nodes whose halves have been dropped are never made.
                new.first = -(-self._levels[-1].first // 2)
            self._levels.append(new)
        return self._levels[level]

    def drop(self, before: int) -> None:
        """Forget points before an absolute index, and what only they need."""
        self.points.drop(before)
        self._level(0)
        leaf = -(-before // LEAF)
        for level, nodes in enumerate(self._levels):
            nodes.drop(-(-leaf // 2**level))

    def interval(self, start: int, end: int) -> Floats:
        """Compute the word signatures between two points."""
        first, last = -(-start // LEAF), end // LEAF
        if first >= last:
            return self.words.of_paths(self.points[start : end + 1])
        head, tail = [], []
        if start < first * LEAF:
            head.append(self.words.of_paths(self.points[start : first * LEAF + 1]))
        if last * LEAF < end:
            tail.append(self.words.of_paths(self.points[last * LEAF : end + 1]))
        level = 0
        while first < last:
            nodes = self._level(level)
            if first % 2:
                head.append(nodes[first : first + 1][:, 0])
                first += 1
            if last % 2:
                last -= 1
                tail.append(nodes[last : last + 1][:, 0])
            first, last, level = first // 2, last // 2, level + 1
        pieces = head + tail[::-1]
        result = pieces[0]
        for piece in pieces[1:]:
            result = self.words.product(result, piece)
        return result
