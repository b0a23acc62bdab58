/* Kernels on rows of coefficients: sparse maps, logarithms and the operations of a group. */
#ifndef TREEALG_ALGEBRA_H
#define TREEALG_ALGEBRA_H

#include "common/arguments.h"

/* Coefficients that are transposed at a time; at least 8. For most widths, the multiple of it below
 * fills whole vectors of 8. */
#define TREEALG_TILE 120

#define TREEALG_MAX_NODES 64 /* of the quadrature of a convolution program */

/* out[r * width + a] = sum over e in ptr[r]:ptr[r + 1] of coef[e] * in[col[e] * width + a].
 * Within a row the entries of coefficient 1 come first, up to unit_end[r]. */
typedef struct {
    Py_ssize_t width, n_rows, n_cols;
    const int64_t *ptr, *unit_end;
    const int32_t *col;
    const void *coef; /* REAL */
} sparse_map;

/* Terms in an order that is cheap to walk: tile by tile, within a tile grouped by a key (the block
 * or the trunk), the keys with equally many terms one after the other, so that the loop over the
 * terms of a key is the same again and again. Tile i has the runs tile_run[i]:tile_run[i + 1]; of
 * block and trunk, `key` holds one entry per key and `other` one per term. All are places of a slot,
 * or of the first element of a trunk or of a block within its tile, in eighths of a vector. */
typedef struct {
    int32_t keys, terms;
} term_run;

typedef struct {
    const int64_t *tile_run;
    const term_run *runs;
    const int32_t *key, *slot, *other;
} term_order;

/* The proper coproduct, block by block of `width` elements (see treealg.tables.ConvolutionTable),
 * with the nodes at which the flow exp(tL) is carried. */
typedef struct {
    Py_ssize_t width, degree, n_nodes, n_slots;
    int single; /* slot s > 0 is coefficient s - 1 alone, as it is of words */
    const int64_t *block_start, *slot_start, *term_ptr;
    const int32_t *term_slot, *term_trunk, *head, *tail;
    /* The highest order again, in tiles of TREEALG_TILE / width blocks (at least one). Terms of one
     * block and trunk are one term here; its slot is then number n_slots + i, the sum of the slots
     * sum_slot[sum_ptr[i]:sum_ptr[i + 1]]. */
    term_order by_block, by_trunk;
    Py_ssize_t n_sums;
    const int64_t *sum_ptr;
    const int32_t *sum_slot;
    const void *factor;                        /* REAL, n_slots */
    /* REAL: n_nodes each, and n_nodes x n_nodes; moments are weights times (1 - nodes). */
    const void *nodes, *weights, *moments, *integration;
} convolution_program;

/* The operations of a convolution group, and for each its arguments, those read before those
 * written; d stands before derivatives. One row per lane, from row `first`. */
typedef enum {
    EXPONENTIAL,          /* log; out */
    EXPONENTIAL_BACKWARD, /* log, dout; dlog */
    PRODUCT,              /* left, right; out */
    PRODUCT_BACKWARD,     /* left, right, dout; dleft, dright */
    INVERSE,              /* x; out */
    INVERSE_BACKWARD,     /* x, dout; dx */
    LINEAR,               /* displacement; out */
    LINEAR_BACKWARD,      /* displacement, dout; ddisplacement */
    GROUP_OPERATIONS
} group_operation;

typedef void (*group_kernel)(const convolution_program *program, const matrix_view *arguments,
                             Py_ssize_t first, void *scratch);

/* In one precision on one instruction set; sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    /* The first `count` columns of the rows from number `first` on, to and from lanes. */
    void (*load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, void *lanes);
    void (*store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, const void *lanes);
    /* So many vectors, in place: all lanes, and one. */
    void (*add)(void *sums, const void *terms, Py_ssize_t count);
    void (*clear_lane)(void *vectors, int lane, Py_ssize_t count);
    /* One lane of a vector, from one of another. */
    void (*copy_lane)(void *to, int lane, const void *from, int from_lane);
    void (*add_lane)(void *to, int lane, const void *from, int from_lane);
    void (*apply_map)(const sparse_map *map, const void *lanes, const matrix_view *out,
                      Py_ssize_t first);
    /* From one row to another; numbers are read beyond its end, less than there are lanes. */
    void (*apply_map_to_row)(const sparse_map *map, const void *row, void *out);
    void (*apply_map_transposed)(const sparse_map *map, const matrix_view *in, Py_ssize_t first,
                                 void *lanes);
    size_t (*logarithm_scratch)(const convolution_program *program, int backward);
    /* X from the rows of `in` (or, without them, from `lanes`); L to `lanes`, or, without them, to
     * the rows of `out`. */
    void (*logarithm)(const convolution_program *program, const matrix_view *in,
                      const matrix_view *out, Py_ssize_t first, void *lanes, void *scratch);
    /* The derivative with respect to X, to the rows of `out`, from that with respect to L, in the
     * rows of `derivs` (or, without them, in `lanes`). */
    void (*logarithm_backward)(const convolution_program *program, const matrix_view *in,
                               const matrix_view *derivs, const matrix_view *out, Py_ssize_t first,
                               const void *lanes, void *scratch);
    size_t (*group_scratch)(const convolution_program *program, group_operation operation);
    group_kernel group[GROUP_OPERATIONS];
} algebra_kernels;

#endif
