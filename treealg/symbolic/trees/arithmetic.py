"""``+``, ``-``, ``*`` and ``/`` of trees and forests: as of the sum of which one is the only term.

Sums stand above what they are sums of, and are loaded when the first is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, overload

from treealg._lazy import announced
from treealg.symbolic.trees.entries import Entry

if TYPE_CHECKING:
    from treealg.symbolic.linear.elements import Element

__all__ = ["Summand", "Sums"]


class Sums(Protocol):
    """What makes sums: `treealg.symbolic.linear.elements`."""

    def element_of(self, x: Any) -> Element:
        """Return the element that is a tree or forest."""

    def forest_product(self, x: Any, y: Any) -> Any:
        """Return the forest of two trees or forests, or NotImplemented for anything else."""

    def forest_power(self, x: Any, exponent: Any) -> Any:
        """Return the forest of so many copies of a tree or forest."""


def _load() -> Sums:
    found: Sums = announced("sums")
    return found


class Summand(Entry):
    """A tree or forest, which adds and scales as an element; several multiply to a forest."""

    __slots__ = ()

    def __add__(self, other: Any) -> Element:
        found: Element = _load().element_of(self) + other
        return found

    def __radd__(self, other: Any) -> Element:
        return _load().element_of(self).__radd__(other)

    def __sub__(self, other: Any) -> Element:
        found: Element = _load().element_of(self) - other
        return found

    def __rsub__(self, other: Any) -> Element:
        return _load().element_of(self).__rsub__(other)

    def __neg__(self) -> Element:
        return -_load().element_of(self)

    @overload
    def __mul__(self, other: Summand) -> Any: ...

    @overload
    def __mul__(self, other: Any) -> Element: ...

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Summand):
            return _load().forest_product(self, other)
        return _load().element_of(self) * other

    def __rmul__(self, scalar: Any) -> Element:
        return _load().element_of(self).__rmul__(scalar)

    def __pos__(self) -> Element:
        return +_load().element_of(self)

    def __pow__(self, exponent: Any) -> Any:
        return _load().forest_power(self, exponent)

    def __truediv__(self, scalar: Any) -> Element:
        found: Element = _load().element_of(self) / scalar
        return found
