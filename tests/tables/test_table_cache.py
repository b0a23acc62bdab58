"""The disk and memory caches: damage, races, threads, forks, directories that do not work."""

import contextlib
import errno
import io
import json
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import treealg
from treealg import cli, tables
from treealg.errors import InvalidValueError, TableCacheWarning, warn_caller
from treealg.memory import memory
from treealg.numeric.operations.source import written
from treealg.tables import cache, disk, foresight, memory_limits
from treealg.tables.directory import MAGIC, TEMPORARY, file_name, prune, table_files
from treealg.tables.disk import LARGEST_FILE
from treealg.tables.foresight import Needs
from treealg.tables.linear_map import LinearMap

BUILDERS = {
    "arborification": lambda: tables.arborification(2, 4),
    "convolution": lambda: tables.convolution(2, 4, planar=True),
    "word_convolution": lambda: tables.word_convolution(3, 3),
    "lyndon": lambda: tables.lyndon(2, 3, 2),
    "lyndon_arborification": lambda: tables.lyndon_arborification(2, 3, 1),
}


def equal(first, second):
    (integers, arrays), (others, others_arrays) = first.parts(), second.parts()
    return (
        integers == others
        and arrays.keys() == others_arrays.keys()
        and all(
            a.dtype == others_arrays[name].dtype and np.array_equal(a, others_arrays[name])
            for name, a in arrays.items()
        )
    )


def only_file(directory, name="arborification"):
    (path,) = directory.glob(f"{name}-*.table")
    return path


@pytest.fixture
def no_build(monkeypatch):
    """Make it an error to generate anything."""

    def refuse(*args, **kwargs):
        raise AssertionError("built and not read")

    monkeypatch.setattr(cache, "_load_or_build", _only_load(refuse))


def _only_load(refuse):
    original = cache._load_or_build

    def load(name, key, cls, build, check):
        return original(name, key, cls, refuse, check)

    return load


@pytest.mark.parametrize("name", BUILDERS)
def test_tables_come_back_from_disk_as_they_were(name, request):
    built = BUILDERS[name]()
    tables.clear_cache()
    request.getfixturevalue("no_build")
    read = BUILDERS[name]()
    assert read is not built
    assert equal(read, built)


@pytest.mark.parametrize("name", BUILDERS)
def test_tables_are_the_same_object_while_they_are_kept(name):
    first = BUILDERS[name]()
    assert BUILDERS[name]() is first


def test_any_changed_byte_is_found_and_the_file_rebuilt(table_directory):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    rng = np.random.default_rng(11)
    for position in [0, 8, 16, 24, len(content) - 1, *rng.integers(len(content), size=60)]:
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        tables.clear_cache()
        with pytest.warns(TableCacheWarning, match="built anew"):
            assert equal(tables.arborification(2, 3), built)
        assert path.read_bytes() == content


@pytest.mark.parametrize("length", [0, 1, 23, 24, 100, -1])
def test_truncated_files_are_rebuilt(table_directory, length):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    path.write_bytes(content[:length])
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="built anew"):
        assert equal(tables.arborification(2, 3), built)
    assert path.read_bytes() == content


def test_what_does_not_begin_like_a_table_is_not_read_on(table_directory, monkeypatch):
    tables.arborification(2, 3)
    with open(only_file(table_directory), "wb") as file:
        file.truncate(2**31)
    tables.clear_cache()
    tracemalloc.start()
    try:
        with pytest.warns(TableCacheWarning, match="does not begin like"):
            tables.arborification(2, 3)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def test_a_file_that_shrinks_while_it_is_read_is_rebuilt(table_directory, monkeypatch):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:30])
    fstat = os.fstat

    def before(number):
        found = list(fstat(number))
        found[6] = size
        return os.stat_result(found)

    tables.clear_cache()
    with monkeypatch.context() as patched:
        patched.setattr("os.fstat", before)
        with pytest.warns(TableCacheWarning, match="cut off while it was read"):
            assert equal(tables.arborification(2, 3), built)


def test_weights_of_many_channels_have_a_file_as_all_tables_do(table_directory):
    weights = (1,) * 149 + (2,)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        built = tables.weighted_arborification(weights, 1, planar=False)
        tables.weighted_arborification((2, *weights[:-1]), 1, planar=False)
    files, others, _ = table_files(str(table_directory))
    assert (len(files), others) == (2, [])
    assert all(len(file.name) < 143 for file in files)
    tables.clear_cache()
    assert equal(tables.weighted_arborification(weights, 1, planar=False), built)


def test_files_under_the_hash_of_another_key_are_not_taken(table_directory):
    weights = (1,) * 149 + (2,)
    other = (2, *weights[:-1])
    built = tables.weighted_arborification(weights, 2, planar=False)
    tables.weighted_arborification(other, 2, planar=False)
    name = "weighted_arborification"
    mine, foreign = (
        file_name(str(table_directory), name, (2, 0, *chosen)) for chosen in (weights, other)
    )
    os.replace(foreign, mine)
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="it is 'weighted_arborification' for"):
        assert equal(tables.weighted_arborification(weights, 2, planar=False), built)


def test_a_longer_file_is_rebuilt(table_directory):
    tables.arborification(2, 3)
    path = only_file(table_directory)
    path.write_bytes(path.read_bytes() + b"\0")
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="not those of its arrays"):
        tables.arborification(2, 3)


@pytest.mark.parametrize(
    ("header", "problem"), [("whole", "not those of its arrays"), ("none", "its header is wrong")]
)
def test_what_follows_a_table_is_not_read(table_directory, header, problem):
    tables.arborification(2, 3)
    with open(only_file(table_directory), "r+b") as file:
        if header == "none":
            file.seek(24)
            file.write(b"?")
        file.truncate(2**31)
    tables.clear_cache()
    tracemalloc.start()
    try:
        with pytest.warns(TableCacheWarning, match=problem):
            tables.arborification(2, 3)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def forge(path, change):
    """Rewrite a file with a right checksum after `change` on its header and payload."""
    content = path.read_bytes()
    magic, _, length = disk.PREFIX.unpack_from(content)
    header = json.loads(content[disk.PREFIX.size : disk.PREFIX.size + length])
    payload = bytearray(content[disk.PREFIX.size + length :])
    header = change(header, payload) or header
    text = json.dumps(header).encode()
    body = text + bytes(payload)
    digest = zlib.crc32(body, zlib.crc32(len(text).to_bytes(8, "little")))
    path.write_bytes(disk.PREFIX.pack(magic, digest, len(text)) + body)


