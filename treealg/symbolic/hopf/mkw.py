"""The Munthe-Kaas-Wright Hopf algebra of ordered forests of planar trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from treealg.symbolic.hopf.bases import OrderedForestAlgebra
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.linear.words import shuffle_words
from treealg.symbolic.trees.forests import OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.trees import PlanarTree

__all__ = ["MKW", "mkw"]


class MKW(OrderedForestAlgebra):
    r"""The Munthe-Kaas-Wright Hopf algebra; use the object `mkw`.

    Basis: ordered forests, given as `OrderedForest`, as `PlanarTree` (the forest of one tree), as
    a tuple of trees in tuple form, or None for the empty forest. Product: shuffle. Coproduct:
    left admissible cuts, pruned forest first: for :math:`\tau = B^+_a(F)`,
    :math:`\Delta(\omega\tau) = \omega\tau \otimes 1 +
    \Delta(\omega) ⧢\cdot (\mathrm{id} \otimes B^+_a)\Delta(F)`, shuffle in the first slot,
    concatenation in the second. Degree: number of vertices.
    Dual: `ogl`.

    References
    ----------
    H. Z. Munthe-Kaas and W. M. Wright, "On the Hopf algebraic structure of Lie group
    integrators", Found. Comput. Math. 8 (2008), definitions 2 and 3.

    Examples
    --------
    >>> mkw.coproduct(PlanarTree([PlanarTree(), PlanarTree()]))
    <Tensor (∅)⊗(0[0,0]) + (0)⊗(0[0]) + (0 0)⊗(0) + (0[0,0])⊗(∅)>
    """

    name = "mkw"

    def __init__(self) -> None:
        super().__init__()
        self._shuffles: Memo[tuple[OrderedForest, OrderedForest], Terms] = Memo(
            lambda pair: (), _build_shuffle
        )

    def _product(self, x: OrderedForest, y: OrderedForest) -> Mapping[OrderedForest, int]:
        if not x._trees:
            return {y: 1}
        if not y._trees:
            return {x: 1}
        return self._shuffles((x, y))

    def _coproduct_needs(self, x: OrderedForest) -> Iterable[OrderedForest]:
        trees = x._trees
        if not trees:
            return ()
        return (OrderedForest._make(trees[:-1]), OrderedForest._make(trees[-1]._children))

    def _build_coproduct(self, x: OrderedForest, known: Mapping[OrderedForest, Terms]) -> Terms:
        trees = x._trees
        if not trees:
            return {(x, x): 1}
        make = OrderedForest._make
        label = trees[-1]._label
        above = [
            (pruned, PlanarTree._make(trunk._trees, label), value)
            for (pruned, trunk), value in known[make(trees[-1]._children)].items()
        ]
        total: Terms = {}
        for (pruned, trunk), value in known[make(trees[:-1])].items():
            for more, tree, factor in above:
                rest = make((*trunk._trees, tree))
                for shuffled, count in self._product(pruned, more).items():
                    key = (shuffled, rest)
                    total[key] = total.get(key, 0) + value * factor * count
        total[x, self.one] = 1
        return total


def _build_shuffle(
    pair: tuple[OrderedForest, OrderedForest],
    known: Mapping[tuple[OrderedForest, OrderedForest], Terms],
) -> Terms:
    shuffled = shuffle_words(pair[0]._trees, pair[1]._trees)
    return {OrderedForest._make(trees): count for trees, count in shuffled.items()}


mkw = MKW()
