/* What one core can do at most: multiply-adds by width of the vectors, bytes read and written by
   level of the caches, and the first touch of pages. A line per peak: name, and units per second.

   cc -O2 peaks.c -o peaks && ./peaks */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Rounds are shorter than the time that another process takes the processor for. */
#define ROUNDS 1000

static volatile double sink;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

#define TWELVE(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7) _(8) _(9) _(10) _(11)
#define EIGHT(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7)
#define START(i) vector a##i = c * (double)i;
#define STEP(i) a##i = a##i * b + c;
#define SUM(i) total += a##i[0];
#define ZERO(i) vector a##i = {0};
#define ADD(i) a##i += v[n + i];

/* Twelve chains, as a multiply-add has a latency of 4 or 5 cycles and two or three may start in one;
   they go to one and a half, so that no number leaves its range. */
#define MULTIPLY_ADDS(name, attributes, bytes)                                                     \
    attributes static double name(long count)                                                      \
    {                                                                                              \
        typedef double vector __attribute__((vector_size(bytes)));                                 \
        vector b = (vector){0} + 0.5, c = (vector){0} + 0.75;                                      \
        double total = 0;                                                                          \
        TWELVE(START)                                                                              \
        for (long n = 0; n < count; n++) {                                                         \
            TWELVE(STEP)                                                                           \
        }                                                                                          \
        TWELVE(SUM)                                                                                \
        return total;                                                                              \
    }

/* Sums of eight vectors side by side. */
#define READS(name, attributes, bytes)                                                             \
    attributes static double name(const char *data, size_t size)                                   \
    {                                                                                              \
        typedef double vector __attribute__((vector_size(bytes), may_alias));                      \
        const vector *v = (const vector *)data;                                                    \
        double total = 0;                                                                          \
        EIGHT(ZERO)                                                                                \
        for (size_t n = 0; n < size / bytes; n += 8) {                                             \
            EIGHT(ADD)                                                                             \
        }                                                                                          \
        EIGHT(SUM)                                                                                 \
        return total;                                                                              \
    }

#define ANY __attribute__((noinline, optimize("fp-contract=fast")))
MULTIPLY_ADDS(multiply_adds_128, ANY, 16)
READS(reads_128, ANY, 16)
#if defined(__x86_64__)
#define AVX2 __attribute__((noinline, optimize("fp-contract=fast"), target("avx2,fma")))
#define AVX512                                                                                     \
    __attribute__((noinline, optimize("fp-contract=fast"),                         \
        target("avx512f,fma,prefer-vector-width=512")))
MULTIPLY_ADDS(multiply_adds_256, AVX2, 32)
MULTIPLY_ADDS(multiply_adds_512, AVX512, 64)
READS(reads_256, AVX2, 32)
READS(reads_512, AVX512, 64)
#endif

/* The most multiply-adds per second, over several rounds. */
static void print_multiply_adds(const char *name, double (*function)(long), int bytes) {
    const long count = 20000;
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        sink = function(count);
        double rate = 12.0 * count * (bytes / 8) / (seconds() - start);
        best = rate > best ? rate : best;
    }
    printf("multiply-adds, %s\t%.4g\n", name, best);
}

static void print_bytes(const char *what, size_t size, double (*reads)(const char *, size_t)) {
    char *data = NULL, *other = NULL;
    if (posix_memalign((void **)&data, 4096, size) || posix_memalign((void **)&other, 4096, size)) {
        fprintf(stderr, "there is no memory for %s\n", what);
        exit(1);
    }
    memset(data, 0, size);
    memset(other, 0, size);
    long repeats = 1 + (1L << 20) / size;
    double best = 0, best_copy = 0;
    for (int round = 0; round < (size < 64L << 20 ? ROUNDS : 10); round++) {
        double start = seconds();
        for (long i = 0; i < repeats; i++) sink = reads(data, size);
        double rate = (double)size * repeats / (seconds() - start);
        best = rate > best ? rate : best;
        start = seconds();
        for (long i = 0; i < repeats; i++) {
            memcpy(other, data, size);
            __asm__ volatile("" : : "r"(other) : "memory");
        }
        rate = (double)size * repeats / (seconds() - start);
        best_copy = rate > best_copy ? rate : best_copy;
    }
    printf("bytes read, %s\t%.4g\n", what, best);
    printf("bytes copied, %s\t%.4g\n", what, best_copy);
    free(data);
    free(other);
}

/* An eighth of a level, so that it holds what is copied, and what others use. */
static void print_level(const char *name, size_t size, double (*reads)(const char *, size_t)) {
    const size_t tile = 8 * 64;
    printf("bytes held, %s\t%zu\n", name, size);
    print_bytes(name, size / 8 / tile * tile, reads);
}

static void print_first_touch(void) {
    const size_t size = 256UL << 20, page = sysconf(_SC_PAGESIZE);
    double best = 0;
    for (int round = 0; round < 3; round++) {
        char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data == MAP_FAILED) exit(1);
        double start = seconds();
        for (size_t i = 0; i < size; i += page) data[i] = 1;
        double rate = size / (seconds() - start);
        best = rate > best ? rate : best;
        munmap(data, size);
    }
    printf("bytes touched first\t%.4g\n", best);
}

static size_t cache(int name, size_t usual) {
    long size = sysconf(name);
    return size > 0 ? (size_t)size : usual;
}

int main(void) {
    double (*reads)(const char *, size_t) = reads_128;
    print_multiply_adds("128 bits", multiply_adds_128, 16);
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        print_multiply_adds("256 bits", multiply_adds_256, 32);
        reads = reads_256;
    }
    if (__builtin_cpu_supports("avx512f")) {
        print_multiply_adds("512 bits", multiply_adds_512, 64);
        reads = reads_512;
    }
#endif
    print_level("L1", cache(_SC_LEVEL1_DCACHE_SIZE, 32 << 10), reads);
    print_level("L2", cache(_SC_LEVEL2_CACHE_SIZE, 512 << 10), reads);
    /* Of what a machine has, a virtual one may have a small part. */
    size_t l3 = cache(_SC_LEVEL3_CACHE_SIZE, 16 << 20);
    print_level("L3", l3 < (32 << 20) ? l3 : 32 << 20, reads);
    print_bytes("memory", 512UL << 20, reads);
    print_first_touch();
    return 0;
}
