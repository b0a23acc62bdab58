"""Pictures drawn with Matplotlib; the roots are at the bottom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from treealg.checks import check_integer, check_real, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.optional import require
from treealg.symbolic.display.layout import Layout, layout_forest, slope_clear_of
from treealg.symbolic.display.pieces import Piece, labels_of, lead_of, pieces_of, terms_to_show
from treealg.symbolic.display.style import INK, Names, Style, make_style
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.terminal import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot", "plot_grid"]

_FONT_SIZE = 13.0
# Of text at that size, in units of the layout, of which one is so many inches.
_CHARACTER = 0.32
_UNIT = 0.42
_MARGIN = 0.6
# Vertices are so large in units of the layout at most, and edges so steep that they pass beside.
_RADIUS = 0.25
_SLOPE = slope_clear_of(_RADIUS + 0.05, 1.0)
# Points of labels, and the width of a character as a part of it; longer ones stand in boxes.
_LABEL_SIZE = 7
_LABEL_CHARACTER = 0.7
_SHORT = 2
_LEAST_STRETCH = 1.1
_LEGEND_ROW = 0.22  # inches
_POINTS_PER_INCH = 72
_PANEL = 1.8
# Steps that a vertex with its edge takes, also with its label.
_DRAWN, _LABELLED = 400, 900


def plot(
    x: Any,
    *,
    axes: Any = None,
    names: Names = None,
    labels: bool | None = None,
    max_terms: int | None = None,
    width: float = 10.0,
) -> Figure:
    """Draw a tree, a forest or a sum of such with Matplotlib.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest, OrderedForest, Element, Tensor, BSeries or LieButcherSeries
        What to draw; sums in the basis order.
    axes : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure of a size that fits.
    names : mapping or sequence of str, optional
        Texts of the labels: ``names[label]``.
    labels : bool, optional
        Whether to write the labels into the vertices and colour these. By default this is done if
        there are names or any label in `x` is not 0.
    max_terms : int, optional
        Largest number of terms of a sum, at least 1; by default all.
    width : float, default 10.0
        Inches, of a new figure, beyond which a line is broken between terms; a term that is wider
        stays whole. More than 0.

    Returns
    -------
    matplotlib.figure.Figure
        The figure of `axes`, or a new one, which pyplot does not know of; a notebook shows it, and
        its method `savefig` saves it.

    Raises
    ------
    MissingDependencyError
        If Matplotlib is not installed.
    InvalidTypeError
        If `x` or an option has another type, or a label that is not an integer is looked up in a
        sequence of names.
    InvalidValueError
        If a label has no name, `max_terms` is less than 1, or `width` is not positive.

    Notes
    -----
    In axes of another size than the new figure's, only the trees scale, not the texts of a sum.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> figure = plot(Tree.from_text("0[0,0]"))
    >>> len(figure.axes[0].lines)
    2
    """
    terms, left_out = terms_to_show(x, max_terms)
    style = make_style(labels_of(terms), names, labels)
    limit = check_real("width", width) / _UNIT - 2 * _MARGIN
    if width <= 0:
        raise InvalidValueError(f"width must be more than 0, got {width}")
    stretch = _stretch(style)
    lines = _lines(pieces_of(terms, left_out, style, lead=lead_of(x)), limit, stretch)
    right = max(line.right for line in lines)
    # Baselines from the last line, at 0, upwards.
    baselines = [0.0]
    for line in reversed(lines[1:]):
        baselines.insert(0, baselines[0] + line.top + 2 * _MARGIN)
    top = baselines[0] + lines[0].top
    if axes is None:
        size = ((right + 2 * _MARGIN) * _UNIT, (top + 2 * _MARGIN) * _UNIT)
        require("matplotlib.figure", extra="plot")
        from treealg.symbolic.display.picture import Picture

        figure = Picture(figsize=size)
        figure.drawn = printable(str(x))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    elif not hasattr(axes, "set_axis_off"):
        raise InvalidTypeError(f"axes must be Axes of Matplotlib, got {type(axes).__name__}")
    for line, baseline in zip(lines, baselines, strict=True):
        for left, item in line.items:
            if isinstance(item, Layout):
                _draw(
                    axes, item, left, style, vertex_size=110.0, bottom=baseline, boxed=stretch > 1
                )
            else:
                spend(_DRAWN)
                axes.text(
                    left, baseline, item, fontsize=_FONT_SIZE, va="center_baseline", color=INK,
                    parse_math=False,
                )  # fmt: skip
    axes.set_xlim(-_MARGIN, right + _MARGIN)
    axes.set_ylim(-_MARGIN, top + _MARGIN)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return axes.figure  # type: ignore[no-any-return]


@dataclass
class _Line:
    """What stands beside each other, from left to right, with its width and height."""

    items: list[tuple[float, str | Layout]]
    right: float = 0.0
    top: float = 0.0


def _lines(sums: list[list[Piece]], limit: float, stretch: float) -> list[_Line]:
    """Set terms side by side in lines that are no longer than the limit, if a term is not."""
    lines = [_Line([])]
    for term in sums:
        measured = [_measured(piece, stretch) for piece in term]
        length = sum(width for _, width in measured) + 0.3 * (len(measured) - 1)
        line = lines[-1]
        left = line.right + 0.8 if line.items else 0.0
        if line.items and left + length > limit:
            line, left = _Line([]), 0.0
            lines.append(line)
        for item, width in measured:
            line.items.append((left, item))
            line.right = left + width
            left = line.right + 0.3
            line.top = max(line.top, _top(item) if isinstance(item, Layout) else 0.0)
    return lines


def _top(layout: Layout) -> float:
    return max(layout.rise(1.0, _SLOPE), default=0.0)


def _measured(piece: Piece, stretch: float) -> tuple[str | Layout, float]:
    """Return what to draw for a piece, and its width."""
    if isinstance(piece, str):
        return piece, len(piece) * _CHARACTER
    layout = layout_forest(piece)
    if stretch > 1:
        # Room for half a label on either side.
        beside = (stretch - 1) / 2
        layout = replace(layout, across=tuple(beside + stretch * x for x in layout.across))
        return layout, layout.width + beside + _CHARACTER
    return layout, layout.width + _CHARACTER


def _stretch(style: Style) -> float:
    """Return by how much to spread vertices for the longest label, 1 if it fits into a circle."""
    if not style.shown:
        return 1.0
    longest = max((len(style.text(label)) for label in style.found), default=1)
    if longest <= _SHORT:
        return 1.0
    needed = (longest + _SHORT) * _LABEL_SIZE * _LABEL_CHARACTER / (_UNIT * _POINTS_PER_INCH)
    return max(needed, _LEAST_STRETCH)


def plot_grid(
    items: Iterable[Any],
    titles: Sequence[str] | None = None,
    *,
    names: Names = None,
    columns: int = 4,
) -> Figure:
    """Draw trees or forests in a grid of panels, a colour for each label, with a legend.

    Parameters
    ----------
    items : iterable of Tree, PlanarTree, Forest or OrderedForest
        One panel each, at least one.
    titles : sequence of str, optional
        One title per panel.
    names : mapping or sequence of str, optional
        Texts of the labels in the legend; without them the labels.
    columns : int, default 4
        Largest number of panels in a row, at least 1.

    Returns
    -------
    matplotlib.figure.Figure
        A figure that pyplot does not know of; save it with its method `savefig`.

    Raises
    ------
    MissingDependencyError
        If Matplotlib is not installed.
    InvalidTypeError
        If an item is neither a tree nor a forest, an option has another type, or a label that is
        not an integer is looked up in a sequence of names.
    InvalidValueError
        If there is no item, if there are not as many titles as items, if a label has no name, or
        if `columns` is less than 1.

    Notes
    -----
    Up to 17 labels have a colour each, and further ones share these. As far as no two labels share
    one, colours are the same in every picture.

    Examples
    --------
    >>> from treealg.symbolic import enumerate_trees
    >>> len(plot_grid(enumerate_trees(4)).axes)
    4
    """
    if isinstance(items, (str, bytes)) or not is_iterable(items):
        raise InvalidTypeError(
            f"items must be an iterable of trees or forests, got {type(items).__name__}; write "
            "[tree] for a single one"
        )
    if titles is not None and (isinstance(titles, (str, bytes, Set)) or not is_iterable(titles)):
        raise InvalidTypeError(
            f"titles must be a sequence of texts, one per item, got {type(titles).__name__}"
        )
    titles = None if titles is None else list(titles)
    layouts = [layout_forest(item) for item in items]
    if not layouts or (titles is not None and len(layouts) != len(titles)):
        count = "no" if titles is None else len(titles)
        raise InvalidValueError(
            f"items must not be empty and titles must match, got {len(layouts)} items and "
            f"{count} titles"
        )
    style = make_style((label for layout in layouts for label in layout.label), names, None)
    for label in style.found:
        style.text(label)
    columns = min(check_integer("columns", columns, 1), len(layouts))
    rows = -(-len(layouts) // columns)
    require("matplotlib.figure", extra="plot")
    from treealg.symbolic.display.picture import Picture

    figure = Picture(figsize=(2.2 * columns + 1.2, 2.0 * rows + 0.6), layout="constrained")
    figure.drawn = f"{len(layouts)} trees and forests"
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for panel, layout in zip(panels, layouts, strict=False):
        _draw_panel(panel, layout, style)
    for panel, title in zip(panels[: len(layouts)], titles or (), strict=False):
        panel.set_title(title, fontsize=9)
    for panel in panels[len(layouts) :]:
        panel.set_axis_off()
    if style.shown:
        _draw_legend(figure, style)
    return figure


def _draw_legend(figure: Any, style: Style) -> None:
    from treealg.symbolic.display.picture import add_legend

    order: Sequence[Any] = style.found
    if all(isinstance(label, int) for label in order):
        order = sorted(order)
    texts = list(map(style.text, order))
    # More than fit below each other stand side by side, in a wider figure.
    columns = math.ceil(len(order) * _LEGEND_ROW / (figure.get_figheight() - 2 * _LEGEND_ROW))
    longest = max(map(len, texts))
    wider = (columns - 1) * (4 + longest) * _LEGEND_ROW / 2
    figure.set_figwidth(figure.get_figwidth() + wider)
    colours = [style.colour(label) for label in order]
    add_legend(
        figure, colours, texts, size=9, edge=1.0, loc="outside right center", frameon=False,
        ncols=columns,
    )  # fmt: skip


def _draw_panel(axes: Any, layout: Layout, style: Style) -> None:
    """Draw a forest in the middle of its axes, as large as it can be."""
    top = _top(layout)
    side = max(layout.width, top) / 2 + _MARGIN
    # A panel is about so large; where vertices are close to each other they are drawn smaller.
    radius = _RADIUS * _PANEL * _POINTS_PER_INCH / (2 * side)
    _draw(axes, layout, 0.0, style, vertex_size=min(150.0, math.pi * radius**2), written=False)
    axes.set_xlim(layout.width / 2 - side, layout.width / 2 + side)
    axes.set_ylim(top / 2 - side, top / 2 + side)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _draw(
    axes: Any,
    layout: Layout,
    left: float,
    style: Style,
    *,
    vertex_size: float,
    written: bool = True,
    bottom: float = 0.0,
    boxed: bool = False,
) -> None:
    """Draw a forest, in the colours that all pictures have."""
    spend((_LABELLED if style.shown and written else _DRAWN) * len(layout.across))
    across = [left + x for x in layout.across]
    rise = [bottom + height for height in layout.rise(1.0, _SLOPE)]
    for parent, child in layout.edges:
        xs = across[parent], across[child]
        ys = rise[parent], rise[child]
        axes.plot(xs, ys, color=INK, linewidth=1.2, zorder=1)
    if boxed:
        for x, y, label in zip(across, rise, layout.label, strict=True):
            box = {"boxstyle": "round", "facecolor": style.colour(label), "edgecolor": INK}
            axes.text(
                x, y, style.text(label), ha="center", va="center", fontsize=_LABEL_SIZE,
                color=style.text_colour(label), zorder=3, bbox=box, parse_math=False,
            )  # fmt: skip
        return
    axes.scatter(
        across,
        rise,
        c=[style.colour(label) if style.shown else INK for label in layout.label],
        s=vertex_size if style.shown else vertex_size / 2,
        edgecolors=INK,
        linewidths=1.0,
        zorder=2,
    )
    if not style.shown or not written:
        return
    for x, y, label in zip(across, rise, layout.label, strict=True):
        axes.text(
            x, y, style.text(label), ha="center", va="center", fontsize=_LABEL_SIZE,
            color=style.text_colour(label), zorder=3, parse_math=False,
        )  # fmt: skip
