"""The axis that `vmap` of a framework adds: it becomes the first one of the batch of a function.

Arguments which are not mapped serve all of its examples. They stay as they are where the function
shares them out itself, and are repeated without a copy where an example has to have its own: where
there is no other way to write it, and in a backward function, whose gradients belong to examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from treealg.frameworks.options import names_of
from treealg.numeric.operations.operation import Argument, Operation

__all__ = ["Batch", "Library", "has_one_by_one", "mapped", "one_by_one"]


@dataclass(frozen=True)
class Library:
    """What is done to arrays of a framework.

    Attributes
    ----------
    front : callable
        From an array and the place of one of its axes, the array with that axis in front.
    expand : callable
        From an array and a shape, the array repeated to that shape, if it can be without a copy.
    stack : callable
        From a list of arrays, these as one array.
    total : callable
        From an array and some axes, its sum over them.
    """

    front: Callable[[Any, int], Any]
    expand: Callable[[Any, tuple[Any, ...]], Any]
    stack: Callable[[list[Any]], Any]
    total: Callable[[Any, tuple[int, ...]], Any]


def mapped(
    library: Library,
    row: Operation,
    operator: Any,
    size: int,
    in_dims: Sequence[int | None],
    given: Sequence[Any],
) -> tuple[Any, Any]:
    """Call an operator on a batch of examples; return its results, and where their axis is.

    Parameters
    ----------
    library : Library
        What is done to arrays.
    row : Operation
        The row of the operator.
    operator : callable
        The operator; it returns an array, or a list of several.
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
        value if dim is None else library.front(value, dim)
        for value, dim in zip(given, in_dims, strict=True)
    ]
    is_mapped = [dim is not None for dim in in_dims]
    _map_tangents(library, row, size, is_mapped, front)
    if has_one_by_one(row, is_mapped):
        return one_by_one(library, operator, size, is_mapped, front)
    batch = Batch(library, row, size, is_mapped, front)
    result = operator(*batch.arguments(), *front[len(row.arguments) :])
    axis = batch.axis_of_result()
    if not row.gradients:
        return result, [axis] * len(result) if isinstance(result, (list, tuple)) else axis
    if not isinstance(result, (list, tuple)):
        return batch.gradients([result])[0], axis
    gradients = batch.gradients(result)
    return gradients, [axis] * len(gradients)


def _map_tangents(
    library: Library, row: Operation, size: int, is_mapped: list[bool], front: list[Any]
) -> None:
    """Give arguments and their tangents, which are of one shape, an axis of examples together."""
    names = [argument.name for argument in row.arguments]
    tangents = [i for i, argument in enumerate(row.arguments) if argument.role == "tangent"]
    for tangent, name in zip(tangents, row.tangents, strict=True):
        pair = names.index(name), tangent
        if any(front[i] is None for i in pair) or not any(is_mapped[i] for i in pair):
            continue
        for i in pair:
            if not is_mapped[i]:
                front[i] = library.expand(front[i], (size, *front[i].shape))
                is_mapped[i] = True


def has_one_by_one(row: Operation, is_mapped: Sequence[bool]) -> bool:
    """Tell whether examples have to be computed one after the other."""
    if row.is_of_lists:
        return True
    if any(is_mapped[i] for i, argument in enumerate(row.arguments) if argument.batch == "one"):
        return True
    products = _products(row)
    return bool(products) and (bool(row.gradients) or all(is_mapped[i] for i in products))


def one_by_one(
    library: Library,
    operator: Any,
    size: int,
    is_mapped: Sequence[bool],
    front: Sequence[Any],
) -> tuple[Any, Any]:
    """Call an operator on one example after the other; return as `mapped` does."""
    results = [
        operator(*(x[i] if many else x for x, many in zip(front, is_mapped, strict=True)))
        for i in range(size)
    ]
    if not isinstance(results[0], (list, tuple)):
        return library.stack(results), 0
    columns = [library.stack(list(column)) for column in zip(*results, strict=True)]
    return columns, [0] * len(columns)


