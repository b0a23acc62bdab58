"""The Lyndon projection against bracketings that are expanded without it."""

from importlib import import_module
from itertools import product

import numpy as np
import pytest

import treealg
from tests.support import soon
from treealg import symbolic, tables
from treealg.errors import InvalidValueError
from treealg.tables import brackets, rows as rows_module
from treealg.tables.composition import compose
from treealg.tables.layout import WordLayout
from treealg.tables.lyndon import all_contents, lyndon_forests
from treealg.tables.rows import Rows

lyndon_module = import_module("treealg.tables.lyndon")  # where it is, is a function

CASES = [(1, 6), (2, 4), (3, 3), (5, 2), (2, 1), (2, 0)]


def planar_basis(dimension, degree):
    return [
        forest
        for order in range(1, degree + 1)
        for forest in symbolic.enumerate_forests(order, dimension, planar=True)
    ]


def is_lyndon(trees):
    return all(trees < trees[i:] for i in range(1, len(trees)))


def bracketing(trees):
    """Expand the standard bracketing of a Lyndon word over planar trees, by definition."""
    if len(trees) == 1:
        return {trees: 1}
    cut = min(i for i in range(1, len(trees)) if is_lyndon(trees[i:]))
    total = {}
    for left, a in bracketing(trees[:cut]).items():
        for right, b in bracketing(trees[cut:]).items():
            total[left + right] = total.get(left + right, 0) + a * b
            total[right + left] = total.get(right + left, 0) - a * b
    return total


def dense(table):
    matrix = np.zeros((table.n_rows * table.width, table.n_cols * table.width))
    row = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))
    for label in range(table.width):
        matrix[row * table.width + label, table.col * table.width + label] = table.coef
    return matrix


@pytest.mark.parametrize(("dimension", "degree"), CASES)
def test_method_1_selects_the_lyndon_forests(dimension, degree):
    table = tables.lyndon(dimension, degree, 1)
    forests = planar_basis(dimension, degree)
    expected = [i for i, forest in enumerate(forests) if is_lyndon(forest.trees)]
    assert table.col.tolist() == expected
    assert (table.coef == 1).all()
    assert table.ptr.tolist() == list(range(len(expected) + 1))


@pytest.mark.parametrize(("dimension", "degree"), CASES)
def test_method_2_is_the_dual_basis_of_the_standard_bracketings(dimension, degree):
    table = tables.lyndon(dimension, degree, 2)
    forests = planar_basis(dimension, degree)
    index = {forest.trees: i for i, forest in enumerate(forests)}
    chosen = [forest.trees for forest in forests if is_lyndon(forest.trees)]
    expanded = np.zeros((len(forests), len(chosen)))
    for j, trees in enumerate(chosen):
        for word, value in bracketing(trees).items():
            expanded[index[word], j] = value
    np.testing.assert_array_equal(dense(table) @ expanded, np.eye(len(chosen)))


@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize(("dimension", "degree"), CASES)
def test_composition_with_arborification_is_the_product_of_matrices(dimension, degree, method):
    composed = tables.lyndon_arborification(dimension, degree, method)
    outer = dense(tables.lyndon(dimension, degree, method))
    inner = dense(tables.arborification(dimension, degree, planar=True))
    np.testing.assert_array_equal(dense(composed), outer @ inner)
    assert composed.width == 1


