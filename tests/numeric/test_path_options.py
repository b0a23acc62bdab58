"""Options of paths, forwards and backwards: lists, lengths, base points, prefixes, corrections.

What a function gives for a path with options is compared with what it gives for the path that these
options mean, alone.
"""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import engines
from treealg.symbolic import Tree

from ..support import walk

MANY = [3, 1, 9, 40, 2, 7, 7, 5, 6, 4, 11]
FEW = [300, 2]
TRANSFORMS = {"plain": {}, "time": {"time_aug": True}, "lead_lag": {"lead_lag": True}}
FUNCTIONS = {
    "sig": {},
    "log_sig": {"method": 2},
    "branched_sig": {"planar": True},
    "branched_log_sig": {},
}
TREES = [((0,), 1), (), ((0,), (1,), 1), (((1,), 0), 0)]
WORDS = [(0, 1), (), (1, 0, 1), (1,)]


def backward(name, path, derivs, degree, **options):
    """Call a backward function, and return its results as a list."""
    value = () if "log" in name else (None,)
    found = getattr(treealg, f"{name}_backprop")(path, *value, derivs, degree, **options)
    return list(found) if isinstance(found, tuple) else [found]


def problem(lengths, levels=2):
    """Return paths with their base points and corrections."""
    rng = np.random.default_rng(len(lengths))
    paths = [walk(n, 2, seed=n) / 4 for n in lengths]
    rows = [rng.normal(size=(n, 4 if levels else 0)) / 9 for n in lengths]
    return paths, rng.normal(size=(len(lengths), 2)), rows, rng


def assert_near(got, want):
    scale = max(float(np.abs(want).max(initial=0)), 1.0)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-11 * scale)


def can_be_corrected(name, transform):
    return name != "log_sig" and transform != "lead_lag"


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("lengths", [MANY, FEW], ids=["many", "few"])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_of_a_list_are_those_of_each_path_alone(name, transform, lengths, n_jobs):
    paths, points, rows, rng = problem(lengths)
    options = FUNCTIONS[name] | TRANSFORMS[transform]
    given = {"correction": rows} if can_be_corrected(name, transform) else {}
    compute = getattr(treealg, name)
    shape = compute(paths, 3, basepoint=points, **options, **given).shape
    derivs = rng.normal(size=shape)
    listed, *corrections, bases = backward(
        name, paths, derivs, 3, basepoint=points, n_jobs=n_jobs, **options, **given
    )
    assert len(listed) == len(paths)
    for i, path in enumerate(paths):
        own = {"correction": rows[i]} if given else {}
        alone, *rest = backward(name, np.vstack([points[i], path]), derivs[i], 3, **options, **own)
        assert_near(listed[i], alone[1:])
        assert_near(bases[i], alone[0])
        if given:
            assert_near(corrections[0][i], rest[0])


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_gradient_of_prefixes_is_the_sum_of_their_gradients(name, transform, engine):
    (path,), (point,), (rows,), rng = problem([12])
    options = FUNCTIONS[name] | TRANSFORMS[transform]
    is_corrected = can_be_corrected(name, transform)
    whole = np.vstack([point, path])
    derivs = rng.normal(size=getattr(treealg, name)(whole, 3, stream=True, **options).shape)
    given = {"correction": rows} if is_corrected else {}
    wants = [np.zeros_like(whole), np.zeros_like(rows)]
    for t in range(len(rows)):
        own = {"correction": rows[: t + 1]} if is_corrected else {}
        if transform == "time":  # which runs to its share of the end
            own["end_time"] = (t + 1) / len(rows)
        for want, found in zip(
            wants, backward(name, whole[: t + 2], derivs[t], 3, **options, **own), strict=False
        ):
            want[: len(found)] += found
    with engines.use(engine):
        found, *correction, base = backward(
            name, path, derivs, 3, stream=True, basepoint=point, **options, **given
        )
    assert_near(found, wants[0][1:])
    assert_near(base, wants[0][0])
    if is_corrected:
        assert_near(correction[0], wants[1])


