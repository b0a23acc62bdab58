# cython: language_level=3
"""Calls that were made before, so that small ones are not checked and planned anew each time.

A call is known by its options, the very same objects, which must be such as never change, and by
the shapes and the dtype of its arrays, which lie in memory as kernels read them.  Whatever is
checked of a call depends on these alone where a function keeps it; all else takes the long way,
and so do calls that are not found.  What is kept is what the long way came to: the shape of the
result, and the function that writes it.

Results may be wanted in arrays of the caller, which are looked at each time: those that a kernel
can write to at once, and that are far from all arrays that it reads, are; with others the call
takes the long way, which says what is wrong with them.

A table holds a few calls, each in one of a few places in a row that follow from what it is known
by; where all are taken, a call takes that of the one that was kept longest ago.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.object cimport PyObject
from libc.stdint cimport uintptr_t
from libc.string cimport memcmp

import numpy

from treealg.complex_step import Dual as _Dual


cdef extern from "Python.h":
    object PyObject_Vectorcall(
        object callable, PyObject *const *args, size_t nargsf, PyObject *kwnames
    )
    size_t PY_VECTORCALL_ARGUMENTS_OFFSET


cdef enum:
    PLACES = 64
    IN_A_ROW = 4
    MAX_ARRAYS = 4
    MAX_FORMS = 2 * MAX_ARRAYS
    MAX_RESULTS = 4
    MAX_AXES = 4
    MAX_ARGUMENTS = 24

cdef object ndarray = numpy.ndarray, empty = numpy.empty, Dual = _Dual

# What an array is to a call: itself, values or their tangents, or no tangents.
cdef enum:
    REAL
    VALUE
    TANGENT
    NO_TANGENT


cdef struct array_form:
    int axes, role
    char number  # f or d, as in the format of a buffer; l for integers of 64 bits
    Py_ssize_t shape[MAX_AXES]
    Py_ssize_t strides[MAX_AXES]
    const char *data
    Py_ssize_t item_size


cdef int read_form(object array, array_form *form, int access=PyBUF_STRIDED_RO) except -1:
    """Tell whether an array lies in memory as kernels read it, and of which form it is."""
    cdef Py_buffer view
    cdef Py_ssize_t bits
    cdef int axis
    if type(array) is not ndarray:
        return False
    try:
        PyObject_GetBuffer(array, &view, PyBUF_FORMAT | access)
    except (ValueError, BufferError):  # of a dtype that is not computed with, or not to write to
        return False
    form.axes = view.ndim
    form.role = REAL
    form.number = view.format[0]
    if view.itemsize == 8 and (form.number == c"l" or form.number == c"q"):
        form.number = c"l"
    form.data = <const char *> view.buf
    form.item_size = view.itemsize
    bits = <Py_ssize_t> view.buf
    cdef bint is_read = view.ndim <= MAX_AXES and view.format[1] == 0 and form.number in b"dfl"
    if is_read:
        for axis in range(view.ndim):
            form.shape[axis] = view.shape[axis]
            form.strides[axis] = view.strides[axis]
            bits |= view.strides[axis]
        is_read = bits % view.itemsize == 0
    PyBuffer_Release(&view)
    return is_read


cdef int read_dual(object dual, array_form *forms) except -1:
    """Read the forms of values and tangents, which lie in memory as each other."""
    cdef size_t size
    if dual.is_step or not read_form(dual.value, &forms[0]):
        return False
    forms[0].role = VALUE
    if dual.tangent is None:
        forms[1] = forms[0]
        forms[1].role = NO_TANGENT
        return True
    if not read_form(dual.tangent, &forms[1]):
        return False
    forms[1].role = VALUE
    size = forms[0].axes * sizeof(Py_ssize_t)
    if not same_form(&forms[0], &forms[1]) or memcmp(forms[0].strides, forms[1].strides, size):
        return False
    forms[1].role = TANGENT
    return True


cdef int read_forms(tuple arrays, array_form *forms) except -1:
    """Read the forms of arrays, two of each that is of dual numbers; 0 if a call is not kept."""
    cdef int count = 0
    if len(arrays) > MAX_ARRAYS:
        return 0
    for array in arrays:
        if type(array) is Dual:
            if not read_dual(array, &forms[count]):
                return 0
            count += 2
        elif read_form(array, &forms[count]):
            count += 1
        else:
            return 0
    return count


cdef bint same_form(const array_form *one, const array_form *two) noexcept:
    return (
        one.axes == two.axes and one.number == two.number and one.role == two.role
        and memcmp(one.shape, two.shape, one.axes * sizeof(Py_ssize_t)) == 0
    )


cdef bint are_apart(const array_form *one, const array_form *two) noexcept:
    """Tell whether all numbers of one array lie before all of another one in memory, or after."""
    cdef const char *ends[2][2]
    cdef const array_form *forms[2]
    cdef int i, axis
    cdef Py_ssize_t way
    forms[0], forms[1] = one, two
    for i in range(2):
        ends[i][0] = forms[i].data
        ends[i][1] = forms[i].data + forms[i].item_size
        for axis in range(forms[i].axes):
            way = (forms[i].shape[axis] - 1) * forms[i].strides[axis]
            ends[i][way > 0] += way
    return ends[0][1] <= ends[1][0] or ends[1][1] <= ends[0][0]


cdef bint lies_as(const array_form *form, tuple shape, bint are_rows) noexcept:
    """Tell whether an array has a shape, no number twice and no gaps, but between rows."""
    cdef Py_ssize_t size = form.item_size
    cdef int axis
    if form.axes != len(shape):
        return False
    for axis in range(form.axes - 1, -1, -1):
        if form.shape[axis] != <Py_ssize_t> shape[axis] or form.shape[axis] == 0:
            return False
        if form.shape[axis] > 1 and form.strides[axis] != size:
            if not (are_rows and axis == 0 and form.strides[0] > size):
                return False
        size *= form.shape[axis]
    return True


cdef class Recipe:
    """One call as it was made."""
    cdef tuple key, results, arguments, axes
    cdef object function, dtype, scalar, result_axes
    cdef char number  # of results
    cdef bint are_rows  # vectors, of a batch of one axis
    cdef int n_arrays, n_forms
    cdef bint is_dual
    cdef array_form forms[MAX_FORMS]
    cdef int places[MAX_ARRAYS]  # of arrays among the arguments, -1 for one that is not there


cdef class Repeats:
    """A table of calls that were made before."""
    cdef list table

    def __cinit__(self):
        self.table = [None] * PLACES

    def clear(self):
        """Forget all calls."""
        self.table = [None] * PLACES

    def find(self, tuple key, *arrays, out=None):
        """Make a call as it was made before, and return what it returned; None if it is not known.

        So it is where the long way has to look at `out`.

        Parameters
        ----------
        key : tuple
            What the call is known by, beside its arrays; see `keep`.
        *arrays : object
            What was given as arrays, or as dual numbers, at most 4.
        out : object, default None
            Where the result is wanted, None for anywhere; a tuple or list of several.
        """
        cdef array_form forms[MAX_FORMS]
        cdef Recipe found = self.look_up(key, arrays, forms)
        cdef tuple rooms = None
        if found is None:
            return None
        if out is not None:
            rooms = rooms_of(found, forms, out)
            if rooms is None:
                return None
        return made_again(found, arrays, rooms)

    cdef Recipe look_up(self, tuple key, tuple arrays, array_form *forms):
        cdef int i, count = read_forms(arrays, forms)
        if count == 0:
            return None
        cdef Py_ssize_t first = place_of(key, forms, count)
        cdef Recipe found
        for i in range(IN_A_ROW):
            found = self.table[first + i]
            if found is None:  # and so are all after it
                return None
            if is_known_by(found, key, forms, count):
                return found
        return None

    def keep(
        self, tuple key, tuple arrays, tuple results, function, tuple places, tuple rest,
        scalar=None, axes=0, result_axes=None, integers=None,
    ):
        """Keep a call, if its arrays lie in memory as kernels read them.

        Parameters
        ----------
        key : tuple
            What the call is known by, beside its arrays: objects that never change, and tuples of
            such objects, which need not be the same ones.
        arrays : tuple
            The arrays that were given, at most 4; of dual numbers the function is given pairs of
            values and tangents, and for results pairs of None and an array.
        results : tuple of numpy.ndarray
            What was computed, at most 4; a call that is made again returns one array, or a tuple of
            several.
        function : callable
            What writes the results.
        places : tuple of int
            Where among the arguments of the function the arrays stand, and then the results; -1 for
            an array that does not. Places in between have None.
        rest : tuple
            The arguments that come after these.
        scalar : float or None, default None
            What stands in front of the last axis of results, and is not written by the function;
            of tangents that is 0.
        axes : int or tuple of int, default 0
            How many axes of length 1 the function is to see in front of arrays, of all or of each.
        result_axes : int or None, default None
            The same for results; None for as many as in front of the first array.
        integers : int or None, default None
            Which of the arrays has integers, of 64 bits, where one has.
        """
        cdef Recipe made = Recipe()
        cdef int i
        cdef tuple each = axes if type(axes) is tuple else (axes,) * len(arrays)
        made.n_arrays = len(arrays)
        made.arguments = (None,) * (max(places) + 1) + rest
        if (
            made.n_arrays > MAX_ARRAYS or len(made.arguments) > MAX_ARGUMENTS
            or len(results) > MAX_RESULTS or len(each) != made.n_arrays
            or len(places) != made.n_arrays + len(results) or min(places) < -1
        ):
            raise ValueError("a call of so many arrays or arguments cannot be kept")
        made.n_forms = read_forms(arrays, made.forms)
        if made.n_forms == 0:
            return
        for i in range(made.n_forms):
            made.is_dual |= made.forms[i].role != REAL
            # Where there are integers there are no dual numbers.
            if (made.forms[i].number == c"l") != (i == integers):
                return
        if made.is_dual and (scalar is not None):
            scalar = 0.0
        for i in range(made.n_arrays):
            made.places[i] = places[i]
        made.key = key
        made.function = function
        made.scalar = scalar
        made.axes = tuple([(None,) * count for count in each])
        made.result_axes = (None,) * (each[0] if result_axes is None else result_axes)
        made.dtype = results[0].dtype
        made.number = ord(made.dtype.char)
        shapes = [result.shape for result in results]
        made.are_rows = not made.result_axes and all([len(shape) == 2 for shape in shapes])
        made.results = tuple(zip(places[made.n_arrays:], shapes, strict=True))
        self.put(made)

    cdef void put(self, Recipe made) except *:
        """Keep a call before those in its row, in the place of itself or of the last."""
        cdef Py_ssize_t first = place_of(made.key, made.forms, made.n_forms)
        cdef Py_ssize_t place = first
        cdef Recipe other = self.table[place]
        while (
            place < first + IN_A_ROW - 1 and other is not None
            and not is_known_by(other, made.key, made.forms, made.n_forms)
        ):
            place += 1
            other = self.table[place]
        while place > first:
            self.table[place] = self.table[place - 1]
            place -= 1
        self.table[first] = made


cdef bint is_known_by(
    Recipe kept, tuple key, const array_form *forms, int count
) except -1:
    """Tell whether a call is one that was kept."""
    cdef int i
    if kept.n_forms != count or len(kept.key) != len(key):
        return False
    for i in range(len(key)):
        if not is_same(kept.key[i], key[i]):
            return False
    for i in range(count):
        if not same_form(&kept.forms[i], &forms[i]):
            return False
    return True


cdef bint is_same(object one, object other) noexcept:
    """Tell whether two things are the same object, or tuples of the same objects."""
    cdef Py_ssize_t i
    if one is other:
        return True
    if type(one) is not tuple or type(other) is not tuple or len(<tuple> one) != len(<tuple> other):
        return False
    for i in range(len(<tuple> one)):
        if (<tuple> one)[i] is not (<tuple> other)[i]:
            return False
    return True


cdef uintptr_t mixed_with(uintptr_t mixed, object value) noexcept:
    cdef Py_ssize_t i
    if type(value) is not tuple:
        return 31 * mixed + (<uintptr_t> <PyObject *> value >> 4)
    for i in range(len(<tuple> value)):
        mixed = 31 * mixed + (<uintptr_t> <PyObject *> (<tuple> value)[i] >> 4)
    return mixed


cdef Py_ssize_t place_of(tuple key, const array_form *forms, int count) noexcept:
    """Return the first place of a row of a table, which differs for what differs, mostly."""
    cdef uintptr_t mixed = count
    cdef int i, axis
    for value in key:
        mixed = mixed_with(mixed, value)
    for i in range(count):
        mixed = 31 * mixed + <uintptr_t> (forms[i].number + 128 * forms[i].role)
        for axis in range(forms[i].axes):
            mixed = 31 * mixed + <uintptr_t> forms[i].shape[axis]
    return IN_A_ROW * ((mixed ^ (mixed >> 17)) % (PLACES // IN_A_ROW))


cdef tuple rooms_of(Recipe recipe, const array_form *forms, object out):
    """Return where each result is wanted, or None; None in all where the long way has to look."""
    cdef array_form rooms[MAX_RESULTS]
    cdef tuple given
    cdef int i, j, count = 0
    if recipe.is_dual:
        return None
    if len(recipe.results) == 1:
        given = (out,)
    elif type(out) is tuple or type(out) is list:
        given = tuple(out)
    else:
        return None
    if len(given) != len(recipe.results):
        return None
    for i in range(len(given)):
        if given[i] is None:
            continue
        if (
            not read_form(given[i], &rooms[count], PyBUF_STRIDED_RO | PyBUF_WRITABLE)
            or rooms[count].number != recipe.number
            or not lies_as(&rooms[count], (<tuple> recipe.results[i])[1], recipe.are_rows)
        ):
            return None
        for j in range(recipe.n_forms):
            if not are_apart(&rooms[count], &forms[j]):
                return None
        for j in range(count):
            if not are_apart(&rooms[count], &rooms[j]):
                return None
        count += 1
    return given


cdef object made_again(Recipe recipe, tuple arrays, tuple rooms):
    cdef PyObject *filled[MAX_ARGUMENTS + 1]
    cdef PyObject **arguments = filled + 1  # a bound method puts itself in front
    cdef Py_ssize_t count = len(recipe.arguments)
    cdef int i
    cdef tuple own, shape
    cdef list held = []  # what the arguments point to
    cdef list results = []
    for i in range(count):
        arguments[i] = <PyObject *> recipe.arguments[i]
    for i in range(recipe.n_arrays):
        if recipe.places[i] >= 0:
            view, own = arrays[i], recipe.axes[i]
            if type(view) is Dual:
                value, tangent = view.value, view.tangent
                if own:
                    value = value[own]
                    tangent = None if tangent is None else tangent[own]
                view = (value, tangent)
                held.append(view)
            elif own:
                view = view[own]
                held.append(view)
            arguments[recipe.places[i]] = <PyObject *> view
    for i in range(len(recipe.results)):
        own = recipe.results[i]
        shape = own[1]
        result = None if rooms is None else rooms[i]
        if result is None:
            try:
                result = empty(shape, recipe.dtype)
            except MemoryError:  # which the long way says in its own words
                return None
        results.append(result)
        view = result
        if recipe.scalar is not None:
            result[..., 0] = recipe.scalar
            view = view[..., 1:]
            held.append(view)
        if recipe.result_axes:
            view = view[recipe.result_axes]
            held.append(view)
        if recipe.is_dual:
            view = (None, view)
            held.append(view)
        arguments[<int> own[0]] = <PyObject *> view
    PyObject_Vectorcall(
        recipe.function, arguments, <size_t> count | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL
    )
    return results[0] if len(results) == 1 else tuple(results)
