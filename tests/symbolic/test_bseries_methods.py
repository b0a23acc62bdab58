"""Runge-Kutta, additive and Rosenbrock methods: weights, orders, stability, published tableaux."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy

from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Tree, enumerate_trees
from treealg.symbolic.bseries import (
    AdditiveRungeKutta,
    Rosenbrock,
    RungeKutta,
    evaluate_series,
    exact_series,
    expand_series,
    is_symplectic,
    method_info,
    modified_equation,
    order_of_accuracy,
    published_method,
    published_methods,
    symbolic_tableau,
    symplectic_order,
    weight_terms,
)

CLASSICAL = [name for name in published_methods() if method_info(name).kind != "lie_group"]
RUNGE_KUTTA = [*published_methods("explicit"), *published_methods("implicit")]
Z = sympy.Symbol("z")


# -- orders ------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSICAL)
def test_published_method_has_its_order_and_no_more(name):
    method, order = published_method(name), method_info(name).order
    conditions = method.order_conditions(order + 1)
    failing = [tree for tree, value in conditions.items() if sympy.simplify(value) != 0]
    assert failing
    assert {tree.order for tree in failing} == {order + 1}
    assert method.order(order + 1) == order
    assert order_of_accuracy(method.series(order + 1)) == order


@pytest.mark.parametrize("name", [name for name in CLASSICAL if name.endswith("_embedded")])
def test_embedded_weights_belong_to_the_same_stages(name):
    lower, higher = published_method(name), published_method(name.removesuffix("_embedded"))
    assert lower.a == higher.a
    assert lower.b != higher.b
    assert method_info(name).order < method_info(name.removesuffix("_embedded")).order


def test_order_stops_at_the_limit():
    assert published_method("rk4").order(3) == 3
    assert published_method("rk4").order(0) == 0
    assert RungeKutta([[0]], [2]).order() == 0


def test_symbolic_conditions_of_four_stages_are_met_by_the_classical_method():
    conditions = symbolic_tableau(4).order_conditions(5)
    classical = published_method("rk4")
    values = {
        sympy.Symbol(f"a{i + 1}{j + 1}"): classical.a[i][j] for i in range(4) for j in range(i)
    }
    values |= {sympy.Symbol(f"b{i + 1}"): classical.b[i] for i in range(4)}
    residuals = {tree: sympy.sympify(value).subs(values) for tree, value in conditions.items()}
    assert len(residuals) == 17
    assert {tree.order for tree, value in residuals.items() if value != 0} == {5}


def test_symbolic_conditions_are_the_textbook_sums():
    a21, a31, a32, b1, b2, b3 = sympy.symbols("a21 a31 a32 b1 b2 b3")
    conditions = symbolic_tableau(3).order_conditions(3)
    expected = {
        (0,): b1 + b2 + b3 - 1,
        ((0,), 0): b2 * a21 + b3 * (a31 + a32) - sympy.Rational(1, 2),
        ((0,), (0,), 0): b2 * a21**2 + b3 * (a31 + a32) ** 2 - sympy.Rational(1, 3),
        (((0,), 0), 0): b3 * a32 * a21 - sympy.Rational(1, 6),
    }
    for tree, value in expected.items():
        assert sympy.expand(conditions[Tree.from_tuple(tree)] - value) == 0


def terms(value):
    return len(value.args) if getattr(value, "is_Add", False) else int(value != 0)


A, B = sympy.symbols("a b")
FAMILIES = {
    "explicit": (symbolic_tableau(4), 6, 1.01),
    "implicit": (symbolic_tableau(2, explicit=False), 5, 1.3),
    "one symbol": (RungeKutta([[], [A], [A, 1 - A], [1, A, A]], [A, A, A, 1]), 8, 40),
    "two symbols": (RungeKutta([[], [A], [A + B, B]], [A, B, 1 - A - B]), 6, 10),
    "additive": (
        AdditiveRungeKutta([symbolic_tableau(2), RungeKutta([[A], [A, B]], [A, B])]),
        4,
        2,
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_terms_of_weights_are_counted_before_there_are_any(family, monkeypatch):
    method, order, most = FAMILIES[family]
    counts = []
    monkeypatch.setattr(weight_terms, "check_terms", lambda what, count: counts.append(count))
    there = sum(terms(value) for tree, value in method.series(order).items() if tree is not None)
    assert there <= counts[-1] <= most * there


@pytest.mark.parametrize("ask", ["series", "order_conditions", "weight"])
def test_weights_of_too_many_terms_are_refused_before_work(ask):
    asked = Tree.from_text("0[0[0[0]],0[0[0[0]]],0[0,0]]") if ask == "weight" else 9
    with pytest.raises(InvalidValueError, match="weights with so many symbols has at least 1,"):
        getattr(symbolic_tableau(10), ask)(asked)


def test_symbols_stay_what_they_are_in_large_tableaux_and_others_are_still_refused():
    with soon(1):
        method = symbolic_tableau(300)
    assert method.a[299][298] is sympy.Symbol("a300_299")
    with pytest.raises(InvalidTypeError, match="commutes"):
        RungeKutta([[0]], [sympy.Symbol("p", commutative=False)])


def test_implicit_symbolic_tableau_is_full_and_indices_of_two_digits_are_separated():
    assert [str(value) for row in symbolic_tableau(2, explicit=False).a for value in row] == [
        "a11", "a12", "a21", "a22",
    ]  # fmt: skip
    assert str(symbolic_tableau(11).a[10][9]) == "a11_10"


# -- weights against the method itself ------------------------------------------------------------


class PowerSeries:
    """A polynomial in h modulo a power, for running a method in exact arithmetic."""

    def __init__(self, values, order):
        self.values, self.order = ([*values] + [0] * (order + 1))[: order + 1], order

    def _lift(self, other):
        return other if isinstance(other, PowerSeries) else PowerSeries([other], self.order)

    def __add__(self, other):
        pairs = zip(self.values, self._lift(other).values, strict=True)
        return PowerSeries([a + b for a, b in pairs], self.order)

    def __mul__(self, other):
        right = self._lift(other).values
        return PowerSeries(
            [
                sum(self.values[i] * right[k - i] for i in range(k + 1))
                for k in range(self.order + 1)
            ],
            self.order,
        )

    __radd__, __rmul__ = __add__, __mul__

    def times_h(self):
        return PowerSeries([0, *self.values], self.order)


def first_field(y):
    return [y[0] * y[1] + 2, y[0] * y[0] * y[1] + y[1]]


def second_field(y):
    return [y[1] * y[1] + y[0], 1 + y[0] * y[1] * y[1]]


def first_jacobian(y):
    return [[y[1], y[0]], [2 * y[0] * y[1], y[0] * y[0] + 1]]


START = [Fraction(1, 2), Fraction(-2, 3)]


def run_additive(parts, fields, order):
    """Return one step of an additive method as power series in h, by fixed point iteration."""
    stages = parts[0].stages
    start = [PowerSeries([value], order) for value in START]
    points = [list(start) for _ in range(stages)]

    def advance(rows):
        new = list(start)
        for row, field in zip(rows, fields, strict=True):
            for weight, point in zip(row, points, strict=True):
                slopes = field(point)
                new = [
                    value + (slope + PowerSeries([], order)).times_h() * weight
                    for value, slope in zip(new, slopes, strict=True)
                ]
        return new

    for _ in range(order):
        points = [advance([part.a[i] for part in parts]) for i in range(stages)]
    return advance([part.b for part in parts])


def series_in_h(series, fields, order):
    """Return the coefficients of powers of h of a B-series, by evaluating its homogeneous parts."""
    found = []
    for n in range(order + 1):
        part = type(series)(
            lambda tree, n=n: series[tree] if tree.order == n else 0, order, series.colours,
            empty=int(n == 0),
        )  # fmt: skip
        found.append(evaluate_series(part, fields, START, 1))
    return found


@pytest.mark.parametrize(
    "name", ["rk4", "fehlberg54", "radau_iia3", "lobatto_iiic4", "trapezoidal"]
)
def test_series_is_that_of_running_a_runge_kutta_method(name):
    method, order = published_method(name), 5
    expected = run_additive([method], [first_field], order)
    found = series_in_h(method.series(order), first_field, order)
    assert found == [tuple(y.values[n] for y in expected) for n in range(order + 1)]


@pytest.mark.parametrize("name", ["symplectic_euler", "stormer_verlet", "ars443"])
def test_series_is_that_of_running_an_additive_method(name):
    method, order = published_method(name), 4
    fields = [first_field, second_field]
    expected = run_additive(method.parts, fields, order)
    found = series_in_h(method.series(order), dict(enumerate(fields)), order)
    assert found == [tuple(y.values[n] for y in expected) for n in range(order + 1)]


@pytest.mark.parametrize("name", ["rosenbrock_midpoint", "shampine4"])
def test_series_is_that_of_running_a_rosenbrock_method(name):
    method, order = published_method(name), 5
    zero = PowerSeries([], order)
    jacobian = first_jacobian(START)
    slopes = [[zero, zero] for _ in range(method.stages)]

    def combine(weights, start):
        total = [zero + value for value in start]
        for weight, slope in zip(weights, slopes, strict=True):
            total = [value + weight * part for value, part in zip(total, slope, strict=True)]
        return total

    for _ in range(order * method.stages):
        for i in range(method.stages):
            moved = combine(method.alpha[i], START)
            inner = combine(method.gamma[i], [0, 0])
            linear = [row[0] * inner[0] + row[1] * inner[1] for row in jacobian]
            slopes[i] = [
                (value + part).times_h()
                for value, part in zip(first_field(moved), linear, strict=True)
            ]
    expected = combine(method.b, START)
    found = series_in_h(method.series(order), first_field, order)
    assert found == [tuple(y.values[n] for y in expected) for n in range(order + 1)]


def test_weight_of_a_deep_tree_needs_no_recursion():
    ladder = Tree()
    for _ in range(999):
        ladder = Tree([ladder])
    assert published_method("implicit_euler").weight(ladder) == 1
    assert published_method("rk4").weight(ladder) == 0


def test_additive_method_of_equal_parts_is_the_method():
    method = published_method("rk4")
    double = AdditiveRungeKutta([method, method])
    for tree in enumerate_trees(4, 2):
        plain = Tree.from_tuple(relabelled(tree.to_tuple()))
        assert double.weight(tree) == method.weight(plain)


def relabelled(form):
    return (*(relabelled(child) for child in form[:-1]), 0)


# -- stability, symplecticity, adjoint ------------------------------------------------------------


PADE = {
    "implicit_midpoint": (1, 1),
    "trapezoidal": (1, 1),
    "implicit_euler": (0, 1),
    "gauss4": (2, 2),
    "gauss6": (3, 3),
    "radau_ia3": (1, 2),
    "radau_iia3": (1, 2),
    "radau_iia5": (2, 3),
    "lobatto_iiia4": (2, 2),
    "lobatto_iiib4": (2, 2),
    "lobatto_iiic2": (0, 2),
    "lobatto_iiic4": (1, 3),
}


@pytest.mark.parametrize("name", PADE)
def test_stability_function_is_the_pade_approximant(name):
    above, below = PADE[name]
    numerator = sum(
        sympy.Rational(
            sympy.factorial(above + below - j) * sympy.binomial(above, j),
            sympy.factorial(above + below),
        )
        * Z**j
        for j in range(above + 1)
    )
    denominator = sum(
        sympy.Rational(
            sympy.factorial(above + below - j) * sympy.binomial(below, j),
            sympy.factorial(above + below),
        )
        * (-Z) ** j
        for j in range(below + 1)
    )
    found = published_method(name).stability_function(Z)
    assert sympy.simplify(found - numerator / denominator) == 0


@pytest.mark.parametrize("stages", [2, 3, 4])
def test_stability_functions_of_rational_families_have_the_values_of_their_members(stages):
    a, b, c = sympy.symbols("a b c")
    matrix = [
        [a, 1 / b, c, 1 / (a + b)],
        [1 / (a + 1), b, 1 / c, a],
        [a * b, c / (a - 1), 1 / (a + b + c), 1],
        [a / b, b / c, c / a, 1 / (c + 1)],
    ]
    weights = [1 / a, 1 / b, 1 / c, 1 / (a + b)][:stages]
    rows = [row[:stages] for row in matrix[:stages]]
    point = {a: 3, b: -2, c: 5, Z: sympy.Rational(1, 7)}
    numbers = sympy.eye(stages) - point[Z] * sympy.Matrix(rows).subs(point)
    ones = numbers.LUsolve(sympy.ones(stages, 1))
    expected = 1 + point[Z] * (sympy.Matrix([weights]).subs(point) * ones)[0]
    assert RungeKutta(rows, weights).stability_function(Z).subs(point) == expected


def test_a_stability_polynomial_has_a_term_for_each_chain_of_stages():
    method = symbolic_tableau(9)
    chains = sympy.Poly(method.stability_function(Z), *method.stability_function(Z).free_symbols)
    assert len(chains.terms()) == 2**9
    assert set(chains.coeffs()) == {1}


@pytest.mark.parametrize("name", [*published_methods("explicit"), "sdirk2", "shampine4"])
def test_stability_function_expands_to_the_weights_of_ladders(name):
    method = published_method(name)
    above, below = sympy.fraction(sympy.together(method.stability_function(Z)))
    weights, ladder = [1], Tree()
    for _ in range(7):
        weights.append(method.weight(ladder))
        ladder = Tree([ladder])
    # As power series: the denominator times the weights is the numerator.
    product = sympy.expand(below * sum(value * Z**n for n, value in enumerate(weights)) - above)
    assert [product.coeff(Z, n) for n in range(8)] == [0] * 8


@pytest.mark.parametrize("name", RUNGE_KUTTA)
def test_symplectic_tableau_means_symplectic_series(name):
    method = published_method(name)
    expected = name in {"implicit_midpoint", "gauss4", "gauss6"}
    assert method.is_symplectic is expected
    # Its two stages are the same point: the series is that of the implicit midpoint rule.
    superfluous = name == "lobatto_iiib2"
    assert is_symplectic(method.series(7)) is (expected or superfluous)


SEPARABLE, PARTITIONED, ADDITIVE = "separable", "partitioned", "additive"


@pytest.mark.parametrize(
    ("name", "orders"),
    [
        ("symplectic_euler", (5, 5, 1)),
        ("imex_euler", (5, 1, 1)),  # the symplectic Euler method when H is separable
        ("stormer_verlet", (5, 5, 2)),
        ("lobatto_iiia_iiib4", (5, 5, 4)),
        ("ars222", (2, 2, 2)),
        ("ars443", (3, 3, 3)),
    ],
)
def test_partitioned_methods_are_symplectic_where_they_should_be(name, orders):
    series = published_method(name).series(5)
    systems = (SEPARABLE, PARTITIONED, ADDITIVE)
    assert tuple(symplectic_order(series, system=system) for system in systems) == orders


def test_method_of_ruth_is_symplectic_for_separable_systems_only():
    # Ruth 1983: weights of the kicks and of the drifts, one after the other.
    kicks = [Fraction(7, 24), Fraction(3, 4), Fraction(-1, 24)]
    drifts = [Fraction(2, 3), Fraction(-2, 3), Fraction(1)]
    method = AdditiveRungeKutta(
        [
            RungeKutta([kicks[: i + 1] for i in range(3)], kicks),
            RungeKutta([drifts[:i] for i in range(3)], drifts),
        ]
    )
    series = method.series(5)
    assert is_symplectic(series, system=SEPARABLE)
    assert not is_symplectic(series, system=PARTITIONED)
    conditions = method.order_conditions(4)
    failing = {tree.order for tree, value in conditions.items() if value and alternating(tree)}
    assert failing == {4}
    assert method.order() < 3


def alternating(tree):
    return all(
        vertex.label != child.label for vertex in tree.vertices() for child in vertex.children
    )


@pytest.mark.parametrize("name", ["symplectic_euler", "stormer_verlet", "imex_euler", "ars222"])
@pytest.mark.parametrize("system", [SEPARABLE, PARTITIONED])
def test_partitioned_symplectic_order_is_that_of_the_divergence_in_the_plane(name, system):
    order, (q, p, h) = 4, sympy.symbols("q p h")
    energy = p**3 / 3 + p**2 + q**4 / 4 + q**3
    if system == PARTITIONED:
        energy += p**2 * q / 2 + q * p + q**2 * p
    fields = {0: [0, -sympy.diff(energy, q)], 1: [sympy.diff(energy, p), 0]}
    series = published_method(name).series(order)
    modified = expand_series(modified_equation(series), fields, [q, p], h)
    divergence = sympy.Poly(
        sympy.expand(sympy.diff(modified[0], q) + sympy.diff(modified[1], p)), h
    )
    kept = [n for n in range(1, order + 1) if divergence.coeff_monomial(h**n) == 0]
    expected = symplectic_order(series, system=system)
    assert kept[:expected] == list(range(1, expected + 1))
    assert expected == order or expected + 1 not in kept


def test_every_consistent_method_is_symplectic_to_its_order():
    for name in ("rk4", "kutta3", "butcher6"):
        method = published_method(name)
        assert symplectic_order(method.series(7)) == method_info(name).order


@pytest.mark.parametrize("name", ["rk4", "gauss4", "ars443", "ros3p", "cmo4"])
def test_methods_are_values(name):
    method = published_method(name)
    again = pickle.loads(pickle.dumps(method))
    assert again == method
    assert hash(again) == hash(method)
    assert again.series(3) == method.series(3)
    assert {method, again, published_method("rk38")} == {method, published_method("rk38")}
    assert repr(again) == repr(method)
    assert name in repr(method)


def test_predicates_of_a_tableau():
    assert published_method("rk4").is_explicit
    assert not published_method("trapezoidal").is_explicit
    assert published_method("rk4").nodes == (0, Fraction(1, 2), Fraction(1, 2), 1)


# -- what is refused ------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: RungeKutta([], []), InvalidValueError, "one weight per stage"),
        (lambda: RungeKutta([[0], [0]], [1]), InvalidValueError, "1 rows"),
        (lambda: RungeKutta([[0, 0]], [1]), InvalidValueError, "at most 1 entries"),
        (lambda: RungeKutta(3, [1]), InvalidTypeError, "a must be a sequence"),
        (lambda: RungeKutta([[0]], "1"), InvalidTypeError, "b must be a sequence"),
        (lambda: RungeKutta([["x"]], [1]), InvalidValueError, "cannot read"),
        (lambda: RungeKutta([["().__class__"]], [1]), InvalidValueError, "cannot read"),
        (lambda: RungeKutta([["1/0"]], [1]), InvalidValueError, "cannot read"),
        (lambda: RungeKutta([["1/(2-2)"]], [1]), InvalidValueError, "cannot read"),
        (lambda: RungeKutta([["sqrt("]], [1]), InvalidValueError, "cannot read"),
        (lambda: RungeKutta([[float("nan")]], [1]), InvalidValueError, "must be finite"),
        (lambda: RungeKutta([[True]], [1]), InvalidTypeError, "a coefficient must be"),
        (lambda: RungeKutta([[0]], [1], 3), InvalidTypeError, "name must be a string"),
        (lambda: AdditiveRungeKutta([]), InvalidValueError, "at least one method"),
        (lambda: AdditiveRungeKutta([1]), InvalidTypeError, "must be RungeKutta"),
        (
            lambda: AdditiveRungeKutta([published_method("rk4"), published_method("heun2")]),
            InvalidValueError,
            "same number of stages",
        ),
        (lambda: Rosenbrock([[1]], [[1]], [1]), InvalidValueError, "lower triangular"),
        (
            lambda: Rosenbrock.from_transformed([[0]], [[0]], [1], 0),
            InvalidValueError,
            "gamma must not be zero",
        ),
        (lambda: published_method("rk5"), InvalidValueError, "no method 'rk5'"),
        (lambda: published_method(4), InvalidTypeError, "name must be a string"),
        (lambda: published_methods("odd"), InvalidValueError, "kind must be one of"),
        (lambda: published_methods([]), InvalidValueError, "kind must be one of"),
        (lambda: Rosenbrock([[0]], [1], np.zeros((2, 2))), InvalidValueError, "one row or column"),
        (lambda: symbolic_tableau(0), InvalidValueError, "stages must be at least 1"),
        (lambda: published_method("rk4").weight((1,)), InvalidValueError, "labels must be in"),
        (lambda: published_method("rk4").weight(("a",)), InvalidValueError, "labels must be in"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_exact_series_is_that_of_no_method_of_few_stages():
    # A control of the tests above: the exact values differ from those of every method tested.
    assert all(published_method(name).series(8) != exact_series(8) for name in ("rk4", "butcher6"))
