/* One segment at a time, for those who want the word signature at every point of a path.
 *
 * A lane is one path, or a part of one, at a segment of its own. The signature is multiplied by the
 * exponential of the segment z in place, longest words first, by Horner's scheme: with B = z/k and
 * then, for j = 1, ..., k-1, B <- (S_j + B) z/(k-j), it is S_k that gains B.
 */

/* `scratch` holds two arrays of dimension^(degree-1) vectors, or of one if degree is 1. */
static void NAME(word_step)(void *signature, const void *increment, Py_ssize_t d, Py_ssize_t degree,
                            void *scratch) {
    const vec *const z = (const vec *)increment;
    vec *const words = (vec *)signature;
    Py_ssize_t top = 0, size = d; /* where words of length k start, and how many there are */
    for (Py_ssize_t k = 1; k < degree; ++k) {
        top += size;
        size *= d;
    }
    const Py_ssize_t half = degree > 1 ? size / d : d;
    for (Py_ssize_t k = degree; k >= 2; --k) {
        vec *now = (vec *)scratch, *next = now + half;
        for (Py_ssize_t a = 0; a < d; ++a) now[a] = z[a] * constant((REAL)1 / (REAL)k);
        Py_ssize_t start = 0, count = d;
        for (Py_ssize_t j = 1; j < k; ++j) {
            const real_vec share = constant((REAL)1 / (REAL)(k - j));
            const int last = j == k - 1;
            vec *const out = last ? words + top : next;
            for (Py_ssize_t u = 0; u < count; ++u) {
                const vec left = (words[start + u] + now[u]) * share;
                if (last)
                    for (Py_ssize_t a = 0; a < d; ++a) out[u * d + a] += left * z[a];
                else
                    for (Py_ssize_t a = 0; a < d; ++a) out[u * d + a] = left * z[a];
            }
            start += count;
            count *= d;
            vec *const other = now;
            now = next;
            next = other;
        }
        size /= d;
        top -= size;
    }
    for (Py_ssize_t a = 0; a < d; ++a) words[a] += z[a];
}

static void NAME(word_increment)(const path_view *path, Py_ssize_t d, int used,
                                 const Py_ssize_t *row, const Py_ssize_t *segment,
                                 void *increment) {
    Py_ssize_t end[LANES];
    for (int l = 0; l < LANES; ++l) end[l] = segment[l < used ? l : 0] + 1;
    NAME(increments)(path, d, used, row, segment, end, 0, 1, (vec *)increment);
}
