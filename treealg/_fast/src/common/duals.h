/* Dual numbers, x + dx e with e e = 0, in C++: over them a kernel computes its derivative, too.
 *
 * A kernel is a program of sums and products. Run on values x and tangents dx it gives its result and,
 * exactly, the derivative of this in the direction dx; a backward pass gives gradients and how these
 * change. So every kernel is written once, and compiled twice: as C over real numbers, and as C++
 * over this file. In memory a value and its tangent lie side by side, as in a complex number, or each
 * in an array of its own (see common/arguments.h); in lanes there is a vector of values and one of
 * tangents.
 */

typedef struct NAME(number) {
    REAL value, tangent;
#define MEMBER __attribute__((always_inline))
    NAME(number)() = default;
    MEMBER NAME(number)(REAL x) : value(x), tangent(0) {}
    MEMBER NAME(number)(REAL x, REAL dx) : value(x), tangent(dx) {}
#undef MEMBER
} NAME(number);
#define NUMBER NAME(number)

typedef struct NAME(vec) {
    real_vec value, tangent;
} NAME(vec);
#define vec NAME(vec)

/* Sums and products of two kinds of numbers, one of which may be real. */
#define ARITHMETIC(dual, real)                                                                     \
    INLINE dual operator+(dual x, dual y) { return {x.value + y.value, x.tangent + y.tangent}; }   \
    INLINE dual operator-(dual x, dual y) { return {x.value - y.value, x.tangent - y.tangent}; }   \
    INLINE dual operator-(dual x) { return {-x.value, -x.tangent}; }                               \
    INLINE dual operator*(dual x, dual y) {                                                        \
        return {x.value * y.value, x.value * y.tangent + x.tangent * y.value};                     \
    }                                                                                              \
    INLINE dual operator*(real x, dual y) { return {x * y.value, x * y.tangent}; }                 \
    INLINE dual operator*(dual x, real y) { return y * x; }                                        \
    INLINE dual &operator+=(dual &x, dual y) { return x = x + y; }                                 \
    INLINE dual &operator-=(dual &x, dual y) { return x = x - y; }                                 \
    INLINE dual &operator*=(dual &x, real y) { return x = y * x; }

ARITHMETIC(NUMBER, REAL)
ARITHMETIC(vec, real_vec)
#undef ARITHMETIC

INLINE vec operator*(REAL x, vec y) { return {x * y.value, x * y.tangent}; }
INLINE vec operator*(vec x, REAL y) { return y * x; }
INLINE vec &operator*=(vec &x, REAL y) { return x = y * x; }

INLINE vec NAME(splat)(REAL x) { return {constant(x), constant(0)}; }
INLINE vec NAME(splat)(NUMBER x) { return {constant(x.value), constant(x.tangent)}; }
#define splat NAME(splat)

INLINE void NAME(transpose)(vec v[LANES]) {
    real_vec values[LANES], tangents[LANES];
    for (int l = 0; l < LANES; ++l) values[l] = v[l].value;
    NAME(transpose_reals)(values);
    for (int l = 0; l < LANES; ++l) v[l].value = values[l];
    for (int l = 0; l < LANES; ++l) tangents[l] = v[l].tangent;
    NAME(transpose_reals)(tangents);
    for (int l = 0; l < LANES; ++l) v[l].tangent = tangents[l];
}
#define transpose NAME(transpose)

/* Of one lane. */
INLINE NUMBER NAME(get)(const vec *x, int lane) {
    return NUMBER(((const REAL *)x)[lane], ((const REAL *)x)[LANES + lane]);
}
#define get NAME(get)

INLINE void NAME(put)(vec *x, int lane, NUMBER y) {
    ((REAL *)x)[lane] = y.value;
    ((REAL *)x)[LANES + lane] = y.tangent;
}
#define put NAME(put)

/* Numbers of two vectors in turn, and back: the lanes of the results. */
#if LANES == 16
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define FIRST 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SECOND 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#define FIRST 0, 8, 1, 9, 2, 10, 3, 11
#define SECOND 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES == 4
#define EVEN 0, 2, 4, 6
#define ODD 1, 3, 5, 7
#define FIRST 0, 4, 1, 5
#define SECOND 2, 6, 3, 7
#else
#define EVEN 0, 2
#define ODD 1, 3
#define FIRST 0, 2
#define SECOND 1, 3
#endif
#define SHUFFLE_LIST(a, b, ...) SHUFFLE(a, b, __VA_ARGS__)

/* Where the tangents of rows, or of one number, are; of results, where they go. */
INLINE Py_ssize_t NAME(to_tangent)(Py_ssize_t tangent) { return tangent == ALONE ? 0 : tangent; }

/* One number in memory, read and written. */
INLINE NUMBER NAME(number_at)(const char *at, Py_ssize_t tangent) {
    return NUMBER(*(const REAL *)at, tangent == ALONE ? 0 : *(const REAL *)(at + tangent));
}
#define number_at NAME(number_at)

INLINE void NAME(set_number)(char *at, Py_ssize_t tangent, NUMBER x) {
    if (tangent != ALONE) *(REAL *)at = x.value;
    *(REAL *)(at + NAME(to_tangent)(tangent)) = x.tangent;
}
#define set_number NAME(set_number)

INLINE void NAME(add_number)(char *at, Py_ssize_t tangent, NUMBER x) {
    if (tangent != ALONE) *(REAL *)at += x.value;
    *(REAL *)(at + NAME(to_tangent)(tangent)) += x.tangent;
}
#define add_number NAME(add_number)

/* Whether numbers are pairs in memory, one after the other. */
INLINE int NAME(are_paired_up)(Py_ssize_t step, Py_ssize_t tangent) {
    const Py_ssize_t size = (Py_ssize_t)sizeof(REAL);
    return step == 2 * size && tangent == size;
}

