"""Words (tuples) and their shuffle product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.linear.combinations import add_terms
from treealg.symbolic.trees.labels import ByKind, normalize_word
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_STEPS,
    MAX_TERMS,
    check_steps,
    check_terms,
    count_choices,
    count_shuffles,
)

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
        If there are more than a million different words, or these are so long that they take more
        than ten million steps; if a letter is not equal to itself, as NaN is not.

    Examples
    --------
    >>> shuffle_words((1, 2), (2,))
    {(2, 1, 2): 1, (1, 2, 2): 2}
    """
    return dict(_shuffle((_word("first", first), _word("second", second))))


def _word(name: str, word: Any) -> Word:
    if not isinstance(word, (tuple, list, str)):
        raise InvalidTypeError(
            f"{name} must be a word, a tuple of letters, got {type(word).__name__} {brief(word)}"
        )
    return normalize_word(tuple(word))


def _build_shuffle(
    pair: tuple[Word, Word], known: Mapping[tuple[Word, Word], dict[Word, int]]
) -> dict[Word, int]:
    first, second = pair
    length, states = len(first) + len(second), len(first) * len(second)
    ways = count_choices(length, len(first))
    what, disjoint = "the shuffle of these words", set(first).isdisjoint(second)
    if ways > MAX_TERMS:
        if states <= MAX_STEPS or disjoint:
            words = count_shuffles(first, second)
            check_terms(what, words)
            check_steps(what, words * length // 10)
        check_steps(what, states)
    elif ways * length > MAX_STEPS:
        if disjoint:
            # Two for each beginning of a word, and those of each whole one.
            beginnings = count_choices(length + 2, len(first) + 1)
            check_steps(what, 2 * beginnings + ways * length // 10)
        else:
            check_steps(what, count_shuffles(first, second) * length // 10)
    if len(first) < len(second):
        first, second = second, first
    first, second = first[::-1], second[::-1]
    # A word, read from its end, is a path in the automaton of `count_shuffles`, here with numbers
    # of ways: `used` goes from how many letters of `first` the end may contain to in how many ways.
    total: dict[Word, int] = {}
    word: list[Any] = [None] * length
    ends: list[tuple[int, Any, dict[int, int]]] = [(0, None, {0: 1})]
    while ends:
        done, letter, used = ends.pop()
        if done:
            word[length - done] = letter
        if done == length:
            total[tuple(word)] = used[len(first)]
            spend(1 + length // 10)  # to copy ten letters takes less than one
            continue
        spend(1 + len(used))
        moves: dict[Any, dict[int, int]] = {}
        for i, ways in used.items():
            if i < len(first):
                reached = moves.setdefault(first[i], {})
                reached[i + 1] = reached.get(i + 1, 0) + ways
            if done - i < len(second):
                reached = moves.setdefault(second[done - i], {})
                reached[i] = reached.get(i, 0) + ways
        ends += ((done + 1, *move) for move in reversed(moves.items()))
    return total


_shuffle: Memo[tuple[Word, Word], dict[Word, int]] = Memo(
    lambda pair: (), _build_shuffle, table=ByKind
)


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
