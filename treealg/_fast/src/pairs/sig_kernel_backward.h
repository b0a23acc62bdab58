/* The gradient of branched signature kernels of pairs of paths (see sig_kernel.h).
 *
 * It runs through the rows backwards, levels from the last to the first. A small grid of values is
 * kept as a whole; of a large one rows of I_m are kept at regular distances, about sqrt(n1) of them,
 * and the values in between are computed again. A pair whose columns are shared out goes back
 * through the steps of the lanes, each lane behind the one after it.
 */

typedef struct {
    vec *checkpoints, *values; /* I_m, at distances; K_m after the steps of a block */
    Py_ssize_t distance;
    vec *adjoint; /* derivative in I of the current level, along the row of nodes; n2 + 2 */
    vec *sums, *weights; /* level by level, n2 + 2 each: in the cell sums, times increments */
    vec *edges; /* in parts, level by level: both sums where the last row of a lane began */
    vec *cells; /* in the increments of the refined cells of one row of cells */
    vec *x, *y, *fixed; /* in points or differences, and in a row of the static kernel */
    vec *ends; /* in parts: in the points at both ends of each lane's row of cells */
} NAME(pair_adjoint);
#define pair_adjoint NAME(pair_adjoint)

/* Vectors of a checkpoint: I_m, and where the lanes of a pair in parts ended. */
INLINE Py_ssize_t NAME(state_size)(const pair_state *s) { return s->levels * (s->n2 + 2); }

/* Lay the adjoint out behind the state; returns its end. */
static vec *NAME(adjoint_set_up)(const pair_state *s, pair_adjoint *b, vec *scratch) {
    const Py_ssize_t depth = s->p->depth, row = s->levels * (s->n2 + 1);
    b->distance = NAME(checkpoint_distance)(s->steps, NAME(state_size)(s));
    b->checkpoints = scratch;
    b->values = b->checkpoints + (s->steps / b->distance + 1) * NAME(state_size)(s);
    b->adjoint = b->values + (b->distance + 1) * row;
    b->sums = b->adjoint + s->n2 + 2;
    b->weights = b->sums + depth * (s->n2 + 2);
    b->edges = b->weights + depth * (s->n2 + 2);
    b->cells = b->edges + 2 * depth;
    b->x = b->cells + s->n2;
    b->y = b->x + (s->m1 + 1) * s->d;
    b->fixed = b->y + (s->m2 + 1) * s->d;
    b->ends = b->fixed + s->m2 + 1;
    return b->ends + 2 * s->d;
}

static size_t NAME(sig_kernel_scratch)(const pair_problem *p, int backward) {
    size_t most = 0;
    const int may_be_in_parts = !p->grid && NAME(points_of)(&p->y) > 4 * LANES;
    for (int parts = 0; parts <= may_be_in_parts; ++parts) {
        pair_state s;
        pair_adjoint b;
        vec *end = NAME(pair_set_up)(&s, p, 0, 0, parts, NULL);
        if (backward) end = NAME(adjoint_set_up)(&s, &b, end);
        size_t size = (size_t)(end - (vec *)NULL) * sizeof(vec);
        if (backward && (p->x.spans || p->y.spans)) /* shorter paths may have all rows kept */
            size += TREEALG_KEPT_BYTES;
        most = size > most ? size : most;
    }
    return most;
}

/* Each lane's number from the lane after it; the last lane's is 0. */
INLINE vec NAME(from_lane_after)(const vec v) {
    vec result = splat(0);
    for (int l = 1; l < LANES; ++l) put(&result, l - 1, get(&v, l));
    return result;
}

/* One row of nodes and the refined cells above it; values of K at both rows of nodes. */
static void NAME(adjoint_row)(const pair_state *s, pair_adjoint *b, const vec *above,
                              const vec *below) {
    const Py_ssize_t n = s->n2;
    for (Py_ssize_t m = s->p->depth; m >= 1; --m) {
        vec *const sums = b->sums + (m - 1) * (n + 2),
                   *const weights = b->weights + (m - 1) * (n + 2);
        vec *const edges = b->edges + 2 * (m - 1);
        const vec *const up = m > 1 ? above + (m - 2) * (n + 1) : NULL;
        const vec *const low = m > 1 ? below + (m - 2) * (n + 1) : NULL;
        vec run = splat(0), outer = splat(0), right = m > 1 ? up[n] + low[n] : splat(2);
        if (s->parts) {
            run = NAME(from_lane_after)(edges[0]);
            outer = NAME(from_lane_after)(edges[1]);
        }
        for (Py_ssize_t j = n; j >= 1; --j) {
            run += b->adjoint[j];
            const vec sum = sums[j] + run, weight = sum * s->g[j - 1];
            const vec both = weights[j] + weight;
            const vec left = m > 1 ? up[j - 1] + low[j - 1] : splat(2);
            sums[j] = sum;
            weights[j] = weight;
            b->cells[j - 1] += sum * (left + right);
            if (m > 1) b->adjoint[j] = (both + outer) * low[j];
            outer = both;
            right = left;
        }
        edges[0] = run;
        edges[1] = outer;
    }
}

