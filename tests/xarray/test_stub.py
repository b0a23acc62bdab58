"""The functions on arrays of xarray have the parameters of the table, and names of dimensions."""

import inspect
import re
import subprocess
import sys

import pytest

import treealg
import treealg.xarray
from treealg.optional import install_command

from ..meta.test_docstrings import documented_parameters, sections
from ..operations.cases import OPERATIONS
from ..stubs import expected, written

each_name = pytest.mark.parametrize("name", OPERATIONS)


def test_the_stub_follows_from_that_of_the_numbers():
    assert written("xarray") == expected("xarray"), "write it anew with: python -m tests.stubs"


def test_every_row_of_the_table_is_a_function():
    assert set(treealg.xarray.__all__) == set(OPERATIONS)


@each_name
def test_parameters_and_defaults_are_those_of_the_table_and_dimensions(name):
    found = [*inspect.signature(getattr(treealg.xarray, name)).parameters.values()]
    want = [*OPERATIONS[name].signature.parameters.values()]
    assert [(p.name, p.kind, p.default) for p in found[: len(want)]] == [
        (p.name, p.kind, p.default) for p in want
    ]
    more = [p.name for p in found[len(want) :]]
    assert all(p.default == p.name and p.kind is p.KEYWORD_ONLY for p in found[len(want) :])
    assert set(more) <= {"sample", "time", "channel"}


@each_name
def test_functions_are_documented(name):
    function = getattr(treealg.xarray, name)
    found = sections(function.__doc__)
    parameters = {*inspect.signature(function).parameters}
    assert {*documented_parameters(found["Parameters"])} == parameters
    assert list(found) == ["", "Parameters", "Returns", "Raises", "Notes"]
    assert not re.search(r"\bArrayLike\b", function.__doc__)
    assert f"`treealg.{name}` on DataArrays" in function.__doc__


def test_a_missing_xarray_is_said_with_how_to_install_it(tmp_path):
    (tmp_path / "xarray.py").write_text("raise ModuleNotFoundError(name='xarray')")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import treealg
try:
    import treealg.xarray
except treealg.MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert install_command("xarray") in done.stdout
