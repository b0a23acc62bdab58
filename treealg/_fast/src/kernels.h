/* What the kernels of every instruction set and precision have in common: their arguments.
 *
 * Nothing here knows of trees. Arguments are checked by the caller; a kernel trusts them.
 */
#ifndef TREEALG_KERNELS_H
#define TREEALG_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifndef Py_PYTHON_H
typedef ptrdiff_t Py_ssize_t;
#endif

#define ALIGNMENT 64
#define TREEALG_TILE 64 /* coefficients that are transposed at a time; at least 8 */
#define TREEALG_KEPT_BYTES (1 << 20) /* a grid of values up to this size is kept as a whole */
#define TREEALG_MAX_NODES 32 /* of the quadrature of a convolution program */

/* A matrix of `count` rows in memory; strides in bytes, of any sign. */
typedef struct {
    char *data;
    Py_ssize_t count, row_stride, column_stride;
} matrix_view;

/* Piecewise linear paths, (count, length, channels), strides in bytes, and their transform. */
typedef struct {
    const char *data;
    Py_ssize_t count, length, channels;
    Py_ssize_t path_stride, time_stride, channel_stride;
    int time_aug, lead_lag;
    double end_time;
} path_view;

/* out[r * width + a] = sum over e in ptr[r]:ptr[r + 1] of coef[e] * in[col[e] * width + a].
 * Within a row the entries of coefficient 1 come first, up to unit_end[r]. */
typedef struct {
    Py_ssize_t width, n_rows, n_cols;
    const int64_t *ptr, *unit_end;
    const int32_t *col;
    const void *coef; /* REAL */
} sparse_map;

/* Blocks of the highest order whose coproducts have equally many terms. */
typedef struct {
    int32_t blocks, terms;
} block_run;

/* The proper coproduct, block by block of `width` elements (see treealg.tables.ConvolutionTable),
 * with the nodes at which the flow exp(tL) is carried. */
typedef struct {
    Py_ssize_t width, degree, n_nodes, n_slots;
    const int64_t *block_start, *slot_start, *term_ptr;
    const int32_t *term_slot, *term_trunk, *head, *tail;
    /* The highest order again, tile by tile of TREEALG_TILE / width blocks (at least one). Within a
     * tile blocks stand in the order of their number of terms, so that the loop over the terms is
     * the same again and again: tile i has the runs tile_run[i]:tile_run[i + 1], and top_block are
     * the places of their blocks in the tile. Terms of one trunk are one term here; its slot is then
     * number n_slots + i, the sum of the slots sum_slot[sum_ptr[i]:sum_ptr[i + 1]]. */
    Py_ssize_t n_sums;
    const int64_t *sum_ptr;
    const int32_t *sum_slot;
    const int64_t *tile_run;
    const block_run *runs;
    const int32_t *top_block, *top_slot, *top_trunk;
    const void *factor;                        /* REAL, n_slots */
    /* REAL: n_nodes each, and n_nodes x n_nodes; moments are weights times (1 - nodes). */
    const void *nodes, *weights, *moments, *integration;
} convolution_program;

/* Pairs of paths whose branched signature kernel is asked for: pair i is path first[i] of x and
 * path second[i] of y. The static kernel is `parameter` <x, y>, or exp(-parameter |x - y|^2). */
typedef struct {
    path_view x, y;
    const int64_t *first, *second;
    Py_ssize_t dimension, depth; /* channels of the transformed paths; levels */
    int order_x, order_y;        /* each segment is cut into 2^order pieces */
    int rbf, grid;               /* grid: the values at all nodes, row by row, not at the last only */
    double parameter;
} pair_problem;

/* Looked at between blocks of work; set when the caller wants the kernel to return early. */
typedef struct interrupt {
    volatile int stop; /* not 0: return early */
    double last; /* when signals were last looked for, in seconds */
    void (*poll)(struct interrupt *);
    void *context;
} interrupt;

/* One precision on one instruction set. Sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    int lanes;
    size_t (*word_signature_scratch)(Py_ssize_t dimension, Py_ssize_t degree);
    /* Word signatures of `used` pieces of paths: piece l is segments begin[l] to end[l] of path
     * row[l] (of the transformed path). Result in the lane buffer `signature`. */
    void (*word_signature)(const path_view *path, Py_ssize_t dimension, Py_ssize_t degree, int used,
                           const Py_ssize_t *row, const Py_ssize_t *begin, const Py_ssize_t *end,
                           void *signature, void *scratch, interrupt *stop);
    /* In place, row-major and of one path: signature = signature (x) next. */
    void (*word_product)(void *signature, const void *next, Py_ssize_t dimension,
                         Py_ssize_t degree);
    void (*load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t start, Py_ssize_t count,
                 void *lanes);
    void (*store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t start, Py_ssize_t count,
                  const void *lanes);
    void (*apply_map)(const sparse_map *map, const void *lanes, const matrix_view *out,
                      Py_ssize_t first, Py_ssize_t column);
    void (*apply_map_transposed)(const sparse_map *map, const matrix_view *in, Py_ssize_t first,
                                 Py_ssize_t column, void *lanes);
    size_t (*logarithm_scratch)(const convolution_program *program, int backward);
    /* X from the rows of `in` (or, without them, from `lanes`); L to `lanes` (if not NULL) and to
     * the rows of `out` (if not NULL). */
    void (*logarithm)(const convolution_program *program, const matrix_view *in,
                      Py_ssize_t in_column, const matrix_view *out, Py_ssize_t out_column,
                      Py_ssize_t first, void *lanes, void *scratch);
    /* The derivative with respect to X, to the rows of `out`, from that with respect to L, in the
     * rows of `derivs` (or, without them, in `lanes`). */
    void (*logarithm_backward)(const convolution_program *program, const matrix_view *in,
                               Py_ssize_t in_column, const matrix_view *derivs,
                               Py_ssize_t derivs_column, const matrix_view *out,
                               Py_ssize_t out_column, Py_ssize_t first, const void *lanes,
                               void *scratch);
    size_t (*forest_kernel_scratch)(const pair_problem *problem, int backward);
    /* Kernels of pairs first, first + 1, ..., to the rows of `out`: one column, or the grid. */
    void (*forest_kernel)(const pair_problem *problem, Py_ssize_t first, const matrix_view *out,
                          void *scratch, interrupt *stop);
    /* The derivatives with respect to the points of both transformed paths, pair by pair. */
    void (*forest_kernel_backward)(const pair_problem *problem, Py_ssize_t first,
                                   const matrix_view *derivs, const matrix_view *grad_x,
                                   const matrix_view *grad_y, void *scratch, interrupt *stop);
    /* In lanes: each word signature times exp of a segment, in place. */
    void (*word_step)(void *signature, const void *increment, Py_ssize_t dimension,
                      Py_ssize_t degree, void *scratch);
    /* Increments of segments begin[l] + first of path row[l], for one segment per lane. */
    void (*word_increment)(const path_view *path, Py_ssize_t dimension, int used,
                           const Py_ssize_t *row, const Py_ssize_t *segment, void *increment);
} kernel_table;

typedef struct {
    const char *name;
    const kernel_table *f32, *f64;
} instruction_set;

/* The fastest instruction set of this processor, or the one called `name`; NULL if it has none
 * of that name. */
const instruction_set *treealg_instruction_set(const char *name);

#endif
