/* A net in the memory that its user has given it, as the files of this bundle see it. */
#ifndef UNETC_NET_H
#define UNETC_NET_H

#include "unetc.h"
#include "unetc_internal.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What a net knows, at the offsets of the weights. */
typedef struct unetc_state {
    const unsigned char *weights;
    const unsigned char *moment1; /* of the optimiser; NULL unless the net learns */
    const unsigned char *moment2;
} unetc_state;

/* At the first multiple of 64 in the user's memory; behind it, each at such a multiple: the operands of all steps, the
 * activations, what is prepared from weights, scratch of each thread, and whatever more there is. */
typedef struct unetc_net {
    uint64_t seal; /* tells memory that init has filled */
    const unetc_target *target;
    unetc_state state;
    int threads;
    int plan_count;    /* of the target's plans those that there is memory for */
    int prepared_plan; /* whose prepared tensors are there; -1 for none */
    int is_parallel;
    float threshold;
    unetc_parallel parallel;
    void **operands;
    unsigned char *arena;
    uint64_t arena_bytes;
    unsigned char *prepared;
    unsigned char *derived;
    unsigned char *workspaces;
    uint64_t workspace_stride;
    unsigned char *spare;
    uint64_t spare_bytes;
} unetc_net;

/* A step under way. */
typedef struct unetc_job {
    const unetc_net *net;
    const unetc_scalars *scalars;
    unetc_kernel kernel;
    void *const *operands;
    int64_t count;
    int64_t tasks;
    int is_wrong; /* once it was asked for a task, or by a worker, that there is not */
} unetc_job;

/* The net in memory that init has filled; NULL for other memory. */
unetc_net *unetc_net_in(void *memory);

/* The best of some targets for this processor; NULL where it can run none. */
const unetc_target *unetc_best_of(const unetc_target *const *targets);

/* The same of those that compute outputs. */
const unetc_target *unetc_best_target(void);

/* A number of bytes, up to the next multiple of 64. */
uint64_t unetc_padded(uint64_t bytes);
/* The first multiple of 64 in memory. */
unsigned char *unetc_aligned(void *memory);

/* Bytes of the user's memory for the first of a target's plans, with so much to spare; 0 where that is more than there can be. */
uint64_t unetc_net_bytes(const unetc_target *target, int plan_count, int threads, uint64_t spare);

/* Makes a net of the first plans. */
int unetc_init_plans(
    void *arena, size_t arena_bytes, int threads, int plan_count, const void *weights, size_t weight_bytes);

/* Makes a net of the first of a target's plans in memory that is large enough. */
unetc_net *unetc_make_net(
    const unetc_target *target, int plan_count, void *arena, size_t arena_bytes, int threads, unetc_state state);

/* Finds the weights in a file's contents, or says what is wrong with these. */
int unetc_check_weights(const unsigned char *bytes, uint64_t count, const unsigned char **weights);
/* Bytes of such a file, and the file itself. */
uint64_t unetc_weight_file_bytes(void);
void unetc_write_weights(const unsigned char *weights, unsigned char *file);

/* A sample of a map. */
float *unetc_map_of(const unetc_net *net, const unetc_map *map, int sample);

/* Runs a plan on what lies in its input; UNETC_ERROR_ARGUMENT where the user's threads ask for what there is not. */
int unetc_run_plan(unetc_net *net, int plan, const unetc_scalars *scalars);
/* The same of a plan that computes outputs, on so many samples. */
int unetc_forward(unetc_net *net, int plan, int batch);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
