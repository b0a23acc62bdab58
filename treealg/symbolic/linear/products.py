"""Products of sums, and powers of them, from a product of what they are sums of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, repeat
from math import comb
from operator import mul
from typing import Any

from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_steps, check_terms

__all__ = ["multinomials", "power_of_sum", "product_of_sums"]

_Product = Callable[[Any, Any], Mapping[Any, Any]]


def product_of_sums(left: Mapping[Any, Any], right: Mapping[Any, Any], product: _Product) -> Terms:
    """Return the bilinear extension of a product of keys, which is a mapping to coefficients.

    Examples
    --------
    >>> product_of_sums({1: 2, 3: 1}, {5: 7}, lambda x, y: {x * y: 1})
    {5: 14, 15: 7}
    """
    # Products of terms may fall together, but each has to be made.
    check_terms("a product", len(left) * len(right), 20 * MAX_TERMS)
    total: Terms = {}
    for x, a in left.items():
        steps = 0
        for y, b in right.items():
            terms = product(x, y)
            steps += 5 * len(terms) - 4  # to make sums takes longer than to make one forest
            add_terms(total, terms, a * b)
        check_terms("a product", len(total))
        spend(2 * steps)
    return total


def power_of_sum(
    terms: Mapping[Any, Any], count: int, unit: Any, product: _Product, degree: Callable[[Any], int]
) -> Terms:
    """Return the product of so many copies of a sum, where `degree` is of keys.

    Examples
    --------
    >>> power_of_sum({2: 1, 3: 1}, 2, 1, lambda x, y: {x * y: 1}, lambda x: 1)
    {4: 1, 6: 2, 9: 1}
    """
    # Each product costs as much as its keys are long, and a scalar grows by digits.
    top = max([1, *map(degree, terms)])
    steps = count * (count + 1) // 2 * top
    check_steps("a power of this exponent", steps)
    total: Terms = {unit: 1}
    for done in range(count):
        steps += len(total) * len(terms) * done * top
        check_steps("a power of this exponent", steps // 20)
        total = product_of_sums(total, terms, product)
    return total


def multinomials(terms: Mapping[Any, Any], count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the terms of a power of a sum of tuples that commute and have no relations.

    Each is a tuple, of those in the order of the sum one after the other, and a coefficient.

    Examples
    --------
    >>> list(multinomials({(): 1, ("b",): 5}, 2))
    [(('b', 'b'), 25), (('b',), 10), ((), 1)]
    """
    *others, (last, value) = terms.items()
    powers = _powers(value, count)
    parts: list[tuple[tuple[Any, ...], Any, int]] = [((), 1, count)]
    for thing, own in others:
        spend(len(parts))
        factors = _powers(own, count)
        parts = [
            (things + thing * used, comb(left, used) * factors[used] * factor, left - used)
            for things, factor, left in parts
            for used in range(left + 1)
        ]
    for things, factor, left in parts:
        spend(2)
        yield things + last * left, factor * powers[left]


def _powers(value: Any, count: int) -> list[Any]:
    return list(accumulate(repeat(value, count), mul, initial=1))
