# cython: language_level=3, cdivision=True
"""Gradients along paths: how a batch, or few long paths, are shared out for the backward pass.

The derivatives come from those in the result by the transposed map and, for a logarithm, its
backward pass, to those in the word signature. Few paths are cut into pieces in time, one per lane:
the signatures of the pieces give, by Chen's identity, the signature before each piece and the
derivatives after it, so that the pieces no longer depend on each other. See core.pyx for the
threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases, word_program, worthwhile_threads,
)
from treealg._fast.paths cimport (
    choose_lanes, cost_of_integration, cost_of_output, describe, end_of_piece, extend, integrate,
    integration_scratch, lanes_of_group, path_words, take_lanes,
)
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef Py_ssize_t pieces_of_path(
    Py_ssize_t count, Py_ssize_t steps, int lanes, int n_threads
) noexcept nogil:
    """Into how many pieces to cut each path: one per lane of all threads, if they are long."""
    return max(min(lanes * n_threads // count, steps // 8), <Py_ssize_t> 1)


cdef matrix_view rows_in(
    char *data, Py_ssize_t count, const path_words *words, Py_ssize_t step
) noexcept nogil:
    """Rows of word coefficients, every `step`-th of those in memory."""
    cdef matrix_view rows
    rows.data = data
    rows.count = count
    rows.row_stride = step * words.size * words.real
    rows.column_stride = words.real
    rows.tangent = words.real // 2
    return rows


cdef size_t backward_scratch(const path_words *words, Py_ssize_t segments) noexcept nogil:
    if words.plain:
        return words.table.words.backward_scratch(
            words.words.dimension, words.words.degree, segments
        )
    return words.table.chains.backward_scratch(words.words, segments)


cdef void backward(
    const path_words *words, const gradient_out *out, int used, const Py_ssize_t *row,
    const Py_ssize_t *begin, const Py_ssize_t *end, const char *before, char *cotangent,
    char *scratch, interrupt *stop,
) noexcept nogil:
    """From derivatives after pieces of paths, in a lane buffer, to those in their steps."""
    if words.plain:
        words.table.words.backward(
            &words.path, words.words.dimension, words.words.degree, used, row, begin, end, before,
            cotangent, &out.steps, scratch, stop,
        )
    else:
        words.table.chains.backward(
            words.words, &words.path, &words.correction, used, row, begin, end, before, cotangent,
            &out.steps, &out.correction, words.columns, scratch, stop,
        )


cdef void points_of_spans(const path_words *words, const gradient_out *out) noexcept nogil:
    """From derivatives in steps to those in points, of spans that are written one after the other.

    The correction at the last point of a span is that of no segment, and gets zeros.
    """
    cdef const int64_t *span
    cdef Py_ssize_t row, at, row_size = words.columns * words.real
    cdef Py_ssize_t point_size = words.path.channels * out.steps.column_stride
    for row in range(words.path.count):
        span = words.path.spans + 2 * row
        at = words.path.places[row] + span[0]
        words.table.words.steps_to_points(
            out.steps.data + at * point_size, span[1], point_size
        )
        if row_size:
            memset(out.correction.data + (at + span[1] - 1) * row_size, 0, row_size)


cdef void contract(const path_words *words, void *cotangent, const void *piece) noexcept nogil:
    """From derivatives after a piece of a path, in a row, to those before it."""
    if words.plain:
        words.table.words.contract(cotangent, piece, words.words.dimension, words.words.degree)
    else:
        words.table.chains.contract(words.words, cotangent, piece)


cdef void word_derivatives(
    const path_words *words, const matrix_view *derivs, Py_ssize_t first, int used,
    char *signatures, char *cotangent, char *target, char *scratch,
) noexcept nogil:
    """Derivatives in the word signatures of a group of paths, to the lane buffer `cotangent`.

    For a logarithm `signatures` has the rows of word signatures of the group, and `target` is
    scratch for as many rows.
    """
    cdef matrix_view sig, rows
    words.table.algebra.apply_map_transposed(words.output_map, derivs, first, cotangent)
    if words.log_program is NULL:
        return
    sig = rows_in(signatures, used, words, 1)
    rows = sig
    rows.data = target
    words.table.algebra.logarithm_backward(
        words.log_program, &sig, NULL, &rows, 0, cotangent, scratch)
    words.table.algebra.load(&rows, 0, words.size, cotangent)


cdef void group_of_paths(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """One path per lane."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(words, 1, group, row, begin, end)
    cdef char *signature = lanes + words.lanes_size
    cdef char *rows = signature + words.lanes_size
    cdef char *scratch = rows + 2 * task.rows_size
    cdef matrix_view sig = rows_in(rows, used, words, 1)
    if words.log_program is not NULL:
        integrate(words, used, row, begin, end, signature, scratch, stop)
        words.table.algebra.store(&sig, 0, words.size, signature)
    word_derivatives(
        words, &task.derivs, group * words.table.lanes, used, rows, lanes, rows + task.rows_size,
        scratch,
    )
    backward(words, &task.out, used, row, begin, end, NULL, lanes, scratch, stop)


