"""Brackets as channels, and changes of lift, against exact ones and against corrections."""

import importlib
import itertools
import re
from fractions import Fraction

import numpy as np
import pytest

import treealg
from tests.support import dyadic
from treealg import symbolic, tables
from treealg.checks import LIFTS
from treealg.errors import InvalidValueError
from treealg.numeric.plans import matrices
from treealg.symbolic.maps.vectors import basis_elements
from treealg.tables import memory_limits

SIGN = {"stratonovich": 0.0, "ito": 1.0, "backward": -1.0}


def widened(correction, channels):
    """Return a correction of channels as one of channels and brackets."""
    labels = tables.bracket_labels(channels)
    wide = np.zeros((*correction.shape[:-1], labels, labels))
    wide[..., :channels, :channels] = correction.reshape(*correction.shape[:-1], channels, channels)
    return wide.reshape(*correction.shape[:-1], labels**2)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("source", "target"), list(itertools.product(LIFTS, LIFTS)))
def test_realised_corrections_are_changes_of_lift(source, target, planar):
    """On each segment the increment of a bracket is the square of that of the path."""
    path = np.random.default_rng(0).normal(size=(5, 2)) / 2
    wide = treealg.bracket_path(path)
    correction = widened(treealg.realised_correction(path), 2)
    one, two = (
        treealg.branched_sig(wide, 3, planar=planar, correction=SIGN[lift] * correction)
        for lift in (source, target)
    )
    got = treealg.branched_sig_change_lift(one, 5, 3, source=source, target=target, planar=planar)
    np.testing.assert_allclose(got, two, rtol=0, atol=1e-12 * np.abs(two).max())
    assert source == target or np.abs(one - two).max() > 0.01


def test_ito_signatures_of_two_nodes_are_left_point_sums():
    path = np.random.default_rng(1).normal(size=(6, 2))
    bsig = treealg.branched_sig(treealg.bracket_path(path), 2)
    ito = treealg.branched_sig_change_lift(bsig, 5, 2, source="stratonovich", target="ito")
    for i, j in itertools.product(range(2), repeat=2):
        sums = ((path[:-1, i] - path[0, i]) * np.diff(path[:, j])).sum()
        assert ito[treealg.tree_to_idx(((i,), j), 5, 2)] == pytest.approx(sums, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("d", "degree"), [(1, 4), (2, 3), (3, 2)])
