"""The functions on tensors have the parameters of those of arrays, in their stub too."""

import inspect

import pytest

import treealg
import treealg.torch
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
    assert written("torch") == expected("torch"), "write it anew with: python -m tests.stubs"


def test_arrays_become_tensors():
    text = "def f(\n    x: ArrayT | Exact | None, y: bool | ArrayLike = False\n) -> ArrayT: ..."
    assert with_types(text, "torch") == (
        "def f(\n    x: Tensor | None, y: bool | Tensor = False\n) -> Tensor: ..."
    )


def test_every_row_of_the_table_is_a_function_on_tensors():
    found = public_names("treealg.torch").items()
    assert {name for name, module in found if module == "treealg.torch.functions"} == {*OPERATIONS}


@each_name
def test_parameters_and_defaults_are_those_of_the_table(name):
    assert assert_parameters_are_those_of_the_table(treealg.torch, name) == []


@each_name
def test_functions_are_documented(name):
    assert_is_documented(treealg.torch, name, "tensors", barred=r"\bArray(Like)?\b")


def test_source_is_there_for_those_who_look():
    source = inspect.getsource(treealg.torch.branched_sig_inverse)
    assert source.startswith("def branched_sig_inverse(bsig, dimension, degree, *, planar=False")


def test_a_missing_pytorch_is_said_with_how_to_install_it(tmp_path):
    assert_a_missing_framework_is_said_with_how_to_install_it("torch", tmp_path)
