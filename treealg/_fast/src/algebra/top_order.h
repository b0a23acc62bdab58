/* The highest order of a convolution, tile by tile, and its adjoint, on lanes.
 *
 * Elements of the highest order feed nothing else, so they come a tile at a time: the sum over the
 * terms of pruned[slot] * trunk[block], with one number per slot; the trunks, of lower orders, stay
 * where they are. For the adjoint the derivatives of both operands, with a d before the name,
 * receive what a tile sends down, added or, if the sum was subtracted, subtracted.
 */

#define MAX_COLUMNS 8 /* columns of a block in registers where a term is one number */

typedef struct {
    const vec *pruned, *trunk;
    vec *dpruned, *dtrunk; /* of the adjoint only */
} NAME(operands);
#define operands NAME(operands)

INLINE vec NAME(plus)(const int sign, vec x, vec y) { return sign < 0 ? x - y : x + y; }
#define plus NAME(plus)

/* The slots that stand for sums of others, after all others. */
INLINE void NAME(add_sums)(const convolution_program *p, vec *slots) {
    for (Py_ssize_t i = 0; i < p->n_sums; ++i) {
        vec sum = splat(0);
        for (int64_t e = p->sum_ptr[i]; e < p->sum_ptr[i + 1]; ++e) sum += slots[p->sum_slot[e]];
        slots[p->n_slots + i] = sum;
    }
}

INLINE void NAME(add_sums_backward)(const convolution_program *p, vec *dslots) {
    for (Py_ssize_t i = 0; i < p->n_sums; ++i)
        for (int64_t e = p->sum_ptr[i]; e < p->sum_ptr[i + 1]; ++e)
            dslots[p->sum_slot[e]] += dslots[p->n_slots + i];
}

/* Where a walk through the tiles of the highest order stands: in a tile, which has the coefficients
 * from number `column` on, and in the terms, before those of the next tile. */
typedef struct {
    const term_order *order;
    const int64_t *next_run;
    Py_ssize_t column, count, end_column, size;
    const term_run *run, *end;
    const int32_t *key, *slot, *other;
} NAME(walk);
#define walk_t NAME(walk)

INLINE walk_t NAME(walk_of)(const convolution_program *p, const term_order *order) {
    const Py_ssize_t w = p->width;
    return (walk_t){
        .order = order,
        .next_run = order->tile_run,
        .column = p->block_start[p->degree - 1] * w,
        .end_column = p->block_start[p->degree] * w,
        .size = w < TILE ? TILE / w * w : w,
        .key = order->key,
        .slot = order->slot,
        .other = order->other,
    };
}

/* On to the next tile; 0 if there is none. */
INLINE int NAME(next_tile)(walk_t *walk) {
    walk->column += walk->count;
    const Py_ssize_t left = walk->end_column - walk->column;
    if (left <= 0) return 0;
    walk->count = left < walk->size ? left : walk->size;
    walk->run = walk->order->runs + *walk->next_run;
    walk->end = walk->order->runs + *++walk->next_run;
    return 1;
}

/* One tile: the sums over the terms of its blocks. */
INLINE void NAME(top_columns)(const Py_ssize_t n, const int sign, Py_ssize_t w, const operands *o,
                              walk_t *walk, vec *tile) {
    const int32_t *slot = walk->slot, *trunk = walk->other, *block = walk->key;
    (void)sign;
    for (const term_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->keys; ++i, slot += terms, trunk += terms) {
            vec *const out = tile + *block++ * w;
            vec sum[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) sum[c] = splat(0);
            for (int32_t e = 0; e < terms; ++e) {
                const vec pruned = o->pruned[slot[e]];
                const vec *const below = o->trunk + trunk[e] * w;
                for (Py_ssize_t c = 0; c < n; ++c) sum[c] += pruned * below[c];
            }
            for (Py_ssize_t c = 0; c < n; ++c) out[c] = sum[c];
        }
    }
    walk->slot = slot, walk->other = trunk, walk->key = block;
}

/* Its adjoint: the tile holds the derivative with respect to what the sums were added to. */
INLINE void NAME(top_columns_backward)(const Py_ssize_t n, const int sign, Py_ssize_t w,
                                       const operands *o, walk_t *walk, vec *tile) {
    const int32_t *slot = walk->slot, *block = walk->other, *trunk = walk->key;
    for (const term_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->keys; ++i, slot += terms, block += terms) {
            const Py_ssize_t k = *trunk++ * w;
            vec below[MAX_COLUMNS], dbelow[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) below[c] = o->trunk[k + c], dbelow[c] = splat(0);
            for (int32_t e = 0; e < terms; ++e) {
                const vec *const d = tile + block[e] * w;
                const vec pruned = o->pruned[slot[e]];
                vec sum = d[0] * below[0];
                for (Py_ssize_t c = 1; c < n; ++c) sum += d[c] * below[c];
                for (Py_ssize_t c = 0; c < n; ++c) dbelow[c] += pruned * d[c];
                o->dpruned[slot[e]] = plus(sign, o->dpruned[slot[e]], sum);
            }
            for (Py_ssize_t c = 0; c < n; ++c)
                o->dtrunk[k + c] = plus(sign, o->dtrunk[k + c], dbelow[c]);
        }
    }
    walk->slot = slot, walk->other = block, walk->key = trunk;
}

/* Call function for all columns of the blocks of the tile of a walk, the number of columns a
 * constant, and move the walk to the end of its terms. */
#define TOP_TILE(name, function, sign)                                                         \
    static void NAME(name)(const convolution_program *p, const operands *o, walk_t *walk,      \
                           vec *x) {                                                           \
        switch (p->width) {                                                                    \
        case 1: function(1, sign, 1, o, walk, x); return;                                      \
        case 2: function(2, sign, 2, o, walk, x); return;                                      \
        case 3: function(3, sign, 3, o, walk, x); return;                                      \
        case 4: function(4, sign, 4, o, walk, x); return;                                      \
        case 5: function(5, sign, 5, o, walk, x); return;                                      \
        case 6: function(6, sign, 6, o, walk, x); return;                                      \
        case 7: function(7, sign, 7, o, walk, x); return;                                      \
        case 8: function(8, sign, 8, o, walk, x); return;                                      \
        }                                                                                      \
        const walk_t start = *walk;                                                            \
        for (Py_ssize_t a = 0; a < p->width; a += MAX_COLUMNS) {                               \
            const Py_ssize_t left = p->width - a, n = left < MAX_COLUMNS ? left : MAX_COLUMNS; \
            operands shifted = *o;                                                             \
            shifted.trunk += a;                                                                \
            if (shifted.dtrunk) shifted.dtrunk += a;                                           \
            *walk = start;                                                                     \
            function(n, sign, p->width, &shifted, walk, x + a);                                \
        }                                                                                      \
    }

TOP_TILE(top_sums, NAME(top_columns), 1)
TOP_TILE(top_add_backward, NAME(top_columns_backward), 1)
TOP_TILE(top_subtract_backward, NAME(top_columns_backward), -1)
