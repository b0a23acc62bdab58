/* Gradients of word signatures of piecewise linear paths, one path per lane.
 *
 * The forward pass is that of words/signature.h, whose letters are used here. Let l(w)[t] be the
 * derivative in S(w)[t]. On words of length N it does not change with time. A block of segments is
 * walked depth first, forwards for the carries on the way down and backwards in time on the way up:
 *     h_k       = d carry_k(p)[t] / (k - |p|),                        |p| < k <= N,
 *     d carry_k(parent)[t]   += h_k z_a[t],      d z_a[t] += h_k carry_k(parent)[t],
 *     d carry_|p|(parent)[t] += l(p)[t+1] z_a[t], d z_a[t] += l(p)[t+1] carry_|p|(parent)[t],
 *     l(p)[t]   = l(p)[t+1] + sum over k of h_k.
 * Words of length N, most of the work, are two small matrix products with their derivatives in
 * registers; few letters are handled all at once (words/few_letters.h). The state at the start of
 * each block is needed on words shorter than N only. It is saved on a forward pass and never
 * obtained by going backwards, so that rough paths lose no digits (see checkpoints.h).
 */

#define MOST_LETTERS 5 /* that are few: see words/few_letters.h */

typedef struct {
    Py_ssize_t d, degree;
    int paired; /* as in a word_state */
    int steps;
    const vec *z;         /* increments, [steps][d] */
    vec *dz;              /* their derivatives, [steps][d] */
    const vec *signature; /* at the start of the block, words shorter than degree */
    vec *cotangent;       /* all words: at the end of the block, then at its start */
    /* [depth] -> [degree - depth][BLOCK], with few letters [depth] -> [d][degree - depth][BLOCK] */
    vec *carries, *dcarries;
    vec *rows, *drows; /* carries of d words of length N-1, [d][BLOCK], or [BLOCK][d] */
    const real_vec *inverse;
} NAME(back_state);
#define back_state NAME(back_state)

/* Set n arrays of what a block has to 0. */
INLINE void NAME(clear)(const back_state *s, vec *x, Py_ssize_t n) {
    if (s->steps == BLOCK) memset(x, 0, (size_t)(n * BLOCK) * sizeof(vec));
    else
        for (Py_ssize_t k = 0; k < n; ++k)
            for (int t = 0; t < s->steps; ++t) x[k * BLOCK + t] = splat(0);
}

/* Words of length N from d words of length N-1, some rows and columns of the square. */
INLINE void NAME(word_tile)(const int n_rows, const int n_columns, const int paired, int first,
                            const back_state *s, int r, Py_ssize_t a, const vec *cotangent) {
    const Py_ssize_t d = s->d;
    const vec *const rows = s->rows + r * BLOCK;
    vec *const drows = s->drows + r * BLOCK;
    vec top[8][8];
    for (int i = 0; i < n_rows; ++i)
        for (int j = 0; j < n_columns; ++j) top[i][j] = cotangent[(r + i) * d + a + j];
    for (int t = paired ? first : 0; t < s->steps; t += paired ? 2 : 1) {
        vec z[8], dz[8];
        for (int j = 0; j < n_columns; ++j) {
            z[j] = s->z[t * d + a + j];
            dz[j] = s->dz[t * d + a + j];
        }
        for (int i = 0; i < n_rows; ++i) {
            const vec carry = rows[i * BLOCK + t];
            vec sum = drows[i * BLOCK + t];
            for (int j = 0; j < n_columns; ++j) {
                sum += top[i][j] * z[j];
                dz[j] += top[i][j] * carry;
            }
            drows[i * BLOCK + t] = sum;
        }
        for (int j = 0; j < n_columns; ++j) s->dz[t * d + a + j] = dz[j];
    }
}

INLINE void NAME(word_columns)(const int n_columns, const int paired, int first,
                               const back_state *s, int n_rows, Py_ssize_t a,
                               const vec *cotangent) {
    /* clang-format off */
    const int tile = VECTOR_REGISTERS >= 32
        ? (n_columns <= 2 ? 6 : n_columns == 3 ? 5 : n_columns == 4 ? 4 : 3)
        : (n_columns == 1 ? 4 : n_columns == 2 ? 3 : 2);
    int r = 0;
#define TILES(n)                                                         \
    for (; tile >= n && r + n <= n_rows; r += n)                         \
        NAME(word_tile)(n, n_columns, paired, first, s, r, a, cotangent);
    TILES(tile) TILES(3) TILES(2) TILES(1)
#undef TILES
    /* clang-format on */
}

