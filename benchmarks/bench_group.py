"""The group of signatures beside pySigLib 4.0.0, in one run: products, joins, linear pieces.

512 signatures for each size of the grid, float64, one thread. Correctness is checked before
anything is timed; the two libraries are measured in turns.

    python benchmarks/bench_group.py
    python benchmarks/bench_group.py --only branched_sig_combine
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pysiglib
from bench_signatures import Row, cases, check, paths, row, summary
from machine import describe, side_by_side

import treealg
from treealg import _fast

BATCH = 512

Pair = tuple[str, Callable[[], object], Callable[[], object]]


def pairs(planar: bool, d: int, n: int) -> Iterator[Pair]:
    """Yield the functions that both libraries have, with their arguments."""
    first, second = (
        treealg.branched_sig(paths(BATCH, length, d), n, planar=planar) for length in (9, 10)
    )
    derivs = np.random.default_rng(1).standard_normal(first.shape)
    dx = paths(BATCH, 2, d)[:, 1]
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
        yield name, ours, theirs


def as_tuple(result: object) -> tuple[object, ...]:
    """Return one or several arrays as a tuple."""
    return result if isinstance(result, tuple) else (result,)


def bench(chosen: list[str]) -> Iterator[Row]:
    """Measure the chosen functions, or all, on every size up to N = 5."""
    for planar, (_, _, d, n) in cases():
        if n > 5:
            continue
        pysiglib.prepare_branched_sig(d, n, planar=planar)
        for name, ours, theirs in pairs(planar, d, n):
            if chosen and name not in chosen:
                continue
            for got, want in zip(as_tuple(ours()), as_tuple(theirs()), strict=True):
                check(np.asarray(got), np.asarray(want), name)
            size = f"({BATCH},d={d},N={n})"
            yield row(name, planar, size, *side_by_side(ours, theirs))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    options = parser.parse_args()
    print("\n".join(describe(("treealg", "pysiglib", "numpy", "torch"))))
    print(f"kernels: {_fast.instruction_set_name()}; float64, one thread", flush=True)
    rows = list(bench(options.only))
    print()
    print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
