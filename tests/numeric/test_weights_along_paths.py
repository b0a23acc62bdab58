"""Truncation by weight along paths: corrections, prefixes, windows, streams; and indices."""

import numpy as np
import pytest

import treealg
from treealg import engines
from treealg.numeric.arguments.calls import SIGNATURE, WORDS, checked_call
from treealg.numeric.arguments.prepared import prepared
from treealg.numeric.arguments.windows import windows_of
from treealg.numeric.blocks.windows import METHODS, write_windows
from treealg.numeric.plans.words import plan_of
from treealg.symbolic import exact_signature, weight, weighted_basis

CASES = [((1, 2), 4), ((2, 3), 8), ((1, 9), 3), ((3, 1, 2), 5)]
KINDS = [False, True, None]


def functions(planar):
    if planar is None:
        return treealg.sig, treealg.log_sig, treealg.sig_backprop, {}
    kind = {"planar": planar}
    return treealg.branched_sig, treealg.branched_log_sig, treealg.branched_sig_backprop, kind


def whole_basis(weights, degree, planar):
    """The most nodes, and where what is light enough stands in the basis of them all."""
    d, most = len(weights), degree // min(weights)
    if planar is None:
        every = treealg.words(d, most)[1:]
    else:
        every = weighted_basis((1,) * d, most, planar=planar)
    return most, [i for i, x in enumerate(every) if weight(x, weights) <= degree]


def corrected_paths(rng, shape, channels, levels):
    columns = sum(channels**k for k in range(2, levels + 1))
    path = rng.normal(size=(*shape, channels)) / 2
    return path, rng.normal(size=(*shape[:-1], shape[-1] - 1, columns)) / 4


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize(("weights", "degree", "levels"), [
    ((1, 2), 4, 2), ((1, 2), 4, 4), ((2, 3), 8, 3), ((1, 9), 3, 2), ((3, 1, 2), 5, 3),
])  # fmt: skip
def test_corrected_results_are_those_of_the_whole_basis(
    weights, degree, levels, time_aug, planar, engine
):
    sig, log_sig, backprop, kind = functions(planar)
    rng = np.random.default_rng(3)
    most, chosen = whole_basis(weights, degree, planar)
    path, correction = corrected_paths(rng, (3, 4), len(weights) - time_aug, levels)
    options = kind | {"time_aug": time_aug, "correction": correction}
    with engines.use(engine):
        for function, extra in ((sig, {}), (log_sig, {"method": 0})):
            whole = function(path, most, **options, **extra)
            found = function(path, degree, weights=weights, **options, **extra)
            np.testing.assert_allclose(found, whole[..., chosen], rtol=1e-9, atol=1e-10)
        derivs = rng.normal(size=(3, len(chosen)))
        filled = np.zeros(sig(path, most, **options).shape)
        filled[..., chosen] = derivs
        expected = backprop(path, None, filled, most, **options)
        found = backprop(path, None, derivs, degree, weights=weights, **options)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("planar", [False, True])
