"""What elements of the fields have in common: differences, quotients, and how they show."""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import Any

from treealg.errors import InvalidValueError

__all__ = ["FieldNumber", "inverse_of"]


class FieldNumber:
    """An element of a field of fractions or of numbers with roots, which is no rational number.

    Notes
    -----
    Immutable; equal ones are equal, but there are no hashes, as they may be written in two ways.
    """

    __slots__ = ()

    __hash__ = None  # type: ignore[assignment]

    @abstractmethod
    def __add__(self, other: Any) -> Any: ...

    @abstractmethod
    def __mul__(self, other: Any) -> Any: ...

    @abstractmethod
    def __neg__(self) -> Any: ...

    @abstractmethod
    def inverse(self) -> Any:
        """Return 1 / x, for x that is not zero."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __truediv__(self, other: Any) -> Any:
        if other.__class__ is self.__class__ or isinstance(other, (int, Fraction)):
            return self * inverse_of(other)
        return NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return inverse_of(self) * other if isinstance(other, (int, Fraction)) else NotImplemented


def inverse_of(value: Any) -> Any:
    """Return 1 / x for an element of a field, or for a number of Python.

    Examples
    --------
    >>> inverse_of(2), inverse_of(Fraction(1, 3))
    (Fraction(1, 2), 3)
    """
    if not value:
        raise InvalidValueError(
            f"nothing can be divided by an expression that is zero, got {value}"
        )
    if isinstance(value, FieldNumber):
        return value.inverse()
    inverse = Fraction(1) / value
    return inverse.numerator if inverse.denominator == 1 else inverse
