"""The way between words and the indices of their coefficients, by counting.

Names and arguments are those of pySigLib.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from treealg import tables
from treealg.checks import MOST_BITS, brief, check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.calls import checked_weights
from treealg.tables.sizes import check_entries
from treealg.typing import TupleForm, Word

__all__ = [
    "as_word",
    "as_words",
    "check_letters",
    "idx_to_word",
    "is_lyndon",
    "ladder",
    "listed_words",
    "word_to_idx",
]

MAX_LETTERS = 2**22
"""The most letters of all prefixes of the words that are asked for together."""


def is_lyndon(word: Word) -> bool:
    """Tell whether a word is a Lyndon word.

    Parameters
    ----------
    word : tuple of int
        Letters, which are integers of any size; also a list, or an array of one axis.

    Returns
    -------
    bool
        Whether it is smaller than all its proper suffixes; the empty word is none.

    Raises
    ------
    InvalidTypeError
        If `word` is no tuple, list or array of one axis, or a letter no integer.

    Examples
    --------
    >>> import treealg
    >>> treealg.is_lyndon((0, 0, 1)), treealg.is_lyndon((1, 0)), treealg.is_lyndon((0, 0))
    (True, False, False)
    """
    letters = as_word(word)
    same = 0  # letters of the suffix looked at that are those of a beginning
    for letter in letters[1:]:
        if letter < letters[same]:
            return False
        same = same + 1 if letter == letters[same] else 0
    return bool(letters) and same == 0


def word_to_idx(
    word: Word,
    alphabet_size: int,
    *,
    scalar_term: bool = False,
    degree: int | None = None,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the index of the coefficient of a word.

    Parameters
    ----------
    word : tuple of int
        Letters, the last one the last integrator; the empty word is ``()``. Also a list, or an
        array of one axis.
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    scalar_term : bool, default False
        Whether the signature has the empty word in front.
    degree : int or None, default None
        Truncation of the signature, which `weights` need; without them None is any degree.
    weights : sequence of int or None, default None
        The weight of each letter, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.

    Returns
    -------
    int
        Position along the last axis of a signature of any degree that has the word.

    Raises
    ------
    InvalidTypeError
        If `word` is no tuple, list or array of one axis, a letter, `alphabet_size` or `degree` no
        integer, `scalar_term` no boolean, or `weights` no integers.
    InvalidValueError
        If a letter is not one of ``0, ..., alphabet_size - 1``, if `word` is beyond `degree`, or if
        it is empty while there is no scalar; if `alphabet_size` is below 1 or `degree` below 0; if
        `weights` come without `degree`, are not positive, one for each letter, or too fine; or if
        the index has more than 8,192 binary digits, which `idx_to_word` does not take either.

    See Also
    --------
    idx_to_word : The inverse.
    tree_to_idx : The same of trees.

    Examples
    --------
    >>> import treealg
    >>> treealg.word_to_idx((1, 0), 2), treealg.word_to_idx((1, 0), 2, scalar_term=True)
    (4, 5)

    Of the words 0 1 00 01 10 000, where the letter 1 counts twice:

    >>> treealg.word_to_idx((0, 0, 0), 2, degree=3, weights=(1, 2))
    5
    """
    alphabet_size = check_integer("alphabet_size", alphabet_size, 1)
    scalar = check_flag("scalar_term", scalar_term)
    letters = as_word(word)
    check_letters(letters, alphabet_size)
    if not letters and not scalar:
        raise InvalidValueError(
            "word is empty, which has a coefficient only with scalar_term=True; pass "
            "scalar_term=True if the signature has a scalar in front"
        )
    basis = _basis(alphabet_size, degree, weights)
    if basis is not None and letters and letters not in basis:
        raise InvalidValueError(
            f"word must be within the degree of the signature, got {brief(letters)} with "
            f"{degree=} and weights={brief(weights)}; raise degree"
        )
    if isinstance(basis, _LightWords):
        return basis.place[letters] - (not scalar)
    index = 0
    for letter in letters:
        index = index * alphabet_size + letter + 1
        if (index - (not scalar)).bit_length() > MOST_BITS:
            raise InvalidValueError(
                f"word must have an index of at most {MOST_BITS:,} binary digits, got a word of "
                f"{len(letters):,} letters of {brief(alphabet_size)}; take a shorter one"
            )
    return index - (not scalar)


def idx_to_word(
    idx: int,
    alphabet_size: int,
    *,
    scalar_term: bool = False,
    degree: int | None = None,
    weights: Sequence[int] | None = None,
) -> Word:
    """Return the word that a coefficient belongs to.

    Parameters
    ----------
    idx : int
        Position along the last axis of the signature, from 0.
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    scalar_term : bool, default False
        Whether the signature has the empty word in front.
    degree : int or None, default None
        Truncation of the signature, which `weights` need; without them None is any degree.
    weights : sequence of int or None, default None
        The weight of each letter, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.

    Returns
    -------
    tuple of int
        The letters.

    Raises
    ------
    InvalidTypeError
        If `idx`, `alphabet_size` or `degree` is no integer, `scalar_term` no boolean, or `weights`
        no integers.
    InvalidValueError
        If `idx` is negative or beyond the last coefficient; if `alphabet_size` is below 1 or
        `degree` below 0; if `weights` come without `degree`, are not positive, one for each letter,
        or too fine; or if the word is longer than memory holds.

    See Also
    --------
    word_to_idx : The inverse.

    Examples
    --------
    >>> import treealg
    >>> treealg.idx_to_word(4, 2), treealg.idx_to_word(0, 2, scalar_term=True)
    ((1, 0), ())
    >>> treealg.idx_to_word(5, 2, degree=3, weights=(1, 2))
    (0, 0, 0)
    """
    alphabet_size = check_integer("alphabet_size", alphabet_size, 1)
    scalar = check_flag("scalar_term", scalar_term)
    rest = check_integer("idx", idx, 0) + (not scalar)
    basis = _basis(alphabet_size, degree, weights)
    if basis is not None and not basis.has_place(rest):
        raise InvalidValueError(
            f"idx must be below {basis.count - (not scalar)}, the number of coefficients with "
            f"{degree=} and weights={brief(weights)}, got {idx}"
        )
    if isinstance(basis, _LightWords):
        return basis.words[rest]
    if alphabet_size == 1:
        check_entries(rest, "the word")
        return (0,) * rest
    letters = []
    while rest:
        rest, letter = divmod(rest - 1, alphabet_size)
        letters.append(letter)
    return tuple(reversed(letters))


