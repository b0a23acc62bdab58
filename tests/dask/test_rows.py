"""Every row of the table on arrays of Dask against the function itself on all of the batch."""

import errno
import os
import pickle
import re
import subprocess
import sys
import threading
from pathlib import Path

import dask
import dask.array as da
import numpy as np
import pytest

import treealg
import treealg.dask
from treealg.dask import chunks
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.locks import hold

from ..operations.cases import CASES, OPERATIONS, assert_close, call, each_case

ROOT = Path(treealg.__file__).parents[1]
WAYS = (
    "plain", "planar_scalar", "brackets", "word_brackets", "corrected", "corrected_alike",
    "corrected_by_segment", "prefixes", "basepoint", "one_basepoint", "ragged", "grid",
    "with_value", "jumps", "right_only", "windows", "corrected_windows", "times",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def chunked(case, arguments, size):
    """Return the arguments as arrays of Dask, cut along the batch."""
    found = dict(arguments)
    parameters = case.row.signature.parameters.values()
    values = {parameter.name: parameter.default for parameter in parameters} | arguments
    for argument in case.row.arguments:
        value = arguments.get(argument.name)
        if isinstance(value, np.ndarray) and value.ndim:
            item = len(argument.item_axes(value.ndim, values))
            chunks = (size,) * (value.ndim - item) + (-1,) * item
            found[argument.name] = da.from_array(value, chunks=chunks)
    return found


def assert_chunks_give_what_all_gives(case, batch, size):
    given = case.arguments(batch)
    want = call(case, given)
    found = getattr(treealg.dask, case.name)(**chunked(case, given, size))
    found = list(found) if isinstance(found, tuple) else [found]
    for lazy, x in zip(found, want, strict=True):
        if x is not None:
            assert isinstance(lazy, da.Array)
            assert (lazy.shape, lazy.dtype) == (np.shape(x), x.dtype)
    got = dask.compute(*found)
    assert_close(
        [x if x is None else np.asarray(x) for x in got],
        [x if x is None else np.asarray(x) for x in want],
    )


@each_case(CASES, *WAYS)
def test_chunks_give_what_all_of_the_batch_gives(case):
    assert_chunks_give_what_all_gives(case, (5,), 2)


@each_case([case for case in CASES if case.name in ("branched_sig", "branched_sig_kernel_gram")])
def test_batches_of_two_axes_are_cut_along_both(case):
    assert_chunks_give_what_all_gives(case, (3, 2), 2)


EQUALS = [case for case in CASES if any(a.batch == "broadcast" for a in case.row.arguments)]


@each_case(EQUALS, "plain", "jumps", "right_only")
def test_arguments_that_are_equals_broadcast(case):
    assert_chunks_give_what_all_gives(case, [(4, 1), (3,)], 2)


def test_every_row_of_the_table_is_there():
    assert sorted(treealg.dask.__all__) == sorted(OPERATIONS) == sorted(treealg.operations)
    assert set(dir(treealg.dask)) == set(OPERATIONS)
    with pytest.raises(AttributeError, match="no attribute 'branched'"):
        treealg.dask.branched  # noqa: B018


def test_nothing_is_computed_before_it_is_asked_for(monkeypatch):
    computed = []
    monkeypatch.setattr(chunks.Chunk, "__call__", lambda self, *chunks: computed.append(1))
    paths = da.from_array(np.zeros((6, 4, 2)), chunks=(2, -1, -1))
    features = treealg.dask.branched_sig(paths, 2, time_aug=True)
    assert features.chunks == ((2, 2, 2), (12,))
    assert features._meta.shape == (0, 0)
    assert computed == []


def test_names_of_layers_are_those_of_the_functions():
    paths = da.zeros((6, 4, 2), chunks=(2, -1, -1))
    assert treealg.dask.branched_log_sig(paths, 2).name.startswith("branched_log_sig-")
    first, second, other = (treealg.dask.branched_sig(paths, degree) for degree in (2, 2, 3))
    assert first.name == second.name != other.name


def test_what_belongs_together_lies_in_one_chunk():
    paths = da.zeros((6, 4, 2), chunks=(2, 3, 1))
    with pytest.raises(InvalidValueError, match="length and channels in one chunk") as caught:
        treealg.dask.branched_sig(paths, 2)
    told = str(caught.value).rpartition("use path.rechunk(")[2].rstrip(")")
    assert told == "{-2: -1, -1: -1}"
    mended = paths.rechunk({-2: -1, -1: -1})
    assert treealg.dask.branched_sig(mended, 2).compute().shape == (6, 6)


def test_what_makes_no_sense_is_refused_before_anything_is_computed():
    paths = da.zeros((6, 4, 2), chunks=(2, -1, -1))
    with pytest.raises(InvalidTypeError, match="must have an array of Dask among path"):
        treealg.dask.branched_sig(np.zeros((6, 4, 2)), 2)
    with pytest.raises(InvalidTypeError, match=r"path must be one array .* dask\.array\.stack"):
        treealg.dask.branched_sig([paths[0], paths[1]], 2)
    frame = pytest.importorskip("dask.dataframe").from_dict({"x": [1.0]}, npartitions=1)
    with pytest.raises(InvalidTypeError, match=r"use path\.to_dask_array\(lengths=True\)"):
        treealg.dask.branched_sig(frame, 2)
    labelled = pytest.importorskip("xarray").DataArray(paths)
    with pytest.raises(InvalidTypeError, match=r"path\.data, or the functions of treealg\.xarray"):
        treealg.dask.branched_sig(labelled, 2)
    with pytest.raises(InvalidTypeError, match=r"path .* use dask\.array\.from_delayed"):
        treealg.dask.branched_sig(dask.delayed(np.zeros)((4, 2)), 2)
    with pytest.raises(InvalidTypeError, match="branched_sig: got an unexpected keyword"):
        treealg.dask.branched_sig(paths, 2, planer=True)
    with pytest.raises(InvalidValueError, match="degree"):
        treealg.dask.branched_sig(paths, -1)
    with pytest.raises(InvalidTypeError, match="unexpected keyword argument 'out'"):
        treealg.dask.branched_sig_kernel_gram(paths, paths, 1, 0, out=np.zeros((6, 6)))


WRONG = {
    "flag": (1, "yes"),
    "integer": (1.5, True, 0, -7),
    "real": ("1", np.inf),
    "method": (3, "1"),
    "enumeration": ("neither", 7),
    "object": (object(), iter(())),
}


def error_of(function, arguments):
    """Return the error of a call, without the shapes of batches, None if there is none."""
    try:
        function(**arguments)
    except treealg.TreeAlgError as error:
        return type(error), re.sub(r"shape \(\d+, ", "shape (", str(error))
    return None


@each_case(CASES, "plain", "windows", "times", "corrected", "ragged", "one_basepoint")
def test_values_of_options_are_refused_at_the_call_as_by_the_function_itself(case, monkeypatch):
    monkeypatch.setattr(chunks.Chunk, "__call__", None)
    given = case.arguments((3,))
    lazy = chunked(case, given, 2)
    refused = set()
    for option in case.row.options:
        for wrong in WRONG[option.kind]:
            treealg.clear_cache()
            want = error_of(case.row.function, given | {option.name: wrong})
            if want is not None:
                found = error_of(getattr(treealg.dask, case.name), lazy | {option.name: wrong})
                assert found == want
                refused.add(option.name)
    assert refused == {option.name for option in case.row.options}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"windows": [[0, 1], [2, 9]]}, "windows"),
        ({"windows": np.array([[3, 2]])}, "windows"),
        ({"missing": "linear", "stream": 1}, "stream"),
        ({"weights": [1, 0]}, "weights"),
        ({"correction": da.zeros(3)}, "correction"),
        ({"times": da.zeros((6, 4)), "time_aug": False}, "times"),
    ],
)
def test_options_of_a_path_are_refused_at_the_call(options, named):
    paths = da.zeros((6, 4, 2), chunks=(2, -1, -1))
    with pytest.raises(treealg.TreeAlgError, match=named):
        treealg.dask.branched_sig(paths, 3, **options)


