"""Missing values of paths, which are NaN: filled by others of their channel, and the way back.

A value is a mean of that before it and that after it, with weights that depend on the method, so
that derivatives in it go to these.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError

__all__ = ["MISSING", "Fill", "fill"]

MISSING = ("propagate", "refuse", "forward-fill", "linear")

Numbers = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]


class Fill(NamedTuple):
    """How missing values are made of others.

    Attributes
    ----------
    point, channel : ndarray of int64
        Where they are.
    before, after : ndarray of int64
        The points whose values are taken.
    weight : ndarray
        That of the value after it; the one before it has the rest.
    """

    point: Integers
    channel: Integers
    before: Integers
    after: Integers
    weight: Numbers

    def values(self, points: Numbers) -> Numbers:
        """Return points with all values."""
        found = points.copy()
        before, after = points[self.before, self.channel], points[self.after, self.channel]
        found[self.point, self.channel] = before + self.weight * (after - before)
        return found

    def backward(self, derivs: Numbers) -> Numbers:
        """Return derivatives in points as they were given: none in what is missing."""
        found = derivs.copy()
        own = derivs[self.point, self.channel]
        found[self.point, self.channel] = 0
        np.add.at(found, (self.before, self.channel), (1 - self.weight) * own)
        np.add.at(found, (self.after, self.channel), self.weight * own)
        return found


def fill(
    points: Numbers, counts: Integers, how: str, times: npt.NDArray[np.float64] | None,
    name: str = "path",
) -> Fill | None:  # fmt: skip
    """Return how missing values of paths are filled, None where there are none.

    Parameters
    ----------
    points : ndarray, shape (points of all paths, channels)
        The paths, one after the other.
    counts : ndarray of int64
        Points of each path.
    how : {"refuse", "forward-fill", "linear"}
        The method.
    times : ndarray, shape (points of all paths,), or None
        Where they are in time; None for one unit from each to the next.
    name : str, default "path"
        What the paths are called, for messages.
    """
    lacks = np.isnan(points.real)
    if not lacks.any():
        return None
    starts = np.cumsum(counts) - counts
    path = np.repeat(np.arange(len(counts)), counts)
    if how == "refuse":
        place, channel = (int(x) for x in np.argwhere(lacks)[0])
        raise InvalidValueError(
            f"{name} must have all values with missing='refuse', got NaN at point "
            f"{place - starts[path[place]]} of path {path[place]}, channel {channel}; give "
            f"missing='forward-fill' or 'linear', or 'propagate' for NaN in results"
        )
    at = np.arange(len(points))[:, None]
    before = np.maximum.accumulate(np.where(lacks, -1, at), axis=0)
    after = np.minimum.accumulate(np.where(lacks, len(points), at)[::-1], axis=0)[::-1]
    has_before = before >= starts[path, None]
    has_after = after < (starts + counts)[path, None]
    empty = ~(has_before | has_after)
    if empty.any():
        place, channel = (int(x) for x in np.argwhere(empty)[0])
        raise InvalidValueError(
            f"{name} must have a value in every channel with missing={how!r}, got none in channel "
            f"{channel} of path {path[place]}"
        )
    before = np.where(has_before, before, after)
    point, channels = np.nonzero(lacks)
    first = before[point, channels]
    if how == "forward-fill":
        return Fill(point, channels, first, first, np.zeros(len(point), points.real.dtype))
    last = np.where(has_after, after, before)[point, channels]
    clock = at[:, 0].astype(np.float64) if times is None else times
    span = clock[last] - clock[first]
    weight = (clock[point] - clock[first]) / np.where(span > 0, span, 1)
    return Fill(point, channels, first, last, weight.astype(points.real.dtype))
