/* Gradients of signatures of words of chains, in path and correction, one path per lane.
 *
 * The scheme is that of words/backward.h, with weights in place of lengths: a block of segments is
 * walked depth first, forwards for the carries on the way down and backwards in time on the way up,
 * from signatures at the start of each block that were saved on a forward pass. Words of weight N
 * are matrix products, one for the weight of their last letter; those that end in a letter of
 * weight k >= 2 follow the words that are k short of N, whose carry_1 is taken for several siblings
 * at a time, before what is below each of them.
 */

#define CHAIN_ROWS 12 /* siblings at a time */

typedef struct {
    const word_program *p;
    const vec *signature; /* at the start of the block, words of weight below N */
    vec *cotangent;       /* all words: at the end of the block, then at its start */
    vec *carries, *dcarries; /* [weight] -> [degree - weight][BLOCK] */
    vec *drows;           /* [weight] -> [CHAIN_ROWS][BLOCK] */
    back_state *letters;  /* [k]: increments of the letters of weight k, and their derivatives */
} NAME(chain_back);
#define chain_back NAME(chain_back)

/* One group of pieces: what a block, forwards or backwards, has to know. */
typedef struct {
    chain_input in;
    chain_state forward; /* on words of weight below N */
    chain_back back;
    vec *z, *dz;
    const matrix_view *out, *out_correction; /* rows of (length, channels), (segments, columns) */
    Py_ssize_t columns;
} NAME(chain_task);
#define chain_task NAME(chain_task)

/* The letters from number a on of weight k, for siblings whose rows are those of `weight`. */
INLINE back_state NAME(letters_from)(const chain_back *s, Py_ssize_t k, Py_ssize_t a,
                                     Py_ssize_t weight) {
    back_state part = s->letters[k];
    part.z += a;
    part.dz += a;
    part.drows = s->drows + weight * CHAIN_ROWS * BLOCK;
    return part;
}

/* The words of weight N that follow n words of composition `node`, of which `word` is the first and
 * carry_1 are in the rows of `part`. */
static void NAME(chains_on_top)(const chain_back *s, const back_state *part, Py_ssize_t n,
                                int32_t node, Py_ssize_t word) {
    const word_program *const p = s->p;
    const Py_ssize_t k = p->degree - p->weight[node];
    back_state top = s->letters[k];
    top.drows = part->drows;
    NAME(words_on_top)(&top, (int)n,
                       s->cotangent + p->start[p->child[node * (p->longest + 1) + k]]
                           + word * top.d);
}

/* `function` for n children, four at a time. */
#define FOUR_AT_A_TIME(function, n, ...)                               \
    for (Py_ssize_t a = 0; a < (n);) {                                 \
        switch ((n) - a) {                                             \
        case 1: NAME(function)(1, &part, __VA_ARGS__); a += 1; break;   \
        case 2: NAME(function)(2, &part, __VA_ARGS__); a += 2; break;   \
        case 3: NAME(function)(3, &part, __VA_ARGS__); a += 3; break;   \
        default: NAME(function)(4, &part, __VA_ARGS__); a += 4;         \
        }                                                              \
    }

/* Everything below word number `word` of composition `node`. */
static void NAME(descend_chains)(const chain_back *s, int32_t node, Py_ssize_t word) {
    const word_program *const p = s->p;
    const Py_ssize_t weight = p->weight[node], stride = p->degree * BLOCK;
    const vec *const carry = s->carries + weight * stride;
    vec *const dcarry = s->dcarries + weight * stride;
    for (Py_ssize_t k = 1; k <= p->longest && weight + k < p->degree; ++k) {
        const int32_t child = p->child[node * (p->longest + 1) + k];
        const Py_ssize_t size = s->letters[k].d, left = p->degree - weight - k;
        vec *const own = s->carries + (weight + k) * stride;
        vec *const down = s->dcarries + (weight + k) * stride;
        for (Py_ssize_t from = 0; from < size; from += CHAIN_ROWS) {
            const Py_ssize_t n = size - from < CHAIN_ROWS ? size - from : CHAIN_ROWS;
            const Py_ssize_t first = word * size + from;
            const back_state part = NAME(letters_from)(s, k, from, weight);
            const vec *const value = s->signature + p->start[child] + first;
            vec *const cotangent = s->cotangent + p->start[child] + first;
            if (NAME(has_letters)(p, left)) {
                FOUR_AT_A_TIME(rows_forward, n, carry, a, value)
                NAME(chains_on_top)(s, &part, n, child, first);
            }
            if (left == 1 && s->letters[1].d) {
                FOUR_AT_A_TIME(rows_backward, n, carry, dcarry, a, cotangent)
                continue;
            }
            for (Py_ssize_t a = 0; a < n; ++a) {
                NAME(clear)(&part, down, left);
                if (NAME(has_letters)(p, left))
                    memcpy(down, part.drows + a * BLOCK, BLOCK * sizeof(vec));
                NAME(child_forward)((int)left, &part, carry, a, value[a], own);
                NAME(descend_chains)(s, child, first + a);
                NAME(child_backward)((int)left, &part, carry, dcarry, a, down, cotangent + a);
            }
        }
    }
}

