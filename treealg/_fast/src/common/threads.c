/* Threads that share out the work of a call, and wait a while for the next one.
 *
 * A call is a team: the thread that made it, and threads of ours that join it. It posts its team
 * and begins; what waits for work joins, and where that is too few, threads are started. Groups are
 * taken a chunk at a time by whoever is free, so that nobody waits for a thread that the system
 * lets wait: one that comes too late finds nothing left to do. Calls of several threads have teams
 * of their own, side by side.
 *
 * Whoever waits looks out for news for LOOK_SECONDS, as waking a thread takes as long, and then
 * sleeps; at once, if anybody else wants the processor. A thread without work ends after
 * IDLE_SECONDS, and before the process forks. The child of a fork has none of the threads,
 * and the state that it has may be half changed: it begins with a new one.
 */

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* for the processors that a thread may use */
#endif

#include "common/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/support.h"

#define GROUPS_PER_POLL 16
#define CHUNKS_PER_THREAD 8
#define STACK ((size_t)1 << 20) /* bytes of a thread, of which kernels need some ten thousand */
#define KEPT_BYTES ((size_t)1 << 20) /* of scratch that a thread keeps between calls at most */
#define SECONDS_PER_POLL 0.05
#define IDLE_SECONDS 1.0
#define FORK_SECONDS 0.05 /* to wait for the end of threads */
#define LOOK_SECONDS 5e-5
#define LOOKS_PER_YIELD 50 /* about a microsecond */
#define YIELD_SECONDS 1e-5 /* if offering the processor takes as long, somebody took it */
#define WORTH_OF_THREAD 5e4 /* nanoseconds of work */

#ifdef __linux__
typedef cpu_set_t processors;
static void get_processors(processors *set) {
    if (sched_getaffinity(0, sizeof *set, set)) CPU_ZERO(set);
}
static void use_processors(const processors *set) {
    if (CPU_COUNT(set)) sched_setaffinity(0, sizeof *set, set);
}
#else
typedef char processors;
static void get_processors(processors *set) { *set = 0; }
static void use_processors(const processors *set) { (void)set; }
#endif

typedef struct team {
    const phase *phases;
    int count;
    const void *task;
    size_t scratch_size;
    interrupt *stop;
    int size; /* threads at most, the caller's among them */
    processors allowed; /* those of the caller */
    /* Under the lock of all: */
    struct team *next;
    int missing; /* threads that may still join */
    int members; /* that hold this memory */
    /* Under a lock of its own: the phase that runs, how many of its groups are taken from the front and
     * from the end, how many are done, and a count of all changes that others may wait for. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int current;
    Py_ssize_t taken, taken_behind, done, changes;
} team;

/* All threads of this process. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t posted, ended;
    team *teams; /* that are at work, the oldest first */
    int wanted; /* the threads that they would have, without the callers */
    int threads, ending;
    int looking, asleep; /* threads without work, but for those of them that are called: */
    int looking_called, asleep_called;
    Py_ssize_t posts; /* of teams so far */
} all;

static Py_ssize_t started, called, forks;
static double worth_of_thread = WORTH_OF_THREAD;

Py_ssize_t treealg_threads_started(void) { return __atomic_load_n(&started, __ATOMIC_RELAXED); }

Py_ssize_t treealg_threads_called(void) { return __atomic_load_n(&called, __ATOMIC_RELAXED); }

void treealg_set_worth_of_thread(double nanoseconds) {
    worth_of_thread = nanoseconds < 0 ? WORTH_OF_THREAD : nanoseconds;
}

int treealg_worthwhile_threads(double cost, int n_threads) {
    if (!(cost < worth_of_thread * n_threads)) return n_threads;
    return cost < 2 * worth_of_thread ? 1 : (int)(cost / worth_of_thread);
}

/* --- waiting --------------------------------------------------------------------------------- */

#ifdef __APPLE__
#define WAITING_CLOCK CLOCK_REALTIME
#else
#define WAITING_CLOCK CLOCK_MONOTONIC
#endif

static void set_up_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
#ifndef __APPLE__
    pthread_condattr_setclock(&attributes, WAITING_CLOCK);
#endif
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Wait until the condition is signalled, or for a time; returns whether the time is over. */
static int wait_at_most(pthread_cond_t *condition, pthread_mutex_t *lock, double duration) {
    struct timespec end;
    clock_gettime(WAITING_CLOCK, &end);
    const double nanoseconds = (double)end.tv_nsec + 1e9 * duration;
    end.tv_sec += (time_t)(nanoseconds / 1e9);
    end.tv_nsec = (long)nanoseconds % 1000000000;
    return pthread_cond_timedwait(condition, lock, &end) == ETIMEDOUT;
}

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

static void change(Py_ssize_t *count) { __atomic_add_fetch(count, 1, __ATOMIC_RELEASE); }

