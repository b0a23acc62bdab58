"""All coefficients by words, as `branched_sig` computes them, and by the trees themselves.

32 paths of 100 points, without and with corrections of random numbers.

    python benchmarks/bench_engines.py
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
from harness import Run, main, paths

import treealg
from treealg.numeric.plans import trees as tree_plans

SIZES = ((2, 3), (2, 4), (2, 5), (3, 3), (3, 4), (5, 3))


def bench_engines(run: Run) -> None:
    """Measure each size, kind and highest level of a correction; level 1 is none."""
    tree_plans._MOST_WORDS = 0  # coefficients that are asked for come from trees
    for planar, (d, n) in product((False, True), SIZES):
        elements = [tree for tree in treealg.trees(d, n, planar=planar) if tree]
        x = paths(32, 100, d)
        for level in sorted({1, 2, n}):
            columns = sum(d**k for k in range(2, level + 1))
            correction = np.random.default_rng(0).standard_normal(columns) / 100
            options = {"planar": planar, "correction": correction if columns else None}
            words = partial(treealg.branched_sig, x, n, **options)
            trees = partial(treealg.branched_sig_coef, x, elements, **options)
            longest = "no correction" if level == 1 else f"up to {'N' if level == n else level}"
            run.compare(longest, f"d={d}, N={n}", words, trees, planar=planar, beside="trees")


if __name__ == "__main__":
    main({"engines": bench_engines}, "engines", __doc__, {})
