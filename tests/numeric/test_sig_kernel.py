"""Branched signature kernels: against the sum over forests, their reference, its derivatives."""

import itertools
import math
import pickle
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import _fast
from treealg._fast import reference
from treealg.symbolic import Forest, Tree, enumerate_trees

KERNELS = [treealg.LinearKernel(), treealg.ScaledLinearKernel(0.5), treealg.RBFKernel(0.7)]
TRANSFORMS = [
    {},
    {"time_aug": True, "end_time": 0.5},
    {"lead_lag": True},
    {"lead_lag": True, "time_aug": True},
]


def paths(*shape, seed=0, scale=0.3, dtype=np.float64):
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(dtype)


def height(tree):
    return 1 + max(map(height, tree.children), default=0)


def forests_of(trees, nodes):
    """Yield multisets of trees with some number of nodes in all."""

    def extend(start, left):
        if left == 0:
            yield ()
        for index in range(start, len(trees)):
            if trees[index].order <= left:
                for rest in extend(index, left - trees[index].order):
                    yield (trees[index], *rest)

    yield from extend(0, nodes)


def symmetry_of(forest):
    product = 1
    for tree, times in Counter(forest).items():
        product *= math.factorial(times) * tree.symmetry**times
    return product


def sum_over_forests(one, two, depth, degree):
    """Return the terms of the kernel with up to `degree` nodes, from exact symmetry factors."""
    dimension = one.shape[1]
    trees = [
        tree
        for order in range(1, degree + 1)
        for tree in enumerate_trees(order, dimension)
        if height(tree) <= depth
    ]
    index = {t: treealg.tree_to_idx(t, dimension, degree) for t in trees}
    x, y = treealg.branched_sig(one, degree), treealg.branched_sig(two, degree)
    total = 1.0
    for nodes in range(1, degree + 1):
        for forest in forests_of(trees, nodes):
            term = math.prod(x[index[t]] * y[index[t]] for t in forest)
            total += term / symmetry_of(forest)
    return total


def test_symmetry_of_forests_is_that_of_the_exact_layer():
    trees = [t for order in (1, 2, 3) for t in enumerate_trees(order, 2)]
    for forest in forests_of(trees, 4):
        assert symmetry_of(forest) == Forest(list(forest)).symmetry


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("length", [2, 4])
def test_kernel_converges_to_the_sum_over_forests(depth, length):
    one, two = paths(length, 2, scale=0.2), paths(3, 2, seed=1, scale=0.2)
    want = sum_over_forests(one, two, depth, 6)
    got = treealg.branched_sig_kernel(one, two, depth, 5, rule="romberg")
    # The forests of seven nodes are the tolerance; forests of other heights are far outside it.
    missing = abs(want - sum_over_forests(one, two, depth, 5))
    assert abs(got - want) <= max(missing, 1e-13)
    other = abs(sum_over_forests(one, two, depth + 1, 6) - want)
    assert other > 10 * missing


def test_kernel_of_one_step_each_is_the_known_series():
    # For increments with inner product r, I_2 is the integral of exp(r s t) r ds dt.
    r = 0.5
    integral = float(
        sum(Fraction(1, 2) ** n / (n * n * math.factorial(n - 1)) for n in range(1, 20))
    )
    got = treealg.branched_sig_kernel([[0.0], [r]], [[0.0], [1.0]], 2, 6, rule="romberg")
    assert got == pytest.approx(math.exp(integral), rel=1e-14)


def test_trapezoid_is_of_second_order_and_romberg_of_a_higher_one():
    one, two = paths(5, 2), paths(4, 2, seed=1)
    exact = treealg.branched_sig_kernel(one, two, 3, 7, rule="romberg")
    errors = [abs(treealg.branched_sig_kernel(one, two, 3, o) - exact) for o in (2, 3, 4)]
    for coarse, fine in itertools.pairwise(errors):
        assert 3.8 < coarse / fine < 4.2
    better = [
        abs(treealg.branched_sig_kernel(one, two, 3, o, rule="romberg") - exact) for o in (0, 2, 4)
    ]
    assert better[0] > 1e3 * better[1] > 1e6 * better[2]


