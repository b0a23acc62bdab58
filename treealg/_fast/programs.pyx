# cython: language_level=3, cdivision=True
"""Tables as the kernels take them: maps, convolutions, words and trees, checked and prepared.

A wrong table must not make a kernel leave its arrays, so that each is checked as a whole.
"""

from libc.stdint cimport int32_t, int64_t

import numpy as np

from treealg._fast.core cimport TREEALG_MAX_NODES, TREEALG_TILE, term_order, term_run


cdef const void *address(array):
    cdef Py_ssize_t at = array.ctypes.data
    return <const void *> at


cdef class SparseMap:
    """A sparse linear map on coefficients, in blocks of `width`; see tables.LinearMap."""

    def __cinit__(self, Py_ssize_t width, Py_ssize_t n_cols, ptr, col, coef):
        ptr = np.ascontiguousarray(ptr, dtype=np.int64)
        col = np.ascontiguousarray(col, dtype=np.int32)
        coef = np.ascontiguousarray(coef, dtype=np.float64)
        cdef Py_ssize_t n_rows = len(ptr) - 1
        if (
            width < 1 or n_rows < 0 or len(col) != len(coef) or ptr[0] != 0
            or ptr[n_rows] != len(col) or np.any(np.diff(ptr) < 0)
            or (len(col) and (col.min() < 0 or col.max() >= n_cols))
        ):
            raise ValueError("SparseMap: the arrays are not a sparse matrix in row form")
        row = np.repeat(np.arange(n_rows), np.diff(ptr))
        order = np.lexsort((coef != 1, row))  # stable: coefficient 1 first within a row
        col, coef = col[order], coef[order]
        unit_end = ptr[:-1] + np.bincount(row, weights=coef == 1, minlength=n_rows).astype(np.int64)
        single = coef.astype(np.float32)
        self.keep = (ptr, unit_end, col, coef, single)
        self.width = width
        self.rows = n_rows * width
        self.columns = n_cols * width
        self.f64.width = width
        self.f64.n_rows = n_rows
        self.f64.n_cols = n_cols
        self.f64.ptr = <const int64_t *> address(ptr)
        self.f64.unit_end = <const int64_t *> address(unit_end)
        self.f64.col = <const int32_t *> address(col)
        self.f64.coef = address(coef)
        self.f32 = self.f64
        self.f32.coef = address(single)


cdef class ConvolutionProgram:
    """The proper coproduct and the quadrature of its flow; see tables.ConvolutionTable."""

    def __cinit__(
        self, Py_ssize_t width, block_start, slot_start, factor, head, tail, term_ptr, term_slot,
        term_trunk, nodes, weights, integration,
    ):
        integers = [
            np.ascontiguousarray(x, dtype=np.int64) for x in (block_start, slot_start, term_ptr)
        ]
        indices = [
            np.ascontiguousarray(x, dtype=np.int32) for x in (head, tail, term_slot, term_trunk)
        ]
        reals = [
            np.ascontiguousarray(x, dtype=np.float64)
            for x in (factor, nodes, weights, weights * (1 - nodes), integration)
        ]
        singles = [x.astype(np.float32) for x in reals]
        cdef Py_ssize_t n_slots = len(reals[0]), n_nodes = len(reals[1])
        check_program(integers, indices, n_slots, width)
        if n_nodes > TREEALG_MAX_NODES:
            raise ValueError(f"ConvolutionProgram: more than {TREEALG_MAX_NODES} nodes")
        first = integers[0][-2]
        start = integers[2][first]
        block, slot, trunk, sum_ptr, sum_slot = merged_by_trunk(
            integers[2][first:] - start, indices[2][start:], indices[3][start:], n_slots
        )
        orders = orders_of_terms(block, slot, trunk, integers[0][-1] - first, width)
        self.keep = (integers, indices, reals, singles, sum_ptr, sum_slot, orders)
        self.columns = integers[0][len(integers[0]) - 1] * width
        self.f64.width = width
        self.f64.degree = len(integers[0]) - 1
        self.f64.n_nodes = n_nodes
        self.f64.n_slots = n_slots
        self.f64.block_start = <const int64_t *> address(integers[0])
        self.f64.slot_start = <const int64_t *> address(integers[1])
        self.f64.term_ptr = <const int64_t *> address(integers[2])
        self.f64.head = <const int32_t *> address(indices[0])
        self.f64.tail = <const int32_t *> address(indices[1])
        self.f64.term_slot = <const int32_t *> address(indices[2])
        self.f64.term_trunk = <const int32_t *> address(indices[3])
        self.f64.n_sums = len(sum_ptr) - 1
        self.f64.sum_ptr = <const int64_t *> address(sum_ptr)
        self.f64.sum_slot = <const int32_t *> address(sum_slot)
        fill_order(&self.f64.by_block, orders[0])
        fill_order(&self.f64.by_trunk, orders[1])
        self.f64.factor = address(reals[0])
        self.f64.nodes = address(reals[1])
        self.f64.weights = address(reals[2])
        self.f64.moments = address(reals[3])
        self.f64.integration = address(reals[4])
        self.f32 = self.f64
        self.f32.factor = address(singles[0])
        self.f32.nodes = address(singles[1])
        self.f32.weights = address(singles[2])
        self.f32.moments = address(singles[3])
        self.f32.integration = address(singles[4])


