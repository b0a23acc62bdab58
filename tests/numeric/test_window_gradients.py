"""Gradients of windows: the sum of those of the slices, by whichever way they are computed."""

import numpy as np
import pytest

import treealg
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import SIGNATURE, checked_call
from treealg.numeric.arguments.prepared import prepared
from treealg.numeric.arguments.windows import windows_of
from treealg.numeric.blocks import gradients as blocks

LENGTH = 40
FUNCTIONS = ("branched_sig", "branched_log_sig", "sig", "log_sig")
OPTIONS = {
    "plain": {},
    "lead_lag": {"lead_lag": True},
    "scalar": {"scalar_term": True},
    "corrected": {"correction": np.array([-0.02, 0.01, 0.0, 0.03])},
}
METHODS = ("points", "tree")


def some_windows(rng, count=25, length=LENGTH):
    starts = rng.integers(0, length, count)
    return np.stack([starts, rng.integers(starts, length) + 1], axis=1)


def paths(*batch, seed=0, length=LENGTH):
    steps = np.random.default_rng(seed).normal(size=(*batch, length, 2))
    return np.cumsum(steps, axis=-2) / length**0.5


def backward(name, path, derivs, degree, **options):
    value = [None] if name in ("branched_sig", "sig") else []
    return getattr(treealg, f"{name}_backprop")(path, *value, derivs, degree, **options)


def derivatives(name, path, windows, degree, **options):
    value = getattr(treealg, name)(path, degree, windows=windows, **options)
    return np.random.default_rng(9).normal(size=value.shape)


def summed(name, path, derivs, windows, degree, **options):
    """Return the sum of the gradients of slices, of path and correction."""
    in_path, in_correction = np.zeros_like(path), None
    for i, (start, stop) in enumerate(windows):
        own = dict(options)
        correction = options.get("correction")
        is_long = correction is not None and correction.ndim > 1
        if is_long:
            own["correction"] = correction[..., start : stop - 1, :]
        found = backward(name, path[..., start:stop, :], derivs[..., i, :], degree, **own)
        if correction is None:
            in_path[..., start:stop, :] += found
            continue
        in_path[..., start:stop, :] += found[0]
        if in_correction is None:
            in_correction = np.zeros_like(correction)
        if is_long:
            in_correction[..., start : stop - 1, :] += found[1]
        else:
            in_correction += found[1]
    return in_path if in_correction is None else (in_path, in_correction)


