/* Word signatures of piecewise linear paths, one path per lane.
 *
 * A segment with increment z multiplies the signature by exp(z); on a word of length k that is
 * Horner's scheme (Kidger and Lyons 2021, Signatory)
 *     S_k += (S_{k-1} + (... (S_2 + (S_1 + z/k) z/(k-1)) z/(k-2) ...) z/2) z,
 * built letter by letter from the left. So a word needs its own prefixes only, and the tree of
 * words is walked depth first with time innermost, a block of segments at a time:
 *     carry_k(p)[t] = (S(p)[t] + carry_k(parent)[t] * z_a[t]) / (k - |p|),   |p| < k <= N,
 *     S(p)[t+1]     = S(p)[t] + carry_{|p|}(parent)[t] * z_a[t],
 * for p = parent followed by the letter a, where carry_k(empty) = 1/k. The carries of one branch
 * stay in the first-level cache. Words of length N, nearly all of the work, are a small matrix
 * product over time, carry_N times increments, with its results in registers.
 *
 * In one dimension the signature is the powers of the whole increment, which is summed up first: no
 * digits are lost where the path turns back, and no carries are kept, which grow as N^2.
 *
 * Layout: words by length, then lexicographically; the empty word is not stored.
 */

/* Rows of the register tile for a number of columns: what the register file holds. */
INLINE int NAME(tile_rows)(Py_ssize_t columns) {
    const int accumulators = VECTOR_REGISTERS >= 32 ? 25 : 12;
    const int rows = (int)(accumulators / columns);
    return rows > 8 ? 8 : rows < 1 ? 1 : rows;
}

INLINE void NAME(rank_update)(const int n_rows, const int n_columns, const int paired, int first,
                              const word_state *s, int row, Py_ssize_t a) {
    const Py_ssize_t d = s->d;
    const vec *const rows = s->rows + row * BLOCK, *const z = s->z + a;
    vec *const top = s->top + row * d + a;
    vec sum[8][8];
    for (int r = 0; r < n_rows; ++r)
        for (int j = 0; j < n_columns; ++j) sum[r][j] = top[r * d + j];
    for (int t = paired ? first : 0; t < s->steps; t += paired ? 2 : 1) {
        for (int r = 0; r < n_rows; ++r) {
            const vec carry = rows[r * BLOCK + t];
            for (int j = 0; j < n_columns; ++j) sum[r][j] += carry * z[t * d + j];
        }
    }
    for (int r = 0; r < n_rows; ++r)
        for (int j = 0; j < n_columns; ++j) top[r * d + j] = sum[r][j];
}

INLINE void NAME(rank_update_columns)(const int n_columns, const int paired, int first,
                                      const word_state *s, Py_ssize_t a) {
    /* clang-format off */
    const int tile = VECTOR_REGISTERS >= 32
        ? (n_columns <= 3 ? 8 : n_columns == 4 ? 6 : n_columns == 5 ? 5 : n_columns == 6 ? 4 : 3)
        : (n_columns == 1 ? 8 : n_columns == 2 ? 6 : n_columns == 3 ? 4 : n_columns == 4 ? 3
           : n_columns <= 6 ? 2 : 1);
    /* clang-format on */
    int r = 0;
    for (; r + tile <= s->pending; r += tile)
        NAME(rank_update)(tile, n_columns, paired, first, s, r, a);
    for (; r < s->pending; ++r) NAME(rank_update)(1, n_columns, paired, first, s, r, a);
}

INLINE void NAME(flush_letters)(const int paired, int half, word_state *s) {
    const moving_t letters = NAME(moving_letters)(paired, s->d, half);
    Py_ssize_t a = letters.from;
    const Py_ssize_t end = a + letters.count;
    while (a < end) {
        const Py_ssize_t left = end - a;
        switch (left > 8 && left < 16 ? (left + 1) / 2 : left) {
            /* clang-format off */
#define COLUMNS(n) case n: NAME(rank_update_columns)(n, paired, letters.first, s, a); a += n; break;
            COLUMNS(1) COLUMNS(2) COLUMNS(3) COLUMNS(4) COLUMNS(5) COLUMNS(6) COLUMNS(7)
#undef COLUMNS
        default: NAME(rank_update_columns)(8, paired, letters.first, s, a); a += 8;
            /* clang-format on */
        }
    }
}

static void NAME(flush_halves)(word_state *s) {
    for (int half = 0; half < 2; ++half) NAME(flush_letters)(1, half, s);
}

static void NAME(flush_rows)(word_state *s) {
    if (s->paired) NAME(flush_halves)(s);
    else NAME(flush_letters)(0, 0, s);
    s->top += s->pending * s->d;
    s->pending = 0;
}

