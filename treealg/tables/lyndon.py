"""Lyndon coordinates of log-signatures on ordered forests and on words.

An ordered forest is a word over planar trees, in the order of the tree index. A logarithm is a Lie
element for the concatenation of forests or of words, so it is known from its coefficients at Lyndon
words (method 1), or from those in the basis of standard bracketings (method 2): for a Lyndon word
``l = uv`` with v its longest proper Lyndon suffix, ``[l] = [u][v] - [v][u]``, and [l] is l plus
larger words. What a bracketing looks like depends on the order pattern of the letters only, so it
is expanded and inverted once per pattern.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from treealg.checks import check_integer, check_method
from treealg.tables import cache
from treealg.tables.arborification import arborification
from treealg.tables.frozen import require
from treealg.tables.layout import ForestLayout, IntArray, WordLayout
from treealg.tables.linear_map import LinearMap, compose, from_keys, merge
from treealg.tables.sizes import (
    as_longest,
    basis_length,
    check_entries,
    log_length,
    require_fits,
)
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_words import words

__all__ = ["lyndon", "lyndon_arborification"]

Word = tuple[int, ...]
Layout = ForestLayout | WordLayout | WeightedLayout


def lyndon(dimension: int, degree: int, method: int, planar: bool | None = True) -> LinearMap:
    """Return the map from the expanded logarithm to Lyndon coordinates.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    method : {1, 2}
        1: the coordinates at the Lyndon forests, in forest order. 2: the coefficients in the
        basis of standard bracketings of the Lyndon forests, in the same order.
    planar : bool or None, default True
        Ordered forests, or (None) words: then Lyndon words take the place of Lyndon forests.

    Returns
    -------
    LinearMap
        Of width 1, from the ordered forests to the Lyndon forests.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is out of range, or the table would be too large or not exact in float64.

    Notes
    -----
    Method 2 is right for logarithms, that is, for Lie elements, and means nothing for other
    vectors. Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    C. Reutenauer (1993), "Free Lie Algebras", sections 4.1 and 5.1. J. Reizenstein and B. Graham
    (2020), "Algorithm 1004: the iisignature library", ACM TOMS 46.

    Examples
    --------
    One colour, two nodes: the forest (b, b) is no Lyndon word, the ladder is.

    >>> lyndon(1, 2, method=1).col.tolist()
    [0, 2]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    method = check_method(method, planar is not False, minimum=1)

    def build() -> LinearMap:
        length = require_fits(dimension, degree, planar)
        if planar is None and dimension == 1:  # one letter is the only Lyndon word
            found = np.ones(min(degree, 1), dtype=np.int64)
            return from_keys(1, found.size, length, found - 1, found.astype(np.float64))
        return lyndon_map(method, layout_of(dimension, degree, planar), f"{dimension=}, {degree=}")

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            log_length(dimension, degree, planar, method),
            basis_length(dimension, degree, planar),
        )

    name = "word_lyndon" if planar is None else "lyndon"
    return cache.table(name, (dimension, degree, method), LinearMap, build, check)


def lyndon_arborification(
    dimension: int, degree: int, method: int, longest: int = 1, planar: bool | None = True
) -> LinearMap:
    """Return the map from the logarithm over words to Lyndon coordinates.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    method : {1, 2}
        As in `lyndon`.
    longest : int, default 1
        Labels of the longest letter, at least 1, as in `words`.
    planar : bool or None, default True
        Ordered forests, or (None) words themselves.

    Returns
    -------
    LinearMap
        Of width 1, from words in the layout of `words` to the Lyndon forests: `lyndon` after the
        planar `arborification`; for words `lyndon` itself.

    Raises
    ------
    InvalidTypeError
        If an argument is no integer.
    InvalidValueError
        If one is out of range, or the table would be too large or not exact in float64; or for
        words whose letters are longer than a label, whose logarithms are no Lie elements.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    >>> lyndon_arborification(1, 2, method=1).col.tolist()
    [0, 1]

    The one chain of two labels is a Lyndon forest; the word of two letters has its value too.

    >>> lyndon_arborification(1, 2, method=1, longest=2).col.tolist()
    [0, 1, 2]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    method = check_method(method, planar is not False, minimum=1)
    longest = as_longest(longest, degree)
    if planar is None:
        require(longest == 1, "logarithms of words have Lyndon coordinates for plain letters only")
        return lyndon(dimension, degree, method, None)

    def build() -> LinearMap:
        inner = arborification(dimension, degree, True, longest)
        return compose(lyndon(dimension, degree, method), inner)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            log_length(dimension, degree, True, method),
            words(dimension, degree, longest).size,
        )

    key = (dimension, degree, method, longest)
    return cache.table("lyndon_arborification", key, LinearMap, build, check)


def layout_of(dimension: int, degree: int, planar: bool | None) -> ForestLayout | WordLayout:
    """Return the numbering of the ordered forests, or of the words, of all lengths."""
    if planar is None:
        return WordLayout(dimension, degree)
    return ForestLayout(dimension, degree, planar=True)


def lyndon_map(method: int, layout: Layout, size: str) -> LinearMap:
    """Return the map to Lyndon coordinates for a numbering; `size` is for messages."""
    length = layout.start[-1] - 1
    groups = list(lyndon_forests(layout))
    found = [forests for forests, _ in groups]
    forests = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
    if method == 1:
        keys = [np.arange(forests.size) * length + forests - 1]
        coefs = [np.ones(forests.size)]
    else:
        keys, coefs = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        total = 0
        for _, letters in groups:
            for rows, columns, value in _bracket_entries(layout, letters):
                row = np.searchsorted(forests, rows)
                keys.append(row * length + columns - 1)
                coefs.append(np.full(row.size, value))
                total += row.size
                check_entries(total, f"the bracket projection for {size}")
    key, coef = merge(np.concatenate(keys), np.concatenate(coefs))
    return from_keys(1, forests.size, length, key, coef)


def lyndon_forests(layout: Layout) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield, for 1, 2, ... trees, the Lyndon forests and their trees, shape (forests, trees)."""
    check_entries(layout.start[-1] - 1, "the search for Lyndon words")
    forests, rest = np.arange(1, layout.start[-1]), np.arange(1, layout.start[-1])
    letters = np.zeros((forests.size, 0), dtype=np.int64)
    while forests.size:
        check_entries(letters.size + forests.size, "the search for Lyndon words")
        letters = np.column_stack([letters, layout.first[rest]])
        rest = layout.rest[rest]
        whole = rest == 0
        words = letters[whole]
        is_lyndon = _less_than_rotations(words)
        yield forests[whole][is_lyndon], words[is_lyndon]
        forests, letters, rest = forests[~whole], letters[~whole], rest[~whole]


