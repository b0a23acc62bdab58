"""Windows, weights, times, gaps, sums and rescaling, against what each path gives by itself."""

import math
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
import sympy
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sklearn import (
    BranchedKernel,
    BranchedLogSignatureTransformer,
    BranchedSignatureTransformer,
    LogSignatureTransformer,
    SignatureTransformer,
)

KINDS = (
    BranchedSignatureTransformer,
    BranchedLogSignatureTransformer,
    SignatureTransformer,
    LogSignatureTransformer,
)


def some_paths(samples=5, length=9, channels=2, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, length, channels))


WINDOWS = {
    "sliding": (("sliding", 4, 2), treealg.sliding_windows(9, 4, step=2)),
    "expanding": (("expanding", 3, 2), treealg.expanding_windows(9, first=3, step=2)),
    "dyadic": (("dyadic", 2), treealg.dyadic_windows(9, 2)),
    "as an array": ([(0, 9), (2, 5)], np.array([(0, 9), (2, 5)])),
}


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("kind", KINDS)
def test_features_of_windows_are_those_of_their_points(kind, name):
    given, slices = WINDOWS[name]
    paths = some_paths()
    transformer = kind(3, time_aug=False, windows=given)
    features = transformer.fit_transform(paths)
    alone = kind(3, time_aug=False)
    expected = [alone.fit_transform(paths[:, start:stop]) for start, stop in slices.tolist()]
    np.testing.assert_allclose(features, np.concatenate(expected, axis=1), rtol=0, atol=1e-12)
    names = transformer.get_feature_names_out().tolist()
    assert names == [f"{name}@{k}" for k in range(len(slices)) for name in alone._names(2, {})]
    assert (transformer.n_windows_, transformer.n_features_out_) == (len(slices), len(names))


def test_added_points_count_in_windows():
    paths = some_paths()
    transformer = SignatureTransformer(
        2, time_aug=False, basepoint=True, invisibility=True, windows=("expanding", 1, 1)
    )
    features = transformer.fit_transform(paths).reshape(5, 12, -1)
    by_hand = np.zeros((5, 12, 3))
    by_hand[:, 1:10, :2], by_hand[:, 10, :2] = paths, paths[:, -1]
    by_hand[:, 1:10, 2] = 1
    expected = treealg.sig(by_hand, 2, stream=True)
    np.testing.assert_allclose(features[:, 1:], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("basepoint", [False, True])
def test_dyadic_windows_fit_paths_of_any_lengths(as_list, basepoint):
    paths, lengths = some_paths(6), np.array([9, 5, 9, 6, 7, 5])
    times = np.random.default_rng(1).uniform(0.1, 1, size=(6, 9)).cumsum(axis=1)
    transformer = LogSignatureTransformer(2, windows=("dyadic", 1), basepoint=basepoint)
    rows = [path[:length] for path, length in zip(paths, lengths, strict=True)]
    clocks = [own[:length] for own, length in zip(times, lengths, strict=True)]
    if as_list:
        features = transformer.fit_transform(rows, times=clocks)
    else:
        features = transformer.fit_transform(paths, lengths=lengths, times=times)
    for row, clock, found in zip(rows, clocks, features, strict=True):
        if basepoint:
            row, clock = np.concatenate([[[0, 0]], row]), np.concatenate([clock[:1], clock])
        timed = np.column_stack([row, clock])
        slices = treealg.dyadic_windows(len(row), 1).tolist()
        expected = [treealg.log_sig(timed[a:b], 2, method=1) for a, b in slices]
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=0, atol=1e-12)


def test_windows_must_be_as_many_for_all_paths():
    paths = [some_paths()[0], some_paths()[0, :6]]
    with pytest.raises(InvalidValueError, match="as many for all paths, got 3 to 6 for paths of 6"):
        SignatureTransformer(2, windows=("sliding", 4, 1)).fit(paths)
    transformer = SignatureTransformer(2, windows=("sliding", 4, 1)).fit(paths[:1])
    with pytest.raises(InvalidValueError, match=r"paths of 6 windows, .* got 3"):
        transformer.transform(paths[1:])
    correction = np.zeros(4)
    with pytest.raises(InvalidValueError, match="windows must be an array, or paths have one len"):
        BranchedSignatureTransformer(2, windows=("dyadic", 1)).fit_transform(
            paths, correction=correction
        )


