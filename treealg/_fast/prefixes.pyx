# cython: language_level=3, cdivision=True
"""Word signatures of all prefixes of paths.

They are made in lanes, one path per lane, or one part of a path per lane, each starting from the
signature of the parts before it. See core.pyx for the threads.
"""

from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, phase, run_phases,
)
from treealg._fast.paths cimport (
    describe, extend, integrate, integration_scratch, path_words,
)
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef struct prefix_task:
    path_words words
    Py_ssize_t every  # segments per point
    Py_ssize_t parts, stride  # of each path; segments of a part
    size_t step_size, scratch_size
    char *out
    Py_ssize_t path_stride, point_stride, column_stride
    char *starts  # word signatures of all paths up to each part


cdef void advance(
    const prefix_task *task, int used, const Py_ssize_t *row, const Py_ssize_t *segment,
    char *signature, char *increment, char *scratch,
) noexcept nogil:
    """Multiply each lane by the exponential of one segment, of its own path and place."""
    cdef const path_words *words = &task.words
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
        rows.row_stride = task.stride // task.every * task.point_stride
    rows.column_stride = task.column_stride
    return rows


cdef matrix_view rows_of_starts(const prefix_task *task) noexcept nogil:
    cdef matrix_view rows
    rows.data = task.starts
    rows.count = task.words.path.count * task.parts
    rows.row_stride = task.words.size * task.words.real
    rows.column_stride = task.words.real
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
    cdef Py_ssize_t lane, piece, step, reach
    cdef Py_ssize_t first = group * table.lanes
    cdef int used = <int> min(<Py_ssize_t> table.lanes, words.path.count * task.parts - first)
    cdef char *mapped = signature
    cdef char *copy = signature + words.lanes_size
    cdef char *increment = copy + (words.lanes_size if words.log_program is not NULL else 0)
    cdef char *scratch = increment + task.step_size
    cdef matrix_view rows = rows_of_starts(task)
    table.algebra.load(&rows, first, words.size, signature)
    for step in range(task.stride):
        reach = 0
        for lane in range(used):
            piece = first + lane
            row[lane] = piece // task.parts
            segment[lane] = (piece % task.parts) * task.stride + step
            if segment[lane] >= words.segments:
                segment[lane] = words.segments - 1
            else:
                reach = lane + 1
        if reach == 0:
            break
        advance(task, used, row, segment, signature, increment, scratch)
        if (step + 1) % task.every:
            continue
        rows = rows_at(task, row[0], segment[0] // task.every, reach)
        if words.log_program is not NULL:
            memcpy(copy, signature, words.lanes_size)
            table.algebra.logarithm(words.log_program, NULL, NULL, 0, copy, scratch)
            mapped = copy
        table.algebra.apply_map(words.output_map, mapped, &rows, 0)
        if step % 256 == 255:
            stop.poll(stop)
            if stop.stop:
                return


cdef void starts_of_parts(
    const void *task_, Py_ssize_t path, char *lanes, interrupt *stop
) noexcept nogil:
    """Word signatures of one path up to the start of each part, to the rows of `starts`."""
    cdef const prefix_task *task = <const prefix_task *> task_
    cdef const path_words *words = &task.words
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t part, size = words.size * words.real
    cdef char *start = task.starts + path * task.parts * size
    cdef matrix_view rows = rows_of_starts(task)
    # Row k + 1 becomes the signature of part k, and then that of all parts up to it.
    for part in range(task.parts - 1):
        row[part] = path
        begin[part] = min(part * task.stride, words.segments)
        end[part] = min((part + 1) * task.stride, words.segments)
    integrate(
        words, <int> task.parts - 1, row, begin, end, lanes, lanes + words.lanes_size, stop
    )
    rows.data = start + size
    rows.count = task.parts - 1
    words.table.algebra.store(&rows, 0, words.size, lanes)
    for part in range(2, task.parts):
        # A product in place has its result on the left, where the next row is wanted.
        memcpy(lanes, start + (part - 1) * size, size)
        extend(words, lanes, start + part * size, path, min(part * task.stride, words.segments))
        memcpy(start + part * size, lanes, size)


def path_prefixes(
    path, correction, out, WordProgram words not None, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each prefix of each path.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef const kernel_table *table = source.table
    cdef prefix_task task
    cdef Signals signals
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    if (
        source.single != target.single or target.view.shape[0] != task.words.path.count
        or target.view.shape[1] != task.words.steps or target.view.shape[2] != output_map.rows
    ):
        raise ValueError("path_prefixes: the result and the path or map do not fit each other")
    if task.words.path.count == 0 or task.words.steps == 0:
        return
    task.out = <char *> target.view.buf
    task.path_stride = target.view.strides[0]
    task.point_stride = target.view.strides[1]
    task.column_stride = target.view.strides[2]
    task.every = 2 if lead_lag else 1
    task.step_size = words.dimension * table.lanes * task.words.real
    task.scratch_size = integration_scratch(&task.words)
    if task.words.plain:
        task.scratch_size = max(task.scratch_size, word_step_scratch(&task.words))
    if log_program is not None:
        task.scratch_size = max(
            task.scratch_size, table.algebra.logarithm_scratch(task.words.log_program, 0)
        )
    # Lanes hold parts of one path where there are too few paths to fill them.
    task.parts = 1 if task.words.path.count >= table.lanes * n_threads else table.lanes
    task.stride = (task.words.steps - 1 + task.parts) // task.parts * task.every
    signals = Signals()
    with nogil:
        all_prefixes(&task, n_threads, &signals.flag)
    signals.finish()


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
    size = task.step_size + task.scratch_size + 2 * words.lanes_size
    run_phases(phases, 2, task, size, n_threads, stop)
    free_scratch(task.starts)
