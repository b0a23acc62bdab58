"""Sparse rows that refer to earlier ones, and grow in place while tables by weight are made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from treealg.tables.layout import IntArray
from treealg.tables.linear_map import FloatArray, expand
from treealg.tables.sizes import check_entries

__all__ = ["SparseRows", "unit_row"]


class SparseRows:
    """Rows of entries, of so many indices and a coefficient each.

    Parameters
    ----------
    indices : int
        The number of indices, each below 2**31.
    what : str
        What is made, for messages: more entries than tables may have are refused.

    Examples
    --------
    >>> rows = unit_row(1, "the table")
    >>> rows.extend(np.array([0, 2]), [np.array([3, 4])], np.array([1.0, 2.0]))
    >>> rows.sizes().tolist()
    [1, 0, 2]
    >>> place, entry = rows.entries(np.array([2, 0]))
    >>> place.tolist(), rows.take(entry)
    ([0, 0, 1], ([array([3, 4, 0])], array([1., 2., 1.])))
    """

    def __init__(self, indices: int, what: str) -> None:
        self.size = 0
        self.what = what
        # They grow in place, which takes no room for what is done twice.
        self._ptr = bytearray(np.zeros(1, dtype=np.int64).data)
        self._columns = tuple(bytearray() for _ in range(indices))
        self._coef = bytearray()

    def extend(self, sizes: IntArray, columns: Sequence[IntArray], coef: FloatArray) -> None:
        """Add rows of so many entries."""
        check_entries(self.size + coef.size, self.what)
        self._ptr += (self.size + np.cumsum(sizes, dtype=np.int64)).data
        for column, more in zip(self._columns, columns, strict=True):
            column += more.astype(np.int32).data
        self._coef += coef.astype(np.float64, copy=False).data
        self.size += coef.size

    def sizes(self, rows: IntArray | slice = slice(None)) -> IntArray:
        """Return the number of entries of each of some rows, or of all."""
        ptr = np.frombuffer(self._ptr, np.int64)
        sizes: IntArray = ptr[1:][rows] - ptr[:-1][rows]
        return sizes

    def entries(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return of several rows, one after the other, the place of each row and its entries."""
        return expand(np.frombuffer(self._ptr, np.int64), rows)

    def take(self, entry: IntArray | slice) -> tuple[list[IntArray], FloatArray]:
        """Return the indices and the coefficients of some entries."""
        columns = [np.frombuffer(column, np.int32)[entry] for column in self._columns]
        coef = np.frombuffer(self._coef, np.float64)[entry]
        return [column.astype(np.int64) for column in columns], coef.copy()


def unit_row(indices: int, what: str) -> SparseRows:
    """Return the row of the unit, whose indices are 0."""
    rows = SparseRows(indices, what)
    zero = np.zeros(1, dtype=np.int64)
    rows.extend(np.ones(1, dtype=np.int64), [zero] * indices, np.ones(1))
    return rows
