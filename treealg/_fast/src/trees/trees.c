#include "trees/trees.h"

#define FAMILY trees
#define FAMILY_KERNELS "trees/kernels.h"
#include "common/variant.h"
