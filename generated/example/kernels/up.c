/* Kernels of up. */
#include "../model.h"
#include "../unetc_vectors.h"

/* up: weights [16, 8, 2, 2] in panels of 16 columns
 * Reads parameters alone: what it makes is valid until they change.
 */
void up_conv_transpose_weights(const unetc_call *call, int64_t task) {
    float *const panels = (float *)call->operands[0];
    const float *const weight = (const float *)call->operands[1]; // up.weight [16, 8, 2, 2]
    (void)task;

    for (int64_t k = 0; k < 16; k += 1) {
        for (int64_t tap = 0; tap < 4; tap += 1) {
            const int64_t at = (tap / 2 * 16 + k) * 16 + tap % 2 * 8;
            for (int64_t lane = 0; lane < 8; lane += 1) {
                panels[at + lane] = weight[(k * 8 + lane) * 4 + tap];
            }
        }
    }
}

/* example.graph:12: up = conv_transpose + bias
 * low [N, 16, 32, 32], up.weight [16, 8, 2, 2], up.bias [8] -> [N, 8, 64, 64]; patch product
 */
void up_conv_transpose(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];                // up [N, 8, 64, 64] nchw8c
    const float *const in0 = (const float *)call->operands[1];    // low [N, 16, 32, 32] nchw8c
    const float *const panels = (const float *)call->operands[2]; // rearranged weights
    const float *const in2 = (const float *)call->operands[3];    // up.bias [8]
    float *const workspace = (float *)call->workspace;

    const int64_t n = task / 4;
    const int64_t part = task % 4;
    const int64_t firstPixel = part * 256;
    // the pixels' channels side by side
    for (int64_t c = 0; c < 16; c += 8) {
        for (int64_t pixel = 0; pixel < 256; pixel += 1) {
            unetc_store8(workspace + pixel * 32 + c, unetc_load8(in0 + n * 16384 + c * 1024 + (firstPixel + pixel) * 8));
        }
    }
    for (int64_t panel = 0; panel < 2; panel += 1) {
        const int64_t shift0 = panel * 512;
        const int64_t shift1 = ((panel * 2 + 1) / 2 * 64 + (panel * 2 + 1) % 2) * 8;
        for (int64_t first = 0; first < 252; first += 6) {
            const int64_t window0 = ((firstPixel + first) / 32 * 128 + (firstPixel + first) % 32 * 2) * 8;
            const int64_t window1 = ((firstPixel + first + 1) / 32 * 128 + (firstPixel + first + 1) % 32 * 2) * 8;
            const int64_t window2 = ((firstPixel + first + 2) / 32 * 128 + (firstPixel + first + 2) % 32 * 2) * 8;
            const int64_t window3 = ((firstPixel + first + 3) / 32 * 128 + (firstPixel + first + 3) % 32 * 2) * 8;
            const int64_t window4 = ((firstPixel + first + 4) / 32 * 128 + (firstPixel + first + 4) % 32 * 2) * 8;
            const int64_t window5 = ((firstPixel + first + 5) / 32 * 128 + (firstPixel + first + 5) % 32 * 2) * 8;
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
            for (int64_t k = 0; k < 16; k += 1) {
                v8 b0 = unetc_load8(panels + (panel * 16 + k) * 16);
                v8 b1 = unetc_load8(panels + (panel * 16 + k) * 16 + 8);
                v8 a0 = unetc_splat8(workspace[first * 32 + k]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                acc0_1 = unetc_fma8(a0, b1, acc0_1);
                v8 a1 = unetc_splat8(workspace[(first + 1) * 32 + k]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                acc1_1 = unetc_fma8(a1, b1, acc1_1);
                v8 a2 = unetc_splat8(workspace[(first + 2) * 32 + k]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                acc2_1 = unetc_fma8(a2, b1, acc2_1);
                v8 a3 = unetc_splat8(workspace[(first + 3) * 32 + k]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                acc3_1 = unetc_fma8(a3, b1, acc3_1);
                v8 a4 = unetc_splat8(workspace[(first + 4) * 32 + k]);
                acc4_0 = unetc_fma8(a4, b0, acc4_0);
                acc4_1 = unetc_fma8(a4, b1, acc4_1);
                v8 a5 = unetc_splat8(workspace[(first + 5) * 32 + k]);
                acc5_0 = unetc_fma8(a5, b0, acc5_0);
                acc5_1 = unetc_fma8(a5, b1, acc5_1);
            }
            unetc_store8(out + n * 65536 + (window0 + shift0), acc0_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window0 + shift1), acc0_1 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window1 + shift0), acc1_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window1 + shift1), acc1_1 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window2 + shift0), acc2_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window2 + shift1), acc2_1 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window3 + shift0), acc3_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window3 + shift1), acc3_1 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window4 + shift0), acc4_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window4 + shift1), acc4_1 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window5 + shift0), acc5_0 + unetc_load8(in2));
            unetc_store8(out + n * 65536 + (window5 + shift1), acc5_1 + unetc_load8(in2));
        }
        const int64_t window0 = ((firstPixel + 252) / 32 * 128 + (firstPixel + 252) % 32 * 2) * 8;
        const int64_t window1 = ((firstPixel + 253) / 32 * 128 + (firstPixel + 253) % 32 * 2) * 8;
        const int64_t window2 = ((firstPixel + 254) / 32 * 128 + (firstPixel + 254) % 32 * 2) * 8;
        const int64_t window3 = ((firstPixel + 255) / 32 * 128 + (firstPixel + 255) % 32 * 2) * 8;
        v8 acc0_0 = unetc_splat8(0.0f);
        v8 acc0_1 = unetc_splat8(0.0f);
        v8 acc1_0 = unetc_splat8(0.0f);
        v8 acc1_1 = unetc_splat8(0.0f);
        v8 acc2_0 = unetc_splat8(0.0f);
        v8 acc2_1 = unetc_splat8(0.0f);
        v8 acc3_0 = unetc_splat8(0.0f);
        v8 acc3_1 = unetc_splat8(0.0f);
        for (int64_t k = 0; k < 16; k += 1) {
            v8 b0 = unetc_load8(panels + (panel * 16 + k) * 16);
            v8 b1 = unetc_load8(panels + (panel * 16 + k) * 16 + 8);
            v8 a0 = unetc_splat8(workspace[8064 + k]);
            acc0_0 = unetc_fma8(a0, b0, acc0_0);
            acc0_1 = unetc_fma8(a0, b1, acc0_1);
            v8 a1 = unetc_splat8(workspace[8096 + k]);
            acc1_0 = unetc_fma8(a1, b0, acc1_0);
            acc1_1 = unetc_fma8(a1, b1, acc1_1);
            v8 a2 = unetc_splat8(workspace[8128 + k]);
            acc2_0 = unetc_fma8(a2, b0, acc2_0);
            acc2_1 = unetc_fma8(a2, b1, acc2_1);
            v8 a3 = unetc_splat8(workspace[8160 + k]);
            acc3_0 = unetc_fma8(a3, b0, acc3_0);
            acc3_1 = unetc_fma8(a3, b1, acc3_1);
        }
        unetc_store8(out + n * 65536 + (window0 + shift0), acc0_0 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window0 + shift1), acc0_1 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window1 + shift0), acc1_0 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window1 + shift1), acc1_1 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window2 + shift0), acc2_0 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window2 + shift1), acc2_1 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window3 + shift0), acc3_0 + unetc_load8(in2));
        unetc_store8(out + n * 65536 + (window3 + shift1), acc3_1 + unetc_load8(in2));
    }
}

