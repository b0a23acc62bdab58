"""Maps that respect weights: by weight they are parts of what they are by nodes."""

import numpy as np
import pytest

import treealg
from treealg import tables

CASES = [
    ((1, 2), 4),
    ((2, 1), 5),
    ((2, 3), 8),
    ((1, 9), 3),
    ((3, 1, 2), 5),
    ((4, 4), 9),
    ((7, 8), 3),
]
# Weights of channels and their brackets.
BRACKETS = [((1, 2), 4), ((1, 1), 3), ((2, 4), 7), ((1, 2, 2, 3, 4), 4), ((1, 1, 2, 1, 2), 3)]


def light(weights, degree, planar):
    """Where what is light stands in the whole basis, of so many nodes, and that number."""
    return tables.light_elements(weights, degree, planar=planar), degree // min(weights)


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def close(found, expected):
    assert found.shape == expected.shape
    scale = max(float(np.abs(expected).max(initial=0)), 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * scale)


def spread(values, places, size):
    """Derivatives in the whole basis that are 0 in what is too heavy."""
    whole = np.zeros((*values.shape[:-1], size))
    whole[..., places] = values
    return whole


def geometric_places(weights, degree, planar):
    every = treealg.geometric_sig_words(len(weights), degree // min(weights), planar=planar)
    some = treealg.geometric_sig_words(len(weights), degree, planar=planar, weights=weights)
    places = [every.index(word) for word in some]
    assert places == sorted(places)
    return np.array(places, dtype=int), len(every)


each = pytest.mark.parametrize(
    ("weights", "degree", "planar"), [(*case, p) for case in CASES for p in (False, True)]
)


@each
@pytest.mark.parametrize("batch", [(), (3,), (17, 2)])
def test_signatures_of_lifts_restrict(weights, degree, planar, batch):
    places, nodes = light(weights, degree, planar)
    d = len(weights)
    lift = numbers(*batch, 4, treealg.branched_sig_length(d, nodes, planar=planar))
    whole = treealg.branched_sig_of_lift(lift, d, nodes, planar=planar)
    options = {"planar": planar, "weights": weights}
    close(treealg.branched_sig_of_lift(lift[..., places], d, degree, **options), whole[..., places])
    derivs = numbers(*batch, places.size, seed=1)
    gradient = treealg.branched_sig_of_lift_backprop(
        lift, spread(derivs, places, whole.shape[-1]), d, nodes, planar=planar
    )
    found = treealg.branched_sig_of_lift_backprop(lift[..., places], derivs, d, degree, **options)
    close(found, gradient[..., places])
    assert not np.delete(gradient, places, axis=-1).any()


@each
def test_bridges_between_words_and_trees_restrict(weights, degree, planar):
    places, nodes = light(weights, degree, planar)
    words, _ = light(weights, degree, None)
    d, options = len(weights), {"planar": planar, "weights": weights}
    sig = numbers(3, treealg.sig_length(d, nodes))
    whole = treealg.sig_to_branched_sig(sig, d, nodes, planar=planar)
    found = treealg.sig_to_branched_sig(sig[:, words], d, degree, **options)
    close(found, whole[:, places])
    close(treealg.branched_sig_to_sig(found, d, degree, **options), sig[:, words])
    bsig = numbers(3, whole.shape[1], seed=1)
    restricted = treealg.branched_sig_to_sig(bsig, d, nodes, planar=planar)
    found = treealg.branched_sig_to_sig(bsig[:, places], d, degree, **options)
    close(found, restricted[:, words])
    derivs = numbers(3, places.size, seed=2)
    of_words = treealg.branched_sig_to_sig_backprop(
        np.eye(restricted.shape[1]), d, nodes, planar=planar
    )
    own = treealg.branched_sig_to_sig_backprop(np.eye(len(words)), d, degree, **options)
    np.testing.assert_array_equal(own, of_words[words][:, places])
    back = treealg.sig_to_branched_sig_backprop(
        spread(derivs, places, whole.shape[1]), d, nodes, planar=planar
    )
    found = treealg.sig_to_branched_sig_backprop(derivs, d, degree, **options)
    close(found, back[:, words])


@pytest.mark.parametrize("planar", [False, True])
def test_bridges_know_transforms(planar):
    path, options = numbers(6, 2), {"time_aug": True, "weights": (1, 2, 2)}
    sig = treealg.sig(path, 4, scalar_term=True, **options)
    found = treealg.sig_to_branched_sig(sig, 2, 4, planar=planar, **options)
    close(found, treealg.branched_sig(path, 4, planar=planar, scalar_term=True, **options))


@each
def test_geometric_signatures_restrict(weights, degree, planar):
    places, nodes = light(weights, degree, planar)
    words, count = geometric_places(weights, degree, planar)
    d, options = len(weights), {"planar": planar, "weights": weights}
    assert treealg.geometric_sig_length(d, degree, **options) == words.size
    bsig = numbers(3, treealg.branched_sig_length(d, nodes, planar=planar)) / 2
    whole = treealg.branched_sig_to_geometric(bsig, d, nodes, planar=planar)
    found = treealg.branched_sig_to_geometric(bsig[:, places], d, degree, **options)
    close(found, whole[:, words])
    derivs = numbers(3, words.size, seed=1)
    gradient = treealg.branched_sig_to_geometric_backprop(
        spread(derivs, words, count), bsig, d, nodes, planar=planar
    )
    found = treealg.branched_sig_to_geometric_backprop(
        derivs, bsig[:, places], d, degree, **options
    )
    close(found, gradient[:, places])
    gsig = numbers(3, count, seed=2)
    whole = treealg.geometric_to_branched_sig(gsig, d, nodes, planar=planar)
    found = treealg.geometric_to_branched_sig(gsig[:, words], d, degree, **options)
    close(found, whole[:, places])
    derivs = numbers(3, places.size, seed=3)
    gradient = treealg.geometric_to_branched_sig_backprop(
        spread(derivs, places, bsig.shape[1]), d, nodes, planar=planar
    )
    found = treealg.geometric_to_branched_sig_backprop(derivs, d, degree, **options)
    close(found, gradient[:, words])


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("weights", "degree"), BRACKETS)
def test_changes_of_lift_restrict(weights, degree, planar):
    places, nodes = light(weights, degree, planar)
    d, options = len(weights), {"planar": planar, "weights": weights}
    change = {"source": "backward", "target": "stratonovich"}
    bsig = numbers(2, treealg.branched_sig_length(d, nodes, planar=planar))
    whole = treealg.branched_sig_change_lift(bsig, d, nodes, planar=planar, **change)
    found = treealg.branched_sig_change_lift(bsig[:, places], d, degree, **options, **change)
    close(found, whole[:, places])
    derivs = numbers(2, places.size, seed=1)
    gradient = treealg.branched_sig_change_lift_backprop(
        spread(derivs, places, bsig.shape[1]), d, nodes, planar=planar, **change
    )
    found = treealg.branched_sig_change_lift_backprop(derivs, d, degree, **options, **change)
    close(found, gradient[:, places])


