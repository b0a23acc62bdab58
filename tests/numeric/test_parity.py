"""The compiled kernels against their readable NumPy reference, through one door and the other."""

import numpy as np
import pytest

import treealg
from treealg import _fast, tables
from treealg._fast import reference

from ..support import assert_parity, plain_words, program, sample, sparse_map

DOORS = (reference, _fast)


def path_results(path, dimension, degree, planar, *, log=False, n_threads=1, **transforms):
    """Return what both kernels write into an array with a margin on each side."""
    time_aug = transforms.get("time_aug", False)
    lead_lag = transforms.get("lead_lag", False)
    dimension = dimension * (1 + lead_lag) + time_aug
    table = tables.arborification(dimension, degree, planar=planar)
    results = []
    for door in DOORS:
        output = sparse_map(door, table)
        out = np.full((len(path), output.rows + 5), np.nan, dtype=path.dtype)
        logarithm = program(door, tables.word_convolution(dimension, degree)) if log else None
        words, options = plain_words(door, dimension, degree), (time_aug, lead_lag, 1.5, n_threads)
        door.path_signature(path, None, out[:, 2:-3], words, output, logarithm, *options)
        results.append(out)
    return results


SIZES = [
    *[(dimension, degree) for dimension in range(1, 8) for degree in range(1, 4)],
    (1, 7),
    (2, 4),
    (2, 5),
    (3, 4),
    (8, 3),
    (9, 3),
]
BATCHES = [0, 1, 7, 8, 9, 16, 17, 35]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_path_signature_agrees_for_every_size(dimension, degree, log, planar, dtype):
    path = sample(dtype, 11, 6, dimension) / 4
    assert_parity(path_results(path, dimension, degree, planar, log=log))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("batch", BATCHES)
def test_path_signature_agrees_for_every_batch_and_number_of_threads(batch, n_threads, log, dtype):
    path = sample(dtype, batch, 5, 2)
    assert_parity(path_results(path, 2, 3, False, log=log, n_threads=n_threads))


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("length", [1, 2, 3, 50])
@pytest.mark.parametrize("batch", [1, 9])
def test_path_signature_agrees_on_transformed_paths(batch, length, lead_lag, time_aug):
    path = sample(np.float64, batch, length, 2) / 4
    results = path_results(path, 2, 3, False, time_aug=time_aug, lead_lag=lead_lag)
    assert_parity(results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("length", [31, 32, 33, 257, 1000])
def test_path_signature_agrees_on_one_long_path(length, n_threads, log, dtype):
    path = np.cumsum(sample(dtype, 1, length, 3), axis=1) / 128
    assert_parity(path_results(path, 3, 3, True, log=log, n_threads=n_threads))


STRIDES = {
    "reversed": lambda a: a[::-1, ::-1, ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "channels_apart": lambda a: np.repeat(a, 3, axis=2)[:, :, ::3],
    "padded": lambda a: np.pad(a, ((0, 0), (0, 2), (1, 0)))[:, :-2, 1:],
    "one_path": lambda a: np.broadcast_to(a[:1], a.shape),
    "one_point": lambda a: np.broadcast_to(a[:, :1], a.shape),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 8, 13])
@pytest.mark.parametrize("strides", STRIDES)
def test_path_signature_agrees_for_any_strides(strides, batch, dtype):
    path = STRIDES[strides](sample(dtype, batch, 6, 3))
    path.flags.writeable = False
    assert_parity(path_results(path, 3, 3, False))


ANYWHERE = {
    "time-major": lambda x: x.transpose(1, 0, 2).copy().transpose(1, 0, 2),
    "channels first": np.asfortranarray,
    "every second channel": lambda x: np.repeat(x, 2, axis=2)[:, :, ::2],
    "backwards in time": lambda x: x[:, ::-1].copy()[:, ::-1],
}


@pytest.mark.parametrize("kind", ANYWHERE)
@pytest.mark.parametrize("options", [{}, {"time_aug": True}, {"lead_lag": True}], ids=str)
@pytest.mark.parametrize(("batch", "length", "channels"), [(1, 2, 1), (9, 18, 2), (3, 40, 9)])
def test_paths_that_lie_anywhere_give_the_bits_of_those_in_line(
    batch, length, channels, options, kind
):
    path = sample(np.float64, batch, length, channels)
    other, degree = ANYWHERE[kind](path), 2 if channels > 2 else 4
    np.testing.assert_array_equal(other, path)
    want = treealg.sig(path, degree, **options)
    np.testing.assert_array_equal(treealg.sig(other, degree, **options), want)
    derivs = np.cos(np.arange(want.size)).reshape(want.shape)
    np.testing.assert_array_equal(
        treealg.sig_backprop(other, None, derivs, degree, **options),
        treealg.sig_backprop(path, None, derivs, degree, **options),
    )
    tangent = ANYWHERE[kind](path + 1)
    np.testing.assert_array_equal(
        treealg.sig_jvp(other, tangent, degree, **options),
        treealg.sig_jvp(path, tangent.copy(), degree, **options),
    )
    counts = np.arange(batch) % length + 1
    np.testing.assert_array_equal(
        treealg.sig(other, degree, lengths=counts, **options),
        treealg.sig(path, degree, lengths=counts, **options),
    )


@pytest.mark.parametrize("row", [0, 6, 12])
def test_nan_and_infinity_stay_in_their_row_of_the_kernel(row):
    path = sample(np.float64, 13, 6, 2)
    clean = path_results(path, 2, 3, False)[1]
    path[row, 3, 1] = np.nan
    results = path_results(path, 2, 3, False)
    assert_parity(results)
    others = np.arange(13) != row
    np.testing.assert_array_equal(results[1][others], clean[others])


# -- the logarithm -------------------------------------------------------------------------------

ALGEBRAS = [
    *[(d, n, planar) for d in (1, 2, 3) for n in (1, 2, 3) for planar in (False, True, None)],
    *[(2, n, planar) for n in (4, 5) for planar in (False, True, None)],
    (1, 7, False),
    (1, 7, True),
    (5, 3, False),
    (7, 3, False),
]


def convolution(dimension, degree, planar):
    """Return the table of trees, of ordered forests, or (None) of words."""
    if planar is None:
        return tables.word_convolution(dimension, degree)
    return tables.convolution(dimension, degree, planar=planar)


def log_results(x, table, lyndon=None, *, margin=1, n_threads=1):
    results = []
    for door in DOORS:
        algebra = program(door, table)
        output = None if lyndon is None else sparse_map(door, lyndon)
        size = algebra.columns if output is None else output.rows
        out = np.full((len(x), size + 3), np.nan, dtype=x.dtype)
        door.signature_to_log(x[:, margin:], out[:, 2:-1], algebra, output, n_threads)
        results.append(out)
    return results


def backward_results(x, derivs, table, lyndon=None, *, margin=1, n_threads=1):
    results = []
    for door in DOORS:
        algebra = program(door, table)
        output = None if lyndon is None else sparse_map(door, lyndon)
        size = algebra.columns if output is None else output.rows
        out = np.full((len(x), algebra.columns + 3), np.nan, dtype=x.dtype)
        views = x[:, margin:], derivs[:, 1 : 1 + size], out[:, 2:-1]
        door.signature_to_log_backward(*views, algebra, output, n_threads)
        results.append(out)
    return results


def rows_of(dtype, batch, columns):
    return sample(dtype, batch, columns) / 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("dimension", "degree", "planar"), ALGEBRAS)
