"""Expected signatures, translations and changes of lift beside what NumPy does without treealg.

Expected signatures stand beside the tensor exponential of the law, level by level in NumPy, and one
dense matrix of arborification; translations and changes of lift, which are linear in the signature,
beside their dense matrix, which is there when time begins; geometric signatures over trees beside
products of coefficients of the logarithm that pySigLib computes. Gradients have nothing beside
them, and are checked against differences.

    python benchmarks/bench_stochastic.py
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pysiglib
from bench_signatures import grid
from harness import Run, derivatives, main, paths

import treealg

BATCH = 256


def dense(linear, size: int) -> np.ndarray:
    """Return the transpose of the matrix of a linear map of rows."""
    return linear(np.eye(size))


def tensor_exponential(drift: np.ndarray, covariance: np.ndarray, degree: int) -> list[np.ndarray]:
    """Return the levels of the exponential of drift and half of the covariance."""
    batch, d = drift.shape
    one = np.ones((batch, 1))
    power = [one, *(np.zeros((batch, d**k)) for k in range(1, degree + 1))]
    total = [level.copy() for level in power]
    for n in range(1, degree + 1):
        grown = [np.zeros_like(level) for level in power]
        for k in range(1, degree + 1):
            grown[k] += np.einsum("bi,bj->bij", power[k - 1], drift).reshape(batch, -1)
            if k > 1:
                half = covariance.reshape(batch, -1) / 2
                grown[k] += np.einsum("bi,bj->bij", power[k - 2], half).reshape(batch, -1)
        power = [level / n for level in grown]
        total = [a + b for a, b in zip(total, power, strict=True)]
    return total[1:]


def bench_expected(run: Run) -> None:
    """Measure expected signatures of Brownian motion, and their gradients."""
    for planar, _, _, d, n in grid(most=5):
        drift = paths(BATCH, 2, d)[:, 1]
        root = paths(BATCH, d, d)
        covariance = root @ root.transpose(0, 2, 1)
        words = treealg.sig_length(d, n)
        matrix = dense(
            partial(treealg.sig_to_branched_sig, dimension=d, degree=n, planar=planar), words
        )

        def theirs(drift=drift, covariance=covariance, n=n, matrix=matrix):
            return np.concatenate(tensor_exponential(drift, covariance, n), axis=1) @ matrix

        ours = partial(treealg.expected_branched_sig, drift, covariance, n, planar=planar)
        size = f"({BATCH},d={d},N={n})"
        run.compare("expected_branched_sig", size, ours, theirs, planar=planar, beside="NumPy")

        def cumulants(drift=drift, covariance=covariance, matrix=matrix):
            levels = np.zeros((BATCH, len(matrix)))
            levels[:, : drift.shape[1]] = drift
            second = levels[:, drift.shape[1] :][:, : covariance[0].size]
            second[:] = covariance.reshape(BATCH, -1) / 2
            return levels @ matrix

        run.compare(
            "expected_branched_log_sig", size,
            partial(treealg.expected_branched_log_sig, drift, covariance, n, planar=planar),
            cumulants, planar=planar, beside="NumPy",
        )  # fmt: skip
        derivs = derivatives(ours().shape)
        backward = partial(
            treealg.expected_branched_sig_backprop, derivs, drift, covariance, n, planar=planar
        )

        def slope(ours=ours, drift=drift, covariance=covariance, n=n, planar=planar, derivs=derivs):
            way = np.ones_like(drift)
            ahead, behind = (
                treealg.expected_branched_sig(drift + t * way, covariance, n, planar=planar)
                for t in (1e-5, -1e-5)
            )
            return ((ahead - behind) * derivs).sum(axis=1) / 2e-5

        run.alone(
            "expected_branched_sig_backprop", size, backward, slope, planar=planar,
            part=lambda result: result[0].sum(axis=1), tolerance=1e-6,
        )  # fmt: skip


def geometric_by_products(
    bsig: np.ndarray, degree: int, planar: bool, letters: list[np.ndarray]
) -> np.ndarray:
    """Return the geometric signature as products of letters, given those of words by length."""
    log = pysiglib.branched_sig_to_log_sig(bsig, 2, degree, planar=planar, method=0)
    return np.concatenate(
        [log[:, words].prod(axis=2) / math.factorial(n) for n, words in enumerate(letters, 1)],
        axis=1,
    )


def geometric_letters(degree: int, planar: bool) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the places of letters of words over trees by length, and where these words are."""
    place = {}
    for i, tree in enumerate(treealg.trees(2, degree, planar=planar, scalar_term=False)):
        place[tree] = i
    words = treealg.geometric_sig_words(2, degree, planar=planar)
    lengths = np.array([len(word) for word in words])
    found = [
        np.array([[place[letter] for letter in word] for word in words if len(word) == n])
        for n in range(1, degree + 1)
    ]
    return found, np.argsort(np.argsort(lengths, kind="stable"))


