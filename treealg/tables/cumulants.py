"""From the cumulants of a process to its expected signature, and to the logarithm of that.

Cumulants come as words, level by level, the one of n labels divided by n!; they are symmetric, so
that the order of labels does not count. The logarithm is the signature of a unit jump times the
cumulant of all labels. Of the expectation, the expected Itô integrals of words whose letters are
chains are the products of the cumulants of the letters over the factorial of their number; trees
are written by such words. Where trees are multiplied, words are shuffled and letters merge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from treealg.checks import LIFTS, check_choice, check_flag, check_integer
from treealg.tables import cache
from treealg.tables.arborification import arborification, grown, small_degree, tree_blocks
from treealg.tables.foresight import Needs
from treealg.tables.jumps import jumps
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, expand, linear_map_of, map_needs
from treealg.tables.rows import Rows, Split, between, ranges, rows_of, some_at_a_time, stacked
from treealg.tables.sizes import as_longest, basis_length, check_entries, require_fits
from treealg.tables.weighted_words import WeightedWords, words
from treealg.tables.word_rows import WordRows

__all__ = ["cumulants", "expectation"]

_SMALL = 1 << 13
"""The most trees of a table that is made to see how tables of its kind grow."""


def cumulants(dimension: int, degree: int, *, planar: bool, lift: str) -> LinearMap:
    r"""Return the matrix from cumulants of a process to the logarithm of its expected signature.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool
        Ordered forests and not trees.
    lift : {"stratonovich", "ito", "backward"}
        As for `symbolic.signature_cumulants`.

    Returns
    -------
    LinearMap
        Of width `dimension`, from words of 1 to `degree` letters, on which the cumulant of n
        labels is divided by n!, to the basis in its order.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` no flag.
    InvalidValueError
        If one is too small, `lift` is another word, or the table would be too large.

    Examples
    --------
    Of the tree with two nodes the logarithm of Stratonovich has half the variance, that of Itô 0:

    >>> [cumulants(1, 2, planar=False, lift=lift).ptr.tolist() for lift in LIFTS]
    [[0, 1, 2], [0, 1, 1], [0, 1, 2]]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    planar, lift = check_flag("planar", planar), check_choice("lift", lift, LIFTS)

    def foresee() -> Needs:
        # Rows may be empty, but each block has one.
        return Needs(8 * (require_fits(dimension, degree, planar=planar) // dimension))

    def build() -> LinearMap:
        first = [0]
        for length in range(degree):
            first.append(first[-1] + dimension**length)
        found = jumps(dimension, degree, planar=planar, lift=lift)
        # Every row has an entry or none.
        kept = ((word + first[nodes - 1], value, value != 0) for nodes, word, value in found)
        parts = ((some.astype(np.int64), word[some], value[some]) for word, value, some in kept)
        return linear_map_of(dimension, first[-1], parts, "the cumulants")

    def check(table: LinearMap) -> bool:
        size = require_fits(dimension, degree, planar=planar)
        return (table.width, table.n_rows * dimension) == (dimension, size)

    key = (dimension, degree, planar, tuple(LIFTS).index(lift))
    return cache.table("cumulants", key, LinearMap, build, check, foresee=foresee)


def expectation(dimension: int, degree: int, *, lift: str, longest: int) -> LinearMap:
    r"""Return the matrix from words of cumulants to expected signatures on trees.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    lift : {"stratonovich", "ito", "backward"}
        As for `symbolic.expected_signature`.
    longest : int
        Labels of the longest cumulant, at least 1.

    Returns
    -------
    LinearMap
        Of width `dimension`, from words of chains as in `words`, where the value of a word is the
        product of those of its letters over the factorial of their number, and that of a letter
        the cumulant of its n labels over n!; to trees in the basis order.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `longest` is no integer.
    InvalidValueError
        If one is too small, `lift` is another word, or the table would be too large or not exact in
        float64.

    Examples
    --------
    The cherry is the integral of the square: of Itô's, the words 000 and (00)0.

    >>> table = expectation(1, 3, lift="ito", longest=2)
    >>> table.col[table.ptr[2] : table.ptr[3]].tolist(), words(1, 3, longest=2).compositions[1:]
    ([3, 4], ((1,), (1, 1), (2,), (1, 1, 1), (2, 1), (1, 2)))
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    longest = as_longest(longest, degree)
    check_choice("lift", lift, LIFTS)

    backward = lift == "backward"

    def foresee() -> Needs:
        size = require_fits(dimension, degree, planar=False)
        small = small_degree(dimension, degree, False, _SMALL)
        if lift == "stratonovich":
            layout = words(dimension, degree, longest=longest)
            _, entries = _count_split_words(arborification(dimension, small), layout)
            return map_needs(entries)
        if small == degree:
            return Needs(8 * (size // dimension))
        few = _ItoRows(words(dimension, small, longest=min(longest, small)), backward)
        return map_needs(grown(few, tree_blocks(few, degree), degree))

    def build() -> LinearMap:
        layout = words(dimension, degree, longest=longest)
        if lift == "stratonovich":
            return _split_words(arborification(dimension, degree), layout)
        rows = _ItoRows(layout, backward)
        return rows.linear_map(tree_blocks(rows, degree))

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            require_fits(dimension, degree, planar=False),
            words(dimension, degree, longest=longest).size,
        )

    key = (dimension, degree, tuple(LIFTS).index(lift), longest)
    parts = [lambda: arborification(dimension, degree)] if lift == "stratonovich" else []
    return cache.table("expectation", key, LinearMap, build, check, foresee=foresee, parts=parts)


def _count_split_words(phi: LinearMap, layout: WeightedWords) -> tuple[list[int], int]:
    """Return in how many ways words of each weight are cut, and the entries, unless too many.

    Of orders that the arborification lacks there are as many as if it grows on as it did.
    """
    ways: list[int] = np.bincount(layout.weights(), minlength=layout.degree + 1).tolist()
    ends = [basis_length(phi.width, n, planar=False) for n in range(layout.degree + 1)]
    known = [end // phi.width for end in ends if end <= phi.shape[0]]
    sizes = np.diff(phi.ptr[known]).tolist()
    if 2 < len(sizes) < layout.degree:
        factor = min(Fraction(sizes[-1], sizes[-2]), Fraction(sizes[-2], sizes[-3]))
        more = range(1, layout.degree - len(sizes) + 1)
        sizes += [int(sizes[-1] * factor**order) for order in more]
    total = sum(many * size for many, size in zip(ways[1:], sizes, strict=False))
    check_entries(total, f"the expected signature of {phi.width} channels to {layout.degree} nodes")
    return ways, total


def _split_words(phi: LinearMap, layout: WeightedWords) -> LinearMap:
    """Compose arborification with the exponential: words are cut in all ways into letters.

    As labels are the digits of a letter, the number of a word among those of its composition is
    that of the plain word. Those of one weight stand together, and so do the words of a row.
    """
    width, (ways, _) = phi.width, _count_split_words(phi, layout)
    start = np.array(layout.start[1:-1]) // width

    def parts() -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
        for nodes in range(1, layout.degree + 1):
            ends = (basis_length(width, order, planar=False) for order in (nodes - 1, nodes))
            low, high = (end // width for end in ends)
            shift = start[layout.weights()[1:] == nodes] - sum(width**k for k in range(nodes - 1))
            size = np.diff(phi.ptr[low : high + 1])
            for first, last in ranges(size * ways[nodes]):
                own = size[first:last]
                _, entry = expand(
                    np.concatenate(([0], np.cumsum(own))),
                    np.repeat(np.arange(own.size), ways[nodes]),
                )
                entry += phi.ptr[low + first]
                added = np.repeat(np.tile(shift, own.size), np.repeat(own, ways[nodes]))
                yield own * ways[nodes], phi.col[entry] + added, phi.coef[entry]

    what = f"the expected signature of {width} channels"
    return linear_map_of(width, layout.size // width, parts(), what)


class _ItoRows(WordRows):
    """Rows over words of Itô integrals, whose letters merge in products.

    Parameters
    ----------
    layout : WeightedWords
        Words of chains.
    backward : bool
        Whether roots integrate backwards: what has the last letter u, ending with the root a, has
        the brackets of u and a, too.
    """

    def __init__(self, layout: WeightedWords, backward: bool) -> None:
        super().__init__(layout)
        self.what = f"the expected signature of {layout.dimension} channels"
        self._backward = backward
        self._sorted = [_sorted_chains(layout.dimension, k) for k in range(layout.longest + 1)]
        factors = [math.prod(map(math.factorial, parts)) for parts in layout.compositions[1:]]
        self._begins = np.array(layout.start[1:]) // layout.dimension
        self._factors = np.array(factors, dtype=np.float64)

    def finished(self, rows: Split, nodes: int) -> Rows:
        """Return rows over blocks of words with any root, which follows or merges.

        They are multiplied by n! for each letter of n labels.
        """
        found = super().finished(self._opened(rows, nodes), nodes)
        place = np.searchsorted(self._begins, found.pair, "right") - 1
        return found._replace(coef=found.coef * self._factors[place])

    def with_root(self, rows: Split, nodes: int) -> Split:
        """Append each root to what is without it."""
        pieces = [
            self.rooted(super(_ItoRows, self).finished(self._opened(some, nodes), nodes), nodes)
            for some in some_at_a_time(rows)
        ]
        return {0: stacked(pieces)}

    def _opened(self, rows: Split, nodes: int) -> Split:
        """Let the root follow the last letter of each word, or merge with it."""
        if not self._backward or not nodes:
            return rows
        layout, (whole,) = self.layout, rows.values()
        # All words with a last letter of one weight stand together.
        ends = range(1, min(nodes, layout.longest) + 1)
        counts = {own: layout.counts[nodes - own] * layout.letters[own] for own in ends}
        found: dict[int, list[Rows]] = {own: [] for own in counts if own < layout.longest}
        for first, last in ranges(np.diff(whole.ptr)):
            ptr, word, coef = between(whole, first, last)
            row = np.repeat(np.arange(last - first), np.diff(ptr))
            begin = 0
            for own, count in counts.items():
                if own < layout.longest:
                    chosen = np.flatnonzero((word >= begin) & (word < begin + count))
                    before, letter = np.divmod(word[chosen] - begin, layout.letters[own])
                    pair = letter.astype(np.int64) * layout.counts[nodes - own] + before
                    parts = [(row[chosen] * count + pair, coef[chosen])]
                    found[own].append(rows_of(last - first, count, parts))
                begin += count
        return {**rows, **{own: stacked(parts) for own, parts in found.items()}}

    def last_weights(self, left: int, right: int) -> list[tuple[int, int]]:
        """List what the last letter of a product may take off the two words: letters may merge."""
        longest = self.layout.longest
        both = [
            (own, other)
            for own in range(1, min(left, longest) + 1)
            for other in range(1, min(right, longest - own) + 1)
        ]
        return super().last_weights(left, right) + both

    def last_letter(self, digits: IntArray, weight: int) -> IntArray:
        """Sort the labels within letters, as their order does not count."""
        return self._sorted[weight][digits]


def _sorted_chains(dimension: int, length: int) -> IntArray:
    """Return the number of the chain that has the labels of each chain in ascending order."""
    digits = np.indices((dimension,) * length).reshape(length, dimension**length)
    number = np.zeros(dimension**length, dtype=np.int64)
    for labels in np.sort(digits, axis=0):
        number = number * dimension + labels
    return number
