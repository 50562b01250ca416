/* Kernels of enc. */
#include "../model.h"
#include "../unetc_vectors.h"

/* enc: weights [8, 1, 3, 3] in panels of 8 columns
 * Reads parameters alone: what it makes is valid until they change.
 */
void enc_conv_weights(const unetc_call *call, int64_t task) {
    float *const panels = (float *)call->operands[0];
    const float *const weight = (const float *)call->operands[1]; // enc.weight [8, 1, 3, 3]
    (void)task;

    // a few channels at a time, so that each cache line is fetched once
    for (int64_t lane = 0; lane < 8; lane += 1) {
        for (int64_t tap = 0; tap < 9; tap += 1) {
            panels[tap * 8 + lane] = weight[lane * 9 + tap];
        }
    }
}

/* example.graph:9: enc = conv + bias + relu
 * image [N, 1, 64, 64], enc.weight [8, 1, 3, 3], enc.bias [8] -> [N, 8, 64, 64]; narrow input
 */
void enc_conv(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // enc [N, 8, 64, 64] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // image [N, 1, 64, 64]
    const float *const panels = (const float *)call->operands[2]; // rearranged weights
    const float *const in2 = (const float *)call->operands[3];    // enc.bias [8]
    float *const workspace = (float *)call->workspace;

    const int64_t n = task / 4;
    const int64_t y0 = task % 4 * 16;
    const int64_t firstInside = unetc_max(1 - y0, 0);
    const int64_t endInside = unetc_min(65 - y0, 18);
    for (int64_t row = 0; row < firstInside; row += 1) {
        for (int64_t x = 0; x < 64; x += 8) {
            unetc_store8(workspace + x, unetc_splat8(0.0f));
        }
        for (int64_t x = 64; x < 66; x += 1) {
            workspace[x] = 0.0f;
        }
    }
    for (int64_t row = firstInside; row < endInside; row += 1) {
        workspace[row * 66] = 0.0f;
        for (int64_t x = 0; x < 64; x += 8) {
            unetc_store8(workspace + row * 66 + 1 + x, unetc_load8(in0 + n * 4096 + (row - (1 - y0)) * 64 + x));
        }
        workspace[row * 66 + 65] = 0.0f;
    }
    for (int64_t row = endInside; row < 18; row += 1) {
        for (int64_t x = 0; x < 64; x += 8) {
            unetc_store8(workspace + 1122 + x, unetc_splat8(0.0f));
        }
        for (int64_t x = 64; x < 66; x += 1) {
            workspace[1122 + x] = 0.0f;
        }
    }
    for (int64_t y = 0; y < 16; y += 1) {
        for (int64_t x = 0; x < 56; x += 14) {
            v8 acc0_0 = unetc_load8(in2);
            v8 acc1_0 = unetc_load8(in2);
            v8 acc2_0 = unetc_load8(in2);
            v8 acc3_0 = unetc_load8(in2);
            v8 acc4_0 = unetc_load8(in2);
            v8 acc5_0 = unetc_load8(in2);
            v8 acc6_0 = unetc_load8(in2);
            v8 acc7_0 = unetc_load8(in2);
            v8 acc8_0 = unetc_load8(in2);
            v8 acc9_0 = unetc_load8(in2);
            v8 acc10_0 = unetc_load8(in2);
            v8 acc11_0 = unetc_load8(in2);
            v8 acc12_0 = unetc_load8(in2);
            v8 acc13_0 = unetc_load8(in2);
            for (int64_t i = 0; i < 3; i += 1) {
                v8 b0_0 = unetc_load8(panels + i * 24);
                v8 a0_0 = unetc_splat8(workspace[(y + i) * 66 + x]);
                acc0_0 = unetc_fma8(a0_0, b0_0, acc0_0);
                v8 a1_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 1)]);
                acc1_0 = unetc_fma8(a1_0, b0_0, acc1_0);
                v8 a2_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 2)]);
                acc2_0 = unetc_fma8(a2_0, b0_0, acc2_0);
                v8 a3_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 3)]);
                acc3_0 = unetc_fma8(a3_0, b0_0, acc3_0);
                v8 a4_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 4)]);
                acc4_0 = unetc_fma8(a4_0, b0_0, acc4_0);
                v8 a5_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 5)]);
                acc5_0 = unetc_fma8(a5_0, b0_0, acc5_0);
                v8 a6_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 6)]);
                acc6_0 = unetc_fma8(a6_0, b0_0, acc6_0);
                v8 a7_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 7)]);
                acc7_0 = unetc_fma8(a7_0, b0_0, acc7_0);
                v8 a8_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 8)]);
                acc8_0 = unetc_fma8(a8_0, b0_0, acc8_0);
                v8 a9_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 9)]);
                acc9_0 = unetc_fma8(a9_0, b0_0, acc9_0);
                v8 a10_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 10)]);
                acc10_0 = unetc_fma8(a10_0, b0_0, acc10_0);
                v8 a11_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 11)]);
                acc11_0 = unetc_fma8(a11_0, b0_0, acc11_0);
                v8 a12_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 12)]);
                acc12_0 = unetc_fma8(a12_0, b0_0, acc12_0);
                v8 a13_0 = unetc_splat8(workspace[(y + i) * 66 + (x + 13)]);
                acc13_0 = unetc_fma8(a13_0, b0_0, acc13_0);
                v8 b0_1 = unetc_load8(panels + (i * 3 + 1) * 8);
                v8 a0_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 1)]);
                acc0_0 = unetc_fma8(a0_1, b0_1, acc0_0);
                v8 a1_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 2)]);
                acc1_0 = unetc_fma8(a1_1, b0_1, acc1_0);
                v8 a2_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 3)]);
                acc2_0 = unetc_fma8(a2_1, b0_1, acc2_0);
                v8 a3_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 4)]);
                acc3_0 = unetc_fma8(a3_1, b0_1, acc3_0);
                v8 a4_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 5)]);
                acc4_0 = unetc_fma8(a4_1, b0_1, acc4_0);
                v8 a5_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 6)]);
                acc5_0 = unetc_fma8(a5_1, b0_1, acc5_0);
                v8 a6_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 7)]);
                acc6_0 = unetc_fma8(a6_1, b0_1, acc6_0);
                v8 a7_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 8)]);
                acc7_0 = unetc_fma8(a7_1, b0_1, acc7_0);
                v8 a8_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 9)]);
                acc8_0 = unetc_fma8(a8_1, b0_1, acc8_0);
                v8 a9_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 10)]);
                acc9_0 = unetc_fma8(a9_1, b0_1, acc9_0);
                v8 a10_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 11)]);
                acc10_0 = unetc_fma8(a10_1, b0_1, acc10_0);
                v8 a11_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 12)]);
                acc11_0 = unetc_fma8(a11_1, b0_1, acc11_0);
                v8 a12_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 13)]);
                acc12_0 = unetc_fma8(a12_1, b0_1, acc12_0);
                v8 a13_1 = unetc_splat8(workspace[(y + i) * 66 + (x + 14)]);
                acc13_0 = unetc_fma8(a13_1, b0_1, acc13_0);
                v8 b0_2 = unetc_load8(panels + (i * 3 + 2) * 8);
                v8 a0_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 2)]);
                acc0_0 = unetc_fma8(a0_2, b0_2, acc0_0);
                v8 a1_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 3)]);
                acc1_0 = unetc_fma8(a1_2, b0_2, acc1_0);
                v8 a2_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 4)]);
                acc2_0 = unetc_fma8(a2_2, b0_2, acc2_0);
                v8 a3_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 5)]);
                acc3_0 = unetc_fma8(a3_2, b0_2, acc3_0);
                v8 a4_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 6)]);
                acc4_0 = unetc_fma8(a4_2, b0_2, acc4_0);
                v8 a5_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 7)]);
                acc5_0 = unetc_fma8(a5_2, b0_2, acc5_0);
                v8 a6_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 8)]);
                acc6_0 = unetc_fma8(a6_2, b0_2, acc6_0);
                v8 a7_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 9)]);
                acc7_0 = unetc_fma8(a7_2, b0_2, acc7_0);
                v8 a8_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 10)]);
                acc8_0 = unetc_fma8(a8_2, b0_2, acc8_0);
                v8 a9_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 11)]);
                acc9_0 = unetc_fma8(a9_2, b0_2, acc9_0);
                v8 a10_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 12)]);
                acc10_0 = unetc_fma8(a10_2, b0_2, acc10_0);
                v8 a11_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 13)]);
                acc11_0 = unetc_fma8(a11_2, b0_2, acc11_0);
                v8 a12_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 14)]);
                acc12_0 = unetc_fma8(a12_2, b0_2, acc12_0);
                v8 a13_2 = unetc_splat8(workspace[(y + i) * 66 + (x + 15)]);
                acc13_0 = unetc_fma8(a13_2, b0_2, acc13_0);
            }
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x) * 8, unetc_max8(unetc_splat8(0.0f), acc0_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 1) * 8, unetc_max8(unetc_splat8(0.0f), acc1_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 2) * 8, unetc_max8(unetc_splat8(0.0f), acc2_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 3) * 8, unetc_max8(unetc_splat8(0.0f), acc3_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 4) * 8, unetc_max8(unetc_splat8(0.0f), acc4_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 5) * 8, unetc_max8(unetc_splat8(0.0f), acc5_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 6) * 8, unetc_max8(unetc_splat8(0.0f), acc6_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 7) * 8, unetc_max8(unetc_splat8(0.0f), acc7_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 8) * 8, unetc_max8(unetc_splat8(0.0f), acc8_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 9) * 8, unetc_max8(unetc_splat8(0.0f), acc9_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 10) * 8, unetc_max8(unetc_splat8(0.0f), acc10_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 11) * 8, unetc_max8(unetc_splat8(0.0f), acc11_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 12) * 8, unetc_max8(unetc_splat8(0.0f), acc12_0));
            unetc_store8(out + n * 65536 + ((y0 + y) * 64 + x + 13) * 8, unetc_max8(unetc_splat8(0.0f), acc13_0));
        }
        v8 acc0_0 = unetc_load8(in2);
        v8 acc1_0 = unetc_load8(in2);
        v8 acc2_0 = unetc_load8(in2);
        v8 acc3_0 = unetc_load8(in2);
        v8 acc4_0 = unetc_load8(in2);
        v8 acc5_0 = unetc_load8(in2);
        v8 acc6_0 = unetc_load8(in2);
        v8 acc7_0 = unetc_load8(in2);
        for (int64_t i = 0; i < 3; i += 1) {
            v8 b0_0 = unetc_load8(panels + i * 24);
            v8 a0_0 = unetc_splat8(workspace[(y + i) * 66 + 56]);
            acc0_0 = unetc_fma8(a0_0, b0_0, acc0_0);
            v8 a1_0 = unetc_splat8(workspace[(y + i) * 66 + 57]);
            acc1_0 = unetc_fma8(a1_0, b0_0, acc1_0);
            v8 a2_0 = unetc_splat8(workspace[(y + i) * 66 + 58]);
            acc2_0 = unetc_fma8(a2_0, b0_0, acc2_0);
            v8 a3_0 = unetc_splat8(workspace[(y + i) * 66 + 59]);
            acc3_0 = unetc_fma8(a3_0, b0_0, acc3_0);
            v8 a4_0 = unetc_splat8(workspace[(y + i) * 66 + 60]);
            acc4_0 = unetc_fma8(a4_0, b0_0, acc4_0);
            v8 a5_0 = unetc_splat8(workspace[(y + i) * 66 + 61]);
            acc5_0 = unetc_fma8(a5_0, b0_0, acc5_0);
            v8 a6_0 = unetc_splat8(workspace[(y + i) * 66 + 62]);
            acc6_0 = unetc_fma8(a6_0, b0_0, acc6_0);
            v8 a7_0 = unetc_splat8(workspace[(y + i) * 66 + 63]);
            acc7_0 = unetc_fma8(a7_0, b0_0, acc7_0);
            v8 b0_1 = unetc_load8(panels + (i * 3 + 1) * 8);
            v8 a0_1 = unetc_splat8(workspace[(y + i) * 66 + 57]);
            acc0_0 = unetc_fma8(a0_1, b0_1, acc0_0);
            v8 a1_1 = unetc_splat8(workspace[(y + i) * 66 + 58]);
            acc1_0 = unetc_fma8(a1_1, b0_1, acc1_0);
            v8 a2_1 = unetc_splat8(workspace[(y + i) * 66 + 59]);
            acc2_0 = unetc_fma8(a2_1, b0_1, acc2_0);
            v8 a3_1 = unetc_splat8(workspace[(y + i) * 66 + 60]);
            acc3_0 = unetc_fma8(a3_1, b0_1, acc3_0);
            v8 a4_1 = unetc_splat8(workspace[(y + i) * 66 + 61]);
            acc4_0 = unetc_fma8(a4_1, b0_1, acc4_0);
            v8 a5_1 = unetc_splat8(workspace[(y + i) * 66 + 62]);
            acc5_0 = unetc_fma8(a5_1, b0_1, acc5_0);
            v8 a6_1 = unetc_splat8(workspace[(y + i) * 66 + 63]);
            acc6_0 = unetc_fma8(a6_1, b0_1, acc6_0);
            v8 a7_1 = unetc_splat8(workspace[(y + i) * 66 + 64]);
            acc7_0 = unetc_fma8(a7_1, b0_1, acc7_0);
            v8 b0_2 = unetc_load8(panels + (i * 3 + 2) * 8);
            v8 a0_2 = unetc_splat8(workspace[(y + i) * 66 + 58]);
            acc0_0 = unetc_fma8(a0_2, b0_2, acc0_0);
            v8 a1_2 = unetc_splat8(workspace[(y + i) * 66 + 59]);
            acc1_0 = unetc_fma8(a1_2, b0_2, acc1_0);
            v8 a2_2 = unetc_splat8(workspace[(y + i) * 66 + 60]);
            acc2_0 = unetc_fma8(a2_2, b0_2, acc2_0);
            v8 a3_2 = unetc_splat8(workspace[(y + i) * 66 + 61]);
            acc3_0 = unetc_fma8(a3_2, b0_2, acc3_0);
            v8 a4_2 = unetc_splat8(workspace[(y + i) * 66 + 62]);
            acc4_0 = unetc_fma8(a4_2, b0_2, acc4_0);
            v8 a5_2 = unetc_splat8(workspace[(y + i) * 66 + 63]);
            acc5_0 = unetc_fma8(a5_2, b0_2, acc5_0);
            v8 a6_2 = unetc_splat8(workspace[(y + i) * 66 + 64]);
            acc6_0 = unetc_fma8(a6_2, b0_2, acc6_0);
            v8 a7_2 = unetc_splat8(workspace[(y + i) * 66 + 65]);
            acc7_0 = unetc_fma8(a7_2, b0_2, acc7_0);
        }
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 56) * 8, unetc_max8(unetc_splat8(0.0f), acc0_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 57) * 8, unetc_max8(unetc_splat8(0.0f), acc1_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 58) * 8, unetc_max8(unetc_splat8(0.0f), acc2_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 59) * 8, unetc_max8(unetc_splat8(0.0f), acc3_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 60) * 8, unetc_max8(unetc_splat8(0.0f), acc4_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 61) * 8, unetc_max8(unetc_splat8(0.0f), acc5_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 62) * 8, unetc_max8(unetc_splat8(0.0f), acc6_0));
        unetc_store8(out + n * 65536 + ((y0 + y) * 64 + 63) * 8, unetc_max8(unetc_splat8(0.0f), acc7_0));
    }
}

