# cython: language_level=3, cdivision=True
"""Branched signature kernels of pairs of paths, and their gradients: groups of lanes over threads.

The arithmetic is in src/pairs/. Memory per thread is a few rows of the refined grid per level and
lane, and for gradients about sqrt(rows) times as many. See core.pyx for the threads.
"""

from libc.stdint cimport int64_t

from treealg._fast.core cimport (
    Buffer, interrupt, kernel_table, matrix_view, pair_problem, path_view, run, worthwhile_threads,
)

from treealg._fast.pieces import checked_spans


cdef struct pair_task:
    const kernel_table *table
    pair_problem problem
    Py_ssize_t count, size  # pairs, and how many of them a group has
    double cost
    matrix_view values, grad_x, grad_y


cdef int describe(
    pair_task *task, Buffer one, Buffer two, Buffer values, const int64_t[::1] first,
    const int64_t[::1] second, Py_ssize_t depth, int order1, int order2, bint rbf,
    double parameter, bint grid, bint time_aug, bint lead_lag, double end_time, int n_threads,
    int passes,
) except -1:
    """Check what values and gradients have in common, and cut the pairs into groups."""
    cdef pair_problem *problem = &task.problem
    cdef Py_ssize_t count = first.shape[0], i
    problem.x = one.path(time_aug, lead_lag, end_time)
    problem.y = two.path(time_aug, lead_lag, end_time)
    if (
        one.table != two.table or problem.x.channels != problem.y.channels or depth < 0
        or not 0 <= order1 <= 24 or not 0 <= order2 <= 24 or second.shape[0] != count
        or problem.x.length < 1 or problem.y.length < 1
    ):
        raise ValueError("sig_kernel: the paths and options do not fit each other")
    for i in range(count):
        if not (0 <= first[i] < problem.x.count and 0 <= second[i] < problem.y.count):
            raise ValueError("sig_kernel: a pair names a path that does not exist")
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    problem.first = &first[0] if count else NULL
    problem.second = &second[0] if count else NULL
    problem.dimension = problem.x.channels * (2 if lead_lag else 1) + time_aug
    problem.depth = depth
    problem.order_x = order1
    problem.order_y = order2
    problem.rbf = rbf
    problem.parameter = parameter
    problem.grid = grid
    values.check_rows(one, count, columns(problem))
    task.values = values.matrix()
    task.table = one.table
    task.count = count
    task.cost = passes * cost_of_values(problem) * count / task.table.lanes
    n_threads = worthwhile_threads(task.cost, n_threads)
    # All lanes full, if there are enough pairs for all threads.
    task.size = max(1, min(<Py_ssize_t> task.table.lanes, (count + n_threads - 1) // n_threads))
    return 0


cdef int set_spans(
    path_view *path, const int64_t[:, ::1] spans, const int64_t[::1] index
) except -1:
    """Let paths be spans of them; their length is then that of the longest that the index names."""
    cdef Py_ssize_t i, longest = 1
    if spans is None or path.count == 0:
        return 0
    for i in range(index.shape[0]):
        longest = max(longest, <Py_ssize_t> spans[index[i], 1])
    path.spans = &spans[0, 0]
    path.length = longest
    return 0


cdef object spans_of(spans, Buffer path, bint grid):
    if spans is not None and grid:
        raise ValueError("sig_kernel: pairs of spans have no grids of one size")
    if spans is None:
        return None
    return checked_spans(spans, path.view.shape[0], path.view.shape[1])


cdef Py_ssize_t points(const path_view *path) noexcept nogil:
    return 2 * path.length - 1 if path.lead_lag else path.length


cdef double cost_of_values(const pair_problem *problem) noexcept nogil:
    """Of a group of pairs, or of one in all lanes."""
    return 6.0 * problem.depth * (points(&problem.x) << problem.order_x) * (
        points(&problem.y) << problem.order_y
    )


cdef Py_ssize_t columns(const pair_problem *problem) noexcept nogil:
    if not problem.grid:
        return 1
    return (
        (((points(&problem.x) - 1) << problem.order_x) + 1)
        * (((points(&problem.y) - 1) << problem.order_y) + 1)
    )


cdef void group_of_values(
    const void *task_, Py_ssize_t group, char *scratch, interrupt *stop
) noexcept nogil:
    cdef const pair_task *task = <const pair_task *> task_
    cdef Py_ssize_t first = group * task.size
    task.table.pairs.sig_kernel(
        &task.problem, first, <int> min(task.size, task.count - first), &task.values, scratch, stop
    )


cdef void group_of_gradients(
    const void *task_, Py_ssize_t group, char *scratch, interrupt *stop
) noexcept nogil:
    cdef const pair_task *task = <const pair_task *> task_
    cdef Py_ssize_t first = group * task.size
    task.table.pairs.sig_kernel_backward(
        &task.problem, first, <int> min(task.size, task.count - first), &task.values,
        &task.grad_x, &task.grad_y, scratch, stop,
    )


def sig_kernel(
    path1, path2, const int64_t[::1] first, const int64_t[::1] second, out, Py_ssize_t depth,
    int order1, int order2, bint rbf, double parameter, bint grid, bint time_aug, bint lead_lag,
    double end_time, int n_threads, spans1=None, spans2=None,
):
    """Write the branched signature kernel of each pair of paths to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer one = Buffer(path1, 3, False, True), two = Buffer(path2, 3, False, True)
    cdef Buffer target = Buffer(out, 2, True, True)
    cdef const int64_t[:, ::1] x = spans_of(spans1, one, grid), y = spans_of(spans2, two, grid)
    cdef pair_task task
    describe(
        &task, one, two, target, first, second, depth, order1, order2, rbf, parameter, grid,
        time_aug, lead_lag, end_time, n_threads, 1,
    )
    set_spans(&task.problem.x, x, first)
    set_spans(&task.problem.y, y, second)
    run(
        group_of_values, &task, (task.count + task.size - 1) // task.size, task.cost,
        task.table.pairs.sig_kernel_scratch(&task.problem, 0), n_threads,
    )


def sig_kernel_backward(
    path1, path2, const int64_t[::1] first, const int64_t[::1] second, derivs, grad1, grad2,
    Py_ssize_t depth, int order1, int order2, bint rbf, double parameter, bint grid, bint time_aug,
    bint lead_lag, double end_time, int n_threads, spans1=None, spans2=None,
):
    """Write the gradient of each pair's kernel in both transformed paths to rows of two arrays.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer one = Buffer(path1, 3, False, True), two = Buffer(path2, 3, False, True)
    cdef Buffer given = Buffer(derivs, 2, False, True)
    cdef Buffer left = Buffer(grad1, 2, True, True), right = Buffer(grad2, 2, True, True)
    cdef const int64_t[:, ::1] x = spans_of(spans1, one, grid), y = spans_of(spans2, two, grid)
    cdef pair_task task
    describe(
        &task, one, two, given, first, second, depth, order1, order2, rbf, parameter, grid,
        time_aug, lead_lag, end_time, n_threads, 3,
    )
    set_spans(&task.problem.x, x, first)
    set_spans(&task.problem.y, y, second)
    left.check_rows(one, task.count, points(&task.problem.x) * task.problem.dimension)
    right.check_rows(one, task.count, points(&task.problem.y) * task.problem.dimension)
    task.grad_x = left.matrix()
    task.grad_y = right.matrix()
    run(
        group_of_gradients, &task, (task.count + task.size - 1) // task.size, task.cost,
        task.table.pairs.sig_kernel_scratch(&task.problem, 1), n_threads,
    )
