/* Chosen coefficients of branched signatures of piecewise linear paths, in lanes.
 *
 * Along one segment, over time u in [0, 1], the value on an element (a tree, or an ordered forest)
 * is a polynomial in u of the order of the element: the sum over its rooted chains of the integrals
 * of the product p of the values on what hangs off, times the increment z of the chain, that of the
 * path for a single label and the correction for a longer chain:
 *     c_0 = value at the start,   c_{j+1} = z p_j / (j + 1),   value at the end = sum of c_j.
 * A program is a list of such integrals and products; a product of polynomials of degrees m and n
 * takes (m + 1)(n + 1) multiplications, so a tree of n nodes takes about n^2 / 2 in all without a
 * correction, however many words it stands for. A program is run a few segments at a time, as many
 * as keep its polynomials in the first-level cache.
 *
 * A path is in one lane; or, with few paths, in several, each of which takes as many consecutive
 * segments. An integral over these is a running sum: each lane begins at 0, and what the lanes of
 * the path before it add up to is added to c_0 when they are done, before anyone reads it.
 *
 * Layout: polynomials [steps][order + 1] at offset * steps; states as the program numbers them.
 */

#define TREE_BYTES 24576
#define TREE_STEPS 32

typedef struct {
    const tree_program *program;
    chain_input in;
    Py_ssize_t d, segments, steps; /* of the longest path; per lane and block */
    int pieces;                    /* lanes of a path */
    Py_ssize_t row[LANES], from[LANES], own[LANES]; /* path of each lane, its segments */
    Py_ssize_t begin[LANES], end[LANES];            /* of each lane in this block */
    const matrix_view *out, *out_correction;
    Py_ssize_t columns;
    vec *z, *dz, *chains, *dchains; /* increments of labels and of chains, and their derivatives */
    vec *p, *dp, *states, *cotangent;
    const real_vec *inverse;
} NAME(tree_task);
#define tree_task NAME(tree_task)

/* One integral: that of the polynomial p along z, to be added to the polynomial c. */
typedef struct {
    const vec *z, *p; /* p is NULL for the constant 1, c if nobody reads it */
    vec *dz, *dp, *c;
    const vec *dc;
    Py_ssize_t stride, width; /* of z from step to step, and of c */
    real_vec times;
    int32_t state;
} NAME(integral);
#define integral NAME(integral)

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

INLINE integral NAME(integral_of)(const tree_task *s, Py_ssize_t i) {
    const tree_program *const g = s->program;
    const int32_t label = g->label[i], left = g->left[i];
    const Py_ssize_t base = g->right[i] < 0 ? i : g->right[i];
    const Py_ssize_t from = left < 0 ? 0 : g->offset[left] * s->steps;
    const Py_ssize_t to = g->offset[base] * s->steps;
    const int is_chain = label >= s->d, kept = to >= 0;
    return (integral){
        .z = is_chain ? s->chains + (label - s->d) : s->z + label,
        .p = left < 0 ? NULL : s->p + from,
        .dz = is_chain ? s->dchains + (label - s->d) : s->dz + label,
        .dp = left < 0 ? NULL : s->dp + from,
        .c = kept ? s->p + to : NULL,
        .dc = kept ? s->dp + to : NULL,
        .stride = is_chain ? g->n_columns : s->d,
        .width = g->order[base] + 1,
        .times = constant((REAL)g->times[i]),
        .state = g->state[i],
    };
}

/* Sums over the lanes of each path: `x` becomes the sum of those before a lane, or after it with
 * `reverse`; returns the sum of all. */
INLINE vec NAME(sum_lanes)(const int reverse, int pieces, vec *x) {
    vec sums = *x, total;
    for (int first = 0; first < LANES; first += pieces) {
        const int count = LANES - first < pieces ? LANES - first : pieces;
        NUMBER sum = 0;
        for (int i = 0; i < count; ++i) {
            const int l = first + (reverse ? count - 1 - i : i);
            const NUMBER value = get(x, l);
            put(&sums, l, sum);
            sum += value;
        }
        for (int i = 0; i < count; ++i) put(&total, first + i, sum);
    }
    *x = sums;
    return total;
}

/* n is the order of the integral, and p has n coefficients (that of order 1 is the constant 1). One
 * that is added has `more` set, and c holds what it is added to; nobody reads c without `keep`. */
