"""Whenever a run ends, the same call goes on, and nothing half-written is ever seen."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import treealg
from treealg.errors import InvalidValueError
from treealg.files import compute, parts, run
from treealg.locks import hold, let_go

ROOT = Path(treealg.__file__).parents[1]
MOMENTS = (
    "before the first part", "within a part", "after a part", "after another part",
    "within the output", "before the name", "after the name",
)  # fmt: skip

# Runs are children that were forked, and kill themselves at some moment.
KILLED = """
import os, pathlib, signal, sys
from treealg.files import parts, run, sinks
import treealg.files.tables, pyarrow
moments, source, output = sys.argv[1].split(", "), sys.argv[2], sys.argv[3]
run._PIECE = 1 << 10

def die(*ignored):
    os.kill(os.getpid(), signal.SIGKILL)

def after(function, count=1):
    left = [count]
    def called(*arguments):
        found = function(*arguments)
        left[0] -= 1
        if not left[0]:
            die()
        return found
    return called

def lie_in_wait(moment):
    Parts, Path = parts.Parts, pathlib.Path
    if moment == "before the first part":
        run._here = die
    elif moment == "within a part":
        parts.Path.replace = die
    elif moment.endswith("part"):
        Parts.add = after(Parts.add, 2)
    elif moment == "within the output":
        sinks._Tables.write = after(sinks._Tables.write, 2)
        sinks._Npy.write = after(sinks._Npy.write, 2)
        sinks._Zarr.flush = after(sinks._Zarr.flush)
    elif moment == "before the name":
        Parts.finish = lambda self: (self._write("done", b""), die())
    else:
        Parts.finish = after(Parts.finish)

columns = {} if source.endswith("npy") else {"id": "id", "time": "t"}
for moment in moments:
    child = os.fork()
    if not child:
        lie_in_wait(moment)
        try:
            run.compute(source, output, degree=2, log=True, **columns)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), moment
    kept = len(list(pathlib.Path(output + ".parts").glob("*.part")))
    print(moment, kept, os.path.exists(output), sep=", ")
run.compute(source, output, degree=2, log=True, **columns)
"""


def some_paths():
    return np.random.default_rng(0).normal(size=(40, 6, 3))


def write_paths(path):
    if path.suffix == ".npy":
        np.save(path, some_paths())
    else:
        columns = {name: some_paths()[:, :, place].ravel() for place, name in enumerate("xyz")}
        frame = pd.DataFrame(
            {"id": np.repeat(np.arange(40), 6), "t": list(range(6)) * 40, **columns}
        )
        frame.to_parquet(path, row_group_size=30)


def contents(path):
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("npy", "parquet"),
        ("npy", "npy"),
        ("parquet", "parquet"),
        ("parquet", "csv"),
        ("npy", "zarr"),
    ],
)
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(source, target, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 10)
    file, output = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
    write_paths(file)
    command = [sys.executable, "-c", KILLED, ", ".join(MOMENTS), str(file), str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    rows = [line.split(", ") for line in done.stdout.splitlines()]
    kept = {moment: int(count) for moment, count, _ in rows}
    assert kept["before the first part"] == kept["within a part"] == 0
    assert kept["after a part"] == 2
    assert kept["after another part"] == 4 < kept["within the output"]
    assert [moment for moment, _, is_there in rows if is_there == "True"] == ["after the name"]
    whole = tmp_path / f"whole.{target}"
    columns = {"id": "id", "time": "t"} if source == "parquet" else {}
    compute(file, whole, degree=2, log=True, **columns)
    assert contents(output) == contents(whole)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".parts")] == []


FULL = """
import resource, sys
from treealg.files import compute, run
run._PIECE = 1 << 14
soft = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))
try:
    compute(sys.argv[1], sys.argv[2], degree=2)
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize(("size", "what"), [(1 << 10, "part"), (1 << 15, "output")])
@pytest.mark.parametrize("target", ["npy", "parquet", "arrow", "csv", "npz", "zarr"])
def test_a_disk_that_is_full_leaves_nothing_half_written(size, what, target, tmp_path):
    np.save(tmp_path / "in.npy", np.random.default_rng(0).normal(size=(1000, 6, 3)))
    output = tmp_path / f"out.{target}"
    command = [sys.executable, "-c", FULL, str(tmp_path / "in.npy"), str(output), str(size)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TREEALG_CACHE_DIR": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{output} could not be written" in done.stdout
    assert ("pieces are kept" in done.stdout) == (what == "output")
    assert not output.exists()
    left = sorted(path.name for path in tmp_path.iterdir() if path.name != "in.npy")
    assert left == ([f"{output.name}.parts"] if what == "output" else [])
    for folder in tmp_path.glob("*.parts"):
        assert not list(folder.glob(".new*"))
        assert not list(folder.glob("finished*"))


def test_an_interrupted_run_keeps_its_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 12)
    np.save(tmp_path / "in.npy", some_paths())
    add, calls = parts.Parts.add, []

    def interrupted(self, part):
        calls.append(part)
        if len(calls) == 3:
            raise KeyboardInterrupt
        add(self, part)

    with monkeypatch.context() as patched:
        patched.setattr(parts.Parts, "add", interrupted)
        with pytest.raises(KeyboardInterrupt, match="was not written; 2 pieces are kept in"):
            compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    assert len(list((tmp_path / "out.npy.parts").glob("*.part"))) == 2
    computed = []
    function = treealg.recipes.Recipe.__call__
    monkeypatch.setattr(
        treealg.recipes.Recipe,
        "__call__",
        lambda self, paths, times: computed.append(len(paths)) or function(self, paths, times),
    )
    assert compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2) == 40
    assert sum(computed) == 40 - sum(len(part.rows) for part in calls[:2])


