"""Streams and whole-path variants against the batch functions on the stretch in question."""

import copy
import itertools
import pickle

import numpy as np
import pytest

import treealg
from treealg import _fast, tables
from treealg._fast import reference
from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.arguments.corrections import letter_columns
from treealg.numeric.blocks import sliding as sliding_words
from treealg.numeric.blocks.words import Words

from ..support import assert_close, walk

TRANSFORMS = [
    {},
    {"time_aug": True, "end_time": 2.0},
    {"lead_lag": True},
    {"lead_lag": True, "time_aug": True},
]
BATCHES = [(), (3,), (2, 2)]
FORMS = [
    ("sig", {}),
    ("sig", {"planar": True, "scalar_term": True}),
    ("log", {}),
    ("log", {"planar": True, "method": 2}),
]


def batch_function(form):
    return treealg.branched_sig if form == "sig" else treealg.branched_log_sig


# --- prefixes, base point, lengths ------------------------------------------------------------


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize("batch", [*BATCHES, (20,)])
def test_stream_gives_the_signature_of_each_prefix(batch, form, options, transforms):
    function = batch_function(form)
    path = walk(*batch, 19, 2)
    whole = treealg.transform_path(path, **transforms)
    step = 2 if transforms.get("lead_lag") else 1
    got = function(path, 3, stream=True, **options, **transforms)
    for t in range(18):
        assert_close(got[..., t, :], function(whole[..., : step * (t + 1) + 1, :], 3, **options))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [1, 2, 9, 10, 65, 300])
def test_stream_agrees_for_every_length_and_strides(length, dtype, n_jobs):
    path = np.repeat(walk(length, 3, dtype=dtype), 2, axis=1)[:, ::2]
    got = treealg.branched_sig(path, 3, stream=True, n_jobs=n_jobs)
    assert got.dtype == dtype
    assert got.shape[0] == length - 1
    if length > 1:
        for t in {0, length // 2, length - 1} - {length - 1} | {length - 2}:
            want = treealg.branched_sig(path[: t + 2].astype(np.float64), 3)
            assert_close(got[t].astype(np.float64), want, 2e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
def test_basepoint_is_put_in_front(transforms):
    path, point = walk(3, 6, 2), np.array([0.5, -1.0])
    zero = np.concatenate([np.zeros((3, 1, 2)), path], axis=1)
    given = np.concatenate([np.broadcast_to(point, (3, 1, 2)), path], axis=1)
    for basepoint, want in ((True, zero), (point, given), (np.tile(point, (3, 1)), given)):
        got = treealg.branched_sig(path, 3, basepoint=basepoint, **transforms)
        np.testing.assert_array_equal(got, treealg.branched_sig(want, 3, **transforms))


@pytest.mark.parametrize("basepoint", [False, True])
@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
def test_paths_of_different_lengths_are_computed_one_by_one(form, options, transforms, basepoint):
    function = batch_function(form)
    padded, lengths = walk(5, 9, 2), np.array([1, 9, 4, 2, 9])
    paths = [path[:n] for path, n in zip(padded, lengths, strict=True)]
    padded[0, 1:] = np.nan  # what follows the last point is not read
    options = {**options, **transforms, "basepoint": basepoint}
    want = np.stack([function(path, 3, **options) for path in paths])
    assert_close(function(padded, 3, lengths=lengths, **options), want)
    assert_close(function(paths, 3, **options), want)
    assert_close(function([path.tolist() for path in paths], 3, **options), want)
    stream = function(padded, 3, lengths=lengths, stream=True, **options)
    assert stream.shape == (5, 8 + basepoint, want.shape[-1])
    assert_close(stream[:, -1], want)
    first = function(paths[2], 3, stream=True, **options)
    assert_close(stream[2, : len(first)], first)


@pytest.mark.parametrize("lengths", [(3, 7), (3, 3)])
def test_lists_of_arrays_are_computed_in_float64(lengths):
    paths = [walk(n, 2, dtype=np.float32) for n in lengths]
    got = treealg.branched_sig(paths, 2)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got[0], treealg.branched_sig(paths[0].astype(float), 2))


@pytest.mark.parametrize("lengths", [(3, 7), (3, 3)])
def test_lists_of_tensors_give_tensors(lengths):
    torch = pytest.importorskip("torch")
    paths = [torch.from_numpy(walk(n, 2, dtype=np.float32)) for n in lengths]
    got = treealg.branched_sig(paths, 2)
    assert isinstance(got, torch.Tensor)
    assert got.dtype == torch.float32


def words_table(dimension, degree):
    width, blocks = dimension, sum(dimension**k for k in range(degree))
    every = np.arange(blocks + 1)
    return width, blocks, every, every[:-1].astype(np.int32), np.ones(blocks)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 1), (1, 4), (2, 3), (3, 2), (9, 2)])
