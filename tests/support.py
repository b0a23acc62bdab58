"""What several files of tests share: numbers, programs of kernels, and comparisons."""

from functools import cache

import numpy as np

from treealg import tables
from treealg.numeric.arguments.corrections import letter_columns

# Of kernels against their readable reference, relative to the largest number of a row.
TOLERANCE = {np.dtype(np.float32): 2e-5, np.dtype(np.float64): 1e-13}


def dyadic(rng, *shape):
    """Return random numbers that fractions and floats hold alike, by a generator or a seed."""
    return np.random.default_rng(rng).integers(-12, 13, shape) / 8


def sample(dtype, *shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def walk(*shape, seed=0, dtype=np.float64):
    steps = np.random.default_rng(seed).normal(size=shape)
    return (np.cumsum(steps, axis=-2) / 8).astype(dtype)


def correction_columns(dimension, longest):
    """Return the number of chains of two labels up to the longest."""
    return sum(dimension**k for k in range(2, longest + 1))


@cache
def sparse_map(door, table):
    return door.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)


@cache
def program(door, table):
    return door.ConvolutionProgram(
        table.dimension,
        table.block_start,
        table.slot_start,
        table.factor,
        table.head,
        table.tail,
        table.term_ptr,
        table.term_slot,
        table.term_trunk,
        *tables.nodes(table.degree),
    )


@cache
def plain_words(door, dimension, degree):
    layout = tables.words(dimension, degree, 1).program()
    return door.WordProgram(dimension, degree, *layout, letter_columns(dimension, False, 1))


def relative_error(got, want):
    """Return the largest difference, relative to the largest value."""
    return np.abs(got - want).max() / np.abs(want).max()


def assert_close(got, want, tolerance=1e-12):
    """Compare shapes, and values relative to the largest, or to 1."""
    scale = max(np.abs(want).max(initial=0.0), 1.0)
    assert got.shape == want.shape
    assert np.abs(got - want).max(initial=0.0) <= tolerance * scale


def assert_parity(results):
    """Compare values, relative to the largest of a row, and that nothing else was written."""
    want, got = (x.reshape(len(x), int(np.prod(x.shape[1:]))) for x in results)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    scale = np.nanmax(np.abs(want), axis=1, keepdims=True, initial=1.0)
    error = np.nan_to_num(np.abs(got - want) / scale)
    assert error.max(initial=0.0) <= TOLERANCE[want.dtype]
