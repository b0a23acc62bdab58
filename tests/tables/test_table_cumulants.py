"""Tables of expected signatures, entry by entry against the exact algebra."""

import importlib
import itertools
import math

import numpy as np
import pytest

from treealg import tables
from treealg.checks import LIFTS
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Functional, bck, contracting_arborification, mkw
from treealg.symbolic.maps.expected import signature_of_jump
from treealg.symbolic.maps.vectors import basis_elements
from treealg.tables.cumulants import _ItoRows
from treealg.tables.jumps import jumps

module = importlib.import_module("treealg.tables.cumulants")  # where it is, is a function

SIZES = [(1, 5), (2, 4), (3, 3)]


def rows(table):
    """Return the entries of each row of coefficients, by column."""
    for row in range(table.n_rows * table.width):
        block, label = divmod(row, table.width)
        entries = range(table.ptr[block], table.ptr[block + 1])
        yield {int(table.col[e]) * table.width + label: int(table.coef[e]) for e in entries}


def labels_of(key):
    return tuple(vertex.label for tree in key for vertex in tree.vertices())


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(("d", "degree"), SIZES)
def test_logarithms_are_jumps_times_cumulants(d, degree, lift, planar):
    algebra = mkw if planar else bck
    words = [w for n in range(1, degree + 1) for w in itertools.product(range(d), repeat=n)]
    table = tables.cumulants(d, degree, planar=planar, lift=lift)
    basis = basis_elements(d, degree, planar)
    assert table.n_rows * d == len(basis)
    for key, row in zip(map(algebra.basis_element, basis), rows(table), strict=True):
        jump = signature_of_jump(key, lift, algebra) * math.factorial(key.order)
        assert list(row.values()) == ([jump] if jump else [])
        assert all(sorted(words[column]) == sorted(labels_of(key)) for column in row)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(("d", "degree"), [(1, 7), (2, 5), (3, 4)])
def test_blocks_that_come_in_pieces_are_those_that_come_at_once(
    d, degree, lift, planar, monkeypatch
):
    whole = list(jumps(d, degree, planar=planar, lift=lift))
    monkeypatch.setattr("treealg.tables.jumps.CHUNK", 5)
    pieces = list(jumps(d, degree, planar=planar, lift=lift))
    assert max(piece.value.size for piece in pieces) == 5
    for name in ("word", "value"):
        one, other = ([getattr(x, name) for x in found] for found in (whole, pieces))
        np.testing.assert_array_equal(np.concatenate(one), np.concatenate(other), strict=True)


def test_values_of_trees_that_no_float_holds_are_refused_at_once():
    for lift, nodes in (("stratonovich", 20), ("backward", 19)):
        with pytest.raises(InvalidValueError, match=r"2\*\*53"):
            tables.cumulants(1, nodes, planar=False, lift=lift)


def test_of_jumps_all_kinds_of_values_occur():
    table = tables.cumulants(1, 4, planar=True, lift="backward")
    assert len(set(table.coef.tolist())) > 3


def expected_rows(d, degree, lift, longest):
    """Expand the exponential of the generator, with the cumulants as commuting symbols."""

    def generator(monomial):
        def value(key):
            labels = labels_of(key)
            if labels and tuple(sorted(labels)) == monomial and len(labels) <= longest:
                return signature_of_jump(key, lift, bck) * math.factorial(len(labels))
            return 0

        return Functional(bck, value)

    letters = [
        w for n in range(1, longest + 1)
        for w in itertools.combinations_with_replacement(range(d), n)
    ]  # fmt: skip
    functionals = {letter: generator(letter) for letter in letters}
    found = {}
    for size in range(1, degree + 1):
        for word in itertools.product(letters, repeat=size):
            if sum(map(len, word)) <= degree:
                product = functionals[word[0]]
                for letter in word[1:]:
                    product = product * functionals[letter]
                found[word] = product
    return found


