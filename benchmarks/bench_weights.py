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


def maps(
    d: int, n: int, planar: bool, own: dict[str, Any], whole: dict[str, Any], places: np.ndarray
) -> dict[str, tuple[Any, Any]]:
    """Return maps to coefficients, by weight and of the whole basis."""
    rng = np.random.default_rng(4)
    sigs = [rng.normal(size=(64, treealg.sig_length(d + 1, n)))]
    words = treealg.words(d + 1, n)[1:]
    light = [i for i, word in enumerate(words) if weight(word, own["weights"]) <= n]
    sigs.append(np.ascontiguousarray(sigs[0][:, light]))
    law = np.zeros(d + 1), np.eye(d + 1)
    found: dict[str, tuple[Any, Any]] = {
        "`sig_to_branched_sig`": (
            partial(treealg.sig_to_branched_sig, sigs[1], d + 1, n, **own),
            partial(treealg.sig_to_branched_sig, sigs[0], d + 1, n, **whole),
        ),
        "`expected_branched_sig`": (
            partial(treealg.expected_branched_sig, *law, n, **own),
            partial(treealg.expected_branched_sig, *law, n, **whole),
        ),
    }
    if n < 5 and not planar:
        lift = rng.normal(size=(64, 20, treealg.branched_sig_length(d + 1, n, planar=planar))) / 9
        some = np.ascontiguousarray(lift[..., places])
        found["`branched_sig_of_lift`"] = (
            partial(treealg.branched_sig_of_lift, some, d + 1, n, **own),
            partial(treealg.branched_sig_of_lift, lift, d + 1, n, **whole),
        )
    return found


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
            **maps(d, n, planar, own, whole, places),
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
