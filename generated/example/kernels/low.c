/* Kernels of low. */
#include "../model.h"
#include "../unetc_vectors.h"

/* low: transformed weights [16, 8, 3, 3], F(4, 3), in panels of 16 outputs
 * Reads parameters alone: what it makes is valid until they change.
 */
void low_conv_weights(const unetc_call *call, int64_t task) {
    float *const panels = (float *)call->operands[0];
    const float *const weight = (const float *)call->operands[1]; // low.weight [16, 8, 3, 3]
    float *const workspace = (float *)call->workspace;
    (void)task;

    for (int64_t lane = 0; lane < 16; lane += 8) {
        for (int64_t block = 0; block < 72; block += 8) {
            unetc_transpose8(weight + lane * 72 + block, 72, workspace + block * 16 + lane, 16);
        }
    }
    for (int64_t c = 0; c < 8; c += 1) {
        for (int64_t q = 0; q < 2; q += 1) {
            for (int64_t j = 0; j < 3; j += 1) {
                v8 d0 = unetc_load8(workspace + (c * 9 + j) * 16 + q * 8);
                v8 d1 = unetc_load8(workspace + (c * 9 + (3 + j)) * 16 + q * 8);
                v8 d2 = unetc_load8(workspace + (c * 9 + (6 + j)) * 16 + q * 8);
                v8 t0 = unetc_splat8(0.9403122f) * d0;
                v8 t1e = unetc_fma8(unetc_splat8(-0.2813187f), d2, unetc_splat8(-0.59518665f) * d0);
                v8 t1o = unetc_splat8(-0.4091908f) * d1;
                v8 t1 = t1e + t1o;
                v8 t2 = t1e - t1o;
                v8 t3e = unetc_fma8(unetc_splat8(0.2813187f), d2, unetc_splat8(0.12503053f) * d0);
                v8 t3o = unetc_splat8(0.18754579f) * d1;
                v8 t3 = t3e + t3o;
                v8 t4 = t3e - t3o;
                v8 t5 = d2;
                unetc_store8(workspace + 1305 + j * 8, t0);
                unetc_store8(workspace + 1305 + (3 + j) * 8, t1);
                unetc_store8(workspace + 1305 + (6 + j) * 8, t2);
                unetc_store8(workspace + 1305 + (9 + j) * 8, t3);
                unetc_store8(workspace + 1305 + (12 + j) * 8, t4);
                unetc_store8(workspace + 1305 + (15 + j) * 8, t5);
            }
            for (int64_t i = 0; i < 6; i += 1) {
                v8 d0 = unetc_load8(workspace + 1305 + i * 24);
                v8 d1 = unetc_load8(workspace + 1305 + (i * 3 + 1) * 8);
                v8 d2 = unetc_load8(workspace + 1305 + (i * 3 + 2) * 8);
                v8 t0 = unetc_splat8(0.9403122f) * d0;
                v8 t1e = unetc_fma8(unetc_splat8(-0.2813187f), d2, unetc_splat8(-0.59518665f) * d0);
                v8 t1o = unetc_splat8(-0.4091908f) * d1;
                v8 t1 = t1e + t1o;
                v8 t2 = t1e - t1o;
                v8 t3e = unetc_fma8(unetc_splat8(0.2813187f), d2, unetc_splat8(0.12503053f) * d0);
                v8 t3o = unetc_splat8(0.18754579f) * d1;
                v8 t3 = t3e + t3o;
                v8 t4 = t3e - t3o;
                v8 t5 = d2;
                unetc_store8(panels + (i * 48 + c) * 16 + q * 8, t0);
                unetc_store8(panels + ((i * 6 + 1) * 8 + c) * 16 + q * 8, t1);
                unetc_store8(panels + ((i * 6 + 2) * 8 + c) * 16 + q * 8, t2);
                unetc_store8(panels + ((i * 6 + 3) * 8 + c) * 16 + q * 8, t3);
                unetc_store8(panels + ((i * 6 + 4) * 8 + c) * 16 + q * 8, t4);
                unetc_store8(panels + ((i * 6 + 5) * 8 + c) * 16 + q * 8, t5);
            }
        }
    }
}

/* example.graph:11: low = conv + bias + relu
 * down [N, 8, 32, 32], low.weight [16, 8, 3, 3], low.bias [16] -> [N, 16, 32, 32]; winograd F(4,3)
 */
