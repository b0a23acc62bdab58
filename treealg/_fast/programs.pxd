"""The tables that kernels take (see programs.pyx)."""

from treealg._fast.core cimport convolution_program, sparse_map, tree_program, word_program


cdef class SparseMap:
    cdef sparse_map f32, f64
    cdef readonly Py_ssize_t width, rows, columns
    cdef tuple keep


cdef class ConvolutionProgram:
    cdef convolution_program f32, f64
    cdef readonly Py_ssize_t columns
    cdef tuple keep


cdef class WordProgram:
    cdef word_program view
    cdef readonly Py_ssize_t dimension, degree, longest, columns, largest_column
    cdef tuple keep


cdef class TreeProgram:
    cdef tree_program view
    cdef readonly Py_ssize_t dimension, outputs, columns
    cdef tuple keep
