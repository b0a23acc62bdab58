"""Functions on arrays of JAX beside those of NumPy, and beside pySigLib's functions of JAX.

First what a call costs that computes almost nothing, one path of 5 points, as it is and in a
compiled program; then a batch, backwards through a compiled `jax.grad`. In float64.

    python benchmarks/bench_jax.py
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from harness import Run, main, paths

import treealg
import treealg.jax

NAMES = ("branched_sig", "branched_log_sig", "sig")
PEERS = ("branched_sig", "branched_log_sig")
SIZES = ((2, 4), (3, 4), (5, 3))


def bench_calls(run: Run) -> None:
    """Measure one call on arrays of JAX beside the same on arrays of NumPy."""
    x = paths(1, 5, 2)[0]
    array = jnp.asarray(x)
    for name in NAMES:
        numpy = partial(getattr(treealg, name), x, 3)
        function = partial(getattr(treealg.jax, name), degree=3)
        for what, call in {name: function, f"{name}, compiled": jax.jit(function)}.items():
            run.compare(
                what, "5 points, d=2, N=3", partial(done, call, array), numpy, beside="NumPy"
            )


def bench_peer_calls(run: Run) -> None:
    """Measure the same calls beside pySigLib's."""
    rival = peer(2, 3)
    array = jnp.asarray(paths(1, 5, 2)[0])
    for name in PEERS:
        ours, theirs = (
            partial(getattr(library, name), degree=3) for library in (treealg.jax, rival)
        )
        size = "5 points, d=2, N=3"
        run.compare(name, size, partial(done, ours, array), partial(done, theirs, array))
        ours, theirs = jax.jit(ours), jax.jit(theirs)
        run.compare(
            f"{name}, compiled", size, partial(done, ours, array), partial(done, theirs, array)
        )


def bench_gradients(run: Run) -> None:
    """Measure compiled gradients beside pySigLib's."""
    for d, n in SIZES:
        rival = peer(d, n)
        x = jnp.asarray(paths(64, 100, d))
        for name in PEERS:
            ours, theirs = (
                partial(done, gradient(getattr(library, name), n), x)
                for library in (treealg.jax, rival)
            )
            run.compare(f"{name}, jit(grad)", f"64×100, d={d}, N={n}", ours, theirs)


def peer(dimension: int, degree: int) -> Any:
    """Return pySigLib's functions of JAX, with the tables that they need."""
    import_module("pysiglib").prepare_branched_log_sig(dimension, degree, 0)
    return import_module("pysiglib.jax_api")


def gradient(function: Any, degree: int) -> Any:
    """Return the compiled gradient of the sum of the coefficients."""
    return jax.jit(jax.grad(lambda x: function(x, degree).sum()))


def done(function: Any, x: Any) -> np.ndarray:
    """Return a result as an array of NumPy, when it is there."""
    return np.asarray(function(x))


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    groups = {"calls": bench_calls, "peer": bench_peer_calls, "gradients": bench_gradients}
    main(groups, "jax", __doc__, {})
