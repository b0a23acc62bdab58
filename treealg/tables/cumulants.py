"""From the cumulants of a process to its expected signature, and to the logarithm of that.

Cumulants come as words, level by level, the one of n labels divided by n!; they are symmetric, so
that the order of labels does not count. The logarithm is the signature of a unit jump times the
cumulant of all labels. Of the expectation, the expected Itô integrals of words whose letters are
chains are the products of the cumulants of the letters over the factorial of their number; trees
are written by such words. Where trees are multiplied, words are shuffled and letters merge.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from treealg.checks import LIFTS, check_choice, check_flag, check_integer
from treealg.tables import cache
from treealg.tables.arborification import arborification, tree_blocks
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import LinearMap, from_keys, merge
from treealg.tables.rows import Split, rows_of
from treealg.tables.sizes import as_longest, check_entries, require_fits
from treealg.tables.weighted_words import WeightedWords, words
from treealg.tables.word_rows import WordRows

__all__ = ["cumulants", "expectation"]


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

    def build() -> LinearMap:
        require_fits(dimension, degree, planar=planar)
        layout = ForestLayout(dimension, degree if planar else max(degree - 1, 0), planar)
        word, shape = _labels_and_shapes(layout)
        factor = _jumps(degree, planar, lift)
        blocks = layout.start[-1] if degree else 0
        # Forests of a planar block differ in the last label alone, which trees do not have yet.
        chosen = np.arange(1, blocks, dimension) if planar else np.arange(blocks)
        order = layout.order_of[chosen] - planar
        first = np.cumsum([0, *(dimension**k for k in range(degree))])
        column = first[order] + word[chosen] // (dimension if planar else 1)
        coef = factor[shape[chosen]]
        key = np.arange(chosen.size) * first[-1] + column
        keep = coef != 0
        return from_keys(dimension, chosen.size, int(first[-1]), key[keep], coef[keep])

    def check(table: LinearMap) -> bool:
        size = require_fits(dimension, degree, planar=planar)
        return (table.width, table.n_rows * dimension) == (dimension, size)

    key = (dimension, degree, planar, tuple(LIFTS).index(lift))
    return cache.table("cumulants", key, LinearMap, build, check)


def _labels_and_shapes(layout: ForestLayout) -> tuple[IntArray, IntArray]:
    """Return the labels of forests as digits, that of the last root last, and their shapes.

    A shape is the number of the forest whose labels are all 0 in the layout of one label.
    """
    shapes = ForestLayout(1, layout.nodes, layout.planar)
    word, shape = np.zeros(layout.start[-1], np.int64), np.zeros(layout.start[-1], np.int64)
    for nodes in range(1, layout.nodes + 1):
        part = slice(layout.start[nodes], layout.start[nodes + 1])
        branches, label = np.divmod(layout.first[part], layout.dimension)
        rest = layout.rest[part]
        own = word[branches] * layout.dimension + label
        word[part] = own * layout.dimension ** layout.order_of[rest] + word[rest]
        if layout.planar:
            shape[part] = shapes.prepend_each(shape[branches], shape[rest])
        else:
            shape[part] = shapes.multiply(shape[rest], shape[branches])
    return word, shape


def _jumps(degree: int, planar: bool, lift: str) -> npt.NDArray[np.float64]:
    """Return n! times the signature of a unit jump on the shapes of n nodes.

    Planar of forests; else of the trees that have these forests as branches.
    """
    from treealg.symbolic import bck, enumerate_forests, mkw
    from treealg.symbolic.maps.expected import signature_of_jump

    values = []
    for nodes in range(degree + planar):
        for forest in enumerate_forests(nodes, 1, planar=planar):
            x = forest if planar else bck.basis_element(forest.b_plus())
            jump = signature_of_jump(x, lift, mkw if planar else bck)
            values.append(int(jump * math.factorial(nodes + (not planar))))
    return np.array(values, dtype=np.float64)


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

    def build() -> LinearMap:
        require_fits(dimension, degree, planar=False)
        layout = words(dimension, degree, longest=longest)
        if lift == "stratonovich":
            return _split_words(arborification(dimension, degree), layout)
        rows = _ItoRows(layout, backward=lift == "backward")
        return _scaled(rows.linear_map(tree_blocks(rows, rows.layout.degree)), layout)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            require_fits(dimension, degree, planar=False),
            words(dimension, degree, longest=longest).size,
        )

    key = (dimension, degree, tuple(LIFTS).index(lift), longest)
    return cache.table("expectation", key, LinearMap, build, check)


def _split_words(phi: LinearMap, layout: WeightedWords) -> LinearMap:
    """Compose arborification with the exponential: words are cut in all ways into letters.

    As labels are the digits of a letter, the number of a word among those of its composition is
    that of the plain word.
    """
    width, row = phi.width, np.repeat(np.arange(phi.n_rows), np.diff(phi.ptr))
    first = np.cumsum([0, *(width**k for k in range(layout.degree))])
    keys, coefs = [], []
    n_cols = layout.size // width
    of_nodes = np.diff(np.searchsorted(np.sort(phi.col), first))
    total = sum(int(of_nodes[sum(parts) - 1]) for parts in layout.compositions[1:])
    check_entries(total, "the expected signature")
    for parts, start in zip(layout.compositions[1:], layout.start[1:], strict=False):
        nodes = sum(parts)
        chosen = (phi.col >= first[nodes - 1]) & (phi.col < first[nodes])
        column = phi.col[chosen] - first[nodes - 1] + start // width
        keys.append(row[chosen] * n_cols + column)
        coefs.append(phi.coef[chosen])
    if not keys:
        return phi
    return from_keys(width, phi.n_rows, n_cols, *merge(np.concatenate(keys), np.concatenate(coefs)))


def _scaled(table: LinearMap, layout: WeightedWords) -> LinearMap:
    """Multiply by n! for each letter of n labels."""
    factor = [math.prod(math.factorial(k) for k in parts) for parts in layout.compositions[1:]]
    place = np.searchsorted(np.array(layout.start[1:]) // layout.dimension, table.col, "right") - 1
    coef = table.coef * np.array(factor, dtype=np.float64)[place]
    return LinearMap(table.width, table.n_rows, table.n_cols, table.ptr, table.col, coef)


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
        self._backward = backward
        self._sorted = [_sorted_chains(layout.dimension, k) for k in range(layout.longest + 1)]

    def linear_map(self, blocks: list[Split]) -> LinearMap:
        """Return the map of all orders, from rows that have the last root left out."""
        return super().linear_map([self._opened(rows, n) for n, rows in enumerate(blocks)])

    def with_root(self, rows: Split, nodes: int, moves: bool = False) -> Split:
        """Append each root to what is without it."""
        return super().with_root(self._opened(rows, nodes), nodes, moves)

    def _opened(self, rows: Split, nodes: int) -> Split:
        """Let the root follow the last letter of each word, or merge with it."""
        if not self._backward or not nodes:
            return rows
        layout, (ptr, word, coef) = self.layout, rows[0]
        row = np.repeat(np.arange(ptr.size - 1), np.diff(ptr))
        split = dict(rows)
        begin = 0
        for own in range(1, min(nodes, layout.longest) + 1):
            end = begin + layout.counts[nodes - own] * layout.letters[own]
            chosen = np.flatnonzero((word >= begin) & (word < end))
            if own < layout.longest:
                before, letter = np.divmod(word[chosen] - begin, layout.letters[own])
                pair = letter.astype(np.int64) * layout.counts[nodes - own] + before
                pairs = layout.letters[own] * layout.counts[nodes - own]
                key = row[chosen] * pairs + pair
                split[own] = rows_of(ptr.size - 1, pairs, [(key, coef[chosen])])
            begin = end
        return split

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
