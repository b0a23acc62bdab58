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

/* A place of a term_order: eighths of a vector are what an address takes as a factor. */
INLINE const vec *NAME(at)(const vec *lanes, int32_t place) {
    return (const vec *)((const char *)lanes + place * (Py_ssize_t)(sizeof(vec) / 8));
}

INLINE vec *NAME(at_mutable)(vec *lanes, int32_t place) {
    return (vec *)((char *)lanes + place * (Py_ssize_t)(sizeof(vec) / 8));
}

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

/* The sum over the terms of one block. */
INLINE void NAME(top_block)(const Py_ssize_t n, const int32_t terms, const operands *o,
                            const int32_t *slot, const int32_t *trunk, vec *out) {
    vec sum[MAX_COLUMNS];
    for (Py_ssize_t c = 0; c < n; ++c) sum[c] = splat(0);
    _Pragma("GCC unroll 8") for (int32_t e = 0; e < terms; ++e) {
        const vec factor = *NAME(at)(o->pruned, slot[e]);
        const vec *const below = NAME(at)(o->trunk, trunk[e]);
        for (Py_ssize_t c = 0; c < n; ++c) sum[c] += factor * below[c];
    }
    for (Py_ssize_t c = 0; c < n; ++c) out[c] = sum[c];
}

/* One tile: the sums over the terms of its blocks. */
INLINE void NAME(top_columns)(const Py_ssize_t n, const int sign, Py_ssize_t w, const operands *o,
                              walk_t *walk, vec *tile) {
    const int32_t *slot = walk->slot, *trunk = walk->other, *block = walk->key;
    (void)sign;
    for (const term_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms, *const end = block + run->keys;
#define BLOCKS(terms)                                                                \
        for (; block < end; ++block, slot += (terms), trunk += (terms))              \
            NAME(top_block)(n, terms, o, slot, trunk, NAME(at_mutable)(tile, *block))
        switch (terms) { /* the usual numbers are unrolled */
#ifndef TREEALG_DUALS
        case 2: BLOCKS(2); break;
        case 3: BLOCKS(3); break;
        case 4: BLOCKS(4); break;
        case 5: BLOCKS(5); break;
        case 6: BLOCKS(6); break;
        case 7: BLOCKS(7); break;
        case 8: BLOCKS(8); break;
#endif
        default: BLOCKS(terms);
        }
#undef BLOCKS
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
            const vec *const from = NAME(at)(o->trunk, *trunk);
            vec *const to = NAME(at_mutable)(o->dtrunk, *trunk++);
            vec below[MAX_COLUMNS], dbelow[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) below[c] = from[c], dbelow[c] = splat(0);
            for (int32_t e = 0; e < terms; ++e) {
                const vec *const d = NAME(at)(tile, block[e]);
                const vec pruned = *NAME(at)(o->pruned, slot[e]);
                vec *const dpruned = NAME(at_mutable)(o->dpruned, slot[e]);
                vec sum = d[0] * below[0];
                for (Py_ssize_t c = 1; c < n; ++c) sum += d[c] * below[c];
                for (Py_ssize_t c = 0; c < n; ++c) dbelow[c] += pruned * d[c];
                *dpruned = plus(sign, *dpruned, sum);
            }
            for (Py_ssize_t c = 0; c < n; ++c) to[c] = plus(sign, to[c], dbelow[c]);
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
