/* Chosen coefficients of branched signatures of piecewise linear paths, one path per lane.
 *
 * Along one segment, over time u in [0, 1], the value on an element (a tree, or an ordered forest)
 * is a polynomial in u of the order of the element. The value on B_a(x_1 ... x_k) is the integral
 * of the product of those on x_1 ... x_k, times the increment z_a:
 *     c_0 = value at the start,   c_{j+1} = z_a p_j / (j + 1),   value at the end = sum of c_j,
 * with p the coefficients of the product. A program is a list of such integrals and products; a
 * product of polynomials of degrees m and n takes (m + 1)(n + 1) multiplications, so a tree of n
 * nodes takes about n^2 / 2 in all, however many words it stands for. A program is run a few
 * segments at a time, as many as keep its polynomials in the first-level cache.
 *
 * Layout: polynomials [steps][order + 1] at offset * steps; states as the program numbers them.
 */

#define TREE_BYTES 24576
#define TREE_STEPS 16

typedef struct {
    const path_view *path;
    const tree_program *program;
    Py_ssize_t d, longest, steps; /* `steps` segments per block */
    int used;
    const Py_ssize_t *row, *begin, *end;
    const matrix_view *out;
    vec *z, *dz, *p, *dp; /* increments, polynomials, and their derivatives */
    vec *states, *cotangent;
    const vec *inverse;
} NAME(tree_task);
#define tree_task NAME(tree_task)

/* Even, so that the two segments of a lead-lag step are in one block. */
static Py_ssize_t NAME(tree_steps)(const tree_program *program) {
    const Py_ssize_t size = (program->n_coefficients + 1) * (Py_ssize_t)sizeof(vec);
    const Py_ssize_t steps = TREE_BYTES / size & ~(Py_ssize_t)1;
    return steps < 2 ? 2 : steps > TREE_STEPS ? TREE_STEPS : steps;
}

static Py_ssize_t NAME(tree_order)(const tree_program *program) {
    Py_ssize_t order = 0;
    for (Py_ssize_t i = 0; i < program->n_instructions; ++i)
        if (program->order[i] > order) order = program->order[i];
    return order;
}

/* n is the order of the integral; p has n coefficients, c has n + 1, or is NULL. */
INLINE void NAME(integrate)(const int n, const tree_task *s, int steps, Py_ssize_t a, const vec *p,
                            vec *c, vec *state) {
    vec value = *state;
    for (int t = 0; t < steps; ++t) {
        const vec z = s->z[t * s->d + a];
        vec total = z;
        if (c) c[t * (n + 1)] = value;
        if (p) {
            vec sum = splat(0); /* apart from `value`, so that segments do not wait for each other */
            for (int k = 0; k < n; ++k) {
                const vec term = p[t * n + k] * s->inverse[k + 1];
                sum += term;
                if (c) c[t * (n + 1) + k + 1] = z * term;
            }
            total *= sum;
        } else if (c) {
            c[t * 2 + 1] = z;
        }
        value += total;
    }
    *state = value;
}

INLINE void NAME(integrate_backward)(const int n, const tree_task *s, int steps, Py_ssize_t a,
                                     const vec *p, vec *dp, const vec *dc, vec *cotangent) {
    vec g = *cotangent;
    for (int t = steps - 1; t >= 0; --t) {
        const vec z = s->z[t * s->d + a];
        vec dz = splat(0);
        if (p) {
            for (int k = 0; k < n; ++k) {
                vec down = g * s->inverse[k + 1];
                if (dc) down = (g + dc[t * (n + 1) + k + 1]) * s->inverse[k + 1];
                dp[t * n + k] += down * z;
                dz += down * p[t * n + k];
            }
        } else {
            dz = dc ? g + dc[t * 2 + 1] : g;
        }
        s->dz[t * s->d + a] += dz;
        if (dc) g += dc[t * (n + 1)];
    }
    *cotangent = g;
}

INLINE void NAME(multiply)(const int m, const int n, int steps, const vec *p, const vec *q, vec *out) {
    for (int t = 0; t < steps; ++t, p += m + 1, q += n + 1, out += m + n + 1)
        for (int k = 0; k <= m + n; ++k) {
            vec sum = splat(0);
            for (int i = k > n ? k - n : 0; i <= k && i <= m; ++i) sum += p[i] * q[k - i];
            out[k] = sum;
        }
}

