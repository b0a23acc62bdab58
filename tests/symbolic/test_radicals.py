"""Numbers with nested roots, cosines of parts of pi, and roots of polynomials, exactly."""

import random
from fractions import Fraction

import pytest
import sympy
from sympy import (
    CRootOf,
    GoldenRatio,
    I,
    Poly,
    Rational,
    cbrt,
    cos,
    cot,
    exp,
    legendre,
    pi,
    primerange,
    sin,
    sqrt,
    tan,
)

from tests.support import soon
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    Element,
    Forest,
    RungeKutta,
    Tree,
    exact_series,
    is_symplectic,
    modified_equation,
)
from treealg.symbolic.linear.algebraic import _Number, is_zero_algebraic
from treealg.symbolic.linear.fields import normal_form
from treealg.symbolic.linear.radicals import radical_field
from treealg.symbolic.linear.root_sums import is_zero_sum_of_roots
from treealg.symbolic.linear.zeros import are_equal, is_zero

X = sympy.Symbol("x")
OUTER, INNER = sqrt(525 + 70 * sqrt(30)), sqrt(525 - 70 * sqrt(30))
CUBIC = 35 * X**3 - 45 * X**2 + 15 * X - 1
TINY = Rational(1, 10**50)

ZERO = {
    "product of conjugates": OUTER * INNER - 35 * sqrt(105),
    "square of a sum": (OUTER + INNER) ** 2 - 1050 - 70 * sqrt(105),
    "denested": sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2),
    "quotient": 1 / (OUTER - INNER) - (OUTER + INNER) / (140 * sqrt(30)),
    "cube roots": cbrt(2 + sqrt(5)) - cbrt(sqrt(5) - 2) - 1,
    "root of zero": sqrt(sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2)),
    "unit": (1 + I) ** 2 - 2 * I,
    "root of unity": (-1) ** Rational(1, 3) - Rational(1, 2) - I * sqrt(3) / 2,
    "root of a negative number": sqrt(1 - sqrt(2)) - I * sqrt(sqrt(2) - 1),
    "inverse root of one": (-1 - sqrt(2)) ** Rational(-1, 2) + I / sqrt(1 + sqrt(2)),
    "sum of cosines": 2 * sum(cos(k * pi / 97) for k in range(1, 97, 2)) - 1,
    "cosine of a double angle": 2 * cos(pi / 97) ** 2 - 1 - cos(2 * pi / 97),
    "sine and cosine": sin(pi / 7) ** 2 + cos(pi / 7) ** 2 - 1,
    "tangent": tan(pi / 7) * cot(pi / 7) - 1,
    "exponential": exp(I * pi / 7) + exp(-I * pi / 7) - 2 * cos(pi / 7),
    "golden ratio": GoldenRatio**2 - GoldenRatio - 1,
    "sum of all roots": sum(CRootOf(CUBIC, k) for k in range(3)) - Rational(9, 7),
    "value of a polynomial": CUBIC.subs(X, CRootOf(CUBIC, 1)),
    "eight square roots": sympy.prod(sqrt(p) + 1 for p in primerange(2, 20))
    - sympy.prod(sqrt(p) + 1 for p in primerange(2, 20)).expand(),
}


@pytest.mark.parametrize("name", ZERO)
def test_what_is_zero_is_decided_and_so_is_what_nearly_is(name):
    value = ZERO[name]
    assert is_zero_algebraic(value) is True
    assert is_zero_algebraic(value + TINY) is False
    assert is_zero(value)
    assert not is_zero(value - TINY)


@pytest.mark.parametrize(
    "value",
    [pi - 3, sympy.log(2), cos(1), 1 / (sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2)), 2 ** sqrt(2)],
    ids=str,
)
def test_what_is_no_algebraic_number_or_has_no_value_is_left_to_others(value):
    assert is_zero_algebraic(value) is None


def test_what_takes_too_many_digits_is_refused_and_not_guessed():
    square = sum(sqrt(1 + sqrt(p)) for p in primerange(2, 60)) ** 2
    roots = square - square.expand()
    with pytest.raises(InvalidValueError, match="binary digits"):
        is_zero(roots)
    assert not is_zero(roots + TINY)
    square = sum(sqrt(p) for p in primerange(2, 60)) ** 2
    assert is_zero(square - square.expand())


RADICANDS = [sqrt(3), sqrt(2 + sqrt(3)), cbrt(5), sqrt(6), cos(pi / 9)]


