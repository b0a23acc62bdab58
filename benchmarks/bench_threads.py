"""What a second thread brings: n_jobs=2 against n_jobs=1, each function on batches and on one path.

float64, in one run and in turns; both must give the same numbers before they are timed. Start it
with two processors to itself, for instance on the first two: taskset -c 0,1.

    python benchmarks/bench_threads.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from bench_signatures import paths
from machine import describe, geometric_mean, side_by_side

import treealg
from treealg import _fast

# What is called, how it is described, its arguments.
Case = tuple[Callable[..., Any], str, tuple[Any, ...], dict[str, Any]]
CHOSEN = [((((0,), 1), 2), ((1,), 0), 1), ((0,), (1,), (2,), 0)]


def along_paths() -> Iterator[Case]:
    """Yield signatures and gradients of batches and of one long path, with a correction or not."""
    for batch, length, d, n in ((256, 100, 3, 4), (0, 5000, 3, 4)):
        x = paths(batch, length, d) if batch else paths(1, length, d)[0]
        derivs = np.random.default_rng(0).standard_normal(
            (*x.shape[:-2], treealg.branched_sig_length(d, n))
        )
        size = f"({batch},{length},{d},{n})" if batch else f"one ({length},{d},{n})"
        correction = {"correction": treealg.ito_correction(np.eye(d), 1 / length)}
        for options in ({}, correction):
            with_it = "corrected " if options else ""
            sig, back = treealg.branched_sig, treealg.branched_sig_backprop
            yield sig, f"{with_it}{size}", (x, n), options
            yield back, f"{with_it}{size}", (x, None, derivs, n), options
    x = paths(2048, 100, 3)
    yield treealg.branched_sig_coef, "(2048,100,3)", (x, CHOSEN), {}
    derivs = np.ones((2048, len(CHOSEN)))
    coefs = treealg.branched_sig_coef(x, CHOSEN)
    yield treealg.branched_sig_coef_backprop, "(2048,100,3)", (x, CHOSEN, coefs, derivs), {}


def in_the_group() -> Iterator[Case]:
    """Yield maps of signatures, of sizes that stay in the caches and of one that does not."""
    for batch, d, n, planar in ((4096, 3, 4, False), (1024, 3, 4, True), (512, 5, 4, True)):
        sig = treealg.branched_sig(paths(batch, 10, d), n, planar=planar)
        options = {"planar": planar}
        size = f"{'planar ' if planar else ''}({batch},d={d},N={n})"
        yield treealg.branched_sig_combine, size, (sig, sig[::-1].copy(), d, n), options
        yield treealg.branched_sig_to_log_sig, size, (sig, d, n), options
        yield treealg.branched_sig_to_log_sig_backprop, size, (sig, sig, d, n), options


def of_pairs() -> Iterator[Case]:
    """Yield signature kernels: a Gram matrix, and few pairs of long paths, of depth 3."""
    x = paths(32, 50, 3) / 4
    yield treealg.branched_sig_kernel_gram, "(32,50,3)", (x, x[::-1].copy(), 3, 0), {}
    for pairs, length in ((128, 50), (2, 500)):
        x = paths(pairs, length, 3) / 4
        both, size = (x, x[::-1].copy(), 3, 0), f"({pairs},{length},3)"
        yield treealg.branched_sig_kernel, size, both, {}
        yield treealg.branched_sig_kernel_backprop, size, (np.ones(pairs), *both), {}


def flat(result: Any) -> np.ndarray:
    """Return all numbers of a result."""
    parts = result if isinstance(result, tuple) else (result,)
    return np.concatenate([np.ravel(part) for part in parts if part is not None])


def main() -> None:
    """Print one line per case."""
    print("\n".join(describe(("treealg", "numpy"))))
    print(f"kernels: {_fast.instruction_set_name()}; float64", flush=True)
    ratios = []
    for function, size, arguments, options in (*along_paths(), *in_the_group(), *of_pairs()):
        one, two = (partial(function, *arguments, n_jobs=n, **options) for n in (1, 2))
        np.testing.assert_allclose(flat(two()), flat(one()), rtol=1e-8, atol=1e-10)
        second, first = side_by_side(two, one)
        ratios.append(first / second)
        print(
            f"| `{function.__name__}` | {size} | {first * 1e3:.3f} | {second * 1e3:.3f} | "
            f"{ratios[-1]:.2f} |",
            flush=True,
        )
    print(f"geometric mean {geometric_mean(ratios):.2f}x, least {min(ratios):.2f}x")


if __name__ == "__main__":
    main()
