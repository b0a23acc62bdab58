/* The flow Y_t = exp(tL) up to its lower orders, and its adjoint, on lanes.
 *
 * It serves the convolution logarithm (X = Y_1 given, L wanted) and the exponential (L given, X
 * wanted): one program, in which `sign` is -1 for the logarithm and 1 for the exponential.
 *
 * dY_t/dt = Y_t * L on the coproduct: for an element x of order n
 *     dY_t(x)/dt = L(x) + G_t(x),    G_t(x) = sum over proper terms Y_t(pruned) L(trunk).
 * Y_t(x) is a polynomial of degree n in t, so its values at a few nodes t_1 < ... < t_m = 1 carry
 * everything: with quadrature weights w and the integration matrix A,
 *     X(x)   = L(x) + sum_i w_i G_i(x),
 *     Y_i(x) = t_i L(x) + sum_j A_ij G_j(x)   for i < m,   Y_m = X,
 * order by order. Products of Y over a pruned forest are pointwise in t; they are kept in slots.
 *
 * What is needed shrinks towards the top, and with it the work per term:
 *   orders up to N-2 ("inner"): all nodes, as above, m multiply-adds per term;
 *   order N-1 ("next"): only L(x), X(x) and the integral of Y(x), which is L(x)/2 plus the integral
 *     of (1-t) G_t(x); so two numbers per slot, its integral and its integral against 1-t;
 *   order N ("top", top_order.h): only L(x) or X(x), so one number per slot and one multiply-add
 *     per term.
 *
 * The `width` elements of a block share its terms: they differ in the root label, which stays in
 * the trunk. Scratch: x, l (orders below N), y[coefficient][node], value[slot][node] and moment
 * (inner), j (integral of Y, order N-1), integral (all slots, then sums of slots that go with one
 * trunk); for the adjoint the derivative of each, with a d before its name. Where every slot is one
 * coefficient, as for words, values of slots are those of y and lie where these do, after the 1 of
 * the empty slot; so do their derivatives.
 */

#define LOW_COLUMNS 4 /* columns of a block in registers */
#define MAX_NODES TREEALG_MAX_NODES

typedef struct {
    Py_ssize_t m, inner, low; /* nodes; coefficients of orders up to N-2, N-1 */
    Py_ssize_t inner_slots;
    vec *tile, *x, *l, *y, *j, *value, *moment, *integral;
    vec *dx, *dl, *dy, *dj, *dvalue, *dmoment, *dintegral;
} NAME(flow);
#define flow NAME(flow)

/* Lay y and the values of slots out, and return where they end. */
INLINE vec *NAME(lay_out_values)(const convolution_program *p, const flow *f, vec *at, vec **y,
                                 vec **value) {
    *value = at;
    at += f->inner_slots * f->m;
    *y = p->single ? *value + f->m : at;
    return p->single ? at : at + f->inner * f->m;
}

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
    TAKE(j, f->low - f->inner);
    at = NAME(lay_out_values)(p, f, at, &f->y, &f->value);
    TAKE(moment, f->inner_slots);
    TAKE(integral, p->n_slots + p->n_sums);
    if (backward) {
        TAKE(dx, f->low); /* first, for it alone needs no zeros */
        TAKE(dl, f->low);
        TAKE(dj, f->low - f->inner);
        at = NAME(lay_out_values)(p, f, at, &f->dy, &f->dvalue);
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

INLINE void NAME(inner_columns)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                                const convolution_program *p, flow *f, Py_ssize_t b, Py_ssize_t a) {
    const REAL *const t = (const REAL *)p->nodes, *const w = (const REAL *)p->weights;
    const REAL *const A = (const REAL *)p->integration;
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
        vec end = sign < 0 ? f->x[k] : f->l[k];
        for (Py_ssize_t i = 0; i < m; ++i) end = plus(sign, end, w[i] * g[i * n + c]);
        const vec l = f->l[k] = sign < 0 ? end : f->l[k];
        f->x[k] = sign < 0 ? f->x[k] : end;
        for (Py_ssize_t i = 0; i + 1 < m; ++i) {
            vec y = t[i] * l;
            for (Py_ssize_t j = 0; j < m; ++j) y += A[i * m + j] * g[j * n + c];
            f->y[k * m + i] = y;
        }
        f->y[k * m + m - 1] = f->x[k];
    }
}

