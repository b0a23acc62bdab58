"""How many terms the weights of a method with symbols have, counted before they are multiplied out.

A weight is a sum over all ways to give the vertices of a tree stages, of which those that exchange
equal branches are one. Other ways make a monomial of their own, but for few, and there are no more
than monomials of the degree.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from treealg.symbolic.linear.quotients import Quotient
from treealg.symbolic.trees.sizes import check_terms
from treealg.symbolic.trees.trees import Tree

__all__ = ["check_weights"]

_Rows = tuple[tuple[Any, ...], ...]


class _Method(Protocol):
    """What is asked of a method, whose coefficients are in a field of fractions."""

    @property
    def stages(self) -> int: ...

    def _coefficients(self) -> Iterable[Any]: ...

    def _branch_matrix(self, parent: Tree, child: Tree) -> _Rows: ...

    def _root_weights(self, tree: Tree) -> tuple[Any, ...]: ...


def check_weights(method: _Method, trees: Iterable[Tree]) -> None:
    """Refuse weights of trees that have too many terms in all.

    Examples
    --------
    >>> from treealg.symbolic.bseries import symbolic_tableau
    >>> check_weights(symbolic_tableau(2)._entered()[0], [Tree()])
    """
    fractions = [x for x in method._coefficients() if isinstance(x, Quotient)]
    if not fractions:
        return
    degree = max(x.degree for x in fractions)
    symbols = fractions[0].home.ring.ngens
    known: dict[Tree, list[int]] = {}
    total = 0
    for tree in trees:
        for part in tree._bottom_up():
            if part not in known:
                known[part] = _ways(method, part, known)
        ways = _dot(method._root_weights(tree), known[tree])
        total += min(ways, math.comb(degree * tree.order + symbols, symbols))
        check_terms("a table of weights with so many symbols", total)


def _ways(method: _Method, part: Tree, known: dict[Tree, list[int]]) -> list[int]:
    """Return how many terms there are of a tree whose root has each of the stages."""
    found = [1] * method.stages
    for child, times in Counter(part.children).items():
        for i, row in enumerate(method._branch_matrix(part, child)):
            count = _dot(row, known[child])
            found[i] *= math.comb(count + times - 1, times) if count else 0
    return found


def _dot(coefficients: Iterable[Any], ways: Iterable[int]) -> int:
    return sum(_terms(x) * count for x, count in zip(coefficients, ways, strict=True))


def _terms(value: Any) -> int:
    return len(value.numerator) if isinstance(value, Quotient) else int(value != 0)
