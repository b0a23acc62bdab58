/* The kernels of chains/chains.h over dual numbers (see common/duals.h). */
#define TREEALG_DUALS
#include "chains/chains.c"
