"""Decisions about functions that depend on each other, and about what is not evaluated yet."""

from fractions import Fraction

import pytest
import sympy
from sympy import (
    Derivative,
    I,
    Integral,
    Limit,
    Mul,
    Product,
    Rational,
    Subs,
    Sum,
    erf,
    erfc,
    erfcinv,
    erfi,
    erfinv,
    exp,
    gamma,
    log,
    oo,
    pi,
    sqrt,
)

from tests.support import soon
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    BSeries,
    Character,
    CommutatorFree,
    Element,
    Functional,
    LieButcherSeries,
    PlanarTree,
    Rosenbrock,
    RungeKutta,
    Tree,
    bck,
    energy_order,
    is_energy_preserving,
    is_symplectic,
    lie_butcher_order,
    order_of_accuracy,
    symplectic_order,
)
from treealg.symbolic.linear.plain_numbers import plain_number
from treealg.symbolic.linear.zeros import is_zero

LEAF, LADDER = Tree(), Tree([Tree()])
A, N, X = sympy.symbols("a n x")
P = sympy.Symbol("p", positive=True)
R = sympy.Symbol("r", real=True)
F = sympy.Function("f")

# -- functions that depend on each other -----------------------------------------------------------

IDENTITIES = [
    erf(X) + erfc(X) - 1,
    erfi(X) + I * erf(I * X),
    sympy.erf2(X, A) - erf(A) + erf(X),
    erfcinv(X) - erfinv(1 - X),
    sympy.sinh(X) - (exp(X) - exp(-X)) / 2,
    sympy.tanh(X) - sympy.sinh(X) / sympy.cosh(X),
    sympy.tan(X) - sympy.sin(X) / sympy.cos(X),
    sympy.sin(2 * X) - 2 * sympy.sin(X) * sympy.cos(X),
    exp(I * X) - sympy.cos(X) - I * sympy.sin(X),
    sympy.asin(X) + sympy.acos(X) - pi / 2,
    gamma(X + 1) - X * gamma(X),
    sympy.factorial(X) - gamma(X + 1),
    sympy.binomial(X, 2) - X * (X - 1) / 2,
    sympy.digamma(X + 1) - sympy.digamma(X) - 1 / X,
    sympy.besselj(0, X) + sympy.besselj(2, X) - 2 * sympy.besselj(1, X) / X,
    sympy.polylog(1, X) + log(1 - X),
    sympy.hyper([1], [2], X) - (exp(X) - 1) / X,
    sympy.sign(R) * sympy.Abs(R) - R,
]


@pytest.mark.parametrize("zero", IDENTITIES, ids=str)
def test_identities_of_functions_are_known_and_what_is_near_is_not_zero(zero):
    assert is_zero(zero)
    assert not is_zero(zero + Rational(1, 10**9))


@pytest.mark.parametrize(
    "value",
    [
        erf(X) - erfc(X),
        erf(X) + erfc(X) - 1 + Rational(1, 10**20) * X,
        sympy.besselj(0, X) / 10**20,
        sympy.besselj(sympy.S.Half, X) - sqrt(2 / (pi * X)) * sympy.sin(X),  # on another branch
        sympy.Ei(X) + sympy.expint(1, -X),
        erfcinv(X) - erfinv(X),
        exp(X) ** A - exp(A * X),
        sympy.atan(R) + sympy.atan(1 / R) - pi / 2,
        sympy.Abs(X) - X,
        pytest.param(sympy.loggamma(X) - log(gamma(X)), marks=pytest.mark.slow),
        sympy.KroneckerDelta(A, X),
        sympy.Min(R, 1) - 1,
        exp(-(10**5)),
        exp(pi * sqrt(163)) - 262537412640768744,
        sympy.oo * A,
    ],
    ids=str,
)
def test_functions_differ_where_a_value_does(value):
    assert not is_zero(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(sympy.LambertW(X) * exp(sympy.LambertW(X)) - X, marks=pytest.mark.slow),
        sympy.atan(P) + sympy.atan(1 / P) - pi / 2,
        sympy.mathieus(X, 1, 2) - sympy.mathieuc(X, 1, 2),
        sympy.floor(X) + sympy.frac(X) - X,
        F(2) - F(3),
    ],
    ids=str,
)
def test_what_is_neither_proven_nor_refuted_is_refused(value):
    with pytest.raises(InvalidValueError, match="cannot decide whether"):
        Element({LEAF: value}) == 0  # noqa: B015
    hash(Element({LEAF: value}))


def test_cancellation_of_large_values_is_no_difference():
    assert is_zero(erf(30 * X) + erfc(30 * X) - 1)
    assert is_zero(erf(30) + erfc(30) - 1)


def test_weights_that_are_functions_have_their_sum():
    weights = [erf(X), erfc(X)]
    assert RungeKutta([[], [1]], weights).order() == 1
    assert RungeKutta([[], [1]], [w / 2 for w in weights]).order() == 0
    assert RungeKutta([[1 / sympy.S(2) * (erf(X) + erfc(X))]], [1]).order() == 2
    assert Rosenbrock([[0]], [[(erf(X) + erfc(X)) / 2]], [1]).order() == 2


