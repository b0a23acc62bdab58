"""Sparse linear maps on blocks of coefficients, and the merging of equal entries.

A map of width w acts on vectors whose coefficients come in blocks of w; each entry carries a
whole input block to a whole output block, label by label. Coefficients are integers that float64
holds exactly; a larger one is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.optional import require as require_package
from treealg.tables.foresight import Needs
from treealg.tables.frozen import Table, require, taken
from treealg.tables.layout import IntArray
from treealg.tables.sizes import check_entries

__all__ = [
    "EXACT",
    "LinearMap",
    "check_ascending",
    "check_exact",
    "check_pointer",
    "expand",
    "linear_map_of",
    "map_bytes",
    "map_needs",
    "merge",
    "merge_below",
]

FloatArray = npt.NDArray[np.float64]

_PART = 1 << 16
_SMALL = 2**31
_MANY = 1 << 11

EXACT = 2.0**53
"""Below this every integer is a float64, and a sum of such products that stays below is exact."""


@dataclass(frozen=True, eq=False)
class LinearMap(Table):
    """A sparse matrix of integers, each of which stands for a block on the diagonal.

    ``out[r * width + a]`` is the sum over ``ptr[r] <= e < ptr[r + 1]`` of
    ``coef[e] * in[col[e] * width + a]``, for each a below `width`.

    Parameters
    ----------
    width : int
        Coefficients per block.
    n_rows, n_cols : int
        Blocks of the output and of the input.
    ptr : numpy.ndarray
        int64, shape ``(n_rows + 1,)``: where each row begins.
    col : numpy.ndarray
        int32, shape ``(entries,)``: input blocks, ascending within a row.
    coef : numpy.ndarray
        float64, shape ``(entries,)``: non-zero integers below 2**53 in size.

    Raises
    ------
    InvalidValueError
        If the arrays do not have this structure.

    Notes
    -----
    Arrays are immutable; those given writable are copied. Maps compare by identity.

    Examples
    --------
    >>> from treealg.tables import arborification
    >>> phi = arborification(1, 3, planar=False)  # trees b, l2, ch, l3 from words of 1, 2, 3
    >>> phi.ptr.tolist(), phi.col.tolist(), phi.coef.tolist()
    ([0, 1, 2, 3, 4], [0, 1, 2, 2], [1.0, 1.0, 2.0, 1.0])
    """

    width: int
    n_rows: int
    n_cols: int
    ptr: IntArray = field(metadata={"dtype": np.dtype(np.int64)})
    col: npt.NDArray[np.int32] = field(metadata={"dtype": np.dtype(np.int32)})
    coef: FloatArray = field(metadata={"dtype": np.dtype(np.float64)})

    @property
    def shape(self) -> tuple[int, int]:
        """Coefficients of the output and of the input."""
        return self.n_rows * self.width, self.n_cols * self.width

    @property
    def kernels(self) -> int:
        """The bytes that kernels need at least beside the arrays, to make what they take of it."""
        moved = self.col.size > self.n_rows and not _are_ones(self.coef)
        return map_needs(self.col.size, self.n_rows, moved=moved).kernels

    def csr(self) -> tuple[FloatArray, IntArray, IntArray]:
        """Return the matrix on coefficients, not on blocks of them, in compressed rows.

        Returns
        -------
        data : numpy.ndarray
            float64, shape ``(entries * width,)``.
        indices : numpy.ndarray
            int64, of the same shape: columns, ascending within a row.
        indptr : numpy.ndarray
            int64, shape ``(n_rows * width + 1,)``: where each row begins.

        See Also
        --------
        to_scipy : The same as an array of SciPy.

        Examples
        --------
        >>> from treealg.tables import arborification
        >>> data, indices, indptr = arborification(2, 2).csr()
        >>> indices.tolist(), indptr.tolist()
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5, 6])
        """
        width = self.width
        counts = np.repeat(np.diff(self.ptr), width)
        indptr = np.concatenate(([0], np.cumsum(counts)))
        label = np.repeat(np.arange(self.n_rows * width) % width, counts)
        first = np.repeat(np.repeat(self.ptr[:-1], width), counts)
        entry = first + np.arange(len(label)) - np.repeat(indptr[:-1], counts)
        indices: IntArray = self.col[entry].astype(np.int64) * width + label
        return self.coef[entry], indices, indptr

    def to_scipy(self) -> Any:
        """Return the matrix on coefficients as a sparse array of SciPy.

        Returns
        -------
        scipy.sparse.csr_array, shape ``(n_rows * width, n_cols * width)``
            Of float64, with sorted columns.

        Raises
        ------
        MissingDependencyError
            If SciPy is not installed.

        Examples
        --------
        >>> from treealg.tables import arborification
        >>> arborification(1, 3).to_scipy().toarray().tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 1.0]]
        """
        sparse = require_package("scipy.sparse", extra="scipy")
        return sparse.csr_array(self.csr(), shape=self.shape)

    def validate(self) -> None:
        """Check the structure that the class documents.

        Raises
        ------
        InvalidValueError
            If it does not hold.
        """
        require(min(self.width, self.n_rows + 1, self.n_cols + 1) >= 1, "sizes are positive")
        require(self.ptr.size == self.n_rows + 1, "ptr has one entry per row and one more")
        require(self.coef.size == self.col.size, "col and coef have the same length")
        check_pointer(self.ptr, self.col.size)
        if not self.col.size:
            return
        require(self.col.min() >= 0 and self.col.max() < self.n_cols, "col is a block of the input")
        check_ascending(self.ptr, self.col)
        within = self.coef.min() > -EXACT and self.coef.max() < EXACT
        require(within and self.coef.all(), "0 < |coef| < 2**53")
        require(_are_integers(self.coef), "coefficients are integers")


def map_needs(entries: int, rows: int = 0, *, moved: bool = True) -> Needs:
    """Return what a map of so many entries and rows needs.

    Kernels have coefficients in single precision beside it, and where in each row those end that
    are 1. Where such entries are `moved` before others, there are copies of all.

    Examples
    --------
    >>> map_needs(3)[:2], map_needs(3, 2, moved=False)[:2]
    ((36, 48), (52, 28))
    """
    beside = 4 * entries + 8 * rows
    return Needs(map_bytes(entries) + 8 * rows, beside + (map_bytes(entries) if moved else 0))


def map_bytes(entries: int) -> int:
    """Return the bytes of the columns and coefficients of a map of so many entries.

    Examples
    --------
    >>> map_bytes(3)
    36
    """
    return 12 * entries


def _are_integers(values: FloatArray) -> bool:
    """Tell whether all floats are integers."""
    return all(bool((np.trunc(part) == part).all()) for part in _parts(values))


def _are_ones(values: FloatArray) -> bool:
    """Tell whether all floats are 1."""
    return all(bool((part == 1).all()) for part in _parts(values))


def _parts(values: FloatArray) -> Iterator[FloatArray]:
    """Yield a part at a time, as there may be many."""
    return (values[begin : begin + _PART] for begin in range(0, values.size, _PART))


def check_pointer(ptr: IntArray, entries: int, first: int = 0) -> None:
    """Refuse a row pointer that is not monotone from `first` to the number of entries."""
    ends = ptr.size and ptr[0] == first and ptr[-1] == entries
    require(bool(ends), "the row pointer goes from 0 to the entries")
    # No differences: those of numbers that are far enough apart are of the other sign.
    require((ptr[1:] >= ptr[:-1]).all(), "the row pointer is monotone")


def check_ascending(ptr: IntArray, col: npt.NDArray[np.int32]) -> None:
    """Refuse columns, of which there are some, that do not ascend within a row."""
    ascending = col[1:] > col[:-1]
    begins = ptr[1:-1]
    ascending[begins[(begins > 0) & (begins < col.size)] - 1] = True
    require(ascending.all(), "columns ascend within a row")


def expand(ptr: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """List the entries of several rows of a sparse table, one row after the other.

    Examples
    --------
    >>> source, entry = expand(np.array([0, 2, 3]), np.array([1, 0]))
    >>> source.tolist(), entry.tolist()
    ([0, 1, 1], [2, 0, 1])
    """
    begin = ptr[rows]
    size = ptr[rows + 1] - begin
    stop = np.cumsum(size)
    source = np.repeat(np.arange(size.size), size)
    entry = np.arange(source.size) + np.repeat(begin - (stop - size), size)
    return source, entry


def merge(key: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Sort entries by key, add those of equal key, and drop zeros; values are integers.

    Examples
    --------
    >>> key, value = merge(np.array([3, 1, 3]), np.array([1.0, 5.0, 2.0]))
    >>> key.tolist(), value.tolist()
    ([1, 3], [5.0, 3.0])
    """
    if not key.size:
        return key, value
    key, value = _sorted(key, value)
    is_new = key[1:] != key[:-1]
    if is_new.all():
        check_exact(np.abs(value).max())
    else:
        begins = np.flatnonzero(np.concatenate(([True], is_new)))
        # Sums of sizes round monotonically: if one of some of them reaches 2**53 in exact
        # arithmetic, so does that of all.
        if np.abs(value).sum() >= EXACT:
            check_exact(np.add.reduceat(np.abs(value), begins).max())
        value = np.add.reduceat(value, begins)
        key = key[begins]
    keep = value != 0
    return (key, value) if keep.all() else (key[keep], value[keep])


