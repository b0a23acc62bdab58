"""The layout of words whose letters have weights, what the signature of a path is made of.

A letter is what one step of a path can take off a tree at its root, and its vertices are its
weight: a label, a chain of labels from root to leaf, or any basis element. Letters of one weight
are numbered so that the label of their last root is the last digit in base `dimension`: chains by
their labels from leaf to root, basis elements by their place in their order. So blocks of
`dimension` words differ in the label of the last root alone, as trees do.

The words of weight n come by the weight of their last letter, then by what is before it, in the
order of the words of that weight, then by the last letter. Words are grouped by the weights of
their letters, a composition of n, and inside a group they are numbered in mixed radix.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, TypeVar

import numpy as np

from treealg.cached import cached_property
from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidValueError
from treealg.tables.arguments import check_letters
from treealg.tables.convolution_table import Int32Array
from treealg.tables.layout import IntArray
from treealg.tables.sizes import (
    MAX_COEFFICIENTS,
    MAX_SHAPES,
    as_longest,
    check_entries,
    forest_counts,
    require_fits,
)
from treealg.tables.weighted_chains import chains_of_weights

__all__ = ["WeightedWords", "words", "words_of_weights"]

_Number = TypeVar("_Number", int, IntArray)
Arrays = tuple[IntArray, IntArray, IntArray, Int32Array, IntArray, Int32Array, Int32Array]


@dataclass(frozen=True)
class WeightedWords:
    """The layout of the words of letters of several weights.

    Compositions are numbered from the empty one, 0, by weight, then by their last part, then by
    the number of what is before it.

    Attributes
    ----------
    letters : tuple of int
        The number of letters of each weight, from 0.
    counts : tuple of int
        The number of words of each weight, from 0; the empty word is the one of weight 0.
    width : int
        So many words differ in the label of the last root alone and stand together.

    Examples
    --------
    >>> layout = words(2, 3, longest=2)
    >>> layout.compositions
    ((), (1,), (1, 1), (2,), (1, 1, 1), (2, 1), (1, 2))
    >>> layout.start
    (0, 0, 2, 6, 10, 18, 26, 34)
    """

    letters: tuple[int, ...]
    counts: tuple[int, ...]
    width: int = 1

    @property
    def dimension(self) -> int:
        """The number of labels, where letters are chains or basis elements."""
        return self.letters[1]

    @property
    def degree(self) -> int:
        """The largest weight of a word."""
        return len(self.counts) - 1

    @property
    def longest(self) -> int:
        """The largest weight of a letter."""
        return len(self.letters) - 1

    @property
    def size(self) -> int:
        """The number of words, without the empty one."""
        return sum(self.counts) - 1

    @cached_property
    def first(self) -> tuple[int, ...]:
        """Where the words of weight 1, 2, ... begin, without the empty one; then their number."""
        return tuple(accumulate(self.counts[1:], initial=0))

    def append(self, word: _Number, weight: int, letter: _Number, own: int) -> _Number:
        """Return the numbers of words with one more letter, among the words of their weight.

        Parameters
        ----------
        word : int or numpy.ndarray
            Numbers of words among those of weight `weight`.
        weight : int
            Weight of the words.
        letter : int or numpy.ndarray
            Numbers of the letters among those of weight `own`; broadcast with `word`.
        own : int
            Weight of the letters.

        Returns
        -------
        int or numpy.ndarray
        """
        before = sum(self.counts[weight + own - k] * self.letters[k] for k in range(1, own))
        return word * self.letters[own] + letter + before

    @cached_property
    def _last(self) -> list[tuple[int, int]]:
        """Of each composition the number of what is before its last part, and that."""
        last: list[tuple[int, int]] = [(0, 0)]
        begin = [0, 1]
        for weight in range(1, self.degree + 1):
            for part in range(1, min(self.longest, weight) + 1):
                if not self.letters[part]:
                    continue
                for before in range(begin[weight - part], begin[weight - part + 1]):
                    last.append((before, part))
            begin.append(len(last))
        return last

    @cached_property
    def compositions(self) -> tuple[tuple[int, ...], ...]:
        """The weights of the letters, composition by composition."""
        found: list[tuple[int, ...]] = [()]
        for before, part in self._last[1:]:
            found.append((*found[before], part))
        return tuple(found)

    @cached_property
    def start(self) -> tuple[int, ...]:
        """Where the words of each composition begin, and the number of all words.

        The empty word is not counted, so that ``start[0] == start[1] == 0``.
        """
        sizes = [1]
        for before, part in self._last[1:]:
            sizes.append(sizes[before] * self.letters[part])
        return tuple(accumulate([0, *sizes[1:]], initial=0))

    def weights(self) -> IntArray:
        """Return the weight of each composition.

        Returns
        -------
        numpy.ndarray
            int64, shape ``(compositions,)``.
        """
        found = [0]
        for before, part in self._last[1:]:
            found.append(found[before] + part)
        return np.array(found, dtype=np.int64)

    def children(self) -> Int32Array:
        """Return which composition a composition followed by a letter is.

        Returns
        -------
        numpy.ndarray
            int32, shape ``(compositions, longest + 1)``: entry k for a letter of weight k, -1 where
            the weight would be above `degree`, and in column 0.
        """
        last = self._last
        found = np.full((len(last), self.longest + 1), -1, dtype=np.int32)
        for number, (before, part) in enumerate(last[1:], 1):
            found[before, part] = number
        return found

    def lengths(self) -> IntArray:
        """Return the number of letters of each composition.

        Returns
        -------
        numpy.ndarray
            int64, shape ``(compositions,)``.
        """
        found = [0]
        for before, _ in self._last[1:]:
            found.append(found[before] + 1)
        return np.array(found, dtype=np.int64)

    def cuts(self) -> tuple[IntArray, Int32Array, Int32Array]:
        """Cut each composition in two parts that are not empty, longest first part first.

        Returns
        -------
        tuple of numpy.ndarray
            ``ptr``, int64 of shape ``(compositions + 1,)``, and the numbers of the first and of the
            second parts, int32: the cuts of composition i are the entries ``ptr[i]`` to
            ``ptr[i + 1]``.

        Raises
        ------
        InvalidValueError
            If there are too many.
        """
        ptr = np.concatenate(([0], np.cumsum(np.maximum(self.lengths() - 1, 0))))
        check_entries(int(ptr[-1]), f"the cuts of words of weight {self.degree}")
        children = self.children()
        left = np.empty(ptr[-1], dtype=np.int32)
        right = np.empty(ptr[-1], dtype=np.int32)
        for number, (before, part) in enumerate(self._last[1:], 1):
            begin, end = ptr[number : number + 2]
            if begin < end:
                of_before = slice(ptr[before], ptr[before + 1])
                left[begin], right[begin] = before, children[0, part]
                left[begin + 1 : end] = left[of_before]
                right[begin + 1 : end] = children[right[of_before], part]
        return ptr, left, right

    def program(self) -> Arrays:
        """Return the arrays of the kernels.

        Returns
        -------
        tuple of numpy.ndarray
            `letters`, `start`, the weights, the children, and the three arrays of the cuts.

        Raises
        ------
        InvalidValueError
            If there are too many cuts.
        """
        return (
            np.array(self.letters),
            np.array(self.start, dtype=np.int64),
            self.weights(),
            self.children(),
            *self.cuts(),
        )

    def index(self, word: Sequence[Any]) -> int:
        """Return the number of a word of chains.

        Parameters
        ----------
        word : sequence
            The letters, as `symbolic.arborification` writes them: labels if `longest` is 1, else
            tuples of labels from root to leaf.

        Returns
        -------
        int

        Examples
        --------
        >>> words(2, 3, longest=2).index([(0,), (1, 0)]) == 26 + 0 * 4 + 0 * 2 + 1
        True
        """
        number = weight = 0
        for letter in word:
            chain = (letter,) if self.longest == 1 else letter
            place = 0
            for label in reversed(chain):
                place = place * self.dimension + int(label)
            number = self.append(number, weight, place, len(chain))
            weight += len(chain)
        return self.first[weight - 1] + number


def words(
    dimension: int, degree: int, *, longest: int | None = 1, planar: bool = False
) -> WeightedWords:
    """Return the layout of the words that the signature of a path is made of.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest weight of a word, at least 0.
    longest : int or None, default 1
        Vertices of the longest letter, at least 1: 1 for plain words, more for chains as letters,
        None for all basis elements as letters. More than `degree` changes nothing.
    planar : bool, default False
        Whether basis elements are ordered forests and not trees, for ``longest=None``.

    Returns
    -------
    WeightedWords

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, `longest` neither that nor None, or `planar` no
        flag.
    InvalidValueError
        If one is too small, or there are more words than the bounds in ``treealg.tables.sizes``.

    Examples
    --------
    >>> words(3, 4).size
    120
    >>> words(2, 3, longest=None).letters
    (0, 2, 4, 14)
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    longest = None if longest is None else as_longest(longest, degree)
    planar = check_flag("planar", planar)
    if longest is None:
        require_fits(dimension, degree, planar=planar)
        what = "an increment on every basis element"
    else:
        what = "a correction on chains" if longest > 1 else "the word basis"
    letters, kinds, counts = [0], [1], [1]
    all_kinds = all_words = 0
    of_weight = _letter_counts(dimension, longest, planar)
    for weight in range(1, max(degree, 1) + 1):
        letters += islice(of_weight, 1)
        if weight > degree:
            break
        parts = range(1, min(weight, len(letters) - 1) + 1)
        kinds.append(sum(kinds[weight - k] for k in parts))
        counts.append(sum(counts[weight - k] * letters[k] for k in parts))
        all_kinds += kinds[-1]
        all_words += counts[-1]
        if all_kinds >= MAX_SHAPES or all_words >= MAX_COEFFICIENTS:
            raise InvalidValueError(
                f"{what} for {dimension=}, {degree=} needs at least {all_words} words of "
                f"{all_kinds} kinds, more than the bounds of {MAX_COEFFICIENTS} and "
                f"{MAX_SHAPES}; lower the degree"
            )
    return WeightedWords(tuple(letters), tuple(counts), dimension)


