"""The shuffle, quasi-shuffle and concatenation Hopf algebras of words."""

from __future__ import annotations

import functools
import itertools
import math
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from treealg.checks import brief, check_callable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.algebra import check_results
from treealg.symbolic.hopf.bases import WordAlgebra
from treealg.symbolic.hopf.samples import check_subwords
from treealg.symbolic.linear.coefficients import check_coefficient
from treealg.symbolic.linear.combinations import LinearCombination, Terms, add_terms
from treealg.symbolic.linear.free_lie import lie_basis
from treealg.symbolic.linear.words import shuffle_words
from treealg.symbolic.trees.labels import ByKind, label_kind, label_less, normalize_word
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import (
    MAX_TERMS,
    check_steps,
    check_terms,
    count_choices,
    count_quasi_shuffles,
)

__all__ = [
    "ConcatenationAlgebra",
    "QuasiShuffleAlgebra",
    "ShuffleAlgebra",
    "concatenation_algebra",
    "merge_letters",
    "quasi_shuffle",
    "shuffle_algebra",
]

Word = tuple[Any, ...]

#: Of an automaton that counts words, before it takes a second.
_MOST_STATES = 200_000

# Pairs of words, far beyond all bounds.
_MANY_PAIRS = 10**100

# A word of so few letters has at most 2^19 parts.
_FEW = 19


