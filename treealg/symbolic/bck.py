"""The Butcher-Connes-Kreimer Hopf algebra of commutative forests of non-planar trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InvalidTypeError
from .forests import Forest, OrderedForest
from .hopf import HopfAlgebra, Terms
from .trees import PlanarTree, Tree

__all__ = ["BCK", "bck"]


class BCK(HopfAlgebra[Forest]):
    r"""The Butcher-Connes-Kreimer Hopf algebra; use the object `bck`.

    Basis: commutative forests, given as `Forest`, as `Tree` (the forest of one tree), as the
    tuple form of a tree, or None for the empty forest. Product: union. Coproduct: admissible
    cuts, :math:`\Delta B^+_a(F) = B^+_a(F) \otimes 1 + (\mathrm{id} \otimes B^+_a)\Delta F`,
    multiplicative, pruned forest first. Degree: number of vertices.

    Raises
    ------
    None
        There is nothing to choose.

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
    is_free_on_trees = True

    @property
    def one(self) -> Forest:
        """The empty forest."""
        return Forest.empty  # type: ignore[no-any-return]

    def basis_element(self, x: Any) -> Forest:
        """Return the forest that `x` stands for.

        Parameters
        ----------
        x : Tree, Forest, tuple or None
            A tree, a forest, the tuple form of a tree, or None for the empty forest.

        Returns
        -------
        Forest
            The forest.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind; planar objects are not converted silently.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> bck.basis_element((0,))
        <Forest 0>
        """
        if x.__class__ is Forest:
            return x
        if x is None:
            return self.one
        if isinstance(x, (PlanarTree, OrderedForest)):
            raise InvalidTypeError(
                f"BCK needs non-planar trees, got {x!r}; use its forget_order() first"
            )
        return Forest._make((Tree.from_tuple(x),))

    def degree(self, x: Forest) -> int:
        """Return the number of vertices.

        Parameters
        ----------
        x : Forest
            A basis element.

        Returns
        -------
        int
            Its order.

        Raises
        ------
        None
            Every forest has an order.
        """
        return x.order

    def _product(self, x: Forest, y: Forest) -> Mapping[Forest, int]:
        return {x * y: 1}

    def _coproduct_needs(self, x: Forest) -> Iterable[Forest]:
        trees = x._trees
        if not trees:
            return ()
        if len(trees) == 1:
            return (Forest._make(trees[0]._children),)
        return (Forest._make(trees[:-1]), Forest._make(trees[-1:]))

    def _build_coproduct(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        trees = x._trees
        if not trees:
            return {(x, x): 1}
        if len(trees) == 1:
            label = trees[0]._label
            total: Terms = {
                (pruned, Forest._make((Tree._make(trunk._trees, label),))): value
                for (pruned, trunk), value in known[Forest._make(trees[0]._children)].items()
            }
            total[x, self.one] = 1
            return total
        total = {}
        last = known[Forest._make(trees[-1:])]
        for (pruned, trunk), value in known[Forest._make(trees[:-1])].items():
            for (more, rest), factor in last.items():
                key = (pruned * more, trunk * rest)
                total[key] = total.get(key, 0) + value * factor
        return total

    def _antipode_needs(self, x: Forest) -> Iterable[Forest]:
        if len(x) > 1:
            return (Forest._make(x._trees[:-1]), Forest._make(x._trees[-1:]))
        return super()._antipode_needs(x)

    def _build_antipode(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        if len(x) > 1:
            # The antipode of a commutative Hopf algebra is multiplicative.
            product = self._multiply(
                known[Forest._make(x._trees[:-1])], known[Forest._make(x._trees[-1:])]
            )
            return {key: value for key, value in product.items() if value != 0}
        return super()._build_antipode(x, known)


bck = BCK()