@pytest.mark.parametrize(
    "change", [{"degree": 1}, {"log": True}, {"n_jobs": 2}, {"dtype": "float32"}]
)
def test_parts_of_another_run_are_not_used(change, tmp_path, monkeypatch):
    np.save(tmp_path / "in.npy", some_paths())
    with monkeypatch.context() as patched:
        patched.setattr(run, "_assemble", lambda *arguments: os.strerror(1 / 0))
        with pytest.raises(ZeroDivisionError):
            compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    options = {"degree": 2} | change
    with pytest.raises(InvalidValueError, match="has parts of another run"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", **options)
    assert compute(tmp_path / "in.npy", tmp_path / "out.npy", restart=True, **options) == 40


def test_two_processes_do_not_write_one_output(tmp_path):
    np.save(tmp_path / "in.npy", some_paths())
    writing = parts.Parts(tmp_path / "out.npy", {}, overwrite=False, restart=False)
    with writing, pytest.raises(InvalidValueError, match="another process is writing"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    assert compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2) == 40


@pytest.mark.parametrize("system", ["file system", "module"])
def test_where_there_are_no_locks_an_output_is_written(system, tmp_path, monkeypatch):
    def refuse(number, kind):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    if system == "module":
        monkeypatch.setitem(sys.modules, "fcntl", None)
    else:
        monkeypatch.setattr("fcntl.flock", refuse)
    np.save(tmp_path / "in.npy", some_paths())
    assert compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2) == 40


def test_an_output_that_somebody_else_wrote_meanwhile_is_kept(tmp_path, monkeypatch):
    np.save(tmp_path / "in.npy", some_paths())
    with monkeypatch.context() as patched:
        patched.setattr(run, "_assemble", lambda *arguments: os.strerror(1 / 0))
        with pytest.raises(ZeroDivisionError):
            compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    (tmp_path / "out.npy").write_bytes(b"mine")
    with pytest.raises(InvalidValueError, match="is there already"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=2)
    assert (tmp_path / "out.npy").read_bytes() == b"mine"


def test_a_file_is_free_though_a_child_has_it_open(tmp_path):
    number = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    assert hold(number, wait=False)
    waiting = [sys.executable, "-c", "input()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, pass_fds=[number]) as child:
        again = os.open(tmp_path / "lock", os.O_RDWR)
        assert not hold(again, wait=False)
        let_go(number)
        assert hold(again, wait=False)
        let_go(again)
        child.communicate(b"\n")
