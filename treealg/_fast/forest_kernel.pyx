# cython: language_level=3, cdivision=True
"""Branched signature kernels of pairs of paths, and their gradients: groups of lanes over threads.

The arithmetic is in src/forest_kernel.h. Memory per thread is a few rows of the refined grid per
level and lane, and for gradients about sqrt(rows) times as many. The interpreter's lock is released
for the whole call.
"""

from cython.parallel cimport parallel, prange
from libc.stdint cimport int64_t

import numpy as np

from treealg._fast.core cimport (
    OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt, kernel_table,
    matrix_view, pair_problem, path_view,
)


cdef path_view path_of(Buffer source, bint time_aug, bint lead_lag, double end_time):
    cdef path_view path
    path.data = <const char *> source.view.buf
    path.count = source.view.shape[0]
    path.length = source.view.shape[1]
    path.channels = source.view.shape[2]
    path.path_stride = source.view.strides[0]
    path.time_stride = source.view.strides[1]
    path.channel_stride = source.view.strides[2]
    path.time_aug = time_aug
    path.lead_lag = lead_lag
    path.end_time = end_time
    return path


cdef int set_up(
    pair_problem *problem, Buffer one, Buffer two, const int64_t[::1] first,
    const int64_t[::1] second, Py_ssize_t depth, int order1, int order2, bint rbf,
    double parameter, bint grid, bint time_aug, bint lead_lag, double end_time,
) except -1:
    problem.x = path_of(one, time_aug, lead_lag, end_time)
    problem.y = path_of(two, time_aug, lead_lag, end_time)
    cdef Py_ssize_t count = first.shape[0]
    if (
        one.single != two.single or problem.x.channels != problem.y.channels or depth < 0
        or not 0 <= order1 <= 24 or not 0 <= order2 <= 24 or second.shape[0] != count
        or problem.x.length < 1 or problem.y.length < 1
    ):
        raise ValueError("branched_kernel: the paths and options do not fit each other")
    if count and (
        np.min(first) < 0 or np.max(first) >= problem.x.count
        or np.min(second) < 0 or np.max(second) >= problem.y.count
    ):
        raise ValueError("branched_kernel: a pair names a path that does not exist")
    problem.first = &first[0] if count else NULL
    problem.second = &second[0] if count else NULL
    problem.dimension = problem.x.channels * (2 if lead_lag else 1) + time_aug
    problem.depth = depth
    problem.order_x = order1
    problem.order_y = order2
    problem.rbf = rbf
    problem.parameter = parameter
    problem.grid = grid
    return 0


cdef Py_ssize_t points(const path_view *path) noexcept nogil:
    return 2 * path.length - 1 if path.lead_lag else path.length


cdef Py_ssize_t columns(const pair_problem *problem) noexcept nogil:
    if not problem.grid:
        return 1
    return (
        (((points(&problem.x) - 1) << problem.order_x) + 1)
        * (((points(&problem.y) - 1) << problem.order_y) + 1)
    )


cdef Py_ssize_t group_size(Py_ssize_t count, int lanes, int n_threads) noexcept nogil:
    """How many pairs a thread takes at a time: all lanes full, if there are enough for all."""
    return max(1, min(<Py_ssize_t> lanes, (count + n_threads - 1) // n_threads))


def branched_kernel(
    path1, path2, const int64_t[::1] first, const int64_t[::1] second, out, Py_ssize_t depth,
    int order1, int order2, bint rbf, double parameter, bint grid, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the branched signature kernel of each pair of paths to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_kernels`.
    """
    cdef Buffer one = Buffer(path1, 3, False), two = Buffer(path2, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = one.table
    cdef pair_problem problem
    cdef matrix_view rows = target.matrix()
    set_up(
        &problem, one, two, first, second, depth, order1, order2, rbf, parameter, grid, time_aug,
        lead_lag, end_time,
    )
    target.check_columns(one, first.shape[0], 0, columns(&problem))
    if n_threads < 1:
        raise ValueError("branched_kernel: n_threads must be at least 1")
    cdef Py_ssize_t first_pair, step = group_size(rows.count, table.lanes, n_threads)
    cdef Py_ssize_t group, groups = (rows.count + step - 1) // step
    cdef int used
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef size_t size = table.forest_kernel_scratch(&problem, 0)
    cdef void *scratch = NULL
    n_threads = <int> max(1, min(<Py_ssize_t> n_threads, groups))
    with nogil, parallel(num_threads=n_threads):
        scratch = aligned_scratch(size)
        for group in prange(groups, schedule="static"):
            if scratch is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                first_pair = group * step
                used = <int> min(step, rows.count - first_pair)
                table.forest_kernel(&problem, first_pair, used, &rows, scratch, stop)
                if group % 16 == 0:
                    stop.poll(stop)
        free_scratch(scratch)
    signals.finish()


def branched_kernel_backward(
    path1, path2, const int64_t[::1] first, const int64_t[::1] second, derivs, grad1, grad2,
    Py_ssize_t depth, int order1, int order2, bint rbf, double parameter, bint grid, bint time_aug,
    bint lead_lag, double end_time, int n_threads,
):
    """Write the gradient of each pair's kernel in both transformed paths to rows of two arrays.

    See the NumPy function of the same name in `treealg._fast.reference_kernels`.
    """
    cdef Buffer one = Buffer(path1, 3, False), two = Buffer(path2, 3, False)
    cdef Buffer given = Buffer(derivs, 2, False)
    cdef Buffer left = Buffer(grad1, 2, True), right = Buffer(grad2, 2, True)
    cdef const kernel_table *table = one.table
    cdef pair_problem problem
    cdef matrix_view rows = given.matrix(), rows1 = left.matrix(), rows2 = right.matrix()
    set_up(
        &problem, one, two, first, second, depth, order1, order2, rbf, parameter, grid, time_aug,
        lead_lag, end_time,
    )
    given.check_columns(one, first.shape[0], 0, columns(&problem))
    left.check_columns(one, rows.count, 0, points(&problem.x) * problem.dimension)
    right.check_columns(one, rows.count, 0, points(&problem.y) * problem.dimension)
    if n_threads < 1:
        raise ValueError("branched_kernel_backward: n_threads must be at least 1")
    cdef Py_ssize_t first_pair, step = group_size(rows.count, table.lanes, n_threads)
    cdef Py_ssize_t group, groups = (rows.count + step - 1) // step
    cdef int used
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef size_t size = table.forest_kernel_scratch(&problem, 1)
    cdef void *scratch = NULL
    n_threads = <int> max(1, min(<Py_ssize_t> n_threads, groups))
    with nogil, parallel(num_threads=n_threads):
        scratch = aligned_scratch(size)
        for group in prange(groups, schedule="static"):
            if scratch is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                first_pair = group * step
                used = <int> min(step, rows.count - first_pair)
                table.forest_kernel_backward(
                    &problem, first_pair, used, &rows, &rows1, &rows2, scratch, stop
                )
        free_scratch(scratch)
    signals.finish()
