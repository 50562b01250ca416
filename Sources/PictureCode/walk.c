/* A walk over a picture, a band of tiles at a time. */
#include "unetc_picture_room.h"
#include "unetc_picture_tiles.h"

#include <string.h>

static unetc_room walk_room(
    unetc_walk *walk, const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels,
    ptrdiff_t width, ptrdiff_t height, void *memory) {
    unetc_room room = unetc_room_make(memory);
    ptrdiff_t capacity = unetc_tile_axis_most_needed(&geometry->rows, height);
    size_t kept = (size_t)unetc_tile_axis_most_kept(&geometry->rows, height);
    size_t read = unetc_product((size_t)channels, (size_t)width);
    size_t made = unetc_product((size_t)output_channels, (size_t)width);
    void *held = unetc_room_take(&room, unetc_product((size_t)capacity, read), sizeof(float));
    void *band = unetc_room_take(&room, unetc_product(kept, made), sizeof(float));
    void *sources = unetc_room_take(&room, (size_t)geometry->columns.tile, sizeof(ptrdiff_t));
    if (walk) {
        walk->capacity = capacity;
        walk->held = (float *)held;
        walk->band = (float *)band;
        walk->sources = (ptrdiff_t *)sources;
    }
    return room;
}

size_t unetc_walk_bytes(
    const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels, ptrdiff_t width,
    ptrdiff_t height) {
    return walk_room(NULL, geometry, channels, output_channels, width, height, NULL).used;
}

void unetc_walk_init(
    unetc_walk *walk, const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels,
    ptrdiff_t width, ptrdiff_t height, void *memory) {
    walk_room(walk, geometry, channels, output_channels, width, height, memory);
    walk->geometry = *geometry;
    walk->channels = channels;
    walk->output_channels = output_channels;
    walk->width = width;
    walk->height = height;
    walk->read_count = walk->written_count = 0;
    walk->has_band = walk->has_tile = 0;
}

int32_t unetc_walk_next_band(unetc_walk *walk) {
    walk->has_tile = 0;
    if (walk->has_band) return unetc_tile_axis_next(&walk->geometry.rows, walk->height, &walk->rows);
    walk->rows = unetc_tile_axis_first(&walk->geometry.rows, walk->height);
    walk->has_band = 1;
    return 1;
}

/* The number behind the last row that the band shows. */
static ptrdiff_t walk_needed(const unetc_walk *walk) {
    ptrdiff_t last = 0, place, row;
    for (place = walk->rows.start; place < walk->rows.start + walk->geometry.rows.tile; place++) {
        row = unetc_tile_axis_source(&walk->geometry.rows, walk->height, place);
        if (row > last) last = row;
    }
    return last + 1;
}

float *unetc_walk_wanted_row(unetc_walk *walk) {
    ptrdiff_t place = walk->read_count % walk->capacity;
    if (walk->read_count >= walk_needed(walk)) return NULL;
    walk->read_count++;
    return walk->held + place * walk->channels * walk->width;
}

int32_t unetc_walk_next_tile(unetc_walk *walk) {
    if (walk->has_tile) return unetc_tile_axis_next(&walk->geometry.columns, walk->width, &walk->columns);
    walk->columns = unetc_tile_axis_first(&walk->geometry.columns, walk->width);
    walk->has_tile = 1;
    return 1;
}

/* Finds the columns that the tile shows; whether they follow each other. */
static int32_t walk_find_sources(unetc_walk *walk, int32_t is_mirrored) {
    const unetc_tile_axis *axis = &walk->geometry.columns;
    int32_t is_plain = 1;
    ptrdiff_t x;
    for (x = 0; x < axis->tile; x++) {
        ptrdiff_t source = unetc_tile_axis_source(axis, walk->width, walk->columns.start + x);
        walk->sources[x] = is_mirrored ? walk->width - 1 - source : source;
        if (walk->sources[x] != walk->sources[0] + x) is_plain = 0;
    }
    return is_plain;
}

void unetc_walk_fill(unetc_walk *walk, int32_t is_mirrored, float *input) {
    ptrdiff_t height = walk->geometry.rows.tile, width = walk->geometry.columns.tile, y, x, channel;
    int32_t is_plain = walk_find_sources(walk, is_mirrored);
    for (y = 0; y < height; y++) {
        ptrdiff_t number = unetc_tile_axis_source(&walk->geometry.rows, walk->height, walk->rows.start + y);
        const float *row = walk->held + number % walk->capacity * walk->channels * walk->width;
        for (channel = 0; channel < walk->channels; channel++) {
            const float *source = row + channel * walk->width;
            float *target = input + (channel * height + y) * width;
            /* Places that show the picture as it is are copied at once. */
            if (is_plain) {
                memcpy(target, source + walk->sources[0], (size_t)width * sizeof(float));
            } else {
                for (x = 0; x < width; x++) target[x] = source[walk->sources[x]];
            }
        }
    }
}

void unetc_walk_keep(
    unetc_walk *walk, const float *output, ptrdiff_t channels, ptrdiff_t first_channel, int32_t is_mirrored) {
    ptrdiff_t height = unetc_tile_axis_output(&walk->geometry.rows);
    ptrdiff_t width = unetc_tile_axis_output(&walk->geometry.columns);
    ptrdiff_t column = walk->columns.kept_first, count = walk->columns.kept_end - column, channel, y, x;
    for (channel = 0; channel < channels; channel++) {
        for (y = walk->rows.kept_first; y < walk->rows.kept_end; y++) {
            const float *source =
                output + (channel * height + y - walk->rows.start) * width + column - walk->columns.start;
            float *target = walk->band
                + ((y - walk->rows.kept_first) * walk->output_channels + first_channel + channel) * walk->width;
            if (is_mirrored) {
                for (x = 0; x < count; x++) target[walk->width - 1 - column - x] = source[x];
            } else {
                memcpy(target + column, source, (size_t)count * sizeof(float));
            }
        }
    }
}

float *unetc_walk_finished_row(unetc_walk *walk) {
    ptrdiff_t place = walk->written_count - walk->rows.kept_first;
    if (walk->written_count >= walk->rows.kept_end) return NULL;
    walk->written_count++;
    return walk->band + place * walk->output_channels * walk->width;
}
