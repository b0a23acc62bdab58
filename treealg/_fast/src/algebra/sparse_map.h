/* Sparse linear maps on lane buffers, from and to rows in memory.
 *
 * A map works block by block, `width` contiguous coefficients at a time: one look-up serves them
 * all, in every lane.
 */

#define TILE TREEALG_TILE
#define LONG_ROW 12

/* Columns a..a+n of block r. */
INLINE void NAME(map_block)(const Py_ssize_t n, const sparse_map *m, const vec *in, Py_ssize_t w,
                            Py_ssize_t r, vec *out) {
    const REAL *const coef = (const REAL *)m->coef;
    const int64_t last = m->ptr[r + 1], unit = m->unit_end[r];
    int64_t e = m->ptr[r];
    vec sum[8];
    for (Py_ssize_t a = 0; a < n; ++a) sum[a] = splat(0);
    for (; e < unit; ++e)
        for (Py_ssize_t a = 0; a < n; ++a) sum[a] += in[m->col[e] * w + a];
    if (n == 1 && last - e >= LONG_ROW) { /* one sum would wait for each of its additions */
        vec part[4];
        for (Py_ssize_t k = 0; k < 4; ++k) part[k] = splat(0);
        for (; e + 4 <= last; e += 4)
            for (Py_ssize_t k = 0; k < 4; ++k)
                part[k] += constant(coef[e + k]) * in[m->col[e + k] * w];
        sum[0] += (part[0] + part[1]) + (part[2] + part[3]);
    }
    for (; e < last; ++e) {
        const real_vec c = constant(coef[e]);
        for (Py_ssize_t a = 0; a < n; ++a) sum[a] += c * in[m->col[e] * w + a];
    }
    for (Py_ssize_t a = 0; a < n; ++a) out[a] = sum[a];
}

INLINE void NAME(apply_narrow)(const Py_ssize_t w, const sparse_map *m, const vec *in,
                               const rows_t *rows) {
    vec tile[TILE];
    const Py_ssize_t step = TILE / w;
    for (Py_ssize_t r = 0; r < m->n_rows; r += step) {
        const Py_ssize_t end = r + step < m->n_rows ? r + step : m->n_rows;
        for (Py_ssize_t i = r; i < end; ++i) NAME(map_block)(w, m, in, w, i, tile + (i - r) * w);
        store_rows(rows, r * w, (end - r) * w, tile);
    }
}

static void NAME(apply_wide)(const sparse_map *m, const vec *in, const rows_t *rows) {
    vec tile[TILE];
    const Py_ssize_t w = m->width;
    Py_ssize_t column = 0;
    for (Py_ssize_t r = 0; r < m->n_rows; ++r) {
        Py_ssize_t waiting = 0;
        for (Py_ssize_t a = 0; a < w; a += 8) {
            const Py_ssize_t n = w - a < 8 ? w - a : 8;
            if (n == 8) NAME(map_block)(8, m, in + a, w, r, tile + waiting);
            else NAME(map_block)(n, m, in + a, w, r, tile + waiting);
            waiting += n;
            if (waiting > TILE - 8 || a + 8 >= w) {
                store_rows(rows, column, waiting, tile);
                column += waiting;
                waiting = 0;
            }
        }
    }
}

static void NAME(apply_map)(const sparse_map *m, const void *lanes, const matrix_view *out,
                            Py_ssize_t first) {
    const rows_t rows = rows_of(out, first);
    switch (m->width) {
        /* clang-format off */
#define WIDTH(n) case n: NAME(apply_narrow)(n, m, (const vec *)lanes, &rows); break;
        WIDTH(1) WIDTH(2) WIDTH(3) WIDTH(4) WIDTH(5) WIDTH(6) WIDTH(7) WIDTH(8)
#undef WIDTH
    default: NAME(apply_wide)(m, (const vec *)lanes, &rows);
        /* clang-format on */
    }
}

/* The same from one row to one row, both contiguous, with numbers of a block side by side in lanes. Up
 * to LANES - 1 numbers beyond the row are read; what a block writes beyond its own the next one mends. */
