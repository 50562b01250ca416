/* Maps of floats brought to another size, row by row. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture_room.h"
#include "unetc_picture_sizes.h"

#include <math.h>
#include <string.h>

unetc_grid unetc_grid_make(ptrdiff_t old_size, ptrdiff_t new_size) {
    unetc_grid grid;
    grid.old_size = old_size;
    grid.new_size = new_size;
    grid.scale = (double)old_size / (double)new_size;
    grid.reach = grid.scale > 1 ? grid.scale : 1;
    return grid;
}

static double taps_part(const unetc_taps *taps, ptrdiff_t place) {
    double part = 1 - fabs(((double)place + 0.5 - taps->center) / taps->reach);
    return part > 0 ? part : 0;
}

unetc_taps unetc_grid_taps(const unetc_grid *grid, ptrdiff_t place) {
    unetc_taps taps;
    ptrdiff_t old;
    taps.center = ((double)place + 0.5) * grid->scale;
    taps.reach = grid->reach;
    taps.first = (ptrdiff_t)(taps.center - grid->reach + 0.5);
    taps.end = (ptrdiff_t)(taps.center + grid->reach + 0.5);
    if (taps.first < 0) taps.first = 0;
    if (taps.end > grid->old_size) taps.end = grid->old_size;
    /* What counts for nothing is not waited for. */
    while (taps.end - taps.first > 1 && !(taps_part(&taps, taps.end - 1) > 0)) taps.end--;
    while (taps.end - taps.first > 1 && !(taps_part(&taps, taps.first) > 0)) taps.first++;
    taps.sum = 0;
    for (old = taps.first; old < taps.end; old++) taps.sum += taps_part(&taps, old);
    return taps;
}

float unetc_taps_weight(const unetc_taps *taps, ptrdiff_t place) {
    return (float)(taps_part(taps, place) / taps->sum);
}

/* MARK: Memory */

/* The most old places of a new one. */
static size_t resampler_most(ptrdiff_t old_size, ptrdiff_t new_size) {
    size_t reach = old_size > new_size ? ((size_t)old_size - 1) / (size_t)new_size + 1 : 1;
    return 2 * reach + 1;
}

static unetc_room resampler_room(
    unetc_resampler *resampler, const unetc_resample *resample, int32_t holds_rows, void *memory) {
    unetc_room room = unetc_room_make(memory);
    size_t new_width = (size_t)resample->new_width;
    size_t row = unetc_product((size_t)resample->channels, (size_t)resample->width);
    /* A row comes before the first of those is let go of that the result before needs. */
    size_t capacity = resampler_most(resample->height, resample->new_height) + 1;
    size_t taps = unetc_product(new_width, resampler_most(resample->width, resample->new_width));
    void *windows, *weights, *blended, *held = NULL;
    if (capacity > (size_t)resample->height) capacity = (size_t)resample->height;
    windows = unetc_room_take(&room, new_width, sizeof *resampler->windows);
    weights = unetc_room_take(&room, taps, sizeof(float));
    blended = unetc_room_take(&room, row, sizeof(float));
    if (holds_rows) held = unetc_room_take(&room, unetc_product(capacity, row), sizeof(float));
    if (resampler) {
        resampler->windows = (unetc_row_window *)windows;
        resampler->weights = (float *)weights;
        resampler->blended = (float *)blended;
        resampler->held = (float *)held;
        resampler->source.capacity = (ptrdiff_t)capacity;
    }
    return room;
}

size_t unetc_resampler_bytes(const unetc_resample *resample, int32_t holds_rows) {
    return resampler_room(NULL, resample, holds_rows, NULL).used;
}

static void resampler_make_columns(unetc_resampler *resampler) {
    unetc_grid grid = unetc_grid_make(resampler->plan.width, resampler->plan.new_width);
    size_t next = 0;
    ptrdiff_t place, old;
    for (place = 0; place < grid.new_size; place++) {
        unetc_taps taps = unetc_grid_taps(&grid, place);
        resampler->windows[place].first = taps.first;
        resampler->windows[place].count = taps.end - taps.first;
        for (old = taps.first; old < taps.end; old++) resampler->weights[next++] = unetc_taps_weight(&taps, old);
    }
}

