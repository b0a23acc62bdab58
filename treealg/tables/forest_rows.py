"""Sparse rows over forests: the coproducts of all trees or forests of one order at once.

Non-planar (Connes and Kreimer), with K(f) the terms of the coproduct of a forest f: K is
multiplicative, and of a tree ``K(B+_a(f)) = B+_a(f) (x) 1 + (id (x) B+_a) K(f)``. Planar
(Munthe-Kaas and Wright), of an ordered forest: ``K(w B+_a(f)) = w B+_a(f) (x) 1 + K(w) . (id (x)
B+_a) K(f)``, where what is pruned is shuffled and trunks are put side by side. What is not written
down is the last root a: blocks of rows differ in it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache as memoized
from itertools import product

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import expand
from treealg.tables.rows import UNIT, RowAlgebra, Rows, Split, between, ranges, rows_of

__all__ = ["ForestRows", "formal_shuffle"]


class ForestRows(RowAlgebra):
    """Rows over pruned forests, and trunks: forests, of which planar rows have no last root.

    Parameters
    ----------
    layout : ForestLayout
        The numbering of the forests; planar of one node more than is ever pruned.
    """

    def __init__(self, layout: ForestLayout) -> None:
        what = f"the coproduct for dimension={layout.dimension}"
        super().__init__(layout.counts, True, layout.dimension, what)
        self.layout = layout

    def blocks(
        self, degree: int, chosen: npt.NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[int, Split]]:
        """Yield the rows of each order, without the last root, after the nodes that they have.

        Those of the last order, of which there are most, come some at a time and are not kept; if
        some are chosen, no others come.
        """
        make = self._planar_blocks if self.layout.planar else self._tree_blocks
        return make(degree, chosen)

    def _tree_blocks(
        self, degree: int, chosen: npt.NDArray[np.bool_] | None
    ) -> Iterator[tuple[int, Split]]:
        """Yield K of all commutative forests with 0, 1, ..., degree - 1 nodes."""
        layout, dimension = self.layout, self.layout.dimension
        if degree > 1 or (degree and (chosen is None or chosen.all())):
            yield 0, UNIT
        forests, trees = [UNIT], [UNIT]
        for nodes in range(1, degree):
            is_last = nodes + 1 == degree
            if not is_last:
                trees.append(self.with_root(forests[nodes - 1], nodes - 1))
            part = slice(layout.start[nodes], layout.start[nodes + 1])
            branches, label = np.divmod(layout.first[part], dimension)
            left = layout.place(branches) * dimension + label
            right = layout.place(layout.rest[part])
            own = layout.order_of[branches] + 1
            if not is_last:
                forests.append(self.product(nodes, own, left, trees, right, forests))
                yield nodes, forests[-1]
                continue
            # Trees come after forests of smaller ones, and need not be multiplied.
            wanted = np.ones(own.size, bool) if chosen is None else chosen
            begin = own.size - dimension * layout.counts[nodes - 1]
            several = np.flatnonzero(wanted[:begin])
            if several.size:
                factors = own[several], left[several], trees, right[several], forests
                yield from ((nodes, piece) for piece in self.pieces(nodes, *factors))
            for piece in self.rooted(forests[-1], nodes - 1):
                end = begin + piece[0].ptr.size - 1
                rows = np.flatnonzero(wanted[begin:end])
                begin = end
                if rows.size:
                    yield nodes, {weight: _some(part, rows) for weight, part in piece.items()}

    def _planar_blocks(
        self, degree: int, chosen: npt.NDArray[np.bool_] | None
    ) -> Iterator[tuple[int, Split]]:
        """Yield K of all ordered forests with 1, ..., degree nodes, but for the last root."""
        whole = [UNIT]
        for nodes, (own, left, right) in enumerate(self.layout.blocks(degree)):
            if chosen is not None and nodes + 1 == degree:
                own, left, right = own[chosen], left[chosen], right[chosen]
            factors = nodes, own, left, whole, right, whole
            if nodes + 1 < degree:
                rows = self.product(*factors)
                yield nodes, rows
                whole.append(self.with_root(rows, nodes))
            else:
                yield from ((nodes, piece) for piece in self.pieces(*factors))

    def rooted(self, rows: Split, nodes: int) -> Iterator[Split]:
        """Yield what `with_root` returns, some rows at a time."""
        size = sum(np.diff(part.ptr) for part in rows.values()) * self.layout.dimension
        for begin, end in ranges(np.asarray(size)):
            some = {weight: between(part, begin, end) for weight, part in rows.items()}
            yield self.with_root(some, nodes, begin)

    def with_root(self, rows: Split, nodes: int, first: int = 0) -> Split:
        """Put each root below: row ``r * dimension + a``; and cut all of it off, too.

        The rows are those of forests from `first` on.
        """
        dimension = self.layout.dimension
        (count,) = {part.ptr.size - 1 for part in rows.values()}
        split: Split = {}
        for weight, part in rows.items():
            source, entry = expand(part.ptr, np.repeat(np.arange(count), dimension))
            trunk, cut = self.apart(part.pair[entry], weight, nodes)
            tree = self._tree(trunk * dimension + source % dimension, weight + 1)
            ptr = np.zeros(count * dimension + 1, dtype=np.int64)
            np.cumsum(np.repeat(np.diff(part.ptr), dimension), out=ptr[1:])
            pair = tree * self.counts[nodes - weight] + cut
            split[weight + 1] = Rows(ptr, pair, part.coef[entry])
        every = np.arange(count * dimension)
        all_of_it = self._tree(every + first * dimension, nodes + 1)
        split[0] = Rows(np.arange(every.size + 1), all_of_it, np.ones(every.size))
        return split

    def _tree(self, place: IntArray, nodes: int) -> IntArray:
        """Return the place of a tree among forests; planar, that of a forest stays."""
        if self.layout.planar:
            return place
        tree = place + self.layout.tree_range(nodes)[0]
        return self.layout.prepend_each(tree, np.zeros_like(tree)) - self.layout.start[nodes]

    def trunks(self, weight: int) -> int:
        """Count the trunks of a product: forests, or all with one root more, but for that one."""
        if self.layout.planar:
            return self.counts[weight + 1] // self.layout.dimension
        return self.counts[weight]

    def join(self, left: IntArray, first: int, right: IntArray, second: int) -> IntArray:
        """Multiply trunks, of which the one on the left is a tree, or is empty, if not planar."""
        layout, dimension = self.layout, self.layout.dimension
        if layout.planar:
            left, right = np.broadcast_arrays(left, right)
            tree = (right + layout.start[second]) * dimension
            rank = layout.multiply(left + layout.start[first], tree)
            return (rank - layout.start[first + second + 1]) // dimension
        if not first:
            return right
        left, right = np.broadcast_arrays(left, right)
        tree = layout.first[left + layout.start[first]]
        rank = layout.multiply(right + layout.start[second], tree)
        return rank - layout.start[first + second]

    def products(self, left: int, right: int) -> Rows:
        """Multiply forests of `left` nodes and of `right` nodes; planar ones are shuffled."""
        layout = self.layout
        pairs, total = layout.counts[left] * layout.counts[right], layout.counts[left + right]
        keys = []
        for (u, first), (v, second) in product(self._spelled(left), self._spelled(right)):
            row = u[:, None] * layout.counts[right] + v
            ones = np.ones(row.shape, dtype=np.int64)
            trees = [x[:, None] * ones for x in first] + [x * ones for x in second]
            orders = formal_shuffle(len(first), len(second)).tolist() if layout.planar else [trees]
            for order in orders:
                forest = np.zeros(row.shape, dtype=np.int64)
                if layout.planar:
                    for position in reversed(order):
                        forest = layout.prepend_each(trees[position], forest)
                else:
                    for tree in trees:
                        forest = layout.multiply(forest, tree)
                keys.append((row * total + forest - layout.start[left + right]).ravel())
        return rows_of(pairs, total, [(key, np.ones(key.size)) for key in keys])

    def _spelled(self, nodes: int) -> list[tuple[IntArray, list[IntArray]]]:
        """Return the places of the forests of 1, 2, ... trees, and these one by one."""
        layout = self.layout
        rest = forest = np.arange(layout.start[nodes], layout.start[nodes + 1])
        trees: list[IntArray] = []
        found = []
        while forest.size:
            done = rest == 0
            found.append((forest[done] - layout.start[nodes], [tree[done] for tree in trees]))
            forest, rest, trees = forest[~done], rest[~done], [tree[~done] for tree in trees]
            trees.append(layout.first[rest])
            rest = layout.rest[rest]
        return found


def _some(rows: Rows, chosen: IntArray) -> Rows:
    """Return some of the rows."""
    if chosen.size == rows.ptr.size - 1:
        return rows
    source, entry = expand(rows.ptr, chosen)
    ptr = np.searchsorted(source, np.arange(chosen.size + 1)).astype(np.int64)
    return Rows(ptr, rows.pair[entry], rows.coef[entry])


@memoized
def formal_shuffle(left: int, right: int) -> npt.NDArray[np.int64]:
    """Return the words of Phi of two ladders with labels 0, 1, ... read from leaf to root.

    All have coefficient 1, as the labels are distinct; shape ``(words, left + right)``.
    """
    # The algebra is imported where it is needed: a table that comes from disk does without it.
    from treealg.symbolic import Forest, Tree, arborification

    ladders = []
    for labels in (range(left), range(left, left + right)):
        branch: list[Tree] = []
        for label in labels:
            branch = [Tree(branch, label)]
        ladders += branch
    words = [word for word, _ in arborification(Forest(ladders)).items()]
    return np.array(words, dtype=np.int64).reshape(len(words), left + right)
