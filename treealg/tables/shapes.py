"""Shapes of forests with numbered vertices, and the ranks of all their labellings at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from treealg.tables.layout import ForestLayout, IntArray

__all__ = [
    "ForestShape",
    "branches_by_label",
    "labellings",
    "multiplied",
    "numbered",
]


def labellings(dimension: int, vertices: int) -> IntArray:
    """Return all labellings of some vertices, shape ``(vertices, labellings)``."""
    return np.indices((dimension,) * vertices).reshape(vertices, dimension**vertices)


class ForestShape:
    """An ordered forest of vertices that are numbered, and the ranks of its labellings."""

    def __init__(self, layout: ForestLayout, branches: dict[int, list[int]]) -> None:
        self._layout, self._branches = layout, branches

    def tree(self, root: int, labels: dict[int, IntArray]) -> IntArray:
        """Return the tree indices of labellings."""
        branches = self.forest(self._branches[root], labels)
        return branches * self._layout.dimension + labels[root]

    def forest(self, roots: list[int], labels: dict[int, IntArray]) -> IntArray:
        """Return the forest indices of labellings."""
        size = next(iter(labels.values())).size
        rank = np.zeros(size, dtype=np.int64)
        for root in reversed(roots):
            rank = self._layout.prepend_each(self.tree(root, labels), rank)
        return rank


def multiplied(layout: ForestLayout, left: IntArray, right: IntArray) -> IntArray:
    """Return the products of commutative forests."""
    found, rest = right.astype(np.int64), left
    while (rest > 0).any():
        more = np.flatnonzero(rest > 0)
        found[more] = layout.multiply(found[more], layout.first[rest[more]])
        rest = np.maximum(layout.rest[rest], 0)
    return found


def branches_by_label(forest: Iterable[Any]) -> dict[int, list[int]]:
    """Return the branches of the vertices of a forest whose labels are their numbers."""
    return {
        vertex.label: [child.label for child in vertex.children]
        for tree in forest
        for vertex in tree.vertices()
    }


def numbered(forest: Any, names: range) -> tuple[Any, dict[int, list[int]], list[int]]:
    """Label the vertices of an ordered forest by numbers; return its branches and roots, too."""
    from treealg.symbolic import OrderedForest, PlanarTree

    numbers = iter(names)

    def labelled(tree: Any) -> Any:
        return PlanarTree([labelled(child) for child in tree.children], next(numbers))

    trees = [labelled(tree) for tree in forest]
    return OrderedForest(trees), branches_by_label(trees), [tree.label for tree in trees]
