# cython: language_level=3, cdivision=True
"""Word signatures of all prefixes of paths.

They are made in lanes, one path per lane, or one part of a path per lane, each starting from the
signature of the parts before it. Of spans the longest come first. See core.pyx for the threads.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases, steps_of, worthwhile_threads,
)
from treealg._fast.lines cimport points_of
from treealg._fast.paths cimport (
    cost_of_integration, cost_of_output, describe, extend, integrate, integration_scratch,
    path_words,
)
from treealg._fast.pieces cimport Spans, spans_of
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef struct prefix_task:
    path_words words
    Py_ssize_t every  # segments per point
    Py_ssize_t parts  # of each path
    const int64_t *order  # of the paths, the longest first; NULL for their own
    size_t step_size, scratch_size, results_size  # bytes; of the results of a group of spans
    char *out
    Py_ssize_t path_stride, point_stride, column_stride
    char *starts  # word signatures of all paths up to each part


cdef void advance(
    const path_words *words, int used, const Py_ssize_t *row, const Py_ssize_t *segment,
    char *signature, char *increment, char *scratch,
) noexcept nogil:
    """Multiply each lane by the exponential of one segment, of its own path and place."""
    if words.plain:
        words.table.words.increment(
            &words.path, words.words.dimension, used, row, segment, increment
        )
        words.table.words.step(
            signature, increment, words.words.dimension, words.words.degree, scratch
        )
    else:
        words.table.chains.step(
            words.words, &words.path, &words.correction, used, row, segment, signature, scratch
        )


cdef size_t advance_scratch(const path_words *words) noexcept nogil:
    if words.plain:
        return max(integration_scratch(words), word_step_scratch(words))
    return integration_scratch(words)


cdef Py_ssize_t path_of(const prefix_task *task, Py_ssize_t number) noexcept nogil:
    return number if task.order is NULL else task.order[number]


cdef Py_ssize_t first_segment(const prefix_task *task, Py_ssize_t path) noexcept nogil:
    return 0 if task.order is NULL else task.every * task.words.path.spans[2 * path]


cdef Py_ssize_t segments_of(const prefix_task *task, Py_ssize_t path) noexcept nogil:
    if task.order is NULL:
        return task.words.segments
    return task.every * (task.words.path.spans[2 * path + 1] - 1)


cdef Py_ssize_t stride_of(const prefix_task *task, Py_ssize_t path) noexcept nogil:
    """How many segments each part of a path has."""
    cdef Py_ssize_t steps = segments_of(task, path) // task.every
    return (steps - 1 + task.parts) // task.parts * task.every


cdef matrix_view rows_at(
    const prefix_task *task, Py_ssize_t row, Py_ssize_t point, Py_ssize_t count
) noexcept nogil:
    """Rows of the result, from that of a point of a path on, one per lane.

    With one part per path the lanes are neighbouring paths, otherwise parts of one path.
    """
    cdef matrix_view rows
    rows.data = task.out + row * task.path_stride + point * task.point_stride
    rows.count = count
    rows.row_stride = task.path_stride
    if task.parts > 1:
        rows.row_stride = stride_of(task, row) // task.every * task.point_stride
    rows.column_stride = task.column_stride
    rows.tangent = task.words.real // 2
    return rows


cdef void store_prefixes(
    const prefix_task *task, const char *mapped, const Py_ssize_t *row, Py_ssize_t point,
    Py_ssize_t count, char *results,
) noexcept nogil:
    """From the lanes of words to the rows of one point of paths."""
    cdef matrix_view rows
    cdef Py_ssize_t lane, column, real = task.words.real, columns = task.words.output_map.n_rows
    cdef char *target
    columns *= task.words.output_map.width
    if task.order is NULL or task.parts > 1:
        rows = rows_at(task, row[0], point, count)
        task.words.table.algebra.apply_map(task.words.output_map, mapped, &rows, 0)
        return
    rows.data = results
    rows.count = count
    rows.row_stride = columns * real
    rows.column_stride = real
    rows.tangent = real // 2
    task.words.table.algebra.apply_map(task.words.output_map, mapped, &rows, 0)
    for lane in range(count):
        target = task.out + row[lane] * task.path_stride + point * task.point_stride
        if task.column_stride == real:
            memcpy(target, results + lane * rows.row_stride, rows.row_stride)
            continue
        for column in range(columns):
            memcpy(
                target + column * task.column_stride,
                results + lane * rows.row_stride + column * real, real,
            )


cdef matrix_view rows_of_starts(const prefix_task *task) noexcept nogil:
    cdef matrix_view rows
    rows.data = task.starts
    rows.count = task.words.path.count * task.parts
    rows.row_stride = task.words.size * task.words.real
    rows.column_stride = task.words.real
    rows.tangent = task.words.real // 2
    return rows


cdef void group_of_prefixes(
    const void *task_, Py_ssize_t group, char *signature, interrupt *stop
) noexcept nogil:
    """All prefixes of pieces group * lanes onwards: piece p is part p % parts of a path."""
    cdef const prefix_task *task = <const prefix_task *> task_
    cdef const path_words *words = &task.words
    cdef const kernel_table *table = words.table
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t segment[MAX_LANES]
    cdef Py_ssize_t lane, piece, step, reach, path, place
    cdef Py_ssize_t first = group * table.lanes
    cdef Py_ssize_t longest = stride_of(task, path_of(task, first // task.parts))
    cdef int used = <int> min(<Py_ssize_t> table.lanes, words.path.count * task.parts - first)
    cdef char *mapped = signature
    cdef char *copy = signature + words.lanes_size
    cdef char *increment = copy + (words.lanes_size if words.log_program is not NULL else 0)
    cdef char *results = increment + task.step_size
    cdef char *scratch = results + task.results_size
    cdef matrix_view rows = rows_of_starts(task)
    table.algebra.load(&rows, first, words.size, signature)
    for step in range(longest):
        reach = 0
        for lane in range(used):
            piece = first + lane
            path = path_of(task, piece // task.parts)
            place = (piece % task.parts) * stride_of(task, path) + step
            if step >= stride_of(task, path) or place >= segments_of(task, path):
                row[lane], segment[lane] = row[0], segment[0]  # what is not looked at
                continue
            row[lane], segment[lane] = path, first_segment(task, path) + place
            reach = lane + 1
        if reach == 0:
            break
        advance(words, used, row, segment, signature, increment, scratch)
        if (step + 1) % task.every:
            continue
        if words.log_program is not NULL:
            memcpy(copy, signature, words.lanes_size)
            table.algebra.logarithm(words.log_program, NULL, NULL, 0, copy, scratch)
            mapped = copy
        place = (segment[0] - first_segment(task, row[0])) // task.every
        store_prefixes(task, mapped, row, place, reach, results)
        if step % 256 == 255:
            stop.poll(stop)
            if stop.stop:
                return


cdef void starts_of_parts(
    const void *task_, Py_ssize_t number, char *lanes, interrupt *stop
) noexcept nogil:
    """Word signatures of one path up to the start of each part, to the rows of `starts`."""
    cdef const prefix_task *task = <const prefix_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t part, path = path_of(task, number), size = words.size * words.real
    cdef Py_ssize_t first = first_segment(task, path), stride = stride_of(task, path)
    cdef Py_ssize_t last = first + segments_of(task, path)
    cdef char *start = task.starts + number * task.parts * size
    cdef matrix_view rows = rows_of_starts(task)
    # Row k + 1 becomes the signature of part k, and then that of all parts up to it.
    for part in range(task.parts - 1):
        row[part] = path
        begin[part] = min(first + part * stride, last)
        end[part] = min(first + (part + 1) * stride, last)
    integrate(
        words, <int> task.parts - 1, row, begin, end, lanes, lanes + words.lanes_size, stop
    )
    rows.data = start + size
    rows.count = task.parts - 1
    words.table.algebra.store(&rows, 0, words.size, lanes)
    for part in range(2, task.parts):
        # A product in place has its result on the left, where the next row is wanted.
        memcpy(lanes, start + (part - 1) * size, size)
        extend(words, lanes, start + part * size, path, min(first + part * stride, last))
        memcpy(start + part * size, lanes, size)


cdef int write_prefixes(
    path, spans, correction, out, WordProgram words, SparseMap output_map,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
) except -1:
    cdef Buffer source = Buffer(path, 3, False) if spans is None else points_of(path)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef const kernel_table *table = source.table
    cdef Spans given = None
    cdef prefix_task task
    cdef Signals signals
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    if (
        source.table != target.table or target.view.shape[0] != task.words.path.count
        or target.view.shape[2] != output_map.rows
    ):
        raise ValueError("path_prefixes: the result and the path or map do not fit each other")
    task.order = NULL
    steps = task.words.steps
    if spans is not None:
        given = spans_of(spans, source)
        steps = given.longest - 1
    if target.view.shape[1] < steps or spans is None and target.view.shape[1] > steps:
        raise ValueError("path_prefixes: there must be a row of the result for each segment")
    if task.words.path.count == 0 or steps == 0:
        return 0
    if spans is not None:
        given.describe(&task.words.path)
        task.order = given.order
    task.out = <char *> target.view.buf
    task.path_stride = target.view.strides[0]
    task.point_stride = target.view.strides[1]
    task.column_stride = target.view.strides[2]
    task.every = 2 if lead_lag else 1
    task.step_size = words.dimension * table.lanes * task.words.real
    task.results_size = 0 if spans is None else output_map.rows * table.lanes * task.words.real
    task.scratch_size = advance_scratch(&task.words)
    if log_program is not None:
        task.scratch_size = max(
            task.scratch_size, table.algebra.logarithm_scratch(task.words.log_program, 0)
        )
    n_threads = worthwhile_threads(
        2 * cost_of_integration(&task.words)
        + steps_of(&task.words.path) * cost_of_output(&task.words) / task.words.path.count,
        n_threads,
    )
    # Lanes hold parts of one path where there are too few paths to fill them.
    task.parts = 1 if task.words.path.count >= table.lanes * n_threads else table.lanes
    signals = Signals()
    with nogil:
        all_prefixes(&task, n_threads, &signals.flag)
    return signals.finish()


def path_prefixes(
    path, correction, out, WordProgram words not None, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each prefix of each path.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    write_prefixes(
        path, None, correction, out, words, output_map, log_program, time_aug, lead_lag, end_time,
        n_threads,
    )


def span_prefixes(
    path, spans, correction, out, WordProgram words not None, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each prefix of one span of each path.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    write_prefixes(
        path, spans, correction, out, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )


cdef size_t word_step_scratch(const path_words *task) noexcept nogil:
    """Two levels of words that are one letter shorter than the longest."""
    cdef size_t half = task.table.lanes * task.real
    for _ in range(max(task.words.degree - 1, 1)):
        half *= task.words.dimension
    return 2 * half


cdef void all_prefixes(prefix_task *task, int n_threads, interrupt *stop) noexcept nogil:
    cdef const path_words *words = &task.words
    cdef Py_ssize_t pieces = words.path.count * task.parts, lanes = words.table.lanes
    cdef size_t size = pieces * words.size * words.real
    cdef phase *phases = [
        phase(starts_of_parts, words.path.count if task.parts > 1 else 0),
        phase(group_of_prefixes, (pieces + lanes - 1) // lanes),
    ]
    task.starts = <char *> aligned_scratch(size)
    if task.starts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    memset(task.starts, 0, size)
    size = task.step_size + task.scratch_size + task.results_size + 2 * words.lanes_size
    run_phases(phases, 2, task, size, n_threads, stop)
    free_scratch(task.starts)
