/* Branched signature kernels of pairs of paths, one pair per lane, and their gradients.
 *
 * K_0 = 1 and K_m = exp(I_m), where I_m is the integral of K_{m-1} against the static kernel over
 * the rectangle from the origin. On the refined grid of n1 x n2 cells (rows: first path) a cell
 * adds the increment of the static kernel, spread evenly over the refinement, times the mean of the
 * four values of K_{m-1} at its corners. I_m at a node is I_m at the node above it plus the sum of
 * the cells of the row that ends there, so a row of cells needs one row of I_m and K_m per level:
 *     run += g[j] * (V[j] + V[j+1]),   I[j+1] += run,   K[j+1] = exp(I[j+1]),
 * with V the sum of K_{m-1} over two rows, which level m overwrites with its own. A quarter and the
 * refinement are in g. Of the last level only the sum over all cells is needed, unless the whole
 * grid is asked for.
 *
 * A few pairs of long paths do not fill the lanes: then each pair in turn has all of them, lane by
 * lane a part of the columns, each a row behind the lane before, whose edge it goes on from.
 *
 * The gradient runs through the rows backwards, levels from the last to the first. Values come from
 * rows of I_m kept at regular distances, about sqrt(n1) of them, and recomputation in between.
 */

typedef __typeof__((vec){0} == (vec){0}) NAME(mask);
#define mask NAME(mask)

/* exp, to about one unit in the last place; 0 where the result would not be a normal number. */
INLINE vec NAME(exponential)(const vec x) {
    const int wide = sizeof(REAL) == 8;
    const vec shift = splat((REAL)(wide ? 0x1.8p52 : 0x1.8p23));
    const vec t = x * splat((REAL)1.4426950408889634074) + shift; /* low bits: the exponent */
    const vec k = t - shift;
    vec r = x - k * splat((REAL)(wide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1));
    r = r - k * splat((REAL)(wide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cf79abcap-20));
    vec sum = splat((REAL)(wide ? 1.0 / 6227020800.0 : 1.0 / 5040.0));
#define POWER(n) sum = sum * r + splat((REAL)(1.0 / (n)))
    if (wide) {
        POWER(479001600.0);
        POWER(39916800.0);
        POWER(3628800.0);
        POWER(362880.0);
        POWER(40320.0);
        POWER(5040.0);
    }
    POWER(720.0);
    POWER(120.0);
    POWER(24.0);
    POWER(6.0);
    POWER(2.0);
    POWER(1.0);
    POWER(1.0);
#undef POWER
    const mask high = x > splat((REAL)(wide ? 709.782712893384 : 88.7228317));
    const mask low = x < splat((REAL)(wide ? -708.0 : -87.0));
    const mask strange = x != x;
    const mask infinite = (mask)splat((REAL)INFINITY);
    const mask bits = (mask)sum + ((mask)t << (wide ? 52 : 23));
    return (vec)((bits & ~(high | low | strange)) | (high & infinite) | (strange & (mask)x));
}
#define exponential NAME(exponential)

typedef struct {
    const pair_problem *p;
    Py_ssize_t d, m1, m2, n1, n2, levels; /* cells, refined cells, levels kept row by row */
    vec *x, *y;           /* points, or their differences for the linear kernel */
    vec *fixed[2];        /* static kernel at rows of points number tag[0] and tag[1] */
    Py_ssize_t tag[2];
    vec *g;               /* increments of the refined cells of one row */
    vec *pair;            /* sums over two rows of the level below */
    vec *integral, *value; /* rows of I_m and K_m, level by level, n2 + 1 each */
    vec total;
} NAME(pair_state);
#define pair_state NAME(pair_state)

static Py_ssize_t NAME(points_of)(const path_view *p) {
    return p->lead_lag ? 2 * p->length - 1 : p->length;
}

/* Points of the transformed paths of a group, [point][channel]. */
static void NAME(load_points)(const path_view *p, const int64_t *row, int used, Py_ssize_t d,
                              vec *points) {
    const Py_ssize_t count = NAME(points_of)(p), c = p->channels;
    const REAL tick = count > 1 ? (REAL)(p->end_time / (double)(count - 1)) : 0;
    for (int l = 0; l < LANES; ++l) {
        const char *const from = p->data + row[l < used ? l : 0] * p->path_stride;
        REAL *const to = (REAL *)points + l;
        for (Py_ssize_t i = 0; i < count; ++i) {
            const char *const lag = from + (p->lead_lag ? i / 2 : i) * p->time_stride;
            const char *const lead = from + (i + 1) / 2 * p->time_stride;
            REAL *const out = to + i * d * LANES;
            for (Py_ssize_t a = 0; a < c; ++a) {
                out[a * LANES] = *(const REAL *)(lag + a * p->channel_stride);
                if (p->lead_lag) out[(c + a) * LANES] = *(const REAL *)(lead + a * p->channel_stride);
            }
            if (p->time_aug) out[(d - 1) * LANES] = tick * (REAL)i;
        }
    }
}

