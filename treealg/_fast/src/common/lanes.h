/* Vectors of lanes: the type every kernel computes with, and the way in and out of it.
 *
 * Representation contract. A kernel works on LANES paths (or signatures) side by side. A "lane
 * buffer" holds one vector per coefficient, coefficients outermost, lane l of each vector
 * belonging to path l. Lane buffers are aligned to ALIGNMENT bytes. Callers fill unused lanes with
 * copies of a used one, so no lane ever holds uninitialised numbers.
 *
 * The including file defines REAL (float or double), INTEGER and UNSIGNED (of its size),
 * VECTOR_BYTES (16, 32 or 64) and LANES. What arrays hold is a NUMBER: a REAL, or a dual number of
 * two of them; a vec has one in each lane, and a real_vec has a REAL, such as a constant.
 */

typedef REAL NAME(real_vec) __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL NAME(real_uvec)
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
#define real_vec NAME(real_vec)
#define real_uvec NAME(real_uvec)

INLINE real_vec NAME(constant)(REAL x) {
    return x - (real_vec){0}; /* a scalar operand is broadcast, and x - 0 is x */
}
#define constant NAME(constant)

/* GCC before 12 has no __builtin_shufflevector, Clang no __builtin_shuffle. */
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef INTEGER NAME(ivec) __attribute__((vector_size(VECTOR_BYTES)));
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (NAME(ivec)){__VA_ARGS__})
#endif

/* Exchange the off-diagonal halves of every 2s x 2s block, for s = LANES/2, ..., 1: after the last
 * stage v is transposed. LO and HI are the lane numbers of the two results. */
#define EXCHANGE(s, LO, HI)                                              \
    for (int i = 0; i < LANES; ++i)                                      \
        if (!(i & (s))) {                                                \
            const real_vec a = v[i], b = v[i + (s)];                         \
            v[i] = SHUFFLE(a, b, LO);                                    \
            v[i + (s)] = SHUFFLE(a, b, HI);                              \
        }
#define LIST(...) __VA_ARGS__
#define EXCHANGE_LIST(s, LO, HI) EXCHANGE(s, LIST LO, LIST HI)