INLINE void NAME(inner_columns_backward)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                                         const convolution_program *p, flow *f, Py_ssize_t b,
                                         Py_ssize_t a) {
    const REAL *const t = (const REAL *)p->nodes, *const w = (const REAL *)p->weights;
    const REAL *const A = (const REAL *)p->integration;
    vec dg[MAX_NODES * LOW_COLUMNS];
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        const vec *const dy = f->dy + k * m;
        vec dl = f->dl[k];
        for (Py_ssize_t i = 0; i + 1 < m; ++i) dl += t[i] * dy[i];
        const vec end = sign < 0 ? dl : f->dx[k] + dy[m - 1]; /* what the solved one receives */
        f->dx[k] = sign < 0 ? dl + dy[m - 1] : end;
        f->dl[k] = sign < 0 ? dl : dl + end;
        for (Py_ssize_t j = 0; j < m; ++j) {
            vec v = (sign * w[j]) * end;
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
#define BY_COLUMNS(function, m, sign, p, f, b)                                     \
    do {                                                                           \
        Py_ssize_t a_ = 0;                                                         \
        for (; a_ + 4 <= (p)->width; a_ += 4) function(m, 4, sign, p, f, b, a_);   \
        switch ((p)->width - a_) {                                                 \
        case 3: function(m, 3, sign, p, f, b, a_); break;                          \
        case 2: function(m, 2, sign, p, f, b, a_); break;                          \
        case 1: function(m, 1, sign, p, f, b, a_); break;                          \
        }                                                                          \
    } while (0)

INLINE void NAME(inner_orders)(const Py_ssize_t m, const int sign, const convolution_program *p,
                               flow *f) {
    const REAL *const w = (const REAL *)p->weights, *const u = (const REAL *)p->moments;
    const REAL *const factor = (const REAL *)p->factor;
    for (Py_ssize_t i = 0; i < m; ++i) f->value[i] = splat(1);
    for (Py_ssize_t n = 1; n + 2 <= p->degree; ++n) {
        for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b)
            BY_COLUMNS(NAME(inner_columns), m, sign, p, f, b);
        for (Py_ssize_t s = p->slot_start[n - 1]; s < p->slot_start[n]; ++s) {
            const vec *const y = f->y + p->head[s] * m, *const tail = f->value + p->tail[s] * m;
            vec integral = splat(0), moment = splat(0);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec v = p->single ? y[i] : factor[s] * y[i] * tail[i];
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

INLINE void NAME(inner_orders_backward)(const Py_ssize_t m, const int sign,
                                        const convolution_program *p, flow *f) {
    const REAL *const w = (const REAL *)p->weights, *const u = (const REAL *)p->moments;
    const REAL *const factor = (const REAL *)p->factor;
    for (Py_ssize_t n = p->degree - 2; n >= 1; --n) {
        head_sum sum = {.head = -1};
        for (Py_ssize_t s = p->slot_start[n] - 1; s >= p->slot_start[n - 1]; --s) {
            const Py_ssize_t y = p->head[s] * m, tail = p->tail[s] * m;
            if (p->single) {
                for (Py_ssize_t i = 0; i < m; ++i)
                    f->dvalue[s * m + i] += w[i] * f->dintegral[s] + u[i] * f->dmoment[s];
                continue;
            }
            NAME(use_head)(m, f, &sum, p->head[s]);
            for (Py_ssize_t i = 0; i < m; ++i) {
                const vec dv = factor[s]
                    * (f->dvalue[s * m + i] + w[i] * f->dintegral[s] + u[i] * f->dmoment[s]);
                sum.dy[i] += dv * f->value[tail + i];
                f->dvalue[tail + i] += dv * f->y[y + i];
            }
        }
        NAME(use_head)(m, f, &sum, -1);
        for (Py_ssize_t b = p->block_start[n] - 1; b >= p->block_start[n - 1]; --b)
            BY_COLUMNS(NAME(inner_columns_backward), m, sign, p, f, b);
    }
}

/* --- order N-1 -------------------------------------------------------------------------------- */

INLINE void NAME(next_columns)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                               const convolution_program *p, flow *f, Py_ssize_t b, Py_ssize_t a) {
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
        const vec end = plus(sign, sign < 0 ? f->x[k] : f->l[k], g[c]);
        const vec l = f->l[k] = sign < 0 ? end : f->l[k];
        f->x[k] = sign < 0 ? f->x[k] : end;
        f->j[k - f->inner] = (REAL)0.5 * l + h[c];
    }
}

INLINE void NAME(next_columns_backward)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                                        const convolution_program *p, flow *f, Py_ssize_t b,
                                        Py_ssize_t a) {
    vec end[LOW_COLUMNS], dh[LOW_COLUMNS]; /* what the solved one and h receive */
    (void)m;
    for (Py_ssize_t c = 0; c < n; ++c) {
        const Py_ssize_t k = b * p->width + a + c;
        dh[c] = f->dj[k - f->inner];
        const vec dl = f->dl[k] + (REAL)0.5 * dh[c];
        end[c] = sign < 0 ? dl : f->dx[k];
        f->dx[k] = end[c];
        f->dl[k] = sign < 0 ? dl : dl + end[c];
    }
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const Py_ssize_t s = p->term_slot[e], k = p->term_trunk[e] * p->width + a;
        const vec integral = f->integral[s], moment = f->moment[s];
        vec di = splat(0), dm = splat(0);
        for (Py_ssize_t c = 0; c < n; ++c) {
            di += end[c] * f->l[k + c];
            dm += dh[c] * f->l[k + c];
            f->dl[k + c] += plus(sign, moment * dh[c], integral * end[c]);
        }
        f->dintegral[s] = plus(sign, f->dintegral[s], di);
        f->dmoment[s] += dm;
    }
}

