"""What is wrong with arguments is said when they are traced, and never in a crash or a halt."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg
import treealg.jax

from ..operations.cases import CASES, OPERATIONS, Case, each_case
from .cases import (
    arrays_of,
    double_precision,  # noqa: F401
    function_of,
    of_arrays,
    on_jax,
)

each_name = pytest.mark.parametrize("name", OPERATIONS)


NO_ARRAYS = {
    "a key": lambda x: jax.random.key(0),
    "a derivative in integers": lambda x: np.zeros(x.shape, jax.dtypes.float0),
    "a list": lambda x: x.tolist(),
    "text": lambda x: "x",
    "complex": lambda x: x.astype(complex),
    "half": lambda x: x.astype(jnp.float16),
    "booleans": lambda x: np.asarray(x) > 0,
    "objects": lambda x: np.asarray(x).astype(object),
}


@each_name
@pytest.mark.parametrize("bad", NO_ARRAYS)
def test_what_is_no_array_of_real_numbers_is_refused_by_its_name(name, bad):
    case = Case(name, "plain")
    given = on_jax(case, (4,))
    for argument, x in arrays_of(case, given).items():
        with pytest.raises(treealg.InvalidTypeError, match=argument):
            function_of(case)(**given | {argument: NO_ARRAYS[bad](x)})


@each_case(CASES, "plain", "corrected")
def test_every_array_of_another_length_is_refused(case):
    given = on_jax(case, (4,))
    for argument in case.row.arguments:
        x = given.get(argument.name)
        if isinstance(x, jax.Array) and len(argument.axes) == 1:
            function, short = of_arrays(case, given, [argument.name]), np.asarray(x)[..., :-1]
            for call in (function, jax.jit(function)):
                with pytest.raises(treealg.InvalidValueError, match=argument.name):
                    call(short)


@each_name
def test_errors_of_tracing_are_those_of_arrays(name):
    # Every array with too few axes: the shape that was given is in the message, and no other.
    case = Case(name, "plain")
    given = on_jax(case, (2,))
    numbers = {x.name for x in case.row.arguments if x.alternative == "number"}
    for argument in case.row.arguments:
        x = given.get(argument.name)
        point = case.row.points.get(argument.name, argument.name)
        if isinstance(x, jax.Array) and argument.axes and point not in numbers:
            few = np.zeros(x.shape[-1:] if len(argument.axes) > 1 else (), x.dtype)
            with pytest.raises(treealg.TreeAlgError) as want:
                case.row.function(**case.arguments((2,)) | {argument.name: few})
            with pytest.raises(type(want.value)) as got:
                jax.jit(of_arrays(case, given, [argument.name]))(few)
            assert str(got.value) == str(want.value)


WRONG = {
    "flag": (1, "yes"),
    "integer": (1.5, True),
    "real": ("1", float("inf")),
    "method": (3, "1"),
    "enumeration": ("neither", 7),
    "object": (object(), {1}),
}


@each_name
def test_wrong_options_are_refused_by_their_names(name):
    case = Case(name, "plain")
    given = on_jax(case, (2,))
    arrays = arrays_of(case, given)
    for option in case.row.options:
        for wrong in WRONG[option.kind]:
            function = of_arrays(case, given | {option.name: wrong}, arrays)
            for call in (function, jax.jit(function)):
                with pytest.raises(treealg.TreeAlgError, match=option.name):
                    call(*arrays.values())


def test_options_that_are_traced_are_refused_with_how_to_name_them():
    path = jnp.zeros((3, 2))
    with pytest.raises(treealg.InvalidTypeError, match=r"degree must be a value .* static_arg"):
        jax.jit(treealg.jax.branched_sig)(path, 2)
    compiled = jax.jit(treealg.jax.branched_sig, static_argnames="degree")
    assert compiled(path, degree=2).shape == (6,)


def test_what_is_no_number_is_told_what_it_is():
    with pytest.raises(treealg.InvalidTypeError, match=r"key<fry>; jax.random.normal\(path, shape"):
        treealg.jax.branched_sig(jax.random.key(0), 2)
    with pytest.raises(treealg.InvalidTypeError, match="got float0; this is how JAX writes"):
        treealg.jax.branched_sig(np.zeros((3, 2), jax.dtypes.float0), 2)


def test_floats_of_another_byte_order_are_taken():
    path = np.array([[0.0, 1.0], [2.0, 0.5]])
    for order in "<>":
        for kind in ("f4", "f8", "i4"):
            given = path.astype(order + kind)
            want = treealg.branched_sig(given, 2)
            np.testing.assert_allclose(treealg.jax.branched_sig(given, 2), want)


def test_floats_wider_than_those_of_jax_are_told_how_they_are_converted():
    with pytest.raises(treealg.InvalidTypeError, match=r"path\.astype\(numpy\.float64\)"):
        treealg.jax.branched_sig(np.zeros((3, 2), np.longdouble), 2)


@pytest.mark.parametrize("derivative", [jax.grad, jax.jacfwd, jax.jacrev])
def test_derivatives_in_what_has_none_are_refused(derivative):
    path = jnp.eye(2)

    def on_times(times):
        return treealg.jax.branched_sig(path, 2, time_aug=True, times=times).sum()

    with pytest.raises(treealg.InvalidTypeError, match=r"in times; use jax\.lax\.stop_gradient"):
        derivative(on_times)(jnp.array([0.0, 1.0]))
    fixed = derivative(lambda times: on_times(jax.lax.stop_gradient(times)))
    np.testing.assert_array_equal(fixed(jnp.array([0.0, 1.0])), 0)


def test_nested_lists_are_told_how_they_become_arrays():
    with pytest.raises(treealg.InvalidTypeError, match=r"; jax\.numpy\.asarray\(path\) makes"):
        treealg.jax.branched_sig([[0.0, 0.0], [1.0, 2.0]], 2)


def test_symbols_in_shapes_are_refused():
    shape = jax.ShapeDtypeStruct(jax.export.symbolic_shape("batch, 5, 2"), np.float32)
    with pytest.raises(treealg.InvalidTypeError, match=r"branched_sig needs a shape .*\[batch,5,2"):
        jax.export.export(jax.jit(lambda x: treealg.jax.branched_sig(x, 2)))(shape)


def test_batches_that_do_not_fit_are_refused_in_compilation():
    path, lengths = jnp.zeros((2, 4, 2)), jnp.array([1, 2, 3])
    with pytest.raises(treealg.InvalidValueError, match="lengths"):
        jax.jit(lambda path, lengths: treealg.jax.branched_sig(path, 2, lengths=lengths))(
            path, lengths
        )
    with pytest.raises(treealg.InvalidTypeError, match="one dtype"):
        jax.jit(lambda a, b: treealg.jax.sig_combine(a, b, 2, 1))(
            np.zeros(2), np.zeros(2, np.float32)
        )


def test_lists_of_paths_are_refused_by_their_items():
    paths = [np.zeros((3, 2)), np.zeros((2, 2))]
    with pytest.raises(treealg.InvalidTypeError, match="lengths must be None"):
        treealg.jax.branched_sig(paths, 3, lengths=np.array([1, 2]))
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[1\] must be an array"):
        treealg.jax.branched_sig([paths[0], [[0.0, 1.0]]], 3)
    for other in (np.zeros((2, 3)), np.zeros(2)):
        with pytest.raises(
            treealg.InvalidValueError, match=r"path\[1\] must have (two axes|as many channels)"
        ):
            treealg.jax.branched_sig([paths[0], other], 3)
    with pytest.raises(treealg.InvalidValueError, match="at least one"):
        treealg.jax.branched_sig([], 3)


def test_wrong_parameters_are_those_of_any_function():
    path = jnp.zeros((3, 2))
    with pytest.raises(TypeError, match=r"branched_sig\(\) missing 1 required"):
        treealg.jax.branched_sig(path)
    with pytest.raises(TypeError, match="unexpected keyword argument 'degre'"):
        treealg.jax.branched_sig(path, degre=2)


ON_ONE_PROCESSOR = """
import os
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
"""


def output(code):
    """Return what some code prints in a process of its own, which has to end in time."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("start", ["", ON_ONE_PROCESSOR], ids=["all", "one"])
