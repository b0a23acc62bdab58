"""The coproducts of single trees and forests, and of what they are made of, all in arrays.

Forests are numbered as they come, 0 the empty one, and a tree is known by the forest that it is.
With K(f) the terms of the coproduct of a forest ``f = w B_a(g)``, of which the tree is the last,
those whose root stays are ``K(w) . (id (x) B_a) K(g)``, where what is pruned is multiplied, that is
shuffled if order counts, and trunks are put side by side. Besides, a tree is cut off whole: planar
the forest as a whole, ``f (x) 1``, else ``K(w) . (B_a(g) (x) 1)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.tables.closure_counts import least_planar, least_terms
from treealg.tables.forest_rows import formal_shuffle
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import EXACT, FloatArray, expand
from treealg.tables.rows import ranges

__all__ = ["MAX_TERMS", "ForestCuts", "check_terms"]

MAX_TERMS = 2**21
"""The most terms of the coproducts of a closed set, which take a few seconds."""


def check_terms(terms: int, elements: int) -> None:
    """Refuse a closed set whose coproducts have too many terms."""
    if terms > MAX_TERMS:
        what, advice = "one element", "take a smaller one"
        if elements > 1:
            what, advice = f"{elements} elements", "leave out the largest"
        many = f"{terms:,}" if terms < 10**15 else "10^15"
        raise InvalidValueError(
            f"the coproducts of what is closed with {what} have at least {many} terms, more than "
            f"the bound of {MAX_TERMS:,}; {advice}"
        )


def _check_products(products: int) -> None:
    """Refuse a coproduct that takes far more products than it may have terms, before memory."""
    if products > 8 * MAX_TERMS:
        raise InvalidValueError(
            f"the coproducts of what is closed with these elements take {products:,} products or "
            f"more, beyond the bound of {8 * MAX_TERMS:,}; take smaller ones"
        )


class ForestCuts:
    """Numbers of forests, and their coproducts, made when they are asked for.

    Attributes
    ----------
    order : list of int
        The nodes of each forest.
    """

    def __init__(self, planar: bool) -> None:
        self.planar = planar
        self.order = [0]
        # A forest is the numbers of its trees, and a tree a label with the number of its branches.
        self._forests: list[tuple[int, ...]] = [()]
        self._forest_number: dict[tuple[int, ...], int] = {(): 0}
        self._trees: list[tuple[int, int]] = []
        self._tree_number: dict[tuple[int, int], int] = {}
        self._labels: dict[Any, int] = {}
        self._objects: list[Any] = []
        self._products: dict[tuple[int, int], list[int]] = {}
        # Terms, those of one forest behind those of another: pruned, trunk, how often; where those
        # of each forest begin, if they are made, and how many there are.
        self._terms = np.array([[0], [0], [1]])
        self._end = 1
        self._begin, self._length = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)

    @property
    def size(self) -> int:
        """How many forests have a number."""
        return len(self._forests)

    def number(self, element: Any) -> int:
        """Return the number of a tree, or of an ordered forest."""
        known: dict[Any, int] = {}
        trees = list(element) if self.planar else [element]
        pending = list(trees)
        while pending:
            tree = pending[-1]
            missing = [child for child in tree.children if child not in known]
            if missing and tree not in known:
                pending += missing
                continue
            pending.pop()
            if tree not in known:
                label = self._labels.setdefault(tree.label, len(self._labels))
                branches = self._forest([known[child] for child in tree.children])
                known[tree] = self._tree(label, branches)
        return self._forest([known[tree] for tree in trees])

    def _tree(self, label: int, branches: int) -> int:
        found = self._tree_number.setdefault((label, branches), len(self._trees))
        if found == len(self._trees):
            self._trees.append((label, branches))
        return found

    def _forest(self, trees: list[int]) -> int:
        key = tuple(trees if self.planar else sorted(trees))
        found = self._forest_number.setdefault(key, len(self._forests))
        if found == len(self._forests):
            self._forests.append(key)
            self.order.append(sum(1 + self.order[self._trees[tree][1]] for tree in key))
        return found

    def element(self, number: int) -> Any:
        """Return a basis element as the algebra has it: a tree, or an ordered forest."""
        from treealg.symbolic import OrderedForest

        trees = [self._object(tree) for tree in self._forests[number]]
        return OrderedForest(trees) if self.planar else trees[0]

    def _object(self, number: int) -> Any:
        """Return a tree; those that it needs have smaller numbers."""
        from treealg.symbolic import PlanarTree, Tree

        kind: Any = PlanarTree if self.planar else Tree
        labels = list(self._labels)
        for label, branches in self._trees[len(self._objects) : number + 1]:
            children = [self._objects[child] for child in self._forests[branches]]
            self._objects.append(kind(children, labels[label]))
        return self._objects[number]

    def factors(self, number: int) -> list[int]:
        """Return the basis elements that a forest is a product of."""
        if self.planar:
            return [number]
        return [self._forest([tree]) for tree in self._forests[number]]

    def all_factors(self, forests: IntArray) -> IntArray:
        """Return the different basis elements that any of some forests is a product of."""
        if self.planar:
            return forests
        trees = {tree for forest in forests.tolist() for tree in self._forests[forest]}
        return np.array([self._forest([tree]) for tree in sorted(trees)], dtype=np.int64)

    def least(self, forests: list[int]) -> int:
        """Count the terms of the set that is closed with one of some elements, or fewer."""
        if self.planar:
            return least_planar(self._trees, self._forests, forests)
        trees = [self._forests[forest][0] for forest in forests]
        return least_terms(self._trees, self._forests, trees)

    def make(self, forests: IntArray, terms: int, elements: int) -> None:
        """Make the terms of some forests, and stop when there are too many with those before."""
        needed: set[int] = set()
        pending, made = forests.tolist(), self._begin.size
        while pending:
            number = pending.pop()
            if number in needed or (number < made and self._begin[number] >= 0):
                continue
            needed.add(number)
            pending += self._parts(number)[:2]
        ordered = sorted(needed, key=lambda number: self.order[number])
        wanted = set(forests.tolist())
        for _, group in groupby(ordered, key=lambda number: self.order[number]):
            own = list(group)
            is_wanted = np.array([number in wanted for number in own])
            for begin, length in self._make(np.array(own)):
                # Nothing is cut off in one term, and everything in one, of all that is wanted.
                chosen = length[is_wanted[begin : begin + length.size]]
                terms += int(chosen.sum()) - 2 * chosen.size
                check_terms(terms, elements)
                if self._end > 4 * MAX_TERMS:  # with what is not wanted
                    check_terms(self._end, elements)

    def rows(self, forests: IntArray) -> tuple[IntArray, ...]:
        """Return the terms of forests: of which, what is pruned, the trunk, how often."""
        source, entry = self._expand(forests)
        return source, *self._terms[:, entry]

    def _parts(self, number: int) -> tuple[int, int, int]:
        """Return a forest without its last tree, the branches of that, and its label."""
        *before, last = self._forests[number]
        label, branches = self._trees[last]
        return self._forest(before), branches, label

    def _expand(self, forests: IntArray) -> tuple[IntArray, IntArray]:
        """List where the terms of several forests are, one after the other."""
        size = self._length[forests]
        stop = np.cumsum(size)
        source = np.repeat(np.arange(size.size), size)
        return source, np.arange(source.size) + (self._begin[forests] - stop + size)[source]

    def _make(self, forests: IntArray) -> Iterator[tuple[int, IntArray]]:
        """Make the terms of forests of one order, and yield how many some have at a time."""
        before, branches, label = np.array([self._parts(f) for f in forests.tolist()]).T
        size = self._length[before] * (self._length[branches] + 1)
        _check_products(int(size.max()))
        for begin, end in ranges(size):
            some = slice(begin, end)
            parts = self._multiplied(forests[some], before[some], branches[some], label[some])
            row, pruned, trunk, count = (np.concatenate(x) for x in zip(*parts, strict=True))
            # Rows are at most `CHUNK`, and forests no more than a few times the terms there may be.
            key = (row * self.size + trunk) * self.size + pruned
            order = np.argsort(key, kind="stable")
            key = key[order]
            starts = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
            first = order[starts]
            # Of integers, sums and products would wrap.
            often = np.add.reduceat(count[order].astype(np.float64), starts)
            self._check_exact(often, forests[begin + row[first]])
            merged = np.stack([pruned[first], trunk[first], np.add.reduceat(count[order], starts)])
            length = np.bincount(row[first], minlength=end - begin)
            self._append(forests[some], merged, length)
            yield begin, length

    def _check_exact(self, often: FloatArray, forests: IntArray) -> None:
        """Refuse forests of which a term is there more often than kernels know."""
        if often.max(initial=0) >= EXACT:
            from treealg.symbolic import Forest, OrderedForest

            kind: Any = OrderedForest if self.planar else Forest
            trees = self._forests[int(forests[np.argmax(often)])]
            raise InvalidValueError(
                f"the coproduct of {brief(kind(map(self._object, trees)))} has a term with a "
                "coefficient of 2**53 or more, which float64 does not hold exactly; take trees "
                "with fewer equal branches"
            )

    def _append(self, forests: IntArray, terms: IntArray, length: IntArray) -> None:
        """Keep the terms of forests; room is made for twice as many when there is none left."""
        end = self._end + terms.shape[1]
        if end > self._terms.shape[1]:
            kept = self._terms[:, : self._end]
            self._terms = np.empty((3, 2 * end), dtype=np.int64)
            self._terms[:, : self._end] = kept
        self._terms[:, self._end : end] = terms
        more = self.size - self._begin.size
        self._begin = np.concatenate((self._begin, np.full(more, -1)))
        self._length = np.concatenate((self._length, np.zeros(more, dtype=np.int64)))
        self._begin[forests] = self._end + np.cumsum(length) - length
        self._length[forests] = length
        self._end = end

    def _multiplied(
        self, forests: IntArray, before: IntArray, branches: IntArray, label: IntArray
    ) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
        """Yield terms: of which forest, what is pruned, the trunk, how often."""
        row, left = self._expand(before)
        source, right = self._expand(branches[row])
        row, left = row[source], left[source]
        factor, pruned = self._multiply(self._terms[0, left], self._terms[0, right])
        trunk = self._rooted(self._terms[1, left], label[row], self._terms[1, right])
        count = self._terms[2, left] * self._terms[2, right]
        often = np.multiply(self._terms[2, left], self._terms[2, right], dtype=np.float64)
        self._check_exact(often, forests[row])
        yield row[factor], pruned, trunk[factor], count[factor]
        if self.planar:
            every = np.arange(forests.size)
            yield every, forests, np.zeros_like(every), np.ones_like(every)
            return
        row, left = self._expand(before)
        tree = np.array([self._forest([self._forests[f][-1]]) for f in forests.tolist()])
        factor, pruned = self._multiply(self._terms[0, left], tree[row])
        yield row[factor], pruned, self._terms[1, left][factor], self._terms[2, left][factor]

    def _multiply(self, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
        """Multiply forests: of which pair, and a forest of the product, as often as it is there."""
        pairs, which = np.unique(left * self.size + right, return_inverse=True)
        size = self.size
        products = [self._product(*divmod(pair, size)) for pair in pairs.tolist()]
        if not self.planar:
            return np.arange(left.size), np.array(products)[which, 0]
        length = np.array([len(product) for product in products])
        ptr = np.concatenate(([0], np.cumsum(length)))
        source, entry = expand(ptr, which)
        return source, np.array([x for product in products for x in product])[entry]

    def _product(self, left: int, right: int) -> list[int]:
        """Return the forests of a product, which ordered ones are shuffled in."""
        if not (left and right):
            return [left or right]
        known = self._products.get((left, right))
        if known is None:
            trees = [*self._forests[left], *self._forests[right]]
            known = [self._forest(trees)]
            if self.planar:
                first, second = len(self._forests[left]), len(self._forests[right])
                known = [
                    self._forest([trees[place] for place in places])
                    for places in formal_shuffle(first, second).tolist()
                ]
            self._products[left, right] = known
        return known

    def _rooted(self, left: IntArray, label: IntArray, right: IntArray) -> IntArray:
        """Put trunks on the right on roots, and these trees behind trunks on the left."""
        size, labels = self.size, len(self._labels)
        keys, which = np.unique((left * labels + label) * size + right, return_inverse=True)
        found = []
        for key in keys.tolist():
            both, branches = divmod(key, size)
            before, own = divmod(both, labels)
            found.append(self._forest([*self._forests[before], self._tree(own, branches)]))
        return np.array(found, dtype=np.int64)[which]