def test_corrected_signatures_by_weight_are_exact(planar):
    path = [[0, 0], [1, 2], [3, 1]]
    correction = [[-1, 2, 0, 1, *range(8)], [3, 0, -2, 1, *range(8)]]
    options = {"planar": planar, "weights": (1, 2)}
    exact = exact_signature(path, 5, **options, correction=correction)
    found = treealg.branched_sig(path, 5, correction=correction, **options)
    np.testing.assert_allclose(found, [float(x) for x in exact], rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("method", [1, 2])
def test_corrected_lyndon_coordinates_are_those_of_the_logarithm(method):
    rng = np.random.default_rng(4)
    path, correction = corrected_paths(rng, (5,), 2, 2)
    options = {"planar": True, "weights": (1, 2)}
    sig = treealg.branched_sig(path, 4, correction=correction, **options)
    expected = treealg.branched_sig_to_log_sig(sig, 2, 4, method=method, **options)
    found = treealg.branched_log_sig(path, 4, correction=correction, method=method, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize(("weights", "degree"), CASES)
def test_every_way_to_windows_gives_the_slices(weights, degree, lead_lag, planar, method):
    if lead_lag:
        weights = (*weights, *range(1, 1 + len(weights)))
    channels = len(weights) // (1 + lead_lag)
    path = np.random.default_rng(5).normal(size=(2, 90, channels)) / 9
    ends = {"prefixes": [(3, 5), (3, 4), (3, 90)], "sliding": [(i, i + 66) for i in range(20)]}
    windows = ends.get(method, [(0, 3), (1, 80), (40, 42), (5, 6)])
    given = None if planar is None else planar
    word = functions(planar)[0]
    options = functions(planar)[3] | {"lead_lag": lead_lag, "weights": weights}
    expected = np.stack([word(path[:, a:b], degree, **options) for a, b in windows], axis=1)

    found = prepared(path, None, False, None, lambda d: checked_call(
        d, degree, WORDS if given is None else given, 1, SIGNATURE, False, lead_lag, 1.0, False,
        weights,
    ))  # fmt: skip
    plan = plan_of(found.call, 1)
    out = np.empty((2, len(windows), plan.size))
    write_windows(windows_of(found, windows), plan, out, method)
    np.testing.assert_allclose(out, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize(("weights", "degree"), CASES)
def test_windows_and_their_gradients_are_those_of_slices(
    weights, degree, time_aug, planar, corrected
):
    sig, log_sig, backprop, kind = functions(planar)
    rng = np.random.default_rng(6)
    path, correction = corrected_paths(rng, (3, 40), len(weights) - time_aug, 2)
    windows = [(0, 40), (3, 30), (10, 11), (8, 39)]
    options = kind | {"time_aug": time_aug, "weights": weights}
    times = np.linspace(0, 1, 40)

    def slices(function, *derivs, extra):
        found = []
        for i, (a, b) in enumerate(windows):
            own = dict(options, **extra)
            if corrected:
                own["correction"] = correction[:, a : b - 1]
            if time_aug:
                own["times"] = times[a:b]
            found.append(function(path[:, a:b], *(x[:, i] for x in derivs), degree, **own))
        return found

    given = options | ({"correction": correction} if corrected else {})
    for function, extra in ((sig, {}), (log_sig, {"method": 0})):
        found = function(path, degree, windows=windows, **given, **extra)
        expected = np.stack(slices(function, extra=extra), axis=1)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)
    derivs = rng.normal(size=sig(path, degree, windows=windows, **given).shape)
    found = backprop(path, None, derivs, degree, windows=windows, **given)
    found = found[0] if corrected else found
    expected = np.zeros_like(path)
    backward = lambda p, d, *rest, **own: backprop(p, None, d, *rest, **own)  # noqa: E731
    for (a, b), piece in zip(windows, slices(backward, derivs, extra={}), strict=True):
        expected[:, a:b] += piece[0] if corrected else piece
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize(("weights", "degree"), CASES)
def test_prefixes_and_their_gradients_are_those_of_the_whole_basis(
    weights, degree, corrected, planar
):
    sig, _, backprop, kind = functions(planar)
    rng = np.random.default_rng(7)
    most, chosen = whole_basis(weights, degree, planar)
    path, correction = corrected_paths(rng, (3, 6), len(weights), 2)
    options = kind | {"stream": True} | ({"correction": correction} if corrected else {})
    whole = sig(path, most, **options)
    found = sig(path, degree, weights=weights, **options)
    np.testing.assert_allclose(found, whole[..., chosen], rtol=1e-9, atol=1e-10)
    filled = np.zeros_like(whole)
    filled[..., chosen] = derivs = rng.normal(size=found.shape)
    expected = backprop(path, None, filled, most, **options)
    found = backprop(path, None, derivs, degree, weights=weights, **options)
    np.testing.assert_allclose(
        found[0] if corrected else found, expected[0] if corrected else expected,
        rtol=1e-9, atol=1e-10,
    )  # fmt: skip


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("options", [
    {}, {"time_aug": True}, {"lead_lag": True}, {"correction": [0.1, -0.2, 0.3, 0.4]},
    {"correction": [0.1, -0.2, 0.3, 0.4], "time_aug": True}, {"lead_lag": True, "time_aug": True},
])  # fmt: skip
def test_streams_give_what_functions_of_paths_give(options, planar):
    labels = 2 * (2 if options.get("lead_lag") else 1) + options.get("time_aug", False)
    given = options | {"planar": planar, "weights": (2, 1, 3, 1, 2)[:labels]}
    path = np.random.default_rng(8).normal(size=(3, 200, 2)) / 9
    stream = treealg.BranchedSigStream(2, 4, **given)
    logs = treealg.BranchedLogSigStream(2, 4, **given)
    windows = treealg.BranchedSigWindowStream(2, 4, 70, **given)
    log_windows = treealg.BranchedLogSigWindowStream(2, 4, 5, stride=3, **given)
    for part in np.split(path, [1, 50, 51], axis=1):
        for each in (stream, logs, windows, log_windows):
            each.push_batch(part)
    close = {"rtol": 1e-9, "atol": 1e-10}
    for a, b in ((0, 199), (3, 150), (7, 9), (5, 5)):
        expected = treealg.branched_sig(path[:, a : b + 1], 4, **given)
        np.testing.assert_allclose(stream.sig(a, b), expected, **close)
        expected = treealg.branched_log_sig(path[:, a : b + 1], 4, **given)
        np.testing.assert_allclose(logs.sig(a, b), expected, **close)
    expected = [treealg.branched_sig(path[:, i : i + 70], 4, **given) for i in range(131)]
    np.testing.assert_allclose(windows.sig(), expected, **close)
    starts = range(0, 196, 3)
    expected = [treealg.branched_log_sig(path[:, i : i + 5], 4, **given) for i in starts]
    np.testing.assert_allclose(log_windows.sig(), expected, **close)


@pytest.mark.parametrize("planar", KINDS)
@pytest.mark.parametrize(("weights", "degree"), [*CASES, ((5, 9), 3)])
def test_linear_pieces_and_their_gradients_are_those_of_paths(weights, degree, planar):
    rng, d = np.random.default_rng(9), len(weights)
    step, word = rng.normal(size=(3, d)), "" if planar is not None else "word"
    path = np.stack([np.zeros_like(step), step], axis=1)
    sig, log_sig, _, kind = functions(planar)
    options = kind | {"weights": weights, "scalar_term": True}
    prefix = "linear_" if word else "linear_branched_"
    backward = treealg.sig_backprop if word else treealg.branched_sig_backprop
    expected = sig(path, degree, **options)
    found = getattr(treealg, prefix + "sig")(step, d, degree, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    derivs = rng.normal(size=found.shape)
    found = getattr(treealg, prefix + "sig_backprop")(derivs, step, d, degree, **options)
    expected = backward(path, None, derivs, degree, **options)[:, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    expected = log_sig(path, degree, **options, method=0)
    found = getattr(treealg, prefix + "log_sig")(step, d, degree, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    found = getattr(treealg, prefix + "log_sig_backprop")(derivs, step, d, degree, **options)
    light = np.flatnonzero(np.array(weights) <= degree)
    expected = np.zeros_like(step)
    expected[:, light] = derivs[:, 1 : 1 + len(light)]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("weights", "degree"), [*CASES, (None, 3)])
@pytest.mark.parametrize("scalar", [False, True])
def test_indices_of_words_are_those_of_the_list(weights, degree, scalar):
    d = 2 if weights is None else len(weights)
    options = {"scalar_term": scalar, "degree": degree, "weights": weights}
    listed = treealg.words(d, degree, weights=weights)[not scalar :]
    assert [treealg.idx_to_word(i, d, **options) for i in range(len(listed))] == list(listed)
    assert [treealg.word_to_idx(word, d, **options) for word in listed] == list(range(len(listed)))
    with pytest.raises(treealg.InvalidValueError, match=f"below {len(listed)}"):
        treealg.idx_to_word(len(listed), d, **options)
    with pytest.raises(treealg.InvalidValueError, match="raise degree"):
        treealg.word_to_idx((0,) * 30, d, **options)


def test_weights_of_words_need_a_degree():
    with pytest.raises(treealg.InvalidValueError, match="degree must be given with weights"):
        treealg.word_to_idx((0,), 2, weights=(1, 2))
