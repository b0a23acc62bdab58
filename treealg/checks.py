"""Checks of arguments that several modules share."""

from __future__ import annotations

import operator
import reprlib
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["check_flag", "check_integer"]


def check_integer(name: str, value: Any, minimum: int) -> int:
    """Return an integer argument as a Python integer.

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : int
        A Python or NumPy integer; booleans are not integers.
    minimum : int
        The least value allowed.

    Returns
    -------
    int
        The value.

    Raises
    ------
    InvalidTypeError
        If `value` is not an integer.
    InvalidValueError
        If `value` is less than `minimum`.

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

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    value : bool
        True or False.

    Returns
    -------
    bool
        The value.

    Raises
    ------
    InvalidTypeError
        If `value` is not a bool.

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
