/* The product and the inverse of a convolution group, and their adjoints, on lanes.
 *
 * With the proper part of the coproduct, the full one being x (x) 1 + 1 (x) x + proper part,
 *     product:  Z(x) = A(x) + B(x) + sum A(pruned) B(trunk),
 *     inverse:  0 = A(x) + Y(x) + sum A(pruned) Y(trunk), solved for Y order by order.
 * One program: out = base + sign * sum A(pruned) trunk, where the trunk is B for the product (sign
 * 1) and the result itself for the inverse (sign -1).
 *
 * Scratch: left and trunk (orders below N), out (the same as trunk for the inverse), value (all
 * slots, then sums of slots); for the adjoint the derivative of each, with a d before its name.
 */

typedef struct {
    Py_ssize_t low; /* coefficients of orders below N */
    vec *tile, *left, *trunk, *out, *value;
    vec *dleft, *dtrunk, *dout, *dvalue;
} NAME(group_state);
#define group_state NAME(group_state)

/* Lay the state out in scratch and return its size in vectors. */
INLINE size_t NAME(lay_group_out)(const convolution_program *p, group_operation operation, vec *at,
                                  group_state *s) {
    vec *const start = at;
    const int is_product = operation == PRODUCT || operation == PRODUCT_BACKWARD;
    s->low = p->block_start[p->degree - 1] * p->width;
#define TAKE(name, count) s->name = at; at += (count)
    TAKE(tile, p->width > TILE ? p->width : TILE);
    TAKE(left, s->low);
    TAKE(trunk, s->low);
    TAKE(value, p->n_slots + p->n_sums);
    if (operation == PRODUCT) {
        TAKE(out, s->low);
    } else {
        s->out = s->trunk;
    }
    if (operation == PRODUCT_BACKWARD || operation == INVERSE_BACKWARD) {
        TAKE(dleft, s->low);
        TAKE(dtrunk, s->low);
        TAKE(dvalue, p->n_slots + p->n_sums);
        if (is_product) {
            TAKE(dout, s->low);
        } else {
            s->dout = s->dtrunk;
        }
    }
#undef TAKE
    return (size_t)(at - start);
}

static size_t NAME(product_scratch)(const convolution_program *p, group_operation operation) {
    group_state s;
    vec nowhere[1];
    return sizeof(vec) * NAME(lay_group_out)(p, operation, nowhere, &s);
}

/* The values of a functional on all slots, from those on the elements of orders below N. */
INLINE void NAME(fill_slots)(const convolution_program *p, const vec *y, vec *value) {
    const REAL *const factor = (const REAL *)p->factor;
    value[0] = splat(1);
    for (Py_ssize_t s = 1; s < p->n_slots; ++s)
        value[s] = factor[s] * y[p->head[s]] * value[p->tail[s]];
    NAME(add_sums)(p, value);
}

INLINE void NAME(fill_slots_backward)(const convolution_program *p, const vec *y, const vec *value,
                                      vec *dy, vec *dvalue) {
    const REAL *const factor = (const REAL *)p->factor;
    for (Py_ssize_t s = p->n_slots - 1; s >= 1; --s) {
        const vec d = factor[s] * dvalue[s];
        dy[p->head[s]] += d * value[p->tail[s]];
        dvalue[p->tail[s]] += d * y[p->head[s]];
    }
}

INLINE void NAME(group_columns)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                                const convolution_program *p, group_state *s, Py_ssize_t b,
                                Py_ssize_t a) {
    const Py_ssize_t k = b * p->width + a;
    vec sum[LOW_COLUMNS];
    (void)m;
    for (Py_ssize_t c = 0; c < n; ++c)
        sum[c] = sign < 0 ? -s->left[k + c] : s->left[k + c] + s->trunk[k + c];
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const vec pruned = s->value[p->term_slot[e]];
        const vec *const trunk = s->trunk + p->term_trunk[e] * p->width + a;
        for (Py_ssize_t c = 0; c < n; ++c) sum[c] = plus(sign, sum[c], pruned * trunk[c]);
    }
    for (Py_ssize_t c = 0; c < n; ++c) s->out[k + c] = sum[c];
}

INLINE void NAME(group_columns_backward)(const Py_ssize_t m, const Py_ssize_t n, const int sign,
                                         const convolution_program *p, group_state *s, Py_ssize_t b,
                                         Py_ssize_t a) {
    vec d[LOW_COLUMNS];
    (void)m;
    for (Py_ssize_t c = 0; c < n; ++c) d[c] = s->dout[b * p->width + a + c];
    for (int64_t e = p->term_ptr[b]; e < p->term_ptr[b + 1]; ++e) {
        const Py_ssize_t slot = p->term_slot[e], k = p->term_trunk[e] * p->width + a;
        const vec pruned = s->value[slot];
        vec sum = s->dvalue[slot];
        for (Py_ssize_t c = 0; c < n; ++c) {
            sum = plus(sign, sum, d[c] * s->trunk[k + c]);
            s->dtrunk[k + c] = plus(sign, s->dtrunk[k + c], pruned * d[c]);
        }
        s->dvalue[slot] = sum;
    }
}

