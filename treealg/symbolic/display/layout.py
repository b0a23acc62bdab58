"""Where the vertices of a tree or forest stand in the plane: tidy, without overlaps.

One layout serves every picture. Heights count from the root; one horizontal unit is the least
distance of two vertices of one height.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.rooted import RootedTree

__all__ = ["Layout", "layout_forest", "slope_clear_of"]


@dataclass(frozen=True)
class Layout:
    """Positions of the vertices of a tree or forest; vertices come root first, left to right.

    Attributes
    ----------
    across : tuple of float
        Horizontal position of each vertex; the least is 0.
    height : tuple of int
        Distance of each vertex from its root.
    label : tuple of hashable
        Label of each vertex.
    parent : tuple of int
        Position in these tuples of each vertex's parent, always before it; -1 for a root.
    """

    across: tuple[float, ...]
    height: tuple[int, ...]
    label: tuple[Any, ...]
    parent: tuple[int, ...]

    @property
    def width(self) -> float:
        """The largest horizontal position, 0 without vertices."""
        return max(self.across, default=0.0)

    @property
    def top(self) -> int:
        """The largest height, 0 without vertices."""
        return max(self.height, default=0)

    def rise(self, least: float, slope: float) -> tuple[float, ...]:
        """Return how high each vertex stands, where edges have to be steep.

        Parameters
        ----------
        least : float
            The least distance of two levels, in horizontal units.
        slope : float
            How much each edge rises at least per unit that it goes across; levels move apart
            where it would be less.

        Returns
        -------
        tuple of float
            One height per vertex; that of a root is 0.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> layout_forest(Tree.from_text("0[0,0,0,0,0]")).rise(0.5, 0.5)
        (0.0, 1.0, 1.0, 1.0, 1.0, 1.0)
        """
        gaps = [least] * self.top
        for below, above in self.edges:
            gap = self.height[below]
            gaps[gap] = max(gaps[gap], slope * abs(self.across[below] - self.across[above]))
        levels = list(itertools.accumulate(gaps, initial=0.0))
        return tuple(levels[height] for height in self.height)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Pairs (parent, child) of positions."""
        return [(parent, child) for child, parent in enumerate(self.parent) if parent >= 0]


def slope_clear_of(radius: float, distance: float) -> float:
    """Return the least slope of an edge that ends beside a vertex and does not run over it.

    The vertex has this radius, and is so far from the end of the edge, on one level with it.

    Examples
    --------
    >>> slope_clear_of(3.0, 5.0)
    0.75
    """
    return radius / math.sqrt(distance**2 - radius**2)


# The outline of a subtree: its leftmost and rightmost vertex per level, the root's level last, and
# what to add to both. The lists of the deepest child are passed on and changed in place, so that
# all outlines together cost time in proportion to the number of vertices.
_Outline = tuple[list[float], list[float], float]


def layout_forest(x: Any) -> Layout:
    """Place the vertices of a tree or forest in the plane.

    Vertices of one height are at least one unit apart, a parent stands in the middle between its
    first and its last child, equal subtrees are drawn alike, and a mirrored tree gives the
    mirrored picture. The trees of a forest stand side by side, one unit between their outermost
    vertices.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest or OrderedForest
        What to draw; children and trees from left to right in the order in which `x` keeps them.

    Returns
    -------
    Layout
        The positions.

    Raises
    ------
    InvalidTypeError
        If `x` is of another type.

    Notes
    -----
    Time and memory grow linearly with the number of vertices; depth is not limited.

    References
    ----------
    E. M. Reingold and J. S. Tilford, "Tidier drawings of trees", IEEE Trans. Software Eng. 7
    (1981), for the properties; A. J. Kennedy, "Drawing trees", J. Functional Programming 6 (1996),
    for taking the mean of packing to the left and packing to the right.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> cherry = layout_forest(PlanarTree.from_text("2[0,1]"))
    >>> cherry.across, cherry.height, cherry.label, cherry.parent
    ((0.5, 0.0, 1.0), (0, 1, 1), (2, 0, 1), (-1, 0, 0))
    """
    if isinstance(x, RootedTree):
        trees: tuple[RootedTree, ...] = (x,)
    elif isinstance(x, RootedForest):
        trees = x.trees
    else:
        raise InvalidTypeError(
            f"only trees and forests have a layout, got {type(x).__name__} {brief(x)}; "
            "make one with from_tuple"
        )
    spend(10 * sum(tree.order for tree in trees))
    label: list[Any] = []
    height: list[int] = []
    parent: list[int] = []
    children: list[list[int]] = []
    pending: list[tuple[RootedTree, int]] = [(tree, -1) for tree in reversed(trees)]
    while pending:
        tree, above = pending.pop()
        vertex = len(label)
        label.append(tree.label)
        parent.append(above)
        height.append(height[above] + 1 if above >= 0 else 0)
        children.append([])
        if above >= 0:
            children[above].append(vertex)
        pending.extend((child, vertex) for child in reversed(tree.children))
    across = _place_forest(children, parent)
    return Layout(tuple(across), tuple(height), tuple(label), tuple(parent))