/* From a row of the Gaussian static kernel to the points. */
static void NAME(fixed_row_backward)(pair_state *s, pair_adjoint *b, Py_ssize_t i) {
    const vec *const row = NAME(fixed_row)(s, i);
    const real_vec factor = constant((REAL)(-2 * s->p->parameter));
    for (Py_ssize_t j = 0; j <= s->m2; ++j) {
        const vec weight = b->fixed[j] * row[j] * factor;
        for (Py_ssize_t a = 0; a < s->d; ++a) {
            const vec slope = weight * (s->x[i * s->d + a] - s->y[j * s->d + a]);
            b->x[i * s->d + a] += slope;
            b->y[j * s->d + a] -= slope;
        }
    }
}

/* From the increments of row i of cells to points or differences; clears them. */
static void NAME(increment_row_backward)(pair_state *s, pair_adjoint *b, Py_ssize_t i) {
    const pair_problem *const p = s->p;
    const real_vec share = NAME(cell_share)(p) * constant(p->rbf ? 1 : (REAL)p->parameter);
    for (int pass = 0; pass < 2; ++pass) {
        for (Py_ssize_t j = 0; j < s->m2; ++j) {
            vec sum = splat(0);
            for (Py_ssize_t k = 0; k < (Py_ssize_t)1 << p->order_y; ++k)
                sum += b->cells[(j << p->order_y) + k];
            sum *= share;
            if (p->rbf) {
                b->fixed[j + 1] += pass ? -sum : sum;
                b->fixed[j] += pass ? sum : -sum;
            } else if (!pass) {
                for (Py_ssize_t a = 0; a < s->d; ++a) {
                    b->x[i * s->d + a] += sum * s->y[j * s->d + a];
                    b->y[j * s->d + a] += sum * s->x[i * s->d + a];
                }
            }
        }
        if (p->rbf && !pass) {
            NAME(fixed_row_backward)(s, b, i + 1);
            memset(b->fixed, 0, (size_t)(s->m2 + 1) * sizeof(vec));
        }
    }
    memset(b->cells, 0, (size_t)s->n2 * sizeof(vec));
}

/* Cells beyond the end of the path have no increments, and the derivatives in them go nowhere. */
static void NAME(clear_outside)(const pair_state *s, vec *cells) {
    const Py_ssize_t columns = s->columns;
    for (int l = 0; l < LANES; ++l) {
        const Py_ssize_t left = columns - l * s->m2 > 0 ? columns - l * s->m2 : 0;
        for (Py_ssize_t k = left << s->p->order_y; k < s->n2; ++k) put(cells + k, l, 0);
    }
}

/* From the increments of a step of a pair in parts to points; clears them. */
static void NAME(increments_in_parts_backward)(pair_state *s, pair_adjoint *b, Py_ssize_t step) {
    const pair_problem *const p = s->p;
    const real_vec share = NAME(cell_share)(p) * constant(p->rbf ? 1 : (REAL)p->parameter);
    const real_vec factor = constant((REAL)(-2 * p->parameter));
    const vec *const above = s->ends, *const below = above + s->d;
    vec *const dabove = b->ends, *const dbelow = dabove + s->d;
    const Py_ssize_t d = s->d, refined = (Py_ssize_t)1 << p->order_y;
    vec before = splat(0);
    memset(b->ends, 0, (size_t)(2 * d) * sizeof(vec));
    NAME(clear_outside)(s, b->cells);
    for (Py_ssize_t j = 0; j <= s->m2; ++j) {
        const vec *const y = s->y + j * d;
        vec *const dy = b->y + j * d;
        vec here = splat(0);
        for (Py_ssize_t k = 0; j < s->m2 && k < refined; ++k) here += b->cells[j * refined + k];
        here *= share;
        const vec corner = before - here;
        if (p->rbf) {
            const vec low = corner * s->fixed[1][j] * factor,
                      high = corner * s->fixed[0][j] * factor;
            for (Py_ssize_t a = 0; a < d; ++a) {
                const vec down = low * (below[a] - y[a]), up = high * (above[a] - y[a]);
                dbelow[a] += down;
                dabove[a] -= up;
                dy[a] += up - down;
            }
        } else {
            for (Py_ssize_t a = 0; a < d; ++a) {
                if (j > 0) dbelow[a] += before * (y[a] - y[a - d]);
                dy[a] += corner * (below[a] - above[a]);
            }
        }
        before = here;
    }
    if (!p->rbf)
        for (Py_ssize_t a = 0; a < d; ++a) dabove[a] = -dbelow[a];
    for (int l = 0; l < LANES; ++l) {
        const Py_ssize_t row = NAME(row_of_lane)(s, step, l);
        if (row < 0) continue;
        vec *const x = b->x + (row >> p->order_x) * d;
        for (Py_ssize_t a = 0; a < 2 * d; ++a) put(x + a, l, get(x + a, l) + get(b->ends + a, l));
    }
    memset(b->cells, 0, (size_t)s->n2 * sizeof(vec));
}

