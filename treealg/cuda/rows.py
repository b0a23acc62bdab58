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

    Raises
    ------
    InvalidTypeError
        If the dtype is neither float32 nor float64 nor an integer.
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
        """View the data in another shape.

        Parameters
        ----------
        shape : tuple of int
            The shape, one that the data broadcasts to.
        item_ndim : int
            Number of axes of one item.

        Returns
        -------
        DeviceRows
            Of the same name and kind.

        Raises
        ------
        None
            The caller has checked the shape.
        """
        wider = self.device.xp.broadcast_to(self.array, shape)
        return DeviceRows(wider, self.device, item_ndim, self.name)

    def part(self, start: int, stop: int, skip: int = 0) -> Any:
        """Return items ``start:stop`` for a kernel, copied on the device if need be.

        Parameters
        ----------
        start, stop : int
            Range of items.
        skip : int, default 0
            Columns in front that are left out.

        Returns
        -------
        array
            Shape ``(stop - start, *item)``, C-contiguous and of the compute dtype.

        Raises
        ------
        None
            The caller has checked the range.
        """
        piece = self._items()[start:stop]
        if skip:
            piece = piece[..., skip:]
        return self.device.xp.ascontiguousarray(piece, dtype=self.dtype)

    def first_column(self) -> Any:
        """Return the first number of each item, of one axis.

        Returns
        -------
        array
            Shape ``(count,)``, of the compute dtype.

        Raises
        ------
        None
            The caller has checked that there is one.
        """
        return self._items()[:, 0].astype(self.dtype)

    def _items(self) -> Any:
        if self._flat is None:
            self._flat = self.array.reshape(self.count, *self.item)
        return self._flat


def as_rows(value: Any, name: str, item_ndim: int) -> DeviceRows:
    """Read an array argument on a GPU.

    Parameters
    ----------
    value : array
        CuPy array or CUDA tensor.
    name : str
        Name of the argument, for messages.
    item_ndim : int
        Number of axes of one item; all axes before are the batch.

    Returns
    -------
    DeviceRows
        The argument, without a copy.

    Raises
    ------
    InvalidTypeError
        If `value` is of no accepted kind or dtype, or is a tensor that requires a gradient while
        gradients are recorded.
    InvalidValueError
        If there are fewer than `item_ndim` axes.
    MissingDependencyError
        If CuPy is not installed.
    """
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
    """Allocate a result for each item of an argument, uninitialised.

    Parameters
    ----------
    rows : Rows
        Gives the leading shape, the dtype and the device, which is current.
    *item : int
        Shape of one result.

    Returns
    -------
    result : array
        Of the kind of the argument, shape ``(*batch, *item)``.
    view : array
        The same memory as ``(count, *item)``.

    Raises
    ------
    InvalidValueError
        If the result does not fit in the memory of the device.
    """
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
    """Return zeros of the kind and dtype of an argument.

    Parameters
    ----------
    rows : Rows
        The argument.
    shape : tuple of int
        Their shape.

    Returns
    -------
    array
        On the device of the argument.

    Raises
    ------
    None
        There is room for what this is called for.
    """
    with rows.device.active():
        result, memory = rows.device.allocate(shape, rows.dtype)
        memory[...] = 0
    return result


def other_scalar(rows: arrays.Rows, unit: int) -> float | None:
    """Return a number in the first column that is neither `unit` nor NaN.

    Parameters
    ----------
    rows : Rows
        Vectors with scalars.
    unit : {0, 1}
        What the scalar must be.

    Returns
    -------
    float or None
        None if there is none. Waits for the device.

    Raises
    ------
    None
        Every array has an answer.
    """
    with rows.device.active():
        column = rows.array[..., 0]
        wrong = column[(column != unit) & (column == column)]
        return float(wrong[0]) if wrong.size else None
