"""All coefficients by words, as `branched_sig` computes them, and by the trees themselves.

One thread, float64, 32 paths of 100 points, without and with corrections, in one run; the results
of the two engines are checked against each other before they are timed.

    python benchmarks/bench_engines.py
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
from bench_signatures import check, paths
from machine import describe, side_by_side

import treealg
from treealg import _fast
from treealg.numeric.plans import trees as tree_plans

SIZES = ((2, 3), (2, 4), (2, 5), (3, 3), (3, 4), (5, 3))


def main() -> None:
    """Print a line for each size, kind and highest level of a correction; 1 is none."""
    print("\n".join(describe(("treealg", "numpy"))))
    print(f"kernels: {_fast.instruction_set_name()}; float64, one thread", flush=True)
    tree_plans._MOST_WORDS = 0  # coefficients that are asked for come from trees
    for planar, (d, n) in product((False, True), SIZES):
        elements = [tree for tree in treealg.trees(d, n, planar=planar) if tree]
        x = paths(32, 100, d)
        for longest in sorted({1, 2, n}):
            columns = sum(d**k for k in range(2, longest + 1))
            correction = np.random.default_rng(0).standard_normal(columns) / 100
            options = {"planar": planar, "correction": correction if columns else None}
            words = partial(treealg.branched_sig, x, n, **options)
            trees = partial(treealg.branched_sig_coef, x, elements, **options)
            scale = np.abs(words()).max()
            check(words() / scale, trees() / scale, "branched_sig")
            ours, other = side_by_side(words, trees)
            print(
                f"{'planar' if planar else 'non-planar'} d={d} N={n} m={longest}: words "
                f"{ours * 1e3:.3f} ms, trees {other * 1e3:.3f} ms, ratio {other / ours:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
