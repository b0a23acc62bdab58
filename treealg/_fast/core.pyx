# cython: language_level=3, cdivision=True
"""What every kernel module stands on: the choice of instruction set, buffers, signals, threads.

The arithmetic is C (``src/``), compiled once per instruction set into this module and reached
through a table of functions; the other modules only cimport that table.

Arguments are arrays that the caller has checked; the checks here only keep a wrong call from
reading or writing memory that is not the caller's.

Thread policy: a call uses at most the threads it is given, no more than its work is worth, and
each thread has scratch memory of its own. The lock of the interpreter is released for the whole
call; the thread that made it takes it again every now and then to see whether a signal has come.

Threads are our own (src/common/threads.c), so that no setting of another runtime moves them, and a
process may fork whenever it likes. One that cannot be started, or that the system lets wait, leaves
its share to the others, at worst all to the thread that made the call.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.exc cimport PyErr_CheckSignals

from treealg.errors import InvalidValueError
from treealg.optional import refuse_subinterpreter


cdef extern from "Python.h":
    void *PyInterpreterState_Get()
    void *PyInterpreterState_Main()

if PyInterpreterState_Get() != PyInterpreterState_Main():
    refuse_subinterpreter()


cdef const instruction_set *active = treealg_instruction_set(NULL)
cdef const instruction_set *narrower = NULL  # for few rows, or NULL
cdef const instruction_set *narrowest = NULL  # for one or two of many coefficients, or NULL

cdef enum:
    MANY_BYTES = 1 << 20  # in all lanes, from which on they do not stay in a cache
    TOO_MANY_BYTES = 1 << 25  # from which on it is more important to take few

cdef double SECONDS_PER_POLL = 0.05

treealg_prepare_for_forks()


cdef int find_narrower() noexcept:
    """Choose what has half of the lanes of AVX-512 and rounds alike, and what has fewest lanes.

    AVX2 has nothing that rounds alike.
    """
    global narrower, narrowest
    narrowest = treealg_instruction_set("baseline")
    narrower = treealg_instruction_set("avx2") if active.f64.lanes == 8 else NULL
    return 0


find_narrower()


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
    global active, narrower, narrowest
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
    narrower = narrowest = NULL
    if name is None:
        find_narrower()


# --- buffers ----------------------------------------------------------------------------------


cdef class Buffer:
    """An array of float32 or float64, with any strides, held for the time of a call.

    A complex array is one of dual numbers: the real part is the value, the other the tangent. If
    they may be `apart`, a pair of real arrays of the same strides is such an array, too: values and
    tangents, which may be None for zero; or, to write to, None for values that nobody wants.
    """

    def __cinit__(self, array, int ndim, bint writable, bint apart=False):
        cdef int access = PyBUF_FORMAT | PyBUF_STRIDED_RO | (PyBUF_WRITABLE if writable else 0)
        cdef bint is_apart = apart and type(array) is tuple, is_dual
        if is_apart:
            self.read_apart((<tuple> array)[0], (<tuple> array)[1], access)
        else:
            PyObject_GetBuffer(array, &self.view, access)
        is_dual = self.view.format[0] == c"Z"
        cdef char kind = self.view.format[is_dual]
        self.single = kind == c"f"
        if self.view.ndim != ndim or not (self.single or kind == c"d") or (is_apart and is_dual):
            raise ValueError(f"expected {ndim} axes of native float32 or float64, or complex ones")
        self.real = self.view.itemsize
        if is_apart:
            self.real *= 2
        else:
            self.tangent = self.real // 2  # which nobody looks at in real numbers
        if is_apart or is_dual:
            self.table = active.d32 if self.single else active.d64
        else:
            self.table = active.f32 if self.single else active.f64

    cdef int read_apart(self, object value, object tangents, int access) except -1:
        """Hold values, tangents or both."""
        cdef int axis
        cdef bint alike
        self.tangent = ALONE
        PyObject_GetBuffer(tangents if value is None else value, &self.view, access)
        if value is None or tangents is None:
            return 0
        PyObject_GetBuffer(tangents, &self.tangents, access)
        self.has_tangents = True
        alike = self.view.ndim == self.tangents.ndim
        alike = alike and self.view.format[0] == self.tangents.format[0]
        for axis in range(self.view.ndim if alike else 0):
            alike = alike and self.view.shape[axis] == self.tangents.shape[axis]
            alike = alike and self.view.strides[axis] == self.tangents.strides[axis]
        if not alike:
            raise ValueError("values and tangents must have the same dtype, shape and strides")
        self.tangent = <char *> self.tangents.buf - <char *> self.view.buf
        return 0

    def __dealloc__(self):
        PyBuffer_Release(&self.view)
        if self.has_tangents:
            PyBuffer_Release(&self.tangents)

    cdef matrix_view matrix(self) noexcept:
        """The rows; of three axes, those of the first, whose columns are the items as a whole."""
        cdef matrix_view m
        m.data = <char *> self.view.buf
        m.count = self.view.shape[0]
        m.row_stride = self.view.strides[0]
        m.column_stride = self.view.strides[1] if self.view.ndim == 2 else self.view.itemsize
        m.tangent = self.tangent
        return m

    cdef path_view path(self, bint time_aug, bint lead_lag, double end_time) noexcept:
        cdef path_view p
        p.data = <const char *> self.view.buf
        p.lines = self.lines
        p.spans = p.places = NULL
        p.count = self.view.shape[0] if self.lines is NULL else self.count
        p.length = self.view.shape[1] if self.lines is NULL else self.length
        p.channels = self.view.shape[2]
        p.path_stride = self.view.strides[0]
        p.time_stride = self.view.strides[1]
        p.channel_stride = self.view.strides[2]
        p.tangent = self.tangent
        p.time_aug = time_aug
        p.lead_lag = lead_lag
        p.end_time = end_time
        return p

    cdef bint corrects(self, Buffer path, Py_ssize_t count, Py_ssize_t segments) noexcept:
        """Tell whether this is a correction of so many paths of so many segments."""
        return (
            self.table == path.table
            and (self.view.shape[0] == count or self.view.shape[0] == 1)
            and (self.view.shape[1] == segments or self.view.shape[1] == 1)
        )

    cdef correction_view correction(self) noexcept:
        """The corrections; what there is one of holds for all paths, or for all segments."""
        cdef correction_view c
        c.data = <const char *> self.view.buf
        c.path_stride = 0 if self.view.shape[0] == 1 else self.view.strides[0]
        c.time_stride = 0 if self.view.shape[1] == 1 else self.view.strides[1]
        c.column_stride = self.view.strides[2]
        c.tangent = self.tangent
        return c

    cdef int check_rows(self, Buffer like, Py_ssize_t count, Py_ssize_t size) except -1:
        """Refuse what is not `count` rows of `size` numbers of the dtype of `like`."""
        if self.table != like.table or self.view.shape[0] != count:
            raise ValueError("the arrays of one call must have one dtype and one batch size")
        if self.view.shape[1] != size:
            raise ValueError(f"expected rows of {size} numbers, got {self.view.shape[1]} columns")
        return 0

    cdef int check_items(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1:
        """Refuse what is not, for each item of `like`, contiguous and of `rows` x `columns`."""
        if self.table != like.table:
            raise ValueError("the arrays of one call must have one dtype")
        if (
            self.view.shape[0] != like.view.shape[0] or self.view.shape[1] != rows
            or self.view.shape[2] != columns
        ):
            raise ValueError("a gradient must have the shape of the paths, or of the corrections")
        cdef Py_ssize_t size = self.view.itemsize
        if self.view.strides[2] != size or self.view.strides[1] != size * columns:
            raise ValueError("each gradient must be contiguous")
        return 0

    cdef int check_flat(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1:
        """Refuse what is no contiguous matrix of a size, of the dtype of `like`."""
        self.check_rows(like, rows, columns)
        cdef Py_ssize_t size = self.view.itemsize
        if (rows > 1 and self.view.strides[0] != columns * size) or (
            columns > 1 and self.view.strides[1] != size
        ):
            raise ValueError("derivatives span after span must be contiguous")
        return 0


cdef const kernel_table *table_for_rows(Buffer like, Py_ssize_t rows) noexcept:
    """Return the kernels for so many rows of vectors of coefficients.

    Lanes without a row of their own compute copies of one, which takes no time, but room in the
    cache: few rows have kernels of fewer lanes.
    """
    return table_of(narrower, like.table, rows)


cdef const kernel_table *table_for_few(
    const kernel_table *like, Py_ssize_t rows, size_t row_size
) noexcept nogil:
    """Return the kernels for so many rows of vectors of so many bytes, fewer where that is much.

    To compute copies of a row takes time, too, where its vectors are in no cache.
    """
    cdef const kernel_table *found = like
    cdef const kernel_table *least
    if row_size * like.lanes >= MANY_BYTES:
        found = table_of(narrower, like, rows)
    if row_size * found.lanes >= TOO_MANY_BYTES:
        least = table_of(narrowest, like, rows)
        found = found if least is like else least
    return found


cdef const kernel_table *table_of(
    const instruction_set *other, const kernel_table *like, Py_ssize_t rows
) noexcept nogil:
    """Return the kernels of another instruction set, or the same if there are more rows."""
    cdef const kernel_table *found = NULL
    if other is NULL:
        return like
    if like is active.f32:
        found = other.f32
    elif like is active.f64:
        found = other.f64
    elif like is active.d32:
        found = other.d32
    elif like is active.d64:
        found = other.d64
    return like if found is NULL or rows > found.lanes else found


# --- signals ----------------------------------------------------------------------------------


cdef class Signals:
    """Looks for signals while the interpreter's lock is released; the caller's thread only."""

    def __cinit__(self):
        self.flag.stop = 0
        self.flag.last = seconds()
        self.flag.poll = poll
        self.flag.context = <void *> self
        self.caller = pthread_self()

    cdef int finish(self) except -1:
        if self.flag.stop == OUT_OF_MEMORY:
            raise InvalidValueError(
                "the computation does not fit in memory: there is no room for the scratch of the "
                "threads; use fewer channels or threads, trees with fewer nodes, whose square "
                "counts, or a lower degree, depth or dyadic order"
            )
        if self.flag.stop == FORKED:
            raise InvalidValueError(
                "the process was forked by the handler of a signal that came during this call, and "
                "the child went on with the call, whose threads it has not; end the child, or "
                "replace its program, in the handler"
            )
        if self.error is not None:
            raise self.error
        return 0


cdef void poll(interrupt *flag) noexcept nogil:
    if (
        not pthread_equal(pthread_self(), (<Signals> flag.context).caller)
        or seconds() - flag.last < SECONDS_PER_POLL
    ):
        return
    with gil:
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            (<Signals> flag.context).error = error
            flag.stop = SIGNALLED
    flag.last = seconds()


# --- memory -----------------------------------------------------------------------------------


cdef void *aligned_scratch(size_t size) noexcept nogil:
    """Take memory that is aligned for vectors, with anything in it; NULL where there is none."""
    return treealg_take_scratch(size)


cdef void free_scratch(void *scratch) noexcept nogil:
    """Give it back, for the next call."""
    treealg_give_scratch(scratch)


# --- threads ----------------------------------------------------------------------------------


def threads_started():
    """Return how many threads kernels have started in this process, or before it was forked."""
    return treealg_threads_started()


def threads_called():
    """Return how many threads calls have had so far beside those that made them, if all came."""
    return treealg_threads_called()


def use_thread_for(nanoseconds):
    """Use one more thread for so much work from now on, in the whole process.

    For tests and benchmarks.

    Parameters
    ----------
    nanoseconds : float or None
        Work as it is estimated for one thread; 0 for all threads that a call is given, None for
        what is usual.
    """
    treealg_set_worth_of_thread(-1 if nanoseconds is None else nanoseconds)


cdef Py_ssize_t steps_of(const path_view *path) noexcept nogil:
    """Return how many steps all paths have, or all spans of them."""
    cdef Py_ssize_t i, steps = 0
    if path.spans is NULL:
        return path.count * (path.length - 1)
    for i in range(path.count):
        steps += max(path.spans[2 * i + 1] - 1, 0)
    return steps


cdef int worthwhile_threads(double cost, int n_threads) noexcept nogil:
    """Return how many of the threads work of so many nanoseconds, roughly, is worth."""
    return treealg_worthwhile_threads(cost, n_threads)


cdef void run_phases(
    const phase *phases, int count, const void *task, size_t scratch_size, int n_threads,
    interrupt *stop,
) noexcept nogil:
    """Share the groups of each phase out to threads; see src/common/threads.h."""
    treealg_run_phases(phases, count, task, scratch_size, n_threads, stop)


cdef int run(
    group_work work, const void *task, Py_ssize_t groups, double cost, size_t scratch_size,
    int n_threads,
) except -1:
    """Do the work of a task of one phase, as many nanoseconds as `cost` in all, roughly."""
    cdef Signals signals
    cdef phase only
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    only.work = work
    only.groups = groups
    signals = Signals()
    with nogil:
        run_phases(
            &only, 1, task, scratch_size, worthwhile_threads(cost, n_threads), &signals.flag
        )
    return signals.finish()