INLINE void NAME(multiply_backward)(const int m, const int n, int steps, const vec *p, const vec *q, vec *dp,
                                    vec *dq, const vec *d) {
    for (int t = 0; t < steps; ++t, p += m + 1, dp += m + 1, q += n + 1, dq += n + 1, d += m + n + 1)
        for (int i = 0; i <= m; ++i) {
            const vec x = p[i];
            vec sum = splat(0);
            for (int j = 0; j <= n; ++j) {
                sum += d[i + j] * q[j];
                dq[j] += d[i + j] * x;
            }
            dp[i] += sum;
        }
}

/* The orders whose loops are unrolled. */
#define ORDERS(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#define FACTORS(CASE) CASE(1, 1) CASE(1, 2) CASE(2, 1) CASE(1, 3) CASE(3, 1) CASE(2, 2)
#define PAIR(m, n) ((m) * 8 + (n))
#define PAIR_OR_0(m, n) ((m) < 8 && (n) < 8 ? PAIR(m, n) : 0)

static void NAME(run_program)(const tree_task *s, int steps, vec *states) {
    const tree_program *const g = s->program;
    for (Py_ssize_t i = 0; i < g->n_instructions; ++i) {
        const int left = g->left[i];
        const vec *const p = left < 0 ? NULL : s->p + g->offset[left] * s->steps;
        vec *const c = g->offset[i] < 0 ? NULL : s->p + g->offset[i] * s->steps;
        if (g->label[i] < 0) {
            const int right = g->right[i], m = g->order[left], n = g->order[right];
            const vec *const q = s->p + g->offset[right] * s->steps;
            switch (PAIR_OR_0(m, n)) {
#define CASE(m, n) case PAIR(m, n): NAME(multiply)(m, n, steps, p, q, c); break;
                FACTORS(CASE)
#undef CASE
            default: NAME(multiply)(m, n, steps, p, q, c);
            }
            continue;
        }
        vec *const state = states + g->state[i];
        switch (g->order[i]) {
#define CASE(n) case n: NAME(integrate)(n, s, steps, g->label[i], p, c, state); break;
            ORDERS(CASE)
#undef CASE
        default: NAME(integrate)(g->order[i], s, steps, g->label[i], p, c, state);
        }
    }
}

static int NAME(read_steps)(const tree_task *s, Py_ssize_t block) {
    const Py_ssize_t first = block * s->steps, left = s->longest - first;
    const int steps = (int)(left < s->steps ? left : s->steps);
    NAME(increments)(s->path, s->d, s->used, s->row, s->begin, s->end, first, steps, s->z);
    return steps;
}

static void NAME(tree_block_forward)(void *context, Py_ssize_t block, void *state) {
    const tree_task *const s = context;
    NAME(run_program)(s, NAME(read_steps)(s, block), state);
}

static void NAME(tree_block_backward)(void *context, Py_ssize_t block, const void *before) {
    const tree_task *const s = context;
    const tree_program *const g = s->program;
    const int steps = NAME(read_steps)(s, block);
    memcpy(s->states, before, (size_t)g->n_states * sizeof(vec));
    NAME(run_program)(s, steps, s->states);
    memset(s->dz, 0, (size_t)(steps * s->d) * sizeof(vec));
    memset(s->dp, 0, (size_t)(g->n_coefficients * s->steps) * sizeof(vec));
    for (Py_ssize_t i = g->n_instructions - 1; i >= 0; --i) {
        const int left = g->left[i];
        const Py_ssize_t from = left < 0 ? 0 : g->offset[left] * s->steps;
        const vec *const p = left < 0 ? NULL : s->p + from;
        vec *const dp = left < 0 ? NULL : s->dp + from;
        const vec *const dc = g->offset[i] < 0 ? NULL : s->dp + g->offset[i] * s->steps;
        if (g->label[i] < 0) {
            const int right = g->right[i], m = g->order[left], n = g->order[right];
            const vec *const q = s->p + g->offset[right] * s->steps;
            vec *const dq = s->dp + g->offset[right] * s->steps;
            switch (PAIR_OR_0(m, n)) {
#define CASE(m, n) \
            case PAIR(m, n): NAME(multiply_backward)(m, n, steps, p, q, dp, dq, dc); break;
                FACTORS(CASE)
#undef CASE
            default: NAME(multiply_backward)(m, n, steps, p, q, dp, dq, dc);
            }
            continue;
        }
        vec *const cotangent = s->cotangent + g->state[i];
        switch (g->order[i]) {
#define CASE(n)                                                                             \
        case n:                                                                             \
            NAME(integrate_backward)(n, s, steps, g->label[i], p, dp, dc, cotangent);       \
            break;
            ORDERS(CASE)
#undef CASE
        default:
            NAME(integrate_backward)(g->order[i], s, steps, g->label[i], p, dp, dc, cotangent);
        }
    }
    NAME(store_steps)(s->path, s->d, s->used, s->row, s->begin, s->end, block * s->steps, steps,
                      s->dz, s->out);
}

