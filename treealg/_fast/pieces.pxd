"""Spans of paths, and the pieces that lanes take of them (see pieces.pyx)."""

from libc.stdint cimport int64_t

from treealg._fast.core cimport Buffer, path_view


# Of a piece: its path, its first and last segment, and its place in the parts of cut paths.
cdef struct piece:
    int64_t path, begin, end, place

# Of a path that is cut: its number, its first part, the one after its last, and its last segment.
cdef struct cut_path:
    int64_t path, first, last, end


cdef class Spans:
    cdef const int64_t[:, ::1] table
    cdef Py_ssize_t count, longest, points  # spans; points of the longest, and of all
    cdef int64_t *order  # the longest first
    cdef int64_t *places  # what to add to a point of a path for its place in those of all spans
    cdef int read(self, spans, Py_ssize_t count, Py_ssize_t length, const int64_t *own) except -1
    cdef void describe(self, path_view *path) noexcept


cdef class Pieces:
    cdef Py_ssize_t n_cut, n_whole, n_joined, longest  # pieces, paths that are cut; segments
    cdef piece *cut  # of these paths, the longest first
    cdef piece *whole  # paths that are not cut, the longest first
    cdef cut_path *joined
    cdef int64_t *position  # among the cut pieces, of each by its place in the order of time


cdef Spans spans_of(spans, Buffer path)

cdef Pieces pieces_of(Spans spans, Py_ssize_t per_step, int lanes, int n_threads)
