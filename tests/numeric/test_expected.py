"""Expected signatures in floats, against the exact ones and against means over paths."""

import itertools
import math
import re
from fractions import Fraction

import numpy as np
import pytest

import treealg
from tests.support import dyadic
from treealg import symbolic
from treealg.checks import LIFTS
from treealg.symbolic.maps.vectors import basis_elements

SIZES = [(1, 5), (2, 4), (3, 3)]
SIGN = {"stratonovich": 0.0, "ito": 1.0, "backward": -1.0}


def law(d, seed, jumps):
    """Return drift, covariance and jumps that fractions and floats hold alike."""
    root = dyadic([seed, d], d, d)
    atoms = [(0.5, dyadic([seed, d, 1], d)), (2.0, dyadic([seed, d, 2], d) / 2)] if jumps else []
    return dyadic([seed, d, 3], d), root @ root.T, atoms


def moments(atoms, d, degree):
    return np.array([
        sum(rate * math.prod(size[i] for i in word) for rate, size in atoms)
        for n in range(1, degree + 1)
        for word in itertools.product(range(d), repeat=n)
    ])  # fmt: skip


def exact(function, d, degree, planar, **options):
    functional = function(planar=planar, **options)
    return np.array([float(functional(key)) for key in basis_elements(d, degree, planar)])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("jumps", [False, True])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(("d", "degree"), SIZES)
def test_values_are_the_exact_ones(d, degree, lift, planar, jumps, dtype):
    degree -= planar or jumps
    drift, covariance, atoms = law(d, degree, jumps)
    options = {"lift": lift, "planar": planar, "end_time": 0.5}
    if jumps:
        options["jump_moments"] = moments(atoms, d, degree).astype(dtype)
    exactly = {
        "drift": drift.tolist(), "covariance": covariance.tolist(), "lift": lift,
        "time": Fraction(1, 2), "jumps": [(rate, size.tolist()) for rate, size in atoms],
    }  # fmt: skip
    for numeric, definition in (
        (treealg.expected_branched_sig, symbolic.expected_signature),
        (treealg.expected_branched_log_sig, symbolic.signature_cumulants),
    ):
        got = numeric(drift.astype(dtype), covariance.astype(dtype), degree, **options)
        want = exact(definition, d, degree, planar, **exactly)
        assert got.dtype == dtype
        scale = np.abs(want).max()
        np.testing.assert_allclose(got, want, rtol=0, atol=50 * np.finfo(dtype).eps * scale)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
def test_the_mean_of_corrected_segments_has_these_cumulants(lift, planar):
    """Of steps with covariance Sigma dt, to two nodes exactly; the correction is that of Itô."""
    root = np.array([[1.0, 0.5], [0.25, 1.0], [-0.5, 0.75]])
    covariance, dt = root.T @ root, 0.25
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    paths = np.stack([np.zeros((8, 2)), np.sqrt(dt) * signs @ root], axis=1)
    correction = SIGN[lift] * treealg.ito_correction(covariance, dt)
    mean = treealg.branched_sig(paths, 2, planar=planar, correction=correction).mean(axis=0)
    want = treealg.expected_branched_log_sig(
        np.zeros(2), covariance, 2, lift=lift, planar=planar, end_time=dt
    )
    np.testing.assert_allclose(mean, want, rtol=0, atol=1e-14)


@pytest.mark.parametrize("lift", LIFTS)
def test_fine_random_walks_approach_it(lift):
    """The mean over n steps is that of one step to the power n, and differs by O(1 / n)."""
    root, drift, degree = np.array([[1.0, 0.5], [0.25, 1.0]]), np.array([0.5, -1.0]), 4
    covariance = root.T @ root
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=2)))
    want = treealg.expected_branched_sig(drift, covariance, degree, lift=lift, planar=True)
    errors = []
    for n in (64, 128):
        steps = signs @ root / np.sqrt(n) + drift / n
        paths = np.stack([np.zeros((4, 2)), steps], axis=1)
        correction = SIGN[lift] * treealg.ito_correction(covariance, 1 / n)
        mean = treealg.branched_sig(paths, degree, planar=True, correction=correction).mean(axis=0)
        total = mean
        for _ in range(n.bit_length() - 1):
            total = treealg.branched_sig_combine(total, total, 2, degree, planar=True)
        errors.append(np.abs(total - want).max())
    assert errors[0] < 0.2
    assert 1.8 < errors[0] / errors[1] < 2.2


@pytest.mark.parametrize("lift", LIFTS)
def test_trees_are_sums_of_ordered_forests(lift):
    drift, covariance, atoms = law(2, 7, jumps=True)
    options = {"lift": lift, "jump_moments": moments(atoms, 2, 4)}
    plain = treealg.expected_branched_sig(drift, covariance, 4, **options)
    planar = treealg.expected_branched_sig(drift, covariance, 4, planar=True, **options)
    index = {key: place for place, key in enumerate(basis_elements(2, 4, True))}
    for place, key in enumerate(basis_elements(2, 4, False)):
        image = symbolic.symmetrisation(key)
        total = sum(float(count) * planar[index[forest]] for forest, count in image.items())
        assert abs(plain[place] - total) <= 1e-12 * np.abs(planar).max()


