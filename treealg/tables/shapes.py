"""Shapes of forests with numbered vertices, and the ranks of all their labellings at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from treealg.tables.layout import ForestLayout, IntArray

__all__ = [
    "ForestShape",
    "branches_by_label",
    "branches_of",
    "labellings",
    "numbered",
    "parents",
]


def labellings(dimension: int, vertices: int) -> IntArray:
    """Return all labellings of some vertices, shape ``(vertices, labellings)``."""
    return np.indices((dimension,) * vertices).reshape(vertices, dimension**vertices)


class ForestShape:
    """A forest of vertices that are numbered, and the ranks of its labellings."""

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
            tree = self.tree(root, labels)
            if self._layout.planar:
                rank = self._layout.prepend_each(tree, rank)
            else:
                rank = self._layout.multiply(rank, tree)
        return rank


def parents(tree: Any) -> dict[int, int]:
    """Return the parent of each vertex of a tree, numbered from the root on, but for the root."""
    parent: dict[int, int] = {}
    pending, number = [(tree, 0)], 1
    while pending:
        top, own = pending.pop()
        for child in top.children:
            parent[number] = own
            pending.append((child, number))
            number += 1
    return parent


def branches_of(parent: dict[int, int], vertices: Any = None) -> dict[int, list[int]]:
    """Return the branches of vertices whose parents are told; a root may be its own parent."""
    found: dict[int, list[int]] = {v: [] for v in (vertices or range(len(parent) + 1))}
    for child, own in parent.items():
        if child != own:
            found[own].append(child)
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
