r"""Composition of B-series, inverse and adjoint, and the flow of a vector field and its inverse.

Composition is convolution over the Butcher-Connes-Kreimer coproduct, pruned part to the method
that acts first. The modified vector field is the logarithm of a method: with
:math:`Y_t = \exp_*(t b)`, which are polynomials in t,
:math:`dY_t(\tau)/dt = \sum Y_t(\text{pruned}) \, b(\text{trunk})`; one sweep over the trees by
order finds b from :math:`Y_1`, or the reverse.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.coefficients import exact_number, tidy
from treealg.symbolic.bseries.series import BSeries, check_series, trees_up_to
from treealg.symbolic.bseries.truncated import check_same_colours, in_field
from treealg.symbolic.hopf.connes_kreimer import bck
from treealg.symbolic.linear.coefficients import difference
from treealg.symbolic.linear.sequences import entries_of
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.trees import Tree

__all__ = ["adjoint", "compose", "flow", "inverse", "iterate", "modified_equation"]

Polynomial = list[Any]
Cut = tuple[Forest, Tree, int]


def compose(*series: BSeries, steps: Any = None) -> BSeries:
    r"""Compose methods: the first argument acts first.

    :math:`(a b)(\tau) = \sum a(\text{pruned}) \, b(\text{trunk})`, the series of
    :math:`B(b, B(a, y))`, in the notation of Chartier, Hairer and Vilmart.

    Parameters
    ----------
    *series : BSeries
        At least one. All but the last must be methods, with value 1 on the empty tree; the last
        may be any series.
    steps : sequence of numbers or SymPy expressions, optional
        The step of each, as a fraction of the step of the composition; 1 for each by default.

    Returns
    -------
    BSeries
        The composition, to the smallest of the orders.

    Raises
    ------
    InvalidTypeError
        If an argument is not a `BSeries`.
    InvalidValueError
        If there is none, their colours differ, one that must be a method is not, or `steps` has
        another length.

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010).

    Examples
    --------
    >>> euler = BSeries({Tree(): 1}, 2)
    >>> compose(euler, euler, steps=["1/2", "1/2"])
    <BSeries to order 2: None: 1, 0: 1, 0[0]: 1/4>
    """
    if not series:
        raise InvalidValueError("compose needs at least one series, got none")
    factors = [
        check_series(f"argument {i}", one, *([1] if i < len(series) else []))
        for i, one in enumerate(series, 1)
    ]
    if steps is not None:
        ratios = [exact_number(step) for step in entries_of("steps", steps)]
        if len(ratios) != len(factors):
            raise InvalidValueError(
                f"steps must have one entry for each of the {len(factors)} series, got "
                f"{len(ratios)}"
            )
        factors = [one.scale_step(ratio) for one, ratio in zip(factors, ratios, strict=True)]
    return in_field(lambda *entered: reduce(_compose, entered), *factors)


def _compose(first: BSeries, second: BSeries) -> BSeries:
    check_same_colours(first, second)
    order = min(first.order, second.order)
    a, b = first._values, second._values
    whole = b[None]
    values: dict[Tree | None, Any] = {None: whole}
    for tree in trees_up_to(order, first.colours):
        total = a[tree] * whole + b[tree]
        for pruned, trunk, count in proper_cuts(tree):
            factor = b[trunk]
            if factor != 0:
                for branch in pruned._trees:
                    factor = factor * a[branch]
                total = total + (factor if count == 1 else count * factor)
        values[tree] = tidy(total)
    return BSeries._wrap(values, order, first.colours)


def iterate(series: BSeries, times: Any) -> BSeries:
    """Return the method of several steps, as a series in the step of a single one.

    Parameters
    ----------
    series : BSeries
        A method.
    times : int
        The number of steps; a negative one steps back by the inverse.

    Returns
    -------
    BSeries
        The composition of the method with itself.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If `series` does not have value 1 on the empty tree.

    Examples
    --------
    >>> iterate(BSeries({Tree(): 1}, 2), 3)
    <BSeries to order 2: None: 1, 0: 3, 0[0]: 3>
    """
    times = check_integer("times", times, None)
    power = check_series("series", series, 1)
    if times < 0:
        power, times = inverse(power), -times
    return in_field(lambda entered: _iterate(entered, times), power)


def _iterate(power: BSeries, times: int) -> BSeries:
    result = BSeries({}, power.order, power.colours)
    while times:
        if times & 1:
            result = _compose(result, power)
        times >>= 1
        if times:
            power = _compose(power, power)
    return result


def inverse(series: BSeries) -> BSeries:
    """Return the inverse map of a method, as a series in the same step.

    Parameters
    ----------
    series : BSeries
        A method.

    Returns
    -------
    BSeries
        The series b with ``compose(series, b)`` the identity.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`.
    InvalidValueError
        If `series` does not have value 1 on the empty tree.

    Examples
    --------
    >>> inverse(BSeries({Tree(): 1}, 2))
    <BSeries to order 2: None: 1, 0: -1, 0[0]: 1>
    """
    return in_field(_inverse, check_series("series", series, 1))


def _inverse(series: BSeries) -> BSeries:
    a = series._values
    values: dict[Tree | None, Any] = {None: 1}
    for tree in trees_up_to(series.order, series.colours):
        total = a[tree]
        for pruned, trunk, count in proper_cuts(tree):
            factor = count * values[trunk]
            for branch in pruned._trees:
                factor = factor * a[branch]
            total = total + factor
        values[tree] = tidy(-total)
    return BSeries._wrap(values, series.order, series.colours)


def adjoint(series: BSeries) -> BSeries:
    r"""Return the adjoint method :math:`\Phi_{-h}^{-1}`.

    Parameters
    ----------
    series : BSeries
        A method.

    Returns
    -------
    BSeries
        The series of the adjoint; equal to `series` when the method is symmetric.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`.
    InvalidValueError
        If `series` does not have value 1 on the empty tree.

    References
    ----------
    E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration" (2006).

    Examples
    --------
    The adjoint of the explicit Euler method is the implicit one:

    >>> adjoint(BSeries({Tree(): 1}, 3))
    <BSeries to order 3: None: 1, 0: 1, 0[0]: 1, 0[0,0]: 1, 0[0[0]]: 1>
    """
    backwards = check_series("series", series, 1)
    return in_field(lambda entered: _inverse(entered.scale_step(-1)), backwards)


def modified_equation(series: BSeries) -> BSeries:
    r"""Return the vector field whose exact flow after one step is a method: its logarithm.

    Parameters
    ----------
    series : BSeries
        A method a, of any order and number of colours.

    Returns
    -------
    BSeries
        The coefficients b, zero on the empty tree, of :math:`h \tilde f(y) = \sum_\tau
        h^{|\tau|} b(\tau) / \sigma(\tau) F(\tau)(y)`: the flow of the modified equation
        :math:`\dot y = \tilde f(y)` at time h is the method.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`.
    InvalidValueError
        If `series` does not have value 1 on the empty tree.

    Notes
    -----
    The inverse of `flow`. One multiplication per term of the coproducts of the trees of top order.

    References
    ----------
    E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration" (2006).
    A. Murua, "The Hopf algebra of rooted trees, free Lie algebras, and Lie series", Found.
    Comput. Math. 6 (2006).

    Examples
    --------
    >>> modified_equation(BSeries({Tree(): 1}, 3))  # the explicit Euler method
    <BSeries to order 3: 0: 1, 0[0]: -1/2, 0[0,0]: 1/6, 0[0[0]]: 1/3>
    """
    return in_field(_logarithm, check_series("series", series, 1))


def flow(field: BSeries) -> BSeries:
    """Return the exact flow after one step of a vector field that is a B-series itself.

    Parameters
    ----------
    field : BSeries
        A vector field, with value 0 on the empty tree, as `modified_equation` returns it.

    Returns
    -------
    BSeries
        The method whose modified equation it is: its exponential.

    Raises
    ------
    InvalidTypeError
        If `field` is not a `BSeries`.
    InvalidValueError
        If `field` does not have value 0 on the empty tree.

    Examples
    --------
    >>> from treealg.symbolic.bseries import exact_series
    >>> flow(BSeries({Tree(): 1}, 4, empty=0)) == exact_series(4)
    True
    """
    return in_field(_exponential, check_series("field", field, 0))


def _logarithm(series: BSeries) -> BSeries:
    return _sweep(series, take_logarithm=True)


def _exponential(series: BSeries) -> BSeries:
    return _sweep(series, take_logarithm=False)


def _sweep(series: BSeries, *, take_logarithm: bool) -> BSeries:
    """Find the field from the method, or the method from the field, tree by tree."""
    order, given = series.order, series._values
    field: dict[Tree | None, Any] = {None: 0}
    method: dict[Tree | None, Any] = {None: 1}
    paths: dict[Forest, Polynomial] = {}
    integrals: dict[Forest, Any] = {}
    for tree in trees_up_to(order, series.colours):
        slope: Polynomial = []
        total: Any = 0
        cuts = proper_cuts(tree)
        spend(2 * order * len(cuts))
        for pruned, trunk, count in cuts:
            weight = field[trunk]
            if weight == 0:
                continue
            weight = weight if count == 1 else count * weight
            path = _forest_path(pruned, paths)
            if tree._order < order:
                _add_multiple(slope, path, weight)
            else:
                if pruned not in integrals:
                    integrals[pruned] = sum(_integrate(path))
                total = total + weight * integrals[pruned]
        if slope:
            slope = _integrate(slope)
            total = sum(slope)
        other = difference(given[tree], total) if take_logarithm else given[tree] + total
        field[tree] = tidy(other) if take_logarithm else given[tree]
        method[tree] = given[tree] if take_logarithm else tidy(other)
        if tree._order < order:
            _add_multiple(slope, [0, 1], field[tree])
            paths[Forest._make((tree,))] = [tidy(value) for value in slope]
    found = field if take_logarithm else method
    return BSeries._wrap(found, order, series.colours)


def proper_cuts(tree: Tree) -> list[Cut]:
    """Return the cuts of a tree that leave neither part empty.

    Each is pruned forest, trunk, and number of ways.

    Examples
    --------
    >>> proper_cuts(Tree([Tree(), Tree()]))
    [(<Forest 0 0>, <Tree 0>, 1), (<Forest 0>, <Tree 0[0]>, 2)]
    """
    delta = bck.coproduct(tree)
    spend(4 * len(delta))
    return [
        (pruned, trunk._trees[0], count)
        for (pruned, trunk), count in delta.items()
        if pruned._trees and trunk._trees
    ]


def _forest_path(forest: Forest, paths: dict[Forest, Polynomial]) -> Polynomial:
    """Return the product of the polynomials of the trees of a forest."""
    known = paths.get(forest)
    if known is None:
        rest = Forest._make(forest._trees[1:])
        known = _multiply(paths[Forest._make(forest._trees[:1])], _forest_path(rest, paths))
        paths[forest] = known
    return known


def _multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    result: Polynomial = [0] * (len(left) + len(right) - 1) if left and right else []
    spend(4 * len(left) * len(right))
    for i, a in enumerate(left):
        if a != 0:
            for j, b in enumerate(right):
                if b != 0:
                    result[i + j] = result[i + j] + a * b
    return [tidy(value) for value in result]


def _add_multiple(target: Polynomial, path: Polynomial, factor: Any) -> None:
    target.extend([0] * (len(path) - len(target)))
    for power, value in enumerate(path):
        if value != 0:
            target[power] = target[power] + factor * value


def _integrate(path: Polynomial) -> Polynomial:
    return [0, *(tidy(value * Fraction(1, power)) for power, value in enumerate(path, 1))]
