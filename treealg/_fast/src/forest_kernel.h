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
 */

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

/* How many of `rows` rows of `size` vectors to compute between two that are kept. */
static Py_ssize_t NAME(checkpoint_distance)(Py_ssize_t rows, Py_ssize_t size) {
    if (rows * size * (Py_ssize_t)sizeof(vec) <= TREEALG_KEPT_BYTES) return rows > 1 ? rows : 1;
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
            row[j] = vector_exp(-sum * splat((REAL)s->p->parameter));
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
            const vec power = vector_exp(sum);
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
        const Py_ssize_t row = s.levels * (s.n2 + 1);
        const Py_ssize_t distance = NAME(checkpoint_distance)(s.n1, row);
        size += (s.n1 / distance + distance + 2) * row; /* checkpoints, values of a block */
        size += (2 * p->depth + 5) * (s.n2 + 2);        /* adjoints */
        size += (s.m1 + s.m2 + 2) * s.d + s.m2 + 1;     /* gradients */
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
        if (p->rbf) here = vector_exp(-here * parameter) - vector_exp(-other * parameter);
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
    return p->depth ? vector_exp(splat(total)) : splat(1);
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
        const vec power = p->depth ? vector_exp(s.total) : splat(1);
        store_rows(&rows, 0, 1, &power);
    }
}
