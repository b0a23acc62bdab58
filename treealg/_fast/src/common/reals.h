/* Numbers that are real: what kernels compute with unless they are compiled over duals.h. */

#define NUMBER REAL
#define vec real_vec
#define splat constant
#define transpose NAME(transpose_reals)

/* Of one lane. */
INLINE NUMBER NAME(get)(const vec *x, int lane) { return ((const REAL *)x)[lane]; }
#define get NAME(get)

INLINE void NAME(put)(vec *x, int lane, NUMBER value) { ((REAL *)x)[lane] = value; }
#define put NAME(put)

/* One number in memory, read and written. */
INLINE NUMBER NAME(number_at)(const char *at, Py_ssize_t tangent) { return *(const REAL *)at; }
#define number_at NAME(number_at)

INLINE void NAME(set_number)(char *at, Py_ssize_t tangent, NUMBER x) { *(REAL *)at = x; }
#define set_number NAME(set_number)

INLINE void NAME(add_number)(char *at, Py_ssize_t tangent, NUMBER x) { *(REAL *)at += x; }
#define add_number NAME(add_number)

/* Whether numbers lie side by side, so many bytes apart. */
INLINE int NAME(is_dense)(Py_ssize_t step, Py_ssize_t tangent) {
    return step == (Py_ssize_t)sizeof(REAL);
}
#define is_dense NAME(is_dense)

/* LANES numbers side by side, from and to whatever address. */
INLINE vec NAME(load_together)(const char *at) { return *(const real_uvec *)at; }
#define load_together NAME(load_together)

INLINE void NAME(store_together)(char *at, vec x) { *(real_uvec *)at = x; }
#define store_together NAME(store_together)

/* LANES numbers that lie so many bytes apart, if that is dense. */
INLINE vec NAME(load_lanes)(const char *at, Py_ssize_t step, Py_ssize_t tangent) {
    return *(const real_uvec *)at;
}
#define load_lanes NAME(load_lanes)

/* The value of a number, without a tangent. */
INLINE REAL NAME(value)(NUMBER x) { return x; }

INLINE void NAME(load_rows_and_copy)(const rows_t *rows, Py_ssize_t start, Py_ssize_t count, vec *x,
                                     const rows_t *copy, Py_ssize_t copy_start) {
    NAME(load_part)(rows, 0, start, count, 1, x, copy, 0, copy_start);
}
#define load_rows_and_copy NAME(load_rows_and_copy)

INLINE void NAME(store_rows)(const rows_t *rows, Py_ssize_t start, Py_ssize_t count, const vec *x) {
    NAME(store_part)(rows, 0, start, count, 1, x);
}
#define store_rows NAME(store_rows)

INLINE void NAME(store_sum)(const int sign, const rows_t *from, Py_ssize_t from_start,
                            const rows_t *with, Py_ssize_t with_start, const int sign_x,
                            const vec *x, const rows_t *to, Py_ssize_t to_start, Py_ssize_t count) {
    NAME(sum_part)(sign, from, 0, from_start, with, 0, with_start, sign_x, 1, x, to, 0, to_start,
                   count);
}
#define store_sum NAME(store_sum)

INLINE void NAME(copy_rows)(const int sign, const rows_t *from, Py_ssize_t from_start,
                            const rows_t *to, Py_ssize_t to_start, Py_ssize_t count) {
    NAME(copy_part)(sign, from, 0, from_start, to, 0, to_start, count);
}
#define copy_rows NAME(copy_rows)
