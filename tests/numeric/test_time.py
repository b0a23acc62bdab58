"""The channel of time: one grid, whose rounded increments add up to its end in every route."""

import numpy as np
import pytest

import treealg
from treealg import engines

ENDS = [1.0, 0.1, -2.3, 1 / 3, 7e5, 1e30]
DTYPES = [np.float32, np.float64]


def grid(dtype, end, segments):
    return np.linspace(0, end, segments + 1, dtype=dtype)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("shape", [(2,), (3,), (1001,), (5, 50), (2, 777), (32, 1001)])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_time_is_the_grid_at_every_point(dtype, end, shape, lead_lag, n_jobs):
    path, place, end = np.zeros((*shape, 1), dtype), 1 + lead_lag, float(dtype(end))
    options = {"time_aug": True, "end_time": end, "lead_lag": lead_lag, "n_jobs": n_jobs}
    every = 1 + lead_lag
    times = grid(dtype, end, every * (shape[-1] - 1))[every::every]
    prefixes = treealg.branched_sig(path, 1, stream=True, **options)
    assert (prefixes[..., place] == times).all()
    assert (treealg.branched_sig(path, 1, **options)[..., place] == end).all()
    assert (treealg.branched_log_sig(path, 1, **options)[..., place] == end).all()
    assert (treealg.branched_sig_coef(path, [(place,)], **options) == end).all()
    lengths = np.full(shape[:-1], 2)
    shorter = treealg.branched_sig(path, 1, lengths=lengths, **options)
    assert (shorter[..., place] == end).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 8])
def test_time_ends_after_a_million_steps(count, dtype):
    path = np.broadcast_to(np.zeros((1, 1), dtype), (count, 1_000_001, 1))
    assert (treealg.branched_sig(path, 1, time_aug=True)[:, 1] == 1).all()


@pytest.mark.parametrize("correction", [None, np.zeros(1, np.float32)])
@pytest.mark.parametrize("length", [10, 500])
@pytest.mark.parametrize("planar", [False, True])
def test_time_ends_at_higher_degree_and_with_a_correction(planar, length, correction):
    path = np.zeros((3, length, 1), np.float32)
    options = {"time_aug": True, "end_time": 0.3, "planar": planar, "correction": correction}
    for function in (treealg.branched_sig, treealg.branched_log_sig):
        assert (function(path, 3, **options)[:, 1] == np.float32(0.3)).all()


@pytest.mark.parametrize("end", [*ENDS, 1e30])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_time_of_streams_ends(lead_lag, end):
    place = 1 + lead_lag
    options = {"time_aug": True, "end_time": end, "lead_lag": lead_lag}
    stream = treealg.BranchedSigStream(1, 1, **options)
    windows = treealg.BranchedSigWindowStream(1, 1, 147, **options)
    for some in (stream, windows):
        some.push_batch(np.zeros((3, 500, 1)))
    assert (stream.sig(0, 499)[:, place] == end).all()
    assert (stream.sig_batch([(0, 499), (3, 77)])[..., place] == end).all()
    assert (stream.sig_all()[1:, :, place] == end).all()
    assert (windows.sig()[..., place] == end).all()


@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_increments_are_those_of_the_transformed_path(dtype, lead_lag):
    rng = np.random.default_rng(3)
    path = rng.normal(size=(64, 30, 2)).astype(dtype)  # more paths than lanes: none is cut
    options = {"time_aug": True, "end_time": 1.7, "lead_lag": lead_lag}
    moved = treealg.transform_path(path, **options)
    np.testing.assert_array_equal(
        treealg.branched_sig(path, 3, **options), treealg.branched_sig(moved, 3)
    )
    np.testing.assert_array_equal(treealg.sig(path, 3, **options), treealg.sig(moved, 3))
    with engines.use("reference"):
        np.testing.assert_array_equal(
            treealg.branched_sig(path, 2, **options), treealg.branched_sig(moved, 2)
        )


def test_a_path_of_one_point_has_no_time():
    assert not treealg.branched_sig([[3.0]], 2, time_aug=True).any()
    assert treealg.transform_path([[3.0]], time_aug=True).tolist() == [[3.0, 0.0]]
    assert treealg.branched_sig_kernel([[[3.0]]], [[[1.0], [2.0]]], 2, 0, time_aug=True) == 1
