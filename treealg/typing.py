"""Types that appear in the signatures of treealg's functions.

`Array` and `ArrayLike` are `Any` to a type checker, because torch is optional; what they stand for
is said here and checked at run time.

Attributes
----------
Array
    A ``numpy.ndarray`` or a ``torch.Tensor`` on the CPU, of float32 or float64; for functions that
    also compute on GPUs a ``cupy.ndarray`` or a ``torch.Tensor`` there.
ArrayLike
    An `Array`, a NumPy array or CPU tensor of integers, or a nested list or tuple of real numbers.
    Integers and lists are computed in float64 and give a float64 result.
TreeLike
    A `treealg.symbolic` tree or forest, its tuple form, or None for the empty one.
TupleForm
    A tree as ``(child_1, ..., child_k, root_label)``, a planar forest as a tuple of such trees, or
    None for the empty one.
"""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["Array", "ArrayLike", "TreeLike", "TupleForm"]

Array: TypeAlias = Any
ArrayLike: TypeAlias = Any
TreeLike: TypeAlias = Any
TupleForm: TypeAlias = tuple[Any, ...] | None
