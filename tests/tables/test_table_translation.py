"""The table of translations: what it has, and what it refuses."""

import dataclasses
import sys
from collections import Counter
from importlib import import_module

import numpy as np
import pytest

from treealg import symbolic, tables
from treealg.errors import InvalidTypeError, InvalidValueError, TableCacheWarning
from treealg.symbolic import Element, OrderedForest, enumerate_trees, translate_element
from treealg.symbolic.maps.vectors import basis_elements
from treealg.tables import disk
from treealg.tables.translated_forests import forest_terms

translation = import_module("treealg.tables.translation")
SIZES = [(1, 4, 2, False), (2, 3, 3, False), (3, 2, 1, False), (2, 3, 2, True), (1, 4, 3, True)]


@pytest.mark.parametrize(("d", "degree", "order", "planar"), SIZES)
def test_no_move_is_the_identity(d, degree, order, planar):
    table = tables.translation(d, degree, planar=planar, order=order)
    stride = table.values // d
    values = np.zeros((d, stride))
    values[np.arange(d), np.arange(d)] = 1.0
    factors = np.append(values, 1.0)[table.factor.reshape(-1, table.width)]
    coef = np.add.reduceat(table.count * factors.prod(axis=1), table.term_ptr[:-1])
    matrix = np.zeros((table.size, table.size))
    matrix[np.repeat(np.arange(table.size), np.diff(table.ptr)), table.col] = coef
    np.testing.assert_array_equal(matrix, np.eye(table.size))


@pytest.mark.parametrize(("d", "degree", "order", "planar"), SIZES)
def test_every_vertex_becomes_something_and_nodes_add_up(d, degree, order, planar):
    table = tables.translation(d, degree, planar=planar, order=order)
    basis = basis_elements(d, degree, planar)
    nodes = np.array([key.order for key in basis])
    stride = table.values // d
    sizes = np.append(np.tile(nodes[:stride], d), 0)
    factors = table.factor.reshape(-1, table.width)
    entry = np.repeat(np.arange(table.col.size), np.diff(table.term_ptr))
    row = np.repeat(np.arange(table.size), np.diff(table.ptr))[entry]
    np.testing.assert_array_equal(sizes[factors].sum(axis=1), nodes[row])
    np.testing.assert_array_equal((factors < table.values).sum(axis=1), nodes[table.col[entry]])


@pytest.mark.parametrize(
    ("d", "degree", "order", "planar"),
    [*SIZES, (1, 7, 5, False), (1, 5, 5, True), (2, 3, 3, True), (1, 9, 2, False), (1, 8, 8, False),
     (1, 13, 1, False), (2, 6, 3, False), (3, 4, 2, False)],
)  # fmt: skip
def test_as_many_terms_are_counted_as_come(d, degree, order, planar, monkeypatch):
    tables.clear_cache(disk_too=True)
    seen = []
    monkeypatch.setattr(translation, "check_entries", lambda entries, what: seen.append(entries))
    table = tables.translation(d, degree, planar=planar, order=order)
    assert seen[-1] == max(seen) == table.factor.size


def test_terms_are_counted_without_a_list_of_large_trees(monkeypatch):
    listed = []

    def enumerated(nodes):
        listed.append(nodes)
        return enumerate_trees(nodes)

    monkeypatch.setattr(symbolic, "enumerate_trees", enumerated)
    assert list(translation._count_tree_terms(1, 5, 1)) == [1, 1, 2, 4, 9]
    counted = list(translation._count_tree_terms(1, 15, 2))
    assert max(listed) == 7
    assert counted[:9] == list(translation._count_tree_terms(1, 9, 2))
    # Sets of edges that do not meet: of the ladder and the cherry of three nodes three each.
    assert counted[:4] == [1, 2, 6, 18]


@pytest.mark.parametrize(("d", "degree"), [(1, 5), (2, 4)])
def test_no_fewer_terms_are_counted_than_each_vertex_by_itself_has(d, degree, monkeypatch):
    tables.clear_cache(disk_too=True)
    seen = []
    monkeypatch.setattr(translation, "check_entries", lambda entries, what: seen.append(entries))
    table = tables.translation(d, degree, planar=False, order=1)
    assert seen[0] == table.factor.size


@pytest.mark.parametrize(
    ("d", "degree", "order", "planar"),
    [(1, 12, 12, False), (1, 15, 2, False), (1, 19, 1, False), (2, 8, 8, False), (3, 7, 7, False),
     (5, 5, 5, False), (1, 10, 10, True), (2, 7, 7, True), (6, 5, 2, True)],
)  # fmt: skip
def test_too_many_terms_are_refused_before_the_first_is_made(d, degree, order, planar, monkeypatch):
    for name in ("_tree_terms", "forest_terms"):
        monkeypatch.setattr(translation, name, None)
    with pytest.raises(InvalidValueError, match="lower the degree"):
        tables.translation(d, degree, planar=planar, order=order)


