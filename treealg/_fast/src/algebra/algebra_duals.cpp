/* The kernels of algebra/algebra.h over dual numbers (see common/duals.h). */
#define TREEALG_DUALS
#include "algebra/algebra.c"
