"""Maps that know from what they were made, which is what a pickle holds: rules may be closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

__all__ = ["Made"]


class Made:
    """A value that is made again by calling what made it."""

    _origin: tuple[Callable[..., Any], tuple[Any, ...]]

    def _made_by(self, make: Callable[..., Any], *arguments: Any) -> Self:
        self._origin = (make, arguments)
        return self

    def __reduce__(self) -> Any:
        return self._origin
