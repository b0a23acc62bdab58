"""Derivatives in a direction are used where the table has them: a row of powers shows how."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg
from treealg.jax.operators import operators
from treealg.jax.primitives import differentiable
from treealg.numeric.operations import Argument, Operation, shapes

from ..operations.cases import Case
from .cases import arrays_of, assert_alike, double_precision, of_arrays, on_jax  # noqa: F401

VECTOR = Argument("vector", ("coefficients",))
DERIVS = Argument("derivs", ("coefficients",), batch="result", role="derivs")
DIRECTION = Argument("direction", ("coefficients",), role="tangent")
DERIVS_DIRECTION = Argument("derivs_direction", ("coefficients",), role="tangent")


def power(vector, exponent: "int"):
    return vector**exponent


def power_jvp(vector, direction, exponent: "int"):
    return exponent * vector ** (exponent - 1) * direction


def power_backprop(derivs, vector, exponent: "int"):
    return exponent * vector ** (exponent - 1) * derivs


def power_backprop_jvp(derivs, derivs_direction, vector, direction, exponent: "int"):
    change = (exponent - 1) * vector ** (exponent - 2) * direction * derivs
    return exponent * (change + vector ** (exponent - 1) * derivs_direction)


def rows(*, has_jvp):
    like = shapes.like("vector")
    backward_jvp = Operation(
        power_backprop_jvp,
        (DERIVS, DERIVS_DIRECTION, VECTOR, DIRECTION),
        like,
        tangents=("derivs", "vector"),
    )
    backward = Operation(
        power_backprop,
        (DERIVS, VECTOR),
        shapes.gradients("vector"),
        gradients=("vector",),
        jvp=backward_jvp if has_jvp else None,
    )
    jvp = Operation(power_jvp, (VECTOR, DIRECTION), like, tangents=("vector",))
    return [Operation(power, (VECTOR,), like, backward, jvp=jvp if has_jvp else None)]


@pytest.fixture(scope="module", params=[True, False], ids=["with", "without"])
def made(request):
    return request.param, differentiable(operators(rows(has_jvp=request.param)))["power"]


def cube(made, x):
    return made[1].call([x], (3,))[0]


def check(made, function, want):
    """Check what needs derivatives in a direction, compiled and not."""
    for call in (function, jax.jit(function)):
        if made[0]:
            assert_alike(call(X), want)
        else:
            with pytest.raises(treealg.InvalidTypeError, match="no derivative in a direction"):
                call(X)


X = np.array([[0.5, -1.0, 2.0]])
V = np.array([[1.0, 0.5, -0.25]])


def test_a_derivative_in_a_direction_is_that_of_the_table(made):
    check(made, lambda x: jax.jvp(lambda x: cube(made, x), (x,), (V,))[1], 3 * X**2 * V)
    check(made, lambda x: jax.linearize(lambda x: cube(made, x), x)[1](V), 3 * X**2 * V)


def test_jacobians_forward_are_those_backward(made):
    check(made, lambda x: jax.jacfwd(lambda x: cube(made, x))(x[0]), np.diag(3 * X[0] ** 2))
    assert_alike(jax.jacrev(lambda x: cube(made, x))(X[0]), np.diag(3 * X[0] ** 2))


@pytest.mark.parametrize("outer", [jax.jacfwd, jax.jacrev])
def test_second_derivatives_are_made_of_those_in_a_direction(made, outer):
    def gradient(x):
        return jax.grad(lambda x: cube(made, x).sum())(x)

    check(made, lambda x: outer(gradient)(x[0]), np.diag(6 * X[0]))


def test_gradients_of_gradients_are_taken_in_what_came_in_too(made):
    def pulled(x):
        # Linear in v and of second order in x.
        _, pullback = jax.vjp(lambda x: cube(made, x), x)
        return jax.grad(lambda v: (pullback(v)[0] * V).sum())(jnp.ones_like(x))

    check(made, pulled, 3 * X**2 * V)


def test_mapped_derivatives_are_one_after_the_other(made):
    def moved(x):
        many = jnp.stack([x, 2 * x])
        return jax.vmap(lambda x, v: jax.jvp(lambda x: cube(made, x), (x,), (v,))[1], (0, None))(
            many, V
        )

    check(made, moved, np.stack([3 * X**2 * V, 12 * X**2 * V]))
    hessians = jax.vmap(jax.hessian(lambda x: cube(made, x).sum()))
    check(made, hessians, np.stack([np.diag(6 * x) for x in X]))


def test_derivatives_in_a_direction_have_gradients(made):
    def along(x, v):
        return jax.jvp(lambda x: cube(made, x), (x,), (v,))[1].sum()

    check(made, lambda x: jax.grad(along, (0, 1))(x, V), (6 * X * V, 3 * X**2))
    check(made, lambda x: jax.vmap(jax.grad(along), (0, None))(jnp.stack([x]), V), 6 * X[None] * V)
    jacobian = jax.jacrev(jax.jacfwd(lambda x: cube(made, x).sum()))
    check(made, lambda x: jacobian(x[0]), np.diag(6 * X[0]))


@pytest.mark.parametrize("name", ["branched_sig", "sig_inverse"])
def test_functions_of_directions_have_the_gradients_of_derivatives(name):
    rng = np.random.default_rng(3)
    shape = (4, 2) if name == "branched_sig" else (6,)
    x, v = (jnp.asarray(y) for y in rng.normal(size=(2, 2, *shape)))
    options = (2,) if name == "branched_sig" else (2, 2)
    function = getattr(treealg.jax, name)

    def given(x, v):
        return (getattr(treealg.jax, f"{name}_jvp")(x, v, *options) ** 2).sum()

    def taken(x, v):
        return (jax.jvp(lambda x: function(x, *options), (x,), (v,))[1] ** 2).sum()

    assert_alike(jax.grad(given, (0, 1))(x, v), jax.grad(taken, (0, 1))(x, v))


@pytest.mark.parametrize("name", ["branched_sig", "sig_inverse"])
def test_derivatives_of_backward_functions_have_gradients_in_their_directions(name):
    rng = np.random.default_rng(4)
    size, shape = (6, (4, 2)) if name == "branched_sig" else (6, (6,))
    x, v, w = (jnp.asarray(y) for y in rng.normal(size=(3, *shape)))
    derivs = jnp.asarray(rng.normal(size=size))
    function = getattr(treealg.jax, f"{name}_backprop_jvp")

    def moved(x, v):
        if name == "branched_sig":
            return (function(x, v, None, derivs, None, 2) * w).sum()
        return (function(derivs, None, x, v, 2, 2) * w).sum()

    # Symmetric: it is the same with the two vectors exchanged.
    assert_alike((jax.grad(moved, 1)(x, v) * v).sum(), moved(x, v))
    assert_alike(jax.jvp(lambda v: moved(x, v), (v,), (v,))[1], moved(x, v))
    for take in (jax.grad(moved), lambda x, v: jax.jvp(lambda x: moved(x, v), (x,), (w,))):
        with pytest.raises(treealg.InvalidTypeError, match=f"{name} has no derivatives of third"):
            take(x, v)


@pytest.mark.parametrize("name", ["branched_log_sig", "branched_sig_change_lift", "branched_mmd"])
def test_products_of_hessians_agree_however_they_are_taken(name):
    case = Case(name, "plain")
    given = on_jax(case)
    (first, x) = next(iter(arrays_of(case, given).items()))
    v = jnp.asarray(np.random.default_rng(5).normal(size=x.shape))
    function = of_arrays(case, given, [first])

    def loss(x):
        return sum(jnp.sum(jnp.sin(y)) for y in function(x))

    def pulled(u):
        return jax.vjp(jax.grad(loss), x)[1](u)[0]

    want = jax.jvp(jax.grad(loss), (x,), (v,))[1]
    assert_alike(pulled(v), want)
    assert_alike(jax.vjp(pulled, x)[1](v), want)
    assert_alike(jax.jvp(pulled, (x,), (v,))[1], want)
    assert_alike(jax.grad(lambda x: jax.jvp(loss, (x,), (v,))[1])(x), want)


def test_derivatives_of_derivatives_in_a_direction_need_a_row_of_their_own(made):
    def twice(x):
        return jax.jvp(lambda x: jax.jvp(lambda x: cube(made, x), (x,), (V,))[1], (x,), (V,))[1]

    for function in (twice, jax.jit(twice), jax.jacfwd(jax.jacfwd(lambda x: cube(made, x)))):
        with pytest.raises(treealg.InvalidTypeError, match="has no"):
            function(X)
    if made[0]:  # linear in the direction, which needs none
        linear = jax.jvp(lambda v: jax.jvp(lambda x: cube(made, x), (X,), (v,))[1], (V,), (V,))[1]
        assert_alike(linear, 3 * X**2 * V)


def test_loops_have_derivatives_in_a_direction(made):
    def looped(x):
        def step(total, _):
            return total + cube(made, x), None

        return jax.lax.scan(step, jnp.zeros_like(x), None, length=2)[0]

    check(made, lambda x: jax.jvp(looped, (x,), (V,))[1], 6 * X**2 * V)
