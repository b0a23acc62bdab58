"""The substitution Hopf algebra of Calaque, Ebrahimi-Fard and Manchon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from treealg.symbolic.hopf.bases import ForestAlgebra
from treealg.symbolic.hopf.collected import collected_contractions
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.samples import check_partitions
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.tensors import Tensor
from treealg.symbolic.trees.contraction import partitions
from treealg.symbolic.trees.enumeration import count_trees, enumerate_trees
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    check_steps,
    check_terms,
    count_collected_terms,
    count_partitions,
    height,
    labels_differ,
)
from treealg.symbolic.trees.trees import Tree

__all__ = ["CEM", "cem"]

_FEW = 19  # edges, of which there are at most 2^19 sets
_FEW_COLLECTED = 9  # vertices, of which antipodes have few terms


class CEM(ForestAlgebra):
    r"""The substitution Hopf algebra; use the object `cem`.

    Basis: commutative forests of trees with at least two vertices, given as for `bck`; leaves
    are equal to the unit and disappear, and the unit shows as the leaf with label 0. Product:
    union. Coproduct: sum over the partitions into subtrees, the contracted pieces in slot 0, the
    skeleton in slot 1; multiplicative. Degree: number of edges.

    Notes
    -----
    With labels, a contracted piece becomes a vertex with the label of its root. The coproduct
    reads the skeleton modulo leaves, as it must for coassociativity; `coaction` keeps them.

    References
    ----------
    D. Calaque, K. Ebrahimi-Fard and D. Manchon, "Two interacting Hopf algebras of trees", Adv.
    Appl. Math. 47 (2011), arXiv:0806.2238.

    Examples
    --------
    >>> cem.coproduct(Tree([Tree(), Tree()]))
    <Tensor (0)⊗(0[0,0]) + 2 (0[0])⊗(0[0]) + (0[0,0])⊗(0)>
    """

    name = "cem"
    _elimination = 20
    is_free_on_trees = True

    def __init__(self) -> None:
        super().__init__()
        self._coactions: Memo[Forest, Terms] = Memo(
            self._coproduct_needs, self._build_coaction, check=self._check_coproduct
        )

    @property
    def one(self) -> Forest:
        """The forest of the leaf with label 0."""
        return Forest._make((Tree._make((), 0),))

    def basis_element(self, x: Any) -> Forest:
        """Return the forest without leaves that `x` stands for.

        Parameters
        ----------
        x : Tree, Forest, tuple or None
            A tree, a forest, the tuple form of a tree, or None for the unit.

        Returns
        -------
        Forest
            The trees with at least two vertices; the leaf with label 0 if there are none.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind; planar objects are not converted silently.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> cem.basis_element(Forest([Tree(label=1), Tree([Tree()])]))
        <Forest 0[0]>
        """
        return self._normal(super().basis_element(x))

    def _normal(self, x: Forest) -> Forest:
        trees = x._trees
        if not trees:
            return self.one
        # Leaves come first in the basis order.
        if trees[0]._order > 1:
            return x
        larger = tuple(tree for tree in trees if tree._order > 1)
        return Forest._make(larger) if larger else self.one

    def _degree(self, x: Forest) -> int:
        return x.order - len(x)

    def _is_trivial(self, x: Forest) -> bool:
        return x._order == len(x._trees)

    def _factors(self, x: Forest) -> Any:
        return () if self._is_trivial(x) else x._trees

    def _basis(self, degree: int, colours: int) -> Iterator[Forest]:
        if degree == 0:
            yield self.one
            return
        check_terms("the list of trees for this basis", self._least_count(degree, colours))
        trees = [tree for n in range(2, degree + 2) for tree in enumerate_trees(n, colours)]
        stack: list[tuple[tuple[Tree, ...], int, int]] = [((), 0, degree)]
        while stack:
            chosen, first, left = stack.pop()
            if not left:
                yield Forest._make(chosen)
                continue
            for index in range(len(trees) - 1, first - 1, -1):
                if trees[index].order - 1 <= left:
                    stack.append(((*chosen, trees[index]), index, left - trees[index].order + 1))

    def _least_count(self, degree: int, colours: int) -> int:
        return count_trees(degree + 1, colours)

    def _product(self, x: Forest, y: Forest) -> Mapping[Forest, int]:
        if self._is_trivial(x):
            return {y: 1}
        return {x if self._is_trivial(y) else x * y: 1}

    def _check_coproduct(self, x: Forest) -> None:
        # One way for each set of edges.
        if x._order - len(x._trees) > _FEW:
            what = f"the sum over partitions of {x._order:,} vertices"
            if labels_differ(x._trees):
                check_terms(what, 2 ** (x._order - len(x._trees)))
            # The longest path is cut to pieces in any way, and all else to single vertices.
            longest = max(map(height, set(x._trees)))
            check_terms(what, count_partitions(longest))
            check_steps(what, 10 * count_collected_terms(longest - 1))
            check_partitions(what, x)

    def _coproduct_needs(self, x: Forest) -> Iterable[Forest]:
        trees = x._trees
        if len(trees) < 2:
            return ()
        return (Forest._make(trees[:-1]), Forest._make(trees[-1:]))

    def _build_coproduct(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        if len(x) > 1:
            before, last = self._coproduct_needs(x)
            return self._multiply_tensors(known[before], known[last])
        one = self.one
        total: Terms = {}
        for (pieces, skeleton), count in partitions(x._trees[0], keep_leaves=False).items():
            key = (pieces if pieces._trees else one, one if skeleton._order == 1 else skeleton)
            total[key] = total.get(key, 0) + count
        return total

    def _primitive_image(self, x: Forest) -> Mapping[Any, Any]:
        # See BCK: the dual is generated by what is dual to trees.
        return {key: value for key, value in self.reduced_coproduct(x).items() if len(key[0]) == 1}

    def _multiply_tensors(self, left: Terms, right: Terms) -> Terms:
        total: Terms = {}
        spend(6 * len(left) * len(right))
        for (pieces, skeleton), value in left.items():
            for (more, rest), factor in right.items():
                (first,) = self._product(pieces, more)
                (second,) = self._product(skeleton, rest)
                total[first, second] = total.get((first, second), 0) + value * factor
        return total

    def coaction(self, x: Any) -> Tensor:
        r"""Return the coaction on BCK: contracted pieces in slot 0, skeletons in slot 1.

        Parameters
        ----------
        x : Tree, Forest, tuple, None or Element
            A basis element or an element of `bck`.

        Returns
        -------
        Tensor
            Slot 0 in `cem`, slot 1 in `bck`, where leaves and the empty forest stay what they
            are.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to `bck`.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Notes
        -----
        It is multiplicative and respects the coproduct of BCK,
        :math:`(\mathrm{id} \otimes \Delta) \delta = m_{13} (\delta \otimes \delta) \Delta`.

        Examples
        --------
        >>> cem.coaction(Forest([Tree(), Tree(label=1)]))
        <Tensor (0)⊗(0 1)>
        """
        total: Terms = {}
        for key, value in bck.element(x).items():
            add_terms(total, self._coactions(key), value)
        return Tensor._collect(total)

    def _build_coaction(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        one = self.one
        if not x._trees:
            return {(one, x): 1}
        if len(x) == 1:
            return {
                (pieces if pieces._trees else one, skeleton): count
                for (pieces, skeleton), count in partitions(x._trees[0], keep_leaves=False).items()
            }
        total: Terms = {}
        before, last = known[x._make(x._trees[:-1])], known[x._make(x._trees[-1:])]
        spend(6 * len(before) * len(last))
        for (pieces, skeleton), value in before.items():
            for (more, rest), factor in last.items():
                (first,) = self._product(pieces, more)
                key = (first, skeleton * rest)
                total[key] = total.get(key, 0) + value * factor
        return total

    def _antipode_of(self, x: Forest, progress: Callable[[int, int], Any] | None) -> Terms:
        if x._order > _FEW_COLLECTED and x not in self._antipodes:
            self._check_coproduct(x)
            if (found := collected_contractions(x, progress)) is not None:
                return self._antipodes.keep(x, found)
        return super()._antipode_of(x, progress)

    def _antipode_needs(self, x: Forest) -> Iterable[Forest]:
        return self._coproduct_needs(x) or super()._antipode_needs(x)

    def _build_antipode(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        needs = self._coproduct_needs(x)
        if not needs:
            return super()._build_antipode(x, known)
        product = self._multiply(*(known[need] for need in needs))
        return {key: value for key, value in product.items() if value != 0}


cem = CEM()
