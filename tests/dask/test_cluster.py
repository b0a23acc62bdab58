"""A cluster of two processes: more than a worker's memory, workers that die, files."""

import os

import dask.array as da
import numpy as np
import pytest

import treealg
import treealg.dask
from treealg.files import compute, run

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module", autouse=True)
def environment():
    # A cluster of processes leaves OMP_NUM_THREADS=1 behind, and more, in that of this process.
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def cluster(environment):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, memory_limit="400MiB", dashboard_address=None
    ) as found:
        yield found


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
    assert np.isfinite(future.result(timeout=60)).all()


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_PATIENCE", "0.2s")
    np.save(tmp_path / "in.npy", np.zeros((2, 3, 1)))
    with pytest.raises(treealg.TreeAlgError, match=r"no scheduler of Dask answers at tcp://127"):
        compute(tmp_path / "in.npy", tmp_path / "out.npy", degree=1, dask="tcp://127.0.0.1:1")
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]
