"""Features from every format to every format, and what is wrong with files."""

import json
import os
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import sympy
import zarr

import treealg
from treealg import cli
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.files import arrays, compute, run, tables

ARRAYS = ("npy", "npz", "zarr")
TABLES = ("csv", "parquet", "arrow", "feather")
OUTPUTS = (*ARRAYS, *TABLES)


def some_paths(count=40, length=6, channels=3):
    return np.random.default_rng(0).normal(size=(count, length, channels))


def table_of(paths):
    count, length, _ = paths.shape
    columns = {name: paths[:, :, place].ravel() for place, name in enumerate("xyz")}
    ids = np.repeat(np.arange(count) * 7 % count, length)
    return pd.DataFrame({"id": ids, "t": np.tile(np.arange(length), count), **columns})


def write(path, paths):
    """Write paths in the format that the suffix asks for."""
    kind = path.suffix[1:]
    if kind == "npy":
        np.save(path, paths)
    elif kind == "npz":
        np.savez(path, paths=paths)
    elif kind == "zarr":
        shape = paths.shape
        array = zarr.create_array(
            path, shape=shape, chunks=(4, *shape[1:]), shards=(8, *shape[1:]), dtype=paths.dtype
        )
        array[:] = paths
    elif kind == "csv":
        table_of(paths).to_csv(path, index=False)
    elif kind == "parquet":
        pa.parquet.write_table(pa.Table.from_pandas(table_of(paths)), path, row_group_size=50)
    else:
        pa.feather.write_feather(table_of(paths), str(path), chunksize=50)


def read(path):
    """Return features, names and what they mean."""
    kind = path.suffix[1:]
    if kind == "npy":
        about = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
        return np.load(path), about.pop("names"), about
    if kind == "npz":
        with np.load(path) as found:
            return found["features"], found["names"].tolist(), json.loads(str(found["treealg"]))
    if kind == "zarr":
        group = zarr.open_group(path, mode="r")
        return group["features"][:], list(group["coefficient"][:]), group.attrs["treealg"]
    if kind == "csv":
        about = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
        frame = pd.read_csv(path, float_precision="round_trip")
        about.pop("names")
    else:
        table = pa.parquet.read_table(path) if kind == "parquet" else pa.feather.read_table(path)
        about, frame = json.loads(table.schema.metadata[b"treealg"]), table.to_pandas()
    return frame.iloc[:, 1:].to_numpy(), list(frame.columns[1:]), about


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 12)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("source", OUTPUTS)
@pytest.mark.parametrize("target", OUTPUTS)
def test_every_format_to_every_format(source, target, tmp_path):
    paths = some_paths()
    file, output = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
    write(file, paths)
    columns = {"id": "id", "time": "t"} if source in TABLES else {"values": list("xyz")}
    assert compute(file, output, degree=2, log=True, time_aug=True, **columns) == 40
    features, names, about = read(output)
    expected = treealg.branched_log_sig_names(3, 2, channels=list("xyz"), time_aug=True)
    assert names == list(expected)
    expected = treealg.branched_log_sig(paths, 2, time_aug=True)
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-12)
    assert about["function"] == "branched_log_sig"
    assert (about["dimension"], about["degree"], about["kind"]) == (3, 2, "non-planar")
    assert about["options"] == {"time_aug": True}
    assert about["version"] == treealg.__version__
    assert {path.name for path in tmp_path.iterdir()} <= {
        file.name, output.name, f"{output.name}.json",
    }  # fmt: skip


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("source", TABLES)
def test_ids_are_those_of_the_table_in_its_order(source, tmp_path):
    write(tmp_path / f"in.{source}", some_paths())
    compute(tmp_path / f"in.{source}", tmp_path / "out.parquet", degree=1, id="id", time="t")
    found = pl.read_parquet(tmp_path / "out.parquet")
    assert found["id"].to_list() == [7 * place % 40 for place in range(40)]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("target", OUTPUTS)