static Py_ssize_t NAME(checkpoint_distance)(Py_ssize_t rows) {
    Py_ssize_t distance = 1;
    while (distance * distance < rows) ++distance;
    return distance;
}

static vec *NAME(pair_set_up)(pair_state *s, const pair_problem *p, Py_ssize_t first, int used,
                              vec *scratch) {
    s->p = p;
    s->d = p->dimension;
    s->m1 = NAME(points_of)(&p->x) - 1;
    s->m2 = NAME(points_of)(&p->y) - 1;
    s->n1 = s->m1 << p->order_x;
    s->n2 = s->m2 << p->order_y;
    s->levels = p->grid ? p->depth : p->depth > 0 ? p->depth - 1 : 0;
    s->x = scratch;
    s->y = s->x + (s->m1 + 1) * s->d;
    s->fixed[0] = s->y + (s->m2 + 1) * s->d;
    s->fixed[1] = s->fixed[0] + s->m2 + 1;
    s->g = s->fixed[1] + s->m2 + 1;
    s->pair = s->g + s->n2;
    s->integral = s->pair + s->n2 + 1;
    s->value = s->integral + s->levels * (s->n2 + 1);
    s->total = splat(0);
    if (used) {
        NAME(load_points)(&p->x, p->first + first, used, s->d, s->x);
        NAME(load_points)(&p->y, p->second + first, used, s->d, s->y);
        if (!p->rbf) {
            for (Py_ssize_t i = 0; i < s->m1 * s->d; ++i) s->x[i] = s->x[i + s->d] - s->x[i];
            for (Py_ssize_t i = 0; i < s->m2 * s->d; ++i) s->y[i] = s->y[i + s->d] - s->y[i];
        }
        s->tag[0] = s->tag[1] = -1;
        for (Py_ssize_t i = 0; i < s->levels * (s->n2 + 1); ++i) {
            s->integral[i] = splat(0);
            s->value[i] = splat(1);
        }
    }
    return s->value + s->levels * (s->n2 + 1);
}

/* The Gaussian static kernel at point i of the first path and all points of the second. */
static const vec *NAME(fixed_row)(pair_state *s, Py_ssize_t i) {
    vec *const row = s->fixed[i & 1];
    if (s->tag[i & 1] != i) {
        const vec *const x = s->x + i * s->d;
        for (Py_ssize_t j = 0; j <= s->m2; ++j) {
            vec sum = splat(0);
            for (Py_ssize_t a = 0; a < s->d; ++a) {
                const vec apart = x[a] - s->y[j * s->d + a];
                sum += apart * apart;
            }
            row[j] = exponential(-sum * splat((REAL)s->p->parameter));
        }
        s->tag[i & 1] = i;
    }
    return row;
}

/* A quarter of the share of a refined cell in its cell. */
INLINE vec NAME(cell_share)(const pair_problem *p) {
    return splat((REAL)0.25 / (REAL)((int64_t)1 << (p->order_x + p->order_y)));
}

/* The increments of the static kernel over row i of cells, for each refined cell of it. */
static void NAME(increment_row)(pair_state *s, Py_ssize_t i) {
    const pair_problem *const p = s->p;
    const vec share = NAME(cell_share)(p);
    const vec scaled = share * splat((REAL)p->parameter);
    const vec *const above = p->rbf ? NAME(fixed_row)(s, i) : NULL;
    const vec *const below = p->rbf ? NAME(fixed_row)(s, i + 1) : NULL;
    const vec *const x = s->x + i * s->d;
    for (Py_ssize_t j = 0; j < s->m2; ++j) {
        vec sum = splat(0);
        if (p->rbf) {
            sum = ((below[j + 1] - below[j]) - (above[j + 1] - above[j])) * share;
        } else {
            for (Py_ssize_t a = 0; a < s->d; ++a) sum += x[a] * s->y[j * s->d + a];
            sum *= scaled;
        }
        for (Py_ssize_t k = 0; k < (Py_ssize_t)1 << p->order_y; ++k) s->g[(j << p->order_y) + k] = sum;
    }
}

/* Each lane's number from the lane before it; the first lane's is `first`. */
INLINE vec NAME(from_lane_before)(const vec v, const vec first) {
    vec result = first;
    for (int l = 1; l < LANES; ++l) result[l] = v[l - 1];
    return result;
}

