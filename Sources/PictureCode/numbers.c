/* Numbers of pictures as a net is fed them. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture_numbers.h"

#include <math.h>

void unetc_luma(unetc_depth depth, const void *rgb, ptrdiff_t count, void *luma) {
    ptrdiff_t i;
    if (depth == UNETC_DEPTH_FLOATS) {
        const float *from = (const float *)rgb;
        for (i = 0; i < count; i++) {
            ((float *)luma)[i] = unetc_luma_float(from[3 * i], from[3 * i + 1], from[3 * i + 2]);
        }
    } else if (depth == UNETC_DEPTH_WORDS) {
        const uint16_t *from = (const uint16_t *)rgb;
        for (i = 0; i < count; i++) {
            ((uint16_t *)luma)[i] = (uint16_t)unetc_luma_whole(from[3 * i], from[3 * i + 1], from[3 * i + 2]);
        }
    } else {
        const uint8_t *from = (const uint8_t *)rgb;
        for (i = 0; i < count; i++) {
            ((uint8_t *)luma)[i] = (uint8_t)unetc_luma_whole(from[3 * i], from[3 * i + 1], from[3 * i + 2]);
        }
    }
}

void unetc_units(
    unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count, unetc_span span, int32_t is_open,
    float *units) {
    float low = (float)span.low, width = (float)(span.high - span.low);
    ptrdiff_t i;
    if (depth == UNETC_DEPTH_FLOATS) {
        const float *from = (const float *)numbers;
        for (i = 0; i < count; i++) units[i] = unetc_unit(from[i * step], low, width, is_open);
    } else if (depth == UNETC_DEPTH_WORDS) {
        const uint16_t *from = (const uint16_t *)numbers;
        for (i = 0; i < count; i++) units[i] = unetc_unit(from[i * step], low, width, is_open);
    } else {
        const uint8_t *from = (const uint8_t *)numbers;
        for (i = 0; i < count; i++) units[i] = unetc_unit(from[i * step], low, width, is_open);
    }
}

/* MARK: Scales */

void unetc_scale_numbers(unetc_scale scale, float *numbers, ptrdiff_t count) {
    float mean = (float)scale.mean, factor = (float)(1 / scale.deviation);
    ptrdiff_t i;
    for (i = 0; i < count; i++) numbers[i] = (numbers[i] - mean) * factor;
}

unetc_scale unetc_scale_undoing(unetc_span span) {
    unetc_scale scale;
    scale.mean = -span.low / (span.high - span.low);
    scale.deviation = 1 / (span.high - span.low);
    return scale;
}

/* MARK: Mean and spread */

static double moments_number(unetc_depth depth, const void *numbers, ptrdiff_t place) {
    if (depth == UNETC_DEPTH_FLOATS) return (double)((const float *)numbers)[place];
    if (depth == UNETC_DEPTH_WORDS) return ((const uint16_t *)numbers)[place];
    return ((const uint8_t *)numbers)[place];
}

unetc_moments unetc_moments_of(unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count) {
    unetc_moments moments = {0, 0, 0};
    double sum = 0;
    ptrdiff_t i;
    if (count <= 0) return moments;
    for (i = 0; i < count; i++) sum += moments_number(depth, numbers, i * step);
    moments.count = (uint64_t)count;
    moments.mean = sum / (double)count;
    for (i = 0; i < count; i++) {
        double difference = moments_number(depth, numbers, i * step) - moments.mean;
        moments.squares += difference * difference;
    }
    return moments;
}

void unetc_moments_add(unetc_moments *moments, const unetc_moments *more) {
    double all, difference;
    if (more->count == 0) return;
    if (moments->count == 0) {
        *moments = *more;
        return;
    }
    all = (double)(moments->count + more->count);
    difference = more->mean - moments->mean;
    moments->squares +=
        more->squares + difference * difference * (double)moments->count * (double)more->count / all;
    moments->mean += difference * (double)more->count / all;
    moments->count += more->count;
}

double unetc_moments_deviation(const unetc_moments *moments) {
    return moments->count == 0 ? 0 : sqrt(moments->squares / (double)moments->count);
}

unetc_scale unetc_moments_scale(const unetc_moments *moments, unetc_span span) {
    double width = span.high - span.low;
    double deviation = unetc_moments_deviation(moments) / width;
    unetc_scale scale;
    scale.mean = (moments->mean - span.low) / width;
    scale.deviation = deviation > 1e-12 ? deviation : 1;
    return scale;
}
