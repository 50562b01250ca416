/* Kernels of logits. */
#include "../model.h"
#include "../unetc_vectors.h"

/* example.graph:14: logits = conv + bias
 * logits.concat [N, 16, 64, 64], logits.weight [1, 16, 1, 1], logits.bias [1] -> [N, 1, 64, 64]; narrow output
 */
void logits_conv(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // logits [N, 1, 64, 64]
    const float *const in0 = (const float *)call->operands[1]; // logits.concat [N, 16, 64, 64] nchw8c
    const float *const in1 = (const float *)call->operands[2]; // logits.weight [1, 16, 1, 1]
    const float *const in2 = (const float *)call->operands[3]; // logits.bias [1]
    float *const workspace = (float *)call->workspace;

    const int64_t n = task / 4;
    const int64_t start = task % 4 * 1024;
    for (int64_t pixel = 0; pixel < 1024; pixel += 8) {
        v8 sum0_0 = unetc_splat8(0.0f);
        v8 sum1_0 = unetc_splat8(0.0f);
        v8 sum2_0 = unetc_splat8(0.0f);
        v8 sum3_0 = unetc_splat8(0.0f);
        v8 sum4_0 = unetc_splat8(0.0f);
        v8 sum5_0 = unetc_splat8(0.0f);
        v8 sum6_0 = unetc_splat8(0.0f);
        v8 sum7_0 = unetc_splat8(0.0f);
        for (int64_t c = 0; c < 16; c += 8) {
            v8 w0 = unetc_load8(in1 + c);
            v8 x0 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel) * 8);
            v8 x1 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 1) * 8);
            v8 x2 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 2) * 8);
            v8 x3 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 3) * 8);
            v8 x4 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 4) * 8);
            v8 x5 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 5) * 8);
            v8 x6 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 6) * 8);
            v8 x7 = unetc_load8(in0 + n * 65536 + c * 4096 + (start + pixel + 7) * 8);
            sum0_0 = unetc_fma8(x0, w0, sum0_0);
            sum1_0 = unetc_fma8(x1, w0, sum1_0);
            sum2_0 = unetc_fma8(x2, w0, sum2_0);
            sum3_0 = unetc_fma8(x3, w0, sum3_0);
            sum4_0 = unetc_fma8(x4, w0, sum4_0);
            sum5_0 = unetc_fma8(x5, w0, sum5_0);
            sum6_0 = unetc_fma8(x6, w0, sum6_0);
            sum7_0 = unetc_fma8(x7, w0, sum7_0);
        }
        workspace[pixel] = unetc_sum8(sum0_0);
        workspace[pixel + 1] = unetc_sum8(sum1_0);
        workspace[pixel + 2] = unetc_sum8(sum2_0);
        workspace[pixel + 3] = unetc_sum8(sum3_0);
        workspace[pixel + 4] = unetc_sum8(sum4_0);
        workspace[pixel + 5] = unetc_sum8(sum5_0);
        workspace[pixel + 6] = unetc_sum8(sum6_0);
        workspace[pixel + 7] = unetc_sum8(sum7_0);
    }
    float bias = in2[0];
    for (int64_t x = 0; x < 1024; x += 8) {
        unetc_store8(out + n * 4096 + (start + x), unetc_load8(workspace + x) + unetc_splat8(bias));
    }
}

/* example.graph:15: d_logits = bce_with_logits_gradient (backward of loss.bce_with_logits)
 * logits [N, 1, 64, 64], mask [N, 1, 64, 64], d_loss.bce_with_logits [N] -> [N, 1, 64, 64]; vector loop
 */
void d_logits_bce_with_logits_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // d_logits [N, 1, 64, 64]
    const float *const in0 = (const float *)call->operands[1]; // logits [N, 1, 64, 64]
    const float *const in1 = (const float *)call->operands[2]; // mask [N, 1, 64, 64]
    const float *const in2 = (const float *)call->operands[3]; // d_loss.bce_with_logits [N]

    const int64_t n = task;
    for (int64_t i = 0; i < 4096; i += 8) {
        unetc_store8(out + n * 4096 + i, unetc_splat8(in2[n] * 0.00024414062f) * (unetc_splat8(1.0f) / (unetc_splat8(1.0f) + unetc_exp8(-unetc_load8(in0 + n * 4096 + i))) - unetc_load8(in1 + n * 4096 + i)));
    }
}

/* example.graph:14: grad.logits.weight = conv_weight_gradient (backward of logits)
 * d_logits [N, 1, 64, 64], logits.concat [N, 16, 64, 64] -> [1, 16, 1, 1]; narrow output
 */
