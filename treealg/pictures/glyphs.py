"""Small trees at places of a picture, whose size is in points: they scale with the text."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, DrawingArea
from matplotlib.patches import Circle
from matplotlib.text import Text

from treealg.pictures.elements import Elements
from treealg.symbolic import OrderedForest
from treealg.symbolic.display.layout import layout_forest, slope_clear_of
from treealg.symbolic.display.picture import add_legend
from treealg.symbolic.display.style import INK, Style
from treealg.symbolic.trees.text import EMPTY

__all__ = ["UNIT", "extent", "glyph", "name_channels", "place"]

UNIT = 8.5
"""Points from a vertex to its neighbour, if there is room."""

# Of a vertex, and of the space around a glyph, in units.
_RADIUS = 0.33
_MARGIN = 0.4
_SLOPE = slope_clear_of(_RADIUS + 0.05, 1.0)


def extent(forest: OrderedForest) -> tuple[float, float]:
    """Return width and height of a glyph, in units."""
    layout = layout_forest(forest)
    rise = max(layout.rise(1.0, _SLOPE), default=0.0)
    return layout.width + 2 * _MARGIN, rise + 2 * _MARGIN


def glyph(
    forest: OrderedForest, style: Style, unit: float = UNIT, *, numbered: bool = False
) -> DrawingArea:
    """Draw a forest with its roots at the bottom.

    Parameters
    ----------
    forest : OrderedForest
        What is drawn.
    style : Style
        The colours of labels.
    unit : float
        Points from a vertex to its neighbour.
    numbered : bool
        Whether the vertices are numbered from 1, a root before its branches, and have no colour.
    """
    width, height = (unit * side for side in extent(forest))
    area = DrawingArea(width, height, clip=False)
    if not len(forest):
        area.add_artist(
            Text(width / 2, height / 2, EMPTY, ha="center", va="center", fontsize=1.3 * unit)
        )
        return area
    layout = layout_forest(forest)
    xs = [unit * (x + _MARGIN) for x in layout.across]
    ys = [unit * (y + _MARGIN) for y in layout.rise(1.0, _SLOPE)]
    for parent, child in layout.edges:
        ends = [xs[parent], xs[child]], [ys[parent], ys[child]]
        area.add_artist(Line2D(*ends, color=INK, linewidth=0.11 * unit, zorder=1))
    radius = _RADIUS * unit * (1.25 if numbered else 1.0)
    for number, (x, y, label) in enumerate(zip(xs, ys, layout.label, strict=True), 1):
        colour = "white" if numbered else style.colour(label) if style.shown else INK
        area.add_artist(
            Circle((x, y), radius, facecolor=colour, edgecolor=INK, linewidth=0.07 * unit, zorder=2)
        )
        if numbered:
            area.add_artist(
                Text(x, y, str(number), ha="center", va="center_baseline", fontsize=0.55 * unit,
                     color="black", zorder=3)
            )  # fmt: skip
    return area


def place(
    axes: Axes,
    area: DrawingArea,
    at: tuple[float, float],
    coordinates: Any,
    offset: tuple[float, float],
    alignment: tuple[float, float],
) -> None:
    """Put a glyph at a place of axes, moved by some points."""
    axes.add_artist(
        AnnotationBbox(
            area, at, xybox=offset, xycoords=coordinates, boxcoords="offset points",
            box_alignment=alignment, frameon=False, pad=0.0, annotation_clip=False,
        )
    )  # fmt: skip


def name_channels(axes: Axes, elements: Elements, **where: Any) -> None:
    """Say which channel has which colour, if there are several."""
    style = elements.style
    if not style.shown:
        return
    texts = list(elements.channels)
    colours = [style.colour(number) for number in range(len(texts))]
    options = {"frameon": False, "fontsize": 8, "handletextpad": 0.1, "borderaxespad": 0.0}
    add_legend(axes, colours, texts, size=6, edge=0.6, **{**options, **where})
