"""Coefficients that are nested deep, or that are long as they share their parts."""

import time

import pytest
import sympy

from treealg.errors import InvalidValueError
from treealg.symbolic import Character, Element, Tree, bck
from treealg.symbolic.bseries import RungeKutta
from treealg.symbolic.display import to_latex
from treealg.symbolic.linear.coefficients import is_coefficient, is_finite
from treealg.symbolic.linear.exact_values import exact_value
from treealg.symbolic.linear.powers import check_expansion
from treealg.symbolic.linear.walks import ascending, opened, parts

LEAF = Tree()
LADDER = Tree([LEAF])
A = sympy.Symbol("a")
F = sympy.Function("f")

NESTS = {
    "functions": lambda x: F(x),
    "sines": lambda x: sympy.sin(x) + A,
    "powers": lambda x: (x + A) ** A,
    "polynomials": lambda x: (x + A) * A,
}


def nested(name, depth, start=A):
    value = start
    for _ in range(depth):
        value = NESTS[name](value)
    return value


@pytest.mark.parametrize("depth", [200, 260])
@pytest.mark.parametrize("name", NESTS)
def test_sums_with_deep_coefficients_are_made_multiplied_and_written(name, depth):
    value = nested(name, depth)
    assert is_coefficient(value)
    assert is_finite(value)
    x = Element({LEAF: value})
    assert x[LEAF] == value
    assert x == Element({LEAF: nested(name, depth)})
    assert (x - x) == 0
    assert (x * x)[LEAF * LEAF] == value * value
    assert bck.antipode(Element({LEAF: value}))[LEAF] == -value
    assert Character(bck, {LEAF: value})(LEAF) == value
    assert 0 < len(str(x)) < 10_000
    assert 0 < len(to_latex(x)) < 20_000


REFUSED = {
    "subs": lambda x: x.subs(A, F(1)),
    "simplify": lambda x: x.simplify(),
    "collect": lambda x: x.collect(A),
    "zero": lambda x: x == 0,
    "is_close": lambda x: x.is_close(2 * x, 1e-3),
    "order": lambda x: RungeKutta([[0, 0], [x[LEAF], 0]], [0, 1]).order(2),
}


@pytest.mark.parametrize("operation", REFUSED)
def test_what_sympy_is_too_deep_for_is_refused_and_told_what_to_do(operation):
    x = Element({LEAF: nested("sines", 330)})
    with pytest.raises(InvalidValueError, match=r"nested too deep for SymPy.*setrecursionlimit"):
        REFUSED[operation](x)


def test_what_sympy_is_not_too_deep_for_is_not_refused():
    x = Element({LEAF: nested("polynomials", 60)})
    polynomial = sum(A**power for power in range(2, 62)) + A**61
    assert x.expand()[LEAF] == polynomial
    assert x == Element({LEAF: polynomial})


@pytest.mark.parametrize(
    "step", [lambda x: (x + A) * (x - A), lambda x: F(x, x) + 1, lambda x: 1 / (x + 1) + x]
)
def test_what_shares_its_parts_is_counted_as_it_is_written(step):
    value = A
    for _ in range(40):
        value = step(value)
    begin = time.perf_counter()
    with pytest.raises(InvalidValueError, match="more than 1,000,000 parts as it is written"):
        Element({LEAF: value})
    assert time.perf_counter() - begin < 10


def test_each_part_is_visited_once():
    value = A
    for _ in range(40):
        value = F(value, value)
    assert len(list(parts(value))) == len(list(ascending([value]))) == 41
    assert exact_value(value) is value
    assert is_finite(value)
    assert check_expansion(value) is None
    part = A + 1
    shared = part * F(part)
    assert list(ascending([shared], opened))[-1] is shared
    place = {}
    for part in ascending([shared]):  # SymPy may hold equal parts twice
        place.setdefault(part, len(place))
    assert all(place[own] < place[part] for part in place for own in part.args)
