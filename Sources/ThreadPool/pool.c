#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unetc_pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Steps follow each other within microseconds: waiting that long awake is cheaper than a trip through the kernel. */
#define SPIN_NANOSECONDS 40000
#define STACK_BYTES (8u << 20)
#define CACHE_LINE 64
/* Of one deal; a job of more is dealt several times. */
#define MOST_TASKS (1 << 30)

/* One side's place to sleep until an atomic number changes. */
typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    atomic_int sleepers;
} gate;

/* The tasks that one thread has still to run: the first in the lower half, the end in the upper one, so that a single
 * exchange takes a task from either side. */
typedef struct share {
    _Alignas(CACHE_LINE) atomic_uint_fast64_t range;
} share;

typedef struct worker {
    struct unetc_pool *pool;
    pthread_t thread;
    int index;
} worker;

struct unetc_pool {
    int threads;
    int started; /* workers that run */
    int may_spin;
    worker *workers;
    share *shares; /* the threads' */
    gate wake; /* the workers' */
    gate done; /* the caller's */
    /* The job: written by the caller before `generation` changes, read by workers after. */
    unetc_kernel kernel;
    const unetc_call *calls;
    unetc_interval *intervals; /* one a thread; NULL when nobody looks at the clock */
    int64_t first; /* task 0 of the shares */
    int stop;
    _Alignas(CACHE_LINE) atomic_uint generation;
    _Alignas(CACHE_LINE) atomic_int pending; /* workers still busy with this generation */
    char tail[CACHE_LINE];
};

/* ---- Denormals ---- */

