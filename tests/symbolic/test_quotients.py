"""Rational functions with denominators in factors, against the fields of SymPy and numbers."""

from __future__ import annotations

import random
import threading
from fractions import Fraction

import pytest
import sympy
from sympy import ZZ, Dummy, Rational, Symbol, lex
from sympy.polys.fields import FracField

from treealg.errors import InvalidValueError
from treealg.symbolic.bseries import (
    RungeKutta,
    adjoint,
    compose,
    exact_series,
    modified_equation,
    modifying_integrator,
    substitute,
)
from treealg.symbolic.linear import factors, multiples
from treealg.symbolic.linear.factoring import irreducible_parts
from treealg.symbolic.linear.factors import Factor, Images
from treealg.symbolic.linear.fields import arithmetic_of, normal_form
from treealg.symbolic.linear.multiples import multiple
from treealg.symbolic.linear.polynomials import written
from treealg.symbolic.linear.quotients import Quotient, QuotientField
from treealg.symbolic.linear.zeros import is_zero

SYMBOLS = x, y, z = sympy.symbols("x y z")
RING = sympy.ring("x, y, z", ZZ)[0]


def polynomial(rng, terms, degree, size=5):
    """Return a polynomial that is not zero."""
    found = RING.zero
    while not found:
        for _ in range(terms):
            exponents = tuple(rng.randrange(degree) for _ in SYMBOLS)
            found[exponents] = rng.choice([1, -1]) * rng.randrange(1, size)
    return found


def expression(rng, depth):
    """Return a rational function as a tree of sums, products, quotients and powers."""
    if not depth:
        return rng.choice([x, y, z, x + y, y - z, 1 + x * y, 2 * z + 3, Rational(2, 3)])
    first, second = expression(rng, depth - 1), expression(rng, depth - 1)
    kind = rng.randrange(4)
    if kind == 0 or (kind == 2 and second.equals(0)):
        return first + second
    if kind == 1:
        return first * second
    return first / second if kind == 2 else first - second / (1 + x)


@pytest.mark.parametrize("seed", range(40))
def test_normal_forms_are_those_of_the_field_of_sympy(seed):
    value = expression(random.Random(seed), 3)
    known = FracField(SYMBOLS, ZZ, lex).from_expr(value).as_expr()
    assert sympy.srepr(sympy.sympify(normal_form(value))) == sympy.srepr(known)


@pytest.mark.parametrize("seed", range(20))
def test_sums_products_and_quotients_are_those_of_the_field_of_sympy(seed):
    rng = random.Random(seed)
    ours, theirs = QuotientField(SYMBOLS), FracField(SYMBOLS, ZZ, lex)
    values = [expression(rng, 2) for _ in range(4)]
    mine, others = [ours.enter(v) for v in values], [theirs.from_expr(v) for v in values]
    for _ in range(12):
        i, j = rng.randrange(len(mine)), rng.randrange(len(mine))
        kind = rng.choice(["+", "-", "*", "/"])
        if kind == "/" and not others[j]:
            continue
        operation = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b if not isinstance(b, int) else a * Fraction(1, b),
        }[kind]
        mine.append(operation(mine[i], mine[j]))
        others.append(operation(others[i], others[j]))
        if len(str(others[-1])) > 2000:
            break
    for a, b in zip(mine, others, strict=True):
        upper, lower = (a.numerator, a.denominator) if isinstance(a, (int, Fraction)) else (0, 0)
        if lower:
            assert (b.numer, b.denom) == (upper, lower)
        else:
            assert ours.lowest(a) == (
                ours.ring.from_dict(dict(b.numer)),
                ours.ring.from_dict(dict(b.denom)),
            )


def test_what_is_zero_and_what_is_a_number_is_one_of_python():
    field = QuotientField(SYMBOLS)
    value = field.enter(1 / (x - y) + 1 / (y - x))
    assert value == 0
    assert type(value) is int
    value = field.enter(x / (2 * x + 2 * y)) + field.enter(y / (2 * x + 2 * y))
    assert value == Fraction(1, 2)
    assert type(value) is Fraction
    assert field.enter(x) != 1
    assert field.enter(x) == field.enter(x * y) / field.enter(y)


@pytest.mark.parametrize("zero", [lambda f: 0, lambda f: Fraction(0), lambda f: f.enter(x) * 0])
def test_nothing_is_divided_by_zero(zero):
    field = QuotientField(SYMBOLS)
    with pytest.raises(InvalidValueError, match="zero"):
        field.enter(x) / zero(field)


def test_an_expression_that_hides_a_zero_is_no_denominator():
    with pytest.raises(InvalidValueError, match="zero"):
        normal_form(1 / ((x + 1) ** 2 - x**2 - 2 * x - 1))


