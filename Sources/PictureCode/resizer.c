/* Pictures brought to another size while their rows come. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture_numbers.h"
#include "unetc_picture_room.h"
#include "unetc_picture_sizes.h"

#include <string.h>

#define RESIZER_BITS 22

/* Pillow 13 starts with the vertical pass, as seen, if that removes many rows; older ones always start with the horizontal
 * one, within 1/255 of this. */
int32_t unetc_resize_starts_with_columns(const unetc_resize *resize) {
    int32_t swaps = resize->swaps_sides != 0;
    ptrdiff_t width = swaps ? resize->height : resize->width, height = swaps ? resize->width : resize->height;
    ptrdiff_t new_width = swaps ? resize->new_height : resize->new_width;
    ptrdiff_t new_height = swaps ? resize->new_width : resize->new_height;
    int32_t is_vertical_first = new_height < height && height - new_height > 2 * (width - new_width);
    return is_vertical_first != swaps;
}

static size_t resizer_sum_bytes(unetc_depth depth) {
    return depth == UNETC_DEPTH_BYTES ? sizeof(uint32_t) : sizeof(uint64_t);
}

/* Rows under way: more than a few where a picture grows, but never more than there are. */
static ptrdiff_t resizer_capacity(const unetc_resize *resize) {
    ptrdiff_t share = resize->new_height / resize->height;
    ptrdiff_t most = share >= resize->new_height / 2 ? resize->new_height : 2 * share + 5;
    return most < resize->new_height ? most : resize->new_height;
}

static unetc_room resizer_room(unetc_resizer *resizer, const unetc_resize *resize, void *memory) {
    unetc_room room = unetc_room_make(memory);
    size_t channels = (size_t)resize->channels;
    ptrdiff_t widest = resize->width > resize->new_width ? resize->width : resize->new_width;
    int32_t starts_with_columns = unetc_resize_starts_with_columns(resize);
    size_t summed = unetc_product((size_t)(starts_with_columns ? resize->width : resize->new_width), channels);
    size_t capacity = (size_t)resizer_capacity(resize);
    void *filter = NULL, *windows = NULL, *sums = NULL, *between;
    if (resize->width != resize->new_width) {
        filter = unetc_room_take(&room, unetc_row_filter_bytes(resize->width, resize->new_width, resize->depth), 1);
    }
    if (resize->height != resize->new_height) {
        windows = unetc_room_take(&room, capacity, sizeof *resizer->windows);
        sums = unetc_room_take(&room, unetc_product(capacity, summed), resizer_sum_bytes(resize->depth));
    }
    between = unetc_room_take(&room, unetc_product((size_t)widest, channels), (size_t)resize->depth);
    if (resizer) {
        resizer->starts_with_columns = starts_with_columns;
        resizer->summed_count = (ptrdiff_t)summed;
        resizer->capacity = (ptrdiff_t)capacity;
        resizer->windows = (unetc_window *)windows;
        resizer->sums = sums;
        resizer->between = between;
        resizer->columns.count = 0;
        if (filter) {
            unetc_row_filter_init(
                &resizer->columns, resize->width, resize->new_width, resize->reverses_columns, resize->depth, filter);
        }
    }
    return room;
}

size_t unetc_resizer_bytes(const unetc_resize *resize) { return resizer_room(NULL, resize, NULL).used; }

void unetc_resizer_init(unetc_resizer *resizer, const unetc_resize *resize, void *memory) {
    resizer->plan = *resize;
    resizer_room(resizer, resize, memory);
    resizer->rows = unetc_filter_make(resize->height, resize->new_height, resize->reverses_rows);
    resizer->done = resizer->begun = resizer->arrived = 0;
    resizer->row = NULL;
    if (resizer->windows) resizer->next = unetc_filter_window(&resizer->rows, 0);
}

/* MARK: Sums */

static void *resizer_sums(const unetc_resizer *resizer, ptrdiff_t place) {
    size_t row = (size_t)resizer->summed_count * resizer_sum_bytes(resizer->plan.depth);
    return (unsigned char *)resizer->sums + (size_t)(place % resizer->capacity) * row;
}

static void resizer_start(const unetc_resizer *resizer, void *sums) {
    ptrdiff_t count = resizer->summed_count, i;
    switch (resizer->plan.depth) {
    case UNETC_DEPTH_BYTES:
        for (i = 0; i < count; i++) ((uint32_t *)sums)[i] = (uint32_t)1 << (RESIZER_BITS - 1);
        break;
    case UNETC_DEPTH_WORDS:
        for (i = 0; i < count; i++) ((uint64_t *)sums)[i] = (uint64_t)1 << (RESIZER_BITS - 1);
        break;
    case UNETC_DEPTH_FLOATS:
        for (i = 0; i < count; i++) ((double *)sums)[i] = 0;
        break;
    }
}

