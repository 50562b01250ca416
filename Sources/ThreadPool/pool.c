#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unetc_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "binding.h"
#include "counters.h"
#include "denormals.h"
#include "gate.h"

/* A step begins and ends like this, for T threads:
 *
 * - The caller cuts the tasks into shares and writes each thread's to a line that only this thread waits on. So all
 *   lines are on their way at once, and each is fetched once.
 * - A thread takes the tasks of its share on that line. Whoever takes the last task of a share counts it out of the
 *   tree `open`: a thread that is done sees at the root that there is nothing to help with, or goes where something is.
 * - Whoever ends the last task of a share counts it out of the tree `busy`, and the last of all has ended the step.
 *   What is waited for are tasks, not threads: a thread that sleeps, or whose processor another program uses, holds
 *   nothing up, for others take its tasks.
 *
 * So a thread touches its own line, a counter in either tree that FAN threads know, where it is the last of those the
 * one above, and the root of `open` to see that nothing is left. The caller touches the T lines as well, and looks at a
 * gate for every FAN threads. */

#define STACK_BYTES (8u << 20)
/* Of one deal; jobs of more are dealt several times. A test has it smaller. */
#ifndef UNETC_MOST_TASKS
#define UNETC_MOST_TASKS (1 << 30)
#endif

/* The tasks that one thread has still to begin: the first in the lower half, the end in the upper one, so that a single
 * exchange takes a task from either side. Who has taken one may read the rest until the task counts as ended. */
typedef struct share {
    _Alignas(APART) atomic_uint_fast64_t range;
    atomic_uint_fast64_t busy; /* tasks not known to have ended */
    const unetc_job *jobs;
    int64_t first; /* the number that task 0 of all shares has among the tasks of all jobs */
    atomic_uint calls; /* how often its thread was called */
} share;

typedef struct worker {
    _Alignas(APART) struct unetc_pool *pool;
    pthread_t thread;
    int index;
    unsigned seen; /* of the calls: written at each, and read at each turn of waiting */
} worker;

struct unetc_pool {
    int threads;
    int started; /* workers that run */
    int may_spin;
    int *processors; /* the threads'; NULL for none */
    atomic_int stop;
    worker *workers;
    int64_t *bounds; /* of the shares, one more than threads */
    share *shares; /* the threads' */
    counter *open; /* shares with tasks that nobody has taken; the workers' gates have the same groups */
    counter *busy; /* shares with tasks that have not ended */
    int last_counter; /* the roots' place in both trees */
    int groups;
    gate *wake; /* the workers', one for each FAN of them */
    gate *done; /* the caller's */
};

int64_t unetc_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- Cutting jobs into shares ---- */

static int64_t task_count(const unetc_job *job) { return job->count > 0 ? job->count : 0; }

/* What a task weighs; alone a job weighs what it has tasks, so that all its shares are the same. */
static double weight_of(const unetc_job *job, int jobs) {
    if (jobs == 1) return 1;
    return job->weight > 0 ? job->weight : 0;
}

/* The tasks of a job that lie in a deal. */
static int64_t overlap(int64_t begin, int64_t end, int64_t first, int64_t last) {
    int64_t from = begin > first ? begin : first, to = end < last ? end : last;
    return to > from ? to - from : 0;
}

/* Where among `count` tasks of the same weight a share begins: at the first task that begins no earlier. */
static int64_t task_at(double weight, double part, int64_t count) {
    double place = weight / part - 1e-6; /* roundings must not make a share empty */
    if (!(place > 0)) return 0;
    if (place >= (double)count) return count;
    int64_t whole = (int64_t)place;
    return whole + ((double)whole < place);
}