@pytest.mark.parametrize("lengths", [MANY, FEW], ids=["many", "few"])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_prefixes_of_a_list_are_those_of_each_path_alone(name, transform, lengths):
    paths, _, _, rng = problem(lengths)
    options = FUNCTIONS[name] | TRANSFORMS[transform] | {"stream": True}
    compute = getattr(treealg, name)
    found = compute(paths, 3, **options)
    derivs = rng.normal(size=found.shape)
    (gradients,) = backward(name, paths, derivs, 3, **options)
    for row, d, gradient, path in zip(found, derivs, gradients, paths, strict=True):
        count = len(path) - 1
        assert_near(row[:count], compute(path, 3, **options))
        if count == 0:
            assert not row.any()
            assert not gradient.any()
            continue
        np.testing.assert_array_equal(row[count:], row[None, count - 1].repeat(len(row) - count, 0))
        own = d[:count].copy()
        own[-1] += d[count:].sum(axis=0)
        assert_near(gradient, backward(name, path, own, 3, **options)[0])


@pytest.mark.parametrize("stream", [False, True])
def test_gradients_with_lengths_are_those_of_a_list(stream):
    paths, point, rows, rng = problem(MANY)
    longest = max(MANY)
    array = np.full((len(MANY), longest, 2), np.nan)
    wide = np.full((len(MANY), longest, 4), np.nan)
    for i, path in enumerate(paths):
        array[i, : len(path)], wide[i, : len(path)] = path, rows[i]
    options = {"stream": stream, "basepoint": point[0], "time_aug": True}
    derivs = rng.normal(size=treealg.branched_sig(paths, 3, correction=rows, **options).shape)
    listed, several, base = backward("branched_sig", paths, derivs, 3, correction=rows, **options)
    got, correction, other = backward(
        "branched_sig", array, derivs, 3, correction=wide, lengths=MANY, **options
    )
    assert got.shape == array.shape
    assert correction.shape == wide.shape
    assert_near(other, base)
    for i, n in enumerate(MANY):
        assert_near(got[i, :n], listed[i])
        assert not got[i, n:].any()
        assert_near(correction[i, :n], several[i])
        assert not correction[i, n:].any()


@pytest.mark.parametrize("shape", ["columns", "segments"])
def test_the_gradient_of_a_shared_correction_is_a_sum(shape):
    paths, _, rows, rng = problem([6, 6, 6])
    shared = rows[0][:5] if shape == "segments" else rows[0][0]
    array, lengths = np.array(paths), [2, 6, 5]
    derivs = rng.normal(size=(3, 20))
    _, found = backward("branched_sig", array, derivs, 3, correction=shared, lengths=lengths)
    each = np.broadcast_to(shared, (3, 5, 4))
    _, wide = backward("branched_sig", array, derivs, 3, correction=each, lengths=lengths)
    assert_near(found, wide.sum(axis=0 if shape == "segments" else (0, 1)))


@pytest.mark.parametrize("lengths", [MANY, FEW], ids=["many", "few"])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("chosen", ["trees", "words", "a_word", "a_deep_tree"])
def test_coefficients_of_a_list_are_those_of_each_path_alone(chosen, transform, lengths):
    paths, points, rows, rng = problem(lengths)
    options = dict(TRANSFORMS[transform])
    if chosen in ("words", "a_word"):
        name, elements = "sig_coef", WORDS if chosen == "words" else [(1, 0, 1, 1, 0, 0, 1, 0)]
    else:
        deep = ((((((0,), 1), 0), (1,), 1), 0), 1)
        name, elements = "branched_sig_coef", TREES if chosen == "trees" else [deep]
        elements = [None if tree == () else tree for tree in elements]
    given = {} if transform == "lead_lag" else {"correction": rows}
    compute, back = getattr(treealg, name), getattr(treealg, f"{name}_backprop")
    found = compute(paths, elements, basepoint=points, **options, **given)
    derivs = rng.normal(size=found.shape)
    listed, *corrections, bases = back(
        paths, elements, found, derivs, basepoint=points, n_jobs=2, **options, **given
    )
    for i, path in enumerate(paths):
        own = {"correction": rows[i]} if given else {}
        whole = np.vstack([points[i], path])
        assert_near(found[i], compute(whole, elements, **options, **own))
        alone = back(whole, elements, None, derivs[i], **options, **own)
        if given:
            alone, rest = alone
            assert_near(corrections[0][i], rest)
        assert_near(listed[i], alone[1:])
        assert_near(bases[i], alone[0])


