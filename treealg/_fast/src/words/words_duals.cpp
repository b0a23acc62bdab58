/* The kernels of words/words.h over dual numbers (see common/duals.h). */
#define TREEALG_DUALS
#include "words/words.c"