def _place_forest(children: list[list[int]], parent: list[int]) -> list[float]:
    """Return the horizontal positions of vertices that are given parents first."""
    # First relative to the parent, from the leaves down, then absolute, from the roots up.
    offset = [0.0] * len(children)
    extent: dict[int, tuple[float, float]] = {}
    outlines: dict[int, _Outline] = {}
    for vertex in reversed(range(len(children))):
        below = children[vertex]
        found = [outlines.pop(child) for child in below]
        positions = _fit(found)
        for child, position in zip(below, positions, strict=True):
            offset[child] = position
        outline = _join(found, positions)
        if parent[vertex] < 0:
            left, right, shift = outline
            extent[vertex] = (min(left) + shift, max(right) + shift)
        else:
            outlines[vertex] = outline
    across = [0.0] * len(children)
    edge = 0.0
    for vertex, above in enumerate(parent):
        if above >= 0:
            across[vertex] = across[above] + offset[vertex]
        else:
            low, high = extent[vertex]
            across[vertex] = edge - low
            edge += high - low + 1.0
    return across


def _fit(outlines: list[_Outline]) -> list[float]:
    """Return positions of subtrees side by side, with the middle of first and last at 0."""
    if len(outlines) < 2:
        return [0.0] * len(outlines)
    # Deeper than the second deepest subtree nothing can overlap.
    depth = sorted(len(left) for left, _, _ in outlines)[-2]
    lefts = [_top_levels(left, shift, depth) for left, _, shift in outlines]
    rights = [_top_levels(right, shift, depth) for _, right, shift in outlines]
    leftmost = _pack(lefts, rights, depth)
    mirrored = _pack(
        [[-x for x in right] for right in reversed(rights)],
        [[-x for x in left] for left in reversed(lefts)],
        depth,
    )
    rightmost = [mirrored[-1] - x for x in reversed(mirrored)]
    positions = [(a + b) / 2 for a, b in zip(leftmost, rightmost, strict=True)]
    middle = (positions[0] + positions[-1]) / 2
    return [position - middle for position in positions]


def _top_levels(levels: list[float], shift: float, depth: int) -> list[float]:
    """Return the levels next to the root, the root's first."""
    return [x + shift for x in levels[: -depth - 1 : -1]]


def _pack(lefts: list[list[float]], rights: list[list[float]], depth: int) -> list[float]:
    """Return the positions of subtrees that are moved as far to the left as they go."""
    border = [float("-inf")] * depth
    positions: list[float] = []
    for left, right in zip(lefts, rights, strict=True):
        position = (
            max(b - x + 1.0 for b, x in zip(border, left, strict=False)) if positions else 0.0
        )
        positions.append(position)
        for level, x in enumerate(right):
            border[level] = position + x
    return positions


def _join(outlines: list[_Outline], positions: list[float]) -> _Outline:
    """Return the outline of a vertex with these subtrees as children."""
    if not outlines:
        return [0.0], [0.0], 0.0
    deepest = max(range(len(outlines)), key=lambda index: len(outlines[index][0]))
    left, right, shift = outlines[deepest]
    shift += positions[deepest]
    # The outermost subtree that reaches a level gives its outline there.
    for index in reversed(range(deepest)):
        other, _, other_shift = outlines[index]
        move = other_shift + positions[index] - shift
        left[-len(other) :] = [x + move for x in other]
    for index in range(deepest + 1, len(outlines)):
        _, other, other_shift = outlines[index]
        move = other_shift + positions[index] - shift
        right[-len(other) :] = [x + move for x in other]
    left.append(-shift)
    right.append(-shift)
    return left, right, shift
