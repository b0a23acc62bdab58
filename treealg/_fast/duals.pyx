# cython: language_level=3
"""Values and tangents side by side, as the kernels over dual numbers read them, and apart again."""

from treealg._fast.core cimport Buffer


cdef extern from "common/side_by_side.h" nogil:
    void treealg_join_f64(
        const double *values, const double *tangents, double *out, Py_ssize_t count
    )
    void treealg_join_f32(const float *values, const float *tangents, float *out, Py_ssize_t count)
    void treealg_tangents_f64(const double *duals, double *out, Py_ssize_t count)
    void treealg_tangents_f32(const float *duals, float *out, Py_ssize_t count)


cdef bint has_dense_items(Buffer array) noexcept:
    """Tell whether each item of an array, along its first axis, is contiguous."""
    cdef Py_ssize_t expected = array.view.itemsize
    cdef int axis
    for axis in range(array.view.ndim - 1, 0, -1):
        if array.view.shape[axis] != 1 and array.view.strides[axis] != expected:
            return False
        expected *= array.view.shape[axis]
    return True


cdef Py_ssize_t numbers_of_item(Buffer array) noexcept:
    cdef Py_ssize_t count = 1
    cdef int axis
    for axis in range(1, array.view.ndim):
        count *= array.view.shape[axis]
    return count


cdef int check_alike(Buffer real, Buffer dual) except -1:
    """Refuse real arrays that are not of the shape and the precision of complex ones."""
    cdef int axis
    cdef bint fits = real.single == dual.single and 2 * real.view.itemsize == dual.view.itemsize
    for axis in range(dual.view.ndim):
        fits = fits and real.view.shape[axis] == dual.view.shape[axis]
    if not fits:
        raise ValueError("duals: values and tangents must have the shape and precision of both")
    return 0


def join_tangents(values, tangents, out):
    """Write values and tangents to the real and imaginary parts of `out`.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef int ndim = out.ndim
    cdef Buffer one = Buffer(values, ndim, False), both = Buffer(out, ndim, True)
    cdef Buffer two = one if tangents is None else Buffer(tangents, ndim, False)
    check_alike(one, both)
    check_alike(two, both)
    if not (has_dense_items(one) and has_dense_items(two) and has_dense_items(both)):
        out.real = values
        out.imag = 0 if tangents is None else tangents
        return
    cdef Py_ssize_t _row, rows = both.view.shape[0], size = numbers_of_item(both)
    cdef char *value = <char *> one.view.buf
    cdef char *tangent = NULL if tangents is None else <char *> two.view.buf
    cdef char *target = <char *> both.view.buf
    with nogil:
        for _row in range(rows):
            if one.single:
                treealg_join_f32(<float *> value, <float *> tangent, <float *> target, size)
            else:
                treealg_join_f64(<double *> value, <double *> tangent, <double *> target, size)
            value += one.view.strides[0]
            if tangent is not NULL:
                tangent += two.view.strides[0]
            target += both.view.strides[0]


def take_tangents(duals, out):
    """Write the imaginary parts of an array.

    See the NumPy function of the same name in `treealg._fast.reference` for the arguments.
    """
    cdef int ndim = out.ndim
    cdef Buffer both = Buffer(duals, ndim, False), one = Buffer(out, ndim, True)
    check_alike(one, both)
    if not (has_dense_items(one) and has_dense_items(both)):
        out[...] = duals.imag
        return
    cdef Py_ssize_t _row, rows = both.view.shape[0], size = numbers_of_item(both)
    cdef char *source = <char *> both.view.buf
    cdef char *target = <char *> one.view.buf
    with nogil:
        for _row in range(rows):
            if one.single:
                treealg_tangents_f32(<float *> source, <float *> target, size)
            else:
                treealg_tangents_f64(<double *> source, <double *> target, size)
            source += both.view.strides[0]
            target += one.view.strides[0]