INLINE void NAME(letters_on_top)(const int paired, int half, const back_state *s, int n_rows,
                                 const vec *cotangent) {
    const moving_t letters = NAME(moving_letters)(paired, s->d, half);
    Py_ssize_t a = letters.from;
    const Py_ssize_t end = a + letters.count;
    while (a < end) {
        const Py_ssize_t left = end - a;
        switch (left > 5 ? (left < 8 ? (left + 1) / 2 : 4) : left) {
            /* clang-format off */
#define COLUMNS(n)                                                                  \
        case n:                                                                     \
            NAME(word_columns)(n, paired, letters.first, s, n_rows, a, cotangent);  \
            a += n;                                                                 \
            break;
            COLUMNS(1) COLUMNS(2) COLUMNS(3) COLUMNS(4) COLUMNS(5)
#undef COLUMNS
            /* clang-format on */
        }
    }
}

static void NAME(halves_on_top)(const back_state *s, int n_rows, const vec *cotangent) {
    for (int half = 0; half < 2; ++half) NAME(letters_on_top)(1, half, s, n_rows, cotangent);
}

/* The first n_rows words of length N-1 that are in `rows`, and all their children. Derivatives in
 * increments that are 0 with lead-lag are left out: nobody reads them. */
static void NAME(words_on_top)(const back_state *s, int n_rows, const vec *cotangent) {
    NAME(clear)(s, s->drows, n_rows);
    if (s->paired) NAME(halves_on_top)(s, n_rows, cotangent);
    else NAME(letters_on_top)(0, 0, s, n_rows, cotangent);
}

/* carry_N of n children of a word of length N-2. */
INLINE void NAME(rows_forward)(const int n, const back_state *s, const vec *carry, Py_ssize_t a,
                               const vec *value) {
    vec sum[4];
    for (int c = 0; c < n; ++c) sum[c] = value[a + c];
    for (int t = 0; t < s->steps; ++t) {
        const vec own = carry[t], next = carry[BLOCK + t];
        for (int c = 0; c < n; ++c) {
            const vec z = s->z[t * s->d + a + c];
            s->rows[(a + c) * BLOCK + t] = sum[c] + next * z;
            sum[c] += own * z;
        }
    }
}

INLINE void NAME(rows_backward)(const int n, const back_state *s, const vec *carry, vec *dcarry,
                                Py_ssize_t a, vec *value) {
    vec sum[4];
    for (int c = 0; c < n; ++c) sum[c] = value[a + c];
    for (int t = s->steps - 1; t >= 0; --t) {
        const vec own = carry[t], next = carry[BLOCK + t];
        vec down = dcarry[t], dnext = dcarry[BLOCK + t];
        for (int c = 0; c < n; ++c) {
            const vec z = s->z[t * s->d + a + c], h = s->drows[(a + c) * BLOCK + t];
            s->dz[t * s->d + a + c] += sum[c] * own + h * next;
            down += sum[c] * z;
            dnext += h * z;
            sum[c] += h;
        }
        dcarry[t] = down;
        dcarry[BLOCK + t] = dnext;
    }
    for (int c = 0; c < n; ++c) value[a + c] = sum[c];
}

/* The n carries of a child that is shorter than N-1. */
INLINE void NAME(child_forward)(const int n, const back_state *s, const vec *carry, Py_ssize_t a,
                                vec sum, vec *out) {
    for (int t = 0; t < s->steps; ++t) {
        const vec z = s->z[t * s->d + a];
        out[t] = sum + carry[BLOCK + t] * z;
        for (int k = 1; k < n; ++k)
            out[k * BLOCK + t] = (sum + carry[(k + 1) * BLOCK + t] * z) * s->inverse[k + 1];
        sum += carry[t] * z;
    }
}

INLINE void NAME(child_backward)(const int n, const back_state *s, const vec *carry, vec *dcarry,
                                 Py_ssize_t a, const vec *dchild, vec *value) {
    vec sum = *value;
    for (int t = s->steps - 1; t >= 0; --t) {
        const vec z = s->z[t * s->d + a];
        vec dz = sum * carry[t], total = splat(0);
        dcarry[t] += sum * z;
        for (int k = 0; k < n; ++k) {
            const vec h = k ? dchild[k * BLOCK + t] * s->inverse[k + 1] : dchild[t];
            total += h;
            dcarry[(k + 1) * BLOCK + t] += h * z;
            dz += h * carry[(k + 1) * BLOCK + t];
        }
        s->dz[t * s->d + a] += dz;
        sum += total;
    }
    *value = sum;
}

