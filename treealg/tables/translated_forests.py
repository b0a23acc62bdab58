"""What ordered forests become if each of their vertices becomes an ordered forest.

Forests are concatenated, and on what a vertex becomes go the trees of what its branches became,
each on any of its vertices, left of the branches there, where trees that go to one vertex keep
their order. Nothing of this knows a label, so that vertices of the forest that is moved have none,
and get all of them in the end; what they become is numbered as it is, labels included.

Graftings are lists of forests for all pairs of forests of so many nodes in all, made from those of
smaller pairs; and so are the images of all forests with so many vertices. They are in the order in
which `symbolic.translate` comes to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import expand
from treealg.tables.rows import ranges
from treealg.tables.shapes import shapes
from treealg.tables.sizes import basis_length, forest_counts

__all__ = ["forest_terms"]

# Rows, columns, how often, and what each vertex becomes: labels, and places in the basis.
Terms = tuple[IntArray, IntArray, int, npt.NDArray[np.int32]]


class _Lists(NamedTuple):
    """Lists of forests, one after the other."""

    ptr: IntArray
    forest: IntArray


class _Images(NamedTuple):
    """Forests whose vertices become forests, and the lists of what comes of each.

    `skeleton` has their numbers among those with as many vertices, in the order in which they are
    made, and `pieces`, with a row for each vertex, a root after its branches, what these become.
    """

    skeleton: IntArray
    pieces: npt.NDArray[np.int32]
    lists: _Lists


class _Decomposed:
    """The forests of a layout taken apart: into two in all ways, and at their last trees.

    The first are of fewer nodes than the largest, the second of at most so many.
    """

    def __init__(self, layout: ForestLayout, most: int) -> None:
        self.layout = layout
        # What is before the last tree, its branches and its label.
        self.before, last = np.zeros((2, layout.start[min(most, layout.nodes) + 1]), dtype=np.int64)
        # The trees of a forest go to one part or to the other, the first one first to the left.
        left = right = np.zeros(1, dtype=np.int64)
        sizes = np.ones(1, dtype=np.int64)
        for nodes in range(1, layout.nodes + 1):
            some = np.arange(layout.start[nodes], layout.start[nodes + 1])
            tree, rest = layout.first[some], layout.rest[some]
            if nodes <= most:
                several = np.flatnonzero(rest)
                last[some] = tree
                last[some[several]] = last[rest[several]]
                self.before[some[several]] = layout.prepend_each(
                    tree[several], self.before[rest[several]]
                )
            if nodes == layout.nodes:
                break
            ptr = np.concatenate(([0], np.cumsum(sizes)))
            source, entry = expand(ptr, rest)
            own, other = left[entry], right[entry]
            order = np.argsort(np.tile(source, 2), kind="stable")
            both = np.concatenate((layout.prepend_each(tree[source], own), own))[order]
            left = np.concatenate((left, both))
            both = np.concatenate((other, layout.prepend_each(tree[source], other)))[order]
            right = np.concatenate((right, both))
            sizes = np.concatenate((sizes, 2 * sizes[rest]))
        self.branches, self.label = np.divmod(last, layout.dimension)
        self.ptr = np.concatenate(([0], np.cumsum(sizes)))
        self.left, self.right = left, right


class _Pairs:
    """A list of forests for each pair of forests that have at most so many nodes together.

    The second has at most `most`. Those of a forest and the empty one are `start`; the others are
    combined from lists of the two parts of the first forest with what is before the last tree of
    the second, and with its branches.
    """

    def __init__(
        self,
        parts: _Decomposed,
        nodes: int,
        most: int,
        start: Callable[[IntArray], tuple[IntArray, IntArray]],
        combine: Callable[[_Pairs, IntArray, IntArray, IntArray, IntArray], tuple[IntArray, ...]],
    ) -> None:
        layout = self._layout = parts.layout
        self._base = np.zeros((nodes + 1, nodes + 1), dtype=np.int64)
        forests = np.arange(sum(layout.counts[: nodes + 1]))
        sizes, found = start(forests)
        self._base[0] = layout.start[: nodes + 1]
        all_sizes, all_found = [sizes], [found]
        self.lists = _Lists(np.concatenate(([0], np.cumsum(sizes))), found)
        total = forests.size
        for own in range(1, min(nodes, most) + 1):
            second = np.arange(layout.start[own], layout.start[own + 1])
            for other in range(nodes - own + 1):
                first = np.arange(layout.start[other], layout.start[other + 1])
                self._base[own, other] = total
                x, y = np.repeat(first, second.size), np.tile(second, first.size)
                total += x.size
                for begin, end in ranges(np.diff(parts.ptr)[x]):
                    source, split = expand(parts.ptr, x[begin:end])
                    last = y[begin:end][source]
                    row, forest, grown = combine(
                        self, parts.left[split], parts.before[last], parts.right[split],
                        parts.branches[last],
                    )  # fmt: skip
                    tree = grown * layout.dimension + parts.label[last[row]]
                    all_sizes.append(np.bincount(source[row], minlength=end - begin))
                    all_found.append(layout.multiply(forest, tree))
            self.lists = _Lists(
                np.concatenate(([0], np.cumsum(np.concatenate(all_sizes)))),
                np.concatenate(all_found),
            )

    def of(self, first: IntArray, second: IntArray) -> IntArray:
        """Return the numbers of pairs."""
        layout = self._layout
        order = layout.order_of[second]
        base = self._base[order, layout.order_of[first]]
        return np.asarray(
            base + layout.place(first) * np.array(layout.counts)[order] + layout.place(second)
        )


def _nested(
    outer: _Lists, one: IntArray, inner: _Lists, other: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Combine every forest of one list with every one of another, for pairs of lists.

    Return the number of the pair of lists, and the two forests.
    """
    source, first = expand(outer.ptr, one)
    again, second = expand(inner.ptr, other[source])
    return source[again], outer.forest[first[again]], inner.forest[second]


