"""The arborification matrix against the symbolic morphism, element by element."""

import math
from importlib import import_module
from itertools import islice, product

import numpy as np
import pytest

from treealg import symbolic, tables
from treealg.errors import InvalidValueError
from treealg.tables import linear_map, orbits, rows, sizes, word_rows
from treealg.tables.forest_rows import formal_shuffle
from treealg.tables.weighted_layout import WeightedLayout

CASES = [
    (1, 7, False),
    (2, 5, False),
    (3, 4, False),
    (5, 3, False),
    (2, 1, False),
    (3, 0, False),
    (1, 6, True),
    (2, 4, True),
    (3, 3, True),
    (4, 2, True),
    (2, 1, True),
    (3, 0, True),
]


def basis(dimension, degree, planar):
    for order in range(1, degree + 1):
        if planar:
            yield from symbolic.enumerate_forests(order, dimension, planar=True)
        else:
            yield from symbolic.enumerate_trees(order, dimension)


def words(dimension, degree):
    return [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]


@pytest.mark.parametrize(("dimension", "degree", "planar"), CASES)
def test_rows_are_the_symbolic_arborification(dimension, degree, planar):
    table = tables.arborification(dimension, degree, planar=planar)
    names = words(dimension, degree)
    found = []
    for block in range(table.n_rows):
        entries = range(table.ptr[block], table.ptr[block + 1])
        for label in range(dimension):
            found.append(
                {names[table.col[e] * dimension + label]: int(table.coef[e]) for e in entries}
            )
    expected = [dict(symbolic.arborification(x).items()) for x in basis(dimension, degree, planar)]
    assert found == expected
    assert (table.width, table.n_cols * dimension) == (dimension, len(names))


@pytest.mark.parametrize(
    ("dimension", "degree", "planar", "entries"),
    [(5, 4, False, 3780), (5, 4, True, 14530), (2, 7, False, 28878)],
)
def test_number_of_entries(dimension, degree, planar, entries):
    # Counted by an independent prototype.
    assert tables.arborification(dimension, degree, planar=planar).col.size * dimension == entries


