/* What a CUDA kernel asks of a GPU's memory and arithmetic, counted on the host.
 *
 * The kernel's text is compiled with -fsanitize=thread, by which each access to memory calls one of
 * the functions below with its address; they take the place of the sanitizer's own. A thread pauses
 * at each access. Of a warp those go on that have come to the first place of the program, together:
 * that is one request, and the others wait for them as they would after a branch. Multiplications
 * and additions are counted by the number type. Stacks of fibers stand for registers, and are not
 * counted. Compiled as C++ before `emulate.h`.
 */
#ifndef TREEALG_TRAFFIC_H
#define TREEALG_TRAFFIC_H

#include <stdint.h>
#include <string.h>

enum { WARP = 32, SECTOR = 32, BANKS = 32, BANK = 4 };

/* In the order of the fields of `Traffic` in traffic.py. */
struct Counts {
    long long read_requests, read_sectors, write_requests, write_sectors;
    long long table_requests, table_sectors;
    long long shared_requests, shared_waves, shared_conflicts;
    long long barriers;
    volatile long long products, sums; /* written where they are counted */
};
extern "C" Counts counts;
Counts counts;

#include "emulate.h"

/* Where arguments and shared memory lie; what lies elsewhere is a table. */
enum { RANGES = 16 };
struct Range {
    uintptr_t begin, end;
};
static Range watched[RANGES], shared_memory;
static int watched_count;

struct Access {
    void *place;
    uintptr_t address;
    int bytes, is_write;
};
static Access *accesses;

static int is_within(uintptr_t address, const void *begin, size_t bytes)
{
    return address - (uintptr_t)begin < bytes;
}

static int is_register(uintptr_t a)
{
    return is_within(a, stacks, (size_t)blockDim.x * FIBER_BYTES)
        || is_within(a, &counts, sizeof counts) || is_within(a, &threadIdx, sizeof threadIdx)
        || is_within(a, &blockIdx, sizeof blockIdx) || is_within(a, &blockDim, sizeof blockDim)
        || is_within(a, &gridDim, sizeof gridDim);
}

UNWATCHED static void meet(void *place, void *address, int bytes, int is_write)
{
    if (!is_kernel)
        return;
    is_kernel = 0;
    if (is_register((uintptr_t)address)) {
        is_kernel = 1;
    } else {
        accesses[threadIdx.x] = {place, (uintptr_t)address, bytes, is_write};
        pause_thread();
    }
}

/* The different values of what the accesses of a request touch, in units of some bytes. */
static int units_of(const Access *const *request, int members, uintptr_t begin, int unit,
    uintptr_t *found)
{
    int number = 0;
    for (int m = 0; m < members; ++m) {
        const uintptr_t first = (request[m]->address - begin) / unit;
        const uintptr_t last = (request[m]->address - begin + request[m]->bytes - 1) / unit;
        for (uintptr_t u = first; u <= last; ++u) {
            int k = 0;
            while (k < number && found[k] != u)
                ++k;
            found[k] = u;
            number += k == number;
        }
    }
    return number;
}

static void count(const Access *const *request, int members)
{
    uintptr_t units[WARP * 16];
    const uintptr_t address = request[0]->address;
    if (address - shared_memory.begin < shared_memory.end - shared_memory.begin) {
        const int words = units_of(request, members, shared_memory.begin, BANK, units);
        int in_bank[BANKS] = {0}, waves = 0;
        for (int w = 0; w < words; ++w) {
            const int inside = ++in_bank[units[w] % BANKS];
            waves = inside > waves ? inside : waves;
        }
        counts.shared_requests += 1;
        counts.shared_waves += waves;
        counts.shared_conflicts += waves - (words + BANKS - 1) / BANKS;
        return;
    }
    for (int a = 0; a < watched_count; ++a)
        if (address - watched[a].begin < watched[a].end - watched[a].begin) {
            const int sectors = units_of(request, members, watched[a].begin, SECTOR, units);
            (request[0]->is_write ? counts.write_requests : counts.read_requests) += 1;
            (request[0]->is_write ? counts.write_sectors : counts.read_sectors) += sectors;
            return;
        }
    counts.table_requests += 1;
    counts.table_sectors += units_of(request, members, 0, SECTOR, units);
}

