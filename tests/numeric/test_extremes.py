"""Sizes at the ends of what there is: none, huge views, huge integers, all axes of NumPy."""

import math
import tracemalloc

import numpy as np
import pytest

import treealg
from treealg import InvalidValueError

HUGE = [2**31, 2**62, 2**63 - 1, 2**63, 10**30, 10**400]
PATH = np.array([[0.0, 1.0], [2.0, 0.5], [1.0, 1.0]])
INTERVALS = [treealg.BranchedSigStream, treealg.BranchedLogSigStream]
WINDOWS = [treealg.BranchedSigWindowStream, treealg.BranchedLogSigWindowStream]


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("is_log", [False, True])
def test_degree_0_of_streams_is_that_of_the_batch_functions(is_log, planar, scalar_term):
    function = treealg.branched_log_sig if is_log else treealg.branched_sig
    options = {"planar": planar, "scalar_term": scalar_term}
    want = function(PATH, 0, **options)
    assert want.tolist() == ([0.0 if is_log else 1.0] if scalar_term else [])
    stream = INTERVALS[is_log](2, 0, **options)
    window = WINDOWS[is_log](2, 0, 3, **options)
    for each in (stream, window):
        each.push_batch(PATH)
    np.testing.assert_array_equal(stream.sig(0, 2), want)
    np.testing.assert_array_equal(stream.sig_all(), [want] * 3)
    np.testing.assert_array_equal(stream.sig_batch([(0, 2), (1, 1)]), [want] * 2)
    np.testing.assert_array_equal(window.sig(), [want])


