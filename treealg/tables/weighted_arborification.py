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
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from treealg.tables import cache
from treealg.tables.arguments import check_letters, check_weighted
from treealg.tables.foresight import Needs
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import (
    FloatArray,
    LinearMap,
    check_exact,
    linear_map_of,
    map_needs,
    merge,
    merge_below,
)
from treealg.tables.rows import ranges
from treealg.tables.sizes import check_entries
from treealg.tables.sparse_rows import SparseRows, unit_row
from treealg.tables.weighted_chains import Chains, chains_of_weights
from treealg.tables.weighted_growth import foresee_weighted
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_sizes import require_weighted_fits
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

    def foresee() -> Needs:
        least = require_weighted_fits(weights, degree, planar=planar)  # no row is empty
        if planar is False:  # the corolla of the lightest label, as of all labels of weight 1
            check_exact(math.factorial(max(degree // min(weights) - 1, 0)))
        if planar is None:  # each word of letters is one way to cut a word
            least = words_of_weights(weights, degree, longest=longest, channels=channels).size
            check_entries(least, "the arborification")
            return map_needs(least, moved=False)

        def entries(labels: list[int], small: int) -> IntArray:
            own = sum(label < channels for label in labels)
            light = tuple(weights[label] for label in labels)
            return _counts(_rows(light, small, planar, longest, own))

        def needs(seen: int) -> Needs:
            return map_needs(max(least, seen))

        return foresee_weighted(entries, weights, degree, planar, "the arborification", needs)

    def build() -> LinearMap:
        return _rows(weights, degree, planar, longest, channels).linear_map()

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            require_weighted_fits(weights, degree, planar=planar),
            words_of_weights(weights, degree, longest=longest, channels=channels).size,
        )

    kind = 2 if planar is None else int(planar)
    if longest == 1:
        key = (degree, kind, *weights)
        return cache.table("weighted_arborification", key, LinearMap, build, check, foresee=foresee)
    key = (longest, channels, degree, kind, *weights)
    name = "weighted_chain_arborification"
    return cache.table(name, key, LinearMap, build, check, foresee=foresee)


def _rows(
    weights: tuple[int, ...], degree: int, planar: bool | None, longest: int, channels: int
) -> _Rows:
    """Return what makes the rows of a table."""
    words = words_of_weights(weights, degree, longest=longest, channels=channels)
    chains = chains_of_weights(weights, degree, longest=longest, channels=channels)
    layout = WeightedLayout(weights, degree, planar)
    return (_Trees if planar is False else _Ordered)(layout, words, chains)


def _counts(rows: _Rows) -> IntArray:
    """Count the entries of a small table by the weights of its rows."""
    layout = rows.layout
    weight = layout.tree_weight if layout.planar is False else layout.weight_of[1:]
    found = np.bincount(weight, np.diff(rows.linear_map().ptr), minlength=layout.degree + 1)
    return found.astype(np.int64)


_Steps = tuple[IntArray, IntArray, IntArray, FloatArray]
"""What letters leave of some elements: the row of each, what is left, the letter, how often."""

_Words = Iterator[tuple[IntArray, IntArray, FloatArray]]
"""The words of some rows at a time: how many each has, their numbers, and how often."""


class _Rows(ABC):
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
    rows : SparseRows
        Of each forest the words.
    """

    def __init__(self, layout: WeightedLayout, words: WeightedWords, chains: Chains) -> None:
        self.layout, self.words, self.chains = layout, words, chains
        self.what = f"the arborification for {layout.shown}"
        self.taken = SparseRows(2, self.what)
        none = np.zeros(0, dtype=np.int64)
        self.taken.extend(np.zeros(1, dtype=np.int64), [none, none], np.zeros(0))
        self.letter = chains.of_labels().astype(np.int64)
        self.rows = unit_row(1, self.what)
        degree, letters = words.degree, np.zeros(words.degree + 1, dtype=np.int64)
        letters[: len(words.letters)] = words.letters
        self._letters = letters
        self._before = np.zeros((degree + 1, degree + 1), dtype=np.int64)
        for weight in range(degree + 1):
            for own in range(2, degree + 1 - weight):
                light = np.arange(1, own)
                earlier = np.array(words.counts)[weight + own - light]
                self._before[weight, own] = (earlier * letters[1:own]).sum()

    @abstractmethod
    def all_words(self) -> tuple[IntArray, _Words]:
        """Return the weights of all rows of the table, and their words."""

    def linear_map(self) -> LinearMap:
        """Return the table; the rows are dropped, so that nothing is there twice for long."""
        weight, parts = self.all_words()
        first = np.array([0, *self.words.first])

        def pieces() -> _Words:
            begin = 0
            for size, number, coef in parts:
                end = begin + size.size
                yield size, number + np.repeat(first[weight[begin:end]], size), coef
                begin = end
            del self.rows, self.taken

        return linear_map_of(1, self.words.size, pieces(), self.what)

    def grow(self, begin: int, end: int, parts: _Steps) -> _Words:
        """Add the forests of these numbers, of which letters leave something, so many times.

        Yielded are their words, and none are kept of what is so heavy that no letter leaves it.
        """
        row, left, letter, coef = parts
        forests, size = self.layout.first.size, len(self.chains.labels)
        key, coef = merge((row * forests + left) * size + letter, coef)
        key, letter = np.divmod(key, size)
        row, left = np.divmod(key, forests)
        weight = self.layout.weight_of[begin:end]
        light = weight + self.layout.weights.min() <= self.words.degree
        sizes, kept = np.bincount(row, minlength=end - begin), light[row]
        self.taken.extend(sizes * light, [left[kept], letter[kept]], coef[kept])
        for sizes, number, total in self.words_of(end - begin, (row, left, letter, coef)):
            own, light = light[: sizes.size], light[sizes.size :]
            kept = np.repeat(own, sizes)
            self.rows.extend(sizes * own, [number[kept]], total[kept])
            yield sizes, number, total

    def words_of(self, count: int, parts: _Steps) -> _Words:
        """Yield the words of so many rows, which ascend: of what is left, followed by a letter."""
        row, left, letter, coef = parts
        weight_of, most = self.layout.weight_of, max(self.words.counts)
        size = np.bincount(row, self.rows.sizes(left), minlength=count)
        for begin, end in ranges(size.astype(np.int64)):
            some = slice(*np.searchsorted(row, (begin, end)))
            place, entry = self.rows.entries(left[some])
            (word,), times = self.rows.take(entry)
            last = letter[some][place]
            own = self.chains.weight[last]
            number = word * self._letters[own] + self.chains.place[last]
            number += self._before[weight_of[left[some]][place], own]
            key = (row[some][place] - begin) * most + number
            key, total = merge_below((end - begin) * most, key, coef[some][place] * times)
            own_row, number = np.divmod(key, most)
            yield np.bincount(own_row, minlength=end - begin), number, total

    def below(self, forest: IntArray, label: IntArray) -> _Steps:
        """Return what longer chains leave that begin with a label, above some forests."""
        if not self.chains.has_longer:
            forest, label = forest[:0], label[:0]
        place, entry = self.taken.entries(forest)
        (left, letter), coef = self.taken.take(entry)
        longer = self.chains.longer[label[place], letter]
        some = longer >= 0
        return place[some], left[some], longer[some], coef[some]


class _Trees(_Rows):
    """The words of forests without order, and of trees."""

    def all_words(self) -> tuple[IntArray, _Words]:
        """Return the weights of all trees, and their words."""
        layout = self.layout
        for nodes in range(1, layout.nodes):
            level = slice(layout.start[nodes], layout.start[nodes + 1])
            first, rest = layout.split(np.arange(level.start, level.stop))
            for begin, end in ranges(1 + self.taken.sizes(rest)):
                steps = self._of_first_trees(first[begin:end], rest[begin:end])
                for _ in self.grow(level.start + begin, level.start + end, steps):
                    pass  # those of trees are made of them
        return layout.tree_weight, self._of_all_trees()

    def _of_first_trees(self, first: IntArray, rest: IntArray) -> _Steps:
        """Return what letters leave of forests: of their first trees, or of the rest."""
        layout = self.layout
        place, entry = self.taken.entries(rest)
        (left, letter), coef = self.taken.take(entry)
        row, under, longer, times = self.below(layout.branches[first], layout.label[first])
        return (
            np.concatenate([np.arange(first.size), place, row]),
            np.concatenate([
                layout.multiply(layout.branches[first], rest),
                layout.insert(first[place], left),
                layout.multiply(under, rest[row]),
            ]),
            np.concatenate([self.letter[layout.label[first]], letter, longer]),
            np.concatenate([np.ones(first.size), coef, times]),
        )  # fmt: skip

    def _of_all_trees(self) -> _Words:
        """Yield the words of all trees, of which a letter takes the root at least."""
        layout = self.layout
        for begin, end in ranges(1 + self.taken.sizes(layout.branches)):
            branches, label = layout.branches[begin:end], layout.label[begin:end]
            row, under, longer, times = self.below(branches, label)
            row = np.concatenate([np.arange(end - begin), row])
            order = np.argsort(row, kind="stable")
            left = np.concatenate([branches, under])[order]
            letter = np.concatenate([self.letter[label], longer])[order]
            coef = np.concatenate([np.ones(end - begin), times])[order]
            yield from self.words_of(end - begin, (row[order], left, letter, coef))


class _Ordered(_Rows):
    """The words of ordered forests, or of words, which are forests of single nodes."""

    def all_words(self) -> tuple[IntArray, _Words]:
        """Return the weights of all ordered forests, and their words."""
        return self.layout.weight_of[1:], self._of_all()

    def _of_all(self) -> _Words:
        """Yield the words of all forests, which are made of those of fewer nodes."""
        layout = self.layout
        step = self._of_words if layout.planar is None else self._of_last_trees
        for nodes in range(1, layout.nodes + 1):
            level = np.arange(layout.start[nodes], layout.start[nodes + 1])
            init, last = layout.init[level], layout.last[level]
            for begin, end in ranges(1 + self._steps(init, layout.branches[last])):
                some = level[begin:end]
                yield from self.grow(some[0], some[-1] + 1, step(some))

    def _steps(self, init: IntArray, branches: IntArray) -> IntArray:
        """Return about how much is shuffled for ordered forests: as many ways as of their trees."""
        layout = self.layout
        if layout.planar is None:
            return self.taken.sizes(init)
        most = range(layout.nodes + 1)
        ways = np.array([[math.comb(a + b, a) for a in most] for b in most])
        return np.asarray(ways[layout.length[branches], layout.length[init]])

    def _of_words(self, forest: IntArray) -> _Steps:
        """Return what letters leave of words: a ladder's root is its last label."""
        init, label = self.layout.init[forest], self.layout.label[self.layout.last[forest]]
        row, left, longer, times = self.below(init, label)
        return (
            np.concatenate([np.arange(init.size), row]),
            np.concatenate([init, left]),
            np.concatenate([self.letter[label], longer]),
            np.concatenate([np.ones(init.size), times]),
        )

    def _of_last_trees(self, forest: IntArray) -> _Steps:
        """Return what letters leave of ordered forests, of which all but the last tree stays.

        A shuffle of two forests begins with the first tree of the one or of the other. What
        follows is what the root of the last tree leaves, of the forest without this tree.
        """
        layout, last = self.layout, self.layout.last[forest]
        init, branches, label = layout.init[forest], layout.branches[last], layout.label[last]
        own = self.letter[label]
        alone, mixed = _alone_or_mixed(init, branches)
        parts = [(alone, (init + branches)[alone], own[alone], np.ones(alone.size))]
        for first, rest in (
            layout.split(forest),
            (layout.first[branches].astype(np.int64), layout.without_branch[forest]),
        ):
            place, left, coef = self._shuffled(rest[mixed])
            row = mixed[place]
            parts.append((row, layout.prepend_each(first[row], left), own[row], coef))
        row, under, longer, times = self.below(branches, label)
        alone, mixed = _alone_or_mixed(init[row], under)
        parts.append((row[alone], (init[row] + under)[alone], longer[alone], times[alone]))
        tree = layout.tree(under[mixed], label[row[mixed]])
        place, left, coef = self._shuffled(layout.append(init[row[mixed]], tree))
        some = mixed[place]
        parts.append((row[some], left, longer[some], coef * times[some]))
        row, left, letter, coef = (np.concatenate(part) for part in zip(*parts, strict=True))
        return row, left, letter, coef

    def _shuffled(self, forest: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Return what the last roots of forests leave: the place of each, what, and how often."""
        place, entry = self.taken.entries(forest)
        (left, letter), coef = self.taken.take(entry)
        if self.chains.has_longer:
            own = letter == self.letter[self.layout.label[self.layout.last[forest]]][place]
            place, left, coef = place[own], left[own], coef[own]
        return place, left, coef


def _alone_or_mixed(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Tell which pairs of forests have an empty one, and which do not."""
    both = (left > 0) & (right > 0)
    return np.flatnonzero(~both), np.flatnonzero(both)
