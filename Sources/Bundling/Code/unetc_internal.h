/* What the files of this bundle share. Programs include the header beside it that is named after the net. */
#ifndef UNETC_INTERNAL_H
#define UNETC_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What changes from call to call. */
typedef struct unetc_scalars {
    int64_t batch; /* samples in this call */
    int64_t step;
    uint64_t seed;
    int64_t first_sample; /* always 0 */
    float learning_rate;
    float beta1;
    float beta2;
    float epsilon;
    float weight_decay;
    float correction1;
    float correction2;
    float gradient_scale;
    float gradient_weight;
    float gradient_keep;
    float average_weight;
} unetc_scalars;

/* What a kernel is told. */
typedef struct unetc_call {
    void *const *operands; /* the step's tensors: results first, then what it reads */
    const unetc_scalars *scalars;
    void *workspace; /* this thread's scratch */
    int64_t count;
} unetc_call;

/* Computes one task of a step. Tasks of one step write disjoint places and may run in any order, on any thread. */
typedef void (*unetc_kernel)(const unetc_call *call, int64_t task);

/* Where tensors lie. An operand is the region in its lowest three bits, and its offset there in bytes in the others. */
enum {
    UNETC_ARENA = 0,
    UNETC_WEIGHTS = 1,
    UNETC_MOMENT1 = 2, /* of the optimiser, with the weights' offsets */
    UNETC_MOMENT2 = 3,
    UNETC_PREPARED = 4,
    UNETC_DERIVED = 5
};
#define UNETC_AT(region, offset) ((uint64_t)(offset) << 3 | (uint64_t)(region))

typedef struct unetc_step {
    unetc_kernel kernel;
    uint32_t operand_count;
    uint32_t is_preparation;  /* 1: it reads weights alone, and need not run again while what it has made is there */
    int64_t tasks_per_sample; /* tasks in a call: tasks_per_sample * batch + tasks_fixed */
    int64_t tasks_fixed;
    int64_t count; /* a number that the kernel asks for: elements of an update */
} unetc_step;

/* A map that goes in or out: 32-bit floats, [channels, height, width] for each sample, row-major. */
typedef struct unetc_map {
    uint64_t offset; /* in the arena */
    uint64_t stride; /* bytes from sample to sample */
    int32_t channels;
    int32_t height;
    int32_t width;
} unetc_map;

/* Of a plan whose input is a part of a picture, what of the output is exact; rows, then columns, in input pixels. */
typedef struct unetc_tiling {
    int32_t alignment[2];
    int32_t halo_before[2];
    int32_t halo_after[2];
} unetc_tiling;

/* The steps that compute the output of an input, and where all lies meanwhile. */
typedef struct unetc_plan {
    const unetc_step *steps;
    const uint64_t *operands; /* of all steps, one after the other */
    int32_t step_count;
    int32_t operand_count;
    int32_t batch;         /* samples in a call at most */
    uint64_t arena_bytes;
    uint64_t prepared_bytes;
    uint64_t derived_bytes;
    uint64_t workspace_bytes; /* of each thread */
    unetc_map input;
    unetc_map output;
    unetc_map target; /* of a step of training: what the output should be */
    uint64_t loss;    /* likewise: one float, in the arena */
    const unetc_tiling *tiling; /* NULL: its input is a whole picture */
} unetc_plan;

/* The plans as compiled for a kind of processor: the first for pictures at the net's size, the others for tiles. */
typedef struct unetc_target {
    const char *name;
    int (*is_supported)(void);
    int32_t plan_count;
    const unetc_plan *plans;
} unetc_target;

/* Those of this bundle that this processor may have, the fastest first; NULL behind the last. */
extern const unetc_target *const unetc_targets[];

#if defined(__x86_64__)
/* The level of x86-64 that the processor and the system have: 1, 3 (AVX2, FMA), 4 (AVX-512), 5 (its products of bf16). */
int unetc_x86_level(void);
#endif

/* What the weights belong to. */
extern const char unetc_structure[65];
extern const uint64_t unetc_weight_bytes;
/* The weights as a file holds them, where they are part of the bundle; else NULL. */
extern const void *const unetc_embedded_weights;
extern const uint64_t unetc_embedded_bytes;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