def test_output_does_not_depend_on_where_pieces_end(target, tmp_path, monkeypatch):
    write(tmp_path / "in.parquet", some_paths())
    outputs = []
    for place, nbytes in enumerate((1, 1 << 12, 1 << 25)):
        monkeypatch.setattr(run, "_PIECE", nbytes)
        outputs.append(tmp_path / f"out{place}.{target}")
        compute(tmp_path / "in.parquet", outputs[-1], degree=2, id="id", time="t")
    values = [read(output)[0] for output in outputs]
    np.testing.assert_allclose(values[1], values[0], rtol=0, atol=1e-13)
    np.testing.assert_allclose(values[2], values[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("nbytes", [1, 1 << 11, 1 << 13])
def test_paths_of_any_lengths_cross_row_groups(nbytes, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", nbytes)
    rng = np.random.default_rng(3)
    lengths = rng.integers(1, 90, 30)
    x = rng.normal(size=lengths.sum())
    ids = [f"path {number}" for number in np.repeat(np.arange(30), lengths)]
    table = pa.table({"id": pa.array(ids).dictionary_encode(), "x": x})
    pa.parquet.write_table(table, tmp_path / "in.parquet", row_group_size=37)
    compute(tmp_path / "in.parquet", tmp_path / "out.parquet", degree=3, id="id")
    found = pl.read_parquet(tmp_path / "out.parquet")
    assert found["id"].to_list() == [f"path {number}" for number in range(30)]
    pieces = np.split(x, np.cumsum(lengths)[:-1])
    expected = [treealg.branched_sig(piece[:, None], 3) for piece in pieces]
    np.testing.assert_allclose(found.drop("id").to_numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kind", TABLES)
def test_without_ids_each_file_is_a_path(kind, tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    paths = some_paths(5)
    for place, path in enumerate(paths):
        write(folder / f"recording {place}.{kind}", path[None])
    (folder / "notes.txt").write_text("not read")
    compute(folder, tmp_path / "out.csv", degree=2, values=list("xyz"), time="t")
    found = pd.read_csv(tmp_path / "out.csv")
    assert found["path"].tolist() == [f"recording {place}" for place in range(5)]
    np.testing.assert_allclose(found.iloc[:, 1:], treealg.branched_sig(paths, 2), rtol=1e-12)


@pytest.mark.usefixtures("small_pieces")
def test_windows_times_trees_and_missing_values_are_as_in_frames(tmp_path):
    frame = table_of(some_paths()).sort_values(["id", "t"])
    frame.loc[::11, "y"] = np.nan
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=33)
    options = {
        "id": "id", "time": "t", "values": ["x", "y"], "degree": 2, "windows": (3, 2),
        "times": True, "missing": "drop", "trees": ["y[x]", "time"], "dtype": "float32",
    }  # fmt: skip
    compute(tmp_path / "in.parquet", tmp_path / "out.parquet", **options)
    expected = treealg.frames.features(frame, **options)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), expected)


def write_with_times(path, paths, times):
    if path.suffix == ".npz":
        np.savez(path, paths=paths, times=times)
    else:
        group = zarr.create_group(path)
        for name, array in (("paths", paths), ("times", times)):
            group.create_array(name, data=array, chunks=(8, *array.shape[1:]))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kind", ["npz", "zarr"])
@pytest.mark.parametrize("is_shared", [False, True])
def test_arrays_may_have_times_windows_and_weights(kind, is_shared, tmp_path):
    paths = some_paths()
    times = np.sort(np.random.default_rng(1).uniform(size=(40, 6)), axis=1)
    times = times[0] if is_shared else times
    write_with_times(tmp_path / f"in.{kind}", paths, times)
    options = {"time": "times", "times": True, "degree": 2, "values": list("xyz")}
    compute(tmp_path / f"in.{kind}", tmp_path / "out.npz", windows=("dyadic", 1), **options)
    features, names, about = read(tmp_path / "out.npz")
    windows = treealg.dyadic_windows(6, 1)
    expected = treealg.branched_sig(paths, 2, time_aug=True, times=times, windows=windows)
    np.testing.assert_allclose(features, expected.reshape(120, -1), rtol=0, atol=1e-12)
    assert names == list(treealg.branched_sig_names(3, 2, channels=list("xyz"), time_aug=True))
    assert (about["times"], about["windows"]) == (True, ["dyadic", 1])
    with np.load(tmp_path / "out.npz") as found:
        assert found["window"].tolist() == [0, 1, 2] * 40
        assert found["path"].tolist() == np.repeat(np.arange(40), 3).tolist()
    options["weights"] = (1, 1, 1, 2)
    compute(tmp_path / f"in.{kind}", tmp_path / "weighted.npy", **options)
    expected = treealg.branched_sig(paths, 2, time_aug=True, times=times, weights=(1, 1, 1, 2))
    np.testing.assert_allclose(np.load(tmp_path / "weighted.npy"), expected, rtol=0, atol=1e-12)
    assert read(tmp_path / "weighted.npy")[2]["weights"] == [1, 1, 1, 2]
    compute(tmp_path / f"in.{kind}", tmp_path / "both.npz", windows=("dyadic", 1), **options)
    expected = treealg.branched_sig(
        paths, 2, time_aug=True, times=times, weights=(1, 1, 1, 2), windows=windows
    )
    features, _, _ = read(tmp_path / "both.npz")
    np.testing.assert_allclose(features, expected.reshape(120, -1), rtol=0, atol=1e-12)


def test_a_base_point_has_the_time_of_the_first_point(tmp_path):
    times = np.sort(np.random.default_rng(1).uniform(1, 2, size=(40, 6)), axis=1)
    write_with_times(tmp_path / "in.npz", some_paths(), times)
    compute(
        tmp_path / "in.npz", tmp_path / "out.npy", degree=2, time="times", times=True,
        basepoint=True,
    )  # fmt: skip
    times = np.concatenate([times[:, :1], times], axis=1)
    expected = treealg.branched_sig(some_paths(), 2, time_aug=True, times=times, basepoint=True)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected, rtol=0, atol=1e-12)


@pytest.mark.usefixtures("small_pieces")
def test_times_of_arrays_have_to_fit_and_to_rise(tmp_path):
    times = np.tile(np.arange(6.0), (40, 1))
    write_with_times(tmp_path / "wrong.npz", some_paths(), times[:, 1:])
    times[30, 2] = 9
    write_with_times(tmp_path / "falls.npz", some_paths(), times)
    options = {"time": "times", "times": True, "degree": 1}
    with pytest.raises(InvalidValueError, match=r"wrong\.npz: times must have shape \(6,\) or"):
        compute(tmp_path / "wrong.npz", tmp_path / "out.npy", **options)
    with pytest.raises(InvalidValueError, match=r"falls\.npz, paths \d+ to \d+: times must not"):
        compute(tmp_path / "falls.npz", tmp_path / "out.npy", **options)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kind", ARRAYS)
def test_what_is_missing_in_arrays_is_refused_dropped_or_filled(kind, tmp_path):
    paths = some_paths()
    paths[::3, 2, 1] = np.nan
    file = tmp_path / f"in.{kind}"
    write(file, paths)
    with pytest.raises(InvalidValueError, match=r"path 0: channel '1' lacks a value at point 2"):
        compute(file, tmp_path / "out.npy", degree=2)
    for how in ("propagate", "forward-fill", "linear"):
        compute(file, tmp_path / f"{how}.npy", degree=2, missing=how)
        expected = treealg.branched_sig(paths, 2, missing=how)
        np.testing.assert_allclose(np.load(tmp_path / f"{how}.npy"), expected, rtol=0, atol=1e-12)
    compute(file, tmp_path / "drop.npy", degree=2, missing="drop")
    expected = [treealg.branched_sig(path[~np.isnan(path[:, 1])], 2) for path in paths]
    np.testing.assert_allclose(np.load(tmp_path / "drop.npy"), expected, rtol=0, atol=1e-12)


@pytest.mark.usefixtures("small_pieces")
def test_a_path_without_a_value_is_named(tmp_path):
    paths = some_paths()
    paths[30, :, 1] = np.nan
    write(tmp_path / "in.npy", paths)
    with pytest.raises(InvalidValueError, match=r"in\.npy: path 30 has no value of '1' at all"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=1, missing="linear")
    frame = table_of(paths)
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=50)
    with pytest.raises(InvalidValueError, match=r"parquet, row group 3: id 10 has no value of 'y'"):
        compute(tmp_path / "in.parquet", tmp_path / "o.npy", degree=1, id="id", missing="linear")
    compute(tmp_path / "in.npy", tmp_path / "dropped.npz", degree=1, missing="drop")
    with np.load(tmp_path / "dropped.npz") as found:
        assert found["path"].tolist() == [n for n in range(40) if n != 30]


