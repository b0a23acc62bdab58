"""Sparse rows over what is cut off trees and what is left: their products, all rows at once.

A row is an element of a tensor product of graded algebras: on the left what was cut off (a word, a
forest), on the right a trunk. Rows are multiplied in both, and equal entries are merged. This goes
on in ranges of rows, so that the memory is bounded by that of the result and of a range.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache as memoized
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, expand, map_bytes, merge_below
from treealg.tables.memory_limits import check_memory, may_lack_memory
from treealg.tables.sizes import MAX_ENTRIES, check_entries

__all__ = [
    "CHUNK",
    "UNIT",
    "RowAlgebra",
    "Rows",
    "Split",
    "between",
    "narrow",
    "outer",
    "ranges",
    "rows_of",
    "some_at_a_time",
    "stacked",
]

CHUNK = 1 << 17
"""About how many entries are made at a time, before equal ones are merged."""


class Rows(NamedTuple):
    """Sparse rows over pairs of a trunk and what is cut off, ``trunk * count + cut``."""

    ptr: IntArray
    pair: npt.NDArray[Any]
    coef: FloatArray


Split = dict[int, Rows]
"""Rows whose entries have trunks of several weights, and cuts of what is left: by that weight."""


def rows_of(count: int, pairs: int, parts: list[tuple[IntArray, FloatArray]]) -> Rows:
    """Merge entries with keys ``row * pairs + pair`` into `count` rows."""
    key, coef = merge_below(count * pairs, *concatenated(parts))
    ptr = np.searchsorted(key, np.arange(count + 1) * pairs).astype(np.int64)
    key %= pairs
    return Rows(ptr, narrow(key, pairs), coef)


def narrow(pair: IntArray, pairs: int) -> npt.NDArray[Any]:
    """Return numbers below a bound in 32 bits if they fit."""
    return pair.astype(np.int32) if pairs <= 2**31 else pair


UNIT: Split = {0: Rows(np.array([0, 1]), np.zeros(1, dtype=np.int64), np.ones(1))}
"""One row, the unit: nothing is cut off, and nothing is left."""


class RowAlgebra(ABC):
    """The products of rows.

    Parameters
    ----------
    counts : sequence of int
        How many things of each weight can be cut off.
    joins : bool
        Whether two trunks that are not empty have a product.
    roots : int
        How many roots rows are kept with, to be multiplied.
    what : str
        What is made, for messages.

    Attributes
    ----------
    counted : bool
        Whether all entries were counted before, so that no order leaves doubt.
    """

    def __init__(self, counts: Sequence[int], joins: bool, roots: int, what: str) -> None:
        self.counts, self.joins, self.roots, self.what = counts, joins, roots, what
        self.counted = False
        self.table = memoized(self.products)

    @abstractmethod
    def products(self, left: int, right: int) -> Rows:
        """Return the products of all pairs of cuts of two weights: row ``u * counts + v``."""

    @abstractmethod
    def trunks(self, weight: int) -> int:
        """Count the trunks of a product."""

    @abstractmethod
    def join(self, left: IntArray, first: int, right: IntArray, second: int) -> IntArray:
        """Multiply trunks of two weights."""

    def product(
        self,
        nodes: int,
        own: IntArray,
        left: IntArray,
        firsts: list[Split],
        right: IntArray,
        seconds: list[Split],
    ) -> Split:
        """Multiply rows of two lists: what is cut off them, and their trunks.

        Row i is row ``left[i]`` of ``firsts[own[i]]`` times row ``right[i]`` of what `seconds` has
        with the rest of the `nodes`.
        """
        pieces = list(self.pieces(nodes, own, left, firsts, right, seconds))
        return {weight: stacked([piece[weight] for piece in pieces]) for weight in pieces[0]}

    def pieces(
        self,
        nodes: int,
        own: IntArray,
        left: IntArray,
        firsts: list[Split],
        right: IntArray,
        seconds: list[Split],
    ) -> Iterator[Split]:
        """Yield what `product` returns, some rows at a time."""
        kinds = [
            (k, first, a, second, b)
            for k in np.unique(own).tolist()
            for (first, a), (second, b) in product(firsts[k].items(), seconds[nodes - k].items())
            if self.joins or not (first and second)
        ]
        size = np.zeros(own.size, dtype=np.int64)
        for k, first, a, second, b in kinds:
            rows = np.flatnonzero(own == k)
            longest = int(np.diff(self.table(k - first, nodes - k - second).ptr).max())
            size[rows] += np.diff(a.ptr)[left[rows]] * np.diff(b.ptr)[right[rows]] * longest
        weights = dict.fromkeys(first + second for _, first, _, second, _ in kinds)
        total = 0
        for begin, end in ranges(size):
            found = {weight: [(np.zeros(0, dtype=np.int64), np.zeros(0))] for weight in weights}
            for k, first, a, second, b in kinds:
                rows = begin + np.flatnonzero(own[begin:end] == k)
                source, of_a, of_b, coef = outer(a, left[rows], b, right[rows])
                a_trunk, a_word = self.apart(of_a, first, k)
                b_trunk, b_word = self.apart(of_b, second, nodes - k)
                row = (rows - begin)[source] * self.trunks(first + second)
                row += self.join(a_trunk, first, b_trunk, second)
                table = self.table(k - first, nodes - k - second)
                both = a_word * self.counts[nodes - k - second] + b_word
                source, entry = expand(table.ptr, both)
                pair = row[source] * self.counts[nodes - first - second] + table.pair[entry]
                found[first + second].append((pair, coef[source] * table.coef[entry]))
            split: Split = {}
            for weight, parts in found.items():
                pairs = self.trunks(weight) * self.counts[nodes - weight]
                split[weight] = rows_of(end - begin, pairs, parts)
                total += split[weight].coef.size
            check_entries(total, f"order {nodes + 1} of {self.what}")
            yield split

    def foresee(self, sizes: list[int], degree: int) -> int:
        """Refuse a table that will be too large if it grows on from order to order as it did.

        It grows faster: the factor between one order and the next increases, or that to the one
        after it does. All orders are counted together, and the entries that there are at least are
        returned. Those that are not made yet need memory, and so do the last rows with a root.
        """
        total = made = sum(sizes)
        if len(sizes) > 3:
            factor = min(Fraction(sizes[-1], sizes[-2]), Fraction(sizes[-2], sizes[-3]))
            more = sum(sizes[-1] * factor**order for order in range(1, degree - len(sizes) + 1))
            total += int(more)
            check_entries(total, f"{self.what} for {degree=}")
            rooted = 0 if len(sizes) == degree else self.roots * sizes[-1]
            check_memory(map_bytes(total), map_bytes(rooted - made))
        return total

    def may_be_too_large(self, sizes: list[int]) -> bool:
        """Tell whether one more order may be too much, for a table or for the memory there is.

        It is taken to grow by half more than the last one.
        """
        if self.counted or len(sizes) < 2:
            return False
        more = 3 * sizes[-1] ** 2 // (2 * sizes[-2])
        return more >= MAX_ENTRIES or may_lack_memory(map_bytes(more))

    def check_last(
        self, sizes: list[int], pieces: Iterable[Split], often: IntArray, degree: int
    ) -> None:
        """Refuse a table whose last order is too much with the others.

        Of that order come some rows, some at a time, each of which stands for so many.
        """
        total = sum(sizes)
        begin = 0
        for piece in pieces:
            entries = np.array([np.diff(part.ptr) for part in piece.values()]).sum(axis=0)
            end = begin + entries.size
            total += int(entries @ often[begin:end])
            check_entries(total, f"{self.what} for {degree=}")
            begin = end
        check_memory(map_bytes(total), -map_bytes(sum(sizes)))

    def apart(self, pair: IntArray, weight: int, nodes: int) -> tuple[IntArray, IntArray]:
        """Return the trunks, of a weight, and the cuts of pairs that have so many nodes in all."""
        pair = pair.astype(np.int64)
        if weight == 0:
            return np.zeros(1, dtype=np.int64), pair
        return np.divmod(pair, self.counts[nodes - weight])


def concatenated(parts: list[tuple[IntArray, FloatArray]]) -> tuple[IntArray, FloatArray]:
    """Put the keys and values of several parts together."""
    keys, coefs = zip(*parts, strict=True)
    return np.concatenate(keys), np.concatenate(coefs)


def stacked(parts: list[Rows]) -> Rows:
    """Put rows below each other."""
    if len(parts) == 1:
        return parts[0]
    none = Rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0))
    ptr, pair, coef = zip(none, *parts, strict=True)
    sizes = np.concatenate([np.diff(begins) for begins in ptr])
    return Rows(np.concatenate(([0], np.cumsum(sizes))), np.concatenate(pair), np.concatenate(coef))


def some_at_a_time(rows: Split) -> Iterator[Split]:
    """Yield rows some at a time."""
    size = np.asarray(sum(np.diff(part.ptr) for part in rows.values()))
    for begin, end in ranges(size):
        yield {weight: between(part, begin, end) for weight, part in rows.items()}


def between(rows: Rows, begin: int, end: int) -> Rows:
    """Return some of the rows."""
    first, last = rows.ptr[begin], rows.ptr[end]
    return Rows(rows.ptr[begin : end + 1] - first, rows.pair[first:last], rows.coef[first:last])


def ranges(size: IntArray) -> Iterator[tuple[int, int]]:
    """Cut rows into ranges whose sizes add up to not much more than a bound."""
    bounds = np.cumsum(size)
    cuts = np.searchsorted(bounds, np.arange(CHUNK, int(bounds[-1]), CHUNK))
    return pairwise([0, *np.unique(cuts[cuts > 0]).tolist(), size.size])


def outer(
    a: Rows, left: IntArray, b: Rows, right: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Combine every entry of a row of `a` with every one of a row of `b`, for pairs of rows.

    Return the number of the pair of rows, what the two entries are at, and their product.
    """
    a_source, a_entry = expand(a.ptr, left)
    b_source, b_entry = expand(b.ptr, right[a_source])
    a_entry = a_entry[b_source]
    return a_source[b_source], a.pair[a_entry], b.pair[b_entry], a.coef[a_entry] * b.coef[b_entry]