/* Everything below the word number `word` of length depth <= N-2; `start` is where the coefficients
 * of length depth + 1 begin and `size` is d^(depth + 1). */
static void NAME(descend)(const back_state *s, Py_ssize_t depth, Py_ssize_t word, Py_ssize_t start,
                          Py_ssize_t size) {
    const Py_ssize_t d = s->d, here = start + word * d, stride = s->degree * BLOCK;
    const vec *const carry = s->carries + depth * stride, *const value = s->signature + here;
    vec *const dcarry = s->dcarries + depth * stride, *const cotangent = s->cotangent + here;
    if (depth == s->degree - 2) {
#define GROUPS(function, ...)                                        \
        for (Py_ssize_t a = 0; a < d;) {                             \
            switch (d - a) {                                         \
            case 1: NAME(function)(1, s, __VA_ARGS__); a += 1; break; \
            case 2: NAME(function)(2, s, __VA_ARGS__); a += 2; break; \
            case 3: NAME(function)(3, s, __VA_ARGS__); a += 3; break; \
            default: NAME(function)(4, s, __VA_ARGS__); a += 4;      \
            }                                                        \
        }
        GROUPS(rows_forward, carry, a, value)
        NAME(words_on_top)(s, (int)d, s->cotangent + start + size + word * d * d);
        GROUPS(rows_backward, carry, dcarry, a, cotangent)
#undef GROUPS
        return;
    }
    vec *const own = s->carries + (depth + 1) * stride,
               *const down = s->dcarries + (depth + 1) * stride;
    const int n = (int)(s->degree - depth - 1);
    for (Py_ssize_t a = 0; a < d; ++a) {
        NAME(clear)(s, down, n);
        switch (n) {
            /* clang-format off */
#define CARRIES(m)                                                                     \
        case m:                                                                        \
            NAME(child_forward)(m, s, carry, a, value[a], own);                        \
            NAME(descend)(s, depth + 1, word * d + a, start + size, size * d);         \
            NAME(child_backward)(m, s, carry, dcarry, a, down, cotangent + a);         \
            break;
            CARRIES(2) CARRIES(3) CARRIES(4) CARRIES(5)
#undef CARRIES
        default:
            NAME(child_forward)(n, s, carry, a, value[a], own);
            NAME(descend)(s, depth + 1, word * d + a, start + size, size * d);
            NAME(child_backward)(n, s, carry, dcarry, a, down, cotangent + a);
            /* clang-format on */
        }
    }
}

#include "words/few_letters.h"

/* One group of pieces: what a block, forwards or backwards, has to know. */
typedef struct {
    const path_view *path;
    int used;
    const Py_ssize_t *row, *begin, *end;
    Py_ssize_t longest, top; /* `top` is where words of length N-1 begin */
    const matrix_view *out;
    back_state back;
    word_state forward; /* on words shorter than N */
} NAME(back_task);
#define back_task NAME(back_task)

/* Read the increments of a block; returns the number of segments. */
static int NAME(read_block)(const back_task *task, Py_ssize_t block) {
    const Py_ssize_t first = block * BLOCK, left = task->longest - first;
    const int steps = left < BLOCK ? (int)left : BLOCK;
    NAME(increments)(task->path, task->back.d, task->used, task->row, task->begin, task->end, first,
                     steps, (vec *)task->back.z);
    return steps;
}

static void NAME(word_block_forward)(void *context, Py_ssize_t block, void *state) {
    back_task *const task = (back_task *)context;
    word_state *const s = &task->forward;
    if (s->degree == 0) return;
    s->steps = NAME(read_block)(task, block);
    s->signature = (vec *)state;
    s->top = (vec *)state + task->top;
    s->pending = s->degree == 1; /* then the one row is that of the empty word */
    if (s->degree > 1) NAME(expand)(s, 0, 0, s->signature, s->d, s->carries);
    NAME(flush_rows)(s);
}

/* Everything below the empty word. */
static void NAME(descend_all)(const back_state *s) {
    switch (s->d) {
    case 2: NAME(below_2)(s, 0, 0, 0, 2, s->carries, s->dcarries); break;
    case 3: NAME(below_3)(s, 0, 0, 0, 3, s->carries, s->dcarries); break;
    case 4: NAME(below_4)(s, 0, 0, 0, 4, s->carries, s->dcarries); break;
    case 5: NAME(below_5)(s, 0, 0, 0, 5, s->carries, s->dcarries); break;
    default: NAME(descend)(s, 0, 0, 0, s->d);
    }
}