@pytest.mark.peer
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 4), (3, 3)])
def test_coordinates_agree_with_pysiglib(dimension, degree, method):
    pysiglib = pytest.importorskip("pysiglib")
    path = np.random.default_rng(3).normal(size=(6, dimension))
    pysiglib.prepare_branched_sig(dimension, degree, planar=True)
    for which in (0, method):
        pysiglib.prepare_branched_log_sig(dimension, degree, planar=True, method=which)
    signature = pysiglib.branched_sig(path, degree, planar=True)
    expanded, coordinates = (
        np.asarray(
            pysiglib.branched_sig_to_log_sig(
                signature, dimension, degree, planar=True, method=which
            )
        )
        for which in (0, method)
    )
    matrix = dense(tables.lyndon(dimension, degree, method))
    expanded = expanded[expanded.size - matrix.shape[1] :]
    np.testing.assert_allclose(matrix @ expanded, coordinates, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("degree", [0, 1, 7, 3000])
def test_one_letter_is_the_only_lyndon_word_of_itself(degree, method):
    table = tables.lyndon(1, degree, method, planar=None)
    assert (table.n_rows, table.n_cols) == (min(degree, 1), degree)
    assert table.col.tolist() == [0] * table.n_rows
    assert table.coef.tolist() == [1.0] * table.n_rows


def words(dimension, degree):
    return [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]


@pytest.mark.parametrize("table", [tables.lyndon, tables.lyndon_expansion])
@pytest.mark.parametrize(("dimension", "degree"), [(2, 8), (3, 5), (5, 4), (2, 1)])
def test_tables_of_words_are_those_of_bracketings_by_definition(dimension, degree, table):
    every = words(dimension, degree)
    index = {word: i for i, word in enumerate(every)}
    chosen = [word for word in every if is_lyndon(word)]
    expanded = np.zeros((len(every), len(chosen)))
    for j, word in enumerate(chosen):
        for other, value in bracketing(word).items():
            expanded[index[other], j] = value
    if table is tables.lyndon_expansion:
        np.testing.assert_array_equal(dense(table(dimension, degree, 2, planar=None)), expanded)
    else:
        found = dense(table(dimension, degree, 2, planar=None))
        np.testing.assert_array_equal(found @ expanded, np.eye(len(chosen)))
        assert set(np.flatnonzero(found.any(axis=0))) <= {index[word] for word in chosen}


def sparse_rows(matrix):
    """Return the rows of a matrix."""
    row, column = np.nonzero(matrix)
    ptr = np.searchsorted(row, np.arange(len(matrix) + 1))
    return Rows(ptr, column, matrix[row, column])


@pytest.mark.parametrize("size", [1, 5, 33, 70])
def test_triangular_matrices_are_inverted_exactly(size):
    rng = np.random.default_rng(size)
    matrix = np.tril(rng.integers(-1, 2, (size, size)) * (rng.random((size, size)) < 0.2), -1)
    matrix += np.eye(size, dtype=int)
    found = brackets._inverse(sparse_rows(matrix.astype(float)))
    inverse = np.zeros((size, size))
    inverse[np.repeat(np.arange(size), np.diff(found.ptr)), found.pair] = found.coef
    assert np.count_nonzero(inverse) == found.coef.size
    exact = np.array([[int(x) for x in row] for row in inverse], dtype=object)
    np.testing.assert_array_equal(exact @ matrix, np.eye(size, dtype=int))


@pytest.mark.parametrize("size", [20, 50])
def test_an_inverse_that_float64_does_not_hold_is_refused(size):
    matrix = np.eye(size) - 2.0**10 * np.eye(size, k=-1)
    with pytest.raises(InvalidValueError, match=r"2\*\*53 .* lower the degree"):
        brackets._inverse(sparse_rows(matrix))


@pytest.mark.parametrize("counts", [(7, 9), (9, 7), (7, 8)])
def test_the_shortest_words_that_are_refused_are_known(counts):
    layout = WordLayout(2, sum(counts))
    every = all_contents(layout, lyndon_forests(layout))
    (own,) = (x for x in every if np.bincount(x.words[0], minlength=2).tolist() == list(counts))
    if counts == (7, 9):
        with pytest.raises(InvalidValueError, match=r"2\*\*53"):
            brackets.at_lyndon_words(own)
    else:
        assert np.abs(brackets.at_lyndon_words(own).entries.coef).max() < 2**53


INEXACT = [
    lambda: tables.lyndon(2, 16, 2, planar=None),
    lambda: tables.lyndon(2, 18, 2, planar=None),
    lambda: tables.lyndon_arborification(2, 17, 2, planar=None),
    lambda: tables.lyndon_expansion(2, 16, 1, planar=None),
    lambda: tables.weighted_lyndon((2, 1), 23, 2, planar=None),
    lambda: tables.weighted_lyndon((30, 1, 2), 25, 2, planar=None),
    lambda: tables.weighted_lyndon_arborification((1, 1), 16, 2, planar=None),
    lambda: tables.weighted_lyndon_expansion((1, 2), 25, 1, planar=None),
    lambda: treealg.log_sig(np.ones((5, 2)), 16, method=2),
    lambda: treealg.log_sig(np.ones((5, 1)), 16, method=2, time_aug=True),
    lambda: treealg.log_sig_to_sig(np.ones(8800), 2, 16, method=1),
]


@pytest.mark.parametrize("make", INEXACT)
def test_tables_with_words_that_are_refused_are_so_at_once(make, monkeypatch):
    def refuse(*args):
        raise AssertionError("looked for words")

    for name in ("lyndon", "lyndon_expansion"):
        monkeypatch.setattr(import_module(f"treealg.tables.{name}"), "lyndon_forests", refuse)
    with pytest.raises(InvalidValueError, match=r"2\*\*53 .* lower the degree"):
        make()


def test_words_one_step_below_those_that_are_refused_are_not():
    for weights, degree in (((1, 1), 16), ((2, 1), 23), ((30, 1, 2), 25)):
        brackets.check_exact(weights, degree - 1)
        with pytest.raises(InvalidValueError, match="exactly"):
            brackets.check_exact(weights, degree)
    brackets.check_exact((1,), 100)


def test_sums_of_rows_that_float64_may_not_hold_are_refused():
    # What comes is 0 here, but each of its terms is 2**53.
    right = np.array([[2.0**53], [2.0**53]])
    rows = Rows(np.array([0, 2]), np.array([0, 1]), np.array([1.0, -1.0]))
    with pytest.raises(InvalidValueError, match="exactly"):
        brackets._combined(rows, right)
    with pytest.raises(InvalidValueError, match="exactly"):
        brackets._sum(rows.coef, right, 2.0**53)


def test_brackets_are_made_without_products_of_matrices(monkeypatch):
    # Those of large matrices, by which rows of few entries were inverted, took most of the time.
    sums = []
    add = brackets._sum
    monkeypatch.setattr(
        brackets, "_sum", lambda coef, rows, most: sums.append(rows.size) or add(coef, rows, most)
    )
    layout = WordLayout(4, 8)
    every = lyndon_module.all_contents(layout, lyndon_module.lyndon_forests(layout))
    content = max(every, key=lambda content: len(content.words))
    block, size = brackets.at_lyndon_words(content), len(content.words)
    assert block.entries.ptr.size == size + 1
    assert 0 < sum(sums) < size**3 // 20


@pytest.mark.parametrize("dimension", [2, 3, 4])
@pytest.mark.parametrize(
    ("make", "method"),
    [(tables.lyndon, 2), (tables.lyndon_expansion, 1), (tables.lyndon_expansion, 2)],
)
def test_no_more_entries_are_foreseen_than_come(make, method, dimension, monkeypatch):
    tables.clear_cache()
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    seen = []
    monkeypatch.setattr(
        brackets, "check_entries", lambda entries, what: seen.append((entries, what))
    )
    degree = {2: 13, 3: 9, 4: 7}[dimension]
    entries = make(dimension, degree, method, planar=None).col.size
    kind = "projection" if make is tables.lyndon else "expansion"
    of_this = [n for n, what in seen if kind in what and f"{degree=}" in what]
    assert max(of_this) == of_this[-1] == entries


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize(
    "size",
    [(3, 13, 2), (3, 14, 2), (4, 11, 2), (2, 17, 2), (2, 20, 2), (4, 12, 2), (6, 9, 2), (8, 8, 2)],
)
def test_bracket_tables_that_do_not_fit_are_refused_early(size):
    assert_refused_early(tables.lyndon, *size)


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("size", [(2, 25), (2, 18), (3, 15), (3, 14), (4, 12), (6, 9), (8, 8)])
def test_expansions_that_do_not_fit_are_refused_early(size, method):
    assert_refused_early(tables.lyndon_expansion, *size, method)


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("size", [(1, 16), (3, 9), (4, 8)])
def test_expansions_of_forests_that_do_not_fit_are_foreseen(size, method, monkeypatch):
    made = []
    expansion = import_module("treealg.tables.lyndon_expansion")
    make = expansion.expansion_map
    monkeypatch.setattr(
        expansion,
        "expansion_map",
        lambda method, layout, what: made.append(layout.start[-1]) or make(method, layout, what),
    )
    assert_refused_early(tables.lyndon_expansion, *size, method, planar=True)
    assert max(made) < 1_200_001


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("make", [tables.lyndon, tables.lyndon_expansion])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 11), (2, 7), (1, 9)])
def test_no_more_entries_of_forests_are_foreseen_than_come(make, dimension, degree, monkeypatch):
    tables.clear_cache()
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    seen = []
    monkeypatch.setattr(lyndon_module, "check_entries", lambda n, what: seen.append((n, what)))
    monkeypatch.setattr(lyndon_module, "_SMALL", (500, 1700))
    monkeypatch.setattr(lyndon_module, "MAX_ENTRIES", 0)  # always in doubt
    entries = make(dimension, degree, 2, planar=True).col.size
    _, *foreseen = [n for n, what in seen if "brackets" in what]  # first what was counted: nothing
    assert 0 < foreseen[0] <= foreseen[1] <= entries
    assert 2 * foreseen[1] > entries


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize(
    ("dimension", "degree", "longest"),
    [(1, 10, 1), (1, 10, 2), (1, 9, 3), (2, 7, 1), (2, 6, 2), (3, 5, 1), (3, 5, 3), (4, 5, 1)],
)
def test_no_more_entries_of_compositions_are_foreseen_than_come(
    dimension, degree, longest, method, monkeypatch
):
    tables.clear_cache()
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    seen = []
    monkeypatch.setattr(lyndon_module, "check_entries", lambda n, what: seen.append((n, what)))
    lengths = [tables.basis_length(dimension, n, planar=True) for n in (degree - 2, degree - 1)]
    monkeypatch.setattr(lyndon_module, "_SMALL_BY_ROW", lengths)
    monkeypatch.setattr(lyndon_module, "MAX_ENTRIES", 0)  # always in doubt
    entries = tables.lyndon_arborification(dimension, degree, method, longest=longest).col.size
    _, *foreseen = [n for n, what in seen if "coordinates" in what]
    assert 0 < foreseen[-1] <= entries
    assert foreseen == sorted(foreseen)
    assert 2 * foreseen[-1] > entries