/* Cuts `count` tasks from number `first` on into contiguous shares of the same weight. */
static void cut(const unetc_job *jobs, int job_count, int64_t first, int64_t count, int threads, int64_t *bounds) {
    double all = 0;
    int64_t begin = 0;
    for (int j = 0; j < job_count; begin += task_count(&jobs[j++])) {
        all += weight_of(&jobs[j], job_count)
            * (double)overlap(begin, begin + task_count(&jobs[j]), first, first + count);
    }
    int job = 0;
    int64_t passed = 0; /* tasks of jobs before `job` that lie in the deal */
    double passed_weight = 0;
    begin = 0;
    for (int t = 0; t < threads; t++) {
        double from = all * t / threads;
        for (;;) {
            int64_t here = overlap(begin, begin + task_count(&jobs[job]), first, first + count);
            double part = weight_of(&jobs[job], job_count);
            if (job + 1 == job_count || passed_weight + part * (double)here > from) {
                bounds[t] = passed + task_at(from - passed_weight, part, here);
                break;
            }
            passed_weight += part * (double)here;
            passed += here;
            begin += task_count(&jobs[job++]);
        }
    }
    bounds[0] = 0;
    bounds[threads] = count;
}

void unetc_cut_shares(const unetc_job *jobs, int count, int threads, int64_t *bounds) {
    int64_t tasks = 0;
    for (int j = 0; j < count; j++) tasks += task_count(&jobs[j]);
    if (tasks > 0) cut(jobs, count, 0, tasks, threads, bounds);
    else memset(bounds, 0, ((size_t)threads + 1) * sizeof *bounds);
}

/* ---- Shares ---- */

static uint32_t first_of(uint64_t range) { return (uint32_t)range; }
static uint32_t end_of(uint64_t range) { return (uint32_t)(range >> 32); }
static int is_empty(uint64_t range) { return first_of(range) == end_of(range); }

static int has_tasks(const share *s) { return !is_empty(atomic_load_explicit(&s->range, memory_order_relaxed)); }

/* Takes the first task of a share, or the last one for another thread than its own; -1 when none is left. */
static int64_t take(share *s, counter *open, int is_own) {
    uint_fast64_t range = atomic_load_explicit(&s->range, memory_order_relaxed), rest;
    do {
        if (is_empty(range)) return -1;
        rest = is_own ? range + 1 : range - ((uint64_t)1 << 32);
    } while (!atomic_compare_exchange_weak_explicit(
        &s->range, &range, rest, memory_order_acquire, memory_order_relaxed));
    if (is_empty(rest)) counter_leave(open);
    return is_own ? first_of(range) : (int64_t)end_of(range) - 1;
}

/* Wakes threads that sleep and were called. */
static void wake(unetc_pool *pool, int wakes_all) {
    unetc_gate_publish();
    for (int g = 0; g < pool->groups; g++) {
        int end = (g + 1) * FAN < pool->threads ? (g + 1) * FAN : pool->threads;
        if (wakes_all || pool->bounds[g * FAN] < pool->bounds[end]) unetc_gate_open(&pool->wake[g]);
    }
}

/* Cuts the tasks, writes the shares, and calls the threads that have one, or all when there is more to do than that. */
static void deal(unetc_pool *pool, const unetc_job *jobs, int job_count, int64_t first, int64_t count) {
    cut(jobs, job_count, first, count, pool->threads, pool->bounds);
    const int64_t *bounds = pool->bounds;
    int64_t taken = 0; /* shares with tasks */
    for (int t = 0; t < pool->threads; t++) {
        if (bounds[t] == bounds[t + 1]) continue;
        counter_enter(&pool->open[t / FAN]);
        counter_enter(&pool->busy[t / FAN]);
        taken++;
    }
    for (int t = pool->threads - 1; t >= 0; t--) {
        share *s = &pool->shares[t];
        if (bounds[t] < bounds[t + 1]) {
            s->jobs = jobs;
            s->first = first;
            atomic_store_explicit(&s->busy, (uint64_t)(bounds[t + 1] - bounds[t]), memory_order_relaxed);
            atomic_store_explicit(
                &s->range, (uint64_t)bounds[t + 1] << 32 | (uint64_t)bounds[t], memory_order_release);
        } else if (taken == count) {
            continue;
        }
        unsigned calls = atomic_load_explicit(&s->calls, memory_order_relaxed);
        atomic_store_explicit(&s->calls, calls + 1, memory_order_release);
    }
    wake(pool, taken < count);
}

/* ---- Work ---- */

/* A job among several, and what a thread has done of it. */
typedef struct place {
    const unetc_job *job;
    int64_t first, end; /* its tasks among those of all jobs */
    int64_t begin, tasks; /* since it came there */
} place;

