/* The convolution logarithm and its adjoint, on lanes.
 *
 * With Y_t = exp(tL), dY_t/dt = Y_t * L on the coproduct: for an element x of order n
 *     dY_t(x)/dt = L(x) + G_t(x),    G_t(x) = sum over proper terms Y_t(pruned) L(trunk).
 * Y_t(x) is a polynomial of degree n in t, so its values at a few nodes t_1 < ... < t_m = 1 carry
 * everything: with quadrature weights w and the integration matrix A,
 *     L(x)   = X(x) - sum_i w_i G_i(x),
 *     Y_i(x) = t_i L(x) + sum_j A_ij G_j(x)   for i < m,   Y_m = X,
 * order by order. Products of Y over a pruned forest are pointwise in t; they are kept in slots.
 * The highest order needs L only, so there the quadrature is done once per slot,
 * integral[s] = sum_i w_i Y_i(s), and each term costs one multiply-add.
 *
 * The `width` elements of a block share its terms: they differ in the root label, which stays in
 * the trunk. Scratch: X, L and Y[coefficient][node] below the highest order, value[slot][node],
 * integral[slot]; the adjoint has L, value and integral once more, for their derivatives.
 */

#define MAX_COLUMNS 8 /* columns of a block in registers, highest order */
#define LOW_COLUMNS 4 /* columns of a block in registers, with all nodes */
#define MAX_NODES TREEALG_MAX_NODES

typedef struct {
    Py_ssize_t m, low, top; /* nodes; coefficients below and at the highest order */
    vec *tile, *x, *l, *y, *value, *integral;
    vec *dl, *dy, *dvalue, *dintegral, *dx;
} NAME(flow);
#define flow NAME(flow)

/* Lay a flow out in scratch (when not NULL) and return its size in vectors. */
INLINE size_t NAME(lay_out)(const convolution_program *p, int backward, vec *at, flow *f) {
    vec *const start = at;
    f->m = p->n_nodes;
    f->low = p->block_start[p->degree - 1] * p->width;
    f->top = p->block_start[p->degree] * p->width - f->low;
#define TAKE(name, count) f->name = at; at += (count)
    TAKE(tile, p->width > TILE ? p->width : TILE);
    TAKE(x, f->low);
    TAKE(l, f->low);
    TAKE(y, f->low * f->m);
    TAKE(value, p->n_slots * f->m);
    TAKE(integral, p->n_slots);
    if (backward) {
        TAKE(dx, f->low);
        TAKE(dl, f->low);
        TAKE(dy, f->low * f->m);
        TAKE(dvalue, p->n_slots * f->m);
        TAKE(dintegral, p->n_slots);
    }
#undef TAKE
    return (size_t)(at - start);
}

static size_t NAME(logarithm_scratch)(const convolution_program *p, int backward) {
    flow f;
    vec dummy[1];
    return sizeof(vec) * NAME(lay_out)(p, backward, dummy, &f);
}

/* g[i * n + c] = G_i of column a + c of block b. */
INLINE void NAME(block_terms)(const Py_ssize_t m, const Py_ssize_t n, const convolution_program *p,
                              const flow *f, Py_ssize_t b, Py_ssize_t a, vec *g) {
    for (Py_ssize_t i = 0; i < m * n; ++i) g[i] = splat(0);
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const vec *const value = f->value + p->term_slot[e] * m;
        const vec *const trunk = f->l + p->term_trunk[e] * p->width + a;
        for (Py_ssize_t i = 0; i < m; ++i)
            for (Py_ssize_t c = 0; c < n; ++c) g[i * n + c] += value[i] * trunk[c];
    }
}

INLINE void NAME(low_columns)(const Py_ssize_t m, const Py_ssize_t n, const convolution_program *p,
                              flow *f, Py_ssize_t b, Py_ssize_t a) {
    const REAL *const t = p->nodes, *const w = p->weights, *const A = p->integration;
    vec g[MAX_NODES * LOW_COLUMNS];
    NAME(block_terms)(m, n, p, f, b, a, g);
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        vec l = f->x[k];
        for (Py_ssize_t i = 0; i < m; ++i) l -= splat(w[i]) * g[i * n + c];
        f->l[k] = l;
        for (Py_ssize_t i = 0; i + 1 < m; ++i) {
            vec y = splat(t[i]) * l;
            for (Py_ssize_t j = 0; j < m; ++j) y += splat(A[i * m + j]) * g[j * n + c];
            f->y[k * m + i] = y;
        }
        f->y[k * m + m - 1] = f->x[k];
    }
}

