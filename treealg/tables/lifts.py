"""The table that takes integrals of one lift to those of another, with brackets as labels.

Labels are d channels, then their brackets (i, j) with i <= j in lexicographic order. A coefficient
counts the ways in which edges between channels, no two of which meet, are contracted to brackets;
ordered forests are the images of forests whose brackets become ladders. The size of a bracket's
share is left out: it enters once for each node that is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from treealg.checks import check_flag, check_integer
from treealg.tables import cache
from treealg.tables.foresight import Needs
from treealg.tables.forest_rows import ForestRows
from treealg.tables.frozen import require
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.lift_counts import counted_lifts
from treealg.tables.linear_map import FloatArray, LinearMap, expand, linear_map_of, map_needs
from treealg.tables.rows import UNIT, Rows, between, narrow, outer, ranges, rows_of, stacked
from treealg.tables.shapes import multiplied
from treealg.tables.sizes import basis_length, check_entries, require_fits

__all__ = ["bracket_labels", "change_of_lift"]

# Which row, what the two entries are at, and their product.
Pieces = tuple[IntArray, IntArray, IntArray, FloatArray]

_WHAT = "the change of lift"

_NONE = Rows(np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
"""One row, without entries."""


def bracket_labels(channels: int) -> int:
    """Return the number of labels: channels, and brackets of two.

    Parameters
    ----------
    channels : int
        Number of channels.

    Returns
    -------
    int

    Raises
    ------
    InvalidTypeError
        If `channels` is no integer.
    InvalidValueError
        If it is below 1.

    Examples
    --------
    >>> [bracket_labels(channels) for channels in (1, 2, 3)]
    [2, 5, 9]
    """
    channels = check_integer("channels", channels, 1)
    return channels + channels * (channels + 1) // 2


def change_of_lift(channels: int, degree: int, *, planar: bool) -> LinearMap:
    r"""Return the matrix that adds brackets to integrals.

    Parameters
    ----------
    channels : int
        Number of channels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool
        Ordered forests and not trees.

    Returns
    -------
    LinearMap
        Of width 1, on the basis whose labels are channels and their brackets. With an entry n from
        an element of m nodes to one of k nodes, :math:`n\, c^{k - m}` is that of the change from
        one lift to one that adds c times the bracket.

    Raises
    ------
    InvalidTypeError
        If `channels` or `degree` is no integer, or `planar` no flag.
    InvalidValueError
        If one is too small, or the table would be too large.

    Examples
    --------
    Of one channel, 0, and its bracket, 1: the ladder of 0 gets the bracket.

    >>> table = change_of_lift(1, 2, planar=False)
    >>> table.ptr.tolist(), table.col.tolist()
    ([0, 1, 2, 4, 5, 6, 7], [0, 1, 1, 2, 3, 4, 5])
    """
    channels = check_integer("channels", channels, 1)
    degree = check_integer("degree", degree, 0)
    planar = check_flag("planar", planar)

    def foresee() -> Needs:
        rows = require_fits(bracket_labels(channels), degree, planar=planar)
        # Every row has an entry: what nothing is contracted of.
        least = max(rows, counted_lifts(channels, degree, planar).entries)
        check_entries(least, _WHAT)
        # All entries are 1 where no two trees of a forest, nor its images, are equal.
        return map_needs(least, rows, moved=degree > (3 if planar else 2))

    def build() -> LinearMap:
        size = basis_length(bracket_labels(channels), degree, planar=planar)
        rows = (_ordered_rows if planar else _tree_rows)(channels, degree)
        # Ordered forests are numbered from the empty one on.
        parts = ((np.diff(some.ptr), some.pair - planar, some.coef) for some in rows)
        return linear_map_of(1, size, parts, _WHAT)

    def check(table: LinearMap) -> bool:
        size = require_fits(bracket_labels(channels), degree, planar=planar)
        return (table.width, table.n_rows, table.n_cols) == (1, size, size)

    key = (channels, degree, planar)
    return cache.table("change_of_lift", key, LinearMap, build, check, foresee=foresee)


def _bracket(channels: int, first: IntArray, second: IntArray) -> IntArray:
    """Return the labels of the brackets of two channels."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    return np.asarray(channels + low * channels - low * (low - 1) // 2 + high - low)


