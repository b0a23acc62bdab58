# cython: language_level=3, cdivision=True
"""Chosen coefficients along paths, their gradients, and sparse maps of given coefficients.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from libc.stdint cimport int32_t, int64_t
from cython.parallel cimport parallel, prange
from libc.string cimport memcpy, memset

import numpy as np

from treealg._fast.core cimport (
    GROUPS_PER_POLL, OUT_OF_MEMORY, Buffer, Signals, SparseMap, aligned_scratch, correction_view,
    free_scratch, interrupt, kernel_table, matrix_view, path_group, path_view, sparse_map,
    tree_program,
)


cdef enum:
    SHARED_OUT = 16  # segments per lane from which the lanes of a few paths share them out


cdef class TreeProgram:
    """Integrals and products of polynomials in time; see tables.CoefficientTable."""
    cdef tree_program view
    cdef readonly Py_ssize_t dimension, outputs, columns
    cdef tuple keep

    def __cinit__(self, Py_ssize_t dimension, label, left, right, times, column, output):
        integers = [
            np.ascontiguousarray(x, dtype=np.int32)
            for x in (label, left, right, times, column, output)
        ]
        label, left, right, times, column, output = integers
        count = len(label)
        number = np.arange(count)
        integral = label >= 0
        if (
            not len(left) == len(right) == len(times) == count or dimension < 1
            or (label < -1).any() or (label >= dimension + len(column)).any()
            or (left < -1).any() or (left >= number).any()
            or (right < -1).any() or (right >= number).any()
            or (~integral & ((left < 0) | (right < 0))).any() or (column < 0).any()
            or (output < 0).any() or (output >= count).any()
        ):
            raise ValueError("TreeProgram: an instruction refers to one that is computed later")
        added = integral & (right >= 0)
        total = np.where(added, right, number)  # the integral that holds the value
        if (
            (total[added] != total[number[added] - 1]).any() or not integral[right[added]].all()
            or added[left[left >= 0]].any() or added[right[~integral]].any()
            or not (integral & ~added)[output].all()
        ):
            raise ValueError("TreeProgram: an integral is added to, or read from, no whole one")
        order = np.zeros(count, dtype=np.int32)
        used = ~integral
        for i in range(count):
            for source in (left[i], -1 if integral[i] else right[i]):
                if source >= 0:
                    order[i] += order[source]
                    used[source] = True
            order[i] += integral[i]
        if (order[added] > order[right[added]]).any():
            raise ValueError("TreeProgram: an integral is added to one of lower order")
        size = np.where(used, order + 1, 0)
        offset = np.where(used, np.cumsum(size) - size, -1).astype(np.int64)
        values = integral & ~added
        state = np.where(integral, (np.cumsum(values) - 1)[total], -1).astype(np.int32)
        output = np.ascontiguousarray(state[output])
        self.keep = (label, left, right, times, order, state, offset, column, output)
        self.dimension = dimension
        self.outputs = len(output)
        self.columns = int(column.max(initial=-1)) + 1
        self.view.n_states = int(values.sum())
        self.view.n_instructions = count
        self.view.n_coefficients = int(size.sum())
        self.view.n_columns = len(column)
        self.view.n_outputs = len(output)
        self.view.label = <const int32_t *> address(label)
        self.view.left = <const int32_t *> address(left)
        self.view.right = <const int32_t *> address(right)
        self.view.times = <const int32_t *> address(times)
        self.view.order = <const int32_t *> address(order)
        self.view.state = <const int32_t *> address(state)
        self.view.offset = <const int64_t *> address(offset)
        self.view.column = <const int32_t *> address(column)
        self.view.output = <const int32_t *> address(output)


cdef const void *address(array):
    cdef Py_ssize_t at = array.ctypes.data
    return <const void *> at


cdef struct tree_task:
    path_view path
    correction_view correction
    matrix_view values, out, out_correction
    Py_ssize_t column, segments, columns
    size_t real, lane_size, scratch_size


cdef tree_task tree_arguments(
    Buffer source, Buffer increments, Buffer values, Py_ssize_t column, TreeProgram program,
    bint time_aug, bint lead_lag, double end_time, int n_threads, bint backward,
) except *:
    """Check what both directions have in common and work out their sizes."""
    cdef tree_task task
    task.path.data = <const char *> source.view.buf
    task.path.count = source.view.shape[0]
    task.path.length = source.view.shape[1]
    task.path.channels = source.view.shape[2]
    task.path.path_stride = source.view.strides[0]
    task.path.time_stride = source.view.strides[1]
    task.path.channel_stride = source.view.strides[2]
    task.path.time_aug = time_aug
    task.path.lead_lag = lead_lag
    task.path.end_time = end_time
    if (
        task.path.channels * (2 if lead_lag else 1) + time_aug != program.dimension
        or task.path.length < 1 or n_threads < 1
    ):
        raise ValueError("the program does not fit the dimension of the paths")
    task.columns = 0
    if increments is not None:
        if (
            increments.single != source.single or lead_lag
            or increments.view.shape[0] != task.path.count
            or increments.view.shape[1] != task.path.length - 1
        ):
            raise ValueError("path and correction must have the same dtype, batch and segments")
        task.columns = increments.view.shape[2]
        task.correction.data = <const char *> increments.view.buf
        task.correction.path_stride = increments.view.strides[0]
        task.correction.time_stride = increments.view.strides[1]
        task.correction.column_stride = increments.view.strides[2]
    if task.columns < program.columns:
        raise ValueError("the correction has too few columns for the program")
    values.check_columns(source, task.path.count, column, program.outputs)
    task.values = values.matrix()
    task.column = column
    task.segments = (task.path.length - 1) * (2 if lead_lag else 1)
    task.real = 4 if source.single else 8
    task.lane_size = task.real * source.table.lanes
    task.scratch_size = task.lane_size * (program.view.n_states + program.outputs) + (
        source.table.tree_values_scratch(
            &program.view, program.dimension, task.segments, backward
        )
    )
    return task


cdef path_group group_of(
    const tree_task *task, const kernel_table *table, Py_ssize_t number
) noexcept nogil:
    """Return the paths of one group, and in how many lanes each of them is."""
    cdef path_group group
    group.path = &task.path
    group.correction = &task.correction
    group.first = number * table.lanes
    group.count = <int> min(<Py_ssize_t> table.lanes, task.path.count - group.first)
    group.pieces = <int> min(<Py_ssize_t> (table.lanes // group.count),
                             max(task.segments // SHARED_OUT, <Py_ssize_t> 1))
    return group


cdef void group_of_values(
    const tree_task *task, const kernel_table *table, const tree_program *program,
    Py_ssize_t dimension, Py_ssize_t number, char *lanes, interrupt *stop,
) noexcept nogil:
    cdef path_group group = group_of(task, table, number)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef char *value
    cdef Py_ssize_t i, path
    table.tree_values(
        program, &group, dimension, lanes, wanted + program.n_outputs * task.lane_size, stop
    )
    for i in range(program.n_outputs):
        value = lanes + program.output[i] * task.lane_size
        memcpy(wanted, value, task.lane_size)
        for path in range(group.count):
            memcpy(
                wanted + path * task.real, value + path * group.pieces * task.real, task.real
            )
        wanted += task.lane_size
    table.store(
        &task.values, group.first, task.column, program.n_outputs,
        lanes + program.n_states * task.lane_size,
    )


cdef void group_of_gradients(
    const tree_task *task, const kernel_table *table, const tree_program *program,
    Py_ssize_t dimension, Py_ssize_t number, char *lanes, interrupt *stop,
) noexcept nogil:
    cdef path_group group = group_of(task, table, number)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef Py_ssize_t i, lane, path
    cdef char *to
    cdef char *source
    table.load(&task.values, group.first, task.column, program.n_outputs, wanted)
    memset(lanes, 0, program.n_states * task.lane_size)
    for i in range(program.n_outputs):
        to = lanes + program.output[i] * task.lane_size
        source = wanted + i * task.lane_size
        for lane in range(table.lanes):
            path = min(lane // group.pieces, <Py_ssize_t> (group.count - 1))
            if task.real == 4:
                (<float *> to)[lane] += (<float *> source)[path]
            else:
                (<double *> to)[lane] += (<double *> source)[path]
    table.tree_values_backward(
        program, &group, dimension, lanes, &task.out, &task.out_correction, task.columns,
        wanted + program.n_outputs * task.lane_size, stop,
    )
    for path in range(group.count):
        table.steps_to_points(
            task.out.data + (group.first + path) * task.out.row_stride, task.path.length,
            task.path.channels,
        )


cdef int run_groups(
    const tree_task *task, const kernel_table *table, TreeProgram program, int n_threads,
    bint backward,
) except -1:
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef const tree_program *view = &program.view
    cdef Py_ssize_t group, groups = (task.path.count + table.lanes - 1) // table.lanes
    cdef Py_ssize_t dimension = program.dimension
    cdef char *lanes = NULL
    if groups == 0:
        return 0
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil, parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(task.scratch_size)
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                if backward:
                    group_of_gradients(task, table, view, dimension, group, lanes, stop)
                else:
                    group_of_values(task, table, view, dimension, group, lanes, stop)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    signals.finish()
    return 0


def path_coefficients(
    path, correction, out, Py_ssize_t column, TreeProgram program not None, bint time_aug,
    bint lead_lag, double end_time, int n_threads,
):
    """Write the values of a program on each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_trees` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef tree_task task = tree_arguments(
        source, increments, target, column, program, time_aug, lead_lag, end_time, n_threads, False
    )
    run_groups(&task, source.table, program, n_threads, False)


def path_coefficients_backward(
    path, correction, derivs, Py_ssize_t column, out, out_correction,
    TreeProgram program not None, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the derivatives in path and correction, given that in `path_coefficients`.

    See the NumPy function of the same name in `treealg._fast.reference_trees` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef Buffer second = None if correction is None else Buffer(out_correction, 3, True)
    cdef tree_task task = tree_arguments(
        source, increments, cotangent, column, program, time_aug, lead_lag, end_time, n_threads,
        True,
    )
    check_gradient(source, target, source.view.shape[1], source.view.shape[2], task.real)
    task.out = target.matrix()
    task.out.column_stride = task.real
    if second is not None:
        check_gradient(source, second, source.view.shape[1] - 1, task.columns, task.real)
        task.out_correction = second.matrix()
    run_groups(&task, source.table, program, n_threads, True)


cdef int check_gradient(
    Buffer path, Buffer gradient, Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t real
) except -1:
    """Refuse a result that has not the shape of its argument, or is not contiguous in each item."""
    if (
        gradient.view.shape[0] != path.view.shape[0] or gradient.view.shape[1] != rows
        or gradient.view.shape[2] != columns
    ):
        raise ValueError("a gradient must have the shape of the paths, or of the corrections")
    if (
        gradient.single != path.single or gradient.view.strides[2] != real
        or gradient.view.strides[1] != real * columns
    ):
        raise ValueError("each gradient must be contiguous and of the dtype of the paths")
    return 0


def map_rows(
    rows, Py_ssize_t in_column, out, Py_ssize_t out_column, SparseMap linear_map not None,
    bint transposed, int n_threads,
):
    """Write the image of each row, by a sparse map or its transpose, to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_gradients`.
    """
    cdef Buffer source = Buffer(rows, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = source.table
    cdef Py_ssize_t count = source.view.shape[0]
    cdef Py_ssize_t in_size = linear_map.rows if transposed else linear_map.columns
    cdef Py_ssize_t out_size = linear_map.columns if transposed else linear_map.rows
    source.check_columns(source, count, in_column, in_size)
    target.check_columns(source, count, out_column, out_size)
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    cdef matrix_view inputs = source.matrix(), outputs = target.matrix()
    cdef const sparse_map *map_ = &linear_map.f32 if source.single else &linear_map.f64
    cdef size_t size = linear_map.columns * table.lanes * (4 if source.single else 8)
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef Py_ssize_t group, first, groups = (count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    if groups == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil, parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(size)
        for group in prange(groups, schedule="static"):
            first = group * table.lanes
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                if transposed:
                    table.apply_map_transposed(map_, &inputs, first, in_column, lanes)
                    table.store(&outputs, first, out_column, out_size, lanes)
                else:
                    table.load(&inputs, first, in_column, in_size, lanes)
                    table.apply_map(map_, lanes, &outputs, first, out_column)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    signals.finish()
