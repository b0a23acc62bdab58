"""Undecorated shapes with formal labels, and all decorations of a shape at once.

The vertices of a shape are numbered in post-order, children before their parent, so that the last
root is the last vertex. The *formal* forest of a shape has these numbers as labels: the algebra is
applied to it once. (With a single label there is nothing to distinguish: there all vertices get the
number 0, and the algebra merges equal terms by itself.) An array of shape ``(vertices,
decorations)`` then says which label each vertex has in each decoration, and an `Indexer` turns any
formal tree or forest that the algebra returned into the basis indices of its decorations.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from treealg.tables.layout import ForestLayout, IntArray

if TYPE_CHECKING:
    from treealg.symbolic import Forest, OrderedForest, PlanarTree, Tree

_AnyTree = TypeVar("_AnyTree", "Tree", "PlanarTree")

__all__ = ["Indexer", "formal", "ordered_shapes", "tree_shapes"]


def formal(shape: _AnyTree, first: int = 0) -> _AnyTree:
    """Label the vertices of a tree by their numbers in post-order.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> formal(PlanarTree.from_tuple(((0,), ((0,), 0), 0))).to_tuple()
    ((0,), ((1,), 2), 3)
    """
    cls = type(shape)
    pending: list[tuple[_AnyTree, list[_AnyTree]]] = [(shape, [])]
    number = first
    while True:
        tree, done = pending[-1]
        if len(done) < len(tree.children):
            pending.append((tree.children[len(done)], []))
            continue
        labelled = cls(done, number)
        number += 1
        pending.pop()
        if not pending:
            return labelled
        pending[-1][1].append(labelled)


def tree_shapes(dimension: int, degree: int) -> Iterator[tuple[Tree, IntArray]]:
    """Yield the formal trees with 1 to `degree` vertices and the decorations of each."""
    from treealg.symbolic import enumerate_trees

    if dimension == 1:
        labels = np.zeros((1, 1), dtype=np.int64)
        for order in range(1, degree + 1):
            for shape in enumerate_trees(order):
                yield shape, labels
        return
    # Decorations with all labels of the root, for the shapes that may be children.
    decorated: dict[Tree, IntArray] = {}
    for order in range(1, degree + 1):
        for shape in enumerate_trees(order):
            labels = np.zeros((0, 1), dtype=np.int64)
            for child, group in groupby(shape.children):
                labels = _outer(labels, _multisets(decorated[child], sum(1 for _ in group)))
            root = np.zeros((1, labels.shape[1]), dtype=np.int64)
            yield formal(shape), np.vstack([labels, root])
            if order < degree:
                decorated[shape] = _outer(labels, np.arange(dimension)[None])


def _outer(upper: IntArray, lower: IntArray) -> IntArray:
    """Combine every decoration of one part with every one of another."""
    left, right = upper.shape[1], lower.shape[1]
    return np.vstack([np.repeat(upper, right, axis=1), np.tile(lower, left)])


def _multisets(labels: IntArray, copies: int) -> IntArray:
    """Decorate several copies of one tree, up to exchange of the copies."""
    count = labels.shape[1]
    chosen = np.arange(count)[None]
    for _ in range(copies - 1):
        last = chosen[-1]
        followers = count - last
        stop = np.cumsum(followers)
        chosen = np.repeat(chosen, followers, axis=1)
        following = np.arange(chosen.shape[1]) + np.repeat(last - (stop - followers), followers)
        chosen = np.vstack([chosen, following])
    return labels[:, chosen].transpose(1, 0, 2).reshape(copies * len(labels), -1)


def ordered_shapes(dimension: int, degree: int) -> Iterator[tuple[OrderedForest, IntArray]]:
    """Yield the formal ordered forests with 1 to `degree` vertices and the decorations of each."""
    from treealg.symbolic import OrderedForest, enumerate_forests

    if dimension == 1:
        labels = np.zeros((1, 1), dtype=np.int64)
        for nodes in range(1, degree + 1):
            for shape in enumerate_forests(nodes, planar=True):
                yield shape, labels
        return
    for nodes in range(1, degree + 1):
        every = np.arange(dimension ** (nodes - 1))
        labels = np.stack(
            [every // dimension ** (nodes - 2 - j) % dimension for j in range(nodes - 1)]
            + [np.zeros_like(every)]
        )
        for shape in enumerate_forests(nodes, planar=True):
            trees, number = [], 0
            for tree in shape.trees:
                trees.append(formal(tree, number))
                number += tree.order
            yield OrderedForest(trees), labels


class Indexer:
    """Basis indices of formal trees and forests, for all decorations of one shape.

    Parameters
    ----------
    layout : ForestLayout
        The numbering, of the same kind as the trees.
    labels : numpy.ndarray
        int64, shape ``(vertices, decorations)``.

    Examples
    --------
    The cherry with its two leaves decorated by 0, 1 and by 1, 1 are trees 8 and 10 of d = 2:

    >>> from treealg.symbolic import Tree
    >>> labels = np.array([[0, 1], [1, 1], [0, 0]])
    >>> indexer = Indexer(ForestLayout(2, 3, planar=False), labels)
    >>> indexer.tree(formal(Tree.from_tuple(((0,), (0,), 0)))).tolist()
    [8, 10]
    """

    def __init__(self, layout: ForestLayout, labels: IntArray) -> None:
        self._layout = layout
        self.labels = labels
        self._trees: dict[Tree | PlanarTree, IntArray] = {}
        self._forests: dict[tuple[Tree | PlanarTree, ...], IntArray] = {}

    def tree(self, tree: Tree | PlanarTree) -> IntArray:
        """Return the index of a formal tree in each decoration."""
        known = self._trees.get(tree)
        if known is None:
            # Trees of these tables are a few vertices deep: a basis of depth 30 fits no memory.
            children = self.forest(tree.children)
            vertex: Any = tree.label
            known = children * self._layout.dimension + self.labels[vertex]
            self._trees[tree] = known
        return known

    def forest(self, forest: Forest | OrderedForest | tuple[Tree | PlanarTree, ...]) -> IntArray:
        """Return the index of a formal forest in each decoration."""
        trees = tuple(forest)
        known = self._forests.get(trees)
        if known is None:
            known = self._layout.join([self.tree(t) for t in trees], [t.order for t in trees])
            self._forests[trees] = known
        return known
