"""How large tables by weight become, seen by lighter ones of their kind before they are made.

The entries of what weighs w grow with w by a factor from w to w plus the smallest weight, which
increases in the long run. It varies with the remainder of w, and where a label is new: so the least
one counts of a few, as many as the smallest and the largest weight together, and heavy labels,
without which the table is a part of the whole one, are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from treealg.checks import brief
from treealg.tables.foresight import Needs, check_needs
from treealg.tables.layout import IntArray
from treealg.tables.sizes import MAX_ENTRIES, check_entries
from treealg.tables.weighted_sizes import weighted_length

__all__ = ["foresee_weighted", "least_entries"]

_SMALL = (1 << 11, 1 << 15, 1 << 18, 1 << 20)
"""The most basis elements of tables that are made to see how those of their kind grow."""

_LEAST = Fraction(31, 32)
"""The factor may fall by so much where some labels occur less than six times."""


def foresee_weighted(
    entries: Callable[[list[int], int], IntArray],
    weights: tuple[int, ...],
    degree: int,
    planar: bool,
    what: str,
    needs: Callable[[int], Needs],
) -> Needs:
    """Refuse a table that will be too large, by the growth of small ones of its kind.

    The function `entries` makes one, of some labels up to a weight, and counts its entries by what
    their rows weigh; `needs` tells what a table of so many needs. Returned is that of those which
    the table has at least, as far as it was looked at.
    """
    most = 0
    for small in _small_degrees(weights, degree, planar):
        # Of labels that are new the number grows faster than later on.
        labels = [label for label, weight in enumerate(weights) if 3 * weight <= small]
        if labels:
            light = tuple(weights[label] for label in labels)
            least = least_entries(entries(labels, small).tolist(), light, degree)
            check_entries(least, f"{what} for weights={brief(weights)}, {degree=}")
            most = max(most, least)
            check_needs(needs(most))
            # There may be twice as many with each step that is foreseen.
            steps = -((small - degree) // min(weights))
            if light == weights and least << steps < MAX_ENTRIES:
                break
    return needs(most)


def _small_degrees(weights: tuple[int, ...], degree: int, planar: bool) -> Iterator[int]:
    """Yield degrees of tables to look at: of some that are quickly made, and the last before."""
    lengths = [weighted_length(weights, n, planar=planar) for n in range(degree)]
    last = 0
    for most in (*_SMALL, max(lengths)):
        if weighted_length(weights, degree, planar=planar) <= most:
            return
        small = sum(length <= most for length in lengths) - 1
        if small > last:
            last = small
            yield small


def least_entries(found: list[int], weights: tuple[int, ...], degree: int) -> int:
    """Return how many entries there are at least up to a weight, from how many there are of each.

    Examples
    --------
    >>> least_entries([0, 1, 32, 1024], (1,), 4), 1 + 32 + 1024 + 31 * 1024
    (32801, 32801)
    >>> least_entries([0, 0, 0, 1, 0, 0, 32, 0, 0, 1024], (3,), 13)
    32801
    """
    unit = math.gcd(*weights)
    found = found[::unit]
    step, some = min(weights) // unit, (min(weights) + max(weights)) // unit
    pairs = list(zip(found, found[step:], strict=False))[-some:]
    total = sum(found)
    if len(pairs) < some or not all(before for before, _ in pairs):
        return total
    factor = min(Fraction(after, before) for before, after in pairs)
    if len(found) <= 6 * max(weights) // unit:
        factor *= _LEAST
    grown = [Fraction(own) for own in found[-step:]]
    for number in range(degree // unit + 1 - len(found)):
        if total > MAX_ENTRIES:
            break
        grown[number % step] *= factor
        total += int(grown[number % step])
    return total
