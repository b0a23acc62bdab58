"""Arborification: the Hopf morphisms from trees to shuffle algebras of words.

A path that steps along primitive elements acts on a tree through the coproduct: the last step takes
off a trunk, the steps before take what was pruned. So its branched signature is the signature of
words whose letters are the trunks it can take, composed with a Hopf morphism. What the letters are
is the only difference between the signature of a path (single vertices), of a path with a
correction (chains, that is, ladder trees), and of a general branched rough path (everything).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.hopf.readings import check_readings
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.words import shuffle_terms
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.sizes import MAX_TERMS, check_terms, height
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["arborification", "rooted_chains"]

AnyForest = Forest | OrderedForest
Key = tuple[AnyForest, int | None]

_FEW = 9  # vertices, which are read in at most 8! ways from the root of a tree


def arborification(x: Any, *, longest: int | None = 1) -> Element:
    r"""Map trees to words: all ways to read a tree from its leaves down to its root.

    Non-planar, from BCK: :math:`\Phi(B^+_a(\tau_1 \cdots \tau_k)) =
    (\Phi(\tau_1) ⧢ \cdots ⧢ \Phi(\tau_k))\,a`, multiplicative on forests. Planar, from MKW:
    :math:`\Phi(\omega B^+_a(F)) = (\Phi(\omega) ⧢ \Phi(F))\,a`. Both are Hopf morphisms to the
    shuffle algebra with deconcatenation.

    With more letters, :math:`\Phi(x) = \sum \Phi(\text{pruned})\,\text{trunk}` over the terms of
    the coproduct whose trunk is a letter, and for the shuffle product multiplicative on non-planar
    forests.

    Parameters
    ----------
    x : tree, forest or Element
        A `Tree`, `Forest`, `PlanarTree` or `OrderedForest`, or an `Element` over forests.
    longest : int or None, default 1
        The letters: for 1 single vertices, written as their labels; above, chains of at most so
        many vertices, written as the tuple of their labels from root to leaf; None for all trees
        or, planar, all ordered forests, written as forests.

    Returns
    -------
    Element
        An element over words: tuples of letters, ``()`` the empty word.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these (a bare tuple does not tell whether it is planar), or an element
        over words; or if `longest` is neither an integer nor None.
    InvalidValueError
        If `longest` is below 1.

    Notes
    -----
    Transposed, this is the algebra morphism from words with concatenation to the Grossman--Larson
    algebra that sends a letter to itself. Chains are primitive there; so are trees, and ordered
    forests are not, but a functional on them that is 0 on shuffles is.

    References
    ----------
    M. Gubinelli, "Ramification of rough paths", J. Differential Equations 248 (2010).
    M. Hairer and D. Kelly, "Geometric versus non-geometric rough paths", Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015). F. Fauvet and F. Menous, "Ecalle's arborification-coarborification
    transforms and Connes-Kreimer Hopf algebra", Ann. Sci. ENS 50 (2017).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> arborification(Tree([Tree(label=1), Tree(label=2)], 3))
    <Element ((1, 2, 3)) + ((2, 1, 3))>
    >>> arborification(Tree([Tree(label=1)], 2), longest=2)
    <Element (((2, 1),)) + (((1,), (2,)))>
    """
    if longest is not None:
        longest = check_integer("longest", longest, 1)
    if isinstance(x, (Tree, Forest)):
        return Element._wrap(_words((bck.basis_element(x), longest)))
    if isinstance(x, (PlanarTree, OrderedForest)):
        return Element._wrap(_words((mkw.basis_element(x), longest)))
    if not isinstance(x, Element) or any(not isinstance(key, AnyForest) for key in x):
        raise InvalidTypeError(
            "arborification needs a tree, a forest or an element over forests, got "
            f"{type(x).__name__} {brief(x)}; use Tree.from_tuple or "
            "OrderedForest.from_tuple for tuples"
        )
    total: Terms = {}
    for key, value in x.items():
        add_terms(total, _words((key, longest)), value)
    return Element._collect(total)


def rooted_chains(
    forest: AnyForest, longest: int
) -> Iterator[tuple[tuple[Any, ...], list[AnyForest]]]:
    """Yield each chain that may be the last letter of a word, with what hangs off it.

    Non-planar, of a forest of one tree: the chains that begin at its root, and the trees that hang
    off. Planar: the chains of the last tree in which each vertex is the last child of the one
    before, and the forests to the left of each vertex and of the branches of the last one.
    """
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


def _last_letters(
    forest: AnyForest, longest: int | None
) -> Iterable[tuple[Any, list[AnyForest], Any]]:
    """Yield each last letter, the forests whose words are shuffled before it, and how often."""
    if longest is None:
        delta: Any = (
            mkw.coproduct(forest) if isinstance(forest, OrderedForest) else bck.coproduct(forest)
        )
        for (pruned, trunk), count in delta.items():
            if trunk.order:
                yield trunk, [pruned], count
    elif longest == 1:
        make: Any = type(forest)._make
        trees: Any = forest._trees
        yield trees[-1]._label, [make(trees[:-1]), make(trees[-1]._children)], 1
    else:
        for chain, parts in rooted_chains(forest, longest):
            yield chain, parts, 1


def _halves(forest: AnyForest) -> list[AnyForest]:
    """Cut a non-planar forest of several trees in two, whose product it is."""
    trees: Any = forest._trees
    make: Any = type(forest)._make
    if isinstance(forest, Forest) and len(trees) > 1:
        return [make(trees[:-1]), make(trees[-1:])]
    return []


def _needs(key: Key) -> Iterable[Key]:
    forest, longest = key
    if not forest._trees:
        return ()
    parts = _halves(forest) or [
        part for _, parts, _ in _last_letters(forest, longest) for part in parts
    ]
    return [(part, longest) for part in parts]


def _build(key: Key, known: Mapping[Key, Terms]) -> Terms:
    forest, longest = key
    if not forest._trees:
        return {(): 1}

    def shuffled(parts: Iterable[AnyForest]) -> Terms:
        words: Terms = {}
        for part in parts:
            if part._trees:
                more = known[part, longest]
                words = shuffle_terms(words, more) if words else more
        return words or {(): 1}

    halves = _halves(forest)
    if halves:
        return shuffled(halves)
    total: Terms = {}
    for letter, parts, count in _last_letters(forest, longest):
        words = {(*word, letter): value for word, value in shuffled(parts).items()}
        add_terms(total, words, count)
    return total


def _check(key: Key) -> None:
    forest, longest = key
    if forest._order > _FEW:
        what = f"the image of a forest of {forest._order:,} vertices"
        if longest != 1:
            check_terms(what, _compositions(_depth(forest), longest))
        # With longer letters there are more words.
        check_readings(what, forest)


def _depth(forest: AnyForest) -> int:
    """Return how many vertices a path has from a root on that may be cut anywhere.

    The lowest piece of it is in the last letter, and what is above in those before.
    """
    if isinstance(forest, Forest):
        return max(map(height, forest._trees))
    count, trees = 0, forest._trees
    while trees:
        count, trees = count + 1, trees[-1]._children
    return count


def _compositions(number: int, longest: int | None) -> int:
    """Return in how many ways a path is cut to pieces up to a length, or a bound beyond others."""
    ways = [1]
    while len(ways) <= number and ways[-1] <= MAX_TERMS:
        ways.append(sum(ways if longest is None else ways[-longest:]))
    return ways[-1]


_words: Memo[Key, Terms] = Memo(_needs, _build, check=_check)
