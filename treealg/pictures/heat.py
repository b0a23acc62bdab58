"""A basis as a heat map for each number of nodes: a row per shape, a column per labelling."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from treealg.errors import InvalidValueError
from treealg.pictures.elements import Elements, Floats, read_values
from treealg.pictures.glyphs import extent, glyph, name_channels, place
from treealg.pictures.sheet import DIVERGING, POINTS, bare, listed_axes, new_figure, room
from treealg.symbolic import Forest, OrderedForest

__all__ = ["plot_basis"]

# Inches across, points of a vertex to its neighbour, and of a line of labels above the columns.
_WIDTH = 6.5
_UNIT = 10.0
_STRIP = 5.0
# What is not in the basis.
_NONE = "#D9D9D9"


def plot_basis(
    values: Any,
    names: Iterable[str] | None = None,
    *,
    channels: Sequence[str] | None = None,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw all coefficients of a basis as colours, by shape and label.

    Parameters
    ----------
    values : array-like, shape (coefficients,)
        Coefficients, as for `plot_coefficients`.
    names : iterable of str, optional
        Their names, as for `plot_coefficients`.
    channels : sequence of str, optional
        The channels in the order of their colours; by default as they come in `names`.
    axes : sequence of matplotlib.axes.Axes, optional
        Where to draw, one for each number of nodes; by default below each other in a new figure.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each number of nodes; ``axes[0].figure`` shows itself in a notebook.

    Raises
    ------
    InvalidTypeError
        If `values` are no numbers, `names` no names, or `axes` no axes.
    InvalidValueError
        If there are not as many names as values, or none; if a name is not that of a tree or
        forest, or has a channel that is not in `channels`; if there are not as many `axes` as
        numbers of nodes; or if an order has more than 100,000 labellings.

    See Also
    --------
    plot_coefficients : The largest ones, as bars.

    Notes
    -----
    A row is a shape, drawn on the left with its vertices numbered. A column is a labelling, in the
    order of words; above it are the colours of its channels, that of vertex 1 on top. Where the
    branches of a tree have no order, labellings that are the same tree have the same value, so
    that symmetries of a shape are seen. What is not in the basis, as in one by weight, is grey.
    Each number of nodes has a scale of its own, which is symmetric: white is 0. The empty tree is
    left out.

    Examples
    --------
    >>> import treealg
    >>> from treealg.pictures import plot_basis
    >>> values = treealg.branched_sig([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]], 3)
    >>> axes = plot_basis(values, treealg.branched_sig_names(2, 3, channels=["x", "y"]))
    >>> [each.images[0].get_array().shape for each in axes]
    [(1, 2), (1, 4), (2, 8)]
    """
    found, elements = read_values(values, names, channels, 1)
    orders = [int(order) for order in np.unique(elements.orders) if order]
    if not orders:
        raise InvalidValueError("names must have a tree with nodes among them, got none")
    labels = len(elements.channels)
    if labels ** orders[-1] > 100_000:
        raise InvalidValueError(
            f"names must have at most 100,000 labellings of a shape, got {labels}**{orders[-1]}; "
            f"leave out the largest trees"
        )
    grids = [_grid(found, elements, order) for order in orders]
    panels = _panels(axes, grids, labels)
    for (shapes, grid), order, panel in zip(grids, orders, panels, strict=True):
        _draw(panel, shapes, grid, order, elements)
    above = (_STRIP * orders[0] + 5.0) / 8.0  # in units of the text
    name_channels(panels[0], elements, loc="lower right", bbox_to_anchor=(1.0, 1.0),
               borderaxespad=above, ncols=len(elements.channels), columnspacing=1.0)  # fmt: skip
    return panels


def _shape(forest: OrderedForest) -> OrderedForest:
    """Return a forest without its labels."""
    return OrderedForest.from_tuple(tuple(_unlabelled(tree) for tree in forest.to_tuple()))


def _unlabelled(tree: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*map(_unlabelled, tree[:-1]), 0)


def _labelled(tree: tuple[Any, ...], labels: Any) -> tuple[Any, ...]:
    """Give labels to the vertices of a tree, a root before its branches."""
    root = next(labels)
    return (*(_labelled(child, labels) for child in tree[:-1]), root)


def _grid(values: Floats, elements: Elements, order: int) -> tuple[list[OrderedForest], Floats]:
    """Return the shapes of so many nodes, and their values, a column per labelling."""
    places = np.flatnonzero(elements.orders == order)
    # Non-planar trees have their branches in one order only; as sets they are compared.
    is_planar = _is_planar(elements)
    known = {_key(elements.forests[place], is_planar): values[place] for place in places}
    shapes = list(dict.fromkeys(_shape(elements.forests[place]) for place in places))
    words = itertools.product(range(len(elements.channels)), repeat=order)
    columns = list(words)
    grid = np.full((len(shapes), len(columns)), np.nan)
    for row, shape in enumerate(shapes):
        trees = shape.to_tuple()
        for column, word in enumerate(columns):
            labels = iter(word)
            forest = OrderedForest.from_tuple(tuple(_labelled(tree, labels) for tree in trees))
            grid[row, column] = known.get(_key(forest, is_planar), np.nan)
    return shapes, grid


