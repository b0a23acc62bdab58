"""Decisions about coefficients: exact for what is exact, with a tolerance for floats."""

import random
import re
from fractions import Fraction

import mpmath
import pytest
import sympy
from sympy.physics.units import meter

from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    AlgebraElement,
    BSeries,
    Character,
    CommutatorFree,
    Element,
    Functional,
    LieButcherSeries,
    OrderedForest,
    PlanarTree,
    Rosenbrock,
    RungeKutta,
    Tensor,
    Tree,
    bck,
    energy_order,
    exact_lie_butcher_series,
    exact_series,
    is_character,
    is_energy_preserving,
    is_infinitesimal,
    is_symplectic,
    lie_butcher_order,
    modified_equation,
    modifying_integrator,
    order_of_accuracy,
    published_method,
    symbolic_tableau,
    symplectic_order,
)
from treealg.symbolic.bseries import (
    adjoint,
    compose,
    frozen_exponential,
    inverse,
    lie_butcher_logarithm,
    substitute,
)
from treealg.symbolic.linear.fields import arithmetic_of
from treealg.symbolic.linear.polynomials import written
from treealg.symbolic.linear.zeros import is_zero

LEAF, LADDER = Tree(), Tree([Tree()])
A, U, V, X = sympy.symbols("a u v x")
HALF, ROOT = sympy.Rational(1, 2), sympy.sqrt(2)
NEGATIVE = sympy.Symbol("n", negative=True)
F = sympy.Function("f")
ARRAY, MATRIX = sympy.IndexedBase("a"), sympy.MatrixSymbol("M", 2, 2)


def second_order(a):
    """All explicit methods of two stages and order 2."""
    return RungeKutta([[], [1 / (2 * a)]], [1 - a, a])


def fourth_order(u, v):
    """All explicit methods of four stages and order 4 with the nodes 0, u, v and 1."""
    b2 = (2 * v - 1) / (12 * u * (v - u) * (1 - u))
    b3 = (1 - 2 * u) / (12 * v * (v - u) * (1 - v))
    b4 = (6 * u * v - 4 * u - 4 * v + 3) / (12 * (1 - u) * (1 - v))
    a32 = v * (v - u) / (2 * u * (1 - 2 * u))
    a43 = b3 * (1 - v) / b4
    a42 = (b2 * (1 - u) - b3 * a32) / b4
    return RungeKutta(
        [[], [u], [v - a32, a32], [1 - a42 - a43, a42, a43]], [1 - b2 - b3 - b4, b2, b3, b4]
    )


def effectively_symmetric(x):
    """The methods EES(2, 5; x) of Shmelev, Ebrahimi-Fard, Tapia and Salvi (2025)."""
    return RungeKutta(
        [
            [],
            [(1 + 2 * x) / (4 * (1 - x))],
            [
                (4 * x - 1) ** 2 / (4 * (x - 1) * (1 - 4 * x**2)),
                (1 - x) / (1 - 4 * x**2),
            ],
        ],
        [x, HALF, HALF - x],
    )


# -- zero or not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        (A + 1) ** 2 - A**2 - 2 * A - 1,
        (A**2 - 1) / (A - 1) - A - 1,
        1 / (A * (A + 1)) - 1 / A + 1 / (A + 1),
        sympy.sqrt(3 + 2 * ROOT) - 1 - ROOT,
        1 / (1 + ROOT) - ROOT + 1,
        A / (A + ROOT) - A * (A - ROOT) / (A**2 - 2),
        sympy.sin(A) ** 2 + sympy.cos(A) ** 2 - 1,
        A ** sympy.Rational(3, 2) - A * sympy.sqrt(A),
        1 / (sympy.sqrt(A) + sympy.cbrt(U))
        - (sympy.sqrt(A) - sympy.cbrt(U)) / (A - U ** sympy.Rational(2, 3)),
        (1 / (sympy.sqrt(1 + A) + ROOT)) ** 6 - ((sympy.sqrt(1 + A) - ROOT) / (A - 1)) ** 6,
        (sympy.sqrt(1 + sympy.sqrt(A)) + 1) ** 8 * (sympy.sqrt(1 + sympy.sqrt(A)) - 1) ** 8 - A**4,
        1 / (A ** sympy.Rational(1, 59) + A ** sympy.Rational(1, 61))
        - (A ** sympy.Rational(1, 59) - A ** sympy.Rational(1, 61))
        / (A ** sympy.Rational(2, 59) - A ** sympy.Rational(2, 61)),
        sympy.sqrt(NEGATIVE**2) + NEGATIVE,
        sympy.exp(A + U) - sympy.exp(A) * sympy.exp(U),
        0.0,
        Fraction(0),
    ],
    ids=str,
)
def test_what_is_zero_is_seen_and_what_is_not_is_not(value):
    assert is_zero(value)
    assert not is_zero(value + Fraction(1, 10**30))