/* example.graph:9: d_enc.conv = max_unpool + add + relu_gradient (backward of enc)
 * d_down [N, 8, 32, 32], enc [N, 8, 64, 64] -> [N, 8, 64, 64]; vector loop
 */
void d_enc_conv_max_unpool(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // d_enc.conv [N, 8, 64, 64] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // d_down [N, 8, 32, 32] nchw8c
    const float *const in1 = (const float *)call->operands[2];    // enc [N, 8, 64, 64] nchw8c
    const float *const extra0 = (const float *)call->operands[3]; // d_enc.from_logits.concat [N, 8, 64, 64] nchw8c
    const float *const extra1 = (const float *)call->operands[4]; // enc [N, 8, 64, 64] nchw8c

    const int64_t n = task;
    for (int64_t y = 0; y < 32; y += 1) {
        for (int64_t x = 0; x < 32; x += 1) {
            v8 x0_0 = unetc_load8(in1 + n * 65536 + (y * 128 + x * 2) * 8);
            v8 x0_1 = unetc_load8(in1 + n * 65536 + (y * 128 + (x * 2 + 1)) * 8);
            v8 x1_0 = unetc_load8(in1 + n * 65536 + ((y * 2 + 1) * 64 + x * 2) * 8);
            v8 x1_1 = unetc_load8(in1 + n * 65536 + ((y * 2 + 1) * 64 + (x * 2 + 1)) * 8);
            v8 largest = unetc_max8(x1_1, unetc_max8(x1_0, unetc_max8(x0_1, x0_0)));
            // the gradient that is still to be given away
            v8 rest = unetc_load8(in0 + n * 8192 + (y * 32 + x) * 8);
            unetc_store8(out + n * 65536 + (y * 128 + x * 2) * 8, unetc_select8(unetc_greater8(unetc_load8(extra1 + n * 65536 + (y * 128 + x * 2) * 8), unetc_splat8(0.0f)), unetc_select8(unetc_equal8(x0_0, largest), rest, unetc_splat8(0.0f)) + unetc_load8(extra0 + n * 65536 + (y * 128 + x * 2) * 8), unetc_splat8(0.0f)));
            rest = unetc_select8(unetc_equal8(x0_0, largest), unetc_splat8(0.0f), rest);
            unetc_store8(out + n * 65536 + (y * 128 + (x * 2 + 1)) * 8, unetc_select8(unetc_greater8(unetc_load8(extra1 + n * 65536 + (y * 128 + (x * 2 + 1)) * 8), unetc_splat8(0.0f)), unetc_select8(unetc_equal8(x0_1, largest), rest, unetc_splat8(0.0f)) + unetc_load8(extra0 + n * 65536 + (y * 128 + (x * 2 + 1)) * 8), unetc_splat8(0.0f)));
            rest = unetc_select8(unetc_equal8(x0_1, largest), unetc_splat8(0.0f), rest);
            unetc_store8(out + n * 65536 + ((y * 2 + 1) * 64 + x * 2) * 8, unetc_select8(unetc_greater8(unetc_load8(extra1 + n * 65536 + ((y * 2 + 1) * 64 + x * 2) * 8), unetc_splat8(0.0f)), unetc_select8(unetc_equal8(x1_0, largest), rest, unetc_splat8(0.0f)) + unetc_load8(extra0 + n * 65536 + ((y * 2 + 1) * 64 + x * 2) * 8), unetc_splat8(0.0f)));
            rest = unetc_select8(unetc_equal8(x1_0, largest), unetc_splat8(0.0f), rest);
            unetc_store8(out + n * 65536 + ((y * 2 + 1) * 64 + (x * 2 + 1)) * 8, unetc_select8(unetc_greater8(unetc_load8(extra1 + n * 65536 + ((y * 2 + 1) * 64 + (x * 2 + 1)) * 8), unetc_splat8(0.0f)), unetc_select8(unetc_equal8(x1_1, largest), rest, unetc_splat8(0.0f)) + unetc_load8(extra0 + n * 65536 + ((y * 2 + 1) * 64 + (x * 2 + 1)) * 8), unetc_splat8(0.0f)));
        }
    }
}

