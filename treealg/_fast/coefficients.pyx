# cython: language_level=3, cdivision=True
"""Chosen coefficients along paths, and their gradients; see core.pyx for the threads."""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    Buffer, correction_view, interrupt, kernel_table, matrix_view, path_group, path_view,
    run, steps_of, table_for_few, tree_program,
)
from treealg._fast.lines cimport points_of
from treealg._fast.pieces cimport Spans, spans_of
from treealg._fast.programs cimport TreeProgram


cdef enum:
    SHARED_OUT = 16  # segments per lane from which the lanes of a few paths share them out


cdef struct tree_task:
    const kernel_table *table
    const tree_program *program
    path_view path
    correction_view correction
    matrix_view values, out, out_correction
    const int64_t *order  # of the paths, the longest first; NULL for their own
    Py_ssize_t dimension, segments, columns  # segments of the longest path
    size_t real, lane_size, scratch_size


cdef int describe(
    tree_task *task, Buffer source, Buffer increments, Buffer values, TreeProgram program,
    bint time_aug, bint lead_lag, double end_time, bint backward,
) except -1:
    """Check what both directions have in common and work out their sizes."""
    task.program = &program.view if backward else &program.forward
    task.dimension = program.dimension
    task.path = source.path(time_aug, lead_lag, end_time)
    if (
        task.path.channels * (2 if lead_lag else 1) + time_aug != program.dimension
        or task.path.length < 1
    ):
        raise ValueError("the program does not fit the dimension of the paths")
    task.columns = 0
    if increments is not None:
        if lead_lag or not increments.corrects(source, task.path.count, task.path.length - 1):
            raise ValueError("path and correction must have the same dtype, batch and segments")
        task.columns = increments.view.shape[2]
        task.correction = increments.correction()
    if task.columns < program.columns:
        raise ValueError("the correction has too few columns for the program")
    values.check_rows(source, task.path.count, program.outputs)
    task.values = values.matrix()
    task.order = NULL
    task.segments = (task.path.length - 1) * (2 if lead_lag else 1)
    task.real = source.real
    task.table = table_for_few(
        source.table, task.path.count * max(task.segments // SHARED_OUT, <Py_ssize_t> 1),
        task.program.n_coefficients * task.real,
    )
    task.lane_size = task.real * task.table.lanes
    task.scratch_size = task.lane_size * (task.program.n_states + 2 * program.outputs) + (
        task.table.trees.values_scratch(task.program, task.dimension, task.segments, backward)
    )
    return 0


cdef void take_spans(tree_task *task, Spans spans) noexcept:
    """Let paths be spans of them, the longest first."""
    if spans.count:
        spans.describe(&task.path)
        task.order = spans.order
        task.segments = (spans.longest - 1) * (2 if task.path.lead_lag else 1)


cdef path_group group_of(const tree_task *task, Py_ssize_t number) noexcept nogil:
    """Return the paths of one group, and in how many lanes each of them is."""
    cdef Py_ssize_t lanes = task.table.lanes, segments = task.segments
    cdef path_group group
    group.path = &task.path
    group.correction = &task.correction
    group.order = task.order
    group.first = number * lanes
    group.count = <int> min(lanes, task.path.count - group.first)
    if task.order is not NULL:
        segments = task.path.spans[2 * task.order[group.first] + 1] - 1
        segments *= 2 if task.path.lead_lag else 1
    group.pieces = <int> min(lanes // group.count, max(segments // SHARED_OUT, <Py_ssize_t> 1))
    return group


cdef Py_ssize_t path_of(const tree_task *task, Py_ssize_t number) noexcept nogil:
    return number if task.order is NULL else task.order[number]


cdef void copy_rows(
    const tree_task *task, const path_group *group, char *rows, bint to_values
) noexcept nogil:
    """Copy the rows of values of a group from or to `rows`, one after the other."""
    cdef Py_ssize_t i, column, real = task.real, columns = task.program.n_outputs
    cdef char *own
    for i in range(group.count):
        own = task.values.data + path_of(task, group.first + i) * task.values.row_stride
        for column in range(columns):
            if to_values:
                memcpy(own + column * task.values.column_stride, rows + column * real, real)
            else:
                memcpy(rows + column * real, own + column * task.values.column_stride, real)
        rows += columns * real


cdef matrix_view rows_of(const tree_task *task, const path_group *group, char *rows) noexcept nogil:
    cdef matrix_view found
    found.data = rows
    found.count = group.count
    found.row_stride = task.program.n_outputs * task.real
    found.column_stride = task.real
    found.tangent = task.real // 2
    return found


cdef void group_of_values(
    const void *task_, Py_ssize_t number, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const tree_task *task = <const tree_task *> task_
    cdef const tree_program *program = task.program
    cdef path_group group = group_of(task, number)
    cdef char *first = lanes + program.n_states * task.lane_size
    cdef char *rows = first + program.n_outputs * task.lane_size
    cdef char *wanted = first
    cdef char *value
    cdef Py_ssize_t i, path
    cdef matrix_view found
    task.table.trees.values(
        program, &group, task.dimension, lanes, rows + program.n_outputs * task.lane_size, stop
    )
    for i in range(program.n_outputs):
        value = lanes + program.output[i] * task.lane_size
        memcpy(wanted, value, task.lane_size)
        for path in range(group.count):
            task.table.algebra.copy_lane(wanted, <int> path, value, <int> path * group.pieces)
        wanted += task.lane_size
    if task.order is NULL:
        task.table.algebra.store(&task.values, group.first, program.n_outputs, first)
        return
    found = rows_of(task, &group, rows)
    task.table.algebra.store(&found, 0, program.n_outputs, first)
    copy_rows(task, &group, rows, True)


cdef void group_of_gradients(
    const void *task_, Py_ssize_t number, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const tree_task *task = <const tree_task *> task_
    cdef const tree_program *program = task.program
    cdef path_group group = group_of(task, number)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef char *rows = wanted + program.n_outputs * task.lane_size
    cdef Py_ssize_t i, lane, path, row, points
    cdef Py_ssize_t point_size = task.path.channels * task.out.column_stride
    cdef matrix_view found
    cdef char *to
    cdef char *source
    if task.order is NULL:
        task.table.algebra.load(&task.values, group.first, program.n_outputs, wanted)
    else:
        copy_rows(task, &group, rows, False)
        found = rows_of(task, &group, rows)
        task.table.algebra.load(&found, 0, program.n_outputs, wanted)
    memset(lanes, 0, program.n_states * task.lane_size)
    for i in range(program.n_outputs):
        to = lanes + program.output[i] * task.lane_size
        source = wanted + i * task.lane_size
        for lane in range(task.table.lanes):
            path = min(lane // group.pieces, <Py_ssize_t> (group.count - 1))
            task.table.algebra.add_lane(to, <int> lane, source, <int> path)
    task.table.trees.values_backward(
        program, &group, task.dimension, lanes, &task.out, &task.out_correction, task.columns,
        rows + program.n_outputs * task.lane_size, stop,
    )
    for path in range(group.count):
        row, points = path_of(task, group.first + path), task.path.length
        to = task.out.data + row * task.out.row_stride
        if task.order is not NULL:
            points = task.path.spans[2 * row + 1]
            row = task.path.places[row] + task.path.spans[2 * row]  # of the matrix of all points
            to = task.out.data + row * point_size
            if task.columns:
                source = task.out_correction.data + (row + points - 1) * task.columns * task.real
                memset(source, 0, task.columns * task.real)
        task.table.words.steps_to_points(to, points, point_size)


cdef Py_ssize_t groups_of(const tree_task *task) noexcept:
    return (task.path.count + task.table.lanes - 1) // task.table.lanes


cdef double cost_of_values(const tree_task *task) noexcept:
    return 2.0 * task.program.n_coefficients * (2 if task.path.lead_lag else 1) * (
        steps_of(&task.path)
    ) / task.table.lanes


cdef int run_values(
    path, spans, correction, out, TreeProgram program, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
) except -1:
    cdef bint apart = spans is None
    cdef Spans given = None
    cdef Buffer source = Buffer(path, 3, False, True) if spans is None else points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False, apart)
    cdef Buffer target = Buffer(out, 2, True, apart)
    cdef tree_task task
    describe(
        &task, source, increments, target, program, time_aug, lead_lag, end_time, False
    )
    if spans is not None:
        given = spans_of(spans, source)
        take_spans(&task, given)
    return run(
        group_of_values, &task, groups_of(&task), cost_of_values(&task), task.scratch_size,
        n_threads,
    )


cdef int run_gradients(
    path, spans, correction, derivs, out, out_correction, TreeProgram program,
    bint time_aug, bint lead_lag, double end_time, int n_threads,
) except -1:
    cdef bint apart = spans is None
    cdef int axes = 3 if spans is None else 2
    cdef Spans given = None
    cdef Buffer source = Buffer(path, 3, False, True) if spans is None else points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False, apart)
    cdef Buffer cotangent = Buffer(derivs, 2, False, apart)
    cdef Buffer target = Buffer(out, axes, True, apart)
    cdef Buffer second = None
    cdef tree_task task
    if correction is not None:
        second = Buffer(out_correction, axes, True, apart)
    describe(
        &task, source, increments, cotangent, program, time_aug, lead_lag, end_time, True
    )
    if spans is None:
        target.check_items(source, task.path.length, task.path.channels)
        if second is not None:
            second.check_items(source, task.path.length - 1, task.columns)
    else:
        given = spans_of(spans, source)
        take_spans(&task, given)
        target.check_flat(source, given.points, task.path.channels)
        if second is not None:
            second.check_flat(source, given.points, task.columns)
    task.out = target.matrix()
    if second is not None:
        task.out_correction = second.matrix()
    return run(
        group_of_gradients, &task, groups_of(&task), 3 * cost_of_values(&task),
        task.scratch_size, n_threads,
    )


def path_coefficients(
    path, correction, out, TreeProgram program not None, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the values of a program on each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_values(path, None, correction, out, program, time_aug, lead_lag, end_time, n_threads)


def span_coefficients(
    path, spans, correction, out, TreeProgram program not None, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the values of a program on one span of each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_values(
        path, spans, correction, out, program, time_aug, lead_lag,
        end_time, n_threads,
    )


def path_coefficients_backward(
    path, correction, derivs, out, out_correction, TreeProgram program not None, bint time_aug,
    bint lead_lag, double end_time, int n_threads,
):
    """Write the derivatives in path and correction, given that in `path_coefficients`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_gradients(
        path, None, correction, derivs, out, out_correction, program, time_aug, lead_lag,
        end_time, n_threads,
    )


def span_coefficients_backward(
    path, spans, correction, derivs, out, out_correction, TreeProgram program not None,
    bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the derivatives in the points of spans, and in their corrections, span after span.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_gradients(
        path, spans, correction, derivs, out, out_correction, program,
        time_aug, lead_lag, end_time, n_threads,
    )
