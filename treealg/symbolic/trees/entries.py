"""Values of the algebra beside arrays of NumPy and matrices of SymPy: each of them is one entry.

A sum of trees has a length and items, and so has a sequence; NumPy would take its keys for entries
of an array, and drop its coefficients.
"""

from __future__ import annotations

from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError

__all__ = ["Entry"]


class Entry:
    """A value that is one entry of an array, whatever it is made of, and never a number.

    Scalars of NumPy and matrices of SymPy on the left leave operations to it; an array is no
    scalar, so that it is refused there.
    """

    __slots__ = ()
    __array_ufunc__ = None
    _op_priority = 100.0
    ndim = 0  # by which pandas tells what is one cell from what is a list of them

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy as np

        found = np.dtype(object if dtype is None else dtype)
        if found.kind not in "OSTU":  # NumPy makes texts itself
            raise InvalidTypeError(
                f"{brief(self)} of type {type(self).__name__} is no number, so that there is no "
                f"array of it with dtype {found}; use dtype=object, or make an array of its "
                "coefficients"
            )
        array = np.empty((), object)
        array[()] = self
        return array
