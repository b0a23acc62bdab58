"""Arguments and results in the memory of a GPU."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from treealg import engines
from treealg.cuda import launch
from treealg.cuda.device import Device, device_of
from treealg.cuda.engine import DeviceEngine
from treealg.errors import InvalidTypeError
from treealg.numeric.arguments.arrays import check_axes
from treealg.numeric.arguments.rows import Rows, compute_dtype, out_of_memory

__all__ = ["DeviceRows", "as_rows"]


class DeviceRows(Rows):
    """One array argument on a GPU, seen as a batch of items.

    Attributes
    ----------
    device : Device
        The GPU that has the data.
    """

    __slots__ = ("_flat", "device")

    def __init__(self, array: Any, device: Device, item_ndim: int, name: str) -> None:
        self.name, self.array, self.device = name, array, device
        self.kind = device.kind
        self.dtype = compute_dtype(np.dtype(array.dtype), name)
        split = len(array.shape) - item_ndim
        self.batch, self.item = tuple(array.shape[:split]), tuple(array.shape[split:])
        self.count = math.prod(self.batch)
        self._flat: Any = None

    @property
    def view(self) -> Any:  # type: ignore[override]
        """The data as ``(count, *item)``, of any dtype, copied on the device if need be."""
        if self._flat is None:
            self._flat = self.array.reshape(self.count, *self.item)
        return self._flat

    def broadcast(self, shape: tuple[int, ...], item_ndim: int) -> DeviceRows:
        """View the data in another shape."""
        wider = self.device.xp.broadcast_to(self.array, shape)
        return DeviceRows(wider, self.device, item_ndim, self.name)

    def without_scalar(self) -> DeviceRows:
        """View vectors without their first column."""
        return DeviceRows(self.array[..., 1:], self.device, 1, self.name)

    def other_scalar(self, units: tuple[int, ...]) -> float | None:
        """Return a number in the first column that is no unit and not NaN, None if none is."""
        with self.active():
            column = self.array[..., 0]
            is_wrong = column == column
            for unit in units:
                is_wrong = is_wrong & (column != unit)
            wrong = column[is_wrong]
            return float(wrong[0]) if wrong.size else None

    @property
    def engine(self) -> engines.Engine:  # type: ignore[override]
        """That of the GPU, which has only what functions of arrays there ask for."""
        return DeviceEngine(self.device)

    @property
    def work_bytes(self) -> int:
        """Memory for intermediate results, beyond which work is done in parts."""
        return launch.WORK_BYTES

    def active(self) -> AbstractContextManager[Any]:
        """Make the GPU current, and the stream that its arrays are computed on."""
        return self.device.active()

    def empty(self, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Allocate an uninitialised result, of the kind of the data and as an `xp` array."""
        try:
            return self.device.allocate(shape, self.dtype)
        except MemoryError:
            raise out_of_memory(self, shape) from None

    def wrap(self, result: Any) -> Any:
        """Return a result of `empty` as it is, of the kind of the data."""
        return result


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
    axes = ("length", "channels") if item_ndim == 2 else ("coefficients",)
    check_axes(tuple(array.shape), name, axes)
    return DeviceRows(array, device, item_ndim, name)
