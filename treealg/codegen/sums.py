"""Long sums printed as SymPy prints them, whose time and memory grow with terms times symbols.

SymPy orders terms by vectors of exponents that have a place for each symbol. Here a term has the
places of its own symbols only, which are compared in the same way.
"""

from __future__ import annotations

from typing import Any

from sympy.core.exprtools import decompose_power
from sympy.core.sorting import default_sort_key
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

__all__ = ["latex_of", "text_of"]

#: Sums of so few terms are left to SymPy, which knows special cases.
_FEW = 50


def text_of(expression: Any) -> str:
    """Return what ``str`` does.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> text_of(x * y / 2 - y + x**2)
    'x**2 + x*y/2 - y'
    """
    return str(_Text().doprint(expression))


def latex_of(expression: Any, names: dict[Any, str]) -> str:
    r"""Return the LaTeX of an expression whose symbols have these names.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> latex_of(x * y / 2 - y, {x: "X"})
    '\\frac{X y}{2} - y'
    """
    return str(_Latex({"symbol_names": names}).doprint(expression))


class _Ordered:
    """What orders the terms of long sums."""

    def _as_ordered_terms(self, expression: Any, order: Any = None) -> list[Any]:
        if len(expression.args) > _FEW:
            ordered = _ordered(expression.args)
            if ordered is not None:
                return ordered
        found: list[Any] = super()._as_ordered_terms(expression, order)  # type: ignore[misc]
        return found


class _Text(_Ordered, StrPrinter):  # type: ignore[misc]
    pass


class _Latex(_Ordered, LatexPrinter):  # type: ignore[misc]
    pass


def _ordered(terms: tuple[Any, ...]) -> list[Any] | None:
    """Order terms by descending exponents of all symbols, the first one first.

    None stands for other terms than rational numbers times powers of what commutes.
    """
    split = []
    bases: set[Any] = set()
    for term in terms:
        number, product = term.as_coeff_Mul()
        factors = [] if product == 1 else product.args if product.is_Mul else [product]
        if not number.is_Rational or any(x.is_number or not x.is_commutative for x in factors):
            return None
        powers = [decompose_power(factor) for factor in factors]
        bases.update(base for base, _ in powers)
        split.append((term, powers))
    place = {base: i for i, base in enumerate(sorted(bases, key=default_sort_key))}
    end = (len(place), 0)  # what goes on has an exponent that is greater than 0

    def key(entry: tuple[Any, Any]) -> tuple[Any, ...]:
        return (*sorted((place[base], -exponent) for base, exponent in entry[1]), end)

    return [term for term, _ in sorted(split, key=key)]
