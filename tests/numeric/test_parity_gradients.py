"""The compiled kernels along paths, backwards, and of chosen coefficients, against references."""

import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

import treealg
from treealg import _fast, tables
from treealg._fast import reference
from treealg.symbolic import enumerate_forests, enumerate_trees

from ..support import assert_parity, plain_words, program, sample, sparse_map

DOORS = (reference, _fast)


@cache
def coefficient_table(dimension, degree, planar, longest=1, channels=None):
    """Every third element of the basis, the last ones first, and one of them again."""
    make = enumerate_forests if planar else enumerate_trees
    basis = [x for order in range(1, degree + 1) for x in make(order, dimension, planar=planar)]
    return tables.coefficients(
        [*basis[::-3], basis[-1]], dimension, longest=longest, channels=channels
    )


PROGRAM = ("label", "left", "right", "times", "column", "output")


@cache
def tree_program(door, table):
    return door.TreeProgram(table.dimension, *(getattr(table, name) for name in PROGRAM))


def random_walk(dtype, batch, length, channels):
    """Points whose distance from start to end is about 1/2, so that logarithms lose few digits."""
    return np.cumsum(sample(dtype, batch, length, channels), axis=1) / np.sqrt(dtype(4 * length))


def gradients(path, degree, planar, *, log=False, n_threads=1, time_aug=False, lead_lag=False):
    dimension = path.shape[2] * (1 + lead_lag) + time_aug
    table = tables.arborification(dimension, degree, planar=planar)
    derivs = sample(path.dtype, len(path), table.n_rows * table.width + 3)
    results = []
    for door in DOORS:
        output = sparse_map(door, table)
        logarithm = program(door, tables.word_convolution(dimension, degree)) if log else None
        words, options = plain_words(door, dimension, degree), (time_aug, lead_lag, 1.5, n_threads)
        out = np.full(path.shape, np.nan, path.dtype)
        door.path_signature_backward(
            path, None, derivs[:, 2:-1], out, None, words, output, logarithm, *options
        )
        results.append(out)
    return results


SIZES = [
    *[(dimension, degree) for dimension in range(1, 11) for degree in range(1, 4)],
    (1, 8),
    (2, 4),
    (2, 7),
    (3, 5),
    (4, 4),
    (5, 4),
    (17, 2),
]
BATCHES = [0, 1, 2, 7, 8, 9, 17, 35]
LENGTHS = [1, 2, 3, 16, 17, 18, 33, 65, 130]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_gradient_agrees_for_every_size(dimension, degree, log, dtype):
    path = random_walk(dtype, 9, 19, dimension)
    assert_parity(gradients(path, degree, False, log=log))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("batch", BATCHES)
def test_gradient_agrees_for_every_batch_and_number_of_threads(batch, n_threads, log, dtype):
    path = random_walk(dtype, batch, 20, 2)
    assert_parity(gradients(path, 3, True, log=log, n_threads=n_threads))


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("batch", [1, 3, 9])
def test_gradient_agrees_on_transformed_paths(batch, length, lead_lag, time_aug):
    path = random_walk(np.float64, batch, length, 2)
    results = gradients(path, 3, False, time_aug=time_aug, lead_lag=lead_lag, n_threads=2)
    assert_parity(results)


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_gradient_agrees_where_letters_move_in_turns(channels, degree):
    # 19 steps are 38 segments: whole blocks of these, and a part of one.
    path = random_walk(np.float64, 9, 20, channels)
    assert_parity(gradients(path, min(degree, 7 - channels), False, lead_lag=True))


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("degree", [1, 2, 5])
@pytest.mark.parametrize(("batch", "length"), [(1, 1), (1, 2), (3, 17), (9, 34), (1, 2000)])
def test_gradient_in_one_channel_is_that_of_powers_of_the_increment(
    batch, length, degree, n_threads
):
    rng = np.random.default_rng(batch + length + degree)
    path = rng.integers(-8, 9, (batch, length, 1)) / 8
    derivs = rng.integers(-8, 9, (batch, degree)) / 8
    got = treealg.sig_backprop(path, None, derivs, degree, n_jobs=n_threads)
    want = np.zeros_like(path)
    for own, row, out in zip(path[:, :, 0].tolist(), derivs.tolist(), want, strict=True):
        whole = Fraction(own[-1]) - Fraction(own[0])
        slope = sum(Fraction(x) * whole**k / math.factorial(k) for k, x in enumerate(row))
        out[0] -= float(slope)
        out[-1] += float(slope)
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-13)


