"""Lyndon words and Lyndon forests: factorization, lists, bracketings, characters given on them.

An ordered forest is a word over planar trees in the basis order; a word of labels uses the order
of labels. The shuffle algebra is polynomial over the Lyndon words (Radford), so that a character
may take any values on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.mkw import MKW
from treealg.symbolic.hopf.word_algebras import Deconcatenation
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.free_lie import bracketings, lyndon_factors, lyndon_places
from treealg.symbolic.maps.functionals import Functional, Values
from treealg.symbolic.trees.enumeration import enumerate_forests
from treealg.symbolic.trees.forests import OrderedForest
from treealg.symbolic.trees.labels import label_less, normalize_word
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.sizes import check_terms
from treealg.symbolic.trees.trees import PlanarTree

__all__ = [
    "ShuffleCharacter",
    "lyndon_bracketing",
    "lyndon_factorization",
    "lyndon_forests",
    "lyndon_words",
]


def _less(first: Any, second: Any) -> bool:
    if first is second or (first.__class__ is second.__class__ and first == second):
        return False
    if isinstance(first, PlanarTree) and isinstance(second, PlanarTree):
        return first < second
    return label_less(first, second)


def _factors(word: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return the non-increasing Lyndon factors of a word."""
    return lyndon_factors(word, _less)


