"""Coproducts of closed sets of basis elements, recomputed from definitions on tuples."""

from __future__ import annotations

from collections import Counter
from typing import Any

from treealg import tables
from treealg.symbolic import OrderedForest, Tree
from treealg.verification.algebra import basis_tuples, cuts_of, slot_forests
from treealg.verification.independent import normal
from treealg.verification.report import Outcome

__all__ = ["check_closures"]


def check_closures(dimension: int, degree: int, planar: bool) -> Outcome:
    """Compare the tables of closed sets with cuts that are enumerated on each of their elements.

    The sets are those of three basis elements: the last one, and two before it.
    """
    basis, points = basis_tuples(dimension, degree, planar), 0
    kind: Any = OrderedForest if planar else Tree
    for place in sorted({len(basis) - 1, 2 * len(basis) // 3, len(basis) // 2}):
        elements, table = tables.closure([kind.from_tuple(basis[place])], planar=planar)
        own = [element.to_tuple() if planar else normal(element.to_tuple()) for element in elements]
        if basis[place] not in own:
            return Outcome(points, f"the set of {basis[place]} has not that element")
        forests = slot_forests(table, own, planar)
        for index, element in enumerate(own):
            found: Counter[Any] = Counter()
            for entry in range(int(table.term_ptr[index]), int(table.term_ptr[index + 1])):
                slot = int(table.term_slot[entry])
                found[forests[slot], own[int(table.term_trunk[entry])]] += int(table.factor[slot])
            cuts = cuts_of(element, planar)
            expected = {pair: m for pair, m in cuts.items() if pair[0] and pair[1]}
            if dict(found) != expected:
                return Outcome(points, f"element {element}: {dict(found)}, not {expected}")
        points += len(own)
    return Outcome(points)
