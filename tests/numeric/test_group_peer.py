"""The group beside pySigLib 4.0.0, an independent implementation; run with -m peer."""

import numpy as np
import pytest

import treealg

pytestmark = pytest.mark.peer

SIZES = [(d, n, p) for d, n in [(1, 4), (2, 4), (3, 3), (5, 2)] for p in (False, True)]


@pytest.fixture
def peer():
    return pytest.importorskip("pysiglib")


def assert_close(got, want):
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_products_and_linear_pieces_agree_with_the_peer(peer, dimension, degree, planar):
    rng = np.random.default_rng(0)
    size, kind = (dimension, degree), {"planar": planar}
    peer.prepare_branched_sig(*size, **kind)
    paths = rng.normal(size=(2, 6, 5, dimension)) / 3
    a, b = (treealg.branched_sig(path, degree, **kind) for path in paths)
    derivs, dx = rng.normal(size=a.shape), rng.normal(size=(6, dimension))
    for name, arguments in {
        "branched_sig_combine": (a, b),
        "branched_sig_join": (a, dx),
        "linear_branched_sig": (dx,),
    }.items():
        got, want = (getattr(lib, name)(*arguments, *size, **kind) for lib in (treealg, peer))
        assert_close([got], [want])
        got, want = (
            getattr(lib, f"{name}_backprop")(derivs, *arguments, *size, **kind)
            for lib in (treealg, peer)
        )
        assert_close(*((x if isinstance(x, tuple) else (x,)) for x in (got, want)))
    got, want = (
        lib.branched_sig_join_backprop(derivs, a, dx, *size, prepend=True, **kind)
        for lib in (treealg, peer)
    )
    assert_close(got, want)


@pytest.mark.parametrize("prepend", [False, True])
def test_joined_bracket_coefficients_agree_with_the_peer(peer, prepend):
    rng = np.random.default_rng(1)
    peer.prepare_branched_log_sig(2, 4, 3, planar=True)
    log = treealg.branched_log_sig(rng.normal(size=(3, 6, 2)), 4, planar=True, method=2)
    dx, derivs = rng.normal(size=(3, 2)), rng.normal(size=log.shape)
    kind = {"planar": True, "method": 2, "prepend": prepend}
    assert_close(
        [treealg.branched_log_sig_join(log, dx, 2, 4, **kind)],
        [peer.branched_log_sig_join(log, dx, 2, 4, prepend=prepend)],
    )
    assert_close(
        treealg.branched_log_sig_join_backprop(derivs, log, dx, 2, 4, **kind),
        peer.branched_log_sig_join_backprop(derivs, log, dx, 2, 4, prepend=prepend),
    )
