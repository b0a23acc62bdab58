"""Pictures of coefficients: what stands where, and that nothing lies over anything else."""

import itertools

import numpy as np
import pandas as pd
import pytest
import xarray
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import Circle
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.pictures import plot_basis, plot_coefficients, plot_importance, plot_windows
from treealg.pictures.elements import read_elements
from treealg.symbolic import OrderedForest
from treealg.symbolic.display import COLOURS, layout_forest

NAMES = ["x", "y"]


def some_path(length=60, channels=2):
    return np.random.default_rng(0).normal(size=(length, channels)).cumsum(axis=0) / 5


def signature(degree=3, **options):
    path = some_path()
    names = treealg.branched_sig_names(2, degree, channels=NAMES, **options)
    return treealg.branched_sig(path, degree, **options), names


def glyphs(axes):
    """Return the colours of the vertices of each glyph."""
    boxes = [artist for artist in axes.get_children() if isinstance(artist, AnnotationBbox)]
    return [
        [to_hex(part.get_facecolor()).upper() for part in box.offsetbox.get_children()
         if isinstance(part, Circle)]
        for box in boxes
    ]  # fmt: skip


def labels_of(name, channels):
    return layout_forest(read_elements([name], channels).forests[0]).label


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def test_bars_have_the_values_and_stand_over_their_trees():
    values, names = signature()
    axes = plot_coefficients(values, names)
    assert heights(axes) == values.tolist()
    expected = [[COLOURS[label] for label in labels_of(name, NAMES)] for name in names]
    assert glyphs(axes) == expected
    assert [text.get_text() for text in axes.get_legend().texts] == NAMES


def test_a_row_of_a_table_brings_its_names_along():
    values, names = signature()
    axes = plot_coefficients(pd.Series(values, names))
    assert glyphs(axes) == glyphs(plot_coefficients(values, names))


def test_the_largest_stand_in_the_order_of_the_basis_or_of_their_size():
    values, names = signature()
    order = np.argsort(-np.abs(values))[:7]
    axes = plot_coefficients(values, names, most=7, order="size")
    assert heights(axes) == values[order].tolist()
    axes = plot_coefficients(values, names, most=7)
    assert heights(axes) == values[np.sort(order)].tolist()
    assert axes.get_title(loc="left") == "the 7 largest of 20"


@pytest.mark.parametrize(
    ("values", "names", "count"),
    [
        (
            treealg.sig(some_path(), 2, scalar_term=True),
            treealg.sig_names(2, 2, scalar_term=True),
            2,
        ),
        (treealg.branched_sig(some_path()[:, :1], 4), treealg.branched_sig_names(1, 4), 1),
        (
            treealg.branched_log_sig(some_path(), 3, planar=True, method=1),
            treealg.branched_log_sig_names(2, 3, planar=True, method=1, channels=["bid, EUR", "b"]),
            2,
        ),
    ],
    ids=["words", "one channel", "forests"],
)
def test_words_and_forests_are_drawn_with_the_colours_of_their_channels(values, names, count):
    axes = plot_coefficients(values, names, most=100)
    labels = [layout_forest(forest).label for forest in read_elements(names, None).forests]
    shown = count > 1
    expected = [[COLOURS[label] if shown else "#737373" for label in own] for own in labels]
    assert glyphs(axes) == expected
    assert (axes.get_legend() is not None) == shown


def test_names_of_channels_are_texts():
    names = treealg.branched_sig_names(2, 2, channels=["$x$", "_y"])
    axes = plot_coefficients(np.arange(1.0, 7.0), names)
    texts = axes.get_legend().get_texts()
    assert [text.get_text() for text in texts] == ["$x$", "_y"]
    assert not any(text.get_parse_math() for text in texts)


def test_numbers_of_channels_have_their_own_colours_whatever_comes_first():
    elements = read_elements(["2[0]", "1"], None)
    assert elements.channels == ("0", "1", "2")
    assert [layout_forest(forest).label for forest in elements.forests] == [(2, 0), (1,)]
    elements = read_elements(["b[a]"], ["a", "b", "c"])
    assert layout_forest(elements.forests[0]).label == (1, 0)


# -- nothing lies over anything else ---------------------------------------------------------------


def boxes_of(axes):
    figure = axes.figure
    figure.draw_without_rendering()
    found = [artist.get_window_extent() for artist in axes.get_children()
             if isinstance(artist, AnnotationBbox)]  # fmt: skip
    legend = axes.get_legend()
    return found + ([] if legend is None else [legend.get_window_extent()])


def overlap(a, b):
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5