def a_number(rng, depth):
    """A random number with nested roots."""
    if depth == 0:
        return Rational(rng.randint(-9, 9), rng.randint(1, 4))
    first, second = a_number(rng, depth - 1), a_number(rng, depth - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return first + sqrt(sympy.Abs(second) + rng.randint(1, 5))
    return first * second + rng.choice(RADICANDS) if kind == 1 else first - second * sqrt(2)


@pytest.mark.parametrize("seed", range(40))
def test_decisions_are_those_of_the_minimal_polynomial(seed):
    rng = random.Random(seed)
    parts = [rng.choice([1, sqrt(2), sqrt(2 + sqrt(2)), sqrt(2 - sqrt(2)), sqrt(3)]) for _ in "12"]
    first = sum(rng.randint(-3, 3) * part for part in parts)
    second = sum(rng.randint(-3, 3) * part for part in reversed(parts))
    value = first * second - sympy.expand(first * second) + rng.choice([0, 0, TINY, first])
    polynomial = sympy.minimal_polynomial(value, X)
    assert is_zero_algebraic(sympy.sympify(value)) is (polynomial == X)


@pytest.mark.parametrize("seed", range(15))
def test_fields_keep_the_values_of_numbers(seed):
    rng = random.Random(seed)
    first, second = a_number(rng, 2), a_number(rng, 1)
    field = radical_field([first, second])
    x, y = field.enter(first), field.enter(second)
    for found, expected in (
        (x + y, first + second),
        (x - y, first - second),
        (x * y, first * second),
        (x * x * y - 3 * x, first**2 * second - 3 * first),
        *([(x / y, first / second), (1 / y, 1 / second)] if y else []),
    ):
        left = sympy.sympify(field.leave(found))
        assert abs((left - expected).evalf(60)) < 1e-50 * (1 + abs(expected.evalf(20)))
    if y:
        assert y * (1 / y) == 1
    assert x - x == 0
    assert x == x + 0


def test_a_root_that_is_in_the_field_is_none_of_its_own():
    field = radical_field([sqrt(3 + 2 * sqrt(2)), sqrt(2)])
    assert field.leave(field.enter(sqrt(3 + 2 * sqrt(2)))) == 1 + sqrt(2)


def test_numbers_with_roots_below_a_fraction_become_combinations():
    assert normal_form(1 / (1 + sqrt(2))) == sqrt(2) - 1
    assert normal_form(1 / (cos(pi / 7) - cos(3 * pi / 7))).is_Add
    assert normal_form(1 / (1 - cbrt(2))) == -1 - cbrt(2) - cbrt(4)


def test_a_number_that_is_zero_in_disguise_divides_nothing():
    with pytest.raises(InvalidValueError, match="divided by"):
        RungeKutta([[1 / (sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2))]], [1])


# -- methods --------------------------------------------------------------------------------------


def collocation(nodes):
    """The collocation method with these nodes: integrals of the polynomials of Lagrange."""
    stages = range(len(nodes))
    columns = []
    for i in stages:
        coefficients, below = [sympy.Integer(1)], sympy.Integer(1)
        for j in stages:
            if j != i:
                shifted = [0, *coefficients]
                scaled = [nodes[j] * c for c in coefficients] + [0]
                coefficients = [a - b for a, b in zip(shifted, scaled, strict=True)]
                below *= nodes[i] - nodes[j]
        columns.append([c / below / (k + 1) for k, c in enumerate(coefficients)])

    def integral(column, end):
        return sum(c * end ** (k + 1) for k, c in enumerate(column))

    return RungeKutta(
        [[integral(column, node) for column in columns] for node in nodes],
        [integral(column, 1) for column in columns],
    )


def signs(function):
    return [function(outer, inner) for outer in (-1, 1) for inner in (-1, 1)]


HALF = Rational(1, 2)
NODES = {
    "Gauss 4": signs(lambda a, b: HALF + a * sqrt(525 + b * 70 * sqrt(30)) / 70),
    "Gauss 5": [HALF, *signs(lambda a, b: HALF + a * sqrt(5 + 2 * b * sqrt(Rational(10, 7))) / 6)],
    "Lobatto 4": [0, HALF - sqrt(5) / 10, HALF + sqrt(5) / 10, 1],
    "Lobatto 6": [
        0,
        *signs(lambda a, b: HALF + a * sqrt(Rational(1, 3) + b * 2 * sqrt(7) / 21) / 2),
        1,
    ],
    "Radau 4": Poly(legendre(4, 2 * X - 1) - legendre(3, 2 * X - 1), X).all_roots(),
    "Chebyshev 5": [(1 + cos((2 * k - 1) * pi / 10)) / 2 for k in range(1, 6)],
    "Chebyshev 7": [(1 + cos((2 * k - 1) * pi / 14)) / 2 for k in range(1, 8)],
}


