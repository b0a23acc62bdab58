"""Lyndon words over any letters, and their bracketings: a basis of the free Lie algebra."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend

__all__ = ["bracketings", "lie_basis", "lyndon_factors", "lyndon_places"]

Word = tuple[Any, ...]
Less = Callable[[Any, Any], bool]


def lyndon_factors(word: Word, less: Less = operator.lt) -> list[Word]:
    """Return the non-increasing Lyndon factors of a word (Duval's algorithm).

    Examples
    --------
    >>> lyndon_factors((1, 0, 1, 0, 0))
    [(1,), (0, 1), (0,), (0,)]
    """
    found = []
    start = 0
    while start < len(word):
        end, back = start + 1, start
        while end < len(word) and not less(word[end], word[back]):
            back = start if less(word[back], word[end]) else back + 1
            end += 1
        while start <= back:
            found.append(word[start : start + end - back])
            start += end - back
    return found


def lyndon_places(total: int, weight: Callable[[int], float]) -> Iterator[tuple[int, ...]]:
    """Iterate over the Lyndon words of a weight in letters 0, 1, ..., in lexicographic order.

    ``weight`` is that of a letter, at least 1, which does not decrease; beyond the last letter it
    is infinite.

    Examples
    --------
    >>> list(lyndon_places(4, lambda letter: letter + 1))
    [(0, 0, 1), (0, 2), (3,)]
    """
    # Each Lyndon word follows from the one before it (Duval): that is repeated as far as it fits,
    # and its last letter becomes the next one, if that fits, or is taken off.
    word = [-1]
    left: float = total  # for the last letter
    while word:
        word[-1] += 1
        own = weight(word[-1])
        if own >= left:
            if own == left:
                yield tuple(word)
                continue
            word.pop()
            if word:
                left += weight(word[-1])
            continue
        period = len(word)
        while own + weight(following := word[len(word) - period]) <= left:
            word.append(following)
            left -= own
            own = weight(following)


def bracketings(less: Less = operator.lt) -> Memo[Word, Mapping[Word, int]]:
    """Return the function of Lyndon words that is their standard bracketing, in words.

    For ``l = uv`` with v the longest proper Lyndon suffix it is the commutator of those of u and
    v; a letter is itself.

    Examples
    --------
    >>> bracketings()((0, 0, 1))
    {(0, 0, 1): 1, (0, 1, 0): -2, (1, 0, 0): 1}
    """
    parts: dict[Word, tuple[Word, ...]] = {}

    def longest(word: Word) -> tuple[Word, ...]:
        # The longest proper end that is a Lyndon word is the last factor of all but the first
        # letter: a longer one would be smaller than its own end, that factor.
        if len(word) < 3:
            return (word[:1], word[1:]) if len(word) > 1 else ()
        if word not in parts:
            spend(len(word))  # comparisons, and letters that are kept
            end = lyndon_factors(word[1:], less)[-1]
            parts[word] = (word[: -len(end)], end)
        return parts[word]

    def cost(word: Word, known: Mapping[Word, Mapping[Word, int]]) -> int:
        return 2 * math.prod(len(known[part]) for part in longest(word)) * (1 + len(word) // 10)

    def build(word: Word, known: Mapping[Word, Mapping[Word, int]]) -> Mapping[Word, int]:
        if len(word) == 1:
            return {word: 1}
        first, second = (known[part] for part in longest(word))
        spend(2 * len(first) * len(second) * (1 + len(word) // 10))
        bracket: dict[Word, int] = {}
        for left, right, sign in ((first, second, 1), (second, first, -1)):
            for start, value in left.items():
                for end, factor in right.items():
                    whole = start + end
                    bracket[whole] = bracket.get(whole, 0) + sign * value * factor
        return {key: value for key, value in bracket.items() if value}

    return Memo(longest, build, cost=cost)


def lie_basis(total: int, weight: Callable[[int], float]) -> Iterator[dict[Word, int]]:
    """Iterate over the standard bracketings of the words of `lyndon_places`.

    Examples
    --------
    >>> list(lie_basis(2, lambda letter: 1 if letter < 2 else 3))
    [{(0, 1): 1, (1, 0): -1}]
    """
    # Of words whose letters are ordered alike, once.
    bracketing = bracketings()
    for word in lyndon_places(total, weight):
        letters = sorted(set(word))
        ranks = {letter: i for i, letter in enumerate(letters)}
        terms = bracketing(tuple([ranks[letter] for letter in word]))
        spend(5 * len(terms))
        yield {tuple([letters[i] for i in key]): value for key, value in terms.items()}