def _is_planar(elements: Elements) -> bool:
    """Tell whether names are those of forests, or of trees whose branches have an order."""
    trees = [Forest.from_tuple(forest.to_tuple()) for forest in elements.forests]
    return any(len(forest) > 1 for forest in elements.forests) or len(set(trees)) < len(trees)


def _key(forest: OrderedForest, is_planar: bool) -> Any:
    return forest if is_planar else Forest.from_tuple(forest.to_tuple())


def _panels(axes: Any, grids: list[tuple[Any, Floats]], labels: int) -> list[Axes]:
    if axes is not None:
        panels = listed_axes(axes)
        if len(panels) != len(grids):
            raise InvalidValueError(
                f"axes must be {len(grids)}, one for each number of nodes, got {len(panels)}"
            )
        return panels
    heights = [max(0.33, len(shapes) * _row(shapes)) for shapes, _ in grids]
    above = sum(_STRIP * (shapes[0].order + 2.5) / POINTS for shapes, _ in grids)
    figure = new_figure("a basis", _WIDTH, sum(heights) + above + 0.3 * (labels > 1))
    return list(
        figure.subplots(len(grids), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    )


def _row(shapes: list[OrderedForest]) -> float:
    """Return the height of a row, in inches, in which the glyphs have room."""
    return max(extent(shape)[1] for shape in shapes) * _UNIT * 1.05 / POINTS


def _draw(
    axes: Axes, shapes: list[OrderedForest], grid: Floats, order: int, elements: Elements
) -> None:
    largest = float(np.nanmax(np.abs(grid), initial=0.0)) or 1.0
    colours = LinearSegmentedColormap.from_list("treealg", DIVERGING).with_extremes(bad=_NONE)
    image = axes.imshow(
        grid, cmap=colours, norm=Normalize(-largest, largest), aspect="auto", interpolation="none"
    )
    bare(axes, "left", "right", "top", "bottom")
    axes.set_yticks([])
    axes.set_xticks([])
    for row in range(1, len(shapes)):
        axes.axhline(row - 0.5, color="white", linewidth=0.8)
    wide = max(extent(shape)[0] for shape in shapes)
    high = max(extent(shape)[1] for shape in shapes)
    unit = min(_UNIT, room(axes)[1] / len(shapes) / high)
    for row, shape in enumerate(shapes):
        area, left = glyph(shape, elements.style, unit, numbered=True), -4.0 - unit * wide / 2
        place(axes, area, (0.0, row), axes.get_yaxis_transform(), (left, 0.0), (0.5, 0.5))
    if len(elements.channels) > 1:
        _draw_labels(axes, order, grid.shape[1], elements)
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.03, pad=0.012, aspect=10 * len(shapes))
    bar.ax.tick_params(labelsize=7, width=0.6, length=2)
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=4 if len(shapes) > 1 else 2, symmetric=True))
    for spine in bar.ax.spines.values():
        spine.set_linewidth(0.6)


def _draw_labels(axes: Axes, order: int, count: int, elements: Elements) -> None:
    """Draw the labels of each column above it, that of the first vertex on top."""
    labels, style = len(elements.channels), elements.style
    figure: Any = axes.figure
    axes.set_title(" ", fontsize=1, pad=_STRIP * order + 3.0)  # which keeps room for them
    for vertex in range(order):
        run = labels ** (order - 1 - vertex)  # columns that follow each other with one label
        edges = np.arange(0, count + 1, run) - 0.5
        colours = [style.colour(place % labels) for place in range(count // run)]
        up = (2.0 + _STRIP * (order - 1 - vertex + 0.5)) / POINTS
        moved = axes.get_xaxis_transform() + ScaledTranslation(0.0, up, figure.dpi_scale_trans)
        segments = [((a, 1.0), (b, 1.0)) for a, b in itertools.pairwise(edges)]
        lines = LineCollection(
            segments, colors=colours, linewidths=_STRIP - 1.0, capstyle="butt", transform=moved,
            clip_on=False,
        )  # fmt: skip
        axes.add_collection(lines, autolim=False)
        axes.text(
            -0.006, 1.0, str(vertex + 1), transform=axes.transAxes
            + ScaledTranslation(0.0, up, figure.dpi_scale_trans),
            fontsize=_STRIP, ha="right", va="center_baseline",
        )  # fmt: skip
