"""What follows from a list of elements that a caller gives, made once for lists that are alike."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

__all__ = ["by_elements"]

_Answer = TypeVar("_Answer")


class _Listed(bytes):
    """What elements are known by, which tells True from 1, with the elements."""

    elements: list[Any]

    @classmethod
    def of(cls, elements: list[Any]) -> _Listed:
        try:
            found = cls(marshal.dumps(elements, 2))  # ten times as fast as a text
        except ValueError:  # not made of tuples and integers alone
            found = cls(b"s")
        if found.find(b"s") >= 0:  # perhaps the memory of numbers of NumPy, without their type
            found = cls(b"r" + repr(elements).encode())
        found.elements = elements
        return found


def by_elements(function: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Let a function of a list of elements, and of options, be computed once for each of them."""

    @lru_cache(maxsize=256)
    def known(key: _Listed, *options: Any) -> _Answer:
        return function(key.elements, *options)

    @wraps(function)
    def found(elements: list[Any], *options: Any) -> _Answer:
        try:
            return known(_Listed.of(elements), *options)
        except (RecursionError, ValueError):  # of a deep tuple, or no text; what is wrong is said
            return function(elements, *options)

    return found
