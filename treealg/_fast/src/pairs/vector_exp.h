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
    /* The sum of r^n / n!, from the square on in pairs, fours and eights: many such sums go on at
     * once, and what waits for results before it is what bounds them. */
#define PAIR(low, high) (constant((REAL)(1.0 / (low))) + r * constant((REAL)(1.0 / (high))))
    const real_vec r2 = r * r, r4 = r2 * r2;
    real_vec rest = PAIR(720.0, 5040.0);
    if (wide)
        rest = (rest + r2 * PAIR(40320.0, 362880.0))
            + r4 * (PAIR(3628800.0, 39916800.0) + r2 * PAIR(479001600.0, 6227020800.0));
    rest = (PAIR(2.0, 6.0) + r2 * PAIR(24.0, 120.0)) + r4 * rest;
#undef PAIR
    const real_vec sum = (rest * r + constant(1)) * r + constant(1);
    const mask within = x <= constant((REAL)(wide ? 709.782712893384 : 88.7228317));
    const mask normal = x >= constant((REAL)(wide ? -708.0 : -87.0));
    /* Unsigned, as exponents may be negative and sums may wrap. */
    const bits power = (bits)sum + ((bits)t << (wide ? 52 : 23));
    /* Beyond are infinity and what is no number. */
    return (real_vec)(((mask)power & within & normal)
                      | ((mask)(x + constant((REAL)INFINITY)) & ~within));
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