# -- what is not evaluated yet ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Integral(X, (X, 0, 2)), 2),
        (Integral(sympy.cos(X), (X, 0, pi / 2)), 1),
        (Integral(X**2, (X, 0, 1)), Fraction(1, 3)),
        (Integral(1 + I, (X, 0, 1)), 1 + 1j),
        (Sum(N, (N, 1, 4)), 10),
        (Sum(1 / N**2, (N, 1, oo)) * 6 / pi**2, 1),
        (Product(N, (N, 1, 5)), 120),
        (Derivative(X**2, X) - 2 * X + 1, 1),
        (Subs(X**2, X, 3), 9),
        (Mul(2, 3, evaluate=False), 6),
        (sympy.sin(pi / 6, evaluate=False), Fraction(1, 2)),
        (sympy.sin(A) ** 2 + sympy.cos(A) ** 2, 1),
        (erf(X) + erfc(X), 1),
        (1 / (1 + F(A)) + F(A) / (1 + F(A)), 1),
        (log(8) / log(2), 3),
        (gamma(Rational(1, 2)) / sqrt(pi), 1),
    ],
    ids=str,
)
def test_what_equals_a_number_has_its_hash(value, expected):
    for make in (
        lambda c: Element({LEAF: c}),
        lambda c: bck.unit * c,
        lambda c: BSeries({LEAF: c}, 1),
        lambda c: Character(bck, {LEAF: c}),
        lambda c: Functional(bck, {LEAF: c}),
        lambda c: RungeKutta([[]], [c]),
    ):
        assert make(value) == make(expected)
        assert hash(make(value)) == hash(make(expected))
        assert make(value) != make(expected + 1)


def test_what_equals_no_number_of_python_stays_an_expression():
    for value in (pi, sqrt(2), sympy.sin(A), gamma(Rational(1, 3)), F(A), A, exp(I)):
        assert plain_number(value) == value


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Sum(N, (N, 1, A)), A * (A + 1) / 2),
        (Sum(X**N / sympy.factorial(N), (N, 0, oo)), exp(X)),
        (Product(N, (N, 1, A)), sympy.factorial(A)),
        (Integral(X, (X, 0, A)), A**2 / 2),
        (Integral(exp(-(X**2)), (X, -oo, oo)), sqrt(pi)),
        (Integral(sympy.sin(X), X), -sympy.cos(X)),
    ],
    ids=str,
)
def test_sums_and_integrals_are_evaluated_once(first, second):
    with soon(5):
        assert Element({LEAF: first}) == Element({LEAF: second})
        assert Element({LEAF: first}) != Element({LEAF: second + Rational(1, 10)})


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (Sum(N, (N, 1, 10**9)), 10**9 * (10**9 + 1) // 2),
        (Sum(N**3, (N, -(10**6), 10**6)), 0),
        (sympy.Product(1 + 1 / N, (N, 1, 10**4)), 10**4 + 1),
        (Sum(2**N, (N, 0, 10**4)), 2 ** (10**4 + 1) - 1),
        (Sum(1 / N, (N, 10**9, 10**9 + 1)), Fraction(1, 10**9) + Fraction(1, 10**9 + 1)),
        (Sum(A + N, (N, 1, 10**5)), 10**5 * A + 10**5 * (10**5 + 1) // 2),
    ],
)
def test_sums_of_many_terms_are_taken_in_closed_form(value, number):
    with soon(5):
        assert Element({LEAF: value}) == Element({LEAF: number})
        assert hash(Element({LEAF: value})) == hash(Element({LEAF: number}))


@pytest.mark.parametrize(
    "value",
    [
        Sum(1 / N, (N, 1, 20_000)),
        Sum(1 / N, (N, 1, 10**7)) + X,
        sympy.Product(N, (N, 1, 10**6)),
        sympy.Product(2, (N, 1, 10**9)),
        Sum(sympy.sin(N), (N, -(10**5), 0)),
        Sum(1 / (N + X), (N, 1, 1000), (X, 1, 1000)),
        Sum(N**2000, (N, 1, 10**4)),
        Integral(X ** (10**6), (X, 0, 1)),
        sympy.Derivative(exp(2 * X), (X, 10**5)),
    ],
    ids=str,
)
def test_what_takes_a_step_for_each_of_many_terms_is_refused(value):
    for use in (
        lambda: Element({LEAF: value}) == Element({LEAF: 1}),
        lambda: hash(Element({LEAF: value})),
        lambda: RungeKutta([[value]], [1]).order(),
    ):
        with soon(5), pytest.raises(InvalidValueError, match="evaluate it beforehand"):
            use()


def test_substitution_makes_no_sum_of_many_terms():
    x = Element({LEAF: Sum(1 / N, (N, 1, A))})
    assert x.subs(A, 3) == Element({LEAF: Fraction(11, 6)})
    with soon(5), pytest.raises(InvalidValueError, match="evaluate it beforehand"):
        hash(x.subs(A, 10**7))


