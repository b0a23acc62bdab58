"""The functions on arrays of JAX have the parameters of those of NumPy, in their stub too."""

import inspect

import pytest

import treealg
import treealg.jax
from treealg._lazy import public_names

from ..faces import (
    assert_a_missing_framework_is_said_with_how_to_install_it,
    assert_is_documented,
    assert_parameters_are_those_of_the_table,
)
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
    assert assert_parameters_are_those_of_the_table(treealg.jax, name) == []


@each_name
def test_functions_are_documented(name):
    assert_is_documented(treealg.jax, name, "JAX arrays")


def test_source_is_there_for_those_who_look():
    source = inspect.getsource(treealg.jax.branched_sig_inverse)
    assert source.startswith("def branched_sig_inverse(bsig, dimension, degree, *, planar=False")


def test_a_missing_jax_is_said_with_how_to_install_it(tmp_path):
    assert_a_missing_framework_is_said_with_how_to_install_it("jax", tmp_path)
