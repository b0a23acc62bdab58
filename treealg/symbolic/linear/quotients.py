"""Quotients of polynomials whose denominators stay in factors.

The denominators of a calculation have few irreducible factors, which are found once, when the
calculation is entered. A common denominator is then the greater of two powers of each, and lowest
terms are divisions by these factors, most of which are ruled out: of a sum, only factors of which
both summands have the same power can go, and of a product, only those of one denominator from the
other numerator. Whether one goes is seen from remainders at a point modulo a prime. No greatest
common divisor of large polynomials is taken.

What would take long to factor stays one factor, which is *opaque*. Such quotients are in lowest
terms only when they are handed out. Zero is what is written as zero in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from treealg.symbolic.linear.coefficients import python_number
from treealg.symbolic.linear.factoring import irreducible_parts
from treealg.symbolic.linear.factors import Factor, Images, variable_factors
from treealg.symbolic.linear.field_numbers import FieldNumber, inverse_of
from treealg.symbolic.linear.multiples import multiple
from treealg.symbolic.linear.polynomials import monomials_of
from treealg.symbolic.linear.walks import ascending
from treealg.symbolic.trees.memo import remembered

__all__ = ["Quotient", "QuotientField", "quotient_field"]

_Lower = Mapping[Factor, int]

#: When so many factors are known, or terms of products of factors, they are forgotten.
_MOST_FACTORS, _MOST_KNOWN = 200, 50_000


@remembered(8)
def quotient_field(symbols: tuple[Any, ...]) -> QuotientField:
    """Return the field of rational functions of some symbols.

    Examples
    --------
    >>> import sympy
    >>> field = quotient_field(sympy.symbols("a, b"))
    >>> field is quotient_field(sympy.symbols("a, b"))
    True
    """
    return QuotientField(symbols)


class QuotientField:
    """The rational functions of some symbols, with rational coefficients.

    Parameters
    ----------
    symbols : iterable of symbols
        In the order of the variables.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> field = QuotientField([a])
    >>> x = field.enter(1 / (a - 1) - 1 / (a + 1))
    >>> field.lowest(x)
    (2, a**2 - 1)
    """

    def __init__(self, symbols: Iterable[Any]) -> None:
        from sympy import ZZ, lex
        from sympy.polys.rings import PolyRing

        self.ring = PolyRing(list(symbols), ZZ, lex)
        self._places = {symbol: place for place, symbol in enumerate(self.ring.symbols)}
        self._variables = variable_factors(self.ring)
        self._factors: list[Factor] = []
        self._known: dict[Any, _Lower] = {}
        self._terms = 0

    # -- entering and leaving ------------------------------------------------------------------

    def enter(self, value: Any) -> Any:
        """Return an expression as a quotient; a rational number as one of Python."""
        sums: dict[int, Any] = {}

        def into(part: Any) -> Iterable[Any]:
            if part.is_Rational or part.is_Pow:
                return () if part.is_Rational else (part.base,)
            if part.is_Mul and not all(map(_is_simple, part.args)):
                return part.args  # type: ignore[no-any-return]
            sums[id(part)] = found = monomials_of(part, self._places)
            return found[2]

        # By identity, as the hashes of long sums take longer than to read these.
        known: dict[int, Any] = {}
        for part in ascending([value], into):
            if part.is_Rational:
                entered = python_number(part)
            elif part.is_Pow:
                entered, exponent = known[id(part.base)], int(part.exp)
                entered = entered**exponent if exponent > 0 else inverse_of(entered) ** -exponent
            elif id(part) in sums:
                terms, number, rest = sums[id(part)]
                entered = self.made(self.ring.from_dict(terms), number)
                for each in rest:
                    entered = entered + known[id(each)]
            else:
                entered = 1
                for factor in sorted((known[id(each)] for each in part.args), key=_size):
                    entered = entered * factor
            known[id(part)] = entered
        return known[id(value)]

    def made(
        self, numerator: Any, number: int, lower: _Lower | None = None, is_lowest: bool = True
    ) -> Any:
        """Return a numerator over an integer and powers of factors that it has not.

        A constant without factors is a number of Python.
        """
        if not numerator:
            return 0
        if number != 1 and (common := _common_number(numerator, number)) != 1:
            number //= common
            numerator = numerator.quo_ground(common)
        if not lower and numerator.is_ground:
            quotient = Fraction(int(numerator.LC), number)
            return quotient.numerator if quotient.denominator == 1 else quotient
        return Quotient(self, numerator, number, lower or {}, is_lowest)

    def lowest(self, value: Quotient) -> tuple[Any, Any]:
        """Return numerator and denominator in lowest terms, multiplied out."""
        numerator, lower = value.numerator, value.lower
        if not value.is_lowest:
            numerator, lower = self._reduced(numerator, lower)
        denominator = _times(self.ring.one, lower)
        self._note(denominator, lower)
        return numerator, denominator * value.number if value.number != 1 else denominator

    def _reduced(self, numerator: Any, lower: _Lower) -> tuple[Any, _Lower]:
        """Return a numerator and powers of factors in lowest terms, whatever the factors are."""
        left = {factor: times for factor, times in lower.items() if factor.is_irreducible}
        for factor in set(lower) - set(left):
            for _ in range(lower[factor]):
                numerator, rest = numerator.cancel(factor.polynomial)
                for part, times in self.factored(rest)[1].items():
                    left[part] = left.get(part, 0) + times
        # A factor that became known later may be one of an opaque one, too.
        known = [factor for factor in left if factor.is_irreducible]
        return _cancelled(numerator, Images(numerator), left, known)

    def by_powers(self, value: Quotient, symbol: Any, degree: int) -> dict[int, Any]:
        """Return the numerator as a polynomial in a power of a symbol: exponents to what is left.

        The symbol is left in lower powers than that.
        """
        place = self._places[symbol]
        parts: dict[int, Any] = {}
        for monomial, factor in value.numerator.items():
            times, left = divmod(monomial[place], degree)
            rest = (*monomial[:place], left, *monomial[place + 1 :])
            parts.setdefault(times, {})[rest] = factor
        return {times: self.made(self.ring.from_dict(p), 1) for times, p in parts.items()}

    # -- factors -------------------------------------------------------------------------------

    def factored(self, polynomial: Any) -> tuple[int, _Lower]:
        """Return a polynomial as an integer and powers of factors, of which it is the product."""
        content = int(polynomial.content())
        if polynomial.LC < 0:
            content = -content
        rest = polynomial if content == 1 else polynomial.quo_ground(content)
        if (known := self._known.get(rest)) is not None:
            return content, known
        whole = rest
        found: dict[Factor, int] = {}
        images = Images(rest)
        for factor in (*self._variables, *self._factors):
            if rest.is_ground:
                break
            exponent, rest = factor.divided_out(rest, images)
            if exponent:
                found[factor] = exponent
                images = Images(rest)
        if not rest.is_ground:
            for part, exponent, is_irreducible in irreducible_parts(rest):
                factor = Factor(part, is_irreducible)
                self._factors.append(factor)
                found[factor] = exponent
        self._note(whole, found)
        return content, found

    def _note(self, polynomial: Any, factors: _Lower) -> None:
        """Remember the factors of a polynomial, which may come back as a denominator."""
        self._terms += len(polynomial)
        if len(self._factors) > _MOST_FACTORS or self._terms > _MOST_KNOWN:
            self._factors, self._known, self._terms = [], {}, len(polynomial)
        self._known[polynomial] = factors


class Quotient(FieldNumber):
    """A rational function that is no rational number.

    Parameters
    ----------
    home : QuotientField
        What it is an element of.
    numerator : PolyElement
        A polynomial with integer coefficients.
    number : int
        The integer in the denominator, positive, coprime to the numerator.
    lower : mapping from Factor to int
        The other factors of the denominator, and how often each occurs.
    is_lowest : bool, default True
        Whether it was made without opaque factors, so that no factor divides the numerator.

    Notes
    -----
    Immutable. Two are equal when their difference is zero; there are no hashes.

    Examples
    --------
    >>> import sympy
    >>> a = sympy.Symbol("a")
    >>> field = QuotientField([a])
    >>> x = field.enter(1 / (a + 1))
    >>> x * field.enter(a + 1), 1 / x == field.enter(a + 1), 1 - 2 * x
    (1, True, <Quotient (a - 1)/(a + 1)>)
    """

    __slots__ = ("_images", "home", "is_lowest", "lower", "number", "numerator")

    def __init__(
        self,
        home: QuotientField,
        numerator: Any,
        number: int,
        lower: _Lower,
        is_lowest: bool = True,
    ) -> None:
        self.home = home
        self.numerator = numerator
        self.number = number
        self.lower = lower
        self.is_lowest = is_lowest and all(factor.is_irreducible for factor in lower)
        self._images: Images | None = None

    @property
    def degree(self) -> int:
        """The sum of the degrees of numerator and denominator."""
        lower = sum(times * factor.degree for factor, times in self.lower.items())
        return lower + max(map(sum, self.numerator))

    def __str__(self) -> str:
        upper, lower = self.home.lowest(self)
        return str(upper.as_expr() / lower.as_expr())

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: Any) -> bool:
        if other.__class__ is Quotient:
            return self is other or not self - other
        if isinstance(other, (int, Fraction)):
            # A number in lowest terms is one of Python.
            return not self.is_lowest and not self - other
        return NotImplemented

    def __neg__(self) -> Quotient:
        return Quotient(self.home, -self.numerator, self.number, self.lower, self.is_lowest)

    def __add__(self, other: Any) -> Any:
        if other.__class__ is not Quotient:
            if not isinstance(other, (int, Fraction)):
                return NotImplemented
            if not other:
                return self
            constant = self.home.ring.ground_new(other.numerator)
            other = Quotient(self.home, constant, other.denominator, {})
        lower = _common(self.lower, other.lower)
        number = lcm(self.number, other.number)
        total = _over(self, lower, number) + _over(other, lower, number)
        # Where the powers differ, one summand has the factor and the other one not.
        same = [factor for factor, times in self.lower.items() if other.lower.get(factor) == times]
        if same and total:
            total, lower = _cancelled(total, Images(total), lower, same)
        return self.home.made(total, number, lower, self.is_lowest and other.is_lowest)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        if other.__class__ is not Quotient:
            if not isinstance(other, (int, Fraction)):
                return NotImplemented
            if not other:
                return 0
            numerator = self.numerator * other.numerator
            number = self.number * other.denominator
            return self.home.made(numerator, number, self.lower, self.is_lowest)
        first, lower = self._without(other.lower)
        second, more = other._without(self.lower)
        if len(first) > len(second):
            first, second = second, first
        times = dict(lower)
        for factor, exponent in more.items():
            times[factor] = times.get(factor, 0) + exponent
        product = multiple(second, [(first, 1)])
        is_lowest = self.is_lowest and other.is_lowest
        return self.home.made(product, self.number * other.number, times, is_lowest)

    __rmul__ = __mul__

    def _without(self, lower: _Lower) -> tuple[Any, _Lower]:
        """Return the numerator without the factors of a denominator, and what these leave of it."""
        new = [factor for factor in lower if factor not in self.lower]
        if not new:
            return self.numerator, lower
        if self._images is None:
            self._images = Images(self.numerator)
        return _cancelled(self.numerator, self._images, lower, new)

    def __pow__(self, exponent: int) -> Any:
        if not exponent:
            return 1
        if exponent < 0:
            return inverse_of(self) ** -exponent
        numerator = self.numerator**exponent
        lower = {factor: times * exponent for factor, times in self.lower.items()}
        return self.home.made(numerator, self.number**exponent, lower, self.is_lowest)

    def inverse(self) -> Any:
        """Return 1 / x."""
        content, lower = self.home.factored(self.numerator)
        numerator = self.home.ring.ground_new(self.number if content > 0 else -self.number)
        numerator = _times(numerator, self.lower)
        return self.home.made(numerator, abs(content), lower, self.is_lowest)


def _size(value: Any) -> int:
    return len(value.numerator) if value.__class__ is Quotient else 0


def _is_simple(value: Any) -> bool:
    """Tell whether a factor is a number, a symbol, or a positive power of one."""
    return bool(
        value.is_Rational
        or value.is_Symbol
        or (value.is_Pow and value.base.is_Symbol and value.exp.is_positive)
    )


def _common_number(polynomial: Any, number: int) -> int:
    """Return the greatest common divisor of an integer and all coefficients."""
    for coefficient in polynomial.values():
        number = gcd(number, coefficient)
        if number == 1:
            break
    return number


def _common(first: _Lower, second: _Lower) -> _Lower:
    """Return the least common multiple of two products of factors."""
    if first == second or not second:
        return first
    common = dict(first)
    for factor, times in second.items():
        if common.get(factor, 0) < times:
            common[factor] = times
    return common


def _over(value: Quotient, lower: _Lower, number: int) -> Any:
    """Return the numerator of a quotient over a multiple of its denominator."""
    missing = {factor: times - value.lower.get(factor, 0) for factor, times in lower.items()}
    upper, times = _times(value.numerator, missing), number // value.number
    return upper if times == 1 else upper * times


def _times(polynomial: Any, factors: _Lower) -> Any:
    """Return a polynomial times powers of factors."""
    powers = [(factor.polynomial, times) for factor, times in factors.items() if times]
    return multiple(polynomial, powers) if powers else polynomial


def _cancelled(
    numerator: Any, images: Images, lower: _Lower, factors: Iterable[Factor]
) -> tuple[Any, _Lower]:
    """Return a numerator and powers of factors without what both have of some of these."""
    left = lower
    for factor in factors:
        times, numerator = factor.divided_out(numerator, images, lower[factor])
        if times:
            images = Images(numerator)
            left = dict(left)
            left[factor] -= times
            if not left[factor]:
                del left[factor]
    return numerator, left
