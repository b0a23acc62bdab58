"""What belongs to others is left alone, and what files say of themselves is not believed."""

import errno
import io
import json
import multiprocessing
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import zarr

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.files import compute, parts, run
from treealg.files.source import readable
from treealg.whole import whole

ROOT = Path(treealg.__file__).parents[1]


@pytest.fixture
def source(tmp_path):
    np.save(tmp_path / "in.npy", np.random.default_rng(0).normal(size=(12, 4, 2)))
    return tmp_path / "in.npy"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(source, output, message, **options):
    """Check that a run is refused, and changes nothing."""
    before = contents(output.parent)
    with pytest.raises(InvalidValueError, match=message):
        compute(source, output, degree=1, **options)
    assert contents(output.parent) == before


@pytest.mark.parametrize("kind", ["npy", "npz", "csv", "parquet", "arrow", "feather", "zarr"])
def test_a_folder_of_something_else_is_not_replaced(kind, source, tmp_path):
    output = tmp_path / f"out.{kind}"
    output.mkdir()
    (output / "mine").write_text("x")
    refused(source, output, "is there already")
    refused(source, output, "is a folder, and no output of before", overwrite=True)


@pytest.mark.parametrize("kind", ["npy", "csv"])
def test_the_file_beside_an_output_is_replaced_only_where_that_is_asked_for(kind, source, tmp_path):
    output, beside = tmp_path / f"out.{kind}", tmp_path / f"out.{kind}.json"
    beside.write_text("mine")
    refused(source, output, r"\.json is there already")
    assert compute(source, output, degree=1, overwrite=True) == 12
    assert json.loads(beside.read_text())["degree"] == 1


@pytest.mark.parametrize("name", ["mine", "job.json.old", "1.part.txt", "lock/", "000000.part/"])
def test_a_folder_of_parts_with_something_else_is_left_alone(name, source, tmp_path):
    folder = tmp_path / "out.npy.parts"
    folder.mkdir()
    (folder / name).mkdir() if name.endswith("/") else (folder / name).write_text("x")
    for options in ({}, {"restart": True}, {"overwrite": True}):
        refused(source, tmp_path / "out.npy", "which is none of them", **options)


@pytest.mark.parametrize("kind", ["file", "link to nothing", "link to a folder", "loop"])
def test_what_has_the_name_of_the_folder_is_left_alone(kind, source, tmp_path):
    folder = tmp_path / "out.npy.parts"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "000000.part").write_text("x")
    if kind == "file":
        folder.write_text("x")
    else:
        folder.symlink_to({"link to a folder": "other", "loop": folder.name}.get(kind, "nothing"))
    refused(source, tmp_path / "out.npy", "is no folder; remove it", restart=True)
    assert os.path.lexists(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"job": 3}', "\xff", "[" * 10**5])
def test_parts_of_a_job_that_cannot_be_read_are_thrown_away_when_that_is_asked_for(
    text, source, tmp_path
):
    folder = tmp_path / "out.npy.parts"
    folder.mkdir()
    (folder / "job.json").write_bytes(text.encode("latin-1"))
    (folder / "000000.part").write_text("x")
    (folder / "lock").write_text("")
    refused(source, tmp_path / "out.npy", "what they depend on is damaged")
    assert compute(source, tmp_path / "out.npy", degree=1, restart=True) == 12
    assert not folder.exists()


def test_an_output_that_was_removed_before_its_parts_is_written_again(
    source, tmp_path, monkeypatch
):
    output = tmp_path / "out.npy"
    with monkeypatch.context() as patched:
        patched.setattr(parts.Parts, "_remove", lambda self: None)
        compute(source, output, degree=1)
    expected = output.read_bytes()
    output.unlink()
    assert compute(source, output, degree=1) == 12
    assert output.read_bytes() == expected


@pytest.mark.parametrize("inner", ["in.npy", "in.zarr", "a/b/in.npy"])
def test_an_output_neither_holds_what_is_read_nor_lies_in_it(inner, tmp_path):
    paths = np.zeros((2, 3, 2))
    file = tmp_path / "outer.zarr" / inner
    file.parent.mkdir(parents=True)
    zarr.save_array(file, paths) if inner.endswith("zarr") else np.save(file, paths)
    (tmp_path / "link.zarr").symlink_to("outer.zarr")
    for output in ("outer.zarr", "link.zarr"):
        refused(file, tmp_path / output, "in none and around none", overwrite=True)
    if inner.endswith("zarr"):
        refused(file, file / "out.npy", "in none and around none")


