"""Words of chains: the layout, arborification and deconcatenation of corrected signatures.

A letter is a chain of at most `longest` labels, and its number of labels is its weight. The words
of weight n are grouped by the weights of their letters, a composition of n, and are numbered inside
a group by their n labels as digits in base `dimension`: letter by letter, and within a letter from
the leaf of the chain to its root. So the root of the last letter is the last digit, and blocks of
`dimension` words differ in it alone, as trees do. With ``longest=1`` this is the layout of words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.tables import cache as table_cache
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, compose, from_keys, merge
from treealg.tables.lyndon import lyndon
from treealg.tables.shapes import Indexer, ordered_shapes, tree_shapes
from treealg.tables.sizes import (
    MAX_COEFFICIENTS,
    MAX_SHAPES,
    as_integer,
    as_method,
    basis_length,
    check_entries,
    log_length,
    require_fits,
)

__all__ = [
    "ChainWords",
    "chain_arborification",
    "chain_convolution",
    "chain_lyndon_arborification",
    "chain_words",
]

_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class ChainWords:
    """The layout of words of chains.

    Compositions are numbered from the empty one, 0, by weight, then by their last part, then by
    the number of what is before it.

    Attributes
    ----------
    dimension, degree, longest : int
        Labels; largest weight of a word; largest weight of a letter.
    compositions : tuple of tuple of int
        The weights of the letters, composition by composition.
    start : tuple of int
        Words of each composition begin here; the last entry is the number of all words. The empty
        word is not counted, so that ``start[0] == start[1] == 0``.
    number : dict
        From composition to its number.

    Raises
    ------
    None
        `chain_words` checks the size.

    Examples
    --------
    >>> layout = chain_words(2, 3, 2)
    >>> layout.compositions
    ((), (1,), (1, 1), (2,), (1, 1, 1), (2, 1), (1, 2))
    >>> layout.start
    (0, 0, 2, 6, 10, 18, 26, 34)
    """

    dimension: int
    degree: int
    longest: int
    compositions: tuple[tuple[int, ...], ...]
    start: tuple[int, ...]
    number: dict[tuple[int, ...], int]

    @property
    def size(self) -> int:
        """The number of words, without the empty one."""
        return self.start[-1]

    def weight(self, number: int) -> int:
        """Return the weight of the words of a composition.

        Parameters
        ----------
        number : int
            The composition.

        Returns
        -------
        int

        Raises
        ------
        IndexError
            If there is none of this number.
        """
        return sum(self.compositions[number])

    def weights(self) -> IntArray:
        """Return the weight of each composition, int64.

        Returns
        -------
        numpy.ndarray

        Raises
        ------
        None
            Every composition has a weight.
        """
        return np.array([sum(parts) for parts in self.compositions], dtype=np.int64)

    def cuts(self, number: int) -> list[tuple[int, int]]:
        """Cut a composition in two parts that are not empty, longest first part first.

        Parameters
        ----------
        number : int
            The composition.

        Returns
        -------
        list of tuple of int
            The numbers of the two parts.

        Raises
        ------
        IndexError
            If there is none of this number.
        """
        parts = self.compositions[number]
        return [
            (self.number[parts[:i]], self.number[parts[i:]])
            for i in range(len(parts) - 1, 0, -1)
        ]

    def program(self) -> tuple[npt.NDArray[Any], ...]:
        """Return the arrays of the kernels.

        Returns
        -------
        tuple of numpy.ndarray
            `start`, the weights, the children, and the cuts: those of composition i are the entries
            ``cut_ptr[i]`` to ``cut_ptr[i + 1]`` of two arrays of left and right parts.

        Raises
        ------
        None
            Nothing can go wrong.
        """
        cuts = [self.cuts(number) for number in range(len(self.compositions))]
        ptr = np.cumsum([0, *map(len, cuts)])
        parts = np.array([cut for found in cuts for cut in found], dtype=np.int32).reshape(-1, 2)
        start = np.array(self.start, dtype=np.int64)
        return start, self.weights(), self.children(), ptr, parts[:, 0], parts[:, 1]

    def children(self) -> npt.NDArray[np.int32]:
        """Return which composition a composition followed by a letter is.

        Returns
        -------
        numpy.ndarray
            int32, shape ``(compositions, longest + 1)``: entry k for a letter of weight k, -1
            where the weight would be above `degree`, and in column 0.

        Raises
        ------
        None
            Nothing can go wrong.
        """
        return np.array(
            [
                [self.number.get((*parts, k), -1) if k else -1 for k in range(self.longest + 1)]
                for parts in self.compositions
            ],
            dtype=np.int32,
        )


@cache
def _compositions(degree: int, longest: int) -> tuple[tuple[int, ...], ...]:
    levels: list[list[tuple[int, ...]]] = [[()]]
    for weight in range(1, degree + 1):
        levels.append(
            [
                (*before, last)
                for last in range(1, min(longest, weight) + 1)
                for before in levels[weight - last]
            ]
        )
    return tuple(parts for level in levels for parts in level)


def chain_words(dimension: int, degree: int, longest: int) -> ChainWords:
    """Return the layout of the words of chains.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest weight of a word, at least 0.
    longest : int
        Largest weight of a letter, at least 1.

    Returns
    -------
    ChainWords

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is too small, or there are more words than the bound in ``treealg.tables.sizes``.

    Examples
    --------
    >>> chain_words(3, 4, 1).size
    120
    """
    dimension = as_integer(dimension, "dimension", 1)
    degree = as_integer(degree, "degree", 0)
    longest = as_integer(longest, "longest", 1)
    counts = [1]
    total = 0
    for weight in range(1, degree + 1):
        counts.append(sum(counts[max(weight - longest, 0) : weight]))
        total += counts[-1] * dimension**weight
        if sum(counts) > MAX_SHAPES or total > MAX_COEFFICIENTS:
            raise InvalidValueError(
                f"a correction on chains of up to {longest} labels at {degree=}, {dimension=} "
                f"needs at least {total} words of {sum(counts) - 1} kinds, more than the bounds of "
                f"{MAX_COEFFICIENTS} and {MAX_SHAPES}; lower the degree or give fewer levels"
            )
    compositions = _compositions(degree, longest)
    sizes = [dimension ** sum(parts) if parts else 0 for parts in compositions]
    start = np.concatenate(([0], np.cumsum(np.array(sizes, dtype=np.int64)))).tolist()
    number = {parts: i for i, parts in enumerate(compositions)}
    return ChainWords(dimension, degree, longest, compositions, tuple(start), number)


def chain_arborification(
    dimension: int, degree: int, longest: int, planar: bool = False
) -> LinearMap:
    """Return the matrix of arborification with chains as letters.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    longest : int
        Vertices of the longest chain, at least 1.
    planar : bool, default False
        Ordered forests and not trees.

    Returns
    -------
    LinearMap
        Of width `dimension`, from the words of `chain_words` to the basis in its order; with
        ``longest=1`` it is `arborification`. All coefficients are positive.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `longest` is no integer.
    InvalidValueError
        If one is too small, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    The ladder is row 1: the word of its two labels, and the one chain that is all of it.

    >>> phi = chain_arborification(1, 2, longest=2)
    >>> phi.col[phi.ptr[1] : phi.ptr[2]].tolist()
    [1, 2]
    """
    layout = chain_words(dimension, degree, longest)
    dimension, degree, longest = layout.dimension, layout.degree, layout.longest
    planar = bool(planar)

    def build() -> LinearMap:
        n_rows = require_fits(dimension, degree, planar) // dimension
        if basis_length(1, degree, planar) > MAX_SHAPES:
            raise InvalidValueError(
                f"arborification with chains for {degree=} has {basis_length(1, degree, planar)} "
                f"undecorated shapes, more than the bound of {MAX_SHAPES}; lower the degree"
            )
        n_cols = layout.size // dimension
        key, coef = _entries(layout, planar, n_cols)
        return from_keys(dimension, n_rows, n_cols, key, coef)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            require_fits(dimension, degree, planar),
            layout.size,
        )

    key = (dimension, degree, longest, planar)
    return table_cache.table("chain_arborification", key, LinearMap, build, check)


def _entries(layout: ChainWords, planar: bool, n_cols: int) -> tuple[IntArray, FloatArray]:
    """Return the merged entries of chain_arborification, shape by shape."""
    dimension, degree = layout.dimension, layout.degree
    forests = ForestLayout(dimension, degree if planar else max(degree - 1, 0), planar)
    keys, coefs = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    indexer = Indexer(forests, np.zeros((0, 0), dtype=np.int64))
    total = 0
    for shape, labels in (ordered_shapes if planar else tree_shapes)(dimension, degree):
        if labels is not indexer.labels:
            indexer = Indexer(forests, labels)
        if planar:
            row = (indexer.forest(shape) - 1) // dimension
        else:
            row = indexer.forest(shape.children)
        for block, coefficient in _word_blocks(layout, shape, labels):
            key, coef = merge(
                (row * n_cols + block).ravel(),
                np.broadcast_to(coefficient[:, None], block.shape).ravel(),
            )
            keys.append(key)
            coefs.append(coef)
            total += key.size
            check_entries(total, f"arborification with chains for {dimension=}, {degree=}")
    return merge(np.concatenate(keys), np.concatenate(coefs))


def _word_blocks(
    layout: ChainWords, shape: Any, labels: IntArray
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Yield word blocks, (words, decorations), and coefficients, (words,), of a formal shape."""
    from treealg.symbolic.chains import chain_arborification as words_of

    nodes, dimension = shape.order, layout.dimension
    terms = list(words_of(shape, layout.longest).items())
    step = max(_CHUNK // (nodes * labels.shape[1]), 1)
    power = dimension ** np.arange(nodes - 2, -1, -1)
    for first in range(0, len(terms), step):
        part = terms[first : first + step]
        start = [layout.start[layout.number[tuple(map(len, word))]] for word, _ in part]
        digits = [[v for chain in word for v in reversed(chain)][:-1] for word, _ in part]
        vertices = np.array(digits, dtype=np.int64).reshape(len(part), nodes - 1)
        block = np.einsum("wvk,v->wk", labels[vertices], power)
        block += np.array(start)[:, None] // dimension
        yield block, np.array([float(count) for _, count in part])


def chain_convolution(dimension: int, degree: int, longest: int) -> ConvolutionTable:
    """Return the deconcatenation table of words of chains.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest weight of a word, at least 0.
    longest : int
        Largest weight of a letter, at least 1.

    Returns
    -------
    ConvolutionTable
        In the structure of `word_convolution`, which it is for ``longest=1``.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is too small, or the table would be too large.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    Of the words 1.2 and 2.1 and 1.1.1 (weights) the last has two cuts.

    >>> table = chain_convolution(1, 3, longest=2)
    >>> np.diff(table.term_ptr).tolist()
    [0, 1, 0, 2, 1, 1]
    """
    layout = chain_words(dimension, degree, longest)
    dimension, degree, longest = layout.dimension, layout.degree, layout.longest
    starts = np.searchsorted(layout.weights(), np.arange(1, degree + 2))
    block_start = np.array(layout.start)[starts] // dimension

    def build() -> ConvolutionTable:
        sizes = (len(parts) * dimension ** sum(parts) for parts in layout.compositions)
        check_entries(sum(sizes) // dimension, f"deconcatenation to {degree=}")
        return _deconcatenation(layout, block_start)

    def check(table: ConvolutionTable) -> bool:
        return (table.dimension, table.degree, table.block_start.tolist()) == (
            dimension,
            degree,
            block_start.tolist(),
        )

    key = (dimension, degree, longest)
    return table_cache.table("chain_convolution", key, ConvolutionTable, build, check)


def _deconcatenation(layout: ChainWords, block_start: IntArray) -> ConvolutionTable:
    dimension, degree = layout.dimension, layout.degree
    slots, trunks, sizes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], []
    for number, parts in enumerate(layout.compositions[1:], 1):
        block = np.arange(dimension ** (sum(parts) - 1))
        cuts = layout.cuts(number)
        sizes.append(np.full(block.size, len(cuts)))
        if cuts:
            below = [dimension ** (layout.weight(right) - 1) for _, right in cuts]
            left = [1 + layout.start[a] + block // p for (a, _), p in zip(cuts, below, strict=True)]
            right = [
                layout.start[b] // dimension + block % p
                for (_, b), p in zip(cuts, below, strict=True)
            ]
            slots.append(np.stack(left, axis=1).ravel())
            trunks.append(np.stack(right, axis=1).ravel())
    ptr = np.concatenate(([0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *sizes]))))
    # A slot is a word below the highest weight, and slot 0 the empty one.
    slot_start = 1 + block_start[: max(degree, 1)] * dimension
    n_slots = int(slot_start[-1])
    return ConvolutionTable(
        dimension, degree, block_start.astype(np.int64), slot_start.astype(np.int64),
        np.ones(n_slots), np.maximum(np.arange(n_slots) - 1, 0).astype(np.int32),
        np.zeros(n_slots, dtype=np.int32), ptr.astype(np.int64),
        np.concatenate(slots).astype(np.int32), np.concatenate(trunks).astype(np.int32),
    )


def chain_lyndon_arborification(
    dimension: int, degree: int, longest: int, method: int
) -> LinearMap:
    """Return the map from words of chains to Lyndon coordinates or bracket coefficients.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    longest : int
        Vertices of the longest chain, at least 1.
    method : {1, 2}
        As in `lyndon`.

    Returns
    -------
    LinearMap
        Of width 1: `lyndon` after the planar `chain_arborification`.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is out of range, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    The one chain of two labels is a Lyndon forest; the word of two letters has its value too.

    >>> chain_lyndon_arborification(1, 2, 2, method=1).col.tolist()
    [0, 1, 2]
    """
    layout = chain_words(dimension, degree, longest)
    dimension, degree, longest = layout.dimension, layout.degree, layout.longest
    method = as_method(method)

    def build() -> LinearMap:
        inner = chain_arborification(dimension, degree, longest, planar=True)
        return compose(lyndon(dimension, degree, method), inner)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            log_length(dimension, degree, True, method),
            layout.size,
        )

    key = (dimension, degree, longest, method)
    return table_cache.table("chain_lyndon_arborification", key, LinearMap, build, check)