void grad_logits_weight_conv_weight_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // grad.logits.weight [1, 16, 1, 1]
    const float *const in0 = (const float *)call->operands[1]; // d_logits [N, 1, 64, 64]
    const float *const in1 = (const float *)call->operands[2]; // logits.concat [N, 16, 64, 64] nchw8c
    float *const workspace = (float *)call->workspace;
    const int64_t batch = call->scalars->batch;

    const int64_t c = task * 8;
    unetc_store8(workspace, unetc_splat8(0.0f));
    for (int64_t n = 0; n < batch; n += 1) {
        for (int64_t start = 0; start < 4096; start += 256) {
            const int64_t end = start + 256;
            const int64_t whole = start + (end - start) / 8 * 8;
            v8 partial0_0 = unetc_splat8(0.0f);
            v8 partial0_1 = unetc_splat8(0.0f);
            v8 partial0_2 = unetc_splat8(0.0f);
            v8 partial0_3 = unetc_splat8(0.0f);
            v8 partial0_4 = unetc_splat8(0.0f);
            v8 partial0_5 = unetc_splat8(0.0f);
            v8 partial0_6 = unetc_splat8(0.0f);
            v8 partial0_7 = unetc_splat8(0.0f);
            for (int64_t pixel = start; pixel < whole; pixel += 8) {
                v8 x0 = unetc_load8(in1 + n * 65536 + c * 4096 + pixel * 8);
                partial0_0 = unetc_fma8(unetc_splat8(in0[n * 4096 + pixel]), x0, partial0_0);
                v8 x1 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 1) * 8);
                partial0_1 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 1)]), x1, partial0_1);
                v8 x2 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 2) * 8);
                partial0_2 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 2)]), x2, partial0_2);
                v8 x3 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 3) * 8);
                partial0_3 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 3)]), x3, partial0_3);
                v8 x4 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 4) * 8);
                partial0_4 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 4)]), x4, partial0_4);
                v8 x5 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 5) * 8);
                partial0_5 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 5)]), x5, partial0_5);
                v8 x6 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 6) * 8);
                partial0_6 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 6)]), x6, partial0_6);
                v8 x7 = unetc_load8(in1 + n * 65536 + c * 4096 + (pixel + 7) * 8);
                partial0_7 = unetc_fma8(unetc_splat8(in0[n * 4096 + (pixel + 7)]), x7, partial0_7);
            }
            for (int64_t pixel = whole; pixel < end; pixel += 1) {
                v8 x0 = unetc_load8(in1 + n * 65536 + c * 4096 + pixel * 8);
                partial0_0 = unetc_fma8(unetc_splat8(in0[n * 4096 + pixel]), x0, partial0_0);
            }
            unetc_store8(workspace, unetc_load8(workspace) + (partial0_0 + partial0_1 + partial0_2 + partial0_3 + partial0_4 + partial0_5 + partial0_6 + partial0_7));
        }
    }
    unetc_store8(out + c, unetc_load8(workspace));
}

/* example.graph:14: grad.logits.bias = channel_sum (backward of logits)
 * d_logits [N, 1, 64, 64] -> [1]; vector loop
 */
void grad_logits_bias_channel_sum(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // grad.logits.bias [1]
    const float *const in0 = (const float *)call->operands[1]; // d_logits [N, 1, 64, 64]
    const int64_t batch = call->scalars->batch;
    (void)task;

    float total = 0.0f;
    for (int64_t n = 0; n < batch; n += 1) {
        v8 partial0 = unetc_splat8(0.0f);
        v8 partial1 = unetc_splat8(0.0f);
        v8 partial2 = unetc_splat8(0.0f);
        v8 partial3 = unetc_splat8(0.0f);
        for (int64_t i = 0; i < 4096; i += 32) {
            partial0 = partial0 + unetc_load8(in0 + n * 4096 + i);
            partial1 = partial1 + unetc_load8(in0 + n * 4096 + (i + 8));
            partial2 = partial2 + unetc_load8(in0 + n * 4096 + (i + 16));
            partial3 = partial3 + unetc_load8(in0 + n * 4096 + (i + 24));
        }
        float rest = 0.0f;
        total = total + (unetc_sum8(partial0 + partial1 + (partial2 + partial3)) + rest);
    }
    out[0] = total;
}

/* example.graph:14: d_logits.concat = conv_data_gradient (backward of logits)
 * d_logits [N, 1, 64, 64], logits.weight [1, 16, 1, 1] -> [N, 16, 64, 64]; narrow output
 */
void d_logits_concat_conv_data_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // d_logits.concat [N, 16, 64, 64] nchw8c
    const float *const in0 = (const float *)call->operands[1]; // d_logits [N, 1, 64, 64]
    const float *const in1 = (const float *)call->operands[2]; // logits.weight [1, 16, 1, 1]

    const int64_t n = task / 2;
    const int64_t c = task % 2 * 8;
    v8 w0 = unetc_load8(in1 + c);
    for (int64_t pixel = 0; pixel < 4096; pixel += 1) {
        unetc_store8(out + n * 65536 + (c * 4096 + pixel * 8), unetc_splat8(in0[n * 4096 + pixel]) * w0);
    }
}