def quadrature_order(nodes, weights):
    """Of a collocation method, this is its order, too."""
    c, b = ([sympy.sympify(x).evalf(60) for x in values] for values in (nodes, weights))
    for power in range(20):
        moment = sum(x * y**power for x, y in zip(b, c, strict=True))
        if abs(moment - Rational(1, power + 1)) > 1e-40:
            return power
    raise AssertionError


@pytest.mark.parametrize("name", NODES)
def test_a_collocation_method_has_the_order_of_its_quadrature(name):
    nodes = NODES[name]
    method = collocation(nodes)
    expected = quadrature_order(nodes, method.b)
    assert method.order(min(expected + 1, 9)) == min(expected, 9)
    assert all(map(are_equal, method.nodes, nodes))
    assert method.series(4) == exact_series(4)


@pytest.mark.parametrize("name", NODES)
def test_collocation_is_symplectic_at_the_nodes_of_gauss_alone(name):
    assert collocation(NODES[name]).is_symplectic is name.startswith("Gauss")


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [("Gauss 4", 4, 4), ("Gauss 5", 5, 5), ("Radau 4", 3, 4), ("Lobatto 4", 3, 3)],
)
def test_stability_functions_are_diagonals_of_the_table_of_pade(name, above, below):
    def polynomial(high, low, z):
        return sum(
            Rational(
                sympy.factorial(high + low - j) * sympy.binomial(high, j),
                sympy.factorial(high + low),
            )
            * z**j
            for j in range(high + 1)
        )

    found = collocation(NODES[name]).stability_function(X)
    expected = polynomial(above, below, X) / polynomial(below, above, -X)
    assert sympy.cancel(found - expected) == 0
    assert found.is_rational_function(X)
    assert not found.atoms(CRootOf)


def test_a_stability_function_with_roots_is_in_lowest_terms():
    gamma = sqrt(2 + sqrt(2))
    # The second stage acts on nothing, and its factor is cancelled.
    method = RungeKutta([[gamma, 0], [1, 1 + sqrt(2)]], [1, 0])
    found = method.stability_function(X)
    assert sympy.simplify(found - (1 + X / (1 - gamma * X))) == 0
    assert sympy.degree(sympy.denom(found), X) == 1


def test_questions_of_geometry_about_the_method_of_gauss_with_four_stages():
    method = collocation(NODES["Gauss 4"])
    series = method.series(7)
    assert is_symplectic(series)
    assert method.adjoint().series(7) == series
    assert modified_equation(series)[Tree()] == 1
    assert all(value == 0 for value in method.order_conditions(5).values())
    assert method.weight(((((0,), 0), 0), 0)) == Fraction(1, 24)


def collocation_by_sympy(nodes):
    """The method of collocation, its integrals as SymPy leaves them."""
    x = sympy.Symbol("x")
    integrals = []
    for one in nodes:
        basis = sympy.prod((x - other) / (one - other) for other in nodes if other != one)
        integrals.append(sympy.integrate(sympy.expand(basis), x))
    rows = [[integral.subs(x, node) for integral in integrals] for node in nodes]
    return RungeKutta(rows, [integral.subs(x, 1) for integral in integrals])


@pytest.mark.parametrize(
    "root",
    [
        lambda sign: sympy.sqrt(525 + sign * 70 * sympy.sqrt(30)) / 70,
        lambda sign: (
            sympy.sqrt(
                sympy.Rational(3, 7)
                + sign * sympy.Rational(2, 7) * sympy.sqrt(sympy.Rational(6, 5))
            )
            / 2
        ),
    ],
    ids=["over 70", "of fractions"],
)
def test_gauss_of_four_stages_as_sympy_leaves_it(root):
    half = sympy.Rational(1, 2)
    method = collocation_by_sympy(
        [half + side * root(sign) for side in (-1, 1) for sign in (-1, 1)]
    )
    assert method.order() == 8
    assert method.is_symplectic


def test_roots_of_what_has_a_common_factor_are_of_one_kind():
    root = sympy.sqrt(15 - 2 * sympy.sqrt(30))
    field = radical_field([root, sympy.sqrt(525 - 70 * sympy.sqrt(30)), sympy.sqrt(35)])
    twice = field.enter(sympy.sqrt(525 - 70 * sympy.sqrt(30), evaluate=False))
    assert field.leave(twice - field.enter(sympy.sqrt(35)) * field.enter(root)) == 0