/* The adjoint of low_columns and of the terms it used. */
INLINE void NAME(low_columns_backward)(const Py_ssize_t m, const Py_ssize_t n,
                                       const convolution_program *p, flow *f, Py_ssize_t b,
                                       Py_ssize_t a) {
    const REAL *const t = p->nodes, *const w = p->weights, *const A = p->integration;
    vec dg[MAX_NODES * LOW_COLUMNS];
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        const vec *const dy = f->dy + k * m;
        vec dl = f->dl[k];
        for (Py_ssize_t i = 0; i + 1 < m; ++i) dl += splat(t[i]) * dy[i];
        f->dx[k] = dl + dy[m - 1];
        for (Py_ssize_t j = 0; j < m; ++j) {
            vec v = splat(-w[j]) * dl;
            for (Py_ssize_t i = 0; i + 1 < m; ++i) v += splat(A[i * m + j]) * dy[i];
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

INLINE void NAME(low_orders)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const factor = p->factor;
    for (Py_ssize_t i = 0; i < m; ++i) f->value[i] = splat(1);
    for (Py_ssize_t n = 1; n < p->degree; ++n) {
        for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b)
            BY_COLUMNS(NAME(low_columns), m, p, f, b);
        for (Py_ssize_t s = p->slot_start[n - 1]; s < p->slot_start[n]; ++s) {
            const vec *const y = f->y + p->head[s] * m, *const tail = f->value + p->tail[s] * m;
            const vec scale = splat(factor[s]);
            vec integral = splat(0);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec v = scale * y[i] * tail[i];
                f->value[s * m + i] = v;
                integral += splat(w[i]) * v;
            }
            f->integral[s] = integral;
        }
    }
}

INLINE void NAME(low_orders_backward)(const Py_ssize_t m, const convolution_program *p, flow *f) {
    const REAL *const w = p->weights, *const factor = p->factor;
    for (Py_ssize_t n = p->degree - 1; n >= 1; --n) {
        for (Py_ssize_t s = p->slot_start[n] - 1; s >= p->slot_start[n - 1]; --s) {
            const Py_ssize_t y = p->head[s] * m, tail = p->tail[s] * m;
            const vec scale = splat(factor[s]), dintegral = f->dintegral[s];
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec dv = scale * (f->dvalue[s * m + i] + splat(w[i]) * dintegral);
                f->dy[y + i] += dv * f->value[tail + i];
                f->dvalue[tail + i] += dv * f->y[y + i];
            }
        }
        for (Py_ssize_t b = p->block_start[n] - 1; b >= p->block_start[n - 1]; --b)
            BY_COLUMNS(NAME(low_columns_backward), m, p, f, b);
    }
}

#define BY_NODES(function, p, f)                       \
    switch ((p)->n_nodes) {                            \
    case 0: break;                                     \
    case 1: function(1, p, f); break;                  \
    case 2: function(2, p, f); break;                  \
    case 3: function(3, p, f); break;                  \
    case 4: function(4, p, f); break;                  \
    case 5: function(5, p, f); break;                  \
    default: function((p)->n_nodes, p, f);             \
    }

static void NAME(low_forward)(const convolution_program *p, flow *f) {
    BY_NODES(NAME(low_orders), p, f)
}

static void NAME(low_backward)(const convolution_program *p, flow *f) {
    BY_NODES(NAME(low_orders_backward), p, f)
}

/* Highest order: x[0..(end-b)*w) holds X of blocks b..end and receives L. */
INLINE void NAME(top_columns)(const Py_ssize_t n, const convolution_program *p, const flow *f,
                              Py_ssize_t b, Py_ssize_t end, vec *x) {
    const Py_ssize_t w = p->width;
    int64_t e = p->term_ptr[b];
    for (; b < end; ++b, x += w) {
        const int64_t last = p->term_ptr[b + 1];
        vec sum[MAX_COLUMNS];
        for (Py_ssize_t c = 0; c < n; ++c) sum[c] = x[c];
        for (; e < last; ++e) {
            const vec pruned = f->integral[p->term_slot[e]];
            const vec *const trunk = f->l + p->term_trunk[e] * w;
            for (Py_ssize_t c = 0; c < n; ++c) sum[c] -= pruned * trunk[c];
        }
        for (Py_ssize_t c = 0; c < n; ++c) x[c] = sum[c];
    }
}

