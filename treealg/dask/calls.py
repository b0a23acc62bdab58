"""One call: which axes of chunks go together, and what each chunk of the results is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from treealg.dask.chunks import Beside, Chunk, Floats, OfPair, Single, Unpacked
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frameworks.plain import plain_array
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.operations.operation import Argument, Operation
from treealg.optional import require
from treealg.tables.foresight import until_tables

__all__ = ["call"]

dask_array = require("dask.array", extra="dask")
dask = require("dask", extra="dask")


_MOST_AXES = 32
"""So many axes NumPy broadcasts, which Dask does with the indices of chunks."""


def call(row: Operation, values: Mapping[str, Any]) -> Any:
    """Return what a row returns, as arrays of Dask, given all its arguments."""
    return _Call(row, values).results()


def _refuse_collections(name: str, value: Any) -> None:
    """Refuse what Dask computes later and is no array, and lists of arrays."""
    if isinstance(value, (list, tuple)) and any(isinstance(x, dask_array.Array) for x in value):
        raise InvalidTypeError(
            f"{name} must be one array of Dask, got a list of them; dask.array.stack makes one of "
            f"paths of one length, those of several lengths take a call each"
        )
    if dask.is_dask_collection(value) and not isinstance(value, dask_array.Array):
        kind, how = type(value), "dask.array.from_delayed"
        if hasattr(kind, "to_dask_array"):
            how = f"{name}.to_dask_array(lengths=True)"
        elif hasattr(kind, "data"):
            how = f"{name}.data, or the functions of treealg.xarray"
        raise InvalidTypeError(
            f"{name} must be an array of Dask, got a {kind.__module__}.{kind.__qualname__}; use "
            f"{how}"
        )


class _Call:
    """A call with arrays of Dask."""

    def __init__(self, row: Operation, values: Mapping[str, Any]) -> None:
        self.row = row
        self.values = dict(values)
        self.arguments = {
            argument.name: argument for argument in row.arguments if self._is_array(argument)
        }
        for name in self.arguments:
            _refuse_collections(name, self.values[name])
        if not any(isinstance(self.values[name], dask_array.Array) for name in self.arguments):
            raise InvalidTypeError(
                f"{row.name} of treealg.dask must have an array of Dask among "
                f"{', '.join(a.name for a in row.arguments)}; treealg.{row.name} takes all others"
            )
        given = {name: self.values[name] for name in self.arguments}
        self.arrays = {name: _as_dask(name, value) for name, value in given.items()}
        for name, array in self.arrays.items():
            if array.ndim > _MOST_AXES:
                raise InvalidValueError(
                    f"{name} must have at most {_MOST_AXES} axes for treealg.dask, got "
                    f"{array.ndim}; reshape its leading axes to one"
                )
        self.values |= self.arrays
        found = row.result(**self.values)
        self.types: tuple[Any, ...] = found if isinstance(found, tuple) else (found,)
        for name in self.arrays:
            self._check_chunks(name)
        self.products = [name for name in self.arguments if name in row.products]
        ranks = [self._rank(name) for name in self.arrays]
        self.rank = sum(map(self._rank, self.products)) if self.products else max(ranks)
        self._check_options(given)

    def _check_options(self, given: Mapping[str, Any]) -> None:
        """Have the function refuse what it refuses whatever the data, by a call without items."""
        none = {name: self._none_of(name, value) for name, value in given.items()}
        if all(array is not None for array in none.values()):
            with until_tables():
                self.row.function(**{**self.values, **none})

    def _none_of(self, name: str, given: Any) -> Any:
        """Return an array of no item of an argument, None where the size of one is unknown.

        What is one for all items is itself, where it is there, or else something like it.
        """
        argument, array, rank = self.arguments[name], self.arrays[name], self._rank(name)
        item = array.shape[rank:]
        if any(np.isnan(item)):
            return None
        if argument.batch == "one":
            is_lazy = isinstance(given, dask_array.Array)
            return np.broadcast_to(np.arange(item[-1]), item) if is_lazy else given
        if argument.batch == "shared" and len(item) < len(argument.axes):
            return np.zeros(item, array.dtype)
        axes = max(len(self.products), 1) if argument.batch == "result" else 1
        return np.zeros((0,) * axes + item, array.dtype)

    def results(self) -> Any:
        """Return what the row returns, as arrays of Dask."""
        if not self.row.gradients or not self.arrays.keys() & {*self.row.gradients}:
            (kind,) = self.types
            item = kind.shape[self.rank :]
            return self._blocks(self.values, self.arrays, item, kind.dtype, Single())
        names = iter(self.row.returned(self.values))
        if self.products:
            return tuple(
                None if kind is None else self._of_product(next(names)) for kind in self.types
            )
        found = self._gradients(list(names))
        wanted = [None if kind is None else next(found) for kind in self.types]
        return tuple(wanted) if len(wanted) > 1 else wanted[0]

    def _is_array(self, argument: Argument) -> bool:
        value = self.values[argument.name]
        is_lazy = isinstance(value, dask_array.Array)
        return not argument.is_absent(value) and (is_lazy or not argument.is_number(value))

    def _item(self, name: str) -> tuple[str, ...]:
        """Return the names of the axes of an item of an argument."""
        return self.arguments[name].item_axes(self.arrays[name].ndim, self.values)

    def _rank(self, name: str) -> int:
        """Return how many axes the batch of an argument has."""
        return int(self.arrays[name].ndim) - len(self._item(name))

    def _check_chunks(self, name: str) -> None:
        """Refuse items that are cut into chunks."""
        array, axes = self.arrays[name], self._item(name)
        first = array.ndim - len(axes)
        cut = [axis for axis, n in zip(axes, array.numblocks[first:], strict=True) if n > 1]
        if cut:
            lists = ", ".join(f"{axis - array.ndim}: -1" for axis in range(first, array.ndim))
            raise InvalidValueError(
                f"{name} must have its {' and '.join(cut)} in one chunk, got chunks of "
                f"{array.chunksize} in shape {array.shape}; use {name}.rechunk({{{lists}}})"
            )

    def _has_point_in_front(self) -> bool:
        point = self.values.get("basepoint", False)
        return "basepoint" in self.arrays or bool(point)

    def _labels(self, name: str, rank: int) -> list[int]:
        """Return the axes of the batch of the results that those of an argument go with."""
        if self.arguments[name].batch != "product":
            return list(range(self.rank - rank, self.rank))
        before = self.products[: self.products.index(self.row.points.get(name, name))]
        first = sum(map(self._rank, before))
        return list(range(first, first + rank))

    def _blocks(
        self,
        values: Mapping[str, Any],
        arrays: Mapping[str, Any],
        item: Sequence[int],
        dtype: Any,
        finish: Callable[[Any], Floats],
        single: Sequence[int] = (),
    ) -> Any:
        """Return results of an item, one chunk for each of the batch.

        Along the axes in `single` a chunk has one result, whatever went in.
        """
        pairs: list[Any] = []
        label = self.rank
        items = {}
        for name, array in arrays.items():
            # What was given a batch, for its gradient, has all of it.
            is_own = array.ndim == self.arrays[name].ndim
            inside = len(self._item(name)) if is_own else array.ndim - self.rank
            items[name] = inside
            rank = array.ndim - inside
            own = list(range(label, label + inside))
            label += inside
            pairs += [array, [*self._labels(name, rank), *own]]
        axes = list(range(label, label + len(item)))
        rest = {name: value for name, value in values.items() if name not in arrays}
        return dask_array.blockwise(
            Chunk(self.row, items, rest, finish),
            [*range(self.rank), *axes],
            *pairs,
            new_axes=dict(zip(axes, item, strict=True)),
            adjust_chunks=dict.fromkeys(single, 1),
            concatenate=False,
            dtype=dtype,
            meta=np.empty((0,) * (self.rank + len(item)), dtype),
            token=self.row.name,
        )

    def _of_product(self, name: str) -> Any:
        """Return the gradient in one of two arguments of which all pairs were taken."""
        flags = dict(zip(self.row.gradients, self.row.flags, strict=True))
        values = {**self.values, **{flag: other == name for other, flag in flags.items()}}
        array, rank = self.arrays[name], self._rank(name)
        own = self._labels(name, rank)
        others = [axis for axis in range(self.rank) if axis not in own]
        finish = OfPair(self.row.gradients.index(name), rank, others)
        item = array.shape[rank:]
        found = self._blocks(values, self.arrays, item, array.dtype, finish, others)
        return found.sum(axis=tuple(others), dtype=array.dtype)

    def _gradients(self, names: list[str]) -> Iterator[Any]:
        """Return gradients, those of arguments that served several paths summed over these."""
        batch = np.broadcast_shapes(
            *(array.shape[: self._rank(name)] for name, array in self.arrays.items())
        )
        arrays = dict(self.arrays)
        for name in names:
            item = arrays[name].shape[self._rank(name) :]
            if self.arguments[name].axes == ("segments", "columns") and len(item) == 1:
                in_front = self._has_point_in_front()
                item = (self.arrays["path"].shape[-2] - 1 + in_front, *item)
            if arrays[name].shape != (*batch, *item):
                arrays[name] = dask_array.broadcast_to(arrays[name], (*batch, *item))
        tangents = (argument.name for argument in self.row.arguments if argument.role == "tangent")
        for name, tangent in zip(self.row.tangents, tangents, strict=True):
            if tangent in arrays:
                arrays[tangent] = dask_array.broadcast_to(arrays[tangent], arrays[name].shape)
        items = [arrays[name].shape[len(batch) :] for name in names]
        sizes = [int(np.prod(item)) for item in items]
        dtype = arrays[names[0]].dtype
        finish = Beside([len(item) for item in items])
        packed = self._blocks(self.values, arrays, (sum(sizes),), dtype, finish)
        start = 0
        for name, item, size in zip(names, items, sizes, strict=True):
            axes = list(range(self.rank + 1, self.rank + 1 + len(item)))
            gradient = dask_array.blockwise(
                Unpacked(start, item),
                [*range(self.rank), *axes],
                packed,
                list(range(self.rank + 1)),
                new_axes=dict(zip(axes, item, strict=True)),
                concatenate=False,
                dtype=dtype,
                meta=np.empty((0,) * (self.rank + len(item)), dtype),
                token=f"{self.row.name}-{name}",
            )
            start += size
            yield _summed(gradient, self.arrays[name].shape)


def _as_dask(name: str, value: Any) -> Any:
    """Return an array of Dask; one of another kind is one chunk."""
    if isinstance(value, dask_array.Array):
        return value
    with memory_for(name):
        return dask_array.from_array(plain_array(value, name), chunks=-1)


def _summed(gradient: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the axes that an argument did not have, or of which it had one entry."""
    more = gradient.ndim - len(shape)
    if more:
        gradient = gradient.sum(axis=tuple(range(more)), dtype=gradient.dtype)
    ones = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=ones, keepdims=True, dtype=gradient.dtype) if ones else gradient
