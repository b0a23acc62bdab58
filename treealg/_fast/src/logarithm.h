/* The convolution logarithm and its adjoint, on lanes.
 *
 * With Y_t = exp(tL), dY_t/dt = Y_t * L on the coproduct: for an element x of order n
 *     dY_t(x)/dt = L(x) + G_t(x),    G_t(x) = sum over proper terms Y_t(pruned) L(trunk).
 * Y_t(x) is a polynomial of degree n in t, so its values at a few nodes t_1 < ... < t_m = 1 carry
 * everything: with quadrature weights w and the integration matrix A,
 *     L(x)   = X(x) - sum_i w_i G_i(x),
 *     Y_i(x) = t_i L(x) + sum_j A_ij G_j(x)   for i < m,   Y_m = X,
 * order by order. Products of Y over a pruned forest are pointwise in t; they are kept in slots.
 *
 * What is needed shrinks towards the top, and with it the work per term:
 *   orders up to N-2 ("inner"): all nodes, as above, m multiply-adds per term;
 *   order N-1 ("next"): only L(x) and the integral of Y(x), which is L(x)/2 plus the integral of
 *     (1-t) G_t(x); so two numbers per slot, its integral and its integral against 1-t;
 *   order N ("top"): only L(x), so one number per slot and one multiply-add per term.
 *
 * The `width` elements of a block share its terms: they differ in the root label, which stays in
 * the trunk. Scratch: x, l (orders below N), y[coefficient][node], value[slot][node] and moment
 * (inner), j (integral of Y, order N-1), integral (all slots, then sums of slots that go with one
 * trunk); for the adjoint the derivative of each, with a d before its name.
 */

#define MAX_COLUMNS 8 /* columns of a block in registers where a term is one number */
#define LOW_COLUMNS 4 /* the same where it is several */
#define MAX_NODES TREEALG_MAX_NODES

typedef struct {
    Py_ssize_t m, inner, low; /* nodes; coefficients of orders up to N-2, N-1 */
    Py_ssize_t inner_slots;
    vec *tile, *x, *l, *y, *j, *value, *moment, *integral;
    vec *dx, *dl, *dy, *dj, *dvalue, *dmoment, *dintegral;
} NAME(flow);
#define flow NAME(flow)

/* Lay a flow out in scratch and return its size in vectors. */
INLINE size_t NAME(lay_out)(const convolution_program *p, int backward, vec *at, flow *f) {
    vec *const start = at;
    f->m = p->n_nodes;
    f->low = p->block_start[p->degree - 1] * p->width;
    f->inner = p->degree > 1 ? p->block_start[p->degree - 2] * p->width : 0;
    f->inner_slots = p->degree > 1 ? p->slot_start[p->degree - 2] : 1;
#define TAKE(name, count) f->name = at; at += (count)
    TAKE(tile, p->width > TILE ? p->width : TILE);
    TAKE(x, f->low);
    TAKE(l, f->low);
    TAKE(y, f->inner * f->m);
    TAKE(j, f->low - f->inner);
    TAKE(value, f->inner_slots * f->m);
    TAKE(moment, f->inner_slots);
    TAKE(integral, p->n_slots + p->n_sums);
    if (backward) {
        TAKE(dx, f->low); /* first, for it alone needs no zeros */
        TAKE(dl, f->low);
        TAKE(dy, f->inner * f->m);
        TAKE(dj, f->low - f->inner);
        TAKE(dvalue, f->inner_slots * f->m);
        TAKE(dmoment, f->inner_slots);
        TAKE(dintegral, p->n_slots + p->n_sums);
    }
#undef TAKE
    return (size_t)(at - start);
}

static size_t NAME(logarithm_scratch)(const convolution_program *p, int backward) {
    flow f;
    vec nowhere[1];
    return sizeof(vec) * NAME(lay_out)(p, backward, nowhere, &f);
}