@pytest.mark.parametrize("longest", [1, 2, 3])
@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(("d", "degree"), [(1, 4), (2, 3)])
def test_expectations_are_exponentials_of_logarithms(d, degree, lift, longest):
    table = tables.expectation(d, degree, lift=lift, longest=longest)
    layout = tables.words(d, degree, longest=longest)
    words = [
        tuple(tuple(sorted(letter)) for letter in word)
        for parts in layout.compositions[1:]
        for word in itertools.product(
            *(tuple(itertools.product(range(d), repeat=n)) for n in parts)
        )
    ]
    products = expected_rows(d, degree, lift, longest)
    for key, row in zip(basis_elements(d, degree, False), rows(table), strict=True):
        found = {}
        for column, value in row.items():
            found[words[column]] = found.get(words[column], 0) + value
        want = {word: product(key) for word, product in products.items()}
        assert found == {word: value for word, value in want.items() if value}


def test_ito_words_are_those_of_contracting_arborification():
    table, layout = tables.expectation(2, 4, lift="ito", longest=4), tables.words(2, 4, longest=4)
    words = [
        word for parts in layout.compositions[1:]
        for word in itertools.product(
            *(tuple(itertools.product(range(2), repeat=n)) for n in parts)
        )
    ]  # fmt: skip
    for key, row in zip(basis_elements(2, 4, False), rows(table), strict=True):
        found = {words[column]: value for column, value in row.items()}
        want = {
            word: count * math.prod(math.factorial(len(letter)) for letter in word)
            for word, count in contracting_arborification(key).items()
        }
        assert found == want


@pytest.mark.parametrize(("left", "right", "count"), [(0, 0, 1), (1, 1, 3), (2, 1, 5), (2, 2, 13)])
def test_quasi_shuffles_are_counted_by_delannoy_numbers(left, right, count):
    # Of one channel words are compositions, and that of single labels comes first.
    found = _ItoRows(tables.words(1, 4, longest=4), backward=False).products(left, right)
    assert found.coef[: found.ptr[1]].sum() == count


@pytest.mark.parametrize("lift", LIFTS)
def test_degree_0_has_no_rows(lift):
    assert tables.cumulants(2, 0, planar=True, lift=lift).n_rows == 0
    assert tables.cumulants(2, 0, planar=False, lift=lift).n_rows == 0
    assert tables.expectation(2, 0, lift=lift, longest=2).n_rows == 0


def test_bad_sizes_are_refused():
    with pytest.raises(InvalidValueError, match="dimension"):
        tables.cumulants(0, 2, planar=False, lift="ito")
    with pytest.raises(InvalidTypeError, match="degree"):
        tables.expectation(2, 2.0, lift="ito", longest=2)
    with pytest.raises(InvalidValueError, match="longest"):
        tables.expectation(2, 2, lift="ito", longest=0)
    with pytest.raises(InvalidValueError, match="lower the degree"):
        tables.expectation(2, 60, lift="ito", longest=2)


def counted(monkeypatch, call):
    """Return the numbers of entries that are checked while something is done."""
    found = []
    with monkeypatch.context() as patched:
        patched.setattr(module, "check_entries", lambda entries, what: found.append(entries))
        call()
    return found


@pytest.mark.parametrize("longest", [1, 2, 3])
@pytest.mark.parametrize(("d", "degree"), [(1, 9), (2, 6), (3, 5), (4, 5)])
def test_words_that_are_split_are_counted(d, degree, longest, monkeypatch):
    layout = tables.words(d, degree, longest=longest)
    phi = tables.arborification(d, degree)
    table = module._split_words(phi, layout)
    assert counted(monkeypatch, lambda: module._split_words(phi, layout)) == [table.col.size]
    for small in range(3, degree):
        part = tables.arborification(d, small)
        (fewer,) = counted(monkeypatch, lambda p=part: module._count_split_words(p, layout))
        assert fewer <= table.col.size
    assert 2 * fewer > table.col.size  # from all orders but the last one


@pytest.mark.parametrize("lift", ["ito", "backward"])
def test_expectations_are_foreseen_from_small_ones(lift, monkeypatch):
    made = []
    products = _ItoRows.product
    monkeypatch.setattr(
        _ItoRows,
        "product",
        lambda self, nodes, *rest: made.append(nodes) or products(self, nodes, *rest),
    )
    with pytest.raises(InvalidValueError, match="the expected signature of 1 channels"):
        tables.expectation(1, 17, lift=lift, longest=2)
    assert max(made) < 12
