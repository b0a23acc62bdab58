r"""Maps of vectors that the algebra gives as polynomials, term by term, and no table.

Beside the maps that programs are printed of, functions compute what one formula of the symbolic
layer says: restrictions, changes of lift, translations, and what goes to and fro between signatures
of trees and geometric ones. Here such a formula is a list of monomials for each entry of a result;
definitions and programs are made of these, and kernels are compared with both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product
from typing import Any

from treealg.codegen.maps import MapSize
from treealg.codegen.program import Builder, Program, Vector
from treealg.errors import InvalidValueError

__all__ = ["FORMULAS", "LENGTH", "evaluated", "is_formula", "program_of"]

LENGTH = 4
"""How many points the paths of formulas have."""
Monomial = tuple[tuple[int, int], ...]
Formula = tuple[list[list[Any]], list[dict[Monomial, Fraction]]]
"""What the entries of each input belong to, and the terms of each entry of the result.

A monomial has the number of an input and of an entry of it for each factor.
"""


def is_formula(name: str) -> bool:
    """Tell whether a name is that of a formula, and not of a map.

    Examples
    --------
    >>> is_formula("ladders"), is_formula("log")
    (True, False)
    """
    return name in FORMULAS


def evaluated(size: MapSize, values: Sequence[Sequence[Any]]) -> list[Any]:
    """Evaluate a formula in the ring of its arguments."""
    result = []
    for terms in _formula(size)[1]:
        total: Any = 0
        for monomial, coefficient in terms.items():
            term: Any = coefficient
            for number, entry in monomial:
                term = values[number][entry] * term
            total = total + term
        result.append(total)
    return result


def program_of(size: MapSize) -> Program:
    """Return a formula as a program."""
    inputs, rows = _formula(size)
    vectors = [_vector(f"x{number}", entries) for number, entries in enumerate(inputs)]
    builder = Builder(vectors)
    address = [builder.input(number) for number in range(len(vectors))]
    found = []
    for terms in rows:
        summed = []
        for monomial, coefficient in terms.items():
            *rest, last = (address[number][entry] for number, entry in monomial)
            left = 0
            for factor in rest:
                left = builder.product(left, factor) if left else factor
            summed.append((coefficient, left or last, last if left else 0))
        found.append(builder.row(summed))
    return builder.finish([(_vector("result", rows), found)])


def _vector(name: str, entries: Sequence[Any]) -> Vector:
    return Vector(name, (1,) * len(entries), ("",) * len(entries))


@lru_cache(maxsize=16)
def _formula(size: MapSize) -> Formula:
    return FORMULAS[size.name](size)


def _basis(size: MapSize) -> list[Any]:
    from treealg.symbolic.maps.vectors import basis_elements

    return list(basis_elements(size.dimension, size.degree, bool(size.planar)))


def _linear(inputs: list[Any], images: Sequence[Any]) -> Formula:
    """Return a map which takes linear combinations of what the entries of its input belong to."""
    place = {element: i for i, element in enumerate(inputs)}
    rows: list[dict[Monomial, Fraction]] = [
        {((0, place[x]),): Fraction(c) for x, c in image.items() if c} for image in images
    ]
    return [inputs], rows


def _ladders(size: MapSize) -> Formula:
    """Restrict to ladders, the last letter at the root."""
    from treealg.symbolic import OrderedForest, PlanarTree, Tree

    kind = PlanarTree if size.planar else Tree
    images = []
    for length in range(1, size.degree + 1):
        for word in product(range(size.dimension), repeat=length):
            ladder: Any = None
            for letter in word:
                ladder = kind([] if ladder is None else [ladder], letter)
            images.append({OrderedForest([ladder]) if size.planar else ladder: 1})
    return _linear(_basis(size), images)


def _words_of_elements(size: MapSize) -> list[tuple[Any, ...]]:
    """List words of basis elements: by nodes, those of the last letter, what is before it, it."""
    basis = _basis(size)
    found: list[list[tuple[Any, ...]]] = [[()]]
    for nodes in range(1, size.degree + 1):
        found.append([
            (*word, letter)
            for last in range(1, nodes + 1)
            for word in found[nodes - last]
            for letter in basis
            if letter.order == last
        ])  # fmt: skip
    return [word for level in found[1:] for word in level]


def _letter_products(size: MapSize) -> Formula:
    """Return the exponential, over words of basis elements, of values on these as letters."""
    basis = _basis(size)
    place = {element: i for i, element in enumerate(basis)}
    rows = [
        {tuple(sorted((0, place[x]) for x in word)): Fraction(1, math.factorial(len(word)))}
        for word in _words_of_elements(size)
    ]
    return [basis], rows


def _geometric(size: MapSize) -> Formula:
    """Take values on words of basis elements to those on elements, by the map of Hairer, Kelly."""
    from treealg.symbolic import hairer_kelly

    image = _cut_into_words if size.planar else hairer_kelly
    return _linear(_words_of_elements(size), [image(x) for x in _basis(size)])


def _cut_into_words(forest: Any) -> dict[tuple[Any, ...], Fraction]:
    """Return what a forest becomes: itself, and what is pruned before what remains."""
    from treealg.symbolic import mkw

    found = {(forest,): Fraction(1)}
    for (pruned, trunk), count in mkw.coproduct(forest).items():
        if pruned.order and trunk.order:
            for word, coefficient in _cut_into_words(pruned).items():
                key = (*word, trunk)
                found[key] = found.get(key, Fraction(0)) + count * coefficient
    return found


def _change_of_lift(size: MapSize) -> Formula:
    """Take integrals of Itô to those of Stratonovich; labels are channels, then their brackets."""
    from treealg.symbolic import Element, change_of_lift, translate_element

    channels = math.isqrt(2 * size.dimension + 2) - 1
    pairs = [(i, j) for i in range(channels) for j in range(i, channels)]
    names: list[Any] = [*range(channels), *pairs]
    if len(names) != size.dimension:
        raise InvalidValueError(
            f"dimension must be 2, 5, 9, ..., that of channels and their brackets, got "
            f"{size.dimension}"
        )
    basis = _basis(size)
    if not size.planar:
        labels = {name: i for i, name in enumerate(names)}
        change = change_of_lift("ito", "stratonovich")
        images = []
        for tree in basis:
            image = change(_relabelled(tree, names.__getitem__))
            images.append(
                {_relabelled(x.trees[0], labels.__getitem__): c for x, c in image.items()}
            )
        return _linear(basis, images)
    half, leaf = Fraction(1, 2), _planar_ladder
    moves = {
        channels + number: Element({leaf(i, j): half for i, j in {(i, j), (j, i)}})
        for number, (i, j) in enumerate(pairs)
    }
    rows: list[dict[Monomial, Fraction]] = [{} for _ in basis]
    place = {element: i for i, element in enumerate(basis)}
    for column, forest in enumerate(basis):
        for x, c in translate_element(forest, moves, size.degree).items():
            rows[place[x]][((0, column),)] = Fraction(c)
    return [basis], rows


def _relabelled(tree: Any, label: Callable[[Any], Any]) -> Any:
    from treealg.symbolic import Tree

    return Tree([_relabelled(child, label) for child in tree.children], label(tree.label))


def _planar_ladder(first: int, root: int) -> Any:
    from treealg.symbolic import OrderedForest, PlanarTree

    return OrderedForest([PlanarTree([PlanarTree(label=first)], root)])


def _expectation(size: MapSize, lift: str) -> Formula:
    """Return the expected signature for a drift, and a covariance whose symmetric part counts."""
    from treealg.symbolic import expected_signature

    return _law(size, lift, expected_signature)


def _cumulants(size: MapSize, lift: str) -> Formula:
    """Return the logarithm of the expected signature."""
    from treealg.symbolic import signature_cumulants

    return _law(size, lift, signature_cumulants)


def _law(size: MapSize, lift: str, function: Callable[..., Any]) -> Formula:
    from sympy import symbols

    d = size.dimension
    drift, *rows = (symbols(f"x{number}_:{d}") for number in range(1 + d))
    covariance = [[(rows[i][j] + rows[j][i]) / 2 for j in range(d)] for i in range(d)]
    law = function(drift, covariance, lift=lift, planar=bool(size.planar))
    values = [law(element) for element in _basis(size)]
    entries = [[(number, i) for i in range(d)] for number in range(1 + d)]
    flat = {v: place for vector, own in zip((drift, *rows), entries, strict=True)
            for v, place in zip(vector, own, strict=True)}  # fmt: skip
    return entries, [_monomials(value, flat) for value in values]


def _monomials(value: Any, places: dict[Any, tuple[int, int]]) -> dict[Monomial, Fraction]:
    """Return the terms of a polynomial of SymPy, given where its variables are."""
    from sympy import Poly

    names = sorted(getattr(value, "free_symbols", ()), key=places.__getitem__)
    if not names:
        return {(): Fraction(value)} if value else {}
    found = {}
    for powers, c in Poly(value, *names).terms():
        factors = [places[v] for v, power in zip(names, powers, strict=True) for _ in range(power)]
        found[tuple(factors)] = Fraction(int(c.p), int(c.q))
    return found


def _translation(size: MapSize) -> Formula:
    """Move trees by values on trees of one or two nodes, a row of them for each label."""
    from sympy import symbols

    from treealg.symbolic import Element, translate_element

    basis, most = _basis(size), min(2, size.degree)
    moved = [tree for tree in basis if tree.order <= most]
    names = [symbols(f"v{label}_:{len(moved)}") for label in range(size.dimension)]
    moves = {
        label: Element({tree: v / tree.symmetry for tree, v in zip(moved, row, strict=True)})
        for label, row in enumerate(names)
    }
    places = {
        v: (1 + label, entry) for label, row in enumerate(names) for entry, v in enumerate(row)
    }
    rows: list[dict[Monomial, Fraction]] = [{} for _ in basis]
    place = {element: i for i, element in enumerate(basis)}
    for column, tree in enumerate(basis):
        for forest, coefficient in translate_element(tree, moves, size.degree).items():
            (x,) = forest.trees
            scale = Fraction(x.symmetry, tree.symmetry)
            for factors, c in _monomials(coefficient, places).items():
                rows[place[x]][(0, column), *factors] = c * scale
    return [basis, *[moved] * size.dimension], rows


def _points(size: MapSize) -> list[list[Any]]:
    return [[(k, i) for i in range(size.dimension)] for k in range(LENGTH)]


def _brackets(size: MapSize) -> Formula:
    """Append the sums of products of increments, of all pairs of channels, to points."""
    points, d = _points(size), size.dimension
    rows: list[dict[Monomial, Fraction]] = []
    sums: dict[tuple[int, int], dict[Monomial, Fraction]] = {
        (i, j): {} for i in range(d) for j in range(i, d)
    }
    for k, point in enumerate(points):
        for (i, j), terms in sums.items():
            for left, one in ((k, 1), (k - 1, -1)) if k else ():
                for right, other in ((k, 1), (k - 1, -1)):
                    key = tuple(sorted(((left, i), (right, j))))
                    terms[key] = terms.get(key, Fraction(0)) + one * other
        rows += [{(place,): Fraction(1)} for place in point]
        rows += [dict(terms) for terms in sums.values()]
    return points, rows


def _lead_lag(size: MapSize) -> Formula:
    """Put each point behind itself, and before the one that follows."""
    points = _points(size)
    pairs = [(k // 2, (k + 1) // 2) for k in range(2 * LENGTH - 1)]
    return points, [{(place,): Fraction(1)} for pair in pairs for k in pair for place in points[k]]


FORMULAS: dict[str, Callable[[MapSize], Formula]] = {
    "ladders": _ladders,
    "letter products": _letter_products,
    "geometric": _geometric,
    "change of lift": _change_of_lift,
    "translation": _translation,
    "brackets": _brackets,
    "lead-lag": _lead_lag,
    **{
        f"{name} of {lift}": partial(function, lift=lift)
        for name, function in (("expectation", _expectation), ("cumulants", _cumulants))
        for lift in ("stratonovich", "ito")
    },
}
"""The formulas, by name."""
