"""Arborification with trees or ordered forests as letters: general branched rough paths."""

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

__all__ = ["lift_arborification"]

AnyForest = Forest | OrderedForest
Terms = dict[tuple[AnyForest, ...], Any]


def lift_arborification(x: Any) -> Element:
    r"""Map a tree to words of trees, or an ordered forest to words of ordered forests.

    :math:`\Phi(x) = \sum \Phi(\text{pruned})\,\text{trunk}` over the coproduct of `x` with the
    terms in which the trunk is not empty and, non-planar, one tree; multiplicative on non-planar
    forests for the shuffle product. So the convolution product of exponentials of functionals that
    are 0 on non-planar products of trees is the signature of the path that the functionals step
    along, on words of letters that are the basis elements.

    References
    ----------
    M. Hairer and D. Kelly, "Geometric versus non-geometric rough paths", Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> for word, count in lift_arborification(Tree([Tree(label=1)], 2)).items():
    ...     print(count, [letter.to_tuple() for letter in word])
    1 [(((1,), 2),)]
    1 [((1,),), ((2,),)]
    """
    if isinstance(x, Tree):
        x = Forest([x])
    elif isinstance(x, PlanarTree):
        x = OrderedForest([x])
    elif not isinstance(x, AnyForest):
        raise InvalidTypeError(
            f"lift_arborification needs a tree or a forest, got {type(x).__name__} "
            f"{reprlib.repr(x)}; use Tree.from_tuple or OrderedForest.from_tuple for tuples"
        )
    return Element._wrap(_words(x))


def _cuts(forest: AnyForest) -> Iterable[tuple[AnyForest, AnyForest, Any]]:
    """Yield pruned part, letter and multiplicity."""
    delta: Any = (
        mkw.coproduct(forest) if isinstance(forest, OrderedForest) else bck.coproduct(forest)
    )
    for (pruned, trunk), count in delta.items():
        if trunk.order and (isinstance(forest, OrderedForest) or len(trunk) == 1):
            yield pruned, trunk, count


def _factors(forest: AnyForest) -> list[AnyForest]:
    """Return the trees of a non-planar forest of several, each as a forest; otherwise nothing."""
    if isinstance(forest, Forest) and len(forest) > 1:
        return [Forest([tree]) for tree in forest.trees]
    return []


def _needs(forest: AnyForest) -> Iterable[AnyForest]:
    if not forest.order:
        return ()
    return _factors(forest) or [pruned for pruned, _, _ in _cuts(forest)]


def _build(forest: AnyForest, known: Mapping[AnyForest, Terms]) -> Terms:
    if not forest.order:
        return {(): 1}
    total: Terms = {}
    factors = _factors(forest)
    if factors:
        total[()] = 1
        for factor in factors:
            total = shuffle_terms(total, known[factor])
        return total
    for pruned, trunk, count in _cuts(forest):
        add_terms(total, {(*word, trunk): c for word, c in known[pruned].items()}, count)
    return total


_words: Memo[AnyForest, Terms] = Memo(_needs, _build)
