"""Sparse rows over words, all at once: shuffles, longer words, and the map that rows are.

A word of u sh v ends with the last letter of u or of v, and goes on as a product of what is before
it. All words of two weights are shuffled once, and equal words are merged before they multiply.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, expand
from treealg.tables.rows import (
    CHUNK,
    UNIT,
    RowAlgebra,
    Rows,
    Split,
    between,
    narrow,
    ranges,
    rows_of,
    stacked,
    united,
)
from treealg.tables.weighted_words import WeightedWords

__all__ = ["WordRows"]


class WordRows(RowAlgebra):
    """Rows over the words of one layout, and trunks that a last letter leaves for the next."""

    def __init__(self, layout: WeightedWords) -> None:
        what = f"the arborification of dimension={layout.dimension}"
        super().__init__(layout.counts, joins=False, what=what)
        self.layout = layout

    def linear_map(self, blocks: list[Split]) -> LinearMap:
        """Return the map of all orders, from rows that have the last root left out.

        The list is emptied on the way, so that nothing is there twice for long.
        """
        dimension = self.layout.dimension
        n_cols = self.layout.size // dimension
        orders: list[Rows] = []
        parts: list[Rows] = []
        rows: Split = {}
        blocks.reverse()
        for nodes in range(len(blocks)):
            rows = blocks.pop()
            parts = [
                part._replace(pair=self._columns(part.pair, weight, nodes))
                for weight, part in rows.items()
            ]
            orders.append(parts[0] if len(parts) == 1 else united(parts, n_cols))
        ptr, col, coef = stacked(orders)
        del orders, rows, parts
        col = col.astype(np.int32, copy=False)
        self.weigh(col, coef)
        return LinearMap(dimension, ptr.size - 1, n_cols, ptr, col, coef)

    def weigh(self, col: npt.NDArray[np.int32], coef: FloatArray) -> None:
        """Multiply the entries by what belongs to their words: nothing, of plain sums of words."""

    def _columns(self, pair: IntArray, weight: int, nodes: int) -> npt.NDArray[np.int32]:
        """Return the block of words that each pair is with any root, a part at a time."""
        layout, dimension = self.layout, self.layout.dimension
        col = np.empty(pair.size, dtype=np.int32)
        for begin in range(0, pair.size, CHUNK):
            part = slice(begin, begin + CHUNK)
            trunk, word = self.apart(pair[part], weight, nodes)
            word = layout.append(word, nodes - weight, trunk * dimension, weight + 1)
            col[part] = (word + layout.first[nodes]) // dimension
        return col

    def with_root(self, rows: Split, nodes: int, moves: bool = True) -> Split:
        """Append each root to what is without it, and move letters out where another may follow.

        Row ``r * dimension + a`` is row r with the root a, on the trunk that each entry has: the
        two make a letter. Where letters can be longer than that, and unless none `moves`, the entry
        is also there with this letter as its trunk and not at the end of its word.
        """
        size = sum(np.diff(part.ptr) for part in rows.values()) * self.layout.dimension
        pieces = [
            self._rooted({k: between(part, begin, end) for k, part in rows.items()}, nodes, moves)
            for begin, end in ranges(np.asarray(size))
        ]
        return {weight: stacked([piece[weight] for piece in pieces]) for weight in pieces[0]}

    def _rooted(self, rows: Split, nodes: int, moves: bool) -> Split:
        """Return what `with_root` does of all rows at once."""
        layout, dimension = self.layout, self.layout.dimension
        whole = []
        split: Split = {}
        for weight, part in rows.items():
            ptr = np.zeros((part.ptr.size - 1) * dimension + 1, dtype=np.int64)
            np.cumsum(np.repeat(np.diff(part.ptr), dimension), out=ptr[1:])
            source, entry = expand(part.ptr, np.repeat(np.arange(part.ptr.size - 1), dimension))
            trunk, word = self.apart(part.pair[entry], weight, nodes)
            letter, coef = trunk * dimension + source % dimension, part.coef[entry]
            longer = layout.append(word, nodes - weight, letter, weight + 1)
            longer = narrow(longer, layout.counts[nodes + 1])
            whole.append((source, longer, coef))
            if weight == 0:
                split[0] = Rows(ptr, longer, coef)
            if moves and weight + 1 < layout.longest:
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