QUOTIENT = sympy.sqrt(A / (1 + A))


@pytest.mark.parametrize(
    "value",
    [
        (QUOTIENT + 1) ** 4 * (QUOTIENT - 1) ** 4 - (1 / (1 + A)) ** 4,
        (1 / (QUOTIENT + 1)) ** 5 - ((1 - QUOTIENT) * (1 + A)) ** 5,
    ],
    ids=["powers", "inverse"],
)
def test_powers_of_roots_are_known_before_anything_is_expanded(value):
    with soon(5):
        assert is_zero(value)
        assert not is_zero(value + Fraction(1, 10**6))


@pytest.mark.parametrize(
    "value",
    [
        A - sympy.sqrt(A**2),
        sympy.sqrt(-A) - sympy.I * sympy.sqrt(A),
        sympy.sqrt(A) * sympy.sqrt(U) - sympy.sqrt(A * U),
        sympy.exp(A) - 1 - A,
        ROOT - sympy.Rational(141421356237309504880168872420969807, 10**35),
        sympy.exp(-200),
        sympy.Symbol("p", commutative=False) * A - 1,
        sympy.log(A**2) - 2 * sympy.log(A),
        sympy.nan,
    ],
    ids=str,
)
def test_what_is_nearly_or_sometimes_zero_is_not_zero(value):
    assert not is_zero(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (F(A) - 1, False),
        (F(A).diff(A), False),
        (F(A).diff(A, 2) - F(A), False),
        ((F(A) + 1) ** 2 - F(A) ** 2 - 2 * F(A) - 1, True),
        ((F(A) ** 2).diff(A) / F(A) - 2 * F(A).diff(A), True),
        (sympy.Derivative(sympy.sin(F(A)), A), False),
        (sympy.Subs(F(A).diff(A), A, 0), False),
        (ARRAY[A] - 2, False),
        (ARRAY[A] - ARRAY[2], False),
        (ARRAY[0, 1] - ARRAY[1, 0], False),
        ((ARRAY[0] + 1) ** 2 - ARRAY[0] ** 2 - 2 * ARRAY[0] - 1, True),
        (1 / (ARRAY[A] - 1) - 1 / (ARRAY[A] + 1) - 2 / (ARRAY[A] ** 2 - 1), True),
        (MATRIX[0, 1] - MATRIX[1, 0], False),
        (MATRIX.T[0, 1] - MATRIX[1, 0], True),
        ((MATRIX**2)[0, 0] - MATRIX[0, 0] ** 2 - MATRIX[0, 1] * MATRIX[1, 0], True),
    ],
    ids=str,
)
def test_unknown_functions_and_their_derivatives_are_independent(value, expected):
    assert is_zero(value) is expected
    assert (Element({Tree(): value}) == 0) is expected
    hash(Element({Tree(): value}))


def test_unknown_functions_in_integrals_are_refused():
    with pytest.raises(InvalidValueError, match="cannot decide whether"):
        is_zero(sympy.Integral(F(A), (A, 0, 1)) - F(A))


def test_only_what_cannot_be_decided_is_refused():
    with pytest.raises(InvalidValueError, match=r"cannot decide whether f.a \+ 1. - 1 is zero"):
        is_zero(F(A + 1) - 1)
    assert is_zero(F(A) ** 2 / F(A) - F(A))


# -- rational functions ----------------------------------------------------------------------------


def test_the_energy_order_of_a_family_is_that_of_most_of_its_members():
    found = energy_order(second_order(A).series(7))
    members = [energy_order(second_order(Fraction(k, 7)).series(7)) for k in (1, 2, 3, 9)]
    assert found == min(members) == 2
    assert not is_energy_preserving(second_order(A).series(7))


