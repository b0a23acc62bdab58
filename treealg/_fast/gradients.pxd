"""What gradients along paths, with and without a correction, have in common."""

from treealg._fast.core cimport (
    chain_program, convolution_program, correction_view, interrupt, kernel_table, matrix_view,
    path_view, sparse_map,
)


cdef struct gradient_task:
    path_view path
    correction_view correction
    matrix_view derivs, out, out_correction
    Py_ssize_t derivs_column, columns, dimension, degree, words, short_words
    Py_ssize_t segments, steps, pieces  # a step is two segments with lead-lag
    const chain_program *chains  # NULL for a path without correction
    const sparse_map *output_map
    const convolution_program *log_program  # NULL for signatures
    size_t real, lanes_size, rows_size, scratch_size


cdef void gradients(
    gradient_task *task, const kernel_table *table, interrupt *stop, int n_threads
) noexcept nogil
