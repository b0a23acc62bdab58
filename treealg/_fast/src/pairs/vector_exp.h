/* The exponential of each lane; its derivative is the exponential. */

typedef __typeof__((real_vec){0} == (real_vec){0}) NAME(mask);
#define mask NAME(mask)
typedef UNSIGNED NAME(bits) __attribute__((vector_size(VECTOR_BYTES)));
#define bits NAME(bits)

/* exp, to about one unit in the last place; 0 where the result would not be a normal number. */
INLINE real_vec NAME(real_exp)(const real_vec x) {
    const int wide = sizeof(REAL) == 8;
    const real_vec shift = constant((REAL)(wide ? 0x1.8p52 : 0x1.8p23));
    const real_vec t = x * constant((REAL)1.4426950408889634074)
        + shift; /* low bits: the exponent */
    const real_vec k = t - shift;
    real_vec r = x - k * constant((REAL)(wide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1));
    r = r - k * constant((REAL)(wide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cf79abcap-20));
    real_vec sum = constant((REAL)(wide ? 1.0 / 6227020800.0 : 1.0 / 5040.0));
#define POWER(n) sum = sum * r + constant((REAL)(1.0 / (n)))
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
    const mask high = x > constant((REAL)(wide ? 709.782712893384 : 88.7228317));
    const mask low = x < constant((REAL)(wide ? -708.0 : -87.0));
    const mask strange = x != x;
    const mask infinite = (mask)constant((REAL)INFINITY);
    /* Unsigned, as exponents may be negative and sums may wrap. */
    const bits power = (bits)sum + ((bits)t << (wide ? 52 : 23));
    return (real_vec)(((mask)power & ~(high | low | strange)) | (high & infinite)
                      | (strange & (mask)x));
}

#ifdef TREEALG_DUALS
INLINE vec NAME(vector_exp)(const vec x) {
    const real_vec power = NAME(real_exp)(x.value);
    return {power, power * x.tangent};
}
#define vector_exp NAME(vector_exp)
#else
#define vector_exp NAME(real_exp)
#endif
