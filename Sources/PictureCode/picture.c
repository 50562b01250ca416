/* Whole pictures: to a net's input, and from its output to a mask. */

/* Each operation is rounded by itself, whatever the machine could do at once. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "unetc_picture.h"
#include "unetc_picture_numbers.h"
#include "unetc_picture_room.h"
#include "unetc_picture_sizes.h"
#include "unetc_picture_values.h"

/* MARK: What is asked for */

static int32_t picture_is_side(ptrdiff_t side) { return side >= 1 && side <= UNETC_SIDE_MAX; }

static int32_t picture_is_span(const unetc_span *span) {
    return span->low < span->high && span->high - span->high == 0 && span->low - span->low == 0;
}

/* Whether a float for each has an address. */
static int32_t picture_fits(int32_t channels, ptrdiff_t height, ptrdiff_t width) {
    size_t most = (SIZE_MAX >> 1) / sizeof(float);
    if (channels < 1 || !picture_is_side(height) || !picture_is_side(width)) return 0;
    return (size_t)width <= most / (size_t)height && (size_t)channels <= most / (size_t)height / (size_t)width;
}

unetc_status unetc_picture_check(const unetc_picture_net *net) {
    int32_t channel;
    if (!net) return UNETC_STATUS_NO_MEMORY;
    if (!picture_fits(net->channels, net->height, net->width)) return UNETC_STATUS_BAD_NET;
    if (!picture_fits(net->output_channels, net->mask_height, net->mask_width)) return UNETC_STATUS_BAD_NET;
    if (net->output_height < 1 || net->output_height > net->mask_height) return UNETC_STATUS_BAD_NET;
    if (net->output_width < 1 || net->output_width > net->mask_width) return UNETC_STATUS_BAD_NET;
    if (!picture_is_span(&net->bytes) || !picture_is_span(&net->words) || !picture_is_span(&net->floats)) {
        return UNETC_STATUS_BAD_NET;
    }
    switch (net->task) {
    case UNETC_TASK_MASK:
        if (net->output_channels != 1) return UNETC_STATUS_BAD_NET;
        break;
    case UNETC_TASK_CLASSES:
        if (net->output_channels > 255) return UNETC_STATUS_BAD_NET;
        break;
    case UNETC_TASK_LABELS:
        if (net->output_channels > 8) return UNETC_STATUS_BAD_NET;
        break;
    case UNETC_TASK_RECONSTRUCTION: break;
    default: return UNETC_STATUS_BAD_NET;
    }
    switch (net->normalization) {
    case UNETC_NORMALIZE_RANGE:
    case UNETC_NORMALIZE_NONE:
    case UNETC_NORMALIZE_PER_PICTURE: return UNETC_STATUS_OK;
    case UNETC_NORMALIZE_SCALES:
        if (!net->scales) return UNETC_STATUS_BAD_NET;
        for (channel = 0; channel < net->channels; channel++) {
            if (!(net->scales[channel].deviation > 0)) return UNETC_STATUS_BAD_NET;
        }
        return UNETC_STATUS_OK;
    default: return UNETC_STATUS_BAD_NET;
    }
}

/* Whether rows lie one behind the other, at most so far apart that places between them have addresses. */
static unetc_status picture_check_rows(
    ptrdiff_t width, ptrdiff_t height, size_t pixel_bytes, ptrdiff_t stride) {
    size_t most = SIZE_MAX >> 1, distance;
    if (!picture_is_side(width) || !picture_is_side(height)) return UNETC_STATUS_BAD_SIZE;
    if ((size_t)width > most / pixel_bytes) return UNETC_STATUS_BAD_SIZE;
    if (height == 1) return UNETC_STATUS_OK;
    distance = stride < 0 ? (size_t)0 - (size_t)stride : (size_t)stride;
    if (distance < (size_t)width * pixel_bytes) return UNETC_STATUS_BAD_STRIDE;
    return distance > most / (size_t)height ? UNETC_STATUS_BAD_STRIDE : UNETC_STATUS_OK;
}

/* MARK: Memory */

