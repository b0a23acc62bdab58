"""How options of a row of the table are carried to an operator of a framework, and read back there.

An operator takes arrays, then options of a few types. A boolean is a ``bool``, a number an ``int``
or a ``float``, one of several texts a ``str``; any other object is the text that it prints as, and
is read back here: trees in tuple form, orders of quadrature, static kernels by their parameters.
"""

from __future__ import annotations

import ast
import dataclasses
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from treealg.checks import check_flag, check_integer, check_real, is_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.foreign import is_of
from treealg.numeric.arguments.tables import is_table
from treealg.numeric.operations.operation import Operation, Option
from treealg.numeric.pairs.static import LinearKernel, RBFKernel, ScaledLinearKernel
from treealg.sequences import check_sequence, is_sequence

__all__ = [
    "as_number",
    "default_of",
    "from_text",
    "is_text",
    "may_be_none",
    "names_of",
    "option_reader",
    "option_type",
    "to_text",
]

_TYPES: dict[str, type] = {
    "flag": bool,
    "integer": int,
    "method": int,
    "real": float,
    "enumeration": str,
    "object": str,
}
_NOTHING = object()
_TOKEN = re.compile(r"""[()\[\],]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^()\[\],\s]+""")
_STATIC = {kind.__name__: kind for kind in (LinearKernel, ScaledLinearKernel, RBFKernel)}
_PARAMETERS = {
    kind: tuple(field.name for field in dataclasses.fields(kind)) for kind in _STATIC.values()
}


def names_of(row: Operation) -> tuple[str, ...]:
    """Return the names of the arguments of an operator, in their order: arrays, then options."""
    return (*(array.name for array in row.arguments), *(option.name for option in row.options))


def option_type(option: Option) -> type:
    """Return the type of an option as operators get it."""
    return _TYPES[option.kind]


def is_text(option: Option) -> bool:
    """Tell whether an option is carried as the text that it prints as."""
    return option.kind == "object"


def option_reader(option: Option) -> Callable[[Any], Any]:
    """Return the function that makes what a caller gave for an option one of its type."""
    name = option.name
    readers: dict[str, Callable[[Any], Any]] = {
        "flag": lambda value: check_flag(name, value),
        "integer": lambda value: check_integer(name, value, None),
        "method": lambda value: check_integer(name, value, None),
        "real": lambda value: check_real(name, value),
        "enumeration": lambda value: _word(name, value),
        "object": lambda value: to_text(name, value),
    }
    read = readers[option.kind]
    if may_be_none(option):
        return lambda value: None if value is None else read(value)
    return read


def to_text(name: str, value: Any) -> str:
    """Return the text of an object that `from_text` reads back.

    Examples
    --------
    >>> to_text("trees", [((0,), 1), None])
    '[((0,), 1), None]'
    >>> import treealg
    >>> to_text("static_kernel", treealg.RBFKernel(0.5))
    'RBFKernel(sigma=0.5)'
    """
    kind = type(value)
    if kind in _PARAMETERS:  # as it prints, in words that tracers read
        given = [f"{field}={getattr(value, field)!r}" for field in _PARAMETERS[kind]]
        return f"{kind.__name__}({', '.join(given)})"
    return _written(name, value)


@lru_cache(maxsize=1024)
def from_text(text: str | None) -> Any:
    """Return the object of a text, None for none.

    Examples
    --------
    >>> from_text("RBFKernel(sigma=0.5)")
    RBFKernel(sigma=0.5)
    """
    if text is None:
        return None
    kind, is_call, given = text.partition("(")
    if is_call and kind in _STATIC:
        words = (word.partition("=") for word in given[:-1].split(", ") if word)
        return _STATIC[kind](**{field: ast.literal_eval(number) for field, _, number in words})
    return _read(text)


