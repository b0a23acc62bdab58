"""Types that appear in the signatures of treealg's functions.

No package that is optional is imported: what treealg takes of one is told by its methods, so that
types are the same whatever is installed. An array of CuPy, which has no types, is `Any`.

Attributes
----------
Array
    An array that is returned, of the kind of an array that was given. A type checker takes it for
    one of NumPy and lets it pass for any other.
ArrayLike
    An array that is taken: a ``numpy.ndarray`` of float32, float64 or integers, a DataFrame or a
    Series of numbers, a nested list or tuple of real numbers, or an array of another package that
    speaks DLPack, such as a ``torch.Tensor``.
ArrayT
    A type variable: an array of NumPy that is computed in its own precision and gives one like it.
    Where there is none the result is a ``numpy.ndarray`` of float64.
Exact
    What is computed in float64: integer arrays, tables, and nested lists and tuples of real
    numbers. A table of float32 is computed in float32, which its type does not tell.
Gradients
    What a backward function of a path returns: derivatives in the path, a list of them for a list
    of paths; in a tuple with those in a correction and in a base point, if these are arrays.
Nested
    Numbers that say something of paths and are not computed with: a nested list or tuple, or an
    array of NumPy. Frameworks have them as options.
OtherT
    A type variable: an array of another package than NumPy, such as a tensor, that gives one of its
    kind.
Times
    Values of the time channel: an array that is taken, or dates or durations, as an array of
    NumPy, a Series, or a nested list or tuple.
TreeLike
    A `treealg.symbolic` tree or forest, the element with it as its only term, its tuple form, or
    None for the empty one.
TupleForm
    A tree as ``(child_1, ..., child_k, root_label)``, a planar forest as a tuple of such trees, or
    None for the empty one.
Word
    Letters, which are integers; the empty word is ``()``.
"""

from __future__ import annotations

if __name__ == "typing":
    raise ImportError(
        "treealg: Python looks for modules within the folder of the package treealg, whose "
        "typing.py hides Python's own; start it in another folder, such as the one above"
    )

from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, Union

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import typing_extensions

    from treealg.symbolic.linear.elements import Element
    from treealg.symbolic.trees.forests import Forest, OrderedForest
    from treealg.symbolic.trees.rooted import RootedTree

__all__ = [
    "Array",
    "ArrayLike",
    "ArrayT",
    "Exact",
    "Gradients",
    "Nested",
    "OtherT",
    "Times",
    "TreeLike",
    "TupleForm",
    "Word",
]

Real: TypeAlias = float | np.floating[Any] | np.integer[Any]
RealArray: TypeAlias = npt.NDArray[np.floating[Any] | np.integer[Any]]
T_co = TypeVar("T_co", covariant=True)


class NestedSequence(Protocol[T_co]):
    """A list or tuple, or a list or tuple of such; type checkers read a union less well."""

    def __len__(self, /) -> int:
        """Return the number of entries."""

    def __getitem__(self, index: int, /) -> T_co | NestedSequence[T_co]:
        """Return an entry."""

    @property
    def count(self) -> object:
        """The function that counts a value; arrays have none of this name."""

    def __contains__(self, value: object, /) -> bool:
        """Tell whether a value is in it; text and bytes are asked for such alone."""


class StandardArray(Protocol):
    """An array that speaks DLPack and is not of NumPy, which tells its device by plain integers."""

    def __dlpack__(self) -> Any:
        """Return the memory of the array."""

    def __dlpack_device__(self) -> tuple[Enum, int]:
        """Return the kind of the device and its number."""


class ArrayOfJAX(Protocol):
    """An array of JAX, whose type does not say that it tells its device."""

    def __dlpack__(self) -> Any:
        """Return the memory of the array."""

    def block_until_ready(self) -> Any:
        """Wait for its numbers, and return the array."""


class Table(Protocol):
    """A DataFrame or a Series of pandas or polars; an index of pandas has no samples."""

    @property
    def to_numpy(self) -> Any:
        """The function that returns the numbers."""

    @property
    def sample(self) -> Any:
        """The function that returns some of the rows; arrays have no such method."""


class Column(Protocol):
    """A Series of pandas or polars, or an index of pandas."""

    @property
    def to_numpy(self) -> Any:
        """The function that returns the values."""

    @property
    def to_list(self) -> Any:
        """The function that returns them in a list; arrays have no such method."""


OtherArray: TypeAlias = StandardArray | ArrayOfJAX
Moment: TypeAlias = date | timedelta | np.datetime64 | np.timedelta64
MomentArray: TypeAlias = npt.NDArray[np.datetime64 | np.timedelta64 | np.object_]

Exact: TypeAlias = npt.NDArray[np.integer[Any]] | Table | NestedSequence[Real | RealArray | Table]
Nested: TypeAlias = npt.NDArray[Any] | NestedSequence[Any]
Array: TypeAlias = npt.NDArray[np.floating[Any]] | Any
Gradients: TypeAlias = Array | list[Array] | tuple[Array | list[Array], ...]
ArrayLike: TypeAlias = (
    RealArray | Table | NestedSequence[Real | RealArray | Table | OtherArray] | OtherArray
)
Times: TypeAlias = (
    ArrayLike
    | MomentArray
    | Column
    | NestedSequence[Real | RealArray | OtherArray | Moment | MomentArray | Column]
)

if TYPE_CHECKING:
    ArrayT = typing_extensions.TypeVar(
        "ArrayT",
        npt.NDArray[np.float64],
        npt.NDArray[np.floating[Any]],
        default=npt.NDArray[np.float64],
    )
    OtherT = typing_extensions.TypeVar("OtherT", bound=OtherArray)
else:
    ArrayT = TypeVar("ArrayT")
    OtherT = TypeVar("OtherT")

TupleForm: TypeAlias = tuple[Any, ...] | None
Word: TypeAlias = tuple[int, ...]
TreeLike: TypeAlias = Union["RootedTree", "Forest", "OrderedForest", "Element", TupleForm]
