"""What is light enough of a basis by nodes, and maps restricted to that.

A map that keeps the labels of what it acts on, or makes nothing heavier, takes what is light to
what is light: its table by weight is a part of that of all with as many nodes, rows and columns in
the same order.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np

from treealg.checks import brief, check_flag, check_integer, check_planar
from treealg.errors import InvalidValueError
from treealg.sequences import check_weights
from treealg.tables.arguments import (
    MAX_WEIGHT,
    check_instance,
    check_integers,
    check_weighted,
)
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import LinearMap, expand, from_keys
from treealg.tables.sizes import MAX_COEFFICIENTS, require_fits
from treealg.tables.translation import TranslationTable
from treealg.tables.weighted_sizes import require_weighted_fits
from treealg.tables.weighted_words import WeightedWords

__all__ = [
    "LightWords",
    "element_weights",
    "light_elements",
    "light_words",
    "restricted",
    "restricted_translation",
]


def element_weights(weights: tuple[int, ...], nodes: int, *, planar: bool | None) -> IntArray:
    """Return what each element of a basis by nodes weighs.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    nodes : int
        Largest number of nodes, at least 0.
    planar : bool or None
        Ordered forests, trees, or (None) words.

    Returns
    -------
    numpy.ndarray
        int64, in basis order, without the empty one.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `nodes` is none, or `planar` none of True, False and None.
    InvalidValueError
        If a weight is below 1, `nodes` negative, the basis larger than tables are built for, or
        weights beyond int64.

    Examples
    --------
    >>> element_weights((1, 3), 2, planar=False).tolist()
    [1, 3, 2, 4, 4, 6]
    """
    weights, planar = check_weights("weights", weights), check_planar(planar)
    nodes = check_integer("nodes", nodes, 0)
    require_fits(len(weights), nodes, planar=planar)
    if max(weights) * max(nodes, 1) >= 2**63:
        raise InvalidValueError(
            f"weights must be such that {nodes} nodes weigh less than 2**63, got {brief(weights)}"
        )
    own = np.array(weights, dtype=np.int64)
    if planar is None:
        level, found = np.zeros(1, dtype=np.int64), [np.zeros(0, dtype=np.int64)]
        for _ in range(nodes):
            level = np.add.outer(level, own).ravel()
            found.append(level)
        return np.concatenate(found)
    if not nodes:
        return np.zeros(0, dtype=np.int64)
    layout = ForestLayout(own.size, nodes if planar else nodes - 1, planar)
    forests = np.zeros(layout.start[-1], dtype=np.int64)
    for start, stop in zip(layout.start[1:], layout.start[2:], strict=False):
        branches, label = np.divmod(layout.first[start:stop], own.size)
        forests[start:stop] = forests[branches] + own[label] + forests[layout.rest[start:stop]]
    return forests[1:] if planar else np.add.outer(forests, own).ravel()


def light_elements(weights: tuple[int, ...], degree: int, *, planar: bool | None) -> IntArray:
    """Return where what is light enough stands in the basis of all with as many nodes.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least 0.
    planar : bool or None
        Ordered forests, trees, or (None) words.

    Returns
    -------
    numpy.ndarray
        int64: places, ascending.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, `degree` is none, or `planar` none of True, False and None.
    InvalidValueError
        If a weight is below 1, `degree` negative, or one of these bases larger than tables are
        built for.

    Examples
    --------
    >>> light_elements((1, 3), 4, planar=False)[:6].tolist()
    [0, 1, 2, 3, 4, 6]
    """
    weights, degree, planar = check_weighted(weights, degree, planar)
    require_weighted_fits(weights, degree, planar=planar)
    found = element_weights(weights, degree // min(weights), planar=planar)
    return np.flatnonzero(found <= degree)


class LightWords(NamedTuple):
    """The words of a layout that are light enough.

    Attributes
    ----------
    layout : WeightedWords
        Their layout, by weight.
    letters : ndarray of int64
        The letters that are light enough, in the order of `layout`: their numbers, from those of
        the fewest nodes on.
    place : ndarray of int64
        Where each word stands in `layout`, -1 for what is too heavy.
    """

    layout: WeightedWords
    letters: IntArray
    place: IntArray


def light_words(words: WeightedWords, weights: IntArray, degree: int) -> LightWords:
    """Return the words of a layout by nodes that are light enough.

    Parameters
    ----------
    words : WeightedWords
        All words, by nodes.
    weights : numpy.ndarray
        What each letter weighs, from those of one node on.
    degree : int
        The largest weight of a word, at least the smallest of a letter.

    Returns
    -------
    LightWords

    Raises
    ------
    InvalidTypeError
        If `words` is no `WeightedWords`, `weights` are no integers for letters, or `degree` is
        none.
    InvalidValueError
        If there is not a weight of at least 1 for each letter, or `degree` is too large or below
        all of them.

    Examples
    --------
    >>> from treealg.tables.weighted_words import words
    >>> found = light_words(words(2, 2), np.array([1, 2]), 2)
    >>> found.layout.letters, found.layout.size, found.place.tolist()
    ((0, 1, 1), 3, [0, 2, 1, -1, -1, -1])
    """
    words = check_instance("words", words, WeightedWords, "words(dimension, degree)")
    weights = check_integers("weights", weights, 1, MAX_WEIGHT + 1)
    degree = check_integer("degree", degree, 1)
    if weights.size != sum(words.letters):
        raise InvalidValueError(
            f"weights must be those of {sum(words.letters)} letters, got {weights.size}"
        )
    if not weights.min() <= degree <= MAX_WEIGHT:
        raise InvalidValueError(
            f"degree must be from {weights.min()}, the smallest of the weights, to {MAX_WEIGHT:,}, "
            f"got {brief(degree)}"
        )
    light = np.flatnonzero(weights <= degree)
    letters = light[np.argsort(weights[light], kind="stable")]
    number = np.zeros(weights.size, dtype=np.int64)
    counts = np.bincount(weights[letters])
    first = np.cumsum(counts) - counts
    number[letters] = np.arange(letters.size) - first[weights[letters]]
    of_weight = [1]
    for weight in range(1, degree + 1):
        parts = range(1, min(weight, counts.size - 1) + 1)
        of_weight.append(sum(of_weight[weight - k] * int(counts[k]) for k in parts))
    layout = WeightedWords(tuple(counts.tolist()), tuple(of_weight))
    place = _places(words, layout, weights, number, degree)
    return LightWords(layout, letters, place)


def _places(
    words: WeightedWords, layout: WeightedWords, weights: IntArray, number: IntArray, degree: int
) -> IntArray:
    """Return where the words of one layout stand in another, whose letters weigh something else."""
    begins = [0, *accumulate(words.letters[1:])]
    # What comes before the words that end with a letter of some weight, by what they begin with.
    before = np.zeros((degree + 1, degree + 1), dtype=np.int64)
    for init in range(degree + 1):
        for own in range(1, min(layout.longest, degree - init) + 1):
            before[init, own] = layout.append(0, init, 0, own)
    many = np.array(layout.letters)
    total: list[IntArray] = [np.zeros(1, dtype=np.int64)]
    place: list[IntArray] = [np.zeros(1, dtype=np.int64)]
    found = [np.zeros(0, dtype=np.int64)]
    first = np.array([0, *layout.first])
    numbers = {parts: i for i, parts in enumerate(words.compositions)}
    for parts in words.compositions[1:]:
        begin, part = numbers[parts[:-1]], parts[-1]
        chosen = slice(begins[part - 1], begins[part])
        weight = total[begin][:, None] + weights[chosen]
        is_light = weight <= degree
        row, column = np.nonzero(is_light)
        here = np.full(weight.shape, -1, dtype=np.int64)
        letter = weights[chosen][column]
        here[row, column] = (
            place[begin][row] * many[letter]
            + number[chosen][column]
            + before[total[begin][row], letter]
        )
        total.append(np.where(is_light, weight, degree + 1).ravel())
        place.append(here.ravel())
        found.append(np.where(is_light, here + first[np.where(is_light, weight, 0)], -1).ravel())
    return np.concatenate(found)


def restricted(
    table: LinearMap, rows: IntArray, *, columns: IntArray | None = None, n_cols: int = 0
) -> LinearMap:
    """Return some rows of a map, whose entries are in columns that are kept.

    Parameters
    ----------
    table : LinearMap
        The map.
    rows : numpy.ndarray
        Which coefficients of the output to keep, in this order.
    columns : numpy.ndarray, optional
        The new place of each coefficient of the input, -1 for those that are dropped; None keeps
        all.
    n_cols : int, optional
        How many columns there are then.

    Returns
    -------
    LinearMap
        Of width 1.

    Raises
    ------
    InvalidTypeError
        If `table` is no `LinearMap`, `rows` or `columns` are no integers, or `n_cols` is none.
    InvalidValueError
        If they are out of range, or a row that is kept has an entry in a column that is not.

    Examples
    --------
    >>> from treealg.tables import arborification
    >>> phi = arborification(1, 3)
    >>> phi = restricted(phi, np.array([2]), columns=np.array([-1, -1, 0]), n_cols=1)
    >>> phi.coef.tolist()
    [2.0]
    """
    table = check_instance("table", table, LinearMap, "arborification(dimension, degree)")
    rows = check_integers("rows", rows, 0, table.shape[0])
    n_cols = check_integer("n_cols", n_cols, 0)
    if n_cols > MAX_COEFFICIENTS:
        raise InvalidValueError(f"n_cols must be at most {MAX_COEFFICIENTS}, got {brief(n_cols)}")
    if columns is not None:
        columns = check_integers("columns", columns, -1, n_cols)
        if columns.size != table.shape[1]:
            raise InvalidValueError(
                f"columns must have a place for each of {table.shape[1]}, got {columns.size}"
            )
    data, col, ptr = table.csr()
    row, entry = expand(ptr, rows)
    if columns is None:
        columns, n_cols = np.arange(table.shape[1]), table.shape[1]
    new = columns[col[entry]]
    if new.size and new.min() < 0:
        raise InvalidValueError(
            "columns must keep what the rows that are kept have entries in; keep more of them"
        )
    key = row * max(n_cols, 1) + new
    order = np.argsort(key, kind="stable")
    return from_keys(1, rows.size, n_cols, key[order], data[entry][order])


def restricted_translation(
    table: TranslationTable, weights: tuple[int, ...], degree: int, *, planar: bool
) -> TranslationTable:
    """Return a translation of what is light enough, by what makes nothing heavier.

    Parameters
    ----------
    table : TranslationTable
        The translation of all with as many nodes.
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight.
    planar : bool
        Ordered forests and not trees.

    Returns
    -------
    TranslationTable
        Without the terms in which a vertex becomes something lighter, of the same values.

    Raises
    ------
    InvalidTypeError
        If `table` is no `TranslationTable`, `weights` are no integers, `degree` is none, or
        `planar` no flag.
    InvalidValueError
        If a weight is below 1, `degree` negative, `table` that of other sizes, or a basis larger
        than tables are built for.

    Examples
    --------
    The ladder of two light labels comes from the heavy one:

    >>> from treealg.tables import translation
    >>> whole = translation(2, 2, planar=False, order=2)
    >>> table = restricted_translation(whole, (1, 2), 2, planar=False)
    >>> table.size, table.ptr.tolist(), table.col.tolist()
    (3, [0, 1, 3, 6], [0, 0, 1, 0, 1, 2])
    """
    table = check_instance(
        "table", table, TranslationTable, "translation(dimension, degree, planar, order)"
    )
    weights, degree, _ = check_weighted(weights, degree, check_flag("planar", planar))
    all_weights = element_weights(weights, degree // min(weights), planar=planar)
    if all_weights.size != table.size:
        raise InvalidValueError(
            f"table must be the translation of {len(weights)} labels to {degree // min(weights)} "
            f"nodes, {all_weights.size} elements, got one of {table.size}"
        )
    own = np.array(weights, dtype=np.int64)
    light = np.flatnonzero(all_weights <= degree)
    place = np.full(all_weights.size, -1, dtype=np.int64)
    place[light] = np.arange(light.size)
    stride = table.values // own.size
    grows = np.append((all_weights[:stride] >= own[:, None]).ravel(), True)
    kept = grows[table.factor].reshape(-1, table.width).all(axis=1)
    entry = np.repeat(np.arange(table.col.size), np.diff(table.term_ptr))
    row = np.repeat(np.arange(table.size), np.diff(table.ptr))
    kept &= (place[row] >= 0)[entry]
    terms = np.bincount(entry[kept], minlength=table.col.size)
    entries = np.flatnonzero(terms)
    return TranslationTable(
        light.size,
        table.values,
        table.width,
        np.searchsorted(place[row[entries]], np.arange(light.size + 1)).astype(np.int64),
        place[table.col[entries]].astype(np.int32),
        np.concatenate([[0], np.cumsum(terms[entries])]).astype(np.int64),
        table.count[kept],
        table.factor.reshape(-1, table.width)[kept].ravel(),
    )
