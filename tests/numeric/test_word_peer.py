"""Words beside pySigLib 4.0.0, an independent implementation; run with -m peer."""

import numpy as np
import pytest

import treealg

pytestmark = pytest.mark.peer

SIZES = [(1, 4), (2, 5), (3, 3), (5, 2), (2, 1)]
TRANSFORMS = [{}, {"time_aug": True, "end_time": 0.5}, {"lead_lag": True}]


@pytest.fixture
def peer():
    return pytest.importorskip("pysiglib")


def sample(dimension, *batch):
    rng = np.random.default_rng([dimension, *batch])
    return rng.normal(size=(*batch, 7, dimension)).cumsum(axis=-2) / 3


def derivs_of(array):
    return np.random.default_rng(array.size).normal(size=array.shape)


def assert_close(got, want):
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("options", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_signatures_and_their_gradients_agree(peer, dimension, degree, options, scalar_term):
    path = sample(dimension, 4)
    want = peer.sig(path, degree, **options, scalar_term=scalar_term)
    found = treealg.sig(path, degree, **options, scalar_term=scalar_term)
    assert_close([found], [want])
    derivs = derivs_of(want)
    gradient = treealg.sig_backprop(path, want, derivs, degree, **options)
    assert_close([gradient], [peer.sig_backprop(path, want, derivs, degree, **options)])


@pytest.mark.parametrize("method", [0, 1, 2])
@pytest.mark.parametrize("options", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_log_signatures_agree(peer, dimension, degree, options, method):
    flags = {name: value for name, value in options.items() if name != "end_time"}
    peer.prepare_log_sig(dimension, degree, method, **flags)
    path = sample(dimension, 4)
    want = peer.log_sig(path, degree, method=method, **options)
    assert_close([treealg.log_sig(path, degree, method=method, **options)], [want])
    size, form = (dimension, degree), {"method": method, **flags}
    signature = treealg.sig(path, degree, **options)
    assert_close([treealg.sig_to_log_sig(signature, *size, **form)], [want])
    derivs = derivs_of(want)
    found = treealg.sig_to_log_sig_backprop(signature, derivs, *size, **form)
    assert_close([found], [peer.sig_to_log_sig_backprop(signature, derivs, *size, **form)])


@pytest.mark.parametrize("method", [0, 1, 2])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_exponentials_agree(peer, dimension, degree, method):
    peer.prepare_log_sig(dimension, degree, 2)
    size, form = (dimension, degree), {"method": method}
    logarithm = treealg.log_sig(sample(dimension, 4), degree, **form)
    want = peer.logsig_to_sig(logarithm, *size, **form)
    assert_close([treealg.log_sig_to_sig(logarithm, *size, **form)], [want])
    derivs = derivs_of(want)
    found = treealg.log_sig_to_sig_backprop(logarithm, derivs, *size, **form)
    assert_close([found], [peer.logsig_to_sig_backprop(logarithm, derivs, *size, **form)])


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_group_agrees(peer, dimension, degree):
    size = (dimension, degree)
    x, y = (treealg.sig(path, degree) for path in sample(dimension, 2, 4))
    derivs, step = derivs_of(x), sample(dimension, 4)[:, 0].copy()
    pairs = [
        ("sig_combine", (x, y)),
        ("sig_combine_backprop", (derivs, x, y)),
        ("sig_join", (x, step)),
        ("sig_join_backprop", (derivs, x, step)),
        ("linear_sig", (step,)),
    ]
    for name, given in pairs:
        found = getattr(treealg, name)(*given, *size)
        # The peer writes into the derivatives that it is given.
        want = getattr(peer, name)(*(array.copy() for array in given), *size)
        if not isinstance(found, tuple):
            found, want = [found], [want]
        assert_close(found, want)
    before = treealg.sig_join(x, step, *size, prepend=True)
    assert_close([before], [peer.sig_join(x, step, *size, prepend=True)])


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_group_of_logarithms_agrees(peer, dimension, degree):
    for method in (2, 3):
        peer.prepare_log_sig(dimension, degree, method)
    size = (dimension, degree)
    x, y = (treealg.log_sig(path, degree, method=2) for path in sample(dimension, 2, 4))
    derivs, step = derivs_of(x), sample(dimension, 4)[:, 0].copy()
    pairs = [
        ("log_sig_combine", (x, y)),
        ("log_sig_combine_backprop", (derivs, x, y)),
        ("log_sig_join", (x, step)),
        ("log_sig_join_backprop", (derivs, x, step)),
        ("linear_log_sig", (step,)),
    ]
    for name, given in pairs:
        found = getattr(treealg, name)(*given, *size, method=2)
        options = {"method": 2} if name.startswith("linear") else {}
        want = getattr(peer, name)(*(array.copy() for array in given), *size, **options)
        if not isinstance(found, tuple):
            found, want = [found], [want]
        assert_close(found, want)


@pytest.mark.parametrize("levels", [2, 3])
def test_corrected_words_agree(peer, levels):
    path = sample(2, 4)
    correction = np.random.default_rng(levels).normal(
        size=(4, 6, sum(2**k for k in range(2, levels + 1)))
    )
    options = {"correction": correction}
    assert_close([treealg.sig(path, 4, **options)], [peer.sig(path, 4, **options)])
    want = peer.log_sig(path, 4, method=0, **options)
    assert_close([treealg.log_sig(path, 4, **options)], [want])
    derivs = derivs_of(treealg.sig(path, 4))
    found, _ = treealg.sig_backprop(path, None, derivs, 4, **options)
    want = peer.sig_backprop(path, peer.sig(path, 4, **options), derivs, 4, **options)
    assert_close([found], [want])


@pytest.mark.parametrize("options", TRANSFORMS, ids=str)
def test_chosen_coefficients_and_their_gradients_agree(peer, options):
    path, words = sample(2, 4), [(1, 0, 1), (0,), (1, 1, 1, 0)]
    found = treealg.sig_coef(path, words, **options)
    assert_close([found], [peer.sig_coef(path, words, **options)])
    full = treealg.sig_coef(path, words, prefixes=True, **options)
    want = peer.sig_coef(path, words, prefixes=True, **options)
    assert_close([full], [want])
    derivs = derivs_of(full)
    gradient = treealg.sig_coef_backprop(path, words, full, derivs, prefixes=True, **options)
    # The peer writes into the derivatives that it is given.
    want = peer.sig_coef_backprop(path, words, want, derivs.copy(), **options)
    assert_close([gradient], [want])
    signature = treealg.sig(path, 4)
    found = treealg.extract_sig_coef(signature, words, 2)
    assert_close([found], [peer.extract_sig_coef(signature, words, 2)])


@pytest.mark.parametrize(("alphabet_size", "length"), [(1, 3), (2, 4), (3, 3)])
def test_words_and_their_indices_agree(peer, alphabet_size, length):
    size = (alphabet_size, length)
    for name in ("words", "words_of_length", "lyndon_words", "lyndon_words_of_length"):
        assert getattr(treealg, name)(*size) == getattr(peer, name)(*size)
    for options in ({}, {"time_aug": True}, {"lead_lag": True}):
        assert treealg.sig_length(*size, **options) == peer.sig_length(*size, **options)
        lyndon = treealg.log_sig_length(*size, method=1, **options)
        assert lyndon == peer.log_sig_length(*size, **options)
    for word in treealg.words(*size)[1:]:
        assert treealg.is_lyndon(word) == peer.is_lyndon(word)
        for scalar_term in (False, True):
            options = {"scalar_term": scalar_term}
            place = treealg.word_to_idx(word, alphabet_size, **options)
            assert place == peer.word_to_idx(word, alphabet_size, **options)
            assert word == peer.idx_to_word(place, alphabet_size, **options)