/* The child words of one prefix that is two letters short of the top: each gives a row. */
INLINE void NAME(rows_of_children)(const int n, word_state *s, const vec *carry, Py_ssize_t a,
                                   vec *value, vec *out) {
    vec sum[4];
    for (int c = 0; c < n; ++c) sum[c] = value[c];
    for (int t = 0; t < s->steps; ++t) {
        const vec own = carry[t], next = carry[BLOCK + t];
        for (int c = 0; c < n; ++c) {
            const vec z = s->z[t * s->d + a + c];
            out[c * BLOCK + t] = sum[c] + next * z;
            sum[c] += own * z;
        }
    }
    for (int c = 0; c < n; ++c) value[c] = sum[c];
}

/* The carries for k = depth+1..N of a child at depth `depth`; there are n = N - depth of them. */
INLINE void NAME(carries_of_child)(const int n, word_state *s, const vec *carry, Py_ssize_t a,
                                   vec *value, vec *out) {
    vec sum = *value;
    for (int t = 0; t < s->steps; ++t) {
        const vec z = s->z[t * s->d + a];
        out[t] = sum + carry[BLOCK + t] * z;
        for (int k = 1; k < n; ++k)
            out[k * BLOCK + t] = (sum + carry[(k + 1) * BLOCK + t] * z) * s->inverse[k + 1];
        sum += carry[t] * z;
    }
    *value = sum;
}

/* `carry` holds carry_{depth+1..N} of the word number `word` of length depth <= N-2. */
static void NAME(expand)(word_state *s, Py_ssize_t depth, Py_ssize_t word, vec *level,
                         Py_ssize_t level_size, const vec *carry) {
    const Py_ssize_t d = s->d;
    vec *value = level + word * d;
    if (NAME(last_letters)(s, depth, word, level, level_size, carry)) return;
    if (depth == s->degree - 2) {
        if (s->pending + d > s->capacity) NAME(flush_rows)(s);
        vec *out = s->rows + s->pending * BLOCK;
        Py_ssize_t a = 0;
        for (; a + 4 <= d; a += 4)
            NAME(rows_of_children)(4, s, carry, a, value + a, out + a * BLOCK);
        switch (d - a) {
        case 3: NAME(rows_of_children)(3, s, carry, a, value + a, out + a * BLOCK); break;
        case 2: NAME(rows_of_children)(2, s, carry, a, value + a, out + a * BLOCK); break;
        case 1: NAME(rows_of_children)(1, s, carry, a, value + a, out + a * BLOCK); break;
        }
        s->pending += (int)d;
        return;
    }
    vec *out = s->carries + (depth + 1) * s->degree * BLOCK;
    for (Py_ssize_t a = 0; a < d; ++a) {
        switch (s->degree - depth - 1) {
        case 2: NAME(carries_of_child)(2, s, carry, a, value + a, out); break;
        case 3: NAME(carries_of_child)(3, s, carry, a, value + a, out); break;
        case 4: NAME(carries_of_child)(4, s, carry, a, value + a, out); break;
        case 5: NAME(carries_of_child)(5, s, carry, a, value + a, out); break;
        default: NAME(carries_of_child)((int)(s->degree - depth - 1), s, carry, a, value + a, out);
        }
        NAME(expand)(s, depth + 1, word * d + a, level + level_size, level_size * d, out);
    }
}

/* Take the segments whose increments are in z. */
static void NAME(extend)(word_state *s, vec *top) {
    s->top = top;
    s->pending = s->degree == 1; /* then the one row is that of the empty word */
    if (s->degree > 1) NAME(expand)(s, 0, 0, s->signature, s->d, s->carries);
    NAME(flush_rows)(s);
}

static size_t NAME(word_signature_scratch)(Py_ssize_t d, Py_ssize_t degree) {
    if (d == 1) return sizeof(vec) * BLOCK;
    const size_t capacity = (size_t)(d > MAX_ROWS ? d : MAX_ROWS);
    return sizeof(vec)
        * ((size_t)(degree + 1) + (size_t)d * BLOCK + (size_t)(degree * (degree + 1)) * BLOCK
           + capacity * BLOCK);
}

/* In one dimension, the sum of all increments; `z` has room for a block of them. Returns the number
 * of segments, or -1 when stopped. */
static Py_ssize_t NAME(whole_increment)(const path_view *path, int used, const Py_ssize_t *row,
                                        const Py_ssize_t *begin, const Py_ssize_t *end, vec *z,
                                        vec *total, interrupt *stop) {
    Py_ssize_t longest = 0;
    *total = splat(0);
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > longest) longest = end[l] - begin[l];
    for (Py_ssize_t first = 0; first < longest; first += BLOCK) {
        const int steps = (int)(longest - first < BLOCK ? longest - first : BLOCK);
        NAME(increments)(path, 1, used, row, begin, end, first, steps, z);
        for (int t = 0; t < steps; ++t) *total += z[t];
        if ((first / BLOCK) % 64 == 63 && stop) {
            stop->poll(stop);
            if (stop->stop) return -1;
        }
    }
    return longest;
}

