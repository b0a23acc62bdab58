"""Normalised kernels of paths whose kernels overflow."""

import numpy as np
import pytest

import treealg

PATHS = np.random.default_rng(31).normal(size=(3, 6, 2))
KERNELS = [None, treealg.ScaledLinearKernel(0.7), treealg.RBFKernel(0.8)]


@pytest.mark.parametrize("rule", ["trapezoid", "romberg"])
@pytest.mark.parametrize("static_kernel", KERNELS)
@pytest.mark.parametrize("transform", [{}, {"time_aug": True, "lead_lag": True}])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_logarithms_give_what_division_does(depth, transform, static_kernel, rule, monkeypatch):
    options = {"static_kernel": static_kernel, "normalize": True, "rule": rule, **transform}
    paths = 0.3 * PATHS
    want = treealg.branched_sig_kernel_gram(paths, paths[:2, :4], depth, (1, 2), **options)
    finite = np.isfinite
    with monkeypatch.context() as patch:  # as if nothing were finite
        patch.setattr(np, "isfinite", lambda x: np.zeros(np.shape(x), bool) & finite(x))
        got = treealg.branched_sig_kernel_gram(paths, paths[:2, :4], depth, (1, 2), **options)
        pairs = treealg.branched_sig_kernel(paths[:2], paths[:2, :4], depth, (1, 2), **options)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(pairs, np.diagonal(want), rtol=1e-12)


@pytest.mark.parametrize("size", [30.0, 40.0])
def test_kernels_of_linear_paths_beyond_floating_point(size):
    # At depth 1 and order 0: log K(x, y) = <x, y>.
    x, y = [[0.0, 0.0], [size, 0.0]], [[0.0, 0.0], [size, 0.01]]
    got = treealg.branched_sig_kernel(x, y, 1, 0, normalize=True)
    assert np.isinf(treealg.branched_sig_kernel(x, x, 1, 0))
    np.testing.assert_allclose(got, np.exp(-(0.01**2) / 2), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("scale", [1.0, 8.0, 40.0, 1e4])
def test_a_path_with_itself_has_the_normalised_kernel_1(scale, depth, dtype):
    paths = (scale * PATHS).astype(dtype)
    got = treealg.branched_sig_kernel(paths, paths, depth, 1, normalize=True)
    np.testing.assert_allclose(got, 1.0, rtol=1e-5 if dtype is np.float32 else 1e-12)
    if scale > 1e3:
        assert (got == 1.0).all()
    gram = treealg.branched_sig_kernel_gram(paths, paths, depth, 1, normalize=True)
    np.testing.assert_allclose(np.diagonal(gram), 1.0, rtol=1e-5)


def test_what_is_not_finite_stays_nan():
    paths = PATHS.copy()
    paths[1, 2, 0] = np.nan
    got = treealg.branched_sig_kernel(paths, paths, 2, 0, normalize=True)
    assert np.isnan(got).tolist() == [False, True, False]
