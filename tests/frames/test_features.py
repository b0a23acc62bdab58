"""Features of tables against the functions on arrays, for every library of tables."""

import itertools
from decimal import Decimal

import dask.dataframe
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frames import features

KINDS = {
    "pandas": lambda data: pd.DataFrame(data, index=np.arange(len(data["t"]))[::-1]),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "polars, lazy": pl.LazyFrame,
    "duckdb": lambda data: duckdb.from_arrow(pa.table(data)),
    "dask": lambda data: dask.dataframe.from_pandas(pd.DataFrame(data), npartitions=3),
}
EAGER = ("pandas", "polars", "pyarrow")
VALUES = ["x", "y", "k"]


def points(count=60, paths=4, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "id": rng.integers(0, paths, count),
        "t": rng.permutation(count),
        "x": rng.normal(size=count),
        "y": rng.normal(size=count).astype(np.float32),
        "k": rng.integers(0, 9, count),
    }


@pytest.mark.parametrize(
    "frame",
    [np.ones((5, 2)), "0[1,0]", iter([1.0]), None, pd.Series([1.0]), scipy.sparse.eye_array(3)],
    ids=lambda frame: type(frame).__name__,
)
def test_what_is_no_table_is_told_so_before_its_columns_are(frame):
    with pytest.raises(InvalidTypeError, match=r"^frame must be a table of pandas"):
        features(frame, values=["a", "b"], degree=2)


def path_of(data, number, values=VALUES):
    rows = np.flatnonzero(data["id"] == number)
    rows = rows[np.argsort(data["t"][rows])]
    return np.column_stack([data[name][rows].astype(float) for name in values])