class _AllWords:
    """All words up to a length, with the empty one."""

    def __init__(self, letters: int, degree: int) -> None:
        self._letters, self._degree = letters, degree

    @property
    def count(self) -> int:
        if self._letters == 1:
            return self._degree + 1
        count: int = (self._letters ** (self._degree + 1) - 1) // (self._letters - 1)
        return count

    def has_place(self, place: int) -> bool:
        # Without counting, as these may be any number.
        bits = self._letters.bit_length() - 1  # there are at least 2**bits letters
        enough = bits * self._degree >= place.bit_length()
        return enough or place < self.count

    def __contains__(self, word: Word) -> bool:
        return len(word) <= self._degree


class _LightWords:
    """The words that are light enough, with the empty one, and the place of each."""

    def __init__(self, weights: tuple[int, ...], degree: int) -> None:
        tables.require_weighted_fits(weights, degree, planar=None)
        from treealg.symbolic import weighted_words

        self.words: tuple[Word, ...] = ((), *weighted_words(weights, degree))
        self.place = {word: place for place, word in enumerate(self.words)}

    @property
    def count(self) -> int:
        return len(self.words)

    def has_place(self, place: int) -> bool:
        return place < len(self.words)

    def __contains__(self, word: Word) -> bool:
        return word in self.place


_light_words = lru_cache(maxsize=8)(_LightWords)


def _basis(letters: int, degree: Any, weights: Any) -> _AllWords | _LightWords | None:
    """Return the words of a signature, None if nothing bounds them."""
    if degree is None:
        if weights is not None:
            raise InvalidValueError("degree must be given with weights, which it bounds")
        return None
    degree, light = checked_weights(weights, letters, check_integer("degree", degree, 0), None)
    return _AllWords(letters, degree) if light is None else _light_words(light, degree)


def as_word(value: Any, name: str = "word") -> Word:
    """Return a word that was given, its letters Python integers."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = list(value)  # whose letters are checked as others are
    if not isinstance(value, (tuple, list)):
        raise InvalidTypeError(
            f"{name} must be a tuple of integers, got {type(value).__name__}; one letter is (a,), "
            f"and the empty word ()"
        )
    return tuple(
        letter
        if type(letter) is int and -(2**63) <= letter < 2**63
        else check_integer(f"{name}[{i}]", letter, None)
        for i, letter in enumerate(value)
    )


def as_words(words: Any) -> list[Word]:
    """Return a word that was given, or a list of them, as a list; rows of an array are words.

    Examples
    --------
    >>> as_words((0, 1)), as_words([(0,), [1]])
    ([(0, 1)], [(0,), (1,)])
    """
    if isinstance(words, np.ndarray) and words.ndim == 2:
        words = list(words)
    if not isinstance(words, list):
        return [as_word(words, "words")]
    return [as_word(word, f"words[{i}]") for i, word in enumerate(words)]


def listed_words(words: Any, prefixes: Any) -> list[Word]:
    """Return the words that are asked for, each after its prefixes where these are, too.

    Examples
    --------
    >>> listed_words((0, 1), True)
    [(0,), (0, 1)]
    """
    given = as_words(words)
    if not check_flag("prefixes", prefixes):
        return given
    letters = sum(len(word) * (len(word) + 1) // 2 for word in given)
    if letters > MAX_LETTERS:
        raise InvalidValueError(
            f"words must have prefixes of at most {MAX_LETTERS} letters together, got {letters}; "
            "ask for shorter words"
        )
    return [word[:n] for word in given for n in range(min(1, len(word)), len(word) + 1)]


def check_letters(word: Word, alphabet_size: int, name: str = "word") -> None:
    """Refuse a word with a letter that is none."""
    for letter in word:
        if not 0 <= letter < alphabet_size:
            raise InvalidValueError(
                f"{name} must have letters from 0 to {alphabet_size - 1}, got {brief(letter)}"
            )


def ladder(word: Word, alphabet_size: int, name: str = "word") -> TupleForm:
    """Return the tree that a word is: a ladder with its last letter at the root.

    Examples
    --------
    >>> ladder((1, 0), 2), ladder((), 2)
    (((1,), 0), None)
    """
    letters = as_word(word, name)
    check_letters(letters, alphabet_size, name)
    tree: TupleForm = None
    for letter in letters:
        tree = (letter,) if tree is None else (tree, letter)
    return tree
