/* The last letters of words, with the sums over time of all words that follow a prefix in registers:
 * carries are used where they are made (see words/signature.h).
 */

#define UNROLLED _Pragma("GCC unroll 8")

/* Have a vector read once: compilers read it for each use, and loads are what takes time then. */
#if defined(TREEALG_DUALS)
#define IN_REGISTER(x)
#elif defined(__x86_64__)
#define IN_REGISTER(x) __asm__("" : "+v"(x))
#elif defined(__aarch64__)
#define IN_REGISTER(x) __asm__("" : "+w"(x))
#else
#define IN_REGISTER(x)
#endif

/* One step of a word of length N-1, whose last letter moves by `step`, and of those that follow it by
 * the letters that move by z; `own` and `next` are the carries of its prefix. */
INLINE void NAME(step_of_two)(const int d, vec own, vec next, vec step, const vec *z, vec *sum,
                              vec *last) {
    const vec carry = *sum + next * step;
    *sum += own * step;
    for (int a = 0; a < d; ++a) last[a] += carry * z[a];
}

/* The same of a word of length N-2, two of the letters z, and three carries. */
INLINE void NAME(step_of_three)(const int d, const real_vec half, vec own, vec next, vec third,
                                vec step, const vec *z, vec *sum, vec *middle, vec (*last)[4]) {
    const vec first = *sum + next * step, second = (*sum + third * step) * half;
    *sum += own * step;
    for (int a = 0; a < d; ++a) NAME(step_of_two)(d, first, second, z[a], z, middle + a, last[a]);
}

/* How many words of length N-1 have room in registers with the d that follow each, up to d and in
 * equal parts of it; 0 if it is one, which gains nothing. */
INLINE int NAME(words_at_once)(const int d) {
    const int most = (VECTOR_REGISTERS - d - 3) / (1 + d);
    if (most < 2) return 0;
    const int parts = (d + most - 1) / most;
    return (d + parts - 1) / parts;
}

/* The same for words of length N-2 with the two generations that follow each. */
INLINE int NAME(branches_at_once)(const int d) {
    const int most = (VECTOR_REGISTERS - d - 4) / (1 + d + d * d);
    return most < d ? most : d;
}

/* Words `value` of length N-1, which follow one prefix by n letters that move by `x`, every segment
 * `stride` further, and all that follow them. */
INLINE void NAME(last_two)(const int n, const int d, int steps, const vec *x, Py_ssize_t stride,
                           const vec *z, const vec *carry, vec *value, vec *top) {
    vec sum[8], last[8][8];
    UNROLLED for (int c = 0; c < n; ++c) {
        sum[c] = value[c];
        UNROLLED for (int i = 0; i < d; ++i) last[c][i] = top[c * d + i];
    }
    for (int t = 0; t < steps; ++t) {
        const vec own = carry[t], next = carry[BLOCK + t];
        vec y[8];
        for (int i = 0; i < d; ++i) {
            y[i] = z[t * d + i];
            if (n * (1 + d) + d + 4 <= VECTOR_REGISTERS) IN_REGISTER(y[i]);
        }
        UNROLLED for (int c = 0; c < n; ++c)
            NAME(step_of_two)(d, own, next, x[t * stride + c], y, sum + c, last[c]);
    }
    UNROLLED for (int c = 0; c < n; ++c) {
        value[c] = sum[c];
        UNROLLED for (int i = 0; i < d; ++i) top[c * d + i] = last[c][i];
    }
}

/* Words `value` of length N-2 by the letters a..a+n, and all that follow them. */
INLINE void NAME(last_three)(const int n, const int d, const word_state *s, const vec *carry,
                             const int a, vec *value, vec *middle, vec *top) {
    vec sum[2], second[2][4], third[2][4][4];
    UNROLLED for (int c = 0; c < n; ++c) {
        sum[c] = value[c];
        UNROLLED for (int i = 0; i < d; ++i) {
            second[c][i] = middle[c * d + i];
            UNROLLED for (int j = 0; j < d; ++j) third[c][i][j] = top[(c * d + i) * d + j];
        }
    }
    for (int t = 0; t < s->steps; ++t) {
        const vec *const z = s->z + t * d;
        UNROLLED for (int c = 0; c < n; ++c)
            NAME(step_of_three)(d, s->inverse[2], carry[t], carry[BLOCK + t], carry[2 * BLOCK + t],
                                z[a + c], z, sum + c, second[c], third[c]);
    }
    UNROLLED for (int c = 0; c < n; ++c) {
        value[c] = sum[c];
        UNROLLED for (int i = 0; i < d; ++i) {
            middle[c * d + i] = second[c][i];
            UNROLLED for (int j = 0; j < d; ++j) top[(c * d + i) * d + j] = third[c][i][j];
        }
    }
}

