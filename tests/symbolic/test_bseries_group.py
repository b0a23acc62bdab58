"""Composition, inverse, adjoint, modified equations, substitution, modifying integrators."""

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Character, Forest, Tree, bck
from treealg.symbolic.bseries import (
    BSeries,
    RungeKutta,
    adjoint,
    average_vector_field,
    compose,
    exact_series,
    expand_series,
    flow,
    inverse,
    iterate,
    modified_equation,
    modifying_integrator,
    published_method,
    substitute,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "bseries.json").read_text("utf-8"))
LEAF = Tree()
SHAPES = [(5, 1), (4, 2), (3, 3)]


def random_series(seed, order, colours=1, empty=1):
    rng = random.Random(seed)
    return BSeries(
        lambda tree: Fraction(rng.randint(-9, 9), rng.randint(1, 5)), order, colours, empty=empty
    )


def composed_tableau(first, second, step):
    """Return the method of `first` with a fraction of the step, then `second` with the rest."""
    rest = 1 - step
    rows = [[step * value for value in row] + [0] * second.stages for row in first.a]
    start = [step * value for value in first.b]
    rows += [start + [rest * value for value in row] for row in second.a]
    return RungeKutta(rows, start + [rest * value for value in second.b])


# -- composition ------------------------------------------------------------


@pytest.mark.parametrize(("order", "colours"), SHAPES)
def test_composition_is_associative_with_unit_and_inverse(order, colours):
    a, b, c = (random_series(seed, order, colours) for seed in (1, 2, 3))
    identity = BSeries({}, order, colours)
    assert compose(compose(a, b), c) == compose(a, compose(b, c)) == compose(a, b, c)
    assert compose(a, identity) == compose(identity, a) == a
    assert compose(a, inverse(a)) == compose(inverse(a), a) == identity
    assert compose(a, b) != compose(b, a)


@pytest.mark.parametrize(
    ("first", "second"), [("rk4", "explicit_euler"), ("explicit_euler", "kutta3"),
                          ("implicit_midpoint", "radau_iia3"), ("heun2", "heun2")]
)  # fmt: skip
@pytest.mark.parametrize("step", [Fraction(1, 2), Fraction(1, 3), Fraction(-2)])
def test_composition_is_that_of_tableaux(first, second, step):
    first, second = published_method(first), published_method(second)
    composed = compose(first.series(6), second.series(6), steps=[step, 1 - step])
    assert composed == composed_tableau(first, second, step).series(6)


@pytest.mark.parametrize("colours", [1, 2])
def test_exact_solutions_compose_to_the_exact_solution(colours):
    parts = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    exact = exact_series(4, colours)
    assert compose(exact, exact, exact, steps=parts) == exact


@pytest.mark.parametrize("times", [-2, 0, 1, 2, 5])
def test_iteration_is_repeated_composition(times):
    a = random_series(4, 4, 2)
    factor = a if times >= 0 else inverse(a)
    assert iterate(a, times) == compose(BSeries({}, 4, 2), *[factor] * abs(times))
    assert iterate(exact_series(5), times) == exact_series(5).scale_step(times)


def test_composition_applies_a_vector_field_series_at_the_new_point():
    # f at the point after an Euler step: f + h f'f + ...
    field = BSeries({LEAF: 1}, 3, empty=0)
    moved = compose(BSeries({LEAF: 1}, 3), field)
    assert moved[None] == 0
    assert [moved[t] for t in [LEAF, Tree([LEAF]), Tree([LEAF, LEAF])]] == [1, 1, 1]
    assert moved[Tree([Tree([LEAF])])] == 0


def test_composition_is_that_of_maps_of_a_polynomial_field():
    x, y, h = sympy.symbols("x y h")
    fields = {0: [x * y, 1], 1: [y, x]}
    a, b = random_series(5, 3, 2), random_series(6, 3, 2)
    inner = expand_series(a, fields, [x, y], h)
    outer = expand_series(b, fields, [x, y], h)
    expected = expand_series(compose(a, b), fields, [x, y], h)
    for left, right in zip(outer, expected, strict=True):
        nested = sympy.expand(left.subs({x: inner[0], y: inner[1]}, simultaneous=True))
        assert sympy.expand(truncated(nested, h, 3) - right) == 0


