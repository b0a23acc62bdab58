r"""Numbers that maps are evaluated on: exact ones at many points at once, and what goes with them.

A program, NumPy source and the symbolic layer compute in the ring of their arguments. Given
`Rationals` they compute at all points of a proof in one run; given `Degree` they find the degree of
the polynomial that they are; given `Dual` its derivatives; given `Magnitude` the number that a
rounding bound is a multiple of.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Degree", "Dual", "Magnitude", "Rationals"]

_LIMIT = 2**62


class Rationals:
    """Rational numbers, one per point: integers over one denominator.

    Parameters
    ----------
    numerators : numpy.ndarray
        int64, or Python integers as objects; of shape ``(points,)``.
    denominator : int, default 1
        Positive.

    Notes
    -----
    The values are immutable. Integers are 64 bits wide where all fit, and Python's where they do
    not, which a bound decides that is computed with them. Comparison with ``==`` tells whether the
    numbers agree at every point.

    Examples
    --------
    >>> x = Rationals(np.array([1, 2, 3]))
    >>> (x * x * Fraction(1, 2) - x).fractions()
    [Fraction(-1, 2), Fraction(0, 1), Fraction(3, 2)]
    """

    __slots__ = ("_bound", "_numerators", "denominator")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, numerators: npt.NDArray[Any], denominator: int = 1) -> None:
        self._set(numerators, denominator, _largest(numerators))

    def _set(self, numerators: Any, denominator: int, bound: int) -> None:
        self._numerators, self.denominator, self._bound = numerators, denominator, bound

    @classmethod
    def _make(cls, numerators: Any, denominator: int, bound: int) -> Rationals:
        made = cls.__new__(cls)
        made._set(numerators, denominator, bound)
        return made

    @classmethod
    def quotients(cls, numerators: npt.NDArray[Any], denominators: npt.NDArray[Any]) -> Rationals:
        """Return numbers that each have a denominator."""
        common = math.lcm(*set(denominators.tolist()))
        if common == 1:
            return cls(numerators)
        return cls(numerators.astype(object) * (common // denominators.astype(object)), common)

    def _tighten(self) -> None:
        """Bring the same numbers to lowest terms, with the best bound."""
        divisor = math.gcd(self.denominator, int(np.gcd.reduce(self._numerators, axis=None)))
        numerators = self._numerators // divisor
        bound = _largest(numerators)
        if bound < _LIMIT:
            numerators = numerators.astype(np.int64)
        self._set(numerators, self.denominator // divisor, bound)

    def _times(self, factor: int) -> Rationals:
        """Return a multiple of the numerators over the same denominator."""
        if factor == 1:
            return self
        bound = self._bound * abs(factor)
        numerators = self._numerators
        if max(bound, abs(factor)) >= _LIMIT:
            numerators = numerators.astype(object, copy=False)
        return Rationals._make(numerators * factor, self.denominator, bound)

    def take(self, places: npt.NDArray[np.intp]) -> Rationals:
        """Return the numbers at some points, in any order and with repetition."""
        return Rationals._make(self._numerators[places], self.denominator, self._bound)

    def __add__(self, other: Any) -> Any:
        # An array of NumPy source, such as x[..., 0], takes its elements one by one.
        if isinstance(other, (Dual, np.ndarray)):
            return NotImplemented
        right = _lifted(other)
        common = math.lcm(self.denominator, right.denominator)
        a, b = self._times(common // self.denominator), right._times(common // right.denominator)
        bound = a._bound + b._bound
        x, y = a._numerators, b._numerators
        if bound >= _LIMIT:
            x, y = x.astype(object, copy=False), y.astype(object, copy=False)
        return Rationals._make(x + y, common, bound)

    __radd__ = __add__

    def __neg__(self) -> Rationals:
        return self._times(-1)

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Dual) else self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, (Dual, np.ndarray)):
            return NotImplemented
        if not isinstance(other, Rationals):
            exact = Fraction(other)
            scaled = self._times(exact.numerator)
            denominator = self.denominator * exact.denominator
            return Rationals._make(scaled._numerators, denominator, scaled._bound)
        a, b = self, other
        if a._bound * b._bound >= _LIMIT:
            a._tighten()
            b._tighten()
        x, y, bound = a._numerators, b._numerators, a._bound * b._bound
        if bound >= _LIMIT:
            x, y = x.astype(object, copy=False), y.astype(object, copy=False)
        return Rationals._make(x * y, a.denominator * b.denominator, bound)

    __rmul__ = __mul__

    def __truediv__(self, other: int) -> Any:
        return self * Fraction(1, other)

    def __eq__(self, other: object) -> bool:
        difference = self if isinstance(other, int) and not other else self - other
        return not difference._numerators.any()

    def fractions(self) -> list[Fraction]:
        """List the numbers."""
        return [Fraction(int(n), self.denominator) for n in np.ravel(self._numerators)]

    def floats(self) -> npt.NDArray[np.float64]:
        """Return the nearest float64 of each number."""
        # The quotient of Python integers is correctly rounded.
        exact = self._numerators.astype(object) / self.denominator
        return np.asarray(exact, dtype=np.float64)


def _largest(numerators: Any) -> int:
    return max(int(np.max(numerators, initial=0)), -int(np.min(numerators, initial=0)))


def _lifted(value: Any) -> Rationals:
    if isinstance(value, Rationals):
        return value
    exact = Fraction(value)
    # One axis at least: arithmetic on arrays of objects without one leaves NumPy.
    return Rationals(np.array([exact.numerator]), exact.denominator)


class Dual:
    """A number with its gradient, for exact derivatives.

    Parameters
    ----------
    value : Fraction, int or another number of this module
        The number.
    gradient : dict of int to number
        Its derivatives that are not 0.

    Examples
    --------
    >>> x = Dual(3, {0: 1})
    >>> (x * x + 1).gradient
    {0: 6}
    """

    __slots__ = ("gradient", "value")

    def __init__(self, value: Any, gradient: dict[int, Any]) -> None:
        self.value, self.gradient = value, gradient

    def __add__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.gradient)
        gradient = dict(self.gradient)
        for key, slope in other.gradient.items():
            gradient[key] = gradient[key] + slope if key in gradient else slope
        return Dual(self.value + other.value, gradient)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        return self + (other.scaled(-1) if isinstance(other, Dual) else -other)

    def __rsub__(self, other: Any) -> Dual:
        return self.scaled(-1).__add__(other)

    def __neg__(self) -> Dual:
        return self.scaled(-1)

    def __mul__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return self.scaled(other)
        gradient = {key: slope * other.value for key, slope in self.gradient.items()}
        for key, slope in other.gradient.items():
            term = slope * self.value
            gradient[key] = gradient[key] + term if key in gradient else term
        return Dual(self.value * other.value, gradient)

    __rmul__ = __mul__

    def scaled(self, number: Any) -> Dual:
        """Return a constant multiple."""
        return Dual(self.value * number, {k: s * number for k, s in self.gradient.items()})


class Degree:
    """A bound of the degree of a polynomial: sums take the maximum, products the sum.

    Parameters
    ----------
    value : int
        The degree; -1 for the constant 0.

    Examples
    --------
    >>> (Degree(2) * Degree(1) + 5).value
    3
    """

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def __add__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return Degree(max(self.value, _degree(other)))

    __radd__ = __sub__ = __rsub__ = __add__

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        right = _degree(other)
        return Degree(-1 if self.value < 0 or right < 0 else self.value + right)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Degree:
        return self

    def __neg__(self) -> Degree:
        return self


def _degree(value: Any) -> int:
    if isinstance(value, Degree):
        return value.value
    return 0 if value else -1


class Magnitude:
    """An upper bound of the size of a number: differences and signs count as sums.

    Parameters
    ----------
    value : float or numpy.ndarray
        Numbers whose size is taken.

    Examples
    --------
    >>> x = Magnitude(3.0)
    >>> float((x - x * -2).value)
    9.0
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = np.abs(np.asarray(value, dtype=np.float64))

    def __add__(self, other: Any) -> Magnitude:
        return Magnitude(self.value + _magnitude(other))

    __radd__ = __sub__ = __rsub__ = __add__

    def __mul__(self, other: Any) -> Magnitude:
        return Magnitude(self.value * _magnitude(other))

    __rmul__ = __mul__


def _magnitude(value: Any) -> Any:
    return value.value if isinstance(value, Magnitude) else abs(float(value))
