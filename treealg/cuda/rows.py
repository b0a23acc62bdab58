"""Arguments and results in the memory of a GPU."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from treealg.cuda.device import Device, device_of
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments import arrays

__all__ = ["DeviceRows", "allocate", "as_rows", "other_scalar", "zeros"]


class DeviceRows(arrays.Rows):
    """One array argument on a GPU, seen as a batch of items.

    Parameters
    ----------
    array : array
        The data, of the library of `device`; kept, not copied.
    device : Device
        Where it is.
    item_ndim : int
        Number of axes of one item, at most that of `array`.
    name : str
        Name of the argument, for messages.
    """

    __slots__ = ("_flat", "device")

    def __init__(self, array: Any, device: Device, item_ndim: int, name: str) -> None:
        self.name, self.array, self.device = name, array, device
        self.kind = device.kind
        self.dtype = arrays.compute_dtype(np.dtype(array.dtype), name)
        split = len(array.shape) - item_ndim
        self.batch, self.item = tuple(array.shape[:split]), tuple(array.shape[split:])
        self.count = math.prod(self.batch)
        self.view = None
        self._flat: Any = None

    def broadcast(self, shape: tuple[int, ...], item_ndim: int) -> DeviceRows:
        """View the data in another shape."""
        wider = self.device.xp.broadcast_to(self.array, shape)
        return DeviceRows(wider, self.device, item_ndim, self.name)

    def part(self, start: int, stop: int, skip: int = 0) -> Any:
        """Return items ``start:stop`` for a kernel, copied on the device if need be."""
        piece = self._items()[start:stop]
        if skip:
            piece = piece[..., skip:]
        return self.device.xp.ascontiguousarray(piece, dtype=self.dtype)

    def first_column(self) -> Any:
        """Return the first number of each item, of one axis."""
        return self._items()[:, 0].astype(self.dtype)

    def _items(self) -> Any:
        if self._flat is None:
            self._flat = self.array.reshape(self.count, *self.item)
        return self._flat


def as_rows(value: Any, name: str, item_ndim: int) -> DeviceRows:
    """Read an array argument on a GPU."""
    found = device_of(value, name)
    if found is None:
        raise InvalidTypeError(
            f"{name} is on a GPU and must be a CuPy array or a torch tensor there, got "
            f"{type(value).__module__}.{type(value).__qualname__}; convert it first, for instance "
            f"with cupy.asarray"
        )
    device, array = found
    arrays.check_axes(tuple(array.shape), name, item_ndim)
    return DeviceRows(array, device, item_ndim, name)


def allocate(rows: arrays.Rows, *item: int) -> tuple[Any, Any]:
    """Allocate a result for each item of an argument, uninitialised."""
    shape = rows.batch + item
    try:
        result, memory = rows.device.allocate(shape, rows.dtype)
    except MemoryError:
        size = math.prod(shape) * rows.dtype.itemsize
        raise InvalidValueError(
            f"{rows.name}: the result of shape {shape} and dtype {rows.dtype} needs {size:,} "
            f"bytes, which are not to be had; use a smaller batch, degree or dimension"
        ) from None
    return result, memory.reshape(rows.count, *item)


def zeros(rows: arrays.Rows, shape: tuple[int, ...]) -> Any:
    """Return zeros of the kind and dtype of an argument."""
    with rows.device.active():
        result, memory = rows.device.allocate(shape, rows.dtype)
        memory[...] = 0
    return result


def other_scalar(rows: arrays.Rows, unit: int) -> float | None:
    """Return a number in the first column that is neither `unit` nor NaN."""
    with rows.device.active():
        column = rows.array[..., 0]
        wrong = column[(column != unit) & (column == column)]
        return float(wrong[0]) if wrong.size else None
