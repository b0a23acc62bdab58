"""The noncommutative Connes-Kreimer Hopf algebra of ordered forests of planar trees."""

from __future__ import annotations

from typing import Any

from treealg.symbolic.hopf.bases import OrderedForestAlgebra
from treealg.symbolic.hopf.connes_kreimer import ConnesKreimer

__all__ = ["NCK", "nck"]


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

    @property
    def dual(self) -> Any:
        """The planar Grossman-Larson algebra `pgl`, with the order of branches kept."""
        from treealg.symbolic.hopf.grossman_larson import pgl

        return pgl


nck = NCK()
