#include "pairs/pairs.h"

#define FAMILY pairs
#define FAMILY_KERNELS "pairs/kernels.h"
#include "common/variant.h"
