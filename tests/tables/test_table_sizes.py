"""Lengths against published sequences and against the symbolic counts."""

import numpy as np
import pytest

from tests.support import soon
from treealg import symbolic, tables
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables import sizes, word_rows
from treealg.tables.term_counts import least_terms, terms_of_forests

# OEIS A000081, A038055, A038059 (trees of one, two, three colours by order).
TREES = {
    1: [1, 1, 2, 4, 9, 20, 48, 115, 286, 719, 1842, 4766],
    2: [2, 4, 14, 52, 214, 916, 4116, 18996],
    3: [3, 9, 45, 246, 1485, 9432, 62625, 428319],
}
# OEIS A022553 and its coloured versions; Munthe-Kaas and Krogstad (2003).
LYNDON = {
    1: [1, 1, 3, 8, 25, 75, 245, 800, 2700, 9225],
    2: [2, 5, 26, 137, 806, 4913],
    3: [3, 12, 89, 702, 6123],
}
CATALAN = [1, 1, 2, 5, 14, 42, 132, 429]


@pytest.mark.parametrize("dimension", TREES)
def test_trees_are_counted_as_published(dimension):
    counts = np.diff([tables.basis_length(dimension, n) for n in range(len(TREES[dimension]) + 1)])
    assert counts.tolist() == TREES[dimension]


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_ordered_forests_are_coloured_catalan_numbers(dimension):
    counts = np.diff([tables.basis_length(dimension, n, planar=True) for n in range(8)])
    assert counts.tolist() == [CATALAN[n] * dimension**n for n in range(1, 8)]


@pytest.mark.parametrize("dimension", LYNDON)
@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_forests_are_counted_as_published(dimension, method):
    lengths = [
        tables.log_length(dimension, n, planar=True, method=method)
        for n in range(len(LYNDON[dimension]) + 1)
    ]
    assert np.diff(lengths).tolist() == LYNDON[dimension]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dimension", [1, 2, 4])
def test_lengths_agree_with_the_symbolic_counts(dimension, planar):
    count = symbolic.count_forests if planar else symbolic.count_trees
    expected = sum(count(n, dimension, planar=planar) for n in range(1, 13))
    assert tables.basis_length(dimension, 12, planar=planar) == expected


@pytest.mark.parametrize(("dimension", "degree"), [(1, 9), (2, 4), (3, 3), (7, 0)])
def test_words_are_counted(dimension, degree):
    expected = sum(dimension**n for n in range(1, degree + 1))
    assert tables.word_length(dimension, degree) == expected


def test_expanded_logarithm_has_the_length_of_the_signature():
    assert tables.log_length(3, 4, planar=True) == tables.basis_length(3, 4, planar=True)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dimension", [1, 2])
def test_least_terms_bound_the_terms_of_formal_shapes(dimension, planar):
    total = 0
    for order in range(1, 6):
        if planar:
            elements = symbolic.enumerate_forests(order, planar=True)
            algebra = symbolic.mkw
        else:
            elements = symbolic.enumerate_trees(order)
            algebra = symbolic.bck
        for element in elements:
            terms = sum(c for _, c in algebra.coproduct(element).items())
            # Shapes with symmetries have fewer decorations than this.
            total += (terms - 2) * dimension ** (order - 1)
    assert 0 < least_terms(dimension, 5, planar) <= total


@pytest.mark.parametrize(
    ("dimension", "degree"), [(1, 9), (2, 7), (3, 5), (4, 5), (5, 4), (7, 3), (2, 1), (3, 0)]
)
def test_terms_of_ordered_forests_are_counted_exactly(dimension, degree):
    table = tables.convolution(dimension, degree, planar=True)
    of_orders = np.diff(table.term_ptr[table.block_start])
    assert list(terms_of_forests(dimension, degree)) == of_orders.tolist()