static void NAME(word_block_backward)(void *context, Py_ssize_t block, const void *before) {
    back_task *const task = (back_task *)context;
    back_state *const s = &task->back;
    s->steps = NAME(read_block)(task, block);
    s->signature = (const vec *)before;
    memset(s->dz, 0, (size_t)(s->steps * s->d) * sizeof(vec));
    if (s->degree > 1) NAME(descend_all)(s);
    else NAME(words_on_top)(s, 1, s->cotangent);
    NAME(store_steps)(task->path, s->d, task->used, task->row, task->begin, task->end,
                      block * BLOCK, s->steps, s->dz, task->out);
}

/* Coefficients of the words shorter than N. */
static Py_ssize_t NAME(short_words)(Py_ssize_t d, Py_ssize_t degree) {
    Py_ssize_t words = 0, level = 1;
    for (Py_ssize_t k = 1; k < degree; ++k) words += level *= d;
    return words;
}

static Py_ssize_t NAME(blocks_of_vectors)(Py_ssize_t d, Py_ssize_t degree) {
    const Py_ssize_t siblings = d <= MOST_LETTERS ? d : 1;
    return 4 * d + (2 * siblings + 1) * degree * degree + (d > MAX_ROWS ? d : MAX_ROWS);
}

static size_t NAME(word_backward_scratch)(Py_ssize_t d, Py_ssize_t degree, Py_ssize_t segments) {
    if (d == 1) return sizeof(vec) * BLOCK;
    const Py_ssize_t vectors = degree + 1 + NAME(blocks_of_vectors)(d, degree) * BLOCK;
    return (size_t)vectors * sizeof(vec)
        + checkpoints_size((segments + BLOCK - 1) / BLOCK,
                           (size_t)NAME(short_words)(d, degree) * sizeof(vec));
}

/* Gradients in one dimension, where all depends on the whole increment x of a piece, and so the
 * derivatives in its steps are alike: those before it are l_j + l_{j+1} x + l_{j+2} x^2/2 + ... */
static void NAME(one_letter_backward)(const path_view *path, Py_ssize_t degree, int used,
                                      const Py_ssize_t *row, const Py_ssize_t *begin,
                                      const Py_ssize_t *end, const vec *before, vec *cotangent,
                                      const matrix_view *out, vec *z, interrupt *stop) {
    vec total, slope = cotangent[0];
    const Py_ssize_t longest = NAME(whole_increment)(path, used, row, begin, end, z, &total, stop);
    if (longest < 0) return;
    for (Py_ssize_t j = 1; j < degree; ++j) { /* the word of j letters after the piece */
        vec value = splat(1);
        for (Py_ssize_t i = 1; i <= j; ++i) {
            value = value * total * constant((REAL)1 / (REAL)(j - i + 1));
            if (before) value += before[i - 1];
        }
        slope += cotangent[j] * value;
    }
    for (Py_ssize_t j = 0; j < degree; ++j) {
        vec value = cotangent[degree - 1];
        for (Py_ssize_t k = degree - 2; k >= j; --k)
            value = value * total * constant((REAL)1 / (REAL)(k + 1 - j)) + cotangent[k];
        cotangent[j] = value;
    }
    for (Py_ssize_t first = 0; first < longest; first += BLOCK) {
        const int steps = (int)(longest - first < BLOCK ? longest - first : BLOCK);
        for (int t = 0; t < steps; ++t) z[t] = slope;
        NAME(store_steps)(path, 1, used, row, begin, end, first, steps, z, out);
    }
}

