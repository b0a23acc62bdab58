"""Branched signatures and log-signatures beside pySigLib 4.0.0, in one run.

Correctness is checked before anything is timed. Times are the least of several batches, the two
libraries measured in turns; compare the ratios of one run, never times of different runs.

    python benchmarks/bench_signatures.py                 everything, one thread
    python benchmarks/bench_signatures.py --only paths single
    python benchmarks/bench_signatures.py --json result.json
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pysiglib
from machine import describe, geometric_mean, side_by_side

import treealg
from treealg import _fast

# (batch, length, dimension, degree)
GRID = [
    (32, 100, 5, 3),
    (128, 100, 2, 5),
    (128, 100, 3, 4),
    (32, 100, 5, 4),
    (32, 100, 3, 5),
    (16, 50, 2, 7),
    (16, 50, 3, 6),
]
SINGLE = [(2000, 3, 4), (1000, 5, 3), (5000, 2, 5)]
FIRST_CALLS = [(5, 4, False), (3, 6, False), (2, 7, False), (3, 5, True)]

Row = dict[str, object]


def cases() -> Iterator[tuple[bool, tuple[int, int, int, int]]]:
    """Yield every size of the grid, non-planar and then planar (the first five)."""
    for planar in (False, True):
        for case in GRID[:5] if planar else GRID:
            yield planar, case


def paths(batch: int, length: int, dimension: int) -> np.ndarray:
    """Return random walks with increments of the size of 1 over the root of the length."""
    rng = np.random.default_rng(batch + length + dimension)
    steps = rng.standard_normal((batch, length, dimension)) / np.sqrt(length)
    return steps.cumsum(axis=1)


def check(ours: np.ndarray, theirs: np.ndarray, what: str) -> None:
    """Stop the benchmark if the two libraries disagree."""
    error = np.abs(ours - theirs).max() / max(1.0, float(np.abs(theirs).max()))
    if not error < 1e-10:
        sys.exit(f"{what}: treealg and pySigLib differ by {error:.1e}")


def row(what: str, planar: bool, size: str, ours: float, theirs: float) -> Row:
    """Return one line of the result and print it."""
    kind = "planar" if planar else "non-planar"
    print(
        f"{what:28s} {kind:10s} {size:18s} {ours * 1e3:10.4f} ms {theirs * 1e3:10.3f} ms "
        f"{theirs / ours:7.1f}x",
        flush=True,
    )
    return {
        "what": what,
        "kind": kind,
        "size": size,
        "ours_ms": ours * 1e3,
        "theirs_ms": theirs * 1e3,
        "ratio": theirs / ours,
    }


def bench_paths() -> Iterator[Row]:
    """Path to signature, and path to expanded log-signature."""
    for planar, (batch, length, d, n) in cases():
        pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
        x = paths(batch, length, d)
        size = f"({batch},{length},{d},{n})"
        pairs: dict[str, tuple[Callable[[], np.ndarray], Callable[[], np.ndarray]]] = {
            "branched_sig": (
                partial(treealg.branched_sig, x, n, planar=planar),
                partial(pysiglib.branched_sig, x, n, planar=planar),
            ),
            "branched_log_sig": (
                partial(treealg.branched_log_sig, x, n, planar=planar),
                partial(pysiglib.branched_log_sig, x, n, planar=planar, method=0),
            ),
        }
        for what, (ours, theirs) in pairs.items():
            check(ours(), theirs(), what)
            yield row(what, planar, size, *side_by_side(ours, theirs))


def bench_single() -> Iterator[Row]:
    """One long path."""
    for length, d, n in SINGLE:
        pysiglib.prepare_branched_sig(d, n)
        x = paths(1, length, d)[0]
        check(treealg.branched_sig(x, n), pysiglib.branched_sig(x, n), "one path")
        yield row(
            "branched_sig, one path",
            False,
            f"({length},{d},{n})",
            *side_by_side(
                partial(treealg.branched_sig, x, n), partial(pysiglib.branched_sig, x, n)
            ),
        )


def bench_logarithm() -> Iterator[Row]:
    """Signature to log-signature and its backward pass, 512 signatures."""
    for planar, (_, _, d, n) in cases():
        if n > 5:
            continue
        pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
        sig = treealg.branched_sig(paths(512, 10, d), n, planar=planar)
        derivs = np.random.default_rng(1).standard_normal(sig.shape)
        size = f"(512,d={d},N={n})"
        pairs: dict[str, tuple[Callable[[], np.ndarray], Callable[[], np.ndarray]]] = {
            "branched_sig_to_log_sig": (
                partial(treealg.branched_sig_to_log_sig, sig, d, n, planar=planar),
                partial(pysiglib.branched_sig_to_log_sig, sig, d, n, planar=planar, method=0),
            ),
            "…_backprop": (
                partial(treealg.branched_sig_to_log_sig_backprop, sig, derivs, d, n, planar=planar),
                partial(
                    pysiglib.branched_sig_to_log_sig_backprop,
                    sig,
                    derivs,
                    d,
                    n,
                    planar=planar,
                    method=0,
                ),
            ),
        }
        for what, (ours, theirs) in pairs.items():
            check(ours(), theirs(), what)
            yield row(what, planar, size, *side_by_side(ours, theirs))


def bench_small() -> Iterator[Row]:
    """Time what a call costs: one path of 5 points, d=2, N=2."""
    pysiglib.prepare_branched_sig(2, 2)
    x = paths(1, 5, 2)[0]
    yield row(
        "branched_sig, a small call",
        False,
        "(5,2,2)",
        *side_by_side(partial(treealg.branched_sig, x, 2), partial(pysiglib.branched_sig, x, 2)),
    )


def bench_own() -> Iterator[Row]:
    """Our own ratios: float32 against float64, two threads against one (theirs = the slower)."""
    for planar, (batch, length, d, n) in cases():
        x = paths(8 * batch, length, d)
        single = x.astype(np.float32)
        size = f"({8 * batch},{length},{d},{n})"
        yield row(
            "float32 against float64",
            planar,
            size,
            *side_by_side(
                partial(treealg.branched_sig, single, n, planar=planar),
                partial(treealg.branched_sig, x, n, planar=planar),
            ),
        )
        yield row(
            "two threads against one",
            planar,
            size,
            *side_by_side(
                partial(treealg.branched_sig, x, n, planar=planar, n_jobs=2),
                partial(treealg.branched_sig, x, n, planar=planar),
            ),
        )


OURS = """
import time, numpy as np, treealg
x = np.zeros((2, {d}))
start = time.perf_counter()
s = treealg.branched_sig(x, {n}, planar={planar})
treealg.branched_sig_to_log_sig(s, {d}, {n}, planar={planar})
print(time.perf_counter() - start)
"""
THEIRS = """
import time, numpy as np, pysiglib
start = time.perf_counter()
pysiglib.prepare_branched_sig({d}, {n}, planar={planar})
pysiglib.prepare_branched_log_sig({d}, {n}, 0, planar={planar})
print(time.perf_counter() - start)
"""
IMPORT = (
    "import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
)


def fresh(code: str, **environment: str) -> float:
    """Return the number that `code` prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def bench_first_call() -> Iterator[Row]:
    """First signature and log-signature of a process, tables not there, then there on disk."""
    for d, n, planar in FIRST_CALLS:
        theirs = min(fresh(THEIRS.format(d=d, n=n, planar=planar)) for _ in range(5))
        code = OURS.format(d=d, n=n, planar=planar)
        empty, warm = [], []
        for _ in range(5):
            with tempfile.TemporaryDirectory() as folder:
                empty.append(fresh(code, TREEALG_CACHE_DIR=folder))
                warm.append(fresh(code, TREEALG_CACHE_DIR=folder))
        yield row("first call, empty cache", planar, f"d={d} N={n}", min(empty), theirs)
        yield row("first call, warm disk cache", planar, f"d={d} N={n}", min(warm), theirs)