static void NAME(apply_map_to_row)(const sparse_map *m, const void *row, void *out) {
    const REAL *const coef = (const REAL *)m->coef;
    const Py_ssize_t w = m->width, size = (Py_ssize_t)sizeof(NUMBER), end = m->n_rows * w;
    for (Py_ssize_t r = 0; r < m->n_rows; ++r)
        for (Py_ssize_t a = 0; a < w; a += LANES) {
            const char *const in = (const char *)row + a * size;
            const int64_t last = m->ptr[r + 1], unit = m->unit_end[r];
            int64_t e = m->ptr[r];
            vec sum = splat(0);
            for (; e < unit; ++e) sum += load_together(in + m->col[e] * w * size);
            for (; e < last; ++e)
                sum += constant(coef[e]) * load_together(in + m->col[e] * w * size);
            NUMBER *const to = (NUMBER *)out + r * w + a;
            const Py_ssize_t left = end - r * w - a;
            if (left >= LANES) store_together((char *)to, sum);
            else
                for (int i = 0; i < (int)left; ++i) to[i] = get(&sum, i);
        }
}

/* Add block r of the transposed map: columns a..a+n of one block to those of its entries. */
INLINE void NAME(scatter_block)(const Py_ssize_t n, const sparse_map *m, const vec *block,
                                Py_ssize_t w, Py_ssize_t r, vec *out) {
    const REAL *const coef = (const REAL *)m->coef;
    const int64_t last = m->ptr[r + 1], unit = m->unit_end[r];
    int64_t e = m->ptr[r];
    vec own[8];
    for (Py_ssize_t a = 0; a < n; ++a) own[a] = block[a];
    for (; e < unit; ++e)
        for (Py_ssize_t a = 0; a < n; ++a) out[m->col[e] * w + a] += own[a];
    for (; e < last; ++e) {
        const real_vec c = constant(coef[e]);
        for (Py_ssize_t a = 0; a < n; ++a) out[m->col[e] * w + a] += c * own[a];
    }
}

INLINE void NAME(scatter_narrow)(const Py_ssize_t w, const sparse_map *m, const rows_t *rows,
                                 vec *out) {
    vec tile[TILE];
    const Py_ssize_t step = TILE / w;
    for (Py_ssize_t r = 0; r < m->n_rows; r += step) {
        const Py_ssize_t end = r + step < m->n_rows ? r + step : m->n_rows;
        load_rows(rows, r * w, (end - r) * w, tile);
        for (Py_ssize_t i = r; i < end; ++i)
            NAME(scatter_block)(w, m, tile + (i - r) * w, w, i, out);
    }
}

static void NAME(scatter_wide)(const sparse_map *m, const rows_t *rows, vec *out) {
    vec tile[TILE];
    const Py_ssize_t w = m->width, step = w < TILE ? TILE / w : 1;
    for (Py_ssize_t r = 0; r < m->n_rows; r += step)
        for (Py_ssize_t from = 0; from < w; from += TILE) { /* of blocks that are no longer, once */
            const Py_ssize_t blocks = r + step < m->n_rows ? step : m->n_rows - r;
            const Py_ssize_t here = w - from < TILE ? w - from : TILE;
            load_rows(rows, r * w + from, (blocks - 1) * w + here, tile);
            for (Py_ssize_t i = 0; i < blocks; ++i)
                for (Py_ssize_t a = 0; a < here; a += 8) {
                    const vec *const block = tile + i * w + a;
                    const Py_ssize_t n = here - a < 8 ? here - a : 8;
                    if (n == 8) NAME(scatter_block)(8, m, block, w, r + i, out + from + a);
                    else NAME(scatter_block)(n, m, block, w, r + i, out + from + a);
                }
        }
}

static void NAME(apply_map_transposed)(const sparse_map *m, const matrix_view *in, Py_ssize_t first,
                                       void *lanes) {
    const rows_t rows = rows_of(in, first);
    vec *const out = (vec *)lanes;
    memset(out, 0, (size_t)(m->n_cols * m->width) * sizeof(vec));
    switch (m->width) {
        /* clang-format off */
#define WIDTH(n) case n: NAME(scatter_narrow)(n, m, &rows, out); break;
        WIDTH(1) WIDTH(2) WIDTH(3) WIDTH(4) WIDTH(5) WIDTH(6) WIDTH(7) WIDTH(8)
#undef WIDTH
    default: NAME(scatter_wide)(m, &rows, out);
        /* clang-format on */
    }
}
