"""Shapes and labels of forests by their numbers, and products of commutative ones."""

from __future__ import annotations

import numpy as np

from treealg.tables.layout import ForestLayout, IntArray

__all__ = ["labels_and_shapes", "multiplied"]


def labels_and_shapes(layout: ForestLayout) -> tuple[IntArray, IntArray]:
    """Return the labels of forests as digits, that of the last root last, and their shapes.

    A shape is the number of the forest whose labels are all 0 in the layout of one label.
    """
    shapes = ForestLayout(1, layout.nodes, layout.planar)
    word, shape = np.zeros(layout.start[-1], np.int64), np.zeros(layout.start[-1], np.int64)
    for nodes in range(1, layout.nodes + 1):
        part = slice(layout.start[nodes], layout.start[nodes + 1])
        branches, label = np.divmod(layout.first[part], layout.dimension)
        rest = layout.rest[part]
        own = word[branches] * layout.dimension + label
        word[part] = own * layout.dimension ** layout.order_of[rest] + word[rest]
        if layout.planar:
            shape[part] = shapes.prepend_each(shape[branches], shape[rest])
        else:
            shape[part] = shapes.multiply(shape[rest], shape[branches])
    return word, shape


def multiplied(layout: ForestLayout, left: IntArray, right: IntArray) -> IntArray:
    """Return the products of commutative forests."""
    found, rest = right.astype(np.int64), left
    while (rest > 0).any():
        more = np.flatnonzero(rest > 0)
        found[more] = layout.multiply(found[more], layout.first[rest[more]])
        rest = np.maximum(layout.rest[rest], 0)
    return found