static unetc_resize picture_resize(
    const unetc_picture_net *net, const unetc_pixels *pixels, ptrdiff_t width, ptrdiff_t height) {
    unetc_resize resize;
    resize.width = width;
    resize.height = height;
    resize.new_width = net->width;
    resize.new_height = net->height;
    resize.swaps_sides = resize.reverses_columns = resize.reverses_rows = 0;
    resize.channels = pixels->channels;
    resize.depth = pixels->depth;
    return resize;
}

/* What reading takes. */
typedef struct picture_reading {
    unetc_resizer resizer;
    /* Of each channel of the rows. */
    unetc_moments *moments;
    void *numbers;
    void *result;
} picture_reading;

static size_t picture_reading_init(
    picture_reading *reading, const unetc_picture_net *net, const unetc_pixels *pixels, ptrdiff_t width,
    ptrdiff_t height, void *memory) {
    unetc_room room = unetc_room_make(memory);
    unetc_resize resize = picture_resize(net, pixels, width, height);
    size_t pixel = (size_t)pixels->kept_channels * (size_t)pixels->depth;
    void *moments = unetc_room_take(&room, (size_t)pixels->channels, sizeof(unetc_moments));
    void *numbers = unetc_room_take(&room, (size_t)width, pixel);
    void *result = unetc_room_take(&room, (size_t)net->width, pixel);
    void *resizer = unetc_room_take(&room, unetc_resizer_bytes(&resize), 1);
    if (reading) {
        ptrdiff_t channel;
        reading->moments = (unetc_moments *)moments;
        for (channel = 0; channel < pixels->channels; channel++) {
            unetc_moments none = {0, 0, 0};
            reading->moments[channel] = none;
        }
        reading->numbers = numbers;
        reading->result = result;
        unetc_resizer_init(&reading->resizer, &resize, resizer);
    }
    return room.used;
}

static unetc_resample picture_resample(const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height) {
    unetc_resample resample;
    resample.channels = net->output_channels;
    resample.width = net->mask_width;
    resample.height = net->mask_height;
    resample.new_width = width;
    resample.new_height = height;
    return resample;
}

/* What writing takes. */
typedef struct picture_writing {
    unetc_resampler resampler;
    float *row;
} picture_writing;

static size_t picture_writing_init(
    picture_writing *writing, const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, void *memory) {
    unetc_room room = unetc_room_make(memory);
    unetc_resample resample = picture_resample(net, width, height);
    size_t pixel = (size_t)net->output_channels * sizeof(float);
    void *row = unetc_room_take(&room, (size_t)width, pixel);
    void *resampler = unetc_room_take(&room, unetc_resampler_bytes(&resample, 0), 1);
    if (writing) {
        writing->row = (float *)row;
        unetc_resampler_init(&writing->resampler, &resample, 0, resampler);
    }
    return room.used;
}

/* SIZE_MAX where it is too much. */
static size_t picture_scratch(
    const unetc_picture_net *net, const unetc_pixels *pixels, ptrdiff_t width, ptrdiff_t height) {
    size_t reading = picture_reading_init(NULL, net, pixels, width, height, NULL);
    size_t writing = picture_writing_init(NULL, net, width, height, NULL);
    return reading > writing ? reading : writing;
}

size_t unetc_picture_bytes(const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, unetc_format format) {
    unetc_pixels pixels;
    size_t bytes;
    if (unetc_picture_check(net) != UNETC_STATUS_OK || unetc_pixels_init(&pixels, net, format) != UNETC_STATUS_OK) return 0;
    if (!picture_is_side(width) || !picture_is_side(height)) return 0;
    bytes = picture_scratch(net, &pixels, width, height);
    return bytes > SIZE_MAX >> 1 ? 0 : bytes;
}

/* MARK: Reading */

/* A row of numbers to its place in the net's input. */
static void picture_place(
    const unetc_picture_net *net, const unetc_pixels *pixels, const void *row, ptrdiff_t y, float *input) {
    ptrdiff_t width = net->width, height = net->height, channel;
    for (channel = 0; channel < net->channels; channel++) {
        unetc_pixels_units(pixels, row, channel, width, input + (channel * height + y) * width);
    }
}

