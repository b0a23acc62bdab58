"""The functions on arrays of Dask have the parameters of the table, in their stub too."""

import inspect
import re
import subprocess
import sys

import pytest

import treealg
import treealg.dask
from treealg.optional import install_command

from ..meta.test_docstrings import documented_parameters, sections
from ..operations.cases import OPERATIONS
from ..stubs import expected, with_types, written

each_name = pytest.mark.parametrize("name", OPERATIONS)


def test_the_stub_follows_from_that_of_the_numbers():
    assert written("dask") == expected("dask"), "write it anew with: python -m tests.stubs"


def test_arrays_become_those_of_dask_and_arrays_of_numpy_go_along():
    text = "def f(\n    x: ArrayT | Exact | None, out: ArrayT | None = None\n) -> ArrayT: ..."
    assert with_types(text, "dask") == "def f(\n    x: Array | ArrayLike | None\n) -> Array: ..."


@each_name
def test_parameters_and_defaults_are_those_of_the_table(name):
    found = inspect.signature(getattr(treealg.dask, name)).parameters.values()
    want = OPERATIONS[name].signature.parameters.values()
    assert [(p.name, p.kind, p.default) for p in found] == [
        (p.name, p.kind, p.default) for p in want
    ]


@each_name
def test_functions_are_documented(name):
    function = getattr(treealg.dask, name)
    found = sections(function.__doc__)
    parameters = {*inspect.signature(function).parameters}
    assert {*documented_parameters(found["Parameters"])} == parameters
    assert list(found) == ["", "Parameters", "Returns", "Raises", "Notes"]
    assert not re.search(r"\bArrayLike\b", function.__doc__)
    assert f"`treealg.{name}` on arrays of Dask" in function.__doc__


def test_a_missing_dask_is_said_with_how_to_install_it(tmp_path):
    (tmp_path / "dask.py").write_text("raise ModuleNotFoundError(name='dask')")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import treealg
try:
    import treealg.dask
except treealg.MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert install_command("dask") in done.stdout
