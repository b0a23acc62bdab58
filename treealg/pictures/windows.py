"""A path with its windows, and below it the features of each window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.arguments.times import read_times
from treealg.pictures.elements import Elements, Floats, read_numbers, read_values
from treealg.pictures.glyphs import UNIT, extent, glyph, name_channels, place
from treealg.pictures.sheet import BAR, POINTS, bare, listed_axes, new_figure, room
from treealg.symbolic.display.style import make_style

__all__ = ["plot_windows"]

_WIDTH = 6.5
# Inches of the panel of the path, and of each feature.
_PATH = 1.7
_FEATURE = 0.75
# Points of a lane of windows, how many lanes there are at most, and windows that are drawn as such.
_LANE = 5.0
_LANES = 6
_MANY = 400


def plot_windows(
    path: Any,
    windows: Any,
    values: Any,
    names: Iterable[str] | None = None,
    *,
    channels: Sequence[str] | None = None,
    times: Any = None,
    most: int = 4,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw a path, and below it the features of its windows.

    Parameters
    ----------
    path : array-like, shape (length, channels)
        The points of the path.
    windows : array-like of int, shape (windows, 2)
        The first point of each window, and the one after its last, as `treealg.sliding_windows`
        makes them.
    values : array-like, shape (windows, coefficients)
        Features of the windows, as ``treealg.branched_sig(path, degree, windows=windows)`` gives
        them; a table of pandas brings the names along.
    names : iterable of str, optional
        The names of the coefficients, as for `plot_coefficients`.
    channels : sequence of str, optional
        The names of the channels of `path`, in order; by default they are those in `names`, or the
        numbers of the channels if there are not as many.
    times : array-like, shape (length,), optional
        The times of the points; by default their numbers.
    most : int, default 4
        How many features are shown, at least 1, in the order of `names`: those that vary most from
        window to window, compared with others of as many nodes.
    axes : sequence of matplotlib.axes.Axes, optional
        Where to draw: the path, and then each feature; by default below each other in a new figure.

    Returns
    -------
    list of matplotlib.axes.Axes
        That of the path, and then one for each feature; ``axes[0].figure`` shows itself in a
        notebook.

    Raises
    ------
    InvalidTypeError
        If `path` or `values` are no numbers, `windows` no integers, `names` no names, `most` no
        integer, or `axes` no axes.
    InvalidValueError
        If `path` has not two axes, `windows` do not lie in it, `values` have not a row for each
        window and a name for each column, `times` do not fit, `most` is below 1, or there are not
        as many `axes` as panels.

    See Also
    --------
    treealg.sliding_windows : Windows of one size.

    Notes
    -----
    A feature is a line over the time of its window, with a dot at its end, which is when it is
    known. Where more than six windows overlap at some time there are only the dots, joined by a
    line, and one window of several is drawn above the path; of more than 400 none is.

    Examples
    --------
    >>> import numpy as np
    >>> import treealg
    >>> from treealg.pictures import plot_windows
    >>> path = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0)
    >>> windows = treealg.sliding_windows(60, 20, step=10)
    >>> values = treealg.branched_log_sig(path, 2, windows=windows)
    >>> names = treealg.branched_log_sig_names(2, 2, channels=["x", "y"])
    >>> len(plot_windows(path, windows, values, names))
    5
    """
    points = read_numbers(path, "path")
    if points.ndim != 2 or not points.size:
        raise InvalidValueError(f"path must have shape (length, channels), got {points.shape}")
    spans = _checked_windows(windows, len(points))
    found, elements = read_values(values, names, channels, 2)
    if len(found) != len(spans):
        raise InvalidValueError(
            f"values must have a row for each of the {len(spans)} windows, got shape {found.shape}"
        )
    clock = _clock(times, len(points))
    kept = np.sort(_most_varied(found, elements.orders, most))
    found, elements = found[:, kept], elements[kept]
    panels = _panels(axes, len(kept))
    order = np.lexsort((spans[:, 1], spans[:, 0]))
    is_clear = len(spans) <= _MANY and max(_lanes(spans[order])) < _LANES
    _draw_path(panels[0], points, clock, spans, elements)
    for panel, column, forest in zip(panels[1:], found.T, elements.forests, strict=True):
        _draw_feature(panel, clock, spans, column, is_clear)
        area = glyph(forest, elements.style, min(UNIT, room(panel)[1] / extent(forest)[1]))
        place(panel, area, (0.0, 0.5), "axes fraction", (-44.0, 0.0), (0.5, 0.5))
    for panel in panels[1:]:
        panel.sharex(panels[0])
    for panel in panels[:-1]:
        panel.tick_params(labelbottom=False)
    panels[-1].set_xlabel("point" if times is None else "time", fontsize=9)
    return panels


def _checked_windows(windows: Any, length: int) -> Any:
    spans = integer_array(windows, "windows")
    if spans.ndim != 2 or spans.shape[1] != 2 or not len(spans):
        raise InvalidValueError(
            f"windows must have shape (windows, 2), one at least, got shape {spans.shape}"
        )
    if spans.min() < 0 or spans.max() > length or (spans[:, 0] >= spans[:, 1]).any():
        raise InvalidValueError(
            f"windows must have a point each, and lie in the {length} points of the path"
        )
    return spans


