"""Arrays in: the one place that knows NumPy arrays, nested lists and torch tensors.

torch is never imported: an object can only be a tensor if its owner has imported torch already.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.checks import is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.rows import ACCEPTED, NUMPY, TORCH, Rows

__all__ = [
    "as_path",
    "as_rows",
    "check_alike",
    "check_axes",
    "check_kinds",
    "dense_tensor",
    "refuse_on_device",
]


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
    is_on_gpu = engines.is_on_gpu(value)
    if gpu and is_on_gpu:
        rows: Rows = engines.read_on_gpu(value, name, item_ndim)
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


def refuse_on_device(value: Any, what: str) -> None:
    """Refuse an option for arrays on a GPU."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    if engines.is_on_gpu(first):
        raise InvalidValueError(
            f"{what} must be left out for a path on a GPU; compute on the CPU instead"
        )