void low_conv(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // low [N, 16, 32, 32] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // down [N, 8, 32, 32] nchw8c
    const float *const panels = (const float *)call->operands[2]; // transformed weights
    const float *const in2 = (const float *)call->operands[3];    // low.bias [16]
    float *const workspace = (float *)call->workspace;

    const int64_t block = task;
    const int64_t firstInSample = block % 8;
    const int64_t firstStrip = block / 8 * 8 + firstInSample;
    // transform the input tiles
    const int64_t n_1 = firstStrip / 8;
    const int64_t inSample_1 = firstStrip % 8;
    const int64_t y_1 = inSample_1 * 4;
    unetc_store8(workspace + 8352, unetc_splat8(0.0f));
    unetc_store8(workspace + 8624, unetc_splat8(0.0f));
    unetc_store8(workspace + 8896, unetc_splat8(0.0f));
    unetc_store8(workspace + 9168, unetc_splat8(0.0f));
    unetc_store8(workspace + 9440, unetc_splat8(0.0f));
    unetc_store8(workspace + 9712, unetc_splat8(0.0f));
    if (0 <= y_1 - 1 && y_1 + 5 <= 32) {
        for (int64_t j = 1; j < 33; j += 1) {
            v8 d0 = unetc_load8(in0 + n_1 * 8192 + ((y_1 - 1) * 32 + (j - 1)) * 8);
            v8 d1 = unetc_load8(in0 + n_1 * 8192 + (y_1 * 32 + (j - 1)) * 8);
            v8 d2 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 1) * 32 + (j - 1)) * 8);
            v8 d3 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 2) * 32 + (j - 1)) * 8);
            v8 d4 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 3) * 32 + (j - 1)) * 8);
            v8 d5 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 4) * 32 + (j - 1)) * 8);
            v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
            v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
            v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
            v8 t1 = t1e + t1o;
            v8 t2 = t1e - t1o;
            v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
            v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
            v8 t3 = t3e + t3o;
            v8 t4 = t3e - t3o;
            v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
            unetc_store8(workspace + 8352 + j * 8, t0);
            unetc_store8(workspace + 8352 + (34 + j) * 8, t1);
            unetc_store8(workspace + 8352 + (68 + j) * 8, t2);
            unetc_store8(workspace + 8352 + (102 + j) * 8, t3);
            unetc_store8(workspace + 8352 + (136 + j) * 8, t4);
            unetc_store8(workspace + 8352 + (170 + j) * 8, t5);
        }
    } else {
        for (int64_t j = 1; j < 33; j += 1) {
            v8 d0 = unetc_splat8(0.0f);
            if (0 <= y_1 - 1) {
                d0 = unetc_load8(in0 + n_1 * 8192 + ((y_1 - 1) * 32 + (j - 1)) * 8);
            }
            v8 d1 = unetc_splat8(0.0f);
            d1 = unetc_load8(in0 + n_1 * 8192 + (y_1 * 32 + (j - 1)) * 8);
            v8 d2 = unetc_splat8(0.0f);
            d2 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 1) * 32 + (j - 1)) * 8);
            v8 d3 = unetc_splat8(0.0f);
            d3 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 2) * 32 + (j - 1)) * 8);
            v8 d4 = unetc_splat8(0.0f);
            d4 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 3) * 32 + (j - 1)) * 8);
            v8 d5 = unetc_splat8(0.0f);
            if (y_1 + 4 < 32) {
                d5 = unetc_load8(in0 + n_1 * 8192 + ((y_1 + 4) * 32 + (j - 1)) * 8);
            }
            v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
            v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
            v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
            v8 t1 = t1e + t1o;
            v8 t2 = t1e - t1o;
            v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
            v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
            v8 t3 = t3e + t3o;
            v8 t4 = t3e - t3o;
            v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
            unetc_store8(workspace + 8352 + j * 8, t0);
            unetc_store8(workspace + 8352 + (34 + j) * 8, t1);
            unetc_store8(workspace + 8352 + (68 + j) * 8, t2);
            unetc_store8(workspace + 8352 + (102 + j) * 8, t3);
            unetc_store8(workspace + 8352 + (136 + j) * 8, t4);
            unetc_store8(workspace + 8352 + (170 + j) * 8, t5);
        }
    }
    unetc_store8(workspace + 8616, unetc_splat8(0.0f));
    unetc_store8(workspace + 8888, unetc_splat8(0.0f));
    unetc_store8(workspace + 9160, unetc_splat8(0.0f));
    unetc_store8(workspace + 9432, unetc_splat8(0.0f));
    unetc_store8(workspace + 9704, unetc_splat8(0.0f));
    unetc_store8(workspace + 9976, unetc_splat8(0.0f));
    for (int64_t window = 0; window < 8; window += 1) {
        for (int64_t i = 0; i < 6; i += 1) {
            v8 d0 = unetc_load8(workspace + 8352 + (i * 34 + window * 4) * 8);
            v8 d1 = unetc_load8(workspace + 8352 + (i * 34 + (window * 4 + 1)) * 8);
            v8 d2 = unetc_load8(workspace + 8352 + (i * 34 + (window * 4 + 2)) * 8);
            v8 d3 = unetc_load8(workspace + 8352 + (i * 34 + (window * 4 + 3)) * 8);
            v8 d4 = unetc_load8(workspace + 8352 + (i * 34 + (window * 4 + 4)) * 8);
            v8 d5 = unetc_load8(workspace + 8352 + (i * 34 + (window * 4 + 5)) * 8);
            v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
            v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
            v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
            v8 t1 = t1e + t1o;
            v8 t2 = t1e - t1o;
            v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
            v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
            v8 t3 = t3e + t3o;
            v8 t4 = t3e - t3o;
            v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
            unetc_store8(workspace + i * 480 + window * 8, t0);
            unetc_store8(workspace + (i * 6 + 1) * 80 + window * 8, t1);
            unetc_store8(workspace + (i * 6 + 2) * 80 + window * 8, t2);
            unetc_store8(workspace + (i * 6 + 3) * 80 + window * 8, t3);
            unetc_store8(workspace + (i * 6 + 4) * 80 + window * 8, t4);
            unetc_store8(workspace + (i * 6 + 5) * 80 + window * 8, t5);
        }
    }
    // multiply, and transform back
    for (int64_t product = 0; product < 36; product += 1) {
        for (int64_t first = 0; first < 8; first += 4) {
            v8 acc0_0 = unetc_splat8(0.0f);
            v8 acc0_1 = unetc_splat8(0.0f);
            v8 acc1_0 = unetc_splat8(0.0f);
            v8 acc1_1 = unetc_splat8(0.0f);
            v8 acc2_0 = unetc_splat8(0.0f);
            v8 acc2_1 = unetc_splat8(0.0f);
            v8 acc3_0 = unetc_splat8(0.0f);
            v8 acc3_1 = unetc_splat8(0.0f);
            for (int64_t c = 0; c < 8; c += 1) {
                v8 b0 = unetc_load8(panels + (product * 8 + c) * 16);
                v8 b1 = unetc_load8(panels + (product * 8 + c) * 16 + 8);
                v8 a0 = unetc_splat8(workspace[product * 80 + first * 8 + c]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                acc0_1 = unetc_fma8(a0, b1, acc0_1);
                v8 a1 = unetc_splat8(workspace[product * 80 + (first + 1) * 8 + c]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                acc1_1 = unetc_fma8(a1, b1, acc1_1);
                v8 a2 = unetc_splat8(workspace[product * 80 + (first + 2) * 8 + c]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                acc2_1 = unetc_fma8(a2, b1, acc2_1);
                v8 a3 = unetc_splat8(workspace[product * 80 + (first + 3) * 8 + c]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                acc3_1 = unetc_fma8(a3, b1, acc3_1);
            }
            unetc_store8(workspace + 2880 + product * 144 + first * 16, acc0_0);
            unetc_store8(workspace + product * 144 + first * 16 + 2888, acc0_1);
            unetc_store8(workspace + 2880 + product * 144 + (first + 1) * 16, acc1_0);
            unetc_store8(workspace + product * 144 + (first + 1) * 16 + 2888, acc1_1);
            unetc_store8(workspace + 2880 + product * 144 + (first + 2) * 16, acc2_0);
            unetc_store8(workspace + product * 144 + (first + 2) * 16 + 2888, acc2_1);
            unetc_store8(workspace + 2880 + product * 144 + (first + 3) * 16, acc3_0);
            unetc_store8(workspace + product * 144 + (first + 3) * 16 + 2888, acc3_1);
        }
    }
    const int64_t n = firstStrip / 8;
    const int64_t inSample = firstStrip % 8;
    const int64_t y = inSample * 4;
    for (int64_t q = 0; q < 2; q += 1) {
        v8 bias = unetc_load8(in2 + q * 8);
        for (int64_t window = 0; window < 8; window += 1) {
            const int64_t left = window * 4;
            for (int64_t j = 0; j < 6; j += 1) {
                v8 d0 = unetc_load8(workspace + 2880 + j * 144 + window * 16 + q * 8);
                v8 d1 = unetc_load8(workspace + 2880 + (6 + j) * 144 + window * 16 + q * 8);
                v8 d2 = unetc_load8(workspace + 2880 + (12 + j) * 144 + window * 16 + q * 8);
                v8 d3 = unetc_load8(workspace + 2880 + (18 + j) * 144 + window * 16 + q * 8);
                v8 d4 = unetc_load8(workspace + 2880 + (24 + j) * 144 + window * 16 + q * 8);
                v8 d5 = unetc_load8(workspace + 2880 + (30 + j) * 144 + window * 16 + q * 8);
                v8 ts1 = d1 + d2;
                v8 td1 = d1 - d2;
                v8 ts3 = d3 + d4;
                v8 td3 = d3 - d4;
                v8 t0 = d0 + ts1 + ts3;
                v8 t1 = unetc_fma8(unetc_splat8(1.5f), td3, unetc_splat8(0.6875f) * td1);
                v8 t2 = unetc_fma8(unetc_splat8(2.25f), ts3, unetc_splat8(0.47265625f) * ts1);
                v8 t3 = unetc_fma8(unetc_splat8(3.375f), td3, unetc_fma8(unetc_splat8(0.32495117f), td1, d5));
                unetc_store8(workspace + 8064 + j * 8, t0);
                unetc_store8(workspace + 8064 + (6 + j) * 8, t1);
                unetc_store8(workspace + 8064 + (12 + j) * 8, t2);
                unetc_store8(workspace + 8064 + (18 + j) * 8, t3);
            }
            for (int64_t i = 0; i < 4; i += 1) {
                v8 d0 = unetc_load8(workspace + 8064 + i * 48);
                v8 d1 = unetc_load8(workspace + 8064 + (i * 6 + 1) * 8);
                v8 d2 = unetc_load8(workspace + 8064 + (i * 6 + 2) * 8);
                v8 d3 = unetc_load8(workspace + 8064 + (i * 6 + 3) * 8);
                v8 d4 = unetc_load8(workspace + 8064 + (i * 6 + 4) * 8);
                v8 d5 = unetc_load8(workspace + 8064 + (i * 6 + 5) * 8);
                v8 ts1 = d1 + d2;
                v8 td1 = d1 - d2;
                v8 ts3 = d3 + d4;
                v8 td3 = d3 - d4;
                v8 t0 = d0 + ts1 + ts3;
                v8 t1 = unetc_fma8(unetc_splat8(1.5f), td3, unetc_splat8(0.6875f) * td1);
                v8 t2 = unetc_fma8(unetc_splat8(2.25f), ts3, unetc_splat8(0.47265625f) * ts1);
                v8 t3 = unetc_fma8(unetc_splat8(3.375f), td3, unetc_fma8(unetc_splat8(0.32495117f), td1, d5));
                unetc_store8(out + n * 16384 + (q * 8192 + ((y + i) * 32 + left) * 8), unetc_max8(unetc_splat8(0.0f), t0 + bias));
                unetc_store8(out + n * 16384 + (q * 8192 + ((y + i) * 32 + (left + 1)) * 8), unetc_max8(unetc_splat8(0.0f), t1 + bias));
                unetc_store8(out + n * 16384 + (q * 8192 + ((y + i) * 32 + (left + 2)) * 8), unetc_max8(unetc_splat8(0.0f), t2 + bias));
                unetc_store8(out + n * 16384 + (q * 8192 + ((y + i) * 32 + (left + 3)) * 8), unetc_max8(unetc_splat8(0.0f), t3 + bias));
            }
        }
    }
}

/* d_low.conv: weights [16, 8, 2, 2] in panels of 16 columns
 * Reads parameters alone: what it makes is valid until they change.
 */
void d_low_conv_conv_weights(const unetc_call *call, int64_t task) {
    float *const panels = (float *)call->operands[0];
    const float *const weight = (const float *)call->operands[1]; // up.weight [16, 8, 2, 2]
    (void)task;

    // a few channels at a time, so that each cache line is fetched once
    for (int64_t lane = 0; lane < 16; lane += 1) {
        for (int64_t c = 0; c < 8; c += 1) {
            for (int64_t tap = 0; tap < 4; tap += 1) {
                panels[(tap * 8 + c) * 16 + lane] = weight[(lane * 8 + c) * 4 + tap];
            }
        }
    }
}

/* example.graph:11: d_low.conv = conv + relu_gradient (backward of low)
 * d_up [N, 8, 64, 64], up.weight [16, 8, 2, 2] -> [N, 16, 32, 32]; patch product
 */
void d_low_conv_conv(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // d_low.conv [N, 16, 32, 32] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // d_up [N, 8, 64, 64] nchw8c
    const float *const panels = (const float *)call->operands[2]; // rearranged weights
    const float *const extra0 = (const float *)call->operands[3]; // low [N, 16, 32, 32] nchw8c
    float *const workspace = (float *)call->workspace;

    const int64_t n = task / 4;
    const int64_t part = task % 4;
    const int64_t firstPixel = part * 256;
    // the windows' pixels side by side
    for (int64_t tap = 0; tap < 4; tap += 1) {
        const int64_t start = (firstPixel / 32 * 128 + firstPixel % 32 * 2) * 8 + (tap / 2 * 64 + tap % 2) * 8;
        for (int64_t row = 0; row < 8; row += 1) {
            for (int64_t x = 0; x < 32; x += 1) {
                unetc_store8(workspace + (row * 32 + x) * 48 + tap * 8, unetc_load8(in0 + n * 65536 + start + (row * 128 + x * 2) * 8));
            }
        }
    }
    for (int64_t first = 0; first < 252; first += 6) {
        v8 acc0_0 = unetc_splat8(0.0f);
        v8 acc0_1 = unetc_splat8(0.0f);
        v8 acc1_0 = unetc_splat8(0.0f);
        v8 acc1_1 = unetc_splat8(0.0f);
        v8 acc2_0 = unetc_splat8(0.0f);
        v8 acc2_1 = unetc_splat8(0.0f);
        v8 acc3_0 = unetc_splat8(0.0f);
        v8 acc3_1 = unetc_splat8(0.0f);
        v8 acc4_0 = unetc_splat8(0.0f);
        v8 acc4_1 = unetc_splat8(0.0f);
        v8 acc5_0 = unetc_splat8(0.0f);
        v8 acc5_1 = unetc_splat8(0.0f);
        for (int64_t k = 0; k < 32; k += 1) {
            v8 b0 = unetc_load8(panels + k * 16);
            v8 b1 = unetc_load8(panels + k * 16 + 8);
            v8 a0 = unetc_splat8(workspace[first * 48 + k]);
            acc0_0 = unetc_fma8(a0, b0, acc0_0);
            acc0_1 = unetc_fma8(a0, b1, acc0_1);
            v8 a1 = unetc_splat8(workspace[(first + 1) * 48 + k]);
            acc1_0 = unetc_fma8(a1, b0, acc1_0);
            acc1_1 = unetc_fma8(a1, b1, acc1_1);
            v8 a2 = unetc_splat8(workspace[(first + 2) * 48 + k]);
            acc2_0 = unetc_fma8(a2, b0, acc2_0);
            acc2_1 = unetc_fma8(a2, b1, acc2_1);
            v8 a3 = unetc_splat8(workspace[(first + 3) * 48 + k]);
            acc3_0 = unetc_fma8(a3, b0, acc3_0);
            acc3_1 = unetc_fma8(a3, b1, acc3_1);
            v8 a4 = unetc_splat8(workspace[(first + 4) * 48 + k]);
            acc4_0 = unetc_fma8(a4, b0, acc4_0);
            acc4_1 = unetc_fma8(a4, b1, acc4_1);
            v8 a5 = unetc_splat8(workspace[(first + 5) * 48 + k]);
            acc5_0 = unetc_fma8(a5, b0, acc5_0);
            acc5_1 = unetc_fma8(a5, b1, acc5_1);
        }
        unetc_store8(out + n * 16384 + (firstPixel + first) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first) * 8), unetc_splat8(0.0f)), acc0_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first) * 8)), unetc_splat8(0.0f)), acc0_1, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (firstPixel + first + 1) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first + 1) * 8), unetc_splat8(0.0f)), acc1_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first + 1) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first + 1) * 8)), unetc_splat8(0.0f)), acc1_1, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (firstPixel + first + 2) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first + 2) * 8), unetc_splat8(0.0f)), acc2_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first + 2) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first + 2) * 8)), unetc_splat8(0.0f)), acc2_1, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (firstPixel + first + 3) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first + 3) * 8), unetc_splat8(0.0f)), acc3_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first + 3) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first + 3) * 8)), unetc_splat8(0.0f)), acc3_1, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (firstPixel + first + 4) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first + 4) * 8), unetc_splat8(0.0f)), acc4_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first + 4) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first + 4) * 8)), unetc_splat8(0.0f)), acc4_1, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (firstPixel + first + 5) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + first + 5) * 8), unetc_splat8(0.0f)), acc5_0, unetc_splat8(0.0f)));
        unetc_store8(out + n * 16384 + (8192 + (firstPixel + first + 5) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + first + 5) * 8)), unetc_splat8(0.0f)), acc5_1, unetc_splat8(0.0f)));
    }
    v8 acc0_0 = unetc_splat8(0.0f);
    v8 acc0_1 = unetc_splat8(0.0f);
    v8 acc1_0 = unetc_splat8(0.0f);
    v8 acc1_1 = unetc_splat8(0.0f);
    v8 acc2_0 = unetc_splat8(0.0f);
    v8 acc2_1 = unetc_splat8(0.0f);
    v8 acc3_0 = unetc_splat8(0.0f);
    v8 acc3_1 = unetc_splat8(0.0f);
    for (int64_t k = 0; k < 32; k += 1) {
        v8 b0 = unetc_load8(panels + k * 16);
        v8 b1 = unetc_load8(panels + k * 16 + 8);
        v8 a0 = unetc_splat8(workspace[12096 + k]);
        acc0_0 = unetc_fma8(a0, b0, acc0_0);
        acc0_1 = unetc_fma8(a0, b1, acc0_1);
        v8 a1 = unetc_splat8(workspace[12144 + k]);
        acc1_0 = unetc_fma8(a1, b0, acc1_0);
        acc1_1 = unetc_fma8(a1, b1, acc1_1);
        v8 a2 = unetc_splat8(workspace[12192 + k]);
        acc2_0 = unetc_fma8(a2, b0, acc2_0);
        acc2_1 = unetc_fma8(a2, b1, acc2_1);
        v8 a3 = unetc_splat8(workspace[12240 + k]);
        acc3_0 = unetc_fma8(a3, b0, acc3_0);
        acc3_1 = unetc_fma8(a3, b1, acc3_1);
    }
    unetc_store8(out + n * 16384 + (firstPixel + 252) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + 252) * 8), unetc_splat8(0.0f)), acc0_0, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (8192 + (firstPixel + 252) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + 252) * 8)), unetc_splat8(0.0f)), acc0_1, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (firstPixel + 253) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + 253) * 8), unetc_splat8(0.0f)), acc1_0, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (8192 + (firstPixel + 253) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + 253) * 8)), unetc_splat8(0.0f)), acc1_1, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (firstPixel + 254) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + 254) * 8), unetc_splat8(0.0f)), acc2_0, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (8192 + (firstPixel + 254) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + 254) * 8)), unetc_splat8(0.0f)), acc2_1, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (firstPixel + 255) * 8, unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (firstPixel + 255) * 8), unetc_splat8(0.0f)), acc3_0, unetc_splat8(0.0f)));
    unetc_store8(out + n * 16384 + (8192 + (firstPixel + 255) * 8), unetc_select8(unetc_greater8(unetc_load8(extra0 + n * 16384 + (8192 + (firstPixel + 255) * 8)), unetc_splat8(0.0f)), acc3_1, unetc_splat8(0.0f)));
}

