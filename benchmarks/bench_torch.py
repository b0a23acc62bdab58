"""Functions on tensors beside those on arrays, and beside pySigLib's functions of PyTorch.

First what a call costs that computes almost nothing, one path of 5 points; then a batch, forwards,
and backwards through `torch.autograd`.

    python benchmarks/bench_torch.py
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import torch
from harness import Run, main, paths

import treealg
import treealg.torch

SMALL = {
    "branched_sig": (3,),
    "branched_log_sig": (3,),
    "sig": (3,),
}
SIZES = ((2, 4), (3, 4), (5, 3))


def bench_calls(run: Run) -> None:
    """Measure one call on tensors beside the same on arrays."""
    x = paths(1, 5, 2)[0]
    tensor = torch.from_numpy(x)
    leaf = tensor.clone().requires_grad_()
    for name, options in SMALL.items():
        array = partial(getattr(treealg, name), x, *options)
        function = getattr(treealg.torch, name)
        size = f"5 points, d=2, N={options[0]}"
        run.compare(name, size, partial(function, tensor, *options), array, beside="NumPy")

        def recorded(function: Any = function, options: Any = options) -> Any:
            return function(leaf, *options).detach()

        run.compare(f"{name}, recorded", size, recorded, array, beside="NumPy")


def bench_peer_calls(run: Run) -> None:
    """Measure the same calls on tensors beside pySigLib's."""
    rival: Any = import_module("pysiglib.torch_api")
    import_module("pysiglib").prepare_branched_log_sig(2, 3, 0)
    tensor = torch.from_numpy(paths(1, 5, 2)[0].copy())
    leaf = tensor.clone().requires_grad_()
    for name in ("branched_sig", "branched_log_sig"):
        for what, x in {name: tensor, f"{name}, recorded": leaf}.items():
            ours, theirs = (
                partial(detached, getattr(library, name), x) for library in (treealg.torch, rival)
            )
            run.compare(what, "5 points, d=2, N=3", ours, theirs)


def detached(function: Any, x: torch.Tensor) -> torch.Tensor:
    """Return a result of degree 3 without what was recorded."""
    return function(x, 3).detach()


def bench_gradients(run: Run) -> None:
    """Measure forward and backward passes beside pySigLib's."""
    rival: Any = import_module("pysiglib.torch_api")
    pysiglib: Any = import_module("pysiglib")
    for d, n in SIZES:
        x = torch.from_numpy(paths(64, 100, d)).requires_grad_()
        pysiglib.prepare_branched_log_sig(d, n, 0)
        for name in ("branched_sig", "branched_log_sig"):
            ours = partial(gradient, getattr(treealg.torch, name), x, n)
            theirs = partial(gradient, getattr(rival, name), x, n)
            run.compare(f"{name}, backward()", f"64×100, d={d}, N={n}", ours, theirs)


def gradient(function: Any, x: torch.Tensor, n: int) -> np.ndarray:
    """Return the gradient of the sum of the coefficients."""
    (found,) = torch.autograd.grad(function(x, n).sum(), x)
    return found.numpy()


if __name__ == "__main__":
    groups = {"calls": bench_calls, "peer": bench_peer_calls, "gradients": bench_gradients}
    main(groups, "torch", __doc__, {})