@pytest.mark.parametrize("depth", [5, 30, 200])
def test_a_root_of_a_high_degree_costs_nothing(depth):
    number = sympy.Integer(2) ** sympy.Rational(1, 2**depth)
    assert RungeKutta([[number]], [1]).order() == 1
    assert radical_field([number]) is None or depth == 5


DAILY = Rational(21, 20) ** Rational(1, 365)
WEEKLY = Rational(41, 40) ** Rational(1, 52)

HIGH_DEGREES = {
    "square": (DAILY**2 - Rational(21, 20) ** Rational(2, 365), True),
    "inverse": (1 / DAILY - Rational(20, 21) ** Rational(1, 365), True),
    "year": (DAILY**364 - Rational(21, 20) / DAILY, True),
    "product of sums": ((DAILY - 1) * (DAILY + 1) - DAILY**2 + 1, True),
    "two roots": ((DAILY + WEEKLY) ** 2 - DAILY**2 - WEEKLY**2 - 2 * DAILY * WEEKLY, True),
    "powers of powers": (8 ** Rational(1, 303) - 2 ** Rational(1, 101), True),
    "common factors": (
        12 ** Rational(1, 97) * 18 ** Rational(1, 97) - 6 ** Rational(3, 97), True,
    ),
    "another power": (DAILY**2 - Rational(21, 20) ** Rational(3, 365), False),
    "interest": (DAILY - 1 - Rational(1, 20) / 365, False),
    "a little more": (DAILY**2 - Rational(21, 20) ** Rational(2, 365) + TINY, False),
    "independent": (2 ** Rational(1, 101) + 3 ** Rational(1, 103) - 5 ** Rational(1, 107), False),
}  # fmt: skip


@pytest.mark.parametrize("name", HIGH_DEGREES)
def test_sums_of_roots_of_rational_numbers_are_decided_in_any_degree(name):
    value, expected = HIGH_DEGREES[name]
    assert is_zero_sum_of_roots(value) is expected
    assert is_zero(value) is expected
    assert are_equal(value + DAILY, DAILY) is expected


def test_elements_with_roots_of_high_degree_are_compared():
    x = Element({Tree(): DAILY})
    assert x * x == Element({Forest([Tree(), Tree()]): Rational(21, 20) ** Rational(2, 365)})
    assert x * x != Element({Forest([Tree(), Tree()]): Rational(21, 20) ** Rational(3, 365)})


@pytest.mark.parametrize("seed", range(30))
def test_sums_of_roots_are_zero_where_bounds_say_so(seed):
    turn = random.Random(seed)

    def root():
        base = Rational(turn.choice([2, 4, 6, 8, 12, 18]), turn.choice([1, 3, 9]))
        return base ** Rational(turn.randint(-3, 3), turn.choice([2, 3, 6]))

    terms = [turn.randint(-3, 3) * root() * root() for _ in range(4)]
    left, right = sum(terms[:2]), sum(terms[2:])
    zero = left * right - sum((x * y).expand() for x in terms[:2] for y in terms[2:])
    for value in (zero, zero + root() - root(), left - right):
        assert is_zero_sum_of_roots(value) is _Number().is_zero(value)


@pytest.mark.parametrize(
    "value",
    [sqrt(sqrt(2) - 1), (-2) ** Rational(1, 3), I, cos(pi / 7), pi, X, 1 / (1 + sqrt(2)),
     sympy.Float(0.5), sympy.oo, sympy.nan, 2**sqrt(2), (1 + sqrt(2)) ** 5000,
     3 ** Rational(1, 10**9 + 7), sum(b ** Rational(1, 40) for b in (1, 2, 3)) ** 150 - 1],
    ids=str,
)  # fmt: skip
def test_what_is_no_sum_of_roots_or_large_is_left_to_others(value):
    assert is_zero_sum_of_roots(value) is None


@pytest.mark.parametrize("whole", [5003, 20_011, 10**12 + 39, 30_030])
def test_cosines_of_small_parts_of_a_turn_are_decided_soon(whole):
    part = sympy.cos(sympy.pi / whole)
    with soon(2):
        assert RungeKutta([[part]], [1]).order() == 1
        assert RungeKutta([["1/2"]], [part]).order() == 0
        assert Element({Tree(): part}) != Element({Tree(): 1})