/* Lane l has the derivatives in points l * part, l * part + 1, ... of one path; all of them, added
 * up, to a row of `out`. */
static void NAME(store_parts)(const vec *points, Py_ssize_t part, Py_ssize_t count, Py_ssize_t d,
                              Py_ssize_t last, const matrix_view *out, Py_ssize_t row) {
    char *const to = out->data + row * out->row_stride;
    for (Py_ssize_t i = 0; i < (last + 1) * d; ++i)
        set_number(to + i * out->column_stride, out->tangent, 0);
    for (int l = 0; l < LANES; ++l)
        for (Py_ssize_t i = 0; i < count * d && l * part * d + i < (last + 1) * d; ++i)
            add_number(to + (l * part * d + i) * out->column_stride, out->tangent,
                       get(points + i, l));
}

/* From derivatives in the differences of points to derivatives in the points. */
static void NAME(points_of_differences)(vec *x, Py_ssize_t segments, Py_ssize_t d) {
    for (Py_ssize_t a = 0; a < d; ++a) {
        vec before = splat(0);
        for (Py_ssize_t i = 0; i <= segments; ++i) {
            const vec here = i < segments ? x[i * d + a] : splat(0);
            x[i * d + a] = before - here;
            before = here;
        }
    }
}

/* Forward to step `to`, keeping I_m at distances or K_m after each step, where asked. */
static void NAME(forward_steps)(pair_state *s, pair_adjoint *b, Py_ssize_t from, Py_ssize_t to,
                                int keep_checkpoints, int keep_values, interrupt *stop) {
    const Py_ssize_t row = s->levels * (s->n2 + 1), size = NAME(state_size)(s);
    for (Py_ssize_t step = from; step < to; ++step) {
        if (keep_checkpoints && step % b->distance == 0)
            memcpy(b->checkpoints + step / b->distance * size, s->integral,
                   (size_t)size * sizeof(vec));
        NAME(increments_of_step)(s, step,
                                 step == from || step % ((Py_ssize_t)1 << s->p->order_x) == 0);
        NAME(advance_row)(s);
        if (keep_values)
            memcpy(b->values + (step + 1 - from) * row, s->value, (size_t)row * sizeof(vec));
        if (NAME(stops)(s, stop)) return;
    }
}

/* The derivatives in the nodes of the row below a step, which come from outside, to the adjoint. */
INLINE void NAME(start_row)(const pair_state *s, pair_adjoint *b, const rows_t *derivs,
                            Py_ssize_t step, const vec *below, const vec corner) {
    const Py_ssize_t width = s->n2 + 1;
    if (s->p->grid) {
        load_rows(derivs, (step + 1) * width, width, b->adjoint);
        for (Py_ssize_t j = 0; j < width; ++j)
            b->adjoint[j] = b->adjoint[j] * below[(s->p->depth - 1) * width + j];
    } else {
        memset(b->adjoint, 0, (size_t)width * sizeof(vec));
        if (step + 1 == s->steps) b->adjoint[s->n2] = corner;
    }
}

/* The derivative in I_depth at the last node, which is the last one of its lane. */
INLINE vec NAME(corner_of)(const pair_state *s, const rows_t *derivs) {
    vec corner = splat(0);
    if (s->p->grid) return corner;
    load_rows(derivs, 0, 1, &corner);
    corner = corner * vector_exp(NAME(last_integral)(s));
    if (!s->parts) return corner;
    vec last = splat(0);
    put(&last, LANES - 1, get(&corner, 0));
    return last;
}

