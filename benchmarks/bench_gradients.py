"""Gradients along paths, signature kernels and streams beside pySigLib 4.0.0.

One thread, float64, in one run; results are checked against each other before they are timed.

    python benchmarks/bench_gradients.py
    python benchmarks/bench_gradients.py --only kernels streams
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pysiglib
from bench_signatures import SINGLE, Row, cases, check, paths, row, summary
from machine import describe, seconds, side_by_side

import treealg
from treealg import _fast

Stream = treealg.BranchedSigStream | treealg.BranchedSigWindowStream

# (pairs, length, d, depth, dyadic order)
KERNELS = [(64, 50, 3, 2, 0), (64, 50, 3, 3, 0), (16, 50, 3, 3, 2), (256, 20, 2, 4, 0)]
KERNELS_OF_ONE = [(1, 100, 3, 2, 0), (1, 200, 3, 3, 0), (1, 1000, 3, 2, 0), (1, 300, 3, 3, 2)]


def bench_gradients() -> Iterator[Row]:
    """Time the gradient in the path, of batches and of one long path."""
    for planar, (batch, length, d, n) in cases():
        yield backprop(paths(batch, length, d), n, planar, f"({batch},{length},{d},{n})")
    for length, d, n in SINGLE:
        yield backprop(paths(1, length, d)[0], n, False, f"one ({length},{d},{n})")


def backprop(x: np.ndarray, degree: int, planar: bool, size: str) -> Row:
    """Return the line of one gradient."""
    pysiglib.prepare_branched_sig(x.shape[-1], degree, planar=planar)
    value = treealg.branched_sig(x, degree, planar=planar)
    derivs = np.random.default_rng(1).standard_normal(value.shape)
    ours = partial(treealg.branched_sig_backprop, x, value, derivs, degree, planar=planar)
    theirs = partial(pysiglib.branched_sig_backprop, x, value, derivs, degree, planar=planar)
    mine, other = ours(), theirs()
    check(mine / np.abs(mine).max(), other / np.abs(mine).max(), "branched_sig_backprop")
    return row("branched_sig_backprop", planar, size, *side_by_side(ours, theirs, rounds=2))


def bench_kernels() -> Iterator[Row]:
    """Time branched signature kernels, linear static kernel, forward and backward."""
    for pairs, length, d, depth, order in KERNELS + KERNELS_OF_ONE:
        x = paths(pairs, length, d) / 4  # a kernel of depth 3 is an exponential of exponentials
        y = x[:, ::-1].copy() if pairs == 1 else x[::-1].copy()
        derivs = np.ones(pairs)
        one = ", one pair" if pairs == 1 else ""
        size = f"({pairs},{length},{d},{depth},{order})"
        ours = partial(treealg.branched_sig_kernel, x, y, depth, order)
        theirs = partial(pysiglib.branched_sig_kernel, x, y, depth, order)
        check(ours(), theirs(), "branched_sig_kernel")
        yield row(f"branched_sig_kernel{one}", False, size, *side_by_side(ours, theirs))
        yield row(
            f"branched_sig_kernel_backprop{one}",
            False,
            size,
            *side_by_side(
                partial(treealg.branched_sig_kernel_backprop, derivs, x, y, depth, order),
                partial(pysiglib.branched_sig_kernel_backprop, derivs, x, y, depth, order),
            ),
        )


def bench_streams() -> Iterator[Row]:
    """Time what a pushed point costs, d=3, N=3, in blocks, and windows beside the peer's."""
    points = paths(1, 100_000, 3)[0]
    rows = treealg.realised_correction(points)
    streams: dict[str, Callable[..., Stream]] = {
        "BranchedSigStream(3, 3)": partial(treealg.BranchedSigStream, 3, 3)
    }
    for size in (50, 256, 2000):
        make = partial(treealg.BranchedSigWindowStream, 3, 3, size)
        streams[f"BranchedSigWindowStream(3, 3, {size})"] = make
    for name, make_stream in streams.items():
        for block in (1000, 100, 10):
            plain = push_cost(make_stream, points, None, block)
            corrected = push_cost(partial(make_stream, correction=np.zeros(9)), points, rows, block)
            print(
                f"{name}, blocks of {block}: {plain * 1e6:.2f} µs per point, "
                f"corrected {corrected * 1e6:.2f}"
            )
    pysiglib.prepare_branched_sig(3, 3)
    for window, stride in ((50, 1), (256, 1), (500, 10)):
        some = points[: window + 60 * stride]
        ours = partial(windows, treealg.BranchedSigWindowStream, window, stride, some)
        theirs = partial(windows, pysiglib.BranchedSigWindowStream, window, stride, some)
        check(ours(), theirs(), "BranchedSigWindowStream")
        size = f"window {window}, stride {stride}"
        yield row("BranchedSigWindowStream", False, size, *side_by_side(ours, theirs))


def push_cost(
    make: Callable[[], Stream], points: np.ndarray, rows: np.ndarray | None, block: int
) -> float:
    """Return the seconds per point, in blocks, with a correction per segment or without."""
    count = 20_000

    def push() -> None:
        stream = make()
        for start in range(0, count, block):
            stop = start + block
            before = None if rows is None else rows[max(start - 1, 0) : stop - 1]
            stream.push_batch(points[start:stop], correction=before)

    return seconds(push) / count


def windows(kind: type, window: int, stride: int, points: np.ndarray) -> np.ndarray:
    """Return the signatures of all windows of some points, d=3, N=3."""
    stream = kind(3, 3, window, stride=stride)
    stream.push_batch(points)
    return stream.sig()


BENCHMARKS = {
    "gradients": bench_gradients,
    "kernels": bench_kernels,
    "streams": bench_streams,
}


def main() -> None:
    """Run the benchmarks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    options = parser.parse_args()
    print("\n".join(describe(("treealg", "pysiglib", "numpy", "torch"))))
    print(f"kernels: {_fast.instruction_set_name()}; float64, one thread", flush=True)
    rows = [r for name in options.only for r in BENCHMARKS[name]()]
    print()
    print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
