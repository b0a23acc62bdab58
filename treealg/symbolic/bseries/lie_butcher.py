r"""Truncated Lie-Butcher series: coefficients on ordered forests of planar trees.

For an equation :math:`\dot y = f(y) \cdot y` on a homogeneous space, with f from points to a Lie
algebra, a series a is the differential operator :math:`\psi \mapsto \sum_\omega h^{|\omega|}
a(\omega) F(\omega)[\psi]`; for a method it is :math:`\psi(y_1)`. The operator of a word of trees
is *frozen*: its Lie algebra elements are those at the starting point, the leftmost outermost.
Two products of series must not be mixed up: the *frozen* product, concatenation of words, is that
of exponentials of elements all evaluated at the starting point; *composition*, the convolution of
the Munthe-Kaas-Wright coproduct, is that of methods one after the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.starts import starting_with
from treealg.symbolic.bseries.truncated import (
    ABSENT,
    TruncatedSeries,
    check_same_colours,
    entered,
    in_field,
)
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.linear.elements import sole_forest
from treealg.symbolic.linear.tolerances import check_tolerance, vanishes
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.trees.enumeration import counts, enumerate_forests
from treealg.symbolic.trees.forests import OrderedForest
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.sizes import check_orders

__all__ = [
    "LieButcherSeries",
    "check_lie_butcher",
    "exact_lie_butcher_series",
    "is_character",
    "is_infinitesimal",
    "lie_butcher_compose",
    "lie_butcher_logarithm",
    "lie_butcher_order",
    "ordered_forests_up_to",
]


@remembered(16)
def ordered_forests_up_to(order: int, colours: int) -> tuple[OrderedForest, ...]:
    """Return the ordered forests with 1 to `order` vertices, in the basis order."""
    check_orders("a Lie-Butcher series", order, counts(colours, True).forests)
    return tuple(
        forest for n in range(1, order + 1) for forest in enumerate_forests(n, colours, planar=True)
    )


class LieButcherSeries(TruncatedSeries[OrderedForest]):
    """A Lie-Butcher series that is truncated at an order: from ordered forests to coefficients.

    Parameters
    ----------
    values : mapping or callable
        From ordered forests to coefficients: int, Fraction, SymPy expressions, floats. A mapping
        may use planar trees and tuple forms, may hold the empty forest, and is zero elsewhere;
        forests of more vertices than `order` are dropped. A callable receives each forest.
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields.
    empty : number or SymPy expression, default 1
        The coefficient of the empty forest: 1 for a method, 0 for a vector field.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If `order` is negative, `colours` less than 1, a forest has other labels, or the
        coefficient of the empty forest is given twice.

    References
    ----------
    H. Z. Munthe-Kaas and W. M. Wright, "On the Hopf algebraic structure of Lie group
    integrators", Found. Comput. Math. 8 (2008).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> LieButcherSeries({PlanarTree(): 1}, 2)
    <LieButcherSeries to order 2: ∅: 1, 0: 1>
    """

    __slots__ = ()
    _empty = OrderedForest.empty
    _variable = "ω"

    def __init__(
        self,
        values: Mapping[Any, Any] | Callable[[OrderedForest], Any],
        order: Any,
        colours: Any = 1,
        *,
        empty: Any = ABSENT,
    ) -> None:
        self._fill(values, order, colours, empty)

    @classmethod
    def _basis(cls, order: int, colours: int) -> tuple[OrderedForest, ...]:
        return ordered_forests_up_to(order, colours)

    @classmethod
    def _check_key(cls, key: Any) -> OrderedForest:
        return mkw.basis_element(sole_forest(key))

    @property
    def is_character(self) -> bool:
        """Whether it is 1 on the empty forest and multiplicative for shuffles, as a method is."""
        return self._respects_shuffles(1, None, "use is_character(series, tol=...)")

    @property
    def is_infinitesimal(self) -> bool:
        """Whether it is 0 on the empty forest and on shuffles, as a vector field is."""
        return self._respects_shuffles(0, None, "use is_infinitesimal(series, tol=...)")

    def _respects_shuffles(self, empty: int, tol: float | None, remedy: str = "") -> bool:
        values = entered(self)._values
        start = values[OrderedForest.empty]
        if not vanishes(start - empty, tol, remedy, summands=partial(self._summands, start, empty)):
            return False
        basis = ordered_forests_up_to(self._order, self._colours)
        small = [bisect_right(basis, n, key=_number) for n in range(self._order + 1)]

        def agree(x: OrderedForest, y: OrderedForest) -> bool:
            parts = [count * values[key] for key, count in mkw.product(x, y).items()]
            parts.append(-empty * values[x] * values[y])
            return vanishes(sum(parts), tol, remedy, summands=partial(self._summands, *parts))

        return all(
            agree(x, y)
            for i, x in enumerate(basis)
            for y in basis[: min(i + 1, small[self._order - x.order])]
        )


def _number(forest: OrderedForest) -> int:
    return forest._order


def exact_lie_butcher_series(order: Any, colours: Any = 1) -> LieButcherSeries:
    r"""Return the Lie-Butcher series of the exact flow after one step.

    :math:`e(\omega B^+(F)) = (\text{number of shuffles of increasing labellings}) / n!`: the
    convolution exponential of the functional that is 1 on each tree of one vertex.

    Parameters
    ----------
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields, whose sum is solved.

    Returns
    -------
    LieButcherSeries
        The series.

    Raises
    ------
    InvalidTypeError
        If an argument is not an integer.
    InvalidValueError
        If `order` is negative or `colours` less than 1.

    Examples
    --------
    >>> exact_lie_butcher_series(2)
    <LieButcherSeries to order 2: ∅: 1, 0: 1, 0 0: 1/2, 0[0]: 1/2>
    """
    known: dict[OrderedForest, Any] = {OrderedForest.empty: 1}

    def value(forest: OrderedForest) -> Any:
        # The vertex that acts last is the root of the last tree: what remains is a shuffle of
        # the other trees with its branches.
        last = forest.trees[-1]
        rest = mkw.product(
            OrderedForest._make(forest.trees[:-1]), OrderedForest._make(last.children)
        )
        total = sum(count * known[key] for key, count in rest.items())
        known[forest] = total if forest.order == 1 else Fraction(total, forest.order)
        return known[forest]

    return LieButcherSeries(value, order, colours)


def lie_butcher_compose(*series: LieButcherSeries) -> LieButcherSeries:
    r"""Compose methods: the first argument acts first, each next one where the last has arrived.

    :math:`(a * b)(\omega) = \sum a(\text{pruned}) b(\text{trunk})` over the coproduct of
    Munthe-Kaas and Wright.

    Parameters
    ----------
    *series : LieButcherSeries
        At least one; `scale_step` changes the step of one.

    Returns
    -------
    LieButcherSeries
        The composition, to the smallest of the orders.

    Raises
    ------
    InvalidTypeError
        If an argument is not a `LieButcherSeries`.
    InvalidValueError
        If there is none, or their colours differ.

    Examples
    --------
    Two Lie-Euler steps of half the length, with the field evaluated again:

    >>> from treealg.symbolic import PlanarTree
    >>> from treealg.symbolic.bseries import frozen_exponential
    >>> half = frozen_exponential(LieButcherSeries({PlanarTree(): Fraction(1, 2)}, 2, empty=0))
    >>> lie_butcher_compose(half, half)
    <LieButcherSeries to order 2: ∅: 1, 0: 1, 0 0: 1/2, 0[0]: 1/4>
    """
    return in_field(lambda *factors: reduce(_composition, factors), *check_lie_butcher(series))


def _composition(first: LieButcherSeries, second: LieButcherSeries) -> LieButcherSeries:
    check_same_colours(first, second)
    order = min(first.order, second.order)
    a, b = first._values, second._values
    empty = OrderedForest.empty
    values = {empty: tidy(a[empty] * b[empty])}
    for forest in ordered_forests_up_to(order, first.colours):
        total: Any = 0
        for (pruned, trunk), count in mkw.coproduct(forest).items():
            left = a[pruned]
            if left != 0:
                total = total + count * left * b[trunk]
        values[forest] = tidy(total)
    return LieButcherSeries._wrap(values, order, first.colours)


def lie_butcher_logarithm(series: LieButcherSeries) -> LieButcherSeries:
    """Return the vector field whose exact flow a method is: its modified equation.

    Parameters
    ----------
    series : LieButcherSeries
        A method.

    Returns
    -------
    LieButcherSeries
        The convolution logarithm, zero on the empty forest.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `LieButcherSeries`.
    InvalidValueError
        If its value on the empty forest is not 1.

    Examples
    --------
    >>> lie_butcher_logarithm(exact_lie_butcher_series(3))
    <LieButcherSeries to order 3: 0: 1>
    """
    (series,) = check_lie_butcher((series,))
    return in_field(_logarithm, starting_with("series", series, 1))


def _logarithm(series: LieButcherSeries) -> LieButcherSeries:
    logarithm = Functional(mkw, series._values).log()
    return LieButcherSeries(logarithm, series.order, series.colours, empty=0)


def lie_butcher_order(series: LieButcherSeries, *, tol: Any = None) -> int:
    """Return the order of accuracy on manifolds: agreement with the exact flow on all forests.

    Parameters
    ----------
    series : LieButcherSeries
        A method.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    int
        The greatest p such that the values on all ordered forests of at most p vertices are those
        of the exact flow; at most the order of truncation.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `LieButcherSeries`, or `tol` is not a real number.
    InvalidValueError
        If `tol` is negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    References
    ----------
    B. Owren, "Order conditions for commutator-free Lie group methods", J. Phys. A 39 (2006).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> from treealg.symbolic.bseries import frozen_exponential
    >>> lie_butcher_order(frozen_exponential(LieButcherSeries({PlanarTree(): 1}, 3, empty=0)))
    1
    """
    (series,) = check_lie_butcher((series,))
    exact = exact_lie_butcher_series(series.order, series.colours)
    tol = check_tolerance(tol)
    for forest, value in entered(series).items():
        sides = value, exact._values[forest]
        if not vanishes(value - sides[1], tol, summands=partial(series._summands, *sides)):
            return max(forest.order - 1, 0)
    return series.order


def is_character(series: LieButcherSeries, *, tol: Any = None) -> bool:
    """Tell whether a series is multiplicative for shuffles, as that of a method is.

    Parameters
    ----------
    series : LieButcherSeries
        Any series.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    bool
        True when it is 1 on the empty forest and on each shuffle of two forests the product of its
        values on these, up to its order of truncation.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `LieButcherSeries`, or `tol` is not a real number.
    InvalidValueError
        If `tol` is negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    Examples
    --------
    >>> step = exact_lie_butcher_series(3)
    >>> is_character(step), is_character(step.map_coefficients(float), tol=1e-12)
    (True, True)
    """
    (series,) = check_lie_butcher((series,))
    return series._respects_shuffles(1, check_tolerance(tol))


def is_infinitesimal(series: LieButcherSeries, *, tol: Any = None) -> bool:
    """Tell whether a series vanishes on shuffles, as that of a vector field does.

    Parameters
    ----------
    series : LieButcherSeries
        Any series.
    tol : float, optional
        As for `is_character`.

    Returns
    -------
    bool
        True when it is 0 on the empty forest and on each shuffle of two forests, up to its order of
        truncation.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `LieButcherSeries`, or `tol` is not a real number.
    InvalidValueError
        If `tol` is negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    Examples
    --------
    >>> is_infinitesimal(lie_butcher_logarithm(exact_lie_butcher_series(3)))
    True
    """
    (series,) = check_lie_butcher((series,))
    return series._respects_shuffles(0, check_tolerance(tol))


def check_lie_butcher(series: tuple[Any, ...]) -> tuple[LieButcherSeries, ...]:
    """Return arguments that must be Lie-Butcher series, at least one."""
    if not series:
        raise InvalidValueError("at least one series is needed, got none")
    for one in series:
        if not isinstance(one, LieButcherSeries):
            raise InvalidTypeError(f"expected a LieButcherSeries, got {type(one).__name__}")
    return series
