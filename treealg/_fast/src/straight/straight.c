#include "straight/straight.h"
#include "straight/sizes.h"

/* Of how many lanes there are rows: at most half of them, for HALF_OF_LANES. */
enum { ALL_LANES, SOME_LANES, HALF_OF_LANES };

#define FAMILY straight
#define FAMILY_KERNELS "straight/kernels.h"
#include "common/variant.h"