def check_clear(panels):
    for axes in panels:
        boxes = boxes_of(axes)
        page = axes.figure.bbox
        assert all(page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 for box in boxes)
        assert all(page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1 for box in boxes)
        for one, other in itertools.combinations([*boxes, axes.get_window_extent()], 2):
            assert not overlap(one, other)


def importance(values, names):
    return [plot_importance(fitted(values), names)]


def windows_of(values, names):
    windows = treealg.sliding_windows(60, 20, step=5)
    rows = values * np.random.default_rng(0).normal(size=(len(windows), 1))
    return plot_windows(some_path(), windows, rows, names)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("draw", "degree"),
    [
        *((lambda v, n: [plot_coefficients(v, n)], degree) for degree in (1, 3, 5)),
        *((importance, degree) for degree in (1, 3, 5)),
        *((plot_basis, degree) for degree in (1, 3, 4)),
        *((windows_of, degree) for degree in (1, 4)),
    ],
)
def test_nothing_overlaps_in_figures_that_are_made(draw, degree, planar):
    check_clear(draw(*signature(degree, planar=planar)))


def test_nothing_overlaps_in_axes_that_are_given():
    values, names = signature(4)
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert plot_coefficients(values, names, axes=left) is left
    assert plot_importance(fitted(values), names, axes=right) is right
    check_clear([left, right])


# -- the basis -------------------------------------------------------------------------------------


def vertices(tree):
    """Return the labels of a tuple form, a root before its branches."""
    return [tree[-1], *itertools.chain.from_iterable(vertices(child) for child in tree[:-1])]


def shape(tree):
    return (*map(shape, tree[:-1]), 0)


@pytest.mark.parametrize("planar", [False, True])
def test_each_cell_is_the_coefficient_of_its_shape_and_labels(planar):
    values, names = signature(3, planar=planar)
    panels = plot_basis(values, names)
    listed = treealg.trees(2, 3, planar=planar, scalar_term=False)
    seen = 0
    rows = {}
    for value, tree in zip(values, listed, strict=True):
        forest = tree if planar else (tree,)
        word = [label for own in forest for label in vertices(own)]
        known = rows.setdefault(len(word), {})
        row = known.setdefault(tuple(map(shape, forest)), len(known))
        column = int("".join(map(str, word)), 2)
        grid = panels[len(word) - 1].images[0].get_array()
        assert grid[row, column] == value
        seen += 1
    sizes = [panel.images[0].get_array().shape for panel in panels]
    assert sizes == [(len(rows[n]), 2**n) for n in (1, 2, 3)]
    grids = [np.asarray(panel.images[0].get_array()) for panel in panels]
    assert all(np.isfinite(grid).all() for grid in grids)
    assert (sum(grid.size for grid in grids) == seen) == planar  # 0[0,1] is 0[1,0] otherwise


def test_vertices_are_numbered_as_labels_are_given():
    for tree in treealg.trees(1, 5, planar=True, scalar_term=False):
        numbers = iter(range(9))

        def numbered(own, numbers=numbers):
            root = next(numbers)
            return (*map(numbered, own[:-1]), root)

        forest = OrderedForest.from_tuple(tuple(map(numbered, tree)))
        assert layout_forest(forest).label == tuple(range(forest.order))


def test_colours_above_a_column_are_those_of_its_labels():
    values, names = signature(3)
    panel = plot_basis(values, names)[2]
    strips = [each for each in panel.collections if isinstance(each, LineCollection)]
    colours = []
    for strip in strips:
        of_columns = [None] * 8
        for (start, stop), colour in zip(
            (segment[:, 0] for segment in strip.get_segments()), strip.get_colors(), strict=True
        ):
            for column in range(round(start + 0.5), round(stop + 0.5)):
                of_columns[column] = COLOURS.index(to_hex(colour).upper())
        colours.append(of_columns)
    assert list(zip(*colours, strict=True)) == list(itertools.product(range(2), repeat=3))


def test_what_is_not_in_the_basis_has_no_value():
    names = treealg.branched_sig_names(2, 3, channels=NAMES, weights=(1, 2))
    panels = plot_basis(np.arange(1.0, len(names) + 1), names)
    grids = [np.ma.filled(panel.images[0].get_array(), np.nan) for panel in panels]
    assert np.isfinite(grids[1]).sum() == 3
    assert np.isfinite(grids[2]).tolist() == [[True] + [False] * 7] * 2


# -- linear models ---------------------------------------------------------------------------------


