/* Scratch memory, and a clock. */
#ifndef TREEALG_SUPPORT_H
#define TREEALG_SUPPORT_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "common/arguments.h"

#define MAX_LANES 16

/* Memory aligned for vectors, with anything in it; NULL where there is none. */
void *treealg_take_scratch(size_t size);

/* Give it back; NULL does nothing. */
void treealg_give_scratch(void *scratch);

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
