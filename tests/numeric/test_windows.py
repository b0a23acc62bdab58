"""Windows of paths: each as its points alone give it, by whichever way it is computed."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.blocks import products, windows as blocks

LENGTH = 150
FUNCTIONS = {
    "trees": treealg.branched_sig,
    "logarithms": treealg.branched_log_sig,
    "words": treealg.sig,
    "word_logarithms": treealg.log_sig,
}
OPTIONS = {
    "plain": {},
    "lead_lag": {"lead_lag": True},
    "scalar": {"scalar_term": True},
    "corrected": {"correction": [-0.02, 0.01, 0.0, 0.03]},
}
METHODS = {
    "points": lambda rng: some_windows(rng),
    "tree": lambda rng: some_windows(rng),
    "prefixes": lambda rng: treealg.expanding_windows(LENGTH - 4, step=7, first=1)[::-1] + 4,
    "sliding": lambda rng: treealg.sliding_windows(LENGTH - 5, 70)[3:] + 5,
}


def some_windows(rng, count=25, length=LENGTH):
    starts = rng.integers(0, length, count)
    return np.stack([starts, rng.integers(starts, length) + 1], axis=1)


def paths(*batch, seed=0, length=LENGTH, dtype=np.float64):
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(*batch, length, 2)) / length**0.5
    return np.cumsum(steps, axis=-2).astype(dtype)


def sliced(function, path, windows, degree, **options):
    return np.stack(
        [function(path[..., start:stop, :], degree, **options) for start, stop in windows], axis=-2
    )


@pytest.fixture
def by(monkeypatch):
    def choose(method):
        monkeypatch.setattr(blocks, "cheapest", lambda windows: method)

    return choose


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("method", METHODS)
def test_windows_are_what_their_points_give(method, function, options, by):
    path, windows = paths(2), METHODS[method](np.random.default_rng(1))
    by(method)
    got = function(path, 3, windows=windows, **options)
    want = sliced(function, path, windows, 3, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_corrections_belong_to_the_segments_of_their_path(method, n_jobs, by):
    rng = np.random.default_rng(2)
    path, correction = paths(3), rng.normal(size=(3, LENGTH - 1, 4)) / LENGTH
    windows = METHODS[method](rng)
    by(method)
    got = treealg.branched_sig(path, 3, windows=windows, correction=correction, n_jobs=n_jobs)
    for i, (start, stop) in enumerate(windows):
        want = treealg.branched_sig(
            path[:, start:stop], 3, correction=correction[:, start : stop - 1]
        )
        np.testing.assert_allclose(got[:, i], want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_small_pieces_and_batches_change_nothing(method, monkeypatch, by):
    path, windows = paths(5), METHODS[method](np.random.default_rng(3))
    want = sliced(treealg.branched_sig, path, windows, 2)
    monkeypatch.setattr(blocks, "_NUMBERS_AT_ONCE", 900)
    monkeypatch.setattr(products, "_NUMBERS_AT_ONCE", 900)
    by(method)
    got = treealg.branched_sig(path, 2, windows=windows)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_single_precision_stays(method, by):
    path = paths(dtype=np.float32)
    windows = METHODS[method](np.random.default_rng(4))
    by(method)
    got = treealg.branched_sig(path, 3, windows=windows)
    assert got.dtype == np.float32
    want = sliced(treealg.branched_sig, path.astype(np.float64), windows, 3)
    np.testing.assert_allclose(got, want, rtol=0, atol=3e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("lead_lag", [False, True])
def test_time_runs_as_along_the_whole_path(lead_lag, method, by):
    path = paths(2)
    windows = METHODS[method](np.random.default_rng(5))
    by(method)
    options = {"time_aug": True, "lead_lag": lead_lag, "end_time": 3.0}
    got = treealg.branched_sig(path, 2, windows=windows, **options)
    moved = treealg.transform_path(path, **options)
    step = 2 if lead_lag else 1
    for i, (start, stop) in enumerate(windows):
        want = treealg.branched_sig(moved[:, step * start : step * (stop - 1) + 1], 2)
        np.testing.assert_allclose(got[:, i], want, rtol=0, atol=1e-13)


def test_prefixes_of_one_step_are_those_of_stream():
    path = paths(3)
    windows = treealg.expanding_windows(LENGTH)
    for options in ({}, {"time_aug": True}, {"lead_lag": True}):
        got = treealg.branched_sig(path, 3, windows=windows, **options)
        want = treealg.branched_sig(path, 3, stream=True, **options)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)


def test_a_base_point_is_the_first_point():
    path = paths(2, length=6)
    point = [0.5, -1.0]
    longer = np.concatenate([np.broadcast_to(point, (2, 1, 2)), path], axis=1)
    windows = [(0, 3), (1, 7), (2, 3)]
    got = treealg.branched_sig(path, 3, windows=windows, basepoint=point, time_aug=True)
    want = treealg.branched_sig(longer, 3, windows=windows, time_aug=True)
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("options", [{}, {"time_aug": True}, {"correction": [0.1, 0.0, 0.2, 0.0]}])
def test_windows_of_paths_of_different_lengths_are_those_of_each(options, method, by):
    lists = [paths(seed=n, length=n) for n in (LENGTH, LENGTH + 3, LENGTH + 90, LENGTH)]
    windows = METHODS[method](np.random.default_rng(6))
    by(method)
    want = [treealg.branched_sig(path, 2, windows=windows, **options) for path in lists]
    got = treealg.branched_sig(lists, 2, windows=windows, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)
    filled = np.full((4, LENGTH + 90, 2), np.nan)
    for target, path in zip(filled, lists, strict=True):
        target[: len(path)] = path
    lengths = [len(path) for path in lists]
    got = treealg.branched_sig(filled, 2, windows=windows, lengths=lengths, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_bad_numbers_stay_in_the_windows_that_have_them(method, by):
    path = paths()
    windows = METHODS[method](np.random.default_rng(7))
    by(method)
    clean = treealg.branched_sig(path, 3, windows=windows)
    path[100] = np.nan
    got = treealg.branched_sig(path, 3, windows=windows)
    has_it = (windows[:, 0] <= 100) & (windows[:, 1] > 100) & (windows[:, 1] - windows[:, 0] > 1)
    assert has_it.any()
    assert not has_it.all()
    np.testing.assert_array_equal(np.isnan(got).any(axis=1), has_it)
    np.testing.assert_array_equal(got[~has_it], clean[~has_it])


def test_windows_without_segments_have_the_unit():
    path = paths(2, length=4)
    got = treealg.branched_sig(path, 2, windows=[(0, 1), (3, 4), (2, 3)], scalar_term=True)
    np.testing.assert_array_equal(got, np.broadcast_to([1.0, 0, 0, 0, 0, 0, 0], (2, 3, 7)))


def test_no_windows_and_no_paths_give_nothing():
    assert treealg.branched_sig(paths(2), 2, windows=[]).shape == (2, 0, 6)
    assert treealg.branched_sig(np.zeros((0, 5, 2)), 2, windows=[(0, 3)]).shape == (0, 1, 6)
    assert treealg.branched_sig(paths(2), 0, windows=[(0, 3)]).shape == (2, 1, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"time_aug": True},
        {"time_aug": True, "lead_lag": True},
        {"times": [0, 1, 2, 3, 4], "time_aug": True},
        {"missing": "linear"},
        {"lengths": []},
    ],
)
def test_windows_of_no_paths_are_those_of_their_points(options):
    none = np.zeros((0, 5, 2))
    assert treealg.sig(none, 1, windows=[(0, 5), (1, 2)], **options).shape[:2] == (0, 2)
    with pytest.raises(InvalidValueError, match="stop <= 5, the points"):
        treealg.sig(none, 1, windows=[(0, 6)], **options)


@pytest.mark.parametrize(
    ("method", "windows"),
    [
        ("points", [(0, 40), (50, 90), (100, 140)]),
        ("prefixes", treealg.expanding_windows(4000, step=10)),
        ("sliding", treealg.sliding_windows(4000, 500)),
        ("tree", treealg.dyadic_windows(40000, 6)),
        ("points", treealg.dyadic_windows(400, 6)),
        ("tree", some_windows(np.random.default_rng(8), 300, 40000)),
        ("points", treealg.sliding_windows(4000, 500, step=499)),
    ],
)
def test_the_cheapest_way_is_the_one_that_shares_work(method, windows, monkeypatch):
    used = []
    for name, write in blocks.METHODS.items():
        monkeypatch.setitem(
            blocks.METHODS, name, lambda *given, n=name, w=write: (used.append(n), w(*given))
        )
    treealg.branched_sig(paths(length=40000), 4, windows=windows)
    assert used == [method]


@pytest.mark.parametrize(
    ("windows", "error", "message"),
    [
        ([(0, 3), (2, 2)], InvalidValueError, r"got 2, 2 as windows\[1\]"),
        ([(-1, 3)], InvalidValueError, r"0 <= start < stop <= 5"),
        ([(0, 6)], InvalidValueError, r"stop <= 5, the points of the"),
        ([0, 3], InvalidValueError, r"shape \(windows, 2\)"),
        ([(0, 3, 1)], InvalidValueError, r"shape \(windows, 2\)"),
        ([(0.0, 3.0)], InvalidTypeError, r"windows must be integers, got dtype float64"),
        ([(False, True)], InvalidTypeError, "windows"),
        ("all", InvalidTypeError, "windows"),
    ],
)
def test_windows_that_are_none_are_refused(windows, error, message):
    with pytest.raises(error, match=message):
        treealg.branched_sig(paths(length=5), 2, windows=windows)


def test_windows_fit_the_shortest_path():
    with pytest.raises(InvalidValueError, match=r"stop <= 3, the points of the \(shortest\) path"):
        treealg.sig(paths(2, length=5), 2, windows=[(1, 4)], lengths=[5, 3])


def test_windows_are_not_streamed():
    with pytest.raises(InvalidValueError, match="expanding_windows"):
        treealg.branched_sig(paths(length=5), 2, windows=[(1, 4)], stream=True)


def test_makers_make_all_windows_that_fit():
    assert treealg.sliding_windows(5, 5).tolist() == [[0, 5]]
    assert treealg.sliding_windows(6, 2, step=3).tolist() == [[0, 2], [3, 5]]
    assert treealg.expanding_windows(4, step=3, first=1).tolist() == [[0, 1], [0, 4]]
    assert treealg.dyadic_windows(5, 2).tolist() == [
        [0, 5], [0, 3], [2, 5], [0, 2], [1, 3], [2, 4], [3, 5],
    ]  # fmt: skip


@pytest.mark.parametrize("length", [9, 1000, 2**62, 2**63 - 1])
def test_cuts_of_dyadic_windows_are_exact(length):
    for level, count in enumerate((1, 2, 4, 8)):
        cuts = [i * (length - 1) // count for i in range(count + 1)]
        want = [[a, b + 1] for a, b in pairwise(cuts)]
        assert treealg.dyadic_windows(length, level)[-count:].tolist() == want


@pytest.mark.parametrize("length", [9, 12, 100])
def test_halves_of_dyadic_windows_join_to_them(length):
    path = paths(length=length)
    found = treealg.branched_sig(path, 3, windows=treealg.dyadic_windows(length, 3))
    joined = treealg.branched_sig_combine(found[1::2], found[2::2], 2, 3)
    np.testing.assert_allclose(joined, found[: len(joined)], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: treealg.sliding_windows(4, 5), "size must be at most length, 4 points, got 5"),
        (lambda: treealg.expanding_windows(4, first=5), "first must be at most length"),
        (lambda: treealg.dyadic_windows(8, 3), "at most the 7 segments"),
        (lambda: treealg.sliding_windows(4, 0), "size must be at least 1"),
        (lambda: treealg.sliding_windows(4, 2, step=0), "step must be at least 1"),
        (lambda: treealg.dyadic_windows(8, -1), "depth must be"),
        (lambda: treealg.expanding_windows(10**9), "999999999 windows, more than the bound"),
        (lambda: treealg.sliding_windows(2**63 - 1, 1), "windows, more than the bound"),
        (lambda: treealg.dyadic_windows(2**63 - 1, 40), "windows, more than the bound"),
        (lambda: treealg.dyadic_windows(2**64, 1), "length must be at most 9223372036854775807"),
    ],
)
def test_makers_refuse_what_does_not_fit(make, message):
    with pytest.raises(InvalidValueError, match=message):
        make()


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(("size", "step"), [(9, 1), (9, 8), (1, 3), (2, 20), (150, 1)])
def test_windows_at_even_distances_are_what_their_points_give(size, step, options, by):
    path, windows = paths(2), treealg.sliding_windows(LENGTH, size, step=step)
    by("points")
    got = treealg.branched_log_sig(path, 3, windows=windows, **options)
    want = sliced(treealg.branched_log_sig, path, windows, 3, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)
    moved = treealg.branched_log_sig(path, 3, windows=windows[1:], time_aug=True)
    every = treealg.branched_log_sig(path, 3, windows=windows, time_aug=True)
    np.testing.assert_allclose(moved, every[:, 1:], rtol=0, atol=1e-13)


# -- paths that a view repeats -------------------------------------------------------------------

REPEATED = {
    "all": ((1,), (30,)),
    "some": ((3, 1), (3, 10)),
    "others": ((1, 3), (10, 3)),
    "none": ((3,), (3,)),
}
BESIDE = {
    "nothing": {},
    "time": {"time_aug": True},
    "lengths": {"lengths": "lengths"},
    "missing": {"missing": "linear", "lengths": "lengths"},
    "correction for all": {"correction": "constant"},
    "correction of each": {"correction": "own"},
    "corrections apart": {"correction": "apart"},
}


def repeated(batches, beside, rng):
    """Return paths of which a view repeats some, and what stands beside them."""
    few, many = batches
    path = np.broadcast_to(rng.normal(size=(*few, 400, 2)).cumsum(axis=-2), (*many, 400, 2))
    own = {
        "lengths": rng.integers(90, 400, many),
        "constant": rng.normal(size=4),
        "own": np.broadcast_to(rng.normal(size=(*few, 399, 4)), (*many, 399, 4)),
        "apart": rng.normal(size=(*many, 399, 4)),
    }
    given = {
        name: own[value] if isinstance(value, str) and value in own else value
        for name, value in beside.items()
    }
    return path, given


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("batches", REPEATED)
def test_windows_of_repeated_paths_are_those_of_copies(batches, beside, method, by):
    path, given = repeated(REPEATED[batches], BESIDE[beside], np.random.default_rng(0))
    windows = treealg.sliding_windows(90, 80)
    if method == "prefixes":
        windows = windows * [0, 1]
    by(method)
    found = treealg.branched_sig(path, 2, windows=windows, **given)
    given = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in given.items()}
    want = treealg.branched_sig(path.copy(), 2, windows=windows, **given)
    np.testing.assert_array_equal(found, want)


@pytest.mark.parametrize("beside", [name for name in BESIDE if name != "corrections apart"])
def test_paths_that_a_view_repeats_are_not_copied(beside):
    path, given = repeated(((1,), (1000,)), BESIDE[beside], np.random.default_rng(0))
    windows = [[0, 5], [3, 80]]
    treealg.branched_sig(path[:1], 2, windows=windows)
    for options in ({"windows": windows}, {} if beside != "missing" else {"windows": None}):
        tracemalloc.start()
        treealg.branched_sig(path, 2, **options, **given)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 400_000  # a copy has 6.4 MB


def test_missing_values_of_repeated_paths_are_filled_in_each():
    path, given = repeated(((1,), (30,)), BESIDE["missing"], np.random.default_rng(0))
    path = path.copy()
    path[:, 50, 1] = path[:, 80:, 0] = np.nan
    want = treealg.branched_sig(path, 2, **given)
    found = treealg.branched_sig(np.broadcast_to(path[:1], path.shape), 2, **given)
    np.testing.assert_array_equal(found, want)
