/* Kernels of down. */
#include "../model.h"
#include "../unetc_vectors.h"

/* example.graph:10: down = max_pool
 * enc [N, 8, 64, 64] -> [N, 8, 32, 32]; vector loop
 */
void down_max_pool(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // down [N, 8, 32, 32] nchw8c
    const float *const in0 = (const float *)call->operands[1]; // enc [N, 8, 64, 64] nchw8c

    const int64_t n = task;
    for (int64_t y = 0; y < 32; y += 1) {
        for (int64_t x = 0; x < 32; x += 1) {
            v8 best = unetc_splat8(-INFINITY);
            best = unetc_max8(unetc_load8(in0 + n * 65536 + (y * 128 + x * 2) * 8), best);
            best = unetc_max8(unetc_load8(in0 + n * 65536 + (y * 128 + (x * 2 + 1)) * 8), best);
            best = unetc_max8(unetc_load8(in0 + n * 65536 + ((y * 2 + 1) * 64 + x * 2) * 8), best);
            best = unetc_max8(unetc_load8(in0 + n * 65536 + ((y * 2 + 1) * 64 + (x * 2 + 1)) * 8), best);
            unetc_store8(out + n * 8192 + (y * 32 + x) * 8, best);
        }
    }
}

/* d_down: transformed weights [16, 8, 3, 3], F(4, 3), in panels of 8 outputs
 * Reads parameters alone: what it makes is valid until they change.
 */
void d_down_conv_data_gradient_weights(const unetc_call *call, int64_t task) {
    float *const panels = (float *)call->operands[0];
    const float *const weight = (const float *)call->operands[1]; // low.weight [16, 8, 3, 3]
    float *const workspace = (float *)call->workspace;
    (void)task;

    for (int64_t first = 0; first < 16; first += 8) {
        // rows below the nine taps are written over by the next channel
        for (int64_t c = 0; c < 8; c += 1) {
            for (int64_t element = 0; element < 72; element += 8) {
                unetc_store8(workspace + 632 + element, unetc_load8(weight + (first + c) * 72 + element));
            }
            unetc_transpose8(workspace + 632, 9, workspace + c * 72, 8);
            unetc_transpose8(workspace + 640, 9, workspace + (c * 9 + 8) * 8, 8);
        }
        for (int64_t c = 0; c < 8; c += 1) {
            for (int64_t j = 0; j < 3; j += 1) {
                v8 d0 = unetc_load8(workspace + (c * 9 + (8 - j)) * 8);
                v8 d1 = unetc_load8(workspace + (c * 9 + (5 - j)) * 8);
                v8 d2 = unetc_load8(workspace + (c * 9 + (2 - j)) * 8);
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
                unetc_store8(workspace + 720 + j * 8, t0);
                unetc_store8(workspace + 720 + (3 + j) * 8, t1);
                unetc_store8(workspace + 720 + (6 + j) * 8, t2);
                unetc_store8(workspace + 720 + (9 + j) * 8, t3);
                unetc_store8(workspace + 720 + (12 + j) * 8, t4);
                unetc_store8(workspace + 720 + (15 + j) * 8, t5);
            }
            for (int64_t i = 0; i < 6; i += 1) {
                v8 d0 = unetc_load8(workspace + 720 + i * 24);
                v8 d1 = unetc_load8(workspace + 720 + (i * 3 + 1) * 8);
                v8 d2 = unetc_load8(workspace + 720 + (i * 3 + 2) * 8);
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
                unetc_store8(panels + (i * 96 + (first + c)) * 8, t0);
                unetc_store8(panels + ((i * 6 + 1) * 16 + (first + c)) * 8, t1);
                unetc_store8(panels + ((i * 6 + 2) * 16 + (first + c)) * 8, t2);
                unetc_store8(panels + ((i * 6 + 3) * 16 + (first + c)) * 8, t3);
                unetc_store8(panels + ((i * 6 + 4) * 16 + (first + c)) * 8, t4);
                unetc_store8(panels + ((i * 6 + 5) * 16 + (first + c)) * 8, t5);
            }
        }
    }
}

/* example.graph:11: d_down = conv_data_gradient (backward of low.conv)
 * d_low.conv [N, 16, 32, 32], low.weight [16, 8, 3, 3] -> [N, 8, 32, 32]; winograd F(4,3)
 */
