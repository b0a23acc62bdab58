"""The group of signatures beside pySigLib 4.0.0: products, joins, linear pieces, 512 signatures.

Large results once more in an array that is kept (`out`), beside those that are new each time.

python benchmarks/bench_group.py
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pysiglib
from bench_signatures import grid
from harness import Run, derivatives, main, paths

import treealg

BATCH = 512


def bench_group(run: Run) -> None:
    """Measure the functions that both libraries have, on every size up to N = 5."""
    for planar, _, _, d, n in grid(most=5):
        pysiglib.prepare_branched_sig(d, n, planar=planar)
        first, second = (
            treealg.branched_sig(paths(BATCH, length, d), n, planar=planar) for length in (9, 10)
        )
        derivs, dx = derivatives(first.shape), paths(BATCH, 2, d)[:, 1]
        for name, arguments in {
            "branched_sig_combine": (first, second),
            "branched_sig_combine_backprop": (derivs, first, second),
            "branched_sig_join": (first, dx),
            "branched_sig_join_backprop": (derivs, first, dx),
            "linear_branched_sig": (dx,),
            "linear_branched_sig_backprop": (derivs, dx),
        }.items():
            ours, theirs = (
                partial(getattr(library, name), *arguments, d, n, planar=planar)
                for library in (treealg, pysiglib)
            )
            run.compare(name, f"({BATCH},d={d},N={n})", ours, theirs, planar=planar)


def bench_round(run: Run) -> None:
    """Measure products and segments as logarithms beside the way through signatures."""
    for planar, _, _, d, n in grid(most=5):
        size, rest = f"({BATCH},d={d},N={n})", {"dimension": d, "degree": n, "planar": planar}
        sigs = [treealg.branched_sig(paths(BATCH, m, d), n, planar=planar) for m in (9, 10)]
        logs = [treealg.branched_sig_to_log_sig(sig, **rest) for sig in sigs]
        dx = paths(BATCH, 2, d)[:, 1].copy()

        def combine(logs=logs, rest=rest):
            sigs = (treealg.branched_log_sig_to_sig(log, **rest) for log in logs)
            return treealg.branched_sig_to_log_sig(
                treealg.branched_sig_combine(*sigs, **rest), **rest
            )

        def linear(dx=dx, rest=rest):
            return treealg.branched_sig_to_log_sig(treealg.linear_branched_sig(dx, **rest), **rest)

        for name, given, theirs in (
            ("branched_log_sig_combine", logs, combine),
            ("linear_branched_log_sig", (dx,), linear),
        ):
            ours = partial(getattr(treealg, name), *given, **rest)
            run.compare(name, size, ours, theirs, planar=planar, beside="the way round")


def bench_kept(run: Run) -> None:
    """Measure conversions of 39 MB into an array that is kept, beside new results."""
    d, n = 5, 4
    sig = treealg.branched_sig(paths(BATCH, 10, d), n, planar=True)
    log, out = treealg.branched_sig_to_log_sig(sig, d, n, planar=True), np.empty_like(sig)
    for name, arguments in {
        "branched_sig_to_log_sig": (sig,),
        "branched_sig_to_log_sig_backprop": (sig, log),
        "branched_log_sig_to_sig": (log,),
        "branched_sig_combine": (sig, sig),
        "branched_sig_inverse": (sig,),
    }.items():
        new = partial(getattr(treealg, name), *arguments, d, n, planar=True)
        run.compare(
            f"{name}, kept", f"({BATCH},d={d},N={n})", partial(new, out=out), new, planar=True,
            beside="new results",
        )  # fmt: skip


# Geometric mean and least of the ratios that are aimed at.
AIMS = {f"branched_sig_combine, {kind}": (3,) for kind in ("non-planar", "planar")}

if __name__ == "__main__":
    groups = {"group": bench_group, "round": bench_round, "kept": bench_kept}
    main(groups, "group", __doc__, AIMS)