void unetc_resampler_init(
    unetc_resampler *resampler, const unetc_resample *resample, int32_t holds_rows, void *memory) {
    ptrdiff_t row = resample->channels * resample->width;
    resampler->plan = *resample;
    resampler_room(resampler, resample, holds_rows, memory);
    resampler_make_columns(resampler);
    memset(resampler->blended, 0, (size_t)row * sizeof(float));
    resampler->rows = unetc_grid_make(resample->height, resample->new_height);
    resampler->source.numbers = resampler->held;
    resampler->source.row_step = row;
    resampler->source.channel_step = resample->width;
    resampler->source.top = resampler->source.left = 0;
    resampler->source.height = resample->height;
    resampler->source.width = resample->width;
    resampler->arrived = resampler->next = 0;
    resampler->taps = unetc_grid_taps(&resampler->rows, 0);
}

/* MARK: Rows */

void unetc_resampler_push(unetc_resampler *resampler, const float *row) {
    ptrdiff_t place = resampler->arrived % resampler->source.capacity;
    size_t count = (size_t)resampler->source.row_step;
    memcpy(resampler->held + (size_t)place * count, row, count * sizeof(float));
    resampler->arrived++;
}

void unetc_resampler_push_map(unetc_resampler *resampler, const float *map, ptrdiff_t height, ptrdiff_t width) {
    unetc_map_rows *source = &resampler->source;
    source->numbers = map;
    source->row_step = width;
    source->channel_step = height * width;
    source->capacity = height;
    /* Of an odd difference the smaller half comes first. */
    source->top = (resampler->plan.height - height) / 2;
    source->left = (resampler->plan.width - width) / 2;
    source->height = height;
    source->width = width;
    resampler->arrived = resampler->plan.height;
}

static void resampler_add(const float *source, ptrdiff_t count, float weight, int32_t is_first, float *sums) {
    ptrdiff_t i;
    if (is_first) {
        for (i = 0; i < count; i++) sums[i] = source[i] * weight;
    } else {
        for (i = 0; i < count; i++) sums[i] = sums[i] + source[i] * weight;
    }
}

static void resampler_blend_rows(unetc_resampler *resampler) {
    const unetc_map_rows *source = &resampler->source;
    ptrdiff_t row, channel;
    for (row = resampler->taps.first; row < resampler->taps.end; row++) {
        float weight = unetc_taps_weight(&resampler->taps, row);
        int32_t is_first = row == resampler->taps.first;
        int32_t is_there = row >= source->top && row - source->top < source->height;
        if (!is_there && !is_first) continue;
        for (channel = 0; channel < resampler->plan.channels; channel++) {
            float *sums = resampler->blended + channel * resampler->plan.width + source->left;
            if (is_there) {
                const float *numbers = source->numbers + (row - source->top) % source->capacity * source->row_step
                    + channel * source->channel_step;
                resampler_add(numbers, source->width, weight, is_first, sums);
            } else {
                memset(sums, 0, (size_t)source->width * sizeof(float));
            }
        }
    }
}

static void resampler_blend_columns(const unetc_resampler *resampler, float *out) {
    ptrdiff_t channel, place, tap;
    for (channel = 0; channel < resampler->plan.channels; channel++) {
        const float *blended = resampler->blended + channel * resampler->plan.width;
        const float *weights = resampler->weights;
        for (place = 0; place < resampler->plan.new_width; place++) {
            const float *numbers = blended + resampler->windows[place].first;
            ptrdiff_t count = resampler->windows[place].count;
            float sum = numbers[0] * weights[0];
            for (tap = 1; tap < count; tap++) sum += numbers[tap] * weights[tap];
            weights += count;
            *out++ = sum;
        }
    }
}

int32_t unetc_resampler_next(unetc_resampler *resampler, float *out) {
    if (resampler->next >= resampler->plan.new_height || resampler->taps.end > resampler->arrived) return 0;
    resampler_blend_rows(resampler);
    resampler_blend_columns(resampler, out);
    resampler->next++;
    if (resampler->next < resampler->plan.new_height) {
        resampler->taps = unetc_grid_taps(&resampler->rows, resampler->next);
    }
    return 1;
}
