"""What a second thread brings: n_jobs=2 against n_jobs=1, each function on batches and on one path.

It keeps to two processors, where the system lets it. Then the same beside a process that keeps one
of them busy, each in its turn: there a second thread may cost no more than it brings.

    python benchmarks/bench_threads.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from harness import Run, agree, derivatives, main, paths

import treealg

CHOSEN = [((((0,), 1), 2), ((1,), 0), 1), ((0,), (1,), (2,), 0)]


def two_threads(
    run: Run, function: Callable[..., Any], size: str, *arguments: Any, **options: Any
) -> None:
    """Time a call with two threads beside the same with one."""
    two, one = (partial(function, *arguments, n_jobs=n, **options) for n in (2, 1))
    run.compare(function.__name__, size, two, one, beside="one thread", tolerance=1e-8)


def bench_paths(run: Run) -> None:
    """Time signatures and gradients of batches and of one long path, with a correction or not."""
    for batch, length, d, n in ((256, 100, 3, 4), (0, 5000, 3, 4)):
        x = paths(batch, length, d) if batch else paths(1, length, d)[0]
        derivs = derivatives((*x.shape[:-2], treealg.branched_sig_length(d, n)))
        size = f"({batch},{length},{d},{n})" if batch else f"one ({length},{d},{n})"
        correction = treealg.ito_correction(np.eye(d), 1 / length)
        for name, options in (("", {}), ("corrected ", {"correction": correction})):
            two_threads(run, treealg.branched_sig, f"{name}{size}", x, n, **options)
            back = treealg.branched_sig_backprop
            two_threads(run, back, f"{name}{size}", x, None, derivs, n, **options)
    x, size = paths(2048, 100, 3), "(2048,100,3)"
    two_threads(run, treealg.branched_sig_coef, size, x, CHOSEN)
    coefs = treealg.branched_sig_coef(x, CHOSEN)
    derivs = np.ones_like(coefs)
    two_threads(run, treealg.branched_sig_coef_backprop, size, x, CHOSEN, coefs, derivs)


def bench_group(run: Run) -> None:
    """Time maps of signatures, of sizes that stay in the caches and of one that does not."""
    for batch, d, n, planar in ((4096, 3, 4, False), (1024, 3, 4, True), (512, 5, 4, True)):
        sig = treealg.branched_sig(paths(batch, 10, d), n, planar=planar)
        options = {"planar": planar}
        size = f"{'planar ' if planar else ''}({batch},d={d},N={n})"
        combine, log = treealg.branched_sig_combine, treealg.branched_sig_to_log_sig
        two_threads(run, combine, size, sig, sig[::-1].copy(), d, n, **options)
        two_threads(run, log, size, sig, d, n, **options)
        two_threads(run, treealg.branched_sig_to_log_sig_backprop, size, sig, sig, d, n, **options)


def bench_pairs(run: Run) -> None:
    """Time signature kernels: a Gram matrix, and few pairs of long paths, of depth 3."""
    x = paths(32, 50, 3) / 4
    gram = treealg.branched_sig_kernel_gram
    two_threads(run, gram, "(32,50,3)", x, x[::-1].copy(), 3, 0)
    for pairs, length in ((128, 50), (2, 500)):
        x = paths(pairs, length, 3) / 4
        both, size = (x, x[::-1].copy(), 3, 0), f"({pairs},{length},3)"
        two_threads(run, treealg.branched_sig_kernel, size, *both)
        two_threads(run, treealg.branched_sig_kernel_backprop, size, np.ones(pairs), *both)


BUSY = """
import os, sys
os.sched_setaffinity(0, [int(sys.argv[1])])
print(flush=True)
while os.getppid() == int(sys.argv[2]):
    for _ in range(1_000_000): pass
"""


@contextmanager
def busy(processor: int) -> Iterator[None]:
    """Keep a processor busy by a process that never rests."""
    command = [sys.executable, "-c", BUSY, str(processor), str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield
        finally:
            child.kill()


def bench_busy(run: Run) -> None:
    """Time signatures and gradients while one processor has other work.

    Here means count, and not the least: what costs time is a thread that has to wait now and then.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    for batch, length, d, n in ((256, 100, 3, 4), (2048, 100, 3, 4)):
        x = paths(batch, length, d)
        derivs = derivatives((batch, treealg.branched_sig_length(d, n)))
        for function, arguments in (
            (treealg.branched_sig, (x, n)),
            (treealg.branched_sig_backprop, (x, None, derivs, n)),
        ):
            two, one = (partial(function, *arguments, n_jobs=jobs) for jobs in (2, 1))
            name, size = f"{function.__name__}, beside a loop", f"({batch},{length},{d},{n})"
            agree(two(), one(), f"{name} {size}", 1e-8)
            for number, processor in enumerate(sorted(os.sched_getaffinity(0))[:2]):
                with busy(processor):
                    pairs = [(mean(run, two), mean(run, one)) for _ in range(5 * run.rounds)]
                mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
                run.add(name, f"{size}, on processor {number}", mine, other, beside="one thread")


def mean(run: Run, function: Callable[[], Any]) -> float:
    """Return the mean time of calls that fill the budget."""
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < run.budget or not count:
        function()
        count += 1
    return passed / count


BENCHMARKS = {"paths": bench_paths, "group": bench_group, "pairs": bench_pairs, "busy": bench_busy}

# Of these the least, too: twice as slow as one thread is 0.5.
AIMS = {
    f"{name}, beside a loop, non-planar": (1, 1 / 1.2)
    for name in ("branched_sig", "branched_sig_backprop")
}

if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    main(BENCHMARKS, "threads", __doc__, AIMS)
