# cython: language_level=3, cdivision=True
"""Gradients along spans of paths: of paths of different lengths, none of which is padded.

The pieces are those of spans.pyx, and they become independent of each other as in gradients.pyx.
What belongs to the points of the spans is written span after span. See core.pyx for the threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases, worthwhile_threads,
)
from treealg._fast.gradients cimport (
    backward, backward_scratch, contract, count_short_words, points_of_spans, rows_in, set_short,
    word_derivatives,
)
from treealg._fast.lines cimport points_of
from treealg._fast.paths cimport (
    cost_of_integration, cost_of_output, describe, extend, integrate, integration_scratch,
    path_words,
)
from treealg._fast.pieces cimport Pieces, Spans, cut_path, piece, pieces_of, spans_of
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef Py_ssize_t groups_of(const span_gradient_task *task, Py_ssize_t count) noexcept nogil:
    return (count + task.words.table.lanes - 1) // task.words.table.lanes


cdef int lanes_of(
    const span_gradient_task *task, const piece *pieces, Py_ssize_t count, Py_ssize_t first,
    Py_ssize_t *row, Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil:
    """Set path, first and last segment of each lane; returns how many lanes are used."""
    cdef int used = <int> min(<Py_ssize_t> task.words.table.lanes, count - first), lane
    for lane in range(used):
        row[lane] = pieces[first + lane].path
        begin[lane] = pieces[first + lane].begin
        end[lane] = pieces[first + lane].end
    return used


cdef matrix_view derivatives_of(
    const span_gradient_task *task, const int64_t *path, Py_ssize_t step, int used, char *rows
) noexcept nogil:
    """Copy the derivatives in the results of each step-th path, one per lane."""
    cdef matrix_view found
    cdef Py_ssize_t column, real = task.words.real
    cdef const char *source
    cdef char *target
    cdef int lane
    found.data = rows
    found.count = used
    found.row_stride = task.columns * real
    found.column_stride = real
    found.tangent = real // 2
    for lane in range(used):
        source = task.derivs.data + path[lane * step] * task.derivs.row_stride
        target = rows + lane * found.row_stride
        if task.derivs.column_stride == real:
            memcpy(target, source, found.row_stride)
            continue
        for column in range(task.columns):
            memcpy(target + column * real, source + column * task.derivs.column_stride, real)
    return found


cdef void set_pieces(span_gradient_task *task, Pieces pieces) noexcept:
    """Set the pieces of a task whose words and spans are described."""
    set_short(&task.short, &task.program, &task.words)
    task.short_words = count_short_words(task.words.words)
    task.n_cut, task.n_whole, task.n_joined = pieces.n_cut, pieces.n_whole, pieces.n_joined
    task.cut, task.whole, task.joined = pieces.cut, pieces.whole, pieces.joined
    task.position = pieces.position


cdef bint take_rows(span_gradient_task *task) noexcept nogil:
    """Take memory for the rows of cut pieces, from `parts` on; returns whether there was any."""
    cdef Py_ssize_t size = task.words.size * task.words.real
    task.parts = <char *> aligned_scratch(max((3 * task.n_cut + task.n_joined) * size, 1))
    if task.parts is NULL:
        return False
    task.before = task.parts + task.n_cut * size
    task.after = task.before + task.n_cut * size
    task.wholes = task.after + task.n_cut * size
    return True


# Scratch memory of a group: its lanes, as much again, two times as many rows of word coefficients,
# the rows of its derivatives, and what is left.


cdef char *rows_of_group(const span_gradient_task *task, char *lanes) noexcept nogil:
    return lanes + 2 * task.words.lanes_size


cdef char *derivatives_of_group(const span_gradient_task *task, char *lanes) noexcept nogil:
    return lanes + 4 * task.words.lanes_size


cdef char *rest_of_group(const span_gradient_task *task, char *lanes) noexcept nogil:
    return derivatives_of_group(task, lanes) + (
        task.columns * task.words.table.lanes * task.words.real
    )


cdef size_t group_scratch(const span_gradient_task *task, Py_ssize_t longest) noexcept nogil:
    """Bytes for a group, with pieces of at most so many segments."""
    cdef const path_words *words = &task.words
    cdef size_t size = max(integration_scratch(words), backward_scratch(words, longest))
    if words.log_program is not NULL:
        size = max(size, words.table.algebra.logarithm_scratch(words.log_program, 1))
    return size + 4 * words.lanes_size + task.columns * words.table.lanes * words.real


cdef void group_of_parts(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Word signatures of pieces."""
    cdef const span_gradient_task *task = <const span_gradient_task *> task_
    cdef const path_words *words = &task.short
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t first = group * words.table.lanes
    cdef int used = lanes_of(task, task.cut, task.n_cut, first, row, begin, end)
    cdef matrix_view parts = rows_in(task.parts, task.n_cut, words, 1)
    integrate(words, used, row, begin, end, lanes, rest_of_group(task, lanes), stop)
    words.table.algebra.store(&parts, first, words.size, lanes)


cdef void signatures_before(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop
) noexcept nogil:
    """Products of the signatures of the pieces of one path before each; of all for a logarithm."""
    cdef const span_gradient_task *task = <const span_gradient_task *> task_
    cdef const path_words *words = &task.short
    cdef Py_ssize_t size = words.size * words.real, place, at
    cdef const cut_path *joined = task.joined + number
    cdef char *whole = task.wholes + number * size
    memset(whole, 0, size)
    for place in range(joined.first, joined.last):
        at = task.position[place]
        memcpy(task.before + at * size, whole, size)
        if place + 1 < joined.last or words.log_program is not NULL:
            extend(words, whole, task.parts + at * size, joined.path, task.cut[at].end)


