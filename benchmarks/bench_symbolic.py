"""Time the symbolic layer beside kauri 2.3.0, after comparing what both compute.

Each case starts from cold caches, kauri's and ours, in this one process. Run it with
``python benchmarks/bench_symbolic.py``; ``--help`` lists the options.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import json
import pkgutil
import platform
import sys
import time
from importlib import metadata
from pathlib import Path

import treealg
from treealg import symbolic as ta


def clear_kauri(kauri):
    """Empty every functools cache of kauri's modules."""
    for module in pkgutil.walk_packages(kauri.__path__, "kauri."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()


def timed(work, clear, repeats):
    """Return the least time of `work` from cold caches, and its last result."""
    best = float("inf")
    for _ in range(repeats):
        # Trees are kept as long as they are in use: the last result would warm this run.
        result = None
        clear()
        gc.collect()
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def cases(kauri, order):
    """Yield name, our work, kauri's work, and what turns each result into comparable numbers."""
    plain = [list(kauri.trees_of_order(n)) for n in range(1, order + 1)]
    planar = [list(kauri.planar_trees_of_order(n)) for n in range(1, order + 1)]

    def each(method, *, kind=False, limit=order):
        def work():
            return [
                method(tree) for n in range(1, limit + 1) for tree in ta.enumerate_trees(n, 1, kind)
            ]

        return work

    def each_of_kauri(method, levels, limit=order):
        def work():
            return [method(tree) for level in levels[:limit] for tree in level]

        return work

    def ours(results):
        return sum(abs(c) for x in results for _, c in x.items())

    def theirs(results):
        return sum(abs(term[0]) for x in results for term in x.simplify().term_list)

    yield (
        f"BCK coproducts to order {order}",
        each(ta.bck.coproduct), each_of_kauri(kauri.bck.coproduct, plain), ours, theirs,
    )  # fmt: skip
    yield (
        f"NCK coproducts to order {order}",
        each(ta.nck.coproduct, kind=True), each_of_kauri(kauri.nck.coproduct, planar),
        ours, theirs,
    )  # fmt: skip
    yield (
        f"MKW coproducts to order {order}",
        each(ta.mkw.coproduct, kind=True), each_of_kauri(kauri.mkw.coproduct, planar),
        ours, theirs,
    )  # fmt: skip
    yield (
        f"BCK antipodes to order {order}",
        each(ta.bck.antipode), each_of_kauri(kauri.bck.antipode, plain), ours, theirs,
    )  # fmt: skip
    yield (
        f"CEM coproducts to order {order - 1}",
        each(ta.cem.coproduct, limit=order - 1),
        each_of_kauri(kauri.cem.coproduct, plain, order - 1), ours, theirs,
    )  # fmt: skip

    def coloured():
        return [tree for n in range(1, order) for tree in ta.enumerate_trees(n, 3)]

    def coloured_of_kauri():
        return [tree for n in range(1, order) for tree in kauri.colored_trees_of_order(n, 3)]

    yield f"trees with 3 colours to order {order - 1}", coloured, coloured_of_kauri, len, len


def machine():
    """Return the versions and the machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text("utf-8").splitlines() if "model name" in line]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "python": platform.python_version(),
        "treealg": treealg.__version__,
        "kauri": metadata.version("kauri"),
        "system": platform.platform(),
        "processor": model,
    }


def main():
    """Compare, then time, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--order", type=int, default=8, help="greatest order (default 8)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of ours, the best counts")
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    arguments = parser.parse_args()
    try:
        import kauri
    except ImportError:
        sys.exit("kauri is not installed; install it with: pip install kauri==2.3.0")
    about = machine()
    print(*(f"{name} {value}" for name, value in about.items()), sep="; ")
    rows = []
    for name, ours, theirs, count, count_theirs in cases(kauri, arguments.order):
        if arguments.only not in name:
            continue
        fast, result = timed(ours, ta.clear_cache, arguments.repeats)
        checksum = count(result)
        # Kept alive, millions of objects would slow the garbage collector for the other side.
        del result
        slow, other = timed(theirs, functools.partial(clear_kauri, kauri), 1)
        expected = count_theirs(other)
        del other
        if checksum != expected:
            sys.exit(f"{name}: treealg and kauri disagree, {checksum} and {expected}")
        rows.append({"name": name, "treealg": fast, "kauri": slow, "ratio": slow / fast})
        print(f"{name:36} {fast:10.4f} s {slow:10.4f} s {slow / fast:8.0f}x", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({**about, "cases": rows}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