def test_words_of_stratonovich_are_those_of_the_tensor_exponential():
    drift, covariance, _ = law(2, 8, jumps=False)
    bsig = treealg.expected_branched_sig(drift, covariance, 4)
    exponent = [np.zeros(2**k) for k in range(5)]
    exponent[1], exponent[2] = drift, covariance.ravel() / 2
    power, total = [np.ones(1)] + [np.zeros(2**k) for k in range(1, 5)], None
    total = [level.copy() for level in power]
    for n in range(1, 5):
        power = [
            sum((np.outer(power[j], exponent[k - j]).ravel() for j in range(k + 1)), np.zeros(2**k))
            for k in range(5)
        ]
        total = [a + b / math.factorial(n) for a, b in zip(total, power, strict=True)]
    words = treealg.branched_sig_to_sig(bsig, 2, 4)
    np.testing.assert_allclose(words, np.concatenate(total[1:]), rtol=1e-13)


@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize("planar", [False, True])
def test_symmetric_parts_count(planar, lift):
    rng = np.random.default_rng(0)
    drift, covariance = rng.normal(size=2), rng.normal(size=(2, 2))
    jumps = rng.normal(size=treealg.sig_length(2, 3))
    symmetric = jumps.copy()
    symmetric[2:6] = (jumps[2:6] + jumps[[2, 4, 3, 5]]) / 2
    cube = jumps[6:].reshape(2, 2, 2)
    symmetric[6:] = np.mean(
        [cube.transpose(p) for p in itertools.permutations(range(3))], axis=0
    ).ravel()
    options = {"lift": lift, "planar": planar}
    one = treealg.expected_branched_sig(drift, covariance, 3, jump_moments=jumps, **options)
    two = treealg.expected_branched_sig(
        drift, (covariance + covariance.T) / 2, 3, jump_moments=symmetric, **options
    )
    np.testing.assert_allclose(one, two, rtol=0, atol=1e-13)
    derivs = rng.normal(size=one.shape)
    _, back, of_jumps = treealg.expected_branched_sig_backprop(
        derivs, drift, covariance, 3, jump_moments=jumps, **options
    )
    np.testing.assert_allclose(back, back.T, rtol=0, atol=1e-13)
    np.testing.assert_allclose(of_jumps[3], of_jumps[4], rtol=0, atol=1e-13)


@pytest.mark.parametrize("degree", [0, 1])
def test_gradients_of_what_is_not_used_are_zero(degree):
    size = treealg.branched_sig_length(2, degree)
    for function in (
        treealg.expected_branched_sig_backprop,
        treealg.expected_branched_log_sig_backprop,
    ):
        for planar in (False, True):
            drift, covariance = function(
                np.ones(size), np.ones(2), np.ones((2, 2)), degree, planar=planar
            )
            np.testing.assert_array_equal(drift, [degree, degree])
            np.testing.assert_array_equal(covariance, np.zeros((2, 2)))


@pytest.mark.parametrize("planar", [False, True])
def test_what_is_too_large_passes_as_infinity(planar):
    large, zero = np.full(1, 3e38, np.float32), np.zeros((1, 1), np.float32)
    jumps = np.full(2, 3e38, np.float32)
    bsig = treealg.expected_branched_sig(large, zero, 2, jump_moments=jumps, planar=planar)
    assert bsig[0] == np.inf


GOOD = {"drift": np.zeros(2), "covariance": np.zeros((2, 2)), "degree": 2}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"drift": np.zeros(0)}, treealg.InvalidValueError, "at least one channel"),
        ({"drift": 1.0}, treealg.InvalidTypeError, "drift must be"),
        (
            {"drift": np.zeros(3)},
            treealg.InvalidValueError,
            "covariance must have shape (..., 3, 3)",
        ),
        ({"covariance": np.zeros((2, 3))}, treealg.InvalidValueError, "(..., 2, 2)"),
        ({"covariance": np.zeros((2, 2), np.float32)}, treealg.InvalidTypeError, "one dtype"),
        (
            {"jump_moments": np.zeros(2)},
            treealg.InvalidValueError,
            "jump_moments must have 6 columns",
        ),
        ({"lift": "marcus"}, treealg.InvalidValueError, "lift must be one of"),
        ({"lift": None}, treealg.InvalidValueError, "lift must be one of"),
        ({"end_time": np.inf}, treealg.InvalidValueError, "end_time must be finite"),
        ({"end_time": 1e39}, treealg.InvalidValueError, "end_time must be finite in float32"),
        ({"end_time": "1"}, treealg.InvalidTypeError, "end_time must be a real number"),
        ({"degree": -1}, treealg.InvalidValueError, "degree must be at least 0"),
        ({"degree": 2.0}, treealg.InvalidTypeError, "degree must be an integer"),
        ({"planar": 1}, treealg.InvalidTypeError, "planar must be True or False"),
        ({"n_jobs": 0}, treealg.InvalidValueError, "n_jobs"),
        ({"degree": 10**6}, treealg.InvalidValueError, "lower the degree"),
    ],
)
def test_bad_arguments_are_refused(given, error, message):
    for name in ("expected_branched_sig", "expected_branched_log_sig"):
        with pytest.raises(error, match=re.escape(message)):
            getattr(treealg, name)(**GOOD | given)
        with pytest.raises(error, match=re.escape(message)):
            getattr(treealg, f"{name}_backprop")(np.zeros(6), **GOOD | given)


def test_derivatives_of_another_basis_are_refused():
    with pytest.raises(treealg.InvalidValueError, match="derivs must have 6 columns, or 7"):
        treealg.expected_branched_sig_backprop(np.zeros(5), **GOOD)
    with pytest.raises(treealg.InvalidValueError, match="scalar_term=True"):
        treealg.expected_branched_sig_backprop(np.zeros(6), scalar_term=True, **GOOD)
