/* Corrections of the segments of paths, one piece of a path per lane, and their derivatives. */

#define MOST_COLUMNS 64 /* that are read side by side */

/* Pieces of paths with their corrections, one per lane, as for word_signature. */
typedef struct {
    const path_view *path;
    const correction_view *correction;
    int used;
    const Py_ssize_t *row, *begin, *end;
    Py_ssize_t longest;  /* segments of the longest piece */
    int laid_out; /* of so many segments the increments of constant corrections are there */
} NAME(chain_input);
#define chain_input NAME(chain_input)

INLINE chain_input NAME(chain_input_of)(const path_view *path, const correction_view *correction,
                                        int used, const Py_ssize_t *row, const Py_ssize_t *begin,
                                        const Py_ssize_t *end) {
    chain_input in = {path, correction, used, row, begin, end, 0, 0};
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > in.longest) in.longest = end[l] - begin[l];
    return in;
}

/* Whether all pieces have so many segments from number `first` on. */
INLINE int NAME(all_inside)(const chain_input *in, Py_ssize_t first, int steps) {
    for (int l = 0; l < in->used; ++l)
        if (in->begin[l] + first + steps > in->end[l]) return 0;
    return 1;
}

/* Whether the increments of all lanes are the same. */
INLINE int NAME(are_shared)(const chain_input *in) {
    int shared = in->correction->path_stride == 0;
    for (int l = 1; l < in->used; ++l)
        shared &= in->begin[l] == in->begin[0] || in->correction->time_stride == 0;
    return shared;
}

/* The columns from the first one that is a letter to the last, as many as there are room for, or 0. */
INLINE Py_ssize_t NAME(span_of_columns)(const int32_t *columns, Py_ssize_t size, int32_t *from) {
    int32_t least = INT32_MAX, most = -1;
    for (Py_ssize_t a = 0; a < size; ++a) {
        if (columns[a] > most) most = columns[a];
        if (columns[a] >= 0 && columns[a] < least) least = columns[a];
    }
    *from = least;
    return most < 0 || most - least >= MOST_COLUMNS ? 0 : most - least + 1;
}

/* Increments from `size` columns of the correction, [steps][size]; 0 for column -1 and beyond the
 * end of a piece. */
static void NAME(corrections)(const chain_input *in, const int32_t *columns, Py_ssize_t size,
                              Py_ssize_t first, int steps, vec *z) {
    const correction_view *const c = in->correction;
    const int inside = NAME(all_inside)(in, first, steps);
    if (inside && NAME(are_shared)(in)) {
        const char *at = c->data + (in->begin[0] + first) * c->time_stride;
        for (int t = 0; t < steps; ++t, at += c->time_stride)
            for (Py_ssize_t a = 0; a < size; ++a)
                z[t * size + a] = splat(
                    columns[a] < 0 ? (NUMBER)0
                                   : number_at(at + columns[a] * c->column_stride, c->tangent));
        return;
    }
    int32_t from;
    const Py_ssize_t count = NAME(span_of_columns)(columns, size, &from);
    if (inside && count >= LANES && count <= 2 * size) { /* rows are transposed as a whole */
        vec x[MOST_COLUMNS];
        rows_t rows;
        rows.used = in->used;
        rows.step = c->column_stride;
        rows.tangent = c->tangent;
        for (int t = 0; t < steps; ++t) {
            for (int l = 0; l < LANES; ++l) {
                const int lane = l < in->used ? l : 0;
                rows.base[l] = (char *)c->data + in->row[lane] * c->path_stride
                    + (in->begin[lane] + first + t) * c->time_stride;
            }
            load_rows(&rows, from, count, x);
            for (Py_ssize_t a = 0; a < size; ++a)
                z[t * size + a] = columns[a] < 0 ? splat(0) : x[columns[a] - from];
        }
        return;
    }
    for (int l = 0; l < LANES; ++l) {
        const int lane = l < in->used ? l : 0;
        const char *const base = c->data + in->row[lane] * c->path_stride;
        for (int t = 0; t < steps; ++t) {
            const Py_ssize_t segment = in->begin[lane] + first + t;
            const char *const at = base + segment * c->time_stride;
            const int is_there = segment < in->end[lane];
            for (Py_ssize_t a = 0; a < size; ++a)
                put(z + t * size + a, l,
                    is_there && columns[a] >= 0
                        ? number_at(at + columns[a] * c->column_stride, c->tangent)
                        : (NUMBER)0);
        }
    }
}

/* Derivatives in `size` columns of the corrections of a block, each to its own place; rows of `out`
 * are (segments, n_columns), without gaps. */
static void NAME(store_corrections)(const chain_input *in, const int32_t *columns, Py_ssize_t size,
                                    Py_ssize_t first, int steps, const vec *dz,
                                    const matrix_view *out, Py_ssize_t n_columns) {
    const Py_ssize_t step = out->column_stride;
    for (int l = 0; l < in->used; ++l)
        for (int t = 0; t < steps && in->begin[l] + first + t < in->end[l]; ++t) {
            char *const to = NAME(place_in)(out, in->path, in->row[l], in->begin[l] + first + t,
                                            n_columns * step);
            for (Py_ssize_t a = 0; a < size; ++a)
                if (columns[a] >= 0)
                    set_number(to + columns[a] * step, out->tangent, get(dz + t * size + a, l));
        }
}

/* Set the derivatives in the corrections of a block to 0: not every column need be a letter. */
static void NAME(clear_corrections)(const chain_input *in, Py_ssize_t first, int steps,
                                    const matrix_view *out, Py_ssize_t n_columns) {
    const Py_ssize_t size = n_columns * out->column_stride;
    for (int l = 0; l < in->used; ++l)
        for (int t = 0; t < steps && in->begin[l] + first + t < in->end[l]; ++t)
            memset(NAME(place_in)(out, in->path, in->row[l], in->begin[l] + first + t, size), 0,
                   (size_t)size);
}
