/* The smallest net that can be trained: each pixel's logits are weighted sums of its channels.
 *
 * Written by hand, so that tests and fuzzing of the trainer need no compiler of ours. Macros say what it is: CHANNELS,
 * SIDE, NAME, HASH, TILED, OVERFLOWS, LAYER (the name of the only layer), FROZEN (compiled without its weight), MOMENTS
 * (with running moments that nothing depends on); CLASSES (and IGNORE), LABELS or RECONSTRUCTION for other tasks than a
 * binary mask; TARGET_NAME (in the metadata) and TARGET_CHANNELS for graphs that the trainer refuses.
 */
#include "unetc_model.h"

#include <math.h>
#include <stddef.h>
#ifndef CHANNELS
#define CHANNELS 3
#endif
#ifndef SIDE
#define SIDE 16
#endif
#ifndef LAYER
#define LAYER "out"
#endif
#ifdef FROZEN
#define FROZEN_JSON ",\"freeze\":[\"*.weight\"]"
#else
#define FROZEN_JSON
#endif
#ifndef NAME
#define NAME "pixels"
#endif
#ifndef HASH
#define HASH "abc"
#endif
#define CAPACITY 4
#define AREA (SIDE * SIDE)
#define TEXT(x) #x
#define NUMBER(x) TEXT(x)
#ifdef TILED
#define PLANS 4
#else
#define PLANS 3
#endif
/* A binary mask, unless CLASSES or RECONSTRUCTION is defined. */
#ifdef CLASSES
#define OUTPUTS CLASSES
#define TARGETS 1
#ifndef IGNORE
#define IGNORE -1
#define IGNORES ""
#else
#define IGNORES ",\"ignore\":" NUMBER(IGNORE)
#endif
#define TARGET_JSON "{\"name\":\"labels\",\"kind\":\"classes\",\"classes\":" NUMBER(CLASSES) IGNORES "}"
#elif defined RECONSTRUCTION
#define OUTPUTS CHANNELS
#define TARGETS CHANNELS
#define TARGET_JSON ""
#else
#ifdef LABELS
#define TARGET_CHANNELS LABELS
#define OUTPUTS LABELS
#else
#define OUTPUTS 1
#endif
#ifndef TARGET_CHANNELS
#define TARGET_CHANNELS 1
#endif
#define TARGETS TARGET_CHANNELS
#ifndef TARGET_NAME
#define TARGET_NAME "mask"
#endif
#define TARGET_JSON "{\"name\":\"" TARGET_NAME "\",\"kind\":\"values\"}"
#endif

static float *operand(const unetc_call *call, int i) { return call->operands[i]; }

static void forward(const unetc_call *call, int64_t n) {
    float *y = operand(call, 0) + n * OUTPUTS * AREA;
    const float *x = operand(call, 1) + n * CHANNELS * AREA, *w = operand(call, 2), *b = operand(call, 3);
    for (int k = 0; k < OUTPUTS; k++)
        for (int i = 0; i < AREA; i++) {
            float sum = b[k];
            for (int c = 0; c < CHANNELS; c++) sum += w[k * CHANNELS + c] * x[c * AREA + i];
            y[k * AREA + i] = sum;
        }
}

/* With OVERFLOWS, values that no float holds, outside training, for pictures whose first number is white. */
#ifdef OVERFLOWS
static void tested(const unetc_call *call, int64_t n) {
    forward(call, n);
    volatile float much = 3e38f;
    if (operand(call, 1)[n * CHANNELS * AREA] > 0.999f)
        operand(call, 0)[n * OUTPUTS * AREA] = much * much - much * much;
}
#else
#define tested forward
#endif