INLINE void NAME(transpose_reals)(real_vec v[LANES]) {
#if LANES == 16
    EXCHANGE_LIST(8, (0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
                  (8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    EXCHANGE_LIST(4, (0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
                  (4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    EXCHANGE_LIST(2, (0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
                  (2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    EXCHANGE_LIST(1, (0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
                  (1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
#elif LANES == 8
    EXCHANGE_LIST(4, (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15))
    EXCHANGE_LIST(2, (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15))
    EXCHANGE_LIST(1, (0, 8, 2, 10, 4, 12, 6, 14), (1, 9, 3, 11, 5, 13, 7, 15))
#elif LANES == 4
    EXCHANGE_LIST(2, (0, 1, 4, 5), (2, 3, 6, 7))
    EXCHANGE_LIST(1, (0, 4, 2, 6), (1, 5, 3, 7))
#elif LANES == 2
    EXCHANGE_LIST(1, (0, 2), (1, 3))
#else
#error "LANES must be 2, 4, 8 or 16"
#endif
}

/* Rows of an array in memory, one per lane: element j of lane l at base[l] + j * step bytes; of dual
 * numbers its tangent `tangent` bytes further (see common/arguments.h). */
typedef struct {
    char *base[LANES];
    Py_ssize_t step, tangent;
    int used; /* lanes that exist; the others are read from lane 0 and never written */
} NAME(rows);
#define rows_t NAME(rows)

/* Rows first, first + 1, ... of a matrix; of `count` rows in all, at most LANES are taken. */
INLINE rows_t NAME(rows_of)(const matrix_view *m, Py_ssize_t first) {
    rows_t rows;
    const Py_ssize_t left = m->count - first;
    rows.used = left < LANES ? (int)left : LANES;
    rows.step = m->column_stride;
    rows.tangent = m->tangent;
    for (int l = 0; l < LANES; ++l)
        rows.base[l] = m->data + (first + (l < rows.used ? l : 0)) * m->row_stride;
    return rows;
}
#define rows_of NAME(rows_of)

/* --- one part of numbers: all of real ones, values or tangents of dual ones -------------------- */

/* A part lies `offset` bytes from where its numbers do, and is every `per`-th vector of a lane
 * buffer. Whole vectors are transposed; a remainder is covered by a last vector that overlaps the one
 * before. */

/* Where one is, in column `j` of one lane. */
INLINE REAL *NAME(part_at)(const rows_t *rows, int lane, Py_ssize_t offset, Py_ssize_t j) {
    return (REAL *)(rows->base[lane] + offset + j * rows->step);
}
#define part_at NAME(part_at)

/* x[0..count) from columns start..start+count. With `copy`, the same columns go to the columns from
 * copy_start on of those rows, too. */
INLINE void NAME(load_part)(const rows_t *rows, Py_ssize_t offset, Py_ssize_t start,
                            Py_ssize_t count, const Py_ssize_t per, real_vec *x, const rows_t *copy,
                            Py_ssize_t copy_offset, Py_ssize_t copy_start) {
    const Py_ssize_t size = (Py_ssize_t)sizeof(REAL);
    if (rows->step == size && (!copy || copy->step == size) && count >= LANES) {
        const Py_ssize_t at = offset + start * size, to = copy_offset + copy_start * size;
        for (Py_ssize_t next = 0; next < count; next += LANES) {
            const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
            real_vec v[LANES];
            for (int l = 0; l < LANES; ++l)
                v[l] = *(const real_uvec *)(rows->base[l] + at + j * size);
            if (copy)
                for (int l = 0; l < copy->used; ++l)
                    *(real_uvec *)(copy->base[l] + to + j * size) = v[l];
            NAME(transpose_reals)(v);
            for (int l = 0; l < LANES; ++l) x[(j + l) * per] = v[l];
        }
        return;
    }
    for (Py_ssize_t j = 0; j < count; ++j)
        for (int l = 0; l < LANES; ++l) {
            const REAL value = *part_at(rows, l, offset, start + j);
            ((REAL *)(x + j * per))[l] = value;
            if (copy && l < copy->used) *part_at(copy, l, copy_offset, copy_start + j) = value;
        }
}

/* Columns of `to` = sign * columns of `from` + columns of `with` + sign_x * x[0..count); rows that are
 * NULL are zeros. What is in lanes is transposed, the rows are not. */
INLINE void NAME(sum_part)(const int sign, const rows_t *from, Py_ssize_t from_offset,
                           Py_ssize_t from_start, const rows_t *with, Py_ssize_t with_offset,
                           Py_ssize_t with_start, const int sign_x, const Py_ssize_t per,
                           const real_vec *x, const rows_t *to, Py_ssize_t to_offset,
                           Py_ssize_t to_start, Py_ssize_t count) {
    const Py_ssize_t size = (Py_ssize_t)sizeof(REAL);
    const int dense = (!from || from->step == size) && to->step == size
        && (!with || with->step == size);
    if (dense && count >= LANES) {
        const Py_ssize_t end = count - LANES;
        for (Py_ssize_t next = 0; next < count; next += LANES) {
            const Py_ssize_t j = next < end ? next : end;
            const Py_ssize_t from_at = from_offset + (from_start + j) * size;
            const Py_ssize_t with_at = with_offset + (with_start + j) * size;
            const Py_ssize_t to_at = to_offset + (to_start + j) * size;
            real_vec v[LANES];
            for (int l = 0; l < LANES; ++l) v[l] = x[(j + l) * per];
            NAME(transpose_reals)(v);
#define ROWS(used)                                                                            \
            for (int l = 0; l < (used); ++l) {                                                \
                real_vec sum = constant(0);                                                   \
                if (from) sum = *(const real_uvec *)(from->base[l] + from_at);                \
                if (sign < 0) sum = -sum;                                                     \
                if (with) sum += *(const real_uvec *)(with->base[l] + with_at);               \
                *(real_uvec *)(to->base[l] + to_at) = sign_x < 0 ? sum - v[l] : sum + v[l];   \
            }
            if (to->used == LANES) { /* the usual case, unrolled */
                ROWS(LANES)
            } else {
                ROWS(to->used)
            }
#undef ROWS
        }
        return;
    }
    for (Py_ssize_t j = 0; j < count; ++j)
        for (int l = 0; l < to->used; ++l) {
            REAL sum = 0;
            if (from) sum = *part_at(from, l, from_offset, from_start + j);
            if (sign < 0) sum = -sum;
            if (with) sum += *part_at(with, l, with_offset, with_start + j);
            sum += (REAL)sign_x * ((const REAL *)(x + j * per))[l];
            *part_at(to, l, to_offset, to_start + j) = sum;
        }
}

/* Columns of `to` = sign * columns of `from`, zeros without these. */
INLINE void NAME(copy_part)(const int sign, const rows_t *from, Py_ssize_t from_offset,
                            Py_ssize_t from_start, const rows_t *to, Py_ssize_t to_offset,
                            Py_ssize_t to_start, Py_ssize_t count) {
    const Py_ssize_t size = (Py_ssize_t)sizeof(REAL);
    if ((!from || from->step == size) && to->step == size && count >= LANES) {
        for (int l = 0; l < to->used; ++l)
            for (Py_ssize_t next = 0; next < count; next += LANES) {
                const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
                real_vec x = constant(0);
                if (from) x = *(const real_uvec *)part_at(from, l, from_offset, from_start + j);
                *(real_uvec *)part_at(to, l, to_offset, to_start + j) = sign < 0 ? -x : x;
            }
        return;
    }
    for (int l = 0; l < to->used; ++l)
        for (Py_ssize_t j = 0; j < count; ++j) {
            REAL value = 0;
            if (from) value = *part_at(from, l, from_offset, from_start + j);
            *part_at(to, l, to_offset, to_start + j) = sign < 0 ? -value : value;
        }
}

/* Columns start..start+count from x[0..count). */
INLINE void NAME(store_part)(const rows_t *rows, Py_ssize_t offset, Py_ssize_t start,
                             Py_ssize_t count, const Py_ssize_t per, const real_vec *x) {
    if (rows->step == (Py_ssize_t)sizeof(REAL) && count >= LANES) {
        for (Py_ssize_t next = 0; next < count; next += LANES) {
            const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
            const Py_ssize_t at = offset + (start + j) * (Py_ssize_t)sizeof(REAL);
            real_vec v[LANES];
            for (int l = 0; l < LANES; ++l) v[l] = x[(j + l) * per];
            NAME(transpose_reals)(v);
            if (rows->used == LANES) /* the usual case, unrolled */
                for (int l = 0; l < LANES; ++l) *(real_uvec *)(rows->base[l] + at) = v[l];
            else
                for (int l = 0; l < rows->used; ++l) *(real_uvec *)(rows->base[l] + at) = v[l];
        }
        return;
    }
    for (Py_ssize_t j = 0; j < count; ++j)
        for (int l = 0; l < rows->used; ++l)
            *part_at(rows, l, offset, start + j) = ((const REAL *)(x + j * per))[l];
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* What follows from these two headers: numbers and vectors of them, one at a time in memory and in
 * lanes, and lane buffers from and to columns of rows:
 *   load_rows: x[0..count) from columns start..start+count;
 *   load_rows_and_copy: the same, which also go to other rows;
 *   store_rows: columns start..start+count from x[0..count);
 *   store_sum: columns of `to` = sign * columns of `from` + columns of `with` (if not NULL)
 *     + sign_x * x[0..count);
 *   copy_rows: columns of `to` = sign * columns of `from`. */
#ifdef TREEALG_DUALS
#include "common/duals.h"
#else
#include "common/reals.h"
#endif

INLINE void NAME(load_rows)(const rows_t *rows, Py_ssize_t start, Py_ssize_t count, vec *x) {
    load_rows_and_copy(rows, start, count, x, NULL, 0);
}
#define load_rows NAME(load_rows)
