"""The arborification matrix: coefficients of a branched signature from those of words.

What a last letter takes off a tree is its root, and off each branch nothing, or what a last letter
takes off the branch. So beside Phi(t), for each tree t, one keeps Psi(t) = Phi(t) with nothing
taken off, plus Phi(t) with the last letter of each word moved out of it, as a trunk. For chains as
letters Psi is multiplicative: words are shuffled, and one of the trunks is empty; and

    Phi(B+_a(f)) = sum over (word, trunk) in Psi(f) of word . B+_a(trunk),
    planar, Phi(w B+_a(f)) = sum over Phi(w) and Psi(f) of (words shuffled) . B+_a(trunk).

Plain words are those of chains that leave no trunk for the next letter. With all basis elements as
letters, Phi(x) is the sum over the coproduct of x of Phi(pruned) . trunk.

Every row is an expansion of earlier ones: one operation on arrays for all rows of an order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer, check_planar
from treealg.tables import cache, foresight
from treealg.tables.convolution import convolution, convolution_of_some
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.entry_counts import counted_entries
from treealg.tables.foresight import Needs
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, check_exact, expand, map_needs
from treealg.tables.orbits import multiplicities
from treealg.tables.rows import (
    UNIT,
    Rows,
    Split,
    ranges,
    rows_of,
    some_at_a_time,
    stacked,
)
from treealg.tables.sizes import as_longest, basis_length, check_entries, require_fits
from treealg.tables.weighted_words import WeightedWords, words
from treealg.tables.word_rows import WordRows

__all__ = ["arborification", "grown", "small_degree", "tree_blocks"]

_SMALL = 1 << 16
"""The most basis elements of a table that is made to see how tables of its kind grow."""

Pieces = Iterator[tuple[int, Rows]]
"""Some rows at a time, after the nodes that they have beside the last root."""


def arborification(
    dimension: int, degree: int, *, planar: bool | None = False, longest: int | None = 1
) -> LinearMap:
    r"""Return the matrix that takes word coefficients to tree or ordered-forest coefficients.

    ``X = S o Phi``: for the signature S of a path over words and :math:`\Phi` the arborification,
    the coefficient of X at a basis element is the sum over words of the coefficient of the word
    in :math:`\Phi` of the element, times S at the word. The logarithm is mapped in the same way.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool or None, default False
        Ordered forests, trees, or (None) the ladders alone, which are plain words and come as
        such: for plain letters this is the identity, otherwise the sum over all ways to cut a word
        into letters.
    longest : int or None, default 1
        Vertices of the longest letter, at least 1: 1 for plain words, more for chains as letters,
        None for all basis elements as letters, as in `words`.

    Returns
    -------
    LinearMap
        Of width `dimension`. Input: the words in the layout of `words`; plain ones have 1 to
        `degree` letters and come by length and then lexicographically. Output: the basis in its
        order. All coefficients are positive.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, `longest` neither that nor None, or `planar` none
        of True, False and None.
    InvalidValueError
        If one is too small, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    J. Ecalle (1992), "Singularites non abordables par la geometrie"; F. Fauvet and F. Menous
    (2017), "Ecalle's arborification-coarborification transforms and Connes-Kreimer Hopf algebra",
    Annales scientifiques de l'ENS 50.

    Examples
    --------
    The cherry with leaves 0 and 1 and root 0 is row 4 of blocks, and is (01 + 10) 0:

    >>> phi = arborification(2, 3)
    >>> phi.col[phi.ptr[4] : phi.ptr[5]].tolist()
    [4, 5]

    The ladder is row 1: the word of its two labels, and the one chain that is all of it.

    >>> phi = arborification(1, 2, longest=2)
    >>> phi.col[phi.ptr[1] : phi.ptr[2]].tolist()
    [1, 2]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    planar = check_planar(planar)
    if planar is None and longest is None:
        longest = max(degree, 1)  # every word is a letter
    longest = None if longest is None else as_longest(longest, degree)

    def foresee() -> Needs:
        require_fits(dimension, degree, planar=planar)
        if planar is None:
            entries = _entries_of_words(words(dimension, degree, longest=longest))
            return map_needs(entries, moved=False)
        return _foresee(dimension, degree, planar, longest)

    def build() -> LinearMap:
        if planar is None:
            return _of_words(words(dimension, degree, longest=longest))
        rows = WordRows(words(dimension, degree, longest=longest, planar=planar))
        rows.counted = counted_entries(dimension, degree, planar, longest).exact
        return rows.linear_map(_blocks(rows, planar, degree, longest))

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            require_fits(dimension, degree, planar=planar),
            words(dimension, degree, longest=longest, planar=bool(planar)).size,
        )

    name = "word_arborification" if planar is None else "arborification"
    key = (dimension, degree, bool(planar), longest or 0)
    parts = []
    if longest is None:
        parts.append(lambda: convolution(dimension, degree, planar=bool(planar)))
    return cache.table(name, key, LinearMap, build, check, foresee=foresee, parts=parts)


