"""Signatures of paths that step on every basis element, and their gradients."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import tables
from treealg.symbolic import (
    Functional,
    InfinitesimalCharacter,
    arborification,
    bck,
    enumerate_forests,
    mkw,
)
from treealg.symbolic.maps.vectors import basis_elements, chen_product

from ..support import dyadic

SIZES = [(1, 1), (1, 5), (2, 3), (3, 2), (2, 4)]


def sample(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape) / 2


def exact(lift, dimension, degree, planar):
    """Multiply the exponentials in the algebra, with fractions."""
    basis = basis_elements(dimension, degree, planar)
    total = None
    for step in lift:
        values = {x: Fraction(v) for x, v in zip(basis, step, strict=True)}
        kind = Functional if planar else InfinitesimalCharacter
        segment = kind(mkw if planar else bck, values).exp()
        piece = [segment(x) for x in basis]
        if total is None:
            total = piece
        else:
            total = chen_product(total, piece, dimension, degree, planar=planar)
    return np.array(total, dtype=float)


def columns(dimension, degree, planar):
    return treealg.branched_sig_length(dimension, degree, planar=planar)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_signature_is_the_product_of_exact_exponentials(dimension, degree, planar):
    lift = dyadic(np.random.default_rng(1), 3, columns(dimension, degree, planar))
    got = treealg.branched_sig_of_lift(lift, dimension, degree, planar=planar)
    want = exact(lift, dimension, degree, planar)
    scale = treealg.branched_sig_of_lift(np.abs(lift), dimension, degree, planar=planar)
    assert (np.abs(got - want) <= 1e-13 * scale).all()


@pytest.mark.parametrize("planar", [False, True])
def test_steps_on_chains_are_a_path_with_a_correction(planar):
    path, correction = sample(2, 4, 9, 2), sample(3, 4, 8, 4)
    lift = np.zeros((4, 8, columns(2, 3, planar)))
    lift[..., :2] = np.diff(path, axis=1)
    for root in range(2):
        for leaf in range(2):
            chain = ((leaf,), root)
            index = treealg.tree_to_idx((chain,) if planar else chain, 2, 3, planar=planar)
            lift[..., index] = correction[..., 2 * root + leaf]
    options = {"planar": planar, "scalar_term": True}
    got = treealg.branched_sig_of_lift(lift, 2, 3, **options)
    want = treealg.branched_sig(path, 3, correction=correction, **options)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("segments", [1, 17, 300])
def test_one_step_by_the_logarithm_of_each_piece_gives_the_whole(segments, n_jobs, planar):
    path = sample(4, 3, 2 * segments + 1, 2) / np.sqrt(segments)
    pieces = np.stack([path[:, 2 * i : 2 * i + 3] for i in range(segments)], axis=1)
    lift = treealg.branched_log_sig(pieces, 3, planar=planar)
    got = treealg.branched_sig_of_lift(lift, 2, 3, planar=planar, n_jobs=n_jobs)
    want = treealg.branched_sig(path, 3, planar=planar)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11 * np.abs(want).max())


def test_no_segments_no_items_and_degree_0():
    identity = treealg.branched_sig_of_lift(np.zeros((0, 20)), 2, 3, scalar_term=True)
    np.testing.assert_array_equal(identity, [1] + 20 * [0])
    assert treealg.branched_sig_of_lift(np.zeros((0, 4, 20)), 2, 3).shape == (0, 20)
    assert treealg.branched_sig_of_lift(np.zeros((4, 0)), 2, 0).shape == (0,)
    got = treealg.branched_sig_of_lift_backprop(np.zeros((4, 0)), np.zeros(0), 2, 0)
    assert got.shape == (4, 0)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_words_of_basis_elements_are_what_the_coproduct_cuts_off(order, planar):
    def cut(x):
        if not x.order:
            return {(): 1}
        total = {}
        for (pruned, trunk), count in (mkw if planar else bck).coproduct(x).items():
            if trunk.order and (planar or len(trunk) == 1):
                for word, inner in cut(pruned).items():
                    total[*word, trunk] = total.get((*word, trunk), 0) + count * inner
        return total

    for x in enumerate_forests(order, 2, planar=planar):
        if planar or len(x) < 2:
            assert dict(arborification(x, longest=None).items()) == cut(x)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"lift": np.zeros((4, 19))}, treealg.InvalidValueError),
        ({"lift": np.zeros(20)}, treealg.InvalidValueError),
        ({"lift": np.zeros((4, 20), bool)}, treealg.InvalidTypeError),
        ({"lift": "tree"}, treealg.InvalidTypeError),
        ({"dimension": 0}, treealg.InvalidValueError),
        ({"degree": -1}, treealg.InvalidValueError),
        ({"degree": 2.0}, treealg.InvalidTypeError),
        ({"planar": 1}, treealg.InvalidTypeError),
        ({"n_jobs": 0}, treealg.InvalidValueError),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(change, error):
    arguments = {"lift": np.zeros((4, 20)), "dimension": 2, "degree": 3, **change}
    with pytest.raises(error, match=next(iter(change))):
        treealg.branched_sig_of_lift(**arguments)
    with pytest.raises(error, match=next(iter(change))):
        treealg.branched_sig_of_lift_backprop(bsig_derivs=np.zeros(20), **arguments)


def test_derivatives_of_another_basis_are_refused():
    with pytest.raises(treealg.InvalidValueError, match="bsig_derivs"):
        treealg.branched_sig_of_lift_backprop(np.zeros((4, 20)), np.zeros(19), 2, 3)


@pytest.mark.parametrize(("dimension", "degree"), [(1, 33), (9, 9)])
def test_a_lift_that_does_not_fit_is_refused(dimension, degree):
    with pytest.raises(treealg.InvalidValueError):
        tables.words(dimension, degree, longest=None, planar=True)