/* A word `value` of length N-3 by the letter a of two, and all that follow it. */
INLINE void NAME(last_four)(const word_state *s, const vec *carry, const int a, vec *value,
                            vec *next_level, vec *middle, vec *top) {
    vec sum = *value, second[2], third[2][4], fourth[2][4][4];
    UNROLLED for (int i = 0; i < 2; ++i) {
        second[i] = next_level[i];
        UNROLLED for (int j = 0; j < 2; ++j) {
            third[i][j] = middle[i * 2 + j];
            UNROLLED for (int k = 0; k < 2; ++k) fourth[i][j][k] = top[(i * 2 + j) * 2 + k];
        }
    }
    for (int t = 0; t < s->steps; ++t) {
        const vec *const z = s->z + t * 2;
        const vec step = z[a], first = sum + carry[BLOCK + t] * step;
        const vec two = (sum + carry[2 * BLOCK + t] * step) * s->inverse[2];
        const vec three = (sum + carry[3 * BLOCK + t] * step) * s->inverse[3];
        sum += carry[t] * step;
        UNROLLED for (int i = 0; i < 2; ++i) NAME(step_of_three)(
            2, s->inverse[2], first, two, three, z[i], z, second + i, third[i], fourth[i]);
    }
    *value = sum;
    UNROLLED for (int i = 0; i < 2; ++i) {
        next_level[i] = second[i];
        UNROLLED for (int j = 0; j < 2; ++j) {
            middle[i * 2 + j] = third[i][j];
            UNROLLED for (int k = 0; k < 2; ++k) top[(i * 2 + j) * 2 + k] = fourth[i][j][k];
        }
    }
}

INLINE int NAME(follow_by_two)(const int d, const word_state *s, const vec *carry, vec *value,
                               vec *top) {
    const int n = NAME(words_at_once)(d), rest = n ? d % n : 0;
    if (!n) return 0;
    for (int a = 0; a + n <= d; a += n)
        NAME(last_two)(n, d, s->steps, s->z + a, d, s->z, carry, value + a, top + a * d);
    if (rest) {
        const int a = d - rest;
        NAME(last_two)(rest, d, s->steps, s->z + a, d, s->z, carry, value + a, top + a * d);
    }
    return 1;
}

INLINE int NAME(follow_by_three)(const int d, const word_state *s, const vec *carry, vec *value,
                                 vec *middle, vec *top) {
    const int n = NAME(branches_at_once)(d), square = d * d;
    if (!n) return 0;
    for (int a = 0; a < d; a += n)
        NAME(last_three)(n, d, s, carry, a, value + a, middle + a * d, top + a * square);
    return 1;
}

/* All words that follow number `word` of length `depth`, one of `size` that stand at `level` with their
 * letters, if that is done in registers; returns whether it is. */
INLINE int NAME(last_letters)(const word_state *s, Py_ssize_t depth, Py_ssize_t word, vec *level,
                              Py_ssize_t level_size, const vec *carry) {
    const Py_ssize_t d = s->d, square = d * d;
    vec *const value = level + word * d, *const next = level + level_size + word * square;
    if (s->paired) return 0;
    switch (s->degree - depth) {
    case 2: {
        vec *const top = s->top + word * square;
        switch (d) {
        case 2: return NAME(follow_by_two)(2, s, carry, value, top);
        case 3: return NAME(follow_by_two)(3, s, carry, value, top);
        case 4: return NAME(follow_by_two)(4, s, carry, value, top);
        case 5: return NAME(follow_by_two)(5, s, carry, value, top);
        case 6: return NAME(follow_by_two)(6, s, carry, value, top);
        case 7: return NAME(follow_by_two)(7, s, carry, value, top);
        case 8: return NAME(follow_by_two)(8, s, carry, value, top);
        }
        return 0;
    }
    case 3: {
        vec *const top = s->top + word * square * d;
        switch (d) {
        case 2: return NAME(follow_by_three)(2, s, carry, value, next, top);
        case 3: return NAME(follow_by_three)(3, s, carry, value, next, top);
        case 4: return NAME(follow_by_three)(4, s, carry, value, next, top);
        }
        return 0;
    }
    case 4: {
        if (d != 2 || VECTOR_REGISTERS < 32) return 0;
        vec *const middle = level + 3 * level_size + word * 8, *const top = s->top + word * 16;
        NAME(last_four)(s, carry, 0, value, next, middle, top);
        NAME(last_four)(s, carry, 1, value + 1, next + 2, middle + 4, top + 8);
        return 1;
    }
    }
    return 0;
}
