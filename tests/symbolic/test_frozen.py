"""Lie group methods with brackets: elements of the Lie algebra at the starting point."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.linalg import expm

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import LieButcherSeries, OrderedForest, PlanarTree, lie_butcher_order
from treealg.symbolic.bseries import (
    exact_lie_butcher_series,
    exact_series,
    frozen_bracket,
    frozen_exponential,
    frozen_field,
    frozen_product,
)

ORDER = 5
LEAF = LieButcherSeries({PlanarTree(): 1}, ORDER, empty=0)
LADDER = LieButcherSeries({PlanarTree([PlanarTree()]): 1}, ORDER, empty=0)


def munthe_kaas(a, b, start, field, exponential, bracket, terms):
    """One step of the method of Munthe-Kaas with the tableau (a, b)."""
    slopes = []

    def combined(row):
        return sum((k * c for c, k in zip(row, slopes, strict=False)), field(start) * 0)

    for row in a:
        u = combined(row)
        v = field(exponential(u, start))
        inner = bracket(u, v)
        corrections = (v, inner * Fraction(-1, 2), bracket(u, inner) * Fraction(1, 12))
        slopes.append(sum(corrections[1:terms], v))
    return exponential(combined(b), start)


RK4 = [[], [Fraction(1, 2)], [0, Fraction(1, 2)], [0, 0, 1]], [Fraction(k, 6) for k in (1, 2, 2, 1)]


def series_of_step(bracket, terms):
    return munthe_kaas(
        *RK4,
        LieButcherSeries({}, ORDER),
        frozen_field,
        lambda u, start: frozen_product(start, frozen_exponential(u)),
        bracket,
        terms,
    )


def test_the_method_of_munthe_kaas_has_the_order_of_its_tableau():
    step = series_of_step(frozen_bracket, 3)
    assert step.is_character
    assert lie_butcher_order(step) == 4


@pytest.mark.parametrize(
    ("bracket", "terms"),
    [
        (frozen_bracket, 1),
        (frozen_bracket, 2),
        (lambda u, v: frozen_bracket(v, u), 3),
    ],
    ids=["without brackets", "without double brackets", "with the other sign"],
)
def test_without_its_brackets_or_with_the_other_sign_it_has_not(bracket, terms):
    assert lie_butcher_order(series_of_step(bracket, terms)) < 4


def test_a_fourth_order_magnus_method_in_two_evaluations_of_the_exact_flow():
    # exp of h (A1 + A2)/2 - sqrt(3)/12 h^2 [A1, A2] with the field along the exact solution.
    root = sympy.sqrt(3)
    nodes = [sympy.Rational(1, 2) - root / 6, sympy.Rational(1, 2) + root / 6]
    exact = exact_lie_butcher_series(ORDER)
    first, second = (frozen_field(exact.scale_step(node)) for node in nodes)
    mean = (first + second) / 2
    for sign, order in ((-1, 4), (1, 2), (0, 2)):
        sigma = mean + frozen_bracket(first, second) * (sign * root / 12)
        assert sigma.is_infinitesimal
        assert lie_butcher_order(frozen_exponential(sigma)) == order


def test_the_same_method_on_matrices_converges_with_order_four():
    parts = np.random.default_rng(7).uniform(-1, 1, (3, 3, 3))

    def field(y):
        return parts[0] + y[0] * parts[1] + y[1] ** 2 * parts[2]

    def error(steps):
        def advance(y, count, terms):
            for _ in range(count):
                y = munthe_kaas(
                    [[float(c) for c in row] for row in RK4[0]],
                    [float(c) for c in RK4[1]],
                    y,
                    lambda z: field(z) / count,
                    lambda u, z: expm(u) @ z,
                    lambda u, v: u @ v - v @ u,
                    terms,
                )
            return y

        start = np.array([0.3, -0.7, 0.5])
        fine = advance(start, 64, 3)
        return [np.abs(advance(start, steps, terms) - fine).max() for terms in (3, 1)]

    (coarse, coarse_without), (half, half_without) = error(4), error(8)
    # 2^4 and 2^2 asymptotically, and less than a tenth of that is left at these steps.
    assert coarse / half > 2**3.7
    assert coarse_without / half_without < 2**2.5


def assert_the_exponential_has_this_logarithm(element):
    assert element.is_infinitesimal
    character = frozen_exponential(element)
    assert character.is_character
    # exp(a) exp(-a) = 1, and the logarithm by its own series.
    identity = LieButcherSeries({}, element.order)
    assert frozen_product(character, frozen_exponential(-element)) == identity
    reduced, power, logarithm = character - identity, identity, identity * 0
    for k in range(1, element.order + 1):
        power = frozen_product(power, reduced)
        logarithm = logarithm + power * Fraction((-1) ** (k + 1), k)
    assert logarithm == element


def test_the_exponential_of_an_element_has_it_as_its_logarithm():
    assert_the_exponential_has_this_logarithm(
        LEAF + frozen_bracket(LEAF, LADDER) * Fraction(2, 3) - LADDER / 5
    )


def test_the_exponential_has_its_logarithm_where_coefficients_are_rational_functions():
    a, x = sympy.symbols("a x")
    leaf, ladder = LEAF.truncate(3), LADDER.truncate(3)
    assert_the_exponential_has_this_logarithm(
        leaf * a + frozen_bracket(leaf, ladder) * ((x**2 - 1) / (x - 1)) - ladder / (a + x)
    )


def test_brackets_obey_antisymmetry_and_the_identity_of_jacobi():
    x, y = LEAF, LADDER
    z = LieButcherSeries({PlanarTree([PlanarTree(), PlanarTree()]): 1, PlanarTree(): 2}, 6, empty=0)
    assert frozen_bracket(x, y) == -frozen_bracket(y, x)
    cyclic = [
        frozen_bracket(a, frozen_bracket(b, c)) for a, b, c in ((x, y, z), (y, z, x), (z, x, y))
    ]
    assert cyclic[0] + cyclic[1] + cyclic[2] == x * 0
    assert cyclic[0] != x * 0


def test_what_is_no_element_of_the_lie_algebra_is_refused():
    product = LieButcherSeries({OrderedForest([PlanarTree()] * 2): 1}, 3, empty=0)
    with pytest.raises(
        InvalidValueError, match=r"element of the Lie algebra.* got values 1 on 0 0"
    ):
        frozen_exponential(product)
    with pytest.raises(InvalidTypeError, match="expected a LieButcherSeries, got BSeries"):
        frozen_field(exact_series(2))
    with pytest.raises(InvalidValueError, match="the series of a method"):
        frozen_field(LEAF)


def test_floats_in_brackets_need_a_tolerance():
    bracket = frozen_bracket(LEAF, LADDER)
    noise = LieButcherSeries({OrderedForest.from_text("0 0[0]"): 1e-17}, ORDER, empty=0)
    element = bracket * 0.1 + noise * 10
    with pytest.raises(InvalidValueError, match=r"floats.*give tol="):
        frozen_exponential(element)
    close = frozen_exponential(element, tol=1e-12)
    assert close.is_close(frozen_exponential(bracket / 10), 1e-15)
    halves = frozen_exponential(LEAF * 0.5), frozen_exponential(LEAF / 2)
    assert halves[0].is_close(halves[1], 1e-15)
