"""Lyndon coordinates of log-signatures on ordered forests and on words.

An ordered forest is a word over planar trees, in the order of the tree index. A logarithm is a Lie
element for the concatenation of forests or of words, so it is known from its coefficients at Lyndon
words (method 1), or from those in the basis of standard bracketings (method 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer, check_method, check_planar
from treealg.tables import cache
from treealg.tables.arborification import arborification, small_degree
from treealg.tables.brackets import (
    Content,
    assembled,
    at_lyndon_words,
    check_exact,
    contents,
    gathered,
)
from treealg.tables.composition import compose
from treealg.tables.convolution_table import Int32Array
from treealg.tables.coordinate_counts import counted_coordinates
from treealg.tables.entry_counts import Counted
from treealg.tables.foresight import Needs, check_needs
from treealg.tables.frozen import require
from treealg.tables.layout import ForestLayout, IntArray, WordLayout
from treealg.tables.linear_map import LinearMap, from_keys, map_needs
from treealg.tables.rows import CHUNK
from treealg.tables.sizes import (
    MAX_ENTRIES,
    as_longest,
    basis_length,
    check_entries,
    log_length,
    require_fits,
)
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.weighted_words import words

__all__ = ["check_search", "foresee_growth", "lyndon", "lyndon_arborification"]

Layout = ForestLayout | WordLayout | WeightedLayout

_SMALL = 50_000, 1_200_000
"""The most words of tables that are made to see how such tables grow; the second one in doubt."""

_SMALL_BY_ROW = 50_000, 1_500_000
"""The same where rows are short, which takes less time."""


def lyndon(dimension: int, degree: int, method: int, *, planar: bool | None = True) -> LinearMap:
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
        If a number is no integer, or `planar` none of True, False and None.
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
    planar = check_planar(planar)
    method = check_method(method, planar is not False, minimum=1)

    def foresee() -> Needs:
        require_fits(dimension, degree, planar=planar)
        if planar is None and dimension == 1:
            return Needs(0)
        rows = log_length(dimension, degree, planar=planar, method=method)
        least = map_needs(rows, rows, moved=False)  # each row has an entry on the diagonal
        if method == 2:
            if planar is None:
                check_exact((1, 1), degree)
            counted = counted_coordinates("lyndon", dimension, degree, 2, planar)
            least = foresee_growth(
                lambda layout, size: lyndon_map(2, layout, size),
                lambda order: log_length(dimension, order, planar=planar, method=2),
                dimension,
                degree,
                planar,
                counted._replace(entries=max(counted.entries, rows)),
            )
        check_search(dimension, degree, planar)
        return least

    def build() -> LinearMap:
        length = basis_length(dimension, degree, planar=planar)
        if planar is None and dimension == 1:  # one letter is the only Lyndon word
            found = np.ones(min(degree, 1), dtype=np.int64)
            return from_keys(1, found.size, length, found - 1, found.astype(np.float64))
        return lyndon_map(method, layout_of(dimension, degree, planar), f"{dimension=}, {degree=}")

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            log_length(dimension, degree, planar=planar, method=method),
            basis_length(dimension, degree, planar=planar),
        )

    name = "word_lyndon" if planar is None else "lyndon"
    key = (dimension, degree, method)
    return cache.table(name, key, LinearMap, build, check, foresee=foresee)


def lyndon_arborification(
    dimension: int, degree: int, method: int, *, longest: int = 1, planar: bool | None = True
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
        If a number is no integer, or `planar` none of True, False and None.
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
    planar = check_planar(planar)
    method = check_method(method, planar is not False, minimum=1)
    longest = as_longest(longest, degree)
    if planar is None:
        require(longest == 1, "logarithms of words have Lyndon coordinates for plain letters only")
        return lyndon(dimension, degree, method, planar=None)

    def composed(layout: Layout, size: str) -> LinearMap:
        nodes = len(layout.start) - 2
        inner = arborification(dimension, nodes, planar=True, longest=as_longest(longest, nodes))
        return compose(lyndon_map(method, layout, size), inner)

    def whole() -> LinearMap:
        return arborification(dimension, degree, planar=True, longest=longest)

    def coordinates() -> LinearMap:
        return lyndon(dimension, degree, method)

    def foresee() -> Needs:
        counted = counted_coordinates("arborification", dimension, degree, method, True)
        return foresee_growth(
            composed,
            lambda order: log_length(dimension, order, planar=True, method=method),
            dimension,
            degree,
            True,
            counted._replace(exact=counted.exact and longest == 1),  # longer letters add entries
            "the Lyndon coordinates of words",
            by_row=True,
        )

    def build() -> LinearMap:
        inner = whole()
        return compose(coordinates(), inner)

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            log_length(dimension, degree, planar=True, method=method),
            words(dimension, degree, longest=longest).size,
        )

    key = (dimension, degree, method, longest)
    parts = [coordinates, whole]
    return cache.table(
        "lyndon_arborification", key, LinearMap, build, check, foresee=foresee, parts=parts
    )


def check_search(dimension: int, degree: int, planar: bool | None) -> None:
    """Refuse a basis in which too much would have to be looked through for Lyndon words."""
    check_entries(basis_length(dimension, degree, planar=planar), "the search for Lyndon words")


def layout_of(dimension: int, degree: int, planar: bool | None) -> ForestLayout | WordLayout:
    """Return the numbering of the ordered forests, or of the words, of all lengths."""
    if planar is None:
        return WordLayout(dimension, degree)
    return ForestLayout(dimension, degree, planar=True, apart=max(degree - 1, 0))


def foresee_growth(
    make: Callable[[Layout, str], LinearMap],
    length: Callable[[int], int],
    dimension: int,
    degree: int,
    planar: bool | None,
    counted: Counted,
    what: str = "the Lyndon brackets",
    *,
    by_row: bool = False,
) -> Needs:
    """Refuse a map that is too large, as counted, or will be if it grows on as it did.

    It grows faster from order to order: the factor between one and the next increases, or that to
    the one after it does; if `by_row`, that of the mean row of an order, which tells more. All
    orders are counted together. `length` tells how many rows there are up to a degree. Returned is
    what it needs at least, as far as it was looked at.
    """
    size = f"{what} for {dimension=}, {degree=}"
    least, rows = counted.entries, length(degree)

    def seen() -> Needs:
        check_entries(least, size)
        return check_needs(map_needs(least, rows, moved=least > rows))

    needs = seen()
    for most in () if counted.exact else _SMALL_BY_ROW if by_row else _SMALL:
        small = small_degree(dimension, degree, planar, most)
        if not 2 + (not by_row) < small < degree:
            break
        table = make(layout_of(dimension, small, planar), f"{dimension=}, degree={small}")
        lengths = [length(order) for order in range(degree + 1)]
        sizes = np.diff(table.ptr[lengths[: small + 1]]).tolist()
        own = np.diff(lengths).tolist() if by_row else [1] * degree
        means = [Fraction(entries, count) for entries, count in zip(sizes, own, strict=False)]
        factor = min(means[-1] / means[-2], means[-2] / means[-3])
        more = sum(
            int(own[small + order - 1] * means[-1] * factor**order)
            for order in range(1, degree - small + 1)
        )
        least = max(least, sum(sizes) + more)
        needs = seen()
        if least < MAX_ENTRIES // 4:
            break
    return needs


def lyndon_map(method: int, layout: Layout, size: str) -> LinearMap:
    """Return the map to Lyndon coordinates for a numbering; `size` is for messages."""
    length = layout.start[-1] - 1
    forests = lyndon_forests(layout)
    if method == 1:
        ptr = np.arange(forests.size + 1)
        return LinearMap(1, forests.size, length, ptr, forests - np.int32(1), np.ones(forests.size))
    blocks = gathered(
        all_contents(layout, forests),
        at_lyndon_words,
        lambda words: words * (words + 1) // 2,  # a triangle
        f"the bracket projection for {size}",
    )
    return assembled(
        blocks,
        lambda letters: places(forests, layout.rank(letters)),
        lambda letters: layout.rank(letters) - 1,
        (forests.size, length),
    )


def places(forests: Int32Array, chosen: IntArray) -> IntArray:
    """Return where some of the Lyndon forests are in their list."""
    return np.searchsorted(forests, chosen.astype(np.int32))


def all_contents(layout: Layout, forests: Int32Array) -> Iterator[Content]:
    """Group Lyndon forests by number of trees, content and order of their trees."""
    letters = np.zeros((forests.size, 0), dtype=np.int32)
    while forests.size:
        first, rest = np.empty((2, forests.size), dtype=np.int32)
        for low in range(0, forests.size, CHUNK):
            some = slice(low, low + CHUNK)
            first[some], rest[some] = layout.split(forests[some].astype(np.int64))
        letters = np.column_stack([letters, first])
        whole = rest == 0
        yield from contents(letters[whole])
        forests, letters = rest[~whole], letters[~whole]


def lyndon_forests(layout: Layout) -> Int32Array:
    """Return the forests that are smaller than all their proper suffixes: the Lyndon words."""
    if isinstance(layout, WordLayout):
        return _lyndon_words(layout)
    found = [np.zeros(0, dtype=np.int32)]
    most = len(layout.start) - 2
    # Of the suffixes that are not empty; those of the largest forests are in no other one.
    smallest = np.zeros(layout.start[most], dtype=np.int32)
    for nodes in range(1, most + 1):
        begin = layout.start[nodes]
        for first, rest in _first_letters(layout, nodes):
            forests = np.arange(begin, begin + first.size, dtype=np.int32)
            begin += first.size
            suffix = smallest[rest]
            is_larger = _are_larger(layout, first, rest, suffix)
            found.append(forests[~is_larger])
            if nodes < most:
                smallest[forests] = np.where(is_larger, suffix, forests)
    return np.concatenate(found)


def _first_letters(
    layout: ForestLayout | WeightedLayout, nodes: int
) -> Iterator[tuple[IntArray, IntArray]]:
    """Take the first trees off the forests of so many nodes, some at a time."""
    if isinstance(layout, ForestLayout):
        for _, tree, rest in layout.first_trees(nodes, CHUNK):
            yield tree, rest
        return
    begin, end = layout.start[nodes : nodes + 2]
    for low in range(begin, end, CHUNK):
        yield layout.split(np.arange(low, min(low + CHUNK, end)))


def _are_larger(
    layout: ForestLayout | WeightedLayout,
    first: IntArray,
    rest: IntArray,
    suffix: npt.NDArray[Any],
) -> npt.NDArray[np.bool_]:
    """Tell which forests, of first trees and rests, are larger than these suffixes, if any."""
    found = np.zeros(first.size, dtype=np.bool_)
    # Both are read until they differ, or the suffix, which is shorter, is over.
    own = np.flatnonzero(suffix)
    first, rest, suffix = first[own], rest[own], suffix[own]
    while own.size:
        other, suffix = layout.first[suffix], layout.rest[suffix]
        going = first == other
        found[own[(first > other) | going & (suffix == 0)]] = True
        going &= suffix > 0
        own, suffix, forest = own[going], suffix[going], rest[going]
        first, rest = layout.first[forest], layout.rest[forest]
    return found


def _lyndon_words(layout: WordLayout) -> Int32Array:
    """Return the words of single letters that are smaller than all their rotations, in pieces."""
    found = [np.zeros(0, dtype=np.int32)]
    counts = layout.counts
    for length in range(1, len(counts)):
        for low in range(0, counts[length], CHUNK):
            # As numbers, of which letters are the digits.
            words = np.arange(low, min(low + CHUNK, counts[length]))
            for cut in range(1, length):
                before, behind = np.divmod(words, counts[cut])
                words = words[words < behind * counts[length - cut] + before]
            found.append((layout.start[length] + words).astype(np.int32))
    return np.concatenate(found)
