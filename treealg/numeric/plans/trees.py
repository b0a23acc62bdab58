"""Plans for chosen coefficients: by the trees themselves, or by all words as long as they are.

Both ways give the same values. By trees the cost is about the sum of the sizes of polynomials, and
of the products of the sizes of factors, per segment and group of lanes; by words it is about the
number of words, whatever the trees, in tighter loops. Costs are in units of one multiplication by
trees. With a correction the words are those of chains, which are many more. So words are for many
short trees in few dimensions. By trees a path is not cut into pieces by Chen's identity, for which
subtrees do not suffice: it takes the coproduct.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.corrections import letter_columns
from treealg.numeric.indices import as_element, check_labels
from treealg.numeric.plans.cache import keep_plan
from treealg.numeric.plans.listed import by_elements
from treealg.numeric.plans.plan import Plan, Tables
from treealg.numeric.plans.words import of_first_word, selection, words_of_chains
from treealg.tables.quadrature import MAX_DEGREE

__all__ = [
    "MAX_ORDER",
    "Chosen",
    "TreePlan",
    "check_order",
    "chosen_elements",
    "on_closed_set",
    "tree_plan",
]

MAX_ORDER = 2**15
"""The most nodes of a tree: half a billion products a segment, which take some seconds."""

# Measured on one and two trees of 2 to 6 nodes, and on all trees up to 3 and to 4, in 2 and 3
# channels: a multiplication by trees takes as long as so many words, or words of chains,
# and an instruction as so many multiplications.
_WORDS_PER_MULTIPLICATION = 0.6
_INSTRUCTION = 2.0
_PREFIXES = 10.0  # as much longer takes a multiplication for all beginnings, which is in NumPy
_MOST_WORDS = 4096
_LARGEST_ORDER = 16  # (n - 1)! words of a tree are counted exactly


class TreePlan(Plan):
    """What computes some elements, one way or the other.

    Attributes
    ----------
    by_trees : bool
        Whether by trees, or by words of up to `degree` labels.
    table : CoefficientTable
        The trees.
    """

    __slots__ = ("by_trees", "table")

    by_trees: bool
    table: tables.CoefficientTable


class Chosen(NamedTuple):
    """What elements a caller wants, and what is computed for them.

    Attributes
    ----------
    elements : list
        The elements that are computed along paths, none of them empty.
    degree : int
        The most nodes of one.
    number : int
        How many are wanted.
    places : list of int
        Where those wanted that are not empty stand among all.
    scale : ndarray or None
        What each of these is multiplied by.
    log : Plan or None
        From the elements computed to the logarithm on these.
    """

    elements: list[Any]
    degree: int
    number: int
    places: list[int]
    scale: npt.NDArray[np.float64] | None
    log: Plan | None

    @property
    def is_plain(self) -> bool:
        """Whether what is computed is what is wanted."""
        return len(self.places) == self.number and self.scale is None and self.log is None


def check_order(order: int, planar: bool | None, is_log: bool) -> None:
    """Refuse elements of so many nodes, or letters, if that is too many.

    The value on a tree is a polynomial in time of its order, and so are those on its subtrees.
    """
    most = MAX_DEGREE if is_log else MAX_ORDER
    if order > most:
        what, parts = ("words", "letters") if planar is None else ("trees", "nodes")
        of = "logarithms" if is_log else "signatures"
        raise InvalidValueError(
            f"{what} must have at most {most} {parts} for coefficients of {of}, got {order}"
        )


def on_closed_set(chosen: Chosen, dimension: int, planar: bool | None) -> Chosen:
    """Return what is computed for the logarithm: the elements of a closed set."""
    log = _log_plan(chosen.elements, dimension, planar)
    return chosen._replace(elements=log.basis, log=log)


@by_elements
def chosen_elements(elements: list[Any], dimension: int, planar: bool | None, gram: bool) -> Chosen:
    """Read the elements that are wanted."""
    found, places = [], []
    for place, value in enumerate(elements):
        name = f"trees[{place}]" if len(elements) > 1 else "trees"
        element = as_element(value, bool(planar), name)
        if element is None:
            continue
        check_labels(element, dimension, name)
        found.append(element)
        places.append(place)
    degree = max((element.order for element in found), default=0)
    scale = None
    if gram and not planar:
        scale = np.array([1 / math.sqrt(element.symmetry) for element in found])
    return Chosen(found, degree, len(elements), places, scale, None)


class _LogPlan(Plan):
    """The logarithm on some elements, from the coefficients on a closed set.

    Attributes
    ----------
    basis : list
        The closed set.
    """

    __slots__ = ("basis",)

    basis: list[Any]


def _log_plan(elements: list[Any], dimension: int, planar: bool | None) -> _LogPlan:
    def make() -> _LogPlan:
        basis, table = tables.closure(elements, planar=bool(planar))
        place = {element: i for i, element in enumerate(basis)}
        chosen = np.array([place[element] for element in elements])
        made = Tables(linear=selection(1, len(basis), chosen), log=table)
        plan = _LogPlan(dimension, table.degree, planar, len(elements), lambda: made)
        plan.basis = list(basis)
        return plan

    return keep_plan(("log of coefficients", planar, dimension, tuple(elements)), make)


def tree_plan(
    elements: list[Any],
    dimension: int,
    planar: bool | None,
    longest: int = 1,
    channels: int | None = None,
    *,
    every: bool = False,
    is_log: bool = False,
) -> TreePlan:
    """Return the plan of some elements, for the beginnings of paths if `every`.

    If `is_log` and words are integrated, the logarithm is taken of these.
    """
    rest = (dimension, planar, longest, channels, every, is_log)
    return keep_plan(("coefficients", tuple(elements), *rest), lambda: _build(elements, *rest))


def _build(
    elements: list[Any], dimension: int, planar: bool | None, longest: int, channels: int | None,
    every: bool, is_log: bool,
) -> TreePlan:  # fmt: skip
    table = tables.coefficients(elements, dimension, longest=longest, channels=channels)
    if planar is None and longest > 1:
        table = _read_from_leaf(table, dimension if channels is None else channels, longest)
    degree = max((element.order for element in elements), default=0)
    count = _word_count(dimension, degree, longest)
    made = Tables(trees=table)
    cost = _cost(table) * (_PREFIXES if every else 1)
    if count is not None and count < _WORDS_PER_MULTIPLICATION * cost:
        own = dimension if channels is None else channels
        words = words_of_chains(dimension, degree, longest, own, planar is None)
        linear, log = _word_map(elements, words[0]), None
        if is_log and dimension == longest == 1:
            linear = of_first_word(linear)  # one letter commutes with itself
        elif is_log:
            log = tables.word_convolution(dimension, degree, longest=longest)
        made = Tables(words, linear, log)
    form = 0 if made.trees is None and is_log else None
    plan = TreePlan(dimension, degree, planar, len(elements), lambda: made, form, longest, channels)
    plan.by_trees, plan.table = made.trees is not None, table
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
        words = arborification(element, longest=layout.longest).items()
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
