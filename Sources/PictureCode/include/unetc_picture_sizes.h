/* Pictures and maps brought to another size while their rows come. */
#ifndef UNETC_PICTURE_SIZES_H
#define UNETC_PICTURE_SIZES_H

#include "unetc_picture_numbers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MARK: Pillow's bilinear filter */

/* Weights of a resampling along one axis: those of Pillow's src/libImaging/Resample.c with its bilinear filter, whose support
 * grows with the scale when a picture shrinks. */
typedef struct unetc_filter {
    ptrdiff_t old_size, new_size;
    /* Whether old and new places are counted from the other end: what the weights of a mirrored picture are for the picture
     * as it is stored. (They need not be those of the picture itself mirrored, since centres are rounded.) */
    int32_t is_reversed;
    double scale, support;
} unetc_filter;

/* The old places that make a new one: from `first` to before `end`. */
typedef struct unetc_window {
    ptrdiff_t first, end;
    /* The number that old place 0 has where it is counted from the other end; -1 where it is not. */
    ptrdiff_t last;
    double center, inverse_scale, sum;
} unetc_window;

unetc_filter unetc_filter_make(ptrdiff_t old_size, ptrdiff_t new_size, int32_t is_reversed);
/* Of a new place; windows begin and end later from one place to the next. */
unetc_window unetc_filter_window(const unetc_filter *filter, ptrdiff_t place);
/* How much an old place of the window counts; all together are 1. */
double unetc_window_share(const unetc_window *window, ptrdiff_t place);
/* The same in fixed point of 22 bits. */
uint32_t unetc_window_weight(const unetc_window *window, ptrdiff_t place);

/* The old places of a new one along a row: so many from `first` on. */
typedef struct unetc_row_window {
    ptrdiff_t first, count;
} unetc_row_window;

/* The windows of all places along a row, and their weights. */
typedef struct unetc_row_filter {
    ptrdiff_t count;
    unetc_row_window *windows;
    /* One behind the other: uint32_t, or double for floats. */
    void *weights;
} unetc_row_filter;

/* Bytes of its windows and weights; SIZE_MAX if that is too much. */
size_t unetc_row_filter_bytes(ptrdiff_t old_size, ptrdiff_t new_size, unetc_depth depth);
/* `memory` is for objects of any type, as that of malloc is. */
void unetc_row_filter_init(
    unetc_row_filter *filter, ptrdiff_t old_size, ptrdiff_t new_size, int32_t is_reversed, unetc_depth depth,
    void *memory);
/* Resamples a row of pixels, the channels of each side by side. */
void unetc_row_filter_apply(
    const unetc_row_filter *filter, unetc_depth depth, ptrdiff_t channels, const void *row, void *out);

/* MARK: Pictures brought to another size */

/* Which sizes a resizing goes between. */
typedef struct unetc_resize {
    /* Of the picture as stored, and of the result before it is turned. */
    ptrdiff_t width, height, new_width, new_height;
    /* Whether people see rows as columns, each row from its other end, the last row first. */
    int32_t swaps_sides, reverses_columns, reverses_rows;
    ptrdiff_t channels;
    unetc_depth depth;
} unetc_resize;

/* Whether the first pass goes along the columns. Numbers are rounded between the passes, so that their order shows. */
int32_t unetc_resize_starts_with_columns(const unetc_resize *resize);

/* Brings a picture to another size while its stored rows come, one after the other: the bits of the picture turned as a whole
 * and then resized by Pillow's `resize((width, height), Image.BILINEAR)`. Holds the sums of the few rows of the result that
 * are under way. */
typedef struct unetc_resizer {
    unetc_resize plan;
    int32_t starts_with_columns;
    unetc_row_filter columns;
    unetc_filter rows;
    /* Rows of the result that are done, those that have been begun, and rows that have come. */
    ptrdiff_t done, begun, arrived;
    /* Of the row behind those that have been begun. */
    unetc_window next;
    /* Numbers of a row while rows are summed up. */
    ptrdiff_t summed_count;
    /* Of the rows under way, by their number modulo the capacity. */
    ptrdiff_t capacity;
    unetc_window *windows;
    void *sums;
    void *between;
    /* The row that came last, where rows stay as many. */
    const void *row;
} unetc_resizer;

/* SIZE_MAX if it is too much. */
size_t unetc_resizer_bytes(const unetc_resize *resize);
/* `memory` is for objects of any type, as that of malloc is, and stays the resizer's. */
void unetc_resizer_init(unetc_resizer *resizer, const unetc_resize *resize, void *memory);
/* Takes the next stored row, which has to stay until the rows of the result have been taken that it completes. */
void unetc_resizer_push(unetc_resizer *resizer, const void *row);
/* Writes the next stored row of the result; 0 where it is not complete. To be called after each push until it says so. */
int32_t unetc_resizer_next(unetc_resizer *resizer, void *out);

/* MARK: Maps brought to another size */

/* A triangle filter, as wide as a step of the coarser grid: between the centres of pixels it interpolates when a map grows,
 * and it averages when one shrinks. */
typedef struct unetc_grid {
    ptrdiff_t old_size, new_size;
    double scale, reach;
} unetc_grid;

/* The old places that a new one is made of: from `first` to before `end`. */
typedef struct unetc_taps {
    ptrdiff_t first, end;
    double center, reach, sum;
} unetc_taps;

unetc_grid unetc_grid_make(ptrdiff_t old_size, ptrdiff_t new_size);
unetc_taps unetc_grid_taps(const unetc_grid *grid, ptrdiff_t place);
float unetc_taps_weight(const unetc_taps *taps, ptrdiff_t place);

/* Which maps are brought to which size. */
typedef struct unetc_resample {
    ptrdiff_t channels, width, height, new_width, new_height;
} unetc_resample;

/* Where a resampler finds rows. */
typedef struct unetc_map_rows {
    const float *numbers;
    /* From a row, or channel, to the next. */
    ptrdiff_t row_step, channel_step;
    /* Rows that are held, by their number modulo this. */
    ptrdiff_t capacity;
    /* The part of the map that there is; around it are zeros. */
    ptrdiff_t top, left, height, width;
} unetc_map_rows;

/* Rows of floats [channels, width], brought to another size. */
typedef struct unetc_resampler {
    unetc_resample plan;
    unetc_grid rows;
    unetc_row_window *windows;
    float *weights;
    float *blended;
    /* Where rows are kept that come one after another; NULL where they are all there. */
    float *held;
    unetc_map_rows source;
    ptrdiff_t arrived;
    /* The next result. */
    ptrdiff_t next;
    unetc_taps taps;
} unetc_resampler;

/* SIZE_MAX if it is too much. `holds_rows`: whether rows come one after another. */
size_t unetc_resampler_bytes(const unetc_resample *resample, int32_t holds_rows);
/* `memory` is for objects of any type, as that of malloc is, and stays the resampler's. */
void unetc_resampler_init(unetc_resampler *resampler, const unetc_resample *resample, int32_t holds_rows, void *memory);
/* Takes the next row, [channels, width]. */
void unetc_resampler_push(unetc_resampler *resampler, const float *row);
/* Takes all rows at once, of maps [channels, height, width] that may be the middle of larger ones. */
void unetc_resampler_push_map(
    unetc_resampler *resampler, const float *map, ptrdiff_t height, ptrdiff_t width);
/* Writes the next result, [channels, new width]; 0 where it is not complete. To be called after each push until it says so. */
int32_t unetc_resampler_next(unetc_resampler *resampler, float *out);

#ifdef __cplusplus
}
#endif

#endif
