"""Formulas of coefficients: published values, conventions, refusals."""

import re
from fractions import Fraction

import pytest

from tests.support import soon
from treealg import cli
from treealg.codegen import FORMULA_MAPS, MAPS, formula
from treealg.codegen.polynomials import Polynomial
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Forest, OrderedForest, PlanarTree, Tree, arborification
from treealg.symbolic.hopf.readings import count_readings

B = (0,)


def bush(leaves, kind=Tree):
    return kind([kind(label=i) for i in range(leaves)])


def broom(kind=Tree):
    return kind([kind([kind(label=3 * i), kind(label=3 * i + 1)], 3 * i + 2) for i in range(3)])


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (("linear", (B, B, 1)), {}, "X(1[0,0]) = dx(0)**2*dx(1)/3"),
        (("corrected", (B, 1)), {}, "X(1[0]) = c(1 0) + dx(0)*dx(1)/2"),
        (("arborification", (B, (1,), 2)), {}, "X(2[0,1]) = S(0 1 2) + S(1 0 2)"),
        (("combine", (B, 1)), {}, "Z(1[0]) = X(0)*Y(1) + X(1[0]) + Y(1[0])"),
        (("log", (B, B, 0)), {}, "L(0[0,0]) = X(0)**3/6 - X(0)*X(0[0]) + X(0[0,0])"),
        (("exp", ((B, 0), 0)), {}, "X(0[0[0]]) = L(0)**3/6 + L(0)*L(0[0]) + L(0[0[0]])"),
        (("inverse", (B, 0)), {}, "Y(0[0]) = X(0)**2 - X(0[0])"),
        (("log", (B, B)), {"planar": True}, "L(0 0) = X(0 0) - X(0)**2/2"),
        (("linear", (B, B)), {"planar": True}, "X(0 0) = dx(0)**2/2"),
        (("sig", (B, (1,), 2)), {}, "X(2[0,1]) = S(0 1 2) + S(1 0 2)"),
        (("sig", (B, B)), {"planar": True}, "X(0 0) = S(0 0)"),
        (("logsig", (B, 1)), {}, "L(1[0]) = S(0 1) - S(0)*S(1)/2"),
        (("corrected_sig", (B, 1)), {}, "X(1[0]) = S((1 0)) + S(0 1)"),
        (("corrected_sig", (B, 1)), {"levels": 1}, "X(1[0]) = S(0 1)"),
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
        (("signature", B), {}, InvalidValueError),
        (("log", None), {}, (InvalidValueError, InvalidTypeError)),
        (("log", ()), {}, InvalidValueError),
        (("log", (B, B)), {}, InvalidValueError),
        (("log", ("a",)), {}, InvalidValueError),
        (("log", (-1,)), {}, InvalidValueError),
        (("log", (B,) * 20 + (0,)), {}, InvalidValueError),
        (("log", Tree), {}, InvalidTypeError),
        (("log", B), {"planar": 1}, InvalidTypeError),
        (("log", B), {"cse": "yes"}, InvalidTypeError),
        (("corrected", B), {"levels": 0}, InvalidValueError),
    ],
)
def test_what_has_no_formula_is_refused(arguments, options, error):
    with pytest.raises(error):
        formula(*arguments, **options)


@pytest.mark.parametrize("planar", [False, True])
def test_a_logarithm_in_words_is_that_in_trees_whose_values_are_words(planar):
    tree = ((B, 1), (B, 0)) if planar else (B, (B, 1), 0)
    got = formula("logsig", tree, planar=planar).expression
    value = formula("log", tree, planar=planar)
    assert value.expression != got
    # Words of one path are a character of shuffles: one step x, S(w) = x^w / |w|!.
    import sympy

    def words(text):
        labels = [int(label) for label in re.findall(r"\d", text)]
        return sympy.prod(2 + label for label in labels) / sympy.factorial(len(labels))

    step = got.subs({s: words(str(s)) for s in got.free_symbols})
    assert step == 0  # the logarithm of one step is the step


def test_every_map_has_a_formula():
    for name in MAPS:
        assert formula(name, B).expression != 0
    assert FORMULA_MAPS == MAPS