def test_brackets_that_are_heavier_than_their_channels_are_refused():
    size = treealg.branched_sig_length(2, 4, weights=(1, 3))
    with pytest.raises(treealg.InvalidValueError, match="at most 2 for the bracket of channels 0"):
        treealg.branched_sig_change_lift(np.zeros(size), 2, 4, weights=(1, 3))
    size = treealg.branched_sig_length(2, 1, weights=(1, 3))
    found = treealg.branched_sig_change_lift(np.ones(size), 2, 1, weights=(1, 3))
    np.testing.assert_array_equal(found, np.ones(size))  # no two channels are light enough


@each
@pytest.mark.parametrize("jumps", [False, True])
@pytest.mark.parametrize("lift", ["ito", "stratonovich", "backward"])
@pytest.mark.parametrize("name", ["expected_branched_sig", "expected_branched_log_sig"])
def test_expected_signatures_restrict(name, lift, jumps, weights, degree, planar):
    places, nodes = light(weights, degree, planar)
    words, _ = light(weights, degree, None)
    d = len(weights)
    root = numbers(3, d, d, seed=1)
    law = [numbers(3, d), root @ root.swapaxes(1, 2)]
    moments = numbers(treealg.sig_length(d, nodes), seed=2)
    # Moments of what is heavy have no effect on what is light.
    kind = {"lift": lift, "planar": planar, "end_time": 0.5}
    of_all, of_light = kind | {}, kind | {"weights": weights}
    if jumps:
        of_all["jump_moments"], of_light["jump_moments"] = moments, moments[words]
    function, backward = getattr(treealg, name), getattr(treealg, name + "_backprop")
    whole = function(*law, nodes, **of_all)
    close(function(*law, degree, **of_light), whole[:, places])
    derivs = numbers(3, places.size, seed=3)
    expected = backward(spread(derivs, places, whole.shape[1]), *law, nodes, **of_all)
    found = backward(derivs, *law, degree, **of_light)
    assert len(found) == 2 + jumps
    close(found[0], expected[0])
    close(found[1], expected[1])
    if jumps:
        close(found[2], expected[2][words])
        assert not np.delete(expected[2], words).any()


