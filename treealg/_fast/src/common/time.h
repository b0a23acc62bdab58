/* Points and times of transformed paths. */

/* The points of a transformed path. */
INLINE Py_ssize_t NAME(points_of)(const path_view *p) {
    return p->lead_lag ? 2 * p->length - 1 : p->length;
}

/* The time from point to point, not rounded to REAL. */
INLINE double NAME(time_step)(const path_view *p) {
    return p->end_time / (double)(NAME(points_of)(p) - 1);
}

/* The time of point i: numpy.linspace(0, end_time, points), rounded. It goes through memory, so that
 * no compiler fuses the product with the difference that it becomes part of.
 *
 * Increments of time are differences of neighbours. Time 2 is twice time 1, and from there on the
 * larger of two neighbours is at most twice the smaller, so that differences are exact (Sterbenz):
 * summed up from the start they give the times themselves, in any precision, and end_time at the
 * end. A sum that starts elsewhere is rounded, and who joins it to what is before it sets the word
 * of time to the time (see set_time). */
INLINE REAL NAME(time_of_point)(const path_view *p, double step, Py_ssize_t i) {
    const Py_ssize_t last = NAME(points_of)(p) - 1;
    const volatile REAL time = i == 0 ? (REAL)0 : (REAL)(i < last ? (double)i * step : p->end_time);
    return time;
}
