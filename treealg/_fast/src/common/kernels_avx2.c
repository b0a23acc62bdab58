/* The kernels for AVX2; empty where the compiler's target is not x86-64. */
#if defined(__x86_64__) || defined(_M_X64)

#include <math.h>
#include <string.h>

#include "common/kernels.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define VARIANT avx2
#define VECTOR_BYTES 32
#define VECTOR_REGISTERS 16
#include "common/variant.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
