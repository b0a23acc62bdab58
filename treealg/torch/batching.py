"""The rule of `torch.vmap`: its axis becomes the first one of the batch that a function takes.

Arguments which are not mapped serve all of its examples. They stay as they are where the function
shares them out itself, and are repeated without a copy where an example has to have its own: where
there is no other way to write it, and in a backward function, whose gradients belong to examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import torch

from treealg.numeric.operations.operation import Argument, Operation
from treealg.torch.schema import names_of

__all__ = ["mapped", "register_rule"]


def register_rule(
    name: str, rule: Callable[..., Any], operator: Any, library: torch.library.Library
) -> None:
    """Register a rule of `torch.vmap`, for PyTorch 2.4 as later versions do it themselves."""
    if hasattr(torch.library, "register_vmap"):
        torch.library.register_vmap(name, rule, lib=library)
        return
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

    library.impl(name.rpartition("::")[2], call, "FuncTorchBatched")


def mapped(
    row: Operation,
    operator: Any,
    size: int,
    in_dims: Sequence[int | None],
    given: Sequence[Any],
) -> tuple[Any, Any]:
    """Call an operator on a batch of examples; return its results, and where their axis is.

    Parameters
    ----------
    row : Operation
        The row of the operator.
    operator : callable
        The operator.
    size : int
        How many examples there are.
    in_dims : sequence of int or None
        Where the axis of examples is in each argument; None for those that have none.
    given : sequence
        The arguments.

    Returns
    -------
    tuple
        Results, and in the same form the place of the axis of examples in each.
    """
    front = [
        value if dim is None else value.movedim(dim, 0)
        for value, dim in zip(given, in_dims, strict=True)
    ]
    is_mapped = [dim is not None for dim in in_dims]
    products = [i for i, argument in enumerate(row.arguments) if argument.batch == "product"]
    if products and (row.gradients or all(is_mapped[i] for i in products)):
        return _one_by_one(operator, size, is_mapped, front)
    batch = _Batch(row, size, is_mapped, front)
    result = operator(*batch.arguments(), *front[len(row.arguments) :])
    if products and not is_mapped[products[0]]:
        return result, batch.rank(products[0])
    if not row.gradients:
        return result, 0
    if isinstance(result, torch.Tensor):
        return batch.gradients([result])[0], 0
    gradients = batch.gradients(result)
    return gradients, [0] * len(gradients)


def _one_by_one(
    operator: Any, size: int, is_mapped: Sequence[bool], front: Sequence[Any]
) -> tuple[Any, Any]:
    """Call an operator on one example after the other."""
    results = [
        operator(*(x[i] if many else x for x, many in zip(front, is_mapped, strict=True)))
        for i in range(size)
    ]
    if isinstance(results[0], torch.Tensor):
        return torch.stack(results), 0
    columns = [torch.stack(column) for column in zip(*results, strict=True)]
    return columns, [0] * len(columns)


class _Batch:
    """The arguments of all examples, as one call takes them.

    Parameters
    ----------
    row : Operation
        What is called.
    size : int
        How many examples there are.
    is_mapped : sequence of bool
        Which arguments have an axis of examples.
    given : sequence
        The arguments, with that axis in front.
    """

    def __init__(
        self, row: Operation, size: int, is_mapped: Sequence[bool], given: Sequence[Any]
    ) -> None:
        self._row, self._size, self._is_mapped, self._given = row, size, is_mapped, given
        self._values = dict(zip(names_of(row), given, strict=True))
        self._kinds: dict[str, list[int]] = {}
        for i, argument in enumerate(row.arguments):
            if given[i] is not None:
                self._kinds.setdefault(argument.batch, []).append(i)

    def rank(self, i: int) -> int:
        """Return how many axes the batch of an argument has in one example."""
        ndim = self._ndim(i)
        return ndim - len(self._row.arguments[i].item_axes(ndim, self._values))

    def arguments(self) -> list[Any]:
        """Return the tensors of the call."""
        return [
            None if value is None else self._argument(i, argument, value)
            for i, (argument, value) in enumerate(
                zip(self._row.arguments, self._given, strict=False)
            )
        ]

    def gradients(self, found: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return gradients as each example has them, given those of the call."""
        places = {argument.name: i for i, argument in enumerate(self._row.arguments)}
        return [
            self._gradient(places[name], gradient) if name in places else gradient
            for name, gradient in zip(self._row.returned(self._values), found, strict=True)
        ]

    def _ndim(self, i: int) -> int:
        ndim: int = self._given[i].ndim
        return ndim - self._is_mapped[i]

    def _repeated(self, i: int) -> Any:
        """Return an argument with an axis of examples."""
        value = self._given[i]
        return value if self._is_mapped[i] else value.expand(self._size, *value.shape)

    def _argument(self, i: int, argument: Argument, value: Any) -> Any:
        if argument.batch == "product":
            return value
        if argument.batch == "shared":
            return self._shared(i, argument)
        if argument.batch == "broadcast":
            if not (self._is_mapped[i] or self._row.gradients):
                return value
            rank = max(self.rank(j) for j in self._kinds["broadcast"])
            return self._repeated(i)[(slice(None), *(None,) * (rank - self.rank(i)))]
        return self._repeated(i)

    def _shared(self, i: int, argument: Argument) -> Any:
        """Return an argument that may have no batch, as long as that is the same for all."""
        value = self._given[i]
        lead = self.rank(self._kinds["same"][0])
        is_full = lead > 0 and self._ndim(i) == lead + len(argument.axes)
        if not (self._is_mapped[i] or self._row.gradients):
            return self._repeated(i) if is_full else value
        path = self._repeated(self._kinds["same"][0])
        item = [path.shape[-2] - 1 + self._has_point_in_front(), value.shape[-1]]
        shape = (*path.shape[: lead + 1], *item[-len(argument.axes) :])
        missing = len(shape) - 1 - self._ndim(i)
        return self._repeated(i)[(slice(None), *(None,) * missing)].expand(shape)

    def _has_point_in_front(self) -> bool:
        return self._values.get("basepoint") is not None

    def _gradient(self, i: int, gradient: Any) -> Any:
        """Return the gradient in an argument of each example."""
        own = self._given[i].shape[self._is_mapped[i] :]
        if self._row.arguments[i].batch == "shared":
            summed = gradient.ndim - 1 - len(own)
            return gradient.sum(dim=tuple(range(1, 1 + summed))) if summed else gradient
        return gradient.reshape(self._size, *own)