def _letters(x: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the letters of a forest or word, and what makes one of letters again."""
    if isinstance(x, OrderedForest):
        return x._trees, OrderedForest._make
    if isinstance(x, tuple):
        return normalize_word(x), tuple
    raise InvalidTypeError(
        f"expected an OrderedForest or a word (a tuple of letters), got {type(x).__name__}"
    )


def lyndon_factorization(x: Any) -> tuple[Any, ...]:
    """Return the Lyndon words of which a word is the non-increasing concatenation.

    Parameters
    ----------
    x : OrderedForest or tuple
        An ordered forest, or a word as a tuple of letters.

    Returns
    -------
    tuple of OrderedForest or tuple of tuple
        The factors; just `x` if it is a Lyndon word.

    Raises
    ------
    InvalidTypeError
        If `x` is of another kind.
    InvalidValueError
        If two letters cannot be ordered.

    References
    ----------
    J.-P. Duval, "Factorizing words over an ordered alphabet", J. Algorithms 4 (1983).

    Examples
    --------
    >>> lyndon_factorization((1, 0, 1, 0, 0))
    ((1,), (0, 1), (0,), (0,))
    """
    letters, make = _letters(x)
    return tuple(make(factor) for factor in _factors(letters))


def lyndon_words(length: Any, colours: Any) -> Iterator[tuple[int, ...]]:
    """Iterate over the Lyndon words of a length, in lexicographic order.

    Parameters
    ----------
    length : int
        The number of letters, at least 1.
    colours : int
        The letters are 0, ..., colours - 1; at least 1.

    Returns
    -------
    iterator of tuple
        Each word once.

    Raises
    ------
    InvalidTypeError
        If an argument is not an integer.
    InvalidValueError
        If an argument is less than 1, or `length` beyond a million.

    Examples
    --------
    >>> list(lyndon_words(3, 2))
    [(0, 0, 1), (0, 1, 1)]
    """
    length = check_integer("length", length, 1)
    check_terms("a word of this length", length)
    colours = check_integer("colours", colours, 1)
    return lyndon_places(length, lambda letter: 1 if letter < colours else math.inf)


def lyndon_forests(nodes: Any, colours: Any = 1) -> Iterator[OrderedForest]:
    """Iterate over the ordered forests that are Lyndon words in planar trees.

    Parameters
    ----------
    nodes : int
        The number of vertices in all, at least 1.
    colours : int, default 1
        The number of labels, at least 1.

    Returns
    -------
    iterator of OrderedForest
        In the basis order; as many as there are order conditions for Lie group methods.

    Raises
    ------
    InvalidTypeError
        If an argument is not an integer.
    InvalidValueError
        If an argument is less than 1.

    References
    ----------
    H. Z. Munthe-Kaas and S. Krogstad, "On enumeration problems in Lie-Butcher theory", Future
    Generation Computer Systems 19 (2003).

    Examples
    --------
    >>> [str(forest) for forest in lyndon_forests(3)]
    ['0 0[0]', '0[0,0]', '0[0[0]]']
    """
    nodes = check_integer("nodes", nodes, 1)
    forests: Iterator[OrderedForest] = enumerate_forests(nodes, colours, planar=True)
    return (forest for forest in forests if len(_factors(forest._trees)) == 1)


def lyndon_bracketing(x: Any) -> Element:
    """Return the standard bracketing of a Lyndon word, a primitive element.

    For ``l = uv`` with v the longest proper Lyndon suffix it is the commutator of those of u and
    v; a letter is itself.

    Parameters
    ----------
    x : OrderedForest or tuple
        A Lyndon word.

    Returns
    -------
    Element
        `x` plus larger words; primitive in `ogl` or `concatenation_algebra`.

    Raises
    ------
    InvalidTypeError
        If `x` is of another kind.
    InvalidValueError
        If `x` is not a Lyndon word, or so long that its bracketing takes more than ten million
        steps.

    References
    ----------
    C. Reutenauer, "Free Lie Algebras" (1993).

    Examples
    --------
    >>> lyndon_bracketing((0, 0, 1))
    <Element ((0, 0, 1)) - 2 ((0, 1, 0)) + ((1, 0, 0))>
    """
    letters, make = _letters(x)
    if len(_factors(letters)) != 1:
        raise InvalidValueError(
            f"expected a Lyndon word, got {brief(x)}; use lyndon_factorization first"
        )
    return Element._wrap({make(word): value for word, value in bracketings(_less)(letters).items()})


class ShuffleCharacter(Functional):
    """A character of a shuffle algebra, such as MKW, given by any values on Lyndon words.

    Parameters
    ----------
    algebra : HopfAlgebra
        `mkw`, `shuffle_algebra`, or a quasi-shuffle algebra.
    values : mapping or callable
        From Lyndon words (ordered forests, or tuples of letters) to values; a mapping is zero
        elsewhere.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not one of these, or `values` neither a mapping nor callable.
    InvalidValueError
        If a key of a mapping is not a Lyndon word.

    Notes
    -----
    The product of the Lyndon factors of a word w is a multiple of w plus words for which the
    value is known by induction, which gives the value on w.

    References
    ----------
    D. E. Radford, "A natural ring basis for the shuffle algebra and an application to group
    schemes", J. Algebra 58 (1979).

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest, PlanarTree, mkw
    >>> leaf, ladder = PlanarTree(), PlanarTree([PlanarTree()])
    >>> f = ShuffleCharacter(mkw, {leaf: 2, ladder: 3, OrderedForest([leaf, ladder]): 5})
    >>> f(OrderedForest([ladder, leaf]))  # 2 * 3 - 5
    Fraction(1, 1)
    """

    def __init__(self, algebra: HopfAlgebra[Any], values: Values) -> None:
        if not isinstance(algebra, (MKW, Deconcatenation)):
            raise InvalidTypeError(
                "algebra must be mkw, shuffle_algebra or a quasi-shuffle algebra, got "
                f"{brief(algebra)}; use Character where forests are products of trees"
            )
        given = Functional(algebra, values)
        if isinstance(values, Mapping):
            for key in values:
                letters, _ = _letters(algebra.basis_element(key))
                if len(_factors(letters)) != 1:
                    raise InvalidValueError(f"values must be given on Lyndon words, got {key}")

        def product(word: Any) -> tuple[list[Any], Mapping[Any, Any]]:
            factors: list[Any] = list(lyndon_factorization(word))
            terms: dict[Any, Any] = {algebra.one: 1}
            for factor in factors:
                terms = algebra._multiply(terms, {factor: 1})
            return factors, terms

        def needs(word: Any) -> Iterable[Any]:
            factors, terms = product(word)
            return () if len(factors) < 2 else [*factors, *(key for key in terms if key != word)]

        def build(word: Any, known: Mapping[Any, tuple[Any]]) -> tuple[Any]:
            factors, terms = product(word)
            if len(factors) < 2:
                return (given._value(word) if factors else 1,)
            total: Any = 1
            for factor in factors:
                total = total * known[factor][0]
            for key, count in terms.items():
                if key != word:
                    total = total - count * known[key][0]
            multiple = math.prod(math.factorial(len(list(group))) for _, group in groupby(factors))
            return (total * Fraction(1, multiple),)

        def lyndon_words_below(word: Any) -> Iterator[Any]:
            pending, found = [word], set()
            while pending:
                top = pending.pop()
                if top not in found:
                    found.add(top)
                    parts = list(needs(top))
                    pending += parts
                    if not parts and top != algebra.one:
                        yield top

        known = Memo[Any, tuple[Any]](needs, build)
        super().__init__(algebra, lambda word: known(word)[0])
        self._made_by(type(self), *given._origin[1])
        self._calls(values, lyndon_words_below)
