/* A small pool of POSIX threads that runs the tasks of one step at a time. */
#ifndef UNETC_POOL_H
#define UNETC_POOL_H

#include "unetc_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processors that this process may use: its affinity mask and cpuset count, not the machine. */
int unetc_processors(void);

typedef struct unetc_pool unetc_pool;

/* Makes a pool of `threads` threads, the caller's included (at least 1). NULL when not all of them can be started. */
unetc_pool *unetc_pool_create(int threads);
void unetc_pool_destroy(unetc_pool *pool);
int unetc_pool_threads(const unetc_pool *pool);

/* Runs tasks 0 ..< count of `kernel` and returns when all are done. Thread t begins with the contiguous share
 * [t*count/T, (t+1)*count/T), in order; when it is done it takes tasks from the ends of shares that are not. `calls[t]`
 * is what thread t passes to the kernel (its own workspace). Thread 0 is the caller, and it also takes a single task,
 * which is not worth waking anybody for.
 * Denormals count as zero in all threads while tasks run. One call at a time: a pool belongs to one thread. */
void unetc_pool_run(unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count);

/* When a thread worked on a step, by `unetc_now`, and how many tasks it ran. */
typedef struct unetc_interval {
    int64_t begin, end, tasks;
} unetc_interval;

/* Runs like `unetc_pool_run` and has thread t note in intervals[t], which must hold zeros, when it worked; those of threads
 * without a task stay zero. `intervals` may be NULL; then nobody looks at the clock. */
void unetc_pool_run_timed(
    unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count, unetc_interval *intervals);

/* Nanoseconds of a clock that never jumps (CLOCK_MONOTONIC). */
int64_t unetc_now(void);

#ifdef __cplusplus
}
#endif
#endif
