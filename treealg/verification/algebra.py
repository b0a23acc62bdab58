"""Tables against the algebra, recomputed from definitions on tuples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from treealg import tables
from treealg.verification.independent import (
    bck_cuts,
    brackets,
    is_lyndon,
    mkw_cuts,
    normal,
    words_of_forest,
)
from treealg.verification.report import Outcome

__all__ = [
    "basis_tuples",
    "check_arborification",
    "check_coproduct",
    "check_lyndon",
    "cuts_of",
    "slot_forests",
]


def _words(dimension: int, degree: int) -> list[tuple[int, ...]]:
    return [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]


def basis_tuples(dimension: int, degree: int, planar: bool | None) -> list[tuple[Any, ...]]:
    """Return the basis in its order, as tuples."""
    if planar is None:
        return _words(dimension, degree)
    from treealg.symbolic.maps.vectors import basis_elements

    forms = [element.to_tuple() for element in basis_elements(dimension, degree, planar)]
    return forms if planar else [normal(form) for form in forms]


def check_arborification(dimension: int, degree: int, planar: bool | None) -> Outcome:
    """Compare the arborification table with words that are read off each tree."""
    table = tables.arborification(dimension, degree, planar=planar)
    words = _words(dimension, degree)
    basis = basis_tuples(dimension, degree, planar)
    for index, element in enumerate(basis):
        block, label = divmod(index, dimension)
        entries = range(int(table.ptr[block]), int(table.ptr[block + 1]))
        found = {words[int(table.col[e]) * dimension + label]: int(table.coef[e]) for e in entries}
        if planar is None:
            expected = Counter({element: 1})
        else:
            expected = words_of_forest(element if planar else (element,), planar=planar)
        if found != dict(expected):
            return Outcome(index, f"row {element}: {found}, not {dict(expected)}")
    return Outcome(len(basis))


def slot_forests(
    table: tables.ConvolutionTable, basis: Sequence[Any], planar: bool | None
) -> list[Any]:
    """Return the pruned forest that each slot stands for."""
    forests: list[Any] = [()]
    for head, tail in zip(table.head[1:].tolist(), table.tail[1:].tolist(), strict=True):
        if planar is not False:
            forests.append(basis[head])
        else:
            forests.append(tuple(sorted((basis[head], *forests[tail]), key=repr)))
    return forests


def check_coproduct(dimension: int, degree: int, planar: bool | None) -> Outcome:
    """Compare the coproduct table with cuts that are enumerated on each tree, forest or word."""
    table = tables.convolution(dimension, degree, planar=planar)
    basis = basis_tuples(dimension, degree, planar)
    forests = slot_forests(table, basis, planar)
    for index, element in enumerate(basis):
        block, label = divmod(index, dimension)
        found: Counter[Any] = Counter()
        for entry in range(int(table.term_ptr[block]), int(table.term_ptr[block + 1])):
            slot = int(table.term_slot[entry])
            trunk = basis[int(table.term_trunk[entry]) * dimension + label]
            found[(forests[slot], trunk)] += int(table.factor[slot])
        cuts = cuts_of(element, planar)
        expected = {pair: m for pair, m in cuts.items() if pair[0] and pair[1]}
        if dict(found) != expected:
            return Outcome(index, f"element {element}: {dict(found)}, not {expected}")
    return Outcome(len(basis))


def cuts_of(element: Any, planar: bool | None) -> Counter[Any]:
    """Count the terms of a coproduct, by enumeration."""
    if planar is None:
        return Counter((element[:k], element[k:]) for k in range(len(element) + 1))
    return mkw_cuts(element) if planar else bck_cuts(element)


def check_lyndon(dimension: int, degree: int, planar: bool | None = True) -> Outcome:
    """Compare the tables of Lyndon coordinates with brackets that are expanded word by word.

    Notes
    -----
    With B the expansions of the standard brackets, P the selection of the Lyndon forests and Q the
    projection to bracket coefficients: Q reads Lyndon forests only and Q B = 1, which determines
    it; the expansions are B for bracket coefficients, and B Q P' for coordinates, with P' the
    transpose of P; composed with arborification, the projections are products of matrices.
    """
    basis = basis_tuples(dimension, degree, planar)
    index = {forest: place for place, forest in enumerate(basis)}
    # Letters are planar trees, in the order in which they stand in the basis as forests, or labels.
    letters = {forest[0]: place for place, forest in enumerate(basis) if len(forest) == 1}
    words = [tuple(letters[tree] for tree in forest) for forest in basis]
    trees = {place: tree for tree, place in letters.items()}
    chosen = [place for place, word in enumerate(words) if is_lyndon(word)]
    expansion = np.zeros((len(basis), len(chosen)), dtype=np.int64)
    for column, place in enumerate(chosen):
        for word, count in brackets(words[place]).items():
            expansion[index[tuple(trees[letter] for letter in word)], column] = count
    selection = np.zeros((len(chosen), len(basis)), dtype=np.int64)
    selection[np.arange(len(chosen)), chosen] = 1
    projection = _dense(tables.lyndon(dimension, degree, 2, planar=planar))
    arborified = _dense(tables.arborification(dimension, degree, planar=planar))
    comparisons = [
        (
            "selection of Lyndon forests",
            _dense(tables.lyndon(dimension, degree, 1, planar=planar)),
            selection,
        ),
        ("projection reads Lyndon forests", projection @ selection.T @ selection, projection),
        ("projection of brackets", projection @ expansion, np.eye(len(chosen))),
        (
            "expansion",
            _dense(tables.lyndon_expansion(dimension, degree, 2, planar=planar)),
            expansion,
        ),
        (
            "expansion of coordinates",
            _dense(tables.lyndon_expansion(dimension, degree, 1, planar=planar)),
            expansion @ projection @ selection.T,
        ),
        *(
            (
                f"arborification, method {method}",
                _dense(tables.lyndon_arborification(dimension, degree, method, planar=planar)),
                matrix @ arborified,
            )
            for method, matrix in ((1, selection), (2, projection))
        ),
    ]
    count = 0
    for name, found, expected in comparisons:
        if not np.array_equal(found, expected):
            row, column = (int(places[0]) for places in np.nonzero(found != expected))
            return Outcome(
                count,
                f"{name}: entry ({row}, {column}) is {found[row, column]}, not "
                f"{expected[row, column]}",
            )
        count += found.size
    return Outcome(count)


def _dense(table: tables.LinearMap) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the matrix of a table, of integers that int64 holds."""
    width = table.width
    matrix = np.zeros((table.n_rows, width, table.n_cols, width), dtype=np.int64)
    row = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))
    for label in range(width):
        matrix[row, label, table.col, label] = table.coef
    return matrix.reshape(table.n_rows * width, table.n_cols * width)
