"""The two batches of paths that a kernel is asked of: read, with what is given beside them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from treealg.checks import is_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.prepared import Prepared, prepared, prepared_list, timed
from treealg.numeric.arguments.ragged import Names, is_list_of_paths, read_list
from treealg.numeric.arguments.rows import Rows, check_rank, memory_for
from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.arguments.windows import windows_of

__all__ = ["NOTHING", "Beside", "Side", "read_paths", "read_paths_beside"]

_PROPAGATE = "propagate"


class Beside(NamedTuple):
    """What a caller may give beside the paths, as it is."""

    basepoint: Any = False
    lengths1: Any = None
    lengths2: Any = None
    windows1: Any = None
    windows2: Any = None
    times1: Any = None
    times2: Any = None
    missing: Any = _PROPAGATE

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is given."""
        point, *arrays, missing = self
        return (
            point is False
            and isinstance(missing, str)
            and missing == _PROPAGATE
            and all(x is None for x in arrays)
        )


NOTHING = Beside()


class Side(NamedTuple):
    """The paths of one argument: what kernels get, their spans, the way back, and windows."""

    rows: Rows
    spans: Prepared | None
    given: Prepared | None
    windows: int | None = None


def read_paths(value: Any, name: str, values: bool) -> Side:
    """Read an array of paths, or a list, which becomes one array of spans."""
    if not is_list_of_paths(value):
        return Side(as_path(value, name, values=values), None, None)
    with memory_for(f"{name}, copied as a list of paths,"):
        listed = prepared_list(read_list(value, values, name), name)
    return Side(listed.path, listed, listed)


def read_paths_beside(
    path1: Any, path2: Any, names: tuple[str, str], values: bool, transform: Transform,
    beside: Beside,
) -> tuple[Side, Side, Transform]:  # fmt: skip
    """Read paths with what is given beside them, and tell what is left to be done to them."""
    point = beside.basepoint
    if not is_flag(point):
        rows = as_rows(point, "basepoint", 1, axes=("channels",))
        if rows.batch:
            raise InvalidValueError(
                f"basepoint must be a boolean or one point, of shape (channels,), got shape "
                f"{rows.array.shape}; put other points in front of the paths"
            )

    def read(path: Any, lengths: Any, times: Any, place: int) -> Prepared:
        own = Names(names[place - 1], f"lengths{place}", f"times{place}")
        return prepared(
            path, None, point, lengths, lambda channels: _call(channels, transform),
            times=times, missing=beside.missing, exact=values, names=own,
        )  # fmt: skip

    first = read(path1, beside.lengths1, beside.times1, 1)
    options = (
        (beside.lengths1, beside.windows1, beside.times1),
        (beside.lengths2, beside.windows2, beside.times2),
    )
    is_one = path2 is path1 and all(x is y for x, y in zip(*options, strict=True))
    second = first if is_one else read(path2, beside.lengths2, beside.times2, 2)
    if transform.time_aug and any(x is not None for _, *own in options for x in own):
        # Time is that of whole paths, and written; where one argument needs that, in both.
        first = _written(first)
        second = first if is_one else _written(second)
    sides = [_side(first, beside.windows1, names[0], 1)]
    sides.append(sides[0] if is_one else _side(second, beside.windows2, names[1], 2))
    return sides[0], sides[1], first.call.transform


def _side(found: Prepared, windows: Any, name: str, place: int) -> Side:
    """Return paths as kernels get them, each of them cut into windows if there are any."""
    found.path.name = name
    if windows is None:
        return Side(found.path, found if found.spans is not None else None, _way_back(found))
    check_rank(len(found.path.shape) + 1, name, f"windows{place}")
    cut = windows_of(found, windows, f"windows{place}")
    spans, count = cut.spans(cut.ends), len(cut.ends)
    points = cut.points
    if not len(points):  # of no path; a kernel wants a point
        points = np.zeros((1, points.shape[1]), found.path.dtype)
    wide = np.broadcast_to(points, (*found.path.batch, count, *points.shape))
    rows = Rows(wide, found.path.kind, 2, name)
    pieces = Prepared(rows, None, found.call, spans=spans, before=found, in_line=True)
    return Side(rows, pieces, found, count)


def _written(found: Prepared) -> Prepared:
    """Return paths whose time is among their points."""
    return timed(found, None) if found.call.transform.time_aug else found


def _way_back(found: Prepared) -> Prepared | None:
    return None if found.is_given else found


def _call(channels: int, transform: Transform) -> Call:
    """Return the call that paths are prepared for, of which kernels need the transform alone."""
    return Call(channels, transform.channels(channels), 1, False, None, transform, False, 1)