/* example.graph:12: grad.up.weight = conv_weight_gradient (backward of up)
 * low [N, 16, 32, 32], d_up [N, 8, 64, 64] -> [16, 8, 2, 2]; patch product
 */
void grad_up_weight_conv_weight_gradient(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // sums
    const float *const in0 = (const float *)call->operands[1]; // low [N, 16, 32, 32] nchw8c
    const float *const in1 = (const float *)call->operands[2]; // d_up [N, 8, 64, 64] nchw8c
    float *const workspace = (float *)call->workspace;
    const int64_t batch = call->scalars->batch;

    const int64_t begin = batch * 16 * task / 32;
    const int64_t end = batch * 16 * (task + 1) / 32;
    for (int64_t i = 0; i < 512; i += 8) {
        unetc_store8(out + task * 512 + i, unetc_splat8(0.0f));
    }
    for (int64_t piece = begin; piece < end; piece += 1) {
        const int64_t n = piece / 16;
        const int64_t firstPixel = piece % 16 * 64;
        const int64_t window = (firstPixel / 32 * 128 + firstPixel % 32 * 2) * 8;
        for (int64_t tap = 0; tap < 4; tap += 1) {
            for (int64_t row = 0; row < 2; row += 1) {
                for (int64_t x = 0; x < 32; x += 1) {
                    unetc_store8(workspace + (tap / 2 * 64 + (row * 32 + x)) * 16 + tap % 2 * 8, unetc_load8(in1 + n * 65536 + window + (tap / 2 * 64 + tap % 2) * 8 + (row * 128 + x * 2) * 8));
                }
            }
        }
        for (int64_t k = 0; k < 16; k += 8) {
            for (int64_t pixel = 0; pixel < 64; pixel += 1) {
                unetc_store8(workspace + 2048 + pixel * 16 + k, unetc_load8(in0 + n * 16384 + k * 1024 + (firstPixel + pixel) * 8));
            }
        }
        for (int64_t panel = 0; panel < 2; panel += 1) {
            for (int64_t k = 0; k < 12; k += 6) {
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
                for (int64_t pixel = 0; pixel < 64; pixel += 1) {
                    v8 b0 = unetc_load8(workspace + (panel * 64 + pixel) * 16);
                    v8 b1 = unetc_load8(workspace + (panel * 64 + pixel) * 16 + 8);
                    v8 a0 = unetc_splat8(workspace[2048 + pixel * 16 + k]);
                    acc0_0 = unetc_fma8(a0, b0, acc0_0);
                    acc0_1 = unetc_fma8(a0, b1, acc0_1);
                    v8 a1 = unetc_splat8(workspace[pixel * 16 + k + 2049]);
                    acc1_0 = unetc_fma8(a1, b0, acc1_0);
                    acc1_1 = unetc_fma8(a1, b1, acc1_1);
                    v8 a2 = unetc_splat8(workspace[pixel * 16 + k + 2050]);
                    acc2_0 = unetc_fma8(a2, b0, acc2_0);
                    acc2_1 = unetc_fma8(a2, b1, acc2_1);
                    v8 a3 = unetc_splat8(workspace[pixel * 16 + k + 2051]);
                    acc3_0 = unetc_fma8(a3, b0, acc3_0);
                    acc3_1 = unetc_fma8(a3, b1, acc3_1);
                    v8 a4 = unetc_splat8(workspace[pixel * 16 + k + 2052]);
                    acc4_0 = unetc_fma8(a4, b0, acc4_0);
                    acc4_1 = unetc_fma8(a4, b1, acc4_1);
                    v8 a5 = unetc_splat8(workspace[pixel * 16 + k + 2053]);
                    acc5_0 = unetc_fma8(a5, b0, acc5_0);
                    acc5_1 = unetc_fma8(a5, b1, acc5_1);
                }
                unetc_store8(out + task * 512 + (panel * 16 + k) * 16, unetc_load8(out + task * 512 + (panel * 16 + k) * 16) + acc0_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k) * 16 + 8)) + acc0_1);
                unetc_store8(out + task * 512 + (panel * 16 + k + 1) * 16, unetc_load8(out + task * 512 + (panel * 16 + k + 1) * 16) + acc1_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k + 1) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k + 1) * 16 + 8)) + acc1_1);
                unetc_store8(out + task * 512 + (panel * 16 + k + 2) * 16, unetc_load8(out + task * 512 + (panel * 16 + k + 2) * 16) + acc2_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k + 2) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k + 2) * 16 + 8)) + acc2_1);
                unetc_store8(out + task * 512 + (panel * 16 + k + 3) * 16, unetc_load8(out + task * 512 + (panel * 16 + k + 3) * 16) + acc3_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k + 3) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k + 3) * 16 + 8)) + acc3_1);
                unetc_store8(out + task * 512 + (panel * 16 + k + 4) * 16, unetc_load8(out + task * 512 + (panel * 16 + k + 4) * 16) + acc4_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k + 4) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k + 4) * 16 + 8)) + acc4_1);
                unetc_store8(out + task * 512 + (panel * 16 + k + 5) * 16, unetc_load8(out + task * 512 + (panel * 16 + k + 5) * 16) + acc5_0);
                unetc_store8(out + task * 512 + ((panel * 16 + k + 5) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + k + 5) * 16 + 8)) + acc5_1);
            }
            v8 acc0_0 = unetc_splat8(0.0f);
            v8 acc0_1 = unetc_splat8(0.0f);
            v8 acc1_0 = unetc_splat8(0.0f);
            v8 acc1_1 = unetc_splat8(0.0f);
            v8 acc2_0 = unetc_splat8(0.0f);
            v8 acc2_1 = unetc_splat8(0.0f);
            v8 acc3_0 = unetc_splat8(0.0f);
            v8 acc3_1 = unetc_splat8(0.0f);
            for (int64_t pixel = 0; pixel < 64; pixel += 1) {
                v8 b0 = unetc_load8(workspace + (panel * 64 + pixel) * 16);
                v8 b1 = unetc_load8(workspace + (panel * 64 + pixel) * 16 + 8);
                v8 a0 = unetc_splat8(workspace[pixel * 16 + 2060]);
                acc0_0 = unetc_fma8(a0, b0, acc0_0);
                acc0_1 = unetc_fma8(a0, b1, acc0_1);
                v8 a1 = unetc_splat8(workspace[pixel * 16 + 2061]);
                acc1_0 = unetc_fma8(a1, b0, acc1_0);
                acc1_1 = unetc_fma8(a1, b1, acc1_1);
                v8 a2 = unetc_splat8(workspace[pixel * 16 + 2062]);
                acc2_0 = unetc_fma8(a2, b0, acc2_0);
                acc2_1 = unetc_fma8(a2, b1, acc2_1);
                v8 a3 = unetc_splat8(workspace[pixel * 16 + 2063]);
                acc3_0 = unetc_fma8(a3, b0, acc3_0);
                acc3_1 = unetc_fma8(a3, b1, acc3_1);
            }
            unetc_store8(out + task * 512 + (panel * 16 + 12) * 16, unetc_load8(out + task * 512 + (panel * 16 + 12) * 16) + acc0_0);
            unetc_store8(out + task * 512 + ((panel * 16 + 12) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + 12) * 16 + 8)) + acc0_1);
            unetc_store8(out + task * 512 + (panel * 16 + 13) * 16, unetc_load8(out + task * 512 + (panel * 16 + 13) * 16) + acc1_0);
            unetc_store8(out + task * 512 + ((panel * 16 + 13) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + 13) * 16 + 8)) + acc1_1);
            unetc_store8(out + task * 512 + (panel * 16 + 14) * 16, unetc_load8(out + task * 512 + (panel * 16 + 14) * 16) + acc2_0);
            unetc_store8(out + task * 512 + ((panel * 16 + 14) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + 14) * 16 + 8)) + acc2_1);
            unetc_store8(out + task * 512 + (panel * 16 + 15) * 16, unetc_load8(out + task * 512 + (panel * 16 + 15) * 16) + acc3_0);
            unetc_store8(out + task * 512 + ((panel * 16 + 15) * 16 + 8), unetc_load8(out + task * 512 + ((panel * 16 + 15) * 16 + 8)) + acc3_1);
        }
    }
}

