/* Kernels of down. */
#include "../model.h"
#include "../unetc_vectors.h"

/* example.graph:10: down = max_pool
 * enc [N, 8, 64, 64] -> [N, 8, 32, 32]; vector loop
 */
void down_max_pool(const unetc_call *call, int64_t task) {
    float *const out = call->operands[0];       // down [N, 8, 32, 32] nchw8c
    const float *const in0 = call->operands[1]; // enc [N, 8, 64, 64] nchw8c

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
    float *const panels = call->operands[0];
    const float *const weight = call->operands[1]; // low.weight [16, 8, 3, 3]
    float *const workspace = call->workspace;
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
                v8 t0 = unetc_splat8(0.25f) * d0;
                v8 t1e = unetc_fma8(unetc_splat8(-0.16666667f), d2, unetc_splat8(-0.16666667f) * d0);
                v8 t1o = unetc_splat8(-0.16666667f) * d1;
                v8 t1 = t1e + t1o;
                v8 t2 = t1e - t1o;
                v8 t3e = unetc_fma8(unetc_splat8(0.16666667f), d2, unetc_splat8(0.041666668f) * d0);
                v8 t3o = unetc_splat8(0.083333336f) * d1;
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
                v8 t0 = unetc_splat8(0.25f) * d0;
                v8 t1e = unetc_fma8(unetc_splat8(-0.16666667f), d2, unetc_splat8(-0.16666667f) * d0);
                v8 t1o = unetc_splat8(-0.16666667f) * d1;
                v8 t1 = t1e + t1o;
                v8 t2 = t1e - t1o;
                v8 t3e = unetc_fma8(unetc_splat8(0.16666667f), d2, unetc_splat8(0.041666668f) * d0);
                v8 t3o = unetc_splat8(0.083333336f) * d1;
                v8 t3 = t3e + t3o;
                v8 t4 = t3e - t3o;
                v8 t5 = d2;
                unetc_store8(panels + (i * 96 + first + c) * 8, t0);
                unetc_store8(panels + ((i * 6 + 1) * 16 + first + c) * 8, t1);
                unetc_store8(panels + ((i * 6 + 2) * 16 + first + c) * 8, t2);
                unetc_store8(panels + ((i * 6 + 3) * 16 + first + c) * 8, t3);
                unetc_store8(panels + ((i * 6 + 4) * 16 + first + c) * 8, t4);
                unetc_store8(panels + ((i * 6 + 5) * 16 + first + c) * 8, t5);
            }
        }
    }
}

/* example.graph:11: d_down = conv_data_gradient (backward of low.conv)
 * d_low.conv [N, 16, 32, 32], low.weight [16, 8, 3, 3] -> [N, 8, 32, 32]; winograd F(4,3)
 */
