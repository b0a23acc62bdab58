"""Itô, Stratonovich and backward lifts of continuous semimartingales, each by the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from treealg.checks import LIFTS, check_choice
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.samples import check_contractions
from treealg.symbolic.hopf.word_algebras import merge_letters
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.maps.morphisms import Morphism
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.sizes import check_terms, height
from treealg.symbolic.trees.trees import Tree

__all__ = ["WEIGHTS", "change_of_lift"]

#: The share of its bracket that a lift adds to the integral of Itô.
WEIGHTS = {name: Fraction(share) for name, share in LIFTS.items()}


def change_of_lift(source: str, target: str) -> Morphism:
    r"""Return the morphism that writes the integrals of one lift by those of another.

    For the lifts X and Y of a continuous semimartingale whose brackets :math:`[x^i, x^j]` are
    labels, too, :math:`Y(\tau) = X(\varphi(\tau))` with

    .. math:: \varphi(B^+_a(\tau_1 \cdots \tau_k)) = B^+_a(\varphi(\tau_1) \cdots \varphi(\tau_k))
        + c \sum_j B^+_{[a_j, a]}\Bigl(\varphi(\mathrm{branches\ of\ } \tau_j)
        \prod_{i \ne j} \varphi(\tau_i)\Bigr),

    where :math:`a_j` is the label of the root of :math:`\tau_j`: edges of which no two meet are
    contracted in all ways, at the price of c each.

    Parameters
    ----------
    source : {"stratonovich", "ito", "backward"}
        The lift X by whose integrals others are written.
    target : {"stratonovich", "ito", "backward"}
        The lift Y.

    Returns
    -------
    Morphism
        :math:`\varphi` from `bck` to `bck`, a Hopf morphism. A label that is a tuple is a bracket,
        of bounded variation, and has no brackets itself; that of i and j is the sorted tuple
        (i, j).

    Raises
    ------
    InvalidValueError
        If a name is none of these.

    Notes
    -----
    An integral of `target` is the one of `source` and c times the bracket of integrand and
    integrator, whose rule for products is that of Itô, :math:`d[X(\tau_1) \cdots X(\tau_k), x^a] =
    \sum_j \prod_{i \ne j} X(\tau_i)\, X(\mathrm{branches\ of\ } \tau_j)\, d[x^{a_j}, x^a]`; c is
    1/2 from Itô to Stratonovich and 1 from Itô to backward integrals. It is the transpose of the
    translation of brackets by c times the ladders of their two labels. Of the planar lifts it is
    the translation, see `translate`.

    References
    ----------
    M. Hairer and D. Kelly, "Geometric versus non-geometric rough paths", Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015). Y. Bruned, I. Chevyrev, P. Friz and R. Preiß, "A rough path
    perspective on renormalization", J. Funct. Anal. 277 (2019). C. Bellingeri, E. Ferrucci and N.
    Tapia, "Branched Itô formula and natural Itô-Stratonovich isomorphism" (2023),
    arXiv:2312.04523.

    Examples
    --------
    >>> stratonovich = change_of_lift("ito", "stratonovich")
    >>> stratonovich(Tree([Tree(label=1)], 2))
    <Element 1/2 ((1, 2)) + (2[1])>
    """
    check_choice("source", source, LIFTS)
    check_choice("target", target, LIFTS)
    c = WEIGHTS[target] - WEIGHTS[source]
    morphism = Morphism(
        f"{target} by {source}", bck, bck, lambda forest: Element._collect(_contracted((forest, c)))
    )
    return morphism._made_by(change_of_lift, source, target)


Key = tuple[Forest, Fraction]

_FEW = 20  # vertices, of which fewer than 2^20 sets of edges may be contracted


def _roots(tree: Tree) -> list[tuple[Any, Forest]]:
    """Return each label that the root may get, with the branches that are left, itself first."""
    make, children = Forest._make, tree._children
    found: list[tuple[Any, Forest]] = [(tree._label, make(children))]
    if not isinstance(tree._label, tuple):
        for j, child in enumerate(children):
            if not isinstance(child._label, tuple):
                label = merge_letters((child._label,), (tree._label,))
                others = make(children[:j] + children[j + 1 :])
                found.append((label, others * make(child._children)))
    return found


def _needs(key: Key) -> Iterable[Key]:
    forest, c = key
    trees, make = forest._trees, forest._make
    if len(trees) > 1:
        return ((make(trees[:-1]), c), (make(trees[-1:]), c))
    return [(branches, c) for _, branches in _roots(trees[0])] if trees else ()


def _build(key: Key, known: Mapping[Key, Terms]) -> Terms:
    forest, c = key
    trees, make = forest._trees, forest._make
    total: Terms = {}
    if not trees:
        return {forest: 1}
    if len(trees) > 1:
        first, last = (known[need] for need in _needs(key))
        for one, value in first.items():
            add_terms(total, {one * two: other for two, other in last.items()}, value)
        return total
    for place, (label, branches) in enumerate(_roots(trees[0])):
        grown = {
            make((Tree._make(rest._trees, label),)): value
            for rest, value in known[branches, c].items()
        }
        add_terms(total, grown, c if place else 1)
    return total


def _check(key: Key) -> None:
    forest, c = key
    if c and forest._order > _FEW:
        what = f"the image of a forest of {forest._order:,} vertices"
        parts = (part for tree in forest._trees for part in tree._bottom_up())
        if not any(isinstance(part._label, tuple) for part in parts):
            # At which depths pairs stand tells how a longest path is cut into these and vertices.
            ways, shorter = 1, 1
            for _ in range(max(map(height, forest._trees)) - 1):
                ways, shorter = ways + shorter, ways
            check_terms(what, ways)
        check_contractions(what, forest)


_contracted: Memo[Key, Terms] = Memo(_needs, _build, check=_check)
