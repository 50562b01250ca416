/* Nets with threads of their user's, and several nets at once, say what one net says by itself: threads weights. */
#include "net.h"

#include <pthread.h>

#include "bundle_files.h"

#define WORKERS 3
#define NETS 2
#define ROUNDS 5

enum {
    INPUTS = NET_CHANNELS * NET_HEIGHT * NET_WIDTH,
    OUTPUTS = NET_OUTPUT_CHANNELS * NET_OUTPUT_HEIGHT * NET_OUTPUT_WIDTH
};

static uint8_t *weights;
static size_t weight_bytes;
static float *inputs, *expected;

/* MARK: Tasks on threads */

typedef struct work {
    net_body body;
    void *data;
    int64_t tasks, next;
} work;

typedef struct worker {
    work *work;
    int number;
} worker;

static void *do_work(void *context) {
    worker *self = (worker *)context;
    for (;;) {
        int64_t task = __atomic_fetch_add(&self->work->next, 1, __ATOMIC_RELAXED);
        if (task >= self->work->tasks) return NULL;
        self->work->body(self->work->data, task, self->number);
    }
}

static void spread(void *context, net_body body, void *data, int64_t tasks) {
    work shared = {body, data, tasks, 0};
    worker workers[WORKERS];
    pthread_t threads[WORKERS];
    *(int64_t *)context += tasks;
    for (int i = 0; i < WORKERS; i += 1) {
        workers[i].work = &shared;
        workers[i].number = i;
        expect(pthread_create(&threads[i], NULL, do_work, &workers[i]) == 0, "no thread", i);
    }
    for (int i = 0; i < WORKERS; i += 1) pthread_join(threads[i], NULL);
}

/* A worker that there is not, and tasks that there are not. */
static void misuse(void *context, net_body body, void *data, int64_t tasks) {
    int kind = *(int *)context;
    for (int64_t i = 0; i < tasks; i += 1) {
        body(data, kind == 2 ? tasks : kind == 3 ? -1 : i, kind == 0 ? WORKERS : kind == 1 ? -1 : 0);
    }
}

/* MARK: Nets */

static void *make(void **memory, int threads) {
    size_t bytes = net_arena_bytes(threads);
    void *arena;
    int error;
    *memory = take(bytes + 1);
    arena = (char *)*memory + 1;
    error = net_init(arena, bytes, threads, weights, weight_bytes);
    expect(error == 0, net_error_text(error), error);
    return arena;
}

static void check(void *arena, int number) {
    float *output = (float *)take(sizeof(float) * OUTPUTS);
    int error = net_run(arena, inputs + number * INPUTS, output, 1);
    expect(error == 0, net_error_text(error), error);
    expect(memcmp(output, expected + number * OUTPUTS, sizeof(float) * OUTPUTS) == 0, "other bits of input", number);
    free(output);
}

static void *run_alone(void *context) {
    void *memory, *arena = make(&memory, 1);
    for (int round = 0; round < ROUNDS; round += 1) check(arena, *(int *)context);
    free(memory);
    return NULL;
}

int main(int argc, char **argv) {
    uint32_t state = 7;
    void *memory, *arena;
    pthread_t nets[NETS];
    int numbers[NETS];
    int64_t spreads = 0;
    net_parallel parallel = {spread, NULL}, nothing = {NULL, NULL};
    expect(argc == 2, "expected the weights", argc);
    weights = read_file(argv[1], &weight_bytes);
    inputs = (float *)take(sizeof(float) * INPUTS * NETS);
    expected = (float *)take(sizeof(float) * OUTPUTS * NETS);
    for (int i = 0; i < INPUTS * NETS; i += 1) {
        state = state * 1664525u + 1013904223u;
        inputs[i] = (float)(state >> 8) / 16777216.0f;
    }
    arena = make(&memory, 1);
    expect(net_run(arena, inputs, expected, NETS) == 0, "run", 0);
    free(memory);

    for (int i = 0; i < NETS; i += 1) {
        numbers[i] = i;
        expect(pthread_create(&nets[i], NULL, run_alone, &numbers[i]) == 0, "no thread", i);
    }
    for (int i = 0; i < NETS; i += 1) pthread_join(nets[i], NULL);

    arena = make(&memory, WORKERS);
    parallel.context = &spreads;
    expect(net_set_parallel(arena, &parallel) == 0, "set_parallel", 0);
    for (int i = 0; i < NETS; i += 1) check(arena, i);
    expect(spreads > 0, "no task came to the threads", spreads);
    /* What is refused changes nothing. */
    expect(net_set_parallel(arena, &nothing) == NET_ERROR_ARGUMENT, "a function that is NULL", 0);
    check(arena, 0);
    for (int kind = 0; kind < 4; kind += 1) {
        net_parallel wrong = {misuse, NULL};
        int error;
        wrong.context = &kind;
        expect(net_set_parallel(arena, &wrong) == 0, "set_parallel", kind);
        error = net_run(arena, inputs, NULL, 1);
        expect(error == NET_ERROR_ARGUMENT, "a worker or a task that there is not", kind);
    }
    expect(net_set_parallel(arena, NULL) == 0, "set_parallel", 0);
    for (int i = 0; i < NETS; i += 1) check(arena, i);
    free(memory);
    free(inputs);
    free(expected);
    free(weights);
    printf("%lld tasks on %d threads\n", (long long)spreads, WORKERS);
    return 0;
}
