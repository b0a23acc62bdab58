"""A cluster of two processes: more than a worker's memory, workers that die, files."""

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import fields

import dask
import dask.array as da
import numpy as np
import pytest

import treealg
import treealg.dask
from treealg.files import compute, parts, run
from treealg.recipes import Recipe

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module", autouse=True)
def environment():
    # A cluster of processes leaves OMP_NUM_THREADS=1 behind, and more, in that of this process.
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


_SECONDS = 300


@pytest.fixture(autouse=True)
def patience():
    """Fail where the cluster goes quiet, as schedulers may after workers were killed."""

    def late(*_):
        raise TimeoutError(f"the cluster was quiet for {_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def cluster(environment):
    settings = {
        # A cluster of this machine gives up workers that were killed and are not back by then, and
        # waits for ever when it has none; a busy machine takes longer than the 15 seconds it has.
        "distributed.deploy.lost-worker-timeout": "300s",
        # Workers that pause when they take much memory go on only when they give some back.
        "distributed.worker.memory.pause": False,
    }
    # What is left of other clusters would end amid the start of this one, which waits for it then.
    gc.collect()
    with dask.config.set(settings):
        found = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit="400MiB", dashboard_address=":0"
        )
        try:
            yield found
        finally:
            found.close(timeout=30)


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as found:
        yield found


@pytest.mark.slow
def test_a_batch_larger_than_the_memory_of_a_worker_is_computed(client):
    count = 200_000
    steps = da.from_array(np.linspace(0, 1, count), chunks=4000)[:, None, None]
    times = np.linspace(0, 1, 100)[:, None] * np.array([1.0, 2.0, -1.0])
    paths = steps * times
    (limit,) = {worker["memory_limit"] for worker in client.scheduler_info()["workers"].values()}
    assert paths.nbytes > limit
    features = treealg.dask.branched_sig(paths, 2)
    found = features.sum(axis=0).compute()
    scale = np.linspace(0, 1, count)
    line = treealg.branched_sig([[0.0, 0.0, 0.0], [1.0, 2.0, -1.0]], 2)
    parts = line[:3] * scale.sum(), line[3:] * (scale**2).sum()
    expected = np.concatenate(parts)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.slow
def test_files_are_computed_on_a_cluster_to_the_same_bytes(client, cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PIECE", 1 << 12)
    np.save(tmp_path / "in.npy", np.random.default_rng(0).normal(size=(100, 6, 3)))
    for name, address in (("here", None), ("there", cluster.scheduler_address)):
        compute(tmp_path / "in.npy", tmp_path / f"{name}.parquet", degree=2, dask=address)
    here, there = ((tmp_path / f"{name}.parquet").read_bytes() for name in ("here", "there"))
    assert here == there


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(client):
    marker = client.submit(os.getpid).result()
    paths = da.from_array(np.ones((40, 5, 2)).cumsum(axis=1), chunks=(2, -1, -1))
    future = client.compute(treealg.dask.branched_sig(paths, 3))
    client.run_on_scheduler(lambda: None)
    os.kill(marker, 9)
    assert np.isfinite(future.result(timeout=200)).all()


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write paths, and their features as one process computes them."""
    monkeypatch.setattr(run, "_PIECE", 1 << 12)
    np.save(tmp_path / "in.npy", np.random.default_rng(0).normal(size=(100, 6, 3)))
    compute(tmp_path / "in.npy", tmp_path / "here.npy", degree=2)
    return tmp_path


def after(count, act, monkeypatch):
    """Do something after so many parts were written."""
    add, calls = parts.Parts.add, []

    def added(self, part):
        add(self, part)
        calls.append(part)
        if len(calls) == count:
            act()

    monkeypatch.setattr(parts.Parts, "add", added)


@pytest.mark.slow
def test_a_worker_that_dies_while_files_are_computed_is_replaced(
    client, cluster, files, monkeypatch
):
    pid = client.submit(os.getpid).result()
    after(1, lambda: os.kill(pid, 9), monkeypatch)
    compute(files / "in.npy", files / "out.npy", degree=2, dask=cluster.scheduler_address)
    assert (files / "out.npy").read_bytes() == (files / "here.npy").read_bytes()


class Deadly(Recipe):
    """A recipe on which the process dies, on paths that begin with a certain number."""

    def __call__(self, paths, times=None):
        if paths[0, 0, 0] == self.deadly:
            os.kill(os.getpid(), 9)
        return super().__call__(paths, times)


@pytest.mark.slow
def test_a_piece_on_which_workers_die_is_named_and_what_was_done_is_kept(
    client, cluster, files, monkeypatch
):
    cloudpickle = pytest.importorskip("cloudpickle")
    module = sys.modules[__name__]
    made = run.recipe_of

    def deadly(*arguments, **options):
        found = made(*arguments, **options)
        recipe = Deadly(**{field.name: getattr(found, field.name) for field in fields(Recipe)})
        object.__setattr__(recipe, "deadly", np.load(files / "in.npy")[34, 0, 0])
        return recipe

    address = cluster.scheduler_address
    with monkeypatch.context() as patched:
        patched.setattr(cluster.scheduler, "allowed_failures", 1)
        patched.setattr(run, "recipe_of", deadly)
        cloudpickle.register_pickle_by_value(module)
        try:
            with pytest.raises(OSError, match="workers died again and again on") as info:
                compute(files / "in.npy", files / "out.npy", degree=2, dask=address)
        finally:
            cloudpickle.unregister_pickle_by_value(module)
    found = re.search(r"in\.npy, paths (\d+) to (\d+):", str(info.value))
    assert int(found[1]) <= 34 <= int(found[2]) < int(found[1]) + 50
    kept = len(list((files / "out.npy.parts").glob("*.part")))
    assert kept
    assert f"{kept} pieces are kept" in str(info.value)
    assert not (files / "out.npy").exists()
    compute(files / "in.npy", files / "out.npy", degree=2)
    assert (files / "out.npy").read_bytes() == (files / "here.npy").read_bytes()


@pytest.mark.slow
def test_a_cluster_that_is_lost_is_an_error_after_which_the_same_call_goes_on(files, monkeypatch):
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0",
               "--no-dashboard", "--scheduler-file", str(files / "scheduler.json")]  # fmt: skip
    scheduler = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = wait_for(files / "scheduler.json")
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny",
             "--no-dashboard", "--nthreads", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with monkeypatch.context() as patched:
                after(2, scheduler.kill, patched)
                with pytest.raises(OSError, match="cluster was lost"):
                    compute(files / "in.npy", files / "out.npy", degree=2, dask=address)
        finally:
            worker.kill()
            worker.wait()
    finally:
        scheduler.kill()
        scheduler.wait()
    assert len(list((files / "out.npy.parts").glob("*.part"))) >= 2
    compute(files / "in.npy", files / "out.npy", degree=2)
    assert (files / "out.npy").read_bytes() == (files / "here.npy").read_bytes()


def wait_for(file):
    for _ in range(600):
        if file.exists() and file.read_text("utf-8").rstrip().endswith("}"):
            return json.loads(file.read_text("utf-8"))["address"]
        time.sleep(0.05)
    raise TimeoutError(file)


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PATIENCE", "0.2s")
    np.save(tmp_path / "in.npy", np.zeros((2, 3, 1)))
    with pytest.raises(treealg.TreeAlgError, match=r"no scheduler of Dask answers at 'tcp://127"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=1, dask="tcp://127.0.0.1:1")
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]