def _entries_of_words(layout: WeightedWords) -> int:
    """Count the ways to cut plain words into letters, and refuse too many."""
    ways = np.bincount(layout.weights(), minlength=layout.degree + 1)[1:].tolist()
    entries = sum(own * layout.dimension**length for length, own in enumerate(ways))
    check_entries(entries, f"the ways to cut words of {layout.degree} letters")
    return int(entries)


def _of_words(layout: WeightedWords) -> LinearMap:
    """Return the map to plain words: a word is cut in all ways into letters that there are.

    The letters of one way are digits of the word in base `dimension`, in groups, so that the word
    has the same number among those of the way as among plain words of its length.
    """
    dimension = layout.dimension
    ways: list[list[int]] = [[] for _ in range(layout.degree + 1)]
    for weight, start in zip(layout.weights().tolist(), layout.start, strict=False):
        ways[weight].append(start // dimension)
    blocks = [dimension ** (length - 1) for length in range(1, layout.degree + 1)]
    sizes, columns = [np.zeros(1, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for own, count in zip(ways[1:], blocks, strict=True):
        sizes.append(np.full(count, len(own)))
        columns.append((np.arange(count)[:, None] + np.array(own)).ravel())
    column = np.concatenate(columns).astype(np.int32)
    ptr = np.cumsum(np.concatenate(sizes))
    n_rows, n_cols = sum(blocks), layout.size // dimension
    return LinearMap(dimension, n_rows, n_cols, ptr, column, np.ones(column.size))


def _foresee(dimension: int, degree: int, planar: bool, longest: int | None) -> Needs:
    """Refuse a table that will be too large, by what was counted and the growth of small ones."""
    if longest is None:  # it is made from the coproduct, which is refused sooner
        foresight.foresee(lambda: convolution(dimension, degree, planar=planar))
    counted = counted_entries(dimension, degree, planar, longest)
    small = small_degree(dimension, degree, planar, _SMALL)
    rows = basis_length(dimension, degree, planar=planar) // dimension
    least = max(rows, counted.entries)  # no row is empty
    if small < degree and not counted.exact:
        letters = None if longest is None else min(longest, small)
        few = WordRows(words(dimension, small, longest=letters, planar=planar))
        least = max(least, grown(few, _blocks(few, planar, degree, longest), degree))
    check_entries(least, f"the arborification of {dimension=} for {degree=}")
    return map_needs(least, rows, moved=least > rows)


def grown(few: WordRows, pieces: Pieces, degree: int) -> int:
    """Return how many entries a table has at least, by the growth of a small one, of these rows."""
    sizes = [0] * few.layout.degree
    for nodes, rows in pieces:
        sizes[nodes] += rows.coef.size
    return few.foresee(sizes, degree)


def small_degree(dimension: int, degree: int, planar: bool | None, most: int) -> int:
    """Return the degree of a table of so many rows, made to see how tables of its kind grow."""
    while basis_length(dimension, degree, planar=planar) > most:
        degree -= 1
    return degree


def _blocks(words: WordRows, planar: bool, wanted: int, longest: int | None) -> Pieces:
    """Yield the rows of all orders, and refuse what `wanted` orders would be too large for."""
    if longest is None:
        return _blocks_of_cuts(words, planar, wanted)
    return (_planar_blocks if planar else tree_blocks)(words, wanted)


def _made(
    words: WordRows, rows: Split | Iterator[Split], nodes: int, sizes: list[int], wanted: int
) -> Pieces:
    """Yield the rows of one order, whose size is put with those of others."""
    sizes.append(0)
    for piece in some_at_a_time(rows) if isinstance(rows, dict) else rows:
        found = words.finished(piece, nodes)
        sizes[-1] += found.coef.size
        yield nodes, found
    words.foresee(sizes, wanted)


def tree_blocks(words: WordRows, wanted: int) -> Pieces:
    """Yield Psi of all commutative forests with 0, 1, ..., degree - 1 nodes; see `_blocks`.

    The rows of the last order, of which there are most, are not kept.
    """
    # The leaves of a corolla come in any order: so often it has the word of one label.
    check_exact(math.factorial(max(wanted - 1, 0)))
    dimension, degree = words.layout.dimension, words.layout.degree
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=False)
    forests, trees = [UNIT], [UNIT]
    sizes: list[int] = []
    if degree:
        yield from _made(words, UNIT, 0, sizes, wanted)
    for nodes in range(1, degree):
        trees.append(words.with_root(forests[nodes - 1], nodes - 1))
        part = slice(layout.start[nodes], layout.start[nodes + 1])
        branches, label = np.divmod(layout.first[part], dimension)
        left = layout.place(branches) * dimension + label
        right = layout.place(layout.rest[part])
        own = layout.order_of[branches] + 1
        factors = nodes, own, left, trees, right, forests
        _check_last(words, sizes, factors, False, wanted)
        if nodes + 1 < degree:
            forests.append(words.product(*factors))
            yield from _made(words, forests[-1], nodes, sizes, wanted)
        else:
            yield from _made(words, words.pieces(*factors), nodes, sizes, wanted)


def _planar_blocks(words: WordRows, wanted: int) -> Pieces:
    """Yield Phi of all ordered forests with 1, ..., degree nodes, without the last root.

    The rows of the last order are not kept.
    """
    dimension, degree = words.layout.dimension, words.layout.degree
    layout = ForestLayout(dimension, max(degree - 1, 0), planar=True)
    phi, psi = [UNIT], [UNIT]
    sizes: list[int] = []
    for nodes, (own, left, right) in enumerate(layout.blocks(degree)):
        factors = nodes, own, left, phi, right, psi
        _check_last(words, sizes, factors, True, wanted)
        if nodes + 1 < degree:
            rows = words.product(*factors)
            yield from _made(words, rows, nodes, sizes, wanted)
            psi.append(words.with_root(rows, nodes))
            phi.append({0: psi[-1][0]})
        else:
            yield from _made(words, words.pieces(*factors), nodes, sizes, wanted)


def _check_last(
    words: WordRows,
    sizes: list[int],
    factors: tuple[int, IntArray, IntArray, list[Split], IntArray, list[Split]],
    planar: bool,
    wanted: int,
) -> None:
    """Refuse a last order that is too much, if in doubt by one row of each kind: see `orbits`."""
    nodes, own, left, firsts, right, seconds = factors
    dimension = words.layout.dimension
    if dimension > 1 and nodes + 1 == wanted and words.may_be_too_large(sizes):
        often = multiplicities(dimension, nodes, planar)
        some = np.flatnonzero(often)
        pieces = words.pieces(nodes, own[some], left[some], firsts, right[some], seconds)
        words.check_last(sizes, pieces, often[some], wanted)


def _blocks_of_cuts(words: WordRows, planar: bool, wanted: int) -> Pieces:
    """Yield Phi of all basis elements with 1, ..., degree nodes, with the last letters as trunks.

    A letter is what is left of a basis element, or all of it. The rows of the last order are not
    kept.
    """
    dimension, degree = words.layout.dimension, words.layout.degree
    # The last order has most of the terms, and need not be made where it is too much.
    cuts = _Cuts(words, convolution(dimension, max(degree - 1, 0), planar=planar))
    phi, slots = [UNIT], [UNIT]
    sizes: list[int] = []
    for nodes in range(degree):
        if nodes + 1 == degree:
            if nodes + 1 == wanted and words.may_be_too_large(sizes):
                _check_last_cuts(words, sizes, phi, planar)
            cuts = _Cuts(words, convolution(dimension, degree, planar=planar))
            slots = cuts.all_slots(nodes, phi)
        elif nodes:
            slots.append(cuts.slots(nodes, phi, slots))
        sizes.append(0)
        kept: list[Rows] = []
        for rows in cuts.rows(nodes, slots):
            sizes[-1] += rows.coef.size
            if nodes + 1 < degree:
                kept.append(rows)
            yield nodes, rows
        words.foresee(sizes, wanted)
        if kept:
            phi.append({0: words.rooted(stacked(kept), nodes)})


def _check_last_cuts(words: WordRows, sizes: list[int], phi: list[Split], planar: bool) -> None:
    """Refuse a last order that is too much, by the coproducts of one row of each kind."""
    dimension, degree = words.layout.dimension, words.layout.degree
    nodes = degree - 1
    often = multiplicities(dimension, nodes, planar)
    if dimension == 1:  # every row stands for itself
        table = convolution(dimension, degree, planar=planar)
    else:
        table = convolution_of_some(dimension, degree, planar, often > 0)
    cuts = _Cuts(words, table)
    slots = cuts.all_slots(nodes - 1, phi)
    slots.append(cuts.slots(nodes, phi, slots, cuts.slots_of(nodes, often > 0)))
    cuts.check_last(nodes, slots, often, sizes, degree)


class _Terms(NamedTuple):
    """Sums of rows of what is pruned, each with its trunk: term by term, row after row."""

    pruned: Rows
    row: IntArray
    trunk: IntArray
    cut: IntArray

    def sizes(self, count: int) -> IntArray:
        """Count the entries of each of so many rows, before equal ones are merged."""
        sizes = np.bincount(self.row, np.diff(self.pruned.ptr)[self.cut], minlength=count)
        return sizes.astype(np.int64)

    def entries(self, first: int, last: int) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Return the entries of some rows: how far these are on, trunks, words, and how often."""
        some = slice(*np.searchsorted(self.row, (first, last)))
        source, entry = expand(self.pruned.ptr, self.cut[some])
        word = self.pruned.pair[entry].astype(np.int64)
        row, trunk = self.row[some] - first, self.trunk[some]
        return row[source], trunk[source], word, self.pruned.coef[entry]


class _Cuts:
    """The terms of coproducts, by weights of trunks, and products of what they prune."""

    def __init__(self, words: WordRows, table: ConvolutionTable) -> None:
        self._words, self._table = words, table
        self._order = np.repeat(np.arange(1, table.block_start.size), np.diff(table.block_start))

    def count(self, nodes: int) -> int:
        """Count the blocks that have so many nodes beside the last root."""
        return int(np.diff(self._table.block_start)[nodes])

    def rows(self, nodes: int, slots: list[Split]) -> Iterator[Rows]:
        """Yield the rows of so many nodes beside the last root, some at a time: see `finished`."""
        words, count = self._words, self.count(nodes)
        n_cols = words.layout.size // words.layout.dimension
        terms = list(self.terms(nodes, slots))
        # All of a basis element is a letter, too.
        sizes = sum((own.sizes(count) for own in terms), start=np.ones(count, dtype=np.int64))
        for first, last in ranges(sizes):
            every = np.arange(last - first)
            none, ones = np.zeros(every.size, dtype=np.int64), np.ones(every.size)
            key = every * n_cols + words.columns(first + every, none, nodes, nodes)
            keyed = [(key, ones)]
            for weight, own in enumerate(terms):
                row, trunk, word, coef = own.entries(first, last)
                keyed.append((row * n_cols + words.columns(trunk, word, weight, nodes), coef))
            yield rows_of(last - first, n_cols, keyed)

    def terms(
        self, nodes: int, slots: list[Split], rows: npt.NDArray[np.bool_] | None = None
    ) -> Iterator[_Terms]:
        """Yield what all or some rows are sums of, by weights of trunks without their last root."""
        table = self._table
        begin, end = table.block_start[nodes : nodes + 2]
        block = np.repeat(np.arange(end - begin), np.diff(table.term_ptr[begin : end + 1]))
        some = slice(table.term_ptr[begin], table.term_ptr[end])
        slot, trunk = table.term_slot[some], table.term_trunk[some]
        if rows is not None:
            kept = rows[block]
            block, slot, trunk = block[kept], slot[kept], trunk[kept]
        for weight in range(nodes):
            chosen = np.flatnonzero(self._order[trunk] == weight + 1)
            place = trunk[chosen] - table.block_start[weight]
            cut = slot[chosen] - table.slot_start[nodes - weight - 1]
            yield _Terms(slots[nodes - weight][0], block[chosen], place, cut)

    def slots(
        self, nodes: int, phi: list[Split], slots: list[Split], chosen: IntArray | None = None
    ) -> Split:
        """Return Phi of what is pruned, of so many nodes; if only some are chosen, no others."""
        table = self._table
        begin, end = table.slot_start[nodes - 1 : nodes + 1]
        own = np.arange(begin, end) if chosen is None else begin + chosen
        head_order = self._order[table.head[own] // self._words.layout.dimension]
        head = table.head[own] - table.block_start[head_order - 1] * self._words.layout.dimension
        start = np.concatenate(([0], table.slot_start))
        tail = table.tail[own].astype(np.int64) - start[nodes - head_order]
        product = self._words.product(nodes, head_order, head, phi, tail, slots)[0]
        size = np.diff(product.ptr)
        ptr = np.zeros(end - begin + 1, dtype=np.int64)
        ptr[own - begin + 1] = size
        coef = product.coef * np.repeat(table.factor[own], size)
        return {0: Rows(np.cumsum(ptr), product.pair, coef)}

    def all_slots(self, nodes: int, phi: list[Split]) -> list[Split]:
        """Return Phi of what is pruned, of 0, ..., `nodes` nodes."""
        slots = [UNIT]
        for order in range(1, nodes + 1):
            slots.append(self.slots(order, phi, slots))
        return slots

    def slots_of(self, nodes: int, blocks: npt.NDArray[np.bool_]) -> IntArray:
        """Return which slots of so many nodes are pruned from blocks."""
        table = self._table
        begin, end = table.block_start[nodes : nodes + 2]
        block = np.repeat(blocks, np.diff(table.term_ptr[begin : end + 1]))
        slot = table.term_slot[table.term_ptr[begin] : table.term_ptr[end]][block]
        begin = table.slot_start[nodes - 1]
        return np.asarray(np.unique(slot[slot >= begin]) - begin)

    def check_last(
        self, nodes: int, slots: list[Split], often: IntArray, sizes: list[int], degree: int
    ) -> None:
        """Refuse a last order of which some rows stand for so many each; nothing cancels."""
        total = int(often.sum()) + sum(sizes)
        for weight, terms in enumerate(self.terms(nodes, slots, often > 0)):
            pairs = self._words.layout.counts[nodes - weight] * self.count(weight)
            for first, last in ranges(terms.sizes(often.size)):
                row, trunk, word, _ = terms.entries(first, last)
                key = row * pairs + trunk * self._words.layout.counts[nodes - weight] + word
                key.sort()
                row = first + key[np.flatnonzero(np.diff(key, prepend=-1))] // pairs
                total += int(often[row].sum())
                check_entries(total, f"{self._words.what} for {degree=}")
