r"""Contraction of subtrees: a tree with some edges contracted, summed over all sets of edges.

Contracting a set of edges gives a partition of the vertices into subtrees, the *parts*, and the
tree of parts, the *skeleton*. The part with the root of a tree is the trunk of a cut of the
Butcher-Connes-Kreimer coproduct and the other parts lie in what is pruned, so that with weights w
of parts the sum over all partitions obeys
:math:`\theta(\tau) = \sum w_c(\text{trunk}) B^+_c(\theta(\text{pruned}))`, multiplicative on
forests. It is the map dual to substitution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.trees import Tree

__all__ = ["Contraction"]

Weights = Callable[[Tree], Iterable[tuple[int, Any]]]


class Contraction:
    r"""The sums of skeletons of trees, each with the product of the weights of its parts.

    Parameters
    ----------
    weights : callable
        From a part, a tree, to pairs of the colour of the vertex that it becomes and a weight
        that is not zero.

    Notes
    -----
    Results are kept as long as the object; a weight is asked for at each use.

    Examples
    --------
    With all weights 1 the coefficients are the numbers of sets of edges:

    >>> contraction = Contraction(lambda part: [(0, 1)])
    >>> sorted((str(tree), count) for tree, count in contraction(Tree([Tree(), Tree()])).items())
    [('0', 1), ('0[0,0]', 1), ('0[0]', 2)]
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._trees: dict[Tree, dict[Tree, Any]] = {}
        self._forests: dict[Forest, dict[Forest, Any]] = {Forest.empty: {Forest.empty: 1}}

    def __call__(self, tree: Tree) -> dict[Tree, Any]:
        """Return the sum of skeletons of a tree.

        The dictionary from skeletons to coefficients is not to be changed.
        """
        known = self._trees.get(tree)
        if known is not None:
            return known
        # Branches before what bears them; pruned trees of a cut are branches of some vertex.
        for part in tree._bottom_up():
            if part not in self._trees:
                self._trees[part] = {
                    skeleton: tidy(value) for skeleton, value in self.partial(part, True).items()
                }
        return self._trees[tree]

    def partial(self, tree: Tree, whole: bool = False) -> dict[Tree, Any]:
        """Return the sum of skeletons of a tree, with or without the one of a single vertex.

        That one is what contracting all edges gives; without `whole`, the weight of `tree` is not
        used.
        """
        total: dict[Tree, Any] = {}
        for (pruned, trunk), count in bck.coproduct(tree).items():
            if not trunk._trees or not (whole or pruned._trees):
                continue
            for colour, weight in self._weights(trunk._trees[0]):
                weight = weight if count == 1 else count * weight
                forests = self._forest(pruned)
                spend(4 * len(forests))
                for forest, value in forests.items():
                    skeleton = Tree._make(forest._trees, colour)
                    total[skeleton] = total.get(skeleton, 0) + weight * value
        return total

    def _forest(self, forest: Forest) -> dict[Forest, Any]:
        known = self._forests.get(forest)
        if known is not None:
            return known
        first = self(forest._trees[0])
        rest = self._forest(Forest._make(forest._trees[1:]))
        product: dict[Forest, Any] = {}
        for tree, a in first.items():
            single = Forest._make((tree,))
            spend(4 * len(rest))
            for others, b in rest.items():
                key = single * others
                product[key] = product.get(key, 0) + a * b
        self._forests[forest] = product
        return product
