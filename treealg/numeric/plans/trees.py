"""Plans for chosen coefficients: by the trees themselves, or by all words as long as they are.

Both ways give the same values. By trees the cost is about the sum of the sizes of polynomials, and
of the products of the sizes of factors, per segment and group of lanes; by words it is about the
number of words, whatever the trees, in tighter loops. Costs are in units of one multiplication by
trees. With a correction the words are those of chains, which are many more. So words are for many
short trees in few dimensions. By trees a path is not cut into pieces by Chen's identity, for which
subtrees do not suffice: it takes the coproduct.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from treealg import tables
from treealg.numeric.arguments.corrections import letter_columns
from treealg.numeric.indices import as_element, check_labels
from treealg.numeric.plans.cache import keep_plan
from treealg.numeric.plans.plan import Plan, Tables
from treealg.numeric.plans.words import words_of_chains

__all__ = ["TreePlan", "tree_plan"]

# Measured on one and two trees of 2 to 6 nodes, and on all trees up to 3 and to 4, in 2 and 3
# channels: a multiplication by trees takes as long as so many words, or words of chains,
# and an instruction as so many multiplications.
_WORDS_PER_MULTIPLICATION = 0.6
_INSTRUCTION = 2.0
_MOST_WORDS = 4096
_LARGEST_ORDER = 16  # (n - 1)! words of a tree are counted exactly


class TreePlan(Plan):
    """What computes some elements, one way or the other.

    Attributes
    ----------
    by_trees : bool
        Whether by trees, or by words of up to `degree` labels.
    places : list of int
        Where the results, those of elements that are not empty, stand among those of all.
    """

    __slots__ = ("by_trees", "places")

    by_trees: bool
    places: list[int]


def tree_plan(
    elements: list[Any],
    dimension: int,
    planar: bool | None,
    longest: int = 1,
    channels: int | None = None,
) -> TreePlan:
    """Return the plan of some elements."""
    rest = (elements, dimension, planar, longest, channels)
    try:
        # Their text tells True from 1, which are equal.
        key = ("coefficients", repr(elements), *rest[1:])
    except RecursionError:  # a deep tuple, which is no reason to refuse it
        return _build(*rest)
    return keep_plan(key, lambda: _build(*rest))


def _build(
    elements: list[Any], dimension: int, planar: bool | None, longest: int, channels: int | None
) -> TreePlan:
    found, places = [], []
    for place, value in enumerate(elements):
        element = as_element(value, bool(planar))
        if element is None:
            continue
        check_labels(element, dimension)
        found.append(element)
        places.append(place)
    table = tables.coefficients(found, dimension, longest, channels)
    if planar is None and longest > 1:
        table = _read_from_leaf(table, dimension if channels is None else channels, longest)
    degree = max((element.order for element in found), default=0)
    count = _word_count(dimension, degree, longest)
    made = Tables(trees=table)
    if count is not None and count < _WORDS_PER_MULTIPLICATION * _cost(table):
        own = dimension if channels is None else channels
        words = words_of_chains(dimension, degree, longest, own, planar is None)
        made = Tables(words, _word_map(found, words[0]))
    plan = TreePlan(dimension, degree, planar, len(elements), lambda: made, None, longest, channels)
    plan.by_trees, plan.places = made.trees is not None, places
    return plan


def _read_from_leaf(
    table: tables.CoefficientTable, channels: int, longest: int
) -> tables.CoefficientTable:
    """Return the table for columns of words, which are chains from leaf to root."""
    chains, words = (letter_columns(channels, False, longest, leaf) for leaf in (False, True))
    place = np.empty(int(chains.max()) + 1, np.int32)
    place[chains[channels:]] = words[channels:]
    return replace(table, column=place[table.column])


def _cost(table: tables.CoefficientTable) -> float:
    """Return the multiplications per segment by trees."""
    orders: list[int] = []
    cost = 0.0
    for label, left, right in zip(
        table.label.tolist(), table.left.tolist(), table.right.tolist(), strict=True
    ):
        if label < 0:
            orders.append(orders[left] + orders[right])
            cost += (orders[left] + 1) * (orders[right] + 1) + _INSTRUCTION
        else:
            orders.append(1 + (orders[left] if left >= 0 else 0))
            cost += orders[-1] + _INSTRUCTION
    return cost


def _word_count(dimension: int, degree: int, longest: int) -> int | None:
    """Return the number of words, or None if words are out of the question."""
    if not 0 < degree <= _LARGEST_ORDER:
        return None
    levels = [1]
    for weight in range(1, degree + 1):
        letters = range(1, min(weight, longest) + 1)
        levels.append(sum(levels[weight - k] * dimension**k for k in letters))
        if sum(levels) > _MOST_WORDS:
            return None
    return sum(levels) - 1


def _word_map(elements: list[Any], layout: tables.WeightedWords) -> tables.LinearMap:
    """Return the rows of arborification that belong to some elements."""
    from treealg.symbolic import arborification

    ptr, col, coef = [0], [], []
    for element in elements:
        words = arborification(element, layout.longest).items()
        for column, multiplicity in sorted((layout.index(word), count) for word, count in words):
            col.append(column)
            coef.append(float(multiplicity))
        ptr.append(len(col))
    return tables.LinearMap(
        1,
        len(elements),
        layout.size,
        np.array(ptr, dtype=np.int64),
        np.array(col, dtype=np.int32),
        np.array(coef, dtype=np.float64),
    )
