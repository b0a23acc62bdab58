"""The raw operators, one for each row of the table: ``torch.ops.treealg``.

Each has one implementation, the function of the table, for every device, as that function knows
which tensors it takes and says what is wrong with others, and the same on arrays for the CPU; the
shapes of its results without data; and a rule for batches that `torch.vmap` makes. They record no
gradient: `derivatives` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves

from treealg.frameworks.options import from_text, is_text, names_of
from treealg.numeric.arguments.ragged import ListOfPaths
from treealg.numeric.arguments.tensors import check_tensor_dtype
from treealg.numeric.operations.operation import Argument, ArrayType, Operation
from treealg.numeric.operations.source import written
from treealg.numeric.operations.table import operations
from treealg.torch.batching import register_rule, register_rule_of_lists
from treealg.torch.schema import schema

__all__ = ["OPERATORS", "OPERATORS_OF_LISTS", "register", "register_for_lists"]

NAMESPACE = "treealg"
_DTYPES = {"float32": torch.float32, "float64": torch.float64}
_ANY_LENGTH = {
    "length", "length_1", "length_2", "segments", "nodes_1", "nodes_2", "transformed_length",
}  # fmt: skip
"""Axes along which a length may be a symbol; from all others the size of a basis is counted."""


def register(row: Operation, library: torch.library.Library) -> Any:
    """Define the operator of a row, and return it."""
    name = f"{library.ns}::{row.name}"
    library.define(schema(row), tags=(torch.Tag.pt2_compliant_tag,))
    compute = _implementation(row)
    library.impl(row.name, compute, "CompositeExplicitAutograd")
    library.impl(row.name, _implementation_on_cpu(row, compute), "CPU")
    torch.library.register_fake(name, _shapes(row), lib=library)
    operator = getattr(getattr(torch.ops, library.ns), row.name).default
    register_rule(row, operator, library)
    return operator


def register_for_lists(row: Operation, library: torch.library.Library) -> Any:
    """Define the operator of a row that takes lists of tensors, and return it."""
    name = f"{row.name}.lists"
    library.define(schema(row, of_lists=True), tags=(torch.Tag.pt2_compliant_tag,))
    compute = _of_lists(row, lambda tensor: tensor)
    library.impl(name, compute, "CompositeExplicitAutograd")
    library.impl(name, _on_arrays(_of_lists(row, lambda tensor: tensor.numpy()), compute), "CPU")
    torch.library.register_fake(f"{library.ns}::{name}", _shapes_of_lists(row), lib=library)
    operator = getattr(getattr(torch.ops, library.ns), row.name).lists
    register_rule_of_lists(name, operator, library)
    return operator


def _of_lists(row: Operation, read: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return what computes of lists: the function of a row on what is read of each tensor."""
    values_of = _reader_of_lists(row)

    def compute(*given: Any) -> list[Any]:
        return [_as_tensor(x) if isinstance(x, (np.ndarray, np.generic)) else x
                for x in _flat(row.function(**values_of(given, read)))]  # fmt: skip

    unseen = _unseen(compute)
    return lambda *given: (unseen if "torch._dynamo" in sys.modules else compute)(*given)


