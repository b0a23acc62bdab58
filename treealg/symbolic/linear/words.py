"""Words (tuples) and their shuffle product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treealg.symbolic.linear.combinations import add_terms
from treealg.symbolic.trees.memo import Memo

__all__ = ["shuffle_terms", "shuffle_words"]

Word = tuple[Any, ...]


def shuffle_words(first: Word, second: Word) -> dict[Word, int]:
    r"""Return the shuffle of two words, each with the number of ways in which it arises.

    :math:`ua ⧢ vb = (u ⧢ vb)a + (ua ⧢ v)b`.

    Parameters
    ----------
    first, second : tuple
        Words over any letters.

    Returns
    -------
    dict
        From word to number of ways; a new one at each call.

    Examples
    --------
    >>> shuffle_words((1, 2), (2,))
    {(2, 1, 2): 1, (1, 2, 2): 2}
    """
    return dict(_shuffle((first, second)))


def _build_shuffle(
    pair: tuple[Word, Word], known: Mapping[tuple[Word, Word], dict[Word, int]]
) -> dict[Word, int]:
    first, second = pair
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
    return total
