"""Signature kernels of lists of paths: each pair as it is alone, and gradients that are lists."""

import tracemalloc

import numpy as np
import pytest

import treealg
from treealg import engines

from ..support import walk

FIRST = [3, 1, 60, 9, 2, 12, 5, 7, 4, 30]
SECOND = [8, 50, 1, 2, 40, 6]
OPTIONS = {
    "plain": {},
    "gaussian": {"static_kernel": treealg.RBFKernel(0.7), "time_aug": True},
    "lead_lag": {"lead_lag": True, "time_aug": True, "end_time": 0.5},
    "romberg": {"rule": "romberg"},
    "normalized": {"normalize": True, "time_aug": True},
}


def paths_of(lengths, seed):
    return [walk(n, 2, seed=seed + n) / 9 for n in lengths]


def alone(one, two, options):
    return float(treealg.branched_sig_kernel(one, two, 2, 1, **options))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_gram_matrix_of_lists_is_that_of_each_pair(options, n_jobs):
    one, two = paths_of(FIRST, 0), paths_of(SECOND, 1)
    found = treealg.branched_sig_kernel_gram(one, two, 2, 1, n_jobs=n_jobs, **options)
    want = [[alone(x, y, options) for y in two] for x in one]
    np.testing.assert_allclose(found, want, rtol=1e-12)
    own = treealg.branched_sig_kernel_gram(one, one, 2, 1, n_jobs=n_jobs, **options)
    np.testing.assert_allclose(own, [[alone(x, y, options) for y in one] for x in one], rtol=1e-12)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_gradients_of_a_gram_matrix_of_lists_are_sums_over_pairs(options):
    one, two = paths_of(FIRST, 0), paths_of(SECOND, 1)
    derivs = np.random.default_rng(0).normal(size=(len(one), len(two)))
    flags = {"left_deriv": True, "right_deriv": True}
    left, right = treealg.branched_sig_kernel_gram_backprop(
        derivs, one, two, 2, 1, **flags, **options
    )
    wants = [np.zeros_like(x) for x in one], [np.zeros_like(y) for y in two]
    for i, x in enumerate(one):
        for j, y in enumerate(two):
            dx, dy = treealg.branched_sig_kernel_backprop(
                derivs[i, j], x, y, 2, 1, **flags, **options
            )
            wants[0][i] += dx
            wants[1][j] += dy
    for found, want in zip((left, right), wants, strict=True):
        assert len(found) == len(want)
        for got, expected in zip(found, want, strict=True):
            scale = max(np.abs(expected).max(), 1)
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12 * scale)


def test_gradients_of_short_paths_beside_a_long_one_are_not_padded():
    one, two = paths_of([5] * 200 + [20_000], 0), paths_of([4, 5], 1)
    tracemalloc.start()
    try:
        treealg.branched_sig_kernel_gram_backprop(np.ones((201, 2)), one, two, 1, 0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * sum(x.nbytes for x in one)


def test_engines_agree_on_lists():
    one, two = paths_of(FIRST, 0), paths_of(SECOND, 1)
    derivs = np.ones((len(one), len(two)))

    def results():
        gram = treealg.branched_sig_kernel_gram(one, two, 2, 1)
        left, _ = treealg.branched_sig_kernel_gram_backprop(derivs, one, two, 2, 1)
        return gram, *left

    compiled = results()
    with engines.use("reference"):
        readable = results()
    for got, want in zip(compiled, readable, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12 * max(np.abs(want).max(), 1))


def test_a_list_pairs_with_an_array_and_with_one_path():
    one, array = paths_of(SECOND, 0), np.array(paths_of([5] * 6, 3) + walk(6, 5, 2, seed=1) / 9)
    found = treealg.branched_sig_kernel(one, array, 2, 1)
    np.testing.assert_allclose(
        found, [alone(x, y, {}) for x, y in zip(one, array, strict=True)], rtol=1e-12
    )
    single = treealg.branched_sig_kernel(one, array[0], 2, 1)
    np.testing.assert_allclose(single, [alone(x, array[0], {}) for x in one], rtol=1e-12)


@pytest.mark.parametrize("name", ["branched_mmd", "expected_branched_scoring_rule"])
def test_samples_may_be_lists(name):
    one, two = paths_of(FIRST, 0), paths_of(SECOND, 1)
    gram = treealg.branched_sig_kernel_gram
    kxx, kxy, kyy = gram(one, one, 2, 1), gram(one, two, 2, 1), gram(two, two, 2, 1)
    within_x, within_y = ((k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (kxx, kyy))
    want = within_x - 2 * kxy.mean()
    want += within_y if name == "branched_mmd" else 0
    found = getattr(treealg, name)(one, two, 2, 1)
    np.testing.assert_allclose(found, want, rtol=1e-11)
    gradient, _ = getattr(treealg, f"{name}_backprop")(1.0, one, two, 2, 1)
    step, direction = 1e-5, [np.random.default_rng(1).normal(size=x.shape) for x in one]
    ends = [
        getattr(treealg, name)(
            [x + sign * step * v for x, v in zip(one, direction, strict=True)], two, 2, 1
        )
        for sign in (1, -1)
    ]
    slope = sum((g * v).sum() for g, v in zip(gradient, direction, strict=True))
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / (2 * step), rtol=1e-6)


def test_a_normalised_kernel_beyond_floating_point_is_right_in_a_list():
    one = [walk(n, 2, seed=n) * 9 for n in (4, 7, 2)]
    found = treealg.branched_sig_kernel_gram(one, one, 2, 0, normalize=True)
    want = [[treealg.branched_sig_kernel(x, y, 2, 0, normalize=True) for y in one] for x in one]
    np.testing.assert_allclose(found, want, rtol=1e-9)
    assert np.isfinite(found).all()


def test_what_is_not_finite_stays_in_the_kernels_of_its_path():
    one = paths_of(FIRST, 0)
    one[3][2] = np.nan
    found = np.isfinite(treealg.branched_sig_kernel_gram(one, one, 2, 1))
    want = np.ones((10, 10), bool)
    want[3] = want[:, 3] = False
    want[1, 3] = want[3, 1] = True  # a single point has no cells with any path
    np.testing.assert_array_equal(found, want)


def test_grids_of_lists_are_refused():
    with pytest.raises(treealg.InvalidValueError, match="return_grid must be False for lists"):
        treealg.branched_sig_kernel(paths_of(FIRST, 0), paths_of(FIRST, 1), 1, 0, return_grid=True)