def _products(parts: _Decomposed, nodes: int, most: int) -> _Pairs:
    """Graft the trees of one forest on the vertices of another, or put them to the left of it."""

    def combine(
        known: _Pairs, left: IntArray, before: IntArray, right: IntArray, branches: IntArray
    ) -> tuple[IntArray, ...]:
        lists = known.lists
        return _nested(lists, known.of(left, before), lists, known.of(right, branches))

    return _Pairs(parts, nodes, most, lambda forests: (np.ones_like(forests), forests), combine)


def _graftings(parts: _Decomposed, nodes: int, most: int) -> _Pairs:
    """Graft the trees of one forest on the vertices of another."""
    products = _products(parts, max(nodes - 1, 0), most - 1)

    def combine(
        known: _Pairs, left: IntArray, before: IntArray, right: IntArray, branches: IntArray
    ) -> tuple[IntArray, ...]:
        row, grown, forest = _nested(
            products.lists, products.of(right, branches), known.lists, known.of(left, before)
        )
        return row, forest, grown

    return _Pairs(parts, nodes, most, lambda forests: ((forests == 0) * 1, forests[:1]), combine)


def _concatenated(layout: ForestLayout, left: IntArray, right: IntArray) -> IntArray:
    """Put ordered forests side by side."""
    found, some = right.copy(), np.flatnonzero(left)
    if some.size:
        own = left[some]
        rest = _concatenated(layout, layout.rest[own], right[some])
        found[some] = layout.prepend_each(layout.first[own], rest)
    return found


def _united(parts: list[_Images]) -> _Images:
    """Put images together."""
    sizes = np.concatenate([np.diff(part.lists.ptr) for part in parts])
    return _Images(
        np.concatenate([part.skeleton for part in parts]),
        np.concatenate([part.pieces for part in parts], axis=1),
        _Lists(
            np.concatenate(([0], np.cumsum(sizes))),
            np.concatenate([part.lists.forest for part in parts]),
        ),
    )


def _rooted(layout: ForestLayout, graftings: _Pairs, images: _Images, nodes: int) -> _Images:
    """Put a root below forests, which becomes each of the forests of so many nodes."""
    pieces = np.arange(layout.start[nodes], layout.start[nodes + 1])
    own = np.repeat(np.arange(images.skeleton.size), pieces.size)
    piece = np.tile(pieces, images.skeleton.size)
    source, entry = expand(images.lists.ptr, own)
    pairs = graftings.of(images.lists.forest[entry], piece[source])
    again, entry = expand(graftings.lists.ptr, pairs)
    sizes = np.bincount(source[again], minlength=own.size)
    return _Images(
        images.skeleton[own],
        np.concatenate((images.pieces[:, own], piece[None].astype(np.int32))),
        _Lists(np.concatenate(([0], np.cumsum(sizes))), graftings.lists.forest[entry]),
    )


def _joined(layout: ForestLayout, first: _Images, last: _Images, trees: int, begin: int) -> _Images:
    """Put forests before trees, of which there are so many; `begin` is the number of the first."""
    one = np.repeat(np.arange(first.skeleton.size), last.skeleton.size)
    other = np.tile(np.arange(last.skeleton.size), first.skeleton.size)
    row, left, right = _nested(first.lists, one, last.lists, other)
    sizes = np.bincount(row, minlength=one.size)
    return _Images(
        begin + first.skeleton[one] * trees + last.skeleton[other],
        np.concatenate((first.pieces[:, one], last.pieces[:, other])),
        _Lists(np.concatenate(([0], np.cumsum(sizes))), _concatenated(layout, left, right)),
    )


