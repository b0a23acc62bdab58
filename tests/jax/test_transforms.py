"""Transforms of JAX: a mapped function is one example after the other, and loops have gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg.jax

from ..operations.cases import CASES, WAYS, each_case
from .cases import (
    arrays_of,
    assert_alike,
    double_precision,  # noqa: F401
    function_of,
    has_gradient,
    of_arrays,
    on_jax,
    square,
    without_none,
)

DIFFERENTIABLE = [c for c in CASES if c.row.backward is not None and has_gradient(c)]
SIZE = 3


def examples(case, batch=()):
    """Return examples of a case: their arguments, and names and values of those that are arrays."""
    many = [on_jax(case, batch, seed=seed) for seed in range(SIZE)]
    names = [name for name, x in many[0].items() if isinstance(x, jax.Array)]
    return many, names, {name: _stack([given[name] for given in many]) for name in names}


def _stack(arrays):
    return jnp.asarray(np.stack(arrays))


def stacked(results):
    return [np.stack(column) for column in zip(*map(without_none, results), strict=True)]


def assert_mapped(case, batch, mapped, axis=0):
    """Assert that a function maps over some of its arguments, the others being shared."""
    many, names, values = examples(case, batch)
    function = function_of(case)
    axes = tuple(axis if name in mapped else None for name in names)
    given = [
        np.moveaxis(values[name], 0, axis) if name in mapped else many[0][name] for name in names
    ]
    got = jax.vmap(of_arrays(case, many[0], names), axes)(*given)
    want = stacked(function(**many[0] | {name: one[name] for name in mapped}) for one in many)
    assert_alike(got, want)


@each_case(CASES)
@pytest.mark.parametrize("batch", [(2,)], ids=["batch"])
def test_vmap_over_all_arguments_is_one_example_after_the_other(case, batch):
    assert_mapped(case, batch, set(examples(case, batch)[1]))


@each_case(CASES, *WAYS, "corrected_alike", "corrected_by_segment", "one_basepoint", "right_only")
@pytest.mark.parametrize("batch", [(), (2,)], ids=["single", "batch"])
def test_vmap_over_one_argument_shares_the_others(case, batch):
    for name in examples(case, batch)[1]:
        assert_mapped(case, batch, {name})


@each_case([c for c in CASES if any(a.batch == "broadcast" for a in c.row.arguments)], "plain")
def test_vmap_over_arguments_that_broadcast(case):
    assert_mapped(case, [(2, 1), (4,)], set(examples(case, [(2, 1), (4,)])[1]))
    for name in examples(case, [(4,), (2, 1)])[1]:
        assert_mapped(case, [(4,), (2, 1)], {name})


@each_case(CASES, "plain", "corrected")
def test_vmap_over_another_axis(case):
    assert_mapped(case, (2,), set(examples(case, (2,))[1]), axis=1)


@each_case(CASES, "plain")
def test_vmap_of_vmap_is_one_of_all(case):
    many, names, values = examples(case)
    function = of_arrays(case, many[0], names)
    once = jax.vmap(function)(*values.values())
    twice = jax.vmap(jax.vmap(function))(*(x[None] for x in values.values()))
    assert_alike([x[0] for x in twice], once)


@each_case(DIFFERENTIABLE, *WAYS, "corrected_alike", "one_step", "prepended")
def test_gradients_per_example_are_those_of_each_example(case):
    many, names, values = examples(case)
    wanted = [name for name in case.row.backward.gradients if name in names]
    places = tuple(names.index(name) for name in wanted)
    gradient = jax.grad(square(of_arrays(case, many[0], names)), argnums=places)
    got = jax.vmap(gradient)(*values.values())
    assert_alike(got, stacked(gradient(*(one[name] for name in names)) for one in many))
    rest = [many[0][name] for name in names[1:]]
    shared = jax.vmap(gradient, in_axes=(0, *(None,) * (len(names) - 1)))
    got = shared(values[names[0]], *rest)
    assert_alike(got, stacked(gradient(one[names[0]], *rest) for one in many))


@each_case(DIFFERENTIABLE, "plain", "corrected", "brackets", "grid")
def test_transforms_are_compiled(case):
    many, names, values = examples(case)
    wanted = [name for name in case.row.backward.gradients if name in names]
    places = tuple(names.index(name) for name in wanted)
    gradient = jax.vmap(jax.grad(square(of_arrays(case, many[0], names)), argnums=places))
    assert_alike(jax.jit(gradient)(*values.values()), gradient(*values.values()))


@each_case(DIFFERENTIABLE, "plain", "corrected")
def test_jacobians_have_the_gradient_of_each_coefficient(case):
    given = on_jax(case)
    first, x = next(iter(arrays_of(case, given).items()))

    def function(x):
        return of_arrays(case, given, [first])(x)[0].reshape(-1)

    jacobian = jax.jacrev(function)(x)
    for k in (0, len(jacobian) - 1):
        assert_alike(jacobian[k], jax.grad(lambda x, k=k: function(x)[k])(x))


@each_case(DIFFERENTIABLE, "plain", "corrected")
def test_loops_have_values_and_gradients(case):
    many, names, values = examples(case)
    function = of_arrays(case, many[0], names)
    wanted = [name for name in case.row.backward.gradients if name in names]
    places = tuple(names.index(name) for name in wanted)

    def loop(*stacks):
        def step(total, arrays):
            results = function(*arrays)
            return total + jnp.sum(jnp.square(results[0])), results

        return jax.lax.scan(step, 0.0, stacks)

    def unrolled(*stacks):
        return sum(square(function)(*(x[i] for x in stacks)) for i in range(SIZE))

    stacks = list(values.values())
    _, results = jax.jit(loop)(*stacks)
    assert_alike(results, stacked(function(*(one[name] for name in names)) for one in many))
    got = jax.jit(jax.grad(lambda *stacks: loop(*stacks)[0], argnums=places))(*stacks)
    assert_alike(got, jax.jit(jax.grad(unrolled, argnums=places))(*stacks))


def test_checkpoints_and_conditions_have_gradients():
    path = jnp.asarray(np.random.default_rng(1).normal(size=(4, 5, 2)))

    def loss(path):
        return jnp.square(treealg.jax.branched_log_sig(path, 3)).sum()

    def chosen(path):
        return jax.lax.cond(path[0, 0, 0] > 100, lambda x: 0.0, jax.checkpoint(loss), path)

    assert_alike(jax.jit(jax.grad(chosen))(path), jax.grad(loss)(path))
