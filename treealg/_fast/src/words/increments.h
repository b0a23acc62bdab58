/* Increments of the segments of transformed paths, one piece of a path per lane, and the way back of
 * their derivatives to the points.
 */

/* Increments of time over segments first..first+steps of each piece, to the last of d letters. */
static void NAME(time_increments)(const path_view *p, Py_ssize_t d, int used, const Py_ssize_t *row,
                                  const Py_ssize_t *begin, const Py_ssize_t *end, Py_ssize_t first,
                                  int steps, vec *z) {
    int lanes = 1; /* unless one differs from the first */
    for (int l = 1; l < used; ++l) {
        const int64_t *const own = p->spans ? p->spans + 2 * row[l] : NULL;
        const int64_t *const other = p->spans ? p->spans + 2 * row[0] : NULL;
        if (begin[l] != begin[0] || end[l] != end[0]
            || (own && (own[0] != other[0] || own[1] != other[1])))
            lanes = LANES;
    }
    for (int l = 0; l < lanes; ++l) {
        const int lane = l < used ? l : 0;
        const Py_ssize_t at = begin[lane] + first, left = end[lane] - at;
        const path_clock clock = NAME(clock_of)(p, row[lane]);
        REAL time = left > 0 ? NAME(time_of_point)(&clock, at) : 0;
        for (int t = 0; t < steps; ++t) {
            const REAL next = t < left ? NAME(time_of_point)(&clock, at + t + 1) : time;
            put(z + t * d + d - 1, l, next - time);
            time = next;
        }
    }
    if (lanes == 1)
        for (int t = 0; t < steps; ++t) {
            vec *const out = z + t * d + d - 1;
            *out = splat(NAME(value)(get(out, 0)));
        }
}

/* Where the points of a path are. */
INLINE path_line NAME(line_of)(const path_view *p, Py_ssize_t row) {
    if (p->lines) return p->lines[row];
    return (path_line){(Py_ssize_t)p->data + row * p->path_stride, p->time_stride,
                       p->channel_stride};
}

/* Whether all pieces have so many segments from number `first` on, which are whole steps of paths. */
INLINE int NAME(are_inside)(const path_view *p, int used, const Py_ssize_t *begin,
                            const Py_ssize_t *end, Py_ssize_t first, int steps) {
    int inside = !p->lead_lag || steps % 2 == 0;
    for (int l = 0; l < used; ++l) {
        inside &= begin[l] + first + steps <= end[l];
        inside &= !p->lead_lag || (begin[l] + first) % 2 == 0;
    }
    return inside;
}

/* Differences of `count` numbers from those c further, each lane from its base, to vectors of which c
 * stand together and then there is a gap. */
INLINE void NAME(differences)(const char *const base[LANES], Py_ssize_t size, Py_ssize_t tangent,
                              Py_ssize_t c, Py_ssize_t count, Py_ssize_t gap, vec *z) {
    Py_ssize_t j = 0, to = 0, a = 0; /* number j goes to vector `to`, that of channel a */
    for (; j + LANES <= count; j += LANES) {
        vec v[LANES];
        for (int l = 0; l < LANES; ++l)
            v[l] = load_lanes(base[l] + (j + c) * size, size, tangent)
                - load_lanes(base[l] + j * size, size, tangent);
        transpose(v);
        for (int l = 0; l < LANES; ++l) {
            z[to++] = v[l];
            if (++a == c) to += gap, a = 0;
        }
    }
    for (; j < count; ++j) {
        for (int l = 0; l < LANES; ++l)
            put(z + to, l,
                number_at(base[l] + (j + c) * size, tangent)
                    - number_at(base[l] + j * size, tangent));
        ++to;
        if (++a == c) to += gap, a = 0;
    }
}

/* So many steps and channels are gathered at once. */
#define STEPS_TOGETHER 16
#define CHANNELS_TOGETHER 8

/* Numbers of c channels at so many points, from wherever they lie, one after the other. */
INLINE void NAME(gather)(const int c, const path_line *line, Py_ssize_t point, Py_ssize_t channel,
                         int points, Py_ssize_t tangent, NUMBER *out) {
    Py_ssize_t at = line->start + point * line->time_stride + channel * line->channel_stride;
    for (int t = 0; t < points; ++t, at += line->time_stride)
        for (int a = 0; a < c; ++a)
            *out++ = number_at((const char *)(at + a * line->channel_stride), tangent);
}

/* Increments of `count` steps of paths that lie in any way, in some of their channels: from point
 * `from` of each lane on. */
