"""The Munthe-Kaas-Wright Hopf algebra of ordered forests of planar trees."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import InvalidTypeError
from .forests import OrderedForest
from .hopf import HopfAlgebra, Terms
from .memo import Memo, on_clear
from .trees import PlanarTree, RootedTree
from .words import shuffle_words

__all__ = ["MKW", "mkw"]


class MKW(HopfAlgebra[OrderedForest]):
    r"""The Munthe-Kaas-Wright Hopf algebra; use the object `mkw`.

    Basis: ordered forests, given as `OrderedForest`, as `PlanarTree` (the forest of one tree), as
    a tuple of trees in tuple form, or None for the empty forest. Product: shuffle. Coproduct:
    left admissible cuts, pruned forest first: for :math:`\tau = B^+_a(F)`,
    :math:`\Delta(\omega\tau) = \omega\tau \otimes 1 +
    \Delta(\omega) ⧢\cdot (\mathrm{id} \otimes B^+_a)\Delta(F)`, shuffle in the first slot,
    concatenation in the second. Degree: number of vertices.

    Raises
    ------
    None
        There is nothing to choose.

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
        on_clear(self._shuffles.clear)

    @property
    def one(self) -> OrderedForest:
        """The empty forest."""
        return OrderedForest.empty  # type: ignore[no-any-return]

    def basis_element(self, x: Any) -> OrderedForest:
        """Return the ordered forest that `x` stands for.

        Parameters
        ----------
        x : PlanarTree, OrderedForest, tuple or None
            A planar tree, an ordered forest, a tuple of trees in tuple form, or None for the
            empty forest.

        Returns
        -------
        OrderedForest
            The forest.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind, for instance a non-planar tree.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> mkw.basis_element(((0,), (1,)))
        <OrderedForest 0 1>
        """
        if x.__class__ is OrderedForest:
            return x
        if isinstance(x, PlanarTree):
            return OrderedForest._make((x,))
        if isinstance(x, RootedTree) or not (x is None or isinstance(x, tuple)):
            raise InvalidTypeError(
                "MKW needs a PlanarTree, an OrderedForest, None or a tuple of trees in tuple "
                f"form, got {type(x).__name__} {reprlib.repr(x)}"
            )
        return OrderedForest.from_tuple(x)

    def degree(self, x: OrderedForest) -> int:
        """Return the number of vertices.

        Parameters
        ----------
        x : OrderedForest
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
