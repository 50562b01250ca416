#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unetc_peak.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FLOATS = 16, UNROLLED = 4, RUNS = 6 };
static const size_t MEBIBYTE = 1 << 20, HUGE_PAGE = 2 << 20;

typedef float line __attribute__((vector_size(sizeof(float) * FLOATS), may_alias));

/* Each task changes its own `count` floats in place, so that every byte is read once and written once, and nothing
 * else moves: no line is fetched only to be overwritten. */
static void stream_kernel(const unetc_call *call, int64_t task) {
    line *lines = (line *)((float *)call->operands[0] + task * call->count);
    for (int64_t i = 0; i < call->count / FLOATS; i += UNROLLED) {
        _Pragma("GCC unroll 4") for (int j = 0; j < UNROLLED; j++) lines[i + j] = 1.0f - lines[i + j];
    }
}

/* A share of the array, large enough that all shares together fit no cache; a multiple of huge pages. */
static size_t share_bytes(int threads) {
    long cache = -1;
#ifdef _SC_LEVEL3_CACHE_SIZE
    cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
    size_t total = cache > 0 ? 4 * (size_t)cache : 0;
    if (total < 64 * MEBIBYTE) total = 64 * MEBIBYTE;
    if (total > 512 * MEBIBYTE) total = 512 * MEBIBYTE;
    return (total / (size_t)threads + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double unetc_measure_bandwidth(unetc_pool *pool) {
    int threads = unetc_pool_threads(pool);
    size_t share = share_bytes(threads), total = share * (size_t)threads;
    unetc_call *calls = calloc((size_t)threads, sizeof *calls);
    void *array = aligned_alloc(HUGE_PAGE, total);
    double best = 0;
    if (calls != NULL && array != NULL) {
        /* As the arena has them. */
        madvise(array, total, MADV_HUGEPAGE);
        for (int t = 0; t < threads; t++) {
            calls[t].operands = &array;
            calls[t].count = (int64_t)(share / sizeof(float));
        }
        /* The first run also brings the pages in, each from the thread that uses it. */
        for (int run = 0; run <= RUNS; run++) {
            double start = seconds();
            unetc_pool_run(pool, stream_kernel, calls, threads);
            double speed = 2.0 * (double)total / (seconds() - start);
            if (run > 0 && speed > best) best = speed;
        }
    }
    free(array);
    free(calls);
    return best;
}
