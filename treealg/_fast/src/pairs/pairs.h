/* Branched signature kernels of pairs of paths: arguments and functions. */
#ifndef TREEALG_PAIRS_H
#define TREEALG_PAIRS_H

#include "common/arguments.h"

#define TREEALG_CELLS_PER_POLL (1 << 18) /* cells of a grid between two looks for a signal */
#define TREEALG_KEPT_BYTES (1 << 20) /* a grid of values up to this size is kept as a whole */

/* Pairs of paths whose branched signature kernel is asked for: pair i is path first[i] of x and
 * path second[i] of y. The static kernel is `parameter` <x, y>, or exp(-parameter |x - y|^2). */
typedef struct {
    path_view x, y;
    const int64_t *first, *second;
    Py_ssize_t dimension, depth; /* channels of the transformed paths; levels */
    int order_x, order_y;        /* each segment is cut into 2^order pieces */
    int rbf, grid; /* grid: the values at all nodes, row by row, not at the last only */
    double parameter;
} pair_problem;

/* In one precision on one instruction set; sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    size_t (*sig_kernel_scratch)(const pair_problem *problem, int backward);
    /* Kernels of `used` pairs from `first` on, at most as many as there are lanes, to the rows of
     * `out`: one column, or the grid. */
    void (*sig_kernel)(const pair_problem *problem, Py_ssize_t first, int used,
                       const matrix_view *out, void *scratch, interrupt *stop);
    /* The derivatives with respect to the points of both transformed paths, pair by pair. */
    void (*sig_kernel_backward)(const pair_problem *problem, Py_ssize_t first, int used,
                                const matrix_view *derivs, const matrix_view *grad_x,
                                const matrix_view *grad_y, void *scratch, interrupt *stop);
} pair_kernels;

#endif
