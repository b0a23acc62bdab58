"""What several files of tests share: numbers, programs of kernels, comparisons, and patience."""

import time
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np

from treealg import symbolic, tables
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
    layout = tables.words(dimension, degree, longest=1).program()
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


class Tensors:
    """The truncated tensor algebra with rational coefficients, by the symbolic concatenation."""

    def __init__(self, dimension, degree):
        self.dimension, self.degree = dimension, degree
        lengths = range(1, degree + 1)
        self.words = [w for n in lengths for w in product(range(dimension), repeat=n)]

    def element(self, values, scalar=0):
        terms = dict(zip(self.words, values, strict=True))
        return symbolic.Element({(): scalar, **terms})

    def product(self, x, y):
        terms = symbolic.concatenation_algebra.product(x, y).items()
        return symbolic.Element({word: c for word, c in terms if len(word) <= self.degree})

    def series(self, x, coefficient):
        """Sum the powers of an element without scalar, each with its coefficient."""
        power = self.element([0] * len(self.words), 1)
        total = symbolic.Element({})
        for n in range(self.degree + 1):
            total = total + coefficient(n) * power
            power = self.product(power, x)
        return total

    def exp(self, x):
        factorial = [1]
        for n in range(1, self.degree + 1):
            factorial.append(factorial[-1] * n)
        return self.series(x, lambda n: Fraction(1, factorial[n]))

    def log(self, x):
        rest = x - self.element([0] * len(self.words), 1)
        return self.series(rest, lambda n: Fraction((-1) ** (n + 1), n) if n else 0)

    def segment(self, step, correction=()):
        values = [*step, *correction]
        return self.element((values + [0] * len(self.words))[: len(self.words)])

    def signature(self, path, correction=None):
        total = self.element([0] * len(self.words), 1)
        for i in range(len(path) - 1):
            step = [Fraction(b) - Fraction(a) for a, b in zip(path[i], path[i + 1], strict=True)]
            own = () if correction is None else list(map(Fraction, correction[i]))
            total = self.product(total, self.exp(self.segment(step, own)))
        return total

    def vector(self, x):
        return np.array([float(x.coefficient(word)) for word in self.words])


@contextmanager
def soon(seconds):
    """Guard against work that takes minutes where seconds are meant, also on a slow machine."""
    start = time.process_time()
    try:
        yield
    finally:
        assert time.process_time() - start < 5 * seconds
