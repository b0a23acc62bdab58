"""Integers beyond 2**53, such as time stamps in nanoseconds, which float64 does not hold.

What counts of a path are the differences of its points. Those from the first point are taken while
the points are integers, and have to be exact in float64.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError

__all__ = [
    "as_held",
    "differences",
    "exact_values",
    "from_first_point",
    "numbers_of",
    "once",
    "origin_of",
    "until_end",
]

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[Any]  # integers, or objects that are real numbers of Python

LARGEST = 2**53


def numbers_of(value: Any, read: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a nested list, read by NumPy, as Python numbers if an integer in it lost digits.

    Real numbers give floats, beside which large integers are rounded; integers beyond those of
    NumPy give objects.
    """
    if read.dtype.kind in "iu" or read.dtype == np.float16:  # numbers of half precision
        return read
    if read.dtype.kind == "f":
        least, most = (f.reduce(read, axis=None, initial=0) for f in (np.fmin, np.fmax))
        if least > -LARGEST and most < LARGEST:
            return read
    given = np.array(value, dtype=object)
    if given.shape != read.shape or not all(map(_is_number, given.flat)):
        return read
    if not any(isinstance(x, numbers.Integral) and abs(int(x)) > LARGEST for x in given.flat):
        return read
    found: npt.NDArray[Any] = np.frompyfunc(_python_number, 1, 1)(given)
    return found


def once(array: Points) -> Points:
    """Return an array without what a view repeats, with axes of length 1 there.

    Examples
    --------
    >>> once(np.broadcast_to(np.zeros(3), (2, 3))).shape
    (1, 3)
    """
    if 0 not in array.strides or not array.size:
        return array
    return array[tuple(slice(None, None if step else 1) for step in array.strides)]


def as_held(array: Points, name: str) -> Points:
    """Return numbers that are no points of a path; integers among them are not to be rounded."""
    if not _has_large(array):
        return array.astype(np.float64) if array.dtype.kind == "O" else array
    found = _exact(array)
    if found is None:
        raise InvalidValueError(
            f"{name} has integers beyond 2**53, which float64 does not hold; convert to float64 "
            "where digits may be lost"
        )
    return found


def origin_of(points: Points) -> Points | None:
    """Return the first points of paths that have large integers, None if none has.

    The points have shape ``(..., length, channels)``, the result ``(..., 1, channels)``.
    """
    if not _has_large(points):
        return None
    first = points[..., :1, :]
    if points.dtype.kind != "O":
        return first
    # What is measured in real numbers beside stays as it is.
    return np.where(_is_large(points).any(axis=-2, keepdims=True), first, 0)


def until_end(points: Points, counts: npt.NDArray[np.int64]) -> Points:
    """Return paths with large integers, with the first point in the place of all after the end.

    The points have shape ``(..., length, channels)``, the counts ``(...)``.
    """
    if not _has_large(points):
        return points
    inside = np.arange(points.shape[-2]) < counts[..., None]
    return np.where(inside[..., None], points, points[..., :1, :])


def differences(points: Points, origin: Points, name: str) -> Floats:
    """Return the points from an origin on; what is not exact is refused."""
    found = _differences(points, origin) if points.size else points.astype(np.float64)
    if found is None:
        raise _inexact(name, "nor their differences from the first point")
    return found


def from_first_point(points: Points, name: str) -> Points:
    """Return paths of integers, from their first points on if these are large."""
    origin = origin_of(points)
    if origin is None:
        return points
    found = _differences(points, origin)
    if found is None:
        found = _exact(points)
    if found is None:
        raise _inexact(name, "nor their differences from the first point")
    return found


def exact_values(
    points: Points, name: str, why: str = "where more than their differences is needed"
) -> Points:
    """Return points that are wanted themselves, and not their differences alone; `why` is said."""
    if not _has_large(points):
        return points
    found = _exact(points)
    if found is None:
        raise _inexact(name, why)
    return found


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, numbers.Real) and not isinstance(
        value, (bool, np.bool_, np.timedelta64)
    )
    return is_real and (not isinstance(value, numbers.Integral) or abs(int(value)) < 2**1000)


def _python_number(value: Any) -> Any:
    """Return a real number as an integer of Python if it is one, else as a float."""
    if isinstance(value, numbers.Integral):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 2**1000 else number


def _is_large(points: Points) -> npt.NDArray[np.bool_]:
    if points.dtype.itemsize < 8:
        return np.zeros((), bool)
    if points.dtype.kind == "u":
        return points > LARGEST
    with np.errstate(invalid="ignore"):  # NaN among objects
        large: npt.NDArray[np.bool_] = (points > LARGEST) | (points < -LARGEST)
    return large


def _has_large(points: Points) -> bool:
    """Tell whether a number is large; no memory is taken to look at integers."""
    points = once(points)
    if points.dtype.kind not in "iu" or points.dtype.itemsize < 8 or not points.size:
        return bool(_is_large(points).any())
    return int(points.max()) > LARGEST or int(points.min()) < -LARGEST


def _differences(points: Points, origin: Points) -> Floats | None:
    if points.dtype.kind != "O" and points.dtype == origin.dtype:
        low = min(int(points.min()), int(origin.min()))
        high = max(int(points.max()), int(origin.max()))
        if high - low < 2**63:
            # Modulo 2**64, which as a signed number is what it is.
            steps = np.subtract(points, origin).view(np.int64)
            if not _is_large(steps).any():
                return steps.astype(np.float64)
    return _exact(_as_objects(points) - _as_objects(origin))


def _as_objects(points: Points) -> Points:
    objects = points.astype(object)
    return np.frompyfunc(_python_number, 1, 1)(objects) if points.dtype.kind == "f" else objects


def _exact(points: Points) -> Floats | None:
    """Return numbers as float64, None if integers among them would be rounded."""
    try:
        found = points.astype(np.float64)
    except OverflowError:  # of integers beyond all floats
        return None
    same: Any = found.astype(object) == points.astype(object)
    return found if bool(np.all(same | np.isnan(found))) else None


def _inexact(name: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        f"{name} has integers beyond 2**53, which float64 does not hold, {why}; subtract a number "
        f"near them first, such as the first point, or convert to float64 where digits may be lost"
    )
