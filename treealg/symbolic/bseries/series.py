r"""Truncated series as immutable mappings: what is indexed by trees, and what it has in common.

A B-series with coefficients a stands for :math:`B(a, y) = a(\emptyset) y + \sum_\tau
h^{|\tau|} a(\tau) / \sigma(\tau) F(\tau)(y)` with the elementary differentials F of a vector
field, or of one vector field per colour; :math:`a(\tau) = 1/\tau!` is the exact solution.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, ItemsView, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Generic, Self, TypeVar

from ...errors import InvalidTypeError, InvalidValueError
from ..checks import check_integer
from ..displayed import Displayed
from ..enumeration import enumerate_trees
from ..memo import on_clear
from ..trees import Tree
from .coefficients import is_zero, tidy

__all__ = ["BSeries", "TruncatedSeries", "average_vector_field", "exact_series", "trees_up_to"]

K = TypeVar("K")
_ABSENT: Any = object()


@lru_cache(maxsize=16)
def trees_up_to(order: int, colours: int) -> tuple[Tree, ...]:
    """Return the trees with 1 to `order` vertices, in the basis order.

    Parameters
    ----------
    order : int
        The greatest number of vertices.
    colours : int
        The number of labels.

    Returns
    -------
    tuple of Tree
        The trees.

    Raises
    ------
    None
        The arguments are checked by the callers.

    Examples
    --------
    >>> [str(tree) for tree in trees_up_to(3, 1)]
    ['0', '0[0]', '0[0,0]', '0[0[0]]']
    """
    return tuple(tree for n in range(1, order + 1) for tree in enumerate_trees(n, colours))


on_clear(trees_up_to.cache_clear)


class TruncatedSeries(Displayed, Mapping[K, Any], Generic[K]):
    """What series over trees and over ordered forests share; use `BSeries` or `LieButcherSeries`.

    Raises
    ------
    TypeError
        If it is instantiated itself.

    Notes
    -----
    Immutable. ``+`` and ``-`` need series with the same colours and truncate to the smaller
    order; ``*`` and ``/`` are by a number or expression. Every key up to the order is present,
    also when its coefficient is 0.
    """

    __slots__ = ("_colours", "_order", "_values")
    # NumPy scalars on the left must leave multiplication to this class.
    __array_ufunc__ = None

    _empty: ClassVar[Any]
    _values: dict[K, Any]
    _order: int
    _colours: int

    @classmethod
    @abstractmethod
    def _basis(cls, order: int, colours: int) -> tuple[Any, ...]:
        """Return the keys other than the empty one, in the basis order."""

    @classmethod
    @abstractmethod
    def _check_key(cls, key: Any) -> K:
        """Return the key that a user means."""

    @classmethod
    def _wrap(cls, values: dict[K, Any], order: int, colours: int) -> Self:
        """Make a series of a complete dictionary in the basis order, without a copy."""
        new = object.__new__(cls)
        new._values = values
        new._order = order
        new._colours = colours
        return new

    def _fill(self, values: Any, order: Any, colours: Any, empty: Any) -> None:
        self._order = check_integer("order", order, 0)
        self._colours = check_integer("colours", colours, 1)
        basis = self._basis(self._order, self._colours)
        if isinstance(values, Mapping):
            table = {self._check_key(key): value for key, value in values.items()}
            if self._empty in table and empty is not _ABSENT:
                raise InvalidValueError(
                    "empty is given twice, in values and by itself; leave one of them out"
                )
            empty = table.pop(self._empty, empty)
            known = {self._empty, *basis}
            kept = self._order
            unknown = [key for key in table if key not in known and _order_of(key) <= kept]
            if unknown:
                raise InvalidValueError(
                    f"values has the key {unknown[0]}, whose labels are not all in "
                    f"0, ..., {self._colours - 1}; give colours"
                )
            found = {key: tidy(table.get(key, 0)) for key in basis}
        elif callable(values):
            found = {key: tidy(values(key)) for key in basis}
        else:
            raise InvalidTypeError(
                f"values must be a mapping or a callable, got {type(values).__name__}"
            )
        self._values = {self._empty: 1 if empty is _ABSENT else tidy(empty), **found}

    # -- as a mapping --------------------------------------------------------------------------

    @property
    def order(self) -> int:
        """The order at which the series is truncated: keys have at most so many vertices."""
        return self._order

    @property
    def colours(self) -> int:
        """The number of colours; labels are 0, ..., colours - 1."""
        return self._colours

    def __getitem__(self, key: Any) -> Any:
        return self._values[self._check_key(key)]

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Any) -> bool:
        try:
            return self._check_key(key) in self._values
        except (InvalidTypeError, InvalidValueError):
            return False

    def items(self) -> ItemsView[K, Any]:
        """Return the pairs of keys and coefficients, in the basis order.

        Returns
        -------
        view of pairs
            The empty key first; coefficients that are 0 included.

        Raises
        ------
        None
            Every series has items.
        """
        return self._values.items()

    def __eq__(self, other: Any) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (
            self._order == other._order
            and self._colours == other._colours
            and all(is_zero(a - other._values[key]) for key, a in self._values.items())
        )

    def __hash__(self) -> int:
        # Equal expressions may be written differently, so that coefficients cannot take part.
        return hash((type(self), self._order, self._colours))

    def __repr__(self) -> str:
        shown = [f"{key}: {value}" for key, value in self._values.items() if value != 0]
        more = ", ..." if len(shown) > 6 else ""
        return f"<{type(self).__name__} to order {self._order}: {', '.join(shown[:6])}{more}>"

    def truncate(self, order: Any) -> Self:
        """Return the series up to a smaller order.

        Parameters
        ----------
        order : int
            From 0 to the order of this series.

        Returns
        -------
        same type
            The series without the keys of more vertices.

        Raises
        ------
        InvalidTypeError
            If `order` is not an integer.
        InvalidValueError
            If `order` is negative or greater than the order of this series.

        Examples
        --------
        >>> exact_series(4).truncate(2)
        <BSeries to order 2: None: 1, 0: 1, 0[0]: 1/2>
        """
        order = check_integer("order", order, 0)
        if order > self._order:
            raise InvalidValueError(f"order must be at most {self._order}, got {order}")
        keys = (self._empty, *self._basis(order, self._colours))
        return self._wrap({key: self._values[key] for key in keys}, order, self._colours)

    def map_coefficients(self, function: Callable[[Any], Any]) -> Self:
        """Apply a function to each coefficient, for instance ``sympy.simplify`` or ``float``.

        Parameters
        ----------
        function : callable
            From coefficient to coefficient.

        Returns
        -------
        same type
            The new series.

        Raises
        ------
        None
            What `function` raises comes through.

        Examples
        --------
        >>> exact_series(2).map_coefficients(float)
        <BSeries to order 2: None: 1.0, 0: 1.0, 0[0]: 0.5>
        """
        values = {key: function(value) for key, value in self._values.items()}
        return self._wrap(values, self._order, self._colours)

    def scale_step(self, factor: Any) -> Self:
        r"""Return the series of the same method with another step, :math:`c^{|\tau|} a(\tau)`.

        Parameters
        ----------
        factor : number or SymPy expression
            The ratio c of the steps; -1 runs backwards.

        Returns
        -------
        same type
            The new series.

        Raises
        ------
        None
            What the coefficients raise comes through.

        Examples
        --------
        >>> exact_series(2).scale_step(Fraction(1, 2))
        <BSeries to order 2: None: 1, 0: 1/2, 0[0]: 1/8>
        """
        powers: list[Any] = [1]
        for _ in range(self._order):
            powers.append(tidy(powers[-1] * factor))
        basis = self._basis(self._order, self._colours)
        values = {key: tidy(self._values[key] * powers[key.order]) for key in basis}
        return self._wrap(
            {self._empty: self._values[self._empty], **values}, self._order, self._colours
        )

    # -- vector space --------------------------------------------------------------------------

    def _combine(self, other: Any, factor: int) -> Any:
        if not isinstance(other, TruncatedSeries) or type(other) is not type(self):
            return NotImplemented
        check_same_colours(self, other)
        order = min(self._order, other._order)
        keys = (self._empty, *self._basis(order, self._colours))
        values = {key: tidy(self._values[key] + factor * other._values[key]) for key in keys}
        return self._wrap(values, order, self._colours)

    def __add__(self, other: Any) -> Self:
        return self._combine(other, 1)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Self:
        return self._combine(other, -1)  # type: ignore[no-any-return]

    def __neg__(self) -> Self:
        return self.map_coefficients(lambda value: -value)

    def __pos__(self) -> Self:
        return self

    def __mul__(self, scalar: Any) -> Self:
        if isinstance(scalar, (Mapping, str, bytes, list, tuple)) or scalar is None:
            raise InvalidTypeError(
                f"a series is multiplied by a number or an expression, got "
                f"{type(scalar).__name__}; use compose or substitute for two series"
            )
        return self.map_coefficients(lambda value: tidy(value * scalar))

    def __rmul__(self, scalar: Any) -> Self:
        return self.__mul__(scalar)

    def __truediv__(self, scalar: Any) -> Self:
        if isinstance(scalar, int):
            if scalar == 0:
                raise InvalidValueError("cannot divide a series by 0")
            return self * Fraction(1, scalar)
        return self.map_coefficients(lambda value: tidy(value / scalar))


class BSeries(TruncatedSeries[Tree | None]):
    r"""A B-series that is truncated at an order: a mapping from trees to coefficients.

    :math:`B(a, y) = a(\emptyset) y + \sum_\tau h^{|\tau|} a(\tau) / \sigma(\tau) F(\tau)(y)`,
    in the notation of Hairer, Lubich and Wanner and of Chartier, Hairer and Vilmart.

    Parameters
    ----------
    values : mapping or callable
        From trees to coefficients: int, Fraction, SymPy expressions, floats. A mapping may use
        the tuple form, may hold the empty tree as None, and is zero elsewhere; trees of more
        vertices than `order` are dropped. A callable receives each tree.
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields; vertices have labels 0, ..., colours - 1.
    empty : number or SymPy expression, default 1
        The coefficient of the empty tree: 1 for a method, 0 for a vector field.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If `order` is negative, `colours` less than 1, a tree has other labels, or the
        coefficient of the empty tree is given twice.

    Notes
    -----
    With several colours the vector field is the sum of one per colour, and F(τ) has at each
    vertex the field of its colour. A partitioned system p' = f(p, q), q' = g(p, q) is the case
    of the fields (f, 0) and (0, g).

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010). E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration"
    (2006), chapters III and IX.

    Examples
    --------
    >>> euler = BSeries({Tree(): 1}, 3)
    >>> euler[None], euler[Tree()], euler[((0,), 0)]
    (1, 1, 0)
    >>> (euler + 2 * euler)[(0,)]
    3
    """

    __slots__ = ()
    _empty = None

    def __init__(
        self,
        values: Mapping[Any, Any] | Callable[[Tree], Any],
        order: Any,
        colours: Any = 1,
        *,
        empty: Any = _ABSENT,
    ) -> None:
        self._fill(values, order, colours, empty)

    @classmethod
    def _basis(cls, order: int, colours: int) -> tuple[Tree, ...]:
        return trees_up_to(order, colours)

    @classmethod
    def _check_key(cls, key: Any) -> Tree | None:
        return key if key is None else Tree.from_tuple(key)


def exact_series(order: Any, colours: Any = 1) -> BSeries:
    r"""Return the B-series of the exact solution after one step, :math:`1/\tau!`.

    Parameters
    ----------
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields, whose sum is solved.

    Returns
    -------
    BSeries
        The series.

    Raises
    ------
    InvalidTypeError
        If an argument is not an integer.
    InvalidValueError
        If `order` is negative or `colours` less than 1.

    Examples
    --------
    >>> exact_series(3)
    <BSeries to order 3: None: 1, 0: 1, 0[0]: 1/2, 0[0,0]: 1/3, 0[0[0]]: 1/6>
    """
    return BSeries(
        lambda tree: Fraction(1, tree.factorial) if tree.factorial > 1 else 1, order, colours
    )


def _order_of(key: Any) -> int:
    return key.order  # type: ignore[no-any-return]


def average_vector_field(order: Any) -> BSeries:
    r"""Return the B-series of the average vector field method, which preserves the energy.

    :math:`y_1 = y_0 + h \int_0^1 f((1 - s) y_0 + s y_1) ds`; its coefficients are
    :math:`a(B^+(\tau_1 \cdots \tau_k)) = a(\tau_1) \cdots a(\tau_k) / (k + 1)`.

    Parameters
    ----------
    order : int
        Where to truncate, at least 0.

    Returns
    -------
    BSeries
        The series.

    Raises
    ------
    InvalidTypeError
        If `order` is not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    G. R. W. Quispel and D. I. McLaren, "A new class of energy-preserving numerical integration
    methods", J. Phys. A 41 (2008).

    Examples
    --------
    >>> average_vector_field(3)
    <BSeries to order 3: None: 1, 0: 1, 0[0]: 1/2, 0[0,0]: 1/3, 0[0[0]]: 1/4>
    """

    def value(tree: Tree) -> Any:
        # Every vertex with k branches contributes a factor 1/(k + 1).
        number = math.prod(len(vertex.children) + 1 for vertex in tree.vertices())
        return Fraction(1, number) if number > 1 else 1

    return BSeries(value, order)


def check_same_colours(first: TruncatedSeries[Any], second: TruncatedSeries[Any]) -> None:
    """Refuse two series over different numbers of colours.

    Parameters
    ----------
    first, second : series
        Two series.

    Raises
    ------
    InvalidValueError
        If their numbers of colours differ.
    """
    if first.colours != second.colours:
        raise InvalidValueError(
            f"series must have the same colours, got {first.colours} and {second.colours}"
        )


def check_series(name: str, value: Any, empty: int | None = None) -> BSeries:
    """Return an argument that must be a B-series, with a given value on the empty tree.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : BSeries
        The argument.
    empty : int, optional
        The value on the empty tree that it must have: 1 for a method, 0 for a vector field.

    Returns
    -------
    BSeries
        The argument.

    Raises
    ------
    InvalidTypeError
        If `value` is not a `BSeries`.
    InvalidValueError
        If its value on the empty tree is another.
    """
    if not isinstance(value, BSeries):
        raise InvalidTypeError(f"{name} must be a BSeries, got {type(value).__name__}")
    if empty is not None and not is_zero(value[None] - empty):
        kind = "method" if empty else "vector field"
        raise InvalidValueError(
            f"{name} must be the series of a {kind}, with value {empty} on the empty tree, got "
            f"{value[None]}"
        )
    return value
