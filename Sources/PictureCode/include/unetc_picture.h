/* Pictures for nets: pixels of any size to a net's input, and its output to a mask of the picture's size.
 *
 * The trainer calls these functions, and bundles carry their text. So a net that is built into a program says of a picture
 * what the trainer says of it, in every bit. All of it is C99 and C++: no function allocates, keeps anything between two
 * calls but in memory of its caller, or stops the program. Compilers have to round each operation by itself:
 * -ffp-contract=off, and no -ffast-math.
 */
#ifndef UNETC_PICTURE_H
#define UNETC_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* MARK: A net and its pictures */

/* What functions return. */
typedef enum unetc_status {
    UNETC_STATUS_OK = 0,
    /* A pointer is NULL that must not be. */
    UNETC_STATUS_NO_MEMORY,
    /* The net's description contradicts itself. */
    UNETC_STATUS_BAD_NET,
    /* Sides must be from 1 to UNETC_SIDE_MAX, and what they take must not go beyond size_t. */
    UNETC_STATUS_BAD_SIZE,
    /* No such format, or one of other channels than the net takes: colours fit nets of 1 and 3 channels, those with alpha also
     * nets of 4; gray fits nets of 1 and 3; bands fit all. */
    UNETC_STATUS_BAD_FORMAT,
    /* Rows would lie over each other. */
    UNETC_STATUS_BAD_STRIDE,
    /* The net's output has infinities, or what is no number. */
    UNETC_STATUS_NOT_FINITE,
    /* A callback has said to stop. */
    UNETC_STATUS_STOPPED
} unetc_status;

/* The most pixels of a side. */
#define UNETC_SIDE_MAX ((ptrdiff_t)1 << 28)

/* Numbers of a pixel lie side by side. Those of 16 bits and floats are as the machine has them, at any address. Floats that
 * are not finite count as 0. */
typedef enum unetc_format {
    UNETC_FORMAT_GRAY8 = 0,
    UNETC_FORMAT_RGB8,
    UNETC_FORMAT_BGR8,
    /* Alpha is left out, unless the net takes 4 channels. */
    UNETC_FORMAT_RGBA8,
    UNETC_FORMAT_BGRA8,
    UNETC_FORMAT_GRAY16,
    UNETC_FORMAT_RGB16,
    UNETC_FORMAT_GRAYF32,
    UNETC_FORMAT_RGBF32,
    /* As many numbers a pixel as the net has channels. */
    UNETC_FORMAT_BANDS8,
    UNETC_FORMAT_BANDS16,
    UNETC_FORMAT_BANDSF32
} unetc_format;

/* What a net learns. */
typedef enum unetc_task {
    /* Object or background: one logit a pixel. */
    UNETC_TASK_MASK = 0,
    /* One of up to 255 classes: a logit a class and pixel. */
    UNETC_TASK_CLASSES,
    /* Up to 8 labels, any of which a pixel may have: a logit a label and pixel. */
    UNETC_TASK_LABELS,
    /* A picture of numbers from 0 to 1. */
    UNETC_TASK_RECONSTRUCTION
} unetc_task;

/* What the net is fed in place of numbers from 0 to 1. */
typedef enum unetc_normalization {
    /* These numbers themselves. */
    UNETC_NORMALIZE_RANGE = 0,
    /* Numbers as the picture has them. */
    UNETC_NORMALIZE_NONE,
    /* What the net's scales make of them. */
    UNETC_NORMALIZE_SCALES,
    /* What scales make of them that come from mean and spread of the picture's own numbers, a channel each. */
    UNETC_NORMALIZE_PER_PICTURE
} unetc_normalization;

/* The numbers of a picture that become 0 and 1. */
typedef struct unetc_span {
    double low;
    /* Above `low`. */
    double high;
} unetc_span;

/* What is subtracted from a channel's numbers, of which 0 and 1 are the span's ends, and what they are then divided by. */
typedef struct unetc_scale {
    double mean;
    /* Above 0. */
    double deviation;
} unetc_scale;