@pytest.mark.parametrize(
    "call",
    [
        lambda: tables.basis_length(1, 10**6),
        lambda: tables.basis_length(10**6, 10**6, planar=True),
        lambda: tables.basis_length(10**30, 3),
        lambda: tables.word_length(2, 10**9),
        lambda: tables.require_fits(2, 10**9, planar=None),
        lambda: tables.arborification(1, 10**6),
        lambda: tables.arborification(30, 8, planar=True),
        lambda: tables.convolution(2, 14),
        lambda: tables.convolution(2, 11),
        lambda: tables.convolution(2, 9, planar=True),
        lambda: tables.convolution(3, 9, planar=True),
        lambda: tables.convolution(2, 10, planar=True),
        lambda: tables.convolution(1, 18),
        lambda: tables.word_convolution(1, 10**6),
        lambda: tables.cumulants(3, 10, planar=True, lift="ito"),
        lambda: tables.cumulants(2, 10**20, planar=False, lift="backward"),
        lambda: tables.lyndon(9, 9, 2),
        lambda: tables.lyndon_arborification(9, 9, 1),
        lambda: tables.log_length(3, 10**7, planar=True, method=1),
        lambda: tables.nodes(10**6),
        lambda: tables.arborification(2, 10**20, planar=True, longest=10**20),
        lambda: tables.convolution(10**20, 3),
        lambda: tables.convolution(2, 10**20, planar=True),
        lambda: tables.lyndon_expansion(2, 10**20, 2),
        lambda: tables.word_convolution(2, 10**20, longest=3),
        lambda: tables.words(2, 10**20, longest=None),
        lambda: tables.words(1, 10**20),
        lambda: tables.words(2, 10**20, longest=10**20),
    ],
)
def test_sizes_that_do_not_fit_are_refused_at_once(call):
    message = r"coefficients|entries|shapes|memory|words"
    with soon(2), pytest.raises(InvalidValueError, match=message):
        call()


@pytest.mark.parametrize("longest", [1, 2, 4])
@pytest.mark.parametrize(
    ("dimension", "degree", "planar"),
    [(2, 8, False), (3, 6, False), (5, 5, False), (2, 7, True), (3, 5, True), (1, 9, True)],
)
def test_what_is_foreseen_is_not_more_than_comes(dimension, degree, planar, longest):
    table = tables.arborification(dimension, degree, planar=planar, longest=longest)
    rows = [
        tables.basis_length(dimension, n, planar=planar) // dimension for n in range(degree + 1)
    ]
    entries = np.diff(table.ptr[rows])
    for order in range(4, degree):
        foreseen = entries[order - 1] * (entries[order - 1] / entries[order - 2]) ** (
            degree - order
        )
        assert foreseen <= entries[-1]


def test_a_table_that_will_be_too_large_is_refused_before_it_is(monkeypatch):
    orders = []
    rows_of_order = word_rows.WordRows.finished
    monkeypatch.setattr(
        word_rows.WordRows,
        "finished",
        lambda self, rows, nodes: orders.append(nodes) or rows_of_order(self, rows, nodes),
    )
    with pytest.raises(InvalidValueError, match="for degree=12 would have at least"):
        tables.arborification(2, 12)
    assert max(orders) < 9


def test_refusal_states_the_size_in_coefficients_and_bytes():
    with pytest.raises(InvalidValueError, match=r"594312555 coefficients \(4\.428 GiB"):
        tables.require_fits(5, 9, planar=True)


@pytest.mark.parametrize(
    "function",
    [
        tables.basis_length,
        tables.word_length,
        tables.log_length,
        tables.require_fits,
        tables.arborification,
        tables.convolution,
        tables.word_convolution,
        lambda d, n: tables.lyndon(d, n, 1),
        lambda d, n: tables.lyndon_arborification(d, n, 2),
    ],
)
@pytest.mark.parametrize(
    ("dimension", "degree", "error"),
    [
        (0, 2, InvalidValueError),
        (-1, 2, InvalidValueError),
        (2, -1, InvalidValueError),
        (2.0, 2, InvalidTypeError),
        (2, "3", InvalidTypeError),
        (True, 2, InvalidTypeError),
        (2, False, InvalidTypeError),
        (np.bool_(True), 2, InvalidTypeError),
        (np.array([2, 2]), 2, InvalidTypeError),
        (None, 2, InvalidTypeError),
    ],
)
def test_sizes_are_positive_integers(function, dimension, degree, error):
    with pytest.raises(error, match=r"dimension|degree"):
        function(dimension, degree)


def test_numpy_integers_are_integers():
    assert tables.basis_length(np.int8(2), np.uint64(5)) == 286
    assert tables.arborification(np.int64(2), np.int32(3)) is tables.arborification(2, 3)


@pytest.mark.parametrize("method", [0, 3, -1])
def test_lyndon_tables_have_two_methods(method):
    with pytest.raises(InvalidValueError, match="method"):
        tables.lyndon(2, 2, method)


@pytest.mark.parametrize("method", [1.0, True, "1"])
def test_method_is_an_integer(method):
    with pytest.raises(InvalidTypeError, match="method"):
        tables.lyndon(2, 2, method)


def test_lyndon_length_needs_planar():
    with pytest.raises(InvalidValueError, match="planar"):
        tables.log_length(2, 3, planar=False, method=1)


def test_moebius_function():
    # OEIS A008683.
    expected = [1, -1, -1, 0, -1, 1, -1, 0, 0, 1, -1, 0]
    assert [sizes.moebius(n) for n in range(1, 13)] == expected
