# cython: language_level=3, cdivision=True
"""Convolution logarithms of given signatures, and their adjoint, a group of lanes at a time.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from cython.parallel cimport parallel, prange

from treealg._fast.core cimport (
    GROUPS_PER_POLL, OUT_OF_MEMORY, Buffer, ConvolutionProgram, Signals, SparseMap,
    aligned_scratch, convolution_program, free_scratch, interrupt, kernel_table, matrix_view,
    sparse_map,
)


cdef struct logarithm_task:
    matrix_view source, derivs, target
    Py_ssize_t in_column, derivs_column, out_column, columns
    size_t lanes_size, scratch_size


cdef logarithm_task logarithm_arguments(
    Buffer source, Py_ssize_t in_column, Buffer target, Py_ssize_t out_column,
    ConvolutionProgram program, SparseMap output_map, bint backward, int n_threads,
) except *:
    """Check what both directions have in common and work out their sizes."""
    cdef logarithm_task task
    cdef Py_ssize_t count = source.view.shape[0]
    if output_map is not None and output_map.columns != program.columns:
        raise ValueError("the map does not fit the coefficients")
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    source.check_columns(source, count, in_column, program.columns)
    task.source = source.matrix()
    task.target = target.matrix()
    task.in_column = in_column
    task.out_column = out_column
    task.columns = program.columns
    task.lanes_size = 0
    if output_map is not None:
        task.lanes_size = program.columns * source.table.lanes * (4 if source.single else 8)
    task.scratch_size = source.table.logarithm_scratch(
        &program.f32 if source.single else &program.f64, backward
    )
    return task


def signature_to_log(
    bsig, Py_ssize_t in_column, out, Py_ssize_t out_column, ConvolutionProgram program not None,
    SparseMap output_map, int n_threads,
):
    """Write the convolution logarithm of each row of `bsig`, mapped, to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(bsig, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef logarithm_task task = logarithm_arguments(
        source, in_column, target, out_column, program, output_map, False, n_threads
    )
    target.check_columns(
        source, task.source.count, out_column,
        program.columns if output_map is None else output_map.rows,
    )
    cdef const kernel_table *table = source.table
    cdef const convolution_program *log_ = &program.f32 if source.single else &program.f64
    cdef const sparse_map *map_ = NULL
    if output_map is not None:
        map_ = &output_map.f32 if source.single else &output_map.f64
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef Py_ssize_t group, first, groups = (task.source.count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    if groups == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil, parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(task.lanes_size + task.scratch_size)
        for group in prange(groups, schedule="static"):
            first = group * table.lanes
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                if map_ is NULL:
                    table.logarithm(
                        log_, &task.source, task.in_column, &task.target, task.out_column, first,
                        NULL, lanes,
                    )
                else:
                    table.logarithm(
                        log_, &task.source, task.in_column, NULL, 0, first, lanes,
                        lanes + task.lanes_size,
                    )
                    table.apply_map(map_, lanes, &task.target, first, task.out_column)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    signals.finish()


def signature_to_log_backward(
    bsig, Py_ssize_t in_column, derivs, Py_ssize_t derivs_column, out, Py_ssize_t out_column,
    ConvolutionProgram program not None, SparseMap output_map, int n_threads,
):
    """Write the derivative with respect to each row of `bsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(bsig, 2, False)
    cdef Buffer cotangent = Buffer(derivs, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef logarithm_task task = logarithm_arguments(
        source, in_column, target, out_column, program, output_map, True, n_threads
    )
    task.derivs = cotangent.matrix()
    task.derivs_column = derivs_column
    cotangent.check_columns(
        source, task.source.count, derivs_column,
        program.columns if output_map is None else output_map.rows,
    )
    target.check_columns(source, task.source.count, out_column, program.columns)
    cdef const kernel_table *table = source.table
    cdef const convolution_program *log_ = &program.f32 if source.single else &program.f64
    cdef const sparse_map *map_ = NULL
    if output_map is not None:
        map_ = &output_map.f32 if source.single else &output_map.f64
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef Py_ssize_t group, first, groups = (task.source.count + table.lanes - 1) // table.lanes
    cdef char *lanes = NULL
    if groups == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil, parallel(num_threads=n_threads):
        lanes = <char *> aligned_scratch(task.lanes_size + task.scratch_size)
        for group in prange(groups, schedule="static"):
            first = group * table.lanes
            if lanes is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                if map_ is not NULL:
                    table.apply_map_transposed(
                        map_, &task.derivs, first, task.derivs_column, lanes
                    )
                table.logarithm_backward(
                    log_, &task.source, task.in_column,
                    &task.derivs if map_ is NULL else NULL, task.derivs_column, &task.target,
                    task.out_column, first, lanes, lanes + task.lanes_size,
                )
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(lanes)
    signals.finish()
