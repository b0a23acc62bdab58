"""The table that takes integrals of one lift to those of another, with brackets as labels.

Labels are d channels, then their brackets (i, j) with i <= j in lexicographic order. A coefficient
counts the ways in which edges between channels, no two of which meet, are contracted to brackets;
ordered forests are the images of forests whose brackets become ladders. The size of a bracket's
share is left out: it enters once for each node that is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from treealg.checks import check_flag, check_integer
from treealg.tables import cache
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import LinearMap, from_keys, merge
from treealg.tables.shapes import (
    ForestShape,
    branches_by_label,
    branches_of,
    labellings,
    numbered,
    parents,
)
from treealg.tables.sizes import check_entries, require_fits

__all__ = ["bracket_labels", "change_of_lift"]

Entries = tuple[IntArray, IntArray]


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


def change_of_lift(channels: int, degree: int, planar: bool) -> LinearMap:
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

    >>> table = change_of_lift(1, 2, False)
    >>> table.ptr.tolist(), table.col.tolist()
    ([0, 1, 2, 4, 5, 6, 7], [0, 1, 1, 2, 3, 4, 5])
    """
    channels = check_integer("channels", channels, 1)
    degree = check_integer("degree", degree, 0)
    planar = check_flag("planar", planar)

    def build() -> LinearMap:
        size = require_fits(bracket_labels(channels), degree, planar)
        none = np.zeros(0, dtype=np.int64)
        keys, total = [none], 0
        for row, col in (_forest_entries if planar else _tree_entries)(channels, degree):
            total += row.size
            check_entries(total, "the change of lift")
            keys.append(row * size + col)
        key = np.concatenate(keys)
        return from_keys(1, size, size, *merge(key, np.ones(key.size)))

    def check(table: LinearMap) -> bool:
        size = require_fits(bracket_labels(channels), degree, planar)
        return (table.width, table.n_rows, table.n_cols) == (1, size, size)

    key = (channels, degree, planar)
    return cache.table("change_of_lift", key, LinearMap, build, check)


def _bracket(channels: int, first: IntArray, second: IntArray) -> IntArray:
    """Return the labels of the brackets of two channels."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    return np.asarray(channels + low * channels - low * (low - 1) // 2 + high - low)


def _tree_entries(channels: int, degree: int) -> Iterator[Entries]:
    """Yield rows and columns: trees, and what they are with some edges contracted."""
    from treealg.symbolic import enumerate_trees

    dimension = bracket_labels(channels)
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    for nodes in range(1, degree + 1):
        every = labellings(dimension, nodes)
        for tree in enumerate_trees(nodes):
            parent = parents(tree)
            shape = ForestShape(layout, branches_of(parent, range(nodes)))
            row, first = np.unique(shape.tree(0, dict(enumerate(every))), return_index=True)
            labels = every[:, first]
            for edges in _matchings(parent):
                joined = {v for child in edges for v in (child, parent[child])}
                chosen = np.flatnonzero((labels[sorted(joined)] < channels).all(axis=0))
                new = {v: labels[v, chosen] for v in range(nodes)}
                above = dict(parent)
                for child in edges:
                    own = above.pop(child)
                    new[own] = _bracket(channels, new[child], new[own])
                    above |= {v: own for v, up in above.items() if up == child}
                kept = ForestShape(layout, branches_of(above, range(nodes)))
                yield row[chosen], kept.tree(0, new)


def _matchings(parent: dict[int, int]) -> Iterator[tuple[int, ...]]:
    """Yield the sets of edges, by their lower ends, of which no two meet."""
    for size in range(len(parent) // 2 + 2):
        for edges in combinations(parent, size):
            ends = [v for child in edges for v in (child, parent[child])]
            if len(set(ends)) == len(ends):
                yield edges


def _forest_entries(channels: int, degree: int) -> Iterator[Entries]:
    """Yield rows and columns: the images of ordered forests, and these."""
    from treealg.symbolic import OrderedForest, PlanarTree, enumerate_forests
    from treealg.symbolic.maps.translation import replace_vertices

    layout = ForestLayout(bracket_labels(channels), degree, planar=True)
    for nodes in range(1, degree + 1):
        for skeleton in enumerate_forests(nodes, 1, planar=True):
            named, branches, roots = numbered(skeleton, range(nodes))
            for grown in product((False, True), repeat=nodes):
                total = nodes + sum(grown)
                if total > degree:
                    continue
                every, names, pieces = labellings(layout.dimension, total), iter(range(total)), {}
                labels, joined = {}, []
                for vertex, is_ladder in enumerate(grown):
                    top = next(names)
                    piece = PlanarTree((), top)
                    labels[vertex] = every[top]
                    if is_ladder:
                        above = next(names)
                        piece = PlanarTree([PlanarTree((), above)], top)
                        joined += [top, above]
                        labels[vertex] = _bracket(channels, every[top], every[above])
                    pieces[vertex] = OrderedForest([piece])
                chosen = np.flatnonzero((every[joined] < channels).all(axis=0))
                kept = {vertex: own[chosen] for vertex, own in labels.items()}
                col = ForestShape(layout, branches).forest(roots, kept) - 1
                for image, count in replace_vertices(named, pieces).items():
                    shape = ForestShape(layout, branches_by_label(image))
                    tops = [tree.label for tree in image]
                    rows = shape.forest(tops, dict(enumerate(every[:, chosen]))) - 1
                    for _ in range(count):
                        yield rows, col
