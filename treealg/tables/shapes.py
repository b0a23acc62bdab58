"""Shapes of ordered forests by their numbers, and products of commutative ones."""

from __future__ import annotations

import numpy as np

from treealg.tables.layout import ForestLayout, IntArray

__all__ = ["multiplied", "shapes"]


def shapes(layout: ForestLayout) -> IntArray:
    """Return the shapes of ordered forests.

    A shape is the number of the forest whose labels are all 0 in the layout of one label.

    Examples
    --------
    >>> shapes(ForestLayout(2, 2, planar=True)).tolist()
    [0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    """
    plain = ForestLayout(1, layout.nodes, planar=True)
    shape = np.zeros(layout.start[-1], np.int64)
    for nodes in range(1, layout.nodes + 1):
        part = slice(layout.start[nodes], layout.start[nodes + 1])
        branches = layout.first[part] // layout.dimension
        shape[part] = plain.prepend_each(shape[branches], shape[layout.rest[part]])
    return shape


def multiplied(layout: ForestLayout, left: IntArray, right: IntArray) -> IntArray:
    """Return the products of commutative forests."""
    found, rest = right.astype(np.int64), left
    while (rest > 0).any():
        more = np.flatnonzero(rest > 0)
        found[more] = layout.multiply(found[more], layout.first[rest[more]])
        rest = np.maximum(layout.rest[rest], 0)
    return found
