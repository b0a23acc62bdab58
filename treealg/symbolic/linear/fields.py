"""Fields of fractions: where calculations with rational functions take place.

Sums and products of expressions grow and hide that they are zero. In a field of fractions, which
is that of SymPy, each value is a quotient of coprime polynomials: zero is what is written as zero.
A calculation enters the field with its arguments and leaves it with its result. What is no rational
function, such as a square root or a float, has no such form and is calculated with as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from treealg.symbolic.linear.coefficients import python_number

__all__ = ["Arithmetic", "arithmetic_of", "fraction_of", "is_expression", "normal_form"]


def is_expression(value: Any) -> bool:
    """Tell whether a coefficient is an expression of SymPy, its numbers included.

    Examples
    --------
    >>> is_expression(1)
    False
    """
    return hasattr(value, "free_symbols") and hasattr(value, "equals")


class Arithmetic:
    """A way of calculating with coefficients: in a field of fractions, or with what they are.

    Parameters
    ----------
    symbols : sequence of symbols
        Those of the rational functions; without any, coefficients stay what they are.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> field = arithmetic_of([1 / a, a])
    >>> x = field.enter(1 / a)
    >>> x * field.enter(a) - 1 == 0, field.leave(x + Fraction(1, 2))
    (True, (a + 2)/(2*a))
    """

    def __init__(self, symbols: Iterable[Any] = ()) -> None:
        generators = sorted(symbols, key=lambda symbol: symbol.sort_key())
        self._field: Any = None
        if generators:
            from sympy import ZZ, lex
            from sympy.polys.fields import FracField

            self._field = FracField(generators, ZZ, lex)

    @property
    def is_plain(self) -> bool:
        """Whether coefficients stay what they are."""
        return self._field is None

    def enter(self, value: Any) -> Any:
        """Return a coefficient as an element of the field; numbers stay numbers."""
        if self._field is None or not is_expression(value):
            return value
        number = python_number(value)
        return number if number is not value else self._field.from_expr(value)

    def leave(self, value: Any) -> Any:
        """Return a result as a number or an expression."""
        field = getattr(value, "field", None)
        return value if field is None else python_number(value.as_expr())


_PLAIN = Arithmetic()


def arithmetic_of(values: Iterable[Any]) -> Arithmetic:
    """Return the arithmetic for a calculation with these coefficients.

    Examples
    --------
    >>> arithmetic_of([1, Fraction(1, 2)]).is_plain
    True
    """
    symbols: set[Any] = set()
    for value in values:
        if value.__class__ is int or value.__class__ is Fraction:
            continue
        if not is_expression(value) or not _is_rational(value):
            return _PLAIN
        symbols |= value.free_symbols
    return Arithmetic(symbols) if symbols else _PLAIN


def _is_rational(value: Any) -> bool:
    """Tell whether an expression is a rational function with rational coefficients."""
    stack = [value]
    while stack:
        part = stack.pop()
        if part.is_Rational or (part.is_Symbol and part.is_commutative):
            continue
        if part.is_Add or part.is_Mul:
            stack.extend(part.args)
        elif part.is_Pow and part.exp.is_Integer:
            stack.append(part.base)
        else:
            return False
    return True


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

    if any(power.exp.is_negative for power in value.atoms(Pow)):
        arithmetic = arithmetic_of([value])
        if not arithmetic.is_plain:
            return arithmetic.leave(arithmetic.enter(value))
    return python_number(value.expand())


def fraction_of(value: Any) -> tuple[Any, bool]:
    """Return the numerator of an expression, and whether it is a rational function.

    Whatever is no rational function, such as a root or a sine, counts as a variable of its own, so
    that a numerator of zero means zero, and any other does so for rational functions only.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> fraction_of(1 / (a - 1) - 1 / (a + 1)), fraction_of(1 / (a + sympy.sqrt(3)) - a)
    ((2, True), (-a**2 - sqrt(3)*a + 1, False))
    """
    stand_ins: dict[Any, Any] = {}
    plain = _without_kernels(value, stand_ins)
    found = Arithmetic(plain.free_symbols).enter(plain)
    numerator = found.numer.as_expr() if hasattr(found, "numer") else found
    if stand_ins:
        back = {symbol: kernel for kernel, symbol in stand_ins.items()}
        numerator = numerator.xreplace(back).expand()
    return numerator, not stand_ins


def _without_kernels(value: Any, stand_ins: dict[Any, Any]) -> Any:
    """Return an expression with symbols in the place of what is no rational function."""
    import sympy

    def stand_in(kernel: Any) -> Any:
        return stand_ins.setdefault(kernel, sympy.Dummy(f"k{len(stand_ins)}"))

    def rebuilt(part: Any) -> Any:
        if part.is_Rational or (part.is_Symbol and part.is_commutative):
            return part
        if part.is_Add or part.is_Mul:
            return part.func(*map(rebuilt, part.args))
        if part.is_Pow and part.exp.is_Integer:
            return rebuilt(part.base) ** part.exp
        if part.is_Pow and part.exp.is_Rational:
            return stand_in(part.base ** sympy.Rational(1, part.exp.q)) ** part.exp.p
        return stand_in(part)

    return rebuilt(value)
