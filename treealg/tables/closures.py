"""Sets of basis elements that are closed under the coproduct, with their coproduct as a table.

A functional on such a set has powers under convolution there, whatever it is elsewhere: logarithms
of a few coefficients need no more of the basis than the pruned parts and trunks of these, and of
those in turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from treealg.checks import check_flag
from treealg.tables.arguments import check_elements
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.forest_cuts import ForestCuts, check_terms
from treealg.tables.layout import IntArray

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = ["closure"]

# The order of a forest, the places of what it is a product of, and a multiple.
Slot = tuple[int, tuple[int, ...], int]


def closure(
    elements: Iterable[Tree | OrderedForest], *, planar: bool
) -> tuple[tuple[Tree | OrderedForest, ...], ConvolutionTable]:
    """Return the smallest closed set that has some elements, and its coproduct table.

    Parameters
    ----------
    elements : iterable of Tree or of OrderedForest
        Not empty ones.
    planar : bool
        Whether they are ordered forests.

    Returns
    -------
    tuple
        The elements of the set by their numbers of nodes, and a table of width 1 whose blocks they
        are.

    Raises
    ------
    InvalidTypeError
        If `elements` are no trees or ordered forests, as `planar` says, or that is no flag.
    InvalidValueError
        If one is empty, or the coproducts of the set have more than 2**21 terms or a coefficient of
        2**53 or more, or one of them takes more than 2**24 products.

    Notes
    -----
    The coproducts of a root with k different leaves, and of all that is closed with it, have
    ``3**k`` terms: about as many are made in a few seconds, and what surely has more than the bound
    is refused before one is made.

    Examples
    --------
    The cherry needs its trunks and what is pruned, of which forests are products:

    >>> from treealg.symbolic import Tree
    >>> found, table = closure([Tree.from_tuple(((0,), (0,), 1))], planar=False)
    >>> [tree.to_tuple() for tree in found]
    [(0,), (1,), ((0,), 1), ((0,), (0,), 1)]
    >>> np.diff(table.term_ptr).tolist()
    [0, 0, 1, 2]
    """
    planar = check_flag("planar", planar)
    found = check_elements(elements, planar)
    cuts = ForestCuts(planar)
    wanted = np.unique([cuts.number(element) for element in found])
    check_terms(cuts.least(wanted.tolist()), wanted.size)
    own, ptr, pruned, trunk, count = _closed(cuts, wanted, wanted.size)
    orders = np.array(cuts.order, dtype=np.int64)[own]
    ascending = np.lexsort((own, orders))
    orders = orders[ascending]
    basis = [cuts.element(number) for number in own[ascending].tolist()]
    place = np.zeros(cuts.size, dtype=np.int64)
    place[own[ascending]] = np.arange(own.size)
    degree = int(orders.max(initial=0))
    block_start = np.searchsorted(orders, np.arange(1, degree + 2)).astype(np.int64)
    slots, slot = _slots(cuts, place.tolist(), orders.tolist(), pruned, count)
    number = {slot[1:]: i for i, slot in enumerate(slots, 1)}
    slot_orders = np.array([order for order, _, _ in slots], dtype=np.int64)
    slot_start = 1 + np.searchsorted(slot_orders, np.arange(1, max(degree, 1) + 1))
    head = [0, *(factors[0] for _, factors, _ in slots)]
    tail = [0, *(number.get((factors[1:], 1), 0) for _, factors, _ in slots)]
    multiples = [1.0, *(float(factor) for _, _, factor in slots)]
    block = place[np.repeat(own, np.diff(ptr))]
    ordered = np.lexsort((slot, place[trunk], block))
    sizes = np.bincount(block, minlength=len(basis))
    table = ConvolutionTable(
        1,
        degree,
        block_start,
        slot_start.astype(np.int64),
        np.array(multiples),
        np.array(head, dtype=np.int32),
        np.array(tail, dtype=np.int32),
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        slot[ordered].astype(np.int32),
        place[trunk[ordered]].astype(np.int32),
    )
    return tuple(basis), table


def _closed(
    cuts: ForestCuts, wanted: IntArray, many: int
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return all elements that are needed and, by element, pruned forests, trunks, how often."""
    done, terms = np.zeros(0, dtype=np.int64), 0
    parts: list[tuple[IntArray, ...]] = [(done,) * 4]
    while wanted.size:
        cuts.make(wanted, terms, many)
        source, pruned, trunk, count = cuts.rows(wanted)
        proper = (pruned > 0) & (trunk > 0)
        source, pruned, trunk, count = (x[proper] for x in (source, pruned, trunk, count))
        terms += pruned.size
        check_terms(terms, many)
        parts.append((np.bincount(source, minlength=wanted.size), pruned, trunk, count))
        done = np.concatenate((done, wanted))
        wanted = np.setdiff1d(np.union1d(cuts.all_factors(np.unique(pruned)), trunk), done)
    sizes, pruned, trunk, count = map(np.concatenate, zip(*parts, strict=True))
    return done, np.concatenate(([0], np.cumsum(sizes))), pruned, trunk, count


def _slots(
    cuts: ForestCuts, place: list[int], orders: list[int], pruned: IntArray, count: IntArray
) -> tuple[list[Slot], IntArray]:
    """Return pruned forests with multiples, and which of these, from 1 on, each term has.

    A forest is told by its order, and by the places of the basis elements that it is a product of,
    ascending. What is left without the first of these is among them, too, with factor 1.
    """
    # Of large counts there are few, and the products of their numbers are small.
    multiples, multiple = np.unique(count, return_inverse=True)
    pairs, which = np.unique(pruned * max(multiples.size, 1) + multiple, return_inverse=True)
    own: list[Slot] = []
    for pair in pairs.tolist():
        forest, number = divmod(pair, multiples.size)
        factors = tuple(sorted(place[factor] for factor in cuts.factors(forest)))
        own.append((cuts.order[forest], factors, int(multiples[number])))
    slots = set(own)
    for order, factors, _ in own:
        rest, left = factors, order
        while len(rest) > 1:
            left -= orders[rest[0]]
            rest = rest[1:]
            if (left, rest, 1) in slots:
                break
            slots.add((left, rest, 1))
    ordered = sorted(slots)
    place_of = {slot: i for i, slot in enumerate(ordered, 1)}
    return ordered, np.array([place_of[slot] for slot in own], dtype=np.int64)[which]
