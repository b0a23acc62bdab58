"""Gradients along spans of paths, and of what is cut (see span_gradients.pyx)."""

from libc.stdint cimport int64_t

from treealg._fast.core cimport interrupt, matrix_view, word_program
from treealg._fast.gradients cimport gradient_out
from treealg._fast.paths cimport path_words
from treealg._fast.pieces cimport Pieces, cut_path, piece


cdef struct span_gradient_task:
    path_words words, short  # all words, and those of signatures before pieces (see set_short)
    word_program program
    gradient_out out
    matrix_view derivs
    Py_ssize_t columns, short_words  # of a row of derivatives; words of weight below the degree
    const piece *cut
    const piece *whole
    const cut_path *joined
    const int64_t *position  # among the cut pieces, of each by its place in the order of time
    Py_ssize_t n_cut, n_whole, n_joined
    # One word signature per cut piece: its own, that before it, the derivatives in that after it;
    # and one per path that is cut: the signatures of whole paths.
    char *parts
    char *before
    char *after
    char *wholes


cdef Py_ssize_t groups_of(const span_gradient_task *task, Py_ssize_t count) noexcept nogil

cdef int lanes_of(
    const span_gradient_task *task, const piece *pieces, Py_ssize_t count, Py_ssize_t first,
    Py_ssize_t *row, Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil

cdef void set_pieces(span_gradient_task *task, Pieces pieces) noexcept

cdef bint take_rows(span_gradient_task *task) noexcept nogil

cdef size_t group_scratch(const span_gradient_task *task, Py_ssize_t longest) noexcept nogil

cdef void group_of_parts(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop) noexcept nogil

cdef void signatures_before(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop) noexcept nogil

cdef void group_of_gradients(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop) noexcept nogil
