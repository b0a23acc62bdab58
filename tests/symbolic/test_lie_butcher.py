"""Lie-Butcher series and methods on manifolds: theory, and convergence on the rotations."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Functional, OrderedForest, PlanarTree, mkw
from treealg.symbolic.bseries import (
    BSeries,
    CommutatorFree,
    LieButcherSeries,
    RungeKutta,
    exact_lie_butcher_series,
    exact_series,
    frozen_exponential,
    frozen_product,
    lie_butcher_compose,
    lie_butcher_logarithm,
    lie_butcher_order,
    method_info,
    published_method,
    published_methods,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "bseries.json").read_text("utf-8"))
LEAF = PlanarTree()
LADDER = PlanarTree([LEAF])
METHODS = published_methods("lie_group")


def leaf_series(value, order):
    return LieButcherSeries({LEAF: value}, order, empty=0)


def lie_euler(value, order):
    return frozen_exponential(leaf_series(value, order))


# -- exact flow -----------------------------------------------------------------------------------


@pytest.mark.parametrize("forest", PUBLISHED["exact_lie_butcher"]["values"])
def test_exact_flow_has_the_published_coefficients(forest):
    exact = exact_lie_butcher_series(4)
    expected = Fraction(PUBLISHED["exact_lie_butcher"]["values"][forest])
    assert exact[OrderedForest.from_text(forest)] == expected


@pytest.mark.parametrize(("order", "colours"), [(6, 1), (4, 2), (3, 3)])
def test_exact_flow_is_the_convolution_exponential_of_the_leaves(order, colours):
    exact = exact_lie_butcher_series(order, colours)
    leaves = {PlanarTree((), label): 1 for label in range(colours)}
    exponential = Functional(mkw, leaves).exp()
    assert all(value == exponential(forest) for forest, value in exact.items())


@pytest.mark.parametrize("order", range(1, 7))
def test_exact_flow_counts_all_labellings(order):
    exact = exact_lie_butcher_series(order)
    values = [value for forest, value in exact.items() if forest.order == order]
    assert sum(values) * math.factorial(order) == math.factorial(order)


@pytest.mark.parametrize("colours", [1, 2])
def test_exact_flow_is_a_character_and_its_logarithm_the_field(colours):
    exact = exact_lie_butcher_series(4, colours)
    assert exact.is_character
    logarithm = lie_butcher_logarithm(exact)
    assert logarithm.is_infinitesimal
    assert {key for key, value in logarithm.items() if value != 0} == {
        OrderedForest([PlanarTree((), label)]) for label in range(colours)
    }


def test_exact_flows_compose_to_the_exact_flow():
    exact = exact_lie_butcher_series(5)
    first = exact.scale_step(Fraction(1, 3))
    second = exact.scale_step(Fraction(2, 3))
    assert lie_butcher_compose(first, second) == exact
    assert frozen_product(first, second) != exact


# -- frozen and composed --------------------------------------------------------------------------


def test_lie_euler_split_with_one_frozen_field_is_lie_euler():
    half = lie_euler(Fraction(1, 2), 5)
    frozen = frozen_product(half, half)
    assert frozen == lie_euler(1, 5)
    assert frozen[LADDER] == 0


def test_two_lie_euler_steps_evaluate_the_field_twice():
    half = lie_euler(Fraction(1, 2), 5)
    composed = lie_butcher_compose(half, half)
    assert composed[LADDER] == Fraction(1, 4)
    assert composed.is_character
    # The same as a method with two stages.
    two_steps = CommutatorFree([[], [["1/2"]]], [["1/2"], [0, "1/2"]])
    assert two_steps.series(5) == composed


def test_split_exponentials_of_a_method_are_those_of_one():
    split = CommutatorFree([[]], [["1/2"], ["1/2"]])
    assert split.series(4) == lie_euler(1, 4)


def test_composition_of_methods_is_that_of_their_stages():
    cmo = published_method("cmo3")
    halves = [[[value / 2 for value in row] for row in rows] for rows in (*cmo.stages, cmo.step)]
    step = halves.pop()
    shifted = [[[0] * 3 + list(row) for row in rows] for rows in halves]
    last = [[0] * 3 + list(row) for row in step]
    twice = CommutatorFree([*halves, *[step + rows for rows in shifted]], step + last)
    half = cmo.series(4).scale_step(Fraction(1, 2))
    assert twice.series(4) == lie_butcher_compose(half, half)


def test_products_are_associative_and_characters_closed():
    a = published_method("cmo3").series(4)
    b = published_method("lie_midpoint").series(4)
    c = lie_euler(Fraction(2, 3), 4)
    for product in (frozen_product, lie_butcher_compose):
        assert product(product(a, b), c) == product(a, product(b, c)) == product(a, b, c)
        assert product(a, b).is_character
        assert product(a, b) != product(b, a)


def test_sum_of_characters_is_no_character():
    a = published_method("cmo3").series(4)
    assert not (a + a).is_character
    assert not ((a + lie_euler(1, 4)) / 2).is_character
    assert not a.is_infinitesimal


# -- order theory ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_published_method_has_its_order_and_no_more(name):
    method, order = published_method(name), method_info(name).order
    assert lie_butcher_order(method.series(order + 1)) == order
    assert method.order(order + 2) == order
    assert method.series(4).is_character


CLASSICAL_TABLEAUX = ["explicit_midpoint", "heun2", "kutta3", "heun3", "rk4", "dormand_prince54"]


@pytest.mark.parametrize("name", CLASSICAL_TABLEAUX)
def test_classical_tableaux_lose_their_order_as_crouch_grossman_methods(name):
    tableau = published_method(name)
    method = CommutatorFree.crouch_grossman(tableau.a, tableau.b)
    assert method.order() == min(2, method_info(name).order)


@pytest.mark.parametrize("name", METHODS)
def test_commuting_fields_turn_the_series_into_that_of_the_collapsed_tableau(name):
    # Translations commute: a tree is worth the sum over the ways to draw it in the plane.
    method, order = published_method(name), 4
    planar = method.series(order)
    collapsed = RungeKutta(
        [[sum(column) for column in zip(*rows, strict=True)] if rows else []
         for rows in method.stages],
        [sum(column) for column in zip(*method.step, strict=True)],
    )  # fmt: skip
    sums = {}
    for forest, value in planar.items():
        if len(forest) == 1:
            tree = forest[0].forget_order()
            sums[tree] = sums.get(tree, 0) + value * tree.symmetry
    assert BSeries(sums, order) == collapsed.series(order)


def test_exact_flow_turns_into_the_exact_series_for_commuting_fields():
    sums = {}
    for forest, value in exact_lie_butcher_series(6).items():
        if len(forest) == 1:
            tree = forest[0].forget_order()
            sums[tree] = sums.get(tree, 0) + value * tree.symmetry
    assert BSeries(sums, 6) == exact_series(6)


# -- convergence on the rotations -----------------------------------------------------------------


def hat(vector):
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def rotate(element, point):
    """Apply the exponential of a skew matrix, by the formula of Rodrigues."""
    angle = math.sqrt(element[2, 1] ** 2 + element[0, 2] ** 2 + element[1, 0] ** 2)
    if angle == 0.0:
        return point
    sine = math.sin(angle) / angle
    cosine = 2.0 * (math.sin(angle / 2.0) / angle) ** 2
    return (np.eye(3) + sine * element + cosine * (element @ element)) @ point


def angular_velocity(point):
    a, b, c = point
    return hat([1.0 + a[0] * b[1], math.sin(b[2]) + c[0], 0.5 + a[2] * c[1] - b[0]])


def integrate(method, steps):
    point = np.eye(3)
    for _ in range(steps):
        point = method.advance(angular_velocity, rotate, point, 1.0 / steps)
    return point


@pytest.fixture(scope="module")
def solution():
    return integrate(published_method("cmo4"), 1000)


def observed_order(method, solution):
    errors = [np.abs(integrate(method, steps) - solution).max() for steps in (80, 160)]
    return math.log2(errors[0] / errors[1])


@pytest.mark.parametrize("name", METHODS)
def test_order_is_observed_on_the_rotations(name, solution):
    order = observed_order(published_method(name), solution)
    assert order == pytest.approx(method_info(name).order, abs=0.2)


@pytest.mark.parametrize("name", ["heun2", "kutta3", "heun3", "rk4"])
def test_loss_of_order_is_observed_on_the_rotations(name, solution):
    tableau = published_method(name)
    method = CommutatorFree.crouch_grossman(tableau.a, tableau.b)
    assert observed_order(method, solution) == pytest.approx(method.order(), abs=0.2)


def test_steps_stay_on_the_rotations():
    point = integrate(published_method("williamson3"), 50)
    assert np.abs(point @ point.T - np.eye(3)).max() < 1e-13


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: CommutatorFree([], []), InvalidValueError, "at least one stage"),
        (lambda: CommutatorFree(3, [[1]]), InvalidTypeError, "stages must be a sequence"),
        (lambda: CommutatorFree([[]], 3), InvalidTypeError, "step must be a sequence"),
        (lambda: CommutatorFree([[[1]]], [[1]]), InvalidValueError, "first 0 stages only"),
        (lambda: CommutatorFree([[]], [[0, 1]]), InvalidValueError, "first 1 stages only"),
        (lambda: CommutatorFree.low_storage([1], [1]), InvalidValueError, "start with 0"),
        (lambda: CommutatorFree.low_storage([0], [1, 2]), InvalidValueError, "same length"),
        (frozen_product, InvalidValueError, "at least one series"),
        (lambda: frozen_product(1), InvalidTypeError, "LieButcherSeries"),
        (
            lambda: frozen_exponential(exact_lie_butcher_series(2)),
            InvalidValueError,
            "element of the Lie algebra",
        ),
        (
            lambda: lie_butcher_compose(
                exact_lie_butcher_series(1, 2), exact_lie_butcher_series(1, 1)
            ),
            InvalidValueError,
            "same colours",
        ),
        (
            lambda: lie_butcher_logarithm(leaf_series(1, 2)),
            InvalidValueError,
            "series must be the series of a method, with value 1 on the empty forest",
        ),
        (lambda: lie_butcher_order(exact_series(2)), InvalidTypeError, "LieButcherSeries"),
        (lambda: published_method("lie_euler").series(-1), InvalidValueError, "order"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_steps_with_what_is_no_field_or_action_are_refused():
    method = CommutatorFree([[], [["1/2"]]], [["1/2"], [0, "1/2"]])
    for field, act in ((3, max), (abs, None), (lambda y: [1.0], lambda a, y: y), ("f", "g")):
        with pytest.raises(InvalidTypeError, match=r"^(field|act) must"):
            method.advance(field, act, 1.0, 2)
    with pytest.raises(ZeroDivisionError):
        method.advance(lambda y: 1 / 0, max, 1.0, 2)