INLINE void NAME(next_order)(const Py_ssize_t m, const int sign, const convolution_program *p,
                             flow *f) {
    const REAL *const w = (const REAL *)p->weights, *const factor = (const REAL *)p->factor;
    const Py_ssize_t n = p->degree - 1;
    vec weighted[MAX_NODES]; /* Y of one head, which slots in a row share, times the weights */
    for (Py_ssize_t i = 0; i < m; ++i) weighted[i] = splat(0);
    for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b)
        BY_COLUMNS(NAME(next_columns), m, sign, p, f, b);
    for (Py_ssize_t s = p->slot_start[n - 1], head = -1; s < p->slot_start[n]; ++s) {
        if (p->head[s] >= f->inner) {
            f->integral[s] = factor[s] * f->j[p->head[s] - f->inner];
            continue;
        }
        if (p->head[s] != head) {
            head = p->head[s];
            for (Py_ssize_t i = 0; i < m; ++i) weighted[i] = w[i] * f->y[head * m + i];
        }
        const vec *const tail = f->value + p->tail[s] * m;
        vec integral = weighted[0] * tail[0];
        for (Py_ssize_t i = 1; i < m; ++i) integral += weighted[i] * tail[i];
        f->integral[s] = factor[s] * integral;
    }
}

INLINE void NAME(next_order_backward)(const Py_ssize_t m, const int sign,
                                      const convolution_program *p, flow *f) {
    const REAL *const w = (const REAL *)p->weights, *const factor = (const REAL *)p->factor;
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
        BY_COLUMNS(NAME(next_columns_backward), m, sign, p, f, b);
}

INLINE void NAME(low_orders)(const Py_ssize_t m, const int sign, const convolution_program *p,
                             flow *f) {
    NAME(inner_orders)(m, sign, p, f);
    NAME(next_order)(m, sign, p, f);
}

INLINE void NAME(low_orders_backward)(const Py_ssize_t m, const int sign,
                                      const convolution_program *p, flow *f) {
    NAME(next_order_backward)(m, sign, p, f);
    NAME(inner_orders_backward)(m, sign, p, f);
}

/* There are no nodes, and no lower orders, for N = 1. */
#define BY_NODES(function, sign, p, f)                 \
    switch ((p)->n_nodes) {                            \
    case 0: break;                                     \
    case 1: function(1, sign, p, f); break;            \
    case 2: function(2, sign, p, f); break;            \
    case 3: function(3, sign, p, f); break;            \
    case 4: function(4, sign, p, f); break;            \
    default: function((p)->n_nodes, sign, p, f);       \
    }

INLINE void NAME(low_forward)(const int sign, const convolution_program *p, flow *f) {
    BY_NODES(NAME(low_orders), sign, p, f)
    NAME(add_sums)(p, f->integral);
}

INLINE void NAME(low_backward)(const int sign, const convolution_program *p, flow *f) {
    NAME(add_sums_backward)(p, f->dintegral);
    BY_NODES(NAME(low_orders_backward), sign, p, f)
}

static void NAME(logarithm_low)(const convolution_program *p, flow *f) {
    NAME(low_forward)(-1, p, f);
}

static void NAME(exponential_low)(const convolution_program *p, flow *f) {
    NAME(low_forward)(1, p, f);
}

static void NAME(logarithm_low_backward)(const convolution_program *p, flow *f) {
    NAME(low_backward)(-1, p, f);
}

static void NAME(exponential_low_backward)(const convolution_program *p, flow *f) {
    NAME(low_backward)(1, p, f);
}
