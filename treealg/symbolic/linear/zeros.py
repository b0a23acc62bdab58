"""Whether a coefficient is zero: exactly, or to a tolerance that the caller names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import inf, isfinite, nan
from numbers import Number
from typing import Any

from treealg.checks import brief, check_real
from treealg.errors import InvalidValueError
from treealg.symbolic.linear.algebraic import is_zero_algebraic
from treealg.symbolic.linear.coefficients import python_number
from treealg.symbolic.linear.fields import fraction_of, is_expression, normal_form
from treealg.symbolic.linear.walks import parts, too_deep
from treealg.symbolic.trees.scalars import python_scalar

__all__ = [
    "GIVE_TOLERANCE",
    "are_equal",
    "check_tolerance",
    "exact_value",
    "is_close",
    "is_known_zero",
    "is_zero",
    "is_zero_number",
    "magnitude",
    "vanishes",
]


def is_zero(value: Any) -> bool:
    """Tell whether a coefficient is zero, exactly.

    An expression with free symbols is zero when it is so for all values of them. A float is zero
    when it is the number 0, and floats in an expression are the numbers that they are.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> is_zero(sympy.sqrt(3 + 2 * sympy.sqrt(2)) - 1 - sympy.sqrt(2))
    True
    >>> is_zero((a**2 - 1) / (a - 1) - a - 1), is_zero(1 / a + 1)
    (True, False)
    """
    value = exact_value(python_scalar(value))
    if isinstance(value, (int, Fraction, float)) or not is_expression(value):
        return bool(value == 0)
    if value.is_Number:
        return bool(value == 0)
    try:
        return _is_zero_expression(value)
    except RecursionError:
        raise too_deep(value) from None


def _is_zero_expression(value: Any) -> bool:
    if not value.is_commutative:
        return bool(value.expand() == 0)
    if not value.free_symbols:
        return _is_zero_constant(value)
    value = _without_functions(value)
    numerator, rational = fraction_of(value)
    if rational or numerator == 0:
        return bool(numerator == 0)
    if _differs_somewhere(value):
        return False
    numerator = numerator.expand()
    if numerator == 0:
        return True
    if numerator.free_symbols and (coefficients := _coefficients(numerator)) is not None:
        return all(map(is_zero, coefficients))
    return _decided(value)


def is_known_zero(coefficient: Any) -> bool:
    """Tell whether a coefficient is zero, and not of one of which this cannot be decided.

    Examples
    --------
    >>> is_known_zero(0), is_known_zero(Fraction(1, 2))
    (True, False)
    """
    try:
        return is_zero(coefficient)
    except InvalidValueError:
        return False


def is_zero_number(value: Any) -> bool:
    """Tell whether anything is the number 0, with which sums begin.

    Examples
    --------
    >>> is_zero_number(0.0), is_zero_number(()), is_zero_number(1)
    (True, False, False)
    """
    return isinstance(value, Number) and not value


def _without_functions(value: Any) -> Any:
    """Return an expression with symbols for unknown functions, and derivatives, entries of arrays.

    These are independent where they are taken at their own variables or, of arrays, at numbers.
    """
    from sympy import Derivative, Dummy, Indexed, Integral, Limit, Product, Subs, Sum
    from sympy.core.function import AppliedUndef
    from sympy.matrices.expressions.matexpr import MatrixElement

    kinds = (AppliedUndef, Derivative, Indexed, MatrixElement)
    found = {part for part in parts(value) if isinstance(part, kinds)}
    if not found:
        return value
    if value.has(Integral, Limit, Product, Subs, Sum) or not all(
        _is_variable(part.expr if isinstance(part, Derivative) else part) for part in found
    ):
        return value
    return value.xreplace({part: Dummy() for part in found})


def _is_variable(part: Any) -> bool:
    """Tell whether an unknown function is taken at variables, or an array at these or at numbers.

    Otherwise two may be the same, or one may be known from another.
    """
    from sympy import Indexed, IndexedBase
    from sympy.core.function import AppliedUndef
    from sympy.matrices.expressions.matexpr import MatrixElement, MatrixSymbol

    places = part.args
    if isinstance(part, (Indexed, MatrixElement)):
        array, *places = part.args
        if not isinstance(array, (IndexedBase, MatrixSymbol)):
            return False
        if all(place.is_Integer for place in places):
            return True
    elif not isinstance(part, AppliedUndef):
        return False
    is_variable = all(place.is_Symbol for place in places) and len(set(places)) == len(places)
    return is_variable and bool(part.is_commutative)


def _is_zero_constant(value: Any) -> bool:
    known = is_zero_algebraic(value)
    if known is not None:
        return known
    size = abs(_approximation(value))
    if size.is_comparable and size > 1e-20:
        return False
    if value.expand() == 0:
        return True
    numerator = fraction_of(value)[0]
    return numerator == 0 or numerator.expand() == 0 or _decided(value)


def _approximation(value: Any) -> Any:
    try:
        return value.evalf(30)
    except RecursionError:  # of derivatives of unknown functions, which SymPy asks for again
        return value


def _coefficients(numerator: Any) -> list[Any] | None:
    """Return the coefficients of a polynomial with constant ones, None for anything else."""
    import sympy

    symbols = sorted(numerator.free_symbols, key=lambda symbol: symbol.sort_key())
    if not numerator.is_polynomial(*symbols):
        return None
    return [value.as_expr() for value in sympy.Poly(numerator, *symbols, domain="EX").coeffs()]


def _decided(value: Any) -> bool:
    try:
        answer = False if _differs_somewhere(value) else value.equals(0)
    except (TypeError, ValueError):  # of functions that SymPy takes to where they have no values
        answer = None
    if answer is None:
        raise InvalidValueError(
            f"cannot decide whether {value} is zero: it is neither a rational function nor an "
            "algebraic number; simplify or substitute first"
        )
    return bool(answer)


def _differs_somewhere(value: Any) -> bool:
    """Tell whether an expression is clearly not zero at one of a few points."""
    symbols = sorted(value.free_symbols, key=lambda symbol: symbol.sort_key())
    for point in zip(*map(_values, symbols), strict=False):
        try:
            found = _approximation(value.subs(dict(zip(symbols, point, strict=True))))
        except (TypeError, ValueError):  # of what is for real numbers only, such as Max
            continue
        if found.is_number and found.is_finite and abs(found) > 1e-15:
            return True
    return False


def _values(symbol: Any) -> list[Any]:
    """Return a few values that a symbol may take, others for each name."""
    from sympy import I, Rational

    shift = sum(map(ord, str(symbol))) % 97 + 2
    candidates: list[Any] = [
        Rational(5 * shift + 1, 97),
        -Rational(5 * shift + 2, 97),
        shift * I + 1,
    ]
    candidates += map(Rational, (shift, -shift, 2 * shift, 2 * shift + 1))
    facts = symbol.assumptions0.items()
    return [
        value
        for value in candidates
        if all(getattr(value, f"is_{name}", None) in (None, fact) for name, fact in facts)
    ]


def are_equal(first: Any, second: Any) -> bool:
    """Tell whether two coefficients are equal: as numbers, or for all values of their symbols.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> are_equal((a + 1) ** 2, a**2 + 2 * a + 1), are_equal(0.5, Fraction(1, 2))
    (True, True)
    """
    if first is second:
        return True
    if first.__class__ not in _EXACT or second.__class__ not in _EXACT:
        first, second = exact_value(first), exact_value(second)
    if is_expression(first) or is_expression(second):
        first, second = _in_sympy(first), _in_sympy(second)
    try:
        if first == second:
            return True
        if not is_expression(first) or not is_expression(second):
            return False
        difference = first - second
    except RecursionError:
        raise too_deep(first) from None
    return is_zero(difference)


_EXACT = frozenset({int, Fraction, float})

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
    if value.__class__ in _EXACT:
        return value
    if not is_expression(value):
        if hasattr(value, "_mpc_"):
            real, imaginary = exact_value(value.real), exact_value(value.imag)
            return python_number(_in_sympy(real) + _imaginary(imaginary))
        return _fraction_of_float(value) if hasattr(value, "_mpf_") else value
    from sympy import S

    if value in (S.Infinity, S.NegativeInfinity):
        return float(value)
    floats = [part for part in parts(value) if part.is_Float]
    if not floats:
        return python_number(value)
    rule = {number: _in_sympy(_fraction_of_float(number)) for number in floats}
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


def _in_sympy(value: Any) -> Any:
    """Return a number of Python, exactly, as one of SymPy, and anything else as it is."""
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
        return _in_sympy(value.real) + _imaginary(value.imag)
    return value


def _imaginary(value: Any) -> Any:
    from sympy import I

    return I * _in_sympy(value)


def check_tolerance(tol: Any) -> float | None:
    """Return the argument `tol`: None, or a real number of at least 0."""
    if tol is None:
        return None
    number = check_real("tol", tol)
    if number < 0:
        raise InvalidValueError(f"tol must be at least 0, got {tol}")
    return number


#: What to do about floats, where a tolerance can be given.
GIVE_TOLERANCE = "give tol=, for instance tol=1e-12"


#: What a float may be off that is rounded, to single precision and a few times: this part of it.
_ROUNDING = 2.0**-20


def vanishes(
    difference: Any,
    tol: float | None,
    remedy: str = GIVE_TOLERANCE,
    *,
    summands: Callable[[], Iterable[Any]] = tuple,
) -> bool:
    """Tell whether a condition holds whose two sides have this difference.

    Exact differences are decided exactly. Floats are compared with the tolerance; without one only
    the number 0 is decided, and numbers that no rounding explains of the summands of both sides.

    Examples
    --------
    >>> vanishes(1e-17, 1e-12), vanishes(Fraction(1, 10**20), 1e-12)
    (True, False)
    >>> vanishes(0.25 - 1 / 3, None, summands=lambda: (0.25, 1 / 3))
    False
    """
    difference = python_scalar(difference)
    if not _is_rounded(difference):
        return is_zero(difference)
    if difference == 0:
        return True
    if tol is None:
        if _is_beyond_rounding(difference, summands()):
            return False
        raise InvalidValueError(
            f"a condition cannot be decided, as the coefficients are floats: its two sides differ "
            f"by {difference}, and only a tolerance tells whether that is rounding; {remedy}, or "
            "give exact coefficients such as '1/6' or Fraction(1, 6)"
        )
    return _size(difference) <= tol


def _is_beyond_rounding(difference: Any, summands: Iterable[Any]) -> bool:
    """Tell whether a number is larger than the rounding of what it is the sum of, if that is known.

    The summands are those of the conditions that are decided, of which signs do not matter.
    """
    sizes = list(map(magnitude, summands))
    return bool(sizes) and magnitude(difference) > _ROUNDING * sum(sizes)


def magnitude(value: Any) -> float:
    """Return the absolute value of a number as a float, NaN for what has symbols.

    Examples
    --------
    >>> magnitude(Fraction(-1, 2)), magnitude(3 + 4j)
    (0.5, 5.0)
    """
    if is_expression(value):
        return abs(complex(value)) if value.is_number else nan
    return float(abs(value))


def is_close(first: Any, second: Any, tol: float | None) -> bool:
    """Tell whether two coefficients differ by at most a tolerance, exact ones included.

    Examples
    --------
    >>> is_close(1 / 3, Fraction(1, 3), 1e-12), is_close(Fraction(1, 10), 0, 0.2)
    (True, True)
    >>> import sympy
    >>> is_close(1 / sympy.Symbol("a"), 0, 0.2)
    False
    """
    try:
        if first is second or first == second:
            return True
        difference = first + -second  # mpmath adds fractions, and subtracts itself from none
        if is_expression(difference) and not _is_rounded(difference) and is_known_zero(difference):
            return True
        return _size(difference) <= (tol or 0)
    except RecursionError:
        raise too_deep(first if is_expression(first) else second) from None


def _is_rounded(value: Any) -> bool:
    if isinstance(value, (float, complex)):
        return True
    if hasattr(value, "_mpf_") or hasattr(value, "_mpc_"):  # floats of mpmath
        return True
    return is_expression(value) and any(part.is_Float for part in parts(value))


def _size(difference: Any) -> float:
    """Return how far a difference is from zero; infinity beyond floats, and if it takes values."""
    try:
        return _greatest(difference)
    except OverflowError:
        return inf
    except TypeError:
        raise InvalidValueError(
            f"tol cannot be compared with {brief(difference)}, which is no number"
        ) from None


def _greatest(difference: Any) -> float:
    if not is_expression(difference):
        return float(abs(difference))
    if not _is_rounded(difference):
        difference = _in_sympy(normal_form(difference))
    found = [difference]
    if symbols := difference.free_symbols:
        coefficients = _coefficients(difference.expand())
        if coefficients is None:
            if _is_rounded(difference) or not difference.is_rational_function(*symbols):
                raise InvalidValueError(
                    f"tol cannot be compared with {difference}, which is no polynomial in its "
                    "symbols; substitute numbers for them, or give exact rational functions"
                )
            return inf  # it takes all values but a few
        found = coefficients
    return max(abs(complex(part)) for part in found)
