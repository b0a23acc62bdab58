"""Paths of different lengths: each as it is alone, and none of them padded."""

import tracemalloc

import numpy as np
import pytest

import treealg
from treealg import _fast, engines, tables
from treealg._fast import reference
from treealg._fast.pieces import cut_spans
from treealg.numeric.arguments.corrections import letter_columns

from ..support import TOLERANCE, program, sparse_map, walk

LENGTHS = [1, 2, 9, 8, 500, 33, 3, 1, 64, 17, 4000, 5, 12]
OPTIONS = {
    "plain": {},
    "planar": {"planar": True},
    "time": {"time_aug": True, "end_time": 0.7},
    "lead_lag": {"lead_lag": True, "time_aug": True},
    "point": {"basepoint": True, "time_aug": True},
    "scalar": {"scalar_term": True, "basepoint": [0.5, -1.0]},
}


def paths_of(lengths, channels=2, dtype=np.float64):
    return [walk(n, channels, seed=n, dtype=dtype) / 4 for n in lengths]


def filled(paths, value=np.nan):
    """Return an array with something else beyond the end of each path."""
    longest = max(map(len, paths))
    array = np.full((len(paths), longest, paths[0].shape[1]), value, paths[0].dtype)
    for target, path in zip(array, paths, strict=True):
        target[: len(path)] = path
    return array


def bound(path, degree, options):
    """Return how far two ways of rounding are apart: that of verification, for each of them.

    The magnitude is the signature of the path whose increments are the absolute values.
    """
    length = len(path) * (2 if options.get("lead_lag") else 1) + 1
    steps = np.abs(np.diff(path, axis=0, prepend=path[:1]))
    magnitude = treealg.branched_sig(np.cumsum(steps, axis=0), degree, **options)
    return 2 * 4 * (degree + length) * np.finfo(path.dtype).eps * np.abs(magnitude)


