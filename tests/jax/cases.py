"""The cases of all operations on arrays of JAX, in double precision."""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import treealg.jax


@contextlib.contextmanager
def precision(bits):
    """Have numbers of 64 bits, or of 32."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", bits == 64)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", before)


@pytest.fixture(autouse=True)
def double_precision():
    with precision(64):
        yield


def on_jax(case, batch=(), dtype=np.float64, seed=0):
    """Return the arguments of a case, every array one of JAX."""
    given = case.arguments(batch, dtype, seed)
    return {name: jnp.asarray(x) if isinstance(x, np.ndarray) else x for name, x in given.items()}


def arrays_of(case, given):
    """Return the arguments that have derivatives, by name."""
    return {
        argument.name: given[argument.name]
        for argument in case.row.arguments
        if isinstance(given.get(argument.name), jax.Array)
        and argument.name not in ("lengths", "windows", "times")
    }


def function_of(case):
    """Return the function on arrays of JAX."""
    return getattr(treealg.jax, case.name)


def without_none(results):
    """Return results as a tuple of those that are there."""
    found = results if isinstance(results, (tuple, list)) else [results]
    return tuple(x for x in found if x is not None)


def has_gradient(case):
    """Tell whether a case asks for nothing that has no gradient."""
    given = on_jax(case)
    values = [given.get(name) for name in case.row.without_gradient]
    return all(value is None or value is False for value in values)


def of_arrays(case, given, inputs):
    """Return the function of some arguments, all others being as given."""

    def function(*arrays):
        return without_none(function_of(case)(**given | dict(zip(inputs, arrays, strict=True))))

    return function


def square(function):
    """Return the sum of the squares of all that a function returns, as a function."""

    def loss(*arrays):
        return sum(jnp.sum(jnp.square(x)) for x in function(*arrays))

    return loss


def assert_same(got, want):
    """Assert that results are the same, bit for bit."""
    got, want = without_none(got), without_none(want)
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert isinstance(one, jax.Array)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def assert_alike(got, want):
    """Assert that results agree to rounding."""
    # In NumPy: JAX would compile every step, for every shape.
    got, want = ([np.asarray(x) for x in without_none(results)] for results in (got, want))
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert one.shape == other.shape
        scale = max(1.0, float(np.abs(other).max(initial=0)))
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13 * scale)
