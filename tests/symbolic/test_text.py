"""No text of a caller is evaluated, and none stands for a number without a bound."""

import ast
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

import treealg
from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    BSeries,
    Element,
    LieButcherSeries,
    PlanarTree,
    Rosenbrock,
    RungeKutta,
    Tensor,
    Tree,
    elementary_differential,
)
from treealg.symbolic.bseries import expand_series
from treealg.symbolic.bseries.coefficients import exact_number

LEAF = Tree()
X = sympy.Symbol("x")
BOMB = "__import__('tests_that_must_not_run').go()"

BUILT_IN = {"compile", "eval", "exec"}
OF_SYMPY = {"S", "lambdify", "parse_expr", "parse_latex", "sympify"}
# Source that the printers made is run where it is proved; functions on tensors are written out from
# the table of operations. Neither holds anything of a caller's.
ALLOWED = {
    (file, name)
    for file in ("numeric/operations/source.py", "verification/readers.py")
    for name in ("compile", "exec")
}


def evaluators_of(source):
    for node in ast.walk(ast.parse(source)):
        function = node.func if isinstance(node, ast.Call) else None
        if isinstance(function, ast.Name) and function.id in BUILT_IN | OF_SYMPY:
            yield function.id
        elif isinstance(function, ast.Attribute) and function.attr in OF_SYMPY:
            yield function.attr


def test_the_reader_of_evaluators_sees_them():
    source = "re.compile(x)\nsympy.sympify(x)\ndef f(): return eval(x) + sympy.S(x)\n"
    assert sorted(evaluators_of(source)) == ["S", "eval", "sympify"]


def test_no_source_calls_an_evaluator():
    package = Path(treealg.__file__).parent
    found = {
        (path.relative_to(package).as_posix(), name)
        for path in package.rglob("*.py")
        for name in evaluators_of(path.read_text("utf-8"))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "attempt",
    [
        lambda text: elementary_differential(LEAF, [text], [X]),
        lambda text: elementary_differential(LEAF, {0: [np.str_(text)]}, [X]),
        lambda text: elementary_differential(LEAF, [X], [text]),
        lambda text: expand_series(BSeries({LEAF: 1}, 1), [text], [X], X),
        lambda text: RungeKutta([[]], [1]).stability_function(text),
        lambda text: Rosenbrock([[0]], [["1/2"]], [1]).stability_function(text),
        lambda text: Element({LEAF: text}),
        lambda text: Element([(LEAF, np.str_(text))]),
        lambda text: Tensor({(LEAF, LEAF): text}),
        lambda text: Element({LEAF: 1}).map_coefficients(lambda one: text).collect(X),
        lambda text: Element({LEAF: X}).collect(text),
        lambda text: Element({LEAF: X}).subs(X, text),
        lambda text: Element({LEAF: X}).subs(text, 1),
        lambda text: Element({LEAF: X}).subs({X: text}),
        lambda text: Element({LEAF: X}).subs([(X, 1), (X, text)]),
        lambda text: Element({LEAF: X}) * text,
        lambda text: text * Element({LEAF: X}),
        lambda text: Element({LEAF: X}) / text,
        lambda text: BSeries({LEAF: text}, 1),
        lambda text: BSeries(lambda tree: text, 1),
        lambda text: BSeries({}, 1, empty=text),
        lambda text: LieButcherSeries({PlanarTree(): text}, 1),
        lambda text: BSeries({LEAF: X}, 1).map_coefficients(lambda c: text),
        lambda text: BSeries({LEAF: X}, 1).scale_step(text),
        lambda text: BSeries({LEAF: X}, 1) * text,
        lambda text: BSeries({LEAF: X}, 1) / text,
        lambda text: RungeKutta([[text]], [1]),
        lambda text: RungeKutta([[]], [text]),
    ],
)
@pytest.mark.parametrize("text", [BOMB, "x + y", b"x"])
def test_text_is_refused(attempt, text):
    with pytest.raises((InvalidTypeError, InvalidValueError)):
        attempt(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/6", Fraction(1, 6)),
        (" -0.25 ", Fraction(-1, 4)),
        ("1e-3", Fraction(1, 1000)),
        ("1/2 - (3 - 1)*0.1", Fraction(3, 10)),
        ("2**-3", Fraction(1, 8)),
        ("(1 + 1)**10/4", Fraction(256)),
        ("sqrt(4)/6", Fraction(1, 3)),
        ("1/4 - sqrt(3)/6", sympy.Rational(1, 4) - sympy.sqrt(3) / 6),
        ("(1 + sqrt(2))**3", 7 + 5 * sympy.sqrt(2)),
        ("-sqrt(2)**2", Fraction(-2)),
        ("4**(1/2)", Fraction(2)),
        ("+sqrt(sqrt(16))", Fraction(2)),
        ("(1+sqrt(2)+sqrt(3)+sqrt(5))**40 - (1+sqrt(2)+sqrt(3)+sqrt(5))**40", Fraction(0)),
    ],
)
def test_numbers_are_read_exactly(text, expected):
    value = exact_number(text)
    assert value == expected
    assert isinstance(value, (int, Fraction)) or not value.is_Rational


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "(1+sqrt(2))**99999",
        "(((9**99)**99)**99)**99",
        "2**(1/999999)",
        "2**sqrt(2)",
        "1e999999999",
        "1E-999999999",
        "*".join(f"(1+sqrt({p}))" for p in sympy.primerange(40)),
        "1" * 2000,
        "(" * 400 + "1" + ")" * 400,
        "1//2",
        "1 2",
        "sqrt(1, 2)",
        "sqrt()",
        "1(2)",
        "()",
        "",
        ".",
        "0**-1",
        "1/(sqrt(2)*sqrt(2)-2)",
        "x",
        "().__class__",
    ],
    ids=lambda text: text[:24],
)
def test_text_without_a_meaning_or_a_bound_is_refused_at_once(text):
    with soon(2), pytest.raises(InvalidValueError, match="cannot read the coefficient"):
        RungeKutta([[text]], [1])
