"""The layout of words of chains, what the signature of a path with a correction is made of.

A letter is a chain of at most `longest` labels, and its number of labels is its weight. The words
of weight n are grouped by the weights of their letters, a composition of n, and are numbered inside
a group by their n labels as digits in base `dimension`: letter by letter, and within a letter from
the leaf of the chain to its root. So the root of the last letter is the last digit, and blocks of
`dimension` words differ in it alone, as trees do. With ``longest=1`` this is the layout of words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.tables.convolution_table import Int32Array
from treealg.tables.layout import IntArray
from treealg.tables.sizes import MAX_COEFFICIENTS, MAX_SHAPES

__all__ = ["ChainWords", "chain_words", "words_of"]

Arrays = tuple[IntArray, IntArray, IntArray, Int32Array, IntArray, Int32Array, Int32Array]


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
    letters : tuple of int
        The number of letters of each weight, from 0.
    number : dict
        From composition to its number.

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
    letters: tuple[int, ...]
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
            (self.number[parts[:i]], self.number[parts[i:]]) for i in range(len(parts) - 1, 0, -1)
        ]

    def program(self) -> Arrays:
        """Return the arrays of the kernels.

        Returns
        -------
        tuple of numpy.ndarray
            `letters`, `start`, the weights, the children, and the cuts: those of composition i are
            the entries
            ``cut_ptr[i]`` to ``cut_ptr[i + 1]`` of two arrays of left and right parts.
        """
        cuts = [self.cuts(number) for number in range(len(self.compositions))]
        ptr = np.cumsum([0, *map(len, cuts)])
        parts = np.array([cut for found in cuts for cut in found], dtype=np.int32).reshape(-1, 2)
        start = np.array(self.start, dtype=np.int64)
        return (
            np.array(self.letters),
            start,
            self.weights(),
            self.children(),
            ptr,
            parts[:, 0],
            parts[:, 1],
        )

    def children(self) -> Int32Array:
        """Return which composition a composition followed by a letter is.

        Returns
        -------
        numpy.ndarray
            int32, shape ``(compositions, longest + 1)``: entry k for a letter of weight k, -1
            where the weight would be above `degree`, and in column 0.
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
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    longest = check_integer("longest", longest, 1)
    letters = (0, *(dimension**k for k in range(1, longest + 1)))
    return words_of(letters, degree, "a correction on chains")


def words_of(letters: tuple[int, ...], degree: int, what: str) -> ChainWords:
    """Lay out the words of letters of several weights.

    Examples
    --------
    >>> words_of((0, 2, 4, 14), 3, "a lift").size
    48
    """
    dimension, longest = letters[1], len(letters) - 1
    kinds, words = [1], [1]
    for weight in range(1, degree + 1):
        parts = range(1, min(weight, longest) + 1)
        kinds.append(sum(kinds[weight - k] for k in parts))
        words.append(sum(words[weight - k] * letters[k] for k in parts))
        if sum(kinds) > MAX_SHAPES or sum(words) > MAX_COEFFICIENTS:
            raise InvalidValueError(
                f"{what} for {dimension=}, {degree=} needs at least {sum(words) - 1} words of "
                f"{sum(kinds) - 1} kinds, more than the bounds of {MAX_COEFFICIENTS} and "
                f"{MAX_SHAPES}; lower the degree"
            )
    compositions = _compositions(degree, longest)
    sizes = [math.prod(letters[k] for k in parts) if parts else 0 for parts in compositions]
    start = tuple(accumulate(sizes, initial=0))
    number = {parts: i for i, parts in enumerate(compositions)}
    return ChainWords(dimension, degree, longest, compositions, start, letters, number)