def random_move(d, order, rng):
    """Return what labels are moved by: integers times ordered trees and brackets of two."""
    found = {}
    for label in range(d):
        total = Element({})
        for key in basis_elements(d, order, True):
            c = int(rng.integers(-2, 3))
            if len(key) == 1:
                total = total + c * Element({key: 1})
            elif len(key) == 2 and key[0] != key[1]:
                total = total + c * Element({key: 1, OrderedForest(key[::-1]): -1})
        found[label] = total
    return found


@pytest.mark.parametrize(
    ("d", "degree", "order"), [(1, 5, 5), (1, 6, 2), (2, 4, 4), (2, 4, 1), (3, 3, 3)]
)
def test_columns_are_what_ordered_forests_become(d, degree, order):
    rng = np.random.default_rng(d + degree + order)
    table = tables.translation(d, degree, planar=True, order=order)
    basis = basis_elements(d, degree, True)
    move = random_move(d, order, rng)
    stride = table.values // d
    values = np.zeros((d, stride))
    for label in range(d):
        values[label] = [int(move[label][key]) for key in basis[:stride]]
        values[label, label] += 1  # the vertex itself
    factors = np.append(values, 1.0)[table.factor.reshape(-1, table.width)]
    coef = np.add.reduceat(table.count * factors.prod(axis=1), table.term_ptr[:-1])
    matrix = np.zeros((table.size, table.size))
    matrix[np.repeat(np.arange(table.size), np.diff(table.ptr)), table.col] = coef
    for column in rng.permutation(table.size)[:60]:
        image = translate_element(basis[column], move, degree)
        assert matrix[:, column].tolist() == [image[key] for key in basis]


def test_a_table_of_ordered_forests_is_made_in_arrays():
    # Of 143 terms to 942 and 7020: the calls of NumPy grow with pairs of sizes, not with terms.
    calls = []
    for degree in (5, 6, 7):
        counted = Counter()
        own = sys.getprofile()
        sys.setprofile(lambda frame, event, arg, c=counted: c.update([event]))
        try:
            for _ in forest_terms(1, degree, degree):
                pass
        finally:
            sys.setprofile(own)
        calls.append(counted["c_call"] + counted["call"])
    assert calls[2] < 2.5 * calls[1] < 2.5**2 * calls[0]


def test_an_order_above_the_degree_changes_nothing():
    assert tables.translation(2, 2, planar=False, order=5) is tables.translation(
        2, 2, planar=False, order=2
    )


@pytest.mark.parametrize("planar", [False, True])
def test_degree_0_has_no_entries(planar):
    table = tables.translation(2, 0, planar=planar, order=2)
    assert (table.size, table.col.size, table.count.size) == (0, 0, 0)


@pytest.mark.parametrize(
    ("field", "index", "value"),
    [
        ("col", 0, 99),
        ("col", 0, -1),
        ("factor", 0, 99),
        ("factor", 0, -1),
        ("ptr", 1, 9),
        ("term_ptr", 1, 0),
        ("count", 0, np.nan),
        ("count", 1, np.inf),
        ("count", 1, 0.0),
        ("count", 0, -1.0),
        ("count", -1, 0.5),
        ("count", 0, 2.0**53),
        ("col", 1, 1),
    ],
)
def test_damaged_tables_are_refused(field, index, value):
    table = tables.translation(1, 2, planar=False, order=2)
    array = getattr(table, field).copy()
    array[index] = value
    with pytest.raises(InvalidValueError, match="not a valid table"):
        dataclasses.replace(table, **{field: array})


def test_a_file_of_more_values_is_built_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(tmp_path))
    tables.clear_cache()
    table = tables.translation(2, 2, planar=False, order=1)
    more = dataclasses.replace(table, values=2**40)
    disk.write(str(tmp_path), "translation", (2, 2, False, 1), more)
    tables.clear_cache()
    with pytest.warns(TableCacheWarning, match="its sizes are wrong"):
        found = tables.translation(2, 2, planar=False, order=1)
    assert found.values == table.values


def test_bad_sizes_are_refused():
    with pytest.raises(InvalidValueError, match="dimension"):
        tables.translation(0, 2, planar=False, order=2)
    with pytest.raises(InvalidTypeError, match="degree"):
        tables.translation(2, 2.0, planar=False, order=2)
    with pytest.raises(InvalidValueError, match="order"):
        tables.translation(2, 2, planar=False, order=-1)
    with pytest.raises(InvalidValueError, match="lower the degree"):
        tables.translation(2, 60, planar=True, order=2)
