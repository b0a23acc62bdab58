"""The coproduct of a basis by weight as a table, in the structure of `convolution`.

What a coproduct cuts an element into is lighter than that, so that rows of the basis refer to the
basis alone. They follow the recursions of the algebra: a forest without order is its first
tree and the rest, whose cuts are multiplied; an ordered one is what is before its last tree, whose
cuts are shuffled with those of the branches, so that a word is cut before its last letter or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.tables import cache
from treealg.tables.arguments import check_weighted
from treealg.tables.convolution import assemble
from treealg.tables.convolution_table import ConvolutionTable, Int32Array
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, expand, merge
from treealg.tables.sizes import check_entries
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import require_weighted_fits

__all__ = ["SparseRows", "pieces", "unit_row", "weighted_convolution"]

_MOST_FORESTS = 2**22
"""The most forests whose pairs, in a part of the rows, have 64-bit keys."""

_CHUNK = 2**17
"""About how many entries are made at a time, before equal ones are merged."""


class SparseRows:
    """Rows of entries, of so many indices and a coefficient each, level by level."""

    def __init__(self, indices: int) -> None:
        none = np.zeros(0, dtype=np.int64)
        self.ptr = np.zeros(1, dtype=np.int64)
        self.columns: list[IntArray] = [none] * indices
        self.coef: FloatArray = np.zeros(0)

    def extend(self, sizes: IntArray, columns: Sequence[IntArray], coef: FloatArray) -> None:
        """Add rows of so many entries."""
        self.ptr = np.concatenate([self.ptr, self.ptr[-1] + np.cumsum(sizes)])
        self.columns = [np.concatenate(pair) for pair in zip(self.columns, columns, strict=True)]
        self.coef = np.concatenate([self.coef, coef])

    def entries(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return of several rows, one after the other, the place of each row and its entries."""
        return expand(self.ptr, rows)


def unit_row(indices: int) -> SparseRows:
    """Return the row of the unit, whose indices are 0."""
    rows = SparseRows(indices)
    zero = np.zeros(1, dtype=np.int64)
    rows.extend(np.ones(1, dtype=np.int64), [zero] * indices, np.ones(1))
    return rows


def weighted_convolution(
    weights: tuple[int, ...], degree: int, *, planar: bool | None
) -> ConvolutionTable:
    """Return the coproduct table of what weighs at most so much.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least the smallest of one label.
    planar : bool or None
        Ordered forests (MKW), trees (BCK), or (None) words.

    Returns
    -------
    ConvolutionTable
        Of width 1 and graded by nodes: its `dimension` is 1, its `degree` the largest number of
        nodes, and a block is one basis element.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `degree` is none, or `planar` none of True, False and
        None.
    InvalidValueError
        If one of them is out of range, or the table would be too large.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    Of the words 0 1 00 01 10 000 the last has two cuts:

    >>> table = weighted_convolution((1, 2), 3, planar=None)
    >>> np.diff(table.term_ptr).tolist()
    [0, 0, 1, 1, 1, 2]
    """
    weights, degree, planar = check_weighted(weights, degree, planar, nodes=1)

    def build() -> ConvolutionTable:
        size = require_weighted_fits(weights, degree, planar=planar)
        if size > _MOST_FORESTS:
            raise InvalidValueError(
                f"a coproduct of {size} elements, for weights={brief(weights)} and {degree=}, is "
                "too large; lower the degree"
            )
        layout = WeightedLayout(weights, degree, planar)
        terms = (_tree_terms if planar is False else _forest_terms)(layout)
        blocks = np.diff(layout.slots())
        return assemble(layout, 1, layout.nodes, blocks, terms)

    def check(table: ConvolutionTable) -> bool:
        return (table.dimension, table.degree, table.n_blocks) == (
            1,
            degree // min(weights),
            require_weighted_fits(weights, degree, planar=planar),
        )

    key = (degree, 2 if planar is None else int(planar), *weights)
    return cache.table("weighted_convolution", key, ConvolutionTable, build, check)


def pieces(size: IntArray) -> Iterator[tuple[int, int]]:
    """Cut rows of so many entries each into ranges of not too many."""
    total = np.cumsum(size)
    begin = 0
    while begin < size.size:
        before = total[begin - 1] if begin else 0
        end = max(int(np.searchsorted(total, before + _CHUNK, "right")), begin + 1)
        yield begin, end
        begin = end


