/* The last letters of words of chains, with sums over time in registers (see words/last_letters.h).
 * Letters of weight 1 are labels, those of weight 2 pairs of them.
 */

typedef struct {
    const word_program *p;
    Py_ssize_t degree; /* words up to this weight, at most that of the program */
    vec *signature, *carries; /* carries: [weight] -> [degree - weight][BLOCK] */
    word_state *letters; /* [k], k = 1..longest: increments of the letters of weight k */
    word_state *ends; /* [composition]: words that only a last letter may follow */
} NAME(chain_state);
#define chain_state NAME(chain_state)

/* Where the words stand that follow number `word` of a composition by a letter of weight k. */
INLINE vec *NAME(words_after)(const chain_state *s, int32_t node, Py_ssize_t word, Py_ssize_t k) {
    const word_program *const p = s->p;
    const int32_t child = p->child[node * (p->longest + 1) + k];
    return s->signature + p->start[child] + word * s->letters[k].d;
}

/* The words `value` of weight N-1, which follow one by the letters x, and those that follow them by
 * one of d labels. */
INLINE int NAME(follow_by_label)(const int d, const chain_state *s, const word_state *x,
                                 const vec *carry, vec *value, vec *top) {
    const word_state *const z = s->letters + 1;
    const int n = d == 2 && VECTOR_REGISTERS >= 32 ? 4 : NAME(words_at_once)(d);
    Py_ssize_t a = 0;
    if (!n) return 0;
#define WORDS(n)                                                                                \
    for (; a + (n) <= x->d; a += (n))                                                           \
        NAME(last_two)(n, d, z->steps, x->z + a, x->d, z->z, carry, value + a, top + a * d);
    WORDS(n)
    if (n > 2) {
        WORDS(2)
    }
    WORDS(1)
#undef WORDS
    return 1;
}

/* The words of composition `node`, of weight N-1, that follow one by the letters x, from number `first`
 * on, and those that follow them, if that is done in registers; returns whether it is. */
INLINE int NAME(last_label)(const chain_state *s, int32_t node, const word_state *x,
                            Py_ssize_t first, const vec *carry) {
    vec *const value = s->signature + s->p->start[node] + first;
    vec *const top = NAME(words_after)(s, node, first, 1);
    switch (s->letters[1].d) {
    case 2: return NAME(follow_by_label)(2, s, x, carry, value, top);
    case 3: return NAME(follow_by_label)(3, s, x, carry, value, top);
    case 4: return NAME(follow_by_label)(4, s, x, carry, value, top);
    case 5: return NAME(follow_by_label)(5, s, x, carry, value, top);
    case 6: return NAME(follow_by_label)(6, s, x, carry, value, top);
    case 7: return NAME(follow_by_label)(7, s, x, carry, value, top);
    case 8: return NAME(follow_by_label)(8, s, x, carry, value, top);
    }
    return 0;
}

/* All that follows a word of weight N-2 by d labels or d * d pairs. If it `is_new`, its value is
 * computed, too: it follows its prefix, whose carries are given, by label a. */
INLINE int NAME(follow_by_pairs)(const int d, const int is_new, const chain_state *s, int32_t node,
                                 Py_ssize_t word, Py_ssize_t a, const vec *carry) {
    const word_state *const z = s->letters + 1, *const y = s->letters + 2;
    if (d + 2 * d * d + d + 4 > VECTOR_REGISTERS || y->d != d * d) return 0;
    vec *const value = s->signature + s->p->start[node] + word;
    vec *const label = NAME(words_after)(s, node, word, 1);
    vec *const pair = NAME(words_after)(s, node, word, 2);
    vec *const two = NAME(words_after)(s, s->p->child[node * (s->p->longest + 1) + 1], word * d, 1);
    vec sum = is_new ? *value : splat(0), labels[3], twos[3][3], pairs[3][3];
    UNROLLED for (int i = 0; i < d; ++i) {
        labels[i] = label[i];
        UNROLLED for (int j = 0; j < d; ++j) {
            twos[i][j] = two[i * d + j];
            pairs[i][j] = pair[i * d + j];
        }
    }
    for (int t = 0; t < z->steps; ++t) {
        vec own = carry[t], next = carry[BLOCK + t];
        if (is_new) {
            const vec step = z->z[t * d + a];
            const vec first = sum + next * step;
            next = (sum + carry[2 * BLOCK + t] * step) * z->inverse[2];
            sum += own * step;
            own = first;
        }
        UNROLLED for (int i = 0; i < d; ++i) {
            NAME(step_of_two)(d, own, next, z->z[t * d + i], z->z + t * d, labels + i, twos[i]);
            UNROLLED for (int j = 0; j < d; ++j) pairs[i][j] += own * y->z[(t * d + i) * d + j];
        }
    }
    if (is_new) *value = sum;
    UNROLLED for (int i = 0; i < d; ++i) {
        label[i] = labels[i];
        UNROLLED for (int j = 0; j < d; ++j) {
            two[i * d + j] = twos[i][j];
            pair[i * d + j] = pairs[i][j];
        }
    }
    return 1;
}

/* The same for what labels and pairs there are; returns whether it is done. */
INLINE int NAME(last_pairs)(const int is_new, const chain_state *s, int32_t node, Py_ssize_t word,
                            Py_ssize_t a, const vec *carry) {
    if (s->p->longest < 2) return 0;
    switch (s->letters[1].d) {
    case 2: return NAME(follow_by_pairs)(2, is_new, s, node, word, a, carry);
    case 3: return NAME(follow_by_pairs)(3, is_new, s, node, word, a, carry);
    }
    return 0;
}
