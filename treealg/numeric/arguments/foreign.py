"""What is no array that treealg takes: what it is, and how an array is made of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from decimal import Decimal
from io import IOBase
from numbers import Number
from os import PathLike
from types import FrameType
from typing import Any

from treealg._lazy import announced
from treealg.checks import brief, is_flag
from treealg.errors import InvalidTypeError
from treealg.sequences import shape_of

__all__ = [
    "described",
    "function_for",
    "has_memory",
    "has_no_numbers",
    "is_concrete",
    "is_of",
    "is_symbolic",
    "is_traced",
    "not_an_array",
]

_OBJECT = "an object of type {type}"
_AS_PATHS = ", which is taken where paths are"
# The first that applies: what a value is, and what to do with it; {name} is the argument.
_KINDS: list[tuple[Callable[[Any], bool], str, str]] = [
    (lambda value: value is None, "None", "give an array"),
    (lambda value: is_flag(value) or isinstance(value, (Number, Decimal)), "the number {value}",
     "write it as an array with its axes, such as [[...]] for a path"),
    (lambda value: isinstance(value, (str, bytes)), "the text {value}",
     "read the numbers first, for instance with numpy.loadtxt"),
    (lambda value: isinstance(value, PathLike), "the name of a file, {value}",
     "read the numbers first, for instance with numpy.loadtxt"),
    (lambda value: is_symbolic(value), _OBJECT + ", which is no array of numbers",
     "treealg.symbolic.functional_to_vector makes one of a functional, in the basis order"),
    # Some of these are mappings, too.
    (lambda value: is_of(value, "xarray"), _OBJECT + ", whose axes have names and any order",
     "use {xarray}, given the names of time and channel"),
    (lambda value: is_of(value, "scipy") and hasattr(value, "toarray"), "a sparse {type}",
     "use {name}.toarray()"),
    (lambda value: isinstance(value, Mapping) and _has_paths(value), _OBJECT,
     "list({name}.values()) is a list of its values" + _AS_PATHS),
    (lambda value: isinstance(value, Mapping), _OBJECT,
     "numpy.column_stack(list({name}.values())) has its values as channels"),
    (lambda value: isinstance(value, IOBase), "the open file {value}",
     "read the numbers first, for instance with numpy.loadtxt"),
    (lambda value: _is_grouped(value), _OBJECT,
     "[x for _, x in {name}] is a list of its tables" + _AS_PATHS),
    (lambda value: isinstance(value, Iterator), _OBJECT + ", which can be read only once",
     "use list({name})"),
    (lambda value: isinstance(value, MappingView), _OBJECT, "use list({name})"),
    (lambda value: isinstance(value, (set, frozenset)), _OBJECT + ", which has no order",
     "give a list"),
    (lambda value: is_of(value, "jax", "jaxlib"), "a value of JAX that has no numbers, {type}",
     "use {jax} for what jax.jit, vmap and grad trace"),
    (lambda value: is_traced(value), "a value of PyTorch that has no numbers, {type}",
     "use {torch} for what torch.export and torch.compile trace"),
    (lambda value: is_of(value, "torch") and _has_items(value) and not callable(value), _OBJECT,
     "give the tensors that are in it"),
    (lambda value: is_of(value, "dask"), _OBJECT + ", which is not computed yet",
     "use {dask}, which stays lazy; {name}.compute() has its numbers"),
    (lambda value: is_of(value, "polars") and hasattr(value, "over"),
     _OBJECT + ", which has no numbers without a table", "table.select({name}) has them"),
    (lambda value: _is_lazy(value),
     _OBJECT + ", which is not computed yet", "{name}.collect() has its numbers"),
    (callable, _OBJECT, "call it, or give its values"),
    (lambda value: is_of(value, "sympy") and hasattr(value, "__array__"), _OBJECT,
     "use numpy.asarray({name}, dtype=float)"),
    (lambda value: hasattr(value, "__array__"), _OBJECT, "use numpy.asarray({name})"),
    (lambda value: hasattr(value, "__dlpack__"), _OBJECT, "use numpy.from_dlpack({name})"),
]  # fmt: skip


def not_an_array(value: Any, name: str, *, listed: bool = False) -> InvalidTypeError:
    """Return the error of a value that is no array, where lists of paths are taken if `listed`.

    Examples
    --------
    >>> str(not_an_array({"x": [1.0]}, "path")).partition("; ")[2]
    'numpy.column_stack(list(path.values())) has its values as channels'
    """
    said, how = described(value, name, listed=listed)
    if how is None:
        is_read = isinstance(value, Sequence) or has_memory(value)
        how = f"use numpy.asarray({name})" if is_read else "give numbers instead"
    return InvalidTypeError(
        f"{name} must be an array in the memory of the CPU, a DataFrame or a nested list of "
        f"numbers, got {said}; {how}"
    )


def described(value: Any, name: str, *, listed: bool = False) -> tuple[str, str | None]:
    """Return what a value is that is no array, and how one is made of it, None if there is no way.

    Only where lists of paths are taken, as is said by `listed`, it may become one.

    Examples
    --------
    >>> described(iter([1.0]), "path")
    ('an object of type list_iterator, which can be read only once', 'use list(path)')
    """
    what, how = next(
        ((kind, fix) for applies, kind, fix in _KINDS if applies(value)), (_OBJECT, None)
    )
    found = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    said = what.format(type=found, value=brief(value))
    if how is not None and how.endswith(_AS_PATHS) and not listed:
        how = None
    return said, how and how.format_map(_Words(name=name))


class _Words(dict[str, str]):
    """What stands in braces: the argument, and by the name of a package its function."""

    def __missing__(self, package: str) -> str:
        return function_for(package)


def function_for(package: str) -> str:
    """Return the function of a package that does what was called, or all of them, for messages.

    Parameters
    ----------
    package : str
        The framework, of which treealg has a package of this name.

    Notes
    -----
    What was called is the function of treealg whose caller is none: the outermost one of those that
    this is called by, one after the other.

    Examples
    --------
    >>> function_for("torch")
    'the functions of treealg.torch'
    """
    frame: FrameType | None = sys._getframe(1)
    called = ""
    while frame is not None and (
        frame.f_globals.get("__name__", "").partition(".")[0] == "treealg"
        or frame.f_code.co_filename.startswith("<treealg.")
    ):
        called, frame = frame.f_code.co_name, frame.f_back
    if called in announced("table").operations:
        return f"treealg.{package}.{called}"
    return f"the functions of treealg.{package}"


def has_no_numbers(value: Any) -> bool:
    """Tell whether a value is one of a package whose arrays are sparse, traced or not computed yet.

    NumPy reads some of these where they stand in a list, and computes them without a word.

    Examples
    --------
    >>> has_no_numbers(1.0)
    False
    """
    return is_of(value, "xarray", "scipy", "jax", "jaxlib", "dask") or _is_lazy(value)


def is_concrete(value: Any) -> bool:
    """Tell whether a value is an array of JAX that has numbers.

    Examples
    --------
    >>> is_concrete([1.0])
    False
    """
    jax = sys.modules.get("jax")
    return (
        jax is not None and isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer)
    )


def is_traced(value: Any) -> bool:
    """Tell whether a value is what PyTorch traces with in the place of a tensor or a number.

    Examples
    --------
    >>> is_traced(1.0)
    False
    """
    stand_ins = ("Proxy", "SymInt", "SymFloat", "SymBool")
    return is_of(value, "torch") and any(kind.__name__ in stand_ins for kind in type(value).__mro__)


def has_memory(value: Any) -> bool:
    """Tell whether a value has a buffer, as arrays of Python and of C have.

    Examples
    --------
    >>> has_memory(b"12"), has_memory([1, 2])
    (True, False)
    """
    try:
        memoryview(value).release()
    except TypeError:
        return False
    return True


def _has_items(value: Any) -> bool:
    return hasattr(value, "__iter__") or hasattr(value, "__getitem__")


def _has_paths(value: Mapping[Any, Any]) -> bool:
    """Tell whether the values of a mapping have axes enough to be paths each."""
    return bool(value) and all(len(shape_of(own)) > 1 for own in value.values())


def _is_grouped(value: Any) -> bool:
    """Tell whether a value is a table of pandas or polars whose rows are in groups."""
    names = {kind.__name__ for kind in type(value).__mro__}
    is_table = names & {"DataFrameGroupBy", "GroupBy"} and "SeriesGroupBy" not in names
    return bool(is_table) and is_of(value, "pandas", "polars")


def _is_lazy(value: Any) -> bool:
    return hasattr(value, "collect") and is_of(value, "polars", "narwhals")


def is_symbolic(value: Any) -> bool:
    """Tell whether a value is one of the algebra, which is one entry of an array, and no number.

    Examples
    --------
    >>> is_symbolic(1.0)
    False
    """
    return is_of(value, "treealg") and hasattr(value, "__array__")


def is_of(value: Any, *packages: str) -> bool:
    """Tell whether the class of a value, or one that it is made of, is one of some packages.

    Examples
    --------
    >>> is_of([1.0], "xarray")
    False
    """
    return any(
        kind.__module__.partition(".")[0] in packages and kind.__module__ in sys.modules
        for kind in type(value).__mro__
    )
