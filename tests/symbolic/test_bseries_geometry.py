"""Symplecticity, energy, elementary differentials: against Hamiltonian fields and code."""

import functools
import json
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Character,
    Element,
    Endomorphism,
    Functional,
    PlanarTree,
    Tree,
    bck,
    enumerate_trees,
    quasi_shuffle,
)
from treealg.symbolic.bseries import (
    BSeries,
    average_vector_field,
    compose,
    elementary_differential,
    elementary_differential_at,
    energy_order,
    evaluate_series,
    exact_series,
    expand_series,
    flow,
    free_tree,
    inverse,
    is_energy_preserving,
    is_symplectic,
    modified_equation,
    order_of_accuracy,
    published_method,
    symplectic_order,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "bseries.json").read_text("utf-8"))
LEAF = Tree()
Q, P, H = sympy.symbols("q p h")
ENERGY = P**2 / 2 + Q**4 / 4 + P**3 * Q / 3 + Q * P
FIELD = [sympy.diff(ENERGY, P), -sympy.diff(ENERGY, Q)]

# Order, order of symplecticity and of energy conservation, all derived below in the plane as well.
METHODS = {
    "explicit_euler": (1, 1, 1),
    "rk4": (4, 4, 4),
    "implicit_midpoint": (2, 6, 2),
    "gauss4": (4, 6, 4),
    "trapezoidal": (2, 2, 2),
}


def series_of(name, order):
    if name == "average_vector_field":
        return average_vector_field(order)
    return published_method(name).series(order)


@pytest.mark.parametrize("name", METHODS)
def test_orders_of_accuracy_symplecticity_and_energy(name):
    series = series_of(name, 6)
    found = (order_of_accuracy(series), symplectic_order(series), energy_order(series))
    assert found == METHODS[name]


def test_average_vector_field_preserves_the_energy_and_is_not_symplectic():
    series = average_vector_field(7)
    assert is_energy_preserving(series)
    assert not is_symplectic(series)
    assert (order_of_accuracy(series), symplectic_order(series)) == (2, 2)


@pytest.mark.parametrize("name", ["implicit_midpoint", "average_vector_field", "trapezoidal"])
def test_energy_order_is_that_of_a_hamiltonian_in_the_plane(name):
    order = 5
    series = series_of(name, order)
    modified = expand_series(modified_equation(series), FIELD, [Q, P], H)
    gradient = [sympy.diff(ENERGY, Q), sympy.diff(ENERGY, P)]
    change = sympy.Poly(sympy.expand(gradient[0] * modified[0] + gradient[1] * modified[1]), H)
    kept = [n for n in range(1, order + 1) if change.coeff_monomial(H**n) == 0]
    expected = energy_order(series)
    assert kept[:expected] == list(range(1, expected + 1))
    assert expected == order or expected + 1 not in kept


@pytest.mark.parametrize("name", ["implicit_midpoint", "average_vector_field", "rk4"])
def test_symplectic_order_is_that_of_the_divergence_in_the_plane(name):
    order = 5
    series = series_of(name, order)
    modified = expand_series(modified_equation(series), FIELD, [Q, P], H)
    divergence = sympy.Poly(
        sympy.expand(sympy.diff(modified[0], Q) + sympy.diff(modified[1], P)), H
    )
    kept = [n for n in range(1, order + 1) if divergence.coeff_monomial(H**n) == 0]
    expected = symplectic_order(series)
    assert kept[:expected] == list(range(1, expected + 1))
    assert expected == order or expected + 1 not in kept


@pytest.mark.parametrize("name", ["implicit_midpoint", "gauss4", "rk4", "explicit_euler"])
def test_method_is_symplectic_as_far_as_its_modified_equation_is_hamiltonian(name):
    series = series_of(name, 6)
    assert symplectic_order(series) == symplectic_order(modified_equation(series))


