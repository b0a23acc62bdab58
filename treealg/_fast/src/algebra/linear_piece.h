/* The exponential of a linear piece of path, and its adjoint, on lanes.
 *
 * With L = dx on single nodes and 0 elsewhere, Y_t = exp(tL) has Y_t(x) = t^n E(x) on order n, and
 * dY_t/dt = Y_t * L is n E(x) = dx(root) * sum E(pruned), over the terms whose trunk is the root
 * alone: one product per element. Those terms are the first of their block, as terms are sorted by
 * trunk; in the highest order, where terms of one trunk are merged, it is the first alone.
 *
 * Scratch: dx, e (orders below N), value (all slots, then sums of slots); for the adjoint the
 * derivative of each, with a d before its name.
 */

typedef struct {
    Py_ssize_t low; /* coefficients of orders below N */
    vec *tile, *dx, *e, *value;
    vec *ddx, *de, *dvalue;
} NAME(piece);
#define piece NAME(piece)

/* Lay the state out in scratch and return its size in vectors. */
INLINE size_t NAME(lay_piece_out)(const convolution_program *p, int backward, vec *at, piece *s) {
    vec *const start = at;
    s->low = p->block_start[p->degree - 1] * p->width;
#define TAKE(name, count) s->name = at; at += (count)
    TAKE(tile, p->width > TILE ? p->width : TILE);
    TAKE(dx, p->width);
    TAKE(e, s->low);
    TAKE(value, p->n_slots + p->n_sums);
    if (backward) {
        TAKE(ddx, p->width);
        TAKE(de, s->low);
        TAKE(dvalue, p->n_slots + p->n_sums);
    }
#undef TAKE
    return (size_t)(at - start);
}

static size_t NAME(linear_scratch)(const convolution_program *p, int backward) {
    piece s;
    vec nowhere[1];
    return sizeof(vec) * NAME(lay_piece_out)(p, backward, nowhere, &s);
}

/* One past the last term of block b whose trunk is the root alone. */
INLINE int64_t NAME(end_of_root_terms)(const convolution_program *p, Py_ssize_t b) {
    int64_t e = p->term_ptr[b];
    while (e < p->term_ptr[b + 1] && p->term_trunk[e] == 0) ++e;
    return e;
}

/* Orders below N, and the values of all slots. */
static void NAME(piece_low)(const convolution_program *p, piece *s) {
    const REAL *const factor = (const REAL *)p->factor;
    const Py_ssize_t w = p->width;
    s->value[0] = splat(1);
    for (Py_ssize_t n = 1; n < p->degree; ++n) {
        for (Py_ssize_t b = p->block_start[n - 1]; b < p->block_start[n]; ++b) {
            const int64_t end = NAME(end_of_root_terms)(p, b);
            vec pruned = splat(n == 1);
            for (int64_t e = p->term_ptr[b]; e < end; ++e) pruned += s->value[p->term_slot[e]];
            pruned *= (REAL)1 / (REAL)n;
            for (Py_ssize_t a = 0; a < w; ++a) s->e[b * w + a] = pruned * s->dx[a];
        }
        for (Py_ssize_t k = p->slot_start[n - 1]; k < p->slot_start[n]; ++k)
            s->value[k] = factor[k] * s->e[p->head[k]] * s->value[p->tail[k]];
    }
    NAME(add_sums)(p, s->value);
}

