"""Spans of paths as pieces that lanes take (see spans.pyx)."""

from libc.stdint cimport int64_t


# Of a piece: its path, its first and last segment, and its place in the parts of cut paths.
cdef struct piece:
    int64_t path, begin, end, place

# Of a path that is cut: its number, its first part, the one after its last, and its last segment.
cdef struct cut_path:
    int64_t path, first, last, end
