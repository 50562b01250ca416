/* Works the thread pool hard under the thread sanitizer: many jobs of many sizes, with and without pauses that let the
 * workers fall asleep, pools that come and go, and two pools at once.
 *
 *     pool_stress            must run without a report
 *     pool_stress --plant    tasks that write to one place: must be caught
 */
#include "unetc_pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_TASKS = 257, MOST_THREADS = 8 };

/* Counts how often each task ran, and on the scratch of its thread how many it had. */
static void count_task(const unetc_call *call, int64_t task) {
    ((float *)call->operands[0])[task] += 1;
    *(float *)call->workspace += 1;
}

static void rest(long nanoseconds) {
    struct timespec time = {0, nanoseconds};
    nanosleep(&time, NULL);
}

/* Takes long enough for every thread to come by. */
static void race(const unetc_call *call, int64_t task) {
    (void)task;
    *(float *)call->operands[0] += 1;
    rest(50000);
}

static void check(int holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "pool_stress: %s\n", what);
    exit(1);
}

/* Every second job is timed: what the threads have noted the caller reads. */
static void run_job(unetc_pool *pool, const unetc_call *calls, int job, int count) {
    unetc_interval intervals[MOST_THREADS] = {{0}};
    int64_t before = unetc_now(), tasks = 0;
    unetc_pool_run_timed(pool, count_task, calls, count, job % 2 == 0 ? intervals : NULL);
    int64_t after = unetc_now();
    for (int t = 0; t < unetc_pool_threads(pool); t++) {
        unetc_interval noted = intervals[t];
        tasks += noted.tasks;
        if (noted.tasks == 0) check(noted.begin == 0 && noted.end == 0, "a thread without a task notes times");
        else check(before <= noted.begin && noted.begin <= noted.end && noted.end <= after, "times are in no order");
    }
    check(tasks == (job % 2 == 0 ? count : 0), "not every task is noted");
}

/* Runs `jobs` jobs, each of another number of tasks; what one has written the caller and the next job read. */
static void work(int threads, int jobs, long pause) {
    unetc_pool *pool = unetc_pool_create(threads);
    check(pool != NULL && unetc_pool_threads(pool) == threads, "a pool cannot be made");
    float seen[MOST_TASKS] = {0}, scratch[MOST_THREADS][16] = {{0}};
    void *operands[1] = {seen};
    unetc_call calls[MOST_THREADS];
    for (int t = 0; t < threads; t++) calls[t] = (unetc_call){operands, NULL, scratch[t], 0};
    float expected[MOST_TASKS] = {0}, all = 0, counted = 0;
    for (int job = 0; job < jobs; job++) {
        int count = job * 37 % (MOST_TASKS + 1);
        run_job(pool, calls, job, count);
        for (int i = 0; i < count; i++) expected[i] += 1;
        check(memcmp(seen, expected, sizeof seen) == 0, "a task ran twice or never");
        all += (float)count;
        if (pause > 0 && job % 3 == 0) rest(pause);
    }
    for (int t = 0; t < threads; t++) counted += scratch[t][0];
    check(counted == all, "scratch is not its thread's own");
    unetc_pool_destroy(pool);
}

static void *work_aside(void *unused) {
    (void)unused;
    work(3, 400, 0);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--plant") == 0) {
        unetc_pool *pool = unetc_pool_create(2);
        float place = 0;
        void *operands[1] = {&place};
        unetc_call calls[2] = {{operands, NULL, NULL, 0}, {operands, NULL, NULL, 0}};
        for (int job = 0; job < 10; job++) unetc_pool_run(pool, race, calls, 20);
        unetc_pool_destroy(pool);
        return 0;
    }
    for (int threads = 1; threads <= MOST_THREADS; threads++) {
        work(threads, 4000, 0);     /* workers spin from job to job, or sleep where there are too few processors */
        work(threads, 90, 200000);  /* and fall asleep in between */
    }
    for (int round = 0; round < 200; round++) work(1 + round % 4, round % 3, 0);
    pthread_t other;
    check(pthread_create(&other, NULL, work_aside, NULL) == 0, "a thread cannot be started");
    work(2, 400, 0);
    pthread_join(other, NULL);
    puts("thread pool: jobs, pauses, pools that come and go, two pools at once");
    return 0;
}
