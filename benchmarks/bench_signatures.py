"""Branched signatures and log-signatures beside pySigLib 4.0.0; what a call and an import cost.

python benchmarks/bench_signatures.py
python benchmarks/bench_signatures.py --only paths single
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial

import numpy as np
import pysiglib
from harness import Run, Slope, derivatives, main, paths

import treealg

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


def grid(most: int = 7) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield every size of the grid up to a degree, non-planar and then planar (the first five)."""
    for planar in (False, True):
        for batch, length, d, n in GRID[:5] if planar else GRID:
            if n <= most:
                yield planar, batch, length, d, n


def bench_paths(run: Run) -> None:
    """Path to signature, and path to expanded log-signature."""
    for planar, batch, length, d, n in grid():
        pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
        x, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
        for name, method in (("branched_sig", {}), ("branched_log_sig", {"method": 0})):
            ours = partial(getattr(treealg, name), x, n, planar=planar)
            theirs = partial(getattr(pysiglib, name), x, n, planar=planar, **method)
            run.compare(name, size, ours, theirs, planar=planar)


def bench_single(run: Run) -> None:
    """One long path."""
    for length, d, n in SINGLE:
        pysiglib.prepare_branched_sig(d, n)
        x = paths(1, length, d)[0]
        ours, theirs = (partial(lib.branched_sig, x, n) for lib in (treealg, pysiglib))
        run.compare("branched_sig, one path", f"({length},{d},{n})", ours, theirs)


def bench_logarithm(run: Run) -> None:
    """Signature to log-signature and its backward pass, 512 signatures."""
    for planar, _, _, d, n in grid(most=5):
        pysiglib.prepare_branched_log_sig(d, n, 0, planar=planar)
        sig = treealg.branched_sig(paths(512, 10, d), n, planar=planar)
        for name, arguments in (
            ("branched_sig_to_log_sig", (sig,)),
            ("branched_sig_to_log_sig_backprop", (sig, derivatives(sig.shape))),
        ):
            ours = partial(getattr(treealg, name), *arguments, d, n, planar=planar)
            theirs = partial(getattr(pysiglib, name), *arguments, d, n, planar=planar, method=0)
            run.compare(name, f"(512,d={d},N={n})", ours, theirs, planar=planar)


def bench_small(run: Run) -> None:
    """Time what a call costs: one path of 5 points, d=2, N=2."""
    pysiglib.prepare_branched_sig(2, 2)
    x = paths(1, 5, 2)[0]
    ours, theirs = (partial(lib.branched_sig, x, 2) for lib in (treealg, pysiglib))
    run.compare("branched_sig, a small call", "(5,2,2)", ours, theirs)


def bench_own(run: Run) -> None:
    """Our own ratios: float32 against float64, two threads against one."""
    for planar, batch, length, d, n in grid():
        x = paths(8 * batch, length, d)
        size = f"({8 * batch},{length},{d},{n})"
        double = partial(treealg.branched_sig, x, n, planar=planar)
        single = partial(treealg.branched_sig, x.astype(np.float32), n, planar=planar)
        two = partial(treealg.branched_sig, x, n, planar=planar, n_jobs=2)
        run.compare(
            "float32", size, single, double, planar=planar, beside="float64", tolerance=1e-4
        )
        run.compare("two threads", size, two, double, planar=planar, beside="one thread")


