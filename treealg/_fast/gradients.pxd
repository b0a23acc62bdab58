"""What all backward passes along paths have in common (see gradients.pyx)."""

from treealg._fast.core cimport interrupt, matrix_view, word_program
from treealg._fast.paths cimport path_words


# Where derivatives in the points (those in the step to a point at its place) and in the corrections
# of segments are written.
cdef struct gradient_out:
    matrix_view steps, correction


cdef struct gradient_task:
    path_words words, short  # all words, and those of signatures before pieces (see set_short)
    word_program program
    gradient_out out
    matrix_view derivs
    Py_ssize_t short_words, pieces
    size_t rows_size
    # One word signature per piece: its own, that before it, the derivatives in that after it; and
    # one per path: the signatures of whole paths.
    char *parts
    char *before
    char *after
    char *wholes

cdef void gradients(gradient_task *task, int n_threads, interrupt *stop) noexcept nogil

cdef matrix_view rows_in(
    char *data, Py_ssize_t count, const path_words *words, Py_ssize_t step) noexcept nogil

cdef size_t backward_scratch(const path_words *words, Py_ssize_t segments) noexcept nogil

cdef void backward(
    const path_words *words, const gradient_out *out, int used, const Py_ssize_t *row,
    const Py_ssize_t *begin, const Py_ssize_t *end, const char *before, char *cotangent,
    char *scratch, interrupt *stop,
) noexcept nogil

cdef void points_of_spans(const path_words *words, const gradient_out *out) noexcept nogil

cdef void contract(const path_words *words, void *cotangent, const void *piece) noexcept nogil

cdef void word_derivatives(
    const path_words *words, const matrix_view *derivs, Py_ssize_t first, int used,
    char *signatures, char *cotangent, char *target, char *scratch,
) noexcept nogil

cdef Py_ssize_t count_short_words(const word_program *words) noexcept nogil

cdef void set_short(
    path_words *short, word_program *program, const path_words *words) noexcept nogil
