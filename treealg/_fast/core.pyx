# cython: language_level=3, cdivision=True
"""What every kernel module stands on: the choice of instruction set, buffers, signals, threads.

The arithmetic is C (``src/``), compiled once per instruction set into this module and reached
through a table of functions; the other modules only cimport that table.

Arguments are arrays that the caller has checked; the checks here only keep a wrong call from
reading or writing memory that is not the caller's.

Thread policy: a call uses at most the threads it is given, and each thread has scratch memory of
its own. The lock of the interpreter is released for the whole call; the thread that made the call
takes it again every now and then to see whether a signal has come.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport parallel, prange, threadid

from treealg.errors import InvalidValueError


cdef const instruction_set *active = treealg_instruction_set(NULL)

cdef enum:
    GROUPS_PER_POLL = 16


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


# --- buffers ----------------------------------------------------------------------------------


cdef class Buffer:
    """An array of float32 or float64, with any strides, held for the time of a call."""

    def __cinit__(self, array, int ndim, bint writable):
        PyObject_GetBuffer(
            array, &self.view, PyBUF_FORMAT | PyBUF_STRIDED_RO | (PyBUF_WRITABLE if writable else 0)
        )
        self.single = self.view.format[0] == c"f"
        if self.view.ndim != ndim or not (self.single or self.view.format[0] == c"d"):
            raise ValueError(f"expected {ndim} axes of native float32 or float64")
        self.real = self.view.itemsize
        self.table = active.f32 if self.single else active.f64

    def __dealloc__(self):
        PyBuffer_Release(&self.view)

    cdef matrix_view matrix(self) noexcept:
        """The rows; of three axes, those of the first, whose columns are the items as a whole."""
        cdef matrix_view m
        m.data = <char *> self.view.buf
        m.count = self.view.shape[0]
        m.row_stride = self.view.strides[0]
        m.column_stride = self.view.strides[1] if self.view.ndim == 2 else self.real
        return m

    cdef path_view path(self, bint time_aug, bint lead_lag, double end_time) noexcept:
        cdef path_view p
        p.data = <const char *> self.view.buf
        p.count = self.view.shape[0]
        p.length = self.view.shape[1]
        p.channels = self.view.shape[2]
        p.path_stride = self.view.strides[0]
        p.time_stride = self.view.strides[1]
        p.channel_stride = self.view.strides[2]
        p.time_aug = time_aug
        p.lead_lag = lead_lag
        p.end_time = end_time
        return p

    cdef correction_view correction(self) noexcept:
        cdef correction_view c
        c.data = <const char *> self.view.buf
        c.path_stride = self.view.strides[0]
        c.time_stride = self.view.strides[1]
        c.column_stride = self.view.strides[2]
        return c

    cdef int check_rows(self, Buffer like, Py_ssize_t count, Py_ssize_t size) except -1:
        """Refuse what is not `count` rows of `size` numbers of the dtype of `like`."""
        if self.single != like.single or self.view.shape[0] != count:
            raise ValueError("the arrays of one call must have one dtype and one batch size")
        if self.view.shape[1] != size:
            raise ValueError(f"expected rows of {size} numbers, got {self.view.shape[1]} columns")
        return 0

    cdef int check_items(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1:
        """Refuse what is not, for each item of `like`, contiguous and of `rows` x `columns`."""
        if self.single != like.single:
            raise ValueError("the arrays of one call must have one dtype")
        if (
            self.view.shape[0] != like.view.shape[0] or self.view.shape[1] != rows
            or self.view.shape[2] != columns
        ):
            raise ValueError("a gradient must have the shape of the paths, or of the corrections")
        if self.view.strides[2] != self.real or self.view.strides[1] != self.real * columns:
            raise ValueError("each gradient must be contiguous")
        return 0


# --- signals ----------------------------------------------------------------------------------


cdef class Signals:
    """Looks for signals while the interpreter's lock is released; the caller's thread only."""

    def __cinit__(self):
        self.flag.stop = 0
        self.flag.last = seconds()
        self.flag.poll = poll
        self.flag.context = <void *> self

    cdef int finish(self) except -1:
        if self.flag.stop == OUT_OF_MEMORY:
            raise InvalidValueError(
                "the computation does not fit in memory: there is no room for the scratch of the "
                "threads; use fewer channels or threads, a lower degree, depth or dyadic order"
            )
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


# --- threads ----------------------------------------------------------------------------------


cdef void run_phases(
    const phase *phases, int count, const void *task, size_t scratch_size, int n_threads,
    interrupt *stop,
) noexcept nogil:
    """Share the groups of each phase out to threads, each with aligned scratch memory of its own.

    Groups that have not begun when `stop` is set are left out.
    """
    cdef Py_ssize_t group, most = 0
    cdef int i
    cdef char *scratch = NULL
    for i in range(count):
        most = max(most, phases[i].groups)
    if most == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, most)
    if n_threads == 1:
        scratch = <char *> aligned_scratch(scratch_size)
        for i in range(count):
            for group in range(phases[i].groups):
                one_group(phases[i].work, task, group, scratch, stop)
        free_scratch(scratch)
        return
    with parallel(num_threads=n_threads):
        scratch = <char *> aligned_scratch(scratch_size)
        for i in range(count):
            for group in prange(phases[i].groups, schedule="static"):
                one_group(phases[i].work, task, group, scratch, stop)
        free_scratch(scratch)


cdef inline void one_group(
    group_work work, const void *task, Py_ssize_t group, char *scratch, interrupt *stop,
) noexcept nogil:
    if scratch is NULL:
        stop.stop = OUT_OF_MEMORY
    elif not stop.stop:
        work(task, group, scratch, stop)
        if group % GROUPS_PER_POLL == 0:
            stop.poll(stop)


cdef int run(
    group_work work, const void *task, Py_ssize_t groups, size_t scratch_size, int n_threads,
) except -1:
    """Do the work of a task of one phase."""
    cdef Signals signals
    cdef phase only
    if n_threads < 1:
        raise ValueError("n_threads must be at least 1")
    only.work = work
    only.groups = groups
    signals = Signals()
    with nogil:
        run_phases(&only, 1, task, scratch_size, n_threads, &signals.flag)
    return signals.finish()