def test_families_have_the_order_of_their_members_and_no_more():
    assert second_order(A).order() == 2
    assert fourth_order(U, V).order(5) == fourth_order(Fraction(1, 3), Fraction(2, 3)).order(5) == 4
    assert order_of_accuracy(fourth_order(U, V).series(5)) == 4
    conditions = fourth_order(U, V).order_conditions(5)
    assert [value == 0 for tree, value in conditions.items() if tree.order < 5] == [True] * 8
    assert any(value != 0 for value in conditions.values())


def test_a_family_that_is_nearly_symmetric_is_so_to_order_five():
    for order, expected in ((5, True), (6, False)):
        series = effectively_symmetric(X).series(order)
        there_and_back = compose(series, series.scale_step(-1))
        assert (there_and_back == BSeries({}, order)) is expected


def test_series_of_families_are_in_lowest_terms_and_equal_to_those_computed_otherwise():
    series = second_order(A).series(4)
    assert str(series[((0,), (0,), 0)]) == "1/(4*a)"
    assert series == second_order(1 / X).series(4).map_coefficients(
        lambda c: c.subs(X, 1 / A) if hasattr(c, "subs") else c
    )
    assert series != second_order(A + 1).series(4)
    field = modified_equation(series)
    assert substitute(field, exact_series(4)) == series
    assert field.map_coefficients(lambda c: c.subs(A, 3) if hasattr(c, "subs") else c) == (
        modified_equation(second_order(Fraction(3)).series(4))
    )


def test_methods_are_equal_when_their_coefficients_are():
    first = second_order(A)
    second = RungeKutta([[], [(A + 1) / (2 * A**2 + 2 * A)]], [-(A - 1), A**2 / A])
    assert first == second
    assert hash(first) == hash(second)
    assert first != second_order(2 * A)
    groups = [CommutatorFree([[], [[c]]], [[0, 1]]) for c in ((A + 1) ** 2, A**2 + 2 * A + 1, A)]
    assert groups[0] == groups[1] != groups[2]
    assert hash(groups[0]) == hash(groups[1])


def test_square_roots_are_decided_also_beside_symbols():
    assert published_method("gauss6").order() == 6
    assert is_symplectic(published_method("gauss4").series(5))
    root = sympy.sqrt(3)
    method = RungeKutta([[], [A / (root + A)]], [1 - (root + A) / (2 * A), (root + A) / (2 * A)])
    assert method.order() == 2
    assert second_order(1 + sympy.sin(A) ** 2).order() == 2


def test_conditions_of_a_symbolic_tableau_stay_polynomials():
    conditions = symbolic_tableau(3).order_conditions(3)
    assert all(value.is_polynomial() for value in conditions.values())
    assert str(conditions[Tree([LADDER])]) == "a21*a32*b3 - 1/6"


# -- floats ----------------------------------------------------------------------------------------

RK4 = RungeKutta([[], [0.5], [0, 0.5], [0, 0, 1]], [1 / 6, 1 / 3, 1 / 3, 1 / 6])
MIDPOINT = RungeKutta([[(0.1 + 0.2) / 0.6]], [1.0])
LIE_EULER = CommutatorFree([[]], [[1 - 2**-53]])
SCALED = exact_lie_butcher_series(5).scale_step(0.1)

DECISIONS = {
    "order": (lambda tol: RK4.order(tol=tol), 4),
    "order of a series": (lambda tol: order_of_accuracy(RK4.series(5), tol=tol), 4),
    "symplectic order": (lambda tol: symplectic_order(RK4.series(5), tol=tol), 4),
    "energy order": (lambda tol: energy_order(RK4.series(5), tol=tol), 4),
    "symplectic": (lambda tol: is_symplectic(MIDPOINT.series(4), tol=tol), True),
    "energy": (lambda tol: is_energy_preserving(RK4.series(4), tol=tol), True),
    "on manifolds": (lambda tol: lie_butcher_order((LIE_EULER).series(3), tol=tol), 1),
    "character": (lambda tol: is_character(SCALED, tol=tol), True),
    "infinitesimal": (lambda tol: is_infinitesimal(lie_butcher_logarithm(SCALED), tol=tol), True),
    "frozen": (lambda tol: frozen_exponential(lie_butcher_logarithm(SCALED), tol=tol).order, 5),
    "commutator-free": (lambda tol: LIE_EULER.order(tol=tol), 1),
    "floats in expressions": (lambda tol: RungeKutta([[]], [1 + 1e-16 * A]).order(tol=tol), 1),
}


