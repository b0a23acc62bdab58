# cython: language_level=3, cdivision=True
"""Word signatures of whole paths, and what all functions of words along paths have in common.

A batch becomes groups of as many paths as a vector has lanes; few or long paths are cut into
pieces in time, one per lane, which Chen's identity joins. See core.pyx for the threads.

A path without correction and words of labels have kernels of their own; all else goes through
those of words of chains.
"""

from libc.string cimport memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, Signals, aligned_scratch, free_scratch, interrupt,
    kernel_table, matrix_view, path_view, phase, run_phases, steps_of, table_for_few,
    worthwhile_threads,
)
from treealg._fast.programs cimport (
    ConvolutionProgram, SparseMap, WordProgram, map_cost, program_cost,
)


cdef int describe(
    path_words *task, Buffer path, Buffer correction, WordProgram words, SparseMap output_map,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
) except -1:
    """Check what belongs to the paths and words, and work out their sizes."""
    task.table = task.few = path.table
    task.path = path.path(time_aug, lead_lag, end_time)
    task.words = &words.view
    task.columns = 0
    task.real = path.real
    task.size = words.columns
    task.steps = task.path.length - 1
    task.segments = task.steps * (2 if lead_lag else 1)
    task.plain = correction is None and words.plain
    task.lanes_size = task.size * task.table.lanes * task.real
    memset(&task.correction, 0, sizeof(task.correction))
    if correction is not None:
        task.correction = correction.correction()
        task.columns = correction.view.shape[2]
        if not correction.corrects(path, task.path.count, task.steps):
            raise ValueError("path and correction do not fit each other: dtype, batch, segments")
    if (
        task.path.channels * (2 if lead_lag else 1) + time_aug != words.dimension
        or task.columns <= words.largest_column or task.steps < 0
        or (lead_lag and correction is not None)
    ):
        raise ValueError("the path, its correction and the words do not fit each other")
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    if output_map.columns != task.size:
        raise ValueError("the map does not fit the words")
    task.output_map = &output_map.f32 if path.single else &output_map.f64
    task.log_program = NULL
    if log_program is not None:
        if log_program.columns != task.size:
            raise ValueError("the logarithm is not that of these words")
        task.log_program = &log_program.f32 if path.single else &log_program.f64
    return 0


cdef void take_lanes(path_words *task, const kernel_table *table) noexcept nogil:
    """Let kernels of so many lanes compute."""
    task.table = table
    task.lanes_size = task.size * table.lanes * task.real


cdef void choose_lanes(path_words *task, Py_ssize_t pieces) noexcept nogil:
    """Choose the kernels for paths in at most so many pieces each, and those for their results."""
    cdef size_t row_size = task.size * task.real
    task.few = table_for_few(task.table, task.path.count, row_size)
    take_lanes(task, table_for_few(task.table, task.path.count * pieces, row_size))


cdef size_t integration_scratch(const path_words *task) noexcept nogil:
    if task.plain:
        return task.table.words.signature_scratch(task.words.dimension, task.words.degree)
    return task.table.chains.signature_scratch(task.words)


cdef double cost_of_integration(const path_words *task) noexcept nogil:
    """Of all paths, with lanes that are full."""
    return (0.5 if task.plain else 2.5) * task.size * (2 if task.path.lead_lag else 1) * (
        steps_of(&task.path)
    ) / task.table.lanes


cdef double cost_of_output(const path_words *task) noexcept nogil:
    """Of the results of all paths, from their word signatures."""
    cdef double cost = map_cost(task.output_map)
    if task.log_program is not NULL:
        cost += program_cost(task.log_program)
    return cost * task.path.count / task.table.lanes


cdef void integrate(
    const path_words *task, int used, const Py_ssize_t *row, const Py_ssize_t *begin,
    const Py_ssize_t *end, void *signature, void *scratch, interrupt *stop,
) noexcept nogil:
    """Word signatures of pieces of paths, one per lane, to a lane buffer."""
    if task.plain:
        task.table.words.signature(
            &task.path, task.words.dimension, task.words.degree, used, row, begin, end, signature,
            scratch, stop,
        )
    else:
        task.table.chains.signature(
            task.words, &task.path, &task.correction, used, row, begin, end, signature, scratch,
            stop,
        )


cdef void multiply(const path_words *task, void *signature, const void *next_) noexcept nogil:
    """Multiply word signatures of neighbouring pieces of a path, in rows, in place of the first."""
    if task.plain:
        task.table.words.product(signature, next_, task.words.dimension, task.words.degree)
    else:
        task.table.chains.product(task.words, signature, next_)


cdef void extend(
    const path_words *task, void *signature, const void *next_, Py_ssize_t row, Py_ssize_t end
) noexcept nogil:
    """Extend the word signature of a path, in a row, by that of the next piece, up to a point."""
    multiply(task, signature, next_)
    task.table.words.set_time(&task.path, task.words.time_word, row, end, signature)


