"""Geometric signatures over trees: characters of shuffles, and the map of Hairer and Kelly."""

import itertools
import math
import re

import numpy as np
import pytest

import treealg
from tests.support import dyadic
from treealg import symbolic
from treealg.symbolic.maps.vectors import basis_elements

SIZES = [(1, 5), (2, 3), (3, 2)]


def words_of(d, degree, planar):
    """Return the words that coefficients belong to, with forests as letters."""
    algebra = symbolic.mkw if planar else symbolic.bck
    return [
        tuple(algebra.basis_element(letter) for letter in word)
        for word in treealg.geometric_sig_words(d, degree, planar=planar)
    ]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("d", "degree"), SIZES)
def test_values_are_the_exact_ones(d, degree, planar, dtype):
    degree -= planar
    bsig = dyadic([d, degree], treealg.branched_sig_length(d, degree, planar=planar))
    log = symbolic.log_star(bsig.tolist(), d, degree, planar=planar)
    algebra = symbolic.mkw if planar else symbolic.bck
    letters = dict(
        zip(map(algebra.basis_element, basis_elements(d, degree, planar)), log, strict=True)
    )
    want = np.array([
        float(math.prod(letters[letter] for letter in word)) / math.factorial(len(word))
        for word in words_of(d, degree, planar)
    ])  # fmt: skip
    got = treealg.branched_sig_to_geometric(bsig.astype(dtype), d, degree, planar=planar)
    scale = max(np.abs(want).max(), 1.0)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=0, atol=100 * np.finfo(dtype).eps * scale)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("d", "degree"), SIZES)
def test_the_way_back_gives_what_was_there(d, degree, planar):
    bsig = np.random.default_rng(0).normal(
        size=(3, treealg.branched_sig_length(d, degree, planar=planar))
    )
    gsig = treealg.branched_sig_to_geometric(bsig, d, degree, planar=planar)
    got = treealg.geometric_to_branched_sig(gsig, d, degree, planar=planar)
    np.testing.assert_allclose(got, bsig, rtol=0, atol=1e-11 * np.abs(gsig).max())


def test_the_map_is_that_of_hairer_and_kelly():
    d, degree = 2, 4
    words = {word: place for place, word in enumerate(words_of(d, degree, False))}
    gsig = np.random.default_rng(1).normal(size=len(words))
    got = treealg.geometric_to_branched_sig(gsig, d, degree)
    for value, tree in zip(got, basis_elements(d, degree, False), strict=True):
        image = symbolic.hairer_kelly(tree).items()
        want = sum(
            float(count) * gsig[words[tuple(symbolic.Forest([letter]) for letter in word)]]
            for word, count in image
        )
        assert value == pytest.approx(want, rel=1e-12)


def test_products_are_shuffles():
    d, degree = 2, 4
    bsig = np.random.default_rng(2).normal(size=treealg.branched_sig_length(d, degree))
    gsig = treealg.branched_sig_to_geometric(bsig, d, degree)
    words = {word: place for place, word in enumerate(words_of(d, degree, False))}
    weight = {word: sum(letter.order for letter in word) for word in words}
    checked = 0
    for one, two in itertools.product(words, repeat=2):
        if weight[one] + weight[two] == degree:
            total = sum(
                int(count) * gsig[words[word]]
                for word, count in symbolic.shuffle_words(one, two).items()
            )
            assert gsig[words[one]] * gsig[words[two]] == pytest.approx(total, rel=1e-10)
            checked += 1
    assert checked == 216


def test_of_a_line_only_single_nodes_are_letters():
    gsig = treealg.branched_sig_to_geometric(treealg.branched_sig([[0.0], [2.0]], 3), 1, 3)
    words = treealg.geometric_sig_words(1, 3)
    want = [
        2.0 ** len(word) / math.factorial(len(word)) if set(word) == {(0,)} else 0.0
        for word in words
    ]
    np.testing.assert_allclose(gsig, want, atol=1e-15)


@pytest.mark.parametrize("planar", [False, True])
def test_words_are_counted(planar):
    for d, degree in [(1, 0), (1, 4), (2, 3), (3, 2)]:
        words = treealg.geometric_sig_words(d, degree, planar=planar)
        assert len(set(words)) == len(words)
        assert len(words) == treealg.geometric_sig_length(d, degree, planar=planar)


GOOD = {"dimension": 2, "degree": 2}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"dimension": 0}, treealg.InvalidValueError, "dimension must be at least 1"),
        ({"degree": 2.5}, treealg.InvalidTypeError, "degree must be an integer"),
        ({"degree": 99}, treealg.InvalidValueError, "lower the degree"),
        ({"planar": 0}, treealg.InvalidTypeError, "planar must be True or False"),
    ],
)
def test_bad_sizes_are_refused(given, error, message):
    for call in (
        treealg.geometric_sig_length,
        treealg.geometric_sig_words,
        lambda **sizes: treealg.branched_sig_to_geometric(np.zeros(6), **sizes),
        lambda **sizes: treealg.branched_sig_to_geometric_backprop(
            np.zeros(10), np.zeros(6), **sizes
        ),
        lambda **sizes: treealg.geometric_to_branched_sig(np.zeros(10), **sizes),
        lambda **sizes: treealg.geometric_to_branched_sig_backprop(np.zeros(6), **sizes),
    ):
        with pytest.raises(error, match=message):
            call(**GOOD | given)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: treealg.branched_sig_to_geometric(np.zeros(5), 2, 2), "bsig must have 6 columns"),
        (lambda: treealg.branched_sig_to_geometric(np.zeros(7), 2, 2), "scalar 1"),
        (
            lambda: treealg.branched_sig_to_geometric_backprop(np.zeros(11), np.zeros(6), 2, 2),
            "derivs must have 10 columns with scalar_term=False",
        ),
        (
            lambda: treealg.branched_sig_to_geometric_backprop(
                np.zeros((2, 10)), np.zeros(6), 2, 2
            ),
            "the same leading shape",
        ),
        (lambda: treealg.geometric_to_branched_sig(np.zeros(6), 2, 2), "gsig must have 10 columns"),
        (
            lambda: treealg.geometric_to_branched_sig_backprop(np.zeros(5), 2, 2),
            "derivs must have 6 columns",
        ),
    ],
)
def test_bad_vectors_are_refused(call, message):
    with pytest.raises(treealg.InvalidValueError, match=re.escape(message)):
        call()
