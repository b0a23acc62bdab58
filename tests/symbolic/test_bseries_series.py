"""Truncated series as mappings: keys, vector space, what is refused."""

import copy
import importlib
import json
import pickle
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import treealg.symbolic
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Forest, OrderedForest, PlanarTree, Tree, count_trees
from treealg.symbolic.bseries import (
    BSeries,
    LieButcherSeries,
    average_vector_field,
    exact_lie_butcher_series,
    exact_series,
)

LEAF = Tree()


def random_series(seed, order, colours=1, empty=1):
    rng = random.Random(seed)
    return BSeries(
        lambda tree: Fraction(rng.randint(-9, 9), rng.randint(1, 5)), order, colours, empty=empty
    )


@pytest.mark.parametrize(("order", "colours"), [(0, 1), (4, 1), (3, 2), (2, 3)])
def test_keys_are_the_empty_tree_and_all_trees_in_basis_order(order, colours):
    series = exact_series(order, colours)
    keys = list(series)
    assert keys[0] is None
    assert keys[1:] == sorted(keys[1:])
    assert len(series) == 1 + sum(count_trees(n, colours) for n in range(1, order + 1))


def test_series_is_rebuilt_from_its_items():
    series = random_series(1, 4, 2, empty=Fraction(2, 3))
    assert BSeries(dict(series), 4, 2) == series
    assert BSeries(dict(series.items()), 3, 2) == series.truncate(3)


def test_tree_and_tuple_form_are_the_same_key():
    series = random_series(2, 3)
    assert series[((0,), (0,), 0)] == series[Tree([LEAF, LEAF])]
    assert ((0,), (0,), 0) in series
    assert Tree(label=1) not in series
    assert "x" not in series
    with pytest.raises(KeyError):
        series[Tree(label=1)]


def test_missing_trees_are_zero_and_the_empty_tree_is_one_unless_given():
    assert dict(BSeries({LEAF: 2}, 2)) == {None: 1, LEAF: 2, Tree([LEAF]): 0}
    assert BSeries({None: 5}, 0)[None] == 5
    assert BSeries({}, 0, empty=0)[None] == 0


def test_vector_space_operations_are_those_of_coefficients():
    a, b = random_series(3, 4), random_series(4, 3)
    total = 2 * a - b / 3 + (-b)
    assert total.order == 3
    assert all(total[key] == 2 * a[key] - Fraction(4, 3) * b[key] for key in b)
    assert (a / 2)[None] == Fraction(1, 2)
    assert a - a == BSeries({}, 4, empty=0)


def test_series_of_different_colours_are_not_added():
    with pytest.raises(InvalidValueError, match="same colours"):
        random_series(5, 2, 1) + random_series(6, 2, 2)


@pytest.mark.parametrize("other", [1, "x", None])
def test_series_and_other_things_are_not_added(other):
    with pytest.raises(TypeError):
        random_series(5, 2) + other


def test_a_series_is_immutable():
    series = exact_series(2)
    with pytest.raises(TypeError):
        series[LEAF] = 2
    with pytest.raises(AttributeError):
        series.other = 1


def test_series_survive_pickling_and_copying():
    for series in (random_series(8, 3, 2), exact_lie_butcher_series(3)):
        assert pickle.loads(pickle.dumps(series)) == series
        assert copy.deepcopy(series) == series


def test_equality_sees_through_the_form_of_expressions():
    root = sympy.sqrt(2)
    first = BSeries({LEAF: sympy.sqrt(3 + 2 * root)}, 1)
    second = BSeries({LEAF: 1 + root}, 1)
    assert first == second
    assert hash(first) == hash(second)
    assert first != BSeries({LEAF: 2 + root}, 1)
    assert exact_series(2) != exact_series(3)
    assert exact_series(1) != exact_lie_butcher_series(1)


def test_step_scales_by_order():
    series = random_series(7, 4)
    scaled = series.scale_step(Fraction(2, 3))
    assert scaled[None] == 1
    assert all(scaled[t] == Fraction(2, 3) ** t.order * series[t] for t in series if t)