def set_header(**values):
    return lambda header, payload: header.update(values)


def set_array(name, column, value):
    def change(header, payload):
        for place in header["arrays"]:
            if place[0] == name:
                place[column] = value

    return change


def fill(name, byte):
    def change(header, payload):
        for field, dtype, size, place in header["arrays"]:
            if field == name:
                end = place + size * np.dtype(dtype).itemsize
                payload[place:end] = bytes([byte]) * (end - place)

    return change


def put(name, values, first=0):
    """Write some entries of an array."""

    def change(header, payload):
        for field, dtype, _, place in header["arrays"]:
            if field == name:
                new = np.array(values, dtype=dtype).tobytes()
                place += first * np.dtype(dtype).itemsize
                payload[place : place + len(new)] = new

    return change


def move_off_alignment(header, payload):
    """Copy the coefficients to where kernels could not read them."""
    for place in header["arrays"]:
        if place[0] == "coef":
            data = payload[place[3] : place[3] + 8 * place[2]]
            payload += b"\0"
            place[3] = len(payload)
            payload += data


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(set_header(format=disk.FORMAT + 1), id="version"),
        pytest.param(set_header(format=None), id="no version"),
        pytest.param(set_header(table="convolution"), id="table"),
        pytest.param(set_header(key=[2, 4, False, 1]), id="key"),
        pytest.param(set_header(integers={}), id="no sizes"),
        pytest.param(set_header(integers={"width": 2, "n_rows": 10, "n_cols": 7.0}), id="float"),
        pytest.param(set_header(integers={"width": 2, "n_rows": 10, "n_cols": 9}), id="sizes"),
        pytest.param(set_header(integers=[1, 2]), id="sizes of another type"),
        pytest.param(set_header(arrays=[]), id="no arrays"),
        pytest.param(set_header(arrays=None), id="arrays of another type"),
        pytest.param(set_array("col", 0, "row"), id="array name"),
        pytest.param(set_array("col", 0, []), id="array name of another type"),
        pytest.param(set_array("col", 1, "|O"), id="objects"),
        pytest.param(set_array("col", 1, "<i8"), id="dtype"),
        pytest.param(set_array("col", 2, 10**9), id="size"),
        pytest.param(set_array("col", 2, -1), id="negative size"),
        pytest.param(set_array("col", 2, 10**30), id="huge size"),
        pytest.param(set_array("col", 3, 10**9), id="place"),
        pytest.param(set_array("col", 3, -64), id="negative place"),
        pytest.param(set_array("col", 3, 10**30), id="huge place"),
        pytest.param(set_array("col", 3, "0"), id="place of another type"),
        pytest.param(move_off_alignment, id="unaligned place"),
        pytest.param(fill("col", 0x7F), id="columns out of range"),
        pytest.param(fill("ptr", 0xFF), id="negative pointers"),
        pytest.param(put("ptr", [0, 2**63 - 1, -(2**63), -1]), id="pointers far apart"),
        pytest.param(put("ptr", [0, -1]), id="one negative pointer"),
        pytest.param(put("ptr", [0, 2**40, 2**40]), id="large pointers"),
        pytest.param(fill("coef", 0), id="zeros"),
        pytest.param(lambda header, payload: [header], id="list"),
        pytest.param(lambda header, payload: "header", id="text"),
    ],
)
def test_wrong_content_under_a_right_checksum_is_rebuilt(table_directory, change):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    forge(path, change)
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="built anew"):
        assert equal(tables.arborification(2, 3), built)
    assert path.read_bytes() == content


def test_text_of_a_header_is_only_compared(table_directory):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    for array in (
        ["f", "(2,", 1, 0],
        ["f", "V2000000000", "a", 0],
        ["f", "V2000000000", "a" * 8, 0],
    ):
        text = json.dumps({"arrays": [array]}).encode()
        path.write_bytes(disk.PREFIX.pack(b"treealg\n", 0, len(text)) + text)
        rebuilt_in_little(built, path, content)
        for field in range(4):  # one after the other in a file that is right otherwise
            path.write_bytes(content)
            forge(path, set_array("col", field, array[field]))
            rebuilt_in_little(built, path, content)


def rebuilt_in_little(built, path, content):
    tables.clear_cache()
    tracemalloc.start()
    try:
        with pytest.warns(TableCacheWarning, match="built anew"):
            assert equal(tables.arborification(2, 3), built)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()
    assert path.read_bytes() == content


VALUES = [
    None, True, False, 0, -1, 1, 7.0, 1e308, float("nan"), float("inf"), 10**30, 10**4000, "", "x",
    "\ud800", "(2,", "<i8", [], [[]], {}, {"a": 1}, [None] * 9,
]  # fmt: skip