def _merged(
    layout: WeightedLayout, row: IntArray, pruned: IntArray, trunk: IntArray, coef: FloatArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Add up equal cuts, and sort them by row."""
    count = layout.first.size
    key, coef = merge((row * count + pruned) * count + trunk, coef)
    rest, trunk = np.divmod(key, count)
    row, pruned = np.divmod(rest, count)
    return row, pruned, trunk, coef


def _cuts_without_order(layout: WeightedLayout) -> SparseRows:
    """Return the coproducts of the forests without order: pruned, trunk, how often."""
    rows = unit_row(2)
    for nodes in range(1, layout.nodes):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        first, rest = layout.first[level], layout.rest[level]
        sizes = np.diff(rows.ptr)
        alone = rest == 0
        left = np.where(alone, 0, np.where(alone, 0, layout.single[first]))
        work = np.where(alone, sizes[layout.branches[first]] + 1, 0)
        work[~alone] = sizes[left[~alone]] * sizes[rest[~alone]] if nodes > 1 else 0
        found = []
        single = level[alone]
        # A tree alone is cut off as a whole, or its branches are cut.
        place, entry = rows.entries(layout.branches[first[alone]])
        (pruned, trunk), coef = (column[entry] for column in rows.columns), rows.coef[entry]
        root = layout.label[first[alone]][place]
        own = layout.single[layout.tree(trunk, root)]
        count = np.flatnonzero(alone)
        found.append(
            (
                np.concatenate([count, count[place]]),
                np.concatenate([single, pruned]),
                np.concatenate([0 * single, own]),
                np.concatenate([np.ones(single.size), coef]),
            )
        )
        longer = np.flatnonzero(~alone)
        # The trees of several are of lower order, whose rows are there.
        for begin, end in pieces(work[longer]):
            part = longer[begin:end]
            found.append(_products(layout, rows, part, left[part], rest[part]))
        row, pruned, trunk, coef = (np.concatenate(x) for x in zip(*found, strict=True))
        order = np.argsort(row, kind="stable")
        sizes = np.bincount(row, minlength=level.size)
        rows.extend(sizes, [pruned[order], trunk[order]], coef[order])
        check_entries(int(rows.ptr[-1]), f"the coproduct for {layout.shown}")
    return rows


def _products(
    layout: WeightedLayout, rows: SparseRows, place: IntArray, left: IntArray, right: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Multiply the cuts of pairs of forests without order."""
    source, a = rows.entries(left)
    others, b = rows.entries(right[source])
    a, source = a[others], source[others]
    (pruned, trunk), coef = rows.columns, rows.coef
    whole = _merged(
        layout,
        source,
        _multiplied(layout, pruned[a], pruned[b]),
        _multiplied(layout, trunk[a], trunk[b]),
        coef[a] * coef[b],
    )
    return place[whole[0]], *whole[1:]


def _multiplied(layout: WeightedLayout, left: IntArray, right: IntArray) -> IntArray:
    """Rank products of forests without order, each pair once."""
    both, which = np.unique(left * layout.first.size + right, return_inverse=True)
    return layout.multiply(*np.divmod(both, layout.first.size))[which]


def _tree_terms(layout: WeightedLayout) -> tuple[IntArray, Int32Array, Int32Array, Int32Array]:
    """List the proper terms of all trees: where they begin, trunk, pruned forest, how often."""
    rows = _cuts_without_order(layout)
    place, entry = rows.entries(layout.branches)
    (pruned, trunk), coef = (column[entry] for column in rows.columns), rows.coef[entry]
    proper = pruned > 0
    place, pruned, trunk, coef = place[proper], pruned[proper], trunk[proper], coef[proper]
    trunk = layout.tree(trunk, layout.label[place])
    return _sorted_terms(layout.label.size, place, trunk, pruned, coef)


def _forest_terms(layout: WeightedLayout) -> tuple[IntArray, Int32Array, Int32Array, Int32Array]:
    """List the proper terms of all ordered forests, or words; see `_tree_terms`."""
    rows = unit_row(2)
    for nodes in range(1, layout.nodes + 1):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        before, last = layout.init[level], layout.last[level]
        branches, label = layout.branches[last], layout.label[last]
        sizes = np.diff(rows.ptr)
        found = [(np.arange(level.size), level, 0 * level, np.ones(level.size))]
        for begin, end in pieces(sizes[before] * sizes[branches]):
            part = slice(begin, end)
            source, a = rows.entries(before[part])
            others, b = rows.entries(branches[part][source])
            a, source = a[others], source[others]
            (pruned, trunk), coef = rows.columns, rows.coef
            root = layout.tree(trunk[b], label[part][source])
            rest = layout.append(trunk[a], root)
            pair, forest, times = layout.shuffle(pruned[a], pruned[b])
            whole = _merged(
                layout, source[pair], forest, rest[pair], (coef[a] * coef[b])[pair] * times
            )
            found.append((begin + whole[0], *whole[1:]))
        row, pruned, trunk, coef = (np.concatenate(x) for x in zip(*found, strict=True))
        order = np.argsort(row, kind="stable")
        sizes = np.bincount(row, minlength=level.size)
        rows.extend(sizes, [pruned[order], trunk[order]], coef[order])
        check_entries(int(rows.ptr[-1]), f"the coproduct for {layout.shown}")
    every = np.arange(1, layout.start[-1])
    place, entry = rows.entries(every)
    (pruned, trunk), coef = (column[entry] for column in rows.columns), rows.coef[entry]
    proper = (pruned > 0) & (trunk > 0)
    return _sorted_terms(every.size, place[proper], trunk[proper] - 1, pruned[proper], coef[proper])


def _sorted_terms(
    count: int, block: IntArray, trunk: IntArray, pruned: IntArray, coef: FloatArray
) -> tuple[IntArray, Int32Array, Int32Array, Int32Array]:
    order = np.lexsort((pruned, coef > 1, trunk, block))
    ptr = np.concatenate(([0], np.cumsum(np.bincount(block, minlength=count))))
    return (
        ptr,
        trunk[order].astype(np.int32),
        pruned[order].astype(np.int32),
        coef[order].astype(np.int32),
    )
