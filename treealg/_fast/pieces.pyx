# cython: language_level=3, cdivision=True
"""Spans of paths in the order that lanes want them, and cut where some would wait for others.

Sizes are sorted by counting, digit by digit: all of this is linear in the number of spans.
"""

from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

import numpy as np

cdef enum:
    DIGITS = 256  # of the numbers that are sorted
    TURNS = 4  # of all lanes, at most, for pieces of spans that are cut


cdef void *memory(Py_ssize_t count, size_t size) except NULL:
    cdef void *found = PyMem_Calloc(max(count, <Py_ssize_t> 1), size)
    if found is NULL:
        raise MemoryError
    return found


cdef int largest_first(const int64_t *size, Py_ssize_t count, int64_t *order) except -1:
    """Write the numbers of sizes, the largest first; of equal ones, the lowest number first."""
    cdef int64_t starts[DIGITS]
    cdef int64_t largest = 0, below, start, digit
    cdef Py_ssize_t i
    cdef int shift = 0
    cdef int64_t *other
    for i in range(count):
        order[i] = i
        largest = max(largest, size[i])
    if largest == 0:
        return 0
    other = <int64_t *> memory(count, sizeof(int64_t))
    while largest >> shift:
        memset(starts, 0, sizeof(starts))
        for i in range(count):
            starts[((largest - size[i]) >> shift) & (DIGITS - 1)] += 1
        below = 0
        for digit in range(DIGITS):
            start = below
            below += starts[digit]
            starts[digit] = start
        for i in range(count):
            digit = ((largest - size[order[i]]) >> shift) & (DIGITS - 1)
            other[starts[digit]] = order[i]
            starts[digit] += 1
        memcpy(order, other, count * sizeof(int64_t))
        shift += 8
    PyMem_Free(other)
    return 0


cdef class Spans:
    """Spans of paths: their table, their order, and where what belongs to their points is written.
    """

    def __dealloc__(self):
        PyMem_Free(self.order)
        PyMem_Free(self.places)

    cdef int read(self, spans, Py_ssize_t count, Py_ssize_t length, const int64_t *own) except -1:
        """Take a table, having checked that each span is within its path."""
        cdef const int64_t[:, ::1] table
        cdef Py_ssize_t i
        cdef int64_t first, points
        cdef int64_t *sizes
        if spans.ndim == 1:  # lengths, of paths from their beginnings
            spans = np.stack([np.zeros(len(spans), np.int64), spans], axis=1)
        if spans.shape != (count, 2):
            raise ValueError("there must be one span, its first point and its points, per path")
        table = np.ascontiguousarray(spans, np.int64)
        self.table = table
        self.count, self.longest, self.points = count, 1, 0
        self.order = <int64_t *> memory(count, sizeof(int64_t))
        self.places = sizes = <int64_t *> memory(count, sizeof(int64_t))
        for i in range(count):
            first, points = table[i, 0], table[i, 1]
            if (
                first < (0 if own is NULL else own[2 * i]) or points < 1
                or points > length - first
                or own is not NULL and points > own[2 * i] + own[2 * i + 1] - first
            ):
                raise ValueError("a span is not within its path")
            sizes[i] = points
            self.longest = max(self.longest, <Py_ssize_t> points)
        largest_first(sizes, count, self.order)
        for i in range(count):
            self.places[i] = self.points - table[i, 0]
            self.points += table[i, 1]
        return 0

    cdef void describe(self, path_view *path) noexcept:
        """Let paths be spans of them."""
        if self.count:
            path.spans, path.places = &self.table[0, 0], self.places


cdef Spans spans_of(spans, Buffer path):
    """Return the spans of paths, checked."""
    cdef path_view view = path.path(False, False, 0)
    cdef Spans found = Spans.__new__(Spans)
    found.read(spans, view.count, view.length, path.own_spans)
    return found


cdef class Pieces:
    """The pieces of spans that are cut, the spans that are not, and what is to be joined.

    Segments are those of the transformed path.
    """

    def __dealloc__(self):
        PyMem_Free(self.cut)
        PyMem_Free(self.whole)
        PyMem_Free(self.joined)
        PyMem_Free(self.position)

    @property
    def tables(self):
        """The pieces, the uncut spans and the cut ones, in rows, for tests."""
        cdef Py_ssize_t i
        return [
            np.array(rows, np.int64).reshape(-1, 4) for rows in (
                [(self.cut[i].path, self.cut[i].begin, self.cut[i].end, self.cut[i].place)
                 for i in range(self.n_cut)],
                [(self.whole[i].path, self.whole[i].begin, self.whole[i].end, self.whole[i].place)
                 for i in range(self.n_whole)],
                [(self.joined[i].path, self.joined[i].first, self.joined[i].last,
                  self.joined[i].end) for i in range(self.n_joined)],
            )
        ]


cdef Py_ssize_t steps_of(Spans spans, Py_ssize_t path) noexcept:
    return spans.table[path, 1] - 1


