"""Truncation by weight: exact values, the whole basis as a peer, and what is refused."""

import numpy as np
import pytest

import treealg
from treealg.numeric.arguments.calls import checked_weights
from treealg.symbolic import (
    chen_product,
    exact_log_signature,
    exact_signature,
    exp_star,
    weight,
    weighted_basis,
    weighted_words,
)

CASES = [
    ((1, 2), 4),
    ((2, 1), 5),
    ((2, 3), 8),
    ((1, 9), 3),
    ((1, 1, 2), 3),
    ((3, 1, 2), 5),
]
KINDS = [False, True, None]


def points(dimension, length=4, seed=3):
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 3, (length, dimension)).astype(float)


def functions(planar):
    if planar is None:
        return treealg.sig, treealg.log_sig, {}
    return treealg.branched_sig, treealg.branched_log_sig, {"planar": planar}


def places(weights, degree, planar):
    """Where what is light enough stands in the basis of all with as many nodes."""
    d, most = len(weights), degree // min(weights)
    if planar is None:
        every = treealg.words(d, most)[1:]
        return [i for i, word in enumerate(every) if weight(word, weights) <= degree]
    every = weighted_basis((1,) * d, most, planar=planar)
    return [i for i, x in enumerate(every) if weight(x, weights) <= degree]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("weights", "degree"), CASES)
def test_signatures_are_exact(weights, degree, planar):
    path = points(len(weights))
    options = {"planar": planar, "weights": weights}
    exact = exact_signature(path.astype(int).tolist(), degree, **options)
    found = treealg.branched_sig(path, degree, **options)
    np.testing.assert_allclose(found, [float(x) for x in exact], rtol=1e-13, atol=1e-12)
    exact = exact_log_signature(path.astype(int).tolist(), degree, **options)
    found = treealg.branched_log_sig(path, degree, **options)
    np.testing.assert_allclose(found, [float(x) for x in exact], rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("weights", "degree"), CASES)
