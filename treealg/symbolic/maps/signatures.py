"""Exact branched signatures and log-signatures of paths, as vectors in the basis order.

They come from exponentials of segments and Chen's identity in the Hopf algebra, not from words.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_sequence, check_weights, is_sequence
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.coefficients import is_coefficient, is_finite, own_number
from treealg.symbolic.linear.sequences import entries_of, rows_of
from treealg.symbolic.maps.characters import InfinitesimalCharacter
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.maps.vectors import basis_elements, check_basis, chen_product, log_star
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["exact_log_signature", "exact_number", "exact_signature", "point_rows"]


#: For each element of the basis and each segment, as the product with what comes before takes.
_LEAST_STEPS = 30


def exact_signature(
    path: Iterable[Iterable[Any]],
    degree: Any,
    *,
    planar: bool = False,
    correction: Iterable[Iterable[Any]] | None = None,
    weights: Iterable[Any] | None = None,
) -> list[Any]:
    r"""Return the branched signature of a piecewise linear path, exactly.

    :math:`X(B^+_a(\tau_1 \cdots \tau_k)) = \int X(\tau_1) \cdots X(\tau_k) \, dx^a`, planar
    :math:`X(\omega B^+_a(F)) = \int X(\omega) X(F) \, dx^a`: the Chen product of the exponentials
    of the increments.

    Parameters
    ----------
    path : iterable of points, of shape (length, dimension)
        At least one point. Integers, fractions and SymPy expressions are used as they are;
        floats stand for the fractions they are.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether to use ordered forests.
    correction : iterable of rows, of shape (length - 1, d^2 + ... + d^m), optional
        What each segment adds to the exponent on the chains with 2 to m vertices, levels
        concatenated; the chain (i_1, ..., i_k), from root to leaf, has index
        i_1 d^(k-1) + ... + i_k in its level. Levels above `degree` have no effect.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    list
        One value per basis element, without the scalar.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type or a coordinate is not a number.
    InvalidValueError
        If there is no point, points differ in dimension or have none, a coordinate is not finite,
        `degree` is negative, `correction` does not have these rows and columns, or there is not
        one positive weight for each label; or if there are so many points, for this degree, that it
        takes more than ten million steps.

    References
    ----------
    M. Gubinelli, "Ramification of rough paths", J. Differential Equations 248 (2010).
    M. Hairer and D. Kelly, "Geometric versus non-geometric rough paths", Ann. IHP 51 (2015).

    Examples
    --------
    >>> exact_signature([(0,), (3,)], 3)
    [3, Fraction(9, 2), Fraction(9, 1), Fraction(9, 2)]
    """
    points = [
        [exact_number("path", value) for value in point] for point in point_rows("path", path)
    ]
    degree = check_integer("degree", degree, 0)
    planar = check_flag("planar", planar)
    if not points or not points[0] or len({len(point) for point in points}) > 1:
        raise InvalidValueError(
            "path must have at least one point, and all points the same dimension, at least 1; "
            f"got points of dimension {[len(point) for point in points]}"
        )
    dimension = len(points[0])
    corrections = _corrections(correction, len(points) - 1, dimension)
    given = None if weights is None else check_weights("weights", weights)
    if given is not None and len(given) != dimension:
        raise InvalidValueError(
            f"weights must be one for each of the {dimension} labels, got {given}"
        )
    check_basis(dimension, degree, planar, given)
    basis = basis_elements(dimension, degree, planar, given)
    check_steps(
        f"the signature of a path of {len(points):,} points",
        _LEAST_STEPS * len(basis) * (len(points) - 1),
    )
    algebra: HopfAlgebra[Any] = mkw if planar else bck
    total: list[Any] | None = None
    for start, end, chains in zip(points, points[1:], corrections, strict=False):
        increment = [b - a for a, b in zip(start, end, strict=True)]
        if chains:
            kind = Functional if planar else InfinitesimalCharacter
            segment = kind(algebra, _segment(increment, chains, planar)).exp()
            piece = [segment(key) for key in basis]
        else:
            piece = _straight(increment, basis)
        if total is None:
            total = piece
        else:
            total = chen_product(total, piece, dimension, degree, planar=planar, weights=given)
    return [0] * len(basis) if total is None else total


def exact_log_signature(
    path: Iterable[Iterable[Any]],
    degree: Any,
    *,
    planar: bool = False,
    correction: Iterable[Iterable[Any]] | None = None,
    weights: Iterable[Any] | None = None,
) -> list[Any]:
    """Return the branched log-signature of a piecewise linear path, exactly, in expanded form.

    Parameters
    ----------
    path : iterable of points, of shape (length, dimension)
        As for `exact_signature`.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether to use ordered forests.
    correction : iterable of rows, optional
        As for `exact_signature`.
    weights : sequence of int or None, default None
        As for `exact_signature`.

    Returns
    -------
    list
        One value per basis element, in the layout of the signature.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type or a coordinate is not a number.
    InvalidValueError
        As for `exact_signature`.

    Examples
    --------
    >>> [str(value) for value in exact_log_signature([(0, 0), (1, 0), (1, 1)], 2)]
    ['1', '1', '0', '1/2', '-1/2', '0']
    """
    points = [list(point) for point in point_rows("path", path)]
    given = None if weights is None else check_weights("weights", weights)
    signature = exact_signature(points, degree, planar=planar, correction=correction, weights=given)
    return log_star(signature, len(points[0]), degree, planar=planar, weights=given)


def point_rows(name: str, rows: Any) -> list[Any]:
    """Return the rows of an argument, each of which can be iterated over."""
    found = rows_of(name, rows)
    for place, row in enumerate(found):
        if getattr(row, "is_Matrix", False):
            found[place] = entries_of(f"row {place} of {name}", row)
            continue
        if not is_sequence(row):
            raise InvalidTypeError(
                f"{name} must be a sequence of rows, got the row {brief(row)}; "
                "write (x,) for a point on a line"
            )
        found[place] = check_sequence(f"row {place} of {name}", row, "a sequence of numbers")
    return found


def exact_number(name: str, value: Any) -> Any:
    """Return a number as it is, a float as the fraction that it stands for."""
    value = own_number(value)
    if not hasattr(value, "__sub__") or not is_coefficient(value):
        raise InvalidTypeError(
            f"{name} must hold numbers, got {type(value).__name__} {brief(value)}"
        )
    if not is_finite(value):
        raise InvalidValueError(f"{name} must hold finite numbers, got {value}")
    return Fraction(value) if isinstance(value, float) else value


def _corrections(correction: Any, segments: int, dimension: int) -> list[dict[Any, Any]]:
    """Return, for each segment, the values on chains given as tuples from root to leaf."""
    if correction is None:
        return [{} for _ in range(segments)]
    rows = [
        [exact_number("correction", value) for value in row]
        for row in point_rows("correction", correction)
    ]
    if len(rows) != segments:
        raise InvalidValueError(
            f"correction must have one row per segment, {segments}, got {len(rows)}"
        )
    found = []
    for row in rows:
        chains: dict[Any, Any] = {}
        level: list[tuple[int, ...]] = [(label,) for label in range(dimension)]
        position = 0
        while position < len(row):
            level = [(*chain, label) for chain in level for label in range(dimension)]
            if position + len(level) > len(row):
                raise InvalidValueError(
                    f"correction must have d^2 + ... + d^m columns for d={dimension}, got "
                    f"{len(row)}"
                )
            for chain in level:
                chains[chain] = row[position]
                position += 1
        found.append(chains)
    return found


def _straight(increment: list[Any], basis: tuple[Any, ...]) -> list[Any]:
    """Return the signature of a segment without correction, on a basis in its order.

    On n vertices it grows with the n-th power of time, so that the integral over the last root
    divides by n.
    """
    known: dict[Any, Any] = {}
    for key in basis:
        trees = getattr(key, "_trees", (key,))
        last = trees[-1]
        value = increment[last._label]
        if key._order > 1:
            if key is last:  # branches are single trees
                for branch in last._children:
                    value = value * known[branch]
            else:
                for part in (trees[:-1], last._children):
                    if part:
                        value = value * known[key._make(part)]
            value = value * Fraction(1, key._order)
        known[key] = value
    return list(known.values())


def _segment(increment: list[Any], chains: dict[Any, Any], planar: bool) -> dict[Any, Any]:
    """Return the exponent of a segment as values on trees."""
    kind: Any = PlanarTree if planar else Tree
    values = {kind((), label): value for label, value in enumerate(increment)}
    for chain, value in chains.items():
        tree = kind((), chain[-1])
        for label in reversed(chain[:-1]):
            tree = kind((tree,), label)
        values[tree] = value
    return values