def bench_forms(run: Run) -> None:
    """Paths and results of other forms: nine paths beside eight, time-major beside path-major.

    Results in an array of the caller stand beside those in new ones, lead-lag beside paths that
    were written so before, and gradients in one channel beside the function itself.
    """
    for length, d, n in ((100, 2, 5), (100, 3, 4), (1000, 2, 5), (1000, 3, 4)):
        nine, size = paths(9, length, d), f"({length},{d},{n})"
        first = nine[:8].copy()
        ours, eight = (partial(treealg.branched_sig, x, n) for x in (nine, first))
        run.compare("nine paths", size, ours, eight, beside="eight", part=lambda sig: sig[:8])
        derivs = derivatives(ours().shape)
        ours, eight = (
            partial(treealg.branched_sig_backprop, x, None, derivs[: len(x)], n)
            for x in (nine, first)
        )
        run.compare(
            "nine paths, gradient", size, ours, eight, beside="eight", part=lambda dx: dx[:8]
        )
        last = nine.transpose(1, 0, 2).copy().transpose(1, 0, 2)
        ours, other = (partial(treealg.branched_sig, x[:8], n) for x in (last, nine))
        run.compare("time-major", size, ours, other, beside="path-major")
    x = paths(1, 5, 2)[0]
    small = partial(treealg.branched_sig, x, 2)
    run.compare("into an array", "(5,2,2)", partial(small, out=small()), small, beside="a new one")
    for channels, n in ((1, 4), (2, 3), (2, 4)):
        x, size = paths(64, 100, channels), f"(64,100,{channels},{n})"
        written = treealg.transform_path(x, lead_lag=True)
        ours = partial(treealg.branched_sig, x, n, lead_lag=True)
        run.compare("lead-lag", size, ours, partial(treealg.branched_sig, written, n),
                    beside="written before")  # fmt: skip
    for n in (4, 8):
        x = paths(64, 100, 1)
        sig = partial(treealg.sig, x, n)
        slope = Slope(lambda y, n=n: treealg.sig(y, n), (x,), derivatives(sig().shape))
        gradient = partial(treealg.sig_backprop, x, None, slope.derivs, n)
        run.compare("gradient in one channel", f"(64,100,1,{n})", gradient, sig, planar=None,
                    beside="forward", part=slope.of, expected=slope.measured,
                    tolerance=1e-6)  # fmt: skip


OURS = """
import time, numpy as np, treealg
x = np.zeros((2, {d}))
start = time.perf_counter()
s = treealg.branched_sig(x, {n}, planar={planar})
treealg.branched_sig_to_log_sig(s, {d}, {n}, planar={planar})
print(time.perf_counter() - start)
assert s.size == treealg.branched_sig_length({d}, {n}, planar={planar}) and not s.any()
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


def bench_first_call(run: Run) -> None:
    """First signature and log-signature of a process, tables not there, then there on disk."""
    for d, n, planar in FIRST_CALLS:
        code, their_code = (text.format(d=d, n=n, planar=planar) for text in (OURS, THEIRS))
        empty, warm, theirs = [], [], []
        for _ in range(run.rounds + 2):
            with tempfile.TemporaryDirectory() as folder:
                empty.append(fresh(code, TREEALG_CACHE_DIR=folder))
                warm.append(fresh(code, TREEALG_CACHE_DIR=folder))
            theirs.append(fresh(their_code))
        for name, times in (("empty cache", empty), ("warm disk cache", warm)):
            what, size = f"first call, {name}", f"d={d} N={n}"
            run.add(what, size, min(times), min(theirs), planar=planar, beside="pySigLib")


def bench_import(run: Run) -> None:
    """`import treealg` beside `import numpy`, both with their bytecode on disk."""
    pairs = [
        (fresh(IMPORT.format(name="treealg")), fresh(IMPORT.format(name="numpy")))
        for _ in range(3 * run.rounds + 1)
    ]
    ours, numpy = (min(times) for times in zip(*pairs, strict=True))
    run.add("import", "", ours, numpy, beside="NumPy")


BENCHMARKS = {
    "paths": bench_paths,
    "single": bench_single,
    "logarithm": bench_logarithm,
    "small": bench_small,
    "own": bench_own,
    "forms": bench_forms,
    "first": bench_first_call,
    "import": bench_import,
}

# Geometric mean and least of the ratios that are aimed at.
AIMS = {
    f"{function}, {kind}": aim
    for kind, mean in (("non-planar", 60), ("planar", 180))
    for function, aim in {
        "branched_sig": (mean, 25),
        "branched_log_sig": (mean, 25),
        "branched_sig_to_log_sig": (4, 2.5),
        "branched_sig_to_log_sig_backprop": (4, 2.5),
    }.items()
} | {"branched_sig, one path, non-planar": (15,)}

if __name__ == "__main__":
    main(BENCHMARKS, "signatures", __doc__, AIMS)
