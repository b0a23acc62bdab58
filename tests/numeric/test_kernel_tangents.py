"""Derivatives of signature kernels in a direction, by laws that hold to rounding."""

import numpy as np
import pytest

import treealg
from treealg import engines

OPTIONS = {
    "plain": {},
    "deep": {"depth": 4},
    "no levels": {"depth": 0},
    "refined": {"dyadic_order": (2, 1)},
    "extrapolated": {"dyadic_order": 2, "rule": "romberg"},
    "gaussian": {"static_kernel": treealg.RBFKernel(1.5)},
    "normalised": {"normalize": True},
    "normalised gaussian": {"static_kernel": treealg.RBFKernel(1.5), "normalize": True},
    "transformed": {"time_aug": True, "lead_lag": True},
    "grid": {"return_grid": True},
    "lengths": {"lengths1": [3, 5, 2, 4], "normalize": True},
    "base point": {"basepoint": True},
}
# In lanes, and each pair in all lanes.
PATHS = {"short": (4, 5, 4, 2), "long": (4, 5, 70, 2)}


def kernel(options):
    return {"depth": 3, "dyadic_order": 1} | options


def pairs(size, count):
    """Return so many pairs of arrays of paths."""
    n, length1, length2, d = PATHS[size]
    rng = np.random.default_rng(length2)
    return [(rng.normal(size=(n, length1, d)) / 3, rng.normal(size=(n, length2, d)) / length2)
            for _ in range(count)]  # fmt: skip


def inner(first, second):
    """Return an inner product, and the sum of what is added up for it."""
    terms = np.concatenate([(x * y).ravel() for x, y in zip(first, second, strict=True)])
    return terms.sum(), np.abs(terms).sum()


def assert_agree(one, two):
    np.testing.assert_allclose(one[0], two[0], rtol=0, atol=2e-14 * max(one[1], two[1]))


def second(pair, tangents, derivs, options, d_derivs=None):
    x, y = pair
    return treealg.branched_sig_kernel_backprop_jvp(
        derivs, d_derivs, x, tangents[0], y, tangents[1], right_deriv=True, **kernel(options)
    )


@pytest.fixture(params=["compiled", "reference"])
def _engine(request):
    with engines.use(request.param):
        yield


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("size", PATHS)
@pytest.mark.parametrize("case", OPTIONS)
def test_forward_and_backward_are_transposed(case, size):
    (x, y), tangents = pairs(size, 2)
    options = kernel(OPTIONS[case])
    moved = treealg.branched_sig_kernel_jvp(x, tangents[0], y, tangents[1], **options)
    derivs = np.random.default_rng(3).normal(size=moved.shape)
    back = treealg.branched_sig_kernel_backprop(derivs, x, y, right_deriv=True, **options)
    assert_agree(inner([derivs], [moved]), inner(back, tangents))


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("size", PATHS)
@pytest.mark.parametrize("case", OPTIONS)
def test_second_derivatives_are_symmetric(case, size):
    pair, one, two = pairs(size, 3)
    shape = treealg.branched_sig_kernel(*pair, **kernel(OPTIONS[case])).shape
    derivs = np.random.default_rng(4).normal(size=shape)
    gradients = [second(pair, tangents, derivs, OPTIONS[case]) for tangents in (one, two)]
    assert_agree(inner(gradients[0], two), inner(gradients[1], one))


@pytest.mark.parametrize("case", OPTIONS)
def test_gradients_are_linear_in_the_derivatives_that_come_in(case):
    pair, tangents = pairs("short", 2)
    shape = treealg.branched_sig_kernel(*pair, **kernel(OPTIONS[case])).shape
    derivs, moved = np.random.default_rng(5).normal(size=(2, *shape))
    both = second(pair, tangents, derivs, OPTIONS[case], moved)
    alone = second(pair, tangents, derivs, OPTIONS[case])
    added = treealg.branched_sig_kernel_backprop(
        moved, *pair, right_deriv=True, **kernel(OPTIONS[case])
    )
    for whole, *parts in zip(both, alone, added, strict=True):
        np.testing.assert_allclose(whole, sum(parts), rtol=0, atol=1e-13 * np.abs(whole).max())


def test_of_one_step_it_is_the_derivative_of_iterated_exponentials():
    """The kernels of depth 1 and 2 of the steps a and b are e^g and e^(g (3 + e^g) / 4), g = ab."""
    (a, da), (b, db) = (0.75, 0.5), (-0.625, 2.0)
    x, y, dx, dy = ([[0.0], [step]] for step in (a, b, da, db))
    g, dg = a * b, da * b + a * db
    inside = g * (3 + np.exp(g)) / 4
    slope = (3 + np.exp(g) + g * np.exp(g)) / 4
    for depth, want in ((1, np.exp(g) * dg), (2, np.exp(inside) * slope * dg)):
        got = treealg.branched_sig_kernel_jvp(x, dx, y, dy, depth, 0)
        assert got == pytest.approx(want, rel=1e-15)


