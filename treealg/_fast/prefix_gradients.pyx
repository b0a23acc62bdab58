# cython: language_level=3, cdivision=True
"""Gradients of the word signatures of all prefixes of spans of paths.

One path per lane, the longest first. Its segments are walked backwards one by one; the derivatives
in a prefix are added when its end is reached. The signatures that they meet there are computed
forwards from checkpoints, and never by inverting a step. See core.pyx for the threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, Buffer, interrupt, kernel_table, matrix_view, run, steps_of,
)
from treealg._fast.gradients cimport (
    backward, backward_scratch, gradient_out, points_of_spans, rows_in, word_derivatives,
)
from treealg._fast.lines cimport points_of
from treealg._fast.paths cimport cost_of_integration, cost_of_output, describe, path_words
from treealg._fast.pieces cimport Spans, spans_of
from treealg._fast.prefixes cimport advance, advance_scratch
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef extern from "common/checkpoints.h" nogil:
    ctypedef struct checkpointed:
        Py_ssize_t blocks
        size_t state_size
        void *context
        void (*advance)(void *context, Py_ssize_t block, void *state) noexcept nogil
        void (*backward)(void *context, Py_ssize_t block, const void *before) noexcept nogil
    size_t checkpoints_size(Py_ssize_t blocks, size_t state_size)
    void run_backward(const checkpointed *run, char *memory, interrupt *stop)


cdef struct prefix_gradient_task:
    path_words words
    gradient_out out
    Py_ssize_t every, columns  # segments per point; numbers of a row of derivatives
    const int64_t *order  # of the paths, the longest first
    const char *derivs
    Py_ssize_t path_stride, point_stride, column_stride
    size_t memory_size, step_size, derivs_size


# The paths of one group, and its scratch memory.
cdef struct prefix_group:
    const prefix_gradient_task *task
    int used
    Py_ssize_t row[MAX_LANES]
    Py_ssize_t first[MAX_LANES]  # segments
    Py_ssize_t steps[MAX_LANES]
    interrupt *stop
    char *cotangent
    char *added
    char *state
    char *rows
    char *derivs
    char *increment
    char *scratch


cdef int active_lanes(const prefix_group *group, Py_ssize_t step) noexcept nogil:
    """How many paths have a step of this number; they are the first ones."""
    cdef int lane = group.used
    while lane > 0 and group.steps[lane - 1] <= step:
        lane -= 1
    return lane


cdef void forward_step(void *context, Py_ssize_t step, void *state) noexcept nogil:
    cdef const prefix_group *group = <const prefix_group *> context
    cdef Py_ssize_t segment[MAX_LANES]
    cdef int active = active_lanes(group, step), lane
    cdef Py_ssize_t part
    for part in range(group.task.every):
        for lane in range(active):
            segment[lane] = group.first[lane] + step * group.task.every + part
        advance(
            &group.task.words, active, group.row, segment, <char *> state, group.increment,
            group.scratch,
        )


cdef matrix_view derivatives_at(
    const prefix_group *group, int active, Py_ssize_t step
) noexcept nogil:
    """Copy the derivatives in one prefix of each path, one per lane."""
    cdef const prefix_gradient_task *task = group.task
    cdef Py_ssize_t real = task.words.real, column
    cdef matrix_view found
    cdef const char *source
    cdef char *target
    cdef int lane
    found.data = group.derivs
    found.count = active
    found.row_stride = task.columns * real
    found.column_stride = real
    for lane in range(active):
        source = task.derivs + group.row[lane] * task.path_stride + step * task.point_stride
        target = group.derivs + lane * found.row_stride
        if task.column_stride == real:
            memcpy(target, source, found.row_stride)
            continue
        for column in range(task.columns):
            memcpy(target + column * real, source + column * task.column_stride, real)
    return found


cdef void backward_step(void *context, Py_ssize_t step, const void *before) noexcept nogil:
    cdef prefix_group *group = <prefix_group *> context
    cdef const prefix_gradient_task *task = group.task
    cdef const path_words *words = &task.words
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int active = active_lanes(group, step), lane
    cdef matrix_view derivs = derivatives_at(group, active, step), signatures
    for lane in range(active):
        if group.steps[lane] == step + 1:
            words.table.algebra.clear_lane(group.cotangent, lane, words.size)
        begin[lane] = group.first[lane] + step * task.every
        end[lane] = begin[lane] + task.every
    if words.log_program is not NULL:
        memcpy(group.state, before, words.lanes_size)
        forward_step(context, step, group.state)
        signatures = rows_in(group.rows, active, words, 1)
        words.table.algebra.store(&signatures, 0, words.size, group.state)
    word_derivatives(
        words, &derivs, 0, active, group.rows, group.added, group.rows + words.lanes_size,
        group.scratch,
    )
    words.table.algebra.add(group.cotangent, group.added, words.size)
    backward(
        words, &task.out, active, group.row, begin, end, <const char *> before, group.cotangent,
        group.scratch, group.stop,
    )


cdef void group_of_prefixes(
    const void *task_, Py_ssize_t number, char *memory, interrupt *stop
) noexcept nogil:
    cdef const prefix_gradient_task *task = <const prefix_gradient_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t first = number * words.table.lanes
    cdef prefix_group group
    cdef checkpointed steps
    cdef int lane
    group.task = task
    group.stop = stop
    group.used = <int> min(<Py_ssize_t> words.table.lanes, words.path.count - first)
    for lane in range(group.used):
        group.row[lane] = task.order[first + lane]
        group.first[lane] = task.every * words.path.spans[2 * group.row[lane]]
        group.steps[lane] = words.path.spans[2 * group.row[lane] + 1] - 1
    group.cotangent = memory + task.memory_size
    group.added = group.cotangent + words.lanes_size
    group.state = group.added + words.lanes_size
    group.rows = group.state + words.lanes_size
    group.derivs = group.rows + 2 * words.lanes_size
    group.increment = group.derivs + task.derivs_size
    group.scratch = group.increment + task.step_size
    memset(memory, 0, words.lanes_size)
    memset(group.cotangent, 0, words.lanes_size)
    steps.blocks = group.steps[0]
    steps.state_size = words.lanes_size
    steps.context = &group
    steps.advance = forward_step
    steps.backward = backward_step
    run_backward(&steps, memory, stop)


def span_prefixes_backward(
    path, spans, correction, derivs, out, out_correction, WordProgram words not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the derivatives in the points of spans, and in their corrections, span after span.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef Buffer second = None if correction is None else Buffer(out_correction, 2, True)
    cdef const kernel_table *table = source.table
    cdef Spans given
    cdef Py_ssize_t longest, groups
    cdef double cost
    cdef prefix_gradient_task task
    cdef size_t scratch_size
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    given = spans_of(spans, source)
    longest = given.longest - 1
    if (
        source.table != cotangent.table or cotangent.view.shape[0] != task.words.path.count
        or cotangent.view.shape[1] < longest or cotangent.view.shape[2] != output_map.rows
    ):
        raise ValueError("the derivatives, the path and the map do not fit each other")
    target.check_flat(source, given.points, task.words.path.channels)
    if second is not None:
        second.check_flat(source, given.points, task.words.columns)
        task.out.correction = second.matrix()
    if given.count == 0:
        return
    given.describe(&task.words.path)
    task.order = given.order
    task.out.steps = target.matrix()
    task.every = 2 if lead_lag else 1
    task.columns = output_map.rows
    task.derivs = <const char *> cotangent.view.buf
    task.path_stride = cotangent.view.strides[0]
    task.point_stride = cotangent.view.strides[1]
    task.column_stride = cotangent.view.strides[2]
    task.memory_size = checkpoints_size(longest, task.words.lanes_size)
    task.step_size = words.dimension * table.lanes * task.words.real
    task.derivs_size = task.columns * table.lanes * task.words.real
    scratch_size = max(advance_scratch(&task.words), backward_scratch(&task.words, task.every))
    if log_program is not None:
        scratch_size = max(scratch_size, table.algebra.logarithm_scratch(task.words.log_program, 1))
    scratch_size += task.memory_size + 5 * task.words.lanes_size + task.step_size + task.derivs_size
    groups = (task.words.path.count + table.lanes - 1) // table.lanes
    cost = 4 * cost_of_integration(&task.words)
    cost += 2 * steps_of(&task.words.path) * cost_of_output(&task.words) / task.words.path.count
    run(group_of_prefixes, &task, groups, cost, scratch_size, n_threads)
    with nogil:
        points_of_spans(&task.words, &task.out)
