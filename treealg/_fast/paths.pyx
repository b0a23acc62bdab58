# cython: language_level=3, cdivision=True
"""Signatures along paths: how a batch is cut into groups of lanes and shared by threads.

A batch becomes groups of as many paths as a vector has lanes; few or long paths are cut into
pieces in time, one per lane, which Chen's identity joins. Groups are shared out statically.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from cython.parallel cimport parallel, prange

from treealg._fast.core cimport (
    GROUPS_PER_POLL, MAX_LANES, OUT_OF_MEMORY, Buffer, ChainProgram, ConvolutionProgram, Signals,
    SparseMap, aligned_scratch, chain_program, convolution_program, correction_view, free_scratch,
    interrupt, kernel_table, matrix_view, path_view, sparse_map,
)


cdef struct word_task:
    path_view path
    Py_ssize_t dimension, degree, words, segments, pieces
    size_t lanes_size, scratch_size
    bint single
    const chain_program *chains  # NULL for a path without correction
    correction_view correction


cdef Py_ssize_t choose_pieces(
    Py_ssize_t count, Py_ssize_t segments, int lanes, int n_threads
) noexcept nogil:
    """Into how many pieces to cut each path, so that the lanes of all threads have work.

    The cost of a choice is counted in segments per thread; joining a piece to the one before it
    costs about as much as a few segments, in one lane. There are at most four times as many
    pieces as lanes, so that what has to be kept of them does not grow with the batch.
    """
    cdef Py_ssize_t pieces, groups, cost, best = 1, least = -1, join
    cdef Py_ssize_t limit = min(4 * lanes * n_threads // count, segments // 4)
    for pieces in range(1, max(limit, 1) + 1):
        groups = (count * pieces + lanes - 1) // lanes
        groups = (groups + n_threads - 1) // n_threads
        join = 3 * count * (pieces - 1)
        cost = groups * ((segments + pieces - 1) // pieces) + join
        if least < 0 or cost < least:
            best, least = pieces, cost
    return best


cdef void pieces_of_group(
    const word_task *task, const kernel_table *table, Py_ssize_t group, void *lanes, void *scratch,
    interrupt *stop,
) noexcept nogil:
    """Word signatures of pieces group * lanes onwards, into the lane buffer."""
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t piece, part, lane
    cdef int used = 0
    for lane in range(table.lanes):
        piece = group * table.lanes + lane
        if piece >= task.path.count * task.pieces:
            break
        part = piece % task.pieces
        row[lane] = piece // task.pieces
        begin[lane] = part * task.segments // task.pieces
        end[lane] = (part + 1) * task.segments // task.pieces
        used += 1
    if task.chains is not NULL:
        table.chain_signature(
            task.chains, &task.path, &task.correction, used, row, begin, end, lanes, scratch, stop
        )
        return
    table.word_signature(
        &task.path, task.dimension, task.degree, used, row, begin, end, lanes, scratch, stop
    )


cdef void finish_group(
    const kernel_table *table, const convolution_program *log_program, const sparse_map *output_map,
    const matrix_view *out, Py_ssize_t column, Py_ssize_t first, void *lanes, void *scratch,
) noexcept nogil:
    """From word signatures in the lane buffer to rows of the result."""
    if log_program is not NULL:
        table.logarithm(log_program, NULL, 0, NULL, 0, first, lanes, scratch)
    table.apply_map(output_map, lanes, out, first, column)


def path_signature(
    path, out, Py_ssize_t column, Py_ssize_t degree, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each path to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = source.table
    cdef word_task task
    cdef matrix_view rows = target.matrix()
    cdef const sparse_map *map_ = &output_map.f32 if source.single else &output_map.f64
    cdef const convolution_program *log_ = NULL
    cdef Py_ssize_t power = 1
    task.chains = NULL
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
    task.dimension = task.path.channels * (2 if lead_lag else 1) + time_aug
    task.degree = degree
    task.segments = (task.path.length - 1) * (2 if lead_lag else 1)
    task.words = output_map.columns
    target.check_columns(source, task.path.count, column, output_map.rows)
    for _ in range(degree):
        power *= task.dimension
        task.words -= power
    if task.words != 0 or task.segments < 0 or n_threads < 1 or degree < 1:
        raise ValueError("path_signature: the map does not fit the dimension and degree")
    task.words = output_map.columns
    if task.path.count == 0:
        return
    task.single = source.single
    task.lanes_size = task.words * table.lanes * (4 if source.single else 8)
    task.scratch_size = table.word_signature_scratch(task.dimension, degree)
    if log_program is not None:
        if log_program.columns != task.words:
            raise ValueError("path_signature: the logarithm is not that of these words")
        log_ = &log_program.f32 if source.single else &log_program.f64
        task.scratch_size = max(task.scratch_size, table.logarithm_scratch(log_, 0))
    task.pieces = choose_pieces(task.path.count, task.segments, table.lanes, n_threads)

    cdef Signals signals = Signals()
    with nogil:
        if task.pieces == 1:
            whole_paths(&task, table, log_, map_, &rows, column, &signals.flag, n_threads)
        else:
            cut_paths(&task, table, log_, map_, &rows, column, &signals.flag, n_threads)
    signals.finish()


def corrected_path_signature(
    path, correction, out, Py_ssize_t column, ChainProgram chains not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, double end_time,
    int n_threads,
):
    """Write the mapped signature of words of chains, or its logarithm, to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_chains` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = source.table
    cdef word_task task
    cdef matrix_view rows = target.matrix()
    cdef const sparse_map *map_ = &output_map.f32 if source.single else &output_map.f64
    cdef const convolution_program *log_ = NULL
    task.chains = &chains.program
    task.path.data = <const char *> source.view.buf
    task.path.count = source.view.shape[0]
    task.path.length = source.view.shape[1]
    task.path.channels = source.view.shape[2]
    task.path.path_stride = source.view.strides[0]
    task.path.time_stride = source.view.strides[1]
    task.path.channel_stride = source.view.strides[2]
    task.path.time_aug = time_aug
    task.path.lead_lag = False
    task.path.end_time = end_time
    task.correction.data = <const char *> increments.view.buf
    task.correction.path_stride = increments.view.strides[0]
    task.correction.time_stride = increments.view.strides[1]
    task.correction.column_stride = increments.view.strides[2]
    task.dimension = task.path.channels + time_aug
    task.degree = task.chains.degree
    task.segments = task.path.length - 1
    task.words = chains.columns
    target.check_columns(source, task.path.count, column, output_map.rows)
    if (
        task.dimension != task.chains.dimension or task.segments < 0 or n_threads < 1
        or output_map.columns != task.words or increments.single != source.single
        or increments.view.shape[0] != task.path.count
        or increments.view.shape[1] != task.segments
        or increments.view.shape[2] <= chains.largest_column
    ):
        raise ValueError("corrected_path_signature: the arguments do not fit each other")
    if task.path.count == 0:
        return
    task.single = source.single
    task.lanes_size = task.words * table.lanes * (4 if source.single else 8)
    task.scratch_size = table.chain_signature_scratch(task.chains)
    if log_program is not None:
        if log_program.columns != task.words:
            raise ValueError("corrected_path_signature: the logarithm is not that of these words")
        log_ = &log_program.f32 if source.single else &log_program.f64
        task.scratch_size = max(task.scratch_size, table.logarithm_scratch(log_, 0))
    task.pieces = choose_pieces(task.path.count, task.segments, table.lanes, n_threads)

    cdef Signals signals = Signals()
    with nogil:
        if task.pieces == 1:
            whole_paths(&task, table, log_, map_, &rows, column, &signals.flag, n_threads)
        else:
            cut_paths(&task, table, log_, map_, &rows, column, &signals.flag, n_threads)
    signals.finish()


cdef void whole_paths(
    const word_task *task, const kernel_table *table, const convolution_program *log_program,
    const sparse_map *output_map, const matrix_view *out, Py_ssize_t column, interrupt *stop,
    int n_threads,
) noexcept nogil:
    """One path per lane, from its first point to the row of the result."""
    cdef Py_ssize_t group, groups = (task.path.count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(task.lanes_size + task.scratch_size)
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                pieces_of_group(task, table, group, lanes, lanes + task.lanes_size, stop)
                finish_group(
                    table, log_program, output_map, out, column, group * table.lanes, lanes,
                    lanes + task.lanes_size,
                )
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)


cdef void cut_paths(
    const word_task *task, const kernel_table *table, const convolution_program *log_program,
    const sparse_map *output_map, const matrix_view *out, Py_ssize_t column, interrupt *stop,
    int n_threads,
) noexcept nogil:
    """Several pieces per path, one per lane; Chen's identity joins them."""
    cdef Py_ssize_t count = task.path.count, size = task.words * (4 if task.single else 8)
    cdef Py_ssize_t group, i, piece
    cdef Py_ssize_t groups = (count * task.pieces + table.lanes - 1) // table.lanes
    cdef char *joined = <char *> aligned_scratch(count * task.pieces * size)
    cdef char *lanes = NULL
    cdef matrix_view parts, wholes
    if joined is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    parts.data = wholes.data = joined
    parts.count = count * task.pieces
    wholes.count = count
    parts.row_stride = size
    wholes.row_stride = size * task.pieces
    parts.column_stride = wholes.column_stride = size // task.words
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(task.lanes_size + task.scratch_size)
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                pieces_of_group(task, table, group, lanes, lanes + task.lanes_size, stop)
                table.store(&parts, group * table.lanes, 0, task.words, lanes)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        for i in prange(count, schedule="static"):
            for piece in range(1, task.pieces):
                if task.chains is not NULL:
                    table.chain_product(
                        task.chains, joined + i * task.pieces * size,
                        joined + (i * task.pieces + piece) * size,
                    )
                    continue
                table.word_product(
                    joined + i * task.pieces * size, joined + (i * task.pieces + piece) * size,
                    task.dimension, task.degree,
                )
        for group in prange((count + table.lanes - 1) // table.lanes, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                table.load(&wholes, group * table.lanes, 0, task.words, lanes)
                finish_group(
                    table, log_program, output_map, out, column, group * table.lanes, lanes,
                    lanes + task.lanes_size,
                )
        free_scratch(lanes)
    free_scratch(joined)
