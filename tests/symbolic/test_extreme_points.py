"""Derivatives at the smallest and largest floats, against closed forms in thousands of digits."""

import math

import mpmath
import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Tree, exact_series
from treealg.symbolic.bseries import elementary_differential_at, evaluate_series

X = sympy.Symbol("x")
ORDERS = range(6)

#: Binary digits: for 1 - tanh(x)^2 where that is the smallest float, and for what is divided by
#: powers of 1e-300.
DIGITS, MORE_DIGITS = 2400, 7000

FUNCTIONS = {
    "exp": (np.exp, sympy.exp(X)),
    "exp2": (np.exp2, 2**X),
    "power of a number": (lambda x: 0.3**x, sympy.Rational(0.3) ** X),
    "expm1": (np.expm1, sympy.exp(X) - 1),
    "log": (np.log, sympy.log(X)),
    "log1p": (np.log1p, sympy.log(1 + X)),
    "log2": (np.log2, sympy.log(X) / sympy.log(2)),
    "log10": (np.log10, sympy.log(X) / sympy.log(10)),
    "sin": (np.sin, sympy.sin(X)),
    "cos": (np.cos, sympy.cos(X)),
    "tan": (np.tan, sympy.tan(X)),
    "sinh": (np.sinh, sympy.sinh(X)),
    "cosh": (np.cosh, sympy.cosh(X)),
    "tanh": (np.tanh, sympy.tanh(X)),
    "arctan": (np.arctan, sympy.atan(X)),
    "arcsin": (np.arcsin, sympy.asin(X)),
    "arccos": (np.arccos, sympy.acos(X)),
    "arcsinh": (np.arcsinh, sympy.asinh(X)),
    "arccosh": (np.arccosh, sympy.acosh(X)),
    "arctanh": (np.arctanh, sympy.log((1 + X) / (1 - X)) / 2),
    "sqrt": (np.sqrt, sympy.sqrt(X)),
    "cbrt": (np.cbrt, sympy.cbrt(X)),
    "power": (lambda x: x**2.5, X ** sympy.Rational(5, 2)),
    "inverse": (np.reciprocal, 1 / X),
    "square of the inverse": (lambda x: x**-2, X**-2),
    "quotient": (lambda x: 1e300 / x, sympy.Rational(1e300) / X),
    "hypot": (lambda x: np.hypot(x, 1.5), sympy.sqrt(X**2 + sympy.Rational(9, 4))),
    "hypot, large": (lambda x: np.hypot(3e200, x), sympy.sqrt(X**2 + sympy.Rational(3e200) ** 2)),
    "arctan2": (lambda x: np.arctan2(x, 2.0), sympy.atan(X / 2)),
    "arctan2, number first": (lambda x: np.arctan2(2.0, x), sympy.pi / 2 - sympy.atan(X / 2)),
    "sinc": (np.sinc, sympy.sin(sympy.pi * X) / (sympy.pi * X)),
}
COMPOSED = {
    "1 / cosh": (lambda x: 1 / np.cosh(x), 1 / sympy.cosh(X)),
    "logistic": (lambda x: 1 / (1 + np.exp(-x)), 1 / (1 + sympy.exp(-X))),
    "coth": (lambda x: 1 / np.tanh(x), sympy.coth(X)),
    "bell": (lambda x: np.exp(-x * x), sympy.exp(-(X**2))),
}
SIZES = [1e-300, 2e-30, 0.3, 0.99999, 1.00001, 2.5, 356.0, 705.0, 3e160]
POINTS = [sign * size for size in SIZES for sign in (1, -1)]
FAR = [-705.0, -356.0, -21.0, -2.5, -0.3, 0.3, 2.5, 21.0, 356.0, 705.0]


def derivatives(formula):
    """Return the derivatives of a formula, up to one order more."""
    found = [sympy.diff(formula, X, k) for k in range(ORDERS[-1] + 2)]
    return sympy.lambdify(X, found, "mpmath")


def derivative_at(function, order, point, direction=1.0):
    tree = Tree([Tree(label=1)] * order)
    fields = {0: lambda y: [function(y[0])], 1: lambda y: [direction]}
    return elementary_differential_at(tree, fields, [point])[0]


def assert_derivatives(function, formula, points, rounding):
    exact_at = derivatives(formula)
    compared = 0
    for point in points:
        with mpmath.workprec(DIGITS if abs(point) > 1e-9 else MORE_DIGITS):
            exact = exact_at(mpmath.mpf(point))
        if not isinstance(exact[0], mpmath.mpf):  # a complex value
            continue
        has_value = math.isfinite(float(exact[0]))
        for order in ORDERS:
            expected = exact[order]
            if not has_value or not math.isfinite(float(expected)):
                with pytest.raises(InvalidValueError, match=r"floats can hold|greatest float"):
                    derivative_at(function, order, point)
                continue
            found = derivative_at(function, order, point)
            # A change of the argument in its last digit changes the value by the second part, which
            # counts near zeros; below the smallest floats there is nothing.
            with mpmath.workprec(DIGITS):
                near = abs(point * exact[order + 1])
                bound = 1e-13 * abs(expected) + rounding * near + 1e-323
                assert abs(found - expected) <= bound, (point, order, found)
            compared += 1
    assert compared > 20


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_right_at_every_size_of_the_argument(name):
    function, formula = FUNCTIONS[name]
    assert_derivatives(function, formula, POINTS, 1e-15)


