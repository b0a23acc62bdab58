"""What the kernel modules share: the C kernels, buffers, signals and threads (see core.pyx)."""

from libc.stdint cimport int32_t, int64_t


cdef extern from "common/kernels.h" nogil:
    enum: TREEALG_MAX_NODES
    enum: TREEALG_TILE

    enum: ALONE

    ctypedef struct matrix_view:
        char *data
        Py_ssize_t count, row_stride, column_stride, tangent

    ctypedef struct path_line:
        Py_ssize_t start, time_stride, channel_stride

    ctypedef struct path_view:
        const char *data
        const path_line *lines
        const int64_t *spans
        const int64_t *places
        Py_ssize_t count, length, channels
        Py_ssize_t path_stride, time_stride, channel_stride, tangent
        int time_aug, lead_lag
        double end_time

    ctypedef struct sparse_map:
        Py_ssize_t width, n_rows, n_cols
        const int64_t *ptr
        const int64_t *unit_end
        const int32_t *col
        const void *coef

    ctypedef struct term_run:
        int32_t keys, terms

    ctypedef struct term_order:
        const int64_t *tile_run
        const term_run *runs
        const int32_t *key
        const int32_t *slot
        const int32_t *other

    ctypedef struct convolution_program:
        Py_ssize_t width, degree, n_nodes, n_slots
        int single
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
        term_order by_block
        term_order by_trunk
        const void *factor
        const void *nodes
        const void *weights
        const void *moments
        const void *integration

    ctypedef enum group_operation:
        EXPONENTIAL
        EXPONENTIAL_BACKWARD
        PRODUCT
        PRODUCT_BACKWARD
        INVERSE
        INVERSE_BACKWARD
        LINEAR
        LINEAR_BACKWARD
        GROUP_OPERATIONS

    ctypedef void (*group_kernel)(
        const convolution_program *, const matrix_view *, Py_ssize_t, void *) noexcept nogil

    ctypedef struct tree_program:
        Py_ssize_t n_states, n_instructions, n_coefficients, n_columns, n_outputs
        const int32_t *label
        const int32_t *left
        const int32_t *right
        const int32_t *times
        const int32_t *order
        const int32_t *state
        const int64_t *offset
        const int32_t *column
        const int32_t *output

    ctypedef struct correction_view:
        const char *data
        Py_ssize_t path_stride, time_stride, column_stride, tangent

    ctypedef struct path_group:
        const path_view *path
        const correction_view *correction
        const int64_t *order
        Py_ssize_t first
        int count, pieces

    ctypedef struct word_program:
        Py_ssize_t dimension, degree, longest, count
        const int64_t *start
        const int32_t *weight
        const int32_t *child
        const int64_t *cut_ptr
        const int32_t *cut_left
        const int32_t *cut_right
        const int64_t *letter_start
        const int32_t *letter_column
        const int32_t *channel_letter
        Py_ssize_t time_word

    ctypedef struct pair_problem:
        path_view x, y
        const int64_t *first
        const int64_t *second
        Py_ssize_t dimension, depth
        int order_x, order_y, rbf, grid
        double parameter

    ctypedef struct interrupt:
        int stop
        double last
        void (*poll)(interrupt *) noexcept nogil
        void *context

    ctypedef struct word_kernels:
        size_t (*signature_scratch)(Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*signature)(
            const path_view *, Py_ssize_t, Py_ssize_t, int, const Py_ssize_t *,
            const Py_ssize_t *, const Py_ssize_t *, void *, void *, interrupt *) noexcept nogil
        void (*product)(void *, const void *, Py_ssize_t, Py_ssize_t) noexcept nogil
        size_t (*backward_scratch)(Py_ssize_t, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*backward)(
            const path_view *, Py_ssize_t, Py_ssize_t, int, const Py_ssize_t *,
            const Py_ssize_t *, const Py_ssize_t *, const void *, void *, const matrix_view *,
            void *, interrupt *) noexcept nogil
        void (*contract)(void *, const void *, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*steps_to_points)(void *, Py_ssize_t, Py_ssize_t) noexcept nogil
        void (*set_time)(
            const path_view *, Py_ssize_t, Py_ssize_t, Py_ssize_t, void *) noexcept nogil
        void (*step)(void *, const void *, Py_ssize_t, Py_ssize_t, void *) noexcept nogil
        void (*increment)(
            const path_view *, Py_ssize_t, int, const Py_ssize_t *, const Py_ssize_t *,
            void *) noexcept nogil

    ctypedef struct chain_kernels:
        size_t (*signature_scratch)(const word_program *) noexcept nogil
        void (*signature)(
            const word_program *, const path_view *, const correction_view *, int,
            const Py_ssize_t *, const Py_ssize_t *, const Py_ssize_t *, void *, void *,
            interrupt *) noexcept nogil
        void (*product)(const word_program *, void *, const void *) noexcept nogil
        size_t (*backward_scratch)(const word_program *, Py_ssize_t) noexcept nogil
        void (*backward)(
            const word_program *, const path_view *, const correction_view *, int,
            const Py_ssize_t *, const Py_ssize_t *, const Py_ssize_t *, const void *, void *,
            const matrix_view *, const matrix_view *, Py_ssize_t, void *,
            interrupt *) noexcept nogil
        void (*contract)(const word_program *, void *, const void *) noexcept nogil
        void (*step)(
            const word_program *, const path_view *, const correction_view *, int,
            const Py_ssize_t *, const Py_ssize_t *, void *, void *) noexcept nogil

    ctypedef struct algebra_kernels:
        void (*load)(const matrix_view *, Py_ssize_t, Py_ssize_t, void *) noexcept nogil
        void (*store)(const matrix_view *, Py_ssize_t, Py_ssize_t, const void *) noexcept nogil
        void (*add)(void *, const void *, Py_ssize_t) noexcept nogil
        void (*clear_lane)(void *, int, Py_ssize_t) noexcept nogil
        void (*copy_lane)(void *, int, const void *, int) noexcept nogil
        void (*add_lane)(void *, int, const void *, int) noexcept nogil
        void (*apply_map)(
            const sparse_map *, const void *, const matrix_view *, Py_ssize_t) noexcept nogil
        void (*apply_map_to_row)(const sparse_map *, const void *, void *) noexcept nogil
        void (*apply_map_transposed)(
            const sparse_map *, const matrix_view *, Py_ssize_t, void *) noexcept nogil
        size_t (*logarithm_scratch)(const convolution_program *, int) noexcept nogil
        void (*logarithm)(
            const convolution_program *, const matrix_view *, const matrix_view *, Py_ssize_t,
            void *, void *) noexcept nogil
        void (*logarithm_backward)(
            const convolution_program *, const matrix_view *, const matrix_view *,
            const matrix_view *, Py_ssize_t, const void *, void *) noexcept nogil
        size_t (*group_scratch)(const convolution_program *, group_operation) noexcept nogil
        group_kernel *group  # an array, whose length Cython before 3.3 does not take from an enum

    ctypedef struct tree_kernels:
        size_t (*values_scratch)(
            const tree_program *, Py_ssize_t, Py_ssize_t, int) noexcept nogil
        void (*values)(
            const tree_program *, const path_group *, Py_ssize_t, void *, void *,
            interrupt *) noexcept nogil
        void (*values_backward)(
            const tree_program *, const path_group *, Py_ssize_t, void *, const matrix_view *,
            const matrix_view *, Py_ssize_t, void *, interrupt *) noexcept nogil

    ctypedef struct pair_kernels:
        size_t (*sig_kernel_scratch)(const pair_problem *, int) noexcept nogil
        void (*sig_kernel)(
            const pair_problem *, Py_ssize_t, int, const matrix_view *, void *,
            interrupt *) noexcept nogil
        void (*sig_kernel_backward)(
            const pair_problem *, Py_ssize_t, int, const matrix_view *, const matrix_view *,
            const matrix_view *, void *, interrupt *) noexcept nogil

    ctypedef void (*straight_kernel)(const matrix_view *, Py_ssize_t, void *) noexcept nogil

    ctypedef struct straight_kernels:
        size_t scratch
        straight_kernel logarithm, logarithm_backward
        straight_kernel *group

    ctypedef struct kernel_table:
        int lanes
        const word_kernels *words
        const chain_kernels *chains
        const algebra_kernels *algebra
        const tree_kernels *trees
        const pair_kernels *pairs
        const straight_kernels *straight

    ctypedef struct instruction_set:
        const char *name
        const kernel_table *f32
        const kernel_table *f64
        const kernel_table *d32
        const kernel_table *d64

    const instruction_set *treealg_instruction_set(const char *name)


