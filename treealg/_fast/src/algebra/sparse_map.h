/* Sparse linear maps on lane buffers, from and to rows in memory.
 *
 * A map works block by block, `width` contiguous coefficients at a time: one look-up serves them
 * all, in every lane.
 */

#define TILE TREEALG_TILE

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

static void NAME(apply_map_transposed)(const sparse_map *m, const matrix_view *in, Py_ssize_t first,
                                       void *lanes) {
    const Py_ssize_t w = m->width;
    const REAL *const coef = (const REAL *)m->coef;
    const rows_t rows = rows_of(in, first);
    vec *const out = (vec *)lanes;
    vec tile[TILE];
    memset(out, 0, (size_t)(m->n_cols * w) * sizeof(vec));
    const Py_ssize_t size = m->n_rows * w;
    for (Py_ssize_t start = 0; start < size; start += TILE) {
        const Py_ssize_t count = size - start < TILE ? size - start : TILE;
        load_rows(&rows, start, count, tile);
        for (Py_ssize_t j = 0; j < count; ++j) {
            const Py_ssize_t r = (start + j) / w, a = (start + j) % w;
            for (int64_t e = m->ptr[r]; e < m->ptr[r + 1]; ++e)
                out[m->col[e] * w + a] += constant(coef[e]) * tile[j];
        }
    }
}
