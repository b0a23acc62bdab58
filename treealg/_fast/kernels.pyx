# cython: language_level=3, cdivision=True
"""The compiled kernels: how work is cut into groups of lanes and shared by threads.

The arithmetic is C (``src/``), compiled once per instruction set and chosen at run time. Here a
batch becomes groups of as many paths as a vector has lanes; groups are independent and are shared
out statically. Arguments are arrays that the caller has checked; the buffer checks here only keep
a wrong call from reading memory that is not the caller's.

Thread policy: a call uses at most the threads it is given, and each thread allocates its own
scratch inside the parallel block. The lock of the interpreter is released for the whole call; the
thread that made the call takes it again every now and then to see whether a signal has come.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport parallel, prange, threadid
from libc.stdint cimport int32_t, int64_t

import numpy as np


cdef extern from "src/kernels.h" nogil:
    enum: TREEALG_MAX_NODES
    enum: TREEALG_TILE

    ctypedef struct matrix_view:
        char *data
        Py_ssize_t count, row_stride, column_stride

    ctypedef struct path_view:
        const char *data
        Py_ssize_t count, length, channels
        Py_ssize_t path_stride, time_stride, channel_stride
        int time_aug, lead_lag
        double end_time

    ctypedef struct sparse_map:
        Py_ssize_t width, n_rows, n_cols
        const int64_t *ptr
        const int64_t *unit_end
        const int32_t *col
        const void *coef

    ctypedef struct block_run:
        int32_t blocks, terms

    ctypedef struct convolution_program:
        Py_ssize_t width, degree, n_nodes, n_slots
        const int64_t *block_start
        const int64_t *slot_start
        const int64_t *term_ptr
        const int32_t *term_slot
        const int32_t *term_trunk
        const int32_t *head
        const int32_t *tail
        Py_ssize_t n_sums
        const int64_t *sum_ptr
        const int32_t *sum_slot
        const int64_t *tile_run
        const block_run *runs
        const int32_t *top_block
        const int32_t *top_slot
        const int32_t *top_trunk
        const void *factor
        const void *nodes
        const void *weights
        const void *moments
        const void *integration

    ctypedef struct interrupt:
        int stop
        double last
        void (*poll)(interrupt *) noexcept nogil
        void *context

    ctypedef struct kernel_table:
        int lanes
        size_t (*word_signature_scratch)(Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*word_signature)(
            const path_view *, Py_ssize_t, Py_ssize_t, int, const Py_ssize_t *,
            const Py_ssize_t *, const Py_ssize_t *, void *, void *, interrupt *) noexcept nogil
        void (*word_product)(void *, const void *, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*load)(
            const matrix_view *, Py_ssize_t, Py_ssize_t, Py_ssize_t, void *) noexcept nogil
        void (*store)(
            const matrix_view *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const void *) noexcept nogil
        void (*apply_map)(
            const sparse_map *, const void *, const matrix_view *, Py_ssize_t,
            Py_ssize_t) noexcept nogil
        void (*apply_map_transposed)(
            const sparse_map *, const matrix_view *, Py_ssize_t, Py_ssize_t,
            void *) noexcept nogil
        size_t (*logarithm_scratch)(const convolution_program *, int) noexcept nogil
        void (*logarithm)(
            const convolution_program *, const matrix_view *, Py_ssize_t, const matrix_view *,
            Py_ssize_t, Py_ssize_t, void *, void *) noexcept nogil
        void (*logarithm_backward)(
            const convolution_program *, const matrix_view *, Py_ssize_t, const matrix_view *,
            Py_ssize_t, const matrix_view *, Py_ssize_t, Py_ssize_t, const void *,
            void *) noexcept nogil

    ctypedef struct instruction_set:
        const char *name
        const kernel_table *f32
        const kernel_table *f64

    const instruction_set *treealg_instruction_set(const char *name)


cdef extern from "src/support.h" nogil:
    enum: MAX_LANES
    enum: HAS_OPENMP
    void *aligned_scratch(size_t size)
    void free_scratch(void *scratch)
    double seconds()


cdef const instruction_set *active = treealg_instruction_set(NULL)


def instruction_set_name():
    """Return the name of the instruction set in use: avx512, avx2 or baseline."""
    return active.name.decode()


def use_instruction_set(name):
    """Use the kernels of one instruction set from now on, in the whole process.

    For tests and benchmarks; not safe while kernels run.

    Parameters
    ----------
    name : str or None
        "avx512", "avx2", "baseline", or None for the fastest that this processor has.

    Raises
    ------
    ValueError
        If this processor, or this build, does not have the instruction set.
    """
    global active
    cdef const instruction_set *found
    cdef bytes encoded
    if name is None:
        found = treealg_instruction_set(NULL)
    else:
        encoded = name.encode()
        found = treealg_instruction_set(encoded)
    if found is NULL:
        raise ValueError(f"this processor has no instruction set called {name!r}")
    active = found


def has_openmp():
    """Return whether the kernels were compiled with OpenMP."""
    return bool(HAS_OPENMP)


# --- tables -----------------------------------------------------------------------------------


cdef class SparseMap:
    """A sparse linear map on coefficients, in blocks of `width`; see tables.LinearMap."""

    cdef sparse_map f32, f64
    cdef readonly Py_ssize_t width, rows, columns
    cdef tuple keep

    def __cinit__(self, Py_ssize_t width, Py_ssize_t n_cols, ptr, col, coef):
        ptr = np.ascontiguousarray(ptr, dtype=np.int64)
        col = np.ascontiguousarray(col, dtype=np.int32)
        coef = np.ascontiguousarray(coef, dtype=np.float64)
        cdef Py_ssize_t n_rows = len(ptr) - 1
        if (
            width < 1 or n_rows < 0 or len(col) != len(coef) or ptr[0] != 0
            or ptr[n_rows] != len(col) or np.any(np.diff(ptr) < 0)
            or (len(col) and (col.min() < 0 or col.max() >= n_cols))
        ):
            raise ValueError("SparseMap: the arrays are not a sparse matrix in row form")
        row = np.repeat(np.arange(n_rows), np.diff(ptr))
        order = np.lexsort((coef != 1, row))  # stable: coefficient 1 first within a row
        col, coef = col[order], coef[order]
        unit_end = ptr[:-1] + np.bincount(row, weights=coef == 1, minlength=n_rows).astype(np.int64)
        single = coef.astype(np.float32)
        self.keep = (ptr, unit_end, col, coef, single)
        self.width = width
        self.rows = n_rows * width
        self.columns = n_cols * width
        self.f64.width = width
        self.f64.n_rows = n_rows
        self.f64.n_cols = n_cols
        self.f64.ptr = <const int64_t *> address(ptr)
        self.f64.unit_end = <const int64_t *> address(unit_end)
        self.f64.col = <const int32_t *> address(col)
        self.f64.coef = address(coef)
        self.f32 = self.f64
        self.f32.coef = address(single)


cdef class ConvolutionProgram:
    """The proper coproduct and the quadrature of its flow; see tables.ConvolutionTable."""

    cdef convolution_program f32, f64
    cdef readonly Py_ssize_t columns
    cdef tuple keep

    def __cinit__(
        self, Py_ssize_t width, block_start, slot_start, factor, head, tail, term_ptr, term_slot,
        term_trunk, nodes, weights, integration,
    ):
        integers = [np.ascontiguousarray(x, dtype=np.int64) for x in (block_start, slot_start, term_ptr)]
        indices = [
            np.ascontiguousarray(x, dtype=np.int32) for x in (head, tail, term_slot, term_trunk)
        ]
        reals = [
            np.ascontiguousarray(x, dtype=np.float64)
            for x in (factor, nodes, weights, weights * (1 - nodes), integration)
        ]
        singles = [x.astype(np.float32) for x in reals]
        cdef Py_ssize_t n_slots = len(reals[0]), n_nodes = len(reals[1])
        check_program(integers, indices, n_slots, width)
        if n_nodes > TREEALG_MAX_NODES:
            raise ValueError(f"ConvolutionProgram: more than {TREEALG_MAX_NODES} nodes")
        first = integers[0][-2]
        start = integers[2][first]
        term_ptr_top, slot_top, trunk_top, sum_ptr, sum_slot = merged_by_trunk(
            integers[2][first:] - start, indices[2][start:], indices[3][start:], n_slots
        )
        tiles = tiles_of_blocks(term_ptr_top, slot_top, trunk_top, width)
        self.keep = (integers, indices, reals, singles, sum_ptr, sum_slot, tiles)
        self.columns = integers[0][len(integers[0]) - 1] * width
        self.f64.width = width
        self.f64.degree = len(integers[0]) - 1
        self.f64.n_nodes = n_nodes
        self.f64.n_slots = n_slots
        self.f64.block_start = <const int64_t *> address(integers[0])
        self.f64.slot_start = <const int64_t *> address(integers[1])
        self.f64.term_ptr = <const int64_t *> address(integers[2])
        self.f64.head = <const int32_t *> address(indices[0])
        self.f64.tail = <const int32_t *> address(indices[1])
        self.f64.term_slot = <const int32_t *> address(indices[2])
        self.f64.term_trunk = <const int32_t *> address(indices[3])
        self.f64.n_sums = len(sum_ptr) - 1
        self.f64.sum_ptr = <const int64_t *> address(sum_ptr)
        self.f64.sum_slot = <const int32_t *> address(sum_slot)
        self.f64.tile_run = <const int64_t *> address(tiles[0])
        self.f64.runs = <const block_run *> address(tiles[1])
        self.f64.top_block = <const int32_t *> address(tiles[2])
        self.f64.top_slot = <const int32_t *> address(tiles[3])
        self.f64.top_trunk = <const int32_t *> address(tiles[4])
        self.f64.factor = address(reals[0])
        self.f64.nodes = address(reals[1])
        self.f64.weights = address(reals[2])
        self.f64.moments = address(reals[3])
        self.f64.integration = address(reals[4])
        self.f32 = self.f64
        self.f32.factor = address(singles[0])
        self.f32.nodes = address(singles[1])
        self.f32.weights = address(singles[2])
        self.f32.moments = address(singles[3])
        self.f32.integration = address(singles[4])


cdef const void *address(array):
    cdef Py_ssize_t at = array.ctypes.data
    return <const void *> at


def merged_by_trunk(term_ptr, term_slot, term_trunk, n_slots):
    """Merge the terms of each block that have one trunk; equal sums of slots become one.

    Returns term_ptr, term_slot and term_trunk of the merged terms, and sum_ptr and sum_slot: slot
    number n_slots + i is the sum of the slots sum_slot[sum_ptr[i]:sum_ptr[i + 1]].
    """
    n_blocks = len(term_ptr) - 1
    block = np.repeat(np.arange(n_blocks), np.diff(term_ptr))
    order = np.lexsort((term_slot, term_trunk, block))
    block, slot, trunk = block[order], term_slot[order], term_trunk[order]
    changes = (np.diff(block) != 0) | (np.diff(trunk) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(slot)])
    sizes = np.diff(np.append(starts, len(slot)))
    merged = slot[starts]
    sums = []
    for size in np.unique(sizes[sizes > 1]):
        group = np.flatnonzero(sizes == size)
        members = slot[starts[group][:, None] + np.arange(size)]
        distinct, which = np.unique(members, axis=0, return_inverse=True)
        merged[group] = n_slots + sum(map(len, sums)) + which.ravel()
        sums.append(distinct)
    sum_ptr = np.cumsum([0, *(distinct.shape[1] for distinct in sums for _ in distinct)])
    sum_slot = np.concatenate([np.empty(0, np.int32), *(distinct.ravel() for distinct in sums)])
    counts = np.bincount(block[starts], minlength=n_blocks)
    return (
        np.concatenate([[0], np.cumsum(counts)]),
        merged.astype(np.int32),
        trunk[starts],
        sum_ptr.astype(np.int64),
        sum_slot.astype(np.int32),
    )


def tiles_of_blocks(term_ptr, term_slot, term_trunk, width):
    """Return tile_run, runs, top_block, top_slot and top_trunk for the blocks of one order."""
    per_tile = max(TREEALG_TILE // width, 1)
    place = np.arange(len(term_ptr) - 1)
    tile = place // per_tile
    terms = np.diff(term_ptr)
    order = np.lexsort((terms, tile))  # stable; tile by tile, then by number of terms
    tile, terms = tile[order], terms[order]
    changes = (np.diff(tile) != 0) | (np.diff(terms) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes])[: len(order)])
    runs = np.stack([np.diff(np.append(starts, len(order))), terms[starts]], axis=1)
    tile_run = np.searchsorted(tile[starts], np.arange(-(-len(order) // per_tile) + 1))
    shift = term_ptr[:-1][order] - (np.cumsum(terms) - terms)
    entries = np.repeat(shift, terms) + np.arange(terms.sum())
    return (
        tile_run.astype(np.int64),
        np.ascontiguousarray(runs, dtype=np.int32),
        (order % per_tile).astype(np.int32),
        np.ascontiguousarray(term_slot[entries]),
        np.ascontiguousarray(term_trunk[entries]),
    )


def check_program(integers, indices, n_slots, width):
    """Raise ValueError where a convolution table would make a kernel read outside its arrays."""
    block_start, slot_start, term_ptr = integers
    head, tail, term_slot, term_trunk = indices
    degree = len(block_start) - 1
    sizes_fit = (
        degree >= 1 and width >= 1 and block_start[0] == 0 and np.all(np.diff(block_start) >= 0)
        and len(slot_start) == degree and slot_start[0] == 1 and np.all(np.diff(slot_start) >= 0)
        and slot_start[-1] == n_slots and len(head) == len(tail) == n_slots
        and len(term_ptr) == block_start[-1] + 1 and term_ptr[0] == 0
        and np.all(np.diff(term_ptr) >= 0) and term_ptr[-1] == len(term_slot) == len(term_trunk)
    )
    if not sizes_fit:
        raise ValueError("ConvolutionProgram: the arrays do not fit each other")
    # An entry may only use what lower orders have computed.
    order = np.repeat(np.arange(degree), np.diff(block_start)) + 1
    term_order = np.repeat(order, np.diff(term_ptr))
    slot_order = np.concatenate([[0], np.repeat(np.arange(degree - 1), np.diff(slot_start)) + 1])
    uses_lower = (
        np.all(term_slot >= 0) and np.all(term_slot < n_slots) and np.all(term_trunk >= 0)
        and np.all(slot_order[term_slot] < term_order)
        and np.all(term_trunk < block_start[term_order - 1])
        and np.all(head >= 0) and np.all(tail >= 0)
        and np.all(head[1:] < block_start[slot_order[1:]] * width)
        and np.all(tail[1:] < slot_start[slot_order[1:] - 1])
    )
    if not uses_lower:
        raise ValueError("ConvolutionProgram: an entry refers to one that is not computed before it")


# --- buffers ----------------------------------------------------------------------------------


cdef class Buffer:
    """An array of float32 or float64, held for the time of a call."""

    cdef Py_buffer view
    cdef bint single
    cdef const kernel_table *table

    def __cinit__(self, array, int ndim, bint writable):
        PyObject_GetBuffer(
            array, &self.view, PyBUF_FORMAT | PyBUF_STRIDED_RO | (PyBUF_WRITABLE if writable else 0)
        )
        self.single = self.view.format[0] == c"f"
        if self.view.ndim != ndim or not (self.single or self.view.format[0] == c"d"):
            raise ValueError(f"expected {ndim} axes of native float32 or float64")
        self.table = active.f32 if self.single else active.f64

    def __dealloc__(self):
        PyBuffer_Release(&self.view)

    cdef matrix_view matrix(self) noexcept:
        cdef matrix_view m
        m.data = <char *> self.view.buf
        m.count = self.view.shape[0]
        m.row_stride = self.view.strides[0]
        m.column_stride = self.view.strides[1]
        return m

    cdef int check_columns(self, Buffer like, Py_ssize_t count, Py_ssize_t first, Py_ssize_t size) except -1:
        if self.single != like.single or self.view.shape[0] != count:
            raise ValueError("the arrays of one call must have one dtype and one batch size")
        if first < 0 or first + size > self.view.shape[1]:
            raise ValueError(f"columns {first}:{first + size} do not fit the array")
        return 0


# --- signals ----------------------------------------------------------------------------------


cdef enum:
    GROUPS_PER_POLL = 16
    SIGNALLED = 1
    OUT_OF_MEMORY = 2


cdef class Signals:
    """Looks for signals while the interpreter's lock is released; the caller's thread only."""

    cdef interrupt flag
    cdef object error

    def __cinit__(self):
        self.flag.stop = 0
        self.flag.last = seconds()
        self.flag.poll = poll
        self.flag.context = <void *> self

    cdef int finish(self) except -1:
        if self.flag.stop == OUT_OF_MEMORY:
            raise MemoryError("no memory for the scratch of the threads")
        if self.error is not None:
            raise self.error
        return 0


cdef void poll(interrupt *flag) noexcept nogil:
    if threadid() != 0 or seconds() - flag.last < 0.05:
        return
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            (<Signals> flag.context).error = error
            flag.stop = SIGNALLED
    flag.last = seconds()


# --- the word signature and what is made of it --------------------------------------------------


cdef struct word_task:
    path_view path
    Py_ssize_t dimension, degree, words, segments, pieces
    size_t lanes_size, scratch_size
    bint single


cdef Py_ssize_t choose_pieces(Py_ssize_t count, Py_ssize_t segments, int lanes, int n_threads) noexcept nogil:
    """Into how many pieces to cut each path, so that the lanes of all threads have work.

    The cost of a choice is counted in segments per thread; joining a piece to the one before it
    costs about as much as a few segments, in one lane.
    """
    cdef Py_ssize_t pieces, groups, cost, best = 1, least = -1, join
    cdef Py_ssize_t limit = min(<Py_ssize_t> (2 * lanes * n_threads), segments // 4)
    if count >= 2 * lanes * n_threads:
        return 1
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


# --- logarithms of given signatures --------------------------------------------------------------


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
