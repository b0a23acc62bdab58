/* Dual numbers, x + dx e with e e = 0, in C++: over them a kernel computes its derivative, too.
 *
 * A kernel is a program of sums and products. Run on values x and tangents dx it gives its result and,
 * exactly, the derivative of this in the direction dx; a backward pass gives gradients and how these
 * change. So every kernel is written once, and compiled twice: as C over real numbers, and as C++
 * over this file. An array holds a value and its tangent side by side, as a complex number does; in
 * lanes there is a vector of values and one of tangents.
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

/* LANES numbers side by side in memory, of whatever address. */
INLINE vec NAME(load_lanes)(const char *at) {
    const real_vec a = *(const real_uvec *)at, b = *(const real_uvec *)(at + VECTOR_BYTES);
    return {SHUFFLE_LIST(a, b, EVEN), SHUFFLE_LIST(a, b, ODD)};
}
#define load_lanes NAME(load_lanes)

INLINE void NAME(store_lanes)(char *at, vec x) {
    *(real_uvec *)at = SHUFFLE_LIST(x.value, x.tangent, FIRST);
    *(real_uvec *)(at + VECTOR_BYTES) = SHUFFLE_LIST(x.value, x.tangent, SECOND);
}
#define store_lanes NAME(store_lanes)

#undef EVEN
#undef ODD
#undef FIRST
#undef SECOND
#undef SHUFFLE_LIST

/* The value of a number, without a tangent. */
INLINE REAL NAME(value)(NUMBER x) { return x.value; }
