"""Expressions of SymPy as mathematics on a line: 2x², √2/2 and λ, not 2*x**2, sqrt(2)/2, lambda."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Integer, Pow, Rational
from sympy.printing.conventions import split_super_sub
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from treealg.symbolic.trees.terminal import GREEK

__all__ = ["written"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def written(value: Any, numbers: Mapping[str, Callable[[Any], str]]) -> str:
    """Return the text of an expression, with some kinds of numbers as other functions write them.

    Parameters
    ----------
    value : SymPy expression
        What is written.
    numbers : mapping of str to callable
        By the names of classes of SymPy, such as ``"Float"``.

    Returns
    -------
    str
        On one line. Products have a dot, but for a number in front of a letter or root.

    Examples
    --------
    >>> from sympy import sqrt, symbols
    >>> x, y, step = symbols("x_1 y lambda")
    >>> written(2 * x**2 * y / 3, {}), written(sqrt(2) * step / (x + 1), {})
    ('2x₁²·y/3', '√2·λ/(x₁ + 1)')
    """
    printer = _Printer()
    for name, write in numbers.items():
        setattr(printer, f"_print_{name}", write)
    return str(printer.doprint(value))


class _Printer(StrPrinter):  # type: ignore[misc]
    """The printer of SymPy for text, with the signs of mathematics for powers and products."""

    def _print_Symbol(self, expr: Any) -> str:
        whole: str = expr.name
        name: str
        name, above, below = split_super_sub(whole)
        if above or not all(part.isalnum() for part in (name, *below)):
            return whole
        if len(below) == 1 and below[0].isdecimal():
            return f"{_letter(name)}{below[0].translate(_SUBSCRIPTS)}"
        return "_".join([_letter(part) for part in (name, *below)])

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_Abs(self, expr: Any) -> str:
        return f"|{self._print(expr.args[0])}|"

    def _print_Mul(self, expr: Any) -> str:
        if not expr.is_commutative:
            return str(super()._print_Mul(expr))
        is_negative = False
        upper: list[Any] = []
        lower: list[Any] = []
        for factor in expr.as_ordered_factors():
            if factor.is_Rational:
                is_negative ^= bool(factor < 0)
                upper += [Integer(abs(factor.p))] * (abs(factor.p) != 1)
                lower += [Integer(factor.q)] * (factor.q != 1)
            elif factor.is_Number and factor.is_extended_negative:
                is_negative ^= True
                upper.append(-factor)
            elif _is_below(factor):
                lower.append(_inverse(factor))
            else:
                upper.append(factor)
        sign = "-" if is_negative else ""
        return sign + self._quotient(upper, lower)

    def _quotient(self, upper: list[Any], lower: list[Any]) -> str:
        above, below = self._product(upper) or "1", self._product(lower)
        if not below:
            return above
        return f"{above}/({below})" if len(lower) > 1 else f"{above}/{below}"

    def _product(self, factors: list[Any]) -> str:
        total = ""
        for factor in factors:
            text = self.parenthesize(factor, PRECEDENCE["Mul"], strict=False)
            near = total.replace(".", "").isdecimal() and (text[0].isalpha() or text[0] == "√")
            total += text if near or not total else f"·{text}"
        return total

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if expr.is_commutative and _is_below(expr):
            return self._quotient([], [_inverse(expr)])
        if exponent == Rational(1, 2):
            root = self._print(base)
            return f"√{root}" if base.is_Symbol or root.isdecimal() else f"√({root})"
        text = self.parenthesize(base, PRECEDENCE["Pow"], strict=False)
        if base.is_Float and not text.replace(".", "").isdecimal():
            text = f"({text})"
        if exponent.is_Integer and abs(exponent) < 10**6:
            return f"{text}{str(exponent).translate(_SUPERSCRIPTS)}"
        return f"{text}^{self.parenthesize(exponent, PRECEDENCE['Pow'], strict=False)}"


def _is_below(factor: Any) -> bool:
    """Tell whether a factor is written below a line of fraction."""
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp < 0)


def _inverse(power: Any) -> Any:
    if power.exp == -1:
        return power.base
    return Pow(power.base, -power.exp, evaluate=False)


def _letter(name: str) -> str:
    """Return the Greek letter of a name, but for the number π, and any other name as it is."""
    return name if name == "pi" else GREEK.get(name.replace("amda", "ambda"), name)