@pytest.mark.parametrize("name", COMPOSED)
def test_derivatives_of_what_is_composed_are_right_where_its_parts_have_values(name):
    function, formula = COMPOSED[name]
    assert_derivatives(function, formula, FAR, 1e-12)


@pytest.mark.parametrize(
    ("function", "point", "direction", "expected"),
    [
        # Where the function of the point alone would be too small or too large for floats.
        (lambda x: np.exp(x - 800), 0.5, 1e200, math.exp(-799.5 + 200 * math.log(10))),
        (lambda x: np.sqrt(x), 1e-300, 1e-160, 0.5e-10),
        (np.log, 1e-250, 1e-200, 1e50),
        (lambda x: x / 1e-320, 1e-300, 1e-310, 1e-310 / 1e-320),
        (lambda x: (2 * x) / (3 * x + 1e200), 1e200, 1e180, 2 / 16 * 1e-20),
        (lambda x: np.hypot(x, x), 1e-200, 1e-190, math.sqrt(2) * 1e-190),
    ],
)
def test_derivatives_in_directions_of_other_sizes(function, point, direction, expected):
    assert derivative_at(function, 1, point, direction) == pytest.approx(expected, rel=1e-12)


def test_series_where_powers_of_exponentials_are_no_floats():
    for order in (1, 2, 3, 4):
        for start in (4.0, 8.0, -8.0, 1e200):
            found = evaluate_series(
                exact_series(order), lambda y: [np.tanh(100 * y[0])], [start], 0.1
            )
            assert found == (start + math.copysign(0.1, start),)


def field_at(function, point):
    return elementary_differential_at(Tree([Tree()]), lambda y: [function(y[0])], [point])


def test_derivatives_beyond_the_floats_are_refused():
    for function, point in [(np.exp, 709.5), (np.cosh, 705.0), (lambda x: 1 / x, 1e-200)]:
        with pytest.raises(InvalidValueError, match="has no derivative of order 1"):
            field_at(function, point)
    for function in (np.exp, np.sinh, lambda x: np.arctan(x * 1e308 * 1e308)):
        with pytest.raises(InvalidValueError, match=r"choose another point|overflow on the way"):
            field_at(function, 800.0)


@pytest.mark.parametrize("point", [math.nan, math.inf, sympy.nan, sympy.oo])
def test_points_that_are_not_finite_are_refused(point):
    for tree in (Tree(), Tree([Tree()])):
        with pytest.raises(InvalidValueError, match="point must have finite coordinates"):
            elementary_differential_at(tree, lambda y: y, [point])


def test_values_that_floats_do_not_hold_are_infinite_or_no_numbers():
    for tree in (Tree(), Tree([Tree()])):
        (found,) = elementary_differential_at(tree, lambda y: [y[0] * y[0]], [1e200])
        assert not math.isfinite(found)


@pytest.mark.parametrize("function", [np.arctan2, np.hypot, np.power, np.maximum, np.true_divide])
@pytest.mark.parametrize("number", [1.5, 2, np.float64(0.5)])
def test_functions_of_two_take_a_number_in_the_first_place(function, number):
    def lifted(x):
        return function(x * 0 + number, x)

    for order in range(4):
        expected = derivative_at(lifted, order, 1.25)
        assert derivative_at(lambda x: function(number, x), order, 1.25) == pytest.approx(expected)
    for first in (number, [number], np.array([number])):
        found = elementary_differential_at(
            Tree([Tree()]), lambda y, first=first: function(first, 2 * y), [1.25]
        )
        single = elementary_differential_at(
            Tree([Tree()]), lambda y: [lifted(2 * y[0]) + 0 * y[0]], [1.25]
        )
        assert found == pytest.approx(single)


def test_arrays_are_changed_in_place():
    def field(y):
        z = 1 * y
        z += y**2
        np.multiply(z, 2, out=z)
        return np.sinc(np.hypot(0.0, z) * 0) * z

    assert elementary_differential_at(Tree([Tree()]), field, [3]) == (24 * 14,)


def test_powers_of_negative_numbers_that_are_not_real_are_refused():
    for function in (np.sqrt, lambda x: x**1.5, lambda x: x ** sympy.Rational(1, 3)):
        with pytest.raises(InvalidValueError, match="not defined at -2"):
            derivative_at(function, 1, -2.0)
    assert derivative_at(lambda x: x**3.0, 2, -2.0) == -12
    assert derivative_at(lambda x: x**2.0, 3, 0.0) == 0


def test_the_step_is_called_by_its_name():
    with pytest.raises(InvalidTypeError, match="step must be a number"):
        evaluate_series(exact_series(2), lambda y: y, [1.0], "0.1")
    with pytest.raises(InvalidTypeError, match="a coordinate of the point must be a number"):
        evaluate_series(exact_series(2), lambda y: y, ["1.0"], 0.1)