static size_t NAME(tree_values_scratch)(const tree_program *program, Py_ssize_t d,
                                        Py_ssize_t segments, int backward) {
    const Py_ssize_t steps = NAME(tree_steps)(program);
    const size_t states = (size_t)program->n_states * sizeof(vec);
    const Py_ssize_t vectors = NAME(tree_order)(program) + 1
        + 2 * steps * (d + program->n_coefficients);
    return (size_t)vectors * sizeof(vec) + states
        + (backward ? checkpoints_size((segments + steps - 1) / steps, states) : 0);
}

/* Lay out the scratch memory; `*rest` is what comes after it. */
static tree_task NAME(prepare_trees)(const path_view *path, const tree_program *program,
                                     Py_ssize_t d, int used, const Py_ssize_t *row,
                                     const Py_ssize_t *begin, const Py_ssize_t *end, vec *scratch,
                                     vec **rest) {
    const Py_ssize_t steps = NAME(tree_steps)(program), order = NAME(tree_order)(program);
    tree_task s = {.path = path, .program = program, .d = d, .steps = steps, .used = used,
                   .row = row, .begin = begin, .end = end, .inverse = scratch};
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > s.longest) s.longest = end[l] - begin[l];
    for (Py_ssize_t k = 1; k <= order; ++k) scratch[k] = splat((REAL)1 / (REAL)k);
    s.z = scratch + order + 1;
    s.dz = s.z + steps * d;
    s.p = s.dz + steps * d;
    s.dp = s.p + steps * program->n_coefficients;
    s.states = s.dp + steps * program->n_coefficients;
    *rest = s.states + program->n_states;
    return s;
}

static void NAME(tree_values)(const path_view *path, const tree_program *program, Py_ssize_t d,
                              int used, const Py_ssize_t *row, const Py_ssize_t *begin,
                              const Py_ssize_t *end, void *values, void *scratch,
                              interrupt *stop) {
    vec *rest;
    tree_task s = NAME(prepare_trees)(path, program, d, used, row, begin, end, scratch, &rest);
    memset(values, 0, (size_t)program->n_states * sizeof(vec));
    for (Py_ssize_t block = 0; block * s.steps < s.longest; ++block) {
        NAME(tree_block_forward)(&s, block, values);
        if (block % 256 == 255) {
            stop->poll(stop);
            if (stop->stop) return;
        }
    }
}

static void NAME(tree_values_backward)(const path_view *path, const tree_program *program,
                                       Py_ssize_t d, int used, const Py_ssize_t *row,
                                       const Py_ssize_t *begin, const Py_ssize_t *end,
                                       void *cotangent, const matrix_view *out, void *scratch,
                                       interrupt *stop) {
    vec *rest;
    tree_task s = NAME(prepare_trees)(path, program, d, used, row, begin, end, scratch, &rest);
    const size_t size = (size_t)program->n_states * sizeof(vec);
    s.out = out;
    s.cotangent = cotangent;
    memset(rest, 0, size);
    const checkpointed run = {(s.longest + s.steps - 1) / s.steps, size, &s,
                              NAME(tree_block_forward), NAME(tree_block_backward)};
    run_backward(&run, (char *)rest, stop);
}