INLINE vec NAME(integrate_steps)(const int n, const int more, const int keep, int steps,
                                 const integral *x, const real_vec *restrict inverse, vec value) {
    const Py_ssize_t width = more ? x->width : n + 1, stride = x->stride;
    const vec *restrict z = x->z, *restrict p = x->p;
    vec *restrict c = x->c;
    const real_vec times = x->times;
    for (Py_ssize_t t = 0; t < steps; ++t, z += stride) {
        const vec zt = more ? *z * times : *z;
        vec sum = splat(0); /* apart from `value`, so that segments do not wait for each other */
        if (keep) c[0] = more ? c[0] + value : value;
        for (int k = 0; k < n; ++k) {
            vec term = n == 1 ? splat(1) : p[t * n + k];
            if (k) term *= inverse[k + 1];
            sum += term;
            if (keep) c[k + 1] = more ? c[k + 1] + zt * term : zt * term;
        }
        value += zt * sum;
        if (keep) c += width;
    }
    return value;
}

INLINE void NAME(integrate)(const int n, const int more, const tree_task *s, int steps,
                            const integral *x, vec *states) {
    vec *const state = states + x->state;
    vec value = more || s->pieces > 1 ? splat(0) : *state;
    value = x->c ? NAME(integrate_steps)(n, more, 1, steps, x, s->inverse, value)
                 : NAME(integrate_steps)(n, more, 0, steps, x, s->inverse, value);
    if (s->pieces == 1) {
        *state = more ? *state + value : value;
        return;
    }
    const vec total = NAME(sum_lanes)(0, s->pieces, &value);
    if (!more) value += *state;
    *state += total;
    if (x->c)
        for (int t = 0; t < steps; ++t) x->c[t * x->width] += value;
}

INLINE vec NAME(integrate_steps_backward)(const int n, const int more, const int keep, int steps,
                                          const integral *x, const real_vec *restrict inverse,
                                          vec g) {
    const Py_ssize_t width = more ? x->width : n + 1, stride = x->stride;
    const vec *restrict p = x->p, *restrict dc = x->dc;
    vec *restrict dp = x->dp, *restrict dz = x->dz;
    const real_vec times = x->times;
    for (Py_ssize_t t = steps - 1; t >= 0; --t) {
        const vec z = more ? x->z[t * stride] * times : x->z[t * stride];
        vec sum = splat(0);
        for (int k = 0; k < n; ++k) {
            vec down = keep ? g + dc[t * width + k + 1] : g;
            if (k) down *= inverse[k + 1];
            if (n > 1) dp[t * n + k] += down * z;
            sum += n > 1 ? down * p[t * n + k] : down;
        }
        dz[t * stride] += more ? sum * times : sum;
        if (keep) g += dc[t * width];
    }
    return g;
}

/* The derivative in the state at the start is left to the integral that others are added to. */
INLINE void NAME(integrate_backward)(const int n, const int more, const tree_task *s, int steps,
                                     const integral *x) {
    vec *const cotangent = s->cotangent + x->state;
    vec g = *cotangent, total = splat(0);
    if (x->dc && s->pieces > 1) {
        vec later = splat(0);
        for (int t = 0; t < steps; ++t) later += x->dc[t * x->width];
        total = NAME(sum_lanes)(1, s->pieces, &later);
        g += later;
    }
    g = x->dc ? NAME(integrate_steps_backward)(n, more, 1, steps, x, s->inverse, g)
              : NAME(integrate_steps_backward)(n, more, 0, steps, x, s->inverse, g);
    if (!more) *cotangent = s->pieces == 1 ? g : *cotangent + total;
}

INLINE void NAME(multiply)(const int m, const int n, int steps, const vec *restrict p,
                           const vec *restrict q, vec *restrict out) {
    for (int t = 0; t < steps; ++t, p += m + 1, q += n + 1, out += m + n + 1)
        for (int k = 0; k <= m + n; ++k) {
            const int first = k > n ? k - n : 0;
            vec sum = p[first] * q[k - first];
            for (int i = first + 1; i <= k && i <= m; ++i) sum += p[i] * q[k - i];
            out[k] = sum;
        }
}

/* dp and dq are the same for a square. */
INLINE void NAME(multiply_backward)(const int m, const int n, int steps, const vec *restrict p,
                                    const vec *restrict q, vec *dp, vec *dq,
                                    const vec *restrict d) {
    for (int t = 0; t < steps;
         ++t, p += m + 1, dp += m + 1, q += n + 1, dq += n + 1, d += m + n + 1)
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
        if (g->label[i] < 0) {
            const int left = g->left[i], right = g->right[i];
            const int m = g->order[left], n = g->order[right];
            const vec *const p = s->p + g->offset[left] * s->steps;
            const vec *const q = s->p + g->offset[right] * s->steps;
            vec *const c = s->p + g->offset[i] * s->steps;
            switch (PAIR_OR_0(m, n)) {
#define CASE(m, n) case PAIR(m, n): NAME(multiply)(m, n, steps, p, q, c); break;
                FACTORS(CASE)
#undef CASE
            default: NAME(multiply)(m, n, steps, p, q, c);
            }
            continue;
        }
        const integral x = NAME(integral_of)(s, i);
        switch (g->right[i] < 0 ? g->order[i] : -g->order[i]) {
#define CASE(n)                                                         \
        case n: NAME(integrate)(n, 0, s, steps, &x, states); break;     \
        case -n: NAME(integrate)(n, 1, s, steps, &x, states); break;
            ORDERS(CASE)
#undef CASE
        default: NAME(integrate)(g->order[i], g->right[i] >= 0, s, steps, &x, states);
        }
    }
}