# --- paths in pieces --------------------------------------------------------------------------


cdef Py_ssize_t count_short_words(const word_program *words) noexcept nogil:
    """How many words there are of weight below the degree."""
    cdef Py_ssize_t count = words.count
    while count > 0 and words.weight[count - 1] == words.degree:
        count -= 1
    return words.start[count]


cdef void set_short(
    path_words *short, word_program *program, const path_words *words
) noexcept nogil:
    """Set which words a backward pass meets before the end of a path, with memory for a program.

    Words of the highest weight are met by logarithms only; along plain paths they are left out.
    """
    short[0] = words[0]
    if not words.plain or words.log_program is not NULL or words.words.degree == 1:
        return
    program[0] = words.words[0]
    program.degree -= 1
    short.words = program
    short.size = count_short_words(words.words)
    short.lanes_size = short.size * words.table.lanes * words.real


cdef void group_of_parts(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Word signatures of pieces."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef const path_words *words = &task.short
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(words, task.pieces, group, row, begin, end)
    cdef matrix_view rows = rows_in(task.parts, words.path.count * task.pieces, words, 1)
    integrate(words, used, row, begin, end, lanes, lanes + words.lanes_size, stop)
    words.table.algebra.store(&rows, group * words.table.lanes, words.size, lanes)


cdef void signatures_before(
    const void *task_, Py_ssize_t path, char *scratch, interrupt *stop
) noexcept nogil:
    """Products of the signatures of the pieces of one path before each; of all for a logarithm."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef const path_words *words = &task.short
    cdef Py_ssize_t size = words.size * words.real, i, at = path * task.pieces
    cdef Py_ssize_t joined = task.pieces - (words.log_program is NULL)
    cdef char *whole = task.wholes + path * size
    memset(whole, 0, size)
    for i in range(task.pieces):
        memcpy(task.before + (at + i) * size, whole, size)
        if i < joined:
            extend(
                words, whole, task.parts + (at + i) * size, path,
                end_of_piece(words, task.pieces, i),
            )


cdef void derivatives_of_wholes(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Derivatives in the word signatures of whole paths, as those after their last pieces."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef path_words own = task.words
    cdef const path_words *words = &own
    cdef Py_ssize_t size = words.size * words.real, first = group * words.few.lanes
    cdef matrix_view last = rows_in(
        task.after + (task.pieces - 1) * size, words.path.count, words, task.pieces
    )
    take_lanes(&own, own.few)
    cdef char *rows = lanes + 2 * words.lanes_size
    cdef int used = <int> min(<Py_ssize_t> words.table.lanes, words.path.count - first)
    word_derivatives(
        words, &task.derivs, first, used, task.wholes + first * size, lanes, rows,
        rows + 2 * task.rows_size,
    )
    words.table.algebra.store(&last, first, words.size, lanes)


cdef void derivatives_after(
    const void *task_, Py_ssize_t path, char *scratch, interrupt *stop
) noexcept nogil:
    """Derivatives in the signature after each piece of one path, from those after the last."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef Py_ssize_t size = task.words.size * task.words.real, i, at
    cdef Py_ssize_t part_size = task.short.size * task.words.real
    for i in range(task.pieces - 1, 0, -1):
        at = path * task.pieces + i
        memcpy(task.after + (at - 1) * size, task.after + at * size, size)
        contract(&task.words, task.after + (at - 1) * size, task.parts + at * part_size)


cdef void group_of_pieces(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Derivatives in the steps of pieces."""
    cdef const gradient_task *task = <const gradient_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t first = group * words.table.lanes, pieces = words.path.count * task.pieces
    cdef int used = lanes_of_group(words, task.pieces, group, row, begin, end)
    cdef matrix_view starts = rows_in(task.before, pieces, &task.short, 1)
    cdef matrix_view ends = rows_in(task.after, pieces, words, 1)
    cdef char *before = lanes + words.lanes_size
    words.table.algebra.load(&starts, first, task.short_words, before)
    words.table.algebra.load(&ends, first, words.size, lanes)
    backward(
        words, &task.out, used, row, begin, end, before, lanes,
        before + words.lanes_size + 2 * task.rows_size, stop,
    )


cdef void cut_paths(
    gradient_task *task, size_t scratch_size, int n_threads, interrupt *stop
) noexcept nogil:
    """Several pieces per path, one per lane."""
    cdef Py_ssize_t count = task.words.path.count, pieces = count * task.pieces
    cdef Py_ssize_t size = task.words.size * task.words.real, lanes = task.words.table.lanes
    cdef Py_ssize_t groups = (pieces + lanes - 1) // lanes, few = task.words.few.lanes
    cdef phase *phases = [
        phase(group_of_parts, groups),
        phase(signatures_before, count),
        phase(derivatives_of_wholes, (count + few - 1) // few),
        phase(derivatives_after, count),
        phase(group_of_pieces, groups),
    ]
    set_short(&task.short, &task.program, &task.words)
    task.short_words = count_short_words(task.words.words)
    task.parts = <char *> aligned_scratch((3 * pieces + count) * size)
    if task.parts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    task.before = task.parts + pieces * size
    task.after = task.before + pieces * size
    task.wholes = task.after + pieces * size
    run_phases(phases, 5, task, scratch_size, n_threads, stop)
    free_scratch(task.parts)


# --- the door ---------------------------------------------------------------------------------


cdef Py_ssize_t count_apart(const gradient_task *task, int n_threads) noexcept nogil:
    """Return how many paths at the end are better cut on their own, by one thread.

    They are those that do not fill the lanes of a group, while the others do; more of them than a
    few take as long in pieces as in a group of their own, and so do short ones.
    """
    cdef const path_words *words = &task.words
    cdef Py_ssize_t lanes = words.table.lanes, rest = words.path.count % lanes
    if (
        n_threads > 1 or words.path.count < lanes or rest == 0 or rest > lanes // 4
        or pieces_of_path(rest, words.steps, <int> lanes, 1) < 3
    ):
        return 0
    return rest


cdef gradient_task paths_from(const gradient_task *task, Py_ssize_t first) noexcept nogil:
    """Return the task of the paths from one on, which are to be cut on their own."""
    cdef gradient_task rest = task[0]
    cdef path_words *words = &rest.words
    words.path.data += first * words.path.path_stride
    words.path.count -= first
    words.correction.data += first * words.correction.path_stride
    rest.derivs.data += first * rest.derivs.row_stride
    rest.derivs.count -= first
    rest.out.steps.data += first * rest.out.steps.row_stride
    if words.columns:
        rest.out.correction.data += first * rest.out.correction.row_stride
    rest.pieces = pieces_of_path(words.path.count, words.steps, words.table.lanes, 1)
    return rest


cdef void gradients(gradient_task *task, int n_threads, interrupt *stop) noexcept nogil:
    """The derivatives in all paths, of a task that is complete up to its pieces and scratch."""
    cdef path_words *words = &task.words
    choose_lanes(words, max(words.steps // 8, <Py_ssize_t> 1))
    cdef const kernel_table *table = words.table
    cdef Py_ssize_t per_step = 2 if words.path.lead_lag else 1, row, apart
    cdef gradient_task rest
    cdef phase whole
    n_threads = worthwhile_threads(
        4 * cost_of_integration(words) + 2 * cost_of_output(words), n_threads
    )
    cdef Py_ssize_t pieces = pieces_of_path(words.path.count, words.steps, table.lanes, n_threads)
    cdef size_t size = max(
        integration_scratch(words), backward_scratch(words, per_step * (words.steps // pieces + 1))
    )
    task.pieces = pieces
    task.rows_size = 0
    if words.log_program is not NULL:
        task.rows_size = words.lanes_size
        table = words.table if pieces == 1 else words.few
        size = max(size, table.algebra.logarithm_scratch(words.log_program, 1))
    apart = count_apart(task, n_threads) if pieces == 1 else 0
    if apart:
        rest = paths_from(task, words.path.count - apart)
        words.path.count -= apart
        size = max(size, backward_scratch(words, per_step * (words.steps // rest.pieces + 1)))
    size += 2 * words.lanes_size + 2 * task.rows_size
    if pieces == 1:
        whole.work = group_of_paths
        whole.groups = (words.path.count + table.lanes - 1) // table.lanes
        run_phases(&whole, 1, task, size, n_threads, stop)
    else:
        cut_paths(task, size, n_threads, stop)
    if apart:
        words.path.count += apart
        if not stop.stop:
            cut_paths(&rest, size, 1, stop)
    for row in range(words.path.count):
        table.words.steps_to_points(
            task.out.steps.data + row * task.out.steps.row_stride, words.path.length,
            words.path.channels * task.out.steps.column_stride,
        )


def path_signature_backward(
    path, correction, derivs, out, out_correction, WordProgram words not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, bint lead_lag,
    double end_time, int n_threads,
):
    """Write the derivatives in path and correction, given those in `path_signature`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False, True)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False, True)
    cdef Buffer cotangent = Buffer(derivs, 2, False, True)
    cdef Buffer target = Buffer(out, 3, True, True)
    cdef Buffer second = None
    cdef gradient_task task
    cdef Signals signals
    if correction is not None:
        second = Buffer(out_correction, 3, True, True)
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    cotangent.check_rows(source, task.words.path.count, output_map.rows)
    target.check_items(source, task.words.path.length, task.words.path.channels)
    if second is not None:
        second.check_items(source, task.words.steps, task.words.columns)
        task.out.correction = second.matrix()
    if task.words.path.count == 0:
        return
    task.derivs = cotangent.matrix()
    task.out.steps = target.matrix()
    signals = Signals()
    with nogil:
        gradients(&task, n_threads, &signals.flag)
    signals.finish()
