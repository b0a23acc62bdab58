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
    GROUPS_PER_POLL, MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, SparseMap, aligned_scratch,
    free_scratch, interrupt, kernel_table, matrix_view, path_view, sparse_map, tree_program,
)


cdef class TreeProgram:
    """Integrals and products of polynomials in time; see tables.CoefficientTable."""
    cdef tree_program view
    cdef readonly Py_ssize_t dimension, outputs
    cdef tuple keep

    def __cinit__(self, Py_ssize_t dimension, label, left, right, output):
        integers = [
            np.ascontiguousarray(x, dtype=np.int32) for x in (label, left, right, output)
        ]
        label, left, right, output = integers
        count = len(label)
        number = np.arange(count)
        integral = label >= 0
        if (
            not len(left) == len(right) == count or dimension < 1
            or (label < -1).any() or (label >= dimension).any()
            or (left < -1).any() or (left >= number).any()
            or (~integral & ((left < 0) | (right < 0) | (right >= number))).any()
            or (output < 0).any() or (output >= count).any() or not integral[output].all()
        ):
            raise ValueError("TreeProgram: an instruction refers to one that is computed later")
        order = np.zeros(count, dtype=np.int32)
        used = ~integral
        for i in range(count):
            for source in (left[i], -1 if integral[i] else right[i]):
                if source >= 0:
                    order[i] += order[source]
                    used[source] = True
            order[i] += integral[i]
        size = np.where(used, order + 1, 0)
        offset = np.where(used, np.cumsum(size) - size, -1).astype(np.int64)
        state = np.where(integral, np.cumsum(integral) - 1, -1).astype(np.int32)
        output = np.ascontiguousarray(state[output])
        self.keep = (label, left, right, order, state, offset, output)
        self.dimension = dimension
        self.outputs = len(output)
        self.view.n_states = int(integral.sum())
        self.view.n_instructions = count
        self.view.n_coefficients = int(size.sum())
        self.view.n_outputs = len(output)
        self.view.label = <const int32_t *> address(label)
        self.view.left = <const int32_t *> address(left)
        self.view.right = <const int32_t *> address(right)
        self.view.order = <const int32_t *> address(order)
        self.view.state = <const int32_t *> address(state)
        self.view.offset = <const int64_t *> address(offset)
        self.view.output = <const int32_t *> address(output)


cdef const void *address(array):
    cdef Py_ssize_t at = array.ctypes.data
    return <const void *> at


cdef struct tree_task:
    path_view path
    matrix_view values, out
    Py_ssize_t column, segments
    size_t real, lane_size, scratch_size


cdef tree_task tree_arguments(
    Buffer source, Buffer values, Py_ssize_t column, TreeProgram program, bint time_aug,
    bint lead_lag, double end_time, int n_threads, bint backward,
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


cdef int lanes_of_group(
    const tree_task *task, const kernel_table *table, Py_ssize_t group, Py_ssize_t *row,
    Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil:
    """Set path, first and last segment of each lane; returns how many lanes are used."""
    cdef Py_ssize_t lane, first = group * table.lanes
    cdef int used = <int> min(<Py_ssize_t> table.lanes, task.path.count - first)
    for lane in range(used):
        row[lane] = first + lane
        begin[lane] = 0
        end[lane] = task.segments
    return used


cdef void group_of_values(
    const tree_task *task, const kernel_table *table, const tree_program *program,
    Py_ssize_t dimension, Py_ssize_t group, char *lanes, interrupt *stop,
) noexcept nogil:
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(task, table, group, row, begin, end)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef Py_ssize_t i
    table.tree_values(
        &task.path, program, dimension, used, row, begin, end, lanes,
        wanted + program.n_outputs * task.lane_size, stop,
    )
    for i in range(program.n_outputs):
        memcpy(
            wanted + i * task.lane_size, lanes + program.output[i] * task.lane_size, task.lane_size
        )
    table.store(&task.values, group * table.lanes, task.column, program.n_outputs, wanted)


cdef void group_of_gradients(
    const tree_task *task, const kernel_table *table, const tree_program *program,
    Py_ssize_t dimension, Py_ssize_t group, char *lanes, interrupt *stop,
) noexcept nogil:
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(task, table, group, row, begin, end)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef Py_ssize_t i, lane
    cdef char *to
    cdef char *source
    table.load(&task.values, group * table.lanes, task.column, program.n_outputs, wanted)
    memset(lanes, 0, program.n_states * task.lane_size)
    for i in range(program.n_outputs):
        to = lanes + program.output[i] * task.lane_size
        source = wanted + i * task.lane_size
        for lane in range(table.lanes):
            if task.real == 4:
                (<float *> to)[lane] += (<float *> source)[lane]
            else:
                (<double *> to)[lane] += (<double *> source)[lane]
    table.tree_values_backward(
        &task.path, program, dimension, used, row, begin, end, lanes, &task.out,
        wanted + program.n_outputs * task.lane_size, stop,
    )
    for i in range(used):
        table.steps_to_points(
            task.out.data + row[i] * task.out.row_stride, task.path.length, task.path.channels
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
    path, out, Py_ssize_t column, TreeProgram program not None, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the values of a program on each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_trees` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef tree_task task = tree_arguments(
        source, target, column, program, time_aug, lead_lag, end_time, n_threads, False
    )
    run_groups(&task, source.table, program, n_threads, False)


def path_coefficients_backward(
    path, derivs, Py_ssize_t column, out, TreeProgram program not None, bint time_aug,
    bint lead_lag, double end_time, int n_threads,
):
    """Write the derivative in each path, given that in the result of `path_coefficients`.

    See the NumPy function of the same name in `treealg._fast.reference_trees` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef tree_task task = tree_arguments(
        source, cotangent, column, program, time_aug, lead_lag, end_time, n_threads, True
    )
    cdef int axis
    for axis in range(3):
        if source.view.shape[axis] != target.view.shape[axis]:
            raise ValueError("the gradient must have the shape of the paths")
    if (
        source.single != target.single or target.view.strides[2] != <Py_ssize_t> task.real
        or target.view.strides[1] != <Py_ssize_t> task.real * target.view.shape[2]
    ):
        raise ValueError("each gradient must be contiguous and of the dtype of the paths")
    task.out = target.matrix()
    task.out.column_stride = task.real
    run_groups(&task, source.table, program, n_threads, True)


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
