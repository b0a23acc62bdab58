"""Steps along paths, one segment of each lane at a time (see prefixes.pyx)."""

from treealg._fast.paths cimport path_words


cdef void advance(
    const path_words *words, int used, const Py_ssize_t *row, const Py_ssize_t *segment,
    char *signature, char *increment, char *scratch,
) noexcept nogil

cdef size_t advance_scratch(const path_words *words) noexcept nogil
