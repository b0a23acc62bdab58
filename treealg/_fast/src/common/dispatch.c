/* Which instruction set to use, decided at run time. */

#include <string.h>

#include "common/kernels.h"

extern const instruction_set treealg_baseline;

#if defined(__x86_64__) || defined(_M_X64)
extern const instruction_set treealg_avx2, treealg_avx512;

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
    if (has_avx512()) sets[count++] = &treealg_avx512;
    if (has_avx2()) sets[count++] = &treealg_avx2;
#endif
    sets[count++] = &treealg_baseline;
    for (int i = 0; i < count; ++i)
        if (!name || !strcmp(sets[i]->name, name)) return sets[i];
    return NULL;
}
