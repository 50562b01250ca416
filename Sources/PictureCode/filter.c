/* Pillow's bilinear filter along one axis. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture_numbers.h"
#include "unetc_picture_room.h"
#include "unetc_picture_sizes.h"

#include <math.h>

/* Fractional bits of a weight: a sum of products with 8-bit samples, and two bits of headroom, fit 32 bits. */
#define FILTER_BITS 22
#define FILTER_HALF ((uint32_t)1 << (FILTER_BITS - 1))

unetc_filter unetc_filter_make(ptrdiff_t old_size, ptrdiff_t new_size, int32_t is_reversed) {
    unetc_filter filter;
    filter.old_size = old_size;
    filter.new_size = new_size;
    filter.is_reversed = is_reversed;
    filter.scale = (double)old_size / (double)new_size;
    filter.support = filter.scale > 1 ? filter.scale : 1;
    return filter;
}

static double filter_raw(double sample, double center, double inverse_scale) {
    double raw = 1 - fabs((sample - center + 0.5) * inverse_scale);
    return raw > 0 ? raw : 0;
}

unetc_window unetc_filter_window(const unetc_filter *filter, ptrdiff_t place) {
    unetc_window window;
    ptrdiff_t position = filter->is_reversed ? filter->new_size - 1 - place : place;
    ptrdiff_t first, end, sample;
    window.center = ((double)position + 0.5) * filter->scale;
    window.inverse_scale = 1 / filter->support;
    first = (ptrdiff_t)(window.center - filter->support + 0.5);
    end = (ptrdiff_t)(window.center + filter->support + 0.5);
    if (first < 0) first = 0;
    if (end > filter->old_size) end = filter->old_size;
    window.sum = 0;
    for (sample = first; sample < end; sample++) {
        window.sum += filter_raw((double)sample, window.center, window.inverse_scale);
    }
    window.last = filter->is_reversed ? filter->old_size - 1 : -1;
    window.first = filter->is_reversed ? filter->old_size - end : first;
    window.end = filter->is_reversed ? filter->old_size - first : end;
    return window;
}

double unetc_window_share(const unetc_window *window, ptrdiff_t place) {
    ptrdiff_t sample = window->last < 0 ? place : window->last - place;
    double raw = filter_raw((double)sample, window->center, window->inverse_scale);
    return window->sum > 0 ? raw / window->sum : raw;
}

uint32_t unetc_window_weight(const unetc_window *window, ptrdiff_t place) {
    return (uint32_t)(0.5 + unetc_window_share(window, place) * ((uint32_t)1 << FILTER_BITS));
}

/* MARK: Along a row */

/* The most old places of a window. */
static size_t filter_most(ptrdiff_t old_size, ptrdiff_t new_size) {
    size_t support = old_size > new_size ? ((size_t)old_size - 1) / (size_t)new_size + 1 : 1;
    return 2 * support + 1;
}

static size_t filter_weight_bytes(unetc_depth depth) {
    return depth == UNETC_DEPTH_FLOATS ? sizeof(double) : sizeof(uint32_t);
}

static unetc_room filter_room(
    unetc_row_filter *filter, ptrdiff_t old_size, ptrdiff_t new_size, unetc_depth depth, void *memory) {
    unetc_room room = unetc_room_make(memory);
    size_t count = (size_t)new_size, most = filter_most(old_size, new_size);
    void *windows = unetc_room_take(&room, count, sizeof *filter->windows);
    void *weights = unetc_room_take(&room, unetc_product(count, most), filter_weight_bytes(depth));
    if (filter) {
        filter->count = new_size;
        filter->windows = (unetc_row_window *)windows;
        filter->weights = weights;
    }
    return room;
}

size_t unetc_row_filter_bytes(ptrdiff_t old_size, ptrdiff_t new_size, unetc_depth depth) {
    return filter_room(NULL, old_size, new_size, depth, NULL).used;
}

void unetc_row_filter_init(
    unetc_row_filter *filter, ptrdiff_t old_size, ptrdiff_t new_size, int32_t is_reversed, unetc_depth depth,
    void *memory) {
    unetc_filter axis = unetc_filter_make(old_size, new_size, is_reversed);
    size_t next = 0;
    ptrdiff_t position, sample;
    filter_room(filter, old_size, new_size, depth, memory);
    for (position = 0; position < new_size; position++) {
        unetc_window window = unetc_filter_window(&axis, position);
        filter->windows[position].first = window.first;
        filter->windows[position].count = window.end - window.first;
        for (sample = window.first; sample < window.end; sample++) {
            if (depth == UNETC_DEPTH_FLOATS) {
                ((double *)filter->weights)[next++] = unetc_window_share(&window, sample);
            } else {
                ((uint32_t *)filter->weights)[next++] = unetc_window_weight(&window, sample);
            }
        }
    }
}

