/* The kernels of pairs/pairs.h over dual numbers (see common/duals.h). */
#define TREEALG_DUALS
#include "pairs/pairs.c"