def random_hamiltonian_field(seed, order):
    """Return a field with random values on free trees, and signs that make it Hamiltonian."""
    rng = random.Random(seed)
    chosen = {}

    def value(tree):
        found = free_tree(tree)
        if found is None:
            return 0
        root, sign = found
        return sign * chosen.setdefault(root, Fraction(rng.randint(1, 9), rng.randint(1, 5)))

    return BSeries(value, order, empty=0)


def test_hamiltonian_fields_have_symplectic_flows_that_form_a_group():
    a, b = (flow(random_hamiltonian_field(seed, 6)) for seed in (1, 2))
    assert is_symplectic(a)
    assert is_symplectic(compose(a, b))
    assert is_symplectic(inverse(a))
    assert not is_symplectic(compose(a, published_method("rk4").series(6)))


def test_numbers_of_symplectic_conditions_are_the_published_ones():
    counted, total = [], 0
    for n in range(1, 9):
        roots = {found[0] for tree in enumerate_trees(n) if (found := free_tree(tree))}
        total += len(roots)
        counted.append(total)
    assert counted == PUBLISHED["symplectic_conditions"]["values"]


def test_coloured_conditions_hold_for_splittings_of_hamiltonians():
    first = flow(BSeries({Tree(): 1}, 4, 2, empty=0))
    second = flow(BSeries({Tree(label=1): 1}, 4, 2, empty=0))
    assert is_symplectic(compose(first, second))
    assert symplectic_order(published_method("imex_euler").series(3)) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: order_of_accuracy({}), InvalidTypeError, "must be a BSeries"),
        (lambda: order_of_accuracy(BSeries({}, 1, empty=0)), InvalidValueError, "method"),
        (lambda: symplectic_order(BSeries({}, 1, empty=2)), InvalidValueError, "1 .method. or 0"),
        (
            lambda: symplectic_order(exact_series(2), system="separable"),
            InvalidValueError,
            "two colours",
        ),
        (
            lambda: is_symplectic(exact_series(2), system="other"),
            InvalidValueError,
            "system must be",
        ),
        (lambda: energy_order(exact_series(2, 2)), InvalidValueError, "one colour"),
        (lambda: energy_order(BSeries({}, 1, empty=2)), InvalidValueError, "method"),
    ],
)
def test_bad_series_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -- elementary differentials ------------------------------------------------------------


@pytest.mark.parametrize("order", range(1, 6))
def test_elementary_differentials_sum_to_the_derivatives_of_the_solution(order):
    field = [Q * P + P, Q**2 - P]
    derivative = [Q, P]
    for _ in range(order):
        derivative = [
            sympy.expand(sum(sympy.diff(part, v) * f for v, f in zip([Q, P], field, strict=True)))
            for part in derivative
        ]
    exact = expand_series(exact_series(order), field, [Q, P], H)
    for part, value in zip(exact, derivative, strict=True):
        top = sympy.Poly(part, H).coeff_monomial(H**order)
        assert sympy.expand(top * sympy.factorial(order) - value) == 0


def test_elementary_differential_of_a_bush_is_the_formula():
    f = sympy.Function("f")(Q)
    bush = ((0,), (0,), ((0,), 0), 0)
    (found,) = elementary_differential(bush, [f], [Q])
    assert sympy.simplify(found - sympy.diff(f, Q, 3) * f**3 * sympy.diff(f, Q)) == 0


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_callables_and_expressions_have_the_same_differentials(order):
    fields = {
        0: [sympy.sin(Q) * P, sympy.exp(Q) / (1 + P**2)],
        1: [sympy.sqrt(1 + P**2) - Q**3, sympy.log(2 + Q) * sympy.cosh(P) - sympy.tan(Q)],
    }
    code = {
        0: lambda y: [np.sin(y[0]) * y[1], np.exp(y[0]) / (1 + y[1] ** 2)],
        1: lambda y: np.array([
            np.sqrt(1 + y[1] * y[1]) - y[0] ** 3,
            np.log(2 + y[0]) * np.cosh(y[1]) - np.tan(y[0]),
        ]),
    }  # fmt: skip
    point = {Q: 0.3, P: -0.7}
    for tree in random.Random(order).sample(sorted(enumerate_trees(order, 2)), 2 * order):
        symbolic = elementary_differential(tree, fields, [Q, P])
        expected = [float(value.subs(point)) for value in symbolic]
        found = elementary_differential_at(tree, code, list(point.values()))
        assert found == pytest.approx(expected, rel=1e-11, abs=1e-12)


