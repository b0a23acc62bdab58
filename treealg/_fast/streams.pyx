# cython: language_level=3, cdivision=True
"""Word signatures in pieces: products, maps of given ones, and all prefixes of a path.

Word signatures are rows of numbers, words by length, then lexicographically, without the empty
word; words of chains as in `treealg._fast.reference_chains`, of which words are a case. A path's
prefixes are made in lanes, one path per lane, or one part of a path per lane, each starting from
the signature of the parts before it.
"""

from cython.parallel cimport parallel, prange
from libc.string cimport memcpy

from treealg._fast.core cimport (
    GROUPS_PER_POLL, MAX_LANES, OUT_OF_MEMORY, Buffer, ChainProgram, ConvolutionProgram, Signals,
    SparseMap, aligned_scratch, chain_program, convolution_program, correction_view, free_scratch,
    interrupt, kernel_table, matrix_view, path_view, sparse_map,
)


cdef Py_ssize_t count_words(Py_ssize_t dimension, Py_ssize_t degree) except -1:
    cdef Py_ssize_t words = 0, power = 1
    if dimension < 1 or degree < 1:
        raise ValueError("words need at least one letter and one place")
    for _ in range(degree):
        power *= dimension
        words += power
    return words


def word_products(left, right, out, ChainProgram chains not None, int n_threads):
    """Write the product of each row of `left` with that of `right`, the earlier one left.

    See the NumPy function of the same name in `treealg._fast.reference_streams`.
    """
    cdef Buffer first = Buffer(left, 2, False), second = Buffer(right, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = first.table
    cdef matrix_view a = first.matrix(), b = second.matrix(), c = target.matrix()
    cdef Py_ssize_t i, words = chains.columns
    cdef Py_ssize_t item = 4 if first.single else 8
    first.check_columns(target, c.count, 0, words)
    second.check_columns(target, c.count, 0, words)
    target.check_columns(target, c.count, 0, words)
    if n_threads < 1 or not (a.column_stride == b.column_stride == c.column_stride == item):
        raise ValueError("word_products: rows must be contiguous")
    n_threads = <int> max(1, min(<Py_ssize_t> n_threads, c.count // 8))
    for i in prange(c.count, nogil=True, num_threads=n_threads, schedule="static"):
        memcpy(c.data + i * c.row_stride, a.data + i * a.row_stride, words * item)
        table.chain_product(
            &chains.program, c.data + i * c.row_stride, b.data + i * b.row_stride
        )


def map_words(
    words, out, Py_ssize_t column, SparseMap output_map not None, ConvolutionProgram log_program,
    int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each row of `words` to one of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_streams`.
    """
    cdef Buffer source = Buffer(words, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef const kernel_table *table = source.table
    cdef matrix_view given = source.matrix(), rows = target.matrix()
    cdef const sparse_map *map_ = &output_map.f32 if source.single else &output_map.f64
    cdef const convolution_program *log_ = NULL
    cdef Py_ssize_t group, size = output_map.columns
    cdef Py_ssize_t groups = (given.count + table.lanes - 1) // table.lanes
    cdef size_t lanes_size = size * table.lanes * (4 if source.single else 8), scratch_size = 0
    cdef char *lanes = NULL
    source.check_columns(target, rows.count, 0, size)
    target.check_columns(source, given.count, column, output_map.rows)
    if n_threads < 1:
        raise ValueError("map_words: n_threads must be at least 1")
    if log_program is not None:
        if log_program.columns != size:
            raise ValueError("map_words: the logarithm is not that of these words")
        log_ = &log_program.f32 if source.single else &log_program.f64
        scratch_size = table.logarithm_scratch(log_, 0)
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    n_threads = <int> max(1, min(<Py_ssize_t> n_threads, groups))
    with nogil, parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(lanes_size + scratch_size)
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                table.load(&given, group * table.lanes, 0, size, lanes)
                if log_ is not NULL:
                    table.logarithm(
                        log_, NULL, 0, NULL, 0, group * table.lanes, lanes, lanes + lanes_size
                    )
                table.apply_map(map_, lanes, &rows, group * table.lanes, column)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    signals.finish()


cdef struct prefix_task:
    path_view path
    Py_ssize_t dimension, degree, words, segments, every, parts, stride, column, item
    size_t lanes_size, scratch_size
    const sparse_map *output_map
    const convolution_program *log_program
    char *out
    Py_ssize_t path_stride, point_stride, column_stride
    char *starts
    const chain_program *chains  # NULL for a path without correction
    correction_view correction


cdef void prefixes_of_group(
    const prefix_task *task, const kernel_table *table, Py_ssize_t group, char *signature,
    interrupt *stop,
) noexcept nogil:
    """All prefixes of pieces group * lanes onwards: piece p is part p % parts of a path."""
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t segment[MAX_LANES]
    cdef Py_ssize_t lane, piece, step, reach
    cdef Py_ssize_t first = group * table.lanes
    cdef int used = <int> min(<Py_ssize_t> table.lanes, task.path.count * task.parts - first)
    cdef char *copy = signature + task.lanes_size
    cdef char *increment = copy + (task.lanes_size if task.log_program is not NULL else 0)
    cdef char *scratch = increment + task.dimension * table.lanes * task.item
    cdef matrix_view rows
    rows.data = task.starts
    rows.count = task.path.count * task.parts
    rows.row_stride = task.words * task.item
    rows.column_stride = task.item
    table.load(&rows, first, 0, task.words, signature)
    for step in range(task.stride):
        reach = 0
        for lane in range(used):
            piece = first + lane
            row[lane] = piece // task.parts
            segment[lane] = (piece % task.parts) * task.stride + step
            if segment[lane] >= task.segments:
                segment[lane] = task.segments - 1
            else:
                reach = lane + 1
        if reach == 0:
            break
        if task.chains is not NULL:
            table.chain_step(
                task.chains, &task.path, &task.correction, used, row, segment, signature, scratch
            )
        else:
            table.word_increment(&task.path, task.dimension, used, row, segment, increment)
            table.word_step(signature, increment, task.dimension, task.degree, scratch)
        if (step + 1) % task.every:
            continue
        # With one part per path the lanes are neighbouring paths, otherwise parts of one path.
        if task.parts == 1:
            rows.data = task.out + first * task.path_stride + step // task.every * task.point_stride
            rows.row_stride = task.path_stride
        else:
            rows.data = (
                task.out + row[0] * task.path_stride
                + segment[0] // task.every * task.point_stride
            )
            rows.row_stride = task.stride // task.every * task.point_stride
        rows.count = reach
        rows.column_stride = task.column_stride
        if task.log_program is not NULL:
            memcpy(copy, signature, task.lanes_size)
            table.logarithm(task.log_program, NULL, 0, NULL, 0, 0, copy, scratch)
            table.apply_map(task.output_map, copy, &rows, 0, task.column)
        else:
            table.apply_map(task.output_map, signature, &rows, 0, task.column)
        if step % 256 == 255:
            stop.poll(stop)
            if stop.stop:
                return


cdef void starts_of_parts(
    const prefix_task *task, const kernel_table *table, char *lanes, interrupt *stop,
) noexcept nogil:
    """Word signatures of each path up to the start of each part, to the rows of `starts`."""
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef Py_ssize_t i, part, size = task.words * task.item
    cdef char *start = NULL
    cdef matrix_view rows
    rows.count = task.parts
    rows.row_stride = size
    rows.column_stride = task.item
    for i in range(task.path.count):
        if stop.stop:
            return
        rows.data = task.starts + i * task.parts * size
        # Row k + 1 becomes the signature of part k, and then that of all parts up to it.
        for part in range(task.parts - 1):
            row[part] = i
            begin[part] = min(part * task.stride, task.segments)
            end[part] = min((part + 1) * task.stride, task.segments)
        if task.chains is not NULL:
            table.chain_signature(
                task.chains, &task.path, &task.correction, <int> task.parts - 1, row, begin, end,
                lanes, lanes + task.lanes_size, stop,
            )
        else:
            table.word_signature(
                &task.path, task.dimension, task.degree, <int> task.parts - 1, row, begin, end,
                lanes, lanes + task.lanes_size, stop,
            )
        rows.data += size
        rows.count = task.parts - 1
        table.store(&rows, 0, 0, task.words, lanes)
        for part in range(2, task.parts):
            start = rows.data + (part - 1) * size
            # A product in place has its result on the left, where the next row is wanted.
            memcpy(lanes, start - size, size)
            if task.chains is not NULL:
                table.chain_product(task.chains, lanes, start)
            else:
                table.word_product(lanes, start, task.dimension, task.degree)
            memcpy(start, lanes, size)


def path_prefixes(
    path, out, Py_ssize_t column, Py_ssize_t degree, SparseMap output_map not None,
    ConvolutionProgram log_program, bint time_aug, bint lead_lag, double end_time, int n_threads,
):
    """Write the mapped word signature, or its logarithm, of each prefix of each path.

    See the NumPy function of the same name in `treealg._fast.reference_streams`.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef const kernel_table *table = source.table
    cdef prefix_task task
    describe(&task, source, target, column, time_aug, lead_lag, end_time)
    task.chains = NULL
    task.degree = degree
    task.words = count_words(task.dimension, degree)
    cdef size_t half = table.lanes * task.item
    for _ in range(max(degree - 1, 1)):
        half *= task.dimension
    task.scratch_size = max(2 * half, table.word_signature_scratch(task.dimension, degree))
    write_prefixes(&task, source, target, output_map, log_program, n_threads)


def corrected_path_prefixes(
    path, correction, out, Py_ssize_t column, ChainProgram chains not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, double end_time,
    int n_threads,
):
    """Write the mapped signature of words of chains, or its logarithm, of each prefix.

    See the NumPy function of the same name in `treealg._fast.reference_streams`.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = Buffer(correction, 3, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef prefix_task task
    describe(&task, source, target, column, time_aug, False, end_time)
    task.chains = &chains.program
    task.correction.data = <const char *> increments.view.buf
    task.correction.path_stride = increments.view.strides[0]
    task.correction.time_stride = increments.view.strides[1]
    task.correction.column_stride = increments.view.strides[2]
    task.degree = task.chains.degree
    task.words = chains.columns
    if (
        task.dimension != task.chains.dimension or increments.single != source.single
        or increments.view.shape[0] != task.path.count
        or increments.view.shape[1] != task.segments
        or increments.view.shape[2] <= chains.largest_column
    ):
        raise ValueError("corrected_path_prefixes: the arguments do not fit each other")
    task.scratch_size = source.table.chain_signature_scratch(task.chains)
    write_prefixes(&task, source, target, output_map, log_program, n_threads)


cdef void describe(
    prefix_task *task, Buffer source, Buffer target, Py_ssize_t column, bint time_aug,
    bint lead_lag, double end_time,
) noexcept:
    """Fill in what the arrays and transforms tell."""
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
    task.every = 2 if lead_lag else 1  # segments per point
    task.dimension = task.path.channels * task.every + time_aug
    task.segments = (task.path.length - 1) * task.every
    task.item = 4 if source.single else 8
    task.out = <char *> target.view.buf
    task.path_stride = target.view.strides[0]
    task.point_stride = target.view.strides[1]
    task.column_stride = target.view.strides[2]
    task.column = column


cdef int write_prefixes(
    prefix_task *task, Buffer source, Buffer target, SparseMap output_map,
    ConvolutionProgram log_program, int n_threads,
) except -1:
    """Check the rest of the arguments, and compute."""
    cdef const kernel_table *table = source.table
    cdef Signals signals = Signals()
    cdef Py_ssize_t groups
    task.output_map = &output_map.f32 if source.single else &output_map.f64
    task.log_program = NULL
    if (
        source.single != target.single or output_map.columns != task.words or task.column < 0
        or target.view.shape[0] != task.path.count or target.view.shape[1] != task.path.length - 1
        or task.column + output_map.rows > target.view.shape[2] or n_threads < 1
    ):
        raise ValueError("prefixes: the arrays and the map do not fit each other")
    if task.path.count == 0 or task.segments == 0:
        return 0
    if log_program is not None:
        if log_program.columns != task.words:
            raise ValueError("prefixes: the logarithm is not that of these words")
        task.log_program = &log_program.f32 if source.single else &log_program.f64
        task.scratch_size = max(
            task.scratch_size, table.logarithm_scratch(task.log_program, 0)
        )
    task.lanes_size = task.words * table.lanes * task.item
    # Lanes hold parts of one path where there are too few paths to fill them.
    task.parts = 1 if task.path.count >= table.lanes * n_threads else table.lanes
    task.stride = (task.path.length - 2 + task.parts) // task.parts * task.every
    groups = (task.path.count * task.parts + table.lanes - 1) // table.lanes
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil:
        run_prefixes(task, table, groups, &signals.flag, n_threads)
    signals.finish()
    return 0


cdef void run_prefixes(
    prefix_task *task, const kernel_table *table, Py_ssize_t groups, interrupt *stop, int n_threads,
) noexcept nogil:
    cdef Py_ssize_t group, i
    cdef size_t rows = task.path.count * task.parts
    cdef size_t size = 2 * task.lanes_size + task.dimension * table.lanes * task.item
    cdef char *lanes = NULL
    task.starts = <char *> aligned_scratch(rows * task.words * task.item)
    if task.starts is NULL:
        stop.stop = OUT_OF_MEMORY
        return
    for i in range(<Py_ssize_t> rows * task.words * task.item):
        task.starts[i] = 0
    size += task.scratch_size
    if task.parts > 1:
        lanes = <char *> aligned_scratch(size)
        if lanes is NULL:
            stop.stop = OUT_OF_MEMORY
        else:
            starts_of_parts(task, table, lanes, stop)
        free_scratch(lanes)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(size)
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                prefixes_of_group(task, table, group, lanes, stop)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    free_scratch(task.starts)
