# cython: language_level=3, cdivision=True
"""Calls that a program of another library makes: on its threads, without Python, by their numbers.

A call is kept with all that does not lie in the arrays: tables, transform, threads. It is made by a
C function, whose address is handed over, on arrays that are contiguous, of any batch and length.
Calls are never forgotten, as a compiled program may ask for one at any time.
"""

from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport malloc

from treealg._fast.core cimport Buffer, interrupt, matrix_view
from treealg._fast.gradients cimport gradient_task, gradients
from treealg._fast.paths cimport describe, path_words, signature_task, signatures
from treealg._fast.programs cimport ConvolutionProgram, SparseMap, WordProgram


cdef extern from *:
    """
    #define TREEALG_PUBLISH(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
    #define TREEALG_READ(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
    """
    void TREEALG_PUBLISH(kept_call *place, kept_call *value) noexcept nogil
    kept_call *TREEALG_READ(kept_call *place) noexcept nogil


cdef enum:
    LISTS = 256
    UNKNOWN = -1  # no such call; what kernels say is positive
    MISFIT = -2   # arrays of another shape or dtype


cdef struct kept_call:
    int64_t number
    kept_call *next
    path_words words  # but for what comes with the paths
    bint is_backward
    Py_ssize_t first, columns  # where results start in a row of theirs, and how long that is
    double scalar  # what stands before
    int n_threads


cdef kept_call *lists[LISTS]
cdef list held = []  # what the calls point to


cdef kept_call *find(int64_t number) noexcept nogil:
    cdef kept_call *call = TREEALG_READ(lists[<size_t> number % LISTS])
    while call is not NULL and call.number != number:
        call = call.next
    return call


def is_kept(number):
    """Tell whether there is a call of a number."""
    return find(number) is not NULL


def keep_call(
    int64_t number, bint is_backward, like, WordProgram words not None,
    SparseMap output_map not None, ConvolutionProgram log_program, bint time_aug, bint lead_lag,
    double end_time, int n_threads, scalar=None,
):
    """Keep a call of `path_signature`, or of `path_signature_backward`, without a correction.

    Parameters
    ----------
    number : int
        The number of the call; one that is there already stays what it is.
    is_backward : bool
        Which of the two.
    like : ndarray, shape (0, 1, channels)
        No path, of the dtype and channels of those to come.
    words, output_map, log_program, time_aug, lead_lag, end_time, n_threads
        As for these functions.
    scalar : float or None, default None
        What stands in front of the results; of the derivatives in it nothing is asked.
    """
    cdef kept_call *call
    cdef Buffer source = Buffer(like, 3, False)
    if find(number) is not NULL:
        return
    call = <kept_call *> malloc(sizeof(kept_call))
    if call is NULL:
        raise MemoryError
    describe(
        &call.words, source, None, words, output_map, log_program, time_aug, lead_lag, end_time,
        n_threads,
    )
    call.number = number
    call.is_backward = is_backward
    call.first = scalar is not None
    call.scalar = 0.0 if scalar is None else scalar
    call.columns = call.first + output_map.rows
    call.n_threads = n_threads
    held.append((words, output_map, log_program))
    call.next = lists[<size_t> number % LISTS]
    TREEALG_PUBLISH(lists[<size_t> number % LISTS], call)


def address_of_calls():
    """Return the address of the function that makes calls; see `make_call`."""
    return <uintptr_t> &make_call


cdef void go_on(interrupt *flag) noexcept nogil:
    """Look for no signal: the interpreter's lock is not ours."""


cdef matrix_view rows_of(
    const kept_call *call, const void *data, int64_t count
) noexcept nogil:
    """The results, or the derivatives in them, without what stands in front."""
    cdef matrix_view rows
    rows.data = <char *> data + call.first * call.words.real
    rows.count = count
    rows.row_stride = call.columns * call.words.real
    rows.column_stride = call.words.real
    rows.tangent = call.words.real // 2
    return rows


cdef void write_scalars(const kept_call *call, char *out, int64_t count) noexcept nogil:
    cdef int64_t row
    for row in range(count if call.first else 0):
        if call.words.real == 4:
            (<float *> (out + row * call.columns * 4))[0] = <float> call.scalar
        else:
            (<double *> (out + row * call.columns * 8))[0] = call.scalar


cdef path_words words_along(
    const kept_call *call, const void *path, int64_t count, int64_t length
) noexcept nogil:
    """The words of a call along paths that lie one after the other."""
    cdef path_words words = call.words
    words.path.data = <const char *> path
    words.path.lines = NULL
    words.path.count = count
    words.path.length = length
    words.path.channel_stride = words.real
    words.path.time_stride = words.path.channels * words.real
    words.path.path_stride = length * words.path.time_stride
    words.steps = length - 1
    words.segments = words.steps * (2 if words.path.lead_lag else 1)
    return words


cdef int make_call(
    int64_t number, int64_t count, int64_t length, int64_t channels, int64_t columns,
    int64_t real, const void *path, const void *derivs, void *out,
) noexcept nogil:
    """Make the call of a number; 0 if all is well.

    `real` is the size of a number in bytes. Paths have the shape (count, length, channels), results
    and derivatives in them (count, columns), and derivatives that are written that of the paths.
    """
    cdef const kept_call *call = find(number)
    cdef signature_task forward
    cdef gradient_task backward
    cdef interrupt stop
    if call is NULL:
        return UNKNOWN
    if (
        length < 1 or channels != call.words.path.channels or columns != call.columns
        or real != <int64_t> call.words.real or call.is_backward != (derivs is not NULL)
    ):
        return MISFIT
    if count == 0:
        return 0
    stop.stop = 0
    stop.last = 0.0
    stop.poll = go_on
    stop.context = NULL
    if call.is_backward:
        backward.words = words_along(call, path, count, length)
        backward.derivs = rows_of(call, derivs, count)
        backward.out.steps.data = <char *> out
        backward.out.steps.count = count
        backward.out.steps.row_stride = backward.words.path.path_stride
        backward.out.steps.column_stride = call.words.real
        gradients(&backward, call.n_threads, &stop)
    else:
        forward.words = words_along(call, path, count, length)
        forward.out = rows_of(call, out, count)
        write_scalars(call, <char *> out, count)
        signatures(&forward, call.n_threads, &stop)
    return stop.stop