@pytest.mark.parametrize("saved", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_archives_are_read_from_their_beginning_on(saved, order, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 10)
    paths = np.asarray(some_paths(), order=order)
    saved(tmp_path / "in.npz", others=np.arange(5), paths=paths)
    sizes = []
    read_rows = arrays._Member._read
    monkeypatch.setattr(
        arrays._Member,
        "_read",
        lambda *given: sizes.append(given[2] - given[1]) or read_rows(*given),
    )
    compute(tmp_path / "in.npz", tmp_path / "out.npy", degree=1, array="paths")
    assert (max(sizes) < 10) == (order == "C")
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), paths[:, -1] - paths[:, 0])


@pytest.mark.parametrize("saved", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("part", [0.4, 0.9])
def test_a_damaged_archive_is_named(saved, part, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 10)
    saved(tmp_path / "in.npz", paths=some_paths())

    def changed(data):
        place = int(part * len(data))
        data[place : place + 4] = bytes(255 - byte for byte in data[place : place + 4])
        return data

    damaged(tmp_path / "in.npz", changed)
    with pytest.raises(InvalidValueError, match=r"in\.npz, paths \d+ to \d+ cannot be read"):
        compute(tmp_path / "in.npz", tmp_path / "out.npy", degree=1, missing="propagate")
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("dtype", ["float32", "int16", ">f8"])
def test_arrays_may_hold_any_numbers(kind, dtype, tmp_path):
    paths = (10 * some_paths(4)).astype(dtype)
    if kind == "zarr":
        paths = paths.astype(paths.dtype.newbyteorder("="))
    write(tmp_path / f"in.{kind}", paths)
    compute(tmp_path / f"in.{kind}", tmp_path / "out.npy", degree=1)
    expected = (paths[:, -1] - paths[:, 0]).astype(float)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected, rtol=1e-6)


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("target", ["float32", "float64"])
@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_that_floats_do_not_hold_keep_their_differences(kind, target, dtype, tmp_path):
    stamps = np.array([0, 3, 4, 9]) + 1_700_000_000_123_456_789
    paths = np.stack([stamps, np.arange(4)], axis=1)[None].astype(dtype)
    write(tmp_path / f"in.{kind}", paths)
    compute(tmp_path / f"in.{kind}", tmp_path / "out.npy", degree=2, dtype=target)
    found = np.load(tmp_path / "out.npy")
    # Of 0, 3, 4, 9 and 0, 1, 2, 3: increments, and integrals by trapezoids.
    np.testing.assert_array_equal(found[0], [9, 3, 40.5, 11.5, 15.5, 4.5])
    assert found.dtype == target


