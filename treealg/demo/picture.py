"""Pictures of ordered forests, drawn with Matplotlib; the roots are at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from treealg.demo.extras import require
from treealg.demo.text import split_tree
from treealg.errors import InvalidValueError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "draw_forests", "forest_layout"]

_COLUMNS = 4
COLOURS = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999",
)  # fmt: skip
"""One colour per label, in this order again after the last: Okabe and Ito's palette, which
colour-blind readers can tell apart, with a grey for the eighth."""


def forest_layout(
    forest: Sequence[tuple[Any, ...]],
) -> tuple[list[tuple[float, int, Any]], list[tuple[int, int]]]:
    """Place the nodes of an ordered forest in the plane.

    Parameters
    ----------
    forest : sequence of tuple
        Trees in tuple form, ``(child_1, ..., child_k, root_label)``.

    Returns
    -------
    nodes : list of (float, int, label)
        Horizontal position, height above the root, and label of each node, parents before their
        children. Leaves stand one unit apart from left to right, a parent in the middle between
        its first and its last child.
    edges : list of (int, int)
        Pairs of positions in `nodes`, parent first.

    Raises
    ------
    InvalidTypeError
        If a tree or one of its children is not a tuple.
    InvalidValueError
        If a tree or one of its children is the empty tuple.

    Examples
    --------
    >>> nodes, edges = forest_layout([((0,), (1,), 2)])
    >>> nodes
    [(0.5, 0, 2), (0.0, 1, 0), (1.0, 1, 1)]
    >>> edges
    [(0, 1), (0, 2)]
    """
    heights: list[int] = []
    labels: list[Any] = []
    children: list[list[int]] = []
    edges: list[tuple[int, int]] = []
    pending: list[tuple[tuple[Any, ...], int]] = [(tree, -1) for tree in reversed(forest)]
    while pending:
        tree, parent = pending.pop()
        below, label = split_tree(tree)
        node = len(labels)
        heights.append(heights[parent] + 1 if parent >= 0 else 0)
        labels.append(label)
        children.append([])
        if parent >= 0:
            edges.append((parent, node))
            children[parent].append(node)
        pending.extend((child, node) for child in reversed(below))
    across = [0.0] * len(labels)
    leaves = sum(not nodes for nodes in children)
    # Children come after their parents, so that backwards they are placed first.
    for node in reversed(range(len(labels))):
        if children[node]:
            across[node] = (across[children[node][0]] + across[children[node][-1]]) / 2
        else:
            leaves -= 1
            across[node] = float(leaves)
    return list(zip(across, heights, labels, strict=True)), edges


def draw_forests(
    forests: Sequence[Sequence[tuple[Any, ...]]],
    titles: Sequence[str],
    names: Sequence[str],
) -> Figure:
    """Draw ordered forests in a grid of panels, one colour per label.

    Parameters
    ----------
    forests : sequence of sequence of tuple
        One panel each; a single tree is the forest of one tree. Trees in tuple form with integer
        labels.
    titles : sequence of str
        One title per panel.
    names : sequence of str
        Names of the labels, for the legend.

    Returns
    -------
    matplotlib.figure.Figure
        A figure that pyplot does not know of; save it with its method `savefig`.

    Raises
    ------
    MissingDependencyError
        If Matplotlib is not installed.
    InvalidTypeError
        If a tree is not a tuple of tuples, as in `forest_layout`.
    InvalidValueError
        If there is no forest to draw, if there are not as many titles as forests, if a label has
        no name, or if a tree is empty.
    """
    if not forests or len(forests) != len(titles):
        raise InvalidValueError(
            f"forests must not be empty and titles must match, got {len(forests)} forests and "
            f"{len(titles)} titles"
        )
    layouts = [forest_layout(forest) for forest in forests]
    used = sorted({label for nodes, _ in layouts for _, _, label in nodes})
    if used and (used[0] < 0 or used[-1] >= len(names)):
        raise InvalidValueError(
            f"labels must be between 0 and {len(names) - 1}, as names has {len(names)} entries, "
            f"got labels {used[0]} to {used[-1]}"
        )
    columns = min(_COLUMNS, len(forests))
    rows = -(-len(forests) // columns)
    figure: Figure = require("matplotlib.figure").Figure(
        figsize=(2.2 * columns + 1.2, 2.0 * rows + 0.6), layout="constrained"
    )
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes, layout, title in zip(panels, layouts, titles, strict=False):
        _draw_panel(axes, *layout)
        axes.set_title(title, fontsize=9)
    for axes in panels[len(forests) :]:
        axes.set_axis_off()
    line = require("matplotlib.lines").Line2D
    handles = [
        line([], [], marker="o", linestyle="", markersize=9, label=names[label],
             markerfacecolor=_colour(label), markeredgecolor="black")
        for label in used
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside right center", frameon=False)
    return figure


def _draw_panel(
    axes: Any, nodes: list[tuple[float, int, Any]], edges: list[tuple[int, int]]
) -> None:
    """Draw one forest with its lowest nodes at the bottom."""
    for parent, child in edges:
        xs, ys = zip(nodes[parent][:2], nodes[child][:2], strict=True)
        axes.plot(xs, ys, color="black", linewidth=1.2, zorder=1)
    axes.scatter(
        [x for x, _, _ in nodes],
        [y for _, y, _ in nodes],
        c=[_colour(label) for _, _, label in nodes],
        s=150,
        edgecolors="black",
        linewidths=1.0,
        zorder=2,
    )
    width = max((x for x, _, _ in nodes), default=0.0)
    height = max((y for _, y, _ in nodes), default=0)
    side = max(width, height) / 2 + 0.6
    axes.set_xlim(width / 2 - side, width / 2 + side)
    axes.set_ylim(height / 2 - side, height / 2 + side)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _colour(label: int) -> str:
    """Return the colour of a label."""
    return COLOURS[label % len(COLOURS)]
