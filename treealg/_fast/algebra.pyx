# cython: language_level=3, cdivision=True
"""Operations on rows of coefficients: maps, word products, logarithms, and those of a group.

A group of lanes at a time; see core.pyx for the threads.
"""

from libc.string cimport memcpy

from treealg._fast.core cimport (
    EXPONENTIAL, EXPONENTIAL_BACKWARD, INVERSE, INVERSE_BACKWARD, LINEAR, LINEAR_BACKWARD, PRODUCT,
    PRODUCT_BACKWARD, Buffer, convolution_program, group_kernel, group_operation, interrupt,
    kernel_table, matrix_view, run, sparse_map, straight_kernel, straight_kernels, table_for_rows,
    word_program,
)
from treealg._fast.programs cimport (
    ConvolutionProgram, SparseMap, WordProgram, map_cost, program_cost,
)


cdef Py_ssize_t groups_of(const kernel_table *table, Py_ssize_t count) noexcept:
    return (count + table.lanes - 1) // table.lanes


# --- straight lines ---------------------------------------------------------------------------


cdef enum:
    MAX_OPERANDS = 5


# A straight-line kernel and its arguments. It takes rows that are contiguous; others are copied, so
# that a row has the same bits, however it lies in memory.
cdef struct straight_task:
    straight_kernel kernel
    matrix_view operands[MAX_OPERANDS]
    int lanes, n_read, count
    Py_ssize_t columns, real  # bytes of a number
    Py_ssize_t copies_at  # where the scratch for copies begins
    bint is_contiguous


cdef const straight_kernels *straight_of(
    const kernel_table *table, ConvolutionProgram program
) noexcept:
    """Return the straight-line kernels of a program; NULL for none."""
    if table.straight is NULL or program.straight < 0:
        return NULL
    return table.straight + program.straight