def test_integers_in_text_are_read_as_such(tmp_path, monkeypatch):
    stamps = np.array([0, 3, 4, 9]) + 1_700_000_000_123_456_789
    lines = [f"{stamp}, {value}" for stamp, value in zip(stamps, (1, 2, 3, 5), strict=True)]
    (tmp_path / "in.csv").write_text("\n".join(["t,x", *lines]) + "\n")
    options = {"degree": 1, "time": "t"}
    compute(tmp_path / "in.csv", tmp_path / "out.npy", values=["x"], times=True, **options)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), [[4, 9]])
    with pytest.raises(InvalidValueError, match=r"in\.csv, block 0 .*'t' has integers beyond"):
        compute(tmp_path / "in.csv", tmp_path / "none.npy", degree=1, values=["x", "t"])
    monkeypatch.setattr(tables, "_CSV_BYTES", 16)  # integers at first, then others, then nothing
    (tmp_path / "in.csv").write_text("x\n" + "1\n" * 20 + "2.5\nNA\n\n7e1\n")
    compute(tmp_path / "in.csv", tmp_path / "mixed.npy", degree=1, missing="drop")
    np.testing.assert_array_equal(np.load(tmp_path / "mixed.npy"), [[69]])


@pytest.mark.parametrize("size", [16, 1 << 22])
@pytest.mark.parametrize(
    "numbers",
    [
        ["9007199254740993", "9007199254740994", "0.5"],
        ["0.5", "1", "9007199254740993"],
        ["NA", "0.5", "-9007199254740993"],
        ["1", "100000000000000000001", "2"],
        ["-1", "18446744073709551615", "2"],
        ["1" * 5000, "1.5", "1"],
    ],
)
def test_no_integer_in_text_is_rounded(numbers, size, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_CSV_BYTES", size)
    (tmp_path / "in.csv").write_text("x,y\n" + "".join(f"{x},1\n" for x in numbers))
    with pytest.raises(InvalidValueError, match=r"in\.csv"):
        compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1, missing="drop")


def test_integers_of_text_that_floats_hold_are_taken_beside_others(tmp_path):
    (tmp_path / "in.csv").write_text(f"x\n0.5\n{2**60}\n-3\n 1e2\n{10**20}\n")
    compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), [[1e20]])


def test_unsigned_times_in_text_keep_their_differences(tmp_path):
    (tmp_path / "in.csv").write_text(f"t,x\n{2**63 + 1},0\n{2**63 + 4},2\n")
    compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1, values=["x"], time="t", times=True)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), [[2, 3]])


def test_an_array_of_two_axes_is_one_path(tmp_path):
    np.save(tmp_path / "in.npy", some_paths()[0])
    compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    expected = treealg.branched_sig(some_paths()[:1], 2)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected)


