"""Values beside pySigLib 4.0.0, an independent implementation; run with -m peer."""

import numpy as np
import pytest

import treealg

pytestmark = pytest.mark.peer

SIZES = [(d, n, p) for d, n in [(1, 4), (2, 4), (3, 3), (5, 2)] for p in (False, True)]


@pytest.fixture
def peer():
    return pytest.importorskip("pysiglib")


@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_signatures_and_logarithms_agree_with_the_peer(peer, dimension, degree, planar):
    path = np.random.default_rng(0).normal(size=(6, 20, dimension)) / 4
    peer.prepare_branched_sig(dimension, degree, planar=planar)
    peer.prepare_branched_log_sig(dimension, degree, planar=planar, method=0)
    sig = treealg.branched_sig(path, degree, planar=planar)
    np.testing.assert_allclose(
        sig, peer.branched_sig(path, degree, planar=planar), rtol=1e-11, atol=1e-12
    )
    log = treealg.branched_sig_to_log_sig(sig, dimension, degree, planar=planar)
    want = peer.branched_sig_to_log_sig(sig, dimension, degree, planar=planar, method=0)
    np.testing.assert_allclose(log, want, rtol=1e-10, atol=1e-11)
    derivs = np.random.default_rng(1).normal(size=log.shape)
    gradient = treealg.branched_sig_to_log_sig_backprop(
        sig, derivs, dimension, degree, planar=planar
    )
    want = peer.branched_sig_to_log_sig_backprop(
        sig, derivs, dimension, degree, planar=planar, method=0
    )
    np.testing.assert_allclose(gradient, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_coordinates_agree_with_the_peer(peer, method):
    path = np.random.default_rng(2).normal(size=(6, 20, 2)) / 4
    peer.prepare_branched_log_sig(2, 4, planar=True, method=method)
    sig = treealg.branched_sig(path, 4, planar=True)
    got = treealg.branched_sig_to_log_sig(sig, 2, 4, planar=True, method=method)
    want = peer.branched_sig_to_log_sig(sig, 2, 4, planar=True, method=method)
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("transforms", [{"time_aug": True}, {"lead_lag": True}])
def test_path_transforms_agree_with_the_peer(peer, transforms):
    path = np.random.default_rng(3).normal(size=(4, 7, 2))
    want = peer.transform_path(path, end_time=1.5, **transforms)
    np.testing.assert_allclose(
        treealg.transform_path(path, end_time=1.5, **transforms), want, rtol=1e-14, atol=1e-15
    )


@pytest.mark.parametrize("planar", [False, True])
def test_basis_agrees_with_the_peer(peer, planar):
    ours = treealg.trees(2, 4, planar=planar)
    assert ours == peer.trees(2, 4, planar=planar)
    indices = [treealg.tree_to_idx(tree, 2, 4, planar=planar) for tree in ours[1:]]
    assert indices == [peer.tree_to_idx(tree, 2, 4, planar=planar) for tree in ours[1:]]
