/* The convolution exponential and its adjoint: lower orders by the flow, the highest tile by tile.
 */

static void NAME(exponential)(const convolution_program *p, const matrix_view *args,
                              Py_ssize_t first, void *scratch) {
    flow f;
    const rows_t from = rows_of(args, first), to = rows_of(args + 1, first);
    NAME(lay_out)(p, 0, (vec *)scratch, &f);
    load_rows(&from, 0, f.low, f.l);
    NAME(exponential_low)(p, &f);
    store_rows(&to, 0, f.low, f.x);
    const operands o = {f.integral, f.l, NULL, NULL};
    walk_t walk = NAME(walk_of)(p, &p->by_block);
    while (NAME(next_tile)(&walk)) {
        NAME(top_sums)(p, &o, &walk, f.tile);
        store_sum(1, &from, walk.column, NULL, 0, 1, f.tile, &to, walk.column, walk.count);
    }
}

static void NAME(exponential_backward)(const convolution_program *p, const matrix_view *args,
                                       Py_ssize_t first, void *scratch) {
    flow f;
    const rows_t from = rows_of(args, first), derivs = rows_of(args + 1, first);
    const rows_t to = rows_of(args + 2, first);
    const size_t size = NAME(lay_out)(p, 1, (vec *)scratch, &f);
    memset(f.dl, 0, (size_t)((vec *)scratch + size - f.dl) * sizeof(vec));
    load_rows(&from, 0, f.low, f.l);
    load_rows(&derivs, 0, f.low, f.dx);
    NAME(exponential_low)(p, &f);
    const operands o = {f.integral, f.l, f.dintegral, f.dl};
    walk_t walk = NAME(walk_of)(p, &p->by_trunk);
    while (NAME(next_tile)(&walk)) {
        load_rows_and_copy(&derivs, walk.column, walk.count, f.tile, &to, walk.column);
        NAME(top_add_backward)(p, &o, &walk, f.tile);
    }
    NAME(exponential_low_backward)(p, &f);
    store_rows(&to, 0, f.low, f.dl);
}
