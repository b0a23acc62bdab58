"""Conditions on arguments: floats that miss them by rounding are taken for what they stand for."""

import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    BSeries,
    CommutatorFree,
    Element,
    Endomorphism,
    Forest,
    Functional,
    InfinitesimalCharacter,
    LieButcherSeries,
    PlanarTree,
    Rosenbrock,
    Tree,
    bck,
    butcher_product,
    energy_order,
    exact_lie_butcher_series,
    exact_series,
    expected_signature,
    functional_from_vector,
    graft,
    is_energy_preserving,
    is_symplectic,
    mkw,
    modified_equation,
    modifying_integrator,
    order_of_accuracy,
    post_lie_bch,
    post_lie_magnus,
    pre_lie_exp,
    pre_lie_magnus,
    signature_cumulants,
    symplectic_order,
    translate,
    translate_element,
)
from treealg.symbolic.bseries import (
    adjoint,
    compose,
    flow,
    frozen_field,
    inverse,
    iterate,
    lie_butcher_logarithm,
    substitute,
)
from treealg.symbolic.maps.vectors import basis_elements

EXACT, EXACT_LIE = exact_series(3), exact_lie_butcher_series(3)
LEAF, LADDER = Tree(), Tree([Tree()])
POINT = PlanarTree()
A = sympy.Symbol("a")


def tenths(x):
    """Return the sum of ten tenths, which floats make a little less than the whole."""
    return sum(0.1 * x for _ in range(10))


def empty_value(value, exact=EXACT):
    """Return a series with another value on the empty key."""
    return type(exact)({**exact, None: value}, exact.order)


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (order_of_accuracy, 3),
        (symplectic_order, 3),
        (is_symplectic, True),
        (energy_order, 3),
        (is_energy_preserving, True),
    ],
)
def test_tolerances_hold_for_the_value_on_the_empty_tree(decide, expected):
    assert tenths(EXACT)[None] != 1
    assert decide(tenths(EXACT), tol=1e-9) == expected
    assert decide(empty_value(1 + 1e-6), tol=1e-5) == expected
    for tol in (1e-7, 0, None):
        with pytest.raises(InvalidValueError, match=r"1 .*got 1\.000001"):
            decide(empty_value(1 + 1e-6), tol=tol)
    with pytest.raises(InvalidValueError, match=r"1 .*on the empty tree, got 1000"):
        decide(empty_value(1 + Fraction(1, 10**20)), tol=1e-9)


@pytest.mark.parametrize("decide", [symplectic_order, energy_order])
def test_fields_that_are_zero_but_for_rounding_on_the_empty_tree_are_fields(decide):
    field = empty_value(1e-17, modified_equation(EXACT))
    assert decide(field) == 3
    assert decide(field, tol=0.1) == 3
    with pytest.raises(
        InvalidValueError,
        match=r"must be 1 \(method\) or 0 \(vector field\) on the empty tree, got 0.5$",
    ):
        decide(empty_value(0.5), tol=1e-3)


METHODS = {
    "compose": lambda s: compose(s, EXACT),
    "iterate": lambda s: iterate(s, 2),
    "inverse": inverse,
    "adjoint": adjoint,
    "modified equation": modified_equation,
    "modifying integrator": modifying_integrator,
}
FIELDS = {"flow": flow, "substitute": lambda field: substitute(field, EXACT)}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_one_on_the_empty_tree_but_for_rounding(name):
    function = METHODS[name]
    assert function(tenths(EXACT)).is_close(function(EXACT), 1e-14)
    for value in (1 - 2**-53, mpmath.mpf(1) + 1e-15, 1 + 1e-16 * A, sympy.Float(1) - 1e-15):
        assert function(empty_value(value)) == function(EXACT)
    for value in (1.5, 1 + 1e-3j, 1.0 * A, 1.0 + sympy.sin(A)):
        with pytest.raises(InvalidValueError, match=r"with value 1 on the empty tree, got [^;]*$"):
            function(empty_value(value))