cdef void derivatives_of_wholes(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Derivatives in the word signatures of cut paths, as those after their last pieces."""
    cdef const span_gradient_task *task = <const span_gradient_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t size = words.size * words.real, first = group * words.table.lanes
    cdef const cut_path *joined = task.joined + first
    cdef int used = <int> min(<Py_ssize_t> words.table.lanes, task.n_joined - first), lane
    cdef char *rows = rows_of_group(task, lanes)
    cdef matrix_view found = rows_in(rows, used, words, 1)
    cdef matrix_view derivs = derivatives_of(
        task, &joined.path, sizeof(cut_path) // sizeof(int64_t), used,
        derivatives_of_group(task, lanes),
    )
    word_derivatives(
        words, &derivs, 0, used, task.wholes + first * size, lanes, rows,
        rest_of_group(task, lanes),
    )
    words.table.algebra.store(&found, 0, words.size, lanes)
    for lane in range(used):
        memcpy(
            task.after + task.position[joined[lane].last - 1] * size, rows + lane * size, size
        )


cdef void derivatives_after(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop
) noexcept nogil:
    """Derivatives in the signature after each piece of one path, from those after the last."""
    cdef const span_gradient_task *task = <const span_gradient_task *> task_
    cdef Py_ssize_t size = task.words.size * task.words.real, place, at, before
    cdef const cut_path *joined = task.joined + number
    for place in range(joined.last - 1, joined.first, -1):
        at, before = task.position[place], task.position[place - 1]
        memcpy(task.after + before * size, task.after + at * size, size)
        contract(
            &task.words, task.after + before * size,
            task.parts + at * task.short.size * task.words.real,
        )


cdef void group_of_gradients(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Derivatives in the steps of pieces of paths that are cut, and then of whole paths."""
    cdef const span_gradient_task *task = <const span_gradient_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t first = group * words.table.lanes
    cdef Py_ssize_t of_cut = groups_of(task, task.n_cut)
    cdef char *second = lanes + words.lanes_size
    cdef char *rows = rows_of_group(task, lanes)
    cdef char *rest = rest_of_group(task, lanes)
    cdef matrix_view derivs, found
    cdef int used
    if group < of_cut:
        used = lanes_of(task, task.cut, task.n_cut, first, row, begin, end)
        found = rows_in(task.before, task.n_cut, &task.short, 1)
        words.table.algebra.load(&found, first, task.short_words, second)
        found = rows_in(task.after, task.n_cut, words, 1)
        words.table.algebra.load(&found, first, words.size, lanes)
        backward(words, &task.out, used, row, begin, end, second, lanes, rest, stop)
        return
    first = (group - of_cut) * words.table.lanes
    used = lanes_of(task, task.whole, task.n_whole, first, row, begin, end)
    if words.log_program is not NULL:
        integrate(words, used, row, begin, end, second, rest, stop)
        found = rows_in(rows, used, words, 1)
        words.table.algebra.store(&found, 0, words.size, second)
    derivs = derivatives_of(
        task, &task.whole[first].path, sizeof(piece) // sizeof(int64_t), used,
        derivatives_of_group(task, lanes),
    )
    word_derivatives(words, &derivs, 0, used, rows, lanes, rows + words.lanes_size, rest)
    backward(words, &task.out, used, row, begin, end, NULL, lanes, rest, stop)


cdef void all_gradients(
    span_gradient_task *task, size_t scratch_size, int n_threads, interrupt *stop
) noexcept nogil:
    cdef const path_words *words = &task.words
    cdef phase *phases = [
        phase(group_of_parts, groups_of(task, task.n_cut)),
        phase(signatures_before, task.n_joined),
        phase(derivatives_of_wholes, groups_of(task, task.n_joined)),
        phase(derivatives_after, task.n_joined),
        phase(group_of_gradients, groups_of(task, task.n_cut) + groups_of(task, task.n_whole)),
    ]
    if not take_rows(task):
        stop.stop = OUT_OF_MEMORY
        return
    run_phases(phases, 5, task, scratch_size, n_threads, stop)
    free_scratch(task.parts)
    points_of_spans(words, &task.out)


def span_signature_backward(
    path, spans, correction, derivs, out, out_correction, WordProgram words not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the derivatives in the points of spans, and in their corrections, span after span.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef Buffer second = None if correction is None else Buffer(out_correction, 2, True)
    cdef const kernel_table *table = source.table
    cdef Spans given
    cdef Pieces pieces
    cdef span_gradient_task task
    cdef size_t scratch_size
    cdef Signals signals
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    cotangent.check_rows(source, task.words.path.count, output_map.rows)
    given = spans_of(spans, source)
    target.check_flat(source, given.points, task.words.path.channels)
    if second is not None:
        second.check_flat(source, given.points, task.words.columns)
        task.out.correction = second.matrix()
    if given.count == 0:
        return
    given.describe(&task.words.path)
    n_threads = worthwhile_threads(
        4 * cost_of_integration(&task.words) + 2 * cost_of_output(&task.words), n_threads
    )
    pieces = pieces_of(given, 2 if lead_lag else 1, table.lanes, n_threads)
    task.derivs = cotangent.matrix()
    task.out.steps = target.matrix()
    task.columns = output_map.rows
    set_pieces(&task, pieces)
    scratch_size = group_scratch(&task, pieces.longest)
    signals = Signals()
    with nogil:
        all_gradients(&task, scratch_size, n_threads, &signals.flag)
    signals.finish()
