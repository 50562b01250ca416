/* The optimisers, sums of gradients and moving averages: one function each, for every parameter. */
#include "../model.h"
#include "../unetc_vectors.h"

/* Adam: one chunk of one parameter of `count` elements, whole vectors into the padding */
void update_adam(const unetc_call *call, int64_t task) {
    float *const parameter = (float *)call->operands[0];
    const float *const gradient = (const float *)call->operands[1];
    float *const moment1 = (float *)call->operands[2];
    float *const moment2 = (float *)call->operands[3];
    const int64_t count = call->count;
    const float learning_rate = call->scalars->learning_rate;
    const float beta1 = call->scalars->beta1;
    const float beta2 = call->scalars->beta2;
    const float epsilon = call->scalars->epsilon;
    const float weight_decay = call->scalars->weight_decay;
    const float correction1 = call->scalars->correction1;
    const float correction2 = call->scalars->correction2;
    const float gradient_scale = call->scalars->gradient_scale;

    for (int64_t i = task * 16384; i < unetc_min((task + 1) * 16384, count); i += 8) {
        v8 p = unetc_load8(parameter + i);
        v8 g = unetc_fma8(unetc_splat8(weight_decay), p, unetc_load8(gradient + i) * unetc_splat8(gradient_scale));
        v8 m = unetc_fma8(unetc_splat8(beta1), unetc_load8(moment1 + i), (unetc_splat8(1.0f) - unetc_splat8(beta1)) * g);
        v8 v = unetc_fma8(unetc_splat8(beta2), unetc_load8(moment2 + i), (unetc_splat8(1.0f) - unetc_splat8(beta2)) * g * g);
        unetc_store8(moment1 + i, m);
        unetc_store8(moment2 + i, v);
        v8 root = unetc_sqrt8(v / unetc_splat8(correction2)) + unetc_splat8(epsilon);
        unetc_store8(parameter + i, p - unetc_splat8(learning_rate) / unetc_splat8(correction1) * m / root);
    }
}

/* AdamW: one chunk of one parameter of `count` elements, whole vectors into the padding */
void update_adamw(const unetc_call *call, int64_t task) {
    float *const parameter = (float *)call->operands[0];
    const float *const gradient = (const float *)call->operands[1];
    float *const moment1 = (float *)call->operands[2];
    float *const moment2 = (float *)call->operands[3];
    const int64_t count = call->count;
    const float learning_rate = call->scalars->learning_rate;
    const float beta1 = call->scalars->beta1;
    const float beta2 = call->scalars->beta2;
    const float epsilon = call->scalars->epsilon;
    const float weight_decay = call->scalars->weight_decay;
    const float correction1 = call->scalars->correction1;
    const float correction2 = call->scalars->correction2;
    const float gradient_scale = call->scalars->gradient_scale;

    for (int64_t i = task * 16384; i < unetc_min((task + 1) * 16384, count); i += 8) {
        v8 p = (unetc_splat8(1.0f) - unetc_splat8(learning_rate) * unetc_splat8(weight_decay)) * unetc_load8(parameter + i);
        v8 g = unetc_load8(gradient + i) * unetc_splat8(gradient_scale);
        v8 m = unetc_fma8(unetc_splat8(beta1), unetc_load8(moment1 + i), (unetc_splat8(1.0f) - unetc_splat8(beta1)) * g);
        v8 v = unetc_fma8(unetc_splat8(beta2), unetc_load8(moment2 + i), (unetc_splat8(1.0f) - unetc_splat8(beta2)) * g * g);
        unetc_store8(moment1 + i, m);
        unetc_store8(moment2 + i, v);
        v8 root = unetc_sqrt8(v / unetc_splat8(correction2)) + unetc_splat8(epsilon);
        unetc_store8(parameter + i, p - unetc_splat8(learning_rate) / unetc_splat8(correction1) * m / root);
    }
}

/* SGD with momentum: one chunk of one parameter of `count` elements, whole vectors into the padding */
void update_sgd(const unetc_call *call, int64_t task) {
    float *const parameter = (float *)call->operands[0];
    const float *const gradient = (const float *)call->operands[1];
    float *const moment1 = (float *)call->operands[2];
    const int64_t count = call->count;
    const float learning_rate = call->scalars->learning_rate;
    const float beta1 = call->scalars->beta1;
    const float weight_decay = call->scalars->weight_decay;
    const float gradient_scale = call->scalars->gradient_scale;

    for (int64_t i = task * 16384; i < unetc_min((task + 1) * 16384, count); i += 8) {
        v8 p = unetc_load8(parameter + i);
        v8 g = unetc_fma8(unetc_splat8(weight_decay), p, unetc_load8(gradient + i) * unetc_splat8(gradient_scale));
        v8 m = unetc_fma8(unetc_splat8(beta1), unetc_load8(moment1 + i), g);
        unetc_store8(moment1 + i, m);
        unetc_store8(parameter + i, p - unetc_splat8(learning_rate) * m);
    }
}

/* Sum of gradients: one chunk of one parameter of `count` elements, whole vectors into the padding */
void accumulate_gradient(const unetc_call *call, int64_t task) {
    float *const sum = (float *)call->operands[0];
    const float *const gradient = (const float *)call->operands[1];
    const int64_t count = call->count;
    const float gradient_weight = call->scalars->gradient_weight;
    const float gradient_keep = call->scalars->gradient_keep;

    for (int64_t i = task * 16384; i < unetc_min((task + 1) * 16384, count); i += 8) {
        v8 kept = unetc_select8(unetc_greater8(unetc_splat8(gradient_keep), unetc_splat8(0.0f)), unetc_load8(sum + i), unetc_splat8(0.0f));
        unetc_store8(sum + i, unetc_fma8(unetc_splat8(gradient_weight), unetc_load8(gradient + i), kept));
    }
}

/* Moving average: one chunk of one parameter of `count` elements, whole vectors into the padding */
void average_parameter(const unetc_call *call, int64_t task) {
    float *const average = (float *)call->operands[0];
    const float *const parameter = (const float *)call->operands[1];
    const int64_t count = call->count;
    const float average_weight = call->scalars->average_weight;

    for (int64_t i = task * 16384; i < unetc_min((task + 1) * 16384, count); i += 8) {
        v8 a = unetc_load8(average + i);
        v8 p = unetc_load8(parameter + i);
        unetc_store8(average + i, unetc_fma8(unetc_splat8(average_weight), p - a, a));
    }
}
