"""Errors that are planted in tables, formulas and maps are found."""

from dataclasses import replace

import pytest

from treealg import tables
from treealg.codegen import languages, map_size
from treealg.verification import (
    algebra,
    definitions,
    laws,
    readers,
    steps,
    stochastic,
    translations,
)

ALL_LAWS = {
    "coproduct is coassociative": "combine",
    "inverse from the left": "inverse",
    "inverse from the right": "inverse",
    "exp after log": "exp",
    "log after exp": "log",
    "Chen's identity": "combine",
    "reversed path": "inverse",
    "log of a signature": "logsig",
    "Lyndon coordinates, method 1": "logsig",
    "Lyndon coordinates, method 2": "logsig",
}


def corrupted(function, field, index, change, only=None):
    """Return a table function whose table has one entry changed, for one argument if it is told."""

    def call(*arguments, **kind):
        table = function(*arguments, **kind)
        if only is not None and only not in (*arguments, *kind.values()):
            return table
        array = getattr(table, field).copy()
        array[index] += change
        return replace(table, **{field: array})

    return call


def failed(outcomes):
    return {name for name, outcome in outcomes if outcome.failure}


@pytest.mark.parametrize("planar", [False, True])
def test_a_wrong_coefficient_in_the_arborification_table_is_found(planar, monkeypatch, compiled):
    wrong = corrupted(tables.arborification, "coef", -1, 1)
    monkeypatch.setattr(tables, "arborification", wrong)
    assert algebra.check_arborification(2, 3, planar).failure
    assert "Chen's identity" in failed(laws.check_laws(2, 3, planar))
    assert failed(steps.check_steps(map_size("sig", 2, 3, planar=planar))) == {"readout"}
    size = map_size("arborification", 2, 3, planar=planar)
    assert len(failed(readers.check_readers(size, False, compiled(size)))) == 5


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("index", [-1, 1])
def test_a_wrong_factor_in_the_coproduct_table_is_found(index, planar, monkeypatch, compiled):
    def wrong(*arguments, **options):
        table = tables_convolution(*arguments, **options)
        # A slot that a term uses, and no tail: tails must have factor 1 to be a table at all.
        slot = sorted(set(table.term_slot.tolist()) - set(table.tail.tolist()))[index]
        factor = table.factor.copy()
        factor[slot] += 1
        return replace(table, factor=factor)

    tables_convolution = tables.convolution
    monkeypatch.setattr(tables, "convolution", wrong)
    assert algebra.check_coproduct(2, 3, planar).failure
    assert "Chen's identity" in failed(laws.check_laws(2, 3, planar))
    size = map_size("log", 2, 3, planar=planar)
    assert len(failed(readers.check_readers(size, False, compiled(size)))) == 5


# The last coordinate is that of a ladder of one label, on which logarithms vanish.
@pytest.mark.parametrize("index", [0, -2])
@pytest.mark.parametrize("table", ["lyndon", "lyndon_expansion", "lyndon_arborification"])
def test_a_wrong_coefficient_in_a_lyndon_table_is_found(table, index, monkeypatch):
    monkeypatch.setattr(tables, table, corrupted(getattr(tables, table), "coef", index, 2))
    assert algebra.check_lyndon(2, 3).failure
    if table != "lyndon_arborification":
        found = failed(laws.check_laws(2, 3, True))
        assert found == {"Lyndon coordinates, method 1", "Lyndon coordinates, method 2"}


@pytest.mark.parametrize("lift", ["stratonovich", "ito", "backward"])
def test_a_wrong_coefficient_in_a_table_of_expected_signatures_is_found(lift, monkeypatch):
    for name in ("cumulants", "expectation"):
        monkeypatch.setattr(tables, name, corrupted(getattr(tables, name), "coef", -1, 1, lift))
    assert lift in stochastic.check_expectation(2, 3).failure
    for planar in (False, True):
        assert lift in stochastic.check_cumulants(2, 3, planar).failure


@pytest.mark.parametrize(("field", "index"), [("count", -1), ("factor", 0), ("factor", -2)])
@pytest.mark.parametrize("planar", [False, True])
def test_a_wrong_term_in_a_table_of_translations_is_found(planar, field, index, monkeypatch):
    change = 1 if field == "count" or index == 0 else -1
    wrong = corrupted(tables.translation, field, index, change)
    monkeypatch.setattr(tables, "translation", wrong)
    assert translations.check_translation(2, 3, planar).failure


