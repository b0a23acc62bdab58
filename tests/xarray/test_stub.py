"""The functions on arrays of xarray have the parameters of the table, and names of dimensions."""

import pytest

import treealg
import treealg.xarray

from ..faces import (
    assert_a_missing_framework_is_said_with_how_to_install_it,
    assert_is_documented,
    assert_parameters_are_those_of_the_table,
)
from ..operations.cases import OPERATIONS
from ..stubs import expected, written

each_name = pytest.mark.parametrize("name", OPERATIONS)


def test_the_stub_follows_from_that_of_the_numbers():
    assert written("xarray") == expected("xarray"), "write it anew with: python -m tests.stubs"


def test_every_row_of_the_table_is_a_function():
    assert set(treealg.xarray.__all__) == set(OPERATIONS)


@each_name
def test_parameters_and_defaults_are_those_of_the_table_and_dimensions(name):
    more = assert_parameters_are_those_of_the_table(treealg.xarray, name)
    assert all(p.default == p.name and p.kind is p.KEYWORD_ONLY for p in more)
    assert {p.name for p in more} <= {"sample", "time", "channel"}


@each_name
def test_functions_are_documented(name):
    assert_is_documented(treealg.xarray, name, "DataArrays")


def test_a_missing_xarray_is_said_with_how_to_install_it(tmp_path):
    assert_a_missing_framework_is_said_with_how_to_install_it("xarray", tmp_path)
