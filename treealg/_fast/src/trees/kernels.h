/* The kernels of one family in one precision (see trees/trees.h). */

#include "common/checkpoints.h"
#include "common/time.h"
#include "words/increments.h"
#include "chains/corrections.h"
#include "trees/values.h"

TABLE_OF(tree_kernels) = {
    NAME(tree_values_scratch),
    NAME(tree_values),
    NAME(tree_values_backward),
};
