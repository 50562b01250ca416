/* Learning where the net is used: steps of training, with the optimiser that the graph names. */
#include "unetc_net.h"
#include "unetc_training.h"

#include <string.h>

static const uint64_t unetc_training_seal = 0x6e726165746e6575u;

/* At the first multiple of 64 in the user's memory; behind it the weights, the optimiser's moments, and the net. */
typedef struct unetc_learner {
    uint64_t seal;
    int64_t step; /* of the optimiser, those that have been taken */
    unsigned char *weights;
    unetc_net *net;
} unetc_learner;

static unetc_learner *unetc_learner_in(void *memory) {
    unetc_learner *learner;
    if (memory == NULL) return NULL;
    learner = (unetc_learner *)(void *)unetc_aligned(memory);
    return learner->seal == unetc_training_seal ? learner : NULL;
}

/* Bytes in front of the net. */
static uint64_t unetc_state_bytes(void) {
    return 64 + unetc_padded(sizeof(unetc_learner)) + 3 * unetc_padded(unetc_weight_bytes);
}

size_t unetc_training_bytes(int threads) {
    const unetc_target *target = unetc_best_of(unetc_training_targets);
    uint64_t net;
    if (target == NULL || threads < 1) return 0;
    net = unetc_net_bytes(target, 1, threads, 0);
    return net == 0 || net > SIZE_MAX - unetc_state_bytes() ? 0 : (size_t)(net + unetc_state_bytes());
}

int unetc_training_init(void *memory, size_t bytes, int threads, const void *weights, size_t weight_bytes) {
    const unetc_target *target = unetc_best_of(unetc_training_targets);
    const unsigned char *checked = NULL;
    unetc_learner *learner;
    unetc_state state;
    unsigned char *place;
    uint64_t padded = unetc_padded(unetc_weight_bytes);
    size_t needed = unetc_training_bytes(threads);
    int error;
    if (target == NULL) return UNETC_ERROR_PROCESSOR;
    if (memory == NULL || threads < 1) return UNETC_ERROR_ARGUMENT;
    if (needed == 0 || bytes < needed) return UNETC_ERROR_ARENA;
    if (weights == NULL) {
        if (unetc_embedded_weights == NULL) return UNETC_ERROR_ARGUMENT;
        weights = unetc_embedded_weights;
        weight_bytes = (size_t)unetc_embedded_bytes;
    }
    error = unetc_check_weights((const unsigned char *)weights, weight_bytes, &checked);
    if (error != UNETC_OK) return error;
    place = unetc_aligned(memory);
    learner = (unetc_learner *)(void *)place;
    memset(learner, 0, sizeof *learner);
    place += unetc_padded(sizeof *learner);
    learner->weights = place;
    memcpy(place, checked, (size_t)unetc_weight_bytes);
    memset(place + padded, 0, (size_t)(2 * padded));
    state.weights = place;
    state.moment1 = place + padded;
    state.moment2 = place + 2 * padded;
    place += 3 * padded;
    learner->net = unetc_make_net(target, 1, place, bytes - (size_t)(place - (unsigned char *)memory), threads, state);
    learner->seal = unetc_training_seal;
    return UNETC_OK;
}

/* By products alone, which round the same everywhere. */
static double unetc_power(double base, int64_t exponent) {
    double result = 1, square = base;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result *= square;
        square *= square;
    }
    return result;
}

static size_t unetc_floats_of(const unetc_map *map) {
    return (size_t)map->channels * (size_t)map->height * (size_t)map->width;
}

int unetc_training_step(
    void *memory, const float *input, const float *target, int batch, float learning_rate, float *loss) {
    unetc_learner *learner = unetc_learner_in(memory);
    const unetc_plan *plan;
    unetc_scalars scalars;
    size_t in, out;
    int error;
    if (learner == NULL) return UNETC_ERROR_ARENA;
    plan = &learner->net->target->plans[0];
    out = unetc_floats_of(&plan->target);
    if (batch < 1 || batch > plan->batch || input == NULL || (target == NULL && out > 0)) return UNETC_ERROR_ARGUMENT;
    in = unetc_floats_of(&plan->input);
    for (int i = 0; i < batch; i += 1) {
        memcpy(unetc_map_of(learner->net, &plan->input, i), input + (size_t)i * in, in * sizeof *input);
        if (out > 0) memcpy(unetc_map_of(learner->net, &plan->target, i), target + (size_t)i * out, out * sizeof *target);
    }
    learner->step += 1;
    memset(&scalars, 0, sizeof scalars);
    scalars.batch = batch;
    scalars.step = learner->step;
    scalars.seed = unetc_optimizer.seed;
    scalars.learning_rate = learning_rate;
    scalars.beta1 = (float)unetc_optimizer.beta1;
    scalars.beta2 = (float)unetc_optimizer.beta2;
    scalars.epsilon = (float)unetc_optimizer.epsilon;
    scalars.weight_decay = (float)unetc_optimizer.weight_decay;
    scalars.correction1 = (float)(1 - unetc_power(unetc_optimizer.beta1, learner->step));
    scalars.correction2 = (float)(1 - unetc_power(unetc_optimizer.beta2, learner->step));
    scalars.gradient_scale = 1;
    scalars.gradient_weight = 1;
    error = unetc_run_plan(learner->net, 0, &scalars);
    /* What is prepared is made of weights that are others now. */
    learner->net->prepared_plan = -1;
    if (error != UNETC_OK) return error;
    if (loss != NULL) memcpy(loss, learner->net->arena + plan->loss, sizeof *loss);
    return UNETC_OK;
}

size_t unetc_training_weight_bytes(void) { return (size_t)unetc_weight_file_bytes(); }

int unetc_training_weights(void *memory, void *file, size_t bytes) {
    unetc_learner *learner = unetc_learner_in(memory);
    if (learner == NULL) return UNETC_ERROR_ARENA;
    if (file == NULL || bytes < unetc_weight_file_bytes()) return UNETC_ERROR_ARGUMENT;
    unetc_write_weights(learner->weights, (unsigned char *)file);
    return UNETC_OK;
}

int unetc_training_set_parallel(void *memory, const unetc_parallel *parallel) {
    unetc_learner *learner = unetc_learner_in(memory);
    return learner == NULL ? UNETC_ERROR_ARENA : unetc_set_parallel(learner->net, parallel);
}