cdef extern from "common/support.h" nogil:
    enum: MAX_LANES
    void *treealg_take_scratch(size_t size)
    void treealg_give_scratch(void *scratch)
    double seconds()


cdef extern from "common/threads.h" nogil:
    enum: SIGNALLED
    enum: OUT_OF_MEMORY
    enum: FORKED
    ctypedef void (*group_work)(
        const void *task, Py_ssize_t group, char *scratch, interrupt *stop) noexcept nogil
    ctypedef struct phase:
        group_work work
        Py_ssize_t groups
    int treealg_worthwhile_threads(double cost, int n_threads)
    void treealg_set_worth_of_thread(double nanoseconds)
    void treealg_run_phases(
        const phase *phases, int count, const void *task, size_t scratch_size, int n_threads,
        interrupt *stop)
    Py_ssize_t treealg_threads_started()
    Py_ssize_t treealg_threads_called()
    void treealg_prepare_for_forks()


cdef class Buffer:
    cdef Py_buffer view
    cdef Py_buffer tangents  # where they are an array of their own
    cdef bint single, has_tangents
    cdef Py_ssize_t real  # bytes of a number, for a dual one of both its parts
    cdef Py_ssize_t tangent  # see common/arguments.h
    cdef int read_apart(self, object value, object tangents, int access) except -1
    cdef const kernel_table *table
    # Of paths where they lie, in place of the first axes; see lines.pyx. NULL for an array.
    cdef const path_line *lines
    cdef const int64_t *own_spans
    cdef Py_ssize_t count, length
    cdef matrix_view matrix(self) noexcept
    cdef path_view path(self, bint time_aug, bint lead_lag, double end_time) noexcept
    cdef bint corrects(self, Buffer path, Py_ssize_t count, Py_ssize_t segments) noexcept
    cdef correction_view correction(self) noexcept
    cdef int check_rows(self, Buffer like, Py_ssize_t count, Py_ssize_t size) except -1
    cdef int check_items(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1
    cdef int check_flat(self, Buffer like, Py_ssize_t rows, Py_ssize_t columns) except -1


cdef const kernel_table *table_for_rows(Buffer like, Py_ssize_t rows) noexcept

cdef const kernel_table *table_for_few(
    const kernel_table *like, Py_ssize_t rows, size_t row_size) noexcept nogil


cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_t:  # of whatever type it is
        pass
    pthread_t pthread_self()
    bint pthread_equal(pthread_t, pthread_t)


cdef class Signals:
    cdef interrupt flag
    cdef pthread_t caller
    cdef object error
    cdef int finish(self) except -1


cdef void *aligned_scratch(size_t size) noexcept nogil

cdef void free_scratch(void *scratch) noexcept nogil

cdef Py_ssize_t steps_of(const path_view *path) noexcept nogil

cdef int worthwhile_threads(double cost, int n_threads) noexcept nogil

cdef void run_phases(
    const phase *phases, int count, const void *task, size_t scratch_size, int n_threads,
    interrupt *stop) noexcept nogil

cdef int run(
    group_work work, const void *task, Py_ssize_t groups, double cost, size_t scratch_size,
    int n_threads) except -1
