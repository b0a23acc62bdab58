"""Substitution of functionals: the vertices of trees stand for series themselves."""

from __future__ import annotations

from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.cem import CEM
from treealg.symbolic.hopf.connes_kreimer import BCK
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.maps.evaluation import Asked
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.trees.contraction import partitions
from treealg.symbolic.trees.meter import spend

__all__ = ["substitution_product"]


def substitution_product(first: Functional, second: Functional) -> Functional:
    r"""Return the substitution of one series into another.

    :math:`(f \star g)(x) = \sum f(\mathrm{pieces}) g(\mathrm{skeleton})`, where the sum is over
    the partitions of the trees of x into subtrees. The left factor acts first: f is the vector
    field, as a series, that is put in for the field that g is a series of. The value of f on
    several pieces is the product of its values on each.

    Parameters
    ----------
    first : Functional
        On `bck` or `cem`; its values on single trees count, that on the leaf included.
    second : Functional
        On `bck`.

    Returns
    -------
    Functional
        On `bck`: a character if `second` is one, infinitesimal if `second` is.

    Raises
    ------
    InvalidTypeError
        If an argument is not a functional on these algebras.

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010). D. Calaque, K. Ebrahimi-Fard and D. Manchon, Adv. Appl. Math. 47 (2011).

    Examples
    --------
    >>> from treealg.symbolic import Character, InfinitesimalCharacter, Tree, bck
    >>> field = InfinitesimalCharacter(bck, {Tree(): 2, Tree([Tree()]): 5})
    >>> flow = InfinitesimalCharacter(bck, {Tree(): 1}).exp()
    >>> substitution_product(field, flow)(Tree([Tree()]))  # 5 * 1 + 2 * 2 / 2
    Fraction(7, 1)
    """
    if not isinstance(first, Functional) or not isinstance(first.algebra, (BCK, CEM)):
        raise InvalidTypeError(f"first must be a Functional on bck or cem, got {brief(first)}")
    if not isinstance(second, Functional) or not isinstance(second.algebra, BCK):
        raise InvalidTypeError(f"second must be a Functional on bck, got {brief(second)}")

    def asks(forest: Any) -> Asked:
        skeletons: Terms = {forest.empty: 1}
        for tree in forest:
            grown: Terms = {}
            for (pieces, skeleton), count in partitions(tree).items():
                weight: Any = count
                for piece in pieces:
                    weight = weight * (yield first, first._key(piece))
                if weight != 0:
                    spend(4 * len(skeletons))
                    for done, value in skeletons.items():
                        key = done * skeleton
                        grown[key] = grown.get(key, 0) + value * weight
            skeletons = grown
        total: Any = 0
        for skeleton, value in skeletons.items():
            total = total + value * (yield second, skeleton)
        return total

    return Functional._asking(second.algebra, asks)._made_by(substitution_product, first, second)