/* --- inner orders ----------------------------------------------------------------------------- */

INLINE void NAME(inner_columns)(const Py_ssize_t m, const Py_ssize_t n,
                                const convolution_program *p, flow *f, Py_ssize_t b, Py_ssize_t a) {
    const REAL *const t = p->nodes, *const w = p->weights, *const A = p->integration;
    vec g[MAX_NODES * LOW_COLUMNS]; /* G, [node][column] */
    for (Py_ssize_t i = 0; i < m * n; ++i) g[i] = splat(0);
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const vec *const value = f->value + p->term_slot[e] * m;
        const vec *const trunk = f->l + p->term_trunk[e] * p->width + a;
        for (Py_ssize_t i = 0; i < m; ++i)
            for (Py_ssize_t c = 0; c < n; ++c) g[i * n + c] += value[i] * trunk[c];
    }
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        vec l = f->x[k];
        for (Py_ssize_t i = 0; i < m; ++i) l -= w[i] * g[i * n + c];
        f->l[k] = l;
        for (Py_ssize_t i = 0; i + 1 < m; ++i) {
            vec y = t[i] * l;
            for (Py_ssize_t j = 0; j < m; ++j) y += A[i * m + j] * g[j * n + c];
            f->y[k * m + i] = y;
        }
        f->y[k * m + m - 1] = f->x[k];
    }
}

INLINE void NAME(inner_columns_backward)(const Py_ssize_t m, const Py_ssize_t n,
                                         const convolution_program *p, flow *f, Py_ssize_t b,
                                         Py_ssize_t a) {
    const REAL *const t = p->nodes, *const w = p->weights, *const A = p->integration;
    vec dg[MAX_NODES * LOW_COLUMNS];
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        const vec *const dy = f->dy + k * m;
        vec dl = f->dl[k];
        for (Py_ssize_t i = 0; i + 1 < m; ++i) dl += t[i] * dy[i];
        f->dx[k] = dl + dy[m - 1];
        for (Py_ssize_t j = 0; j < m; ++j) {
            vec v = -w[j] * dl;
            for (Py_ssize_t i = 0; i + 1 < m; ++i) v += A[i * m + j] * dy[i];
            dg[j * n + c] = v;
        }
    }
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const Py_ssize_t s = p->term_slot[e] * m, k = p->term_trunk[e] * p->width + a;
        for (Py_ssize_t c = 0; c < n; ++c) {
            vec dl = f->dl[k + c];
            for (Py_ssize_t j = 0; j < m; ++j) dl += f->value[s + j] * dg[j * n + c];
            f->dl[k + c] = dl;
        }
        for (Py_ssize_t j = 0; j < m; ++j) {
            vec dv = f->dvalue[s + j];
            for (Py_ssize_t c = 0; c < n; ++c) dv += dg[j * n + c] * f->l[k + c];
            f->dvalue[s + j] = dv;
        }
    }
}

/* Call function(m, n, ...) for the columns of block b, LOW_COLUMNS at a time, n a constant. */
#define BY_COLUMNS(function, m, p, f, b)                                           \
    do {                                                                           \
        Py_ssize_t a_ = 0;                                                         \
        for (; a_ + 4 <= (p)->width; a_ += 4) function(m, 4, p, f, b, a_);         \
        switch ((p)->width - a_) {                                                 \
        case 3: function(m, 3, p, f, b, a_); break;                                \
        case 2: function(m, 2, p, f, b, a_); break;                                \
        case 1: function(m, 1, p, f, b, a_); break;                                \
        }                                                                          \
    } while (0)

