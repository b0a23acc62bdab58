"""The rule of `torch.vmap` of an operator."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from treealg.frameworks.batching import Library, mapped
from treealg.numeric.operations.operation import Operation

__all__ = ["register_rule"]

_LIBRARY = Library(
    front=lambda x, axis: x.movedim(axis, 0),
    expand=lambda x, shape: x.expand(shape),
    stack=torch.stack,
    total=lambda x, axes: x.sum(dim=axes),
)


def register_rule(row: Operation, operator: Any, library: torch.library.Library) -> None:
    """Register the rule of `torch.vmap` of the operator of a row."""

    def rule(info: Any, in_dims: tuple[int | None, ...], *given: Any) -> tuple[Any, Any]:
        return mapped(_LIBRARY, row, operator, info.batch_size, in_dims, given)

    name = f"{library.ns}::{row.name}"
    if hasattr(torch.library, "register_vmap"):
        torch.library.register_vmap(name, rule, lib=library)
    else:  # PyTorch 2.4, as later versions do it themselves
        _register_in_functorch(row.name, rule, operator, library)


def _register_in_functorch(
    name: str, rule: Callable[..., Any], operator: Any, library: torch.library.Library
) -> None:
    from torch._functorch import vmap
    from torch._functorch.pyfunctorch import retrieve_current_functorch_interpreter

    def call(*given: Any) -> Any:
        interpreter: Any = retrieve_current_functorch_interpreter()
        values, in_dims = vmap.unwrap_batched(given, interpreter.level())
        if all(dim is None for dim in in_dims):
            with interpreter.lower():
                return operator(*given)
        info = SimpleNamespace(batch_size=interpreter.batch_size())
        with interpreter.lower():
            result, out_dims = rule(info, in_dims, *values)
        return vmap.wrap_batched(result, out_dims, interpreter.level())

    library.impl(name, call, "FuncTorchBatched")