void d_down_conv_data_gradient(const unetc_call *call, int64_t task) {
    float *const out = call->operands[0];          // d_down [N, 8, 32, 32] nchw8c
    const float *const in0 = call->operands[1];    // d_low.conv [N, 16, 32, 32] nchw8c
    const float *const panels = call->operands[2]; // transformed weights
    float *const workspace = call->workspace;
    const int64_t batch = call->scalars->batch;

    const int64_t firstSample = task;
    const int64_t firstStrip = firstSample * 8;
    const int64_t strips = unetc_max(0, unetc_min(1, batch - firstSample)) * 8;
    // transform the input tiles
    for (int64_t strip = 0; strip < strips; strip += 1) {
        const int64_t n = (firstStrip + strip) / 8;
        const int64_t inSample = (firstStrip + strip) % 8;
        const int64_t y = inSample * 4;
        const int64_t slot = strip * 8;
        for (int64_t c = 0; c < 16; c += 8) {
            unetc_store8(workspace + 56736, unetc_splat8(0.0f));
            unetc_store8(workspace + 57008, unetc_splat8(0.0f));
            unetc_store8(workspace + 57280, unetc_splat8(0.0f));
            unetc_store8(workspace + 57552, unetc_splat8(0.0f));
            unetc_store8(workspace + 57824, unetc_splat8(0.0f));
            unetc_store8(workspace + 58096, unetc_splat8(0.0f));
            if (0 <= y - 1 && y + 5 <= 32) {
                for (int64_t j = 1; j < 33; j += 1) {
                    v8 d0 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y - 1) * 32 + (j - 1)) * 8);
                    v8 d1 = unetc_load8(in0 + n * 16384 + c * 1024 + (y * 32 + (j - 1)) * 8);
                    v8 d2 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 1) * 32 + (j - 1)) * 8);
                    v8 d3 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 2) * 32 + (j - 1)) * 8);
                    v8 d4 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 3) * 32 + (j - 1)) * 8);
                    v8 d5 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 4) * 32 + (j - 1)) * 8);
                    v8 t0 = unetc_fma8(unetc_splat8(-5.0f), d2, unetc_fma8(unetc_splat8(4.0f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-4.0f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(-4.0f), d1, d3);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = d4 - d2;
                    v8 t3o = unetc_fma8(unetc_splat8(2.0f), d3, unetc_splat8(-2.0f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-5.0f), d3, unetc_fma8(unetc_splat8(4.0f), d1, d5));
                    unetc_store8(workspace + 56736 + j * 8, t0);
                    unetc_store8(workspace + 56736 + (34 + j) * 8, t1);
                    unetc_store8(workspace + 56736 + (68 + j) * 8, t2);
                    unetc_store8(workspace + 56736 + (102 + j) * 8, t3);
                    unetc_store8(workspace + 56736 + (136 + j) * 8, t4);
                    unetc_store8(workspace + 56736 + (170 + j) * 8, t5);
                }
            } else {
                for (int64_t j = 1; j < 33; j += 1) {
                    v8 d0 = unetc_splat8(0.0f);
                    if (0 <= y - 1) {
                        d0 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y - 1) * 32 + (j - 1)) * 8);
                    }
                    v8 d1 = unetc_splat8(0.0f);
                    d1 = unetc_load8(in0 + n * 16384 + c * 1024 + (y * 32 + (j - 1)) * 8);
                    v8 d2 = unetc_splat8(0.0f);
                    d2 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 1) * 32 + (j - 1)) * 8);
                    v8 d3 = unetc_splat8(0.0f);
                    d3 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 2) * 32 + (j - 1)) * 8);
                    v8 d4 = unetc_splat8(0.0f);
                    d4 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 3) * 32 + (j - 1)) * 8);
                    v8 d5 = unetc_splat8(0.0f);
                    if (y + 4 < 32) {
                        d5 = unetc_load8(in0 + n * 16384 + c * 1024 + ((y + 4) * 32 + (j - 1)) * 8);
                    }
                    v8 t0 = unetc_fma8(unetc_splat8(-5.0f), d2, unetc_fma8(unetc_splat8(4.0f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-4.0f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(-4.0f), d1, d3);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = d4 - d2;
                    v8 t3o = unetc_fma8(unetc_splat8(2.0f), d3, unetc_splat8(-2.0f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-5.0f), d3, unetc_fma8(unetc_splat8(4.0f), d1, d5));
                    unetc_store8(workspace + 56736 + j * 8, t0);
                    unetc_store8(workspace + 56736 + (34 + j) * 8, t1);
                    unetc_store8(workspace + 56736 + (68 + j) * 8, t2);
                    unetc_store8(workspace + 56736 + (102 + j) * 8, t3);
                    unetc_store8(workspace + 56736 + (136 + j) * 8, t4);
                    unetc_store8(workspace + 56736 + (170 + j) * 8, t5);
                }
            }
            unetc_store8(workspace + 57000, unetc_splat8(0.0f));
            unetc_store8(workspace + 57272, unetc_splat8(0.0f));
            unetc_store8(workspace + 57544, unetc_splat8(0.0f));
            unetc_store8(workspace + 57816, unetc_splat8(0.0f));
            unetc_store8(workspace + 58088, unetc_splat8(0.0f));
            unetc_store8(workspace + 58360, unetc_splat8(0.0f));
            for (int64_t window = 0; window < 8; window += 1) {
                for (int64_t i = 0; i < 6; i += 1) {
                    v8 d0 = unetc_load8(workspace + 56736 + (i * 34 + window * 4) * 8);
                    v8 d1 = unetc_load8(workspace + 56736 + (i * 34 + (window * 4 + 1)) * 8);
                    v8 d2 = unetc_load8(workspace + 56736 + (i * 34 + (window * 4 + 2)) * 8);
                    v8 d3 = unetc_load8(workspace + 56736 + (i * 34 + (window * 4 + 3)) * 8);
                    v8 d4 = unetc_load8(workspace + 56736 + (i * 34 + (window * 4 + 4)) * 8);
                    v8 d5 = unetc_load8(workspace + 56736 + (i * 34 + (window * 4 + 5)) * 8);
                    v8 t0 = unetc_fma8(unetc_splat8(-5.0f), d2, unetc_fma8(unetc_splat8(4.0f), d0, d4));
                    v8 t1e = unetc_fma8(unetc_splat8(-4.0f), d2, d4);
                    v8 t1o = unetc_fma8(unetc_splat8(-4.0f), d1, d3);
                    v8 t1 = t1e + t1o;
                    v8 t2 = t1e - t1o;
                    v8 t3e = d4 - d2;
                    v8 t3o = unetc_fma8(unetc_splat8(2.0f), d3, unetc_splat8(-2.0f) * d1);
                    v8 t3 = t3e + t3o;
                    v8 t4 = t3e - t3o;
                    v8 t5 = unetc_fma8(unetc_splat8(-5.0f), d3, unetc_fma8(unetc_splat8(4.0f), d1, d5));
                    unetc_store8(workspace + i * 6240 + (slot + window) * 16 + c, t0);
                    unetc_store8(workspace + (i * 6 + 1) * 1040 + (slot + window) * 16 + c, t1);
                    unetc_store8(workspace + (i * 6 + 2) * 1040 + (slot + window) * 16 + c, t2);
                    unetc_store8(workspace + (i * 6 + 3) * 1040 + (slot + window) * 16 + c, t3);
                    unetc_store8(workspace + (i * 6 + 4) * 1040 + (slot + window) * 16 + c, t4);
                    unetc_store8(workspace + (i * 6 + 5) * 1040 + (slot + window) * 16 + c, t5);
                }
            }
        }
    }
    // multiply, and transform back
    for (int64_t product = 0; product < 36; product += 1) {
        for (int64_t first = 0; first < strips * 8; first += 8) {
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
                v8 a0 = unetc_splat8(workspace[product * 1040 + first * 16 + c]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                v8 a1 = unetc_splat8(workspace[product * 1040 + (first + 1) * 16 + c]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                v8 a2 = unetc_splat8(workspace[product * 1040 + (first + 2) * 16 + c]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                v8 a3 = unetc_splat8(workspace[product * 1040 + (first + 3) * 16 + c]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                v8 a4 = unetc_splat8(workspace[product * 1040 + (first + 4) * 16 + c]);
                acc4_0 = unetc_fma8(a4, b0, acc4_0);
                v8 a5 = unetc_splat8(workspace[product * 1040 + (first + 5) * 16 + c]);
                acc5_0 = unetc_fma8(a5, b0, acc5_0);
                v8 a6 = unetc_splat8(workspace[product * 1040 + (first + 6) * 16 + c]);
                acc6_0 = unetc_fma8(a6, b0, acc6_0);
                v8 a7 = unetc_splat8(workspace[product * 1040 + (first + 7) * 16 + c]);
                acc7_0 = unetc_fma8(a7, b0, acc7_0);
            }
            unetc_store8(workspace + 37440 + product * 528 + first * 8, acc0_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 1) * 8, acc1_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 2) * 8, acc2_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 3) * 8, acc3_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 4) * 8, acc4_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 5) * 8, acc5_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 6) * 8, acc6_0);
            unetc_store8(workspace + 37440 + product * 528 + (first + 7) * 8, acc7_0);
        }
    }
    for (int64_t strip = 0; strip < strips; strip += 1) {
        const int64_t n = (firstStrip + strip) / 8;
        const int64_t inSample = (firstStrip + strip) % 8;
        const int64_t y = inSample * 4;
        const int64_t slot = strip * 8;
        for (int64_t window = 0; window < 8; window += 1) {
            const int64_t left = window * 4;
            for (int64_t j = 0; j < 6; j += 1) {
                v8 d0 = unetc_load8(workspace + 37440 + j * 528 + (slot + window) * 8);
                v8 d1 = unetc_load8(workspace + 37440 + (6 + j) * 528 + (slot + window) * 8);
                v8 d2 = unetc_load8(workspace + 37440 + (12 + j) * 528 + (slot + window) * 8);
                v8 d3 = unetc_load8(workspace + 37440 + (18 + j) * 528 + (slot + window) * 8);
                v8 d4 = unetc_load8(workspace + 37440 + (24 + j) * 528 + (slot + window) * 8);
                v8 d5 = unetc_load8(workspace + 37440 + (30 + j) * 528 + (slot + window) * 8);
                v8 t0 = d0 + d1 + d2 + d3 + d4;
                v8 t1 = unetc_fma8(unetc_splat8(-2.0f), d4, unetc_fma8(unetc_splat8(2.0f), d3, d1 - d2));
                v8 t2 = unetc_fma8(unetc_splat8(4.0f), d4, unetc_fma8(unetc_splat8(4.0f), d3, d1 + d2));
                v8 t3 = unetc_fma8(unetc_splat8(-8.0f), d4, unetc_fma8(unetc_splat8(8.0f), d3, d1 + d5 - d2));
                unetc_store8(workspace + 56448 + j * 8, t0);
                unetc_store8(workspace + 56448 + (6 + j) * 8, t1);
                unetc_store8(workspace + 56448 + (12 + j) * 8, t2);
                unetc_store8(workspace + 56448 + (18 + j) * 8, t3);
            }
            for (int64_t i = 0; i < 4; i += 1) {
                v8 d0 = unetc_load8(workspace + 56448 + i * 48);
                v8 d1 = unetc_load8(workspace + 56448 + (i * 6 + 1) * 8);
                v8 d2 = unetc_load8(workspace + 56448 + (i * 6 + 2) * 8);
                v8 d3 = unetc_load8(workspace + 56448 + (i * 6 + 3) * 8);
                v8 d4 = unetc_load8(workspace + 56448 + (i * 6 + 4) * 8);
                v8 d5 = unetc_load8(workspace + 56448 + (i * 6 + 5) * 8);
                v8 t0 = d0 + d1 + d2 + d3 + d4;
                v8 t1 = unetc_fma8(unetc_splat8(-2.0f), d4, unetc_fma8(unetc_splat8(2.0f), d3, d1 - d2));
                v8 t2 = unetc_fma8(unetc_splat8(4.0f), d4, unetc_fma8(unetc_splat8(4.0f), d3, d1 + d2));
                v8 t3 = unetc_fma8(unetc_splat8(-8.0f), d4, unetc_fma8(unetc_splat8(8.0f), d3, d1 + d5 - d2));
                unetc_store8(out + n * 8192 + ((y + i) * 32 + left) * 8, t0);
                unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 1)) * 8, t1);
                unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 2)) * 8, t2);
                unetc_store8(out + n * 8192 + ((y + i) * 32 + (left + 3)) * 8, t3);
            }
        }
    }
}