def test_gradient_of_prefixes_in_one_channel_is_the_sum_of_theirs():
    rng = np.random.default_rng(12)
    path, derivs = rng.standard_normal((2, 40, 1)), rng.standard_normal((2, 39, 4))
    got = treealg.sig_backprop(path, None, derivs, 4, stream=True)
    want = np.zeros_like(path)
    for t in range(39):
        own = treealg.sig_backprop(path[:, : t + 2].copy(), None, derivs[:, t].copy(), 4)
        want[:, : t + 2] += own
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("batch", [1, 8])
def test_gradient_agrees_where_not_every_state_is_kept(batch, log):
    # 120 short words in 8 lanes of 8 bytes, times 38 blocks or more, exceed the memory for states.
    path = random_walk(np.float64, batch, 4700 if batch == 1 else 600, 3)
    assert_parity(gradients(path, 5, False, log=log))


STRIDES = {
    "reversed": lambda a: a[::-1, ::-1, ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "channels_apart": lambda a: np.repeat(a, 3, axis=2)[:, :, ::3],
    "one_path": lambda a: np.broadcast_to(a[:1], a.shape),
}


@pytest.mark.parametrize("batch", [1, 8, 13])
@pytest.mark.parametrize("strides", STRIDES)
def test_gradients_agree_for_any_strides(strides, batch):
    path = STRIDES[strides](random_walk(np.float64, batch, 20, 3))
    path.flags.writeable = False
    assert_parity(gradients(path, 3, False))
    assert_parity(coefficient_results(path, 4, False)[1])


@pytest.mark.parametrize("row", [0, 6, 12])
def test_nan_stays_in_its_row_of_the_gradient(row):
    path = random_walk(np.float64, 13, 20, 2)
    clean = gradients(path, 3, False)[1]
    path[row, 3, 1] = np.nan
    dirty = gradients(path, 3, False)[1]
    others = np.arange(13) != row
    np.testing.assert_array_equal(dirty[others], clean[others])
    assert np.isnan(dirty[row]).any()


@pytest.mark.parametrize("name", ["avx2", "baseline"])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 3), (3, 4), (6, 3), (9, 2)])
def test_gradients_agree_on_every_instruction_set(dimension, degree, name):
    path = random_walk(np.float64, 9, 40, dimension)
    fastest = _fast.instruction_set_name()
    try:
        _fast.use_instruction_set(name)
    except ValueError:
        pytest.skip(f"this processor has no {name}")
    try:
        results = gradients(path, degree, False)
        values, derivatives = coefficient_results(path, min(degree, 3), False)
    finally:
        _fast.use_instruction_set(fastest)
    for pair in (results, values, derivatives):
        assert_parity(pair)


# -- chosen coefficients -------------------------------------------------------------------------


