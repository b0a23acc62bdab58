"""Lists of arrays are taken as they are, compiled or not, with gradients in each of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads as assert_derivatives

import treealg
import treealg.jax

from ..operations.lists_of_paths import CALLS, PATHS, arrays_of, as_lists, one_by_one
from .cases import double_precision  # noqa: F401

each_call = pytest.mark.parametrize("call", CALLS)


def of_arrays(call):
    """Return a function of the arrays of a call, by their names, and these."""
    name, values = CALLS[call]
    given = as_lists(values, np.asarray)
    inputs = as_lists(arrays_of(name, values), jnp.asarray)
    function = getattr(treealg.jax, name)
    return lambda known: function(**given | known), inputs


def loss_of(call):
    """Return a number that depends on all results of a call, and the arrays it depends on."""
    function, inputs = of_arrays(call)
    return lambda known: sum(jnp.sum(x**2) for x in jax.tree.leaves(function(known))), inputs


def assert_same(got, want):
    got, want = jax.tree.leaves(got), one_by_one(want if isinstance(want, list) else [want])
    for x, y in zip(got, want, strict=True):
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y))


@each_call
def test_values_are_those_of_numpy(call):
    name, values = CALLS[call]
    function, inputs = of_arrays(call)
    want = getattr(treealg, name)(**values)
    got = function(inputs)
    assert isinstance(got, list) == isinstance(want, list)
    assert_same(got, want)
    assert_same(jax.jit(function)(inputs), want)


@each_call
def test_gradients_are_those_of_numpy(call):
    name, values = CALLS[call]
    function, inputs = of_arrays(call)
    found, pull = jax.vjp(function, inputs)
    rng = np.random.default_rng(3)
    derivs = jax.tree.map(lambda x: rng.normal(size=x.shape), found)
    (got,) = pull(jax.tree.map(jnp.asarray, derivs))
    row = treealg.operations[name].backward
    own = {x.name: derivs for x in row.arguments if x.role == "derivs"}
    options = {x: values[x] for x in row.signature.parameters if x in values}
    none = {x.name: None for x in row.arguments if x.role == "value"}
    want = row.function(**options | own | none | dict.fromkeys(row.flags, True))
    want = dict(zip(inputs, want if isinstance(want, tuple) else [want], strict=True))
    for key, gradient in got.items():
        assert_same(gradient, want[key])


@pytest.mark.parametrize("call", ["trees", "corrections", "transforms", "pairs", "scores"])
def test_derivatives_are_those_of_quotients_of_differences(call):
    loss, inputs = loss_of(call)
    inputs = {name: x for name, x in inputs.items() if name != "correction"}
    assert_derivatives(loss, (inputs,), 1, eps=1e-5)
    assert_derivatives(jax.grad(loss), (inputs,), 1, eps=1e-5)


@pytest.mark.parametrize("call", ["corrections", "transforms", "brackets", "a list and an array"])
def test_compiled_gradients_are_the_same(call):
    loss, inputs = loss_of(call)
    got, want = jax.jit(jax.grad(loss))(inputs), jax.grad(loss)(inputs)
    for x, y in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-13, atol=1e-13)


def test_gradients_of_a_path_do_not_depend_on_the_others():
    paths = [jnp.asarray(x) for x in PATHS]
    weights = np.random.default_rng(4).normal(size=(len(paths), 20))
    got = jax.grad(lambda xs: jnp.sum(weights * treealg.jax.branched_sig(xs, 3)))(paths)
    for path, own, gradient in zip(paths, weights, got, strict=True):
        alone = jax.grad(lambda x, w=own: jnp.sum(w * treealg.jax.branched_sig(x, 3)))(path)
        np.testing.assert_allclose(gradient, alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("call", ["transforms", "pairs"])
def test_maps_over_lists_take_one_example_after_the_other(call):
    loss, inputs = loss_of(call)
    function, _ = of_arrays(call)
    stacked = jax.tree.map(lambda x: jnp.stack([x, x / 2]), inputs)
    half = jax.tree.map(lambda x: x / 2, inputs)
    for each in (function, jax.grad(loss)):
        got = jax.vmap(each)(stacked)
        want = jax.tree.map(lambda x, y: jnp.stack([x, y]), each(inputs), each(half))
        for x, y in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


def test_a_list_of_one_path_is_a_list():
    (got,) = treealg.jax.transform_path([jnp.asarray(PATHS[0])], lead_lag=True)
    assert_same(got, treealg.transform_path(PATHS[0], lead_lag=True))
    (gradient,) = treealg.jax.branched_sig_backprop([PATHS[0]], None, jnp.ones((1, 6)), 2)
    assert gradient.shape == PATHS[0].shape


def test_single_precision_is_kept_and_integers_become_floats():
    single = [np.asarray(x, np.float32) for x in PATHS]
    assert treealg.jax.branched_sig(single, 2).dtype == jnp.float32
    whole = [np.array([[0, 0], [1, 2]]), np.array([[3, 1]])]
    assert_same(treealg.jax.sig(whole, 2), treealg.sig(whole, 2))


def test_what_does_not_belong_together_is_refused_by_its_name():
    with pytest.raises(treealg.InvalidValueError, match="times must have as many arrays as path"):
        treealg.jax.branched_sig(PATHS, 2, time_aug=True, times=[PATHS[0][:, 0]])
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[1\] must have the dtype of path"):
        treealg.jax.branched_sig([PATHS[0], PATHS[1].astype(np.float32)], 2)
    for rows in ([np.zeros((1, 4))] * 3, [np.zeros(3)] * 3):
        with pytest.raises(treealg.InvalidValueError, match=r"correction\[\d\] must have"):
            jax.jit(lambda xs, rows=rows: treealg.jax.branched_sig(xs, 2, correction=rows))(PATHS)
    with pytest.raises(treealg.InvalidValueError, match=r"path\[0\] must have two axes, those"):
        treealg.jax.branched_sig([PATHS[0][None], *PATHS], 2)
    with pytest.raises(treealg.InvalidTypeError, match=r"use list\(path\)"):
        treealg.jax.branched_sig(iter(PATHS), 2)


def test_lists_are_refused_where_there_is_one_array():
    rows, derivs = [np.zeros(4)], list(np.zeros((len(PATHS), 6)))
    for name, call in [
        ("correction", lambda: treealg.jax.branched_sig(PATHS[0], 2, correction=rows)),
        ("tangent", lambda: treealg.jax.branched_sig_jvp(PATHS[0], PATHS[:1], 2)),
        ("bsig_derivs", lambda: treealg.jax.branched_sig_backprop(PATHS, None, derivs, 2)),
    ]:
        with pytest.raises(treealg.InvalidTypeError, match=f"{name} must be an array of JAX or"):
            call()


def test_compiled_programs_see_the_paths_themselves():
    """Nothing is stacked or padded: the one thing that a program does is the call."""
    program = jax.make_jaxpr(lambda xs: treealg.jax.branched_sig(xs, 2))(PATHS)
    (equation,) = program.eqns
    assert [x.aval.shape for x in equation.invars] == [x.shape for x in PATHS]
