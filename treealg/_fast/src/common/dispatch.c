/* Which instruction set to use, decided at run time. */

#include <string.h>

#include "common/kernels.h"
#include "straight/sizes.h"

#define NUMBERS(variant, suffix, lane_count, straight)                                             \
    extern const word_kernels treealg_words_##variant##_##suffix;                                 \
    extern const chain_kernels treealg_chains_##variant##_##suffix;                               \
    extern const algebra_kernels treealg_algebra_##variant##_##suffix;                            \
    extern const tree_kernels treealg_trees_##variant##_##suffix;                                 \
    extern const pair_kernels treealg_pairs_##variant##_##suffix;                                 \
    static const kernel_table variant##_##suffix = {                                              \
        lane_count,                                                                               \
        &treealg_words_##variant##_##suffix,                                                      \
        &treealg_chains_##variant##_##suffix,                                                     \
        &treealg_algebra_##variant##_##suffix,                                                    \
        &treealg_trees_##variant##_##suffix,                                                      \
        &treealg_pairs_##variant##_##suffix,                                                      \
        straight,                                                                                 \
    };

#define INSTRUCTION_SET(variant, vector_bytes, straight_f32, straight_f64)                        \
    NUMBERS(variant, f32, vector_bytes / 4, straight_f32)                                         \
    NUMBERS(variant, f64, vector_bytes / 8, straight_f64)                                         \
    NUMBERS(variant, d32, vector_bytes / 4, NULL)                                                 \
    NUMBERS(variant, d64, vector_bytes / 8, NULL)                                                 \
    static const instruction_set variant = {#variant, &variant##_f32, &variant##_f64,             \
                                            &variant##_d32, &variant##_d64};

INSTRUCTION_SET(baseline, 16, NULL, NULL)

#if defined(__x86_64__) || defined(_M_X64)
#define WITH_STRAIGHT(variant, vector_bytes)                                                      \
    extern const straight_kernels treealg_straight_##variant##_f32[TREEALG_STRAIGHT_SIZES];      \
    extern const straight_kernels treealg_straight_##variant##_f64[TREEALG_STRAIGHT_SIZES];      \
    INSTRUCTION_SET(variant, vector_bytes, treealg_straight_##variant##_f32,                      \
                    treealg_straight_##variant##_f64)

WITH_STRAIGHT(avx2, 32)
WITH_STRAIGHT(avx512, 64)

static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
#endif

const instruction_set *treealg_instruction_set(const char *name) {
    const instruction_set *sets[3];
    int count = 0;
#if defined(__x86_64__) || defined(_M_X64)
    __builtin_cpu_init();
    if (has_avx512()) sets[count++] = &avx512;
    if (has_avx2()) sets[count++] = &avx2;
#endif
    sets[count++] = &baseline;
    for (int i = 0; i < count; ++i)
        if (!name || !strcmp(sets[i]->name, name)) return sets[i];
    return NULL;
}
