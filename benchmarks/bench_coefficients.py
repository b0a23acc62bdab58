"""Chosen coefficients and their gradients, with and without a correction, beside pySigLib 4.0.0.

One thread, float64, in one run. Results are checked against each other before they are timed;
non-planar ones with a correction, which pySigLib 4.0.0 has wrong from three nodes on, against
whole signatures, and not at all in the gradient.

    python benchmarks/bench_coefficients.py
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pysiglib
from bench_signatures import Row, check, paths, row, summary
from machine import describe, seconds, side_by_side

import treealg
from treealg import _fast

CHOSEN = [  # (batch, length, d, trees)
    (32, 100, 3, [(((0,), 1), (2,), 0)]),
    (32, 100, 3, [((((0,), 1), 2), ((1,), 0), 1), ((0,), (1,), (2,), 0)]),
    (128, 100, 2, [(((0,), (1,), 0), ((1,), 0), 1)]),
]
LADDER: Any = (0,)
CATERPILLAR: Any = (0,)
for label in range(1, 12):
    LADDER = (LADDER, label % 3)
for label in range(1, 6):
    CATERPILLAR = ((label % 3,), CATERPILLAR, (label + 1) % 3)
TWELVE_NODES = {
    "ladder": LADDER,
    "corolla": (*((label % 3,) for label in range(11)), 0),
    "caterpillar": (CATERPILLAR, 2),
    "bush": (((0,), (1,), 2), ((1,), (1,), (2,), 0), ((0,), (2,), 1), (2,), 0),
}


def ito(length: int, dimension: int) -> np.ndarray:
    """Return the Itô correction of Brownian motion, one row per segment."""
    step = treealg.ito_correction(np.eye(dimension), 1 / length)
    return np.broadcast_to(step, (length - 1, dimension**2)).copy()


def bench_chosen() -> Iterator[Row]:
    """Time a few trees."""
    for (batch, length, d, trees), planar, corrected in product(
        CHOSEN, (False, True), (False, True)
    ):
        elements = [(tree,) for tree in trees] if planar else trees
        pysiglib.prepare_branched_sig_coef(d, elements, planar=planar)
        x, options = paths(batch, length, d), {"planar": planar}
        if corrected:
            options["correction"] = ito(length, d)
        calls = [
            partial(library.branched_sig_coef, x, elements, **options)
            for library in (treealg, pysiglib)
        ]
        value = calls[0]()
        if planar or not corrected:
            check(value, calls[1](), "branched_sig_coef")
        else:
            whole = treealg.branched_sig(x, 6, **options)
            check(value, treealg.extract_branched_sig_coef(whole, elements, d), "branched_sig_coef")
        name = "corrected coefficients" if corrected else "branched_sig_coef"
        size = f"({batch},{length},{d}) {len(trees)} trees"
        yield row(name, planar, size, *side_by_side(*calls))
        derivs = np.random.default_rng(0).standard_normal(value.shape)
        back = [
            partial(library.branched_sig_coef_backprop, x, elements, value, derivs, **options)
            for library in (treealg, pysiglib)
        ]
        if not corrected:
            mine, other = (call() for call in back)
            check(mine / np.abs(mine).max(), other / np.abs(mine).max(), "the gradient")
        yield row(f"{name}, back", planar, size, *side_by_side(*back))


def bench_twelve_nodes() -> None:
    """Print what trees of twelve nodes cost, 32 paths of 100 points in 3 channels."""
    x, correction = paths(32, 100, 3), ito(100, 3)
    for name, tree in TWELVE_NODES.items():
        for options in ({}, {"correction": correction}):
            forward = partial(treealg.branched_sig_coef, x, tree, **options)
            value = forward()
            backward = partial(treealg.branched_sig_coef_backprop, x, tree, None, value, **options)
            print(
                f"{name} of 12 nodes, {'Itô' if options else 'plain'}: "
                f"{seconds(forward) * 1e3:.3f} ms, gradient {seconds(backward) * 1e3:.3f} ms"
            )


def bench_one_path() -> None:
    """Print what one path of 10,001 points in 3 channels costs."""
    tree = CHOSEN[0][3]
    many, one = paths(8, 10_001, 3), paths(1, 10_001, 3)[0]
    costs = [seconds(partial(treealg.branched_sig_coef, x, tree)) for x in (one, many)]
    print(f"one path of 10001 points: {costs[0] * 1e3:.3f} ms; 8 paths: {costs[1] * 1e3:.3f} ms")


def main() -> None:
    """Run all."""
    print("\n".join(describe(("treealg", "pysiglib", "numpy"))))
    print(f"kernels: {_fast.instruction_set_name()}; float64, one thread", flush=True)
    rows = list(bench_chosen())
    bench_twelve_nodes()
    bench_one_path()
    print()
    print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