def places_in(value, path=()):
    """Return the paths to all that a header consists of, the header first."""
    yield path
    if isinstance(value, (list, dict)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places_in(value[key], (*path, key))


def with_value(header, path, value):
    if not path:
        return value
    inside = header
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return header


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arborification", "convolution"])
def test_any_value_in_any_place_of_a_header_is_rebuilt(name, table_directory):
    built = BUILDERS[name]()
    path = only_file(table_directory, name)
    content = path.read_bytes()
    length = disk.PREFIX.unpack_from(content)[2]
    header = json.loads(content[disk.PREFIX.size : disk.PREFIX.size + length])
    key = tuple(header["key"])
    for place in places_in(header):
        for value in VALUES:
            path.write_bytes(content)
            forge(path, lambda found, _: with_value(found, place, value))  # noqa: B023
            found = None
            with contextlib.suppress(disk.DamagedFileError):
                found = disk.read(str(table_directory), name, key, type(built))
            # Nothing else: numbers that are equal, or sizes, which are compared by who asks.
            same = found is None or place[:1] == ("integers",) or equal(found, built)
            assert same, (place, value)


@pytest.mark.parametrize("length", [2**20, 2**24, 2**40, 2**64 - 1])
def test_a_header_that_is_longer_than_any_is_not_read(table_directory, length):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    with open(path, "wb") as file:
        file.write(disk.PREFIX.pack(b"treealg\n", 0, length) + b"[{},")
        file.truncate(2**31)
    rebuilt_in_little(built, path, content)


EXTREMES = [-1, -(2**31), 2**31 - 1, -(2**63), 2**63 - 1]


@pytest.mark.parametrize(
    "array", ["block_start", "slot_start", "head", "tail", "term_ptr", "term_slot", "term_trunk"]
)
@pytest.mark.parametrize("planar", [False, True])
def test_no_index_of_a_coproduct_leaves_its_array(table_directory, array, planar):
    built = tables.convolution(2, 4, planar=planar)
    path = only_file(table_directory, "convolution")
    content = path.read_bytes()
    dtype = getattr(built, array).dtype
    size = getattr(built, array).size
    for value in EXTREMES:
        if np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
            for place in {0, 1, size // 2, size - 1}:
                forge(path, put(array, [value], place))
                tables.clear_cache()
                with pytest.warns(TableCacheWarning, match="built anew"):
                    assert equal(tables.convolution(2, 4, planar=planar), built)
                assert path.read_bytes() == content
    for values in ([2**63 - 1, -(2**63)], [-(2**63), 2**63 - 1]):
        if dtype == np.int64:
            forge(path, put(array, values, 1))
            tables.clear_cache()
            with pytest.warns(TableCacheWarning, match="built anew"):
                assert equal(tables.convolution(2, 4, planar=planar), built)


def test_a_forged_file_without_a_change_is_accepted(table_directory, request):
    built = tables.arborification(2, 3)
    forge(only_file(table_directory), lambda header, payload: None)
    tables.clear_cache()
    request.getfixturevalue("no_build")
    assert equal(tables.arborification(2, 3), built)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_table_of_another_size_is_not_taken(table_directory, name):
    expected = BUILDERS[name]()
    other = {
        "arborification": lambda: tables.arborification(2, 3),
        "convolution": lambda: tables.convolution(2, 3, planar=True),
        "word_convolution": lambda: tables.word_convolution(3, 2),
        "lyndon": lambda: tables.lyndon(2, 2, 2),
        "lyndon_arborification": lambda: tables.lyndon_arborification(2, 2, 1),
    }[name]()
    path = max(table_directory.glob(f"{name}-*.table"))
    key = tuple(int(part) for part in path.stem.split("-")[1:])
    disk.write(str(table_directory), name, key, other)
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="sizes are wrong"):
        assert equal(BUILDERS[name](), expected)


def test_where_warnings_are_errors_the_next_call_works(table_directory):
    tables.arborification(2, 3)
    only_file(table_directory).write_bytes(b"")
    tables.clear_cache()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TableCacheWarning):
            tables.arborification(2, 3)
        tables.arborification(2, 3)


def test_files_are_never_unpickled():
    source = pathlib.Path(disk.__file__).read_text() + pathlib.Path(cache.__file__).read_text()
    assert "import pickle" not in source
    assert "np.load" not in source


