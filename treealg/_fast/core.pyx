# cython: language_level=3, cdivision=True
"""What every kernel module stands on: the choice of instruction set, buffers, signals, threads.

The arithmetic is C (``src/``), compiled once per instruction set into this module and reached
through a table of functions; the other modules only cimport that table.

Arguments are arrays that the caller has checked; the checks here only keep a wrong call from
reading or writing memory that is not the caller's.

Thread policy: a call uses at most the threads it is given, and each thread has scratch memory of
its own. The lock of the interpreter is released for the whole call; the thread that made the call
takes it again every now and then to see whether a signal has come.

The threads of a call are started by the call and end with it: nothing waits between calls that a
forked process could lack, whoever forked and whenever this was imported, and no setting of another
runtime moves them. Starting one takes about 10 microseconds. One that cannot be started leaves its
share to the others, at worst all to the thread that made the call.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport calloc, free

from treealg.errors import InvalidValueError, MissingDependencyError


cdef extern from "Python.h":
    void *PyInterpreterState_Get()
    void *PyInterpreterState_Main()

if PyInterpreterState_Get() != PyInterpreterState_Main():
    # A call takes the lock of the interpreter from within C, which is always that of the main one.
    raise MissingDependencyError(
        "treealg: the kernels run in the main interpreter only, and this is a subinterpreter; "
        "import treealg in the main one, or in a process of its own"
    )


cdef const instruction_set *active = treealg_instruction_set(NULL)

cdef double SECONDS_PER_POLL = 0.05

cdef enum:
    GROUPS_PER_POLL = 16
    CHUNKS_PER_THREAD = 8
    STACK = 1 << 20  # bytes of a thread, of which kernels need some ten thousand


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


def threads_started():
    """Return how many threads kernels have started in this process, or before it was forked."""
    return started_so_far()


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
        p.spans = p.places = NULL
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

    cdef int check_flat(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1:
        """Refuse what is no contiguous matrix of a size, of the dtype of `like`."""
        self.check_rows(like, rows, columns)
        if (rows > 1 and self.view.strides[0] != columns * self.real) or (
            columns > 1 and self.view.strides[1] != self.real
        ):
            raise ValueError("derivatives span after span must be contiguous")
        return 0


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
                "threads; use fewer channels or threads, a lower degree, depth or dyadic order"
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


# --- threads ----------------------------------------------------------------------------------


cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_attr_t:
        pass
    ctypedef struct pthread_mutex_t:
        pass
    ctypedef struct pthread_cond_t:
        pass
    int pthread_attr_init(pthread_attr_t *)
    int pthread_attr_destroy(pthread_attr_t *)
    int pthread_attr_setstacksize(pthread_attr_t *, size_t)
    int pthread_create(
        pthread_t *, const pthread_attr_t *, void *(*)(void *) noexcept nogil, void *)
    int pthread_join(pthread_t, void **)
    int pthread_mutex_init(pthread_mutex_t *, const void *)
    int pthread_mutex_destroy(pthread_mutex_t *)
    int pthread_mutex_lock(pthread_mutex_t *)
    int pthread_mutex_unlock(pthread_mutex_t *)
    int pthread_cond_init(pthread_cond_t *, const void *)
    int pthread_cond_destroy(pthread_cond_t *)
    int pthread_cond_broadcast(pthread_cond_t *)
    int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *)


cdef extern from *:
    """
    #include <pthread.h>
    #include <signal.h>
    #include <time.h>

    static Py_ssize_t treealg_started;
    #define started_so_far() __atomic_load_n(&treealg_started, __ATOMIC_RELAXED)
    #define count_thread() __atomic_add_fetch(&treealg_started, 1, __ATOMIC_RELAXED)

    /* Leave signals to the threads of the program, but for those that a thread sends itself by a
       fault. A thread has the mask of the one that starts it. */
    static void block_signals(sigset_t *before) {
        sigset_t blocked;
        sigfillset(&blocked);
        sigdelset(&blocked, SIGSEGV);
        sigdelset(&blocked, SIGBUS);
        sigdelset(&blocked, SIGFPE);
        sigdelset(&blocked, SIGILL);
        pthread_sigmask(SIG_SETMASK, &blocked, before);
    }

    static void restore_signals(const sigset_t *before) {
        pthread_sigmask(SIG_SETMASK, before, NULL);
    }

    /* Wait until the condition is signalled, or for a time. */
    static void wait_at_most(pthread_cond_t *condition, pthread_mutex_t *lock, double seconds) {
        struct timespec end;
        clock_gettime(CLOCK_REALTIME, &end);
        const double nanoseconds = (double)end.tv_nsec + 1e9 * seconds;
        end.tv_sec += (time_t)(nanoseconds / 1e9);
        end.tv_nsec = (long)nanoseconds % 1000000000;
        pthread_cond_timedwait(condition, lock, &end);
    }
    """
    ctypedef struct sigset_t:
        pass
    Py_ssize_t started_so_far() nogil
    void count_thread() nogil
    void block_signals(sigset_t *before) nogil
    void restore_signals(const sigset_t *before) nogil
    void wait_at_most(pthread_cond_t *condition, pthread_mutex_t *lock, double seconds) nogil


# The threads of one call. What changes is under the lock: the phase that runs, how many of its
# groups are taken, and how many are done.
cdef struct team:
    const phase *phases
    int count
    const void *task
    size_t scratch_size
    interrupt *stop
    member *members
    int n_members
    pthread_attr_t *attributes
    pthread_mutex_t lock
    pthread_cond_t next_phase
    int current
    Py_ssize_t taken, done

# Member 0 is the thread that made the call.
cdef struct member:
    team *all
    int index
    bint is_started
    pthread_t thread


cdef void run_phases(
    const phase *phases, int count, const void *task, size_t scratch_size, int n_threads,
    interrupt *stop,
) noexcept nogil:
    """Share the groups of each phase out to threads, each with aligned scratch memory of its own.

    Groups that have not begun when `stop` is set are left out.
    """
    cdef Py_ssize_t group, most = 0
    cdef int i
    cdef char *scratch
    cdef member *members = NULL
    for i in range(count):
        most = max(most, phases[i].groups)
    if most == 0:
        return
    n_threads = <int> min(<Py_ssize_t> n_threads, most)
    if n_threads > 1:
        members = <member *> calloc(n_threads, sizeof(member))
    if members is not NULL:
        run_team(phases, count, task, scratch_size, members, n_threads, stop)
        free(members)
        return
    scratch = <char *> aligned_scratch(scratch_size)
    for i in range(count):
        for group in range(phases[i].groups):
            one_group(phases[i].work, task, group, scratch, stop)
    free_scratch(scratch)


cdef void run_team(
    const phase *phases, int count, const void *task, size_t scratch_size, member *members,
    int n_members, interrupt *stop,
) noexcept nogil:
    """Do the work of all phases with up to `n_members` threads, the caller's among them."""
    cdef team all
    cdef pthread_attr_t attributes
    cdef sigset_t signals
    cdef int i
    all.phases, all.count, all.task, all.scratch_size = phases, count, task, scratch_size
    all.stop, all.members, all.n_members = stop, members, n_members
    all.current, all.taken, all.done = 0, 0, 0
    all.attributes = &attributes
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, STACK)
    pthread_mutex_init(&all.lock, NULL)
    pthread_cond_init(&all.next_phase, NULL)
    for i in range(n_members):
        members[i].all, members[i].index = &all, i
    block_signals(&signals)
    start_two(&members[0])
    restore_signals(&signals)
    take_groups(&members[0])
    # A member is started by one of lower index, which has ended when it was joined.
    for i in range(1, n_members):
        if members[i].is_started:
            pthread_join(members[i].thread, NULL)
    pthread_cond_destroy(&all.next_phase)
    pthread_mutex_destroy(&all.lock)
    pthread_attr_destroy(&attributes)


