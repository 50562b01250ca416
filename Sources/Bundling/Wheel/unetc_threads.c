/* Threads for the net of a Python package: the pool that trainers compute with, in one file with what Python calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

/* The GNU C library gave these functions new versions when it took in libpthread (2.32, 2.34). It still has the old ones,
 * which all systems know that a wheel for manylinux may meet. */
#if defined(__GLIBC__) && defined(__x86_64__)
#define UNETC_OLD_VERSION "GLIBC_2.2.5"
#elif defined(__GLIBC__) && defined(__aarch64__)
#define UNETC_OLD_VERSION "GLIBC_2.17"
#endif
#ifdef UNETC_OLD_VERSION
__asm__(".symver pthread_attr_setstacksize,pthread_attr_setstacksize@" UNETC_OLD_VERSION);
__asm__(".symver pthread_create,pthread_create@" UNETC_OLD_VERSION);
__asm__(".symver pthread_join,pthread_join@" UNETC_OLD_VERSION);
__asm__(".symver pthread_sigmask,pthread_sigmask@" UNETC_OLD_VERSION);
#endif

#include "../unetc.h"
#include "binding.c"
#include "gate.c"
#include "pool.c"

/* A pool, and what its threads do at the moment. */
typedef struct unetc_threads {
    unetc_pool *pool;
    unetc_call *calls; /* each thread's, with its number as the count */
    unetc_body body;
    void *data;
} unetc_threads;

static void unetc_do_task(const unetc_call *call, int64_t task) {
    const unetc_threads *threads = (const unetc_threads *)call->workspace;
    threads->body(threads->data, task, (int)call->count);
}

static void unetc_spread(void *context, unetc_body body, void *data, int64_t tasks) {
    unetc_threads *threads = (unetc_threads *)context;
    threads->body = body;
    threads->data = data;
    unetc_pool_run(threads->pool, unetc_do_task, threads->calls, tasks);
}

/* Ends the threads, which work for no net any more. Not in a child that was forked, which has none of them. */
UNETC_API void unetc_threads_destroy(unetc_threads *threads) {
    if (threads == NULL) return;
    unetc_pool_destroy(threads->pool);
    free(threads->calls);
    free(threads);
}

/* So many threads, that of the caller among them; NULL where they cannot all be started. */
UNETC_API unetc_threads *unetc_threads_create(int count) {
    unetc_threads *threads = (unetc_threads *)calloc(1, sizeof *threads);
    if (threads == NULL) return NULL;
    threads->pool = unetc_pool_create(count, unetc_processors(), NULL);
    threads->calls = (unetc_call *)calloc((size_t)count, sizeof *threads->calls);
    if (threads->pool == NULL || threads->calls == NULL) {
        unetc_threads_destroy(threads);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        threads->calls[i].workspace = threads;
        threads->calls[i].count = i;
    }
    return threads;
}

/* From now on they work for the net, which has to be made for as many. */
UNETC_API int unetc_threads_serve(unetc_threads *threads, void *arena) {
    unetc_parallel parallel = {unetc_spread, threads};
    return unetc_set_parallel(arena, &parallel);
}
