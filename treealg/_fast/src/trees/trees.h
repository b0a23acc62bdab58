/* Kernels of chosen coefficients along paths: arguments and functions. */
#ifndef TREEALG_TREES_H
#define TREEALG_TREES_H

#include "common/arguments.h"

/* Polynomials in the time of a segment, one instruction each (see TreeProgram in
 * treealg._fast.reference.programs). */
typedef struct {
    Py_ssize_t n_states, n_instructions, n_coefficients, n_columns, n_outputs;
    const int32_t *label;  /* to integrate along: a channel, dimension + i for the correction in
                            * column[i]; -1 to multiply left and right */
    const int32_t *left, *right; /* earlier instructions; left = -1 is the constant 1; right >= 0 of
                                  * an integral is the one that it is added to */
    const int32_t *times; /* how often it is added */
    const int32_t *order; /* degree of the polynomial */
    const int32_t *state; /* of an integral: where its value is kept */
    const int64_t *offset; /* of its order + 1 coefficients; -1 if nobody reads them */
    const int32_t *column; /* of the correction, n_columns */
    const int32_t *output; /* states wanted */
} tree_program;

/* `count` paths from number `first` of an order on, each in `pieces` lanes, which share out its
 * segments. */
typedef struct {
    const path_view *path;
    const correction_view *correction; /* not read without columns */
    const int64_t *order; /* of the paths, NULL for their own */
    Py_ssize_t first;
    int count, pieces;
} path_group;

/* In one precision on one instruction set; sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    size_t (*values_scratch)(const tree_program *program, Py_ssize_t dimension, Py_ssize_t segments,
                             int backward);
    /* Values of a tree program, to the lane buffer `values` of its states; the same in all lanes of
     * a path. */
    void (*values)(const tree_program *program, const path_group *group, Py_ssize_t dimension,
                   void *values, void *scratch, interrupt *stop);
    /* The derivatives in the steps, as in word_kernels, from those in the states, and those in
     * the corrections, as in chain_kernels. */
    void (*values_backward)(const tree_program *program, const path_group *group,
                            Py_ssize_t dimension, void *cotangent, const matrix_view *out,
                            const matrix_view *out_correction, Py_ssize_t columns, void *scratch,
                            interrupt *stop);
} tree_kernels;

#endif
