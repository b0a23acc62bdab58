"""Tables by weight that are too large are refused before they are made, and no others."""

import numpy as np
import pytest

from tests.support import soon
from treealg import tables
from treealg.errors import InvalidValueError
from treealg.tables import sizes, sparse_rows
from treealg.tables.weighted_growth import least_entries
from treealg.tables.weighted_layout import WeightedLayout


def entries_by_weight(kind, weights, degree, planar, longest=1):
    """Count the entries of a table by what their rows weigh."""
    layout = WeightedLayout(weights, degree, planar)
    weight = layout.weight_of[1:] if planar else layout.tree_weight
    if kind == "convolution":
        ptr = tables.weighted_convolution(weights, degree, planar=planar).term_ptr
    else:
        ptr = tables.weighted_arborification(weights, degree, planar=planar, longest=longest).ptr
    return np.bincount(weight, np.diff(ptr), minlength=degree + 1).astype(int).tolist()


@pytest.mark.parametrize(
    ("weights", "trees", "forests"),
    [
        ((1,), 11, 9),
        ((1, 2), 10, 8),
        ((1, 1, 2), 8, 7),
        ((1, 2, 2), 9, 8),
        ((2, 3), 17, 14),
        ((2, 5), 21, 18),
        ((3, 4, 5), 23, 20),
        ((2, 4), 20, 16),
        ((5, 7), 42, 36),
        ((1, *(2,) * 6), 7, 7),
        ((2, *(3,) * 5), 12, 11),
    ],
)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("kind", "longest"), [("convolution", 1), ("arborification", 1), ("arborification", 2)]
)
def test_what_is_foreseen_is_not_more_than_comes(weights, trees, forests, planar, kind, longest):
    degree = forests if planar else trees
    entries = entries_by_weight(kind, weights, degree, planar, longest)
    foreseen = [
        (least_entries(entries[: small + 1], weights, wanted), sum(entries[: wanted + 1]))
        for small in range(3 * max(weights), degree)
        for wanted in range(small + 1, degree + 1)
    ]
    assert foreseen
    assert all(least <= total for least, total in foreseen)


@pytest.mark.parametrize(("weights", "degree"), [((1, 2), 10), ((2, 3), 17), ((2, 4), 20)])
def test_most_of_the_last_degrees_is_foreseen(weights, degree):
    entries = entries_by_weight("convolution", weights, degree, False)
    small = degree - 2 * min(weights)
    foreseen = least_entries(entries[: small + 1], weights, degree)
    assert foreseen > 0.85 * sum(entries)


@pytest.fixture
def added(monkeypatch):
    """How many entries have been added to rows."""
    count = [0]
    extend = sparse_rows.SparseRows.extend

    def counted(self, size, columns, coef):
        count[0] += coef.size
        extend(self, size, columns, coef)

    monkeypatch.setattr(sparse_rows.SparseRows, "extend", counted)
    return count


@pytest.mark.parametrize(
    ("kind", "weights", "degree", "planar"),
    [
        ("arborification", (1, 2), 16, False),
        ("arborification", (1, 1, 2), 11, False),
        ("arborification", (1, 2, 3), 17, False),
        ("arborification", (1, 2), 14, True),
        ("arborification", (2, 4), 32, False),
        ("convolution", (1, 2), 15, False),
        ("convolution", (1, 2), 12, True),
        ("convolution", (2, 3), 26, False),
        ("convolution", (1, 10), 17, False),
        ("convolution", (1, 1), 21, None),
    ],
)
def test_a_table_that_is_too_large_is_refused_at_once(added, kind, weights, degree, planar):
    with soon(2):
        with pytest.raises(InvalidValueError, match="would have at least"):
            getattr(tables, f"weighted_{kind}")(weights, degree, planar=planar)
        assert added[0] < sizes.MAX_ENTRIES >> 6


@pytest.mark.slow
@pytest.mark.parametrize(("degree", "planar"), [(15, False), (13, True)])
def test_where_it_is_in_doubt_a_table_of_one_degree_less_tells(added, degree, planar):
    with pytest.raises(InvalidValueError, match="would have at least"):
        tables.weighted_arborification((1, 2), degree, planar=planar)
    assert added[0] < sizes.MAX_ENTRIES >> 1


def test_entries_beyond_the_bound_are_refused_before_they_are_added(monkeypatch):
    monkeypatch.setattr(sizes, "MAX_ENTRIES", 10)
    rows = sparse_rows.unit_row(1, "the table")
    with pytest.raises(InvalidValueError, match="the table would have at least 11 entries"):
        rows.extend(np.array([10]), [np.arange(10)], np.ones(10))
    assert rows.size == 1


def test_rows_grow_in_place():
    rows = sparse_rows.unit_row(2, "the table")
    expected = [([0], [0], [1.0])]
    rng = np.random.default_rng(5)
    for size in (0, 3, 1, 7):
        first, second = rng.integers(0, 2**31, (2, size))
        coef = rng.random(size)
        rows.extend(np.array([size]), [first, second], coef)
        expected.append((first.tolist(), second.tolist(), coef.tolist()))
    assert rows.sizes().tolist() == [1, 0, 3, 1, 7]
    for row, (first, second, coef) in enumerate(expected):
        place, entry = rows.entries(np.array([row]))
        columns, found = rows.take(entry)
        assert not place.any()
        assert [column.tolist() for column in columns] == [first, second]
        assert found.tolist() == coef
