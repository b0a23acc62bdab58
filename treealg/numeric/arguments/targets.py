"""Where a caller wants a result, which functions of large results are told by `out`.

Such an array is checked before anything is written: it has to be of the kind, dtype and shape of
the result, and to share no number with an argument, as kernels read these while they write, nor
with another result. It lies in memory as kernels write: C-contiguous; or, of one vector for each
item, as columns of a larger array, such as ``features[:, 3:9]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.kinds import NUMPY, TORCH, Kind, foreign_array, is_array
from treealg.numeric.arguments.rows import Rows, as_batch
from treealg.numeric.arguments.tensors import is_tensor, tensor_array

__all__ = ["Target", "into", "into_each", "refuse_for_lists"]

# Finding out whether two arrays share a number is a search without a bound in odd cases.
_MOST_WORK = 10_000

Floats = npt.NDArray[Any]


class Target:
    """An array for a result.

    Parameters
    ----------
    value : object
        The array, as the caller gave it.
    inputs : sequence of object
        All arguments that may be arrays, or lists of arrays, as the caller gave them.
    name : str, default "out"
        What it is called in messages.
    others : sequence of object
        The arrays for other results.
    """

    __slots__ = ("inputs", "name", "others", "value")

    def __init__(
        self, value: Any, inputs: tuple[Any, ...], name: str = "out", others: tuple[Any, ...] = ()
    ) -> None:
        self.value = value
        self.inputs = inputs
        self.name = name
        self.others = others

    def memory(self, rows: Rows, shape: tuple[int, ...], *, dense: bool = False) -> Floats:
        """Return the memory for a result of a shape, as an array of it.

        The result belongs to an argument, whose kind and dtype it has. If not `dense`, the last
        axis may be part of that of a larger array.
        """
        name = self.name
        if isinstance(rows.kind, str):
            raise InvalidValueError(
                f"{name} must be None for arrays on a GPU; use what is returned"
            )
        array, kind = _read(self, rows, shape)
        if kind is not rows.kind or array.dtype != rows.dtype:
            raise InvalidTypeError(
                f"{name} must be of the kind and dtype of the result, a {rows.kind} of "
                f"{rows.dtype}, got a {kind} of {array.dtype}; {_use(rows, shape)}"
            )
        if array.shape != shape:
            raise InvalidValueError(
                f"{name} must have the shape {shape} of the result, got {array.shape}; "
                f"{_use(rows, shape)}"
            )
        flags = array.flags
        if not (flags.writeable and flags.aligned):
            what = "writable" if flags.aligned else "aligned"
            raise InvalidValueError(
                f"{name} must be {what}, got an array that is not; {_use(rows, shape)}"
            )
        if not (flags.c_contiguous or (not dense and _are_columns(array))):
            also = "" if dense else ", or columns of a C-contiguous array"
            raise InvalidValueError(
                f"{name} must be C-contiguous{also}, got strides {array.strides}; "
                f"{_use(rows, shape)}"
            )
        if any(_share(array, given) for value in self.inputs for given in _arrays(value)):
            raise InvalidValueError(
                f"{name} must not share memory with an argument, which is read while {name} is "
                f"written; copy one of them, or leave {name}=None"
            )
        if any(_share(array, other) for value in self.others for other in _arrays(value)):
            raise InvalidValueError(
                f"{name} must not share memory with another result; give each its own array"
            )
        return array.view(rows.dtype)


def into(out: Any, *inputs: Any) -> Target | None:
    """Return where a result is to be written, None if the caller leaves that open."""
    return None if out is None else Target(out, inputs)


def into_each(out: Any, count: int, *inputs: Any) -> tuple[Target | None, ...]:
    """Return where each of several results is to be written, None for one that is left open."""
    if out is None:
        return (None,) * count
    if not isinstance(out, (tuple, list)):
        raise InvalidTypeError(
            f"out must be a tuple of {count}, an array or None for each result, got a value of "
            f"type {type(out).__qualname__}"
        )
    if len(out) != count:
        raise InvalidValueError(
            f"out must be a tuple of {count}, an array or None for each result, got {len(out)}"
        )
    return tuple(
        None if value is None else Target(value, inputs, f"out[{i}]", (*out[:i], *out[i + 1 :]))
        for i, value in enumerate(out)
    )


def refuse_for_lists(out: Any, name: str = "out") -> None:
    """Refuse an array for a result that is a list, as that of a list of paths is."""
    if out is not None:
        raise InvalidValueError(
            f"{name} must be None for a list of paths, of which the result is a list; use what is "
            "returned"
        )


def _use(rows: Rows, shape: tuple[int, ...]) -> str:
    """Say what makes an array of the kind of a result."""
    module = rows.kind.module
    return f"{module}.empty({shape}, dtype={module}.{rows.dtype}) makes such an array"


def _read(target: Target, rows: Rows, shape: tuple[int, ...]) -> tuple[Floats, Kind]:
    """Return the memory of an array, whatever its dtype, and its kind."""
    value, name = target.value, target.name
    if isinstance(value, np.ndarray):
        if type(value) not in (np.ndarray, np.memmap):
            raise InvalidTypeError(
                f"{name} must be a plain array or a numpy.memmap, got a "
                f"{type(value).__qualname__}, which may mean something else by its numbers; "
                f"{_use(rows, shape)}"
            )
        return value.view(np.ndarray), NUMPY
    if is_tensor(value):
        if value.is_nested or value.device.type != "cpu":
            got = "nested tensor" if value.is_nested else f"tensor on the device {value.device}"
            raise InvalidTypeError(
                f"{name} must be a {rows.kind} of {rows.dtype} to write to, got a {got}; "
                f"{_use(rows, shape)}"
            )
        array = tensor_array(value, name, constant=True)
        if value.is_neg():
            raise InvalidValueError(
                f"{name} must hold its numbers as they are, got a tensor that is negated when it "
                f"is read, as the imaginary part of a conjugate is; {_use(rows, shape)}"
            )
        return array, TORCH
    found = foreign_array(value, name) if is_array(value) else None
    if found is None:
        raise InvalidTypeError(
            f"{name} must be a {rows.kind} of {rows.dtype} to write to, got a value of type "
            f"{type(value).__qualname__}; {_use(rows, shape)}"
        )
    return found


def _are_columns(array: Floats) -> bool:
    """Tell whether vectors are pieces of those of a larger array, one after the other."""
    if array.strides[-1] != array.itemsize and array.shape[-1] > 1:
        return False
    batch = as_batch(array, array.ndim - 1)
    return batch is not None and (len(batch) < 2 or batch.strides[0] >= batch[0].nbytes)


def _arrays(value: Any) -> Iterator[Floats]:
    """Yield the memory of an argument, or that of the arrays in a list."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for piece in value:
            if is_array(piece):
                yield from _arrays(piece)
    elif is_tensor(value):
        plain = value.detach()
        yield (plain._neg_view() if plain.is_neg() else plain).numpy()
    elif is_array(value):
        found = foreign_array(value, "array")
        if found is not None:
            yield found[0]


def _share(one: Floats, other: Floats) -> bool:
    """Tell whether two arrays share a number, or it takes too long to find out."""
    try:
        return np.shares_memory(one, other, max_work=_MOST_WORK)
    except np.exceptions.TooHardError:
        return True
