"""Polynomials times powers of others: long ones in arrays, which have a place for each monomial.

A monomial is a place in an array whose axes are the exponents, up to the degrees of the product, so
that to multiply by a monomial is to move. Coefficients are integers of 64 bits where it is known
beforehand that these hold them, and of Python elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

__all__ = ["multiple"]

#: Products of so few terms are made one by one, and no arrays of more places than these times the
#: products.
_FEW, _MOST_PLACES = 2_000, 20

_LARGEST = 2**62


def multiple(polynomial: Any, factors: Sequence[tuple[Any, int]]) -> Any:
    """Return a polynomial times powers of other polynomials, all with integer coefficients.

    None is zero.

    Examples
    --------
    >>> import sympy
    >>> _, x, y = sympy.ring("x, y", sympy.ZZ)
    >>> multiple(x + y, [(x - y, 1), (y, 2)])
    x**2*y**2 - y**4
    """
    factors = sorted(factors, key=lambda power: len(power[0]))
    while factors and len(factors[0][0]) == 1:  # a move, however far
        (monomial, times), *factors = factors
        polynomial = polynomial * monomial**times
    products = len(polynomial) * sum(len(factor) * times for factor, times in factors)
    if products > _FEW:
        shape = [
            1 + own + sum(times * degree for times, degree in others)
            for own, *others in zip(
                polynomial.degrees(),
                *([(times, degree) for degree in factor.degrees()] for factor, times in factors),
                strict=True,
            )
        ]
        if prod(shape) <= _MOST_PLACES * products:
            return _in_array(polynomial, factors, shape)
    for factor, times in factors:
        for _ in range(times):
            short, long = sorted((factor, polynomial), key=len)
            polynomial = short * long
    return polynomial


def _in_array(polynomial: Any, factors: Sequence[tuple[Any, int]], shape: list[int]) -> Any:
    import numpy as np

    largest = max(map(abs, polynomial.values()))
    for factor, times in factors:
        largest *= sum(map(abs, factor.values())) ** times
    kind = np.int64 if largest < _LARGEST else object
    steps = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    places = np.array(list(polynomial), np.int64) @ np.array(steps)
    values = np.array(list(polynomial.values()), kind)
    for factor, times in factors:
        moves = [
            (sum(e * step for e, step in zip(monomial, steps, strict=True)), int(coefficient))
            for monomial, coefficient in factor.items()
        ]
        for _ in range(times):
            total = np.zeros(prod(shape), kind)
            for move, coefficient in moves:
                total[places + move] += coefficient * values
            places = np.flatnonzero(total)
            values = total[places]
    axes = [axis.tolist() for axis in np.unravel_index(places, shape)]
    found = polynomial.ring.zero
    found.update(zip(zip(*axes, strict=True), values.tolist(), strict=True))
    return found
