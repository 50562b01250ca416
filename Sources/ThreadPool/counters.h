/* Trees of counters: many threads count down together, and no more than a few of them on one cache line. */
#ifndef UNETC_COUNTERS_H
#define UNETC_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>

#include "gate.h"
#include "unetc_pool.h"

/* How many leaves, or inner counters, count on the same counter. */
#define FAN UNETC_POOL_FAN

typedef struct counter {
    _Alignas(APART) atomic_int left;
    struct counter *above; /* NULL for the root */
} counter;

/* Counters that a tree over `leaves` leaves has. */
static inline int counters_needed(int leaves) {
    int all = 0, level = leaves;
    do all += level = (level + FAN - 1) / FAN;
    while (level > 1);
    return all;
}

/* Makes a tree in which nothing is left; leaf i counts on counters[i / FAN], and the root is the last. */
static inline void counters_init(counter *counters, int leaves) {
    int first = 0, level = (leaves + FAN - 1) / FAN;
    for (; level > 1; level = (level + FAN - 1) / FAN) {
        for (int i = 0; i < level; i++) counters[first + i].above = &counters[first + level + i / FAN];
        first += level;
    }
    counters[first].above = NULL;
}

/* Counts a leaf in; by one thread, while no other counts. */
static inline void counter_enter(counter *c) {
    for (int before = 0; c != NULL && before == 0; c = c->above) {
        before = atomic_load_explicit(&c->left, memory_order_relaxed);
        atomic_store_explicit(&c->left, before + 1, memory_order_relaxed);
    }
}

/* Counts a leaf out. True for the last of all; what others did before they counted out has then happened. */
static inline int counter_leave(counter *c) {
    while (atomic_fetch_sub_explicit(&c->left, 1, memory_order_acq_rel) == 1) {
        if (c->above == NULL) return 1;
        c = c->above;
    }
    return 0;
}

static inline int counter_is_zero(const counter *c) {
    return atomic_load_explicit(&c->left, memory_order_acquire) == 0;
}

#endif