/* Steps start to end, backwards, from the values after each of them. */
static void NAME(steps_backward)(pair_state *s, pair_adjoint *b, const rows_t *derivs,
                                 const vec corner, Py_ssize_t start, Py_ssize_t end,
                                 interrupt *stop) {
    const Py_ssize_t row = s->levels * (s->n2 + 1), refined = (Py_ssize_t)1 << s->p->order_x;
    for (Py_ssize_t step = end - 1; step >= start; --step) {
        const vec *const below = b->values + (step + 1 - start) * row;
        NAME(increments_of_step)(s, step, step + 1 == end || (step + 1) % refined == 0);
        NAME(start_row)(s, b, derivs, step, below, corner);
        NAME(adjoint_row)(s, b, below - row, below);
        if (s->parts) NAME(increments_in_parts_backward)(s, b, step);
        else if (step % refined == 0) NAME(increment_row_backward)(s, b, step / refined);
        if (NAME(stops)(s, stop)) return;
    }
}

/* Gradients of `used` pairs from `first` on in the points of both (transformed) paths. */
static void NAME(gradient_of_pairs)(const pair_problem *p, Py_ssize_t first, int used, int parts,
                                    const matrix_view *derivs, const matrix_view *grad_x,
                                    const matrix_view *grad_y, void *scratch, interrupt *stop) {
    const rows_t rows = rows_of(derivs, first);
    pair_state s;
    pair_adjoint b;
    vec *const end_of_state = NAME(pair_set_up)(&s, p, first, used, parts, (vec *)scratch);
    vec *const end_of_adjoint = NAME(adjoint_set_up)(&s, &b, end_of_state);
    const Py_ssize_t row = s.levels * (s.n2 + 1), size = NAME(state_size)(&s);
    const int whole = b.distance >= s.steps; /* all rows are kept: nothing is computed again */
    memset(b.adjoint, 0, (size_t)(end_of_adjoint - b.adjoint) * sizeof(vec));
    memcpy(b.values, s.value, (size_t)row * sizeof(vec));
    NAME(forward_steps)(&s, &b, 0, s.steps, !whole, whole, stop);
    const vec corner = NAME(corner_of)(&s, &rows);
    for (Py_ssize_t end = p->depth ? s.steps : 0; end > 0 && !stop->stop;) {
        const Py_ssize_t start = (end - 1) / b.distance * b.distance;
        if (!whole) {
            memcpy(s.integral, b.checkpoints + start / b.distance * size,
                   (size_t)size * sizeof(vec));
            for (Py_ssize_t j = 0; j < row; ++j)
                b.values[j] = s.value[j] = vector_exp(s.integral[j]);
            NAME(forward_steps)(&s, &b, start, end, 0, 1, stop);
        }
        NAME(steps_backward)(&s, &b, &rows, corner, start, end, stop);
        end = start;
    }
    if (stop->stop) return;
    if (parts) {
        NAME(store_parts)(b.x, 0, s.m1 + 1, s.d, s.m1, grad_x, first);
        NAME(store_parts)(b.y, s.m2, s.m2 + 1, s.d, s.columns, grad_y, first);
        return;
    }
    if (p->rbf) {
        NAME(fixed_row_backward)(&s, &b, 0);
    } else {
        NAME(points_of_differences)(b.x, s.m1, s.d);
        NAME(points_of_differences)(b.y, s.m2, s.d);
    }
    rows_t rows_x = rows_of(grad_x, first), rows_y = rows_of(grad_y, first);
    rows_x.used = rows_y.used = used;
    store_rows(&rows_x, 0, (s.m1 + 1) * s.d, b.x);
    store_rows(&rows_y, 0, (s.m2 + 1) * s.d, b.y);
}

static void NAME(sig_kernel_backward)(const pair_problem *p, Py_ssize_t first, int used,
                                      const matrix_view *derivs, const matrix_view *grad_x,
                                      const matrix_view *grad_y, void *scratch, interrupt *stop) {
    const int parts = NAME(in_parts)(p, first, used);
    for (int l = 0; l < used && !stop->stop; l += parts ? 1 : used)
        NAME(gradient_of_pairs)(p, first + l, parts ? 1 : used, parts, derivs, grad_x, grad_y,
                                scratch, stop);
}