@pytest.mark.parametrize("name", METHODS)
def test_methods_that_are_off_by_more_are_made_so_as_the_error_says(name):
    function = METHODS[name]
    series = EXACT * (1 + 1e-7)
    with pytest.raises(InvalidValueError) as caught:
        function(series)
    advice = str(caught.value).split(": ")[-1]
    mended = eval(advice, {"series": series})
    assert advice == "series / series[None]"
    assert function(mended).is_close(function(EXACT), 1e-14)


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_zero_on_the_empty_tree_but_for_rounding(name):
    function, field = FIELDS[name], modified_equation(EXACT)
    assert function(empty_value(-(2**-53), field)) == function(field)
    with pytest.raises(InvalidValueError, match=r"with value 0 on the empty tree, got [^;]*$"):
        function(empty_value(0.5, field))
    rounded = empty_value(1e-8, field)
    with pytest.raises(InvalidValueError, match=r"value 0 .*leave it out") as caught:
        function(rounded)
    advice = str(caught.value).split("out: ")[-1]
    assert function(eval(advice, {"BSeries": BSeries, "field": rounded})) == function(field)


@pytest.mark.parametrize("function", [lie_butcher_logarithm, frozen_field])
def test_points_are_one_on_the_empty_forest_but_for_rounding(function):
    series = tenths(EXACT_LIE)
    assert series[None] != 1
    assert function(series).is_close(function(EXACT_LIE), 1e-14)
    with pytest.raises(InvalidValueError, match=r"empty forest, got 1\.0000001; ") as e:
        function(EXACT_LIE * (1 + 1e-7))
    mended = eval(str(e.value).split(": ")[-1], {"series": EXACT_LIE * (1 + 1e-7)})
    assert isinstance(mended, LieButcherSeries)
    assert function(mended).is_close(function(EXACT_LIE), 1e-14)


@pytest.mark.parametrize("name", ["log", "inverse", "power"])
def test_functionals_are_normalized_but_for_rounding(name):
    def apply(unit):
        functional = Functional(bck, lambda f: Fraction(1, 2) if f.order else unit)
        return getattr(functional, name)(*([3] if name == "power" else []))

    for key in (Forest(), LADDER, Tree([LADDER, LEAF])):
        assert apply(tenths(1))(key) == apply(1)(key)
    for unit in (1 + 1e-9, 1 + Fraction(1, 10**20), 1.0 * A):
        with pytest.raises(InvalidValueError, match="value 1 on the unit"):
            apply(unit)


def test_endomorphisms_are_normalized_but_for_rounding():
    identity = Endomorphism(bck, lambda x: Element({x: 1}))
    rounded, x = tenths(identity), Tree([LADDER, LEAF])
    assert rounded(Forest()) != identity(Forest())
    assert rounded.log()(x).is_close(identity.log()(x), 1e-14)
    assert rounded.inverse()(x).is_close(identity.inverse()(x), 1e-14)
    assert (rounded - identity).exp()(LEAF).is_close(Element(), 1e-14)
    for off in (identity * (1 + 1e-9), identity * 2):
        with pytest.raises(InvalidValueError, match="value 1 on the unit"):
            off.log()


def test_exponents_are_zero_on_the_unit_but_for_rounding():
    exact = InfinitesimalCharacter(bck, {LEAF: 1})
    rounded = Functional(bck, lambda f: exact(f) if f.order else tenths(1) - 1)
    assert rounded.exp()(Tree([LADDER, LEAF])) == exact.exp()(Tree([LADDER, LEAF]))
    with pytest.raises(InvalidValueError, match="value 0 on the unit"):
        Functional(bck, lambda f: 1e-9).exp()


LIE = {
    "Magnus": (post_lie_magnus(0.3 * POINT, 3), post_lie_magnus(Fraction(3, 10) * POINT, 3)),
    "Baker-Campbell-Hausdorff": tuple(
        c * post_lie_bch(a * POINT, b * PlanarTree([POINT]), 4)
        for c, a, b in [(0.1, 0.7, 0.3), (Fraction(1, 10), Fraction(7, 10), Fraction(3, 10))]
    ),
}


@pytest.mark.parametrize("name", LIE)
def test_translations_are_elements_of_the_lie_algebra_but_for_rounding(name):
    rounded, exact = LIE[name]
    x = PlanarTree([POINT, PlanarTree([POINT])])
    moved = translate_element(x, {0: rounded}, 5)
    assert moved.is_close(translate_element(x, {0: exact}, 5), 1e-14)
    functional = functional_from_vector(np.linspace(0.1, 1, 8), 1, 3, planar=True)
    forest = mkw.basis_element((POINT, PlanarTree([POINT])))
    value = translate(functional, {0: exact})(forest)
    found = translate(functional, {0: rounded})
    assert found(forest) == pytest.approx(value, rel=1e-14)
    assert pickle.loads(pickle.dumps(found))(forest) == found(forest)