def test_paths_of_unknown_number_or_length_are_taken():
    paths = da.from_array(np.random.default_rng(0).normal(size=(6, 4, 2)), chunks=(2, -1, -1))
    few = paths[paths[:, 0, 0] > 0]
    with pytest.raises(treealg.InvalidTypeError, match="planar"):
        treealg.dask.branched_sig(few, 2, planar=1)
    want = treealg.branched_sig(paths.compute(), 2)
    assert_close([treealg.dask.branched_sig(few, 2).compute()], [want[paths[:, 0, 0] > 0]])
    short = paths[:, da.from_array(np.array([True, True, False, True]), chunks=-1)]
    want = treealg.branched_sig(short.compute(), 2)
    assert_close([treealg.dask.branched_sig(short, 2).compute()], [want])


def test_a_call_makes_no_tables(monkeypatch):
    monkeypatch.setattr("treealg.tables.cache._load_or_build", None)
    treealg.clear_cache()
    paths = da.zeros((6, 4, 2), chunks=(2, -1, -1))
    assert treealg.dask.branched_sig(paths, 8).shape == (6, treealg.branched_sig_length(2, 8))


# Waits until the others have begun, computes a chunk, and prints the tables that it has built.
BUILDS = """
import pathlib, sys, time
import dask, dask.array as da, numpy as np
import treealg.dask
from treealg.tables import disk
write, built = disk.write, []
def slow(directory, name, key, table):
    built.append(name)
    time.sleep(0.1)
    write(directory, name, key, table)
disk.write = slow
folder = pathlib.Path(sys.argv[1])
lazy = treealg.dask.branched_sig(da.ones((4, 3, 2), chunks=(2, -1, -1)), 5)
(folder / sys.argv[2]).touch()
while len(list(folder.glob("ready*"))) < int(sys.argv[3]):
    time.sleep(0.005)
lazy.compute(scheduler="synchronous")
print(*built)
"""