def truncated(expression, h, order):
    polynomial = sympy.Poly(expression, h)
    return sum(polynomial.coeff_monomial(h**k) * h**k for k in range(order + 1))


@pytest.mark.parametrize("name", ["rk4", "implicit_euler", "radau_ia3", "kutta3", "sdirk2"])
def test_adjoint_is_that_of_the_tableau(name):
    method = published_method(name)
    assert adjoint(method.series(5)) == method.adjoint().series(5)


@pytest.mark.parametrize(
    ("name", "symmetric"),
    [
        ("implicit_midpoint", True),
        ("trapezoidal", True),
        ("gauss4", True),
        ("lobatto_iiia4", True),
        ("lobatto_iiib4", True),
        ("lobatto_iiic4", False),
        ("radau_iia3", False),
        ("rk4", False),
    ],
)
def test_symmetric_methods_are_their_own_adjoint(name, symmetric):
    series = published_method(name).series(6)
    assert (adjoint(series) == series) is symmetric


def test_adjoint_reverses_composition_and_is_an_involution():
    a, b = random_series(7, 4, 2), random_series(8, 4, 2)
    assert adjoint(adjoint(a)) == a
    assert adjoint(compose(a, b)) == compose(adjoint(b), adjoint(a))
    half = a.scale_step(Fraction(1, 2))
    symmetric = compose(half, adjoint(half))
    assert adjoint(symmetric) == symmetric


def test_triple_jump_raises_the_order_of_a_symmetric_method():
    # Suzuki 1990, Yoshida 1990: g = 1/(2 - c) = (4 + 2 c + c^2)/6 with c^3 = 2.
    c = sympy.cbrt(2)
    g = (4 + 2 * c + c**2) / 6
    series = published_method("implicit_midpoint").series(4)
    composed = compose(*[series.scale_step(step) for step in (g, 1 - 2 * g, g)])
    exact = exact_series(4)
    assert composed == exact


def test_methods_of_effective_order_compose_to_the_order_of_the_publication():
    methods = [RungeKutta(entry["a"], entry["b"])
               for entry in PUBLISHED["effective_order_5"]["values"]]  # fmt: skip
    third = [Fraction(1, 3)] * 3
    assert compose(*[method.series(5) for method in methods], steps=third) == exact_series(5)
    assert compose(*[method.series(6) for method in methods], steps=third) != exact_series(6)
    assert methods[1].order() == 4


def symbolic_series(name, empty):
    values = {tree: sympy.Symbol(f"{name}{tree}") for tree in exact_series(3) if tree}
    return BSeries(values, 3, empty=empty)


def test_composition_and_substitution_are_the_published_polynomials():
    # Chartier, Hairer and Vilmart 2007, equations (5) and (6).
    cherry, ladder, tall = Tree([LEAF, LEAF]), Tree([LEAF]), Tree([Tree([LEAF])])
    start = sympy.Symbol("b0")
    a, b = symbolic_series("a", 1), symbolic_series("b", start)
    composed = compose(a, b)
    expected = {
        None: start,
        LEAF: start * a[LEAF] + b[LEAF],
        ladder: start * a[ladder] + b[LEAF] * a[LEAF] + b[ladder],
        cherry: start * a[cherry] + b[LEAF] * a[LEAF] ** 2 + 2 * b[ladder] * a[LEAF] + b[cherry],
        tall: start * a[tall] + b[LEAF] * a[ladder] + b[ladder] * a[LEAF] + b[tall],
    }
    assert composed == BSeries(expected, 3)
    field = symbolic_series("f", 0)
    mixed = 2 * b[ladder] * field[LEAF] * field[ladder]
    expected = {
        None: start,
        LEAF: b[LEAF] * field[LEAF],
        ladder: b[LEAF] * field[ladder] + b[ladder] * field[LEAF] ** 2,
        cherry: b[LEAF] * field[cherry] + mixed + b[cherry] * field[LEAF] ** 3,
        tall: b[LEAF] * field[tall] + mixed + b[tall] * field[LEAF] ** 3,
    }
    assert substitute(field, b) == BSeries(expected, 3)