/* example.graph:11: grad.low.weight = conv_weight_gradient with channel_sum (backward of low.conv)
 * d_low.conv [N, 16, 32, 32], down [N, 8, 32, 32] -> [16, 8, 3, 3]; winograd F(4,3)
 */
void grad_low_weight_conv_weight_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // sums
    const float *const in0 = (const float *)call->operands[1]; // d_low.conv [N, 16, 32, 32] nchw8c
    const float *const in1 = (const float *)call->operands[2]; // down [N, 8, 32, 32] nchw8c
    float *const workspace = (float *)call->workspace;
    const int64_t batch = call->scalars->batch;

    const int64_t begin = batch * 8 * task / 32;
    const int64_t end = batch * 8 * (task + 1) / 32;
    for (int64_t i = 0; i < 4608; i += 8) {
        unetc_store8(out + task * 4608 + i, unetc_splat8(0.0f));
    }
    for (int64_t k = 0; k < 16; k += 8) {
        unetc_store8(workspace + 31296 + k, unetc_splat8(0.0f));
    }
    for (int64_t first = begin; first < end; first += 4) {
        const int64_t strips = unetc_min(4, end - first);
        for (int64_t strip = 0; strip < strips; strip += 1) {
            const int64_t n = (first + strip) / 8;
            const int64_t inSample = (first + strip) % 8;
            const int64_t y = inSample * 4;
            unetc_store8(workspace + 29664, unetc_splat8(0.0f));
            unetc_store8(workspace + 29936, unetc_splat8(0.0f));
            unetc_store8(workspace + 30208, unetc_splat8(0.0f));
            unetc_store8(workspace + 30480, unetc_splat8(0.0f));
            unetc_store8(workspace + 30752, unetc_splat8(0.0f));
            unetc_store8(workspace + 31024, unetc_splat8(0.0f));
            if (0 <= y - 1 && y + 5 <= 32) {
                for (int64_t j = 1; j < 33; j += 1) {
                    v8 d0 = unetc_load8(in1 + n * 8192 + ((y - 1) * 32 + (j - 1)) * 8);
                    v8 d1 = unetc_load8(in1 + n * 8192 + (y * 32 + (j - 1)) * 8);
                    v8 d2 = unetc_load8(in1 + n * 8192 + ((y + 1) * 32 + (j - 1)) * 8);
                    v8 d3 = unetc_load8(in1 + n * 8192 + ((y + 2) * 32 + (j - 1)) * 8);
                    v8 d4 = unetc_load8(in1 + n * 8192 + ((y + 3) * 32 + (j - 1)) * 8);
                    v8 d5 = unetc_load8(in1 + n * 8192 + ((y + 4) * 32 + (j - 1)) * 8);
                    v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
                    v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
                    unetc_store8(workspace + 29664 + j * 8, t0);
                    unetc_store8(workspace + 29664 + (34 + j) * 8, t1);
                    unetc_store8(workspace + 29664 + (68 + j) * 8, t2);
                    unetc_store8(workspace + 29664 + (102 + j) * 8, t3);
                    unetc_store8(workspace + 29664 + (136 + j) * 8, t4);
                    unetc_store8(workspace + 29664 + (170 + j) * 8, t5);
                }
            } else {
                for (int64_t j = 1; j < 33; j += 1) {
                    v8 d0 = unetc_splat8(0.0f);
                    if (0 <= y - 1) {
                        d0 = unetc_load8(in1 + n * 8192 + ((y - 1) * 32 + (j - 1)) * 8);
                    }
                    v8 d1 = unetc_splat8(0.0f);
                    d1 = unetc_load8(in1 + n * 8192 + (y * 32 + (j - 1)) * 8);
                    v8 d2 = unetc_splat8(0.0f);
                    d2 = unetc_load8(in1 + n * 8192 + ((y + 1) * 32 + (j - 1)) * 8);
                    v8 d3 = unetc_splat8(0.0f);
                    d3 = unetc_load8(in1 + n * 8192 + ((y + 2) * 32 + (j - 1)) * 8);
                    v8 d4 = unetc_splat8(0.0f);
                    d4 = unetc_load8(in1 + n * 8192 + ((y + 3) * 32 + (j - 1)) * 8);
                    v8 d5 = unetc_splat8(0.0f);
                    if (y + 4 < 32) {
                        d5 = unetc_load8(in1 + n * 8192 + ((y + 4) * 32 + (j - 1)) * 8);
                    }
                    v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
                    v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
                    unetc_store8(workspace + 29664 + j * 8, t0);
                    unetc_store8(workspace + 29664 + (34 + j) * 8, t1);
                    unetc_store8(workspace + 29664 + (68 + j) * 8, t2);
                    unetc_store8(workspace + 29664 + (102 + j) * 8, t3);
                    unetc_store8(workspace + 29664 + (136 + j) * 8, t4);
                    unetc_store8(workspace + 29664 + (170 + j) * 8, t5);
                }
            }
            unetc_store8(workspace + 29928, unetc_splat8(0.0f));
            unetc_store8(workspace + 30200, unetc_splat8(0.0f));
            unetc_store8(workspace + 30472, unetc_splat8(0.0f));
            unetc_store8(workspace + 30744, unetc_splat8(0.0f));
            unetc_store8(workspace + 31016, unetc_splat8(0.0f));
            unetc_store8(workspace + 31288, unetc_splat8(0.0f));
            for (int64_t window = 0; window < 8; window += 1) {
                for (int64_t i = 0; i < 6; i += 1) {
                    v8 d0 = unetc_load8(workspace + 29664 + (i * 34 + window * 4) * 8);
                    v8 d1 = unetc_load8(workspace + 29664 + (i * 34 + (window * 4 + 1)) * 8);
                    v8 d2 = unetc_load8(workspace + 29664 + (i * 34 + (window * 4 + 2)) * 8);
                    v8 d3 = unetc_load8(workspace + 29664 + (i * 34 + (window * 4 + 3)) * 8);
                    v8 d4 = unetc_load8(workspace + 29664 + (i * 34 + (window * 4 + 4)) * 8);
                    v8 d5 = unetc_load8(workspace + 29664 + (i * 34 + (window * 4 + 5)) * 8);
                    v8 t0 = unetc_fma8(unetc_splat8(-2.7226562f), d2, unetc_fma8(unetc_splat8(1.0634766f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-2.25f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(0.6875f), d3, unetc_splat8(-1.546875f) * d1);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = unetc_fma8(unetc_splat8(-0.47265625f), d2, d4);
                    v8 t3o = unetc_fma8(unetc_splat8(1.5f), d3, unetc_splat8(-0.7089844f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-2.7226562f), d3, unetc_fma8(unetc_splat8(1.0634766f), d1, d5));
                    unetc_store8(workspace + i * 1632 + (strip * 8 + window) * 8, t0);
                    unetc_store8(workspace + (i * 6 + 1) * 272 + (strip * 8 + window) * 8, t1);
                    unetc_store8(workspace + (i * 6 + 2) * 272 + (strip * 8 + window) * 8, t2);
                    unetc_store8(workspace + (i * 6 + 3) * 272 + (strip * 8 + window) * 8, t3);
                    unetc_store8(workspace + (i * 6 + 4) * 272 + (strip * 8 + window) * 8, t4);
                    unetc_store8(workspace + (i * 6 + 5) * 272 + (strip * 8 + window) * 8, t5);
                }
            }
            for (int64_t k = 0; k < 16; k += 8) {
                for (int64_t j = 0; j < 32; j += 1) {
                    v8 d0 = unetc_load8(in0 + n * 16384 + k * 1024 + (y * 32 + j) * 8);
                    v8 d1 = unetc_load8(in0 + n * 16384 + k * 1024 + ((y + 1) * 32 + j) * 8);
                    v8 d2 = unetc_load8(in0 + n * 16384 + k * 1024 + ((y + 2) * 32 + j) * 8);
                    v8 d3 = unetc_load8(in0 + n * 16384 + k * 1024 + ((y + 3) * 32 + j) * 8);
                    v8 t0 = d0;
                    v8 t1e = unetc_fma8(unetc_splat8(0.47265625f), d2, d0);
                    v8 t1o = unetc_fma8(unetc_splat8(0.32495117f), d3, unetc_splat8(0.6875f) * d1);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = unetc_fma8(unetc_splat8(2.25f), d2, d0);
                    v8 t3o = unetc_fma8(unetc_splat8(3.375f), d3, unetc_splat8(1.5f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = d3;
                    unetc_store8(workspace + 29664 + j * 8, t0);
                    unetc_store8(workspace + 29664 + (32 + j) * 8, t1);
                    unetc_store8(workspace + 29664 + (64 + j) * 8, t2);
                    unetc_store8(workspace + 29664 + (96 + j) * 8, t3);
                    unetc_store8(workspace + 29664 + (128 + j) * 8, t4);
                    unetc_store8(workspace + 29664 + (160 + j) * 8, t5);
                }
                for (int64_t window = 0; window < 8; window += 1) {
                    for (int64_t i = 0; i < 6; i += 1) {
                        v8 d0 = unetc_load8(workspace + 29664 + (i * 32 + window * 4) * 8);
                        v8 d1 = unetc_load8(workspace + 29664 + (i * 32 + (window * 4 + 1)) * 8);
                        v8 d2 = unetc_load8(workspace + 29664 + (i * 32 + (window * 4 + 2)) * 8);
                        v8 d3 = unetc_load8(workspace + 29664 + (i * 32 + (window * 4 + 3)) * 8);
                        v8 t0 = d0;
                        v8 t1e = unetc_fma8(unetc_splat8(0.47265625f), d2, d0);
                        v8 t1o = unetc_fma8(unetc_splat8(0.32495117f), d3, unetc_splat8(0.6875f) * d1);
                        v8 t1 = t1e + t1o;
                        v8 t2 = t1e - t1o;
                        v8 t3e = unetc_fma8(unetc_splat8(2.25f), d2, d0);
                        v8 t3o = unetc_fma8(unetc_splat8(3.375f), d3, unetc_splat8(1.5f) * d1);
                        v8 t3 = t3e + t3o;
                        v8 t4 = t3e - t3o;
                        v8 t5 = d3;
                        unetc_store8(workspace + 9792 + i * 3168 + (strip * 8 + window) * 16 + k, t0);
                        unetc_store8(workspace + 9792 + (i * 6 + 1) * 528 + (strip * 8 + window) * 16 + k, t1);
                        unetc_store8(workspace + 9792 + (i * 6 + 2) * 528 + (strip * 8 + window) * 16 + k, t2);
                        unetc_store8(workspace + 9792 + (i * 6 + 3) * 528 + (strip * 8 + window) * 16 + k, t3);
                        unetc_store8(workspace + 9792 + (i * 6 + 4) * 528 + (strip * 8 + window) * 16 + k, t4);
                        unetc_store8(workspace + 9792 + (i * 6 + 5) * 528 + (strip * 8 + window) * 16 + k, t5);
                    }
                }
            }
            for (int64_t k = 0; k < 16; k += 8) {
                v8 sum0 = unetc_splat8(0.0f);
                v8 sum1 = unetc_splat8(0.0f);
                v8 sum2 = unetc_splat8(0.0f);
                v8 sum3 = unetc_splat8(0.0f);
                for (int64_t row = y; row < y + 4; row += 1) {
                    for (int64_t column = 0; column < 32; column += 4) {
                        sum0 = sum0 + unetc_load8(in0 + n * 16384 + k * 1024 + row * 256 + column * 8);
                        sum1 = sum1 + unetc_load8(in0 + n * 16384 + k * 1024 + row * 256 + (column + 1) * 8);
                        sum2 = sum2 + unetc_load8(in0 + n * 16384 + k * 1024 + row * 256 + (column + 2) * 8);
                        sum3 = sum3 + unetc_load8(in0 + n * 16384 + k * 1024 + row * 256 + (column + 3) * 8);
                    }
                }
                unetc_store8(workspace + 31296 + k, unetc_load8(workspace + 31296 + k) + (sum0 + sum1 + (sum2 + sum3)));
            }
        }
        for (int64_t product = 0; product < 36; product += 1) {
            v8 acc0_0_1 = unetc_load8(out + task * 4608 + product * 128);
            v8 acc0_1_1 = unetc_load8(out + task * 4608 + product * 128 + 8);
            v8 acc1_0_1 = unetc_load8(out + task * 4608 + (product * 8 + 1) * 16);
            v8 acc1_1_1 = unetc_load8(out + task * 4608 + (product * 8 + 1) * 16 + 8);
            v8 acc2_0 = unetc_load8(out + task * 4608 + (product * 8 + 2) * 16);
            v8 acc2_1 = unetc_load8(out + task * 4608 + (product * 8 + 2) * 16 + 8);
            v8 acc3_0 = unetc_load8(out + task * 4608 + (product * 8 + 3) * 16);
            v8 acc3_1 = unetc_load8(out + task * 4608 + (product * 8 + 3) * 16 + 8);
            v8 acc4_0 = unetc_load8(out + task * 4608 + (product * 8 + 4) * 16);
            v8 acc4_1 = unetc_load8(out + task * 4608 + (product * 8 + 4) * 16 + 8);
            v8 acc5_0 = unetc_load8(out + task * 4608 + (product * 8 + 5) * 16);
            v8 acc5_1 = unetc_load8(out + task * 4608 + (product * 8 + 5) * 16 + 8);
            for (int64_t word = 0; word < strips * 8; word += 1) {
                v8 b0 = unetc_load8(workspace + 9792 + product * 528 + word * 16);
                v8 b1 = unetc_load8(workspace + product * 528 + word * 16 + 9800);
                v8 a0 = unetc_splat8(workspace[product * 272 + word * 8]);
                acc0_0_1 = unetc_fma8(a0, b0, acc0_0_1);
                acc0_1_1 = unetc_fma8(a0, b1, acc0_1_1);
                v8 a1 = unetc_splat8(workspace[product * 272 + word * 8 + 1]);
                acc1_0_1 = unetc_fma8(a1, b0, acc1_0_1);
                acc1_1_1 = unetc_fma8(a1, b1, acc1_1_1);
                v8 a2 = unetc_splat8(workspace[product * 272 + word * 8 + 2]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                acc2_1 = unetc_fma8(a2, b1, acc2_1);
                v8 a3 = unetc_splat8(workspace[product * 272 + word * 8 + 3]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                acc3_1 = unetc_fma8(a3, b1, acc3_1);
                v8 a4 = unetc_splat8(workspace[product * 272 + word * 8 + 4]);
                acc4_0 = unetc_fma8(a4, b0, acc4_0);
                acc4_1 = unetc_fma8(a4, b1, acc4_1);
                v8 a5 = unetc_splat8(workspace[product * 272 + word * 8 + 5]);
                acc5_0 = unetc_fma8(a5, b0, acc5_0);
                acc5_1 = unetc_fma8(a5, b1, acc5_1);
            }
            unetc_store8(out + task * 4608 + product * 128, acc0_0_1);
            unetc_store8(out + task * 4608 + product * 128 + 8, acc0_1_1);
            unetc_store8(out + task * 4608 + (product * 8 + 1) * 16, acc1_0_1);
            unetc_store8(out + task * 4608 + (product * 8 + 1) * 16 + 8, acc1_1_1);
            unetc_store8(out + task * 4608 + (product * 8 + 2) * 16, acc2_0);
            unetc_store8(out + task * 4608 + (product * 8 + 2) * 16 + 8, acc2_1);
            unetc_store8(out + task * 4608 + (product * 8 + 3) * 16, acc3_0);
            unetc_store8(out + task * 4608 + (product * 8 + 3) * 16 + 8, acc3_1);
            unetc_store8(out + task * 4608 + (product * 8 + 4) * 16, acc4_0);
            unetc_store8(out + task * 4608 + (product * 8 + 4) * 16 + 8, acc4_1);
            unetc_store8(out + task * 4608 + (product * 8 + 5) * 16, acc5_0);
            unetc_store8(out + task * 4608 + (product * 8 + 5) * 16 + 8, acc5_1);
            v8 acc0_0 = unetc_load8(out + task * 4608 + (product * 8 + 6) * 16);
            v8 acc0_1 = unetc_load8(out + task * 4608 + (product * 8 + 6) * 16 + 8);
            v8 acc1_0 = unetc_load8(out + task * 4608 + (product * 8 + 7) * 16);
            v8 acc1_1 = unetc_load8(out + task * 4608 + (product * 8 + 7) * 16 + 8);
            for (int64_t word = 0; word < strips * 8; word += 1) {
                v8 b0 = unetc_load8(workspace + 9792 + product * 528 + word * 16);
                v8 b1 = unetc_load8(workspace + product * 528 + word * 16 + 9800);
                v8 a0 = unetc_splat8(workspace[product * 272 + word * 8 + 6]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                acc0_1 = unetc_fma8(a0, b1, acc0_1);
                v8 a1 = unetc_splat8(workspace[product * 272 + word * 8 + 7]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                acc1_1 = unetc_fma8(a1, b1, acc1_1);
            }
            unetc_store8(out + task * 4608 + (product * 8 + 6) * 16, acc0_0);
            unetc_store8(out + task * 4608 + (product * 8 + 6) * 16 + 8, acc0_1);
            unetc_store8(out + task * 4608 + (product * 8 + 7) * 16, acc1_0);
            unetc_store8(out + task * 4608 + (product * 8 + 7) * 16 + 8, acc1_1);
        }
    }
    for (int64_t k = 0; k < 16; k += 8) {
        unetc_store8(out + 147456 + task * 16 + k, unetc_load8(workspace + 31296 + k));
    }
}

/* grad.low.weight: the sums of 32 ranges of tiles, transformed back */
void grad_low_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];     // [16, 8, 3, 3]
    const float *const sums = (const float *)call->operands[1];
    float *const beside0 = (float *)call->operands[2]; // grad.low.bias [16]
    float *const workspace = (float *)call->workspace;
    (void)task;

    for (int64_t product = 0; product < 36; product += 1) {
        for (int64_t i = 0; i < 128; i += 8) {
            unetc_store8(workspace + product * 128 + i, unetc_load8(sums + product * 128 + i) + unetc_load8(sums + 4608 + product * 128 + i) + unetc_load8(sums + 9216 + product * 128 + i) + unetc_load8(sums + 13824 + product * 128 + i) + unetc_load8(sums + 18432 + product * 128 + i) + unetc_load8(sums + 23040 + product * 128 + i) + unetc_load8(sums + 27648 + product * 128 + i) + unetc_load8(sums + 32256 + product * 128 + i) + unetc_load8(sums + 36864 + product * 128 + i) + unetc_load8(sums + 41472 + product * 128 + i) + unetc_load8(sums + 46080 + product * 128 + i) + unetc_load8(sums + 50688 + product * 128 + i) + unetc_load8(sums + 55296 + product * 128 + i) + unetc_load8(sums + 59904 + product * 128 + i) + unetc_load8(sums + 64512 + product * 128 + i) + unetc_load8(sums + 69120 + product * 128 + i) + unetc_load8(sums + 73728 + product * 128 + i) + unetc_load8(sums + 78336 + product * 128 + i) + unetc_load8(sums + 82944 + product * 128 + i) + unetc_load8(sums + 87552 + product * 128 + i) + unetc_load8(sums + 92160 + product * 128 + i) + unetc_load8(sums + 96768 + product * 128 + i) + unetc_load8(sums + 101376 + product * 128 + i) + unetc_load8(sums + 105984 + product * 128 + i) + unetc_load8(sums + 110592 + product * 128 + i) + unetc_load8(sums + 115200 + product * 128 + i) + unetc_load8(sums + 119808 + product * 128 + i) + unetc_load8(sums + 124416 + product * 128 + i) + unetc_load8(sums + 129024 + product * 128 + i) + unetc_load8(sums + 133632 + product * 128 + i) + unetc_load8(sums + 138240 + product * 128 + i) + unetc_load8(sums + 142848 + product * 128 + i));
        }
    }
    for (int64_t k = 0; k < 16; k += 8) {
        unetc_store8(beside0 + k, unetc_load8(sums + 147456 + k) + unetc_load8(sums + 147472 + k) + unetc_load8(sums + 147488 + k) + unetc_load8(sums + 147504 + k) + unetc_load8(sums + 147520 + k) + unetc_load8(sums + 147536 + k) + unetc_load8(sums + 147552 + k) + unetc_load8(sums + 147568 + k) + unetc_load8(sums + 147584 + k) + unetc_load8(sums + 147600 + k) + unetc_load8(sums + 147616 + k) + unetc_load8(sums + 147632 + k) + unetc_load8(sums + 147648 + k) + unetc_load8(sums + 147664 + k) + unetc_load8(sums + 147680 + k) + unetc_load8(sums + 147696 + k) + unetc_load8(sums + 147712 + k) + unetc_load8(sums + 147728 + k) + unetc_load8(sums + 147744 + k) + unetc_load8(sums + 147760 + k) + unetc_load8(sums + 147776 + k) + unetc_load8(sums + 147792 + k) + unetc_load8(sums + 147808 + k) + unetc_load8(sums + 147824 + k) + unetc_load8(sums + 147840 + k) + unetc_load8(sums + 147856 + k) + unetc_load8(sums + 147872 + k) + unetc_load8(sums + 147888 + k) + unetc_load8(sums + 147904 + k) + unetc_load8(sums + 147920 + k) + unetc_load8(sums + 147936 + k) + unetc_load8(sums + 147952 + k));
    }
    for (int64_t k = 0; k < 16; k += 8) {
        for (int64_t offset = 0; offset < 8; offset += 1) {
            for (int64_t j = 0; j < 6; j += 1) {
                v8 d0 = unetc_load8(workspace + (j * 8 + offset) * 16 + k);
                v8 d1 = unetc_load8(workspace + ((6 + j) * 8 + offset) * 16 + k);
                v8 d2 = unetc_load8(workspace + ((12 + j) * 8 + offset) * 16 + k);
                v8 d3 = unetc_load8(workspace + ((18 + j) * 8 + offset) * 16 + k);
                v8 d4 = unetc_load8(workspace + ((24 + j) * 8 + offset) * 16 + k);
                v8 d5 = unetc_load8(workspace + ((30 + j) * 8 + offset) * 16 + k);
                v8 ts1 = d1 + d2;
                v8 td1 = d1 - d2;
                v8 ts3 = d3 + d4;
                v8 td3 = d3 - d4;
                v8 t0 = unetc_fma8(unetc_splat8(0.12503053f), ts3, unetc_fma8(unetc_splat8(-0.59518665f), ts1, unetc_splat8(0.9403122f) * d0));
                v8 t1 = unetc_fma8(unetc_splat8(0.18754579f), td3, unetc_splat8(-0.4091908f) * td1);
                v8 t2 = unetc_fma8(unetc_splat8(0.2813187f), ts3, unetc_fma8(unetc_splat8(-0.2813187f), ts1, d5));
                unetc_store8(workspace + 4608 + j * 8, t0);
                unetc_store8(workspace + 4608 + (6 + j) * 8, t1);
                unetc_store8(workspace + 4608 + (12 + j) * 8, t2);
            }
            for (int64_t i = 0; i < 3; i += 1) {
                v8 d0 = unetc_load8(workspace + 4608 + i * 48);
                v8 d1 = unetc_load8(workspace + 4608 + (i * 6 + 1) * 8);
                v8 d2 = unetc_load8(workspace + 4608 + (i * 6 + 2) * 8);
                v8 d3 = unetc_load8(workspace + 4608 + (i * 6 + 3) * 8);
                v8 d4 = unetc_load8(workspace + 4608 + (i * 6 + 4) * 8);
                v8 d5 = unetc_load8(workspace + 4608 + (i * 6 + 5) * 8);
                v8 ts1 = d1 + d2;
                v8 td1 = d1 - d2;
                v8 ts3 = d3 + d4;
                v8 td3 = d3 - d4;
                v8 t0 = unetc_fma8(unetc_splat8(0.12503053f), ts3, unetc_fma8(unetc_splat8(-0.59518665f), ts1, unetc_splat8(0.9403122f) * d0));
                v8 t1 = unetc_fma8(unetc_splat8(0.18754579f), td3, unetc_splat8(-0.4091908f) * td1);
                v8 t2 = unetc_fma8(unetc_splat8(0.2813187f), ts3, unetc_fma8(unetc_splat8(-0.2813187f), ts1, d5));
                unetc_store8(workspace + 4896 + (offset * 9 + i * 3) * 8, t0);
                unetc_store8(workspace + 4896 + (offset * 9 + i * 3 + 1) * 8, t1);
                unetc_store8(workspace + 4896 + (offset * 9 + i * 3 + 2) * 8, t2);
            }
        }
        for (int64_t block = 0; block < 72; block += 8) {
            unetc_transpose8(workspace + 4896 + block * 8, 8, out + k * 72 + block, 72);
        }
    }
}