SINGLE = [0.16666667163372040, 0.3333333432674408, 0.3333333432674408, 0.16666667163372040]
SINE = sympy.sin(A)


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (lambda **tol: RungeKutta([[], [0.5], [0, 0.5], [0, 0, 1]], SINGLE).order(**tol), 4),
        (lambda **tol: RungeKutta([[], [0.5]], [0.00001, 0.99999]).order(**tol), 1),
        (lambda **tol: RungeKutta([[], [0.5]], [1e-9, 1 - 1e-9]).order(**tol), 2),
        (lambda **tol: RungeKutta([[]], [1 + 1e-8 * SINE]).order(**tol), 1),
        (lambda **tol: RungeKutta([[sympy.sqrt(A)]], [1 + 1e-16]).order(**tol), 1),
        (
            lambda **tol: RungeKutta(
                [[], [SINE * (0.1 + 0.2) / 0.3]], [1 - 1 / (2 * SINE), 1 / (2 * SINE)]
            ).order(**tol),
            2,
        ),
        (lambda **tol: symplectic_order(RungeKutta([[0.5 + 1e-9]], [1]).series(3), **tol), 3),
        (lambda **tol: is_symplectic(RungeKutta([[SINE]], [1.0]).series(3), **tol), False),
    ],
)
def test_the_tolerance_that_an_error_names_decides(decide, expected):
    try:
        assert decide() == expected
    except InvalidValueError as error:
        advised = re.search(r"for instance tol=([-e.\d]+),", str(error))
        assert decide(tol=float(advised.group(1))) == expected


@pytest.mark.parametrize("tol", [None, 0, 1e-12, 1e-6])
def test_what_is_decided_without_a_tolerance_is_decided_with_one(tol):
    method = RungeKutta([[sympy.sqrt(A)]], [1.0])
    assert method.order(tol=tol) == 1
    assert symplectic_order(method.series(4), tol=tol) == 1


@pytest.mark.parametrize("name", DECISIONS)
def test_floats_are_decided_with_a_tolerance_only(name):
    decide, expected = DECISIONS[name]
    assert decide(1e-12) == expected
    with pytest.raises(InvalidValueError, match=r"floats.*tol=1e-12.*'1/6'"):
        decide(None)
    for wrong, error in (
        (-1, InvalidValueError),
        ("x", InvalidTypeError),
        (True, InvalidTypeError),
    ):
        with pytest.raises(error, match="tol must be"):
            decide(wrong)


def test_a_tolerance_is_for_floats_and_leaves_exact_coefficients_exact():
    almost = RungeKutta([[]], [1 + Fraction(1, 10**20)])
    assert almost.order(tol=1e-3) == 0
    assert RungeKutta([[]], [1 + 1e-6]).order(tol=1e-3) == 1
    assert RungeKutta([[]], [1 + 1e-2]).order(tol=1e-3) == 0


@pytest.mark.parametrize("name", ["is_character", "is_infinitesimal"])
def test_the_properties_of_a_series_say_where_a_tolerance_is_taken(name):
    series = SCALED if name == "is_character" else lie_butcher_logarithm(SCALED)
    with pytest.raises(InvalidValueError, match=rf"use {name}\(series, tol=...\)"):
        getattr(series, name)


def test_a_series_that_is_another_number_on_the_empty_forest_needs_no_tolerance():
    assert not is_infinitesimal(SCALED)
    assert not is_character(lie_butcher_logarithm(SCALED))
    nearly = LieButcherSeries(SCALED.__getitem__, 5, empty=1 + 2**-52)
    assert is_character(nearly, tol=1e-12)
    assert not is_character(nearly, tol=1e-17)


def test_the_condition_on_the_tableau_says_where_a_tolerance_is_taken():
    with pytest.raises(InvalidValueError, match=r"symplectic_order\(method.series\(n\), tol"):
        RungeKutta([[1 / 3]], [2 / 3 + 1e-16]).is_symplectic  # noqa: B018
    assert published_method("gauss4").is_symplectic


