/* Signatures of words of chains: paths with a correction, one path per lane.
 *
 * A segment multiplies the signature by exp(sum over letters l of z_l l); the letters are chains of
 * 1 to `longest` labels, z their increments: those of the path on single labels, the correction on
 * longer chains. The scheme is that of words/signature.h, with the weight of a word (its number of
 * labels) in place of its length: words are walked depth first with time innermost, and
 *     carry_j(p)[t] = (S(p)[t] + carry_{j+1}(parent)[t] * z_l[t]) / j,   1 <= j <= N - weight(p),
 *     S(p)[t+1]     = S(p)[t] + carry_1(parent)[t] * z_l[t],
 * for p = parent followed by the letter l, where carry_j(empty) = 1/j: j counts the letters that
 * may still follow. The words of weight N are matrix products over time, one for the weight of
 * their last letter: carry_1 of the words that are k short of N, times the letters of weight k.
 *
 * Layout (treealg.tables.WeightedWords): compositions, the weights of the letters, in their order; the
 * words of one composition by their labels as digits, so that what follows a word stands together.
 */

/* Rows to collect before a matrix product with `columns` columns: whole register tiles. */
INLINE int NAME(row_capacity)(Py_ssize_t columns) {
    const int tile = NAME(tile_rows)(columns > 8 ? 8 : columns);
    return tile * ((4 + tile - 1) / tile);
}

INLINE vec *NAME(next_rows)(word_state *end, int count) {
    vec *const rows = end->rows + end->pending * BLOCK;
    end->pending += count;
    return rows;
}

/* The words of `end` that follow one word; `value` are theirs. */
INLINE void NAME(pending_children)(word_state *z, word_state *end, const vec *carry, vec *value) {
    for (Py_ssize_t a = 0; a < z->d;) {
        if (end->pending == end->capacity) NAME(flush_rows)(end);
        const Py_ssize_t room = end->capacity - end->pending, rest = z->d - a;
        switch (rest < room ? rest : room) {
#define ROWS(n)                                                                              \
    NAME(rows_of_children)(n, z, carry, a, value + a, NAME(next_rows)(end, n));               \
    a += n;
        case 1: ROWS(1) break;
        case 2: ROWS(2) break;
        case 3: ROWS(3) break;
        default: ROWS(4)
#undef ROWS
        }
    }
}

/* Whether there are letters of a weight. */
INLINE int NAME(has_letters)(const word_program *p, Py_ssize_t k) {
    return k >= 1 && k <= p->longest && p->letter_start[k + 1] > p->letter_start[k];
}

/* `carry` holds carry_{1..N-weight} of word number `word` of the composition `node`. */
static void NAME(expand_chains)(chain_state *s, int32_t node, Py_ssize_t word, const vec *carry) {
    const word_program *const p = s->p;
    const Py_ssize_t left = s->degree - p->weight[node];
    if (left == 2 && NAME(last_pairs)(0, s, node, word, 0, carry)) return;
    if (NAME(has_letters)(p, left)) {
        word_state *const end = s->ends + node;
        if (end->pending == end->capacity) NAME(flush_rows)(end);
        memcpy(NAME(next_rows)(end, 1), carry, (size_t)end->steps * sizeof(vec));
    }
    for (Py_ssize_t k = 1; k <= p->longest && k < left; ++k) {
        const int32_t child = p->child[node * (p->longest + 1) + k];
        if (child < 0) continue;
        word_state *const z = s->letters + k;
        const Py_ssize_t size = z->d, first = word * size;
        vec *const value = s->signature + p->start[child] + first;
        vec *const out = s->carries + p->weight[child] * s->degree * BLOCK;
        if (left - k == 1 && s->letters[1].d) {
            if (!NAME(last_label)(s, child, z, first, carry))
                NAME(pending_children)(z, s->ends + child, carry, value);
            continue;
        }
        for (Py_ssize_t a = 0; a < size; ++a) {
            if (k == 1 && left == 3 && NAME(last_pairs)(1, s, child, first + a, a, carry)) continue;
            switch (left - k) {
            case 1: NAME(carries_of_child)(1, z, carry, a, value + a, out); break;
            case 2: NAME(carries_of_child)(2, z, carry, a, value + a, out); break;
            case 3: NAME(carries_of_child)(3, z, carry, a, value + a, out); break;
            default: NAME(carries_of_child)((int)(left - k), z, carry, a, value + a, out);
            }
            NAME(expand_chains)(s, child, first + a, out);
        }
    }
}

/* Whether the letters of weight 1 are columns of the correction, too, and the path is not read. */
INLINE int NAME(steps_given)(const word_program *p) { return p->letter_column[0] >= 0; }

/* Vectors of the increments of a block: those of all letters, and where channels are letters of
 * several weights those of the channels as they are read. */