/* Runs all threads to their next barriers, warp by warp; returns how many ended. */
static unsigned run_to_barrier(unsigned threads, int descending)
{
    unsigned ended = 0;
    (void)descending;
    accesses = (Access *)calloc(threads, sizeof *accesses);
    for (unsigned first = 0; first < threads; first += WARP) {
        const unsigned end = first + WARP < threads ? first + WARP : threads;
        for (unsigned t = first; t < end; ++t)
            ended += run_thread(t);
        for (;;) {
            const Access *request[WARP];
            Access copies[WARP];
            unsigned own[WARP];
            void *place = 0;
            int members = 0;
            for (unsigned t = first; t < end; ++t)
                if (accesses[t].place && (!place || accesses[t].place < place))
                    place = accesses[t].place;
            if (!place)
                break;
            for (unsigned t = first; t < end; ++t)
                if (accesses[t].place == place) {
                    copies[members] = accesses[t];
                    request[members] = &copies[members];
                    own[members++] = t;
                    accesses[t].place = 0;
                }
            count(request, members);
            for (int m = 0; m < members; ++m)
                ended += run_thread(own[m]);
        }
    }
    counts.barriers += ended == 0;
    free(accesses);
    accesses = 0;
    return ended;
}

/* Tells where arguments and shared memory lie, and begins to count anew. */
static void watch_arrays(void **begins, const long long *bytes, int number, void *shared,
    size_t size)
{
    watched_count = number;
    for (int a = 0; a < number; ++a)
        watched[a] = {(uintptr_t)begins[a], (uintptr_t)begins[a] + bytes[a]};
    shared_memory = {(uintptr_t)shared, (uintptr_t)shared + size};
    memset((void *)&counts, 0, sizeof counts);
}

/* What the sanitizer's calls come to. */
#define WATCHED(name, bytes, is_write)                                                             \
    extern "C" UNWATCHED void name(void *address)                                                  \
    {                                                                                              \
        meet(__builtin_return_address(0), address, bytes, is_write);                               \
    }
WATCHED(__tsan_read1, 1, 0)
WATCHED(__tsan_read2, 2, 0)
WATCHED(__tsan_read4, 4, 0)
WATCHED(__tsan_read8, 8, 0)
WATCHED(__tsan_read16, 16, 0)
WATCHED(__tsan_unaligned_read16, 16, 0)
WATCHED(__tsan_write1, 1, 1)
WATCHED(__tsan_write2, 2, 1)
WATCHED(__tsan_write4, 4, 1)
WATCHED(__tsan_write8, 8, 1)
WATCHED(__tsan_write16, 16, 1)
WATCHED(__tsan_unaligned_write16, 16, 1)
#undef WATCHED
extern "C" UNWATCHED void __tsan_read_range(void *address, unsigned long bytes)
{
    meet(__builtin_return_address(0), address, (int)bytes, 0);
}
extern "C" UNWATCHED void __tsan_write_range(void *address, unsigned long bytes)
{
    meet(__builtin_return_address(0), address, (int)bytes, 1);
}
extern "C" void __tsan_func_entry(void *) {}
extern "C" void __tsan_func_exit(void) {}
extern "C" void __tsan_init(void) {}

/* A float that counts what is done to it; divisions are those of constants, which compilers do. */
#define COUNTED(REAL)                                                                              \
    struct Counted {                                                                               \
        REAL value;                                                                                \
        Counted() = default;                                                                       \
        constexpr Counted(int number) : value(number) {}                                           \
        static constexpr Counted of(REAL value)                                                    \
        {                                                                                          \
            Counted result(0);                                                                     \
            result.value = value;                                                                  \
            return result;                                                                         \
        }                                                                                          \
        Counted operator-() const { return of(-value); }                                           \
        Counted &operator+=(Counted other) { return *this = *this + other; }                       \
        Counted &operator-=(Counted other) { return *this = *this - other; }                       \
        friend Counted operator+(Counted a, Counted b)                                             \
        {                                                                                          \
            counts.sums = counts.sums + 1;                                                         \
            return of(a.value + b.value);                                                          \
        }                                                                                          \
        friend Counted operator-(Counted a, Counted b) { return a + -b; }                          \
        friend Counted operator*(Counted a, Counted b)                                             \
        {                                                                                          \
            counts.products = counts.products + 1;                                                 \
            return of(a.value * b.value);                                                          \
        }                                                                                          \
        friend constexpr Counted operator/(Counted a, Counted b)                                   \
        {                                                                                          \
            return of(a.value / b.value);                                                          \
        }                                                                                          \
    };

#endif
