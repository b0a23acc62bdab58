"""The tables that kernels take (see programs.pyx)."""

from treealg._fast.core cimport convolution_program, sparse_map, tree_program, word_program


cdef class SparseMap:
    cdef sparse_map f32, f64
    cdef readonly Py_ssize_t width, rows, columns
    cdef tuple keep


cdef class ConvolutionProgram:
    cdef convolution_program f32, f64
    cdef readonly Py_ssize_t columns
    cdef int straight  # number of its straight-line kernels, -1 without them
    cdef tuple keep


cdef class WordProgram:
    cdef word_program view
    cdef readonly Py_ssize_t dimension, degree, longest, columns, largest_column
    cdef bint plain
    cdef tuple keep


cdef class TreeProgram:
    cdef tree_program view, forward  # the other keeps no polynomial longer than it is read
    cdef readonly Py_ssize_t dimension, outputs, columns
    cdef tuple keep


# Nanoseconds for one group of rows, roughly, as all costs that tell how many threads are worth
# their while (see src/common/threads.h).

cdef inline double map_cost(const sparse_map *linear_map) noexcept nogil:
    return 0.5 * linear_map.width * (
        linear_map.ptr[linear_map.n_rows] + 4 * linear_map.n_rows + linear_map.n_cols
    )

cdef inline double program_cost(const convolution_program *program) noexcept nogil:
    """Of one pass over the terms of the coproduct, and over the values at all nodes."""
    return 0.5 * program.width * (
        program.term_ptr[program.block_start[program.degree]]
        + program.n_nodes * (program.n_slots + program.block_start[program.degree])
    )
