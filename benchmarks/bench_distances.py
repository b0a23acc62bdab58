"""Distances and scores of samples of paths, beside Gram matrices by hand and pySigLib 4.0.0.

python benchmarks/bench_distances.py
"""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pysiglib
from harness import Run, main, paths

import treealg

# (paths in each sample, length, d, depth, dyadic order)
SAMPLES = [(64, 50, 3, 2, 0), (32, 50, 3, 3, 1), (512, 10, 2, 2, 0)]


def by_hand(lib: ModuleType, x: np.ndarray, y: np.ndarray, depth: int, order: int) -> float:
    """Return the discrepancy of two samples from three Gram matrices."""
    total = -2 * lib.branched_sig_kernel_gram(x, y, depth, order).mean()
    for z in (x, y):
        gram = lib.branched_sig_kernel_gram(z, z, depth, order)
        total += (gram.sum() - np.trace(gram)) / (len(z) * (len(z) - 1))
    return float(total)


def gradient_by_hand(
    lib: ModuleType, x: np.ndarray, y: np.ndarray, depth: int, order: int
) -> np.ndarray:
    """Return the gradient in the first sample from those of two Gram matrices."""
    n = len(x)
    weights = (1 - np.eye(n)) / (n * (n - 1))
    # Weights are symmetric, so that both places have the same gradient.
    within = lib.branched_sig_kernel_gram_backprop(weights, x, x, depth, order)
    between = lib.branched_sig_kernel_gram_backprop(
        np.full((n, len(y)), -2 / (n * len(y))), x, y, depth, order
    )
    first, second = (one[0] if isinstance(one, tuple) else one for one in (within, between))
    return np.asarray(2 * first + second)


def bench_discrepancies(run: Run) -> None:
    """Time the maximum mean discrepancy and its gradient."""
    for n, length, d, depth, order in SAMPLES:
        x, y = (paths(n, length + side, d)[:, side:] / 4 for side in (0, 1))
        given, size = (x, y, depth, order), f"({n},{length},{d},{depth},{order})"
        ours = partial(treealg.branched_mmd, *given)
        for lib, beside in ((pysiglib, "pySigLib"), (treealg, "Gram matrices")):
            what = "branched_mmd" + (", matrices" if lib is treealg else "")
            run.compare(what, size, ours, partial(by_hand, lib, *given), beside=beside)

        def gradient(given: tuple = given) -> np.ndarray:
            return treealg.branched_mmd_backprop(1.0, *given)[0]

        for lib, beside in ((pysiglib, "pySigLib"), (treealg, "Gram matrices")):
            what = "branched_mmd_backprop" + (", matrices" if lib is treealg else "")
            theirs = partial(gradient_by_hand, lib, *given)
            run.compare(what, size, gradient, theirs, beside=beside)


def scores_by_hand(
    lib: ModuleType, x: np.ndarray, y: np.ndarray, depth: int, order: int
) -> np.ndarray:
    """Return the score of a sample for each path of another, from two Gram matrices."""
    gram = lib.branched_sig_kernel_gram(x, x, depth, order)
    within = (gram.sum() - np.trace(gram)) / (len(x) * (len(x) - 1))
    between = lib.branched_sig_kernel_gram(x, y, depth, order)
    return np.asarray(within - 2 * between.mean(axis=0))


def mean_by_hand(*given: Any) -> float:
    """Return the mean of the scores."""
    return float(scores_by_hand(*given).mean())


def bench_scores(run: Run) -> None:
    """Time scores and their mean, and Gram matrices in parts that need less memory."""
    for n, length, d, depth, order in SAMPLES:
        x, y = (paths(n, length + side, d)[:, side:] / 4 for side in (0, 1))
        given, size = (x, y, depth, order), f"({n},{length},{d},{depth},{order})"
        for name, theirs in (
            ("branched_scoring_rule", scores_by_hand),
            ("expected_branched_scoring_rule", mean_by_hand),
        ):
            ours = partial(getattr(treealg, name), *given)
            for lib, beside in ((pysiglib, "pySigLib"), (treealg, "Gram matrices")):
                what = name + (", matrices" if lib is treealg else "")
                run.compare(what, size, ours, partial(theirs, lib, *given), beside=beside)
        gram = partial(treealg.branched_sig_kernel_gram, *given)
        run.compare(
            "branched_sig_kernel_gram, in parts", size, partial(gram, max_batch=256), gram,
            beside="at once",
        )  # fmt: skip


BENCHMARKS = {"discrepancies": bench_discrepancies, "scores": bench_scores}

# Geometric mean and least of the ratios that are aimed at.
AIMS = {
    "branched_mmd, non-planar": (2,),
    "branched_mmd_backprop, non-planar": (2,),
}

if __name__ == "__main__":
    main(BENCHMARKS, "distances", __doc__, AIMS)
