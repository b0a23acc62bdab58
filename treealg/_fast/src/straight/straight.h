/* Kernels of small convolution tables, straight-line source that the build makes of them (see
 * treealg/codegen/straight.py): one table of functions for each, those of algebra/algebra.h without
 * their program. They take whole groups of lanes, of rows that are contiguous; all else goes to the
 * kernels of algebra/.
 */
#ifndef TREEALG_STRAIGHT_H
#define TREEALG_STRAIGHT_H

#include "algebra/algebra.h"

/* One row per lane, from row `first`; the arguments are those of a group_operation. */
typedef void (*straight_kernel)(const matrix_view *arguments, Py_ssize_t first, void *scratch);

/* Of one table, in one precision on one instruction set. */
typedef struct {
    size_t scratch; /* bytes, for one group of lanes */
    straight_kernel logarithm, logarithm_backward, group[GROUP_OPERATIONS]; /* or NULL */
} straight_kernels;

#endif
