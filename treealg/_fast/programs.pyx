# cython: language_level=3, cdivision=True
"""Tables as the kernels take them: maps, convolutions, words and trees; see layouts.py."""

from libc.stdint cimport int32_t, int64_t

import numpy as np

from treealg._fast.layouts import (
    check_map, check_program, check_trees, check_words, merged_by_trunk, orders_of_terms,
    places_in_turn, slots_are_single, states_of_trees, units_first,
)

from treealg.fingerprints import fingerprint

from treealg._fast.core cimport TREEALG_MAX_NODES, TREEALG_TILE, term_order, term_run


cdef extern from "straight/sizes.h":
    enum: TREEALG_STRAIGHT_COLUMNS
    const char *TREEALG_STRAIGHT_FINGERPRINTS

STRAIGHT = TREEALG_STRAIGHT_FINGERPRINTS.decode().split()
"""The fingerprints of the tables that have straight-line kernels."""


cdef const void *address(array):
    cdef Py_ssize_t at = array.ctypes.data
    return <const void *> at


cdef void fill_order(term_order *order, arrays):
    tile_run, runs, key, slot, other = arrays
    order.tile_run = <const int64_t *> address(tile_run)
    order.runs = <const term_run *> address(runs)
    order.key = <const int32_t *> address(key)
    order.slot = <const int32_t *> address(slot)
    order.other = <const int32_t *> address(other)


cdef class SparseMap:
    """A sparse linear map on coefficients, in blocks of `width`; see tables.LinearMap."""

    def __cinit__(self, Py_ssize_t width, Py_ssize_t n_cols, ptr, col, coef):
        ptr = np.ascontiguousarray(ptr, dtype=np.int64)
        col = np.ascontiguousarray(col, dtype=np.int32)
        coef = np.ascontiguousarray(coef, dtype=np.float64)
        cdef Py_ssize_t n_rows = len(ptr) - 1
        check_map(width, n_cols, ptr, col, coef)
        unit_end, col, coef = units_first(ptr, col, coef)
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
        orders = orders_of_terms(block, slot, trunk, integers[0][-1] - first, width, TREEALG_TILE)
        self.keep = (integers, indices, reals, singles, sum_ptr, sum_slot, orders)
        self.columns = integers[0][len(integers[0]) - 1] * width
        self.straight = -1
        if self.columns <= TREEALG_STRAIGHT_COLUMNS:
            found = fingerprint(width, (*integers, *indices, *reals[:3], reals[4]))
            if found in STRAIGHT:
                self.straight = STRAIGHT.index(found)
        self.f64.width = width
        self.f64.degree = len(integers[0]) - 1
        self.f64.n_nodes = n_nodes
        self.f64.n_slots = n_slots
        self.f64.single = slots_are_single(
            width, integers[0], integers[1], indices[0], indices[1], reals[0]
        )
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


def straight_number(ConvolutionProgram program not None):
    """Return which straight-line kernels a program has (see treealg.codegen.straight), or -1."""
    return program.straight


cdef class WordProgram:
    """Words, and where the increments of their letters are; see tables.WeightedWords.

    A letter is a chain of up to `longest` labels; with `longest` 1 these are the plain words. With
    `channel_letter` a letter is a channel, of its weight, or has a column of the correction.
    """

    def __cinit__(
        self, Py_ssize_t dimension, Py_ssize_t degree, letters, start, weight, child, cut_ptr,
        cut_left, cut_right, letter_column, channel_letter=None,
    ):
        letter_start = np.cumsum([0, *letters])
        longs = [np.ascontiguousarray(x, dtype=np.int64) for x in (start, cut_ptr, letter_start)]
        ints = [
            np.ascontiguousarray(x, dtype=np.int32)
            for x in (weight, child, cut_left, cut_right, letter_column)
        ]
        if channel_letter is not None:
            channel_letter = np.ascontiguousarray(channel_letter, dtype=np.int32)
        time_word = check_words(dimension, degree, longs, ints, channel_letter)
        self.keep = (longs, ints, channel_letter)
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
        self.plain = self.longest == 1 and channel_letter is None
        self.view.channel_letter = NULL
        if channel_letter is not None:
            self.view.channel_letter = <const int32_t *> address(channel_letter)
        self.view.time_word = time_word


cdef class TreeProgram:
    """Integrals and products of polynomials in time; see tables.CoefficientTable."""

    def __cinit__(self, Py_ssize_t dimension, label, left, right, times, column, output):
        label, left, right, times, column, output = (
            np.ascontiguousarray(x, dtype=np.int32)
            for x in (label, left, right, times, column, output)
        )
        check_trees(dimension, label, left, right, times, column, output)
        order, state, size, offset = states_of_trees(label, left, right)
        output = np.ascontiguousarray(state[output])
        in_turn, places = places_in_turn(label, left, right, size)
        self.keep = (label, left, right, times, order, state, offset, column, output, in_turn)
        self.dimension = dimension
        self.outputs = len(output)
        self.columns = int(column.max(initial=-1)) + 1
        self.view.n_states = int(state.max(initial=-1)) + 1
        self.view.n_instructions = len(label)
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
        self.forward = self.view
        self.forward.n_coefficients = places
        self.forward.offset = <const int64_t *> address(in_turn)
