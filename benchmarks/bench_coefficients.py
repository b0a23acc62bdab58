"""Chosen coefficients and their gradients, with and without a correction, beside pySigLib 4.0.0.

Non-planar values with a correction, which pySigLib 4.0.0 has wrong from three nodes on, are checked
against whole signatures, or where these are too large against the path with its segments cut in
halves; gradients in path and correction against differences.

    python benchmarks/bench_coefficients.py
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pysiglib
from bench_correction import ito
from harness import Run, Slope, derivatives, main, paths

import treealg

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


def from_words(x: np.ndarray, levels: np.ndarray, trees: list[Any]) -> np.ndarray:
    """Return corrected coefficients as entries of the whole signature."""
    whole = treealg.branched_sig(x, 6, correction=levels)
    return treealg.extract_branched_sig_coef(whole, trees, x.shape[-1])


def from_halves(x: np.ndarray, levels: np.ndarray, trees: list[Any]) -> np.ndarray:
    """Return corrected coefficients from the same path with each segment cut in two halves."""
    halves = np.repeat(np.diff(x, axis=-2) / 2, 2, axis=-2).cumsum(axis=-2)
    finer = x[..., :1, :] + np.concatenate([np.zeros_like(x[..., :1, :]), halves], axis=-2)
    return treealg.branched_sig_coef(finer, trees, correction=np.repeat(levels / 2, 2, axis=-2))


def measure(
    run: Run,
    size: str,
    x: np.ndarray,
    elements: list[Any],
    corrected: Callable[[np.ndarray, np.ndarray, list[Any]], np.ndarray],
    *,
    planar: bool = False,
    beside: bool = True,
) -> None:
    """Time some coefficients and their gradient, without a correction and with one.

    Where a call of the peer takes seconds, it is not timed `beside` ours, only asked for values.
    """
    length, d = x.shape[-2:]
    pysiglib.prepare_branched_sig_coef(d, elements, planar=planar)
    for levels in (None, ito(length, d)):
        name, arguments, options = "branched_sig_coef", (x,), {"planar": planar}
        if levels is not None:
            name, arguments = f"{name}, corrected", (x, levels)
            options["correction"] = levels
        ours, theirs = (
            partial(library.branched_sig_coef, x, elements, **options)
            for library in (treealg, pysiglib)
        )
        known = planar or levels is None
        expected = theirs if known else partial(corrected, x, levels, elements)
        value = ours()

        def forward(path: np.ndarray, correction: Any = None) -> np.ndarray:
            return treealg.branched_sig_coef(path, elements, planar=planar, correction=correction)

        derivs = derivatives(value.shape)
        slope = Slope(forward, arguments, derivs)
        back, their_back = (
            partial(library.branched_sig_coef_backprop, x, elements, value, derivs, **options)
            for library in (treealg, pysiglib)
        )
        checked = {"expected": slope.measured, "part": slope.of, "tolerance": 1e-6}
        gradient = f"{name}, gradient"
        if beside:
            run.compare(name, size, ours, theirs, planar=planar, expected=expected)
            run.compare(gradient, size, back, their_back, planar=planar, **checked)
        else:
            run.alone(name, size, ours, expected, planar=planar)
            run.alone(gradient, size, back, planar=planar, **checked)


def bench_chosen(run: Run) -> None:
    """Time a few trees."""
    for (batch, length, d, trees), planar in product(CHOSEN, (False, True)):
        elements = [(tree,) for tree in trees] if planar else trees
        size = f"({batch},{length},{d}) {len(trees)} tree{'s' if len(trees) > 1 else ''}"
        measure(run, size, paths(batch, length, d), elements, from_words, planar=planar)


def bench_twelve_nodes(run: Run) -> None:
    """Time trees of twelve nodes, 32 paths of 100 points in 3 channels."""
    for name, tree in TWELVE_NODES.items():
        size = f"{name} of 12 nodes"
        measure(run, size, paths(32, 100, 3), [tree], from_halves, beside=False)


def bench_long(run: Run) -> None:
    """Time paths of 10,001 points in 3 channels, a tree of four nodes."""
    trees = CHOSEN[0][3]
    for count, x in ((1, paths(1, 10_001, 3)[0]), (8, paths(8, 10_001, 3))):
        ours, theirs = (partial(lib.branched_sig_coef, x, trees) for lib in (treealg, pysiglib))
        run.compare("branched_sig_coef, long", f"({count},10001,3) 1 tree", ours, theirs)


def entries(function: Callable[[], np.ndarray], places: np.ndarray) -> np.ndarray:
    """Return some of what a function returns."""
    return np.ascontiguousarray(function()[..., places])


def bench_closed(run: Run) -> None:
    """Time trees of which time counts twice, as entries of the whole basis and as a closed set.

    32 paths of 100 points with time; a single tree has few others in its closed set.
    """
    for d, n in ((2, 4), (3, 4), (3, 5)):
        x = paths(32, 100, d)
        light = list(treealg.trees(d, n, time_aug=True, weights=(*(1,) * d, 2), scalar_term=False))
        for elements in (light, [light[2 * len(light) // 3]]):
            places = np.array([treealg.tree_to_idx(t, d, n, time_aug=True) for t in elements])
            size = f"(d={d}, N={n}) {len(elements)} tree{'s' if len(elements) > 1 else ''}"
            for name, options in (("", {}), (", prefixes", {"stream": True})):
                given: Any = {"time_aug": True, **options}
                for ours, whole in (
                    (treealg.branched_sig_coef, treealg.branched_sig),
                    (treealg.branched_log_sig_coef, treealg.branched_log_sig),
                ):
                    run.compare(
                        f"{ours.__name__}{name}", size, partial(ours, x, elements, **given),
                        partial(entries, partial(whole, x, n, **given), places),
                        beside="whole basis",
                    )  # fmt: skip


def bench_words(run: Run) -> None:
    """Time words of signatures and log-signatures, as entries of the whole and alone."""
    for d, word in ((2, (0, 1, 1)), (3, (0, 1, 0, 2)), (5, (0, 1, 2, 3, 4, 1))):
        x, n = paths(32, 100, d), len(word)
        places = np.array([treealg.word_to_idx(word, d)])
        for ours, whole in (
            (treealg.sig_coef, treealg.sig),
            (treealg.log_sig_coef, treealg.log_sig),
        ):
            run.compare(
                ours.__name__, f"(d={d}, N={n}) 1 word", partial(ours, x, word),
                partial(entries, partial(whole, x, n), places), planar=None, beside="all words",
            )  # fmt: skip


def bench_extracted(run: Run) -> None:
    """Time what is taken out of whole signatures by name, words and trees."""
    for d, n in ((2, 5), (5, 4)):
        chosen = [tuple((i * j + i) % d for j in range(n)) for i in range(20)]
        signatures = treealg.sig(paths(256, 10, d), n)
        ours, theirs = (
            partial(lib.extract_sig_coef, signatures, chosen, d) for lib in (treealg, pysiglib)
        )
        size = f"(256,d={d},N={n}) {len(chosen)} words"
        run.compare("extract_sig_coef", size, ours, theirs, planar=None)
    for planar, d, n in ((False, 2, 5), (False, 5, 3), (True, 2, 4)):
        signatures = treealg.branched_sig(paths(256, 10, d), n, planar=planar)
        every = list(treealg.trees(d, n, planar=planar, scalar_term=False))
        chosen = every[:: len(every) // 20 + 1]
        ours, theirs = (
            partial(lib.extract_branched_sig_coef, signatures, chosen, d, planar=planar)
            for lib in (treealg, pysiglib)
        )
        size = f"(256,d={d},N={n}) {len(chosen)} elements"
        run.compare("extract_branched_sig_coef", size, ours, theirs, planar=planar)


BENCHMARKS = {
    "chosen": bench_chosen,
    "twelve": bench_twelve_nodes,
    "long": bench_long,
    "closed": bench_closed,
    "words": bench_words,
    "extracted": bench_extracted,
}

# Geometric mean and least of the ratios that are aimed at.
AIMS = {f"branched_sig_coef, {kind}": (10,) for kind in ("non-planar", "planar")}

if __name__ == "__main__":
    main(BENCHMARKS, "coefficients", __doc__, AIMS)
