"""One call: dimensions become axes in the order of the table, and axes of results dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray

from treealg.checks import brief
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frameworks.plain import plain_array
from treealg.numeric.operations.operation import Argument, ArrayType, Operation
from treealg.xarray.coordinates import along, with_coordinates
from treealg.xarray.dimensions import Names, check_names, dimensions, item_of

__all__ = ["call"]


def call(row: Operation, values: Mapping[str, Any], names: Names) -> Any:
    """Return what a row returns, given all its arguments and the names of dimensions."""
    check_names(names)
    return _Call(row, values, names).results()


class _Call:
    """A call with arrays that have dimensions; those of NumPy among them get some.

    Attributes
    ----------
    arrays : dict of str to DataArray
        The arguments that are arrays, by name.
    items, batches : dict of str to tuple of str
        Their dimensions: those of an item, and all others in the order of `batch`.
    batch : tuple of str
        The dimensions of a result, without those of an item.
    """

    def __init__(self, row: Operation, values: Mapping[str, Any], names: Names) -> None:
        self.row, self.names = row, names
        there = [x for x in row.arguments if not _is_no_array(x, values[x.name])]
        labelled = {x.name: x for x in there if _is_labelled(x.name, values[x.name])}
        if not labelled:
            raise InvalidTypeError(
                f"{row.name} of treealg.xarray must have a DataArray among "
                f"{', '.join(x.name for x in row.arguments)}; treealg.{row.name} takes all others"
            )
        self.items = {
            name: item_of(argument, values[name], values, names)
            for name, argument in labelled.items()
        }
        self.batches = {
            name: tuple(dim for dim in values[name].dims if dim not in self.items[name])
            for name in labelled
        }
        self.batch = self._joined([x for x in there if x.name in labelled])
        self.arrays = {name: values[name] for name in labelled}
        for argument in there:
            if argument.name not in labelled:
                self._label(argument, values[argument.name], values)
        self.arrays = self._aligned({x.name: self.arrays[x.name] for x in there})
        self.values = {**values, **self.arrays}
        for argument in there:
            self._check_batch(argument)
            self._check_chunks(argument.name)

    def results(self) -> Any:
        """Return what the row returns, as arrays with dimensions."""
        types = self._types()
        names = [*self.row.returned(self.values)] if self.row.gradients else [self.row.name]
        there = [kind for kind in types if kind is not None]
        dims = [self._dims(name, kind) for name, kind in zip(names, there, strict=True)]
        found = xarray.apply_ufunc(
            self._compute,
            *self.arrays.values(),
            input_core_dims=[[*self.batches[x], *self.items[x]] for x in self.arrays],
            output_core_dims=dims,
            exclude_dims={dim for item in self.items.values() for dim in item},
            dask="allowed",
            keep_attrs="drop_conflicts",  # those of coordinates
        )
        finished = map(self._finished, found if len(there) > 1 else [found], names, there)
        results = tuple(None if kind is None else next(finished) for kind in types)
        return results if len(results) > 1 else results[0]

    def _joined(self, arguments: Sequence[Argument]) -> tuple[str, ...]:
        """Return the dimensions of the batch of all arguments, in the order of the first."""
        products = [x.name for x in arguments if x.name in self.row.products]
        names = products or [x.name for x in arguments if x.batch != "one"]
        joined = [dim for name in names for dim in self.batches[name]]
        twice = [dim for dim in joined if joined.count(dim) > 1]
        if products and twice:
            raise InvalidValueError(
                f"{' and '.join(products)} must have different dimensions beside those of their "
                f"points, as the result has all of them, got {twice[0]} in both; use rename"
            )
        return tuple(dict.fromkeys(joined))

    def _label(self, argument: Argument, value: Any, values: Mapping[str, Any]) -> None:
        """Give dimensions to an argument that has none."""
        name = argument.name
        array = plain_array(value, name)
        item = dimensions(argument.item_axes(array.ndim, values), self.names)
        rank = array.ndim - len(item)
        if rank not in (0, len(self.batch)):
            raise InvalidValueError(
                f"{name} must be a DataArray, or of shape ({', '.join(item)}), with an axis in "
                f"front for each of {self.batch} or none, got shape {array.shape}"
            )
        self.items[name], self.batches[name] = item, self.batch if rank else ()
        self.arrays[name] = xarray.DataArray(array, dims=(*self.batches[name], *item))

    def _check_batch(self, argument: Argument) -> None:
        """Put the dimensions of the batch of an argument in order, and refuse what is too few."""
        name = argument.name
        own, all_of_them = {*self.batches[name]}, {*self.batch}
        free = argument.batch in ("broadcast", "product")
        may_be_none = argument.batch in ("shared", "one")
        if not (free or own == all_of_them or (may_be_none and not own)):
            raise InvalidValueError(
                f"{name} must have the dimensions {(*self.batch, *self.items[name])}, in any "
                f"order, got {self.arrays[name].dims}; use expand_dims, isel or rename"
            )
        self.batches[name] = tuple(dim for dim in self.batch if dim in own)

    def _check_chunks(self, name: str) -> None:
        """Refuse items that are cut into chunks."""
        sizes = self.arrays[name].chunksizes
        cut = [dim for dim in self.items[name] if len(sizes.get(dim, ())) > 1]
        if cut:
            wanted = ", ".join(f"{dim!r}: -1" for dim in self.items[name])
            raise InvalidValueError(
                f"{name} must have its {' and '.join(cut)} in one chunk, got {dict(sizes)}; use "
                f"{name}.chunk({{{wanted}}})"
            )

    def _aligned(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arrays, which have the same labels wherever they have the same dimension."""
        inside = {dim for item in self.items.values() for dim in item}
        try:
            found = xarray.align(*arrays.values(), join="exact", copy=False, exclude=inside)
        except ValueError as error:
            raise InvalidValueError(
                f"{', '.join(arrays)} must have the same labels along {self.batch}: {error}; use "
                f"xarray.align"
            ) from None
        return dict(zip(arrays, found, strict=True))

    def _index(self, name: str) -> tuple[Any, ...]:
        """Return the index that gives an argument axes of one entry where its batch has none."""
        own = self.batches[name]
        if len(own) in (0, len(self.batch)) or self._is_product(name):
            return (...,)
        after = self.batch[self.batch.index(own[0]) :]
        return (*(slice(None) if dim in own else None for dim in after), ...)

    def _is_product(self, name: str) -> bool:
        return any(x.name == name and x.batch == "product" for x in self.row.arguments)

    def _types(self) -> Sequence[ArrayType | None]:
        """Return what the results are, without computing them."""
        shapes = {}
        for name, array in self.arrays.items():
            order = (*self.batches[name], *self.items[name])
            like = np.broadcast_to(np.zeros((), array.dtype), [array.sizes[dim] for dim in order])
            shape = like[self._index(name)].shape
            shapes[name] = SimpleNamespace(shape=shape, dtype=array.dtype)
        found: Any = self.row.result(**{**self.values, **shapes})  # arrays have no lists
        return found if isinstance(found, tuple) else (found,)

    def _dims(self, name: str, kind: ArrayType) -> list[str]:
        """Return the dimensions of a result; a gradient has those of its argument."""
        if self.row.gradients and name in self.arrays:
            return [*self.batches[name], *self.items[name]]
        dims = [*self.batch, *dimensions(kind.axes, self.names)]
        twice = [dim for dim in dims if dims.count(dim) > 1]
        if twice:
            raise InvalidValueError(
                f"the result has a dimension {twice[0]} of its own, so that there must be none of "
                f"that name in the batch, {self.batch}; use rename"
            )
        return dims

    def _compute(self, *data: Any) -> Any:
        """Compute from the arrays in the order of the table."""
        arrays = {
            name: array[self._index(name)] for name, array in zip(self.arrays, data, strict=True)
        }
        found = self._function(data)(**{**self.values, **arrays})
        if not self.row.gradients:
            return found
        given = [x for x in (found if isinstance(found, tuple) else (found,)) if x is not None]
        names = self.row.returned(self.values)
        own = [self._without_axes(name, x) for name, x in zip(names, given, strict=True)]
        return tuple(own) if len(own) > 1 else own[0]

    def _without_axes(self, name: str, gradient: Any) -> Any:
        """Take away what `_index` added."""
        index = self._index(name) if name in self.arrays else ()
        return gradient[tuple(0 if axis is None else axis for axis in index)]

    def _function(self, data: Sequence[Any]) -> Callable[..., Any]:
        """Return the function of the row on arrays in memory, or on those of Dask."""
        if any(hasattr(array, "__dask_graph__") for array in data):
            from treealg import dask

            function: Callable[..., Any] = getattr(dask, self.row.name)
            return function
        return self.row.function

    def _finished(self, result: Any, name: str, kind: ArrayType) -> Any:
        """Return a result with its coordinates, and without what is said of arguments."""
        result.attrs = {}
        if not self.row.gradients:
            found = with_coordinates(result, kind.axes, self.arrays, self.values, self.names)
            return found.rename(self.row.name)
        if name not in self.arrays:
            return result.rename(name)
        argument = self.arrays[name]
        return result.assign_coords(along(argument, result.dims)).rename(argument.name)


