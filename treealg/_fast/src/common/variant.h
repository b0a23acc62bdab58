/* All kernels in both precisions on one instruction set.
 *
 * The including file defines VARIANT (a name), VECTOR_BYTES, VECTOR_REGISTERS and, for GCC and
 * Clang, has switched code generation to the instruction set.
 */

#define INLINE static inline __attribute__((always_inline, unused))

#define REAL float
#define INTEGER int32_t
#define LANES (VECTOR_BYTES / 4)
#define SUFFIX f32
#include "common/precision.h"
#undef REAL
#undef INTEGER
#undef LANES
#undef SUFFIX

#define REAL double
#define INTEGER int64_t
#define LANES (VECTOR_BYTES / 8)
#define SUFFIX f64
#include "common/precision.h"

#define VARIANT_SET_(name) const instruction_set treealg_##name = {#name, &kernels_f32, &kernels_f64};
#define VARIANT_SET(name) VARIANT_SET_(name)
VARIANT_SET(VARIANT)
