"""Translations in floats, against the exact ones, and what they do to the group."""

import re

import numpy as np
import pytest

import treealg
from tests.support import dyadic
from treealg import symbolic
from treealg.symbolic.maps.vectors import basis_elements

SIZES = [(1, 4, 2), (2, 3, 3), (2, 4, 2), (3, 2, 1), (1, 3, 0), (2, 2, 3)]


def example(d, order, planar, seed=0):
    """Return what labels are moved by, in the Lie algebra, as values and as exact elements."""
    basis = basis_elements(d, order, planar)
    if planar:
        size = treealg.branched_log_sig_length(d, order, planar=True, method=1)
        lie = dyadic([seed, d, order], d, size)
        rows = np.stack([expanded(row, d, order) for row in lie])
    else:
        rows = dyadic([seed, d, order], d, len(basis))
    elements = {}
    for label, row in enumerate(rows):
        terms = zip(basis, row.tolist(), strict=True)
        elements[label] = symbolic.Element(
            {key: value / (1 if planar else key.symmetry) for key, value in terms}
        )
    return rows, elements


def expanded(row, d, order):
    """Return a combination of the brackets of Lyndon forests."""
    table = treealg.tables.lyndon_expansion(d, order, 2)
    out = np.zeros(table.n_rows)
    place = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))
    np.add.at(out, place, table.coef * row[table.col])
    return out


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("d", "degree", "order"), SIZES)
def test_values_are_the_exact_ones(d, degree, order, planar, dtype):
    rows, elements = example(d, order, planar)
    bsig = dyadic([d, degree], treealg.branched_sig_length(d, degree, planar=planar))
    functional = symbolic.functional_from_vector(bsig.tolist(), d, degree, planar=planar)
    moved = symbolic.translate(functional, elements)
    want = np.array([float(moved(key)) for key in basis_elements(d, degree, planar)])
    got = treealg.branched_sig_translate(
        bsig.astype(dtype), rows.astype(dtype), d, degree, planar=planar
    )
    assert got.dtype == dtype
    scale = max(np.abs(want).max(), 1.0)
    np.testing.assert_allclose(got, want, rtol=0, atol=100 * np.finfo(dtype).eps * scale)
    if order:
        assert np.abs(want - bsig).max() > 0.1


@pytest.mark.parametrize("planar", [False, True])
def test_translations_are_morphisms_of_the_group(planar):
    rng = np.random.default_rng(0)
    one, two = treealg.branched_sig(rng.normal(size=(2, 5, 2)), 4, planar=planar)
    rows, _ = example(2, 2, planar)

    def move(x):
        return treealg.branched_sig_translate(x, rows, 2, 4, planar=planar)

    both = treealg.branched_sig_combine(one, two, 2, 4, planar=planar)
    apart = treealg.branched_sig_combine(move(one), move(two), 2, 4, planar=planar)
    np.testing.assert_allclose(move(both), apart, rtol=1e-11, atol=1e-11 * np.abs(apart).max())
    log = treealg.branched_sig_to_log_sig(one, 2, 4, planar=planar)
    moved = treealg.branched_sig_to_log_sig(move(one), 2, 4, planar=planar)
    np.testing.assert_allclose(move(log), moved, rtol=1e-10, atol=1e-11 * np.abs(moved).max())


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("sign", [-0.5, 0.5])
def test_the_correction_of_ito_is_a_translation_of_time(sign, planar):
    """On each segment time brings the correction: v of time is -1/2 Sigma on chains."""
    rng = np.random.default_rng(1)
    path, root = rng.normal(size=(6, 2)), rng.normal(size=(2, 2))
    covariance, degree = root @ root.T, 4
    correction = -2 * sign * treealg.ito_correction(covariance, 1 / 5)
    want = treealg.branched_sig(path, degree, time_aug=True, correction=correction, planar=planar)
    plain = treealg.branched_sig(path, degree, time_aug=True, planar=planar)
    moved = np.zeros((3, treealg.branched_sig_length(3, 2, planar=planar)))
    for i in range(2):
        for j in range(2):
            chain = ((j,), i)
            place = treealg.tree_to_idx((chain,) if planar else chain, 3, 2, planar=planar)
            moved[2, place] = sign * covariance[i, j]
    got = treealg.branched_sig_translate(plain, moved, 3, degree, planar=planar)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12 * np.abs(want).max())


