/* The net as a module of WebAssembly: what its script calls, by names that are the same for all nets. Whoever has made the
 * module's memory hands out what is in it. */
#include "unetc_net.h"

#include <string.h>

#define EXPORT(name) __attribute__((export_name(name)))

/* MARK: the C library */

/* With operations on bulk memory these are an instruction each. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
void *memset(void *to, int byte, size_t bytes) { return __builtin_memset(to, byte, bytes); }

int memcmp(const void *a, const void *b, size_t bytes) {
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;
    for (size_t i = 0; i < bytes; i += 1) {
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

/* MARK: threads */

/* A step's tasks, which threads take one by one. */
static struct {
    unetc_body body;
    void *data;
    int32_t tasks;
    int32_t next;
    /* Whether there may be tasks left; raised by one for each step, so that whoever sleeps sees that there is a new one. */
    int32_t is_open;
    int32_t step;
    /* Helpers that are at work, or look whether there is some. */
    int32_t inside;
} pool;

static void take_tasks(int worker) {
    for (;;) {
        int32_t task = __atomic_fetch_add(&pool.next, 1, __ATOMIC_SEQ_CST);
        if (task >= pool.tasks) return;
        pool.body(pool.data, task, worker);
    }
}

/* The calling thread may be one that must not sleep, as a page's own: it looks again and again whether helpers have done the
 * task that each has at most left. */
static void spread(void *context, unetc_body body, void *data, int64_t tasks) {
    (void)context;
    pool.body = body;
    pool.data = data;
    pool.tasks = (int32_t)tasks;
    pool.next = 0;
    __atomic_store_n(&pool.is_open, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&pool.step, 1, __ATOMIC_SEQ_CST);
    __builtin_wasm_memory_atomic_notify(&pool.step, 0xffffffffu);
    take_tasks(0);
    __atomic_store_n(&pool.is_open, 0, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&pool.inside, __ATOMIC_SEQ_CST) != 0) {
    }
}

/* What a helper does until it is ended. Between the steps of a net it does not sleep: waking takes longer than a step. */
EXPORT("help") void unetc_web_help(int worker) {
    enum { patience = 20000 };
    int32_t seen = 0;
    for (;;) {
        int32_t step = seen;
        for (int i = 0; i < patience && step == seen; i += 1) step = __atomic_load_n(&pool.step, __ATOMIC_SEQ_CST);
        if (step == seen) {
            __builtin_wasm_memory_atomic_wait32(&pool.step, seen, -1);
            continue;
        }
        seen = step;
        __atomic_fetch_add(&pool.inside, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&pool.is_open, __ATOMIC_SEQ_CST) != 0) take_tasks(worker);
        __atomic_fetch_sub(&pool.inside, 1, __ATOMIC_SEQ_CST);
    }
}

/* MARK: the net */

EXPORT("arena_bytes") size_t unetc_web_arena_bytes(int threads, int width, int height, int format) {
    return unetc_arena_bytes_for_picture(threads, width, height, format);
}

EXPORT("init")
int unetc_web_init(void *arena, size_t arena_bytes, int threads, const void *weights, size_t weight_bytes) {
    static const unetc_parallel parallel = {spread, NULL};
    int error = unetc_init(arena, arena_bytes, threads, weights, weight_bytes);
    return error != UNETC_OK || threads == 1 ? error : unetc_set_parallel(arena, &parallel);
}

EXPORT("segment")
int unetc_web_segment(
    void *arena, const void *pixels, int width, int height, int format, float threshold, uint8_t *mask, float *values) {
    unetc_net *net = unetc_net_in(arena);
    if (net == NULL) return UNETC_ERROR_ARENA;
    if (!(threshold > 0 && threshold < 1)) return UNETC_ERROR_ARGUMENT;
    /* Not by the function of the header, which nets of classes do not have. */
    net->threshold = threshold;
    return unetc_segment_values(arena, pixels, width, height, 0, format, mask, 0, values);
}

EXPORT("error_text") const char *unetc_web_error_text(int error) { return unetc_error_text(error); }