def run(door, one, two, depth, orders, kernel, grid, transforms, n_threads=1):
    """Return values and both gradients of pairs (i, i), and of reversed pairs."""
    time_aug = transforms.get("time_aug", False)
    lead_lag = transforms.get("lead_lag", False)
    end_time = transforms.get("end_time", 1.0)
    rbf = isinstance(kernel, treealg.RBFKernel)
    parameter = 1 / kernel.sigma if rbf else getattr(kernel, "scale", 1.0) ** 2
    first = np.arange(len(one))
    second = first[::-1].copy()
    shapes = [
        treealg.transform_path(p, time_aug=time_aug, lead_lag=lead_lag).shape[1:]
        for p in (one, two)
    ]
    nodes = [((n - 1) << o) + 1 for (n, _), o in zip(shapes, orders, strict=True)]
    options = (depth, *orders, rbf, parameter, grid, time_aug, lead_lag, end_time, n_threads)
    out = np.full((len(one), math.prod(nodes) if grid else 1), np.nan, one.dtype)
    door.sig_kernel(one, two, first, second, out, *options)
    derivs = np.random.default_rng(3).normal(size=out.shape).astype(one.dtype)
    grads = [np.full((len(one), n * d), np.nan, one.dtype) for n, d in shapes]
    door.sig_kernel_backward(one, two, first, second, derivs, *grads, *options)
    return out, *grads


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("grid", [False, True])
@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@pytest.mark.parametrize("depth", [0, 1, 2, 4])
def test_kernels_agree_with_their_reference(depth, kernel, grid, dtype):
    for batch, orders in ((1, (0, 0)), (9, (2, 0)), (17, (0, 1))):
        one, two = paths(batch, 6, 3, dtype=dtype), paths(batch, 4, 3, seed=1, dtype=dtype)
        want = run(reference, one, two, depth, orders, kernel, grid, {})
        got = run(_fast, one, two, depth, orders, kernel, grid, {})
        for w, g in zip(want, got, strict=True):
            scale = max(np.abs(w).max(), 1.0)
            np.testing.assert_allclose(
                g / scale, w / scale, atol=2e-6 if dtype == np.float32 else 1e-14
            )


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("length", [1, 2, 9])
def test_kernels_agree_with_their_reference_on_transformed_paths(length, n_threads, transforms):
    one, two = paths(19, length, 2), paths(19, 5, 2, seed=1)
    one = np.repeat(one, 2, axis=2)[::-1, :, ::2]
    want = run(reference, one, two, 3, (1, 0), KERNELS[2], False, transforms)
    got = run(_fast, one, two, 3, (1, 0), KERNELS[2], False, transforms, n_threads)
    for w, g in zip(want, got, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-14 * np.abs(w).max() + 1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
@pytest.mark.parametrize(("batch", "orders"), [(1, (0, 0)), (3, (0, 1)), (1, (2, 1)), (9, (1, 1))])
def test_kernels_of_long_paths_agree_with_their_reference(batch, orders, kernel, dtype):
    one = paths(batch, 41, 2, dtype=dtype, scale=0.1)
    two = paths(batch, 75, 2, dtype=dtype, scale=0.1, seed=1)
    for depth in (1, 3):
        want = run(reference, one, two, depth, orders, kernel, False, {})
        got = run(_fast, one, two, depth, orders, kernel, False, {})
        for w, g in zip(want, got, strict=True):
            scale = max(np.abs(w).max(), 1.0)
            tolerance = 2e-5 if dtype == np.float32 else 1e-13
            np.testing.assert_allclose(g / scale, w / scale, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_exponential_is_right_everywhere(dtype):
    # At depth 1 the kernel is the exponential of the product of two increments.
    largest = 88.7 if dtype == np.float32 else 709.7
    values = np.concatenate(
        [np.linspace(-largest + 2, largest, 4001), [0.0, 1e-30, -1e-30, np.inf]]
    )
    values = np.append(values, [-np.inf, 1000.0, -1000.0, np.nan]).astype(dtype)
    one = np.zeros((len(values), 2, 1), dtype)
    one[:, 1, 0] = values
    two = np.array([[0.0], [1.0]], dtype)
    got = treealg.branched_sig_kernel(one, two, 1, 0)
    with np.errstate(over="ignore", under="ignore"):
        want = np.exp(values.astype(np.longdouble)).astype(dtype)
    np.testing.assert_allclose(got, want, rtol=3 * np.finfo(dtype).eps, atol=1e-37)


STATIC = {"linear": (False, 1.0), "scaled": (False, 0.25), "rbf": (True, 1 / 0.7)}
STATIC_KERNELS = list(zip(KERNELS, STATIC, strict=True))


def readable_kernels(one, two, static, transforms, rule, grid):
    """Return the kernels at depth 3, order 1 of all pairs, in the dtype of the paths."""
    first, second = (i.ravel() for i in np.indices((len(one), len(two))))

    def of_order(order):
        nodes = [
            ((2 * x.shape[1] - 2 if transforms.get("lead_lag") else x.shape[1] - 1) << order) + 1
            for x in (one, two)
        ]
        out = np.empty((len(first), nodes[0] * nodes[1] if grid else 1), one.dtype)
        reference.pairs.sig_kernel(
            one, two, first, second, out, 3, order, order, *STATIC[static], grid,
            transforms.get("time_aug", False), transforms.get("lead_lag", False),
            transforms.get("end_time", 1.0), 1,
        )  # fmt: skip
        return out

    values = (4 * of_order(1) - of_order(0)) / 3 if rule == "romberg" else of_order(1)
    return values.reshape(len(one), len(two), -1)


def complex_step(one, two, weights, *options):
    """Return the gradients of a weighted Gram matrix: exact but for the rounding of long doubles.

    An analytic function has Im f(x + ih) = h f'(x), and no difference is taken.
    """
    h = np.longdouble(1e-200)
    gradients = []
    for place in (0, 1):
        paths_ = one, two
        gradient = np.zeros(paths_[place].shape)
        for row in range(len(gradient)):
            moved = np.repeat(paths_[place][row : row + 1], gradient[row].size, axis=0)
            moved = moved.astype(np.clongdouble)
            moved.reshape(len(moved), -1)[np.diag_indices(len(moved))] += 1j * h
            other = paths_[1 - place].astype(np.clongdouble)
            pair = (moved, other) if place == 0 else (other, moved)
            slopes = readable_kernels(*pair, *options).imag / h
            if place == 0:
                slope = np.einsum("kjn,jn->k", slopes, weights[row])
            else:
                slope = np.einsum("jkn,jn->k", slopes, weights[:, row])
            gradient[row] = slope.reshape(gradient[row].shape)
        gradients.append(gradient)
    return gradients


@pytest.mark.parametrize(("rule", "grid"), [("trapezoid", 0), ("romberg", 0), ("trapezoid", 1)])
@pytest.mark.parametrize(("kernel", "static"), STATIC_KERNELS)
@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
def test_gradients_are_exact_derivatives(transforms, kernel, static, rule, grid):
    one, two = paths(3, 4, 2), paths(2, 5, 2, seed=1)
    options = {"static_kernel": kernel, "rule": rule, "return_grid": bool(grid), **transforms}
    values = treealg.branched_sig_kernel_gram(one, two, 3, 1, **options)
    weights = paths(3, 2, values[0, 0].size, seed=5)
    want = complex_step(one, two, weights, static, transforms, rule, bool(grid))
    weights = weights.reshape(values.shape)
    got = treealg.branched_sig_kernel_gram_backprop(
        weights, one, two, 3, 1, right_deriv=True, **options
    )
    paired = treealg.branched_sig_kernel_backprop(
        weights, one[:, None], two, 3, 1, right_deriv=True, **options
    )
    for exact, gram, pairs in zip(want, got, paired, strict=True):
        scale = np.abs(exact).max()
        np.testing.assert_allclose(gram, exact, rtol=0, atol=1e-14 * scale)
        np.testing.assert_allclose(pairs.reshape(exact.shape), exact, rtol=0, atol=1e-14 * scale)


@pytest.mark.parametrize(("kernel", "static"), STATIC_KERNELS)
def test_gradient_of_a_gram_matrix_in_its_one_batch_is_exact(kernel, static):
    one, weights = paths(3, 4, 2), paths(3, 3, 1, seed=5)
    want = sum(complex_step(one, one, weights, static, {}, "trapezoid", False))
    got = treealg.branched_sig_kernel_gram_backprop(
        weights[..., 0], one, one, 3, 1, right_deriv=True, static_kernel=kernel
    )
    np.testing.assert_allclose(sum(got), want, rtol=0, atol=1e-14 * np.abs(want).max())


@pytest.mark.parametrize("grid", [False, True])
@pytest.mark.parametrize("max_batch", [-1, 1, 2])
def test_gram_matrix_and_its_gradient_are_those_of_the_pairs(max_batch, grid):
    one, two = paths(2, 3, 4, 2), paths(5, 3, 2, seed=1)
    options = {"return_grid": grid}
    gram = treealg.branched_sig_kernel_gram(one, two, 2, 1, max_batch=max_batch, **options)
    weights = paths(*gram.shape, seed=2)
    grads = treealg.branched_sig_kernel_gram_backprop(
        weights, one, two, 2, 1, right_deriv=True, max_batch=max_batch, **options
    )
    want = np.zeros_like(one), np.zeros_like(two)
    for i in np.ndindex(2, 3):
        for j in range(5):
            value = treealg.branched_sig_kernel(one[i], two[j], 2, 1, **options)
            np.testing.assert_allclose(gram[(*i, j)], value, rtol=1e-13)
            pair = treealg.branched_sig_kernel_backprop(
                weights[(*i, j)], one[i], two[j], 2, 1, right_deriv=True, **options
            )
            want[0][i] += pair[0]
            want[1][j] += pair[1]
    for w, g in zip(want, grads, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("grid", [False, True])
def test_symmetric_gram_matrix_is_that_of_two_arguments(grid):
    one = paths(6, 4, 2)
    gram = treealg.branched_sig_kernel_gram(one, one, 2, 1, return_grid=grid)
    want = treealg.branched_sig_kernel_gram(one, one.copy(), 2, 1, return_grid=grid)
    np.testing.assert_allclose(gram, want, rtol=1e-13)
    weights = paths(*gram.shape, seed=3)
    options = {"right_deriv": True, "return_grid": grid}
    got = treealg.branched_sig_kernel_gram_backprop(weights, one, one, 2, 1, **options)
    want = treealg.branched_sig_kernel_gram_backprop(weights, one, one.copy(), 2, 1, **options)
    for w, g in zip(want, got, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-11, atol=1e-13)


def test_normalised_kernels_have_unit_diagonal_and_are_ratios():
    one, two = paths(4, 5, 2), paths(4, 5, 2, seed=1)
    gram = treealg.branched_sig_kernel_gram(one, one, 3, 1, normalize=True)
    np.testing.assert_allclose(np.diag(gram), 1, rtol=1e-13)
    assert np.all(np.abs(gram) <= 1 + 1e-12)
    plain = treealg.branched_sig_kernel(one, two, 3, 1)
    own = [treealg.branched_sig_kernel(p, p, 3, 1) for p in (one, two)]
    got = treealg.branched_sig_kernel(one, two, 3, 1, normalize=True)
    np.testing.assert_allclose(got, plain / np.sqrt(own[0] * own[1]), rtol=1e-13)


def test_edges_of_shapes():
    point, path = np.ones((1, 2)), paths(4, 2)
    assert treealg.branched_sig_kernel(point, path, 3, 2) == 1
    assert treealg.branched_sig_kernel(path, path, 0, 0) == 1
    assert treealg.branched_sig_kernel(np.ones((0, 3, 2)), np.ones((0, 4, 2)), 2, 0).shape == (0,)
    assert treealg.branched_sig_kernel_gram(np.ones((0, 3, 2)), path[None], 2, 0).shape == (0, 1)
    left, right = treealg.branched_sig_kernel_backprop(1.0, point, path, 3, 2, right_deriv=True)
    assert not left.any()
    assert not right.any()
    grid = treealg.branched_sig_kernel(path, path[:3], 2, (1, 0), return_grid=True)
    assert grid.shape == (7, 3)
    np.testing.assert_array_equal(grid[0], 1)
    assert grid[-1, -1] == treealg.branched_sig_kernel(path, path[:3], 2, (1, 0))


@pytest.mark.parametrize(("batch", "length"), [(9, 4), (3, 70)])
def test_nan_stays_in_its_pair(batch, length):
    one, two = paths(batch, length, 2) / 9, paths(batch, length, 2, seed=1) / 9
    clean = treealg.branched_sig_kernel(one, two, 2, 1)
    one[1, 2, 0] = np.nan
    got = treealg.branched_sig_kernel(one, two, 2, 1)
    assert np.isnan(got[1])
    others = np.arange(batch) != 1
    np.testing.assert_array_equal(got[others], clean[others])


def test_static_kernels_are_values():
    for kernel in KERNELS:
        assert pickle.loads(pickle.dumps(kernel)) == kernel
        assert hash(kernel) == hash(pickle.loads(pickle.dumps(kernel)))


P = np.zeros((3, 2))
DEEP = []
for _ in range(5000):
    DEEP = [DEEP]
BAD = [
    (lambda: treealg.branched_sig_kernel(P, np.zeros((3, 3)), 2, 0), ValueError, "channels"),
    (lambda: treealg.branched_sig_kernel(P, P, -1, 0), ValueError, "depth"),
    (lambda: treealg.branched_sig_kernel(P, P, 10**30, 0), ValueError, "depth"),
    (lambda: treealg.branched_sig_kernel(P, P, 1.0, 0), TypeError, "depth"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, -1), ValueError, "dyadic_order"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, 21), ValueError, "dyadic_order"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, (1, 2, 3)), ValueError, "dyadic_order"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, True), TypeError, "dyadic_order"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, 0, static_kernel="rbf"), TypeError, "static"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, 0, rule="simpson"), ValueError, "rule"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, 0, rule=DEEP), ValueError, "rule.*list"),
    (lambda: treealg.RBFKernel(10**400), ValueError, "sigma"),
    (lambda: treealg.ScaledLinearKernel(-(10**400)), ValueError, "scale"),
    (lambda: treealg.branched_sig_kernel(P, P, 1, 0, time_aug=1), TypeError, "time_aug"),
    (lambda: treealg.branched_sig_kernel(P, P.astype(np.float32), 1, 0), TypeError, "dtype"),
    (
        lambda: treealg.branched_sig_kernel(P[None][[0] * 3], P[None][[0, 0]], 1, 0),
        ValueError,
        "path1 and",
    ),
    (
        lambda: treealg.branched_sig_kernel(P, P, 1, 0, normalize=True, return_grid=True),
        ValueError,
        "normalize",
    ),
    (
        lambda: treealg.branched_sig_kernel(P, P, 1, 1, rule="romberg", return_grid=True),
        ValueError,
        "romberg",
    ),
    (lambda: treealg.branched_sig_kernel_gram(P, P, 1, 0, max_batch=0), ValueError, "max_batch"),
    (lambda: treealg.branched_sig_kernel_backprop([1.0, 2.0], P, P, 1, 0), ValueError, "derivs"),
    (lambda: treealg.branched_sig_kernel_backprop("x", P, P, 1, 0), TypeError, "derivs"),
    (lambda: treealg.RBFKernel(0.0), ValueError, "sigma"),
    (lambda: treealg.RBFKernel(True), TypeError, "sigma"),
    (lambda: treealg.ScaledLinearKernel(-1.0), ValueError, "scale"),
    (lambda: treealg.ScaledLinearKernel(math.inf), ValueError, "scale"),
]


