"""Truncation by weight, time counting twice, beside the whole basis of which a part is taken.

64 paths of 100 points with time; what is compared are the coefficients that both have. The
correction is that of Brownian increments, and windows have 20 points at every second point.

    python benchmarks/bench_weights.py
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
from harness import Run, derivatives, main, paths

import treealg
from treealg.symbolic import OrderedForest, Tree, weight

SIZES = ((2, 4), (2, 5), (3, 4), (3, 5))


def taken(function: Any, places: np.ndarray) -> np.ndarray:
    """Return chosen coefficients of what a function returns."""
    return np.ascontiguousarray(function()[..., places])


def bench_weights(run: Run) -> None:
    """Measure each size and kind: path to signature, its gradient, logarithm and product."""
    for planar, (d, n) in product((False, True), SIZES):
        if planar and (d, n) == (3, 5):
            continue
        weights, x = (*(1,) * d, 2), paths(64, 100, d)
        kind: Any = OrderedForest if planar else Tree
        every = treealg.trees(d, n, time_aug=True, planar=planar, scalar_term=False)
        light = [weight(kind.from_tuple(tree), weights) <= n for tree in every]
        places = np.flatnonzero(light)
        whole: dict[str, Any] = {"planar": planar}
        own: dict[str, Any] = {"planar": planar, "weights": weights}
        size = f"({d},{n})"
        correction = treealg.ito_correction(np.eye(d), 0.01)
        corrected: dict[str, Any] = {"time_aug": True, "correction": correction}
        windows = treealg.sliding_windows(100, 20, step=2)
        sigs = [treealg.branched_sig(x, n, time_aug=True, **options) for options in (own, whole)]
        some = derivatives((64, len(places)))
        spread = np.zeros((64, len(every)))
        spread[:, places] = some
        pairs: dict[str, tuple[Any, Any]] = {
            "`branched_sig`": (
                partial(treealg.branched_sig, x, n, time_aug=True, **own),
                partial(treealg.branched_sig, x, n, time_aug=True, **whole),
            ),
            "`branched_sig`, corrected": (
                partial(treealg.branched_sig, x, n, **corrected, **own),
                partial(treealg.branched_sig, x, n, **corrected, **whole),
            ),
            "`branched_sig`, windows": (
                partial(treealg.branched_sig, x[:8], n, time_aug=True, windows=windows, **own),
                partial(treealg.branched_sig, x[:8], n, time_aug=True, windows=windows, **whole),
            ),
            "`branched_sig_to_log_sig`": (
                partial(treealg.branched_sig_to_log_sig, sigs[0], d + 1, n, **own),
                partial(treealg.branched_sig_to_log_sig, sigs[1], d + 1, n, **whole),
            ),
            "`branched_sig_combine`": (
                partial(treealg.branched_sig_combine, sigs[0], sigs[0], d + 1, n, **own),
                partial(treealg.branched_sig_combine, sigs[1], sigs[1], d + 1, n, **whole),
            ),
        }
        for name, (ours, theirs) in pairs.items():
            selected = partial(taken, theirs, places)
            run.compare(name, size, ours, selected, planar=planar, beside="whole basis")
        run.compare(
            "`branched_sig_backprop`",
            size,
            partial(treealg.branched_sig_backprop, x, None, some, n, time_aug=True, **own),
            partial(treealg.branched_sig_backprop, x, None, spread, n, time_aug=True, **whole),
            planar=planar,
            beside="whole basis",
        )


if __name__ == "__main__":
    main({"weights": bench_weights}, "weights", __doc__, {})
