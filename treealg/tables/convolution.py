"""The coproduct as a table: what a logarithm, an exponential or a Chen product multiplies.

The terms come from `ForestRows`, all of an order at once. The pruned forests are *slots* of
products that are computed once per order and shared by all terms that use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import accumulate, islice

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer, check_planar
from treealg.errors import InvalidValueError
from treealg.tables import cache
from treealg.tables.convolution_table import ConvolutionTable, Int32Array, term_needs
from treealg.tables.foresight import Needs
from treealg.tables.forest_rows import ForestRows
from treealg.tables.frozen import taken
from treealg.tables.layout import ForestLayout, IntArray
from treealg.tables.sizes import (
    MAX_SHAPES,
    basis_length,
    check_entries,
    forest_counts,
    require_fits,
)
from treealg.tables.term_counts import least_terms
from treealg.tables.weighted_layout import WeightedLayout
from treealg.tables.word_convolution import word_convolution

__all__ = ["assemble", "check_terms", "convolution", "convolution_of_some"]


def convolution(dimension: int, degree: int, *, planar: bool | None = False) -> ConvolutionTable:
    """Return the coproduct table of trees (BCK), of ordered forests (MKW) or of words.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool or None, default False
        Munthe-Kaas--Wright on ordered forests, Butcher--Connes--Kreimer on trees, or (None)
        deconcatenation of words, which is `word_convolution`.

    Returns
    -------
    ConvolutionTable
        The pruned forest is in the slot, the trunk on the right.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` none of True, False and None.
    InvalidValueError
        If one is too small, or the table would be too large: more coefficients, entries or
        undecorated shapes than the bounds in ``treealg.tables.sizes``.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    A. Connes and D. Kreimer (1998), "Hopf algebras, renormalization and noncommutative geometry",
    Comm. Math. Phys. 199. H. Munthe-Kaas and W. Wright (2008), "On the Hopf algebraic
    structure of Lie group integrators", Found. Comput. Math. 8.

    Examples
    --------
    >>> convolution(2, 4, planar=True).n_blocks
    137
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    planar = check_planar(planar)
    if planar is None:
        return word_convolution(dimension, degree)

    def foresee() -> Needs:
        terms = check_terms(dimension, degree, planar)
        return term_needs(terms, terms - least_terms(dimension, max(degree - 1, 0), planar))

    def build() -> ConvolutionTable:
        return _made(dimension, degree, planar)

    def check(table: ConvolutionTable) -> bool:
        counts = list(islice(forest_counts(dimension, planar), degree + 1))
        blocks = [c // dimension for c in counts[1:]] if planar else counts[:degree]
        return (table.dimension, table.degree, table.block_start.tolist()) == (
            dimension,
            degree,
            list(accumulate(blocks, initial=0)),
        )

    key = (dimension, degree, planar)
    return cache.table("convolution", key, ConvolutionTable, build, check, foresee=foresee)


def check_terms(dimension: int, degree: int, planar: bool) -> int:
    """Count the terms of a coproduct table, before some merge, and refuse too many."""
    require_fits(dimension, degree, planar=planar)
    if basis_length(1, degree, planar=planar) > MAX_SHAPES:
        raise InvalidValueError(
            f"the coproduct for {degree=} has {basis_length(1, degree, planar=planar)} undecorated "
            f"shapes, more than the bound of {MAX_SHAPES}; lower the degree"
        )
    terms = least_terms(dimension, degree, planar)
    check_entries(terms, f"the coproduct for {dimension=}, {degree=}")
    return terms


def convolution_of_some(
    dimension: int, degree: int, planar: bool, chosen: npt.NDArray[np.bool_]
) -> ConvolutionTable:
    """Return a coproduct table without the terms of blocks of the last order that are not chosen.

    Examples
    --------
    >>> table = convolution_of_some(2, 2, True, np.array([True, False, False, True]))
    >>> np.diff(table.term_ptr).tolist()
    [0, 1, 0, 0, 1]
    """
    return _made(dimension, degree, planar, chosen)


def _made(
    dimension: int, degree: int, planar: bool, chosen: npt.NDArray[np.bool_] | None = None
) -> ConvolutionTable:
    layout = ForestLayout(dimension, degree if planar else max(degree - 1, 0), planar)
    start = np.diff(layout.start)
    blocks = start[1 : degree + 1] // dimension if planar else start[:degree]
    return assemble(layout, dimension, degree, blocks, _terms(layout, degree, chosen))


def _terms(
    layout: ForestLayout, degree: int, chosen: npt.NDArray[np.bool_] | None = None
) -> tuple[IntArray, Int32Array, Int32Array, Int32Array]:
    """List the terms by block: where each begins, trunk block, pruned forest, multiplicity.

    Those of a block are sorted by trunk, then those of multiplicity 1 come first, then by forest:
    so they are by slot.
    """
    sizes = [np.zeros(1, dtype=np.int64)]
    # They grow in place, which takes no room for what is done twice.
    columns = BytesIO(), BytesIO(), BytesIO()
    for size, *parts in _pieces(layout, degree, chosen):
        sizes.append(size)
        for column, part in zip(columns, parts, strict=True):
            column.write(part.data)
        check_entries(columns[0].tell() // 4, f"the coproduct for dimension={layout.dimension}")
    trunk, pruned, multiplicity = (taken(column, np.int32) for column in columns)
    made = np.concatenate(sizes)
    if chosen is not None:  # the others are there, and have none
        before = made.size - np.count_nonzero(chosen)
        made, some = np.zeros(before + chosen.size, dtype=np.int64), made
        made[:before] = some[:before]
        made[before:][chosen] = some[before:]
    return np.cumsum(made), trunk, pruned, multiplicity


def _pieces(
    layout: ForestLayout, degree: int, chosen: npt.NDArray[np.bool_] | None
) -> Iterator[tuple[IntArray, Int32Array, Int32Array, Int32Array]]:
    """Yield the terms for some blocks at a time: how many each has, and what `_terms` lists."""
    start = np.array(layout.start)
    first = (start[1:] - 1) // layout.dimension if layout.planar else start
    rows = ForestRows(layout)
    none = np.zeros(0, dtype=np.int64)
    for nodes, split in rows.blocks(degree, chosen):
        found = [(none, none, none, np.zeros(0))]
        count = split[nodes].ptr.size - 1
        for weight, part in split.items():
            if weight == nodes:  # nothing is cut off
                continue
            trunk, pruned = rows.apart(part.pair, weight, nodes)
            block = np.repeat(np.arange(count), np.diff(part.ptr))
            trunk = np.broadcast_to(trunk, pruned.shape) + first[weight]
            found.append((block, trunk, pruned + start[nodes - weight], part.coef))
        block, trunk, pruned, coef = map(np.concatenate, zip(*found, strict=True))
        order = np.lexsort((pruned, coef > 1, trunk, block))
        terms = (column[order].astype(np.int32) for column in (trunk, pruned, coef))
        yield np.bincount(block, minlength=count), *terms


def assemble(
    layout: ForestLayout | WeightedLayout,
    width: int,
    degree: int,
    blocks: IntArray,
    terms: tuple[IntArray, Int32Array, Int32Array, Int32Array],
) -> ConvolutionTable:
    """Give each multiple of a pruned forest its slot.

    `blocks` counts the blocks of each order, and `terms` are as `_terms` lists them.
    """
    ptr, trunk, pruned, multiplicity = terms
    start = np.array(layout.start)
    # The multiples besides 1, in forest order and so by nodes.
    repeated = multiplicity > 1
    most = int(multiplicity.max(initial=1)) + 1
    pair = pruned[repeated].astype(np.int64) * most + multiplicity[repeated]
    multiple, which = np.unique(pair, return_inverse=True)
    multiple_forest, multiple_factor = multiple // most, multiple % most
    nodes = np.arange(1, degree)
    units = np.diff(start)[1:degree]
    multiples = np.bincount(layout.order_of[multiple_forest], minlength=degree)[1:degree]
    slot_start = np.concatenate(([1], 1 + np.cumsum(units + multiples)))
    # How far the slots of each order are moved from their forest, or from their multiple.
    unit_shift = np.concatenate(([0], slot_start[:-1] - start[nodes]))
    multiple_shift = (
        np.concatenate(([0], slot_start[:-1] + units))
        - np.concatenate(([0, 0], np.cumsum(multiples)[:-1]))[: max(degree, 1)]
    )
    forest = np.arange(start[max(degree, 1)])
    unit_slot = forest + unit_shift[layout.order_of[forest]]
    multiple_slot = np.arange(multiple.size) + multiple_shift[layout.order_of[multiple_forest]]

    factor = np.ones(slot_start[-1])
    owner = np.zeros(slot_start[-1], dtype=np.int64)
    owner[unit_slot] = forest
    owner[multiple_slot], factor[multiple_slot] = multiple_forest, multiple_factor
    slot = unit_slot.astype(np.int32)[pruned]
    slot[repeated] = multiple_slot[which]
    del terms, pruned, multiplicity, repeated, pair, which
    if layout.planar is not False:
        head, tail = owner - 1, np.zeros_like(owner)
    else:
        head, tail = layout.first[owner], layout.rest[owner]
        tail[1:] = unit_slot[tail[1:]]
    head[0] = tail[0] = 0
    return ConvolutionTable(
        width,
        degree,
        np.concatenate(([0], np.cumsum(blocks))).astype(np.int64),
        slot_start.astype(np.int64),
        factor,
        head.astype(np.int32),
        tail.astype(np.int32),
        ptr,
        slot,
        trunk,
    )
