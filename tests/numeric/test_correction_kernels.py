"""The kernels for paths with a correction against their readable NumPy reference."""

import numpy as np
import pytest

from treealg import _fast, tables
from treealg._fast import reference
from treealg.numeric.arguments.corrections import letter_columns

from ..support import assert_parity


def kernel_results(path, correction, degree, longest, planar, *, log=False, **options):
    """Return what the reference and the kernel write into an array with a margin."""
    found = []
    for door, arguments in doors(path, degree, longest, planar, log, options):
        out = np.full((len(path), arguments[1].rows + 3), np.nan, dtype=path.dtype)
        door.path_signature(path, correction, out[:, 2:-1], *arguments)
        found.append(out)
    return found


def backward_results(path, correction, degree, longest, planar, *, log=False, **options):
    """Return the derivatives in path and correction by both, side by side."""
    found = []
    for door, arguments in doors(path, degree, longest, planar, log, options):
        derivs = np.random.default_rng(3).normal(size=(len(path), arguments[1].rows + 2))
        out, second = np.full_like(path, np.nan), np.full_like(correction, np.nan)
        door.path_signature_backward(
            path, correction, derivs.astype(path.dtype)[:, 1:-1], out, second, *arguments
        )
        flat = [x.reshape(len(path), x.shape[1] * x.shape[2]) for x in (out, second)]
        found.append(np.concatenate(flat, axis=1))
    return found


def doors(path, degree, longest, planar, log, options):
    """Yield the module of each version of the kernels with its tables, options and threads."""
    time_aug, n_threads = options.get("time_aug", False), options.get("n_threads", 1)
    channels = path.shape[2]
    dimension = channels + time_aug
    table = tables.arborification(dimension, degree, planar=planar, longest=longest)
    words = tables.word_convolution(dimension, degree, longest=longest)
    layout = tables.words(dimension, degree, longest=longest)
    columns = letter_columns(channels, time_aug, longest)
    for door in (reference, _fast):
        output = door.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)
        program = None
        if log:
            arrays = list(words.parts()[1].values())
            program = door.ConvolutionProgram(dimension, *arrays, *tables.nodes(degree))
        layout_of = door.WordProgram(dimension, degree, *layout.program(), columns)
        yield door, (layout_of, output, program, time_aug, False, 1.5, n_threads)


def inputs(dtype, batch, length, dimension, longest):
    columns = sum(dimension**k for k in range(2, longest + 1))
    rng = np.random.default_rng(batch + length)
    path = rng.normal(size=(batch, length, dimension)) / 4
    return path.astype(dtype), (rng.normal(size=(batch, length - 1, columns)) / 4).astype(dtype)


SIZES = [
    (1, 2, 2), (1, 7, 2), (1, 5, 5), (2, 4, 2), (2, 4, 4), (3, 3, 2), (3, 4, 2), (4, 3, 3),
    (5, 3, 2), (6, 3, 2), (9, 2, 2), (2, 6, 2),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "longest"), SIZES)
def test_kernel_agrees_for_every_size(dimension, degree, longest, log, planar, dtype):
    path, correction = inputs(dtype, 9, 6, dimension, longest)
    assert_parity(kernel_results(path, correction, degree, longest, planar, log=log))
    assert_parity(backward_results(path, correction, degree, longest, planar, log=log))


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2, 5])
@pytest.mark.parametrize("length", [1, 2, 16, 17, 33, 100])
@pytest.mark.parametrize("batch", [0, 1, 8, 17])
def test_kernel_agrees_for_every_batch_and_length(batch, length, n_threads, time_aug):
    path, correction = inputs(np.float64, batch, length, 2, 3)
    options = {"n_threads": n_threads, "time_aug": time_aug}
    assert_parity(kernel_results(path, correction, 3, 3, False, **options))
    assert_parity(backward_results(path, correction, 3, 3, False, **options))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("dimension", "degree", "longest"), SIZES)
def test_backward_of_long_paths_agrees_for_every_size(
    dimension, degree, longest, batch, log, dtype
):
    path, correction = inputs(dtype, batch, 71, dimension, longest)
    path, correction = path / 4, correction / 16
    assert_parity(backward_results(path, correction, degree, longest, False, log=log))


