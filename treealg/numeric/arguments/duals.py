"""Dual numbers: values with their tangents, for derivatives in a direction.

A `Dual` may stand where a function of arrays takes an array. It is read as `DualRows`: values and
tangents, which kernels read where they lie, and of what they write only the tangents are kept. For
what else is done on the way there is an array of complex numbers, whose real part is the value and
whose imaginary part the tangent, which is made where it is needed; `walk` makes it for a few items
at a time. What is done on the way to a kernel (paths in line, missing values, a base point) is
linear over the reals, which complex numbers do as dual ones do; products are for kernels, which
know better. Where a result is complex, its imaginary part, the derivative, is what a caller gets
(`Rows.wrap`).

Functions that multiply, divide and take roots themselves, between kernels, are given tangents that
are very small (`is_step`). Of these a function of complex numbers gives the derivative up to terms
of third order, which are below all digits, as in `treealg.complex_step`; what it returns is divided
by the step at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.complex_step import Dual
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.rows import Rows

__all__ = [
    "Dual",
    "DualRows",
    "direction",
    "of_parts",
    "step_of",
    "sum_dtype",
    "sums_by",
    "with_tangent",
]

Floats = npt.NDArray[Any]

_COMPLEX: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.complex64),
    np.dtype(np.float64): np.dtype(np.complex128),
}


def step_of(dtype: np.dtype[Any]) -> float:
    """Return how small tangents of a dtype are made, so that squares of them are lost.

    A power of two, which no digit is lost by, and of float32 one that leaves room to underflow.
    """
    return 2.0**-300 if dtype.itemsize == 8 else 2.0**-40


def sums_by(places: npt.NDArray[Any], values: Floats, size: int) -> Floats:
    """Add up numbers by their places, as `numpy.bincount` does, also dual ones."""
    if values.dtype.kind != "c":
        return np.bincount(places, values, size)
    sums = np.empty(max(size, int(places.max(initial=-1)) + 1), np.complex128)
    sums.real = np.bincount(places, values.real, len(sums))
    sums.imag = np.bincount(places, values.imag, len(sums))
    return sums


def sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return float64, and its complex numbers for dual ones: what sums are taken in."""
    return np.result_type(dtype, np.float64)


class DualRows(Rows):
    """Values and tangents as one argument, which are put side by side when they are asked for.

    Parameters
    ----------
    value : Rows
        The values.
    tangent : Rows or None
        The tangents, of the kind, dtype and shape of the values; None for zero.
    is_step : bool
        Whether tangents are very small, as for a `Dual`.

    Attributes
    ----------
    value, tangent, is_step
        What was given.
    """

    __slots__ = ("is_step", "tangent", "value")

    def __init__(self, value: Rows, tangent: Rows | None, is_step: bool) -> None:
        self.value, self.tangent, self.is_step = value, tangent, is_step
        self.name, self.kind = value.name, value.kind
        self.batch, self.item, self.count = value.batch, value.item, value.count
        self.dtype = _COMPLEX[value.dtype]
        self.view = None

    def __getattr__(self, name: str) -> Any:
        if name != "array":
            raise AttributeError(name)
        tangent = None if self.tangent is None else self.tangent.array
        self.array = self._joined(self.value.array, tangent)
        return self.array

    def _joined(self, value: Floats, tangent: Floats | None) -> Floats:
        both = (value,) if tangent is None else (value, tangent)
        once = tuple(
            slice(None, None if any(x.strides[axis] for x in both) else 1)
            for axis in range(value.ndim)
        )
        if value[once].size < value.size:  # repeated without memory, as the result is
            shape = value.shape
            small = self._joined(value[once], None if tangent is None else tangent[once])
            return np.broadcast_to(small, shape)
        try:
            array = np.empty(value.shape, self.dtype)
        except MemoryError:
            raise InvalidValueError(
                f"{self.name} and its tangent do not fit in memory together; use a smaller batch"
            ) from None
        array.real = value
        array.imag = 0 if tangent is None else tangent
        if self.is_step:
            array.imag *= step_of(self.value.dtype)
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the values."""
        return self.value.shape

    def apart(self) -> tuple[Floats, Floats | None] | None:
        """Return values and tangents as kernels read them where they lie, None if they cannot."""
        value, tangent = self.value.view, None if self.tangent is None else self.tangent.view
        if self.is_step or value is None or (self.tangent is not None and tangent is None):
            return None
        if tangent is not None and tangent.strides != value.strides:
            return None
        return value, tangent

    def joined(self) -> Rows:
        """Return one array of values and tangents."""
        return Rows(self.array, self.kind, len(self.item), self.name)

    def broadcast(self, shape: tuple[int, ...], item_ndim: int) -> Rows:
        """View the data in another shape."""
        return DualRows(
            self.value.broadcast(shape, item_ndim),
            self.tangent and self.tangent.broadcast(shape, item_ndim),
            self.is_step,
        )

    def without_scalar(self) -> Rows:
        """View vectors without their first column."""
        tangent = None if self.tangent is None else self.tangent.without_scalar()
        return DualRows(self.value.without_scalar(), tangent, self.is_step)

    def scalars(self) -> npt.NDArray[Any]:
        """Return the first column of the values; scalars have no tangent."""
        return self.value.scalars()

    def other_scalar(self, units: tuple[int, ...]) -> Any:
        """Return a number in the first column that is no unit and not NaN, None if none is."""
        return self.value.other_scalar(units)

    def slab(self, start: int, stop: int, out: Floats | None = None) -> Floats:
        """Write items ``start:stop`` for a kernel, to memory that may be given."""
        value = self.value.slab(start, stop)
        tangent = None if self.tangent is None else self.tangent.slab(start, stop)
        if out is None or self.is_step:
            return self._joined(value, tangent)
        self.engine.join_tangents(value, tangent, out)
        return out

    def whole(self) -> Floats:
        """Return all items for a kernel."""
        return self.array.reshape(self.count, *self.item)

    def empty_tangents(self, shape: tuple[int, ...]) -> tuple[Any, Floats]:
        """Allocate tangents of a result, as they are and as an array."""
        return self.value.empty(shape)


def of_parts(function: Callable[[Floats], Floats], array: Any) -> Any:
    """Return a linear function of an array, or of the values and tangents of a pair."""
    if isinstance(array, tuple):
        return tuple(None if part is None else function(part) for part in array)
    return function(array)


def direction(rows: Rows, scalar: Any = None) -> tuple[Rows, Any]:
    """Return what a linear map is applied to: of dual numbers the tangents, whose scalar is 0."""
    if not isinstance(rows, DualRows):
        return rows, scalar
    if rows.tangent is not None:
        tangent = rows.tangent
    else:
        zeros = np.broadcast_to(rows.value.dtype.type(0), rows.shape)
        tangent = Rows(zeros, rows.kind, len(rows.item), rows.name)
    return tangent, None if scalar is None else 0.0


def with_tangent(value: Rows, tangent: Rows | None, is_step: bool) -> Rows:
    """Return values with their tangents, which are checked."""
    if tangent is None:
        return DualRows(value, None, is_step)
    if tangent.kind is not value.kind or tangent.dtype is not value.dtype:
        raise InvalidTypeError(
            f"{tangent.name} must be of the kind and dtype of {value.name}, a {value.kind} of "
            f"{value.dtype}, got a {tangent.kind} of {tangent.dtype}; convert it"
        )
    if tangent.shape != value.shape:
        raise InvalidValueError(
            f"{tangent.name} must have the shape of {value.name}, {value.shape}, got "
            f"{tangent.shape}; a tangent has a number for each of the value"
        )
    return DualRows(value, tangent, is_step)
