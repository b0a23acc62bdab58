"""Plans between vectors of coefficients: the algebra, logarithms, and their coordinates."""

from __future__ import annotations

from treealg import tables
from treealg.numeric.arguments.calls import Call, Weights, coefficients
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Plan, Tables
from treealg.tables.convolution import check_terms

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

    def make() -> Tables:
        if weights is not None:
            # The larger one first, as it may be refused.
            log = tables.weighted_convolution(weights, degree, planar=planar)
            lyndon = (
                tables.weighted_lyndon(weights, degree, method, planar=planar) if method else None
            )
            return Tables(linear=lyndon, log=log)
        _check_algebra(dimension, degree, planar)
        linear = tables.lyndon(dimension, degree, method, planar=planar) if method else None
        return Tables(linear=linear, log=tables.convolution(dimension, degree, planar=planar))

    def make_plan() -> Plan:
        size = coefficients(dimension, degree, planar, method, weights)
        return Plan(dimension, degree, planar, size, make, method)

    return find_plan(key) or keep_plan(key, make_plan)


def expansion_plan(call: Call) -> Plan:
    """Return the plan from coordinates of logarithms, by method 1 or 2, to their expanded form."""
    dimension, degree, planar, method = call.dimension, call.degree, call.planar, call.method or 1
    weights = call.weights
    key = ("expansion", dimension, degree, planar, method, weights)

    def make() -> Tables:
        # Logarithms are expanded to be multiplied.
        if weights is not None:
            tables.weighted_convolution(weights, degree, planar=planar)
            expansion = tables.weighted_lyndon_expansion(weights, degree, method, planar=planar)
            return Tables(linear=expansion)
        _check_algebra(dimension, degree, planar)
        return Tables(linear=tables.lyndon_expansion(dimension, degree, method, planar=planar))

    def make_plan() -> Plan:
        return Plan(dimension, degree, planar, call.columns, make, method)

    return find_plan(key) or keep_plan(key, make_plan)


def _check_algebra(dimension: int, degree: int, planar: bool | None) -> None:
    """Refuse a coproduct that is too large, before other tables are made that go with it."""
    if planar is not None:
        check_terms(dimension, degree, planar)