/* Read the increments of a block; returns the segments of each lane. */
static int NAME(read_steps)(tree_task *s, Py_ssize_t block) {
    const Py_ssize_t first = block * s->steps * s->pieces, left = s->segments - first;
    Py_ssize_t steps = (left + s->pieces - 1) / s->pieces;
    if (s->in.path->lead_lag) steps += steps & 1;
    if (steps > s->steps) steps = s->steps;
    for (int l = 0; l < s->in.used; ++l) {
        const Py_ssize_t begin = first + l % s->pieces * steps, end = begin + steps;
        s->begin[l] = s->from[l] + (begin < s->own[l] ? begin : s->own[l]);
        s->end[l] = s->from[l] + (end < s->own[l] ? end : s->own[l]);
    }
    NAME(increments)(s->in.path, s->d, s->in.used, s->row, s->begin, s->end, 0, (int)steps, s->z);
    if (s->program->n_columns)
        NAME(corrections)(&s->in, s->program->column, s->program->n_columns, 0, (int)steps,
                          s->chains);
    return (int)steps;
}

static void NAME(tree_block_forward)(void *context, Py_ssize_t block, void *state) {
    tree_task *const s = (tree_task *)context;
    NAME(run_program)(s, NAME(read_steps)(s, block), (vec *)state);
}

static void NAME(store_block)(const tree_task *s, int steps) {
    const tree_program *const g = s->program;
    NAME(store_steps)(s->in.path, s->d, s->in.used, s->row, s->begin, s->end, 0, steps, s->dz,
                      s->out);
    if (!s->columns) return;
    const Py_ssize_t size = s->columns * s->out_correction->column_stride;
    for (int l = 0; l < s->in.used; ++l)
        memset(NAME(place_in)(s->out_correction, s->in.path, s->row[l], s->begin[l], size), 0,
               (size_t)((s->end[l] - s->begin[l]) * size));
    NAME(store_corrections)(&s->in, g->column, g->n_columns, 0, steps, s->dchains,
                            s->out_correction, s->columns);
}

static void NAME(tree_block_backward)(void *context, Py_ssize_t block, const void *before) {
    tree_task *const s = (tree_task *)context;
    const tree_program *const g = s->program;
    const int steps = NAME(read_steps)(s, block);
    memcpy(s->states, before, (size_t)g->n_states * sizeof(vec));
    NAME(run_program)(s, steps, s->states);
    memset(s->dz, 0, (size_t)(steps * s->d) * sizeof(vec));
    memset(s->dchains, 0, (size_t)(steps * g->n_columns) * sizeof(vec));
    memset(s->dp, 0, (size_t)(g->n_coefficients * s->steps) * sizeof(vec));
    for (Py_ssize_t i = g->n_instructions - 1; i >= 0; --i) {
        if (g->label[i] < 0) {
            const Py_ssize_t left = g->offset[g->left[i]] * s->steps;
            const Py_ssize_t right = g->offset[g->right[i]] * s->steps;
            const int m = g->order[g->left[i]], n = g->order[g->right[i]];
            const vec *const p = s->p + left, *const q = s->p + right;
            const vec *const dc = s->dp + g->offset[i] * s->steps;
            vec *const dp = s->dp + left, *const dq = s->dp + right;
            switch (PAIR_OR_0(m, n)) {
#define CASE(m, n) \
            case PAIR(m, n): NAME(multiply_backward)(m, n, steps, p, q, dp, dq, dc); break;
                FACTORS(CASE)
#undef CASE
            default: NAME(multiply_backward)(m, n, steps, p, q, dp, dq, dc);
            }
            continue;
        }
        const integral x = NAME(integral_of)(s, i);
        switch (g->right[i] < 0 ? g->order[i] : -g->order[i]) {
#define CASE(n)                                                            \
        case n: NAME(integrate_backward)(n, 0, s, steps, &x); break;       \
        case -n: NAME(integrate_backward)(n, 1, s, steps, &x); break;
            ORDERS(CASE)
#undef CASE
        default: NAME(integrate_backward)(g->order[i], g->right[i] >= 0, s, steps, &x);
        }
    }
    NAME(store_block)(s, steps);
}

