"""One array argument as a batch of items, on the CPU, and where its results come from.

An argument becomes `Rows`: a plain ndarray whose last axes are one item (a path, a signature) and
whose leading axes are the batch, beside its kind and the dtype to compute in.  Kernels take native,
aligned float32 or float64 of shape ``(batch, *item)`` with any strides.  An array that is not so
is handed over in slabs of rows, so that no copy of a whole batch is ever made.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.integers import once
from treealg.numeric.arguments.kinds import NUMPY, Kind

__all__ = [
    "ACCEPTED",
    "MAX_AXES",
    "ListedRows",
    "Rows",
    "as_batch",
    "check_rank",
    "check_size",
    "compute_dtype",
    "converted",
    "memory_for",
    "out_of_memory",
]

MAX_AXES = 64
"""How many axes an array of NumPy may have."""

_MOST_NUMBERS = 1 << 45
"""More than a process has addresses for are those of a view, in which some are repeated."""

_FLOAT32 = np.dtype(np.float32)
_FLOAT64 = np.dtype(np.float64)
_WORK_BYTES = 1 << 18
_NO_CONTEXT = nullcontext()
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
    kind : Kind
        What results are returned as; on a GPU, a text.
    dtype : numpy.dtype
        Native float32 or float64: what is computed in; complex for dual numbers.
    view : numpy.ndarray or None
        The data as ``(count, *item)`` if kernels can read it in place.
    """

    __slots__ = ("array", "batch", "count", "dtype", "item", "kind", "name", "view")

    def __init__(self, array: npt.NDArray[Any], kind: Kind, item_ndim: int, name: str) -> None:
        self.name = name
        self.array = array
        self.kind: Any = kind
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
            # Complex arrays are those of duals.py; as_rows refuses those of callers.
            self.dtype = dtype if dtype.kind == "c" else compute_dtype(dtype, name)
            self.count = math.prod(self.batch)
            if dtype == self.dtype and dtype is not self.dtype:
                # The native byte order by its name, which kernels do not read; as of Zarr.
                array = self.array = array.view(self.dtype)
            if dtype == self.dtype and array.flags.aligned:
                self.view = as_batch(array, split, writeable=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data."""
        return self.batch + self.item

    @property
    def written(self) -> str:
        """How an array of the data is written, which a list or a table is not yet."""
        return f"numpy.asarray({self.name})" if self.kind is NUMPY else self.name

    def joined(self) -> Rows:
        """Return this; of dual numbers, one array of values and tangents."""
        return self

    def broadcast(self, shape: tuple[int, ...], item_ndim: int) -> Rows:
        """View the data in another shape."""
        is_same = shape == self.array.shape
        check_rank(len(shape), self.name, "the leading axes of the other arguments")
        try:
            array = self.array if is_same else np.broadcast_to(self.array, shape)
        except ValueError:  # there are no integers for so many rows
            raise out_of_memory(self, shape) from None
        return Rows(array, self.kind, item_ndim, self.name)

    def without_scalar(self) -> Rows:
        """View vectors without their first column."""
        return Rows(self.array[..., 1:], self.kind, 1, self.name)

    def scalars(self) -> npt.NDArray[Any]:
        """Return the first column; of dual numbers, that of the values."""
        column: npt.NDArray[Any] = self.array[..., 0].real
        return column

    def slab(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return items ``start:stop`` for a kernel, copied if need be."""
        if self.view is not None:
            return self.view[start:stop]
        if len(self.batch) == 1:
            part = self.array[start:stop]
        elif self.batch:
            with memory_for(f"{self.name}, copied as one batch,"):
                part = self.array[np.unravel_index(np.arange(start, stop), self.batch)]
        else:
            part = self.array[None]
        return converted(part, self.dtype, self.name)

    def whole(self) -> npt.NDArray[Any]:
        """Return all items for a kernel, copied if need be."""
        if self.view is not None:
            return self.view
        array = converted(self.array, self.dtype, self.name)
        view = as_batch(array, len(self.batch), writeable=False)
        if view is None:
            with memory_for(f"{self.name}, copied as one batch,"):
                view = array.reshape(self.count, *self.item)
        return view

    def points(self) -> Any:
        """Return all paths for a kernel of spans."""
        return self.whole()

    def other_scalar(self, units: tuple[int, ...]) -> Any:
        """Return a number in the first column that is no unit and not NaN, None if none is."""
        column = self.scalars()
        column = once(column)
        if column.size == 1:
            value = column.item()
            return None if value in units or value != value else value
        chunks: Any = np.nditer(column, flags=["external_loop", "buffered", "zerosize_ok"])
        for values in chunks:
            is_right = values != values
            for unit in units:
                is_right |= values == unit
            wrong = values[~is_right]
            if wrong.size:
                return wrong[0]
        return None

    @property
    def engine(self) -> engines.HostEngine:
        """What computes on these data."""
        return engines.current()

    @property
    def work_bytes(self) -> int:
        """Memory for intermediate results, beyond which work is done in parts."""
        return _WORK_BYTES

    def active(self) -> AbstractContextManager[Any]:
        """Make the device of the data current, where there are several."""
        return _NO_CONTEXT

    def empty(self, shape: tuple[int, ...]) -> tuple[Any, npt.NDArray[Any]]:
        """Allocate an uninitialised result of the dtype of the data, as it is and as an array."""
        try:
            result = np.empty(shape, self.dtype)
        except (MemoryError, ValueError):
            raise out_of_memory(self, shape) from None
        return result, result

    def wrap(self, result: Any) -> Any:
        """Return a result as the kind of the data; of dual numbers, the tangents.

        What is an array of that kind already, as a caller gave it, is the result itself.
        """
        if not isinstance(result, np.ndarray):
            return result
        if result.dtype.kind == "c":
            result = result.imag.copy()
        return result if self.kind is NUMPY else self.kind.wrap(result)


def as_batch(
    array: npt.NDArray[Any], split: int, *, writeable: bool = True
) -> npt.NDArray[Any] | None:
    """View an array of so many leading axes as ``(count, *item)``, if its strides allow that."""
    shape, strides = array.shape, array.strides
    count = math.prod(shape[:split])
    axes = [(n, s) for n, s in zip(shape[:split], strides, strict=False) if n != 1]
    for (_, outer), (inner_n, inner) in pairwise(axes):
        if outer != inner_n * inner and count:
            return None
    step = axes[-1][1] if axes else 0
    return np.lib.stride_tricks.as_strided(
        array, (count, *shape[split:]), (step, *strides[split:]), writeable=writeable
    )


class ListedRows(Rows):
    """The paths of a list, which lie anywhere.

    They are one array, in which they stand one after the other, for whoever asks for `array` or
    `view`, and then alone.

    Attributes
    ----------
    lines : treealg._fast.Lines
        The paths.
    """

    __slots__ = ("lines",)

    def __init__(self, lines: Any, kind: Kind, name: str) -> None:
        self.name = name
        self.lines = lines
        self.kind = kind
        self.dtype = lines.dtype
        self.count, *item = lines.shape
        self.batch = (self.count,)
        self.item = tuple(item)

    def __getattr__(self, name: str) -> Any:
        if name not in ("array", "view"):
            raise AttributeError(name)
        with memory_for(f"{self.name}, joined to one array,"):
            self.array = self.view = self.lines.whole()
        return self.array

    def points(self) -> Any:
        """Return all paths for a kernel of spans."""
        return self.lines


def check_rank(axes: int, name: str, beside: str) -> None:
    """Refuse an array that would have more axes than one may have, with those of something else."""
    if axes > MAX_AXES:
        raise InvalidValueError(
            f"{name} would have {axes} axes with {beside}, more than the {MAX_AXES} that an array "
            f"may have; join some of the leading axes"
        )


def check_size(shape: tuple[int, ...], name: str) -> None:
    """Refuse an array that no memory holds, as some of its numbers have to be repeated."""
    size = math.prod(shape)
    if size > _MOST_NUMBERS:
        raise InvalidValueError(
            f"{name} must have at most 2**45 numbers, which are more than any memory holds, got "
            f"shape {shape} with {size:,}: in such a view some are repeated, and each would be "
            f"read; give what differs"
        )


def converted(array: npt.NDArray[Any], dtype: np.dtype[Any], name: str) -> npt.NDArray[Any]:
    """Return an array as kernels read it; what is repeated in a view is converted once."""
    part = once(array)
    try:
        found = np.require(part, dtype, ("C", "ALIGNED"))
    except MemoryError:
        size = part.size * dtype.itemsize / 2**30
        raise InvalidValueError(
            f"{name}, converted to {dtype}, needs {size:.1f} GiB, which are not to be had; use a "
            f"smaller batch or shorter paths, or give it in float32 or float64 of this machine"
        ) from None
    return found if part is array else np.broadcast_to(found, array.shape)


@contextmanager
def memory_for(what: str) -> Iterator[None]:
    """Say what does not fit in memory, where it does not."""
    try:
        yield
    except MemoryError:
        raise InvalidValueError(
            f"{what} does not fit in memory; use a smaller batch or shorter paths"
        ) from None


def out_of_memory(rows: Rows, shape: tuple[int, ...]) -> InvalidValueError:
    """Return the error of a result that is too large."""
    size = math.prod(shape) * rows.dtype.itemsize
    return InvalidValueError(
        f"{rows.name}: the result of shape {shape} and dtype {rows.dtype} needs {size:,} bytes, "
        f"which are not to be had; use a smaller batch, degree or dimension"
    )


def compute_dtype(dtype: np.dtype[Any], name: str) -> np.dtype[Any]:
    """Return the dtype to compute in."""
    if dtype.kind in "iu":
        return _FLOAT64
    if dtype.type is np.float64 or dtype.type is np.float32:
        return _FLOAT64 if dtype.type is np.float64 else _FLOAT32
    raise InvalidTypeError(
        f"{name} must have dtype {ACCEPTED}, got {dtype}; {_how_to_convert(dtype, name)}"
    )


def _how_to_convert(dtype: np.dtype[Any], name: str) -> str:
    """Say what to do with an array of a dtype that is not computed with."""
    if dtype.names:
        return f"numpy.lib.recfunctions.structured_to_unstructured({name}) has fields as channels"
    fixes = {
        "c": f"numpy.stack([{name}.real, {name}.imag], axis=-1) has the parts on an axis",
        "M": f"give times as numbers, such as ({name} - {name}[0]) / numpy.timedelta64(1, 's')",
        "m": f"give times as numbers, such as {name} / numpy.timedelta64(1, 's')",
        "O": f"use {name}.astype(numpy.float64), which says what is no number",
    }
    return fixes.get(
        dtype.kind, f"convert it first, for instance with {name}.astype(numpy.float64)"
    )