def _is_no_array(argument: Argument, value: Any) -> bool:
    is_labelled = isinstance(value, xarray.DataArray)
    return argument.is_absent(value) or (argument.is_number(value) and not is_labelled)


def _is_labelled(name: str, value: Any) -> bool:
    if isinstance(value, xarray.Dataset):
        raise InvalidTypeError(
            f"{name} must be a DataArray, got a Dataset; {name}.to_dataarray('channel') has its "
            f"variables as channels"
        )
    if type(value).__name__ == "Variable" and hasattr(value, "dims"):
        raise InvalidTypeError(
            f"{name} must be a DataArray, got a Variable; use xarray.DataArray({name})"
        )
    if isinstance(value, (list, tuple)) and any(isinstance(x, xarray.DataArray) for x in value):
        raise InvalidTypeError(
            f"{name} must be one DataArray, got a list of them; xarray.concat makes one of paths "
            f"of one length, those of several lengths take a call each"
        )
    if not isinstance(value, xarray.DataArray):
        return False
    array: Any = value
    dims, dtype = array.dims, array.dtype
    if len({*dims}) < len(dims):
        raise InvalidValueError(
            f"{name} must have dimensions of different names, got {dims}; use "
            f"xarray.DataArray({name}.to_numpy(), dims=...)"
        )
    if not isinstance(dtype, np.dtype):
        raise InvalidTypeError(
            f"{name} must hold an array of NumPy or Dask, got one of {brief(dtype)}; use "
            f"{name}.copy(data=numpy.asarray({name}.data))"
        )
    return True
