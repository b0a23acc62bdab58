/* Gradients of word signatures in few letters: how many is known to the compiler.
 *
 * The scheme is that of words/backward.h. All children of a word are handled at once, so that what
 * they share, carries of the word and derivatives in these, passes memory once and is written, never
 * added to. A word of length N-2 takes its children and theirs along in one walk backwards: no
 * derivative in a carry of length N-1 is ever stored.
 */

#define MOST_KNOWN 4 /* carries of which the compiler knows the number, and 1/k in registers */

/* The n carries of each child: out is [d][n][BLOCK]. */
INLINE void NAME(children_forward)(const int d, const int n, const back_state *s, const vec *carry,
                                   const vec *value, vec *out) {
    vec sum[MOST_LETTERS];
    real_vec known[MOST_KNOWN];
    for (int k = 1; k < n && k < MOST_KNOWN; ++k) known[k] = s->inverse[k + 1];
    for (int a = 0; a < d; ++a) sum[a] = value[a];
    for (int t = 0; t < s->steps; ++t) {
        vec z[MOST_LETTERS];
        for (int a = 0; a < d; ++a) z[a] = s->z[t * d + a];
        const vec first = carry[BLOCK + t];
        for (int a = 0; a < d; ++a) out[a * n * BLOCK + t] = sum[a] + first * z[a];
        for (int k = 1; k < n; ++k) {
            const vec next = carry[(k + 1) * BLOCK + t];
            const real_vec share = k < MOST_KNOWN ? known[k] : s->inverse[k + 1];
            for (int a = 0; a < d; ++a)
                out[(a * n + k) * BLOCK + t] = (sum[a] + next * z[a]) * share;
        }
        const vec own = carry[t];
        for (int a = 0; a < d; ++a) sum[a] += own * z[a];
    }
}

/* The derivatives in the n + 1 carries of a word from those in the n carries of each child. */
INLINE void NAME(children_backward)(const int d, const int n, const back_state *s, const vec *carry,
                                    vec *dcarry, const vec *dchild, vec *value) {
    vec sum[MOST_LETTERS];
    real_vec known[MOST_KNOWN];
    for (int k = 1; k < n && k < MOST_KNOWN; ++k) known[k] = s->inverse[k + 1];
    for (int a = 0; a < d; ++a) sum[a] = value[a];
    for (int t = s->steps - 1; t >= 0; --t) {
        const vec own = carry[t], first = carry[BLOCK + t];
        vec z[MOST_LETTERS], dz[MOST_LETTERS], total[MOST_LETTERS], down = splat(0);
        vec dfirst = splat(0);
        for (int a = 0; a < d; ++a) {
            const vec h = dchild[a * n * BLOCK + t];
            z[a] = s->z[t * d + a];
            dz[a] = s->dz[t * d + a] + sum[a] * own + h * first;
            down += sum[a] * z[a];
            dfirst += h * z[a];
            total[a] = h;
        }
        dcarry[t] = down;
        dcarry[BLOCK + t] = dfirst;
        for (int k = 1; k < n; ++k) {
            const vec next = carry[(k + 1) * BLOCK + t];
            const real_vec share = k < MOST_KNOWN ? known[k] : s->inverse[k + 1];
            vec dnext = splat(0);
            for (int a = 0; a < d; ++a) {
                const vec h = dchild[(a * n + k) * BLOCK + t] * share;
                total[a] += h;
                dz[a] += h * next;
                dnext += h * z[a];
            }
            dcarry[(k + 1) * BLOCK + t] = dnext;
        }
        for (int a = 0; a < d; ++a) {
            s->dz[t * d + a] = dz[a];
            sum[a] += total[a];
        }
    }
    for (int a = 0; a < d; ++a) value[a] = sum[a];
}

/* Segment t of the walk backwards over the children of a word of length N-2 and theirs; `sum` are the
 * derivatives in the former, `top` those in the latter. Letters outside of from..end do not move. */
