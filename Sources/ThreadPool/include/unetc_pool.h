/* A small pool of POSIX threads that runs the tasks of one step, or of several side by side. */
#ifndef UNETC_POOL_H
#define UNETC_POOL_H

#include "unetc_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Processors that this process may use: its affinity mask and cpuset count, not the machine. */
int unetc_processors(void);

/* Their numbers, in order: at most `most` of them. Returns how many there are; 0 where the system has no numbers. */
int unetc_processor_numbers(int *numbers, int most);

/* How many threads count on the same counter when they end a step, and how many such counters on the next one. */
#define UNETC_POOL_FAN 8

typedef struct unetc_pool unetc_pool;

/* Makes a pool of `threads` threads, the caller's included (at least 1). NULL when not all of them can be started.
 * More threads than `awake` sleep as soon as they wait, for there is not the time of as many processors.
 * Thread t is bound to processor `processors[t]`, all but the caller: threads that it starts for other work would be
 * bound with it. The system has the first processor left for it. NULL binds none. */
unetc_pool *unetc_pool_create(int threads, int awake, const int *processors);
void unetc_pool_destroy(unetc_pool *pool);
int unetc_pool_threads(const unetc_pool *pool);

/* When a thread worked on a job, by `unetc_now`, and how many tasks it ran. */
typedef struct unetc_interval {
    int64_t begin, end, tasks;
} unetc_interval;

/* Tasks 0 ..< count of a kernel. */
typedef struct unetc_job {
    unetc_kernel kernel;
    const unetc_call *calls; /* calls[t] is what thread t passes to the kernel (its own workspace) */
    int64_t count;
    double weight; /* the work of one task, in any unit: above 0, compared between jobs that run together */
    unetc_interval *intervals; /* of each thread, zeros before; NULL for nobody to look at the clock */
} unetc_job;

/* Runs all tasks of all jobs, which must not depend on each other, and returns when they are done.
 * The tasks are numbered through in the order of the jobs. Thread t of T begins with the t-th of T contiguous shares of
 * the same weight, in order: of one job it is [ceil(t*count/T), ceil((t+1)*count/T)). When it is done it takes tasks
 * from the ends of shares that are not. Thread 0 is the caller, and it also takes a single task, which is not worth
 * waking anybody for. Each job's intervals[t] notes from when to when thread t worked on it, and perhaps on others in
 * between; those of threads without a task stay zero.
 * A thread that comes late from the jobs before may begin with another share.
 * Denormals count as zero in all threads while tasks run. One call at a time: a pool belongs to one thread, and to one
 * process: in a child that was forked it has no threads, and cannot be destroyed. */
void unetc_pool_run_jobs(unetc_pool *pool, const unetc_job *jobs, int count);

/* Runs one job, with nobody looking at the clock. */
void unetc_pool_run(unetc_pool *pool, unetc_kernel kernel, const unetc_call *calls, int64_t count);

/* Has thread owners[i] clear page i of some memory, so that it lies near that thread's processor, which no other thread
 * does for it; each at most once, and all of them before it returns. */
void unetc_pool_clear(unetc_pool *pool, void *memory, int64_t bytes, int64_t page, const int32_t *owners);

/* Where the shares of `threads` threads begin among the tasks of all jobs, of which there are at most 2^30: bounds[t], and
 * bounds[threads] is the end. So the pool cuts them; for whoever wants to know how. */
void unetc_cut_shares(const unetc_job *jobs, int count, int threads, int64_t *bounds);

/* Runs the tasks of a job in order, on this thread, and adds to nanoseconds[i] what task i took. Denormals count as zero
 * meanwhile. */
void unetc_time_tasks(const unetc_job *job, int64_t *nanoseconds);

/* Nanoseconds of a clock that never jumps (CLOCK_MONOTONIC). */
int64_t unetc_now(void);

#ifdef __cplusplus
}
#endif
#endif
