"""The coproduct as a table: what a logarithm, an exponential or a Chen product multiplies.

The symbolic coproduct is applied once to each undecorated shape with formal labels; its terms are
then ranked for all decorations together, and equal ones are merged. The pruned forests are *slots*
of products that are computed once per order and shared by all terms that use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.tables import cache
from treealg.tables.frozen import Table, require
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.linear_map import EXACT, FloatArray, check_pointer
from treealg.tables.shapes import Indexer, ordered_shapes, tree_shapes
from treealg.tables.sizes import (
    MAX_SHAPES,
    as_integer,
    basis_length,
    check_entries,
    forest_counts,
    require_fits,
)

__all__ = ["ConvolutionTable", "convolution", "word_convolution"]

Int32Array = npt.NDArray[np.int32]
_INT64 = {"dtype": np.dtype(np.int64)}
_INT32 = {"dtype": np.dtype(np.int32)}
_FLOAT = {"dtype": np.dtype(np.float64)}


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
    def n_blocks(self) -> int:
        """The number of blocks."""
        return self.term_ptr.size - 1

    @property
    def n_slots(self) -> int:
        """The number of slots, the empty one included."""
        return self.factor.size

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
        check_pointer(self.slot_start - 1, self.n_slots - 1)
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
        require(self.factor[0] == 1 and self.tail[0] == 0, "slot 0 is the empty forest")
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
        block = np.repeat(np.arange(self.n_blocks), np.diff(self.term_ptr))
        total = slot_order[slot] + block_order[trunk]
        require((total == block_order[block]).all(), "slot and trunk add up to the block")
        key = trunk.astype(np.int64) * self.n_slots + slot
        ascending = (np.diff(key) > 0) | (np.diff(block) > 0)
        require(ascending.all(), "terms are sorted by trunk and slot, without repetition")


def convolution(dimension: int, degree: int, planar: bool = False) -> ConvolutionTable:
    """Return the coproduct table of trees (BCK) or of ordered forests (MKW).

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool, default False
        Munthe-Kaas--Wright on ordered forests and not Butcher--Connes--Kreimer on trees.

    Returns
    -------
    ConvolutionTable
        The pruned forest is in the slot, the trunk on the right.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is too small, or the table would be too large: more coefficients, entries or
        undecorated shapes than the bounds in ``treealg.tables.sizes``.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    A. Connes and D. Kreimer (1998), "Hopf algebras, renormalization and noncommutative geometry",
    Comm. Math. Phys. 199, section 2. H. Munthe-Kaas and W. Wright (2008), "On the Hopf algebraic
    structure of Lie group integrators", Found. Comput. Math. 8, section 4.

    Examples
    --------
    >>> convolution(2, 4, planar=True).n_blocks
    137
    """
    dimension = as_integer(dimension, "dimension", 1)
    degree = as_integer(degree, "degree", 0)
    planar = bool(planar)

    def build() -> ConvolutionTable:
        require_fits(dimension, degree, planar)
        if basis_length(1, degree, planar) > MAX_SHAPES:
            raise InvalidValueError(
                f"the coproduct for {degree=} has {basis_length(1, degree, planar)} undecorated "
                f"shapes, more than the bound of {MAX_SHAPES}; lower the degree"
            )
        layout = ForestLayout(dimension, degree if planar else max(degree - 1, 0), planar)
        return _assemble(layout, degree, *_terms(layout, degree))

    def check(table: ConvolutionTable) -> bool:
        counts = list(islice(forest_counts(dimension, planar), degree + 1))
        blocks = [c // dimension for c in counts[1:]] if planar else counts[:degree]
        return (table.dimension, table.degree, table.block_start.tolist()) == (
            dimension,
            degree,
            list(accumulate(blocks, initial=0)),
        )

    return cache.table(
        "convolution", (dimension, degree, planar), ConvolutionTable, build, check
    )


def _shape_terms(
    layout: ForestLayout, degree: int
) -> Iterator[tuple[IntArray, IntArray, IntArray, int]]:
    """Yield block, trunk block, pruned forest and multiplicity, for all decorations of a term."""
    from treealg.symbolic import bck, mkw

    dimension = layout.dimension
    if layout.planar:
        for forest, labels in ordered_shapes(dimension, degree):
            indexer = Indexer(layout, labels)
            block = (indexer.forest(forest) - 1) // dimension
            for (pruned, trunk), coefficient in mkw.coproduct(forest).items():
                if len(pruned) and len(trunk):
                    inner = (indexer.forest(trunk) - 1) // dimension
                    yield block, inner, indexer.forest(pruned), coefficient
        return
    for tree, labels in tree_shapes(dimension, degree):
        indexer = Indexer(layout, labels)
        block = indexer.forest(tree.children)
        for (pruned, trunk), coefficient in bck.coproduct(tree).items():
            if len(pruned) and len(trunk):
                inner = indexer.forest(trunk.trees[0].children)
                yield block, inner, indexer.forest(pruned), coefficient


def _terms(
    layout: ForestLayout, degree: int
) -> tuple[Int32Array, Int32Array, Int32Array, FloatArray]:
    """Collect and merge the terms: block, trunk block, pruned forest, multiplicity."""
    columns: list[list[Int32Array]] = [[], [], []]
    multiplicities = []
    total = 0
    for *indices, coefficient in _shape_terms(layout, degree):
        size = indices[0].size
        total += size
        check_entries(total, f"the coproduct for dimension={layout.dimension}, {degree=}")
        for column, values in zip(columns, indices, strict=True):
            column.append(np.broadcast_to(values, (size,)).astype(np.int32))
        multiplicities.append(np.full(size, float(coefficient)))
    if not total:
        none = np.zeros(0, dtype=np.int32)
        return none, none, none, np.zeros(0)
    block, trunk, pruned = (np.concatenate(column) for column in columns)
    order = np.lexsort((pruned, trunk, block))
    block, trunk, pruned = block[order], trunk[order], pruned[order]
    differs = (np.diff(block) != 0) | (np.diff(trunk) != 0) | (np.diff(pruned) != 0)
    begins = np.flatnonzero(np.concatenate(([True], differs)))
    multiplicity = np.add.reduceat(np.concatenate(multiplicities)[order], begins)
    return block[begins], trunk[begins], pruned[begins], multiplicity


def _assemble(
    layout: ForestLayout,
    degree: int,
    block: Int32Array,
    trunk: Int32Array,
    pruned: Int32Array,
    multiplicity: FloatArray,
) -> ConvolutionTable:
    """Give each multiple of a pruned forest its slot, and sort."""
    dimension = layout.dimension
    start = np.array(layout.start)
    blocks = np.diff(start[1 : degree + 2]) // dimension if layout.planar else np.diff(
        start[: degree + 1]
    )
    # The multiples besides 1, in forest order and so by nodes.
    repeated = multiplicity > 1
    most = int(multiplicity.max(initial=1)) + 1
    pair = pruned[repeated] * most + multiplicity[repeated].astype(np.int64)
    multiple, which = np.unique(pair, return_inverse=True)
    multiple_forest, multiple_factor = multiple // most, multiple % most
    nodes = np.arange(1, degree)
    units = np.diff(start)[1:degree]
    multiples = np.bincount(layout.order_of[multiple_forest], minlength=degree)[1:degree]
    slot_start = np.concatenate(([1], 1 + np.cumsum(units + multiples)))
    # How far the slots of each order are moved from their forest, or from their multiple.
    unit_shift = np.concatenate(([0], slot_start[:-1] - start[nodes]))
    multiple_shift = np.concatenate(([0], slot_start[:-1] + units)) - np.concatenate(
        ([0, 0], np.cumsum(multiples)[:-1])
    )[: max(degree, 1)]
    forest = np.arange(start[max(degree, 1)])
    unit_slot = forest + unit_shift[layout.order_of[forest]]
    multiple_slot = np.arange(multiple.size) + multiple_shift[layout.order_of[multiple_forest]]

    factor = np.ones(slot_start[-1])
    owner = np.zeros(slot_start[-1], dtype=np.int64)
    owner[unit_slot] = forest
    owner[multiple_slot], factor[multiple_slot] = multiple_forest, multiple_factor
    slot = unit_slot[pruned]
    slot[repeated] = multiple_slot[which]
    order = np.lexsort((slot, trunk, block))
    ptr = np.searchsorted(block[order], np.arange(blocks.sum() + 1))
    if layout.planar:
        head, tail = owner - 1, np.zeros_like(owner)
    else:
        head, tail = layout.first[owner], layout.rest[owner]
        tail[1:] = unit_slot[tail[1:]]
    head[0] = tail[0] = 0
    return ConvolutionTable(
        dimension, degree,
        np.concatenate(([0], np.cumsum(blocks))).astype(np.int64), slot_start.astype(np.int64),
        factor, head.astype(np.int32), tail.astype(np.int32),
        ptr.astype(np.int64), slot[order].astype(np.int32), trunk[order].astype(np.int32),
    )


def word_convolution(dimension: int, degree: int) -> ConvolutionTable:
    """Return the deconcatenation table of words, in the structure of `convolution`.

    The words of n letters are the blocks of order n, one per word without its last letter; a word
    is cut in two, the first part is the slot and the second the trunk.

    Parameters
    ----------
    dimension : int
        Number of letters, at least 1.
    degree : int
        Largest length, at least 0.

    Returns
    -------
    ConvolutionTable
        With all factors 1 and all tails 0.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer.
    InvalidValueError
        If one is too small, or the table would be too large.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    Examples
    --------
    >>> table = word_convolution(1, 3)
    >>> table.term_slot.tolist(), table.term_trunk.tolist()
    ([1, 2, 1], [0, 0, 1])
    """
    dimension = as_integer(dimension, "dimension", 1)
    degree = as_integer(degree, "degree", 0)

    def counts() -> list[int]:
        return [dimension**n for n in range(degree)]

    def build() -> ConvolutionTable:
        require_fits(dimension, degree, None)
        # For one letter the terms outgrow the words by far: degree**2 / 2 against degree.
        check_entries(degree * (degree - 1) // 2, f"deconcatenation to {degree=}")
        check_entries(
            sum(n * count for n, count in enumerate(counts())), f"deconcatenation to {degree=}"
        )
        return _deconcatenation(dimension, degree, counts())

    def check(table: ConvolutionTable) -> bool:
        return (table.dimension, table.degree, table.block_start.tolist()) == (
            dimension,
            degree,
            list(accumulate(counts(), initial=0)),
        )

    return cache.table("word_convolution", (dimension, degree), ConvolutionTable, build, check)


def _deconcatenation(dimension: int, degree: int, counts: list[int]) -> ConvolutionTable:
    start = np.concatenate(([0], np.cumsum(np.array(counts, dtype=np.int64))))
    slots, trunks, sizes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], []
    for letters in range(degree):
        # Block numbers of words of n letters begin at start[n]; slots are numbered alike.
        word = np.arange(counts[letters])[:, None]
        end = np.arange(letters)
        power = dimension**end
        slots.append((start[letters - end] + word // power).ravel())
        trunks.append((start[end] + word % power).ravel())
        sizes.append(np.full(counts[letters], letters))
    ptr = np.concatenate(([0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *sizes]))))
    n_slots = start[degree] if degree else 1
    return ConvolutionTable(
        dimension, degree, start.astype(np.int64),
        start[1:].astype(np.int64) if degree else np.ones(1, dtype=np.int64),
        np.ones(n_slots), np.maximum(np.arange(n_slots) - 1, 0).astype(np.int32),
        np.zeros(n_slots, dtype=np.int32), ptr.astype(np.int64),
        np.concatenate(slots).astype(np.int32), np.concatenate(trunks).astype(np.int32),
    )