def _tree_rows(channels: int, degree: int) -> Iterator[Rows]:
    """Yield the rows of trees: what they are with some edges contracted, and in how many ways.

    Those of forests are products. An edge to the root of one tree may be chosen, too: then the
    branches of that are in its place, and its label waits for the root that it meets. The rows of
    the last order, of which there are most, are not kept.
    """
    dimension = bracket_labels(channels)
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    size = layout.start[-1]
    closed = [UNIT[0]]
    opened = [_NONE]
    trees: list[Rows] = []
    sizes: list[int] = []
    for nodes in range(degree):
        if nodes:
            whole, open_ = _commutative_rows(layout, channels, nodes, trees, closed, opened)
            closed.append(whole)
            opened.append(open_)
        # An entry that waits has each of the channels at the root, and others any label.
        sizes.append(closed[-1].pair.size * dimension + opened[-1].pair.size * channels)
        _check_growth(sizes, degree)
        pieces = _rooted(channels, dimension, size, closed[-1], opened[-1])
        if nodes + 1 == degree:
            yield from pieces
        else:
            trees.append(stacked(list(pieces)))
            yield trees[-1]


def _commutative_rows(
    layout: ForestLayout,
    channels: int,
    nodes: int,
    trees: list[Rows],
    closed: list[Rows],
    opened: list[Rows],
) -> tuple[Rows, Rows]:
    """Return the rows of the forests of so many nodes, from those of fewer."""
    part = slice(layout.start[nodes], layout.start[nodes + 1])
    branches, label = np.divmod(layout.first[part], layout.dimension)
    rest = layout.place(layout.rest[part])
    branches, own = layout.place(branches), layout.order_of[branches]
    size, count = layout.start[-1], rest.size
    whole: list[Rows] = []
    open_: list[Rows] = []
    # Forests come by the order of their first tree.
    bounds = np.searchsorted(own, np.arange(nodes + 1))
    for order, (first, last) in enumerate(pairwise(bounds.tolist())):
        some = slice(first, last)
        left, right = branches[some], rest[some]
        tree = left * layout.dimension + label[some]
        joined = np.where(label[some] < channels)[0]
        ends = closed[nodes - order - 1]
        waits = opened[nodes - order - 1]
        sizes = np.diff(trees[order].ptr)[tree] * np.diff(ends.ptr)[right]
        for begin, end in ranges(sizes) if last > first else ():
            row, a, b, coef = outer(trees[order], tree[begin:end], ends, right[begin:end])
            key = row * size + layout.multiply(b, a)
            whole.append(rows_of(end - begin, size, [(key, coef)]))
            row, a, b, coef = outer(trees[order], tree[begin:end], waits, right[begin:end])
            top, b = np.divmod(b, size)
            parts = [((row * channels + top) * size + layout.multiply(b, a), coef)]
            some_joined = joined[(joined >= begin) & (joined < end)]
            row, a, b, coef = outer(closed[order], left[some_joined], ends, right[some_joined])
            row = some_joined[row]
            key = ((row - begin) * channels + label[some][row]) * size
            parts.append((key + multiplied(layout, a, b), coef))
            open_.append(rows_of(end - begin, channels * size, parts))
    found = stacked(whole), stacked(open_)
    require(found[0].ptr.size == found[1].ptr.size == count + 1, "there is a row for each forest")
    return found


def _rooted(channels: int, dimension: int, size: int, closed: Rows, opened: Rows) -> Iterator[Rows]:
    """Put roots below forests, some at a time: labels, or brackets of these with what waits."""
    sizes = np.diff(closed.ptr) * dimension + np.diff(opened.ptr) * channels
    for begin, end in ranges(sizes):
        some, waits = between(closed, begin, end), between(opened, begin, end)
        parts = []
        row = np.repeat(np.arange(end - begin), np.diff(some.ptr))
        for label in range(dimension):
            tree = some.pair.astype(np.int64) * dimension + label
            parts.append(((row * dimension + label) * size * dimension + tree, some.coef))
        row = np.repeat(np.arange(end - begin), np.diff(waits.ptr))
        top, forest = np.divmod(waits.pair.astype(np.int64), size)
        for label in range(channels):
            tree = forest * dimension + _bracket(channels, top, np.full_like(top, label))
            parts.append(((row * dimension + label) * size * dimension + tree, waits.coef))
        yield rows_of((end - begin) * dimension, size * dimension, parts)