def _all_images(layout: ForestLayout, most: int) -> Iterator[dict[int, _Images]]:
    """Yield the images of all forests with 1, 2, ... vertices, by the nodes that these have.

    Nothing is kept beside the last ones, of which there are most.
    """
    degree = layout.nodes
    graftings = _graftings(_Decomposed(layout, most), degree, most)
    none = np.zeros(1, dtype=np.int64)
    unit = _Images(none, np.zeros((0, 1), dtype=np.int32), _Lists(np.array([0, 1]), none))
    forests: list[dict[int, _Images]] = [{0: unit}]
    trees: list[dict[int, _Images]] = [{}]
    for vertices in range(1, degree + 1):
        trees.append(_all_rooted(layout, graftings, forests[-1], most))
        forests.append(_all_joined(layout, forests, trees, vertices))
        if vertices == degree:
            del graftings, trees, forests[:-1]
        yield forests[-1]


def _all_rooted(
    layout: ForestLayout, graftings: _Pairs, forests: dict[int, _Images], most: int
) -> dict[int, _Images]:
    """Put roots below forests, which become forests of at most so many nodes."""
    rooted: dict[int, list[_Images]] = {}
    for nodes, images in forests.items():
        for own in range(1, min(most, layout.nodes - nodes) + 1):
            found = _rooted(layout, graftings, images, own)
            rooted.setdefault(nodes + own, []).append(found)
    return {nodes: _united(rooted.pop(nodes)) for nodes in list(rooted)}


def _all_joined(
    layout: ForestLayout,
    forests: list[dict[int, _Images]],
    trees: list[dict[int, _Images]],
    vertices: int,
) -> dict[int, _Images]:
    """Put forests before trees, with so many vertices in all."""
    joined: dict[int, list[_Images]] = {}
    counts = list(islice(forest_counts(1, True), vertices + 1))
    begin = 0
    for last in range(1, vertices + 1):
        many = counts[last - 1]
        for nodes, first in forests[vertices - last].items():
            for own, images in trees[last].items():
                if nodes + own <= layout.nodes:
                    found = _joined(layout, first, images, many, begin)
                    joined.setdefault(nodes + own, []).append(found)
        begin += counts[vertices - last] * many
    return {nodes: _united(joined.pop(nodes)) for nodes in list(joined)}


def _labelled(layout: ForestLayout) -> Iterator[IntArray]:
    """Yield the forests with 1, 2, ... vertices: a row for each skeleton, with all its labellings.

    Skeletons are in the order of `_all_images`, and labels those of a word, a root after its
    branches.
    """
    forests = [np.zeros((1, 1), dtype=np.int64)]
    trees: list[IntArray] = [np.zeros((0, 1), dtype=np.int64)]
    labels = np.arange(layout.dimension)
    for vertices in range(1, layout.nodes + 1):
        tree = (forests[-1][:, :, None] * layout.dimension + labels).reshape(len(forests[-1]), -1)
        trees.append(tree)
        found = []
        for last in range(1, vertices + 1):
            first, tree = forests[vertices - last], trees[last]
            size = (len(first), len(tree), first.shape[1], tree.shape[1])
            before = np.broadcast_to(first[:, None, :, None], size).ravel()
            after = np.broadcast_to(tree[None, :, None, :], size).ravel()
            own = layout.multiply(before, after)
            found.append(own.reshape(size[0] * size[1], size[2] * size[3]))
        forests.append(np.concatenate(found))
        yield forests[-1]


def forest_terms(dimension: int, degree: int, most: int) -> Iterator[Terms]:
    """Yield the terms of ordered forests: vertices become forests of at most so many nodes.

    Those of one entry come by the sizes of what the vertices become, then by the shapes of that.
    """
    layout = ForestLayout(dimension, degree, planar=True)
    stride = basis_length(dimension, most, planar=True)
    plain = ForestLayout(1, degree, planar=True)
    shape = plain.place(shapes(layout))
    both = zip(_all_images(layout, most), _labelled(layout), strict=True)
    for vertices, (by_nodes, columns) in enumerate(both, 1):
        letters = np.indices((dimension,) * vertices).reshape(vertices, -1)
        labels = (letters * stride).astype(np.int32)
        for images in by_nodes.values():
            size, form = np.zeros((2, images.skeleton.size), dtype=np.int64)
            for piece in images.pieces:
                order = layout.order_of[piece]
                size = size * (degree + 1) + order
                form = form * np.array(plain.counts)[order] + shape[piece]
            _, kind = np.unique(size, return_inverse=True)
            kind = kind * (form.max(initial=0) + 1) + form  # no more forms than shapes
            source, entry = expand(images.lists.ptr, np.arange(kind.size))
            # Forests that differ in the labels of pieces have lists as long as each other.
            within = entry - images.lists.ptr[source]
            order = np.lexsort((within, kind[source]))
            row = images.lists.forest[order] - 1
            col = columns[images.skeleton] - 1
            for begin, end in ranges(np.full(order.size, labels.shape[1])):
                own = source[order[begin:end]]
                factor = (images.pieces[:, own] - 1)[:, :, None] + labels[:, None, :]
                yield (
                    np.repeat(row[begin:end], labels.shape[1]),
                    col[own].ravel(),
                    1,
                    factor.reshape(vertices, -1),
                )
