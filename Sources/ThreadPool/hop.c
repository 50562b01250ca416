#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unetc_peak.h"

#include <sched.h>
#include <stdatomic.h>

#include "gate.h"

enum { ROUNDS = 40, TRIPS = 500, PATIENCE = 1 << 16 };

typedef struct ball {
    _Alignas(APART) atomic_int at;
    char tail[APART];
} ball;

/* Two tasks throw a number to and fro: each waits until it is odd or even, and counts it up. */
static void throw_ball(const unetc_call *call, int64_t task) {
    ball *b = call->operands[0];
    for (int i = 0; i < TRIPS; i++) {
        int wanted = 2 * i + (int)task;
        for (int looks = 1; atomic_load_explicit(&b->at, memory_order_acquire) != wanted; looks++) {
            /* Both may be on one processor. */
            if (looks % PATIENCE == 0) sched_yield();
        }
        atomic_store_explicit(&b->at, wanted + 1, memory_order_release);
    }
}

double unetc_measure_hop(unetc_pool *pool) {
    if (unetc_pool_threads(pool) != 2) return 0;
    ball ball;
    void *operands[1] = {&ball};
    unetc_call calls[2] = {{.operands = operands}, {.operands = operands}};
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        atomic_init(&ball.at, 0);
        int64_t begin = unetc_now();
        unetc_pool_run(pool, throw_ball, calls, 2);
        double seconds = 1e-9 * (double)(unetc_now() - begin) / (2 * TRIPS);
        if (round == 0 || seconds < best) best = seconds;
    }
    return best;
}
