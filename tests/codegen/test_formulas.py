"""Formulas of coefficients: published values, conventions, refusals."""

from fractions import Fraction

import pytest

from treealg.codegen import formula
from treealg.errors import InvalidTypeError, InvalidValueError

B = (0,)


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (("linear", (B, B, 1)), {}, "X([0 0]1) = dx(0)**2*dx(1)/3"),
        (("corrected", (B, 1)), {}, "X([0]1) = c(1 0) + dx(0)*dx(1)/2"),
        (("arborification", (B, (1,), 2)), {}, "X([0 1]2) = S(0 1 2) + S(1 0 2)"),
        (("combine", (B, 1)), {}, "Z([0]1) = X(0)*Y(1) + X([0]1) + Y([0]1)"),
        (("log", (B, B, 0)), {}, "L([0 0]0) = X(0)**3/6 - X(0)*X([0]0) + X([0 0]0)"),
        (("exp", ((B, 0), 0)), {}, "X([[0]0]0) = L(0)**3/6 + L(0)*L([0]0) + L([[0]0]0)"),
        (("inverse", (B, 0)), {}, "Y([0]0) = X(0)**2 - X([0]0)"),
        (("log", (B, B)), {"planar": True}, "L(0 0) = X(0 0) - X(0)**2/2"),
        (("linear", (B, B)), {"planar": True}, "X(0 0) = dx(0)**2/2"),
    ],
)
def test_formula_reads(arguments, options, text):
    assert str(formula(*arguments, **options)) == text


@pytest.mark.parametrize(
    ("tree", "value"),
    [((B, 0), Fraction(-1, 2)), ((B, B, 0), Fraction(1, 6)), (((B, 0), 0), Fraction(1, 3))],
)
def test_log_of_the_euler_character_is_the_coefficient_of_murua(tree, value):
    # Murua's omega: the logarithm of the character that is 1 on the single node, 0 above it.
    result = formula("log", tree).expression
    assert result.subs({s: int(str(s) == "X(0)") for s in result.free_symbols}) == value


@pytest.mark.parametrize(
    ("tree", "value"), [((B, B, 0), Fraction(-1, 6)), ((B, (1,), 1), Fraction(4, 3))]
)
def test_ito_correction_of_one_segment(tree, value):
    result = formula("corrected", tree).expression
    values = {"dx(0)": 1, "dx(1)": 2, "c(0 0)": Fraction(-1, 2)}
    assert result.subs({s: values.get(str(s), 0) for s in result.free_symbols}) == value


def test_common_subexpressions_give_the_same_value():
    plain = formula("log", ((B, (1,), 1), (B, (1,), 1), 0)).expression
    shared = formula("log", ((B, (1,), 1), (B, (1,), 1), 0), cse=True)
    assert shared.shared
    value = shared.expression
    for symbol, expression in reversed(shared.shared):
        value = value.subs(symbol, expression)
    assert (value - plain).expand() == 0


def test_latex_writes_root_labels_as_subscripts():
    assert formula("combine", (B, 1)).latex() == (
        r"X\left(0\right) Y\left(1\right) + X\left([0]_{1}\right) + Y\left([0]_{1}\right)"
    )


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("sig", B), {}, InvalidValueError),
        (("log", None), {}, (InvalidValueError, InvalidTypeError)),
        (("log", ()), {}, InvalidValueError),
        (("log", (B, B)), {}, InvalidValueError),
        (("log", ("a",)), {}, InvalidValueError),
        (("log", (-1,)), {}, InvalidValueError),
        (("log", (B,) * 20 + (0,)), {}, InvalidValueError),
        (("log", B), {"planar": 1}, InvalidTypeError),
        (("log", B), {"cse": "yes"}, InvalidTypeError),
        (("corrected", B), {"levels": 0}, InvalidValueError),
    ],
)
def test_what_has_no_formula_is_refused(arguments, options, error):
    with pytest.raises(error):
        formula(*arguments, **options)
