"""Tables of bases by weight, recomputed from definitions on tuples; the last label weighs two."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

from treealg import tables
from treealg.verification.algebra import basis_tuples, cuts_of, slot_forests
from treealg.verification.independent import words_of_chains, words_of_forest
from treealg.verification.report import Outcome

__all__ = ["check_light_words", "check_weighted_arborification", "check_weighted_coproduct"]


def _weights(dimension: int) -> tuple[int, ...]:
    return (*(1,) * (dimension - 1), 2)


def _weight(element: Any, weights: tuple[int, ...]) -> int:
    """Return the weight of a label, or of all labels in nested tuples."""
    if isinstance(element, int):
        return weights[element]
    return sum(_weight(part, weights) for part in element)


def _light(dimension: int, degree: int, planar: bool | None) -> list[Any]:
    """Return what is light enough, as the basis of all has it."""
    basis, weights = basis_tuples(dimension, degree, planar), _weights(dimension)
    return [element for element in basis if _weight(element, weights) <= degree]


def _words_of_kernels(dimension: int, degree: int, longest: int) -> list[tuple[Any, ...]]:
    """Return words by weight, then by their last letter, light ones first, then by what precedes.

    What precedes comes before the letter among those of its weight. Letters are chains, shorter
    ones first; those of one label are plain labels where there are no others.
    """
    weights = _weights(dimension)
    chains = [c for n in range(1, longest + 1) for c in product(range(dimension), repeat=n)]
    letters = chains if longest > 1 else list(range(dimension))
    return _words_by_weight(letters, weights, degree)


def _words_by_weight(
    letters: list[Any], weights: tuple[int, ...], degree: int
) -> list[tuple[Any, ...]]:
    """Return words of some letters by weight, then as above."""
    own_letters = {
        own: [x for x in letters if _weight(x, weights) == own] for own in range(1, degree + 1)
    }
    of_weight: list[list[tuple[Any, ...]]] = [[()]]
    for total in range(1, degree + 1):
        of_weight.append(
            [
                (*word, letter)
                for own in range(1, total + 1)
                for word in of_weight[total - own]
                for letter in own_letters[own]
            ]
        )
    return [word for words in of_weight[1:] for word in words]


def _expected(element: Any, planar: bool | None, longest: int) -> Counter[tuple[Any, ...]]:
    """Return the words of an element."""
    if longest > 1:
        return words_of_chains(element if planar is not False else (element,), planar, longest)
    if planar is None:
        return Counter({element: 1})
    return words_of_forest(element if planar else (element,), planar=planar)


def check_weighted_arborification(
    dimension: int, degree: int, planar: bool | None, longest: int = 1
) -> Outcome:
    """Compare the arborification table by weight with words that are read off each tree."""
    table = tables.weighted_arborification(
        _weights(dimension), degree, planar=planar, longest=longest
    )
    words = _words_of_kernels(dimension, degree, longest)
    basis = _light(dimension, degree, planar)
    if (table.n_rows, table.n_cols) != (len(basis), len(words)):
        return Outcome(0, f"{table.n_rows} rows of {table.n_cols} words")
    for index, element in enumerate(basis):
        entries = range(int(table.ptr[index]), int(table.ptr[index + 1]))
        found = {words[int(table.col[e])]: int(table.coef[e]) for e in entries}
        expected = _expected(element, planar, longest)
        if found != dict(expected):
            return Outcome(index, f"row {element}: {found}, not {dict(expected)}")
    return Outcome(len(basis))


def check_weighted_coproduct(dimension: int, degree: int, planar: bool | None) -> Outcome:
    """Compare the coproduct table by weight with cuts that are enumerated on each element."""
    table = tables.weighted_convolution(_weights(dimension), degree, planar=planar)
    basis = _light(dimension, degree, planar)
    if table.n_blocks != len(basis):
        return Outcome(0, f"{table.n_blocks} elements, not {len(basis)}")
    forests = slot_forests(table, basis, planar)
    for index, element in enumerate(basis):
        found: Counter[Any] = Counter()
        for entry in range(int(table.term_ptr[index]), int(table.term_ptr[index + 1])):
            slot = int(table.term_slot[entry])
            trunk = basis[int(table.term_trunk[entry])]
            found[(forests[slot], trunk)] += int(table.factor[slot])
        cuts = cuts_of(element, planar)
        expected = {pair: m for pair, m in cuts.items() if pair[0] and pair[1]}
        if dict(found) != expected:
            return Outcome(index, f"element {element}: {dict(found)}, not {expected}")
    return Outcome(len(basis))


def check_light_words(dimension: int, degree: int, planar: bool | None) -> Outcome:
    """Compare what is light enough of a basis with a list, and of words of up to 4 nodes, too."""
    weights, basis = _weights(dimension), basis_tuples(dimension, degree, planar)
    light = _light(dimension, degree, planar)
    if [basis[place] for place in tables.light_elements(weights, degree, planar=planar)] != light:
        return Outcome(0, "light elements are not those that are light")
    if planar is None:
        return Outcome(len(light))
    degree = min(degree, 4)
    basis = basis_tuples(dimension, degree, planar)
    every = tables.words(dimension, degree, longest=None, planar=planar)
    own = tables.element_weights(weights, degree, planar=planar)
    found = tables.light_words(every, own, degree)
    nodes = [x for n in range(1, degree + 1) for x in basis if _weight(x, (1,) * dimension) == n]
    order = {word: i for i, word in enumerate(_words_by_weight(nodes, weights, degree))}
    by_nodes: dict[int, list[Any]] = {
        n: [x for x in nodes if _weight(x, (1,) * dimension) == n] for n in range(1, degree + 1)
    }
    words = [
        word
        for parts in every.compositions[1:]
        for word in product(*(by_nodes[part] for part in parts))
    ]
    for index, (word, place) in enumerate(zip(words, found.place.tolist(), strict=True)):
        if place != order.get(word, -1):
            return Outcome(index, f"word {word}: place {place}, not {order.get(word, -1)}")
    return Outcome(len(light) + len(words))