@pytest.fixture
def fresh_disk_warning(monkeypatch):
    monkeypatch.setattr(cache, "_warned_of", set())


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.parametrize("kind", ["file in the way", "read-only", "deep"])
def test_a_directory_that_does_not_work_costs_one_warning(tmp_path, monkeypatch, kind):
    directory = tmp_path / "place"
    if kind == "file in the way":
        directory.write_text("")
    elif kind == "deep":
        directory /= "x/" * 3000
    elif os.geteuid() == 0:
        # No mode stops the superuser: let the system refuse in its place.
        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(disk, "open", refuse, raising=False)
    else:
        directory.mkdir(mode=0o500)
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    with pytest.warns(TableCacheWarning, match="memory only"):
        table = tables.arborification(2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables.arborification(2, 2)
        assert tables.arborification(2, 3) is table


@pytest.mark.parametrize("value", ["", " ", "off", "OFF", " Off ", "none", "No", "false", "0"])
def test_some_values_switch_the_disk_cache_off(value, tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tables.cache_directory() is None
    tables.arborification(2, 2)
    tables.clear_cache(disk_too=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["./off", "of", "00", "off/tables", "offline"])
def test_all_other_values_name_a_directory(value, tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", value)
    monkeypatch.chdir(tmp_path)
    tables.clear_cache()
    tables.arborification(2, 2)
    assert [path.suffix for path in (tmp_path / value).iterdir()] == [".table"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="not the XDG convention here")
@pytest.mark.parametrize("base", [None, "/somewhere/else"])
def test_the_directory_is_the_one_of_platformdirs(monkeypatch, base):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("TREEALG_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if base:
        monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert tables.cache_directory() == platformdirs.user_cache_path("treealg")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="not the XDG convention here")
@pytest.mark.parametrize("chosen", [None, "~", "~/tables"])
def test_an_empty_home_is_no_home(chosen, monkeypatch):
    monkeypatch.delenv("TREEALG_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "")
    if chosen is not None:
        monkeypatch.setenv("TREEALG_CACHE_DIR", chosen)
    assert tables.cache_directory() is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="not the XDG convention here")
@pytest.mark.parametrize(
    ("variable", "found"), [("TREEALG_CACHE_DIR", "q"), ("XDG_CACHE_HOME", "q/treealg")]
)
def test_the_home_directory_has_its_sign_in_both_variables(tmp_path, monkeypatch, variable, found):
    monkeypatch.delenv("TREEALG_CACHE_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, "~/q")
    assert tables.cache_directory() == tmp_path / found


@pytest.mark.parametrize("value", ["./off", "tables", "./~x"])
def test_a_relative_directory_is_told_from_the_root_on(tmp_path, monkeypatch, capsys, value):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREEALG_CACHE_DIR", value)
    assert tables.cache_directory() == tmp_path / value
    for command in ("info", "cache list"):
        assert cli.main(command.split()) == 0
        assert str(tmp_path / value) in capsys.readouterr().out


def test_a_user_without_a_home_has_no_directory_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "expanduser", str)  # as of a user whom the system does not know
    for chosen in ("~", "~/tables"):
        monkeypatch.setenv("TREEALG_CACHE_DIR", chosen)
        assert tables.cache_directory() is None
        with pytest.raises(InvalidValueError, match="there is no home directory"):
            tables.load_table(chosen)
    for chosen in ("~nobody", "~nobody/tables"):
        monkeypatch.setenv("TREEALG_CACHE_DIR", chosen)
        assert tables.cache_directory() is None
    monkeypatch.setenv("TREEALG_CACHE_DIR", "./~nobody")
    assert tables.cache_directory() == tmp_path / "~nobody"


def test_writing_leaves_no_other_file(table_directory):
    tables.arborification(2, 3)
    assert [path.name for path in table_directory.iterdir()] == ["arborification-2-3-0-1.table"]


def test_an_interrupted_writer_leaves_the_old_file(table_directory, monkeypatch):
    table = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        disk.write(str(table_directory), "arborification", (2, 3, False, 1), table)
    assert [p.read_bytes() for p in table_directory.iterdir()] == [content]


def test_a_writer_interrupted_while_it_opens_leaves_no_file(table_directory, monkeypatch):
    def interrupted(file, mode, **options):
        if "x" not in mode:
            return open(file, mode, **options)
        pathlib.Path(file).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "open", interrupted, raising=False)
    with pytest.raises(KeyboardInterrupt):
        tables.arborification(2, 3)
    assert not list(table_directory.iterdir())


HANDLER = """
import signal
from treealg.tables import cache
from treealg.tables.foresight import Needs
from treealg.tables.linear_map import LinearMap
import numpy as np

made = []

def build():
    made.append(len(made))
    if len(made) == 1:
        signal.raise_signal(signal.SIGTERM)
    return LinearMap(1, 1, 1, np.array([0, 1]), np.array([0], np.int32), np.array([1.0]))

def ask(*of_signal):
    return cache.table(
        "of_a_test", (1,), LinearMap, build, lambda table: True, foresee=lambda: Needs(0)
    )

signal.signal(signal.SIGTERM, ask)
print(ask().nbytes, made)
"""


def test_the_handler_of_a_signal_may_ask_for_the_table_that_is_being_made():
    run = [sys.executable, "-c", HANDLER]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split(" ", 1)[1] == "[0, 1]\n"


def test_clear_cache_removes_table_files_only(table_directory):
    tables.arborification(2, 3)
    others = {
        "notes.txt": b"mine",
        "accounts.table": b"id,name",
        "of-2024.table": b"id,name",
        "arborification-2-9-0-1.table": b"not one of ours",
        "draft.table-tmp": b"mine, too",
        "abc.table-tmp": b"",
        "lyndon-0123456789abcdef.table-tmp": b"",
        "notes-2024.table-tmp": b"treealg\n",
        "treealg.table.bak": b"treealg\n",
    }
    for name, content in others.items():
        (table_directory / name).write_bytes(content)
    (table_directory / "arborification-3-3-0-1.table").mkdir()
    (table_directory / f"lyndon-0123456789abcdee{TEMPORARY}").write_bytes(b"treealg\n")
    tables.clear_cache(disk_too=True)
    left = {path.name: path for path in table_directory.iterdir()}
    assert left.keys() == {*others, "arborification-3-3-0-1.table"}
    assert all(left[name].read_bytes() == content for name, content in others.items())


def test_what_another_process_clears_first_is_no_error(table_directory, monkeypatch):
    tables.arborification(2, 3)
    tables.arborification(2, 4)
    unlink, lstat = os.unlink, os.lstat

    def faster(path):
        unlink(path)
        unlink(path)

    def gone(path):
        if str(path).endswith("2-4-0-1.table"):
            raise FileNotFoundError(path)
        return lstat(path)

    monkeypatch.setattr("os.unlink", faster)
    monkeypatch.setattr("os.lstat", gone)
    assert prune(str(table_directory)) == []


def test_a_file_that_may_not_be_removed_keeps_no_other(table_directory, monkeypatch):
    for degree in (1, 2, 3):
        tables.arborification(2, degree)
    unlink = os.unlink

    def refuse(path):
        if "-2-2-" in str(path):
            raise PermissionError(1, "Operation not permitted", path)
        unlink(path)

    monkeypatch.setattr("os.unlink", refuse)
    with pytest.raises(PermissionError):
        tables.clear_cache(disk_too=True)
    assert [path.name for path in table_directory.iterdir()] == ["arborification-2-2-0-1.table"]
    monkeypatch.setattr(cache, "DISK_BOUND", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables.arborification(2, 3)


def test_who_clears_while_a_file_is_written_disturbs_nobody(table_directory, monkeypatch):
    replace = os.replace

    def cleared(source, target):
        os.unlink(source)
        replace(source, target)

    monkeypatch.setattr("os.replace", cleared)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables.arborification(2, 3)
    assert list(table_directory.iterdir()) == []


def test_pruning_removes_what_was_used_longest_ago(table_directory, monkeypatch):
    for degree in (1, 2, 3, 4):
        tables.arborification(2, degree)
        (path,) = table_directory.glob(f"arborification-2-{degree}-*")
        os.utime(path, (degree, degree))
    tables.clear_cache()
    tables.arborification(2, 1)  # read, and so used
    files, others, _ = table_files(str(table_directory))
    assert [file.name[17:18] for file in files] == ["2", "3", "4", "1"]
    assert others == []
    bound = files[2].nbytes + files[3].nbytes
    removed = prune(str(table_directory), bound)
    assert removed == files[:2]
    assert table_files(str(table_directory))[0] == files[2:]


def test_files_of_the_future_go_first(table_directory):
    for degree, ahead in ((1, -60.0), (2, 60.0), (3, 1e6)):
        tables.arborification(2, degree)
        (path,) = table_directory.glob(f"arborification-2-{degree}-*")
        os.utime(path, (time.time() + ahead,) * 2)
    files = table_files(str(table_directory)).tables
    assert [file.name[17:18] for file in files] == ["3", "1", "2"]
    assert prune(str(table_directory), files[1].nbytes + files[2].nbytes) == files[:1]


def test_the_directory_is_bounded_and_the_table_written_last_stays(table_directory, monkeypatch):
    monkeypatch.setattr(cache, "DISK_BOUND", 1)
    for degree in (1, 2, 3):
        tables.arborification(2, degree)
        (path,) = table_directory.iterdir()
        assert path.name == f"arborification-2-{degree}-0-1.table"


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_files_have_the_mode_that_the_umask_leaves(table_directory, mask):
    before = os.umask(mask)
    try:
        tables.arborification(2, 3)
    finally:
        os.umask(before)
    assert only_file(table_directory).stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners")
def test_a_directory_of_another_user_that_all_may_write_to_is_refused(table_directory, monkeypatch):
    tables.arborification(2, 3)
    table_directory.chmod(0o777)
    owner = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    content = only_file(table_directory).read_bytes()
    only_file(table_directory).write_bytes(content[:-1])
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="another user"):
        tables.arborification(2, 3)
    assert only_file(table_directory).read_bytes() == content[:-1]
    table_directory.chmod(0o755)  # of another user, who alone may write
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="not those of its arrays"):
        tables.arborification(2, 3)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners")
@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o775])
def test_files_of_others_where_everybody_may_write_are_rebuilt(table_directory, mode, monkeypatch):
    built = tables.arborification(2, 3)
    table_directory.chmod(mode)
    fstat = os.fstat

    def of_another(number):
        found = list(fstat(number))
        found[4] += 7
        return os.stat_result(found)

    for change in (lambda: None, lambda: monkeypatch.setattr("os.fstat", of_another)):
        change()
        tables.clear_cache()
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always")
            assert equal(tables.arborification(2, 3), built)
        is_strange = os.fstat is of_another and mode & 0o002
        problems = [str(warning.message) for warning in record]
        assert len(problems) == bool(is_strange), problems
        assert not problems or "anybody may have put it there" in problems[0]


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.parametrize("kind", ["file", "link to nothing", "link to a file", "link to itself"])
def test_what_is_no_directory_is_told_so(tmp_path, monkeypatch, kind):
    place = tmp_path / "place"
    (tmp_path / "file").write_text("mine")
    if kind == "file":
        place = tmp_path / "file"
    else:
        target = {"link to nothing": "none", "link to a file": "file", "link to itself": "place"}
        place.symlink_to(target[kind])
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(place))
    tables.clear_cache()
    problem = "is a link to what is not there" if "to n" in kind or "to i" in kind else "Not a dir"
    with pytest.warns(TableCacheWarning, match=f"cannot be used: .*{problem}"):
        tables.arborification(2, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"file", place.name})


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners")
@pytest.mark.parametrize("place", ["inside", "deep inside", "behind a link", "link inside"])
def test_a_directory_in_one_of_another_user_that_all_may_write_to_is_refused(
    place, tmp_path, monkeypatch
):
    own, common = tmp_path / "own", tmp_path / "common"
    own.mkdir()
    directory = common / "x" / "y" if place == "deep inside" else common / "x"
    directory.parent.mkdir(parents=True)
    if place == "link inside":
        directory.symlink_to(own)
    elif place == "behind a link":
        directory.mkdir()
        directory = own / "link"
        directory.symlink_to(common / "x")
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    owner = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    common.chmod(0o777)
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match=f"is in {common}, which belongs to another user"):
        tables.arborification(2, 3)
    for mode in (0o1777, 0o755):  # where others may put files, and not replace those that are there
        common.chmod(mode)
        tables.clear_cache()
        tables.arborification(2, 3)
        only_file(directory).unlink()
    common.chmod(0o777)  # one's own
    monkeypatch.setattr("os.geteuid", lambda: owner)
    tables.clear_cache()
    tables.arborification(2, 3)
    only_file(directory).unlink()


