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

enum { MOST_TASKS = 257, MOST_THREADS = 20, MOST_JOBS = 5 };

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

/* What the threads have noted of a job the caller reads. */
static void check_intervals(const unetc_job *job, int threads, int64_t before, int64_t after) {
    int64_t tasks = 0;
    for (int t = 0; job->intervals != NULL && t < threads; t++) {
        unetc_interval noted = job->intervals[t];
        tasks += noted.tasks;
        if (noted.tasks == 0) check(noted.begin == 0 && noted.end == 0, "a thread without a task notes times");
        else check(before <= noted.begin && noted.begin <= noted.end && noted.end <= after, "times are in no order");
    }
    check(tasks == (job->intervals != NULL ? job->count : 0), "not every task is noted");
}

/* Runs `count` tasks as several jobs, some of them empty, of all kinds of weights; every second one is timed. */
static void run_jobs(unetc_pool *pool, const unetc_call *calls, int round, int count) {
    static const double weights[MOST_JOBS] = {1, 1e-9, 0, 1e30, 0.3};
    unetc_interval intervals[MOST_JOBS][MOST_THREADS] = {{{0}}};
    unetc_job jobs[MOST_JOBS];
    unetc_call shifted[MOST_JOBS][MOST_THREADS];
    void *operands[MOST_JOBS][1];
    int used = 1 + round % MOST_JOBS, first = 0, threads = unetc_pool_threads(pool);
    for (int j = 0; j < used; j++) {
        int tasks = j + 1 == used ? count - first : (count - first) * (round * 7 % 4) / 4;
        operands[j][0] = (float *)calls[0].operands[0] + first;
        for (int t = 0; t < threads; t++) {
            shifted[j][t] = calls[t];
            shifted[j][t].operands = operands[j];
        }
        double weight = weights[(round / MOST_JOBS + j) % MOST_JOBS];
        jobs[j] = (unetc_job){count_task, shifted[j], tasks, weight, (round + j) % 2 == 0 ? intervals[j] : NULL};
        first += tasks;
    }
    int64_t before = unetc_now();
    unetc_pool_run_jobs(pool, jobs, used);
    int64_t after = unetc_now();
    for (int j = 0; j < used; j++) check_intervals(&jobs[j], threads, before, after);
}

/* Runs jobs `rounds` times, each time of another number of tasks; what they have written the caller and the next ones
 * read. */
static void work(int threads, int rounds, long pause) {
    unetc_pool *pool = unetc_pool_create(threads, unetc_processors(), NULL);
    check(pool != NULL && unetc_pool_threads(pool) == threads, "a pool cannot be made");
    float seen[MOST_TASKS] = {0}, scratch[MOST_THREADS][16] = {{0}};
    void *operands[1] = {seen};
    unetc_call calls[MOST_THREADS];
    for (int t = 0; t < threads; t++) calls[t] = (unetc_call){operands, NULL, scratch[t], 0};
    float expected[MOST_TASKS] = {0}, all = 0, counted = 0;
    for (int round = 0; round < rounds; round++) {
        int count = round * 37 % (MOST_TASKS + 1);
        run_jobs(pool, calls, round, count);
        for (int i = 0; i < count; i++) expected[i] += 1;
        check(memcmp(seen, expected, sizeof seen) == 0, "a task ran twice or never");
        all += (float)count;
        if (pause > 0 && round % 3 == 0) rest(pause);
    }
    for (int t = 0; t < threads; t++) counted += scratch[t][0];
    check(counted == all, "scratch is not its thread's own");
    int32_t owners[MOST_TASKS];
    for (int i = 0; i < MOST_TASKS; i++) owners[i] = i * 7 % threads;
    unetc_pool_clear(pool, seen, sizeof seen, sizeof *seen, owners);
    for (int i = 0; i < MOST_TASKS; i++) check(seen[i] == 0, "a page is not cleared");
    unetc_pool_destroy(pool);
}

static void *work_aside(void *unused) {
    (void)unused;
    work(3, 400, 0);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--plant") == 0) {
        unetc_pool *pool = unetc_pool_create(2, 2, NULL);
        float place = 0;
        void *operands[1] = {&place};
        unetc_call calls[2] = {{operands, NULL, NULL, 0}, {operands, NULL, NULL, 0}};
        for (int job = 0; job < 10; job++) unetc_pool_run(pool, race, calls, 20);
        unetc_pool_destroy(pool);
        return 0;
    }
    for (int threads = 1; threads <= MOST_THREADS; threads += 1 + threads / 8) {
        work(threads, 3000, 0);     /* workers spin from job to job, or sleep where there are too few processors */
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