@pytest.mark.parametrize("index", [-1, 2])
@pytest.mark.parametrize("planar", [False, True])
def test_a_wrong_coefficient_in_a_table_of_changes_of_lift_is_found(planar, index, monkeypatch):
    monkeypatch.setattr(
        tables, "change_of_lift", corrupted(tables.change_of_lift, "coef", index, 1)
    )
    assert translations.check_change_of_lift(1, 3, planar).failure


@pytest.mark.parametrize("law", ALL_LAWS)
def test_a_law_fails_for_a_wrong_map(law, monkeypatch):
    exact_map = definitions.exact_map

    def wrong(rule, size):
        right = exact_map(rule, size)
        if rule != ALL_LAWS[law]:
            return right

        def forward(values):
            # The first entry of order 2, which is no Lyndon forest.
            result = right.forward(values)
            return [*result[:2], result[2] + values[0][0] * values[0][0], *result[3:]]

        return replace(right, forward=forward)

    monkeypatch.setattr(laws, "exact_map", wrong)
    assert law in failed(laws.check_laws(2, 2, True))


CHANGES = {
    "c": [(" + ", " - "), ("x[0] * x[1]", "x[0] * x[0]"), ("1 / 4", "1 / 5")],
    "numpy": [(" + ", " - "), ("x[..., 1]", "x[..., 0]"), ("/ 4", "/ 5")],
    "cuda": [("/4", "/5"), ("sum[k] +=", "sum[k] -="), ("-1", "1")],
}
READERS = {"c": "C", "numpy": "NumPy", "cuda": "CUDA"}


@pytest.fixture
def spoil(monkeypatch):
    """Change the text that a printer writes."""

    def plant(language, change):
        printer = languages._PRINTERS[language]

        def wrong(*arguments):
            source = printer(*arguments)
            return replace(source, text=change(source.text))

        monkeypatch.setitem(languages._PRINTERS, language, wrong)

    return plant


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [(key, *change) for key, value in CHANGES.items() for change in value],
)
def test_a_wrong_generated_formula_is_found(language, old, new, spoil, compiled):
    def change(text):
        # The first place within the code, not in a comment.
        head, mark, code = text.partition("{" if language == "c" else "batch")
        assert old in code
        return head + mark + code.replace(old, new, 1)

    spoil(language, change)
    size = map_size("log", 2, 3)
    found = failed(readers.check_readers(size, False, compiled(size)))
    assert {name.split()[0] for name in found} == {READERS[language]}


@pytest.mark.parametrize("language", ["c", "cuda"])
def test_source_that_does_not_compile_fails_alone(language, spoil, compiled):
    spoil(language, lambda text: text + ("}" if "log" in text.split("\n")[1] else ""))
    sizes = [map_size(name, 1, 2) for name in ("log", "exp")]
    code = compiled(*sizes)
    found = [failed(readers.check_readers(size, False, code)) for size in sizes]
    assert [{name.split()[0] for name in names} for names in found] == [{READERS[language]}, set()]


def test_a_formula_of_higher_degree_is_found_by_its_degree(spoil, compiled):
    # Vanishes wherever x[0] is 0, 1 or 2, so at every point of a proof for degree 2.
    extra = "out[0] = x[0] + x[0] * (x[0] - 1) * (x[0] - 2);"
    spoil("c", lambda text: text.replace("out[0] = x[0];", extra))
    size = map_size("log", 1, 2)
    outcomes = dict(readers.check_readers(size, False, compiled(size)))
    assert "degree 3" in outcomes["C source"].failure
    assert not outcomes["NumPy source"].failure


def test_a_gradient_that_is_not_linear_is_found(spoil, compiled):
    # The derivative in the last entry has weight 1: its square is of degree 2.
    extra = " d_x[0] += d_out[1] * (d_out[1] - 1);\n}\n"
    spoil("c", lambda text: text.rstrip().removesuffix("}") + extra if "d_out" in text else text)
    size = map_size("log", 1, 2)
    outcomes = dict(readers.check_readers(size, True, compiled(size)))
    assert "linear" in outcomes["C source"].failure
    assert not outcomes["NumPy source"].failure


def test_an_error_in_the_third_step_of_a_loop_is_found(spoil, compiled):
    spoil("c", lambda text: text.replace("dx[a] = path", "dx[a] = (i == 3 ? 2 : 1) * path"))
    size = map_size("sig", 1, 2)
    assert failed(readers.check_readers(size, False, compiled(size))) == {"C source"}
