"""Paths of a list where they lie (see lines.pyx)."""

from libc.stdint cimport int64_t

from treealg._fast.core cimport Buffer, path_line


cdef class Lines:
    cdef Py_buffer *views
    cdef path_line *lines
    cdef Py_ssize_t count, held
    cdef const int64_t[:, ::1] own
    cdef readonly object arrays, spans
    cdef bint read(self) except -1


cdef Buffer points_of(path)