@pytest.mark.parametrize(
    ("weights", "degree", "planar"),
    [(*case, p) for case in CASES for p in (False, True) if not p or len(case[0]) < 3],
)
@pytest.mark.parametrize("order", [0, 2, 3, 5])
def test_translations_by_what_is_heavy_enough_restrict(weights, degree, planar, order):
    places, nodes = light(weights, degree, planar)
    d, options = len(weights), {"planar": planar, "weights": weights}
    moved, most = light(weights, order, planar)
    own = tables.element_weights(weights, most, planar=planar)
    move = numbers(2, d, own.size)
    move[:, own < np.array(weights)[:, None]] = 0
    kept = np.zeros_like(move)
    kept[..., moved] = move[..., moved]
    bsig = numbers(2, treealg.branched_sig_length(d, nodes, planar=planar), seed=1)
    given = (d, nodes)
    whole = treealg.branched_sig_translate(bsig, kept, *given, planar=planar)
    found = treealg.branched_sig_translate(bsig[:, places], move[..., moved], d, degree, **options)
    close(found, whole[:, places])
    derivs = numbers(2, places.size, seed=2)
    expected = treealg.branched_sig_translate_backprop(
        spread(derivs, places, bsig.shape[1]), bsig, kept, *given, planar=planar
    )
    found = treealg.branched_sig_translate_backprop(
        derivs, bsig[:, places], move[..., moved], d, degree, **options
    )
    close(found[0], expected[0][:, places])
    is_free = own[moved] >= np.array(weights)[:, None]
    close(found[1][:, is_free], expected[1][..., moved][:, is_free])
    assert not found[1][:, ~is_free].any()


def test_translations_by_what_is_lighter_are_refused():
    weights, degree = (1, 2), 3
    size = treealg.branched_sig_length(2, degree, weights=weights)
    move = np.zeros((2, treealg.branched_sig_length(2, 2, weights=weights)))
    move[1, 0] = 1.0
    with pytest.raises(
        treealg.InvalidValueError, match=r"lighter than the label.*label 1 in column 0"
    ):
        treealg.branched_sig_translate(np.zeros(size), move, 2, degree, weights=weights)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
def test_translations_by_what_is_lighter_but_for_rounding_are_those_without_it(planar, dtype):
    options = {"weights": (1, 2), "planar": planar}
    bsig = numbers(3, treealg.branched_sig_length(2, 4, **options)).astype(dtype)
    move = numbers(3, 2, treealg.branched_sig_length(2, 2, **options)).astype(dtype)
    move[:, 1, 0] = 0
    exact = treealg.branched_sig_translate(bsig, move, 2, 4, **options)
    move[:, 1, 0] = 4 * np.finfo(dtype).eps * abs(move).max(axis=(1, 2))
    found = treealg.branched_sig_translate(bsig, move, 2, 4, **options)
    np.testing.assert_array_equal(found, exact)
    _, of_move = treealg.branched_sig_translate_backprop(bsig, bsig, move, 2, 4, **options)
    assert not of_move[:, 1, 0].any()
    for wrong in (1e-3, np.nan, -np.inf):
        move[2, 1, 0] = wrong
        with pytest.raises(treealg.InvalidValueError, match="label 1 in column 0"):
            treealg.branched_sig_translate(bsig, move, 2, 4, **options)
    move[2, 0, 1], move[2, 1, 0] = np.inf, 1e-3
    with pytest.raises(treealg.InvalidValueError, match="label 1 in column 0"):
        treealg.branched_sig_translate(bsig, move, 2, 4, **options)


@each
@pytest.mark.parametrize("scalar", [False, True])
def test_coefficients_are_selected_by_weight(weights, degree, planar, scalar):
    d, options = len(weights), {"planar": planar, "weights": weights, "scalar_term": scalar}
    elements = list(treealg.trees(d, degree, **options))
    bsig = numbers(3, len(elements))
    found = treealg.extract_branched_sig_coef(bsig, elements[::-1], d, **options)
    np.testing.assert_array_equal(found, bsig[:, ::-1])
    words = treealg.words(d, degree, weights=weights)[not scalar :]
    sig = numbers(3, len(words))
    options = {"weights": weights, "scalar_term": scalar}
    found = treealg.extract_sig_coef(sig, words[::-1], d, **options)
    np.testing.assert_array_equal(found, sig[:, ::-1])


def test_what_is_too_heavy_is_not_selected():
    bsig = np.zeros(treealg.branched_sig_length(2, 4, weights=(1, 3)))
    with pytest.raises(treealg.InvalidValueError, match="light enough"):
        treealg.extract_branched_sig_coef(bsig, ((1,), 1), 2, weights=(1, 3))
    sig = np.zeros(treealg.sig_length(2, 4, weights=(1, 3)))
    with pytest.raises(treealg.InvalidValueError):
        treealg.extract_sig_coef(sig, (1, 1), 2, weights=(1, 3))


@pytest.mark.parametrize("weights", [(1, 0), (1, 2, 3), (0.5, 1), "no"])
def test_weights_that_do_not_fit_are_refused(weights):
    calls = [
        lambda: treealg.branched_sig_of_lift(np.zeros((1, 2)), 2, 1, weights=weights),
        lambda: treealg.sig_to_branched_sig(np.zeros(2), 2, 1, weights=weights),
        lambda: treealg.branched_sig_to_geometric(np.zeros(2), 2, 1, weights=weights),
        lambda: treealg.branched_sig_change_lift(np.zeros(2), 2, 1, weights=weights),
        lambda: treealg.expected_branched_sig([0.0, 0.0], np.eye(2), 2, weights=weights),
        lambda: treealg.extract_sig_coef(np.zeros(2), (0,), 2, weights=weights),
    ]
    for call in calls:
        with pytest.raises(treealg.TreeAlgError, match="weights"):
            call()