/* Look out for a change, without a lock, for a while. */
static void look_out(const Py_ssize_t *count, Py_ssize_t before) {
    double last = seconds();
    const double end = last + LOOK_SECONDS;
    while (last < end) {
        for (int i = 0; i < LOOKS_PER_YIELD; ++i) {
            if (__atomic_load_n(count, __ATOMIC_ACQUIRE) != before) return;
            pause_briefly();
        }
        sched_yield();
        const double now = seconds();
        if (now - last > YIELD_SECONDS) return;
        last = now;
    }
}

/* --- the work of a team ---------------------------------------------------------------------- */

static inline void one_group(group_work work, const void *task, Py_ssize_t group, char *scratch,
                             interrupt *stop) {
    if (!scratch) stop->stop = OUT_OF_MEMORY;
    else if (!stop->stop) {
        work(task, group, scratch, stop);
        if (group % GROUPS_PER_POLL == 0) stop->poll(stop);
    }
}

/* Wait for the others, where nothing is left to take. */
static void wait_for_change(team *one, int is_caller) {
    const Py_ssize_t before = one->changes;
    pthread_mutex_unlock(&one->lock);
    look_out(&one->changes, before);
    if (is_caller) one->stop->poll(one->stop);
    pthread_mutex_lock(&one->lock);
    if (one->changes == before) wait_at_most(&one->changed, &one->lock, SECONDS_PER_POLL);
}

/* Take groups of the phase that runs, a chunk at a time, until all phases are done. The caller takes
 * them from the front and others from the end, so that the next call finds much of the same memory in
 * the cache of the same processor. */
static void take_groups(team *one, char *scratch, int is_caller) {
    interrupt *const stop = one->stop;
    const Py_ssize_t forks_before = forks;
    pthread_mutex_lock(&one->lock);
    while (one->current < one->count) {
        const phase *const now = &one->phases[one->current];
        const Py_ssize_t left = now->groups - one->taken - one->taken_behind;
        if (one->done == now->groups) {
            ++one->current;
            one->taken = one->taken_behind = one->done = 0;
            change(&one->changes);
            pthread_cond_broadcast(&one->changed);
        } else if (left > 0) {
            const Py_ssize_t count = 1 + (left - 1) / (one->size * CHUNKS_PER_THREAD);
            Py_ssize_t *const taken = is_caller ? &one->taken : &one->taken_behind;
            *taken += count;
            const Py_ssize_t first = is_caller ? *taken - count : now->groups - *taken;
            const Py_ssize_t last = first + count;
            pthread_mutex_unlock(&one->lock);
            for (Py_ssize_t group = first; group < last; ++group)
                one_group(now->work, one->task, group, scratch, stop);
            if (is_caller) stop->poll(stop);
            if (forks != forks_before) {
                /* A handler of a signal has forked, and gone on: who knows where the others are. */
                stop->stop = FORKED;
                return;
            }
            pthread_mutex_lock(&one->lock);
            one->done += last - first;
        } else {
            wait_for_change(one, is_caller);
            if (forks != forks_before) {
                stop->stop = FORKED;
                return;
            }
        }
    }
    pthread_mutex_unlock(&one->lock);
}

/* --- threads --------------------------------------------------------------------------------- */

static void *keep_working(void *unused);

static int start_thread(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t blocked, before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* Leave signals to the threads of the program, but for those that a thread sends itself by a
     * fault. A thread has the mask of the one that starts it. */
    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGILL);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const int failed = pthread_create(&thread, &attributes, keep_working, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (!failed) __atomic_add_fetch(&started, 1, __ATOMIC_RELAXED);
    return !failed;
}

static int least(int x, int y) { return x < y ? x : y; }

/* Call threads to a team, whose lock is held and released: those that look out for one, and up to
 * two others, which call more. */
static void call_threads(const team *one) {
    const int looking = least(one->missing, all.looking);
    const int calls = least(one->missing - looking, 2), woken = least(calls, all.asleep);
    int new = least(calls - woken, all.wanted - all.threads);
    if (new < 0) new = 0;
    all.looking -= looking;
    all.looking_called += looking;
    all.asleep -= woken;
    all.asleep_called += woken;
    all.threads += new;
    if (one->missing) change(&all.posts);
    pthread_mutex_unlock(&all.lock);
    for (int i = 0; i < woken; ++i) pthread_cond_signal(&all.posted);
    for (; new > 0; --new)
        if (!start_thread()) {
            pthread_mutex_lock(&all.lock);
            all.threads -= new;
            pthread_mutex_unlock(&all.lock);
            break;
        }
}

/* Let go of a team, under the lock of all. */
static void leave(team *one) {
    if (--one->members) return;
    pthread_cond_destroy(&one->changed);
    pthread_mutex_destroy(&one->lock);
    free(one);
}

/* The oldest team that a thread may join, under the lock of all. */
static team *open_team(void) {
    team *one = all.teams;
    while (one && !one->missing) one = one->next;
    return one;
}

