/* Blocks and threads of CUDA on the host: one block after the other, its threads as fibers.
 *
 * A thread runs until it meets a barrier, then the next one runs. `launch` takes them in ascending
 * or in descending order: where a barrier is missing, one of the two orders reads what is not yet
 * written. Compiled as C++; the kernel's text follows this header. `traffic.h`, where it is
 * included before, runs the threads of a warp side by side instead, and is not watched itself.
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

#ifdef TREEALG_TRAFFIC_H
#define UNWATCHED __attribute__((noinline, no_sanitize("thread")))
#else
#define UNWATCHED
#endif

struct Index3 {
    unsigned x, y, z;
};

static Index3 blockIdx, blockDim, gridDim, threadIdx;

enum { FIBER_BYTES = 128 * 1024 };

static ucontext_t fiber_home;
static ucontext_t *fibers;
static char *stacks, *ended_fibers;
static void (*fiber_work)(void);
static int is_kernel; /* whether what runs is the kernel, and not what runs it */

UNWATCHED static void pause_thread(void)
{
    swapcontext(&fibers[threadIdx.x], &fiber_home);
}

UNWATCHED static void fiber_main(void)
{
    fiber_work();
    ended_fibers[threadIdx.x] = 1;
    pause_thread();
}

UNWATCHED static void __syncthreads(void)
{
    pause_thread();
}

/* Runs a thread until it pauses; returns 1 if it has ended, now. */
UNWATCHED static int run_thread(unsigned thread)
{
    if (ended_fibers[thread])
        return 0;
    threadIdx.x = thread;
    is_kernel = 1;
    swapcontext(&fiber_home, &fibers[thread]);
    is_kernel = 0;
    return ended_fibers[thread];
}

#ifdef TREEALG_TRAFFIC_H
static unsigned run_to_barrier(unsigned threads, int descending);
#else
/* Runs all threads to their next barriers; returns how many ended. */
static unsigned run_to_barrier(unsigned threads, int descending)
{
    unsigned ended = 0;
    for (unsigned k = 0; k < threads; ++k)
        ended += run_thread(descending ? threads - 1 - k : k);
    return ended;
}
#endif

/* Returns 0, or 1 if some threads of a block met more barriers than others. */
UNWATCHED static int launch(void (*work)(void), unsigned blocks, unsigned threads, int descending)
{
    int uneven = 0;
    stacks = (char *)malloc((size_t)threads * FIBER_BYTES);
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
            const unsigned ended = run_to_barrier(threads, descending);
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