#if defined(__x86_64__)
#include <xmmintrin.h>
#define FLUSH_BITS 0x8040u /* flush to zero, denormals are zero */
typedef unsigned int float_mode;
static float_mode get_float_mode(void) { return _mm_getcsr(); }
static void set_float_mode(float_mode mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
#define FLUSH_BITS (1ull << 24)
typedef unsigned long long float_mode;
static float_mode get_float_mode(void) {
    float_mode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
static void set_float_mode(float_mode mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
#define FLUSH_BITS 0u
typedef unsigned int float_mode;
static float_mode get_float_mode(void) { return 0; }
static void set_float_mode(float_mode mode) { (void)mode; }
#endif

/* Turns the flushing of denormals on; returns the bits that were set before. */
static float_mode begin_flush(void) {
    float_mode mode = get_float_mode();
    set_float_mode(mode | FLUSH_BITS);
    return mode & FLUSH_BITS;
}

/* Gives the bits back without touching others, such as the exceptions raised meanwhile. */
static void end_flush(float_mode before) { set_float_mode((get_float_mode() & ~(float_mode)FLUSH_BITS) | before); }

/* ---- Waiting ---- */

static inline void relax(void) {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int64_t unetc_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* True as soon as `ready(pool, key)`, false when it has not come within the time to spin. */
static int spin(unetc_pool *pool, int (*ready)(unetc_pool *, unsigned), unsigned key) {
    if (ready(pool, key)) return 1;
    if (!pool->may_spin) return 0;
    int64_t end = unetc_now() + SPIN_NANOSECONDS;
    do {
        for (int i = 0; i < 16; i++) {
            relax();
            if (ready(pool, key)) return 1;
        }
    } while (unetc_now() < end);
    return 0;
}

/* Returns once `ready(pool, key)`. A sleeper announces itself before it looks for the last time, and a waker changes
 * the number before it looks for sleepers (all sequentially consistent), so that one of them always sees the other. */
static void wait_at(gate *g, unetc_pool *pool, int (*ready)(unetc_pool *, unsigned), unsigned key) {
    if (spin(pool, ready, key)) return;
    pthread_mutex_lock(&g->mutex);
    atomic_fetch_add(&g->sleepers, 1);
    while (!ready(pool, key)) pthread_cond_wait(&g->changed, &g->mutex);
    atomic_fetch_sub(&g->sleepers, 1);
    pthread_mutex_unlock(&g->mutex);
}

static void open_gate(gate *g) {
    if (atomic_load(&g->sleepers) == 0) return;
    pthread_mutex_lock(&g->mutex);
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->mutex);
}

static int has_new_job(unetc_pool *pool, unsigned seen) { return atomic_load(&pool->generation) != seen; }

static int is_done(unetc_pool *pool, unsigned unused) {
    (void)unused;
    return atomic_load(&pool->pending) == 0;
}

/* ---- Work ---- */

static uint32_t first_of(uint64_t range) { return (uint32_t)range; }
static uint32_t end_of(uint64_t range) { return (uint32_t)(range >> 32); }

/* Cuts `count` tasks into contiguous shares. */
static void deal(unetc_pool *pool, int64_t count) {
    for (int t = 0; t < pool->threads; t++) {
        uint64_t first = (uint64_t)(t * count / pool->threads), end = (uint64_t)((t + 1) * count / pool->threads);
        atomic_store_explicit(&pool->shares[t].range, end << 32 | first, memory_order_relaxed);
    }
}

/* Takes the first task of a share, or the last one for another thread than its own; -1 when none is left. */
static int64_t take(share *s, int is_own) {
    uint_fast64_t range = atomic_load_explicit(&s->range, memory_order_relaxed), rest;
    do {
        if (first_of(range) == end_of(range)) return -1;
        rest = is_own ? range + 1 : range - ((uint64_t)1 << 32);
    } while (!atomic_compare_exchange_weak_explicit(
        &s->range, &range, rest, memory_order_relaxed, memory_order_relaxed));
    return is_own ? first_of(range) : (int64_t)end_of(range) - 1;
}

/* A thread's own tasks in order, then the last ones of threads that are late: another program may be on their
 * processor, or the tasks do not divide by the threads. Returns how many it ran. */
static int64_t run_tasks(const unetc_pool *pool, int t) {
    int64_t done = 0;
    for (int i = 0; i < pool->threads; i++) {
        share *s = &pool->shares[(t + i) % pool->threads];
        for (int64_t task; (task = take(s, i == 0)) >= 0; done++) pool->kernel(&pool->calls[t], pool->first + task);
    }
    return done;
}

/* Adds what a thread did; a job of several deals makes one interval of each thread. */
static void note(unetc_interval *interval, int64_t begin, int64_t tasks) {
    if (tasks == 0) return;
    if (interval->tasks == 0) interval->begin = begin;
    interval->end = unetc_now();
    interval->tasks += tasks;
}

static void run_share(const unetc_pool *pool, int t) {
    if (pool->intervals == NULL) {
        run_tasks(pool, t);
    } else {
        int64_t begin = unetc_now();
        note(&pool->intervals[t], begin, run_tasks(pool, t));
    }
}

static void *work(void *argument) {
    worker *self = argument;
    unetc_pool *pool = self->pool;
    unsigned seen = 0;
    begin_flush();
    for (;;) {
        wait_at(&pool->wake, pool, has_new_job, seen);
        seen++;
        if (pool->stop) return NULL;
        run_share(pool, self->index);
        if (atomic_fetch_sub(&pool->pending, 1) == 1) open_gate(&pool->done);
    }
}

/* Lets every worker see what the caller wrote into the job. */
static void publish(unetc_pool *pool) {
    atomic_store(&pool->pending, pool->started);
    atomic_fetch_add(&pool->generation, 1);
    open_gate(&pool->wake);
}

void unetc_pool_run(unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count) {
    unetc_pool_run_timed(pool, kernel, calls, count, NULL);
}

void unetc_pool_run_timed(
    unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count, unetc_interval *intervals) {
    if (count <= 0) return;
    float_mode before = begin_flush();
    if (pool->threads == 1 || count == 1) {
        int64_t begin = intervals != NULL ? unetc_now() : 0;
        for (int64_t task = 0; task < count; task++) kernel(&calls[0], task);
        if (intervals != NULL) note(&intervals[0], begin, count);
    } else {
        pool->intervals = intervals;
        pool->kernel = kernel;
        pool->calls = calls;
        for (pool->first = 0; pool->first < count; pool->first += MOST_TASKS) {
            deal(pool, count - pool->first < MOST_TASKS ? count - pool->first : MOST_TASKS);
            publish(pool);
            run_share(pool, 0);
            wait_at(&pool->done, pool, is_done, 0);
        }
    }
    end_flush(before);
}

/* ---- Life ---- */

static void gate_init(gate *g) {
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->changed, NULL);
    atomic_init(&g->sleepers, 0);
}

static void gate_destroy(gate *g) {
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->mutex);
}

int unetc_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Starts the workers with all signals blocked, so that handlers run on the program's own threads. */
static int start_workers(unetc_pool *pool) {
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) return 0;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
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

unetc_pool *unetc_pool_create(int threads) {
    if (threads < 1) threads = 1;
    unetc_pool *pool = aligned_alloc(CACHE_LINE, sizeof *pool);
    if (pool == NULL) return NULL;
    memset(pool, 0, sizeof *pool);
    pool->threads = threads;
    pool->may_spin = threads <= unetc_processors();
    gate_init(&pool->wake);
    gate_init(&pool->done);
    pool->workers = calloc((size_t)threads, sizeof *pool->workers);
    pool->shares = aligned_alloc(CACHE_LINE, (size_t)threads * sizeof *pool->shares);
    if (pool->workers == NULL || pool->shares == NULL || !start_workers(pool)) {
        unetc_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void unetc_pool_destroy(unetc_pool *pool) {
    if (pool == NULL) return;
    if (pool->started > 0) {
        pool->stop = 1;
        publish(pool);
        for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i].thread, NULL);
    }
    gate_destroy(&pool->wake);
    gate_destroy(&pool->done);
    free(pool->shares);
    free(pool->workers);
    free(pool);
}

int unetc_pool_threads(const unetc_pool *pool) { return pool->threads; }
