# cython: language_level=3, cdivision=True
"""Operations of a convolution group on rows of coefficients, and sparse maps from rows to rows.

A group of lanes at a time. Thread policy: a call uses at most the threads it is given, and each
thread allocates its own scratch inside the parallel block. The lock of the interpreter is released
for the whole call; the thread that made the call takes it again every now and then to see whether a
signal has come.
"""

from cython.parallel cimport parallel, prange

from treealg._fast.core cimport (
    EXPONENTIAL, EXPONENTIAL_BACKWARD, GROUPS_PER_POLL, INVERSE, INVERSE_BACKWARD, LINEAR,
    LINEAR_BACKWARD, OUT_OF_MEMORY, PRODUCT, PRODUCT_BACKWARD, Buffer, ConvolutionProgram, Signals,
    aligned_scratch, convolution_program, free_scratch, group_kernel, group_operation,
    interrupt, kernel_table, operand,
)

cdef enum:
    MAX_OPERANDS = 5


cdef run(
    group_operation operation, ConvolutionProgram program, int n_threads, tuple operands,
    int n_read,
):
    """Run one operation on the rows of (array, column, size) operands, the first ones read."""
    cdef operand arguments[MAX_OPERANDS]
    cdef Buffer buffer, source = Buffer(operands[0][0], 2, False)
    cdef Py_ssize_t count = source.view.shape[0]
    cdef list keep = [source]
    cdef int i
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    for i, (array, column, size) in enumerate(operands):
        buffer = source if i == 0 else Buffer(array, 2, i >= n_read)
        buffer.check_columns(source, count, column, size)
        arguments[i].rows = buffer.matrix()
        arguments[i].column = column
        keep.append(buffer)
    cdef const kernel_table *table = source.table
    cdef const convolution_program *program_ = &program.f32 if source.single else &program.f64
    cdef const operand *arguments_ = arguments
    cdef group_kernel kernel = table.group[<int> operation]
    cdef size_t scratch_size = table.group_scratch(program_, operation)
    cdef Signals signals = Signals()
    cdef interrupt *stop = &signals.flag
    cdef Py_ssize_t group, groups = (count + table.lanes - 1) // table.lanes
    cdef char *scratch = NULL
    if groups == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, groups)
    with nogil, parallel(num_threads=n_threads):
        scratch = <char *> aligned_scratch(scratch_size)
        for group in prange(groups, schedule="static"):
            if scratch is NULL:
                stop.stop = OUT_OF_MEMORY
            elif not stop.stop:
                kernel(program_, arguments_, group * table.lanes, scratch)
                if group % GROUPS_PER_POLL == 0:
                    stop.poll(stop)
        free_scratch(scratch)
    signals.finish()


def log_to_signature(
    blogsig, Py_ssize_t in_column, out, Py_ssize_t out_column, ConvolutionProgram program not None,
    int n_threads,
):
    """Write the convolution exponential of each row of `blogsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_group` for the arguments.
    """
    n = program.columns
    run(EXPONENTIAL, program, n_threads, ((blogsig, in_column, n), (out, out_column, n)), 1)


def log_to_signature_backward(
    blogsig, Py_ssize_t in_column, derivs, Py_ssize_t derivs_column, out, Py_ssize_t out_column,
    ConvolutionProgram program not None, int n_threads,
):
    """Write the derivative with respect to each row of `blogsig` to a row of `out`."""
    n = program.columns
    operands = ((blogsig, in_column, n), (derivs, derivs_column, n), (out, out_column, n))
    run(EXPONENTIAL_BACKWARD, program, n_threads, operands, 2)


def signature_product(
    left, Py_ssize_t left_column, right, Py_ssize_t right_column, out, Py_ssize_t out_column,
    ConvolutionProgram program not None, int n_threads,
):
    """Write the convolution of each row of `left` with one of `right` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_group` for the arguments.
    """
    n = program.columns
    operands = ((left, left_column, n), (right, right_column, n), (out, out_column, n))
    run(PRODUCT, program, n_threads, operands, 2)


def signature_product_backward(
    left, Py_ssize_t left_column, right, Py_ssize_t right_column, derivs, Py_ssize_t derivs_column,
    d_left, Py_ssize_t d_left_column, d_right, Py_ssize_t d_right_column,
    ConvolutionProgram program not None, int n_threads,
):
    """Write the derivatives with respect to both factors of `signature_product`."""
    n = program.columns
    operands = (
        (left, left_column, n), (right, right_column, n), (derivs, derivs_column, n),
        (d_left, d_left_column, n), (d_right, d_right_column, n),
    )
    run(PRODUCT_BACKWARD, program, n_threads, operands, 3)


def signature_inverse(
    bsig, Py_ssize_t in_column, out, Py_ssize_t out_column, ConvolutionProgram program not None,
    int n_threads,
):
    """Write the convolution inverse of each row of `bsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_group` for the arguments.
    """
    n = program.columns
    run(INVERSE, program, n_threads, ((bsig, in_column, n), (out, out_column, n)), 1)


def signature_inverse_backward(
    bsig, Py_ssize_t in_column, derivs, Py_ssize_t derivs_column, out, Py_ssize_t out_column,
    ConvolutionProgram program not None, int n_threads,
):
    """Write the derivative with respect to each row of `bsig` to a row of `out`."""
    n = program.columns
    operands = ((bsig, in_column, n), (derivs, derivs_column, n), (out, out_column, n))
    run(INVERSE_BACKWARD, program, n_threads, operands, 2)


def linear_signature(
    displacement, out, Py_ssize_t out_column, ConvolutionProgram program not None, int n_threads,
):
    """Write the signature of one linear piece per row of `displacement` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference_group` for the arguments.
    """
    operands = ((displacement, 0, program.f64.width), (out, out_column, program.columns))
    run(LINEAR, program, n_threads, operands, 1)


def linear_signature_backward(
    displacement, derivs, Py_ssize_t derivs_column, out, ConvolutionProgram program not None,
    int n_threads,
):
    """Write the derivative with respect to each row of `displacement` to a row of `out`."""
    width = program.f64.width
    operands = (
        (displacement, 0, width), (derivs, derivs_column, program.columns), (out, 0, width),
    )
    run(LINEAR_BACKWARD, program, n_threads, operands, 2)
