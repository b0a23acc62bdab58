"""The argument `windows`: pieces of the paths of a call, all of which lie in one long array.

Of a batch the paths stand one after the other there, as those of a list do, so that a window of any
of them is a span of it. Time is that of the whole path: it is written into the points.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.arguments.prepared import Line, Prepared, in_line, timed
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.arguments.transforms import Transform

__all__ = ["Windows", "read_windows", "windows_of"]

Integers = npt.NDArray[np.int64]


class Windows(NamedTuple):
    """Windows of paths.

    Attributes
    ----------
    line : Line
        The points of all paths, and their corrections.
    ends : ndarray of int64, shape (windows, 2)
        The first and the last point of each window, counted from the first point of its path.
    found : Prepared
        The paths, with time if there is any.
    """

    line: Line
    ends: Integers
    found: Prepared

    @property
    def points(self) -> npt.NDArray[Any]:
        """The points of all paths, one path after the other."""
        return self.line.points

    @property
    def correction(self) -> npt.NDArray[Any] | None:
        """That of each segment, if there is one."""
        return self.line.correction

    @property
    def starts(self) -> Integers:
        """The first point of each path."""
        return self.line.starts

    @property
    def longest(self) -> int:
        """The longest chain of the correction."""
        return self.found.longest

    @property
    def call(self) -> Call:
        """What is computed."""
        return self.found.call

    @property
    def transform(self) -> Transform:
        """What is still to be done to the points: lead-lag, or nothing."""
        return self.found.call.transform

    def spans(self, ends: Integers, paths: slice = slice(None)) -> Integers:
        """Return the first point of some pieces of some paths, and how many points they have."""
        first = self.starts[paths, None] + ends[:, 0]
        count = np.broadcast_to(ends[:, 1] - ends[:, 0] + 1, first.shape)
        return np.stack([first, count], axis=-1).reshape(-1, 2)


def read_windows(found: Prepared, value: Any, name: str = "windows") -> Integers:
    """Return the first and last points of windows that fit prepared paths, all of them checked."""
    step = 1 if found.has_steps else 2
    counts = found.whole_spans[:, 1]
    points = (int(counts.min()) - 1) // step + 1 if counts.size else found.most_points
    return step * _read(value, points, name)


def windows_of(
    found: Prepared, value: Any, name: str = "windows", *, once: bool = False
) -> Windows:
    """Read the argument `windows` for paths that were prepared for a call; `once` as `in_line`."""
    if found.call.transform.time_aug:
        found = timed(found, None)
    return Windows(in_line(found, once=once), read_windows(found, value, name), found)


def _read(value: Any, points: int, name: str) -> Integers:
    """Return the first and last points of windows that fit paths of so many points."""
    found = integer_array(value, name)
    if found.shape == (0,):
        found = found.reshape(0, 2)
    if found.ndim != 2 or found.shape[1] != 2:
        raise InvalidValueError(
            f"{name} must have shape (windows, 2), a start and a stop for each, got shape "
            f"{found.shape}"
        )
    with memory_for(f"{name}, two numbers for each,"):
        ends = found.astype(np.int64) - (0, 1)
        wrong = (found[:, 0] < 0) | (found[:, 1] <= found[:, 0]) | (found[:, 1] > points)
    if wrong.any():
        place = int(wrong.argmax())
        start, stop = (int(x) for x in found[place])
        raise InvalidValueError(
            f"{name} must have 0 <= start < stop <= {points}, the points of the (shortest) path, "
            f"a base point among them; got {start}, {stop} as {name}[{place}]"
        )
    return ends
