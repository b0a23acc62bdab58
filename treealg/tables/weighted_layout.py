"""The numbering of a basis by weight: trees and forests that are light enough, in the basis order.

Forests are numbered as in `ForestLayout`: from the empty one, by nodes, then lexicographically by
tree, and trees by nodes, branches and root: leaving out what is too heavy leaves the order of the
rest. What is left has no rule of its own, so that ranking is a search for a pair: a forest is its
first tree and the rest, a tree its branches and its root. Words are forests of single nodes.

Time and memory are those of this basis, whatever the number of all trees with as many nodes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.cached import cached_property
from treealg.checks import brief
from treealg.tables.convolution_table import Int32Array
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, merge
from treealg.tables.sizes import check_entries

__all__ = ["WeightedLayout"]

Numbers = IntArray | Int32Array


class WeightedLayout:
    """The numbering of the forests, and of the trees, up to a weight.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label.
    degree : int
        The largest weight, at least 0.
    planar : bool or None
        Ordered forests, forests whose trees have no order, or (None) words. Forests without order
        are the branches of trees, and lighter than these by a root.

    Notes
    -----
    ``start[n]`` is the number of the first forest with n nodes, ``tree_start[n]`` that of the first
    tree with n + 1 nodes, and each has one entry more: the number of all.

    Examples
    --------
    >>> layout = WeightedLayout((1, 2), 3, planar=False)
    >>> layout.start, layout.tree_start
    ([0, 1, 3, 5], [0, 2, 5, 7])
    >>> layout.first.tolist(), layout.rest.tolist()
    ([-1, 0, 1, 0, 2], [-1, 0, 0, 1, 0])
    >>> layout.branches.tolist(), layout.label.tolist()
    ([0, 0, 1, 1, 2, 3, 4], [0, 1, 0, 1, 0, 0, 0])
    """

    def __init__(self, weights: tuple[int, ...], degree: int, planar: bool | None) -> None:
        self.weights = np.array(weights, dtype=np.int64)
        self.dimension = len(weights)
        self.degree = degree
        self.planar = planar
        self.nodes = degree // min(weights)
        heaviest = degree - min(weights) if planar is False else degree
        none = np.zeros(0, dtype=np.int64)
        self.first, self.rest = np.full((2, 1), -1, dtype=np.int32)
        self.weight_of = np.zeros(1, dtype=np.int64)
        self.branches, self.label, self.tree_weight = none, none, none
        self.start, self.tree_start = [0, 1], [0]
        for n in range(1, self.nodes + 1):
            self._grow_trees(n)
            if planar is not False or n < self.nodes:
                self._grow_forests(n, heaviest)
        nodes = np.arange(self.nodes + 1, dtype=np.uint16)
        self.order_of = np.repeat(nodes[: len(self.start) - 1], np.diff(self.start))
        self.tree_order = np.repeat(nodes[1:], np.diff(self.tree_start))

    @property
    def shown(self) -> str:
        """The weights as messages have them."""
        return f"weights={brief(tuple(self.weights.tolist()))}"

    def _grow_trees(self, nodes: int) -> None:
        """Add the trees of so many nodes; forests of one node less are there."""
        if self.planar is None and nodes > 1:
            self.tree_start.append(self.tree_start[-1])
            return
        forest = np.arange(self.start[nodes - 1], self.start[nodes])
        total = self.weight_of[forest][:, None] + self.weights
        row, label = np.nonzero(total <= self.degree)
        self.branches = np.concatenate([self.branches, forest[row]])
        self.label = np.concatenate([self.label, label])
        self.tree_weight = np.concatenate([self.tree_weight, total[row, label]])
        self.tree_start.append(self.label.size)

    def _grow_forests(self, nodes: int, heaviest: int) -> None:
        """Add the forests of so many nodes; their trees are there."""
        firsts, rests = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for own in range(1, nodes + 1):
            trees = np.arange(self.tree_start[own - 1], self.tree_start[own])
            begin, end = self.start[nodes - own], self.start[nodes - own + 1]
            order = np.argsort(self.weight_of[begin:end], kind="stable")
            room = heaviest - self.tree_weight[trees]
            count = np.searchsorted(self.weight_of[begin:end][order], room, "right")
            check_entries(int(count.sum()), f"the basis for {self.shown}")
            place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            first, rest = np.repeat(trees, count), begin + order[place]
            if self.planar is False:
                sorted_too = (rest == 0) | (self.first[rest] >= first)
                first, rest = first[sorted_too], rest[sorted_too]
            firsts.append(first)
            rests.append(rest)
        first, rest = np.concatenate(firsts), np.concatenate(rests)
        order = np.lexsort((rest, first))
        first, rest = first[order], rest[order]
        self.first = np.concatenate([self.first, first.astype(np.int32)])
        self.rest = np.concatenate([self.rest, rest.astype(np.int32)])
        weight = self.tree_weight[first] + self.weight_of[rest]
        self.weight_of = np.concatenate([self.weight_of, weight])
        self.start.append(self.first.size)

    @cached_property
    def _pairs(self) -> IntArray:
        """Return the keys of forests, which ascend: nodes, first tree, rest."""
        return self._pair_key(self.order_of, self.first, self.rest)

    def _pair_key(self, order: npt.NDArray[np.uint16], first: Numbers, rest: Numbers) -> IntArray:
        key = order.astype(np.int64)  # of 64 bits, whatever the parts have
        key *= self.label.size + 1
        key += first
        key *= self.first.size
        key += rest
        return key

    @cached_property
    def _tree_keys(self) -> IntArray:
        """Return the keys of trees, which ascend: branches, root."""
        return self.branches * self.dimension + self.label

    def tree(self, branches: Numbers, label: IntArray) -> IntArray:
        """Rank the trees with these branches and roots."""
        key = branches.astype(np.int64) * self.dimension + label
        return np.searchsorted(self._tree_keys, key)

    def split(self, forest: IntArray) -> tuple[IntArray, IntArray]:
        """Return the first trees of forests, none of them empty, and what is left."""
        return self.first[forest].astype(np.int64), self.rest[forest].astype(np.int64)

    def prepend_each(self, tree: Numbers, rest: Numbers) -> IntArray:
        """Rank the forests that start with `tree` and go on with `rest`."""
        order = self.tree_order[tree] + self.order_of[rest]
        return np.searchsorted(self._pairs, self._pair_key(order, tree, rest))

    @cached_property
    def single(self) -> IntArray:
        """The forest of each tree alone, -1 where it is too heavy for a forest."""
        found = np.full(self.label.size, -1, dtype=np.int64)
        alone = np.flatnonzero(self.rest == 0)
        found[self.first[alone]] = alone
        return found

    def rank(self, trees: IntArray) -> IntArray:
        """Return the number of ordered forests from their trees, shape (..., trees)."""
        rank = np.zeros(trees.shape[:-1], dtype=np.int64)
        for place in range(trees.shape[-1])[::-1]:
            rank = self.prepend_each(trees[..., place], rank)
        return rank

    def insert(self, tree: Numbers, forest: Numbers) -> IntArray:
        """Rank the products of a tree and a forest without order."""
        below = (forest > 0) & (self.first[forest] < tree)
        if not below.any():
            return self.prepend_each(tree, forest)
        first, rest = tree.astype(np.int64), forest.astype(np.int64)
        first[below] = self.first[forest[below]]
        rest[below] = self.insert(tree[below], self.rest[forest[below]])
        return self.prepend_each(first, rest)

    def multiply(self, left: IntArray, right: IntArray) -> IntArray:
        """Rank the products of two forests without order."""
        found, rest = right.copy(), left.copy()
        some = np.flatnonzero(rest > 0)
        while some.size:
            found[some] = self.insert(self.first[rest[some]], found[some])
            rest[some] = self.rest[rest[some]]
            some = some[rest[some] > 0]
        return found

    @cached_property
    def last(self) -> Int32Array:
        """The last tree of each ordered forest, -1 for the empty one."""
        last = self.first.copy()
        for begin, end in zip(self.start[1:], self.start[2:], strict=False):
            rest = self.rest[begin:end]
            last[begin:end] = np.where(rest > 0, last[rest], last[begin:end])
        return last

    @cached_property
    def length(self) -> npt.NDArray[np.uint16]:
        """The number of trees of each forest."""
        length = np.zeros(self.first.size, dtype=np.uint16)
        for begin, end in zip(self.start[1:], self.start[2:], strict=False):
            length[begin:end] = 1 + length[self.rest[begin:end]]
        return length

    @cached_property
    def init(self) -> IntArray:
        """The number of each ordered forest without its last tree, -1 for the empty one."""
        init = np.zeros(self.first.size, dtype=np.int64)
        init[0] = -1
        for begin, end in zip(self.start[1:], self.start[2:], strict=False):
            longer = begin + np.flatnonzero(self.rest[begin:end] > 0)
            init[longer] = self.prepend_each(self.first[longer], init[self.rest[longer]])
        return init

    @cached_property
    def without_branch(self) -> IntArray:
        """The number of each ordered forest whose last tree lacks its first branch, -1 of none."""
        found = np.full(self.first.size, -1, dtype=np.int64)
        for begin, end in zip(self.start[1:], self.start[2:], strict=False):
            some = begin + np.flatnonzero(self.branches[self.last[begin:end]] > 0)
            alone, longer = some[self.rest[some] == 0], some[self.rest[some] > 0]
            tree = self.first[alone]
            tree = self.tree(self.rest[self.branches[tree]], self.label[tree])
            found[alone] = self.prepend_each(tree, np.zeros_like(alone))
            found[longer] = self.prepend_each(self.first[longer], found[self.rest[longer]])
        return found

    def append(self, forest: IntArray, tree: IntArray) -> IntArray:
        """Rank the ordered forests that go on with `tree` at the end."""
        keys, order = self._ends
        return order[np.searchsorted(keys, forest * (self.label.size + 1) + tree)]

    @cached_property
    def _ends(self) -> tuple[IntArray, IntArray]:
        keys = self.init * (self.label.size + 1) + self.last
        keys[0] = -1
        order = np.argsort(keys, kind="stable")
        return keys[order], order

    def shuffle(self, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Shuffle pairs of ordered forests: pair, forest and how often, sorted by pair and forest.

        Examples
        --------
        >>> words = WeightedLayout((1, 2), 3, planar=None)
        >>> words.shuffle(np.array([1, 1]), np.array([2, 1]))[1:]
        (array([4, 5, 3]), array([1., 1., 2.]))
        """
        both, which = np.unique(left * self.first.size + right, return_inverse=True)
        a, b = np.divmod(both, self.first.size)
        mixed = np.flatnonzero((a > 0) & (b > 0))
        easy = np.flatnonzero((a == 0) | (b == 0))
        parts = [(easy, a[easy] + b[easy], np.ones(easy.size))]
        if mixed.size:
            x, y = a[mixed], b[mixed]
            begins = np.concatenate([self.first[x], self.first[y]])
            pair, rest, coef = self.shuffle(
                np.concatenate([self.rest[x], x]), np.concatenate([y, self.rest[y]])
            )
            parts.append((mixed[pair % mixed.size], self.prepend_each(begins[pair], rest), coef))
        pair, forest, coef = (np.concatenate(part) for part in zip(*parts, strict=True))
        key, coef = merge(pair * self.first.size + forest, coef)
        pair, forest = np.divmod(key, self.first.size)
        # Every row of the argument takes what its pair has.
        size = np.bincount(pair, minlength=both.size)
        check_entries(int(size[which].sum()), f"shuffles for {self.shown}")
        row = np.repeat(np.arange(left.size), size[which])
        begin = (np.cumsum(size) - size)[which]
        count = size[which]
        entry = np.arange(row.size) + np.repeat(begin - (np.cumsum(count) - count), count)
        return row, forest[entry], coef[entry]

    def slots(self) -> npt.NDArray[np.int64]:
        """Return how many basis elements there are with 0, 1, ... nodes in all, as they begin."""
        if self.planar is False:
            return np.array(self.tree_start)
        return np.array(self.start[1:]) - 1
