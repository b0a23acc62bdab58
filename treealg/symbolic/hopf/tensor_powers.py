"""Products of sums of pairs of forests, and powers of them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_terms

__all__ = ["tensor_power", "tensor_product"]

_FEW = 4

#: The trees in both slots, how many factors are left, and the coefficient.
_Factor = tuple[tuple[Any, ...], tuple[Any, ...], int, Any]


def tensor_product(left: Terms, right: Terms, reverse: bool = False) -> Terms:
    """Return the product, where the forests in the first slot come in reverse order if asked.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> leaf = Forest([Tree()])
    >>> tensor_product({(leaf, leaf): 2}, {(leaf, leaf): 3})
    {(<Forest 0 0>, <Forest 0 0>): 6}
    """
    spend(2 * len(left) * len(right))
    total: Terms = {}
    for (first, second), value in left.items():
        for (more, rest), factor in right.items():
            key = (more * first if reverse else first * more, second * rest)
            total[key] = total.get(key, 0) + value * factor
        check_terms("a product", len(total))
    return total


def tensor_power(terms: Terms, exponent: int, reverse: bool = False) -> Terms:
    """Return the product of so many copies, at least one, of a sum.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> leaf, one = Forest([Tree()]), Forest()
    >>> tensor_power({(leaf, one): 1, (one, leaf): 1}, 3)[leaf, leaf * leaf]
    3
    """
    if exponent == 1 or not terms:
        return terms
    kind: Any = type(next(iter(terms))[0])
    if kind._tree._planar and not _commute(terms):
        half = tensor_power(terms, exponent // 2, reverse)
        power = tensor_product(half, half, reverse)
        return tensor_product(power, terms, reverse) if exponent % 2 else power
    # The multinomial theorem.
    found: list[_Factor] = [((), (), exponent, 1)]
    pending = list(terms.items())
    for place, ((one, other), value) in enumerate(pending, 1):
        is_last = place == len(pending)
        _spend_on_factors(found, len(one._trees) + len(other._trees), is_last)
        grown = []
        for first, second, left, factor in found:
            ways = 1
            for count in range(left, left - 1 if is_last else -1, -1):
                grown.append(
                    (
                        first + one._trees * count,
                        second + other._trees * count,
                        left - count,
                        factor * ways * value**count,
                    )
                )
                ways = ways * count // (left - count + 1)
        found = grown
    total: Terms = {}
    make, arrange = kind._make, kind._tree._arrange
    for first, second, _, value in found:
        key = (make(arrange(first)), make(arrange(second)))
        total[key] = total.get(key, 0) + value
    return total


def _spend_on_factors(found: list[_Factor], trees: int, is_last: bool) -> None:
    """Count what it takes to let each of these be followed by some copies of a term of some trees.

    That is beforehand, as a term of thousands of trees takes as many words of memory.
    """
    count = length = 0
    for first, second, left, _ in found:
        ways = 1 if is_last else left + 1
        count += ways
        length += ways * (len(first) + len(second))
        length += trees * (left if is_last else left * ways // 2)
    check_terms("a product", count, 20 * MAX_TERMS)
    spend(2 * count + length // 10)


def _commute(terms: Terms) -> bool:
    """Tell whether a few pairs of ordered forests commute, as those of leaves do."""
    return len(terms) <= _FEW and all(
        x * y is y * x
        for one, other in combinations(terms, 2)
        for x, y in zip(one, other, strict=True)
    )
