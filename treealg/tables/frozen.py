"""Arrays that cannot be changed, and the base class of the tables that consist of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from io import BytesIO
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError

__all__ = ["Table", "freeze", "require", "room", "same_numbers", "taken"]

_Scalar = TypeVar("_Scalar", bound=np.generic)


def freeze(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Copy an array into immutable memory.

    Examples
    --------
    >>> freeze(np.arange(3)).flags.writeable
    False
    """
    return np.frombuffer(array.tobytes(), dtype=array.dtype).reshape(array.shape)


def room(size: int, dtype: type[_Scalar]) -> tuple[BytesIO, npt.NDArray[_Scalar]]:
    """Return memory to be `taken`, and zeros in it, of which no view may be left by then.

    Examples
    --------
    >>> grown, numbers = room(3, np.int64)
    >>> numbers[1:] = 7
    >>> del numbers
    >>> taken(grown, np.int64).tolist()
    [0, 7, 7]
    """
    grown = BytesIO()
    if size:
        grown.seek(np.dtype(dtype).itemsize * size - 1)
        grown.write(b"\0")
    return grown, np.frombuffer(grown.getbuffer(), dtype)


def taken(grown: BytesIO, dtype: type[_Scalar]) -> npt.NDArray[_Scalar]:
    """Return numbers that have grown in place as immutable memory, which is that where they are.

    Examples
    --------
    >>> grown = BytesIO()
    >>> grown.write(np.arange(3).data)
    24
    >>> taken(grown, np.int64).tolist(), grown.closed
    ([0, 1, 2], True)
    """
    content = grown.getvalue()
    grown.close()
    return np.frombuffer(content, dtype)


def same_numbers(first: Iterable[Any], second: Iterable[Any]) -> bool:
    """Tell whether arrays have the same numbers, one by one.

    Examples
    --------
    >>> same_numbers([np.arange(3)], [np.arange(3)]), same_numbers([np.arange(3)], [np.ones(3)])
    (True, False)
    """
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def _is_frozen(array: npt.NDArray[Any]) -> bool:
    """Tell whether an array lies side by side in memory that nobody can write to, as kernels read.

    An array that cannot be written to may be a view of one that can.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return isinstance(owner, bytes) and array.flags.c_contiguous and array.flags.aligned


def require(condition: bool | np.bool_, what: str) -> None:
    """Refuse a table whose structure is wrong."""
    if not condition:
        raise InvalidValueError(
            f"not a valid table: {what} does not hold; build it with treealg.tables"
        )


@dataclass(frozen=True, eq=False)
class Table:
    """Base class of the tables: a frozen data class whose fields are integers and arrays.

    Tables are equal that are of one class and have the same numbers.
    """

    def __post_init__(self) -> None:
        for name, dtype in self.array_types().items():
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != dtype or array.ndim != 1:
                raise InvalidValueError(
                    f"{type(self).__name__}.{name} must be a one-dimensional array of {dtype}, got "
                    f"{array!r}; build tables with treealg.tables"
                )
            if not _is_frozen(array):
                object.__setattr__(self, name, freeze(array))
        self.validate()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Table) or type(other) is not type(self):
            return NotImplemented
        integers, arrays = self.parts()
        others, other_arrays = other.parts()
        return integers == others and same_numbers(arrays.values(), other_arrays.values())

    def __hash__(self) -> int:
        # Of sizes alone: arrays may be long, and tables that differ rarely have the same.
        integers, arrays = self.parts()
        return hash((type(self), *integers.values(), *(array.size for array in arrays.values())))

    def __copy__(self) -> Self:
        return self  # nothing of it can be changed

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # Read again as a file is: checked, and in memory that nobody can write to.
        return type(self).from_parts, self.parts()

    def validate(self) -> None:
        """Check the structure: after this no reader of the table leaves its arrays.

        Raises
        ------
        InvalidValueError
            If the arrays do not have the structure that the class documents.
        """

    @classmethod
    def array_types(cls) -> dict[str, np.dtype[Any]]:
        """Return the dtype of each field that is an array.

        Returns
        -------
        dict
            From field name to dtype, in the order of the fields.
        """
        return {f.name: f.metadata["dtype"] for f in fields(cls) if "dtype" in f.metadata}

    @property
    def nbytes(self) -> int:
        """The memory of all arrays, in bytes."""
        return sum(getattr(self, name).nbytes for name in self.array_types())

    @property
    def kernels(self) -> int:
        """The bytes that kernels need at least beside the arrays, to make what they take of it."""
        return 0

    def parts(self) -> tuple[dict[str, int], dict[str, npt.NDArray[Any]]]:
        """Take the table apart into its integers and its arrays.

        Returns
        -------
        tuple of dict
            The integer fields and the array fields by name; the arrays are not copied.
        """
        types = self.array_types()
        integers = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in types}
        return integers, {name: getattr(self, name) for name in types}

    @classmethod
    def from_parts(cls, integers: dict[str, int], arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """Put a table together again.

        Parameters
        ----------
        integers, arrays : dict
            What `parts` returned.

        Returns
        -------
        Table

        Raises
        ------
        InvalidValueError
            If the structure is wrong, or fields are missing, or there are others.
        """
        require(isinstance(integers, dict) and isinstance(arrays, dict), "fields have names")
        names = {f.name for f in fields(cls)}
        require(names == integers.keys() | arrays.keys(), "the fields are those of the class")
        require(
            all(type(value) is int and abs(value) < 2**63 for value in integers.values()),
            "sizes are integers of 64 bits",
        )
        return cls(**integers, **arrays)
