# cython: language_level=3, cdivision=True
"""Gradients of paths with a correction, in both, a group of lanes at a time.

The derivatives come from those in the result by the transposed map and, for a logarithm, its
backward pass, to those in the signature of words of chains, and run back along the path.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from cython.parallel cimport parallel, prange

from treealg._fast.core cimport (
    MAX_LANES, OUT_OF_MEMORY, Buffer, ChainProgram, ConvolutionProgram, Signals, SparseMap,
    aligned_scratch, chain_program, convolution_program, correction_view, free_scratch, interrupt,
    kernel_table, matrix_view, path_view, sparse_map,
)


cdef struct chain_task:
    path_view path
    correction_view correction
    matrix_view derivs, out, out_correction
    Py_ssize_t derivs_column, columns, words
    const chain_program *chains
    const sparse_map *output_map
    const convolution_program *log_program
    size_t real, lanes_size, rows_size, scratch_size


cdef void group_of_paths(
    const chain_task *task, const kernel_table *table, Py_ssize_t first, char *lanes,
    interrupt *stop,
) noexcept nogil:
    """Paths number `first` and those after it, one per lane."""
    cdef Py_ssize_t row[MAX_LANES]
    cdef Py_ssize_t begin[MAX_LANES]
    cdef Py_ssize_t end[MAX_LANES]
    cdef int lane, used = <int> min(<Py_ssize_t> table.lanes, task.path.count - first)
    cdef char *rows = lanes + task.lanes_size
    cdef char *scratch = rows + 2 * task.rows_size
    cdef matrix_view sig, target
    for lane in range(used):
        row[lane] = first + lane
        begin[lane] = 0
        end[lane] = task.path.length - 1
    if task.log_program is not NULL:
        table.chain_signature(
            task.chains, &task.path, &task.correction, used, row, begin, end, lanes, scratch, stop
        )
        sig.data = rows
        sig.count = used
        sig.row_stride = task.words * task.real
        sig.column_stride = task.real
        target = sig
        target.data = rows + task.rows_size
        table.store(&sig, 0, 0, task.words, lanes)
    table.apply_map_transposed(task.output_map, &task.derivs, first, task.derivs_column, lanes)
    if task.log_program is not NULL:
        table.logarithm_backward(
            task.log_program, &sig, 0, NULL, 0, &target, 0, 0, lanes, scratch
        )
        table.load(&target, 0, 0, task.words, lanes)
    table.chain_backward(
        task.chains, &task.path, &task.correction, used, row, begin, end, lanes, &task.out,
        &task.out_correction, task.columns, scratch, stop,
    )
    for lane in range(used):
        table.steps_to_points(
            task.out.data + (first + lane) * task.out.row_stride, task.path.length,
            task.path.channels,
        )


cdef void all_groups(
    const chain_task *task, const kernel_table *table, interrupt *stop, int n_threads
) noexcept nogil:
    cdef Py_ssize_t group, groups = (task.path.count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(
            task.lanes_size + 2 * task.rows_size + task.scratch_size
        )
        for group in prange(groups, schedule="static"):
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                group_of_paths(task, table, group * table.lanes, lanes, stop)
                stop.poll(stop)
        free_scratch(lanes)


def corrected_path_signature_backward(
    path, correction, derivs, Py_ssize_t derivs_column, out, out_correction,
    ChainProgram chains not None, SparseMap output_map not None, ConvolutionProgram log_program,
    bint time_aug, double end_time, int n_threads,
):
    """Write the derivatives in path and correction, given that in `corrected_path_signature`.

    See the NumPy function of the same name in `treealg._fast.reference_chains` for the arguments.
    """
    cdef Buffer source = Buffer(path, 3, False)
    cdef Buffer increments = Buffer(correction, 3, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 3, True)
    cdef Buffer second = Buffer(out_correction, 3, True)
    cdef const kernel_table *table = source.table
    cdef chain_task task
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
    task.columns = increments.view.shape[2]
    task.chains = &chains.program
    task.words = chains.columns
    task.real = 4 if source.single else 8
    check_rows(source, target, source, 0, task.real)
    check_rows(increments, second, source, 1, task.real)
    cotangent.check_columns(source, task.path.count, derivs_column, output_map.rows)
    if (
        task.path.channels + time_aug != task.chains.dimension or task.path.length < 1
        or n_threads < 1 or output_map.columns != task.words
        or task.columns <= chains.largest_column
    ):
        raise ValueError("corrected_path_signature_backward: the arguments do not fit each other")
    if task.path.count == 0:
        return
    task.derivs = cotangent.matrix()
    task.derivs_column = derivs_column
    task.out = target.matrix()
    task.out.column_stride = task.real
    task.out_correction = second.matrix()
    task.out_correction.column_stride = task.real
    task.output_map = &output_map.f32 if source.single else &output_map.f64
    task.lanes_size = task.words * table.lanes * task.real
    task.log_program = NULL
    task.rows_size = 0
    task.scratch_size = max(
        table.chain_signature_scratch(task.chains),
        table.chain_backward_scratch(task.chains, task.path.length - 1),
    )
    if log_program is not None:
        if log_program.columns != task.words:
            raise ValueError(
                "corrected_path_signature_backward: the logarithm is not that of these words"
            )
        task.log_program = &log_program.f32 if source.single else &log_program.f64
        task.rows_size = task.lanes_size
        task.scratch_size = max(task.scratch_size, table.logarithm_scratch(task.log_program, 1))

    cdef Signals signals = Signals()
    with nogil:
        all_groups(&task, table, &signals.flag, n_threads)
    signals.finish()


cdef int check_rows(
    Buffer given, Buffer result, Buffer path, Py_ssize_t fewer, Py_ssize_t real
) except -1:
    """Refuse rows that are not those of the path, or a result that is not contiguous in each."""
    cdef int axis
    if given.single != path.single or result.single != path.single:
        raise ValueError("the arrays of one call must have one dtype")
    for axis in range(3):
        if given.view.shape[axis] != result.view.shape[axis]:
            raise ValueError("a gradient must have the shape of its argument")
    if (
        given.view.shape[0] != path.view.shape[0]
        or given.view.shape[1] != path.view.shape[1] - fewer
    ):
        raise ValueError("path and correction must have the same batch and segments")
    if result.view.strides[2] != real or (
        result.view.strides[1] != real * result.view.shape[2]
    ):
        raise ValueError("each gradient must be contiguous")
    return 0