@pytest.mark.parametrize("target", OUTPUTS)
def test_no_paths_are_no_rows(target, tmp_path):
    np.save(tmp_path / "in.npy", np.empty((0, 4, 2)))
    assert compute(tmp_path / "in.npy", tmp_path / f"out.{target}", degree=2) == 0
    assert read(tmp_path / f"out.{target}")[0].shape == (0, 6)


def test_one_of_several_arrays_is_named(tmp_path):
    np.savez(tmp_path / "in.npz", train=some_paths(), test=some_paths(3))
    with pytest.raises(InvalidValueError, match=r"2 arrays, train, test; give .* --array"):
        compute(tmp_path / "in.npz", tmp_path / "out.npy", degree=1)
    with pytest.raises(InvalidValueError, match="did you mean 'train'"):
        compute(tmp_path / "in.npz", tmp_path / "out.npy", degree=1, array="trian")
    assert compute(tmp_path / "in.npz", tmp_path / "out.npy", degree=1, array="test") == 3


def damaged(path, change):
    data = bytearray(path.read_bytes())
    path.write_bytes(change(data))


@pytest.mark.parametrize("kind", ["npy", "npz", "parquet", "arrow"])
def test_a_truncated_file_is_named(kind, tmp_path):
    write(tmp_path / f"in.{kind}", some_paths())
    damaged(tmp_path / f"in.{kind}", lambda data: data[: len(data) // 2])
    with pytest.raises(InvalidValueError, match=rf"in\.{kind}.* cannot be read"):
        compute(tmp_path / f"in.{kind}", tmp_path / "out.npy", degree=1)
    assert {path.name for path in tmp_path.iterdir()} == {f"in.{kind}"}


def test_a_row_of_csv_that_breaks_off_is_shown(tmp_path):
    write(tmp_path / "in.csv", some_paths())
    lines = (tmp_path / "in.csv").read_text("utf-8").splitlines(keepends=True)
    lines[200] = lines[200].rpartition(",")[0] + "\n"
    (tmp_path / "in.csv").write_text("".join(lines))
    with pytest.raises(InvalidValueError, match=r"in\.csv.* Expected 5 columns, got 4: 31,1,"):
        compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1, id="id", time="t")
    assert not (tmp_path / "out.npy").exists()


@pytest.mark.parametrize("kind", ["arrow", "feather"])
def test_a_record_batch_that_is_damaged_is_named(kind, tmp_path):
    write(tmp_path / f"in.{kind}", some_paths())

    def without_head(data):
        place = -1
        for _ in range(4):  # the schema, and three batches
            place = data.index(b"\xff\xff\xff\xff", place + 1)
        data[place : place + 12] = bytes(12)
        return data

    damaged(tmp_path / f"in.{kind}", without_head)
    with pytest.raises(InvalidValueError, match=r"record batch 2 cannot be read"):
        compute(tmp_path / f"in.{kind}", tmp_path / "out.npy", degree=1, id="id", time="t")


HEADERS = {
    "a size below 0": lambda data: data.replace(b"(40, 6, 3)", b"(40,-6, 3)"),
    "a bracket that is left open": lambda data: data.replace(b"(40, 6, 3)", b"((40, 6,3)"),
    "a size beyond memory": lambda data: data.replace(b"(40, 6, 3), }     ", b"(10000000,6,3),}"),
    "objects": lambda data: data.replace(b"'<f8'", b"'|O' "),
    "no dictionary": lambda data: data.replace(b"{'descr'", b"['descr'"),
}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.filterwarnings("ignore:Reading `.npy` or `.npz` file required additional header")
def test_a_damaged_header_of_an_array_is_named(header, tmp_path):
    write(tmp_path / "in.npy", some_paths())
    before = (tmp_path / "in.npy").read_bytes()
    damaged(tmp_path / "in.npy", HEADERS[header])
    assert (tmp_path / "in.npy").read_bytes() != before
    with pytest.raises(InvalidValueError, match=r"in\.npy cannot be read, it may be damaged"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)


@pytest.mark.parametrize("value", [None, [], "x", [-40, 6, 3]])
@pytest.mark.parametrize("name", ["shape", "chunk_grid", "node_type", "codecs"])
def test_metadata_of_zarr_that_makes_no_sense_is_named(name, value, tmp_path):
    write(tmp_path / "in.zarr", some_paths())
    file = tmp_path / "in.zarr" / "zarr.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {name: value}))
    with pytest.raises(InvalidValueError, match=r"in\.zarr.* (cannot be read|must hold|has)"):
        compute(tmp_path / "in.zarr", tmp_path / "out.npy", degree=2)


def test_what_zarr_says_of_an_array_is_named_where_it_is_damaged(tmp_path):
    write(tmp_path / "in.zarr", some_paths())
    damaged(tmp_path / "in.zarr" / "zarr.json", lambda data: data[:50])
    with pytest.raises(InvalidValueError, match=r"in\.zarr.* cannot be read"):
        compute(tmp_path / "in.zarr", tmp_path / "out.npy", degree=1)


@pytest.mark.parametrize("kind", OUTPUTS)
def test_an_empty_file_is_named(kind, tmp_path):
    if kind == "zarr":
        (tmp_path / "in.zarr").mkdir()
    else:
        (tmp_path / f"in.{kind}").write_bytes(b"")
    with pytest.raises(InvalidValueError, match=rf"in\.{kind}.* cannot be read"):
        compute(tmp_path / f"in.{kind}", tmp_path / "out.npy", degree=1)
    assert [path.name for path in tmp_path.iterdir()] == [f"in.{kind}"]


def test_a_damaged_row_group_is_named_and_what_was_done_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 9)
    write(tmp_path / "in.parquet", some_paths())
    meta = pa.parquet.read_metadata(tmp_path / "in.parquet")
    start = meta.row_group(3).column(2).data_page_offset

    def zeros(data):
        data[start : start + 40] = bytes(40)
        return data

    whole = (tmp_path / "in.parquet").read_bytes()
    damaged(tmp_path / "in.parquet", zeros)
    with pytest.raises(InvalidValueError, match=r"in\.parquet, row group 3 cannot be read"):
        compute(tmp_path / "in.parquet", tmp_path / "out.npy", degree=1, id="id", time="t")
    assert not (tmp_path / "out.npy").exists()
    assert list((tmp_path / "out.npy.parts").glob("*.part"))
    # A file that was mended is another one: nothing of the old one is used unasked.
    (tmp_path / "in.parquet").write_bytes(whole)
    with pytest.raises(InvalidValueError, match="parts of another run"):
        compute(tmp_path / "in.parquet", tmp_path / "out.npy", degree=1, id="id", time="t")
    compute(
        tmp_path / "in.parquet", tmp_path / "out.npy", degree=1, id="id", time="t", restart=True
    )
    assert np.load(tmp_path / "out.npy").shape == (40, 3)