def test_symbolic_coefficients_stay_symbolic():
    a, h = sympy.symbols("a h")
    series = BSeries({LEAF: a}, 2).scale_step(h)
    assert series[LEAF] == a * h


def test_rational_series_hold_no_floats():
    for series in (exact_series(6), average_vector_field(6), exact_lie_butcher_series(5)):
        assert {type(value) for value in series.values()} <= {int, Fraction}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (({LEAF: 1}, -1), InvalidValueError, "order must be at least 0"),
        (({LEAF: 1}, True), InvalidTypeError, "order must be an integer"),
        (({LEAF: 1}, 2, 0), InvalidValueError, "colours must be at least 1"),
        ((3, 2), InvalidTypeError, "values must be a mapping or a callable"),
        (({"x": 1}, 2), InvalidTypeError, "a tree must be a Tree"),
        (({PlanarTree(): 1}, 2), InvalidTypeError, "a tree must be a Tree"),
        (({Forest([LEAF, LEAF]): 1}, 2), InvalidTypeError, "a tree must be a Tree"),
        (({Tree(label=1): 1}, 2), InvalidValueError, "give colours"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        BSeries(*arguments)


def test_empty_given_twice_is_refused():
    with pytest.raises(InvalidValueError, match="given twice"):
        BSeries({None: 1}, 2, empty=1)


@pytest.mark.parametrize("scalar", [exact_series(1), "2", None, [1]])
def test_series_are_multiplied_by_numbers_only(scalar):
    with pytest.raises(
        InvalidTypeError, match=r"multiplied by a number|a coefficient must be a number"
    ):
        exact_series(1) * scalar


def test_division_by_zero_and_longer_truncation_are_refused():
    with pytest.raises(InvalidValueError, match="divide a series by 0"):
        exact_series(1) / 0
    with pytest.raises(InvalidValueError, match="at most 1"):
        exact_series(1).truncate(2)


def test_planar_series_take_every_form_of_an_ordered_forest():
    series = LieButcherSeries({PlanarTree(): 3, ((0,), (0,)): 4}, 2)
    assert series[PlanarTree()] == series[((0,),)] == series[OrderedForest([PlanarTree()])] == 3
    assert series[None] == 1
    assert series[OrderedForest([PlanarTree(), PlanarTree()])] == 4
    with pytest.raises(InvalidTypeError):
        LieButcherSeries({LEAF: 1}, 1)


# -- imports and the peer -------------------------------------------------------------------------


def modules_after(code):
    code += "; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_series_are_loaded_when_first_used():
    assert "treealg.symbolic.bseries" not in modules_after("import treealg.symbolic")
    loaded = modules_after("from treealg.symbolic import BSeries")
    assert "treealg.symbolic.bseries.series" in loaded


def test_rational_methods_need_no_sympy():
    code = "from treealg.symbolic import *; modified_equation(published_method('rk4').series(5))"
    assert "sympy" not in modules_after(code)


def test_unknown_names_are_no_attributes():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        treealg.symbolic.nothing  # noqa: B018


@pytest.mark.peer
def test_kauri_finds_the_same_modified_equation(monkeypatch):
    pytest.importorskip("kauri")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    benchmark = importlib.import_module("bench_bseries")
    monkeypatch.setattr(benchmark, "ORDER", 6)
    series = benchmark.modified_equation(benchmark.published_method("rk4").series(6))
    ours = {tree: value for tree, value in series.items() if tree is not None}
    assert benchmark.modified_by_kauri() == ours


@pytest.mark.parametrize(
    ("colours", "labels"), [(1, "labels 0;"), (2, "labels 0, 1;"), (3, r"labels 0, \.\.\., 2;")]
)
def test_messages_name_the_labels_that_there_are(colours, labels):
    with pytest.raises(KeyError, match=labels):
        exact_series(2, colours)[Tree(label=7)]
