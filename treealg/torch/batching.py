"""The rule of `torch.vmap` of an operator, which batches of derivatives take, too.

These, of ``torch.autograd.grad`` with ``is_grads_batched=True`` and of what is ``vectorize=True``
in ``torch.autograd.functional``, are tensors of an older kind than those of `torch.vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch.utils._pytree import _broadcast_to_and_flatten, tree_flatten, tree_unflatten

from treealg.frameworks.batching import Library, mapped, one_by_one
from treealg.numeric.operations.operation import Operation

__all__ = ["register_rule", "register_rule_of_lists"]

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

    _register(row.name, rule, operator, library)


def register_rule_of_lists(name: str, operator: Any, library: torch.library.Library) -> None:
    """Register the rule of `torch.vmap` of an operator that takes lists: one after the other."""

    def rule(info: Any, in_dims: Any, *given: Any) -> tuple[Any, Any]:
        leaves, spec = tree_flatten(given)
        # In the place of a list may stand the one dimension that all of it has.
        dims: Any = _broadcast_to_and_flatten(in_dims, spec)
        front = [
            x if dim is None else x.movedim(dim, 0) for x, dim in zip(leaves, dims, strict=True)
        ]

        def one(*pieces: Any) -> Any:
            return operator(*tree_unflatten(pieces, spec))

        is_mapped = [dim is not None for dim in dims]
        return one_by_one(_LIBRARY, one, info.batch_size, is_mapped, front)

    _register(name, rule, operator, library)


def _register(
    name: str, rule: Callable[..., Any], operator: Any, library: torch.library.Library
) -> None:
    library.impl(name, _of_batched_derivatives(rule, operator), "Batched")
    if hasattr(torch.library, "register_vmap"):
        torch.library.register_vmap(f"{library.ns}::{name}", rule, lib=library)
    else:  # PyTorch 2.4, as later versions do it themselves
        _register_in_functorch(name, rule, operator, library)


# No axis is as long, and what is not mapped would have one so long.
_NOT_MAPPED = 2**62 - 1


def _of_batched_derivatives(rule: Callable[..., Any], operator: Any) -> Callable[..., Any]:
    """Return what computes on tensors of the older kind, of which the innermost axis is taken."""
    is_batched = torch._C._functorch.is_legacy_batchedtensor

    def call(*given: Any) -> Any:
        leaves, spec = tree_flatten(given)
        level = torch._C._vmapmode_increment_nesting() - 1
        torch._C._vmapmode_decrement_nesting()
        values, size = list(leaves), None
        dims: list[int | None] = [None] * len(leaves)
        for i, x in enumerate(leaves):
            if not (isinstance(x, torch.Tensor) and is_batched(x)):
                continue
            front = torch._remove_batch_dim(x, level, _NOT_MAPPED, 0)
            if front.shape[0] != _NOT_MAPPED:
                values[i], dims[i], size = front, 0, front.shape[0]
        info = SimpleNamespace(batch_size=size)
        result, axes = rule(info, tree_unflatten(dims, spec), *tree_unflatten(values, spec))
        if not isinstance(result, (list, tuple)):
            return torch._add_batch_dim(result, axes, level)
        return [torch._add_batch_dim(x, axis, level) for x, axis in zip(result, axes, strict=True)]

    return call


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
