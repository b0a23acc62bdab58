# cython: language_level=3, cdivision=True
"""Word signatures of spans of paths: of paths of different lengths, none of which is padded.

Spans of similar length share a vector, one per lane, the longest first; and long ones are cut into
pieces of time, which Chen's identity joins, so that no lane waits long for another (see
pieces.pyx). See core.pyx for the threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases, worthwhile_threads,
)
from treealg._fast.lines cimport points_of
from treealg._fast.paths cimport (
    cost_of_integration, cost_of_output, describe, integrate, integration_scratch, multiply,
    path_words,
)
from treealg._fast.pieces cimport Pieces, Spans, cut_path, piece, pieces_of, spans_of
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef struct span_task:
    path_words words
    matrix_view out
    Py_ssize_t columns  # of a result
    size_t scratch_size, results_size  # bytes between lane buffer and results, and of these
    const piece *cut
    const piece *whole
    const cut_path *joined
    Py_ssize_t n_cut, n_whole, n_joined
    char *parts  # word signatures of the pieces of cut paths, path by path
    char *wholes  # and those of these paths


cdef Py_ssize_t groups_of(const span_task *task, Py_ssize_t count) noexcept nogil:
    return (count + task.words.table.lanes - 1) // task.words.table.lanes


cdef void integrate_pieces(
    const span_task *task, const piece *pieces, int used, char *lanes, interrupt *stop
) noexcept nogil:
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int lane
    for lane in range(used):
        row[lane] = pieces[lane].path
        begin[lane] = pieces[lane].begin
        end[lane] = pieces[lane].end
    integrate(&task.words, used, row, begin, end, lanes, lanes + task.words.lanes_size, stop)


cdef void store_results(
    const span_task *task, const int64_t *path, Py_ssize_t step, int used, char *lanes
) noexcept nogil:
    """From word signatures in the lane buffer to rows of the result, those of each step-th path."""
    cdef const path_words *words = &task.words
    cdef Py_ssize_t lane, column
    cdef matrix_view rows
    cdef char *target
    rows.data = lanes + words.lanes_size + task.scratch_size
    rows.count = used
    rows.row_stride = task.columns * words.real
    rows.column_stride = words.real
    rows.tangent = words.real // 2
    if words.log_program is not NULL:
        words.table.algebra.logarithm(
            words.log_program, NULL, NULL, 0, lanes, lanes + words.lanes_size
        )
    words.table.algebra.apply_map(words.output_map, lanes, &rows, 0)
    for lane in range(used):
        target = task.out.data + path[lane * step] * task.out.row_stride
        if task.out.column_stride == <Py_ssize_t> words.real:
            memcpy(target, rows.data + lane * rows.row_stride, rows.row_stride)
            continue
        for column in range(task.columns):
            memcpy(
                target + column * task.out.column_stride,
                rows.data + lane * rows.row_stride + column * words.real, words.real,
            )


cdef void group_of_pieces(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """Pieces of cut paths, to their parts; then whole paths, to their results."""
    cdef const span_task *task = <const span_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t lane, first = group * words.table.lanes, before = groups_of(task, task.n_cut)
    cdef Py_ssize_t size = words.size * words.real
    cdef matrix_view row
    cdef int used
    if group >= before:
        first = (group - before) * words.table.lanes
        used = <int> min(<Py_ssize_t> words.table.lanes, task.n_whole - first)
        integrate_pieces(task, task.whole + first, used, lanes, stop)
        store_results(
            task, &task.whole[first].path, sizeof(piece) // sizeof(int64_t), used, lanes
        )
        return
    used = <int> min(<Py_ssize_t> words.table.lanes, task.n_cut - first)
    integrate_pieces(task, task.cut + first, used, lanes, stop)
    row.data = lanes + words.lanes_size
    row.count = used
    row.row_stride = size
    row.column_stride = words.real
    row.tangent = words.real // 2
    words.table.algebra.store(&row, 0, words.size, lanes)
    for lane in range(used):
        memcpy(task.parts + task.cut[first + lane].place * size, row.data + lane * size, size)


cdef void join_parts(
    const void *task_, Py_ssize_t number, char *scratch, interrupt *stop
) noexcept nogil:
    """Multiply the signatures of the pieces of one path."""
    cdef const span_task *task = <const span_task *> task_
    cdef Py_ssize_t part, size = task.words.size * task.words.real
    cdef const cut_path *joined = task.joined + number
    cdef char *whole = task.wholes + number * size
    memcpy(whole, task.parts + joined.first * size, size)
    for part in range(joined.first + 1, joined.last):
        multiply(&task.words, whole, task.parts + part * size)
    task.words.table.words.set_time(
        &task.words.path, task.words.words.time_word, joined.path, joined.end, whole
    )


cdef void group_of_joined(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const span_task *task = <const span_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t first = group * words.table.lanes
    cdef matrix_view rows
    rows.data = task.wholes
    rows.count = task.n_joined
    rows.row_stride = words.size * words.real
    rows.column_stride = words.real
    rows.tangent = words.real // 2
    words.table.algebra.load(&rows, first, words.size, lanes)
    store_results(
        task, &task.joined[first].path, sizeof(cut_path) // sizeof(int64_t),
        <int> min(<Py_ssize_t> words.table.lanes, task.n_joined - first), lanes,
    )


cdef void all_spans(span_task *task, int n_threads, interrupt *stop) noexcept nogil:
    cdef Py_ssize_t size = task.words.size * task.words.real
    cdef phase *phases = [
        phase(group_of_pieces, groups_of(task, task.n_cut) + groups_of(task, task.n_whole)),
        phase(join_parts, task.n_joined),
        phase(group_of_joined, groups_of(task, task.n_joined)),
    ]
    task.parts = <char *> aligned_scratch(max((task.n_cut + task.n_joined) * size, 1))
    if task.parts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    task.wholes = task.parts + task.n_cut * size
    run_phases(
        phases, 3, task, task.words.lanes_size + task.scratch_size + task.results_size, n_threads,
        stop,
    )
    free_scratch(task.parts)


def span_signature(
    path, spans, correction, out, WordProgram words not None, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of one span of each path.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = source.table
    cdef Spans given
    cdef Pieces pieces
    cdef span_task task
    cdef Signals signals
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    target.check_rows(source, task.words.path.count, output_map.rows)
    given = spans_of(spans, source)
    if given.count == 0:
        return
    given.describe(&task.words.path)
    n_threads = worthwhile_threads(
        cost_of_integration(&task.words) + cost_of_output(&task.words), n_threads
    )
    pieces = pieces_of(given, 2 if lead_lag else 1, table.lanes, n_threads)
    task.out = target.matrix()
    task.columns = output_map.rows
    task.n_cut, task.n_whole, task.n_joined = pieces.n_cut, pieces.n_whole, pieces.n_joined
    task.cut, task.whole, task.joined = pieces.cut, pieces.whole, pieces.joined
    task.scratch_size = max(integration_scratch(&task.words), task.words.lanes_size)
    if log_program is not None:
        task.scratch_size = max(
            task.scratch_size, table.algebra.logarithm_scratch(task.words.log_program, 0)
        )
    task.results_size = task.columns * table.lanes * task.words.real
    signals = Signals()
    with nogil:
        all_spans(&task, n_threads, &signals.flag)
    signals.finish()