@pytest.mark.parametrize("kind", KINDS)
def test_weights_choose_coefficients(kind):
    paths, weights = some_paths(), [2, 2, 1]
    transformer = kind(4, weights=weights, channels=["x", "y"])
    features = transformer.fit_transform(paths)
    everything = kind(4, channels=["x", "y"])
    whole = everything.fit_transform(paths)
    columns = {name: place for place, name in enumerate(everything.get_feature_names_out())}
    names = transformer.get_feature_names_out()
    assert "x[time,time]" in names or kind not in KINDS[:2]
    assert 5 < len(names) < len(columns)
    np.testing.assert_allclose(
        features, whole[:, [columns[name] for name in names]], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS[1::2])
def test_what_vanishes_by_the_algebra_is_zero(kind):
    paths = 10 * some_paths(50)
    transformer = kind(4, method=0, time_aug=False, scale_features=True)
    features = transformer.fit_transform(paths)
    names = transformer.get_feature_names_out()
    plain = kind(4, method=0, time_aug=False).fit_transform(paths)
    largest = np.abs(plain).max(axis=0)
    assert set(names[(features == 0).all(axis=0)]) == set(names[largest < 1e-6])
    of_one_label = {name for name in names if len(set(re.findall("[0-9]", name))) == 1}
    assert of_one_label - {"0", "1"} <= set(names[(features == 0).all(axis=0)])
    np.testing.assert_allclose(features.std(axis=0)[largest >= 1e-6], 1, rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weights", [None, [2, 1, 1]])
def test_rescaling_by_roots_makes_features_scale_with_paths(kind, weights):
    paths = some_paths()
    transformer = kind(4, time_aug=False, rescale="root", weights=weights and weights[:2])
    power = np.array([2.0, 1.0]) if weights else 1.0
    features, larger = (transformer.fit_transform(paths * 3.0**p) for p in (0 * power, power))
    np.testing.assert_allclose(larger, 3 * features, rtol=1e-7, atol=1e-9)
    plain = kind(4, time_aug=False, weights=weights and weights[:2]).fit_transform(paths)
    np.testing.assert_array_equal(np.sign(plain)[features != 0], np.sign(features)[features != 0])
    assert np.abs(plain[features == 0]).max(initial=0) < 1e-12


def test_rescaling_by_factorials_gives_powers_of_a_straight_path():
    path = np.array([[[0.0], [2.0]]])
    transformer = SignatureTransformer(4, time_aug=False, rescale="factorial")
    np.testing.assert_allclose(transformer.fit_transform(path), [[2, 4, 8, 16]], rtol=1e-15)
    transformer.set_params(rescale=None)
    expected = [[2**n / math.factorial(n) for n in (1, 2, 3, 4)]]
    np.testing.assert_allclose(transformer.fit_transform(path), expected, rtol=1e-15)


def test_sums_are_taken_of_what_is_standardised():
    paths = some_paths()
    points = paths.reshape(-1, 2)
    scaled = (paths - points.mean(axis=0)) / points.std(axis=0)
    transformer = SignatureTransformer(3, scale_paths=True, cumsum=True, basepoint=True)
    expected = treealg.sig(scaled.cumsum(axis=1), 3, time_aug=True, basepoint=True)
    np.testing.assert_allclose(transformer.fit_transform(paths), expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("how", ["forward-fill", "linear"])
@pytest.mark.parametrize("shape", ["array", "lengths", "list", "table"])
def test_gaps_are_filled_before_all_else(shape, how):
    paths, lengths = some_paths(), np.array([9, 8, 9, 7, 9])
    paths[0, 2:4, 0] = paths[1, 0, 1] = paths[3, 6, 1] = np.nan
    rows = [path[:length] for path, length in zip(paths, lengths, strict=True)]
    options = {"missing": how, "invisibility": True, "scale_paths": True, "cumsum": True}
    transformer = SignatureTransformer(2, **options)
    arguments = {}
    if shape == "array":
        given = rows = paths
    elif shape == "list":
        given = rows
    elif shape == "lengths":
        given, arguments = paths.copy(), {"lengths": lengths}
        given[1, 8:] = given[3, 7:] = np.nan
    else:
        given = paths[:, :, 0]
        rows = paths[:, :, :1]
    features = transformer.fit_transform(given, **arguments)
    full = [pd.DataFrame(row) for row in rows]
    full = [row.interpolate() if how == "linear" else row.ffill() for row in full]
    full = [row.ffill().bfill().to_numpy() for row in full]
    expected = transformer.set_params(missing="refuse").fit_transform(full)
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-10)


def test_gaps_are_filled_along_times_where_they_are_given():
    path = np.array([[[0.0], [np.nan], [4.0], [2.0]]])
    times = [0, 3, 4, 5]
    transformer = SignatureTransformer(2, missing="linear")
    found = transformer.fit_transform(path, times=times)
    whole = np.array([[[0.0], [3.0], [4.0], [2.0]]])
    np.testing.assert_array_equal(found, transformer.fit_transform(whole, times=times))


def test_gaps_that_are_left_stay_in_their_row():
    paths = some_paths()
    paths[1, 3, 0] = np.nan
    transformer = SignatureTransformer(
        2, missing="propagate", scale_paths=True, scale_features=True
    )
    features = transformer.fit_transform(paths)
    assert np.isnan(features[1]).any()
    assert np.isfinite(np.delete(features, 1, axis=0)).all()
    with pytest.raises(ValueError, match="NaN"):
        SignatureTransformer(2).fit(paths)
    with pytest.raises(ValueError, match="infinity"):
        SignatureTransformer(2, missing="linear").fit(np.where(np.isnan(paths), np.inf, paths))


@pytest.mark.parametrize("as_dates", [False, True])
def test_times_are_the_channel_of_time(as_dates):
    paths, seconds = some_paths(), np.array([0, 1, 5, 6, 7, 7, 20, 21, 22])
    given = np.datetime64("2026-01-01", "s") + seconds if as_dates else seconds
    timed = np.concatenate([paths, np.broadcast_to(seconds[:, None], (5, 9, 1))], axis=2)
    np.testing.assert_allclose(
        SignatureTransformer(3).fit_transform(paths, times=given),
        treealg.sig(timed, 3), rtol=0, atol=1e-9,
    )  # fmt: skip


def test_an_end_that_is_marked_has_the_last_time():
    path, times = np.array([[[1.0], [3.0]]]), [0.0, 5.0]
    by_hand = np.array([[1.0, 1, 0], [3, 1, 5], [3, 0, 5], [0, 0, 5]])
    np.testing.assert_allclose(
        SignatureTransformer(3, invisibility=True).fit_transform(path, times=times),
        [treealg.sig(by_hand, 3)],
        rtol=0,
        atol=1e-12,
    )


def long_table(library, seed=0):
    """Return paths of lengths of their own, their times, and a shuffled table of both."""
    rng = np.random.default_rng(seed)
    names, lengths = ["b", "a", "d", "c"], [3, 5, 4, 6]
    paths = [rng.normal(size=(length, 2)) for length in lengths]
    times = [np.sort(rng.integers(0, 50, size=length)) + np.arange(length) for length in lengths]
    rows = pd.DataFrame(
        {
            "who": np.repeat(names, lengths),
            "year": np.repeat([1, 1, 2, 2], lengths),
            "when": np.concatenate(times),
            "bid": np.concatenate(paths)[:, 0],
            "ask": np.concatenate(paths)[:, 1],
        }
    ).sample(frac=1, random_state=seed)
    table = {"pandas": lambda x: x, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}
    order = np.argsort(names)
    sort = lambda values: [values[place] for place in order]  # noqa: E731
    return sort(paths), sort(times), table[library](rows)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("times", [False, True])
def test_a_long_table_is_paths_in_the_order_of_id(library, times):
    paths, clocks, table = long_table(library)
    transformer = LogSignatureTransformer(
        3, id="who", time="when", times=times, channels=["ask", "bid"], windows=("dyadic", 1)
    )
    found = transformer.fit_transform(table)
    plain = LogSignatureTransformer(3, channels=["ask", "bid"], windows=("dyadic", 1))
    swapped = [path[:, ::-1] for path in paths]
    expected = plain.fit_transform(swapped, times=clocks if times else None)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)
    assert [*transformer.get_feature_names_out()] == [*plain.get_feature_names_out()]
    np.testing.assert_array_equal(transformer.transform(table), found)


