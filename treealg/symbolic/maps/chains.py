"""Arborification with chains as letters: what a path with a correction is made of.

A segment whose exponent has values on chains (ladder trees) and not on single vertices alone acts
on a tree through its rooted chains. So a branched signature that is a product of exponentials of
chains is the signature of words whose letters are chains, composed with a Hopf morphism.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.words import shuffle_terms
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["chain_arborification", "rooted_chains"]

AnyForest = Forest | OrderedForest
Key = tuple[AnyForest, int]
Terms = dict[tuple[Any, ...], Any]


def chain_arborification(x: Any, longest: Any) -> Element:
    r"""Map a tree to words of chains: all ways to take rooted chains off it, the last one first.

    :math:`\Phi(\tau) = \sum_c \big(\Phi(\sigma_1) ⧢ \cdots ⧢ \Phi(\sigma_k)\big)\,c`, the sum over
    the chains :math:`c` of :math:`\tau` that begin at its root and have at most `longest` vertices,
    with :math:`\sigma_1, \dots, \sigma_k` the trees that hang off the chain; multiplicative on
    forests. Planar, on an ordered forest: over the chains of the last tree in which each vertex is
    the last child of the one before, and the shuffle is of the forests to the left of each vertex
    and of the branches of the last one.

    Notes
    -----
    Transposed, this is the algebra morphism from words of chains with concatenation to the
    Grossman--Larson algebra that sends a chain to itself. Chains are primitive there, so that it is
    a Hopf morphism: the idea of Hairer and Kelly (2015), for chains in place of all trees.

    References
    ----------
    M. Hairer and D. Kelly, "Geometric versus non-geometric rough paths", Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> chain_arborification(Tree([Tree(label=1)], 2), 2)
    <Element (((1,), (2,))) + (((2, 1),))>
    """
    longest = check_integer("longest", longest, 1)
    if isinstance(x, Tree):
        x = Forest([x])
    elif isinstance(x, PlanarTree):
        x = OrderedForest([x])
    elif not isinstance(x, AnyForest):
        raise InvalidTypeError(
            f"chain_arborification needs a tree or a forest, got {type(x).__name__} "
            f"{reprlib.repr(x)}; use Tree.from_tuple or OrderedForest.from_tuple for tuples"
        )
    return Element._wrap(_words((x, longest)))


def rooted_chains(forest: AnyForest, longest: int) -> Iterator[tuple[Any, list[AnyForest]]]:
    """Yield each chain that may be the last letter of a word, with what hangs off it."""
    make: Any = type(forest)._make
    trees: Any = forest._trees
    tree = trees[-1]
    if isinstance(forest, OrderedForest):
        chain: tuple[Any, ...] = (tree._label,)
        left = [make(trees[:-1])]
        yield chain, [*left, make(tree._children)]
        while tree._children and len(chain) < longest:
            left.append(make(tree._children[:-1]))
            tree = tree._children[-1]
            chain = (*chain, tree._label)
            yield chain, [*left, make(tree._children)]
        return
    pending: list[tuple[Any, tuple[Any, ...], tuple[Any, ...]]] = [(tree, (), ())]
    while pending:
        tree, above, beside = pending.pop()
        chain = (*above, tree._label)
        yield chain, [make((other,)) for other in (*beside, *tree._children)]
        if len(chain) < longest:
            for i, child in enumerate(tree._children):
                others = tree._children[:i] + tree._children[i + 1 :]
                pending.append((child, chain, (*beside, *others)))


def _needs(key: Key) -> Iterable[Key]:
    forest, longest = key
    trees: Any = forest._trees
    make: Any = type(forest)._make
    if not trees:
        return ()
    if isinstance(forest, Forest) and len(trees) > 1:
        return [(make((tree,)), longest) for tree in trees]
    return [(part, longest) for _, parts in rooted_chains(forest, longest) for part in parts]


def _shuffled(parts: Iterable[AnyForest], longest: int, known: Mapping[Key, Terms]) -> Terms:
    words: Terms = {(): 1}
    for part in parts:
        words = shuffle_terms(words, known[part, longest])
    return words


def _build(key: Key, known: Mapping[Key, Terms]) -> Terms:
    forest, longest = key
    trees: Any = forest._trees
    make: Any = type(forest)._make
    if not trees:
        return {(): 1}
    if isinstance(forest, Forest) and len(trees) > 1:
        return _shuffled([make((tree,)) for tree in trees], longest, known)
    total: Terms = {}
    for chain, parts in rooted_chains(forest, longest):
        for word, count in _shuffled(parts, longest, known).items():
            longer = (*word, chain)
            total[longer] = total.get(longer, 0) + count
    return total


_words: Memo[Key, Terms] = Memo(_needs, _build)
