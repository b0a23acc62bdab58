"""Gradients along paths and chosen coefficients beside pySigLib 4.0.0; run with -m peer.

Non-planar values with a correction are not compared: those of pySigLib 4.0.0 are wrong from three
nodes on.
"""

import numpy as np
import pytest

import treealg

pytestmark = pytest.mark.peer

SIZES = [(d, n, p) for d, n in [(1, 4), (2, 4), (3, 3), (5, 2)] for p in (False, True)]
TRANSFORMS = [{}, {"time_aug": True, "end_time": 1.5}, {"lead_lag": True}]
TREES = [(0,), ((1,), 0), ((0,), (1,), 1), (((0,), 1), (1,), 0), ((((1,), 0), 1), (0,), 1)]
FORESTS = [((0,), (1,)), (((1,), 0),), ((0,), ((1,), (0,), 1)), ((((0,), 1), (1,), 0), (1,))]


@pytest.fixture
def peer():
    return pytest.importorskip("pysiglib")


def assert_close(got, want):
    scale = np.abs(want).max()
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12 * scale)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=["plain", "time", "lead_lag"])
@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_gradients_of_signatures_agree_with_the_peer(peer, dimension, degree, planar, transform):
    rng = np.random.default_rng(0)
    path, options = rng.normal(size=(6, 12, dimension)) / 4, {"planar": planar, **transform}
    flags = {name: value for name, value in options.items() if name != "end_time"}
    peer.prepare_branched_sig(dimension, degree, **flags)
    sig = treealg.branched_sig(path, degree, **options)
    derivs = rng.normal(size=sig.shape)
    got = treealg.branched_sig_backprop(path, sig, derivs, degree, **options)
    assert_close(got, peer.branched_sig_backprop(path, sig, derivs, degree, **options))


@pytest.mark.parametrize(("planar", "method"), [(False, 0), (True, 0), (True, 1), (True, 2)])
@pytest.mark.parametrize("transform", TRANSFORMS, ids=["plain", "time", "lead_lag"])
def test_gradients_of_logarithms_agree_with_the_peer(peer, transform, planar, method):
    rng = np.random.default_rng(1)
    path, options = rng.normal(size=(6, 12, 2)) / 4, {"planar": planar, **transform}
    flags = {name: value for name, value in options.items() if name != "end_time"}
    peer.prepare_branched_sig(2, 3, **flags)
    peer.prepare_branched_log_sig(2, 3, method, **flags)
    sig = treealg.branched_sig(path, 3, **options)
    log = treealg.branched_log_sig(path, 3, method=method, **options)
    derivs = rng.normal(size=log.shape)
    got = treealg.branched_log_sig_backprop(path, derivs, 3, method=method, **options)
    in_sig = peer.branched_sig_to_log_sig_backprop(sig, derivs, 2, 3, method=method, **flags)
    assert_close(got, peer.branched_sig_backprop(path, sig, in_sig, 3, **options))


def test_gradients_of_planar_corrected_signatures_agree_with_the_peer(peer):
    rng = np.random.default_rng(2)
    path, correction = rng.normal(size=(6, 12, 2)) / 4, rng.normal(size=(6, 11, 4)) / 4
    options = {"planar": True, "correction": correction}
    peer.prepare_branched_sig(2, 4, planar=True)
    sig = treealg.branched_sig(path, 4, **options)
    derivs = rng.normal(size=sig.shape)
    got, _ = treealg.branched_sig_backprop(path, sig, derivs, 4, **options)
    assert_close(got, peer.branched_sig_backprop(path, sig, derivs, 4, **options))


@pytest.mark.parametrize(("planar", "elements"), [(False, TREES), (True, FORESTS)])
@pytest.mark.parametrize("length", [12, 300])
@pytest.mark.parametrize("transform", TRANSFORMS, ids=["plain", "time", "lead_lag"])
def test_coefficients_and_their_gradients_agree_with_the_peer(
    peer, transform, length, planar, elements
):
    rng = np.random.default_rng(3)
    path, options = rng.normal(size=(3, length, 2)) / 4, {"planar": planar, **transform}
    flags = {name: value for name, value in options.items() if name != "end_time"}
    peer.prepare_branched_sig_coef(2, elements, **flags)
    coefs = treealg.branched_sig_coef(path, elements, **options)
    assert_close(coefs, peer.branched_sig_coef(path, elements, **options))
    derivs = rng.normal(size=coefs.shape)
    got = treealg.branched_sig_coef_backprop(path, elements, coefs, derivs, **options)
    assert_close(got, peer.branched_sig_coef_backprop(path, elements, coefs, derivs, **options))


@pytest.mark.parametrize("longest", [2, 3])
def test_planar_corrected_coefficients_and_their_gradients_agree_with_the_peer(peer, longest):
    rng = np.random.default_rng(4)
    path = rng.normal(size=(6, 12, 2)) / 4
    correction = rng.normal(size=(6, 11, sum(2**k for k in range(2, longest + 1)))) / 4
    options = {"planar": True, "correction": correction}
    peer.prepare_branched_sig_coef(2, FORESTS, planar=True)
    coefs = treealg.branched_sig_coef(path, FORESTS, **options)
    assert_close(coefs, peer.branched_sig_coef(path, FORESTS, **options))
    derivs = rng.normal(size=coefs.shape)
    got, _ = treealg.branched_sig_coef_backprop(path, FORESTS, coefs, derivs, **options)
    assert_close(got, peer.branched_sig_coef_backprop(path, FORESTS, coefs, derivs, **options))
