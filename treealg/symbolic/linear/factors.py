"""Polynomials as factors: whether they divide others, and what they leave of them.

A polynomial is looked at modulo a prime, with numbers for all variables but one. What does not
divide such an *image* does not divide the polynomial, and few that do divide it by chance, so that
nearly all divisions that are made leave no remainder.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import accumulate
from random import Random
from typing import Any

__all__ = ["Factor", "Images", "variable_factors"]

_PRIME = 2**31 - 1

#: Terms up to which a polynomial is gone through one by one.
_FEW = 1_000

#: Coefficients modulo the prime, by exponents.
_Image = dict[int, int]


def _points() -> list[int]:
    random = Random(2)
    return [random.randrange(2, _PRIME - 1) for _ in range(100)]


#: What stands for the variables, again and again.
_POINTS = _points()


class Images:
    """The images of a polynomial, in each variable, which are made when they are asked for.

    Parameters
    ----------
    polynomial : PolyElement
        A polynomial that is not zero.

    Examples
    --------
    >>> import sympy
    >>> _, x, y = sympy.ring("x, y", sympy.ZZ)
    >>> Images(x**2 - 3)[0]
    {2: 1, 0: 2147483644}
    """

    def __init__(self, polynomial: Any) -> None:
        self._polynomial = polynomial
        self._known: dict[int, _Image] = {}

    def __getitem__(self, place: int) -> _Image:
        """Return the image in a variable."""
        if place not in self._known:
            self._known[place] = _image(self._polynomial, place)
        return self._known[place]


def _image(polynomial: Any, place: int) -> _Image:
    """Return a polynomial modulo the prime, with the points for all variables but one."""
    if len(polynomial) > _FEW:
        degrees = polynomial.degrees()
        if max(degrees) <= len(polynomial):
            return _image_in_arrays(polynomial, place, degrees)
    image: _Image = {}
    powers: dict[tuple[int, int], int] = {}
    for monomial, coefficient in polynomial.items():
        value = int(coefficient)
        for pair in enumerate(monomial):
            if pair[1] and pair[0] != place:
                power = powers.get(pair)
                if power is None:
                    point = _POINTS[pair[0] % len(_POINTS)]
                    power = powers[pair] = pow(point, pair[1], _PRIME)
                value = value * power % _PRIME
        exponent = monomial[place]
        image[exponent] = image.get(exponent, 0) + value
    return {exponent: value % _PRIME for exponent, value in image.items()}


def _image_in_arrays(polynomial: Any, place: int, degrees: tuple[int, ...]) -> _Image:
    import numpy as np

    exponents = np.array(list(polynomial), np.int64).T
    values = np.array([int(coefficient) % _PRIME for coefficient in polynomial.values()], np.int64)
    for axis, degree in enumerate(degrees):
        if degree and axis != place:
            point = _POINTS[axis % len(_POINTS)]
            powers = list(accumulate([1, *[point] * degree], lambda x, y: x * y % _PRIME))
            values = values * np.array(powers, np.int64)[exponents[axis]] % _PRIME
    total = np.zeros(degrees[place] + 1, np.int64)
    np.add.at(total, exponents[place], values)
    return dict(enumerate((total % _PRIME).tolist()))


class Factor:
    """A primitive polynomial whose first coefficient is positive, as a factor of others.

    Parameters
    ----------
    polynomial : PolyElement
        What it is.
    is_irreducible : bool
        Whether it is known to have no factors itself.

    Notes
    -----
    Immutable; factors with equal polynomials are equal.

    Examples
    --------
    >>> import sympy
    >>> _, x, y = sympy.ring("x, y", sympy.ZZ)
    >>> factor = Factor(x - y, True)
    >>> factor.divided(x**2 - y**2), factor.divided(x**2 + y**2)
    (x + y, None)
    """

    __slots__ = (
        "_degrees",
        "_hash",
        "_is_variable",
        "_low",
        "_modulus",
        "_shifts",
        "degree",
        "is_irreducible",
        "place",
        "polynomial",
    )

    def __init__(self, polynomial: Any, is_irreducible: bool) -> None:
        self.polynomial = polynomial
        self._hash = hash(polynomial)
        self.is_irreducible = is_irreducible
        self.degree = max(map(sum, polynomial))
        # A variable of low degree, in which remainders are easily taken.
        degrees = polynomial.degrees()
        self.place = min((d, place) for place, d in enumerate(degrees) if d)[1]
        self._modulus = _monic(_image(polynomial, self.place))
        self._is_variable = len(polynomial) == 1
        low = min(polynomial)
        subtract = polynomial.ring.monomial_ldiv
        self._low = low, polynomial[low]
        self._degrees = degrees
        self._shifts = [(subtract(m, low), c) for m, c in polynomial.items() if m != low]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.polynomial}>"

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Factor):
            return NotImplemented
        return self is other or bool(self.polynomial == other.polynomial)

    def __hash__(self) -> int:
        return self._hash

    def divided_out(
        self, polynomial: Any, images: Images, most: int | None = None
    ) -> tuple[int, Any]:
        """Return how often the factor divides a polynomial, at most, and what that leaves."""
        if self._is_variable:
            found = min(monomial[self.place] for monomial in polynomial)
            times = found if most is None else min(found, most)
            return times, _without_variable(polynomial, self.place, times)
        times = 0
        while most is None or times < most:
            if not self._may_divide(images):
                break
            quotient = self.divided(polynomial)
            if quotient is None:
                break
            times, polynomial = times + 1, quotient
            images = Images(polynomial)
        return times, polynomial

    def _may_divide(self, images: Images) -> bool:
        """Tell whether the image of the factor divides that of a polynomial."""
        return self._modulus is None or not any(_remainder(images[self.place], self._modulus))

    def divided(self, polynomial: Any) -> Any:
        """Return a polynomial divided by the factor, None if that leaves a remainder."""
        # From the least monomial up: quotients that end are of a degree that is known.
        ring = polynomial.ring
        room = ring.monomial_ldiv(polynomial.degrees(), self._degrees)
        if min(room) < 0:
            return None
        (low, first), shifts = self._low, self._shifts
        add, subtract = ring.monomial_mul, ring.monomial_ldiv
        left = dict(polynomial)
        queue = list(left)
        heapify(queue)
        quotient = ring.zero
        while queue:
            monomial = heappop(queue)
            coefficient = left.pop(monomial)
            if not coefficient:
                continue
            value, remainder = divmod(coefficient, first)
            place = subtract(monomial, low)
            if remainder or min(place) < 0 or min(subtract(room, place)) < 0:
                return None
            quotient[place] = value
            for shift, factor in shifts:
                key = add(monomial, shift)
                known = left.get(key)
                if known is None:
                    left[key] = -value * factor
                    heappush(queue, key)
                else:
                    left[key] = known - value * factor
        return quotient


def _without_variable(polynomial: Any, place: int, exponent: int) -> Any:
    """Return a polynomial divided by a power of a variable, which it has."""
    if not exponent:
        return polynomial
    rest = polynomial.ring.zero
    for monomial, coefficient in polynomial.items():
        left = monomial[place] - exponent
        rest[(*monomial[:place], left, *monomial[place + 1 :])] = coefficient
    return rest


def _monic(image: _Image) -> list[int] | None:
    """Return an image divided by its first coefficient, without that; None if it is constant.

    These are all coefficients, ascending.
    """
    degree = max((exponent for exponent, value in image.items() if value), default=0)
    if not degree:
        return None
    inverse = pow(image[degree], -1, _PRIME)
    return [image.get(exponent, 0) * inverse % _PRIME for exponent in range(degree)]


def _remainder(image: _Image, modulus: list[int]) -> list[int]:
    """Return what division of an image by a monic polynomial leaves."""
    if len(modulus) == 1:
        root = -modulus[0]
        return [sum(value * pow(root, e, _PRIME) for e, value in image.items()) % _PRIME]
    total = [0] * len(modulus)
    before = 0
    for exponent in sorted(image, reverse=True):
        total = _times_power(total, before - exponent, modulus) if before else total
        total[0] = (total[0] + image[exponent]) % _PRIME
        before = exponent
    return _times_power(total, before, modulus)


def _times_power(value: list[int], exponent: int, modulus: list[int]) -> list[int]:
    """Return a remainder times a power of the variable."""
    if exponent > 3 * len(modulus):
        power, left = [0, 1, *[0] * (len(modulus) - 2)], exponent
        while left:
            if left & 1:
                value = _product(value, power, modulus)
            left >>= 1
            if left:
                power = _product(power, power, modulus)
        return value
    for _ in range(exponent):
        first = value[-1]
        moved = zip([0, *value[:-1]], modulus, strict=True)
        value = [(lower - first * each) % _PRIME for lower, each in moved]
    return value


def _product(first: list[int], second: list[int], modulus: list[int]) -> list[int]:
    """Return the remainder of a product."""
    total = [0] * len(modulus)
    for coefficient in reversed(second):
        total = _times_power(total, 1, modulus)
        total = [(a + coefficient * b) % _PRIME for a, b in zip(total, first, strict=True)]
    return total


def variable_factors(ring: Any) -> list[Factor]:
    """Return the variables of a ring as factors.

    Examples
    --------
    >>> import sympy
    >>> ring, x, y = sympy.ring("x, y", sympy.ZZ)
    >>> variable_factors(ring)
    [<Factor x>, <Factor y>]
    """
    return [Factor(variable, True) for variable in ring.gens]
