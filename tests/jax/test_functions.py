"""Functions on arrays of JAX give what those of NumPy give, compiled or not, and gradients too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg
import treealg.jax

from ..operations.cases import (
    CASES,
    OPERATIONS,
    WAYS,
    Case,
    each_case,
    is_without_gradient,
)
from .cases import (
    arrays_of,
    assert_same,
    double_precision,  # noqa: F401
    function_of,
    has_gradient,
    of_arrays,
    on_jax,
    precision,
    square,
    without_none,
)

WITH_GRADIENT = [case for case in CASES if case.row.backward is not None]
DIFFERENTIABLE = [case for case in WITH_GRADIENT if has_gradient(case)]
each_name = pytest.mark.parametrize("name", OPERATIONS)


@each_case(CASES)
@pytest.mark.parametrize("batch", [(), (2, 3)], ids=["single", "batch"])
def test_functions_give_what_those_of_arrays_give(case, batch):
    want = case.row.function(**case.arguments(batch))
    assert_same(function_of(case)(**on_jax(case, batch)), want)


@each_case(CASES)
def test_results_without_data_have_the_shapes_of_those_with_data(case):
    for batch in ((), (2,)):
        given = on_jax(case, batch)
        names = [name for name, x in given.items() if isinstance(x, jax.Array)]
        got = jax.eval_shape(of_arrays(case, given, names), *(given[name] for name in names))
        want = without_none(case.row.function(**case.arguments(batch)))
        assert [(x.shape, x.dtype) for x in got] == [(x.shape, x.dtype) for x in want]


@each_case(CASES, *WAYS, "prefixes", "one_tree", "normalized", "exponential_kernel")
def test_compiled_functions_give_what_others_give(case):
    given = on_jax(case, (2,))
    names = [name for name, x in given.items() if isinstance(x, jax.Array)]
    got = jax.jit(of_arrays(case, given, names))(*(given[name] for name in names))
    assert_same(got, case.row.function(**case.arguments((2,))))


@each_case(CASES, *WAYS)
def test_single_precision_is_computed_in_single_precision(case):
    want = case.row.function(**case.arguments((4,), np.float32))
    assert_same(function_of(case)(**on_jax(case, (4,), np.float32)), want)


@each_case(CASES, "plain", "corrected", "one_step")
def test_without_numbers_of_64_bits_everything_is_in_single_precision(case):
    with precision(32):
        given = on_jax(case, (2,))
        names = [name for name, x in given.items() if isinstance(x, jax.Array)]
        arrays = [given[name] for name in names]
        assert {x.dtype for x in arrays} <= {np.dtype(np.float32), np.dtype(np.int32)}
        got = function_of(case)(**case.arguments((2,)))
        assert_same(got, function_of(case)(**given))
        assert {x.dtype for x in without_none(got)} == {np.dtype(np.float32)}
        assert_same(jax.jit(of_arrays(case, given, names))(*arrays), got)


@each_case(DIFFERENTIABLE)
@pytest.mark.parametrize("batch", [(), (3,)], ids=["single", "batch"])
def test_gradients_are_those_of_the_backward_function(case, batch):
    given = on_jax(case, batch)
    inputs = arrays_of(case, given)
    (result,), pullback = jax.vjp(of_arrays(case, given, inputs), *inputs.values())
    backward = Case(case.row.backward.name, case.variant)
    derivs = np.random.default_rng(1).normal(size=result.shape)
    names = backward.row.gradients
    (role,) = (a.name for a in backward.row.arguments if a.role == "derivs")
    known = backward.row.signature.parameters
    options = {name: x for name, x in case.arguments(batch).items() if name in known}
    options |= {role: derivs} | dict.fromkeys(backward.row.flags, True)
    options |= {a.name: None for a in backward.row.arguments if a.role == "value"}
    found = dict(zip(inputs, pullback((jnp.asarray(derivs),)), strict=True))
    present = [name for name in names if name in inputs]
    assert present
    assert_same([found[name] for name in present], backward.row.function(**options))


SMALL = "plain", "planar", "brackets", "corrected", "corrected_alike", "lead_lag", "grid"


@each_case(DIFFERENTIABLE, *SMALL)
def test_gradients_are_the_derivatives(case):
    given = on_jax(case)
    inputs = arrays_of(case, given)
    function = square(of_arrays(case, given, inputs))
    arrays = list(inputs.values())
    gradients = jax.grad(function, argnums=tuple(range(len(arrays))))(*arrays)
    function = jax.jit(function)
    rng = np.random.default_rng(3)
    steps = [rng.normal(size=x.shape) for x in arrays]
    h = 1e-5
    up = function(*(np.asarray(x) + h * step for x, step in zip(arrays, steps, strict=True)))
    down = function(*(np.asarray(x) - h * step for x, step in zip(arrays, steps, strict=True)))
    want = float(up - down) / (2 * h)
    got = sum(float(np.vdot(g, s)) for g, s in zip(gradients, steps, strict=True))
    assert got == pytest.approx(want, rel=1e-5, abs=1e-7)


@each_case([c for c in DIFFERENTIABLE if "corrected" in c.variant or "combine" in c.name], *WAYS)
def test_one_gradient_may_be_wanted_alone(case):
    given = on_jax(case, (3,))
    inputs = arrays_of(case, given)
    both = jax.grad(square(of_arrays(case, given, inputs)), tuple(range(len(inputs))))
    want = dict(zip(inputs, both(*inputs.values()), strict=True))
    for name, x in inputs.items():
        assert_same(jax.grad(square(of_arrays(case, given, [name])))(x), want[name])


@pytest.mark.parametrize("side", ["path1", "path2"])
def test_the_gradient_of_one_path_of_a_kernel_is_not_computed_for_the_other(side):
    case = Case("branched_sig_kernel", "plain")
    given = on_jax(case, (2,))
    program = jax.make_jaxpr(jax.grad(square(of_arrays(case, given, [side]))))(given[side])
    (call,) = (e for e in program.eqns if e.primitive.name == "branched_sig_kernel_backprop")
    names = [option.name for option in OPERATIONS["branched_sig_kernel_backprop"].options]
    options = dict(zip(names, call.params["options"], strict=True))
    assert (options["left_deriv"], options["right_deriv"]) == (side == "path1", side == "path2")


@each_case([c for c in CASES if is_without_gradient(c.row)], "plain")
def test_functions_without_gradient_say_so_when_one_is_wanted(case):
    given = on_jax(case, (2,))
    name = case.row.arguments[0].name
    with pytest.raises(treealg.InvalidTypeError, match=f"{case.name} has no gradient"):
        jax.grad(square(of_arrays(case, given, [name])))(given[name])


def test_lists_of_paths_come_with_lists_of_corrections():
    rng = np.random.default_rng(5)
    paths = [rng.normal(size=(n, 2)) for n in (3, 5, 1)]
    rows = [rng.normal(size=(max(n - 1, 0), 4)) for n in (3, 5, 1)]
    options = {"time_aug": True, "scalar_term": True}
    want = treealg.branched_sig(paths, 3, correction=rows, **options)
    on_device = [jnp.asarray(path) for path in paths]
    assert_same(treealg.jax.branched_sig(on_device, 3, correction=rows, **options), want)
    want = treealg.branched_log_sig(paths, 3, correction=rows[0][0], **options)
    assert_same(treealg.jax.branched_log_sig(paths, 3, correction=rows[0][0], **options), want)


def test_integers_are_computed_in_the_precision_of_floats():
    path = jnp.array([[0, 0], [1, 2]])
    assert_same(treealg.jax.branched_sig(path, 2), treealg.branched_sig(np.asarray(path), 2))
    with precision(32):
        want = treealg.branched_sig(np.asarray(path, np.float32), 2)
        assert_same(treealg.jax.branched_sig(jnp.array([[0, 0], [1, 2]]), 2), want)


def test_trees_may_be_those_of_the_symbolic_layer():
    from treealg.symbolic import Tree

    path = jnp.arange(10.0).reshape(5, 2)
    tree = Tree([Tree(label=0)], 1)
    want = treealg.jax.branched_sig_coef(path, [((0,), 1), (1,)])
    assert_same(treealg.jax.branched_sig_coef(path, [tree, Tree(label=1)]), want)


@each_name
def test_numbers_of_numpy_are_options(name):
    case = Case(name, "plain")
    given = on_jax(case, (2,))
    same = {int: np.int64, bool: np.bool_, float: np.float64}
    other = {key: same[type(x)](x) if type(x) in same else x for key, x in given.items()}
    assert_same(function_of(case)(**other), case.row.function(**case.arguments((2,))))


def test_results_stay_on_the_device_of_the_arguments():
    device = jax.devices()[-1]
    placed = jax.device_put(jnp.zeros((3, 2)), device)
    assert treealg.jax.branched_sig(placed, 2).devices() == {device}
    assert treealg.jax.branched_sig(placed, 2).committed
    assert not treealg.jax.branched_sig(jnp.zeros((3, 2)), 2).committed
