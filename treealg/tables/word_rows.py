"""Sparse rows over words, all at once: shuffles, longer words, and the map that rows are.

A word of u sh v ends with the last letter of u or of v, and goes on as a product of what is before
it. All words of two weights are shuffled once, and equal words are merged before they multiply.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import LinearMap, expand, linear_map_of
from treealg.tables.rows import (
    UNIT,
    RowAlgebra,
    Rows,
    Split,
    between,
    narrow,
    ranges,
    rows_of,
    some_at_a_time,
    stacked,
)
from treealg.tables.weighted_words import WeightedWords

__all__ = ["WordRows"]


class WordRows(RowAlgebra):
    """Rows over the words of one layout, and trunks that a last letter leaves for the next."""

    def __init__(self, layout: WeightedWords) -> None:
        what = f"the arborification of dimension={layout.dimension}"
        super().__init__(layout.counts, False, layout.dimension, what)
        self.layout = layout

    def linear_map(self, pieces: Iterable[tuple[int, Rows]]) -> LinearMap:
        """Return the map whose rows come some at a time, as `finished` returns them."""
        n_cols = self.layout.size // self.layout.dimension
        parts = ((np.diff(rows.ptr), rows.pair, rows.coef) for _, rows in pieces)
        return linear_map_of(self.layout.dimension, n_cols, parts, self.what)

    def finished(self, rows: Split, nodes: int) -> Rows:
        """Return rows that have the last root left out over blocks of words with any root."""
        if rows.keys() == {0}:
            return rows[0]._replace(pair=self._columns(rows[0].pair, 0, nodes))
        n_cols = self.layout.size // self.layout.dimension
        count = max(part.ptr.size - 1 for part in rows.values())
        keyed = [
            (
                np.repeat(np.arange(count) * n_cols, np.diff(part.ptr))
                + self._columns(part.pair, weight, nodes),
                part.coef,
            )
            for weight, part in rows.items()
        ]
        return rows_of(count, n_cols, keyed)

    def _columns(self, pair: IntArray, weight: int, nodes: int) -> IntArray:
        """Return the block of words that each pair is with any root."""
        return self.columns(*self.apart(pair, weight, nodes), weight, nodes)

    def columns(self, trunk: IntArray, word: IntArray, weight: int, nodes: int) -> IntArray:
        """Return the block of words that words are with trunks as last letters, with any root."""
        layout, dimension = self.layout, self.layout.dimension
        word = layout.append(word, nodes - weight, trunk * dimension, weight + 1)
        return (word + layout.first[nodes]) // dimension

    def rooted(self, rows: Rows, nodes: int) -> Rows:
        """Append each root to `finished` rows: row ``r * dimension + a`` is row r with the root a.

        The words are numbered among those of their weight, and leave no trunks.
        """
        layout, dimension = self.layout, self.layout.dimension
        found = []
        for begin, end in ranges(np.diff(rows.ptr) * dimension):
            some = between(rows, begin, end)
            source, entry = expand(some.ptr, np.repeat(np.arange(end - begin), dimension))
            word = some.pair[entry].astype(np.int64) * dimension + source % dimension
            word = narrow(word - layout.first[nodes], layout.counts[nodes + 1])
            found.append(Rows(_repeated(some.ptr, dimension), word, some.coef[entry]))
        return stacked(found)

    def with_root(self, rows: Split, nodes: int) -> Split:
        """Append each root to what is without it, and move letters out where another may follow.

        Row ``r * dimension + a`` is row r with the root a, on the trunk that each entry has: the
        two make a letter. Where letters can be longer than that, the entry is also there with this
        letter as its trunk and not at the end of its word.
        """
        pieces = [self._with_root(some, nodes) for some in some_at_a_time(rows)]
        return {weight: stacked([piece[weight] for piece in pieces]) for weight in pieces[0]}

    def _with_root(self, rows: Split, nodes: int) -> Split:
        """Return what `with_root` does of all rows at once."""
        layout, dimension = self.layout, self.layout.dimension
        whole = []
        split: Split = {}
        for weight, part in rows.items():
            ptr = _repeated(part.ptr, dimension)
            source, entry = expand(part.ptr, np.repeat(np.arange(part.ptr.size - 1), dimension))
            trunk, word = self.apart(part.pair[entry], weight, nodes)
            letter, coef = trunk * dimension + source % dimension, part.coef[entry]
            longer = layout.append(word, nodes - weight, letter, weight + 1)
            longer = narrow(longer, layout.counts[nodes + 1])
            whole.append((source, longer, coef))
            if weight == 0:
                split[0] = Rows(ptr, longer, coef)
            if weight + 1 < layout.longest:
                before = layout.counts[nodes - weight]
                pair = narrow(letter * before + word, layout.letters[weight + 1] * before)
                split[weight + 1] = Rows(ptr, pair, coef)
        if len(whole) > 1:
            row, word, coef = (np.concatenate(column) for column in zip(*whole, strict=True))
            order = np.argsort(row, kind="stable")
            ptr = np.searchsorted(row[order], np.arange(split[0].ptr.size)).astype(np.int64)
            split[0] = Rows(ptr, word[order], coef[order])
        return split

    def trunks(self, weight: int) -> int:
        """Count the trunks of a weight: what letters of one more are without their root."""
        return self.layout.letters[weight + 1] // self.layout.dimension

    def join(self, left: IntArray, first: int, right: IntArray, second: int) -> IntArray:
        """Multiply trunks of which one, number 0, is empty."""
        return left + right

    def products(self, left: int, right: int) -> Rows:
        """Shuffle every word of weight `left` with every one of weight `right`.

        Row ``u * words + v``, for the number of words of weight `right`, has the words of u sh v
        with their multiplicities, all without trunks.
        """
        if not left and not right:
            return UNIT[0]
        layout = self.layout
        pairs, total = layout.counts[left] * layout.counts[right], layout.counts[left + right]
        parts = []
        for own, other in self.last_weights(left, right):
            u, before, first = self._ended(left, own)
            v, behind, second = self._ended(right, other)
            rest = self.table(left - own, right - other)
            rows = before[:, None] * layout.counts[right - other] + behind
            source, entry = expand(rest.ptr, rows.ravel())
            pair = (u[:, None] * layout.counts[right] + v).ravel()[source]
            digits = first[:, None] * (layout.letters[other] if other else 1) + second
            letter = self.last_letter(digits.ravel(), own + other)[source]
            word, weight = rest.pair[entry].astype(np.int64), left + right - own - other
            word = layout.append(word, weight, letter, own + other)
            parts.append((pair * total + word, rest.coef[entry]))
        return rows_of(pairs, total, parts)

    def last_weights(self, left: int, right: int) -> list[tuple[int, int]]:
        """List what the last letter of a product may take off the two words, by weight."""
        longest = self.layout.longest
        return [
            *((own, 0) for own in range(1, min(left, longest) + 1)),
            *((0, own) for own in range(1, min(right, longest) + 1)),
        ]

    def last_letter(self, digits: IntArray, weight: int) -> IntArray:
        """Return the letters that are made of what is taken off two words."""
        return digits

    def _ended(self, weight: int, own: int) -> tuple[IntArray, IntArray, IntArray]:
        """List the words whose last letter has a weight, what is before it, and this letter.

        Of weight 0 it is empty, and before it are all words.
        """
        layout = self.layout
        if not own:
            word = np.arange(layout.counts[weight])
            return word, word, np.zeros_like(word)
        before, letter = np.divmod(
            np.arange(layout.counts[weight - own] * layout.letters[own]), layout.letters[own]
        )
        return layout.append(before, weight - own, letter, own), before, letter


def _repeated(ptr: IntArray, times: int) -> IntArray:
    """Return where rows begin if each comes so many times."""
    return np.concatenate(([0], np.cumsum(np.repeat(np.diff(ptr), times))))
