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
    key = ("cumulants", dimension, degree, planar, lift)

    def make() -> Tables:
        return Tables(linear=tables.cumulants(dimension, degree, planar, lift))

    def make_plan() -> Plan:
        return Plan(dimension, degree, planar, size, make)

    return find_plan(key) or keep_plan(key, make_plan)


def expectation_plan(call: Call, lift: str, longest: int) -> Plan:
    """Return the plan from cumulants of up to so many labels to an expected signature on trees."""
    dimension, degree, size = call.dimension, call.degree, call.columns
    key = ("expectation", dimension, degree, lift, longest)

    def make() -> Tables:
        layout = tables.words(dimension, degree, longest)
        letters = np.arange(sum(layout.letters), dtype=np.int32)
        return Tables((layout, letters), tables.expectation(dimension, degree, lift, longest))

    def make_plan() -> Plan:
        return Plan(dimension, degree, False, size, make, None, longest)

    return find_plan(key) or keep_plan(key, make_plan)
