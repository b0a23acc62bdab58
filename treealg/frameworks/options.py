"""How options of a row of the table are carried to an operator of a framework, and read back there.

An operator takes arrays, then options of a few types. A boolean is a ``bool``, a number an ``int``
or a ``float``, one of several texts a ``str``; any other object is the text that it prints as, and
is read back here: trees in tuple form, orders of quadrature, static kernels by their parameters.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from treealg.checks import check_flag, check_integer, check_real
from treealg.errors import InvalidTypeError
from treealg.numeric.operations.operation import Operation, Option
from treealg.numeric.pairs.static import LinearKernel, RBFKernel, ScaledLinearKernel

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
    return repr(_literal(name, value))


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
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        given = {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
        return _STATIC[node.func.id](**given)
    return ast.literal_eval(text)


def as_number(value: Any) -> Any:
    """Return a number of NumPy as one of Python, and all else as it is."""
    if type(value) in (int, float):  # also the symbols of numbers in compiled programs
        return value
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", 1) == 0 else value


def default_of(option: Option) -> Any:
    """Return the default of an option as operators get it."""
    if is_text(option) and option.default is not None:
        return to_text(option.name, option.default)
    return option.default


def may_be_none(option: Option) -> bool:
    """Tell whether operators get None for an option that is left out."""
    return not option.required and option.default is None


def _literal(name: str, value: Any) -> Any:
    """Return an object as nested lists and tuples of numbers; arrays of one axis may be words."""
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist()) if value.ndim == 1 else value.tolist()
    if isinstance(value, (list, tuple)):
        return type(value)(_literal(name, piece) for piece in value)
    number = as_number(value)
    if number is None or isinstance(number, (bool, int, float, str)):
        return number
    to_tuple = getattr(value, "to_tuple", None)
    if to_tuple is not None:
        return _literal(name, to_tuple())
    kind = type(value)
    raise InvalidTypeError(
        f"{name} cannot be a value of type {kind.__module__}.{kind.__qualname__}; give what the "
        f"function of the same name in treealg takes"
    )


def _word(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise InvalidTypeError(f"{name} must be a text, got a value of type {type(value).__qualname__}")