def test_logarithm_and_backward_agree_for_every_size(dimension, degree, planar, dtype):
    table = convolution(dimension, degree, planar)
    columns = program(reference, table).columns
    x, derivs = rows_of(dtype, 10, columns + 1), rows_of(dtype, 10, columns + 2)
    assert_parity(log_results(x, table))
    assert_parity(backward_results(x, derivs, table))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("batch", BATCHES)
def test_logarithm_and_backward_agree_for_every_batch(batch, n_threads, planar, dtype):
    table = convolution(2, 3, planar)
    columns = program(reference, table).columns
    x, derivs = rows_of(dtype, batch, columns), rows_of(dtype, batch, columns + 1)
    assert_parity(log_results(x, table, margin=0, n_threads=n_threads))
    assert_parity(backward_results(x, derivs, table, margin=0, n_threads=n_threads))


ROW_STRIDES = {
    "reversed": lambda a: a[::-1, ::-1],
    "transposed": lambda a: np.asfortranarray(a),
    "columns_apart": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "one_row": lambda a: np.broadcast_to(a[:1], a.shape),
    "one_column": lambda a: np.broadcast_to(a[:, :1], a.shape),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 8, 13])
@pytest.mark.parametrize("strides", ROW_STRIDES)
def test_logarithm_and_backward_agree_for_any_strides(strides, batch, dtype):
    table = convolution(2, 3, False)
    x, derivs = rows_of(dtype, batch, 21), rows_of(dtype, batch, 22)
    spread = ROW_STRIDES[strides](x)
    assert_parity(log_results(spread, table))
    assert_parity(backward_results(spread, derivs, table))
    assert_parity(backward_results(x, ROW_STRIDES[strides](derivs), table))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 3), (3, 2)])
