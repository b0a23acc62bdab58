"""Windows of paths: which points each of them has, for the argument `windows`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer
from treealg.errors import InvalidValueError

__all__ = ["dyadic_windows", "expanding_windows", "sliding_windows"]

Windows = npt.NDArray[np.int64]

_LONGEST = 2**63 - 1
_MOST = 2**27
"""The most windows that are made: 2 GiB."""


def expanding_windows(length: int, *, step: int = 1, first: int = 2) -> Windows:
    """Return the windows from the beginning of a path to later and later points.

    Parameters
    ----------
    length : int
        Points of the path, a base point among them; at least 1.
    step : int, default 1
        Points by which a window is longer than the one before; at least 1.
    first : int, default 2
        Points of the first window, from 1 to `length`.

    Returns
    -------
    ndarray of int64, shape (windows, 2)
        Of each window its first point, 0, and the point after its last; as many as fit.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If `length` or `step` is below 1, `first` is not from 1 to `length`, or there would be more
        than 2**27 windows.

    See Also
    --------
    branched_sig : Takes them as `windows`; ``stream=True`` are those of one step each.

    Examples
    --------
    >>> import treealg
    >>> treealg.expanding_windows(6, step=2).tolist()
    [[0, 2], [0, 4], [0, 6]]
    """
    length = _length(length)
    step = check_integer("step", step, 1)
    first = check_integer("first", first, 1)
    _check_points("first", first, length)
    _check_count((length - first) // step + 1)
    stops = np.arange(first, length + 1, step, dtype=np.int64)
    return np.stack([np.zeros_like(stops), stops], axis=1)


def sliding_windows(length: int, size: int, *, step: int = 1) -> Windows:
    """Return the windows of one size that lie in a path.

    Parameters
    ----------
    length : int
        Points of the path, a base point among them; at least 1.
    size : int
        Points of a window, from 1 to `length`.
    step : int, default 1
        Points from the start of a window to that of the next; at least 1.

    Returns
    -------
    ndarray of int64, shape (windows, 2)
        Of each window its first point and the point after its last; as many as fit. Neighbours
        share a point, and are pieces of path one after the other, where `step` is ``size - 1``.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If `length` or `step` is below 1, `size` is not from 1 to `length`, or there would be more
        than 2**27 windows.

    See Also
    --------
    branched_sig : Takes them as `windows`.
    BranchedSigWindowStream : Such windows as points come.

    Examples
    --------
    >>> import treealg
    >>> treealg.sliding_windows(7, 3, step=2).tolist()
    [[0, 3], [2, 5], [4, 7]]
    """
    length = _length(length)
    size = check_integer("size", size, 1)
    step = check_integer("step", step, 1)
    _check_points("size", size, length)
    _check_count((length - size) // step + 1)
    starts = np.arange(0, length - size + 1, step, dtype=np.int64)
    return np.stack([starts, starts + size], axis=1)


def dyadic_windows(length: int, depth: int) -> Windows:
    """Return a path, its halves, their halves, and so on.

    Parameters
    ----------
    length : int
        Points of the path, a base point among them; at least ``2**depth + 1``.
    depth : int
        How often pieces are halved, at least 0.

    Returns
    -------
    ndarray of int64, shape (2**(depth + 1) - 1, 2)
        Of each window its first point and the point after its last, level by level. Neighbours of a
        level share a point, so that the product of their signatures is that of the window they are
        halves of.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If `length` is below 1, `depth` is negative, the path has fewer than ``2**depth`` segments,
        or there would be more than 2**27 windows.

    See Also
    --------
    branched_sig : Takes them as `windows`.

    Examples
    --------
    >>> import treealg
    >>> treealg.dyadic_windows(8, 1).tolist()
    [[0, 8], [0, 4], [3, 8]]
    """
    length = _length(length)
    depth = check_integer("depth", depth, 0)
    if depth and (length - 1) >> depth == 0:
        raise InvalidValueError(
            f"depth must be such that 2**depth is at most the {length - 1} segments of a path of "
            f"{length} points, got {depth}"
        )
    _check_count(2 ** (depth + 1) - 1)
    levels = []
    for level in range(depth + 1):
        at = np.arange(2**level + 1, dtype=np.int64)
        whole, rest = divmod(length - 1, 2**level)
        cuts = at * whole + at * rest // 2**level  # no product is beyond the last point
        levels.append(np.stack([cuts[:-1], cuts[1:] + 1], axis=1))
    return np.concatenate(levels)


def _length(value: int) -> int:
    """Return the points of a path, which an array may have."""
    length = check_integer("length", value, 1)
    if length > _LONGEST:
        raise InvalidValueError(f"length must be at most {_LONGEST}, as of any array, got {length}")
    return length


def _check_count(count: int) -> None:
    if count > _MOST:
        raise InvalidValueError(
            f"there would be {count} windows, more than the bound of {_MOST}; let them differ by "
            f"more points, or make those of a piece of the path at a time"
        )


def _check_points(name: str, points: int, length: int) -> None:
    if points > length:
        raise InvalidValueError(f"{name} must be at most length, {length} points, got {points}")