cdef void copy_rows(
    const matrix_view *to, Py_ssize_t to_first, const matrix_view *source, Py_ssize_t first,
    Py_ssize_t count, const straight_task *task,
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef char *row
    cdef const char *given
    for i in range(count):
        row = to.data + (to_first + i) * to.row_stride
        given = source.data + (first + i) * source.row_stride
        for j in range(task.columns):
            memcpy(row + j * to.column_stride, given + j * source.column_stride, task.real)


cdef void straight_group(
    const void *task_, Py_ssize_t group, char *scratch, interrupt *stop
) noexcept nogil:
    cdef const straight_task *task = <const straight_task *> task_
    cdef const matrix_view *operands = task.operands
    cdef matrix_view copies[MAX_OPERANDS]
    cdef Py_ssize_t first = group * task.lanes, row_size = task.columns * task.real
    cdef Py_ssize_t used = min(operands[0].count - first, <Py_ssize_t> task.lanes)
    cdef int i
    if task.is_contiguous:
        task.kernel(operands, first, scratch)
        return
    for i in range(task.count):
        copies[i].data = scratch + task.copies_at + i * task.lanes * row_size
        copies[i].count = used
        copies[i].row_stride = row_size
        copies[i].column_stride = task.real
        if i < task.n_read:
            copy_rows(copies + i, 0, operands + i, first, used, task)
    task.kernel(copies, 0, scratch)
    for i in range(task.n_read, task.count):
        copy_rows(operands + i, first, copies + i, 0, used, task)


cdef int run_straight(
    straight_kernel kernel, Buffer source, ConvolutionProgram program,
    const matrix_view *operands, int n_read, int count, double cost, int n_threads,
) except -1:
    """Run a kernel on the rows of `count` arrays, of which it reads the first ones.

    The cost is that of a group of rows, and `source` the first array.
    """
    cdef straight_task task
    cdef Py_ssize_t groups = groups_of(source.table, operands[0].count)
    cdef size_t scratch = straight_of(source.table, program).scratch
    cdef int i
    task.kernel = kernel
    task.lanes = source.table.lanes
    task.n_read = n_read
    task.count = count
    task.columns = program.columns
    task.real = source.real
    task.copies_at = scratch
    task.is_contiguous = True
    for i in range(count):
        task.operands[i] = operands[i]
        task.is_contiguous = task.is_contiguous and operands[i].column_stride == task.real
    if not task.is_contiguous:
        scratch += count * task.lanes * task.columns * task.real
    return run(straight_group, &task, groups, cost * groups, scratch, n_threads)


# --- maps -------------------------------------------------------------------------------------


cdef struct map_task:
    const kernel_table *table
    const sparse_map *linear_map  # NULL for none
    const convolution_program *program  # NULL for no logarithm
    matrix_view source, derivs, target
    Py_ssize_t columns
    size_t lanes_size


cdef void group_of_images(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const map_task *task = <const map_task *> task_
    cdef const kernel_table *table = task.table
    cdef Py_ssize_t first = group * table.lanes
    table.algebra.load(&task.source, first, task.columns, lanes)
    if task.program is not NULL:
        table.algebra.logarithm(task.program, NULL, NULL, first, lanes, lanes + task.lanes_size)
    table.algebra.apply_map(task.linear_map, lanes, &task.target, first)


cdef void group_of_transposed(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const map_task *task = <const map_task *> task_
    cdef Py_ssize_t first = group * task.table.lanes
    task.table.algebra.apply_map_transposed(task.linear_map, &task.source, first, lanes)
    task.table.algebra.store(&task.target, first, task.columns, lanes)


def map_rows(rows, out, SparseMap linear_map not None, bint transposed, int n_threads):
    """Write the image of each row, by a sparse map or its transpose, to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(rows, 2, False, True), target = Buffer(out, 2, True, True)
    cdef Py_ssize_t count = source.view.shape[0]
    cdef map_task task
    source.check_rows(source, count, linear_map.rows if transposed else linear_map.columns)
    target.check_rows(source, count, linear_map.columns if transposed else linear_map.rows)
    task.table = table_for_rows(source, count)
    task.source = source.matrix()
    task.target = target.matrix()
    task.linear_map = &linear_map.f32 if source.single else &linear_map.f64
    task.program = NULL
    task.columns = linear_map.columns
    task.lanes_size = linear_map.columns * task.table.lanes * source.real
    run(
        group_of_transposed if transposed else group_of_images, &task,
        groups_of(task.table, count), groups_of(task.table, count) * map_cost(task.linear_map),
        task.lanes_size, n_threads,
    )


def map_words(
    words, out, SparseMap output_map not None, ConvolutionProgram log_program, int n_threads
):
    """Write the mapped word signature, or its logarithm, of each row of `words` to one of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer source = Buffer(words, 2, False, True), target = Buffer(out, 2, True, True)
    cdef Py_ssize_t count = source.view.shape[0]
    cdef double cost
    cdef size_t scratch_size
    cdef map_task task
    source.check_rows(source, count, output_map.columns)
    target.check_rows(source, count, output_map.rows)
    task.table = table_for_rows(source, count)
    task.source = source.matrix()
    task.target = target.matrix()
    task.linear_map = &output_map.f32 if source.single else &output_map.f64
    task.program = NULL
    task.columns = output_map.columns
    task.lanes_size = scratch_size = task.columns * task.table.lanes * source.real
    cost = map_cost(task.linear_map)
    if log_program is not None:
        if log_program.columns != task.columns:
            raise ValueError("map_words: the logarithm is not that of these words")
        task.program = &log_program.f32 if source.single else &log_program.f64
        scratch_size += task.table.algebra.logarithm_scratch(task.program, 0)
        cost += program_cost(task.program)
    run(
        group_of_images, &task, groups_of(task.table, count),
        cost * groups_of(task.table, count), scratch_size, n_threads,
    )


# --- word products ----------------------------------------------------------------------------


cdef enum:
    ROWS_PER_GROUP = 8


cdef struct product_task:
    const kernel_table *table
    const word_program *words
    matrix_view left, right, out
    size_t size


cdef void group_of_products(
    const void *task_, Py_ssize_t group, char *scratch, interrupt *stop
) noexcept nogil:
    cdef const product_task *task = <const product_task *> task_
    cdef Py_ssize_t i, first = group * ROWS_PER_GROUP
    cdef char *row
    for i in range(first, min(first + ROWS_PER_GROUP, task.out.count)):
        row = task.out.data + i * task.out.row_stride
        memcpy(row, task.left.data + i * task.left.row_stride, task.size)
        task.table.chains.product(task.words, row, task.right.data + i * task.right.row_stride)


def word_products(left, right, out, WordProgram words not None, int n_threads):
    """Write the product of each row of `left` with that of `right`, the earlier one left.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef Buffer first = Buffer(left, 2, False), second = Buffer(right, 2, False)
    cdef Buffer target = Buffer(out, 2, True)
    cdef Py_ssize_t count = target.view.shape[0], real = first.real
    cdef product_task task
    first.check_rows(target, count, words.columns)
    second.check_rows(target, count, words.columns)
    target.check_rows(target, count, words.columns)
    task.table = first.table
    task.words = &words.view
    task.left = first.matrix()
    task.right = second.matrix()
    task.out = target.matrix()
    task.size = words.columns * real
    if not (
        task.left.column_stride == task.right.column_stride == task.out.column_stride == real
    ):
        raise ValueError("word_products: rows must be contiguous")
    run(
        group_of_products, &task, (count + ROWS_PER_GROUP - 1) // ROWS_PER_GROUP,
        0.5 * count * words.columns * words.degree, 0, n_threads,
    )


# --- logarithms -------------------------------------------------------------------------------


cdef void group_of_logarithms(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const map_task *task = <const map_task *> task_
    cdef const kernel_table *table = task.table
    cdef Py_ssize_t first = group * table.lanes
    if task.linear_map is NULL:
        table.algebra.logarithm(task.program, &task.source, &task.target, first, NULL, lanes)
        return
    table.algebra.logarithm(task.program, &task.source, NULL, first, lanes, lanes + task.lanes_size)
    table.algebra.apply_map(task.linear_map, lanes, &task.target, first)


cdef void group_of_logarithms_backward(
    const void *task_, Py_ssize_t group, char *lanes, interrupt *stop
) noexcept nogil:
    cdef const map_task *task = <const map_task *> task_
    cdef const kernel_table *table = task.table
    cdef const matrix_view *derivs = &task.derivs
    cdef Py_ssize_t first = group * table.lanes
    if task.linear_map is not NULL:
        table.algebra.apply_map_transposed(task.linear_map, &task.derivs, first, lanes)
        derivs = NULL
    table.algebra.logarithm_backward(
        task.program, &task.source, derivs, &task.target, first, lanes, lanes + task.lanes_size
    )


cdef int run_logarithm(
    Buffer source, Buffer derivs, Buffer target, ConvolutionProgram program, SparseMap output_map,
    int n_threads,
) except -1:
    """Both directions; backward with the derivatives in the result."""
    cdef map_task task
    cdef bint backward = derivs is not None
    cdef Py_ssize_t count = source.view.shape[0], size = program.columns
    cdef double cost
    cdef size_t scratch_size
    cdef const straight_kernels *straight = straight_of(source.table, program)
    cdef straight_kernel kernel = NULL
    cdef matrix_view operands[3]
    task.table = table_for_rows(source, count)
    task.program = &program.f32 if source.single else &program.f64
    task.linear_map = NULL
    task.lanes_size = 0
    if output_map is not None:
        if output_map.columns != program.columns:
            raise ValueError("the map does not fit the coefficients")
        size = output_map.rows
        task.linear_map = &output_map.f32 if source.single else &output_map.f64
        task.lanes_size = program.columns * task.table.lanes * source.real
    source.check_rows(source, count, program.columns)
    target.check_rows(source, count, program.columns if backward else size)
    task.source = source.matrix()
    task.target = target.matrix()
    if backward:
        derivs.check_rows(source, count, size)
        task.derivs = derivs.matrix()
    cost = (2 if backward else 1) * program_cost(task.program)
    if task.linear_map is not NULL:
        cost += map_cost(task.linear_map)
    if straight is not NULL and task.linear_map is NULL:
        kernel = straight.logarithm_backward if backward else straight.logarithm
    if kernel is not NULL:
        operands[0] = task.source
        operands[1] = task.derivs if backward else task.target
        operands[2] = task.target
        return run_straight(
            kernel, source, program, operands, 1 + backward, 2 + backward, cost, n_threads
        )
    scratch_size = task.lanes_size + task.table.algebra.logarithm_scratch(task.program, backward)
    return run(
        group_of_logarithms_backward if backward else group_of_logarithms, &task,
        groups_of(task.table, count), cost * groups_of(task.table, count),
        scratch_size, n_threads,
    )


def signature_to_log(
    bsig, out, ConvolutionProgram program not None, SparseMap output_map, int n_threads
):
    """Write the convolution logarithm of each row of `bsig`, mapped, to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_logarithm(
        Buffer(bsig, 2, False, True), None, Buffer(out, 2, True, True), program, output_map,
        n_threads,
    )


def signature_to_log_backward(
    bsig, derivs, out, ConvolutionProgram program not None, SparseMap output_map, int n_threads
):
    """Write the derivative with respect to each row of `bsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    run_logarithm(
        Buffer(bsig, 2, False, True), Buffer(derivs, 2, False, True), Buffer(out, 2, True, True),
        program, output_map, n_threads,
    )


# --- the group --------------------------------------------------------------------------------


cdef struct group_task:
    const convolution_program *program
    group_kernel kernel
    int lanes
    matrix_view operands[MAX_OPERANDS]


cdef void group_of_operations(
    const void *task_, Py_ssize_t group, char *scratch, interrupt *stop
) noexcept nogil:
    cdef const group_task *task = <const group_task *> task_
    cdef Py_ssize_t first = group * task.lanes
    task.kernel(task.program, task.operands, first, scratch)


cdef int operate(
    group_operation operation, ConvolutionProgram program, int n_threads, tuple operands,
    int n_read,
) except -1:
    """Run one operation on the rows of arrays, the first ones read, the others written.

    They have a column for each coefficient, but the displacements of linear pieces.
    """
    cdef const kernel_table *table
    cdef const straight_kernels *straight
    cdef group_task task
    cdef double cost
    cdef Buffer buffer, source = Buffer(operands[0], 2, False, True)
    cdef Py_ssize_t count = source.view.shape[0], size
    cdef list keep = [source]
    cdef int i, is_linear = operation == LINEAR or operation == LINEAR_BACKWARD
    for i, array in enumerate(operands):
        buffer = source if i == 0 else Buffer(array, 2, i >= n_read, True)
        size = program.f64.width if is_linear and i != 1 else program.columns
        buffer.check_rows(source, count, size)
        task.operands[i] = buffer.matrix()
        keep.append(buffer)
    task.program = &program.f32 if source.single else &program.f64
    cost = len(operands) // 2 * program_cost(task.program)
    straight = straight_of(source.table, program)
    if straight is not NULL and straight.group[<int> operation] is not NULL:
        return run_straight(
            straight.group[<int> operation], source, program, task.operands, n_read, len(operands),
            cost, n_threads,
        )
    table = table_for_rows(source, count)
    task.kernel = table.algebra.group[<int> operation]
    task.lanes = table.lanes
    return run(
        group_of_operations, &task, groups_of(table, count), groups_of(table, count) * cost,
        table.algebra.group_scratch(task.program, operation), n_threads,
    )


def log_to_signature(blogsig, out, ConvolutionProgram program not None, int n_threads):
    """Write the convolution exponential of each row of `blogsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    operate(EXPONENTIAL, program, n_threads, (blogsig, out), 1)


def log_to_signature_backward(
    blogsig, derivs, out, ConvolutionProgram program not None, int n_threads
):
    """Write the derivative with respect to each row of `blogsig` to a row of `out`."""
    operate(EXPONENTIAL_BACKWARD, program, n_threads, (blogsig, derivs, out), 2)


def signature_product(left, right, out, ConvolutionProgram program not None, int n_threads):
    """Write the convolution of each row of `left` with one of `right` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    operate(PRODUCT, program, n_threads, (left, right, out), 2)


def signature_product_backward(
    left, right, derivs, d_left, d_right, ConvolutionProgram program not None, int n_threads
):
    """Write the derivatives with respect to both factors of `signature_product`."""
    operate(PRODUCT_BACKWARD, program, n_threads, (left, right, derivs, d_left, d_right), 3)


def signature_inverse(bsig, out, ConvolutionProgram program not None, int n_threads):
    """Write the convolution inverse of each row of `bsig` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    operate(INVERSE, program, n_threads, (bsig, out), 1)


def signature_inverse_backward(
    bsig, derivs, out, ConvolutionProgram program not None, int n_threads
):
    """Write the derivative with respect to each row of `bsig` to a row of `out`."""
    operate(INVERSE_BACKWARD, program, n_threads, (bsig, derivs, out), 2)


def linear_signature(displacement, out, ConvolutionProgram program not None, int n_threads):
    """Write the signature of one linear piece per row of `displacement` to a row of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    operate(LINEAR, program, n_threads, (displacement, out), 1)


def linear_signature_backward(
    displacement, derivs, out, ConvolutionProgram program not None, int n_threads
):
    """Write the derivative with respect to each row of `displacement` to a row of `out`."""
    operate(LINEAR_BACKWARD, program, n_threads, (displacement, derivs, out), 2)