def _less_than_rotations(words: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which rows are smaller than all their proper rotations: the Lyndon words."""
    smaller = np.ones(len(words), dtype=bool)
    for shift in range(1, words.shape[1]):
        difference = np.roll(words, -shift, axis=1) - words
        position = (difference != 0).argmax(axis=1)
        smaller &= np.take_along_axis(difference, position[:, None], axis=1)[:, 0] > 0
        if not smaller.any():
            break
    return smaller


def _bracket_entries(layout: Layout, letters: IntArray) -> Iterator[tuple[IntArray, IntArray, int]]:
    """Yield Lyndon forests, the forests their bracket coefficients use, and with which factor.

    `letters` are all Lyndon forests of one number of trees.
    """
    for patterns, distinct in order_patterns(letters):
        forests = [layout.rank(distinct[:, list(pattern)]) for pattern in patterns]
        for i, row in enumerate(_inverse_brackets(patterns)):
            for j, value in row.items():
                yield forests[i], forests[j], value


def order_patterns(letters: IntArray) -> Iterator[tuple[list[Word], IntArray]]:
    """Group Lyndon words by content and by the order pattern of their letters.

    `letters` are all Lyndon words of one length, one per row. Yield, for each multiplicity of
    letters, the Lyndon patterns (words over 0, 1, ...), ascending, and the sets of letters that
    they are used with, one ascending row each.
    """
    length = letters.shape[1]
    ascending = np.sort(letters, axis=1)
    steps = np.diff(ascending, axis=1) > 0
    rank = np.zeros_like(letters)
    for position in range(length - 1):
        rank += (steps[:, position, None]) & (letters > ascending[:, position, None])
    code = rank @ (length ** np.arange(length))
    # The first forest of each content, with smaller letters first, stands for all its words.
    _, example = np.unique(code, return_index=True)
    contents: dict[Word, list[Word]] = {}
    for pattern in sorted(tuple(rank[i].tolist()) for i in example):
        contents.setdefault(tuple(sorted(pattern)), []).append(pattern)
    for patterns in contents.values():
        chosen = ascending[code == np.array(patterns[0]) @ (length ** np.arange(length))]
        # The distinct letters in ascending order: where the sorted pattern steps up.
        content = np.array(sorted(patterns[0]))
        yield patterns, chosen[:, np.searchsorted(content, np.arange(content[-1] + 1))]


def _inverse_brackets(words: list[Word]) -> list[dict[int, int]]:
    """Invert the coefficients at Lyndon words of the standard bracketings of these words.

    `words` are all Lyndon words of one content, ascending. With M[i, j] the coefficient of word i
    in the bracketing of word j, which is lower unitriangular, return the sparse rows of the
    inverse of M.
    """
    number = {word: i for i, word in enumerate(words)}
    known: dict[Word, dict[Word, int]] = {}
    matrix: list[dict[int, int]] = [{} for _ in words]
    for j, word in enumerate(words):
        for other, value in bracket(word, known).items():
            if other in number and number[other] != j:
                matrix[number[other]][j] = value
    inverse: list[dict[int, int]] = []
    for i, row in enumerate(matrix):
        solved = {i: 1}
        for j, value in row.items():
            for column, entry in inverse[j].items():
                solved[column] = solved.get(column, 0) - value * entry
        inverse.append({column: entry for column, entry in solved.items() if entry})
    return inverse


def bracket(word: Word, known: dict[Word, dict[Word, int]]) -> dict[Word, int]:
    """Expand the standard bracketing of a Lyndon word; words are as long as a forest has trees."""
    if len(word) == 1:
        return {word: 1}
    if word not in known:
        cut = next(
            i
            for i in range(1, len(word))
            if all(word[i:] < word[j:] for j in range(i + 1, len(word)))
        )
        expansion: dict[Word, int] = {}
        right = bracket(word[cut:], known)
        for first, a in bracket(word[:cut], known).items():
            for second, b in right.items():
                expansion[first + second] = expansion.get(first + second, 0) + a * b
                expansion[second + first] = expansion.get(second + first, 0) - a * b
        known[word] = {key: value for key, value in expansion.items() if value}
    return known[word]
