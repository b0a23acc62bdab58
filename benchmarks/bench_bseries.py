"""Time exact modified equations beside kauri, in one run, with cold caches.

The task: the modified equation of the classical Runge-Kutta method, exactly, for all trees up to an
order. Results are compared before anything is timed. kauri 2.3.0 is in the extra ``bench``.

    python benchmarks/bench_bseries.py --order 8
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from treealg.symbolic import Tree, clear_cache
from treealg.symbolic.bseries import (
    exact_series,
    modified_equation,
    modifying_integrator,
    published_method,
    substitute,
)


def modified_by_treealg(order: int) -> dict[Tree | None, Any]:
    """Return the modified equation, from the tableau on, without anything remembered."""
    clear_cache()
    return dict(modified_equation(published_method("rk4").series(order)))


def modified_by_kauri(order: int) -> dict[Tree | None, Any]:
    """Return the same from kauri: its logarithm, with fractions in the place of its floats."""
    import kauri

    half, third, sixth = Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)
    method = kauri.RK(
        [[0, 0, 0, 0], [half, 0, 0, 0], [0, half, 0, 0], [0, 0, 1, 0]],
        [sixth, third, third, sixth],
    )
    exact = kauri.Map(lambda forest: Fraction(1, forest.factorial()))
    modified = method.elementary_weights_map() ^ (exact & kauri.cem.antipode)
    return {
        Tree.from_tuple(tuple_form(tree.list_repr)): modified(tree)
        for tree in kauri.trees_up_to_order(order)
        if tree.list_repr is not None
    }


def tuple_form(nested: Any) -> tuple[Any, ...]:
    """Return the tuple form of a tree that kauri holds as nested lists, labels last."""
    return (*(tuple_form(child) for child in nested if not isinstance(child, int)), 0)


def seconds(call: Callable[[], Any], repetitions: int) -> float:
    """Return the least time of a call."""
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def own_tasks(order: int) -> dict[str, Callable[[], Any]]:
    """Return what else is timed, without a peer; each starts with cold caches."""
    method = published_method("rk4")

    def integrator() -> Any:
        clear_cache()
        return modifying_integrator(method.series(order))

    def substitution() -> Any:
        clear_cache()
        return substitute(modified_equation(method.series(order)), exact_series(order))

    def two_colours() -> Any:
        clear_cache()
        return modified_equation(published_method("ars443").series(min(order, 6)))

    return {
        "modifying integrator": integrator,
        "substitution into the exact solution": substitution,
        f"modified equation, two colours, order {min(order, 6)}": two_colours,
    }


def installed(package: str) -> str | None:
    """Return the version of an installed package."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--order", type=int, default=8, help="greatest order (default 8)")
    parser.add_argument("--repetitions", type=int, default=5, help="of our side (default 5)")
    parser.add_argument("--no-peer", action="store_true", help="do not time kauri")
    parser.add_argument("--json", metavar="FILE", help="also write the results to a file")
    options = parser.parse_args(arguments)
    order = options.order
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "treealg": installed("treealg"),
        "kauri": installed("kauri"),
        "machine": platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "order": order,
    }
    print(*(f"{key}: {value}" for key, value in report.items()), sep=", ")
    ours = modified_by_treealg(order)
    if not options.no_peer and report["kauri"]:
        start = time.perf_counter()
        theirs = modified_by_kauri(order)
        report["kauri_seconds"] = time.perf_counter() - start
        if theirs != {tree: value for tree, value in ours.items() if tree is not None}:
            print("the two modified equations differ", file=sys.stderr)
            return 1
        print(f"equal on {len(ours) - 1} trees, sum {sum(ours.values())}")
    report["seconds"] = seconds(lambda: modified_by_treealg(order), options.repetitions)
    print(f"{'modified equation of RK4':52} {report['seconds'] * 1e3:10.1f} ms", end="")
    if "kauri_seconds" in report:
        report["ratio"] = report["kauri_seconds"] / report["seconds"]
        print(f"   kauri {report['kauri_seconds']:8.2f} s   {report['ratio']:8.0f}x")
    else:
        print()
    for name, task in own_tasks(order).items():
        report[name] = seconds(task, options.repetitions)
        print(f"{name:52} {report[name] * 1e3:10.1f} ms")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