/* grad.up.weight: adds up the sums of 32 ranges */
void grad_up_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0]; // [16, 8, 2, 2]
    const float *const sums = (const float *)call->operands[1];
    float *const workspace = (float *)call->workspace;
    (void)task;

    for (int64_t i = 0; i < 512; i += 8) {
        unetc_store8(workspace + i, unetc_load8(sums + i) + unetc_load8(sums + 512 + i) + unetc_load8(sums + 1024 + i) + unetc_load8(sums + 1536 + i) + unetc_load8(sums + 2048 + i) + unetc_load8(sums + 2560 + i) + unetc_load8(sums + 3072 + i) + unetc_load8(sums + 3584 + i) + unetc_load8(sums + 4096 + i) + unetc_load8(sums + 4608 + i) + unetc_load8(sums + 5120 + i) + unetc_load8(sums + 5632 + i) + unetc_load8(sums + 6144 + i) + unetc_load8(sums + 6656 + i) + unetc_load8(sums + 7168 + i) + unetc_load8(sums + 7680 + i) + unetc_load8(sums + 8192 + i) + unetc_load8(sums + 8704 + i) + unetc_load8(sums + 9216 + i) + unetc_load8(sums + 9728 + i) + unetc_load8(sums + 10240 + i) + unetc_load8(sums + 10752 + i) + unetc_load8(sums + 11264 + i) + unetc_load8(sums + 11776 + i) + unetc_load8(sums + 12288 + i) + unetc_load8(sums + 12800 + i) + unetc_load8(sums + 13312 + i) + unetc_load8(sums + 13824 + i) + unetc_load8(sums + 14336 + i) + unetc_load8(sums + 14848 + i) + unetc_load8(sums + 15360 + i) + unetc_load8(sums + 15872 + i));
    }
    for (int64_t k = 0; k < 16; k += 1) {
        for (int64_t lane = 0; lane < 8; lane += 1) {
            for (int64_t tap = 0; tap < 4; tap += 1) {
                out[(k * 8 + lane) * 4 + tap] = workspace[(tap / 2 * 16 + k) * 16 + tap % 2 * 8 + lane];
            }
        }
    }
}

