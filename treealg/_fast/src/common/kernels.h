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
#define TREEALG_CELLS_PER_POLL (1 << 18) /* cells of a grid between two looks for a signal */
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

/* Terms in an order that is cheap to walk: tile by tile, within a tile grouped by a key (the block
 * or the trunk), the keys with equally many terms one after the other, so that the loop over the
 * terms of a key is the same again and again. Tile i has the runs tile_run[i]:tile_run[i + 1]; of
 * block and trunk, `key` holds one entry per key and `other` one per term. Blocks are numbered
 * within their tile. */
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

/* Polynomials in the time of a segment, one instruction each (see treealg._fast.reference.coefficients). */
typedef struct {
    Py_ssize_t n_states, n_instructions, n_coefficients, n_columns, n_outputs;
    const int32_t *label;  /* to integrate along: a channel, dimension + i for the correction in
                            * column[i]; -1 to multiply left and right */
    const int32_t *left, *right; /* earlier instructions; left = -1 is the constant 1; right >= 0 of
                                  * an integral is the one that it is added to */
    const int32_t *times;  /* how often it is added */
    const int32_t *order;  /* degree of the polynomial */
    const int32_t *state;  /* of an integral: where its value is kept */
    const int64_t *offset; /* of its order + 1 coefficients; -1 if nobody reads them */
    const int32_t *column; /* of the correction, n_columns */
    const int32_t *output; /* states wanted */
} tree_program;

/* Corrections of the segments of paths, (count, segments, columns), strides in bytes; 0 for what is
 * the same for all. */
typedef struct {
    const char *data;
    Py_ssize_t path_stride, time_stride, column_stride;
} correction_view;

/* `count` paths from number `first` on, each in `pieces` lanes, which share out its segments. */
typedef struct {
    const path_view *path;
    const correction_view *correction; /* not read without columns */
    Py_ssize_t first;
    int count, pieces;
} path_group;

/* Words (see treealg.tables.WeightedWords) whose letters are chains of up to `longest` labels, by
 * composition; number 0 is the empty word. Without a correction and with longest = 1 the words of
 * labels have kernels of their own, which need the dimension and degree only. */
