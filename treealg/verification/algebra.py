"""Tables against the algebra, recomputed; and the laws of the Hopf algebra, as polynomial maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from treealg import tables
from treealg.codegen.maps import build_program, map_size
from treealg.verification.independent import bck_cuts, mkw_cuts, normal, words_of_forest
from treealg.verification.points import lattice_points
from treealg.verification.report import Outcome

__all__ = ["check_arborification", "check_coproduct", "check_laws"]


def _basis(dimension: int, degree: int, planar: bool) -> list[tuple[Any, ...]]:
    from treealg.symbolic.vectors import basis_elements

    forms = [element.to_tuple() for element in basis_elements(dimension, degree, planar)]
    return forms if planar else [normal(form) for form in forms]


def check_arborification(dimension: int, degree: int, planar: bool) -> Outcome:
    """Compare the arborification table with words that are read off each tree.

    Parameters
    ----------
    dimension, degree : int
        The size.
    planar : bool
        The kind.

    Returns
    -------
    Outcome
        One comparison per row.

    Raises
    ------
    None
        Differences are in the outcome.
    """
    table = tables.arborification(dimension, degree, planar)
    words = [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]
    basis = _basis(dimension, degree, planar)
    for index, element in enumerate(basis):
        block, label = divmod(index, dimension)
        entries = range(int(table.ptr[block]), int(table.ptr[block + 1]))
        found = {words[int(table.col[e]) * dimension + label]: int(table.coef[e]) for e in entries}
        forest = element if planar else (element,)
        expected = words_of_forest(forest, planar=planar)
        if found != dict(expected):
            return Outcome(index, f"row {element}: {found}, not {dict(expected)}")
    return Outcome(len(basis))


def _slot_forests(table: tables.ConvolutionTable, basis: Sequence[Any], planar: bool) -> list[Any]:
    """Return the pruned forest that each slot stands for."""
    forests: list[Any] = [()]
    for head, tail in zip(table.head[1:].tolist(), table.tail[1:].tolist(), strict=True):
        if planar:
            forests.append(basis[head])
        else:
            forests.append(tuple(sorted((basis[head], *forests[tail]), key=repr)))
    return forests


def check_coproduct(dimension: int, degree: int, planar: bool) -> Outcome:
    """Compare the coproduct table with cuts that are enumerated on each tree or forest.

    Parameters
    ----------
    dimension, degree : int
        The size.
    planar : bool
        The kind.

    Returns
    -------
    Outcome
        One comparison per basis element.

    Raises
    ------
    None
        Differences are in the outcome.
    """
    table = tables.convolution(dimension, degree, planar)
    basis = _basis(dimension, degree, planar)
    forests = _slot_forests(table, basis, planar)
    for index, element in enumerate(basis):
        block, label = divmod(index, dimension)
        found: Counter[Any] = Counter()
        for entry in range(int(table.term_ptr[block]), int(table.term_ptr[block + 1])):
            slot = int(table.term_slot[entry])
            trunk = basis[int(table.term_trunk[entry]) * dimension + label]
            found[(forests[slot], trunk)] += int(table.factor[slot])
        cuts = mkw_cuts(element) if planar else bck_cuts(element)
        expected = {pair: m for pair, m in cuts.items() if pair[0] and pair[1]}
        if dict(found) != expected:
            return Outcome(index, f"element {element}: {dict(found)}, not {expected}")
    return Outcome(len(basis))


def check_laws(dimension: int, degree: int, planar: bool) -> Iterator[tuple[str, Outcome]]:
    """Prove the laws of the group of characters for the programs of a size.

    Parameters
    ----------
    dimension, degree : int
        The size.
    planar : bool
        The kind.

    Yields
    ------
    name : str
        The law.
    outcome : Outcome
        Compared at all points of the lower set of its variables up to the degree.

    Raises
    ------
    None
        Differences are in the outcome.
    """

    def evaluate(name: str) -> Callable[..., list[Any]]:
        program = build_program(map_size(name, dimension, degree, planar=planar))
        return lambda *vectors: program.evaluate(*vectors)[0]

    combine, inverse, log, exp = map(evaluate, ("combine", "inverse", "log", "exp"))
    zero = [0] * tables.basis_length(dimension, degree, planar)

    def associative(a: Any, b: Any, c: Any) -> bool:
        return combine(combine(a, b), c) == combine(a, combine(b, c))

    laws: list[tuple[str, int, Callable[..., bool]]] = [
        ("coproduct is coassociative", 3, associative),
        ("inverse from the left", 1, lambda a: combine(inverse(a), a) == zero),
        ("inverse from the right", 1, lambda a: combine(a, inverse(a)) == zero),
        ("exp after log", 1, lambda a: exp(log(a)) == a),
        ("log after exp", 1, lambda a: log(exp(a)) == a),
    ]
    orders = build_program(map_size("log", dimension, degree, planar=planar)).inputs[0].orders
    size = len(orders)
    for name, count, holds in laws:
        outcome = Outcome(0, degree=degree)
        for point in lattice_points(orders * count, degree):
            vectors = [list(point[i * size : (i + 1) * size]) for i in range(count)]
            if not holds(*vectors):
                outcome = Outcome(outcome.points, f"fails at {point}", degree)
                break
            outcome = Outcome(outcome.points + 1, degree=degree)
        yield name, outcome
