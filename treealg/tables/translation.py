"""Translations as matrices whose entries are polynomials in what vertices are moved by.

A vertex with label i becomes ``u_i``, that is itself and ``v_i``. An entry is a sum of terms, and a
term a product of values of u, one for each vertex of the basis element that it multiplies, which
say what that vertex becomes. Trees are cut in all ways into pieces; ordered forests are the images
of forests whose vertices become forests. Both are found for shapes, on whose vertices labels are
put in all ways at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag, check_integer
from treealg.tables import cache
from treealg.tables.frozen import Table, require
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import EXACT, FloatArray, check_ascending, check_pointer
from treealg.tables.shapes import (
    ForestShape,
    branches_by_label,
    branches_of,
    labellings,
    numbered,
    parents,
)
from treealg.tables.sizes import basis_length, check_entries, require_fits

__all__ = ["TranslationTable", "translation"]

# Rows, columns, multiplicities, and what each vertex becomes: labels, and places in the basis.
Terms = tuple[IntArray, IntArray, FloatArray, IntArray]


@dataclass(frozen=True, eq=False)
class TranslationTable(Table):
    """A sparse square matrix whose entries are polynomials.

    Entry e is the sum over ``term_ptr[e] <= t < term_ptr[e + 1]`` of ``count[t]`` times the product
    of the values ``factor[t * width + j]``, the one of number `values` being 1.

    Parameters
    ----------
    size : int
        Rows and columns.
    values : int
        Values of u: for each label one per basis element.
    width : int
        Factors of a term.
    ptr : numpy.ndarray
        int64, shape ``(size + 1,)``: where each row begins.
    col : numpy.ndarray
        int32, shape ``(entries,)``: columns, ascending within a row.
    term_ptr : numpy.ndarray
        int64, shape ``(entries + 1,)``: where the terms of each entry begin.
    count : numpy.ndarray
        float64, shape ``(terms,)``: multiplicities, positive integers below 2**53.
    factor : numpy.ndarray
        int32, shape ``(terms * width,)``.

    Raises
    ------
    InvalidValueError
        If the arrays do not have this structure.
    """

    size: int
    values: int
    width: int
    ptr: IntArray = field(metadata={"dtype": np.dtype(np.int64)})
    col: npt.NDArray[np.int32] = field(metadata={"dtype": np.dtype(np.int32)})
    term_ptr: IntArray = field(metadata={"dtype": np.dtype(np.int64)})
    count: FloatArray = field(metadata={"dtype": np.dtype(np.float64)})
    factor: npt.NDArray[np.int32] = field(metadata={"dtype": np.dtype(np.int32)})

    def validate(self) -> None:
        """Check the structure that the class documents.

        Raises
        ------
        InvalidValueError
            If it does not hold.
        """
        require(min(self.size + 1, self.values + 1, self.width) >= 1, "sizes are positive")
        require(self.ptr.size == self.size + 1, "ptr has one entry per row and one more")
        check_pointer(self.ptr, self.col.size)
        require(self.term_ptr.size == self.col.size + 1, "term_ptr has one per entry, and one more")
        check_pointer(self.term_ptr, self.count.size)
        require((np.diff(self.term_ptr) > 0).all(), "every entry has a term")
        require(self.factor.size == self.count.size * self.width, "terms have `width` factors")
        if self.col.size:
            require(self.col.min() >= 0 and self.col.max() < self.size, "col is a column")
            check_ascending(self.ptr, self.col)
            known = self.factor.min() >= 0 and self.factor.max() <= self.values
            require(known, "factor is a value")
            within = (self.count >= 1) & (self.count < EXACT) & (np.trunc(self.count) == self.count)
            require(within.all(), "multiplicities are integers from 1 to 2**53")


def translation(dimension: int, degree: int, planar: bool, order: int) -> TranslationTable:
    r"""Return the matrix of a translation.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool
        Ordered forests and not trees.
    order : int
        Largest number of nodes of what vertices become, at least 0.

    Returns
    -------
    TranslationTable
        Of u as values, label by label, on the trees or ordered forests of 1 to `order` nodes: of
        trees in the sense of functionals, :math:`\sum u(\tau)\, \tau / \sigma(\tau)`.

    Raises
    ------
    InvalidTypeError
        If a size is no integer, or `planar` no flag.
    InvalidValueError
        If one is too small, or the table would be too large.

    Examples
    --------
    In one channel the ladder is what two vertices become, or what one becomes:

    >>> table = translation(1, 2, False, 2)
    >>> table.ptr.tolist(), table.col.tolist(), table.factor.tolist()
    ([0, 1, 3], [0, 0, 1], [0, 2, 1, 2, 0, 0])
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    order = check_integer("order", order, 0)
    planar = check_flag("planar", planar)
    most = max(min(order, degree), 1)

    def build() -> TranslationTable:
        size = require_fits(dimension, degree, planar)
        values = basis_length(dimension, most, planar)
        parts, total = [], 0
        for part in (_forest_terms if planar else _tree_terms)(dimension, degree, most):
            total += part[0].size * degree
            check_entries(total, "the translation")
            parts.append(part)
        return _collected(parts, size, values * dimension, values, max(degree, 1))

    def check(table: TranslationTable) -> bool:
        return (table.size, table.values, table.width) == (
            require_fits(dimension, degree, planar),
            dimension * basis_length(dimension, most, planar),
            max(degree, 1),
        )

    key = (dimension, degree, planar, most)
    return cache.table("translation", key, TranslationTable, build, check)


