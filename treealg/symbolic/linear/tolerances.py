"""Whether coefficients are zero, or equal, to a tolerance that the caller names."""

from __future__ import annotations

from math import ceil, inf, log10
from typing import Any

from treealg.checks import brief, check_real
from treealg.errors import InvalidValueError
from treealg.symbolic.linear.exact_values import exact_value, in_sympy
from treealg.symbolic.linear.fields import is_expression, normal_form
from treealg.symbolic.linear.magnitudes import Summands, is_beyond, is_beyond_rounding
from treealg.symbolic.linear.walks import parts, too_deep
from treealg.symbolic.linear.zeros import coefficients_of, is_known_zero, is_zero, without_functions
from treealg.symbolic.trees.scalars import python_scalar

__all__ = [
    "check_tolerance",
    "holds_to_rounding",
    "is_close",
    "is_rounded",
    "vanishes",
]


def check_tolerance(tol: Any) -> float | None:
    """Return the argument `tol`: None, or a real number of at least 0."""
    if tol is None:
        return None
    number = check_real("tol", tol)
    if number < 0:
        raise InvalidValueError(f"tol must be at least 0, got {tol}")
    return number


#: What sums of floats of double precision may be off: this part of the sizes of their summands.
_LAST_DIGITS = 2.0**-40


def vanishes(
    difference: Any,
    tol: float | None,
    remedy: str = "",
    *,
    summands: Summands | None = None,
) -> bool:
    """Tell whether a condition holds whose two sides have this difference.

    Exact differences are decided exactly. Floats are compared with the tolerance; without one only
    the number 0 is decided, and what no rounding explains of the summands of both sides: their
    sizes are what `summands` returns when it is given a function `size` of a coefficient. The error
    says what helps, which is `remedy` where the tolerance is not an argument of that function.

    Examples
    --------
    >>> from fractions import Fraction
    >>> vanishes(1e-17, 1e-12), vanishes(Fraction(1, 10**20), 1e-12)
    (True, False)
    >>> vanishes(0.25 - 1 / 3, None, summands=lambda size: (0.25, 1 / 3))
    False
    """
    difference = python_scalar(difference)
    if (known := _without_rounding(difference)) is not None:
        return known
    if tol is None:
        if summands is not None and is_beyond_rounding(difference, summands):
            return False
        raise InvalidValueError(
            f"a condition cannot be decided, as the coefficients are floats: its two sides differ "
            f"by {difference}, and only a tolerance tells whether that is rounding; "
            f"{remedy or _advice(difference)}, or give exact coefficients such as '1/6' or "
            "Fraction(1, 6)"
        )
    return _is_within(difference, tol)


def holds_to_rounding(difference: Any, tol: float | None = None, *, size: float = 1.0) -> bool:
    """Tell whether a condition on an argument holds, whose two sides have this difference.

    This is for what must hold before there is a result, which is then made as if it held exactly;
    `vanishes` is for what is decided. Exact differences must be 0. Floats may be off by the
    tolerance, and without one by the last digits of sums of floats, 2**-40 of the size of what was
    added.

    Examples
    --------
    >>> from fractions import Fraction
    >>> holds_to_rounding(1e-16), holds_to_rounding(1e-9), holds_to_rounding(1e-9, 1e-6)
    (True, False, True)
    >>> holds_to_rounding(1e-9, size=1e4), holds_to_rounding(Fraction(1, 10**20))
    (True, False)
    """
    difference = python_scalar(difference)
    if (known := _without_rounding(difference)) is not None:
        return known
    try:
        return _is_within(difference, _LAST_DIGITS * size if tol is None else tol)
    except InvalidValueError:  # what has no bound
        return False


def _without_rounding(difference: Any) -> bool | None:
    """Tell whether a difference is zero, None if it is a float that is not the number 0."""
    if not is_rounded(difference):
        return is_zero(difference)
    return True if difference == 0 else None


def is_close(first: Any, second: Any, tol: float | None) -> bool:
    """Tell whether two coefficients differ by at most a tolerance, exact ones included.

    Examples
    --------
    >>> from fractions import Fraction
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
        if is_expression(difference) and not is_rounded(difference) and is_known_zero(difference):
            return True
        return _is_within(difference, tol or 0)
    except RecursionError:
        raise too_deep(first if is_expression(first) else second) from None


def is_rounded(value: Any) -> bool:
    """Tell whether a coefficient is a float, or an expression with some.

    Examples
    --------
    >>> import sympy
    >>> is_rounded(0.5), is_rounded(sympy.Symbol("a") / 2)
    (True, False)
    """
    if isinstance(value, (float, complex)):
        return True
    if hasattr(value, "_mpf_") or hasattr(value, "_mpc_"):  # floats of mpmath
        return True
    return is_expression(value) and any(part.is_Float for part in parts(value))


def _advice(difference: Any) -> str:
    """Return which tolerance to give where two sides differ by this, and others by a few times it.

    Examples
    --------
    >>> _advice(1e-17), _advice(3e-8)
    ('give tol=, for instance tol=1e-12', 'give tol=, for instance tol=1e-06')
    """
    try:
        digits = ceil(log10(_size(_in_variables(difference)))) + 1
    except (InvalidValueError, OverflowError):  # of what is no number, and of infinity
        digits = -12
    return f"give tol=, for instance tol={10.0 ** max(digits, -12):g}"


def _is_within(difference: Any, tol: float) -> bool:
    """Tell whether a difference is at most a tolerance.

    Roots and functions of symbols count as variables. Where coefficients of these are larger, so is
    the difference if it is at one of a few points.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.sin(sympy.Symbol("a"))
    >>> _is_within(1e-15 * a, 1e-12), _is_within(0.5 * a - 0.1, 1e-12)
    (True, False)
    """
    try:
        return _size(difference) <= tol
    except InvalidValueError:
        if not is_expression(difference):  # but no number
            raise
        if _size(_in_variables(difference)) <= tol:
            return True
        if is_beyond(difference, tol):
            return False
        raise


def _in_variables(value: Any) -> Any:
    """Return an expression as a rational function, of symbols, roots and functions."""
    if not is_expression(value):
        return value
    from sympy import Dummy

    found, stack = {}, [value]
    while stack:
        part = stack.pop()
        if part.is_Add or part.is_Mul or (part.is_Pow and part.exp.is_Integer):
            stack += part.args
        elif part.free_symbols and not part.is_Symbol and part not in found:
            found[part] = Dummy()
    return value.xreplace(found)


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
    if not is_rounded(difference):
        difference = in_sympy(normal_form(difference))
    difference = without_functions(difference)
    symbols = difference.free_symbols
    if not symbols:
        return abs(complex(difference))
    coefficients = coefficients_of(difference.expand())
    if coefficients is not None:
        return _greatest_of(coefficients)
    if not difference.is_rational_function(*symbols):
        raise InvalidValueError(
            f"tol cannot be compared with {difference}, which is no rational function of its "
            "symbols; substitute numbers for them"
        )
    if not is_rounded(difference):
        return inf  # it takes all values but a few
    quotient = in_sympy(normal_form(in_sympy(exact_value(difference))))
    sides = quotient.together().as_numer_denom()
    numerator, denominator = (_greatest_of(coefficients_of(side.expand())) for side in sides)
    return numerator / denominator


def _greatest_of(coefficients: list[Any] | None) -> float:
    return max(abs(complex(part)) for part in coefficients or ())
