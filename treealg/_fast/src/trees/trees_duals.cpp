/* The kernels of trees/trees.h over dual numbers (see common/duals.h). */
#define TREEALG_DUALS
#include "trees/trees.c"
