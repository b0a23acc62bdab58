/* What kernels of words along paths keep while they walk the words of one block of segments (see
 * words/signature.h).
 */

#define BLOCK 16 /* segments per block */
#define MAX_ROWS 24

typedef struct {
    Py_ssize_t d, degree;
    int paired;         /* the letters are those of lag and of lead, and nothing else */
    int steps; /* segments in this block */
    const vec *z; /* increments, [steps][d] */
    vec *signature; /* all words */
    vec *carries; /* [depth] -> [degree - depth][BLOCK] */
    vec *rows; /* carries of pending words of length N-1, [pending][BLOCK] */
    vec *top; /* where the results of the pending rows go */
    int pending, capacity;
    const real_vec *inverse; /* 1/k */
} NAME(word_state);
#define word_state NAME(word_state)

/* Letters of one half with lead-lag, and the first of every two segments that move them: the lead in
 * the even ones, the lag in the odd ones. Without, these are all letters and segments. */
typedef struct {
    Py_ssize_t from, count;
    int first;
} NAME(moving);
#define moving_t NAME(moving)

INLINE moving_t NAME(moving_letters)(const int paired, Py_ssize_t d, int half) {
    if (!paired) return (moving_t){0, d, 0};
    return (moving_t){half * (d / 2), d / 2, 1 - half};
}

/* Whether letters move in every other segment; with time the gain is too little. */
INLINE int NAME(are_paired)(const path_view *path) { return path->lead_lag && !path->time_aug; }
