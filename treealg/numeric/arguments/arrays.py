"""Arrays in and arrays out: the one place that knows NumPy arrays, nested lists and torch tensors.

An argument becomes `Rows`: a plain ndarray whose last axes are one item (a path, a signature) and
whose leading axes are the batch, beside its kind and the dtype to compute in.  Kernels take native,
aligned float32 or float64 of shape ``(batch, *item)`` with any strides.  An array that is not so
is handed over in slabs of rows, so that no copy of a whole batch is ever made.

torch is never imported: an object can only be a tensor if its owner has imported torch already.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments import devices

__all__ = [
    "ACCEPTED",
    "NUMPY",
    "TORCH",
    "Rows",
    "allocate",
    "as_path",
    "as_rows",
    "check_alike",
    "check_axes",
    "check_kinds",
    "compute_dtype",
    "dense_tensor",
    "slabs",
    "wrap",
]

NUMPY = "NumPy array"
TORCH = "torch tensor"

_FLOAT32 = np.dtype(np.float32)
_FLOAT64 = np.dtype(np.float64)
_SLAB_BYTES = 1 << 18
_SLAB_ROWS = 64
ACCEPTED = "float32, float64 or an integer type"
"""The dtypes that arguments may have."""


class Rows:
    """One array argument, seen as a batch of items.

    Attributes
    ----------
    name : str
        Name of the argument, for messages.
    array : numpy.ndarray
        The data, shape ``(*batch, *item)``, never copied.
    batch : tuple of int
        Leading shape.
    count : int
        Number of items.
    item : tuple of int
        Shape of one item.
    kind : str
        `NUMPY` or `TORCH`: what results are returned as.
    dtype : numpy.dtype
        Native float32 or float64: what is computed in.
    view : numpy.ndarray or None
        The data as ``(count, *item)`` if kernels can read it in place.
    device : None
        That of `treealg.cuda.rows.DeviceRows` is not None.
    """

    __slots__ = ("array", "batch", "count", "dtype", "item", "kind", "name", "view")

    device: Any = None

    def __init__(self, array: npt.NDArray[Any], kind: str, item_ndim: int, name: str) -> None:
        self.name = name
        self.array = array
        self.kind = kind
        dtype = array.dtype
        shape = array.shape
        split = len(shape) - item_ndim
        self.batch = shape[:split]
        self.item = shape[split:]
        self.view: npt.NDArray[Any] | None = None
        if (dtype is _FLOAT64 or dtype is _FLOAT32) and split < 2:
            self.dtype = dtype
            self.count = shape[0] if split else 1
            if array.flags.aligned:
                self.view = array if split else array[None]
        else:
            self.dtype = compute_dtype(dtype, name)
            self.count = math.prod(self.batch)
            if dtype == self.dtype and array.flags.aligned:
                self.view = self._collapsed()

    def _collapsed(self) -> npt.NDArray[Any] | None:
        """Return the data as ``(count, *item)`` without copying, if its strides allow that."""
        split = len(self.batch)
        strides = self.array.strides
        axes = [(n, s) for n, s in zip(self.batch, strides, strict=False) if n != 1]
        for (_, outer), (inner_n, inner) in pairwise(axes):
            if outer != inner_n * inner and self.count:
                return None
        step = axes[-1][1] if axes else 0
        return np.lib.stride_tricks.as_strided(
            self.array, (self.count, *self.item), (step, *strides[split:]), writeable=False
        )

    def broadcast(self, shape: tuple[int, ...], item_ndim: int) -> Rows:
        """View the data in another shape."""
        is_same = shape == self.array.shape
        array = self.array if is_same else np.broadcast_to(self.array, shape)
        return Rows(array, self.kind, item_ndim, self.name)

    def slab(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return items ``start:stop`` for a kernel, copied if need be."""
        if self.view is not None:
            return self.view[start:stop]
        if len(self.batch) == 1:
            part = self.array[start:stop]
        elif self.batch:
            part = self.array[np.unravel_index(np.arange(start, stop), self.batch)]
        else:
            part = self.array[None]
        return np.require(part, self.dtype, ("C", "ALIGNED"))


