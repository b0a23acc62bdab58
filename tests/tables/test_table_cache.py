"""The disk and memory caches: damage, races, threads, forks, directories that do not work."""

import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidValueError, TableCacheWarning
from treealg.memory import memory
from treealg.tables import cache, disk
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


def test_a_longer_file_is_rebuilt(table_directory):
    tables.arborification(2, 3)
    path = only_file(table_directory)
    path.write_bytes(path.read_bytes() + b"\0")
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="checksum"):
        tables.arborification(2, 3)


def forge(path, change):
    """Rewrite a file with a right checksum after `change` on its header and payload."""
    content = path.read_bytes()
    magic, _, length = disk._PREFIX.unpack_from(content)
    header = json.loads(content[disk._PREFIX.size : disk._PREFIX.size + length])
    payload = bytearray(content[disk._PREFIX.size + length :])
    header = change(header, payload) or header
    text = json.dumps(header).encode()
    body = text + bytes(payload)
    digest = zlib.crc32(body, zlib.crc32(len(text).to_bytes(8, "little")))
    path.write_bytes(disk._PREFIX.pack(magic, digest, len(text)) + body)


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
    monkeypatch.setattr(cache, "_warned_of_disk", False)


@pytest.mark.usefixtures("fresh_disk_warning")
@pytest.mark.parametrize("kind", ["file in the way", "read-only", "file is a directory"])
def test_a_directory_that_does_not_work_costs_one_warning(tmp_path, monkeypatch, kind):
    directory = tmp_path / "place"
    if kind == "file in the way":
        directory.write_text("")
    elif kind == "read-only":
        if os.geteuid() == 0:
            # No mode stops the superuser: let the system refuse in its place.
            def refuse(*args, **kwargs):
                raise PermissionError(13, "Permission denied")

            monkeypatch.setattr("tempfile.mkstemp", refuse)
        else:
            directory.mkdir(mode=0o500)
    else:
        for key in [(2, 3, False, 1), (2, 2, False, 1)]:
            os.makedirs(disk.file_name(str(directory), "arborification", key))
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    with pytest.warns(TableCacheWarning, match="memory only"):
        table = tables.arborification(2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables.arborification(2, 2)
        assert tables.arborification(2, 3) is table


def test_an_empty_variable_switches_the_disk_cache_off(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tables.cache_directory() is None
    tables.arborification(2, 2)
    tables.clear_cache(disk_too=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="not the XDG convention here")
@pytest.mark.parametrize("base", [None, "/somewhere/else"])
def test_the_directory_is_the_one_of_platformdirs(monkeypatch, base):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("TREEALG_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if base:
        monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert tables.cache_directory() == platformdirs.user_cache_path("treealg")


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


def test_clear_cache_removes_table_files_only(table_directory):
    tables.arborification(2, 3)
    (table_directory / "notes.txt").write_text("mine")
    (table_directory / "left.table-tmp").write_text("")
    tables.clear_cache(disk_too=True)
    assert [path.name for path in table_directory.iterdir()] == ["notes.txt"]


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


def test_a_refused_table_can_be_asked_for_again():
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
        found.append(cache.table("made up", (1,), LinearMap, build, lambda table: True))

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
