"""Brackets, Butcher product and enveloping product of trees and forests.

Non-planar trees form a pre-Lie algebra under grafting; planar ones generate a post-Lie algebra,
of which grafting and the commutator of concatenation are the two operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.connes_kreimer import bck, nck
from treealg.symbolic.hopf.grossman_larson import graft_multisets, graft_sequences, ogl
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.grafting import graft
from treealg.symbolic.linear.rounded_terms import terms_on
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = [
    "butcher_product",
    "concatenation_bracket",
    "enveloping_product",
    "forests_of",
    "graft_forest",
    "grafting_bracket",
]


def forests_of(*arguments: Any) -> tuple[Any, list[Element]]:
    """Return the arguments as elements over forests of one kind.

    And the algebra of their bases: `nck` if one is planar, else `bck`.

    Examples
    --------
    >>> forests_of(Tree())
    (<HopfAlgebra bck>, [<Element (0)>])
    """
    planar = any(
        isinstance(key, (PlanarTree, OrderedForest))
        for x in arguments
        for key in (x if isinstance(x, Element) else (x,))
    )
    algebra: Any = nck if planar else bck
    for x in arguments:
        if not isinstance(x, (Tree, PlanarTree, Forest, OrderedForest, Element)):
            raise InvalidTypeError(
                f"expected a tree, a forest or an element over forests, got {type(x).__name__} "
                f"{brief(x)}; use Tree.from_tuple or PlanarTree.from_tuple for tuples"
            )
    return algebra, [algebra.element(x) for x in arguments]


def _bilinear(x: Element, y: Element, product: Callable[[Any, Any], Terms]) -> Element:
    total: Terms = {}
    for left, a in x.items():
        for right, b in y.items():
            add_terms(total, product(left, right), a * b)
    return Element._collect(total)


def grafting_bracket(x: Any, y: Any) -> Element:
    r"""Return the Lie bracket of vector fields that grafting gives.

    Non-planar: :math:`[x,y] = x \rhd y - y \rhd x`. Planar:
    :math:`[[x,y]] = x \rhd y - y \rhd x + xy - yx`, the commutator of the enveloping product.

    Parameters
    ----------
    x, y : tree, forest or Element
        Non-planar: trees. Planar: Lie polynomials in planar trees, such as single trees.

    Returns
    -------
    Element
        The bracket.

    Raises
    ------
    InvalidTypeError
        If an argument is of another kind, or one is planar and the other is not.

    Examples
    --------
    >>> grafting_bracket(Tree(label=1), Tree(label=2))
    <Element (2[1]) - (1[2])>
    >>> grafting_bracket(PlanarTree(label=1), PlanarTree(label=2))
    <Element (1 2) - (2 1) + (2[1]) - (1[2])>
    """
    algebra, (left, right) = forests_of(x, y)
    if algebra is bck:
        return graft(left, right) - graft(right, left)
    return ogl.product(left, right) - ogl.product(right, left)


def concatenation_bracket(x: Any, y: Any) -> Element:
    """Return the commutator of concatenation, the bracket of frozen vector fields.

    Parameters
    ----------
    x, y : PlanarTree, OrderedForest or Element
        The two sides.

    Returns
    -------
    Element
        ``xy - yx``.

    Raises
    ------
    InvalidTypeError
        If an argument is of another kind.

    Examples
    --------
    >>> concatenation_bracket(PlanarTree(label=1), PlanarTree(label=2))
    <Element (1 2) - (2 1)>
    """
    return nck.product(x, y) - nck.product(y, x)


def butcher_product(x: Any, y: Any) -> Element:
    r"""Return the Butcher product: the root of y is joined to the root of x, bilinear.

    :math:`[x_1, \ldots, x_k] \circ y = [x_1, \ldots, x_k, y]`; a planar y becomes the leftmost
    branch.

    Parameters
    ----------
    x, y : tree or Element
        Trees of one kind, or elements over single trees.

    Returns
    -------
    Element
        The product.

    Raises
    ------
    InvalidTypeError
        If an argument is of another kind, or a forest is not a single tree.

    References
    ----------
    E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration" (2006).

    Examples
    --------
    >>> butcher_product(Tree([Tree(label=1)]), Tree(label=2))
    <Element (0[1,2])>
    """

    def single(x: Element) -> Element:
        found = terms_on(x, lambda forest: len(forest) == 1)
        if found is None:
            raise InvalidTypeError(f"the Butcher product is that of single trees, got {brief(x)}")
        return found

    def product(left: Any, right: Any) -> Terms:
        tree = left[0]
        return {left._make((tree._build((right[0], *tree._children), tree._label),)): 1}

    _, (first, second) = forests_of(x, y)
    return _bilinear(single(first), single(second), product)


def enveloping_product(x: Any, y: Any) -> Element:
    r"""Return the product :math:`F * \omega` of forests: trees of F beside or grafted on ω.

    For a tree F it is :math:`F \cdot \omega + F \rhd \omega`. Planar it is the product of `ogl`;
    non-planar that of `gl` for the branches, factors exchanged.

    Parameters
    ----------
    x, y : tree, forest or Element
        F and ω, of one kind.

    Returns
    -------
    Element
        The product.

    Raises
    ------
    InvalidTypeError
        If an argument is of another kind, or one is planar and the other is not.

    References
    ----------
    D. Guin and J.-M. Oudom, J. K-Theory 2 (2008). K. Ebrahimi-Fard, A. Lundervold and
    H. Z. Munthe-Kaas, J. Lie Theory 25 (2015).

    Examples
    --------
    >>> enveloping_product(Tree(label=1), Forest([Tree(label=2), Tree(label=3)]))
    <Element (1 2 3) + (2 3[1]) + (3 2[1])>
    """
    algebra, (left, right) = forests_of(x, y)
    return _bilinear(left, right, graft_multisets if algebra is bck else graft_sequences)


def graft_forest(x: Any, y: Any) -> Element:
    r"""Graft the trees of one forest on the vertices of another in all ways, none beside it.

    :math:`F \rhd (\omega \tau) = \sum (F_{(1)} \rhd \omega)(F_{(2)} \rhd \tau)` and
    :math:`F \rhd B^+_a(G) = B^+_a(F * G)`.

    Parameters
    ----------
    x, y : tree, forest or Element
        F and the forest on which it is grafted, of one kind.

    Returns
    -------
    Element
        The sum; planar trees go to the left of the old branches.

    Raises
    ------
    InvalidTypeError
        If an argument is of another kind, or one is planar and the other is not.

    Examples
    --------
    >>> graft_forest(Forest([Tree(label=1), Tree(label=2)]), Tree())
    <Element (0[1,2])>
    """
    algebra, (left, right) = forests_of(x, y)
    envelope = graft_multisets if algebra is bck else graft_sequences

    def product(branches: Any, trunk: Any) -> Terms:
        # What is still to be grafted, and what has grown so far from left to right.
        states: Terms = {(branches, trunk.empty): 1}
        for tree in trunk:
            grown: Terms = {}
            for (rest, done), value in states.items():
                for here, later, _, count in envelope.divisions(rest):
                    for forest, c in envelope(here, trunk._make(tree._children)).items():
                        new = trunk._make((tree._make(forest._trees, tree._label),))
                        add_terms(grown, {(later, done * new): value * count * c})
            states = grown
        return {done: value for (rest, done), value in states.items() if not rest._trees}

    return _bilinear(left, right, product)