def _products(row: Operation) -> list[int]:
    """Return which arguments have batches of which that of the call is the product."""
    return [i for i, argument in enumerate(row.arguments) if argument.name in row.products]


class Batch:
    """The arguments of all examples, as one call takes them.

    Parameters
    ----------
    library : Library
        What is done to arrays.
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
        self,
        library: Library,
        row: Operation,
        size: int,
        is_mapped: Sequence[bool],
        given: Sequence[Any],
    ) -> None:
        self._library, self._row, self._size = library, row, size
        self._is_mapped, self._given = is_mapped, given
        self._values = dict(zip(names_of(row), given, strict=True))
        self._kinds: dict[str, list[int]] = {}
        for i, argument in enumerate(row.arguments):
            if given[i] is not None:
                self._kinds.setdefault(argument.batch, []).append(i)

    def rank(self, i: int) -> int:
        """Return how many axes the batch of an argument has in one example."""
        ndim = self._ndim(i)
        return ndim - len(self._row.arguments[i].item_axes(ndim, self._values))

    def axis_of_result(self) -> int:
        """Return where the axis of examples is in a result."""
        products = _products(self._row)
        return self.rank(products[0]) if products and not self._is_mapped[products[0]] else 0

    def arguments(self) -> list[Any]:
        """Return the arrays of the call."""
        count = len(self._row.arguments)
        return [
            None if value is None else self.placed(i, value)
            for i, value in enumerate(self._given[:count])
        ]

    def placed(self, i: int, value: Any) -> Any:
        """Return an argument, or an array of its shape, as the call takes it."""
        argument = self._row.arguments[i]
        if argument.batch in ("product", "one"):
            return value
        if argument.batch == "shared":
            return self._shared(i, argument, value)
        if argument.batch == "broadcast":
            if not (self._is_mapped[i] or self._row.gradients):
                return value
            rank = max(self.rank(j) for j in self._kinds["broadcast"])
            return self._repeated(i, value)[(slice(None), *(None,) * (rank - self.rank(i)))]
        return self._repeated(i, value)

    def gradients(self, found: Sequence[Any]) -> list[Any]:
        """Return gradients as each example has them, given those of the call."""
        places = {argument.name: i for i, argument in enumerate(self._row.arguments)}
        return [
            self._gradient(places[name], gradient) if name in places else gradient
            for name, gradient in zip(self._row.returned(self._values), found, strict=True)
        ]

    def _ndim(self, i: int) -> int:
        ndim: int = self._given[i].ndim
        return ndim - self._is_mapped[i]

    def _repeated(self, i: int, value: Any) -> Any:
        """Return an argument with an axis of examples."""
        if self._is_mapped[i]:
            return value
        return self._library.expand(value, (self._size, *value.shape))

    def _shared(self, i: int, argument: Argument, value: Any) -> Any:
        """Return an argument that may have no batch, as long as that is the same for all."""
        lead = self.rank(self._kinds["same"][0])
        is_full = lead > 0 and self._ndim(i) == lead + len(argument.axes)
        if not (self._is_mapped[i] or self._row.gradients):
            return self._repeated(i, value) if is_full else value
        first = self._kinds["same"][0]
        path = self._repeated(first, self._given[first])
        item = [path.shape[-2] - 1 + self._has_point_in_front(), value.shape[-1]]
        shape = (*path.shape[: lead + 1], *item[-len(argument.axes) :])
        missing = len(shape) - 1 - self._ndim(i)
        repeated = self._repeated(i, value)[(slice(None), *(None,) * missing)]
        return self._library.expand(repeated, shape)

    def _has_point_in_front(self) -> bool:
        return self._values.get("basepoint") is not None

    def _gradient(self, i: int, gradient: Any) -> Any:
        """Return the gradient in an argument of each example."""
        own = self._given[i].shape[self._is_mapped[i] :]
        if self._row.arguments[i].batch == "shared":
            summed = gradient.ndim - 1 - len(own)
            return (
                self._library.total(gradient, tuple(range(1, 1 + summed))) if summed else gradient
            )
        return gradient.reshape(self._size, *own)
