/* The kernels for what every processor of the compiler's target has: SSE2 on x86-64, NEON on
 * arm64. */

#include <math.h>
#include <string.h>

#include "common/kernels.h"

#define VARIANT baseline
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define VECTOR_REGISTERS 32
#else
#define VECTOR_REGISTERS 16
#endif
#include "common/variant.h"