def test_a_chunk_of_zarr_that_is_damaged_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 11)
    write(tmp_path / "in.zarr", some_paths())
    (shard,) = (tmp_path / "in.zarr").glob("c/2/0/0")
    damaged(shard, lambda data: data[:10])
    with pytest.raises(InvalidValueError, match=r"in\.zarr, paths 16 to 23 cannot be read"):
        compute(tmp_path / "in.zarr", tmp_path / "out.npy", degree=1)


@pytest.mark.parametrize("column", ["id", "t", "y"])
@pytest.mark.parametrize("kind", TABLES)
def test_a_missing_column_is_named_with_its_file(column, kind, tmp_path):
    write(tmp_path / f"whole.{kind}", some_paths())
    frame = table_of(some_paths()).drop(columns=column)
    if kind == "csv":
        frame.to_csv(tmp_path / f"in.{kind}", index=False)
    elif kind == "parquet":
        frame.to_parquet(tmp_path / f"in.{kind}")
    else:
        frame.to_feather(tmp_path / f"in.{kind}")
    with pytest.raises(InvalidValueError, match=rf"in\.{kind}: .* no column '{column}'"):
        compute(
            [tmp_path / f"whole.{kind}", tmp_path / f"in.{kind}"], tmp_path / "out.npy", degree=1,
            id="id", time="t", values=["x", "y"],
        )  # fmt: skip


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("nbytes", [1, 1 << 25])
def test_ids_that_come_again_are_named(nbytes, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", nbytes)
    frame = table_of(some_paths())
    pd.concat([frame, frame[6:9]]).to_parquet(tmp_path / "in.parquet", row_group_size=50)
    with pytest.raises(InvalidValueError, match="the points of id 7 do not stand together"):
        compute(tmp_path / "in.parquet", tmp_path / "out.npy", degree=1, id="id")


def test_times_that_fall_are_named_with_their_row_group(tmp_path):
    frame = table_of(some_paths())
    frame.loc[170, "t"] = -1
    frame.to_parquet(tmp_path / "in.parquet", row_group_size=50)
    with pytest.raises(InvalidValueError, match="row group 3: 't' falls within a path"):
        compute(tmp_path / "in.parquet", tmp_path / "out.npy", degree=1, id="id", time="t")


def test_values_that_are_missing_are_refused_with_their_file(tmp_path):
    frame = table_of(some_paths())
    frame.loc[170, "y"] = np.nan
    frame.to_csv(tmp_path / "in.csv", index=False)
    with pytest.raises(InvalidValueError, match=r"in\.csv, block 0 .*'y' lacks a value; give"):
        compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1, id="id", time="t")


