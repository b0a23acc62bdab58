"""Scalars of other libraries as Python's own: nothing of fixed width enters the exact layer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

from treealg.checks import brief, size_text
from treealg.errors import InvalidTypeError

__all__ = [
    "MOST_DIGITS",
    "as_fraction",
    "expression_text",
    "float_of_mpmath",
    "is_too_long",
    "number_text",
    "python_scalar",
]

_COMMON = frozenset({int, Fraction, float, str, tuple})
MOST_DIGITS = 50_000
"""How many digits of an integer are read and written, for which time grows quadratically."""

_MOST_BITS = int(MOST_DIGITS * 3.3219)  # with fewer there are fewer digits
_LONG = 10**600  # what any limit of Python lets through


def number_text(value: Any) -> str:
    """Return what Python prints of a number, also of integers that are too long for it to print.

    Of integers of more than 50,000 digits, which are written in quadratic time, it is their size,
    as in messages, and so it is of expressions that are nested too deep; see `expression_text`.

    Examples
    --------
    >>> number_text(Fraction(1, 3)), len(number_text(10**5000))
    ('1/3', 5001)
    >>> number_text(-(10**100000))
    '-<an integer of 332193 bits>'
    """
    if isinstance(value, int) and is_too_long(value):
        return f"{'-' if value < 0 else ''}{size_text(value)}"
    try:
        return str(value)
    except ValueError:
        if isinstance(value, int):
            return str(Decimal(int(value)))
        if isinstance(value, Fraction):
            lower = "" if value.denominator == 1 else f"/{number_text(value.denominator)}"
            return f"{number_text(value.numerator)}{lower}"
        if not hasattr(value, "atoms"):
            raise
    except RecursionError:
        if not hasattr(value, "atoms"):
            raise
    return expression_text(value, str)


def is_too_long(value: int) -> bool:
    """Tell whether an integer has more than 50,000 digits.

    Examples
    --------
    >>> is_too_long(10**50_000 - 1), is_too_long(-(10**50_000))
    (False, True)
    """
    return value.bit_length() > _MOST_BITS and abs(value) >= 10**MOST_DIGITS


def expression_text(
    value: Any, write: Callable[[Any], str], mend: Callable[[str], str] = str
) -> str:
    """Return what a printer of SymPy writes of an expression; of one too deep for it, the size.

    The text that stands for the latter goes through `mend`.

    Examples
    --------
    >>> import sympy
    >>> expression_text(sympy.Symbol("a") + 1, str)
    'a + 1'
    >>> deep = sympy.Symbol("a")
    >>> for _ in range(400):
    ...     deep = sympy.Function("f")(deep)
    >>> expression_text(deep, str)
    'f(… 400 more parts)'
    """
    try:
        return str(write(_spelled(value)))
    except RecursionError:
        parts = {id(value)}
        stack = [value]
        while stack:
            new = {id(part): part for part in stack.pop().args if id(part) not in parts}
            parts.update(new)
            stack += new.values()
        return mend(f"{type(value).__name__}(… {len(parts) - 1:,} more parts)")


def _spelled(value: Any) -> Any:
    """Return an expression with names in the place of integers that are too long to be printed."""
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
    if value.__class__ in _COMMON or hasattr(type(value), "free_symbols"):
        return value  # expressions may have a shape, and not know it
    if getattr(value, "shape", None) != ():
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
    try:
        scalar = value.item()
    except Exception:  # of any package whose value it is
        raise InvalidTypeError(
            f"{type(value).__name__} {brief(value)} has no number here, as where a function is "
            "traced or transformed; give a number, or a symbol of SymPy"
        ) from None
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


def as_fraction(value: Any) -> Fraction | None:
    """Return a rational number of any library as the fraction that it is, and None for all else.

    Examples
    --------
    >>> import sympy
    >>> as_fraction(sympy.QQ(1, 2)), as_fraction(0.5)
    (Fraction(1, 2), None)
    """
    upper, lower = getattr(value, "numerator", None), getattr(value, "denominator", None)
    if not isinstance(upper, Integral) or not isinstance(lower, Integral):
        return None
    if hasattr(value, "dtype"):  # durations, which NumPy calls integers
        return None
    return Fraction(int(upper), int(lower))


def float_of_mpmath(value: Any) -> Any:
    """Return a real float of mpmath as one of SymPy, with all its digits; of Python if not finite.

    The precision that mpmath has at the moment may be lower than that of the number.

    Examples
    --------
    >>> import mpmath
    >>> float_of_mpmath(mpmath.mpf("0.5")), float_of_mpmath(mpmath.inf)
    (0.500000000000000, inf)
    """
    from sympy import Float

    _, mantissa, exponent, bits = value._mpf_
    if not mantissa and exponent:  # infinite, or no number
        return float(value)
    return Float(value, precision=max(bits, value.context.prec))
