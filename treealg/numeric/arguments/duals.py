"""Dual numbers: values with their tangents, for derivatives in a direction.

A `Dual` may stand where a function of arrays takes an array. It is read as one array of complex
numbers, whose real part is the value and whose imaginary part the tangent. What is done to it on
the way to a kernel (paths in line, missing values, a base point) is linear over the reals, which
complex numbers do as dual ones do; products are for kernels, which know better. What these write is
complex, too, and its imaginary part, the derivative, is what a caller gets (`Rows.wrap`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.rows import Rows

__all__ = ["Dual", "joined"]


class Dual:
    """A value and its tangent, in place of an array.

    Parameters
    ----------
    value : object
        The array, as a caller gave it.
    tangent : object
        Its tangent, or None for zero.
    name : str
        The name of the tangent, for messages.
    """

    __slots__ = ("name", "tangent", "value")

    def __init__(self, value: Any, tangent: Any, name: str) -> None:
        self.value = value
        self.tangent = tangent
        self.name = name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return np.shape(self.value)


def joined(value: Rows, tangent: Rows | None) -> npt.NDArray[Any]:
    """Return one array of values and tangents."""
    dtype = np.dtype(np.complex64 if value.dtype == np.float32 else np.complex128)
    try:
        array = np.empty(value.array.shape, dtype)
    except MemoryError:
        raise InvalidValueError(
            f"{value.name} and its tangent do not fit in memory together; use a smaller batch"
        ) from None
    array.real = value.array
    if tangent is None:
        array.imag = 0
        return array
    if tangent.kind is not value.kind or tangent.dtype is not value.dtype:
        raise InvalidTypeError(
            f"{tangent.name} must be of the kind and dtype of {value.name}, a {value.kind} of "
            f"{value.dtype}, got a {tangent.kind} of {tangent.dtype}; convert it"
        )
    if tangent.array.shape != value.array.shape:
        raise InvalidValueError(
            f"{tangent.name} must have the shape of {value.name}, {value.array.shape}, got "
            f"{tangent.array.shape}; a tangent has a number for each of the value"
        )
    array.imag = tangent.array
    return array