def test_rows_of_a_long_table_keep_their_names_in_pandas():
    paths, _, table = long_table("pandas")
    transformer = SignatureTransformer(
        1, id=["year", "who"], time="when", time_aug=False
    ).set_output(transform="pandas")
    found = transformer.fit_transform(table)
    assert found.index.tolist() == [(1, "a"), (1, "b"), (2, "c"), (2, "d")]
    assert found.index.names == ["year", "who"]
    assert found.columns.tolist() == ["bid", "ask"]
    np.testing.assert_allclose(found, [path[-1] - path[0] for path in paths], atol=1e-15)
    two_levels = table.drop(columns="year").set_index(["who", "when"])
    found = transformer.set_params(id=None, time=None).fit_transform(two_levels)
    order = [*dict.fromkeys(table["who"])]
    assert found.index.tolist() == order
    ends = {name: path[-1] - path[0] for name, path in zip("abcd", paths, strict=True)}
    np.testing.assert_allclose(found, [ends[name] for name in order], atol=1e-15)


def test_bad_tables_are_refused():
    _, _, table = long_table("pandas")
    with pytest.raises(InvalidValueError, match=r"no column 'whom'.* 'who'"):
        SignatureTransformer(id="whom").fit(table)
    with pytest.raises(InvalidTypeError, match="columns of numbers, got 'who'"):
        SignatureTransformer(id="year").fit(table)
    with pytest.raises(InvalidValueError, match="NaN"):
        SignatureTransformer(id="who").fit(table.assign(bid=np.nan))
    with pytest.raises(InvalidValueError, match="X must have a row"):
        SignatureTransformer(id="who").fit(table[:0])
    whole = SignatureTransformer(id="who", time="when", times=True)
    with pytest.raises(InvalidValueError, match="times must be None where the table has them"):
        whole.fit(table, times=[1, 2])
    with pytest.raises(InvalidValueError, match="drop_dependent must be False"):
        SignatureTransformer(2, drop_dependent=True).fit(some_paths(), times=np.arange(9))
    with pytest.raises(InvalidValueError, match="times must be one array for each of 2 paths"):
        SignatureTransformer(2).fit([some_paths()[0], some_paths()[0, :4]], times=[[1, 2]])


