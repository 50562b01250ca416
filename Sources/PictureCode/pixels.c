/* Pixels of any format as rows of numbers. */
#include "unetc_picture_numbers.h"

#include <string.h>

static void pixels_describe(unetc_pixels *pixels, int32_t channels, unetc_depth depth, int32_t is_reversed) {
    pixels->stored_channels = channels;
    pixels->stored_depth = depth;
    pixels->is_reversed = is_reversed;
}

unetc_status unetc_pixels_init(unetc_pixels *pixels, const unetc_picture_net *net, unetc_format format) {
    int32_t is_colour, has_bands = 0, kept;
    switch (format) {
    case UNETC_FORMAT_GRAY8: pixels_describe(pixels, 1, UNETC_DEPTH_BYTES, 0); break;
    case UNETC_FORMAT_RGB8: pixels_describe(pixels, 3, UNETC_DEPTH_BYTES, 0); break;
    case UNETC_FORMAT_BGR8: pixels_describe(pixels, 3, UNETC_DEPTH_BYTES, 1); break;
    case UNETC_FORMAT_RGBA8: pixels_describe(pixels, 4, UNETC_DEPTH_BYTES, 0); break;
    case UNETC_FORMAT_BGRA8: pixels_describe(pixels, 4, UNETC_DEPTH_BYTES, 1); break;
    case UNETC_FORMAT_GRAY16: pixels_describe(pixels, 1, UNETC_DEPTH_WORDS, 0); break;
    case UNETC_FORMAT_RGB16: pixels_describe(pixels, 3, UNETC_DEPTH_WORDS, 0); break;
    case UNETC_FORMAT_GRAYF32: pixels_describe(pixels, 1, UNETC_DEPTH_FLOATS, 0); break;
    case UNETC_FORMAT_RGBF32: pixels_describe(pixels, 3, UNETC_DEPTH_FLOATS, 0); break;
    case UNETC_FORMAT_BANDS8: pixels_describe(pixels, net->channels, UNETC_DEPTH_BYTES, 0); has_bands = 1; break;
    case UNETC_FORMAT_BANDS16: pixels_describe(pixels, net->channels, UNETC_DEPTH_WORDS, 0); has_bands = 1; break;
    case UNETC_FORMAT_BANDSF32: pixels_describe(pixels, net->channels, UNETC_DEPTH_FLOATS, 0); has_bands = 1; break;
    default: return UNETC_STATUS_BAD_FORMAT;
    }
    is_colour = !has_bands && pixels->stored_channels >= 3;
    /* Alpha counts where the net takes so many channels. */
    kept = is_colour && net->channels != pixels->stored_channels ? 3 : pixels->stored_channels;
    pixels->kept_channels = kept;
    pixels->channels = kept;
    if (kept != net->channels) {
        if (kept == 3 && net->channels == 1) {
            pixels->channels = 1;
        } else if (!(kept == 1 && net->channels == 3)) {
            return UNETC_STATUS_BAD_FORMAT;
        }
    }
    pixels->depth =
        pixels->stored_depth == UNETC_DEPTH_WORDS && net->high_bytes ? UNETC_DEPTH_BYTES : pixels->stored_depth;
    pixels->span = pixels->depth == UNETC_DEPTH_FLOATS ? net->floats
        : pixels->depth == UNETC_DEPTH_WORDS ? net->words
                                             : net->bytes;
    pixels->is_open = net->normalization != UNETC_NORMALIZE_RANGE && pixels->depth == UNETC_DEPTH_FLOATS;
    return UNETC_STATUS_OK;
}

static void pixels_keep_bytes(const unetc_pixels *pixels, const uint8_t *row, ptrdiff_t width, uint8_t *numbers) {
    ptrdiff_t kept = pixels->kept_channels, x, channel;
    for (x = 0; x < width; x++, row += pixels->stored_channels, numbers += kept) {
        for (channel = 0; channel < kept; channel++) numbers[channel] = row[channel];
        if (pixels->is_reversed) {
            numbers[0] = row[2];
            numbers[2] = row[0];
        }
    }
}

static void pixels_keep_high_bytes(const uint8_t *row, ptrdiff_t count, uint8_t *numbers) {
    ptrdiff_t i;
    for (i = 0; i < count; i++) {
        uint16_t number;
        memcpy(&number, row + 2 * i, sizeof number);
        numbers[i] = (uint8_t)(number >> 8);
    }
}

static void pixels_keep_floats(const uint8_t *row, ptrdiff_t count, float *numbers) {
    ptrdiff_t i;
    memcpy(numbers, row, (size_t)count * sizeof *numbers);
    for (i = 0; i < count; i++) {
        if (!(numbers[i] - numbers[i] == 0)) numbers[i] = 0;
    }
}

const void *unetc_pixels_row(const unetc_pixels *pixels, const void *row, ptrdiff_t width, void *numbers) {
    const uint8_t *bytes = (const uint8_t *)row;
    ptrdiff_t count = width * pixels->kept_channels;
    const void *kept = numbers;
    if (pixels->stored_depth == UNETC_DEPTH_FLOATS) {
        pixels_keep_floats(bytes, count, (float *)numbers);
    } else if (pixels->stored_depth == UNETC_DEPTH_BYTES) {
        if (pixels->is_reversed || pixels->kept_channels != pixels->stored_channels) {
            pixels_keep_bytes(pixels, bytes, width, (uint8_t *)numbers);
        } else {
            kept = row;
        }
    } else if (pixels->depth == UNETC_DEPTH_BYTES) {
        pixels_keep_high_bytes(bytes, count, (uint8_t *)numbers);
    } else {
        memcpy(numbers, bytes, (size_t)count * sizeof(uint16_t));
    }
    if (pixels->channels == pixels->kept_channels) return kept;
    unetc_luma(pixels->depth, kept, width, numbers);
    return numbers;
}

/* MARK: Rows of numbers to a net's input */

/* Where a channel of the net begins in a row; that of gray is the only one. */
static const void *pixels_channel(const unetc_pixels *pixels, const void *numbers, ptrdiff_t channel) {
    ptrdiff_t stored = pixels->channels == 1 ? 0 : channel;
    return (const unsigned char *)numbers + stored * (ptrdiff_t)pixels->depth;
}

void unetc_pixels_units(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t channel, ptrdiff_t width, float *units) {
    const void *first = pixels_channel(pixels, numbers, channel);
    unetc_units(pixels->depth, first, pixels->channels, width, pixels->span, pixels->is_open, units);
}

void unetc_pixels_observe(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t width, unetc_moments *moments) {
    ptrdiff_t channel;
    for (channel = 0; channel < pixels->channels; channel++) {
        const void *first = pixels_channel(pixels, numbers, channel);
        unetc_moments row = unetc_moments_of(pixels->depth, first, pixels->channels, width);
        unetc_moments_add(&moments[channel], &row);
    }
}

int32_t unetc_pixels_scale(
    const unetc_pixels *pixels, const unetc_picture_net *net, const unetc_moments *moments, ptrdiff_t channel,
    unetc_scale *scale) {
    switch (net->normalization) {
    case UNETC_NORMALIZE_NONE: *scale = unetc_scale_undoing(pixels->span); return 1;
    case UNETC_NORMALIZE_SCALES: *scale = net->scales[channel]; return 1;
    case UNETC_NORMALIZE_PER_PICTURE:
        *scale = unetc_moments_scale(&moments[pixels->channels == 1 ? 0 : channel], pixels->span);
        return 1;
    case UNETC_NORMALIZE_RANGE: break;
    }
    return 0;
}
