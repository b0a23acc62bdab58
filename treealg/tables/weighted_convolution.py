"""The coproduct of a basis by weight as a table, in the structure of `convolution`.

What a coproduct cuts an element into is lighter than that, so that rows of the basis refer to the
basis alone. They follow the recursions of the algebra: a forest without order is its first
tree and the rest, whose cuts are multiplied; an ordered one is what is before its last tree, whose
cuts are shuffled with those of the branches, so that a word is cut before its last letter or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.tables import cache
from treealg.tables.arguments import check_weighted
from treealg.tables.convolution import assemble
from treealg.tables.convolution_table import ConvolutionTable, Int32Array, term_needs
from treealg.tables.foresight import Needs
from treealg.tables.frozen import taken
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, merge
from treealg.tables.rows import ranges
from treealg.tables.sizes import check_entries
from treealg.tables.sparse_rows import SparseRows, unit_row
from treealg.tables.weighted_growth import foresee_weighted
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import require_weighted_fits, weighted_nodes

__all__ = ["weighted_convolution"]

_MOST_FORESTS = 2**22
"""The most forests whose pairs, in a part of the rows, have 64-bit keys."""


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

    def foresee() -> Needs:
        size = require_weighted_fits(weights, degree, planar=planar)
        if size > _MOST_FORESTS:
            raise InvalidValueError(
                f"a coproduct of {size} elements, for weights={brief(weights)} and {degree=}, is "
                "too large; lower the degree"
            )
        if planar is None:  # a word is cut between its letters, before them and after them
            cuts = weighted_nodes(weights, degree) + size + 1
            check_entries(cuts, f"the coproduct for weights={brief(weights)}, {degree=}")
            return term_needs(cuts - 2 * size - 1)  # at both ends nothing is cut

        def entries(labels: list[int], small: int) -> IntArray:
            light = tuple(weights[label] for label in labels)
            return _counts(WeightedLayout(light, small, planar))

        return foresee_weighted(entries, weights, degree, planar, "the coproduct", term_needs)

    def build() -> ConvolutionTable:
        layout = WeightedLayout(weights, degree, planar)
        blocks = np.diff(layout.slots())
        return assemble(layout, 1, layout.nodes, blocks, _terms(layout))

    def check(table: ConvolutionTable) -> bool:
        return (table.dimension, table.degree, table.n_blocks) == (
            1,
            degree // min(weights),
            require_weighted_fits(weights, degree, planar=planar),
        )

    key = (degree, 2 if planar is None else int(planar), *weights)
    return cache.table("weighted_convolution", key, ConvolutionTable, build, check, foresee=foresee)


def _counts(layout: WeightedLayout) -> IntArray:
    """Count the terms of a small table by the weights of its elements."""
    weight = layout.weight_of[1:] if layout.planar else layout.tree_weight
    found = np.bincount(weight, np.diff(_terms(layout)[0]), minlength=layout.degree + 1)
    return found.astype(np.int64)


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
    rows = unit_row(2, f"the coproduct for {layout.shown}")
    for nodes in range(1, layout.nodes):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        first, rest = layout.first[level], layout.rest[level]
        sizes = rows.sizes()
        # The trees of several are of lower order, whose rows are there.
        alone = rest == 0
        left = np.where(alone, layout.branches[first], layout.single[first])
        for begin, end in ranges(np.where(alone, sizes[left] + 1, sizes[left] * sizes[rest])):
            own = begin + np.flatnonzero(alone[begin:end])
            longer = begin + np.flatnonzero(~alone[begin:end])
            parts = zip(
                _of_single_trees(layout, rows, own, level[own]),
                _products(layout, rows, longer, left[longer], rest[longer]),
                strict=True,
            )
            row, pruned, trunk, coef = (np.concatenate(part) for part in parts)
            order = np.argsort(row, kind="stable")
            size = np.bincount(row - begin, minlength=end - begin)
            rows.extend(size, [pruned[order], trunk[order]], coef[order])
    return rows


def _of_single_trees(
    layout: WeightedLayout, rows: SparseRows, place: IntArray, forest: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return the cuts of forests of one tree: it is cut off as a whole, or its branches are cut."""
    tree = layout.first[forest]
    source, entry = rows.entries(layout.branches[tree])
    (pruned, trunk), coef = rows.take(entry)
    own = layout.single[layout.tree(trunk, layout.label[tree][source])]
    return (
        np.concatenate([place, place[source]]),
        np.concatenate([forest, pruned]),
        np.concatenate([np.zeros_like(forest), own]),
        np.concatenate([np.ones(forest.size), coef]),
    )


