/* What learning takes besides the plans. */
#ifndef UNETC_TRAINING_H
#define UNETC_TRAINING_H

#include "unetc_internal.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The optimiser's numbers that stay the same, and the seed of what is random. */
typedef struct unetc_optimizer_numbers {
    double beta1; /* Adam's decay of the first moment, SGD's momentum */
    double beta2;
    double epsilon;
    double weight_decay;
    uint64_t seed;
} unetc_optimizer_numbers;

extern const unetc_optimizer_numbers unetc_optimizer;
/* The targets of this bundle that this processor may have, the fastest first, with a plan that takes a step; NULL behind the
 * last. */
extern const unetc_target *const unetc_training_targets[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
