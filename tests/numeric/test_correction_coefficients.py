"""Chosen coefficients of paths with a correction, and their gradients, against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg.symbolic import (
    Forest,
    Functional,
    InfinitesimalCharacter,
    OrderedForest,
    PlanarTree,
    Tree,
    bck,
    mkw,
)

from ..support import correction_columns, dyadic

TREES = [(0,), ((1,), 0), ((0,), (1,), 1), (((0,), 1), (1,), 0), None, ((1,), (1,), 0)]
FORESTS = [(0,), ((0,), (1,)), (((0,), 1), (0,)), ((0,), ((1,), (0,), 1)), None, (((1,), 0),)]
ELEMENTS = {False: TREES, True: FORESTS}
both = pytest.mark.parametrize("planar", [False, True])


def ladder(kind, labels):
    tree = kind((), labels[-1])
    for label in reversed(labels[:-1]):
        tree = kind((tree,), label)
    return tree


def sample_trees(kind, nodes):
    """A ladder, a corolla, a caterpillar and a random tree of so many nodes, in three colours."""
    leaves = [kind((), label % 3) for label in range(nodes)]
    caterpillar = leaves[0]
    for label in range(1, nodes // 2):
        caterpillar = kind((leaves[label], caterpillar), label % 3)
    rng = np.random.default_rng(nodes)
    children = [[] for _ in range(nodes)]
    for vertex in range(1, nodes):
        children[rng.integers(vertex)].append(vertex)
    trees = {}
    for vertex in range(nodes - 1, -1, -1):
        branches = tuple(trees[child] for child in children[vertex])
        trees[vertex] = kind(branches, int(rng.integers(3)))
    return {
        "ladder": ladder(kind, [label % 3 for label in range(nodes)]),
        "corolla": kind(tuple(leaves[1:]), 1),
        "caterpillar": kind((caterpillar,), 2),
        "random": trees[0],
    }


def exact_coefficient(tree, path, correction):
    """Return the coefficient as a convolution of exponentials, with the correction on level 2."""
    planar = isinstance(tree, PlanarTree)
    kind, total = type(tree), None
    for start, end, row in zip(path, path[1:], correction, strict=False):
        values = {
            kind((), a): Fraction(y) - Fraction(x)
            for a, (x, y) in enumerate(zip(start, end, strict=True))
        }
        for number, value in enumerate(row):
            values[ladder(kind, divmod(number, len(start)))] = Fraction(value)
        piece = (Functional(mkw, values) if planar else InfinitesimalCharacter(bck, values)).exp()
        total = piece if total is None else total * piece
    return total(OrderedForest([tree]) if planar else Forest([tree]))


@both
@pytest.mark.parametrize("shape", ["ladder", "corolla", "caterpillar", "random"])
def test_a_corrected_tree_of_twelve_nodes_is_exact(shape, planar):
    tree = sample_trees(PlanarTree if planar else Tree, 12)[shape]
    assert tree.order == 12
    path, correction = dyadic(1, 3, 3), dyadic(2, 2, 9)
    want = float(exact_coefficient(tree, path.tolist(), correction.tolist()))
    got = treealg.branched_sig_coef(path, tree, planar=planar, correction=correction)
    longer = np.cumsum(np.abs(np.diff(path, axis=0, prepend=path[:1])), axis=0)
    scale = treealg.branched_sig_coef(longer, tree, planar=planar, correction=abs(correction))
    assert abs(got[0] - want) <= 1e-13 * scale[0]
    assert abs(want) > 1e-6 * scale[0]  # or the test above would say little
    plain = treealg.branched_sig_coef(path, tree, planar=planar)
    assert abs(got[0] - plain[0]) > 1e-6 * scale[0]


@both
@pytest.mark.parametrize(
    ("dimension", "degree", "longest"), [(1, 6, 3), (1, 6, 6), (2, 4, 2), (2, 4, 4), (3, 3, 3)]
)
def test_all_corrected_coefficients_are_those_of_the_exact_signature(
    dimension, degree, longest, planar
):
    path, correction = dyadic(3, 3, dimension), dyadic(4, 2, correction_columns(dimension, longest))
    want = treealg.symbolic.exact_signature(
        path.tolist(), degree, planar=planar, correction=correction.tolist()
    )
    elements = list(treealg.trees(dimension, degree, planar=planar))[1:]
    options = {"planar": planar, "correction": correction}
    got = treealg.branched_sig_coef(path, elements, **options)
    np.testing.assert_allclose(got, np.array(want, dtype=float), rtol=1e-12, atol=1e-13)
    derivs = dyadic(5, len(elements))
    got = treealg.branched_sig_coef_backprop(path, elements, got, derivs, **options)
    want = treealg.branched_sig_backprop(path, None, derivs, degree, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11)


@both
@pytest.mark.parametrize("batch", [(), (3,), (2, 5), (0,)], ids=str)
@pytest.mark.parametrize("options", [{}, {"time_aug": True, "end_time": 0.5}, {"n_jobs": 2}])
def test_coefficients_and_gradients_are_those_of_the_whole_signature(options, batch, planar):
    rng, elements = np.random.default_rng(5), ELEMENTS[planar]
    path = rng.normal(size=(*batch, 40, 2)) / 4
    correction = rng.normal(size=(*batch, 39, 12)) / 4
    options = {"planar": planar, "correction": correction, **options}
    got = treealg.branched_sig_coef(path, elements, **options)
    sig = treealg.branched_sig(path, 4, scalar_term=True, **options)
    dimension = 2 + ("time_aug" in options)
    places = [
        treealg.tree_to_idx(x, dimension, 4, planar=planar, scalar_term=True) for x in elements
    ]
    np.testing.assert_allclose(got, sig[..., places], rtol=1e-11, atol=1e-11)
    derivs, whole = rng.normal(size=got.shape), np.zeros_like(sig)
    np.add.at(whole, (..., places), derivs)
    want = treealg.branched_sig_backprop(path, sig, whole, 4, **options)
    found = treealg.branched_sig_coef_backprop(path, elements, got, derivs, **options)
    for one, other in zip(found, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11)


@both
@pytest.mark.parametrize("every", [1, 50], ids=["all", "a few"])
def test_time_has_no_correction(every, planar):
    path, correction = dyadic(19, 4, 2), dyadic(20, 3, 4)
    elements = list(treealg.trees(3, 3, planar=planar))[:0:-every]
    options = {"planar": planar, "time_aug": True, "end_time": 2.0, "correction": correction}
    whole = treealg.branched_sig(path, 3, **options)[::-every]
    got = treealg.branched_sig_coef(path, elements, **options)
    np.testing.assert_allclose(got, whole, rtol=1e-12, atol=1e-13)
    derivs = dyadic(21, len(elements))
    filled = np.zeros(treealg.branched_sig_length(3, 3, planar=planar))
    filled[::-every] = derivs
    got = treealg.branched_sig_coef_backprop(path, elements, None, derivs, **options)
    want = treealg.branched_sig_backprop(path, None, filled, 3, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@both
@pytest.mark.parametrize("shape", ["ladder", "corolla", "caterpillar", "random"])
def test_gradient_is_the_adjoint_of_the_exact_derivative(shape, planar):
    tree = sample_trees(PlanarTree if planar else Tree, 8)[shape]
    path, correction = dyadic(6, 3, 3), dyadic(7, 2, 9)
    d_path, d_correction = dyadic(8, 3, 3), dyadic(9, 2, 9)
    got = treealg.branched_sig_coef_backprop(
        path, tree, None, [1.0], planar=planar, correction=correction
    )
    nodes = range(-4, 5)  # along a line the value is a polynomial of degree 8 at most
    values = [
        exact_coefficient(
            tree, (path + h * d_path).tolist(), (correction + h * d_correction).tolist()
        )
        for h in nodes
    ]
    want = sum(slope_weight(h, nodes) * value for h, value in zip(nodes, values, strict=True))
    found = (got[0] * d_path).sum() + (got[1] * d_correction).sum()
    size = np.abs(got[0] * d_path).sum() + np.abs(got[1] * d_correction).sum()
    assert abs(found - float(want)) <= 1e-13 * size


def slope_weight(node, nodes):
    """Return the weight of the value at a node in the slope at 0 of its interpolation."""
    others = [x for x in nodes if x != node]
    total = Fraction(0)
    for left_out in others:
        term = Fraction(1, node - left_out)
        for x in others:
            if x != left_out:
                term *= Fraction(-x, node - x)
        total += term
    return total


@pytest.mark.parametrize("shape", [(12,), (9, 12)], ids=str)
@pytest.mark.parametrize("batch", [(), (3,), (70, 2)], ids=str)
def test_gradient_of_a_shared_correction_is_the_sum(batch, shape):
    rng = np.random.default_rng(10)
    path, shared = rng.normal(size=(*batch, 10, 2)) / 2, rng.normal(size=shape) / 2
    whole = np.broadcast_to(shared, (*batch, 9, 12)).copy()
    values = [treealg.branched_sig_coef(path, TREES, correction=c) for c in (shared, whole)]
    np.testing.assert_array_equal(*values)
    derivs = rng.normal(size=values[0].shape)
    got, want = (
        treealg.branched_sig_coef_backprop(path, TREES, None, derivs, correction=c)
        for c in (shared, whole)
    )
    np.testing.assert_allclose(got[0], want[0], rtol=1e-12, atol=1e-12)
    assert got[1].shape == shape
    axes = tuple(range(len(batch) + (len(shape) == 1)))
    np.testing.assert_allclose(got[1], want[1].sum(axis=axes), rtol=1e-11, atol=1e-11)


def test_no_columns_are_no_correction():
    path, derivs = dyadic(12, 4, 5, 2), dyadic(13, 4, 6)
    for correction in ([], np.zeros((4, 0))):
        got = treealg.branched_sig_coef(path, TREES, correction=correction)
        np.testing.assert_array_equal(got, treealg.branched_sig_coef(path, TREES))
        got = treealg.branched_sig_coef_backprop(path, TREES, None, derivs, correction=correction)
        np.testing.assert_array_equal(
            got[0], treealg.branched_sig_coef_backprop(path, TREES, None, derivs)
        )
        assert got[1].shape == np.shape(correction)


def test_paths_of_one_point_have_a_zero_gradient():
    path, derivs = np.ones((3, 1, 2)), np.ones((3, 6))
    got = treealg.branched_sig_coef(path, TREES, correction=np.ones(4))
    np.testing.assert_array_equal(got, np.broadcast_to([0, 0, 0, 0, 1, 0], (3, 6)))
    got = treealg.branched_sig_coef_backprop(path, TREES, None, derivs, correction=np.ones(4))
    assert [x.shape for x in got] == [(3, 1, 2), (4,)]
    assert not np.concatenate([x.ravel() for x in got]).any()


@pytest.mark.parametrize("count", [3, 9])
def test_nan_in_a_correction_stays_with_its_path(count):
    path, correction = dyadic(14, count, 40, 2), dyadic(15, count, 39, 4)
    derivs = dyadic(16, count, 6)

    def results():
        yield treealg.branched_sig_coef(path, TREES, correction=correction)
        yield from treealg.branched_sig_coef_backprop(
            path, TREES, None, derivs, correction=correction
        )

    clean = list(results())
    correction[1, 20, 2] = np.nan
    others = np.arange(count) != 1
    for one, other in zip(results(), clean, strict=True):
        np.testing.assert_array_equal(one[others], other[others])
        assert np.isnan(one[1]).any()


@pytest.mark.parametrize(
    ("correction", "options", "error"),
    [
        (np.zeros(3), {}, treealg.InvalidValueError),
        (np.zeros(12 + 16 + 32), {}, treealg.InvalidValueError),  # up to 5 nodes, of 4
        (np.zeros((4, 4)), {"lead_lag": True}, treealg.InvalidValueError),
        (np.zeros((3, 4)), {}, treealg.InvalidValueError),
        (np.zeros((2, 4, 4)), {}, treealg.InvalidValueError),
        (np.zeros(4, np.float32), {}, treealg.InvalidTypeError),
        ("zero", {}, treealg.InvalidTypeError),
    ],
    ids=["columns", "level", "lead_lag", "segments", "batch", "dtype", "text"],
)
def test_wrong_corrections_are_refused(correction, options, error):
    with pytest.raises(error, match="correction"):
        treealg.branched_sig_coef(np.zeros((5, 2)), TREES, correction=correction, **options)
    with pytest.raises(error, match="correction"):
        treealg.branched_sig_coef_backprop(
            np.zeros((5, 2)), TREES, None, np.zeros(6), correction=correction, **options
        )


def test_levels_reach_to_the_largest_order_of_the_trees():
    path, correction = dyadic(17, 5, 2), dyadic(18, 4, 12)
    whole = treealg.branched_sig(path, 3, correction=correction)
    got = treealg.branched_sig_coef(path, [((0,), (1,), 0), (1,)], correction=correction)
    places = [treealg.tree_to_idx(x, 2, 3) for x in (((0,), (1,), 0), (1,))]
    np.testing.assert_allclose(got, whole[places], rtol=1e-12)
    with pytest.raises(treealg.InvalidValueError, match="up to the degree, 2"):
        treealg.branched_sig_coef(path, [((0,), 1), (1,)], correction=correction)
