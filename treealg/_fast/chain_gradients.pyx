# cython: language_level=3, cdivision=True
"""Gradients of paths with a correction, in both; see gradients.pyx for how they are shared out."""

from treealg._fast.core cimport (
    Buffer, ChainProgram, ConvolutionProgram, Signals, SparseMap, chain_program, kernel_table,
)
from treealg._fast.gradients cimport gradient_task, gradients


cdef Py_ssize_t short_words(const chain_program *program) noexcept:
    """How many words there are of weight below the degree."""
    cdef Py_ssize_t count = program.count
    while count > 0 and program.weight[count - 1] == program.degree:
        count -= 1
    return program.start[count]


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
    cdef gradient_task task
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
    task.dimension = task.chains.dimension
    task.degree = task.chains.degree
    task.steps = task.segments = task.path.length - 1
    task.words = chains.columns
    task.short_words = short_words(task.chains)
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
    task.log_program = NULL
    if log_program is not None:
        if log_program.columns != task.words:
            raise ValueError(
                "corrected_path_signature_backward: the logarithm is not that of these words"
            )
        task.log_program = &log_program.f32 if source.single else &log_program.f64

    cdef Signals signals = Signals()
    with nogil:
        gradients(&task, table, &signals.flag, n_threads)
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