def coefficient_results(
    path, degree, planar, *, n_threads=1, time_aug=False, lead_lag=False, longest=1, table=None
):
    """Return values, and gradients in path and correction, by reference and kernel."""
    channels = path.shape[2]
    dimension = channels * (1 + lead_lag) + time_aug
    table = table or coefficient_table(dimension, degree, planar, longest, channels)
    derivs = sample(path.dtype, len(path), len(table.output) + 2)
    correction, values, derivatives, second = None, [], [], []
    if longest > 1:
        columns = sum(channels**k for k in range(2, longest + 1))
        correction = sample(path.dtype, len(path), path.shape[1] - 1, columns) / path.shape[1]
    for door in DOORS:
        trees = tree_program(door, table)
        out = np.full((len(path), len(table.output) + 3), np.nan, path.dtype)
        rest = (trees, time_aug, lead_lag, 1.5, n_threads)
        door.path_coefficients(path, correction, out[:, 2:-1], *rest)
        values.append(out)
        out = np.full(path.shape, np.nan, path.dtype)
        out_correction = None if correction is None else np.full_like(correction, np.nan)
        door.path_coefficients_backward(
            path, correction, derivs[:, 1:-1], out, out_correction, *rest
        )
        derivatives.append(out)
        second.append(out_correction)
    return (values, derivatives) if correction is None else (values, derivatives, second)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 1), (1, 7), (2, 4), (3, 3), (9, 2)])
def test_coefficients_agree_for_every_size(dimension, degree, planar, dtype):
    path = random_walk(dtype, 9, 11, dimension)
    for results in coefficient_results(path, degree, planar):
        assert_parity(results)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("batch", BATCHES)
def test_coefficients_agree_for_every_batch_and_number_of_threads(batch, n_threads):
    path = random_walk(np.float64, batch, 9, 2)
    for results in coefficient_results(path, 3, True, n_threads=n_threads):
        assert_parity(results)


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
def test_coefficients_agree_on_transformed_paths(length, lead_lag, time_aug):
    path = random_walk(np.float64, 3, length, 2)
    for results in coefficient_results(path, 3, False, time_aug=time_aug, lead_lag=lead_lag):
        assert_parity(results)


def test_coefficients_agree_where_not_every_state_is_kept():
    path = random_walk(np.float64, 8, 150, 2)
    for results in coefficient_results(path, 4, True):
        assert_parity(results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("dimension", "degree", "longest"), [(1, 2, 2), (1, 7, 4), (2, 4, 2), (2, 4, 4), (3, 3, 3)]
)
def test_corrected_coefficients_agree_for_every_size(dimension, degree, longest, planar, dtype):
    path = random_walk(dtype, 9, 11, dimension)
    for results in coefficient_results(path, degree, planar, longest=longest):
        assert_parity(results)


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
def test_corrected_coefficients_agree_with_time(length, time_aug):
    path = random_walk(np.float64, 3, length, 2)
    for results in coefficient_results(path, 3, False, longest=3, time_aug=time_aug):
        assert_parity(results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 2, 3, 5, 9, 17])
@pytest.mark.parametrize("segments", [31, 32, 128, 129, 300])
def test_coefficients_agree_where_lanes_share_out_a_path(segments, batch, dtype):
    path = random_walk(dtype, batch, segments + 1, 2)
    for results in coefficient_results(path, 3, False, longest=2):
        assert_parity(results)


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("length", [16, 17, 40, 70])
def test_coefficients_agree_where_lanes_share_out_a_lead_lag_path(length, time_aug):
    path = random_walk(np.float64, 2, length, 1)
    for results in coefficient_results(path, 3, True, time_aug=time_aug, lead_lag=True):
        assert_parity(results)


def test_no_coefficients_have_a_zero_gradient():
    path = random_walk(np.float64, 3, 5, 2)
    values, derivatives = coefficient_results(path, 1, False, table=tables.coefficients([], 2))
    assert values[1].shape == (3, 3)
    np.testing.assert_array_equal(derivatives[1], 0.0)


# -- maps of rows --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("batch", BATCHES)
def test_maps_of_rows_agree(batch, n_threads, transposed, dtype):
    table = tables.arborification(2, 4, planar=True)
    results = []
    for door in DOORS:
        linear = sparse_map(door, table)
        sizes = linear.rows, linear.columns
        n_in, n_out = sizes if transposed else sizes[::-1]
        out = np.full((batch, n_out + 3), np.nan, dtype)
        given = sample(dtype, batch, n_in + 2)[:, 1:-1]
        door.map_rows(given, out[:, 2:-1], linear, transposed, n_threads)
        results.append(out)
    assert_parity(results)