def test_word_kernels_agree_with_their_reference(dimension, degree, n_threads, dtype):
    rng = np.random.default_rng(dimension)
    table = tables.arborification(dimension, degree, planar=False)
    size = table.n_cols * table.width
    left, right = (rng.normal(size=(21, size)).astype(dtype) for _ in range(2))
    path = (rng.normal(size=(3, 12, dimension)) / 3).astype(dtype)
    results = []
    program = (
        *tables.words(dimension, degree, longest=1).program(),
        letter_columns(dimension, False, 1),
    )
    for door in (reference, _fast):
        words = door.WordProgram(dimension, degree, *program)
        output = door.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)
        product = np.full((21, size), np.nan, dtype)
        door.word_products(left, right, product, words, n_threads)
        mapped = np.full((21, output.rows + 2), np.nan, dtype)
        door.map_words(left, mapped[:, 1:-1], output, None, n_threads)
        prefixes = np.full((3, 11, output.rows + 1), np.nan, dtype)
        options = (None, False, False, 1.0, n_threads)
        door.path_prefixes(path, None, prefixes[..., 1:], words, output, *options)
        results.append((product, mapped, prefixes))
    for want, got in zip(*results, strict=True):
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
        assert_close(
            np.nan_to_num(got), np.nan_to_num(want), 1e-5 if dtype == np.float32 else 1e-13
        )


# --- streams of intervals ---------------------------------------------------------------------


