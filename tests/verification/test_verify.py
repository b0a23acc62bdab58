"""Verification passes on what is right and finds errors that are planted."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy

import treealg
from treealg import cli, tables
from treealg.codegen import languages, map_size
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.verification import algebra, kernels, readers
from treealg.verification.points import Degree, lattice_points
from treealg.verification.report import Check, Outcome, Report

LARGER = [("sig", 2, 3), ("log", 2, 3), ("combine", 2, 3), ("corrected_sig", 1, 3)]


@pytest.mark.slow
@pytest.mark.parametrize("name", treealg.codegen.MAPS)
def test_every_map_is_verified(name):
    report = treealg.verify(1, 1, maps=[name])
    assert report.passed, str(report)
    found = {check.name.partition(": ")[2] for check in report.checks}
    assert found >= {"NumPy source", "C source", "CUDA source, threads descending"}


@pytest.mark.slow
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("name", "dimension", "degree"), LARGER)
def test_readers_are_proved(name, dimension, degree, backward, planar):
    size = map_size(name, dimension, degree, planar=planar)
    outcomes = dict(readers.check_readers(size, backward))
    assert {name: o.failure for name, o in outcomes.items() if o.failure or not o.points} == {}
    assert all(outcome.degree == degree for outcome in outcomes.values())


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("name", ["sig", "logsig", "log"])
def test_kernels_stay_within_the_bound(name, planar):
    outcomes = dict(kernels.check_kernels(map_size(name, 2, 3, planar=planar)))
    assert "kernels, float64" in outcomes
    assert {name: o.failure for name, o in outcomes.items() if o.failure} == {}
    assert all(outcome.points for outcome in outcomes.values())


@pytest.mark.parametrize("planar", [False, True])
def test_laws_and_tables_hold(planar):
    assert not algebra.check_arborification(2, 4, planar).failure
    assert not algebra.check_coproduct(2, 4, planar).failure
    assert all(not outcome.failure for _, outcome in algebra.check_laws(2, 3, planar))


def corrupted(function, field, index, change):
    """Return a table function whose table has one entry changed."""

    def call(*arguments):
        table = function(*arguments)
        array = getattr(table, field).copy()
        array[index] += change
        return replace(table, **{field: array})

    return call


@pytest.mark.parametrize("planar", [False, True])
def test_a_wrong_coefficient_in_the_arborification_table_is_found(planar, monkeypatch):
    wrong = corrupted(tables.arborification, "coef", -1, 1)
    monkeypatch.setattr(tables, "arborification", wrong)
    assert algebra.check_arborification(2, 3, planar).failure
    size = map_size("arborification", 2, 3, planar=planar)
    assert all(outcome.failure for _, outcome in readers.check_readers(size, False))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("index", [-1, 1])
def test_a_wrong_factor_in_the_coproduct_table_is_found(index, planar, monkeypatch):
    def wrong(*arguments):
        table = tables_convolution(*arguments)
        # A slot that a term uses, and no tail: tails must have factor 1 to be a table at all.
        slot = sorted(set(table.term_slot.tolist()) - set(table.tail.tolist()))[index]
        factor = table.factor.copy()
        factor[slot] += 1
        return replace(table, factor=factor)

    tables_convolution = tables.convolution
    monkeypatch.setattr(tables, "convolution", wrong)
    assert algebra.check_coproduct(2, 3, planar).failure
    size = map_size("log", 2, 3, planar=planar)
    assert all(outcome.failure for _, outcome in readers.check_readers(size, False))


CHANGES = {
    "c": [(" + ", " - "), ("x[0] * x[1]", "x[0] * x[0]"), ("1 / 4", "1 / 5")],
    "numpy": [(" + ", " - "), ("x[..., 1]", "x[..., 0]"), ("/ 4", "/ 5")],
    "cuda": [("/4", "/5"), ("sum[k] +=", "sum[k] -="), ("-1", "1")],
}


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [(key, *change) for key, value in CHANGES.items() for change in value],
)
def test_a_wrong_generated_formula_is_found(language, old, new, monkeypatch):
    printer = languages._PRINTERS[language]

    def wrong(*arguments):
        source = printer(*arguments)
        # The first place within the code, not in a comment.
        head, mark, code = source.text.partition("{" if language == "c" else "batch")
        assert old in code
        return replace(source, text=head + mark + code.replace(old, new, 1))

    monkeypatch.setitem(languages._PRINTERS, language, wrong)
    outcomes = dict(readers.check_readers(map_size("log", 2, 3), False))
    failed = {name.split()[0] for name, outcome in outcomes.items() if outcome.failure}
    assert failed == {{"c": "C", "numpy": "NumPy", "cuda": "CUDA"}[language]}


def test_a_formula_of_higher_degree_is_found_by_its_degree(monkeypatch):
    printer = languages._PRINTERS["c"]

    def wrong(*arguments):
        source = printer(*arguments)
        # Vanishes wherever x[0] is 0, 1 or 2, so at every point of a proof for degree 2.
        extra = "out[0] = x[0] + x[0] * (x[0] - 1) * (x[0] - 2);"
        return replace(source, text=source.text.replace("out[0] = x[0];", extra))

    monkeypatch.setitem(languages._PRINTERS, "c", wrong)
    outcomes = dict(readers.check_readers(map_size("log", 1, 2), False))
    assert "degree 3" in outcomes["C source"].failure
    assert not outcomes["NumPy source"].failure


def test_a_wrong_kernel_input_is_found(monkeypatch):
    function = treealg.branched_sig

    def wrong(path, *arguments, **options):
        path = np.array(path)
        path[-1, -1, -1] += 1e-6 if path.dtype == np.float32 else 1e-12
        return function(path, *arguments, **options)

    monkeypatch.setattr(treealg, "branched_sig", lambda *a, **k: wrong(*a, **k) + 0.0)
    assert dict(kernels.check_kernels(map_size("sig", 2, 3)))["kernels, float64"].failure


def test_command_exits_non_zero_and_writes_its_report(monkeypatch, tmp_path, capsys):
    file = tmp_path / "report.txt"
    command = ["verify", "--dimension", "1", "--degree", "1", "--map", "arborification"]
    assert cli.main([*command, "--report", str(file)]) == 0
    assert "0 failures" in file.read_text("utf-8")
    monkeypatch.setattr(tables, "arborification", corrupted(tables.arborification, "coef", 0, 1))
    capsys.readouterr()
    assert cli.main(command) == 1
    assert "FAIL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((0, 2), {}, InvalidValueError),
        ((1, 2.5), {}, InvalidTypeError),
        ((1, 2), {"maps": "log"}, InvalidTypeError),
        ((1, 2), {"maps": ["nonsense"]}, InvalidValueError),
        ((1, 2), {"maps": []}, InvalidValueError),
        ((9, 99), {}, InvalidValueError),
    ],
)
def test_bad_arguments_are_refused(arguments, options, error):
    with pytest.raises(error):
        treealg.verify(*arguments, **options)


@pytest.mark.parametrize(("weights", "bound"), [((1, 1, 2), 4), ((1, 2, 3, 3), 3)])
def test_points_decide_about_polynomials(weights, bound):
    points = lattice_points(weights, bound)
    expected = [
        p
        for p in product(range(bound + 1), repeat=len(weights))
        if sum(a * w for a, w in zip(p, weights, strict=True)) <= bound
    ]
    assert sorted(points) == sorted(expected)
    matrix = sympy.Matrix(
        [[sympy.prod(sympy.Integer(x) ** e for x, e in zip(p, q, strict=True)) for q in points]
         for p in points]
    )  # fmt: skip
    assert matrix.det() != 0


def test_linear_variables_appear_once_in_a_point():
    points = lattice_points((1, 1, 1), 2, (False, True, True))
    assert max(p[1] + p[2] for p in points) == 1
    assert (1, 0, 1) in points


def test_too_many_points_are_refused():
    with pytest.raises(InvalidValueError, match="more than"):
        lattice_points([1] * 100, 5)


def test_degrees_add_up_in_products():
    x, zero = Degree(2), Degree(-1)
    assert (x * x + 1).value == 4
    assert (3 * x - 1).value == 2
    assert (x * 0).value == (x * zero).value == -1


def test_an_empty_check_does_not_pass():
    check = Check("1 1", "nothing", Outcome(0), 0.0)
    assert not check.passed
    assert not Report((check,)).passed
    assert not Report(()).passed
    assert "nothing was compared" in str(check)


def test_gradients_follow_the_rules_of_differentiation():
    x, y = readers.Dual(Fraction(2), {0: 1}), readers.Dual(Fraction(3), {1: 1})
    result = 2 * x * y - x + 1
    assert (result.value, result.gradient) == (11, {0: 5, 1: 4})
