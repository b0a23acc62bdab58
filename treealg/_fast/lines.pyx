# cython: language_level=3, cdivision=True
"""Paths of a list, read where they lie: a pointer and strides for each, and nothing copied.

Kernels of spans count the points of all paths, one path after the other, as if they were in one
array: path i is its points from number `spans[i, 0]` on. So each pointer is to where point 0 of
that array would be, in the strides of the path.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport int64_t

import numpy as np


cdef class Lines:
    """Paths that are arrays of NumPy, of one dtype and with as many channels.

    See the class of the same name in `treealg._fast.reference` for its attributes.
    """

    @staticmethod
    def of(paths):
        """Return the paths of a list, or None if they are not of such arrays."""
        cdef Lines found = Lines.__new__(Lines)
        found.arrays = tuple(paths)
        return found if found.read() else None

    def __dealloc__(self):
        cdef Py_ssize_t i
        for i in range(self.held):
            PyBuffer_Release(&self.views[i])
        PyMem_Free(self.views)
        PyMem_Free(self.lines)

    cdef bint read(self) except -1:
        """Hold all arrays; 0 if one is not as the others."""
        cdef tuple arrays = self.arrays
        cdef type ndarray = np.ndarray
        cdef Py_ssize_t i, total = 0
        cdef const Py_buffer *first
        cdef Py_buffer *view
        cdef int64_t[:, ::1] spans
        self.count = len(arrays)
        if self.count == 0:
            return False
        self.views = <Py_buffer *> PyMem_Calloc(self.count, sizeof(Py_buffer))
        self.lines = <path_line *> PyMem_Calloc(self.count, sizeof(path_line))
        if self.views is NULL or self.lines is NULL:
            raise MemoryError
        self.spans = np.empty((self.count, 2), np.int64)
        spans = self.spans
        self.own = spans
        first = self.views
        for i in range(self.count):
            if type(arrays[i]) is not ndarray:
                return False
            view = self.views + i
            try:
                PyObject_GetBuffer(arrays[i], view, PyBUF_FORMAT | PyBUF_STRIDED_RO)
            except (BufferError, ValueError):  # of a dtype that is no number
                return False
            self.held += 1
            if (
                view.ndim != 2 or view.format[0] not in b"df" or view.format[1] != 0
                or view.format[0] != first.format[0] or view.shape[0] < 1
                or view.shape[1] < 1 or view.shape[1] != first.shape[1]
            ):
                return False
            spans[i, 0] = total
            spans[i, 1] = view.shape[0]
            self.lines[i].time_stride = view.strides[0]
            self.lines[i].channel_stride = view.strides[1]
            self.lines[i].start = <Py_ssize_t> view.buf - total * view.strides[0]
            total += view.shape[0]
        return True

    @property
    def dtype(self):
        return self.arrays[0].dtype

    @property
    def shape(self):
        return self.count, self.own[self.count - 1, 0] + self.own[self.count - 1, 1], (
            self.views[0].shape[1]
        )

    def whole(self):
        """Return the points of all paths as one array, the same for each path."""
        return np.broadcast_to(np.concatenate(self.arrays), self.shape)


cdef Buffer points_of(path):
    """Return what functions of spans read: an array of paths, or paths where they lie."""
    cdef Buffer found
    cdef Lines lines
    if not isinstance(path, Lines):
        return Buffer(path, 3, False)
    lines = path
    found = Buffer(lines.arrays[0][None], 3, False)
    found.lines = lines.lines
    found.own_spans = &lines.own[0, 0]
    found.count, found.length = lines.shape[:2]
    return found
