#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "gate.h"
#include "unetc_pool.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* Steps follow each other within microseconds: waiting that long awake is cheaper than a trip through the kernel. */
#define SPIN_NANOSECONDS 40000

static inline void relax(void) {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* True as soon as `ready(what)`, false when it has not come within the time to spin. */
static int spin(int (*ready)(const void *), const void *what) {
    int64_t end = unetc_now() + SPIN_NANOSECONDS;
    do {
        for (int i = 0; i < 16; i++) {
            relax();
            if (ready(what)) return 1;
        }
    } while (unetc_now() < end);
    return 0;
}

void unetc_gate_init(gate *g) {
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->changed, NULL);
    atomic_init(&g->sleepers, 0);
}

void unetc_gate_destroy(gate *g) {
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->mutex);
}

void unetc_gate_wait(gate *g, int may_spin, int (*ready)(const void *), const void *what) {
    if (ready(what)) return;
    if (may_spin && spin(ready, what)) return;
    pthread_mutex_lock(&g->mutex);
    atomic_fetch_add(&g->sleepers, 1);
    unetc_gate_publish();
    while (!ready(what)) pthread_cond_wait(&g->changed, &g->mutex);
    atomic_fetch_sub(&g->sleepers, 1);
    pthread_mutex_unlock(&g->mutex);
}

void unetc_gate_open(gate *g) {
    if (atomic_load_explicit(&g->sleepers, memory_order_relaxed) == 0) return;
    pthread_mutex_lock(&g->mutex);
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->mutex);
}