# -- modified equations ------------------------------------------------------------


@pytest.mark.parametrize("tree", PUBLISHED["omega"]["values"])
def test_modified_equation_of_euler_has_the_published_coefficients(tree):
    omega = modified_equation(published_method("explicit_euler").series(5))
    assert omega[Tree.from_text(tree)] == Fraction(PUBLISHED["omega"]["values"][tree])


@pytest.mark.parametrize("text", PUBLISHED["average_vector_field_modified_equation"]["values"])
def test_modified_equation_of_the_average_vector_field_has_the_published_coefficients(text):
    tree = Tree.from_text(text)
    expected = Fraction(PUBLISHED["average_vector_field_modified_equation"]["values"][text])
    assert modified_equation(average_vector_field(5))[tree] / tree.symmetry == expected


@pytest.mark.parametrize("leaves", range(9))
def test_modified_equation_of_euler_has_bernoulli_numbers_on_corollas(leaves):
    # Independent of SymPy's convention for B_1: sum over j of binom(k + 1, j) B_j = 0.
    bernoulli = [Fraction(1)]
    for k in range(1, leaves + 1):
        total = sum(math.comb(k + 1, j) * bernoulli[j] for j in range(k))
        bernoulli.append(-total / (k + 1))
    character = Character(bck, lambda tree: int(tree.order == 1))
    corolla = Tree([LEAF] * leaves)
    assert character.log()(corolla) == bernoulli[leaves]
    if leaves < 8:
        omega = modified_equation(published_method("explicit_euler").series(leaves + 1))
        assert omega[corolla] == bernoulli[leaves]


def test_modified_equation_of_euler_is_alternating_on_ladders():
    omega = modified_equation(published_method("explicit_euler").series(8))
    ladder = Tree()
    for n in range(1, 9):
        assert omega[ladder] == Fraction((-1) ** (n - 1), n)
        ladder = Tree([ladder])


@pytest.mark.parametrize("order", [5, 6, 7, 8])
def test_modified_equation_of_rk4_sums_to_the_published_values(order):
    modified = modified_equation(published_method("rk4").series(order))
    expected = PUBLISHED["rk4_modified_equation_sums"]["values"][str(order)]
    assert sum(modified.values()) == Fraction(expected)


def test_modified_equation_of_euler_for_the_square_is_the_published_one():
    y, h = sympy.symbols("y h")
    published = PUBLISHED["euler_on_square"]["values"]
    omega = modified_equation(published_method("explicit_euler").series(len(published)))
    (field,) = expand_series(omega, [y**2], [y], h)
    expected = sum(
        sympy.Rational(value) * h**k * y ** (k + 1) for k, value in enumerate(published, 1)
    )
    assert sympy.expand(field - expected) == 0


@pytest.mark.parametrize(("order", "colours"), [(6, 1), (4, 2), (3, 3)])
def test_modified_equation_is_the_convolution_logarithm(order, colours):
    series = random_series(9, order, colours)
    logarithm = Character(bck, lambda tree: series[tree]).log()
    modified = modified_equation(series)
    assert modified[None] == 0
    assert all(modified[tree] == logarithm(tree) for tree in series if tree is not None)


@pytest.mark.parametrize(("order", "colours"), [(6, 1), (4, 2), (3, 3)])
def test_flow_and_modified_equation_are_inverse(order, colours):
    field = random_series(10, order, colours, empty=0)
    assert modified_equation(flow(field)) == field
    method = random_series(11, order, colours)
    assert flow(modified_equation(method)) == method


def test_modified_equation_starts_one_order_after_that_of_the_method():
    modified = modified_equation(published_method("dormand_prince54").series(6))
    by_order = {n: [t for t in modified if t and t.order == n] for n in range(1, 7)}
    assert modified[LEAF] == 1
    assert all(modified[tree] == 0 for n in range(2, 6) for tree in by_order[n])
    assert any(modified[tree] != 0 for tree in by_order[6])


