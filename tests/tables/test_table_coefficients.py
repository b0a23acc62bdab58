"""Programs of chosen coefficients: what they hold, and which ones are refused."""

from dataclasses import replace

import numpy as np
import pytest

from treealg.errors import InvalidValueError
from treealg.symbolic import OrderedForest, Tree
from treealg.tables import coefficients

FIELDS = ("label", "left", "right", "times", "column", "output")


def fields(table):
    return {name: getattr(table, name).tolist() for name in FIELDS}


def test_without_a_correction_a_tree_is_one_integral_of_its_branches():
    table = coefficients([Tree.from_tuple(((0,), (1,), 0))], 2)
    assert fields(table) == {
        "label": [0, 1, -1, 0],
        "left": [-1, -1, 0, 2],
        "right": [-1, -1, 1, -1],
        "times": [1, 1, 1, 1],
        "column": [],
        "output": [3],
    }


def test_equal_chains_with_equal_rests_are_counted():
    table = coefficients([Tree.from_tuple(((0,), (0,), (0,), 0))], 1, longest=2)
    assert table.times.tolist()[-1] == 3
    assert table.column.tolist() == [0]


def test_planar_chains_go_through_last_children_only():
    left = OrderedForest.from_tuple(((((1,), 0), (1,), 0),))
    table = coefficients([left], 2, longest=3)
    assert sorted(table.column.tolist()) == [1]  # root 0 and leaf 1, at both vertices
    right = OrderedForest.from_tuple((((1,), ((1,), 0), 0),))
    columns = coefficients([right], 2, longest=3).column.tolist()
    assert sorted(columns) == [0, 1, 4 + 1]  # 00, 01 and 001


def test_columns_are_those_of_the_channels_that_have_a_correction():
    ladder = Tree.from_tuple((((1,), 0), 1))
    assert sorted(coefficients([ladder], 2, longest=3).column.tolist()) == [1, 2, 4 + 5]
    assert sorted(coefficients([ladder], 3, longest=3, channels=2).column.tolist()) == [1, 2, 9]
    assert coefficients([ladder], 2, longest=3, channels=1).column.tolist() == []


def test_subtrees_that_elements_share_are_computed_once():
    tree = Tree.from_tuple((((0,), (1,), 0), 1))
    alone = coefficients([tree], 2, longest=2)
    both = coefficients([tree, tree, tree.children[0]], 2, longest=2)
    assert both.label.tolist() == alone.label.tolist()
    assert both.output[0] == both.output[1] == alone.output[0]


@pytest.mark.parametrize(
    ("field", "place", "value", "message"),
    [
        ("label", 0, 3, "labels are in range"),
        ("label", 0, -2, "labels are in range"),
        ("left", 0, 0, "left comes earlier"),
        ("right", 3, 3, "right comes earlier"),
        ("left", 1, -1, "products have factors"),
        ("right", 3, 0, "sums are in one place"),
        ("label", 2, -1, "products have factors"),
        ("times", 0, 2, "times count"),
        ("times", 3, 0, "times count"),
        ("column", 0, -1, "columns exist"),
        ("output", 0, 4, "outputs exist"),
        ("output", 0, 3, "outputs are integrals"),
        ("output", 0, 1, "outputs are integrals"),
    ],
)
def test_planted_errors_in_a_program_are_found(field, place, value, message):
    table = coefficients([Tree.from_tuple(((0,), (0,), 0))], 1, longest=2)
    assert table.label.tolist() == [0, -1, 0, 1]
    changed = np.array(getattr(table, field))
    changed[place] = value
    with pytest.raises(InvalidValueError, match=message):
        replace(table, **{field: changed})


def test_labels_out_of_range_and_empty_elements_are_refused():
    for tree, longest in [((2,), 1), (((1,), 2), 2), (((2,), 1), 2)]:
        with pytest.raises(InvalidValueError, match="labels are in range"):
            coefficients([Tree.from_tuple(tree)], 2, longest=longest)
    with pytest.raises(InvalidValueError, match="not empty"):
        coefficients([OrderedForest([])], 2)