@pytest.mark.parametrize("planar", [False, True])
def test_gradients_are_derivatives_of_polynomials(planar):
    """A polynomial of degree 4 in one parameter has an exact difference of five points."""
    rng = np.random.default_rng(2)
    d, degree = 2, 4
    size, own = (treealg.branched_sig_length(d, n, planar=planar) for n in (degree, 3))
    bsig, derivs = rng.normal(size=(2, size))
    rows, way = rng.normal(size=(2, d, own))

    def along(t):
        return (
            treealg.branched_sig_translate(bsig, rows + t * way, d, degree, planar=planar) @ derivs
        )

    _, gradient = treealg.branched_sig_translate_backprop(
        derivs, bsig, rows, d, degree, planar=planar
    )
    exact = (8 * (along(1) - along(-1)) - (along(2) - along(-2))) / 12
    np.testing.assert_allclose((gradient * way).sum(), exact, rtol=1e-11)


def test_each_call_has_its_own_translation():
    rng = np.random.default_rng(5)
    bsig, moved = rng.normal(size=(4, 20)), rng.normal(size=(3, 2, 6))
    batch = np.repeat(bsig[None], 3, axis=0)
    want = treealg.branched_sig_translate(batch, moved[:, None], 2, 3)
    again = moved.copy()
    for _ in range(2):
        for i in (0, 1, 1, 2, 0):
            found = treealg.branched_sig_translate(bsig, moved[i], 2, 3)
            np.testing.assert_array_equal(found, want[i])
    moved[0, 0, 0] += 1.0
    found = treealg.branched_sig_translate(bsig, moved[0], 2, 3)
    assert np.abs(found - want[0]).max() > 0.1
    derivs = rng.normal(size=(4, 20))
    first = treealg.branched_sig_translate_backprop(derivs, bsig, again[0], 2, 3)
    treealg.branched_sig_translate_backprop(derivs, bsig, again[1], 2, 3)
    for one, two in zip(
        first, treealg.branched_sig_translate_backprop(derivs, bsig, again[0], 2, 3), strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_what_is_beyond_the_degree_has_no_effect():
    rng = np.random.default_rng(3)
    bsig, derivs = rng.normal(size=(2, 6))
    wide = rng.normal(size=(2, 20))
    short = treealg.branched_sig_translate(bsig, wide[:, :6], 2, 2)
    np.testing.assert_array_equal(treealg.branched_sig_translate(bsig, wide, 2, 2), short)
    _, gradient = treealg.branched_sig_translate_backprop(derivs, bsig, wide, 2, 2)
    assert gradient.shape == wide.shape
    np.testing.assert_array_equal(gradient[:, 6:], 0)
    assert np.abs(gradient[:, :6]).min() > 0


GOOD = {"bsig": np.zeros(6), "translation": np.zeros((2, 6)), "dimension": 2, "degree": 2}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"translation": np.zeros((2, 5))}, treealg.InvalidValueError, "one of [2, 6, 20, '...']"),
        ({"translation": np.zeros((3, 6))}, treealg.InvalidValueError, "(..., 2, moved)"),
        ({"translation": np.zeros(6)}, treealg.InvalidValueError, "at least 2 axes"),
        ({"translation": np.zeros((2, 6), np.float32)}, treealg.InvalidTypeError, "one dtype"),
        ({"translation": {}}, treealg.InvalidTypeError, "translation must be"),
        ({"bsig": np.zeros(5)}, treealg.InvalidValueError, "bsig must have 6 columns, or 7"),
        ({"dimension": 0}, treealg.InvalidValueError, "dimension must be at least 1"),
        ({"degree": 2.0}, treealg.InvalidTypeError, "degree must be an integer"),
        ({"planar": 1}, treealg.InvalidTypeError, "planar must be True or False"),
        ({"n_jobs": 0}, treealg.InvalidValueError, "n_jobs"),
    ],
)
def test_bad_arguments_are_refused(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        treealg.branched_sig_translate(**GOOD | given)
    with pytest.raises(error, match=re.escape(message)):
        treealg.branched_sig_translate_backprop(np.zeros(6), **GOOD | given)


def test_derivatives_of_another_layout_are_refused():
    with pytest.raises(treealg.InvalidValueError, match="derivs must have 6 columns, as bsig has"):
        treealg.branched_sig_translate_backprop(np.zeros(7), **GOOD)
