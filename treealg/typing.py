"""Types that appear in the signatures of treealg's functions.

PyTorch is optional: where a type checker does not find it, a tensor is `Any`. So is an array of
CuPy, which has no types.

Attributes
----------
Array
    An array that is returned, of the kind of an array that was given. A type checker takes it for
    one of NumPy and lets it pass for any other.
ArrayLike
    An array that is taken: a ``numpy.ndarray`` of float32, float64 or integers, a ``torch.Tensor``
    of such, or a nested list or tuple of real numbers. Other kinds of arrays, which are taken too,
    have no type in common.
ArrayT
    A type variable: an array of NumPy or PyTorch that is computed in its own precision and gives
    one like it. Where there is none the result is a ``numpy.ndarray`` of float64.
Exact
    What is computed in float64: integer arrays, and nested lists and tuples of real numbers.
Gradients
    What a backward function of a path returns: derivatives in the path, a list of them for a list
    of paths; in a tuple with those in a correction and in a base point, if these are arrays.
Nested
    Numbers that say something of paths and are not computed with: a nested list or tuple, or an
    array of NumPy. Frameworks have them as options.
TreeLike
    A `treealg.symbolic` tree or forest, its tuple form, or None for the empty one.
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

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, Union

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import typing_extensions
    from torch import Tensor

    from treealg.symbolic.trees.forests import Forest, OrderedForest
    from treealg.symbolic.trees.rooted import RootedTree

__all__ = [
    "Array",
    "ArrayLike",
    "ArrayT",
    "Exact",
    "Gradients",
    "Nested",
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

    def index(self, value: Any, /) -> int:
        """Return where a value is; arrays have no such method."""


Exact: TypeAlias = npt.NDArray[np.integer[Any]] | NestedSequence[Real | RealArray]
Nested: TypeAlias = npt.NDArray[Any] | NestedSequence[Any]
Array: TypeAlias = npt.NDArray[np.floating[Any]] | Any
Gradients: TypeAlias = Array | list[Array] | tuple[Array | list[Array], ...]
ArrayLike: TypeAlias = Union[RealArray, NestedSequence[Real | RealArray], "Tensor"]

if TYPE_CHECKING:
    ArrayT = typing_extensions.TypeVar(
        "ArrayT",
        npt.NDArray[np.float64],
        npt.NDArray[np.floating[Any]],
        Tensor,
        default=npt.NDArray[np.float64],
    )
else:
    ArrayT = TypeVar("ArrayT")

TupleForm: TypeAlias = tuple[Any, ...] | None
Word: TypeAlias = tuple[int, ...]
TreeLike: TypeAlias = Union["RootedTree", "Forest", "OrderedForest", TupleForm]