typedef struct {
    Py_ssize_t dimension, degree, longest, count; /* count: of compositions */
    const int64_t *start;       /* first word of each composition, and the number of words */
    const int32_t *weight;      /* of each composition */
    const int32_t *child;       /* [composition][longest + 1]: followed by a letter of weight k */
    const int64_t *cut_ptr;     /* the cuts of composition i are cut_ptr[i]:cut_ptr[i + 1], */
    const int32_t *cut_left, *cut_right; /* the compositions of the two parts */
    const int64_t *letter_start; /* letters of weight k are letter_start[k]:letter_start[k + 1] */
    const int32_t *letter_column; /* column of the correction; -1 for no correction */
} word_program;

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
    /* The first `count` columns of the rows from number `first` on, to and from lanes. */
    void (*load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, void *lanes);
    void (*store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, const void *lanes);
    void (*apply_map)(const sparse_map *map, const void *lanes, const matrix_view *out,
                      Py_ssize_t first);
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
    size_t (*word_backward_scratch)(Py_ssize_t dimension, Py_ssize_t degree, Py_ssize_t segments);
    /* The derivatives in the steps of pieces of paths, as for `word_signature`, to the rows of
     * `out`, one step later than its first point (see steps_to_points). `before` (NULL at the
     * start of paths) are the signatures up to the pieces, words shorter than `degree`; `cotangent`
     * the derivatives after the pieces, and in the end before them. With lead-lag pieces have an
     * even number of segments. */
    void (*word_backward)(const path_view *path, Py_ssize_t dimension, Py_ssize_t degree, int used,
                          const Py_ssize_t *row, const Py_ssize_t *begin, const Py_ssize_t *end,
                          const void *before, void *cotangent, const matrix_view *out,
                          void *scratch, interrupt *stop);
    void (*word_contract)(void *cotangent, const void *piece, Py_ssize_t dimension,
                          Py_ssize_t degree);
    void (*steps_to_points)(void *row, Py_ssize_t length, Py_ssize_t channels);
    size_t (*tree_values_scratch)(const tree_program *program, Py_ssize_t dimension,
                                  Py_ssize_t segments, int backward);
    /* Values of a tree program, to the lane buffer `values` of its states; the same in all lanes of
     * a path. */
    void (*tree_values)(const tree_program *program, const path_group *group, Py_ssize_t dimension,
                        void *values, void *scratch, interrupt *stop);
    /* The derivatives in the steps, as for word_backward, from those in the states, and those in
     * the corrections, as for chain_backward. */
    void (*tree_values_backward)(const tree_program *program, const path_group *group,
                                 Py_ssize_t dimension, void *cotangent, const matrix_view *out,
                                 const matrix_view *out_correction, Py_ssize_t columns,
                                 void *scratch, interrupt *stop);
    /* As word_signature, word_signature_scratch and word_product, for words of chains. */
    size_t (*chain_signature_scratch)(const word_program *program);
    void (*chain_signature)(const word_program *program, const path_view *path,
                            const correction_view *correction, int used, const Py_ssize_t *row,
                            const Py_ssize_t *begin, const Py_ssize_t *end, void *signature,
                            void *scratch, interrupt *stop);
    void (*chain_product)(const word_program *program, void *signature, const void *next);
    size_t (*chain_backward_scratch)(const word_program *program, Py_ssize_t segments);
    /* The derivatives in the steps, as for word_backward, with words of weight below the degree in
     * `before`, to the rows of `out`, and those in the corrections to the rows of `out_correction`,
     * (segments, columns) each. */
    void (*chain_backward)(const word_program *program, const path_view *path,
                           const correction_view *correction, int used, const Py_ssize_t *row,
                           const Py_ssize_t *begin, const Py_ssize_t *end, const void *before,
                           void *cotangent, const matrix_view *out,
                           const matrix_view *out_correction, Py_ssize_t columns, void *scratch,
                           interrupt *stop);
    void (*chain_contract)(const word_program *program, void *cotangent, const void *piece);
    size_t (*sig_kernel_scratch)(const pair_problem *problem, int backward);
    /* Kernels of `used` pairs from `first` on, at most as many as there are lanes, to the rows of
     * `out`: one column, or the grid. */
    void (*sig_kernel)(const pair_problem *problem, Py_ssize_t first, int used,
                          const matrix_view *out, void *scratch, interrupt *stop);
    /* The derivatives with respect to the points of both transformed paths, pair by pair. */
    void (*sig_kernel_backward)(const pair_problem *problem, Py_ssize_t first, int used,
                                   const matrix_view *derivs, const matrix_view *grad_x,
                                   const matrix_view *grad_y, void *scratch, interrupt *stop);
    /* In lanes: each word signature times exp of a segment, in place. */
    void (*word_step)(void *signature, const void *increment, Py_ssize_t dimension,
                      Py_ssize_t degree, void *scratch);
    /* Increments of segments begin[l] + first of path row[l], for one segment per lane. */
    void (*word_increment)(const path_view *path, Py_ssize_t dimension, int used,
                           const Py_ssize_t *row, const Py_ssize_t *segment, void *increment);
    void (*chain_step)(const word_program *program, const path_view *path,
                       const correction_view *correction, int used, const Py_ssize_t *row,
                       const Py_ssize_t *segment, void *signature, void *scratch);
} kernel_table;

typedef struct {
    const char *name;
    const kernel_table *f32, *f64;
} instruction_set;

/* The fastest instruction set of this processor, or the one called `name`; NULL if it has none
 * of that name. */
const instruction_set *treealg_instruction_set(const char *name);

#endif