def test_translations_take_a_tolerance_for_floats_that_are_rounded_more():
    _, exact = LIE["Magnus"]
    off = np.random.default_rng(5)
    single = exact.map_coefficients(lambda c: float(c) * (1 + off.uniform(-6e-8, 6e-8)))
    functional = functional_from_vector(np.linspace(0.1, 1, 8), 1, 3, planar=True)
    for call in (
        lambda tol: translate_element(POINT, {0: single}, 3, tol=tol),
        lambda tol: translate(functional, {0: single}, tol=tol),
    ):
        with pytest.raises(InvalidValueError, match=r"of the Lie algebra.*; if .*give tol="):
            call(None)
        with pytest.raises(InvalidValueError, match="of the Lie algebra"):
            call(1e-12)
        with pytest.raises(InvalidValueError, match="tol must be at least 0"):
            call(-1)
    moved = translate_element(POINT, {0: single}, 3, tol=1e-6)
    assert moved.is_close(translate_element(POINT, {0: exact}, 3), 1e-7)
    kept = pickle.loads(pickle.dumps(translate(functional, {0: single}, tol=1e-6)))
    assert kept(POINT) == translate(functional, {0: single}, tol=1e-6)(POINT)


def test_translations_lose_what_rounding_put_beside_the_lie_algebra():
    exact = Element({Forest([LADDER]): 0.5})
    rounded = exact + Element({Forest([LEAF, LEAF]): 1e-17, Forest(): -1e-17})
    assert translate_element(LEAF, {0: rounded}, 3) == translate_element(LEAF, {0: exact}, 3)
    with pytest.raises(InvalidValueError, match="over single trees"):
        translate_element(LEAF, {0: exact + Element({Forest([LEAF, LEAF]): 1e-3})}, 3)
    with pytest.raises(InvalidValueError, match=r"over single trees[^;]*$"):
        translate_element(LEAF, {0: Element({Forest([LEAF, LEAF]): Fraction(1, 10**20)})}, 3)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: graft(x, LADDER),
        lambda x: graft(LADDER, x),
        lambda x: butcher_product(x, LADDER),
        lambda x: pre_lie_magnus(x, 3),
        lambda x: pre_lie_exp(x, 3),
    ],
)
def test_elements_over_trees_lose_what_rounding_put_on_forests(function):
    exact = Element({LEAF: 0.5, LADDER: 0.25})
    rounded = exact + Element({Forest([LEAF, LEAF]): 1e-17, Forest(): -1e-17})
    assert function(rounded) == function(exact)
    for value in (1e-3, Fraction(1, 10**20), A):
        with pytest.raises(InvalidTypeError):
            function(exact + Element({Forest([LEAF, LEAF]): value}))


def covariances():
    """Return covariances that rounding made a little asymmetric."""
    values = np.random.default_rng(3).normal(size=(4, 50))
    return {
        "correlation": np.corrcoef(values),
        "single precision": (np.float32([[1, 0.1], [0.1, 1]]) + np.float32([[0, 6e-9], [0, 0]])),
        "cancelled": [[1e8, 3e-9], [0.0, 1e8]],
        "a sum": [[1.0, 0.1 + 0.2], [0.3, 1.0]],
    }