def words_of_weights(
    weights: tuple[int, ...], degree: int, *, longest: int = 1, channels: int | None = None
) -> WeightedWords:
    """Return the layout of the words that weigh at most so much.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        Largest weight of a word, at least the smallest of a label.
    longest : int, default 1
        Labels of the longest letter: 1 for plain words, more for chains as letters, which weigh
        what their labels do. Letters are those of `chains_of_weights`.
    channels : int, optional
        So many labels, the first ones, are in chains; None for all.

    Returns
    -------
    WeightedWords
        Of width 1.

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, or another argument is none.
    InvalidValueError
        If one of them is out of range, or there are more words than the bounds in
        ``treealg.tables.sizes``.

    Examples
    --------
    >>> layout = words_of_weights((1, 2, 1), 3)
    >>> layout.letters, layout.counts, layout.compositions
    ((0, 2, 1), (1, 2, 5, 12), ((), (1,), (1, 1), (2,), (1, 1, 1), (2, 1), (1, 2)))
    >>> words_of_weights((1, 2), 3, longest=2).letters
    (0, 1, 2, 2)
    """
    weights, degree, longest, channels = check_letters(weights, degree, longest, channels)
    letters = chains_of_weights(weights, degree, longest=longest, channels=channels).counts()
    own = [k for k, count in enumerate(letters) if count]
    kinds, counts = [1], [1]
    all_kinds = all_words = 0
    for weight in range(1, degree + 1):
        parts = [k for k in own if k <= weight]
        kinds.append(sum(kinds[weight - k] for k in parts))
        counts.append(sum(counts[weight - k] * letters[k] for k in parts))
        all_kinds += kinds[-1]
        all_words += counts[-1]
        if all_kinds >= MAX_SHAPES or all_words >= MAX_COEFFICIENTS:
            what = f", with a correction on chains of {longest}," if longest > 1 else ""
            raise InvalidValueError(
                f"weights={brief(weights)} and {degree=}{what} need at least {all_words} words of "
                f"{all_kinds} kinds, more than the bounds of {MAX_COEFFICIENTS} and "
                f"{MAX_SHAPES}; lower the degree"
            )
    return WeightedWords(tuple(letters), tuple(counts))


def _letter_counts(dimension: int, longest: int | None, planar: bool) -> Iterator[int]:
    """Count the letters of weight 1, 2, ..."""
    if longest is not None:
        yield from (dimension**weight for weight in range(1, longest + 1))
    elif planar:
        yield from islice(forest_counts(dimension, True), 1, None)
    else:
        yield from (dimension * forests for forests in forest_counts(dimension, False))