static void NAME(gathered_increments)(const path_view *p, int used, const Py_ssize_t *row,
                                      const Py_ssize_t *from, int count, Py_ssize_t channel,
                                      const int c, Py_ssize_t row_size, vec *z) {
    NUMBER points[LANES][(STEPS_TOGETHER + 1) * CHANNELS_TOGETHER];
    const char *base[LANES];
    for (int l = 0; l < LANES; ++l) base[l] = (const char *)points[l < used ? l : 0];
    for (int l = 0; l < used; ++l) {
        const path_line line = NAME(line_of)(p, row[l]);
        switch (c) {
            /* clang-format off */
#define CHANNELS(n) \
        case n: NAME(gather)(n, &line, from[l], channel, count + 1, p->tangent, points[l]); break;
            CHANNELS(1) CHANNELS(2) CHANNELS(3) CHANNELS(4)
            CHANNELS(5) CHANNELS(6) CHANNELS(7) CHANNELS(8)
#undef CHANNELS
            /* clang-format on */
        }
    }
    NAME(differences)(base, (Py_ssize_t)sizeof(NUMBER), (Py_ssize_t)sizeof(REAL), c, count * c,
                      row_size - c, z);
}

/* Increments of whole steps of paths that lie in any way, to rows of so many vectors. */
static void NAME(increments_of_any)(const path_view *p, int used, const Py_ssize_t *row,
                                    const Py_ssize_t *from, int steps, Py_ssize_t row_size,
                                    vec *z) {
    for (int t = 0; t < steps; t += STEPS_TOGETHER)
        for (Py_ssize_t a = 0; a < p->channels; a += CHANNELS_TOGETHER) {
            const int left = steps - t, count = left < STEPS_TOGETHER ? left : STEPS_TOGETHER;
            const Py_ssize_t c = p->channels - a;
            Py_ssize_t at[LANES];
            for (int l = 0; l < used; ++l) at[l] = from[l] + t;
            NAME(gathered_increments)(p, used, row, at, count, a,
                                      (int)(c < CHANNELS_TOGETHER ? c : CHANNELS_TOGETHER),
                                      row_size, z + t * row_size + a);
        }
}

/* Increments of segments first..first+steps of each piece; 0 beyond its end. */
static void NAME(increments)(const path_view *p, Py_ssize_t d, int used, const Py_ssize_t *row,
                             const Py_ssize_t *begin, const Py_ssize_t *end, Py_ssize_t first,
                             int steps, vec *z) {
    const Py_ssize_t c = p->channels, tangent = p->tangent;
    const Py_ssize_t size = NAME(line_of)(p, row[0]).channel_stride;
    int aligned = is_dense(size, tangent) && (p->lines || p->time_stride == c * size);
    if (p->lines)
        for (int l = 0; l < used; ++l)
            aligned &= p->lines[row[l]].channel_stride == size
                && p->lines[row[l]].time_stride == c * size;
    if (p->time_aug) NAME(time_increments)(p, d, used, row, begin, end, first, steps, z);
    if (NAME(are_inside)(p, used, begin, end, first, steps)) {
        const int per_step = p->lead_lag ? 2 : 1, whole = steps / per_step;
        vec *const out = p->lead_lag ? z + c : z; /* the lead moves first */
        const char *base[LANES];
        Py_ssize_t from[LANES];
        for (int l = 0; l < LANES; ++l) {
            const int lane = l < used ? l : 0;
            from[l] = (begin[lane] + first) / per_step;
            base[l] = (const char *)(NAME(line_of)(p, row[lane]).start + from[l] * c * size);
        }
        if (aligned) NAME(differences)(base, size, tangent, c, whole * c, per_step * d - c, out);
        else NAME(increments_of_any)(p, used, row, from, whole, per_step * d, out);
        for (int t = 0; p->lead_lag && t < steps; t += 2)
            for (Py_ssize_t a = 0; a < c; ++a) {
                z[(t + 1) * d + a] = z[t * d + c + a];
                z[t * d + a] = z[(t + 1) * d + c + a] = splat(0);
            }
        return;
    }
    const Py_ssize_t moving = d - p->time_aug; /* letters that are not time */
    for (int l = 0; l < LANES; ++l) {
        const int lane = l < used ? l : 0;
        const path_line line = NAME(line_of)(p, row[lane]);
        for (int t = 0; t < steps; ++t) {
            const Py_ssize_t segment = begin[lane] + first + t;
            vec *const out = z + t * d;
            for (Py_ssize_t a = 0; a < moving; ++a) put(out + a, l, 0);
            if (segment >= end[lane]) continue;
            const Py_ssize_t step = p->lead_lag ? segment / 2 : segment;
            const Py_ssize_t shift = p->lead_lag && segment % 2 == 0 ? c : 0;
            const Py_ssize_t x = line.start + step * line.time_stride;
            for (Py_ssize_t a = 0; a < c; ++a) {
                const char *const from = (const char *)(x + a * line.channel_stride);
                put(out + shift + a, l,
                    number_at(from + line.time_stride, tangent) - number_at(from, tangent));
            }
        }
    }
}