/* Adds what a thread did, to whatever it did of the same job before. */
static void note(const place *p, int t) {
    if (p->job->intervals == NULL || p->tasks == 0) return;
    unetc_interval *interval = &p->job->intervals[t];
    if (interval->tasks == 0) interval->begin = p->begin;
    interval->end = unetc_now();
    interval->tasks += p->tasks;
}

static void come(place *p) {
    p->tasks = 0;
    p->begin = p->job->intervals != NULL ? unetc_now() : 0;
}

/* Goes to the job that has the task. */
static void seek(place *p, int64_t task, int t) {
    if (p->first <= task && task < p->end) return;
    note(p, t);
    while (task >= p->end) {
        p->first = p->end;
        p->end += task_count(++p->job);
    }
    while (task < p->first) {
        p->end = p->first;
        p->first -= task_count(--p->job);
    }
    come(p);
}

/* Runs, as thread t, what is left of a share. */
static void run_share(unetc_pool *pool, int owner, int t) {
    share *s = &pool->shares[owner];
    counter *open = &pool->open[owner / FAN];
    int64_t task = take(s, open, owner == t);
    if (task < 0) return;
    place p = {s->jobs, 0, task_count(s->jobs), 0, 0};
    int64_t first = s->first;
    uint64_t done = 0;
    come(&p);
    do {
        seek(&p, first + task, t);
        p.job->kernel(&p.job->calls[t], first + task - p.first);
        p.tasks++;
        done++;
        task = take(s, open, owner == t);
    } while (task >= 0);
    note(&p, t);
    if (atomic_fetch_sub_explicit(&s->busy, done, memory_order_acq_rel) != done) return;
    if (!counter_leave(&pool->busy[owner / FAN])) return;
    unetc_gate_publish();
    unetc_gate_open(pool->done);
}

/* A thread's own tasks in order, then the last ones of threads that are late, near ones first: another program may be
 * on their processor, or the tasks do not divide by the threads. */
static void run_shares(unetc_pool *pool, int t) {
    run_share(pool, t, t);
    int reach = 1;
    while (reach < pool->groups) reach *= 2;
    for (int i = 0; i < reach; i++) {
        if (counter_is_zero(&pool->open[pool->last_counter])) return;
        int group = t / FAN ^ i;
        if (group >= pool->groups || counter_is_zero(&pool->open[group])) continue;
        for (int j = 0; j < FAN; j++) {
            int owner = group * FAN + (t % FAN ^ j);
            if (owner < pool->threads && has_tasks(&pool->shares[owner])) run_share(pool, owner, t);
        }
    }
}

static int is_called(const void *argument) {
    const worker *self = argument;
    return atomic_load_explicit(&self->pool->shares[self->index].calls, memory_order_acquire) != self->seen;
}

static int is_done(const void *root) { return counter_is_zero(root); }

static void *work(void *argument) {
    worker *self = argument;
    unetc_pool *pool = self->pool;
    begin_flush();
    if (pool->processors != NULL) bind_thread(pool->processors[self->index]);
    for (;;) {
        unetc_gate_wait(&pool->wake[self->index / FAN], pool->may_spin, is_called, self);
        self->seen = atomic_load_explicit(&pool->shares[self->index].calls, memory_order_acquire);
        if (atomic_load_explicit(&pool->stop, memory_order_acquire)) return NULL;
        run_shares(pool, self->index);
    }
}

/* All tasks by the caller. */
static void run_alone(const unetc_job *jobs, int count) {
    for (int j = 0; j < count; j++) {
        place p = {&jobs[j], 0, task_count(&jobs[j]), 0, 0};
        if (p.end == 0) continue;
        come(&p);
        for (; p.tasks < p.end; p.tasks++) p.job->kernel(&p.job->calls[0], p.tasks);
        note(&p, 0);
    }
}

void unetc_pool_run_jobs(unetc_pool *pool, const unetc_job *jobs, int count) {
    int64_t tasks = 0;
    for (int j = 0; j < count; j++) tasks += task_count(&jobs[j]);
    float_mode before = begin_flush();
    if (pool->threads == 1 || tasks <= 1) {
        run_alone(jobs, count);
    } else {
        for (int64_t first = 0; first < tasks; first += UNETC_MOST_TASKS) {
            deal(pool, jobs, count, first, tasks - first < UNETC_MOST_TASKS ? tasks - first : UNETC_MOST_TASKS);
            run_shares(pool, 0);
            unetc_gate_wait(pool->done, pool->may_spin, is_done, &pool->busy[pool->last_counter]);
        }
    }
    end_flush(before);
}