def as_rows(value: Any, name: str, item_ndim: int, *, gpu: bool = False) -> Rows:
    """Read an array argument."""
    kind = NUMPY
    if type(value) is np.ndarray:
        array = value
    elif isinstance(value, np.ndarray):
        array = _plain(value, name)
    elif isinstance(value, (list, tuple)):
        array = _from_list(value, name)
    else:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor) or value.device.type != "cpu":
            return _from_elsewhere(value, name, item_ndim, gpu)
        array = _from_tensor(value, name)
        kind = TORCH
    if array.ndim < item_ndim:
        check_axes(array.shape, name, item_ndim)
    return Rows(array, kind, item_ndim, name)


def check_axes(shape: tuple[int, ...], name: str, item_ndim: int) -> None:
    """Refuse an array with too few axes."""
    if len(shape) < item_ndim:
        axes = "(..., length, channels)" if item_ndim == 2 else "(..., coefficients)"
        raise InvalidValueError(
            f"{name} must have shape {axes}, at least {item_ndim} axes; got shape {shape}; "
            f"add the missing axis, for instance with reshape"
        )


def as_path(value: Any, *, gpu: bool = False) -> Rows:
    """Read the argument `path`."""
    rows = as_rows(value, "path", 2, gpu=gpu)
    length, channels = rows.item
    if length < 1 or channels < 1:
        missing = "points" if length < 1 else "channels"
        raise InvalidValueError(
            f"path has no {missing}: its shape {rows.array.shape} must be (..., length, channels) "
            f"with at least one point and one channel"
        )
    return rows


def compute_dtype(dtype: np.dtype[Any], name: str) -> np.dtype[Any]:
    """Return the dtype to compute in."""
    if dtype.kind in "iu":
        return _FLOAT64
    if dtype.type is np.float64 or dtype.type is np.float32:
        return _FLOAT64 if dtype.type is np.float64 else _FLOAT32
    raise InvalidTypeError(
        f"{name} must have dtype {ACCEPTED}, got {dtype}; convert it first, for instance with "
        f"astype(numpy.float64)"
    )