# -- factors that are not found ---------------------------------------------------------------


def test_factors_that_are_not_found_are_cancelled_at_the_end():
    tall = x**40 - 1
    assert normal_form((x - 1) / tall) == 1 / sum(x**k for k in range(40))
    # A factor of it becomes known after it.
    field = QuotientField(SYMBOLS)
    value = field.enter(1 / tall)
    value = value + field.enter(1 / (x - 1) ** 2) * field.enter(y)
    known = FracField(SYMBOLS, ZZ, lex).from_expr(1 / tall + y / (x - 1) ** 2)
    assert list(map(dict, field.lowest(value))) == [dict(known.numer), dict(known.denom)]
    assert is_zero(value - field.enter((1 + y * sum(x**k for k in range(40)) / (x - 1)) / tall))
    assert value * field.enter(tall) - field.enter(y * tall / (x - 1) ** 2) == 1


def test_powers_without_end_are_no_work():
    value = normal_form((x ** (10**20) + 1) / x ** (10**19) + 1 / (x + y))
    assert sympy.denom(value) == x ** (10**19 + 1) + x ** (10**19) * y
    assert normal_form((x ** (10**20) + 1) / (x - y)) == (x ** (10**20) + 1) / (x - y)


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_irreducible_and_multiply_to_the_whole(seed):
    rng = random.Random(seed)
    parts = [polynomial(rng, 3, 3).primitive()[1] for _ in range(3)]
    whole = parts[0] * parts[1] ** 2 * parts[2]
    whole = whole if whole.LC > 0 else -whole
    if whole.is_ground:
        whole = whole * RING.gens[0]
    product = RING.one
    for part, times, is_irreducible in irreducible_parts(whole):
        assert is_irreducible
        assert part.LC > 0
        assert sum(times for _, times in part.factor_list()[1]) == 1
        product = product * part**times
    assert product == whole


def test_few_terms_of_many_variables_are_not_factored_by_all_products_of_powers():
    _, *x = sympy.ring("x0:8", ZZ)
    first = x[0] ** 8 * x[1] ** 3 - x[2] ** 7 * x[3] + x[4] ** 5 * x[5] ** 8 - x[6] ** 3 * x[7] ** 7
    second = x[1] ** 8 * x[2] ** 5 + x[3] ** 6 * x[5] ** 2 - x[6] ** 8 * x[0] + x[7] ** 4 * x[2]
    product = (first + x[0] ** 2 * x[4] ** 6) * (second - x[4] ** 7 * x[1] ** 2)
    assert irreducible_parts(product) == [(product, 1, False)]


@pytest.mark.parametrize("seed", range(30))
def test_division_by_a_factor_is_that_of_sympy(seed):
    rng = random.Random(seed)
    part = polynomial(rng, 4, 3).primitive()[1]
    part = RING.gens[1] if part.is_ground else part if part.LC > 0 else -part
    factor, other = Factor(part, False), polynomial(rng, 6, 4)
    product = part**2 * other
    assert factor.divided(part * other) == other
    times, left = factor.divided_out(product, Images(product))
    assert times >= 2
    assert left * part**times == product
    assert left.rem(part) != 0
    assert factor.divided_out(product, Images(product), 1)[1] == part * other
    changed = product + 1
    assert factor.divided_out(changed, Images(changed)) == (0, changed)


# -- polynomials ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 10**30])
def test_images_of_long_polynomials_are_made_in_arrays_and_are_the_same(monkeypatch, size):
    whole = polynomial(random.Random(4), 1500, 14, size)
    assert len(whole) > factors._FEW
    found = [Images(whole)[place] for place in range(3)]
    monkeypatch.setattr(factors, "_FEW", len(whole))
    for place, image in enumerate(found):
        one_by_one = Images(whole)[place]
        assert {e: value for e, value in image.items() if value} == {
            e: value for e, value in one_by_one.items() if value
        }


def test_parts_that_an_expression_repeats_enter_a_field_once(monkeypatch):
    part = 1 / (x + y) - 1 / (x - y)
    terms = sum((part + i) ** 2 / (z + part) for i in range(9))
    expected = QuotientField(SYMBOLS).enter(sympy.together(terms))
    inverses = []
    inverse = Quotient.inverse
    monkeypatch.setattr(Quotient, "inverse", lambda value: (inverses.append(1), inverse(value))[1])
    field = QuotientField(SYMBOLS)
    assert field.lowest(field.enter(terms)) == expected.home.lowest(expected)
    assert len(inverses) == 3