def test_lyndon_logarithm_and_backward_agree(dimension, degree, method, dtype):
    table = convolution(dimension, degree, True)
    lyndon = tables.lyndon(dimension, degree, method)
    columns = program(reference, table).columns
    x = rows_of(dtype, 9, columns + 1)
    derivs = rows_of(dtype, 9, sparse_map(reference, lyndon).rows + 1)
    assert_parity(log_results(x, table, lyndon))
    assert_parity(backward_results(x, derivs, table, lyndon))


@pytest.mark.parametrize("row", [0, 6, 12])
def test_nan_stays_in_its_row_of_the_logarithm(row):
    table = convolution(2, 3, False)
    x, derivs = rows_of(np.float64, 13, 21), rows_of(np.float64, 13, 22)
    clean = log_results(x, table)[1], backward_results(x, derivs, table)[1]
    x[row, 4] = np.nan
    others = np.arange(13) != row
    for results, before in zip(
        (log_results(x, table), backward_results(x, derivs, table)), clean, strict=True
    ):
        assert_parity(results)
        np.testing.assert_array_equal(results[1][others], before[others])


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def instruction_set(request):
    try:
        _fast.use_instruction_set(request.param)
    except ValueError:
        pytest.skip(f"this processor has no {request.param}")
    yield request.param
    _fast.use_instruction_set(None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("batch", [1, 3, 18])
@pytest.mark.usefixtures("instruction_set")
def test_kernels_agree_for_every_instruction_set(batch, planar, dtype):
    path = sample(dtype, batch, 40, 3) / 16
    assert_parity(path_results(path, 3, 3, planar, n_threads=2))
    assert_parity(path_results(path, 3, 3, planar, log=True))
    table = convolution(3, 3, planar)
    columns = program(reference, table).columns
    x, derivs = rows_of(dtype, batch, columns + 1), rows_of(dtype, batch, columns + 2)
    assert_parity(log_results(x, table))
    assert_parity(backward_results(x, derivs, table))


# From a MiB in all lanes on few paths have kernels of fewer lanes, from 32 MiB on of fewest.
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("dimension", "degree"), [(2, 14), (3, 9), (2, 17)])
@pytest.mark.parametrize(("batch", "length"), [(1, 4), (2, 5), (3, 4), (5, 3), (9, 33), (1, 40)])
def test_few_paths_of_many_words_have_the_values_of_many(batch, length, dimension, degree, dtype):
    path = np.cumsum(sample(dtype, batch, length, dimension), axis=1) / length
    derivs = np.ones((batch, treealg.sig_length(dimension, degree)), dtype)

    def results(paths, derivs):
        found = treealg.sig(paths, degree)
        return found, treealg.sig_backprop(paths, found, derivs, degree)

    many = [np.resize(x, (batch + 16, *x.shape[1:])) for x in (path, derivs)]
    for own, other in zip(results(path, derivs), results(*many), strict=True):
        np.testing.assert_allclose(own, other[:batch], rtol=0, atol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 5, 6, 7, 8, 9, 17])
@pytest.mark.parametrize("batch", [1, 2, 9])
@pytest.mark.usefixtures("instruction_set")
def test_words_and_maps_of_any_width_agree_for_every_instruction_set(batch, dimension, dtype):
    path = np.cumsum(sample(dtype, batch, 40, dimension), axis=1) / 16
    degree = {2: 6, 3: 4}.get(dimension, 3 if dimension < 9 else 2)
    assert_parity(path_results(path, dimension, degree, dimension == 3))


@pytest.mark.parametrize("batch", [5, 9, 12, 17, 35])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"time_aug": True, "end_time": 2.0},
        {"lead_lag": True, "time_aug": True},
        {"correction": True},
        {"planar": True, "scalar_term": True},
    ],
    ids=repr,
)
def test_paths_that_fill_no_group_of_lanes_are_cut_on_their_own(batch, options):
    rng = np.random.default_rng(batch)
    paths = (rng.normal(size=(batch, 300, 2)) / 20).cumsum(axis=1)
    given = dict(options)
    if "correction" in given:
        given["correction"] = rng.normal(size=(batch, 299, 4)) / 300
    for function in (treealg.branched_sig, treealg.branched_log_sig):
        whole = function(paths, 3, **given)
        for i in (0, batch // 2, batch - 2, batch - 1):
            own = {name: x[i] if name == "correction" else x for name, x in given.items()}
            np.testing.assert_allclose(
                whole[i], function(paths[i], 3, **own), rtol=1e-11, atol=1e-13
            )
        spoilt = paths.copy()
        spoilt[-1, 150] = np.nan
        np.testing.assert_array_equal(function(spoilt, 3, **given)[:-1], whole[:-1])
