"""Sums of products of roots of positive rational numbers, which are zero only if they cancel.

Such a product is a rational number times powers of coprime integers, none of which is a power of
the degree of a root, with exponents from 0 to below 1. Products whose exponents differ have no
rational ratio, and then they are independent over the rational numbers: L. J. Mordell, "On the
linear independence of algebraic numbers", Pacific J. Math. 3 (1953), after A. S. Besicovitch. So
sums of them are compared term by term, of whatever degree the roots are.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor, lcm
from typing import Any

from treealg.symbolic.linear.number_parts import coprime_base, is_power, parts_of
from treealg.symbolic.trees.meter import spend

__all__ = ["is_zero_sum_of_roots"]

#: What is larger is left to others: products of terms in all, exponents, and binary digits.
_MOST_TERMS, _GREATEST_EXPONENT, _MOST_BITS = 10_000, 1000, 50_000

#: From exponents of integers, which come in order, to the rational factor of their product.
_Sum = dict[tuple[tuple[int, Fraction], ...], Fraction]


class _OtherError(Exception):
    """An expression is no such sum, or a large one."""


class _Work:
    """How many products of terms there were."""

    terms = 0

    def add(self, terms: int) -> None:
        """Count some before they are made."""
        self.terms += terms
        if self.terms > _MOST_TERMS:
            raise _OtherError
        spend(terms)


def is_zero_sum_of_roots(value: Any) -> bool | None:
    """Tell whether a sum of products of roots of positive rational numbers is zero.

    None for any other expression, and for what would have too many terms or digits.

    Examples
    --------
    >>> from sympy import Rational, sqrt
    >>> daily = Rational(21, 20) ** Rational(1, 365)
    >>> is_zero_sum_of_roots(daily**2 - Rational(21, 20) ** Rational(2, 365))
    True
    >>> is_zero_sum_of_roots(daily**2 - daily), is_zero_sum_of_roots(sqrt(sqrt(2) - 1))
    (False, None)
    """
    known: dict[Any, _Sum] = {}
    work = _Work()
    try:
        parts, bases = _parts(value)
        for part in parts:
            known[part] = _found(part, known, bases, work)
    except _OtherError:
        return None
    return not known[value]


def _parts(value: Any) -> tuple[list[Any], list[int]]:
    """Return the parts, and coprime integers of which all that roots are taken of are products."""
    from sympy import integer_nthroot, primefactors

    parts: list[Any] = []
    numbers: set[int] = set()
    degree = 1
    for part in parts_of([value]):
        parts.append(part)
        if part.is_Rational or part.is_Add or part.is_Mul:
            continue
        if not is_power(part) or (part.exp.is_negative and part.base.is_Add):
            raise _OtherError
        if not part.exp.is_Integer:
            if not (part.base.is_Rational and part.base.is_positive):
                raise _OtherError
            numbers.update((int(part.base.p), int(part.base.q)))
            degree = lcm(degree, int(part.exp.q))
    if degree > 10**9 or any(number.bit_length() > _MOST_BITS for number in numbers):
        raise _OtherError
    primes = primefactors(degree)
    bases = []
    for base in coprime_base(numbers):
        for prime in primes:
            root, exact = integer_nthroot(base, prime)
            while exact:
                base = int(root)
                root, exact = integer_nthroot(base, prime)
        bases.append(base)
    return parts, bases


def _found(part: Any, known: dict[Any, _Sum], bases: list[int], work: _Work) -> _Sum:
    if part.is_Rational:
        number = Fraction(int(part.p), int(part.q))
        return {(): number} if number else {}
    if part.is_Add:
        total: _Sum = {}
        for each in part.args:
            for key, factor in known[each].items():
                total[key] = total.get(key, Fraction(0)) + factor
        return {key: factor for key, factor in total.items() if factor}
    if part.is_Mul:
        product: _Sum = {(): Fraction(1)}
        for each in part.args:
            product = _product(product, known[each], work)
        return product
    exponent = Fraction(int(part.exp.p), int(part.exp.q))
    if exponent.denominator == 1:
        return _power(known[part.base], int(exponent), work)
    return _term(Fraction(1), dict(_factors(part.base, exponent, bases)))


def _factors(base: Any, exponent: Fraction, bases: list[int]) -> Iterator[tuple[int, Fraction]]:
    """Iterate over the integers of which a power of a rational number is made."""
    for number, sign in ((int(base.p), 1), (int(base.q), -1)):
        for divisor in bases:
            count = 0
            while number % divisor == 0:
                number //= divisor
                count += sign
            if count:
                yield divisor, count * exponent


def _term(factor: Fraction, exponents: dict[int, Fraction]) -> _Sum:
    """Return a product of powers of integers, with exponents from 0 to below 1."""
    for base, exponent in exponents.items():
        whole = floor(exponent)
        if abs(whole) * base.bit_length() > _MOST_BITS:
            raise _OtherError
        factor *= Fraction(base) ** whole
    return {tuple((base, each % 1) for base, each in sorted(exponents.items()) if each % 1): factor}


def _product(first: _Sum, second: _Sum, work: _Work) -> _Sum:
    work.add(len(first) * len(second))
    total: _Sum = {}
    for left, one in first.items():
        for right, other in second.items():
            exponents = dict(left)
            for base, exponent in right:
                exponents[base] = exponents.get(base, Fraction(0)) + exponent
            for key, factor in _term(one * other, exponents).items():
                total[key] = total.get(key, Fraction(0)) + factor
    return {key: factor for key, factor in total.items() if factor}


def _power(base: _Sum, exponent: int, work: _Work) -> _Sum:
    if abs(exponent) > _GREATEST_EXPONENT or (exponent < 0 and len(base) != 1):
        raise _OtherError
    if exponent < 0:
        ((key, factor),) = base.items()
        base, exponent = _term(1 / factor, {number: -each for number, each in key}), -exponent
    result: _Sum = {(): Fraction(1)}
    for _ in range(exponent):
        result = _product(result, base, work)
    return result
