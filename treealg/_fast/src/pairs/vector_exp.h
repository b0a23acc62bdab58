/* The exponential of each lane. */

typedef __typeof__((vec){0} == (vec){0}) NAME(mask);
#define mask NAME(mask)
typedef UNSIGNED NAME(bits) __attribute__((vector_size(VECTOR_BYTES)));
#define bits NAME(bits)

/* exp, to about one unit in the last place; 0 where the result would not be a normal number. */
INLINE vec NAME(vector_exp)(const vec x) {
    const int wide = sizeof(REAL) == 8;
    const vec shift = splat((REAL)(wide ? 0x1.8p52 : 0x1.8p23));
    const vec t = x * splat((REAL)1.4426950408889634074) + shift; /* low bits: the exponent */
    const vec k = t - shift;
    vec r = x - k * splat((REAL)(wide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1));
    r = r - k * splat((REAL)(wide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cf79abcap-20));
    vec sum = splat((REAL)(wide ? 1.0 / 6227020800.0 : 1.0 / 5040.0));
#define POWER(n) sum = sum * r + splat((REAL)(1.0 / (n)))
    if (wide) {
        POWER(479001600.0);
        POWER(39916800.0);
        POWER(3628800.0);
        POWER(362880.0);
        POWER(40320.0);
        POWER(5040.0);
    }
    POWER(720.0);
    POWER(120.0);
    POWER(24.0);
    POWER(6.0);
    POWER(2.0);
    POWER(1.0);
    POWER(1.0);
#undef POWER
    const mask high = x > splat((REAL)(wide ? 709.782712893384 : 88.7228317));
    const mask low = x < splat((REAL)(wide ? -708.0 : -87.0));
    const mask strange = x != x;
    const mask infinite = (mask)splat((REAL)INFINITY);
    /* Unsigned, as exponents may be negative and sums may wrap. */
    const bits power = (bits)sum + ((bits)t << (wide ? 52 : 23));
    return (vec)(((mask)power & ~(high | low | strange)) | (high & infinite) | (strange & (mask)x));
}
#define vector_exp NAME(vector_exp)