void d_down_conv_data_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // d_down [N, 8, 32, 32] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // d_low.conv [N, 16, 32, 32] nchw8c
    const float *const panels = (const float *)call->operands[2]; // transformed weights
    float *const workspace = (float *)call->workspace;

    const int64_t block = task;
    const int64_t firstInSample = block % 8;
    const int64_t firstStrip = block / 8 * 8 + firstInSample;
    // transform the input tiles
    const int64_t n_1 = firstStrip / 8;
    const int64_t inSample_1 = firstStrip % 8;
    const int64_t y_1 = inSample_1 * 4;
    for (int64_t c = 0; c < 16; c += 8) {
        const int64_t word = c;
        unetc_store8(workspace + 8352, unetc_splat8(0.0f));
        unetc_store8(workspace + 8624, unetc_splat8(0.0f));
        unetc_store8(workspace + 8896, unetc_splat8(0.0f));
        unetc_store8(workspace + 9168, unetc_splat8(0.0f));
        unetc_store8(workspace + 9440, unetc_splat8(0.0f));
        unetc_store8(workspace + 9712, unetc_splat8(0.0f));
        if (0 <= y_1 - 1 && y_1 + 5 <= 32) {
            for (int64_t j = 1; j < 33; j += 1) {
                v8 d0 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 - 1) * 32 + (j - 1)) * 8);
                v8 d1 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + (y_1 * 32 + (j - 1)) * 8);
                v8 d2 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 1) * 32 + (j - 1)) * 8);
                v8 d3 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 2) * 32 + (j - 1)) * 8);
                v8 d4 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 3) * 32 + (j - 1)) * 8);
                v8 d5 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 4) * 32 + (j - 1)) * 8);
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
                    d0 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 - 1) * 32 + (j - 1)) * 8);
                }
                v8 d1 = unetc_splat8(0.0f);
                d1 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + (y_1 * 32 + (j - 1)) * 8);
                v8 d2 = unetc_splat8(0.0f);
                d2 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 1) * 32 + (j - 1)) * 8);
                v8 d3 = unetc_splat8(0.0f);
                d3 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 2) * 32 + (j - 1)) * 8);
                v8 d4 = unetc_splat8(0.0f);
                d4 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 3) * 32 + (j - 1)) * 8);
                v8 d5 = unetc_splat8(0.0f);
                if (y_1 + 4 < 32) {
                    d5 = unetc_load8(in0 + n_1 * 16384 + c * 1024 + ((y_1 + 4) * 32 + (j - 1)) * 8);
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
                unetc_store8(workspace + i * 864 + window * 16 + word, t0);
                unetc_store8(workspace + (i * 6 + 1) * 144 + window * 16 + word, t1);
                unetc_store8(workspace + (i * 6 + 2) * 144 + window * 16 + word, t2);
                unetc_store8(workspace + (i * 6 + 3) * 144 + window * 16 + word, t3);
                unetc_store8(workspace + (i * 6 + 4) * 144 + window * 16 + word, t4);
                unetc_store8(workspace + (i * 6 + 5) * 144 + window * 16 + word, t5);
            }
        }
    }
    // multiply, and transform back
    for (int64_t product = 0; product < 36; product += 1) {
        v8 acc0_0 = unetc_splat8(0.0f);
        v8 acc1_0 = unetc_splat8(0.0f);
        v8 acc2_0 = unetc_splat8(0.0f);
        v8 acc3_0 = unetc_splat8(0.0f);
        v8 acc4_0 = unetc_splat8(0.0f);
        v8 acc5_0 = unetc_splat8(0.0f);
        v8 acc6_0 = unetc_splat8(0.0f);
        v8 acc7_0 = unetc_splat8(0.0f);
        for (int64_t c = 0; c < 16; c += 1) {
            v8 b0 = unetc_load8(panels + (product * 16 + c) * 8);
            v8 a0 = unetc_splat8(workspace[product * 144 + c]);
            acc0_0 = unetc_fma8(a0, b0, acc0_0);
            v8 a1 = unetc_splat8(workspace[product * 144 + 16 + c]);
            acc1_0 = unetc_fma8(a1, b0, acc1_0);
            v8 a2 = unetc_splat8(workspace[product * 144 + 32 + c]);
            acc2_0 = unetc_fma8(a2, b0, acc2_0);
            v8 a3 = unetc_splat8(workspace[product * 144 + 48 + c]);
            acc3_0 = unetc_fma8(a3, b0, acc3_0);
            v8 a4 = unetc_splat8(workspace[product * 144 + 64 + c]);
            acc4_0 = unetc_fma8(a4, b0, acc4_0);
            v8 a5 = unetc_splat8(workspace[product * 144 + 80 + c]);
            acc5_0 = unetc_fma8(a5, b0, acc5_0);
            v8 a6 = unetc_splat8(workspace[product * 144 + 96 + c]);
            acc6_0 = unetc_fma8(a6, b0, acc6_0);
            v8 a7 = unetc_splat8(workspace[product * 144 + 112 + c]);
            acc7_0 = unetc_fma8(a7, b0, acc7_0);
        }
        unetc_store8(workspace + 5184 + product * 80, acc0_0);
        unetc_store8(workspace + product * 80 + 5192, acc1_0);
        unetc_store8(workspace + product * 80 + 5200, acc2_0);
        unetc_store8(workspace + product * 80 + 5208, acc3_0);
        unetc_store8(workspace + product * 80 + 5216, acc4_0);
        unetc_store8(workspace + product * 80 + 5224, acc5_0);
        unetc_store8(workspace + product * 80 + 5232, acc6_0);
        unetc_store8(workspace + product * 80 + 5240, acc7_0);
    }
    const int64_t n = firstStrip / 8;
    const int64_t inSample = firstStrip % 8;
    const int64_t y = inSample * 4;
    for (int64_t window = 0; window < 8; window += 1) {
        const int64_t left = window * 4;
        for (int64_t j = 0; j < 6; j += 1) {
            v8 d0 = unetc_load8(workspace + 5184 + j * 80 + window * 8);
            v8 d1 = unetc_load8(workspace + 5184 + (6 + j) * 80 + window * 8);
            v8 d2 = unetc_load8(workspace + 5184 + (12 + j) * 80 + window * 8);
            v8 d3 = unetc_load8(workspace + 5184 + (18 + j) * 80 + window * 8);
            v8 d4 = unetc_load8(workspace + 5184 + (24 + j) * 80 + window * 8);
            v8 d5 = unetc_load8(workspace + 5184 + (30 + j) * 80 + window * 8);
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
            unetc_store8(out + n * 8192 + ((y + i) * 32 + left) * 8, t0);
            unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 1)) * 8, t1);
            unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 2)) * 8, t2);
            unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 3)) * 8, t3);
        }
    }
}
