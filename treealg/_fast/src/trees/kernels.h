/* The kernels of one family in one precision (see trees/trees.h). */

#include "words/signature.h"
#include "common/checkpoints.h"
#include "words/backward.h"
#include "chains/signature.h"
#include "chains/backward.h"
#include "trees/values.h"

const tree_kernels TABLE = {
    NAME(tree_values_scratch),
    NAME(tree_values),
    NAME(tree_values_backward),
};
