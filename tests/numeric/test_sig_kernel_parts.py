"""Kernels of a few pairs of long paths, whose columns the lanes share: values and gradients."""

import math

import numpy as np
import pytest

import treealg
from treealg import _fast
from treealg._fast import reference

TOLERANCE = {np.dtype(np.float32): 3e-5, np.dtype(np.float64): 1e-13}
LINEAR, RBF = (False, 0.8), (True, 0.7)


def paths(*shape, seed=0, dtype=np.float64):
    steps = np.random.default_rng(seed).normal(size=shape) / 12
    return np.cumsum(steps, axis=-2).astype(dtype)


def results(door, one, two, depth=2, orders=(0, 0), static=LINEAR, transforms=(), n_threads=1):
    """Return values and both gradients of the pairs (i, i)."""
    transforms = dict(transforms)
    time_aug, lead_lag = (transforms.get(name, False) for name in ("time_aug", "lead_lag"))
    pairs = np.arange(len(one))
    options = (depth, *orders, *static, False, time_aug, lead_lag, 0.5, n_threads)
    sizes = [math.prod(treealg.transform_path(p[0], **transforms).shape) for p in (one, two)]
    value = np.full((len(one), 1), np.nan, one.dtype)
    derivs = np.random.default_rng(3).normal(size=value.shape).astype(one.dtype)
    grads = [np.full((len(one), size), np.nan, one.dtype) for size in sizes]
    door.sig_kernel(one, two, pairs, pairs, value, *options)
    door.sig_kernel_backward(one, two, pairs, pairs, derivs, *grads, *options)
    return value, *grads


def assert_kernels_agree(one, two, **options):
    want = results(reference, one, two, **options)
    got = results(_fast, one, two, **options)
    for w, g in zip(want, got, strict=True):
        scale = np.abs(w).max(axis=1, keepdims=True, initial=np.finfo(w.dtype).tiny)
        np.testing.assert_allclose(g / scale, w / scale, atol=TOLERANCE[one.dtype])


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def _instruction_set(request):
    try:
        _fast.use_instruction_set(request.param)
    except ValueError:
        pytest.skip(f"this processor has no {request.param}")
    yield
    _fast.use_instruction_set(None)


@pytest.mark.usefixtures("_instruction_set")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("static", [LINEAR, RBF], ids=["linear", "rbf"])
@pytest.mark.parametrize("columns", [65, 66, 67, 79, 80, 81, 130])
@pytest.mark.parametrize("rows", [2, 5, 40])
def test_parts_agree_with_their_reference(rows, columns, static, dtype):
    one, two = paths(1, rows, 3, dtype=dtype), paths(1, columns, 3, seed=1, dtype=dtype)
    assert_kernels_agree(one, two, depth=3, static=static)


@pytest.mark.parametrize("static", [LINEAR, RBF], ids=["linear", "rbf"])
@pytest.mark.parametrize("orders", [(0, 1), (2, 0), (1, 2)])
@pytest.mark.parametrize("depth", [0, 1, 2, 4])
def test_parts_of_refined_grids_agree_with_their_reference(depth, orders, static):
    assert_kernels_agree(
        paths(3, 21, 2), paths(3, 70, 2, seed=1), depth=depth, orders=orders, static=static
    )


@pytest.mark.parametrize(
    "transforms", [{"time_aug": True}, {"lead_lag": True}, {"lead_lag": True, "time_aug": True}],
    ids=str,
)  # fmt: skip
def test_parts_of_transformed_paths_agree_with_their_reference(transforms):
    transforms = transforms | ({"end_time": 0.5} if "time_aug" in transforms else {})
    one, two = paths(2, 20, 2), paths(2, 44, 2, seed=1)
    spread = np.repeat(one, 2, axis=2)[::-1, :, ::2]
    assert_kernels_agree(spread, two, static=RBF, transforms=transforms)


@pytest.mark.parametrize("static", [LINEAR, RBF], ids=["linear", "rbf"])
@pytest.mark.parametrize("lengths", [(700, 100), (260, 300)], ids=str)
def test_parts_of_a_grid_too_large_to_keep_agree_with_their_reference(lengths, static):
    one, two = paths(1, lengths[0], 2) / 2, paths(1, lengths[1], 2, seed=1) / 2
    assert_kernels_agree(one, two, depth=4, static=static)


@pytest.mark.parametrize("batch", [1, 3, 5, 12, 17])
@pytest.mark.parametrize("n_threads", [2, 5, 64])
def test_number_of_threads_does_not_change_parts(n_threads, batch):
    one, two = paths(batch, 30, 2), paths(batch, 71, 2, seed=1)
    want = results(_fast, one, two)
    got = results(_fast, one, two, n_threads=n_threads)
    for w, g in zip(want, got, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-11, atol=1e-13 * np.abs(w).max())


@pytest.mark.parametrize("kernel", [treealg.LinearKernel(), treealg.RBFKernel(0.7)], ids=repr)
def test_parts_are_the_last_corner_of_the_whole_grid(kernel):
    one, two = paths(25, 3), paths(90, 3, seed=1)
    options = {"static_kernel": kernel}
    grid = treealg.branched_sig_kernel(one, two, 3, (1, 0), return_grid=True, **options)
    value = treealg.branched_sig_kernel(one, two, 3, (1, 0), **options)
    assert value == pytest.approx(grid[-1, -1], rel=1e-13)
    derivs = np.zeros_like(grid)
    derivs[-1, -1] = 2
    options["right_deriv"] = True
    want = treealg.branched_sig_kernel_backprop(
        derivs, one, two, 3, (1, 0), return_grid=True, **options
    )
    got = treealg.branched_sig_kernel_backprop(2.0, one, two, 3, (1, 0), **options)
    for w, g in zip(want, got, strict=True):
        np.testing.assert_allclose(g, w, atol=1e-13 * np.abs(w).max())


def test_gradients_keep_nan_in_its_pair():
    one, two = paths(3, 30, 2), paths(3, 70, 2, seed=1)
    derivs = np.ones(3)
    clean = treealg.branched_sig_kernel_backprop(derivs, one, two, 2, 0, right_deriv=True)
    one[1, 2, 0] = np.nan
    got = treealg.branched_sig_kernel_backprop(derivs, one, two, 2, 0, right_deriv=True)
    for found, whole in zip(got, clean, strict=True):
        assert np.isnan(found[1]).any()
        np.testing.assert_array_equal(found[[0, 2]], whole[[0, 2]])
