"""Vector fields that are code or matrices: derivatives of what NumPy computes, or an error."""

import math
import os
from fractions import Fraction

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    CommutatorFree,
    Rosenbrock,
    RungeKutta,
    Tree,
    elementary_differential,
    exact_series,
    exact_signature,
    log_star,
)
from treealg.symbolic.bseries import (
    compose,
    elementary_differential_at,
    evaluate_series,
    expand_series,
)

P, Q, H = sympy.symbols("p q h")
BUSHY = ((0,), ((0,), 0), 0)

FUNCTIONS = {
    "arctan": (np.arctan, sympy.atan),
    "arcsin": (np.arcsin, sympy.asin),
    "arccos": (np.arccos, sympy.acos),
    "arcsinh": (np.arcsinh, sympy.asinh),
    "arctanh": (np.arctanh, sympy.atanh),
    "arccosh": (lambda x: np.arccosh(x + 2), lambda x: sympy.acosh(x + 2)),
    "arctan2": (lambda x: np.arctan2(x, -x * x), lambda x: sympy.atan2(x, -x * x)),
    "arctan2, flat": (lambda x: np.arctan2(1 + x, x - x), lambda x: sympy.pi / 2),
    "hypot": (lambda x: np.hypot(x, 2 * x + 1), lambda x: sympy.sqrt(x**2 + (2 * x + 1) ** 2)),
    "log": (np.log, sympy.log),
    "log1p": (np.log1p, lambda x: sympy.log(1 + x)),
    "log2": (np.log2, lambda x: sympy.log(x, 2)),
    "log10": (np.log10, lambda x: sympy.log(x, 10)),
    "expm1": (np.expm1, lambda x: sympy.exp(x) - 1),
    "exp2": (np.exp2, lambda x: 2**x),
    "cbrt": (np.cbrt, sympy.cbrt),
    "power": (lambda x: np.power(x, x), lambda x: x**x),
    "power of a number": (lambda x: 3**x, lambda x: 3**x),
    "square": (np.square, lambda x: x**2),
    "reciprocal": (np.reciprocal, lambda x: 1 / x),
    "abs": (lambda x: abs(x - 1) ** 3, lambda x: (1 - x) ** 3),
    "fabs": (lambda x: np.fabs(-x) ** 2, lambda x: x**2),
    "maximum": (lambda x: np.maximum(x * x, 0), lambda x: x**2),
    "where": (lambda x: np.where(x > 0, x**3, 0), lambda x: x**3),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_numpy_have_the_derivatives_that_sympy_finds(name):
    function, expression = FUNCTIONS[name]
    found = elementary_differential_at(
        BUSHY, lambda y: [function(y[0]) + y[1], y[0] * y[1]], [0.3, 0.7]
    )
    exact = elementary_differential(BUSHY, [expression(P) + Q, P * Q], [P, Q])
    point = {P: sympy.Rational(3, 10), Q: sympy.Rational(7, 10)}
    expected = [float(sympy.sympify(value).subs(point)) for value in exact]
    # About a hundred operations of numbers below 1e3, each with an error of 1e-16 of its own.
    assert np.allclose(np.array(found, float), expected, rtol=1e-11, atol=0)


def test_exact_numbers_stay_exact():
    assert elementary_differential_at(((0,), 0), lambda y: [abs(y[0]) ** 3], [-3]) == (-729,)
    third = sympy.Rational(1, 3)
    found = elementary_differential_at(((0,), 0), lambda y: [np.log(y[0])], [third])
    assert found == (-3 * sympy.log(3),)


@pytest.mark.parametrize(
    "function",
    [
        math.sin,
        float,
        np.floor,
        sympy.Symbol,
        lambda x: x // 1,
        lambda x: x.foo,
        lambda x: np.fmod(1, x),
        lambda x: np.heaviside(x, 1),
        lambda x: None,
        lambda x: "x",
    ],
)
def test_what_has_no_derivative_here_is_an_error_that_says_so(function):
    message = "has no derivative here|must be a number or a symbolic expression"
    with pytest.raises(InvalidTypeError, match=message):
        elementary_differential_at(((0,), 0), lambda y: [function(y[0])], [0.25])


@pytest.mark.parametrize(
    "function",
    [abs, lambda x: np.maximum(x, 0), lambda x: 1 if x == 0 else x, lambda x: 1 / x, np.log],
)
def test_points_without_a_derivative_are_refused(function):
    with pytest.raises(InvalidValueError, match=r"derivative|not defined"):
        elementary_differential_at(((0,), 0), lambda y: [1 + function(y[0])], [0])


def test_a_field_that_is_no_sequence_and_several_fields_in_a_list_are_refused():
    with pytest.raises(InvalidTypeError, match="the field of colour 0 must be a sequence"):
        elementary_differential_at((0,), lambda y: None, [1])
    with pytest.raises(InvalidTypeError, match=r"several fields as a mapping from their colours"):
        expand_series(exact_series(2, 2), [[Q, 0], [0, P]], [Q, P], H)
    both = expand_series(exact_series(2, 2), {0: [Q, 0], 1: [0, P]}, [Q, P], H)
    assert both == expand_series(exact_series(2), [Q, P], [Q, P], H)


# -- matrices --------------------------------------------------------------------------------------

KINDS = [sympy.Matrix, sympy.ImmutableMatrix, sympy.SparseMatrix]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", [False, True])
def test_matrices_are_taken_as_fields_variables_points_steps_and_weights(kind, row):
    def vector(values):
        return kind([values]) if row else kind(values)

    field, variables = [Q, -P], [P, Q]
    assert elementary_differential(BUSHY, vector(field), vector(variables)) == (0, 0)
    assert expand_series(exact_series(3), {0: vector(field)}, vector(variables), H) == (
        expand_series(exact_series(3), field, variables, H)
    )
    half = sympy.Rational(1, 2)
    euler = exact_series(2)
    assert compose(euler, euler, steps=vector([half, half])) == euler
    assert evaluate_series(euler, lambda y: [y[1], y[0]], vector([1, 2]), 1) == (
        Fraction(7, 2),
        4,
    )
    assert log_star(vector([1, 0]), 1, 2) == [1, Fraction(-1, 2)]
    assert RungeKutta([[], [half]], vector([0, 1])).order() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_are_tableaux_and_paths(kind):
    half = sympy.Rational(1, 2)
    matrix = kind([[0, 0], [half, 0]])
    midpoint = RungeKutta(matrix, kind([0, 1]))
    assert midpoint == RungeKutta([[], ["1/2"]], [0, 1])
    assert type(midpoint.a[1][0]) is Fraction
    assert Rosenbrock(kind([[0]]), kind([[half]]), kind([1])).order() == 2
    assert CommutatorFree.crouch_grossman(matrix, kind([0, 1])).order() == 2
    assert exact_signature(kind([[0, 1], [P, 3]]), 1) == [P, 2]


def test_matrices_of_another_shape_and_sets_are_refused():
    with pytest.raises(InvalidValueError, match=r"one row or column, got a matrix of shape \(2, 2"):
        RungeKutta([[], [1]], sympy.eye(2))
    with pytest.raises(InvalidTypeError, match="b must be a sequence of numbers, got set"):
        RungeKutta([[]], {1})


@pytest.mark.parametrize(
    "field",
    [
        lambda y: [np.where(y[0] > 0, y[0] ** 2, 1)],
        lambda y: np.where(y > 0, y**2, 1),
        lambda y: [np.array(y[0] ** 2)],
        lambda y: [np.asarray(y[0]) ** 2],
        lambda y: np.array([y[0]]) ** 2,
        lambda y: [np.sum(np.array([y[0]]) ** 2)],
        lambda y: [np.clip(y[0], 0, 10) ** 2],
        lambda y: np.einsum("i,i->i", np.array([y[0]]), np.array([y[0]])),
    ],
)
def test_a_component_in_an_array_without_axes_has_its_derivative(field):
    # Of y' = y^2 the value at the tree of two vertices is 2 y^3.
    assert elementary_differential_at(((0,), 0), field, [Fraction(3, 2)]) == (Fraction(27, 4),)


@pytest.mark.parametrize(
    "field", [lambda y: [[y[0]]], lambda y: [np.array([y[0]])], lambda y: ["x"]]
)
def test_components_that_are_no_numbers_are_refused(field):
    for tree in ((0,), ((0,), 0)):
        with pytest.raises(InvalidTypeError):
            elementary_differential_at(tree, field, [1.5])


def test_real_parts_and_conjugates_of_real_values_keep_their_derivatives():
    for same in (
        lambda y: [y[0].real],
        lambda y: [y[0].conjugate()],
        lambda y: [np.real(y[0])],
        lambda y: np.conj(y),
        lambda y: y.real,
    ):
        assert elementary_differential_at(Tree([Tree()]), same, [2.0]) == (2.0,)
    assert elementary_differential_at(Tree([Tree()]), lambda y: [y[0].imag + 3], [2.0]) == (0,)
    with pytest.raises(InvalidTypeError, match="not differentiable"):
        elementary_differential_at(Tree([Tree()]), lambda y: [y[0].real], [2j])


def test_functions_of_sympy_at_numbers_are_an_error_that_says_so():
    with pytest.raises(InvalidTypeError, match=r"uses SymPy at numbers.*NumPy"):
        elementary_differential_at(Tree([Tree()]), lambda y: [sympy.sin(y[0])], [2.0])

    x = sympy.Symbol("x")
    with pytest.raises(InvalidTypeError, match="numbers with infinitesimals"):
        elementary_differential_at(Tree([Tree()]), lambda y: [sympy.sin(y[0])], [x])
    assert elementary_differential_at(Tree([Tree()]), lambda y: [np.sin(y[0])], [x]) == (
        sympy.sin(x) * sympy.cos(x),
    )


@pytest.mark.parametrize(
    ("field", "kind", "text", "cause"),
    [
        (lambda y: [y[1]], InvalidValueError, "an entry .* 1 coordinate,", IndexError),
        (lambda y: [y[0], [][3]], InvalidValueError, "an entry", IndexError),
        (lambda y: [{}["a"]], InvalidTypeError, "KeyError: 'a'", KeyError),
        (lambda y: [next(iter(()))], InvalidTypeError, "StopIteration", StopIteration),
        (lambda y: [os.stat("/nowhere/at/all")], InvalidTypeError, "FileNotFound", OSError),
        (lambda y: [1 / 0], InvalidValueError, "no value", ZeroDivisionError),
        (lambda y: [len(y[0])], InvalidTypeError, "no derivative here", TypeError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_whatever_a_field_raises_is_the_cause_of_an_error_of_ours(field, kind, text, cause):
    for compute in (
        lambda: elementary_differential_at(Tree([Tree()]), field, [0.5]),
        lambda: evaluate_series(exact_series(2), field, [0.5], 1),
    ):
        with pytest.raises(kind, match=text) as caught:
            compute()
        assert isinstance(caught.value.__cause__, cause)


def test_variables_are_different_and_the_step_is_none_of_them():
    x, y, h = sympy.symbols("x y h")
    with pytest.raises(InvalidValueError, match="must be different"):
        expand_series(exact_series(2), [x, x], [x, x], h)
    with pytest.raises(InvalidValueError, match="must be different"):
        elementary_differential(Tree(), [x, x], [x, x])
    for step in (x, 2 * y + h):
        with pytest.raises(InvalidValueError, match="must not depend on the variables"):
            expand_series(exact_series(2), [x, y], [x, y], step)


def test_weights_of_crouch_grossman_may_be_arrays_but_not_of_arrays():
    halves = np.array([0, 1])
    assert CommutatorFree.crouch_grossman([[], ["1/2"]], halves).order() == 2
    with pytest.raises(InvalidTypeError, match="coefficient must be a number"):
        CommutatorFree.crouch_grossman([[], ["1/2"]], [0, np.array([1, 2])])


@pytest.mark.parametrize(
    ("number_first", "array_first"),
    [
        (lambda v: (v @ v) * v, lambda v: v * (v @ v)),
        (lambda v: v[0] * np.array([1.0, 2.0]), lambda v: np.array([1.0, 2.0]) * v[0]),
        (lambda v: np.sin(v[0]) * v, lambda v: v * np.sin(v[0])),
        (lambda v: np.sum(v**2) + v, lambda v: v + np.sum(v**2)),
        (lambda v: v[0] - v, lambda v: -(v - v[0])),
        (lambda v: v[0] / v, lambda v: (v / v[0]) ** -1),
        (lambda v: v[0] ** v, lambda v: np.exp(v * np.log(v[0]))),
        (lambda v: np.where(v[0] < v + 1, v, -v) * v[1], lambda v: v[1] * v),
    ],
)
def test_a_number_before_an_array_is_taken_to_each_entry(number_first, array_first):
    for tree in [(0,), ((0,), 0), BUSHY]:
        found = elementary_differential_at(tree, number_first, [3.0, 4.0])
        np.testing.assert_allclose(
            found, elementary_differential_at(tree, array_first, [3.0, 4.0]), rtol=1e-13
        )
    series = exact_series(3)
    np.testing.assert_allclose(
        evaluate_series(series, number_first, [3.0, 4.0], 0.01),
        evaluate_series(series, array_first, [3.0, 4.0], 0.01),
        rtol=1e-14,
    )


def test_a_number_times_a_list_is_refused_as_python_refuses_it():
    with pytest.raises(InvalidTypeError, match="can't multiply sequence by non-int"):
        elementary_differential_at(((0,), 0), lambda v: v[0] * [1.0, 2.0], [3.0, 4.0])


def test_a_column_that_sympy_made_code_of_is_a_vector():
    field = sympy.lambdify((Q, P), sympy.Matrix([P, -sympy.sin(Q)]))
    tree = Tree([Tree()])
    found = elementary_differential_at(tree, lambda y: field(*y), [0.3, 0.1])
    assert found == pytest.approx((-math.sin(0.3), -0.1 * math.cos(0.3)))
    with pytest.raises(InvalidTypeError, match=r"got a ndarray of length 2; return a sequence"):
        elementary_differential_at(tree, lambda y: [np.ones(2), y[0]], [0.3, 0.1])


def test_the_tuple_form_of_a_forest_is_no_key_of_a_series():
    with pytest.raises(InvalidValueError, match="and of the forest 0 0"):
        exact_series(3)[((0,), (0,))]
    assert exact_series(3)[((0,), 0)] == Fraction(1, 2)


@pytest.mark.parametrize(
    "field",
    [
        lambda y: [1, np.sin(y[0]) / y[0] if y[0] else 1.0],
        lambda y: [1, 1 if y[0] else 2],
        lambda y: [1, 1 if not y[0] else 2],
        lambda y: [1, y[0] or 2],
    ],
)
def test_the_truth_of_what_is_0_at_the_point_is_refused_as_comparisons_are(field):
    with pytest.raises(InvalidValueError, match="depends on where one goes from there"):
        elementary_differential_at(Tree([Tree()]), field, [0, 0])
    elementary_differential_at(Tree([Tree()]), field, [1, 0])


@pytest.mark.parametrize("make", [np.zeros_like, lambda y: np.zeros(2, dtype=object)])
def test_values_are_written_to_arrays_of_objects(make):
    def field(y, make=make):
        value = make(y)
        value[0], value[1] = y[1], -y[0]
        return value

    assert elementary_differential_at(Tree([Tree()]), field, [3, 7]) == (-3, -7)
    with pytest.raises(InvalidTypeError, match=r"arrays of objects, such as numpy\.zeros_like"):
        elementary_differential_at(
            Tree([Tree()]), lambda y: field(y, lambda _: np.zeros(2)), [3, 7]
        )
