"""Derivatives in a direction, of functions and of their gradients, against exact arithmetic.

Along a line each coefficient is a polynomial, whose slope follows from its values at a few rational
points exactly: nothing is rounded in what these tests want.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse

import treealg
from treealg import engines
from treealg.symbolic import exact_log_signature, exact_signature

from ..support import dyadic
from .test_group import MAPS, exact_derivative

SIZES = [(1, 4, False), (2, 3, False), (2, 2, True), (3, 2, False)]
every_size = pytest.mark.parametrize("size", SIZES, ids=str)
both_kinds = pytest.mark.parametrize("planar", [False, True], ids=["nonplanar", "planar"])


@dataclass
class Exact:
    """A function of vectors in exact arithmetic, such as `exact_derivative` takes."""

    function: object

    def exact(self, *given):
        return self.function(*given[:-3])


def slope(function, inputs, directions, size):
    """Return the derivative of an exact function of vectors, in fractions."""
    return exact_derivative(Exact(function), inputs, directions, size)


def second_slope(function, inputs, first, second, size):
    """Return the second derivative of an exact function of vectors in two directions."""
    return slope(lambda *moved: slope(function, moved, second, size), inputs, first, size)


def assert_equal(got, want, scale=1.0, digits=1e-13):
    want = np.array([float(x) for x in np.ravel(want)])
    scale = max(np.abs(want).max(initial=0.0), scale)
    assert np.abs(np.ravel(got) - want).max(initial=0.0) <= digits * scale


# -- paths -----------------------------------------------------------------------------------------


def exact_of_path(log, degree, planar, dimension, points=3):
    """Return the signature or its logarithm as a function of coordinates, then of a correction."""

    def function(flat, columns=None):
        path = [flat[dimension * i : dimension * (i + 1)] for i in range(points)]
        rows = None if columns is None else [columns] * (points - 1)
        exact = exact_log_signature if log else exact_signature
        return exact(path, degree, planar=planar, correction=rows)

    return function


@every_size
@pytest.mark.parametrize("log", [False, True], ids=["signature", "logarithm"])
@pytest.mark.parametrize("corrected", [False, True], ids=["plain", "corrected"])
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_derivative_along_a_path_is_exact(size, log, corrected, engine):
    dimension, degree, planar = size
    rng = np.random.default_rng(degree)
    path, tangent = dyadic(rng, 2, 3, dimension)
    inputs, directions, options = [path.ravel()], [tangent.ravel()], {}
    if corrected:
        columns, moved = dyadic(rng, 2, dimension**2)
        inputs, directions = [*inputs, columns], [*directions, moved]
        options = {"correction": columns, "correction_tangent": moved}
    function = treealg.branched_log_sig_jvp if log else treealg.branched_sig_jvp
    with engines.use(engine):
        got = function(path, tangent, degree, planar=planar, **options)
    want = slope(exact_of_path(log, degree, planar, dimension), inputs, directions, size)
    assert_equal(got, want, digits=1e-12 if log else 1e-13)


@pytest.mark.parametrize("size", [(1, 4, False), (2, 3, False), (2, 2, True)], ids=str)
@pytest.mark.parametrize("log", [False, True], ids=["signature", "logarithm"])
@pytest.mark.parametrize("corrected", [False, True], ids=["plain", "corrected"])
def test_second_derivatives_along_a_path_are_exact(size, log, corrected):
    dimension, degree, planar = size
    rng = np.random.default_rng(degree)
    path, tangent, other = dyadic(rng, 3, 3, dimension)
    weights, moved_weights = dyadic(
        rng, 2, treealg.branched_sig_length(dimension, degree, planar=planar)
    )
    inputs, first, second = [path.ravel()], [tangent.ravel()], [other.ravel()]
    options = {}
    if corrected:
        columns, moved, other_columns = dyadic(rng, 3, dimension**2)
        inputs, first = [*inputs, columns], [*first, moved]
        second = [*second, other_columns]
        options = {"correction": columns, "correction_tangent": moved}
    if log:
        got = treealg.branched_log_sig_backprop_jvp(
            path, tangent, weights, moved_weights, degree, planar=planar, **options
        )
    else:
        got = treealg.branched_sig_backprop_jvp(
            path, tangent, None, weights, moved_weights, degree, planar=planar, **options
        )
    gradients = got if corrected else (got,)
    found = sum((np.ravel(g) * v).sum() for g, v in zip(gradients, second, strict=True))
    function = exact_of_path(log, degree, planar, dimension)
    want = np.dot(
        [Fraction(w) for w in weights], second_slope(function, inputs, first, second, size)
    ) + np.dot([Fraction(w) for w in moved_weights], slope(function, inputs, second, size))
    scale = sum(np.abs(np.ravel(g) * v).sum() for g, v in zip(gradients, second, strict=True))
    assert_equal(found, [want], scale, 1e-12 if log else 1e-13)


def test_derivatives_of_words_are_those_of_ladders():
    path, tangent = np.random.default_rng(1).normal(size=(2, 4, 6, 2))
    for words, trees in (
        (treealg.sig_jvp, treealg.branched_sig_jvp),
        (treealg.log_sig_jvp, treealg.branched_log_sig_jvp),
    ):
        got = words(path, tangent, 4, time_aug=True)
        ladders = treealg.branched_sig_to_sig(trees(path, tangent, 4, time_aug=True), 3, 4)
        np.testing.assert_allclose(got, ladders, rtol=0, atol=1e-12 * np.abs(got).max())


@both_kinds
def test_the_second_derivative_is_symmetric(planar):
    rng = np.random.default_rng(2)
    path, u, v = rng.normal(size=(3, 12, 2)) / 3
    weights = rng.normal(size=treealg.branched_sig_length(2, 4, planar=planar))

    def along(direction):
        return treealg.branched_sig_backprop_jvp(
            path, direction, None, weights, None, 4, planar=planar
        )

    assert (along(u) * v).sum() == pytest.approx((along(v) * u).sum(), rel=1e-12)


@both_kinds
def test_the_directions_of_all_coordinates_give_the_gradient(planar):
    rng = np.random.default_rng(3)
    path = rng.normal(size=(7, 2)) / 2
    weights = rng.normal(size=treealg.branched_sig_length(2, 3, planar=planar))
    units = np.eye(path.size).reshape(path.size, *path.shape)
    paths = np.broadcast_to(path, units.shape)
    columns = treealg.branched_log_sig_jvp(paths, units, 3, planar=planar)
    gradient = treealg.branched_log_sig_backprop(path, weights, 3, planar=planar)
    np.testing.assert_allclose(columns @ weights, gradient.ravel(), rtol=0, atol=1e-13)


def test_a_missing_value_has_the_tangent_of_what_is_put_there():
    path = np.array([[0.0, 1.0], [np.nan, 2.0], [4.0, np.nan]])
    tangent = np.array([[1.0, 0.0], [np.nan, 1.0], [3.0, np.nan]])
    for how, (x, y) in {"linear": (2.0, 1.0), "forward-fill": (1.0, 1.0)}.items():
        value = np.array([[0.0, 1.0], [2.0 if how == "linear" else 0.0, 2.0], [4.0, 2.0]])
        moved = np.array([[1.0, 0.0], [x, 1.0], [3.0, y]])
        got = treealg.branched_sig_jvp(path, tangent, 3, missing=how)
        np.testing.assert_allclose(got, treealg.branched_sig_jvp(value, moved, 3), atol=1e-14)
    lost = np.where(np.isnan(tangent), 0.0, tangent)
    lost[0, 0] = np.nan  # a tangent that is not there is not filled
    assert np.isnan(treealg.branched_sig_jvp(path, lost, 3, missing="linear")).any()


def test_time_has_no_tangent():
    path, tangent = np.random.default_rng(4).normal(size=(2, 6, 1))
    times = [0.0, 1.0, 1.0, 2.5, 3.0, 4.0]
    got = treealg.sig_jvp(path, tangent, 3, time_aug=True, times=times)
    timed = np.column_stack([path, times])
    moved = np.column_stack([tangent, np.zeros(6)])
    np.testing.assert_allclose(got, treealg.sig_jvp(timed, moved, 3), atol=1e-13)


# -- conversions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("arrow", MAPS, ids=repr)
@pytest.mark.parametrize("size", [(1, 4, False), (2, 3, False), (2, 2, True)], ids=str)
def test_derivatives_of_maps_are_exact(arrow, size):
    rng = np.random.default_rng(5)
    inputs, first = arrow.inputs(rng, *size), arrow.inputs(rng, *size)
    given = [x for pair in zip(inputs, first, strict=True) for x in pair]
    function = getattr(treealg, f"{arrow.name}_jvp")
    got = function(*given, *size[:2], planar=size[2], **arrow.options)
    assert_equal(got, exact_derivative(arrow, inputs, first, size))


@pytest.mark.parametrize("arrow", MAPS, ids=repr)
@pytest.mark.parametrize("size", [(1, 4, False), (2, 2, True)], ids=str)
def test_second_derivatives_of_maps_are_exact(arrow, size):
    rng = np.random.default_rng(6)
    inputs, first, second = (arrow.inputs(rng, *size) for _ in range(3))
    weights, moved = dyadic(rng, 2, treealg.branched_sig_length(*size[:2], planar=size[2]))
    given = [x for pair in zip(inputs, first, strict=True) for x in pair]
    derivs = [weights, moved]
    given = [*given, *derivs] if arrow.name == "branched_log_sig_to_sig" else [*derivs, *given]
    function = getattr(treealg, f"{arrow.name}_backprop_jvp")
    got = function(*given, *size[:2], planar=size[2], **arrow.options)
    gradients = got if isinstance(got, tuple) else (got,)
    terms = np.concatenate([g * v for g, v in zip(gradients, second, strict=True)])

    def exact(*moved):
        return arrow.exact(*moved, *size)

    want = np.dot(
        [Fraction(w) for w in weights], second_slope(exact, inputs, first, second, size)
    ) + np.dot([Fraction(w) for w in moved], slope(exact, inputs, second, size))
    assert_equal(terms.sum(), [want], np.abs(terms).sum(), 1e-14)


# -- arguments -------------------------------------------------------------------------------------

PATH = np.arange(6.0).reshape(3, 2)


def test_a_tangent_that_is_left_out_is_zero():
    assert not treealg.branched_sig_jvp(PATH, None, 3).any()
    gradient = treealg.branched_sig_backprop_jvp(
        PATH, None, None, np.zeros(20), np.ones(20), 3, correction=np.zeros(4)
    )
    want = treealg.branched_sig_backprop(PATH, None, np.ones(20), 3, correction=np.zeros(4))
    for got, other in zip(gradient, want, strict=True):
        np.testing.assert_allclose(got, other, rtol=1e-14)


def test_a_list_of_paths_has_a_list_of_tangents():
    paths, tangents = [PATH, PATH[:2] ** 2], [PATH[::-1], PATH[1:]]
    got = treealg.branched_sig_jvp(paths, tangents, 3)
    want = [treealg.branched_sig_jvp(x, v, 3) for x, v in zip(paths, tangents, strict=True)]
    np.testing.assert_allclose(got, want, rtol=1e-13)
    derivs = np.ones((2, 20))
    found = treealg.branched_sig_backprop_jvp(paths, tangents, None, derivs, None, 3)
    for got, x, v in zip(found, paths, tangents, strict=True):
        want = treealg.branched_sig_backprop_jvp(x, v, None, np.ones(20), None, 3)
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_large_integers_have_tangents_of_their_differences():
    path = np.array([[2**60], [2**60 + 1], [2**60 + 3]])
    tangent = np.array([[1.0], [0.0], [2.0]])
    got = treealg.branched_sig_jvp(path, tangent, 3)
    np.testing.assert_allclose(got, treealg.branched_sig_jvp(path - 2**60, tangent, 3), rtol=1e-14)


WRONG = {
    "shape": (
        {"tangent": PATH[:2]},
        treealg.InvalidValueError,
        r"tangent must have the shape of path, \(3, 2\), got \(2, 2\)",
    ),
    "dtype": (
        {"tangent": PATH.astype(np.float32)},
        treealg.InvalidTypeError,
        "tangent must be of the kind and dtype of path, a NumPy array of float64",
    ),
    "complex tangent": (
        {"tangent": PATH + 1j},
        treealg.InvalidTypeError,
        "tangent must have dtype",
    ),
    "complex path": ({"path": PATH + 1j}, treealg.InvalidTypeError, "path must have dtype"),
    "no correction": (
        {"correction_tangent": np.ones(4)},
        treealg.InvalidValueError,
        "correction_tangent must be None where correction is no array",
    ),
    "origin": (
        {"basepoint": True, "basepoint_tangent": np.ones(2)},
        treealg.InvalidValueError,
        "basepoint_tangent must be None where basepoint is no array",
    ),
    "no list": (
        {"path": [PATH, PATH[:2]], "tangent": 1.0},
        treealg.InvalidTypeError,
        "tangent must be a list of 2 arrays, as path is, got a value of type builtins.float",
    ),
    "array without axes": (
        {"path": [PATH, PATH[:2]], "tangent": np.array(1.0)},
        treealg.InvalidTypeError,
        "tangent must be a list of 2 arrays, as path is, got a value of type numpy.ndarray",
    ),
    "sparse matrix": (
        {"path": [PATH, PATH[:2]], "tangent": scipy.sparse.csr_matrix(PATH)},
        treealg.InvalidTypeError,
        "tangent must be a list of 2 arrays, as path is, got a value of type scipy",
    ),
    "short list": (
        {"path": [PATH, PATH[:2]], "tangent": [PATH]},
        treealg.InvalidValueError,
        "tangent must have as many arrays as path, 2, got 1",
    ),
    "piece of a list": (
        {"path": [PATH, PATH[:2]], "tangent": [PATH, PATH]},
        treealg.InvalidValueError,
        r"tangent\[1\] must have the shape of path\[1\]",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_tangents_that_do_not_fit_are_refused(wrong):
    given, error, message = WRONG[wrong]
    with pytest.raises(error, match=message):
        treealg.branched_sig_jvp(**{"path": PATH, "tangent": PATH, "degree": 2} | given)
