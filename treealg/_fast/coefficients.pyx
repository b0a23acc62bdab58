# cython: language_level=3, cdivision=True
"""Chosen coefficients along paths, and their gradients; see core.pyx for the threads."""

from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    Buffer, correction_view, interrupt, kernel_table, matrix_view, path_group, path_view, run,
    tree_program,
)
from treealg._fast.programs cimport TreeProgram


cdef enum:
    SHARED_OUT = 16  # segments per lane from which the lanes of a few paths share them out


cdef struct tree_task:
    const kernel_table *table
    const tree_program *program
    path_view path
    correction_view correction
    matrix_view values, out, out_correction
    Py_ssize_t dimension, segments, columns
    size_t real, lane_size, scratch_size


cdef int describe(
    tree_task *task, Buffer source, Buffer increments, Buffer values, TreeProgram program,
    bint time_aug, bint lead_lag, double end_time, bint backward,
) except -1:
    """Check what both directions have in common and work out their sizes."""
    task.table = source.table
    task.program = &program.view
    task.dimension = program.dimension
    task.path = source.path(time_aug, lead_lag, end_time)
    if (
        task.path.channels * (2 if lead_lag else 1) + time_aug != program.dimension
        or task.path.length < 1
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
        task.correction = increments.correction()
    if task.columns < program.columns:
        raise ValueError("the correction has too few columns for the program")
    values.check_rows(source, task.path.count, program.outputs)
    task.values = values.matrix()
    task.segments = (task.path.length - 1) * (2 if lead_lag else 1)
    task.real = source.real
    task.lane_size = task.real * task.table.lanes
    task.scratch_size = task.lane_size * (program.view.n_states + program.outputs) + (
        task.table.trees.values_scratch(task.program, task.dimension, task.segments, backward)
    )
    return 0


cdef path_group group_of(const tree_task *task, Py_ssize_t number) noexcept nogil:
    """Return the paths of one group, and in how many lanes each of them is."""
    cdef Py_ssize_t lanes = task.table.lanes
    cdef path_group group
    group.path = &task.path
    group.correction = &task.correction
    group.first = number * lanes
    group.count = <int> min(lanes, task.path.count - group.first)
    group.pieces = <int> min(
        lanes // group.count, max(task.segments // SHARED_OUT, <Py_ssize_t> 1)
    )
    return group


cdef void group_of_values(
    const void *task_, Py_ssize_t number, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const tree_task *task = <const tree_task *> task_
    cdef const tree_program *program = task.program
    cdef path_group group = group_of(task, number)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef char *value
    cdef Py_ssize_t i, path
    task.table.trees.values(
        program, &group, task.dimension, lanes, wanted + program.n_outputs * task.lane_size, stop
    )
    for i in range(program.n_outputs):
        value = lanes + program.output[i] * task.lane_size
        memcpy(wanted, value, task.lane_size)
        for path in range(group.count):
            memcpy(
                wanted + path * task.real, value + path * group.pieces * task.real, task.real
            )
        wanted += task.lane_size
    task.table.algebra.store(
        &task.values, group.first, program.n_outputs, lanes + program.n_states * task.lane_size
    )


cdef void group_of_gradients(
    const void *task_, Py_ssize_t number, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const tree_task *task = <const tree_task *> task_
    cdef const tree_program *program = task.program
    cdef path_group group = group_of(task, number)
    cdef char *wanted = lanes + program.n_states * task.lane_size
    cdef Py_ssize_t i, lane, path
    cdef char *to
    cdef char *source
    task.table.algebra.load(&task.values, group.first, program.n_outputs, wanted)
    memset(lanes, 0, program.n_states * task.lane_size)
    for i in range(program.n_outputs):
        to = lanes + program.output[i] * task.lane_size
        source = wanted + i * task.lane_size
        for lane in range(task.table.lanes):
            path = min(lane // group.pieces, <Py_ssize_t> (group.count - 1))
            if task.real == 4:
                (<float *> to)[lane] += (<float *> source)[path]
            else:
                (<double *> to)[lane] += (<double *> source)[path]
    task.table.trees.values_backward(
        program, &group, task.dimension, lanes, &task.out, &task.out_correction, task.columns,
        wanted + program.n_outputs * task.lane_size, stop,
    )
    for path in range(group.count):
        task.table.words.steps_to_points(
            task.out.data + (group.first + path) * task.out.row_stride, task.path.length,
            task.path.channels,
        )


cdef Py_ssize_t groups_of(const tree_task *task) noexcept:
    return (task.path.count + task.table.lanes - 1) // task.table.lanes


def path_coefficients(
    path, correction, out, TreeProgram program not None, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the values of a program on each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef tree_task task
    describe(
        &task, source, increments, target, program, time_aug, lead_lag, end_time, False
    )
    run(group_of_values, &task, groups_of(&task), task.scratch_size, n_threads)


def path_coefficients_backward(
    path, correction, derivs, out, out_correction, TreeProgram program not None, bint time_aug,
    bint lead_lag, double end_time, int n_threads,
):
    """Write the derivatives in path and correction, given that in `path_coefficients`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef Buffer second = None if correction is None else Buffer(out_correction, 3, True)
    cdef tree_task task
    describe(
        &task, source, increments, cotangent, program, time_aug, lead_lag, end_time, True
    )
    target.check_items(source, task.path.length, task.path.channels)
    task.out = target.matrix()
    if second is not None:
        second.check_items(source, task.path.length - 1, task.columns)
        task.out_correction = second.matrix()
    run(group_of_gradients, &task, groups_of(&task), task.scratch_size, n_threads)