def as_number(value: Any) -> Any:
    """Return a number of NumPy as one of Python, and all else as it is."""
    if type(value) in (int, float):  # also the symbols of numbers in compiled programs
        return value
    item = getattr(value, "item", None)
    if not callable(item) or getattr(value, "ndim", 1) != 0:
        return value
    try:
        return item()
    except Exception:  # of a package that transforms functions, within which it has no number
        return value


def default_of(option: Option) -> Any:
    """Return the default of an option as operators get it."""
    if is_text(option) and option.default is not None:
        return to_text(option.name, option.default)
    return option.default


def may_be_none(option: Option) -> bool:
    """Tell whether operators get None for an option that is left out."""
    return not option.required and option.default is None


def _written(name: str, value: Any) -> str:
    """Return the text of nested lists and tuples of numbers, which trees of any depth may be."""
    pieces: list[str] = []
    stack: list[tuple[str, Any]] = [("", value)]  # what is to be written, before a value or alone
    around: dict[int, Any] = {}
    while stack:
        before, value = stack.pop()
        pieces.append(before)
        if value is _NOTHING:
            around.popitem()
            continue
        entries = _entries(name, value)
        if entries is None:
            pieces.append(_atom(name, value))
            continue
        if id(value) in around:
            raise InvalidValueError(f"{name} must not hold itself; leave out the list in itself")
        around[id(value)] = value
        opening, closing = ("(", ",)" if len(entries) == 1 else ")")
        if isinstance(entries, list):
            opening, closing = "[", "]"
        pieces.append(opening)
        stack.append((closing, _NOTHING))
        stack += [(", " if place else "", entries[place]) for place in range(len(entries))][::-1]
    return "".join(pieces)


def _entries(name: str, value: Any) -> list[Any] | tuple[Any, ...] | None:
    """Return the entries of a list, a tuple, a tree or any other sequence, None of all else."""
    if value is None or isinstance(value, (list, tuple, int, float, str)):
        return value if isinstance(value, (list, tuple)) else None
    if getattr(value, "requires_grad", False) is True:
        raise InvalidTypeError(f"{name} has no derivative; use {name}.detach()")
    if hasattr(type(value), "to_tuple"):
        found: Any = value.to_tuple()
        return found  # type: ignore[no-any-return]
    if is_of(value, "scipy") and hasattr(value, "toarray"):  # whose items may be such arrays again
        raise InvalidTypeError(f"{name} must not be a sparse array; use {name}.toarray()")
    if is_table(value):  # whose items are the names of columns
        value = np.asarray(value)
    if isinstance(value, np.ndarray):  # one axis may be those of a word
        found = value.tolist() if value.ndim != 1 else tuple(value.tolist())
        return found if value.ndim else None
    return check_sequence(name, value, "a sequence") if is_sequence(value) else None


def _atom(name: str, value: Any) -> str:
    """Return the text of a number, a string or None."""
    number = as_number(value)
    if type(number) is not int and is_integer(number):
        number = check_integer(name, number, None)
    if isinstance(number, int) and not isinstance(number, bool):
        return str(check_integer(name, number, None))
    if isinstance(number, float) and not math.isfinite(number):
        raise InvalidValueError(f"{name} must hold finite numbers, got {number}")
    if number is None or isinstance(number, (bool, float, str)):
        return repr(number)
    kind = type(value)
    raise InvalidTypeError(
        f"{name} cannot be a value of type {kind.__module__}.{kind.__qualname__}; give what the "
        f"function of the same name in treealg takes"
    )


def _read(text: str) -> Any:
    """Return what was written, of any depth, which the parser of Python does not read."""
    stack: list[list[Any]] = [[]]
    for token in _TOKEN.findall(text):
        if token in "([":
            stack.append([])
        elif token in ")]":
            entries = stack.pop()
            stack[-1].append(tuple(entries) if token == ")" else entries)
        elif token != ",":
            stack[-1].append(ast.literal_eval(token))
    ((value,),) = stack
    return value


def _word(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise InvalidTypeError(f"{name} must be a text, got a value of type {type(value).__qualname__}")
