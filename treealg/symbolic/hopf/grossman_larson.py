"""The Grossman-Larson algebra and its two planar relatives, dual to BCK, MKW and NCK."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.algebra import HopfAlgebra, check_results
from treealg.symbolic.hopf.bases import OrderedForestAlgebra
from treealg.symbolic.hopf.enveloping import (
    EnvelopingProduct,
    consecutive_pieces,
    sub_multisets,
    sub_sequences,
)
from treealg.symbolic.hopf.hanging import CommutativeHanging, OrderedHanging, PlanarHanging
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.linear.free_lie import lie_basis
from treealg.symbolic.trees.enumeration import (
    count_forests,
    count_trees,
    enumerate_forests,
    enumerate_trees,
)
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["GL", "OGL", "PGL", "gl", "graft_multisets", "graft_sequences", "ogl", "pgl"]

Progress = Callable[[int, int], Any] | None

graft_multisets = EnvelopingProduct(sub_multisets)
graft_sequences = EnvelopingProduct(sub_sequences)
_graft_pieces = EnvelopingProduct(consecutive_pieces)
_hang = CommutativeHanging(graft_multisets)
_hang_ordered = OrderedHanging(graft_sequences)
_hang_planar = PlanarHanging(_graft_pieces)


class GL(HopfAlgebra[Forest]):
    r"""The Grossman-Larson Hopf algebra; use the object `gl`.

    Basis: non-planar trees, as `Tree`, as the tuple form of a tree, or as `Forest` of one tree;
    None is the leaf with label 0. Product :math:`s \cdot t`: the branches of t are grafted on the
    vertices of s in all ways. Coproduct: the branches at the root are distributed in all ways.
    Degree: number of vertices without the root. Dual: `bck`,
    :math:`\langle s \cdot t, x \rangle = \langle t \otimes s, \Delta x \rangle`: t is paired with
    the pruned part, s with the trunk.

    Notes
    -----
    The root only holds the branches together. Its label goes along: a product has that of the
    left factor. Trees whose root has label 0 form the Hopf algebra with the leaf 0 as unit; those
    with another root label are a copy of it.

    References
    ----------
    R. Grossman and R. G. Larson, "Hopf-algebraic structure of families of trees", J. Algebra 126
    (1989). F. Panaite, "Relating the Connes-Kreimer and Grossman-Larson Hopf algebras built on
    rooted trees", Lett. Math. Phys. 51 (2000).

    Examples
    --------
    >>> ladder, cherry = Tree([Tree()]), Tree([Tree(), Tree()])
    >>> gl.product(ladder, ladder)
    <Element (0[0,0]) + (0[0[0]])>
    >>> gl.coproduct(cherry)
    <Tensor (0)⊗(0[0,0]) + 2 (0[0])⊗(0[0]) + (0[0,0])⊗(0)>
    """

    name = "gl"

    @property
    def one(self) -> Forest:
        """The forest of the leaf with label 0."""
        return Forest._make((Tree._make((), 0),))

    def basis_element(self, x: Any) -> Forest:
        """Return the forest of one tree that `x` stands for.

        Parameters
        ----------
        x : Tree, Forest, tuple or None
            A tree, a forest of one tree, the tuple form of a tree, or None for the unit.

        Returns
        -------
        Forest
            The forest of the tree.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind, for instance a forest of several trees.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form, or is that of a forest too because
            the label of its root is a tuple.

        Examples
        --------
        >>> gl.basis_element(None)
        <Forest 0>
        """
        if x is None:
            return self.one
        if isinstance(x, tuple) and not x:  # the tuple form of the empty forest
            x = Forest()
        if isinstance(x, Forest):
            if len(x) != 1:
                raise InvalidTypeError(
                    f"a basis element of GL is a single tree, got the forest {brief(x)}; join its "
                    "trees to a root with b_plus()"
                )
            return x
        if not isinstance(x, (Tree, tuple)):
            raise InvalidTypeError(f"GL needs a non-planar tree, got {type(x).__name__} {brief(x)}")
        return Forest._read(x)

    def _degree(self, x: Forest) -> int:
        return x.order - 1

    def _is_trivial(self, x: Forest) -> bool:
        return x._order == 1

    def _basis(self, degree: int, colours: int) -> Iterator[Forest]:
        for branches in enumerate_forests(degree, colours):
            yield Forest._make((branches.b_plus(),))

    def _least_count(self, degree: int, colours: int) -> int:
        return count_forests(degree, colours)

    def _dual_key(self, x: Forest) -> tuple[Any, int]:
        branches = Forest._make(x._trees[0]._children)
        return branches, branches.symmetry

    def _product(self, x: Forest, y: Forest) -> Mapping[Forest, int]:
        on, label = Forest._make(x._trees[0]._children), x._trees[0]._label
        grafted = graft_multisets(Forest._make(y._trees[0]._children), on)
        return {_rooted(forest, label): count for forest, count in grafted.items()}

    def _coproduct_needs(self, x: Forest) -> Iterable[Forest]:
        return ()

    def _build_coproduct(self, x: Forest, known: Mapping[Forest, Terms]) -> Terms:
        label = x._trees[0]._label
        branches = Forest._make(x._trees[0]._children)
        return {
            (_rooted(first, label), _rooted(second, label)): count
            for first, second, _, count in graft_multisets.divisions(branches)
        }

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms]:
        check_results(count_trees(degree, colours))
        make = Tree._make
        trees = enumerate_trees(degree, colours)
        return ({Forest._make((make((tree,), 0),)): 1} for tree in trees)

    def _antipode_of(self, x: Forest, progress: Progress) -> Terms:
        terms = _hang.antipode(Forest._make(x._trees[0]._children), progress)
        spend(3 * len(terms))
        return {_rooted(forest, x._trees[0]._label): count for forest, count in terms.items()}


def _rooted(branches: Forest, label: Any) -> Forest:
    return Forest._make((Tree._make(branches._trees, label),))


class OGL(OrderedForestAlgebra):
    r"""The ordered Grossman-Larson Hopf algebra, dual to `mkw`; use the object `ogl`.

    Basis: ordered forests, in the forms that `mkw` takes. Product: :math:`F * \omega`, each tree
    of F goes to the left of :math:`\omega` or is grafted on a vertex, left of its branches, and
    trees that go to one place keep their order; for a single tree
    :math:`F * \omega = F \cdot \omega + F \rhd \omega`. Coproduct: the trees are distributed in
    all ways (deshuffle). Degree: number of vertices. Pairing:
    :math:`\langle F * \omega, x \rangle = \langle F \otimes \omega, \Delta x \rangle`.

    References
    ----------
    H. Z. Munthe-Kaas and W. M. Wright, "On the Hopf algebraic structure of Lie group
    integrators", Found. Comput. Math. 8 (2008). K. Ebrahimi-Fard, A. Lundervold and
    H. Z. Munthe-Kaas, J. Lie Theory 25 (2015).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> ogl.product(PlanarTree(label=1), PlanarTree([PlanarTree(label=2)]))
    <Element (1 0[2]) + (0[1,2]) + (0[2[1]])>
    """

    name = "ogl"

    def _product(self, x: OrderedForest, y: OrderedForest) -> Mapping[OrderedForest, int]:
        return graft_sequences(x, y)

    def _coproduct_needs(self, x: OrderedForest) -> Iterable[OrderedForest]:
        return ()

    def _build_coproduct(self, x: OrderedForest, known: Mapping[OrderedForest, Terms]) -> Terms:
        return {(first, second): count for first, second, _, count in graft_sequences.divisions(x)}

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms]:
        check_results(count_trees(degree, colours, planar=True))  # which are Lyndon words
        trees: list[PlanarTree] = []
        for order in range(1, degree + 1):
            trees.extend(enumerate_trees(order, colours, planar=True))
        words = lie_basis(degree, lambda i: trees[i]._order if i < len(trees) else math.inf)
        return (
            {
                OrderedForest._make(tuple([trees[i] for i in key])): value
                for key, value in terms.items()
            }
            for terms in words
        )

    def _antipode_of(self, x: OrderedForest, progress: Progress) -> Terms:
        return _hang_ordered.antipode(x, progress)


class PGL(OrderedForestAlgebra):
    r"""The planar Grossman-Larson Hopf algebra, dual to `nck`; use the object `pgl`.

    Basis: ordered forests, in the forms that `nck` takes. Product: the trees of the first forest
    are put on vertices of the second or beside its trees, at any place among the old branches and
    from left to right in their order. Coproduct: deconcatenation. Degree: number of vertices.
    Pairing: :math:`\langle F * \omega, x \rangle = \langle F \otimes \omega, \Delta x \rangle`.

    Notes
    -----
    The deshuffle coproduct, which distributes the trees in all ways, does not fit this product:
    what keeps the order must be cut in order. Unequal branches show it.

    References
    ----------
    L. Foissy, "Les algèbres de Hopf des arbres enracinés décorés, I", Bull. Sci. Math. 126
    (2002).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> pgl.product(PlanarTree(label=1), PlanarTree([PlanarTree(label=2)]))
    <Element (1 0[2]) + (0[2] 1) + (0[1,2]) + (0[2,1]) + (0[2[1]])>
    """

    name = "pgl"

    def _product(self, x: OrderedForest, y: OrderedForest) -> Mapping[OrderedForest, int]:
        return _graft_pieces(x, y)

    def _coproduct_needs(self, x: OrderedForest) -> Iterable[OrderedForest]:
        return ()

    def _build_coproduct(self, x: OrderedForest, known: Mapping[OrderedForest, Terms]) -> Terms:
        make, trees = OrderedForest._make, x._trees
        spend((len(trees) + 1) * (1 + len(trees) // 4))  # all trees of all terms
        return {(make(trees[:i]), make(trees[i:])): 1 for i in range(len(trees) + 1)}

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms]:
        # What is cut is known from its pieces.
        check_results(count_trees(degree, colours, planar=True))
        trees = enumerate_trees(degree, colours, planar=True)
        return ({OrderedForest._make((tree,)): 1} for tree in trees)

    def _antipode_of(self, x: OrderedForest, progress: Progress) -> Terms:
        return _hang_planar.antipode(x, progress)


gl = GL()
ogl = OGL()
pgl = PGL()