@pytest.mark.slow
def test_one_process_of_a_machine_builds_the_tables(tmp_path):
    def built(count):
        folder = tmp_path / f"{count}"
        (folder / "cache").mkdir(parents=True)
        environment = {
            **os.environ, "TREEALG_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", BUILDS, str(folder), f"ready{n}", str(count)],
                env=environment, stdout=subprocess.PIPE, text=True,
            )
            for n in range(count)
        ]  # fmt: skip
        return sorted(name for each in processes for name in each.communicate()[0].split())

    alone = built(1)
    assert alone
    assert built(3) == alone


@pytest.mark.parametrize("obstacle", ["in the place", "no place", "no locks", "no module"])
def test_where_no_lock_can_be_had_all_is_computed_without(tmp_path, monkeypatch, obstacle):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if obstacle == "in the place":
        (tmp_path / f"treealg-{os.getuid()}.lock").mkdir()
    elif obstacle == "no place":
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    elif obstacle == "no locks":

        def refuse(number, kind):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr("fcntl.flock", refuse)
    else:
        monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(chunks, "_prepared", set())
    paths = np.random.default_rng(0).normal(size=(4, 3, 2))
    found = treealg.dask.branched_sig(da.from_array(paths, chunks=(2, -1, -1)), 3)
    assert_close([found.compute()], [treealg.branched_sig(paths, 3)])


