"""The expansion of Lyndon coordinates undoes the projection, and is made of brackets."""

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables import lyndon, lyndon_expansion

SIZES = [(1, 0), (1, 1), (1, 6), (2, 1), (2, 4), (3, 3)]


def dense(table):
    matrix = np.zeros((table.n_rows, table.n_cols))
    matrix[np.repeat(np.arange(table.n_rows), np.diff(table.ptr)), table.col] = table.coef
    return matrix


@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_projection_after_expansion_is_the_identity(dimension, degree, method):
    projection = dense(lyndon(dimension, degree, method))
    expansion = dense(lyndon_expansion(dimension, degree, method))
    np.testing.assert_array_equal(projection @ expansion, np.eye(len(projection)))


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_both_methods_expand_to_the_same_lie_elements(dimension, degree):
    by_word = dense(lyndon_expansion(dimension, degree, 1))
    by_bracket = dense(lyndon_expansion(dimension, degree, 2))
    change = dense(lyndon(dimension, degree, 2)) @ by_word
    np.testing.assert_array_equal(by_bracket @ change, by_word)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_an_expanded_bracket_of_several_trees_has_coefficients_that_sum_to_zero(dimension, degree):
    from treealg.symbolic import enumerate_forests

    expansion = dense(lyndon_expansion(dimension, degree, 2))
    trees = np.array(
        [
            len(forest.trees)
            for order in range(1, degree + 1)
            for forest in enumerate_forests(order, dimension, planar=True)
        ],
        dtype=int,
    )
    places = np.flatnonzero(dense(lyndon(dimension, degree, 1)).any(axis=0))
    np.testing.assert_array_equal(expansion.sum(axis=0), trees[places] == 1)


def test_expansion_refuses_bad_arguments():
    with pytest.raises(InvalidValueError, match="method"):
        lyndon_expansion(1, 2, 0)
    with pytest.raises(InvalidTypeError, match="dimension"):
        lyndon_expansion(1.0, 2, 1)
    with pytest.raises(InvalidValueError, match="degree"):
        lyndon_expansion(1, -1, 1)
    assert tables.lyndon_expansion is lyndon_expansion
