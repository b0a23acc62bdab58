/* One family of kernels on one instruction set, in both precisions: what a translation unit is.
 *
 * The including file defines FAMILY, a name, and FAMILY_KERNELS, the header with the kernels and, as
 * TABLE, the table of its functions. The build defines TREEALG_AVX2 or TREEALG_AVX512 for these
 * instruction sets, of which nothing is left where the compiler's target is not x86-64; without
 * either it is what every processor of the target has, SSE2 on x86-64 and NEON on arm64. With
 * TREEALG_DUALS, in C++, numbers are dual ones, and the suffixes d32 and d64.
 */
#if defined(__x86_64__) || defined(_M_X64) || !(defined(TREEALG_AVX2) || defined(TREEALG_AVX512))

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "common/arguments.h"

#if defined(TREEALG_AVX512)
#define VARIANT avx512
#define VECTOR_BYTES 64
#define REGISTERS 32
#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
#endif
#elif defined(TREEALG_AVX2)
#define VARIANT avx2
#define VECTOR_BYTES 32
#define REGISTERS 16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#else
#define VARIANT baseline
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif
#endif

#ifdef TREEALG_DUALS
#define VECTOR_REGISTERS (REGISTERS / 2) /* a vector is two */
#else
#define VECTOR_REGISTERS REGISTERS
#endif

#define INLINE static inline __attribute__((always_inline, unused))

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name, JOIN(VARIANT, SUFFIX))

/* The one thing that a unit shows: treealg_words_avx2_f32, for instance. */
#define TABLE NAME(JOIN(treealg, FAMILY))
#ifdef __cplusplus
#define TABLE_OF(type)           \
    extern "C" const type TABLE; \
    const type TABLE
#define restrict __restrict__
#else
#define TABLE_OF(type) const type TABLE
#endif

#define REAL float
#define INTEGER int32_t
#define UNSIGNED uint32_t
#define LANES (VECTOR_BYTES / 4)
#ifdef TREEALG_DUALS
#define SUFFIX d32
#else
#define SUFFIX f32
#endif
#include "common/lanes.h"
#include FAMILY_KERNELS
#include "common/forget.h"
#undef REAL
#undef INTEGER
#undef UNSIGNED
#undef LANES
#undef SUFFIX

#define REAL double
#define INTEGER int64_t
#define UNSIGNED uint64_t
#define LANES (VECTOR_BYTES / 8)
#ifdef TREEALG_DUALS
#define SUFFIX d64
#else
#define SUFFIX f64
#endif
#include "common/lanes.h"
#include FAMILY_KERNELS

#if defined(__clang__) && (defined(TREEALG_AVX2) || defined(TREEALG_AVX512))
#pragma clang attribute pop
#endif

#endif