cdef class WordProgram:
    """Words, and where the increments of their letters are; see tables.WeightedWords.

    A letter is a chain of up to `longest` labels; with `longest` 1 these are the plain words.
    """

    def __cinit__(
        self, Py_ssize_t dimension, Py_ssize_t degree, letters, start, weight, child, cut_ptr,
        cut_left, cut_right, letter_column,
    ):
        letter_start = np.cumsum([0, *letters])
        longs = [np.ascontiguousarray(x, dtype=np.int64) for x in (start, cut_ptr, letter_start)]
        ints = [
            np.ascontiguousarray(x, dtype=np.int32)
            for x in (weight, child, cut_left, cut_right, letter_column)
        ]
        check_words(dimension, degree, longs, ints)
        self.keep = (longs, ints)
        self.dimension = dimension
        self.degree = degree
        self.longest = ints[1].shape[1] - 1
        self.columns = longs[0][-1]
        self.largest_column = ints[4].max()
        self.view.dimension = dimension
        self.view.degree = degree
        self.view.longest = self.longest
        self.view.count = len(ints[0])
        self.view.start = <const int64_t *> address(longs[0])
        self.view.cut_ptr = <const int64_t *> address(longs[1])
        self.view.letter_start = <const int64_t *> address(longs[2])
        self.view.weight = <const int32_t *> address(ints[0])
        self.view.child = <const int32_t *> address(ints[1])
        self.view.cut_left = <const int32_t *> address(ints[2])
        self.view.cut_right = <const int32_t *> address(ints[3])
        self.view.letter_column = <const int32_t *> address(ints[4])