/* The loss of pixel i of one sample, and its gradient at each output; how much the pixel counts. */
static double pixel(const float *y, const float *t, int i, float *d, double *weight) {
    *weight = 1;
#if defined CLASSES
    if (t[i] == IGNORE) {
        for (int k = 0; k < OUTPUTS; k++) d[k] = 0;
        return *weight = 0;
    }
    double sum = 0;
    for (int k = 0; k < OUTPUTS; k++) sum += exp(y[k * AREA + i]);
    for (int k = 0; k < OUTPUTS; k++) d[k] = (float)(exp(y[k * AREA + i]) / sum) - (t[i] == k);
    return log(sum) - y[(int)t[i] * AREA + i];
#elif defined RECONSTRUCTION
    double error = 0;
    for (int k = 0; k < OUTPUTS; k++) {
        float difference = y[k * AREA + i] - t[k * AREA + i];
        d[k] = 2 * difference / OUTPUTS;
        error += difference * difference / OUTPUTS;
    }
    return error;
#else
    double sum = 0;
    for (int k = 0; k < OUTPUTS; k++) {
        float z = y[k * AREA + i], truth = t[k * AREA + i];
        d[k] = (1 / (1 + expf(-z)) - truth) / OUTPUTS;
        sum += (fmax(z, 0) - z * truth + log1p(exp(-fabs(z)))) / OUTPUTS;
    }
    return sum;
#endif
}
static void loss(const unetc_call *call, int64_t task) {
    const float *y = operand(call, 1), *t = operand(call, 2);
    double sum = 0, weights = 0, weight;
    float d[OUTPUTS];
    for (int64_t n = 0; n < call->scalars->batch; n++)
        for (int i = 0; i < AREA; i++) {
            sum += pixel(y + n * OUTPUTS * AREA, t + n * TARGETS * AREA, i, d, &weight);
            weights += weight;
        }
    operand(call, 0)[0] = (float)(sum / weights);
}
static void gradient(const unetc_call *call, int64_t task) {
    float *dw = operand(call, 0), *db = operand(call, 1);
    const float *y = operand(call, 2), *t = operand(call, 3), *x = operand(call, 4);
    int64_t batch = call->scalars->batch;
    for (int j = 0; j < OUTPUTS * CHANNELS; j++) dw[j] = 0;
    for (int k = 0; k < OUTPUTS; k++) db[k] = 0;
    double weight;
    float d[OUTPUTS];
    for (int64_t n = 0; n < batch; n++)
        for (int i = 0; i < AREA; i++) {
            pixel(y + n * OUTPUTS * AREA, t + n * TARGETS * AREA, i, d, &weight);
            for (int k = 0; k < OUTPUTS; k++) {
                float part = d[k] / (float)(batch * AREA);
                for (int c = 0; c < CHANNELS; c++)
                    dw[k * CHANNELS + c] += part * x[(n * CHANNELS + c) * AREA + i];
                db[k] += part;
            }
        }
}
static void adam(const unetc_call *call, int64_t task) {
    const unetc_scalars *s = call->scalars;
    for (int64_t i = 0; i < call->count; i++) {
        float g = s->gradient_scale * operand(call, 1)[i], *m = operand(call, 2) + i, *v = operand(call, 3) + i;
        *m += (1 - s->beta1) * (g - *m);
        *v += (1 - s->beta2) * (g * g - *v);
        operand(call, 0)[i] -= s->learning_rate * (*m / s->correction1)
            / (sqrtf(*v / s->correction2) + s->epsilon);
    }
}
static void adamw(const unetc_call *call, int64_t task) {
    for (int64_t i = 0; i < call->count; i++)
        operand(call, 0)[i] *= 1 - call->scalars->learning_rate * call->scalars->weight_decay;
    adam(call, task);
}
static void sgd(const unetc_call *call, int64_t task) {
    for (int64_t i = 0; i < call->count; i++) {
        float *m = operand(call, 2) + i;
        *m = call->scalars->beta1 * *m + call->scalars->gradient_scale * operand(call, 1)[i];
        operand(call, 0)[i] -= call->scalars->learning_rate * *m;
    }
}
static void accumulate(const unetc_call *call, int64_t task) {
    const unetc_scalars *s = call->scalars;
    for (int64_t i = 0; i < call->count; i++)
        operand(call, 0)[i] =
            (s->gradient_keep > 0 ? operand(call, 0)[i] : 0) + s->gradient_weight * operand(call, 1)[i];
}
static void average(const unetc_call *call, int64_t task) {
    for (int64_t i = 0; i < call->count; i++)
        operand(call, 0)[i] += call->scalars->average_weight * (operand(call, 1)[i] - operand(call, 0)[i]);
}