def test_the_handler_of_a_signal_computes_amid_the_making_of_tables(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(chunks, "_prepared", set())
    paths = np.random.default_rng(0).normal(size=(4, 3, 2))
    lazy = [treealg.dask.branched_sig(da.from_array(paths, chunks=(2, -1, -1)), n) for n in (2, 3)]
    found = []

    def interrupted(number, *, wait):
        if not found:
            found.append(None)
            found[0] = lazy[1].compute(scheduler="synchronous")
        return hold(number, wait=wait)

    monkeypatch.setattr(chunks, "hold", interrupted)
    # In a thread of its own, which may wait for itself.
    thread = threading.Thread(
        target=lambda: found.append(lazy[0].compute(scheduler="synchronous")), daemon=True
    )
    thread.start()
    thread.join(30)
    assert_close(found, [treealg.branched_sig(paths, n) for n in (3, 2)])


def test_functions_of_chunks_can_be_pickled():
    paths = da.from_array(np.ones((4, 3, 2)), chunks=(2, -1, -1))
    graph = dict(treealg.dask.branched_sig(paths, 2).__dask_graph__())
    again = pickle.loads(pickle.dumps(graph))
    assert again.keys() == graph.keys()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users")
def test_the_lock_of_another_user_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = tmp_path / f"treealg-{os.getuid()}.lock"
    file.touch()
    held = []
    monkeypatch.setattr("treealg.dask.chunks.hold", lambda number, wait: held.append(number))
    for owner, count in ((os.getuid() + 1, 0), (os.getuid(), 1)):
        stat = os.stat_result([*os.stat(file)[:4], owner, *os.stat(file)[5:]])
        with monkeypatch.context() as patched:
            patched.setattr(os, "fstat", lambda number, stat=stat: stat)
            with chunks._one_process():
                assert len(held) == count


FORKED = """
import os, threading, numpy as np, dask.array as da, treealg.dask
lazy = treealg.dask.branched_sig(da.ones((4, 3, 2), chunks=(2, -1, -1)), 3)
at, end = threading.Event(), threading.Event()
make, parent = treealg.operations["branched_sig"].function, os.getpid()

def slow(*arguments, **options):
    if os.getpid() == parent:
        at.set()
        end.wait()
    return make(*arguments, **options)

object.__setattr__(treealg.operations["branched_sig"], "function", slow)
thread = threading.Thread(target=lambda: lazy.compute(scheduler="synchronous"))
thread.start()
at.wait()
child = os.fork()
if child == 0:
    from treealg.dask import chunks
    chunks._one_process = chunks.contextmanager(lambda: iter([None]))
    print(lazy.compute(scheduler="synchronous").shape, flush=True)
    os._exit(0)
os.waitpid(child, 0)
end.set()
thread.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks")
def test_a_child_forked_while_a_thread_makes_tables_makes_its_own():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "(4, 20)"


def test_what_is_given_beside_arrays_of_dask_is_read_as_the_functions_read_it():
    path, said = da.zeros((2, 3, 2), chunks=1), []
    for options in (
        {"correction": [[1.0], [1.0, 2.0]]},
        {"correction": np.ma.masked_array(np.zeros(4))},
        {"correction": {"x": 1.0}},
        {"lengths": np.broadcast_to(1, (2**45,))},
        {"time_aug": np.array([True, False])},
        {"lead_lag": [1, 2]},
        {"planar": "yes"},
        {"basepoint": np.zeros((1,) * 40 + (2,))},
        {"weights": da.ones((), int)},
    ):
        (name,) = options
        with pytest.raises(treealg.TreeAlgError, match=f"^{name} ") as caught:
            treealg.dask.branched_sig(path, 2, **options)
        said.append(str(caught.value))
    assert "correction[0] has 1 entry" in said[0]


def test_gradients_of_no_paths_have_the_shape_of_their_arguments():
    path, derivs = da.zeros((0, 3, 2), chunks=-1), da.zeros((0, 6), chunks=-1)
    found = treealg.dask.branched_sig_backprop(path, None, derivs, 2, basepoint=da.zeros(2))
    assert [x.compute().shape for x in found] == [(0, 3, 2), (2,)]


def test_a_number_that_is_not_computed_yet_stays_so():
    covariance = np.eye(2)[None]
    step = da.from_array(np.array(0.25))
    found = treealg.dask.ito_correction(da.from_array(covariance), step)
    assert isinstance(found, da.Array)
    np.testing.assert_array_equal(found.compute(), treealg.ito_correction(covariance, 0.25))


def test_arrays_of_words_have_the_shape_of_their_rows_before_they_are_computed():
    words = np.array([[0, 1], [1, 0], [1, 1]])
    path = np.random.default_rng(0).normal(size=(4, 5, 2))
    found = treealg.dask.sig_coef(da.from_array(path), words)
    assert found.shape == (4, 3)
    np.testing.assert_array_equal(found.compute(), treealg.sig_coef(path, words))
