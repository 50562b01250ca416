/* What a net's outputs say, as numbers from 0 to 1 and as labels. */
#ifndef UNETC_PICTURE_VALUES_H
#define UNETC_PICTURE_VALUES_H

#include "unetc_picture_net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* e to the power of `x`, of the same bits on all machines. */
double unetc_exponential(double x);

/* Turns outputs [channels, count] into probabilities, or the numbers of a picture, in place. What is no number becomes 0, or
 * the same probability for all classes. */
void unetc_make_values(unetc_task task, float *outputs, ptrdiff_t channels, ptrdiff_t count);

/* What pixels with such values are: 1 for object, 0 for background; their classes, of equal ones the first; or a bit for each
 * label they have. A reconstruction has none. */
void unetc_make_labels(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *labels);

/* The same as bytes of a mask, 255 for object; of a reconstruction its numbers, the channels of a pixel side by side. */
void unetc_make_mask(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *mask);

/* A number from 0 to 1 as a whole one from 0 to `most`, halves away from 0. */
static inline uint32_t unetc_rounded(float value, float most) {
    float product = most * value;
    uint32_t whole = (uint32_t)product;
    return product - (float)whole >= 0.5f ? whole + 1 : whole;
}

#ifdef __cplusplus
}
#endif

#endif
