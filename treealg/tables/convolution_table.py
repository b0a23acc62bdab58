"""The structure of a coproduct table.

Orders are part of the structure: a slot multiplies smaller slots only and a term adds up to its
block, so that a reader that goes through the orders never uses what is not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.optional import require as require_package
from treealg.tables.foresight import Needs
from treealg.tables.frozen import Table, require
from treealg.tables.layout import IntArray
from treealg.tables.linear_map import EXACT, FloatArray, check_pointer

__all__ = ["ConvolutionTable", "Int32Array", "term_bytes", "term_needs"]

_PART = 1 << 16
"""How many terms are checked at a time."""

Int32Array = npt.NDArray[np.int32]
_INT64 = {"dtype": np.dtype(np.int64)}
_INT32 = {"dtype": np.dtype(np.int32)}
_FLOAT = {"dtype": np.dtype(np.float64)}


def term_bytes(terms: int) -> int:
    """Return the bytes of the slots and trunks of so many terms.

    Examples
    --------
    >>> term_bytes(3)
    24
    """
    return 8 * terms


def term_needs(terms: int, last: int = 0) -> Needs:
    """Return what a table of so many terms needs, of which so many are in the last order.

    Kernels have these in two orders, in each of which a term has two numbers or is one of several
    that are one; to sort them takes more than that.

    Examples
    --------
    >>> term_needs(3, 2)
    Needs(nbytes=24, kernels=64, held=0)
    """
    return Needs(term_bytes(terms), 4 * term_bytes(last))


@dataclass(frozen=True, eq=False)
class ConvolutionTable(Table):
    """The proper part of a coproduct, for all labels of the last root at once.

    For block b and label a, the terms of the coproduct of basis element ``b * dimension + a`` in
    which neither pruned part nor trunk is empty are, for ``term_ptr[b] <= e < term_ptr[b + 1]``,
    slot ``term_slot[e]`` on the left and basis element ``term_trunk[e] * dimension + a`` on the
    right. A slot is a multiple of a pruned forest, and a functional Y has on it the value
    ``factor[s] * Y[head[s]] * value[tail[s]]``; slot 0 is the empty forest, of value 1, and its
    own `head` is not used.

    Parameters
    ----------
    dimension, degree : int
        Labels, and the largest order.
    block_start : numpy.ndarray
        int64, shape ``(degree + 1,)``: blocks of order n are ``block_start[n - 1]`` to
        ``block_start[n]``.
    slot_start : numpy.ndarray
        int64, shape ``(max(degree, 1),)``: slots of order n are ``slot_start[n - 1]`` to
        ``slot_start[n]``; its first entry is 1, its last one the number of slots.
    factor : numpy.ndarray
        float64, shape ``(slots,)``: positive integers below 2**53.
    head : numpy.ndarray
        int32, shape ``(slots,)``: a coefficient index. Of a tree when non-planar; planar forests
        and words are a coefficient themselves.
    tail : numpy.ndarray
        int32, shape ``(slots,)``: a slot of factor 1 and of smaller order; 0 for planar and words.
    term_ptr : numpy.ndarray
        int64, shape ``(blocks + 1,)``.
    term_slot, term_trunk : numpy.ndarray
        int32, shape ``(terms,)``: a slot, and the block of the trunk; sorted by trunk and slot
        within a block.

    Raises
    ------
    InvalidValueError
        If the arrays do not have this structure.

    Notes
    -----
    Every forest of 1 to ``degree - 1`` nodes has a slot of factor 1; these come first in each
    order, in forest order, and multiples after them. Arrays are immutable.

    Examples
    --------
    Trees of one colour: the cherry, block 2, has the terms 2 b (x) l2 and bb (x) b.

    >>> from treealg.tables import convolution
    >>> table = convolution(1, 3, planar=False)
    >>> table.term_slot[table.term_ptr[2] : table.term_ptr[3]].tolist()
    [3, 2]
    >>> table.factor.tolist(), table.head.tolist(), table.tail.tolist()
    ([1.0, 1.0, 2.0, 1.0, 1.0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0])
    """

    dimension: int
    degree: int
    block_start: IntArray = field(metadata=_INT64)
    slot_start: IntArray = field(metadata=_INT64)
    factor: FloatArray = field(metadata=_FLOAT)
    head: Int32Array = field(metadata=_INT32)
    tail: Int32Array = field(metadata=_INT32)
    term_ptr: IntArray = field(metadata=_INT64)
    term_slot: Int32Array = field(metadata=_INT32)
    term_trunk: Int32Array = field(metadata=_INT32)

    @property
    def kernels(self) -> int:
        """The bytes that kernels need at least beside the arrays, to make what they take of it."""
        first = self.term_ptr[self.block_start[-2]] if self.degree else 0
        return term_needs(0, int(self.term_ptr[-1] - first)).kernels

    @property
    def n_blocks(self) -> int:
        """The number of blocks."""
        return self.term_ptr.size - 1

    @property
    def n_slots(self) -> int:
        """The number of slots, the empty one included."""
        return self.factor.size

    @property
    def size(self) -> int:
        """The number of basis elements, the empty one left out."""
        return self.n_blocks * self.dimension

    def slot_values(self, values: npt.ArrayLike) -> FloatArray:
        """Return the values of a functional on all slots, from those on the basis.

        Parameters
        ----------
        values : array-like, shape ``(size,)``
            Values on the basis elements; of trees, the functional is multiplicative on forests.

        Returns
        -------
        numpy.ndarray
            float64, shape ``(slots,)``: 1 on slot 0, the empty forest.

        Raises
        ------
        InvalidValueError
            If `values` have another shape.

        Examples
        --------
        Of a tree of one node with the value 3 and all others 0: slot 2 is twice it, slot 3 its
        square, slot 4 the ladder.

        >>> from treealg.tables import convolution
        >>> convolution(1, 3).slot_values([3.0, 0.0, 0.0, 0.0]).tolist()
        [1.0, 3.0, 6.0, 9.0, 0.0]
        """
        given = np.asarray(values, np.float64)
        require(given.shape == (self.size,), f"values have shape ({self.size},)")
        found = np.ones(self.n_slots)
        for order in range(1, len(self.slot_start)):
            part = slice(self.slot_start[order - 1], self.slot_start[order])
            found[part] = self.factor[part] * given[self.head[part]] * found[self.tail[part]]
        return found

    def to_scipy(self) -> Any:
        """Return the terms of the coproduct as a sparse array of SciPy.

        Returns
        -------
        scipy.sparse.csr_array, shape ``(size, slots * size)``
            A row per basis element x; 1 in the column ``slot * size + trunk`` for each term ``slot
            (x) trunk`` of its coproduct, those with an empty trunk left out: with slot 0, the
            empty forest, the trunk is x itself.

        Raises
        ------
        MissingDependencyError
            If SciPy is not installed.

        Notes
        -----
        ``(f * g)(x)`` is ``f(x)`` plus row x times ``numpy.kron(slot_values(f), g)``.

        Examples
        --------
        The ladder of two nodes, basis element 1, has the terms 1 (x) l2 and b (x) b.

        >>> from treealg.tables import convolution
        >>> table = convolution(1, 2)
        >>> table.to_scipy()[[1]].indices.tolist(), table.size, table.n_slots
        ([1, 2], 2, 2)
        """
        sparse = require_package("scipy.sparse", extra="scipy")
        counts = np.repeat(np.diff(self.term_ptr), self.dimension)
        row = np.repeat(np.arange(self.size), counts)
        first = np.repeat(np.repeat(self.term_ptr[:-1], self.dimension), counts)
        begin = np.repeat(np.cumsum(counts) - counts, counts)
        entry = first + np.arange(row.size) - begin
        trunk = self.term_trunk[entry].astype(np.int64) * self.dimension + row % self.dimension
        column = self.term_slot[entry].astype(np.int64) * self.size + trunk
        every = np.arange(self.size)
        at = np.concatenate([every, row]), np.concatenate([every, column])
        shape = (self.size, self.n_slots * self.size)
        found = sparse.csr_array((np.ones(at[0].size), at), shape=shape)
        found.sort_indices()
        return found

    def validate(self) -> None:
        """Check the structure that the class documents, orders included.

        Raises
        ------
        InvalidValueError
            If it does not hold.
        """
        require(self.dimension >= 1 and self.degree >= 0, "sizes are positive")
        require(self.block_start.size == self.degree + 1, "block_start has degree + 1 entries")
        check_pointer(self.block_start, self.n_blocks)
        require(self.slot_start.size == max(self.degree, 1), "slot_start has degree entries")
        require(self.slot_start[0] == 1, "slot 0 is the empty forest")
        check_pointer(self.slot_start, self.n_slots, first=1)
        require(self.head.size == self.tail.size == self.n_slots, "slots have all three parts")
        require(self.term_slot.size == self.term_trunk.size, "terms have both parts")
        check_pointer(self.term_ptr, self.term_slot.size)
        block_order = np.repeat(np.arange(1, self.degree + 1), np.diff(self.block_start))
        slot_order = np.repeat(np.arange(1, self.slot_start.size), np.diff(self.slot_start))
        slot_order = np.concatenate(([0], slot_order))
        self._validate_slots(block_order, slot_order)
        self._validate_terms(block_order, slot_order)

    def _validate_slots(self, block_order: IntArray, slot_order: IntArray) -> None:
        head, tail = self.head[1:], self.tail[1:]
        integral = (np.trunc(self.factor) == self.factor) & (self.factor >= 1)
        require((integral & (self.factor < EXACT)).all(), "factors are integers from 1 to 2**53")
        first = self.factor[0], self.head[0], self.tail[0]
        require(first == (1, 0, 0), "slot 0 is the empty forest")
        if not head.size:
            return
        require(head.min() >= 0 and head.max() < block_order.size * self.dimension, "heads exist")
        require(tail.min() >= 0 and tail.max() < self.n_slots, "tails exist")
        require((self.factor[tail] == 1).all(), "tails have factor 1")
        total = block_order[head // self.dimension] + slot_order[tail]
        require((total == slot_order[1:]).all(), "head and tail add up to the slot")

    def _validate_terms(self, block_order: IntArray, slot_order: IntArray) -> None:
        slot, trunk = self.term_slot, self.term_trunk
        if not slot.size:
            return
        require(slot.min() >= 1 and slot.max() < self.n_slots, "terms have a slot")
        require(trunk.min() >= 0 and trunk.max() < self.n_blocks, "terms have a trunk")
        # A part at a time, each with the term before it, so as to need little beside the table.
        for begin in range(0, slot.size, _PART):
            first = max(begin - 1, 0)
            part = slice(first, begin + _PART)
            term = np.arange(first, min(begin + _PART, slot.size))
            block = np.searchsorted(self.term_ptr, term, side="right") - 1
            total = slot_order[slot[part]] + block_order[trunk[part]]
            require((total == block_order[block]).all(), "slot and trunk add up to the block")
            key = trunk[part].astype(np.int64) * self.n_slots + slot[part]
            ascending = (np.diff(key) > 0) | (np.diff(block) > 0)
            require(ascending.all(), "terms are sorted by trunk and slot, without repetition")
