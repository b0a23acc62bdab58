"""Maps that know from what they were made, which is what a pickle holds: rules may be closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

__all__ = ["Made"]


class Made:
    """A value that is made again by calling what made it.

    Maps that were made in the same way from equal values are equal, as are a map and its copy;
    functions among these are compared as Python does. Two that were not may still agree everywhere.
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
        return self is other or self._origin == other._origin

    def __hash__(self) -> int:
        make, arguments = self._origin
        return hash((make, *(x if not isinstance(x, dict) else frozenset(x) for x in arguments)))
