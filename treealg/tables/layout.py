"""The basis order in NumPy: the index of every forest at once, without a list of the basis.

Forests are numbered from the empty one, 0, by nodes and then lexicographically by tree index; the
tree ``B+_a(f)`` has index ``f * dimension + a``. So trees, too, come by order, and the sequences
of trees with m nodes that start with one tree are a run of the list of forests with m nodes. Such
a run is in the order of what follows the first tree, and (non-planar) what may follow tree i is
the end of a list, the part that starts at i or later. Ranking is one table look-up and one sum.

All arrays of indices are int64. A tree index or forest index stands for one decorated object, and
an array of them for all decorations of one shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.cached import cached_property
from treealg.tables.sizes import forest_counts

__all__ = ["ForestLayout", "IntArray", "WordLayout"]

IntArray = npt.NDArray[np.int64]


class ForestLayout:
    """The numbering of the forests with at most `nodes` nodes.

    Parameters
    ----------
    dimension : int
        Number of labels.
    nodes : int
        Largest number of nodes of a forest, at least 0.
    planar : bool
        Whether order counts.
    apart : int, optional
        Forests of at most so many nodes are taken apart: `order_of`, `first` and `rest`, which are
        as long as the basis, are of these alone. None for all; `split` is of all in any case.

    Notes
    -----
    ``start[m]`` is the index of the first forest with m nodes, ``start[nodes + 1]`` the number of
    all. Trees of order k are ``dimension * start[k - 1]`` to ``dimension * start[k]``.

    Examples
    --------
    >>> layout = ForestLayout(2, 2, planar=False)
    >>> layout.start
    [0, 1, 3, 10]
    >>> layout.first.tolist(), layout.rest.tolist()
    ([-1, 0, 1, 0, 0, 1, 2, 3, 4, 5], [-1, 0, 0, 1, 2, 2, 0, 0, 0, 0])
    """

    def __init__(
        self, dimension: int, nodes: int, planar: bool, *, apart: int | None = None
    ) -> None:
        self.dimension = dimension
        self.nodes = nodes
        self.planar = planar
        self._apart = nodes if apart is None else apart
        self.counts = list(islice(forest_counts(dimension, planar), nodes + 1))
        self.start = [0]
        for count in self.counts:
            self.start.append(self.start[-1] + count)
        self._offset: list[IntArray] = [np.zeros(1, dtype=np.int64)]
        if not planar:
            for total in range(1, nodes + 1):
                self._offset.append(self._offsets(total))

    def tree_range(self, order: int) -> tuple[int, int]:
        """Return the first tree index of an order, and the one after the last."""
        return self.dimension * self.start[order - 1], self.dimension * self.start[order]

    def _offsets(self, total: int) -> IntArray:
        """Count, for each tree index, the forests of `total` nodes whose first tree is smaller."""
        followers = []
        for order in range(1, total + 1):
            low, high = self.tree_range(order)
            rest = total - order
            if rest == 0:
                followers.append(np.ones(high - low, dtype=np.int64))
            else:
                followers.append(self.counts[rest] - self._suffix(rest, order))
        offsets = np.zeros(self.tree_range(total)[1] + 1, dtype=np.int64)
        np.cumsum(np.concatenate(followers), out=offsets[1:])
        return offsets

    def _offsets_of(self, total: int, order: int) -> IntArray:
        """Return where the forests of `total` nodes begin with each first tree of an order.

        Those of the last tree end where the last number is. Planar, as many follow each tree.
        """
        low, high = self.tree_range(order)
        if not self.planar:
            return self._offset[total][low : high + 1]
        followers = self.counts[total - order]
        begin = self._begin_of(total, order)
        return np.arange(begin, begin + (high - low + 1) * followers, followers)

    def _begin_of(self, total: int, order: int) -> int:
        """Count the planar forests of `total` nodes whose first tree is of a smaller order."""
        counts = self.counts
        return self.dimension * sum(counts[k - 1] * counts[total - k] for k in range(1, order))

    def _suffix(self, total: int, order: int) -> IntArray:
        """Return, for the trees of `order`, where the forests begin that may follow them."""
        low, high = self.tree_range(order)
        if order > total:
            return np.full(high - low, self.counts[total], dtype=np.int64)
        return self._offset[total][low:high]

    def place(self, forest: IntArray) -> IntArray:
        """Return the places of forests among those with as many nodes."""
        return forest - np.array(self.start, dtype=np.int64)[self.order_of[forest]]

    @cached_property
    def order_of(self) -> IntArray:
        """The number of nodes of each forest, int64, shape ``(forests,)``."""
        return self._orders.astype(np.int64)

    @cached_property
    def _orders(self) -> npt.NDArray[np.int8]:
        """The same in 8 bits, of which more are near when many are looked up."""
        orders = np.arange(self._apart + 1, dtype=np.int8)
        return np.repeat(orders, self.counts[: self._apart + 1])

    @cached_property
    def first(self) -> IntArray:
        """The index of the first tree of each forest, -1 for the empty one."""
        parts = [np.full(1, -1, dtype=np.int64)]
        for total in range(1, self._apart + 1):
            for order in range(1, total + 1):
                tree = np.arange(*self.tree_range(order))
                parts.append(np.repeat(tree, np.diff(self._offsets_of(total, order))))
        return np.concatenate(parts)

    @cached_property
    def rest(self) -> IntArray:
        """The index of the forest that is left without the first tree, -1 for the empty one."""
        parts = [np.full(1, -1, dtype=np.int64)]
        for total in range(1, self._apart + 1):
            for order in range(1, total + 1):
                nodes, offsets = total - order, self._offsets_of(total, order)
                begin = np.full(offsets.size - 1, self.start[nodes], dtype=np.int64)
                if not self.planar and nodes:
                    begin += self._suffix(nodes, order)
                run = np.arange(offsets[-1] - offsets[0])
                parts.append(run + np.repeat(begin - offsets[:-1] + offsets[0], np.diff(offsets)))
        return np.concatenate(parts)

    def blocks(self, degree: int) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
        """Take the last trees off the planar forests of 1, ..., degree nodes, order by order.

        Forests of a block, which differ in the label of the last root, are taken as one.

        Yields
        ------
        tuple of numpy.ndarray
            For each block the nodes that are left, the place of what is left, and that of the
            branches that are taken off, among forests with as many nodes. Of 8 and 32 bits, and
            without the arrays of a layout, as there are as many as of the basis: `degree` is at
            most one more than the layout has nodes.

        Examples
        --------
        The forests of two nodes are two leaves, and the ladder:

        >>> _, blocks = ForestLayout(1, 1, planar=True).blocks(2)
        >>> [part.tolist() for part in blocks]
        [[1, 0], [0, 0], [0, 0]]
        """
        found: list[tuple[npt.NDArray[Any], ...]] = []
        for total in range(1, degree + 1):
            parts: list[tuple[npt.NDArray[Any], ...]] = []
            for order in range(1, total):  # of the first tree
                own, left, right = found[total - order - 1]
                before = [self._offsets_of(nodes, order)[:-1] for nodes in range(order, total)]
                place = np.stack(before, axis=1).astype(np.int32)[:, own] + left
                others = (np.broadcast_to(x, place.shape).ravel() for x in (own + order, right))
                kept, branches = others
                parts.append((kept.astype(np.int8), place.ravel(), branches))
            branches = np.arange(self.counts[total - 1], dtype=np.int32)  # of the only tree
            none = np.zeros_like(branches)
            parts.append((none.astype(np.int8), none, branches))
            blocks = tuple(map(np.concatenate, zip(*parts, strict=True)))
            if total < degree:
                found.append(blocks)
            own, left, right = blocks
            yield own, left, right

    def first_trees(self, nodes: int, most: int) -> Iterator[tuple[int, IntArray, IntArray]]:
        """Take the first trees off the forests of some nodes, at most so many at a time.

        Yields
        ------
        tuple
            The order of the first trees, these, and the forests that are left, as `first` and
            `rest` have them in one array.

        Examples
        --------
        >>> layout = ForestLayout(2, 2, planar=False)
        >>> [(order, *map(np.ndarray.tolist, parts)) for order, *parts in layout.first_trees(2, 8)]
        [(1, [0, 0, 1], [1, 2, 2]), (2, [2, 3, 4, 5], [0, 0, 0, 0])]
        """
        for order in range(1, nodes + 1):
            offsets = self._offsets_of(nodes, order)
            for begin in range(int(offsets[0]), int(offsets[-1]), most):
                forest = np.arange(begin, min(begin + most, int(offsets[-1])))
                yield order, *self._split_of(forest, nodes, order)

    def _split_of(self, place: IntArray, nodes: int, order: int) -> tuple[IntArray, IntArray]:
        """Return the first trees, of an order, of forests by their places, and what is left."""
        low, left = self.tree_range(order)[0], nodes - order
        if self.planar:
            tree, rest = np.divmod(place - self._begin_of(nodes, order), self.counts[left])
            return tree + low, rest + self.start[left]
        offsets = self._offsets_of(nodes, order)
        tree = np.searchsorted(offsets, place, "right") - 1
        rest = place - offsets[tree] + self.start[left]
        return tree + low, rest + self._suffix(left, order)[tree] if left else rest

    def split(self, forest: IntArray) -> tuple[IntArray, IntArray]:
        """Return the first trees of forests, none of them empty, and what is left.

        Examples
        --------
        >>> tree, rest = ForestLayout(2, 2, planar=False, apart=0).split(np.array([2, 4, 9]))
        >>> tree.tolist(), rest.tolist()
        ([1, 0, 5], [0, 2, 0])
        """
        tree, left = np.zeros((2, forest.size), dtype=np.int64)
        of_nodes = np.searchsorted(self.start, forest, "right") - 1
        for nodes in np.unique(of_nodes).tolist():
            own = np.flatnonzero(of_nodes == nodes)
            place = forest[own] - self.start[nodes]
            begins = [int(self._offsets_of(nodes, order)[0]) for order in range(1, nodes + 1)]
            of_order = np.searchsorted(begins, place, "right")
            for order in np.unique(of_order).tolist():
                some = of_order == order
                tree[own[some]], left[own[some]] = self._split_of(place[some], nodes, order)
        return tree, left

    def prepend_each(self, tree: IntArray, rest: IntArray) -> IntArray:
        """Rank the forests that start with `tree` and go on with `rest`, of any orders."""
        if self.planar:
            shift, followers = self._prepending
            nodes = self._orders[rest]
            order = self._orders[tree // self.dimension]
            return np.asarray(shift[order, nodes] + tree * followers[nodes] + rest)
        start = np.array(self.start)
        rest_nodes = self.order_of[rest]
        total = rest_nodes + self.order_of[tree // self.dimension] + 1
        offset, begin = self._offsets_in_one
        rank = start[total] + offset[begin[total] + tree] + rest - start[rest_nodes]
        rank -= np.where(rest_nodes > 0, offset[begin[rest_nodes] + tree * (rest > 0)], 0)
        return np.asarray(rank)

    @cached_property
    def _prepending(self) -> tuple[IntArray, IntArray]:
        """By which planar forests are ranked: shifts by nodes of branches and of rests; counts."""
        shift = np.zeros((self.nodes + 1, self.nodes + 1), dtype=np.int64)
        for order in range(1, self.nodes + 1):
            low = self.tree_range(order)[0]
            for nodes in range(self.nodes - order + 1):
                begin = self.start[nodes + order] + self._begin_of(nodes + order, order)
                shift[order - 1, nodes] = begin - low * self.counts[nodes] - self.start[nodes]
        return shift, np.array(self.counts)

    @cached_property
    def _offsets_in_one(self) -> tuple[IntArray, IntArray]:
        sizes = [offset.size for offset in self._offset]
        return np.concatenate(self._offset), np.cumsum([0, *sizes[:-1]])

    def rank(self, trees: IntArray) -> IntArray:
        """Return the index of planar forests from their trees, shape (..., trees)."""
        rank = np.zeros(trees.shape[:-1], dtype=np.int64)
        for place in range(trees.shape[-1])[::-1]:
            rank = self.prepend_each(trees[..., place], rank)
        return rank

    def multiply(self, forest: IntArray, tree: IntArray) -> IntArray:
        """Rank products of a forest and a tree, which comes last when planar."""
        if not forest.size:
            return forest
        below = forest > 0
        first = self.first[forest]
        if not self.planar:
            below &= first < tree
        rest = np.zeros(forest.shape, dtype=np.int64) if self.planar else forest.copy()
        rest[below] = self.multiply(self.rest[forest[below]], tree[below])
        return self.prepend_each(np.where(below, first, tree), rest)


class WordLayout:
    """The numbering of the words of at most so many letters, as `ForestLayout` does it.

    A word is a planar forest of single nodes: it has a first letter, a rest, and the empty word in
    front of all.

    Parameters
    ----------
    dimension : int
        Number of letters.
    length : int
        Largest number of letters of a word, at least 0.

    Examples
    --------
    >>> layout = WordLayout(2, 2)
    >>> layout.first.tolist(), layout.rest.tolist()
    ([-1, 0, 1, 0, 0, 1, 1], [-1, 0, 0, 1, 2, 1, 2])
    """

    def __init__(self, dimension: int, length: int) -> None:
        self.dimension = dimension
        self.counts = [dimension**letters for letters in range(length + 1)]
        self.start = [0, *accumulate(self.counts)]

    @cached_property
    def first(self) -> IntArray:
        """The first letter of each word, -1 for the empty one."""
        letters = np.arange(self.dimension)
        parts = [np.repeat(letters, followers) for followers in self.counts[:-1]]
        return np.concatenate([np.full(1, -1, dtype=np.int64), *parts])

    @cached_property
    def rest(self) -> IntArray:
        """The index of each word without its first letter, -1 for the empty one."""
        parts = [
            np.tile(np.arange(begin, begin + followers), self.dimension)
            for begin, followers in zip(self.start, self.counts[:-1], strict=False)
        ]
        return np.concatenate([np.full(1, -1, dtype=np.int64), *parts])

    def split(self, word: IntArray) -> tuple[IntArray, IntArray]:
        """Return the first letters of words, none of them empty, and what is left."""
        return self.first[word], self.rest[word]

    def rank(self, letters: IntArray) -> IntArray:
        """Return the index of words from their letters, shape (..., letters)."""
        length = letters.shape[-1]
        powers = self.dimension ** np.arange(length)[::-1]
        return np.asarray(self.start[length] + letters @ powers)
