"""Checks of arguments: one rule and one text in every layer."""

import itertools
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas
import pytest
import torch

import treealg
from treealg import checks, codegen, symbolic, tables
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_names, check_sequence, check_weights
from treealg.symbolic import Tree, bck
from treealg.symbolic.bseries import exact_series, iterate

# In each layer something that takes an integer, and gives a value to compare.
INTEGERS = {
    "numeric": lambda n: treealg.branched_sig_length(n, 2),
    "tables": lambda n: tables.basis_length(2, n),
    "codegen": lambda n: codegen.generate("linear", 1, n),
    "symbolic": lambda n: symbolic.count_trees(n),
    "hopf": lambda n: bck.iterated_coproduct(Tree([Tree()]), n),
    "bseries": lambda n: iterate(exact_series(3), n),
    "verification": lambda n: treealg.verify(1, n, maps=["linear"], planar=False).passed,
}
FLAGS = {
    "numeric": lambda flag: treealg.branched_sig_length(2, 2, planar=flag),
    "codegen": lambda flag: codegen.generate("linear", 1, 2, planar=flag),
    "symbolic": lambda flag: symbolic.count_trees(3, planar=flag),
}


@pytest.mark.parametrize("layer", INTEGERS)
def test_integers_of_numpy_are_integers(layer):
    call = INTEGERS[layer]
    assert call(np.int64(2)) == call(np.uint8(2)) == call(2)


@pytest.mark.parametrize("value", [True, np.True_, 2.0, np.float64(2), "2", np.array(2.0)])
@pytest.mark.parametrize("layer", INTEGERS)
def test_what_is_no_integer_is_refused_by_one_text(layer, value):
    with pytest.raises(InvalidTypeError, match=r"must be an integer, got .* write int\(...\)"):
        INTEGERS[layer](value)


@pytest.mark.parametrize("value", [None, [2], np.ones(1), "two", float("nan"), 2j])
@pytest.mark.parametrize("layer", INTEGERS)
def test_what_int_does_not_read_is_not_told_to_be_read_by_it(layer, value):
    with pytest.raises(InvalidTypeError, match=r"must be an integer, got .*; give one, for inst"):
        INTEGERS[layer](value)


@pytest.mark.parametrize("layer", FLAGS)
def test_booleans_of_numpy_are_booleans(layer):
    call = FLAGS[layer]
    for flag in (True, False):
        assert call(np.bool_(flag)) == call(flag)


@pytest.mark.parametrize("value", [1, 0, 1.0, np.int64(1), np.array(True), torch.tensor(0)])
@pytest.mark.parametrize("layer", FLAGS)
def test_what_is_no_boolean_is_refused_by_one_text(layer, value):
    with pytest.raises(InvalidTypeError, match=r"must be True or False, got .* write bool\(...\)"):
        FLAGS[layer](value)
    FLAGS[layer](bool(value))


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        *(
            (value, "give one of them")
            for value in ("yes", "0", "", None, 2, 0.5, math.nan, [True])
        ),
        *((value, "give one of them") for value in (np.array([True]), np.ma.masked, 10**400)),
        ("True", "write True without quotation marks"),
        (" false", "write False without quotation marks"),
    ],
)
@pytest.mark.parametrize("layer", FLAGS)
def test_what_bool_would_read_by_chance_is_not_told_to_be_read_by_it(layer, value, fix):
    with pytest.raises(InvalidTypeError, match=rf"must be True or False, got .*; {fix}$"):
        FLAGS[layer](value)


@pytest.mark.parametrize("value", [2, 0.5, np.float32(0.5), np.int8(3), Fraction(1, 2)])
def test_finite_reals_become_floats(value):
    found = checks.check_real("end_time", value)
    assert type(found) is float
    assert found == value


@pytest.mark.parametrize(
    ("value", "error"),
    [(True, InvalidTypeError), (1j, InvalidTypeError), ("1", InvalidTypeError)]
    + [(x, InvalidValueError) for x in (math.inf, math.nan, 10**400)],
)
def test_what_is_no_finite_real_is_refused(value, error):
    with pytest.raises(error, match="end_time must be"):
        checks.check_real("end_time", value)


@pytest.mark.parametrize("value", ["1", " 2.5e3", True, np.array(2), torch.tensor(0.5)])
def test_what_float_reads_is_told_to_be_read_by_it(value):
    with pytest.raises(
        InvalidTypeError, match=r"real number, got .*; write float\(...\) around it"
    ):
        checks.check_real("end_time", value)
    assert checks.check_real("end_time", float(value)) == float(value)


@pytest.mark.parametrize(
    "value",
    ["nan", "2-1", None, 1j, np.ones(1), np.array(math.inf), np.ma.masked, np.timedelta64(1)],
)
def test_what_float_does_not_read_is_not_told_to_be_read_by_it(value):
    with pytest.raises(InvalidTypeError, match=r"real number, got .*; give one, for instance 1\.0"):
        checks.check_real("end_time", value)


def test_a_choice_is_refused_by_a_list_of_them():
    with pytest.raises(InvalidValueError, match=r"language must be one of .*'c'.*; got 'fortran'"):
        codegen.generate("log", 1, 2, language="fortran")


def test_checks_do_without_numpy(tmp_path):
    script = f"""
import sys, types
package = types.ModuleType("treealg")
package.__path__ = [{str(checks.__file__).removesuffix("checks.py")!r}]
sys.modules["treealg"] = package
from treealg.checks import check_flag, check_integer
assert check_integer("order", 3, 0) == 3 and check_flag("planar", True)
assert "numpy" not in sys.modules
"""
    found = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)
    assert not found.returncode, found.stderr