@pytest.mark.parametrize("options", [{}, {"correction": [0.0] * 4}, {"time_aug": True}])
@pytest.mark.parametrize("batch", [(0,), (3, 0), (0, 0)])
@pytest.mark.parametrize("length", [1, 2, 7, 150])
def test_empty_batches_of_streams_give_empty_results(length, batch, options):
    for kind in INTERVALS:
        stream = kind(2, 2, **options)
        stream.push_batch(np.zeros((*batch, length, 2)))
        stream.push(np.zeros((*batch, 2)))
        columns = stream.sig(0, length).shape[-1]
        assert stream.sig(0, length).shape == (*batch, columns)
        assert stream.sig_all().shape == (length + 1, *batch, columns)
        assert stream.sig_batch([(0, 1), (0, length)]).shape == (2, *batch, columns)
    for kind in WINDOWS:
        for size, stride in [(2, 1), (100, 1), (2, 10**30), (3, 2)]:
            window = kind(2, 2, size, stride=stride, **options)
            window.push_batch(np.zeros((*batch, length, 2)))
            count = max(-(-(length - size + 1) // stride), 0)
            assert window.sig().shape == (count, *batch, columns)


@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("huge", HUGE)
def test_a_huge_stride_gives_the_first_window_and_a_huge_window_none(huge, lead_lag):
    options = {"lead_lag": lead_lag, "time_aug": True}
    window = treealg.BranchedSigWindowStream(2, 2, 2, stride=huge, **options)
    for row in PATH:
        window.push(row)
    np.testing.assert_allclose(window.sig(), [treealg.branched_sig(PATH[:2], 2, **options)])
    for stride in (1, huge):
        window = treealg.BranchedSigWindowStream(2, 2, huge, stride=stride, **options)
        window.push_batch(np.zeros((100, 2)))
        assert len(window.sig()) == 0
    stream = treealg.BranchedSigStream(2, 2, keep=huge)
    stream.push_batch(PATH)
    assert stream.size == 3


REFUSED = {
    "degree": lambda huge: treealg.branched_sig(PATH, huge),
    "planar": lambda huge: treealg.branched_log_sig(PATH, huge, planar=True, method=2),
    "sig": lambda huge: treealg.sig(PATH[:, :1], huge),
    "dimension": lambda huge: treealg.branched_sig_to_log_sig(np.zeros(6), huge, 2),
    "linear": lambda huge: treealg.linear_branched_sig(np.zeros(2), 2, huge),
    "extract": lambda huge: treealg.extract_branched_sig_coef(np.zeros(6), (0,), huge),
    "label": lambda huge: treealg.branched_sig_coef(PATH, (huge,)),
    "lengths": lambda huge: treealg.branched_sig(PATH[None], 2, lengths=[huge]),
    "depth": lambda huge: treealg.branched_sig_kernel(PATH, PATH, huge, 0),
    "dyadic_order": lambda huge: treealg.branched_sig_kernel(PATH, PATH, 1, (0, huge)),
    "method": lambda huge: treealg.branched_log_sig(PATH, 2, method=huge),
    "warm_up": lambda huge: treealg.warm_up(2, huge, levels=huge),
    "levels": lambda huge: treealg.warm_up(2, 2, levels=huge),
    "names": lambda huge: treealg.branched_sig_names(2, huge),
    "log names": lambda huge: treealg.branched_log_sig_names(huge, 2, planar=True),
    "trees": lambda huge: treealg.trees(huge, 2),
    "drop": lambda huge: pushed().drop(huge),
    "interval": lambda huge: pushed().sig(0, huge),
}


def pushed():
    stream = treealg.BranchedSigStream(2, 2)
    stream.push_batch(PATH)
    return stream


@pytest.mark.parametrize("huge", HUGE)
@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_huge_integers_are_refused_at_once(call, huge):
    with pytest.raises(treealg.TreeAlgError):
        call(huge)


@pytest.mark.parametrize("huge", HUGE)
def test_huge_integers_are_taken_where_they_mean_something(huge):
    want = treealg.branched_sig(PATH, 2)
    for n_jobs in (huge, -huge):
        np.testing.assert_array_equal(treealg.branched_sig(PATH, 2, n_jobs=n_jobs), want)
    gram = treealg.branched_sig_kernel_gram(PATH, PATH, 1, 0, max_batch=huge)
    assert gram == treealg.branched_sig_kernel(PATH, PATH, 1, 0)
    assert treealg.branched_sig_names(2, 1) == ("0", "1")


LONG = np.broadcast_to(PATH[:1], (10**13, 2))
MANY = np.broadcast_to(PATH, (2**50, 3, 2))
SIGS = np.broadcast_to(np.zeros(6), (2**50, 6))
UNITS = np.broadcast_to([1.0] + [0.0] * 6, (2**40, 7))
TOO_LARGE = {
    "basepoint": lambda: treealg.branched_sig(LONG, 2, basepoint=True),
    "stream": lambda: treealg.branched_sig(LONG, 2, stream=True),
    "transform": lambda: treealg.transform_path(LONG, lead_lag=True),
    "realised": lambda: treealg.realised_correction(LONG),
    "grid": lambda: treealg.branched_sig_kernel(LONG, PATH, 1, 0, return_grid=True),
    "batch": lambda: treealg.branched_sig(MANY, 2),
    "batch with basepoint": lambda: treealg.branched_sig(MANY, 2, basepoint=[0.0, 0.0]),
    "log": lambda: treealg.branched_log_sig(MANY, 2),
    "words": lambda: treealg.sig(MANY, 2),
    "coef": lambda: treealg.branched_sig_coef(MANY, (0,)),
    "backprop": lambda: treealg.branched_sig_backprop(MANY, None, SIGS, 2),
    "combine": lambda: treealg.branched_sig_combine(SIGS, np.zeros(6), 2, 2),
    "combine all": lambda: treealg.branched_sig_combine(SIGS[: 2**31, None], SIGS[: 2**31], 2, 2),
    "extract": lambda: treealg.extract_branched_sig_coef(SIGS, [(0,)], 2),
    "extract words": lambda: treealg.extract_sig_coef(SIGS, [(0,)], 2),
    "to log": lambda: treealg.branched_sig_to_log_sig(SIGS, 2, 2),
    "scalars": lambda: treealg.branched_sig_combine(UNITS, UNITS, 2, 2),
    "scalars of logarithms": lambda: treealg.branched_sig_to_log_sig(UNITS, 2, 2),
    "kernel": lambda: treealg.branched_sig_kernel(MANY, PATH, 1, 0),
    "gram": lambda: treealg.branched_sig_kernel_gram(MANY, PATH, 1, 0),
    "kernel backprop": lambda: treealg.branched_sig_kernel_backprop(
        np.broadcast_to(0.0, (2**50,)), MANY, PATH, 1, 0
    ),
    "50 axes": lambda: treealg.branched_sig(np.broadcast_to(PATH, (2,) * 50 + (3, 2)), 2),
    "2**60 paths": lambda: treealg.branched_sig(np.broadcast_to(np.float32(0), (2**60, 1, 1)), 2),
    "2**60 pairs": lambda: treealg.branched_sig_kernel_gram(
        *[np.broadcast_to(np.float32(0), (2**30, 1, 1))] * 2, 1, 0
    ),
}


ENDLESS = np.broadcast_to(PATH[:1], (2**50, 2))
CLOUD = np.broadcast_to(PATH, (2**38, 3, 2))
WITHOUT_END = {
    "path": lambda: treealg.branched_sig(ENDLESS, 2),
    "planar path": lambda: treealg.branched_sig(ENDLESS, 2, planar=True, time_aug=True),
    "logarithm": lambda: treealg.branched_log_sig(ENDLESS, 2, lead_lag=True),
    "words": lambda: treealg.sig(ENDLESS, 2),
    "coefficient": lambda: treealg.branched_sig_coef(ENDLESS, [(0,)]),
    "correction": lambda: treealg.branched_sig(ENDLESS, 2, correction=np.zeros(4)),
    "list": lambda: treealg.branched_sig([PATH, ENDLESS], 2),
    "tensors": lambda: treealg.branched_sig(
        pytest.importorskip("torch").zeros(1, 2).double().expand(2**50, 2), 2
    ),
    "integers": lambda: treealg.branched_sig(np.broadcast_to(2**60, (2**50, 2)), 2),
    "lengths": lambda: treealg.branched_sig(MANY, 2, lengths=np.broadcast_to(2, (2**50,))),
    "fewer lengths": lambda: treealg.branched_sig(CLOUD, 2, lengths=np.broadcast_to(2, (2**38,))),
    "windows": lambda: treealg.branched_sig(PATH, 2, windows=np.broadcast_to([0, 2], (2**38, 2))),
    "windows of kernels": lambda: treealg.branched_sig_kernel(
        PATH, PATH, 1, 0, windows1=np.broadcast_to([0, 2], (2**38, 2))
    ),
    "mmd": lambda: treealg.branched_mmd(CLOUD, CLOUD[:, ::-1], 2, 0),
    "mmd, few of one": lambda: treealg.branched_mmd(CLOUD[:2], CLOUD, 2, 0, unbiased=False),
    "normalised mmd": lambda: treealg.branched_mmd(CLOUD, CLOUD, 2, 0, normalize=True),
    "gradient of mmd": lambda: treealg.branched_mmd_backprop(
        1.0, CLOUD[:2], CLOUD, 2, 0, right_deriv=False
    ),
    "score": lambda: treealg.branched_scoring_rule(CLOUD, PATH, 2, 0),
    "refinement": lambda: treealg.branched_sig_kernel(*[np.zeros((2**11, 1))] * 2, 2, 20),
    "gram": lambda: treealg.branched_sig_kernel_gram(
        *[np.zeros((2**11, 1))] * 2, 2, 20, out=np.zeros(())
    ),
    "gradients": lambda: treealg.branched_sig_kernel_gram_backprop(
        np.zeros((2, 2)), *[np.zeros((2, 2**10, 1))] * 2, 4, 20
    ),
    "kernel of long paths": lambda: treealg.branched_sig_kernel(LONG, LONG, 1, 0),
    "kernel of lists": lambda: treealg.branched_sig_kernel([PATH, LONG], [PATH, LONG], 1, 0),
}


@pytest.mark.parametrize("call", WITHOUT_END.values(), ids=WITHOUT_END)
def test_what_no_machine_ends_is_refused_with_its_size(call):
    with pytest.raises(InvalidValueError, match=r"2\*\*45 numbers|2\*\*60 in all|memory"):
        call()


def test_pairs_of_a_list_are_counted_at_the_mean_length(monkeypatch):
    paths = [np.zeros((100, 1)), *[np.zeros((2, 1))] * 50]
    monkeypatch.setattr("treealg.numeric.pairs.problem._MOST_CELLS", 10.0**5)
    gram = treealg.branched_sig_kernel_gram(paths, paths, 1, 0)
    np.testing.assert_array_equal(gram, np.ones((51, 51)))
    text = r"path1 and path2 make 2,601 pairs of paths, of 9\.8e\+03 cells each at"
    with pytest.raises(InvalidValueError, match=text):
        treealg.branched_sig_kernel_gram(*[np.zeros((51, 100, 1)) for _ in range(2)], 1, 0)


def test_what_follows_the_end_of_a_path_takes_no_memory():
    np.testing.assert_array_equal(treealg.branched_sig(LONG, 2, lengths=5), np.zeros(6))


@pytest.mark.parametrize("call", TOO_LARGE.values(), ids=TOO_LARGE)
def test_views_whose_results_fit_in_no_memory_are_refused(call):
    with pytest.raises(InvalidValueError, match=r"memory|not to be had"):
        call()


def test_coefficients_of_vectors_that_do_not_lie_side_by_side_copy_nothing_else():
    vectors = np.broadcast_to(np.arange(6.0), (2**30, 1000, 6))[:2, ::2]
    table = np.arange(66_000.0).reshape(1000, 66)
    treealg.warm_up(2, 2)
    treealg.extract_branched_sig_coef(np.zeros(6), [(1,)], 2)
    for given in (vectors, table[:, :6], table[::-1, :6], table[:, 60:].astype(np.float32)):
        tracemalloc.start()
        try:
            found = treealg.extract_branched_sig_coef(given, [(1,), ((1,), 0)], 2)
            assert tracemalloc.get_traced_memory()[1] < 1.5 * found.nbytes + 20_000
        finally:
            tracemalloc.stop()
        np.testing.assert_array_equal(found, given[..., [1, 4]])
        assert found.flags.c_contiguous
        assert found.dtype == given.dtype


AXES = (1,) * 62
WITH_AXES = {
    "sig": lambda path: treealg.branched_sig(path, 2),
    "correction": lambda path: treealg.branched_sig(
        path, 2, correction=np.ones((*path.shape[:-2], 2, 4))
    ),
    "basepoint": lambda path: treealg.branched_sig(path, 2, basepoint=True),
    "lengths": lambda path: treealg.branched_sig(path, 2, lengths=np.full(path.shape[:-2], 2)),
    "timed lengths": lambda path: treealg.branched_sig(
        path, 2, lengths=np.full(path.shape[:-2], 2), time_aug=True
    ),
    "stream": lambda path: treealg.branched_sig(path, 2, stream=True),
    "integers": lambda path: treealg.branched_sig((4 * path).astype(int), 2),
    "realised": treealg.realised_correction,
    "coef": lambda path: treealg.branched_sig_coef(path, (0,)),
    "kernel": lambda path: treealg.branched_sig_kernel(path, path, 1, 0, normalize=True),
    "transform": lambda path: treealg.transform_path(path, lead_lag=True, time_aug=True),
}


@pytest.mark.parametrize("call", WITH_AXES.values(), ids=WITH_AXES)
def test_arrays_may_have_all_axes_of_numpy(call):
    got, want = call(PATH.reshape(*AXES, 3, 2)), call(PATH)
    assert got.shape == AXES + want.shape
    np.testing.assert_array_equal(got.reshape(want.shape), want)


MORE_AXES = {
    "gram": lambda: treealg.branched_sig_kernel_gram(*[np.zeros((*AXES, 3, 2))] * 2, 1, 0),
    "expected": lambda: treealg.expected_branched_sig(
        np.zeros((*AXES, 1, 2)), np.zeros((*AXES, 2, 2)), 2
    ),
    "translate": lambda: treealg.branched_sig_translate(
        np.zeros((*AXES, 1, 6)), np.zeros((*AXES, 2, 6)), 2, 2
    ),
}


@pytest.mark.parametrize("call", MORE_AXES.values(), ids=MORE_AXES)
def test_more_axes_than_those_of_numpy_are_refused_as_such(call):
    with pytest.raises(InvalidValueError, match=r"would have \d+ axes.* more than the 64"):
        call()


def test_streams_may_have_all_axes_but_one():
    stream = treealg.BranchedSigStream(2, 2)
    stream.push_batch(PATH.reshape(*AXES, 3, 2))
    assert stream.sig_all().shape == (3, *AXES, 6)
    other = treealg.BranchedSigStream(2, 2)
    with pytest.raises(InvalidValueError, match="at most 62 leading axes, got 63"):
        other.push(np.zeros((1,) * 63 + (2,)))
    other.push([1.0, 2.0])


# Two paths that go up have positive increments everywhere, and at depth 2 an infinite kernel.
STEEP = np.array([[0.0], [60.0], [70.0]])


@pytest.mark.parametrize("options", [{}, {"static_kernel": treealg.ScaledLinearKernel(2.0)}])
@pytest.mark.parametrize("dyadic_order", [0, (1, 2)])
@pytest.mark.parametrize("points", [0, 1, 40])
def test_a_path_that_rests_has_the_infinite_kernel_of_one_that_does_not(
    points, dyadic_order, options
):
    resting = np.concatenate([STEEP, np.repeat(STEEP[-1:], points, axis=0)])
    for one, two in [(STEEP, resting), (resting, STEEP), (resting, resting)]:
        assert treealg.branched_sig_kernel(one, two, 2, dyadic_order, **options) == np.inf
        assert treealg.branched_sig_kernel(one, -two, 2, dyadic_order, **options) < 1


@pytest.mark.parametrize("count", [1, 2, 9])
def test_infinite_kernels_of_paths_of_different_lengths_are_those_of_each_alone(count):
    one = [np.concatenate([STEEP] * (i % 3 + 1)).cumsum(axis=0) for i in range(count)]
    two = [np.linspace(0, 50, 2 + 70 * (i % 2))[:, None] for i in range(count)]
    alone = [treealg.branched_sig_kernel(x, y, 3, 0) for x, y in zip(one, two, strict=True)]
    np.testing.assert_array_equal(alone, np.inf)
    np.testing.assert_array_equal(treealg.branched_sig_kernel(one, two, 3, 0), alone)


def test_tangents_of_infinite_kernels_leave_out_cells_without_increments():
    resting = np.concatenate([STEEP, STEEP[-1:]])
    for path in (STEEP, resting):
        assert treealg.branched_sig_kernel_jvp(path, path, path, None, 2, 0) == np.inf


@pytest.mark.parametrize("weights", [(1, 30), (30, 1), (1, 40)])
def test_logarithms_take_words_of_any_length_that_there_are(weights):
    path = np.random.default_rng(0).normal(size=(5, 2)) / 4
    signature = treealg.sig(path, 40, weights=weights)
    logarithm = treealg.log_sig(path, 40, weights=weights)
    own = treealg.sig_to_log_sig(signature, 2, 40, weights=weights)
    np.testing.assert_allclose(own, logarithm, rtol=0, atol=1e-15)
    back = treealg.log_sig_to_sig(logarithm, 2, 40, weights=weights)
    np.testing.assert_allclose(back, signature, rtol=1e-13, atol=1e-15)
    single = np.linspace(0, 0.5, 60) * (np.arange(60) == 59)[::-1]  # of one channel
    np.testing.assert_allclose(
        treealg.sig_to_log_sig(treealg.log_sig_to_sig(single, 1, 60), 1, 60), single, atol=1e-15
    )


@pytest.mark.parametrize("options", [{"degree": 200}, {"degree": 60, "weights": (2,)}])
def test_the_logarithm_of_one_channel_is_its_increment_without_a_table_of_words(
    options, monkeypatch
):
    for name in ("word_convolution", "deconcatenation"):
        monkeypatch.setattr(treealg.tables, name, None)
    got = treealg.log_sig([[1.0], [2.0], [4.0]], **options)
    assert got.tolist() == [3.0, *[0.0] * (len(got) - 1)]
    with pytest.raises(InvalidValueError, match="cuts of words"):
        treealg.sig([[1.0], [2.0]], 20_000)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [(), (9,)])
def test_one_channel_takes_any_degree_in_a_few_numbers_for_each(batch, dtype):
    # Carries of words would be degree**2 numbers for each lane: more than there is memory.
    degree = 3_000
    paths = np.zeros((*batch, 4, 1), dtype)
    paths[..., 1:, 0] = [0.5, -0.25, 1.0]
    signature = treealg.sig(paths, degree)
    expected = [1 / math.factorial(k) for k in range(1, 20)]
    np.testing.assert_allclose(
        signature[..., :19], np.broadcast_to(expected, (*batch, 19)), rtol=20 * np.finfo(dtype).eps
    )
    assert not signature[..., 400:].any()
    tangent = treealg.sig_jvp(paths, paths, degree)
    np.testing.assert_allclose(tangent[..., :2], np.broadcast_to([1, 1], (*batch, 2)))


def test_gradients_of_one_channel_take_no_square_of_the_degree():
    degree, path = 3_000, np.array([[0.0], [0.5], [1.0]])
    derivs = np.ones(degree)
    gradient = treealg.sig_backprop(path, treealg.sig(path, degree), derivs, degree)
    np.testing.assert_allclose(gradient[:, 0], [-math.e, 0.0, math.e], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("options", [{}, {"correction": [0.0] * 4}])
@pytest.mark.parametrize("kind", [*INTERVALS, *WINDOWS])
def test_points_that_do_not_fit_in_memory_leave_a_stream_as_it_was(kind, options):
    stream, same = (kind(2, 2, *[2] * (kind in WINDOWS), **options) for _ in range(2))
    for shape in [(2**40, 2), (2**40, 3, 2)]:
        with pytest.raises(InvalidValueError, match="pushed does not fit in memory"):
            stream.push_batch(np.broadcast_to(0.0, shape))
        with pytest.raises(InvalidValueError, match="pushed does not fit in memory"):
            stream.push(np.broadcast_to(0.0, shape))
        assert stream.batch_shape is None
    for each in (stream, same):
        each.push_batch(PATH)
    arguments = () if kind in WINDOWS else (0, 2)
    np.testing.assert_array_equal(stream.sig(*arguments), same.sig(*arguments))


OVERLAP = np.lib.stride_tricks.sliding_window_view(np.zeros(40, np.int64), 20)
CONVERTED = {
    "path": lambda x: treealg.branched_sig(x, 1),
    "words": lambda x: treealg.sig(x, 1),
    "batch": lambda x: treealg.log_sig(x[None], 1),
    "base point": lambda x: treealg.branched_sig(x, 1, basepoint=True),
    "lengths": lambda x: treealg.branched_sig(x[None], 1, lengths=[5]),
    "windows": lambda x: treealg.branched_sig(x, 1, windows=[[0, 2]]),
    "coefficients": lambda x: treealg.branched_sig_coef(x, [(0,)]),
    "kernel": lambda x: treealg.branched_sig_kernel(x, x[:2], 1, 0),
    "direction": lambda x: treealg.branched_sig_jvp(x, None, 1),
}


@pytest.mark.parametrize("dtype", ["i8", ">f8"])
@pytest.mark.parametrize("name", CONVERTED)
def test_what_cannot_be_converted_for_want_of_memory_is_refused(name, dtype, monkeypatch):
    def too_large(array, *args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(np, "require", too_large)
    with pytest.raises(InvalidValueError, match=r"not to be had|not fit in memory"):
        CONVERTED[name](OVERLAP.view(dtype))


@pytest.mark.parametrize("dtype", ["i8", "i4", "u1", ">f4", ">f8", "<f4"])
@pytest.mark.parametrize("name", ["path", "words", "batch", "coefficients"])
def test_what_a_view_repeats_is_converted_once(name, dtype):
    path = np.broadcast_to(np.arange(20).astype(dtype), (10**6, 20))
    CONVERTED[name](path[:2])
    tracemalloc.start()
    try:
        CONVERTED[name](path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**22


@pytest.mark.parametrize("dtype", ["i8", ">f4"])
def test_views_that_repeat_paths_have_the_values_of_copies(dtype):
    paths = np.arange(24).reshape(2, 1, 4, 3) ** 2 % 7
    wide = np.broadcast_to(paths.astype(dtype), (2, 5, 4, 3))
    want = treealg.branched_sig(wide.copy(), 3)
    np.testing.assert_array_equal(treealg.branched_sig(wide, 3), want)
    np.testing.assert_array_equal(
        treealg.branched_sig(wide, 3, lengths=np.full((2, 5), 4)),
        treealg.branched_sig(wide.copy(), 3, lengths=np.full((2, 5), 4)),
    )
    flat = np.broadcast_to(paths[:1, :, :1].astype(dtype), (2, 5, 4, 3))
    np.testing.assert_array_equal(treealg.log_sig(flat, 3), treealg.log_sig(flat.copy(), 3))


def test_no_path_of_many_points_takes_no_memory():
    for lead_lag in (False, True):
        found = treealg.transform_path(np.zeros((0, 2**31, 1)), time_aug=True, lead_lag=lead_lag)
        assert found.shape[0] == 0