@pytest.mark.parametrize("n_jobs", [1, 2, 5])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("function", ["branched_sig", "branched_log_sig"])
def test_short_paths_have_the_bits_that_they_have_alone(function, options, n_jobs):
    # A path that becomes at most seven segments is not cut, alone or beside others.
    compute = getattr(treealg, function)
    lengths = np.array([1, 4, 2, 7, 3, 7, 1, 5, 5, 2, 6, 4, 7, 2, 3, 1, 6, 4, 3])
    paths = paths_of((lengths + 1) // 2 if "lead_lag" in options else lengths)
    want = np.array([compute(path, 3, **options) for path in paths])
    np.testing.assert_array_equal(compute(paths, 3, n_jobs=n_jobs, **options), want)
    array, lengths = filled(paths), [len(path) for path in paths]
    got = compute(array, 3, lengths=lengths, n_jobs=n_jobs, **options)
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_long_paths_agree_with_themselves_alone(options, n_jobs):
    paths = paths_of(LENGTHS)
    lists = treealg.branched_sig(paths, 3, n_jobs=n_jobs, **options)
    lengths = [len(path) for path in paths]
    array = treealg.branched_sig(filled(paths), 3, lengths=lengths, n_jobs=n_jobs, **options)
    for path, one, other in zip(paths, lists, array, strict=True):
        point = options.get("basepoint", False)
        moved = path if point is False else np.vstack([np.zeros(2) if point is True else point,
                                                       path])  # fmt: skip
        rest = {name: value for name, value in options.items() if name != "basepoint"}
        want = treealg.branched_sig(moved, 3, **rest)
        allowed = bound(moved, 3, rest)
        assert (np.abs(one - want) <= allowed).all()
        assert (np.abs(other - want) <= allowed).all()


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("shape", ["each", "shared"])
def test_corrections_belong_to_their_paths(shape, time_aug):
    paths, rng = paths_of([5, 1, 300, 8, 2, 41]), np.random.default_rng(0)
    several = [rng.normal(size=(len(path) - 1, 4)) / 9 for path in paths]
    given = several if shape == "each" else several[0][0]
    options = {"time_aug": time_aug}
    found = treealg.branched_sig(paths, 3, correction=given, **options)
    array, lengths = filled(paths), [len(path) for path in paths]
    wide = filled([np.vstack([rows, np.full((1, 4), np.nan)]) for rows in several])[:, :-1]
    other = treealg.branched_sig(
        array, 3, correction=wide if shape == "each" else given, lengths=lengths, **options
    )
    for i, path in enumerate(paths):
        own = several[i] if shape == "each" else given
        want = treealg.branched_sig(path, 3, correction=own, **options)
        np.testing.assert_allclose(found[i], want, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(other[i], want, rtol=1e-11, atol=1e-12)


def test_a_base_point_starts_the_path_of_a_list():
    paths, points = paths_of([3, 1, 6]), np.array([[1.0, 2.0], [0.0, -1.0], [0.5, 0.5]])
    found = treealg.branched_sig(paths, 2, basepoint=points)
    want = [
        treealg.branched_sig(np.vstack([point, path]), 2)
        for point, path in zip(points, paths, strict=True)
    ]
    np.testing.assert_array_equal(found, want)


def test_what_is_not_finite_stays_in_its_path():
    paths = paths_of([6, 3, 400, 7, 5])
    want = treealg.branched_sig(paths, 3, time_aug=True)
    paths[1][1] = np.nan
    paths[2][77] = np.inf
    found = treealg.branched_sig(paths, 3, time_aug=True)
    np.testing.assert_array_equal(np.isfinite(found).all(axis=1), [True, False, False, True, True])
    np.testing.assert_array_equal(found[[0, 3, 4]], want[[0, 3, 4]])


@pytest.mark.parametrize("lead_lag", [False, True])
def test_time_of_each_path_ends(lead_lag):
    paths = [np.zeros((n, 1)) for n in LENGTHS]
    options = {"time_aug": True, "lead_lag": lead_lag, "end_time": 0.1}
    found = treealg.branched_sig(paths, 2, **options)[:, 1 + lead_lag]
    assert found.tolist() == [0.1 if n > 1 else 0.0 for n in LENGTHS]


def test_a_long_path_among_short_ones_takes_no_room():
    paths = paths_of([10] * 100 + [300_000])
    treealg.branched_sig(paths[:3], 3)
    tracemalloc.start()
    treealg.branched_sig(paths, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * sum(path.nbytes for path in paths)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("shape", [(5,), ()])
def test_lengths_of_a_call_that_is_made_again_are_looked_at(shape, scalar_term):
    array, options = walk(*shape, 9, 2), {"scalar_term": scalar_term}
    lengths = np.full(shape, 4)
    treealg.branched_sig(array, 3, lengths=lengths, **options)
    lengths[...] = 7
    found = treealg.branched_sig(array, 3, lengths=lengths, **options)
    want = treealg.branched_sig(array[..., :7, :], 3, **options)
    np.testing.assert_allclose(found, want, rtol=1e-13, atol=1e-14)
    for wrong in (0, 10, -1, 2**62):
        lengths[...] = wrong
        with pytest.raises(treealg.InvalidValueError, match="lengths must be from 1 to 9"):
            treealg.branched_sig(array, 3, lengths=lengths, **options)
    want = treealg.branched_sig(array, 3, **options)
    np.testing.assert_allclose(
        treealg.branched_sig(array, 3, lengths=np.full(shape, 9), **options), want, rtol=1e-13
    )


def test_lengths_of_a_batch_in_two_axes():
    array, lengths = walk(2, 3, 9, 2), np.array([[1, 9, 4], [2, 7, 7]])
    found = treealg.branched_sig(array[:, ::-1].swapaxes(0, 1), 3, lengths=lengths[:, ::-1].T)
    want = treealg.branched_sig(array.reshape(6, 9, 2), 3, lengths=lengths.reshape(6))
    np.testing.assert_array_equal(found[::-1].swapaxes(0, 1).reshape(6, -1), want)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("lanes", [2, 8])
@pytest.mark.parametrize("per_step", [1, 2])
def test_pieces_cover_each_span_once(per_step, lanes, n_threads):
    rng = np.random.default_rng(4)
    for size in (0, 1, 3, 200):
        points = np.append(rng.integers(1, 60, size), rng.integers(1, 9000, size % 7))
        first = rng.integers(0, 50, len(points))
        spans = np.stack([first, points], axis=1)
        cut, whole, joined = cut_spans(spans, per_step, lanes, n_threads)
        for pieces in (cut, whole):
            assert (np.diff(pieces[:, 2] - pieces[:, 1]) <= 0).all()
        parts = cut[np.argsort(cut[:, 3])]
        assert parts[:, 3].tolist() == list(range(len(parts)))
        seen = {path: [(begin, end)] for path, begin, end, _ in whole.tolist()}
        for path, start, stop, last in joined.tolist():
            assert path not in seen
            own = parts[start:stop]
            assert (own[:, 0] == path).all()
            assert own[-1, 2] == last
            seen[path] = [tuple(piece) for piece in own[:, 1:3].tolist()]
        assert sorted(seen) == list(range(len(points)))
        for path, pieces in seen.items():
            ends = [begin for begin, _ in pieces[1:]] + [per_step * (first + points - 1)[path]]
            assert pieces[0][0] == per_step * first[path]
            assert [end for _, end in pieces] == ends


def test_a_long_span_keeps_all_lanes_busy():
    points = np.array([10] * 100 + [300_000])
    cut, _, _ = cut_spans(np.stack([0 * points, points], axis=1), 1, 4, 2)
    assert len(cut) >= 8
    assert cut[0, 2] - cut[0, 1] <= 300_000 / 8 + 1


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("longest", "lead_lag"), [(1, False), (1, True), (2, False)])
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernel_agrees_with_its_reference(dtype, time_aug, lead_lag, longest, n_threads):
    rng = np.random.default_rng(6)
    dimension, degree = 2 * (1 + lead_lag) + time_aug, 3
    path = (np.cumsum(rng.normal(size=(9, 120, 2)), axis=1) / 20).astype(dtype)[:, :, ::-1]
    correction = None if longest == 1 else (rng.normal(size=(9, 119, 4)) / 50).astype(dtype)
    spans = np.array(
        [[3, 9], [0, 1], [0, 120], [119, 1], [7, 2], [10, 100], [1, 8], [5, 5], [2, 30]]
    )
    layout, columns = (
        tables.words(dimension, degree, longest=longest),
        letter_columns(2, time_aug, longest),
    )
    if longest == 1:
        columns = letter_columns(dimension, False, 1)
    results = []
    for door in (reference, _fast):
        words = door.WordProgram(dimension, degree, *layout.program(), columns)
        output = sparse_map(
            door, tables.arborification(dimension, degree, planar=False, longest=longest)
        )
        out = np.full((9, 2 * output.rows), 7, dtype)
        for n, log in enumerate(
            (None, program(door, tables.word_convolution(dimension, degree, longest=longest)))
        ):
            door.span_signature(
                path, spans, correction, out[:, n :: 2], words, output, log, time_aug, lead_lag,
                1.5, n_threads,
            )  # fmt: skip
        results.append(out)
    error = np.abs(results[1] - results[0]).max() / np.abs(results[0]).max()
    assert error <= TOLERANCE[np.dtype(dtype)]


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("longest", "lead_lag"), [(1, False), (1, True), (2, False)])
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_of_prefixes_of_few_spans_agree(dtype, time_aug, lead_lag, longest, n_threads):
    rng = np.random.default_rng(7)
    dimension, degree = 2 * (1 + lead_lag) + time_aug, 3
    path = (np.cumsum(rng.normal(size=(4, 90, 2)), axis=1) / 20).astype(dtype)[:, :, ::-1]
    correction = None if longest == 1 else (rng.normal(size=(4, 89, 4)) / 50).astype(dtype)
    spans = np.array([[3, 80], [0, 1], [50, 9], [10, 41]])
    cut, whole, _ = cut_spans(spans, 1 + lead_lag, 4, n_threads)
    assert len(cut) > 0
    assert len(whole) > 0
    layout, columns = (
        tables.words(dimension, degree, longest=longest),
        letter_columns(2, time_aug, longest),
    )
    if longest == 1:
        columns = letter_columns(dimension, False, 1)
    derivs, results = None, []
    for door in (reference, _fast):
        words = door.WordProgram(dimension, degree, *layout.program(), columns)
        output = sparse_map(
            door, tables.arborification(dimension, degree, planar=False, longest=longest)
        )
        if derivs is None:
            derivs = rng.normal(size=(4, 89, 2 * output.rows)).astype(dtype)[:, :, ::2]
        found = []
        for log in (
            None,
            program(door, tables.word_convolution(dimension, degree, longest=longest)),
        ):
            out = np.full((spans[:, 1].sum(), 2), 7, dtype)
            second = None if correction is None else np.full((len(out), 4), 7, dtype)
            door.span_prefixes_backward(
                path, spans, correction, derivs, out, second, words, output, log, time_aug,
                lead_lag, 1.5, n_threads,
            )  # fmt: skip
            found += [out] if second is None else [out, second]
        results.append(found)
    for want, got in zip(*results, strict=True):
        assert np.abs(got - want).max() <= 4 * TOLERANCE[np.dtype(dtype)] * np.abs(want).max()


@pytest.mark.parametrize(
    "spans", [[[0, 4]], [[-1, 2]], [[0, 0]], [[2, 2]], [[0, 1], [0, 1]], [[0]]]
)
def test_kernel_refuses_spans_that_leave_the_path(spans):
    words = _fast.WordProgram(
        2, 1, *tables.words(2, 1, longest=1).program(), letter_columns(2, False, 1)
    )
    output = sparse_map(_fast, tables.arborification(2, 1, planar=False, longest=1))
    arguments = np.zeros((1, 3, 2)), np.array(spans), None, np.zeros((1, 2)), words, output
    with pytest.raises(ValueError, match="span"):
        _fast.span_signature(*arguments, None, False, False, 1.0, 1)


@pytest.mark.parametrize("span", [[0, 4], [2, 2], [4, 1]])
def test_kernel_refuses_spans_that_leave_the_path_of_a_list(span):
    words = _fast.WordProgram(
        2, 1, *tables.words(2, 1, longest=1).program(), letter_columns(2, False, 1)
    )
    output = sparse_map(_fast, tables.arborification(2, 1, planar=False, longest=1))
    lines = _fast.Lines.of([np.zeros((3, 2)), np.zeros((2, 2))])
    arguments = lines, np.array([span, [3, 2]]), None, np.zeros((2, 2)), words, output
    with pytest.raises(ValueError, match="span"):
        _fast.span_signature(*arguments, None, False, False, 1.0, 1)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_paths_of_a_list_may_lie_in_any_way(options):
    paths = paths_of([3, 40, 1, 7, 25, 9, 12, 2, 30], channels=2)
    wide = [np.hstack([path[::-1], path])[::-1] for path in paths]
    given = [
        np.asfortranarray(path) if i % 2 else one[:, :2]
        for i, (path, one) in enumerate(zip(paths, wide, strict=True))
    ]
    np.testing.assert_array_equal(np.vstack(given), np.vstack(paths))
    want = treealg.branched_sig(paths, 3, **options)
    np.testing.assert_array_equal(treealg.branched_sig(given, 3, **options), want)
    derivs = np.random.default_rng(0).normal(size=want.shape)
    results = [
        treealg.branched_sig_backprop(each, None, derivs, 3, **options) for each in (given, paths)
    ]
    gradients = [result if isinstance(result, list) else result[0] for result in results]
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_list_is_read_where_it_lies():
    paths = paths_of([2000, 3000, 1000] * 8)
    treealg.branched_sig(paths, 2)
    tracemalloc.start()
    treealg.branched_sig(paths, 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < sum(path.nbytes for path in paths) / 4


def test_both_engines_agree_on_lists():
    paths = paths_of([4, 1, 30, 6])
    found = treealg.branched_log_sig(paths, 2, time_aug=True)
    with engines.use("reference"):
        want = treealg.branched_log_sig(paths, 2, time_aug=True)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-13)
