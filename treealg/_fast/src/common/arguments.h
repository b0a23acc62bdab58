/* What the kernels of several families take. Nothing here knows of trees. Arguments are checked by the
 * caller; a kernel trusts them.
 */
#ifndef TREEALG_ARGUMENTS_H
#define TREEALG_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#ifndef Py_PYTHON_H
typedef ptrdiff_t Py_ssize_t;
#endif

#define ALIGNMENT 64

/* Arrays of dual numbers are given by their values, with the bytes from a value to its tangent as
 * `tangent`; kernels over real numbers do not look there. It is ALONE where there is one array only:
 * values that are read have zeros for tangents then, and of what is written there are tangents alone. */
#define ALONE 1

/* A matrix of `count` rows in memory; strides in bytes, of any sign. */
typedef struct {
    char *data;
    Py_ssize_t count, row_stride, column_stride, tangent;
} matrix_view;

/* One path of several that lie anywhere: the address of its point 0, which may be no point of it (see
 * lines.pyx) and is therefore a number, and its strides. */
typedef struct {
    Py_ssize_t start, time_stride, channel_stride;
} path_line;

/* Piecewise linear paths, (count, length, channels), strides in bytes, and their transform. With
 * lines, path i is lines[i], and there are spans; data and strides say nothing. With spans, path i is
 * no more than spans[2 i + 1] points from number spans[2 i] on: pieces of it are counted from the
 * beginning of its row, its time starts with the span. With places, what belongs to point k of path i
 * is written to row k + places[i] of one matrix, not to row k of the i-th. */
typedef struct {
    const char *data;
    const path_line *lines; /* or NULL */
    const int64_t *spans, *places; /* or NULL */
    Py_ssize_t count, length, channels;
    Py_ssize_t path_stride, time_stride, channel_stride, tangent;
    int time_aug, lead_lag;
    double end_time;
} path_view;

/* Corrections of the segments of paths, (count, segments, columns), strides in bytes; 0 for what is
 * the same for all. */
typedef struct {
    const char *data;
    Py_ssize_t path_stride, time_stride, column_stride, tangent;
} correction_view;

/* Looked at between blocks of work; set when the caller wants the kernel to return early. */
typedef struct interrupt {
    volatile int stop; /* not 0: return early */
    double last; /* when signals were last looked for, in seconds */
    void (*poll)(struct interrupt *);
    void *context;
} interrupt;

#endif
