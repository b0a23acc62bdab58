"""Numbers of a field with roots: sums, products and inverses of combinations of its basis."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any, Protocol

from treealg.symbolic.linear.field_numbers import FieldNumber
from treealg.symbolic.linear.nullspace import null_space
from treealg.symbolic.trees.meter import spend

__all__ = ["RadicalNumber", "coordinates"]

_Terms = dict[int, int]


class Home(Protocol):
    """What is asked of the field of a number."""

    def leave(self, value: Any) -> Any: ...

    def number(self, terms: _Terms, lower: int) -> Any: ...

    def product(self, first: int, second: int) -> list[tuple[int, int]]: ...

    def is_zero(self, value: Any) -> bool: ...


class RadicalNumber(FieldNumber):
    """A number that is not rational as it is written: integers for the basis, over another.

    Parameters
    ----------
    home : RadicalField
        What it is a number of.
    terms : dict
        From the index in the basis to the factor, which is not 0.
    lower : int
        The denominator, positive.

    Notes
    -----
    Immutable; equal numbers are equal, but there are no hashes, as they may be written in two ways.

    Examples
    --------
    >>> from sympy import sqrt
    >>> from treealg.symbolic.linear.radicals import radical_field
    >>> field = radical_field([sqrt(2)])
    >>> x = field.enter(sqrt(2))
    >>> x * x == 2, x == 0, field.leave(x / 3 - 1)
    (True, False, -1 + sqrt(2)/3)
    """

    __slots__ = ("_zero", "home", "lower", "terms")

    def __init__(self, home: Home, terms: _Terms, lower: int) -> None:
        self.home = home
        self.terms = terms
        self.lower = lower
        self._zero: bool | None = None

    def __str__(self) -> str:
        return str(self.home.leave(self))

    def __bool__(self) -> bool:
        if self._zero is None:
            self._zero = self.home.is_zero(self)
        return not self._zero

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, (RadicalNumber, int, Fraction)):
            return NotImplemented
        return not self - other

    def __neg__(self) -> RadicalNumber:
        terms = {index: -factor for index, factor in self.terms.items()}
        return RadicalNumber(self.home, terms, self.lower)

    def __add__(self, other: Any) -> Any:
        if other.__class__ is RadicalNumber:
            terms, lower = other.terms, other.lower
        elif isinstance(other, (int, Fraction)):
            if not other:
                return self
            terms, lower = {0: other.numerator}, other.denominator
        else:
            return NotImplemented
        spend(1)
        common = lcm(self.lower, lower)
        mine, theirs = common // self.lower, common // lower
        total = {index: factor * mine for index, factor in self.terms.items()}
        for index, factor in terms.items():
            total[index] = total.get(index, 0) + factor * theirs
        return self.home.number(total, common)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, (int, Fraction)):
            terms = {index: factor * other.numerator for index, factor in self.terms.items()}
            return self.home.number(terms, self.lower * other.denominator)
        if other.__class__ is not RadicalNumber:
            return NotImplemented
        spend(len(self.terms) * len(other.terms))
        total: _Terms = {}
        product = self.home.product
        for first, a in self.terms.items():
            for second, b in other.terms.items():
                both = a * b
                for index, factor in product(first, second):
                    total[index] = total.get(index, 0) + both * factor
        return self.home.number(total, self.lower * other.lower)

    __rmul__ = __mul__

    def inverse(self) -> Any:
        """Return 1 / x, for x that is not zero, from the least relation of the powers of x."""
        powers: list[Any] = [1]
        relations: list[dict[int, int]] = []
        while not relations:
            for _ in range(len(powers)):
                powers.append(powers[-1] * self)
            relations = null_space(map(coordinates, powers), len(powers))
        relation = relations[0]
        # Powers of x itself may stand before it: x is not zero, though the way it is written may
        # divide zero.
        first = min(relation)
        total = sum(
            powers[power - first - 1] * factor
            for power, factor in relation.items()
            if power > first
        )
        return total * Fraction(-1, relation[first])


def coordinates(value: Any) -> dict[int, Fraction]:
    """Return the coordinates of a number, which may be one of Python, in the basis.

    Examples
    --------
    >>> coordinates(3)
    {0: Fraction(3, 1)}
    """
    if isinstance(value, RadicalNumber):
        return {index: Fraction(factor, value.lower) for index, factor in value.terms.items()}
    return {0: Fraction(value)} if value else {}
