"""Plans along paths: words, or words of chains, and the map from them to the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.axes import refuse_size
from treealg.numeric.arguments.calls import Call, coefficients
from treealg.numeric.arguments.corrections import letter_columns
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Need, Plan, Tables
from treealg.tables.lyndon import check_search

__all__ = [
    "bridge_plan",
    "ladder_plan",
    "of_first_word",
    "path_plan",
    "plan_along",
    "plan_of",
    "selection",
    "weighted_plan",
    "words_by_weight",
    "words_of_chains",
]


def plan_along(path: Rows, call: Call, longest: int) -> Plan:
    """Return the plan of a call along paths; where it is too large, their axes may be exchanged."""
    try:
        return plan_of(call, longest)
    except InvalidValueError as error:
        refuse_size(error, path.name, path.written, path.item)
        raise


def plan_of(call: Call, longest: int) -> Plan:
    """Return the plan from words to the result of a call, with chains of some labels."""
    if call.weights is not None:
        return weighted_plan(call, longest)
    return path_plan(call.dimension, call.degree, call.planar, call.method, longest, call.channels)


def path_plan(
    dimension: int,
    degree: int,
    planar: bool | None,
    method: int | None,
    longest: int = 1,
    channels: int | None = None,
) -> Plan:
    """Return the plan from words to the signature or log-signature, branched or (None) on words.

    Letters are chains of up to `longest` labels, over the `channels` that have a correction, which
    are all but time.
    """
    own = dimension if channels is None or longest == 1 else channels
    key = ("path", dimension, degree, planar, method, longest, own)
    return find_plan(key) or keep_plan(key, lambda: _path_plan(*key[1:]))


def _path_plan(
    dimension: int,
    degree: int,
    planar: bool | None,
    method: int | None,
    longest: int,
    channels: int,
) -> Plan:
    # One letter commutes with itself: the logarithm is the increment, and no rounding of powers of
    # it is left on longer words.
    commutes = method is not None and dimension == longest == 1

    def linear_map() -> tables.LinearMap:
        if method:
            return tables.lyndon_arborification(
                dimension, degree, method, longest=longest, planar=planar
            )
        return tables.arborification(dimension, degree, planar=planar, longest=longest)

    def algebra() -> tables.ConvolutionTable:
        return tables.word_convolution(dimension, degree, longest=longest)

    is_words = not method and planar is None and longest == 1 and degree > 0 and not commutes

    def make(linear: tables.LinearMap | None, log: tables.ConvolutionTable | None) -> Tables:
        if linear is None:
            linear = _all_words(coefficients(dimension, degree, None, 0))
        if commutes:
            linear = of_first_word(linear)
        words = words_of_chains(dimension, degree, longest, channels, planar is None)
        return Tables(words, linear, log)

    size = coefficients(dimension, degree, planar, method or 0)
    if method:
        check_search(dimension, degree, planar)
    needs = (
        None if is_words else linear_map,
        None if method is None or commutes else algebra,
    )
    return Plan(
        dimension, degree, planar, size, make, method, longest, channels, needs=needs,
        reduces=commutes,
    )  # fmt: skip


def weighted_plan(call: Call, longest: int = 1) -> Plan:
    """Return the plan from words by weight to the signature or log-signature."""
    weights: Any = call.weights
    dimension, degree, planar, method = call.dimension, call.degree, call.planar, call.method
    own = dimension if longest == 1 else call.channels
    letters = longest, own
    key = ("weighted path", degree, planar, method, weights, *letters)

    def linear_map() -> tables.LinearMap:
        if method:
            return tables.weighted_lyndon_arborification(
                weights, degree, method, planar=planar, longest=longest, channels=own
            )
        return tables.weighted_arborification(
            weights, degree, planar=planar, longest=longest, channels=own
        )

    def algebra() -> tables.ConvolutionTable | None:
        words, _ = words_by_weight(weights, degree, *letters, planar is None)
        return None if len(words[1]) == 1 else tables.deconcatenation(words[0])

    def make(linear: tables.LinearMap, log: tables.ConvolutionTable | None) -> Tables:
        words, letter = words_by_weight(weights, degree, *letters, planar is None)
        if method is not None and len(words[1]) == 1:  # it commutes, as above
            linear = of_first_word(linear)
        nodes = max(degree // min(weights), min(degree, 2))
        return Tables(words, linear, log, channel_letter=letter, log_nodes=nodes)

    def make_plan() -> Plan:
        size = coefficients(dimension, degree, planar, method or 0, weights)
        needs = (linear_map, None if method is None else algebra)
        return Plan(
            dimension, degree, planar, size, make, method, longest, own, needs=needs,
            reduces=method is not None and dimension == 1,
        )  # fmt: skip

    return find_plan(key) or keep_plan(key, make_plan)


def words_by_weight(
    weights: tuple[int, ...], degree: int, longest: int, channels: int, from_leaf: bool
) -> tuple[tuple[tables.WeightedWords, npt.NDArray[np.int32]], npt.NDArray[np.int32]]:
    """Return words by weight, the column that each letter has, and the letter of each channel."""
    chains = tables.chains_of_weights(weights, degree, longest=longest, channels=channels)
    layout = tables.words_of_weights(weights, degree, longest=longest, channels=channels)
    return (layout, chains.columns(from_leaf=from_leaf)), chains.of_labels()


def words_of_chains(
    dimension: int, degree: int, longest: int, channels: int, from_leaf: bool = False
) -> tuple[tables.WeightedWords, npt.NDArray[np.int32]]:
    """Return words of chains, and the column of the correction that each letter has."""
    letters = letter_columns(channels, dimension > channels, longest, from_leaf)
    return tables.words(dimension, degree, longest=longest), letters


def bridge_plan(call: Call) -> Plan:
    """Return the plan from signatures of words to those of trees or ordered forests."""
    weights: Any = call.weights
    if weights is None:
        return path_plan(call.dimension, call.degree, call.planar, None)

    def make(of_words: tables.LinearMap, phi: tables.LinearMap) -> Tables:
        return Tables(linear=_weighted_bridge(of_words, phi))

    key = ("bridge", call.degree, call.planar, weights)

    def make_plan() -> Plan:
        needs = _needs_of_bridge(weights, call.degree, bool(call.planar))
        return Plan(call.dimension, call.degree, call.planar, call.columns, make, needs=needs)

    return find_plan(key) or keep_plan(key, make_plan)


def _needs_of_bridge(weights: tuple[int, ...], degree: int, planar: bool) -> tuple[Need, Need]:
    """Return what `_weighted_bridge` takes: the arborification of words and that of the basis."""
    return (
        lambda: tables.weighted_arborification(weights, degree, planar=None),
        lambda: tables.weighted_arborification(weights, degree, planar=planar),
    )


def _weighted_bridge(of_words: tables.LinearMap, phi: tables.LinearMap) -> tables.LinearMap:
    """Return the arborification of words in the order of their basis, by a permutation."""
    place = np.empty(of_words.n_cols, dtype=np.int64)
    place[of_words.col] = np.arange(of_words.n_rows)
    return tables.restricted(phi, np.arange(phi.n_rows), columns=place, n_cols=phi.n_cols)


def ladder_plan(call: Call) -> Plan:
    """Return the plan of the restriction to ladders, which are words."""
    dimension, degree, planar, weights = call.dimension, call.degree, call.planar, call.weights

    needs: tuple[Need, ...]
    if weights is None:
        needs = (lambda: tables.arborification(dimension, degree, planar=planar),)
    else:
        needs = _needs_of_bridge(weights, degree, bool(planar))

    def make(*made: tables.LinearMap) -> Tables:
        phi = made[0] if weights is None else _weighted_bridge(*made)
        # Blocks with one word each, once: ladders, and of ordered forests also some with more
        # trees. Of those with one word the ladder is the last, as a single tree comes after
        # forests of smaller ones, and that holds again for what is below its root.
        sizes = np.diff(phi.ptr)
        single = np.flatnonzero(sizes == 1)
        entry = phi.ptr[single]
        once = phi.coef[entry] == 1
        ladder = np.zeros(phi.n_cols, dtype=np.int64)
        np.maximum.at(ladder, phi.col[entry[once]], single[once])
        return Tables(linear=selection(phi.width, phi.n_rows, ladder))

    key = ("ladders", dimension, degree, planar, weights)

    def make_plan() -> Plan:
        size = coefficients(dimension, degree, None, 0, weights)
        return Plan(dimension, degree, planar, size, make, needs=needs, reduces=True)

    return find_plan(key) or keep_plan(key, make_plan)


def _all_words(size: int) -> tables.LinearMap:
    """Return the map that leaves all words as they are: one block, with one entry."""
    one = np.zeros(1, dtype=np.int64)
    return tables.LinearMap(size, 1, 1, np.array([0, 1]), one.astype(np.int32), np.ones(1))


def of_first_word(linear: tables.LinearMap) -> tables.LinearMap:
    """Return what a map takes from the first of its columns."""
    kept = linear.col == 0
    ptr = np.concatenate([[0], np.cumsum(kept)])[linear.ptr]
    return tables.LinearMap(
        linear.width, linear.n_rows, linear.n_cols, ptr, linear.col[kept], linear.coef[kept]
    )


def selection(width: int, n_cols: int, blocks: npt.NDArray[Any]) -> tables.LinearMap:
    """Return the map that selects some blocks."""
    rows = len(blocks)
    ptr, coef = np.arange(rows + 1, dtype=np.int64), np.ones(rows)
    return tables.LinearMap(width, rows, n_cols, ptr, blocks.astype(np.int32), coef)