@pytest.mark.parametrize("chunk", [1, 50, 1 << 17])
def test_compositions_are_made_in_pieces(chunk, monkeypatch):
    monkeypatch.setattr(rows_module, "CHUNK", chunk)
    outer = tables.lyndon(2, 4, 2)
    inner = tables.arborification(2, 4, planar=True, longest=2)
    np.testing.assert_array_equal(dense(compose(outer, inner)), dense(outer) @ dense(inner))
    nothing = compose(tables.lyndon(2, 0, 2), tables.arborification(2, 0, planar=True))
    assert nothing.shape == (0, 0)


def assert_refused_early(make, *size, planar=None):
    with soon(3), pytest.raises(InvalidValueError, match=r"at least \d+ entries|2\*\*53"):
        make(*size, planar=planar)


@pytest.mark.parametrize(("dimension", "length"), [(1, 6), (2, 9), (3, 5), (4, 0)])
def test_lyndon_words_are_smaller_than_their_proper_suffixes(dimension, length, monkeypatch):
    monkeypatch.setattr(import_module("treealg.tables.lyndon"), "CHUNK", 7)
    words = [word for n in range(length + 1) for word in product(range(dimension), repeat=n)]
    expected = [
        place
        for place, word in enumerate(words)
        if word and all(word < word[cut:] for cut in range(1, len(word)))
    ]
    assert lyndon_forests(WordLayout(dimension, length)).tolist() == expected