/* Of an element. */
#define BYTES sizeof(float)
#define MAPS(name, role, channels, offset) \
    {name, role, UNETC_REGION_ARENA, 3, {channels, SIDE, SIDE}, 1, 0, 0, offset, \
     BYTES * (channels) * AREA * CAPACITY, BYTES * (channels) * AREA}
#define FIXED(name, role, region, kind, offset) \
    {name, role, region, 4, {OUTPUTS, CHANNELS, 1, 1}, 0, kind, CHANNELS, offset, BYTES * OUTPUTS * CHANNELS, 0}
#define BIASES(name, role, region, kind, offset) \
    {name, role, region, 1, {OUTPUTS}, 0, kind, CHANNELS, offset, BYTES * OUTPUTS, 0}
#define IMAGES (BYTES * CHANNELS * AREA * CAPACITY)
#define LOGITS (BYTES * OUTPUTS * AREA * CAPACITY)
#define REST (IMAGES + LOGITS + BYTES * TARGETS * AREA * CAPACITY)
#define BIAS_OFFSET ((BYTES * OUTPUTS * CHANNELS + 63) / 64 * 64)
#define PARAMETERS \
    FIXED(LAYER ".weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, UNETC_PARAMETER_WEIGHT, 0), \
    BIASES(LAYER ".bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, UNETC_PARAMETER_BIAS, BIAS_OFFSET)
#ifdef MOMENTS
#define MOMENT(name, kind, offset) \
    , {name, UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {OUTPUTS}, 0, kind, CHANNELS, offset, BYTES * OUTPUTS, 0}
#define OTHERS \
    MOMENT("norm.running_mean", UNETC_PARAMETER_RUNNING_MEAN, BIAS_OFFSET + 64) \
    MOMENT("norm.running_var", UNETC_PARAMETER_RUNNING_VARIANCE, BIAS_OFFSET + 128)
#define OTHER_BYTES 128
#else
#define OTHERS
#define OTHER_BYTES 0
#endif
#if defined CLASSES
#define TARGET \
    {"labels", UNETC_ROLE_TARGET, UNETC_REGION_ARENA, 2, {SIDE, SIDE}, 1, 0, 0, IMAGES + LOGITS, \
     BYTES * AREA * CAPACITY, BYTES * AREA}
#elif defined RECONSTRUCTION
/* In the place of a target, so that operands have the same numbers: nothing that anyone feeds. */
#define TARGET MAPS("unused", UNETC_ROLE_VALUE, TARGETS, IMAGES + LOGITS)
#else
#define TARGET MAPS("mask", UNETC_ROLE_TARGET, TARGETS, IMAGES + LOGITS)
#endif
#ifdef RECONSTRUCTION
#define TRUTH 0
#else
#define TRUTH 1
#endif
#define FORWARD_TENSORS \
    MAPS("image", UNETC_ROLE_INPUT, CHANNELS, 0), TARGET, \
    MAPS("logits", UNETC_ROLE_OUTPUT, OUTPUTS, IMAGES), \
    {"loss", UNETC_ROLE_LOSS, UNETC_REGION_ARENA, 0, {0}, 0, 0, 0, REST, 4, 0}, PARAMETERS
