"""Tables of expected signatures against Itô's calculus on words, recomputed on tuples.

An integral of a lift is a sum of iterated Itô integrals of words whose letters are brackets of
several labels, written as sorted tuples. Products are expanded by Itô's formula.
"""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import product
from typing import Any

from treealg import tables
from treealg.checks import LIFTS
from treealg.verification.algebra import basis_tuples
from treealg.verification.independent import words_of_forest
from treealg.verification.report import Outcome

__all__ = ["check_cumulants", "check_expectation"]

Word = tuple[tuple[Any, ...], ...]
Terms = dict[Word, Fraction]


def check_expectation(dimension: int, degree: int) -> Outcome:
    """Compare the tables from cumulants to expected signatures on trees, for all lifts."""
    count = 0
    basis = basis_tuples(dimension, degree, False)
    for lift in LIFTS:
        for longest in sorted({1, 2, degree}):
            table = tables.expectation(dimension, degree, lift=lift, longest=longest)
            words = _words(tables.words(dimension, degree, longest=longest))
            for index, tree in enumerate(basis):
                found: Terms = defaultdict(Fraction)
                block, label = divmod(index, dimension)
                for e in range(int(table.ptr[block]), int(table.ptr[block + 1])):
                    word = words[int(table.col[e]) * dimension + label]
                    found[word] += Fraction(int(table.coef[e]), _factorials(word))
                expected = {
                    word: value
                    for word, value in _integrals((tree,), lift).items()
                    if all(len(letter) <= longest for letter in word)
                }
                if dict(found) != expected:
                    return Outcome(count, f"{lift} {tree}: {dict(found)}, not {expected}")
                count += 1
    return Outcome(count)


def check_cumulants(dimension: int, degree: int, planar: bool) -> Outcome:
    """Compare the tables from cumulants to their places in the logarithm, for all lifts."""
    count = 0
    words = [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]
    for lift in LIFTS:
        table = tables.cumulants(dimension, degree, planar=planar, lift=lift)
        for index, element in enumerate(basis_tuples(dimension, degree, planar)):
            block, label = divmod(index, dimension)
            found: Terms = defaultdict(Fraction)
            for e in range(int(table.ptr[block]), int(table.ptr[block + 1])):
                word = (tuple(sorted(words[int(table.col[e]) * dimension + label])),)
                found[word] += Fraction(int(table.coef[e]), _factorials(word))
            labels = (tuple(sorted(_labels(element))),)
            jump = _planar_jump(element, lift) if planar else None
            value = _integrals((element,), lift).get(labels) if jump is None else jump
            expected = {labels: value} if value else {}
            if dict(found) != expected:
                return Outcome(count, f"{lift} {element}: {dict(found)}, not {expected}")
            count += 1
    return Outcome(count)


def _words(layout: tables.WeightedWords) -> list[Word]:
    letters = [list(product(range(layout.dimension), repeat=n)) for n in range(layout.longest + 1)]
    return [
        tuple(tuple(sorted(letter)) for letter in word)
        for parts in layout.compositions[1:]
        for word in product(*(letters[n] for n in parts))
    ]


def _factorials(word: Word) -> int:
    return math.prod(math.factorial(len(letter)) for letter in word)


def _labels(element: tuple[Any, ...]) -> list[Any]:
    found = []
    for piece in element:
        found += _labels(piece) if isinstance(piece, tuple) else [piece]
    return found


def _integrals(forest: tuple[Any, ...], lift: str) -> Terms:
    """Write the product of the integrals of trees by words of Itô integrals."""
    if lift == "stratonovich":
        total: Terms = defaultdict(Fraction)
        for plain, count in words_of_forest(forest, planar=False).items():
            for word in _compositions(plain):
                total[word] += Fraction(count, _factorials(word))
        return total
    words: Terms = {(): Fraction(1)}
    for tree in forest:
        *children, label = tree
        own: Terms = defaultdict(Fraction)
        for word, value in _integrals(tuple(children), lift).items():
            own[(*word, (label,))] += value
            if lift == "backward" and word:
                own[(*word[:-1], tuple(sorted((*word[-1], label))))] += value
        grown: Terms = defaultdict(Fraction)
        for left, m in words.items():
            for right, n in own.items():
                for word in _ito_products(left, right):
                    grown[word] += m * n
        words = grown
    return words


def _ito_products(left: Word, right: Word) -> list[Word]:
    """Expand a product: the last step is one of a factor, or of both, in a bracket."""
    if not left or not right:
        return [left + right]
    return [
        *((*word, left[-1]) for word in _ito_products(left[:-1], right)),
        *((*word, right[-1]) for word in _ito_products(left, right[:-1])),
        *(
            (*word, tuple(sorted(left[-1] + right[-1])))
            for word in _ito_products(left[:-1], right[:-1])
        ),
    ]


def _compositions(word: tuple[Any, ...]) -> list[Word]:
    """Cut a word in all ways into letters of several labels."""
    if not word:
        return [()]
    return [
        (*before, tuple(sorted(word[cut:])))
        for cut in range(len(word))
        for before in _compositions(word[:cut])
    ]


def _planar_jump(forest: tuple[Any, ...], lift: str) -> Fraction:
    """Return the signature of a unit jump on an ordered forest.

    For the backward lift X that with ``X * E = 1``, where E is the Itô lift of the jump back, which
    is on n leaves (-1)^n / n! and 0 elsewhere: cuts leave the roots of the last n trees.
    """
    nodes = len(_labels(forest))
    if lift == "stratonovich":
        return Fraction(sum(words_of_forest(forest, planar=True).values()), math.factorial(nodes))
    if lift == "ito":
        return Fraction(nodes == len(forest), math.factorial(nodes))
    if not forest:
        return Fraction(1)
    total = Fraction(0)
    for n in range(1, len(forest) + 1):
        value = _planar_jump(forest[:-n], lift)
        for *branches, _ in forest[-n:]:
            value *= _planar_jump(tuple(branches), lift)
        total -= value * Fraction((-1) ** n, math.factorial(n))
    return total
