/* The kernels of one family in one precision (see algebra/algebra.h). */

#include "algebra/sparse_map.h"
#include "algebra/top_order.h"
#include "algebra/flow.h"
#include "algebra/logarithm.h"
#include "algebra/exponential.h"
#include "algebra/group.h"
#include "algebra/linear_piece.h"

static void NAME(load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, void *lanes) {
    const rows_t rows = rows_of(m, first);
    load_rows(&rows, 0, count, (vec *)lanes);
}

static void NAME(store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count,
                        const void *lanes) {
    const rows_t rows = rows_of(m, first);
    store_rows(&rows, 0, count, (const vec *)lanes);
}

static void NAME(add)(void *sums, const void *terms, Py_ssize_t count) {
    vec *const to = (vec *)sums;
    for (Py_ssize_t i = 0; i < count; ++i) to[i] += ((const vec *)terms)[i];
}

static void NAME(clear_lane)(void *vectors, int lane, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; ++i) put((vec *)vectors + i, lane, 0);
}

static void NAME(copy_lane)(void *to, int lane, const void *from, int from_lane) {
    put((vec *)to, lane, get((const vec *)from, from_lane));
}

static void NAME(add_lane)(void *to, int lane, const void *from, int from_lane) {
    put((vec *)to, lane, get((const vec *)to, lane) + get((const vec *)from, from_lane));
}

static size_t NAME(group_scratch)(const convolution_program *p, group_operation operation) {
    switch (operation) {
    case EXPONENTIAL: return NAME(logarithm_scratch)(p, 0);
    case EXPONENTIAL_BACKWARD: return NAME(logarithm_scratch)(p, 1);
    case LINEAR: return NAME(linear_scratch)(p, 0);
    case LINEAR_BACKWARD: return NAME(linear_scratch)(p, 1);
    default: return NAME(product_scratch)(p, operation);
    }
}

TABLE_OF(algebra_kernels) = {
    NAME(load),
    NAME(store),
    NAME(add),
    NAME(clear_lane),
    NAME(copy_lane),
    NAME(add_lane),
    NAME(apply_map),
    NAME(apply_map_to_row),
    NAME(apply_map_transposed),
    NAME(logarithm_scratch),
    NAME(logarithm),
    NAME(logarithm_backward),
    NAME(group_scratch),
    {
        NAME(exponential),
        NAME(exponential_backward),
        NAME(product),
        NAME(product_backward),
        NAME(inverse),
        NAME(inverse_backward),
        NAME(linear_piece),
        NAME(linear_piece_backward),
    },
};
