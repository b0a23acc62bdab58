"""The functions on arrays of Dask have the parameters of the table, in their stub too."""

import pytest

import treealg
import treealg.dask

from ..faces import (
    assert_a_missing_framework_is_said_with_how_to_install_it,
    assert_is_documented,
    assert_parameters_are_those_of_the_table,
)
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
    assert assert_parameters_are_those_of_the_table(treealg.dask, name) == []


@each_name
def test_functions_are_documented(name):
    assert_is_documented(treealg.dask, name, "arrays of Dask")


def test_a_missing_dask_is_said_with_how_to_install_it(tmp_path):
    assert_a_missing_framework_is_said_with_how_to_install_it("dask", tmp_path)
