/* Pictures by tiles: rows are read, predicted and written as they come. */
#include "unetc_picture.h"
#include "unetc_picture_numbers.h"
#include "unetc_picture_room.h"
#include "unetc_picture_tiles.h"
#include "unetc_picture_values.h"

#include <string.h>

/* What a prediction takes. */
typedef struct tiled_work {
    unetc_walk walk;
    unetc_pixels pixels;
    /* One for each channel of the picture's rows, and for each of the net. */
    unetc_moments *moments;
    unetc_scale *scales;
    void *numbers;
    uint8_t *mask;
} tiled_work;

static size_t tiled_init(
    tiled_work *work, const unetc_picture_net *net, const unetc_tile_geometry *geometry, const unetc_pixels *pixels,
    ptrdiff_t width, ptrdiff_t height, void *memory) {
    unetc_room room = unetc_room_make(memory);
    size_t mask_channels = net->task == UNETC_TASK_RECONSTRUCTION ? (size_t)net->output_channels : 1;
    void *moments = unetc_room_take(&room, (size_t)net->channels, sizeof(unetc_moments));
    void *scales = unetc_room_take(&room, (size_t)net->channels, sizeof(unetc_scale));
    void *numbers = unetc_room_take(&room, (size_t)width, (size_t)pixels->kept_channels * (size_t)pixels->depth);
    void *mask = unetc_room_take(&room, (size_t)width, mask_channels);
    size_t bytes = unetc_walk_bytes(geometry, net->channels, net->output_channels, width, height);
    void *walk = unetc_room_take(&room, bytes, 1);
    if (work) {
        work->pixels = *pixels;
        work->moments = (unetc_moments *)moments;
        work->scales = (unetc_scale *)scales;
        work->numbers = numbers;
        work->mask = (uint8_t *)mask;
        memset(moments, 0, (size_t)net->channels * sizeof(unetc_moments));
        unetc_walk_init(&work->walk, geometry, net->channels, net->output_channels, width, height, walk);
    }
    return room.used;
}

static unetc_status tiled_check(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format, unetc_pixels *pixels) {
    unetc_status status = unetc_picture_check(net);
    if (status != UNETC_STATUS_OK) return status;
    if (!geometry) return UNETC_STATUS_NO_MEMORY;
    if (!unetc_tile_axis_is_sound(&geometry->rows) || !unetc_tile_axis_is_sound(&geometry->columns)) {
        return UNETC_STATUS_BAD_NET;
    }
    status = unetc_pixels_init(pixels, net, format);
    if (status != UNETC_STATUS_OK) return status;
    if (width < 1 || width > UNETC_SIDE_MAX || height < 1 || height > UNETC_SIDE_MAX) return UNETC_STATUS_BAD_SIZE;
    if (tiled_init(NULL, net, geometry, pixels, width, height, NULL) > SIZE_MAX >> 1) return UNETC_STATUS_BAD_SIZE;
    return UNETC_STATUS_OK;
}

size_t unetc_tiled_bytes(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format) {
    unetc_pixels pixels;
    if (tiled_check(net, geometry, width, height, format, &pixels) != UNETC_STATUS_OK) return 0;
    return tiled_init(NULL, net, geometry, &pixels, width, height, NULL);
}

/* The next row of pixels as numbers; NULL to stop. */
static const void *tiled_read(const tiled_work *work, const unetc_tile_calls *calls, ptrdiff_t y) {
    const void *row = calls->read_row(calls->context, y);
    return row ? unetc_pixels_row(&work->pixels, row, work->walk.width, work->numbers) : NULL;
}

/* Settles what is done to numbers from 0 to 1, for which the picture may have to be read. */
static int32_t tiled_settle_scales(
    const tiled_work *work, const unetc_picture_net *net, const unetc_tile_calls *calls) {
    ptrdiff_t y, channel;
    for (y = 0; net->normalization == UNETC_NORMALIZE_PER_PICTURE && y < work->walk.height; y++) {
        const void *numbers = tiled_read(work, calls, y);
        if (!numbers) return 0;
        unetc_pixels_observe(&work->pixels, numbers, work->walk.width, work->moments);
    }
    for (channel = 0; channel < net->channels; channel++) {
        unetc_pixels_scale(&work->pixels, net, work->moments, channel, &work->scales[channel]);
    }
    return 1;
}

/* A row of numbers as the net takes it, [channels, width]; gray for all channels. */
static void tiled_place(const tiled_work *work, const unetc_picture_net *net, const void *numbers, float *row) {
    ptrdiff_t channel;
    for (channel = 0; channel < net->channels; channel++) {
        float *target = row + channel * work->walk.width;
        unetc_pixels_units(&work->pixels, numbers, channel, work->walk.width, target);
        if (net->normalization != UNETC_NORMALIZE_RANGE) {
            unetc_scale_numbers(work->scales[channel], target, work->walk.width);
        }
    }
}

/* A finished row of the output to a row of the mask. */
static unetc_status tiled_write(
    const tiled_work *work, const unetc_picture_net *net, const unetc_tile_calls *calls, ptrdiff_t y,
    float threshold, float *row) {
    ptrdiff_t width = work->walk.width, channels = net->output_channels, i;
    for (i = 0; i < channels * width; i++) {
        if (!(row[i] - row[i] == 0)) return UNETC_STATUS_NOT_FINITE;
    }
    unetc_make_values(net->task, row, channels, width);
    unetc_make_mask(net->task, row, channels, width, threshold, work->mask);
    return calls->write_row(calls->context, y, work->mask, row) ? UNETC_STATUS_STOPPED : UNETC_STATUS_OK;
}

unetc_status unetc_tiled_predict(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format, void *scratch, float threshold, const unetc_tile_calls *calls) {
    unetc_pixels pixels;
    tiled_work work;
    float *row;
    ptrdiff_t read = 0, written = 0;
    unetc_status status = tiled_check(net, geometry, width, height, format, &pixels);
    if (status != UNETC_STATUS_OK) return status;
    if (!scratch || !calls || !calls->read_row || !calls->run || !calls->write_row) return UNETC_STATUS_NO_MEMORY;
    if (!calls->input || !calls->output) return UNETC_STATUS_NO_MEMORY;
    tiled_init(&work, net, geometry, &pixels, width, height, scratch);
    if (!tiled_settle_scales(&work, net, calls)) return UNETC_STATUS_STOPPED;
    while (unetc_walk_next_band(&work.walk)) {
        while ((row = unetc_walk_wanted_row(&work.walk)) != NULL) {
            const void *numbers = tiled_read(&work, calls, read++);
            if (!numbers) return UNETC_STATUS_STOPPED;
            tiled_place(&work, net, numbers, row);
        }
        while (unetc_walk_next_tile(&work.walk)) {
            unetc_walk_fill(&work.walk, 0, calls->input);
            if (calls->run(calls->context)) return UNETC_STATUS_STOPPED;
            unetc_walk_keep(&work.walk, calls->output, net->output_channels, 0, 0);
        }
        while ((row = unetc_walk_finished_row(&work.walk)) != NULL) {
            status = tiled_write(&work, net, calls, written++, threshold, row);
            if (status != UNETC_STATUS_OK) return status;
        }
    }
    return UNETC_STATUS_OK;
}