@pytest.fixture
def by(monkeypatch):
    def choose(method):
        monkeypatch.setattr(blocks, "cheapest", lambda windows, backward: method)

    return choose


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("method", METHODS)
def test_gradients_are_sums_of_those_of_slices(method, name, options, by):
    path, windows = paths(2), some_windows(np.random.default_rng(1))
    derivs = derivatives(name, path, windows, 3, **options)
    by(method)
    got = backward(name, path, derivs, 3, windows=windows, **options)
    want = summed(name, path, derivs, windows, 3, **options)
    for one, other in zip(got if isinstance(got, tuple) else [got],
                          want if isinstance(want, tuple) else [want],
                          strict=True):  # fmt: skip
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_corrections_have_the_gradient_of_their_segments(method, n_jobs, by):
    rng = np.random.default_rng(2)
    path, correction = paths(3), rng.normal(size=(3, LENGTH - 1, 4)) / LENGTH
    windows = some_windows(rng)
    derivs = derivatives("branched_sig", path, windows, 3)
    by(method)
    options = {"correction": correction}
    got = backward("branched_sig", path, derivs, 3, windows=windows, n_jobs=n_jobs, **options)
    want = summed("branched_sig", path, derivs, windows, 3, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("lead_lag", [False, True])
def test_time_has_no_gradient_and_changes_that_of_the_path(lead_lag, method, by):
    path, windows = paths(2), some_windows(np.random.default_rng(5))
    options = {"time_aug": True, "lead_lag": lead_lag, "end_time": 3.0}
    derivs = derivatives("branched_log_sig", path, windows, 2, **options)
    by(method)
    got = backward("branched_log_sig", path, derivs, 2, windows=windows, **options)
    moved, step = treealg.transform_path(path, **options), 2 if lead_lag else 1
    wider = [(step * start, step * (stop - 1) + 1) for start, stop in windows]
    inner = summed("branched_log_sig", moved, derivs, wider, 2)
    direction = np.random.default_rng(6).normal(size=path.shape)
    along = treealg.transform_path(direction, lead_lag=lead_lag)
    np.testing.assert_allclose(
        np.sum(got * direction), np.sum(inner[..., : along.shape[-1]] * along), rtol=1e-11
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("time_aug", [False, True])
def test_paths_of_different_lengths_have_their_own_gradients(time_aug, method, by):
    lists = [paths(seed=n, length=n) for n in (LENGTH, LENGTH + 3, LENGTH + 9)]
    windows = some_windows(np.random.default_rng(6))
    options = {"windows": windows, "time_aug": time_aug}
    derivs = derivatives("branched_sig", lists, windows, 2, time_aug=time_aug)
    by(method)
    want = [
        backward("branched_sig", path, own, 2, **options)
        for path, own in zip(lists, derivs, strict=True)
    ]
    got = backward("branched_sig", lists, derivs, 2, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)
    filled = np.full((3, LENGTH + 9, 2), np.nan)
    for target, path in zip(filled, lists, strict=True):
        target[: len(path)] = path
    lengths = [len(path) for path in lists]
    got = backward("branched_sig", filled, derivs, 2, lengths=lengths, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one[: len(other)], other, rtol=0, atol=1e-13)
        assert not one[len(other) :].any()


@pytest.mark.parametrize("method", METHODS)
def test_a_base_point_has_the_gradient_of_a_first_point(method, by):
    path, point = paths(2, length=6), np.array([0.5, -1.0])
    longer = np.concatenate([np.broadcast_to(point, (2, 1, 2)), path], axis=1)
    windows = [(0, 3), (1, 7), (2, 3), (0, 7)]
    derivs = derivatives("branched_sig", longer, windows, 3)
    by(method)
    in_path, in_point = backward("branched_sig", path, derivs, 3, windows=windows, basepoint=point)
    want = backward("branched_sig", longer, derivs, 3, windows=windows)
    np.testing.assert_allclose(in_path, want[:, 1:], rtol=0, atol=1e-13)
    np.testing.assert_allclose(in_point, want[:, 0].sum(axis=0), rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_small_pieces_change_nothing(method, monkeypatch, by):
    path, windows = paths(5), some_windows(np.random.default_rng(3))
    derivs = derivatives("branched_sig", path, windows, 3)
    by(method)
    want = backward("branched_sig", path, derivs, 3, windows=windows)
    monkeypatch.setattr(blocks, "_NUMBERS_AT_ONCE", 100)
    got = backward("branched_sig", path, derivs, 3, windows=windows)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("method", METHODS)
def test_gradients_keep_the_dtype_in_every_engine(engine, method, by):
    path, windows = paths(length=9).astype(np.float32), [(0, 4), (2, 9), (3, 4), (1, 7)]
    derivs = derivatives("branched_log_sig", path, windows, 3).astype(np.float32)
    want = backward("branched_log_sig", path * 1.0, derivs, 3, windows=windows)
    by(method)
    with treealg.engines.use(engine):
        got = backward("branched_log_sig", path, derivs, 3, windows=windows)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=0, atol=2e-5)


def test_many_long_windows_go_back_through_the_tree(monkeypatch):
    path = paths(length=20000)
    windows = treealg.sliding_windows(20000, 8000, step=40)
    derivs = derivatives("branched_sig", path, windows, 3)
    found = [backward("branched_sig", path, derivs, 3, windows=windows)]
    given = prepared(path, None, False, None, lambda c: checked_call(c, 3, False, 1, SIGNATURE))
    assert blocks.cheapest(windows_of(given, windows), True) == "tree"
    monkeypatch.setattr(blocks, "cheapest", lambda windows, backward: "points")
    found.append(backward("branched_sig", path, derivs, 3, windows=windows))
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-11)


def test_no_windows_have_no_gradient():
    assert not backward("branched_sig", paths(2), np.zeros((2, 0, 6)), 2, windows=[]).any()


def test_derivatives_have_a_row_for_each_window():
    with pytest.raises(InvalidValueError, match=r"leading shape \(2, 3\), that of path and its"):
        backward("branched_sig", paths(2), np.zeros((2, 4, 6)), 2, windows=[(0, 3)] * 3)
