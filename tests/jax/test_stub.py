"""The functions on arrays of JAX have the parameters of those of NumPy, in their stub too."""

import inspect
import re
import subprocess
import sys

import pytest

import treealg
import treealg.jax
from treealg._lazy import public_names
from treealg.optional import install_command

from ..meta.test_docstrings import documented_parameters, sections
from ..operations.cases import OPERATIONS
from ..stubs import expected, with_types, written

each_name = pytest.mark.parametrize("name", OPERATIONS)


def test_the_stub_follows_from_that_of_the_numbers():
    assert written("jax") == expected("jax"), "write it anew with: python -m tests.stubs"


def test_arrays_are_taken_and_arrays_of_jax_given():
    text = "def f(\n    x: ArrayT | Exact | None, y: bool | ArrayLike = False\n) -> ArrayT: ..."
    assert with_types(text, "jax") == (
        "def f(\n    x: ArrayLike | None, y: bool | ArrayLike = False\n) -> Array: ..."
    )


def test_every_row_of_the_table_is_a_function_on_arrays_of_jax():
    found = public_names("treealg.jax").items()
    assert {name for name, module in found if module == "treealg.jax.functions"} == {*OPERATIONS}


def test_other_names_are_those_of_the_package():
    for name, module in public_names("treealg.jax").items():
        if module != "treealg.jax.functions":
            assert getattr(treealg.jax, name) is getattr(treealg, name)


@each_name
def test_parameters_and_defaults_are_those_of_the_table(name):
    found = inspect.signature(getattr(treealg.jax, name)).parameters.values()
    want = OPERATIONS[name].signature.parameters.values()
    assert [(p.name, p.kind, p.default) for p in found] == [
        (p.name, p.kind, p.default) for p in want
    ]


@each_name
def test_functions_are_documented(name):
    function = getattr(treealg.jax, name)
    found = sections(function.__doc__)
    parameters = {*inspect.signature(function).parameters}
    assert {*documented_parameters(found["Parameters"])} == parameters
    assert list(found) == ["", "Parameters", "Returns", "Raises", "Notes"]
    assert not re.search(r"\bArrayLike\b", function.__doc__)
    assert f"`treealg.{name}` on JAX arrays" in function.__doc__


def test_source_is_there_for_those_who_look():
    source = inspect.getsource(treealg.jax.branched_sig_inverse)
    assert source.startswith("def branched_sig_inverse(bsig, dimension, degree, *, planar=False")


def test_a_missing_jax_is_said_with_how_to_install_it(tmp_path):
    (tmp_path / "jax.py").write_text("raise ModuleNotFoundError(name='jax')")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import treealg
try:
    import treealg.jax
except treealg.MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert install_command("jax") in done.stdout