/* example.graph:12: grad.up.bias = channel_sum (backward of up)
 * d_up [N, 8, 64, 64] -> [8]; vector loop
 */
void grad_up_bias_channel_sum(const unetc_call *call, int64_t task) {
    float *const out = (float *)call->operands[0];             // grad.up.bias [8]
    const float *const in0 = (const float *)call->operands[1]; // d_up [N, 8, 64, 64] nchw8c
    const int64_t batch = call->scalars->batch;
    (void)task;

    v8 total = unetc_splat8(0.0f);
    for (int64_t n = 0; n < batch; n += 1) {
        for (int64_t row = 0; row < 64; row += 1) {
            v8 partial0 = unetc_splat8(0.0f);
            v8 partial1 = unetc_splat8(0.0f);
            v8 partial2 = unetc_splat8(0.0f);
            v8 partial3 = unetc_splat8(0.0f);
            for (int64_t x = 0; x < 64; x += 4) {
                partial0 = partial0 + unetc_load8(in0 + n * 65536 + (row * 64 + x) * 8);
                partial1 = partial1 + unetc_load8(in0 + n * 65536 + (row * 64 + x) * 8 + 8);
                partial2 = partial2 + unetc_load8(in0 + n * 65536 + (row * 64 + x) * 8 + 16);
                partial3 = partial3 + unetc_load8(in0 + n * 65536 + (row * 64 + x) * 8 + 24);
            }
            total = total + (partial0 + partial1 + partial2 + partial3);
        }
    }
    unetc_store8(out, total);
}
