"""Windows of one path: `windows=` beside a loop over slices, one thread.

python benchmarks/bench_windows.py
python benchmarks/bench_windows.py --only streams
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pysiglib
from harness import Run, main, paths

import treealg

LENGTH = 2000
# (dimension, degree)
SIZES = [(2, 3), (2, 5), (5, 3)]
WINDOWS = {
    "sliding, 500 points, step 1": treealg.sliding_windows(LENGTH, 500),
    "sliding, 30 points, step 1": treealg.sliding_windows(LENGTH, 30),
    "expanding, step 5": treealg.expanding_windows(LENGTH, step=5),
    "dyadic, depth 8": treealg.dyadic_windows(LENGTH, 8),
}

Array = np.ndarray[Any, np.dtype[np.float64]]


def by_slices(function: Any, x: Array, degree: int, windows: Array) -> Array:
    """Compute window after window."""
    return np.stack([function(x[start:stop].copy(), degree) for start, stop in windows.tolist()])


def gradient_by_slices(x: Array, derivs: Array, degree: int, windows: Array) -> Array:
    """Add the gradients of window after window."""
    total = np.zeros_like(x)
    for own, (start, stop) in zip(derivs, windows.tolist(), strict=True):
        total[start:stop] += treealg.branched_sig_backprop(x[start:stop], None, own, degree)
    return total


def bench_slices(run: Run) -> None:
    """Compare with a loop over slices, with our own function and with that of pySigLib."""
    for d, n in SIZES:
        x = paths(1, LENGTH, d)[0] / LENGTH**0.5
        for name, windows in WINDOWS.items():
            ours = partial(treealg.branched_sig, x, n, windows=windows)
            size = f"d={d},N={n}; {name}"
            loop = partial(by_slices, treealg.branched_sig, x, n, windows)
            run.compare("branched_sig", size, ours, loop, beside="slices")
        for name, windows in WINDOWS.items():
            ours = partial(treealg.sig, x, n, windows=windows)
            loop = partial(by_slices, pysiglib.sig, x, n, windows)
            run.compare("sig", f"d={d},N={n}; {name}", ours, loop, planar=None)


def bench_gradients(run: Run) -> None:
    """Compare gradients with those of a loop over slices."""
    for d, n in SIZES:
        x = paths(1, LENGTH, d)[0] / LENGTH**0.5
        for name, windows in WINDOWS.items():
            some = windows[:: max(len(windows) // 100, 1)]
            shape = len(some), treealg.branched_sig_length(d, n)
            derivs = np.random.default_rng(1).normal(size=shape)
            ours = partial(treealg.branched_sig_backprop, x, None, derivs, n, windows=some)
            loop = partial(gradient_by_slices, x, derivs, n, some)
            size = f"d={d},N={n}; {len(some)}, {name}"
            run.compare("branched_sig_backprop", size, ours, loop, beside="slices")


def bench_streams(run: Run) -> None:
    """Compare with the stream of windows, to which the path is pushed at once."""
    for d, n in SIZES:
        x = paths(1, LENGTH, d)[0] / LENGTH**0.5
        for points, step in ((500, 1), (30, 1)):
            windows = treealg.sliding_windows(LENGTH, points, step=step)

            def stream(points: int = points, step: int = step, x: Any = x) -> Array:
                found = treealg.BranchedSigWindowStream(d, n, points, stride=step)  # noqa: B023
                found.push_batch(x)
                return np.asarray(found.sig())

            ours = partial(treealg.branched_sig, x, n, windows=windows)
            size = f"d={d},N={n}; {points} points"
            run.compare("branched_sig, beside a stream", size, ours, stream, beside="stream")


# (dimension, depth)
KERNELS = [(2, 2), (5, 1)]


def kernels_by_slices(lib: Any, x: Array, y: Array, depth: int, windows: Array) -> Array:
    """Compute the kernel of window after window."""
    found = [
        lib.branched_sig_kernel(x[start:stop].copy(), y[start:stop].copy(), depth, 0)
        for start, stop in windows.tolist()
    ]
    return np.array(found).reshape(-1)


def gram_of_copies(lib: Any, x: Array, depth: int, windows: Array) -> Array:
    """Compute the kernels of all windows, which are copied to one array."""
    pieces = np.stack([x[start:stop] for start, stop in windows.tolist()])
    return np.asarray(lib.branched_sig_kernel_gram(pieces, pieces, depth, 0))


def gradient_of_copies(x: Array, derivs: Array, depth: int, windows: Array) -> Array:
    """Add the gradients of windows, which are copied to one array."""
    pieces = np.stack([x[start:stop] for start, stop in windows.tolist()])
    both = treealg.branched_sig_kernel_gram_backprop(
        derivs, pieces, pieces, depth, 0, right_deriv=True
    )
    total = np.zeros_like(x)
    for own, (start, stop) in zip(sum(both), windows.tolist(), strict=True):
        total[start:stop] += own
    return total


def bench_kernels(run: Run) -> None:
    """Compare kernels of windows with those of slices and of copies."""
    for d, depth in KERNELS:
        x, y = paths(2, LENGTH, d) / LENGTH**0.5
        windows = treealg.sliding_windows(LENGTH, 30)
        both = {"windows1": windows, "windows2": windows}
        size = f"d={d},depth={depth}; 30 points, step 1"
        ours = partial(treealg.branched_sig_kernel, x, y, depth, 0, **both)
        for lib, beside in ((treealg, "slices"), (pysiglib, "pySigLib")):
            loop = partial(kernels_by_slices, lib, x, y, depth, windows)
            run.compare(f"branched_sig_kernel, {beside}", size, ours, loop, beside=beside)
        few = windows[::10]
        both = {"windows1": few, "windows2": few}
        size = f"d={d},depth={depth}; 30 points, step 10"
        ours = partial(treealg.branched_sig_kernel_gram, x, x, depth, 0, **both)
        for lib, beside in ((treealg, "copies"), (pysiglib, "pySigLib")):
            copied = partial(gram_of_copies, lib, x, depth, few)
            run.compare(f"branched_sig_kernel_gram, {beside}", size, ours, copied, beside=beside)
        derivs = np.random.default_rng(1).normal(size=(len(few), len(few)))

        def gradient(given: Any = (derivs, x, x, depth, 0), both: Any = both) -> Array:
            found = treealg.branched_sig_kernel_gram_backprop(*given, right_deriv=True, **both)
            return np.asarray(sum(found))

        copied = partial(gradient_of_copies, x, derivs, depth, few)
        run.compare("branched_sig_kernel_gram_backprop", size, gradient, copied, beside="copies")


BENCHMARKS = {
    "slices": bench_slices,
    "gradients": bench_gradients,
    "streams": bench_streams,
    "kernels": bench_kernels,
}

if __name__ == "__main__":
    main(BENCHMARKS, "windows", __doc__, {})