@pytest.mark.parametrize("value", [10**9, exp(30), exp(100), -(10**9), -exp(50)], ids=str)
def test_hashes_of_exponentials_take_no_digits_of_theirs(value):
    x = Element({LEAF: exp(value)})
    with soon(2):
        assert hash(x) == hash(Element({LEAF: exp(value)}))
        assert x in {x}
        assert x != Element({LEAF: 1})
    power = exp(20_000 * sympy.log(2), evaluate=False)
    assert hash(Element({LEAF: power})) == hash(Element({LEAF: 2**20_000}))


def test_that_an_integral_is_another_number_needs_no_primitive():
    value = Integral(exp(-(X**3)) * sympy.sin(X) / (1 + X**5), (X, 0, 1))
    with soon(5):
        assert Element({LEAF: value}) != Element({LEAF: 1})
        hash(Element({LEAF: value}))


def test_limits_are_evaluated():
    assert is_zero(Limit(sympy.sin(X) / X, X, 0) - 1)
    assert not is_zero(Limit(sympy.sin(X) / X, X, 0) - 2)


# -- floats beside symbols -------------------------------------------------------------------------

HALVES = RungeKutta([[], [A]], [0.5, 0.5])
THIRDS = RungeKutta([[], [1 / (3.0 * A)]], [1 - A, A])
IMPLICIT = RungeKutta([[0.3 * A]], [1])


@pytest.mark.parametrize("tol", [None, 1e-10])
@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (lambda tol: HALVES.order(tol=tol), 1),
        (lambda tol: THIRDS.order(tol=tol), 1),
        (lambda tol: RungeKutta([[], [1 / (4.0 * A)]], [1 - A, 2.0 * A]).order(tol=tol), 0),
        (lambda tol: RungeKutta([[], [1 / (4.0 + A)]], [1 - A, A]).order(tol=tol), 1),
        (lambda tol: order_of_accuracy(BSeries({LEAF: 1, LADDER: 0.3 * A}, 2), tol=tol), 1),
        (lambda tol: order_of_accuracy(BSeries({LEAF: 1, LADDER: 0.3 / A}, 2), tol=tol), 1),
        (lambda tol: symplectic_order(IMPLICIT.series(3), tol=tol), 1),
        (lambda tol: is_symplectic(IMPLICIT.series(3), tol=tol), False),
        (lambda tol: energy_order(IMPLICIT.series(3), tol=tol), 1),
        (lambda tol: energy_order(THIRDS.series(4), tol=tol), 1),
        (lambda tol: is_energy_preserving(IMPLICIT.series(3), tol=tol), False),
        (lambda tol: Rosenbrock([[0]], [[0.3 * A]], [1]).order(tol=tol), 1),
        (lambda tol: CommutatorFree([[], [[0.3 * A]]], [[0.5, 0.5]]).order(tol=tol), 1),
        (lambda tol: lie_butcher_order(LieButcherSeries({PlanarTree(): 0.3 * A}, 2), tol=tol), 0),
    ],
)
def test_floats_beside_symbols_are_decided_where_no_rounding_explains_them(decide, expected, tol):
    assert decide(tol) == expected


@pytest.mark.parametrize(
    "decide",
    [
        lambda: RungeKutta([[], [sympy.sin(0.3 * A)]], [0.5, 0.5]).order(),
        lambda: RungeKutta([[], [sqrt(0.3 * A)]], [0.5, 0.5]).order(),
        lambda: RungeKutta([[], [exp(0.1 * A)]], [0.5, 0.5]).order(),
    ],
    ids=["sine", "root", "exponential"],
)
def test_functions_of_floats_and_symbols_are_looked_at_in_points(decide):
    assert decide() == 1


@pytest.mark.parametrize(
    "difference",
    [1e-16 * A, 1e-16 / A, (0.1 + 0.2) / A - 0.3 / A, 1e-8 * sympy.sin(A), A * 1e-9 / (1 + A)],
    ids=str,
)
def test_what_may_be_rounding_beside_symbols_needs_a_tolerance(difference):
    series = BSeries({LEAF: 1, LADDER: Rational(1, 2) + difference}, 2)
    for decide in (order_of_accuracy, symplectic_order, energy_order):
        with pytest.raises(InvalidValueError, match="only a tolerance tells whether"):
            decide(series)


def test_a_tolerance_bounds_the_coefficients_of_a_quotient():
    def order(difference, tol):
        series = BSeries({LEAF: 1, LADDER: Rational(1, 2) + difference}, 2)
        return order_of_accuracy(series, tol=tol)

    # 0.001/(4 + 2 a) is 0.00025/(1 + a/2): the greatest coefficient of the denominator is 1.
    assert order(0.001 / (4 + 2 * A), 0.00026) == 2
    assert order(0.001 / (4 + 2 * A), 0.00024) == 1
    assert order(1e-5 * A - 1e-4, 1e-4) == 2
    assert order(1e-5 * A - 1e-4, 1e-5) == 1
