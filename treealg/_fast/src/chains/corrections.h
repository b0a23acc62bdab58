/* Corrections of the segments of paths, one piece of a path per lane, and their derivatives. */

/* Pieces of paths with their corrections, one per lane, as for word_signature. */
typedef struct {
    const path_view *path;
    const correction_view *correction;
    int used;
    const Py_ssize_t *row, *begin, *end;
    Py_ssize_t longest; /* segments of the longest piece */
} NAME(chain_input);
#define chain_input NAME(chain_input)

INLINE chain_input NAME(chain_input_of)(const path_view *path, const correction_view *correction,
                                        int used, const Py_ssize_t *row, const Py_ssize_t *begin,
                                        const Py_ssize_t *end) {
    chain_input in = {path, correction, used, row, begin, end, 0};
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > in.longest) in.longest = end[l] - begin[l];
    return in;
}

/* Increments from `size` columns of the correction, [steps][size]; 0 for column -1 and beyond the
 * end of a piece. */
static void NAME(corrections)(const chain_input *in, const int32_t *columns, Py_ssize_t size,
                              Py_ssize_t first, int steps, vec *z) {
    const correction_view *const c = in->correction;
    for (int l = 0; l < LANES; ++l) {
        const int lane = l < in->used ? l : 0;
        const char *const base = c->data + in->row[lane] * c->path_stride;
        for (int t = 0; t < steps; ++t) {
            const Py_ssize_t segment = in->begin[lane] + first + t;
            const char *const at = base + segment * c->time_stride;
            const int inside = segment < in->end[lane];
            for (Py_ssize_t a = 0; a < size; ++a)
                put(z + t * size + a, l,
                    inside && columns[a] >= 0
                        ? *(const NUMBER *)(at + columns[a] * c->column_stride)
                        : (NUMBER)0);
        }
    }
}

/* Derivatives in `size` columns of the corrections of a block, each to its own place; rows of `out`
 * are (segments, n_columns). */
static void NAME(store_corrections)(const chain_input *in, const int32_t *columns, Py_ssize_t size,
                                    Py_ssize_t first, int steps, const vec *dz,
                                    const matrix_view *out, Py_ssize_t n_columns) {
    for (int l = 0; l < in->used; ++l)
        for (int t = 0; t < steps && in->begin[l] + first + t < in->end[l]; ++t) {
            NUMBER *const to = (NUMBER *)NAME(place_in)(out, in->path, in->row[l],
                                                        in->begin[l] + first + t,
                                                        n_columns * (Py_ssize_t)sizeof(NUMBER));
            for (Py_ssize_t a = 0; a < size; ++a)
                if (columns[a] >= 0) to[columns[a]] = get(dz + t * size + a, l);
        }
}

/* Set the derivatives in the corrections of a block to 0: not every column need be a letter. */
static void NAME(clear_corrections)(const chain_input *in, Py_ssize_t first, int steps,
                                    const matrix_view *out, Py_ssize_t n_columns) {
    const size_t size = (size_t)n_columns * sizeof(NUMBER);
    for (int l = 0; l < in->used; ++l)
        for (int t = 0; t < steps && in->begin[l] + first + t < in->end[l]; ++t)
            memset(NAME(place_in)(out, in->path, in->row[l], in->begin[l] + first + t,
                                  (Py_ssize_t)size),
                   0, size);
}
