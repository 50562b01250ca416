#include "unetc_peak.h"

#include <stdlib.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 1 << 18 };

/* Twelve independent chains hide the latency of a fused multiply-add on every processor in use. */
#define PEAK_BODY(VECTOR, FMA)                                                                                         \
    VECTOR chain[CHAINS];                                                                                              \
    const VECTOR factor = (VECTOR){0} + 0.999999f, term = (VECTOR){0} + 1e-6f;                                        \
    for (int i = 0; i < CHAINS; i++) chain[i] = (VECTOR){0} + (float)i;                                                \
    for (int round = 0; round < ROUNDS; round++) {                                                                     \
        _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) chain[i] = FMA(chain[i], factor, term);             \
    }                                                                                                                  \
    VECTOR sum = chain[0];                                                                                             \
    for (int i = 1; i < CHAINS; i++) sum += chain[i];                                                                  \
    float total = 0;                                                                                                   \
    for (unsigned lane = 0; lane < sizeof(VECTOR) / sizeof(float); lane++) total += sum[lane];                         \
    return total;

#if defined(__x86_64__)
#include <immintrin.h>

typedef float peak16 __attribute__((vector_size(64)));
typedef float peak8 __attribute__((vector_size(32)));
typedef float peak4 __attribute__((vector_size(16)));

#define FMA16(a, b, c) ((peak16)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define FMA8(a, b, c) ((peak8)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define FMA4(a, b, c) ((a) * (b) + (c))

__attribute__((target("avx512f"))) static float peak_avx512(void) { PEAK_BODY(peak16, FMA16) }
__attribute__((target("avx2,fma"))) static float peak_avx2(void) { PEAK_BODY(peak8, FMA8) }
static float peak_baseline(void) { PEAK_BODY(peak4, FMA4) }

static float peak_run(int lanes) { return lanes == 16 ? peak_avx512() : lanes == 8 ? peak_avx2() : peak_baseline(); }

int unetc_widest_vector(void) {
    if (__builtin_cpu_supports("avx512f")) return 16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
    return 4;
}
#else
typedef float peak4 __attribute__((vector_size(16)));

#define FMA4(a, b, c) ((c) + (a) * (b))

static float peak_run(int lanes) {
    (void)lanes;
    PEAK_BODY(peak4, FMA4)
}
int unetc_widest_vector(void) { return 4; }
#endif

/* A call's count is the vectors' width. */
static void peak_kernel(const unetc_call *call, int64_t task) {
    *(float *)call->workspace = peak_run((int)call->count) + (float)task;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double unetc_measure_peak_flops(unetc_pool *pool, int lanes) {
    int widest = unetc_widest_vector();
    if (lanes > widest) lanes = widest;
    lanes = lanes >= 16 ? 16 : lanes >= 8 ? 8 : 4;
    int threads = unetc_pool_threads(pool);
    unetc_call *calls = calloc((size_t)threads, sizeof *calls);
    /* A cache line for each thread's result. */
    float *results = calloc((size_t)threads, 64);
    if (calls == NULL || results == NULL) {
        free(calls);
        free(results);
        return 0;
    }
    for (int t = 0; t < threads; t++) {
        calls[t].workspace = results + 16 * t;
        calls[t].count = lanes;
    }
    double best = 0;
    for (int run = 0; run < 6; run++) {
        double start = seconds();
        unetc_pool_run(pool, peak_kernel, calls, threads);
        double flops = 2.0 * CHAINS * ROUNDS * lanes * threads / (seconds() - start);
        if (flops > best) best = flops;
    }
    free(calls);
    free(results);
    return best;
}
