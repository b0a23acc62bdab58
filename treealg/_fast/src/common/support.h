/* Aligned memory, and a clock. */
#ifndef TREEALG_SUPPORT_H
#define TREEALG_SUPPORT_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "common/arguments.h"

#define MAX_LANES 16

/* Memory aligned for vectors; the address of the whole block stands just before it. */
static inline void *aligned_scratch(size_t size) {
    char *const block = malloc(size + ALIGNMENT + sizeof(void *));
    if (!block) return NULL;
    void **const aligned = (void **)(((uintptr_t)block + sizeof(void *) + ALIGNMENT - 1)
                                     & ~(uintptr_t)(ALIGNMENT - 1));
    aligned[-1] = block;
    return aligned;
}

static inline void free_scratch(void *scratch) {
    if (scratch) free(((void **)scratch)[-1]);
}

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