INLINE Py_ssize_t NAME(letter_vectors)(const word_program *p) {
    return (p->letter_start[p->longest + 1] + (p->channel_letter ? p->dimension : 0)) * BLOCK;
}

/* Copy between what channels and letters have in a block. */
static void NAME(move_channels)(const word_program *p, int steps, vec *z, int to_letters) {
    vec *const channels = z + p->letter_start[p->longest + 1] * BLOCK;
    for (Py_ssize_t k = 1; k <= p->longest; ++k) {
        const Py_ssize_t first = p->letter_start[k], size = p->letter_start[k + 1] - first;
        for (Py_ssize_t a = 0; a < p->dimension; ++a) {
            const Py_ssize_t place = p->channel_letter[a] - first;
            if (place < 0 || place >= size) continue;
            for (int t = 0; t < steps; ++t) {
                vec *const letter = z + first * BLOCK + t * size + place;
                if (to_letters) *letter = channels[t * p->dimension + a];
                else channels[t * p->dimension + a] = *letter;
            }
        }
    }
}

/* Read the increments of all letters of a block, those of weight k to z + letter_start[k] * BLOCK;
 * returns the number of segments. */
static int NAME(read_chains)(const word_program *p, chain_input *in, Py_ssize_t block, vec *z) {
    const Py_ssize_t first = block * BLOCK, left = in->longest - first;
    const int steps = left < BLOCK ? (int)left : BLOCK;
    const int given = NAME(steps_given)(p);
    /* What is the same in each segment is laid out once, for all blocks in which no path ends. */
    const int lasts = in->correction->time_stride == 0 && NAME(all_inside)(in, first, steps);
    const int is_new = !lasts || in->laid_out < steps;
    if (is_new) in->laid_out = lasts ? steps : 0;
    if (p->channel_letter) {
        for (Py_ssize_t k = 1; k <= p->longest && in->correction->data && is_new; ++k)
            NAME(corrections)(in, p->letter_column + p->letter_start[k],
                              p->letter_start[k + 1] - p->letter_start[k], first, steps,
                              z + p->letter_start[k] * BLOCK);
        NAME(increments)(in->path, p->dimension, in->used, in->row, in->begin, in->end, first,
                         steps, z + p->letter_start[p->longest + 1] * BLOCK);
        NAME(move_channels)(p, steps, z, 1);
        return steps;
    }
    if (!given)
        NAME(increments)(in->path, p->dimension, in->used, in->row, in->begin, in->end, first,
                         steps, z);
    for (Py_ssize_t k = given ? 1 : 2; k <= p->longest && is_new; ++k)
        NAME(corrections)(in, p->letter_column + p->letter_start[k],
                          p->letter_start[k + 1] - p->letter_start[k], first, steps,
                          z + p->letter_start[k] * BLOCK);
    return steps;
}

/* The weight of the only letter that may follow a composition up to `degree`, or 0. */
INLINE Py_ssize_t NAME(last_letter)(const word_program *p, Py_ssize_t degree, Py_ssize_t node) {
    const Py_ssize_t left = degree - p->weight[node];
    return NAME(has_letters)(p, left) ? left : 0;
}

/* Vectors of a chain_state: 1/k, carries and pending rows. */
static Py_ssize_t NAME(chain_vectors)(const word_program *p, Py_ssize_t degree) {
    Py_ssize_t vectors = degree + 1 + degree * (degree + 1) * BLOCK;
    for (Py_ssize_t i = 0; i < p->count; ++i) {
        const Py_ssize_t k = NAME(last_letter)(p, degree, i);
        if (k) vectors += NAME(row_capacity)(p->letter_start[k + 1] - p->letter_start[k]) * BLOCK;
    }
    return vectors;
}

/* Lay a state out for blocks of at most `steps` segments, with increments at `z`: vectors, and word
 * states for letters and ends. */
static chain_state NAME(chain_setup)(const word_program *p, Py_ssize_t degree, int steps,
                                     const vec *z, vec *vectors, word_state *states) {
    real_vec *const inverse = (real_vec *)vectors;
    chain_state s = {p, degree, NULL, vectors + degree + 1, states, states + p->longest + 1};
    vec *rows = s.carries + degree * (degree + 1) * BLOCK;
    for (Py_ssize_t j = 1; j <= degree; ++j) {
        inverse[j] = constant((REAL)1 / (REAL)j);
        for (int t = 0; t < steps; ++t) s.carries[(j - 1) * BLOCK + t] = splat((REAL)1 / (REAL)j);
    }
    for (Py_ssize_t k = 1; k <= p->longest; ++k) {
        s.letters[k].d = p->letter_start[k + 1] - p->letter_start[k];
        s.letters[k].paired = 0; /* letters that do not move are rare */
        s.letters[k].z = z + p->letter_start[k] * BLOCK;
        s.letters[k].inverse = inverse;
    }
    for (Py_ssize_t i = 0; i < p->count; ++i) {
        const Py_ssize_t k = NAME(last_letter)(p, degree, i);
        if (!k) continue;
        s.ends[i] = s.letters[k];
        s.ends[i].rows = rows;
        s.ends[i].pending = 0;
        s.ends[i].capacity = NAME(row_capacity)(s.ends[i].d);
        rows += s.ends[i].capacity * BLOCK;
    }
    return s;
}

