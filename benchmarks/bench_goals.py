"""The goals of speed: ratios beside pySigLib 4.0.0, and shares of the limit of the machine.

    python benchmarks/bench_goals.py

The limit is the time that the multiply-adds of a case need at the peak of one core, or that its
arrays need to pass, whichever is longer (`peaks.py`); a share of 0.5 is twice that time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import peaks
import pysiglib
from bench_correction import by_halves, ito
from harness import Run, derivatives, main, paths

import treealg

ALONG = [(32, 100, 5, 3), (128, 100, 2, 5), (32, 100, 5, 4)]
CORRECTED = [(32, 100, 5, 3), (128, 100, 2, 5)]
VECTORS = [(512, 5, 3), (512, 2, 5), (512, 3, 4)]
ONE = [(5, 3), (2, 5), (3, 4)]
SHORT_PAIRS = [(1, 10), (1, 20), (4, 10)]
GRAMS = [(32, 50, 2, 2), (32, 50, 5, 3)]
WORDS = [(32, 100, 5, 4), (128, 100, 2, 8)]


def both(run: Run, name: str, size: str, *arguments: Any, limit: float | None = None,
         what: str = "", planar: bool | None = False, expected: Any = None,
         theirs: dict[str, Any] | None = None, **options: Any) -> None:  # fmt: skip
    """Time one function of both libraries, and set it beside its limit."""
    basis = {} if "kernel" in name or planar is None else {"planar": planar}
    ours = partial(getattr(treealg, name), *arguments, **basis, **options)
    given = basis | options | (theirs or {})
    other = partial(getattr(pysiglib, name), *arguments, **given)
    run.compare(name + what, size, ours, other, planar=planar, expected=expected)
    if limit is not None:
        function = f"{name}{what}, of the limit"
        case = replace(run.cases[-1], group="limits", function=function, beside="limit",
                       beside_seconds=limit)  # fmt: skip
        run.cases.append(case)
        print(f"{'':70} {case.ratio:24.2f} of the limit", flush=True)


def bench_along_paths(run: Run) -> None:
    """Path to signature, and its gradient."""
    for planar in (False, True):
        for batch, length, d, n in ALONG:
            pysiglib.prepare_branched_sig(d, n, planar=planar)
            x, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
            sig = treealg.branched_sig(x, n, planar=planar)
            work = peaks.along_path(x, n, planar)
            both(run, "branched_sig", size, x, n, planar=planar, limit=peaks.limit(work, [x, sig]))
            given = x, sig, derivatives(sig.shape)
            work = peaks.along_path(x, n, planar, passes=3)
            both(run, "branched_sig_backprop", size, *given, n, planar=planar,
                 limit=peaks.limit(work, [x, sig, sig, x]))  # fmt: skip


def bench_corrected(run: Run) -> None:
    """Corrected signatures; pySigLib's non-planar ones are wrong."""
    for planar in (False, True):
        for batch, length, d, n in CORRECTED:
            pysiglib.prepare_branched_sig(d, n, planar=planar)
            x, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
            correction = ito(length, d)
            sig = treealg.branched_sig(x, n, planar=planar, correction=correction)
            expected = None if planar else partial(by_halves, x, correction, n)
            work = peaks.along_path(x, n, planar, longest=2)
            both(run, "branched_sig", size, x, n, planar=planar, what=", corrected",
                 correction=correction, expected=expected,
                 limit=peaks.limit(work, [x, correction, sig]))  # fmt: skip


def bench_vectors(run: Run) -> None:
    """Logarithms, their gradients, and products of signatures: many, and one at a time."""
    for planar in (False, True):
        for rows, d, n in [*VECTORS, *((0, *one) for one in ONE)]:
            pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
            sig = treealg.branched_sig(paths(max(rows, 1), 10, d), n, planar=planar)
            sig = sig if rows else sig[0].copy()
            size = f"({rows},d={d},N={n})" if rows else f"(d={d},N={n})"
            back, count = derivatives(sig.shape), max(rows, 1)
            other = sig[::-1].copy() if rows else sig
            what = "" if rows else ", one"
            limits = (
                peaks.limit(peaks.of_logarithm(count, d, n, planar), [sig, sig]),
                peaks.limit(peaks.of_logarithm(count, d, n, planar, 3), [sig, sig, sig]),
                peaks.limit(peaks.of_product(count, d, n, planar), [sig, sig, sig]),
            )
            # One at a time is bound by what a call costs.
            log, log_back, product = limits if rows else (None, None, None)
            both(run, "branched_sig_to_log_sig", size, sig, d, n, planar=planar, what=what,
                 theirs={"method": 0}, limit=log)  # fmt: skip
            both(run, "branched_sig_to_log_sig_backprop", size, sig, back, d, n, planar=planar,
                 what=what, theirs={"method": 0}, limit=log_back)  # fmt: skip
            both(run, "branched_sig_combine", size, sig, other, d, n, planar=planar,
                 what=what, limit=product)  # fmt: skip