def put_instead(kind, path, beside):
    """Put in the place of a table file what is none that is to be read."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "link to a pipe":
        os.mkfifo(beside)
        path.symlink_to(beside)
    elif kind == "folder":
        path.mkdir()
    else:
        sparse = beside if kind.startswith("link") else path
        with open(sparse, "wb") as file:
            file.write(MAGIC if kind == "sparse behind a right beginning" else b"")
            file.truncate(LARGEST_FILE if kind == "sparse, no larger than a table" else 100 * 2**30)
        if path is not sparse:
            path.symlink_to(beside)


NO_FILES = [
    "pipe", "link to a device", "link to a pipe", "sparse", "sparse behind a right beginning",
    "sparse, no larger than a table", "link to a sparse file",
]  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_of_plausible_size_is_replaced(table_directory, kind, tmp_path):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    path.unlink()
    put_instead(kind, path, tmp_path / "beside")
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="no regular file|more than any table|not begin"):
        assert equal(tables.arborification(2, 3), built)
    assert path.read_bytes() == content
    assert not path.is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize("kind", [*NO_FILES, "folder"])
def test_what_is_no_table_file_counts_as_none_where_tables_are_foreseen(
    table_directory, kind, tmp_path, monkeypatch
):
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 2**26)
    expected = treealg.branched_sig(np.eye(2), 3)
    path = only_file(table_directory)
    path.unlink()
    put_instead(kind, path, tmp_path / "beside")
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="is built anew"):
        assert np.array_equal(treealg.branched_sig(np.eye(2), 3), expected)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners")
@pytest.mark.usefixtures("fresh_disk_warning")
def test_files_of_a_directory_that_is_not_trusted_count_as_none(table_directory, monkeypatch):
    built = tables.arborification(2, 7)
    asked = []
    module = sys.modules["treealg.tables.arborification"]
    monkeypatch.setattr(module, "_foresee", lambda *of: asked.append(of) or Needs(1000))
    tables.clear_cache()
    foreseen = foresight.foresee(lambda: tables.arborification(2, 7)).nbytes
    assert built.nbytes <= foreseen < built.nbytes + 64
    assert not asked
    for directory in (table_directory, table_directory.parent):
        owner = os.geteuid()
        directory.chmod(0o777)
        with monkeypatch.context() as patched:
            patched.setattr("os.geteuid", lambda owner=owner: owner + 1)
            tables.clear_cache()
            assert foresight.foresee(lambda: tables.arborification(2, 7)).nbytes == 1000
        directory.chmod(0o755)


def test_a_file_of_another_format_counts_as_none_where_tables_are_foreseen(
    table_directory, monkeypatch
):
    built = tables.arborification(2, 7)
    module = sys.modules["treealg.tables.arborification"]
    monkeypatch.setattr(module, "_foresee", lambda *of: Needs(1000))
    monkeypatch.setattr(disk, "FORMAT", disk.FORMAT + 1)
    tables.clear_cache()
    assert foresight.foresee(lambda: tables.arborification(2, 7)).nbytes == 1000
    with pytest.warns(TableCacheWarning, match="it has format"):
        assert equal(tables.arborification(2, 7), built)


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.parametrize("kind", ["folder", "link to itself", "file of another user"])
def test_one_file_that_cannot_be_opened_is_not_blamed_on_the_directory(
    table_directory, kind, monkeypatch
):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    if kind != "file of another user":
        path.unlink()
        path.mkdir() if kind == "folder" else path.symlink_to(path)
    tables.clear_cache()
    with monkeypatch.context() as patched:
        if kind == "file of another user":

            def refused(name, flags):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)

            patched.setattr(disk, "without_waiting", refused)
        with pytest.warns(TableCacheWarning, match=r"is built anew: it cannot be read: \w+"):
            assert equal(tables.arborification(2, 3), built)
    tables.convolution(2, 3, planar=False)
    files = [file.name for file in table_directory.iterdir() if file.is_file()]
    assert len(files) == (1 if kind == "folder" else 2), files
    # What is wrong with the directory is still told.
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(pathlib.Path(__file__) / "none"))
    with pytest.warns(TableCacheWarning, match="cache directory cannot be used"):
        tables.arborification(2, 4)


@pytest.mark.parametrize(
    "call",
    [lambda: treealg.branched_sig(np.zeros((2, 2)), 3), lambda: tables.arborification(2, 3)],
    ids=["face", "table"],
)
def test_a_warning_is_about_the_line_that_called(table_directory, call):
    call()
    only_file(table_directory).write_bytes(b"")
    treealg.clear_cache()
    with pytest.warns(TableCacheWarning) as record:
        call()
    assert [warning.filename for warning in record] == [__file__]


@pytest.mark.parametrize(
    "between",
    [
        "torch._dynamo.eval_frame",
        "jax._src.core",
        "sklearn.utils._set_output",
        "treealg.optional",
        "dask.threaded",
        "concurrent.futures.thread",
    ],
)
def test_a_warning_passes_what_stands_between(between):
    scope = {"__name__": between, "warn": warn_caller, "kind": TableCacheWarning}
    exec("def call(): warn('damaged', kind)", scope)
    with pytest.warns(TableCacheWarning) as record:
        scope["call"]()
    assert [warning.filename for warning in record] == [__file__]


def test_a_warning_passes_functions_that_are_written_out():
    source = "def call():\n    warn('damaged', kind)\n"
    call = written("call", source, "place", warn=warn_caller, kind=TableCacheWarning)
    with pytest.warns(TableCacheWarning) as record:
        call()
    assert [warning.filename for warning in record] == [__file__]


def test_a_warning_passes_functions_that_torch_writes_out():
    code = compile("def call(): warn('damaged', kind)", "<eval_with_key>.5", "exec")
    scope = {"warn": warn_caller, "kind": TableCacheWarning}
    exec(code, scope)
    with pytest.warns(TableCacheWarning) as record:
        scope["call"]()
    assert [warning.filename for warning in record] == [__file__]


def waited_for(call):
    """Call in a thread that has no line of the caller's."""
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def run_in_pool(call):
    """Call in a thread of a pool."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def computed_by_dask(call):
    """Call in a thread of Dask."""
    pytest.importorskip("dask").delayed(call)().compute(scheduler="threads")


@pytest.mark.parametrize("run", [waited_for, run_in_pool, computed_by_dask])
def test_a_warning_of_a_thread_is_about_the_line_that_waits(table_directory, run):
    call = partial(treealg.branched_sig, np.zeros((2, 2)), 3)
    call()
    only_file(table_directory).write_bytes(b"")
    treealg.clear_cache()
    with pytest.warns(TableCacheWarning) as record:
        run(call)
    assert [warning.filename for warning in record] == [__file__]


def test_a_warning_of_a_thread_is_about_its_own_line_if_it_has_one(table_directory):
    scope = {"__name__": "other", "warn": warn_caller, "kind": TableCacheWarning}
    exec(compile("def call(): warn('damaged', kind)", "other.py", "exec"), scope)
    with pytest.warns(TableCacheWarning) as record:
        waited_for(scope["call"])
    assert [warning.filename for warning in record] == ["other.py"]


@pytest.mark.slow
def test_all_warnings_of_a_proof_are_about_the_line_that_asked_for_it(table_directory):
    proof = partial(treealg.verify, 1, (1, 2), maps=["log"])
    proof()
    for file in table_directory.glob("*.table"):
        file.write_bytes(b"")
    treealg.clear_cache()
    with pytest.warns(TableCacheWarning) as record:
        proof()
    assert {warning.filename for warning in record} == {__file__}


def test_a_warning_stops_at_the_code_of_others():
    scope = {"__name__": "other", "warn": warn_caller, "kind": TableCacheWarning}
    exec(compile("def call(): warn('damaged', kind)", "other.py", "exec"), scope)
    with pytest.warns(TableCacheWarning) as record:
        scope["call"]()
    assert [warning.filename for warning in record] == ["other.py"]


def test_tables_are_kept_in_the_common_memory_up_to_its_bound(monkeypatch):
    first, second = tables.arborification(2, 3), tables.arborification(2, 4)
    monkeypatch.setattr(memory, "bound", 2 * (first.nbytes + second.nbytes))
    third = tables.arborification(2, 5)
    assert tables.arborification(2, 5) is third
    tables.word_convolution(1, 2)
    assert first not in memory.values()
    assert sum(value.nbytes for value in memory.values()) < memory.bound + third.nbytes


def test_a_table_above_the_bound_is_kept_until_the_next(monkeypatch):
    monkeypatch.setattr(memory, "bound", 1)
    large = tables.arborification(2, 3)
    assert tables.arborification(2, 3) is large
    tables.word_convolution(1, 2)
    tables.word_convolution(1, 3)
    assert large not in memory.values()


def test_a_refused_table_is_refused_again_without_the_work():
    tries = []

    def build():
        tries.append(1)
        raise InvalidValueError("too large")

    for attempt in (1, 1, 2):
        if attempt == 2:
            tables.clear_cache()
        with pytest.raises(InvalidValueError, match="too large"):
            cache.table(
                "made up", (1,), LinearMap, build, lambda table: True, foresee=lambda: Needs(0)
            )
        assert len(tries) == attempt
    for _ in range(2):
        with pytest.raises(InvalidValueError, match="bound"):
            tables.convolution(2, 14)


def test_threads_build_a_table_once(monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    built, barrier, found = [], threading.Barrier(8), []
    genuine = tables.arborification(2, 3)

    def build():
        built.append(threading.get_ident())
        # Long enough for the others to arrive.
        threading.Event().wait(0.05)
        return genuine

    def ask():
        barrier.wait()
        found.append(
            cache.table(
                "made up", (1,), LinearMap, build, lambda table: True, foresee=lambda: Needs(0)
            )
        )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert found == [genuine] * 8


def test_threads_may_clear_the_cache_at_any_moment():
    expected = {name: build() for name, build in BUILDERS.items()}
    stop, failures = threading.Event(), []

    def clear():
        while not stop.is_set():
            tables.clear_cache()

    def ask(seed):
        rng = np.random.default_rng(seed)
        try:
            for name in rng.choice(list(BUILDERS), size=60):
                if not equal(BUILDERS[name](), expected[name]):
                    failures.append(name)
        except Exception as error:
            failures.append(error)

    clearing = threading.Thread(target=clear)
    clearing.start()
    asking = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    stop.set()
    clearing.join()
    assert failures == []


RACE = """
import sys, warnings
warnings.simplefilter("error")
from treealg import tables
for degree in (1, 2, 3, 4):
    table = tables.convolution(2, degree, planar=True)
    assert table.n_blocks == tables.basis_length(2, degree, planar=True) // 2
