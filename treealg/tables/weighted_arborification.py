"""Arborification of a basis by weight: trees and ordered forests from words by weight.

A word of a forest ends with a letter that one step takes off the forest at a root, a label or a
chain of labels, and what is before it is a word of what is left:

    Phi(f) = sum over the trees t of f, and the chains c from the root of t down, of
             Phi(f with what hangs off c in place of t) . c;

of an ordered forest the chain begins at the last root, and goes on at the last root of the last
branches: what is left of w B+_a(f) is w shuffled with f, or with what a chain leaves of f. What is
left is lighter by one letter, so that all rows are there, and no word is shuffled.
"""

from __future__ import annotations

import math

import numpy as np

from treealg.tables import cache
from treealg.tables.arguments import check_letters, check_weighted
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, check_exact, from_keys, merge
from treealg.tables.sizes import check_entries
from treealg.tables.weighted_chains import Chains, chains_of_weights
from treealg.tables.weighted_convolution import SparseRows, pieces, unit_row
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import require_weighted_fits, weighted_length
from treealg.tables.weighted_words import WeightedWords, words_of_weights

__all__ = ["weighted_arborification"]


def weighted_arborification(
    weights: tuple[int, ...],
    degree: int,
    *,
    planar: bool | None,
    longest: int = 1,
    channels: int | None = None,
) -> LinearMap:
    """Return the matrix from words to trees, ordered forests or words that weigh at most so much.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        The largest weight, at least the smallest of one label.
    planar : bool or None
        Ordered forests, trees, or (None) words: plain ones come from one order into the other.
    longest, channels : int
        The letters of the words, as for `words_of_weights`.

    Returns
    -------
    LinearMap
        Of width 1, from words in the layout of `words_of_weights` to the basis in its order.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, another argument is none, or `planar` none of True, False and
        None.
    InvalidValueError
        If one of them is out of range, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    The last tree of 0 1 0[0] 1[0] 0[1] 0[0,0] 0[0[0]] but one is twice the word 000:

    >>> phi = weighted_arborification((1, 2), 3, planar=False)
    >>> phi.coef.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0]

    With chains of two as letters that tree has two words more, in which a chain is the last letter:

    >>> np.diff(weighted_arborification((1, 2), 3, planar=False, longest=2).ptr).tolist()
    [1, 1, 2, 2, 2, 2, 3]
    """
    weights, degree, planar = check_weighted(weights, degree, planar, nodes=1)
    weights, degree, longest, channels = check_letters(weights, degree, longest, channels)

    def build() -> LinearMap:
        require_weighted_fits(weights, degree, planar=planar)
        if planar is False:  # the corolla of the lightest label, as of all labels of weight 1
            check_exact(math.factorial(max(degree // min(weights) - 1, 0)))
        words = words_of_weights(weights, degree, longest=longest, channels=channels)
        chains = chains_of_weights(weights, degree, longest=longest, channels=channels)
        layout = WeightedLayout(weights, degree, planar)
        rows = _Rows(layout, words, chains)
        if planar is False:
            place, column, coef = _of_trees(rows)
        else:
            place, column, coef = _of_ordered(rows)
        key, coef = merge(place * words.size + column, coef)
        return from_keys(1, weighted_length(weights, degree, planar=planar), words.size, key, coef)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            require_weighted_fits(weights, degree, planar=planar),
            words_of_weights(weights, degree, longest=longest, channels=channels).size,
        )

    kind = 2 if planar is None else int(planar)
    if longest == 1:
        return cache.table(
            "weighted_arborification", (degree, kind, *weights), LinearMap, build, check
        )
    key = (longest, channels, degree, kind, *weights)
    return cache.table("weighted_chain_arborification", key, LinearMap, build, check)


class _Rows:
    """The words of forests, by their numbers among those of their weight, and what a step leaves.

    Parameters
    ----------
    layout : WeightedLayout
        The forests.
    words : WeightedWords
        The words.
    chains : Chains
        Their letters.

    Attributes
    ----------
    taken : SparseRows
        Of each forest what a letter leaves, and the letter.
    """

    def __init__(self, layout: WeightedLayout, words: WeightedWords, chains: Chains) -> None:
        self.layout, self.words, self.chains = layout, words, chains
        self.taken = SparseRows(2)
        none = np.zeros(0, dtype=np.int64)
        self.taken.extend(np.zeros(1, dtype=np.int64), [none, none], np.zeros(0))
        self.letter = chains.of_labels().astype(np.int64)
        self._rows = unit_row(1)
        degree, letters = words.degree, np.zeros(words.degree + 1, dtype=np.int64)
        letters[: len(words.letters)] = words.letters
        self._letters = letters
        self._before = np.zeros((degree + 1, degree + 1), dtype=np.int64)
        for weight in range(degree + 1):
            for own in range(2, degree + 1 - weight):
                light = np.arange(1, own)
                earlier = np.array(words.counts)[weight + own - light]
                self._before[weight, own] = (earlier * letters[1:own]).sum()

    def grow(self, count: int, row: IntArray, left: IntArray, letter: IntArray,
             coef: FloatArray) -> None:  # fmt: skip
        """Add so many forests, of which letters leave what is `left`, so many times."""
        layout, size = self.layout, len(self.chains.labels)
        key, coef = merge((row * layout.first.size + left) * size + letter, coef)
        key, letter = np.divmod(key, size)
        row, left = np.divmod(key, layout.first.size)
        self.taken.extend(np.bincount(row, minlength=count), [left, letter], coef)
        place, number, coef = self.words_of(row, left, letter, coef)
        self._rows.extend(np.bincount(place, minlength=count), [number], coef)
        check_entries(
            int(self._rows.ptr[-1]),
            f"the arborification for {layout.shown}",
        )

    def words_of(
        self, row: IntArray, left: IntArray, letter: IntArray, coef: FloatArray
    ) -> tuple[IntArray, IntArray, FloatArray]:
        """Return the words of some forests, each followed by a letter: row, number, how often."""
        weight_of, most = self.layout.weight_of, max(self.words.counts)
        found = [(np.zeros(0, dtype=np.int64), np.zeros(0))]
        for begin, end in pieces(np.diff(self._rows.ptr)[left]):
            place, entry = self._rows.entries(left[begin:end])
            word, times = self._rows.columns[0][entry], self._rows.coef[entry]
            last, own_row = letter[begin:end][place], row[begin:end][place]
            own = self.chains.weight[last]
            number = word * self._letters[own] + self.chains.place[last]
            number += self._before[weight_of[left[begin:end][place]], own]
            found.append(merge(own_row * most + number, coef[begin:end][place] * times))
        key, total = merge(*(np.concatenate(x) for x in zip(*found, strict=True)))
        return (*np.divmod(key, most), total)

    def all_words(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return the words of all forests but the empty one: row, number, how often."""
        place, entry = self._rows.entries(np.arange(1, self.layout.start[-1]))
        return place, self._rows.columns[0][entry], self._rows.coef[entry]

    def column(self, weight: IntArray, number: IntArray) -> IntArray:
        """Return the columns of words by their weights and numbers."""
        first: IntArray = np.array([0, *self.words.first])[weight] + number
        return first

    def below(
        self, forest: IntArray, label: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Return what longer chains leave that begin with a label, above some forests.

        These are row, what is left of the forest, the letter, and how often.
        """
        place, entry = self.taken.entries(forest)
        (left, letter), coef = (column[entry] for column in self.taken.columns), self.taken.coef
        longer = self.chains.longer[label[place], letter]
        some = longer >= 0
        return place[some], left[some], longer[some], coef[entry][some]


def _of_trees(rows: _Rows) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the words of all trees: tree, column, how often."""
    layout = rows.layout
    for nodes in range(1, layout.nodes):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        first, rest = layout.first[level], layout.rest[level]
        place, entry = rows.taken.entries(rest)
        (left, letter), coef = (column[entry] for column in rows.taken.columns), rows.taken.coef
        row, under, longer, times = rows.below(layout.branches[first], layout.label[first])
        rows.grow(
            level.size,
            np.concatenate([np.arange(level.size), place, row]),
            np.concatenate([
                layout.multiply(layout.branches[first], rest),
                layout.insert(first[place], left),
                layout.multiply(under, rest[row]),
            ]),
            np.concatenate([rows.letter[layout.label[first]], letter, longer]),
            np.concatenate([np.ones(level.size), coef[entry], times]),
        )  # fmt: skip
    trees = np.arange(layout.label.size)
    row, under, longer, times = rows.below(layout.branches, layout.label)
    place, number, coef = rows.words_of(
        np.concatenate([trees, row]),
        np.concatenate([layout.branches, under]),
        np.concatenate([rows.letter[layout.label], longer]),
        np.concatenate([np.ones(trees.size), times]),
    )
    return place, rows.column(layout.tree_weight[place], number), coef


def _of_ordered(rows: _Rows) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the words of all ordered forests, or of words: forest, column, how often."""
    layout = rows.layout
    for nodes in range(1, layout.nodes + 1):
        level = np.arange(layout.start[nodes], layout.start[nodes + 1])
        init, last = layout.init[level], layout.last[level]
        if layout.planar is None:
            parts = _of_words(rows, init, layout.label[last])
        else:
            parts = _of_last_trees(rows, init, last)
        rows.grow(level.size, *parts)
    place, number, coef = rows.all_words()
    return place, rows.column(layout.weight_of[1:][place], number), coef


def _of_words(
    rows: _Rows, init: IntArray, label: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return what letters leave of words: a ladder's root is its last label."""
    row, left, longer, times = rows.below(init, label)
    return (
        np.concatenate([np.arange(init.size), row]),
        np.concatenate([init, left]),
        np.concatenate([rows.letter[label], longer]),
        np.concatenate([np.ones(init.size), times]),
    )


def _of_last_trees(
    rows: _Rows, init: IntArray, last: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return what letters leave of ordered forests, of which all but the last tree stays."""
    layout, label = rows.layout, rows.layout.label[last]
    row, under, longer, times = rows.below(layout.branches[last], label)
    pair, left, coef = layout.shuffle(
        np.concatenate([init, init[row]]), np.concatenate([layout.branches[last], under])
    )
    row = np.concatenate([np.arange(init.size), row])
    letter = np.concatenate([rows.letter[label], longer])
    times = np.concatenate([np.ones(init.size), times])
    return row[pair], left, letter[pair], coef * times[pair]
