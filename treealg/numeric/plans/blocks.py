"""Plans of word signatures themselves: what blocks of a path are, and how they are multiplied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.numeric.arguments.calls import Call
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Need, Plan, Tables
from treealg.numeric.plans.words import selection, words_by_weight, words_of_chains

__all__ = ["backwards_plan", "time_labels", "word_algebra_plan", "word_plan"]

Letters = tuple[tuple[tables.WeightedWords, npt.NDArray[np.int32]], npt.NDArray[np.int32] | None]


def word_plan(call: Call, longest: int) -> Plan:
    """Return the plan of the signatures of the words, or words of chains, of a call.

    The columns of a correction are those of chains from root to leaf, on words from leaf to root.
    """
    key = ("words", *_key(call, longest))

    def make() -> Tables:
        words, channel_letter = _letters(call, longest)
        blocks = words[0].size // words[0].width
        identity = selection(words[0].width, blocks, np.arange(blocks))
        return Tables(words, identity, channel_letter=channel_letter)

    return find_plan(key) or keep_plan(key, lambda: _plan(call, longest, make))


def word_algebra_plan(call: Call, longest: int) -> Plan:
    """Return the plan of products of these signatures."""
    key = ("word algebra", *_key(call, longest))

    def algebra() -> tables.ConvolutionTable:
        if call.weights is None:
            return tables.word_convolution(call.dimension, call.degree, longest=longest)
        return tables.deconcatenation(_letters(call, longest)[0][0])

    def make(log: tables.ConvolutionTable) -> Tables:
        return Tables(log=log, log_nodes=None if call.weights is None else max(call.nodes, 2))

    return find_plan(key) or keep_plan(key, lambda: _plan(call, longest, make, algebra))


def backwards_plan(call: Call, longest: int) -> Plan:
    """Return the plan of these signatures read backwards, from the steps in reverse order.

    In a lead-lag path, lead and lag then change places.
    """
    exchanged = call.channels if call.transform.lead_lag else 0
    key = ("words backwards", exchanged, *_key(call, longest))

    def make() -> Tables:
        (layout, columns), channel_letter = _letters(call, longest)
        swap = np.arange(call.dimension)
        swap[: 2 * exchanged] = np.roll(swap[: 2 * exchanged], exchanged)
        if channel_letter is not None:  # what is read as one channel has the letter of the other
            channel_letter = channel_letter[swap]
        number = {lengths: i for i, lengths in enumerate(layout.compositions)}
        places = []
        for lengths in layout.compositions[1:]:
            shape = [layout.letters[weight] for weight in reversed(lengths)]
            place = np.arange(np.prod(shape, dtype=np.int64)).reshape(shape).transpose()
            if exchanged and channel_letter is None:
                place = place[np.ix_(*[swap] * len(lengths))]
            places.append(layout.start[number[lengths[::-1]]] + place.ravel())
        reading = selection(1, layout.size, np.concatenate(places))
        return Tables((layout, columns), reading, channel_letter=channel_letter)

    return find_plan(key) or keep_plan(key, lambda: _plan(call, longest, make))


def time_labels(call: Call, longest: int) -> npt.NDArray[np.int64]:
    """Return how often the last label, which is time, is in each word."""
    (layout, _), channel_letter = _letters(call, longest)
    if channel_letter is None:
        own = np.zeros(call.dimension, np.int64)
        own[-1] = 1
        letters = [np.zeros(1, np.int64), own]
        while len(letters) < len(layout.letters):
            letters.append((letters[-1][:, None] + own).ravel())
    else:
        every = np.zeros(sum(layout.letters), np.int64)
        if channel_letter[-1] >= 0:
            every[channel_letter[-1]] = 1
        letters = np.split(every, np.cumsum(layout.letters)[:-1])
    found = [np.zeros(1, np.int64)] * len(layout.compositions)
    for node, children in enumerate(layout.children().tolist()):
        for weight, child in enumerate(children):
            if child >= 0:
                found[child] = (found[node][:, None] + letters[weight]).ravel()
    return np.concatenate([np.zeros(0, np.int64), *found[1:]])


def _letters(call: Call, longest: int) -> Letters:
    """Return the words of a call with the columns of their letters, and those of the channels."""
    own = call.dimension if longest == 1 else call.channels
    if call.weights is not None:
        return words_by_weight(call.weights, call.degree, longest, own, call.planar is None)
    return words_of_chains(call.dimension, call.degree, longest, own, call.planar is None), None


def _key(call: Call, longest: int) -> tuple[Any, ...]:
    own = call.dimension if longest == 1 else call.channels
    from_leaf = call.planar is None and longest > 1
    return call.dimension, call.degree, longest, own, from_leaf, call.weights


def _plan(call: Call, longest: int, make: Callable[..., Tables], *needs: Need) -> Plan:
    """Return a plan whose coefficients are all words; too many of them are refused here."""
    own = call.dimension if longest == 1 else call.channels
    if call.weights is not None:
        size = tables.words_of_weights(
            call.weights, call.degree, longest=longest, channels=own
        ).size
    elif longest > 1:
        size = tables.words(call.dimension, call.degree, longest=longest).size
    else:
        size = tables.require_fits(call.dimension, call.degree, planar=None)
    return Plan(call.dimension, call.degree, False, size, make, None, longest, own, needs=needs)