static size_t NAME(tree_values_scratch)(const tree_program *program, Py_ssize_t d,
                                        Py_ssize_t segments, int backward) {
    const Py_ssize_t steps = NAME(tree_steps)(program);
    const size_t states = (size_t)program->n_states * sizeof(vec);
    const Py_ssize_t vectors = NAME(tree_order)(program) + 1
        + 2 * steps * (d + program->n_columns + program->n_coefficients);
    size_t saved = 0; /* not monotone in the number of blocks */
    for (int pieces = 1; backward && pieces <= LANES; ++pieces) {
        const Py_ssize_t size = steps * pieces;
        const size_t bytes = checkpoints_size((segments + size - 1) / size, states);
        if (bytes > saved) saved = bytes;
    }
    return (size_t)vectors * sizeof(vec) + states + saved;
}

/* Lay out the scratch memory; returns what comes after it. */
static vec *NAME(prepare_trees)(tree_task *s, const tree_program *program, const path_group *group,
                                Py_ssize_t d, vec *scratch) {
    const Py_ssize_t steps = NAME(tree_steps)(program), order = NAME(tree_order)(program);
    const path_view *const path = group->path;
    real_vec *const inverse = (real_vec *)scratch;
    *s = (tree_task){
        .program = program,
        .in = NAME(chain_input_of)(path, group->correction, 0, s->row, s->begin, s->end),
        .d = d,
        .steps = steps,
        .pieces = group->pieces,
        .inverse = inverse,
    };
    s->in.used = group->count * group->pieces;
    for (int l = 0; l < s->in.used; ++l) {
        const Py_ssize_t number = group->first + l / group->pieces;
        s->row[l] = group->order ? (Py_ssize_t)group->order[number] : number;
        const path_clock clock = NAME(clock_of)(path, s->row[l]);
        s->from[l] = clock.first;
        s->own[l] = clock.last - clock.first;
        if (s->own[l] > s->segments) s->segments = s->own[l];
    }
    for (Py_ssize_t k = 1; k <= order; ++k) inverse[k] = constant((REAL)1 / (REAL)k);
    vec *next = scratch + order + 1;
#define TAKE(name, count) s->name = next; next += (count);
    TAKE(z, steps * d)
    TAKE(dz, steps * d)
    TAKE(chains, steps * program->n_columns)
    TAKE(dchains, steps * program->n_columns)
    TAKE(p, steps * program->n_coefficients)
    TAKE(dp, steps * program->n_coefficients)
    TAKE(states, program->n_states)
#undef TAKE
    return next;
}

static Py_ssize_t NAME(tree_blocks)(const tree_task *s) {
    const Py_ssize_t size = s->steps * s->pieces;
    return (s->segments + size - 1) / size;
}

/* The sums of lanes that share a path out do not start at its beginning (see common/time.h). */
static void NAME(set_states_of_time)(const tree_task *s, vec *states) {
    const tree_program *const g = s->program;
    const path_view *const path = s->in.path;
    if (!path->time_aug) return;
    for (Py_ssize_t i = 0; i < g->n_instructions; ++i)
        if (g->label[i] == s->d - 1 && g->left[i] < 0 && g->right[i] < 0)
            for (int l = 0; l < s->in.used; ++l) {
                const path_clock clock = NAME(clock_of)(path, s->row[l]);
                put(states + g->state[i], l, NAME(time_of_point)(&clock, clock.last));
            }
}

static void NAME(tree_values)(const tree_program *program, const path_group *group, Py_ssize_t d,
                              void *values, void *scratch, interrupt *stop) {
    tree_task s;
    NAME(prepare_trees)(&s, program, group, d, (vec *)scratch);
    memset(values, 0, (size_t)program->n_states * sizeof(vec));
    for (Py_ssize_t block = 0; block < NAME(tree_blocks)(&s); ++block) {
        NAME(tree_block_forward)(&s, block, values);
        if (block % 256 == 255) {
            stop->poll(stop);
            if (stop->stop) return;
        }
    }
    if (s.pieces > 1) NAME(set_states_of_time)(&s, (vec *)values);
}

static void NAME(tree_values_backward)(const tree_program *program, const path_group *group,
                                       Py_ssize_t d, void *cotangent, const matrix_view *out,
                                       const matrix_view *out_correction, Py_ssize_t columns,
                                       void *scratch, interrupt *stop) {
    tree_task s;
    vec *const memory = NAME(prepare_trees)(&s, program, group, d, (vec *)scratch);
    const size_t size = (size_t)program->n_states * sizeof(vec);
    s.out = out;
    s.out_correction = out_correction;
    s.columns = columns;
    s.cotangent = (vec *)cotangent;
    memset(memory, 0, size);
    const checkpointed run = {NAME(tree_blocks)(&s), size, &s, NAME(tree_block_forward),
                              NAME(tree_block_backward)};
    run_backward(&run, (char *)memory, stop);
}
