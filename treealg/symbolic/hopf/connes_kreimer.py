"""The Connes-Kreimer Hopf algebras of admissible cuts, commutative (`bck`) and not (`nck`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.bases import ForestAlgebra, OrderedForestAlgebra
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.sizes import check_terms, count_cuts, count_partitions

__all__ = ["BCK", "NCK", "ConnesKreimer", "bck", "nck"]


# A forest of so few vertices has at most 2^19 cuts.
_FEW = 19


class ConnesKreimer(HopfAlgebra[Any]):
    r"""A Hopf algebra whose forests multiply as ``x * y`` and whose coproduct cuts edges.

    :math:`\Delta B^+_a(F) = B^+_a(F) \otimes 1 + (\mathrm{id} \otimes B^+_a) \Delta F`, and
    :math:`\Delta(xy) = \Delta x \, \Delta y`. The antipode reverses products.

    Raises
    ------
    TypeError
        If a subclass that does not state its basis is instantiated.
    """

    is_free_on_trees = True

    def _product(self, x: Any, y: Any) -> Mapping[Any, int]:
        return {x * y: 1}

    def _coproduct_needs(self, x: Any) -> Iterable[Any]:
        trees = x._trees
        if not trees:
            return ()
        if x._order > _FEW:
            check_terms(f"the coproduct of a forest of {x._order} vertices", count_cuts(trees))
        make = x._make
        if len(trees) == 1:
            return (make(trees[0]._children),)
        return (make(trees[:-1]), make(trees[-1:]))

    def _build_coproduct(self, x: Any, known: Mapping[Any, Terms]) -> Terms:
        trees = x._trees
        if not trees:
            return {(x, x): 1}
        make = x._make
        if len(trees) == 1:
            label = trees[0]._label
            tree = trees[0]._make
            total: Terms = {
                (pruned, make((tree(trunk._trees, label),))): value
                for (pruned, trunk), value in known[make(trees[0]._children)].items()
            }
            total[x, self.one] = 1
            return total
        total = {}
        last = known[make(trees[-1:])]
        for (pruned, trunk), value in known[make(trees[:-1])].items():
            for (more, rest), factor in last.items():
                key = (pruned * more, trunk * rest)
                total[key] = total.get(key, 0) + value * factor
        return total

    def _antipode_needs(self, x: Any) -> Iterable[Any]:
        if len(x._trees) > 1:
            return (x._make(x._trees[:-1]), x._make(x._trees[-1:]))
        if x._order > _FEW:
            # The longest path is cut to pieces in any way; there is no cancellation.
            check_terms(
                f"the antipode of a tree of {x._order:,} vertices", count_partitions(_height(x))
            )
        return super()._antipode_needs(x)

    def _build_antipode(self, x: Any, known: Mapping[Any, Terms]) -> Terms:
        trees = x._trees
        if len(trees) > 1:
            product = self._multiply(known[x._make(trees[-1:])], known[x._make(trees[:-1])])
            return {key: value for key, value in product.items() if value != 0}
        if not trees:
            return {x: 1}
        # What the base class does, without a dictionary for each product of two forests.
        total: Terms = {x: -1}
        for (pruned, trunk), value in self._coproducts(x).items():
            if pruned._trees and trunk._trees:
                for key, factor in known[trunk].items():
                    forest = pruned * key
                    total[forest] = total.get(forest, 0) - value * factor
        return {key: value for key, value in total.items() if value != 0}


def _height(x: Any) -> int:
    """Return the number of vertices of a longest path from a root to a leaf."""
    known: dict[Any, int] = {}
    for root in x._trees:
        for tree in root._bottom_up():
            known[tree] = 1 + max((known[child] for child in tree._children), default=0)
    return max(known.values(), default=0)


class BCK(ConnesKreimer, ForestAlgebra):
    r"""The Butcher-Connes-Kreimer Hopf algebra; use the object `bck`.

    Basis: commutative forests, given as `Forest`, as `Tree` (the forest of one tree), as the
    tuple form of a tree, or None for the empty forest. Product: union. Coproduct: admissible
    cuts, :math:`\Delta B^+_a(F) = B^+_a(F) \otimes 1 + (\mathrm{id} \otimes B^+_a)\Delta F`,
    multiplicative, pruned forest first. Degree: number of vertices. Dual: `gl`.

    References
    ----------
    A. Connes and D. Kreimer, "Hopf algebras, renormalization and noncommutative geometry",
    Comm. Math. Phys. 199 (1998). J. C. Butcher, "Numerical Methods for Ordinary
    Differential Equations" (2016), chapter 3.

    Examples
    --------
    >>> bck.coproduct(((0,), 1))
    <Tensor (∅)⊗(1[0]) + (0)⊗(1) + (1[0])⊗(∅)>
    """

    name = "bck"

    def _primitive_image(self, x: Forest) -> Mapping[Any, Any]:
        # The primitive elements are those orthogonal to the products in the dual, and the trees
        # with one branch generate the dual: cuts of a single tree suffice.
        return {key: value for key, value in self.reduced_coproduct(x).items() if len(key[0]) == 1}


class NCK(ConnesKreimer, OrderedForestAlgebra):
    r"""The noncommutative Connes-Kreimer Hopf algebra; use the object `nck`.

    Basis: ordered forests, given as `OrderedForest`, as `PlanarTree` (the forest of one tree), as
    a tuple of trees in tuple form, or None for the empty forest. Product: concatenation.
    Coproduct: admissible cuts, pieces and branches in their order from left to right,
    multiplicative, pruned forest first. Degree: number of vertices. Dual: `pgl`.

    References
    ----------
    L. Foissy, "Les algèbres de Hopf des arbres enracinés décorés, I", Bull. Sci. Math. 126
    (2002).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> nck.reduced_coproduct(PlanarTree([PlanarTree(label=1), PlanarTree(label=2)]))
    <Tensor (2)⊗(0[1]) + (1)⊗(0[2]) + (1 2)⊗(0)>
    """

    name = "nck"


bck = BCK()
nck = NCK()