/* example.graph:9: grad.enc.weight = conv_weight_gradient with channel_sum (backward of enc.conv)
 * d_enc.conv [N, 8, 64, 64], image [N, 1, 64, 64] -> [8, 1, 3, 3]; narrow input
 */
void grad_enc_weight_conv_weight_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // sums
    const float *const in0 = (const float *)call->operands[1]; // d_enc.conv [N, 8, 64, 64] nchw8c
    const float *const in1 = (const float *)call->operands[2]; // image [N, 1, 64, 64]
    float *const workspace = (float *)call->workspace;
    const int64_t batch = call->scalars->batch;

    const int64_t begin = batch * 4 * task / 32;
    const int64_t end = batch * 4 * (task + 1) / 32;
    for (int64_t i = 0; i < 80; i += 8) {
        unetc_store8(out + task * 80 + i, unetc_splat8(0.0f));
    }
    for (int64_t piece = begin; piece < end; piece += 1) {
        const int64_t n = piece / 4;
        const int64_t y0 = piece % 4 * 16;
        const int64_t firstInside = unetc_max(1 - y0, 0);
        const int64_t endInside = unetc_min(65 - y0, 18);
        for (int64_t row = 0; row < firstInside; row += 1) {
            for (int64_t x = 0; x < 64; x += 8) {
                unetc_store8(workspace + x, unetc_splat8(0.0f));
            }
            for (int64_t x = 64; x < 66; x += 1) {
                workspace[x] = 0.0f;
            }
        }
        for (int64_t row = firstInside; row < endInside; row += 1) {
            workspace[row * 66] = 0.0f;
            for (int64_t x = 0; x < 64; x += 8) {
                unetc_store8(workspace + row * 66 + 1 + x, unetc_load8(in1 + n * 4096 + (row - (1 - y0)) * 64 + x));
            }
            workspace[row * 66 + 65] = 0.0f;
        }
        for (int64_t row = endInside; row < 18; row += 1) {
            for (int64_t x = 0; x < 64; x += 8) {
                unetc_store8(workspace + 1122 + x, unetc_splat8(0.0f));
            }
            for (int64_t x = 64; x < 66; x += 1) {
                workspace[1122 + x] = 0.0f;
            }
        }
        for (int64_t y = 0; y < 16; y += 1) {
            const int64_t place0 = y * 66;
            const int64_t place1 = y * 66 + 1;
            const int64_t place2 = y * 66 + 2;
            const int64_t place3 = (y + 1) * 66;
            const int64_t place4 = (y + 1) * 66 + 1;
            const int64_t place5 = (y + 1) * 66 + 2;
            const int64_t place6 = (y + 2) * 66;
            const int64_t place7 = (y + 2) * 66 + 1;
            const int64_t place8 = (y + 2) * 66 + 2;
            v8 acc0_0 = unetc_splat8(0.0f);
            v8 acc1_0 = unetc_splat8(0.0f);
            v8 acc2_0 = unetc_splat8(0.0f);
            v8 acc3_0 = unetc_splat8(0.0f);
            v8 acc4_0 = unetc_splat8(0.0f);
            v8 acc5_0 = unetc_splat8(0.0f);
            v8 acc6_0 = unetc_splat8(0.0f);
            v8 acc7_0 = unetc_splat8(0.0f);
            v8 acc8_0 = unetc_splat8(0.0f);
            for (int64_t x = 0; x < 64; x += 1) {
                v8 b0 = unetc_load8(in0 + n * 65536 + ((y0 + y) * 64 + x) * 8);
                v8 a0 = unetc_splat8(workspace[place0 + x]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                v8 a1 = unetc_splat8(workspace[place1 + x]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                v8 a2 = unetc_splat8(workspace[place2 + x]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                v8 a3 = unetc_splat8(workspace[place3 + x]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                v8 a4 = unetc_splat8(workspace[place4 + x]);
                acc4_0 = unetc_fma8(a4, b0, acc4_0);
                v8 a5 = unetc_splat8(workspace[place5 + x]);
                acc5_0 = unetc_fma8(a5, b0, acc5_0);
                v8 a6 = unetc_splat8(workspace[place6 + x]);
                acc6_0 = unetc_fma8(a6, b0, acc6_0);
                v8 a7 = unetc_splat8(workspace[place7 + x]);
                acc7_0 = unetc_fma8(a7, b0, acc7_0);
                v8 a8 = unetc_splat8(workspace[place8 + x]);
                acc8_0 = unetc_fma8(a8, b0, acc8_0);
            }
            unetc_store8(out + task * 80, unetc_load8(out + task * 80) + acc0_0);
            unetc_store8(out + task * 80 + 8, unetc_load8(out + task * 80 + 8) + acc1_0);
            unetc_store8(out + task * 80 + 16, unetc_load8(out + task * 80 + 16) + acc2_0);
            unetc_store8(out + task * 80 + 24, unetc_load8(out + task * 80 + 24) + acc3_0);
            unetc_store8(out + task * 80 + 32, unetc_load8(out + task * 80 + 32) + acc4_0);
            unetc_store8(out + task * 80 + 40, unetc_load8(out + task * 80 + 40) + acc5_0);
            unetc_store8(out + task * 80 + 48, unetc_load8(out + task * 80 + 48) + acc6_0);
            unetc_store8(out + task * 80 + 56, unetc_load8(out + task * 80 + 56) + acc7_0);
            unetc_store8(out + task * 80 + 64, unetc_load8(out + task * 80 + 64) + acc8_0);
            v8 bias0 = unetc_splat8(0.0f);
            for (int64_t x = 0; x < 64; x += 1) {
                bias0 = bias0 + unetc_load8(in0 + n * 65536 + ((y0 + y) * 64 + x) * 8);
            }
            unetc_store8(out + task * 80 + 72, unetc_load8(out + task * 80 + 72) + bias0);
        }
    }
}

/* grad.enc.weight: adds up the sums of 32 ranges */
void grad_enc_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];     // [8, 1, 3, 3]
    const float *const sums = (const float *)call->operands[1];
    float *const beside0 = (float *)call->operands[2]; // grad.enc.bias [8]
    float *const workspace = (float *)call->workspace;
    (void)task;

    for (int64_t i = 0; i < 80; i += 8) {
        unetc_store8(workspace + i, unetc_load8(sums + i) + unetc_load8(sums + 80 + i) + unetc_load8(sums + 160 + i) + unetc_load8(sums + 240 + i) + unetc_load8(sums + 320 + i) + unetc_load8(sums + 400 + i) + unetc_load8(sums + 480 + i) + unetc_load8(sums + 560 + i) + unetc_load8(sums + 640 + i) + unetc_load8(sums + 720 + i) + unetc_load8(sums + 800 + i) + unetc_load8(sums + 880 + i) + unetc_load8(sums + 960 + i) + unetc_load8(sums + 1040 + i) + unetc_load8(sums + 1120 + i) + unetc_load8(sums + 1200 + i) + unetc_load8(sums + 1280 + i) + unetc_load8(sums + 1360 + i) + unetc_load8(sums + 1440 + i) + unetc_load8(sums + 1520 + i) + unetc_load8(sums + 1600 + i) + unetc_load8(sums + 1680 + i) + unetc_load8(sums + 1760 + i) + unetc_load8(sums + 1840 + i) + unetc_load8(sums + 1920 + i) + unetc_load8(sums + 2000 + i) + unetc_load8(sums + 2080 + i) + unetc_load8(sums + 2160 + i) + unetc_load8(sums + 2240 + i) + unetc_load8(sums + 2320 + i) + unetc_load8(sums + 2400 + i) + unetc_load8(sums + 2480 + i));
    }
    for (int64_t lane = 0; lane < 8; lane += 1) {
        for (int64_t k = 0; k < 9; k += 1) {
            out[lane * 9 + k] = workspace[k * 8 + lane];
        }
    }
    unetc_store8(beside0, unetc_load8(workspace + 72));
}