"""


def test_processes_may_race_for_the_files(table_directory):
    processes = [subprocess.Popen([sys.executable, "-c", RACE]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert len(list(table_directory.iterdir())) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables.convolution(2, 4, planar=True)


def _in_child(queue):
    table = tables.arborification(2, 3)
    tables.clear_cache()
    queue.put((table.n_rows, tables.arborification(2, 4).n_rows))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_forked_while_other_threads_build_and_clear_works():
    tables.arborification(2, 3)
    context = multiprocessing.get_context("fork")
    release, held = threading.Event(), threading.Event()

    def hold():
        with cache._building.setdefault(("arborification", (2, 4, False, 1)), threading.Lock()):
            held.set()
            release.wait()

    def churn():
        while not release.is_set():
            tables.clear_cache()
            tables.word_convolution(1, 3)

    threads = [threading.Thread(target=hold), threading.Thread(target=churn)]
    for thread in threads:
        thread.start()
    held.wait()
    try:
        for _ in range(5):
            queue = context.SimpleQueue()
            child = context.Process(target=_in_child, args=(queue,))
            child.start()
            child.join(20)
            alive = child.is_alive()
            if alive:
                child.kill()
            assert not alive, "the child waits for a lock that nobody holds"
            assert queue.get() == (10, 36)
    finally:
        release.set()
        for thread in threads:
            thread.join()


def test_tables_are_saved_to_the_home_directory_and_pipes_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    tables.save_table(tables.convolution(1, 2, planar=False), "~/a ü.npz")
    assert tables.load_table("~/a ü.npz").degree == 2
    for name in (None, "", 3):
        with pytest.raises(treealg.TreeAlgError, match="path must be the name of a file"):
            tables.load_table(name)
    with pytest.raises(treealg.TreeAlgError, match="which is none"):
        tables.load_table(tmp_path)


def test_what_cannot_be_the_name_of_a_table_is_refused(tmp_path):
    table = tables.convolution(1, 2, planar=False)
    for name in (tmp_path, tmp_path / ("a" * 300)):
        with pytest.raises(InvalidValueError, match=r"cannot be written|longer than names"):
            tables.save_table(table, name)
        with pytest.raises(InvalidValueError, match=r"which is none|longer than names"):
            tables.load_table(name)
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]  # of the cache


def npy(array_or_text, data=b""):
    """Return a file of NumPy, with any text for its header."""
    file = io.BytesIO()
    if isinstance(array_or_text, str):
        text = array_or_text.encode()
        return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data
    np.save(file, array_or_text)
    return file.getvalue()


HEADER = "{'descr': %r, 'fortran_order': False, 'shape': %s}\n"


@pytest.mark.parametrize(
    "member",
    [
        npy(HEADER % ("(2,", "(3,)")),
        npy(HEADER % ("V2000000000", "()")),
        npy(HEADER % ("<i8", "(2000000000,)"), b"\0" * 64),
        npy(HEADER % ("<U500000000", "()"), b"\0" * 64),
        npy(HEADER % ("|O", "(1,)"), pickle.dumps([print])),
        npy("{" * 1000),
        npy(np.zeros((2, 2))),
        npy(np.float64(3)),
        npy(np.int64(-(2**63))),
        b"",
    ],
    ids=range(10),
)
@pytest.mark.parametrize("name", ["table", "width", "n_rows", "col", "ptr", "coef", "other"])
def test_any_array_in_place_of_one_of_a_saved_table_is_refused(name, member, tmp_path):
    tables.save_table(tables.arborification(2, 3), tmp_path / "whole.npz")
    with (
        zipfile.ZipFile(tmp_path / "whole.npz") as archive,
        zipfile.ZipFile(tmp_path / "other.npz", "w") as other,
    ):
        for info in archive.infolist():
            if info.filename != f"{name}.npy":
                other.writestr(info.filename, archive.read(info))
        other.writestr(f"{name}.npy", member)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValueError, match="holds no table"):
            tables.load_table(tmp_path / "other.npz")
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_what_is_no_archive_holds_no_table(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    with pytest.raises(InvalidValueError, match=r"x\.npy holds no table .*not a zip file"):
        tables.load_table(tmp_path / "x.npy")


@pytest.mark.parametrize("name", BUILDERS)
def test_saved_tables_may_be_packed(name, tmp_path):
    table = BUILDERS[name]()
    tables.save_table(table, tmp_path / "table.npz")
    with np.load(tmp_path / "table.npz") as arrays:
        np.savez_compressed(tmp_path / "packed.npz", **arrays)
    for file in ("table.npz", "packed.npz"):
        assert equal(tables.load_table(tmp_path / file), table)


@pytest.mark.parametrize("name", BUILDERS)
def test_parts_of_any_kind_make_a_table_or_are_refused(name):
    table = BUILDERS[name]()
    integers, arrays = table.parts()
    given = [(one, other) for one in (None, 1, [], {}) for other in (None, 1, [], {})]
    for field in integers:
        given += [({**integers, field: value}, arrays) for value in (-1, 1.0, None, True, 10**30)]
    for field, array in arrays.items():
        wrong = (None, [], array[:0], np.array(1), array.astype("c16"), array[:, None])
        given += [(integers, {**arrays, field: value}) for value in wrong]
    for parts in given:
        with pytest.raises(InvalidValueError):
            type(table).from_parts(*parts)


def test_a_file_whose_reading_fails_is_told_as_such_and_built_anew(table_directory, monkeypatch):
    built = tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    tables.clear_cache()

    class Broken(io.FileIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    def broken(name, mode, **options):
        return (Broken if mode == "rb" else open)(name, mode, **options)

    monkeypatch.setattr(disk, "open", broken, raising=False)
    said = r"arborification.* is built anew: it cannot be read: Input/output error"
    with pytest.warns(TableCacheWarning, match=said):
        assert equal(tables.arborification(2, 3), built)
    assert path.read_bytes() == content


@pytest.mark.usefixtures("fresh_disk_warning")
def test_each_directory_that_does_not_work_costs_a_warning_of_its_own(tmp_path, monkeypatch):
    said = []
    for name in ("one", "two", "one"):
        (tmp_path / name).write_text("")
        monkeypatch.setenv("TREEALG_CACHE_DIR", str(tmp_path / name))
        tables.clear_cache()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tables.arborification(2, 3)
        said.append([str(tmp_path / name) in str(warning.message) for warning in caught])
    assert said == [[True], [True], []]


FOREIGN = {
    "the magic alone": MAGIC,
    "text": MAGIC + b"a letter about trees",
    "no header": disk.PREFIX.pack(MAGIC, 0, 20) + b"x" * 20,
    "a header of something else": disk.PREFIX.pack(MAGIC, 0, 10) + b'{"key":[]}',
    "a list": disk.PREFIX.pack(MAGIC, 0, 2) + b"[]",
    "a header that does not end": disk.PREFIX.pack(MAGIC, 0, 2**63) + b"{",
    "another key": disk.PREFIX.pack(MAGIC, 0, 56)
    + b'{"format": 1, "table": "arborification", "key": [2, 4]} ',
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_files_that_only_begin_like_tables_are_left_alone(table_directory, kind):
    tables.arborification(2, 3)
    foreign = table_directory / "arborification-9-9-9.table"
    foreign.write_bytes(FOREIGN[kind])
    assert table_files(str(table_directory)).others == [foreign.name]
    tables.clear_cache(disk_too=True)
    assert only_file(table_directory) == foreign
    assert foreign.read_bytes() == FOREIGN[kind]


@pytest.mark.parametrize("kind", ["of another format", "cut off"])
def test_files_that_are_ours_and_not_read_any_more_are_cleared(table_directory, kind):
    tables.arborification(2, 3)
    path = only_file(table_directory)
    content = path.read_bytes()
    changed = content.replace(b'"format": 1', b'"format": 9') if kind[0] == "o" else content[:-16]
    assert changed != content
    path.write_bytes(changed)
    tables.clear_cache(disk_too=True)
    assert list(table_directory.iterdir()) == []


@pytest.mark.parametrize("blank", [" ", "\t", "\n"])
def test_blanks_around_the_name_of_the_directory_do_not_count(tmp_path, monkeypatch, blank):
    monkeypatch.setenv("TREEALG_CACHE_DIR", f"{blank}{tmp_path}/c{blank}")
    assert tables.cache_directory() == tmp_path / "c"
    monkeypatch.setenv("TREEALG_CACHE_DIR", f"{blank}OFF{blank}")
    assert tables.cache_directory() is None
    monkeypatch.setenv("TREEALG_CACHE_DIR", blank)
    assert tables.cache_directory() is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("   ", "must be the name of a file, got '   '"),
        ("o.npz/", "got 'o.npz/', which is that of a folder"),
        ("o.npz/.", "got 'o.npz/.', which is that of a folder"),
        ("..", "got '..', which is that of a folder"),
        ("a\ud800.npz", r"which has '\\ud800', half a character"),
        ("a\udfff.npz", r"which has '\\udfff', half a character"),
    ],
)
def test_what_is_no_name_of_a_file_is_refused_with_its_cause(tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(tmp_path)
    for call in (partial(tables.save_table, tables.arborification(1, 2)), tables.load_table):
        with pytest.raises(InvalidValueError, match=said):
            call(name)
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]  # of the cache


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_table_is_not_written_to_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "p.npz")
    for path in (tmp_path / "p.npz", os.devnull):
        with pytest.raises(InvalidValueError, match="cannot be written: it is no regular file"):
            tables.save_table(tables.arborification(1, 2), path)