/* What there is to know of a net for pictures to come in and masks to come out. */
typedef struct unetc_picture_net {
    /* Of the input, [channels, height, width]. */
    int32_t channels, height, width;
    /* Of the output, which says something of the middle of a mask where it is smaller than masks. */
    int32_t output_channels, output_height, output_width;
    int32_t mask_height, mask_width;
    unetc_task task;
    /* A pixel is object, or has a label, from this probability on. */
    float threshold;
    /* Of pictures of 8 bits, of 16 bits and of floats. */
    unetc_span bytes, words, floats;
    /* Whether pictures of 16 bits are read as their high bytes. */
    int32_t high_bytes;
    unetc_normalization normalization;
    /* One a channel, for UNETC_NORMALIZE_SCALES. */
    const unetc_scale *scales;
} unetc_picture_net;

/* UNETC_STATUS_OK for a description that makes sense. */
unetc_status unetc_picture_check(const unetc_picture_net *net);

/* Bytes of scratch, at any address, that reading and writing such a picture take: some rows of it, and no more than a few
 * times the net's input and output. 0 where the net, the size or the format is wrong. */
size_t unetc_picture_bytes(const unetc_picture_net *net, ptrdiff_t width, ptrdiff_t height, unetc_format format);

/* Fills the net's input, [channels, height, width], with the picture brought to that size.
 *
 * `pixels` is where the top row begins, `stride` the bytes from there to the next row, which may be negative. */
unetc_status unetc_picture_read(
    const unetc_picture_net *net, const void *pixels, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
    unetc_format format, void *scratch, float *input);

/* Makes a mask of the picture's size of the net's output, [output_channels, output_height, output_width], which is changed on
 * the way: logits become probabilities.
 *
 * A pixel of the mask is a byte: 255 for object and 0 for background; the class; a bit for each label, the first lowest. Of a
 * reconstruction it has `output_channels` bytes, side by side. `values` may be NULL, or takes what is below that,
 * [output_channels, height, width]: probabilities, or numbers of a picture from 0 to 1. `mask` may be NULL as well. */
unetc_status unetc_picture_write(
    const unetc_picture_net *net, float *output, ptrdiff_t width, ptrdiff_t height, void *scratch, float threshold,
    uint8_t *mask, ptrdiff_t mask_stride, float *values);

/* MARK: Rows of pixels as numbers */

/* Bytes of a number of a row. */
typedef enum unetc_depth { UNETC_DEPTH_BYTES = 1, UNETC_DEPTH_WORDS = 2, UNETC_DEPTH_FLOATS = 4 } unetc_depth;

/* How the pixels of a format become rows of numbers for a net. */
typedef struct unetc_pixels {
    /* Numbers of a pixel, and what holds one of them; whether blue comes first. */
    int32_t stored_channels;
    unetc_depth stored_depth;
    int32_t is_reversed;
    /* Of a row before colours become gray: a row of numbers takes that many a pixel meanwhile. */
    int32_t kept_channels;
    /* Of a row in the end: 1 for gray also where the net takes 3. */
    int32_t channels;
    unetc_depth depth;
    /* The net's span for such numbers, and whether those outside of it are not cut. */
    unetc_span span;
    int32_t is_open;
} unetc_pixels;

/* UNETC_STATUS_BAD_FORMAT where they do not fit the net. */
unetc_status unetc_pixels_init(unetc_pixels *pixels, const unetc_picture_net *net, unetc_format format);
/* A row of `width` pixels as numbers, the channels of each side by side: in `numbers`, or where the pixels are themselves. */
const void *unetc_pixels_row(const unetc_pixels *pixels, const void *row, ptrdiff_t width, void *numbers);

/* Of a row of numbers those of a channel of the net as units: 0 and 1 are the span's ends. */
void unetc_pixels_units(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t channel, ptrdiff_t width, float *units);