class Deconcatenation(WordAlgebra):
    r"""Words with :math:`\Delta(w) = \sum_{w = uv} u \otimes v`, the beginning in slot 0.

    Raises
    ------
    TypeError
        If a subclass that does not state its product is instantiated.
    """

    def _least_split(self, x: Word) -> int:
        return (1 + len(x)) * (1 + len(x) // 8)

    def _coproduct_needs(self, x: Word) -> Iterable[Word]:
        return ()

    def _build_coproduct(self, x: Word, known: Mapping[Word, Terms]) -> Terms:
        spend((len(x) + 1) * (1 + len(x) // 4))  # all letters of all terms
        return {(x[:i], x[i:]): 1 for i in range(len(x) + 1)}

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms]:
        # What is cut is known from its pieces.
        return ({(letter,): 1} for letter in self._letters_of(degree, colours))

    def _letters_of(self, weight: int, colours: int) -> Iterable[Any]:
        """Return the letters of a weight."""
        return range(colours) if weight == 1 else ()


class ShuffleAlgebra(Deconcatenation):
    """The shuffle Hopf algebra of words; use the object `shuffle_algebra`.

    Basis: words, as tuples of letters; None is the empty word. Product: shuffle. Coproduct:
    deconcatenation, the beginning (for signatures, the earlier part) in slot 0. Degree: number
    of letters. Dual: `concatenation_algebra`.

    References
    ----------
    C. Reutenauer, "Free Lie Algebras" (1993).

    Examples
    --------
    >>> shuffle_algebra.product((1,), (2, 3))
    <Element ((1, 2, 3)) + ((2, 1, 3)) + ((2, 3, 1))>
    >>> shuffle_algebra.antipode((1, 2, 3))
    <Element -((3, 2, 1))>
    """

    name = "shuffle_algebra"

    def _product(self, x: Word, y: Word) -> Mapping[Word, int]:
        return shuffle_words(x, y)

    def _antipode_needs(self, x: Word) -> Iterable[Word]:
        return ()

    def _build_antipode(self, x: Word, known: Mapping[Word, Terms]) -> Terms:
        return {x[::-1]: -1 if len(x) % 2 else 1}


class ConcatenationAlgebra(WordAlgebra):
    """Words with concatenation and deshuffle; use the object `concatenation_algebra`.

    Basis: words, as tuples of letters; None is the empty word. Product: concatenation. Coproduct:
    letters are distributed in all ways. Degree: number of letters. Dual: `shuffle_algebra`.

    References
    ----------
    C. Reutenauer, "Free Lie Algebras" (1993).

    Examples
    --------
    >>> concatenation_algebra.coproduct((1, 2))
    <Tensor (())⊗((1, 2)) + ((1,))⊗((2,)) + ((2,))⊗((1,)) + ((1, 2))⊗(())>
    """

    name = "concatenation_algebra"

    def _product(self, x: Word, y: Word) -> Mapping[Word, int]:
        return {x + y: 1}

    def _check_coproduct(self, x: Word) -> None:
        what = "the coproduct of this word"
        # Of all beginnings, a pair for each choice how often a letter goes to the first word.
        counts: Counter[Any] = Counter()
        pairs, steps = 1, 0
        for done, letter in enumerate(x):
            counts[letter] += 1
            pairs = pairs // counts[letter] * (counts[letter] + 1)
            steps += pairs * (1 + done // 40)
            if pairs > _MANY_PAIRS:
                break
        check_terms(what, pairs)
        if len(x) > _FEW:
            check_subwords(what, x)
        check_steps(what, steps)

    def _least_split(self, x: Word) -> int:
        return 1 + len(x)

    def _coproduct_needs(self, x: Word) -> Iterable[Word]:
        return ()

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms]:
        # Each Lyndon word is the first of its rotations; of one letter for each divisor or none.
        check_results((colours**degree - degree * colours ** (degree // 2)) // degree)
        return lie_basis(degree, lambda letter: 1 if letter < colours else math.inf)

    def _build_coproduct(self, x: Word, known: Mapping[Word, Terms]) -> Terms:
        # A pair of words is an integer, whose digits are the letters of the first word and, above
        # those, of the second one; pairs are told apart by the length of the first word.
        letters = list(dict.fromkeys(x))
        digits = {letter: digit for digit, letter in enumerate(letters)}
        one, above = 8, 8 * len(x)
        found: list[dict[int, int]] = [{0: 1}]
        for done, letter in enumerate(x):
            digit = digits[letter]
            grown: list[dict[int, int]] = []
            for first in range(done + 2):
                # The letter goes to the end of the second word, or of the first one.
                total: dict[int, int] = {}
                if first <= done:
                    more = digit << above + one * (done - first)
                    total = {pair + more: count for pair, count in found[first].items()}
                if first:
                    more = digit << one * (first - 1)
                    for pair, count in found[first - 1].items():
                        pair += more
                        total[pair] = total.get(pair, 0) + count
                grown.append(total)
            found = grown
            terms = sum(map(len, found))
            # Pairs of a beginning are those of the word where what follows goes to one side.
            check_terms("the coproduct of this word", terms)
            spend(terms * (1 + done // 40) // 2)
        return self._read_pairs(letters, found, len(x))

    @staticmethod
    def _read_pairs(letters: list[Any], found: list[dict[int, int]], length: int) -> Terms:
        """Return the pairs of words for which integers stand, by the length of the first word."""
        read = letters.__getitem__
        lower = (1 << 8 * length) - 1
        second_words: dict[tuple[int, int], Word] = {}
        terms: Terms = {}
        for first, pairs in enumerate(found):
            first_words: dict[int, Word] = {}
            spend(2 * len(pairs) * (1 + length // 20))
            for pair, count in pairs.items():
                codes = pair & lower, pair >> 8 * length
                if codes[0] not in first_words:
                    first_words[codes[0]] = tuple(map(read, codes[0].to_bytes(first, "little")))
                place = codes[1], first
                if place not in second_words:
                    word = codes[1].to_bytes(length - first, "little")
                    second_words[place] = tuple(map(read, word))
                terms[first_words[codes[0]], second_words[place]] = count
        return terms

    def _antipode_needs(self, x: Word) -> Iterable[Word]:
        return ()

    def _build_antipode(self, x: Word, known: Mapping[Word, Terms]) -> Terms:
        return {x[::-1]: -1 if len(x) % 2 else 1}


def merge_letters(first: Any, second: Any) -> tuple[Any, ...]:
    """Merge two letters that are sorted tuples of labels into one.

    Examples
    --------
    >>> merge_letters((0, 2), (1,))
    (0, 1, 2)
    """
    if not isinstance(first, tuple) or not isinstance(second, tuple):
        raise InvalidTypeError(
            "letters of the free quasi-shuffle algebra are tuples of labels such as (0,), got "
            f"{brief(first if not isinstance(first, tuple) else second)}"
        )
    return tuple(sorted(first + second, key=functools.cmp_to_key(_compare)))


def _check_letters(word: Word) -> None:
    """Refuse a word whose letters are no sorted tuples of labels."""
    for letter in word:
        if letter.__class__ is tuple and len(letter) == 1:
            continue
        if merge_letters(letter, ()) != letter or not letter:
            raise InvalidValueError(
                "letters of the free quasi-shuffle algebra are sorted tuples of one label or more "
                f"such as (0,) and (0, 1), got {brief(letter)}"
            )


def _compare(first: Any, second: Any) -> int:
    if first is second or (first.__class__ is second.__class__ and first == second):
        return 0
    return -1 if label_less(first, second) else 1


class QuasiShuffleAlgebra(Deconcatenation):
    r"""A quasi-shuffle Hopf algebra of words; make it with `quasi_shuffle`.

    :math:`ua \star vb = (u \star vb)a + (ua \star v)b + (u \star v)[a,b]` with an associative and
    commutative bracket of letters, and deconcatenation.

    Parameters
    ----------
    bracket : callable
        From two letters to a letter, a mapping from letters to coefficients, or None for zero.
    weight : callable
        From a letter to its weight, an integer of at least 1, additive under the bracket.
    letters : callable or None
        ``letters(weight, colours)`` lists the letters of a weight, for `basis`.

    References
    ----------
    M. E. Hoffman, "Quasi-shuffle products", J. Algebraic Combin. 11 (2000).
    """

    name = "quasi_shuffle()"

    def __init__(
        self,
        bracket: Callable[[Any, Any], Any],
        weight: Callable[[Any], int],
        letters: Callable[[int, int], Iterable[Any]] | None,
    ) -> None:
        super().__init__()
        self._arguments = (bracket, weight, letters)
        self._bracket, self._weight, self._letters = self._arguments
        self._products: Memo[tuple[Word, Word], Terms] = Memo(
            self._needs, self._build, cost=self._cost, table=ByKind
        )

    def __reduce__(self) -> Any:
        return _quasi_shuffle, self._arguments

    def basis_element(self, x: Any) -> Word:
        """Return the word that `x` stands for.

        Parameters
        ----------
        x : tuple or None
            A word, that is a tuple of letters, which for the default bracket are sorted tuples of
            labels; None is the empty word.

        Returns
        -------
        tuple
            The word.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind, or a letter is not hashable, or with the default bracket no
            tuple.
        InvalidValueError
            If a letter is not equal to itself, as NaN is not, or with the default bracket is empty
            or not sorted.

        Examples
        --------
        >>> quasi_shuffle().basis_element(((0,), (0, 1)))
        ((0,), (0, 1))
        """
        word = super().basis_element(x)
        if self._bracket is merge_letters:
            _check_letters(word)
        return word

    def _degree(self, x: Word) -> int:
        return sum(map(self._weight, x))

    def _letters_of(self, weight: int, colours: int) -> Iterable[Any]:
        if self._letters is None:
            raise InvalidValueError(
                "the basis of a quasi-shuffle algebra needs its letters by weight; pass letters= "
                "to quasi_shuffle()"
            )
        return self._letters(weight, colours)

    def _basis(self, degree: int, colours: int) -> Iterator[Word]:
        by_weight = [list(self._letters_of(weight, colours)) for weight in range(1, degree + 1)]
        return self._words(by_weight, degree)

    def _words(self, by_weight: list[list[Any]], degree: int) -> Iterator[Word]:
        stack: list[tuple[Word, int]] = [((), degree)]
        while stack:
            word, left = stack.pop()
            if not left:
                yield word
            for weight in range(left, 0, -1):
                stack.extend(
                    ((*word, letter), left - weight) for letter in reversed(by_weight[weight - 1])
                )

    def _least_count(self, degree: int, colours: int) -> int:
        return 0  # As many as the letters that the caller gives make.

    def _product(self, x: Word, y: Word) -> Mapping[Word, Any]:
        if (x, y) not in self._products:
            what = "the quasi-shuffle of these words"
            if count_quasi_shuffles(len(x), len(y)) > MAX_TERMS:
                check_terms(what, self._count_words(x, y))
            short, long = sorted((len(x), len(y)))
            # All beginnings are multiplied. The longest words are the shuffles, and in the shortest
            # ones the letters of the shorter word merge with any of the longer one, in their order.
            words = short * long
            if set(x).isdisjoint(y):
                words = max(words, count_choices(short + long + 1, short + 1))
            if self._bracket is merge_letters:
                words += count_choices(long + 1, short + 1)
            check_steps(what, words * (1 + (short + long) // 8))
        return self._products((x, y))

    def _count_words(self, x: Word, y: Word) -> int:
        """Return the number of different words in a product, or a lower bound.

        Words are paths in an automaton, as in `count_shuffles`, whose states are the sets of how
        much of both words may have been used; each beginning goes on in some way. Where letters
        merge to what has coefficients that are not positive, words may vanish, and 0 is returned.
        """
        layer: dict[frozenset[tuple[int, int]], int] = {frozenset({(0, 0)}): 1}
        complete = steps = 0
        while layer:
            steps += sum(map(len, layer))
            if steps > _MOST_STATES:
                break
            grown: dict[frozenset[tuple[int, int]], int] = {}
            for used, count in layer.items():
                if (len(x), len(y)) in used:
                    complete += count
                moves: dict[Any, set[tuple[int, int]]] = {}
                for i, j in used:
                    if i < len(x):
                        moves.setdefault(x[i], set()).add((i + 1, j))
                    if j < len(y):
                        moves.setdefault(y[j], set()).add((i, j + 1))
                    if i < len(x) and j < len(y):
                        for (letter,), factor in self._merged(x[i], y[j]):
                            if not isinstance(factor, (int, Fraction)) or factor <= 0:
                                return 0
                            moves.setdefault(letter, set()).add((i + 1, j + 1))
                for reached in map(frozenset, moves.values()):
                    grown[reached] = grown.get(reached, 0) + count
            layer = grown
        return complete + sum(layer.values())

    # Of the antipode, Hoffman's formula, theorem 3.2: with the sign of the length, the sum over
    # all ways to merge neighbours in the word that is read from its end.

    def _antipode_needs(self, x: Word) -> Iterable[Word]:
        return ()

    def _build_antipode(self, x: Word, known: Mapping[Word, Terms]) -> Terms:
        total: Terms = {(): -1 if len(x) % 2 else 1}
        brackets: dict[Any, list[tuple[Word, Any]]] = {}
        for letter in reversed(x):
            spend(3 * len(total) * (1 + len(x) // 10))
            grown: Terms = {(*word, letter): value for word, value in total.items()}
            for word, value in total.items():
                if not word:
                    continue
                last = word[-1]
                key = (last, label_kind(last))
                if key not in brackets:
                    brackets[key] = self._merged(last, letter)
                for end, factor in brackets[key]:
                    whole = word[:-1] + end
                    more = value if factor.__class__ is int and factor == 1 else value * factor
                    grown[whole] = grown[whole] + more if whole in grown else more
            total = grown
            brackets.clear()
            check_terms("an antipode", len(total))
        return {word: value for word, value in total.items() if value != 0}

    def _merged(self, first: Any, second: Any) -> list[tuple[Word, Any]]:
        """Return the bracket of two letters as words of one letter with coefficients."""
        merged = self._bracket(first, second)
        if merged is None:
            return []
        if isinstance(merged, (Mapping, LinearCombination)):
            return [
                (normalize_word((letter,)), check_coefficient(factor))
                for letter, factor in merged.items()
            ]
        return [(normalize_word((merged,)), 1)]

    def _needs(self, pair: tuple[Word, Word]) -> Iterable[tuple[Word, Word]]:
        u, v = pair
        if not u or not v:
            return ()
        return ((u[:-1], v), (u, v[:-1]), (u[:-1], v[:-1]))

    def _cost(self, pair: tuple[Word, Word], known: Mapping[tuple[Word, Word], Terms]) -> int:
        terms = sum(len(known[need]) for need in self._needs(pair))
        return terms * (1 + sum(map(len, pair)) // 10)

    def _build(self, pair: tuple[Word, Word], known: Mapping[tuple[Word, Word], Terms]) -> Terms:
        u, v = pair
        if not u or not v:
            return {u + v: 1}
        total: Terms = {}
        for need, letter in (((u[:-1], v), u[-1]), ((u, v[:-1]), v[-1])):
            add_terms(total, {(*word, letter): c for word, c in known[need].items()})
        for end, factor in self._merged(u[-1], v[-1]):
            rest = {word + end: c for word, c in known[u[:-1], v[:-1]].items()}
            add_terms(total, rest, factor)
        return {word: c for word, c in total.items() if c != 0}


def quasi_shuffle(
    bracket: Callable[[Any, Any], Any] | None = None,
    *,
    weight: Callable[[Any], int] | None = None,
    letters: Callable[[int, int], Iterable[Any]] | None = None,
) -> QuasiShuffleAlgebra:
    r"""Return the quasi-shuffle Hopf algebra with a given bracket of letters.

    Parameters
    ----------
    bracket : callable, optional
        From two letters to a letter, a mapping from letters to coefficients, or None for zero;
        associative and commutative. By default letters are sorted tuples of labels, which merge:
        the letter (0, 1) stands for the bracket of the labels 0 and 1, as in Itô calculus.
    weight : callable, optional
        From a letter to an integer of at least 1, additive under the bracket; by default the
        length of the tuple, or 1 with another bracket.
    letters : callable, optional
        ``letters(weight, colours)`` lists the letters of a weight, for `basis` and `primitives`;
        known for the default bracket.

    Returns
    -------
    QuasiShuffleAlgebra
        The same object for the same arguments, as long as it is in use.

    Raises
    ------
    InvalidTypeError
        If an argument is neither callable nor None.

    Notes
    -----
    :math:`ua \star vb = (u \star vb)a + (ua \star v)b + (u \star v)[a,b]`. With a zero bracket it
    is the shuffle algebra.

    References
    ----------
    M. E. Hoffman, "Quasi-shuffle products", J. Algebraic Combin. 11 (2000).

    Examples
    --------
    >>> quasi_shuffle().product(((0,),), ((1,),))
    <Element (((0, 1),)) + (((0,), (1,))) + (((1,), (0,)))>
    >>> quasi_shuffle(lambda a, b: a + b, weight=int).product((1,), (2,))
    <Element ((3,)) + ((1, 2)) + ((2, 1))>
    """
    for name, value, *given in (
        ("bracket", bracket, "first", "second"), ("weight", weight, "letter"),
        ("letters", letters, "weight", "colours"),
    ):  # fmt: skip
        if value is not None:
            check_callable(name, value, *given)
    if bracket is None or bracket is merge_letters:
        return _quasi_shuffle(merge_letters, weight or len, letters or _multisets)
    return _quasi_shuffle(bracket, weight or _one, letters)


# Not forgotten by clear_cache: what a functional lives on is told by the identity of the algebra.
# The last ones are kept with what they remember, and all others as long as they are in use.
_algebras: weakref.WeakValueDictionary[tuple[Any, ...], QuasiShuffleAlgebra] = (
    weakref.WeakValueDictionary()
)


@functools.lru_cache(maxsize=32)
def _quasi_shuffle(*arguments: Any) -> QuasiShuffleAlgebra:
    found = _algebras.get(arguments)
    return found or _algebras.setdefault(arguments, QuasiShuffleAlgebra(*arguments))


def _one(letter: Any) -> int:
    return 1


def _multisets(weight: int, colours: int) -> Iterable[Any]:
    check_terms("the list of letters of this weight", math.comb(colours + weight - 1, weight))
    return itertools.combinations_with_replacement(range(colours), weight)


shuffle_algebra = ShuffleAlgebra()
concatenation_algebra = ConcatenationAlgebra()
