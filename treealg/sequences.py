"""Checks of arguments that are sequences: whose order counts, and which may have no end."""

from __future__ import annotations

import contextlib
import numbers
import sys
from collections.abc import KeysView, Mapping, Set
from itertools import islice
from typing import Any

from treealg.checks import brief, check_integer, is_flag, is_integer, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = [
    "check_names",
    "check_sequence",
    "check_weights",
    "is_sequence",
    "refuse_masked",
    "shape_of",
]

_MOST = 2**20
"""More entries than names, columns and channels of any basis that fits."""


def is_sequence(value: Any) -> bool:
    """Tell whether a value has entries in an order, and is no text.

    Examples
    --------
    >>> is_sequence([1]), is_sequence({1: 2}.keys()), is_sequence({1}), is_sequence("ab")
    (True, True, False, False)
    """
    if isinstance(value, (str, bytes, bytearray, Mapping)) or getattr(value, "ndim", 1) == 0:
        return False
    return is_iterable(value) and (isinstance(value, KeysView) or not isinstance(value, Set))


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of an array; that of all else, of classes and nested tensors too, is ().

    Examples
    --------
    >>> import numpy
    >>> shape_of(numpy.zeros((2, 3))), shape_of([1]), shape_of(numpy.float32)
    ((2, 3), (), ())
    """
    try:
        shape = getattr(value, "shape", ())
    except Exception:  # of any package whose value it is
        return ()
    return shape if isinstance(shape, tuple) else ()


def refuse_masked(value: Any, name: str) -> None:
    """Refuse an array of NumPy in which values are masked."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ma.MaskedArray):
        raise InvalidTypeError(
            f"{name} must not be a masked array, as there is no value at a masked place; use "
            f"filled(...) first"
        )


def check_sequence(name: str, value: Any, what: str) -> list[Any]:
    """Return the entries, which are not checked, of an argument that is a sequence of `what`.

    Examples
    --------
    >>> check_sequence("id", ("day", "shop"), "a list of columns")
    ['day', 'shop']
    """
    entries = None
    with contextlib.suppress(TypeError):  # of what says only then that it has none
        entries = iter(value) if is_sequence(value) else None
    if entries is None:
        kind = "the text" if isinstance(value, (str, bytes)) else type(value).__name__
        raise InvalidTypeError(
            f"{name} must be {what}, got {kind} {brief(value)}; {_as_list(name, value)}"
        )
    found = list(islice(entries, _MOST + 1))  # it may have no end
    if len(found) > _MOST:
        raise _too_many(name, what)
    return found


def _as_list(name: str, value: Any) -> str:
    """Say how a list is made of a value that has no entries in an order."""
    if isinstance(value, Mapping):
        return f"list({name}) has its keys, list({name}.values()) its values"
    if isinstance(value, Set):
        return "give a list, as sets have no order"
    if isinstance(value, (str, numbers.Number)) and not is_flag(value):
        return "write [...] around it for one entry"
    return "give a list"


def check_names(name: str, value: Any) -> list[str | int]:
    """Return the entries of an argument that is a sequence of names, which may be numbers.

    Examples
    --------
    >>> check_names("channels", ["price", 1])
    ['price', 1]
    """
    found = check_sequence(name, value, "a sequence of names")
    for place, entry in enumerate(found):
        if not isinstance(entry, str) and not is_integer(entry):
            raise InvalidTypeError(
                f"{name} must hold strings or integers, got {brief(entry)} of type "
                f"{type(entry).__name__} at {name}[{place}]; write str(...) around it"
            )
    return [
        str(entry) if isinstance(entry, str) else check_integer(f"{name}[{place}]", entry, None)
        for place, entry in enumerate(found)
    ]


def check_weights(name: str, value: Any) -> tuple[int, ...]:
    """Return positive integers, at least one, as a tuple.

    Examples
    --------
    >>> check_weights("weights", [1, 2])
    (1, 2)
    """
    shape, tolist = shape_of(value), getattr(value, "tolist", None)
    if shape:
        refuse_masked(value, name)
    what = "a sequence of positive integers, one for each channel"
    if not all(map(is_integer, shape)):  # of what is not computed yet
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        is_late = hasattr(value, "compute")
        raise InvalidTypeError(
            f"{name} must be {what}, got an object of type {kind}, whose size is not known; "
            f"{f'{name}.compute() has its numbers' if is_late else 'give a list'}"
        )
    if shape[:1] > (_MOST,):
        raise _too_many(name, what)
    if len(shape) > 1:
        raise InvalidTypeError(
            f"{name} must be {what}, got a {type(value).__name__} of shape {shape}; give one row "
            f"or column of it"
        )
    if tolist is not None:
        with contextlib.suppress(TypeError, RuntimeError):  # a tensor without numbers, a class
            value = tolist()
    given = check_sequence(name, value, what)
    found = tuple(check_integer(f"{name}[{i}]", each, 1) for i, each in enumerate(given))
    if not found:
        raise InvalidValueError(
            f"{name} must have an integer for each channel, got none; leave it out to count nodes"
        )
    return found


def _too_many(name: str, what: str) -> InvalidValueError:
    return InvalidValueError(
        f"{name} must be {what}, with at most {_MOST:,} entries, got more; give those alone that "
        f"are meant"
    )