/* From one row of nodes to the next: all levels that are kept, and the total of the last one.
 * With `edges` the columns of a lane go on where those of the lane before ended in the last call:
 * two vectors per level, the sum over the row up to there and the pair of values there. */
static void NAME(advance_row)(pair_state *s, vec *edges) {
    const Py_ssize_t n = s->n2;
    const vec *const restrict g = s->g;
    vec *const restrict pair = s->pair;
    const vec none = splat(0), ones = splat(2);
    vec edge = ones;
    for (Py_ssize_t j = 0; j <= n; ++j) pair[j] = ones;
    for (Py_ssize_t m = 0; m < s->levels; ++m) {
        vec *const restrict integral = s->integral + m * (n + 1);
        vec *const restrict value = s->value + m * (n + 1);
        vec run = edges ? NAME(from_lane_before)(edges[2 * m], none) : none, left = edge;
        edge = edges ? NAME(from_lane_before)(edges[2 * m + 1], ones) : ones;
        for (Py_ssize_t j = 0; j < n; ++j) {
            const vec right = pair[j + 1];
            run += g[j] * (left + right);
            left = right;
            const vec sum = integral[j + 1] + run;
            const vec power = exponential(sum);
            integral[j + 1] = sum;
            pair[j + 1] = value[j + 1] + power;
            value[j + 1] = power;
        }
        if (edges) {
            edges[2 * m] = run;
            edges[2 * m + 1] = pair[n];
        }
    }
    if (!s->p->grid) {
        vec run = none, left = edge;
        for (Py_ssize_t j = 0; j < n; ++j) {
            run += g[j] * (left + pair[j + 1]);
            left = pair[j + 1];
        }
        s->total += run;
    }
}

static size_t NAME(forest_kernel_scratch)(const pair_problem *p, int backward) {
    pair_state s;
    Py_ssize_t size = NAME(pair_set_up)(&s, p, 0, 0, NULL) - (vec *)NULL;
    if (backward) {
        const Py_ssize_t rows = NAME(checkpoint_distance)(s.n1);
        size += (2 * rows + 2) * s.levels * (s.n2 + 1);      /* checkpoints, values of a block */
        size += (2 * p->depth + 5) * (s.n2 + 2);             /* adjoints */
        size += (s.m1 + s.m2 + 2) * s.d + s.m2 + 1;          /* gradients */
    } else {
        size += (s.m2 + 3) * s.d + 2 * s.levels; /* of one pair in all lanes: columns, rows, edges */
    }
    return (size_t)size * sizeof(vec);
}

/* Increments of one pair in all lanes: lane l is l rows behind, in columns of its own.
 * `points` is room for two rows of points. */
static void NAME(increments_in_parts)(pair_state *s, const vec *columns, vec *points,
                                      Py_ssize_t step) {
    const pair_problem *const p = s->p;
    const vec share = NAME(cell_share)(p), parameter = splat((REAL)p->parameter);
    const Py_ssize_t d = s->d;
    REAL *const above = (REAL *)points, *const below = (REAL *)(points + d);
    for (int l = 0; l < LANES; ++l) {
        const Py_ssize_t row = step - l;
        const int inside = row >= 0 && row < s->n1; /* outside nothing is added */
        const vec *const from = s->x + (inside ? row >> p->order_x : 0) * d;
        for (Py_ssize_t a = 0; a < d; ++a) {
            above[a * LANES + l] = ((const REAL *)(from + a))[0];
            below[a * LANES + l] = ((const REAL *)(from + a + inside * d))[0];
        }
    }
    const vec *const x = points;
    vec before = splat(0);
    for (Py_ssize_t j = 0; j <= s->m2; ++j) {
        vec here = splat(0), other = splat(0);
        for (Py_ssize_t a = 0; a < d; ++a) {
            const vec y = columns[j * d + a];
            if (p->rbf) {
                here += (x[d + a] - y) * (x[d + a] - y);
                other += (x[a] - y) * (x[a] - y);
            } else if (j > 0) {
                here += (x[d + a] - x[a]) * (y - columns[(j - 1) * d + a]);
            }
        }
        if (p->rbf) here = exponential(-here * parameter) - exponential(-other * parameter);
        const vec cell = (p->rbf ? here - before : here * parameter) * share;
        before = here;
        for (Py_ssize_t k = 0; j > 0 && k < (Py_ssize_t)1 << p->order_y; ++k)
            s->g[((j - 1) << p->order_y) + k] = cell;
    }
}

