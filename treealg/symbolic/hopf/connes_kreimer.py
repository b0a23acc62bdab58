"""The Connes-Kreimer Hopf algebras of admissible cuts, commutative (`bck`) and not (`nck`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import groupby
from typing import Any

from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.bases import ForestAlgebra, OrderedForestAlgebra
from treealg.symbolic.hopf.collected import collected_antipode
from treealg.symbolic.hopf.samples import check_cuts, check_pieces, check_powers
from treealg.symbolic.linear.combinations import Terms
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_TERMS,
    check_steps,
    check_terms,
    count_collected_terms,
    count_cuts,
    count_partitions,
    height,
    labels_differ,
)
from treealg.symbolic.trees.tensor_powers import tensor_power, tensor_product

__all__ = ["BCK", "NCK", "ConnesKreimer", "bck", "nck", "parts"]


# Of so few vertices antipodes have few terms.
_FEW_COLLECTED = 12

# Steps for a term of an antipode, most of them for its forest of many trees.
_PER_TERM = 20

# Levels of which sums are as good as never found.
_DEEP = 100

# A forest of so few vertices has at most 2^19 cuts.
_FEW = 19


class ConnesKreimer(HopfAlgebra[Any]):
    r"""A Hopf algebra whose forests multiply as ``x * y`` and whose coproduct cuts edges.

    :math:`\Delta B^+_a(F) = B^+_a(F) \otimes 1 + (\mathrm{id} \otimes B^+_a) \Delta F`, and
    :math:`\Delta(xy) = \Delta x \, \Delta y`. The antipode reverses products.

    Raises
    ------
    TypeError
        If a subclass that does not state its basis is instantiated.
    """

    is_free_on_trees = True

    def __init__(self) -> None:
        super().__init__()
        self._cut_antipodes: Memo[Any, Terms] = Memo(parts, self._build_cut_antipodes)

    def _product(self, x: Any, y: Any) -> Mapping[Any, int]:
        return {x * y: 1}

    def _check_coproduct(self, x: Any) -> None:
        if x._order > _FEW and (ways := count_cuts(x._trees)) > MAX_TERMS:
            what = f"the coproduct of a forest of {x._order:,} vertices"
            if labels_differ(x._trees):
                check_terms(what, ways)
            check_cuts(what, x)

    def _least_split(self, x: Any) -> int:
        # A cut of each number of vertices; to make forests takes longer if they have many trees.
        return int((1 + x._order) * (1 + len(x._trees) // 8))

    # A tree with one branch has the cuts of what its stem bears, and one below each vertex of the
    # stem: that of a chain is found without those of all shorter ones.

    def _coproduct_needs(self, x: Any) -> Iterable[Any]:
        if len(x._trees) != 1:
            return parts(x)
        return (x._make(_stem(x._trees[0])[-1]._children),)

    def _build_coproduct(self, x: Any, known: Mapping[Any, Terms]) -> Terms:
        if len(x._trees) != 1:
            return _product_of_parts(x, known)
        make: Any = x._make
        *stem, top = _stem(x._trees[0])
        total = _rooted(top, known)
        if stem:
            total = {
                (pruned, make((_grown(trunk._trees, stem),))): value
                for (pruned, trunk), value in total.items()
            }
        total.update((pair, 1) for pair in _cut_stem([*stem, top], make))
        total[x, self.one] = 1
        return total

    # The antipode, by S(x) = - sum S(pruned) trunk over the cuts but that below the root. Pruned
    # are all that a vertex bears, so that a tree needs the antipodes of as many trees as it has
    # vertices; and nothing cancels. What is kept is the coproduct with the antipode applied to
    # what is pruned.

    def _antipode_of(self, x: Any, progress: Callable[[int, int], Any] | None) -> Terms:
        if x in self._antipodes:
            return self._antipodes(x)
        self._check_antipode(x)
        if (found := self._collected_antipode(x, progress)) is not None:
            return self._antipodes.keep(x, found)
        for tree in set(x._trees):
            self._cut_antipodes(x._make((tree,)), progress)
        if len(x._trees) > 1:
            check_powers(
                f"the antipode of a forest of {x._order:,} vertices",
                [
                    (self._antipodes(x._make((tree,))), count)
                    for tree, count in Counter(x._trees).items()
                ],
                _in_order if x.is_planar else _in_any_order,
                x.is_planar,
            )
        return self._antipodes(x)

    def _collected_antipode(
        self, x: Any, progress: Callable[[int, int], Any] | None
    ) -> Terms | None:
        """Return the antipode by way of equal terms that are collected, where these are many."""
        return None

    def _check_antipode(self, x: Any) -> None:
        for tree in set(x._trees):
            if tree._order > _FEW and x._make((tree,)) not in self._cut_antipodes:
                what = f"the antipode of a tree of {tree._order:,} vertices"
                # The longest path is cut to pieces in any way, and so is what each of its vertices
                # bears, whose terms are kept for every piece at that vertex.
                longest = height(tree)
                check_terms(what, count_partitions(longest))
                check_steps(what, count_collected_terms(longest))
                check_steps(what, 2 * _count_brooms(tree))
                if tree._planar and longest == tree._order:
                    check_terms(what, 2 ** (longest - 1))  # whose order counts
                if labels_differ((tree,)):
                    check_terms(what, 2 ** (tree._order - 1))
                    check_steps(what, _PER_TERM * 2 ** (tree._order - 1))
                check_pieces(what, tree)

    def _antipode_needs(self, x: Any) -> Iterable[Any]:
        return parts(x) if len(x._trees) > 1 else ()

    def _build_antipode(self, x: Any, known: Mapping[Any, Terms]) -> Terms:
        trees = x._trees
        if len(trees) == 1:
            terms = self._cut_antipodes(x).items()
            return {pruned: value for (pruned, trunk), value in terms if not trunk._trees}
        one = self.one
        pairs = {part: {(key, one): c for key, c in known[part].items()} for part in parts(x)}
        return {key: c for (key, _), c in _product_of_parts(x, pairs, reverse=True).items()}

    def _build_cut_antipodes(self, x: Any, known: Mapping[Any, Terms]) -> Terms:
        if len(x._trees) != 1:
            return _product_of_parts(x, known, reverse=True)
        total = _rooted(x._trees[0], known)
        antipode: Terms = {}
        spend(4 * len(total))
        for (pruned, trunk), value in total.items():
            forest = pruned * trunk
            antipode[forest] = antipode.get(forest, 0) - value
        one = self.one
        total.update(((forest, one), value) for forest, value in antipode.items())
        return total


def _count_brooms(tree: Any) -> int:
    """Return of how many terms sums are, for the path to a vertex that bears equal branches.

    The path above the vertex is cut to pieces, and so are its ends; the piece at the vertex keeps
    two of its equal branches at least, which tells it from others.
    """
    depths = {tree: 0}
    branches: dict[int, int] = {}
    # Each tree after all that bear it.
    for part in tree._bottom_up()[::-1]:
        depth = min(depths[part], _DEEP)
        for child, run in groupby(part._children):
            depths[child] = max(depth + 1, depths.get(child, 0))
            branches[depth] = max(len(list(run)), branches.get(depth, 0))
    return max(
        (
            (most - 1) * (count_collected_terms(depth, 1) - 2 * count_collected_terms(depth))
            for depth, most in branches.items()
            if most > 1
        ),
        default=0,
    )


def _in_order(forests: list[Any]) -> tuple[Any, ...]:
    return tuple(tree for forest in forests for tree in forest._trees)


def _in_any_order(forests: list[Any]) -> Hashable:
    return frozenset(Counter(_in_order(forests)).items())


def parts(x: Any) -> tuple[Any, ...]:
    """Return the forests of which the coproduct is built: branches, or trees before the last run.

    Of a run of equal trees, a power is taken: the last part is one of them.
    """
    trees = x._trees
    if len(trees) < 2:
        return tuple(x._make(tree._children) for tree in trees)
    start = len(trees) - 1
    while start and trees[start - 1] is trees[-1]:
        start -= 1
    one = x._make(trees[-1:])
    return (x._make(trees[:start]), one) if start else (one,)


def _stem(tree: Any) -> list[Any]:
    """Return the trees above the root that vertices bear, up to the first without one branch."""
    found = [tree]
    while len(tree._children) == 1:
        tree = tree._children[0]
        found.append(tree)
    return found


def _grown(trees: Any, stem: list[Any]) -> Any:
    """Return the tree of a stem, of one vertex at least, that ends in these trees."""
    spend(len(stem))
    for tree in reversed(stem):
        trees = (tree._make(trees, tree._label),)
    return trees[0]


def _cut_stem(stem: list[Any], make: Any) -> list[tuple[Any, Any]]:
    """Return what a cut takes and leaves below each vertex of a stem but the last, from the top."""
    spend(len(stem))
    grow, first = stem[0]._make, stem[0]._label
    leaf = grow((), first)
    found: list[tuple[Any, Any]] = []
    left, is_plain = leaf, True
    if any(grow((), tree._label) is not leaf for tree in stem[:-1]):
        # All that is left is made anew.
        check_steps("the cuts of a chain with several labels", len(stem) ** 2)
    for count, tree in enumerate(stem[1:], 1):
        is_plain = is_plain and grow((), stem[count - 1]._label) is leaf
        if count > 1:
            # A chain of equal labels is the one before, with one vertex more.
            left = grow((left,), first) if is_plain else _grown((), stem[:count])
        found.append((make((tree,)), make((left,))))
    return found[::-1]


def _product_of_parts(x: Any, known: Mapping[Any, Terms], reverse: bool = False) -> Terms:
    """Return the product of the tensors that belong to the trees of a forest, none or several."""
    if not x._trees:
        return {(x, x): 1}
    *before, one = parts(x)
    count = len(x._trees) - sum(len(forest._trees) for forest in before)
    power = tensor_power(known[one], count, reverse)
    return tensor_product(known[before[0]], power, reverse) if before else power


def _rooted(tree: Any, known: Mapping[Any, Terms]) -> Terms:
    """Return what belongs to the branches of a tree, with trunks joined to its root."""
    forest: Any = OrderedForest if tree._planar else Forest
    make, grow, label = forest._make, tree._make, tree._label
    return {
        (pruned, make((grow(trunk._trees, label),))): value
        for (pruned, trunk), value in known[make(tree._children)].items()
    }


class BCK(ConnesKreimer, ForestAlgebra):
    r"""The Butcher-Connes-Kreimer Hopf algebra; use the object `bck`.

    Basis: commutative forests, given as `Forest`, as `Tree` (the forest of one tree), as the
    tuple form of a tree, or None for the empty forest. Product: union. Coproduct: admissible
    cuts, :math:`\Delta B^+_a(F) = B^+_a(F) \otimes 1 + (\mathrm{id} \otimes B^+_a)\Delta F`,
    multiplicative, pruned forest first. Degree: number of vertices. Dual: `gl`.

    References
    ----------
    A. Connes and D. Kreimer, "Hopf algebras, renormalization and noncommutative geometry",
    Comm. Math. Phys. 199 (1998). J. C. Butcher, "Numerical Methods for Ordinary
    Differential Equations" (2016), chapter 3.

    Examples
    --------
    >>> bck.coproduct(((0,), 1))
    <Tensor (∅)⊗(1[0]) + (0)⊗(1) + (1[0])⊗(∅)>
    """

    name = "bck"
    _elimination = 2

    def _collected_antipode(
        self, x: Forest, progress: Callable[[int, int], Any] | None
    ) -> Terms | None:
        return collected_antipode(x, progress) if x._order > _FEW_COLLECTED else None

    def _primitive_image(self, x: Forest) -> Mapping[Any, Any]:
        # The primitive elements are those orthogonal to the products in the dual, and the trees
        # with one branch generate the dual: cuts of a single tree suffice.
        return {key: value for key, value in self.reduced_coproduct(x).items() if len(key[0]) == 1}


class NCK(ConnesKreimer, OrderedForestAlgebra):
    r"""The noncommutative Connes-Kreimer Hopf algebra; use the object `nck`.

    Basis: ordered forests, given as `OrderedForest`, as `PlanarTree` (the forest of one tree), as
    a tuple of trees in tuple form, or None for the empty forest. Product: concatenation.
    Coproduct: admissible cuts, pieces and branches in their order from left to right,
    multiplicative, pruned forest first. Degree: number of vertices. Dual: `pgl`.

    References
    ----------
    L. Foissy, "Les algèbres de Hopf des arbres enracinés décorés, I", Bull. Sci. Math. 126
    (2002).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> nck.reduced_coproduct(PlanarTree([PlanarTree(label=1), PlanarTree(label=2)]))
    <Tensor (1)⊗(0[2]) + (2)⊗(0[1]) + (1 2)⊗(0)>
    """

    name = "nck"
    _elimination = 5


bck = BCK()
nck = NCK()
