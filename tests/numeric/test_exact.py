"""Values and gradients against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

import treealg

from ..support import dyadic, relative_error

SIZES = [
    (1, 5, False),
    (2, 1, False),
    (2, 2, False),
    (2, 4, False),
    (3, 3, False),
    (1, 4, True),
    (2, 1, True),
    (2, 2, True),
    (2, 3, True),
]
IDS = [f"{'planar' if p else 'nonplanar'}-d{d}-N{n}" for d, n, p in SIZES]


def scale(case):
    """Return the signature of the path whose increments are the absolute values.

    A coefficient is a sum of products of increments; this is the sum of their absolute values, of
    which double precision can keep 1e-16, however much of the sum cancels.
    """
    path = np.cumsum(np.abs(np.diff(case.path, axis=0, prepend=case.path[:1])), axis=0)
    return treealg.branched_sig(path, case.degree, planar=case.planar)


def rounding(case):
    """Return the rounding error of a coefficient of a signature, relative to its `scale`.

    Each of its products has one factor per order, and each factor is a difference that is divided
    by a number: three roundings an order. It is added to a sum that is rounded once per segment, in
    at most N + 1 places. Four of each, as `treealg verify` allows.
    """
    return 4 * (case.degree + len(case.path)) * np.finfo(np.float64).eps


def assert_exact_on_each_order(got, want, scale, case):
    """Compare with the largest value on the same order."""
    start = 0
    for order in range(1, case.degree + 1):
        stop = treealg.branched_sig_length(case.dimension, order, planar=case.planar)
        here = slice(start, stop)
        assert np.abs(got[here] - want[here]).max() <= 1e-13 * scale[here].max()
        start = stop


def test_signature_of_a_path_is_exact_coefficient_by_coefficient(case):
    got = treealg.branched_sig(case.path, case.degree, planar=case.planar)
    assert (np.abs(got - case.sig) <= rounding(case) * scale(case)).all()


def test_log_signature_of_a_path_is_exact(case):
    got = treealg.branched_log_sig(case.path, case.degree, planar=case.planar)
    assert relative_error(got, case.log) <= 1e-13
    assert_exact_on_each_order(got, case.log, scale(case), case)


def test_logarithm_of_an_exact_signature_is_exact(case):
    got = treealg.branched_sig_to_log_sig(case.sig, case.dimension, case.degree, planar=case.planar)
    assert_exact_on_each_order(got, case.log, np.abs(case.sig), case)


@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES, ids=IDS)
def test_logarithm_of_any_functional_is_that_of_the_definition(
    exact_logarithm, dimension, degree, planar
):
    rng = np.random.default_rng(1)
    values = dyadic(rng, treealg.branched_sig_length(dimension, degree, planar=planar))
    got = treealg.branched_sig_to_log_sig(values, dimension, degree, planar=planar)
    want = exact_logarithm(dimension, degree, planar).values(values)
    assert relative_error(got, want) < 1e-14


@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES, ids=IDS)
def test_gradient_is_the_exact_derivative_of_the_exact_logarithm(
    exact_logarithm, dimension, degree, planar
):
    rng = np.random.default_rng(2)
    size = treealg.branched_sig_length(dimension, degree, planar=planar)
    values, weights = dyadic(rng, 2, size)
    got = treealg.branched_sig_to_log_sig_backprop(
        values, weights, dimension, degree, planar=planar
    )
    directions = rng.permutation(size)[:24]
    want = exact_logarithm(dimension, degree, planar).pullback(values, weights, directions)
    assert np.abs(got[directions] - want).max() < 1e-14 * np.abs(got).max()


@pytest.mark.parametrize("planar", [False, True])
def test_gradient_is_the_adjoint_of_the_derivative_of_the_logarithm(planar):
    rng = np.random.default_rng(3)
    size = treealg.branched_sig_length(2, 4, planar=planar)
    x, v, w = rng.normal(size=(3, size))
    # The logarithm is a polynomial of degree 4 in the signature: its derivative along v is
    # a combination of five values, without any error but rounding.
    step = np.array([-2, -1, 1, 2])
    shifted = treealg.branched_sig_to_log_sig(x + step[:, None] * v, 2, 4, planar=planar)
    derivative = np.array([1, -8, 8, -1]) / 12 @ shifted
    gradient = treealg.branched_sig_to_log_sig_backprop(x, w, 2, 4, planar=planar)
    assert derivative @ w == pytest.approx(gradient @ v, rel=1e-12)


def lyndon_places(logarithm):
    return [i for i, forest in enumerate(logarithm.basis) if logarithm.is_lyndon(forest)]


@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 1), (2, 3)])
def test_method_1_selects_the_coordinates_at_lyndon_forests(exact_logarithm, dimension, degree):
    logarithm = exact_logarithm(dimension, degree, True)
    values = dyadic(np.random.default_rng(4), len(logarithm.basis))
    expanded = treealg.branched_sig_to_log_sig(values, dimension, degree, planar=True)
    got = treealg.branched_sig_to_log_sig(values, dimension, degree, planar=True, method=1)
    np.testing.assert_allclose(got, expanded[lyndon_places(logarithm)], rtol=1e-14, atol=1e-15)


def bracket(word):
    """Expand the standard bracketing of a Lyndon word into words with integer coefficients."""
    if len(word) == 1:
        return {word: 1}
    cut = next(
        cut
        for cut in range(1, len(word))
        if all(word[cut:] < word[later:] for later in range(cut + 1, len(word)))
    )
    total = {}
    for first, a in bracket(word[:cut]).items():
        for second, b in bracket(word[cut:]).items():
            total[first + second] = total.get(first + second, 0) + a * b
            total[second + first] = total.get(second + first, 0) - a * b
    return total


@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 1), (2, 4)])
def test_method_2_gives_the_coefficients_of_standard_brackets(exact_logarithm, dimension, degree):
    logarithm = exact_logarithm(dimension, degree, True)
    path = dyadic(np.random.default_rng(5), 6, dimension)
    expanded = treealg.branched_log_sig(path, degree, planar=True)
    coefficients = treealg.branched_log_sig(path, degree, planar=True, method=2)
    rebuilt = dict.fromkeys((forest.trees for forest in logarithm.basis), 0.0)
    places = lyndon_places(logarithm)
    for place, coefficient in zip(places, coefficients, strict=True):
        for word, factor in bracket(logarithm.basis[place].trees).items():
            rebuilt[word] += factor * coefficient
    assert relative_error(np.array(list(rebuilt.values())), expanded) < 1e-13


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_gradient_is_exact(exact_logarithm, method):
    rng = np.random.default_rng(6)
    logarithm = exact_logarithm(2, 3, True)
    values = dyadic(rng, len(logarithm.basis))
    weights = dyadic(rng, treealg.branched_log_sig_length(2, 3, planar=True, method=1))
    got = treealg.branched_sig_to_log_sig_backprop(
        values, weights, 2, 3, planar=True, method=method
    )
    # The coordinates are linear in the expanded form; on infinitely small multiples of the unit
    # vectors the logarithm is the identity, which shows the matrix of that linear map.
    size = len(logarithm.basis)
    tiny = 2.0**-300 * np.eye(size)
    matrix = 2.0**300 * treealg.branched_sig_to_log_sig(tiny, 2, 3, planar=True, method=method)
    want = logarithm.pullback(values, matrix @ weights, range(size))
    assert relative_error(got, want) < 1e-14


@pytest.mark.parametrize(("planar", "method"), [(False, 0), (True, 0), (True, 1), (True, 2)])
def test_logarithm_along_the_path_equals_logarithm_of_its_signature(planar, method):
    path = np.random.default_rng(7).normal(size=(3, 8, 2))
    options = {"planar": planar, "time_aug": True}
    sig = treealg.branched_sig(path, 4, **options)
    got = treealg.branched_log_sig(path, 4, method=method, **options)
    want = treealg.branched_sig_to_log_sig(sig, 2, 4, method=method, **options)
    np.testing.assert_allclose(got, want, atol=1e-12 * np.abs(sig).max())


def test_value_on_one_step_is_the_product_of_increments_over_the_tree_factorial():
    step = [Fraction(3, 4), Fraction(-5, 2)]
    sig = treealg.branched_sig([[0.0, 0.0], [float(s) for s in step]], 5)
    from treealg.symbolic import Tree

    for got, form in zip(sig, treealg.trees(2, 5)[1:], strict=True):
        tree = Tree.from_tuple(form)
        want = Fraction(1, tree.factorial)
        for vertex in tree.vertices():
            want *= step[vertex.label]
        assert got == pytest.approx(float(want), rel=1e-14)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_path_transforms_inside_and_before_agree(planar, time_aug, lead_lag):
    path = np.random.default_rng(8).normal(size=(2, 5, 2))
    options = {"time_aug": time_aug, "lead_lag": lead_lag, "end_time": 2.5}
    inside = treealg.branched_sig(path, 3, planar=planar, **options)
    before = treealg.branched_sig(treealg.transform_path(path, **options), 3, planar=planar)
    np.testing.assert_allclose(inside, before, rtol=1e-12, atol=1e-13)


def test_refining_a_path_changes_nothing():
    path = np.random.default_rng(9).normal(size=(4, 3))
    finer = np.repeat(path, 2, axis=0)
    finer[1:-1:2] = (path[:-1] + path[1:]) / 2
    np.testing.assert_allclose(
        treealg.branched_sig(finer[:-1], 4), treealg.branched_sig(path, 4), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", [{}, *({"planar": True, "method": m} for m in (0, 1, 2))], ids=str)
def test_log_signature_of_one_channel_is_the_increment_and_nothing_else(form, dtype):
    path = np.linspace(0, 10, 40, dtype=dtype)[:, None]
    batch = np.stack([path, path[::-1], path * path])
    result = treealg.branched_log_sig(batch, 5, **form)
    # A sum of 39 increments is rounded 38 times.
    np.testing.assert_allclose(result[:, 0], [10, -10, 100], rtol=38 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(result[:, 1:], 0)
    gradient = treealg.branched_log_sig_backprop(batch, np.ones_like(result), 5, **form)
    np.testing.assert_array_equal(gradient[..., 0], np.tile(np.r_[-1, np.zeros(38), 1], (3, 1)))
    prefixes = treealg.branched_log_sig(path, 5, stream=True, **form)
    np.testing.assert_array_equal(prefixes[:, 1:], 0)
    np.testing.assert_array_equal(treealg.log_sig(path, 7)[1:], 0)
