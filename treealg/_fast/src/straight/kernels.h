/* What the kernels of one family in one precision have in common, and these (see
 * straight/straight.h), as the build has written them.
 *
 * A kernel reads the lower orders to lanes, x and, of a second operand, l; computes the lower orders
 * of the logarithm, or of what else stands behind a cut, in l, and the sums of products before it, in
 * p; and writes the result from left to right, LANES columns at a time: what is given, plus or minus
 * sums of products of p and l. The next sums do not wait for what is on its way to memory.
 *
 * Rows are at equal distances: an address and a stride, which stay in registers, tell where all of them
 * are. Where there are fewer rows than lanes, the stride is the address of the distance of each lane's
 * row from the first: lanes without a row have the last one, too, and write the same to it. Where there
 * are rows for half of the lanes at most, only these are read and written.
 */

#define USED(lanes) ((lanes) == HALF_OF_LANES ? LANES / 2 : LANES)

/* Code that is not repeated is as fast as it is fetched, which depends on where it begins. */
#define FUNCTION static __attribute__((noinline, aligned(64))) void

typedef struct {
    char *row;
    Py_ssize_t stride;
} NAME(strip);
#define strip NAME(strip)

INLINE int NAME(lanes_of)(const matrix_view *m, Py_ssize_t first) {
    const Py_ssize_t left = m->count - first;
    return left >= LANES ? ALL_LANES : 2 * left > LANES ? SOME_LANES : HALF_OF_LANES;
}
#define lanes_of NAME(lanes_of)

/* With room for the places of rows, where there are few. */
INLINE strip NAME(strip_of)(const matrix_view *m, Py_ssize_t first, Py_ssize_t *places) {
    const Py_ssize_t last = m->count - first - 1;
    char *const row = m->data + first * m->row_stride;
    if (lanes_of(m, first) == ALL_LANES) return (strip){row, m->row_stride};
    for (Py_ssize_t i = 0; i < LANES; ++i) places[i] = (i < last ? i : last) * m->row_stride;
    return (strip){row, (Py_ssize_t)places};
}
#define strip_of NAME(strip_of)

#define PLACE(lanes, strip, lane)                      \
    ((strip).row                                       \
     + ((lanes) == ALL_LANES ? (lane) * (strip).stride \
                             : ((const Py_ssize_t *)(strip).stride)[lane]))

/* Call a function for the lanes in use, as a constant. */
#define BY_LANES(lanes, function, ...)                             \
    do {                                                           \
        switch (lanes) {                                           \
        case ALL_LANES: function(ALL_LANES, __VA_ARGS__); break;   \
        case SOME_LANES: function(SOME_LANES, __VA_ARGS__); break; \
        default: function(HALF_OF_LANES, __VA_ARGS__);             \
        }                                                          \
    } while (0)

/* The vectors of some columns, a row each; without rows for half of them, the others are the same. */
INLINE void NAME(take_rows)(const int lanes, strip from, Py_ssize_t at, vec v[LANES]) {
    for (int i = 0; i < USED(lanes); ++i) v[i] = *(const real_uvec *)(PLACE(lanes, from, i) + at);
    for (int i = USED(lanes); i < LANES; ++i) v[i] = v[i - LANES / 2];
}

/* Lane buffer x[0..count) from the first columns, LANES at a time; the last ones may overlap. */
INLINE void NAME(read_columns)(const int lanes, strip from, Py_ssize_t count, vec *x) {
    for (Py_ssize_t next = 0; next < count; next += LANES) {
        const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
        vec v[LANES];
        NAME(take_rows)(lanes, from, j * (Py_ssize_t)sizeof(REAL), v);
        transpose(v);
        for (int i = 0; i < LANES; ++i) x[j + i] = v[i];
    }
}

FUNCTION NAME(read_strip)(int lanes, strip from, Py_ssize_t count, vec *x) {
    BY_LANES(lanes, NAME(read_columns), from, count, x);
}
#define read_strip NAME(read_strip)

/* The columns of derivatives, which go to the results, too, as the highest order does: with a sign, and
 * to two of them. */
INLINE void NAME(pass_columns)(const int lanes, const int sign, const int both, strip from,
                               strip to, strip also, Py_ssize_t count, vec *x) {
    for (Py_ssize_t next = 0; next < count; next += LANES) {
        const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
        const Py_ssize_t at = j * (Py_ssize_t)sizeof(REAL);
        vec v[LANES];
        NAME(take_rows)(lanes, from, at, v);
        for (int i = 0; i < USED(lanes); ++i) {
            *(real_uvec *)(PLACE(lanes, to, i) + at) = sign < 0 ? -v[i] : v[i];
            if (both) *(real_uvec *)(PLACE(lanes, also, i) + at) = v[i];
        }
        transpose(v);
        for (int i = 0; i < LANES; ++i) x[j + i] = v[i];
    }
}

