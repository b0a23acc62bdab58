"""Sets of basis elements that are closed under the coproduct, with their coproduct as a table.

A functional on such a set has powers under convolution there, whatever it is elsewhere: logarithms
of a few coefficients need no more of the basis than the pruned parts and trunks of these, and of
those in turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from treealg.checks import check_flag
from treealg.tables.arguments import check_elements
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.sizes import check_entries

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = ["closure"]


def closure(
    elements: Iterable[Tree | OrderedForest], planar: bool
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
        If one is empty, or the coproducts have too many terms.

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
    cuts = _closed_cuts(check_elements(elements, planar), planar)
    basis = sorted(cuts, key=lambda element: (element.order, repr(element.to_tuple())))
    place = {element: i for i, element in enumerate(basis)}
    degree = max((element.order for element in basis), default=0)
    orders = np.array([element.order for element in basis], dtype=np.int64)
    block_start = np.searchsorted(orders, np.arange(1, degree + 2)).astype(np.int64)
    # A slot is a pruned forest with a factor; what is left without its first tree has factor 1.
    slots: set[tuple[Any, int]] = set()
    for parts in cuts.values():
        for (pruned, _), factor in parts.items():
            slots.add((pruned, factor))
            for rest in _rests(pruned, planar):
                slots.add((rest, 1))
    ordered = sorted(slots, key=lambda slot: (slot[0].order, repr(slot[0].to_tuple()), slot[1]))
    number = {slot: i for i, slot in enumerate(ordered, 1)}
    slot_orders = np.array([forest.order for forest, _ in ordered], dtype=np.int64)
    slot_start = 1 + np.searchsorted(slot_orders, np.arange(1, max(degree, 1) + 1))
    head, tail, factors = [0], [0], [1.0]
    for forest, factor in ordered:
        factors.append(float(factor))
        rests = _rests(forest, planar)
        head.append(place[forest if planar else forest.trees[0]])
        tail.append(number[rests[0], 1] if rests else 0)
    ptr, term_slot, term_trunk = [0], [], []
    for element in basis:
        terms = [(place[trunk], number[pruned, k]) for (pruned, trunk), k in cuts[element].items()]
        for trunk, slot in sorted(terms):
            term_slot.append(slot)
            term_trunk.append(trunk)
        ptr.append(len(term_slot))
    table = ConvolutionTable(
        1,
        degree,
        block_start,
        slot_start.astype(np.int64),
        np.array(factors),
        np.array(head, dtype=np.int32),
        np.array(tail, dtype=np.int32),
        np.array(ptr, dtype=np.int64),
        np.array(term_slot, dtype=np.int32),
        np.array(term_trunk, dtype=np.int32),
    )
    return tuple(basis), table


def _rests(forest: Any, planar: bool) -> list[Any]:
    """Return a forest without its first tree, without its first two, and so on, but not empty."""
    if planar:
        return []
    kind = type(forest)
    return [kind(forest.trees[i:]) for i in range(1, len(forest.trees))]


def _closed_cuts(elements: list[Any], planar: bool) -> dict[Any, dict[tuple[Any, Any], int]]:
    """Return the proper cuts of all elements that are needed: pruned, trunk, how often."""
    from treealg.symbolic import bck, mkw

    algebra, found, entries = mkw if planar else bck, {}, 0
    pending = list(elements)
    while pending:
        element = pending.pop()
        if element in found:
            continue
        cuts = {}
        for (pruned, trunk), count in algebra.coproduct(element).items():
            if not (pruned.order and trunk.order):
                continue
            cuts[pruned, trunk if planar else trunk.trees[0]] = int(count)
        found[element] = cuts
        entries += len(cuts)
        check_entries(entries, f"the coproduct of {len(elements)} elements")
        for pruned, trunk in cuts:
            pending += [pruned, trunk] if planar else [*pruned.trees, trunk]
    return found