def _collected(
    parts: list[Terms], size: int, values: int, stride: int, width: int
) -> TranslationTable:
    """Sort terms by entries, and put their factors side by side."""
    none = np.zeros(0, np.int64)
    row = np.concatenate([none, *(part[0] for part in parts)])
    col = np.concatenate([none, *(part[1] for part in parts)])
    count = np.concatenate([np.zeros(0), *(part[2] for part in parts)])
    factor = np.full((row.size, width), values, dtype=np.int32)
    begin = 0
    for part in parts:
        own = part[3]
        factor[begin : begin + own.shape[1], : own.shape[0]] = own.T
        begin += own.shape[1]
    key = row * size + col
    order = np.argsort(key, kind="stable")
    key, starts = np.unique(key[order], return_index=True)
    return TranslationTable(
        size,
        values,
        width,
        np.searchsorted(key, np.arange(size + 1) * size).astype(np.int64),
        (key % max(size, 1)).astype(np.int32),
        np.append(starts, row.size).astype(np.int64),
        count[order],
        factor[order].ravel(),
    )


def _tree_terms(dimension: int, degree: int, most: int) -> Iterator[Terms]:
    """Yield the terms of trees: pieces of at most so many vertices that become one each."""
    from treealg.symbolic import enumerate_trees

    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    stride = basis_length(dimension, most, False)
    for nodes in range(1, degree + 1):
        labels = labellings(dimension, nodes)
        for tree in enumerate_trees(nodes):
            parent = parents(tree)
            whole = ForestShape(layout, branches_of(parent))
            row, first = np.unique(whole.tree(0, dict(enumerate(labels))), return_index=True)
            chosen = dict(enumerate(labels[:, first]))
            for kept in product((True, False), repeat=nodes - 1):
                roots = [0, *(child for child, cut in enumerate(kept, 1) if cut)]
                inside = {v: p for v, p in parent.items() if v not in roots}
                pieces = ForestShape(layout, branches_of({0: 0} | inside, range(nodes)))
                sizes = _piece_sizes(roots, inside, nodes)
                if max(sizes.values()) > most:
                    continue
                place = np.stack([pieces.tree(root, chosen) for root in roots])
                above = {
                    i: roots.index(_root_of(parent[root], inside))
                    for i, root in enumerate(roots)
                    if i
                }
                skeleton = ForestShape(layout, branches_of({0: 0} | above, range(len(roots))))
                new = labellings(dimension, len(roots))
                col = skeleton.tree(0, dict(enumerate(new)))
                yield _crossed(row, col, new * stride, place)


def _crossed(row: IntArray, col: IntArray, labels: IntArray, place: IntArray) -> Terms:
    """Combine every labelling of what is moved with every one of the vertices that move."""
    vertices = place.shape[0]
    factor = (place[:, :, None] + labels[:, None, :]).reshape(vertices, -1)
    return (
        np.repeat(row, col.size),
        np.tile(col, row.size),
        np.ones(row.size * col.size),
        factor,
    )


def _root_of(vertex: int, inside: dict[int, int]) -> int:
    while vertex in inside:
        vertex = inside[vertex]
    return vertex


def _piece_sizes(roots: list[int], inside: dict[int, int], nodes: int) -> dict[int, int]:
    sizes = dict.fromkeys(roots, 0)
    for vertex in range(nodes):
        sizes[_root_of(vertex, inside)] += 1
    return sizes


def _forest_terms(dimension: int, degree: int, most: int) -> Iterator[Terms]:
    """Yield the terms of ordered forests: vertices become forests, which are grafted together."""
    from treealg.symbolic import enumerate_forests

    layout = ForestLayout(dimension, degree, planar=True)
    stride = basis_length(dimension, most, True)
    shapes = [list(enumerate_forests(nodes, 1, planar=True)) for nodes in range(degree + 1)]
    for nodes in range(1, degree + 1):
        new = labellings(dimension, nodes)
        for skeleton in shapes[nodes]:
            moved, branches, roots = numbered(skeleton, range(nodes))
            col = ForestShape(layout, branches).forest(roots, dict(enumerate(new))) - 1
            for sizes in _sizes(nodes, degree, most):
                for chosen in product(*(shapes[size] for size in sizes)):
                    for row, count, place in _images(layout, moved, chosen):
                        rows, cols, ones, factor = _crossed(row, col, new * stride, place)
                        yield rows, cols, ones * count, factor


def _sizes(vertices: int, degree: int, most: int) -> Iterator[tuple[int, ...]]:
    room = degree - vertices + 1
    for sizes in product(range(1, min(most, room) + 1), repeat=vertices):
        if sum(sizes) <= degree:
            yield sizes


def _images(
    layout: ForestLayout, skeleton: Any, chosen: tuple[Any, ...]
) -> Iterator[tuple[IntArray, int, IntArray]]:
    """Yield what becomes of a skeleton: ranks of its labellings, how often, and of the pieces."""
    from treealg.symbolic.maps.translation import replace_vertices

    pieces, places, begin = [], [], 0
    total = sum(forest.order for forest in chosen)
    labels = dict(enumerate(labellings(layout.dimension, total)))
    for forest in chosen:
        names = range(begin, begin + forest.order)
        piece, branches, roots = numbered(forest, names)
        pieces.append(piece)
        places.append(ForestShape(layout, branches).forest(roots, labels) - 1)
        begin += forest.order
    for image, count in replace_vertices(skeleton, dict(enumerate(pieces))).items():
        shape = ForestShape(layout, branches_by_label(image))
        rank = shape.forest([tree.label for tree in image], labels) - 1
        yield rank, count, np.stack(places)
