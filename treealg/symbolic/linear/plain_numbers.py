"""The numbers of Python that coefficients equal, in whatever way these are written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.linear.exact_values import exact_value
from treealg.symbolic.linear.fields import is_expression, normal_form
from treealg.symbolic.linear.identities import evaluated, unevaluated
from treealg.symbolic.linear.sampling import points, value_at
from treealg.symbolic.linear.zeros import are_equal, without_functions

__all__ = ["plain_number"]

#: Decimal digits to which a number is computed, those on the way, and denominators of fractions
#: that it may be: with so many digits, hardly any other number is so near to one.
_DIGITS, _MOST_DIGITS, _GREATEST_DENOMINATOR = 35, 100, 10**12
_NEAR = Fraction(1, 10**30)

#: Binary digits of a number that may be looked for; what has more is known by its digits alone.
_MOST_BITS = 10_000


def plain_number(coefficient: Any) -> Any:
    """Return a coefficient as the number of Python that it equals, if there is one.

    Any other, and one of which this cannot be decided, is returned as an expression.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> plain_number(sympy.Integral(x, (x, 0, 1))), plain_number(sympy.sin(x))
    (Fraction(1, 2), sin(x))
    """
    from sympy import Integral

    value = exact_value(coefficient)
    if not is_expression(value):
        return value
    value = normal_form(value)
    if not is_expression(value):
        return value
    if not all(isinstance(part, Integral) for part in unevaluated(value)):
        value = exact_value(evaluated(value))
        if not is_expression(value):
            return value
    candidate = _candidate(without_functions(value))
    try:
        return value if candidate is None or not are_equal(value, candidate) else candidate
    except InvalidValueError:
        return value


def _candidate(value: Any) -> Any:
    """Return the number that an expression seems to equal, None if it is none or takes others."""
    places = points(value.free_symbols)[:2]
    found = [value_at(value, place, _DIGITS, _MOST_DIGITS) for place in places]
    if not found or None in found:
        return None
    first, *others = found
    if any(abs(first - other) > float(_NEAR) * abs(first) for other in others):
        return None
    if hasattr(first, "_mpc_"):
        return complex(first) if abs(first.imag) > float(_NEAR) else _near(first.real)
    return _near(first)


def _near(number: Any) -> Any:
    """Return the fraction that a number is, if it is one without a large denominator."""
    sign, mantissa, exponent, bits = number._mpf_
    if exponent + bits > _MOST_BITS:
        return None
    if exponent + bits < -_MOST_BITS:
        return 0
    exact = Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent
    fraction = exact.limit_denominator(_GREATEST_DENOMINATOR)
    if abs(fraction - exact) > _NEAR * max(abs(exact), 1):
        return None
    return fraction.numerator if fraction.denominator == 1 else fraction
