"""Bars over the trees that numbers belong to: of one vector, and of a linear model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from treealg.checks import check_choice, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.pictures.elements import Elements, Floats, read_elements, read_numbers, read_values
from treealg.pictures.glyphs import UNIT, extent, glyph, name_channels, place
from treealg.pictures.sheet import BAR, POINTS, axes_or_new, bare, room

__all__ = ["plot_coefficients", "plot_importance"]

# Points between the axis and glyphs, and the share of a step that a bar takes.
_GAP = 5.0
_BAR = 0.62


def plot_coefficients(
    values: Any,
    names: Iterable[str] | None = None,
    *,
    channels: Sequence[str] | None = None,
    most: int = 24,
    order: str = "basis",
    axes: Axes | None = None,
) -> Axes:
    """Draw coefficients as bars over their trees.

    Parameters
    ----------
    values : array-like, shape (coefficients,)
        Coefficients of a signature or log-signature, or anything else with a number per tree or
        word; a row of pandas brings its names along.
    names : iterable of str, optional
        Their names, as `treealg.branched_sig_names`, `treealg.sig_names` and their like make them,
        or `get_feature_names_out` of a transformer. Needed unless `values` has names.
    channels : sequence of str, optional
        The channels in the order of their colours; by default as they come in `names`.
    most : int, default 24
        How many are shown, at least 1: those of the largest values.
    order : {"basis", "size"}, default "basis"
        Whether bars stand in the order of `names`, with a line where the number of nodes changes,
        or by size.
    axes : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure of a size that fits.

    Returns
    -------
    matplotlib.axes.Axes
        The axes; ``axes.figure`` shows itself in a notebook, and its method `savefig` saves it.

    Raises
    ------
    InvalidTypeError
        If `values` are no numbers, `names` no names, `most` no integer, or `axes` no axes.
    InvalidValueError
        If there are not as many names as values, or none; if a name is not that of a tree or
        forest, or has a channel that is not in `channels`; if `most` is below 1, or `order` is
        neither of the two.

    See Also
    --------
    plot_basis : All coefficients of a basis, as colours.

    Notes
    -----
    A vertex has the colour of its channel, and the root is at the bottom. A word is drawn as the
    vertices of its letters. Trees are as large as the bars leave room for.

    Examples
    --------
    >>> import treealg
    >>> from treealg.pictures import plot_coefficients
    >>> values = treealg.branched_sig([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]], 3)
    >>> axes = plot_coefficients(values, treealg.branched_sig_names(2, 3, channels=["x", "y"]))
    >>> len(axes.patches)
    20
    """
    found, elements = read_values(values, names, channels, 1)
    check_choice("order", order, ("basis", "size"))
    kept, count = _largest(found, most), len(found)
    if order == "basis":
        kept = np.sort(kept)
    found, elements = found[kept], elements[kept]
    sizes = [extent(forest) for forest in elements.forests]
    wide, high = max(width for width, _ in sizes), max(height for _, height in sizes)
    step = max(12.0, UNIT * (wide + 0.25))
    axes = axes_or_new(
        axes, f"{len(found)} coefficients", max(3.0, (len(found) + 0.8) * step / POINTS + 0.7),
        2.1 + UNIT * high / POINTS,
    )  # fmt: skip
    unit = min(UNIT, room(axes)[0] / (len(found) + 0.2) / (wide + 0.25))
    places = np.arange(len(found))
    axes.bar(places, found, width=_BAR, color=BAR, linewidth=0)
    axes.axhline(0.0, color=BAR, linewidth=0.6)
    bare(axes, "left")
    axes.set_xlim(-0.6, len(found) - 0.4)
    axes.set_xticks([])
    axes.margins(y=0.08)
    for x, forest in enumerate(elements.forests):
        area = glyph(forest, elements.style, unit)
        bottom = -_GAP - unit * high
        place(axes, area, (x, 0.0), axes.get_xaxis_transform(), (0.0, bottom), (0.5, 0.0))
    if order == "basis":
        for x in np.flatnonzero(np.diff(elements.orders)):
            axes.axvline(x + 0.5, color=BAR, linewidth=0.5, linestyle=(0, (1, 3)))
    _say_how_many(axes, len(found), count)
    axes.set_ylabel("coefficient", fontsize=9)
    name_channels(axes, elements, loc="lower right", bbox_to_anchor=(1.0, 1.02),
               ncols=len(elements.channels), columnspacing=1.0)  # fmt: skip
    return axes


def plot_importance(
    model: Any,
    names: Iterable[str] | None = None,
    *,
    features: Any = None,
    channels: Sequence[str] | None = None,
    most: int = 12,
    axes: Axes | None = None,
) -> Axes:
    """Draw which trees matter most to a linear model that was fitted.

    Parameters
    ----------
    model : estimator
        A fitted linear model with `coef_`, as scikit-learn has them, or a pipeline that ends in
        one.
    names : iterable of str, optional
        The names of what the model was fitted on. By default those that its pipeline gives, or
        those of the table that it was fitted on.
    features : array-like, shape (samples, coefficients), optional
        What the model was fitted on. Its coefficients are then multiplied by the deviations of
        these, as is right where they were not standardised before.
    channels : sequence of str, optional
        The channels in the order of their colours; by default as they come in `names`.
    most : int, default 12
        How many trees are shown, at least 1: the most important ones, largest first.
    axes : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure of a size that fits.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, as for `plot_coefficients`.

    Raises
    ------
    InvalidTypeError
        If `model` has no `coef_`, there are no names, `most` is no integer, or `axes` no axes.
    InvalidValueError
        If there are not as many names as coefficients of the model, a name is not that of a tree or
        forest or has a channel that is not in `channels`, `features` do not fit, or `most` is below
        1.

    See Also
    --------
    treealg.sklearn.BranchedSignatureTransformer : A step of a pipeline that gives such names.

    Notes
    -----
    A model of one output has signs, which bars show; of several outputs, such as classes, the
    importance is the mean of the absolute coefficients.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from treealg.pictures import plot_importance
    >>> from treealg.sklearn import BranchedSignatureTransformer
    >>> paths = np.random.default_rng(0).normal(size=(20, 8, 2)).cumsum(axis=1)
    >>> area = paths[:, :, 0].sum(axis=1)
    >>> model = make_pipeline(BranchedSignatureTransformer(2, scale_features=True), Ridge())
    >>> axes = plot_importance(model.fit(paths, area), most=5)
    >>> len(axes.patches)
    5
    """
    values, is_signed = _coefficients(model)
    elements = _elements(model, names, channels)
    if len(elements) != len(values):
        raise InvalidValueError(
            f"names must be {len(values)}, one for each coefficient of the model, got "
            f"{len(elements)}"
        )
    if features is not None:
        values = values * _deviations(features, len(values))
    kept = _largest(values, most)
    count, values, elements = len(values), values[kept], elements[kept]
    sizes = [extent(forest) for forest in elements.forests]
    wide, high = max(width for width, _ in sizes), max(height for _, height in sizes)
    step = max(14.0, UNIT * high + 4.0)
    axes = axes_or_new(
        axes, f"the importance of {len(values)} trees", 3.6 + UNIT * wide / POINTS,
        (len(values) + 0.4) * step / POINTS + 0.75,
    )  # fmt: skip
    unit = min(UNIT, (room(axes)[1] / len(values) - 3.0) / high)
    places = np.arange(len(values))
    axes.barh(places, values, height=_BAR, color=BAR, linewidth=0)
    axes.axvline(0.0, color=BAR, linewidth=0.6)
    bare(axes, "bottom")
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.set_yticks([])
    for y, forest in enumerate(elements.forests):
        area, left = glyph(forest, elements.style, unit), -_GAP - unit * wide / 2
        place(axes, area, (0.0, y), axes.get_yaxis_transform(), (left, 0.0), (0.5, 0.5))
    _say_how_many(axes, len(values), count)
    what = "coefficient" if is_signed else "mean absolute coefficient"
    axes.set_xlabel(f"{what} × deviation" if features is not None else what, fontsize=9)
    name_channels(axes, elements, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return axes


def _largest(values: Floats, most: Any) -> Any:
    """Return the places of the largest values, the largest first."""
    order = np.argsort(-np.nan_to_num(np.abs(values), nan=np.inf), kind="stable")
    return order[: check_integer("most", most, 1)]


def _say_how_many(axes: Axes, shown: int, count: int) -> None:
    if shown < count:
        axes.set_title(f"the {shown} largest of {count}", fontsize=8, loc="left", color=BAR)


def _last_step(model: Any) -> Any:
    steps = getattr(model, "steps", None)
    return model if steps is None else steps[-1][1]


def _coefficients(model: Any) -> tuple[Floats, bool]:
    """Return the importance of each feature, and whether it has a sign."""
    found = getattr(_last_step(model), "coef_", None)
    if found is None:
        raise InvalidTypeError(
            f"model must be a fitted linear model, with coef_, or a pipeline that ends in one, got "
            f"{type(model).__name__}"
        )
    values = np.atleast_2d(np.asarray(found, np.float64))
    is_signed = len(values) == 1
    return (values[0] if is_signed else np.abs(values).mean(axis=0)), is_signed


def _elements(model: Any, names: Any, channels: Any) -> Elements:
    if names is None and getattr(model, "steps", None) is not None:
        names = model[:-1].get_feature_names_out()
    if names is None:
        names = getattr(_last_step(model), "feature_names_in_", None)
    if names is None:
        raise InvalidTypeError(
            "names must be given, as branched_sig_names makes them, unless model is a pipeline or "
            "was fitted on a table with names"
        )
    return read_elements(names, channels)


def _deviations(features: Any, count: int) -> Floats:
    found = read_numbers(features, "features")
    if found.ndim != 2 or found.shape[1] != count:
        raise InvalidValueError(
            f"features must have shape (samples, {count}), got shape {found.shape}"
        )
    deviations: Floats = found.std(axis=0)
    return deviations
