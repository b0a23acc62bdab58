/* Branched signature kernels of pairs of paths, one pair per lane, and their gradients.
 *
 * K_0 = 1 and K_m = exp(I_m), where I_m is the integral of K_{m-1} against the static kernel over
 * the rectangle from the origin. On the refined grid of n1 x n2 cells (rows: first path) a cell
 * adds the increment of the static kernel, spread evenly over the refinement, times the mean of the
 * four values of K_{m-1} at its corners. I_m at a node is I_m at the node above it plus the sum of
 * the cells of the row that ends there, so a row of cells needs one row of I_m and K_m per level:
 *     run += g[j] * (V[j] + V[j+1]),   I[j+1] += run,   K[j+1] = exp(I[j+1]),
 * with V the sum of K_{m-1} over two rows, which level m overwrites with its own; a cell without an
 * increment, also one beyond the end of a path, adds nothing to infinite values. A quarter and the
 * refinement are in g. Of the last level only the sum over all cells is needed, unless the whole
 * grid is asked for.
 *
 * A few pairs of long paths do not fill the lanes: then each pair in turn has all of them, lane by
 * lane a part of the columns, each a row behind the lane before, whose edge it goes on from. Parts
 * are of equal size; the last ones go on past the end with increments of 0.
 */

typedef struct {
    const pair_problem *p;
    Py_ssize_t d, m1, m2, n1, n2, levels; /* cells, refined cells, levels kept row by row */
    Py_ssize_t columns;   /* cells of a row, in parts those of all lanes */
    Py_ssize_t steps;     /* from row to row of all lanes */
    int parts; /* one pair, whose columns the lanes share; m2 and n2 are those of a lane */
    vec *x, *y; /* points, or their differences for the linear kernel on whole rows */
    vec *ends; /* in parts: the points at both ends of each lane's row of cells */
    vec *fixed[2]; /* static kernel at rows of points number tag[0] and tag[1] */
    Py_ssize_t tag[2];
    vec *g; /* increments of the refined cells of one row */
    vec *pair; /* sums over two rows of the level below */
    vec *integral, *value; /* rows of I_m and K_m, level by level, n2 + 1 each */
    vec *run; /* level by level: the last row's sum up to where a lane ends */
    vec total;
    Py_ssize_t unpolled; /* cells since the last look for a signal */
} NAME(pair_state);
#define pair_state NAME(pair_state)

/* The last point of the longest of the transformed paths of a group; of all paths, without one. */
INLINE Py_ssize_t NAME(longest_of)(const path_view *p, const int64_t *row, int used) {
    Py_ssize_t last = p->spans && used ? 0 : NAME(points_of)(p) - 1;
    for (int l = 0; p->spans && l < used; ++l) {
        const path_clock clock = NAME(clock_of)(p, row[l]);
        if (clock.last - clock.first > last) last = clock.last - clock.first;
    }
    return last;
}

/* `count` points of the transformed paths of a group, [point][channel]: lane l from point l * part
 * on, and the last one again beyond the end of its path, where the static kernel has no increments. */