def test_floats_are_equal_as_numbers_and_close_with_a_tolerance():
    series = RK4.series(4)
    assert series == RK4.series(4)
    assert series != exact_series(4).map_coefficients(float)
    assert series.is_close(published_method("rk4").series(4), 1e-15)
    assert not series.is_close(published_method("rk4").series(4), 0)
    assert series.is_close(exact_series(4), 1e-15)
    assert not RK4.series(5).is_close(exact_series(5), 1e-3)
    x, y = Element({LEAF: 0.1 + 0.2}), Element({LEAF: 0.3})
    assert x != y
    assert x.is_close(y, 1e-15)
    assert not x.is_close(y + Element({LADDER: 1e-3}), 1e-4)
    assert (x - x).is_close(0, 0)
    planar = LieButcherSeries({PlanarTree(): 0.3}, 2)
    assert planar.is_close(LieButcherSeries({PlanarTree(): Fraction(3, 10)}, 2), 1e-15)


def test_closeness_needs_two_of_a_kind():
    with pytest.raises(InvalidTypeError, match="other must be a BSeries, got Element"):
        exact_series(2).is_close(Element(), 1)
    with pytest.raises(InvalidTypeError, match="other must be a Element, got BSeries"):
        Element().is_close(exact_series(2), 1)
    with pytest.raises(InvalidValueError, match="same order, got 2 and 3; use truncate"):
        exact_series(2).is_close(exact_series(3), 1)
    with pytest.raises(InvalidValueError, match="tol must be at least 0"):
        Element().is_close(Element(), -1)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (lambda number: RungeKutta([[], [number("1/2")]], [0, number("1")]).order(), 2),
        (lambda number: RungeKutta([[0, 0], [1, 0]], [number("1/2")] * 2).order(), 2),
        (lambda number: RungeKutta([[number("1/10")]], [number("3/10")]).order(), 0),
        (lambda number: RungeKutta([[number("1/10")]], [number("3/10")]).is_symplectic, False),
        (lambda number: RungeKutta([[number("1/2")]], [number("1")]).is_symplectic, True),
        (lambda number: Rosenbrock([[0]], [[number("1/4")]], [number("1")]).order(), 1),
        (lambda number: CommutatorFree([[]], [[number("3/4")]]).order(), 0),
        (lambda number: order_of_accuracy(BSeries({LEAF: 1, LADDER: number("1/4")}, 2)), 1),
        (lambda number: symplectic_order(BSeries({LEAF: 1, LADDER: number("1/4")}, 2)), 1),
        (lambda number: is_character(exact_lie_butcher_series(3) * number("9/10")), False),
        (lambda number: lie_butcher_order(exact_lie_butcher_series(3) / number("2")), 0),
    ],
)
def test_differences_that_are_no_rounding_need_no_tolerance(decide, expected, exact):
    assert decide(Fraction if exact else lambda text: float(Fraction(text))) == expected


@pytest.mark.parametrize("error", [1e-15, 6e-8, -6e-8])
def test_what_may_be_rounding_needs_a_tolerance(error):
    third = 1 / 3 * (1 + error) + 1e-17
    heun = RungeKutta([[], [2 / 3]], [1 / 4 + error, 3 / 4])
    for decide in (heun.order, lambda: order_of_accuracy(heun.series(2))):
        with pytest.raises(InvalidValueError, match="only a tolerance tells whether"):
            decide()
    assert heun.order(tol=1e-6) == 2
    # What cancels is rounded as the numbers are that do.
    for size in (1e6, 1e12):
        far = RungeKutta([[third]] * 2, [size, 1.001 - size])
        with pytest.raises(InvalidValueError, match="only a tolerance tells whether"):
            far.order()


def test_differences_beyond_rounding_are_those_of_single_precision():
    assert RungeKutta([[]], [1 + 1e-5]).order() == 0
    with pytest.raises(InvalidValueError, match="only a tolerance tells whether"):
        RungeKutta([[]], [1 + 1e-7]).order()


