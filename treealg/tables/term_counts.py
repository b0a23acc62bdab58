"""How many terms coproducts have, counted before one is made.

Planar, a term is a pair of a pruned forest p and a trunk t, and stands in the coproduct of every
ordered forest that is t with p grafted on it: the trees of p are dealt out to the vertices of t,
and to the ground, where they come first and stay in their order. What each of these gets can be
read off the result, from the root up. So there are as many results as ways to deal out p, a word
over trees, to one hand more than t has vertices, where only the words that they hold then tell ways
apart. This depends on the number of hands, and on which of the trees are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from treealg.tables.sizes import forest_counts

__all__ = ["least_terms", "terms_of_forests"]


def least_terms(dimension: int, degree: int, planar: bool) -> int:
    """Count the terms of a coproduct table: exactly of ordered forests, else before some merge.

    Examples
    --------
    >>> least_terms(1, 2, False), least_terms(1, 3, True)
    (1, 13)
    """
    if planar:
        return sum(terms_of_forests(dimension, degree))
    forests = list(islice(forest_counts(dimension, False), degree + 1))
    cuts = [1]
    weighted = [0]
    for nodes in range(1, degree + 1):
        # A tree may be cut off whole, or be cut like the forest of its branches.
        weighted.append(nodes * dimension * (forests[nodes - 1] + cuts[nodes - 1]))
        divisors = [
            sum(weighted[e] for e in range(1, k + 1) if k % e == 0) for k in range(1, nodes + 1)
        ]
        cuts.append(sum(divisors[k - 1] * cuts[nodes - k] for k in range(1, nodes + 1)) // nodes)
    # The cut that prunes nothing is left out.
    return sum(cuts[:degree]) - sum(forests[:degree])


def terms_of_forests(dimension: int, degree: int) -> Iterator[int]:
    """Count the proper terms of the coproducts of ordered forests, order by order, per block.

    Examples
    --------
    Of two nodes ``0 0`` has ``0 (x) 0``, and so has the ladder; of three there are eleven.

    >>> list(terms_of_forests(1, 3))
    [0, 2, 11]
    """
    forests = list(islice(forest_counts(dimension, True), degree + 1))
    trees = [0, *(dimension * count for count in forests)]
    for order in range(1, degree + 1):
        yield sum(
            _dealt(trees, nodes, order - nodes + 1) * (forests[order - nodes] // dimension)
            for nodes in range(1, order)
        )


def _dealt(trees: list[int], nodes: int, hands: int) -> int:
    """Count what the forests of so many nodes are as dealt out to so many hands."""
    total = 0
    for length in range(1, nodes + 1):
        # The smallest trees, of which there are so many, and how many of them can be different.
        smallest = [n for n in range(1, nodes + 1) for _ in range(min(trees[n], length))]
        most = max(
            kinds
            for kinds in range(1, min(length, len(smallest)) + 1)
            if sum(smallest[:kinds]) + length - kinds <= nodes
        )
        ways: Counter[tuple[int, ...]] = Counter()
        for pattern, dealt in _deals(length, most, hands):
            ways[tuple(sorted(Counter(pattern).values()))] += dealt
        total += sum(
            dealt * _choices(often, nodes, trees, Counter()) for often, dealt in ways.items()
        )
    return total


def _deals(length: int, most: int, hands: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield the words up to names of letters, of which there are at most so many, and their deals.

    Examples
    --------
    >>> list(_deals(2, 2, 2))
    [((0, 0), 3), ((0, 1), 4)]
    """
    hand = np.indices((hands,) * length).reshape(length, -1).T
    order = np.argsort(hand, axis=1, kind="stable")
    # Who holds how many, and with this what they hold, as numbers.
    sizes = np.sort(hand, axis=1) @ hands ** np.arange(length)
    patterns: list[tuple[int, ...]] = [()]
    for _ in range(length):
        patterns = [
            (*pattern, letter)
            for pattern in patterns
            for letter in range(min(max(pattern, default=-1) + 2, most))
        ]
    for pattern in patterns:
        held = np.array(pattern)[order] @ most ** np.arange(length)
        yield pattern, np.unique(sizes * most**length + held).size


def _choices(often: Sequence[int], nodes: int, trees: list[int], taken: Counter[int]) -> int:
    """Count the choices of different trees that, taken so often, have so many nodes together."""
    if not often:
        return int(not nodes)
    total = 0
    for own in range(1, nodes // often[-1] + 1):
        free = trees[own] - taken[own]
        if free > 0:
            rest = _choices(often[:-1], nodes - own * often[-1], trees, taken + Counter({own: 1}))
            total += free * rest
    return total