def _clock(times: Any, length: int) -> Floats:
    if times is None:
        return np.arange(float(length))
    read: Floats = read_times(times, "times", (), length)[0]
    values = np.asarray(times)
    # Dates count from the first one, numbers as they are.
    return read + float(values[0]) if values.dtype.kind in "fiu" else read


def _most_varied(values: Floats, orders: Any, most: Any) -> Any:
    """Return the places of what varies most, compared with all of as many nodes."""
    count = check_integer("most", most, 1)
    varied = np.nan_to_num(np.std(values, axis=0))
    largest = {order: varied[orders == order].max() or 1.0 for order in set(orders.tolist())}
    varied = varied / np.array([largest[order] for order in orders.tolist()])
    return np.argsort(-varied, kind="stable")[:count]


def _panels(axes: Any, count: int) -> list[Axes]:
    if axes is None:
        heights = [_PATH] + [_FEATURE] * count
        figure = new_figure("a path with its windows", _WIDTH, sum(heights) + 0.6)
        grid = figure.subplots(count + 1, 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        return list(grid[:, 0])
    panels = listed_axes(axes)
    if len(panels) != count + 1:
        raise InvalidValueError(
            f"axes must be {count + 1}, for the path and {count} features, got {len(panels)}"
        )
    return panels


def _draw_path(axes: Axes, points: Floats, clock: Floats, spans: Any, elements: Elements) -> None:
    known = elements.channels
    is_named = len(known) >= points.shape[1]
    names = known[: points.shape[1]] if is_named else tuple(map(str, range(points.shape[1])))
    style = make_style(range(len(names)), names, True)
    for number, column in enumerate(points.T):
        axes.plot(clock, column, color=style.colour(number), linewidth=1.2, label=names[number])
    above = _draw_spans(axes, clock, spans) if len(spans) <= _MANY else 0.0
    axes.set_title(" ", fontsize=1, pad=above)  # which keeps room for them
    bare(axes, "left", "bottom")
    axes.set_xlim(clock[0], clock[-1] if len(clock) > 1 else clock[0] + 1)
    name_channels(
        axes, Elements((), (), known if is_named else names), loc="lower right",
        bbox_to_anchor=(1.0, 1.0), borderaxespad=(above + 4.0) / 8.0,
        ncols=max(len(known), len(names)), columnspacing=1.0,
    )  # fmt: skip


def _draw_spans(axes: Axes, clock: Floats, spans: Any) -> float:
    """Draw windows above a path, in lanes; return how many points these take."""
    order = np.lexsort((spans[:, 1], spans[:, 0]))
    lanes = _lanes(spans[order])
    every = -(-(max(lanes) + 1) // _LANES)
    if every > 1:
        order = order[::every]
        lanes = _lanes(spans[order])
    figure: Any = axes.figure
    for window, lane in zip(order, lanes, strict=True):
        up = (4.0 + _LANE * lane) / POINTS
        moved = axes.get_xaxis_transform() + ScaledTranslation(0.0, up, figure.dpi_scale_trans)
        ends = clock[spans[window, 0]], clock[spans[window, 1] - 1]
        axes.plot(
            ends, (1.0, 1.0), color=BAR, linewidth=0.9, marker="|", markersize=_LANE - 0.8,
            markeredgewidth=0.9, transform=moved, clip_on=False, scalex=False, scaley=False,
        )  # fmt: skip
    height = 4.0 + _LANE * (max(lanes) + 1)
    if every > 1:
        axes.text(
            0.0, 1.0, f"one window of {every}", transform=axes.transAxes
            + ScaledTranslation(0.0, (height + 2.0) / POINTS, figure.dpi_scale_trans),
            fontsize=8, color=BAR,
        )  # fmt: skip
    return height


def _lanes(spans: Any) -> list[int]:
    """Return for windows, sorted by their beginnings, lanes in which none overlaps another."""
    ends: list[int] = []
    lanes = []
    for start, stop in spans.tolist():
        lane = next((n for n, end in enumerate(ends) if end <= start + 1), len(ends))
        ends[lane : lane + 1] = [stop]
        lanes.append(lane)
    return lanes


def _draw_feature(axes: Axes, clock: Floats, spans: Any, values: Floats, is_clear: bool) -> None:
    starts, ends = clock[spans[:, 0]], clock[spans[:, 1] - 1]
    if is_clear:
        axes.hlines(values, starts, ends, color=BAR, linewidth=0.9)
    else:
        axes.plot(ends, values, color=BAR, linewidth=0.6)
    axes.plot(ends, values, ".", color=BAR, markersize=4)
    axes.axhline(0.0, color=BAR, linewidth=0.5, linestyle=(0, (1, 3)))
    bare(axes, "left", "bottom")
    axes.margins(y=0.15)