/* One pair in all lanes, each with a part of the columns, a row behind the lane before. */
static vec NAME(kernel_in_parts)(const pair_problem *p, Py_ssize_t pair, void *scratch,
                                 interrupt *stop) {
    pair_problem one = *p;
    pair_state s;
    one.rbf = 1; /* points, not differences */
    vec *const columns = NAME(pair_set_up)(&s, &one, pair, 1, scratch);
    vec *const points = columns + (s.m2 + 1) * s.d;
    vec *const edges = points + 2 * s.d;
    const Py_ssize_t part = (s.m2 + LANES - 1) / LANES;
    for (int l = 0; l < LANES; ++l)
        for (Py_ssize_t j = 0; j <= part; ++j) {
            const Py_ssize_t at = l * part + j < s.m2 ? l * part + j : s.m2;
            for (Py_ssize_t a = 0; a < s.d; ++a)
                ((REAL *)(columns + j * s.d + a))[l] = ((const REAL *)(s.y + at * s.d + a))[l];
        }
    for (Py_ssize_t m = 0; m < s.levels; ++m) {
        edges[2 * m] = splat(0);
        edges[2 * m + 1] = splat(2);
    }
    s.p = p;
    s.m2 = part;
    s.n2 = part << p->order_y;
    for (Py_ssize_t step = 0; step < s.n1 + LANES - 1; ++step) {
        NAME(increments_in_parts)(&s, columns, points, step);
        NAME(advance_row)(&s, edges);
        if (step % 64 == 63) {
            stop->poll(stop);
            if (stop->stop) break;
        }
    }
    REAL total = 0;
    for (int l = 0; l < LANES; ++l) total += ((const REAL *)&s.total)[l];
    return p->depth ? exponential(splat(total)) : splat(1);
}

/* The kernel of pairs first, first + 1, ... to the rows of `out`. */
static void NAME(forest_kernel)(const pair_problem *p, Py_ssize_t first, const matrix_view *out,
                                void *scratch, interrupt *stop) {
    const rows_t rows = rows_of(out, first);
    if (!p->grid && 2 * rows.used <= LANES && NAME(points_of)(&p->y) > 4 * LANES) {
        vec powers = splat(1);
        for (int l = 0; l < rows.used; ++l) {
            const vec power = NAME(kernel_in_parts)(p, first + l, scratch, stop);
            ((REAL *)&powers)[l] = ((const REAL *)&power)[l];
        }
        store_rows(&rows, 0, 1, &powers);
        return;
    }
    pair_state s;
    NAME(pair_set_up)(&s, p, first, rows.used, scratch);
    const Py_ssize_t width = s.n2 + 1;
    if (p->grid) {
        for (Py_ssize_t j = 0; j < width; ++j) s.pair[j] = splat(1);
        store_rows(&rows, 0, width, s.pair);
    }
    for (Py_ssize_t row = 0; row < s.n1; ++row) {
        if (row % ((Py_ssize_t)1 << p->order_x) == 0) NAME(increment_row)(&s, row >> p->order_x);
        NAME(advance_row)(&s, NULL);
        if (p->grid) {
            const vec *const last = p->depth ? s.value + (p->depth - 1) * width : s.pair;
            if (!p->depth)
                for (Py_ssize_t j = 0; j < width; ++j) s.pair[j] = splat(1);
            store_rows(&rows, (row + 1) * width, width, last);
        }
        if (row % 64 == 63) {
            stop->poll(stop);
            if (stop->stop) return;
        }
    }
    if (!p->grid) {
        const vec power = p->depth ? exponential(s.total) : splat(1);
        store_rows(&rows, 0, 1, &power);
    }
}

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
    const Py_ssize_t distance = NAME(checkpoint_distance)(s.n1);
    vec *const values = checkpoints + (distance + 1) * size;
    b.adjoint = values + (distance + 1) * size;
    b.sums = b.adjoint + s.n2 + 2;
    b.weights = b.sums + p->depth * (s.n2 + 2);
    b.cells = b.weights + p->depth * (s.n2 + 2);
    b.x = b.cells + s.n2;
    b.y = b.x + (s.m1 + 1) * s.d;
    b.fixed = b.y + (s.m2 + 1) * s.d;
    memset(b.adjoint, 0, (size_t)(b.fixed + s.m2 + 1 - b.adjoint) * sizeof(vec));

    NAME(forward_rows)(&s, 0, s.n1, distance, checkpoints, NULL);
    vec corner = splat(0);
    if (!p->grid) {
        load_rows(&rows, 0, 1, &corner);
        corner *= exponential(s.total);
    }
    for (Py_ssize_t end = p->depth ? s.n1 : 0; end > 0;) {
        const Py_ssize_t start = (end - 1) / distance * distance;
        memcpy(s.integral, checkpoints + start / distance * size, (size_t)size * sizeof(vec));
        for (Py_ssize_t j = 0; j < size; ++j) values[j] = s.value[j] = exponential(s.integral[j]);
        NAME(forward_rows)(&s, start, end, distance, NULL, values);
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