INLINE void NAME(inner_orders)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const u = p->moments, *const factor = p->factor;
    for (Py_ssize_t i = 0; i < m; ++i) f->value[i] = splat(1);
    for (Py_ssize_t n = 1; n + 2 <= p->degree; ++n) {
        for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b)
            BY_COLUMNS(NAME(inner_columns), m, p, f, b);
        for (Py_ssize_t s = p->slot_start[n - 1]; s < p->slot_start[n]; ++s) {
            const vec *const y = f->y + p->head[s] * m, *const tail = f->value + p->tail[s] * m;
            vec integral = splat(0), moment = splat(0);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec v = factor[s] * y[i] * tail[i];
                f->value[s * m + i] = v;
                integral += w[i] * v;
                moment += u[i] * v;
            }
            f->integral[s] = integral;
            f->moment[s] = moment;
        }
    }
}

/* The derivative with respect to Y of one head, which slots in a row share: kept in registers until
 * the head changes. */
typedef struct {
    Py_ssize_t head;
    vec dy[MAX_NODES];
} NAME(head_sum);
#define head_sum NAME(head_sum)

INLINE void NAME(use_head)(const Py_ssize_t m, flow *f, head_sum *sum, Py_ssize_t head) {
    if (sum->head != head) {
        if (sum->head >= 0)
            for (Py_ssize_t i = 0; i < m; ++i) f->dy[sum->head * m + i] += sum->dy[i];
        for (Py_ssize_t i = 0; i < m; ++i) sum->dy[i] = splat(0);
        sum->head = head;
    }
}

INLINE void NAME(inner_orders_backward)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const u = p->moments, *const factor = p->factor;
    for (Py_ssize_t n = p->degree - 2; n >= 1; --n) {
        head_sum sum = {.head = -1};
        for (Py_ssize_t s = p->slot_start[n] - 1; s >= p->slot_start[n - 1]; --s) {
            const Py_ssize_t y = p->head[s] * m, tail = p->tail[s] * m;
            NAME(use_head)(m, f, &sum, p->head[s]);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec dv = factor[s] * (f->dvalue[s * m + i] + w[i] * f->dintegral[s]
                                            + u[i] * f->dmoment[s]);
                sum.dy[i] += dv * f->value[tail + i];
                f->dvalue[tail + i] += dv * f->y[y + i];
            }
        }
        NAME(use_head)(m, f, &sum, -1);
        for (Py_ssize_t b = p->block_start[n] - 1; b >= p->block_start[n - 1]; --b)
            BY_COLUMNS(NAME(inner_columns_backward), m, p, f, b);
    }
}

/* --- order N-1 -------------------------------------------------------------------------------- */

INLINE void NAME(next_columns)(const Py_ssize_t m, const Py_ssize_t n, const convolution_program *p,
                               flow *f, Py_ssize_t b, Py_ssize_t a) {
    vec g[LOW_COLUMNS], h[LOW_COLUMNS];
    (void)m;
    for (Py_ssize_t c = 0; c < n; ++c) g[c] = h[c] = splat(0);
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const vec integral = f->integral[p->term_slot[e]], moment = f->moment[p->term_slot[e]];
        const vec *const trunk = f->l + p->term_trunk[e] * p->width + a;
        for (Py_ssize_t c = 0; c < n; ++c) {
            g[c] += integral * trunk[c];
            h[c] += moment * trunk[c];
        }
    }
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        const vec l = f->x[k] - g[c];
        f->l[k] = l;
        f->j[k - f->inner] = (REAL)0.5 * l + h[c];
    }
}

INLINE void NAME(next_columns_backward)(const Py_ssize_t m, const Py_ssize_t n,
                                        const convolution_program *p, flow *f, Py_ssize_t b,
                                        Py_ssize_t a) {
    vec dl[LOW_COLUMNS], dh[LOW_COLUMNS];
    (void)m;
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        dh[c] = f->dj[k - f->inner];
        f->dx[k] = dl[c] = f->dl[k] + (REAL)0.5 * dh[c];
    }
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const Py_ssize_t s = p->term_slot[e], k = p->term_trunk[e] * p->width + a;
        const vec integral = f->integral[s], moment = f->moment[s];
        vec di = splat(0), dm = splat(0);
        for (Py_ssize_t c = 0; c < n; ++c) {
            di += dl[c] * f->l[k + c];
            dm += dh[c] * f->l[k + c];
            f->dl[k + c] += moment * dh[c] - integral * dl[c];
        }
        f->dintegral[s] -= di;
        f->dmoment[s] += dm;
    }
}

