/* The net "example".
 *
 *   input   image   [N, 1, 64, 64]
 *   target  mask    [N, 1, 64, 64]
 *   output  logits  [N, 1, 64, 64]
 *   8 parameters of 1785 floats
 *
 * N is the batch. unetc_model_get() (unetc_model.h) returns the tables of model.c: which tensors there are, where each
 * lies, and which kernel runs when. A kernel computes one task of its step; tasks may run in any order and at once.
 */
#ifndef UNETC_GENERATED_MODEL_H
#define UNETC_GENERATED_MODEL_H

#include "unetc_model.h"

/* A shared library's own: else those of another net in the same program might be taken for them. */
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* kernels/enc.c */
void enc_conv_weights(const unetc_call *call, int64_t task);
void enc_conv(const unetc_call *call, int64_t task);
void d_enc_conv_max_unpool(const unetc_call *call, int64_t task);
void grad_enc_weight_conv_weight_gradient(const unetc_call *call, int64_t task);
void grad_enc_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task);

/* kernels/down.c */
void down_max_pool(const unetc_call *call, int64_t task);
void d_down_conv_data_gradient_weights(const unetc_call *call, int64_t task);
void d_down_conv_data_gradient(const unetc_call *call, int64_t task);

/* kernels/low.c */
void low_conv_weights(const unetc_call *call, int64_t task);
void low_conv(const unetc_call *call, int64_t task);
void d_low_conv_conv_weights(const unetc_call *call, int64_t task);
void d_low_conv_conv(const unetc_call *call, int64_t task);
void grad_low_weight_conv_weight_gradient(const unetc_call *call, int64_t task);
void grad_low_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task);

/* kernels/up.c */
void up_conv_transpose_weights(const unetc_call *call, int64_t task);
void up_conv_transpose(const unetc_call *call, int64_t task);
void grad_up_weight_conv_weight_gradient(const unetc_call *call, int64_t task);
void grad_up_weight_conv_weight_gradient_sums(const unetc_call *call, int64_t task);
void grad_up_bias_channel_sum(const unetc_call *call, int64_t task);

/* kernels/logits.c */
void logits_conv(const unetc_call *call, int64_t task);
void d_logits_bce_with_logits_gradient(const unetc_call *call, int64_t task);
void grad_logits_weight_conv_weight_gradient(const unetc_call *call, int64_t task);
void grad_logits_bias_channel_sum(const unetc_call *call, int64_t task);
void d_logits_concat_conv_data_gradient(const unetc_call *call, int64_t task);

/* kernels/loss.c */
void d_loss_one(const unetc_call *call, int64_t task);
void d_loss_bce_with_logits_batch_mean_gradient(const unetc_call *call, int64_t task);
void loss_bce_with_logits_bce_with_logits(const unetc_call *call, int64_t task);
void loss_batch_mean(const unetc_call *call, int64_t task);

/* kernels/optimizers.c */
void update_adam(const unetc_call *call, int64_t task);
void update_adamw(const unetc_call *call, int64_t task);
void update_sgd(const unetc_call *call, int64_t task);
void accumulate_gradient(const unetc_call *call, int64_t task);
void average_parameter(const unetc_call *call, int64_t task);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