def write_one(source, output, at):
    at.wait()
    try:
        return f"{compute(source, output, degree=2)} rows"
    except InvalidValueError as error:
        return str(error)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_of_processes_that_write_one_output_one_does_and_the_others_are_refused(
    source, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "_PIECE", 1 << 8)
    context = multiprocessing.get_context("fork")
    for number in range(5):
        output = tmp_path / f"{number}.npy"
        at, told = context.Barrier(4), context.SimpleQueue()
        many = [
            context.Process(target=lambda: told.put(write_one(source, output, at)))  # noqa: B023
            for _ in range(4)
        ]
        for process in many:
            process.start()
        for process in many:
            process.join()
        said = [told.get() for _ in many]
        assert said.count("12 rows") == 1
        refusals = [text for text in said if "another process is writing" in text]
        refusals += [text for text in said if "is there already" in text]
        assert len(refusals) == 3
        assert not output.with_name(f"{output.name}.parts").exists()


def test_a_folder_that_is_removed_while_its_lock_is_taken_is_made_anew(
    source, tmp_path, monkeypatch
):
    hold, calls = parts.hold, []

    def removed(number, *, wait):
        calls.append(number)
        if len(calls) == 1:
            (tmp_path / "out.npy.parts" / "lock").unlink()
            (tmp_path / "out.npy.parts").rmdir()
        return hold(number, wait=wait)

    monkeypatch.setattr(parts, "hold", removed)
    assert compute(source, tmp_path / "out.npy", degree=1) == 12
    assert len(calls) == 2


def archive(path, *members):
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def array_file(shape, data=b"", *, is_turned=False):
    file = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": is_turned, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + data


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize(
    "shape", [(10**12, 5, 2), (10**30, 5, 2), (1, 10**12, 2), (1, 2, 10**6), (-3, 5, 2), (3, 4, 2)]
)
def test_an_archive_holds_what_its_header_says(shape, is_turned, tmp_path):
    member = array_file(shape, b"\0" * 8 * 23, is_turned=is_turned)
    file = archive(tmp_path / "in.npz", ("x.npy", member))
    refused(file, tmp_path / "out.npy", r"are missing|has the shape|has \d+ channels")