#define PASS(name, sign, both)                                                         \
    FUNCTION NAME(name)(int lanes, strip from, strip to, strip also, Py_ssize_t count, \
                        vec *x) {                                                      \
        BY_LANES(lanes, NAME(pass_columns), sign, both, from, to, also, count, x);     \
    }
PASS(pass_as_it_is, 1, 0)
PASS(pass_negative, -1, 0)
PASS(pass_to_both, 1, 1)
#undef PASS
#define pass_logarithm NAME(pass_as_it_is)
#define pass_exponential NAME(pass_as_it_is)
#define pass_product NAME(pass_to_both)
#define pass_inverse NAME(pass_negative)

/* LANES vectors, in registers as far as there are some for arguments. */
#if LANES == 4
#define COLUMNS vec a, vec b, vec c, vec d
#define LISTED {a, b, c, d}
#elif LANES == 8
#define COLUMNS vec a, vec b, vec c, vec d, vec e, vec f, vec g, vec h
#define LISTED {a, b, c, d, e, f, g, h}
#else
#define COLUMNS \
    vec a, vec b, vec c, vec d, vec e, vec f, vec g, vec h, vec i, vec j, vec k, vec l, vec m,     \
        vec n, vec o, vec p
#define LISTED {a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p}
#endif

typedef void (*NAME(write_t))(strip x, strip y, strip to, COLUMNS);
#define write_t NAME(write_t)

/* Columns of the result: a sum of those of the arguments, `x` and, for a product, `y`, and of v. What
 * begins in a column comes as numbers, which are in registers then. */
#define FROM(x, column) ((strip){(x).row + (column) * (Py_ssize_t)sizeof(REAL), (x).stride})
#define WRITE(name, lanes, sum)                                \
    FUNCTION NAME(name)(strip x, strip y, strip to, COLUMNS) { \
        vec columns[LANES] = LISTED, out[LANES];               \
        transpose(columns);                                    \
        for (int lane = 0; lane < USED(lanes); ++lane) {       \
            const vec v = columns[lane];                       \
            out[lane] = sum;                                   \
        }                                                      \
        for (int lane = 0; lane < USED(lanes); ++lane)         \
            *(real_uvec *)PLACE(lanes, to, lane) = out[lane];  \
    }

INLINE void NAME(put_columns)(const int lanes, strip to, const vec v[LANES]) {
    for (int i = 0; i < USED(lanes); ++i) *(real_uvec *)PLACE(lanes, to, i) = v[i];
}

FUNCTION NAME(put_strip)(int lanes, strip to, COLUMNS) {
    vec v[LANES] = LISTED;
    transpose(v);
    BY_LANES(lanes, NAME(put_columns), to, v);
}
#define put_strip NAME(put_strip)

#define ROW(lanes, strip) (*(const real_uvec *)PLACE(lanes, strip, lane))
#define WRITES(kind, sum)                                 \
    WRITE(write_all_##kind, ALL_LANES, sum(ALL_LANES))    \
    WRITE(write_some_##kind, SOME_LANES, sum(SOME_LANES)) \
    WRITE(write_half_##kind, HALF_OF_LANES, sum(HALF_OF_LANES))
#define OF_LOGARITHM(lanes) ROW(lanes, x) - v
#define OF_EXPONENTIAL(lanes) ROW(lanes, x) + v
#define OF_PRODUCT(lanes) ROW(lanes, x) + ROW(lanes, y) + v
#define OF_INVERSE(lanes) -ROW(lanes, x) - v
WRITES(logarithm, OF_LOGARITHM)
WRITES(exponential, OF_EXPONENTIAL)
WRITES(product, OF_PRODUCT)
WRITES(inverse, OF_INVERSE)
#undef OF_LOGARITHM
#undef OF_EXPONENTIAL
#undef OF_PRODUCT
#undef OF_INVERSE
#define WRITER(lanes, kind)                                \
    ((lanes) == ALL_LANES        ? NAME(write_all_##kind)  \
         : (lanes) == SOME_LANES ? NAME(write_some_##kind) \
                                 : NAME(write_half_##kind))
#undef ROW
#undef WRITE
#undef WRITES
#undef COLUMNS
#undef LISTED

#if LANES == 4
#include "straight/lanes_4.h"
#elif LANES == 8
#include "straight/lanes_8.h"
#else
#include "straight/lanes_16.h"
#endif

#undef PLACE
#undef FROM
#undef strip
#undef lanes_of
#undef USED
#undef BY_LANES
#undef WRITER
#undef strip_of
#undef read_strip
#undef pass_logarithm
#undef pass_exponential
#undef pass_product
#undef pass_inverse
#undef put_strip
#undef FUNCTION
#undef write_t