@pytest.mark.parametrize("name", ["log", "exp", "inverse", "combine", "corrected"])
@pytest.mark.parametrize("tree", [bush(9), broom(), Tree([broom().children[0], bush(5)], 9)])
def test_formulas_of_ten_nodes_are_short_and_made_soon(name, tree):
    with soon(4):
        got = formula(name, tree, levels=9)
        # Every term cuts some of the nine edges.
        assert 9 < len(got.expression.args) <= 2**9 + 1
        assert len(str(got)) < 30_000


@pytest.mark.parametrize(
    ("name", "tree", "options"),
    [
        ("sig", bush(9), {}),
        ("logsig", bush(9), {}),
        ("logsig", bush(7), {}),
        ("corrected_sig", bush(8), {"levels": 9}),
        ("arborification", bush(9), {}),
        ("logsig", broom(), {}),
        ("corrected_sig", broom(), {"levels": 2}),
        ("log", OrderedForest([broom(PlanarTree)]), {"planar": True}),
        (
            "exp",
            OrderedForest([PlanarTree([PlanarTree(label=i)], i) for i in range(5)]),
            {"planar": True},
        ),
        ("inverse", OrderedForest([broom(PlanarTree)]), {"planar": True}),
    ],
)
def test_formulas_of_too_many_terms_are_refused_by_their_number(name, tree, options):
    with soon(3), pytest.raises(InvalidValueError, match=r"at least \d\d,\d{3} terms, more than"):
        formula(name, tree, **options)


@pytest.mark.parametrize("form", ["text", "LaTeX"])
@pytest.mark.parametrize(
    ("name", "tree", "options"),
    [
        ("log", bush(7), {}),
        ("exp", bush(6), {}),
        ("sig", (((1,), 3), B, (1,), (2,), B, 1), {}),
        ("corrected_sig", (((1,), B, 0), (2,), (1,), 1), {"levels": 3}),
        ("logsig", (B, (1,), (2,), (2,), 0), {}),
        ("inverse", OrderedForest([bush(2, PlanarTree)] * 2), {"planar": True}),
    ],
)
def test_long_formulas_are_printed_as_sympy_does(name, tree, options, form):
    import sympy

    plain, shared = (formula(name, tree, cse=cse, **options) for cse in (False, True))
    assert len(plain.expression.args) > 50
    if form == "text":
        assert str(plain) == f"{plain.name} = {plain.expression}"
        assert str(shared).splitlines()[-1] == f"{shared.name} = {shared.expression}"
    else:
        names = dict(plain.latex_names)
        assert plain.latex() == sympy.latex(plain.expression, symbol_names=names)
        assert shared.latex().splitlines()[-1] == sympy.latex(shared.expression, symbol_names=names)


def test_polynomials_are_the_expressions_that_they_stand_for():
    import sympy

    symbols = sympy.symbols("a:c")
    made = [Polynomial({(i,): 1}) for i in range(3)]

    def value(a, b, c):
        first = Fraction(1, 2) * a * a + 3 + -1 * b * (c + a)
        return -(first * first) + 0 + a * (first + -1 * first) + 2 * (b + b) + 7

    got = sum(
        number * sympy.prod(symbols[i] for i in monomial)
        for monomial, number in value(*made).terms.items()
    )
    assert got == sympy.expand(sympy.sympify(value(*symbols)))
    assert made[0] + -1 * made[0] == 0 != made[0]
    assert hash(made[0] + made[1]) == hash(made[1] + made[0])
    assert (made[0] * made[2]).free_symbols == {0, 2}


@pytest.mark.parametrize(
    "forest",
    [
        OrderedForest([broom(PlanarTree)]),
        OrderedForest([bush(3, PlanarTree), PlanarTree(), bush(2, PlanarTree)]),
        Forest([bush(6)]),
        Forest([broom()]),
        Forest([Tree([bush(2), bush(2), bush(1), Tree(label=1)])]),
        Forest([Tree([Tree(label=i % 3) for i in range(8)])]),
    ],
)
def test_words_are_counted_without_being_made(forest):
    count = len(arborification(forest))
    assert count_readings(forest) == count
    assert count_readings(forest, count // 2) > count // 2 or count == 1


@pytest.mark.parametrize("command", ["formula", "generate"])
def test_the_commands_name_every_map(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert ", ".join(MAPS) in re.sub(r"\s+", " ", capsys.readouterr().out)
