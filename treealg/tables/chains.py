"""Arborification with chains as letters, and the deconcatenation of words of chains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from treealg.checks import check_method
from treealg.errors import InvalidValueError
from treealg.tables import cache as table_cache
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, compose, from_keys, merge
from treealg.tables.lyndon import lyndon
from treealg.tables.shapes import Indexer, ordered_shapes, tree_shapes
from treealg.tables.sizes import (
    MAX_SHAPES,
    basis_length,
    check_entries,
    log_length,
    require_fits,
)
from treealg.tables.weighted_words import ChainWords, chain_words

__all__ = [
    "chain_arborification",
    "chain_convolution",
    "chain_lyndon_arborification",
]

_CHUNK = 1 << 20


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
        tip: Any = shape
        row = (indexer.forest(tip) - 1) // dimension if planar else indexer.forest(tip.children)
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
    from treealg.symbolic.maps.chains import chain_arborification as words_of

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
    blocks = np.diff(layout.start) // dimension
    for number in range(1, len(layout.compositions)):
        block = np.arange(blocks[number])
        cuts = layout.cuts(number)
        sizes.append(np.full(block.size, len(cuts)))
        if cuts:
            left = [1 + layout.start[a] + block // blocks[b] for a, b in cuts]
            right = [layout.start[b] // dimension + block % blocks[b] for _, b in cuts]
            slots.append(np.stack(left, axis=1).ravel())
            trunks.append(np.stack(right, axis=1).ravel())
    ptr = np.concatenate(([0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *sizes]))))
    # A slot is a word below the highest weight, and slot 0 the empty one.
    slot_start = 1 + block_start[: max(degree, 1)] * dimension
    n_slots = int(slot_start[-1])
    return ConvolutionTable(
        dimension,
        degree,
        block_start.astype(np.int64),
        slot_start.astype(np.int64),
        np.ones(n_slots),
        np.maximum(np.arange(n_slots) - 1, 0).astype(np.int32),
        np.zeros(n_slots, dtype=np.int32),
        ptr.astype(np.int64),
        np.concatenate(slots).astype(np.int32),
        np.concatenate(trunks).astype(np.int32),
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
    method = check_method(method, planar=True, minimum=1)

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
