"""Arborification of a basis by weight: trees and ordered forests from words by weight.

A word of a forest ends with the root of one of its trees, and what is before it is a word of the
forest that is left:

    Phi(f) = sum over the trees t of f of Phi(f with the branches of t in place of t) . root of t;

of an ordered forest the last letter is the last root, and Phi(w B+_a(f)) = Phi(w sh f) . a. What is
left is lighter by one letter, so that all rows are there, and no word is shuffled.
"""

from __future__ import annotations

import numpy as np

from treealg.tables import cache
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, from_keys, merge
from treealg.tables.sizes import check_entries
from treealg.tables.weighted_convolution import SparseRows, pieces, unit_row
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import require_weighted_fits, weighted_length
from treealg.tables.weighted_words import WeightedWords, words_of_weights

__all__ = ["weighted_arborification"]


def weighted_arborification(
    weights: tuple[int, ...], degree: int, planar: bool | None
) -> LinearMap:
    """Return the matrix from words to trees, ordered forests or words that weigh at most so much.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least the smallest of one label.
    planar : bool or None
        Ordered forests, trees, or (None) words, which come from one order into the other.

    Returns
    -------
    LinearMap
        Of width 1, from words in the layout of `words_of_weights` to the basis in its order.

    Raises
    ------
    InvalidValueError
        If the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    The last tree of 0 1 0[0] 1[0] 0[1] 0[0,0] 0[0[0]] but one is twice the word 000:

    >>> phi = weighted_arborification((1, 2), 3, False)
    >>> phi.coef.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0]
    """

    def build() -> LinearMap:
        require_weighted_fits(weights, degree, planar)
        words = WeightedLayout(weights, degree, None)
        columns = _columns(words, words_of_weights(weights, degree))
        if planar is None:
            place, word = np.arange(columns.size), 1 + np.arange(columns.size)
            coef = np.ones(columns.size)
        else:
            layout = WeightedLayout(weights, degree, planar)
            place, word, coef = (_of_ordered if planar else _of_trees)(layout, words)
        rows = weighted_length(weights, degree, planar)
        key = place * columns.size + columns[word - 1]
        key, coef = merge(key, coef)
        return from_keys(1, rows, columns.size, key, coef)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            require_weighted_fits(weights, degree, planar),
            weighted_length(weights, degree, None),
        )

    key = (degree, 2 if planar is None else int(planar), *weights)
    return cache.table("weighted_arborification", key, LinearMap, build, check)


def _columns(words: WeightedLayout, layout: WeightedWords) -> IntArray:
    """Return the number that each word, in basis order, has in the layout of the kernels."""
    number = np.zeros(words.first.size, dtype=np.int64)
    own = words.weights[words.label]
    # Among the letters of its weight.
    place = np.array([int(np.sum(own[:i] == own[i])) for i in range(own.size)], dtype=np.int64)
    for nodes in range(1, words.nodes + 1):
        level = np.arange(words.start[nodes], words.start[nodes + 1])
        before, letter = words.init[level], words.last[level]
        kind = words.weight_of[before] * (words.degree + 1) + own[letter]
        for each in np.unique(kind).tolist():
            weight, last = divmod(each, words.degree + 1)
            some = kind == each
            number[level[some]] = layout.append(
                number[before[some]], weight, place[letter[some]], last
            )
    first = np.array([0, *layout.first])
    return np.asarray(number[1:] + first[words.weight_of[1:]])


def _grow(
    rows: SparseRows,
    words: WeightedLayout,
    count: int,
    row: IntArray,
    forest: IntArray,
    label: IntArray,
    coef: FloatArray,
) -> None:
    """Add `count` rows of words: those of some forests, each followed by a letter."""
    letter = words.tree(np.zeros_like(label), label)
    sizes = np.diff(rows.ptr)[forest]
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0))]
    for begin, end in pieces(sizes):
        place, entry = rows.entries(forest[begin:end])
        word, times = rows.columns[0][entry], rows.coef[entry]
        longer = words.append(word, letter[begin:end][place])
        key = row[begin:end][place] * words.first.size + longer
        found.append(merge(key, coef[begin:end][place] * times))
    key, total = merge(*(np.concatenate(x) for x in zip(*found, strict=True)))
    row, word = np.divmod(key, words.first.size)
    rows.extend(np.bincount(row, minlength=count), [word], total)
    what = f"the arborification for weights={words.weights.tolist()}"
    check_entries(int(rows.ptr[-1]), what)


def _of_trees(
    layout: WeightedLayout, words: WeightedLayout
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the words of all trees: tree, word, how often."""
    rows = unit_row(1)
    none = np.zeros(0, dtype=np.int64)
    taken = SparseRows(2)  # forests without a root: what is left, and the root
    taken.extend(np.zeros(1, dtype=np.int64), [none, none], np.zeros(0))
    for nodes in range(1, layout.nodes):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        first, rest = layout.first[level], layout.rest[level]
        place, entry = taken.entries(rest)
        (left, label), coef = (column[entry] for column in taken.columns), taken.coef[entry]
        row = np.concatenate([np.arange(level.size), place])
        left = np.concatenate(
            [layout.multiply(layout.branches[first], rest), layout.insert(first[place], left)]
        )
        label = np.concatenate([layout.label[first], label])
        key = (row * layout.first.size + left) * layout.dimension + label
        key, coef = merge(key, np.concatenate([np.ones(level.size), coef]))
        key, label = np.divmod(key, layout.dimension)
        row, left = np.divmod(key, layout.first.size)
        taken.extend(np.bincount(row, minlength=level.size), [left, label], coef)
        _grow(rows, words, level.size, row, left, label, coef)
    place, entry = rows.entries(layout.branches)
    word, coef = rows.columns[0][entry], rows.coef[entry]
    letter = words.tree(np.zeros_like(layout.label), layout.label)
    return place, words.append(word, letter[place]), coef


def _of_ordered(
    layout: WeightedLayout, words: WeightedLayout
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the words of all ordered forests: forest, word, how often."""
    rows = unit_row(1)
    for nodes in range(1, layout.nodes + 1):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        last = layout.last[level]
        row, forest, coef = layout.shuffle(layout.init[level], layout.branches[last])
        _grow(rows, words, level.size, row, forest, layout.label[last][row], coef)
    place, entry = rows.entries(np.arange(1, layout.start[-1]))
    return place, rows.columns[0][entry], rows.coef[entry]
