r"""Translation of branched rough paths: vertices are moved by series of trees.

:math:`M_v` takes the vertex :math:`\bullet_i` to :math:`\bullet_i + v_i` and respects grafting and
the product of forests. Functionals X are moved by its transpose, as series :math:`\sum X(x)\,
x / \sigma(x)`, with 1 for the symmetry :math:`\sigma` of ordered forests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.connes_kreimer import bck, nck
from treealg.symbolic.hopf.grossman_larson import graft_multisets, graft_sequences, ogl
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.rounded_terms import size_of, terms_on
from treealg.symbolic.linear.tolerances import (
    check_tolerance,
    holds_to_rounding,
    is_rounded,
)
from treealg.symbolic.maps.evaluation import Asked, Asking
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.trees.enumeration import enumerate_forests
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["translate", "translate_element"]

Translation = Mapping[Any, Any]
# The branches at the root of a piece that is not complete, and the branches of the skeleton.
State = tuple[Forest, Forest]


def translate_element(x: Any, translation: Translation, degree: Any, *, tol: Any = None) -> Element:
    r"""Return :math:`M_v(x)`, up to some number of vertices.

    :math:`M_v(\bullet_i) = \bullet_i + v_i`, :math:`M_v(F G) = M_v(F)\, M_v(G)` and
    :math:`M_v(B^+_i(F)) = M_v(F) \rhd (\bullet_i + v_i)`, where a forest is grafted, tree by tree,
    on what was there before. Planar the product is concatenation, and grafting is to the left.

    Parameters
    ----------
    x : tree, forest or Element
        What is moved.
    translation : mapping
        v: from labels to trees or elements over single trees; planar, over ordered forests, and
        in the Lie algebra that planar trees generate. Labels that are not there stay.
    degree : int
        Forests with more vertices are left out, at least 0.
    tol : float, optional
        How far floats may be from those of an element of the Lie algebra; without it, the last
        digits of the sum of their sizes.

    Returns
    -------
    Element
        Over forests; planar, over ordered forests.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, or is planar where another is not.
    InvalidValueError
        If `degree` or `tol` is negative, or :math:`v_i` is not in the Lie algebra, floats but for
        rounding.

    Notes
    -----
    It is a morphism of the Grossman-Larson algebra, planar of `ogl`: for trees it is the morphism
    of pre-Lie algebras, which are free on the vertices, and planar of post-Lie algebras.

    References
    ----------
    Y. Bruned, I. Chevyrev, P. Friz and R. Preiß, "A rough path perspective on renormalization",
    J. Funct. Anal. 277 (2019), section 3.2. L. Rahm, "Translations of planarly branched rough
    paths" (2021).

    Examples
    --------
    >>> ladder = Tree([Tree(label=1)], 1)
    >>> translate_element(Tree([Tree(label=0)], 1), {0: ladder}, 3)
    <Element (1[0]) + (1[1[1]])>
    >>> translate_element(Tree([Tree(label=1)], 0), {0: ladder}, 3)
    <Element (0[1]) + (1[1,1]) + (1[1[1]])>
    """
    planar = any(
        isinstance(key, (PlanarTree, OrderedForest))
        for key in (x if isinstance(x, Element) else (x,))
    )
    degree = check_integer("degree", degree, 0)
    moved = _Translated(_checked(translation, planar, tol), planar, degree)
    total: Terms = {}
    for key, value in (nck if planar else bck).element(x).items():
        if key.order <= degree:
            add_terms(total, moved.forests(key), value)
    return Element._collect(total)


def translate(functional: Functional, translation: Translation, *, tol: Any = None) -> Functional:
    r"""Return a functional that is moved by a translation.

    :math:`(T_v X)(x) = \langle M_v X, x \rangle`, where X stands for
    :math:`\sum_y X(y)\, y / \sigma(y)` and :math:`\langle y, x \rangle = \sigma(x) \delta_{xy}`:
    for the signature X of a branched rough path, that of the rough path moved by v. Non-planar, x
    is cut in all ways into connected pieces; a piece becomes a vertex with label i in exchange for
    the value of v_i on it, and X is taken of what remains.

    Parameters
    ----------
    functional : Functional
        X, on `bck` or `mkw`.
    translation : mapping
        v, as for `translate_element`: the value of :math:`v_i` on a tree is its coefficient times
        the symmetry of the tree.
    tol : float, optional
        As for `translate_element`.

    Returns
    -------
    Functional
        On the same algebra: a character if `functional` is one.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, or is planar where the other is not.
    InvalidValueError
        If :math:`v_i` is not in the Lie algebra, floats but for rounding, or `tol` is negative.

    References
    ----------
    Y. Bruned, I. Chevyrev, P. Friz and R. Preiß, "A rough path perspective on renormalization",
    J. Funct. Anal. 277 (2019), section 3.2, doi:10.1016/j.jfa.2019.108283.

    Examples
    --------
    Stratonovich integrals from those of Itô, where the label t is time:

    >>> from fractions import Fraction
    >>> from treealg.symbolic import Character
    >>> leaf, time, ladder = Tree(label="x"), Tree(label="t"), Tree([Tree(label="x")], "x")
    >>> ito = Character(bck, {leaf: 3, time: 2, ladder: Fraction(7, 2)})
    >>> translate(ito, {"t": Element({ladder: Fraction(1, 2)})})(ladder)
    Fraction(9, 2)
    """
    if not isinstance(functional, Functional) or functional.algebra not in (bck, mkw):
        raise InvalidTypeError(
            f"functional must be a Functional on bck or mkw, got {brief(functional)}"
        )
    planar = functional.algebra is mkw
    return _translated(functional, _checked(translation, planar, tol))


def _translated(functional: Functional, v: Mapping[Any, Element]) -> Functional:
    planar = functional.algebra is mkw
    asks = _asks_planar(functional, v) if planar else _asks(functional, v)
    return Functional._asking(functional.algebra, asks)._made_by(_translated, functional, v)


def _checked(translation: Any, planar: bool, tol: Any) -> dict[Any, Element]:
    """Return the translation as elements over forests.

    They are in the Lie algebra: what rounding has put on the empty forest, and on several trees
    that do not commute, is left out.
    """
    tol = check_tolerance(tol)
    if not isinstance(translation, Mapping):
        raise InvalidTypeError(
            "translation must be a mapping from labels to elements, got "
            f"{type(translation).__name__}"
        )
    algebra = nck if planar else bck
    found: dict[Any, Element] = {}
    for label, value in translation.items():
        element = algebra.element(value)
        kept = terms_on(element, len if planar else _is_tree, tol)
        if planar and kept is not None and not _is_primitive(kept, tol):
            kept = None
        if kept is None:
            kind = "of the Lie algebra of planar trees" if planar else "over single trees"
            floats = tol is None and any(is_rounded(c) for _, c in element.items())
            advice = "; if that is rounding, give tol=, for instance tol=1e-06" if floats else ""
            raise InvalidValueError(
                f"translation must have elements {kind}, got {element} for the label "
                f"{brief(label)}{advice}"
            )
        found[label] = kept
    return found


def _is_tree(forest: Any) -> bool:
    return len(forest) == 1


def _is_primitive(x: Element, tol: float | None) -> bool:
    one, size = OrderedForest.empty, size_of(x)
    return all(
        one in pair or holds_to_rounding(c, tol, size=size) for pair, c in ogl.coproduct(x).items()
    )


class _Translated:
    """The images of forests, up to a degree."""

    def __init__(self, v: Mapping[Any, Element], planar: bool, degree: int) -> None:
        self._v, self._degree = v, degree
        self._tree: Any = PlanarTree if planar else Tree
        self._product = graft_sequences if planar else graft_multisets
        self.forests: Memo[Any, Terms] = Memo(self._needs, self._build)

    def _needs(self, forest: Any) -> Iterable[Any]:
        trees, make = forest._trees, forest._make
        if len(trees) > 1:
            return (make(trees[:-1]), make(trees[-1:]))
        return (make(trees[0]._children),) if trees else ()

    def _build(self, forest: Any, known: Mapping[Any, Terms]) -> Terms:
        trees, make = forest._trees, forest._make
        total: Terms = {}
        if not trees:
            return {forest: 1}
        if len(trees) > 1:
            first, last = (known[need] for need in self._needs(forest))
            for one, c in first.items():
                room = self._degree - one.order
                spend(6 * len(last))
                grown = {one * two: c * d for two, d in last.items() if two.order <= room}
                add_terms(total, grown)
            return total
        label = trees[0]._label
        roots: Terms = {make((self._tree._make((), label),)): 1}
        add_terms(roots, dict(self._v[label].items()) if label in self._v else {})
        for branches, c in known[make(trees[0]._children)].items():
            for root, d in roots.items():
                if branches.order + root.order <= self._degree:
                    add_terms(total, self._grafted(branches, root), c * d)
        return total

    def _grafted(self, branches: Any, on: Any) -> Terms:
        """Graft all trees of a forest on vertices of another, none beside them."""
        trees, make = on._trees, on._make
        if not trees:
            return {} if branches._trees else {on: 1}
        total: Terms = {}
        root = trees[-1]
        for left, right, _, count in self._product.divisions(branches):
            before = self._grafted(left, make(trees[:-1]))
            for grown, c in self._product(right, make(root._children)).items():
                spend(20 + 3 * len(before))
                last = make((root._make(grown._trees, root._label),))
                add_terms(total, {forest * last: d for forest, d in before.items()}, count * c)
        return total


def _asks(functional: Functional, v: Mapping[Any, Element]) -> Asking:
    """Return the values of a translated functional on commutative forests."""
    make = Forest._make
    values: dict[Tree, list[tuple[Any, Any]]] = {}
    for label, element in v.items():
        for forest, c in element.items():
            values.setdefault(forest[0], []).append((label, c * forest.symmetry))
    largest = max((tree.order for tree in values), default=1)

    def needs(forest: Forest) -> Iterable[Forest]:
        trees = forest._trees
        if len(trees) > 1:
            return (make(trees[:-1]), make(trees[-1:]))
        return (make(trees[0]._children),) if trees else ()

    def completed(tree: Tree, known: Mapping[Forest, dict[State, Any]]) -> Terms:
        """Return the skeletons of a tree, with the pieces at their roots complete."""
        found: Terms = {}
        for (root, kept), c in known[make(tree._children)].items():
            piece = Tree._make(root._trees, tree._label)
            own = [(tree._label, 1)] if not root._trees else []
            for label, value in own + values.get(piece, []):
                add_terms(found, {make((Tree._make(kept._trees, label),)): c * value})
        return found

    def build(forest: Forest, known: Mapping[Forest, dict[State, Any]]) -> dict[State, Any]:
        trees = forest._trees
        total: dict[State, Any] = {}
        if not trees:
            return {(forest, forest): 1}
        if len(trees) > 1:
            first, last = (known[need] for need in needs(forest))
            for (root, kept), c in first.items():
                spend(6 * len(last))
                add_terms(total, {(root * a, kept * b): d for (a, b), d in last.items()}, c)
            return total
        (tree,) = trees
        add_terms(total, {(Forest.empty, f): c for f, c in completed(tree, known).items()})
        for (root, kept), c in known[make(tree._children)].items():
            piece = make((Tree._make(root._trees, tree._label),))
            if piece.order < largest:  # else no value belongs to what it grows to
                add_terms(total, {(piece, kept): c})
        return total

    states: Memo[Forest, dict[State, Any]] = Memo(needs, build)

    def asks(forest: Forest) -> Asked:
        total: Any = 0
        for (root, kept), c in states(forest).items():
            if not root._trees:
                total = total + c * (yield functional, kept)
        return total

    return asks


def _asks_planar(functional: Functional, v: Mapping[Any, Element]) -> Asking:
    """Return the values of a translated functional on ordered forests."""
    images: dict[int, _Translated] = {}

    def asks(forest: OrderedForest) -> Asked:
        order = forest.order
        moved = images.setdefault(order, _Translated(v, True, order))
        labels = {vertex.label for tree in forest for vertex in tree.vertices()} | v.keys()
        names = dict(enumerate(sorted(labels, key=repr)))
        total: Any = 0
        for nodes in range(order + 1):
            for shape in enumerate_forests(nodes, len(names), planar=True):
                key = OrderedForest(_renamed(tree, names) for tree in shape)
                c = moved.forests(key).get(forest, 0)
                if c != 0:
                    total = total + c * (yield functional, key)
        return total

    return asks


def _renamed(tree: PlanarTree, names: Mapping[Any, Any]) -> PlanarTree:
    return PlanarTree((_renamed(child, names) for child in tree.children), names[tree.label])
