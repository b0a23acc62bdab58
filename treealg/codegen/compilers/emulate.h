/* Blocks and threads of CUDA on the host: one block after the other, its threads as fibers.
 *
 * A thread runs until it meets a barrier, then the next one runs. `launch` takes them in ascending
 * or in descending order: where a barrier is missing, one of the two orders reads what is not yet
 * written. Compiled as C++; the kernel's text follows this header.
 */
#ifndef TREEALG_EMULATE_H
#define TREEALG_EMULATE_H

#include <stdlib.h>
#include <ucontext.h>

#define __global__
#define __device__
#define __shared__
#define __restrict__ __restrict
#define __launch_bounds__(threads)

struct Index3 {
    unsigned x, y, z;
};

static Index3 blockIdx, blockDim, gridDim, threadIdx;

enum { FIBER_BYTES = 128 * 1024 };

static ucontext_t fiber_home;
static ucontext_t *fibers;
static char *ended_fibers;
static void (*fiber_work)(void);

static void fiber_main(void)
{
    fiber_work();
    ended_fibers[threadIdx.x] = 1;
    swapcontext(&fibers[threadIdx.x], &fiber_home);
}

static inline void __syncthreads(void)
{
    swapcontext(&fibers[threadIdx.x], &fiber_home);
}

/* Returns 0, or 1 if some threads of a block met more barriers than others. */
static int launch(void (*work)(void), unsigned blocks, unsigned threads, int descending)
{
    int uneven = 0;
    char *stacks = (char *)malloc((size_t)threads * FIBER_BYTES);
    fibers = (ucontext_t *)calloc(threads, sizeof *fibers);
    ended_fibers = (char *)malloc(threads);
    fiber_work = work;
    gridDim.x = blocks;
    blockDim.x = threads;
    for (unsigned block = 0; block < blocks; ++block) {
        blockIdx.x = block;
        for (unsigned t = 0; t < threads; ++t) {
            ended_fibers[t] = 0;
            getcontext(&fibers[t]);
            fibers[t].uc_stack.ss_sp = stacks + (size_t)t * FIBER_BYTES;
            fibers[t].uc_stack.ss_size = FIBER_BYTES;
            fibers[t].uc_link = 0;
            makecontext(&fibers[t], fiber_main, 0);
        }
        for (unsigned running = threads; running;) {
            unsigned ended = 0;
            for (unsigned k = 0; k < threads; ++k) {
                threadIdx.x = descending ? threads - 1 - k : k;
                const unsigned own = threadIdx.x;
                if (!ended_fibers[own]) {
                    swapcontext(&fiber_home, &fibers[own]);
                    ended += ended_fibers[own];
                }
            }
            uneven |= ended && ended != running;
            running -= ended;
        }
    }
    free(ended_fibers);
    free(fibers);
    free(stacks);
    return uneven;
}

#endif
