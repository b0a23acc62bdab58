/* Threads that share out the work of a call, and wait a while for the next one. */
#ifndef TREEALG_THREADS_H
#define TREEALG_THREADS_H

#include <signal.h>
#include <stddef.h>

#include "common/arguments.h"

/* Why a call stopped early. */
enum { SIGNALLED = 1, OUT_OF_MEMORY = 2, FORKED = 3 };

/* The work of one group, in scratch memory of its thread. Groups come in any order. */
typedef void (*group_work)(const void *task, Py_ssize_t group, char *scratch, interrupt *stop);

/* Groups that do not depend on each other, but on those of the phases before. */
typedef struct {
    group_work work;
    Py_ssize_t groups;
} phase;

/* Up to `n_threads` threads, as many as work of `cost` nanoseconds is worth. */
int treealg_worthwhile_threads(double cost, int n_threads);

/* From now on a thread is worth that many nanoseconds of work; less than 0 for what is usual. */
void treealg_set_worth_of_thread(double nanoseconds);

/* Share the groups of each phase out to threads, each with aligned scratch memory of its own.
 * Groups that have not begun when `stop` is set are left out. */
void treealg_run_phases(const phase *phases, int count, const void *task, size_t scratch_size,
                        int n_threads, interrupt *stop);

/* How many threads have been started, by this process or before it was forked. */
Py_ssize_t treealg_threads_started(void);

/* How many threads calls have had so far beside those that made them, if all came. */
Py_ssize_t treealg_threads_called(void);

/* To be called once. */
void treealg_prepare_for_forks(void);

#endif
