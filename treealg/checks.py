"""Checks of arguments that several modules share."""

from __future__ import annotations

import operator
import reprlib
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["check_flag", "check_integer"]


def check_integer(name: str, value: Any, minimum: int) -> int:
    """Return an integer argument as a Python integer.

    Examples
    --------
    >>> check_integer("order", 3, 0)
    3
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise InvalidTypeError(
            f"{name} must be an integer, got {type(value).__name__} {reprlib.repr(value)}"
        )
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidTypeError(
            f"{name} must be an integer, got {type(value).__name__} {reprlib.repr(value)}"
        ) from None
    if number < minimum:
        raise InvalidValueError(f"{name} must be at least {minimum}, got {number}")
    return number


def check_flag(name: str, value: Any) -> bool:
    """Return a boolean argument.

    Examples
    --------
    >>> check_flag("planar", True)
    True
    """
    if not isinstance(value, bool):
        raise InvalidTypeError(
            f"{name} must be True or False, got {type(value).__name__} {reprlib.repr(value)}"
        )
    return value
