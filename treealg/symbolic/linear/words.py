"""Words (tuples) and their shuffle product."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from math import comb
from typing import Any

from treealg.errors import InvalidTypeError
from treealg.symbolic.linear.combinations import add_terms
from treealg.symbolic.trees.labels import normalize_word
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.sizes import MAX_TERMS, check_terms, count_shuffles

__all__ = ["shuffle_terms", "shuffle_words"]

Word = tuple[Any, ...]


def shuffle_words(first: Word, second: Word) -> dict[Word, int]:
    r"""Return the shuffle of two words, each with the number of ways in which it arises.

    :math:`ua ⧢ vb = (u ⧢ vb)a + (ua ⧢ v)b`.

    Parameters
    ----------
    first, second : tuple
        Words over any letters; a list or text is the tuple of its letters.

    Returns
    -------
    dict
        From word to number of ways; a new one at each call.

    Raises
    ------
    InvalidTypeError
        If an argument is no sequence of letters that are hashable.
    InvalidValueError
        If there are more than a million different words.

    Examples
    --------
    >>> shuffle_words((1, 2), (2,))
    {(2, 1, 2): 1, (1, 2, 2): 2}
    """
    return dict(_shuffle((_word("first", first), _word("second", second))))


def _word(name: str, word: Any) -> Word:
    if not isinstance(word, (tuple, list, str)):
        raise InvalidTypeError(
            f"{name} must be a word, a tuple of letters, got {type(word).__name__} "
            f"{reprlib.repr(word)}"
        )
    return normalize_word(tuple(word))


def _build_shuffle(
    pair: tuple[Word, Word], known: Mapping[tuple[Word, Word], dict[Word, int]]
) -> dict[Word, int]:
    first, second = pair
    if comb(len(first) + len(second), len(first)) > MAX_TERMS:
        check_terms("the shuffle of these words", count_shuffles(first, second))
    if len(first) < len(second):
        first, second = second, first
    # row[j] is the shuffle of a prefix of `first` with the prefix of length j of `second`.
    row: list[dict[Word, int]] = [{second[:j]: 1} for j in range(len(second) + 1)]
    for i, a in enumerate(first, 1):
        new: list[dict[Word, int]] = [{first[:i]: 1}]
        for j, b in enumerate(second, 1):
            cell = {(*word, a): count for word, count in row[j].items()}
            for word, count in new[j - 1].items():
                key = (*word, b)
                cell[key] = cell.get(key, 0) + count
            new.append(cell)
        row = new
    return row[-1]


_shuffle: Memo[tuple[Word, Word], dict[Word, int]] = Memo(lambda pair: (), _build_shuffle)


def shuffle_terms(left: Mapping[Word, Any], right: Mapping[Word, Any]) -> dict[Word, Any]:
    """Return the shuffle of two linear combinations of words.

    Examples
    --------
    >>> shuffle_terms({(1,): 2}, {(1,): 3})
    {(1, 1): 12}
    """
    total: dict[Word, Any] = {}
    for u, a in left.items():
        for v, b in right.items():
            add_terms(total, _shuffle((u, v)), a * b)
        check_terms("the shuffle of these sums of words", len(total))
    return total