def table_of(frame):
    """Return a frame of any library as one of pandas."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return pd.DataFrame(frame.to_dict(as_series=False))
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.df()
    if isinstance(frame, pa.Table):
        return frame.to_pandas()
    if isinstance(frame, dask.dataframe.DataFrame):
        return frame.compute(scheduler="sync").sort_values("id", ignore_index=True)
    return frame


INDEXES = {
    "one label": lambda n: np.zeros(n, int),
    "names of columns": lambda n: pd.MultiIndex.from_arrays([range(n)] * 2, names=["id", "t"]),
    "no numbers": lambda n: pd.Index([np.nan] * n, name="x"),
    "intervals": lambda n: pd.interval_range(0, n),
}


@pytest.mark.parametrize("index", INDEXES)
def test_the_index_of_a_table_is_of_no_matter(index):
    frame = pd.DataFrame(points())
    for windows in (None, (2, 1)):
        options = {"id": "id", "time": "t", "values": VALUES, "degree": 2, "windows": windows}
        want = features(frame, **options)
        pd.testing.assert_frame_equal(
            features(frame.set_index(INDEXES[index](len(frame))), **options), want
        )


UNSORTED = {
    "pandas": [[0], [1]] * 30,
    "pandas, maps": [{}] * 60,
    "pyarrow": [[0], [1]] * 30,
    "pyarrow, structures": [{"a": 1}] * 60,
}


@pytest.mark.parametrize("kind", UNSORTED)
def test_what_cannot_be_sorted_is_no_id(kind):
    frame = KINDS[kind.partition(",")[0]](points() | {"id": UNSORTED[kind]})
    with pytest.raises(InvalidTypeError, match="rows are sorted by 'id', 't', whose values must"):
        features(frame, id="id", time="t", values=VALUES, degree=2)


@pytest.mark.parametrize("column", ["id", "t"])
@pytest.mark.parametrize("kind", EAGER)
def test_ids_and_times_are_there_in_every_row(kind, column):
    data = points()
    values = data[column].astype(float)
    values[7] = np.nan
    with pytest.raises(InvalidValueError, match=f"column '{column}' must have a value"):
        features(KINDS[kind](data | {column: values}), id="id", time="t", values=VALUES, degree=2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_gives_one_of_its_kind_with_a_row_per_path(kind):
    data = points()
    frame = KINDS[kind](data)
    found = features(frame, id="id", time="t", values=VALUES, degree=3)
    assert type(found) is type(frame)
    found = table_of(found)
    assert list(found.columns) == ["id", *treealg.branched_sig_names(3, 3, channels=VALUES)]
    expected = [treealg.branched_sig(path_of(data, number), 3) for number in range(4)]
    assert found["id"].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.iloc[:, 1:], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["polars, lazy", "dask"])
def test_lazy_frames_know_their_columns_before_they_compute(kind, monkeypatch):
    called = []
    function = treealg.recipes.Recipe.__call__
    monkeypatch.setattr(
        treealg.recipes.Recipe,
        "__call__",
        lambda self, paths, times: called.append(len(paths)) or function(self, paths, times),
    )
    found = features(KINDS[kind](points()), id="id", time="t", values=["x"], degree=1)
    columns = found.collect_schema() if kind != "dask" else found.dtypes
    assert list(dict(columns)) == ["id", "x"]
    assert sum(called) <= 1
    assert len(table_of(found)) == 4


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("words", [False, True])
def test_functions_and_their_options_are_those_of_the_package(log, words):
    data = points()
    name = ("log_sig" if log else "sig") if words else "branched_log_sig" if log else "branched_sig"
    options = {"time_aug": True, "basepoint": True}
    if not words:
        options["planar"] = True
    if log:
        options["method"] = 1
    found = features(
        pd.DataFrame(data), id="id", time="t", values=VALUES, degree=2, log=log, words=words,
        **options,
    )  # fmt: skip
    expected = [getattr(treealg, name)(path_of(data, n), 2, **options) for n in range(4)]
    np.testing.assert_allclose(found.iloc[:, 1:], expected, rtol=1e-12, atol=1e-12)
    namer = getattr(treealg, f"{name}_names")
    options = {key: options[key] for key in options if key != "basepoint"}
    assert list(found.columns[1:]) == list(namer(3, 2, channels=VALUES, **options))


@pytest.mark.parametrize("kind", KINDS)
def test_windows_give_rows_of_their_own(kind):
    data = points()
    frame = KINDS[kind](data)
    found = table_of(features(frame, id="id", time="t", values=["x"], degree=2, windows=(5, 4)))
    found = found.sort_values(["id", "window"])
    paths = [path_of(data, number, ["x"]) for number in range(4)]
    pieces = [(n, k) for n in range(4) for k in range((len(paths[n]) - 5) // 4 + 1)]
    assert found[["id", "window"]].to_numpy().tolist() == [list(piece) for piece in pieces]
    expected = [treealg.branched_sig(paths[n][4 * k : 4 * k + 5], 2) for n, k in pieces]
    np.testing.assert_allclose(found.iloc[:, 2:], expected, rtol=1e-12, atol=1e-12)


def test_windows_may_be_slices_of_points():
    data = points()
    slices = np.array([[0, 3], [2, 5]])
    found = features(pd.DataFrame(data), id="id", time="t", values=["x"], degree=1, windows=slices)
    assert found["window"].tolist() == [0, 1] * 4
    path = path_of(data, 1, ["x"])[:, 0]
    np.testing.assert_allclose(found["x"][2:4], [path[2] - path[0], path[4] - path[2]])
    with pytest.raises(InvalidValueError, match="windows must end at"):
        features(
            pd.DataFrame(data), id="id", time="t", values=["x"], degree=1, windows=[[0, 10**6]]
        )


def maker(name, *numbers):
    function = getattr(treealg, f"{name}_windows")
    keys = {"sliding": ["size", "step"], "expanding": ["step", "first"], "dyadic": ["depth"]}[name]
    return lambda length: function(length, **dict(zip(keys, numbers, strict=False)))


@pytest.mark.parametrize("basepoint", [False, True])
@pytest.mark.parametrize(
    "windows",
    [("sliding", 5, 4), ("sliding", 4), ("expanding", 3, 4), ("expanding",), ("dyadic", 2)],
)
def test_makers_of_windows_make_those_of_each_path(windows, basepoint):
    data = points()
    options = {"time_aug": True, "basepoint": basepoint}
    found = features(
        pd.DataFrame(data),
        id="id",
        time="t",
        values=["x", "k"],
        degree=2,
        windows=windows,
        **options,
    )
    paths = [path_of(data, number, ["x", "k"]) for number in range(4)]
    made = [maker(*windows)(len(path) + basepoint) for path in paths]
    assert found["id"].tolist() == np.repeat(np.arange(4), [*map(len, made)]).tolist()
    assert found["window"].tolist() == [k for own in made for k in range(len(own))]
    # Each window is a slice of the path with time, which runs on.
    expected = []
    for path, own in zip(paths, made, strict=True):
        path = np.concatenate([np.zeros((int(basepoint), 2)), path])
        path = np.column_stack([path, np.linspace(0, 1, len(path))])
        expected += [treealg.branched_sig(path[a:b], 2) for a, b in own]
    np.testing.assert_allclose(found.iloc[:, 2:], expected, rtol=1e-11, atol=1e-11)


def test_a_path_that_is_too_short_for_windows_has_no_row():
    frame = pd.DataFrame({"id": [0, 0, 1, 1, 1, 1, 1], "x": np.arange(7.0)})
    for windows, count in ((("sliding", 3, 1), 3), (("dyadic", 2), 7), (("expanding", 1, 4), 2)):
        found = features(frame, id="id", values=["x"], degree=1, windows=windows)
        assert found["id"].tolist() == [1] * count


TIMED = [
    {}, {"log": True}, {"words": True}, {"log": True, "words": True, "method": 1},
    {"lead_lag": True}, {"planar": True}, {"basepoint": True}, {"windows": ("sliding", 4, 3)},
    {"basepoint": True, "windows": ("dyadic", 1)}, {"lead_lag": True, "windows": ("expanding", 5)},
    {"weights": (1, 2, 1), "windows": ("sliding", 4, 3)},
]  # fmt: skip


@pytest.mark.parametrize("options", TIMED, ids=str)
def test_times_are_those_of_the_channel_of_time(options):
    data = points()
    data["t"] = np.sort(data["t"]) ** 2 + 2**60  # integers that floats do not hold
    found = features(
        pd.DataFrame(data), id="id", time="t", values=["x", "y"], degree=2, times=True, **options
    )
    options = {**options}
    log, words = options.pop("log", False), options.pop("words", False)
    name = ("log_sig" if log else "sig") if words else "branched_log_sig" if log else "branched_sig"
    windows = options.pop("windows", None)
    expected = []
    for number in range(4):
        path = path_of(data, number, ["x", "y"])
        times = np.sort(data["t"][data["id"] == number])
        if options.get("basepoint"):
            times = np.concatenate([times[:1], times])
        if windows:
            options["windows"] = maker(*windows)(len(times))
        rows = getattr(treealg, name)(path, 2, time_aug=True, times=times, **options)
        expected.append(rows.reshape(-1, rows.shape[-1]))
    columns = found.columns[1 + bool(windows) :]
    np.testing.assert_allclose(found[columns], np.concatenate(expected), rtol=1e-10, atol=1e-8)
    taken = {
        key: options[key] for key in ("planar", "lead_lag", "method", "weights") if key in options
    }
    namer = getattr(treealg, f"{name}_names")
    assert list(columns) == list(namer(2, 2, channels=["x", "y"], time_aug=True, **taken))


@pytest.mark.parametrize(
    ("kind", "unit"),
    [("pandas", "s"), ("pyarrow", "s")]
    + [(kind, unit) for kind in EAGER for unit in ("ms", "us", "ns")],
)
def test_dates_of_any_unit_are_seconds_to_the_last_tick(kind, unit):
    ticks = np.array([0, 1, 5, 9, 20, 21])
    start = np.datetime64("2024-05-01T12:00", unit)
    data = {"id": [0, 0, 0, 1, 1, 1], "x": np.arange(6.0), "t": start + ticks}
    found = features(KINDS[kind](data), id="id", time="t", values=["x"], degree=1, times=True)
    tick = {"s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[unit]
    np.testing.assert_allclose(table_of(found)["time"], [5 * tick, 12 * tick], rtol=1e-15)


@pytest.mark.parametrize("how", ["forward-fill", "linear"])
@pytest.mark.parametrize("kind", EAGER)
def test_missing_values_are_filled_along_each_path(kind, how):
    data = points()
    data["t"] = data["t"] ** 2
    data["x"][::3] = np.nan
    found = features(
        KINDS[kind](data), id="id", time="t", values=["x", "k"], degree=2, times=True, missing=how,
        windows=("sliding", 5, 2),
    )  # fmt: skip
    expected = []
    for number in range(4):
        path, times = path_of(data, number, ["x", "k"]), np.sort(data["t"][data["id"] == number])
        windows = treealg.sliding_windows(len(path), 5, step=2)
        expected.append(
            treealg.branched_sig(path, 2, time_aug=True, times=times, missing=how, windows=windows)
        )
    expected = np.concatenate(expected)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(table_of(found).iloc[:, 2:], expected, rtol=1e-10, atol=1e-8)


@pytest.mark.parametrize(("ids", "named"), [(list("aabb"), "'b'"), ([1, 1, 2, 2], "2")])
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_path_without_any_value_of_a_channel_is_named(make, ids, named):
    frame = make({"id": ids, "x": [1.0, 2.0, np.nan, np.nan]})
    with pytest.raises(InvalidValueError, match=rf"^id {named} has no value of 'x' at all"):
        features(frame, id="id", values=["x"], degree=1, missing="linear")


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("words", [False, True])
def test_weights_bound_the_basis_and_its_names(log, words):
    data = points()
    weights = (1, 2, 3)
    found = features(
        pd.DataFrame(data), id="id", time="t", values=["x", "k"], degree=4, log=log, words=words,
        times=True, weights=weights,
    )  # fmt: skip
    name = ("log_sig" if log else "sig") if words else "branched_log_sig" if log else "branched_sig"
    method = {"method": 0} if words and log else {}
    names = getattr(treealg, f"{name}_names")(
        2, 4, channels=["x", "k"], time_aug=True, weights=weights, **method
    )
    assert list(found.columns[1:]) == list(names)
    for number in range(4):
        times = np.sort(data["t"][data["id"] == number])
        expected = getattr(treealg, name)(
            path_of(data, number, ["x", "k"]), 4, time_aug=True, times=times, weights=weights
        )
        np.testing.assert_allclose(found.iloc[number, 1:], expected, rtol=1e-10, atol=1e-6)


@pytest.mark.parametrize("kind", EAGER)
def test_columns_of_a_wide_table_have_times(kind):
    paths = np.random.default_rng(2).normal(size=(5, 4, 1))
    paths[2, 1] = np.nan
    frame = KINDS[kind]({"t": np.zeros(5), **{f"x{t}": paths[:, t, 0] for t in range(4)}})
    times = np.array(["09:30", "10:00", "12:00", "16:00"])
    times = np.array([f"2024-05-01T{time}" for time in times], "datetime64[m]")
    for how in ("linear", "drop"):
        found = features(
            frame, values={"x": ["x0", "x1", "x2", "x3"]}, degree=2, times=times, missing=how
        )
        kept = [~np.isnan(path[:, 0]) | (how == "linear") for path in paths]
        expected = [
            treealg.branched_sig(path[own], 2, time_aug=True, times=times[own], missing="linear")
            for path, own in zip(paths, kept, strict=True)
        ]
        np.testing.assert_allclose(table_of(found), expected, rtol=1e-12)
    with pytest.raises(InvalidValueError, match="times of a wide table must be 4"):
        features(frame, values={"x": ["x0", "x1", "x2", "x3"]}, degree=2, times=times[:2])


@pytest.mark.parametrize("kind", EAGER)
def test_chosen_trees_are_the_columns_of_their_names(kind):
    frame = KINDS[kind](points())
    everything = table_of(features(frame, id="id", time="t", values=VALUES, degree=3))
    names = ["y[x]", "x[k, y]", "k"]  # branches in any order
    found = features(frame, id="id", time="t", values=VALUES, degree=3, trees=names)
    expected = everything[["id", "y[x]", "x[y,k]", "k"]]
    pd.testing.assert_frame_equal(table_of(found), expected)


@pytest.mark.parametrize("kind", EAGER)
def test_dates_are_seconds_in_the_last_channel(kind):
    start = np.datetime64("2020-01-01", "us")
    data = points() | {"id": np.repeat([5, 3], 30)}
    data["t"] = np.sort(np.random.default_rng(1).integers(0, 10**6, 60))
    numbers = features(pd.DataFrame(data), id="id", time="t", values=["x"], degree=2, times=True)
    assert list(numbers.columns[1:3]) == ["x", "time"]
    dated = data | {"t": start + data["t"].astype("timedelta64[s]")}
    found = table_of(
        features(KINDS[kind](dated), id="id", time="t", values=["x"], degree=2, times=True)
    )
    np.testing.assert_allclose(found, numbers, rtol=1e-10)
    path = np.column_stack([path_of(data, 3, ["x"]), data["t"][30:]])
    np.testing.assert_allclose(found.iloc[0, 1:], treealg.branched_sig(path, 2), rtol=1e-10)


@pytest.mark.parametrize("kind", EAGER)
def test_points_that_lack_a_value_are_refused_dropped_or_kept(kind):
    data = points()
    lacks = np.arange(60) % 7 == 0
    frame = KINDS[kind](data | {"x": np.where(lacks, np.nan, data["x"])})
    options = {"id": "id", "time": "t", "values": ["x", "k"], "degree": 2}
    with pytest.raises(InvalidValueError, match="column 'x' lacks a value in 9 rows"):
        features(frame, **options)
    dropped = table_of(features(frame, missing="drop", **options))
    rest = features(pd.DataFrame({name: data[name][~lacks] for name in data}), **options)
    np.testing.assert_array_equal(dropped, rest)
    kept = table_of(features(frame, missing="propagate", **options))
    assert kept["x"].isna().any()
    assert kept["k"].notna().all()


@pytest.mark.parametrize("kind", EAGER)
def test_nulls_are_missing_values(kind):
    data = {"id": ["a", "a", "b", "b"], "t": [1, 2, 2, 1], "x": [1.0, None, 4.0, 2.0]}
    frame = KINDS[kind](data)
    options = {"id": "id", "time": "t", "values": ["x"], "degree": 1}
    with pytest.raises(InvalidValueError, match="lacks a value in 1 rows, first in row 1"):
        features(frame, **options)
    found = table_of(features(frame, missing="drop", **options))
    assert found["x"].tolist() == [0.0, 2.0]
    without = KINDS[kind](data | {"id": ["a", None, "b", "b"]})
    with pytest.raises(InvalidValueError, match="'id' must have a value in every row"):
        features(without, **options)


@pytest.mark.parametrize("kind", EAGER)
def test_a_wide_table_has_a_path_in_each_row(kind):
    paths = np.random.default_rng(2).normal(size=(5, 4, 2))
    columns = {f"{'xy'[c]}{t}": paths[:, t, c] for t in range(4) for c in range(2)}
    frame = KINDS[kind]({"name": list("edcba"), "t": np.zeros(5), **columns})
    values = {name: [f"{name}{t}" for t in range(4)] for name in "xy"}
    found = table_of(features(frame, id="name", values=values, degree=3))
    assert found["name"].tolist() == list("edcba")
    np.testing.assert_allclose(found.iloc[:, 1:], treealg.branched_sig(paths, 3), rtol=1e-12)


def test_points_of_a_wide_table_may_be_missing():
    frame = pd.DataFrame({"x0": [1.0, 2.0], "x1": [5.0, np.nan], "x2": [3.0, 9.0]})
    values = {"x": ["x0", "x1", "x2"]}
    with pytest.raises(InvalidValueError, match="missing in row 1"):
        features(frame, values=values, degree=1)
    assert features(frame, values=values, degree=1, missing="drop")["x"].tolist() == [2.0, 7.0]
    with pytest.raises(InvalidValueError, match="row 0 has no point"):
        features(frame * np.nan, values=values, degree=1, missing="drop")


@pytest.mark.parametrize("kind", EAGER)
def test_each_table_of_a_list_is_a_path(kind):
    data = points()
    pieces = [{name: data[name][a:b] for name in data} for a, b in ((0, 10), (10, 13), (13, 60))]
    frames = [KINDS[kind](piece) for piece in pieces]
    found = features(frames, time="t", values=VALUES, degree=2)
    assert type(found) is type(frames[0])
    paths = [path_of(piece | {"id": np.zeros(len(piece["t"]))}, 0) for piece in pieces]
    expected = [treealg.branched_sig(path, 2) for path in paths]
    np.testing.assert_allclose(table_of(found).iloc[:, 1:], expected, rtol=1e-12)
    named = features(dict(zip("abc", frames, strict=True)), id="file", values=["x"], degree=1)
    assert table_of(named)["file"].tolist() == ["a", "b", "c"]


def test_points_of_one_time_stay_in_their_order():
    frame = pd.DataFrame({"id": [0] * 40, "t": [1] * 40, "x": np.arange(40.0) ** 2})
    found = features(frame, id="id", time="t", values=["x"], degree=1)
    assert found["x"].tolist() == [39.0**2]


def test_the_order_of_rows_does_not_matter():
    data = points()
    order = np.random.default_rng(3).permutation(60)
    first, second = (
        features(pd.DataFrame(d), id="id", time="t", values=VALUES, degree=3)
        for d in (data, {name: data[name][order] for name in data})
    )
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_features_have_the_dtype_that_is_asked_for(dtype):
    found = features(
        pl.DataFrame(points()), id="id", time="t", values=VALUES, degree=2, dtype=dtype
    )
    assert {str(kind).lower() for kind in found.dtypes[1:]} == {dtype}


@pytest.mark.parametrize("kind", EAGER)
def test_a_table_without_rows_gives_none(kind):
    data = {name: column[:0] for name, column in points().items()}
    found = features(KINDS[kind](data), id="id", time="t", values=VALUES, degree=2)
    assert table_of(found).shape == (0, 1 + treealg.branched_sig_length(3, 2))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": ["price", "x"]}, InvalidValueError, "no column 'price'"),
        ({"time": "time"}, InvalidValueError, "no column 'time'"),
        ({"id": "ids"}, InvalidValueError, "did you mean 'id'"),
        ({"id": None}, InvalidValueError, "id must name the columns"),
        ({"values": "x"}, InvalidTypeError, "got the text 'x'"),
        ({"values": None}, InvalidTypeError, "list of columns, got NoneType"),
        ({"time": ["t"]}, InvalidTypeError, r"by their names, got \['t'\] of type list"),
        ({"id": [["id"]]}, InvalidTypeError, "by their names"),
        ({"values": [{}]}, InvalidTypeError, "by their names"),
        ({"id": 3}, InvalidTypeError, "id must be a column or a list"),
        ({"values": []}, InvalidValueError, "at least one column"),
        ({"values": ["name"]}, InvalidTypeError, "columns of numbers"),
        ({"degree": -1}, InvalidValueError, "degree must be"),
        ({"degree": 40}, InvalidValueError, "lower the degree or the dimension$"),
        ({"planer": True}, InvalidTypeError, "did you mean 'planar'"),
        ({"stream": True}, InvalidTypeError, "stream is no option"),
        ({"missing": "fill"}, InvalidValueError, "missing must be"),
        ({"missing": "keep"}, InvalidValueError, "'propagate'"),
        ({"dtype": "float16"}, InvalidValueError, "dtype must be"),
        ({"trees": ["x[z]"]}, InvalidValueError, "got 'x\\[z\\]'; did you mean"),
        ({"trees": "x"}, InvalidTypeError, "got the text 'x'"),
        ({"times": True, "time_aug": False}, InvalidValueError, "times must be False"),
        ({"times": True, "end_time": 2.0}, InvalidValueError, "end_time must be left out"),
        ({"times": [0.0, 1.0]}, InvalidTypeError, "times must be True or False"),
        ({"weights": (1,)}, InvalidValueError, "weights must"),
        ({"times": True, "time": None}, InvalidValueError, "with a column `time`"),
        ({"windows": (0, 1)}, InvalidValueError, "size of windows"),
        ({"windows": ("rolling", 3)}, InvalidValueError, "'sliding', 'expanding', 'dyadic'"),
        ({"windows": ("sliding",)}, InvalidValueError, r"\('sliding', size, step\), got 0"),
        ({"windows": ("dyadic", -1)}, InvalidValueError, "depth of windows"),
        ({"windows": [[3, 2]]}, InvalidValueError, "have a point each"),
        ({"windows": "five"}, InvalidValueError, "windows must be"),
        ({"id": ["x"]}, InvalidValueError, "two columns 'x'"),
        ({"end_time": float("nan"), "time_aug": True}, InvalidValueError, "end_time"),
        ({"values": {"x", "y"}}, InvalidTypeError, "values must be a list of columns, got set"),
        ({"values": np.array("x")}, InvalidTypeError, "values must be a list of columns"),
        ({"values": pd.Series([1.0], name="x")}, InvalidTypeError, "values .*give its name, 'x'$"),
        ({"id": pl.Series("id", [1, 1])}, InvalidTypeError, "id must be .*give its name, 'id'$"),
        ({"values": itertools.count()}, InvalidValueError, "got more"),
        ({"id": np.array(1)}, InvalidTypeError, "id must be a column or a list"),
        ({"id": 10**5000}, InvalidTypeError, "id must be a column or a list .*integer of"),
        ({"time": 0}, InvalidValueError, "no column 0"),
        ({"id": [10**5000]}, InvalidValueError, "at most 8,192 binary digits"),
        ({"values": ["x", [["y"]]]}, InvalidTypeError, "by their names"),
        ({"windows": range(10**12)}, InvalidValueError, "windows must be"),
        ({"dtype": np.array(["float32"])}, InvalidValueError, "dtype must be one of"),
        ({"trees": np.array([["x"]])}, InvalidTypeError, "trees must hold strings"),
        ({"trees": {"x"}}, InvalidTypeError, "trees must be a sequence of names"),
        ({"windows": [[1], [1, 2]]}, InvalidValueError, "windows must be"),
        ({"windows": [np.timedelta64(1, "s")]}, InvalidValueError, "windows must be"),
        ({"values": {"x": "ab"}}, InvalidTypeError, r"values\['x'\] must be a list of columns"),
    ],
)
def test_what_makes_no_sense_is_refused(change, error, message):
    frame = pd.DataFrame(points() | {"name": ["a"] * 60})
    options = {"id": "id", "time": "t", "values": ["x", "y"], "degree": 2} | change
    with pytest.raises(error, match=message):
        features(frame, **options)


@pytest.mark.parametrize("kind", ["pandas", "pyarrow"])
def test_columns_of_one_name_are_refused(kind):
    frame = pd.DataFrame(np.ones((3, 4)), columns=["id", "t", "x", "x"])
    if kind == "pyarrow":
        columns = [frame.iloc[:, i].to_numpy() for i in range(4)]
        frame = pa.Table.from_arrays(list(map(pa.array, columns)), names=list(frame.columns))
    with pytest.raises(InvalidValueError, match="columns of different names"):
        features(frame, id="id", values=["t"], degree=1)


def test_what_is_no_table_is_refused():
    with pytest.raises(InvalidTypeError, match=r"must be a table of pandas.*got int"):
        features(3, id="id", values=["x"], degree=1)
    with pytest.raises(InvalidTypeError, match=r"frame\[1\] must be a table"):
        features([pd.DataFrame(points()), 3], values=["x"], degree=1)
    with pytest.raises(InvalidValueError, match="at least one table with a point"):
        features([], values=["x"], degree=1)


def test_integers_that_floats_do_not_hold_are_refused():
    frame = pd.DataFrame({"id": [0, 0], "t": [0, 1], "x": [2**53 + 1, 2**53 + 3]})
    with pytest.raises(InvalidValueError, match=r"beyond 2\*\*53"):
        features(frame, id="id", time="t", values=["x"], degree=1)


@pytest.mark.parametrize("kind", ["Decimal", "Int128", "UInt64", "Int64"])
def test_large_numbers_of_a_column_keep_their_differences_as_times_and_are_no_values(kind):
    dtype = pl.Decimal(38, 0) if kind == "Decimal" else getattr(pl, kind)
    times = pl.Series("t", [2**60 + step for step in (1, 4, 5)], dtype=dtype)
    frame = pl.DataFrame([times, pl.Series("x", [0.0, 1.0, 3.0])]).with_columns(id=0)
    found = features(frame, id="id", time="t", times=True, values=["x"], degree=1)
    assert found.row(0) == (0, 3.0, 4.0)
    with pytest.raises(InvalidValueError, match=r"'t' has .* beyond 2\*\*53"):
        features(frame, id="id", values=["t", "x"], degree=1)


def test_decimals_are_taken_as_floats_where_these_hold_their_integers():
    for numbers in (["0.1", "2.6"], ["0.5", "3", "1152921504606846976.0"]):
        frame = pl.DataFrame([pl.Series("x", [Decimal(x) for x in numbers])]).with_columns(id=0)
        step = float(numbers[-1]) - float(numbers[0])
        assert features(frame, id="id", values=["x"], degree=1).row(0) == (0, step)


@pytest.mark.parametrize("windows", [None, (2, 1)])
@pytest.mark.parametrize("options", [{"degree": 0}, {"degree": 1, "weights": (2, 3, 2)}])
@pytest.mark.parametrize("kind", EAGER)
def test_a_basis_of_nothing_gives_the_paths_alone(kind, options, windows):
    found = features(KINDS[kind](points()), id="id", time="t", values=VALUES, windows=windows,
                     **options)  # fmt: skip
    known = features(KINDS[kind](points()), id="id", time="t", values=VALUES, windows=windows,
                     degree=1)  # fmt: skip
    count = 1 if windows is None else 2
    frames = [x.to_pandas() if hasattr(x, "to_pandas") else x for x in (found, known)]
    pd.testing.assert_frame_equal(frames[0], frames[1].iloc[:, :count])


ODD = {
    "period": (pd.period_range("2020", periods=2, freq="D"), r"period\[D\]"),
    "interval": (pd.interval_range(0, 2), r"interval\[int64, right\]"),
    "complex": (np.array([1j, 2j]), "complex128"),
    "sparse": (pd.arrays.SparseArray([0.0, 1.0]), r"Sparse\[float64, nan\]"),
}


@pytest.mark.parametrize("kind", ODD)
def test_columns_that_no_other_package_has_are_named_as_their_own_names_them(kind):
    column, text = ODD[kind]
    frame = pd.DataFrame({"id": [0, 0], "t": [0, 1], "x": [0.0, 1.0], "odd": column})
    with pytest.raises(InvalidTypeError, match=f"'odd' of {text}; convert"):
        features(frame, values=["odd"], degree=2, id="id")
    with pytest.raises(InvalidTypeError, match=f"'odd' of {text}; convert"):
        features(frame, values={"z": ["x", "odd"]}, degree=2)
    if kind in ("period", "interval"):  # which can be sorted
        with pytest.raises(InvalidTypeError, match=f"dates or times .*'odd' of {text}"):
            features(frame, values=["x"], degree=2, id="id", time="odd", times=True)


def test_periods_are_told_how_they_become_dates():
    frame = pd.DataFrame({"x": [0.0, 1.0], "t": ODD["period"][0], "id": [0, 0]})
    with pytest.raises(InvalidTypeError, match=r"its dt\.to_timestamp\(\) has dates"):
        features(frame, values=["x"], degree=2, id="id", time="t", times=True)
    frame["t"] = frame["t"].dt.to_timestamp()
    found = features(frame, values=["x"], degree=1, id="id", time="t", times=True)
    assert found.iloc[0, 1:].tolist() == [1.0, 86400.0]


def test_columns_of_arrow_and_duckdb_without_a_name_elsewhere_are_named():
    odd = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
    table = pa.table({"id": [0], "odd": odd})
    with pytest.raises(InvalidTypeError, match="'odd' of month_day_nano_interval"):
        features(table, values=["odd"], degree=2, id="id")
    relation = duckdb.sql("select 0 as id, 1.0 as t, uuid() as odd")
    with pytest.raises(InvalidTypeError, match="'odd' of UUID"):
        features(relation, values=["odd"], degree=2, id="id", time="t")


def test_two_columns_of_one_name_are_refused_in_every_table():
    once = pd.DataFrame({"id": [1, 1], "a": [0.0, 1.0]})
    twice = pd.concat([once, once], axis=1)
    both = {
        r"frame\[1\]": [once, twice],
        r"frame\['x'\]": {"x": twice},
        "frame": dask.dataframe.from_pandas(twice, npartitions=1),
    }
    for name, given in both.items():
        ids = {"id": "id"} if name == "frame" else {}
        with pytest.raises(InvalidValueError, match=f"^{name} must have columns of different name"):
            features(given, values=["a"], degree=1, **ids)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([[1], [1, 2]], "times must be a rectangular nested list"),
        (range(10**12), "times does not fit in memory"),
        ("ab", "times must be an array .*, got the text 'ab'"),
        ((x for x in (0, 1)), r"use list\(times\)"),
        ([1.0, 0.0], "times must not decrease"),
        ([0.0], r"times must have shape \(2,\)"),
    ],
)
def test_times_of_a_wide_table_are_read_as_those_of_paths(times, words):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 4.0]})
    with pytest.raises(
        (InvalidTypeError, InvalidValueError), match=rf"of a wide table.*: .*{words}"
    ):
        features(frame, values={"x": ["a", "b"]}, degree=1, times=times)
    moments = [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-03")]
    found = features(frame, values={"x": ["a", "b"]}, degree=1, times=moments)
    assert found["time"].tolist() == [2 * 86400.0] * 2


def test_objects_are_not_sorted_and_halves_of_letters_are_no_names():
    frame = pl.DataFrame({"t": pl.Series([object()] * 2, dtype=pl.Object), "a": [1.0, 2.0]})
    for given, options in (
        ([frame], {"time": "t"}),
        (frame.with_columns(id=pl.lit(1)), {"time": "t", "id": "id"}),
    ):
        with pytest.raises(InvalidTypeError, match=r"rows are sorted by .*; convert them"):
            features(given, values=["a"], degree=1, **options)
    with pytest.raises(InvalidValueError, match=r"the name of a column must be text, got .*ud800"):
        features([frame], values=["a"], degree=1, id="\ud800")


@pytest.mark.parametrize(
    "correction",
    [[0.5, 0.0, 0.0, 1.0], [1, 0, 0, 2], np.array([0.5, 0, 0, 1], np.float32)],
    ids=["list", "integers", "float32"],
)
def test_a_correction_has_the_dtype_of_the_features(correction):
    table = pd.DataFrame({"id": [1, 1, 2, 2], "a": [0.0, 1.0, 0.0, 3.0], "b": [0.0, 2.0, 0.0, 4.0]})
    for dtype in ("float32", "float64"):
        found = features(
            table, values=["a", "b"], id="id", degree=2, correction=correction, dtype=dtype
        )
        paths = table[["a", "b"]].to_numpy(dtype).reshape(2, 2, 2)
        want = treealg.branched_sig(paths, 2, correction=np.asarray(correction, dtype))
        np.testing.assert_array_equal(found.drop(columns="id").to_numpy(), want)
