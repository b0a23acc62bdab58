# cython: language_level=3, cdivision=True
"""Gradients along paths: how a batch, or few long paths, are shared out for the backward pass.

The derivatives come from those in the result by the transposed map and, for a logarithm, its
backward pass, to those in the word signature, of words of labels or, with a correction, of words of
chains. Few paths are cut into pieces in time, one per lane:
the signatures of the pieces give, by Chen's identity, the signature before each piece and the
derivatives after it, so that the pieces no longer depend on each other.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from cython.parallel cimport parallel, prange
from libc.string cimport memcpy, memset

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, ConvolutionProgram, Signals, SparseMap, aligned_scratch,
    free_scratch, interrupt, kernel_table, matrix_view,
)


cdef Py_ssize_t pieces_of_path(
    Py_ssize_t count, Py_ssize_t steps, int lanes, int n_threads
) noexcept nogil:
    """Into how many pieces to cut each path: one per lane of all threads, if they are long."""
    cdef Py_ssize_t pieces
    if count == 0:
        return 1
    pieces = min(lanes * n_threads // count, steps // 8)
    return max(pieces, 1)


cdef int lanes_of_group(
    const gradient_task *task, const kernel_table *table, Py_ssize_t group, Py_ssize_t *row,
    Py_ssize_t *begin, Py_ssize_t *end,
) noexcept nogil:
    """Set path, first and last segment of each lane; returns how many lanes are used."""
    cdef Py_ssize_t piece, part, lane
    cdef Py_ssize_t per_step = 2 if task.path.lead_lag else 1
    cdef int used = 0
    for lane in range(table.lanes):
        piece = group * table.lanes + lane
        if piece >= task.path.count * task.pieces:
            break
        part = piece % task.pieces
        row[lane] = piece // task.pieces
        begin[lane] = per_step * (part * task.steps // task.pieces)
        end[lane] = per_step * ((part + 1) * task.steps // task.pieces)
        used += 1
    return used


cdef matrix_view rows_in(
    char *data, Py_ssize_t count, const gradient_task *task, Py_ssize_t step
) noexcept nogil:
    """Rows of word coefficients, every `step`-th of those in memory."""
    cdef matrix_view rows
    rows.data = data
    rows.count = count
    rows.row_stride = step * task.words * task.real
    rows.column_stride = task.real
    return rows


cdef void signatures(
    const gradient_task *task, const kernel_table *table, int used, const Py_ssize_t *row,
    const Py_ssize_t *begin, const Py_ssize_t *end, char *signature, char *scratch,
    interrupt *stop,
) noexcept nogil:
    """Word signatures of pieces of paths, to a lane buffer."""
    if task.chains is not NULL:
        table.chain_signature(
            task.chains, &task.path, &task.correction, used, row, begin, end, signature, scratch,
            stop,
        )
        return
    table.word_signature(
        &task.path, task.dimension, task.degree, used, row, begin, end, signature, scratch, stop
    )


cdef void backward(
    const gradient_task *task, const kernel_table *table, int used, const Py_ssize_t *row,
    const Py_ssize_t *begin, const Py_ssize_t *end, const char *before, char *cotangent,
    char *scratch, interrupt *stop,
) noexcept nogil:
    """From derivatives after pieces of paths, in a lane buffer, to those in their steps."""
    if task.chains is not NULL:
        table.chain_backward(
            task.chains, &task.path, &task.correction, used, row, begin, end, before, cotangent,
            &task.out, &task.out_correction, task.columns, scratch, stop,
        )
        return
    table.word_backward(
        &task.path, task.dimension, task.degree, used, row, begin, end, before, cotangent,
        &task.out, scratch, stop,
    )


cdef void word_derivatives(
    const gradient_task *task, const kernel_table *table, Py_ssize_t first, char *signatures,
    char *cotangent, char *target, char *scratch,
) noexcept nogil:
    """Derivatives in the word signatures of a group of paths, to the lane buffer `cotangent`.

    For a logarithm `signatures` has the rows of word signatures of the group, and `target` is
    scratch for as many rows.
    """
    cdef matrix_view sig, rows
    table.apply_map_transposed(
        task.output_map, &task.derivs, first, task.derivs_column, cotangent
    )
    if task.log_program is NULL:
        return
    sig = rows_in(signatures, min(<Py_ssize_t> table.lanes, task.path.count - first), task, 1)
    rows = sig
    rows.data = target
    table.logarithm_backward(
        task.log_program, &sig, 0, NULL, 0, &rows, 0, 0, cotangent, scratch
    )
    table.load(&rows, 0, 0, task.words, cotangent)


cdef void whole_paths(
    const gradient_task *task, const kernel_table *table, interrupt *stop, int n_threads
) noexcept nogil:
    """One path per lane."""
    cdef Py_ssize_t group, groups = (task.path.count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(
            2 * task.lanes_size + 2 * task.rows_size + task.scratch_size
        )
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                group_of_paths(task, table, group, lanes, stop)
                stop.poll(stop)
        free_scratch(lanes)


cdef void group_of_paths(
    const gradient_task *task, const kernel_table *table, Py_ssize_t group, char *lanes,
    interrupt *stop,
) noexcept nogil:
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(task, table, group, row, begin, end)
    cdef char *signature = lanes + task.lanes_size
    cdef char *rows = signature + task.lanes_size
    cdef char *scratch = rows + 2 * task.rows_size
    cdef matrix_view sig = rows_in(rows, used, task, 1)
    if task.log_program is not NULL:
        signatures(task, table, used, row, begin, end, signature, scratch, stop)
        table.store(&sig, 0, 0, task.words, signature)
    word_derivatives(
        task, table, group * table.lanes, rows, lanes, rows + task.rows_size, scratch
    )
    backward(task, table, used, row, begin, end, NULL, lanes, scratch, stop)


cdef void cut_paths(
    const gradient_task *task, const kernel_table *table, interrupt *stop, int n_threads
) noexcept nogil:
    """Several pieces per path, one per lane."""
    cdef Py_ssize_t count = task.path.count, size = task.words * task.real, path
    cdef Py_ssize_t group, groups = (count * task.pieces + table.lanes - 1) // table.lanes
    cdef char *parts = <char *> aligned_scratch((3 * count * task.pieces + count) * size)
    cdef char *before
    cdef char *after
    cdef char *wholes
    cdef char *lanes = NULL
    if parts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    before = parts + count * task.pieces * size
    after = before + count * task.pieces * size
    wholes = after + count * task.pieces * size
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(
            2 * task.lanes_size + 2 * task.rows_size + task.scratch_size
        )
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                group_of_parts(task, table, group, parts, lanes, stop)
        for path in prange(count, schedule="static"):
            signatures_before(task, table, path, parts, before, wholes)
        for group in prange((count + table.lanes - 1) // table.lanes, schedule="static"):
            if lanes is not NULL and not stop.stop:
                derivatives_of_wholes(task, table, group * table.lanes, wholes, after, lanes)
        for path in prange(count, schedule="static"):
            derivatives_after(task, table, path, parts, after)
        for group in prange(groups, schedule="static"):
            if lanes is not NULL and not stop.stop:
                group_of_pieces(task, table, group, before, after, lanes, stop)
        free_scratch(lanes)
    free_scratch(parts)


cdef void group_of_parts(
    const gradient_task *task, const kernel_table *table, Py_ssize_t group, char *parts,
    char *lanes, interrupt *stop,
) noexcept nogil:
    """Word signatures of pieces."""
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(task, table, group, row, begin, end)
    cdef matrix_view rows = rows_in(parts, task.path.count * task.pieces, task, 1)
    signatures(task, table, used, row, begin, end, lanes, lanes + task.lanes_size, stop)
    table.store(&rows, group * table.lanes, 0, task.words, lanes)


cdef void signatures_before(
    const gradient_task *task, const kernel_table *table, Py_ssize_t path, char *parts,
    char *before, char *wholes,
) noexcept nogil:
    """Products of the signatures of the pieces of one path that come before each, and of all."""
    cdef Py_ssize_t size = task.words * task.real, i, at = path * task.pieces
    memset(before + at * size, 0, size)
    for i in range(task.pieces):
        memcpy(wholes + path * size, before + (at + i) * size, size)
        if task.chains is not NULL:
            table.chain_product(task.chains, wholes + path * size, parts + (at + i) * size)
        else:
            table.word_product(
                wholes + path * size, parts + (at + i) * size, task.dimension, task.degree
            )
        if i + 1 < task.pieces:
            memcpy(before + (at + i + 1) * size, wholes + path * size, size)


cdef void derivatives_of_wholes(
    const gradient_task *task, const kernel_table *table, Py_ssize_t first, char *wholes,
    char *after, char *lanes,
) noexcept nogil:
    """Derivatives in the word signatures of whole paths, as those after their last pieces."""
    cdef Py_ssize_t size = task.words * task.real
    cdef matrix_view last = rows_in(
        after + (task.pieces - 1) * size, task.path.count, task, task.pieces
    )
    cdef char *rows = lanes + 2 * task.lanes_size
    word_derivatives(
        task, table, first, wholes + first * size, lanes, rows, rows + 2 * task.rows_size
    )
    table.store(&last, first, 0, task.words, lanes)


cdef void derivatives_after(
    const gradient_task *task, const kernel_table *table, Py_ssize_t path, char *parts, char *after
) noexcept nogil:
    """Derivatives in the signature after each piece of one path, from those after the last."""
    cdef Py_ssize_t size = task.words * task.real, i, at = path * task.pieces
    for i in range(task.pieces - 1, 0, -1):
        memcpy(after + (at + i - 1) * size, after + (at + i) * size, size)
        if task.chains is not NULL:
            table.chain_contract(
                task.chains, after + (at + i - 1) * size, parts + (at + i) * size
            )
        else:
            table.word_contract(
                after + (at + i - 1) * size, parts + (at + i) * size, task.dimension, task.degree
            )


cdef void group_of_pieces(
    const gradient_task *task, const kernel_table *table, Py_ssize_t group, char *before,
    char *after, char *lanes, interrupt *stop,
) noexcept nogil:
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int used = lanes_of_group(task, table, group, row, begin, end)
    cdef matrix_view starts = rows_in(before, task.path.count * task.pieces, task, 1)
    cdef matrix_view ends = rows_in(after, task.path.count * task.pieces, task, 1)
    table.load(&starts, group * table.lanes, 0, task.short_words, lanes + task.lanes_size)
    table.load(&ends, group * table.lanes, 0, task.words, lanes)
    backward(
        task, table, used, row, begin, end, lanes + task.lanes_size, lanes,
        lanes + 2 * task.lanes_size + 2 * task.rows_size, stop,
    )


cdef void gradients(
    gradient_task *task, const kernel_table *table, interrupt *stop, int n_threads
) noexcept nogil:
    """The derivatives in all paths, of a task that is complete up to its pieces and scratch."""
    cdef Py_ssize_t pieces = pieces_of_path(task.path.count, task.steps, table.lanes, n_threads)
    cdef Py_ssize_t segments = task.segments // max(task.steps, 1) * (task.steps // pieces + 1)
    cdef Py_ssize_t row
    task.pieces = pieces
    if task.chains is not NULL:
        task.scratch_size = max(
            table.chain_signature_scratch(task.chains),
            table.chain_backward_scratch(task.chains, segments),
        )
    else:
        task.scratch_size = max(
            table.word_signature_scratch(task.dimension, task.degree),
            table.word_backward_scratch(task.dimension, task.degree, segments),
        )
    task.lanes_size = task.words * table.lanes * task.real
    task.rows_size = 0
    if task.log_program is not NULL:
        task.rows_size = task.lanes_size
        task.scratch_size = max(task.scratch_size, table.logarithm_scratch(task.log_program, 1))
    if pieces == 1:
        whole_paths(task, table, stop, n_threads)
    else:
        cut_paths(task, table, stop, n_threads)
    for row in range(task.path.count):
        table.steps_to_points(
            task.out.data + row * task.out.row_stride, task.path.length, task.path.channels
        )


def path_signature_backward(
    path, derivs, Py_ssize_t derivs_column, out, Py_ssize_t degree, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the derivative in each path, given that in the result of `path_signature`.

    See the NumPy function of the same name in `treealg._fast.reference_gradients`.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef const kernel_table *table = source.table
    cdef gradient_task task
    cdef Py_ssize_t power = 1, words = 0
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
    task.steps = task.path.length - 1
    task.segments = task.steps * (2 if lead_lag else 1)
    for _ in range(degree):
        task.short_words = words
        power *= task.dimension
        words += power
    if output_map.columns != words or task.steps < 0 or n_threads < 1 or degree < 1:
        raise ValueError("path_signature_backward: the map does not fit the dimension and degree")
    task.words = words
    cotangent.check_columns(source, task.path.count, derivs_column, output_map.rows)
    task.derivs = cotangent.matrix()
    task.derivs_column = derivs_column
    task.real = 4 if source.single else 8
    check_gradient(source, target, task.real)
    task.out = target.matrix()
    task.out.column_stride = task.real
    if task.path.count == 0:
        return
    task.output_map = &output_map.f32 if source.single else &output_map.f64
    task.log_program = NULL
    if log_program is not None:
        if log_program.columns != words:
            raise ValueError("path_signature_backward: the logarithm is not that of these words")
        task.log_program = &log_program.f32 if source.single else &log_program.f64

    cdef Signals signals = Signals()
    with nogil:
        gradients(&task, table, &signals.flag, n_threads)
    signals.finish()


cdef int check_gradient(Buffer source, Buffer target, Py_ssize_t real) except -1:
    """Refuse a result that is not, path by path, contiguous and of the shape of the paths."""
    cdef int axis
    if source.single != target.single:
        raise ValueError("the arrays of one call must have one dtype")
    for axis in range(3):
        if source.view.shape[axis] != target.view.shape[axis]:
            raise ValueError("the gradient must have the shape of the paths")
    if target.view.strides[2] != real or (
        target.view.strides[1] != real * target.view.shape[2]
    ):
        raise ValueError("each gradient must be contiguous")
    return 0
