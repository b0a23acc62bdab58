"""What a second thread brings: n_jobs=2 against n_jobs=1, each function on batches and on one path.

It keeps to two processors, where the system lets it.

    python benchmarks/bench_threads.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from harness import Run, derivatives, main, paths

import treealg

CHOSEN = [((((0,), 1), 2), ((1,), 0), 1), ((0,), (1,), (2,), 0)]


def two_threads(
    run: Run, function: Callable[..., Any], size: str, *arguments: Any, **options: Any
) -> None:
    """Time a call with two threads beside the same with one."""
    two, one = (partial(function, *arguments, n_jobs=n, **options) for n in (2, 1))
    run.compare(function.__name__, size, two, one, beside="one thread", tolerance=1e-8)


def bench_paths(run: Run) -> None:
    """Time signatures and gradients of batches and of one long path, with a correction or not."""
    for batch, length, d, n in ((256, 100, 3, 4), (0, 5000, 3, 4)):
        x = paths(batch, length, d) if batch else paths(1, length, d)[0]
        derivs = derivatives((*x.shape[:-2], treealg.branched_sig_length(d, n)))
        size = f"({batch},{length},{d},{n})" if batch else f"one ({length},{d},{n})"
        correction = treealg.ito_correction(np.eye(d), 1 / length)
        for name, options in (("", {}), ("corrected ", {"correction": correction})):
            two_threads(run, treealg.branched_sig, f"{name}{size}", x, n, **options)
            back = treealg.branched_sig_backprop
            two_threads(run, back, f"{name}{size}", x, None, derivs, n, **options)
    x, size = paths(2048, 100, 3), "(2048,100,3)"
    two_threads(run, treealg.branched_sig_coef, size, x, CHOSEN)
    coefs = treealg.branched_sig_coef(x, CHOSEN)
    derivs = np.ones_like(coefs)
    two_threads(run, treealg.branched_sig_coef_backprop, size, x, CHOSEN, coefs, derivs)


def bench_group(run: Run) -> None:
    """Time maps of signatures, of sizes that stay in the caches and of one that does not."""
    for batch, d, n, planar in ((4096, 3, 4, False), (1024, 3, 4, True), (512, 5, 4, True)):
        sig = treealg.branched_sig(paths(batch, 10, d), n, planar=planar)
        options = {"planar": planar}
        size = f"{'planar ' if planar else ''}({batch},d={d},N={n})"
        combine, log = treealg.branched_sig_combine, treealg.branched_sig_to_log_sig
        two_threads(run, combine, size, sig, sig[::-1].copy(), d, n, **options)
        two_threads(run, log, size, sig, d, n, **options)
        two_threads(run, treealg.branched_sig_to_log_sig_backprop, size, sig, sig, d, n, **options)


def bench_pairs(run: Run) -> None:
    """Time signature kernels: a Gram matrix, and few pairs of long paths, of depth 3."""
    x = paths(32, 50, 3) / 4
    gram = treealg.branched_sig_kernel_gram
    two_threads(run, gram, "(32,50,3)", x, x[::-1].copy(), 3, 0)
    for pairs, length in ((128, 50), (2, 500)):
        x = paths(pairs, length, 3) / 4
        both, size = (x, x[::-1].copy(), 3, 0), f"({pairs},{length},3)"
        two_threads(run, treealg.branched_sig_kernel, size, *both)
        two_threads(run, treealg.branched_sig_kernel_backprop, size, np.ones(pairs), *both)


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    main({"paths": bench_paths, "group": bench_group, "pairs": bench_pairs}, "threads", __doc__, {})
