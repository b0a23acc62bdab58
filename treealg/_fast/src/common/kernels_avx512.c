/* The kernels for AVX512; empty where the compiler's target is not x86-64. */
#if defined(__x86_64__) || defined(_M_X64)

#include <math.h>
#include <string.h>

#include "common/kernels.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
#endif

#define VARIANT avx512
#define VECTOR_BYTES 64
#define VECTOR_REGISTERS 32
#include "common/variant.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
