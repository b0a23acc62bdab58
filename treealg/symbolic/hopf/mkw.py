"""The Munthe-Kaas-Wright Hopf algebra of ordered forests of planar trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from treealg.symbolic.hopf.bases import OrderedForestAlgebra
from treealg.symbolic.hopf.samples import check_left_cuts
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.words import shuffle_words
from treealg.symbolic.trees.forests import OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import check_steps, check_terms
from treealg.symbolic.trees.trees import PlanarTree

__all__ = ["MKW", "mkw"]


# A forest of so few vertices is not drawn from.
_FEW = 8

# One of more vertices may be as high.
_MANY = 1000

# Trees of a forest that is looked up, in the time of a step.
_PER_STEP = 30


class MKW(OrderedForestAlgebra):
    r"""The Munthe-Kaas-Wright Hopf algebra; use the object `mkw`.

    Basis: ordered forests, given as `OrderedForest`, as `PlanarTree` (the forest of one tree), as
    a tuple of trees in tuple form, or None for the empty forest. Product: shuffle. Coproduct:
    left admissible cuts, pruned forest first: for :math:`\tau = B^+_a(F)`,
    :math:`\Delta(\omega\tau) = \omega\tau \otimes 1 +
    \Delta(\omega) ⧢\cdot (\mathrm{id} \otimes B^+_a)\Delta(F)`, shuffle in the first slot,
    concatenation in the second. Degree: number of vertices.
    Dual: `ogl`.

    References
    ----------
    H. Z. Munthe-Kaas and W. M. Wright, "On the Hopf algebraic structure of Lie group
    integrators", Found. Comput. Math. 8 (2008), definitions 2 and 3.

    Examples
    --------
    >>> mkw.coproduct(PlanarTree([PlanarTree(), PlanarTree()]))
    <Tensor (∅)⊗(0[0,0]) + (0)⊗(0[0]) + (0 0)⊗(0) + (0[0,0])⊗(∅)>
    """

    name = "mkw"
    _elimination = 2

    def __init__(self) -> None:
        super().__init__()
        self._shuffles: Memo[tuple[OrderedForest, OrderedForest], Terms] = Memo(
            lambda pair: (), _build_shuffle
        )
        self._cut_antipodes: Memo[tuple[OrderedForest, bool], Terms] = Memo(
            _cut_antipode_needs, self._build_cut_antipodes
        )

    def _product(self, x: OrderedForest, y: OrderedForest) -> Mapping[OrderedForest, int]:
        if not x._trees:
            return {y: 1}
        if not y._trees:
            return {x: 1}
        return self._shuffles((x, y))

    def _check_coproduct(self, x: OrderedForest) -> None:
        if x._order > _FEW:
            what = f"the coproduct of a forest of {x._order:,} vertices"
            _check_chains(what, x)
            check_left_cuts(what, x, False)

    def _least_split(self, x: OrderedForest) -> int:
        # As in `nck`: each number of vertices that come first.
        return (1 + x._order) * (1 + len(x._trees) // 8)

    # Of a forest, the first trees are pruned whole, and the others are cut above their roots. What
    # these are cut to is found from the right, so that shorter forests are not needed.

    def _coproduct_needs(self, x: OrderedForest) -> Iterable[OrderedForest]:
        return {OrderedForest._make(tree._children) for tree in x._trees}

    def _build_coproduct(self, x: OrderedForest, known: Mapping[OrderedForest, Terms]) -> Terms:
        trees, make, one = x._trees, OrderedForest._make, self.one
        if not trees:
            return {(x, x): 1}
        _spend_on_parts(x)
        above = _joined(trees[-1], known[make(trees[-1]._children)])
        cut: Terms = {(pruned, make((lower,))): value for pruned, lower, value in above}
        total: Terms = {(x, one): 1}
        for count in range(len(trees) - 1, 0, -1):
            self._add_pruned(total, make(trees[:count]), cut)
            tree = trees[count - 1]
            cut = self._cut_before(tree, known[make(tree._children)], cut)
        total.update(cut)  # which leaves as many trees as there are, as nothing else does
        return total

    def _add_pruned(self, total: Terms, first: OrderedForest, cut: Terms) -> None:
        """Add what is cut, with a forest pruned before it."""
        for (pruned, trunk), value in cut.items():
            for shuffled, count in self._product(first, pruned).items():
                key = (shuffled, trunk)
                total[key] = total.get(key, 0) + value * count
            check_terms("a coproduct", len(total))

    def _cut_before(self, tree: PlanarTree, branches: Terms, cut: Terms) -> Terms:
        """Return what is cut with a tree before it, which is cut above its root."""
        make, above = OrderedForest._make, _joined(tree, branches)
        total: Terms = {}
        for (pruned, trunk), value in cut.items():
            spend(len(above) * (2 + len(trunk) // _PER_STEP))
            for more, lower, factor in above:
                rest = make((lower, *trunk._trees))
                for shuffled, count in self._product(more, pruned).items():
                    key = (shuffled, rest)
                    total[key] = total.get(key, 0) + value * factor * count
            check_terms("a coproduct", len(total))
        return total

    def _grown(self, before: Terms, tree: PlanarTree, branches: Terms) -> Terms:
        """Multiply by what belongs to the branches of a tree, with trunks joined to its root."""
        make, above = OrderedForest._make, _joined(tree, branches)
        total: Terms = {}
        for (pruned, trunk), value in before.items():
            spend(len(above) * (2 + len(trunk) // _PER_STEP))
            for more, lower, factor in above:
                rest = make((*trunk._trees, lower))
                for shuffled, count in self._product(pruned, more).items():
                    key = (shuffled, rest)
                    total[key] = total.get(key, 0) + value * factor * count
                check_terms("a coproduct", len(total))
        return total

    # The antipode, by S(x) = (-1)^k sum S(pruned) ⧢ reversed trunk over the cuts that leave the k
    # trees of x their roots: of the enveloping algebra that is dual, the antipode is one for
    # concatenation after grafting of another, and nothing cancels. Kept are the coproduct and, if
    # the flag is set, the part with these cuts, each with the antipode applied to what is pruned.

    def _antipode_of(self, x: OrderedForest, progress: Callable[[int, int], Any] | None) -> Terms:
        if x not in self._antipodes:
            self._check_antipode(x)
            _spend_on_parts(x)
            self._cut_antipodes((x, True), progress)
        return self._antipodes(x)

    def _check_antipode(self, x: OrderedForest) -> None:
        if x._order > _FEW and (x, True) not in self._cut_antipodes:
            what = f"the antipode of a forest of {x._order:,} vertices"
            _check_chains(what, x)
            check_left_cuts(what, x, True)

    def _antipode_needs(self, x: OrderedForest) -> Iterable[OrderedForest]:
        return ()

    def _build_antipode(self, x: OrderedForest, known: Mapping[OrderedForest, Terms]) -> Terms:
        return self._reversed(x, self._cut_antipodes((x, True)))

    def _reversed(self, x: OrderedForest, cuts: Terms) -> Terms:
        sign = -1 if len(x) % 2 else 1
        total: dict[tuple[PlanarTree, ...], Any] = {}
        for (pruned, trunk), value in cuts.items():
            turned = trunk._trees[::-1]
            if len(turned) == 1:
                _insert(total, pruned._trees, turned, sign * value)
            else:
                shuffled = self._product(pruned, OrderedForest._make(turned))
                add_terms(
                    total, {key._trees: count for key, count in shuffled.items()}, sign * value
                )
            check_terms("an antipode", len(total))
        return {OrderedForest._make(trees): value for trees, value in total.items()}

    def _build_cut_antipodes(
        self, key: tuple[OrderedForest, bool], known: Mapping[tuple[OrderedForest, bool], Terms]
    ) -> Terms:
        x, keeps_roots = key
        trees = x._trees
        if not trees:
            return {(x, x): 1}
        make = OrderedForest._make
        before, branches = make(trees[:-1]), make(trees[-1]._children)
        total = self._grown(known[before, keeps_roots], trees[-1], known[branches, False])
        if not keeps_roots:
            antipode = self._reversed(x, known[x, True])
            total.update(((forest, self.one), value) for forest, value in antipode.items())
        return total


def _check_chains(what: str, x: OrderedForest) -> None:
    """Refuse what needs all trees that vertices bear if it takes too long to cut each of these."""
    if x._order > _MANY:
        orders = (part._order for tree in set(x._trees) for part in tree._bottom_up())
        check_steps(what, 3 * sum(orders))


def _spend_on_parts(x: OrderedForest) -> None:
    """Count beforehand what it takes to make the forests of the first trees, and of the last."""
    spend(len(x._trees) ** 2 // 8)


def _joined(tree: PlanarTree, branches: Terms) -> list[tuple[OrderedForest, PlanarTree, Any]]:
    """Return what belongs to the branches of a tree, with trunks joined to its root."""
    label = tree._label
    return [
        (pruned, PlanarTree._make(trunk._trees, label), value)
        for (pruned, trunk), value in branches.items()
    ]


def _insert(total: Terms, word: tuple[Any, ...], letter: tuple[Any, ...], factor: Any) -> None:
    """Add a multiple of the shuffle of a word with one letter."""
    spend(1 + len(word))
    for place in range(len(word) + 1):
        whole = word[:place] + letter + word[place:]
        total[whole] = total.get(whole, 0) + factor


def _cut_antipode_needs(key: tuple[OrderedForest, bool]) -> Iterable[tuple[OrderedForest, bool]]:
    x, keeps_roots = key
    if not x._trees:
        return ()
    make = OrderedForest._make
    needs = [(make(x._trees[:-1]), keeps_roots), (make(x._trees[-1]._children), False)]
    return needs if keeps_roots else [*needs, (x, True)]


def _build_shuffle(
    pair: tuple[OrderedForest, OrderedForest],
    known: Mapping[tuple[OrderedForest, OrderedForest], Terms],
) -> Terms:
    shuffled = shuffle_words(pair[0]._trees, pair[1]._trees)
    return {OrderedForest._make(trees): count for trees, count in shuffled.items()}


mkw = MKW()
