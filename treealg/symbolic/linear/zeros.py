"""Whether a coefficient is zero, and whether two are equal: exactly."""

from __future__ import annotations

from fractions import Fraction
from numbers import Number
from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.linear.algebraic import is_zero_algebraic
from treealg.symbolic.linear.exact_values import EXACT, exact_value, in_sympy
from treealg.symbolic.linear.fields import fraction_of, is_expression
from treealg.symbolic.linear.identities import evaluated, is_zero_by_identities, unevaluated
from treealg.symbolic.linear.sampling import attempted, differs, points
from treealg.symbolic.linear.walks import ascending, opened, parts, too_deep
from treealg.symbolic.trees.scalars import python_scalar

__all__ = [
    "are_equal",
    "coefficients_of",
    "is_known_zero",
    "is_zero",
    "is_zero_number",
    "without_functions",
]

#: Of integrals, values are taken at so many points, which are in the right half of the unit circle.
_FEW = 2

#: Of anything else, at so many before identities are tried.
_FIRST = 4


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
    value = _evaluated(value)
    if value is None or value.is_Number:
        return value is not None and bool(value == 0)
    if not value.is_commutative:
        return bool(value.expand() == 0)
    if _is_infinite(value):
        return False
    if not value.free_symbols:
        return _is_zero_constant(value)
    value = without_functions(value)
    numerator, rational = fraction_of(value)
    if rational or numerator == 0:
        return bool(numerator == 0)
    places = points(value.free_symbols)
    if unevaluated(value):
        # Integrals have values where they converge, and take long.
        places = places[:_FEW]
        has_value = differs(value, places, roughly=True)
    else:
        has_value = differs(value, places[:_FIRST])
    if has_value:
        return False
    numerator = numerator.expand()
    if numerator == 0:
        return True
    if numerator.free_symbols and (coefficients := coefficients_of(numerator)) is not None:
        return all(map(is_zero, coefficients))
    return _decided(value, has_value, places[_FIRST:])


def _evaluated(value: Any) -> Any:
    """Return an expression with its integrals and the like evaluated; None if it is not zero."""
    from sympy import Integral

    found = unevaluated(value)
    if not found:
        return value
    # What an integral is can take long to find, where it is not this.
    if all(isinstance(part, Integral) for part in found) and differs(
        value, points(value.free_symbols)[:1], roughly=True
    ):
        return None
    return evaluated(value)


def _is_infinite(value: Any) -> bool:
    """Tell whether an infinite number is a part of a rational function, or none at all."""
    from sympy import S

    infinite = (S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity)
    return any(part in infinite for part in ascending([value], opened) if not part.args)


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


def without_functions(value: Any) -> Any:
    """Return an expression with symbols for unknown functions, and derivatives, entries of arrays.

    These are independent where they are taken at their own variables or, of arrays, at numbers.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> without_functions(sympy.Function("f")(a) + a).is_rational_function()
    True
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
    has_value = differs(value, [{}], roughly=bool(unevaluated(value)))
    if has_value:
        return False
    if value.expand() == 0:
        return True
    numerator = fraction_of(value)[0]
    return numerator == 0 or numerator.expand() == 0 or _decided(value, has_value, [])


def _decided(value: Any, has_value: bool | None, places: list[dict[Any, Any]]) -> bool:
    """Decide by identities about what seems to be zero where it had values, if it had any.

    Or by its values at more points, which may take long: of large numbers, many digits cancel.
    """
    answer = is_zero_by_identities(value, has_value=has_value is not None)
    if answer is None:
        more = differs(value, places)
        if more:
            return False
        has_value = more if has_value is None else has_value
    if answer is None and (has_value is None or not value.free_symbols):
        # SymPy calls things unequal that it does not know to be equal.
        is_equal = attempted(lambda: value.equals(0))
        if is_equal or (is_equal is False and has_value is None and _is_unknown(value)):
            answer = is_equal
    if answer is None:
        raise InvalidValueError(
            f"cannot decide whether {value} is zero: it is neither a rational function nor an "
            "algebraic number; simplify or substitute first"
        )
    return answer


def _is_unknown(value: Any) -> bool:
    """Tell whether an expression is a function without values, or made of unknown ones."""
    from sympy import Add, Indexed
    from sympy.core.function import AppliedUndef
    from sympy.matrices.expressions.matexpr import MatrixElement

    kinds = (AppliedUndef, Indexed, MatrixElement)
    return not value.has(Add) or any(isinstance(part, kinds) for part in parts(value))


def coefficients_of(numerator: Any) -> list[Any] | None:
    """Return the coefficients of a polynomial with constant ones, None for anything else.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> coefficients_of(sympy.sqrt(2) * a + 1), coefficients_of(sympy.sin(a))
    ([sqrt(2), 1], None)
    """
    import sympy

    symbols = sorted(numerator.free_symbols, key=lambda symbol: symbol.sort_key())
    if not symbols:
        return [numerator]
    if not numerator.is_polynomial(*symbols):
        return None
    return [value.as_expr() for value in sympy.Poly(numerator, *symbols, domain="EX").coeffs()]


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
    if first.__class__ not in EXACT or second.__class__ not in EXACT:
        first, second = exact_value(first), exact_value(second)
    if is_expression(first) or is_expression(second):
        first, second = in_sympy(first), in_sympy(second)
    try:
        if first == second:
            return True
        if not is_expression(first) or not is_expression(second):
            return False
        difference = first - second
    except RecursionError:
        raise too_deep(first) from None
    return is_zero(difference)