def test_values_are_the_exact_ones(d, degree, planar, dtype):
    labels = tables.bracket_labels(d)
    bsig = dyadic([d, degree], treealg.branched_sig_length(labels, degree, planar=planar))
    functional = symbolic.functional_from_vector(bsig.tolist(), labels, degree, planar=planar)
    kind = symbolic.PlanarTree if planar else symbolic.Tree
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    moved = {
        d + place: symbolic.Element(
            {kind([kind((), a)], b): Fraction(-1, 2) for a, b in {(i, j), (j, i)}}
        )
        for place, (i, j) in enumerate(pairs)
    }
    exact = symbolic.translate(functional, moved)
    got = treealg.branched_sig_change_lift(
        bsig.astype(dtype), labels, degree, source="backward", target="stratonovich", planar=planar
    )
    basis = list(enumerate(basis_elements(labels, degree, planar)))
    for place, key in basis[:: 1 + len(basis) // 200]:
        assert got[place] == pytest.approx(float(exact(key)), rel=float(10 * np.finfo(dtype).eps))


@pytest.mark.parametrize("lift", ["ito", "backward"])
def test_expectations_of_lifts_belong_together(lift):
    """Brackets of Brownian motion are the covariance times time."""
    root = np.random.default_rng(2).normal(size=(2, 2))
    covariance = np.zeros((5, 5))
    covariance[:2, :2] = root @ root.T
    drift = np.concatenate(([0.5, -1.0], (root @ root.T)[np.triu_indices(2)]))
    one, two = (
        treealg.expected_branched_sig(drift, covariance, 4, lift=x) for x in ("stratonovich", lift)
    )
    got = treealg.branched_sig_change_lift(one, 5, 4, source="stratonovich", target=lift)
    np.testing.assert_allclose(got, two, rtol=0, atol=1e-12 * np.abs(one).max())


def test_brackets_are_sums_of_products_of_steps():
    path = np.random.default_rng(3).normal(size=(2, 4, 3))
    got = treealg.bracket_path(path)
    np.testing.assert_array_equal(got[..., :3], path)
    pairs = list(itertools.combinations_with_replacement(range(3), 2))
    for place, (i, j) in enumerate(pairs):
        steps = np.diff(path, axis=1)
        want = np.concatenate(
            [np.zeros((2, 1)), np.cumsum(steps[..., i] * steps[..., j], axis=1)], 1
        )
        np.testing.assert_allclose(got[..., 3 + place], want, rtol=1e-13)


def test_the_gradient_in_a_path_is_exact():
    """The map is a polynomial of degree 2, whose central difference is its derivative."""
    rng = np.random.default_rng(4)
    path, way, derivs = rng.normal(size=(5, 2)), rng.normal(size=(5, 2)), rng.normal(size=(5, 5))
    ahead, behind = (treealg.bracket_path(path + t * way) for t in (0.5, -0.5))
    gradient = treealg.bracket_path_backprop(derivs, path)
    assert (gradient * way).sum() == pytest.approx(((ahead - behind) * derivs).sum(), rel=1e-11)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"dimension": 1}, treealg.InvalidValueError, "one of 2, 5, 9, 14, ...; got 1"),
        ({"dimension": 3}, treealg.InvalidValueError, "one of 2, 5, 9, 14, ...; got 3"),
        ({"dimension": 2**64}, treealg.InvalidValueError, "one of 2, 5, 9, 14, ...; got 18"),
        ({"dimension": 0}, treealg.InvalidValueError, "dimension must be at least 1"),
        ({"source": "marcus"}, treealg.InvalidValueError, "source must be one of"),
        ({"target": 1}, treealg.InvalidValueError, "target must be one of"),
        ({"bsig": np.zeros(5)}, treealg.InvalidValueError, "must have 6 columns, or 7"),
        ({"bsig": None}, treealg.InvalidTypeError, "must be an array"),
        ({"planar": "yes"}, treealg.InvalidTypeError, "planar must be True or False"),
        ({"n_jobs": 0}, treealg.InvalidValueError, "n_jobs"),
    ],
)
def test_bad_arguments_are_refused(given, error, message):
    good = {"bsig": np.zeros(6), "dimension": 2, "degree": 2} | given
    with pytest.raises(error, match=re.escape(message)):
        treealg.branched_sig_change_lift(**good)
    with pytest.raises(error, match=re.escape(message)):
        treealg.branched_sig_change_lift_backprop(good.pop("bsig"), **good)


