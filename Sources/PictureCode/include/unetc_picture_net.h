/* What there is to know of a net whose inputs are pictures and whose outputs speak of pixels. */
#ifndef UNETC_PICTURE_NET_H
#define UNETC_PICTURE_NET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What functions return. */
typedef enum unetc_status {
    UNETC_STATUS_OK = 0,
    /* A pointer is NULL that must not be. */
    UNETC_STATUS_NO_MEMORY,
    /* The net's description contradicts itself. */
    UNETC_STATUS_BAD_NET,
    /* Sides must be from 1 to UNETC_SIDE_MAX, and what they take must not go beyond size_t. */
    UNETC_STATUS_BAD_SIZE,
    /* No such format, or one of other channels than the net takes: colours fit nets of 1 and 3 channels, those with alpha also
     * nets of 4; gray fits nets of 1 and 3; bands fit all. */
    UNETC_STATUS_BAD_FORMAT,
    /* Rows would lie over each other. */
    UNETC_STATUS_BAD_STRIDE,
    /* The net's output has infinities, or what is no number. */
    UNETC_STATUS_NOT_FINITE,
    /* A callback has said to stop. */
    UNETC_STATUS_STOPPED
} unetc_status;

/* The most pixels of a side. */
#define UNETC_SIDE_MAX ((ptrdiff_t)1 << 28)

/* Numbers of a pixel lie side by side. Those of 16 bits and floats are as the machine has them, at any address. Floats that
 * are not finite count as 0. */
typedef enum unetc_format {
    UNETC_FORMAT_GRAY8 = 0,
    UNETC_FORMAT_RGB8,
    UNETC_FORMAT_BGR8,
    /* Alpha is left out, unless the net takes 4 channels. */
    UNETC_FORMAT_RGBA8,
    UNETC_FORMAT_BGRA8,
    UNETC_FORMAT_GRAY16,
    UNETC_FORMAT_RGB16,
    UNETC_FORMAT_GRAYF32,
    UNETC_FORMAT_RGBF32,
    /* As many numbers a pixel as the net has channels. */
    UNETC_FORMAT_BANDS8,
    UNETC_FORMAT_BANDS16,
    UNETC_FORMAT_BANDSF32
} unetc_format;

/* What a net learns. */
typedef enum unetc_task {
    /* Object or background: one logit a pixel. */
    UNETC_TASK_MASK = 0,
    /* One of up to 255 classes: a logit a class and pixel. */
    UNETC_TASK_CLASSES,
    /* Up to 8 labels, any of which a pixel may have: a logit a label and pixel. */
    UNETC_TASK_LABELS,
    /* A picture of numbers from 0 to 1. */
    UNETC_TASK_RECONSTRUCTION
} unetc_task;

/* What the net is fed in place of numbers from 0 to 1. */
typedef enum unetc_normalization {
    /* These numbers themselves. */
    UNETC_NORMALIZE_RANGE = 0,
    /* Numbers as the picture has them. */
    UNETC_NORMALIZE_NONE,
    /* What the net's scales make of them. */
    UNETC_NORMALIZE_SCALES,
    /* What scales make of them that come from mean and spread of the picture's own numbers, a channel each. */
    UNETC_NORMALIZE_PER_PICTURE
} unetc_normalization;

/* The numbers of a picture that become 0 and 1. */
typedef struct unetc_span {
    double low;
    /* Above `low`. */
    double high;
} unetc_span;

/* What is subtracted from a channel's numbers, of which 0 and 1 are the span's ends, and what they are then divided by. */
typedef struct unetc_scale {
    double mean;
    /* Above 0. */
    double deviation;
} unetc_scale;

/* What there is to know of a net for pictures to come in and masks to come out. */
typedef struct unetc_picture_net {
    /* Of the input, [channels, height, width]. */
    int32_t channels, height, width;
    /* Of the output, which says something of the middle of a mask where it is smaller than masks. */
    int32_t output_channels, output_height, output_width;
    int32_t mask_height, mask_width;
    unetc_task task;
    /* A pixel is object, or has a label, from this probability on. */
    float threshold;
    /* Of pictures of 8 bits, of 16 bits and of floats. */
    unetc_span bytes, words, floats;
    /* Whether pictures of 16 bits are read as their high bytes. */
    int32_t high_bytes;
    unetc_normalization normalization;
    /* One a channel, for UNETC_NORMALIZE_SCALES. */
    const unetc_scale *scales;
} unetc_picture_net;

#ifdef __cplusplus
}
#endif

#endif