def make_stream(form, *arguments, **options):
    cls = treealg.BranchedSigStream if form == "sig" else treealg.BranchedLogSigStream
    return cls(*arguments, **options)


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize("batch", BATCHES)
def test_interval_is_the_signature_of_its_points(batch, form, options, transforms):
    path, function = walk(*batch, 500, 2), batch_function(form)
    stream = make_stream(form, 2, 3, **options, **transforms)
    stream.push(path[..., 0, :])
    stream.push_batch(path[..., 1:150, :])
    stream.push_batch(path[..., 150:, :])
    intervals = [(0, 0), (3, 3), (0, 63), (0, 64), (1, 64), (5, 20), (63, 129), (64, 448), (0, 499)]
    got = stream.sig_batch(intervals)
    for (start, end), several in zip(intervals, got, strict=True):
        want = function(path[..., start : end + 1, :], 3, **options, **transforms)
        assert_close(stream.sig(start, end), want, 1e-11)
        assert_close(several, want, 1e-11)
    assert stream.batch_shape == batch
    assert (stream.size, stream.start_index, stream.end_index) == (500, 0, 499)


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
def test_expanding_signatures_are_those_of_the_beginnings(transforms):
    path = walk(2, 30, 2)
    stream = treealg.BranchedSigStream(2, 3, scalar_term=True, **transforms)
    stream.push_batch(path)
    stream.drop(4)
    got = stream.sig_all()
    assert got.shape[:2] == (26, 2)
    for t in range(26):
        want = treealg.branched_sig(path[:, 4 : 5 + t], 3, scalar_term=True, **transforms)
        assert_close(got[t], want)


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_the_past_is_dropped_in_bounded_memory_and_nothing_else_changes(block):
    path = walk(3000, 2)
    stream = treealg.BranchedSigStream(2, 2, keep=200)
    sizes = []
    for start in range(0, 3000, block):
        stream.push_batch(path[start : start + block])
        end = stream.end_index
        first = stream.start_index
        assert stream.size == min(end + 1, 200)
        if start % 5 == 0:
            assert_close(
                stream.sig(first, end), treealg.branched_sig(path[first : end + 1], 2), 1e-11
            )
            middle = (first + end) // 2
            want = treealg.branched_sig(path[middle : end + 1], 2)
            assert_close(stream.sig(middle, end), want, 1e-11)
        sizes.append(len(pickle.dumps(stream)))
    assert max(sizes[len(sizes) // 2 :]) < 2 * len(pickle.dumps(path[:300])) + 20_000
    with pytest.raises(treealg.InvalidValueError, match="start and end"):
        stream.sig(0, 2999)


def test_drops_at_every_point_leave_every_later_interval():
    path = walk(400, 2)
    for cut in (1, 63, 64, 65, 128, 200, 399):
        stream = treealg.BranchedSigStream(2, 2)
        stream.push_batch(path[: cut + 1])
        stream.drop(cut)
        stream.push_batch(path[cut + 1 :])
        for start, end in ((cut, 399), (min(cut + 60, 399), 399), (cut, min(cut + 130, 399))):
            assert_close(stream.sig(start, end), treealg.branched_sig(path[start : end + 1], 2))


def test_popping_forgets_one_point():
    stream = treealg.BranchedSigStream(2, 2)
    stream.push_batch(walk(3, 2))
    stream.pop_front()
    assert (stream.start_index, stream.size) == (1, 2)
    stream.pop_front()
    with pytest.raises(
        treealg.InvalidValueError, match=r"has only the point 2; push others first$"
    ):
        stream.pop_front()
    assert (stream.start_index, stream.size) == (2, 1)


@pytest.mark.parametrize("points", [None, np.empty((0, 2))])
def test_a_stream_without_points_says_that_there_are_none_to_forget(points):
    stream = treealg.BranchedSigStream(2, 1)
    if points is not None:
        stream.push_batch(points)
    for forget in (stream.pop_front, lambda: stream.drop(0), lambda: stream.drop(1)):
        with pytest.raises(treealg.InvalidValueError, match=r"^the stream has no points yet"):
            forget()


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_no_digits_are_lost_after_a_hundred_thousand_points(dtype, tolerance):
    path = (walk(100_000, 2) + 5).astype(dtype)
    stream = treealg.BranchedSigStream(2, 4)
    window = treealg.BranchedSigWindowStream(2, 4, 260, stride=2)
    for start in range(0, 100_000, 1000):
        stream.push_batch(path[start : start + 1000])
        window.push_batch(path[start : start + 1000])
    exact = path.astype(np.float64)
    for start, end in ((0, 99_999), (5000, 5100), (99_000, 99_990), (99_900, 99_999)):
        want = treealg.branched_sig(exact[start : end + 1], 4)
        assert_close(stream.sig(start, end).astype(np.float64), want, tolerance)
    windows = window.take()
    last = 2 * (len(windows) - 1)
    want = treealg.branched_sig(exact[last : last + 260], 4)
    assert_close(windows[-1].astype(np.float64), want, tolerance)


@pytest.mark.parametrize("make", [
    lambda: treealg.BranchedSigStream(2, 3, time_aug=True),
    lambda: treealg.BranchedLogSigStream(2, 3, planar=True, method=1),
])  # fmt: skip
def test_streams_copy_what_is_pushed_and_can_be_pickled(make):
    path = walk(200, 2)
    want, changed = make(), make()
    want.push_batch(path)
    mine = path[:130].copy()
    changed.push_batch(mine)
    mine[...] = np.nan
    point = path[130].copy()
    changed.push(point)
    point[...] = np.nan
    twin = copy.deepcopy(changed)
    for stream in (pickle.loads(pickle.dumps(changed)), twin):
        stream.push_batch(path[131:])
        assert_close(stream.sig(10, 199), want.sig(10, 199))
    assert changed.end_index == 130


def test_results_are_of_the_kind_and_dtype_of_the_points():
    torch = pytest.importorskip("torch")
    path = walk(10, 2, dtype=np.float32)
    stream = treealg.BranchedSigStream(2, 2)
    window = treealg.BranchedSigWindowStream(2, 2, 4)
    for s in (stream, window):
        s.push_batch(torch.from_numpy(path))
    twin = pickle.loads(pickle.dumps(stream))
    twin.push(torch.from_numpy(path[0]))
    assert isinstance(twin.sig(0, 10), torch.Tensor)
    for result in (stream.sig(0, 9), stream.sig_all(), window.sig()):
        assert isinstance(result, torch.Tensor)
        assert result.dtype == torch.float32
    with pytest.raises(treealg.InvalidTypeError, match="first push"):
        stream.push(path[0])


# --- windows ----------------------------------------------------------------------------------


def make_window(form, *arguments, **options):
    cls = treealg.BranchedSigWindowStream
    return (cls if form == "sig" else treealg.BranchedLogSigWindowStream)(*arguments, **options)


@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
@pytest.mark.parametrize(("form", "options"), FORMS, ids=str)
@pytest.mark.parametrize(("size", "stride"), [(1, 1), (5, 1), (4, 3), (3, 7), (131, 1), (120, 4)])
def test_windows_are_the_signatures_of_their_points(size, stride, form, options, transforms):
    path, function = walk(2, 400, 2), batch_function(form)
    window = make_window(form, 2, 2, size, stride=stride, **options, **transforms)
    for block in np.array_split(path, 7, axis=1):
        window.push_batch(block)
    starts = range(0, 400 - size + 1, stride)
    assert window.num_windows == len(starts)
    want = np.stack([function(path[:, s : s + size], 2, **options, **transforms) for s in starts])
    assert_close(window.sig(), want, 1e-11)
    assert_close(window.take(), want, 1e-11)
    assert window.num_windows == 0
    assert window.take().shape == (0, *want.shape[1:])


@pytest.mark.parametrize(("size", "stride"), [(4, 1), (2, 5), (6, 2)])
def test_single_pushes_give_the_windows_of_blocks(size, stride):
    path = walk(40, 2)
    one = treealg.BranchedSigWindowStream(2, 3, size, stride=stride)
    all_at_once = treealg.BranchedSigWindowStream(2, 3, size, stride=stride)
    all_at_once.push_batch(path)
    for point in path:
        one.push(point)
        one = pickle.loads(pickle.dumps(one))
    assert_close(one.sig(), all_at_once.sig())


@pytest.mark.parametrize("block", [1, 5, 1000])
@pytest.mark.parametrize("transforms", TRANSFORMS, ids=str)
def test_two_parts_make_a_window(transforms, block, monkeypatch):
    words = Words(checked_call(2, 3, False, 1, **transforms))
    points = walk(3, 61, 2)
    for segments, stride in ((10, 1), (7, 3), (60, 1), (20, 20), (3, 5)):
        found = []
        for long in (0, 10**9):
            monkeypatch.setattr(sliding_words, "LONG", long)
            sliding = sliding_words.SlidingWords(words, 3, segments, stride)
            blocks = [points[:, at : at + block] for at in range(0, 61, block)]
            windows = [w for new in blocks for w in sliding.append(new)]
            found.append(np.concatenate(windows + sliding.rest()))
        assert len(found[0]) == (60 - segments) // stride + 1
        assert_close(*found)


# --- errors -----------------------------------------------------------------------------------

P = np.zeros((3, 2))


def pushed(*arguments, cls=treealg.BranchedSigStream, **options):
    stream = cls(2, 2, *arguments, **options)
    stream.push_batch(P)
    return stream


BAD = [
    (lambda: treealg.branched_sig(P, 2, stream=1), TypeError, "stream"),
    (lambda: treealg.branched_sig(P, 2, basepoint=[1.0]), ValueError, "basepoint"),
    (lambda: treealg.branched_sig(P, 2, basepoint="x"), TypeError, "basepoint"),
    (lambda: treealg.branched_sig(P, 2, lengths=4), ValueError, "lengths"),
    (lambda: treealg.branched_sig(P, 2, lengths=0), ValueError, "lengths"),
    (lambda: treealg.branched_sig(P, 2, lengths=1.5), TypeError, "lengths"),
    (lambda: treealg.branched_sig(P, 2, lengths=[1, 2]), ValueError, "lengths"),
    (lambda: treealg.branched_sig([P, P[:2]], 2, lengths=[1, 2]), ValueError, "lengths"),
    (lambda: treealg.branched_sig([P, P[:2, :1]], 2), ValueError, r"path\[1\]"),
    (lambda: treealg.branched_sig([P, P[:2].astype(bool)], 2), TypeError, r"path\[1\]"),
    (lambda: treealg.branched_sig([P, P[:0]], 2), ValueError, r"path\[1\]"),
    (
        lambda: treealg.branched_log_sig(
            P, 2, stream=True, planar=True, method=1, scalar_term=True
        ),
        ValueError,
        "scalar_term",
    ),
    (lambda: treealg.BranchedSigStream(0, 2), ValueError, "dimension"),
    (lambda: treealg.BranchedSigStream(2, -1), ValueError, "degree"),
    (lambda: treealg.BranchedSigStream(2, 2, keep=0), ValueError, "keep"),
    (lambda: treealg.BranchedSigStream(9, 10**6), ValueError, "bound"),
    (lambda: treealg.BranchedLogSigStream(2, 2, method=1), ValueError, "method"),
    (lambda: treealg.BranchedLogSigStream(2, 2, method=None), TypeError, "method"),
    (lambda: treealg.BranchedSigStream(2, 2).sig(0, 0), ValueError, "no points"),
    (lambda: treealg.BranchedSigStream(2, 2).sig_all(), ValueError, "no points"),
    (lambda: pushed().sig(2, 1), ValueError, "start"),
    (lambda: pushed().sig(0, 3), ValueError, "end"),
    (lambda: pushed().sig(0.0, 1), TypeError, "start"),
    (lambda: pushed().sig_batch([0, 1]), TypeError, "intervals"),
    (lambda: pushed().sig_batch({(0, 1)}), TypeError, "intervals .*, got .*set; give a list such"),
    (lambda: pushed().sig_batch(memoryview(np.ones((2, 2)))), TypeError, "intervals .*memoryview"),
    (lambda: pushed().sig_batch(itertools.count()), TypeError, "intervals .*, got .*count; give"),
    (lambda: pushed().drop(3), ValueError, "before"),
    (lambda: pushed().push([1.0]), ValueError, "channels"),
    (lambda: pushed().push(P), ValueError, "leading"),
    (lambda: pushed().push_batch(P.astype("f4")), TypeError, "first push"),
    (lambda: treealg.BranchedSigWindowStream(2, 2, 0), ValueError, "window_size"),
    (lambda: treealg.BranchedSigWindowStream(2, 2, 3, stride=0), ValueError, "stride"),
    (lambda: treealg.BranchedSigWindowStream(2, 2, 3).sig(), ValueError, "no points"),
    (lambda: treealg.BranchedLogSigWindowStream(2, 2, 3, method=None), TypeError, "method"),
]


@pytest.mark.parametrize(("call", "error", "word"), BAD)
def test_bad_input_is_refused_with_its_name(call, error, word):
    with pytest.raises(treealg.TreeAlgError, match=word) as caught:
        call()
    assert isinstance(caught.value, error)


def test_empty_pushes_and_batches_change_nothing():
    stream = pushed()
    stream.push_batch(np.zeros((0, 2)))
    assert stream.size == 3
    assert stream.sig_batch([]).shape == (0, 6)
    none = treealg.BranchedSigStream(2, 2)
    none.push_batch(np.zeros((0, 5, 2)))
    assert none.sig(0, 4).shape == (0, 6)
    nothing = treealg.BranchedSigStream(2, 0, scalar_term=True)
    nothing.push_batch(P)
    np.testing.assert_array_equal(nothing.sig(0, 2), [1.0])