def _sorted(key: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Sort entries by key, equal keys in any order, as their sums are exact.

    Keys, if there are many, carry the values, which are integers, with them where both have room in
    63 bits.
    """
    if key.size < _MANY:
        order = np.argsort(key)
        return key[order], value[order]
    low, high = float(value.min()), float(value.max())
    if high - low < _SMALL and key.min() >= 0:
        bits = int(high - low).bit_length()
        if int(key.max()).bit_length() + bits <= 63:
            both = key << bits
            both |= (value - low).astype(np.int64)
            both.sort()
            value = (both & ((1 << bits) - 1)).astype(np.float64)
            return both >> bits, value + low
    order = np.argsort(key)
    return key[order], value[order]


def merge_below(bound: int, key: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Do what `merge` does with keys below a bound, without sorting where most keys occur.

    Examples
    --------
    >>> key, value = merge_below(4, np.array([3, 1, 3]), np.array([1.0, 5.0, 2.0]))
    >>> key.tolist(), value.tolist()
    ([1, 3], [5.0, 3.0])
    """
    if bound > key.size:
        return merge(key, value)
    if np.abs(value).sum() >= EXACT:  # else no sum of some of them is that large
        check_exact(np.bincount(key, np.abs(value)).max())
    total = np.bincount(key, value).astype(np.float64, copy=False)
    key = np.flatnonzero(total)
    return key, total[key]


def check_exact(coefficient: float) -> None:
    """Refuse a table that has a coefficient of this size, or a larger one."""
    if coefficient >= EXACT:
        raise InvalidValueError(
            "a coefficient of this table is 2**53 or more, which float64 does not hold exactly; "
            "lower the degree"
        )


def linear_map_of(
    width: int,
    n_cols: int,
    parts: Iterable[tuple[npt.NDArray[Any], npt.NDArray[Any], FloatArray]],
    what: str,
) -> LinearMap:
    """Build a map from rows that come some at a time: how many entries each has, and these.

    Examples
    --------
    >>> part = np.array([0, 2]), np.array([0, 2]), np.ones(2)
    >>> linear_map_of(1, 3, [part, part], "the map").ptr.tolist()
    [0, 0, 2, 2, 4]
    """
    # They grow in place, which takes no room for what is done twice.
    ptr, columns, coefs = BytesIO(), BytesIO(), BytesIO()
    ptr.write(bytes(8))
    for sizes, col, coef in parts:
        before = coefs.tell() // 8
        check_entries(before + coef.size, what)
        ptr.write((before + np.cumsum(sizes, dtype=np.int64)).data)
        columns.write(col.astype(np.int32, copy=False).data)
        coefs.write(coef.data)
    begins = taken(ptr, np.int64)
    col, coef = taken(columns, np.int32), taken(coefs, np.float64)
    return LinearMap(width, begins.size - 1, n_cols, begins, col, coef)


def from_keys(width: int, n_rows: int, n_cols: int, key: IntArray, coef: FloatArray) -> LinearMap:
    """Build a map from merged entries."""
    ptr = np.zeros(n_rows + 1, dtype=np.int64)
    if n_cols:
        ptr = np.searchsorted(key, np.arange(n_rows + 1) * n_cols).astype(np.int64)
    return LinearMap(width, n_rows, n_cols, ptr, (key % max(n_cols, 1)).astype(np.int32), coef)