def test_differentials_of_rational_code_at_rational_points_are_exact():
    tree = Tree([LEAF, Tree([LEAF])])
    symbolic = elementary_differential(tree, [1 / (1 + Q**2)], [Q])[0]
    (found,) = elementary_differential_at(tree, lambda y: [1 / (1 + y[0] ** 2)], [Fraction(1, 3)])
    assert isinstance(found, Fraction)
    assert found == symbolic.subs(Q, sympy.Rational(1, 3))
    negative = elementary_differential_at(tree, lambda y: [y[0] ** -2], [3])
    assert negative == (elementary_differential(tree, [Q**-2], [Q])[0].subs(Q, 3),)


@pytest.mark.parametrize("tree", [((0,), 0), ((0,), (0,), 0), (((0,), 0), 0)])
@pytest.mark.parametrize("value", [math.nan, math.inf, np.float64("nan"), sympy.nan, sympy.zoo])
def test_derivatives_of_constants_that_are_not_finite_are_not_numbers(tree, value):
    symbol = sympy.Symbol("y")
    for field in (lambda y: [value, 1], lambda y: [value + 0 * y[0], 1]):
        first, second = elementary_differential_at(tree, field, [1, 2])
        assert first != first or first is sympy.nan
        assert second == 0
    found = elementary_differential(tree, [sympy.sympify(value), 1], [symbol, sympy.Symbol("z")])
    assert found == (sympy.nan, 0)


def test_matrix_products_in_code_give_powers_of_the_matrix():
    matrix = np.array([[1, 2], [3, 4]])
    ladder, power = Tree(), matrix
    for _ in range(4):
        found = elementary_differential_at(ladder, lambda y: matrix @ y, [5, 7])
        assert list(found) == list(power @ [5, 7])
        ladder, power = Tree([ladder]), matrix @ power
    assert elementary_differential_at(Tree([LEAF, LEAF]), lambda y: matrix @ y, [5, 7]) == (0, 0)


def test_exact_series_of_code_approaches_the_solution():
    # y' = y^2 from 1/2: y(h) = 1/(2 - h).
    (found,) = evaluate_series(exact_series(8), lambda y: [y[0] ** 2], [Fraction(1, 2)], 1)
    assert found == sum(Fraction(1, 2 ** (k + 1)) for k in range(9))


def test_a_constant_component_has_no_derivatives():
    assert elementary_differential_at(LEAF, lambda y: [1, y[0]], [2, 3]) == (1, 2)
    assert elementary_differential_at(Tree([LEAF]), lambda y: [1, y[0]], [2, 3]) == (0, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: elementary_differential((0,), [Q], [Q, P]), InvalidValueError, "one component"),
        (lambda: elementary_differential((1,), [Q], [Q]), InvalidValueError, "colour 1"),
        (lambda: elementary_differential((0,), [Q], "q"), InvalidTypeError, "variables"),
        (lambda: elementary_differential((0,), [Q], [Q + 1]), InvalidTypeError, "symbols"),
        (lambda: elementary_differential((0,), 3, [Q]), InvalidTypeError, "vector field"),
        (lambda: elementary_differential(PlanarTree(), [Q], [Q]), InvalidTypeError, "tree"),
        (lambda: elementary_differential_at((0,), 3, [1]), InvalidTypeError, "callable"),
        (lambda: elementary_differential_at((0,), abs, 1), InvalidTypeError, "point"),
        (
            lambda: elementary_differential_at((0,), lambda y: [1, 2], [1]),
            InvalidValueError,
            "one component",
        ),
        (
            lambda: elementary_differential_at((0,), lambda y: [np.log(y[0])], [-1]),
            InvalidValueError,
            "log is not defined",
        ),
        (lambda: expand_series(1, [Q], [Q], H), InvalidTypeError, "must be a BSeries"),
        (lambda: evaluate_series(1, abs, [1], 1), InvalidTypeError, "must be a BSeries"),
    ],
)
def test_bad_fields_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("system", [np.array(["additive", "separable"]), None, ["additive"], 1])
def test_a_system_that_is_no_word_is_refused(system):
    with pytest.raises(InvalidValueError, match="system must be one of 'additive'"):
        symplectic_order(exact_series(2), system=system)


