"""Corrections in streams and whole-path variants, against exact values and the batch functions."""

import copy
import pickle

import numpy as np
import pytest

import treealg
from treealg import _fast, tables
from treealg._fast import reference
from treealg.numeric.arguments.corrections import letter_columns
from treealg.numeric.blocks import sliding as sliding_words
from treealg.symbolic import exact_signature

from ..support import assert_close, walk

FORMS = [
    ("sig", {}),
    ("sig", {"planar": True, "scalar_term": True}),
    ("log", {}),
    ("log", {"planar": True, "method": 2}),
]
TIMES = [{}, {"time_aug": True, "end_time": 2.0}]
FUNCTIONS = {"sig": treealg.branched_sig, "log": treealg.branched_log_sig}
STREAMS = {"sig": treealg.BranchedSigStream, "log": treealg.BranchedLogSigStream}
WINDOWS = {"sig": treealg.BranchedSigWindowStream, "log": treealg.BranchedLogSigWindowStream}


def noise(*shape, seed=1, dtype=np.float64):
    return (np.random.default_rng(seed).normal(size=shape) / 8).astype(dtype)


# --- prefixes, base point, lengths ------------------------------------------------------------


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 5, 3), (2, 4, 2), (3, 3, 3)])
def test_each_prefix_is_exact(dimension, degree, longest, planar):
    rng = np.random.default_rng(2)
    path = rng.integers(-8, 9, (4, dimension)) / 4
    columns = sum(dimension**k for k in range(2, longest + 1))
    correction = rng.integers(-8, 9, (3, columns)) / 4
    got = treealg.branched_sig(path, degree, planar=planar, correction=correction, stream=True)
    stream = treealg.BranchedSigStream(
        dimension, degree, planar=planar, correction=np.zeros(columns)
    )
    stream.push_batch(path, correction=correction)
    for t in range(3):
        points, rows = path[: t + 2].tolist(), correction[: t + 1].tolist()
        want = np.array(exact_signature(points, degree, planar=planar, correction=rows), float)
        np.testing.assert_allclose(got[t], want, rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(stream.sig(0, t + 1), want, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("time", TIMES, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize("batch", [(), (2, 2), (20,)])
def test_stream_gives_the_result_of_each_prefix(batch, form, options, time):
    function, path, correction = FUNCTIONS[form], walk(*batch, 19, 2), noise(*batch, 18, 12)
    got = function(path, 3, correction=correction, stream=True, **options, **time)
    whole = treealg.transform_path(path, **time)
    wide = wide_correction(correction, 2, bool(time))
    for t in range(18):
        rows = wide[..., : t + 1, :]
        want = function(whole[..., : t + 2, :], 3, correction=rows, **options)
        assert_close(got[..., t, :], want)


def wide_correction(correction, channels, time_aug):
    """Return a correction of levels 2 and 3 on the channels of a path with time."""
    front = correction.shape[:-1]
    wide = channels + time_aug
    second = np.zeros((*front, wide, wide))
    third = np.zeros((*front, wide, wide, wide))
    cut = slice(channels)
    second[..., cut, cut] = correction[..., : channels**2].reshape(*front, channels, channels)
    third[..., cut, cut, cut] = correction[..., channels**2 :].reshape(*front, *[channels] * 3)
    flat = [x.reshape(*front, -1) for x in (second, third)]
    return np.concatenate(flat, axis=-1)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [1, 2, 9, 10, 65, 300])
def test_stream_agrees_for_every_length_and_strides(length, dtype, n_jobs):
    path = np.repeat(walk(length, 3, dtype=dtype), 2, axis=1)[:, ::2]
    correction = np.repeat(noise(length - 1, 9, dtype=dtype), 2, axis=1)[:, ::2]
    got = treealg.branched_sig(path, 3, correction=correction, stream=True, n_jobs=n_jobs)
    assert got.dtype == dtype
    assert got.shape[0] == length - 1
    for t in {0, length // 2, length - 2} & set(range(length - 1)):
        exact = path[: t + 2].astype(np.float64), correction[: t + 1].astype(np.float64)
        want = treealg.branched_sig(exact[0], 3, correction=exact[1])
        assert_close(got[t].astype(np.float64), want, 2e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", [(4,), (6, 4), (3, 6, 4)], ids=str)
@pytest.mark.parametrize("time", TIMES, ids=str)
def test_the_segment_from_a_base_point_has_the_first_row(time, shape, stream):
    path, correction, point = walk(3, 6, 2), noise(*shape), np.array([0.5, -1.0])
    whole = np.concatenate([np.broadcast_to(point, (3, 1, 2)), path], axis=1)
    options = {"correction": correction, "stream": stream, **time}
    got = treealg.branched_sig(path, 3, basepoint=point, **options)
    np.testing.assert_array_equal(got, treealg.branched_sig(whole, 3, **options))


@pytest.mark.parametrize("basepoint", [False, True])
@pytest.mark.parametrize("time", TIMES, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
def test_paths_of_different_lengths_are_computed_one_by_one(form, options, time, basepoint):
    function, lengths = FUNCTIONS[form], np.array([1, 9, 4, 2, 9])
    padded, correction = walk(5, 9, 2), noise(5, 8 + basepoint, 12)
    paths = [path[:n] for path, n in zip(padded, lengths, strict=True)]
    rows = [c[: n - 1 + basepoint] for c, n in zip(correction, lengths, strict=True)]
    options = {**options, **time, "basepoint": basepoint}
    want = np.stack(
        [function(path, 3, correction=c, **options) for path, c in zip(paths, rows, strict=True)]
    )
    padded[0, 1:] = np.nan  # what follows the last point is not read, nor its correction
    correction[0, basepoint:] = np.nan
    ragged = {**options, "lengths": lengths, "correction": correction}
    assert_close(function(padded, 3, **ragged), want)
    assert_close(function(paths, 3, correction=rows, **options), want)
    lists = [path.tolist() for path in paths], [c.tolist() for c in rows]
    if basepoint:  # without one the list of no segments has no columns
        assert_close(function(lists[0], 3, correction=lists[1], **options), want)
    prefixes = function(padded, 3, stream=True, **ragged)
    assert_close(prefixes[:, -1], want)
    first = function(paths[2], 3, correction=rows[2], stream=True, **options)
    assert_close(prefixes[2, : len(first)], first)


@pytest.mark.parametrize("basepoint", [False, True])
def test_one_row_is_that_of_the_segments_and_not_of_the_padding(basepoint):
    padded, lengths, row = walk(3, 7, 2), np.array([2, 7, 4]), noise(4)
    paths = [path[:n] for path, n in zip(padded, lengths, strict=True)]
    options = {"correction": row, "basepoint": basepoint}
    want = np.stack([treealg.branched_sig(path, 3, **options) for path in paths])
    assert_close(treealg.branched_sig(padded, 3, lengths=lengths, **options), want)
    assert_close(treealg.branched_sig(paths, 3, **options), want)
    options["correction"] = [row] * 3
    assert_close(treealg.branched_sig(paths, 3, **options), want)


def test_lists_of_tensors_take_tensors():
    torch = pytest.importorskip("torch")
    paths = [torch.from_numpy(walk(n, 2, dtype=np.float32)) for n in (3, 7)]
    rows = [torch.from_numpy(noise(n - 1, 4, dtype=np.float32)) for n in (3, 7)]
    got = treealg.branched_sig(paths, 3, correction=rows)
    assert isinstance(got, torch.Tensor)
    assert got.dtype == torch.float32
    want = treealg.branched_sig(paths[1], 3, correction=rows[1])
    assert_close(got[1].numpy(), want.numpy(), 1e-5)


@pytest.mark.parametrize("empty", [[], np.zeros((6, 0))], ids=np.shape)
def test_no_columns_are_no_correction(empty):
    path = walk(7, 2)
    got = treealg.branched_sig(path, 3, correction=empty, stream=True)
    np.testing.assert_array_equal(got, treealg.branched_sig(path, 3, stream=True))
    stream = treealg.BranchedSigStream(2, 3, correction=[])
    stream.push_batch(path, correction=empty)
    assert_close(stream.sig(0, 6), treealg.branched_sig(path, 3))
    lists = [path, path[:3]]
    got = treealg.branched_sig(lists, 3, correction=[[], []])
    np.testing.assert_array_equal(got, treealg.branched_sig(lists, 3))


# --- kernels ----------------------------------------------------------------------------------

SIZES = [(1, 2, 2), (1, 5, 3), (2, 4, 2), (2, 4, 4), (3, 3, 2), (4, 3, 3), (9, 2, 2)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize(("channels", "degree", "longest"), SIZES)
def test_kernels_agree_with_their_reference(channels, degree, longest, time_aug, log, dtype):
    dimension = channels + time_aug
    columns = sum(channels**k for k in range(2, longest + 1))
    layout = tables.words(dimension, degree, longest=longest)
    table = tables.arborification(dimension, degree, planar=True, longest=longest)
    words = tables.word_convolution(dimension, degree, longest=longest)
    rng = np.random.default_rng(channels)
    left, right = (rng.normal(size=(21, layout.size)).astype(dtype) for _ in range(2))
    results = []
    for door in (reference, _fast):
        program = door.WordProgram(
            dimension, degree, *layout.program(), letter_columns(channels, time_aug, longest)
        )
        output = door.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)
        logarithm = None
        if log:
            parts = list(words.parts()[1].values())
            logarithm = door.ConvolutionProgram(dimension, *parts, *tables.nodes(degree))
        found = []
        for n_threads in (1, 2):
            product = np.full((21, layout.size), np.nan, dtype)
            door.word_products(left, right, product, program, n_threads)
            found.append(product)
            for count, length in ((3, 10), (17, 3), (1, 2), (0, 4), (2, 1)):
                path = walk(count, length, channels, dtype=dtype)
                correction = noise(count, length - 1, columns, dtype=dtype)
                out = np.full((count, length - 1, output.rows + 1), np.nan, dtype)
                tables_ = (program, output, logarithm)
                options = (time_aug, False, 1.5, n_threads)
                door.path_prefixes(path, correction, out[..., 1:], *tables_, *options)
                found.append(out)
        results.append(found)
    for want, got in zip(*results, strict=True):
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
        tolerance = 2e-5 if dtype == np.float32 else 1e-13
        assert_close(np.nan_to_num(got), np.nan_to_num(want), tolerance)


def test_kernels_refuse_arrays_that_do_not_fit():
    layout = tables.words(2, 3, longest=2)
    program = _fast.WordProgram(2, 3, *layout.program(), letter_columns(2, False, 2))
    table = tables.arborification(2, 3, planar=False, longest=2)
    output = _fast.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)
    path, correction = walk(3, 5, 2), noise(3, 4, 4)
    out = np.empty((3, 4, output.rows))
    wrong = [
        (path, correction[:2], out),
        (path, correction[:, 1:], out),
        (path, correction[:, :, 1:], out),
        (path[:, :, :1], correction, out),
        (path, correction.astype(np.float32), out),
        (path, None, out),
    ]
    for arrays in wrong:
        with pytest.raises(ValueError, match="fit each other"):
            _fast.path_prefixes(*arrays, program, output, None, False, False, 1.0, 1)
    with pytest.raises(ValueError, match="a row of the result for each segment"):
        _fast.path_prefixes(
            path, correction, out[:, 1:], program, output, None, False, False, 1.0, 1
        )
    rows = np.zeros((3, layout.size))
    with pytest.raises(ValueError, match="columns"):
        _fast.word_products(rows, rows, rows[:, 1:].copy(), program, 1)


# --- streams of intervals ---------------------------------------------------------------------


@pytest.mark.parametrize("time", TIMES, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize("batch", [(), (2, 2)])
def test_interval_is_the_signature_of_its_points(batch, form, options, time):
    path, correction = walk(*batch, 500, 2), noise(*batch, 499, 4)
    stream = STREAMS[form](2, 3, correction=np.zeros(4), **options, **time)
    stream.push(path[..., 0, :])
    stream.push(path[..., 1, :], correction=correction[..., 0, :])
    stream.push_batch(path[..., 2:150, :], correction=correction[..., 1:149, :])
    stream.push_batch(path[..., 150:, :], correction=correction[..., 149:, :])
    intervals = [(0, 0), (3, 3), (0, 63), (0, 64), (1, 64), (5, 20), (63, 129), (64, 448), (0, 499)]
    got = stream.sig_batch(intervals)
    for (start, end), several in zip(intervals, got, strict=True):
        points, rows = path[..., start : end + 1, :], correction[..., start:end, :]
        want = FUNCTIONS[form](points, 3, correction=rows, **options, **time)
        assert_close(stream.sig(start, end), want, 1e-11)
        assert_close(several, want, 1e-11)


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_expanding_signatures_are_those_of_the_beginnings(time):
    path, correction = walk(2, 30, 2), noise(2, 29, 12)
    stream = treealg.BranchedSigStream(2, 3, correction=np.zeros(12), scalar_term=True, **time)
    stream.push_batch(path, correction=correction)
    stream.drop(4)
    got = stream.sig_all()
    assert got.shape[:2] == (26, 2)
    for t in range(26):
        rows = correction[:, 4 : 4 + t]
        options = {"correction": rows, "scalar_term": True, **time}
        assert_close(got[t], treealg.branched_sig(path[:, 4 : 5 + t], 3, **options))


def test_segments_have_the_correction_of_their_push_or_that_of_the_stream():
    path, row, other, rows = walk(3, 12, 2), noise(4), noise(4, seed=3), noise(2, 4, seed=4)
    many = noise(3, 3, 4, seed=5)
    stream = treealg.BranchedSigStream(2, 3, correction=row)
    stream.push_batch(path[:, :3])
    stream.push(path[:, 3], correction=other)
    stream.push_batch(path[:, 4:6], correction=rows)
    stream.push_batch(path[:, 6:9], correction=many)
    stream.push(path[:, 9], correction=many[:, 0])
    stream.push_batch(path[:, 10:])
    whole = np.zeros((3, 11, 4))
    whole[:, [0, 1, 9, 10]] = row
    whole[:, 2], whole[:, 3:5], whole[:, 5:8], whole[:, 8] = other, rows, many, many[:, 0]
    want = treealg.branched_sig(path, 3, correction=whole)
    assert_close(stream.sig(0, 11), want)
    assert_close(treealg.branched_sig(path, 3, stream=True, correction=whole)[:, -1], want)


def test_the_first_point_ends_no_segment():
    path, rows = walk(4, 2), noise(3, 4)
    at_once = treealg.BranchedSigStream(2, 3, correction=np.zeros(4))
    at_once.push_batch(path[:0])
    at_once.push_batch(path, correction=rows)
    one_by_one = treealg.BranchedSigStream(2, 3, correction=np.zeros(4))
    one_by_one.push(path[0], correction=rows[0])  # for all segments, of which there are none
    for point, row in zip(path[1:], rows, strict=True):
        one_by_one.push(point, correction=row)
    want = treealg.branched_sig(path, 3, correction=rows)
    for stream in (at_once, one_by_one):
        assert_close(stream.sig(0, 3), want)


@pytest.mark.parametrize("block", [1, 64, 1000])
def test_the_past_is_dropped_in_bounded_memory_and_nothing_else_changes(block):
    path, row = walk(2000, 2), noise(4)
    stream = treealg.BranchedSigStream(2, 2, keep=200, correction=row)
    sizes = []
    for start in range(0, 2000, block):
        stream.push_batch(path[start : start + block])
        first, end = stream.start_index, stream.end_index
        assert stream.size == min(end + 1, 200)
        if start % 5 == 0:
            want = treealg.branched_sig(path[first : end + 1], 2, correction=row)
            assert_close(stream.sig(first, end), want, 1e-11)
        sizes.append(len(pickle.dumps(stream)))
    numbers = 300 * (2 + 4) + 20 * 10
    assert max(sizes[len(sizes) // 2 :]) < 8 * 2 * numbers + 20_000


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_no_digits_are_lost_after_a_hundred_thousand_points(dtype, tolerance):
    path = (walk(100_000, 2) + 5).astype(dtype)
    correction = noise(99_999, 4, dtype=dtype)
    stream = treealg.BranchedSigStream(2, 4, correction=np.zeros(4))
    window = treealg.BranchedSigWindowStream(2, 4, 260, stride=2, correction=np.zeros(4))
    for start in range(0, 100_000, 1000):
        rows = correction[max(start - 1, 0) : start + 999]
        for s in (stream, window):
            s.push_batch(path[start : start + 1000], correction=rows)
    exact, rows = path.astype(np.float64), correction.astype(np.float64)
    for start, end in ((0, 99_999), (5000, 5100), (99_000, 99_990), (99_900, 99_999)):
        want = treealg.branched_sig(exact[start : end + 1], 4, correction=rows[start:end])
        assert_close(stream.sig(start, end).astype(np.float64), want, tolerance)
    windows = window.take()
    for index in (0, len(windows) // 2, len(windows) - 1):
        start = 2 * index
        want = treealg.branched_sig(
            exact[start : start + 260], 4, correction=rows[start : start + 259]
        )
        assert_close(windows[index].astype(np.float64), want, tolerance)


def corrected_stream():
    return treealg.BranchedLogSigStream(2, 3, planar=True, method=1, correction=np.zeros(4))


def corrected_windows():
    return treealg.BranchedSigWindowStream(2, 3, 140, time_aug=True, correction=np.zeros(4))


@pytest.mark.parametrize("make", [corrected_stream, corrected_windows])
def test_streams_copy_what_is_pushed_and_can_be_pickled(make):
    path, correction = walk(200, 2), noise(199, 4)
    want, changed = make(), make()
    want.push_batch(path, correction=correction)
    mine = path[:160].copy(), correction[:159].copy()
    changed.push_batch(mine[0], correction=mine[1])
    point, row = path[160].copy(), correction[159].copy()
    changed.push(point, correction=row)
    for array in (*mine, point, row):
        array[...] = np.nan
    for stream in (pickle.loads(pickle.dumps(changed)), copy.deepcopy(changed)):
        stream.push_batch(path[161:], correction=correction[160:])
        if make is corrected_stream:
            assert_close(stream.sig(10, 199), want.sig(10, 199))
        else:
            assert_close(stream.sig(), want.sig())


def test_a_stream_copies_its_own_correction():
    path, row = walk(9, 2), noise(4)
    mine = row.copy()
    stream = treealg.BranchedSigStream(2, 3, correction=mine)
    mine[...] = np.nan
    stream.push_batch(path)
    assert_close(stream.sig(0, 8), treealg.branched_sig(path, 3, correction=row))


def test_results_are_of_the_kind_and_dtype_of_the_points():
    torch = pytest.importorskip("torch")
    path, rows = walk(10, 2, dtype=np.float32), noise(9, 4, dtype=np.float32)
    stream = treealg.BranchedSigStream(2, 2, correction=[0.0] * 4)
    window = treealg.BranchedSigWindowStream(2, 2, 4, correction=[0.0] * 4)
    for s in (stream, window):
        s.push_batch(torch.from_numpy(path), correction=torch.from_numpy(rows))
    for result in (stream.sig(0, 9), stream.sig_all(), window.sig()):
        assert isinstance(result, torch.Tensor)
        assert result.dtype == torch.float32
    for wrong in (rows[0], torch.from_numpy(rows[0]).double()):
        with pytest.raises(treealg.InvalidTypeError, match="correction"):
            stream.push(torch.from_numpy(path[0]), correction=wrong)
    assert stream.size == 10


# --- windows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("time", TIMES, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize(("size", "stride"), [(1, 1), (5, 1), (4, 3), (3, 7), (131, 1), (270, 2)])
def test_windows_are_the_signatures_of_their_points(size, stride, form, options, time):
    path, correction = walk(2, 700, 2), noise(2, 699, 4)
    window = WINDOWS[form](2, 2, size, stride=stride, correction=np.zeros(4), **options, **time)
    for block in np.array_split(np.arange(700), 7):
        rows = correction[:, max(block[0] - 1, 0) : block[-1]]
        window.push_batch(path[:, block], correction=rows)
    starts = range(0, 700 - size + 1, stride)
    assert window.num_windows == len(starts)
    want = np.stack(
        [
            FUNCTIONS[form](
                path[:, s : s + size], 2, correction=correction[:, s : s + size - 1],
                **options, **time,
            )
            for s in starts
        ]
    )  # fmt: skip
    assert_close(window.sig(), want, 1e-11)
    assert_close(window.take(), want, 1e-11)
    assert window.num_windows == 0


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize(("segments", "stride"), [(10, 1), (7, 3), (60, 1), (20, 20), (3, 5)])
def test_windows_of_two_parts_are_exact_however_points_come(segments, stride, block, monkeypatch):
    monkeypatch.setattr(sliding_words, "LONG", 0)
    path, correction = walk(61, 2), noise(60, 12)
    window = treealg.BranchedSigWindowStream(
        2, 3, segments + 1, stride=stride, correction=np.zeros(12)
    )
    for start in range(0, 61, block):
        rows = correction[max(start - 1, 0) : start + block - 1]
        window.push_batch(path[start : start + block], correction=rows)
    starts = range(0, 61 - segments, stride)
    want = np.stack(
        [
            treealg.branched_sig(
                path[s : s + segments + 1], 3, correction=correction[s : s + segments]
            )
            for s in starts
        ]
    )
    assert_close(window.sig(), want, 1e-11)


def test_long_windows_cost_the_same_work_in_blocks_of_any_size(monkeypatch):
    swept = []

    def counted(method):
        def call(self, points):
            swept.append(points.shape[0] * (points.shape[1] - 1))
            return method(self, points)

        return call

    words = sliding_words.Words
    for name in ("of_paths", "of_prefixes", "of_suffixes"):
        monkeypatch.setattr(words, name, counted(getattr(words, name)))
    path, row = walk(2000, 2), noise(4)
    for block in (1, 10, 2000):
        swept.clear()
        window = treealg.BranchedSigWindowStream(2, 2, 301, correction=row)
        for start in range(0, 2000, block):
            window.push_batch(path[start : start + block])
        assert window.num_windows == 1700
        assert sum(swept) <= 2 * 2000


# --- errors -----------------------------------------------------------------------------------

P, C = np.zeros((3, 2)), np.zeros((2, 4))


def pushed(correction=C[0], cls=treealg.BranchedSigStream, **options):
    stream = cls(2, 2, correction=correction, **options)
    stream.push_batch(P)
    return stream


BAD = [
    (lambda: treealg.branched_sig(P, 2, stream=True, correction=C[:1]), ValueError, "shape"),
    (lambda: treealg.branched_sig(P, 2, stream=True, correction=C[:, :3]), ValueError, "columns"),
    (lambda: treealg.branched_sig(P, 2, stream=True, correction="x"), TypeError, "correction"),
    (lambda: treealg.branched_sig(P, 2, stream=True, correction=C > 0), TypeError, "correction"),
    (
        lambda: treealg.branched_sig(P, 2, stream=True, correction=C.astype("f4")),
        TypeError,
        "correction",
    ),
    (
        lambda: treealg.branched_sig(P, 2, stream=True, lead_lag=True, correction=C),
        ValueError,
        "lead_lag",
    ),
    (lambda: treealg.branched_sig(P, 2, basepoint=True, correction=C), ValueError, r"\(3, 4\)"),
    (lambda: treealg.branched_sig(P, 2, lengths=2, correction=C[:1]), ValueError, r"\(2, 4\)"),
    (lambda: treealg.branched_sig([P, P[:2]], 2, correction=[C]), ValueError, "2 paths"),
    (
        lambda: treealg.branched_sig([P, P[:2]], 2, correction=[C, C]),
        ValueError,
        r"correction\[1\]",
    ),
    (lambda: treealg.branched_sig([P, P[:2]], 2, correction=C), ValueError, "correction"),
    (
        lambda: treealg.branched_sig([P, P[:2]], 3, correction=[C, np.zeros((1, 12))]),
        ValueError,
        "equally many",
    ),
    (lambda: treealg.branched_sig([P, P[:2]], 3, correction=[C, []]), ValueError, "equally many"),
    (
        lambda: treealg.branched_sig([P, P[:2]], 2, correction=C[0].astype("f4")),
        TypeError,
        "correction",
    ),
    (lambda: treealg.BranchedSigStream(2, 2, correction=C), ValueError, r"\(columns,\)"),
    (lambda: treealg.BranchedSigStream(2, 2, correction=C[0, :3]), ValueError, "columns"),
    (lambda: treealg.BranchedSigStream(2, 2, correction=np.zeros(12)), ValueError, "columns"),
    (lambda: treealg.BranchedSigStream(2, 2, correction="x"), TypeError, "correction"),
    (
        lambda: treealg.BranchedSigStream(2, 2, lead_lag=True, correction=C[0]),
        ValueError,
        "lead_lag",
    ),
    (
        lambda: treealg.BranchedLogSigWindowStream(2, 2, 3, lead_lag=True, correction=C[0]),
        ValueError,
        "lead_lag",
    ),
    (lambda: pushed(None).push_batch(P, correction=C), ValueError, "made"),
    (lambda: pushed().push_batch(P, correction=C), ValueError, r"\(3, 4\)"),
    (lambda: pushed().push_batch(P, correction=np.zeros((3, 0))), ValueError, "4 columns"),
    (lambda: pushed().push(P[0], correction=C), ValueError, "segment"),
    (lambda: pushed().push(P[0], correction=C[0].astype("f4")), TypeError, "correction"),
    (lambda: pushed().push(P[0], correction=True), TypeError, "correction"),
    (
        lambda: treealg.BranchedSigStream(2, 2, correction=C[0]).push(
            P, correction=np.zeros((3, 4))
        ),
        ValueError,
        "first point",
    ),
    (
        lambda: treealg.BranchedSigWindowStream(2, 2, 2, correction=C[0]).push_batch(
            P, correction=np.zeros((3, 4))
        ),
        ValueError,
        r"\(2, 4\)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "word"), BAD)
def test_bad_input_is_refused_with_its_name(call, error, word):
    with pytest.raises(treealg.TreeAlgError, match=word) as caught:
        call()
    assert isinstance(caught.value, error)


def test_a_refused_push_changes_nothing():
    stream = treealg.BranchedSigStream(2, 2, correction=C[0])
    with pytest.raises(treealg.InvalidValueError):
        stream.push_batch(P, correction=np.zeros((3, 4)))
    assert (stream.size, stream.batch_shape) == (0, None)
    stream.push_batch(np.zeros((5, 3, 2), np.float32))
    assert stream.sig(0, 2).shape == (5, 6)
