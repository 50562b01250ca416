#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "unetc_pool.h"

typedef struct clearing {
    char *memory;
    int64_t bytes, page;
    const int32_t *owners;
    int threads;
    atomic_int arrived;
} clearing;

/* Task t is thread t's: there are as many as threads, and none of them ends before all have begun, so that no thread can
 * take another one's. */
static void clear_own(const unetc_call *call, int64_t task) {
    clearing *c = call->operands[0];
    atomic_fetch_add(&c->arrived, 1);
    while (atomic_load(&c->arrived) < c->threads) sched_yield();
    for (int64_t i = 0; i * c->page < c->bytes; i++) {
        if (c->owners[i] != task) continue;
        int64_t rest = c->bytes - i * c->page;
        memset(c->memory + i * c->page, 0, (size_t)(rest < c->page ? rest : c->page));
    }
}

void unetc_pool_clear(unetc_pool *pool, void *memory, int64_t bytes, int64_t page, const int32_t *owners) {
    clearing c = {.memory = memory, .bytes = bytes, .page = page, .owners = owners};
    c.threads = unetc_pool_threads(pool);
    void *operands[1] = {&c};
    unetc_call calls[c.threads];
    for (int t = 0; t < c.threads; t++) calls[t] = (unetc_call){.operands = operands};
    unetc_pool_run(pool, clear_own, calls, c.threads);
}