def _products(
    layout: WeightedLayout, rows: SparseRows, place: IntArray, left: IntArray, right: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Multiply the cuts of pairs of forests without order."""
    source, a = rows.entries(left)
    others, b = rows.entries(right[source])
    (pruned, trunk), coef = rows.take(a[others])
    (other_pruned, other_trunk), other_coef = rows.take(b)
    whole = _merged(
        layout,
        source[others],
        _multiplied(layout, pruned, other_pruned),
        _multiplied(layout, trunk, other_trunk),
        coef * other_coef,
    )
    return place[whole[0]], *whole[1:]


def _multiplied(layout: WeightedLayout, left: IntArray, right: IntArray) -> IntArray:
    """Rank products of forests without order, each pair once."""
    both, which = np.unique(left * layout.first.size + right, return_inverse=True)
    return layout.multiply(*np.divmod(both, layout.first.size))[which]


def _terms(layout: WeightedLayout) -> tuple[IntArray, Int32Array, Int32Array, Int32Array]:
    """List the proper terms of all elements: where they begin, trunk, pruned forest, how often.

    Those of an element are sorted by trunk, then those of multiplicity 1 come first, then by
    forest.
    """
    sizes = [np.zeros(1, dtype=np.int64)]
    columns = BytesIO(), BytesIO(), BytesIO()
    parts = _tree_terms(layout) if layout.planar is False else _forest_terms(layout)
    for count, block, *terms in parts:
        trunk, pruned, coef = terms
        order = np.lexsort((pruned, coef > 1, trunk, block))
        sizes.append(np.bincount(block, minlength=count))
        for column, part in zip(columns, terms, strict=True):
            column.write(part[order].astype(np.int32).data)
    of_trunk, of_pruned, often = (taken(column, np.int32) for column in columns)
    return np.cumsum(np.concatenate(sizes)), of_trunk, of_pruned, often


_Terms = Iterator[tuple[int, IntArray, IntArray, IntArray, FloatArray]]
"""Proper terms of some elements at a time: how many these are, and the number, trunk, ... of each.
"""


def _tree_terms(layout: WeightedLayout) -> _Terms:
    """Yield the proper terms of trees."""
    rows = _cuts_without_order(layout)
    size = rows.sizes()[layout.branches]
    # All but one of each tree, that prunes nothing, are proper.
    check_entries(int(size.sum()) - size.size, f"the coproduct for {layout.shown}")
    for begin, end in ranges(size):
        place, entry = rows.entries(layout.branches[begin:end])
        (pruned, trunk), coef = rows.take(entry)
        proper = pruned > 0
        place, pruned, trunk, coef = place[proper], pruned[proper], trunk[proper], coef[proper]
        trunk = layout.tree(trunk, layout.label[begin + place])
        yield end - begin, place, trunk, pruned, coef


def _forest_terms(layout: WeightedLayout) -> _Terms:
    """Yield the proper terms of ordered forests, or words."""
    rows = unit_row(2, f"the coproduct for {layout.shown}")
    for nodes in range(1, layout.nodes + 1):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        before, last = layout.init[level], layout.last[level]
        sizes = rows.sizes()
        # What is cut off is shuffled, which gives several of each pair.
        for begin, end in ranges(4 * sizes[before] * sizes[layout.branches[last]]):
            part = slice(begin, end)
            row, pruned, trunk, coef = _of_last_trees(layout, rows, before[part], last[part])
            # What is cut off as a whole comes first.
            row = np.concatenate([np.arange(end - begin), row])
            order = np.argsort(row, kind="stable")
            row = row[order]
            pruned = np.concatenate([level[part], pruned])[order]
            trunk = np.concatenate([np.zeros(end - begin, dtype=np.int64), trunk])[order]
            coef = np.concatenate([np.ones(end - begin), coef])[order]
            rows.extend(np.bincount(row, minlength=end - begin), [pruned, trunk], coef)
            proper = (pruned > 0) & (trunk > 0)
            yield end - begin, row[proper], trunk[proper] - 1, pruned[proper], coef[proper]


def _of_last_trees(
    layout: WeightedLayout, rows: SparseRows, before: IntArray, last: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return the cuts of ordered forests that leave their last root."""
    source, a = rows.entries(before)
    others, b = rows.entries(layout.branches[last][source])
    source = source[others]
    (pruned, trunk), coef = rows.take(a[others])
    (other_pruned, other_trunk), other_coef = rows.take(b)
    root = layout.tree(other_trunk, layout.label[last][source])
    rest = layout.append(trunk, root)
    pair, forest, times = layout.shuffle(pruned, other_pruned)
    return _merged(layout, source[pair], forest, rest[pair], (coef * other_coef)[pair] * times)
