"""Time exact modified equations beside kauri 2.3.0, and what else B-series do, from cold caches.

The task: the modified equation of the classical Runge-Kutta method, exactly, for all trees up to an
order. And the order of a family of methods, whose coefficients are rational functions, beside
conditions that are written down and simplified with SymPy.

    python benchmarks/bench_bseries.py
"""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import kauri
import sympy
from harness import Run, cold_seconds, main
from sympy.core import cache as sympy_cache

from treealg.symbolic import Tree, clear_cache, enumerate_trees
from treealg.symbolic.bseries import (
    RungeKutta,
    exact_series,
    modified_equation,
    modifying_integrator,
    published_method,
    substitute,
)

ORDER = 8


def modified_by_kauri() -> dict[Tree, Any]:
    """Return kauri's logarithm, with fractions in the place of its floats."""
    half, third, sixth = Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)
    method = kauri.RK(
        [[0, 0, 0, 0], [half, 0, 0, 0], [0, half, 0, 0], [0, 0, 1, 0]],
        [sixth, third, third, sixth],
    )
    exact = kauri.Map(lambda forest: Fraction(1, forest.factorial()))
    modified = method.elementary_weights_map() ^ (exact & kauri.cem.antipode)
    return {
        Tree.from_tuple(tuple_form(tree.list_repr)): modified(tree)
        for tree in kauri.trees_up_to_order(ORDER)
        if tree.list_repr is not None
    }


def tuple_form(nested: Any) -> tuple[Any, ...]:
    """Return the tuple form of a tree that kauri holds as nested lists, labels last."""
    return (*(tuple_form(child) for child in nested if not isinstance(child, int)), 0)


def bench_modified(run: Run) -> None:
    """Time the modified equation, from the tableau on."""
    fast, ours = cold_seconds(
        lambda: modified_equation(published_method("rk4").series(ORDER)), clear_cache, 5
    )
    slow, theirs = cold_seconds(modified_by_kauri, lambda: None, 1)
    if theirs != {tree: value for tree, value in ours.items() if tree is not None}:
        sys.exit("the two modified equations differ")
    run.add("modified equation of RK4", f"order {ORDER}", fast, slow, beside="kauri")


def bench_own(run: Run) -> None:
    """Time backward error analysis without a peer, checked by what it inverts."""
    method = published_method("rk4")
    series, exact = method.series(ORDER), exact_series(ORDER)

    seconds, modifying = cold_seconds(lambda: modifying_integrator(series), clear_cache, 5)
    if substitute(modifying, series) != exact:
        sys.exit("the modifying integrator does not give the exact solution")
    run.add("modifying integrator of RK4", f"order {ORDER}", seconds, None)

    modified = modified_equation(series)
    seconds, back = cold_seconds(lambda: substitute(modified, exact), clear_cache, 5)
    if back != series:
        sys.exit("the modified equation, solved exactly, is not the method")
    run.add("substitution into the exact solution", f"order {ORDER}", seconds, None)

    coloured = published_method("ars443").series(ORDER - 2)
    seconds, modified = cold_seconds(lambda: modified_equation(coloured), clear_cache, 5)
    if substitute(modified, exact_series(ORDER - 2, 2)) != coloured:
        sys.exit("the modified equation in two colours, solved exactly, is not the method")
    run.add("modified equation of ARS(4,4,3)", f"two colours, order {ORDER - 2}", seconds, None)


def three_stages() -> tuple[list[list[Any]], list[Any]]:
    """Return the family of explicit methods of three stages and order 3, with its nodes free."""
    u, v = sympy.symbols("u v")
    second, third = (3 * v - 2) / (6 * u * (v - u)), (2 - 3 * u) / (6 * v * (v - u))
    slope = v * (v - u) / (u * (2 - 3 * u))
    return [[], [u], [v - slope, slope]], [1 - second - third, second, third]


def order_by_sympy(matrix: list[list[Any]], weights: list[Any]) -> int:
    """Return the order of a method as one would write it down, each condition simplified."""

    def stages(tree: Tree) -> list[Any]:
        """Return the products over the branches of a tree, for each stage."""
        inner = [stages(child) for child in tree.children]
        sums = [
            [sum((a * x for a, x in zip(row, values, strict=False)), sympy.Integer(0))
             for row in matrix] for values in inner
        ]  # fmt: skip
        return [sympy.prod(values[i] for values in sums) for i in range(len(weights))]

    order = 0
    while True:
        for tree in enumerate_trees(order + 1):
            weight = sum(b * x for b, x in zip(weights, stages(tree), strict=True))
            if sympy.simplify(weight - sympy.Rational(1, tree.factorial)) != 0:
                return order
        order += 1


def bench_decisions(run: Run) -> None:
    """Time decisions about rational functions: the order of a family of methods."""
    matrix, weights = three_stages()
    fast, ours = cold_seconds(lambda: RungeKutta(matrix, weights).order(), clear_cache, 5)
    slow, theirs = cold_seconds(lambda: order_by_sympy(matrix, weights), sympy_cache.clear_cache, 1)
    if not ours == theirs == 3:
        sys.exit(f"the family has order 3, got {ours} and {theirs}")
    run.add("order of a family of RK3", "two free nodes", fast, slow, beside="SymPy")


# Geometric mean and least of the ratios that are aimed at.
AIMS = {"modified equation of RK4, non-planar": (30,)}

if __name__ == "__main__":
    benches = {"modified": bench_modified, "own": bench_own, "decisions": bench_decisions}
    main(benches, "bseries", __doc__, AIMS)
