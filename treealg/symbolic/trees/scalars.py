"""Scalars of other libraries as Python's own: nothing of fixed width enters the exact layer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError

__all__ = ["number_text", "python_scalar", "spelled"]

_COMMON = frozenset({int, Fraction, float, str, tuple})
_LONG = 10**600  # what any limit of Python lets through


def number_text(value: Any) -> str:
    """Return what Python prints of a number, also of integers that are too long for it to print.

    Examples
    --------
    >>> number_text(Fraction(1, 3)), len(number_text(10**5000))
    ('1/3', 5001)
    """
    try:
        return str(value)
    except ValueError:
        if isinstance(value, int):
            return str(Decimal(int(value)))
        if isinstance(value, Fraction):
            lower = "" if value.denominator == 1 else f"/{number_text(value.denominator)}"
            return f"{number_text(value.numerator)}{lower}"
        atoms = getattr(value, "atoms", None)
        if atoms is None:
            raise
    return str(spelled(value))


def spelled(value: Any) -> Any:
    """Return an expression with names in the place of integers that are too long to be printed.

    Examples
    --------
    >>> import sympy
    >>> len(str(spelled(sympy.Symbol("a") + 10**5000)))
    5005
    """
    from sympy import Pow, Rational, Symbol

    def named(number: Any) -> Any:
        upper, lower = (
            Symbol(number_text(abs(int(part))), positive=True) if part != 1 else 1
            for part in (number.p, number.q)
        )
        size = upper * Pow(lower, -1)
        return -size if number.p < 0 else size

    long = [number for number in value.atoms(Rational) if max(abs(number.p), number.q) > _LONG]
    return value.xreplace({number: named(number) for number in long})


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
    if getattr(value, "requires_grad", False) is True:
        raise InvalidTypeError(
            "a tensor that requires a gradient has none here; use value.detach() or value.item()"
        )
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