def test_times_of_a_table_are_no_constant():
    _, _, table = long_table("pandas")
    options = {"id": "who", "time": "when", "drop_dependent": True, "channels": ["bid"]}
    names = [
        SignatureTransformer(1, times=times, **options).fit(table).get_feature_names_out().tolist()
        for times in (False, True)
    ]
    assert names == [["bid"], ["bid", "time"]]


def test_times_are_routed():
    paths, times = some_paths(6), np.array([0, 1, 2, 4, 8, 9, 10, 11, 12])
    transformer = SignatureTransformer(2)
    with sklearn.config_context(enable_metadata_routing=True):
        transformer.set_fit_request(times=True).set_transform_request(times=True)
        pipeline = make_pipeline(transformer, Ridge())
        pipeline.fit(paths, paths[:, 0, 0], times=times)
    features = transformer.transform(paths, times=times)
    assert not np.allclose(features, transformer.transform(paths))
    expected = Ridge().fit(features, paths[:, 0, 0]).coef_
    np.testing.assert_allclose(pipeline[-1].coef_, expected, rtol=1e-10)


def test_windows_and_rescaling_are_searched():
    rng = np.random.default_rng(5)
    paths = rng.normal(size=(60, 17, 1)).cumsum(axis=1)
    target = paths[:, 8, 0] - paths[:, 4, 0]
    pipeline = make_pipeline(SignatureTransformer(2, drop_dependent=True), Ridge(1e-3))
    grid = {
        "signaturetransformer__windows": [None, ("dyadic", 1), ("dyadic", 2)],
        "signaturetransformer__rescale": [None, "root"],
    }
    search = GridSearchCV(pipeline, grid, cv=3).fit(paths, target)
    assert search.best_params_["signaturetransformer__windows"] == ("dyadic", 2)
    assert search.best_score_ > 0.99


