/* The convolution logarithm and its adjoint: lower orders by the flow, the highest tile by tile. */

static void NAME(logarithm)(const convolution_program *p, const matrix_view *in,
                            const matrix_view *out, Py_ssize_t first, void *lanes, void *scratch) {
    flow f;
    vec *const whole = (vec *)lanes;
    rows_t from, to;
    NAME(lay_out)(p, 0, (vec *)scratch, &f);
    if (in) {
        from = rows_of(in, first);
        load_rows(&from, 0, f.low, f.x);
    } else {
        memcpy(f.x, whole, (size_t)f.low * sizeof(vec));
    }
    NAME(logarithm_low)(p, &f);
    const operands o = {f.integral, f.l, NULL, NULL};
    if (whole) memcpy(whole, f.l, (size_t)f.low * sizeof(vec));
    if (out) {
        to = rows_of(out, first);
        store_rows(&to, 0, f.low, f.l);
    }
    walk_t walk = NAME(walk_of)(p, &p->by_block);
    while (NAME(next_tile)(&walk)) {
        NAME(top_sums)(p, &o, &walk, f.tile);
        if (whole) {
            vec *const x = whole + walk.column;
            if (in) load_rows(&from, walk.column, walk.count, x);
            for (Py_ssize_t c = 0; c < walk.count; ++c) x[c] -= f.tile[c];
        } else {
            store_sum(1, &from, walk.column, NULL, 0, -1, f.tile, &to, walk.column, walk.count);
        }
    }
}

static void NAME(logarithm_backward)(const convolution_program *p, const matrix_view *in,
                                     const matrix_view *derivs, const matrix_view *out,
                                     Py_ssize_t first, const void *lanes, void *scratch) {
    flow f;
    const vec *const whole = (const vec *)lanes;
    const rows_t from = rows_of(in, first), to = rows_of(out, first);
    rows_t cotangent;
    const size_t size = NAME(lay_out)(p, 1, (vec *)scratch, &f);
    memset(f.dl, 0, (size_t)((vec *)scratch + size - f.dl) * sizeof(vec));
    load_rows(&from, 0, f.low, f.x);
    if (derivs) {
        cotangent = rows_of(derivs, first);
        load_rows(&cotangent, 0, f.low, f.dl);
    } else {
        memcpy(f.dl, whole, (size_t)f.low * sizeof(vec));
    }
    NAME(logarithm_low)(p, &f);
    const operands o = {f.integral, f.l, f.dintegral, f.dl};
    walk_t walk = NAME(walk_of)(p, &p->by_trunk);
    while (NAME(next_tile)(&walk)) {
        if (derivs) {
            load_rows_and_copy(&cotangent, walk.column, walk.count, f.tile, &to, walk.column);
        } else {
            memcpy(f.tile, whole + walk.column, (size_t)walk.count * sizeof(vec));
            store_rows(&to, walk.column, walk.count, f.tile);
        }
        NAME(top_subtract_backward)(p, &o, &walk, f.tile);
    }
    NAME(logarithm_low_backward)(p, &f);
    store_rows(&to, 0, f.low, f.dx);
}
