"""Numbers of NumPy that JAX cannot hold by default: integers of 64 bits, dates, masks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg
import treealg.jax

LARGE = {
    "beyond 32 bits": [[0], [2**40]],
    "nanoseconds": [[2**60], [2**60 + 1]],
    "seconds": [[1_600_000_000], [1_600_000_001]],
    "from end to end": [[2**31 - 1], [-(2**31)]],
    "both ends of 64 bits": [[2**62], [-(2**62)]],
}


@pytest.mark.parametrize("doubles", [False, True])
@pytest.mark.parametrize("kind", LARGE)
def test_differences_of_integers_are_kept(kind, doubles):
    path = np.array(LARGE[kind])
    step = float(path[1, 0] - path[0, 0]) if kind != "both ends of 64 bits" else -(2.0**63)
    with jax.enable_x64(doubles):
        for given in (path, [path, path[:1]]):
            found = np.ravel(treealg.jax.sig(given, 1))
            np.testing.assert_allclose(found[0], step, rtol=1e-6)
            inside = np.ravel(jax.jit(lambda given=given: treealg.jax.sig(given, 1))())
            np.testing.assert_array_equal(inside, found)
        kernel = treealg.jax.branched_sig_kernel(path, np.array([[0], [1]]), 0, 0)
        assert kernel == 1


@pytest.mark.parametrize("dtype", [jnp.int32, jnp.uint32, jnp.int8, jnp.uint8])
def test_differences_of_integers_of_jax_are_kept_also_where_they_are_traced(dtype):
    ends = jnp.iinfo(dtype)
    for pair in ([ends.min, ends.max], [ends.max, ends.min], [ends.max - 1, ends.max]):
        path = jnp.array(pair, dtype)[:, None]
        for call in (treealg.jax.sig, jax.jit(treealg.jax.sig, static_argnums=1)):
            np.testing.assert_allclose(call(path, 1), [float(pair[1] - pair[0])], rtol=1e-7)


def test_points_that_count_themselves_are_rounded_and_not_cut_off():
    path = np.array([[2**40], [2**40 + 2**20]])
    np.testing.assert_allclose(treealg.jax.transform_path(path), path, rtol=1e-6)
    np.testing.assert_allclose(treealg.jax.sig(path, 1, basepoint=True), path[1], rtol=1e-6)


def test_integers_that_are_no_paths_are_the_numbers_that_they_are():
    drift, covariance = np.array([1, 0]), np.array([[2, 1], [1, 3]])
    want = treealg.expected_branched_sig(drift, covariance, 2)
    found = treealg.jax.expected_branched_sig(drift, covariance, 2)
    np.testing.assert_allclose(found, want, rtol=1e-6)


@pytest.mark.parametrize("name", ["lengths", "windows"])
@pytest.mark.parametrize("by", [2**32, -(2**32), 2**40])
def test_indices_beyond_those_of_jax_are_refused(name, by):
    value = np.array([2]) if name == "lengths" else np.array([[0, 2]])
    with pytest.raises(
        treealg.InvalidValueError, match=f"{name} must be integers from -2147483648"
    ):
        treealg.jax.sig(np.zeros((1, 3, 1), np.float32), 1, **{name: value + by})


@pytest.mark.parametrize(
    "times",
    [
        np.array([1_600_000_000, 1_600_000_001, 1_600_000_003]),
        np.array([1.6e9, 1.6e9 + 1, 1.6e9 + 3]),
        np.array([2**60, 2**60 + 1, 2**60 + 3]),
        np.array(["2020-01-01T00:00:00", "2020-01-01T00:00:01", "2020-01-01T00:00:03"], "M8[s]"),
    ],
    ids=["seconds", "floats", "nanoseconds", "dates"],
)
def test_times_count_from_the_first(times):
    path = np.zeros((3, 1), np.float32)
    got = treealg.jax.transform_path(path, time_aug=True, times=times)
    np.testing.assert_array_equal(got[:, 1], [0, 1, 3])


@pytest.mark.parametrize("mask", [False, [[True, False], [False, False]]])
def test_masked_arrays_are_refused_as_elsewhere(mask):
    path = np.ma.masked_array([[0.0, 1.0], [2.0, 3.0]], mask)
    with pytest.raises(treealg.InvalidTypeError, match=r"path must not be a masked array.*filled"):
        treealg.jax.sig(path, 1)