static void NAME(piece_low_backward)(const convolution_program *p, piece *s) {
    const REAL *const factor = (const REAL *)p->factor;
    const Py_ssize_t w = p->width;
    NAME(add_sums_backward)(p, s->dvalue);
    for (Py_ssize_t n = p->degree - 1; n >= 1; --n) {
        for (Py_ssize_t k = p->slot_start[n] - 1; k >= p->slot_start[n - 1]; --k) {
            const vec d = factor[k] * s->dvalue[k];
            s->de[p->head[k]] += d * s->value[p->tail[k]];
            s->dvalue[p->tail[k]] += d * s->e[p->head[k]];
        }
        for (Py_ssize_t b = p->block_start[n] - 1; b >= p->block_start[n - 1]; --b) {
            const int64_t end = NAME(end_of_root_terms)(p, b);
            vec pruned = splat(n == 1), dpruned = splat(0);
            for (int64_t e = p->term_ptr[b]; e < end; ++e) pruned += s->value[p->term_slot[e]];
            for (Py_ssize_t a = 0; a < w; ++a) {
                const vec d = s->de[b * w + a] * ((REAL)1 / (REAL)n);
                dpruned += d * s->dx[a];
                s->ddx[a] += d * pruned;
            }
            for (int64_t e = p->term_ptr[b]; e < end; ++e) s->dvalue[p->term_slot[e]] += dpruned;
        }
    }
}

/* Move the walk, by blocks, to the end of its tile; pruned[k] is the slot under the root of block k. */
INLINE void NAME(root_slots)(Py_ssize_t w, walk_t *walk, Py_ssize_t *pruned) {
    for (const term_run *run = walk->run; run < walk->end; ++run)
        for (int32_t i = 0; i < run->keys; ++i, walk->slot += run->terms)
            pruned[*walk->key++ / 8 / w] = run->terms ? *walk->slot / 8 : 0; /* a node has none */
}

static void NAME(linear_piece)(const convolution_program *p, const matrix_view *args,
                               Py_ssize_t first, void *scratch) {
    piece s;
    Py_ssize_t pruned[TILE];
    const Py_ssize_t w = p->width;
    const REAL scale = (REAL)1 / (REAL)p->degree;
    const rows_t from = rows_of(args, first), to = rows_of(args + 1, first);
    NAME(lay_piece_out)(p, 0, (vec *)scratch, &s);
    load_rows(&from, 0, w, s.dx);
    NAME(piece_low)(p, &s);
    store_rows(&to, 0, s.low, s.e);
    walk_t walk = NAME(walk_of)(p, &p->by_block);
    while (NAME(next_tile)(&walk)) {
        NAME(root_slots)(w, &walk, pruned);
        for (Py_ssize_t k = 0; k < walk.count / w; ++k) {
            const vec value = scale * s.value[pruned[k]];
            for (Py_ssize_t a = 0; a < w; ++a) s.tile[k * w + a] = value * s.dx[a];
        }
        store_rows(&to, walk.column, walk.count, s.tile);
    }
}

static void NAME(linear_piece_backward)(const convolution_program *p, const matrix_view *args,
                                        Py_ssize_t first, void *scratch) {
    piece s;
    Py_ssize_t pruned[TILE];
    const Py_ssize_t w = p->width;
    const REAL scale = (REAL)1 / (REAL)p->degree;
    const rows_t from = rows_of(args, first), back = rows_of(args + 1, first);
    const rows_t to = rows_of(args + 2, first);
    const size_t size = NAME(lay_piece_out)(p, 1, (vec *)scratch, &s);
    memset(s.ddx, 0, (size_t)((vec *)scratch + size - s.ddx) * sizeof(vec));
    load_rows(&from, 0, w, s.dx);
    load_rows(&back, 0, s.low, s.de);
    NAME(piece_low)(p, &s);
    walk_t walk = NAME(walk_of)(p, &p->by_block);
    while (NAME(next_tile)(&walk)) {
        NAME(root_slots)(w, &walk, pruned);
        load_rows(&back, walk.column, walk.count, s.tile);
        for (Py_ssize_t k = 0; k < walk.count / w; ++k) {
            const vec value = scale * s.value[pruned[k]];
            vec sum = splat(0);
            for (Py_ssize_t a = 0; a < w; ++a) {
                sum += s.tile[k * w + a] * s.dx[a];
                s.ddx[a] += s.tile[k * w + a] * value;
            }
            s.dvalue[pruned[k]] += scale * sum;
        }
    }
    NAME(piece_low_backward)(p, &s);
    store_rows(&to, 0, w, s.ddx);
}
