"""Coefficients that are polynomials in named symbols, with terms that are found when asked for.

The symbolic layer adds and multiplies whatever it is given. Expressions of SymPy would become sums
of products of sums, to be expanded in the end: here a sum is a list of products, which are gathered
once, in a dictionary from monomials to numbers.
"""

from __future__ import annotations

from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.trees.meter import spend

__all__ = ["MAX_FORMULA_TERMS", "Polynomial", "check_formula_terms"]

MAX_FORMULA_TERMS = 20_000
"""The most terms of a formula, which SymPy takes seconds to make."""

#: Symbols by their numbers, ascending, each as often as its exponent says.
Monomial = tuple[int, ...]
Terms = dict[Monomial, Any]


def check_formula_terms(terms: int) -> None:
    """Refuse a formula that has at least so many terms, if that is more than the bound.

    Examples
    --------
    >>> check_formula_terms(70)
    """
    if terms > MAX_FORMULA_TERMS:
        raise InvalidValueError(
            f"tree has a formula of at least {terms:,} terms, more than the bound of "
            f"{MAX_FORMULA_TERMS:,}, which would be too large to print; take a smaller tree, or "
            "evaluate the symbolic layer on numbers"
        )


class Polynomial:
    """A polynomial: what it is the sum of, and once they were asked for, its terms.

    Parameters
    ----------
    terms : dict
        From monomials to numbers other than 0.

    Notes
    -----
    Immutable. A sum is a product behind another polynomial, so that sums of many summands are
    gathered in one go, and no product needs a dictionary of its own.

    Examples
    --------
    >>> x, y = Polynomial({(0,): 1}), Polynomial({(1,): 1})
    >>> ((x + y) * (x + -1 * y) + 3).terms
    {(): 3, (0, 0): 1, (1, 1): -1}
    """

    __slots__ = ("_before", "_left", "_right", "_terms")

    def __init__(self, terms: Terms) -> None:
        self._terms: Terms | None = terms
        self._before: Any = 0
        self._left: Any = 0
        self._right: Any = 0

    @classmethod
    def _sum(cls, before: Any, left: Any, right: Any) -> Polynomial:
        """Make the sum of a summand and a product, of numbers and polynomials."""
        result = cls.__new__(cls)
        result._terms, result._before, result._left, result._right = None, before, left, right
        return result

    @property
    def terms(self) -> Terms:
        """From monomials to numbers other than 0; not to be changed."""
        if self._terms is None:
            products = []
            first: Any = self
            while isinstance(first, Polynomial) and first._terms is None:
                products.append((first._left, first._right))
                first = first._before
            found = dict(_terms(first))
            for left, right in products:
                _add_product(found, _terms(left), _terms(right))
            self._terms = {monomial: number for monomial, number in found.items() if number}
            self._before = self._left = self._right = 0
        return self._terms

    @property
    def free_symbols(self) -> set[int]:
        """The numbers of the symbols that occur."""
        return {symbol for monomial in self.terms for symbol in monomial}

    def __add__(self, other: Any) -> Polynomial:
        if isinstance(other, Polynomial) and other._terms is None and other._before == 0:
            return self._sum(self, other._left, other._right)
        return self._sum(self, 1, other)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Polynomial:
        return self._sum(0, other, self)

    __rmul__ = __mul__

    def __neg__(self) -> Polynomial:
        return self * -1

    def __eq__(self, other: object) -> bool:
        return self.terms == _terms(other)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))


def _terms(value: Any) -> Terms:
    if isinstance(value, Polynomial):
        return value.terms
    return {(): value} if value else {}


def _add_product(found: Terms, left: Terms, right: Terms) -> None:
    """Add a product to terms of a sum, of which those may be 0 that cancelled."""
    if len(left) > len(right):
        left, right = right, left
    spend(2 * len(left) * len(right))
    get = found.get
    for first, factor in left.items():
        for last, number in right.items():
            key = tuple(sorted(first + last)) if first and last else first or last
            found[key] = get(key, 0) + factor * number
        check_formula_terms(len(found))
