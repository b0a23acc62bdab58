"""Pictures of basis elements in tuple form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from treealg.optional import require
from treealg.symbolic import OrderedForest
from treealg.symbolic.display import COLOURS, plot_grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "draw_forests"]


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
        labels, drawn with their children in the given order.
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
        If a tree or one of its children is not a tuple.
    InvalidValueError
        If there is no forest to draw, if there are not as many titles as forests, if a label has
        no name, or if a tree is empty.
    """
    # The demo's own extra has Matplotlib, so that this is what a message should name.
    require("matplotlib.figure", extra="demo")
    return plot_grid([OrderedForest(forest) for forest in forests], titles, names=names)
