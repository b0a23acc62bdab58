"""The factors of a polynomial, where these are found in moderate time.

Most polynomials that are factored have none, which is seen from integers in the place of all
variables but one: what is irreducible then, and has coefficients without a common divisor, is
irreducible. SymPy factors the others, unless they are long and have long factors.
"""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

__all__ = ["irreducible_parts"]

#: Polynomials of higher degrees, or with so many terms, are not factored, nor those with so many
#: terms that may have factors of so high a degree.
_GREATEST_DEGREE, _MOST_TERMS = 16, 2_000
_LONG, _HIGH = 150, 3
#: SymPy factors what has a coefficient for each product of powers up to the degrees.
_MOST_PLACES = 20_000

_TRIES = 3


def irreducible_parts(polynomial: Any) -> list[tuple[Any, int, bool]]:
    """Return the factors of a polynomial, how often each occurs, and if it is irreducible.

    The polynomial is primitive and no constant; its first coefficient is positive, as are those of
    its factors.

    Examples
    --------
    >>> import sympy
    >>> _, x, y = sympy.ring("x, y", sympy.ZZ)
    >>> irreducible_parts(x**3 - x * y**2), irreducible_parts((x + y) ** 100 + 1)[0][2]
    ([(x, 1, True), (x - y, 1, True), (x + y, 1, True)], False)
    """
    degrees = polynomial.degrees()
    if max(degrees) > _GREATEST_DEGREE or len(polynomial) > _MOST_TERMS:
        return [(polynomial, 1, False)]
    place = min((degree, place) for place, degree in enumerate(degrees) if degree)[1]
    content = _content(polynomial, place)
    if not content.is_ground:
        parts = [content, polynomial.exquo(content)]
        return [factor for part in parts for factor in irreducible_parts(_positive(part))]
    if degrees[place] == 1:
        return [(polynomial, 1, True)]
    if prod(degree + 1 for degree in degrees) > _MOST_PLACES:
        return [(polynomial, 1, False)]
    random, high = Random(1), 0
    for _ in range(_TRIES):
        image = _image(polynomial, place, random)
        factors = image.factor_list()[1]
        if image.degree() == degrees[place]:
            if len(factors) == 1 and factors[0][1] == 1:
                return [(polynomial, 1, True)]
            high = max(factor.degree() for factor, _ in factors)
    if len(polynomial) > _LONG and high > _HIGH:
        return [(polynomial, 1, False)]
    return [(_positive(factor), int(times), True) for factor, times in polynomial.factor_list()[1]]


def _positive(polynomial: Any) -> Any:
    return polynomial if polynomial.LC > 0 else -polynomial


def _content(polynomial: Any, place: int) -> Any:
    """Return the greatest common divisor of the coefficients of powers of a variable."""
    parts: dict[int, Any] = {}
    for monomial, coefficient in polynomial.items():
        rest = (*monomial[:place], 0, *monomial[place + 1 :])
        parts.setdefault(monomial[place], polynomial.ring.zero)[rest] = coefficient
    first, *others = sorted(parts.values(), key=len)
    for other in others:
        if first.is_ground:
            break
        first = first.gcd(other)
    return polynomial.ring.one if first.is_ground else first


def _image(polynomial: Any, place: int, random: Random) -> Any:
    """Return the polynomial in one variable, with small integers for the others."""
    from sympy import ZZ, Dummy, Poly

    values = [random.choice((-1, 1)) * random.randrange(2, 30) for _ in polynomial.degrees()]
    values[place] = 1
    terms: dict[tuple[int], int] = {}
    for monomial, coefficient in polynomial.items():
        value = int(coefficient)
        for base, exponent in zip(values, monomial, strict=True):
            value *= base**exponent
        key = (monomial[place],)
        terms[key] = terms.get(key, 0) + value
    return Poly.from_dict(terms, Dummy(), domain=ZZ)