static void NAME(word_backward)(const path_view *path, Py_ssize_t d, Py_ssize_t degree, int used,
                                const Py_ssize_t *row, const Py_ssize_t *begin,
                                const Py_ssize_t *end, const void *before, void *cotangent,
                                const matrix_view *out, void *scratch, interrupt *stop) {
    const Py_ssize_t words = NAME(short_words)(d, degree), stride = degree * BLOCK;
    const Py_ssize_t siblings = d <= MOST_LETTERS ? d : 1;
    const int paired = NAME(are_paired)(path);
    if (d == 1) {
        NAME(one_letter_backward)(path, degree, used, row, begin, end, (const vec *)before,
                                  (vec *)cotangent, out, (vec *)scratch, stop);
        return;
    }
    vec *next = (vec *)scratch;
#define TAKE(name, count) vec *const name = next; next += (count);
    real_vec *const inverse = (real_vec *)next;
    next += degree + 1;
    TAKE(z, d * BLOCK)
    TAKE(dz, d * BLOCK)
    TAKE(rows, d * BLOCK)
    TAKE(drows, d * BLOCK)
    TAKE(carries, siblings * degree * stride)
    TAKE(dcarries, siblings * degree * stride)
    TAKE(forward_carries, degree * stride)
    TAKE(forward_rows, (d > MAX_ROWS ? d : MAX_ROWS) * BLOCK)
#undef TAKE
    back_task task = {
        .path = path,
        .used = used,
        .row = row,
        .begin = begin,
        .end = end,
        .out = out,
        .back = {d, degree, paired, 0, z, dz, NULL, (vec *)cotangent, carries, dcarries, rows,
                 drows, inverse},
        .forward = {.d = d,
                    .degree = degree - 1,
                    .paired = paired,
                    .z = z,
                    .carries = forward_carries,
                    .rows = forward_rows,
                    .inverse = inverse},
    };
    for (int l = 0; l < used; ++l)
        if (end[l] - begin[l] > task.longest) task.longest = end[l] - begin[l];
    const Py_ssize_t columns = paired ? d / 2 : d;
    const int tile = NAME(tile_rows)(columns > 8 ? 8 : columns);
    task.forward.capacity = (int)d;
    while (task.forward.capacity % tile && task.forward.capacity + d <= MAX_ROWS)
        task.forward.capacity += (int)d;
    task.top = NAME(short_words)(d, degree - 1);
    const int steps = (int)(task.longest < BLOCK ? task.longest : BLOCK); /* of a block, at most */
    for (Py_ssize_t k = 1; k <= degree; ++k) {
        vec *const carry = carries + (k - 1) * BLOCK, *const down = dcarries + (k - 1) * BLOCK;
        inverse[k] = constant((REAL)1 / (REAL)k);
        for (int t = 0; t < steps; ++t) {
            carry[t] = forward_carries[(k - 1) * BLOCK + t] = splat((REAL)1 / (REAL)k);
            down[t] = splat(0); /* nobody reads those of the empty word */
        }
    }
    for (int t = 0; t < steps; ++t) forward_rows[t] = rows[t] = splat(1);
    if (before) memcpy(next, before, (size_t)words * sizeof(vec));
    else memset(next, 0, (size_t)words * sizeof(vec));
    const checkpointed run = {(task.longest + BLOCK - 1) / BLOCK, (size_t)words * sizeof(vec),
                              &task, NAME(word_block_forward), NAME(word_block_backward)};
    run_backward(&run, (char *)next, stop);
}

/* Add to each number of `out` the product of its row, of so many columns, with `other`. */
INLINE void NAME(add_inner)(const Py_ssize_t columns, Py_ssize_t rows, const NUMBER *row,
                            const NUMBER *other, NUMBER *restrict out) {
    for (Py_ssize_t u = 0; u < rows; ++u, row += columns) {
        NUMBER sum = 0, part[8]; /* sums that do not wait for each other */
        Py_ssize_t v = 0;
        if (columns >= 8) {
            for (int i = 0; i < 8; ++i) part[i] = row[i] * other[i];
            for (v = 8; v + 8 <= columns; v += 8)
                for (int i = 0; i < 8; ++i) part[i] += row[v + i] * other[v + i];
            for (int i = 0; i < 8; ++i) sum += part[i];
        }
        for (; v < columns; ++v) sum += row[v] * other[v];
        out[u] += sum;
    }
}

/* In place, row-major and of one path: the cotangent before a piece of path from that after it. */
static void NAME(word_contract)(void *cotangent, const void *piece, Py_ssize_t d,
                                Py_ssize_t degree) {
    NUMBER *const x = (NUMBER *)cotangent;
    const NUMBER *const y = (const NUMBER *)piece;
    Py_ssize_t start = 0, size = d;
    for (Py_ssize_t j = 1; j < degree; ++j) {
        Py_ssize_t long_start = start + size, long_size = size * d, right_start = 0, right = d;
        for (Py_ssize_t k = 1; j + k <= degree; ++k) {
            FEW_COLUMNS(add_inner, right, size, x + long_start, y + right_start, x + start)
            long_start += long_size;
            long_size *= d;
            right_start += right;
            right *= d;
        }
        start += size;
        size *= d;
    }
}