@pytest.mark.parametrize(
    "kind", ["array", "unsigned", "nested", "frames", "polars", "levels", "table", "columns"]
)
@pytest.mark.parametrize("first", [2**60, 1_700_000_000_000_000_001])
def test_integers_that_floats_do_not_hold_are_refused(kind, first):
    points = np.array([[first], [first + 1], [first + 5]])
    frame = pd.DataFrame({"t": points[:, 0], "x": [1.0, 2.0, 3.0]})
    index = pd.MultiIndex.from_tuples([(0, 0), (0, 1), (0, 2)])
    given = {
        "array": points[None],
        "unsigned": points[None].astype(np.uint64),
        "nested": [[[x * 2**40] for x in points[:, 0].tolist()]],
        "frames": [frame],
        "polars": [pl.DataFrame({"t": points[:, 0], "x": [1.0, 2.0, 3.0]})],
        "levels": frame.set_index(index),
        "table": points.T,
        "columns": frame.astype({"x": int}),
    }[kind]
    with pytest.raises(InvalidValueError, match=r"integers beyond 2\*\*53"):
        SignatureTransformer(1).fit(given)
    small = SignatureTransformer(1).fit_transform((points - first)[None])
    np.testing.assert_array_equal(small, [[5.0, 1.0]])


@pytest.mark.parametrize("library", [pd, pl])
def test_dates_are_no_channels(library):
    days = np.array(["2024-01-01", "2024-01-02"], "datetime64[us]")
    frame = library.DataFrame({"day": days, "x": [0.0, 1.0]})
    with pytest.raises(InvalidTypeError, match="columns of numbers, got 'day' of datetime64"):
        SignatureTransformer(1).fit([frame])


