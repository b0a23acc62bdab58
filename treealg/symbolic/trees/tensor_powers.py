"""Products of sums of tuples of forests, pairs for instance, and powers of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby
from operator import mul
from typing import Any

from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_terms, count_choices

__all__ = ["multinomial", "tensor_power", "tensor_product"]

# From tuples of forests to coefficients.
Terms = dict[Any, Any]

_FEW = 4

# Trees of a forest that is looked up, in the time of a step.
_PER_STEP = 20


def tensor_product(left: Terms, right: Terms, reverse: bool = False) -> Terms:
    """Return the product, where the forests in the first slot come in reverse order if asked.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> leaf = Forest([Tree()])
    >>> tensor_product({(leaf, leaf): 2}, {(leaf, leaf): 3})
    {(<Forest 0 0>, <Forest 0 0>): 6}
    """
    # To make a forest takes longer if it has many trees.
    first_length, second_length = _count_trees(left), _count_trees(right)
    spend(
        2 * len(left) * len(right)
        + (first_length * len(right) + second_length * len(left)) // _PER_STEP
    )
    total: Terms = {}
    for (first, *others), value in left.items():
        for (more, *rest), factor in right.items():
            key = (more * first if reverse else first * more, *map(mul, others, rest))
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
    joined = [_Joined(kind, list(forests)) for forests in zip(*terms, strict=True)]
    total: Terms = {}
    # Beforehand, as all together may be long: each term is taken equally often.
    trees = _count_trees(terms)
    count = count_choices(exponent + len(terms) - 1, exponent)
    spend(count * exponent * trees // (8 * len(terms)))
    for taken, value in multinomial(list(terms.values()), exponent):
        key = tuple(kind._make(one.trees(taken)) for one in joined)
        total[key] = total.get(key, 0) + value
    return total


def _count_trees(terms: Terms) -> int:
    """Return how many trees there are in all forests of all keys."""
    return sum(len(forest) for key in terms for forest in key)


def multinomial(
    values: list[Any], exponent: int
) -> Iterator[tuple[tuple[tuple[int, int], ...], Any]]:
    """Iterate over which terms of a sum are taken in a power, how often, and the coefficient.

    Examples
    --------
    >>> sorted(multinomial([1, 2], 2))
    [(((0, 1), (1, 1)), 4), (((0, 2),), 1), (((1, 2),), 4)]
    """
    last = len(values) - 1
    count = count_choices(exponent + last, exponent)
    check_terms("a product", count, 20 * MAX_TERMS)
    spend(3 * count)
    pending: list[tuple[int, int, tuple[tuple[int, int], ...], Any]] = [(0, exponent, (), 1)]
    while pending:
        start, left, taken, factor = pending.pop()
        if not left:
            yield taken, factor
            continue
        for place in range(start, last):
            ways, power = 1, factor
            for count in range(1, left + 1):
                ways = ways * (left - count + 1) // count
                power = power * values[place]
                pending.append((place + 1, left - count, (*taken, (place, count)), ways * power))
        pending.append((last + 1, 0, (*taken, (last, left)), factor * values[last] ** left))


class _Joined:
    """The trees of so many copies of each of some forests, in the order of a forest."""

    def __init__(self, kind: Any, forests: list[Any]) -> None:
        self._forests = [forest._trees for forest in forests]
        self._runs: list[Any] | None = None
        if not kind._tree._planar:
            # Found once, as to count trees and to compare them takes longer than to note them.
            self._ordered = sorted({tree for trees in self._forests for tree in trees})
            places = {tree: i for i, tree in enumerate(self._ordered)}
            self._runs = [
                [(places[tree], len(list(run))) for tree, run in groupby(trees)]
                for trees in self._forests
            ]

    def trees(self, taken: tuple[tuple[int, int], ...]) -> tuple[Any, ...]:
        """Return the trees of these forests, each so often."""
        found: tuple[Any, ...] = ()
        if self._runs is None:
            for forest, count in taken:
                found += self._forests[forest] * count
            return found
        numbers: dict[int, int] = {}
        for forest, count in taken:
            for place, length in self._runs[forest]:
                numbers[place] = numbers.get(place, 0) + length * count
        for place in sorted(numbers):
            found += (self._ordered[place],) * numbers[place]
        return found


def _commute(terms: Terms) -> bool:
    """Tell whether a few pairs of ordered forests commute, as those of leaves do."""
    return len(terms) <= _FEW and all(
        x * y is y * x
        for one, other in combinations(terms, 2)
        for x, y in zip(one, other, strict=True)
    )