INLINE void NAME(next_order)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const factor = p->factor;
    const Py_ssize_t n = p->degree - 1;
    for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b)
        BY_COLUMNS(NAME(next_columns), m, p, f, b);
    for (Py_ssize_t s = p->slot_start[n - 1]; s < p->slot_start[n]; ++s) {
        if (p->head[s] >= f->inner) {
            f->integral[s] = factor[s] * f->j[p->head[s] - f->inner];
        } else {
            const vec *const y = f->y + p->head[s] * m, *const tail = f->value + p->tail[s] * m;
            vec integral = splat(0);
            for (Py_ssize_t i = 0; i < m; ++i) integral += w[i] * y[i] * tail[i];
            f->integral[s] = factor[s] * integral;
        }
    }
}

INLINE void NAME(next_order_backward)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const factor = p->factor;
    const Py_ssize_t n = p->degree - 1;
    head_sum sum = {.head = -1};
    for (Py_ssize_t s = p->slot_start[n] - 1; s >= p->slot_start[n - 1]; --s) {
        const vec dintegral = factor[s] * f->dintegral[s];
        if (p->head[s] >= f->inner) {
            f->dj[p->head[s] - f->inner] += dintegral;
        } else {
            const Py_ssize_t y = p->head[s] * m, tail = p->tail[s] * m;
            NAME(use_head)(m, f, &sum, p->head[s]);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec dv = w[i] * dintegral;
                sum.dy[i] += dv * f->value[tail + i];
                f->dvalue[tail + i] += dv * f->y[y + i];
            }
        }
    }
    NAME(use_head)(m, f, &sum, -1);
    for (Py_ssize_t b = p->block_start[n] - 1; b >= p->block_start[n - 1]; --b)
        BY_COLUMNS(NAME(next_columns_backward), m, p, f, b);
}

INLINE void NAME(low_orders)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    NAME(inner_orders)(m, p, f);
    NAME(next_order)(m, p, f);
}

INLINE void NAME(low_orders_backward)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    NAME(next_order_backward)(m, p, f);
    NAME(inner_orders_backward)(m, p, f);
}

/* There are no nodes, and no lower orders, for N = 1. */
#define BY_NODES(function, p, f)                       \
    switch ((p)->n_nodes) {                            \
    case 0: break;                                     \
    case 1: function(1, p, f); break;                  \
    case 2: function(2, p, f); break;                  \
    case 3: function(3, p, f); break;                  \
    case 4: function(4, p, f); break;                  \
    default: function((p)->n_nodes, p, f);             \
    }

static void NAME(low_forward)(const convolution_program *p, flow *f) {
    BY_NODES(NAME(low_orders), p, f)
    for (Py_ssize_t i = 0; i < p->n_sums; ++i) {
        vec sum = splat(0);
        for (int64_t e = p->sum_ptr[i]; e < p->sum_ptr[i + 1]; ++e)
            sum += f->integral[p->sum_slot[e]];
        f->integral[p->n_slots + i] = sum;
    }
}

static void NAME(low_backward)(const convolution_program *p, flow *f) {
    for (Py_ssize_t i = 0; i < p->n_sums; ++i)
        for (int64_t e = p->sum_ptr[i]; e < p->sum_ptr[i + 1]; ++e)
            f->dintegral[p->sum_slot[e]] += f->dintegral[p->n_slots + i];
    BY_NODES(NAME(low_orders_backward), p, f)
}

/* --- order N ---------------------------------------------------------------------------------- */

