"""Gradients along paths, signature kernels and streams beside pySigLib 4.0.0.

python benchmarks/bench_gradients.py
python benchmarks/bench_gradients.py --only kernels streams
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pysiglib
from bench_signatures import SINGLE, grid
from directions import STEP, Directions
from harness import Run, derivatives, main, paths

import treealg

Stream = treealg.BranchedSigStream | treealg.BranchedSigWindowStream

# (pairs, length, d, depth, dyadic order)
KERNELS = [(64, 50, 3, 2, 0), (64, 50, 3, 3, 0), (16, 50, 3, 3, 2), (256, 20, 2, 4, 0)]
KERNELS_OF_ONE = [(1, 100, 3, 2, 0), (1, 200, 3, 3, 0), (1, 1000, 3, 2, 0), (1, 300, 3, 3, 2)]
PUSHED = 20_000


def bench_gradients(run: Run) -> None:
    """Time the gradient in the path, of batches and of one long path."""
    name = "branched_sig_backprop"
    for planar, batch, length, d, n in grid():
        backprop(run, name, paths(batch, length, d), n, planar, f"({batch},{length},{d},{n})")
    for length, d, n in SINGLE:
        long = paths(1, length, d)[0]
        backprop(run, f"{name}, one path", long, n, False, f"({length},{d},{n})")


def backprop(run: Run, name: str, x: np.ndarray, degree: int, planar: bool, size: str) -> None:
    """Time one gradient."""
    pysiglib.prepare_branched_sig(x.shape[-1], degree, planar=planar)
    value = treealg.branched_sig(x, degree, planar=planar)
    ours, theirs = (
        partial(
            lib.branched_sig_backprop, x, value, derivatives(value.shape), degree, planar=planar
        )
        for lib in (treealg, pysiglib)
    )
    run.compare(name, size, ours, theirs, planar=planar)


def bench_kernels(run: Run) -> None:
    """Time branched signature kernels, linear static kernel, forward and backward."""
    for pairs, length, d, depth, order in KERNELS + KERNELS_OF_ONE:
        x = paths(pairs, length, d) / 4  # a kernel of depth 3 is an exponential of exponentials
        y = x[:, ::-1].copy() if pairs == 1 else x[::-1].copy()
        derivs, both = np.ones(pairs), (x, y, depth, order)
        one, size = ", one pair" if pairs == 1 else "", f"({pairs},{length},{d},{depth},{order})"
        ours, theirs = (partial(lib.branched_sig_kernel, *both) for lib in (treealg, pysiglib))
        run.compare(f"branched_sig_kernel{one}", size, ours, theirs)
        ours, theirs = (
            partial(lib.branched_sig_kernel_backprop, derivs, *both) for lib in (treealg, pysiglib)
        )
        run.compare(f"branched_sig_kernel_backprop{one}", size, ours, theirs)


def bench_windows(run: Run) -> None:
    """Time the signatures of all windows of some points, d=3, N=3."""
    pysiglib.prepare_branched_sig(3, 3)
    for window, stride in ((50, 1), (256, 1), (500, 10)):
        points = paths(1, window + 60 * stride, 3)[0]

        def windows(library: object, window: int, stride: int, points: np.ndarray) -> np.ndarray:
            stream = library.BranchedSigWindowStream(3, 3, window, stride=stride)
            stream.push_batch(points)
            return stream.sig()

        ours, theirs = (
            partial(windows, library, window, stride, points) for library in (treealg, pysiglib)
        )
        run.compare("BranchedSigWindowStream", f"window {window}, stride {stride}", ours, theirs)


def bench_streams(run: Run) -> None:
    """Time what a pushed point costs, d=3, N=3, in blocks, without a correction and with one."""
    points = paths(1, PUSHED, 3)[0]
    rows = treealg.realised_correction(points)
    for size in (None, 50, 256, 2000):
        kind = treealg.BranchedSigStream if size is None else treealg.BranchedSigWindowStream
        make = partial(kind, 3, 3) if size is None else partial(kind, 3, 3, size)
        name = kind.__name__ if size is None else f"{kind.__name__}, {size} points"
        for corrected in (False, True):
            levels = rows if corrected else None
            start = 0 if size is None else PUSHED - size
            levels_of_last = None if levels is None else levels[start:]
            expected = partial(treealg.branched_sig, points[start:], 3, correction=levels_of_last)
            for block in (1000, 100, 10):
                run.alone(
                    f"{name}, {'corrected' if corrected else 'plain'}",
                    f"blocks of {block}",
                    partial(push, make, points, levels, block),
                    expected,
                    part=last_signature,
                    per=PUSHED,
                )


def push(
    make: Callable[..., Stream], points: np.ndarray, rows: np.ndarray | None, block: int
) -> Stream:
    """Return a stream that all points were pushed to, in blocks."""
    stream = make() if rows is None else make(correction=np.zeros(9))
    for start in range(0, PUSHED, block):
        stop = start + block
        before = None if rows is None else rows[max(start - 1, 0) : stop - 1]
        stream.push_batch(points[start:stop], correction=before)
    return stream


def last_signature(stream: Stream) -> np.ndarray:
    """Return the signature of all points, or of the last window."""
    if isinstance(stream, treealg.BranchedSigStream):
        return stream.sig(0, PUSHED - 1)
    return stream.sig()[-1]


def bench_directions(run: Run) -> None:
    """Time derivatives in a direction beside differences, and beside the backward pass."""
    for batch, length, d, n in (
        (128, 100, 2, 3),
        (128, 100, 3, 4),
        (64, 50, 5, 4),
        (1, 2000, 3, 4),
    ):
        x, v = paths(batch, length, d), paths(batch, length, d)[:, ::-1].copy()
        size, derivs = f"({batch},{length},{d},{n})", derivatives(treealg.branched_sig(x, n).shape)
        forward = partial(treealg.branched_sig, degree=n)
        backward = partial(treealg.branched_sig_backprop, bsig=None, bsig_derivs=derivs, degree=n)
        along = partial(treealg.branched_sig_jvp, x, v, n)
        twice = partial(treealg.branched_sig_backprop_jvp, x, v, None, derivs, None, n)
        for name, ours, function in (
            ("branched_sig_jvp", along, forward),
            ("branched_sig_backprop_jvp", twice, backward),
        ):
            naive = partial(difference, function, x, v)
            beside = {"expected": naive, "tolerance": 1e-5}
            run.compare(name, size, ours, naive, beside="differences", tolerance=1e-5)
            run.compare(
                f"{name}, one backward pass", size, ours, partial(backward, x),
                beside="our backward pass", **beside,
            )  # fmt: skip

    for batch, d, n in ((300, 3, 4), (300, 5, 4)):
        conversions_in_a_direction(run, batch, d, n)
    pairs, length, d, depth, order = KERNELS[1]
    x, v = paths(pairs, length, d) / 4, paths(pairs, length, d)[:, ::-1] / 4
    y = x[::-1].copy()
    derivs, size = np.ones(pairs), f"({pairs},{length},{d},{depth},{order})"
    both = {"depth": depth, "dyadic_order": order}
    forward = partial(treealg.branched_sig_kernel, path2=y, **both)
    along = partial(treealg.branched_sig_kernel_jvp, x, v, y, None, **both)

    def gradient(x: np.ndarray) -> np.ndarray:
        return treealg.branched_sig_kernel_backprop(derivs, x, y, **both)[0]

    def change_of_gradient() -> np.ndarray:
        return treealg.branched_sig_kernel_backprop_jvp(derivs, None, x, v, y, None, **both)[0]

    line = x, v
    beside_backward(run, "branched_sig_kernel_jvp", size, along, forward, gradient, line)
    name = "branched_sig_kernel_backprop_jvp"
    beside_backward(run, name, size, change_of_gradient, gradient, gradient, line)
    for name in OF_SMALL:
        for batch in (1, 4, 32):
            for dimension, degree in ((2, 3), (3, 3), (5, 2)):
                small_directions(run, name, batch, dimension, degree)


# Of calls that take microseconds, in a direction.
OF_SMALL = (
    "branched_sig", "branched_log_sig", "branched_sig_coef", "sig", "log_sig",
    "branched_sig_to_log_sig", "branched_log_sig_to_sig", "branched_sig_combine",
    "branched_sig_inverse", "branched_sig_join", "sig_to_log_sig", "log_sig_to_sig", "sig_combine",
    "sig_inverse", "branched_sig_kernel",
)  # fmt: skip


def small_directions(run: Run, name: str, batch: int, dimension: int, degree: int) -> None:
    """Time derivatives of small calls in a direction beside one backward pass."""
    calls, size = Directions(name, batch, dimension, degree), f"({batch},{dimension},{degree})"
    for kind, ours, expected in (
        ("jvp", calls.along, calls.difference),
        ("backprop_jvp", calls.twice, calls.difference_of_gradients),
    ):
        run.compare(
            f"{name}_{kind}, one small backward pass", size, ours, calls.backward,
            beside="our backward pass", expected=expected, tolerance=1e-5,
        )  # fmt: skip


def conversions_in_a_direction(run: Run, batch: int, dimension: int, degree: int) -> None:
    """Time derivatives of functions of signatures beside the backward pass."""
    columns = treealg.branched_sig_length(dimension, degree)
    rng = np.random.default_rng(5)
    x, v, derivs = rng.normal(size=(3, batch, columns)) / 10
    size, basis = f"({batch},{dimension},{degree})", {"dimension": dimension, "degree": degree}
    for name, is_derivs_first in (
        ("branched_sig_to_log_sig", False),
        ("branched_log_sig_to_sig", False),
        ("branched_sig_inverse", True),
    ):
        function = partial(getattr(treealg, name), **basis)
        backprop = getattr(treealg, f"{name}_backprop")
        along = partial(getattr(treealg, f"{name}_jvp"), x, v, **basis)
        twice = getattr(treealg, f"{name}_backprop_jvp")
        if is_derivs_first:
            backward = partial(backprop, derivs, **basis)
            again = partial(twice, derivs, None, x, v, **basis)
        else:
            key = "bsig_derivs" if name.endswith("to_sig") else "blogsig_derivs"
            backward = partial(backprop, **{key: derivs}, **basis)
            again = partial(twice, x, v, derivs, None, **basis)
        beside_backward(run, f"{name}_jvp", size, along, function, backward, (x, v))
        beside_backward(run, f"{name}_backprop_jvp", size, again, backward, backward, (x, v))


def beside_backward(
    run: Run,
    name: str,
    size: str,
    ours: Callable[[], np.ndarray],
    function: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray], np.ndarray],
    line: tuple[np.ndarray, np.ndarray],
) -> None:
    """Time a derivative of a function along a line beside one backward pass."""
    x, v = line
    run.compare(
        f"{name}, one backward pass", size, ours, partial(backward, x),
        beside="our backward pass", expected=partial(difference, function, x, v), tolerance=1e-5,
    )  # fmt: skip


def difference(function: Callable[..., np.ndarray], x: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the derivative along a line by a central difference."""
    return (function(x + STEP * v) - function(x - STEP * v)) / (2 * STEP)


BENCHMARKS = {
    "gradients": bench_gradients,
    "directions": bench_directions,
    "kernels": bench_kernels,
    "windows": bench_windows,
    "streams": bench_streams,
}

# Geometric mean and least of the ratios that are aimed at.
AIMS = {
    "branched_sig_backprop, non-planar": (20,),
    "branched_sig_backprop, planar": (100,),
    "branched_sig_kernel, non-planar": (2,),
    "branched_sig_kernel_backprop, non-planar": (2,),
    "branched_sig_kernel, one pair, non-planar": (2,),
    "branched_sig_kernel_backprop, one pair, non-planar": (2,),
    "BranchedSigWindowStream, non-planar": (20,),
}

if __name__ == "__main__":
    main(BENCHMARKS, "gradients", __doc__, AIMS)
