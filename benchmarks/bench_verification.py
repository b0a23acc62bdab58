"""Time `treealg verify` for the sizes that it proves by default.

python benchmarks/bench_verification.py
"""

from __future__ import annotations

import sys
import time

from harness import Run, main

import treealg


def bench_verify(run: Run) -> None:
    """Prove dimensions 1 and 2, degrees 1 to 3, both kinds."""
    start = time.perf_counter()
    report = treealg.verify(2, 3)
    seconds = time.perf_counter() - start
    if not report.passed:
        sys.exit("verification failed")
    run.add("treealg verify", f"{len(report.checks):,} checks", seconds, None)


if __name__ == "__main__":
    main({"verify": bench_verify}, "verification", __doc__, {})
