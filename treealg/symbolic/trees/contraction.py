"""Contracting subtrees to vertices: the partitions of trees behind substitution.

A partition of a tree keeps some edges and contracts the others. The pieces that contracted edges
connect become vertices of the skeleton, each labelled as the root of its piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import check_terms, count_choices, labels_differ
from treealg.symbolic.trees.tensor_powers import tensor_power, tensor_product
from treealg.symbolic.trees.trees import Tree

__all__ = ["partitions"]

# The branches of the pieces at the root, the other pieces, and the branches of the skeletons.
State = tuple[Forest, Forest, Forest]


# Of so few vertices there are at most 2^19 partitions.
_FEW = 19

# Ways to choose the states of equal trees, up to which they are gone through.
_FEW_WAYS = 100_000


class Partitions:
    """All partitions of forests, with or without the pieces of one vertex; use `partitions`.

    Parameters
    ----------
    keep_leaves : bool
        Whether pieces of one vertex are listed.
    """

    def __init__(self, keep_leaves: bool) -> None:
        self._keep_leaves = keep_leaves
        self._states: Memo[Forest, dict[State, int]] = Memo(self._needs, self._build)

    def __call__(self, tree: Tree) -> dict[tuple[Forest, Forest], int]:
        """Return the partitions of a tree.

        From pieces and skeleton, both as forests, to the number of partitions.
        """
        label, make = tree._label, Forest._make
        total: dict[tuple[Forest, Forest], int] = {}
        states = self._states(make(tree._children))
        spend(3 * len(states))
        for (root, pieces, skeleton), count in states.items():
            key = (
                pieces * self._piece(root, label),
                make((Tree._make(skeleton._trees, label),)),
            )
            total[key] = total.get(key, 0) + count
        return total

    def _piece(self, branches: Forest, label: Any) -> Forest:
        if not branches._trees and not self._keep_leaves:
            return branches
        return Forest._make((Tree._make(branches._trees, label),))

    def _needs(self, forest: Forest) -> Iterable[Forest]:
        trees, make = forest._trees, Forest._make
        if not trees:
            return ()
        if forest._order > _FEW and labels_differ(trees):
            what = f"the sum over partitions of {forest._order + 1} vertices"
            check_terms(what, 2**forest._order)
        if len(trees) == 1:
            return (make(trees[0]._children),)
        return self._factors(forest)[:2]

    def _factors(self, forest: Forest) -> tuple[Forest, Forest, int]:
        """Return the first trees, the last one, and the power of what belongs to this."""
        trees, make = forest._trees, Forest._make
        last = make(trees[-1:])
        run = 1
        while run < len(trees) and trees[-run - 1] is trees[-1]:
            run += 1
        return make(trees[:-run]), last, run

    def _build(self, forest: Forest, known: Mapping[Forest, dict[State, int]]) -> dict[State, int]:
        trees, make = forest._trees, Forest._make
        total: dict[State, int] = {}
        if not trees:
            return {(forest, forest, forest): 1}
        if len(trees) == 1:
            label = trees[0]._label
            empty = Forest.empty
            states = known[make(trees[0]._children)]
            spend(5 * len(states))
            for (root, pieces, skeleton), count in states.items():
                kept = (
                    empty,
                    pieces * self._piece(root, label),
                    make((Tree._make(skeleton._trees, label),)),
                )
                total[kept] = total.get(kept, 0) + count
                contracted = (make((Tree._make(root._trees, label),)), pieces, skeleton)
                total[contracted] = count
            return total
        before, last, count = self._factors(forest)
        states = known[last]
        if count_choices(count + len(states) - 1, count) <= _FEW_WAYS:
            power = tensor_power(states, count)
        else:  # of which many may be equal
            power = states
            for _ in range(count - 1):
                power = self._joined(power, states)
        return self._joined(known[before], power)

    def _joined(self, states: dict[State, int], others: dict[State, int]) -> dict[State, int]:
        spend(6 * len(states) * len(others))
        return tensor_product(states, others)


_all_pieces = Partitions(keep_leaves=True)
_larger_pieces = Partitions(keep_leaves=False)


def partitions(tree: Tree, *, keep_leaves: bool = True) -> dict[tuple[Forest, Forest], int]:
    """Return the partitions of a tree into subtrees that are contracted to vertices.

    From the forests of pieces and skeleton to the number of partitions, 2^(n-1) in all for n
    vertices. Without `keep_leaves`, pieces of one vertex are not listed among the pieces.

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010).

    Examples
    --------
    >>> for (pieces, skeleton), count in partitions(Tree([Tree(label=1)])).items():
    ...     print(pieces, "|", skeleton, "|", count)
    0 1 | 0[1] | 1
    0[1] | 0 | 1
    """
    return (_all_pieces if keep_leaves else _larger_pieces)(tree)
