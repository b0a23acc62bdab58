"""Coefficients as the exact numbers that they are: floats, too, as fractions."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

from treealg.symbolic.linear.coefficients import python_number
from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.walks import parts, too_deep

__all__ = ["EXACT", "exact_value", "in_sympy"]

#: Classes of numbers of Python that compare and hash by value.
EXACT = frozenset({int, Fraction, float})

#: Floats that are so large or small, in binary digits, are not written as fractions, and exponents
#: that are larger fractions are not roots.
_MOST_BITS, _GREATEST_EXPONENT = 100_000, 60


def exact_value(value: Any) -> Any:
    """Return a coefficient with its floats as the rational numbers that they are.

    Of numbers of Python, nothing changes, as these compare and hash by value. Floats of SymPy and
    mpmath, of any precision, do neither: 0.1 is no tenth.

    Examples
    --------
    >>> import sympy
    >>> exact_value(sympy.Float(0.1)) == 0.1, exact_value(sympy.Float(0.5) * sympy.Symbol("a"))
    (True, a/2)
    """
    if value.__class__ in EXACT:
        return value
    if not is_expression(value):
        if hasattr(value, "_mpc_"):
            real, imaginary = exact_value(value.real), exact_value(value.imag)
            return python_number(in_sympy(real) + _imaginary(imaginary))
        return _fraction_of_float(value) if hasattr(value, "_mpf_") else value
    from sympy import S

    if value in (S.Infinity, S.NegativeInfinity):
        return float(value)
    floats = [part for part in parts(value) if part.is_Float]
    if not floats:
        return python_number(value)
    rule = {number: in_sympy(_fraction_of_float(number)) for number in floats}
    for power in [part for part in parts(value) if part.is_Pow]:
        for number in parts(power.exp):
            known = rule.get(number)
            if getattr(known, "is_Rational", False) and _size_of(known) > _GREATEST_EXPONENT:
                del rule[number]
    try:
        return python_number(value.xreplace(rule))
    except RecursionError:
        raise too_deep(value) from None


def _size_of(number: Any) -> int:
    return max(abs(int(number.p)), int(number.q))


def _fraction_of_float(value: Any) -> Any:
    """Return a float of SymPy or mpmath as the fraction that it is, if that is no giant."""
    negative, mantissa, exponent, _ = value._mpf_
    if not mantissa:
        return 0 if not exponent else float(value)  # infinite, or no number
    if abs(exponent) > _MOST_BITS:
        return value
    size = int(mantissa) << exponent if exponent > 0 else Fraction(int(mantissa), 1 << -exponent)
    size = -size if negative else size
    return size.numerator if size.denominator == 1 else size


def in_sympy(value: Any) -> Any:
    """Return a number of Python, exactly, as one of SymPy, and anything else as it is.

    Examples
    --------
    >>> in_sympy(0.5), in_sympy(1j)
    (1/2, I)
    """
    from sympy import Float, Integer, Rational

    if value.__class__ is int:
        return Integer(value)
    if value.__class__ is float:
        if not isfinite(value):
            return Float(value)
        value = Fraction(value)
    if value.__class__ is Fraction:
        return Rational(value.numerator, value.denominator)
    if value.__class__ is complex:
        return in_sympy(value.real) + _imaginary(value.imag)
    return value


def _imaginary(value: Any) -> Any:
    from sympy import I

    return I * in_sympy(value)
