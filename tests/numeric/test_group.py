"""The group of signatures against exact rational arithmetic, and its identities."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg.symbolic import (
    chen_product,
    exact_signature,
    exp_star,
    functional_from_vector,
    log_star,
)

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
every_size = pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES, ids=IDS)
both_kinds = pytest.mark.parametrize("planar", [False, True], ids=["nonplanar", "planar"])


def exactly(values):
    return [Fraction(value) for value in values]


def floats(values):
    return np.array([float(value) for value in values])


class Map:
    """A map of the face, its gradient, the same map in exact arithmetic, and its arguments."""

    def __init__(self, name, kinds, exact, **options):
        self.forward = getattr(treealg, name)
        self.name = name
        self.kinds = kinds
        self.exact = exact
        self.options = options

    def __repr__(self):
        return "-".join([self.name, *(f"{key}{value}" for key, value in self.options.items())])

    def __call__(self, inputs, *size, planar, **options):
        return self.forward(*inputs, *size, planar=planar, **self.options, **options)

    def backward(self, derivs, inputs, *size, planar, **options):
        function = getattr(treealg, f"{self.name}_backprop")
        arguments = [derivs, *inputs]
        if self.name == "branched_log_sig_to_sig":  # its derivatives come last
            arguments = [*inputs, derivs]
        gradient = function(*arguments, *size, planar=planar, **self.options, **options)
        return gradient if isinstance(gradient, tuple) else (gradient,)

    def inputs(self, rng, dimension, degree, planar):
        size = treealg.branched_sig_length(dimension, degree, planar=planar)
        return [dyadic(rng, dimension if kind == "d" else size) for kind in self.kinds]


def inverse(x, d, n, planar):
    functional = functional_from_vector(x, d, n, planar=planar).inverse()
    from treealg.symbolic import functional_to_vector

    return functional_to_vector(functional, d, n)


def product(x, y, d, n, planar):
    return chen_product(x, y, d, n, planar=planar)


def exponential(x, d, n, planar):
    return exp_star(x, d, n, planar=planar)


def logarithm(x, d, n, planar):
    return log_star(x, d, n, planar=planar)


def linear(dx, d, n, planar):
    return exact_signature([[0] * d, dx], n, planar=planar)


def linear_log(dx, d, n, planar):
    return [*dx, *[0] * (len(linear(dx, d, n, planar)) - d)]


def join(x, dx, d, n, planar):
    return product(x, linear(dx, d, n, planar), d, n, planar)


def join_before(x, dx, d, n, planar):
    return product(linear(dx, d, n, planar), x, d, n, planar)


def combine_logs(x, y, d, n, planar):
    factors = [exponential(log, d, n, planar) for log in (x, y)]
    return logarithm(product(*factors, d, n, planar), d, n, planar)


def join_log(x, dx, d, n, planar):
    return logarithm(join(exponential(x, d, n, planar), dx, d, n, planar), d, n, planar)


def join_log_before(x, dx, d, n, planar):
    return logarithm(join_before(exponential(x, d, n, planar), dx, d, n, planar), d, n, planar)


MAPS = [
    Map("branched_sig_combine", "xx", product),
    Map("branched_sig_inverse", "x", inverse),
    Map("branched_log_sig_to_sig", "x", exponential),
    Map("linear_branched_sig", "d", linear),
    Map("linear_branched_log_sig", "d", linear_log),
    Map("branched_sig_join", "xd", join),
    Map("branched_sig_join", "xd", join_before, prepend=True),
    Map("branched_log_sig_combine", "xx", combine_logs),
    Map("branched_log_sig_join", "xd", join_log),
    Map("branched_log_sig_join", "xd", join_log_before, prepend=True),
]
every_map = pytest.mark.parametrize("arrow", MAPS, ids=repr)


@every_map
@every_size
def test_value_is_the_exact_one(arrow, dimension, degree, planar):
    inputs = arrow.inputs(np.random.default_rng(1), dimension, degree, planar)
    got = arrow(inputs, dimension, degree, planar=planar)
    want = floats(arrow.exact(*map(exactly, inputs), dimension, degree, planar))
    assert relative_error(got, want) < 4e-14


def exact_derivative(arrow, inputs, directions, size):
    """Return the derivative along the directions, exactly.

    Along a line each coefficient is a polynomial of degree at most N, so that its values at N + 1
    points of the line give its derivative.
    """
    dimension, degree, planar = size
    times = range(degree + 1)
    total = 0
    for time in times:
        moved = [
            [Fraction(x) + time * Fraction(v) for x, v in zip(*pair, strict=True)]
            for pair in zip(inputs, directions, strict=True)
        ]
        values = np.array(arrow.exact(*moved, dimension, degree, planar), dtype=object)
        total = total + slope_at_0(time, times) * values
    return total


def slope_at_0(node, nodes):
    """Return the derivative at 0 of the polynomial that is 1 at one node and 0 at the others."""
    others = [other for other in nodes if other != node]
    slope = Fraction(0)
    for skipped in others:
        term = Fraction(1)
        for other in others:
            if other != skipped:
                term *= -other
            term /= node - other
        slope += term
    return slope


@every_map
@pytest.mark.parametrize("size", [(1, 4, False), (2, 1, True), (2, 3, False), (2, 2, True)])
@pytest.mark.parametrize("seed", range(3))
def test_gradient_is_the_exact_derivative_of_the_exact_map(arrow, size, seed):
    rng = np.random.default_rng(seed)
    inputs, directions = arrow.inputs(rng, *size), arrow.inputs(rng, *size)
    weights = dyadic(rng, treealg.branched_sig_length(*size[:2], planar=size[2]))
    slope = exact_derivative(arrow, inputs, directions, size)
    want = float(np.dot([Fraction(w) for w in weights], slope))
    gradients = arrow.backward(weights, inputs, *size[:2], planar=size[2])
    terms = np.concatenate([g * v for g, v in zip(gradients, directions, strict=True)])
    assert abs(terms.sum() - want) <= 1e-14 * max(np.abs(terms).sum(), 1)


# -- identities ----------------------------------------------------------------------------------


def vectors(count, planar, dimension=2, degree=4):
    size = treealg.branched_sig_length(dimension, degree, planar=planar)
    return np.random.default_rng(6).normal(size=(count, 5, size))


@both_kinds
def test_product_is_associative(planar):
    a, b, c = vectors(3, planar)

    def times(x, y):
        return treealg.branched_sig_combine(x, y, 2, 4, planar=planar)

    assert relative_error(times(times(a, b), c), times(a, times(b, c))) < 1e-14


@both_kinds
def test_inverse_cancels_on_both_sides(planar):
    (a,) = vectors(1, planar)
    back = treealg.branched_sig_inverse(a, 2, 4, planar=planar)
    for pair in ((a, back), (back, a)):
        unit = treealg.branched_sig_combine(*pair, 2, 4, planar=planar)
        assert np.abs(unit).max() < 1e-13 * np.abs(back).max()


@both_kinds
def test_inverse_of_a_product_is_the_product_of_the_inverses_exchanged(planar):
    a, b = vectors(2, planar)

    def inverted(x):
        return treealg.branched_sig_inverse(x, 2, 4, planar=planar)

    got = inverted(treealg.branched_sig_combine(a, b, 2, 4, planar=planar))
    want = treealg.branched_sig_combine(inverted(b), inverted(a), 2, 4, planar=planar)
    assert relative_error(got, want) < 1e-13


@both_kinds
def test_exponential_and_logarithm_undo_each_other(planar):
    (a,) = vectors(1, planar)
    log = treealg.branched_sig_to_log_sig(a, 2, 4, planar=planar)
    assert relative_error(treealg.branched_log_sig_to_sig(log, 2, 4, planar=planar), a) < 1e-12
    sig = treealg.branched_log_sig_to_sig(a, 2, 4, planar=planar)
    assert relative_error(treealg.branched_sig_to_log_sig(sig, 2, 4, planar=planar), a) < 1e-12


@both_kinds
def test_inverse_has_the_negative_logarithm(planar):
    (log,) = vectors(1, planar)
    sig = treealg.branched_log_sig_to_sig(log, 2, 4, planar=planar)
    want = treealg.branched_log_sig_to_sig(-log, 2, 4, planar=planar)
    assert relative_error(treealg.branched_sig_inverse(sig, 2, 4, planar=planar), want) < 1e-12


@pytest.fixture
def path():
    return np.random.default_rng(7).normal(size=(4, 9, 2))


@both_kinds
def test_signature_of_joined_paths_is_the_product_the_earlier_first(path, planar):
    parts = [treealg.branched_sig(p, 4, planar=planar) for p in (path[:, :4], path[:, 3:])]
    got = treealg.branched_sig_combine(*parts, 2, 4, planar=planar)
    assert relative_error(got, treealg.branched_sig(path, 4, planar=planar)) < 1e-13


@both_kinds
def test_signature_of_the_reversed_path_is_the_inverse(path, planar):
    sig = treealg.branched_sig(path, 4, planar=planar)
    want = treealg.branched_sig(path[:, ::-1], 4, planar=planar)
    assert relative_error(treealg.branched_sig_inverse(sig, 2, 4, planar=planar), want) < 1e-12


@both_kinds
def test_joining_the_steps_of_a_path_gives_its_signature(path, planar):
    steps = np.diff(path, axis=1)
    want = treealg.branched_sig(path, 4, planar=planar, scalar_term=True)
    forward = treealg.linear_branched_sig(steps[:, 0], 2, 4, planar=planar, scalar_term=True)
    for i in range(1, 8):
        forward = treealg.branched_sig_join(forward, steps[:, i], 2, 4, planar=planar)
    assert relative_error(forward, want) < 1e-13
    backward = treealg.linear_branched_sig(steps[:, 7], 2, 4, planar=planar, scalar_term=True)
    for i in range(6, -1, -1):
        backward = treealg.branched_sig_join(
            backward, steps[:, i], 2, 4, planar=planar, prepend=True
        )
    assert relative_error(backward, want) < 1e-13


METHODS = [(False, 0), (True, 0), (True, 1), (True, 2)]
every_method = pytest.mark.parametrize(("planar", "method"), METHODS)


@every_method
def test_log_signature_of_joined_paths_is_that_of_the_parts(path, planar, method):
    kind = {"planar": planar, "method": method}
    parts = [treealg.branched_log_sig(p, 4, **kind) for p in (path[:, :4], path[:, 3:])]
    want = treealg.branched_log_sig(path, 4, **kind)
    assert relative_error(treealg.branched_log_sig_combine(*parts, 2, 4, **kind), want) < 1e-12
    head = treealg.branched_log_sig(path[:, :-1], 4, **kind)
    got = treealg.branched_log_sig_join(head, path[:, -1] - path[:, -2], 2, 4, **kind)
    assert relative_error(got, want) < 1e-12
    tail = treealg.branched_log_sig(path[:, 1:], 4, **kind)
    first = path[:, 1] - path[:, 0]
    got = treealg.branched_log_sig_join(tail, first, 2, 4, prepend=True, **kind)
    assert relative_error(got, want) < 1e-12


@every_method
def test_exponential_of_a_log_signature_is_the_signature(path, planar, method):
    options = {"time_aug": True, "planar": planar}
    log = treealg.branched_log_sig(path, 3, method=method, **options)
    got = treealg.branched_log_sig_to_sig(log, 2, 3, method=method, **options)
    assert relative_error(got, treealg.branched_sig(path, 3, **options)) < 1e-12


@every_method
def test_linear_log_signature_is_the_logarithm_of_the_linear_signature(planar, method):
    dx = np.random.default_rng(8).normal(size=(3, 2))
    sig = treealg.linear_branched_sig(dx, 2, 4, planar=planar)
    want = treealg.branched_sig_to_log_sig(sig, 2, 4, planar=planar, method=method)
    got = treealg.linear_branched_log_sig(dx, 2, 4, planar=planar, method=method)
    np.testing.assert_allclose(got, want, atol=1e-14)