/* Its adjoint: x holds the derivative with respect to L, which is also that with respect to X. */
INLINE void NAME(top_columns_backward)(const Py_ssize_t n, const convolution_program *p, flow *f,
                                       Py_ssize_t b, Py_ssize_t end, vec *x) {
    const Py_ssize_t w = p->width;
    int64_t e = p->term_ptr[b];
    for (; b < end; ++b, x += w) {
        const int64_t last = p->term_ptr[b + 1];
        vec d[MAX_COLUMNS];
        for (Py_ssize_t c = 0; c < n; ++c) d[c] = x[c];
        for (; e < last; ++e) {
            const Py_ssize_t s = p->term_slot[e], k = p->term_trunk[e] * w;
            const vec pruned = f->integral[s];
            vec sum = f->dintegral[s];
            for (Py_ssize_t c = 0; c < n; ++c) {
                sum -= d[c] * f->l[k + c];
                f->dl[k + c] -= pruned * d[c];
            }
            f->dintegral[s] = sum;
        }
    }
}

/* Call function for all columns of the blocks, the number of columns a constant. */
#define BY_TOP_COLUMNS(function)                                                   \
    switch (p->width) {                                                            \
    case 1: function(1, p, f, b, end, x); break;                                   \
    case 2: function(2, p, f, b, end, x); break;                                   \
    case 3: function(3, p, f, b, end, x); break;                                   \
    case 4: function(4, p, f, b, end, x); break;                                   \
    case 5: function(5, p, f, b, end, x); break;                                   \
    case 6: function(6, p, f, b, end, x); break;                                   \
    case 7: function(7, p, f, b, end, x); break;                                   \
    default:                                                                       \
        for (Py_ssize_t a = 0; a < p->width; a += MAX_COLUMNS) {                   \
            flow shifted = *f;                                                     \
            shifted.l += a;                                                        \
            shifted.dl += a;                                                       \
            if (p->width - a >= MAX_COLUMNS)                                       \
                function(MAX_COLUMNS, p, &shifted, b, end, x + a);                 \
            else                                                                   \
                function(p->width - a, p, &shifted, b, end, x + a);                \
        }                                                                          \
    }

static void NAME(top_forward)(const convolution_program *p, flow *f, Py_ssize_t b, Py_ssize_t end,
                              vec *x) {
    BY_TOP_COLUMNS(NAME(top_columns))
}

static void NAME(top_backward)(const convolution_program *p, flow *f, Py_ssize_t b, Py_ssize_t end,
                               vec *x) {
    BY_TOP_COLUMNS(NAME(top_columns_backward))
}


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
    for (Py_ssize_t b = p->block_start[p->degree - 1]; b < p->block_start[p->degree]; b += step) {
        const Py_ssize_t end =
            b + step < p->block_start[p->degree] ? b + step : p->block_start[p->degree];
        vec *const x = whole ? whole + b * w : f.tile;
        if (in) load_rows(&from, in_column + b * w, (end - b) * w, x);
        NAME(top_forward)(p, &f, b, end, x);
        if (out) store_rows(&to, out_column + b * w, (end - b) * w, x);
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
    for (Py_ssize_t b = p->block_start[p->degree - 1]; b < p->block_start[p->degree]; b += step) {
        const Py_ssize_t end =
            b + step < p->block_start[p->degree] ? b + step : p->block_start[p->degree];
        if (derivs) load_rows(&cotangent, derivs_column + b * w, (end - b) * w, f.tile);
        else memcpy(f.tile, whole + b * w, (size_t)((end - b) * w) * sizeof(vec));
        NAME(top_backward)(p, &f, b, end, f.tile);
        store_rows(&to, out_column + b * w, (end - b) * w, f.tile);
    }
    NAME(low_backward)(p, &f);
    store_rows(&to, out_column, f.low, f.dx);
}
