/* The highest order of a convolution, tile by tile, and its adjoint, on lanes.
 *
 * Elements of the highest order feed nothing else, so a tile of them is loaded, completed and
 * stored: out(x) = in(x) + sign * sum over terms pruned[slot] * trunk[block], with one number per
 * slot; the trunks, of lower orders, stay where they are. For the adjoint the derivatives of both
 * operands, with a d before the name, receive what the tile sends down.
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

/* Where the walk through the tiles of the highest order stands. */
typedef struct {
    const block_run *run, *end;
    const int32_t *block, *slot, *trunk;
} NAME(walk);
#define walk_t NAME(walk)

INLINE walk_t NAME(walk_from_start)(const convolution_program *p) {
    return (walk_t){p->runs, p->runs, p->top_block, p->top_slot, p->top_trunk};
}

/* One tile: x holds what the sum is added to and receives the result. */
INLINE void NAME(top_columns)(const Py_ssize_t n, const int sign, Py_ssize_t w, const operands *o,
                              walk_t *walk, vec *tile) {
    const int32_t *slot = walk->slot, *trunk = walk->trunk, *block = walk->block;
    for (const block_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->blocks; ++i, slot += terms, trunk += terms) {
            vec *const x = tile + *block++ * w;
            vec sum[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) sum[c] = x[c];
            for (int32_t e = 0; e < terms; ++e) {
                const vec pruned = o->pruned[slot[e]];
                const vec *const below = o->trunk + trunk[e] * w;
                for (Py_ssize_t c = 0; c < n; ++c) sum[c] = plus(sign, sum[c], pruned * below[c]);
            }
            for (Py_ssize_t c = 0; c < n; ++c) x[c] = sum[c];
        }
    }
    walk->slot = slot, walk->trunk = trunk, walk->block = block;
}

/* Its adjoint: x holds the derivative with respect to the result, which is also that with respect
 * to what the sum was added to. */
INLINE void NAME(top_columns_backward)(const Py_ssize_t n, const int sign, Py_ssize_t w,
                                       const operands *o, walk_t *walk, vec *tile) {
    const int32_t *slot = walk->slot, *trunk = walk->trunk, *block = walk->block;
    for (const block_run *run = walk->run; run < walk->end; ++run) {
        const int32_t terms = run->terms;
        for (int32_t i = 0; i < run->blocks; ++i, slot += terms, trunk += terms) {
            const vec *const x = tile + *block++ * w;
            vec d[MAX_COLUMNS];
            for (Py_ssize_t c = 0; c < n; ++c) d[c] = x[c];
            for (int32_t e = 0; e < terms; ++e) {
                const vec pruned = o->pruned[slot[e]];
                const vec *const below = o->trunk + trunk[e] * w;
                vec *const dbelow = o->dtrunk + trunk[e] * w;
                vec sum = o->dpruned[slot[e]];
                for (Py_ssize_t c = 0; c < n; ++c) {
                    sum = plus(sign, sum, d[c] * below[c]);
                    dbelow[c] = plus(sign, dbelow[c], pruned * d[c]);
                }
                o->dpruned[slot[e]] = sum;
            }
        }
    }
    walk->slot = slot, walk->trunk = trunk, walk->block = block;
}

/* Call function for all columns of the blocks of tile number `tile`, the number of columns a
 * constant, and move the walk to the next tile. */
#define TOP_TILE(name, function, sign)                                                         \
    static void NAME(name)(const convolution_program *p, const operands *o, walk_t *walk,      \
                           Py_ssize_t tile, vec *x) {                                          \
        walk->run = p->runs + p->tile_run[tile];                                               \
        walk->end = p->runs + p->tile_run[tile + 1];                                           \
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

TOP_TILE(top_add, NAME(top_columns), 1)
TOP_TILE(top_subtract, NAME(top_columns), -1)
TOP_TILE(top_add_backward, NAME(top_columns_backward), 1)
TOP_TILE(top_subtract_backward, NAME(top_columns_backward), -1)