void unetc_pool_run(unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count) {
    unetc_job job = {kernel, calls, count, 1, NULL};
    unetc_pool_run_jobs(pool, &job, 1);
}

void unetc_time_tasks(const unetc_job *job, int64_t *nanoseconds) {
    float_mode before = begin_flush();
    int64_t last = unetc_now();
    for (int64_t task = 0; task < job->count; task++) {
        job->kernel(&job->calls[0], task);
        int64_t now = unetc_now();
        nanoseconds[task] += now - last;
        last = now;
    }
    end_flush(before);
}

/* ---- Life ---- */

/* Starts the workers with all signals blocked but those of crashes, so that handlers run on the program's own threads. */
static int start_workers(unetc_pool *pool) {
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) return 0;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    /* A crash is that of its thread, and its handler says where. */
    const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigdelset(&all, crashes[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->started < pool->threads - 1) {
        worker *w = &pool->workers[pool->started];
        w->pool = pool;
        w->index = pool->started + 1;
        if (pthread_create(&w->thread, &attributes, work, w) != 0) break;
        pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return pool->started == pool->threads - 1;
}

/* Zeroed memory for what threads write to, each on lines of its own. */
static void *lines(size_t count, size_t size) {
    void *memory = aligned_alloc(APART, count * size);
    if (memory != NULL) memset(memory, 0, count * size);
    return memory;
}

static int allocate(unetc_pool *pool) {
    int counters = counters_needed(pool->threads);
    pool->groups = (pool->threads + FAN - 1) / FAN;
    pool->last_counter = counters - 1;
    pool->workers = lines((size_t)pool->threads, sizeof *pool->workers);
    pool->bounds = calloc((size_t)pool->threads + 1, sizeof *pool->bounds);
    pool->shares = lines((size_t)pool->threads, sizeof *pool->shares);
    pool->open = lines((size_t)counters, sizeof *pool->open);
    pool->busy = lines((size_t)counters, sizeof *pool->busy);
    pool->wake = lines((size_t)pool->groups + 1, sizeof *pool->wake);
    if (!pool->workers || !pool->bounds || !pool->shares || !pool->open || !pool->busy || !pool->wake) return 0;
    counters_init(pool->open, pool->threads);
    counters_init(pool->busy, pool->threads);
    for (int g = 0; g <= pool->groups; g++) unetc_gate_init(&pool->wake[g]);
    pool->done = &pool->wake[pool->groups];
    return 1;
}

unetc_pool *unetc_pool_create(int threads, int awake, const int *processors) {
    unetc_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) return NULL;
    pool->threads = threads < 1 ? 1 : threads;
    pool->may_spin = pool->threads <= awake;
    if (processors != NULL) {
        size_t bytes = (size_t)pool->threads * sizeof *processors;
        pool->processors = malloc(bytes);
        if (pool->processors == NULL) {
            unetc_pool_destroy(pool);
            return NULL;
        }
        memcpy(pool->processors, processors, bytes);
    }
    if (!allocate(pool) || !start_workers(pool)) {
        unetc_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void unetc_pool_destroy(unetc_pool *pool) {
    if (pool == NULL) return;
    if (pool->started > 0) {
        atomic_store_explicit(&pool->stop, 1, memory_order_release);
        for (int i = 0; i < pool->started; i++) atomic_fetch_add(&pool->shares[i + 1].calls, 1);
        wake(pool, 1);
        for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i].thread, NULL);
    }
    if (pool->done != NULL) for (int g = 0; g <= pool->groups; g++) unetc_gate_destroy(&pool->wake[g]);
    free(pool->processors);
    free(pool->wake);
    free(pool->busy);
    free(pool->open);
    free(pool->shares);
    free(pool->bounds);
    free(pool->workers);
    free(pool);
}

int unetc_pool_threads(const unetc_pool *pool) { return pool->threads; }
