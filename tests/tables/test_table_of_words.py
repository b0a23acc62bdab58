"""Tables of words against the symbolic word algebra: lengths, cuts into letters, Lyndon words."""

from itertools import product

import numpy as np
import pytest

from treealg import symbolic, tables
from treealg.errors import InvalidValueError

SIZES = [(1, 0), (1, 5), (2, 1), (2, 6), (3, 4), (5, 2)]
# OEIS A001037 (binary Lyndon words), A027376 (ternary) and A001692 (quinary).
LYNDON = {1: [1, 0, 0, 0], 2: [2, 1, 2, 3, 6, 9, 18, 30], 3: [3, 3, 8, 18, 48], 5: [5, 10, 40]}


def words(dimension, degree):
    lengths = range(1, degree + 1)
    return [word for n in lengths for word in product(range(dimension), repeat=n)]


def lyndon_words(dimension, degree):
    return [word for n in range(1, degree + 1) for word in symbolic.lyndon_words(n, dimension)]


def dense(table):
    matrix = np.zeros((table.n_rows, table.width, table.n_cols, table.width))
    row = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))
    for label in range(table.width):
        matrix[row, label, table.col, label] = table.coef
    return matrix.reshape(table.n_rows * table.width, table.n_cols * table.width)


def expanded_brackets(dimension, degree):
    """Return the symbolic bracketings of the Lyndon words, one per column."""
    index = {word: place for place, word in enumerate(words(dimension, degree))}
    chosen = lyndon_words(dimension, degree)
    matrix = np.zeros((len(index), len(chosen)))
    for column, word in enumerate(chosen):
        for key, value in symbolic.lyndon_bracketing(word).items():
            matrix[index[key], column] = value
    return matrix


@pytest.mark.parametrize("dimension", LYNDON)
def test_lyndon_words_are_counted_as_published(dimension):
    degrees = range(len(LYNDON[dimension]) + 1)
    for method in (1, 2):
        lengths = [tables.log_length(dimension, n, planar=None, method=method) for n in degrees]
        assert np.diff(lengths).tolist() == LYNDON[dimension]


def test_lengths_of_words_are_counted_however_long_they_are():
    assert tables.basis_length(1, 10**15, planar=None) == 10**15
    assert tables.log_length(1, 10**15, planar=None, method=1) == 1
    assert tables.log_length(2, 61, planar=None, method=0) == 2**62 - 2
    with pytest.raises(InvalidValueError, match="word basis"):
        tables.basis_length(2, 10**9, planar=None)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_method_1_selects_the_lyndon_words(dimension, degree):
    table = tables.lyndon(dimension, degree, 1, planar=None)
    basis = words(dimension, degree)
    assert [basis[place] for place in table.col] == lyndon_words(dimension, degree)
    assert (table.coef == 1).all()
    assert table.ptr.tolist() == list(range(len(table.col) + 1))


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_method_2_expands_to_the_symbolic_bracketings_and_inverts_them(dimension, degree):
    brackets = expanded_brackets(dimension, degree)
    expansion = dense(tables.lyndon_expansion(dimension, degree, 2, planar=None))
    np.testing.assert_array_equal(expansion, brackets)
    projection = dense(tables.lyndon(dimension, degree, 2, planar=None))
    np.testing.assert_array_equal(projection @ brackets, np.eye(brackets.shape[1]))


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_coordinates_at_lyndon_words_expand_to_the_same_lie_elements(dimension, degree):
    selection = dense(tables.lyndon(dimension, degree, 1, planar=None))
    brackets = expanded_brackets(dimension, degree)
    expansion = dense(tables.lyndon_expansion(dimension, degree, 1, planar=None))
    np.testing.assert_array_equal(expansion @ selection @ brackets, brackets)


@pytest.mark.parametrize("method", [1, 2])
def test_words_need_no_arborification_before_their_coordinates(method):
    own = tables.lyndon_arborification(2, 4, method, planar=None)
    assert own is tables.lyndon(2, 4, method, planar=None)
    with pytest.raises(InvalidValueError, match="plain letters"):
        tables.lyndon_arborification(2, 4, method, longest=2, planar=None)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_plain_words_are_mapped_to_themselves(dimension, degree):
    table = tables.arborification(dimension, degree, planar=None)
    size = tables.basis_length(dimension, degree, planar=None)
    assert table.width == dimension
    np.testing.assert_array_equal(dense(table), np.eye(size))


@pytest.mark.parametrize("longest", [1, 2, 3, None])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 4), (3, 3), (2, 1)])
def test_words_are_cut_in_all_ways_as_the_ladder_is_arborified(dimension, degree, longest):
    table = dense(tables.arborification(dimension, degree, planar=None, longest=longest))
    longest = min(longest or degree, degree)
    layout = tables.words(dimension, degree, longest=longest)
    for place, word in enumerate(words(dimension, degree)):
        ladder = ()
        for label in word:
            ladder = (ladder, label) if ladder else (label,)
        tree = symbolic.Tree.from_tuple(ladder)
        expected = np.zeros(layout.size)
        for letters, count in symbolic.arborification(tree, longest=longest).items():
            expected[layout.index(letters)] = count
        np.testing.assert_array_equal(table[place], expected)


@pytest.mark.parametrize(("dimension", "degree"), SIZES)
def test_the_coproduct_of_words_is_deconcatenation(dimension, degree):
    assert tables.convolution(dimension, degree, planar=None) is tables.word_convolution(
        dimension, degree
    )