@pytest.mark.parametrize(
    ("descr", "shape"),
    [
        ("(2,", (3, 4, 2)), ("V2000000000", (1,)), ("|O", (3, 4, 2)), ("U9", (3, 4, 2)),
        ("<f8", "x"), ("<f8", (2.0, 4, 2)), (None, None), ([], ()), ("<f8", (3, 4, None)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_any_text_in_the_header_of_an_array_is_refused(descr, shape, kind, tmp_path):
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 192
    file = tmp_path / f"in.{kind}"
    if kind == "npy":
        file.write_bytes(data)
    else:
        archive(file, ("x.npy", data))
    refused(file, tmp_path / "out.npy", r"may be damaged|must hold")


@pytest.mark.parametrize("length", [245, 300])
@pytest.mark.parametrize("kind", ["npy", "csv", "parquet"])
def test_names_that_are_too_long_for_files_beside_them_are_refused(length, kind, tmp_path, source):
    output = tmp_path / f"{'a' * (length - len(kind))}.{kind}"
    if kind == "parquet" and length == 245:  # which has nothing beside it but the parts
        assert compute(source, output, degree=1) == 12
        output = tmp_path / f"{'a' * 243}.{kind}"
    refused(source, output, "longer than names|cannot be written: File name too long")
    refused(output, tmp_path / "out.npy", "longer than names|there is no file")


def test_an_archive_may_hold_more_than_arrays_and_each_array_once(tmp_path):
    member = array_file((3, 4, 2), b"\0" * 8 * 24)
    file = archive(tmp_path / "in.npz", ("x.npy", member), ("notes.txt", b"x"), ("folder/", b""))
    assert compute(file, tmp_path / "out.npy", degree=1) == 3
    refused(archive(tmp_path / "none.npz", ("x", member)), tmp_path / "o.npy", "holds no array")
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = archive(tmp_path / "two.npz", ("x.npy", member), ("x.npy", member))
    refused(file, tmp_path / "o.npy", "several arrays 'x'")


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((10**12, 5, 2), OSError, "1000000000000 rows of 6 features take .* GB are free"),
        ((1, 10**13, 1), InvalidValueError, "does not fit in memory"),
        ((1, 2, 10**12), InvalidValueError, "has 1000000000000 channels"),
    ],
)
def test_an_array_of_zarr_that_holds_next_to_nothing_is_not_filled_in(
    shape, error, message, tmp_path
):
    chunks = tuple(min(count, 1000) for count in shape)
    zarr.create_array(tmp_path / "in.zarr", shape=shape, chunks=chunks, dtype="f8")
    with pytest.raises(error, match=message) as caught:
        compute(tmp_path / "in.zarr", tmp_path / "out.npy", degree=2)
    assert getattr(caught.value, "errno", errno.ENOSPC) == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["in.zarr"]


def table(path, **columns):
    data = pa.table(columns)
    write = pa.parquet.write_table if path.suffix == ".parquet" else pa.feather.write_feather
    write(data, str(path))
    return path


@pytest.mark.parametrize("offsets", [(0, 2**30, 2), (0, -5, 2), (7, 1, 2), (0, 1, 2**31 - 1)])
@pytest.mark.parametrize("role", ["input", "part"])
def test_text_of_arrow_that_lies_elsewhere_is_not_read(offsets, role, tmp_path, monkeypatch):
    data = pa.table({"i": ["a", "b"], "x": [1.0, 2.0]})
    file = tmp_path / "in.arrow"
    with file.open("wb") as out, pa.ipc.new_file(out, data.schema) as writer:
        writer.write_table(data)
    damaged = file
    output = tmp_path / "out.npz"
    if role == "part":
        with monkeypatch.context() as patched:
            patched.setattr(run, "_assemble", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                compute(file, output, degree=1, id="i")
        damaged = tmp_path / "out.npz.parts" / "000000.part"
    content = damaged.read_bytes()
    right = struct.pack("<3i", 0, 1, 2)
    assert content.count(right) == 1
    changed = damaged.stat()
    damaged.write_bytes(content.replace(right, struct.pack("<3i", *offsets)))
    os.utime(damaged, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    with pytest.raises(InvalidValueError, match=f"{damaged.name}.* may be damaged"):
        compute(file, output, degree=1, id="i")


KINDS = {
    "lists": pa.array([[1], [1]]),
    "records": pa.array([{"a": 1}] * 2),
    "intervals": pa.array([(1, 2, 3)] * 2, pa.month_day_nano_interval()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["id", "time"])
def test_columns_that_cannot_be_compared_tell_no_paths_apart(kind, role, tmp_path):
    file = table(tmp_path / "in.arrow", i=KINDS[kind], n=[1, 1], x=[1.0, 2.0])
    columns = {"id": "i"} if role == "id" else {"id": "n", "time": "i"}
    with pytest.raises(InvalidTypeError, match="'i' must hold numbers, text or times"):
        compute(file, tmp_path / "out.npy", degree=1, values=["x"], **columns)


@pytest.mark.parametrize(
    "ids", [pa.nulls(2), pa.array([np.nan] * 2), pa.array([None, 1.0]), pa.array(["a", None])]
)
@pytest.mark.parametrize("role", ["id", "time"])
def test_a_key_that_is_missing_is_named(ids, role, tmp_path):
    file = table(tmp_path / "in.parquet", i=ids, n=[1, 1], x=[1.0, 2.0])
    columns = {"id": "i"} if role == "id" else {"id": "n", "time": "i"}
    with pytest.raises(InvalidValueError, match="column 'i' lacks a value in a row"):
        compute(file, tmp_path / "out.npy", degree=1, values=["x"], **columns)


IDS = {"bytes": pa.array([b"\xff\0"] * 2), "views": pa.array(["é"] * 2, pa.string_view())}


@pytest.mark.parametrize("target", ["npy", "npz", "zarr", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("name", ["i", "features of treealg"])
def test_ids_may_be_views_of_text_in_a_column_of_any_name(name, target, tmp_path):
    file = table(tmp_path / "in.arrow", **{name: IDS["views"], "x": [1.0, 2.0]})
    assert compute(file, tmp_path / f"out.{target}", degree=1, id=name) == 1
    if target == "parquet":
        assert pa.parquet.read_table(tmp_path / "out.parquet")[name].to_pylist() == ["é"]


@pytest.mark.parametrize("target", ["parquet", "arrow"])
def test_ids_of_bytes_go_to_files_of_arrow(target, tmp_path):
    file = table(tmp_path / "in.arrow", i=IDS["bytes"], x=[1.0, 2.0])
    assert compute(file, tmp_path / f"out.{target}", degree=1, id="i") == 1
    read = pa.parquet.read_table if target == "parquet" else pa.feather.read_table
    assert read(tmp_path / f"out.{target}")["i"].to_pylist() == [b"\xff\0"]


@pytest.mark.parametrize("target", ["npy", "npz", "zarr", "csv"])
def test_ids_of_bytes_go_to_no_other_files(target, tmp_path):
    file = table(tmp_path / "in.arrow", i=IDS["bytes"], x=[1.0, 2.0])
    with pytest.raises(InvalidTypeError, match="holds bytes, which go to parquet"):
        compute(file, tmp_path / f"out.{target}", degree=1, id="i")


@pytest.mark.parametrize("text", ["i;x\n1;2\n", "i,x\n1,a\n", "i,x\n"])
def test_a_table_without_numbers_shows_what_it_has(text, tmp_path):
    (tmp_path / "in.csv").write_text(text)
    message = "no column of numbers but what `id` and `time` name; its columns are 'i"
    refused(tmp_path / "in.csv", tmp_path / "out.csv", message, id="i")


@pytest.mark.parametrize("source", ["npy", "npz", "zarr", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("target", ["npy", "npz", "zarr", "csv", "parquet", "arrow"])
def test_names_that_are_no_text_are_names(source, target, tmp_path):
    given = tmp_path / os.fsdecode(b"\xff in").join(["", f".{source}"])
    paths = np.random.default_rng(0).normal(size=(1, 4, 2))
    try:
        if source == "zarr":
            zarr.save_array(given, paths)
        elif source in ("npy", "npz"):
            with given.open("wb") as file:
                (np.save if source == "npy" else np.savez)(file, paths)
        else:
            columns = {name: paths[0, :, place] for place, name in enumerate("xy")}
            plain = table(tmp_path / "plain.parquet", **columns)
            if source == "csv":
                pa.parquet.read_table(plain).to_pandas().to_csv(plain, index=False)
            elif source == "arrow":
                table(plain.with_suffix(".arrow"), **columns).rename(plain)
            plain.rename(given)
    except OSError:
        pytest.skip("this file system takes text only")
    output = tmp_path / os.fsdecode(b"\xfe out").join(["", f".{target}"])
    assert compute(given, output, degree=2) == 1
    assert output.exists()


def test_a_file_that_may_not_be_read_is_not_called_damaged():
    with (
        pytest.raises(InvalidValueError, match=r"^x\.npy cannot be read: Permission denied$"),
        readable("x.npy"),
    ):
        raise PermissionError(errno.EACCES, "Permission denied", "x.npy")


@pytest.mark.parametrize(
    "write",
    [whole, lambda path: parts.Parts(path, {}, overwrite=False, restart=False)],
    ids=["a file", "parts"],
)
def test_a_full_disk_is_told_with_the_name_of_the_file(write, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(parts.Parts, "_begin", full)
    with pytest.raises(OSError, match="No space left") as raised, write(tmp_path / "out.npy"):
        full()
    assert raised.value.filename == str(tmp_path / "out.npy")


def test_a_name_that_the_locale_does_not_have_is_refused():
    code = "import treealg; treealg.tables.load_table('~/\\xfc.npz')"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "InvalidValueError: path is '~/\\xfc.npz', which names of files cannot be" in done.stderr