@pytest.mark.parametrize("name", ["baseline", "avx2", "avx512"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dimension", [2, 3, 4, 5, 6, 7, 8, 9])
def test_kernel_agrees_for_every_instruction_set(dimension, name, dtype):
    path, correction = inputs(dtype, 3, 40, dimension, 2)
    degree = {2: 5, 3: 4}.get(dimension, 3)
    try:
        _fast.use_instruction_set(name)
    except ValueError:
        pytest.skip(f"this processor has no {name}")
    try:
        assert_parity(kernel_results(path, correction, degree, 2, dimension < 4, n_threads=2))
        assert_parity(backward_results(path, correction, 3, 2, dimension < 4, n_threads=2))
    finally:
        _fast.use_instruction_set(None)


@pytest.mark.parametrize("shape", [(1, 9), (1, 1), (3, 1)])
def test_one_row_of_a_correction_holds_for_all_paths_or_segments(shape):
    path, correction = inputs(np.float64, 3, 10, 2, 2)
    shared = correction[: shape[0], : shape[1]]
    wide = np.broadcast_to(shared, correction.shape).copy()
    for door, arguments in doors(path, 3, 2, False, True, {}):
        results = []
        for given in (shared, wide):
            out, derivs = np.ones((2, 3, arguments[1].rows))
            gradients = np.empty_like(path), np.empty_like(correction)
            door.path_signature(path, given, out, *arguments)
            door.path_signature_backward(path, given, derivs, *gradients, *arguments)
            of_spans, spans = np.empty_like(out), np.array([10, 3, 7])
            door.span_signature(path, spans, given, of_spans, *arguments)
            results.append((out, *gradients, of_spans))
        for one, other in zip(*results, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14, atol=1e-14)


MISFITS = {
    "batch": lambda a: a[:2],
    "segments": lambda a: a[:, 1:],
    "columns": lambda a: a[:, :, 1:],
    "dtype": lambda a: a.astype(np.float32),
}


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("misfit", MISFITS)
def test_kernel_itself_refuses_arrays_that_do_not_fit(misfit, log):
    path, correction = inputs(np.float64, 3, 5, 2, 2)
    wrong = MISFITS[misfit](correction)
    _, (door, arguments) = doors(path, 3, 2, False, log, {})
    assert door is _fast
    out, derivs = np.full((2, 3, arguments[1].rows), np.nan)
    with pytest.raises(ValueError, match="do not fit each other"):
        door.path_signature(path, wrong, out, *arguments)
    gradients = np.full_like(path, np.nan), np.full_like(correction, np.nan)
    with pytest.raises(ValueError, match="do not fit each other"):
        door.path_signature_backward(path, wrong, derivs, *gradients, *arguments)
    with pytest.raises(ValueError, match=r"one dtype|shape"):
        door.path_signature_backward(
            path, correction, derivs, gradients[0], MISFITS[misfit](gradients[1]), *arguments
        )
    assert all(np.isnan(array).all() for array in (out, *gradients))


@pytest.mark.parametrize("log", [False, True])
def test_backward_of_a_long_rough_path_loses_no_digits(log):
    rng = np.random.default_rng(5)
    steps = rng.choice([-1.0, 1.0], size=(1, 1000, 2))
    path = np.concatenate([np.zeros((1, 1, 2)), np.cumsum(steps, axis=1)], axis=1)
    correction = np.broadcast_to([-0.5, 0.0, 0.0, -0.5], (1, 1000, 4)).copy()
    (_, exact), (fast, arguments) = doors(path, 4, 2, False, log, {})
    derivs = rng.normal(size=(1, arguments[1].rows))
    found = []
    for door, prepared, dtype in (
        (reference, exact, np.longdouble),
        (fast, arguments, np.float64),
    ):
        inputs_ = [x.astype(dtype) for x in (path, correction, derivs)]
        out, second = np.empty_like(inputs_[0]), np.empty_like(inputs_[1])
        door.path_signature_backward(*inputs_, out, second, *prepared)
        found.append((out, second))
    for want, got in zip(*found, strict=True):
        assert np.abs(got - want).max() <= 1e-12 * np.abs(want).max()
