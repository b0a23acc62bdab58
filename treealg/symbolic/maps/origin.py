"""Maps that know from what they were made, which is what a pickle holds: rules may be closures."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any, Self

from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.zeros import are_equal, is_known_zero

__all__ = ["Made", "without_zeros"]


class Made:
    """A value that is made again by calling what made it.

    Maps that were made in the same way from equal values are equal, as are a map and its copy;
    functions among these are compared as Python does, coefficients as numbers or for all values of
    their symbols. Two that were not may still agree everywhere.
    """

    _origin: tuple[Callable[..., Any], tuple[Any, ...]]

    def _made_by(self, make: Callable[..., Any], *arguments: Any) -> Self:
        self._origin = (make, arguments)
        return self

    def __reduce__(self) -> Any:
        return self._origin

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Made):
            return NotImplemented
        if self is other:
            return True
        make, arguments = self._origin
        other_make, others = other._origin
        return (
            make == other_make
            and len(arguments) == len(others)
            and all(map(_agree, arguments, others))
        )

    def __hash__(self) -> int:
        make, arguments = self._origin
        return hash((make, *map(_hashed, arguments)))


def without_zeros(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return the values of a map that is zero where it has none, as equal maps have them.

    Examples
    --------
    >>> without_zeros({"x": 1, "y": 0})
    {'x': 1}
    """
    return {key: value for key, value in values.items() if not is_known_zero(value)}


def _agree(one: Any, other: Any) -> bool:
    """Tell whether two arguments are equal, coefficients in any writing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            are_equal(value, other[key]) for key, value in one.items()
        )
    return are_equal(one, other)


def _hashed(argument: Any) -> Any:
    """Return what equal arguments have in common: of coefficients nothing, as in series."""
    if isinstance(argument, dict):
        return frozenset(argument)
    return None if isinstance(argument, Number) or is_expression(argument) else argument
