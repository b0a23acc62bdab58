"""The table that takes one lift to another: what it has, and when it is refused."""

from importlib import import_module

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.symbolic.maps.vectors import basis_elements

lifts = import_module("treealg.tables.lifts")


def _contracted(tree, channels):
    """Return what a tree as a tuple is with edges contracted: trees, root label aside, and waits.

    Of all sets of edges of which no two meet: first those that do not have the root.
    """
    *branches, label = tree
    ways = [((), None)]
    for branch in branches:
        more = []
        kept = _all_of(branch, channels)
        *above, top = branch
        for forest, met in ways:
            more += [((*forest, each), met) for each in kept]
            if met is None and max(label, top) < channels:
                more += [((*forest, *each), top) for each in _forests(above, channels)]
        ways = more
    return [(forest, label, met) for forest, met in ways]


def _all_of(tree, channels):
    found = []
    for forest, label, met in _contracted(tree, channels):
        low, high = sorted((label, label if met is None else met))
        bracket = channels + sum(channels - i for i in range(low)) + high - low
        found.append((*forest, label if met is None else bracket))
    return found


def _forests(trees, channels):
    ways = [()]
    for tree in trees:
        ways = [(*way, each) for way in ways for each in _all_of(tree, channels)]
    return ways


def _normal(tree):
    *branches, label = tree
    return (*sorted(map(_normal, branches), key=repr), label)


@pytest.mark.parametrize(("channels", "degree"), [(1, 6), (2, 4), (3, 3)])
def test_entries_count_sets_of_edges_that_do_not_meet(channels, degree):
    table = tables.change_of_lift(channels, degree, planar=False)
    basis = [x.to_tuple() for x in basis_elements(lifts.bracket_labels(channels), degree, False)]
    place = {_normal(tree): i for i, tree in enumerate(basis)}
    for row, tree in enumerate(basis):
        expected = np.zeros(len(basis))
        for each in _all_of(tree, channels):
            expected[place[_normal(each)]] += 1
        part = slice(table.ptr[row], table.ptr[row + 1])
        found = np.zeros(len(basis))
        found[table.col[part]] = table.coef[part]
        np.testing.assert_array_equal(found, expected)


def test_what_grows_too_large_is_refused_orders_before(monkeypatch):
    made, make = [], lifts._commutative_rows
    monkeypatch.setattr(
        lifts, "_commutative_rows", lambda *args: made.append(args[2]) or make(*args)
    )
    with pytest.raises(InvalidValueError, match="the change of lift would have at least"):
        tables.change_of_lift(1, 12, planar=False)
    assert made[-1] < 9