static void resizer_add_bytes(const uint8_t *row, ptrdiff_t count, uint32_t weight, uint32_t *sums) {
    ptrdiff_t i;
    for (i = 0; i < count; i++) sums[i] += row[i] * weight;
}

static void resizer_add_words(const uint16_t *row, ptrdiff_t count, uint32_t weight, uint64_t *sums) {
    ptrdiff_t i;
    for (i = 0; i < count; i++) sums[i] += (uint64_t)row[i] * weight;
}

static void resizer_add_floats(const float *row, ptrdiff_t count, double weight, double *sums) {
    ptrdiff_t i;
    for (i = 0; i < count; i++) sums[i] += (double)row[i] * weight;
}

static void resizer_add(const unetc_resizer *resizer, const void *row, const unetc_window *window, void *sums) {
    ptrdiff_t count = resizer->summed_count;
    if (resizer->plan.depth == UNETC_DEPTH_FLOATS) {
        double share = unetc_window_share(window, resizer->arrived);
        resizer_add_floats((const float *)row, count, share, (double *)sums);
    } else {
        uint32_t weight = unetc_window_weight(window, resizer->arrived);
        if (resizer->plan.depth == UNETC_DEPTH_WORDS) {
            resizer_add_words((const uint16_t *)row, count, weight, (uint64_t *)sums);
        } else {
            resizer_add_bytes((const uint8_t *)row, count, weight, (uint32_t *)sums);
        }
    }
}

static void resizer_round(const unetc_resizer *resizer, const void *sums, void *out) {
    ptrdiff_t count = resizer->summed_count, i;
    switch (resizer->plan.depth) {
    case UNETC_DEPTH_BYTES:
        for (i = 0; i < count; i++) {
            uint32_t sum = ((const uint32_t *)sums)[i] >> RESIZER_BITS;
            ((uint8_t *)out)[i] = sum > 255 ? 255 : (uint8_t)sum;
        }
        break;
    case UNETC_DEPTH_WORDS:
        for (i = 0; i < count; i++) {
            uint64_t sum = ((const uint64_t *)sums)[i] >> RESIZER_BITS;
            ((uint16_t *)out)[i] = sum > 65535 ? 65535 : (uint16_t)sum;
        }
        break;
    case UNETC_DEPTH_FLOATS:
        for (i = 0; i < count; i++) ((float *)out)[i] = (float)((const double *)sums)[i];
        break;
    }
}

/* MARK: Rows */

static void resizer_apply_columns(const unetc_resizer *resizer, const void *row, void *out) {
    unetc_row_filter_apply(&resizer->columns, resizer->plan.depth, resizer->plan.channels, row, out);
}

void unetc_resizer_push(unetc_resizer *resizer, const void *row) {
    ptrdiff_t place;
    if (!resizer->windows) {
        resizer->row = row;
        return;
    }
    if (!resizer->starts_with_columns && resizer->columns.count > 0) {
        resizer_apply_columns(resizer, row, resizer->between);
        row = resizer->between;
    }
    while (resizer->begun < resizer->plan.new_height && resizer->next.first <= resizer->arrived
        && resizer->begun - resizer->done < resizer->capacity) {
        resizer->windows[resizer->begun % resizer->capacity] = resizer->next;
        resizer_start(resizer, resizer_sums(resizer, resizer->begun));
        resizer->begun++;
        if (resizer->begun < resizer->plan.new_height) {
            resizer->next = unetc_filter_window(&resizer->rows, resizer->begun);
        }
    }
    for (place = resizer->done; place < resizer->begun; place++) {
        const unetc_window *window = &resizer->windows[place % resizer->capacity];
        if (window->first <= resizer->arrived && resizer->arrived < window->end) {
            resizer_add(resizer, row, window, resizer_sums(resizer, place));
        }
    }
    resizer->arrived++;
}

int32_t unetc_resizer_next(unetc_resizer *resizer, void *out) {
    size_t bytes = (size_t)(resizer->plan.channels * resizer->plan.new_width) * (size_t)resizer->plan.depth;
    int32_t has_columns = resizer->columns.count > 0;
    if (!resizer->windows) {
        if (!resizer->row) return 0;
        if (has_columns) {
            resizer_apply_columns(resizer, resizer->row, out);
        } else {
            memcpy(out, resizer->row, bytes);
        }
        resizer->row = NULL;
    } else {
        const void *sums = resizer_sums(resizer, resizer->done);
        if (resizer->done >= resizer->begun) return 0;
        if (resizer->windows[resizer->done % resizer->capacity].end > resizer->arrived) return 0;
        if (has_columns && resizer->starts_with_columns) {
            resizer_round(resizer, sums, resizer->between);
            resizer_apply_columns(resizer, resizer->between, out);
        } else {
            resizer_round(resizer, sums, out);
        }
    }
    resizer->done++;
    return 1;
}