def test_powers_of_numbers_with_roots_are_not_told_to_substitute_symbols():
    number = sympy.Pow(1 + sympy.sqrt(2), 99999, evaluate=False)
    for weight, advice in [(number, "give its value as a float"), (A * number, "substitute")]:
        with pytest.raises(InvalidValueError, match=advice):
            RungeKutta([[weight]], [1]).order()


# -- equality and hash -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "zero",
    [
        exact_series(2) - exact_series(2),
        BSeries({LEAF: (A + 1) ** 2 - A**2 - 2 * A - 1}, 3, empty=0.0),
        exact_lie_butcher_series(2) * 0,
        Element({LEAF: sympy.sqrt(3 + 2 * ROOT) - 1 - ROOT}),
        Tensor(),
    ],
    ids=repr,
)
def test_what_is_zero_equals_the_number_with_its_hash(zero):
    assert zero == 0
    assert 0 == zero  # noqa: SIM300
    assert hash(zero) == hash(0)
    assert zero != 1
    assert exact_series(2) != 0


def test_values_that_differ_make_functionals_differ():
    assert Character(bck, {LEAF: A}) != Character(bck, {LEAF: A + 1})
    assert Character(bck, {LEAF: A}) != Character(bck, {LEAF: A, LADDER: 1})
    assert Character(bck, {LEAF: A}) != Functional(bck, {LEAF: A})
    assert Character(bck, {LEAF: A}).power(A) != Character(bck, {LEAF: A}).power(-A)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((A + 1) ** 2, A**2 + 2 * A + 1),
        ((A**2 - 1) / (A - 1), A + 1),
        (sympy.sin(A) ** 2 + sympy.cos(A) ** 2, 1),
        (sympy.sin(A) ** 2 + sympy.cos(A) ** 2 - 1, 0),
        (sympy.sqrt(3 + 2 * ROOT), 1 + ROOT),
        (1 / (1 + ROOT), ROOT - 1),
        (sympy.QQ(1, 2), 0.5),
        (sympy.field("a", sympy.QQ)[1], A),
        (sympy.ring("a", sympy.QQ)[1] ** 2, A**2),
        (sympy.Poly(A**2, A), A**2),
        (sympy.I**2 * A, -A),
    ],
    ids=str,
)
def test_what_is_equal_mathematically_is_equal_and_has_one_hash(first, second):
    for make in (
        lambda c: Element({LEAF: c, LADDER: 1}),
        lambda c: Tensor({(LEAF, LADDER): c}),
        lambda c: AlgebraElement(bck, bck.unit * c),
        lambda c: BSeries({LEAF: c}, 2),
        lambda c: LieButcherSeries({OrderedForest.empty: c}, 1),
        lambda c: Character(bck, {LEAF: c}),
        lambda c: Functional(bck, {LADDER: 1}) * c,
        lambda c: Character(bck, {LEAF: 1}).power(c).inverse(),
        lambda c: RungeKutta([[]], [c]),
    ):
        x, y = make(first), make(second)
        assert x == y
        assert y == x
        assert hash(x) == hash(y)
        assert x != make(second + 1)


@pytest.mark.parametrize(
    "value",
    [
        sympy.Max(A, U) + sympy.Min(A, U) - A - U,
        sympy.Piecewise((A, A > 0), (-A, True)) - sympy.Abs(A),
        sympy.Heaviside(A) + sympy.Heaviside(-A) - 1,
    ],
)
def test_functions_of_real_numbers_are_refused_where_they_cannot_be_decided(value):
    with pytest.raises(InvalidValueError, match="cannot decide whether"):
        is_zero(value)


def test_functions_of_real_numbers_differ_where_their_values_do():
    assert Element({LEAF: sympy.Max(A, U)}) != Element({LEAF: U})
    tableau = [[], [1 / (sympy.Max(A, U) + sympy.Min(A, U))]]
    assert RungeKutta(tableau, [1 - A / 2, A / 2]).order() == 1


@pytest.mark.parametrize(
    ("radicand", "half", "order"),
    [(2, 1, 4), (4, 2, 4), (3, 1, 2)],  # Yoshida, Suzuki; the third is not a solution
    ids=["yoshida", "suzuki", "wrong"],
)
def test_steps_that_are_cube_roots_give_the_order_of_a_composition(radicand, half, order):
    step = 1 / (2 * half - sympy.cbrt(radicand))
    outer = [step] * half
    midpoint = RungeKutta([["1/2"]], [1]).series(4)
    composed = compose(*[midpoint] * (2 * half + 1), steps=[*outer, 1 - 2 * half * step, *outer])
    assert order_of_accuracy(composed) == order
    assert is_symplectic(composed)


