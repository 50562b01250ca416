/* Waiting until another thread has changed a number: awake for a while, then asleep. */
#ifndef UNETC_GATE_H
#define UNETC_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define CACHE_LINE 64
/* Processors fetch lines in pairs: what different threads write to lies that far apart. */
#define APART (2 * CACHE_LINE)

/* A place to sleep for up to a few threads. */
typedef struct gate {
    _Alignas(APART) atomic_int sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} gate;

void unetc_gate_init(gate *g);
void unetc_gate_destroy(gate *g);

/* Returns once `ready(what)`, which somebody makes true who then calls `unetc_gate_open`.
 * `may_spin` says that the thread has a processor of its own to wait on. */
void unetc_gate_wait(gate *g, int may_spin, int (*ready)(const void *), const void *what);

/* Wakes those who sleep there. What they wait for must have been made true before, and `unetc_gate_publish` called
 * since; of several gates once for all. */
void unetc_gate_open(gate *g);

/* A sleeper announces itself before it looks for the last time, and a waker changes the number before it looks for
 * sleepers. Both with this in between, so that one of them always sees the other. */
static inline void unetc_gate_publish(void) {
#if defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
    /* The thread sanitizer knows no fences. What is read and written it sees ordered without this one. */
    __sync_synchronize();
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

#endif
