"""Gradients in path and correction against exact differentiation, and their laws."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import tables
from treealg._fast import reference
from treealg.numeric.arguments.corrections import letter_columns
from treealg.symbolic import exact_log_signature, exact_signature

from ..support import correction_columns, dyadic


class Dual:
    """A fraction and its derivative in one direction, with the arithmetic of numbers."""

    def __init__(self, value, slope=0):
        self.value, self.slope = Fraction(value), Fraction(slope)

    @staticmethod
    def of(number):
        return number if isinstance(number, Dual) else Dual(number)

    def __add__(self, other):
        other = Dual.of(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = Dual.of(other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __sub__(self, other):
        return self + -Dual.of(other)

    def __rsub__(self, other):
        return Dual.of(other) - self

    def __truediv__(self, other):
        return self * Fraction(1, other)

    def __eq__(self, other):
        other = Dual.of(other)
        return (self.value, self.slope) == (other.value, other.slope)

    def __hash__(self):
        return hash((self.value, self.slope))


def exact_slope(function, path, correction, d_path, d_correction, weights, **options):
    """Return the derivative of the weighted sum of `function` in one direction, exactly."""
    duals = [
        [[Dual(v, s) for v, s in zip(*rows, strict=True)] for rows in zip(x, dx, strict=True)]
        for x, dx in ((path, d_path), (correction, d_correction))
    ]
    values = function(duals[0], correction=duals[1], **options)
    return float(sum(Fraction(w) * Dual.of(v).slope for w, v in zip(weights, values, strict=True)))


PAIRS = {
    "sig": (treealg.branched_sig, treealg.branched_sig_backprop, exact_signature),
    "log": (treealg.branched_log_sig, treealg.branched_log_sig_backprop, exact_log_signature),
}


def gradients(kind, path, derivs, degree, **options):
    if kind == "sig":
        return treealg.branched_sig_backprop(path, None, derivs, degree, **options)
    return treealg.branched_log_sig_backprop(path, derivs, degree, **options)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 4, 3), (2, 3, 2), (2, 3, 3)])
def test_gradient_is_the_exact_derivative(dimension, degree, longest, planar, kind):
    rng = np.random.default_rng(1)
    path = dyadic(rng, 3, dimension)
    correction = dyadic(rng, 2, correction_columns(dimension, longest))
    weights = dyadic(rng, treealg.branched_sig_length(dimension, degree, planar=planar))
    options = {"planar": planar, "correction": correction}
    got = gradients(kind, path, weights, degree, **options)
    for _ in range(2):
        d_path, d_correction = dyadic(rng, *path.shape), dyadic(rng, *correction.shape)
        want = exact_slope(
            PAIRS[kind][2], path, correction, d_path, d_correction, weights,
            degree=degree, planar=planar,
        )  # fmt: skip
        found = (got[0] * d_path).sum() + (got[1] * d_correction).sum()
        size = np.abs(got[0] * d_path).sum() + np.abs(got[1] * d_correction).sum()
        assert abs(found - want) <= 1e-13 * size


@pytest.mark.parametrize("batch", [(), (3,), (70, 2)], ids=str)
@pytest.mark.parametrize("shape", [(4,), (9, 4)], ids=str)
def test_gradient_of_a_shared_correction_is_the_sum(shape, batch):
    rng = np.random.default_rng(3)
    path, shared = rng.normal(size=(*batch, 10, 2)) / 2, rng.normal(size=shape) / 2
    derivs = rng.normal(size=(*batch, 20))
    whole = np.broadcast_to(shared, (*batch, 9, 4))
    got = treealg.branched_sig_backprop(path, None, derivs, 3, correction=shared)
    want = treealg.branched_sig_backprop(path, None, derivs, 3, correction=whole.copy())
    np.testing.assert_allclose(got[0], want[0], rtol=1e-12, atol=1e-12)
    axes = tuple(range(len(batch) + (len(shape) == 1)))
    assert got[1].shape == shape
    np.testing.assert_allclose(got[1], want[1].sum(axis=axes), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("planar", [False, True])
def test_gradient_at_no_correction_is_that_of_the_path(planar, kind):
    rng = np.random.default_rng(4)
    path = rng.normal(size=(5, 20, 2))
    derivs = rng.normal(size=(5, treealg.branched_sig_length(2, 4, planar=planar)))
    want = gradients(kind, path, derivs, 4, planar=planar)
    for correction in (np.zeros(4), np.zeros((19, 12))):
        got = gradients(kind, path, derivs, 4, planar=planar, correction=correction)
        np.testing.assert_allclose(got[0], want, atol=1e-11 * np.abs(want).max())
        assert got[1].shape == correction.shape
    got = gradients(kind, path, derivs, 4, planar=planar, correction=np.zeros((19, 0)))
    np.testing.assert_array_equal(got[0], want)
    assert got[1].shape == (19, 0)


@pytest.mark.parametrize("scalar", [0, 1])
def test_paths_of_one_point_and_empty_batches_have_gradients(scalar):
    derivs = np.ones((3, 20 + scalar))
    got = treealg.branched_sig_backprop(np.ones((3, 1, 2)), None, derivs, 3, correction=np.ones(4))
    assert not np.concatenate([x.ravel() for x in got]).any()
    got = treealg.branched_sig_backprop(
        np.ones((0, 5, 2)), None, derivs[:0], 3, correction=np.ones((0, 4, 4))
    )
    assert [x.shape for x in got] == [(0, 5, 2), (0, 4, 4)]


@pytest.mark.parametrize("row", [0, 8])
def test_nan_in_a_correction_stays_in_the_gradient_of_its_path(row):
    rng = np.random.default_rng(6)
    path, correction = rng.normal(size=(9, 6, 2)), rng.normal(size=(9, 5, 4))
    derivs = rng.normal(size=(9, 72))
    clean = treealg.branched_sig_backprop(path, None, derivs, 4, correction=correction)
    correction[row, 2, 1] = np.nan
    got = treealg.branched_sig_backprop(path, None, derivs, 4, correction=correction)
    others = np.arange(9) != row
    for one, other in zip(got, clean, strict=True):
        np.testing.assert_array_equal(one[others], other[others])
        assert np.isnan(one[row]).any()


@pytest.mark.parametrize(
    ("correction", "options", "error"),
    [
        (np.zeros(3), {}, treealg.InvalidValueError),
        (np.zeros((4, 4)), {"lead_lag": True}, treealg.InvalidValueError),
        (np.zeros((3, 4)), {}, treealg.InvalidValueError),
        (np.zeros(4, np.float32), {}, treealg.InvalidTypeError),
        ("zero", {}, treealg.InvalidTypeError),
    ],
    ids=["columns", "lead_lag", "segments", "dtype", "text"],
)
def test_wrong_corrections_are_refused(correction, options, error):
    length = treealg.branched_sig_length(4 if options else 2, 2)
    with pytest.raises(error, match="correction"):
        treealg.branched_sig_backprop(
            np.zeros((5, 2)), None, np.zeros(length), 2, correction=correction, **options
        )


def in_extended_precision(path, correction, derivs, degree, planar, kind):
    """Return the gradients that the readable version of the kernel finds in long doubles."""
    table = tables.arborification(2, degree, planar=planar, longest=2)
    program = None
    if kind == "log":
        arrays = tables.word_convolution(2, degree, longest=2).parts()[1].values()
        program = reference.ConvolutionProgram(2, *arrays, *tables.nodes(degree))
    words = tables.words(2, degree, longest=2).program()
    results = [np.empty((1, *x.shape), np.longdouble) for x in (path, correction)]
    reference.path_signature_backward(
        *(x[None].astype(np.longdouble) for x in (path, correction, derivs)),
        *results,
        reference.WordProgram(2, degree, *words, letter_columns(2, False, 2)),
        reference.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef),
        program,
        False,
        False,
        1.0,
        1,
    )
    return [x[0] for x in results]


@pytest.mark.slow
@pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="long doubles are doubles on this system"
)
@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("planar", [False, True])
def test_gradients_along_a_thousand_unit_steps_keep_their_digits(planar, kind):
    rng = np.random.default_rng(0)
    path = np.cumsum(rng.choice([-1.0, 1.0], size=(1001, 2)), axis=0)
    correction = np.tile([-0.5, 0.0, 0.0, -0.5], (1000, 1))
    derivs = rng.normal(size=treealg.branched_sig_length(2, 4, planar=planar))
    want = in_extended_precision(path, correction, derivs, 4, planar, kind)
    options = {"planar": planar, "correction": correction}
    alone = gradients(kind, path, derivs, 4, **options)
    batch = gradients(kind, np.tile(path, (9, 1, 1)), np.tile(derivs, (9, 1)), 4, **options)
    for exact, one, nine in zip(want, alone, (batch[0][7], batch[1] / 9), strict=True):
        for got in (one, nine):
            np.testing.assert_allclose(got, exact, rtol=0, atol=1e-12 * float(np.abs(exact).max()))
