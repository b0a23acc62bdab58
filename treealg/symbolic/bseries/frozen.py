r"""Lie algebra elements at the starting point: products, exponentials, brackets, the field itself.

A Lie-Butcher series that is infinitesimal stands for an element of the Lie algebra that a method
has computed; the words of trees in it are products of operators, whose coefficients are frozen at
the starting point. With these four functions a step of Runge-Kutta-Munthe-Kaas or Magnus type is
written as it is on paper. On the left of the point, exp(B) exp(A) acts with A first, and the
operator of A is then the outer one: operators multiply in the reverse order, so that the bracket
[A, B] of the Lie algebra is ba - ab in words.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial, reduce
from operator import mul
from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.lie_butcher import (
    LieButcherSeries,
    check_lie_butcher,
    ordered_forests_up_to,
)
from treealg.symbolic.bseries.starts import starting_with
from treealg.symbolic.bseries.truncated import check_same_colours, in_field
from treealg.symbolic.linear.tolerances import check_tolerance
from treealg.symbolic.trees.forests import OrderedForest

__all__ = ["frozen_bracket", "frozen_exponential", "frozen_field", "frozen_product"]


def frozen_product(*series: LieButcherSeries) -> LieButcherSeries:
    r"""Multiply series as operators with frozen coefficients: concatenation of words.

    :math:`(a \cdot b)(\omega) = \sum_{\omega = \omega' \omega''} a(\omega') b(\omega'')`: for
    exponentials of Lie algebra elements at the starting point, the first argument acts first on
    the point.

    Parameters
    ----------
    *series : LieButcherSeries
        At least one.

    Returns
    -------
    LieButcherSeries
        The product, to the smallest of the orders.

    Raises
    ------
    InvalidTypeError
        If an argument is not a `LieButcherSeries`.
    InvalidValueError
        If there is none, or their colours differ.

    Examples
    --------
    The Lie-Euler step in two halves with one frozen field is the Lie-Euler step:

    >>> from treealg.symbolic import PlanarTree
    >>> half = frozen_exponential(LieButcherSeries({PlanarTree(): Fraction(1, 2)}, 2, empty=0))
    >>> frozen_product(half, half)
    <LieButcherSeries to order 2: ∅: 1, 0: 1, 0 0: 1/2>
    """
    return in_field(lambda *factors: reduce(_frozen_product, factors), *check_lie_butcher(series))


def _frozen_product(first: LieButcherSeries, second: LieButcherSeries) -> LieButcherSeries:
    check_same_colours(first, second)
    order = min(first.order, second.order)
    a, b = first._values, second._values
    make = OrderedForest._make
    empty = OrderedForest.empty
    values = {empty: tidy(a[empty] * b[empty])}
    for forest in ordered_forests_up_to(order, first.colours):
        trees = forest._trees
        total: Any = 0
        for cut in range(len(trees) + 1):
            left = a[make(trees[:cut])]
            if left != 0:
                total = total + left * b[make(trees[cut:])]
        values[forest] = tidy(total)
    return LieButcherSeries._wrap(values, order, first.colours)


def frozen_exponential(field: LieButcherSeries, *, tol: Any = None) -> LieButcherSeries:
    r"""Return the exponential of a Lie algebra element at the starting point, applied to it.

    :math:`\sum_k a^k / k!` with the frozen product.

    Parameters
    ----------
    field : LieButcherSeries
        The element: infinitesimal, such as a combination of single trees and their brackets.
    tol : float, optional
        How far floats may be from being infinitesimal; needed only where words of several trees
        have float coefficients.

    Returns
    -------
    LieButcherSeries
        A character; on a word of k trees, for an element of single trees, the product of the
        values divided by k!.

    Raises
    ------
    InvalidTypeError
        If `field` is not a `LieButcherSeries`, or `tol` is not a real number.
    InvalidValueError
        If `field` is not infinitesimal, `tol` is negative, or floats that may be rounded are given
        without it.

    Notes
    -----
    The action is from the left, :math:`y \mapsto \exp(A) y`. Brackets in the argument, as methods
    of Munthe-Kaas and of Magnus have them, are those of matrices, :math:`[A, B] = AB - BA`: see
    `frozen_bracket`. The bracket of the operators that A and B are on functions has the opposite
    sign, and does not give the order of these methods.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> frozen_exponential(LieButcherSeries({PlanarTree(): 1}, 2, empty=0))  # Lie-Euler
    <LieButcherSeries to order 2: ∅: 1, 0: 1, 0 0: 1/2>
    """
    (field,) = check_lie_butcher((field,))
    tol = check_tolerance(tol)
    single = all(len(forest) == 1 or value == 0 for forest, value in field.items())
    if not single and not field._respects_shuffles(0, tol):
        raise InvalidValueError(
            "field must be an element of the Lie algebra, which is 0 on the empty forest and on "
            "shuffles of words, such as single trees and their brackets; got values "
            + ", ".join(f"{value} on {key}" for key, value in _words(field)[:3])
        )
    return in_field(_exponential_of_trees if single else _exponential, field)


def _words(field: LieButcherSeries) -> list[tuple[OrderedForest, Any]]:
    return [(key, value) for key, value in field.items() if len(key) != 1 and value != 0]


def _exponential_of_trees(field: LieButcherSeries) -> LieButcherSeries:
    values: dict[OrderedForest, Any] = {OrderedForest.empty: 1}
    for forest in ordered_forests_up_to(field.order, field.colours):
        trees = forest._trees
        if len(trees) == 1:
            values[forest] = field._values[forest]
        else:
            shorter = values[OrderedForest._make(trees[:-1])]
            last = field._values[OrderedForest._make(trees[-1:])]
            zero = shorter == 0 or last == 0
            values[forest] = 0 if zero else tidy(shorter * last * Fraction(1, len(trees)))
    return LieButcherSeries._wrap(values, field.order, field.colours)


def _exponential(field: LieButcherSeries) -> LieButcherSeries:
    one = LieButcherSeries({}, field.order, field.colours)
    total = one
    # Horner's scheme: 1 + a (1 + a/2 (1 + a/3 (...))); k factors have at least k vertices.
    for k in range(field.order, 0, -1):
        total = one + _frozen_product(field, total)._through(partial(mul, Fraction(1, k)))
    return total


def frozen_bracket(first: LieButcherSeries, second: LieButcherSeries) -> LieButcherSeries:
    r"""Return the bracket [A, B] of two elements of the Lie algebra at the starting point.

    For an action from the left, exp(A) y, it is :math:`b \cdot a - a \cdot b` with the frozen
    product: the sign is that of matrices, :math:`[A, B] = AB - BA`, and opposite to that of
    operators.

    Parameters
    ----------
    first, second : LieButcherSeries
        A and B.

    Returns
    -------
    LieButcherSeries
        The bracket, to the smaller of the orders.

    Raises
    ------
    InvalidTypeError
        If an argument is not a `LieButcherSeries`.
    InvalidValueError
        If their colours differ.

    References
    ----------
    A. Iserles, H. Z. Munthe-Kaas, S. P. Nørsett and A. Zanna, "Lie-group methods", Acta Numerica 9
    (2000), section 4.2: methods of Munthe-Kaas with
    :math:`\mathrm{dexp}_u^{-1} v = v - [u, v]/2 + [u, [u, v]]/12 - \dots`.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> leaf = LieButcherSeries({PlanarTree(): 1}, 3, empty=0)
    >>> ladder = LieButcherSeries({PlanarTree([PlanarTree()]): 1}, 3, empty=0)
    >>> frozen_bracket(leaf, ladder)
    <LieButcherSeries to order 3: 0 0[0]: -1, 0[0] 0: 1>
    """
    return frozen_product(second, first) - frozen_product(first, second)


def frozen_field(point: LieButcherSeries) -> LieButcherSeries:
    r"""Return the Lie algebra element h f at a point that a method has reached.

    :math:`B^+(\omega) \mapsto a(\omega)`, for the series a of the point, and 0 on other words.

    Parameters
    ----------
    point : LieButcherSeries
        The point, as a method: 1 on the empty forest. One colour, or the sum of the fields of all.

    Returns
    -------
    LieButcherSeries
        The element, infinitesimal.

    Raises
    ------
    InvalidTypeError
        If `point` is not a `LieButcherSeries`.
    InvalidValueError
        If it does not have value 1 on the empty forest.

    Examples
    --------
    Half a Lie-Euler step, and the midpoint method that uses the field there:

    >>> from treealg.symbolic.bseries import lie_butcher_order
    >>> start = LieButcherSeries({}, 3)
    >>> middle = frozen_exponential(frozen_field(start) / 2)
    >>> lie_butcher_order(frozen_exponential(frozen_field(middle)))
    2
    """
    (point,) = check_lie_butcher((point,))
    values = starting_with("point", point, 1)._values
    field: dict[OrderedForest, Any] = {OrderedForest.empty: 0}
    for forest in ordered_forests_up_to(point.order, point.colours):
        field[forest] = values[OrderedForest._make(forest[0].children)] if len(forest) == 1 else 0
    return LieButcherSeries._wrap(field, point.order, point.colours)
