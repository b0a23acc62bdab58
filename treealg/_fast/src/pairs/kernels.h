/* The kernels of one family in one precision (see pairs/pairs.h). */

#include "common/time.h"
#include "pairs/vector_exp.h"
#include "pairs/sig_kernel.h"
#include "pairs/sig_kernel_backward.h"

TABLE_OF(pair_kernels) = {
    NAME(sig_kernel_scratch),
    NAME(sig_kernel),
    NAME(sig_kernel_backward),
};
