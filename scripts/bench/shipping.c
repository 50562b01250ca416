/* What a bundle takes to be ready and to compute a picture: times in milliseconds as JSON.
 *
 *   cc -DNET=unet_small -include unet_small.h shipping.c …
 *   shipping WEIGHTS RUNS
 */
#define JOINED(a, b) a##b
#define NAMED(net, name) JOINED(net, name)
#define CALL(name) NAMED(NET, name)

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e3 * (double)time.tv_sec + 1e-6 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The most memory that this process had at once, in KiB: ru_maxrss would have that of the process that started it. */
static long peak(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
    if (status) fclose(status);
    return kib;
}

/* A helper that waits awake: what a caller's pool costs is not what is measured. */
static struct {
    CALL(_body) body;
    void *data;
    int64_t tasks;
    atomic_llong next;
    atomic_int round, done;
} work;

static void take(int worker) {
    for (long long task; (task = atomic_fetch_add(&work.next, 1)) < work.tasks;) work.body(work.data, task, worker);
}

static void *help(void *unused) {
    int seen = 0;
    (void)unused;
    for (;;) {
        while (atomic_load(&work.round) == seen) {}
        seen += 1;
        take(1);
        atomic_store(&work.done, seen);
    }
    return NULL;
}

static void spread(void *context, CALL(_body) body, void *data, int64_t tasks) {
    (void)context;
    work.body = body;
    work.data = data;
    work.tasks = tasks;
    atomic_store(&work.next, 0);
    int round = atomic_fetch_add(&work.round, 1) + 1;
    take(0);
    while (atomic_load(&work.done) != round) {}
}

int main(int argc, char **argv) {
    double start = now();
    int threads = argc > 3 ? atoi(argv[3]) : 1, runs = argc > 2 ? atoi(argv[2]) : 50;
    int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) return 1;
    void *weights = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    size_t bytes = CALL(_arena_bytes)(threads);
    void *arena = malloc(bytes);
    int error = CALL(_init)(arena, bytes, threads, weights, (size_t)status.st_size);
    if (error) {
        fprintf(stderr, "%s\n", CALL(_error_text)(error));
        return 1;
    }
    double ready = now();
    if (threads > 1) {
        pthread_t thread;
        pthread_create(&thread, NULL, help, NULL);
        CALL(_parallel) parallel = {spread, NULL};
        CALL(_set_parallel)(arena, &parallel);
    }
    size_t count = INPUTS;
    float *input = malloc(count * sizeof *input), *output = malloc(OUTPUTS * sizeof *output);
    for (size_t i = 0; i < count; i++) input[i] = (float)(i % 251) / 250;
    CALL(_run)(arena, input, output, 1);
    double first = now();
    double *times = malloc((size_t)runs * sizeof *times);
    for (int i = 0; i < runs; i++) {
        double begin = now();
        CALL(_run)(arena, input, output, 1);
        times[i] = now() - begin;
    }
    qsort(times, (size_t)runs, sizeof *times, ascending);
    printf("{\"ready\": %.3f, \"first\": %.3f, \"median\": %.4f, \"peak_mib\": %.1f, \"arena_mib\": %.2f, \"target\": \"%s\"}\n",
           ready - start, first - start, times[runs / 2], (double)peak() / 1024, (double)bytes / 1048576,
           CALL(_target_name)());
    return 0;
}
