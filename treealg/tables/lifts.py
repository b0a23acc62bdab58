"""Arborification with all trees, or all ordered forests, as letters; see `chain_words`.

Here a letter of weight k is any basis element of k nodes, numbered by its place in the order k, so
that the label of the last root is the last digit of a word in mixed radix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.tables import cache as table_cache
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import FloatArray, LinearMap, from_keys, merge
from treealg.tables.shapes import Indexer, ordered_shapes, tree_shapes
from treealg.tables.sizes import MAX_SHAPES, basis_length, check_entries, require_fits
from treealg.tables.weighted_words import ChainWords, words_of

__all__ = ["lift_arborification", "lift_words"]


def lift_words(dimension: int, degree: int, planar: bool = False) -> ChainWords:
    """Return the layout of the words of basis elements.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest weight of a word, and of a letter; at least 1.
    planar : bool, default False
        Ordered forests and not trees.

    Returns
    -------
    ChainWords
        With all basis elements of k nodes as letters of weight k.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is below 1, or there are more words than the bound in ``treealg.tables.sizes``.

    Examples
    --------
    >>> lift_words(2, 3).letters
    (0, 2, 4, 14)
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 1)
    require_fits(dimension, degree, planar)
    lengths = [basis_length(dimension, order, planar) for order in range(degree + 1)]
    letters = (0, *np.diff(lengths).tolist())
    return words_of(letters, degree, "an increment on every basis element")


def lift_arborification(dimension: int, degree: int, planar: bool = False) -> LinearMap:
    """Return the matrix of arborification with basis elements as letters.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests and not trees.

    Returns
    -------
    LinearMap
        Of width `dimension`, from the words of `lift_words` to the basis in its order. All
        coefficients are positive.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is below 1, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    The ladder is row 1: the word of its two labels, and the letter that it is.

    >>> phi = lift_arborification(1, 2)
    >>> phi.col[phi.ptr[1] : phi.ptr[2]].tolist()
    [1, 2]
    """
    layout = lift_words(dimension, degree, planar)
    dimension, degree, planar = layout.dimension, layout.degree, bool(planar)
    length = basis_length(dimension, degree, planar)

    def build() -> LinearMap:
        if basis_length(1, degree, planar) > MAX_SHAPES:
            raise InvalidValueError(
                f"an increment on every basis element for {degree=} has "
                f"{basis_length(1, degree, planar)} undecorated shapes, more than the bound of "
                f"{MAX_SHAPES}; lower the degree"
            )
        n_cols = layout.size // dimension
        key, coef = _entries(layout, planar, n_cols)
        return from_keys(dimension, length // dimension, n_cols, key, coef)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows * dimension, table.n_cols * dimension) == (
            dimension,
            length,
            layout.size,
        )

    key = (dimension, degree, planar)
    return table_cache.table("lift_arborification", key, LinearMap, build, check)


def _entries(layout: ChainWords, planar: bool, n_cols: int) -> tuple[IntArray, FloatArray]:
    """Return the merged entries, shape by shape."""
    dimension, degree = layout.dimension, layout.degree
    forests = ForestLayout(dimension, degree if planar else degree - 1, planar)
    keys, coefs = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    indexer = Indexer(forests, np.zeros((0, 0), dtype=np.int64))
    total = 0
    for shape, labels in (ordered_shapes if planar else tree_shapes)(dimension, degree):
        if labels is not indexer.labels:
            indexer = Indexer(forests, labels)
        tip: Any = shape
        row = (indexer.forest(tip) - 1) // dimension if planar else indexer.forest(tip.children)
        found = list(_word_blocks(layout, forests, indexer, shape))
        size = sum(block.size for block, _ in found)
        total += size
        check_entries(total, f"an increment on every basis element for {dimension=}, {degree=}")
        key, coef = merge(
            np.concatenate([(row * n_cols + block).ravel() for block, _ in found]),
            np.concatenate([np.full(block.size, count) for block, count in found]),
        )
        keys.append(key)
        coefs.append(coef)
    return merge(np.concatenate(keys), np.concatenate(coefs))


def _word_blocks(
    layout: ChainWords, forests: ForestLayout, indexer: Indexer, shape: Any
) -> Iterator[tuple[IntArray, float]]:
    """Yield the block of each word of a formal shape, in each decoration, and its coefficient."""
    from treealg.symbolic.maps.lifts import lift_arborification as words_of_letters

    dimension = layout.dimension
    for word, count in words_of_letters(shape).items():
        weights = tuple(letter.order for letter in word)
        index = np.zeros(1, dtype=np.int64)
        for letter, weight in zip(word, weights, strict=True):
            if forests.planar:
                place = indexer.forest(letter) - forests.start[weight]
            else:
                place = indexer.tree(letter.trees[0]) - forests.tree_range(weight)[0]
            index = index * layout.letters[weight] + place
        start = layout.start[layout.number[weights]]
        yield (start + index) // dimension, float(count)
