"""Trees, ordered forests and words by weight, and the algebra up to a weight."""

from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Tree,
    bck,
    chen_product,
    count_by_weight,
    exp_star,
    log_star,
    mkw,
    weight,
    weighted_basis,
    weighted_words,
)
from treealg.symbolic.maps.vectors import basis_elements

CASES = [
    ((1, 2), 4, False),
    ((2, 1), 4, False),
    ((1, 2), 4, True),
    ((2, 1), 3, True),
    ((2, 3), 7, False),
    ((2, 3), 7, True),
    ((1, 1, 2), 3, False),
    ((1, 9), 3, True),
]


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_the_basis_is_what_is_light_enough_in_the_basis_order(weights, degree, planar):
    every = basis_elements(len(weights), degree // min(weights), planar)
    expected = tuple(x for x in every if weight(x, weights) <= degree)
    assert weighted_basis(weights, degree, planar=planar) == expected


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_counts_are_those_of_lists(weights, degree, planar):
    basis = weighted_basis(weights, degree, planar=planar)
    found = [sum(weight(x, weights) == n for x in basis) for n in range(1, degree + 1)]
    assert list(count_by_weight(weights, degree, planar=planar)) == [1, *found]


@pytest.mark.parametrize("weights", [(1, 2), (2, 1), (2, 3), (1, 1, 3)])
def test_words_are_those_that_are_light_enough(weights):
    degree = 5
    letters = range(len(weights))
    every = [word for n in range(1, degree + 1) for word in product(letters, repeat=n)]
    expected = [word for word in every if weight(word, weights) <= degree]
    assert list(weighted_words(weights, degree)) == expected
    assert sum(count_by_weight(weights, degree, planar=None)) == 1 + len(expected)


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_coproducts_keep_the_weight(weights, degree, planar):
    algebra = mkw if planar else bck
    for x in weighted_basis(weights, min(degree, 5), planar=planar):
        element = x if planar else algebra.basis_element(x)
        totals = {
            weight(pruned, weights) + weight(trunk, weights)
            for (pruned, trunk), _ in algebra.coproduct(element).items()
        }
        assert totals == {weight(x, weights)}


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_maps_up_to_a_weight_are_those_of_all_trees(weights, degree, planar):
    dimension, most = len(weights), degree // min(weights)
    every = basis_elements(dimension, most, planar)
    chosen = [i for i, x in enumerate(every) if weight(x, weights) <= degree]
    generator = Random(7)
    x, y = ([Fraction(generator.randint(-3, 3)) for _ in every] for _ in range(2))
    light_x, light_y = [x[i] for i in chosen], [y[i] for i in chosen]
    for function, whole, light in (
        (log_star, (x,), (light_x,)),
        (exp_star, (x,), (light_x,)),
        (chen_product, (x, y), (light_x, light_y)),
    ):
        expected = function(*whole, dimension, most, planar=planar)
        found = function(*light, dimension, degree, planar=planar, weights=weights)
        assert found == [expected[i] for i in chosen]


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ((), InvalidValueError, "an integer for each channel"),
        ((1, 0), InvalidValueError, r"weights\[1\] must be at least 1"),
        ((1, 2.0), InvalidTypeError, r"weights\[1\] must be an integer"),
        ("12", InvalidTypeError, "a sequence of positive integers"),
        (3, InvalidTypeError, "a sequence of positive integers"),
    ],
)
def test_weights_are_positive_integers(weights, error, message):
    with pytest.raises(error, match=message):
        weighted_basis(weights, 2)


def test_a_weight_for_each_label_is_asked_for():
    with pytest.raises(InvalidValueError, match="one for each of the 2 labels"):
        log_star([1], 2, 1, weights=(1,))
    with pytest.raises(InvalidValueError, match="labels 0 to 0"):
        weight((1,), (1,))
    with pytest.raises(InvalidTypeError, match="several trees are Forest"):
        weight((Tree(), Tree()), (1,))
    with pytest.raises(InvalidTypeError, match="a tree, a forest or a word"):
        weight("0", (1,))


@pytest.mark.parametrize(
    "letter",
    [np.int64, np.uint8, np.array, sympy.Integer],
    ids=["int64", "uint8", "array", "sympy"],
)
def test_letters_are_integers_of_any_kind(letter):
    assert weight((letter(1), letter(0)), [1, 7]) == 8
    assert weight(tuple(np.array([1, 0, 1], np.int8)), [1, 7]) == 15


@pytest.mark.parametrize("letter", [True, np.True_, np.array(True), 1.0, np.float64(1), "1", 2, -1])
def test_what_is_no_letter_has_no_weight(letter):
    with pytest.raises(InvalidValueError, match="labels 0 to 1"):
        weight((letter, 0), [1, 7])


def test_tuple_forms_of_trees_are_no_words():
    with pytest.raises(InvalidTypeError, match=r"Tree\.from_tuple"):
        weight(((1,), 0), [1, 7])
    with pytest.raises(InvalidTypeError, match="a word, which is a tuple, got list"):
        weight([1, 0], [1, 7])
