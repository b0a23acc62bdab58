"""Time the symbolic layer beside kauri 2.3.0, from cold caches on both sides, in one process.

python benchmarks/bench_symbolic.py
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

import kauri
from harness import Run, agree, cold_seconds, main

from treealg import symbolic as ta

ORDER = 8


def clear_kauri() -> None:
    """Empty every functools cache of kauri's modules."""
    for module in pkgutil.walk_packages(kauri.__path__, "kauri."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()


def beside_kauri(
    run: Run,
    name: str,
    size: str,
    calls: tuple[Callable[[], Any], Callable[[], Any]],
    counts: tuple[Callable[[Any], float], Callable[[Any], float]],
    planar: bool = False,
) -> None:
    """Time two calls whose results are compared by a count."""
    # Kept alive, millions of objects would slow the garbage collector for the other side.
    fast, result = cold_seconds(calls[0], ta.clear_cache, run.rounds)
    count = counts[0](result)
    del result
    slow, result = cold_seconds(calls[1], clear_kauri, 1)
    agree(count, counts[1](result), name, 0)
    run.add(name, size, fast, slow, planar=planar, beside="kauri")


def coefficients(results: Iterable[Any]) -> float:
    """Return the sum of all coefficients of ours without their signs."""
    return sum(abs(c) for x in results for _, c in x.items())


def coefficients_of_kauri(results: Iterable[Any]) -> float:
    """Return the same of kauri's."""
    return sum(abs(term[0]) for x in results for term in x.simplify().term_list)


def bench_algebras(run: Run) -> None:
    """Coproducts and antipodes of all trees up to an order."""
    levels = {
        False: [list(kauri.trees_of_order(n)) for n in range(1, ORDER + 1)],
        True: [list(kauri.planar_trees_of_order(n)) for n in range(1, ORDER + 1)],
    }

    def trees(planar: bool, order: int) -> Iterable[Any]:
        return (t for n in range(1, order + 1) for t in ta.enumerate_trees(n, 1, planar=planar))

    for algebra, method, planar, order in (
        ("bck", "coproduct", False, ORDER),
        ("nck", "coproduct", True, ORDER),
        ("mkw", "coproduct", True, ORDER),
        ("bck", "antipode", False, ORDER),
        ("cem", "coproduct", False, ORDER - 1),
    ):
        ours, theirs = (getattr(getattr(lib, algebra), method) for lib in (ta, kauri))
        flat = [tree for level in levels[planar][:order] for tree in level]
        beside_kauri(
            run,
            f"{algebra.upper()} {method}s",
            f"up to order {order}",
            (
                lambda ours=ours, planar=planar, n=order: [ours(t) for t in trees(planar, n)],
                lambda theirs=theirs, flat=flat: [theirs(tree) for tree in flat],
            ),
            (coefficients, coefficients_of_kauri),
            planar,
        )


def bench_enumeration(run: Run) -> None:
    """All trees in three colours up to an order."""
    orders = range(1, ORDER)
    beside_kauri(
        run,
        "trees in 3 colours",
        f"up to order {ORDER - 1}",
        (
            lambda: [tree for n in orders for tree in ta.enumerate_trees(n, 3)],
            lambda: [tree for n in orders for tree in kauri.colored_trees_of_order(n, 3)],
        ),
        (len, len),
    )


# Geometric mean and least of the ratios that are aimed at.
AIMS = {
    "BCK coproducts, non-planar": (50,),
    "NCK coproducts, planar": (50,),
    "MKW coproducts, planar": (50,),
    "BCK antipodes, non-planar": (100,),
    "CEM coproducts, non-planar": (20,),
    "trees in 3 colours, non-planar": (50,),
}

if __name__ == "__main__":
    main({"algebras": bench_algebras, "enumeration": bench_enumeration}, "symbolic", __doc__, AIMS)
