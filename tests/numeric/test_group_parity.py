"""The compiled kernels of the group against their readable NumPy reference, by value."""

import numpy as np
import pytest

import treealg
from treealg import _fast, tables
from treealg._fast import reference

from ..support import assert_parity, program


def convolution(dimension, degree, planar):
    """Return the table of trees, of ordered forests, or (None) of words."""
    if planar is None:
        return tables.word_convolution(dimension, degree)
    return tables.convolution(dimension, degree, planar=planar)


# name: (inputs, outputs), each "x" for coefficients or "d" for a displacement
KERNELS = {
    "log_to_signature": ("x", "x"),
    "log_to_signature_backward": ("xx", "x"),
    "signature_product": ("xx", "x"),
    "signature_product_backward": ("xxx", "xx"),
    "signature_inverse": ("x", "x"),
    "signature_inverse_backward": ("xx", "x"),
    "linear_signature": ("d", "x"),
    "linear_signature_backward": ("dx", "d"),
}


def sample(dtype, *shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype) / 2


def results(name, table, inputs, n_threads=1):
    """Return what both kernels write into arrays with a margin on each side."""
    found = []
    for door in (reference, _fast):
        algebra = program(door, table)
        arguments, written = [], []
        for array, kind in zip(inputs, KERNELS[name][0], strict=True):
            arguments.append(array if kind == "d" else array[:, 1:])
        for kind in KERNELS[name][1]:
            columns = table.dimension if kind == "d" else algebra.columns + 5
            out = np.full((len(inputs[0]), columns), np.nan, dtype=inputs[0].dtype)
            arguments.append(out if kind == "d" else out[:, 2:-3])
            written.append(out)
        getattr(door, name)(*arguments, algebra, n_threads)
        found.append(np.concatenate(written, axis=1))
    return found


def inputs_of(name, table, dtype, batch):
    sizes = {"d": table.dimension, "x": program(reference, table).columns + 1}
    return [
        sample(dtype, batch, sizes[kind])
        if place == 0
        else sample(dtype, batch + place, sizes[kind])[place:]
        for place, kind in enumerate(KERNELS[name][0])
    ]


ALGEBRAS = [
    *[(d, n, planar) for d in (1, 2, 3) for n in (1, 2, 3) for planar in (False, True, None)],
    *[(2, n, planar) for n in (4, 5) for planar in (False, True, None)],
    (1, 7, False),
    (1, 7, True),
    (5, 3, False),
    (9, 3, False),
    (9, 2, True),
    (70, 2, False),
]


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("dimension", "degree", "planar"), ALGEBRAS)
def test_kernel_agrees_for_every_size(dimension, degree, planar, dtype, name):
    table = convolution(dimension, degree, planar)
    assert_parity(results(name, table, inputs_of(name, table, dtype, 10)))


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("batch", [0, 1, 7, 8, 9, 16, 17, 35])
def test_kernel_agrees_for_every_batch_and_number_of_threads(batch, n_threads, dtype, name):
    table = convolution(2, 3, batch % 2 == 0)
    assert_parity(results(name, table, inputs_of(name, table, dtype, batch), n_threads))


STRIDES = {
    "reversed": lambda a: a[::-1, ::-1],
    "transposed": np.asfortranarray,
    "columns_apart": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "one_row": lambda a: np.broadcast_to(a[:1], a.shape),
    "one_column": lambda a: np.broadcast_to(a[:, :1], a.shape),
}


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("batch", [1, 13])
@pytest.mark.parametrize("strides", STRIDES)
def test_kernel_agrees_for_any_strides(strides, batch, name):
    table = convolution(2, 3, False)
    inputs = [STRIDES[strides](x) for x in inputs_of(name, table, np.float64, batch)]
    assert_parity(results(name, table, inputs))


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("row", [0, 6, 12])
def test_nan_stays_in_its_row(row, name):
    table = convolution(2, 3, False)
    inputs = inputs_of(name, table, np.float64, 13)
    clean = results(name, table, inputs)[1]
    inputs[0][row, 1] = np.nan
    found = results(name, table, inputs)
    others = np.arange(13) != row
    np.testing.assert_array_equal(found[1][others], clean[others])
    assert np.isnan(found[1][row]).sum() > np.isnan(clean[row]).sum()


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def _instruction_set(request):
    try:
        _fast.use_instruction_set(request.param)
    except ValueError:
        pytest.skip(f"this processor has no {request.param}")
    yield
    _fast.use_instruction_set(None)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("batch", [1, 3, 18])
@pytest.mark.usefixtures("_instruction_set")
def test_kernel_agrees_for_every_instruction_set(batch, planar, dtype, name):
    table = convolution(3, 3, planar)
    assert_parity(results(name, table, inputs_of(name, table, dtype, batch)))


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_refuses_arrays_of_other_sizes(name):
    table = convolution(2, 2, False)
    inputs = inputs_of(name, table, np.float64, 3)
    inputs[-1] = inputs[-1][:, :-1]
    with pytest.raises(ValueError, match="columns"):
        results_of_compiled(name, table, inputs)


def results_of_compiled(name, table, inputs):
    algebra = program(_fast, table)
    arguments = []
    for array, kind in zip(inputs, KERNELS[name][0], strict=True):
        arguments.append(array if kind == "d" else array[:, 1:])
    for kind in KERNELS[name][1]:
        columns = table.dimension if kind == "d" else algebra.columns
        arguments.append(np.empty((len(inputs[0]), columns)))
    getattr(_fast, name)(*arguments, algebra, 1)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_few_rows_have_the_bits_of_many(planar, dtype):
    rng = np.random.default_rng(12)
    signatures = treealg.branched_sig(rng.normal(size=(17, 5, 2)), 4, planar=planar).astype(dtype)
    derivs = rng.normal(size=signatures.shape).astype(dtype)
    for function, arrays in (
        (treealg.branched_sig_to_log_sig, (signatures,)),
        (treealg.branched_sig_to_log_sig_backprop, (signatures, derivs)),
        (treealg.branched_sig_inverse, (signatures,)),
        (treealg.branched_sig_combine, (signatures, signatures[::-1])),
    ):
        whole = function(*arrays, 2, 4, planar=planar)
        for count in (1, 3, 4, 5, 9):
            few = function(*(array[:count] for array in arrays), 2, 4, planar=planar)
            np.testing.assert_array_equal(few, whole[:count])