/* Where a walk through the tiles of the highest order stands. */
typedef struct {
    const term_run *run, *end;
    const int32_t *key, *slot, *other;
} NAME(walk);
#define walk_t NAME(walk)

INLINE walk_t NAME(start_of)(const term_order *order) {
    return (walk_t){order->runs, order->runs, order->key, order->slot, order->other};
}

/* One tile: what is to be subtracted from X of its blocks to give L. */
INLINE void NAME(top_columns)(const Py_ssize_t n, Py_ssize_t w, const flow *f, walk_t *walk,
                              vec *tile) {
    const int32_t *slot = walk->slot, *trunk = walk->other, *block = walk->key;
    for (const term_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->keys; ++i, slot += terms, trunk += terms) {
            vec *const out = tile + *block++ * w;
            vec sum[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) sum[c] = splat(0);
            for (int32_t e = 0; e < terms; ++e) {
                const vec pruned = f->integral[slot[e]];
                const vec *const l = f->l + trunk[e] * w;
                for (Py_ssize_t c = 0; c < n; ++c) sum[c] += pruned * l[c];
            }
            for (Py_ssize_t c = 0; c < n; ++c) out[c] = sum[c];
        }
    }
    walk->slot = slot, walk->other = trunk, walk->key = block;
}

/* Its adjoint: the tile holds the derivative with respect to L of its blocks. */
INLINE void NAME(top_columns_backward)(const Py_ssize_t n, Py_ssize_t w, flow *f, walk_t *walk,
                                       vec *tile) {
    const int32_t *slot = walk->slot, *block = walk->other, *trunk = walk->key;
    for (const term_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->keys; ++i, slot += terms, block += terms) {
            const Py_ssize_t k = *trunk++ * w;
            vec l[MAX_COLUMNS], dl[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) l[c] = f->l[k + c], dl[c] = splat(0);
            for (int32_t e = 0; e < terms; ++e) {
                const vec *const d = tile + block[e] * w;
                const vec pruned = f->integral[slot[e]];
                vec sum = d[0] * l[0];
                for (Py_ssize_t c = 1; c < n; ++c) sum += d[c] * l[c];
                for (Py_ssize_t c = 0; c < n; ++c) dl[c] += pruned * d[c];
                f->dintegral[slot[e]] -= sum;
            }
            for (Py_ssize_t c = 0; c < n; ++c) f->dl[k + c] -= dl[c];
        }
    }
    walk->slot = slot, walk->other = block, walk->key = trunk;
}

/* Call function for all columns of the blocks of tile number `tile`, the number of columns a
 * constant, and move the walk to the next tile. */
#define TOP_TILE(name, function, order)                                                          \
    static void NAME(name)(const convolution_program *p, flow *f, walk_t *walk, Py_ssize_t tile, \
                           vec *x) {                                                             \
        walk->run = p->order.runs + p->order.tile_run[tile];                                     \
        walk->end = p->order.runs + p->order.tile_run[tile + 1];                                 \
        switch (p->width) {                                                                      \
        case 1: function(1, 1, f, walk, x); return;                                              \
        case 2: function(2, 2, f, walk, x); return;                                              \
        case 3: function(3, 3, f, walk, x); return;                                              \
        case 4: function(4, 4, f, walk, x); return;                                              \
        case 5: function(5, 5, f, walk, x); return;                                              \
        case 6: function(6, 6, f, walk, x); return;                                              \
        case 7: function(7, 7, f, walk, x); return;                                              \
        case 8: function(8, 8, f, walk, x); return;                                              \
        }                                                                                        \
        const walk_t start = *walk;                                                              \
        for (Py_ssize_t a = 0; a < p->width; a += MAX_COLUMNS) {                                 \
            const Py_ssize_t left = p->width - a;                                                \
            flow shifted = *f;                                                                   \
            shifted.l += a;                                                                      \
            shifted.dl += a;                                                                     \
            *walk = start;                                                                       \
            function(left < MAX_COLUMNS ? left : MAX_COLUMNS, p->width, &shifted, walk, x + a);  \
        }                                                                                        \
    }