cdef void start_two(member *one) noexcept nogil:
    """Start the two members that are this one's to start, so that all are there soon."""
    cdef int i
    cdef team *all = one.all
    cdef member *other
    for i in range(2 * one.index + 1, min(2 * one.index + 3, all.n_members)):
        other = &all.members[i]
        other.is_started = pthread_create(&other.thread, all.attributes, join_in, other) == 0
        if other.is_started:
            count_thread()


cdef void *join_in(void *argument) noexcept nogil:
    """Work as one of the threads that were started, if there is still something to do."""
    cdef member *one = <member *> argument
    cdef team *all = one.all
    cdef bint is_needed
    pthread_mutex_lock(&all.lock)
    is_needed = all.current < all.count
    pthread_mutex_unlock(&all.lock)
    if is_needed:
        start_two(one)
        take_groups(one)
    return NULL


cdef void take_groups(member *one) noexcept nogil:
    """Take groups of the phase that runs, a chunk at a time, until all phases are done."""
    cdef team *all = one.all
    cdef interrupt *stop = all.stop
    cdef Py_ssize_t groups, group, first, last
    cdef group_work work
    cdef char *scratch = <char *> aligned_scratch(all.scratch_size)
    if scratch is NULL and one.index != 0:
        return
    pthread_mutex_lock(&all.lock)
    while all.current < all.count:
        groups, work = all.phases[all.current].groups, all.phases[all.current].work
        if all.done == groups:
            all.current += 1
            all.taken, all.done = 0, 0
            pthread_cond_broadcast(&all.next_phase)
        elif all.taken < groups:
            first = all.taken
            last = min(groups, first + 1 + groups // (all.n_members * CHUNKS_PER_THREAD))
            all.taken = last
            pthread_mutex_unlock(&all.lock)
            for group in range(first, last):
                one_group(work, all.task, group, scratch, stop)
            stop.poll(stop)
            pthread_mutex_lock(&all.lock)
            all.done += last - first
        elif one.index != 0:
            pthread_cond_wait(&all.next_phase, &all.lock)
        else:
            wait_at_most(&all.next_phase, &all.lock, SECONDS_PER_POLL)
            pthread_mutex_unlock(&all.lock)
            stop.poll(stop)
            pthread_mutex_lock(&all.lock)
    pthread_mutex_unlock(&all.lock)
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