def test_wrong_numbers_are_an_error_of_jax_in_compiled_code_and_nothing_waits(start):
    code = """
import jax, jax.numpy as jnp, numpy as np, treealg, treealg.jax
path = jnp.ones((2, 500, 3))
compute = jax.jit(lambda lengths: treealg.jax.branched_sig(path, 2, lengths=lengths))
for _ in range(3):
    try:
        compute(jnp.array([1, 501])).block_until_ready()
    except jax.errors.JaxRuntimeError as error:
        assert "InvalidValueError" in str(error) and "lengths" in str(error)
    else:
        raise AssertionError("no error")
    assert compute(jnp.array([1, 500])).shape == (2, 12)
try:
    treealg.jax.branched_sig(path, 2, lengths=jnp.array([1, 501]))
except treealg.InvalidValueError as error:
    print("lengths" in str(error))
"""
    assert output(start + code) == "True\n"


@pytest.mark.slow
@pytest.mark.parametrize("start", ["", ON_ONE_PROCESSOR], ids=["all", "one"])
def test_large_arrays_and_many_calls_in_one_program_do_not_wait_for_each_other(start):
    code = """
import jax, jax.numpy as jnp, numpy as np, treealg.jax
paths = jnp.asarray(np.random.default_rng(0).normal(size=(8, 4, 3000, 2)), jnp.float32)
@jax.jit
def compute(paths):
    parts = [jax.grad(lambda x: treealg.jax.branched_sig(x, 3).sum())(2 * x) for x in paths]
    return sum(parts)
for _ in range(5):
    result = compute(paths)
print(result.block_until_ready().shape)
"""
    assert output(start + code) == "(4, 3000, 2)\n"