def _plain(value: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise InvalidTypeError(
            f"{name} must not be a masked array, as there is no value at a masked place; use "
            f"filled(...) first"
        )
    return value.view(np.ndarray)


def _from_list(value: Any, name: str) -> npt.NDArray[Any]:
    try:
        array = np.array(value)
    except ValueError as error:
        raise InvalidValueError(
            f"{name} must be a rectangular nested list of numbers; NumPy says: {error}"
        ) from None
    except (TypeError, RuntimeError) as error:
        raise InvalidTypeError(
            f"{name} must be a nested list of numbers; it could not be read: {error}"
        ) from None
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8 or _holds_booleans(value):
        found = "booleans" if array.dtype.kind in "iufb" else f"dtype {array.dtype}"
        raise InvalidTypeError(
            f"{name} must be a nested list of real numbers that fit float64, got {found}"
        )
    return array.astype(np.float64)


def _holds_booleans(value: Any) -> bool:
    """Tell whether a nested list, known to be rectangular, holds a boolean at any depth."""
    stack = [value]
    while stack:
        piece = stack.pop()
        if isinstance(piece, (list, tuple)):
            stack.extend(piece)
        elif is_flag(piece):
            return True
    return False


def _from_elsewhere(value: Any, name: str, item_ndim: int, gpu: bool) -> Rows:
    """Read an argument that is neither an array in the memory of the CPU nor a list."""
    is_on_gpu = devices.is_on_gpu(value)
    if gpu and is_on_gpu:
        rows: Rows = devices.engine().as_rows(value, name, item_ndim)
        return rows
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        raise InvalidTypeError(
            f"{name} must be on the CPU, got a tensor on {value.device}; use {name}.cpu()"
        )
    found = f"{type(value).__module__}.{type(value).__qualname__}"
    if is_on_gpu:
        raise InvalidTypeError(f"{name} must be on the CPU here, got {found}; use {name}.get()")
    raise InvalidTypeError(
        f"{name} must be a NumPy array, a torch CPU tensor or a nested list of numbers, got "
        f"{found}; convert it first, for instance with numpy.asarray"
    )


def _from_tensor(value: Any, name: str) -> npt.NDArray[Any]:
    tensor = dense_tensor(value, name)
    try:
        array: npt.NDArray[Any] = tensor.resolve_neg().numpy()
    except (TypeError, RuntimeError):
        raise InvalidTypeError(
            f"{name} must have dtype {ACCEPTED}, got {value.dtype}; convert it first, for "
            f"instance with {name}.double()"
        ) from None
    return array


def dense_tensor(value: Any, name: str) -> Any:
    """Return a tensor that is dense and records no gradient."""
    torch = sys.modules["torch"]
    if value.layout is not torch.strided:
        raise InvalidTypeError(
            f"{name} must be a dense tensor, got layout {value.layout}; use {name}.to_dense()"
        )
    if value.requires_grad and torch.is_grad_enabled():
        raise InvalidTypeError(
            f"{name} requires a gradient, which this function does not record; use "
            f"{name}.detach(), and the function's backprop for the gradient"
        )
    return value.detach()


def check_alike(first: Rows, second: Rows) -> None:
    """Refuse two arguments of different kind, dtype or batch."""
    check_kinds(first, second)
    if first.batch != second.batch:
        raise InvalidValueError(
            f"{first.name} and {second.name} must have the same leading shape, got {first.batch} "
            f"and {second.batch}; select or repeat rows until they match"
        )


def check_kinds(first: Rows, second: Rows) -> None:
    """Refuse two arguments of different kind or dtype."""
    if first.kind is not second.kind:
        raise InvalidTypeError(
            f"{first.name} and {second.name} must be of one kind, got a {first.kind} and a "
            f"{second.kind}; convert one of them"
        )
    if first.dtype is not second.dtype:
        raise InvalidTypeError(
            f"{first.name} and {second.name} must have one dtype, got {first.dtype} and "
            f"{second.dtype} (integers and lists count as float64); convert one of them"
        )


def slabs(
    n_threads: int, out: npt.NDArray[Any], *arguments: Rows
) -> Iterable[tuple[npt.NDArray[Any], ...]]:
    """Return what to give to a kernel, one after the other."""
    views = []
    for rows in arguments:
        if rows.view is None:
            return _copied_slabs(n_threads, out, arguments)
        views.append(rows.view)
    return [(*views, out)]


def _copied_slabs(
    n_threads: int, out: npt.NDArray[Any], arguments: tuple[Rows, ...]
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    size = max(sum(math.prod(rows.item) for rows in arguments), 1)
    step = max(_SLAB_BYTES // (8 * size), _SLAB_ROWS * n_threads)
    for start in range(0, len(out), step):
        stop = min(start + step, len(out))
        yield (*(rows.slab(start, stop) for rows in arguments), out[start:stop])


def allocate(rows: Rows, *item: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Allocate a result for each item of an argument, uninitialised."""
    shape = rows.batch + item
    try:
        result = np.empty(shape, rows.dtype)
    except (MemoryError, ValueError):
        size = math.prod(shape) * rows.dtype.itemsize
        raise InvalidValueError(
            f"{rows.name}: the result of shape {shape} and dtype {rows.dtype} needs {size:,} "
            f"bytes, which are not to be had; use a smaller batch, degree or dimension"
        ) from None
    if not rows.batch:
        return result, result[None]
    return result, result.reshape(rows.count, *item)


def wrap(result: npt.NDArray[Any], kind: str) -> Any:
    """Return a result as the kind of its argument."""
    return result if kind is NUMPY else sys.modules["torch"].from_numpy(result)