def test_derivatives_of_another_path_are_refused():
    with pytest.raises(treealg.InvalidValueError, match=r"derivs must have shape \(..., 4, 5\)"):
        treealg.bracket_path_backprop(np.zeros((4, 4)), np.zeros((4, 2)))
    with pytest.raises(treealg.InvalidValueError, match="no points"):
        treealg.bracket_path(np.zeros((0, 2)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_brackets_of_lists_are_those_of_their_paths(dtype):
    rng = np.random.default_rng(12)
    paths = [rng.normal(size=(n, 2)).astype(dtype) for n in (4, 1, 7)]
    found = treealg.bracket_path(paths)
    derivs = [rng.normal(size=x.shape) for x in found]
    gradients = treealg.bracket_path_backprop(derivs, paths)
    for path, one, d, gradient in zip(paths, found, derivs, gradients, strict=True):
        exact = path.astype(np.float64)
        np.testing.assert_array_equal(one, treealg.bracket_path(exact))
        np.testing.assert_array_equal(gradient, treealg.bracket_path_backprop(d, exact))
    with pytest.raises(treealg.InvalidValueError, match="derivs must be a list"):
        treealg.bracket_path_backprop(derivs[:2], paths)
    with pytest.raises(treealg.InvalidValueError, match="lengths must be None for a list"):
        treealg.bracket_path(paths, lengths=[4, 1, 7])


def test_paths_that_end_before_others_rest_there():
    rng = np.random.default_rng(13)
    lengths = np.array([[4, 1], [7, 6]])
    path = rng.normal(size=(2, 2, 7, 2))
    for place in np.ndindex(2, 2):
        path[place][lengths[place] :] = np.nan  # which is not read
    found = treealg.bracket_path(path, lengths=lengths)
    derivs = rng.normal(size=found.shape)
    out = np.full(path.shape, np.nan)
    gradient = treealg.bracket_path_backprop(derivs, path, lengths=lengths, out=out)
    assert gradient is out
    for place in np.ndindex(2, 2):
        n = lengths[place]
        own = path[place][:n]
        want = treealg.bracket_path(own)
        np.testing.assert_array_equal(found[place][:n], want)
        np.testing.assert_array_equal(found[place][n:], np.broadcast_to(want[-1], (7 - n, 5)))
        back = derivs[place][:n].copy()
        back[-1] += derivs[place][n:].sum(axis=0)
        want = treealg.bracket_path_backprop(back, own)
        np.testing.assert_allclose(gradient[place][:n], want, rtol=1e-12, atol=1e-12)
        assert (gradient[place][n:] == 0).all()
    with pytest.raises(treealg.InvalidValueError, match="lengths must be from 1 to 7"):
        treealg.bracket_path(path, lengths=lengths + 1)


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_lists_have_brackets_and_gradients_in_other_frameworks(framework):
    pytest.importorskip(framework)
    module = importlib.import_module(f"treealg.{framework}")
    make = importlib.import_module({"torch": "torch", "jax": "jax.numpy"}[framework]).asarray
    rng = np.random.default_rng(14)
    arrays = [rng.normal(size=(n, 2)).astype(np.float32) for n in (4, 1, 7)]
    paths = [make(array) for array in arrays]
    found = module.bracket_path(paths)
    derivs = [rng.normal(size=x.shape).astype(np.float32) for x in found]
    back = module.bracket_path_backprop([make(x) for x in derivs], paths)
    for array, own, brackets, gradient in zip(arrays, derivs, found, back, strict=True):
        np.testing.assert_allclose(brackets, treealg.bracket_path(array), rtol=1e-6)
        want = treealg.bracket_path_backprop(own, array)
        np.testing.assert_allclose(gradient, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("target", ["stratonovich", "backward"])
def test_a_change_of_lift_is_scaled_some_rows_at_a_time(target, monkeypatch):
    rng = np.random.default_rng(5)
    bsig = rng.standard_normal(tables.basis_length(5, 3, planar=True))
    found = []
    for part in (7, 2**16):
        treealg.clear_cache()
        monkeypatch.setattr(matrices, "_PART", part)
        found.append(treealg.branched_sig_change_lift(bsig, 5, 3, target=target, planar=True))
    np.testing.assert_array_equal(*found)


def test_a_change_of_lift_is_held_against_memory_with_what_kernels_make_of_it(monkeypatch):
    treealg.clear_cache()
    table = tables.change_of_lift(2, 3, planar=True)
    free = [table.kernels - 1]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])
    monkeypatch.setattr(memory_limits, "_LOOKED_AT", 0)
    monkeypatch.setattr(matrices, "keep_plan", lambda key, make: make())
    bsig = np.zeros(tables.basis_length(5, 3, planar=True))
    with pytest.raises(InvalidValueError, match=f"{table.kernels} are needed"):
        treealg.branched_sig_change_lift(bsig, 5, 3, target="backward", planar=True)
    free[0] += 1
    treealg.branched_sig_change_lift(bsig, 5, 3, target="backward", planar=True)