def test_text_where_numbers_should_be_is_refused(tmp_path):
    (tmp_path / "in.csv").write_text("id,x\n1,2\n1,three\n")
    with pytest.raises(InvalidTypeError, match="columns of numbers"):
        compute(tmp_path / "in.csv", tmp_path / "out.npy", degree=1, id="id", values=["x"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input": "inn.npy"}, "there is no file .*did you mean 'in.npy'"),
        ({"input": "flat.npy"}, "must hold an array of shape"),
        ({"input": "text.npy"}, "must hold numbers"),
        ({"input": ["in.npy", "flat.npy"]}, "an array must be one file"),
        ({"output": "out.xlsx"}, "^output must end in one of"),
        ({"output": "out.csv.gz"}, r"got .*out\.csv\.gz; unpack it first, or use \.parquet"),
        ({"output": "no/such/folder/out.npy"}, "there is no folder"),
        ({"output": "in.npy"}, "is there already"),
        ({"values": ["a"]}, "has 3 channels, got 1 names"),
        ({"id": "id"}, "id must be left out for arrays"),
        ({"time": "t"}, "time must be left out for arrays where times=False"),
        ({"times": True}, "be given with the name of `time`"),
        ({"times": True, "time": "t"}, "holds one array and no others"),
        ({"array": "x"}, "holds one array and no others"),
        ({"degree": -1}, "degree must be"),
        ({"trees": ["9"]}, "trees must be among"),
        ({"input": "x" * 5000}, "longer than names of files may be"),
        ({"output": "x" * 5000 + ".npy"}, "longer than names of files may be"),
        ({"input": "in.npy/"}, "^input must be the name of a file, got 'in.npy/', which is that"),
        ({"input": ["in.npy/."]}, "^input must be .* got 'in.npy/.', which is that of a folder"),
        ({"output": "out.npy/"}, "^output must be .* got 'out.npy/', which is that of a folder"),
        ({"output": "out.zarr/.."}, "^output must be .*, which is that of a folder"),
        ({"input": "file:///tmp/in.npy"}, "^input .* URLs are neither read .*; give the path in"),
        ({"input": "s3://b/in.npy"}, "^input .* URLs are neither read .*; give the name of a copy"),
        ({"output": "https://b/out.npy"}, "^output .* URLs are neither read nor written"),
    ],
)
def test_what_makes_no_sense_is_refused(change, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("in.npy", some_paths())
    np.save("flat.npy", np.zeros(4))
    np.save("text.npy", np.full((2, 2, 2), "a"))
    before = sorted(tmp_path.iterdir())
    options = {"input": "in.npy", "output": "out.npy", "degree": 1} | change
    with pytest.raises(InvalidValueError, match=message):
        compute(options.pop("input"), options.pop("output"), **options)
    assert sorted(tmp_path.iterdir()) == before


def test_names_of_folders_may_end_as_such(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    np.save("folder/in.npy", some_paths())
    assert compute("folder/", "out.zarr/", degree=1) == 40
    assert compute("folder", "other.zarr", degree=1) == 40
    np.testing.assert_array_equal(read(tmp_path / "out.zarr")[0], read(tmp_path / "other.zarr")[0])
    assert cli.main(["compute", "folder/", "more.zarr/", "--degree", "1"]) == 0


@pytest.mark.parametrize("value", [np.array([1, 2]), pd.Series([1, 2]), pd.NA, [1], 1, 2.5, {"a"}])
@pytest.mark.parametrize("name", ["time", "progress", "overwrite", "restart", "times", "dask"])
def test_options_of_another_type_are_refused_before_anything_is_read(name, value, tmp_path):
    with pytest.raises(InvalidTypeError, match=f"^{name} must be"):
        compute(tmp_path / "in.csv", tmp_path / "out.csv", degree=1, **{name: value})


def test_an_output_is_replaced_only_where_that_is_asked_for(tmp_path):
    np.save(tmp_path / "in.npy", some_paths())
    for target in OUTPUTS:
        output = tmp_path / f"out.{target}"
        compute(tmp_path / "in.npy", output, degree=1)
        with pytest.raises(InvalidValueError, match="is there already"):
            compute(tmp_path / "in.npy", output, degree=2)
        compute(tmp_path / "in.npy", output, degree=2, overwrite=True)
        assert read(output)[0].shape[1] == 12


@pytest.mark.parametrize("kind", ["npy", "npz", "zarr", "csv", "parquet"])
def test_no_file_that_is_read_is_written_to(kind, tmp_path):
    write(tmp_path / f"in.{kind}", some_paths())
    (tmp_path / f"link.{kind}").symlink_to(tmp_path / f"in.{kind}")

    def contents():
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = contents()
    ids = {"id": "id"} if kind in ("csv", "parquet") else {}
    for output in (f"in.{kind}", f"link.{kind}"):
        with pytest.raises(InvalidValueError, match="output must be none of the files"):
            compute(tmp_path / f"in.{kind}", tmp_path / output, degree=2, overwrite=True, **ids)
    assert contents() == before


@pytest.mark.parametrize("name", [None, 3, ["x.npy"], "", "x\0.npy", object()])
def test_what_is_no_name_of_a_file_is_refused(name, tmp_path):
    np.save(tmp_path / "p.npy", some_paths(2))
    with pytest.raises((InvalidTypeError, InvalidValueError), match="output must be the name"):
        compute(tmp_path / "p.npy", name, degree=1)
    if not isinstance(name, list):
        with pytest.raises((InvalidTypeError, InvalidValueError), match="input must be the name"):
            compute(name, tmp_path / "f.npy", degree=1)
    with pytest.raises(InvalidValueError, match="at least one file"):
        compute([], tmp_path / "f.npy", degree=1)


def test_the_home_directory_blanks_and_letters_are_understood(tmp_path, monkeypatch):
    home = tmp_path / "a ß é"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    np.save(home / "p q.npy", some_paths(2))
    assert compute("~/p q.npy", "~/ü.npy", degree=1) == 2
    assert compute("p q.npy", b"relative.npy", degree=1) == 2
    assert sorted(file.name for file in home.glob("*.npy")) == ["p q.npy", "relative.npy", "ü.npy"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for_and_a_broken_link_is_named(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    os.mkfifo(folder / "p.npy")
    for source in (folder / "p.npy", folder):
        with pytest.raises(InvalidValueError, match="neither a file nor a folder"):
            compute(source, tmp_path / "f.npy", degree=1)
    (tmp_path / "q.npy").symlink_to("nowhere.npy")
    with pytest.raises(InvalidValueError, match=r"a link to nowhere\.npy"):
        compute(tmp_path / "q.npy", tmp_path / "f.npy", degree=1)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"id,x,x\na,1,2\n", "several columns 'x'"), ("id,é\na,1\n".encode("latin1"), "utf-8")],
)
def test_columns_of_one_name_or_of_another_encoding_are_refused(data, message, tmp_path):
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InvalidValueError, match=message):
        compute(tmp_path / "t.csv", tmp_path / "f.csv", id="id", degree=1)