@pytest.mark.parametrize("name", covariances())
@pytest.mark.parametrize("planar", [False, True])
def test_covariances_are_symmetric_but_for_rounding(name, planar):
    given = covariances()[name]
    d = len(given)
    assert any(given[i][j] != given[j][i] for i in range(d) for j in range(i))
    exact = [[Fraction(float(x)) for x in row] for row in given]
    means = [[(exact[i][j] + exact[j][i]) / 2 for j in range(d)] for i in range(d)]
    algebra = mkw if planar else bck
    found = expected_signature([0.0] * d, given, planar=planar)
    mean = expected_signature([0] * d, means, planar=planar)
    twin = treealg.expected_branched_sig([0.0] * d, np.float64(given), 2, planar=planar)
    for key, value in zip(basis_elements(d, 2, planar), twin, strict=True):
        x = algebra.basis_element(key)
        assert found(x) == mean(x)
        assert float(found(x)) == pytest.approx(value, rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("function", [expected_signature, signature_cumulants])
def test_covariances_that_are_no_rounding_off_are_refused_in_the_numbers_given(function):
    with pytest.raises(InvalidValueError, match=r"got 0.3 at \(1, 0\) and 0.5 at \(0, 1\)"):
        function([0.0] * 2, [[1.0, 0.5], [0.3, 1.0]])
    with pytest.raises(InvalidValueError, match="must be symmetric"):
        function([0] * 2, [[1, Fraction(1, 3)], [Fraction(1, 3) + Fraction(1, 10**30), 1]])
    with pytest.raises(InvalidValueError, match="must be symmetric"):
        function([0] * 2, [[1e-12, 1e-15], [2e-15, 1e-12]])
    law = function([0] * 2, [[1, (A + 1) ** 2], [A**2 + 2 * A + 1, 1]])
    assert sympy.expand(law(Forest([LEAF, Tree(label=1)])) - (A + 1) ** 2) == 0


ZERO = 0.1 + 0.2 - 0.3  # to rounding


@pytest.mark.parametrize("zero", [ZERO, mpmath.mpf(ZERO), sympy.Float(ZERO), ZERO * A])
def test_matrices_of_methods_are_triangular_but_for_rounding(zero):
    method = Rosenbrock([[zero, zero], [1.0, 0]], [[0.5, zero], [-1.0, 0.5]], [0.5, 0.5])
    assert method.alpha == ((0, 0), (1.0, 0))
    assert method.gamma == ((0.5, 0), (-1.0, 0.5))
    single = CommutatorFree.crouch_grossman([[zero], [0.5, zero]], [0, 1.0, zero])
    assert single == CommutatorFree.crouch_grossman([[], [0.5]], [0, 1.0])
    several = CommutatorFree([[[zero]], [[0.5, zero]]], [[0, 1.0, zero]])
    assert several.exponentials == 3
    assert several.order(tol=1e-12) == 2
    stored = CommutatorFree.low_storage([zero, -0.5], [1.0, 1.0])
    assert stored == CommutatorFree.low_storage([0, -0.5], [1.0, 1.0])


@pytest.mark.parametrize("entry", [1e-9, Fraction(1, 10**20), A, "1/3"])
def test_matrices_of_methods_that_are_not_triangular_are_refused(entry):
    with pytest.raises(InvalidValueError, match=r"alpha must be strictly lower.*row 1 is not"):
        Rosenbrock([[entry]], [[1]], [1])
    with pytest.raises(InvalidValueError, match="gamma must be lower triangular; row 1 is not"):
        Rosenbrock([[], []], [[1, entry], [0, 1]], [1, 0])
    with pytest.raises(InvalidValueError, match="row 2 of a may use the first 1 stages only"):
        CommutatorFree.crouch_grossman([[], ["1/2", entry]], [0, 1])
    with pytest.raises(InvalidValueError, match="step may use the first 1 stages only"):
        CommutatorFree([[]], [[1, entry]])
    with pytest.raises(InvalidValueError, match="a must start with 0"):
        CommutatorFree.low_storage([entry, "-1/2"], [1, 1])


def test_what_is_divided_by_is_not_zero_but_for_rounding():
    with pytest.raises(InvalidValueError, match="gamma must not be zero"):
        Rosenbrock.from_transformed([[]], [[]], [1], ZERO)
    with pytest.raises(InvalidValueError, match="must not be zero, or 0 but for rounding"):
        modifying_integrator(BSeries({LEAF: ZERO, LADDER: 0.5}, 2))
    with pytest.raises(InvalidValueError, match="must not be zero"):
        modifying_integrator(BSeries({LEAF: 0, LADDER: 1}, 2))
    exact = modifying_integrator(BSeries({LEAF: Fraction(1, 10**20)}, 2))
    assert exact[LEAF] == 10**20


@pytest.mark.parametrize("one", [sum([0.1] * 10), mpmath.mpf(1) - mpmath.mpf(2) ** -53])
def test_elements_stand_for_their_only_key_but_for_rounding(one):
    assert one != 1
    assert bck.coproduct(LADDER)[Element({LADDER: one}), None] == 1
    assert EXACT[Element({LADDER: one})] == Fraction(1, 2)
    for other in (1 - 1e-9, Fraction(10**20 + 1, 10**20), 1 + A):
        with pytest.raises(InvalidTypeError, match="coefficient 1"):
            EXACT[Element({LADDER: other})]