def bench_linear(run: Run) -> None:
    """Measure translations by trees of two nodes, and changes of lift."""
    for planar, d, n in [(False, 2, 4), (False, 2, 5), (False, 5, 3), (True, 2, 4)]:
        size = treealg.branched_sig_length(d, n, planar=planar)
        bsig = treealg.branched_sig(paths(BATCH, 10, d), n, planar=planar)
        moved = derivatives((d, treealg.branched_sig_length(d, 2, planar=planar)))
        translate = partial(
            treealg.branched_sig_translate, translation=moved, dimension=d, degree=n, planar=planar
        )
        matrix = dense(translate, size)
        run.compare(
            "branched_sig_translate", f"({BATCH},d={d},N={n})", partial(translate, bsig),
            lambda bsig=bsig, matrix=matrix: bsig @ matrix, planar=planar, beside="NumPy",
        )  # fmt: skip
    for planar, d, n in [(False, 1, 5), (False, 2, 4), (True, 2, 3)]:
        labels = d + d * (d + 1) // 2
        size = treealg.branched_sig_length(labels, n, planar=planar)
        wide = treealg.bracket_path(paths(BATCH, 10, d))
        bsig = treealg.branched_sig(wide, n, planar=planar)
        change = partial(
            treealg.branched_sig_change_lift, dimension=labels, degree=n, planar=planar
        )
        matrix = dense(change, size)
        run.compare(
            "branched_sig_change_lift", f"({BATCH},d={labels},N={n})", partial(change, bsig),
            lambda bsig=bsig, matrix=matrix: bsig @ matrix, planar=planar, beside="NumPy",
        )  # fmt: skip
    for planar, d, n in [(False, 2, 4), (True, 2, 3)]:
        bsig = treealg.branched_sig(paths(BATCH, 10, d), n, planar=planar)
        size = treealg.geometric_sig_length(d, n, planar=planar)
        back = partial(treealg.geometric_to_branched_sig, dimension=d, degree=n, planar=planar)
        matrix = dense(back, size)
        gsig = treealg.branched_sig_to_geometric(bsig, d, n, planar=planar)
        pysiglib.prepare_branched_sig(d, n, planar=planar)
        pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
        letters, order = geometric_letters(n, planar)
        by_length = partial(geometric_by_products, bsig, n, planar, letters)
        run.compare(
            "branched_sig_to_geometric", f"({BATCH},d={d},N={n})",
            partial(treealg.branched_sig_to_geometric, bsig, d, n, planar=planar), by_length,
            planar=planar, beside="pySigLib and NumPy",
            expected=lambda by_length=by_length, order=order: by_length()[:, order],
        )  # fmt: skip
        run.compare(
            "geometric_to_branched_sig", f"({BATCH},d={d},N={n})", partial(back, gsig),
            lambda gsig=gsig, matrix=matrix: gsig @ matrix, planar=planar, beside="NumPy",
        )  # fmt: skip
    for planar, d, n in [(False, 2, 5), (False, 5, 3), (True, 2, 4)]:
        bsig = treealg.branched_sig(paths(BATCH, 10, d), n, planar=planar)
        words = partial(treealg.branched_sig_to_sig, dimension=d, degree=n, planar=planar)
        matrix = dense(words, bsig.shape[1])
        run.compare(
            "branched_sig_to_sig", f"({BATCH},d={d},N={n})", partial(words, bsig),
            lambda bsig=bsig, matrix=matrix: bsig @ matrix, planar=planar, beside="NumPy",
        )  # fmt: skip


AIMS: dict[str, tuple[float, ...]] = {}

if __name__ == "__main__":
    main({"expected": bench_expected, "linear": bench_linear}, "stochastic", __doc__, AIMS)
