#include "straight/straight.h"
#include "straight/sizes.h"

#define FAMILY straight
#define FAMILY_KERNELS "straight/kernels.h"
#include "common/variant.h"