@pytest.mark.parametrize("size", [5, 10**9, 10**40])
@pytest.mark.parametrize("places", [0, 10**9])
def test_long_and_short_products_are_those_of_sympy(size, places, monkeypatch):
    monkeypatch.setattr(multiples, "_FEW", 0)
    monkeypatch.setattr(multiples, "_MOST_PLACES", places)
    rng = random.Random(1)
    first, second = polynomial(rng, 60, 6, size), polynomial(rng, 30, 5, size)
    third = polynomial(rng, 2, 2, size)
    found = multiple(first, [(third, 2), (second, 1), (RING.gens[0], 3)])
    assert found == first * second * third**2 * RING.gens[0] ** 3
    assert {type(c) for c in found.values()} == {int}
    assert {type(e) for monomial in found for e in monomial} == {int}
    assert multiple(first + second, [(first - second, 1)]) == first**2 - second**2


@pytest.mark.parametrize(
    "names",
    [
        sympy.symbols("x y z"),
        (Symbol("b", positive=True), Symbol("a"), Symbol("b")),
        (Dummy("q"), Symbol("a"), Dummy("q")),
    ],
    ids=["symbols", "assumptions", "dummies"],
)
def test_polynomials_are_written_as_sympy_writes_them(names):
    rng = random.Random(3)
    ring = sympy.polys.rings.PolyRing(names, ZZ, lex)
    for terms in (0, 1, 1, 1, 2, 3, 12, 40):
        value = ring.zero
        for _ in range(terms):
            exponents = tuple(rng.choice([0, 0, 1, 1, 2, 3]) for _ in names)
            value[exponents] = rng.choice([1, -1, 2, -2, 3, 10**30, -7])
        assert sympy.srepr(written(value)) == sympy.srepr(sympy.sympify(value.as_expr()))


# -- families ---------------------------------------------------------------------------------


def family(x, y, z):
    """Return an explicit method, each of whose coefficients has a denominator of its own."""
    return RungeKutta(
        [[], [x / (1 + y)], [(x - z) / (y + z), (1 + x * y) / (x - z)]],
        [1 / (x + y), z / (x - y), 1 - 1 / (x + y) - z / (x - y)],
    )


@pytest.mark.parametrize(
    "operation",
    [
        adjoint,
        modified_equation,
        modifying_integrator,
        lambda a: compose(a, a),
        lambda a: substitute(modified_equation(a), exact_series(3)),
    ],
    ids=["adjoint", "modified", "modifying", "compose", "substitute"],
)
def test_families_have_the_coefficients_of_their_members(operation):
    point = Fraction(2, 7), Fraction(3, 5), Fraction(-5, 11)
    found = operation(family(x, y, z).series(3))
    numbers = {s: Rational(v.numerator, v.denominator) for s, v in zip(SYMBOLS, point, strict=True)}
    assert found.subs(numbers) == operation(family(*point).series(3))


def test_the_adjoint_of_the_adjoint_is_written_as_the_method():
    series = family(x, y, z).series(3)
    again = adjoint(adjoint(series))
    assert [str(value) for value in again.values()] == [str(value) for value in series.values()]


def test_operations_of_operations_stay_in_the_field():
    arithmetic = arithmetic_of([1 / x])
    value = arithmetic.enter(1 / x)
    # Another calculation, for which this is no expression, hands nothing out.
    assert arithmetic_of([value]).leave(value) is value


def test_stability_functions_of_families_are_those_of_their_members():
    def diagonal(a, b):
        return RungeKutta([[a, 0], [1 / b - a, a + b]], [1 / (a + b), 1 - 1 / (a + b)])

    found = diagonal(x, y).stability_function(z)
    a, b = Rational(2, 3), Rational(5, 7)
    member = diagonal(Fraction(2, 3), Fraction(5, 7)).stability_function(z)
    assert sympy.cancel(found.subs({x: a, y: b}) - member) == 0
    upper, lower = map(sympy.expand, sympy.fraction(found))
    assert sympy.gcd(upper, lower).is_Rational


def test_threads_share_what_is_known_of_factors():
    wanted = [normal_form(1 / (x + k) + 1 / (x * y + k) + x) for k in range(1, 20)]
    found = [[] for _ in range(4)]

    def work(mine):
        mine += [normal_form(1 / (x + k) + 1 / (x * y + k) + x) for k in range(1, 20)]

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_much_that_is_known_is_forgotten():
    field = QuotientField(SYMBOLS)
    values = [field.enter(1 / (x + k * y)) for k in range(1, 450)]
    assert len(field._factors) <= 250
    again = values[0] + field.enter(y / (x * y + y**2))
    assert str(again) == "2/(x + y)"