@pytest.mark.parametrize(
    "make", [pl.DataFrame, pd.DataFrame, lambda x: pa.table([*x.T], ["a", "b"])]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_tables_is_a_list_of_paths(kind, make):
    paths = [some_paths()[place, : 3 + place] for place in range(4)]
    want = kind(2).fit_transform(paths)
    np.testing.assert_array_equal(kind(2).fit_transform([make(path) for path in paths]), want)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "got None"),
        ("paths.csv", "got the text"),
        (pl.LazyFrame({"a": [1.0]}), "is not computed yet"),
        (5, "scalar"),
        ([], "1D array"),
        ([None, None], "1D array"),
        ([["a"], ["b"]], "could not convert"),
        (np.full((2, 3), np.nan), "contains NaN; give missing='forward-fill' or 'linear'"),
        ([[[1.0], [np.nan]]], "contains NaN; give missing='forward-fill' or 'linear'"),
        (np.zeros((2, 0)), "0 feature"),
    ],
)
def test_what_is_no_batch_of_paths_is_refused(given, words):
    with pytest.raises(treealg.TreeAlgError, match=words):
        SignatureTransformer(1).fit(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.zeros((2, 3, 2), "M8[s]"), "X must have dtype .*, got datetime64.*; give times as num"),
        (np.full((2, 3), "NaT", "m8[s]"), "X must have dtype .*, got timedelta64.*; give times as"),
        (
            [[np.datetime64("2020"), np.datetime64("NaT")]],
            "X must have dtype .*; give times as num",
        ),
        (np.zeros((2, 3), [("a", float), ("b", float)]), "X must have .*; numpy.lib.recfunctions"),
        (len, "X must be an array .*, got an object of type .*; call it, or give its values"),
        (pd.NaT, "X must be an array .*; give numbers instead"),
        ({1: 2}.items(), r"X must be an array .*; use list\(X\)"),
        (slice(3), "X must be an array .*; give numbers instead"),
        (np.broadcast_to(1.0, (2**31, 2**20)), r"X must have at most 2\*\*45 numbers"),
        (np.zeros((2, 0, 3)), r"X must have shape \(samples, length, channels\) with at least one"),
        (np.zeros((2, 3, 0)), r"X must have shape \(samples, length, channels\) with at least one"),
        (pl.DataFrame({"a": pl.Series([2**70], dtype=pl.Int128)}), "X, column 'a',.*128"),
    ],
    ids=lambda x: type(x).__name__ if not isinstance(x, str) else "",
)
@pytest.mark.parametrize("use", ["transformer", "kernel"])
def test_what_are_no_numbers_is_refused_before_the_work(use, given, words):
    call = BranchedSignatureTransformer(2).fit if use == "transformer" else BranchedKernel(2)
    with pytest.raises((InvalidTypeError, InvalidValueError), match=words):
        call(given)


@pytest.mark.parametrize("name", ["weights", "channels", "id"])
def test_parameters_that_can_be_read_only_once_are_refused(name):
    # They are read in fit, and again where names are asked for.
    transformer = BranchedSignatureTransformer(2, **{name: iter(["a", "b", "c"])})
    with pytest.raises(
        InvalidTypeError, match=rf"{name} must be a list, got .* read only once; use"
    ):
        transformer.fit(some_paths())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"id": 5}, "id must be a column or a list of them, got int 5"),
        ({"id": {"day"}}, "id must be a column or a list of them, got set"),
        ({"id": "day", "channels": 5}, "channels must be a list of columns, got int 5"),
        ({"id": "day", "channels": "price"}, "channels must be a list of columns, got the text"),
        ({"id": []}, "id must name the columns that tell paths apart, got none"),
        ({"id": "day", "channels": [["a"]]}, "columns must be given by their names, got"),
        ({"id": "day", "time": ["minute"]}, "columns must be given by their names, got"),
        ({"id": pd.Series([1, 1, 2], name="day")}, "id must be .* give its name, 'day'$"),
        ({"id": "day", "time": pd.Series([0, 1, 0])}, "columns must be given by their names, got"),
        ({"id": "day", "time": pl.col("minute")}, "columns must be given by their names, got"),
        ({"id": "day", "windows": ("x" * 10**6,)}, r"windows must be None.{1,300}$"),
    ],
)
def test_columns_that_are_no_names_are_refused(options, words):
    table = pd.DataFrame({"day": [1, 1, 2], "minute": [0, 1, 0], "price": [1.0, 2.0, 3.0]})
    with pytest.raises((InvalidTypeError, InvalidValueError), match=words):
        BranchedSignatureTransformer(2, **options).fit(table)


def test_the_degree_of_sympy_is_a_number():
    given = BranchedSignatureTransformer(sympy.Integer(2)).fit_transform(some_paths())
    np.testing.assert_array_equal(
        given, BranchedSignatureTransformer(2).fit_transform(some_paths())
    )
    with pytest.raises(InvalidTypeError, match=r"degree must be an integer, got 1\.5"):
        BranchedSignatureTransformer(1.5).fit(some_paths())


