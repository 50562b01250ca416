/* Rows of pixels as numbers, and numbers as a net is fed them. */
#ifndef UNETC_PICTURE_NUMBERS_H
#define UNETC_PICTURE_NUMBERS_H

#include "unetc_picture_net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a number of a row. */
typedef enum unetc_depth { UNETC_DEPTH_BYTES = 1, UNETC_DEPTH_WORDS = 2, UNETC_DEPTH_FLOATS = 4 } unetc_depth;

/* How the pixels of a format become rows of numbers for a net. */
typedef struct unetc_pixels {
    /* Numbers of a pixel, and what holds one of them; whether blue comes first. */
    int32_t stored_channels;
    unetc_depth stored_depth;
    int32_t is_reversed;
    /* Of a row before colours become gray: a row of numbers takes that many a pixel meanwhile. */
    int32_t kept_channels;
    /* Of a row in the end: 1 for gray also where the net takes 3. */
    int32_t channels;
    unetc_depth depth;
    /* The net's span for such numbers, and whether those outside of it are not cut. */
    unetc_span span;
    int32_t is_open;
} unetc_pixels;

/* UNETC_STATUS_BAD_FORMAT where they do not fit the net. */
unetc_status unetc_pixels_init(unetc_pixels *pixels, const unetc_picture_net *net, unetc_format format);
/* A row of `width` pixels as numbers, the channels of each side by side: in `numbers`, or where the pixels are themselves. */
const void *unetc_pixels_row(const unetc_pixels *pixels, const void *row, ptrdiff_t width, void *numbers);

/* Of a row of numbers those of a channel of the net as units: 0 and 1 are the span's ends. */
void unetc_pixels_units(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t channel, ptrdiff_t width, float *units);

/* ITU-R 601 luma in Pillow's fixed point. */
static inline uint32_t unetc_luma_whole(uint32_t red, uint32_t green, uint32_t blue) {
    /* Fits 32 bits for numbers of 16. */
    return (red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16;
}

/* The same of floats: equal red, green and blue stay what they are. */
static inline float unetc_luma_float(float red, float green, float blue) {
    return (float)(((double)red * 19595 + (double)green * 38470 + (double)blue * 7471) / 65536);
}

/* Luma of pixels whose red, green and blue lie side by side; `luma` may be where `rgb` is. */
void unetc_luma(unetc_depth depth, const void *rgb, ptrdiff_t count, void *luma);

/* A number as the net is fed: 0 at `low`, 1 at `width` above that; cut to that unless it is open. */
static inline float unetc_unit(float number, float low, float width, int32_t is_open) {
    float unit = (number - low) / width;
    if (is_open) return unit;
    unit = 0 >= unit ? 0 : unit;
    return 1 < unit ? 1 : unit;
}

/* The same of `count` numbers, each `step` behind the one before. */
void unetc_units(
    unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count, unetc_span span, int32_t is_open,
    float *units);

/* Scales numbers of a channel. */
void unetc_scale_numbers(unetc_scale scale, float *numbers, ptrdiff_t count);
/* What makes numbers of a span what they are in the picture. */
unetc_scale unetc_scale_undoing(unetc_span span);

/* Mean and spread of numbers that come in pieces, whose sums lose nothing where the mean is large (Chan, Golub and LeVeque,
 * "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979). All zero before the first. */
typedef struct unetc_moments {
    uint64_t count;
    double mean;
    /* Squares of differences from the mean, summed up. */
    double squares;
} unetc_moments;

/* Of `count` numbers, each `step` behind the one before. */
unetc_moments unetc_moments_of(unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count);
void unetc_moments_add(unetc_moments *moments, const unetc_moments *more);
/* The root of the mean square difference from the mean. */
double unetc_moments_deviation(const unetc_moments *moments);
/* The scale that a picture with such numbers gets; where all are the same the deviation is 1. */
unetc_scale unetc_moments_scale(const unetc_moments *moments, unetc_span span);

/* Adds a row of numbers to the moments, one for each channel of the row. */
void unetc_pixels_observe(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t width, unetc_moments *moments);
/* What the units of a channel of the net are scaled by; 0 where they stay. The moments count for UNETC_NORMALIZE_PER_PICTURE. */
int32_t unetc_pixels_scale(
    const unetc_pixels *pixels, const unetc_picture_net *net, const unetc_moments *moments, ptrdiff_t channel,
    unetc_scale *scale);

#ifdef __cplusplus
}
#endif

#endif