cdef class TreeProgram:
    """Integrals and products of polynomials in time; see tables.CoefficientTable."""

    def __cinit__(self, Py_ssize_t dimension, label, left, right, times, column, output):
        integers = [
            np.ascontiguousarray(x, dtype=np.int32)
            for x in (label, left, right, times, column, output)
        ]
        label, left, right, times, column, output = integers
        count = len(label)
        number = np.arange(count)
        integral = label >= 0
        if (
            not len(left) == len(right) == len(times) == count or dimension < 1
            or (label < -1).any() or (label >= dimension + len(column)).any()
            or (left < -1).any() or (left >= number).any()
            or (right < -1).any() or (right >= number).any()
            or (~integral & ((left < 0) | (right < 0))).any() or (column < 0).any()
            or (output < 0).any() or (output >= count).any()
        ):
            raise ValueError("TreeProgram: an instruction refers to one that is computed later")
        added = integral & (right >= 0)
        total = np.where(added, right, number)  # the integral that holds the value
        if (
            (total[added] != total[number[added] - 1]).any() or not integral[right[added]].all()
            or added[left[left >= 0]].any() or added[right[~integral]].any()
            or not (integral & ~added)[output].all()
        ):
            raise ValueError("TreeProgram: an integral is added to, or read from, no whole one")
        order = np.zeros(count, dtype=np.int32)
        used = ~integral
        for i in range(count):
            for source in (left[i], -1 if integral[i] else right[i]):
                if source >= 0:
                    order[i] += order[source]
                    used[source] = True
            order[i] += integral[i]
        if (order[added] > order[right[added]]).any():
            raise ValueError("TreeProgram: an integral is added to one of lower order")
        size = np.where(used, order + 1, 0)
        offset = np.where(used, np.cumsum(size) - size, -1).astype(np.int64)
        values = integral & ~added
        state = np.where(integral, (np.cumsum(values) - 1)[total], -1).astype(np.int32)
        output = np.ascontiguousarray(state[output])
        self.keep = (label, left, right, times, order, state, offset, column, output)
        self.dimension = dimension
        self.outputs = len(output)
        self.columns = int(column.max(initial=-1)) + 1
        self.view.n_states = int(values.sum())
        self.view.n_instructions = count
        self.view.n_coefficients = int(size.sum())
        self.view.n_columns = len(column)
        self.view.n_outputs = len(output)
        self.view.label = <const int32_t *> address(label)
        self.view.left = <const int32_t *> address(left)
        self.view.right = <const int32_t *> address(right)
        self.view.times = <const int32_t *> address(times)
        self.view.order = <const int32_t *> address(order)
        self.view.state = <const int32_t *> address(state)
        self.view.offset = <const int64_t *> address(offset)
        self.view.column = <const int32_t *> address(column)
        self.view.output = <const int32_t *> address(output)


# --- checks ------------------------------------------------------------------------------------


def check_program(integers, indices, n_slots, width):
    """Raise ValueError where a convolution table would make a kernel read outside its arrays."""
    block_start, slot_start, term_ptr = integers
    head, tail, term_slot, term_trunk = indices
    degree = len(block_start) - 1
    sizes_fit = (
        degree >= 1 and width >= 1 and block_start[0] == 0 and np.all(np.diff(block_start) >= 0)
        and len(slot_start) == degree and slot_start[0] == 1 and np.all(np.diff(slot_start) >= 0)
        and slot_start[-1] == n_slots and len(head) == len(tail) == n_slots
        and len(term_ptr) == block_start[-1] + 1 and term_ptr[0] == 0
        and np.all(np.diff(term_ptr) >= 0) and term_ptr[-1] == len(term_slot) == len(term_trunk)
    )
    if not sizes_fit:
        raise ValueError("ConvolutionProgram: the arrays do not fit each other")
    # An entry may only use what lower orders have computed.
    order = np.repeat(np.arange(degree), np.diff(block_start)) + 1
    term_order = np.repeat(order, np.diff(term_ptr))
    slot_order = np.concatenate([[0], np.repeat(np.arange(degree - 1), np.diff(slot_start)) + 1])
    uses_lower = (
        np.all(term_slot >= 0) and np.all(term_slot < n_slots) and np.all(term_trunk >= 0)
        and np.all(slot_order[term_slot] < term_order)
        and np.all(term_trunk < block_start[term_order - 1])
        and np.all(head >= 0) and np.all(tail >= 0)
        and np.all(head[1:] < block_start[slot_order[1:]] * width)
        and np.all(tail[1:] < slot_start[slot_order[1:] - 1])
    )
    if not uses_lower:
        raise ValueError("ConvolutionProgram: an entry refers to one that is computed later")


