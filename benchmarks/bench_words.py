"""Word signatures beside pySigLib 4.0.0 and beside a plain NumPy loop over the segments.

python benchmarks/bench_words.py
python benchmarks/bench_words.py --only vectors
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pysiglib
from harness import Run, derivatives, main, paths

import treealg

# (batch, length, dimension, degree)
GRID = [(32, 100, 5, 3), (128, 100, 2, 5), (128, 100, 3, 4), (32, 100, 5, 4), (16, 50, 2, 8)]
BATCH = 128
METHODS = {0: "", 1: ", Lyndon words", 2: ", brackets"}


def bench_paths(run: Run) -> None:
    """Path to signature and log-signature, and the gradient of the signature."""
    for batch, length, d, n in GRID:
        x, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
        compare = partial(run.compare, planar=None)
        compare("sig", size, partial(treealg.sig, x, n), partial(pysiglib.sig, x, n))
        for method, form in METHODS.items():
            pysiglib.prepare_log_sig(d, n, method)
            ours, theirs = (
                partial(lib.log_sig, x, n, method=method) for lib in (treealg, pysiglib)
            )
            compare(f"log_sig{form}", size, ours, theirs)
        sig = treealg.sig(x, n)
        given = x, sig, derivatives(sig.shape), n
        ours, theirs = (partial(lib.sig_backprop, *given) for lib in (treealg, pysiglib))
        compare("sig_backprop", size, ours, theirs)


def bench_vectors(run: Run) -> None:
    """Logarithm, exponential, product and join of signatures, and their backward passes."""
    for _, _, d, n in GRID:
        pysiglib.prepare_log_sig(d, n, 2)
        first, second = (treealg.sig(paths(BATCH, length, d), n) for length in (9, 10))
        logs = {method: treealg.sig_to_log_sig(first, d, n, method=method) for method in (0, 2)}
        derivs, dx = derivatives(first.shape), paths(BATCH, 2, d)[:, 1].copy()
        for name, arguments in {
            "sig_combine": (first, second),
            "sig_combine_backprop": (derivs, first, second),
            "sig_join": (first, dx),
            "linear_sig": (dx,),
        }.items():
            ours, theirs = (
                partial(getattr(library, name), *arguments, d, n) for library in (treealg, pysiglib)
            )
            run.compare(name, f"({BATCH},d={d},N={n})", ours, theirs, planar=None)
        for method in (0, 2):
            back = derivatives(logs[method].shape)
            for name, peer, arguments in (
                ("sig_to_log_sig", "sig_to_log_sig", (first,)),
                ("sig_to_log_sig_backprop", "sig_to_log_sig_backprop", (first, back)),
                ("log_sig_to_sig", "logsig_to_sig", (logs[method],)),
                ("log_sig_to_sig_backprop", "logsig_to_sig_backprop", (logs[method], derivs)),
            ):
                ours = partial(getattr(treealg, name), *arguments, d, n, method=method)
                theirs = partial(getattr(pysiglib, peer), *arguments, d, n, method=method)
                what = f"{name}{METHODS[method]}"
                run.compare(what, f"({BATCH},d={d},N={n})", ours, theirs, planar=None)


def bench_round(run: Run) -> None:
    """Products and joins of logarithms, and inverses, beside the way through signatures."""
    for _, _, d, n in GRID:
        size = f"({BATCH},d={d},N={n})"
        first, second = (treealg.sig(paths(BATCH, length, d), n) for length in (9, 10))
        one, two = (treealg.sig_to_log_sig(sig, d, n) for sig in (first, second))
        dx = paths(BATCH, 2, d)[:, 1].copy()

        def combine(one=one, two=two, d=d, n=n):
            sigs = (treealg.log_sig_to_sig(log, d, n) for log in (one, two))
            return treealg.sig_to_log_sig(treealg.sig_combine(*sigs, d, n), d, n)

        def join(one=one, dx=dx, d=d, n=n):
            sig = treealg.log_sig_to_sig(one, d, n)
            return treealg.sig_to_log_sig(treealg.sig_join(sig, dx, d, n), d, n)

        def inverse(first=first, d=d, n=n):
            return treealg.log_sig_to_sig(-treealg.sig_to_log_sig(first, d, n), d, n)

        def linear(dx=dx, d=d, n=n):
            return treealg.sig_to_log_sig(treealg.linear_sig(dx, d, n), d, n)

        for name, given, theirs in (
            ("log_sig_combine", (one, two), combine),
            ("log_sig_join", (one, dx), join),
            ("sig_inverse", (first,), inverse),
            ("linear_log_sig", (dx,), linear),
        ):
            ours = partial(getattr(treealg, name), *given, d, n)
            run.compare(name, size, ours, theirs, planar=None, beside="the way round")


def by_segments(x: np.ndarray, degree: int) -> np.ndarray:
    """Multiply the exponentials of the segments, level by level, the batch in one array."""
    batch, _, d = x.shape
    levels = [np.ones((batch, 1))] + [np.zeros((batch, d**n)) for n in range(1, degree + 1)]
    for step in np.diff(x, axis=1).swapaxes(0, 1):
        powers = [np.ones((batch, 1))]
        for n in range(1, degree + 1):
            powers.append((powers[-1][:, :, None] * step[:, None] / n).reshape(batch, -1))
        levels = [
            sum(
                (levels[k][:, :, None] * powers[n - k][:, None]).reshape(batch, -1)
                for k in range(n + 1)
            )
            for n in range(degree + 1)
        ]
    return np.concatenate(levels[1:], axis=1)


def bench_naive(run: Run) -> None:
    """Path to signature, beside what one would write in NumPy."""
    for batch, length, d, n in GRID:
        x, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
        ours, theirs = partial(treealg.sig, x, n), partial(by_segments, x, n)
        run.compare("sig, beside NumPy", size, ours, theirs, planar=None, beside="NumPy")


BENCHMARKS = {
    "paths": bench_paths,
    "vectors": bench_vectors,
    "round": bench_round,
    "naive": bench_naive,
}

# Geometric mean of the ratios that is aimed at, and the least.
AIMS = {"sig, words": (3, 0.5)}

if __name__ == "__main__":
    main(BENCHMARKS, "words", __doc__, AIMS)
