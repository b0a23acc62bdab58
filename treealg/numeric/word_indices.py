"""The way between words and the indices of their coefficients, by counting.

Names and arguments are those of pySigLib.
"""

from __future__ import annotations

from typing import Any

from treealg.checks import check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables.sizes import check_entries
from treealg.typing import TupleForm, Word

__all__ = ["as_word", "check_letters", "idx_to_word", "is_lyndon", "ladder", "word_to_idx"]


def is_lyndon(word: Word) -> bool:
    """Tell whether a word is a Lyndon word.

    Parameters
    ----------
    word : tuple of int
        Letters, which are integers of any size.

    Returns
    -------
    bool
        Whether it is smaller than all its proper suffixes; the empty word is none.

    Raises
    ------
    InvalidTypeError
        If `word` is neither a tuple nor a list, or a letter no integer.

    Examples
    --------
    >>> import treealg
    >>> treealg.is_lyndon((0, 0, 1)), treealg.is_lyndon((1, 0)), treealg.is_lyndon((0, 0))
    (True, False, False)
    """
    letters = as_word(word)
    return bool(letters) and all(letters < letters[i:] for i in range(1, len(letters)))


def word_to_idx(word: Word, alphabet_size: int, *, scalar_term: bool = False) -> int:
    """Return the index of the coefficient of a word.

    Parameters
    ----------
    word : tuple of int
        Letters, the last one the last integrator; the empty word is ``()``.
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    scalar_term : bool, default False
        Whether the signature has the empty word in front.

    Returns
    -------
    int
        Position along the last axis of a signature of any degree that has the word.

    Raises
    ------
    InvalidTypeError
        If `word` is neither a tuple nor a list, a letter or `alphabet_size` no integer, or
        `scalar_term` no boolean.
    InvalidValueError
        If a letter is not one of ``0, ..., alphabet_size - 1``, or if `word` is empty while there
        is no scalar; or if `alphabet_size` is below 1.

    See Also
    --------
    idx_to_word : The inverse.
    tree_to_idx : The same of trees.

    Examples
    --------
    >>> import treealg
    >>> treealg.word_to_idx((1, 0), 2), treealg.word_to_idx((1, 0), 2, scalar_term=True)
    (4, 5)
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
    index = 0
    for letter in letters:
        index = index * alphabet_size + letter + 1
    return index - (not scalar)


def idx_to_word(idx: int, alphabet_size: int, *, scalar_term: bool = False) -> Word:
    """Return the word that a coefficient belongs to.

    Parameters
    ----------
    idx : int
        Position along the last axis of the signature, from 0.
    alphabet_size : int
        The letters are 0, ..., alphabet_size - 1; at least 1.
    scalar_term : bool, default False
        Whether the signature has the empty word in front.

    Returns
    -------
    tuple of int
        The letters.

    Raises
    ------
    InvalidTypeError
        If `idx` or `alphabet_size` is no integer, or `scalar_term` no boolean.
    InvalidValueError
        If `idx` is negative or `alphabet_size` below 1; or if the word is longer than memory holds.

    See Also
    --------
    word_to_idx : The inverse.

    Examples
    --------
    >>> import treealg
    >>> treealg.idx_to_word(4, 2), treealg.idx_to_word(0, 2, scalar_term=True)
    ((1, 0), ())
    """
    alphabet_size = check_integer("alphabet_size", alphabet_size, 1)
    rest = check_integer("idx", idx, 0) + (not check_flag("scalar_term", scalar_term))
    if alphabet_size == 1:
        check_entries(rest, "the word")
        return (0,) * rest
    letters = []
    while rest:
        rest, letter = divmod(rest - 1, alphabet_size)
        letters.append(letter)
    return tuple(reversed(letters))


def as_word(value: Any) -> Word:
    """Return a word that was given, its letters Python integers."""
    if not isinstance(value, (tuple, list)):
        raise InvalidTypeError(
            f"word must be a tuple of integers, got {type(value).__name__}; one letter is (a,), "
            f"and the empty word ()"
        )
    return tuple(check_integer("word", letter, None) for letter in value)


def check_letters(word: Word, alphabet_size: int) -> None:
    """Refuse a word with a letter that is none."""
    for letter in word:
        if not 0 <= letter < alphabet_size:
            raise InvalidValueError(
                f"word must have letters from 0 to {alphabet_size - 1}, got {letter}"
            )


def ladder(word: Word, alphabet_size: int) -> TupleForm:
    """Return the tree that a word is: a ladder with its last letter at the root.

    Examples
    --------
    >>> ladder((1, 0), 2), ladder((), 2)
    (((1,), 0), None)
    """
    letters = as_word(word)
    check_letters(letters, alphabet_size)
    tree: TupleForm = None
    for letter in letters:
        tree = (letter,) if tree is None else (tree, letter)
    return tree