def check_words(dimension, degree, longs, ints):
    """Raise ValueError where a layout of words would make a kernel leave its arrays."""
    start, cut_ptr, letter_start = longs
    weight, child, left, right, column = ints
    count, longest = child.shape[0], child.shape[1] - 1
    letters, sizes = np.diff(letter_start), np.diff(start)
    if (
        dimension < 1 or degree < 1 or longest < 1 or len(weight) != count or weight[0] != 0
        or len(start) != count + 1 or start[0] != 0 or sizes[0] != 0 or np.any(sizes[1:] < 1)
        or np.any(weight > degree) or np.any(child >= count) or np.any(np.diff(weight) < 0)
        or len(letters) != longest + 1 or letters[0] != 0 or letters[1] != dimension
        or np.any(letters[1:] < 1) or len(column) != letter_start[-1]
    ):
        raise ValueError("WordProgram: the arrays do not fit each other")
    k = np.arange(longest + 1)
    follows = (k > 0) & (weight[:, None] + k <= degree)
    before = np.concatenate([[1], sizes[1:]])  # the empty word, too, may be followed by a letter
    if (
        np.any(follows != (child >= 0))
        or np.any(follows & (sizes[np.maximum(child, 0)] != before[:, None] * letters))
        or np.any(follows & (weight[np.maximum(child, 0)] != weight[:, None] + k))
        or len(cut_ptr) != count + 1 or cut_ptr[0] != 0 or np.any(np.diff(cut_ptr) < 0)
        or cut_ptr[-1] != len(left) or len(left) != len(right)
        or np.any(left < 1) or np.any(right < 1) or np.any(left >= count)
        or np.any(right >= count)
        or np.any(weight[left] + weight[right] != np.repeat(weight, np.diff(cut_ptr)))
        or np.any(sizes[left] * sizes[right] != np.repeat(sizes, np.diff(cut_ptr)))
    ):
        raise ValueError("WordProgram: a composition does not fit those that it is made of")


# --- orders of terms --------------------------------------------------------------------------


cdef void fill_order(term_order *order, arrays):
    tile_run, runs, key, slot, other = arrays
    order.tile_run = <const int64_t *> address(tile_run)
    order.runs = <const term_run *> address(runs)
    order.key = <const int32_t *> address(key)
    order.slot = <const int32_t *> address(slot)
    order.other = <const int32_t *> address(other)


def merged_by_trunk(term_ptr, term_slot, term_trunk, n_slots):
    """Merge the terms of each block that have one trunk; equal sums of slots become one.

    Returns block, slot and trunk of the merged terms, and sum_ptr and sum_slot: slot number
    n_slots + i is the sum of the slots sum_slot[sum_ptr[i]:sum_ptr[i + 1]].
    """
    block = np.repeat(np.arange(len(term_ptr) - 1), np.diff(term_ptr))
    order = np.lexsort((term_slot, term_trunk, block))
    block, slot, trunk = block[order], term_slot[order], term_trunk[order]
    changes = (np.diff(block) != 0) | (np.diff(trunk) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(slot)])
    sizes = np.diff(np.append(starts, len(slot)))
    merged = slot[starts]
    sums = []
    for size in np.unique(sizes[sizes > 1]):
        group = np.flatnonzero(sizes == size)
        members = slot[starts[group][:, None] + np.arange(size)]
        distinct, which = np.unique(members, axis=0, return_inverse=True)
        merged[group] = n_slots + sum(map(len, sums)) + which.ravel()
        sums.append(distinct)
    sum_ptr = np.cumsum([0, *(distinct.shape[1] for distinct in sums for _ in distinct)])
    sum_slot = np.concatenate([np.empty(0, np.int32), *(distinct.ravel() for distinct in sums)])
    return (
        block[starts],
        merged.astype(np.int32),
        trunk[starts],
        sum_ptr.astype(np.int64),
        sum_slot.astype(np.int32),
    )


def orders_of_terms(block, slot, trunk, n_blocks, width):
    """Return the arrays of the two term_order of terms that are sorted by block."""
    per_tile = max(TREEALG_TILE // width, 1)
    n_tiles = -(-n_blocks // per_tile)
    blocks = np.arange(n_blocks)
    by_block = order_of_terms(
        n_tiles, blocks // per_tile, blocks % per_tile,
        np.bincount(block, minlength=n_blocks), slot, trunk,
    )
    order = np.lexsort((block, trunk, block // per_tile))
    tile, key = block[order] // per_tile, trunk[order]
    changes = (np.diff(tile) != 0) | (np.diff(key) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(order)])
    by_trunk = order_of_terms(
        n_tiles, tile[starts], key[starts], np.diff(np.append(starts, len(order))),
        slot[order], block[order] % per_tile,
    )
    return by_block, by_trunk


def order_of_terms(n_tiles, tile, key, terms, slot, other):
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
