"""Translations as matrices whose entries are polynomials in what vertices are moved by.

A vertex with label i becomes ``u_i``, that is itself and ``v_i``. An entry is a sum of terms, and a
term a product of values of u, one for each vertex of the basis element that it multiplies, which
say what that vertex becomes. Trees are cut in all ways into pieces, order by order; ordered forests
are the images of forests whose vertices become forests (`translated_forests`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice, product, zip_longest
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag, check_integer
from treealg.tables import cache
from treealg.tables.foresight import Needs
from treealg.tables.frozen import Table, require, room, taken
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import EXACT, FloatArray, check_ascending, check_pointer, expand
from treealg.tables.rows import CHUNK, ranges
from treealg.tables.shapes import multiplied
from treealg.tables.sizes import basis_length, check_entries, forest_counts, require_fits
from treealg.tables.translated_forests import Terms, forest_terms

__all__ = ["TranslationTable", "translation"]


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


def translation(dimension: int, degree: int, *, planar: bool, order: int) -> TranslationTable:
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

    >>> table = translation(1, 2, planar=False, order=2)
    >>> table.ptr.tolist(), table.col.tolist(), table.factor.tolist()
    ([0, 1, 3], [0, 0, 1], [0, 2, 1, 2, 0, 0])
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    order = check_integer("order", order, 0)
    planar = check_flag("planar", planar)
    most = max(min(order, degree), 1)

    def count_terms() -> int:
        total = 0
        for more in (_count_forest_terms if planar else _count_tree_terms)(dimension, degree, most):
            total += more
            check_entries(total * degree, "the translation")
        return total

    def foresee() -> Needs:
        require_fits(dimension, degree, planar=planar)
        return Needs((8 + 4 * max(degree, 1)) * count_terms())

    def build() -> TranslationTable:
        size, values = (basis_length(dimension, n, planar=planar) for n in (degree, most))
        terms = (forest_terms if planar else _tree_terms)(dimension, degree, most)
        return _collected(terms, count_terms(), size, values * dimension, max(degree, 1))

    def check(table: TranslationTable) -> bool:
        return (table.size, table.values, table.width) == (
            require_fits(dimension, degree, planar=planar),
            dimension * basis_length(dimension, most, planar=planar),
            max(degree, 1),
        )

    key = (dimension, degree, planar, most)
    return cache.table("translation", key, TranslationTable, build, check, foresee=foresee)


def _collected(
    terms: Iterator[Terms], total: int, size: int, values: int, width: int
) -> TranslationTable:
    """Sort terms, so many in all, by entries, and put their factors side by side."""
    key, count = np.zeros(total, dtype=np.int64), np.zeros(total)
    factor = np.full((total, width), values, dtype=np.int32)
    end = 0
    for row, col, often, own in terms:
        begin, end = end, end + row.size
        key[begin:end] = row * size + col
        count[begin:end] = often
        factor[begin:end, : own.shape[0]] = own.T
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    key = key[starts]
    # Made where they stay, some at a time.
    all_factors, ordered = room(total * width, np.int32)
    for begin in range(0, total, CHUNK):
        some = order[begin : begin + CHUNK]
        ordered[begin * width : (begin + some.size) * width] = factor[some].ravel()
    count = count[order]
    del factor, order, ordered
    return TranslationTable(
        size,
        values,
        width,
        np.searchsorted(key, np.arange(size + 1) * size).astype(np.int64),
        (key % max(size, 1)).astype(np.int32),
        np.append(starts, total).astype(np.int64),
        count,
        taken(all_factors, np.int32),
    )


def _count_tree_terms(dimension: int, degree: int, most: int) -> Iterator[int]:
    """Count the terms of trees without making one, order by order; first the fewest there can be.

    The ways to cut what is above a vertex multiply, of equal branches, too: so with T(t) the ways
    of a tree t, by the vertices of the piece at the root, which may be cut off what is below it,
    those of forests are W = exp(sum over k and t of T(t)**k / k). Of powers are only those of
    trees of half as many nodes, which are looked at one by one.
    """
    trees = [dimension * forests for forests in islice(forest_counts(dimension, False), degree)]
    uncut = [own * dimension**nodes for nodes, own in enumerate(trees, 1)]
    check_entries(sum(uncut) * degree, "the translation")  # each vertex is a piece of its own
    small = list(islice(_ways_of_shapes(dimension, most), degree // 2))
    forests = [[1]]
    sums: list[list[int]] = []
    for nodes in range(1, degree + 1):
        yield dimension * dimension * sum(forests[-1])
        # What n W(n) is made of: the derivative of the logarithm.
        own = [nodes * dimension * x for x in _with_root(forests[-1], dimension, most)]
        for times in range(2, nodes + 1):
            if nodes % times == 0:
                for labels, ways in small[nodes // times - 1]:
                    power = [labels * nodes // times]
                    for _ in range(times):
                        power = _multiplied(power, ways, most)
                    own = _added(own, power)
        sums.append(own)
        total: list[int] = []
        for left, right in zip(sums, reversed(forests), strict=True):
            total = _added(total, _multiplied(left, right, most))
        forests.append([x // nodes for x in total])


def _ways_of_shapes(dimension: int, most: int) -> Iterator[list[tuple[int, list[int]]]]:
    """Yield the shapes of trees of 1, 2, ... nodes: the ways to label each, and to cut it."""
    from treealg.symbolic import enumerate_trees

    known: dict[Any, tuple[int, list[int]]] = {}
    for nodes in count(1):
        found = []
        for tree in enumerate_trees(nodes):
            labels, ways = dimension, [1]
            for branch, often in Counter(tree.children).items():
                own, cut = known[branch]
                labels *= math.comb(own + often - 1, often)
                for _ in range(often):
                    ways = _multiplied(ways, cut, most)
            known[tree] = labels, _with_root(ways, dimension, most)
            found.append(known[tree])
        yield found


def _with_root(ways: list[int], dimension: int, most: int) -> list[int]:
    """Return the ways to cut a tree, from those of its branches."""
    return [dimension * sum(ways), *ways][: most + 1]


def _added(left: list[int], right: list[int]) -> list[int]:
    """Add polynomials."""
    return [a + b for a, b in zip_longest(left, right, fillvalue=0)]


def _multiplied(left: list[int], right: list[int], length: int) -> list[int]:
    """Multiply polynomials, to so many coefficients."""
    found = [0] * min(len(left) + len(right) - 1, length)
    for i, a in enumerate(left):
        for j, b in enumerate(right[: len(found) - i]):
            found[i + j] += a * b
    return found


def _count_forest_terms(dimension: int, degree: int, most: int) -> Iterator[int]:
    """Count the terms of ordered forests without making one, order by order.

    The trees of what the branches of a vertex become are grafted on what it becomes, each on any
    of its vertices.
    """
    # By the order of the image: of trees, and trees that the root becomes; and of forests, each
    # of whose trees is counted so many times as there are vertices to graft it on.
    trees = {grown: [0] for grown in range(1, most + 1)}
    forests = {vertices: [1] for vertices in range(1, most + 1)}
    for order in range(1, degree + 1):
        for grown, own in trees.items():
            own.append(
                sum(
                    dimension ** (vertices + 1)
                    * (grown * math.comb(2 * vertices - grown, vertices) // (2 * vertices - grown))
                    * forests[vertices][order - vertices]
                    for vertices in range(grown, min(most, order) + 1)
                )
            )
        for vertices, found in forests.items():
            grafted = [
                sum(vertices**grown * own[nodes] for grown, own in trees.items())
                for nodes in range(order + 1)
            ]
            found.append(sum(grafted[k] * found[order - k] for k in range(1, order + 1)))
        yield forests[1][order]


class _Ways(NamedTuple):
    """Ways to cut forests below a root, forest by forest, into as many pieces.

    `joined` are the forests that go on with the piece of the root, `cut` those that the pieces
    make that are cut off, and `factor`, with a row for each piece, what these are.
    """

    ptr: IntArray
    joined: IntArray
    cut: IntArray
    factor: npt.NDArray[np.int32]


def _tree_terms(dimension: int, degree: int, most: int) -> Iterator[Terms]:
    """Yield the terms of trees: pieces of at most so many vertices that become one each.

    Ways to cut a forest are products of those of its trees, of which each is cut off, or goes on
    with the piece of the root below.
    """
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    stride = basis_length(dimension, most, planar=False)
    none = np.zeros(1, dtype=np.int64)
    forests = [{0: _Ways(np.array([0, 1]), none, none, np.zeros((0, 1), dtype=np.int32))}]
    trees: list[dict[int, _Ways]] = []
    for nodes in range(degree):
        rows, first = layout.counts[nodes] * dimension, layout.start[nodes] * dimension
        found = _forest_ways(layout, nodes, most, trees, forests) if nodes else iter(())
        # Those of the last order, of which there are most, are not kept.
        if 0 < nodes < degree - 1:
            forests.append(_by_row(layout.counts[nodes], found))
        if nodes < max(degree - 1, 1):
            found = (
                (pieces, np.repeat(np.arange(ways.ptr.size - 1), np.diff(ways.ptr)), *ways[1:])
                for pieces, ways in forests[-1].items()
            )
        grown: list[_Part] = []
        for pieces, forest, joined, cut, factor in found:
            for label in range(dimension):
                piece = joined * dimension + label
                row = forest * dimension + label
                for new in range(dimension):
                    value = (piece[None] + new * stride).astype(np.int32)
                    more: npt.NDArray[np.int32] = np.concatenate((value, factor))
                    col = cut * dimension + new
                    yield row + first, col, 1, more
                    if nodes + 1 < degree:
                        whole = layout.prepend_each(col, np.zeros_like(col))
                        grown.append((pieces + 1, row, np.zeros_like(col), whole, more))
                if nodes + 1 < degree and most > 1:
                    some = np.flatnonzero(layout.order_of[joined] + 1 < most)
                    longer = layout.prepend_each(piece[some], np.zeros_like(some))
                    grown.append((pieces, row[some], longer, cut[some], factor[:, some]))
        if nodes + 1 < degree:
            trees.append(_by_row(rows, grown))


_Part = tuple[int, IntArray, IntArray, IntArray, npt.NDArray[np.int32]]
"""Ways into so many pieces: the forest or tree of each, and what `_Ways` has."""


def _by_row(rows: int, found: Iterable[_Part]) -> dict[int, _Ways]:
    """Put ways into as many pieces together, by forest or tree."""
    parts: dict[int, list[tuple[Any, ...]]] = {}
    for pieces, *part in found:
        parts.setdefault(pieces, []).append(tuple(part))
    ways = {}
    for pieces in list(parts):
        row, joined, cut, factor = (
            np.concatenate(x, axis=-1) for x in zip(*parts.pop(pieces), strict=True)
        )
        order = np.argsort(row, kind="stable")
        ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows))))
        ways[pieces] = _Ways(ptr, joined[order], cut[order], factor[:, order])
    return ways


def _forest_ways(
    layout: ForestLayout,
    nodes: int,
    most: int,
    trees: list[dict[int, _Ways]],
    forests: list[dict[int, _Ways]],
) -> Iterator[_Part]:
    """Yield the ways to cut all forests of so many nodes: those of fewer multiplied."""
    part = slice(layout.start[nodes], layout.start[nodes + 1])
    branches, label = np.divmod(layout.first[part], layout.dimension)
    rest = layout.place(layout.rest[part])
    below, branches = layout.order_of[branches], layout.place(branches)
    tree = branches * layout.dimension + label
    for order in range(nodes):  # of the branches of the first tree
        own = np.flatnonzero(below == order)
        for (k, a), (m, b) in product(trees[order].items(), forests[nodes - order - 1].items()):
            sizes = np.diff(a.ptr)[tree[own]] * np.diff(b.ptr)[rest[own]]
            for begin, end in ranges(sizes) if own.size else ():
                some = own[begin:end]
                source, left = expand(a.ptr, tree[some])
                again, right = expand(b.ptr, rest[some[source]])
                source, left = source[again], left[again]
                size = layout.order_of[a.joined[left]] + layout.order_of[b.joined[right]]
                kept = size < most
                source, left, right = source[kept], left[kept], right[kept]
                joined = multiplied(layout, a.joined[left], b.joined[right])
                cut = multiplied(layout, a.cut[left], b.cut[right])
                factor = np.concatenate((a.factor[:, left], b.factor[:, right]))
                yield k + m, some[source], joined, cut, factor
