"""Signatures of paths with a correction: exact values, shapes, kinds, laws, kernels."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import treealg
from treealg.symbolic import exact_signature

DATA = Path(__file__).parent.parent / "data" / "exact_signatures.json"
CASES = json.loads(DATA.read_text())["cases"]


def floats(rows):
    return np.array([[float(Fraction(x)) for x in row] for row in rows])


def sample(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.fixture(params=CASES, ids=lambda c: f"{c['planar']}-d{c['dimension']}-N{c['degree']}")
def case(request):
    return request.param


def results(case, function):
    """Return the result, and the signature of the path and correction of absolute values."""
    path, correction = floats(case["path"]), floats(case["correction"])
    options = {"planar": case["planar"]}
    longer = np.cumsum(np.abs(np.diff(path, axis=0, prepend=path[:1])), axis=0)
    scale = treealg.branched_sig(longer, case["degree"], correction=np.abs(correction), **options)
    return function(path, case["degree"], correction=correction, **options), scale


def test_corrected_signature_is_exact_coefficient_by_coefficient(case):
    got, scale = results(case, treealg.branched_sig)
    want = floats([case["branched_sig_corrected"]])[0]
    assert (np.abs(got - want) <= 1e-13 * scale).all()


def test_corrected_log_signature_is_exact_coefficient_by_coefficient(case):
    got, scale = results(case, treealg.branched_log_sig)
    want = floats([case["branched_log_sig_corrected"]])[0]
    assert (np.abs(got - want) <= 1e-13 * scale).all()


def test_one_segment_has_the_published_values():
    sig = treealg.branched_sig([[0, 0], [1, 2]], 3, correction=[-0.5, 0, 0, 0])
    cherry = treealg.tree_to_idx(((0,), (0,), 0), 2, 3)
    other = treealg.tree_to_idx(((0,), (1,), 1), 2, 3)
    assert sig[[cherry, other]] == pytest.approx([-1 / 6, 4 / 3], rel=1e-15)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 6, 3), (2, 4, 4), (3, 3, 3)])
def test_corrections_of_every_level_are_exact(dimension, degree, longest, planar):
    rng = np.random.default_rng(1)
    path = rng.integers(-8, 9, (3, dimension)) / 4
    columns = sum(dimension**k for k in range(2, longest + 1))
    correction = rng.integers(-8, 9, (2, columns)) / 4
    got = treealg.branched_sig(path, degree, planar=planar, correction=correction)
    want = exact_signature(path.tolist(), degree, planar=planar, correction=correction.tolist())
    np.testing.assert_allclose(got, np.array(want, dtype=float), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("planar", [False, True])
def test_time_has_no_correction(planar):
    path, correction = sample(2, 4, 2), sample(3, 3, 12)
    got = treealg.branched_sig(
        path, 3, planar=planar, correction=correction, time_aug=True, end_time=2.0
    )
    wide = np.zeros((3, 36))
    level2, level3 = wide[:, :9].reshape(3, 3, 3), wide[:, 9:].reshape(3, 3, 3, 3)
    level2[:, :2, :2] = correction[:, :4].reshape(3, 2, 2)
    level3[:, :2, :2, :2] = correction[:, 4:].reshape(3, 2, 2, 2)
    timed = treealg.transform_path(path, time_aug=True, end_time=2.0)
    want = treealg.branched_sig(timed, 3, planar=planar, correction=wide)
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("shape", [(4,), (6, 4), (5, 2, 6, 4)], ids=str)
def test_corrections_of_each_shape_are_those_written_out(shape, planar):
    path, correction = sample(4, 5, 2, 7, 2), sample(5, *shape)
    options = {"planar": planar, "scalar_term": True}
    got = treealg.branched_sig(path, 3, correction=correction, **options)
    whole = np.broadcast_to(correction, (5, 2, 6, 4))
    for index in np.ndindex(5, 2):
        want = treealg.branched_sig(path[index], 3, correction=whole[index], **options)
        np.testing.assert_allclose(got[index], want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("empty", [[], np.zeros((6, 0)), np.zeros((5, 2, 6, 0))], ids=np.shape)
@pytest.mark.parametrize("function", [treealg.branched_sig, treealg.branched_log_sig])
def test_no_columns_and_zeros_are_no_correction(function, empty):
    path = sample(6, 5, 2, 7, 2)
    want = function(path, 3)
    np.testing.assert_array_equal(function(path, 3, correction=empty), want)
    np.testing.assert_allclose(function(path, 3, correction=np.zeros(4)), want, atol=1e-13)


@pytest.mark.parametrize("options", [{"lead_lag": True}, {"lead_lag": True, "time_aug": True}])
@pytest.mark.parametrize("function", [treealg.branched_sig, treealg.branched_log_sig])
def test_lead_lag_with_a_correction_is_refused(function, options):
    with pytest.raises(treealg.InvalidValueError, match="lead_lag"):
        function(sample(7, 5, 2), 2, correction=np.zeros(4), **options)


@pytest.mark.parametrize("planar", [False, True])
def test_one_point_and_no_paths_have_their_results(planar):
    options = {"planar": planar, "correction": np.zeros(4)}
    assert not treealg.branched_sig(np.ones((1, 2)), 3, **options).any()
    empty = treealg.branched_sig(np.ones((0, 5, 2)), 3, **options)
    assert empty.shape == (0, treealg.branched_sig_length(2, 3, planar=planar))


@pytest.mark.parametrize(("planar", "method"), [(False, 0), (True, 0), (True, 1), (True, 2)])
def test_logarithm_along_the_path_is_that_of_the_signature(planar, method):
    path, correction = sample(10, 3, 8, 2), sample(11, 3, 7, 12)
    options = {"planar": planar, "time_aug": True}
    sig = treealg.branched_sig(path, 4, correction=correction, **options)
    got = treealg.branched_log_sig(path, 4, correction=correction, method=method, **options)
    want = treealg.branched_sig_to_log_sig(sig, 2, 4, method=method, **options)
    np.testing.assert_allclose(got, want, atol=1e-12 * np.abs(sig).max())


@pytest.mark.parametrize("row", [0, 4])
def test_nan_in_a_correction_stays_in_its_path(row):
    path, correction = sample(12, 5, 6, 2), sample(13, 5, 5, 4)
    clean = treealg.branched_sig(path, 3, correction=correction)
    correction[row, 2, 1] = np.nan
    got = treealg.branched_sig(path, 3, correction=correction)
    others = np.arange(5) != row
    np.testing.assert_array_equal(got[others], clean[others])
    assert np.isnan(got[row]).any()
    assert not np.isnan(got[row]).all()


# -- the usual corrections -----------------------------------------------------------------------


def test_realised_correction_gives_left_point_sums():
    path = sample(14, 3, 20, 2)
    sig = treealg.branched_sig(path, 2, correction=treealg.realised_correction(path))
    step = np.diff(path, axis=1)
    before = path[:, :-1] - path[:, :1]
    for leaf in range(2):
        for root in range(2):
            want = (before[..., leaf] * step[..., root]).sum(axis=1)
            index = treealg.tree_to_idx(((leaf,), root), 2, 2)
            np.testing.assert_allclose(sig[:, index], want, rtol=1e-12, atol=1e-12)


def test_ito_correction_is_minus_half_the_covariance_times_the_step():
    covariance = np.array([[4.0, 1.0], [1.0, 2.0]])
    want = [-1.0, -0.25, -0.25, -0.5]
    np.testing.assert_array_equal(treealg.ito_correction(covariance, 0.5), want)
    steps = np.array([0.5, 1.0])
    for given in (covariance, np.broadcast_to(covariance, (2, 2, 2))):
        got = treealg.ito_correction(given, steps)
        np.testing.assert_array_equal(got, np.outer([1, 2], want))
    single = treealg.ito_correction(covariance.astype(np.float32), 0.5)
    assert single.dtype == np.float32


@pytest.mark.peer
@pytest.mark.parametrize(("dimension", "degree"), [(1, 4), (2, 4), (3, 3), (5, 2)])
def test_planar_corrected_signatures_agree_with_the_peer(dimension, degree):
    peer = pytest.importorskip("pysiglib")
    path, correction = sample(20, 6, 20, dimension) / 4, sample(21, 19, dimension**2) / 4
    peer.prepare_branched_sig(dimension, degree, planar=True)
    got = treealg.branched_sig(path, degree, planar=True, correction=correction)
    want = peer.branched_sig(path, degree, planar=True, correction=correction)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)
