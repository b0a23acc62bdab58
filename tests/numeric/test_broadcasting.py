"""Broadcasting, beyond the laws in tests/operations."""

import tracemalloc

import numpy as np
import pytest

import treealg

SIZE = (2, 3)
COLUMNS = treealg.branched_sig_length(*SIZE)


def test_long_sums_of_small_numbers_keep_their_digits():
    derivs = np.full((1 << 18, 1), 0.1, np.float32)
    left, right = treealg.branched_sig_combine_backprop(
        derivs, np.ones((1, 1), np.float32), np.ones((1 << 18, 1), np.float32), 1, 1
    )
    np.testing.assert_allclose(left, (1 << 18) * float(np.float32(0.1)), rtol=1e-7)
    np.testing.assert_array_equal(right, derivs)


def test_a_nan_stays_in_the_rows_that_it_serves():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(3, 1, COLUMNS)), rng.normal(size=(4, COLUMNS))
    first[1, 0, 2] = np.nan
    got = treealg.branched_sig_combine(first, second, *SIZE)
    assert np.isnan(got[1]).any(axis=-1).all()
    assert np.isfinite(got[[0, 2]]).all()


@pytest.mark.parametrize("batch1", [(), (100, 1)], ids=str)
def test_no_copy_of_a_whole_batch_is_made(batch1):
    size = (2, 4)
    columns = treealg.branched_sig_length(*size)
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(*batch1, columns)), rng.normal(size=(100, 100, columns))
    treealg.branched_sig_combine(first, second[:1], *size)
    tracemalloc.start()
    try:
        result = treealg.branched_sig_combine(first, second, *size)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.3 * result.nbytes


@pytest.mark.parametrize(
    ("batch1", "batch2"), [((3, 1), (4,)), ((4,), ()), ((), (3,)), ((2, 3), (3,))], ids=str
)
def test_covariances_and_times_broadcast(batch1, batch2):
    rng = np.random.default_rng(7)
    covariance, dt = rng.normal(size=(*batch1, 2, 2)), rng.uniform(size=batch2)
    want = -0.5 * covariance.reshape(*batch1, 4) * dt[..., None]
    np.testing.assert_allclose(treealg.ito_correction(covariance, dt), want, rtol=1e-15)


def test_more_axes_than_numpy_broadcasts_by_itself_are_no_obstacle():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(*(1,) * 40, COLUMNS)), rng.normal(size=(2, COLUMNS))
    got = treealg.branched_sig_combine(first, second, *SIZE)
    assert got.shape == (1,) * 39 + second.shape
    want = treealg.branched_sig_combine(first.reshape(1, -1), second, *SIZE)
    np.testing.assert_array_equal(got.reshape(second.shape), want)


@pytest.mark.parametrize("dt", [10**400, float("nan"), -float("inf")], ids=["huge", "nan", "-inf"])
def test_times_that_are_no_finite_floats_are_refused(dt):
    with pytest.raises(treealg.InvalidValueError, match="dt must be finite"):
        treealg.ito_correction(np.eye(2), dt)
