"""Plans between vectors of coefficients: the algebra, logarithms, and their coordinates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treealg import tables
from treealg.numeric.arguments.calls import Call, Weights, coefficients
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Need, Plan, Tables

__all__ = ["algebra_plan", "expansion_plan", "log_plan"]


def log_plan(call: Call) -> Plan:
    """Return the plan from a signature to its logarithm."""
    return _log_plan(call.dimension, call.degree, call.planar, call.method or 0, call.weights)


def algebra_plan(call: Call) -> Plan:
    """Return the plan of the group of signatures, and of their expanded logarithms."""
    return _log_plan(call.dimension, call.degree, call.planar, 0, call.weights)


def _log_plan(
    dimension: int, degree: int, planar: bool | None, method: int, weights: Weights
) -> Plan:
    key = ("log", dimension, degree, planar, method, weights)

    def coordinates() -> tables.LinearMap:
        if weights is not None:
            return tables.weighted_lyndon(weights, degree, method, planar=planar)
        return tables.lyndon(dimension, degree, method, planar=planar)

    algebra = _algebra(dimension, degree, planar, weights)
    needs: tuple[Need, Need] = (coordinates if method else None, algebra)
    if weights is not None:  # the coproduct may be seen to be too large only when it is made
        needs = needs[::-1]

    def make(*made: Any) -> Tables:
        linear, log = made if weights is None else made[::-1]
        return Tables(linear=linear, log=log)

    def make_plan() -> Plan:
        size = coefficients(dimension, degree, planar, method, weights)
        return Plan(dimension, degree, planar, size, make, method, needs=needs)

    return find_plan(key) or keep_plan(key, make_plan)


def expansion_plan(call: Call) -> Plan:
    """Return the plan from coordinates of logarithms, by method 1 or 2, to their expanded form."""
    dimension, degree, planar, method = call.dimension, call.degree, call.planar, call.method or 1
    weights = call.weights
    key = ("expansion", dimension, degree, planar, method, weights)

    def expansion() -> tables.LinearMap:
        if weights is not None:
            return tables.weighted_lyndon_expansion(weights, degree, method, planar=planar)
        return tables.lyndon_expansion(dimension, degree, method, planar=planar)

    def make(linear: tables.LinearMap) -> Tables:
        return Tables(linear=linear)

    def make_plan() -> Plan:
        return Plan(dimension, degree, planar, call.columns, make, method, needs=(expansion,))

    return find_plan(key) or keep_plan(key, make_plan)


def _algebra(
    dimension: int, degree: int, planar: bool | None, weights: Weights
) -> Callable[[], tables.ConvolutionTable]:
    """Return what makes the coproduct."""
    if weights is not None:
        return lambda: tables.weighted_convolution(weights, degree, planar=planar)
    return lambda: tables.convolution(dimension, degree, planar=planar)