/* All of a row, forward: arguments as in kernels.h, `right` NULL for the inverse. */
INLINE void NAME(group_forward)(const int sign, const convolution_program *p,
                                const matrix_view *left, const matrix_view *right,
                                const matrix_view *out, Py_ssize_t first, void *scratch) {
    group_state s;
    const Py_ssize_t top = p->block_start[p->degree - 1];
    const rows_t from = rows_of(left, first), to = rows_of(out, first);
    rows_t with;
    NAME(lay_group_out)(p, sign < 0 ? INVERSE : PRODUCT, (vec *)scratch, &s);
    load_rows(&from, 0, s.low, s.left);
    if (sign > 0) {
        with = rows_of(right, first);
        load_rows(&with, 0, s.low, s.trunk);
    }
    NAME(fill_slots)(p, s.left, s.value);
    for (Py_ssize_t b = 0; b < top; ++b) BY_COLUMNS(NAME(group_columns), 1, sign, p, &s, b);
    store_rows(&to, 0, s.low, s.out);
    const operands o = {s.value, s.trunk, NULL, NULL};
    walk_t walk = NAME(walk_of)(p, &p->by_block);
    while (NAME(next_tile)(&walk)) {
        NAME(top_sums)(p, &o, &walk, s.tile);
        store_sum(sign, &from, walk.column, sign > 0 ? &with : NULL, walk.column, sign, s.tile, &to,
                  walk.column, walk.count);
    }
}

INLINE void NAME(group_backward)(const int sign, const convolution_program *p,
                                 const matrix_view *left, const matrix_view *right,
                                 const matrix_view *derivs, const matrix_view *dleft,
                                 const matrix_view *dright, Py_ssize_t first, void *scratch) {
    group_state s;
    const Py_ssize_t top = p->block_start[p->degree - 1];
    const rows_t from = rows_of(left, first), back = rows_of(derivs, first);
    const rows_t to = rows_of(dleft, first);
    rows_t to_right;
    const size_t size = NAME(lay_group_out)(p, sign < 0 ? INVERSE_BACKWARD : PRODUCT_BACKWARD,
                                            (vec *)scratch, &s);
    memset(s.dleft, 0, (size_t)((vec *)scratch + size - s.dleft) * sizeof(vec));
    load_rows(&from, 0, s.low, s.left);
    NAME(fill_slots)(p, s.left, s.value);
    if (sign > 0) {
        const rows_t with = rows_of(right, first);
        load_rows(&with, 0, s.low, s.trunk);
        to_right = rows_of(dright, first);
    } else {
        for (Py_ssize_t b = 0; b < top; ++b) BY_COLUMNS(NAME(group_columns), 1, sign, p, &s, b);
    }
    load_rows(&back, 0, s.low, s.dout);
    const operands o = {s.value, s.trunk, s.dvalue, s.dtrunk};
    walk_t walk = NAME(walk_of)(p, &p->by_trunk);
    while (NAME(next_tile)(&walk)) {
        const Py_ssize_t column = walk.column, count = walk.count;
        if (sign > 0) {
            load_rows_and_copy(&back, column, count, s.tile, &to, column);
            copy_rows(1, &back, column, &to_right, column, count);
        } else {
            load_rows(&back, column, count, s.tile);
            copy_rows(-1, &back, column, &to, column, count);
        }
        if (sign < 0) NAME(top_subtract_backward)(p, &o, &walk, s.tile);
        else NAME(top_add_backward)(p, &o, &walk, s.tile);
    }
    NAME(add_sums_backward)(p, s.dvalue);
    for (Py_ssize_t b = top - 1; b >= 0; --b)
        BY_COLUMNS(NAME(group_columns_backward), 1, sign, p, &s, b);
    NAME(fill_slots_backward)(p, s.left, s.value, s.dleft, s.dvalue);
    for (Py_ssize_t k = 0; k < s.low; ++k) {
        s.dleft[k] = plus(sign, s.dleft[k], s.dout[k]);
        if (sign > 0) s.dtrunk[k] += s.dout[k];
    }
    store_rows(&to, 0, s.low, s.dleft);
    if (sign > 0) store_rows(&to_right, 0, s.low, s.dtrunk);
}

static void NAME(product)(const convolution_program *p, const matrix_view *args, Py_ssize_t first,
                          void *scratch) {
    NAME(group_forward)(1, p, args, args + 1, args + 2, first, scratch);
}

static void NAME(product_backward)(const convolution_program *p, const matrix_view *args,
                                   Py_ssize_t first, void *scratch) {
    NAME(group_backward)(1, p, args, args + 1, args + 2, args + 3, args + 4, first, scratch);
}

static void NAME(inverse)(const convolution_program *p, const matrix_view *args, Py_ssize_t first,
                          void *scratch) {
    NAME(group_forward)(-1, p, args, NULL, args + 1, first, scratch);
}

static void NAME(inverse_backward)(const convolution_program *p, const matrix_view *args,
                                   Py_ssize_t first, void *scratch) {
    NAME(group_backward)(-1, p, args, NULL, args + 1, args + 2, NULL, first, scratch);
}