/* Wait for a team, under the lock of all; returns NULL if none came. */
static team *next_team(void) {
    const Py_ssize_t posts = all.posts;
    ++all.looking;
    pthread_mutex_unlock(&all.lock);
    look_out(&all.posts, posts);
    pthread_mutex_lock(&all.lock);
    --*(all.looking_called ? &all.looking_called : &all.looking);
    for (;;) {
        team *const one = open_team();
        if (one || all.ending) return one;
        ++all.asleep;
        const int is_over = wait_at_most(&all.posted, &all.lock, IDLE_SECONDS);
        --*(all.asleep_called ? &all.asleep_called : &all.asleep);
        if (is_over) return open_team();
    }
}

/* What a thread of ours does. */
static void *keep_working(void *unused) {
    processors allowed;
    char *scratch = NULL; /* is kept for the next team, unless it is large */
    size_t scratch_size = 0;
    get_processors(&allowed);
    pthread_mutex_lock(&all.lock);
    for (team *one = open_team(); one || (one = next_team());) {
        --one->missing;
        ++one->members;
        call_threads(one);
        if (memcmp(&allowed, &one->allowed, sizeof allowed)) {
            allowed = one->allowed;
            use_processors(&allowed);
        }
        if (!scratch || scratch_size < one->scratch_size) {
            treealg_give_scratch(scratch);
            scratch_size = one->scratch_size;
            scratch = treealg_take_scratch(scratch_size);
        }
        if (scratch) take_groups(one, scratch, 0);
        if (scratch_size > KEPT_BYTES) {
            treealg_give_scratch(scratch);
            scratch = NULL;
        }
        pthread_mutex_lock(&all.lock);
        leave(one);
        one = open_team();
    }
    if (--all.threads == 0) pthread_cond_broadcast(&all.ended);
    pthread_mutex_unlock(&all.lock);
    treealg_give_scratch(scratch);
    return unused;
}

/* Do the work of all phases in a team, which is ours to set up; returns whether there is room. */
static int run_team(const phase *phases, int count, const void *task, size_t scratch_size,
                    int n_threads, interrupt *stop) {
    team *const one = calloc(1, sizeof *one);
    if (!one) return 0;
    one->phases = phases;
    one->count = count;
    one->task = task;
    one->scratch_size = scratch_size;
    one->stop = stop;
    one->size = n_threads;
    one->missing = n_threads - 1;
    one->members = 1;
    __atomic_add_fetch(&called, one->missing, __ATOMIC_RELAXED);
    get_processors(&one->allowed);
    pthread_mutex_init(&one->lock, NULL);
    set_up_condition(&one->changed);
    pthread_mutex_lock(&all.lock);
    team **end = &all.teams;
    while (*end) end = &(*end)->next;
    *end = one;
    all.wanted += n_threads - 1;
    call_threads(one);
    char *const scratch = treealg_take_scratch(scratch_size);
    take_groups(one, scratch, 1);
    treealg_give_scratch(scratch);
    if (stop->stop == FORKED) return 1;
    pthread_mutex_lock(&all.lock);
    for (end = &all.teams; *end != one;) end = &(*end)->next;
    *end = one->next;
    all.wanted -= n_threads - 1;
    leave(one);
    pthread_mutex_unlock(&all.lock);
    return 1;
}

void treealg_run_phases(const phase *phases, int count, const void *task, size_t scratch_size,
                        int n_threads, interrupt *stop) {
    Py_ssize_t most = 0;
    for (int i = 0; i < count; ++i)
        if (phases[i].groups > most) most = phases[i].groups;
    if (most == 0) return;
    if (n_threads > most) n_threads = (int)most;
    if (n_threads > 1 && run_team(phases, count, task, scratch_size, n_threads, stop)) return;
    char *const scratch = treealg_take_scratch(scratch_size);
    for (int i = 0; i < count; ++i)
        for (Py_ssize_t group = 0; group < phases[i].groups; ++group)
            one_group(phases[i].work, task, group, scratch, stop);
    treealg_give_scratch(scratch);
}

/* --- forks ----------------------------------------------------------------------------------- */

static void set_up(void) {
    memset(&all, 0, sizeof all);
    pthread_mutex_init(&all.lock, NULL);
    set_up_condition(&all.posted);
    set_up_condition(&all.ended);
}

/* Let idle threads end, so that a process that computes nothing has one thread when it forks. The
 * lock is not waited for: a handler of a signal may have interrupted its holder. */
static void before_fork(void) {
    if (pthread_mutex_trylock(&all.lock)) return;
    if (!all.teams && all.threads) {
        all.ending = 1;
        pthread_cond_broadcast(&all.posted);
        while (all.threads && !wait_at_most(&all.ended, &all.lock, FORK_SECONDS)) {
        }
        all.ending = 0;
    }
    pthread_mutex_unlock(&all.lock);
}

static void after_fork_in_child(void) {
    ++forks;
    set_up();
}

void treealg_prepare_for_forks(void) {
    set_up();
    pthread_atfork(before_fork, NULL, after_fork_in_child);
}