/* Whether numbers lie side by side, so many bytes apart. */
INLINE int NAME(is_dense)(Py_ssize_t step, Py_ssize_t tangent) {
    return step == (Py_ssize_t)sizeof(REAL) || NAME(are_paired_up)(step, tangent);
}
#define is_dense NAME(is_dense)

/* LANES numbers side by side, each with its tangent after it, from and to whatever address. */
INLINE vec NAME(load_together)(const char *at) {
    const real_vec a = *(const real_uvec *)at, b = *(const real_uvec *)(at + VECTOR_BYTES);
    return {SHUFFLE_LIST(a, b, EVEN), SHUFFLE_LIST(a, b, ODD)};
}
#define load_together NAME(load_together)

INLINE void NAME(store_together)(char *at, vec x) {
    *(real_uvec *)at = SHUFFLE_LIST(x.value, x.tangent, FIRST);
    *(real_uvec *)(at + VECTOR_BYTES) = SHUFFLE_LIST(x.value, x.tangent, SECOND);
}
#define store_together NAME(store_together)

/* LANES numbers that lie side by side, from whatever address. */
INLINE vec NAME(load_lanes)(const char *at, Py_ssize_t step, Py_ssize_t tangent) {
    if (step != (Py_ssize_t)sizeof(REAL)) return load_together(at);
    if (tangent == ALONE) return {*(const real_uvec *)at, constant(0)};
    return {*(const real_uvec *)at, *(const real_uvec *)(at + tangent)};
}
#define load_lanes NAME(load_lanes)

#undef EVEN
#undef ODD
#undef FIRST
#undef SECOND
#undef SHUFFLE_LIST

/* The value of a number, without a tangent. */
INLINE REAL NAME(value)(NUMBER x) { return x.value; }

INLINE void NAME(copy_rows)(const int sign, const rows_t *from, Py_ssize_t from_start,
                            const rows_t *to, Py_ssize_t to_start, Py_ssize_t count) {
    if (to->tangent != ALONE) NAME(copy_part)(sign, from, 0, from_start, to, 0, to_start, count);
    NAME(copy_part)(sign, from->tangent == ALONE ? NULL : from, from->tangent, from_start, to,
                    NAME(to_tangent)(to->tangent), to_start, count);
}
#define copy_rows NAME(copy_rows)

INLINE void NAME(load_rows_and_copy)(const rows_t *rows, Py_ssize_t start, Py_ssize_t count, vec *x,
                                     const rows_t *copy, Py_ssize_t copy_start) {
    real_vec *const parts = (real_vec *)x;
    if (NAME(are_paired_up)(rows->step, rows->tangent) && count >= LANES) {
        for (Py_ssize_t next = 0; next < count; next += LANES) {
            const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
            vec v[LANES];
            for (int l = 0; l < LANES; ++l)
                v[l] = load_together(rows->base[l] + (start + j) * rows->step);
            transpose(v);
            for (int l = 0; l < LANES; ++l) x[j + l] = v[l];
        }
        if (copy) copy_rows(1, rows, start, copy, copy_start, count);
        return;
    }
    NAME(load_part)(rows, 0, start, count, 2, parts, copy && copy->tangent != ALONE ? copy : NULL,
                    0, copy_start);
    const Py_ssize_t to = copy ? NAME(to_tangent)(copy->tangent) : 0;
    if (rows->tangent != ALONE) {
        NAME(load_part)(rows, rows->tangent, start, count, 2, parts + 1, copy, to, copy_start);
        return;
    }
    for (Py_ssize_t j = 0; j < count; ++j) x[j].tangent = constant(0);
    if (copy) NAME(copy_part)(1, NULL, 0, 0, copy, to, copy_start, count);
}
#define load_rows_and_copy NAME(load_rows_and_copy)

INLINE void NAME(store_rows)(const rows_t *rows, Py_ssize_t start, Py_ssize_t count, const vec *x) {
    const real_vec *const parts = (const real_vec *)x;
    if (NAME(are_paired_up)(rows->step, rows->tangent) && count >= LANES) {
        for (Py_ssize_t next = 0; next < count; next += LANES) {
            const Py_ssize_t j = next + LANES <= count ? next : count - LANES;
            vec v[LANES];
            for (int l = 0; l < LANES; ++l) v[l] = x[j + l];
            transpose(v);
            for (int l = 0; l < rows->used; ++l)
                store_together(rows->base[l] + (start + j) * rows->step, v[l]);
        }
        return;
    }
    if (rows->tangent != ALONE) NAME(store_part)(rows, 0, start, count, 2, parts);
    NAME(store_part)(rows, NAME(to_tangent)(rows->tangent), start, count, 2, parts + 1);
}
#define store_rows NAME(store_rows)

INLINE void NAME(store_sum)(const int sign, const rows_t *from, Py_ssize_t from_start,
                            const rows_t *with, Py_ssize_t with_start, const int sign_x,
                            const vec *x, const rows_t *to, Py_ssize_t to_start, Py_ssize_t count) {
    const real_vec *const parts = (const real_vec *)x;
    if (to->tangent != ALONE)
        NAME(sum_part)(sign, from, 0, from_start, with, 0, with_start, sign_x, 2, parts, to, 0,
                       to_start, count);
    NAME(sum_part)(sign, from->tangent == ALONE ? NULL : from, from->tangent, from_start,
                   with && with->tangent != ALONE ? with : NULL, with ? with->tangent : 0,
                   with_start, sign_x, 2, parts + 1, to, NAME(to_tangent)(to->tangent), to_start,
                   count);
}
#define store_sum NAME(store_sum)