def test_coefficients_of_one_colour_are_linear_extensions():
    # n! / tree factorial, Butcher (2016), section 304: exact up to the last order that float64
    # carries, 18! for the bush of 19 vertices.
    table = tables.arborification(1, 8)
    expected = []
    for tree in basis(1, 8, False):
        extensions = 1
        for k in range(2, tree.order + 1):
            extensions *= k
        expected.append(extensions // tree.factorial)
    assert table.coef.tolist() == expected


def test_coefficients_beyond_float64_are_refused(monkeypatch):
    # The bush of 8 vertices has 7! = 5040 linear extensions.
    monkeypatch.setattr(linear_map, "EXACT", 5040.0)
    with pytest.raises(InvalidValueError, match="exactly"):
        tables.arborification(1, 8)
    assert tables.arborification(1, 7).coef.max() == 720


@pytest.mark.parametrize(
    "build",
    [
        lambda: tables.arborification(2, 5),
        lambda: tables.arborification(2, 4, planar=True, longest=3),
        lambda: tables.arborification(2, 4, planar=False, longest=None),
        lambda: tables.arborification(2, 4, planar=True, longest=None),
        lambda: tables.expectation(2, 5, lift="stratonovich", longest=2),
        lambda: tables.expectation(2, 5, lift="ito", longest=3),
        lambda: tables.expectation(2, 5, lift="backward", longest=2),
        lambda: tables.cumulants(2, 5, planar=True, lift="stratonovich"),
        lambda: tables.weighted_arborification((1, 2), 6, planar=False, longest=2),
        lambda: tables.weighted_arborification((1, 2), 6, planar=True),
        lambda: tables.change_of_lift(2, 4, planar=False),
        lambda: tables.change_of_lift(2, 3, planar=True),
        lambda: tables.translation(2, 4, planar=False, order=2),
        lambda: tables.convolution(2, 5),
        lambda: tables.convolution(2, 4, planar=True),
    ],
)
def test_result_does_not_depend_on_the_chunks(build, monkeypatch):
    whole = build()
    tables.clear_cache(disk_too=True)
    monkeypatch.setattr(rows, "CHUNK", 7)
    parts = build()
    assert parts is not whole
    for name, array in whole.parts()[1].items():
        np.testing.assert_array_equal(getattr(parts, name), array)


@pytest.mark.parametrize(("left", "right", "count"), [(0, 0, 1), (2, 0, 1), (2, 3, 10), (3, 3, 20)])
def testformal_shuffles_keep_the_order_of_both_words(left, right, count):
    shuffled = formal_shuffle(left, right)
    assert len({tuple(word) for word in shuffled.tolist()}) == len(shuffled) == count
    for word in shuffled.tolist():
        assert [x for x in word if x < left] == list(range(left))
        assert [x for x in word if x >= left] == list(range(left, left + right))


@pytest.mark.parametrize(
    ("dimension", "degree", "planar", "longest"),
    [(1, 10, False, 1), (1, 10, False, 2), (1, 9, False, 9), (2, 6, False, 2), (1, 8, True, 8),
     (2, 6, True, 1), (3, 5, False, 2), (2, 6, False, None), (1, 7, True, None)],
)  # fmt: skip
def test_what_is_foreseen_is_at_most_what_comes(dimension, degree, planar, longest, monkeypatch):
    tables.clear_cache(disk_too=True)
    seen = []
    monkeypatch.setattr(rows, "check_entries", lambda entries, what: seen.append((entries, what)))
    table = tables.arborification(dimension, degree, planar=planar, longest=longest)
    foreseen = [entries for entries, what in seen if what.endswith(f"{degree=}")]
    assert foreseen == sorted(foreseen)  # each from one order more
    assert foreseen[-1] == table.col.size


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize(
    ("dimension", "degree", "planar"),
    [(1, 7, False), (2, 6, False), (3, 5, False), (4, 4, False), (1, 7, True), (2, 5, True)],
)
def test_the_last_order_of_a_lift_is_counted_exactly_before_it_is_made(
    dimension, degree, planar, monkeypatch
):
    module = import_module("treealg.tables.arborification")
    make, made = module.rows_of, []
    entries = tables.arborification(dimension, degree, planar=planar, longest=None).col.size
    monkeypatch.setattr(module, "rows_of", lambda *given: (made.append(given[0]), make(*given))[1])
    blocks = tables.convolution(dimension, degree, planar=planar).block_start
    for bound in (entries, entries - 1):
        tables.clear_cache(disk_too=True)
        made.clear()
        for owner in (sizes, rows):
            monkeypatch.setattr(owner, "MAX_ENTRIES", bound)
        if bound == entries:
            assert (
                tables.arborification(dimension, degree, planar=planar, longest=None).col.size
                == entries
            )
            assert max(made) == blocks[-1] - blocks[-2]
            continue
        with pytest.raises(InvalidValueError, match=f"at least {entries} entries"):
            tables.arborification(dimension, degree, planar=planar, longest=None)
        assert max(made) == blocks[-2] - blocks[-3]


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize(
    ("dimension", "degree", "planar", "longest"),
    [(2, 7, False, 1), (3, 5, False, 1), (2, 6, False, 2), (4, 4, False, 3), (2, 5, True, 1),
     (3, 4, True, 1), (3, 4, True, 2), (4, 4, True, 1)],
)  # fmt: skip
def test_the_last_order_of_words_is_counted_exactly_before_it_is_made(
    dimension, degree, planar, longest, monkeypatch
):
    made = []
    finished = word_rows.WordRows.finished
    monkeypatch.setattr(
        word_rows.WordRows,
        "finished",
        lambda self, rows, nodes: (made.append(nodes), finished(self, rows, nodes))[1],
    )
    entries = tables.arborification(dimension, degree, planar=planar, longest=longest).col.size
    for bound, last in ((entries, degree - 1), (entries - 1, degree - 2)):
        tables.clear_cache(disk_too=True)
        made.clear()
        for owner in (sizes, rows):
            monkeypatch.setattr(owner, "MAX_ENTRIES", bound)
        if bound == entries:
            assert (
                tables.arborification(dimension, degree, planar=planar, longest=longest).col.size
                == entries
            )
        else:
            with pytest.raises(InvalidValueError, match=f"at least {entries} entries"):
                tables.arborification(dimension, degree, planar=planar, longest=longest)
        assert max(made) == last


@pytest.mark.parametrize(("dimension", "nodes"), [(1, 4), (2, 0), (2, 5), (3, 4), (9, 2)])
@pytest.mark.parametrize("planar", [False, True])
def test_every_block_is_another_with_labels_renamed(dimension, nodes, planar):
    blocks = next(islice(sizes.forest_counts(dimension, planar), nodes + planar, None))
    found = orbits.multiplicities(dimension, nodes, planar)
    assert found.sum() == found.size == blocks // dimension**planar


@pytest.mark.parametrize(("dimension", "degree"), [(1, 1), (1, 9), (2, 6)])
def test_the_largest_coefficient_is_that_of_a_corolla(dimension, degree):
    assert tables.arborification(dimension, degree).coef.max() == math.factorial(degree - 1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: tables.arborification(1, 20),
        lambda: tables.arborification(1, 20, planar=False, longest=2),
        lambda: tables.expectation(1, 20, lift="ito", longest=1),
        lambda: tables.weighted_arborification((1, 20), 20, planar=False),
    ],
)
def test_a_coefficient_that_is_not_exact_is_refused_before_the_first_row(build, monkeypatch):
    monkeypatch.setattr(rows.RowAlgebra, "product", None)
    monkeypatch.setattr(WeightedLayout, "__init__", None)
    with pytest.raises(InvalidValueError, match=r"2\*\*53 or more"):
        build()
