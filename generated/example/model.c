/* example: tables of tensors, steps and plans, from example.graph. */
#include <stddef.h>
#include "model.h"

/* Plan "train": 36 steps over 45 tensors, arena of 5523520 bytes. */

/* number: name, role, region, rank, shape of a sample, batched, kind of parameter, fan-in, offset in the region,
 * bytes, bytes from sample to sample, 1 + number of the tensor that it is a part of, how it is stored: elements,
 * channels side by side */
static const unetc_tensor train_tensors[] = {
    /* 0 */ {"image", UNETC_ROLE_INPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 5242880, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 1 */ {"mask", UNETC_ROLE_TARGET, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 2 */ {"enc.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {8, 1, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 9, 0, 288, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 3 */ {"enc.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 9, 320, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 4 */ {"enc", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 131072, 1966080, 262144, 13, UNETC_ELEMENT_F32, 8},
    /* 5 */ {"down", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 4718592, 262144, 32768, 0, UNETC_ELEMENT_F32, 8},
    /* 6 */ {"low.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 72, 384, 4608, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 7 */ {"low.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {16, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 72, 4992, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 8 */ {"low", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 4194304, 524288, 65536, 0, UNETC_ELEMENT_F32, 8},
    /* 9 */ {"up.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 2, 2}, 0, UNETC_PARAMETER_WEIGHT, 32, 5056, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 10 */ {"up.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 32, 7104, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 11 */ {"up", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 1966080, 262144, 13, UNETC_ELEMENT_F32, 8},
    /* 12 */ {"logits.concat", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 2097152, 262144, 0, UNETC_ELEMENT_F32, 8},
    /* 13 */ {"logits.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {1, 16, 1, 1}, 0, UNETC_PARAMETER_WEIGHT, 16, 7168, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 14 */ {"logits.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {1, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 16, 7232, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 15 */ {"logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 5373952, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 16 */ {"loss.bce_with_logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 1, UNETC_PARAMETER_NONE, 0, 5111808, 32, 4, 0, UNETC_ELEMENT_F32, 1},
    /* 17 */ {"loss", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 5523456, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 18 */ {"d_loss", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 2228288, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 19 */ {"d_loss.bce_with_logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 1, UNETC_PARAMETER_NONE, 0, 2228224, 32, 4, 0, UNETC_ELEMENT_F32, 1},
    /* 20 */ {"d_logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 4980736, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 21 */ {"grad.logits.weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 4, {1, 16, 1, 1}, 0, UNETC_PARAMETER_NONE, 0, 5111872, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 22 */ {"grad.logits.bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 1, {1, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 5111936, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 23 */ {"d_logits.concat", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 2097152, 262144, 0, UNETC_ELEMENT_F32, 8},
    /* 24 */ {"d_up", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 1966080, 262144, 24, UNETC_ELEMENT_F32, 8},
    /* 25 */ {"d_enc.from_logits.concat", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2228224, 1966080, 262144, 24, UNETC_ELEMENT_F32, 8},
    /* 26 */ {"grad.up.weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 4, {16, 8, 2, 2}, 0, UNETC_PARAMETER_NONE, 0, 5046272, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 27 */ {"grad.up.bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 4980736, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 28 */ {"d_low.conv", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 4194304, 524288, 65536, 0, UNETC_ELEMENT_F32, 8},
    /* 29 */ {"grad.low.weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 4, {16, 8, 3, 3}, 0, UNETC_PARAMETER_NONE, 0, 602112, 4608, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 30 */ {"grad.low.bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 1, {16, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 607040, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 31 */ {"d_down", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 4980736, 262144, 32768, 0, UNETC_ELEMENT_F32, 8},
    /* 32 */ {"d_enc.conv", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2228224, 1966080, 262144, 0, UNETC_ELEMENT_F32, 8},
    /* 33 */ {"grad.enc.weight", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 4, {8, 1, 3, 3}, 0, UNETC_PARAMETER_NONE, 0, 606720, 288, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 34 */ {"grad.enc.bias", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 607104, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 35 */ {"enc.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {80, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 2228224, 320, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 36 */ {"low.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {4608, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 2228224, 18432, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 37 */ {"up.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {512, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 2246656, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 38 */ {"grad.up.weight.scratch", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {16384, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 4980736, 65536, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 39 */ {"d_low.conv.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {512, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 5048320, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 40 */ {"grad.low.weight.scratch", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {147968, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 0, 591872, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 41 */ {"d_down.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {4608, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 5505024, 18432, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 42 */ {"grad.enc.weight.scratch", UNETC_ROLE_SCRATCH, UNETC_REGION_ARENA, 1, {2560, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 591872, 10240, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 43 */ {"logits", UNETC_ROLE_OUTPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 5373952, 131072, 16384, 16, UNETC_ELEMENT_F32, 1},
    /* 44 */ {"loss", UNETC_ROLE_LOSS, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 5523456, 4, 0, 18, UNETC_ELEMENT_F32, 1},
};

/* The operands of the steps, results first, as numbers of tensors: a line a step. */
static const int32_t train_operands[] = {
    35, 2, /* 0 enc.prepared, enc.weight */
    4, 0, 35, 3, /* 1 enc, image, enc.prepared, enc.bias */
    5, 4, /* 2 down, enc */
    36, 6, /* 3 low.prepared, low.weight */
    8, 5, 36, 7, /* 4 low, down, low.prepared, low.bias */
    37, 9, /* 5 up.prepared, up.weight */
    11, 8, 37, 10, /* 6 up, low, up.prepared, up.bias */
    15, 12, 13, 14, /* 7 logits, logits.concat, logits.weight, logits.bias */
    18, /* 8 d_loss */
    19, 18, /* 9 d_loss.bce_with_logits, d_loss */
    16, 15, 1, /* 10 loss.bce_with_logits, logits, mask */
    20, 15, 1, 19, /* 11 d_logits, logits, mask, d_loss.bce_with_logits */
    17, 16, /* 12 loss, loss.bce_with_logits */
    21, 20, 12, /* 13 grad.logits.weight, d_logits, logits.concat */
    22, 20, /* 14 grad.logits.bias, d_logits */
    23, 20, 13, /* 15 d_logits.concat, d_logits, logits.weight */
    14, 22, /* 16 logits.bias, grad.logits.bias */
    13, 21, /* 17 logits.weight, grad.logits.weight */
    38, 8, 24, /* 18 grad.up.weight.scratch, low, d_up */
    26, 38, /* 19 grad.up.weight, grad.up.weight.scratch */
    39, 9, /* 20 d_low.conv.prepared, up.weight */
    27, 24, /* 21 grad.up.bias, d_up */
    28, 24, 39, 8, /* 22 d_low.conv, d_up, d_low.conv.prepared, low */
    10, 27, /* 23 up.bias, grad.up.bias */
    9, 26, /* 24 up.weight, grad.up.weight */
    41, 6, /* 25 d_down.prepared, low.weight */
    31, 28, 41, /* 26 d_down, d_low.conv, d_down.prepared */
    32, 31, 4, 25, 4, /* 27 d_enc.conv, d_down, enc, d_enc.from_logits.concat, enc */
    40, 28, 5, /* 28 grad.low.weight.scratch, d_low.conv, down */
    42, 32, 0, /* 29 grad.enc.weight.scratch, d_enc.conv, image */
    29, 40, 30, /* 30 grad.low.weight, grad.low.weight.scratch, grad.low.bias */
    33, 42, 34, /* 31 grad.enc.weight, grad.enc.weight.scratch, grad.enc.bias */
    7, 30, /* 32 low.bias, grad.low.bias */
    6, 29, /* 33 low.weight, grad.low.weight */
    2, 33, /* 34 enc.weight, grad.enc.weight */
    3, 34, /* 35 enc.bias, grad.enc.bias */
};

/* In the order in which they run: name, operation, source, algorithm, phase, kernel, operands (how many, where they
 * begin), tasks (a sample, besides), count, bytes of workspace, FLOPs (a sample, besides), bytes moved (a sample,
 * besides), whether it is a preparation, what it does with each operand, kind, whether it may run beside the one above it,
 * weight of a task, scope (0: each sample, 1: a sum over them, 2: the whole batch), parts of samples that it reads in an
 * operand (1 + which, offset and stride in bytes) */
static const unetc_step train_steps[] = {
    /* 0 */ {"enc#1", "weight panels", "example.graph:9", "weight panels", UNETC_PHASE_FORWARD, enc_conv_weights, 2, &train_operands[0], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PREPARED_WEIGHTS, 0, 7.2e-06, 0, 0, 0, 0},
    /* 1 */ {"enc", "conv + bias + relu", "example.graph:9", "narrow input", UNETC_PHASE_FORWARD, enc_conv, 4, &train_operands[2], 4, 0, 0, 4752, 622592.0, 0.0, 147456.0, 320.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0035394465517241376, 0, 0, 0, 0},
    /* 2 */ {"down", "max_pool", "example.graph:10", "vector loop", UNETC_PHASE_FORWARD, down_max_pool, 2, &train_operands[6], 1, 0, 0, 0, 32768.0, 0.0, 163840.0, 0.0, 0, "wr", UNETC_KIND_POOLING, 0, 0.004096, 0, 0, 0, 0},
    /* 3 */ {"low#1", "winograd weights", "example.graph:11", "winograd weights", UNETC_PHASE_FORWARD, low_conv_weights, 2, &train_operands[8], 0, 1, 0, 5796, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 0.0004608, 0, 0, 0, 0},
    /* 4 */ {"low", "conv + bias + relu", "example.graph:11", "winograd F(4,3)", UNETC_PHASE_FORWARD, low_conv, 4, &train_operands[10], 8, 0, 0, 39936, 2375680.0, 0.0, 98304.0, 4672.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0028810126027397254, 0, 0, 0, 0},
    /* 5 */ {"up#1", "weight panels", "example.graph:12", "weight panels", UNETC_PHASE_FORWARD, up_conv_transpose_weights, 2, &train_operands[14], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 5.12e-05, 0, 0, 0, 0},
    /* 6 */ {"up", "conv_transpose + bias", "example.graph:12", "patch product", UNETC_PHASE_FORWARD, up_conv_transpose, 4, &train_operands[16], 4, 0, 0, 32768, 1048576.0, 0.0, 196608.0, 2080.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.005480349425287356, 0, 0, 0, 0},
    /* 7 */ {"logits", "conv + bias", "example.graph:14", "narrow output", UNETC_PHASE_FORWARD, logits_conv, 4, &train_operands[20], 4, 0, 0, 4096, 131072.0, 0.0, 278528.0, 68.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0038585936781609194, 0, 0, 0, 0},
    /* 8 */ {"d_loss", "one", "example.graph:15", "constant", UNETC_PHASE_BACKWARD, d_loss_one, 1, &train_operands[24], 0, 1, 0, 0, 0.0, 0.0, 0.0, 4.0, 0, "w", UNETC_KIND_LOSS, 1, 1e-07, 0, 0, 0, 0},
    /* 9 */ {"d_loss.bce_with_logits", "batch_mean_gradient", "example.graph:15", "loop", UNETC_PHASE_BACKWARD, d_loss_bce_with_logits_batch_mean_gradient, 2, &train_operands[25], 1, 0, 0, 0, 1.0, 0.0, 4.0, 4.0, 0, "wr", UNETC_KIND_LOSS, 0, 1.125e-07, 2, 0, 0, 0},
    /* 10 */ {"loss.bce_with_logits", "bce_with_logits", "example.graph:15", "vector loop", UNETC_PHASE_FORWARD, loss_bce_with_logits_bce_with_logits, 3, &train_operands[27], 1, 0, 0, 0, 36864.0, 0.0, 32772.0, 0.0, 0, "wrr", UNETC_KIND_LOSS, 0, 0.0008193, 0, 0, 0, 0},
    /* 11 */ {"d_logits", "bce_with_logits_gradient", "example.graph:15", "vector loop", UNETC_PHASE_BACKWARD, d_logits_bce_with_logits_gradient, 4, &train_operands[30], 1, 0, 0, 0, 24576.0, 0.0, 49156.0, 0.0, 0, "wrrr", UNETC_KIND_LOSS, 1, 0.0012289, 0, 0, 0, 0},
    /* 12 */ {"loss", "batch_mean", "example.graph:15", "loop", UNETC_PHASE_FORWARD, loss_batch_mean, 2, &train_operands[34], 0, 1, 0, 0, 1.0, 0.0, 4.0, 4.0, 0, "wr", UNETC_KIND_LOSS, 0, 9e-07, 2, 0, 0, 0},
    /* 13 */ {"grad.logits.weight", "conv_weight_gradient", "example.graph:14", "narrow output", UNETC_PHASE_BACKWARD, grad_logits_weight_conv_weight_gradient, 3, &train_operands[36], 0, 2, 0, 32, 131072.0, 0.0, 278528.0, 64.0, 0, "wrr", UNETC_KIND_WEIGHT_GRADIENT, 1, 0.06173749885057471, 1, 0, 0, 0},
    /* 14 */ {"grad.logits.bias", "channel_sum", "example.graph:14", "vector loop", UNETC_PHASE_BACKWARD, grad_logits_bias_channel_sum, 2, &train_operands[39], 0, 1, 0, 0, 4096.0, 0.0, 16384.0, 4.0, 0, "wr", UNETC_KIND_BIAS_GRADIENT, 1, 0.0032769, 1, 0, 0, 0},
    /* 15 */ {"d_logits.concat", "conv_data_gradient", "example.graph:14", "narrow output", UNETC_PHASE_BACKWARD, d_logits_concat_conv_data_gradient, 3, &train_operands[41], 2, 0, 0, 0, 131072.0, 0.0, 278528.0, 64.0, 0, "wrr", UNETC_KIND_DATA_GRADIENT, 1, 0.007717187356321839, 0, 0, 0, 0},
    /* 16 */ {"update.logits.bias", "update", "example.graph:14", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[44], 0, 1, 1, 0, 0.0, 12.0, 0.0, 28.0, 0, "ur", UNETC_KIND_UPDATE, 0, 7e-07, 0, 0, 0, 0},
    /* 17 */ {"update.logits.weight", "update", "example.graph:14", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[46], 0, 1, 16, 0, 0.0, 192.0, 0.0, 448.0, 0, "ur", UNETC_KIND_UPDATE, 1, 1.12e-05, 0, 0, 0, 0},
    /* 18 */ {"grad.up.weight#1", "patch product", "example.graph:12", "patch product", UNETC_PHASE_BACKWARD, grad_up_weight_conv_weight_gradient, 3, &train_operands[48], 0, 32, 0, 12288, 1048576.0, 0.0, 196608.0, 2048.0, 0, "urr", UNETC_KIND_WEIGHT_GRADIENT, 1, 0.005430749425287356, 1, 0, 0, 0},
    /* 19 */ {"grad.up.weight", "conv_weight_gradient", "example.graph:12", "sums", UNETC_PHASE_BACKWARD, grad_up_weight_conv_weight_gradient_sums, 2, &train_operands[51], 0, 1, 0, 2048, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PARTIAL_SUMS, 0, 0.0016384, 1, 0, 0, 0},
    /* 20 */ {"d_low.conv#1", "weight panels", "example.graph:11", "weight panels", UNETC_PHASE_BACKWARD, d_low_conv_conv_weights, 2, &train_operands[53], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 5.12e-05, 0, 0, 0, 0},
    /* 21 */ {"grad.up.bias", "channel_sum", "example.graph:12", "vector loop", UNETC_PHASE_BACKWARD, grad_up_bias_channel_sum, 2, &train_operands[55], 0, 1, 0, 0, 32768.0, 0.0, 131072.0, 32.0, 0, "wr", UNETC_KIND_BIAS_GRADIENT, 0, 0.0262152, 1, 0, 0, 0},
    /* 22 */ {"d_low.conv", "conv + relu_gradient", "example.graph:11", "patch product", UNETC_PHASE_BACKWARD, d_low_conv_conv, 4, &train_operands[57], 4, 0, 0, 49152, 1064960.0, 0.0, 262144.0, 2048.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 1, 0.005480349425287356, 0, 0, 0, 0},
    /* 23 */ {"update.up.bias", "update", "example.graph:12", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[61], 0, 1, 8, 0, 0.0, 96.0, 0.0, 224.0, 0, "ur", UNETC_KIND_UPDATE, 0, 5.6e-06, 0, 0, 0, 0},
    /* 24 */ {"update.up.weight", "update", "example.graph:12", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[63], 0, 1, 512, 0, 0.0, 6144.0, 0.0, 14336.0, 0, "ur", UNETC_KIND_UPDATE, 1, 0.0003584, 0, 0, 0, 0},
    /* 25 */ {"d_down#1", "winograd weights", "example.graph:11", "winograd weights", UNETC_PHASE_BACKWARD, d_down_conv_data_gradient_weights, 2, &train_operands[65], 0, 1, 0, 3456, 0.0, 0.0, 0.0, 0.0, 0, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 0.0004608, 0, 0, 0, 0},
    /* 26 */ {"d_down", "conv_data_gradient", "example.graph:11", "winograd F(4,3)", UNETC_PHASE_BACKWARD, d_down_conv_data_gradient, 3, &train_operands[67], 8, 0, 0, 39936, 2359296.0, 0.0, 98304.0, 4608.0, 0, "wrr", UNETC_KIND_DATA_GRADIENT, 0, 0.002650612602739726, 0, 0, 0, 0},
    /* 27 */ {"d_enc.conv", "max_unpool + add + relu_gradient", "example.graph:9", "vector loop", UNETC_PHASE_BACKWARD, d_enc_conv_max_unpool, 5, &train_operands[70], 1, 0, 0, 0, 98304.0, 0.0, 557056.0, 0.0, 0, "wrrrr", UNETC_KIND_POOLING, 0, 0.0139264, 0, 0, 0, 0},
    /* 28 */ {"grad.low.weight#1", "winograd F(4,3)", "example.graph:11", "winograd F(4,3)", UNETC_PHASE_BACKWARD, grad_low_weight_conv_weight_gradient, 3, &train_operands[75], 0, 32, 0, 125248, 2359296.0, 0.0, 98304.0, 4672.0, 0, "urr", UNETC_KIND_WEIGHT_GRADIENT, 0, 0.0056307514754098354, 1, 0, 0, 0},
    /* 29 */ {"grad.enc.weight#1", "narrow input", "example.graph:9", "narrow input", UNETC_PHASE_BACKWARD, grad_enc_weight_conv_weight_gradient, 3, &train_operands[78], 0, 32, 0, 4752, 589824.0, 0.0, 147456.0, 320.0, 0, "urr", UNETC_KIND_WEIGHT_GRADIENT, 1, 0.003531671551724138, 1, 0, 0, 0},
    /* 30 */ {"grad.low.weight", "conv_weight_gradient with channel_sum", "example.graph:11", "winograd sums", UNETC_PHASE_BACKWARD, grad_low_weight_conv_weight_gradient_sums, 3, &train_operands[81], 0, 1, 0, 21888, 0.0, 0.0, 0.0, 0.0, 0, "wrw", UNETC_KIND_PARTIAL_SUMS, 0, 0.0147968, 1, 0, 0, 0},
    /* 31 */ {"grad.enc.weight", "conv_weight_gradient with channel_sum", "example.graph:9", "sums", UNETC_PHASE_BACKWARD, grad_enc_weight_conv_weight_gradient_sums, 3, &train_operands[84], 0, 1, 0, 320, 0.0, 0.0, 0.0, 0.0, 0, "wrw", UNETC_KIND_PARTIAL_SUMS, 1, 0.000256, 1, 0, 0, 0},
    /* 32 */ {"update.low.bias", "update", "example.graph:11", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[87], 0, 1, 16, 0, 0.0, 192.0, 0.0, 448.0, 0, "ur", UNETC_KIND_UPDATE, 0, 1.12e-05, 0, 0, 0, 0},
    /* 33 */ {"update.low.weight", "update", "example.graph:11", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[89], 0, 1, 1152, 0, 0.0, 13824.0, 0.0, 32256.0, 0, "ur", UNETC_KIND_UPDATE, 1, 0.0008064, 0, 0, 0, 0},
    /* 34 */ {"update.enc.weight", "update", "example.graph:9", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[91], 0, 1, 72, 0, 0.0, 864.0, 0.0, 2016.0, 0, "ur", UNETC_KIND_UPDATE, 1, 5.04e-05, 0, 0, 0, 0},
    /* 35 */ {"update.enc.bias", "update", "example.graph:9", "vector loop", UNETC_PHASE_UPDATE, NULL, 2, &train_operands[93], 0, 1, 8, 0, 0.0, 96.0, 0.0, 224.0, 0, "ur", UNETC_KIND_UPDATE, 1, 5.6e-06, 0, 0, 0, 0},
};


/* Plan "infer": 8 steps over 19 tensors, arena of 2883584 bytes. */

/* number: name, role, region, rank, shape of a sample, batched, kind of parameter, fan-in, offset in the region,
 * bytes, bytes from sample to sample, 1 + number of the tensor that it is a part of, how it is stored: elements,
 * channels side by side */
static const unetc_tensor infer_tensors[] = {
    /* 0 */ {"image", UNETC_ROLE_INPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 1 */ {"enc.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {8, 1, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 9, 0, 288, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 2 */ {"enc.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 9, 320, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 3 */ {"enc", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 131072, 1966080, 262144, 12, UNETC_ELEMENT_F32, 8},
    /* 4 */ {"down", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 2621440, 262144, 32768, 0, UNETC_ELEMENT_F32, 8},
    /* 5 */ {"low.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 72, 384, 4608, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 6 */ {"low.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {16, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 72, 4992, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 7 */ {"low", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 524288, 65536, 0, UNETC_ELEMENT_F32, 8},
    /* 8 */ {"up.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 2, 2}, 0, UNETC_PARAMETER_WEIGHT, 32, 5056, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 9 */ {"up.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 32, 7104, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 10 */ {"up", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 1966080, 262144, 12, UNETC_ELEMENT_F32, 8},
    /* 11 */ {"logits.concat", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 2097152, 262144, 0, UNETC_ELEMENT_F32, 8},
    /* 12 */ {"logits.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {1, 16, 1, 1}, 0, UNETC_PARAMETER_WEIGHT, 16, 7168, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 13 */ {"logits.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {1, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 16, 7232, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 14 */ {"logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 15 */ {"enc.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {80, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 0, 320, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 16 */ {"low.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {4608, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 320, 18432, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 17 */ {"up.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {512, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 18752, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 18 */ {"logits", UNETC_ROLE_OUTPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 15, UNETC_ELEMENT_F32, 1},
};

/* The operands of the steps, results first, as numbers of tensors: a line a step. */
static const int32_t infer_operands[] = {
    15, 1, /* 0 enc.prepared, enc.weight */
    3, 0, 15, 2, /* 1 enc, image, enc.prepared, enc.bias */
    4, 3, /* 2 down, enc */
    16, 5, /* 3 low.prepared, low.weight */
    7, 4, 16, 6, /* 4 low, down, low.prepared, low.bias */
    17, 8, /* 5 up.prepared, up.weight */
    10, 7, 17, 9, /* 6 up, low, up.prepared, up.bias */
    14, 11, 12, 13, /* 7 logits, logits.concat, logits.weight, logits.bias */
};

/* In the order in which they run: name, operation, source, algorithm, phase, kernel, operands (how many, where they
 * begin), tasks (a sample, besides), count, bytes of workspace, FLOPs (a sample, besides), bytes moved (a sample,
 * besides), whether it is a preparation, what it does with each operand, kind, whether it may run beside the one above it,
 * weight of a task, scope (0: each sample, 1: a sum over them, 2: the whole batch), parts of samples that it reads in an
 * operand (1 + which, offset and stride in bytes) */
static const unetc_step infer_steps[] = {
    /* 0 */ {"enc#1", "weight panels", "example.graph:9", "weight panels", UNETC_PHASE_FORWARD, enc_conv_weights, 2, &infer_operands[0], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 0, 7.2e-06, 0, 0, 0, 0},
    /* 1 */ {"enc", "conv + bias + relu", "example.graph:9", "narrow input", UNETC_PHASE_FORWARD, enc_conv, 4, &infer_operands[2], 4, 0, 0, 4752, 622592.0, 0.0, 147456.0, 320.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.003538771551724138, 0, 0, 0, 0},
    /* 2 */ {"down", "max_pool", "example.graph:10", "vector loop", UNETC_PHASE_FORWARD, down_max_pool, 2, &infer_operands[6], 1, 0, 0, 0, 32768.0, 0.0, 163840.0, 0.0, 0, "wr", UNETC_KIND_POOLING, 0, 0.004096, 0, 0, 0, 0},
    /* 3 */ {"low#1", "winograd weights", "example.graph:11", "winograd weights", UNETC_PHASE_FORWARD, low_conv_weights, 2, &infer_operands[8], 0, 1, 0, 5796, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 0.0004608, 0, 0, 0, 0},
    /* 4 */ {"low", "conv + bias + relu", "example.graph:11", "winograd F(4,3)", UNETC_PHASE_FORWARD, low_conv, 4, &infer_operands[10], 8, 0, 0, 39936, 2375680.0, 0.0, 98304.0, 4672.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0028594126027397257, 0, 0, 0, 0},
    /* 5 */ {"up#1", "weight panels", "example.graph:12", "weight panels", UNETC_PHASE_FORWARD, up_conv_transpose_weights, 2, &infer_operands[14], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 0, 5.12e-05, 0, 0, 0, 0},
    /* 6 */ {"up", "conv_transpose + bias", "example.graph:12", "patch product", UNETC_PHASE_FORWARD, up_conv_transpose, 4, &infer_operands[16], 4, 0, 0, 32768, 1048576.0, 0.0, 196608.0, 2080.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.005475549425287356, 0, 0, 0, 0},
    /* 7 */ {"logits", "conv + bias", "example.graph:14", "narrow output", UNETC_PHASE_FORWARD, logits_conv, 4, &infer_operands[20], 4, 0, 0, 4096, 131072.0, 0.0, 278528.0, 68.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0038584436781609194, 0, 0, 0, 0},
};


/* Plan "forward": 10 steps over 23 tensors, arena of 3014656 bytes. */

/* number: name, role, region, rank, shape of a sample, batched, kind of parameter, fan-in, offset in the region,
 * bytes, bytes from sample to sample, 1 + number of the tensor that it is a part of, how it is stored: elements,
 * channels side by side */
static const unetc_tensor forward_tensors[] = {
    /* 0 */ {"image", UNETC_ROLE_INPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 1 */ {"mask", UNETC_ROLE_TARGET, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2883584, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 2 */ {"enc.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {8, 1, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 9, 0, 288, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 3 */ {"enc.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 9, 320, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 4 */ {"enc", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 131072, 1966080, 262144, 13, UNETC_ELEMENT_F32, 8},
    /* 5 */ {"down", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 2621440, 262144, 32768, 0, UNETC_ELEMENT_F32, 8},
    /* 6 */ {"low.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 3, 3}, 0, UNETC_PARAMETER_WEIGHT, 72, 384, 4608, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 7 */ {"low.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {16, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 72, 4992, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 8 */ {"low", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 32, 32, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 524288, 65536, 0, UNETC_ELEMENT_F32, 8},
    /* 9 */ {"up.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {16, 8, 2, 2}, 0, UNETC_PARAMETER_WEIGHT, 32, 5056, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 10 */ {"up.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {8, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 32, 7104, 32, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 11 */ {"up", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {8, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 1966080, 262144, 13, UNETC_ELEMENT_F32, 8},
    /* 12 */ {"logits.concat", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {16, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 2097152, 262144, 0, UNETC_ELEMENT_F32, 8},
    /* 13 */ {"logits.weight", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 4, {1, 16, 1, 1}, 0, UNETC_PARAMETER_WEIGHT, 16, 7168, 64, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 14 */ {"logits.bias", UNETC_ROLE_PARAMETER, UNETC_REGION_PARAMETERS, 1, {1, 0, 0, 0}, 0, UNETC_PARAMETER_BIAS, 16, 7232, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 15 */ {"logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 0, UNETC_ELEMENT_F32, 1},
    /* 16 */ {"loss.bce_with_logits", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 1, UNETC_PARAMETER_NONE, 0, 0, 32, 4, 0, UNETC_ELEMENT_F32, 1},
    /* 17 */ {"loss", UNETC_ROLE_VALUE, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 64, 4, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 18 */ {"enc.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {80, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 0, 320, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 19 */ {"low.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {4608, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 320, 18432, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 20 */ {"up.prepared", UNETC_ROLE_SCRATCH, UNETC_REGION_PREPARED, 1, {512, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 18752, 2048, 0, 0, UNETC_ELEMENT_F32, 1},
    /* 21 */ {"logits", UNETC_ROLE_OUTPUT, UNETC_REGION_ARENA, 3, {1, 64, 64, 0}, 1, UNETC_PARAMETER_NONE, 0, 2097152, 131072, 16384, 16, UNETC_ELEMENT_F32, 1},
    /* 22 */ {"loss", UNETC_ROLE_LOSS, UNETC_REGION_ARENA, 0, {0, 0, 0, 0}, 0, UNETC_PARAMETER_NONE, 0, 64, 4, 0, 18, UNETC_ELEMENT_F32, 1},
};

/* The operands of the steps, results first, as numbers of tensors: a line a step. */
static const int32_t forward_operands[] = {
    18, 2, /* 0 enc.prepared, enc.weight */
    4, 0, 18, 3, /* 1 enc, image, enc.prepared, enc.bias */
    5, 4, /* 2 down, enc */
    19, 6, /* 3 low.prepared, low.weight */
    8, 5, 19, 7, /* 4 low, down, low.prepared, low.bias */
    20, 9, /* 5 up.prepared, up.weight */
    11, 8, 20, 10, /* 6 up, low, up.prepared, up.bias */
    15, 12, 13, 14, /* 7 logits, logits.concat, logits.weight, logits.bias */
    16, 15, 1, /* 8 loss.bce_with_logits, logits, mask */
    17, 16, /* 9 loss, loss.bce_with_logits */
};

/* In the order in which they run: name, operation, source, algorithm, phase, kernel, operands (how many, where they
 * begin), tasks (a sample, besides), count, bytes of workspace, FLOPs (a sample, besides), bytes moved (a sample,
 * besides), whether it is a preparation, what it does with each operand, kind, whether it may run beside the one above it,
 * weight of a task, scope (0: each sample, 1: a sum over them, 2: the whole batch), parts of samples that it reads in an
 * operand (1 + which, offset and stride in bytes) */
static const unetc_step forward_steps[] = {
    /* 0 */ {"enc#1", "weight panels", "example.graph:9", "weight panels", UNETC_PHASE_FORWARD, enc_conv_weights, 2, &forward_operands[0], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 0, 7.2e-06, 0, 0, 0, 0},
    /* 1 */ {"enc", "conv + bias + relu", "example.graph:9", "narrow input", UNETC_PHASE_FORWARD, enc_conv, 4, &forward_operands[2], 4, 0, 0, 4752, 622592.0, 0.0, 147456.0, 320.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.003538771551724138, 0, 0, 0, 0},
    /* 2 */ {"down", "max_pool", "example.graph:10", "vector loop", UNETC_PHASE_FORWARD, down_max_pool, 2, &forward_operands[6], 1, 0, 0, 0, 32768.0, 0.0, 163840.0, 0.0, 0, "wr", UNETC_KIND_POOLING, 0, 0.004096, 0, 0, 0, 0},
    /* 3 */ {"low#1", "winograd weights", "example.graph:11", "winograd weights", UNETC_PHASE_FORWARD, low_conv_weights, 2, &forward_operands[8], 0, 1, 0, 5796, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 1, 0.0004608, 0, 0, 0, 0},
    /* 4 */ {"low", "conv + bias + relu", "example.graph:11", "winograd F(4,3)", UNETC_PHASE_FORWARD, low_conv, 4, &forward_operands[10], 8, 0, 0, 39936, 2375680.0, 0.0, 98304.0, 4672.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0028594126027397257, 0, 0, 0, 0},
    /* 5 */ {"up#1", "weight panels", "example.graph:12", "weight panels", UNETC_PHASE_FORWARD, up_conv_transpose_weights, 2, &forward_operands[14], 0, 1, 0, 0, 0.0, 0.0, 0.0, 0.0, 1, "wr", UNETC_KIND_PREPARED_WEIGHTS, 0, 5.12e-05, 0, 0, 0, 0},
    /* 6 */ {"up", "conv_transpose + bias", "example.graph:12", "patch product", UNETC_PHASE_FORWARD, up_conv_transpose, 4, &forward_operands[16], 4, 0, 0, 32768, 1048576.0, 0.0, 196608.0, 2080.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.005475549425287356, 0, 0, 0, 0},
    /* 7 */ {"logits", "conv + bias", "example.graph:14", "narrow output", UNETC_PHASE_FORWARD, logits_conv, 4, &forward_operands[20], 4, 0, 0, 4096, 131072.0, 0.0, 278528.0, 68.0, 0, "wrrr", UNETC_KIND_CONVOLUTION, 0, 0.0038584436781609194, 0, 0, 0, 0},
    /* 8 */ {"loss.bce_with_logits", "bce_with_logits", "example.graph:15", "vector loop", UNETC_PHASE_FORWARD, loss_bce_with_logits_bce_with_logits, 3, &forward_operands[24], 1, 0, 0, 0, 36864.0, 0.0, 32772.0, 0.0, 0, "wrr", UNETC_KIND_LOSS, 0, 0.0008193, 0, 0, 0, 0},
    /* 9 */ {"loss", "batch_mean", "example.graph:15", "loop", UNETC_PHASE_FORWARD, loss_batch_mean, 2, &forward_operands[27], 0, 1, 0, 0, 1.0, 0.0, 4.0, 4.0, 0, "wr", UNETC_KIND_LOSS, 0, 9e-07, 2, 0, 0, 0},
};

static const unetc_plan plans[] = {
    {"train", 45, train_tensors, 36, train_steps, 5523520, 0, 0, 0, 8, NULL, UNETC_PLAN_TRAIN},
    {"infer", 19, infer_tensors, 8, infer_steps, 2883584, 20800, 18432, 0, 8, NULL, UNETC_PLAN_INFER},
    {"forward", 23, forward_tensors, 10, forward_steps, 3014656, 20800, 18432, 0, 8, NULL, UNETC_PLAN_FORWARD},
};

static const unetc_optimizer optimizers[] = {
    {"adam", 2, update_adam},
    {"adamw", 2, update_adamw},
    {"sgd", 1, update_sgd},
};

static const char *processor_fault(void) {
#if defined(__x86_64__) && defined(__AVX512F__)
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return "this model was compiled for a processor with AVX-512, which this one is not; compile it on this "
               "machine, or with --target x86-64-v3";
#endif
#if defined(__x86_64__) && defined(__AVX2__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2"))
        return "this model was compiled for a processor with AVX2 and FMA, which this one is not; compile it on "
               "this machine, or with --target x86-64";
#endif
    return NULL;
}

static const char *prepare(void) {
    const char *fault = processor_fault();
    return fault;
}

static const unetc_model model = {
    .magic = UNETC_MODEL_MAGIC,
    .abi = UNETC_MODEL_ABI,
    .graph_name = "example",
    .graph_source = "// The smallest net that has all the parts of a U-Net, to see what the compiler makes of it: one level down and up again,\n"
    "// with the finer maps put beside those from below.\n"
    "//\n"
    "//     unetc compile generated/example.graph --target x86-64-v3\n"
    "graph example(width = 8, size = 64) {\n"
    "  input  image: [1, size, size]\n"
    "  target mask:  [1, size, size]\n"
    "\n"
    "  enc  = relu(conv(image, width, kernel: 3, padding: same))\n"
    "  down = max_pool(enc, kernel: 2)\n"
    "  low  = relu(conv(down, 2 * width, kernel: 3, padding: same))\n"
    "  up   = conv_transpose(low, width, kernel: 2, stride: 2)\n"
    "\n"
    "  output logits = conv(concat(up, enc), 1, kernel: 1)\n"
    "  loss bce_with_logits(logits, mask)\n"
    "  train { optimizer: adam(lr: 1e-3)   batch: 8   epochs: 10 }\n"
    "}\n"
    "",
    .metadata = "{\"compiler\": \"0.1.0\", \"target\": \"x86-64-v3\", \"precision\": \"f32\", \"vector_width\": 8, \"source\": \"example.graph\", \"parameters\": {}, \"train\": {\"optimizer\": \"adam\", \"lr\": 0.001, \"beta1\": 0.9, \"beta2\": 0.999, \"eps\": 1e-08, \"weight_decay\": 0.0, \"momentum\": 0.0, \"batch\": 8, \"epochs\": 10, \"init\": \"he\", \"seed\": 0, \"schedule\": \"constant\", \"warmup\": 0.0, \"accumulate\": 1}, \"step_batch\": null, \"memory_budget\": null, \"splits_batches\": true, \"obstacle_to_splitting\": null, \"inputs\": [\"image\"], \"targets\": [{\"name\": \"mask\", \"kind\": \"values\"}], \"outputs\": [\"logits\"]}",
    .graph_hash = "3da7f5b8cc0c9072",
    .batch_capacity = 8,
    .parameter_bytes = 7296,
    .plan_count = 3,
    .plans = plans,
    .optimizer_count = 3,
    .optimizers = optimizers,
    .prepare = prepare,
    .update_chunk = 16384,
    .accumulate = accumulate_gradient,
    .average = average_parameter,
};

const unetc_model *unetc_model_get(void) { return &model; }
