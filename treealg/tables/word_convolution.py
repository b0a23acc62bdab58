"""Deconcatenation as a table: the coproduct of words, in the structure of that of trees."""

from __future__ import annotations

import numpy as np

from treealg.checks import check_integer
from treealg.tables import cache, foresight
from treealg.tables.arguments import check_instance
from treealg.tables.convolution_table import ConvolutionTable, term_needs
from treealg.tables.foresight import Needs
from treealg.tables.rows import ranges
from treealg.tables.sizes import as_longest, check_entries, require_fits
from treealg.tables.weighted_words import WeightedWords, words

__all__ = ["deconcatenation", "word_convolution"]


def word_convolution(dimension: int, degree: int, *, longest: int = 1) -> ConvolutionTable:
    """Return the deconcatenation table of words, in the structure of `convolution`.

    The words of weight n are the blocks of order n, one per word without its last label; a word
    is cut between two letters, the first part is the slot and the second the trunk.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest weight of a word, at least 0; plain words weigh as much as they have letters.
    longest : int, default 1
        Labels of the longest letter, at least 1, as in `words`.

    Returns
    -------
    ConvolutionTable
        With all factors 1 and all tails 0.

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
    >>> table = word_convolution(1, 3)
    >>> table.term_slot.tolist(), table.term_trunk.tolist()
    ([1, 2, 1], [0, 0, 1])

    Of the words 1.2 and 2.1 and 1.1.1 (weights) the last has two cuts.

    >>> table = word_convolution(1, 3, longest=2)
    >>> np.diff(table.term_ptr).tolist()
    [0, 1, 0, 2, 1, 1]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    longest = as_longest(longest, degree)

    def foresee() -> Needs:
        require_fits(dimension, degree, planar=None)
        # For one letter the terms outgrow the words by far: degree**2 / 2 against degree.
        check_entries(degree * (degree - 1) // 2, f"deconcatenation to {degree=}")
        terms, before = (
            _terms(words(dimension, order, longest=as_longest(longest, order)))
            for order in (degree, max(degree - 1, 0))
        )
        return term_needs(terms, terms - before)

    def build() -> ConvolutionTable:
        return deconcatenation(words(dimension, degree, longest=longest))

    def check(table: ConvolutionTable) -> bool:
        layout = words(dimension, degree, longest=longest)
        return (table.dimension, table.degree, table.block_start.tolist()) == (
            dimension,
            degree,
            [first // dimension for first in layout.first],
        )

    key = (dimension, degree, longest)
    return cache.table("word_convolution", key, ConvolutionTable, build, check, foresee=foresee)


def _terms(layout: WeightedWords) -> int:
    """Count the terms of a deconcatenation table, and refuse too many."""
    cuts = np.maximum(layout.lengths() - 1, 0).tolist()
    terms = sum(n * size for n, size in zip(cuts, np.diff(layout.start).tolist(), strict=True))
    terms //= layout.width
    check_entries(terms, f"deconcatenation to weight {layout.degree}")
    return int(terms)


def deconcatenation(layout: WeightedWords) -> ConvolutionTable:
    """Return the deconcatenation table of a layout, graded by its weights.

    Parameters
    ----------
    layout : WeightedWords
        The words; at least one weighs something.

    Returns
    -------
    ConvolutionTable
        As that of `word_convolution`, of the width of the layout.

    Raises
    ------
    InvalidTypeError
        If `layout` is no `WeightedWords`.
    InvalidValueError
        If the table would be too large.

    Examples
    --------
    >>> from treealg.tables import words_of_weights
    >>> deconcatenation(words_of_weights((1, 2), 3)).term_trunk.tolist()
    [0, 0, 1, 0, 2]
    """
    layout = check_instance("layout", layout, WeightedWords, "words(dimension, degree)")
    terms = _terms(layout)
    foresight.foreseen(term_needs(terms))
    cuts = np.maximum(layout.lengths() - 1, 0)
    dimension = layout.width
    block_start = np.array(layout.first, dtype=np.int64) // dimension
    start = np.array(layout.start, dtype=np.int64)
    blocks = np.diff(start) // dimension
    sizes = np.repeat(cuts, blocks)
    slots, trunks = (np.empty(terms, dtype=np.int32) for _ in range(2))
    ptr, lefts, rights = layout.cuts()
    end = 0
    for number in range(1, blocks.size):
        left, right = (parts[ptr[number] : ptr[number + 1]] for parts in (lefts, rights))
        if not left.size:
            continue
        for first, last in ranges(np.full(blocks[number], left.size)):
            block = np.arange(first, last)[:, None]
            begin, end = end, end + block.size * left.size
            slots[begin:end] = (1 + start[left] + block // blocks[right]).ravel()
            trunks[begin:end] = (start[right] // dimension + block % blocks[right]).ravel()
    # A slot is a word below the highest weight, and slot 0 the empty one.
    slot_start = 1 + block_start[: max(layout.degree, 1)] * dimension
    n_slots = int(slot_start[-1])
    return ConvolutionTable(
        dimension,
        layout.degree,
        block_start,
        slot_start,
        np.ones(n_slots),
        np.maximum(np.arange(n_slots) - 1, 0).astype(np.int32),
        np.zeros(n_slots, dtype=np.int32),
        np.concatenate(([0], np.cumsum(sizes))),
        slots,
        trunks,
    )
