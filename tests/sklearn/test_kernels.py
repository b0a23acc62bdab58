"""The kernel against the function that it calls, in Gaussian processes and vector machines."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sklearn import BranchedKernel


def some_paths(samples=8, length=6, channels=2, seed=0):
    return 0.3 * np.random.default_rng(seed).normal(size=(samples, length, channels)).cumsum(axis=1)


@pytest.mark.parametrize("normalize", [False, True])
def test_values_are_those_of_the_function(normalize):
    paths, others = some_paths(), some_paths(5, 9, seed=1)
    kernel = BranchedKernel(2, 1, scale=0.5, normalize=normalize)
    options = {"time_aug": True, "normalize": normalize}
    expected = treealg.branched_sig_kernel_gram(0.5 * paths, 0.5 * others, 2, 1, **options)
    np.testing.assert_array_equal(kernel(paths, others), expected)
    own = treealg.branched_sig_kernel_gram(0.5 * paths, 0.5 * paths, 2, 1, **options)
    np.testing.assert_allclose(kernel(paths), own, rtol=1e-13)
    np.testing.assert_allclose(kernel.diag(paths), np.diagonal(own), rtol=1e-13)


def test_rows_of_a_table_are_points_one_after_another():
    paths = some_paths()
    table = paths.reshape(len(paths), -1)
    np.testing.assert_array_equal(BranchedKernel(channels=2)(table), BranchedKernel()(paths))
    with pytest.raises(InvalidValueError, match="channels=5 numbers each, got 12 columns"):
        BranchedKernel(channels=5)(table)
    with pytest.raises(InvalidValueError, match=r"one length, got lengths \[5, 6\]"):
        BranchedKernel()([paths[0], paths[1, 1:]])


@pytest.mark.parametrize("method", [BranchedKernel.__call__, BranchedKernel.diag])
@pytest.mark.parametrize("paths", [some_paths() * np.nan, [[["a"], ["b"]]]], ids=["nan", "text"])
def test_what_are_no_finite_numbers_is_refused(method, paths):
    with pytest.raises(InvalidValueError):
        method(BranchedKernel(), paths)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_gradient_is_that_in_the_logarithm_of_the_scale(normalize, lead_lag):
    paths = some_paths(4)
    kernel = BranchedKernel(2, scale=0.4, normalize=normalize, lead_lag=lead_lag)
    gram, gradient = kernel(paths, eval_gradient=True)
    step = 1e-5
    moved = [kernel.clone_with_theta(kernel.theta + sign * step)(paths) for sign in (1, -1)]
    differences = (moved[0] - moved[1]) / (2 * step)
    # The next term of the difference is step² times a third derivative of the size of the gradient.
    np.testing.assert_allclose(
        gradient[..., 0], differences, rtol=1e-6, atol=1e-8 * np.abs(gram).max()
    )
    assert np.abs(gradient).max() > 1e-3


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_gradient_where_kernels_are_beyond_floating_point(scale):
    paths = np.random.default_rng(0).normal(size=(12, 30, 2)).cumsum(axis=1)
    kernel = BranchedKernel(2, scale=scale)
    plain = BranchedKernel(2, scale=scale, normalize=False)
    assert not np.isfinite(plain(paths)).all()
    _, gradient = kernel(paths, eval_gradient=True)
    step = 1e-5
    moved = [kernel.clone_with_theta(kernel.theta + sign * step)(paths) for sign in (1, -1)]
    np.testing.assert_allclose(gradient[..., 0], (moved[0] - moved[1]) / (2 * step), atol=1e-8)
    # All kernels of the larger paths are 0 or 1 to any precision.
    assert (np.abs(gradient).max() > 0.1) == (scale < 1)


def test_a_gaussian_process_takes_paths_whose_kernels_are_beyond_floating_point():
    paths = np.random.default_rng(0).normal(size=(12, 30, 2)).cumsum(axis=1)
    process = GaussianProcessRegressor(BranchedKernel(2, channels=2, scale=0.25), alpha=1e-3)
    process.fit(paths.reshape(12, -1), paths[:, -1, 0])
    assert np.isfinite(process.log_marginal_likelihood_value_)
    assert 1e-3 <= process.kernel_.scale <= 1


def test_a_fixed_scale_has_no_gradient():
    kernel = BranchedKernel(scale_bounds="fixed")
    assert kernel(some_paths(3), eval_gradient=True)[1].shape == (3, 3, 0)
    with pytest.raises(InvalidValueError, match="eval_gradient"):
        kernel(some_paths(3), some_paths(3), eval_gradient=True)


def test_a_gaussian_process_finds_a_scale():
    paths = some_paths(12)
    table, values = paths.reshape(12, -1), paths[:, -1, 0] * paths[:, -1, 1]
    process = GaussianProcessRegressor(BranchedKernel(2, channels=2, scale=0.3), alpha=1e-3)
    process.fit(table, values)
    assert process.kernel_.scale != 0.3
    before = process.log_marginal_likelihood(process.kernel.theta)
    assert process.log_marginal_likelihood_value_ > before + 1


def test_a_vector_machine_takes_it_and_its_parameters_are_searched():
    paths = some_paths(20)
    table, labels = paths.reshape(20, -1), paths[:, -1, 0] > 0
    machine = SVC(kernel=BranchedKernel(2, channels=2))
    search = GridSearchCV(machine, {"kernel__scale": [1e-3, 0.3], "C": [1.0, 1e3]}, cv=2)
    assert search.fit(table, labels).score(table, labels) >= 0.95


def test_copies_are_equal():
    kernel = 2 * BranchedKernel(2, scale=0.3) + BranchedKernel(3)
    for copied in (clone(kernel), pickle.loads(pickle.dumps(kernel))):
        assert copied == kernel
    assert "BranchedKernel(depth=2, scale=0.3)" in repr(kernel)


@pytest.mark.parametrize("given", [[1.0, 2.0], [None], [object()], [[1, 2], 3]])
def test_a_list_of_numbers_is_no_batch_of_paths(given):
    for call in (BranchedKernel(2), BranchedKernel(2).diag):
        with pytest.raises((InvalidTypeError, InvalidValueError), match=r"^(Input )?X"):
            call(given)
    with pytest.raises((InvalidTypeError, InvalidValueError), match=r"^(Input )?Y"):
        BranchedKernel(2)(some_paths(), given)


@pytest.mark.parametrize(
    "bounds",
    [
        *([1.0], [[1.0, 2.0], [1.0, 2.0]], (2.0, 1.0), (0.0, 1.0), (1, np.inf), [[1], [1, 2]]),
        *(None, 1.0, "free", {1.0, 2.0}, range(10**12), (1.0, "a"), np.zeros((3, 2, 2))),
    ],
    ids=str,
)
def test_bounds_of_the_scale_are_a_pair(bounds):
    with pytest.raises((InvalidTypeError, InvalidValueError), match="scale_bounds"):
        BranchedKernel(2, scale_bounds=bounds)(some_paths(), eval_gradient=True)


def test_bounds_may_be_an_array_and_the_gradient_is_a_flag():
    for bounds in (np.array([0.1, 2.0]), [[0.1, 2.0]]):
        kernel = BranchedKernel(2, scale_bounds=bounds)
        np.testing.assert_allclose(kernel.bounds, np.log([[0.1, 2.0]]))
    with pytest.raises(InvalidTypeError, match="eval_gradient must be True or False"):
        kernel(some_paths(), eval_gradient=np.array([1, 2]))
