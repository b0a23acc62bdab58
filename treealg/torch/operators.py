"""The raw operators, one for each row of the table: ``torch.ops.treealg``.

Each has one implementation, the function of the table, for every device, as that function knows
which arrays it takes and says what is wrong with others; the shapes of its results without data;
and a rule for batches that `torch.vmap` makes. They record no gradient: `derivatives` does.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from treealg.numeric.operations.operation import ArrayType, Operation
from treealg.numeric.operations.table import operations
from treealg.torch.batching import mapped
from treealg.torch.schema import from_text, is_text, names_of, schema

__all__ = ["OPERATORS", "register"]

NAMESPACE = "treealg"
_DTYPES = {"float32": torch.float32, "float64": torch.float64}
_ANY_LENGTH = {"length", "length_1", "length_2", "segments", "nodes_1", "nodes_2"}
"""Axes along which a length may be a symbol; from all others the size of a basis is counted."""


def register(row: Operation, library: torch.library.Library) -> Any:
    """Define the operator of a row, and return it."""
    name = f"{library.ns}::{row.name}"
    library.define(schema(row), tags=(torch.Tag.pt2_compliant_tag,))
    library.impl(row.name, _implementation(row), "CompositeExplicitAutograd")
    torch.library.register_fake(name, _shapes(row), lib=library)
    operator = getattr(getattr(torch.ops, library.ns), row.name).default

    def rule(info: Any, in_dims: tuple[int | None, ...], *given: Any) -> tuple[Any, Any]:
        return mapped(row, operator, info.batch_size, in_dims, given)

    torch.library.register_vmap(name, rule, lib=library)
    return operator


def _implementation(row: Operation) -> Callable[..., Any]:
    """Return what computes: the function of a row, by the order of the schema."""
    function, names, read = row.function, names_of(row), _reader(row)

    def compute(*given: Any) -> Any:
        result = function(**dict(zip(names, read(given), strict=True)))
        if type(result) is tuple:
            return [gradient for gradient in result if gradient is not None]
        return result

    if len(row.gradients) > 1:
        return lambda *given: _as_list(compute(*given))
    return compute


def _shapes(row: Operation) -> Callable[..., Any]:
    """Return what makes results without data."""
    names, read = names_of(row), _reader(row)

    def compute(*given: Any) -> Any:
        first = next(value for value in given if isinstance(value, torch.Tensor))
        values = dict(zip(names, read(given), strict=True))
        for argument in row.arguments:
            value = values[argument.name]
            if isinstance(value, torch.Tensor):
                axes = argument.item_axes(value.ndim, values)
                split = value.ndim - len(axes)
                item = (
                    n if axis in _ANY_LENGTH else int(n)
                    for axis, n in zip(axes, value.shape[split:], strict=False)
                )  # fmt: skip
                shape = (*value.shape[:split], *item) if split >= 0 else tuple(value.shape)
                values[argument.name] = SimpleNamespace(shape=shape, dtype=value.dtype)
        found = row.result(**values)
        empty = [_empty(like, first) for like in _as_list(found) if like is not None]
        return empty if len(row.gradients) > 1 else empty[0]

    return compute


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


def _as_list(results: Any) -> list[Any]:
    return list(results) if isinstance(results, (list, tuple)) else [results]


def _empty(like: ArrayType, first: Any) -> Any:
    return first.new_empty(like.shape, dtype=_DTYPES[like.dtype.name])


_library = torch.library.Library(NAMESPACE, "DEF")
OPERATORS: dict[str, Any] = {name: register(row, _library) for name, row in operations.items()}
"""The operator of each row of the table, by its name."""