static void NAME(powers_of_increment)(const path_view *path, Py_ssize_t degree, int used,
                                      const Py_ssize_t *row, const Py_ssize_t *begin,
                                      const Py_ssize_t *end, vec *signature, vec *z,
                                      interrupt *stop) {
    vec total, power = splat(1);
    if (NAME(whole_increment)(path, used, row, begin, end, z, &total, stop) < 0) return;
    for (Py_ssize_t k = 1; k <= degree; ++k) {
        power = power * total * constant((REAL)1 / (REAL)k);
        signature[k - 1] = power;
    }
}

static void NAME(word_signature)(const path_view *path, Py_ssize_t d, Py_ssize_t degree, int used,
                                 const Py_ssize_t *row, const Py_ssize_t *begin,
                                 const Py_ssize_t *end, void *signature, void *scratch,
                                 interrupt *stop) {
    if (d == 1) {
        NAME(powers_of_increment)(path, degree, used, row, begin, end, (vec *)signature,
                                  (vec *)scratch, stop);
        return;
    }
    word_state s;
    real_vec *const inverse = (real_vec *)scratch;
    vec *const z = (vec *)scratch + degree + 1;
    s.d = d;
    s.degree = degree;
    s.paired = NAME(are_paired)(path) && d > 4; /* few letters are handled in registers */
    s.z = z;
    s.signature = (vec *)signature;
    s.inverse = inverse;
    s.carries = z + d * BLOCK;
    s.rows = s.carries + degree * (degree + 1) * BLOCK;
    const Py_ssize_t columns = s.paired ? d / 2 : d;
    const int tile = NAME(tile_rows)(columns > 8 ? 8 : columns);
    s.capacity = (int)d;
    while (s.capacity % tile && s.capacity + d <= MAX_ROWS) s.capacity += (int)d;

    Py_ssize_t size = 0, top = 0, level = 1, longest = 0;
    for (Py_ssize_t k = 1; k <= degree; ++k) {
        level *= d;
        top = size;
        size += level;
        inverse[k] = constant((REAL)1 / (REAL)k);
    }
    memset(signature, 0, (size_t)size * sizeof(vec));
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > longest) longest = end[l] - begin[l];

    /* carry_k(empty word) = 1/k */
    for (Py_ssize_t k = 0; k < degree; ++k)
        for (int t = 0; t < BLOCK; ++t) s.carries[k * BLOCK + t] = splat((REAL)1 / (REAL)(k + 1));
    for (int t = 0; t < BLOCK; ++t) s.rows[t] = splat(1);

    for (Py_ssize_t first = 0; first < longest; first += BLOCK) {
        s.steps = (int)(longest - first < BLOCK ? longest - first : BLOCK);
        NAME(increments)(path, d, used, row, begin, end, first, s.steps, z);
        NAME(extend)(&s, (vec *)signature + top);
        if ((first / BLOCK) % 64 == 63 && stop) {
            stop->poll(stop);
            if (stop->stop) return;
        }
    }
}

/* `function` for a number of columns, known where they are few. */
#define FEW_COLUMNS(function, columns, ...)                        \
    switch (columns) {                                             \
    case 2: NAME(function)(2, __VA_ARGS__); break;                 \
    case 3: NAME(function)(3, __VA_ARGS__); break;                 \
    case 4: NAME(function)(4, __VA_ARGS__); break;                 \
    case 5: NAME(function)(5, __VA_ARGS__); break;                 \
    default: NAME(function)(columns, __VA_ARGS__);                 \
    }

/* Add the outer product of `left`, of so many rows, and `right`. */
INLINE void NAME(add_outer)(const Py_ssize_t columns, Py_ssize_t rows, const NUMBER *left,
                            const NUMBER *right, NUMBER *restrict out) {
    for (Py_ssize_t u = 0; u < rows; ++u)
        for (Py_ssize_t v = 0; v < columns; ++v) out[u * columns + v] += left[u] * right[v];
}

static void NAME(word_product)(void *signature, const void *next, Py_ssize_t d, Py_ssize_t degree) {
    NUMBER *const left = (NUMBER *)signature;
    const NUMBER *const right = (const NUMBER *)next;
    Py_ssize_t size = d, start = 0;
    for (Py_ssize_t k = 1; k < degree; ++k) {
        start += size;
        size *= d;
    }
    for (Py_ssize_t k = degree; k >= 1; --k) {
        Py_ssize_t left_size = size, left_start = start, right_size = 1, right_start = -1;
        for (Py_ssize_t j = k - 1; j >= 1; --j) {
            left_size /= d;
            left_start -= left_size;
            right_start = right_start < 0 ? 0 : right_start + right_size;
            right_size *= d;
            FEW_COLUMNS(add_outer, right_size, left_size, left + left_start, right + right_start,
                        left + start)
        }
        for (Py_ssize_t w = 0; w < size; ++w) left[start + w] += right[start + w];
        size /= d;
        start -= size;
    }
}