TOP_TILE(top_forward, NAME(top_columns), by_block)
TOP_TILE(top_backward, NAME(top_columns_backward), by_trunk)

static void NAME(logarithm)(const convolution_program *p, const matrix_view *in,
                            Py_ssize_t in_column, const matrix_view *out, Py_ssize_t out_column,
                            Py_ssize_t first, void *lanes, void *scratch) {
    flow f;
    vec *const whole = lanes;
    const Py_ssize_t w = p->width, step = w < TILE ? TILE / w : 1;
    rows_t from, to;
    NAME(lay_out)(p, 0, scratch, &f);
    if (in) {
        from = rows_of(in, first);
        load_rows(&from, in_column, f.low, f.x);
    } else {
        memcpy(f.x, whole, (size_t)f.low * sizeof(vec));
    }
    NAME(low_forward)(p, &f);
    if (whole) memcpy(whole, f.l, (size_t)f.low * sizeof(vec));
    if (out) {
        to = rows_of(out, first);
        store_rows(&to, out_column, f.low, f.l);
    }
    walk_t walk = NAME(start_of)(&p->by_block);
    const Py_ssize_t last = p->block_start[p->degree];
    for (Py_ssize_t b = p->block_start[p->degree - 1], i = 0; b < last; b += step, ++i) {
        const Py_ssize_t end = b + step < last ? b + step : last;
        const Py_ssize_t count = (end - b) * w;
        NAME(top_forward)(p, &f, &walk, i, f.tile);
        if (whole) {
            vec *const x = whole + b * w;
            if (in) load_rows(&from, in_column + b * w, count, x);
            for (Py_ssize_t c = 0; c < count; ++c) x[c] -= f.tile[c];
        } else {
            store_difference(&from, in_column + b * w, &to, out_column + b * w, count, f.tile);
        }
    }
}

static void NAME(logarithm_backward)(const convolution_program *p, const matrix_view *in,
                                     Py_ssize_t in_column, const matrix_view *derivs,
                                     Py_ssize_t derivs_column, const matrix_view *out,
                                     Py_ssize_t out_column, Py_ssize_t first, const void *lanes,
                                     void *scratch) {
    flow f;
    const vec *const whole = lanes;
    const Py_ssize_t w = p->width, step = w < TILE ? TILE / w : 1;
    const rows_t from = rows_of(in, first), to = rows_of(out, first);
    rows_t cotangent;
    const size_t size = NAME(lay_out)(p, 1, scratch, &f);
    memset(f.dl, 0, (size_t)((vec *)scratch + size - f.dl) * sizeof(vec));
    load_rows(&from, in_column, f.low, f.x);
    if (derivs) {
        cotangent = rows_of(derivs, first);
        load_rows(&cotangent, derivs_column, f.low, f.dl);
    } else {
        memcpy(f.dl, whole, (size_t)f.low * sizeof(vec));
    }
    NAME(low_forward)(p, &f);
    walk_t walk = NAME(start_of)(&p->by_trunk);
    const Py_ssize_t last = p->block_start[p->degree];
    for (Py_ssize_t b = p->block_start[p->degree - 1], i = 0; b < last; b += step, ++i) {
        const Py_ssize_t end = b + step < last ? b + step : last;
        const Py_ssize_t count = (end - b) * w;
        if (derivs) {
            load_rows_and_copy(&cotangent, derivs_column + b * w, count, f.tile, &to,
                               out_column + b * w);
        } else {
            memcpy(f.tile, whole + b * w, (size_t)count * sizeof(vec));
            store_rows(&to, out_column + b * w, count, f.tile);
        }
        NAME(top_backward)(p, &f, &walk, i, f.tile);
    }
    NAME(low_backward)(p, &f);
    store_rows(&to, out_column, f.low, f.dx);
}