@pytest.mark.parametrize("decide", [order_of_accuracy, symplectic_order, energy_order])
def test_floats_of_mpmath_are_floats(decide):
    tableau = [[mpmath.mpf(0.5)]], [mpmath.mpf(1) / 3 * (3 + 1e-12)]
    near = mpmath.mpf(0.5) + mpmath.mpf(2) ** -40
    for series in (RungeKutta(*tableau).series(2), BSeries({LEAF: 1, LADDER: near}, 2)):
        with pytest.raises(InvalidValueError, match=r"coefficients are floats.*give tol="):
            decide(series)
        assert decide(series, tol=1) >= 2


def test_floats_of_mpmath_are_taken_beside_fractions():
    half, share = Fraction(1, 2), mpmath.mpf(0.25)
    tree, ladder = Tree(), Tree([Tree()])
    x, y = Element({tree: half}), Element({tree: share})
    assert (x / share)[tree] == 2
    assert (x - y)[tree] == share
    assert x.is_close(y, 0.25)
    assert not x.is_close(y, 0.2)
    assert (Functional(bck, {tree: half}) - Functional(bck, {tree: share}))(tree) == share
    series = BSeries({tree: half, ladder: share}, 2)
    assert (series / share)[tree] == 2
    assert (series / share)[ladder] == 1
    exact = BSeries({tree: half, ladder: Fraction(1, 4)}, 2)
    for operation in (modified_equation, modifying_integrator):
        assert operation(series).is_close(operation(exact), 1e-12)


def test_floats_of_mpmath_keep_their_digits_where_mpmath_has_fewer():
    with mpmath.workdps(60):
        third = mpmath.mpf(1) / 3
        minus = -third
        both = mpmath.mpc(third, minus)
    read = sympy.Float._new(third._mpf_, third._mpf_[3])
    ((entry,),) = RungeKutta([[third]], [1]).a
    assert (entry._mpf_, entry) == (third._mpf_, read)
    ((entry,),) = RungeKutta([[both]], [1]).a
    assert [part._mpf_ for part in entry.as_real_imag()] == [third._mpf_, minus._mpf_]
    assert BSeries({LEAF: third}, 1)[LEAF] == third


def test_floats_of_mpmath_keep_their_digits_in_a_tableau():
    with mpmath.workdps(40):
        shift = mpmath.sqrt(3) / 6
        quarter, half = mpmath.mpf("0.25"), mpmath.mpf("0.5")
        method = RungeKutta([[quarter, quarter - shift], [quarter + shift, quarter]], [half, half])
    exact = sympy.Rational(1, 4) + sympy.sqrt(3) / 6
    assert abs(method.a[1][0] - exact.evalf(50)) < sympy.Rational(1, 10**38)
    assert method.order(5, tol=1e-30) == 4
    ((entry,),) = RungeKutta([[mpmath.mpc(0.5, 0.25)]], [1]).a
    assert complex(entry) == 0.5 + 0.25j


def test_methods_with_roots_of_symbols_are_compared_in_any_writing():
    root = sympy.sqrt(A) + sympy.cbrt(U)
    same = (A - U ** sympy.Rational(2, 3)) / (sympy.sqrt(A) - sympy.cbrt(U))
    first, second = (
        RungeKutta([[r, 1 - r], [1 / r, r]], [1 - 1 / (2 * r), 1 / (2 * r)]) for r in (root, same)
    )
    assert first == second
    series = first.series(4)
    assert series == second.series(4)
    assert compose(series, inverse(second.series(4))) == BSeries({}, 4)
    at = {A: 4, U: 27}
    numbers = RungeKutta([[5, -4], ["1/5", 5]], ["9/10", "1/10"]).series(4)
    for tree, value in series.items():
        assert sympy.sympify(value).subs(at) == numbers[tree]