static const unetc_tensor forward_tensors[] = {FORWARD_TENSORS OTHERS};
static const unetc_tensor train_tensors[] = {
    FORWARD_TENSORS,
    FIXED("d_weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, REST + 64),
    BIASES("d_bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, REST + 64 + BIAS_OFFSET) OTHERS,
};
static const int32_t forward_operands[] = {2, 0, 4, 5}, loss_operands[] = {3, 2, TRUTH},
    gradient_operands[] = {6, 7, 2, TRUTH, 0}, update_w[] = {4, 6}, update_b[] = {5, 7},
    infer_operands[] = {1, 0, 2, 3};
#define FORWARD_STEPS(kernel) \
    {"logits", "conv", "t:1", "loop", 0, kernel, 4, forward_operands, 1, 0, 0, 0, 0, 0, 0, 0}, \
    {"loss", "mean", "t:2", "loop", 0, loss, 3, loss_operands, 0, 1, 0, 0, 0, 0, 0, 0}
static const unetc_step forward_steps[] = {FORWARD_STEPS(tested)};
static const unetc_step train_steps[] = {
    FORWARD_STEPS(forward),
    {"d", "sum", "t:1", "loop", 1, gradient, 5, gradient_operands, 0, 1, 0, 0, 0, 0, 0, 0},
#ifndef FROZEN
    {"update w", "update", "t:1", "optimizer", 2, NULL, 2, update_w, 0, 1, OUTPUTS * CHANNELS, 0, 0, 0, 0, 0},
#endif
    {"update b", "update", "t:1", "optimizer", 2, NULL, 2, update_b, 0, 1, OUTPUTS, 0, 0, 0, 0, 0},
};
static const unetc_tensor infer_tensors[] = {
    MAPS("image", UNETC_ROLE_INPUT, CHANNELS, 0),
    MAPS("logits", UNETC_ROLE_OUTPUT, OUTPUTS, IMAGES),
    PARAMETERS OTHERS,
};
static const unetc_step infer_steps[] = {
    {"logits", "conv", "t:1", "loop", 0, tested, 4, infer_operands, 1, 0, 0, 0, 0, 0, 0, 0},
};
/* With TILED, pictures of any size, SIDE pixels square at a time; each pixel is on its own. */
static const unetc_tiling tiling = {{1, 1}, {0, 0}, {0, 0}};
#define COUNT(list) (int32_t)(sizeof(list) / sizeof(list[0]))
static const unetc_plan plans[] = {
    {"train", COUNT(train_tensors), train_tensors, COUNT(train_steps), train_steps, REST + 64 + 2 * BIAS_OFFSET + BYTES * OUTPUTS,
     .kind = UNETC_PLAN_TRAIN},
    {"infer", COUNT(infer_tensors), infer_tensors, 1, infer_steps, IMAGES + LOGITS, .kind = UNETC_PLAN_INFER},
    {"forward", COUNT(forward_tensors), forward_tensors, 2, forward_steps, REST + 64, .kind = UNETC_PLAN_FORWARD},
    {.name = "tile", .tensor_count = COUNT(infer_tensors), .tensors = infer_tensors, .step_count = 1, .steps = infer_steps,
     .arena_bytes = IMAGES + LOGITS, .batch_capacity = 1, .tiling = &tiling, .kind = UNETC_PLAN_TILE},
};
static const unetc_optimizer optimizers[] = {{"adam", 2, adam}, {"adamw", 2, adamw}, {"sgd", 1, sgd}};
static const unetc_model model = {
    UNETC_MODEL_MAGIC, UNETC_MODEL_ABI, NAME, "graph pixels {}",
    "{\"compiler\":\"0.1.0\",\"target\":\"native\",\"parameters\":{\"width\":1},"
    "\"train\":{\"optimizer\":\"adam\","
    "\"lr\":0.05,\"beta1\":0.9,\"beta2\":0.999,\"eps\":1e-8,\"weight_decay\":0,\"momentum\":0,\"batch\":16,"
    "\"epochs\":3,\"init\":\"pytorch\",\"seed\":5" FROZEN_JSON "},\"inputs\":[\"image\"],\"targets\":["
    TARGET_JSON "],\"outputs\":[\"logits\"]}",
    HASH, CAPACITY, BIAS_OFFSET + BYTES * OUTPUTS + 60 + OTHER_BYTES, PLANS, plans, 3, optimizers, NULL, 1 << 14,
    accumulate, average,
};
const unetc_model *unetc_model_get(void) { return &model; }
