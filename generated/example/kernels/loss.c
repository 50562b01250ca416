/* Kernels of loss. */
#include "../model.h"
#include "../unetc_vectors.h"

/* example.graph:15: d_loss = one (backward of loss)
 *  -> []; constant
 */
void d_loss_one(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0]; // d_loss []
    (void)task;

    out[0] = 1.0f;
}

/* example.graph:15: d_loss.bce_with_logits = batch_mean_gradient (backward of loss)
 * d_loss [] -> [N]; loop
 */
void d_loss_bce_with_logits_batch_mean_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // d_loss.bce_with_logits [N]
    const float *const in0 = (const float *)call->operands[1]; // d_loss []
    const int64_t batch = call->scalars->batch;

    out[task] = in0[0] / (float)batch;
}

/* example.graph:15: loss.bce_with_logits = bce_with_logits
 * logits [N, 1, 64, 64], mask [N, 1, 64, 64] -> [N]; vector loop
 */
void loss_bce_with_logits_bce_with_logits(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // loss.bce_with_logits [N]
    const float *const in0 = (const float *)call->operands[1]; // logits [N, 1, 64, 64]
    const float *const in1 = (const float *)call->operands[2]; // mask [N, 1, 64, 64]

    float total = 0.0f;
    v8 partial0 = unetc_splat8(0.0f);
    v8 partial1 = unetc_splat8(0.0f);
    v8 partial2 = unetc_splat8(0.0f);
    v8 partial3 = unetc_splat8(0.0f);
    for (int64_t i = 0; i < 4096; i += 32) {
        partial0 = partial0 + ((unetc_splat8(1.0f) - unetc_load8(in1 + task * 4096 + i)) * unetc_load8(in0 + task * 4096 + i) + (unetc_log1p8(unetc_exp8(-unetc_abs8(unetc_load8(in0 + task * 4096 + i)))) + unetc_max8(-unetc_load8(in0 + task * 4096 + i), unetc_splat8(0.0f))));
        partial1 = partial1 + ((unetc_splat8(1.0f) - unetc_load8(in1 + task * 4096 + (i + 8))) * unetc_load8(in0 + task * 4096 + (i + 8)) + (unetc_log1p8(unetc_exp8(-unetc_abs8(unetc_load8(in0 + task * 4096 + (i + 8))))) + unetc_max8(-unetc_load8(in0 + task * 4096 + (i + 8)), unetc_splat8(0.0f))));
        partial2 = partial2 + ((unetc_splat8(1.0f) - unetc_load8(in1 + task * 4096 + (i + 16))) * unetc_load8(in0 + task * 4096 + (i + 16)) + (unetc_log1p8(unetc_exp8(-unetc_abs8(unetc_load8(in0 + task * 4096 + (i + 16))))) + unetc_max8(-unetc_load8(in0 + task * 4096 + (i + 16)), unetc_splat8(0.0f))));
        partial3 = partial3 + ((unetc_splat8(1.0f) - unetc_load8(in1 + task * 4096 + (i + 24))) * unetc_load8(in0 + task * 4096 + (i + 24)) + (unetc_log1p8(unetc_exp8(-unetc_abs8(unetc_load8(in0 + task * 4096 + (i + 24))))) + unetc_max8(-unetc_load8(in0 + task * 4096 + (i + 24)), unetc_splat8(0.0f))));
    }
    float rest = 0.0f;
    total = total + (unetc_sum8(partial0 + partial1 + (partial2 + partial3)) + rest);
    out[task] = total * 0.00024414062f;
}

/* example.graph:15: loss = batch_mean
 * loss.bce_with_logits [N] -> []; loop
 */
void loss_batch_mean(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // loss []
    const float *const in0 = (const float *)call->operands[1]; // loss.bce_with_logits [N]
    const int64_t batch = call->scalars->batch;
    (void)task;

    float total = 0.0f;
    for (int64_t n = 0; n < batch; n += 1) {
        total = total + in0[n];
    }
    out[0] = total / (float)batch;
}
