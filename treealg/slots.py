"""Frozen data classes with slots, which say what is wrong when something is assigned to them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import Any, NoReturn, TypeVar, dataclass_transform

__all__ = ["frozen_slots"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen_slots(cls: type[T]) -> type[T]:
    """Make a frozen data class with slots.

    Notes
    -----
    A data class with slots is a class made anew, which Python's own methods of frozen ones do not
    know: they raise an unrelated TypeError where an attribute is none of the fields.

    Examples
    --------
    >>> @frozen_slots
    ... class Pair:
    ...     first: int
    ...     second: int = 0
    >>> Pair(1).third = 3
    Traceback (most recent call last):
    ...
    dataclasses.FrozenInstanceError: cannot assign to field 'third'
    """
    made: Any = dataclass(frozen=True, slots=True)(cls)
    made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete
    return made  # type: ignore[no-any-return]


def _refuse_to_set(self: Any, name: str, value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