cdef Py_ssize_t cut_into(Py_ssize_t steps, Py_ssize_t most) noexcept:
    """Into how many pieces to cut a span, so that none has more steps than `most`, nor few."""
    return max(min((steps + most - 1) // most, steps // 4), <Py_ssize_t> 1)


cdef Py_ssize_t step_before(Py_ssize_t steps, Py_ssize_t pieces, Py_ssize_t k) noexcept:
    """Return the first step of piece k of a span; what lies in memory as evenly is read at once.

    Pieces have one length, and only the last one fewer steps, if that leaves it any.
    """
    cdef Py_ssize_t share = (steps + pieces - 1) // pieces
    if (pieces - 1) * share < steps:
        return min(k * share, steps)
    return k * steps // pieces


cdef double cost_of_pieces(
    Spans spans, Py_ssize_t most, int lanes, int n_threads, int64_t *sizes, int64_t *order
) except -1:
    """Return what pieces of at most so many steps cost, in steps of a thread.

    Lanes wait for the longest; to join a piece costs about as much as a few segments.
    """
    cdef Py_ssize_t i, at = 0, pieces, steps, groups, joints = 0
    cdef double sum = 0, longest = 0
    for i in range(spans.count):
        steps = steps_of(spans, i)
        pieces = cut_into(steps, most)
        sizes[i] = (steps + pieces - 1) // pieces
        joints += pieces - 1
    largest_first(sizes, spans.count, order)
    for i in range(spans.count):  # the longest piece of each group, one in so many as are lanes
        pieces = cut_into(steps_of(spans, order[i]), most)
        groups = (at + pieces + lanes - 1) // lanes - (at + lanes - 1) // lanes
        sum += <double> sizes[order[i]] * groups
        at += pieces
    longest = sizes[order[0]]
    return max(sum / n_threads, longest) + 3.0 * joints


cdef Py_ssize_t most_steps(Spans spans, int lanes, int n_threads) except -1:
    """Return how many steps a piece may have, so that all lanes have work.

    There are only so many pieces as keep all lanes busy for a few turns, however many spans there
    are.
    """
    cdef Py_ssize_t best = max(spans.longest - 1, <Py_ssize_t> 1), most, turns
    cdef Py_ssize_t workers = lanes * n_threads, share = (spans.points - spans.count) // workers
    cdef double least, cost
    cdef int64_t *sizes
    if spans.count == 0 or spans.count >= 4 * workers and spans.longest - 1 <= share:
        return best
    sizes = <int64_t *> memory(2 * spans.count, sizeof(int64_t))
    try:
        least = cost_of_pieces(spans, best, lanes, n_threads, sizes, sizes + spans.count)
        for turns in range(1, TURNS + 1):
            most = max(share // turns, <Py_ssize_t> 1)
            cost = cost_of_pieces(spans, most, lanes, n_threads, sizes, sizes + spans.count)
            if cost < least:
                best, least = most, cost
    finally:
        PyMem_Free(sizes)
    return best


cdef Pieces pieces_of(Spans spans, Py_ssize_t per_step, int lanes, int n_threads):
    """Return the pieces of spans, the longest first."""
    cdef Pieces found = Pieces.__new__(Pieces)
    cdef Py_ssize_t i, k, path, steps, pieces, n_cut = 0, n_joined = 0, at = 0
    cdef Py_ssize_t most = most_steps(spans, lanes, n_threads)
    cdef int64_t first
    cdef piece *own
    cdef piece *parts
    cdef int64_t *sizes
    for i in range(spans.count):
        pieces = cut_into(steps_of(spans, i), most)
        if pieces > 1:
            n_cut += pieces
            n_joined += 1
    found.whole = <piece *> memory(spans.count - n_joined, sizeof(piece))
    for i in range(spans.count):
        path = spans.order[i]
        steps = steps_of(spans, path)
        if cut_into(steps, most) > 1:
            continue
        own = found.whole + found.n_whole
        own.path, own.begin = path, per_step * spans.table[path, 0]
        own.end, own.place = own.begin + per_step * steps, found.n_whole
        found.n_whole += 1
    found.longest = found.whole[0].end - found.whole[0].begin if found.n_whole else 0
    if n_cut == 0:
        return found
    found.cut = <piece *> memory(n_cut, sizeof(piece))
    found.joined = <cut_path *> memory(n_joined, sizeof(cut_path))
    found.position = <int64_t *> memory(n_cut, sizeof(int64_t))
    parts = <piece *> memory(n_cut, sizeof(piece) + 2 * sizeof(int64_t))
    sizes = <int64_t *> (parts + n_cut)
    for path in range(spans.count):
        first, steps = spans.table[path, 0], steps_of(spans, path)
        pieces = cut_into(steps, most)
        if pieces == 1:
            continue
        for k in range(pieces):
            own = parts + at + k
            own.path, own.place = path, at + k
            own.begin = per_step * (first + step_before(steps, pieces, k))
            own.end = per_step * (first + step_before(steps, pieces, k + 1))
            sizes[at + k] = own.end - own.begin
        found.joined[found.n_joined] = cut_path(
            path, at, at + pieces, per_step * (first + steps)
        )
        found.n_joined += 1
        at += pieces
    try:
        largest_first(sizes, n_cut, sizes + n_cut)
        for i in range(n_cut):
            found.cut[i] = parts[sizes[n_cut + i]]
            found.position[found.cut[i].place] = i
    finally:
        PyMem_Free(parts)
    found.n_cut = n_cut
    found.longest = max(
        found.longest, <Py_ssize_t> (found.cut[0].end - found.cut[0].begin)
    )
    return found


def checked_spans(spans, Py_ssize_t count, Py_ssize_t length):
    """Return spans as kernels read them, having checked that each is within its path."""
    cdef Spans found = Spans.__new__(Spans)
    table = np.ascontiguousarray(spans, np.int64)
    found.read(table, count, length, NULL)
    return table


def cut_spans(spans, Py_ssize_t per_step, int lanes, int n_threads):
    """Return the rows of `Pieces.tables` for spans that are not checked, for tests."""
    cdef Spans found = Spans.__new__(Spans)
    found.read(spans, len(spans), np.iinfo(np.int64).max, NULL)
    return pieces_of(found, per_step, lanes, n_threads).tables