/* Multiply `signature` by the exponentials of a block whose increments have been read. */
static void NAME(chain_block)(chain_state *s, int steps, vec *signature) {
    const word_program *const p = s->p;
    s->signature = signature;
    for (Py_ssize_t k = 1; k <= p->longest; ++k) s->letters[k].steps = steps;
    for (Py_ssize_t i = 0; i < p->count; ++i) {
        const Py_ssize_t k = NAME(last_letter)(p, s->degree, i);
        if (!k) continue;
        s->ends[i].steps = steps;
        s->ends[i].top = signature + p->start[p->child[i * (p->longest + 1) + k]];
    }
    NAME(expand_chains)(s, 0, 0, s->carries);
    for (Py_ssize_t i = 0; i < p->count; ++i)
        if (NAME(last_letter)(p, s->degree, i)) NAME(flush_rows)(s->ends + i);
}

static size_t NAME(chain_states_size)(const word_program *p) {
    return sizeof(word_state) * (size_t)(p->count + p->longest + 1);
}

static size_t NAME(chain_signature_scratch)(const word_program *p) {
    return sizeof(vec) * (size_t)(NAME(letter_vectors)(p) + NAME(chain_vectors)(p, p->degree))
        + NAME(chain_states_size)(p);
}

/* Lay a state out in scratch memory, which begins with room for the increments of a block. */
static chain_state NAME(chain_state_in)(const word_program *p, int steps, void *scratch) {
    vec *const z = (vec *)scratch, *const vectors = z + NAME(letter_vectors)(p);
    word_state *const states = (word_state *)(vectors + NAME(chain_vectors)(p, p->degree));
    return NAME(chain_setup)(p, p->degree, steps, z, vectors, states);
}

static void NAME(chain_signature)(const word_program *p, const path_view *path,
                                  const correction_view *correction, int used,
                                  const Py_ssize_t *row, const Py_ssize_t *begin,
                                  const Py_ssize_t *end, void *signature, void *scratch,
                                  interrupt *stop) {
    chain_input in = NAME(chain_input_of)(path, correction, used, row, begin, end);
    chain_state s = NAME(chain_state_in)(p, BLOCK, scratch);
    memset(signature, 0, (size_t)p->start[p->count] * sizeof(vec));
    for (Py_ssize_t block = 0; block * BLOCK < in.longest; ++block) {
        NAME(chain_block)(&s, NAME(read_chains)(p, &in, block, (vec *)scratch), (vec *)signature);
        if (block % 64 == 63 && stop) {
            stop->poll(stop);
            if (stop->stop) return;
        }
    }
}

/* Multiply each lane by the exponential of one segment, of its own path and place. Scratch memory as
 * for chain_signature. */
static void NAME(chain_step)(const word_program *p, const path_view *path,
                             const correction_view *correction, int used, const Py_ssize_t *row,
                             const Py_ssize_t *segment, void *signature, void *scratch) {
    Py_ssize_t end[LANES];
    for (int l = 0; l < used; ++l) end[l] = segment[l] + 1;
    chain_input in = NAME(chain_input_of)(path, correction, used, row, segment, end);
    chain_state s = NAME(chain_state_in)(p, 1, scratch);
    NAME(chain_block)(&s, NAME(read_chains)(p, &in, 0, (vec *)scratch), (vec *)signature);
}

/* In place, row-major and of one path: signature = signature (x) next, highest weight first. */
static void NAME(chain_product)(const word_program *p, void *signature, const void *next) {
    NUMBER *const left = (NUMBER *)signature;
    const NUMBER *const right = (const NUMBER *)next;
    for (Py_ssize_t i = p->count - 1; i >= 1; --i) {
        NUMBER *const out = left + p->start[i];
        for (int64_t c = p->cut_ptr[i]; c < p->cut_ptr[i + 1]; ++c) {
            const int32_t a = p->cut_left[c], b = p->cut_right[c];
            const Py_ssize_t rows = p->start[a + 1] - p->start[a];
            const Py_ssize_t columns = p->start[b + 1] - p->start[b];
            for (Py_ssize_t u = 0; u < rows; ++u) {
                const NUMBER factor = left[p->start[a] + u];
                for (Py_ssize_t v = 0; v < columns; ++v)
                    out[u * columns + v] += factor * right[p->start[b] + v];
            }
        }
        const Py_ssize_t size = p->start[i + 1] - p->start[i];
        for (Py_ssize_t v = 0; v < size; ++v) out[v] += right[p->start[i] + v];
    }
}
