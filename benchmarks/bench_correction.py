"""Corrected (Itô) branched signatures and their gradients beside pySigLib 4.0.0.

Planar signatures are checked against pySigLib; non-planar ones, which pySigLib 4.0.0 has wrong from
three nodes on, against exact fractions on a path of three points, and against Chen's identity. The
gradient is that in path and correction, of which pySigLib computes the first; it is checked
against differences.

    python benchmarks/bench_correction.py
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pysiglib
from bench_signatures import SINGLE, grid
from harness import Run, Slope, agree, derivatives, main, paths

import treealg
from treealg.symbolic import exact_signature


def ito(length: int, dimension: int) -> np.ndarray:
    """Return the Itô correction of Brownian motion, one row per segment."""
    step = treealg.ito_correction(np.eye(dimension), 1 / length)
    return np.broadcast_to(step, (length - 1, dimension**2)).copy()


def check_exactly(dimension: int, degree: int) -> None:
    """Stop if the corrected non-planar signature of three points is not the exact one."""
    rng = np.random.default_rng(dimension)
    path = rng.integers(-4, 5, (3, dimension)) / 4
    correction = rng.integers(-4, 5, (2, dimension**2)) / 4
    got = treealg.branched_sig(path, degree, correction=correction)
    want = exact_signature(path.tolist(), degree, correction=correction.tolist())
    agree(got, np.array(want, dtype=float), f"exact, d={dimension} N={degree}")


def by_halves(path: np.ndarray, correction: np.ndarray, degree: int) -> np.ndarray:
    """Return the corrected signature as the product of those of the halves of the path."""
    half = path.shape[-2] // 2
    first = treealg.branched_sig(path[..., : half + 1, :], degree, correction=correction[:half])
    second = treealg.branched_sig(path[..., half:, :], degree, correction=correction[half:])
    return treealg.branched_sig_combine(first, second, path.shape[-1], degree)


def measure(run: Run, what: str, x: np.ndarray, n: int, planar: bool, size: str) -> None:
    """Time a corrected signature and its gradient."""
    length, d = x.shape[-2:]
    correction = ito(length, d)
    options = {"planar": planar, "correction": correction}
    pysiglib.prepare_branched_sig(d, n, planar=planar)
    if not planar:
        check_exactly(min(d, 3), min(n, 4))
    ours = partial(treealg.branched_sig, x, n, **options)
    theirs = partial(pysiglib.branched_sig, x, n, **options)
    expected = None if planar else partial(by_halves, x, correction, n)
    run.compare(what, size, ours, theirs, planar=planar, expected=expected)
    sig = theirs()
    derivs = derivatives(sig.shape)
    slope = Slope(
        lambda path, levels: treealg.branched_sig(path, n, planar=planar, correction=levels),
        (x, correction),
        derivs,
    )
    run.compare(
        f"{what}, gradient",
        size,
        partial(treealg.branched_sig_backprop, x, None, derivs, n, **options),
        partial(pysiglib.branched_sig_backprop, x, sig, derivs, n, **options),
        planar=planar,
        expected=slope.measured,
        part=slope.of,
        tolerance=1e-6,
    )


def bench_batches(run: Run) -> None:
    """Time batches of paths."""
    for planar, batch, length, d, n in grid():
        size = f"({batch},{length},{d},{n})"
        measure(run, "corrected signature", paths(batch, length, d), n, planar, size)


def bench_single(run: Run) -> None:
    """Time one long path."""
    for length, d, n in SINGLE:
        x, size = paths(1, length, d)[0].copy(), f"({length},{d},{n})"
        measure(run, "corrected signature, one path", x, n, False, size)


# Geometric mean and least of the ratios that are aimed at.
AIMS = {f"corrected signature, {kind}": (30,) for kind in ("non-planar", "planar")}

if __name__ == "__main__":
    main({"batches": bench_batches, "single": bench_single}, "correction", __doc__, AIMS)
