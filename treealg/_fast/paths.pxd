"""What all functions of words along paths have in common (see paths.pyx)."""

from treealg._fast.core cimport (
    Buffer, convolution_program, correction_view, interrupt, kernel_table, matrix_view, path_view,
    sparse_map, word_program,
)
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef struct path_words:
    const kernel_table *table
    const kernel_table *few  # for as many rows as there are paths; set once these are known
    path_view path
    correction_view correction  # not read without columns
    Py_ssize_t columns
    const word_program *words
    bint plain  # words of labels along a path without correction
    Py_ssize_t size, steps, segments  # words; a step is two segments with lead-lag
    const sparse_map *output_map
    const convolution_program *log_program  # NULL for signatures
    size_t real, lanes_size  # bytes of a number, and of the words of a group of paths


cdef struct signature_task:
    path_words words
    matrix_view out
    Py_ssize_t pieces
    char *parts  # word signatures of all pieces, path by path


cdef int describe(
    path_words *task, Buffer path, Buffer correction, WordProgram words, SparseMap output_map,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
) except -1

cdef void take_lanes(path_words *task, const kernel_table *table) noexcept nogil

cdef void choose_lanes(path_words *task, Py_ssize_t pieces) noexcept nogil

cdef size_t integration_scratch(const path_words *task) noexcept nogil

cdef double cost_of_integration(const path_words *task) noexcept nogil

cdef double cost_of_output(const path_words *task) noexcept nogil

cdef void integrate(
    const path_words *task, int used, const Py_ssize_t *row, const Py_ssize_t *begin,
    const Py_ssize_t *end, void *signature, void *scratch, interrupt *stop,
) noexcept nogil

cdef void multiply(const path_words *task, void *signature, const void *next_) noexcept nogil

cdef void extend(
    const path_words *task, void *signature, const void *next_, Py_ssize_t row, Py_ssize_t end
) noexcept nogil

cdef Py_ssize_t end_of_piece(
    const path_words *task, Py_ssize_t pieces, Py_ssize_t part) noexcept nogil

cdef int lanes_of_group(
    const path_words *task, Py_ssize_t pieces, Py_ssize_t group, Py_ssize_t *row,
    Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil

cdef void signatures(signature_task *task, int n_threads, interrupt *stop) noexcept nogil