def _on_arrays(compute: Callable[..., Any], general: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes on arrays; what goes wrong is said of the tensors themselves."""

    def run(*given: Any) -> Any:
        try:
            return compute(*given)
        except (RuntimeError, TypeError, ValueError):
            return general(*given)

    return run


def _reader_of_lists(row: Operation) -> Callable[..., dict[str, Any]]:
    """Return the function from what an operator of lists gets to what that of the row takes."""
    names, read_options = names_of(row), _reader(row)

    def read(given: tuple[Any, ...], read_tensor: Callable[[Any], Any]) -> dict[str, Any]:
        lists = given[-1].split()
        values: dict[str, Any] = dict(zip(names, read_options(given[:-1]), strict=True))
        for argument in row.arguments:
            name, value = argument.name, values[argument.name]
            if argument.listed:
                pieces = ListOfPaths(map(read_tensor, value))
                one = pieces[0] if pieces else None
                values[name] = pieces if pieces and name in lists else one
            elif isinstance(value, torch.Tensor):
                values[name] = read_tensor(value)
        return values

    return read


def _shapes_of_lists(row: Operation) -> Callable[..., Any]:
    """Return what makes results without data."""
    values_of = _reader_of_lists(row)

    def compute(*given: Any) -> list[Any]:
        values = values_of(given, lambda tensor: tensor)
        first = next(x for x in tree_leaves(given) if isinstance(x, torch.Tensor))
        for argument in row.arguments:
            value = values[argument.name]
            if isinstance(value, (list, tuple)):
                values[argument.name] = [_type_of(argument, x, values) for x in value]
            elif isinstance(value, torch.Tensor):
                values[argument.name] = _type_of(argument, value, values)
        return [_empty(like, first) for like in _flat(row.result(**values))]

    return compute


def _implementation(row: Operation) -> Callable[..., Any]:
    """Return what computes: the function of a row, by the order of the schema."""
    many = "as_list" if len(row.gradients) > 1 else ""
    given = {name: name for name in names_of(row)} | _read_options(row)
    for argument in row.arguments:
        if argument.alternative == "flag":
            given[argument.name] = f"False if {argument.name} is None else {argument.name}"
    source = f"""\
def {row.name}({", ".join(given)}):
    return {many}({_call(row, given)})
"""
    return written(row.name, source, "torch.operators", **_known(row))


def _implementation_on_cpu(row: Operation, general: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same on the memory of tensors, seen as arrays, which takes less time to read.

    What goes wrong does so again on the tensors, where it is said in their words.
    """
    given = {name: name for name in names_of(row)} | _read_options(row)
    # The dispatcher hands over new objects each time; small calls are known again by the same ones.
    plain = [x.name for x in row.options if x.kind in ("real", "enumeration")]
    given |= {x: f"({x} if 'torch._dynamo' in modules else same({x}))" for x in plain}
    for argument in row.arguments:
        name, absent = argument.name, "None" if argument.optional else "False"
        may_be_absent = argument.optional or argument.alternative == "flag"
        given[name] = f"{absent} if {name} is None else {name}.numpy()" if may_be_absent else (
            f"{name}.numpy()"
        )  # fmt: skip
    results = _call(row, given)
    if len(row.gradients) > 1:
        results = f"[as_tensor(x) for x in as_list({results})]"
    else:
        results = f"from_numpy(x) if type(x := {results}) is ndarray else as_tensor(x)"
    source = f"""\
def {row.name}({", ".join(given)}):
    try:
        return {results}
    except (RuntimeError, TypeError, ValueError):
        return general({", ".join(given)})
"""
    known = {"from_numpy": torch.from_numpy, "as_tensor": _as_tensor, "same": _same}
    known |= {"ndarray": np.ndarray}
    return written(row.name, source, "torch.arrays", general=general, **known, **_known(row))


def _known(row: Operation) -> dict[str, Any]:
    """Return what the source of an implementation speaks of."""
    return {
        "as_list": _as_list,
        "from_text": from_text,
        "function": row.function,
        "modules": sys.modules,
        "text_unseen": _TEXT_UNSEEN,
        "unseen": _unseen(row.function),
    }


def _read_options(row: Operation) -> dict[str, str]:
    """Return the source that reads those options that are texts."""
    read = "(text_unseen if 'torch._dynamo' in modules else from_text)"
    return {x.name: f"{read}({x.name})" for x in row.options if is_text(x)}


def _call(row: Operation, given: dict[str, str]) -> str:
    """Return the source of the call of the function."""
    arguments = ", ".join(
        given[parameter.name]
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        else f"{parameter.name}={given[parameter.name]}"
        for parameter in row.signature.parameters.values()
    )
    return f"(unseen if 'torch._dynamo' in modules else function)({arguments})"


def _unseen(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that Dynamo does not look into, where it runs what it cannot trace."""
    # As Dynamo takes longer to load than most calls do, nobody else has to wait for that.
    made: list[Callable[..., Any]] = []

    def call(*given: Any, **named: Any) -> Any:
        if not made:
            made.append(torch.compiler.disable(function))
        return made[0](*given, **named)

    return call


_TEXT_UNSEEN = _unseen(from_text)


def _shapes(row: Operation) -> Callable[..., Any]:
    """Return what makes results without data."""
    names, read = names_of(row), _reader(row)

    def compute(*given: Any) -> Any:
        first = next(value for value in given if isinstance(value, torch.Tensor))
        values = dict(zip(names, read(given), strict=True))
        for argument in row.arguments:
            value = values[argument.name]
            if isinstance(value, torch.Tensor):
                if not argument.is_constant:
                    check_tensor_dtype(value, argument.name)
                values[argument.name] = _type_of(argument, value, values)
        found = row.result(**values)
        empty = [_empty(like, first) for like in _as_list(found)]
        return empty if len(row.gradients) > 1 else empty[0]

    return compute


def _type_of(argument: Argument, value: Any, values: dict[str, Any]) -> Any:
    """Return shape and dtype of a tensor, with numbers for the lengths that a basis is of."""
    axes = argument.item_axes(value.ndim, values)
    split = value.ndim - len(axes)
    item = (
        n if axis in _ANY_LENGTH else int(n)
        for axis, n in zip(axes, value.shape[split:], strict=False)
    )  # fmt: skip
    shape = (*value.shape[:split], *item) if split >= 0 else tuple(value.shape)
    return SimpleNamespace(shape=shape, dtype=value.dtype)


def _reader(row: Operation) -> Callable[[tuple[Any, ...]], list[Any]]:
    """Return the function from what an operator gets to what the function of the row takes."""
    count = len(row.arguments)
    flags = [i for i, argument in enumerate(row.arguments) if argument.alternative == "flag"]
    texts = [count + i for i, option in enumerate(row.options) if is_text(option)]

    def read(given: tuple[Any, ...]) -> list[Any]:
        values = list(given)
        for i in flags:
            if values[i] is None:
                values[i] = False
        for i in texts:
            values[i] = from_text(values[i])
        return values

    return read


@lru_cache(maxsize=256, typed=True)
def _same(value: Any) -> Any:
    """Return the same object for equal ones, for a text that of the program."""
    return sys.intern(value) if isinstance(value, str) else value


def _as_list(results: Any) -> list[Any]:
    """Return the results that are there as a list."""
    found = results if isinstance(results, (list, tuple)) else [results]
    return [result for result in found if result is not None]


def _flat(results: Any) -> list[Any]:
    """Return the results that are there, some of which may be lists, as one list."""
    return [x for result in _as_list(results) for x in _as_list(result)]


def _as_tensor(result: Any) -> Any:
    """Return a result, an array or one number of NumPy, as a tensor of its memory."""
    return torch.from_numpy(np.asarray(result))


def _empty(like: ArrayType, first: Any) -> Any:
    return first.new_empty(like.shape, dtype=_DTYPES[like.dtype.name])


_library = torch.library.Library(NAMESPACE, "DEF")
OPERATORS: dict[str, Any] = {name: register(row, _library) for name, row in operations.items()}
"""The operator of each row of the table, by its name."""

OPERATORS_OF_LISTS: dict[str, Any] = {
    name: register_for_lists(row, _library)
    for name, row in operations.items()
    if any(argument.listed for argument in row.arguments)
}
"""Those that take lists of tensors, for each row that does."""