/* Set the word of time, if there is one, in the word signature of a path, row-major, up to a point. */
static void NAME(set_time)(const path_view *p, Py_ssize_t word, Py_ssize_t row, Py_ssize_t point,
                           void *signature) {
    const path_clock clock = NAME(clock_of)(p, row);
    if (p->time_aug && word >= 0) ((NUMBER *)signature)[word] = NAME(time_of_point)(&clock, point);
}

/* Where what belongs to a point or segment of a path is written, in rows of so many bytes. */
INLINE char *NAME(place_in)(const matrix_view *out, const path_view *p, Py_ssize_t row,
                            Py_ssize_t point, Py_ssize_t row_size) {
    return p->places ? out->data + (p->places[row] + point) * row_size
                     : out->data + row * out->row_stride + point * row_size;
}

/* In place, from the derivatives in the increments of segments to those in the channels alone, of
 * `steps` segments without lead-lag, of half as many steps of the path with it. */
INLINE void NAME(to_channels)(const path_view *p, Py_ssize_t d, int steps, vec *dz) {
    const Py_ssize_t c = p->channels;
    vec *out = dz;
    if (p->lead_lag)
        for (int t = 0; t < steps; t += 2)
            for (Py_ssize_t a = 0; a < c; ++a) *out++ = dz[t * d + c + a] + dz[(t + 1) * d + a];
    else if (c < d)
        for (int t = 0; t < steps; ++t)
            for (Py_ssize_t a = 0; a < c; ++a) *out++ = dz[t * d + a];
}

/* Derivatives in the increments of segments first..first+steps of each piece: that of the step from
 * point i to point i + 1 goes to the place of point i + 1. Pieces hold whole steps. What is in dz is
 * lost. */
static void NAME(store_steps)(const path_view *p, Py_ssize_t d, int used, const Py_ssize_t *row,
                              const Py_ssize_t *begin, const Py_ssize_t *end, Py_ssize_t first,
                              int steps, vec *dz, const matrix_view *out) {
    const Py_ssize_t c = p->channels, size = out->column_stride; /* a row has no gaps */
    if (NAME(are_inside)(p, used, begin, end, first, steps)) {
        const int per_step = p->lead_lag ? 2 : 1; /* segments */
        rows_t rows;
        rows.used = used;
        rows.step = size;
        rows.tangent = out->tangent;
        for (int l = 0; l < LANES; ++l) {
            const int lane = l < used ? l : 0;
            rows.base[l] = NAME(place_in)(out, p, row[lane], (begin[lane] + first) / per_step + 1,
                                          c * size);
        }
        NAME(to_channels)(p, d, steps, dz);
        store_rows(&rows, 0, steps / per_step * c, dz);
        return;
    }
    for (int l = 0; l < used; ++l) {
        char *const path = NAME(place_in)(out, p, row[l], 0, c * size);
        for (int t = 0; t < steps && begin[l] + first + t < end[l]; ++t) {
            const Py_ssize_t segment = begin[l] + first + t;
            const Py_ssize_t step = p->lead_lag ? segment / 2 : segment;
            const Py_ssize_t shift = p->lead_lag && segment % 2 == 0 ? c : 0;
            const vec *const in = dz + t * d + shift;
            char *const to = path + (step + 1) * c * size;
            const int is_second = p->lead_lag && segment % 2;
            for (Py_ssize_t a = 0; a < c; ++a) {
                if (is_second) add_number(to + a * size, out->tangent, get(in + a, l));
                else set_number(to + a * size, out->tangent, get(in + a, l));
            }
        }
    }
}

/* In place, from the derivatives in the steps (see store_steps) to those in the points, which take so
 * many bytes each; what becomes of values becomes of tangents. */
static void NAME(steps_to_points)(void *row, Py_ssize_t length, Py_ssize_t point_size) {
    REAL *const x = (REAL *)row;
    const Py_ssize_t n = point_size / (Py_ssize_t)sizeof(REAL);
    if (length == 1) {
        memset(x, 0, (size_t)point_size);
        return;
    }
    for (Py_ssize_t a = 0; a < n; ++a) x[a] = -x[n + a];
    for (Py_ssize_t i = n; i < (length - 1) * n; ++i) x[i] -= x[i + n];
}