cdef Py_ssize_t end_of_piece(
    const path_words *task, Py_ssize_t pieces, Py_ssize_t part
) noexcept nogil:
    """Return the segment before which part number `part` of a path in pieces ends."""
    return (2 if task.path.lead_lag else 1) * ((part + 1) * task.steps // pieces)


cdef int lanes_of_group(
    const path_words *task, Py_ssize_t pieces, Py_ssize_t group, Py_ssize_t *row,
    Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil:
    """Set path, first and last segment of each lane; returns how many lanes are used.

    Piece p is part p % pieces of a path; a step of a path is never cut.
    """
    cdef Py_ssize_t piece, part, lane
    cdef int used = 0
    for lane in range(task.table.lanes):
        piece = group * task.table.lanes + lane
        if piece >= task.path.count * pieces:
            break
        part = piece % pieces
        row[lane] = piece // pieces
        begin[lane] = end_of_piece(task, pieces, part - 1)
        end[lane] = end_of_piece(task, pieces, part)
        used += 1
    return used


# --- whole paths ------------------------------------------------------------------------------


cdef struct choice:
    Py_ssize_t pieces, cost


cdef choice choose_pieces(
    Py_ssize_t count, Py_ssize_t segments, int lanes, int n_threads
) noexcept nogil:
    """Into how many pieces to cut each path, so that the lanes of all threads have work.

    The cost of a choice is counted in segments per thread; joining a piece to the one before it
    costs about as much as a few segments, in one lane. There are at most four times as many
    pieces as lanes, so that what has to be kept of them does not grow with the batch.
    """
    cdef Py_ssize_t pieces, groups, cost, join
    cdef choice best
    cdef Py_ssize_t limit = min(4 * lanes * n_threads // count, segments // 4)
    best.cost = -1
    for pieces in range(1, max(limit, 1) + 1):
        groups = (count * pieces + lanes - 1) // lanes
        groups = (groups + n_threads - 1) // n_threads
        join = 3 * count * (pieces - 1)
        cost = groups * ((segments + pieces - 1) // pieces) + join
        if best.cost < 0 or cost < best.cost:
            best.pieces, best.cost = pieces, cost
    return best


cdef Py_ssize_t count_apart(const signature_task *task, choice whole) noexcept nogil:
    """Return how many paths at the end are better cut on their own, by one thread.

    They are those that do not fill the lanes of a group, while the others do. To go through the
    batch twice costs about as much as 16 segments.
    """
    cdef int lanes = task.words.table.lanes
    cdef Py_ssize_t count = task.words.path.count, rest = count % lanes
    cdef choice apart
    if rest == 0 or count < lanes:
        return 0
    apart = choose_pieces(rest, task.words.segments, lanes, 1)
    apart.cost += count // lanes * task.words.segments + 16
    return rest if apart.cost < whole.cost else 0


cdef signature_task paths_from(const signature_task *task, Py_ssize_t first) noexcept nogil:
    """Return the task of the paths from one on, which are to be cut on their own."""
    cdef signature_task rest = task[0]
    cdef path_view *path = &rest.words.path
    path.data += first * path.path_stride
    path.count -= first
    rest.words.correction.data += first * rest.words.correction.path_stride
    rest.out.data += first * rest.out.row_stride
    rest.out.count -= first
    rest.pieces = choose_pieces(path.count, rest.words.segments, rest.words.table.lanes, 1).pieces
    rest.words.few = table_for_few(
        rest.words.table, path.count, rest.words.size * rest.words.real
    )
    return rest


cdef void finish_group(
    const signature_task *task, Py_ssize_t first, char *lanes
) noexcept nogil:
    """From word signatures in the lane buffer to rows of the result."""
    cdef const path_words *words = &task.words
    if words.log_program is not NULL:
        words.table.algebra.logarithm(
            words.log_program, NULL, NULL, first, lanes, lanes + words.lanes_size
        )
    words.table.algebra.apply_map(words.output_map, lanes, &task.out, first)


cdef matrix_view rows_of_parts(const signature_task *task, Py_ssize_t step) noexcept nogil:
    """Word signatures of every `step`-th piece."""
    cdef matrix_view rows
    rows.data = task.parts
    rows.count = task.words.path.count * task.pieces // step
    rows.row_stride = step * task.words.size * task.words.real
    rows.column_stride = task.words.real
    rows.tangent = task.words.real // 2
    return rows


cdef void whole_group(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """One path per lane, from its first point to the row of the result."""
    cdef const signature_task *task = <const signature_task *> task_
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(&task.words, 1, group, row, begin, end)
    integrate(&task.words, used, row, begin, end, lanes, lanes + task.words.lanes_size, stop)
    finish_group(task, group * task.words.table.lanes, lanes)


cdef void group_of_parts(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    """One piece per lane, to its row of the parts."""
    cdef const signature_task *task = <const signature_task *> task_
    cdef const kernel_table *table = task.words.table
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(&task.words, task.pieces, group, row, begin, end)
    cdef matrix_view parts = rows_of_parts(task, 1)
    integrate(&task.words, used, row, begin, end, lanes, lanes + task.words.lanes_size, stop)
    table.algebra.store(&parts, group * table.lanes, task.words.size, lanes)


cdef void join_parts(
    const void *task_, Py_ssize_t path, char *scratch, interrupt *stop
) noexcept nogil:
    """Multiply the signatures of the pieces of one path, into that of its first piece."""
    cdef const signature_task *task = <const signature_task *> task_
    cdef Py_ssize_t piece, size = task.words.size * task.words.real
    cdef char *first = task.parts + path * task.pieces * size
    for piece in range(1, task.pieces):
        extend(
            &task.words, first, first + piece * size, path,
            end_of_piece(&task.words, task.pieces, piece),
        )


cdef bint are_few(const path_words *words, Py_ssize_t rows) noexcept nogil:
    """Tell whether rows are mapped in less time one by one than side by side in lanes."""
    return words.log_program is NULL and 2 * rows <= max(words.output_map.width, 2)


cdef void group_of_joined(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const signature_task *given = <const signature_task *> task_
    cdef const kernel_table *table = given.words.few
    cdef signature_task own = given[0]
    cdef signature_task *task = &own
    cdef matrix_view wholes = rows_of_parts(task, task.pieces)
    cdef Py_ssize_t row, first = group * table.lanes
    cdef Py_ssize_t end = min(first + table.lanes, wholes.count)
    cdef bint are_alike = task.out.column_stride == wholes.column_stride
    take_lanes(&task.words, table)
    are_alike &= task.out.tangent == wholes.tangent
    if are_alike and are_few(&task.words, end - first):
        for row in range(first, end):
            table.algebra.apply_map_to_row(
                task.words.output_map, wholes.data + row * wholes.row_stride,
                task.out.data + row * task.out.row_stride,
            )
        return
    table.algebra.load(&wholes, first, task.words.size, lanes)
    finish_group(task, first, lanes)


cdef void cut_paths(signature_task *task, int n_threads, interrupt *stop) noexcept nogil:
    """Several pieces per path, one per lane; Chen's identity joins them."""
    cdef Py_ssize_t count = task.words.path.count, lanes = task.words.table.lanes
    cdef Py_ssize_t few = task.words.few.lanes
    cdef phase *phases = [
        phase(group_of_parts, (count * task.pieces + lanes - 1) // lanes),
        phase(join_parts, count),
        phase(group_of_joined, (count + few - 1) // few),
    ]
    # A map of one row reads beyond it, up to a vector.
    task.parts = <char *> aligned_scratch(
        (count * task.pieces * task.words.size + lanes) * task.words.real
    )
    if task.parts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    run_phases(phases, 3, task, scratch_of_signatures(&task.words, True), n_threads, stop)
    free_scratch(task.parts)


cdef size_t scratch_of_signatures(const path_words *words, bint in_pieces) noexcept nogil:
    """What a thread needs for word signatures of paths, or of pieces, and for the results."""
    cdef size_t size = integration_scratch(words) + words.lanes_size
    cdef path_words few = words[0]
    if words.log_program is NULL:
        return size
    if in_pieces:
        take_lanes(&few, words.few)
    return max(
        size, few.lanes_size + few.table.algebra.logarithm_scratch(words.log_program, 0)
    )


cdef void signatures(signature_task *task, int n_threads, interrupt *stop) noexcept nogil:
    """The results of all paths, of a task that is complete up to its pieces."""
    cdef path_words *words = &task.words
    cdef const kernel_table *table
    cdef signature_task rest
    cdef choice chosen
    cdef Py_ssize_t apart = 0
    cdef phase whole
    choose_lanes(words, max(words.segments // 4, <Py_ssize_t> 1))
    table = words.table
    n_threads = worthwhile_threads(cost_of_integration(words) + cost_of_output(words), n_threads)
    chosen = choose_pieces(words.path.count, words.segments, table.lanes, n_threads)
    task.pieces = chosen.pieces
    if n_threads == 1:
        apart = count_apart(task, chosen)
    if apart:
        rest = paths_from(task, words.path.count - apart)
        words.path.count -= apart
        task.pieces = 1
    whole.work = whole_group
    whole.groups = (words.path.count + table.lanes - 1) // table.lanes
    if task.pieces == 1:
        run_phases(&whole, 1, task, scratch_of_signatures(words, False), n_threads, stop)
    else:
        cut_paths(task, n_threads, stop)
    if apart and not stop.stop:
        cut_paths(&rest, 1, stop)


def path_signature(
    path, correction, out, WordProgram words not None, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False, True)
    cdef Buffer increments = None if correction is None else Buffer(correction, 3, False, True)
    cdef Buffer target = Buffer(out, 2, True, True)
    cdef signature_task task
    cdef Signals signals
    describe(
        &task.words, source, increments, words, output_map, log_program, time_aug, lead_lag,
        end_time, n_threads,
    )
    target.check_rows(source, task.words.path.count, output_map.rows)
    if task.words.path.count == 0:
        return
    task.out = target.matrix()
    signals = Signals()
    with nogil:
        signatures(&task, n_threads, &signals.flag)
    signals.finish()