def training():
    rng = np.random.default_rng(1)
    paths = rng.normal(size=(40, 10, 2)).cumsum(axis=1)
    area = (paths[:, 1:, 0] * np.diff(paths[:, :, 1])).sum(axis=1)
    return paths, area


def test_the_names_of_a_pipeline_are_those_of_its_trees():
    from treealg.sklearn import BranchedSignatureTransformer

    paths, area = training()
    transformer = BranchedSignatureTransformer(2, channels=NAMES, scale_features=True)
    model = make_pipeline(transformer, Ridge(0.1)).fit(paths, area)
    coefficients, names = model[-1].coef_, transformer.get_feature_names_out()
    order = np.argsort(-np.abs(coefficients))[:4]
    axes = plot_importance(model, most=4)
    assert [bar.get_width() for bar in axes.patches] == coefficients[order].tolist()
    channels = [*NAMES, "time"]
    expected = [[COLOURS[n] for n in labels_of(names[place], channels)] for place in order]
    assert glyphs(axes) == expected
    assert axes.get_xlabel() == "coefficient"
    scaled = make_pipeline(transformer, StandardScaler(), Ridge(0.1)).fit(paths, area)
    assert len(plot_importance(scaled).patches) == 12


def test_several_classes_have_one_importance():
    values = treealg.branched_sig(training()[0], 2)
    table = pd.DataFrame(values, columns=treealg.branched_sig_names(2, 2))
    model = LogisticRegression(max_iter=1000).fit(table, np.arange(40) % 3)
    axes = plot_importance(model, features=table)
    expected = np.abs(model.coef_).mean(axis=0) * values.std(axis=0)
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths, np.sort(expected)[::-1])
    assert axes.get_xlabel() == "mean absolute coefficient × deviation"


# -- windows ---------------------------------------------------------------------------------------


def test_features_stand_at_their_windows():
    path, windows = some_path(), treealg.sliding_windows(60, 20, step=10)
    values = treealg.branched_log_sig(path, 2, windows=windows)
    names = treealg.branched_log_sig_names(2, 2, channels=NAMES)
    times = 2.0 * np.arange(60) + 5
    panels = plot_windows(path, windows, values, names, times=times, most=6)
    for channel, line in zip(path.T, panels[0].lines, strict=False):
        np.testing.assert_array_equal(line.get_ydata(), channel)
        np.testing.assert_array_equal(line.get_xdata(), times)
    for column, panel in zip(values.T, panels[1:], strict=True):
        dots = panel.lines[0]
        np.testing.assert_array_equal(dots.get_ydata(), column)
        np.testing.assert_array_equal(dots.get_xdata(), times[windows[:, 1] - 1])
        (spans,) = panel.collections
        ends = [segment[:, 0].tolist() for segment in spans.get_segments()]
        assert ends == [[times[a], times[b - 1]] for a, b in windows]
    assert panels[-1].get_xlabel() == "time"


def test_windows_that_overlap_are_drawn_above_each_other():
    path, windows = some_path(), treealg.sliding_windows(60, 20, step=5)
    values = treealg.branched_sig(path, 1, windows=windows)
    axes = plot_windows(path, windows, values, treealg.branched_sig_names(2, 1))[0]
    axes.figure.draw_without_rendering()
    drawn = [line for line in axes.lines[2:]]
    assert sorted(tuple(line.get_xdata()) for line in drawn) == [(a, b - 1) for a, b in windows]
    for one, other in itertools.combinations(drawn, 2):
        (a, b), (c, d) = one.get_xdata(), other.get_xdata()
        heights = [line.get_transform().transform((0.0, 1.0))[1] for line in (one, other)]
        assert heights[0] != heights[1] or b <= c or d <= a


def test_features_that_vary_most_among_their_order_are_chosen():
    path, windows = some_path(), treealg.sliding_windows(60, 20, step=5)
    values = treealg.branched_sig(path, 3, windows=windows)
    names = treealg.branched_sig_names(2, 3, channels=NAMES)
    panels = plot_windows(path, windows, values, names, most=3)
    orders = np.array([len(labels_of(name, NAMES)) for name in names])
    deviations = values.std(axis=0)
    best = [max(np.flatnonzero(orders == n), key=deviations.__getitem__) for n in (1, 2, 3)]
    assert [panel.lines[0].get_ydata().tolist() for panel in panels[1:]] == values.T[best].tolist()


# -- notebooks and bad input -----------------------------------------------------------------------