static uint8_t filter_byte(uint32_t sum) {
    sum >>= FILTER_BITS;
    return sum > 255 ? 255 : (uint8_t)sum;
}

static void filter_gray(const unetc_row_filter *filter, const uint8_t *row, uint8_t *out) {
    const uint32_t *weights = (const uint32_t *)filter->weights;
    ptrdiff_t position, tap;
    for (position = 0; position < filter->count; position++) {
        const uint8_t *pixel = row + filter->windows[position].first;
        ptrdiff_t count = filter->windows[position].count;
        uint32_t sum = FILTER_HALF;
        for (tap = 0; tap < count; tap++) sum += pixel[tap] * weights[tap];
        weights += count;
        out[position] = filter_byte(sum);
    }
}

static void filter_colours(const unetc_row_filter *filter, const uint8_t *row, uint8_t *out) {
    const uint32_t *weights = (const uint32_t *)filter->weights;
    ptrdiff_t position, tap;
    for (position = 0; position < filter->count; position++) {
        const uint8_t *pixel = row + 3 * filter->windows[position].first;
        ptrdiff_t count = filter->windows[position].count;
        uint32_t red = FILTER_HALF, green = FILTER_HALF, blue = FILTER_HALF;
        for (tap = 0; tap < count; tap++) {
            uint32_t weight = weights[tap];
            red += pixel[3 * tap] * weight;
            green += pixel[3 * tap + 1] * weight;
            blue += pixel[3 * tap + 2] * weight;
        }
        weights += count;
        out[3 * position] = filter_byte(red);
        out[3 * position + 1] = filter_byte(green);
        out[3 * position + 2] = filter_byte(blue);
    }
}

static void filter_bytes(const unetc_row_filter *filter, ptrdiff_t channels, const uint8_t *row, uint8_t *out) {
    const uint32_t *weights = (const uint32_t *)filter->weights;
    ptrdiff_t position, channel, tap;
    for (position = 0; position < filter->count; position++) {
        ptrdiff_t count = filter->windows[position].count;
        for (channel = 0; channel < channels; channel++) {
            const uint8_t *pixel = row + filter->windows[position].first * channels + channel;
            uint32_t sum = FILTER_HALF;
            for (tap = 0; tap < count; tap++) sum += pixel[tap * channels] * weights[tap];
            out[position * channels + channel] = filter_byte(sum);
        }
        weights += count;
    }
}

/* The same sums, which take more bits. */
static void filter_words(const unetc_row_filter *filter, ptrdiff_t channels, const uint16_t *row, uint16_t *out) {
    const uint32_t *weights = (const uint32_t *)filter->weights;
    ptrdiff_t position, channel, tap;
    for (position = 0; position < filter->count; position++) {
        ptrdiff_t count = filter->windows[position].count;
        for (channel = 0; channel < channels; channel++) {
            const uint16_t *pixel = row + filter->windows[position].first * channels + channel;
            uint64_t sum = FILTER_HALF;
            for (tap = 0; tap < count; tap++) sum += (uint64_t)pixel[tap * channels] * weights[tap];
            sum >>= FILTER_BITS;
            out[position * channels + channel] = sum > 65535 ? 65535 : (uint16_t)sum;
        }
        weights += count;
    }
}

/* As Pillow does it: sums in double precision, each rounded once. */
static void filter_floats(const unetc_row_filter *filter, ptrdiff_t channels, const float *row, float *out) {
    const double *weights = (const double *)filter->weights;
    ptrdiff_t position, channel, tap;
    for (position = 0; position < filter->count; position++) {
        ptrdiff_t count = filter->windows[position].count;
        for (channel = 0; channel < channels; channel++) {
            const float *pixel = row + filter->windows[position].first * channels + channel;
            double sum = 0;
            for (tap = 0; tap < count; tap++) sum += (double)pixel[tap * channels] * weights[tap];
            out[position * channels + channel] = (float)sum;
        }
        weights += count;
    }
}

void unetc_row_filter_apply(
    const unetc_row_filter *filter, unetc_depth depth, ptrdiff_t channels, const void *row, void *out) {
    if (depth == UNETC_DEPTH_FLOATS) {
        filter_floats(filter, channels, (const float *)row, (float *)out);
    } else if (depth == UNETC_DEPTH_WORDS) {
        filter_words(filter, channels, (const uint16_t *)row, (uint16_t *)out);
    } else if (channels == 1) {
        filter_gray(filter, (const uint8_t *)row, (uint8_t *)out);
    } else if (channels == 3) {
        filter_colours(filter, (const uint8_t *)row, (uint8_t *)out);
    } else {
        filter_bytes(filter, channels, (const uint8_t *)row, (uint8_t *)out);
    }
}
