"""The table has every function of arrays, and says what the signatures say."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

import treealg
from treealg import engines

from .cases import FORWARD, OF_JVP, OPERATIONS, Case

# Functions of sizes, places and trees alone, and what is done to the cache.
WITHOUT_ARRAYS = {
    "branched_log_sig_length",
    "branched_log_sig_names",
    "branched_sig_length",
    "branched_sig_names",
    "clear_cache",
    "dyadic_windows",
    "expanding_windows",
    "geometric_sig_length",
    "geometric_sig_words",
    "idx_to_tree",
    "idx_to_word",
    "is_lyndon",
    "log_sig_length",
    "log_sig_names",
    "lyndon_words",
    "lyndon_words_of_length",
    "name_to_tree",
    "sig_length",
    "sig_names",
    "sliding_windows",
    "tree_to_idx",
    "tree_to_name",
    "trees",
    "trees_of_order",
    "verify",
    "warm_up",
    "word_to_idx",
    "words",
    "words_of_length",
}

each_row = pytest.mark.parametrize("row", OPERATIONS.values(), ids=OPERATIONS)


def test_every_public_function_is_a_row_or_takes_no_arrays():
    functions = {name for name in treealg.__all__ if inspect.isfunction(getattr(treealg, name))}
    assert functions == OPERATIONS.keys() | WITHOUT_ARRAYS
    assert not OPERATIONS.keys() & WITHOUT_ARRAYS


@pytest.mark.parametrize("name", OPERATIONS)
def test_rows_hold_the_public_functions(name):
    assert OPERATIONS[name].name == name
    assert OPERATIONS[name].function is getattr(treealg, name)


def test_every_backward_function_belongs_to_one_forward_function():
    backward = {name for name in OPERATIONS if name.endswith("_backprop")}
    assert backward == FORWARD.keys()
    for name, row in FORWARD.items():
        assert name == f"{row.name}_backprop"
        assert row.backward is OPERATIONS[name]


def assert_arguments_are_those_of_the_signature(row):
    annotated = {
        name: str(parameter.annotation)
        for name, parameter in row.signature.parameters.items()
        if "ArrayLike" in str(parameter.annotation)
    }
    assert [argument.name for argument in row.arguments] == list(annotated)
    for argument in row.arguments:
        alternatives = set(annotated[argument.name].split(" | ")) - {"ArrayLike"}
        assert ("None" in alternatives) == argument.optional
        assert ("bool" in alternatives) == (argument.alternative == "flag")


@each_row
def test_arguments_are_the_parameters_annotated_as_arrays_in_their_order(row):
    assert_arguments_are_those_of_the_signature(row)


ERRORS = {
    "lost": lambda arguments: arguments[1:],
    "exchanged": lambda arguments: arguments[::-1],
    "renamed": lambda arguments: (replace(arguments[0], name="paths"), *arguments[1:]),
    "optional": lambda arguments: (replace(arguments[0], optional=True), *arguments[1:]),
    "a flag": lambda arguments: (replace(arguments[0], alternative="flag"), *arguments[1:]),
}


@pytest.mark.parametrize("error", ERRORS)
def test_a_row_that_is_not_its_signature_is_found(error):
    right = OPERATIONS["branched_sig"]
    with pytest.raises(AssertionError):
        assert_arguments_are_those_of_the_signature(
            replace(right, arguments=ERRORS[error](right.arguments))
        )


@each_row
def test_options_are_the_other_parameters(row):
    names = {argument.name for argument in row.arguments}
    parameters = row.signature.parameters
    assert [option.name for option in row.options] == [x for x in parameters if x not in names]
    for option in row.options:
        default = parameters[option.name].default
        assert option.required == (default is inspect.Parameter.empty)
        if not option.required:
            assert option.default is default


WRONG = {
    "flag": (1, "yes"),
    "integer": (1.5, True),
    "real": ("1", np.inf),
    "method": (3, "1"),
    "enumeration": ("neither", 7),
}


@each_row
def test_kinds_of_options_are_what_the_functions_take(row):
    given = Case(row.name, "plain").arguments((2,))
    for option in row.options:
        for wrong in WRONG.get(option.kind, ()):
            with pytest.raises(treealg.TreeAlgError, match=option.name):
                row.function(**{**given, option.name: wrong})
    kinds = {option.name: option.kind for option in row.options}
    for name, kind in {"degree": "integer", "planar": "flag", "end_time": "real"}.items():
        assert kinds.get(name, kind) == kind
    assert {
        kinds[x] for x in ("trees", "words", "static_kernel", "dyadic_order") if x in kinds
    } <= {"object"}


def test_every_derivative_in_a_direction_belongs_to_one_function():
    assert {name for name in OPERATIONS if name.endswith("_jvp")} == OF_JVP.keys()
    for name, row in OF_JVP.items():
        assert name == f"{row.name}_jvp"
        assert row.jvp is OPERATIONS[name]
        assert row.jvp.gradients == row.gradients


@each_row
def test_tangents_are_those_of_differentiable_arguments_and_stand_behind_them(row):
    differentiated = OF_JVP[row.name].arguments if row.name in OF_JVP else ()
    assert row.tangents == tuple(a.name for a in differentiated if a.differentiable)
    places = [i for i, a in enumerate(row.arguments) if a.role == "tangent"]
    assert tuple(row.arguments[i - 1].name for i in places) == row.tangents


def test_what_has_gradients_has_derivatives_in_a_direction():
    assert all(
        row.jvp and row.backward.jvp for row in OPERATIONS.values() if row.backward is not None
    )


@each_row
def test_gradients_are_those_of_differentiable_arguments(row):
    if row.tangents:
        row = OF_JVP[row.name]
    arguments = FORWARD[row.name].arguments if row.name in FORWARD else ()
    forward = {argument.name: argument for argument in arguments}
    assert bool(row.gradients) == bool(forward)
    assert all(forward[name].differentiable for name in row.gradients)
    left_out = {
        name for name, x in forward.items() if x.differentiable and name not in row.gradients
    }
    assert left_out <= set(FORWARD[row.name].without_gradient if forward else ())


def with_defaults(row, given):
    bound = row.signature.bind(**given)
    bound.apply_defaults()
    return bound.arguments


@each_row
def test_flags_ask_for_the_gradients(row):
    given = Case(row.name, "plain").arguments((2,))
    for name in row.gradients if row.flags else ():
        flags = {flag: asked == name for flag, asked in zip(row.flags, row.gradients, strict=True)}
        found = row.function(**given | flags)
        assert row.returned(with_defaults(row, given | flags)) == (name,)
        assert [x is not None for x in found] == [asked == name for asked in row.gradients]


@each_row
def test_gradients_that_are_returned_are_those_of_arguments_that_are_there(row):
    for variant in ("plain", "corrected"):
        case = Case(row.name, variant)
        if row.gradients and case.is_known():
            given = case.arguments((2,))
            found = row.function(**given)
            results = found if isinstance(found, tuple) else (found,)
            returned = row.returned(with_defaults(row, given))
            assert len(returned) == sum(x is not None for x in results)


def test_a_name_that_is_none_is_told_what_is_near():
    for error in (KeyError, treealg.InvalidValueError):
        with pytest.raises(error, match=r"name 'brached_sig'; did you mean 'branched_sig'\?"):
            OPERATIONS["brached_sig"]
    with pytest.raises(KeyError, match=r"list\(treealg.operations\) has all names"):
        OPERATIONS[3]
    assert OPERATIONS.get("nope") is None
    assert "nope" not in OPERATIONS


def test_what_has_no_gradient_is_listed():
    assert OPERATIONS["branched_sig"].without_gradient == ()
    assert OPERATIONS["branched_sig_kernel"].without_gradient == ()
    assert OPERATIONS["branched_sig_kernel_gram"].without_gradient == ()
    assert OPERATIONS["branched_sig_inverse"].without_gradient == ()
    assert OPERATIONS["sig_to_branched_sig"].without_gradient == ()


class OnGpu:
    """What looks like an array in the memory of a GPU."""

    __cuda_array_interface__ = {}  # noqa: RUF012
    ndim, shape, dtype = 3, (2, 5, 2), np.dtype(np.float64)


@each_row
def test_arrays_on_a_gpu_are_refused_where_the_row_says_so(row, monkeypatch):
    class Reached(Exception):
        """The engine of GPUs was asked for."""

    def read(*_given):
        raise Reached

    monkeypatch.setattr(engines, "read_on_gpu", read)
    given = Case(row.name, "plain").arguments((2,))
    first = next((a.name for a in row.arguments if a.role == "input"), row.arguments[0].name)
    with pytest.raises(Reached if row.gpu else treealg.InvalidTypeError):
        row.function(**{**given, first: OnGpu()})
