"""Sparse rows over words, all at once: shuffles, longer words, and the map that rows are.

The symbolic arborification is asked for the forests of two ladders with distinct formal labels: on
them it is the shuffle of two formal words. All words of two weights are shuffled once, and equal
words are merged before they multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache as memoized
from itertools import product

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import LinearMap, expand
from treealg.tables.rows import CHUNK, RowAlgebra, Rows, Split, rows_of, stacked, united
from treealg.tables.weighted_words import WeightedWords

__all__ = ["WordRows", "formal_shuffle"]


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
        return LinearMap(
            dimension, ptr.size - 1, n_cols, ptr, col.astype(np.int32, copy=False), coef
        )

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

    def with_root(self, rows: Split, nodes: int) -> Split:
        """Append each root to what is without it, and move letters out where another may follow.

        Row ``r * dimension + a`` is row r with the root a, on the trunk that each entry has: the
        two make a letter. Where letters can be longer than that, the entry is also there with this
        letter as its trunk and not at the end of its word.
        """
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
            whole.append((source, longer, coef))
            if weight == 0:
                split[0] = Rows(ptr, longer, coef)
            if weight + 1 < layout.longest:
                split[weight + 1] = Rows(ptr, letter * layout.counts[nodes - weight] + word, coef)
        if len(whole) > 1:
            row, word, coef = (np.concatenate(column) for column in zip(*whole, strict=True))
            order = np.argsort(row, kind="stable")
            ptr = np.searchsorted(row[order], np.arange(ptr.size)).astype(np.int64)
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
        layout = self.layout
        pairs, total = layout.counts[left] * layout.counts[right], layout.counts[left + right]
        keys = []
        for (u, own), (v, others) in product(self._spelled(left), self._spelled(right)):
            letters = [(x[:, None], k) for x, k in own] + [(x[None, :], k) for x, k in others]
            row = u[:, None] * layout.counts[right] + v
            for formal in formal_shuffle(len(own), len(others)).tolist():
                word, weight = np.zeros((1, 1), dtype=np.int64), 0
                for position in formal:
                    letter, k = letters[position]
                    word = layout.append(word, weight, letter, k)
                    weight += k
                keys.append((row * total + word).ravel())
        return rows_of(pairs, total, [(key, np.ones(key.size)) for key in keys])

    def _spelled(self, weight: int) -> Iterator[tuple[IntArray, list[tuple[IntArray, int]]]]:
        """Yield the words of each composition of a weight, and their letters one by one."""
        layout = self.layout
        for parts, start, stop in zip(
            layout.compositions, layout.start, layout.start[1:], strict=False
        ):
            if sum(parts) == weight:
                number = rest = np.arange(stop - start if parts else 1)
                letters = []
                for part in reversed(parts):
                    letters.append((rest % layout.letters[part], part))
                    rest = rest // layout.letters[part]
                yield number + (start - layout.first[weight - 1] if parts else 0), letters[::-1]


@memoized
def formal_shuffle(left: int, right: int) -> npt.NDArray[np.int64]:
    """Return the words of Phi of two ladders with labels 0, 1, ... read from leaf to root.

    All have coefficient 1, as the labels are distinct; shape ``(words, left + right)``.
    """
    # The algebra is imported where it is needed: a table that comes from disk does without it.
    from treealg.symbolic import Forest, Tree, arborification

    ladders = []
    for labels in (range(left), range(left, left + right)):
        branch: list[Tree] = []
        for label in labels:
            branch = [Tree(branch, label)]
        ladders += branch
    words = [word for word, _ in arborification(Forest(ladders)).items()]
    return np.array(words, dtype=np.int64).reshape(len(words), left + right)
