"""What truncated series have in common: an immutable mapping and a vector space."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, ItemsView, Iterator, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Generic, Self, TypeVar

from treealg.checks import brief, check_callable, check_integer
from treealg.errors import AbsentKeyError, InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.linear.coefficients import (
    Coefficients,
    check_coefficient,
    is_zero_start,
    quotient,
    values_by_key,
)
from treealg.symbolic.linear.fields import Arithmetic, arithmetic_of
from treealg.symbolic.linear.tolerances import check_tolerance, is_close
from treealg.symbolic.linear.zeros import are_equal, is_known_zero, is_zero, is_zero_number
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.entries import Entry
from treealg.symbolic.trees.labels import first_labels
from treealg.symbolic.trees.scalars import number_text

__all__ = ["ABSENT", "TruncatedSeries", "check_same_colours", "entered", "in_field"]

K = TypeVar("K")
S = TypeVar("S", bound="TruncatedSeries[Any]")
#: Stands for a coefficient of the empty key that is not given.
ABSENT: Any = object()


class TruncatedSeries(Entry, Coefficients, Displayed, Mapping[K, Any], Generic[K]):
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
            table = values_by_key(values, self._check_key)
            if self._empty in table and empty is not ABSENT:
                raise InvalidValueError(
                    "empty is given twice, in values and by itself; leave one of them out"
                )
            empty = table.pop(self._empty, empty)
            known = {self._empty, *basis}
            kept = self._order
            unknown = [key for key in table if key not in known and _order_of(key) <= kept]
            if unknown:
                raise InvalidValueError(
                    f"values has the key {brief(unknown[0])}, whose labels are not all in "
                    f"{first_labels(self._colours)}; give colours"
                )
            found = {key: _given(table.get(key, 0)) for key in basis}
        elif callable(values):
            check_callable("values", values, "tree")
            found = {key: _given(values(key)) for key in basis}
        else:
            raise InvalidTypeError(
                f"values must be a mapping or a callable, got {type(values).__name__}"
            )
        self._values = {
            self._empty: 1 if empty is ABSENT else _given(empty),
            **found,
        }

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
        key = self._check_key(key)
        if key not in self._values:
            raise AbsentKeyError(
                f"the series has no coefficient for {brief(key)}: it is truncated at order "
                f"{self._order}, with labels {first_labels(self._colours)}; make it with a higher "
                "order, or with more colours"
            )
        return self._values[key]

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
        """
        return self._values.items()

    def __eq__(self, other: Any) -> bool:
        # Sums start with the number 0.
        if is_zero_number(other):
            return all(map(is_zero, self._values.values()))
        if not isinstance(other, TruncatedSeries) or other._empty is not self._empty:
            return NotImplemented
        return (
            self._order == other._order
            and self._colours == other._colours
            and all(are_equal(a, other._values[key]) for key, a in self._values.items())
        )

    def __hash__(self) -> int:
        # Equal expressions may be written differently, so that coefficients cannot take part
        # unless all are zero: then the series equals the number 0.
        if all(map(is_known_zero, self._values.values())):
            return hash(0)
        return hash((self._empty, self._order, self._colours))

    def __repr__(self) -> str:
        terms = [(key, value) for key, value in self._values.items() if value != 0]
        shown = [f"{key}: {number_text(value)}" for key, value in terms[:6]]
        more = ", ..." if len(terms) > 6 else ""
        return f"<{type(self).__name__} to order {self._order}: {', '.join(shown)}{more}>"

    def is_close(self, other: Self, tol: Any) -> bool:
        """Tell whether coefficients differ by at most a tolerance, as those of floats do.

        Parameters
        ----------
        other : same type
            Another series, of the same order and colours.
        tol : float
            The greatest absolute difference of two coefficients.

        Returns
        -------
        bool
            True when all coefficients are that close.

        Raises
        ------
        InvalidTypeError
            If `other` is a series of another type, or `tol` is not a real number.
        InvalidValueError
            If order or colours differ, `tol` is negative, or a difference has symbols and is no
            rational function of them.

        Notes
        -----
        Differences with symbols are compared by the coefficients of polynomials; with floats, those
        of a quotient by the coefficients of its numerator, where the greatest one of its
        denominator is 1. An exact quotient of polynomials that is no constant is close to nothing.

        Examples
        --------
        >>> from treealg.symbolic.bseries import RungeKutta, exact_series
        >>> heun = RungeKutta([[], [2 / 3]], [1 / 4, 3 / 4]).series(2)
        >>> heun.is_close(exact_series(2), 1e-12)
        True
        """
        if not isinstance(other, TruncatedSeries) or other._empty is not self._empty:
            raise InvalidTypeError(
                f"other must be a {type(self).__name__}, got {type(other).__name__}"
            )
        check_same_colours(self, other)
        if self._order != other._order:
            raise InvalidValueError(
                f"series must have the same order, got {self._order} and {other._order}; use "
                "truncate"
            )
        tol = check_tolerance(tol)
        return all(is_close(a, other._values[key], tol) for key, a in self._values.items())

    def _through(self, function: Callable[[Any], Any]) -> Self:
        """Apply a function that returns coefficients to each of them."""
        values = {key: function(value) for key, value in self._values.items()}
        return self._wrap(values, self._order, self._colours)

    def _summands(self, *parts: Any, size: Callable[[Any], float]) -> Iterator[float]:
        """Return the sizes of what a condition is rounded with: of these, and all coefficients.

        Small ones may be what is left of sums of larger ones.
        """
        return map(size, (*parts, *self._values.values()))

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
        >>> from treealg.symbolic.bseries import exact_series
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
        InvalidTypeError
            If `function` is not callable, or returns neither a number nor a symbolic expression.

        Examples
        --------
        >>> from treealg.symbolic.bseries import exact_series
        >>> exact_series(2).map_coefficients(float)
        <BSeries to order 2: None: 1.0, 0: 1.0, 0[0]: 0.5>
        """
        check_callable("function", function, "coefficient")
        values = {key: check_coefficient(function(value)) for key, value in self._values.items()}
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
        InvalidTypeError
            If `factor` is neither a number nor a symbolic expression.
        InvalidValueError
            If powers of sums in coefficients would have too many terms.

        Examples
        --------
        >>> from treealg.symbolic.bseries import exact_series
        >>> exact_series(2).scale_step(Fraction(1, 2))
        <BSeries to order 2: None: 1, 0: 1/2, 0[0]: 1/8>
        """
        factor = _given(factor)
        arithmetic = arithmetic_of([factor, *self._values.values()])
        powers: list[Any] = [1]
        for _ in range(self._order):
            powers.append(tidy(powers[-1] * arithmetic.enter(factor)))
        basis = self._basis(self._order, self._colours)
        values = {self._empty: self._values[self._empty]}
        for key in basis:
            scaled = tidy(arithmetic.enter(self._values[key]) * powers[key.order])
            values[key] = arithmetic.leave(scaled)
        return self._wrap(values, self._order, self._colours)

    # -- vector space --------------------------------------------------------------------------

    def _combine(self, other: Any, factor: int) -> Any:
        if is_zero_start(other, "a series"):
            return self
        if not isinstance(other, TruncatedSeries):
            return NotImplemented
        if other._empty is not self._empty:
            raise InvalidTypeError(
                f"series that are added must be of one kind, got {type(self).__name__} and "
                f"{type(other).__name__}: one has a coefficient for each tree, the other for each "
                "ordered forest"
            )
        check_same_colours(self, other)
        order = min(self._order, other._order)
        keys = (self._empty, *self._basis(order, self._colours))
        values = {key: tidy(self._values[key] + factor * other._values[key]) for key in keys}
        return self._wrap(values, order, self._colours)

    def __add__(self, other: Any) -> Self:
        return self._combine(other, 1)  # type: ignore[no-any-return]

    def __radd__(self, other: Any) -> Self:
        return self._combine(other, 1)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Self:
        return self._combine(other, -1)  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> Self:
        return (-self)._combine(other, 1)  # type: ignore[no-any-return]

    def __neg__(self) -> Self:
        return self.map_coefficients(lambda value: -value)

    def __pos__(self) -> Self:
        return self

    def __mul__(self, scalar: Any) -> Self:
        if isinstance(scalar, TruncatedSeries):
            raise InvalidTypeError(
                f"a series is multiplied by a number or an expression, got "
                f"{type(scalar).__name__}; use compose or substitute for two series"
            )
        scalar = _given(scalar)
        return self.map_coefficients(lambda value: tidy(value * scalar))

    def __rmul__(self, scalar: Any) -> Self:
        return self.__mul__(scalar)

    def __truediv__(self, scalar: Any) -> Self:
        scalar = _given(scalar)
        if scalar == 0:
            raise InvalidValueError("cannot divide a series by 0")
        if isinstance(scalar, int):
            return self * Fraction(1, scalar)
        return self.map_coefficients(lambda value: tidy(quotient(value, scalar)))

    def __pow__(self, exponent: Any) -> Self:
        raise InvalidTypeError(
            f"a series has no powers, got the exponent {brief(exponent)}; use compose for the "
            "steps of a method one after another"
        )


def check_same_colours(first: TruncatedSeries[Any], second: TruncatedSeries[Any]) -> None:
    """Refuse two series over different numbers of colours."""
    if first.colours != second.colours:
        raise InvalidValueError(
            f"series must have the same colours, got {first.colours} and {second.colours}"
        )


def in_field(operation: Callable[..., S], *series: S) -> S:
    """Apply an operation to series with their coefficients in one field of fractions.

    Where they are no rational functions, to the series themselves.
    """
    arithmetic = _arithmetic(series)
    if arithmetic.is_plain:
        return operation(*series)
    return operation(*(one._through(arithmetic.enter) for one in series))._through(arithmetic.leave)


def entered(series: S) -> S:
    """Return a series with its coefficients in a field of fractions, if they are in one."""
    arithmetic = _arithmetic((series,))
    return series if arithmetic.is_plain else series._through(arithmetic.enter)


def _arithmetic(series: tuple[Any, ...]) -> Arithmetic:
    return arithmetic_of(value for one in series for value in one._values.values())


def _given(value: Any) -> Any:
    """Return a coefficient that a user gave, in normal form."""
    return tidy(check_coefficient(value))


def _order_of(key: Any) -> int:
    return key.order  # type: ignore[no-any-return]
