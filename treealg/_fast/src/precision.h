/* All kernels in one precision: included once with REAL = float and once with REAL = double.
 *
 * The including file defines REAL, LANES, SUFFIX and what an instruction set has
 * (VECTOR_BYTES, VECTOR_REGISTERS).
 */

#define NAME_(name, suffix) name##_##suffix
#define NAME_OF(name, suffix) NAME_(name, suffix)
#define NAME(name) NAME_OF(name, SUFFIX)

#include "lanes.h"
#include "word_signature.h"
#include "sparse_map.h"
#include "logarithm.h"
#include "exponential.h"
#include "forest_kernel.h"
#include "forest_kernel_backward.h"
#include "word_step.h"

static void NAME(load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t start, Py_ssize_t count,
                       void *lanes) {
    const rows_t rows = rows_of(m, first);
    load_rows(&rows, start, count, lanes);
}

static void NAME(store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t start, Py_ssize_t count,
                        const void *lanes) {
    const rows_t rows = rows_of(m, first);
    store_rows(&rows, start, count, lanes);
}

static const kernel_table NAME(kernels) = {
    LANES,
    NAME(word_signature_scratch),
    NAME(word_signature),
    NAME(word_product),
    NAME(load),
    NAME(store),
    NAME(apply_map),
    NAME(apply_map_transposed),
    NAME(logarithm_scratch),
    NAME(logarithm),
    NAME(logarithm_backward),
    NAME(forest_kernel_scratch),
    NAME(forest_kernel),
    NAME(forest_kernel_backward),
    NAME(word_step),
    NAME(word_increment),
};

#undef vec
#undef uvec
#undef splat
#undef rows_t
#undef rows_of
#undef load_rows
#undef store_rows
#undef prefetch_rows
#undef word_state
#undef flow
#undef walk_t
#undef mask
#undef exponential
#undef pair_state
#undef pair_adjoint
