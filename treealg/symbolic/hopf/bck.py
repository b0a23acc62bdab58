"""The Butcher-Connes-Kreimer Hopf algebra of commutative forests of non-planar trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treealg.symbolic.hopf.bases import ForestAlgebra
from treealg.symbolic.hopf.connes_kreimer import ConnesKreimer
from treealg.symbolic.trees.forests import Forest

__all__ = ["BCK", "bck"]


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

    @property
    def dual(self) -> Any:
        """The Grossman-Larson algebra `gl`."""
        from treealg.symbolic.hopf.grossman_larson import gl

        return gl

    def _primitive_image(self, x: Forest) -> Mapping[Any, Any]:
        # The primitive elements are those orthogonal to the products in the dual, and the trees
        # with one branch generate the dual: cuts of a single tree suffice.
        return {key: value for key, value in self.reduced_coproduct(x).items() if len(key[0]) == 1}


bck = BCK()
