/* Points and times of transformed paths. */

/* The points of a transformed path. */
INLINE Py_ssize_t NAME(points_of)(const path_view *p) {
    return p->lead_lag ? 2 * p->length - 1 : p->length;
}

/* The time of one path: its first and last point, and the time between two, not rounded. */
typedef struct {
    Py_ssize_t first, last;
    double tick, end;
} NAME(clock);
#define path_clock NAME(clock)

INLINE path_clock NAME(clock_of)(const path_view *p, Py_ssize_t row) {
    const Py_ssize_t per_step = p->lead_lag ? 2 : 1;
    const Py_ssize_t first = p->spans ? per_step * (Py_ssize_t)p->spans[2 * row] : 0;
    const Py_ssize_t points = p->spans ? (Py_ssize_t)p->spans[2 * row + 1] : p->length;
    const Py_ssize_t segments = per_step * (points - 1);
    return (path_clock){first, first + segments, p->end_time / (double)segments, p->end_time};
}

/* The time of point i: numpy.linspace(0, end_time, points), rounded. It goes through memory, so that
 * no compiler fuses the product with the difference that it becomes part of.
 *
 * Increments of time are differences of neighbours. Time 2 is twice time 1, and from there on the
 * larger of two neighbours is at most twice the smaller, so that differences are exact (Sterbenz):
 * summed up from the start they give the times themselves, in any precision, and end_time at the
 * end. A sum that starts elsewhere is rounded, and who joins it to what is before it sets the word
 * of time to the time (see set_time). */
INLINE REAL NAME(time_of_point)(const path_clock *c, Py_ssize_t i) {
    const Py_ssize_t at = i - c->first;
    const volatile REAL time = at == 0 ? (REAL)0
                                       : (REAL)(i < c->last ? (double)at * c->tick : c->end);
    return time;
}
