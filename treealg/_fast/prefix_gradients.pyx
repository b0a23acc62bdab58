# cython: language_level=3, cdivision=True
"""Gradients of the word signatures of all prefixes of spans of paths.

One path per lane, or a piece of one where there are too few, the longest first. Its segments are
walked backwards one by one; the derivatives in a prefix are added when its end is reached. The
signatures that they meet there are computed forwards from checkpoints, and never by inverting a
step.

Pieces are those of span_gradients.pyx. What later pieces have to do with one is linear in the
derivatives after it and comes on top: these follow from piece to piece, the last one first, once
each was walked for its own prefixes, and a backward pass takes them to the steps of all pieces.
See core.pyx for the threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases, steps_of, worthwhile_threads,
)
from treealg._fast.gradients cimport (
    backward, backward_scratch, contract, gradient_out, points_of_spans, rows_in,
    word_derivatives,
)
from treealg._fast.lines cimport points_of
from treealg._fast.paths cimport cost_of_integration, cost_of_output, describe, path_words
from treealg._fast.pieces cimport Pieces, Spans, cut_path, piece, pieces_of, spans_of
from treealg._fast.prefixes cimport advance, advance_scratch
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram
from treealg._fast.span_gradients cimport (
    group_of_gradients, group_of_parts, group_scratch, groups_of, lanes_of, set_pieces,
    signatures_before, span_gradient_task, take_rows,
)


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
    # First, as its phases take this task for theirs. What it writes comes on top of `out`.
    span_gradient_task spans
    gradient_out out
    Py_ssize_t every  # segments per point
    Py_ssize_t points  # of all spans
    bint single  # whether numbers are of float32
    const char *derivs
    Py_ssize_t path_stride, point_stride, column_stride
    size_t memory_size, step_size, derivs_size


# The pieces of one group, and its scratch memory.
cdef struct prefix_group:
    const prefix_gradient_task *task
    int used
    Py_ssize_t row[MAX_LANES]
    Py_ssize_t first[MAX_LANES]  # segments
    Py_ssize_t skipped[MAX_LANES]  # steps of the span before the piece
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
            &group.task.spans.short, active, group.row, segment, <char *> state, group.increment,
            group.scratch,
        )


cdef matrix_view derivatives_at(
    const prefix_group *group, int active, Py_ssize_t step
) noexcept nogil:
    """Return the derivatives in one prefix of each path, one per lane.

    They are copied unless they lie evenly, as those of paths of one length and of pieces of one do.
    """
    cdef const prefix_gradient_task *task = group.task
    cdef Py_ssize_t real = task.spans.words.real, column, stride = 0
    cdef matrix_view found
    cdef const char *source[MAX_LANES]
    cdef char *target
    cdef bint are_even = True
    cdef int lane
    for lane in range(active):
        source[lane] = task.derivs + group.row[lane] * task.path_stride
        source[lane] += (group.skipped[lane] + step) * task.point_stride
        if lane == 1:
            stride = source[1] - source[0]
        are_even &= source[lane] == source[0] + lane * stride
    found.count = active
    found.tangent = real // 2
    if are_even:
        found.data = <char *> source[0]
        found.row_stride, found.column_stride = stride, task.column_stride
        return found
    found.data = group.derivs
    found.row_stride, found.column_stride = task.spans.columns * real, real
    for lane in range(active):
        target = group.derivs + lane * found.row_stride
        if task.column_stride == real:
            memcpy(target, source[lane], found.row_stride)
            continue
        for column in range(task.spans.columns):
            memcpy(target + column * real, source[lane] + column * task.column_stride, real)
    return found


cdef void backward_step(void *context, Py_ssize_t step, const void *before) noexcept nogil:
    cdef prefix_group *group = <prefix_group *> context
    cdef const prefix_gradient_task *task = group.task
    cdef const path_words *words = &task.spans.words
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


cdef void walk(
    const prefix_gradient_task *task, const piece *pieces, Py_ssize_t count, Py_ssize_t first,
    bint are_cut, char *memory, interrupt *stop,
) noexcept nogil:
    """Walk pieces, or whole spans, from number `first` on backwards, for their own prefixes.

    Of pieces the derivatives before them are left in their rows of `after`.
    """
    cdef const path_words *words = &task.spans.words
    cdef const path_words *short = &task.spans.short
    cdef Py_ssize_t end[MAX_LANES]
    cdef prefix_group group
    cdef checkpointed steps
    cdef matrix_view rows
    cdef int lane
    group.task = task
    group.stop = stop
    group.used = lanes_of(&task.spans, pieces, count, first, group.row, group.first, end)
    for lane in range(group.used):
        group.steps[lane] = (end[lane] - group.first[lane]) // task.every
        group.skipped[lane] = (
            group.first[lane] // task.every - words.path.spans[2 * group.row[lane]]
        )
    group.cotangent = memory + task.memory_size
    group.added = group.cotangent + words.lanes_size
    group.state = group.added + words.lanes_size
    group.rows = group.state + words.lanes_size
    group.derivs = group.rows + 2 * words.lanes_size
    group.increment = group.derivs + task.derivs_size
    group.scratch = group.increment + task.step_size
    memset(group.cotangent, 0, words.lanes_size)
    if are_cut:
        rows = rows_in(task.spans.before, count, short, 1)
        words.table.algebra.load(&rows, first, short.size, memory)
    else:
        memset(memory, 0, short.lanes_size)
    steps.blocks = group.steps[0]
    steps.state_size = short.lanes_size
    steps.context = &group
    steps.advance = forward_step
    steps.backward = backward_step
    run_backward(&steps, memory, stop)
    if are_cut:
        rows = rows_in(task.spans.after, count, words, 1)
        words.table.algebra.store(&rows, first, words.size, group.cotangent)


cdef void group_of_prefixes(
    const void *task_, Py_ssize_t number, char *memory, interrupt *stop
) noexcept nogil:
    """Pieces of spans that are cut, and then whole spans."""
    cdef const prefix_gradient_task *task = <const prefix_gradient_task *> task_
    cdef const span_gradient_task *spans = &task.spans
    cdef Py_ssize_t lanes = spans.words.table.lanes, of_cut = groups_of(spans, spans.n_cut)
    if number < of_cut:
        walk(task, spans.cut, spans.n_cut, number * lanes, True, memory, stop)
    else:
        walk(task, spans.whole, spans.n_whole, (number - of_cut) * lanes, False, memory, stop)


cdef void add_numbers(bint single, char *to, const char *more, size_t size) noexcept nogil:
    """Add numbers of so many bytes in all, of dual ones both parts."""
    cdef size_t i
    if single:
        for i in range(size // sizeof(float)):
            (<float *> to)[i] += (<const float *> more)[i]
    else:
        for i in range(size // sizeof(double)):
            (<double *> to)[i] += (<const double *> more)[i]


cdef void derivatives_after(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop
) noexcept nogil:
    """Derivatives after each piece of one path, from those before each in its own prefixes."""
    cdef const prefix_gradient_task *task = <const prefix_gradient_task *> task_
    cdef const span_gradient_task *spans = &task.spans
    cdef const cut_path *joined = spans.joined + number
    cdef Py_ssize_t size = spans.words.size * spans.words.real, place
    cdef Py_ssize_t part_size = spans.short.size * spans.words.real
    cdef char *now = spans.wholes + number * size
    cdef char *own
    memset(now, 0, size)
    for place in range(joined.last - 1, joined.first - 1, -1):
        own = spans.after + spans.position[place] * size
        memcpy(scratch, own, size)
        memcpy(own, now, size)
        contract(&spans.words, now, spans.parts + spans.position[place] * part_size)
        add_numbers(task.single, now, scratch, size)


cdef void add_to_steps(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop
) noexcept nogil:
    """Add what comes on top, in the steps and corrections of one path that is cut."""
    cdef const prefix_gradient_task *task = <const prefix_gradient_task *> task_
    cdef const path_words *words = &task.spans.words
    cdef Py_ssize_t path = task.spans.joined[number].path, real = words.real
    cdef const int64_t *span = words.path.spans + 2 * path
    cdef Py_ssize_t steps = span[1] - 1, size = words.path.channels * real
    cdef Py_ssize_t at = words.path.places[path] + span[0]
    add_numbers(
        task.single, task.out.steps.data + (at + 1) * size,
        task.spans.out.steps.data + (at + 1) * size, steps * size,
    )
    size = words.columns * real
    if size:
        add_numbers(
            task.single, task.out.correction.data + at * size,
            task.spans.out.correction.data + at * size, steps * size,
        )


cdef void all_prefixes(
    prefix_gradient_task *task, size_t scratch_size, int n_threads, interrupt *stop
) noexcept nogil:
    cdef span_gradient_task *spans = &task.spans
    cdef const path_words *words = &spans.words
    cdef Py_ssize_t of_cut = groups_of(spans, spans.n_cut)
    cdef size_t steps_size = task.points * words.path.channels * words.real
    cdef size_t more_size = steps_size + task.points * words.columns * words.real
    cdef char *more = NULL
    cdef phase *phases = [
        phase(group_of_parts, of_cut),
        phase(signatures_before, spans.n_joined),
        phase(group_of_prefixes, of_cut + groups_of(spans, spans.n_whole)),
        phase(derivatives_after, spans.n_joined),
        phase(group_of_gradients, of_cut),
        phase(add_to_steps, spans.n_joined),
    ]
    if not take_rows(spans):
        stop.stop = OUT_OF_MEMORY
        return
    if of_cut:
        more = <char *> aligned_scratch(more_size)
    if of_cut and more is NULL:
        stop.stop = OUT_OF_MEMORY
    else:
        if of_cut:
            memset(more, 0, more_size)  # not every column need be that of a letter
        spans.out = task.out
        spans.out.steps.data = more
        spans.out.correction.data = more + steps_size
        run_phases(phases, 6, task, scratch_size, n_threads, stop)
        if of_cut:
            free_scratch(more)
    free_scratch(spans.parts)
    points_of_spans(words, &task.out)


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
    cdef Pieces pieces
    cdef double cost
    cdef prefix_gradient_task task
    cdef span_gradient_task *shared = &task.spans
    cdef const path_words *described = &task.spans.words
    cdef size_t scratch_size
    cdef Signals signals
    describe(
        &shared.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    given = spans_of(spans, source)
    if (
        source.table != cotangent.table or cotangent.view.shape[0] != described.path.count
        or cotangent.view.shape[1] < given.longest - 1
        or cotangent.view.shape[2] != output_map.rows
    ):
        raise ValueError("the derivatives, the path and the map do not fit each other")
    target.check_flat(source, given.points, described.path.channels)
    if second is not None:
        second.check_flat(source, given.points, described.columns)
        task.out.correction = second.matrix()
    if given.count == 0:
        return
    given.describe(&shared.words.path)
    cost = 4 * cost_of_integration(described)
    cost += 2 * steps_of(&described.path) * cost_of_output(described) / described.path.count
    n_threads = worthwhile_threads(cost, n_threads)
    task.every = 2 if lead_lag else 1
    pieces = pieces_of(given, task.every, table.lanes, n_threads)
    set_pieces(shared, pieces)
    shared.columns = output_map.rows
    task.out.steps = target.matrix()
    task.points = given.points
    task.single = source.single
    task.derivs = <const char *> cotangent.view.buf
    task.path_stride = cotangent.view.strides[0]
    task.point_stride = cotangent.view.strides[1]
    task.column_stride = cotangent.view.strides[2]
    task.memory_size = checkpoints_size(pieces.longest // task.every, shared.short.lanes_size)
    task.step_size = words.dimension * table.lanes * described.real
    task.derivs_size = shared.columns * table.lanes * described.real
    scratch_size = max(advance_scratch(described), backward_scratch(described, task.every))
    if log_program is not None:
        scratch_size = max(scratch_size, table.algebra.logarithm_scratch(described.log_program, 1))
    scratch_size += task.memory_size + 5 * described.lanes_size + task.step_size + task.derivs_size
    scratch_size = max(scratch_size, group_scratch(shared, pieces.longest))
    signals = Signals()
    with nogil:
        all_prefixes(&task, scratch_size, n_threads, &signals.flag)
    signals.finish()
