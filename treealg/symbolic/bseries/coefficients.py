"""Coefficients of series in normal form, and as users write them, without loading SymPy.

Numbers of Python are what they are. Expressions of SymPy are expanded, so that a polynomial in
square roots is zero exactly when it looks so; rational functions are quotients in lowest terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from treealg.checks import brief, is_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries.number_text import read_number
from treealg.symbolic.linear.coefficients import is_coefficient, is_finite, own_number
from treealg.symbolic.linear.fields import is_expression, normal_form
from treealg.symbolic.trees.scalars import float_of_mpmath, python_scalar

__all__ = ["exact_number", "product_sum", "tidy"]


def tidy(value: Any) -> Any:
    """Return a coefficient in normal form: expressions as in `normal_form`, scalars of Python.

    Examples
    --------
    >>> import sympy
    >>> tidy((1 + sympy.sqrt(2)) * (1 - sympy.sqrt(2)))
    -1
    """
    value = python_scalar(value)
    if isinstance(value, (int, Fraction, float)) or not is_expression(value):
        return value
    return normal_form(value)


def exact_number(value: Any) -> Any:
    """Return a coefficient that a user gave as a number, a string or a SymPy expression.

    A string is a fraction such as ``"1/6"``, or an expression in numbers, the four operations,
    parentheses and ``sqrt``, such as ``"1/4 - sqrt(3)/6"``. Numbers of other libraries that are
    integral become integers, floats of mpmath those of SymPy, with as many digits; SymPy
    expressions take their normal form.

    Examples
    --------
    >>> exact_number("1/6"), exact_number("sqrt(4)/6")
    (Fraction(1, 6), Fraction(1, 3))
    """
    if getattr(value, "is_Symbol", False) and value.is_commutative is True:
        return value  # which it stays, in large tableaux of nothing else
    value = _float_of_any_length(own_number(value))
    if isinstance(value, (float, complex)) and not is_finite(value):
        raise InvalidValueError(f"a coefficient must be finite, got {value}")
    if isinstance(value, (int, Fraction, float, complex)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            value = read_number(value)
        except ValueError:
            raise InvalidValueError(
                f"cannot read the coefficient {brief(value)}; give a fraction, or an "
                "expression of moderate size in numbers, + - * / ** and sqrt"
            ) from None
        if isinstance(value, Fraction):
            return value
    if is_expression(value) and is_coefficient(value):
        if not is_finite(value):
            raise InvalidValueError(f"a coefficient must be finite, got {value}")
        return normal_form(value)
    if is_integer(value):
        return int(value)
    raise InvalidTypeError(
        "a coefficient must be a number, a string such as '1/6' or a SymPy expression that "
        "commutes, got "
        f"{type(value).__name__} {brief(value)}"
    )


def _float_of_any_length(value: Any) -> Any:
    """Return a float of mpmath, real or complex, as one of SymPy, all else as it is."""
    if is_expression(value) or not (hasattr(value, "_mpf_") or hasattr(value, "_mpc_")):
        return value
    if not hasattr(value, "_mpc_"):
        return float_of_mpmath(value)
    from sympy import I

    return float_of_mpmath(value.real) + I * float_of_mpmath(value.imag)


def product_sum(left: Sequence[Any], right: Iterable[Any]) -> Any:
    """Return the sum of products of two sequences of the same length, skipping zeros on the left.

    Examples
    --------
    >>> product_sum([1, 0, 2], [3, 4, 5])
    13
    """
    total: Any = 0
    for a, b in zip(left, right, strict=True):
        if a != 0 and b != 0:
            total = total + a * b
    return tidy(total)
