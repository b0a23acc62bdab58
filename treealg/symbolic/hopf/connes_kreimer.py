"""What the commutative and the noncommutative Connes-Kreimer algebra share: admissible cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treealg.symbolic.hopf.algebra import HopfAlgebra, Terms

__all__ = ["ConnesKreimer"]


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