@pytest.mark.parametrize(
    "value", [np.array([1, 2]), pd.DataFrame([[1]]), pl.Series([1]), "abc", int]
)
def test_tags_are_known_whatever_the_parameters(value):
    tags = sklearn.utils.get_tags(BranchedSignatureTransformer(2, missing=value, dtype=value))
    assert tags.input_tags.allow_nan is (value == "abc" if isinstance(value, str) else False)
    assert tags.transformer_tags.preserves_dtype == ["float64", "float32"]


def test_a_table_with_two_columns_of_one_name_is_refused():
    table = pd.DataFrame({"day": [1, 1], "price": [1.0, 2.0]})
    with pytest.raises(InvalidValueError, match="X must have columns of different names"):
        BranchedSignatureTransformer(2, id="day").fit(pd.concat([table, table], axis=1))


def test_tensors_that_are_not_read_are_told_what_they_are():
    torch = pytest.importorskip("torch")
    paths = [torch.rand(4, 2), torch.rand(6, 2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that these are a prototype
        nested = torch.nested.nested_tensor(paths)
    packed = torch.nn.utils.rnn.pack_sequence(paths, enforce_sorted=False)
    half = torch.rand(3, 4, 2).bfloat16()
    for given, words in (
        (nested, r"X must not be a nested tensor; list\(X.unbind\(\)\) is a list of paths"),
        ([paths[0], nested], r"X\[1\] must not be a nested tensor; torch.nested.to_padded"),
        (packed, r"X must not be a PackedSequence, .*unpack_sequence\(X\)"),
        ([paths[0], packed], r"X\[1\] must not be a PackedSequence"),
        (half, r"X must have dtype .*, got torch.bfloat16; use X.float\(\)"),
        (list(half), r"X\[0\] must have dtype .*, got torch.bfloat16; use X\[0\].float\(\)"),
        (torch.zeros(2, 3, 2).to_sparse(), r"X must be a dense tensor"),
    ):
        with pytest.raises(InvalidTypeError, match=f"^{words}"):
            BranchedSignatureTransformer(2).fit_transform(given)
    expected = BranchedSignatureTransformer(2).fit_transform([path.numpy() for path in paths])
    for given in (paths, list(nested.unbind())):
        np.testing.assert_array_equal(
            BranchedSignatureTransformer(2).fit_transform(given), expected
        )
    halves = torch.ones(2, 3, 2).half()  # which NumPy reads
    np.testing.assert_array_equal(
        BranchedSignatureTransformer(2).fit_transform(halves),
        BranchedSignatureTransformer(2).fit_transform(halves.numpy()),
    )


def test_axes_that_seem_exchanged_are_named():
    with pytest.raises(
        treealg.InvalidValueError, match=r"of X, which have 3 points in 500 channels"
    ):
        SignatureTransformer(4).fit(np.zeros((2, 3, 500)))


@pytest.mark.parametrize("value", [2**60, 2.0**60, 1e300])
@pytest.mark.parametrize("length", [3, 4], ids=["one array", "list"])
def test_sums_keep_the_digits_of_increments_beside_a_large_first_value(value, length):
    dtype = np.asarray(value).dtype
    paths = [np.array([[x], [1], [2], [4]], dtype) for x in (value, 0)]
    paths[0] = paths[0][:3]
    paths[1] = paths[1][:length]
    given = SignatureTransformer(1, time_aug=False, cumsum=True).fit_transform(paths)
    assert given[:, 0].tolist() == [3, 3 if length == 3 else 7]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_sums_of_a_first_value_that_is_none_are_none(value):
    paths = np.array([[[value], [1.0], [2.0]]])
    options = {"missing": "propagate", "time_aug": False, "cumsum": True}
    with np.errstate(invalid="ignore"):
        if np.isnan(value):
            assert np.isnan(SignatureTransformer(1, **options).fit_transform(paths)).all()
        else:
            with pytest.raises(InvalidValueError):
                SignatureTransformer(1, **options).fit_transform(paths)