def test_lie_splitting_has_the_first_commutator_of_campbell_baker_hausdorff():
    # The flow of f_0, then that of f_1: log = f_0 + f_1 + (f_0 grafted on f_1 - reverse)/2 + ...
    first = flow(BSeries({Tree(): 1}, 3, 2, empty=0))
    second = flow(BSeries({Tree(label=1): 1}, 3, 2, empty=0))
    modified = modified_equation(compose(first, second))
    half = Fraction(1, 2)
    expected = {((0,), 0): 0, ((1,), 0): -half, ((0,), 1): half, ((1,), 1): 0}
    assert {key: modified[key] for key in expected} == expected


# -- substitution ------------------------------------------------------------


@pytest.mark.parametrize("tree", PUBLISHED["cem_coproducts"]["values"])
def test_substitution_is_the_published_coproduct(tree):
    field, series = random_series(12, 4, empty=0), random_series(13, 4)
    expected = 0
    skeletons = PUBLISHED["cem_coproducts"]["values"][tree]
    for parts, skeleton, count in skeletons:
        product = math.prod(field[part] for part in Forest.from_text(parts))
        # Parts of one vertex are left out of the coproduct, where they are the unit.
        named = sum(part.order - 1 for part in Forest.from_text(parts) if part.order > 1)
        bare = Tree.from_text(skeleton).order - sum(
            1 for part in Forest.from_text(parts) if part.order > 1
        )
        assert named + Tree.from_text(skeleton).order == Tree.from_text(tree).order
        product *= field[LEAF] ** (bare - (1 if parts == "0" else 0))
        expected += count * product * series[Tree.from_text(skeleton)]
    assert substitute(field, series)[Tree.from_text(tree)] == expected


@pytest.mark.parametrize(("order", "colours"), SHAPES)
def test_substitution_is_associative_with_unit(order, colours):
    b, c = (random_series(seed, order, colours, empty=0) for seed in (14, 15))
    a = random_series(16, order, colours)
    one = BSeries({Tree((), k): 1 for k in range(colours)}, order, colours, empty=0)
    assert substitute(one, a) == a
    assert substitute(b, one) == b
    assert substitute(b, substitute(c, a)) == substitute(substitute(b, c), a)


@pytest.mark.parametrize(("order", "colours"), SHAPES)
def test_substitution_distributes_over_composition(order, colours):
    field = random_series(17, order, colours, empty=0)
    a, b = random_series(18, order, colours), random_series(19, order, colours)
    left = substitute(field, compose(a, b))
    assert left == compose(substitute(field, a), substitute(field, b))


@pytest.mark.parametrize("colours", [1, 2])
def test_flow_is_substitution_into_the_exact_solution(colours):
    field = random_series(20, 4, colours, empty=0)
    if colours == 1:
        assert substitute(field, exact_series(4)) == flow(field)
    # Each colour takes the part of the field with that root; together they are the field.
    assert substitute(field, exact_series(4, colours)) == flow(field)


@pytest.mark.slow
def test_substitution_of_one_field_per_colour_is_that_of_polynomial_fields():
    x, y, h = sympy.symbols("x y h")
    fields = {0: [x * y, 1], 1: [y, x]}
    b = {0: random_series(21, 3, 2, empty=0), 1: random_series(22, 3, 2, empty=0)}
    a = random_series(23, 3, 2)
    replaced = {
        colour: [component / h for component in expand_series(one, fields, [x, y], h)]
        for colour, one in b.items()
    }
    nested = expand_series(a, replaced, [x, y], h)
    expected = expand_series(substitute(b, a), fields, [x, y], h)
    for left, right in zip(nested, expected, strict=True):
        assert sympy.expand(truncated(sympy.expand(left), h, 3) - right) == 0


@pytest.mark.parametrize("name", ["explicit_euler", "rk4", "radau_iia3", "gauss4", "ars222"])
def test_modified_equation_substituted_into_the_exact_solution_is_the_method(name):
    method = published_method(name)
    order = 5 if method.colours == 1 else 3
    series = method.series(order)
    assert substitute(modified_equation(series), exact_series(order, method.colours)) == series


@pytest.mark.parametrize("name", ["explicit_euler", "rk4", "gauss4", "symplectic_euler", "ars443"])
def test_modifying_integrator_makes_the_method_exact(name):
    method = published_method(name)
    order = 5 if method.colours == 1 else 4
    series = method.series(order)
    field = modifying_integrator(series)
    assert substitute(field, series) == exact_series(order, method.colours)