def test_a_gram_matrix_has_the_derivatives_of_its_pairs():
    (x, y), (dx, dy) = pairs("short", 2)
    options = kernel({"normalize": True})
    got = treealg.branched_sig_kernel_gram_jvp(x, dx, y, dy, **options)
    want = treealg.branched_sig_kernel_jvp(x[:, None], dx[:, None], y, dy, **options)
    np.testing.assert_allclose(got, want, rtol=1e-13)
    own = treealg.branched_sig_kernel_gram_jvp(x, dx, x, dx, **options)
    np.testing.assert_allclose(own, own.T, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(np.diag(own), 0, atol=1e-14)


@pytest.mark.parametrize("scale", [4.0, 40.0])
def test_of_kernels_beyond_floating_point_it_is_that_of_their_ratio(scale):
    """Of depth 1, along a line of steps, a normalised kernel is e^(-|a - b|^2 / 2)."""
    rng = np.random.default_rng(8)
    a, da, db = rng.normal(size=(3, 6, 1, 2))
    a = scale * a
    b = a + 0.1 * rng.normal(size=a.shape)
    paths = [np.concatenate([np.zeros_like(step), step], axis=1) for step in (a, da, b, db)]
    got = treealg.branched_sig_kernel_jvp(*paths, 1, 0, normalize=True)
    apart = (a - b)[:, 0]
    values = np.exp(-(apart**2).sum(axis=1) / 2)
    inside = (apart * (da - db)[:, 0]).sum(axis=1)
    np.testing.assert_allclose(got, -values * inside, rtol=0, atol=1e-14 * scale**2)
    back = treealg.branched_sig_kernel_backprop_jvp(
        np.ones(6), None, *paths, 1, 0, normalize=True, right_deriv=True
    )
    slope = values[:, None] * (inside[:, None] * apart - (da - db)[:, 0])
    for gradient, sign in zip(back, (1, -1), strict=True):
        np.testing.assert_allclose(gradient[:, 1], sign * slope, rtol=0, atol=1e-14 * scale**3)


def test_single_precision_is_double_precision_to_its_digits():
    pair, tangents = pairs("short", 2)
    options = kernel({"normalize": True})
    double = treealg.branched_sig_kernel_jvp(pair[0], tangents[0], pair[1], tangents[1], **options)
    given = [x.astype(np.float32) for x in (pair[0], tangents[0], pair[1], tangents[1])]
    single = treealg.branched_sig_kernel_jvp(*given, **options)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-5 * np.abs(double).max())


def padded(paths):
    """Return the paths of a list as one array, and their lengths."""
    whole = np.zeros((len(paths), max(map(len, paths)), paths[0].shape[1]))
    for row, path in zip(whole, paths, strict=True):
        row[: len(path)] = path
    return whole, [len(path) for path in paths]


@pytest.mark.parametrize("options", [{}, {"time_aug": True, "normalize": True, "basepoint": True}])
@pytest.mark.parametrize(
    "name",
    ["branched_sig_kernel", "branched_sig_kernel_gram", "branched_mmd",
     "expected_branched_scoring_rule"],
)  # fmt: skip
def test_of_lists_they_are_those_of_arrays_with_lengths(name, options):
    rng = np.random.default_rng(9)
    lengths = (3, 5, 4), (6, 2, 3)
    pair, tangents = ([[rng.normal(size=(n, 2)) / 3 for n in one] for one in lengths]
                      for _ in range(2))  # fmt: skip
    (x, n1), (y, n2) = map(padded, pair)
    dx, dy = (padded(tangent)[0] for tangent in tangents)
    call = {"depth": 2, "dyadic_order": 1} | options
    function, back = (getattr(treealg, f"{name}{kind}_jvp") for kind in ("", "_backprop"))
    got = function(pair[0], tangents[0], pair[1], tangents[1], **call)
    want = function(x, dx, y, dy, lengths1=n1, lengths2=n2, **call)
    assert np.any(want)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-14 * np.abs(want).max())
    derivs = rng.normal(size=np.shape(want))
    both = {"right_deriv": True} | call
    got = back(derivs, None, pair[0], tangents[0], pair[1], tangents[1], **both)
    want = back(derivs, None, x, dx, y, dy, lengths1=n1, lengths2=n2, **both)
    for found, whole in zip(got, want, strict=True):
        assert isinstance(found, list)
        np.testing.assert_allclose(padded(found)[0], whole, rtol=0, atol=1e-13)
