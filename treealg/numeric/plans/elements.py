"""Plans of words whose letters are basis elements: lifts, and geometric signatures of trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.numeric.arguments.calls import Call
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Need, Plan, Tables
from treealg.numeric.plans.words import selection
from treealg.tables.light import LightWords

__all__ = [
    "geometric_map_plan",
    "geometric_plan",
    "geometric_size",
    "lift_plan",
    "light_geometric_words",
]


def lift_plan(call: Call) -> Plan:
    """Return the plan from words in all basis elements to the signature of a lift."""

    def make(linear: tables.LinearMap) -> Tables:
        layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))
        if call.weights is None:
            return Tables((layout, np.arange(call.columns, dtype=np.int32)), linear)
        words, light = _words_of_elements(call, layout)
        linear = tables.restricted(linear, light, columns=words.place, n_cols=words.layout.size)
        return _tables_of_light(words, light, linear, call)

    return _plan_of_elements("lift", call, lambda: call.columns, make, _of_elements(call))


def geometric_plan(call: Call) -> Plan:
    """Return the plan of the words in all basis elements themselves."""
    layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))

    def make() -> Tables:
        if call.weights is None:
            blocks = layout.size // call.dimension
            letters = np.arange(sum(layout.letters), dtype=np.int32)
            return Tables((layout, letters), selection(call.dimension, blocks, np.arange(blocks)))
        words, light = _words_of_elements(call, layout)
        place = words.place[words.place >= 0]
        return _tables_of_light(words, light, selection(1, words.layout.size, place), call)

    return _plan_of_elements("geometric", call, lambda: geometric_size(call), make)


def geometric_map_plan(call: Call) -> Plan:
    """Return the plan from the words in all basis elements to branched signatures."""
    if call.weights is None:
        return lift_plan(call)

    def make(linear: tables.LinearMap) -> Tables:
        layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))
        words, light = _words_of_elements(call, layout)
        kept = words.place >= 0
        order = np.where(kept, np.cumsum(kept) - 1, -1)
        return Tables(
            linear=tables.restricted(linear, light, columns=order, n_cols=words.layout.size)
        )

    return _plan_of_elements("geometric map", call, lambda: call.columns, make, _of_elements(call))


def _of_elements(call: Call) -> Need:
    """Return what makes the arborification with all basis elements as letters."""
    return lambda: tables.arborification(
        call.dimension, call.nodes, planar=bool(call.planar), longest=None
    )


def geometric_size(call: Call) -> int:
    """Count the words in all basis elements, the empty one apart."""
    layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))
    if call.weights is None or not call.degree:
        return layout.size
    return _words_of_elements(call, layout)[0].layout.size


def light_geometric_words(call: Call) -> npt.NDArray[np.int64]:
    """Return which of the words in all basis elements are light enough."""
    layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))
    if call.weights is None or not call.degree:
        return np.arange(layout.size)
    return np.flatnonzero(_words_of_elements(call, layout)[0].place >= 0)


def _plan_of_elements(
    name: str, call: Call, size: Callable[[], int], make: Callable[..., Tables], *needs: Need
) -> Plan:
    """Return a plan of words whose letters are basis elements."""
    key = (name, call.dimension, call.degree, bool(call.planar), call.weights)

    def make_plan() -> Plan:
        own = call.dimension, call.degree, call.planar
        return Plan(*own, size(), make, None, call.degree, needs=needs)

    return find_plan(key) or keep_plan(key, make_plan)


def _words_of_elements(
    call: Call, layout: tables.WeightedWords
) -> tuple[LightWords, npt.NDArray[np.int64]]:
    """Return the light ones of words of basis elements, and the light ones of these."""
    weights: Any = call.weights
    own = tables.element_weights(weights, call.nodes, planar=bool(call.planar))
    words = tables.light_words(layout, own, call.degree)
    return words, np.flatnonzero(own <= call.degree)


def _tables_of_light(
    words: LightWords, light: npt.NDArray[np.int64], linear: tables.LinearMap, call: Call
) -> Tables:
    """Return the tables of words by weight whose letters are the columns that are light."""
    columns = np.searchsorted(light, words.letters).astype(np.int32)
    none = np.full(call.dimension, -1, dtype=np.int32)
    return Tables((words.layout, columns), linear, channel_letter=none)