@pytest.mark.parametrize("name", INTEGERS)
def test_a_duration_is_no_integer_though_numpy_says_so(name):
    with pytest.raises(InvalidTypeError):
        INTEGERS[name](np.timedelta64(2, "s"))
    with pytest.raises(InvalidTypeError, match="end_time must be a real number"):
        checks.check_real("end_time", np.timedelta64(2, "s"))


def test_weights_of_what_has_no_list_of_numbers_are_refused():
    for value in (np.ndarray, torch.empty(2, device="meta"), torch.eye(2).to_sparse(), 3, "12"):
        with pytest.raises(InvalidTypeError):
            check_weights("weights", value)
    assert check_weights("weights", torch.tensor([1, 2])) == (1, 2)


@pytest.mark.parametrize("name", INTEGERS)
def test_a_masked_place_is_no_integer(name):
    with pytest.raises(InvalidTypeError, match=r"must be an integer, got .*Masked"):
        INTEGERS[name](np.ma.masked)


def test_a_text_of_any_length_is_refused_in_short():
    for call in (
        lambda text: codegen.generate(text, 1, 2),
        lambda text: treealg.name_to_tree(text, 2),
        lambda text: checks.check_path("output", text),
    ):
        with pytest.raises(InvalidValueError) as caught:
            call("x" * 100_000)
        assert len(str(caught.value)) < 400


def test_the_text_of_a_table_is_one_line():
    assert checks.brief(pandas.DataFrame([[1, 2], [3, 4]])).count("\n") == 0


def test_weights_that_are_not_computed_yet_are_refused():
    dask = pytest.importorskip("dask.dataframe")
    table = dask.from_pandas(pandas.DataFrame({"a": [1, 2]}), npartitions=1)
    for value in (table, table["a"]):
        with pytest.raises(InvalidTypeError, match=r"weights\.compute\(\) has its numbers"):
            check_weights("weights", value)


@pytest.mark.parametrize("dtype", ["f2", "f8", "bool", "c16"])
def test_arrays_in_a_list_of_integers_are_refused_as_these_are(dtype):
    lengths = [np.ones(2, dtype)]
    with pytest.raises(InvalidTypeError, match=r"^lengths\[0\] must be integers, got dtype"):
        treealg.sig(np.zeros((1, 2, 3, 2)), 1, lengths=lengths)


NO_SEQUENCES = [3, None, {1, 2}, {1: 2}, "ab", b"ab", np.array(1), np.ma.masked, frozenset({"a"})]


@pytest.mark.parametrize("value", NO_SEQUENCES, ids=lambda x: type(x).__name__)
def test_what_has_no_order_or_no_entries_is_no_sequence(value):
    for check in (
        lambda: check_sequence("values", value, "a list of columns"),
        lambda: check_names("values", value),
        lambda: check_weights("values", value),
        lambda: symbolic.expected_signature(value),
    ):
        with pytest.raises(InvalidTypeError):
            check()


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("ab", r"write \[...\] around it for one entry"),
        (3, r"write \[...\] around it for one entry"),
        ({"x": 1}, r"list\(id\) has its keys, list\(id.values\(\)\) its values"),
        ({1, 2}, "give a list, as sets have no order"),
        (None, "give a list"),
        (True, "give a list"),
        (np.array(1), "give a list"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_is_no_sequence_is_told_how_a_list_is_made_of_it(value, fix):
    with pytest.raises(InvalidTypeError, match=f"id must be a list of columns, got .*; {fix}$"):
        check_sequence("id", value, "a list of columns")


def test_what_has_an_order_is_a_sequence():
    given = {"x": 1, "y": 2}
    for value in (given.keys(), iter(given), pandas.Index(["x", "y"]), np.array(["x", "y"])):
        assert check_names("channels", value) == ["x", "y"]


def test_an_error_of_the_own_iterator_of_a_caller_is_that_of_the_caller():
    def entries():
        yield 1
        raise TypeError("of the caller")

    with pytest.raises(TypeError, match="of the caller"):
        check_sequence("weights", entries(), "a sequence")


def test_a_sequence_without_end_is_refused_soon():
    for check in (
        lambda: check_weights("weights", itertools.count(1)),
        lambda: check_names("channels", itertools.count()),
        lambda: symbolic.RungeKutta([[0]], itertools.count()),
        lambda: symbolic.AdditiveRungeKutta(itertools.count()),
        lambda: symbolic.expected_signature(itertools.count()),
    ):
        with pytest.raises(InvalidValueError, match="at most 1,048,576 entries, got more"):
            check()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dimension": 0}, "dimension must be at least 1"),
        ({"degree": 1.5}, "degree must be an integer"),
        ({"planar": 1}, "planar must be True"),
        ({"levels": 0}, "levels must be at least 1"),
        ({"method": 3}, "method must be 0"),
    ],
)
def test_the_size_of_a_map_is_checked_however_it_is_made(change, message):
    fields = {"name": "log", "dimension": 2, "degree": 2, "planar": True, "levels": 9, "method": 1}
    assert codegen.MapSize(**fields).levels == 2
    with pytest.raises((InvalidTypeError, InvalidValueError), match=message):
        codegen.MapSize(**fields | change)
