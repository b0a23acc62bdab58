"""Arborification: the Hopf morphisms from trees to the shuffle algebra of words of labels."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from typing import Any

from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.elements import Element, add_terms
from treealg.symbolic.linear.words import shuffle_terms
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["arborification"]

AnyForest = Forest | OrderedForest
Terms = dict[tuple[Any, ...], Any]


def arborification(x: Any) -> Element:
    r"""Map trees to words: all ways to read a tree from its leaves down to its root.

    Non-planar, from BCK: :math:`\Phi(B^+_a(\tau_1 \cdots \tau_k)) =
    (\Phi(\tau_1) ⧢ \cdots ⧢ \Phi(\tau_k))\,a`, multiplicative on forests. Planar, from MKW:
    :math:`\Phi(\omega B^+_a(F)) = (\Phi(\omega) ⧢ \Phi(F))\,a`. Both are Hopf morphisms to the
    shuffle algebra with deconcatenation.

    Parameters
    ----------
    x : tree, forest or Element
        A `Tree`, `Forest`, `PlanarTree` or `OrderedForest`, or an `Element` over forests.

    Returns
    -------
    Element
        An element over words: tuples of labels, ``()`` the empty word.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these (a bare tuple does not tell whether it is planar), or an element
        over words.

    References
    ----------
    M. Gubinelli, "Ramification of rough paths", J. Differential Equations 248 (2010).
    F. Fauvet and F. Menous, "Ecalle's arborification-coarborification transforms and
    Connes-Kreimer Hopf algebra", Ann. Sci. ENS 50 (2017).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> arborification(Tree([Tree(label=1), Tree(label=2)], 3))
    <Element ((2, 1, 3)) + ((1, 2, 3))>
    """
    if isinstance(x, (Tree, Forest)):
        return Element._wrap(_words(bck.basis_element(x)))
    if isinstance(x, (PlanarTree, OrderedForest)):
        return Element._wrap(_words(mkw.basis_element(x)))
    if not isinstance(x, Element) or any(not isinstance(key, AnyForest) for key in x):
        raise InvalidTypeError(
            "arborification needs a tree, a forest or an element over forests, got "
            f"{type(x).__name__} {reprlib.repr(x)}; use Tree.from_tuple or "
            "OrderedForest.from_tuple for tuples"
        )
    total: Terms = {}
    for key, value in x.items():
        add_terms(total, _words(key), value)
    return Element._collect(total)


def _needs(forest: AnyForest) -> Iterable[AnyForest]:
    trees: Any = forest._trees
    make: Any = type(forest)._make
    if not trees:
        return ()
    if len(trees) == 1:
        return (make(trees[0]._children),)
    if isinstance(forest, Forest):
        return (make(trees[:-1]), make(trees[-1:]))
    return (make(trees[:-1]), make(trees[-1]._children))


def _build(forest: AnyForest, known: Mapping[AnyForest, Terms]) -> Terms:
    trees = forest._trees
    if not trees:
        return {(): 1}
    parts = [known[need] for need in _needs(forest)]
    words = parts[0] if len(parts) == 1 else shuffle_terms(parts[0], parts[1])
    if isinstance(forest, Forest) and len(trees) > 1:
        return words
    label = trees[-1]._label
    return {(*word, label): count for word, count in words.items()}


_words: Memo[AnyForest, Terms] = Memo(_needs, _build)