def bench_pairs(run: Run) -> None:
    """Kernels of few short pairs, and their gradients."""
    for pairs, length in SHORT_PAIRS:
        x = paths(pairs, length, 2) / 4
        y, size = x[:, ::-1].copy(), f"({pairs},{length},2,3,0)"
        limit = peaks.limit(peaks.of_kernels(pairs, length - 1, length - 1, 2, 3), [x, y])
        both(run, "branched_sig_kernel", size, x, y, 3, 0, what=", short pairs", limit=limit)
        both(run, "branched_sig_kernel_backprop", size, np.ones(pairs), x, y, 3, 0,
             what=", short pairs")  # fmt: skip
    for count, length, d, depth in GRAMS:
        x = paths(count, length, d) / 4
        y, size = x[:, ::-1].copy(), f"({count},{count},{length},{d},{depth},0)"
        work = peaks.of_kernels(count * count, length - 1, length - 1, d, depth)
        limit = peaks.limit(work, [x, y, np.empty((count, count))])
        both(run, "branched_sig_kernel_gram", size, x, y, depth, 0, limit=limit)


def bench_words(run: Run) -> None:
    """Word signatures."""
    for batch, length, d, n in WORDS:
        x = paths(batch, length, d)
        limit = peaks.limit(peaks.along_path(x, n, None), [x, treealg.sig(x, n)])
        both(run, "sig", f"({batch},{length},{d},{n})", x, n, planar=None, limit=limit)
    small = paths(1, 5, 2)[0].copy()
    both(run, "sig", "(5,2,2)", small, 2, planar=None, what=", a small call")


def bench_small(run: Run) -> None:
    """Time small calls: one path of 5 points, one short pair, one window of a stream."""
    pysiglib.prepare_branched_sig(2, 2)
    both(run, "branched_sig", "(5,2,2)", paths(1, 5, 2)[0].copy(), 2, what=", a small call")
    x = paths(1, 10, 2)[0] / 4
    both(run, "branched_sig_kernel", "(10,2,3,0)", x, x[::-1].copy(), 3, 0,
         what=", one pair")  # fmt: skip
    points = paths(1, 500, 2)[0]

    def windows() -> np.ndarray:
        stream = treealg.BranchedSigWindowStream(2, 2, 10)
        for point in points:
            stream.push(point)
        return stream.take()

    expected = partial(
        treealg.branched_sig, points, 2, windows=treealg.sliding_windows(len(points), 10)
    )
    run.alone("a window of a stream", "(10,2,2)", windows, expected, per=len(points))


def bench_peaks(run: Run) -> None:
    """Add the peaks of one core, as the time of a billion."""
    for what, rate in peaks.peaks().items():
        if "held" not in what:
            run.add(f"a billion {what}", "", 1e9 / rate, None)


BENCHMARKS = {
    "paths": bench_along_paths,
    "corrected": bench_corrected,
    "vectors": bench_vectors,
    "pairs": bench_pairs,
    "words": bench_words,
    "small": bench_small,
    "peaks": bench_peaks,
}

# Geometric mean and least of the ratios that are aimed at.
AIMS = (
    {
        f"{name}, of the limit, {kind}": (aim,)
        for kind in ("non-planar", "planar")
        for name, aim in {
            "branched_sig": 0.5,
            "branched_sig_backprop": 0.4,
            "branched_sig, corrected": 0.4,
            "branched_sig_to_log_sig": 0.3,
            "branched_sig_combine": 0.4,
        }.items()
    }
    | {
        "branched_sig, non-planar": (150,),
        "branched_sig, planar": (350,),
        "branched_sig_backprop, non-planar": (90,),
        "branched_sig_backprop, planar": (450,),
        "branched_sig, corrected, non-planar": (130,),
        "branched_sig, corrected, planar": (300,),
        "branched_sig_to_log_sig, non-planar": (6,),
        "branched_sig_to_log_sig, planar": (5,),
        "branched_sig_to_log_sig_backprop, non-planar": (5.5,),
        "branched_sig_to_log_sig_backprop, planar": (4.5,),
        "branched_sig_kernel, short pairs, non-planar": (3, 3),
        "branched_sig_kernel_backprop, short pairs, non-planar": (3, 3),
        "branched_sig_kernel_gram, non-planar": (3, 3),
        "sig, words": (3,),
        "sig, a small call, words": (0.5,),
    }
    | {
        f"{name}, one, {kind}": (2, 2)
        for name in (
            "branched_sig_to_log_sig",
            "branched_sig_to_log_sig_backprop",
            "branched_sig_combine",
        )
        for kind in ("non-planar", "planar")
    }
)

if __name__ == "__main__":
    main(BENCHMARKS, "goals", __doc__, AIMS)
