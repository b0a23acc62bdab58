"""Scalars of other libraries as Python's own: nothing of fixed width enters the exact layer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError

__all__ = ["python_scalar"]

_COMMON = frozenset({int, Fraction, float, str, tuple})


def python_scalar(value: Any) -> Any:
    """Return a scalar of an array library as the scalar of Python that it is; all else unchanged.

    Integers of NumPy overflow, its strings and booleans are no strings and booleans of Python, and
    an array without axes can be changed. Dates stay what they are.

    Examples
    --------
    >>> import numpy
    >>> python_scalar(numpy.uint8(200)) + python_scalar(numpy.array(100, numpy.uint8))
    300
    """
    if value.__class__ in _COMMON or getattr(value, "shape", None) != ():
        return value
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if not hasattr(value, "item") or kind in {"m", "M", "V"}:
        return value
    if bool(getattr(value, "mask", False)):
        raise InvalidTypeError("a masked value is no number; fill it, or leave it out")
    scalar = value.item()
    if scalar.__class__ is not value.__class__:
        return scalar
    # Extended precision, which Python does not have.
    double = complex(scalar) if kind == "c" else float(scalar)
    if double != scalar:
        raise InvalidTypeError(
            f"{type(value).__name__} {brief(value)} is no number of Python; round it with "
            "float, or give a Fraction"
        )
    return double
