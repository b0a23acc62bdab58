"""Fields of numbers with roots: where calculations with nested square roots and others take place.

Each root that occurs is a generator, whose power is known from the generators before it, and so are
twice the cosine of a part of a turn, and roots of polynomials that are known by their place. A
number is a combination of products of lower powers of them: integers over one denominator. Products
are reduced by what is known, and stay as short as their basis is. Roots of integers are those of
coprime ones, which are independent. Others may not be, as the root of 3 + 2 sqrt(2) is 1 + sqrt(2);
then a number can be zero and does not look so, and a bound for its size decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import comb, gcd, isfinite, lcm, prod
from typing import Any

from treealg.cached import cached_property
from treealg.symbolic.linear.algebraic import is_zero_algebraic
from treealg.symbolic.linear.coefficients import python_number
from treealg.symbolic.linear.disks import approximation, integer_relation
from treealg.symbolic.linear.field_numbers import inverse_of
from treealg.symbolic.linear.number_parts import (
    coprime_base,
    is_power,
    is_root,
    is_unit,
    parts_of,
    turn_of,
)
from treealg.symbolic.linear.radical_numbers import RadicalNumber, coordinates
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.meter import spend

__all__ = ["RadicalField", "is_radical", "radical_field"]

#: Of roots of higher degrees in all, tables of products would be large.
_GREATEST_DEGREE = 64

#: In fields of a degree up to this one, a root is looked for before it is adjoined.
_MOST_TRIED = 16

#: Exponents of the generators.
_Powers = tuple[int, ...]


def is_radical(value: Any) -> bool:
    """Tell whether an expression is a number that is made of rational ones with roots.

    Examples
    --------
    >>> from sympy import pi, sqrt
    >>> is_radical(1 / (1 + sqrt(2 + sqrt(3)))), is_radical(sqrt(pi))
    (True, False)
    """
    return all(
        part.is_Rational
        or part.is_Add
        or part.is_Mul
        or is_power(part)
        or is_unit(part)
        or is_root(part)
        or turn_of(part) is not None
        for part in parts_of([value])
    )


def _content(base: Any) -> tuple[Any, Any]:
    """Return a positive rational factor of what a root is taken of, and the rest.

    The roots of 525 - 70 sqrt(30) and of 15 - 2 sqrt(30) are of one kind.
    """
    from sympy import S

    if base.is_Rational:
        return (base, S.One) if base.is_positive else (-base, S.NegativeOne)
    content, rest = base.as_content_primitive()
    return (content, rest) if content.is_positive else (S.One, base)


def radical_field(values: Iterable[Any]) -> RadicalField | None:
    """Return the field of numbers with the roots that some numbers have, None if it is too large.

    Examples
    --------
    >>> from sympy import sqrt
    >>> field = radical_field([sqrt(6), sqrt(2 + sqrt(3))])
    >>> x = field.enter(sqrt(2 + sqrt(3))) * field.enter(sqrt(6))
    >>> field.leave(x * x), field.leave(1 / field.enter(sqrt(6) - 2))
    (6*sqrt(3) + 12, 1 + sqrt(6)/2)
    """
    integers: dict[int, int] = {}
    others: dict[Any, int] = {}
    whole = 1
    for part in parts_of(values):
        if is_unit(part):
            others[part**2] = lcm(others.get(part**2, 1), 2)
        elif is_root(part):
            others[part] = 1
        elif (turn := turn_of(part)) is not None:
            whole = lcm(whole, int(turn.q))
        elif part.is_Pow and not part.exp.is_Integer:
            degree = int(part.exp.q)
            content, base = _content(part.base)
            for number in (int(content.p), int(content.q)):
                integers[number] = lcm(integers.get(number, 1), degree)
            if base != 1:
                others[base] = lcm(others.get(base, 1), degree)
    roots: list[tuple[Any, int]] = [
        (base, lcm(*(degree for number, degree in integers.items() if number % base == 0)))
        for base in coprime_base(integers)
    ]
    return _field((*roots, *others.items()), whole)


@remembered(32)
def _field(roots: tuple[tuple[Any, int], ...], whole: int) -> RadicalField | None:
    try:
        return RadicalField(roots, whole)
    except _TooLargeError:
        return None


class _TooLargeError(Exception):
    """A field would have too large a degree."""


class RadicalField:
    """The numbers that are combinations of products of some roots.

    Parameters
    ----------
    roots : iterable of (int or expression, int)
        Of which number, made of those before it, a root is taken, and which one. Integers are
        coprime. A root of a polynomial stands for itself.
    whole : int, default 1
        Of which part of a turn cosines of multiples are among the numbers.

    Examples
    --------
    >>> field = RadicalField([(2, 2)])
    >>> x = field.enter(1) + 3
    >>> x
    4
    """

    def __init__(self, roots: Iterable[tuple[Any, int]], whole: int = 1) -> None:
        from sympy import Integer, totient

        roots = list(roots)
        self.is_independent = len(roots) == 0 or whole < 3
        self._roots: dict[Any, tuple[Any, int]] = {}  # of what, and which
        self._integers: list[int] = []
        self._degrees: list[int] = []
        self._meant: list[list[Any]] = []  # the powers of the generators, which are integral
        self._known: list[dict[_Powers, int]] = []
        self._reduced: dict[_Powers, dict[_Powers, int]] = {}
        self._entered: dict[Any, Any] = {}
        self._known_basis: list[Any] = []
        self._products: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._width = len(roots) + 1
        self._order: list[_Powers] = [(0,) * self._width]
        self._index: dict[_Powers, int] = {self._order[0]: 0}
        self._cosines: list[Any] = [2]
        self._whole = whole
        if whole > 2:
            if totient(whole) > 2 * _GREATEST_DEGREE:
                raise _TooLargeError
            polynomial = _polynomial_of_cosine(whole)
            least = self._adjoin(polynomial, lambda power: _power_of_cosine(power, whole))
            before, following = 2, least
            for _ in range(whole // 2):
                self._cosines.append(following)
                before, following = following, least * following - before
        for base, degree in roots:
            if isinstance(base, int):
                self._integers.append(base)
                # A root of a perfect power is one of lower degree.
                self.is_independent &= _is_no_power(base, degree)
                self._adjoin_root(Integer(base), degree)
            elif is_root(base):
                self.is_independent = False
                self._adjoin_root_of_polynomial(base)
            else:
                self.is_independent &= base == -1 and degree == 2
                self._adjoin_root(base, degree)

    def _adjoin_root(self, base: Any, degree: int) -> None:
        from sympy import Rational

        if degree > _GREATEST_DEGREE:
            raise _TooLargeError
        root = base ** Rational(1, degree)
        self._entered[root] = None if self.is_independent else self._combined(root)
        if self._entered[root] is None:
            self._entered[root] = self._adjoin(
                [-self.enter(base), *[0] * (degree - 1)],
                lambda power: base ** Rational(power, degree),
            )
        self._roots[base] = self._entered[root], degree

    def _combined(self, root: Any) -> Any:
        """Return a real number as one of the field, if it is found to be one."""
        if len(self._order) > _MOST_TRIED or not root.is_real:
            return None
        relation = integer_relation([root, *self._basis])
        if not relation or not relation[0]:
            return None
        found = self.number(dict(enumerate(relation[1:])), -relation[0])
        return found if is_zero_algebraic(root - self.leave(found)) else None

    def _adjoin_root_of_polynomial(self, root: Any) -> None:
        """Adjoin a root; if others of the polynomial are there, it is one of a quotient by them."""
        coefficients = list(map(int, reversed(root.poly.all_coeffs())))
        for other in self._entered:
            if is_root(other) and other.poly == root.poly:
                # Synthetic division, from the highest coefficient down.
                value, quotient = self._entered[other], [coefficients[-1]]
                for coefficient in coefficients[-2:0:-1]:
                    quotient.append(quotient[-1] * value + coefficient)
                coefficients = quotient[::-1]
        first = Fraction(1) / coefficients[-1]
        monic = [value * first for value in coefficients[:-1]]
        self._entered[root] = self._adjoin(monic, lambda power: root**power)

    def _adjoin(self, monic: list[Any], meant: Callable[[int], Any]) -> Any:
        """Adjoin a root of a polynomial whose first coefficient is 1, the others ascending."""
        degree, place = len(monic), len(self._degrees)
        if degree == 1:
            return -monic[0]
        if degree * len(self._order) > _GREATEST_DEGREE:
            raise _TooLargeError
        # A multiple of the root is an algebraic integer over the generators before it.
        scale = lcm(*(getattr(value, "lower", None) or value.denominator for value in monic))
        known: dict[_Powers, int] = {}
        for power, value in enumerate(monic):
            for index, factor in coordinates(value).items():
                key = (*self._order[index][:place], power, *self._order[index][place + 1 :])
                known[key] = int(-factor * scale ** (degree - power))
        lower = list(self._order)
        for exponent in range(1, degree):
            for powers in lower:
                new = (*powers[:place], exponent, *powers[place + 1 :])
                self._index[new] = len(self._order)
                self._order.append(new)
        self._degrees.append(degree)
        self._known.append(known)
        self._meant.append([scale**power * meant(power) for power in range(degree)])
        return self.number({len(lower): 1}, scale)

    # -- entering and leaving ------------------------------------------------------------------

    def enter(self, value: Any) -> Any:
        """Return a number of the field as such; a rational one as a number of Python."""
        value = python_number(value)
        if isinstance(value, (int, Fraction)):
            return value
        known = self._entered.get(value)
        if known is None:
            known = self._entered[value] = self._found(value)
        return known

    def _found(self, value: Any) -> Any:
        if value.is_Add:
            return sum(map(self.enter, value.args))
        if value.is_Mul:
            return prod(map(self.enter, value.args))
        turn = turn_of(value)
        if turn is not None:
            place = int(turn * self._whole) % self._whole
            return Fraction(1, 2) * self._cosines[min(place, self._whole - place)]
        if is_unit(value):
            base, exponent = value**2, Fraction(1, 2)
        else:
            base, exponent = value.base, python_number(value.exp)
        if isinstance(exponent, int):
            return _power(self.enter(base), exponent)
        content, base = _content(base)
        factors = [] if base == 1 else [self._power_of_root(base, exponent)]
        for number, sign in ((int(content.p), 1), (int(content.q), -1)):
            for divisor in self._integers:
                while number % divisor == 0:
                    number //= divisor
                    factors.append(self._power_of_root(divisor, sign * exponent))
        return prod(factors)

    def _power_of_root(self, base: Any, exponent: Fraction) -> Any:
        """Return a power of what a root has been taken of."""
        root, degree = self._roots[base]
        whole, left = divmod(exponent.numerator * (degree // exponent.denominator), degree)
        return _power(root, left) * _power(self.enter(base), whole)

    def leave(self, value: Any) -> Any:
        """Return a number of the field as an expression, or of Python if it is rational."""
        if not isinstance(value, RadicalNumber):
            return value
        from sympy import Add, Rational

        total = Add(*(Rational(f, value.lower) * self._basis[i] for i, f in value.terms.items()))
        return python_number(total.expand() if self._whole > 2 else total)

    @property
    def _basis(self) -> list[Any]:
        """The expressions of which all numbers are combinations."""
        from sympy import Mul

        self._known_basis += [
            Mul(*(values[power] for values, power in zip(self._meant, powers, strict=False)))
            for powers in self._order[len(self._known_basis) :]
        ]
        return self._known_basis

    @cached_property
    def _sizes(self) -> list[tuple[complex, float]]:
        """These in floats, and how far they may be from that."""
        return list(map(approximation, self._basis))

    # -- what numbers ask ----------------------------------------------------------------------

    def number(self, terms: dict[int, int], lower: int) -> Any:
        """Return a number in lowest terms, one of Python if it is rational."""
        terms = {index: factor for index, factor in terms.items() if factor}
        if not terms:
            return 0
        if len(terms) == 1 and 0 in terms:
            quotient = Fraction(terms[0], lower)
            return quotient.numerator if quotient.denominator == 1 else quotient
        common = gcd(lower, *terms.values())
        if lower < 0:
            common = -common
        if common != 1:
            terms = {index: factor // common for index, factor in terms.items()}
            lower //= common
        return RadicalNumber(self, terms, lower)

    def product(self, first: int, second: int) -> list[tuple[int, int]]:
        """Return the product of two numbers of the basis as a combination of these."""
        key = (first, second) if first < second else (second, first)
        known = self._products.get(key)
        if known is None:
            powers = zip(self._order[first], self._order[second], strict=True)
            found = self._combination(tuple(a + b for a, b in powers))
            known = [(self._index[powers], factor) for powers, factor in found.items()]
            self._products[key] = known
        return known

    def _combination(self, powers: _Powers) -> Mapping[_Powers, int]:
        """Return a product of powers of the generators as a combination of lower ones."""
        if powers in self._index:
            return {powers: 1}
        known = self._reduced.get(powers)
        if known is not None:
            return known
        spend(20)
        degrees = enumerate(zip(powers, self._degrees, strict=False))
        place = max(i for i, (power, degree) in degrees if power >= degree)
        left = (*powers[:place], powers[place] - self._degrees[place], *powers[place + 1 :])
        total: dict[_Powers, int] = {}
        for more, factor in self._known[place].items():
            parts = self._combination(tuple(a + b for a, b in zip(left, more, strict=True)))
            for part, times in parts.items():
                total[part] = total.get(part, 0) + factor * times
        self._reduced[powers] = total
        return total

    def is_zero(self, value: RadicalNumber) -> bool:
        """Tell whether a combination is zero, of which not all factors are."""
        if self.is_independent:
            return False
        try:
            total, error = 0j, 0.0
            for index, factor in value.terms.items():
                size, wrong = self._sizes[index]
                total += factor * size
                error += abs(factor) * (wrong + abs(size) * 2.0**-45)
            if isfinite(error) and abs(total) > error:
                return False
        except OverflowError:  # of factors beyond floats
            pass
        left = self.leave(value)
        return left == 0 or (
            not isinstance(left, (int, Fraction)) and bool(is_zero_algebraic(left))
        )


def _power_of_cosine(power: int, whole: int) -> Any:
    """Return a power of twice the cosine of a part of a turn as a sum of cosines."""
    from sympy import cos, pi

    return sum(comb(power, i) * cos((power - 2 * i) * 2 * pi / whole) for i in range(power + 1))


def _polynomial_of_cosine(whole: int) -> list[int]:
    """Return the polynomial of twice the cosine of a part of a turn, but for its first coefficient.

    It is the cyclotomic one, whose coefficients are the same from both sides, divided by the middle
    power of x, in terms of x + 1/x.
    """
    from sympy import Poly, Symbol, cyclotomic_poly

    coefficients = Poly(cyclotomic_poly(whole, Symbol("x"))).all_coeffs()
    middle = len(coefficients) // 2
    total = [0] * (middle + 1)
    before, current = [2], [0, 1]
    total[0] = int(coefficients[middle])
    for power in range(1, middle + 1):
        for place, value in enumerate(current):
            total[place] += int(coefficients[middle + power]) * value
        following = [0, *current]
        for place, value in enumerate(before):
            following[place] -= value
        before, current = current, following
    return total[:-1]


def _is_no_power(number: int, degree: int) -> bool:
    """Tell whether all powers of a root below its degree are irrational."""
    from sympy import perfect_power

    found = perfect_power(number)
    return not found or gcd(int(found[1]), degree) == 1


def _power(value: Any, exponent: int) -> Any:
    if exponent < 0:
        value, exponent = inverse_of(value), -exponent
    result: Any = 1
    while exponent:
        if exponent & 1:
            result = result * value
        exponent >>= 1
        if exponent:
            value = value * value
    return result
