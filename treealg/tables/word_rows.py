"""Sparse rows over words, all at once: shuffles, longer words, and the map that rows are.

The symbolic arborification is asked for the forests of two ladders with distinct formal labels: on
them it is the shuffle of two formal words. All words of two weights are shuffled once, and equal
words are merged before they multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache as memoized
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, expand, merge
from treealg.tables.sizes import check_entries
from treealg.tables.weighted_words import WeightedWords

__all__ = ["Rows", "Split", "WordRows", "rows_of"]

_CHUNK = 1 << 20


class Rows(NamedTuple):
    """Sparse rows over pairs of a trunk and a word, ``trunk * words + word``."""

    ptr: IntArray
    pair: npt.NDArray[Any]
    coef: FloatArray


Split = dict[int, Rows]
"""Rows whose entries have trunks of several weights, and words of what is left: by that weight."""


def rows_of(count: int, pairs: int, parts: list[tuple[IntArray, FloatArray]]) -> Rows:
    """Merge entries with keys ``row * pairs + pair`` into `count` rows."""
    key, coef = merge(*concatenated(parts))
    ptr = np.searchsorted(key, np.arange(count + 1) * pairs).astype(np.int64)
    key %= pairs
    return Rows(ptr, key.astype(np.int32) if pairs <= 2**31 else key, coef)


class WordRows:
    """What is done with rows over the words of one layout."""

    def __init__(self, layout: WeightedWords) -> None:
        self.layout = layout
        self.unit: Split = {0: Rows(np.array([0, 1]), np.zeros(1, dtype=np.int64), np.ones(1))}
        self._shuffles = memoized(self._all_shuffles)

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
            orders.append(parts[0] if len(parts) == 1 else _united(parts, n_cols))
        ptr, col, coef = _stacked(orders)
        del orders, rows, parts
        return LinearMap(
            dimension, ptr.size - 1, n_cols, ptr, col.astype(np.int32, copy=False), coef
        )

    def _columns(self, pair: IntArray, weight: int, nodes: int) -> npt.NDArray[np.int32]:
        """Return the block of words that each pair is with any root, a part at a time."""
        layout, dimension = self.layout, self.layout.dimension
        col = np.empty(pair.size, dtype=np.int32)
        for begin in range(0, pair.size, _CHUNK):
            part = slice(begin, begin + _CHUNK)
            trunk, word = self._apart(pair[part], weight, nodes)
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
            trunk, word = self._apart(part.pair[entry], weight, nodes)
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

    def product(
        self,
        nodes: int,
        own: IntArray,
        left: IntArray,
        firsts: list[Split],
        right: IntArray,
        seconds: list[Split],
    ) -> Split:
        """Multiply rows of two lists: words are shuffled, and of the two trunks one is empty.

        Row i is row ``left[i]`` of ``firsts[own[i]]`` times row ``right[i]`` of what `seconds` has
        with the rest of the `nodes`.
        """
        kinds = [
            (k, first, a, second, b)
            for k in np.unique(own).tolist()
            for (first, a), (second, b) in product(firsts[k].items(), seconds[nodes - k].items())
            if not (first and second)
        ]
        size = np.zeros(own.size, dtype=np.int64)
        for k, first, a, second, b in kinds:
            rows = np.flatnonzero(own == k)
            longest = int(np.diff(self._shuffles(k - first, nodes - k - second).ptr).max())
            size[rows] += np.diff(a.ptr)[left[rows]] * np.diff(b.ptr)[right[rows]] * longest
        pieces: dict[int, list[Rows]] = {first + second: [] for _, first, _, second, _ in kinds}
        total = 0
        for begin, end in _ranges(size):
            found = {weight: [(np.zeros(0, dtype=np.int64), np.zeros(0))] for weight in pieces}
            for k, first, a, second, b in kinds:
                rows = begin + np.flatnonzero(own[begin:end] == k)
                source, of_a, of_b, coef = _outer(a, left[rows], b, right[rows])
                a_trunk, a_word = self._apart(of_a, first, k)
                b_trunk, b_word = self._apart(of_b, second, nodes - k)
                row = (rows - begin)[source] * self._trunks(first + second) + a_trunk + b_trunk
                words = a_word * self.layout.counts[nodes - k - second] + b_word
                shuffle = self._shuffles(k - first, nodes - k - second)
                source, entry = expand(shuffle.ptr, words)
                pair = row[source] * self.layout.counts[nodes - first - second]
                pair += shuffle.pair[entry]
                found[first + second].append((pair, coef[source] * shuffle.coef[entry]))
            for weight, parts in found.items():
                pairs = self._trunks(weight) * self.layout.counts[nodes - weight]
                pieces[weight].append(rows_of(end - begin, pairs, parts))
                total += pieces[weight][-1].coef.size
            what = f"the arborification of dimension={self.layout.dimension}"
            check_entries(total, f"order {nodes + 1} of {what}")
        return {weight: _stacked(parts) for weight, parts in pieces.items()}

    def foresee(self, blocks: list[Split]) -> None:
        """Refuse a table that will be too large if it grows on from order to order as it did.

        It grows faster: the factor between one order and the next increases.
        """
        if len(blocks) > 3:
            before, last = (sum(part.coef.size for part in rows.values()) for rows in blocks[-2:])
            entries = last * Fraction(last, before) ** (self.layout.degree - len(blocks))
            what = f"the arborification of dimension={self.layout.dimension}"
            check_entries(int(entries), f"{what} for degree={self.layout.degree}")

    def _apart(self, pair: IntArray, weight: int, nodes: int) -> tuple[IntArray, IntArray]:
        """Return the trunks, of a weight, and the words of pairs that have so many nodes in all."""
        pair = pair.astype(np.int64)
        if weight == 0:
            return np.zeros(1, dtype=np.int64), pair
        return np.divmod(pair, self.layout.counts[nodes - weight])

    def _trunks(self, weight: int) -> int:
        """Count the trunks of a weight: what letters of one more are without their root."""
        return self.layout.letters[weight + 1] // self.layout.dimension

    def _all_shuffles(self, left: int, right: int) -> Rows:
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
            for formal in _formal_shuffle(len(own), len(others)).tolist():
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


def concatenated(parts: list[tuple[IntArray, FloatArray]]) -> tuple[IntArray, FloatArray]:
    """Put the keys and values of several parts together."""
    keys, coefs = zip(*parts, strict=True)
    return np.concatenate(keys), np.concatenate(coefs)


def _united(parts: list[Rows], pairs: int) -> Rows:
    """Merge the entries of equal rows."""
    count = parts[0].ptr.size - 1
    keyed = [
        (np.repeat(np.arange(count), np.diff(part.ptr)) * pairs + part.pair, part.coef)
        for part in parts
    ]
    return rows_of(count, pairs, keyed)


def _stacked(parts: list[Rows]) -> Rows:
    """Put rows below each other."""
    if len(parts) == 1:
        return parts[0]
    none = Rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0))
    ptr, pair, coef = zip(none, *parts, strict=True)
    sizes = np.concatenate([np.diff(begins) for begins in ptr])
    return Rows(np.concatenate(([0], np.cumsum(sizes))), np.concatenate(pair), np.concatenate(coef))


def _ranges(size: IntArray) -> Iterator[tuple[int, int]]:
    """Cut rows into ranges whose sizes add up to not much more than a bound."""
    bounds = np.cumsum(size)
    cuts = np.searchsorted(bounds, np.arange(_CHUNK, int(bounds[-1]), _CHUNK))
    return pairwise([0, *np.unique(cuts[cuts > 0]).tolist(), size.size])


def _outer(
    a: Rows, left: IntArray, b: Rows, right: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Combine every entry of a row of `a` with every one of a row of `b`, for pairs of rows.

    Return the number of the pair of rows, what the two entries are at, and their product.
    """
    a_source, a_entry = expand(a.ptr, left)
    b_source, b_entry = expand(b.ptr, right[a_source])
    a_entry = a_entry[b_source]
    return a_source[b_source], a.pair[a_entry], b.pair[b_entry], a.coef[a_entry] * b.coef[b_entry]


@memoized
def _formal_shuffle(left: int, right: int) -> npt.NDArray[np.int64]:
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