def test_a_figure_shows_itself():
    values, names = signature(2)
    figures = [plot_coefficients(values, names).figure, plot_basis(values, names)[0].figure]
    assert all(figure._repr_png_().startswith(b"\x89PNG") for figure in figures)


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda v, n: plot_coefficients(v), InvalidTypeError, "names must be given"),
        (lambda v, n: plot_coefficients(v, n[1:]), InvalidValueError, "and 5 names"),
        (lambda v, n: plot_coefficients([v], n), InvalidValueError, r"shape \(coefficients,\)"),
        (lambda v, n: plot_coefficients([], []), InvalidValueError, "and 0 names"),
        (lambda v, n: plot_coefficients(v, "x"), InvalidTypeError, "got the text 'x'"),
        (lambda v, n: plot_coefficients(v, 3), InvalidTypeError, "sequence of names, got int 3"),
        (lambda v, n: plot_coefficients(v, set(n)), InvalidTypeError, "sequence of names, got set"),
        (lambda v, n: plot_coefficients(v, [[n]]), InvalidTypeError, r"at names\[0\]"),
        (lambda v, n: plot_coefficients(v, n, channels=3), InvalidTypeError, "channels must be"),
        (lambda v, n: plot_coefficients(v + 1j, n), InvalidTypeError, "values must have dtype"),
        (lambda v, n: plot_coefficients([10**400], n), InvalidTypeError, "float64 holds"),
        (lambda v, n: plot_basis(np.broadcast_to(1.0, (2**44,)), n), InvalidValueError, "values"),
        (lambda v, n: plot_basis(xarray.Dataset({"a": ("t", v)}), n), InvalidTypeError, "values"),
        (lambda v, n: plot_basis(v, n, axes=range(10**12)), InvalidValueError, "axes must be"),
        (lambda v, n: plot_basis(v + 1e308, n), InvalidValueError, r"below 1e\+300 in size"),
        (lambda v, n: plot_coefficients(n, n), InvalidTypeError, r"real numbers, got .*values\[0"),
        (lambda v, n: plot_coefficients(v, n, most=0), InvalidValueError, "most must be"),
        (lambda v, n: plot_coefficients(v, n, order="up"), InvalidValueError, "order must be"),
        (lambda v, n: plot_coefficients(v, n, axes=3), InvalidTypeError, "axes must be Axes"),
        (lambda v, n: plot_coefficients(v, n, channels=["x"]), InvalidValueError, "got y"),
        (lambda v, n: plot_coefficients(v, n, channels="xy"), InvalidTypeError, "sequence of name"),
        (lambda v, n: plot_coefficients(v, ["x[", *n[1:]]), InvalidValueError, r"x\["),
        (lambda v, n: plot_basis(v, n, axes=[3, 4]), InvalidTypeError, "sequence of Axes"),
        (lambda v, n: plot_basis(v, n, axes=[Figure().subplots()]), InvalidValueError, "must be 2"),
        (lambda v, n: plot_basis([1.0], ["∅"]), InvalidValueError, "a tree with nodes"),
        (
            lambda v, n: plot_basis(np.ones(20), [f"a{k}" for k in range(19)] + ["b[b[b[b]]]"]),
            InvalidValueError, r"got 20\*\*4",
        ),
        (lambda v, n: plot_importance(Ridge(), n), InvalidTypeError, "got Ridge"),
        (lambda v, n: plot_importance(fitted(v), n[1:]), InvalidValueError, "names must be 6"),
        (lambda v, n: plot_importance(fitted(v)), InvalidTypeError, "names must be given"),
        (
            lambda v, n: plot_importance(fitted(v), n, features=[v[1:]]),
            InvalidValueError, r"shape \(samples, 6\)",
        ),
        (lambda v, n: windowed(v, n, path=v), InvalidValueError, "path must have shape"),
        (lambda v, n: windowed(v, n, windows=[[0, 99]]), InvalidValueError, "lie in the 60 points"),
        (lambda v, n: windowed(v, n, windows=[[0.5, 9]]), InvalidTypeError, "windows"),
        (lambda v, n: windowed(v, n, windows=[[0, 9]] * 2), InvalidValueError, "of the 2 windows"),
        (lambda v, n: windowed(v, n, times=[1.0]), InvalidValueError, "times must have shape"),
        (lambda v, n: windowed(v, n, axes=[Figure().subplots()]), InvalidValueError, "must be 5"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(draw, error, message):
    values, names = signature(2)
    with pytest.raises(error, match=message):
        draw(values, names)


def fitted(values):
    model = Ridge()
    model.coef_ = values
    return model


def windowed(values, names, *, path=None, windows=((0, 9),), **options):
    path = some_path() if path is None else path
    return plot_windows(path, windows, values[None], names, **options)