unetc_status unetc_picture_read(
    const unetc_picture_net *net, const void *pixels, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
    unetc_format format, void *scratch, float *input) {
    unetc_status status = unetc_picture_check(net);
    unetc_pixels kind;
    picture_reading reading;
    ptrdiff_t y, next = 0, channel, area;
    if (status != UNETC_STATUS_OK) return status;
    if (!pixels || !scratch || !input) return UNETC_STATUS_NO_MEMORY;
    status = unetc_pixels_init(&kind, net, format);
    if (status != UNETC_STATUS_OK) return status;
    status = picture_check_rows(width, height, (size_t)kind.stored_channels * (size_t)kind.stored_depth, stride);
    if (status != UNETC_STATUS_OK) return status;
    if (picture_scratch(net, &kind, width, height) > SIZE_MAX >> 1) return UNETC_STATUS_BAD_SIZE;
    picture_reading_init(&reading, net, &kind, width, height, scratch);
    for (y = 0; y < height; y++) {
        /* Of a single row the stride may be anything. */
        const unsigned char *row = (const unsigned char *)pixels + (y == 0 ? 0 : y * stride);
        const void *numbers = unetc_pixels_row(&kind, row, width, reading.numbers);
        if (net->normalization == UNETC_NORMALIZE_PER_PICTURE) {
            unetc_pixels_observe(&kind, numbers, width, reading.moments);
        }
        unetc_resizer_push(&reading.resizer, numbers);
        while (unetc_resizer_next(&reading.resizer, reading.result)) {
            picture_place(net, &kind, reading.result, next++, input);
        }
    }
    area = (ptrdiff_t)net->height * net->width;
    for (channel = 0; channel < net->channels; channel++) {
        unetc_scale scale;
        if (!unetc_pixels_scale(&kind, net, reading.moments, channel, &scale)) break;
        unetc_scale_numbers(scale, input + channel * area, area);
    }
    return UNETC_STATUS_OK;
}

/* MARK: Writing */

unetc_status unetc_picture_write(
    const unetc_picture_net *net, float *output, ptrdiff_t width, ptrdiff_t height, void *scratch, float threshold,
    uint8_t *mask, ptrdiff_t mask_stride, float *values) {
    unetc_status status = unetc_picture_check(net);
    picture_writing writing;
    ptrdiff_t area, channels, i, y, x, channel;
    size_t pixel;
    if (status != UNETC_STATUS_OK) return status;
    if (!output || !scratch) return UNETC_STATUS_NO_MEMORY;
    channels = net->output_channels;
    pixel = net->task == UNETC_TASK_RECONSTRUCTION ? (size_t)channels : 1;
    status = picture_check_rows(width, height, pixel, mask_stride);
    if (status == UNETC_STATUS_BAD_SIZE || (mask && status != UNETC_STATUS_OK)) return status;
    if (picture_writing_init(NULL, net, width, height, NULL) > SIZE_MAX >> 1) return UNETC_STATUS_BAD_SIZE;
    area = (ptrdiff_t)net->output_height * net->output_width;
    for (i = 0; i < channels * area; i++) {
        if (!(output[i] - output[i] == 0)) return UNETC_STATUS_NOT_FINITE;
    }
    unetc_make_values(net->task, output, channels, area);
    picture_writing_init(&writing, net, width, height, scratch);
    unetc_resampler_push_map(&writing.resampler, output, net->output_height, net->output_width);
    for (y = 0; y < height && unetc_resampler_next(&writing.resampler, writing.row); y++) {
        if (mask) {
            uint8_t *target = mask + (y == 0 ? 0 : y * mask_stride);
            unetc_make_mask(net->task, writing.row, channels, width, threshold, target);
        }
        for (channel = 0; values && channel < channels; channel++) {
            float *target = values + (channel * height + y) * width;
            for (x = 0; x < width; x++) target[x] = writing.row[channel * width + x];
        }
    }
    return UNETC_STATUS_OK;
}
