"""What is no array that treealg takes: what it is, and how an array is made of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from decimal import Decimal
from io import IOBase
from numbers import Number
from os import PathLike
from types import FrameType
from typing import Any, Literal, NamedTuple

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
    "is_grouped",
    "is_of",
    "is_symbolic",
    "is_traced",
    "not_an_array",
]

_OBJECT = "an object of type {type}"


class _Fix(NamedTuple):
    """What to do with a value: {name} is the argument.

    Attributes
    ----------
    text : str
        What to do; if it is `made`, what makes an array of NumPy of the value, or a list.
    made : bool
        Whether it is such an expression.
    says : str
        What more is to be said of what is made.
    only : {"paths", "lists"} or None
        Whether it makes sense only where a path is, or where there may be a list of them, too.
    item : str
        What makes one of the arrays of a list, {item} in the text.
    """

    text: str
    made: bool = False
    says: str = ""
    only: Literal["paths", "lists"] | None = None
    item: str = ""


_AS_PATHS = ", which is taken where paths are"
_GIVE = _Fix("read the numbers first, for instance with numpy.loadtxt")
_LISTED = _Fix("use list({name})")
_VALUES = "list({name}.values())"
_PATHS = _Fix(_VALUES, True, " is a list of its values" + _AS_PATHS, "lists")
_COLUMNS = _Fix(f"numpy.column_stack({_VALUES})", True, " has its values as channels", "paths")
_ROWS = _Fix(f"numpy.stack({_VALUES})", True, " has its values as rows")
_GROUPS = "[{item} for _, x in {name}]"
_TABLES = _Fix(_GROUPS, True, " is a list of its tables" + _AS_PATHS, "lists", "x")
_LINES = _Fix(
    _GROUPS, True, " is a list of paths with one channel" + _AS_PATHS, "lists", "x.to_frame()"
)

# The first that applies: what a value is, and what to do with it, in the order of preference.
_KINDS: list[tuple[Callable[[Any], bool], str, tuple[_Fix, ...]]] = [
    (lambda value: value is None, "None", (_Fix("give an array"),)),
    (lambda value: is_flag(value) or isinstance(value, (Number, Decimal)), "the number {value}",
     (_Fix("write it as an array with its axes, such as [[...]] for a path", only="paths"),
      _Fix("write it as an array with its axes, such as [...] for one of numbers"))),
    (lambda value: isinstance(value, (str, bytes)), "the text {value}", (_GIVE,)),
    (lambda value: isinstance(value, PathLike), "the name of a file, {value}", (_GIVE,)),
    (lambda value: is_symbolic(value), _OBJECT + ", which is no array of numbers",
     (_Fix("treealg.symbolic.functional_to_vector makes one of a functional, in basis order"),)),
    # Some of these are mappings, too.
    (lambda value: is_of(value, "xarray"), _OBJECT + ", whose axes have names and any order",
     (_Fix("use {xarray}, given the names of time and channel"),)),
    (lambda value: is_of(value, "scipy") and hasattr(value, "toarray"), "a sparse {type}",
     (_Fix("{name}.toarray()", True),)),
    (lambda value: isinstance(value, Mapping) and _has_paths(value), _OBJECT,
     (_PATHS,)),
    (lambda value: isinstance(value, Mapping) and _has_numbers(value), _OBJECT,
     (_COLUMNS, _Fix(_VALUES, True, " has its values"))),
    (lambda value: isinstance(value, Mapping), _OBJECT, (_COLUMNS, _ROWS)),
    (lambda value: isinstance(value, IOBase), "the open file {value}", (_GIVE,)),
    (lambda value: is_grouped(value) and _is_of_lines(value), _OBJECT, (_LINES,)),
    (lambda value: is_grouped(value), _OBJECT, (_TABLES,)),
    (lambda value: isinstance(value, Iterator), _OBJECT + ", which can be read only once",
     (_LISTED,)),
    (lambda value: isinstance(value, MappingView), _OBJECT, (_LISTED,)),
    (lambda value: isinstance(value, (set, frozenset)), _OBJECT + ", which has no order",
     (_Fix("give a list"),)),
    (lambda value: is_of(value, "jax", "jaxlib"), "a value of JAX that has no numbers, {type}",
     (_Fix("use {jax} for what jax.jit, vmap and grad trace"),)),
    (lambda value: is_traced(value), "a value of PyTorch that has no numbers, {type}",
     (_Fix("use {torch} for what torch.export and torch.compile trace"),)),
    (lambda value: is_of(value, "torch") and _has_items(value) and not callable(value), _OBJECT,
     (_Fix("give the tensors that are in it"),)),
    (lambda value: is_of(value, "dask"), _OBJECT + ", which is not computed yet",
     (_Fix("use {dask}, which stays lazy; {name}.compute() has its numbers"),)),
    (lambda value: is_of(value, "polars") and hasattr(value, "over"),
     _OBJECT + ", which has no numbers without a table",
     (_Fix("table.select({name}) has them"),)),
    (lambda value: _is_lazy(value), _OBJECT + ", which is not computed yet",
     (_Fix("{name}.collect()", True, " has its numbers"),)),
    (callable, _OBJECT, (_Fix("call it, or give its values"),)),
    (lambda value: is_of(value, "sympy") and hasattr(value, "__array__"), _OBJECT,
     (_Fix("numpy.asarray({name}, dtype=float)", True),)),
    (lambda value: hasattr(value, "__array__"), _OBJECT,
     (_Fix("numpy.asarray({name})", True),)),
    (lambda value: hasattr(value, "__dlpack__"), _OBJECT,
     (_Fix("numpy.from_dlpack({name})", True),)),
]  # fmt: skip


def not_an_array(
    value: Any, name: str, *, listed: bool = False, of_paths: bool = True
) -> InvalidTypeError:
    """Return the error of a value that is no array; see `described`.

    Examples
    --------
    >>> str(not_an_array({"x": [1.0]}, "path")).partition("; ")[2]
    'numpy.column_stack(list(path.values())) has its values as channels'
    """
    said, how = described(value, name, listed=listed, of_paths=of_paths)
    if how is None:
        is_read = isinstance(value, Sequence) or has_memory(value)
        how = f"use numpy.asarray({name})" if is_read else "give numbers instead"
    return InvalidTypeError(
        f"{name} must be an array in the memory of the CPU, a DataFrame or a nested list of "
        f"numbers, got {said}; {how}"
    )


def described(
    value: Any, name: str, *, listed: bool = False, of_paths: bool = True, make: str = ""
) -> tuple[str, str | None]:
    """Return what a value is that is no array, and how one is made of it, None if there is no way.

    Parameters
    ----------
    value : object
        The value.
    name : str
        What it was given as.
    listed : bool
        Whether it may be a list of paths.
    of_paths : bool
        Whether it should have been a path, or a batch of them.
    make : str
        The function that makes an array of a framework of one of NumPy, if that is wanted.

    Examples
    --------
    >>> described(iter([1.0]), "path")
    ('an object of type list_iterator, which can be read only once', 'use list(path)')
    """
    what, fixes = next(((kind, fixes) for applies, kind, fixes in _KINDS if applies(value)),
                       (_OBJECT, ()))  # fmt: skip
    found = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    said = what.format(type=found, value=brief(value))
    taken = {None: True, "paths": of_paths, "lists": listed}
    fix = next((fix for fix in fixes if taken[fix.only]), None)
    if fix is None:
        return said, None
    item = f"{make}(numpy.array({fix.item}))" if make else fix.item
    how = fix.text.format_map(_Words(name=name, item=item))
    if fix.made and make and fix.only != "lists":
        how, fix = f"{make}({how})", fix._replace(says=fix.says or " makes one")
    elif fix.made and not fix.says:
        how = f"use {how}"
    return said, how + fix.says


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
        jax is not None
        and isinstance(value, jax.Array)
        and not isinstance(value, jax.core.Tracer)
        and not _is_key(value)
    )


def _is_key(value: Any) -> bool:
    """Tell whether a value is a key of JAX, or an array of such."""
    jax = sys.modules.get("jax")
    return (
        jax is not None
        and isinstance(value, jax.Array)
        and bool(jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key))
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


def _has_numbers(value: Mapping[Any, Any]) -> bool:
    """Tell whether the values of a mapping are numbers."""
    return bool(value) and all(isinstance(own, Number) for own in value.values())


def is_grouped(value: Any) -> bool:
    """Tell whether a value is a table or a column of pandas or polars whose rows are in groups.

    Examples
    --------
    >>> is_grouped([("a", 1.0)])
    False
    """
    names = {kind.__name__ for kind in type(value).__mro__}
    return bool(names & _GROUPED) and is_of(value, "pandas", "polars")


_GROUPED = {"DataFrameGroupBy", "SeriesGroupBy", "GroupBy"}


def _is_of_lines(value: Any) -> bool:
    return type(value).__name__ == "SeriesGroupBy"


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
