"""Functionals as vectors of values in the basis order: logarithm, exponential, Chen product.

A vector holds the values on the trees (planar: on the ordered forests) with 1 to `degree`
vertices and labels 0 to `dimension` - 1, in the basis order, without the scalar; with weights, on
those that weigh at most `degree`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_weights
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.sequences import entries_of
from treealg.symbolic.maps.characters import Character, InfinitesimalCharacter
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.trees.enumeration import (
    count_forests,
    count_trees,
    enumerate_forests,
    enumerate_trees,
)
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.sizes import check_orders
from treealg.symbolic.trees.weighted import count_by_weight, weighted_basis

__all__ = [
    "basis_elements",
    "chen_product",
    "exp_star",
    "functional_from_vector",
    "functional_to_vector",
    "log_star",
]


Weights = tuple[int, ...] | None


@remembered(8)
def basis_elements(
    dimension: int, degree: int, planar: bool, weights: Weights = None
) -> tuple[Any, ...]:
    """Return the trees or ordered forests that index a vector, in the basis order.

    Without the empty one.
    """
    if weights is not None:
        return weighted_basis(weights, degree, planar=planar)
    if planar:
        return tuple(
            forest
            for nodes in range(1, degree + 1)
            for forest in enumerate_forests(nodes, dimension, planar=True)
        )
    return tuple(
        tree for order in range(1, degree + 1) for tree in enumerate_trees(order, dimension)
    )


def check_basis(dimension: int, degree: int, planar: bool, weights: Weights = None) -> None:
    """Refuse a basis of too many elements.

    Examples
    --------
    >>> check_basis(2, 5, False)
    """
    count = count_forests if planar else count_trees
    if weights is not None:
        # Those with the lightest label alone, of which there are fewer.
        dimension, degree = 1, degree // min(weights)
    check_orders("a vector", degree, lambda order: count(order, dimension, planar=planar))


def _checked_shape(
    dimension: Any, degree: Any, planar: Any, weights: Any
) -> tuple[int, int, bool, Weights]:
    dimension = check_integer("dimension", dimension, 1)
    if weights is not None:
        weights = check_weights("weights", weights)
        if len(weights) != dimension:
            raise InvalidValueError(
                f"weights must be one for each of the {dimension} labels, got {weights}"
            )
    degree = check_integer("degree", degree, 0)
    check_basis(dimension, degree, check_flag("planar", planar), weights)
    return dimension, degree, bool(planar), weights


def functional_from_vector(
    values: Iterable[Any],
    dimension: Any,
    degree: Any,
    *,
    planar: bool = False,
    infinitesimal: bool = False,
    weights: Iterable[Any] | None = None,
) -> Functional:
    """Return the functional whose values in the basis order are those of a vector.

    Parameters
    ----------
    values : iterable of numbers
        One per basis element, without the scalar.
    dimension : int
        The number of labels, at least 1.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether the values belong to ordered forests (MKW) or to trees (BCK).
    infinitesimal : bool, default False
        Whether the value on the unit is 0 and, non-planar, on products of trees too; otherwise it
        is 1 and, non-planar, the functional is multiplicative.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    Functional
        On `mkw` or `bck`; its values beyond `degree` mean nothing.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is not an integer, a flag not a bool, or `values` not iterable.
    InvalidValueError
        If `dimension`, `degree` or a weight is too small, or the number of weights or values is
        wrong.

    Examples
    --------
    >>> f = functional_from_vector([2, 3], 1, 2)
    >>> f(((0,), 0)), f.algebra
    (3, <HopfAlgebra bck>)
    """
    dimension, degree, planar, given = _checked_shape(dimension, degree, planar, weights)
    infinitesimal = check_flag("infinitesimal", infinitesimal)
    vector = entries_of("values", values)
    if given is None:
        counter = count_forests if planar else count_trees
        length = sum(counter(n, dimension, planar=planar) for n in range(1, degree + 1))
    else:
        length = sum(count_by_weight(given, degree, planar=planar)) - 1
    if len(vector) != length:
        weighed = "" if given is None else f"weights={brief(given)}, "
        raise InvalidValueError(
            f"values must have length {length} for dimension={dimension}, degree={degree}, "
            f"{weighed}planar={planar}, got {len(vector)}; leave out the scalar"
        )
    table = dict(zip(basis_elements(dimension, degree, planar, given), vector, strict=True))
    if planar:
        if not infinitesimal:
            table[mkw.one] = 1
        return Functional(mkw, table)
    return (InfinitesimalCharacter if infinitesimal else Character)(bck, table)


def functional_to_vector(
    functional: Functional, dimension: Any, degree: Any, *, weights: Iterable[Any] | None = None
) -> list[Any]:
    """Return the values of a functional in the basis order.

    Parameters
    ----------
    functional : Functional
        On `bck` (values on trees) or `mkw` (values on ordered forests).
    dimension : int
        The number of labels, at least 1.
    degree : int
        The greatest number of vertices, at least 0.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    list
        One value per basis element, without the scalar.

    Raises
    ------
    InvalidTypeError
        If `functional` is not a `Functional` on `bck` or `mkw`, or a number not an integer.
    InvalidValueError
        If `dimension`, `degree` or a weight is too small, or the number of weights is wrong.

    Examples
    --------
    >>> functional_to_vector(Character(bck, lambda tree: tree.order), 1, 3)
    [1, 2, 3, 3]
    """
    if not isinstance(functional, Functional) or functional.algebra not in (bck, mkw):
        raise InvalidTypeError(
            f"functional must be a Functional on bck or mkw, got {brief(functional)}"
        )
    planar = functional.algebra is mkw
    dimension, degree, planar, given = _checked_shape(dimension, degree, planar, weights)
    return [functional(key) for key in basis_elements(dimension, degree, planar, given)]


def log_star(
    values: Iterable[Any],
    dimension: Any,
    degree: Any,
    *,
    planar: bool = False,
    weights: Iterable[Any] | None = None,
) -> list[Any]:
    r"""Return the convolution logarithm of a vector of values.

    Parameters
    ----------
    values : iterable of numbers
        Non-planar: the values on trees of a functional that is multiplicative on forests. Planar:
        any values on ordered forests. Without the scalar, which is 1.
    dimension : int
        The number of labels, at least 1.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether the values belong to ordered forests.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    list
        The logarithm, in the layout of `values`.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If a number or a weight is too small, or the number of weights or values is wrong.

    Examples
    --------
    >>> log_star([1, 0], 1, 2)
    [1, Fraction(-1, 2)]

    A label that weighs 2 is on no tree with another vertex up to weight 2:

    >>> log_star([1, 3, 0], 2, 2, weights=(1, 2))
    [1, 3, Fraction(-1, 2)]
    """
    weights = None if weights is None else check_weights("weights", weights)
    functional = functional_from_vector(values, dimension, degree, planar=planar, weights=weights)
    return functional_to_vector(functional.log(), dimension, degree, weights=weights)


def exp_star(
    values: Iterable[Any],
    dimension: Any,
    degree: Any,
    *,
    planar: bool = False,
    weights: Iterable[Any] | None = None,
) -> list[Any]:
    r"""Return the convolution exponential of a vector of values.

    Parameters
    ----------
    values : iterable of numbers
        Non-planar: the values on trees of a functional that is zero on other forests. Planar: any
        values on ordered forests. Without the scalar, which is 0.
    dimension : int
        The number of labels, at least 1.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether the values belong to ordered forests.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    list
        The exponential, in the layout of `values`.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If a number or a weight is too small, or the number of weights or values is wrong.

    Examples
    --------
    >>> exp_star([1, 0], 1, 2)
    [1, Fraction(1, 2)]
    """
    weights = None if weights is None else check_weights("weights", weights)
    functional = functional_from_vector(
        values, dimension, degree, planar=planar, infinitesimal=True, weights=weights
    )
    return functional_to_vector(functional.exp(), dimension, degree, weights=weights)


def chen_product(
    first: Iterable[Any],
    second: Iterable[Any],
    dimension: Any,
    degree: Any,
    *,
    planar: bool = False,
    weights: Iterable[Any] | None = None,
) -> list[Any]:
    r"""Return the convolution of two vectors of values: for signatures, `first` comes first.

    Parameters
    ----------
    first, second : iterable of numbers
        Values as for `log_star`, without the scalar, which is 1; `first` takes the pruned part.
    dimension : int
        The number of labels, at least 1.
    degree : int
        The greatest number of vertices, at least 0.
    planar : bool, default False
        Whether the values belong to ordered forests.
    weights : sequence of int or None, default None
        The weight of each label, at least 1; then `degree` bounds the weight and not the vertices.

    Returns
    -------
    list
        The product, in the same layout.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If a number or a weight is too small, or the number of weights or values is wrong.

    Examples
    --------
    >>> chen_product([1, 0], [10, 0], 1, 2)
    [11, 10]
    """
    weights = None if weights is None else check_weights("weights", weights)
    left = functional_from_vector(first, dimension, degree, planar=planar, weights=weights)
    right = functional_from_vector(second, dimension, degree, planar=planar, weights=weights)
    return functional_to_vector(left * right, dimension, degree, weights=weights)
