"""Corrected (Itô) branched signatures and their gradients beside pySigLib 4.0.0, in one run.

One thread, float64. Values are checked before anything is timed: planar ones against pySigLib,
non-planar ones, which pySigLib 4.0.0 has wrong from three nodes on, against exact fractions.

    python benchmarks/bench_correction.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

import numpy as np
import pysiglib
from bench_signatures import GRID, SINGLE, check, paths
from machine import describe, geometric_mean, side_by_side

import treealg
from treealg.symbolic import exact_signature


def check_exactly(dimension: int, degree: int) -> None:
    """Stop if a corrected non-planar signature is not the exact one."""
    rng = np.random.default_rng(dimension)
    path = rng.integers(-4, 5, (3, dimension)) / 4
    correction = rng.integers(-4, 5, (2, dimension**2)) / 4
    got = treealg.branched_sig(path, degree, correction=correction)
    want = exact_signature(path.tolist(), degree, correction=correction.tolist())
    if not np.allclose(got, np.array(want, dtype=float), rtol=1e-12, atol=1e-12):
        sys.exit(f"d={dimension} N={degree}: the corrected signature is not the exact one")


def cases() -> Iterator[tuple[str, bool, np.ndarray, int]]:
    """Yield what each size counts towards, its kind, paths and degree."""
    for planar in (False, True):
        kind = "planar" if planar else "non-planar"
        for batch, length, dimension, degree in GRID[:5] if planar else GRID:
            yield kind, planar, paths(batch, length, dimension), degree
    for length, dimension, degree in SINGLE:
        yield "one long path", False, paths(1, length, dimension)[0].copy(), degree


def main() -> None:
    """Print the ratios of every size of the grid."""
    print("\n".join(describe(("treealg", "pysiglib", "numpy"))))
    ratios: dict[str, list[float]] = {}
    for kind, planar, path, degree in cases():
        length, dimension = path.shape[-2:]
        step = treealg.ito_correction(np.eye(dimension), 1 / length)
        correction = np.broadcast_to(step, (length - 1, dimension**2)).copy()
        options = {"planar": planar, "correction": correction}
        pysiglib.prepare_branched_sig(dimension, degree, planar=planar)
        ours = partial(treealg.branched_sig, path, degree, **options)
        theirs = partial(pysiglib.branched_sig, path, degree, **options)
        value = theirs()
        if planar:
            check(ours(), value, f"planar d={dimension} N={degree}")
        else:
            check_exactly(min(dimension, 3), min(degree, 4))
        derivs = np.random.default_rng(0).standard_normal(value.shape)
        back = partial(treealg.branched_sig_backprop, path, None, derivs, degree, **options)
        their_back = partial(pysiglib.branched_sig_backprop, path, value, derivs, degree, **options)
        for what, pair in (("forward", (ours, theirs)), ("backward", (back, their_back))):
            mine, other = side_by_side(*pair, rounds=1)
            ratios.setdefault(f"{what} {kind}", []).append(other / mine)
            print(
                f"{what:8} {kind:13} {(*path.shape, degree)!s:18} {1e3 * mine:8.2f} ms "
                f"{1e3 * other:8.1f} ms {other / mine:6.0f}x",
                flush=True,
            )
    for what, values in ratios.items():
        print(f"{what:22} geometric mean {geometric_mean(values):.0f}x, least {min(values):.0f}x")


if __name__ == "__main__":
    main()
