"""Fields of fractions: where calculations with rational functions take place.

Sums and products of expressions grow and hide that they are zero. In a field of fractions
(`quotients`) each value is a quotient of polynomials: zero is what is written as zero.
A calculation enters the field with its arguments and leaves it with its result. Roots of symbols
are powers of one root of each: with u for the sixth root of x, the square root is u^3 and x itself
u^6. Numbers with roots have a field of their own (`radicals`). What is neither, such as the root of
a sum, a root of a number beside symbols, or a float, has no such form and is calculated with as it
is.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from treealg.symbolic.linear.coefficients import expression, python_number
from treealg.symbolic.linear.polynomials import written
from treealg.symbolic.linear.powers import check_expansion
from treealg.symbolic.linear.quotients import Quotient, QuotientField, quotient_field
from treealg.symbolic.linear.radicals import RadicalField, is_radical, radical_field
from treealg.symbolic.linear.walks import ascending, opened, parts, too_deep

__all__ = ["Arithmetic", "arithmetic_of", "fraction_of", "is_expression", "normal_form"]

#: Roots of a symbol are powers of one root of at most this degree.
_GREATEST_DEGREE = 60


def is_expression(value: Any) -> bool:
    """Tell whether a coefficient is an expression of SymPy, its numbers included.

    Examples
    --------
    >>> is_expression(1)
    False
    """
    # Of the class, as an expression would gather its symbols.
    kind = type(value)
    return hasattr(kind, "free_symbols") and hasattr(kind, "equals")


class Arithmetic:
    """A way of calculating with coefficients: in a field of fractions, or with what they are.

    Parameters
    ----------
    degrees : mapping from symbols to int, optional
        The symbols of the rational functions, and which root of each these are functions of: that
        of degree 1 is the symbol itself.
    radicals : RadicalField, optional
        The field of the coefficients, if they are numbers with roots. Without any of the two,
        coefficients stay what they are.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> field = arithmetic_of([1 / a, sympy.sqrt(a)])
    >>> x = field.enter(1 / a)
    >>> x * field.enter(sympy.sqrt(a)) ** 2 - 1 == 0, field.leave(x + Fraction(1, 2))
    (True, (a + 2)/(2*a))
    >>> field = arithmetic_of([sympy.sqrt(2)])
    >>> field.leave(1 / (field.enter(sympy.sqrt(2)) - 1))
    1 + sqrt(2)
    """

    def __init__(
        self, degrees: Mapping[Any, int] | None = None, radicals: RadicalField | None = None
    ) -> None:
        degrees = degrees or {}
        self._radicals = radicals
        self._degrees = {symbol: degree for symbol, degree in degrees.items() if degree > 1}
        self._roots: dict[Any, Any] = {}
        self._meant: dict[Any, Any] = {}
        self._field: QuotientField | None = None
        if degrees:
            from sympy import Dummy, Rational

            for symbol, degree in self._degrees.items():
                root = self._roots[symbol] = Dummy(symbol.name)
                self._meant[root] = symbol ** Rational(1, degree)
            symbols = sorted(degrees, key=lambda symbol: symbol.sort_key())
            # Roots have names of their own each time.
            made = QuotientField if self._roots else quotient_field
            self._field = made(tuple(self._roots.get(x, x) for x in symbols))

    @property
    def is_plain(self) -> bool:
        """Whether coefficients stay what they are."""
        return self._field is None and self._radicals is None

    @property
    def is_rational(self) -> bool:
        """Whether coefficients are rational functions."""
        return self._field is not None

    def enter(self, value: Any) -> Any:
        """Return a coefficient as an element of the field; numbers stay numbers."""
        if self.is_plain or not is_expression(value):
            return value
        number = python_number(value)
        if number is not value:
            return number
        if self._field is None:
            return self._radicals.enter(value) if self._radicals is not None else value
        check_expansion(value)
        try:
            return self._field.enter(self._in_roots(value))
        except RecursionError:
            raise too_deep(value) from None

    def _in_roots(self, value: Any) -> Any:
        """Return an expression with powers of roots in the place of symbols and their powers."""
        if not self._roots:
            return value
        from sympy import Pow

        rule = {symbol: root ** self._degrees[symbol] for symbol, root in self._roots.items()}
        for power in value.atoms(Pow):
            if (root := self._roots.get(power.base)) is not None and power.exp.is_Rational:
                rule[power] = root ** (self._degrees[power.base] * power.exp)
        return value.xreplace(rule)

    def leave(self, value: Any) -> Any:
        """Return a result as a number or an expression."""
        if self._radicals is not None:
            return self._radicals.leave(value)
        if self._field is None or not isinstance(value, Quotient):
            return value
        numerator, denominator = map(written, value.home.lowest(value))
        quotient = numerator / denominator
        return python_number(quotient.xreplace(self._meant) if self._meant else quotient)

    def numerator(self, value: Any) -> Any:
        """Return the numerator of an element of the field as an expression, a number as one."""
        if not isinstance(value, Quotient):
            return expression("a number", value)
        numerator = written(value.home.lowest(value)[0])
        return numerator.xreplace(self._meant) if self._meant else numerator

    def reduced(self, value: Any, symbol: Any, degree: int, power: Any) -> Any:
        """Return an element of the field without higher powers of a symbol than one that is known.

        Only the numerator counts, and only whether it is zero.
        """
        if not isinstance(value, Quotient):
            return value
        parts = value.home.by_powers(value, symbol, degree)
        if set(parts) <= {0}:
            return value
        known = self.enter(power)
        return sum(part * known**times for times, part in parts.items())


_PLAIN = Arithmetic()


def arithmetic_of(values: Iterable[Any]) -> Arithmetic:
    """Return the arithmetic for a calculation with these coefficients.

    Examples
    --------
    >>> arithmetic_of([1, Fraction(1, 2)]).is_plain
    True
    """
    expressions = [x for x in values if x.__class__ is not int and x.__class__ is not Fraction]
    if not all(map(is_expression, expressions)):
        return _PLAIN
    degrees: dict[Any, int] = {}
    if all(_is_rational(value, degrees) for value in expressions):
        few = max(degrees.values(), default=1) <= _GREATEST_DEGREE
        return Arithmetic(degrees) if degrees and few else _PLAIN
    if not degrees and all(map(is_radical, expressions)):
        radicals = radical_field(expressions)
        return _PLAIN if radicals is None else Arithmetic(radicals=radicals)
    return _PLAIN


def _is_rational(value: Any, degrees: dict[Any, int]) -> bool:
    """Tell whether an expression is a rational function of roots of symbols, over the rationals.

    The symbols are put down, with the degrees of the roots that they have.
    """
    for part in parts(value):
        if part.is_Add or part.is_Mul or part.is_Rational:
            continue
        if part.is_Symbol and part.is_commutative:
            degrees.setdefault(part, 1)
        elif _is_root(part):
            degrees[part.base] = math.lcm(degrees.get(part.base, 1), int(part.exp.q))
        elif not (part.is_Pow and part.exp.is_Integer):
            return False
    return True


def _is_root(part: Any) -> bool:
    """Tell whether an expression is a power of a symbol with a rational exponent."""
    return bool(part.is_Pow and part.exp.is_Rational and part.base.is_Symbol) and bool(
        part.base.is_commutative
    )


def normal_form(value: Any) -> Any:
    """Return an expression expanded, a rational function as a quotient in lowest terms.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> normal_form((a**2 - 1) / (a - 1)), normal_form(sympy.sqrt(2) * (sympy.sqrt(2) + a))
    (a + 1, sqrt(2)*a + 2)
    """
    from sympy import Pow

    if all(map(_is_monomial, value.args if value.is_Add else (value,))):
        return python_number(value)
    if any(power.exp.is_negative for power in value.atoms(Pow)):
        arithmetic = arithmetic_of([value])
        if not arithmetic.is_plain:
            return arithmetic.leave(arithmetic.enter(value))
    check_expansion(value)
    try:
        return python_number(value.expand())
    except RecursionError:
        raise too_deep(value) from None


def _is_monomial(value: Any) -> bool:
    """Tell whether an expression is a rational number times powers of symbols, as it is written."""
    return all(
        factor.is_Symbol
        or factor.is_Rational
        or (factor.is_Pow and factor.base.is_Symbol and factor.exp.is_Integer and factor.exp > 0)
        for factor in (value.args if value.is_Mul else (value,))
    )


def fraction_of(value: Any) -> tuple[Any, bool]:
    """Return the numerator of an expression, and whether it is a rational function.

    Whatever is no rational function of roots of symbols, such as a sine, counts as a variable of
    its own, whose powers are known if it is a root, so that a numerator of zero means zero, and any
    other does so for rational functions only.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> fraction_of(1 / (a - 1) - 1 / (a + 1)), fraction_of(1 / (a + sympy.sqrt(3)) - a)
    ((2, True), (-a**2 - sqrt(3)*a + 1, False))
    """
    kernels: dict[Any, Any] = {}
    plain = _without_kernels(value, kernels)
    powers = _powers_of_roots(kernels)
    degrees: dict[Any, int] = {}
    for part in (plain, *(power for _, _, power in powers)):
        _is_rational(part, degrees)
    arithmetic = Arithmetic(degrees)
    found = arithmetic.enter(plain)
    while powers and found != 0:
        before = found
        for symbol, degree, power in powers:
            found = arithmetic.reduced(found, symbol, degree, power)
        if found is before:
            break
    numerator = arithmetic.numerator(found)
    if kernels and is_expression(numerator):
        numerator = numerator.xreplace({symbol: kernel for kernel, symbol in kernels.items()})
    return numerator, not kernels


def _without_kernels(value: Any, kernels: dict[Any, Any]) -> Any:
    """Return an expression with symbols in the place of what is no rational function."""
    from sympy import Dummy, Rational

    def stand_in(kernel: Any) -> Any:
        return kernels.setdefault(kernel, Dummy(f"k{len(kernels)}"))

    known: dict[Any, Any] = {}
    for part in ascending([value], opened):
        if own := opened(part):
            new = [known[each] for each in own]
            if all(map(operator.is_, new, own)):
                known[part] = part
            else:
                known[part] = new[0] ** part.exp if part.is_Pow else part.func(*new)
        elif (
            part.is_Rational
            or (part.is_Symbol and part.is_commutative)
            or (_is_root(part) and part.exp.q <= _GREATEST_DEGREE)
        ):
            known[part] = part
        elif part.is_Pow and part.exp.is_Rational:
            known[part] = stand_in(part.base ** Rational(1, part.exp.q)) ** part.exp.p
        else:
            known[part] = stand_in(part)
    return known[value]


def _powers_of_roots(kernels: dict[Any, Any]) -> list[tuple[Any, int, Any]]:
    """Return the symbols that stand for roots, of which degree, and which powers are known.

    These may be made of further ones, which are added.
    """
    powers = []
    done = 0
    while done < len(kernels):
        kernel = list(kernels)[done]
        done += 1
        if kernel.is_Pow and kernel.exp.is_Rational and kernel.exp.p == 1:
            power = _without_kernels(kernel.base, kernels)
            powers.append((kernels[kernel], int(kernel.exp.q), power))
    return powers
