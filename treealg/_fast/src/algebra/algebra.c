#include "algebra/algebra.h"

#define FAMILY algebra
#define FAMILY_KERNELS "algebra/kernels.h"
#include "common/variant.h"