@pytest.mark.parametrize("words", [[(0, 1, 1), (1, 0)], [(1, 0, 1, 1, 0, 0, 1, 0)]])
def test_corrected_words_that_are_chosen_are_those_of_the_signature(words):
    (path,), _, (rows,), _ = problem([9])
    degree = max(map(len, words))
    whole = treealg.sig(path, degree, correction=rows[:-1])
    places = [treealg.word_to_idx(word, 2) for word in words]
    found = treealg.sig_coef(path, words, correction=rows[:-1])
    assert_near(found, whole[places])


def test_gradients_of_prefixes_agree_with_fractions():
    # Of the cherry over prefixes of a path in one channel: the value is a cube over three.
    path, derivs = [2, 5, 4, 7], [3, -2, 5]
    trees = treealg.branched_sig_length(1, 3)
    place = treealg.tree_to_idx(((0,), (0,), 0), 1, 3)
    weights = np.zeros((3, trees))
    weights[:, place] = derivs
    want = [Fraction(0)] * 4
    for t, weight in enumerate(derivs):
        slope = weight * Fraction(path[t + 1] - path[0]) ** 2
        want[t + 1] += slope
        want[0] -= slope
    points = np.array(path, float)[:, None]
    assert Tree.from_tuple(((0,), (0,), 0)).order == 3
    (found,) = backward("branched_sig", points, weights, 3, stream=True)
    np.testing.assert_allclose(found[:, 0], [float(x) for x in want], rtol=1e-15)
    first, base = backward("branched_sig", points[1:], weights, 3, stream=True, basepoint=points[0])
    np.testing.assert_allclose([base[0], *first[:, 0]], [float(x) for x in want], rtol=1e-15)


def test_a_path_whose_states_just_fit_is_differentiated_within_its_memory():
    # All states of 2048 blocks are kept; of one more only some, in less memory.
    path = walk(2048 * 16 + 1, 2, seed=1) / 100
    batch = np.broadcast_to(path, (8, *path.shape))
    derivs = np.ones((8, 6))
    (found,) = backward("branched_sig", batch, derivs, 2)
    (want,) = backward("branched_sig", path, derivs[0], 2)
    np.testing.assert_allclose(found[3], want, rtol=0, atol=1e-9 * np.abs(want).max())


def test_what_is_not_finite_stays_in_the_gradient_of_its_path():
    paths, _, _, rng = problem(MANY)
    paths[3][1] = np.nan
    paths[2][2] = np.inf
    for stream in (False, True):
        derivs = rng.normal(size=treealg.sig(paths, 3, stream=stream).shape)
        (found,) = backward("sig", paths, derivs, 3, stream=stream)
        is_finite = [bool(np.isfinite(gradient).all()) for gradient in found]
        assert is_finite == [i not in (2, 3) for i in range(len(paths))]


def test_derivatives_of_prefixes_have_an_axis_of_segments():
    path = walk(5, 2, seed=1)
    with pytest.raises(treealg.InvalidValueError, match=r"leading shape \(4,\) with stream=True"):
        treealg.sig_backprop(path, None, np.ones((5, 6)), 2, stream=True)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_transforms_of_a_list_are_those_of_each_path_alone(transform):
    paths, points, _, rng = problem(MANY)
    options = TRANSFORMS[transform] | {"end_time": 0.5}
    moved = treealg.transform_path(paths, basepoint=points, **options)
    derivs = [rng.normal(size=path.shape) for path in moved]
    listed, bases = treealg.transform_path_backprop(paths, derivs, basepoint=points, **options)
    for i, path in enumerate(paths):
        whole = np.vstack([points[i], path])
        np.testing.assert_array_equal(moved[i], treealg.transform_path(whole, **options))
        alone = treealg.transform_path_backprop(whole, derivs[i], **options)
        np.testing.assert_array_equal(listed[i], alone[1:])
        np.testing.assert_array_equal(bases[i], alone[0])


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_transformed_path_rests_at_its_end(transform):
    paths, _, _, rng = problem(MANY)
    array = np.full((len(MANY), max(MANY), 2), np.nan)
    for target, path in zip(array, paths, strict=True):
        target[: len(path)] = path
    options = TRANSFORMS[transform]
    moved = treealg.transform_path(array, lengths=MANY, **options)
    derivs = rng.normal(size=moved.shape)
    gradient = treealg.transform_path_backprop(array, derivs, lengths=MANY, **options)
    for i, path in enumerate(paths):
        own = treealg.transform_path(path, **options)
        np.testing.assert_array_equal(moved[i, : len(own)], own)
        np.testing.assert_array_equal(
            moved[i, len(own) :], own[None, -1].repeat(len(moved[i]) - len(own), 0)
        )
        summed = derivs[i, : len(own)].copy()
        summed[-1] += derivs[i, len(own) :].sum(axis=0)
        alone = treealg.transform_path_backprop(path, summed, **options)
        assert_near(gradient[i, : len(path)], alone)
        assert not gradient[i, len(path) :].any()


