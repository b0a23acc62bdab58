"""Axes to draw in: those that are given, or new ones in a figure that shows itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from treealg.errors import InvalidTypeError
from treealg.sequences import check_sequence
from treealg.symbolic.display.picture import Picture

__all__ = ["BAR", "DIVERGING", "POINTS", "axes_or_new", "bare", "listed_axes", "new_figure", "room"]

BAR = "#4D4D4D"
"""Bars and lines: a grey, as colours are those of channels."""

DIVERGING = ("#0072B2", "#FFFFFF", "#D55E00")
"""Colours of numbers below, at and above 0: blue and vermilion of the palette of labels."""

POINTS = 72.0
"""Points of an inch."""


def new_figure(drawn: str, width: float, height: float) -> Picture:
    """Return a figure of a size in inches, which pyplot does not know of."""
    figure = Picture(figsize=(width, height), layout="constrained")
    figure.drawn = drawn
    return figure


def axes_or_new(axes: Any, drawn: str, width: float, height: float) -> Axes:
    """Return axes that were given, or those of a new figure."""
    if axes is None:
        return new_figure(drawn, width, height).subplots()
    if not isinstance(axes, Axes):
        raise InvalidTypeError(f"axes must be Axes of Matplotlib, got {type(axes).__name__}")
    return axes


def listed_axes(axes: Any) -> list[Axes]:
    """Return several axes that were given, in a list, in an array, or one alone."""
    if isinstance(axes, Axes):
        return [axes]
    is_array = isinstance(axes, np.ndarray) and axes.dtype.kind == "O"
    given = axes.ravel() if is_array else axes
    panels = check_sequence("axes", given, "a sequence of Axes of Matplotlib")
    wrong = [type(panel).__name__ for panel in panels if not isinstance(panel, Axes)]
    if wrong:
        raise InvalidTypeError(f"axes must be a sequence of Axes of Matplotlib, got {wrong[0]}")
    return panels


def room(axes: Axes) -> tuple[float, float]:
    """Return width and height of axes in points, before a layout moves them."""
    box, figure = axes.get_window_extent(), axes.figure
    return box.width * POINTS / figure.dpi, box.height * POINTS / figure.dpi


def bare(axes: Axes, *sides: str) -> None:
    """Keep these sides of the frame only, with small thin ticks."""
    for name, spine in axes.spines.items():
        spine.set_visible(name in sides)
        spine.set_linewidth(0.6)
    axes.tick_params(width=0.6, length=2.5, labelsize=8)