/* ITU-R 601 luma in Pillow's fixed point. */
static inline uint32_t unetc_luma_whole(uint32_t red, uint32_t green, uint32_t blue) {
    /* Fits 32 bits for numbers of 16. */
    return (red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16;
}

/* The same of floats: equal red, green and blue stay what they are. */
static inline float unetc_luma_float(float red, float green, float blue) {
    return (float)(((double)red * 19595 + (double)green * 38470 + (double)blue * 7471) / 65536);
}

/* Luma of pixels whose red, green and blue lie side by side; `luma` may be where `rgb` is. */
void unetc_luma(unetc_depth depth, const void *rgb, ptrdiff_t count, void *luma);

/* A number as the net is fed: 0 at `low`, 1 at `width` above that; cut to that unless it is open. */
static inline float unetc_unit(float number, float low, float width, int32_t is_open) {
    float unit = (number - low) / width;
    if (is_open) return unit;
    unit = 0 >= unit ? 0 : unit;
    return 1 < unit ? 1 : unit;
}

/* The same of `count` numbers, each `step` behind the one before. */
void unetc_units(
    unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count, unetc_span span, int32_t is_open,
    float *units);

/* Scales numbers of a channel. */
void unetc_scale_numbers(unetc_scale scale, float *numbers, ptrdiff_t count);
/* What makes numbers of a span what they are in the picture. */
unetc_scale unetc_scale_undoing(unetc_span span);

/* Mean and spread of numbers that come in pieces, whose sums lose nothing where the mean is large (Chan, Golub and LeVeque,
 * "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979). All zero before the first. */
typedef struct unetc_moments {
    uint64_t count;
    double mean;
    /* Squares of differences from the mean, summed up. */
    double squares;
} unetc_moments;

/* Of `count` numbers, each `step` behind the one before. */
unetc_moments unetc_moments_of(unetc_depth depth, const void *numbers, ptrdiff_t step, ptrdiff_t count);
void unetc_moments_add(unetc_moments *moments, const unetc_moments *more);
/* The root of the mean square difference from the mean. */
double unetc_moments_deviation(const unetc_moments *moments);
/* The scale that a picture with such numbers gets; where all are the same the deviation is 1. */
unetc_scale unetc_moments_scale(const unetc_moments *moments, unetc_span span);

/* Adds a row of numbers to the moments, one for each channel of the row. */
void unetc_pixels_observe(
    const unetc_pixels *pixels, const void *numbers, ptrdiff_t width, unetc_moments *moments);
/* What the units of a channel of the net are scaled by; 0 where they stay. The moments count for UNETC_NORMALIZE_PER_PICTURE. */
int32_t unetc_pixels_scale(
    const unetc_pixels *pixels, const unetc_picture_net *net, const unetc_moments *moments, ptrdiff_t channel,
    unetc_scale *scale);

/* MARK: What outputs say */

/* e to the power of `x`, of the same bits on all machines. */
double unetc_exponential(double x);

/* Turns outputs [channels, count] into probabilities, or the numbers of a picture, in place. What is no number becomes 0, or
 * the same probability for all classes. */
void unetc_make_values(unetc_task task, float *outputs, ptrdiff_t channels, ptrdiff_t count);

/* What pixels with such values are: 1 for object, 0 for background; their classes, of equal ones the first; or a bit for each
 * label they have. A reconstruction has none. */
void unetc_make_labels(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *labels);

/* The same as bytes of a mask, 255 for object; of a reconstruction its numbers, the channels of a pixel side by side. */
void unetc_make_mask(
    unetc_task task, const float *values, ptrdiff_t channels, ptrdiff_t count, float threshold, uint8_t *mask);

/* A number from 0 to 1 as a whole one from 0 to `most`, halves away from 0. */
static inline uint32_t unetc_rounded(float value, float most) {
    float product = most * value;
    uint32_t whole = (uint32_t)product;
    return product - (float)whole >= 0.5f ? whole + 1 : whole;
}

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

/* MARK: Tiles */

/* How a side of a picture is cut into tiles; all in input pixels. */
typedef struct unetc_tile_axis {
    ptrdiff_t tile;
    /* Places of the output, at an edge inside the picture, that are not exact. */
    ptrdiff_t halo_before, halo_after;
    /* Tiles begin at multiples of this. */
    ptrdiff_t alignment;
    /* Of nets without padding, what the output lacks of the input. The picture is mirrored there, so that the output covers all
     * of it. */
    ptrdiff_t margin_before, margin_after;
} unetc_tile_axis;

/* A tile along the side. */
typedef struct unetc_tile_part {
    /* The input's first place on the canvas: the picture with what is mirrored around it. */
    ptrdiff_t start;
    /* What this tile makes of the picture, whose places are those of the whole output: from here to before the end. */
    ptrdiff_t kept_first, kept_end;
} unetc_tile_part;

/* 0 where tiles leave nothing that is exact. */
int32_t unetc_tile_axis_is_sound(const unetc_tile_axis *axis);
/* Output places of a tile. */
ptrdiff_t unetc_tile_axis_output(const unetc_tile_axis *axis);
/* How far a tile in the middle may lie behind the one before. */
ptrdiff_t unetc_tile_axis_step(const unetc_tile_axis *axis);
/* The side of the canvas for a picture of `side` pixels: at least a tile, and aligned as tiles are. */
ptrdiff_t unetc_tile_axis_canvas(const unetc_tile_axis *axis, ptrdiff_t side);
/* The tiles of a side, one behind the other. What they keep follows each other and covers the picture; the first begins and
 * the last ends at the canvas's edge, where its results are exact. */
unetc_tile_part unetc_tile_axis_first(const unetc_tile_axis *axis, ptrdiff_t side);
/* The part behind `part`; 0 behind the last one. */
int32_t unetc_tile_axis_next(const unetc_tile_axis *axis, ptrdiff_t side, unetc_tile_part *part);
/* How many tiles that are. */
ptrdiff_t unetc_tile_axis_count(const unetc_tile_axis *axis, ptrdiff_t side);
/* The most places that one of the tiles keeps. */
ptrdiff_t unetc_tile_axis_most_kept(const unetc_tile_axis *axis, ptrdiff_t side);
/* Places of the picture from the first that a part or a later one needs to the last that it needs itself, at most: those that a
 * tile shows, or, near the end, those that are mirrored there. */
ptrdiff_t unetc_tile_axis_most_needed(const unetc_tile_axis *axis, ptrdiff_t side);
/* The place of the picture that is seen at a place of the canvas: beyond its edges the picture is mirrored, without repeating its
 * last row or column, as often as it takes. */
ptrdiff_t unetc_tile_axis_source(const unetc_tile_axis *axis, ptrdiff_t side, ptrdiff_t place);

typedef struct unetc_tile_geometry {
    unetc_tile_axis rows, columns;
} unetc_tile_geometry;

/* Which of some sizes of tiles a picture takes: those that compute the fewest pixels. A small picture would be lost in a large
 * tile, a large one would be cut into too many small ones, each with edges that are computed twice. */
size_t unetc_tile_choose(const unetc_tile_geometry *geometries, size_t count, ptrdiff_t width, ptrdiff_t height);

/* A walk over a picture, a band of tiles at a time:
 *
 *     while (unetc_walk_next_band(&walk)) {
 *         while ((row = unetc_walk_wanted_row(&walk))) ...       the picture's next row, [channels, width]
 *         while (unetc_walk_next_tile(&walk)) {
 *             unetc_walk_fill(&walk, 0, input);                  [channels, tile's height, tile's width]
 *             ...                                                the net
 *             unetc_walk_keep(&walk, output, output_channels, 0, 0);
 *         }
 *         while ((row = unetc_walk_finished_row(&walk))) ...     the output's next row, [output channels, width]
 *     }
 *
 * Held are one band of input rows and one of output rows, whatever the picture's height. */
typedef struct unetc_walk {
    unetc_tile_geometry geometry;
    ptrdiff_t channels, output_channels, width, height;
    /* Rows of the picture by number modulo the capacity. */
    float *held;
    ptrdiff_t capacity;
    ptrdiff_t read_count;
    /* Rows of the output, [rows, channels, width]. */
    float *band;
    ptrdiff_t written_count;
    /* The column of the picture that is seen at each column of a tile. */
    ptrdiff_t *sources;
    /* Where the walk is. */
    int32_t has_band, has_tile;
    unetc_tile_part rows, columns;
} unetc_walk;

/* SIZE_MAX if it is too much. `output_channels` are those of all nets and directions that share the walk. */
size_t unetc_walk_bytes(
    const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels, ptrdiff_t width,
    ptrdiff_t height);
/* `memory` is for objects of any type, as that of malloc is, and stays the walk's. */
void unetc_walk_init(
    unetc_walk *walk, const unetc_tile_geometry *geometry, ptrdiff_t channels, ptrdiff_t output_channels,
    ptrdiff_t width, ptrdiff_t height, void *memory);
int32_t unetc_walk_next_band(unetc_walk *walk);
/* Where the picture's next row goes; NULL once the band has all that it shows. */
float *unetc_walk_wanted_row(unetc_walk *walk);
int32_t unetc_walk_next_tile(unetc_walk *walk);
/* Writes the canvas under the tile to a net's input; that of the picture mirrored left to right if so. */
void unetc_walk_fill(unetc_walk *walk, int32_t is_mirrored, float *input);
/* Copies what is exact and new of a tile's output to its place in the band, from a channel of that on; mirrored back if so. */
void unetc_walk_keep(
    unetc_walk *walk, const float *output, ptrdiff_t channels, ptrdiff_t first_channel, int32_t is_mirrored);
/* The next row of the output, which the caller may change; NULL once those of the band have come. */
float *unetc_walk_finished_row(unetc_walk *walk);

/* MARK: Pictures by tiles */

/* What a walk calls. Functions that return an int end the walk by anything but 0. */
typedef struct unetc_tile_calls {
    void *context;
    /* Row `y` of the picture's pixels, from the top; NULL ends the walk. Rows are asked for in order, twice where the picture's own
     * mean is needed. A row has to stay until the next call. */
    const void *(*read_row)(void *context, ptrdiff_t y);
    /* Runs the net. `input` is [channels, tile's height, tile's width], `output` what the net makes of it. */
    int (*run)(void *context);
    float *input;
    const float *output;
    /* Takes row `y` of the mask, as unetc_picture_write makes it, and of the values, [output_channels, width]. */
    int (*write_row)(void *context, ptrdiff_t y, const uint8_t *mask, const float *values);
} unetc_tile_calls;

/* Bytes of scratch, at any address: a band of rows of the picture and of the output. 0 as unetc_picture_bytes. */
size_t unetc_tiled_bytes(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format);
/* Predicts a picture at its own size. Every value has the bits that the net compiled at the whole picture's size computes, by
 * the same algorithms. (Overlap-tile inference: Ronneberger, Fischer and Brox 2015, figure 2.) Sizes of the net's input, output
 * and mask do not matter. */
unetc_status unetc_tiled_predict(
    const unetc_picture_net *net, const unetc_tile_geometry *geometry, ptrdiff_t width, ptrdiff_t height,
    unetc_format format, void *scratch, float threshold, const unetc_tile_calls *calls);

/* MARK: Memory of callers */

/* SIZE_MAX where it is too much. */
static inline size_t unetc_product(size_t a, size_t b) { return b > 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b; }

/* Places in a piece of memory, handed out one behind the other. With NULL it only counts. */
typedef struct unetc_room {
    unsigned char *memory;
    /* SIZE_MAX once it is too much. */
    size_t used;
} unetc_room;

/* Makes places begin at multiples of 16 whatever the memory's address is; that may take 15 bytes. */
unetc_room unetc_room_make(void *memory);
/* The next `count` × `size` bytes; NULL while it only counts. */
void *unetc_room_take(unetc_room *room, size_t count, size_t size);

#ifdef __cplusplus
}
#endif

#endif