static void NAME(chain_block_forward)(void *context, Py_ssize_t block, void *state) {
    chain_task *const task = (chain_task *)context;
    const int steps = NAME(read_chains)(task->forward.p, &task->in, block, task->z);
    if (task->forward.degree > 0) NAME(chain_block)(&task->forward, steps, (vec *)state);
}

static void NAME(chain_block_backward)(void *context, Py_ssize_t block, const void *before) {
    chain_task *const task = (chain_task *)context;
    chain_back *const s = &task->back;
    const word_program *const p = s->p;
    const int steps = NAME(read_chains)(p, &task->in, block, task->z);
    s->signature = (const vec *)before;
    memset(task->dz, 0, (size_t)NAME(letter_vectors)(p) * sizeof(vec));
    for (Py_ssize_t k = 1; k <= p->longest; ++k) s->letters[k].steps = steps;
    if (NAME(has_letters)(p, p->degree)) { /* a letter of weight N follows the empty word */
        const back_state part = NAME(letters_from)(s, p->degree, 0, 0);
        for (int t = 0; t < steps; ++t) part.rows[t] = splat(1);
        NAME(chains_on_top)(s, &part, 1, 0, 0);
    }
    NAME(descend_chains)(s, 0, 0);
    if (p->channel_letter) {
        NAME(move_channels)(p, steps, task->dz, 0);
        NAME(store_steps)(task->in.path, p->dimension, task->in.used, task->in.row, task->in.begin,
                          task->in.end, block * BLOCK, steps,
                          task->dz + p->letter_start[p->longest + 1] * BLOCK, task->out);
        if (!task->columns) return;
        NAME(clear_corrections)(&task->in, block * BLOCK, steps, task->out_correction,
                                task->columns);
    } else if (!NAME(steps_given)(p))
        NAME(store_steps)(task->in.path, p->dimension, task->in.used, task->in.row, task->in.begin,
                          task->in.end, block * BLOCK, steps, task->dz, task->out);
    for (Py_ssize_t k = NAME(steps_given)(p) ? 1 : 2; k <= p->longest; ++k)
        NAME(store_corrections)(&task->in, p->letter_column + p->letter_start[k],
                                p->letter_start[k + 1] - p->letter_start[k], block * BLOCK, steps,
                                task->dz + p->letter_start[k] * BLOCK, task->out_correction,
                                task->columns);
}

/* Words of weight below N. */
static Py_ssize_t NAME(short_chains)(const word_program *p) {
    Py_ssize_t i = p->count;
    while (i > 0 && p->weight[i - 1] == p->degree) --i;
    return p->start[i];
}

/* Vectors of a backward pass: increments and their derivatives, carries, rows, and the forward. */
static Py_ssize_t NAME(chain_back_vectors)(const word_program *p) {
    return 2 * NAME(letter_vectors)(p)
        + (2 * p->degree * p->degree + (p->degree + 1) * CHAIN_ROWS) * BLOCK + p->degree + 1
        + NAME(chain_vectors)(p, p->degree - 1);
}

static size_t NAME(chain_backward_scratch)(const word_program *p, Py_ssize_t segments) {
    return sizeof(vec) * (size_t)NAME(chain_back_vectors)(p)
        + checkpoints_size((segments + BLOCK - 1) / BLOCK,
                           (size_t)NAME(short_chains)(p) * sizeof(vec))
        + NAME(chain_states_size)(p) + sizeof(back_state) * (size_t)(p->longest + 1);
}