@pytest.mark.parametrize(
    ("name", "given", "plain"),
    [
        ("end_time", Fraction(1, 2), 0.5),
        ("end_time", Decimal("0.5"), 0.5),
        ("end_time", np.longdouble(0.5), 0.5),
        ("end_time", sympy.Rational(1, 2), 0.5),
        ("n_jobs", sympy.Integer(1), 1),
        ("weights", pd.Series([1, 2, 1]), (1, 2, 1)),
        ("weights", iter([1, 2, 1]), (1, 2, 1)),
        ("basepoint", pd.Series([1.0, 2.0]), [1.0, 2.0]),
        ("correction", pd.Series([0.5, 0.0, 0.0, 1.0]), [0.5, 0.0, 0.0, 1.0]),
    ],
    ids=lambda x: type(x).__name__,
)
def test_options_of_any_kind_are_written_down_as_numbers(name, given, plain, tmp_path):
    np.save(tmp_path / "in.npy", some_paths(channels=2))
    options = {"degree": 2, "time_aug": name not in ("basepoint", "correction")}
    for out, value in (("a.npy", given), ("b.npy", plain)):
        compute(tmp_path / "in.npy", tmp_path / out, **options, **{name: value})
    assert read(tmp_path / "a.npy")[2] == read(tmp_path / "b.npy")[2]
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy"))


@pytest.mark.parametrize("address", [" ", "nowhere", "tcp://", ""])
def test_what_is_no_address_of_a_scheduler_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PATIENCE", "0.2s")
    np.save(tmp_path / "in.npy", some_paths())
    with pytest.raises(InvalidValueError, match=r"no scheduler of Dask answers at .*; give"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=1, dask=address)
