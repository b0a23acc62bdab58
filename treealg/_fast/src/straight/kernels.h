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
 * row from the first: lanes without a row have the last one, too, and write the same to it.
 */

#define NOINLINE __attribute__((noinline))

typedef struct {
    char *row;
    Py_ssize_t stride;
} NAME(strip);
#define strip NAME(strip)

INLINE int NAME(are_few)(const matrix_view *m, Py_ssize_t first) {
    const Py_ssize_t left = m->count - first;
    return left > 1 && left < LANES; /* one row is at distance 0 from itself */
}
#define are_few NAME(are_few)

/* With room for the places of rows, where there are few. */
INLINE strip NAME(strip_of)(const matrix_view *m, Py_ssize_t first, Py_ssize_t *places) {
    const Py_ssize_t last = m->count - first - 1;
    char *const row = m->data + first * m->row_stride;
    if (!are_few(m, first)) return (strip){row, last ? m->row_stride : 0};
    for (Py_ssize_t i = 0; i < LANES; ++i) places[i] = (i < last ? i : last) * m->row_stride;
    return (strip){row, (Py_ssize_t)places};
}
#define strip_of NAME(strip_of)

#define PLACE(few, strip, lane) \
    ((strip).row + ((few) ? ((const Py_ssize_t *)(strip).stride)[lane] : (lane) * (strip).stride))

/* Lane buffer x[0..count) from the first columns, LANES at a time; the last ones may overlap. */
INLINE void NAME(read_columns)(const int few, strip from, Py_ssize_t count, vec *x) {
    for (Py_ssize_t next = 0; next < count; next += LANES) {
        const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
        vec v[LANES];
        for (int i = 0; i < LANES; ++i)
            v[i] = *(const real_uvec *)(PLACE(few, from, i) + j * (Py_ssize_t)sizeof(REAL));
        transpose(v);
        for (int i = 0; i < LANES; ++i) x[j + i] = v[i];
    }
}

static void NAME(read_strip)(int few, strip from, Py_ssize_t count, vec *x) {
    if (few) NAME(read_columns)(1, from, count, x);
    else NAME(read_columns)(0, from, count, x);
}
#define read_strip NAME(read_strip)

/* The columns of derivatives, which go to the results, too, as the highest order does: with a sign, and
 * to two of them. */
INLINE void NAME(pass_columns)(const int few, const int sign, const int both, strip from, strip to,
                               strip also, Py_ssize_t count, vec *x) {
    for (Py_ssize_t next = 0; next < count; next += LANES) {
        const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
        const Py_ssize_t at = j * (Py_ssize_t)sizeof(REAL);
        vec v[LANES];
        for (int i = 0; i < LANES; ++i) v[i] = *(const real_uvec *)(PLACE(few, from, i) + at);
        for (int i = 0; i < LANES; ++i) {
            *(real_uvec *)(PLACE(few, to, i) + at) = sign < 0 ? -v[i] : v[i];
            if (both) *(real_uvec *)(PLACE(few, also, i) + at) = v[i];
        }
        transpose(v);
        for (int i = 0; i < LANES; ++i) x[j + i] = v[i];
    }
}

#define PASS(name, sign, both)                                                                 \
    static NOINLINE void NAME(name)(int few, strip from, strip to, strip also,                 \
                                    Py_ssize_t count, vec *x) {                                \
        if (few) NAME(pass_columns)(1, sign, both, from, to, also, count, x);                  \
        else NAME(pass_columns)(0, sign, both, from, to, also, count, x);                      \
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
#define WRITE(name, few, sum)                                                                \
    static __attribute__((noinline)) void NAME(name)(strip x, strip y, strip to, COLUMNS) {  \
        vec columns[LANES] = LISTED, out[LANES];                                             \
        transpose(columns);                                                                  \
        for (int lane = 0; lane < LANES; ++lane) {                                           \
            const vec v = columns[lane];                                                     \
            out[lane] = sum;                                                                 \
        }                                                                                    \
        for (int lane = 0; lane < LANES; ++lane)                                             \
            *(real_uvec *)PLACE(few, to, lane) = out[lane];                                  \
    }

static NOINLINE void NAME(put_strip)(int few, strip to, COLUMNS) {
    vec v[LANES] = LISTED;
    transpose(v);
    if (few)
        for (int i = 0; i < LANES; ++i) *(real_uvec *)PLACE(1, to, i) = v[i];
    else
        for (int i = 0; i < LANES; ++i) *(real_uvec *)PLACE(0, to, i) = v[i];
}
#define put_strip NAME(put_strip)

#define ROW(few, strip) (*(const real_uvec *)PLACE(few, strip, lane))
#define WRITES(few, name)                                              \
    WRITE(name##_logarithm, few, ROW(few, x) - v)                      \
    WRITE(name##_exponential, few, ROW(few, x) + v)                    \
    WRITE(name##_product, few, ROW(few, x) + ROW(few, y) + v)          \
    WRITE(name##_inverse, few, -ROW(few, x) - v)
WRITES(0, write)
WRITES(1, write_few)
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
#undef are_few
#undef strip_of
#undef read_strip
#undef pass_logarithm
#undef pass_exponential
#undef pass_product
#undef pass_inverse
#undef put_strip
#undef NOINLINE
#undef write_t
