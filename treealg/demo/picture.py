"""The picture of the demo: scores, and the trees that tell classes apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from treealg.demo.experiment import Experiment, feature_name, leading_trees
from treealg.optional import require
from treealg.symbolic import Tree
from treealg.symbolic.display import COLOURS, plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_experiments"]

_SHOWN = 6
_GREY = "#666666"
_CLASSES = (COLOURS[4], COLOURS[5], COLOURS[2], COLOURS[0])
_INSIDE, _TEST, _CHOSEN = "white", COLOURS[4], COLOURS[5]


def draw_experiments(experiments: Sequence[Experiment]) -> Figure:
    """Draw one row per data set: recordings, scores, and the trees of most weight.

    Parameters
    ----------
    experiments : sequence of Experiment
        What was measured, at least one.

    Returns
    -------
    matplotlib.figure.Figure
        A figure that pyplot does not know of; save it with its method `savefig`.

    Raises
    ------
    MissingDependencyError
        If Matplotlib is not installed.
    InvalidTypeError, InvalidValueError
        If there are more labels than the recordings have symbols for.
    """
    figure: Figure = require("matplotlib.figure", extra="demo").Figure(
        figsize=(13.0, 4.0 * len(experiments)), facecolor="white"
    )
    rows = figure.subfigures(len(experiments), 1, squeeze=False)[:, 0]
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    for part, experiment in zip(rows, experiments, strict=True):
        left, middle, right = part.subplots(1, 3, width_ratios=[0.95, 1.05, 1.2])
        part.subplots_adjust(left=0.045, right=0.955, bottom=0.13, top=0.9, wspace=0.68)
        _draw_recordings(left, experiment)
        _draw_scores(middle, experiment)
        _draw_weights(right, experiment)
        for axes in (left, middle, right):
            axes.text(-0.02, 1.04, f"({next(letters)})", transform=axes.transAxes, fontsize=10,
                      fontweight="bold", ha="right")  # fmt: skip
    return figure


def _tidy(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def _draw_recordings(axes: Any, experiment: Experiment) -> None:
    """Draw the first training recordings of some classes, in the channels of the leading tree."""
    recordings = experiment.recordings
    (_, tree, _), *_ = leading_trees(experiment, 1)
    channels = [label for label in _labels(tree) if label < len(recordings.channels)]
    channels = list(dict.fromkeys([*channels, 0, 1]))[:2]
    known = recordings.labels[: recordings.n_train]
    # Several of short recordings, one of long ones.
    count = max(1, 60 // len(recordings.paths[0]))
    for colour, name in zip(_CLASSES, experiment.classifier.classes, strict=False):
        for place in np.flatnonzero(known == name)[:count]:
            x, y = recordings.paths[place][:, channels].T
            axes.plot(x, y, color=colour, linewidth=0.8, alpha=0.85)
            axes.plot(x[0], y[0], "o", color=colour, markersize=3.5)
        axes.plot([], [], "o-", color=colour, markersize=3.5, linewidth=0.8, label=str(name))
    axes.set_xlabel(recordings.channels[channels[0]], fontsize=9)
    axes.set_ylabel(recordings.channels[channels[1]], fontsize=9)
    axes.set_title(f"{recordings.name}, {recordings.about}", fontsize=9.5, loc="left")
    axes.legend(fontsize=7, frameon=False, loc="best", handlelength=1.6)
    _tidy(axes)


def _labels(tree: Any) -> list[int]:
    """Return the labels of a small tree in tuple form, the root's last."""
    return [label for child in tree[:-1] for label in _labels(child)] + [tree[-1]]


def _draw_scores(axes: Any, experiment: Experiment) -> None:
    """Draw accuracies by cross-validation and on the test part, with standard errors."""
    rows = [*experiment.simple[1:], *experiment.best, experiment.shuffled]
    for place, row in enumerate(reversed(rows)):
        colour = _CHOSEN if row is experiment.chosen else _TEST
        axes.errorbar(row.test, place, xerr=row.error, color=colour, fmt="o", markersize=5.5,
                      linewidth=1.0, capsize=2)  # fmt: skip
        axes.plot(row.inside, place, "o", markersize=5.5, markeredgecolor=colour,
                  markerfacecolor=_INSIDE, zorder=3)  # fmt: skip
    axes.set_yticks(range(len(rows)), [_broken(row.name) for row in reversed(rows)], fontsize=7.5)
    for text, row in zip(axes.get_yticklabels(), reversed(rows), strict=True):
        if row is experiment.chosen:
            text.set(color=_CHOSEN, fontweight="bold")
    axes.set_title(f"accuracy; in bold what is chosen of {len(experiment.choice.items)}",
                   fontsize=9.5, loc="left")  # fmt: skip
    axes.plot([], [], "o", markeredgecolor=_GREY, markerfacecolor=_INSIDE, label="cross-validation")
    axes.plot([], [], "o", color=_GREY, label="test ± standard error")
    axes.legend(fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.06),
                ncols=2, handlelength=1.0)  # fmt: skip
    axes.grid(axis="x", color="#e0e0e0", linewidth=0.6)
    axes.set_axisbelow(True)
    _tidy(axes)


def _broken(name: str) -> str:
    """Break a long name of features after the degree, or else at its comma."""
    first, _, rest = name.partition(", ")
    degree, _, options = rest.partition(", ")
    if options:
        return f"{first}, {degree}\n{options}"
    return name.replace(", ", "\n") if len(name) > 30 else name


def _draw_weights(axes: Any, experiment: Experiment) -> None:
    """Draw the weights of the leading trees for each class, each row under its tree."""
    found = leading_trees(experiment, _SHOWN)
    classes = experiment.classifier.classes
    weights = experiment.classifier.weight[:, [index for index, _, _ in found]].T
    bound = np.abs(weights).max()
    image = axes.imshow(weights, cmap="RdBu_r", vmin=-bound, vmax=bound, aspect="auto")
    symbols = (*experiment.recordings.symbols, "t")
    for place, (_, tree, window) in enumerate(found):
        name = feature_name(experiment, tree, window)
        axes.annotate(name, (0.0, place), (-42.0, 0.0), fontsize=7.5, ha="right", va="center",
                      xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
        height = 1.0 / len(found)
        inset = axes.inset_axes((-0.2, 1.0 - (place + 1) * height, 0.18, height))
        plot(Tree.from_tuple(tree), axes=inset, names=symbols)
    axes.set_yticks([])
    axes.set_xticks(range(len(classes)), classes, fontsize=8)
    axes.set_title(f"weights of the leading {len(found)} of {experiment.chosen.number} trees",
                   fontsize=9.5, loc="left")  # fmt: skip
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.05, pad=0.03)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_visible(False)
    axes.spines[:].set_visible(False)
