/* A backward pass over blocks that needs the state before each block.
 *
 * No state is obtained by going backwards. While all states fit SAVED_BYTES they are kept; otherwise
 * every K-th is, K about the square root of the number of blocks, and K blocks are repeated when
 * their turn comes: one more forward pass, and memory like the square root of the length.
 */
#ifndef TREEALG_CHECKPOINTS_H
#define TREEALG_CHECKPOINTS_H

#include <string.h>

#include "common/arguments.h"

#define SAVED_BYTES ((Py_ssize_t)1 << 18)

typedef struct {
    Py_ssize_t blocks;
    size_t state_size; /* bytes, a multiple of ALIGNMENT or of one vector */
    void *context;
    void (*advance)(void *context, Py_ssize_t block, void *state); /* in place */
    void (*backward)(void *context, Py_ssize_t block, const void *before);
} checkpointed;

static inline Py_ssize_t blocks_between_checkpoints(Py_ssize_t blocks, size_t state_size) {
    Py_ssize_t saved = 1;
    if (blocks * (Py_ssize_t)state_size <= SAVED_BYTES) return blocks > 1 ? blocks : 1;
    while (saved * saved < blocks) ++saved;
    return saved;
}

/* Bytes of memory that run_backward needs for so many blocks, or for fewer: where all states are
 * kept these may need more. */
static inline size_t checkpoints_size(Py_ssize_t blocks, size_t state_size) {
    const Py_ssize_t saved = blocks_between_checkpoints(blocks, state_size);
    const Py_ssize_t kept = state_size ? SAVED_BYTES / (Py_ssize_t)state_size : 0;
    const Py_ssize_t fewer = (kept < blocks ? kept : blocks) + 2, here = saved + blocks / saved + 1;
    return (size_t)(fewer > here ? fewer : here) * state_size;
}

/* Backwards through all blocks. `memory` starts with the state before the first. */
static inline void run_backward(const checkpointed *run, char *memory, interrupt *stop) {
    const size_t size = run->state_size;
    const Py_ssize_t saved = blocks_between_checkpoints(run->blocks, size);
    const Py_ssize_t last = run->blocks > 0 ? (run->blocks - 1) / saved * saved : 0;
    char *const states = memory + (size_t)(last / saved + 1) * size;
    Py_ssize_t polled = 0;
    char *anchor = memory;
    for (Py_ssize_t first = 0; first < last; first += saved) {
        memcpy(anchor + size, anchor, size);
        anchor += size;
        for (Py_ssize_t b = first; b < first + saved; ++b) run->advance(run->context, b, anchor);
        stop->poll(stop);
        if (stop->stop) return;
    }
    for (Py_ssize_t end = run->blocks, first = last; end > 0; end = first, first -= saved) {
        memcpy(states, anchor, size);
        anchor -= size;
        for (Py_ssize_t b = first; b + 1 < end; ++b) {
            char *const here = states + (size_t)(b - first) * size;
            memcpy(here + size, here, size);
            run->advance(run->context, b, here + size);
        }
        for (Py_ssize_t b = end - 1; b >= first; --b) {
            run->backward(run->context, b, states + (size_t)(b - first) * size);
            if (++polled % 16 == 0) {
                stop->poll(stop);
                if (stop->stop) return;
            }
        }
    }
}

#endif
