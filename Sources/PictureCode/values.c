/* What a net's output says, as numbers from 0 to 1 and as labels. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture_values.h"

#include <math.h>
#include <string.h>

/* Relative error below 1e-11, made of additions and multiplications alone: Taylor's series around 0 on what is left of `x`
 * after a whole number of ln 2 has become the exponent (Cody and Waite, "Software Manual for the Elementary Functions", 1980).
 * Numbers below -700 give about 0, those above 700 about 1e304, what is no number gives none. */
double unetc_exponential(double x) {
    static const double factorials[10] = {362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1};
    double power, rest, sum = 1 / 3628800.0, scale;
    uint64_t bits;
    int i;
    if (x != x) return x;
    x = x < -700 ? -700 : x > 700 ? 700 : x;
    power = rint(x * 1.4426950408889634);
    /* ln 2 in two parts, of which the first times any power here is exact. */
    rest = x - power * 0.693147180369123816490 - power * 1.90821492927058770002e-10;
    for (i = 0; i < 10; i++) sum = sum * rest + 1 / factorials[i];
    bits = (uint64_t)((int64_t)power + 1023) << 52;
    memcpy(&scale, &bits, sizeof scale);
    return sum * scale;
}

static float values_probability(float logit) {
    if (logit != logit) return 0;
    return (float)(1 / (1 + unetc_exponential(-(double)logit)));
}

/* Softmax over the channels. */
static void values_shares(float *logits, ptrdiff_t channels, ptrdiff_t count) {
    ptrdiff_t place, channel;
    for (place = 0; place < count; place++) {
        float largest = -(float)HUGE_VAL;
        double sum = 0;
        for (channel = 0; channel < channels; channel++) {
            float logit = logits[channel * count + place];
            largest = logit >= largest ? logit : largest;
        }
        for (channel = 0; channel < channels; channel++) {
            float *logit = &logits[channel * count + place];
            double power = unetc_exponential((double)*logit - (double)largest);
            *logit = (float)power;
            sum += power;
        }
        for (channel = 0; channel < channels; channel++) {
            float *power = &logits[channel * count + place];
            double share = (double)*power / sum;
            *power = share != share ? 1 / (float)channels : (float)share;
        }
    }
}

void unetc_make_values(unetc_task task, float *outputs, ptrdiff_t channels, ptrdiff_t count) {
    ptrdiff_t i;
    switch (task) {
    case UNETC_TASK_MASK:
    case UNETC_TASK_LABELS:
        for (i = 0; i < channels * count; i++) outputs[i] = values_probability(outputs[i]);
        break;
    case UNETC_TASK_CLASSES: values_shares(outputs, channels, count); break;
    case UNETC_TASK_RECONSTRUCTION:
        for (i = 0; i < channels * count; i++) {
            float value = outputs[i];
            /* What is no number is not above 0. */
            value = value > 0 ? value : 0;
            outputs[i] = value > 1 ? 1 : value;
        }
        break;
    }
}

/* Some places at a time, so that no more than a few channels' numbers have to be near at once. */
#define VALUES_BLOCK 256

static void values_largest(const float *values, ptrdiff_t channels, ptrdiff_t count, uint8_t *labels) {
    float most[VALUES_BLOCK];
    ptrdiff_t start, place, channel;
    for (start = 0; start < count; start += VALUES_BLOCK) {
        ptrdiff_t length = count - start < VALUES_BLOCK ? count - start : VALUES_BLOCK;
        for (place = 0; place < length; place++) {
            most[place] = values[start + place];
            labels[start + place] = 0;
        }
        for (channel = 1; channel < channels; channel++) {
            const float *row = values + channel * count + start;
            for (place = 0; place < length; place++) {
                if (!(row[place] > most[place])) continue;
                most[place] = row[place];
                labels[start + place] = (uint8_t)channel;
            }
        }
    }
}

void unetc_make_labels(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *labels) {
    ptrdiff_t place, channel;
    switch (task) {
    case UNETC_TASK_MASK:
        for (place = 0; place < count; place++) labels[place] = values[place] >= threshold ? 1 : 0;
        break;
    case UNETC_TASK_CLASSES: values_largest(values, channels, count, labels); break;
    case UNETC_TASK_LABELS:
        for (place = 0; place < count; place++) {
            unsigned bits = 0;
            for (channel = 0; channel < channels; channel++) {
                if (values[channel * count + place] >= threshold) bits |= 1u << channel;
            }
            labels[place] = (uint8_t)bits;
        }
        break;
    case UNETC_TASK_RECONSTRUCTION: break;
    }
}

void unetc_make_mask(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *mask) {
    ptrdiff_t place, channel;
    unetc_make_labels(task, values, channels, count, threshold, mask);
    for (place = 0; task == UNETC_TASK_MASK && place < count; place++) mask[place] = mask[place] ? 255 : 0;
    for (channel = 0; task == UNETC_TASK_RECONSTRUCTION && channel < channels; channel++) {
        for (place = 0; place < count; place++) {
            mask[place * channels + channel] = (uint8_t)unetc_rounded(values[channel * count + place], 255);
        }
    }
}
