/* The gradient of branched signature kernels of pairs of paths (see forest_kernel.h).
 *
 * It runs through the rows backwards, levels from the last to the first. A small grid of values is
 * kept as a whole; of a large one rows of I_m are kept at regular distances, about sqrt(n1) of them,
 * and the values in between are computed again.
 */

typedef struct {
    vec *adjoint;        /* derivative in I of the current level, along the row of nodes; n2 + 2 */
    vec *sums, *weights; /* level by level, n2 + 2 each: in the cell sums, times increments */
    vec *cells;          /* in the increments of the refined cells of one row of cells */
    vec *x, *y, *fixed;  /* in points or differences, and in a row of the static kernel */
} NAME(pair_adjoint);
#define pair_adjoint NAME(pair_adjoint)

/* One row of nodes and the refined cells above it; values of K at both rows of nodes. */
static void NAME(adjoint_row)(const pair_state *s, pair_adjoint *b, const vec *above,
                              const vec *below) {
    const Py_ssize_t n = s->n2;
    for (Py_ssize_t m = s->p->depth; m >= 1; --m) {
        vec *const sums = b->sums + (m - 1) * (n + 2), *const weights = b->weights + (m - 1) * (n + 2);
        const vec *const up = m > 1 ? above + (m - 2) * (n + 1) : NULL;
        const vec *const low = m > 1 ? below + (m - 2) * (n + 1) : NULL;
        vec run = splat(0), outer = splat(0), right = m > 1 ? up[n] + low[n] : splat(2);
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
    }
}

/* From a row of the Gaussian static kernel to the points. */
static void NAME(fixed_row_backward)(pair_state *s, pair_adjoint *b, Py_ssize_t i) {
    const vec *const row = NAME(fixed_row)(s, i);
    const vec factor = splat((REAL)(-2 * s->p->parameter));
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
    const vec share = NAME(cell_share)(p) * splat(p->rbf ? 1 : (REAL)p->parameter);
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

/* Forward to row `to`, keeping I_m every `distance` rows or K_m at each row, where asked. */
static void NAME(forward_rows)(pair_state *s, Py_ssize_t from, Py_ssize_t to, Py_ssize_t distance,
                               vec *checkpoints, vec *values) {
    const Py_ssize_t size = s->levels * (s->n2 + 1);
    const int order = s->p->order_x;
    for (Py_ssize_t row = from; row < to; ++row) {
        if (checkpoints && row % distance == 0)
            memcpy(checkpoints + row / distance * size, s->integral, (size_t)size * sizeof(vec));
        if (row == from || row % ((Py_ssize_t)1 << order) == 0) NAME(increment_row)(s, row >> order);
        NAME(advance_row)(s, NULL);
        if (values)
            memcpy(values + (row + 1 - from) * size, s->value, (size_t)size * sizeof(vec));
    }
}

/* Gradients of pairs first, first + 1, ... in the points of both (transformed) paths. */
static void NAME(forest_kernel_backward)(const pair_problem *p, Py_ssize_t first,
                                         const matrix_view *derivs, const matrix_view *grad_x,
                                         const matrix_view *grad_y, void *scratch,
                                         interrupt *stop) {
    const rows_t rows = rows_of(derivs, first);
    pair_state s;
    pair_adjoint b;
    vec *const checkpoints = NAME(pair_set_up)(&s, p, first, rows.used, scratch);
    const Py_ssize_t width = s.n2 + 1, size = s.levels * width;
    const Py_ssize_t distance = NAME(checkpoint_distance)(s.n1, size);
    const int whole = distance >= s.n1; /* all rows are kept: nothing is computed again */
    vec *const values = checkpoints + (s.n1 / distance + 1) * size;
    b.adjoint = values + (distance + 1) * size;
    b.sums = b.adjoint + s.n2 + 2;
    b.weights = b.sums + p->depth * (s.n2 + 2);
    b.cells = b.weights + p->depth * (s.n2 + 2);
    b.x = b.cells + s.n2;
    b.y = b.x + (s.m1 + 1) * s.d;
    b.fixed = b.y + (s.m2 + 1) * s.d;
    memset(b.adjoint, 0, (size_t)(b.fixed + s.m2 + 1 - b.adjoint) * sizeof(vec));

    memcpy(values, s.value, (size_t)size * sizeof(vec));
    NAME(forward_rows)(&s, 0, s.n1, distance, whole ? NULL : checkpoints, whole ? values : NULL);
    vec corner = splat(0);
    if (!p->grid) {
        load_rows(&rows, 0, 1, &corner);
        corner *= vector_exp(s.total);
    }
    for (Py_ssize_t end = p->depth ? s.n1 : 0; end > 0;) {
        const Py_ssize_t start = (end - 1) / distance * distance;
        if (!whole) {
            memcpy(s.integral, checkpoints + start / distance * size, (size_t)size * sizeof(vec));
            for (Py_ssize_t j = 0; j < size; ++j) values[j] = s.value[j] = vector_exp(s.integral[j]);
            NAME(forward_rows)(&s, start, end, distance, NULL, values);
        }
        for (Py_ssize_t row = end; row > start; --row) {
            const vec *const below = values + (row - start) * size;
            const Py_ssize_t cell = (row - 1) >> p->order_x;
            NAME(increment_row)(&s, cell);
            if (p->grid) {
                load_rows(&rows, row * width, width, b.adjoint);
                for (Py_ssize_t j = 0; j < width; ++j) b.adjoint[j] *= below[(p->depth - 1) * width + j];
            } else {
                memset(b.adjoint, 0, (size_t)width * sizeof(vec));
                if (row == s.n1) b.adjoint[s.n2] = corner;
            }
            NAME(adjoint_row)(&s, &b, below - size, below);
            if ((row - 1) % ((Py_ssize_t)1 << p->order_x) == 0)
                NAME(increment_row_backward)(&s, &b, cell);
        }
        end = start;
        stop->poll(stop);
        if (stop->stop) return;
    }
    if (p->rbf) {
        NAME(fixed_row_backward)(&s, &b, 0);
    } else {
        NAME(points_of_differences)(b.x, s.m1, s.d);
        NAME(points_of_differences)(b.y, s.m2, s.d);
    }
    const rows_t rows_x = rows_of(grad_x, first), rows_y = rows_of(grad_y, first);
    store_rows(&rows_x, 0, (s.m1 + 1) * s.d, b.x);
    store_rows(&rows_y, 0, (s.m2 + 1) * s.d, b.y);
}
