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

/* At the first multiple of 64 in the user's memory; behind it, each at such a multiple: the operands of all steps, the
 * activations, what is prepared from weights, scratch of each thread, and whatever more there is. */
typedef struct unetc_net {
    uint64_t seal; /* tells memory that init has filled */
    const unetc_target *target;
    const unsigned char *weights;
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
} unetc_job;

/* The net in memory that init has filled; NULL for other memory. */
unetc_net *unetc_net_in(void *memory);

/* The best of this processor's targets; NULL where it can run none. */
const unetc_target *unetc_best_target(void);

/* Bytes of the user's memory for the first of a target's plans, with so much to spare; 0 where that is more than there can be. */
uint64_t unetc_net_bytes(const unetc_target *target, int plan_count, int threads, uint64_t spare);

/* Makes a net of the first plans. */
int unetc_init_plans(
    void *arena, size_t arena_bytes, int threads, int plan_count, const void *weights, size_t weight_bytes);

/* A sample of a map. */
float *unetc_map_of(const unetc_net *net, const unetc_map *map, int sample);

/* Runs a plan on so many samples that lie in its input. */
void unetc_forward(unetc_net *net, int plan, int batch);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