static void NAME(chain_backward)(const word_program *p, const path_view *path,
                                 const correction_view *correction, int used, const Py_ssize_t *row,
                                 const Py_ssize_t *begin, const Py_ssize_t *end, const void *before,
                                 void *cotangent, const matrix_view *out,
                                 const matrix_view *out_correction, Py_ssize_t columns,
                                 void *scratch, interrupt *stop) {
    const Py_ssize_t degree = p->degree, letters = NAME(letter_vectors)(p);
    const Py_ssize_t words = NAME(short_chains)(p);
    vec *next = (vec *)scratch;
#define TAKE(name, count) vec *const name = next; next += (count);
    TAKE(z, letters)
    TAKE(dz, letters)
    TAKE(carries, degree * degree * BLOCK)
    TAKE(dcarries, degree * degree * BLOCK)
    TAKE(rows, CHAIN_ROWS * BLOCK)
    TAKE(drows, degree * CHAIN_ROWS * BLOCK)
    real_vec *const inverse = (real_vec *)next;
    next += degree + 1;
    TAKE(forward, NAME(chain_vectors)(p, degree - 1))
#undef TAKE
    chain_task task = {
        .in = NAME(chain_input_of)(path, correction, used, row, begin, end),
        .z = z,
        .dz = dz,
        .out = out,
        .out_correction = out_correction,
        .columns = columns,
    };
    const Py_ssize_t blocks = (task.in.longest + BLOCK - 1) / BLOCK;
    const size_t state_size = (size_t)words * sizeof(vec);
    word_state *const states = (word_state *)((char *)next + checkpoints_size(blocks, state_size));
    back_state *const back = (back_state *)((char *)states + NAME(chain_states_size)(p));
    const int steps = (int)(task.in.longest < BLOCK ? task.in.longest : BLOCK);
    task.forward = NAME(chain_setup)(p, degree - 1, steps, z, forward, states);
    for (Py_ssize_t j = 1; j <= degree; ++j) {
        inverse[j] = constant((REAL)1 / (REAL)j);
        for (int t = 0; t < steps; ++t) {
            carries[(j - 1) * BLOCK + t] = splat((REAL)1 / (REAL)j);
            dcarries[(j - 1) * BLOCK + t] = splat(0); /* nobody reads the empty word's */
        }
    }
    for (Py_ssize_t k = 1; k <= p->longest; ++k)
        back[k] = (back_state){
            .d = p->letter_start[k + 1] - p->letter_start[k],
            .degree = degree,
            .z = z + p->letter_start[k] * BLOCK,
            .dz = dz + p->letter_start[k] * BLOCK,
            .rows = rows,
            .inverse = inverse,
        };
    task.back = (chain_back){p, NULL, (vec *)cotangent, carries, dcarries, drows, back};
    if (before) memcpy(next, before, state_size);
    else memset(next, 0, state_size);
    const checkpointed run = {blocks, state_size, &task, NAME(chain_block_forward),
                              NAME(chain_block_backward)};
    run_backward(&run, (char *)next, stop);
}

/* In place, row-major and of one path: the cotangent before a piece of path from that after it. What
 * is read of a composition is of longer words, and not yet changed. */
static void NAME(chain_contract)(const word_program *p, void *cotangent, const void *piece) {
    NUMBER *const x = (NUMBER *)cotangent;
    const NUMBER *const y = (const NUMBER *)piece;
    for (Py_ssize_t i = 1; i < p->count; ++i) {
        const NUMBER *const whole = x + p->start[i];
        for (int64_t c = p->cut_ptr[i]; c < p->cut_ptr[i + 1]; ++c) {
            const int32_t a = p->cut_left[c], b = p->cut_right[c];
            const Py_ssize_t rows = p->start[a + 1] - p->start[a];
            const Py_ssize_t columns = p->start[b + 1] - p->start[b];
            for (Py_ssize_t u = 0; u < rows; ++u) {
                NUMBER sum = 0;
                for (Py_ssize_t v = 0; v < columns; ++v)
                    sum += whole[u * columns + v] * y[p->start[b] + v];
                x[p->start[a] + u] += sum;
            }
        }
    }
}