def test_derivatives_of_a_list_of_transforms_are_a_list():
    paths = [np.zeros((2, 1)), np.zeros((3, 1))]
    with pytest.raises(treealg.InvalidValueError, match="derivs must be a list"):
        treealg.transform_path_backprop(paths, np.zeros((3, 3, 1)))
    with pytest.raises(
        treealg.InvalidValueError, match=r"derivs\[1\] must have the shape \(3, 1\)"
    ):
        treealg.transform_path_backprop(paths, [np.zeros((2, 1)), np.zeros((2, 1))])


@pytest.mark.parametrize("lead_lag", [False, True])
def test_times_are_the_last_channel_of_a_transform(lead_lag):
    rng = np.random.default_rng(11)
    path, times = rng.normal(size=(3, 6, 2)), rng.uniform(size=(3, 6)).cumsum(axis=1)
    found = treealg.transform_path(path, time_aug=True, lead_lag=lead_lag, times=times)
    since = times - times[:, :1]
    if lead_lag:
        between = (since[:, 1:] + since[:, :-1]) / 2
        since = np.insert(since, range(1, 6), between, axis=1)
    np.testing.assert_allclose(found[..., -1], since, rtol=1e-14, atol=1e-14)
    expected = treealg.transform_path(path, lead_lag=lead_lag)
    np.testing.assert_array_equal(found[..., :-1], expected)
    options = {"time_aug": True, "lead_lag": lead_lag}
    listed = treealg.transform_path(list(path), times=list(times), **options)
    np.testing.assert_array_equal(np.stack(listed), found)
    derivs = rng.normal(size=found.shape)
    expected = treealg.transform_path_backprop(path, derivs[..., :-1], lead_lag=lead_lag)
    got = treealg.transform_path_backprop(path, derivs, times=times, **options)
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-14)
    got = treealg.transform_path_backprop(list(path), list(derivs), times=list(times), **options)
    np.testing.assert_allclose(np.stack(got), expected, rtol=1e-13, atol=1e-14)


def test_transforms_of_paths_with_lengths_rest_at_their_end():
    path, times = np.arange(12.0).reshape(2, 6, 1), np.arange(6.0) ** 2
    given = {"time_aug": True, "times": times, "lengths": [3, 6]}
    found = treealg.transform_path(path, **given)
    np.testing.assert_array_equal(found[0, :, 1], [0, 1, 4, 4, 4, 4])
    np.testing.assert_array_equal(found[0, :, 0], [0, 1, 2, 2, 2, 2])
    np.testing.assert_array_equal(found[1, :, 1], times)
    got = treealg.transform_path_backprop(path, np.ones((2, 6, 2)), **given)
    np.testing.assert_array_equal(got[..., 0], [[1, 1, 4, 0, 0, 0], [1] * 6])


@pytest.mark.parametrize("missing", ["forward-fill", "linear"])
def test_gaps_are_filled_before_a_transform(missing):
    path = np.array([[0.0], [np.nan], [4.0]])
    middle = {"forward-fill": 0.0, "linear": 2.0}[missing]
    found = treealg.transform_path(path, missing=missing)
    np.testing.assert_array_equal(found[:, 0], [0, middle, 4])
    got = treealg.transform_path_backprop(path, np.eye(3)[:, 1:2], missing=missing)
    share = {"forward-fill": [1, 0, 0], "linear": [0.5, 0, 0.5]}[missing]
    np.testing.assert_array_equal(got[:, 0], share)