# -- functions that callers give -------------------------------------------------------------------


def of_time(t, y):
    return [y[0]]


class Field:
    """Methods that may be fields, or not."""

    def __call__(self, y):
        return [y[0]]

    def of_time(self, t, y):
        return [y[0]]


@functools.wraps(of_time)
def at_zero(y):
    return of_time(0, y)


@pytest.mark.parametrize(
    "field",
    [of_time, lambda: [1], lambda y, *, k: [y[0]], Field().of_time, {0: of_time}],
    ids=["of time", "of nothing", "needs an option", "method", "in a mapping"],
)
def test_fields_of_other_arguments_than_the_point_are_told_so(field):
    text = r"colour 0 must be a function of one argument, \(y\), got one of \(.*\); with a time"
    with pytest.raises(InvalidTypeError, match=text):
        elementary_differential_at(((0,), 0), field, [1])
    with pytest.raises(InvalidTypeError, match=text):
        evaluate_series(exact_series(2), field, [1], 1)


@pytest.mark.parametrize(
    "field",
    [at_zero, Field(), Field().__call__, functools.partial(of_time, 0), lambda *all: [all[0][0]],
     lambda y, k=1: [k * y[0]], np.sin, np.array],
    ids=["decorated", "object", "method", "partial", "any", "with a default", "ufunc", "in C"],
)  # fmt: skip
def test_fields_may_be_whatever_takes_the_point(field):
    assert len(elementary_differential_at(((0,), 0), field, [1.0])) == 1


GIVEN = {
    "series": (lambda f: BSeries(f, 2), "values", "(tree)"),
    "coefficients": (exact_series(2).map_coefficients, "function", "(coefficient)"),
    "sum": (Element({Tree(): 1}).map_coefficients, "function", "(coefficient)"),
    "linear map": (Element({Tree(): 1}).apply, "function", "(key)"),
    "tensor": (lambda f: bck.coproduct(Tree()).apply(0, f), "function", "(key)"),
    "functional": (lambda f: Functional(bck, f), "values", "(key)"),
    "character": (lambda f: Character(bck, f), "values", "(tree)"),
    "endomorphism": (lambda f: Endomorphism(bck, f), "rule", "(key)"),
    "weight": (lambda f: quasi_shuffle(weight=f), "weight", "(letter)"),
}


@pytest.mark.parametrize("place", GIVEN)
def test_functions_of_other_arguments_are_refused_where_they_are_given(place):
    call, name, wanted = GIVEN[place]
    with pytest.raises(InvalidTypeError) as caught:
        call(of_time)
    text = f"{name} must be a function of one argument, {wanted}, got one of (t, y)"
    assert str(caught.value) == text


@pytest.mark.parametrize("form", [((0,), (0,)), (((0,), 0),), ()])
def test_the_tuple_form_of_a_forest_is_that_of_no_tree(form):
    rk4 = published_method("rk4")
    y = sympy.Symbol("y")
    for read in (
        free_tree,
        rk4.weight,
        lambda tree: elementary_differential(tree, [y], [y]),
        lambda tree: elementary_differential_at(tree, lambda y: y, [1.0]),
    ):
        with pytest.raises(InvalidValueError, match=r"tuple form|empty tuple"):
            read(form)
