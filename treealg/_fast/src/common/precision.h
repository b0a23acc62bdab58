/* All kernels in one precision: included once with REAL = float and once with REAL = double.
 *
 * The including file defines REAL, INTEGER, LANES, SUFFIX and what an instruction set has
 * (VECTOR_BYTES, VECTOR_REGISTERS).
 */

#define NAME_(name, suffix) name##_##suffix
#define NAME_OF(name, suffix) NAME_(name, suffix)
#define NAME(name) NAME_OF(name, SUFFIX)

#include "common/lanes.h"
#include "words/signature.h"
#include "algebra/sparse_map.h"
#include "algebra/top_order.h"
#include "algebra/flow.h"
#include "algebra/logarithm.h"
#include "algebra/exponential.h"
#include "algebra/group.h"
#include "algebra/linear_piece.h"
#include "common/checkpoints.h"
#include "words/backward.h"
#include "chains/signature.h"
#include "chains/backward.h"
#include "trees/values.h"
#include "pairs/vector_exp.h"
#include "pairs/sig_kernel.h"
#include "pairs/sig_kernel_backward.h"
#include "words/step.h"

static void NAME(load)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count, void *lanes) {
    const rows_t rows = rows_of(m, first);
    load_rows(&rows, 0, count, lanes);
}

static void NAME(store)(const matrix_view *m, Py_ssize_t first, Py_ssize_t count,
                        const void *lanes) {
    const rows_t rows = rows_of(m, first);
    store_rows(&rows, 0, count, lanes);
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
    NAME(word_backward_scratch),
    NAME(word_backward),
    NAME(word_contract),
    NAME(steps_to_points),
    NAME(tree_values_scratch),
    NAME(tree_values),
    NAME(tree_values_backward),
    NAME(chain_signature_scratch),
    NAME(chain_signature),
    NAME(chain_product),
    NAME(chain_backward_scratch),
    NAME(chain_backward),
    NAME(chain_contract),
    NAME(sig_kernel_scratch),
    NAME(sig_kernel),
    NAME(sig_kernel_backward),
    NAME(word_step),
    NAME(word_increment),
    NAME(chain_step),
};

#undef vec
#undef uvec
#undef SHUFFLE
#undef splat
#undef rows_t
#undef rows_of
#undef load_rows
#undef load_rows_and_copy
#undef store_sum
#undef copy_rows
#undef store_rows
#undef word_state
#undef operands
#undef plus
#undef walk_t
#undef flow
#undef head_sum
#undef group_state
#undef piece
#undef back_state
#undef back_task
#undef tree_task
#undef integral
#undef chain_input
#undef chain_state
#undef chain_back
#undef chain_task
#undef head_sum
#undef mask
#undef vector_exp
#undef pair_state
#undef pair_adjoint
