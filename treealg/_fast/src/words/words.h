/* Kernels of words of single labels along paths: arguments and functions. */
#ifndef TREEALG_WORDS_H
#define TREEALG_WORDS_H

#include "common/arguments.h"

/* In one precision on one instruction set; sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    size_t (*signature_scratch)(Py_ssize_t dimension, Py_ssize_t degree);
    /* Word signatures of `used` pieces of paths: piece l is segments begin[l] to end[l] of path
     * row[l] (of the transformed path). Result in the lane buffer `signature`. */
    void (*signature)(const path_view *path, Py_ssize_t dimension, Py_ssize_t degree, int used,
                      const Py_ssize_t *row, const Py_ssize_t *begin, const Py_ssize_t *end,
                      void *signature, void *scratch, interrupt *stop);
    /* In place, row-major and of one path: signature = signature (x) next. */
    void (*product)(void *signature, const void *next, Py_ssize_t dimension, Py_ssize_t degree);
    /* In lanes: each word signature times exp of a segment, in place. */
    void (*step)(void *signature, const void *increment, Py_ssize_t dimension, Py_ssize_t degree,
                 void *scratch);
    /* Increments of segments begin[l] + first of path row[l], for one segment per lane. */
    void (*increment)(const path_view *path, Py_ssize_t dimension, int used, const Py_ssize_t *row,
                      const Py_ssize_t *segment, void *increment);
    size_t (*backward_scratch)(Py_ssize_t dimension, Py_ssize_t degree, Py_ssize_t segments);
    /* The derivatives in the steps of pieces of paths, as for `signature`, to the rows of
     * `out`, one step later than its first point (see steps_to_points). `before` (NULL at the
     * start of paths) are the signatures up to the pieces, words shorter than `degree`; `cotangent`
     * the derivatives after the pieces, and in the end before them. With lead-lag pieces have an
     * even number of segments. */
    void (*backward)(const path_view *path, Py_ssize_t dimension, Py_ssize_t degree, int used,
                     const Py_ssize_t *row, const Py_ssize_t *begin, const Py_ssize_t *end,
                     const void *before, void *cotangent, const matrix_view *out, void *scratch,
                     interrupt *stop);
    void (*contract)(void *cotangent, const void *piece, Py_ssize_t dimension, Py_ssize_t degree);
    void (*steps_to_points)(void *row, Py_ssize_t length, Py_ssize_t point_size);
    /* In place, row-major and of path number `row`: the word of time is that of a point, up to which
     * the signature goes; see common/time.h. */
    void (*set_time)(const path_view *path, Py_ssize_t dimension, Py_ssize_t row, Py_ssize_t point,
                     void *signature);
} word_kernels;

#endif
