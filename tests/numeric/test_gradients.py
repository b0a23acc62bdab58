"""Gradients along paths and chosen coefficients against exact arithmetic, and at the array face."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import treealg
from treealg import tables
from treealg._fast import reference
from treealg.numeric.arguments.corrections import letter_columns
from treealg.symbolic import (
    OrderedForest,
    Tree,
    arborification,
    exact_log_signature,
    exact_signature,
)

from ..support import dyadic, walk


def fractions(array):
    return [[Fraction(x) for x in point] for point in array.tolist()]


def slope_weights(degree):
    """Weights of the values at 0, ..., degree in the slope at 0 of a polynomial of that degree."""
    weights = []
    for i in range(degree + 1):
        others = [j for j in range(degree + 1) if j != i]
        # The derivative at 0 of the product of (t - j) / (i - j) over the others.
        slope = Fraction(0)
        for left_out in others:
            term = Fraction(1, i - left_out)
            for j in others:
                if j != left_out:
                    term *= Fraction(-j, i - j)
            slope += term
        weights.append(slope)
    return weights


def exact_slope(function, path, direction, degree):
    """Return the derivative of a polynomial map of the path in a direction, exactly."""
    total = None
    for step, weight in enumerate(slope_weights(degree)):
        moved = [
            [x + step * v for x, v in zip(*points, strict=True)]
            for points in zip(path, direction, strict=True)
        ]
        values = [weight * value for value in function(moved)]
        total = values if total is None else [a + b for a, b in zip(total, values, strict=True)]
    return total


def error(got, want):
    return np.abs(got - want).max(initial=0.0) / max(np.abs(want).max(initial=0.0), 1.0)


def unit(length, dimension, point, channel):
    return [[int((i, a) == (point, channel)) for a in range(dimension)] for i in range(length)]


CASES = [(1, 4, False), (1, 4, True), (2, 3, False), (2, 3, True), (3, 2, True), (2, 1, False)]


@pytest.mark.parametrize(("dimension", "degree", "planar"), CASES)
@pytest.mark.parametrize("log", [False, True])
def test_gradient_in_each_coordinate_is_exact(dimension, degree, planar, log):
    rng = np.random.default_rng(dimension + degree)
    path = dyadic(rng, 3, dimension)
    weights = dyadic(rng, treealg.branched_sig_length(dimension, degree, planar=planar))
    exact = exact_log_signature if log else exact_signature
    want = np.zeros(path.shape)
    for point, channel in product(range(3), range(dimension)):
        slopes = exact_slope(
            lambda moved: exact(moved, degree, planar=planar),
            fractions(path),
            unit(3, dimension, point, channel),
            degree,
        )
        terms = (Fraction(w) * s for w, s in zip(weights.tolist(), slopes, strict=True))
        want[point, channel] = float(sum(terms))
    if log:
        got = treealg.branched_log_sig_backprop(path, weights, degree, planar=planar)
    else:
        got = treealg.branched_sig_backprop(path, None, weights, degree, planar=planar)
    # The logarithm loses the digits by which the signature is larger.
    assert error(got, want) < (1e-11 if log else 1e-13)


@pytest.mark.parametrize("count", [9, 10, 17, 18])
@pytest.mark.parametrize("name", ["branched_sig", "branched_log_sig"])
@pytest.mark.parametrize(
    "options", [{}, {"time_aug": True}, {"lead_lag": True}, {"correction": np.arange(4.0) / 50}]
)
def test_paths_beyond_full_lanes_have_the_gradients_that_they_have_alone(options, name, count):
    paths = walk(count, 90, 2)
    forward, function = getattr(treealg, name), getattr(treealg, f"{name}_backprop")
    shape = forward(paths, 3, **options).shape
    derivs = np.random.default_rng(1).normal(size=shape)
    value = () if "log" in name else (None,)
    found = function(paths, *value, derivs, 3, **options)
    alone = [
        function(path, *value, own, 3, **options) for path, own in zip(paths, derivs, strict=True)
    ]
    if "correction" in options:
        found, total = found
        alone, shares = zip(*alone, strict=True)
        np.testing.assert_allclose(total, sum(shares), rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(found, np.array(alone), rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("method", [1, 2])
def test_gradient_of_lyndon_forms_is_that_of_the_expanded_form(method):
    rng = np.random.default_rng(3)
    path = dyadic(rng, 5, 2) / 4
    weights = dyadic(rng, treealg.branched_log_sig_length(2, 3, planar=True, method=1))
    got = treealg.branched_log_sig_backprop(path, weights, 3, planar=True, method=method)
    sig = treealg.branched_sig(path, 3, planar=True)
    to_sig = treealg.branched_sig_to_log_sig_backprop(
        sig, weights, 2, 3, planar=True, method=method
    )
    assert error(got, treealg.branched_sig_backprop(path, None, to_sig, 3, planar=True)) < 1e-13


class _Words:
    """Arborification applied to exact derivatives, in the place of a sparse map."""

    def __init__(self, dimension, degree):
        elements = [Tree.from_tuple(t) for t in treealg.trees(dimension, degree)[1:]]
        words = [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]
        place = {word: i for i, word in enumerate(words)}
        self.entries = [
            [(place[word], c) for word, c in arborification(x).items()] for x in elements
        ]
        self.rows, self.columns = len(elements), len(words)

    def apply_transpose(self, derivs):
        out = np.full((self.columns, derivs.shape[1]), Fraction(0))
        for row, entries in enumerate(self.entries):
            for column, coefficient in entries:
                out[column] += coefficient * derivs[row]
        return out


@pytest.mark.slow
def test_gradient_along_a_thousand_unit_steps_keeps_its_digits():
    layout = tables.words(2, 4, longest=1).program()
    words = reference.WordProgram(2, 4, *layout, letter_columns(2, False, 1))
    rng = np.random.default_rng(0)
    path = np.cumsum(rng.choice([-1, 1], size=(1001, 2)), axis=0)
    weights = rng.integers(-8, 9, size=treealg.branched_sig_length(2, 4))
    exact = np.vectorize(Fraction, otypes=[object])
    want = np.zeros((1, *path.shape), dtype=object)
    arrays = exact(path)[None], None, exact(weights)[None], want, None
    reference.path_signature_backward(*arrays, words, _Words(2, 4), None, False, False, 1, 1)
    got = treealg.branched_sig_backprop(path, None, weights.astype(float), 4)
    assert error(got, want[0].astype(float)) < 1e-13
    # Element by element, where cancellation makes small ones: the bound is relative to the path's.
    in_batch = treealg.branched_sig_backprop(
        np.repeat(path[None], 9, axis=0), None, np.repeat(weights[None], 9, axis=0).astype(float), 4
    )
    assert error(in_batch, want.astype(float)) < 1e-13


# -- chosen coefficients -------------------------------------------------------------------------

TREES = [(0,), ((1,), 0), ((0,), (1,), 1), (((0,), 1), (1,), 0), None, ((0,), (1,), 1)]
FORESTS = [(0,), ((0,), (1,)), (((0,), 1), (0,)), ((0,), ((1,), (0,), 1)), None, (((1,), 0),)]


@pytest.mark.parametrize(("planar", "elements"), [(False, TREES), (True, FORESTS)])
def test_coefficients_are_those_of_the_exact_signature(planar, elements):
    path = dyadic(np.random.default_rng(4), 4, 2)
    exact = exact_signature(fractions(path), 4, planar=planar)
    want = [
        1.0 if x is None else float(exact[treealg.tree_to_idx(x, 2, 4, planar=planar)])
        for x in elements
    ]
    got = treealg.branched_sig_coef(path, elements, planar=planar)
    np.testing.assert_allclose(got, want, rtol=1e-13)


@pytest.mark.parametrize(("planar", "elements"), [(False, TREES), (True, FORESTS)])
@pytest.mark.parametrize("transform", [{}, {"time_aug": True}, {"lead_lag": True, "end_time": 2}])
def test_coefficients_and_gradient_are_those_of_the_whole_signature(transform, planar, elements):
    rng = np.random.default_rng(5)
    path = rng.normal(size=(3, 7, 2))
    options = {"planar": planar, **transform}
    sig = treealg.branched_sig(path, 4, scalar_term=True, **options)
    transform = {key: transform[key] for key in transform if key != "end_time"}
    select = {"planar": planar, "scalar_term": True, **transform}
    coefs = treealg.branched_sig_coef(path, elements, **options)
    extracted = treealg.extract_branched_sig_coef(sig, elements, 2, **select)
    np.testing.assert_allclose(coefs, extracted, rtol=1e-12, atol=1e-12)
    derivs = rng.normal(size=coefs.shape)
    whole = np.zeros_like(sig)
    for row, element in enumerate(elements):
        whole += derivs[:, row, None] * (
            np.arange(sig.shape[1])
            == treealg.tree_to_idx(
                element,
                2 * (1 + ("lead_lag" in transform)) + ("time_aug" in transform),
                4,
                planar=planar,
                scalar_term=True,
            )
        )
    got = treealg.branched_sig_coef_backprop(path, elements, coefs, derivs, **options)
    want = treealg.branched_sig_backprop(path, sig, whole, 4, **options)
    assert error(got, want) < 1e-13


def test_a_tree_of_twelve_nodes_is_exact_on_one_step():
    bush = (((0,), (1,), 2), ((1,), (1,), (2,), 0), ((0,), (2,), 1), (2,), 0)
    tree = Tree.from_tuple(bush)
    assert tree.order == 12
    step = [Fraction(3, 4), Fraction(-5, 2), Fraction(7, 8)]
    want = Fraction(1, tree.factorial)
    for vertex in tree.vertices():
        want *= step[vertex.label]
    path = [[0.0, 0.0, 0.0], [float(x) for x in step]]
    assert treealg.branched_sig_coef(path, tree) == pytest.approx([float(want)], rel=1e-14)


def test_a_long_ladder_is_a_power_over_a_factorial():
    ladder = (0,)
    for _ in range(39):
        ladder = (ladder, 0)
    path = np.linspace(0.0, 3.0, 20)[:, None]
    want = 3.0**40 / float(Tree.from_tuple(ladder).factorial)
    assert treealg.branched_sig_coef(path, [ladder]) == pytest.approx([want], rel=1e-12)


def test_a_tree_of_hundreds_of_nodes_hits_no_recursion_limit():
    tree = Tree(label=0)
    for _ in range(1999):
        tree = Tree([tree], 0)
    got = treealg.branched_sig_coef([[0.0], [1.0]], [tree, (0,)])
    np.testing.assert_allclose(got, [0.0, 1.0], atol=1e-300)


def test_one_tree_gives_one_column_and_symbolic_trees_are_trees():
    path = np.random.default_rng(6).normal(size=(5, 3, 2))
    tuple_form = ((1,), (0,), 1)
    want = treealg.branched_sig_coef(path, [tuple_form])
    assert want.shape == (5, 1)
    for tree in (tuple_form, Tree.from_tuple(tuple_form), ((0,), (1,), 1)):
        np.testing.assert_array_equal(treealg.branched_sig_coef(path, tree), want)
    forest = OrderedForest.from_tuple((tuple_form,))
    planar = treealg.branched_sig_coef(path, forest, planar=True)
    np.testing.assert_array_equal(
        planar, treealg.branched_sig_coef(path, [tuple_form], planar=True)
    )
    mirrored = treealg.branched_sig_coef(path, ((0,), (1,), 1), planar=True)
    np.testing.assert_allclose(planar + mirrored, want, rtol=1e-12)


# -- words and trees -----------------------------------------------------------------------------


def test_word_signature_is_made_of_iterated_integrals():
    path = dyadic(np.random.default_rng(7), 5, 2)
    exact = exact_signature(fractions(path), 3)
    words = [w for n in (1, 2, 3) for w in product(range(2), repeat=n)]

    def ladder(word):
        tree = (word[0],)
        for letter in word[1:]:
            tree = (tree, letter)
        return tree

    want = [float(exact[treealg.tree_to_idx(ladder(word), 2, 3)]) for word in words]
    got = treealg.sig(path, 3, scalar_term=True)
    assert got[0] == 1.0
    np.testing.assert_allclose(got[1:], want, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 4), (3, 3), (2, 1)])
def test_words_and_trees_of_a_path_map_to_each_other(dimension, degree, planar):
    path = np.random.default_rng(8).normal(size=(9, 5, dimension)) / 2
    sig = treealg.sig(path, degree, scalar_term=True)
    bsig = treealg.branched_sig(path, degree, planar=planar, scalar_term=True)
    options = {"planar": planar}
    mapped = treealg.sig_to_branched_sig(sig, dimension, degree, **options)
    np.testing.assert_allclose(mapped, bsig, rtol=1e-13, atol=1e-13)
    back = treealg.branched_sig_to_sig(bsig, dimension, degree, **options)
    np.testing.assert_allclose(back, sig, rtol=1e-13, atol=1e-13)
    log = treealg.log_sig(path, degree)
    want = treealg.branched_log_sig(path, degree, planar=planar)
    mapped = treealg.sig_to_branched_sig(log, dimension, degree, **options)
    np.testing.assert_allclose(mapped, want, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("planar", [False, True])
def test_restriction_to_ladders_takes_the_coefficients_of_ladders(planar):
    bsig = np.arange(treealg.branched_sig_length(2, 4, planar=planar), dtype=float)
    got = treealg.branched_sig_to_sig(bsig, 2, 4, planar=planar)
    want = []
    for n in range(1, 5):
        for word in product(range(2), repeat=n):
            ladder = (word[0],)
            for letter in word[1:]:
                ladder = (ladder, letter)
            want.append(treealg.tree_to_idx(ladder, 2, 4, planar=planar))
    np.testing.assert_array_equal(got, want)
    units = treealg.branched_sig_to_sig_backprop(np.eye(len(want)), 2, 4, planar=planar)
    np.testing.assert_array_equal(units, np.eye(len(bsig))[want])
