"""What tables have to be for the kernels, and in which order these walk them: NumPy alone.

A wrong table must not make a kernel leave its arrays, so that each is checked as a whole.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "check_map",
    "check_program",
    "check_trees",
    "check_words",
    "merged_by_trunk",
    "orders_of_terms",
    "places_in_turn",
    "slots_are_single",
    "states_of_trees",
    "units_first",
]

Array = npt.NDArray[Any]


_LARGEST = 2**63 - 1

_FEW_PLACES = 64
"""So many free places are looked at for a polynomial."""

_PART = 1 << 17
"""About how many terms of a table are walked at a time, so as to need little beside the result."""


def _is_monotone(array: Array) -> bool:
    """Tell whether numbers do not descend; their differences may have wrapped around."""
    return bool((array[1:] >= array[:-1]).all())


def check_map(width: int, n_cols: int, ptr: Array, col: Array, coef: Array) -> None:
    """Raise ValueError where a sparse map would make a kernel leave its arrays."""
    n_rows = len(ptr) - 1
    if (
        width < 1
        or n_rows < 0
        or width * max(n_rows, n_cols) > _LARGEST
        or len(col) != len(coef)
        or ptr[0] != 0
        or ptr[-1] != len(col)
        or not _is_monotone(ptr)
        or (len(col) and (col.min() < 0 or col.max() >= n_cols))
    ):
        raise ValueError("SparseMap: the arrays are not a sparse matrix in row form")


def units_first(ptr: Array, col: Array, coef: Array) -> tuple[Array, Array, Array]:
    """Move the entries of coefficient 1 to the front of each row, in the order that they have.

    Returns where they end, row by row, and columns and coefficients, which are those given where
    nothing moves.
    """
    unit_end = np.empty(len(ptr) - 1, np.int64)
    to_col, to_coef = col, coef
    for begin, end in _ranges(ptr):
        part = slice(ptr[begin], ptr[end])
        row = np.repeat(np.arange(end - begin), np.diff(ptr[begin : end + 1]))
        others = coef[part] != 1
        units = np.bincount(row, weights=~others, minlength=end - begin)
        unit_end[begin:end] = ptr[begin:end] + units.astype(np.int64)
        key = 2 * row + others
        if (key[1:] >= key[:-1]).all():
            continue
        if to_col is col:
            to_col, to_coef = col.copy(), coef.copy()
        order = np.argsort(key, kind="stable")
        to_col[part], to_coef[part] = col[part][order], coef[part][order]
    return unit_end, to_col, to_coef


def check_program(integers: list[Array], indices: list[Array], n_slots: int, width: int) -> None:
    """Raise ValueError where a convolution table would make a kernel read outside its arrays."""
    block_start, slot_start, term_ptr = integers
    head, tail, term_slot, term_trunk = indices
    degree = len(block_start) - 1
    sizes_fit = (
        degree >= 1
        and width >= 1
        and block_start[0] == 0
        and width * int(block_start[-1]) <= _LARGEST
        and _is_monotone(block_start)
        and len(slot_start) == degree
        and slot_start[0] == 1
        and _is_monotone(slot_start)
        and slot_start[-1] == n_slots
        and len(head) == len(tail) == n_slots
        and len(term_ptr) == block_start[-1] + 1
        and term_ptr[0] == 0
        and _is_monotone(term_ptr)
        and term_ptr[-1] == len(term_slot) == len(term_trunk)
    )
    if not sizes_fit:
        raise ValueError("ConvolutionProgram: the arrays do not fit each other")
    # An entry may only use what lower orders have computed.
    order = np.repeat(np.arange(degree), np.diff(block_start)) + 1
    slot_order = np.concatenate([[0], np.repeat(np.arange(degree - 1), np.diff(slot_start)) + 1])
    uses_lower = (
        np.all(head >= 0)
        and np.all(tail >= 0)
        and np.all(head[1:] < block_start[slot_order[1:]] * width)
        and np.all(tail[1:] < slot_start[slot_order[1:] - 1])
        and all(
            _terms_use_lower(
                np.repeat(order[begin:end], np.diff(term_ptr[begin : end + 1])),
                term_slot[term_ptr[begin] : term_ptr[end]],
                term_trunk[term_ptr[begin] : term_ptr[end]],
                block_start,
                slot_order,
            )
            for begin, end in _ranges(term_ptr)
        )
    )
    if not uses_lower:
        raise ValueError("ConvolutionProgram: an entry refers to one that is computed later")


def slots_are_single(
    width: int, block_start: Array, slot_start: Array, head: Array, tail: Array, factor: Array
) -> bool:
    """Tell whether slot s > 0 is coefficient s - 1 alone, for all coefficients of lower orders."""
    return bool(
        np.array_equal(slot_start, 1 + width * block_start[:-1])
        and np.array_equal(head[1:], np.arange(len(head) - 1))
        and not tail.any()
        and (factor == 1).all()
    )


def _terms_use_lower(
    order: Array, slot: Array, trunk: Array, block_start: Array, slot_order: Array
) -> bool:
    """Tell whether terms of some orders refer to slots and blocks of lower ones."""
    return bool(
        np.all(slot >= 0)
        and np.all(slot < len(slot_order))
        and np.all(trunk >= 0)
        and np.all(slot_order[slot] < order)
        and np.all(trunk < block_start[order - 1])
    )


def _ranges(ptr: Array) -> Iterator[tuple[int, int]]:
    """Cut rows, whose entries begin at `ptr`, into ranges of not many more entries than a bound."""
    cuts = np.searchsorted(ptr, np.arange(_PART, ptr[-1], _PART))
    cuts = np.unique(cuts[(cuts > 0) & (cuts < len(ptr) - 1)])
    return pairwise([0, *cuts.tolist(), len(ptr) - 1])


def check_words(
    dimension: int,
    degree: int,
    longs: list[Array],
    ints: list[Array],
    channel_letter: Array | None = None,
) -> int:
    """Raise ValueError where a layout of words would make a kernel leave its arrays.

    Returns the word that the last channel is, or -1 if it is none.
    """
    start, cut_ptr, letter_start = longs
    weight, child, left, right, column = ints
    count, longest = child.shape[0], child.shape[1] - 1
    letters, sizes = np.diff(letter_start), np.diff(start)
    if (
        dimension < 1
        or degree < 1
        or longest < 1
        or len(weight) != count
        or weight[0] != 0
        or len(start) != count + 1
        or start[0] != 0
        or not _is_monotone(start)
        or sizes[0] != 0
        or np.any(sizes[1:] < 1)
        or np.any(weight > degree)
        or np.any(child >= count)
        or not _is_monotone(weight)
        or len(letters) != longest + 1
        or letters[0] != 0
        or (letters[1] != dimension and channel_letter is None)
        or np.any(letters[1:] < (channel_letter is None))
        or len(column) != letter_start[-1]
    ):
        raise ValueError("WordProgram: the arrays do not fit each other")
    k = np.arange(longest + 1)
    follows = (letters > 0) & (weight[:, None] + k <= degree)
    before = np.concatenate([[1], sizes[1:]])  # the empty word, too, may be followed by a letter
    if (
        np.any(follows != (child >= 0))
        or np.any(follows & (sizes[np.maximum(child, 0)] != before[:, None] * letters))
        or np.any(follows & (weight[np.maximum(child, 0)] != weight[:, None] + k))
        or len(cut_ptr) != count + 1
        or cut_ptr[0] != 0
        or not _is_monotone(cut_ptr)
        or cut_ptr[-1] != len(left)
        or len(left) != len(right)
        or np.any(left < 1)
        or np.any(right < 1)
        or np.any(left >= count)
        or np.any(right >= count)
        or np.any(weight[left] + weight[right] != np.repeat(weight, np.diff(cut_ptr)))
        or np.any(sizes[left] * sizes[right] != np.repeat(sizes, np.diff(cut_ptr)))
    ):
        raise ValueError("WordProgram: a composition does not fit those that it is made of")
    if channel_letter is None:
        return dimension - 1
    used = channel_letter[channel_letter >= 0]
    if (
        len(channel_letter) != dimension
        or np.any(channel_letter >= letter_start[-1])
        or len(np.unique(used)) != len(used)
        or len(used) + np.sum(column >= 0) != letter_start[-1]
        or np.any(column[used] >= 0)
    ):
        raise ValueError("WordProgram: a letter is not one channel or column")
    letter = int(channel_letter[-1])
    if letter < 0:
        return -1
    own = int(np.searchsorted(letter_start, letter, "right")) - 1
    return int(start[child[0, own]]) + letter - int(letter_start[own])


def check_trees(
    dimension: int,
    label: Array,
    left: Array,
    right: Array,
    times: Array,
    column: Array,
    output: Array,
) -> None:
    """Raise ValueError where a program would refer to what is not there."""
    count = len(label)
    number = np.arange(count)
    integral = label >= 0
    if (
        not len(left) == len(right) == len(times) == count
        or dimension < 1
        or (label < -1).any()
        or (label >= dimension + len(column)).any()
        or (left < -1).any()
        or (left >= number).any()
        or (right < -1).any()
        or (right >= number).any()
        or (~integral & ((left < 0) | (right < 0))).any()
        or (column < 0).any()
        or (output < 0).any()
        or (output >= count).any()
    ):
        raise ValueError("TreeProgram: an instruction refers to one that is computed later")
    added = integral & (right >= 0)
    total = np.where(added, right, number)  # the integral that holds the value
    if (
        (total[added] != total[number[added] - 1]).any()
        or not integral[right[added]].all()
        or added[left[left >= 0]].any()
        or added[right[~integral]].any()
        or not (integral & ~added)[output].all()
    ):
        raise ValueError("TreeProgram: an integral is added to, or read from, no whole one")


def states_of_trees(label: Array, left: Array, right: Array) -> tuple[Array, Array, Array, Array]:
    """Return degree, state, coefficients and first coefficient of each polynomial of a program.

    Integrals have a state, those that are added to another the same one; polynomials that nobody
    reads have no coefficients, and -1 in place of the first.
    """
    integral = label >= 0
    order = [0] * len(label)
    used = ~integral
    for i, (is_integral, *sources) in enumerate(
        zip(integral.tolist(), left.tolist(), right.tolist(), strict=True)
    ):
        for source in sources[:1] if is_integral else sources:
            if source >= 0:
                order[i] += order[source]
                used[source] = True
        order[i] += is_integral
    degree = np.array(order, dtype=np.int32)
    added = integral & (right >= 0)
    if (degree[added] > degree[right[added]]).any():
        raise ValueError("TreeProgram: an integral is added to one of lower order")
    size = np.where(used, degree + 1, 0)
    offset = np.where(used, np.cumsum(size) - size, -1).astype(np.int64)
    total = np.where(added, right, np.arange(len(label)))
    number = np.cumsum(integral & ~added) - 1
    state = np.where(integral, number[total], -1).astype(np.int32)
    return degree, state, size, offset


def places_in_turn(label: Array, left: Array, right: Array, size: Array) -> tuple[Array, int]:
    """Place polynomials where others were that nobody reads any more, for those who go on only.

    Returns the first coefficient of each, -1 for one without any, and how many there are places
    for. Of the places that are free, only some are looked at for each.
    """
    last = np.arange(len(label))
    for sources in (left, right):
        reads = np.flatnonzero(sources >= 0)
        np.maximum.at(last, sources[reads], reads)
    done: list[list[int]] = [[] for _ in label]
    for i in np.flatnonzero(size).tolist():
        done[last[i]].append(i)
    sizes, offset, total = size.tolist(), [-1] * len(label), 0
    free: list[tuple[int, int]] = []  # ascending, with places between them that are taken
    for i, own in enumerate(sizes):
        if own:
            few = enumerate(islice(free, _FEW_PLACES))
            fits = (k for k, (begin, end) in few if end - begin >= own)
            k = next(fits, None)
            if k is not None:
                begin, end = free.pop(k)
                if end - begin > own:
                    free.insert(k, (begin + own, end))
            else:
                begin = free.pop()[0] if free and free[-1][1] == total else total
                total = begin + own
            offset[i] = begin
        for old in done[i]:
            begin, end = offset[old], offset[old] + sizes[old]
            k = bisect.bisect(free, (begin, end))
            if k < len(free) and free[k][0] == end:
                end = free.pop(k)[1]
            if k and free[k - 1][1] == begin:
                k -= 1
                begin = free.pop(k)[0]
            free.insert(k, (begin, end))
    return np.array(offset, dtype=np.int64), total


def merged_by_trunk(
    term_ptr: Array, term_slot: Array, term_trunk: Array, n_slots: int
) -> tuple[Array, ...]:
    """Merge the terms of each block that have one trunk; equal sums of slots become one.

    Returns block, slot and trunk of the merged terms, and sum_ptr and sum_slot: slot number
    n_slots + i is the sum of the slots sum_slot[sum_ptr[i]:sum_ptr[i + 1]].
    """
    parts = [
        _merged_terms(
            np.repeat(np.arange(begin, end, dtype=np.int32), np.diff(term_ptr[begin : end + 1])),
            term_slot[term_ptr[begin] : term_ptr[end]],
            term_trunk[term_ptr[begin] : term_ptr[end]],
        )
        for begin, end in _ranges(term_ptr)
    ]
    block, merged, trunk, sizes, members = map(np.concatenate, zip(*parts, strict=True))
    del parts
    several = np.flatnonzero(sizes > 1)
    sizes = sizes[several]
    begins = np.cumsum(sizes) - sizes
    sums: list[Array] = []
    for size in np.unique(sizes):
        group = sizes == size
        rows = members[begins[group][:, None] + np.arange(size)]
        distinct, which = np.unique(rows, axis=0, return_inverse=True)
        merged[several[group]] = n_slots + sum(map(len, sums)) + which.ravel()
        sums.append(distinct)
    sum_ptr = np.cumsum([0, *(distinct.shape[1] for distinct in sums for _ in distinct)])
    sum_slot = np.concatenate([np.empty(0, np.int32), *(distinct.ravel() for distinct in sums)])
    return block, merged, trunk, sum_ptr.astype(np.int64), sum_slot.astype(np.int32)


def _merged_terms(block: Array, slot: Array, trunk: Array) -> tuple[Array, ...]:
    """Merge terms of some blocks that have one trunk.

    Returns block, first slot, trunk and size of the merged terms, and the slots of those of
    several, one after the other.
    """
    order = np.lexsort((slot, trunk, block))
    block, slot, trunk = block[order], slot[order], trunk[order]
    changes = (block[1:] != block[:-1]) | (trunk[1:] != trunk[:-1])
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(slot)])
    sizes = np.diff(np.append(starts, len(slot))).astype(np.int32)
    return block[starts], slot[starts], trunk[starts], sizes, slot[np.repeat(sizes > 1, sizes)]


def orders_of_terms(
    block: Array, slot: Array, trunk: Array, n_blocks: int, width: int, tile_size: int
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Return the arrays of the two term_order (see algebra.h) of terms that are sorted by block."""
    per_tile = max(tile_size // width, 1)
    n_tiles = -(-n_blocks // per_tile)
    ptr = np.searchsorted(block, per_tile * np.arange(n_tiles + 1))
    by_block, by_trunk = [], []
    for begin, end in _ranges(ptr):
        part = slice(ptr[begin], ptr[end])
        first = begin * per_tile
        count = min(end * per_tile, n_blocks) - first
        arrays = block[part] - first, slot[part], trunk[part]
        orders = _orders_of_tiles(*arrays, count, per_tile, width)
        by_block.append(orders[0])
        by_trunk.append(orders[1])
    return _joined(by_block), _joined(by_trunk)


def _joined(orders: list[tuple[Array, ...]]) -> tuple[Array, ...]:
    """Return one term_order of several, of one range of tiles after the other."""
    tile_runs, *others = zip(*orders, strict=True)
    runs = np.concatenate([np.diff(tile_run) for tile_run in tile_runs])
    return np.concatenate([[0], np.cumsum(runs)]), *map(np.concatenate, others)


def _orders_of_tiles(
    block: Array, slot: Array, trunk: Array, n_blocks: int, per_tile: int, width: int
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    n_tiles = -(-n_blocks // per_tile)
    blocks = np.arange(n_blocks)
    by_block = _order_of_terms(
        n_tiles,
        blocks // per_tile,
        _places(blocks % per_tile, width),
        np.bincount(block, minlength=n_blocks),
        _places(slot),
        _places(trunk, width),
    )
    order = np.lexsort((block, trunk, block // per_tile))
    tile, key = block[order] // per_tile, trunk[order]
    changes = (np.diff(tile) != 0) | (np.diff(key) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(order)])
    by_trunk = _order_of_terms(
        n_tiles,
        tile[starts],
        _places(key[starts], width),
        np.diff(np.append(starts, len(order))),
        _places(slot[order]),
        _places(block[order] % per_tile, width),
    )
    return by_block, by_trunk


def _places(number: Array, width: int = 1) -> Array:
    """Return where slots, or blocks of a width, lie: in eighths of a vector, as addresses count."""
    places = 8 * width * number.astype(np.int64)
    if places.max(initial=0) > np.iinfo(np.int32).max:
        raise ValueError("ConvolutionProgram: more coefficients than the kernels can number")
    return places


def _order_of_terms(
    n_tiles: int, tile: Array, key: Array, terms: Array, slot: Array, other: Array
) -> tuple[Array, ...]:
    """Return the arrays of a term_order.

    Keys come with their tile and their number of terms; slot and other are those of the terms, key
    after key.
    """
    order = np.lexsort((terms, tile))  # stable; tile by tile, then by number of terms
    tile, sorted_terms = tile[order], terms[order]
    changes = (np.diff(tile) != 0) | (np.diff(sorted_terms) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(order)])
    lengths = np.diff(np.append(starts, len(order)))
    shift = (np.cumsum(terms) - terms)[order] - (np.cumsum(sorted_terms) - sorted_terms)
    entries = np.repeat(shift, sorted_terms) + np.arange(sorted_terms.sum())
    return (
        np.searchsorted(tile[starts], np.arange(n_tiles + 1)).astype(np.int64),
        np.stack([lengths, sorted_terms[starts]], axis=1).astype(np.int32),
        key[order].astype(np.int32),
        slot[entries].astype(np.int32),
        other[entries].astype(np.int32),
    )