def test_a_root_of_a_symbol_leaves_a_field_as_it_came():
    field = arithmetic_of([sympy.sqrt(A), 1 / sympy.cbrt(A), U])
    for value in (sympy.sqrt(A), A ** sympy.Rational(7, 6), U / A, (U + sympy.cbrt(A)) / (A + 1)):
        assert field.leave(field.enter(value)) == value
    assert field.enter(sympy.sqrt(A)) ** 2 == field.enter(A) == field.enter(sympy.cbrt(A)) ** 3
    far = [A ** sympy.Rational(1, 59), A ** sympy.Rational(1, 61)]
    assert arithmetic_of(far).is_plain


A = sympy.Symbol("a")


@pytest.mark.parametrize(
    ("x", "y", "close"),
    [
        (1 / A, 0, False),
        (1 / A, 1 / A + Fraction(1, 10**6), True),
        (A / (A + 1) + 1 / (A + 1), Fraction(9999, 10_000), True),
        (A / (A + 1) + 1 / (A + 1), Fraction(9, 10), False),
        (sympy.sqrt(2) * A / A, Fraction(14142, 10_000), True),
        (sympy.sqrt(2) / A, 0, False),
        (1 / A + sympy.Float(1e-9), 1 / A, True),
        (A * (1 + 1e-9), A, True),
        (1 / A, 1 / (A + 1e-9), True),
        (1 / A, 1 / (A + 1e-2), False),
        (0.2499 / A, Fraction(1, 4) / A, True),
        (0.25 / A, Fraction(1, 3), False),
        (1e-4 / (ROOT * A + 1.0), 0, True),
        (0.1 * F(A), 0.1001 * F(A), True),
        (0.1 * F(A), 0.2 * F(A), False),
        (A, 0, False),
        (sympy.sin(A) ** 2 + sympy.cos(A) ** 2, 1, True),
        (sympy.sin(A), 0, False),
        (sympy.exp(A), sympy.exp(A) * (1 + 1e-9), True),
        (0.25 * sympy.sqrt(A), sympy.sqrt(A) / 4 + 1e-9, True),
        (0.25 * sympy.sqrt(A), 0.5 * sympy.sqrt(A), False),
        (sympy.sin(0.1 * A) / A, 0, False),
    ],
    ids=str,
)
def test_closeness_with_symbols_is_that_of_numbers_polynomials_and_quotients(x, y, close):
    first, second = Element({LEAF: x}), Element({LEAF: y})
    assert first.is_close(second, 1e-3) is second.is_close(first, 1e-3) is close


def test_closeness_names_what_it_cannot_compare():
    family = RungeKutta([[], [1 / (2 * A)]], [1 - A, A])
    assert not family.series(4).is_close(exact_series(4), 1e-3)
    assert family.series(2).is_close(exact_series(2), 0)
    value = sympy.sin(A) ** 2 + sympy.cos(A) ** 2 - 1.0000001
    with pytest.raises(InvalidValueError, match="is no rational function of its symbols"):
        Element({LEAF: value}).is_close(Element(), 1e-3)
    with pytest.raises(InvalidValueError, match="which is no number"):
        Element({Tree(): meter}).is_close(Element({Tree(): 1}), 1)


def test_integers_beyond_floats_are_close_to_nothing_else():
    x = Element({Tree(): 10**400})
    assert x.is_close(x, 0)
    assert not x.is_close(x + x, 1e300)
    assert x.is_close(Element({Tree(): 10**400 + 1}), 1)


@pytest.mark.parametrize("seed", range(20))
def test_polynomials_leave_a_ring_as_sympy_writes_them(seed):
    rng = random.Random(seed)
    ring, *variables = sympy.ring("a, b, c1, x10, Z", sympy.ZZ)
    polynomial = ring.zero
    for _ in range(rng.randint(0, 12)):
        powers = [variable ** rng.choice([0, 0, 1, 2, 3, 11]) for variable in variables]
        polynomial += rng.randint(-3, 3) * sympy.prod(powers)
    assert sympy.srepr(written(polynomial)) == sympy.srepr(polynomial.as_expr())


def test_the_adjoint_of_a_family_is_that_of_the_series_backwards():
    method = fourth_order(U, V)
    series = method.series(4)
    assert adjoint(series) == method.adjoint().series(4)
    assert adjoint(series) == inverse(series.scale_step(-1))
    assert series.scale_step(U).scale_step(1 / U) == series