def test_modifying_integrator_of_euler_is_the_exact_solution():
    field = modifying_integrator(published_method("explicit_euler").series(6))
    assert field == exact_series(6) - BSeries({}, 6)


def test_modifying_integrator_works_for_a_method_with_another_first_coefficient():
    series = random_series(24, 4)
    assert series[LEAF] not in (0, 1)
    assert substitute(modifying_integrator(series), series) == exact_series(4)


def test_modifying_integrator_of_the_midpoint_rule_has_the_published_correction():
    # Chartier, Hairer and Vilmart 2007, for the implicit midpoint rule: f + h^2/12 (-f'f'f
    # + f''(f, f)/2) + ...
    field = modifying_integrator(published_method("implicit_midpoint").series(3))
    cherry, ladder = Tree([LEAF, LEAF]), Tree([Tree([LEAF])])
    assert field[Tree([LEAF])] == 0
    assert (field[cherry] / cherry.symmetry, field[ladder]) == (Fraction(1, 24), Fraction(-1, 12))


# -- what is refused ------------------------------------------------------------


FIELD = BSeries({LEAF: 1}, 2, empty=0)
METHOD = BSeries({LEAF: 1}, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (compose, InvalidValueError, "at least one"),
        (lambda: compose(FIELD, METHOD), InvalidValueError, "argument 1 must be .* method"),
        (lambda: compose(METHOD, 2), InvalidTypeError, "argument 2 must be a BSeries"),
        (lambda: compose(METHOD, METHOD, steps=[1]), InvalidValueError, "steps"),
        (lambda: compose(METHOD, exact_series(2, 2)), InvalidValueError, "same colours"),
        (lambda: iterate(METHOD, 1.5), InvalidTypeError, "times"),
        (lambda: inverse(FIELD), InvalidValueError, "method"),
        (lambda: modified_equation(FIELD), InvalidValueError, "method"),
        (lambda: flow(METHOD), InvalidValueError, "vector field"),
        (lambda: substitute(METHOD, METHOD), InvalidValueError, "vector field"),
        (lambda: substitute(1, METHOD), InvalidTypeError, "field must be a BSeries"),
        (lambda: substitute({1: FIELD}, METHOD), InvalidValueError, "colours"),
        (lambda: substitute(FIELD, exact_series(2, 2)), InvalidValueError, "same colours"),
        (lambda: modifying_integrator(BSeries({}, 2)), InvalidValueError, "one vertex"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_average_vector_field_is_the_integral_along_the_chord():
    # y' = y^2 in closed form: y_1 - y = h (y^2 + y y_1 + y_1^2) / 3, solved in powers of h.
    y, h = sympy.symbols("y h")
    (found,) = expand_series(average_vector_field(4), [y**2], [y], h)
    residual = sympy.expand(found - y - h * (y**2 + y * found + found**2) / 3)
    assert truncated(residual, h, 4) == 0


def test_coefficients_of_series_are_treated_as_those_of_elements():
    a = sympy.Symbol("a")
    series = BSeries({None: 1, (0,): a**2, ((0,), 0): (a + 1) ** 2 - a**2}, 2)
    assert series.subs(a, 2) == BSeries({None: 1, (0,): 4, ((0,), 0): 5}, 2)
    assert series.expand()[(0,), 0] == 2 * a + 1
    assert series.collect(a)[2] == BSeries({None: 0, (0,): 1}, 2)
    assert isinstance(series.subs({a: 2}).to_float()[(0,)], float)


def test_colours_of_a_mapping_are_integers_of_any_kind():
    series = exact_series(1, 2)
    fields = [
        BSeries({Tree(label=c): int(c == own) for c in (0, 1)}, 1, 2, empty=0) for own in (0, 1)
    ]
    want = substitute(dict(enumerate(fields)), series)
    assert substitute(dict(zip(np.arange(2), fields, strict=True)), series) == want
    assert all(type(tree.label) is int for tree in want if tree is not None)
    for keys in ((False, True), (0.0, 1.0), ("0", "1")):
        with pytest.raises(InvalidTypeError, match="a colour of field"):
            substitute(dict(zip(keys, fields, strict=True)), series)
