"""Plans from the cumulants of a process to its expected signature."""

from __future__ import annotations

import numpy as np

from treealg import tables
from treealg.numeric.arguments.calls import Call
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Plan, Tables

__all__ = ["cumulant_plan", "expectation_plan"]


def cumulant_plan(call: Call, lift: str) -> Plan:
    """Return the plan from cumulants to the logarithm of an expected signature."""
    dimension, degree, planar, size = call.dimension, call.degree, bool(call.planar), call.columns
    weights = call.weights
    key = ("cumulants", dimension, degree, planar, lift, weights)

    def table() -> tables.LinearMap:
        return tables.cumulants(dimension, call.nodes, planar=planar, lift=lift)

    def make(linear: tables.LinearMap) -> Tables:
        if weights is not None:
            linear = tables.restricted(
                linear, tables.light_elements(weights, degree, planar=planar)
            )
        return Tables(linear=linear)

    def make_plan() -> Plan:
        return Plan(dimension, degree, planar, size, make, needs=(table,))

    return find_plan(key) or keep_plan(key, make_plan)


def expectation_plan(call: Call, lift: str, longest: int) -> Plan:
    """Return the plan from cumulants of up to so many labels to an expected signature on trees."""
    dimension, degree, size, weights = call.dimension, call.degree, call.columns, call.weights
    key = ("expectation", dimension, degree, lift, longest, weights)

    def table() -> tables.LinearMap:
        return tables.expectation(dimension, call.nodes, lift=lift, longest=longest)

    def make(linear: tables.LinearMap) -> Tables:
        layout = tables.words(dimension, call.nodes, longest=longest)
        if weights is None:
            letters = np.arange(sum(layout.letters), dtype=np.int32)
            return Tables((layout, letters), linear)
        own = tables.element_weights(weights, layout.longest, planar=None)
        words = tables.light_words(layout, own, degree)
        light = tables.light_elements(weights, degree, planar=False)
        linear = tables.restricted(linear, light, columns=words.place, n_cols=words.layout.size)
        none = np.full(dimension, -1, dtype=np.int32)
        return Tables((words.layout, words.letters.astype(np.int32)), linear, channel_letter=none)

    def make_plan() -> Plan:
        return Plan(dimension, degree, False, size, make, None, longest, needs=(table,))

    return find_plan(key) or keep_plan(key, make_plan)