def bench_import() -> Iterator[Row]:
    """`import treealg` against `import numpy` (theirs = NumPy)."""
    ours = min(fresh(IMPORT.format(name="treealg")) for _ in range(10))
    numpy = min(fresh(IMPORT.format(name="numpy")) for _ in range(10))
    yield row("import, against NumPy's", False, "", ours, numpy)


BENCHMARKS = {
    "paths": bench_paths,
    "single": bench_single,
    "logarithm": bench_logarithm,
    "small": bench_small,
    "own": bench_own,
    "first": bench_first_call,
    "import": bench_import,
}


def summary(rows: list[Row]) -> list[str]:
    """Return one line per function and kind: geometric mean and least ratio."""
    lines = []
    for what, kind in dict.fromkeys((str(r["what"]), str(r["kind"])) for r in rows):
        ratios = [float(str(r["ratio"])) for r in rows if (r["what"], r["kind"]) == (what, kind)]
        lines.append(
            f"{what:28s} {kind:10s} geometric mean {geometric_mean(ratios):6.1f}x, "
            f"least {min(ratios):6.1f}x"
        )
    return lines


def main() -> None:
    """Run the benchmarks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--json", type=Path, help="also write all rows to this file")
    options = parser.parse_args()
    heading = describe(("treealg", "pysiglib", "numpy", "torch"))
    heading.append(f"kernels: {_fast.instruction_set_name()}; float64, one thread unless named")
    print("\n".join(heading), flush=True)
    rows = [r for name in options.only for r in BENCHMARKS[name]()]
    print()
    print("\n".join(summary(rows)))
    if options.json:
        options.json.write_text(json.dumps({"machine": heading, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