@pytest.mark.parametrize(("call", "error", "word"), BAD)
def test_bad_input_is_refused_with_its_name(call, error, word):
    with pytest.raises(treealg.TreeAlgError, match=word) as caught:
        call()
    assert isinstance(caught.value, error)


@pytest.mark.peer
@pytest.mark.parametrize("transforms", TRANSFORMS[:3], ids=str)
@pytest.mark.parametrize("name", ["LinearKernel", "ScaledLinearKernel", "RBFKernel"])
def test_kernels_agree_with_the_peer(name, transforms):
    peer = pytest.importorskip("pysiglib")
    arguments = () if name == "LinearKernel" else (0.6,)
    ours, theirs = (getattr(m, name)(*arguments) for m in (treealg, peer))
    one, two = paths(3, 4, 2, scale=0.1), paths(5, 6, 2, seed=1, scale=0.1)
    got = treealg.branched_sig_kernel_gram(one, two, 3, (1, 2), static_kernel=ours, **transforms)
    if transforms.get("end_time"):
        moved = [treealg.transform_path(p, **transforms) for p in (one, two)]
        want = peer.branched_sig_kernel_gram(*moved, 3, (1, 2), static_kernel=theirs)
    else:
        want = peer.branched_sig_kernel_gram(
            one, two, 3, (1, 2), static_kernel=theirs, **transforms
        )
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_leaves_have_height_one():
    assert height(Tree.from_tuple((0,))) == 1