static void NAME(load_points)(const path_view *p, const int64_t *row, int used, Py_ssize_t d,
                              Py_ssize_t part, Py_ssize_t count, vec *points) {
    const Py_ssize_t c = p->channels;
    for (int l = 0; l < LANES; ++l) {
        const Py_ssize_t path = (Py_ssize_t)row[l < used ? l : 0];
        const path_clock clock = NAME(clock_of)(p, path);
        const char *const from = p->data + path * p->path_stride;
        for (Py_ssize_t k = 0; k < count; ++k) {
            const Py_ssize_t at = clock.first + k + l * part, i = at < clock.last ? at : clock.last;
            const char *const lag = from + (p->lead_lag ? i / 2 : i) * p->time_stride;
            const char *const lead = from + (i + 1) / 2 * p->time_stride;
            vec *const out = points + k * d;
            for (Py_ssize_t a = 0; a < c; ++a) {
                put(out + a, l, number_at(lag + a * p->channel_stride, p->tangent));
                if (p->lead_lag)
                    put(out + c + a, l, number_at(lead + a * p->channel_stride, p->tangent));
            }
            if (p->time_aug) put(out + d - 1, l, NAME(time_of_point)(&clock, i));
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

/* Whether the columns of each pair are shared out, for a group of `used` pairs. */
INLINE int NAME(in_parts)(const pair_problem *p, Py_ssize_t first, int used) {
    return !p->grid && 2 * used <= LANES
        && NAME(longest_of)(&p->y, p->second + first, used) >= 4 * LANES;
}

static vec *NAME(pair_set_up)(pair_state *s, const pair_problem *p, Py_ssize_t first, int used,
                              int parts, vec *scratch) {
    s->p = p;
    s->parts = parts;
    s->d = p->dimension;
    s->m1 = NAME(longest_of)(&p->x, p->first + first, used);
    s->m2 = s->columns = NAME(longest_of)(&p->y, p->second + first, used);
    if (parts) s->m2 = (s->m2 + LANES - 1) / LANES;
    s->n1 = s->m1 << p->order_x;
    s->n2 = s->m2 << p->order_y;
    s->steps = parts ? s->n1 + LANES - 1 : s->n1;
    s->levels = p->grid ? p->depth : p->depth > 0 ? p->depth - 1 : 0;
    s->x = scratch;
    s->y = s->x + (s->m1 + 1) * s->d;
    s->ends = s->y + (s->m2 + 1) * s->d;
    s->fixed[0] = s->ends + 2 * s->d;
    s->fixed[1] = s->fixed[0] + s->m2 + 1;
    s->g = s->fixed[1] + s->m2 + 1;
    s->pair = s->g + s->n2;
    s->integral = s->pair + s->n2 + 1;
    s->run = s->integral + s->levels * (s->n2 + 1);
    s->value = s->run + s->levels;
    s->total = splat(0);
    s->unpolled = 0;
    if (used) {
        NAME(load_points)(&p->x, p->first + first, used, s->d, 0, s->m1 + 1, s->x);
        NAME(load_points)(&p->y, p->second + first, used, s->d, parts ? s->m2 : 0, s->m2 + 1, s->y);
        if (!p->rbf && !parts) {
            for (Py_ssize_t i = 0; i < s->m1 * s->d; ++i) s->x[i] = s->x[i + s->d] - s->x[i];
            for (Py_ssize_t i = 0; i < s->m2 * s->d; ++i) s->y[i] = s->y[i + s->d] - s->y[i];
        }
        s->tag[0] = s->tag[1] = -1;
        for (Py_ssize_t i = 0; i < s->levels; ++i) s->run[i] = splat(0);
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
            row[j] = vector_exp(-sum * constant((REAL)s->p->parameter));
        }
        s->tag[i & 1] = i;
    }
    return row;
}

/* A quarter of the share of a refined cell in its cell. */
INLINE real_vec NAME(cell_share)(const pair_problem *p) {
    return constant((REAL)0.25 / (REAL)((int64_t)1 << (p->order_x + p->order_y)));
}

/* The increments of the static kernel over row i of cells, for each refined cell of it. */
static void NAME(increment_row)(pair_state *s, Py_ssize_t i) {
    const pair_problem *const p = s->p;
    const real_vec share = NAME(cell_share)(p);
    const real_vec scaled = share * constant((REAL)p->parameter);
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
        for (Py_ssize_t k = 0; k < (Py_ssize_t)1 << p->order_y; ++k)
            s->g[(j << p->order_y) + k] = sum;
    }
}

/* The row of cells that a lane is in: in parts it is as many rows behind as lanes are before it.
 * -1 where it is not yet, or no longer, in the grid. */
INLINE Py_ssize_t NAME(row_of_lane)(const pair_state *s, Py_ssize_t step, int lane) {
    const Py_ssize_t row = step - lane;
    return row >= 0 && row < s->n1 ? row : -1;
}

/* The increments of one pair in parts: none for a lane that is outside the grid. */
static void NAME(increments_in_parts)(pair_state *s, Py_ssize_t step) {
    const pair_problem *const p = s->p;
    const real_vec share = NAME(cell_share)(p), parameter = constant((REAL)p->parameter);
    const Py_ssize_t d = s->d;
    vec *const above = s->ends, *const below = above + d;
    for (int l = 0; l < LANES; ++l) {
        const Py_ssize_t row = NAME(row_of_lane)(s, step, l);
        const vec *const from = s->x + (row < 0 ? 0 : row >> p->order_x) * d;
        for (Py_ssize_t a = 0; a < d; ++a) {
            put(above + a, l, get(from + a, l));
            put(below + a, l, get(from + a + (row < 0 ? 0 : d), l));
        }
    }
    for (Py_ssize_t j = 0; j <= s->m2; ++j) {
        const vec *const y = s->y + j * d;
        vec cell = splat(0), high = splat(0), low = splat(0);
        if (p->rbf) {
            for (Py_ssize_t a = 0; a < d; ++a) {
                high += (above[a] - y[a]) * (above[a] - y[a]);
                low += (below[a] - y[a]) * (below[a] - y[a]);
            }
            s->fixed[0][j] = vector_exp(-high * parameter);
            s->fixed[1][j] = vector_exp(-low * parameter);
        }
        if (j == 0) continue;
        if (p->rbf) {
            cell = (s->fixed[1][j] - s->fixed[1][j - 1]) - (s->fixed[0][j] - s->fixed[0][j - 1]);
        } else {
            for (Py_ssize_t a = 0; a < d; ++a) cell += (below[a] - above[a]) * (y[a] - y[a - d]);
            cell *= parameter;
        }
        for (Py_ssize_t k = 0; k < (Py_ssize_t)1 << p->order_y; ++k)
            s->g[((j - 1) << p->order_y) + k] = cell * share;
    }
}

/* The increments for a step, if they are not those of the step before. */
INLINE void NAME(increments_of_step)(pair_state *s, Py_ssize_t step, int fresh) {
    const int order = s->p->order_x;
    if (s->parts) NAME(increments_in_parts)(s, step);
    else if (fresh) NAME(increment_row)(s, step >> order);
}

/* Each lane's number from the lane before it; the first lane's is `first`. */
INLINE vec NAME(from_lane_before)(const vec v, const vec first) {
    vec result = first;
    for (int l = 1; l < LANES; ++l) put(&result, l, get(&v, l - 1));
    return result;
}

/* What a cell with the increment g adds to an integral, for the sum of the values at its corners. */
#ifdef TREEALG_DUALS
INLINE vec NAME(of_cell)(const vec g, const vec sum) {
    const real_vec none = constant(0);
    const mask there = (g.value != none) | (g.tangent != none);
    const vec kept = {(real_vec)((mask)sum.value & there), (real_vec)((mask)sum.tangent & there)};
    return g * kept;
}
#else
INLINE vec NAME(of_cell)(const vec g, const vec sum) {
    return g * (vec)((mask)sum & (g != constant(0)));
}
#endif

/* One level from one row of nodes to the next. Below the first one all values are 1; what the last
 * one adds to the integral that is asked for goes to the total at once. In parts the first node of a
 * lane is the last one of the lane before, after the last step. */
INLINE void NAME(advance_level)(pair_state *s, Py_ssize_t m, const int is_first,
                                const int is_last) {
    const Py_ssize_t n = s->n2;
    const vec *const restrict g = s->g;
    vec *const restrict pair = s->pair;
    vec *const restrict integral = s->integral + m * (n + 1);
    vec *const restrict value = s->value + m * (n + 1);
    vec run = splat(0), total = splat(0), both = splat(2), left = is_first ? both : pair[0];
    if (s->parts) {
        const vec edge = NAME(from_lane_before)(value[n], splat(1));
        run = NAME(from_lane_before)(s->run[m], run);
        integral[0] = NAME(from_lane_before)(integral[n], splat(0));
        both = value[0] + edge;
        value[0] = edge;
    }
    pair[0] = both;
    for (Py_ssize_t j = 0; j < n; ++j) {
        const vec right = is_first ? splat(2) : pair[j + 1];
        run += is_first ? g[j] * splat(4) : NAME(of_cell)(g[j], left + right);
        left = right;
        const vec sum = integral[j + 1] + run;
        const vec power = vector_exp(sum), before = both;
        integral[j + 1] = sum;
        both = value[j + 1] + power;
        value[j + 1] = power;
        if (is_last) total += NAME(of_cell)(g[j], before + both);
        else pair[j + 1] = both;
    }
    s->run[m] = run;
    if (is_last) s->total += total;
}

/* From one row of nodes to the next: all levels that are kept, and the total of the last one. */
static void NAME(advance_row)(pair_state *s) {
    const Py_ssize_t last = s->p->grid ? s->levels : s->levels - 1;
    for (Py_ssize_t m = 0; m < s->levels; ++m) {
        if (m == 0 && m == last) NAME(advance_level)(s, m, 1, 1);
        else if (m == 0) NAME(advance_level)(s, m, 1, 0);
        else if (m == last) NAME(advance_level)(s, m, 0, 1);
        else NAME(advance_level)(s, m, 0, 0);
    }
    if (!s->p->grid && s->levels == 0) {
        vec total = splat(0);
        for (Py_ssize_t j = 0; j < s->n2; ++j) total += s->g[j] * splat(4);
        s->total += total;
    }
}

/* Whether to stop after a row: a signal is looked for after so many cells, however long rows are. */
static int NAME(stops)(pair_state *s, interrupt *stop) {
    s->unpolled += (s->levels + 1) * (s->n2 + 1);
    if (s->unpolled >= TREEALG_CELLS_PER_POLL) {
        s->unpolled = 0;
        stop->poll(stop);
    }
    return stop->stop;
}

/* I_depth at the last node, once all rows are done. */
INLINE vec NAME(last_integral)(const pair_state *s) {
    if (!s->parts) return s->total;
    NUMBER total = 0;
    for (int l = 0; l < LANES; ++l) total += get(&s->total, l);
    vec result;
    for (int l = 0; l < LANES; ++l) put(&result, l, total);
    return result;
}

/* The kernel of `used` pairs from `first` on to the rows of `out`. */
static void NAME(kernel_of_pairs)(const pair_problem *p, Py_ssize_t first, int used, int parts,
                                  const matrix_view *out, void *scratch, interrupt *stop) {
    rows_t rows = rows_of(out, first);
    pair_state s;
    NAME(pair_set_up)(&s, p, first, used, parts, (vec *)scratch);
    const Py_ssize_t width = s.n2 + 1;
    rows.used = used;
    if (p->grid) {
        for (Py_ssize_t j = 0; j < width; ++j) s.pair[j] = splat(1);
        store_rows(&rows, 0, width, s.pair);
    }
    for (Py_ssize_t step = 0; step < s.steps; ++step) {
        NAME(increments_of_step)(&s, step, step % ((Py_ssize_t)1 << p->order_x) == 0);
        NAME(advance_row)(&s);
        if (p->grid) {
            const vec *const last = p->depth ? s.value + (p->depth - 1) * width : s.pair;
            if (!p->depth)
                for (Py_ssize_t j = 0; j < width; ++j) s.pair[j] = splat(1);
            store_rows(&rows, (step + 1) * width, width, last);
        }
        if (NAME(stops)(&s, stop)) return;
    }
    if (!p->grid) {
        const vec power = p->depth ? vector_exp(NAME(last_integral)(&s)) : splat(1);
        store_rows(&rows, 0, 1, &power);
    }
}

static void NAME(sig_kernel)(const pair_problem *p, Py_ssize_t first, int used,
                             const matrix_view *out, void *scratch, interrupt *stop) {
    const int parts = NAME(in_parts)(p, first, used);
    for (int l = 0; l < used && !stop->stop; l += parts ? 1 : used)
        NAME(kernel_of_pairs)(p, first + l, parts ? 1 : used, parts, out, scratch, stop);
}