INLINE void NAME(last_step_backward)(const int d, const int from, const int end,
                                     const back_state *s, int t, const vec *carry, vec *dcarry,
                                     const vec *top, vec *sum) {
    const vec own = carry[t], next = carry[BLOCK + t];
    vec z[MOST_LETTERS], dz[MOST_LETTERS], down = splat(0), dnext = splat(0);
    for (int b = from; b < end; ++b) {
        z[b] = s->z[t * d + b];
        dz[b] = s->dz[t * d + b] + sum[b] * own;
        down += sum[b] * z[b];
    }
    for (int a = 0; a < d; ++a) {
        const vec row = s->rows[t * d + a];
        vec h = top[a * d + from] * z[from];
        dz[from] += top[a * d + from] * row;
        for (int b = from + 1; b < end; ++b) {
            h += top[a * d + b] * z[b];
            dz[b] += top[a * d + b] * row;
        }
        if (from <= a && a < end) {
            dz[a] += h * next;
            dnext += h * z[a];
        }
        sum[a] += h;
    }
    for (int b = from; b < end; ++b) s->dz[t * d + b] = dz[b];
    dcarry[t] = down;
    dcarry[BLOCK + t] = dnext;
}

/* The children of a word of length N-2, whose values and derivatives are `value` and `cotangent`, and
 * their children, whose derivatives are `last`. */
INLINE void NAME(last_two_backward)(const int d, const int paired, const back_state *s,
                                    const vec *carry, vec *dcarry, const vec *value, vec *cotangent,
                                    const vec *last) {
    vec sum[MOST_LETTERS], top[MOST_LETTERS * MOST_LETTERS];
    for (int a = 0; a < d; ++a) sum[a] = value[a];
    for (int t = 0; t < s->steps; ++t) {
        const vec own = carry[t], next = carry[BLOCK + t];
        for (int a = 0; a < d; ++a) {
            const vec z = s->z[t * d + a];
            s->rows[t * d + a] = sum[a] + next * z;
            sum[a] += own * z;
        }
    }
    for (int i = 0; i < d * d; ++i) top[i] = last[i];
    for (int a = 0; a < d; ++a) sum[a] = cotangent[a];
    for (int t = s->steps - 1; t >= 0; --t) {
        if (paired) { /* the lag moves in odd segments, the lead in even ones */
            NAME(last_step_backward)(d, 0, d / 2, s, t, carry, dcarry, top, sum);
            --t;
        }
        NAME(last_step_backward)(d, paired ? d / 2 : 0, d, s, t, carry, dcarry, top, sum);
    }
    for (int a = 0; a < d; ++a) cotangent[a] = sum[a];
}

typedef void (*NAME(walk))(const back_state *, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t,
                           const vec *, vec *);

/* As NAME(descend): everything below a word, whose carries are given. */
INLINE void NAME(below)(const int d, NAME(walk) walk, const back_state *s, Py_ssize_t depth,
                        Py_ssize_t word, Py_ssize_t start, Py_ssize_t size, const vec *carry,
                        vec *dcarry) {
    const Py_ssize_t here = start + word * d;
    const vec *const value = s->signature + here;
    vec *const cotangent = s->cotangent + here;
    if (depth == s->degree - 2) {
        const vec *const last = s->cotangent + start + size + word * d * d;
        if (s->paired && d % 2 == 0)
            NAME(last_two_backward)(d, 1, s, carry, dcarry, value, cotangent, last);
        else NAME(last_two_backward)(d, 0, s, carry, dcarry, value, cotangent, last);
        return;
    }
    const int n = (int)(s->degree - depth - 1);
    vec *const own = s->carries + (depth + 1) * s->degree * d * BLOCK;
    vec *const down = s->dcarries + (depth + 1) * s->degree * d * BLOCK;
#define KNOWN(function, ...)                                  \
    switch (n) {                                              \
    case 2: NAME(function)(d, 2, __VA_ARGS__); break;         \
    case 3: NAME(function)(d, 3, __VA_ARGS__); break;         \
    case 4: NAME(function)(d, 4, __VA_ARGS__); break;         \
    default: NAME(function)(d, n, __VA_ARGS__);               \
    }
    KNOWN(children_forward, s, carry, value, own)
    for (int a = 0; a < d; ++a)
        walk(s, depth + 1, word * d + a, start + size, size * d, own + a * n * BLOCK,
             down + a * n * BLOCK);
    KNOWN(children_backward, s, carry, dcarry, down, cotangent)
#undef KNOWN
}

#define WALK(d)                                                                              \
    static void NAME(below_##d)(const back_state *s, Py_ssize_t depth, Py_ssize_t word,            \
                                Py_ssize_t start, Py_ssize_t size, const vec *carry,               \
                                vec *dcarry) {                                                     \
        NAME(below)(d, NAME(below_##d), s, depth, word, start, size, carry, dcarry);               \
    }
WALK(2) WALK(3) WALK(4) WALK(5)
#undef WALK
