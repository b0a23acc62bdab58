#include "chains/chains.h"

#define FAMILY chains
#define FAMILY_KERNELS "chains/kernels.h"
#include "common/variant.h"
