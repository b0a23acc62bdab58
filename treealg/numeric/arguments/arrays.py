"""Arrays in: the one place that tells NumPy arrays, lists, tables, tensors and all others apart.

torch is never imported: an object can only be a tensor if its owner has imported torch already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.duals import Dual, with_tangent
from treealg.numeric.arguments.foreign import not_an_array
from treealg.numeric.arguments.integers import (
    as_held,
    exact_values,
    from_first_point,
    until_end,
)
from treealg.numeric.arguments.kinds import (
    NUMPY,
    TORCH,
    Kind,
    foreign_array,
    is_array,
)
from treealg.numeric.arguments.lists import list_array
from treealg.numeric.arguments.rows import Rows, check_size, compute_dtype, memory_for
from treealg.numeric.arguments.tables import is_table, table_array
from treealg.numeric.arguments.tensors import check_has_numbers, is_tensor, tensor_array
from treealg.sequences import refuse_masked, shape_of

__all__ = [
    "as_path",
    "as_rows",
    "check_alike",
    "check_axes",
    "check_kinds",
    "refuse_on_device",
]


Convert: TypeAlias = Callable[[npt.NDArray[Any], str], npt.NDArray[Any]]

_PATH = "length", "channels"
_AXES: dict[int, tuple[str, ...]] = {0: (), 1: ("coefficients",), 2: _PATH}


def as_rows(
    value: Any,
    name: str,
    item_ndim: int,
    *,
    gpu: bool = False,
    convert: Convert = as_held,
    axes: tuple[str, ...] | None = None,
    listed: bool = False,
) -> Rows:
    """Read an array argument; `convert` is what to do with integers.

    The axes of an item have names in messages: those of a path or a vector, unless they are given.
    Whether items might be `listed` one by one instead is said where they do not fit together.
    """
    axes = _AXES[item_ndim] if axes is None else axes
    kind: Kind = NUMPY
    if type(value) is np.ndarray:
        array = value
    elif isinstance(value, np.ndarray):
        array = value = _plain(value, name)
    elif isinstance(value, (list, tuple)):
        array = list_array(value, name, of_paths=axes == _PATH, listed=listed)
    elif is_tensor(value) and value.device.type == "cpu":
        array, kind = tensor_array(value, name, listed=listed), TORCH
    elif is_table(value):
        array = table_array(value, name)
    elif engines.is_on_gpu(value) and gpu:
        return _on_gpu(value, name, item_ndim)
    elif isinstance(value, Dual):
        return _dual(value, name, axes, convert, listed)
    else:
        array, kind = _from_elsewhere(value, name, listed, axes == _PATH)
    if array.dtype.kind not in "fiuO":
        compute_dtype(array.dtype, name)
    if array.dtype.kind == "O" and not array.ndim:
        # NumPy could make nothing of it.
        raise not_an_array(array.item(), name, of_paths=axes == _PATH)
    if array.ndim < item_ndim:
        _refuse_arrays_as_objects(array, name)
        check_axes(array.shape, name, axes)
    check_size(array.shape, name)
    if array.dtype.kind in "iuO" and (array.dtype.kind != "O" or array is not value):
        with memory_for(f"{name}, as floats,"):
            array = convert(array, name)
    return Rows(array, kind, item_ndim, name)


def as_path(
    value: Any,
    name: str = "path",
    *,
    gpu: bool = False,
    values: bool = False,
    counts: Callable[[tuple[int, ...]], npt.NDArray[np.int64]] | None = None,
    listed: bool = True,
) -> Rows:
    """Read an argument that is a path, or a batch of them.

    Of integers that float64 does not hold, differences from the first point are taken, unless the
    `values` of the points themselves are wanted. Where paths end before their array does, `counts`
    tells from its shape how many points each has, as those after the end are not looked at.
    Whether paths may be `listed` instead is said where they do not fit together.
    """
    convert: Convert = exact_values if values else from_first_point
    if counts is not None:
        convert = _of_ends(convert, counts)
    rows = as_rows(value, name, 2, gpu=gpu, convert=convert, listed=listed)
    length, channels = rows.item
    if length < 1 or channels < 1:
        missing = "points" if length < 1 else "channels"
        raise InvalidValueError(
            f"{name} has no {missing}: its shape {rows.array.shape} must be (..., length, "
            f"channels) with at least one point and one channel"
        )
    return rows


def _of_ends(
    convert: Convert, counts: Callable[[tuple[int, ...]], npt.NDArray[np.int64]]
) -> Convert:
    """Return what converts paths with their first points in the place of those after the end."""

    def converted(points: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
        if points.size:
            points = until_end(points, counts(points.shape))
        return convert(points, name)

    return converted


def check_axes(shape: tuple[int, ...], name: str, axes: tuple[str, ...]) -> None:
    """Refuse an array with fewer axes than an item has, which are given by name."""
    if len(shape) < len(axes):
        is_line = len(shape) == 1 and axes == _PATH
        missing = "reshaped to (-1, 1) it has one channel, and to (1, -1) one point"
        least = "1 axis" if len(axes) == 1 else f"{len(axes)} axes"
        raise InvalidValueError(
            f"{name} must have shape (..., {', '.join(axes)}), at least {least}; got shape "
            f"{shape}; {missing if is_line else 'add the missing axis, for instance with reshape'}"
        )


def _refuse_arrays_as_objects(array: npt.NDArray[Any], name: str) -> None:
    """Refuse an array of arrays, which NumPy makes of several that are not equally long."""
    if array.dtype.kind == "O" and array.size and _is_nested(array.flat[0]):
        raise InvalidTypeError(
            f"{name} must be an array of numbers, got one of shape {array.shape} whose entries are "
            f"{type(array.flat[0]).__name__}; list({name}) is a list of them, which is taken where "
            f"paths of different lengths are"
        )


def _is_nested(entry: Any) -> bool:
    return isinstance(entry, (list, tuple)) or len(shape_of(entry)) > 0


def _plain(value: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    refuse_masked(value, name)
    return value.view(np.ndarray)


def _on_gpu(value: Any, name: str, item_ndim: int) -> Rows:
    rows: Rows = engines.read_on_gpu(value, name, item_ndim)
    return rows


def _dual(value: Dual, name: str, axes: tuple[str, ...], convert: Convert, listed: bool) -> Rows:
    """Read values and tangents; of integers that are large, tangents are those of differences."""
    rows = as_rows(value.value, name, len(axes), convert=convert, axes=axes, listed=listed)
    own = None
    if value.tangent is not None:
        own = as_rows(value.tangent, value.name, len(axes), axes=axes)
    return with_tangent(rows, own, value.is_step)


def _from_elsewhere(
    value: Any, name: str, listed: bool, of_paths: bool
) -> tuple[npt.NDArray[Any], Kind]:
    """Read an array of a kind that is not known by name."""
    if is_tensor(value):
        check_has_numbers(value, name)
        raise InvalidTypeError(
            f"{name} must be on the CPU, got a tensor on {value.device}; use {name}.cpu()"
        )
    if engines.is_on_gpu(value):
        found = f"{type(value).__module__}.{type(value).__qualname__}"
        raise InvalidTypeError(f"{name} must be on the CPU here, got {found}; use {name}.get()")
    read = foreign_array(value, name) if is_array(value) else None
    if read is None:
        raise not_an_array(value, name, listed=listed, of_paths=of_paths)
    return read


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
            f"{first.name} and {second.name} must have one dtype, got {_given(first)} and "
            f"{_given(second)} (integers and lists count as float64); convert one of them"
        )


def _given(rows: Rows) -> np.dtype[Any]:
    """Return the dtype of an argument; dual numbers have that of their values."""
    return np.empty(0, rows.dtype).real.dtype


def refuse_on_device(value: Any, what: str) -> None:
    """Refuse an option for arrays on a GPU."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    if engines.is_on_gpu(first):
        raise InvalidValueError(
            f"{what} must be left out for a path on a GPU; compute on the CPU instead"
        )