def _ordered_rows(channels: int, degree: int) -> Iterator[Rows]:
    """Yield the rows of ordered forests: of what they are images, and how often.

    The images of ``x = y B_b(z)`` on a root are those of x on it and, as the ladder of the two
    roots may come from one vertex, those of y shuffled with those of z on their bracket. The rows
    of the last order are not kept.
    """
    dimension = bracket_labels(channels)
    size = require_fits(dimension, degree, planar=True) + 1
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=True)
    shuffles = ForestRows(layout)
    forests, trees = [UNIT[0]], [_NONE]
    waits = _NONE
    sizes: list[int] = []
    # Blocks are of forests that differ in the label of the last root alone.
    for nodes, (own, left, right) in enumerate(layout.blocks(degree), 1):
        rooted = _rooted(channels, dimension, size, forests[-1], waits)
        several = own.size - layout.counts[nodes - 1]  # single trees come last
        products = (
            rows_of(
                count,
                size,
                [(row * size + layout.multiply(a, b), coef) for row, a, b, coef in pieces],
            )
            for count, pieces in _pairs(
                own[:several], left, forests, right, trees, nodes, width=dimension
            )
        )
        if nodes == degree:
            # Not before, as it may be too much.
            layout = ForestLayout(dimension, degree, planar=True, apart=degree - 1)
            yield from products
            yield from (_as_forests(layout, some) for some in rooted)
            break
        trees.append(stacked(list(rooted)))
        forests.append(stacked([*products, _as_forests(layout, trees[-1])]))
        yield forests[-1]
        sizes.append(forests[-1].pair.size)
        _check_growth(sizes, degree)
        found = []
        for count, pieces in _pairs(own, left, forests, right, forests, nodes - 1):
            parts = [(np.zeros(0, dtype=np.int64), np.zeros(0))]
            for row, a, b, coef in pieces:
                orders = layout.order_of[a] * nodes + layout.order_of[b]
                for pair in np.unique(orders).tolist():
                    some = np.flatnonzero(orders == pair)
                    first, second = divmod(pair, nodes)
                    table = shuffles.table(first, second)
                    word = layout.place(a[some]) * layout.counts[second] + layout.place(b[some])
                    source, entry = expand(table.ptr, word)
                    forest = layout.start[first + second] + table.pair[entry]
                    # A root whose label is none of the channels waits for no bracket.
                    for label in range(channels):
                        key = (row[some][source] * dimension + label) * channels + label
                        parts.append((key * size + forest, coef[some][source] * table.coef[entry]))
            found.append(rows_of(count * dimension, channels * size, parts))
        waits = stacked(found)


def _as_forests(layout: ForestLayout, trees: Rows) -> Rows:
    """Return rows over trees as rows over ordered forests, of one tree each."""
    pair = trees.pair.astype(np.int64)
    return trees._replace(pair=narrow(layout.prepend_each(pair, pair * 0), layout.start[-1]))


def _pairs(
    own: IntArray,
    left: IntArray,
    firsts: list[Rows],
    right: IntArray,
    seconds: list[Rows],
    nodes: int,
    *,
    width: int = 1,
) -> Iterator[tuple[int, list[Pieces]]]:
    """Combine row ``left[i]`` of ``firsts[own[i]]`` with rows of what has the rest of the nodes.

    These are as many as the width, from row ``right[i] * width`` on. Yield, for some i at a time,
    how many rows there are, which of them these entries are of, what they are at, and the products.
    """
    sizes = np.zeros(own.size, dtype=np.int64)
    for order in range(nodes + 1):
        every = np.flatnonzero(own == order)
        if every.size:
            one, other = np.diff(firsts[order].ptr), np.diff(seconds[nodes - order].ptr[::width])
            sizes[every] = one[left[every]] * other[right[every]]
    for begin, end in ranges(sizes) if own.size else ():
        found: list[Pieces] = []
        for order in np.unique(own[begin:end]).tolist():
            some = np.flatnonzero(own[begin:end] == order)
            one = np.repeat(left[begin:end][some], width)
            other = right[begin:end][some, None].astype(np.int64) * width + np.arange(width)
            row, first, second, coef = outer(
                firsts[order], one, seconds[nodes - order], other.ravel()
            )
            found.append((some[row // width] * width + row % width, first, second, coef))
        yield (end - begin) * width, found


def _check_growth(sizes: list[int], degree: int) -> None:
    """Refuse a table that is too large, or will be: entries grow by more from order to order."""
    ahead = 0
    if len(sizes) > 3:
        factor = Fraction(sizes[-1], sizes[-2])
        ahead = sum(int(sizes[-1] * factor**more) for more in range(1, degree - len(sizes) + 1))
    check_entries(sum(sizes) + ahead, _WHAT)