def test_maps_of_vectors_are_exact(weights, degree, planar):
    rng = np.random.default_rng(5)
    d, options = len(weights), {"planar": planar, "weights": weights}
    size = treealg.branched_sig_length(d, degree, **options)
    x, y = rng.integers(-2, 3, (2, size)).tolist()
    exact = [float(v) for v in chen_product(x, y, d, degree, **options)]
    found = treealg.branched_sig_combine(x, y, d, degree, **options)
    np.testing.assert_allclose(found, exact, rtol=1e-13, atol=1e-12)
    exact = [float(v) for v in exp_star(x, d, degree, **options)]
    found = treealg.branched_log_sig_to_sig(x, d, degree, **options)
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-11)
    back = treealg.branched_sig_to_log_sig(found, d, degree, **options)
    np.testing.assert_allclose(back, x, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize(("weights", "degree"), CASES)
@pytest.mark.parametrize("shape", [(4,), (3, 7), (17, 3), (200,)])
def test_results_are_those_of_the_whole_basis(weights, degree, planar, shape):
    sig, log_sig, kind = functions(planar)
    rng = np.random.default_rng(6)
    path = rng.normal(size=(*shape, len(weights))) / 2
    chosen, most = places(weights, degree, planar), degree // min(weights)
    for function in (sig, log_sig):
        extra = kind | ({"method": 0} if function is log_sig else {})
        whole = function(path, most, **extra)
        found = function(path, degree, weights=weights, **extra)
        np.testing.assert_allclose(found, whole[..., chosen], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize(("weights", "degree"), CASES)
@pytest.mark.parametrize("shape", [(4,), (3, 7), (17, 3), (200,)])
def test_gradients_are_those_of_the_whole_basis(weights, degree, planar, shape):
    rng = np.random.default_rng(8)
    path = rng.normal(size=(*shape, len(weights))) / 2
    chosen, most = places(weights, degree, planar), degree // min(weights)
    kind = {} if planar is None else {"planar": planar}
    name = "sig_backprop" if planar is None else "branched_sig_backprop"
    function = getattr(treealg, name)
    derivs = rng.normal(size=(*shape[:-1], len(chosen)))
    count = treealg.sig_length if planar is None else treealg.branched_sig_length
    whole = np.zeros((*shape[:-1], count(len(weights), most, **kind)))
    whole[..., chosen] = derivs
    expected = function(path, None, whole, most, **kind)
    found = function(path, None, derivs, degree, weights=weights, **kind)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


def test_a_channel_that_is_too_heavy_has_no_gradient():
    path = points(2)
    derivs = np.ones(treealg.branched_sig_length(2, 3, weights=(1, 9)))
    gradient = treealg.branched_sig_backprop(path, None, derivs, 3, weights=(1, 9))
    assert (gradient[:, 1] == 0).all()
    assert (gradient[:, 0] != 0).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [100_001, 4])
def test_the_coefficient_of_time_is_its_end(dtype, length):
    path = np.zeros((length, 1), dtype)
    trees = treealg.trees(1, 2, time_aug=True, weights=(1, 2), scalar_term=False)
    found = treealg.branched_sig(path, 2, time_aug=True, weights=(1, 2))
    assert dict(zip(trees, found.tolist(), strict=True)) == {(0,): 0, (1,): 1, ((0,), 0): 0}


@pytest.mark.parametrize(
    ("weights", "degree", "expected"),
    [
        ((2, 2), 5, (2, None)),
        ((3, 5), 2, (0, None)),
        ((10, 15), 31, (6, (2, 3))),
        ((1, 2), 4, (4, (1, 2))),
        ((4, 1, 9), 3, (3, (4, 1, 4))),
    ],
)
def test_weights_are_made_small_where_the_basis_is_the_same(weights, degree, expected):
    small_degree, small = checked_weights(weights, len(weights), degree, False)
    assert (small_degree, small) == expected
    small = small or (1,) * len(weights)
    assert weighted_words(small, small_degree) == weighted_words(weights, degree)


@pytest.mark.parametrize("planar", [False, True])
def test_indices_and_names_are_those_of_the_list(planar):
    options = {"time_aug": True, "planar": planar, "weights": (1, 1, 2)}
    listed = treealg.trees(2, 3, scalar_term=False, **options)
    assert len(listed) == treealg.branched_sig_length(2, 3, **options)
    assert [treealg.idx_to_tree(i, 2, 3, **options) for i in range(len(listed))] == list(listed)
    assert [treealg.tree_to_idx(x, 2, 3, **options) for x in listed] == list(range(len(listed)))
    names = treealg.branched_sig_names(2, 3, **options)
    read = [treealg.name_to_tree(name, 2, time_aug=True, planar=planar) for name in names]
    assert read == list(listed)


@pytest.mark.parametrize("method", [0, 1])
def test_names_of_words_are_those_of_their_list(method):
    names = treealg.log_sig_names(2, 4, weights=(1, 2), method=method)
    words = treealg.words(2, 4, weights=(1, 2))[1:]
    if method:
        words = [word for word in words if treealg.is_lyndon(word)]
        assert len(names) == treealg.log_sig_length(2, 4, weights=(1, 2), method=method)
    assert names == tuple(" ".join(map(str, word)) for word in words)
    assert treealg.sig_names(2, 4, weights=(1, 2))[-1] == "0 0 0 0"


def test_equal_weights_count_nodes():
    path = points(2)
    expected = treealg.branched_sig(path, 3)
    np.testing.assert_array_equal(treealg.branched_sig(path, 7, weights=(2, 2)), expected)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weights": (1,)}, treealg.InvalidValueError, "2 integers, one for each channel"),
        ({"weights": (1, 2), "time_aug": True}, treealg.InvalidValueError, "3 integers"),
        ({"weights": (0, 1)}, treealg.InvalidValueError, r"weights\[0\] must be at least 1"),
        ({"weights": (1, 1.5)}, treealg.InvalidTypeError, r"weights\[1\] must be an integer"),
        ({"weights": 2}, treealg.InvalidTypeError, "a sequence of positive integers"),
        (
            {"weights": (2, 3), "correction": [0.0] * 4},
            treealg.InvalidValueError,
            "an m up to 1, the most nodes by weight",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        treealg.branched_sig(points(2), 3, **options)


def test_weights_that_are_too_fine_are_refused():
    for weights, degree in (((1009, 2003), 10_000), ((999, 501), 1000), ((2000, 1002), 2003)):
        with pytest.raises(treealg.InvalidValueError, match=f"too fine for degree {degree}:"):
            treealg.branched_sig(points(2), degree, weights=weights)


def test_messages_have_the_weights_of_the_caller():
    with pytest.raises(treealg.InvalidValueError, match=r"weights=\(2, 4\) and degree=4"):
        treealg.branched_sig_to_log_sig([1.0, 2.0], 2, 4, weights=(2, 4))


@pytest.mark.parametrize(
    "ask",
    [
        lambda weights: treealg.tables.weighted_convolution(weights, 3, planar=False),
        lambda weights: treealg.branched_sig(np.zeros((2, weights.size - 1)), 2, weights=weights),
        lambda weights: treealg.word_to_idx((0, 0), weights.size, degree=1, weights=weights),
    ],
)
def test_messages_shorten_many_weights(ask):
    with pytest.raises(treealg.InvalidValueError) as raised:
        ask(np.ones(10**5, int))
    assert len(str(raised.value)) < 400