# -- wrong calls do not touch memory -------------------------------------------------------------


def test_kernels_refuse_arrays_that_do_not_fit():
    path = np.zeros((2, 5, 2))
    phi = sparse_map(_fast, tables.arborification(2, 3, planar=False))
    derivs = np.zeros((2, phi.rows))
    words = plain_words(_fast, 2, 3)

    def refused(match, derivs=derivs, out=None, words=words, logarithm=None, lead_lag=False):
        out = np.zeros_like(path) if out is None else out
        with pytest.raises(ValueError, match=match):
            _fast.path_signature_backward(
                path, None, derivs, out, None, words, phi, logarithm, False, lead_lag, 1.0, 1
            )

    refused("columns", derivs=derivs[:, 1:])
    refused("batch size", derivs=derivs[1:])
    refused("shape of the paths", out=np.zeros((2, 4, 2)))
    refused("contiguous", out=np.zeros((2, 5, 4))[:, :, ::2])
    refused("dtype", out=np.zeros_like(path, dtype=np.float32))
    refused("the map does not fit", words=plain_words(_fast, 2, 2))
    refused("do not fit each other", words=plain_words(_fast, 3, 3))
    refused("do not fit each other", lead_lag=True)
    refused("not that of these words", logarithm=program(_fast, tables.word_convolution(2, 2)))


@pytest.mark.parametrize(
    ("label", "left", "right", "output"),
    [
        ([0], [0], [-1], [0]),
        ([3], [-1], [-1], [0]),
        ([-2], [-1], [-1], []),
        ([0, -1], [-1, 0], [-1, 1], [0]),
        ([0, -1], [-1, 0], [-1, 0], [1]),
        ([0], [-1], [-1], [1]),
        ([0], [-1], [-1], [-1]),
        ([0, 0], [-1], [-1], [0]),
        ([0, 2], [-1, -1], [-1, -2], [0]),
        ([0, 2], [-1, -1], [-1, 0], [1]),
        ([0, 2], [-1, 0], [-1, 0], [0]),
        ([0, 1, 2], [-1, -1, -1], [-1, -1, 0], [0]),
        ([0, 2, 1], [-1, -1, 1], [-1, 0, -1], [2]),
        ([0, 2, -1], [-1, -1, 1], [-1, 0, 0], [0]),
        ([0, -1, 2], [-1, 0, -1], [-1, 0, 1], [0]),
    ],
)
def test_programs_that_refer_to_nothing_are_refused(label, left, right, output):
    arrays = (label, left, right, [1] * len(label), [0], output)
    with pytest.raises(ValueError, match="TreeProgram"):
        _fast.TreeProgram(2, *(np.array(x, dtype=np.int32) for x in arrays))


@pytest.mark.parametrize(
    ("correction", "out", "second", "message"),
    [
        (None, (2, 5, 2), None, "few columns"),
        ((2, 4, 3), (2, 5, 2), (2, 4, 3), "few columns"),
        ((2, 5, 4), (2, 5, 2), (2, 5, 4), "batch and segments"),
        ((2, 4, 4), (2, 4, 2), (2, 4, 4), "shape of the paths"),
        ((2, 4, 4), (2, 5, 2), (2, 4, 5), "or of the corrections"),
    ],
)
def test_corrections_that_do_not_fit_a_program_are_refused(correction, out, second, message):
    trees = tree_program(_fast, coefficient_table(2, 2, False, 2))
    given, out, second = (None if x is None else np.zeros(x) for x in (correction, out, second))
    derivs = np.zeros((2, trees.outputs))
    with pytest.raises(ValueError, match=message):
        _fast.path_coefficients_backward(
            np.zeros((2, 5, 2)), given, derivs, out, second, trees, False, False, 1.0, 1
        )
